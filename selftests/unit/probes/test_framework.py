"""What a host answered becomes typed facts, or is unmeasured with its reason: nothing in between."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selftests.unit.targets import answered, web_host
from siteparity.model import Table, Unmeasured, UnmeasuredError
from siteparity.policy import Section
from siteparity.probes import (
    MAX_ITEMS,
    MAX_NUMBER,
    MAX_VALUE_CHARACTERS,
    Answers,
    Probe,
    Reading,
    SecondLook,
    discover,
    read_tables,
)
from siteparity.transport.script import Answer

TARGET = web_host(Section(owner="Shop"))
ROLES = ("web",)


def reading(table: Mapping[Any, Any], *roles: str) -> Reading[Section]:
    """A table that is always this one, on these roles; without any, on those of the policy."""
    return Reading(lambda *_: table, roles=(lambda _: roles) if roles else None)


def read(table: Mapping[Any, Any]) -> Table | Unmeasured:
    """What becomes of a table that a probe gives."""
    facts = read_tables({"things": reading(table)}, answered(), TARGET, ROLES)
    return facts["things"]


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        (answered(), "names: it was not asked"),
        (answered(names="exit 1: permission denied"), "names: exit 1: permission denied"),
        (answered(names=b"a\xff"), "names: byte 1 of the answer is not UTF-8"),
        (answered(names=b"a\0b"), "names: the answer holds a NUL byte"),
    ],
)
def test_an_answer_that_is_no_text_is_unmeasured(answers: Answers, reason: str) -> None:
    """It says which question, and why there is no answer."""
    for look in (answers.text, answers.lines):
        with pytest.raises(UnmeasuredError) as caught:
            look("names")
        assert str(caught.value) == reason


def test_lines_end_with_line_feeds_alone() -> None:
    """Other characters that Python takes for line ends are part of a host's text."""
    assert answered(names="a\r\n\nb\x0b\u2028c\x85\n".encode()).lines("names") == ["a\r", "b\x0b\u2028c\x85"]


def test_a_status_is_known_only_of_an_answer() -> None:
    """A question that failed has no status to conclude from."""
    assert Answers({"names": Answer(b"", 1, None)}).status("names") == 1
    with pytest.raises(UnmeasuredError, match="timed out"):
        answered(names="timed out").status("names")


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (math.nan, "a: not a number that a host can mean"),
        (math.inf, "a: not a number that a host can mean"),
        (-math.inf, "a: not a number that a host can mean"),
        (MAX_NUMBER + 1, "a: not a number that a host can mean"),
        (-(10**400), "a: not a number that a host can mean"),
        (None, "a: the probe gave NoneType, which is no value"),
        (b"x", "a: the probe gave bytes, which is no value"),
        (["x"], "a: the probe gave list, which is no value"),
        ("\ud800", "an answer holds half a character (a lone surrogate)"),
    ],
)
def test_what_cannot_be_saved_and_compared_is_unmeasured(value: object, reason: str) -> None:
    """Neither a crash when the record is written, nor a value that equals nothing or everything."""
    found = read({"a": value})
    assert isinstance(found, Unmeasured)
    assert found.reason.endswith(reason)


def test_names_of_items_are_held_to_the_same_rules() -> None:
    """Hosts write them too."""
    assert isinstance(read({"\udcff": 1}), Unmeasured)


def test_a_long_text_is_shortened_and_stays_different_from_others() -> None:
    """One of them leaves no table unmeasured, and a site's own names in it are no difference."""
    long = "x" * MAX_VALUE_CHARACTERS
    tables = [
        read({long + item: long + value})
        for item, value in (("a", "b"), ("a", "c"), ("d", "b"), ("a", " web1.arizona.shop.example"))
    ]
    texts = ["".join(f"{item}{value}" for item, value in table.items()) for table in tables]  # type: ignore[union-attr]  # a table
    assert len(set(texts)) == len(texts)
    assert all(len(text) < 1000 for text in texts)
    assert texts[3].endswith(", naming web1.arizona.shop.example)")
    assert read({"a": long}) == {"a": long}


def test_a_table_without_measure_is_unmeasured() -> None:
    """A hostile host costs no more memory than an honest one."""
    assert not isinstance(read({str(number): 1 for number in range(MAX_ITEMS)}), Unmeasured)
    found = read({str(number): 1 for number in range(MAX_ITEMS + 1)})
    assert isinstance(found, Unmeasured)
    assert found.reason == f"more than {MAX_ITEMS} items; a host does not have so many"


@given(
    table=st.dictionaries(
        st.text(st.characters(codec="utf-8")),
        st.one_of(
            st.booleans(),
            st.integers(-MAX_NUMBER, MAX_NUMBER),
            st.floats(-MAX_NUMBER, MAX_NUMBER),
            st.text(st.characters(codec="utf-8")),
        ),
        max_size=4,
    )
)
def test_every_other_table_is_kept_as_it_was_read(table: Table) -> None:
    """No value is changed on the way."""
    found = read(table)
    assert not isinstance(found, Unmeasured)
    assert {item: (type(value), value) for item, value in found.items()} == {
        item: (type(value), value) for item, value in table.items()
    }


def test_one_table_that_cannot_be_read_leaves_the_others() -> None:
    """Each table has a reason of its own."""

    def fails(*_: object) -> Table:
        raise UnmeasuredError("it is garbled")

    readings = {"good": reading({"a": 1}), "bad": Reading(fails)}
    facts = read_tables(readings, answered(), TARGET, ROLES)
    bad = facts["bad"]
    assert facts["good"] == {"a": 1}
    assert isinstance(bad, Unmeasured)
    assert bad.reason == "it is garbled"


def test_a_host_has_the_tables_of_its_roles_alone() -> None:
    """What is not of its role is absent, and not unmeasured."""
    readings = {
        "ours": reading({"a": 1}, "web", "db"),
        "theirs": reading({"a": 1}, "db"),
    }
    assert list(read_tables(readings, answered(), TARGET, ("web", "db"))) == ["ours"]


def test_the_roles_of_a_probe_are_those_of_all_its_tables() -> None:
    """Of both looks, in the order of the policy; a table of nobody adds none."""
    probe = Probe(
        Section,
        lambda _: {},
        {"one": reading({}, "db"), "none": reading({}, "elsewhere")},
        SecondLook(lambda _: {}, lambda *_: {}, {"two": reading({}, "web")}),
    )
    section, every = Section(owner="Shop", roles=("edge",)), ("edge", "web", "db")
    assert probe.roles(section, every) == ("web", "db")
    assert probe.roles_of("none", section, every) == ()
    plain = Probe(Section, lambda _: {}, {"one": reading({})})
    assert plain.roles(section, every) == ("edge",)
    assert plain.roles(Section(owner="Shop"), every) == every


def test_every_probe_is_discovered_by_the_name_of_its_file() -> None:
    """In one order, which is that of reports; parts of probes are none."""
    found = discover()
    assert list(found) == sorted(found)
    assert {"packages", "locales"} <= set(found)
    assert not any(name.startswith("_") for name in found)
