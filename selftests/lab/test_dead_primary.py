"""Dallas is really off: the answer is honest, and a person may let its record stand in.

The record is from an earlier run that measured both sites. No host of the primary is contacted.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from lab import state, verbs
from lab.handle import Lab as Handle
from selftests.lab import trace
from selftests.lab.conftest import Lab, Say
from selftests.lab.runs import INVENTORIES, PATIENT, Run, limited
from siteparity import configuration
from siteparity.commands.verify import Verification
from siteparity.configuration import Configuration, find_root
from siteparity.gate.run import Gate
from siteparity.model import Host, Outcome, Verdict
from siteparity.result import Result
from siteparity.runs.finished import find_run, read_run
from siteparity.runs.kept_records import LATEST, stand_in
from siteparity.runs.recording import record_path

pytestmark = pytest.mark.timeout(600)

ALL_DEAD_SECONDS = 60.0
ORDERS = """
    INSERT INTO orders (placed_at, customer, items, total, currency, kilograms)
    SELECT clock_timestamp(), 'customer ' || number, 1, 10, 'USD', 1 FROM generate_series(1, 500) AS number
"""


def _silent(_host: Host, _words: str) -> None:
    """The tests have progress lines of their own."""


def _settings() -> Configuration:
    return limited(configuration.load(find_root(), INVENTORIES), PATIENT)


def _gate(reports: Path, given: str | None = None) -> Run:
    """The whole gate, live or with a record of the primary."""
    began, settings = time.monotonic(), _settings()
    recorded = stand_in(settings, reports, given, datetime.now(UTC)) if given else None
    gate = Gate(settings, INVENTORIES, reports, settings.deadline(), _silent, stand_in=recorded)
    result, folder = gate.run()
    return Run(settings, result, folder, time.monotonic() - began)


def _verify(reports: Path) -> tuple[Verdict, str, float]:
    began, folder = time.monotonic(), find_run(reports, None)
    settings = _settings()
    looked = Verification(settings, INVENTORIES, reports, settings.deadline(), _silent)
    verified = looked.run(read_run(folder), folder)
    return verified.verdict, "\n".join(verified.lines), time.monotonic() - began


@contextmanager
def _site_off(lab: Lab, site: str) -> Iterator[None]:
    """All hosts of a site lose power inside; they boot and settle after."""
    with state.only_one(lab.say):
        try:
            for host in _hosts(lab, site):
                Handle(lab.plan).power_off(host)
            yield
        finally:
            verbs.up(lab.plan, lab.say)


def _hosts(lab: Lab, site: str) -> list[str]:
    return [host.name for host in lab.plan.hosts if host.site == site]


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all runs: what a run keeps, the next one finds."""
    return tmp_path_factory.mktemp("reports")


def _found(result: Result) -> dict[str, object]:
    return {
        check.id: (check.outcome, [(one.item, one.kind, one.primary, one.standby) for one in check.findings])
        for check in result.checks
        if check.kind == "parity"  # what is tried out live may count other requests
    }


def test_fresh_records_give_the_same_findings_as_a_live_run(lab: Lab, reports: Path) -> None:
    """Healthy, and with faults at either site that parity checks see."""
    live = _gate(reports)
    assert live.result.verdict is Verdict.GO, live.told()
    by_record = _gate(reports, LATEST)
    assert by_record.result.verdict is Verdict.GO, by_record.told()
    assert by_record.result.primary.source == "record"
    carried = {table for source in by_record.result.sources for table in source.standby_then}
    assert carried == {"hidden", "values"}
    with lab.broken("locale_not_compiled", "service_disabled_at_primary"):
        other = reports / "faults"
        live = _gate(other)
        by_record = _gate(other, LATEST)
    assert live.result.verdict is Verdict.NO_GO, live.told()
    assert _found(by_record.result) == _found(live.result)


def test_a_go_is_verified_in_seconds_and_revoked_by_a_change(lab: Lab, reports: Path, say: Say) -> None:
    """What has changed is named, whatever a check would say of it."""
    own = reports / "verify"
    run = _gate(own)
    assert run.result.verdict is Verdict.GO, run.told()
    verdict, told, seconds = _verify(own)
    say(f"verify: {seconds:.1f} s")
    assert verdict is Verdict.GO, told
    with lab.broken("redis_setting_changed_at_run_time"):
        verdict, told, _ = _verify(own)
    assert verdict is Verdict.NO_GO, told
    assert "arizona/sessions1: redis." in told
    assert read_run(find_run(own, None)).revoked


def test_with_the_primary_off_only_a_person_gets_a_go(lab: Lab, reports: Path, say: Say) -> None:
    """UNKNOWN with the command to type; by record GO, with its age and a range of what may be lost."""
    own = reports / "dead"
    before = _gate(own)
    assert before.result.verdict is Verdict.GO, before.told()
    trace.wait_for_a_quiet_time()
    with _site_off(lab, before.settings.primary.name):
        dead = _gate(own)
        by_record = _gate(own, LATEST)
        verdict, told, _ = _verify(own)
    say(f"dead primary: {dead.seconds:.1f} s {dead.result.verdict}, by record {by_record.result.verdict}")
    assert dead.result.verdict is Verdict.UNKNOWN, dead.told()
    assert dead.seconds < ALL_DEAD_SECONDS
    assert any("--primary-record latest" in reason for reason in dead.result.reasons), dead.told()
    assert by_record.result.verdict is Verdict.GO, by_record.told()
    assert {check.outcome for check in by_record.result.checks} == {Outcome.SAME}, by_record.told()
    _says_what_it_is(before.result, by_record.result)
    assert verdict is Verdict.GO, told


def _says_what_it_is(before: Result, by_record: Result) -> None:
    assert by_record.primary.measured_at == before.primary.measured_at
    sources = {source.aspect: source for source in by_record.sources if source.kind == "parity"}
    assert sources["replication"].standby_then == ("receiver", "sender", "silence")
    assert sources["secrets"].standby_then == ("values",)
    loss = by_record.data_loss
    assert loss
    assert before.primary.measured_at <= loss.since < loss.until
    assert loss.until - loss.since >= timedelta(seconds=1)
    assert loss.missing_bytes == 0


def test_a_standby_that_lacks_what_the_record_had_is_no_go(
    lab: Lab, reports: Path, gate: Callable[..., Run]
) -> None:
    """Replay that was paused while orders came in is lost with the primary, and the record proves it."""
    own = reports / "behind"
    with lab.broken("replay_paused_while_orders_come_in"):
        _gate(own)
        by_record = _gate(own, LATEST)
    assert by_record.result.verdict is Verdict.NO_GO, by_record.told()
    red = {check.id.partition("::")[2].partition("[")[0] for check in by_record.red()}
    assert "test_the_standby_passes_the_primarys_position_in_time" in red, by_record.told()
    assert by_record.result.data_loss
    assert by_record.result.data_loss.missing_bytes > 0
    after = gate()
    assert after.result.verdict is Verdict.GO, after.told()


def test_orders_that_a_later_record_shows_are_missed_whichever_stands_in(lab: Lab, reports: Path) -> None:
    """The standby stopped to follow, 500 orders came in, a run saw them, and the primary died.

    The record from before knows nothing of them. Neither it nor the later one gives a GO.
    """
    own = reports / "orders"
    before = _gate(own)
    assert before.result.verdict is Verdict.GO, before.told()
    handle, hosts = Handle(lab.plan), _hosts(lab, before.settings.primary.name)
    earlier = str(record_path(before.folder, before.settings.primary.name))
    with lab.broken("wal_receiver_dead"):
        handle.sql("dallas-db1", ORDERS)
        _gate(own)
        try:
            for host in hosts:
                handle.power_off(host)
            by_record = [_gate(own, given) for given in (LATEST, earlier)]
        finally:
            for host in hosts:
                handle.power_on(host)
    for run in by_record:
        assert run.result.verdict is Verdict.NO_GO, run.told()
        loss = run.result.data_loss
        assert loss
        assert loss.missing_bytes > 500 * 50, run.told()
        assert any("these orders are lost" in reason for reason in run.result.reasons), run.told()
    with state.only_one(lab.say):
        verbs.up(lab.plan, lab.say)
    after = _gate(own)
    assert after.result.verdict is Verdict.GO, after.told()
