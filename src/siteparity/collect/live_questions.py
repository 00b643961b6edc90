"""What smoke checks ask a host besides the questions of probes, and where they connect through it.

The suite's account on the host is allowed exactly this (`siteparity.commands.privileges`).
"""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Iterator, Mapping

from siteparity.model import Host
from siteparity.policy import Policy
from siteparity.policy.journeys import Journey, Session, StatusPage, Subscriptions, Way, place
from siteparity.tools.redis_cli import login
from siteparity.transport.script import Ask, Word

_ANY_STATUS = frozenset(range(256))

COOKIES = Word("COOKIES", "0-9A-Za-z.,_ -", 20_000, meaning="names of sessions to look for")
"""What names the sessions to look for, separated by blanks."""


def questions(policy: Policy, host: Host) -> Mapping[str, Ask]:
    """The questions that smoke checks may ask a host, by `full_name`."""
    return {
        full_name(name): ask
        for journey in policy.smoke.journeys().values()
        for role, name, ask in (*_questions(journey), *_authorities(journey))
        if role in host.roles
    }


def _questions(journey: Journey) -> Iterator[tuple[str, str, Ask]]:
    """The role of the hosts, the question's name, and the question."""
    match journey:
        case Subscriptions():
            yield journey.role, "dry run", dry_run(journey)
        case Session():
            yield journey.sessions_role, "lives", lives(journey)
        case StatusPage():
            yield journey.role, "addresses", addresses(journey)


def _authorities(journey: Journey) -> Iterator[tuple[str, str, Ask]]:
    """The file with the authorities of each door's certificate."""
    for door in journey.doors():
        if door.https and door.trust:
            yield door.role, authorities_of(door.trust), authorities(journey, door.trust)


def authorities_of(path: str) -> str:
    """The name of the question for the authorities in a file: the same file is asked for once."""
    return f"authorities {hashlib.sha256(path.encode()).hexdigest()[:16]}"


def authorities(journey: Journey, path: str) -> Ask:
    """The certificates in a file, and nothing else that it may hold."""
    block = "/^-----BEGIN CERTIFICATE-----/,/^-----END CERTIFICATE-----/p"
    return _live(journey, f"exec sed -n {shlex.quote(block)} -- {shlex.quote(path)}")


def full_name(name: str) -> str:
    """The name of a smoke check's question among all questions that a host may be asked."""
    return f"live.{name.replace(' ', '-')}"


def dry_run(policy: Subscriptions) -> Ask:
    """Run the subscriptions job dry as the schedule's user, without a login session."""
    user = shlex.quote(policy.user)
    text = f"exec setpriv --reuid={user} --regid={user} --init-groups -- {shlex.join(policy.command)}"
    return _live(policy, text)


def lives(policy: Session) -> Ask:
    """The TTL of each session. The host makes the keys: a run can ask for no other key."""
    before, after = policy.around
    text = (
        f"{login(policy.redis_auth_file)}"
        "for one in $COOKIES\n"
        f'do "$CLIENT" -e --no-auth-warning -h 127.0.0.1 -p {policy.redis_port} -n {policy.redis_database} '
        f'--user {shlex.quote(policy.redis_user)} TTL {shlex.quote(before)}"$one"{shlex.quote(after)}||exit\n'
        "done"
    )
    return _live(policy, text, COOKIES)


def addresses(policy: StatusPage) -> Ask:
    """The addresses of the status page's name on the host."""
    text = f"exec getent ahosts -- {shlex.quote(policy.server)}"
    return _live(policy, text)


def _live(journey: Journey, text: str, *words: Word) -> Ask:
    """A question that may end with any status, within the journey's time limit."""
    seconds = max(1, round(journey.timeout.total_seconds()))
    return Ask(text, ok=_ANY_STATUS, timeout=seconds, words=words)


def ways(policy: Policy, host: Host) -> tuple[str, ...]:
    """Where smoke checks connect through the host: ``host:port``, or a Unix socket's path; each once."""
    return tuple(dict.fromkeys(way.target for way in _ways(policy) if way.role in host.roles))


def _ways(policy: Policy) -> Iterator[Way]:
    for journey in policy.smoke.journeys().values():
        yield from journey.ways()
        needed = policy.sections.get(journey.needs or "")
        for server, port in needed.outside_servers() if needed else ():
            yield Way(journey.role, place(server, port))
