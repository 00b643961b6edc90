"""Probes, checks and faults belong together: none of them stands alone."""

from __future__ import annotations

import ast
import inspect
import re

import pytest

from lab.faults import catalogue
from siteparity.configuration import find_root
from siteparity.plan import CheckSource, sources
from siteparity.probes import discover

CHECKS = list(sources(find_root()))
PARITY = [check for check in CHECKS if check.kind == "parity"]
FAULTS = set(catalogue())
WHOLE_HOSTS = {name for name, (aspect, _) in catalogue().items() if aspect == "hosts"}
"""A host that is away leaves every check of its roles unmeasured; the lab's self-tests hold that."""
UNDRILLED = {
    "absences.nothing_that_is_declared_absent_is_there",
    *(one.name for one in PARITY if discover()[one.aspect].section.is_of_parts()),
    *(one.name for one in PARITY if one.aspect == "containers"),
    "products.nothing_is_switched_off_by_hand",
    "products.what_products_read_outside_etc_is_the_same",
}
"""The lab's policy promises everything, so nothing is declared absent that a fault could bring back. It names
no command of its own: `selftests/plugin/test_commands.py` breaks real ones. It has no HAProxy and no PHP:
those of webmail are broken (`lab/pairs/php/faults/products.py`). Nor has it a container: that of the pair
tickets is broken (`lab/pairs/tickets/faults/containers.py`)."""


def _name(check: CheckSource) -> str:
    return check.name


@pytest.mark.parametrize(
    ("aspect", "table"),
    [
        (aspect, table)
        for aspect, probe in discover().items()
        for table, reading in probe.readings().items()
        if table[0] != "_" and not reading.lists
    ],
)
def test_every_fact_that_a_probe_yields_is_judged(aspect: str, table: str) -> None:
    """A fact that nobody judges is a difference that nobody sees."""
    assert any(check.aspect == aspect and table in check.tables for check in PARITY)


def test_a_table_that_lists_what_is_judged_is_judged_by_no_check() -> None:
    """It tells the answer how far it goes. Its values are the words of the framework, or why not."""
    lists = {
        (aspect, table)
        for aspect, probe in discover().items()
        for table, reading in probe.readings().items()
        if reading.lists
    }
    assert lists == {("services", "judged"), ("listeners", "judged")}
    assert not lists & {(check.aspect, table) for check in PARITY for table in check.tables}


@pytest.mark.parametrize("aspect", discover())
def test_every_aspect_is_held_to_an_expectation_and_compared(aspect: str) -> None:
    """Equal is not healthy: both sites can be broken alike. Of what is absent there is nothing to compare."""
    text = (find_root() / "tests" / "parity" / f"test_{aspect}.py").read_text(encoding="utf-8")
    assert re.search(r"parity\.(healthy|everywhere|own_site|within|only_at_primary)\(", text)
    assert re.search(r"parity\.(same|at_least)\(", text) or discover()[aspect].section.apart


def test_every_healthy_value_is_demanded_by_a_check_and_every_demand_has_one() -> None:
    """A value that no check demands protects nobody; a demand without a value proves nothing."""
    declared = {
        (aspect, table)
        for aspect, probe in discover().items()
        for table, reading in probe.readings().items()
        if reading.healthy != ()
    }
    demanded: set[tuple[str, str]] = set()
    for aspect in discover():
        text = (find_root() / "tests" / "parity" / f"test_{aspect}.py").read_text(encoding="utf-8")
        demanded |= {(aspect, table) for table in re.findall(r'parity\.healthy\(\s*"(\w+)"', text)}
    assert demanded == declared


@pytest.mark.parametrize("check", CHECKS, ids=_name)
def test_every_check_says_what_it_promises_why_and_what_customers_would_notice(check: CheckSource) -> None:
    """The report shows these words; a check without them is a red line that nobody understands."""
    assert check.promise
    assert check.why
    assert check.effect


@pytest.mark.parametrize("check", CHECKS, ids=_name)
def test_every_check_says_what_is_wrong_if_it_differs(check: CheckSource) -> None:
    """A title on the page, and the last line at night: only sites and hosts are filled in."""
    assert 20 <= len(check.broken) <= 110
    assert check.broken[0].isupper() or check.broken[0] == "{"
    assert not check.broken.endswith(".")
    assert set(re.findall(r"\{(.*?)\}", check.broken)) <= {"primary", "standby", "where"}
    assert check.broken != check.sentence


@pytest.mark.parametrize("check", CHECKS, ids=_name)
def test_every_check_names_a_drill_and_every_drill_exists(check: CheckSource) -> None:
    """A check counts once a real fault has turned it red."""
    assert bool(check.drills) != (check.name in UNDRILLED)
    assert set(check.drills) <= FAULTS


@pytest.mark.parametrize("fault", sorted(FAULTS - WHOLE_HOSTS))
def test_every_fault_is_claimed_by_a_check(fault: str) -> None:
    """A fault that no check must catch is a hole that we know of."""
    assert any(fault in check.drills for check in CHECKS)


def test_what_comes_by_replication_is_mended_by_replication_first() -> None:
    """A paused replay lacks what the primary made since; it is resumed, and no standby is rebuilt for it."""
    root = find_root()
    files = [*(root / "tests").rglob("*.py"), root / "src/siteparity/pytest_plugin/database_rows.py"]
    texts = [
        node.value
        for path in files
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "pg_basebackup" in node.value
    ]
    another_copy = (
        "rebuild the standby with pg_basebackup from the primary",
        "pg_rewind, or",
        "look at the disk",
    )
    of_replay = [text for text in texts if not text.startswith(another_copy)]
    assert len(of_replay) == 5
    for text in of_replay:
        assert 0 < text.find("pg_wal_replay_resume()") < text.find("if replay was not paused, rebuild")


@pytest.mark.parametrize("late", ["roles", "tables", "extensions"])
def test_an_answer_about_a_paused_replay_begins_with_it(late: str) -> None:
    """Also if the replay was paused before somebody made a role, or a table, at the primary."""
    replay = next(check for check in CHECKS if check.name == "replication.what_arrives_is_replayed_at_once")
    follows = next(check for check in CHECKS if check.aspect == "database" and check.tables == (late,))
    assert follows.name in replay.leads_to


@pytest.mark.parametrize("aspect", discover())
def test_every_probe_says_what_it_measures(aspect: str) -> None:
    """Module and policy section are documented; the manual is made from them."""
    module = inspect.getmodule(discover()[aspect].ask)
    assert module is not None
    assert module.__doc__
    assert discover()[aspect].section.__doc__
