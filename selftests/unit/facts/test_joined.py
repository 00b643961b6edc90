"""Records of several runners: what each host said is compared, and what only one run can tell is not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from selftests.unit.sites import ARIZONA, DALLAS
from siteparity.collect import Measured
from siteparity.facts.joined import OF_A_PART, OF_ANOTHER, OTHER_CLOCK, OTHER_KEY, joined
from siteparity.facts.records import Record, record_of
from siteparity.inventory import inventory_digest
from siteparity.model import ConfigurationError, Facts, Site, Table, Unmeasured
from siteparity.policy import Section
from siteparity.probes import Probe, Reading, SecondLook

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
POLICY, KEY = "0" * 64, "1" * 64
SITES = (DALLAS, ARIZONA)


def _never(*_: object) -> Any:
    raise AssertionError("nothing is read here")


LOOK: SecondLook[Section] = SecondLook(_never, _never, {"tried": Reading(_never)})
PROBES = {
    "a": Probe(
        Section,
        lambda _: {},
        {
            "plain": Reading(_never),
            "hashed": Reading(_never, of_one_run=True),
            "clock": Reading(_never, by_runners_clock=True),
        },
        then=LOOK,
    )
}
FACTS: Facts = {
    "plain": {"x": 1},
    "hashed": {"key": "hash"},
    "hashed/part": {"key": "hash"},
    "tried": {"web2": 0.1},
    "clock": {"by the runner's clock": "within the limit"},
    "says": {"address": "redis://:***#12ab34cd@db1"},
    "away": Unmeasured("no answer"),
}


def record(
    site: Site, hosts: Sequence[str] | None = None, *, key: str | None = KEY, hours: float = 0, **other: str
) -> Record:
    """Every host says the same; by default all hosts of the site were asked."""
    named = [host.name for host in site.hosts] if hosts is None else hosts
    digests = {
        "policy_digest": POLICY,
        "inventory_digest": inventory_digest([site]),
        "tool_version": "1",
    } | other
    measured = Measured(site.name, NOON + timedelta(hours=hours), {host: {"a": FACTS} for host in named})
    made = record_of(measured, secrets_key=key, **digests)
    return made.model_copy(update={"clock_error": 0.1})


@pytest.mark.parametrize("minutes", [0, 1])
def test_what_was_asked_by_another_record_is_unmeasured(minutes: int) -> None:
    """Such as whether the standby has passed a position: that of a record of last week it passed long ago."""
    dallas = record(DALLAS)
    asked_by = dallas.measured_at - timedelta(minutes=minutes)
    arizona = record(ARIZONA, hours=1).model_copy(update={"other_measured_at": asked_by})
    _, standby = both(dallas, arizona)
    expected = f"tried: {OF_ANOTHER}" if minutes else FACTS["tried"]
    assert facts(standby)["tried"] == expected
    assert facts(standby)["plain"] == FACTS["plain"]


@pytest.mark.parametrize(
    ("errors", "hours", "agree"),
    [
        ((0.5, 1.4), 1, True),
        ((0.5, 1.6), 1, False),
        ((None, 0.1), 1, False),
        ((None, None), 1, False),
        ((None, None), 0, True),
    ],
    ids=["agree", "apart", "one unknown", "unknown", "one run"],
)
def test_clocks_are_compared_by_runners_that_agree(
    errors: tuple[float | None, float | None], hours: int, agree: bool
) -> None:
    """Each may find its own site right while the sites are a minute apart. One run has one clock."""
    made = [
        record(site, hours=hours * number).model_copy(update={"clock_error": error})
        for number, (site, error) in enumerate(zip(SITES, errors, strict=True))
    ]
    for one in both(*made):
        assert facts(one)["clock"] == (FACTS["clock"] if agree else f"clock: {OTHER_CLOCK}")


def both(*records: Record) -> tuple[Record, ...]:
    """The records of both sites, joined."""
    return joined(records, SITES, PROBES, POLICY, "1", timedelta(seconds=2))


def facts(of: Record, host: str = "web1") -> dict[str, Table | str]:
    """Table -> its values, or why there are none."""
    found = of.facts(host, "a")
    return {name: one.reason if isinstance(one, Unmeasured) else one for name, one in found.items()}


def test_records_of_one_key_are_compared_as_they_are() -> None:
    """Whenever each was made. They count as of the older one, so that nothing takes them for two runs."""
    primary, standby = both(record(DALLAS, hours=2), record(ARIZONA))
    assert (primary.site, standby.site) == (DALLAS.name, ARIZONA.name)
    assert (primary.measured_at, standby.measured_at) == (NOON, NOON)
    expected = {**FACTS, "away": "no answer"}
    assert facts(primary) == facts(standby) == expected


@pytest.mark.parametrize("keys", [("1" * 64, "2" * 64), (None, None), (KEY, None)])
def test_what_other_keys_hid_is_unmeasured_at_both_sites(keys: tuple[str | None, str | None]) -> None:
    """Never the same, never different. Of records of older versions nobody knows the key."""
    made = both(record(DALLAS, key=keys[0]), record(ARIZONA, key=keys[1]))
    for one in made:
        found = facts(one)
        hidden = {name for name, why in found.items() if why == f"{name}: {OTHER_KEY}"}
        assert hidden == {"hashed", "hashed/part", "says"}
        assert (found["plain"], found["tried"]) == (FACTS["plain"], FACTS["tried"])


def test_parts_of_a_site_make_one_record() -> None:
    """What hosts tried among each other was tried in each part alone, and proves nothing about the site."""
    names = [host.name for host in DALLAS.hosts]
    primary, standby = both(record(DALLAS, names[:1]), record(DALLAS, names[1:], hours=1), record(ARIZONA))
    assert sorted(primary.hosts) == sorted(names)
    for name in names:
        assert facts(primary, name)["tried"] == f"tried: {OF_A_PART}"
        assert facts(primary, name)["plain"] == FACTS["plain"]
    assert facts(standby)["tried"] == FACTS["tried"]


def test_a_record_of_a_part_alone_has_no_facts_of_the_rest() -> None:
    """What was not asked is unmeasured for whoever judges it."""
    primary, _ = both(record(DALLAS, ["web1"]), record(ARIZONA))
    assert set(primary.hosts) == {"web1"}
    assert facts(primary)["tried"] == f"tried: {OF_A_PART}"


NEVADA = replace(DALLAS, name="nevada")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ([record(DALLAS)], "expected a record of arizona, found none; siteparity record arizona makes one"),
        ([record(NEVADA), record(ARIZONA)], "record of nevada .*: expected a record of dallas or arizona"),
        ([record(DALLAS, policy_digest="9" * 64), record(ARIZONA)], "dallas .* by another policy"),
        ([record(DALLAS), record(ARIZONA, inventory_digest="9" * 64)], "arizona .* by another inventory"),
        ([record(DALLAS), record(ARIZONA, tool_version="0")], "siteparity 0 made it, this is 1"),
        ([record(DALLAS), record(DALLAS), record(ARIZONA)], "another record holds .* as well"),
    ],
    ids=["none", "stranger", "policy", "inventory", "version", "twice"],
)
def test_records_that_do_not_belong_together_are_refused(given: Sequence[Record], words: str) -> None:
    """Rather than compared, with whatever outcome."""
    with pytest.raises(ConfigurationError, match=words):
        both(*given)
