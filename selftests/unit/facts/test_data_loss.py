"""What may be lost is a range, never nothing, and never less than what is known to be missing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteparity.collect import Measured
from siteparity.facts.data_loss import Loss, missing, possible_loss, written
from siteparity.facts.records import Record, record_of
from siteparity.model import Facts, Table, Unmeasured
from siteparity.probes import discover
from siteparity.result import SavedWritten
from siteparity.tools.postgres import lsn

NOTED = datetime(2026, 11, 23, 3, tzinfo=UTC)
NOW = NOTED + timedelta(hours=6)
DIGEST = "0" * 64
WITNESSES = {aspect: probe.data_loss for aspect, probe in discover().items() if probe.data_loss}
((ASPECT, WITNESS),) = WITNESSES.items()
MODE, POSITION, REPLAYED = WITNESS.writable, WITNESS.position, WITNESS.replayed


def record(site: str, at: datetime, *hosts: Facts) -> Record:
    """Database hosts that say this."""
    of = {f"db{number}": {ASPECT: facts} for number, facts in enumerate(hosts, 1)}
    return record_of(Measured(site, at, of), tool_version="1", policy_digest=DIGEST, inventory_digest=DIGEST)


def server(writable: str, position: str, replayed: float | None = None, timeline: int = 1) -> Facts:
    """One database server."""
    last: Table = {} if replayed is None else {REPLAYED[1]: replayed}
    history: Facts = {table: {item: timeline if table == item else "7"} for table, item in WITNESS.history}
    own: Facts = {MODE[0]: {MODE[1]: writable}, POSITION[0]: {POSITION[1]: position}, REPLAYED[0]: last}
    return {**history, **own}


def lost(*standby: Facts, noted: str = "0/1000") -> Loss | None:
    """With a primary that was recorded at 3, and a standby of 9 o'clock."""
    primary = record("dallas", NOTED, server("yes", noted))
    return possible_loss(primary, record("arizona", NOW, *standby), discover())


def test_a_standby_that_has_passed_the_noted_position_has_all_until_then() -> None:
    """An idle shop: nothing was replayed for long, and nobody knows what came after the record was made."""
    assert lost(server("no", "0/1000", 8 * 3600)) == Loss(NOTED, NOW, 0)
    assert lost(server("no", "0/1000")) == Loss(NOTED, NOW, 0)


def test_what_was_replayed_later_makes_the_range_smaller() -> None:
    """A busy shop: the last order that arrived was made ten minutes ago."""
    assert lost(server("no", "0/2000", 600)) == Loss(NOW - timedelta(minutes=10), NOW, 0)


def test_what_is_behind_the_noted_position_is_missing_for_certain() -> None:
    """The range then begins before the record."""
    assert lost(server("no", "0/0F00", 7 * 3600)) == Loss(NOW - timedelta(hours=7), NOW, 256)


def test_the_replica_that_is_farthest_behind_counts() -> None:
    """Nobody knows here which of them will take over."""
    found = lost(server("no", "0/2000", 60), server("no", "0/2000", 600))
    assert found
    assert found.since == NOW - timedelta(minutes=10)


@pytest.mark.parametrize(
    "standby",
    [
        (),
        (server("yes", "0/2000"),),
        (server("no", "0/0F00"),),
        (server("no", "nonsense", 60),),
        (server("no", "0/2000", 60), {MODE[0]: {MODE[1]: "no"}, POSITION[0]: Unmeasured("no answer")}),
    ],
)
def test_what_is_not_known_is_no_small_range(standby: tuple[Facts, ...]) -> None:
    """Nothing is said where a replica, or the time since when it lacks anything, is not known."""
    assert lost(*standby) is None


def test_two_primaries_have_no_range() -> None:
    """Each may have taken other orders."""
    both = record("dallas", NOTED, server("yes", "0/1000"), server("yes", "0/1000"))
    assert possible_loss(both, record("arizona", NOW, server("no", "0/2000", 5)), discover()) is None


def test_without_an_aspect_that_tells_nothing_is_known() -> None:
    """A policy may measure no database."""
    one = record("dallas", NOTED, server("yes", "0/1000"))
    assert possible_loss(one, record("arizona", NOW, server("no", "0/2000", 5)), {}) is None


def test_of_several_aspects_that_tell_the_widest_range_counts() -> None:
    """And none is known if one of them does not tell."""
    probes = {"first": discover()[ASPECT], "second": discover()[ASPECT]}

    def both(site: str, at: datetime, first: Facts, second: Facts) -> Record:
        measured = Measured(site, at, {"db1": {"first": first, "second": second}})
        return record_of(measured, tool_version="1", policy_digest=DIGEST, inventory_digest=DIGEST)

    primary = both("dallas", NOTED, server("yes", "0/1000"), server("yes", "0/1000"))
    late, later = server("no", "0/2000", 60), server("no", "0/2000", 600)
    found = possible_loss(primary, both("arizona", NOW, late, later), probes)
    assert found == Loss(NOW - timedelta(minutes=10), NOW, 0)
    assert possible_loss(primary, both("arizona", NOW, late, {}), probes) is None


LATER = NOTED + timedelta(hours=1)


def later(*hosts: Facts, at: datetime = LATER) -> tuple[SavedWritten, ...]:
    """What another record of the primary shows."""
    return tuple(written(record("dallas", at, *hosts), discover(), "run later"))


def lost_with(standby: Facts, found: tuple[SavedWritten, ...]) -> Loss | None:
    """The range with the record of 3 and what a later one shows."""
    primary = record("dallas", NOTED, server("yes", "0/1000"))
    return possible_loss(primary, record("arizona", NOW, standby), discover(), found)


def lacking(standby: Facts, found: tuple[SavedWritten, ...]) -> list[int | None]:
    """How much the standby lacks for certain."""
    return [one.size for one in missing(record("arizona", NOW, standby), discover(), found)]


def test_what_a_later_record_shows_is_missing_whichever_record_stands_in() -> None:
    """The stream broke after 3: the record of 3 knows nothing of the orders that came then."""
    standby, found = server("no", "0/1000", 7 * 3600), later(server("yes", "0/9000"))
    assert lost_with(standby, found) == Loss(NOTED, NOW, 0x8000)
    assert lacking(standby, found) == [0x8000]


def test_a_later_record_that_the_standby_has_passed_makes_the_range_smaller() -> None:
    """All that was written until then is there."""
    standby, found = server("no", "0/9000", 7 * 3600), later(server("yes", "0/9000"))
    assert lost_with(standby, found) == Loss(LATER, NOW, 0)
    assert lacking(standby, found) == []


@pytest.mark.parametrize(
    "hosts",
    [(), (server("no", "0/9000"),), ({MODE[0]: Unmeasured("no answer")},), (server("yes", "nonsense"),)],
)
def test_a_later_record_that_knows_no_position_shows_nothing(hosts: tuple[Facts, ...]) -> None:
    """Nor does one of a site that was a standby then."""
    assert later(*hosts) == ()


def test_of_two_servers_that_took_writes_each_shows_what_it_wrote() -> None:
    """Two primaries in one site are a fault; their orders are orders."""
    found = later(server("yes", "0/3000"), server("yes", "0/2000"))
    assert lacking(server("no", "0/1000", 5), found) == [0x2000, 0x1000]


def test_positions_of_another_history_tell_nothing_and_all_of_it_is_missing() -> None:
    """A restored database begins a new timeline, on which the same position is another order."""
    standby, found = server("no", "0/9000", 60), later(server("yes", "0/2000", timeline=2))
    assert lost_with(standby, found) == Loss(NOW - timedelta(minutes=1), NOW, 0)
    assert lacking(standby, found) == [None]


def test_a_history_that_is_not_known_is_not_another_one() -> None:
    """What could not be measured contradicts nothing."""
    bare = {name: table for name, table in server("yes", "0/9000").items() if name in (MODE[0], POSITION[0])}
    assert lacking(server("no", "0/1000", 5), later(bare)) == [0x8000]


@given(
    behind=st.integers(-(2**40), 2**40), replayed=st.none() | st.floats(0, 1e7), noted=st.integers(0, 2**50)
)
def test_the_range_never_ends_at_nothing(behind: int, replayed: float | None, noted: int) -> None:
    """Whatever the positions and times: the range has a length, and ends now."""
    position = max(0, noted - behind)
    found = lost(
        server("no", f"{position >> 32:X}/{position & 0xFFFFFFFF:X}", replayed),
        noted=f"{noted >> 32:X}/{noted & 0xFFFFFFFF:X}",
    )
    if found is not None:
        assert found.until - found.since >= timedelta(seconds=1)
        assert found.missing_bytes == max(0, noted - position)
        assert found.since <= NOW


@given(st.integers(0, 2**64 - 1))
def test_a_position_is_a_number_of_bytes(number: int) -> None:
    """As PostgreSQL writes it: two hexadecimal halves."""
    assert lsn(f"{number >> 32:X}/{number & 0xFFFFFFFF:X}") == number


@pytest.mark.parametrize("text", ["", "0", "0/", "/0", "0/G", "0/0 ", "123456789/0", None, 7])
def test_what_is_no_position_is_none(text: str | int | None) -> None:
    """Nothing is guessed."""
    assert lsn(text) is None


def test_the_probe_gives_what_the_range_is_made_of() -> None:
    """The names are those of the aspect's own tables."""
    assert {MODE[0], POSITION[0], REPLAYED[0]} <= set(discover()[ASPECT].readings())
