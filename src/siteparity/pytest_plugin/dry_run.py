"""Dry runs of the subscriptions job on the standby's web hosts, and whether they write to the database."""

from __future__ import annotations

import re
import shlex
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from siteparity.model import Host
from siteparity.policy.journeys import Subscriptions
from siteparity.pytest_plugin.claims import Claim
from siteparity.pytest_plugin.database_rows import answer_claims
from siteparity.pytest_plugin.standby import Standby

_TRIES = 4
_PAUSE_SECONDS = 1.5


@dataclass(frozen=True, slots=True)
class DryRun:
    """The exit status and output of one dry run."""

    status: int
    text: str


def dry_runs(standby: Standby) -> tuple[Mapping[Host, DryRun], bool]:
    """Run the job dry on each host.

    The primary's own job may write in the meantime, and the standby follows it. That ends within seconds,
    while a dry run that writes does so each time. So a change counts only if each of several tries shows it.

    Returns:
        Host -> the last dry run; whether a watched number changed during every try.
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


def dry_run_claims(said: DryRun, policy: Subscriptions) -> Iterator[Claim]:
    """The dry run succeeds, and prints what the policy expects."""
    command_line = shlex.join(policy.command)
    fix = f"runuser -u {shlex.quote(policy.user)} -- {command_line}  # read what it says"
    yield Claim("exit status", said.status, 0, fix)
    if said.status:
        return
    printed = reported(said.text)
    if isinstance(policy.expect, Mapping):
        for key, value in policy.expect.items():
            yield Claim(f"{key}=", printed.get(key, "not printed"), value, fix)
    else:
        words = " ".join(said.text.split())
        for text in policy.expect:
            found = "printed" if " ".join(text.split()) in words else "not printed"
            yield Claim(repr(text), found, "printed", fix)
    for key in policy.counts:
        number = "a number" if re.fullmatch(r"[0-9]{1,18}", printed.get(key, "")) else "no number"
        yield Claim(f"{key}=", number, "a number", fix)


def reported(text: str) -> dict[str, str]:
    """The lines ``key=value`` by key. A key that is printed twice gets both values, and so equals neither."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        key, equals, value = line.partition("=")
        if equals and re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.-]*", key):
            found[key] = f"{found[key]}, {value}"[:80] if key in found else value[:80]
    return found


def _watched(standby: Standby, policy: Subscriptions) -> Mapping[str, tuple[int, ...]]:
    """The numbers that must not change, of each database of the standby that answers."""
    found: dict[str, tuple[int, ...]] = {}
    database = standby.smoke.database
    for host in standby.hosts(database.role) if database and policy.unchanged else ():
        with standby.trying(host):
            reply = standby.database(host, policy.unchanged)
            standby.hold(host, answer_claims(reply))
            found[host.name] = reply.numbers
    return found
