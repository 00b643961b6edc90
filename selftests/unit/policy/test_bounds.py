"""A limit has a bound: a looser one needs a reason, and what is looser than usual is told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selftests.unit.policy.edited import read
from siteparity.model import ConfigurationError
from siteparity.policy import Limits
from siteparity.policy.bounds import Bound, Loosened, at_least, at_most
from siteparity.policy.journeys import JOURNEYS
from siteparity.probes import discover

BEYOND = {
    "limits.deadline": "2h",
    "limits.host_deadline": "11m",
    "limits.check_deadline": "11m",
    "limits.window": "61m",
    "limits.go_valid_for": "25h",
    "limits.record_max_age": "8d",
    "limits.clock_offset": "11s",
    "aspects.capacity.full": "100%",
    "aspects.capacity.free": "49%",
    "aspects.capacity.memory": "1%",
    "aspects.clock.max_age": "25h",
    "aspects.database.numbers_used": "96%",
    "aspects.dns.max_ttl": "2d",
    "aspects.egress.timeout": "31s",
    "aspects.monitoring.max_age": "1h",
    "aspects.monitoring.max_file_age": "3d",
    "aspects.packages.verify_timeout": "6m",
    "aspects.path.packets": "11%",
    "aspects.path.connections": "21%",
    "aspects.path.resent": "21%",
    "aspects.path.errors": 11,
    "aspects.path.mtu": 1279,
    "aspects.path.min_speed": 0,
    "aspects.path.latency": "1001ms",
    "aspects.path.quick": "51ms",
    "aspects.redis.max_memory": "99%",
    "aspects.replication.max_distance": "999TiB",
    "aspects.replication.max_heartbeat": "61s",
    "aspects.replication.max_silence": "6m",
    "aspects.subscriptions.max_late": "2d",
    "aspects.subscriptions.max_age": "2d",
    "aspects.tls.horizon": "6d",
    "aspects.uploads.arrive_within": "8d",
    "aspects.uploads.enough": "89%",
    "smoke.storefront.slowest": "11s",
    "smoke.storefront.requests": 1,
    "smoke.storefront.times_slower": 11,
    "smoke.storefront.slower_by": "6s",
    "smoke.storefront.timeout": "61s",
    "smoke.session.longest": "31d",
    "smoke.database.at_least": 0,
    "smoke.subscriptions.timeout": "2m",
    "smoke.egress.timeout": "2m",
}
DEADLINE = {"limits.deadline": "1h"}  # a host's fits into it
HARD = {"aspects.monitoring.timeout": "9s", "smoke.storefront.rounds": 2, "smoke.egress.tries": 0}
"""Bounds that no reason moves."""


def _bounded() -> Iterator[tuple[str, Bound]]:
    parts: dict[str, Any] = {"limits": Limits}
    parts |= {f"aspects.{aspect}": probe.section for aspect, probe in discover().items()}
    parts |= {f"smoke.{name}": journey for name, journey in JOURNEYS.items()}
    for name, part in parts.items():
        for key, one in part.model_fields.items():
            yield from ((f"{name}.{key}", mark) for mark in one.metadata if isinstance(mark, Bound))


BOUNDED = dict(_bounded())


def test_every_bound_is_tried_here() -> None:
    """Each key with a bound, except that all journeys have the timeout of one."""
    others = {f"smoke.{name}.timeout" for name in JOURNEYS}
    assert BOUNDED.keys() - others == (BEYOND.keys() | HARD.keys()) - others


@pytest.mark.parametrize(("key", "value"), BEYOND.items())
def test_a_limit_beyond_its_bound_needs_a_reason(tmp_path: Path, key: str, value: object) -> None:
    """The message names the line, the key, the bound, and how to write an exception."""
    with pytest.raises(ConfigurationError) as caught:
        read(tmp_path, {**DEADLINE, key: value})
    word = "least" if BOUNDED[key].least else "most"
    assert re.fullmatch(
        rf"\S+policy.yml:\d+: {re.escape(key)}: expected at {word} {BOUNDED[key].text}, found (?!.*\n).*"
        r"write \{value: .*, reason: \.\.\.\} and say why that is enough",
        str(caught.value),
    )
    read(tmp_path, {**DEADLINE, key: {"value": value, "reason": "nightly import"}})


@pytest.mark.parametrize(("key", "bound"), BOUNDED.items())
def test_a_limit_at_its_bound_is_taken_with_and_without_a_reason(
    tmp_path: Path, key: str, bound: Bound
) -> None:
    """The bound itself is still usual enough."""
    value = int(bound.text) if bound.text.isdigit() else bound.text
    read(tmp_path, {**DEADLINE, key: value})
    read(tmp_path, {**DEADLINE, key: {"value": value, "reason": "as the contract says"}})


@pytest.mark.parametrize(("key", "value"), HARD.items())
def test_some_bounds_are_not_moved_by_a_reason(tmp_path: Path, key: str, value: object) -> None:
    """Too few tries prove nothing, whatever the reason; all waiting has one budget."""
    with pytest.raises(ConfigurationError, match=re.escape(key)):
        read(tmp_path, {key: {"value": value, "reason": "nightly import"}})


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"value": "4GiB"}, "expected a plain value, or value and reason; found value"),
        ({"reason": "an import"}, "expected a plain value, or value and reason; found reason"),
        ({}, "expected a plain value, or value and reason; found no keys"),
        ({"value": "4GiB", "reason": "x", "until": "May"}, "found value, reason, until"),
        ({"value": "4GiB", "reason": ""}, "expected a reason in words"),
        ({"value": "4GiB", "reason": " - "}, "expected a reason in words"),
        ({"value": "4GiB", "reason": None}, "expected a reason in words"),
        ({"value": "4GiB", "reason": 7}, "expected a reason in words"),
        ({"value": "much", "reason": "an import"}, "expected a number with one of the units"),
        ({"value": 4, "reason": "an import"}, "found the number 4; write the unit, such as 4MiB"),
        (
            {"value": {"value": "4GiB", "reason": "ab"}, "reason": "cd"},
            "expected a number with one of the units",
        ),
        (["4GiB", "an import"], "expected a number with one of the units"),
    ],
)
def test_a_limit_with_a_reason_has_one_form(tmp_path: Path, value: object, words: str) -> None:
    """Anything else is a mistake, told with its key."""
    with pytest.raises(ConfigurationError, match=re.escape(words)) as caught:
        read(tmp_path, {"aspects.replication.max_distance": value})
    assert ": aspects.replication.max_distance: " in str(caught.value)


@pytest.mark.parametrize(
    "key", ["limits.go_valid_for", "aspects.replication.max_silence", "aspects.tls.horizon"]
)
@pytest.mark.parametrize("value", ["999999999d", "3651d", {"value": "999999999d", "reason": "for ever"}])
def test_a_time_beyond_every_calendar_is_refused(tmp_path: Path, key: str, value: object) -> None:
    """It was an OverflowError when the GO was given."""
    with pytest.raises(
        ConfigurationError, match=rf"policy.yml:\d+: {re.escape(key)}: expected at most 3650d"
    ):
        read(tmp_path, {key: value})


def test_bounds_of_all_sections_are_told_at_once(tmp_path: Path) -> None:
    """In one message."""
    with pytest.raises(ConfigurationError) as caught:
        read(tmp_path, {key: value for key, value in BEYOND.items() if not key.startswith("limits")})
    said = {line.split(": ")[1] for line in str(caught.value).split("\n")}
    assert said == {key for key in BEYOND if not key.startswith("limits")}


def test_a_value_with_a_reason_is_the_plain_value(tmp_path: Path) -> None:
    """Checks see no difference; nor does the digest, since the meaning is the same."""
    plain = read(tmp_path, {"aspects.replication.max_distance": "32MiB"})
    reasoned = read(tmp_path, {"aspects.replication.max_distance": {"value": "32MiB", "reason": "an import"}})
    assert plain.section("replication") == reasoned.section("replication")
    assert plain.digest == reasoned.digest


def test_the_shipped_policy_is_nowhere_looser_than_usual(tmp_path: Path) -> None:
    """A fresh clone makes no exception."""
    assert read(tmp_path, {}).loosened == ()


def test_each_limit_looser_than_its_default_is_listed_with_its_reason(tmp_path: Path) -> None:
    """One without a default is listed if it is beyond its bound; budgets of time are not limits."""
    changes: dict[str, object] = {
        "limits.deadline": "20m",
        "limits.go_valid_for": "8h",
        "aspects.capacity.free": {"value": "30%", "reason": "arizona has larger disks"},
        "aspects.replication.max_distance": {"value": "4GiB", "reason": "nightly import"},
        "aspects.replication.max_heartbeat": "4s",
        "aspects.subscriptions.max_late": "1d",
        "aspects.subscriptions.max_age": {"value": "36h", "reason": "it runs once a day"},
        "smoke.storefront.requests": 20,
        "smoke.storefront.slower_by": "400ms",
    }
    assert read(tmp_path, changes).loosened == (
        Loosened("limits", "go_valid_for", "8h", "4h", ""),
        Loosened("capacity", "free", "30%", "80%", "arizona has larger disks"),
        Loosened("replication", "max_distance", "4GiB", "16MiB", "nightly import"),
        Loosened("subscriptions", "max_age", "36h", "1d", "it runs once a day"),
        Loosened("smoke.storefront", "requests", "20", "40", ""),
        Loosened("smoke.storefront", "slower_by", "400ms", "250ms", ""),
    )


@pytest.mark.parametrize(
    ("bound", "value", "words"),
    [
        (at_most("1h"), timedelta(minutes=90), "90m"),
        (at_most("1h"), timedelta(0), "0ms"),
        (at_most("1GiB"), 3 * 2**29, "1536MiB"),
        (at_most("1GiB"), 0, "0B"),
        (at_most("98%"), 0.5, "0.5%"),
        (at_least("20"), 7, "7"),
    ],
)
def test_a_limit_is_told_as_the_policy_writes_it(bound: Bound, value: Any, words: str) -> None:
    """In the largest unit that leaves no fraction."""
    assert bound.words(value) == words


@given(st.integers(1, 10**9), st.sampled_from(["ms", "s", "m", "h", "d"]))
def test_a_time_is_told_so_that_it_reads_back_the_same(number: int, unit: str) -> None:
    """Up to the longest time that the policy can name."""
    bound = at_most("1h")
    value = (
        timedelta(milliseconds=1)
        * number
        * {"ms": 1, "s": 1000, "m": 60000, "h": 3600000, "d": 86400000}[unit]
    )
    if value <= timedelta(days=3650):
        assert Bound(bound.words(value)).value == value
