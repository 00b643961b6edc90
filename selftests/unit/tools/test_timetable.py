"""Instants as people read them in a finding."""

from __future__ import annotations

from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteparity.tools.schedule.cron_syntax import expanded
from siteparity.tools.schedule.instants import MINUTES, Instants, of_schedule, zone_of
from siteparity.tools.schedule.timetable import ON_TIME, in_words, lateness


def runs(fields: str, zone: str) -> Instants:
    """The instants of a job in a zone."""
    tzif = files("tzdata").joinpath("zoneinfo", *zone.split("/")).read_bytes()
    return of_schedule(expanded(fields), zone_of(tzif))


@pytest.mark.parametrize(
    ("fields", "zone", "text"),
    [
        ("* * * * *", "Etc/UTC", "every minute"),
        ("*/5 * * * *", "America/Chicago", "every 5 min"),
        ("2-59/5 * * * *", "Etc/UTC", "every 5 min from 00:02 UTC"),
        ("17 * * * *", "America/Phoenix", "every hour at :17"),
        ("17 * * * *", "Asia/Kolkata", "every hour at :47"),
        ("0 */4 * * *", "Etc/UTC", "every 4 h"),
        ("15 3 * * *", "Etc/UTC", "03:15 UTC"),
        ("15 3,15 * * *", "Etc/UTC", "every 12 h from 03:15 UTC"),
        ("15 3,9 * * *", "Etc/UTC", "03:15, 09:15 UTC"),
        ("0 8-17 * * *", "Etc/UTC", "10 times from 08:00 to 17:00 UTC"),
        ("15 3 * * *", "America/Phoenix", "10:15 UTC"),
        ("15 3 * * *", "America/Chicago", "09:15 UTC, 08:15 UTC from March to November"),
        ("47 6 * * 7", "Etc/UTC", "06:47 UTC on Sun"),
        ("0 20 * * 7", "America/Phoenix", "03:00 UTC on Mon"),
        ("52 6 1 * *", "Etc/UTC", "06:52 UTC on day 1 of each month"),
        ("0 0 29 2 *", "Etc/UTC", "00:00 UTC on 29 February"),
        ("0 0 1 1 *", "Etc/UTC", "00:00 UTC on 1 January"),
        ("0 0 13 * 5", "Etc/UTC", "00:00 UTC on 68 of 397 days"),
        ("0 0 30 2 *", "Etc/UTC", "never"),
    ],
)
def test_a_schedule_is_told_in_a_few_words(fields: str, zone: str, text: str) -> None:
    """In UTC, since that is the one time that both sites have."""
    assert in_words(runs(fields, zone)) == text


@pytest.mark.parametrize(
    ("fields", "actual", "meant", "text"),
    [
        ("*/5 * * * *", "America/Phoenix", "Etc/UTC", "on time"),
        ("0 2 * * *", "America/Phoenix", "Etc/UTC", "7 h late"),
        ("0 2 * * *", "Etc/UTC", "America/Phoenix", "7 h early"),
        (
            *("0 2 * * *", "America/Phoenix", "America/Chicago"),
            "2 h late from March to November, 1 h late from November to March",
        ),
        (
            *("0 2 * * *", "America/Chicago", "America/Phoenix"),
            "2 h early from March to November, 1 h early from November to March",
        ),
        (
            *("0 2 * * *", "America/Denver", "America/Phoenix"),
            "1 h early from March to November, on time from November to March",
        ),
        ("0 2 * * *", "Asia/Kolkata", "Etc/UTC", "5 h 30 min early"),
        ("52 6 1 * *", "America/Phoenix", "Etc/UTC", "7 h late"),
        ("0 0 1 1 *", "America/Phoenix", "Etc/UTC", "7 h late"),
    ],
)
def test_lateness_is_told_with_its_months(fields: str, actual: str, meant: str, text: str) -> None:
    """The sentence that would have been needed before October 2012."""
    assert lateness(runs(fields, actual), runs(fields, meant)) == text


def test_other_times_are_no_lateness() -> None:
    """Where no shift makes one series the other, none is made up."""
    assert lateness(runs("0 2 * * *", "Etc/UTC"), runs("0 2 * * 1", "Etc/UTC")) == "at other times than meant"
    assert lateness(Instants(0), runs("0 2 * * *", "Etc/UTC")) == "at other times than meant"


BITS = st.lists(st.integers(0, MINUTES - 1), max_size=8).map(
    lambda places: sum({1 << place for place in places})
)


@given(BITS, BITS)
def test_only_equal_series_are_on_time(one: int, other: int) -> None:
    """However alike two series are: one run that differs is not on time."""
    assert (lateness(Instants(one), Instants(other)) == ON_TIME) == (one == other)


@given(BITS, st.lists(st.sampled_from([0.0, 10.0, 0.5]), min_size=1, unique=True))
def test_any_series_can_be_told(bits: int, seconds: list[float]) -> None:
    """No series of instants is beyond words."""
    assert in_words(Instants(bits, tuple(seconds)))
