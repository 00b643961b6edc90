"""Running the subscriptions job dry on the standby's web hosts, and watching whether anything is written."""

from __future__ import annotations

import re
import shlex
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from siteparity.model import Host
from siteparity.policy.journeys import Subscriptions
from siteparity.pytest_plugin.database_rows import answers
from siteparity.pytest_plugin.standby import Claim, Standby

_TRIES = 4
_PAUSE_SECONDS = 1.5


@dataclass(frozen=True, slots=True)
class DryRun:
    """What one dry run said."""

    status: int
    text: str


def dry_runs(standby: Standby) -> tuple[Mapping[Host, DryRun], bool]:
    """Run the job dry on each host; what it said there, and whether a watched number changed each time.

    The primary's own job may write between two looks, on one of its hosts after the other, and the standby
    follows it. That ends within seconds; what a dry run writes is written each time.
    """
    policy: Subscriptions = standby.policy
    said: dict[Host, DryRun] = {}
    for attempt in range(_TRIES):
        time.sleep(_PAUSE_SECONDS if attempt else 0)
        before = _watched(standby, policy)
        for host in standby.hosts():
            with standby.trying(host):
                answer = standby.ask(host, "dry run")
                said[host] = DryRun(answer.status, answer.text.decode("utf-8", "replace"))
        if _watched(standby, policy) == before:
            return said, False
    return said, True


def claims(said: DryRun, policy: Subscriptions) -> Iterator[Claim]:
    """What must hold for a dry run: it succeeded, and printed what the policy wants."""
    command_line = shlex.join(policy.command)
    fix = f"runuser -u {shlex.quote(policy.user)} -- {command_line}  # read what it says"
    yield Claim("exit status", said.status, 0, fix)
    if said.status:
        return
    printed = reported(said.text)
    for key, value in policy.expect.items():
        yield Claim(f"{key}=", printed.get(key, "not printed"), value, fix)
    for key in policy.counts:
        number = "a number" if re.fullmatch(r"[0-9]{1,18}", printed.get(key, "")) else "no number"
        yield Claim(f"{key}=", number, "a number", fix)


def reported(text: str) -> dict[str, str]:
    """The lines ``key=value``; of a key that is printed twice, both values, so that it equals neither."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        key, equals, value = line.partition("=")
        if equals and re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.-]*", key):
            found[key] = f"{found[key]}, {value}"[:80] if key in found else value[:80]
    return found


def _watched(standby: Standby, policy: Subscriptions) -> Mapping[str, tuple[int, ...]]:
    """The numbers that must not change, from each of the standby's databases that answers."""
    found: dict[str, tuple[int, ...]] = {}
    for host in standby.hosts(standby.smoke.database.role) if policy.unchanged else ():
        with standby.trying(host):
            reply = standby.database(host, policy.unchanged)
            standby.hold(host, answers(reply))
            found[host.name] = reply.numbers
    return found
