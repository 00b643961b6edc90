"""What authoritative name servers say, and what they do not."""

from __future__ import annotations

import socket
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest
from hypothesis import given
from hypothesis import strategies as st

from selftests.unit.targets import answered, framed, web_host
from siteparity.model import Table, UnmeasuredError
from siteparity.probes import Answers, Target
from siteparity.probes import dns as probe
from siteparity.tools.dns import AUTHORITY, NO_ANSWER, Question, Reply, question, replies

Policy = probe.Policy
Read = Callable[[Answers, Target[Policy]], Table]
POLICY: dict[str, Any] = {
    "owner": "Platform",
    "zone": "shop.example",
    "servers": {"ns1.shop.example": "198.18.0.10", "ns2.shop.example": "198.18.0.11"},
    "names": ("www.shop.example",),
    "front_door": "edge1.{domain}",
}
DOOR = "edge1.arizona.shop.example"
READERS = [reading.read for reading in probe.PROBE.tables.values()]
SOA = "ns1.shop.example. hostmaster.shop.example. {serial} 3600 600 86400 60"
Records = Mapping[tuple[str, str], str]
HEALTHY: dict[tuple[str, str], str] = {
    ("shop.example", "SOA"): f"shop.example. 60 IN SOA {SOA.format(serial=7)}",
    (
        "shop.example",
        "NS",
    ): "shop.example. 60 IN NS ns1.shop.example.\nshop.example. 60 IN NS ns2.shop.example.",
    ("www.shop.example", "A"): "www.shop.example. 60 IN A 198.18.1.11",
    (DOOR, "A"): f"{DOOR}. 60 IN A 198.18.2.11",
}


def target(**changes: Any) -> Target[Policy]:
    """A host of Arizona under a policy."""
    return web_host(Policy(**{**POLICY, **changes}))


def asked(of: Target[Policy]) -> list[Question]:
    """The questions in the order of the answer's numbers."""
    section = of.section
    names = dict.fromkeys((*section.names, DOOR))
    pairs = [(section.zone, "SOA"), (section.zone, "NS")]
    return [Question(*one) for one in (*pairs, *((n, f) for n in names for f in ("A", "AAAA")))]


def response(one: Question, number: int, records: Records, flags: int = dns.flags.AA) -> dns.message.Message:
    """What a server that has these records would say."""
    made = dns.message.make_response(one.message(number))
    made.flags |= flags
    if text := records.get((one.name, one.kind)):
        made.answer = list(_rrsets(text))
    else:
        made.authority = list(_rrsets(HEALTHY["shop.example", "SOA"]))
    return made


def _rrsets(text: str) -> Iterator[dns.rrset.RRset]:
    sets: dict[tuple[str, str], list[str]] = {}
    ttls: dict[tuple[str, str], int] = {}
    for line in text.split("\n"):
        name, ttl, _, kind, data = line.split(" ", 4)
        sets.setdefault((name, kind), []).append(data)
        ttls[name, kind] = int(ttl)
    for (name, kind), of_kind in sets.items():
        yield dns.rrset.from_text(name, ttls[name, kind], "IN", kind, *of_kind)


def lines(of: Target[Policy], *servers: Records | None) -> bytes:
    """The answer of the shell text where the servers have these records; None: it is silent."""
    told = [
        f"{s} {q} {response(one, q, records).to_wire().hex()}\n"
        for s, records in enumerate(servers)
        if records is not None
        for q, one in enumerate(asked(of))
    ]
    return "".join((*told, "end\n")).encode()


def read(table: Read, *servers: Records | None, of: Target[Policy] | None = None) -> Table:
    """One table where the servers have these records."""
    of = of or target()
    return table(answered(replies=lines(of, *servers)), of)


def test_healthy_servers_make_healthy_tables() -> None:
    """No false alarm: everything is there, and nothing else."""
    assert set(read(probe.read_servers, HEALTHY, HEALTHY).values()) == {AUTHORITY}
    assert set(read(probe.read_zone, HEALTHY, HEALTHY).values()) == {
        "the same on every server",
        "those of the policy",
    }
    assert set(read(probe.read_records, HEALTHY, HEALTHY).values()) == {"198.18.1.11"}
    assert set(read(probe.read_front_door, HEALTHY, HEALTHY).values()) == {"198.18.2.11"}
    assert set(read(probe.read_ttl, HEALTHY, HEALTHY).values()) == {60}


def test_a_server_that_is_down_is_told_and_the_other_one_still_judged() -> None:
    """One silent server hides no wrong record of the other one."""
    assert read(probe.read_servers, HEALTHY, None)["ns2.shop.example"] == NO_ANSWER
    assert list(read(probe.read_records, HEALTHY, None)) == ["www.shop.example A at ns1.shop.example"]


@pytest.mark.parametrize("table", [one for one in READERS if one is not probe.read_servers])
def test_without_any_answer_nothing_is_known_of_the_zone(table: Read) -> None:
    """An empty table proves nothing."""
    with pytest.raises(UnmeasuredError, match="no name server answered"):
        read(table, None, None)


def test_an_old_zone_on_one_server_is_told_with_both_serials() -> None:
    """Serials differ: one server did not get the last change."""
    old = {**HEALTHY, ("shop.example", "SOA"): f"shop.example. 60 IN SOA {SOA.format(serial=6)}"}
    assert (
        read(probe.read_zone, HEALTHY, old)["serial of shop.example"]
        == "ns1.shop.example 7, ns2.shop.example 6"
    )


def test_a_name_server_that_the_policy_does_not_know_is_told() -> None:
    """Customers' resolvers ask it; this suite would not."""
    more = {
        **HEALTHY,
        ("shop.example", "NS"): HEALTHY["shop.example", "NS"] + "\nshop.example. 60 IN NS ns0.old.example.",
    }
    table = read(probe.read_zone, more, HEALTHY)
    assert table["name servers of shop.example at ns1.shop.example"] == (
        "ns0.old.example, ns1.shop.example, ns2.shop.example"
    )


def test_every_address_of_a_name_is_told() -> None:
    """Half of the customers go to the second one."""
    two = {
        (
            "www.shop.example",
            "A",
        ): "www.shop.example. 60 IN A 198.18.1.11\nwww.shop.example. 60 IN A 198.18.2.11"
    }
    assert list(read(probe.read_records, {**HEALTHY, **two}, None).values()) == ["198.18.1.11", "198.18.2.11"]


def test_aaaa_records_are_judged_where_they_are_and_demanded_where_the_policy_says() -> None:
    """A forgotten AAAA record leads to the old site; one that is missing leaves people out."""
    v6 = {("www.shop.example", "AAAA"): "www.shop.example. 60 IN AAAA 2001:db8:2::11"}
    assert "2001:db8:2::11" in read(probe.read_records, {**HEALTHY, **v6}, None).values()
    demanded = read(probe.read_records, HEALTHY, None, of=target(families=("A", "AAAA")))
    assert demanded["www.shop.example AAAA at ns1.shop.example"] == "no record"


def test_an_alias_is_followed_as_far_as_the_server_knows() -> None:
    """The longest TTL of the chain counts; an alias that leads out of the zone is told as it is."""
    alias = "www.shop.example. 3600 IN CNAME door.shop.example."
    chain = f"{alias}\ndoor.shop.example. 60 IN A 198.18.1.11"
    within = {**HEALTHY, ("www.shop.example", "A"): chain, ("www.shop.example", "AAAA"): alias}
    assert read(probe.read_records, within, None)["www.shop.example A at ns1.shop.example"] == "198.18.1.11"
    assert read(probe.read_ttl, within, None)["www.shop.example A at ns1.shop.example"] == 3600
    assert "door.shop.example." in read(probe.read_records, within, None).values()


def test_a_name_that_is_not_there_is_told_and_how_long_that_is_remembered() -> None:
    """Resolvers keep an absence as well (RFC 2308)."""
    none = {key: text for key, text in HEALTHY.items() if key != ("www.shop.example", "A")}
    assert read(probe.read_records, none, None)["www.shop.example A at ns1.shop.example"] == "no record"
    assert read(probe.read_ttl, none, None)["www.shop.example A at ns1.shop.example"] == 60


def reply(wire: bytes, one: Question) -> Reply:
    """What is read from one packet."""
    return replies([f"0 0 {wire.hex()}"], ["ns"], [one])["ns", one]


WWW = Question("www.shop.example", "A")


@pytest.mark.parametrize(
    ("spoiled", "state"),
    [
        (lambda m: setattr(m, "flags", m.flags & ~dns.flags.AA), "answers without authority"),
        (lambda m: m.set_rcode(dns.rcode.REFUSED), "answers REFUSED"),
        (lambda m: m.set_rcode(dns.rcode.SERVFAIL), "answers SERVFAIL"),
        (lambda m: setattr(m, "id", 99), "an answer to another question"),
        (lambda m: setattr(m, "flags", m.flags & ~dns.flags.QR), "an answer to another question"),
    ],
    ids=["no authority", "refused", "failed", "another number", "a question"],
)
def test_an_answer_that_is_no_good_says_why(spoiled: Callable[[Any], None], state: str) -> None:
    """A server that runs and has no authority is as bad as one that is down."""
    message = response(WWW, 0, HEALTHY)
    spoiled(message)
    assert reply(message.to_wire(), WWW) == Reply(state, exists=False)


def test_an_answer_to_another_name_is_none() -> None:
    """The question that comes back must be the one that was asked."""
    other = response(Question("www.other.example", "A"), 0, HEALTHY)
    assert reply(other.to_wire(), WWW).state == "an answer to another question"


def test_an_answer_that_did_not_fit_is_unmeasured() -> None:
    """Half of the addresses are not all of them."""
    with pytest.raises(UnmeasuredError, match="did not fit"):
        reply(response(WWW, 0, HEALTHY, dns.flags.AA | dns.flags.TC).to_wire(), WWW)


@given(st.binary(min_size=1, max_size=80))
def test_a_packet_of_any_bytes_is_no_crash_and_no_authority(wire: bytes) -> None:
    """Name servers lie, or are none."""
    assert not reply(wire, WWW).values


@given(st.integers(0, 200), st.integers(0, 255))
def test_a_spoiled_byte_gives_no_other_name(at: int, byte: int) -> None:
    """An answer with one wrong byte is read as an answer to this question, or as none."""
    wire = bytearray(response(WWW, 0, HEALTHY).to_wire())
    wire[at % len(wire)] = byte
    try:
        found = reply(bytes(wire), WWW)
    except UnmeasuredError:
        return
    assert found.state == AUTHORITY or not found.values


@pytest.mark.parametrize("line", [b"x", b"0 0 zz", b"2 0 00", b"0 99 00"])
def test_an_answer_in_another_form_is_unmeasured(line: bytes) -> None:
    """What the program does not print, or was never asked."""
    for table in READERS:
        with pytest.raises(UnmeasuredError):
            table(answered(replies=framed(line)), target())


def test_a_site_without_a_domain_has_no_front_door() -> None:
    """Said as what it is, instead of asking for a wrong name."""
    nameless = target()
    with pytest.raises(UnmeasuredError, match="parity_domain"):
        probe.ask(replace(nameless, site=replace(nameless.site, domain=None)))


@contextmanager
def server(says: Callable[[bytes], list[bytes]]) -> Iterator[int]:
    """A name server on loopback that says what it is told to; its port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
        made.bind(("127.0.0.1", 0))

        def serve() -> None:
            while True:
                try:
                    got, who = made.recvfrom(4096)
                except OSError:
                    return
                for packet in says(got):
                    made.sendto(packet, who)

        threading.Thread(target=serve, daemon=True).start()
        yield made.getsockname()[1]


def run(port: int, questions: list[Question], *servers: str) -> list[str]:
    """What the shell text prints, line by line."""
    text = question(servers, questions, port)
    done = subprocess.run(["sh", "-c", text], capture_output=True, check=True, timeout=20)
    *lines, end = done.stdout.decode().splitlines()
    assert end == "end"
    return lines


def test_the_shell_text_asks_real_servers() -> None:
    """Sent by perl, read here: the answer of a server that is there, and none of one that is not."""
    questions = asked(target())

    def says(got: bytes) -> list[bytes]:
        number = dns.message.from_wire(got).id
        return [b"noise", response(questions[number], number, HEALTHY).to_wire()]

    with server(says) as port:
        said = replies(run(port, questions, "127.0.0.1", "127.0.0.2"), ["one", "two"], questions)
    assert said["one", WWW] == Reply(AUTHORITY, ("198.18.1.11",), 60)
    assert {reply.state for (who, _), reply in said.items() if who == "two"} == {NO_ANSWER}


def test_an_answer_that_was_lost_once_is_asked_for_again() -> None:
    """UDP loses packets; that is no server that is down."""
    seen: list[bytes] = []

    def says(got: bytes) -> list[bytes]:
        seen.append(got)
        return [response(WWW, 0, HEALTHY).to_wire()] if len(seen) > 1 else []

    with server(says) as port:
        said = replies(run(port, [WWW], "127.0.0.1"), ["one"], [WWW])
    assert said["one", WWW].values == ("198.18.1.11",)
    assert len(seen) == 2
