"""With a record of the primary the standby is judged live, but for what can only be known of one run."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from selftests.unit.sites import ARIZONA, DALLAS
from siteparity.collect import Measured
from siteparity.facts.evidence import Evidence
from siteparity.facts.records import Record, record_of
from siteparity.model import Facts, Site, Table, Unmeasured
from siteparity.policy import Section
from siteparity.probes import Probe, Reading

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=3)
DIGEST = "0" * 64


def _never(*_: object) -> Table:
    raise AssertionError("nothing is read here")


PROBES = {
    "secrets": Probe(
        Section,
        lambda _: {},
        {
            "values": Reading(_never, of_one_run=True, unless_changed="_changed"),
            "_changed": Reading(_never),
            "states": Reading(_never),
            "unproven": Reading(_never, of_one_run=True),
        },
    )
}
FROM_PRIMARY = {
    "secrets": Probe(Section, lambda _: {}, {"values": Reading(_never, with_other_site=True)}),
}
FILES = {"/etc/key": "inode, change, size 7 1.5 30"}
THEN: Facts = {
    "values": {"key": "hash of then"},
    "_changed": FILES,
    "states": {"key": "of then"},
    "unproven": {"a": "then"},
}
NOW: Facts = {
    "values": {"key": "hash of now"},
    "_changed": FILES,
    "states": {"key": "of now"},
    "unproven": {"a": "now"},
}
AWAY = Unmeasured("no stream can come", away=True)


def record(site: Site, at: datetime, facts: Facts) -> Record:
    """Every host of the site says the same."""
    hosts: Mapping[str, Mapping[str, Facts]] = {host.name: {"secrets": facts} for host in site.hosts}
    measured = Measured(site.name, at, hosts)
    return record_of(measured, tool_version="1", policy_digest=DIGEST, inventory_digest=DIGEST)


def evidence(now: Facts = NOW, then: Facts | None = THEN) -> Evidence:
    """A record of the primary of noon, the standby of three hours later."""
    return Evidence(
        PROBES,
        record(DALLAS, NOON, THEN),
        record(ARIZONA, LATER, now),
        None if then is None else record(ARIZONA, NOON, then),
    )


def judged(of: Evidence, table: str) -> Table | Unmeasured:
    """What is judged of the standby's first host."""
    return of.facts(ARIZONA, "secrets")["web1"][table]


def test_in_one_run_every_fact_is_judged_as_it_was_measured() -> None:
    """Hashes of one key are held against each other."""
    of = Evidence(PROBES, record(DALLAS, NOON, THEN), record(ARIZONA, NOON, NOW))
    assert not of.by_record
    assert of.facts(ARIZONA, "secrets")["web1"] == NOW
    assert of.facts(DALLAS, "secrets")["web1"] == THEN
    assert of.carried() == {}


def test_a_hash_of_then_holds_while_its_file_is_untouched() -> None:
    """Both hashes are of one key, and the host shows that what was hashed is what is there now."""
    of = evidence()
    assert of.by_record
    assert judged(of, "values") == THEN["values"]
    assert of.facts(DALLAS, "secrets")["web1"]["values"] == THEN["values"]
    assert of.carried() == {"secrets": ("values",)}


def test_whatever_was_measured_now_and_needs_no_key_is_judged_as_it_is_now() -> None:
    """A record of then must never hide what is wrong now."""
    assert judged(evidence(), "states") == {"key": "of now"}
    broken = Unmeasured("permission denied")
    assert judged(evidence({**NOW, "states": broken}), "states") is not broken
    found = judged(evidence({**NOW, "states": broken}), "states")
    assert isinstance(found, Unmeasured)
    assert found.reason == "permission denied"


@pytest.mark.parametrize(
    ("now", "then", "reason"),
    [
        (FILES, None, "a record of arizona of the run of 2026-11-23 12:00 UTC would tell"),
        ({"/etc/key": "inode, change, size 7 2.5 30"}, FILES, "it has been changed (/etc/key)"),
        ({}, {}, "nothing shows that it was not"),
        (Unmeasured("no stat"), FILES, "nothing shows that it was not"),
        (FILES, Unmeasured("no stat"), "nothing shows that it was not"),
    ],
)
def test_a_hash_of_then_is_unmeasured_without_that_proof(
    now: Table | Unmeasured, then: Table | Unmeasured | None, reason: str
) -> None:
    """A file that was touched, or of which that is not known, may hold another secret."""
    of = evidence({**NOW, "_changed": now}, None if then is None else {**THEN, "_changed": then})
    found = judged(of, "values")
    assert isinstance(found, Unmeasured)
    assert reason in found.reason
    assert of.carried() == {}


def test_a_hash_without_any_proof_is_unmeasured() -> None:
    """A table that names no proof can never be carried over."""
    assert isinstance(judged(evidence(), "unproven"), Unmeasured)


def test_what_a_living_primary_alone_can_show_is_taken_from_its_own_run() -> None:
    """Nothing streams from a site that is off; that it did is known from when both were seen together."""
    of = evidence({**NOW, "states": AWAY})
    assert judged(of, "states") == {"key": "of then"}
    assert of.carried() == {"secrets": ("states", "values")}


@pytest.mark.parametrize("then", [None, {**THEN, "states": Unmeasured("no such role")}, {}])
def test_what_was_not_known_then_either_stays_unmeasured(then: Facts | None) -> None:
    """With the reason of now, and why the other record does not help."""
    found = judged(evidence({**NOW, "states": AWAY}, then), "states")
    assert isinstance(found, Unmeasured)
    assert found.reason.startswith("no stream can come; ")
    assert not found.away


def test_a_table_that_names_a_secret_is_not_known_with_a_record() -> None:
    """It cannot be held against the primary's: never the same, and no difference either."""
    for at_rest in ("shop:***#22222222@db1", "shop@db1"):
        evidence = Evidence(
            PROBES,
            record(DALLAS, NOON, THEN),
            record(ARIZONA, LATER, {**NOW, "states": {"DSN": "shop:***#11111111@db1"}}),
            record(ARIZONA, NOON, {**THEN, "states": {"DSN": at_rest}}),
        )
        assert isinstance(evidence.facts(ARIZONA, "secrets")["web1"]["states"], Unmeasured)


def test_what_comes_from_a_primary_that_is_silent_is_not_known() -> None:
    """That nothing comes is no fault of the standby; all else it says for itself."""
    silent = {name: Unmeasured(f"{name}: connection refused") for name in THEN}
    evidence = Evidence(FROM_PRIMARY, record(DALLAS, NOON, silent), record(ARIZONA, NOON, NOW))
    seen = evidence.facts(ARIZONA, "secrets")["web1"]
    assert isinstance(seen["values"], Unmeasured)
    assert seen["states"] == NOW["states"]
    answering = Evidence(FROM_PRIMARY, record(DALLAS, NOON, THEN), record(ARIZONA, NOON, NOW))
    assert answering.facts(ARIZONA, "secrets")["web1"]["values"] == NOW["values"]


def test_stand_ins_are_no_change_of_what_proves_a_state() -> None:
    """They differ in each run."""
    files = {"/etc/key=***#11111111": "inode, change, size 7 1.5 30"}
    before = {"/etc/key=***#22222222": "inode, change, size 7 1.5 30"}
    evidence = Evidence(
        PROBES,
        record(DALLAS, NOON, THEN),
        record(ARIZONA, LATER, {**NOW, "_changed": files}),
        record(ARIZONA, NOON, {**THEN, "_changed": before}),
    )
    assert evidence.facts(ARIZONA, "secrets")["web1"]["values"] == {"key": "hash of then"}
