"""A record stands in for a dead primary only if it is whole, of this primary, of these rules, and fresh."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from selftests.unit.gate import finished
from siteparity import configuration
from siteparity.collect import Measured
from siteparity.configuration import Configuration, find_root
from siteparity.facts import records
from siteparity.facts.data_loss import written
from siteparity.facts.records import Record, record_of
from siteparity.inventory import inventory_digest
from siteparity.model import ConfigurationError, HostFacts, Site, Unmeasured, Verdict
from siteparity.report import bind
from siteparity.result import SavedWritten
from siteparity.runs.history import PastRun
from siteparity.runs.kept_records import KEPT, LATEST, advice, keep, stand_in, written_since
from siteparity.runs.recording import record_path, then_path

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
NOW = NOON + timedelta(hours=3)
DIGEST = "a" * 64
RUN = "2026-11-23T120000Z-0001"


@pytest.fixture(scope="module")
def settings() -> Configuration:
    """The project's own sites and policy."""
    root = find_root()
    return configuration.load(root, root / "inventories", "dallas", "arizona")


def made(
    settings: Configuration, site: Site, at: datetime = NOON, *, unmeasured: int = 0, last: str = "value"
) -> Record:
    """A record of all hosts; of the first so many tables could not be read, the last says what is given."""
    tables: Mapping[str, HostFacts] = {
        host.name: {
            "clock": {
                f"table{place}": Unmeasured("no tool")
                if host is site.hosts[0] and place < unmeasured
                else {"item": last if host is site.hosts[-1] else "value"}
                for place in range(3)
            }
        }
        for host in site.hosts
    }
    return record_of(
        Measured(site.name, at, tables),
        tool_version="1",
        policy_digest=settings.policy.digest,
        inventory_digest=inventory_digest([site]),
    )


def kept(settings: Configuration, reports: Path, site: Site) -> list[str]:
    """The names of the records that are kept of a site."""
    part = "primary" if site is settings.primary else "standby"
    return sorted(
        path.name.removesuffix(".json.gz")
        for path in (reports / "records" / site.name / part).glob("*.json.gz")
    )


def test_the_newest_good_record_stands_in_with_the_standbys_of_the_same_run(
    settings: Configuration, tmp_path: Path
) -> None:
    """Both are kept by every run, and copied into the folder of the run that uses them."""
    for hours, run in enumerate(("run1", "run2")):
        at = NOON + timedelta(hours=hours)
        keep(settings, tmp_path, [made(settings, site, at) for site in settings.sites], run)
    found = stand_in(settings, tmp_path, LATEST, NOW)
    assert found.record == made(settings, settings.primary, NOON + timedelta(hours=1))
    assert found.then == made(settings, settings.standby, NOON + timedelta(hours=1))
    found.put_into(tmp_path / "run3")
    assert records.load(record_path(tmp_path / "run3", "dallas")) == found.record
    assert records.load(then_path(tmp_path / "run3", "arizona")) == found.then


def test_a_partly_measured_record_never_replaces_a_whole_one(settings: Configuration, tmp_path: Path) -> None:
    """However many of them come later, as long as the whole one is young enough."""
    primary = settings.primary
    keep(settings, tmp_path, [made(settings, primary)], "whole")
    for number in range(2 * KEPT):
        at = NOON + timedelta(minutes=number + 1)
        keep(settings, tmp_path, [made(settings, primary, at, unmeasured=1)], f"partly{number}")
    assert "whole" in kept(settings, tmp_path, primary)
    assert stand_in(settings, tmp_path, LATEST, NOW).record == made(settings, primary)
    assert len(kept(settings, tmp_path, primary)) <= 2 * KEPT
    later = NOON + settings.policy.limits.record_max_age + timedelta(minutes=3)
    assert stand_in(settings, tmp_path, LATEST, later).record.measured_at > NOON


TYPED = ("gate", "--primary-record", LATEST, "--deadline", "50")


def past_run(
    reports: Path,
    run: str,
    site: str,
    at: datetime,
    of_database: Mapping[str, tuple[SavedWritten, ...]] | None = None,
) -> None:
    """A line of the history: the site was the primary of that run."""
    past = PastRun(
        run=run, verdict=Verdict.UNKNOWN, started_at=at, finished_at=at + timedelta(minutes=1),
        primary=site, standby="arizona", different=0, unmeasured=0, checks=1, findings=(),
        written=of_database or {},
    )  # fmt: skip
    with (reports / "history.jsonl").open("a") as lines:
        lines.write(past.model_dump_json() + "\n")


def test_a_newer_record_that_knows_less_may_contradict_the_whole_one(
    settings: Configuration, tmp_path: Path
) -> None:
    """A release after the last whole record: the answer names what changed, and both commands."""
    primary, at = settings.primary, NOON + timedelta(hours=1)
    keep(settings, tmp_path, [made(settings, primary)], "whole")
    assert stand_in(settings, tmp_path, LATEST, NOW).doubt(TYPED) == ""
    keep(settings, tmp_path, [made(settings, primary, at, unmeasured=1, last="other")], "newer")
    found = stand_in(settings, tmp_path, LATEST, NOW)
    assert found.record.measured_at == NOON
    told = found.doubt(TYPED)
    last = primary.hosts[-1].name
    folder = tmp_path / "records" / "dallas" / "primary"
    assert told.startswith("a newer record of dallas, measured 2026-11-23 13:00 UTC, contradicts the one")
    assert f"dallas/{last}: clock.table0: item was value, is other and 2 more tables" in told
    assert f"siteparity gate --deadline 50 --primary-record {folder / 'newer.json.gz'};" in told
    assert told.endswith(f"siteparity gate --deadline 50 --primary-record {folder / 'whole.json.gz'}")
    assert told in advice(settings, tmp_path, ["gate", "--deadline", "50"], NOW)
    for name in ("whole", "newer"):  # a person has chosen
        assert stand_in(settings, tmp_path, str(folder / f"{name}.json.gz"), NOW).doubt(TYPED) == ""


def test_a_newer_record_that_says_the_same_as_far_as_it_knows_is_no_contradiction(
    settings: Configuration, tmp_path: Path
) -> None:
    """Nor is an older one, whatever it says."""
    primary = settings.primary
    keep(settings, tmp_path, [made(settings, primary, NOON - timedelta(hours=1), last="other")], "older")
    keep(settings, tmp_path, [made(settings, primary)], "whole")
    keep(settings, tmp_path, [made(settings, primary, NOON + timedelta(hours=1), unmeasured=1)], "newer")
    found = stand_in(settings, tmp_path, LATEST, NOW)
    assert (found.record.measured_at, found.contradiction) == (NOON, None)


@pytest.mark.parametrize(
    ("site", "policy", "contradicts"),
    [("dallas", "", True), ("arizona", "", False), ("dallas", DIGEST, False)],
)
def test_a_run_with_a_silent_host_may_contradict_a_record_that_is_kept(
    settings: Configuration, tmp_path: Path, site: str, policy: str, contradicts: bool
) -> None:
    """It is not kept itself; a run of which the site was the standby, or of another policy, says nothing."""
    primary, at = settings.primary, NOON + timedelta(hours=1)
    keep(settings, tmp_path, [made(settings, primary)], "whole")
    newer = made(settings, primary, at, unmeasured=3, last="other")
    newer = newer.model_copy(update={"policy_digest": policy or newer.policy_digest})
    path = record_path(tmp_path / "runs" / RUN, "dallas")
    records.save(newer, path)
    past_run(tmp_path, RUN, site, at)
    past_run(tmp_path, "2026-11-23T140000Z-0001", site, at + timedelta(hours=1))  # without a record
    found = stand_in(settings, tmp_path, LATEST, NOW)
    assert found.record.measured_at == NOON
    assert (found.contradiction is not None) == contradicts
    assert found.contradiction is None or found.contradiction.path == path


def test_a_record_that_can_no_longer_stand_in_is_let_go(settings: Configuration, tmp_path: Path) -> None:
    """Nothing grows for ever, and the newest stay."""
    age = settings.policy.limits.record_max_age
    for number in range(3 * KEPT):
        keep(settings, tmp_path, [made(settings, settings.primary, NOON + number * age)], f"run{number:02}")
    assert kept(settings, tmp_path, settings.primary) == [
        f"run{number:02}" for number in range(2 * KEPT, 3 * KEPT)
    ]


def test_a_site_of_which_a_host_was_silent_is_not_kept(settings: Configuration, tmp_path: Path) -> None:
    """A record with a hole as large as a host is not good."""
    keep(settings, tmp_path, [made(settings, settings.primary, unmeasured=3)], RUN)
    assert kept(settings, tmp_path, settings.primary) == []


def test_what_a_standby_was_does_not_stand_in_for_a_primary(settings: Configuration, tmp_path: Path) -> None:
    """After a failover the record of the time before is of another part."""
    keep(settings, tmp_path, [made(settings, site) for site in settings.sites], RUN)
    other = replace(settings, primary=settings.standby, standby=settings.primary)
    with pytest.raises(ConfigurationError, match="expected a record of arizona as the primary, found none"):
        stand_in(other, tmp_path, LATEST, NOW)


@pytest.mark.parametrize("form", ["a file", "a run", "its records"])
def test_a_record_may_be_named_as_a_file_or_by_its_run(
    settings: Configuration, tmp_path: Path, form: str
) -> None:
    """The standby's record is found beside it."""
    folder = tmp_path / "runs" / RUN
    for site in settings.sites:
        records.save(made(settings, site), record_path(folder, site.name))
    file = record_path(folder, "dallas")
    path = {"a file": file, "a run": folder, "its records": file.parent}[form]
    found = stand_in(settings, tmp_path, str(path), NOW)
    assert found.path == file
    assert found.then == made(settings, settings.standby)


def test_a_run_that_used_a_record_hands_on_both(settings: Configuration, tmp_path: Path) -> None:
    """Its own record of the standby is of another time, and stands for nothing of then."""
    records.save(made(settings, settings.primary), record_path(tmp_path, "dallas"))
    records.save(made(settings, settings.standby, NOW), record_path(tmp_path, "arizona"))
    assert stand_in(settings, tmp_path, str(tmp_path), NOW).then is None
    records.save(made(settings, settings.standby), then_path(tmp_path, "arizona"))
    assert stand_in(settings, tmp_path, str(tmp_path), NOW).then == made(settings, settings.standby)


@pytest.mark.parametrize(
    ("change", "now", "reason"),
    [
        ({}, NOON + timedelta(hours=25), "at most 24 h (limits.record_max_age), found one 25 h old"),
        ({}, NOON - timedelta(seconds=3), "expected a record of the past"),
        ({"site": "arizona"}, NOW, "expected a record of dallas, found one of arizona; name one of dallas"),
        ({"inventory_digest": DIGEST}, NOW, "an inventory that was changed since"),
        (
            {"policy_digest": DIGEST},
            NOW,
            "found aaaaaaaaaaaa: other things were measured; put back the policy",
        ),
        ({"schema_version": 2}, NOW, "not a record of schema 1"),
        ({"tables": {}}, NOW, "refers to a table that is not there"),
    ],
)
def test_a_record_that_may_not_stand_in_is_refused(
    settings: Configuration, tmp_path: Path, change: Mapping[str, object], now: datetime, reason: str
) -> None:
    """The message names the file, what was expected, and what to do."""
    path = tmp_path / "dallas.json.gz"
    content = json.loads(made(settings, settings.primary).model_dump_json()) | change
    path.write_bytes(gzip.compress(json.dumps(content).encode()))
    with pytest.raises(ConfigurationError) as error:
        stand_in(settings, tmp_path, str(path), now)
    assert reason in str(error.value)
    assert str(error.value).startswith(str(path))
    assert "; " in str(error.value)


def test_a_damaged_record_is_refused_and_latest_takes_the_one_before(
    settings: Configuration, tmp_path: Path
) -> None:
    """A disk that lost half a file must not cost the answer, nor give a wrong one."""
    keep(settings, tmp_path, [made(settings, settings.primary)], "run1")
    keep(settings, tmp_path, [made(settings, settings.primary, NOON + timedelta(hours=1))], "run2")
    newest = tmp_path / "records" / "dallas" / "primary" / "run2.json.gz"
    newest.write_bytes(newest.read_bytes()[:-20])
    with pytest.raises(ConfigurationError, match="cannot be read"):
        stand_in(settings, tmp_path, str(newest), NOW)
    assert stand_in(settings, tmp_path, LATEST, NOW).record.measured_at == NOON


def test_a_folder_without_a_record_is_refused(settings: Configuration, tmp_path: Path) -> None:
    """Nothing is taken from somewhere else instead."""
    with pytest.raises(ConfigurationError, match="expected a run with a record of dallas, found none in it"):
        stand_in(settings, tmp_path, str(tmp_path), NOW)


def test_the_advice_is_the_command_to_type_and_what_it_would_use(
    settings: Configuration, tmp_path: Path
) -> None:
    """With the options that were typed; without a record it says so."""
    typed = ["gate", "--inventories", "my sites"]
    command = "siteparity gate --inventories 'my sites' --primary-record latest"
    assert "found none" in advice(settings, tmp_path, typed, NOW)
    keep(settings, tmp_path, [made(settings, settings.primary)], RUN)
    told = advice(settings, tmp_path, typed, NOW)
    assert f" type {command}: " in told
    assert told.endswith(" measured 2026-11-23 12:00 UTC, 3 h ago")


def wrote(settings: Configuration, at: datetime, position: str, **changes: str) -> Record:
    """A record of the primary of which nothing but the database's position is known."""
    record = finished.measured(settings, settings.primary, at, finished.database("yes", position))
    return record.model_copy(update=changes)


def positions(settings: Configuration, reports: Path) -> list[str]:
    """What is known of the primary since noon."""
    return [one.position for one in written_since(settings, reports, NOON)]


def at_one(settings: Configuration, reports: Path, place: str) -> None:
    """A later record, in one place."""
    one, run = NOON + timedelta(hours=1), "2026-11-23T130000Z-0001"
    record = wrote(settings, one, "0/9000")
    if place == "kept":
        keep(settings, reports, [record], run)
    elif place == "kept while it was the standby":
        records.save(record, reports / "records" / "dallas" / "standby" / f"{run}.json.gz")
    elif place == "a run":
        records.save(record, record_path(reports / "runs" / run, "dallas"))
    elif place == "a run under another policy and inventory":
        other = wrote(settings, one, "0/9000", policy_digest=DIGEST, inventory_digest=DIGEST)
        records.save(other, record_path(reports / "runs" / run, "dallas"))
    elif place == "a folder of another name":
        records.save(record, record_path(reports / "runs" / "copied", "dallas"))
    elif place == "what was measured when a GO was revoked":
        folder = reports / "runs" / RUN / "revoked" / "2026-11-23T130000Z"
        records.save(record, record_path(folder, "dallas"))
    elif place == "the history":
        (shown,) = written(record, settings.probes, "run later")
        past_run(reports, run, "dallas", one, {"dallas": (shown,)})


@pytest.mark.parametrize(
    "place",
    [
        *("kept", "kept while it was the standby", "a run", "a run under another policy and inventory"),
        *("a folder of another name", "what was measured when a GO was revoked", "the history"),
    ],
)
@pytest.mark.parametrize("given", [LATEST, "named"])
def test_what_a_later_record_shows_is_known_wherever_it_is(
    settings: Configuration, tmp_path: Path, place: str, given: str
) -> None:
    """Whichever record stands in, and although that one has more measured tables."""
    keep(settings, tmp_path, [made(settings, settings.primary)], RUN)
    at_one(settings, tmp_path, place)
    path = tmp_path / "records" / "dallas" / "primary" / f"{RUN}.json.gz"
    found = stand_in(settings, tmp_path, LATEST if given == LATEST else str(path), NOW)
    assert found.record.measured_at == NOON
    assert [one.position for one in found.written] == ["0/9000"]


def test_what_an_earlier_or_damaged_record_shows_does_not_count(
    settings: Configuration, tmp_path: Path
) -> None:
    """Nor one of the other site, or that of the moment itself."""
    runs = tmp_path / "runs"
    records.save(wrote(settings, NOON, "0/9000"), record_path(runs / RUN, "dallas"))
    records.save(wrote(settings, NOON - timedelta(hours=1), "0/9000"), record_path(runs / "a", "dallas"))
    records.save(wrote(settings, NOW, "0/9000", site="arizona"), record_path(runs / "b", "dallas"))
    records.save(wrote(settings, NOW, "0/9000"), record_path(runs / "c", "dallas"))
    path = record_path(runs / "c", "dallas")
    path.write_bytes(path.read_bytes()[:-9])
    assert positions(settings, tmp_path) == []


def test_records_of_long_ago_are_not_even_read(
    settings: Configuration, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A year of nightly runs costs nothing."""
    for month in range(1, 12):
        run = tmp_path / "runs" / f"2026-{month:02}-01T030000Z-0001"
        records.save(wrote(settings, NOW, "0/9000"), record_path(run, "dallas"))
    read: list[Path] = []
    monkeypatch.setattr(records, "load", read.append)
    assert positions(settings, tmp_path) == []
    assert read == []


@pytest.mark.parametrize("where", ["kept", "a run"])
def test_a_record_that_was_edited_since_its_run_is_refused(
    settings: Configuration, tmp_path: Path, where: str
) -> None:
    """Its own digests fit, but the run has bound another one."""
    folder = tmp_path / "runs" / RUN
    records.save(made(settings, settings.primary), record_path(folder, "dallas"))
    keep(settings, tmp_path, [made(settings, settings.primary)], RUN)
    bind(folder)
    kept_path = tmp_path / "records" / "dallas" / "primary" / f"{RUN}.json.gz"
    path = kept_path if where == "kept" else record_path(folder, "dallas")
    assert stand_in(settings, tmp_path, str(path), NOW).record.measured_at == NOON
    records.save(made(settings, settings.primary, last="edited"), path)
    with pytest.raises(ConfigurationError, match="found one that was changed since"):
        stand_in(settings, tmp_path, str(path), NOW)
