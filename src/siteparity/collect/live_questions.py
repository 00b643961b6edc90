"""What smoke checks need of a host besides its answers to probes: questions put live, and ways through it.

A host's account is given exactly these (`siteparity.commands.privileges`): a smoke check that needs more says
it here.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from siteparity.model import Host
from siteparity.policy import Policy
from siteparity.policy.journeys import Session, StatusPage, Subscriptions
from siteparity.tools.redis_cli import login
from siteparity.transport.script import Ask, Word

_ANY_STATUS = frozenset(range(256))

COOKIES = Word("COOKIES", "0-9A-Za-z._ -", 20_000)
"""The cookies of the sessions that are looked for, with blanks between them."""


def questions(policy: Policy, host: Host) -> Mapping[str, Ask]:
    """The questions that smoke checks may put to a host, by their name."""
    smoke = policy.smoke
    makers: tuple[tuple[str, str, Callable[[], Ask]], ...] = (
        ("dry run", smoke.subscriptions.role, lambda: dry_run(smoke.subscriptions)),
        ("lives", smoke.session.sessions_role, lambda: lives(smoke.session)),
        ("addresses", smoke.status_page.role, lambda: addresses(smoke.status_page)),
    )
    return {full_name(name): make() for name, role, make in makers if role in host.roles}


def full_name(name: str) -> str:
    """How a question is called among all that a host may be asked."""
    return f"live.{name.replace(' ', '-')}"


def dry_run(policy: Subscriptions) -> Ask:
    """Run the subscriptions job dry, as the schedule's user, without opening a login session."""
    user = shlex.quote(policy.user)
    text = f"exec setpriv --reuid={user} --regid={user} --init-groups -- {shlex.join(policy.command)}"
    return Ask(text, ok=_ANY_STATUS, timeout=_seconds(policy.timeout.total_seconds()))


def lives(policy: Session) -> Ask:
    """How long the sessions of some cookies still live; their keys are made here, of cookies alone."""
    before, _, after = policy.key.partition("{cookie}")
    text = (
        f"{login(policy.redis_auth_file)}"
        "for one in $COOKIES\n"
        f"do redis-cli -e --no-auth-warning -h 127.0.0.1 -p {policy.redis_port} -n {policy.redis_database} "
        f'--user {shlex.quote(policy.redis_user)} TTL {shlex.quote(before)}"$one"{shlex.quote(after)}||exit\n'
        "done"
    )
    return Ask(text, ok=_ANY_STATUS, timeout=_seconds(policy.timeout.total_seconds()), words=(COOKIES,))


def addresses(policy: StatusPage) -> Ask:
    """What the status page's name stands for on the host."""
    text = f"exec getent ahosts -- {shlex.quote(policy.server)}"
    return Ask(text, ok=_ANY_STATUS, timeout=_seconds(policy.timeout.total_seconds()))


def _seconds(seconds: float) -> int:
    return max(1, round(seconds))


def ways(policy: Policy, host: Host) -> tuple[str, ...]:
    """Where connections of smoke checks through the host may lead: ``host:port``, or a socket's path."""
    return tuple(dict.fromkeys(target for role, target in _ways(policy) if role in host.roles))


def _ways(policy: Policy) -> Iterator[tuple[str, str]]:
    """Role of the host, and where a way through it leads."""
    smoke = policy.smoke
    for front in (smoke.storefront, smoke.admin):
        yield front.role, place("127.0.0.1", front.port)
        yield front.web_role, place("127.0.0.1", front.web_port)
    for page in (smoke.attack, smoke.maintenance_page, smoke.session):
        yield page.role, place("127.0.0.1", page.port)
    yield smoke.database.role, smoke.database.socket
    yield smoke.database.web_role, place("127.0.0.1", smoke.database.web_port)
    yield smoke.status_page.role, place(smoke.status_page.server, smoke.status_page.port)
    third: Any = policy.sections.get("egress")  # the aspect's own type; `siteparity.probes` stands above
    for party in third.parties.values() if third else ():
        yield smoke.egress.role, place(party.server, party.port)


def place(server: str, port: int) -> str:
    """A server's port as OpenSSH writes it."""
    return f"[{server}]:{port}" if ":" in server else f"{server}:{port}"
