"""What the old site's WAL shows to be lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from siteparity.watching.lost import Lost, lost

START = datetime(2026, 12, 1, 3, 0, tzinfo=UTC)
SYSTEM, OTHER = "7001", "7002"
FORKS = {f"{SYSTEM} 1": "0/2000000", f"{SYSTEM} 2": "0/5000000", f"{OTHER} 2": "0/1"}


def at(seconds: float) -> datetime:
    """A moment."""
    return START + timedelta(seconds=seconds)


def committed(*transactions: tuple[str, float], system: str = SYSTEM) -> dict[str, str]:
    """The table of a host."""
    return {f"{system} {position}": at(seconds).isoformat() for position, seconds in transactions}


def test_what_was_committed_after_the_fork_is_lost() -> None:
    """Where a transaction begins at the very fork, the new site has not got it."""
    found = lost([FORKS], [committed(("0/4FFFFF0", 1), ("0/5000000", 2), ("0/6000000", 3.5))], 2)
    assert found == Lost(at(1), (at(2), at(3.5)))
    assert found.seconds(at(9)) == 2.5


def test_positions_are_compared_as_numbers_and_counted_once() -> None:
    """A copy of a data folder holds the same transactions as the folder itself."""
    old = committed(("0/9", 0), ("0/FFFFFFFF", 2), ("1/0", 3))
    assert lost([FORKS], [old, dict(old)], 2) == Lost(at(0), (at(2), at(3)))


def test_what_was_committed_once_the_site_was_fenced_does_not_lengthen_the_time() -> None:
    """Jobs go on there; no customer ordered that."""
    found = lost([FORKS], [committed(("0/1", 0), ("0/6000000", 3), ("0/7000000", 90))], 2)
    assert isinstance(found, Lost)
    assert (len(found.commits), found.seconds(at(10))) == (2, 10)


def test_nothing_is_lost_if_nothing_follows_the_fork() -> None:
    """No transaction, no time."""
    found = lost([FORKS], [committed(("0/1", 0), ("0/2", 3))], 2)
    assert found == Lost(at(3), ())
    assert found.seconds(at(10)) == 0


def test_what_does_not_reach_back_to_the_fork_is_not_counted() -> None:
    """Older WAL is gone, the database belongs to another cluster, or none is down."""
    for old in (committed(("0/5000000", 2)), committed(("0/1", 1), system="7003"), {}):
        assert "reaches back" in str(lost([FORKS], [old], 2))
    assert "tells where it left" in str(lost([{}], [committed(("0/1", 1))], 2))
    assert "tells where it left" in str(lost([FORKS], [committed(("0/1", 1))], 3))
