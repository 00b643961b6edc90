"""A customer who orders all the time while the lab fails over, and his ledger of what the shop confirmed."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from lab.handle import Lab

HOST = "outside1"
_LEDGER = "/var/lib/customer/ledger.jsonl"
_UNIT = "customer.service"


@dataclass(frozen=True)
class Tried:
    """One try to order.

    Attributes:
        at: when it ended.
        edge: the address that the shop's name led to; empty if it led nowhere.
        order: the number that the shop confirmed; None if it confirmed nothing.
        failed: why it confirmed nothing.
    """

    at: datetime
    edge: str
    order: int | None
    failed: str


@contextmanager
def ordering(lab: Lab) -> Iterator[None]:
    """A customer with an empty ledger orders inside, four times a second."""
    lab.shell(HOST, f"rm -f {_LEDGER}; systemctl start {_UNIT}")
    try:
        yield
    finally:
        lab.shell(HOST, f"systemctl stop {_UNIT}")


def ledger(lab: Lab) -> tuple[Tried, ...]:
    """What the customer wrote down since he began, oldest first."""
    told = (json.loads(line) for line in lab.shell(HOST, f"cat {_LEDGER}").splitlines())
    return tuple(
        Tried(
            datetime.fromisoformat(line["at"]),
            line.get("edge", ""),
            line.get("order"),
            line.get("failed", ""),
        )
        for line in told
    )


def confirmed(tries: tuple[Tried, ...]) -> tuple[int, ...]:
    """The numbers of the orders that the shop confirmed."""
    return tuple(one.order for one in tries if one.order is not None)


def missing(lab: Lab, database: str, tries: tuple[Tried, ...]) -> tuple[int, ...]:
    """The confirmed orders that a database does not have."""
    told = lab.sql(database, "SELECT id FROM orders WHERE customer = 'ledger'")
    stored = {int(number) for number in told.split()}
    return tuple(number for number in confirmed(tries) if number not in stored)


def longest_without(tries: tuple[Tried, ...]) -> float:
    """The longest time in which no order was confirmed, in seconds."""
    moments = [one.at for one in tries if one.order is not None]
    gaps = [(later - before).total_seconds() for before, later in itertools.pairwise(moments)]
    return max(gaps, default=0.0)
