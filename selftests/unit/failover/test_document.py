"""The plan's file: what is read of it, and what is refused by file and line."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from selftests.unit.failover.plans import SMALL, loaded
from siteparity.configuration import find_root
from siteparity.failover.document import Mode, load_plan
from siteparity.failover.order import Part
from siteparity.failover.proofs import Kind, Side
from siteparity.model import ConfigurationError

Change = Callable[[str], str]


def replaced(old: str, new: str) -> Change:
    """A text with something else in place of a part that it has."""

    def change(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return change


def test_a_plan_has_the_steps_of_each_mode(tmp_path: Path) -> None:
    """A planned failover stops the old database; with a dead site somebody cuts it off."""
    plan = loaded(tmp_path)
    assert [step.name for step in plan.of(Mode.PLANNED, Part.THERE)] == [
        "decide", "stop", "compare", "promote", "lead", "look",
    ]  # fmt: skip
    assert [step.name for step in plan.of(Mode.DEAD, Part.THERE)] == [
        "decide",
        "cut",
        "promote",
        "lead",
        "look",
    ]
    assert [step.name for step in plan.of(Mode.DEAD, Part.BACK)] == ["follow", "protect"]


def test_a_step_waits_for_the_one_before_it_or_for_those_it_names(tmp_path: Path) -> None:
    """Where the mode lacks a step, what that one waits for takes its place."""
    before = loaded(tmp_path).before(Mode.DEAD)
    assert before["promote"] == ("decide", "cut")
    assert before["lead"] == ("promote",)
    assert set(before["follow"]) == {"decide", "cut", "promote", "lead", "look"}
    assert before["protect"] == ("follow",)


def test_a_step_knows_what_it_fences_and_what_it_promotes(tmp_path: Path) -> None:
    """Both follow from its proofs; a command that promotes does so, whatever its proof."""
    plan = loaded(tmp_path, SMALL.replace("{database: takes writes, writers: 1}", "{writers: 1}"))
    stop, cut, promote = (plan.step(name) for name in ("stop", "cut", "promote"))
    assert stop is not None
    assert (stop.fences, stop.promotes) == (Side.OLD, None)
    assert cut is not None
    assert cut.fences is Side.OLD
    assert promote is not None
    assert promote.promotes is Side.NEW


def test_proofs_are_typed_and_in_the_order_of_the_vocabulary(tmp_path: Path) -> None:
    """Whatever the order of the file."""
    text = SMALL.replace(
        "{silent: 30s, said_by: whoever cut it off}", "{said_by: whoever cut it off, silent: 30s}"
    )
    plan = loaded(tmp_path, text)
    cut = plan.step("cut")
    assert cut is not None
    assert [proof.kind for proof in cut.proof.each()] == [Kind.SILENT, Kind.SAID_BY]


REFUSED: dict[str, tuple[Change, int, str]] = {
    "a step without a host": (
        replaced("    at: {site: old, role: db}\n    do: systemctl stop postgresql\n", "    do: stop it\n"),
        9,
        r"steps\[1\]: expected at with a site beside the proof database",
    ),
    "a command without a host": (
        replaced("    at: {outside: ns1.example}\n", ""),
        37,
        r"expected at, the hosts of the step, found none",
    ),
    "nobody and nowhere": (
        replaced("    who: the engineer\n", ""),
        43,
        r"expected at, .*or who does it",
    ),
    "a proof that does not exist": (
        replaced("standby_has: everything", "standby_hes: everything"),
        21,
        r'proof\.standby_hes: expected one of .*; found "standby_hes" \(did you mean "standby_has"\?\)',
    ),
    "a word that a proof does not know": (
        replaced("database: shut down", "database: shutdown"),
        14,
        r'expected shut down or takes writes or follows, found "shutdown" \(did you mean "shut down"\?\)',
    ),
    "no proof": (replaced("{dns: new}", "{}"), 41, r"proof: expected one of gate, units,"),
    "two writers": (
        replaced("writers: 1", "writers: 2"),
        34,
        r"writers: expected at most 1, found the number 2",
    ),
    "a loop": (
        replaced("    proof: {database: shut down}", "    proof: {database: shut down}\n    after: [lead]"),
        9,
        r'found a loop: "stop" waits for "lead" waits for "promote" waits for "compare" waits for "stop"; .*',
    ),
    "a step that waits for itself": (
        replaced("after: [compare, cut]", "after: [promote]"),
        30,
        r'a loop: "promote" waits for "promote"',
    ),
    "an unknown step": (
        replaced("after: [compare, cut]", "after: [compair, cut]"),
        30,
        r'after: expected the name of a step, found "compair" \(did you mean "compare"\?\)',
    ),
    "a step that waits for the way back": (
        replaced("after: [compare, cut]", "after: [compare, cut, follow]"),
        30,
        r'found "follow" of the way back',
    ),
    "no fence": (
        replaced("database: shut down", "said_by: somebody"),
        3,
        r"steps: expected a fence in the mode planned: .*two sites that take orders are worse than none",
    ),
    "promotion before the fence": (
        replaced("after: [compare, cut]", "after: [decide]"),
        30,
        r'"promote": expected a step that fences the old site before this one, .*in the mode planned',
    ),
    "a role that is absent": (
        replaced("{site: new, role: db}", "{site: new, role: dbs}"),
        17,
        r'at\.role: expected a role of the policy \(web, db\), found "dbs" \(did you mean "db"\?\)',
    ),
    "a limit without a unit": (
        replaced("within: 1m", "within: 60"),
        13,
        r"within: expected a number with one of the units .*such as 60s",
    ),
    "a step without a way back": (
        replaced("    back: systemctl start postgresql\n", ""),
        9,
        r"expected either back or no_way_back: true, found neither",
    ),
    "two ways": (
        replaced("    no_way_back: true", "    no_way_back: true\n    back: nothing"),
        30,
        r"no_way_back: true, found both",
    ),
    "one name twice": (
        replaced("name: compare", "name: stop"),
        16,
        r'name: expected a name of its own, found "stop" on line 9 too',
    ),
    "an unknown placeholder": (
        replaced("{{new.web.address}}", "{{new.wep.address}}"),
        37,
        r'found "new\.wep\.address" \(did you mean "new\.web\.address"\?\)',
    ),
    "a unit without its ending": (
        replaced("{database: follows, writers: 1}", "{units: {run: [cron]}}"),
        53,
        r"expected a unit with its ending",
    ),
    "a unit that runs and is stopped": (
        replaced("{database: follows, writers: 1}", "{units: {run: [a.timer], stopped: [a.timer]}}"),
        53,
        r"expected each unit once, found a\.timer",
    ),
    "two places": (
        replaced("at: {outside: ns1.example}", "at: {outside: ns1.example, site: new}"),
        38,
        r"expected either site or outside, found both",
    ),
    "a key that does not exist": (
        replaced("    within: 10m", "    withim: 10m"),
        6,
        r'found "withim" \(did you mean "within"\?\)',
    ),
    "another version": (replaced("version: 1", "version: 2"), 1, r"version: expected"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_plan_that_cannot_be_followed_is_refused(what: str, tmp_path: Path) -> None:
    """With file, line, what was expected, and what to do."""
    change, line, expected = REFUSED[what]
    with pytest.raises(ConfigurationError) as refused:
        loaded(tmp_path, change(SMALL))
    lines = [text for text in str(refused.value).split("\n") if re.search(expected, text)]
    assert lines, str(refused.value)
    assert f"failover.yml:{line}: " in lines[0]


def test_a_fence_is_demanded_in_each_mode(tmp_path: Path) -> None:
    """A plan that fences a site that answers may still forget the one that is dead."""
    with pytest.raises(ConfigurationError, match="expected a fence in the mode dead"):
        loaded(tmp_path, SMALL.replace("silent: 30s, ", ""))


def test_a_plan_may_leave_out_a_mode(tmp_path: Path) -> None:
    """Then nothing is demanded of it."""
    plan = loaded(tmp_path, SMALL.replace("    within", "    modes: [planned]\n    within").replace(
        "    modes: [planned]\n    modes: [planned]\n", "    modes: [planned]\n").replace(
        "    modes: [dead]\n    modes: [planned]\n", "    modes: [planned]\n"))  # fmt: skip
    assert plan.modes == (Mode.PLANNED,)


def test_the_labs_own_plan_can_be_followed() -> None:
    """In both modes, with the roles of its policy."""
    plan = load_plan(find_root() / "inventories" / "failover.yml", ("edge", "web", "db", "sessions"))
    assert plan.modes == (Mode.PLANNED, Mode.DEAD)


def test_comments_and_the_order_of_keys_do_not_change_its_meaning(tmp_path: Path) -> None:
    """Spelled-out defaults neither."""
    other = SMALL.replace("version: 1\n", "# a comment\nversion: 1\n").replace(
        "    who: the engineer\n    within: 5m\n",
        "    within: 5m\n    who: the engineer\n    modes: [planned, dead]\n",
    )
    assert loaded(tmp_path).dumped() == loaded(tmp_path, other).dumped()
    assert loaded(tmp_path).dumped() != loaded(tmp_path, SMALL.replace("within: 5m", "within: 6m")).dumped()
