"""What is lost with the primary, and what may be: reasons against GO, whichever record stands in."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from selftests.unit.gate import finished
from siteparity import configuration
from siteparity.configuration import Configuration, find_root
from siteparity.facts.data_loss import written
from siteparity.gate.loss import open_question
from siteparity.model import ConfigurationError, Facts, Verdict
from siteparity.policy import Absence
from siteparity.result import Result, SavedWritten

REPLICA = finished.database("no", "0/1000", replayed=300)


@pytest.fixture(scope="module")
def settings() -> Configuration:
    """The project's own sites and policy."""
    return configuration.load(find_root(), find_root() / "inventories", look_up=False)


def with_rpo(settings: Configuration, rpo: timedelta | None, **absent: Absence) -> Configuration:
    """The configuration with another objective."""
    names = {name.replace("_", "."): one for name, one in absent.items()}
    return replace(settings, policy=replace(settings.policy, rpo=rpo, absent=names))


def by_record(
    settings: Configuration,
    reports: Path,
    *,
    standby: Facts = REPLICA,
    later: tuple[SavedWritten, ...] = (),
) -> Result:
    """A run in which a record of 20 minutes ago stands in; all checks hold."""
    at = datetime.now(UTC)  # not when this file was imported: on a busy machine that was minutes ago
    old = at - timedelta(minutes=20)
    primary = finished.measured(settings, settings.primary, old, finished.database("yes", "0/1000"))
    now = finished.measured(settings, settings.standby, at, standby)
    result, _ = finished.run(settings, reports, at=at, primary=primary, standby=now, written=later)
    return result


def shown(
    settings: Configuration, position: str, *, history: tuple[str, int] = finished.HISTORY
) -> tuple[SavedWritten, ...]:
    """What a record of ten minutes ago shows."""
    facts = finished.database("yes", position, history=history)
    record = finished.measured(settings, settings.primary, datetime.now(UTC) - timedelta(minutes=10), facts)
    return tuple(written(record, settings.probes, "run later"))


def test_what_a_later_record_proves_missing_is_no_go(settings: Configuration, tmp_path: Path) -> None:
    """The reason names how much, by when, and what shows it; the range counts it."""
    result = by_record(settings, tmp_path, later=shown(settings, "0/201000"))
    assert result.verdict is Verdict.NO_GO
    assert result.reasons[0].startswith("arizona/db1 lacks 2.0 MiB of what dallas had written by 20")
    assert "(run later): these orders are lost" in result.reasons[0]
    assert result.data_loss
    assert result.data_loss.missing_bytes == 2 * 2**20


def test_a_database_of_another_history_is_no_go(settings: Configuration, tmp_path: Path) -> None:
    """Its positions cannot be compared, so all that was written there counts as missing."""
    result = by_record(settings, tmp_path, later=shown(settings, "0/500", history=("8", 1)))
    assert result.verdict is Verdict.NO_GO
    assert "a database of another history" in result.reasons[0]


def test_what_the_standby_has_passed_is_no_reason(settings: Configuration, tmp_path: Path) -> None:
    """And the loss begins later."""
    result = by_record(settings, tmp_path, later=shown(settings, "0/1000"))
    assert result.verdict is Verdict.GO, result.reasons
    assert result.data_loss
    assert result.data_loss.since == result.started_at - timedelta(minutes=5)


@pytest.mark.parametrize("minutes", [1, 4, 6, 60])
def test_a_go_by_record_keeps_the_objective_and_ends_with_it(
    settings: Configuration, tmp_path: Path, minutes: int
) -> None:
    """The last order that is known to be here was made five minutes ago."""
    result = by_record(with_rpo(settings, timedelta(minutes=minutes)), tmp_path)
    if minutes < 5:
        assert result.verdict is Verdict.UNKNOWN
        (reason,) = result.reasons
        assert reason.startswith("orders of up to 5 min may be lost; the policy accepts ")
        assert reason.endswith("(objectives.rpo)")
    else:
        assert result.verdict is Verdict.GO, result.reasons
        assert result.valid_until
        assert result.valid_until <= result.started_at - timedelta(minutes=5) + timedelta(minutes=minutes)


def test_a_loss_that_is_not_known_keeps_no_objective(settings: Configuration, tmp_path: Path) -> None:
    """Nobody can say that it is small."""
    behind = finished.database("yes", "0/1000")
    result = by_record(settings, tmp_path, standby=behind)
    assert result.verdict is Verdict.UNKNOWN
    assert result.reasons[0].startswith("how many orders may be lost is not known; the policy accepts 1 h")


def test_who_sets_no_objective_is_asked(settings: Configuration, tmp_path: Path) -> None:
    """By day by `siteparity check`, at night by the answer. A live primary needs none."""
    unsaid = with_rpo(settings, None)
    question = "1 question is open: Orders of how many minutes may be lost if the primary dies? Answer it as "
    result = by_record(unsaid, tmp_path)
    assert result.verdict is Verdict.UNKNOWN
    assert result.reasons[0].startswith(f"{question}objectives.rpo in ")
    assert open_question(unsaid) == result.reasons[0]
    live, _ = finished.run(unsaid, tmp_path)
    assert live.verdict is Verdict.GO, live.reasons


def test_that_nobody_limits_the_loss_can_be_said(settings: Configuration, tmp_path: Path) -> None:
    """By name, and each answer lists it."""
    said = Absence(reason="the shop takes no order", approved_by="J. Doe")
    result = by_record(with_rpo(settings, None, objectives_rpo=said), tmp_path)
    assert result.verdict is Verdict.GO, result.reasons
    assert "objectives.rpo" in [one.name for one in result.scope.absent]


def test_an_objective_that_nothing_can_measure_is_refused(settings: Configuration) -> None:
    """Leaving it out would make GO easier; so one of both goes."""
    tell = {aspect for aspect, probe in settings.probes.items() if probe.data_loss}
    absent = dict.fromkeys(tell, Absence(reason="no database here", approved_by="J. Doe"))
    policy = replace(settings.policy, absent=absent)
    with pytest.raises(ConfigurationError, match=r"objectives\.rpo limits what may be lost, and replication"):
        configuration._demand_what_measures_loss(policy, settings.probes)  # noqa: SLF001
