"""Reading each distinct answer once gives what reading each gives, whatever a reader looks at."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selftests.unit.leaving_out.judge import Judge
from selftests.unit.leaving_out.recording import Place, recorded
from selftests.unit.targets import web_host
from siteparity.collect.questions import Questions
from siteparity.collect.read_once import ReadOnce
from siteparity.configuration import find_root
from siteparity.model import Facts, Table, Unmeasured, UnmeasuredError
from siteparity.policy import Section
from siteparity.probes import Answers, Probe, Reading, Target, discover, once, read_table, read_tables
from siteparity.transport.script import Answer, Moment

Read = Callable[[Answers, Target[Any]], Table]


def _target(**changes: Any) -> Target[Any]:
    """A host; changes are of the host, or of the target where that has such a field."""
    one = web_host(Section(owner="Platform"))
    of_host = {name: value for name, value in changes.items() if name in {"name", "roles", "addresses"}}
    of_target = {name: value for name, value in changes.items() if name not in of_host}
    return replace(one, host=replace(one.host, **of_host), **of_target)


def _answers(text: str = "a", *, status: int = 0, moment: float = 1.0, key: str = "0f") -> Answers:
    answer = Answer(text.encode(), status, None)
    return Answers({"one": answer, "two": answer}, Moment(moment, moment, moment), key)


def _counted(read: Read) -> tuple[Reading[Any], list[object]]:
    calls: list[object] = []

    def reading(answers: Answers, target: Target[Any]) -> Table:
        calls.append(answers)
        return read(answers, target)

    return Reading(reading), calls


def _text(answers: Answers, _: Target[Any]) -> Table:
    return {"text": answers.text("one")}


def test_an_answer_that_two_hosts_gave_is_read_once() -> None:
    """The second host of a role costs nothing, whatever its name, and has the very same table."""
    read_once, (reading, calls) = ReadOnce(), _counted(_text)
    first = read_once(reading, _answers(), _target(name="web1"))
    again = read_once(reading, _answers(), _target(name="web2"))
    assert first is again
    assert first == {"text": "a"}
    assert len(calls) == 1


def test_another_answer_is_read_for_itself() -> None:
    """A host that answered otherwise has a table of its own."""
    read_once, (reading, calls) = ReadOnce(), _counted(_text)
    assert read_once(reading, _answers("a"), _target()) == {"text": "a"}
    assert read_once(reading, _answers("b"), _target()) == {"text": "b"}
    assert len(calls) == 2


def test_an_answer_that_nobody_reads_may_differ() -> None:
    """Only what a reader looked at decides."""
    read_once, (reading, calls) = ReadOnce(), _counted(_text)
    for text in ("a", "b"):
        answers = Answers({"one": Answer(b"a", 0, None), "two": Answer(text.encode(), 0, None)})
        assert read_once(reading, answers, _target()) == {"text": "a"}
    assert len(calls) == 1


@once
def _of_the_roles(_: Answers, target: Target[Any]) -> tuple[str, ...]:
    return target.roles


LOOKS: Mapping[str, tuple[Read, Mapping[str, Any]]] = {
    "roles": (lambda _, target: {"roles": " ".join(target.roles)}, {"roles": ("db",)}),
    "roles of the host": (lambda _, target: {"roles": " ".join(target.host.roles)}, {"roles": ("db",)}),
    "what is named for roles": (
        lambda _, target: {"named": " ".join(target.named({"web": "for web", "db": "for db"}))},
        {"roles": ("db",)},
    ),
    "what is listed for roles": (
        lambda _, target: {"listed": " ".join(target.listed({"web": ["a"], "db": ["b"]}))},
        {"roles": ("db",)},
    ),
    "roles, read once for the host": (
        lambda answers, target: {"roles": " ".join(_of_the_roles(answers, target))},
        {"roles": ("db",)},
    ),
    "name": (lambda _, target: {"name": target.host.name}, {"name": "other"}),
    "part": (lambda _, target: {"part": target.part}, {"part": "php"}),
    "section": (lambda _, target: {"owner": target.section.owner}, {"section": Section(owner="Shop")}),
    "judged": (lambda _, target: {"judged": " ".join(target.judged())}, {"judged": lambda: ("/etc/x",)}),
    "other": (lambda _, target: {"other": target.other is None}, {"other": None}),
    "known": (lambda _, target: {"known": len(target.known())}, {"other": None}),
}
"""What a reader looks at -> the reader, and what is different on the second host."""


@pytest.mark.parametrize("look", LOOKS)
def test_whatever_a_reader_looks_at_of_a_host_decides(look: str) -> None:
    """A table is taken for no host of which the reader would have seen something else."""
    read, changes = LOOKS[look]
    read_once = ReadOnce()
    for target in (_target(roles=("web",)), _target(**{"roles": ("web",), **changes})):
        assert read_once(Reading(read), _answers(), target) == read(_answers(), target)


def test_a_value_that_tables_share_brings_its_looks_with_it() -> None:
    """The second table finds the roles in what was read once, and so depends on them as well."""

    def first(answers: Answers, target: Target[Any]) -> Table:
        return {"first": " ".join(_of_the_roles(answers, target))}

    def second(answers: Answers, target: Target[Any]) -> Table:
        return {"second": " ".join(_of_the_roles(answers, target))}

    read_once = ReadOnce()
    for role in ("web", "db"):
        answers, target = _answers(), _target(roles=(role,))
        assert read_once(Reading(first), answers, target) == {"first": role}
        assert read_once(Reading(second), answers, target) == {"second": role}


@pytest.mark.parametrize("changed", ["status", "moment", "key"])
def test_status_clock_and_key_decide_where_they_are_looked_at(changed: str) -> None:
    """They are no part of an answer's text, and tables may be made of them."""

    def read(answers: Answers, _: Target[Any]) -> Table:
        looks = {"status": lambda: answers.status("one"), "moment": lambda: answers.moment().shown}
        return {"seen": looks.get(changed, lambda: answers.key)()}

    read_once = ReadOnce()
    others: dict[str, Any] = {"status": {"status": 1}, "moment": {"moment": 2.0}, "key": {"key": "1e"}}
    for answers in (_answers(), _answers(**others[changed])):
        assert read_once(Reading(read), answers, _target()) == read(answers, _target())


def test_a_reason_is_shared_like_a_table() -> None:
    """A table that cannot be read has the same reason on each host that answered so."""

    def read(answers: Answers, _: Target[Any]) -> Table:
        raise UnmeasuredError(f"it says {answers.text('one')}")

    read_once, (reading, calls) = ReadOnce(), _counted(read)
    for text in ("a", "a", "b"):
        found = read_once(reading, _answers(text), _target())
        assert isinstance(found, Unmeasured)
        assert found.reason == f"it says {text}"
    assert len(calls) == 2


def test_a_reader_that_fails_is_asked_each_time() -> None:
    """A fault of the probe is no table that could be kept."""

    def read(_: Answers, __: Target[Any]) -> Table:
        raise ValueError("a mistake")

    read_once, (reading, calls) = ReadOnce(), _counted(read)
    for _ in range(2):
        with pytest.raises(ValueError, match="a mistake"):
            read_once(reading, _answers(), _target())
    assert len(calls) == 2


STEPS: tuple[Callable[[Answers, Target[Any]], object], ...] = (
    lambda answers, _: answers.text("one"),
    lambda answers, _: answers.text("two"),
    lambda answers, _: answers.status("one"),
    lambda answers, _: answers.moment().shown,
    lambda _, target: target.roles,
    lambda _, target: target.part,
    lambda _, target: target.host.name,
    lambda _, target: target.named({"web": "1"}),
    _of_the_roles,
)
_SOME = st.sampled_from("ab")
_HOSTS = st.lists(st.tuples(_SOME, _SOME, _SOME, _SOME, st.sampled_from([0, 1])), min_size=2, max_size=6)


@given(steps=st.lists(st.integers(0, len(STEPS) - 1), min_size=1, max_size=6), hosts=_HOSTS)
def test_reading_once_is_reading_each(steps: list[int], hosts: list[tuple[str, str, str, str, int]]) -> None:
    """Whatever a reader looks at, and whatever it looks at next by what it saw."""

    def read(answers: Answers, target: Target[Any]) -> Table:
        table, last = dict[str, str](), 0
        for number, step in enumerate(steps):
            seen = repr(STEPS[(step + last) % len(STEPS)](answers, target))
            table[f"{number}"], last = seen, zlib.crc32(seen.encode()) % 3
        return table

    read_once = ReadOnce()
    for one, two, role, part, status in hosts:

        def asked(one: str = one, two: str = two, status: int = status) -> Answers:
            given_ = {"one": Answer(one.encode(), status, None), "two": Answer(two.encode(), 0, None)}
            return Answers(given_, Moment(1, 1, 1))

        target = _target(roles=(role,), part=part, name=one + two)
        assert read_once(Reading(read), asked(), target) == read(asked(), target)


def _looks() -> Iterator[tuple[Place, str | None]]:
    """Each recorded answer of the lab: all of the healthy one, and what is different under each fault."""
    known = recorded()
    yield from ((place, None) for place in known.healthy.looks)
    yield from ((place, fault) for fault, one in known.faults.items() for place in one.looks)


def test_what_the_labs_hosts_said_reads_the_same() -> None:
    """Each table of each host of the lab, healthy and under each fault, is the one that it has by itself."""
    judge = Judge(find_root(), recorded())
    whole, probes = judge.variant(), discover()
    questions, read_once = Questions(whole.policy, probes, whole.sites), ReadOnce()
    every_role = tuple(whole.policy.roles)
    read = taken = 0
    for (site, name, aspect, number), fault in _looks():
        if aspect not in probes:
            continue
        where = next(one for one in whole.sites if one.name == site)
        target = questions.target(aspect, where, where.host(name))
        tables = _tables(probes[aspect], number)
        look = recorded().look((site, name, aspect, number), fault)
        assert look is not None
        answers = Answers(look.answers, look.moment)
        each = read_tables(tables, answers.unread(), target, every_role)
        before = len(_distinct(read_once))
        shared = read_tables(tables, answers.unread(), target, every_role, read_once)
        assert _told(shared) == _told(each), (site, name, aspect, fault)
        read, taken = read + len(each), taken + len(_distinct(read_once)) - before
    assert taken < read


def _tables(probe: Probe[Any], look: int) -> Mapping[str, Reading[Any]]:
    if look == 1:
        return probe.tables
    return probe.then.tables if probe.then else {}


def _distinct(read_once: ReadOnce) -> list[object]:
    by_shape = [tables for known in read_once._tables.values() for tables in known.values()]  # noqa: SLF001
    return [table for tables in by_shape for table in tables.values()]


def _told(facts: Facts) -> Mapping[str, object]:
    """Facts that can be compared: what was not measured equals nothing by itself."""
    return {
        name: (table.reason, table.away) if isinstance(table, Unmeasured) else dict(table)
        for name, table in facts.items()
    }


def test_nothing_is_left_of_a_plain_reading() -> None:
    """`read_table` by itself notes nothing, and reads a host as before."""
    assert read_table(Reading(_text), _answers(), _target()) == {"text": "a"}
