"""Checks that differ, in words: what is wrong, at which site or on which hosts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from siteparity.model import Finding, Outcome
from siteparity.report.words import count, title
from siteparity.result import SavedCheck

NAMED = 3
"""How many hosts a sentence names; more are counted."""


def failure(checks: Sequence[SavedCheck], primary: str, standby: str) -> str:
    """The sentence of a test that differs: ``The running application on Arizona web1 keeps logins ...``.

    Args:
        checks: one or more checks of one test; those that do not differ say nothing about the hosts.
        primary: the site's name.
        standby: the site's name.
    """
    found = [one for check in checks if check.outcome is Outcome.DIFFERENT for one in check.findings]
    return told(checks[0].broken, checks[0].sentence, found, (primary, standby))


def told(broken: str, sentence: str, found: Iterable[Finding], sites: tuple[str, str]) -> str:
    """A sentence with the names of sites and hosts in it.

    Args:
        broken: as the check has it (`siteparity.result.SavedCheck.broken`); empty for a test of one's own.
        sentence: its promise.
        found: what it found; the hosts of open findings are named.
        sites: the names of primary and standby.
    """
    if not broken:
        return f"Does not hold: {sentence}"
    where = places((host for one in found if not one.accepted for host in one.where), *sites)
    primary, standby = map(title, sites)
    fields = {"primary": primary, "standby": standby, "where": where or standby}
    # In one pass: the name of a host may look like a field.
    return re.sub(r"\{(primary|standby|where)\}", lambda field: fields[field[1]], broken)


def places(labels: Iterable[str], primary: str, standby: str) -> str:
    """``Arizona web1 and web2``, ``4 hosts of Dallas and Arizona web1``; empty for no host."""
    of: dict[str, list[str]] = {primary: [], standby: []}
    for label in dict.fromkeys(labels):
        site, _, host = label.partition("/")
        of.setdefault(site, []).append(host)
    return " and ".join(_of_site(site, hosts) for site, hosts in of.items() if hosts)


def _of_site(site: str, hosts: Sequence[str]) -> str:
    if len(hosts) > NAMED:
        return f"{count(len(hosts), 'host')} of {title(site)}"
    *others, last = hosts
    named = f"{', '.join(others)} and {last}" if others else last
    return f"{title(site)} {named}"
