"""Questions to authoritative name servers, asked from a host that has no tool for it.

The questions are made here, perl (perl-base, part of every Debian) sends them from the host, and the
answers are read here. No cache and no resolver is between, so the TTLs are those that everybody gets (RFC
1034, 4.3.1).
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype

from siteparity.model import UnmeasuredError
from siteparity.tools.program import program

NO_ANSWER = "no answer"
AUTHORITY = "answers with authority"
_PAYLOAD = 1232
"""Bytes that fit into one packet on every path (DNS flag day 2020)."""

_ASKER = program(__package__, "dns.pl")


@dataclass(frozen=True, slots=True)
class Question:
    """A name and a type of record."""

    name: str
    kind: str

    def message(self, number: int) -> dns.message.QueryMessage:
        """The question as it is sent. It does not ask for recursion."""
        made = dns.message.make_query(self.name, self.kind, id=number, use_edns=0, payload=_PAYLOAD)
        made.flags &= ~dns.flags.RD
        return made


@dataclass(frozen=True, slots=True)
class Reply:
    """What one server said to one question."""

    state: str
    """`AUTHORITY`, or what is wrong."""
    values: tuple[str, ...] = ()
    """The record's values, sorted; the other name if the server knows an alias only."""
    ttl: int = 0
    """The longest time, in seconds, that a part of the answer, or its absence, may be kept."""
    exists: bool = True


def question(servers: Sequence[str], questions: Sequence[Question], port: int = 53) -> str:
    """A shell text that sends every question to every server."""
    wires = [one.message(number).to_wire().hex() for number, one in enumerate(questions)]
    return f"perl -e {shlex.quote(_ASKER)} -- {port} {shlex.quote(','.join(servers))} {' '.join(wires)}"


def replies(
    lines: Sequence[str], servers: Sequence[str], questions: Sequence[Question]
) -> Mapping[tuple[str, Question], Reply]:
    """(server, question) -> the reply, `NO_ANSWER` if there is none.

    Args:
        lines: of the answer, without its end mark.
        servers: names of the servers, in the order of the shell text.
        questions: as in the shell text.

    Raises:
        UnmeasuredError: a line is not what the shell text writes.
    """
    found = {
        (server, question): Reply(NO_ANSWER, exists=False) for server in servers for question in questions
    }
    for line in lines:
        parts = re.fullmatch(r"([0-9]{1,4}) ([0-9]{1,5}) ((?:[0-9a-f]{2})+)", line)
        if not parts or int(parts[1]) >= len(servers) or int(parts[2]) >= len(questions):
            raise UnmeasuredError("a line of the answer is not what was asked for")
        asked = questions[int(parts[2])]
        found[servers[int(parts[1])], asked] = _reply(asked, int(parts[2]), bytes.fromhex(parts[3]))
    return found


def _reply(asked: Question, number: int, wire: bytes) -> Reply:
    try:
        message = dns.message.from_wire(wire)
    except (dns.exception.DNSException, ValueError):
        return Reply("an answer that cannot be read", exists=False)
    if not isinstance(message, dns.message.QueryMessage) or not asked.message(number).is_response(message):
        return Reply("an answer to another question", exists=False)
    if message.flags & dns.flags.TC:
        raise UnmeasuredError(f"{asked.name} {asked.kind}: the answer did not fit into one packet")
    rcode = message.rcode()
    if rcode not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
        return Reply(f"answers {dns.rcode.to_text(rcode)}", exists=False)
    if not message.flags & dns.flags.AA:
        return Reply("answers without authority", exists=False)
    return _chained(message)


def _chained(message: dns.message.QueryMessage) -> Reply:
    """Follow aliases as far as this server knows them."""
    try:
        chain = message.resolve_chaining()
    except dns.exception.DNSException:
        return Reply("an answer that leads in a circle", exists=False)
    aliases = [rrset.ttl for rrset in chain.cnames]
    if chain.answer is not None:
        values = tuple(sorted(record.to_text() for record in chain.answer))
        return Reply(AUTHORITY, values, max(chain.answer.ttl, *aliases, 0))
    if aliases:
        return Reply(AUTHORITY, (chain.canonical_name.to_text(),), max(aliases))
    return Reply(AUTHORITY, (), _kept_absence(message), exists=False)


def _kept_absence(message: dns.message.QueryMessage) -> int:
    """How long resolvers keep the absence of a record (RFC 2308, 5); 0 if the server does not say."""
    for rrset in message.authority:
        if rrset.rdtype == dns.rdatatype.SOA:
            return min(rrset.ttl, int(rrset[0].minimum))
    return 0
