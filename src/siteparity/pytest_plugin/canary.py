"""Canary sessions: made through the shop as customers make them, looked for in Redis, and ended again.

Only the shop writes. The suite knows a canary by the cookie that it was given, and asks Redis for nothing but
how long a session still lives, which does not show what it holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from siteparity.collect.live_questions import COOKIES
from siteparity.model import Host, Site, UnmeasuredError
from siteparity.policy.journeys import Session
from siteparity.pytest_plugin.page import Visitor
from siteparity.pytest_plugin.standby import Standby
from siteparity.redaction import Secret, remember

ABSENT, ENDLESS = -2, -1
"""What Redis answers to TTL besides seconds (Redis manual, "TTL")."""
_COOKIE = re.compile(r"[A-Za-z0-9_.-]{16,128}")
_LOOK = "journalctl --unit=shop --lines=20"


@dataclass(frozen=True, slots=True, eq=False)
class Canary:
    """One session, made through one web host."""

    host: Host
    visitor: Visitor
    cookie: Secret
    """What the shop knows it by, and its key in Redis is made of: who knows it is that customer."""


@contextmanager
def canaries(standby: Standby, site: Site) -> Iterator[Mapping[Canary, int]]:
    """Make a session through each web host of the standby, and look for it in the Redis of a site.

    Yields, for each session, the seconds that it still lives there, or `ABSENT`, or `ENDLESS`; nothing, and a
    finding, when that is not known. All sessions are ended when the block is left, however that happens, and
    must be gone from there then.
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
        _end(standby, policy, started)
        for canary, seconds in _lives(standby, site, started).items():
            standby.expect(
                "session that was ended",
                "gone" if seconds == ABSENT else "still there",
                equals="gone",
                host=canary.host,
                fix=f"{_LOOK}  # leaving the shop must delete the session in Redis",
            )


@contextmanager
def at_the_primary(standby: Standby) -> Iterator[Mapping[Canary, bool]]:
    """Make a session through each web host of the standby, and tell whether it is kept at the primary.

    Where a record stands in for the primary its Redis is not asked: a session that the standby's own Redis
    keeps is kept without it, and one that it does not keep is taken for one that the primary would have kept.
    """
    if standby.by_record:
        with canaries(standby, standby.site) as sessions:
            yield {canary: seconds == ABSENT for canary, seconds in sessions.items()}
    else:
        with canaries(standby, standby.primary) as sessions:
            yield {canary: seconds != ABSENT for canary, seconds in sessions.items()}


def _lives(standby: Standby, site: Site, sessions: Sequence[Canary]) -> Mapping[Canary, int]:
    """How long each session lives; nothing when one of the site's Redis hosts does not say."""
    policy: Session = standby.policy
    hosts = site.in_role(policy.sessions_role)
    answers: list[list[int]] = []
    for host in hosts if sessions else ():
        with standby.trying(host):
            cookies = " ".join(canary.cookie.reveal() for canary in sessions)
            answer = standby.ask(host, "lives", {COOKIES.name: cookies})
            said, complaint = (one.decode("ascii", "replace") for one in (answer.text, answer.stderr))
            answers.append(read_lives(said, complaint, len(sessions)))
    if len(answers) < len(hosts):
        return {}
    return {canary: max(seconds) for canary, *seconds in zip(sessions, *answers, strict=True)}


def read_lives(stdout: str, stderr: str, count: int) -> list[int]:
    """The numbers of Redis's answer, one a line.

    Raises:
        UnmeasuredError: it is not so many numbers; says what Redis said.
    """
    lines = stdout.split()
    if len(lines) != count or not all(re.fullmatch(r"-[12]|[0-9]{1,12}", line) for line in lines):
        words = " ".join((stderr or stdout).split())[:160]
        raise UnmeasuredError(f"Redis does not say how long a session lives: {words or 'no answer'}")
    return [int(line) for line in lines]


def _language(standby: Standby, policy: Session) -> str:
    return policy.language or next(iter(standby.languages))


def _start(standby: Standby, policy: Session, host: Host) -> Canary | None:
    """Visit a page that starts a session; None, and a finding, when the shop starts none."""
    path = policy.path.format(language=_language(standby, policy))
    visitor = standby.visitor(host, policy.port)
    page = visitor.get(path)
    if not standby.expect(f"status of {path}", page.status, equals=200, host=host, fix=_LOOK):
        return None
    cookie = page.cookies.get(policy.cookie, "")
    given = "given" if _COOKIE.fullmatch(cookie) else "not given"
    if not standby.expect(f"cookie {policy.cookie}", given, equals="given", host=host, fix=_LOOK):
        return None
    remember(cookie)
    return Canary(host, visitor, Secret(cookie))


def _end(standby: Standby, policy: Session, sessions: Sequence[Canary]) -> None:
    """End sessions as customers do."""
    for canary in sessions:
        with standby.trying(canary.host):
            canary.visitor.post(policy.end.format(language=_language(standby, policy)))
