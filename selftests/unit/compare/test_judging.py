"""Which items differ: all that do, and nothing that two hosts always have apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selftests.unit.compare.test_introduction import said
from siteparity.compare import places, sites
from siteparity.compare.comparison import Difference
from siteparity.compare.judging import Judged, judge
from siteparity.compare.run import bare_policy
from siteparity.model import Table, Unmeasured, Value
from siteparity.probes import discover

PAIR = sites.named(
    list(
        zip(
            places(["one", "two"]),
            (
                said(),
                said(
                    names=["app7", "app7.arizona.shop.example"],
                    machine=["f" * 32],
                    addresses=["10.2.0.9/24"],
                ),
            ),
            strict=True,
        )
    ),
    as_root=True,
)
PROBES = discover()
POLICY = bare_policy(PROBES)


def judged(
    aspect: str,
    table: str,
    named: tuple[Table | Unmeasured, Table | Unmeasured],
    plain: tuple[Table, Table] | None = None,
) -> Judged:
    """What becomes of one table of both hosts."""
    facts = [{aspect: {table: one}} for one in named]
    as_it_stands = [{aspect: {table: one}} for one in plain or named]
    return judge(PAIR, facts, as_it_stands, POLICY, PROBES)


def items(found: Judged) -> list[tuple[str, Value | None, Value | None]]:
    """Each difference without its place."""
    return [(one.item, one.first, one.second) for one in found.differences]


def test_an_item_that_differs_is_told_with_both_values() -> None:
    """Also one that a host lacks."""
    found = judged("packages", "builds", ({"bash": "1", "tar": "2"}, {"bash": "1.1", "zip": "3"}))
    assert found.differences == (
        Difference("packages", "builds", "bash", "1", "1.1"),
        Difference("packages", "builds", "tar", "2", None),
        Difference("packages", "builds", "zip", None, "3"),
    )
    assert (found.compared, found.aspects, found.gaps) == (3, ("packages",), ())


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ({"/etc/x: listen 10.1.0.21": "there"}, {"/etc/x: listen 10.2.0.9": "there"}),
        ({"/etc/x: name web1": "there"}, {"/etc/x: name app7": "there"}),
        ({"x": "web1.dallas.shop.example"}, {"x": "app7.arizona.shop.example"}),
    ],
)
def test_what_each_host_calls_its_own_is_no_difference(one: Table, two: Table) -> None:
    """Own names and addresses, in items and in values."""
    assert items(judged("files", "lines", (one, two))) == []


def test_what_is_alike_as_it_stands_is_alike() -> None:
    """A line that names one of both hosts, on both; and a digest that depends on what is whose."""
    line: Table = {"/etc/x: log to web1.dallas.shop.example": "there"}
    assert items(judged("files", "lines", (line, line))) == []
    digests: tuple[Table, Table] = ({"/etc/x": "of {host}"}, {"/etc/x": "of web1"})
    alike: tuple[Table, Table] = ({"/etc/x": "as is"}, {"/etc/x": "as is"})
    assert items(judged("files", "content", digests, alike)) == []
    other: tuple[Table, Table] = ({"/etc/x": "as is"}, {"/etc/x": "edited"})
    assert items(judged("files", "content", digests, other)) == [("/etc/x", "of {host}", "of web1")]


def test_one_file_that_differs_brings_no_other_with_it() -> None:
    """Of each item by itself it counts that it is alike as it stands."""
    digests: tuple[Table, Table] = ({"/a": "of {host}", "/b": "1"}, {"/a": "of web1", "/b": "2"})
    plain: tuple[Table, Table] = ({"/a": "as is", "/b": "1"}, {"/a": "as is", "/b": "2"})
    assert items(judged("files", "content", digests, plain)) == [("/b", "1", "2")]


def test_an_item_of_one_host_alone_is_told_as_it_stands() -> None:
    """With the host's own name, not with what stands for it."""
    found = judged("files", "lines", ({}, {"/etc/x: name app7": "there", "/etc/x: y": "there"}))
    assert items(found) == [("/etc/x: name app7", None, "there"), ("/etc/x: y", None, "there")]


def test_of_a_table_with_healthy_values_only_others_count() -> None:
    """Which packages there are, another table tells."""
    found = judged(
        "packages",
        "states",
        ({"bash": "in order", "tar": "in order"}, {"bash": "half-configured", "zip": "in order"}),
    )
    assert items(found) == [("bash", "in order", "half-configured")]


def test_what_is_wrong_alike_is_no_difference() -> None:
    """Two hosts that are ill alike are alike."""
    ill: Table = {"bash": "half-configured"}
    assert items(judged("packages", "states", (ill, ill))) == []


def test_memory_that_is_nearly_as_much_is_as_much() -> None:
    """Two machines of one kind hardly ever have the same number of bytes; processors are counted."""
    assert items(judged("capacity", "memory", ({"memory": 1000}, {"memory": 960}))) == []
    assert items(judged("capacity", "memory", ({"memory": 940}, {"memory": 1000}))) == [("memory", 940, 1000)]
    assert items(judged("capacity", "cores", ({"cores": 40.0}, {"cores": 39.0}))) == [("cores", 40.0, 39.0)]


def test_a_table_that_moves_is_not_compared() -> None:
    """How full a disk is differs by itself."""
    found = judged("capacity", "full", ({"/ bytes": 10.0}, {"/ bytes": 90.0}))
    assert (found.differences, found.compared, found.aspects) == ((), 0, ())


def test_a_table_that_a_host_lacks_is_a_gap_and_never_equal() -> None:
    """Also if both lack it for the same reason."""
    away = Unmeasured("database: no answer")
    found = judged("packages", "builds", ({"bash": "1"}, away))
    assert [(gap.host, gap.table, gap.reason) for gap in found.gaps] == [(1, "builds", "database: no answer")]
    assert found.compared == 0
    assert len(judged("packages", "builds", (away, away)).gaps) == 2


def test_a_line_on_both_that_names_one_of_them_is_a_note() -> None:
    """Staging that writes into the database of production is alike in its files, and worth a look."""
    named: tuple[Table, Table] = ({"lines": "none"}, {"/etc/x: db.dallas.shop.example": "names first host"})
    plain: tuple[Table, Table] = ({"lines": "none"}, {"lines": "none"})
    found = judged("files", "foreign", named, plain)
    assert items(found) == []
    assert [(note.host, note.item) for note in found.notes] == [(1, "/etc/x: db.dallas.shop.example")]


TABLES = st.dictionaries(
    st.text(st.sampled_from("ab/: ."), min_size=1, max_size=6),
    st.sampled_from(["x", "y", 1, True]),
    max_size=6,
)


@given(TABLES, TABLES)
def test_without_names_it_finds_exactly_what_differs(one: Table, two: Table) -> None:
    """An independent oracle: the items of two mappings, of types as well as of values."""

    def told(table: Table, item: str) -> tuple[type, Value | None]:
        return type(table.get(item)), table.get(item)

    expected = sorted(item for item in {*one, *two} if told(one, item) != told(two, item))
    assert sorted(item for item, _, _ in items(judged("packages", "links", (one, two)))) == expected
