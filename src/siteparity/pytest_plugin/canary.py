"""Canary sessions: started as customers start them, looked up in Redis, and ended again if there is a way.

Only the application writes. The suite knows a session by its cookie, and asks Redis for nothing but its time
to live, which does not show its content.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus

from siteparity.collect.live_questions import COOKIES
from siteparity.model import Host, Site, UnmeasuredError
from siteparity.policy.journeys import Session
from siteparity.pytest_plugin.page import Visitor
from siteparity.pytest_plugin.standby import Standby
from siteparity.redaction import Secret, remember

ABSENT, ENDLESS = -2, -1
"""Redis's answers to TTL that are no seconds: no such key, no end (Redis manual, "TTL")."""
_LOOK = "journalctl --lines=20 {logs}"
_COOKIE = "name in the policy the cookie, and the part of it, that names a session"


@dataclass(frozen=True, slots=True, eq=False)
class Canary:
    """One session, started through one web host."""

    host: Host
    visitor: Visitor
    name: Secret
    """Names the session in Redis. Whoever knows the cookie is the customer."""


@contextmanager
def canaries(standby: Standby, site: Site) -> Iterator[Mapping[Canary, int]]:
    """Start a session through each web host of the standby, and look it up in the Redis of a site.

    Yields session -> seconds to live there, `ABSENT` or `ENDLESS`; nothing, and a finding, if they are not
    known. When the block is left, in whatever way, all sessions are ended, if the policy says how, and then
    must be gone from there.
    """
    policy: Session = standby.policy
    started: list[Canary] = []
    try:
        for host in standby.hosts():
            with standby.trying(host):
                if canary := _start(standby, policy, host):
                    started.append(canary)
        yield _lives(standby, site, started)
    finally:
        if policy.end is not None:
            _end(standby, policy, policy.end, started)
            for canary, seconds in _lives(standby, site, started).items():
                standby.expect(
                    "session that was ended",
                    "gone" if seconds == ABSENT else "still there",
                    equals="gone",
                    host=canary.host,
                    fix=f"{_LOOK}  # ending a session must delete it in Redis",
                )


def where(standby: Standby, sessions: Mapping[Canary, int]) -> Mapping[Canary, str]:
    """Session -> the site whose Redis keeps it, given its seconds to live in the standby's own.

    The primary's Redis is asked about those that the standby's lacks, to tell a session that is kept at the
    wrong site from one that is kept in no Redis. While a record stands in for the primary, nobody can tell.
    """
    lost = [canary for canary, seconds in sessions.items() if seconds == ABSENT]
    there = _lives(standby, standby.primary, lost) if lost and not standby.by_record else {}
    at_primary = f"kept by the Redis of {standby.primary.name}"
    found = {}
    for canary, seconds in sessions.items():
        if seconds != ABSENT:
            found[canary] = kept_by(standby.site)
        elif canary in there:
            found[canary] = at_primary if there[canary] != ABSENT else "kept by neither Redis"
        else:
            found[canary] = f"not {kept_by(standby.site)}"
    return found


def kept_by(site: Site) -> str:
    """How a finding says where a session is."""
    return f"kept by the Redis of {site.name}"


@contextmanager
def at_the_primary(standby: Standby) -> Iterator[Mapping[Canary, bool]]:
    """Start a session through each web host of the standby, and yield whether the primary keeps it.

    If a record stands in for the primary, its Redis cannot be asked. Then a session counts as kept by the
    primary if the standby's own Redis does not keep it.
    """
    if standby.by_record:
        with canaries(standby, standby.site) as sessions:
            yield {canary: seconds == ABSENT for canary, seconds in sessions.items()}
    else:
        with canaries(standby, standby.primary) as sessions:
            yield {canary: seconds != ABSENT for canary, seconds in sessions.items()}


def _lives(standby: Standby, site: Site, sessions: Sequence[Canary]) -> Mapping[Canary, int]:
    """Session -> its seconds to live; nothing if one of the site's Redis hosts does not answer."""
    policy: Session = standby.policy
    hosts = site.in_role(policy.sessions_role)
    answers: list[list[int]] = []
    for host in hosts if sessions else ():
        with standby.trying(host):
            names = " ".join(canary.name.reveal() for canary in sessions)
            answer = standby.ask(host, "lives", {COOKIES.name: names})
            said, complaint = (one.decode("ascii", "replace") for one in (answer.text, answer.stderr))
            answers.append(read_lives(said, complaint, len(sessions)))
    if len(answers) < len(hosts):
        return {}
    return {canary: max(seconds) for canary, *seconds in zip(sessions, *answers, strict=True)}


def read_lives(stdout: str, stderr: str, count: int) -> list[int]:
    """The numbers in Redis's answer, one a line.

    Raises:
        UnmeasuredError: they are not `count` numbers; quotes the answer.
    """
    lines = stdout.split()
    if len(lines) != count or not all(re.fullmatch(r"-[12]|[0-9]{1,12}", line) for line in lines):
        words = " ".join((stderr or stdout).split())[:160]
        raise UnmeasuredError(f"Redis does not say how long a session lives: {words or 'no answer'}")
    return [int(line) for line in lines]


def _language(standby: Standby, policy: Session) -> str:
    return policy.language or next(iter(standby.languages), "")


def _start(standby: Standby, policy: Session, host: Host) -> Canary | None:
    """Visit a page that starts a session; None, and a finding, if the application does not start one."""
    request = policy.request(policy.path, _language(standby, policy))
    visitor = standby.visitor(host, policy.door)
    page = visitor.get(*request)
    # A page that sets a cookie may show nothing, or lead on.
    answered = isinstance(page.status, int) and page.status < HTTPStatus.BAD_REQUEST
    found = "answered" if answered else page.status
    if not standby.expect(f"request for {request.path}", found, equals="answered", host=host, fix=_LOOK):
        return None
    cookie = page.cookies.get(policy.cookie, "")
    remember(cookie)
    name = policy.named(cookie)
    given = "names a session" if name else "is not set" if not cookie else "names no session"
    if not standby.expect(
        f"cookie {policy.cookie}", given, equals="names a session", host=host, fix=f"{_LOOK}  # or {_COOKIE}"
    ):
        return None
    remember(name or "")
    return Canary(host, visitor, Secret(name or ""))


def _end(standby: Standby, policy: Session, end: str, sessions: Sequence[Canary]) -> None:
    """End sessions as customers do."""
    for canary in sessions:
        with standby.trying(canary.host):
            canary.visitor.ask(policy.end_with, *policy.request(end, _language(standby, policy)))
