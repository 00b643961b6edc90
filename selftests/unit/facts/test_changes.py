"""A site has changed if a table that lasts says something else; what moves by itself is no change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from siteparity.collect import Measured
from siteparity.facts.changes import changes
from siteparity.facts.records import Record, record_of
from siteparity.model import Facts, HostFacts, Table, Unmeasured
from siteparity.policy import Section
from siteparity.probes import Probe, Reading

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
DIGEST = "0" * 64


def _never(*_: object) -> Table:
    raise AssertionError("nothing is read here")


PROBES = {
    "things": Probe(
        Section,
        lambda _: {},
        {
            "lasting": Reading(_never),
            "other": Reading(_never),
            "age": Reading(_never, moves=True),
            "hash": Reading(_never, of_one_run=True),
        },
    )
}
FACTS: Facts = {"lasting": {"a": "1", "b": True}, "other": {}, "age": {"s": 1.5}, "hash": {"k": "x"}}


def record(minutes: int, **hosts: HostFacts) -> Record:
    """A site whose second host says what the first one does not change."""
    of = {"web1": {"things": FACTS}, "web2": {"things": FACTS}} | hosts
    measured = Measured("arizona", NOON + timedelta(minutes=minutes), of)
    return record_of(measured, tool_version="1", policy_digest=DIGEST, inventory_digest=DIGEST)


def test_an_untouched_site_has_not_changed() -> None:
    """Ages, and hashes with another run's key, are other ones each time."""
    moved = {"things": {**FACTS, "age": {"s": 300.0}, "hash": {"k": "y"}}}
    found = changes(record(0), record(5, web1=moved), PROBES)
    assert found.both == ()
    assert (found.changed, found.unmeasured, found.compared) == ((), (), 4)


def test_a_change_is_named_with_host_aspect_table_and_items() -> None:
    """A value that only changed its type is a change: True is not 1."""
    now: HostFacts = {"things": {**FACTS, "lasting": {"b": 1, "c": "2"}}}
    (found,) = changes(record(0), record(5, web2=now), PROBES).changed
    assert found == ("arizona/web2: things.lasting: a was 1, is absent, b was True, is 1, c was absent, is 2")


def test_many_items_are_counted() -> None:
    """A line stays a line, whatever a host says."""
    now = {"things": {**FACTS, "lasting": {f"item{number}": "x" * 1000 for number in range(9)}}}
    (found,) = changes(record(0), record(5, web1=now), PROBES).changed
    assert found.endswith(" and 8 more")
    assert len(found) < 600


@pytest.mark.parametrize("now", [{"things": {"lasting": FACTS["lasting"]}}, {}])
def test_a_table_or_host_that_is_gone_is_a_change(now: HostFacts) -> None:
    """An empty table that is gone is one as well."""
    assert changes(record(0), record(5, web1=now), PROBES).changed


def test_what_cannot_be_measured_any_more_is_no_change_and_not_the_same() -> None:
    """It is told with its reason; a silent host once."""
    now: HostFacts = {"things": {**FACTS, "lasting": Unmeasured("no tool")}}
    silent: HostFacts = {"things": {name: Unmeasured(f"{name}: no answer") for name in FACTS}}
    found = changes(record(0), record(5, web1=now, web2=silent), PROBES)
    assert found.changed == ()
    assert found.unmeasured == ("arizona/web2: no answer", "arizona/web1: things.lasting: no tool")


def test_what_was_not_known_before_cannot_have_changed() -> None:
    """A standby's table that a primary has not stays unknown."""
    before: HostFacts = {"things": {**FACTS, "lasting": Unmeasured("not in recovery")}}
    assert changes(record(0, web1=before), record(5, web1=before), PROBES).unmeasured == ()


def test_a_value_that_only_changed_its_type_is_a_change() -> None:
    """True is not 1, though Python takes them for equal."""
    now: HostFacts = {"things": {**FACTS, "lasting": {"a": "1", "b": 1}}}
    assert len(changes(record(0), record(5, web1=now), PROBES).changed) == 1


def test_what_stands_in_for_a_secret_is_another_text_in_each_run() -> None:
    """It tells secrets apart within one run; all around it is compared."""
    before: HostFacts = {"things": {"lasting": {"url": "redis://u:***#12ab34cd@db"}}}
    now: HostFacts = {"things": {"lasting": {"url": "redis://u:***#00000000@db"}}}
    other: HostFacts = {"things": {"lasting": {"url": "redis://u:***#00000000@other"}}}
    first = record(0, web1=before, web2=before)
    assert changes(first, record(5, web1=now, web2=now), PROBES).changed == ()
    (found,) = changes(first, record(5, web1=now, web2=other), PROBES).changed
    assert found == "arizona/web2: things.lasting: url was redis://u:***@db, is redis://u:***@other"


def test_what_both_looks_know_is_told_apart_from_what_is_new_or_gone() -> None:
    """Another version of the suite may measure more."""
    now: HostFacts = {"things": {**FACTS, "lasting": {"a": "2"}, "new": {"c": 1}}}
    found = changes(record(0), record(5, web2=now), PROBES)
    assert len(found.changed) == 2
    assert found.both == ("arizona/web2: things.lasting: a was 1, is 2, b was True, is absent",)
