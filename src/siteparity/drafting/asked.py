"""What only a person can answer, in the order in which answering helps most. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from siteparity.drafting.sites import SiteSeen
from siteparity.model import Site, UnmeasuredError
from siteparity.policy import Policy
from siteparity.policy.decisions import Undecided, shown_by
from siteparity.probes import Probes, Target
from siteparity.tools.witnesses import NOTHING
from siteparity.tools.witnesses.jobs import WORDS

_ORDER = (
    "owner",
    "roles",
    "languages",
    r"applications\.",
    r"aspects\.dns",
    r"aspects\.(site_role|sessions|database)",
    r"smoke\.storefront",
    r"smoke\.(session|database)",
    r"aspects\.subscriptions",
    r"smoke\.subscriptions",
    r"aspects\.(egress|tls|waf|locales|catalogues)",
    r"objectives\.rpo",
    r"aspects\.capacity",
    r"aspects\.schedules",
    r"smoke\.",
    r"aspects\.",
)
"""The first ones make the most checks possible, or name whom to ask about the rest."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question."""

    key: str
    question: str
    place: str
    """File and line."""
    hint: str = ""
    """What was seen that may help to answer it."""


def questions(
    policy: Policy, half: Sequence[Undecided], primary: SiteSeen, probes: Probes
) -> tuple[Asked, ...]:
    """All questions.

    Args:
        policy: the draft, as it was read.
        half: the drafted lines of which only half of the evidence was there.
        primary: what its hosts said.
        probes: whose witnesses tell what a site has.
    """
    absent = _nothing_of(primary, probes, policy)
    every = [
        Asked(one.key, one.question, one.place, _hint(one.key, primary, absent))
        for one in (*policy.undecided, *half)
    ]
    return tuple(sorted(every, key=_rank))


def _rank(one: Asked) -> tuple[int, int]:
    at = next((number for number, key in enumerate(_ORDER) if re.match(key, one.key)), len(_ORDER))
    line = re.search(r":([0-9]+)$", one.place)
    return at, int(line[1]) if line else 0


def _hint(key: str, primary: SiteSeen, absent: frozenset[str]) -> str:
    if key.endswith(".subscriptions") and (found := [*_charging(primary)]):
        return f"perhaps {', '.join(found[:3])}"
    name = key.removeprefix("aspects.")
    if key in absent or name in absent:
        reason = "{reason: ..., approved_by: ...}"
        return f"nothing of it was seen at {primary.name}; if it has none, absent: {{{name}: {reason}}}"
    return ""


def _charging(site: SiteSeen) -> Iterator[str]:
    """Jobs whose command has a word of those that charge money."""
    for host in site.hosts:
        for job in host.seen.jobs:
            if any(word in f"{job.command}{job.file}".lower() for word in WORDS):
                yield f"{job.command or job.program} of {job.file} ({host.name})"


def _nothing_of(site: SiteSeen, probes: Probes, policy: Policy) -> frozenset[str]:
    """The undecided aspects and journeys of which no witness found anything on any host."""
    wanted = {one.key.removeprefix("aspects.") for one in policy.undecided}
    shows = {name: shown_by(name, probes) for name in wanted}
    nothing = {
        aspect: _is_nowhere(aspect, site, probes, policy) for aspect in {*filter(None, shows.values())}
    }
    return frozenset(name for name, aspect in shows.items() if aspect and nothing.get(aspect))


def _is_nowhere(aspect: str, site: SiteSeen, probes: Probes, policy: Policy) -> bool:
    probe = probes.get(aspect)
    if probe is None or probe.absence is None:
        return False
    whole = _site(site)
    section = next(iter(policy.sections.values()))
    for host in site.hosts:
        target = Target(whole.host(host.name), whole, section, policy)
        try:
            found = probe.absence.read(host.seen.witnesses.unread(), target)
        except UnmeasuredError:
            return False
        if any(value != NOTHING for value in found.values()):
            return False
    return bool(site.hosts)


def _site(site: SiteSeen) -> Site:
    hosts = tuple(
        replace(one.given.host, name=one.name, site=site.name, roles=one.roles, addresses=one.addresses)
        for one in site.hosts
    )
    return Site(site.name, hosts)
