"""Versions of collations as recorded and as they are, and words as a server really sorts them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selftests.contract.samples import target_of
from selftests.unit.targets import answered, framed
from siteparity.model import Table, UnmeasuredError
from siteparity.probes import Answers, Target, collation
from siteparity.tools.locale import WORDS

Policy = collation.Policy
Read = Callable[[Answers, Target[Policy]], Table]
TARGET: Target[Policy] = target_of("collation", "arizona", "db1")
READERS = [reading.read for reading in collation.PROBE.tables.values()]
SAMPLE = Path(__file__).parents[2] / "contract" / "samples" / "collation" / "normal.json"
STATE: dict[str, Any] = json.loads(
    json.loads(SAMPLE.read_text(encoding="utf-8"))["answers"]["server"]["text"].removesuffix("end\n")
)


def read(table: Read, library: str = "glibc 2.36\n", **state: Any) -> Table:
    """One table of a real answer of which parts are changed."""
    said = framed(json.dumps({**STATE, **state}).encode())
    return table(answered(server=said, library=library.encode()), TARGET)


def database(**changes: Any) -> dict[str, Any]:
    """The shop's database with other versions."""
    return {"shop": {**STATE["databases"]["shop"], **changes}}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "as recorded"),
        ({"recorded": "2.28"}, "recorded 2.28, actual 2.36"),
        ({"actual": "2.37"}, "recorded 2.36, actual 2.37"),
        ({"recorded": None}, "recorded nothing, actual 2.36"),
        ({"actual": None}, "recorded 2.36, actual nothing"),
        ({"recorded": None, "actual": None, "locale": "C"}, "as recorded"),
        (
            {"recorded": None, "actual": None},
            "without a version: nobody can tell whether it still sorts as it did",
        ),
    ],
)
def test_a_database_is_as_recorded_or_says_both_versions(changes: dict[str, Any], expected: str) -> None:
    """NULL is no version; only an order by code point needs none."""
    table = read(collation.read_recorded, databases=database(**changes))
    assert table["database shop"] == expected


def test_collations_in_use_are_looked_at_as_well() -> None:
    """A column may be sorted by ICU while the database is not."""
    german = {"provider": "i", "locale": "de", "recorded": "153.14", "actual": "153.120"}
    collations = {"public.german": german}
    assert read(collation.read_recorded, collations=collations)["collation public.german"] == (
        "recorded 153.14, actual 153.120"
    )
    assert read(collation.read_versions, collations=collations)["collation public.german"] == "ICU 153.120"


def test_the_library_on_the_disk_and_the_running_one_are_both_told() -> None:
    """An upgrade acts with the next restart."""
    table = read(collation.read_versions, library="glibc 2.37\n")
    assert table["C library on the disk"] == "2.37"
    assert table["database shop"] == "libc 2.36"


@pytest.mark.parametrize(
    "library", ["", "glibc", "musl 1.2", "glibc 2.36 or so, and much more than a version"]
)
def test_a_library_without_a_version_is_unmeasured(library: str) -> None:
    """Nothing is no version."""
    with pytest.raises(UnmeasuredError):
        read(collation.read_versions, library=library)


def test_two_orders_of_the_words_are_two_tables() -> None:
    """Swedish sorts what is behind z elsewhere; the finding names the words."""
    words = STATE["sorted"].split(" ")
    moved = [word for word in words if word != "äpfel"] + ["äpfel"]
    one, other = read(collation.read_sorted), read(collation.read_sorted, sorted=" ".join(moved))
    assert one != other
    assert one["äpfel"] != other["äpfel"]


@pytest.mark.parametrize(
    "words", ["", " ".join(WORDS[:-1]), " ".join((*WORDS, "x")), " ".join(sorted(WORDS)), None, 7]
)
def test_other_words_or_none_or_an_order_by_bytes_are_unmeasured(words: object) -> None:
    """A server that lost its locale sorts by code point, as the other one might."""
    with pytest.raises(UnmeasuredError):
        read(collation.read_sorted, sorted=words)


def test_a_database_that_is_meant_to_sort_by_code_point_may() -> None:
    """``C`` is an order as well."""
    databases = database(locale="C", recorded=None, actual=None)
    assert read(collation.read_sorted, databases=databases, sorted=" ".join(sorted(WORDS)))


@given(st.text(max_size=60))
def test_garbage_is_unmeasured_and_never_a_crash(text: str) -> None:
    """Whatever a host prints in place of an answer."""
    for table in READERS:
        with pytest.raises(UnmeasuredError):
            table(answered(server=framed(text.encode()), library=b"glibc 2.36\n"), TARGET)


@given(
    key=st.sampled_from(["databases", "collations", "sorted"]),
    value=st.recursive(
        st.none() | st.integers() | st.text(max_size=3),
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
        max_leaves=4,
    ),
)
def test_an_answer_of_other_types_is_a_table_or_unmeasured(key: str, value: Any) -> None:
    """JSON of another shape than that which was asked for makes no crash."""
    for table in READERS:
        try:
            found = read(table, **{key: value})
        except UnmeasuredError:
            continue
        assert isinstance(found, dict)
