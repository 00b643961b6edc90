"""What the WAL of databases tells after a failover."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from siteparity.model import UnmeasuredError
from siteparity.tools.postgres_wal import Wal, read

DOWN = (
    "folder: /var/lib/postgresql/15/lost",
    "system: 7001",
    "ended: 1 0/3000148",
    "commit: 0/3000200 2026-12-01 03:00:00.123456",
    "commit: 0/3000300 2026-12-01 03:00:01.5",
    "commits: 2",
)
FOLLOWS = ("folder: /var/lib/postgresql/15/main", "system: 7001", "ended: 1 0/3000148")


def test_each_folder_is_read() -> None:
    """One that is down with its transactions, one that follows without."""
    down, follows = read((*DOWN, *FOLLOWS))
    moments = (
        datetime(2026, 12, 1, 3, 0, 0, 123456, tzinfo=UTC),
        datetime(2026, 12, 1, 3, 0, 1, 500000, tzinfo=UTC),
    )
    assert down == Wal(
        "7001", ((1, "0/3000148"),), tuple(zip(("0/3000200", "0/3000300"), moments, strict=True))
    )
    assert follows == Wal("7001", ((1, "0/3000148"),), ())
    assert [*read(())] == []


@pytest.mark.parametrize("lacking", [0, 1, 3, 4, 5])
def test_a_line_that_is_lost_is_noticed(lacking: int) -> None:
    """A transaction too few would be an order too few."""
    with pytest.raises(UnmeasuredError):
        [*read([line for number, line in enumerate(DOWN) if number != lacking])]


@pytest.mark.parametrize(
    "line",
    ["commit: 0/3000300 yesterday", "commit: 0/3 2026-13-01 03:00:00.1", "ended: one 0/1", "else: 1", "?"],
)
def test_what_is_no_line_of_the_answer_is_refused(line: str) -> None:
    """Whatever it may mean."""
    with pytest.raises(UnmeasuredError):
        [*read((*FOLLOWS, line))]
