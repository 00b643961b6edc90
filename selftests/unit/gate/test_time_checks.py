"""Both sites were seen at one time, by a clock that nobody set meanwhile; else a GO is not proven."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal

from siteparity.gate.time_checks import against_go
from siteparity.policy import Limits
from siteparity.result import SavedSite

BEGAN = datetime(2026, 11, 23, 3, tzinfo=UTC)
TOOK = timedelta(seconds=20)
LIMITS = Limits(
    window="10m",  # type: ignore[arg-type]  # as it stands in the policy
    record_max_age="24h",  # type: ignore[arg-type]
    clock_offset="2s",  # type: ignore[arg-type]
)


def site(name: str, at: datetime, source: Literal["live", "record"] = "live") -> SavedSite:
    """A site measured then."""
    return SavedSite(site=name, source=source, measured_at=at, hosts=2, digest="0" * 64)


def reasons(
    primary: SavedSite, standby: SavedSite, took: timedelta = TOOK, elapsed: timedelta = TOOK
) -> list[str]:
    """Why the times prove nothing."""
    return list(against_go(primary, standby, (BEGAN, BEGAN + took), elapsed, LIMITS))


def test_one_look_at_both_sites_is_no_reason_against_go() -> None:
    """The usual run, and one with a record of the night."""
    now = BEGAN + timedelta(seconds=1)
    assert reasons(site("dallas", now), site("arizona", now)) == []
    old = site("dallas", BEGAN - timedelta(hours=23), "record")
    assert reasons(old, site("arizona", now)) == []


def test_sites_measured_apart_are_not_compared() -> None:
    """At the limit it holds, beyond it does not; a record that a person chose has a limit of its own."""
    for minutes, expected in ((10, 0), (11, 1)):
        later = BEGAN + timedelta(minutes=minutes)
        found = reasons(site("dallas", BEGAN), site("arizona", later), 2 * TOOK * 30, 2 * TOOK * 30)
        assert len(found) == expected
    assert "dallas and arizona were measured 11 min apart" in found[0]


def test_a_record_that_grew_too_old_meanwhile_is_a_reason() -> None:
    """It is judged at the end of the run, when the answer is given."""
    old = site("dallas", BEGAN - timedelta(hours=24) + TOOK / 2, "record")
    (found,) = reasons(old, site("arizona", BEGAN))
    assert found.startswith("the record of dallas is 24 h old; the policy allows 24 h")


def test_nothing_is_measured_before_the_run_or_after_it() -> None:
    """Two seconds are what clocks may be off."""
    standby = site("arizona", BEGAN)
    assert len(reasons(site("dallas", BEGAN - timedelta(seconds=3)), standby)) == 1
    assert reasons(site("dallas", BEGAN - timedelta(seconds=2)), standby) == []
    (found,) = reasons(site("dallas", BEGAN + TOOK + timedelta(seconds=3)), standby)
    assert "in the future" in found


def test_a_clock_that_was_set_in_the_middle_of_a_run_is_noticed() -> None:
    """Times of the run would contradict each other, whichever way it was set."""
    both = site("dallas", BEGAN), site("arizona", BEGAN)
    for elapsed, expected in ((TOOK + timedelta(seconds=2), 0), (TOOK + timedelta(seconds=3), 1)):
        assert len(reasons(*both, elapsed=elapsed)) == expected
    (found,) = reasons(*both, took=timedelta(hours=-1))[:1]
    assert "was set during the run" in found


def test_the_limits_are_the_policys() -> None:
    """Nothing is hard-coded."""
    wide = LIMITS.model_copy(update={"clock_offset": timedelta(hours=2)})
    both = site("dallas", BEGAN), site("arizona", BEGAN)
    assert list(against_go(*both, (BEGAN, BEGAN + TOOK), timedelta(hours=1), wide)) == []
