"""A check tells what it proves, why, how to mend what it finds, and what shows that it works."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from siteparity.commands.explain import explain, fixes_of
from siteparity.configuration import find_root
from siteparity.model import ConfigurationError
from siteparity.plan import CheckSource, sources

CHECKS = '''\
"""Things are the same.

They were not, once.
"""

FIX = "set {item}"


@pytest.mark.drill("thing_lost", "thing_changed")
def test_every_thing_is_there(parity):
    """Customers miss a thing."""
    parity.same("values", fix=FIX)
    parity.same("values", fix=FIX + " {primary}")
    parity.same("values", fix="look")


@pytest.mark.warning
def test_every_thing_is_good(parity):
    parity.everywhere("values", equals="good", fix="mend")
'''


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with two checks of one aspect."""
    folder = tmp_path / "tests" / "parity"
    folder.mkdir(parents=True)
    (folder / "test_things.py").write_text(CHECKS)
    return tmp_path


def test_everything_that_is_written_about_a_check_is_told(project: Path) -> None:
    """Each fix once, as it stands in the rules."""
    assert explain(project, "things.every_thing_is_there").splitlines() == [
        "Every thing is there",
        "  check     things.every_thing_is_there (blocker), tests/parity/test_things.py",
        "  proves    Things are the same.",
        "  why       They were not, once.",
        "  customers Customers miss a thing.",
        "  fix       set {item}",
        "            set {item} {primary}",
        "            look",
        "  accepted  by a waiver, or by design under differs in the policy",
        "  drills    python -m lab break thing_lost",
        "            python -m lab break thing_changed",
    ]


def test_what_is_not_written_is_left_out(project: Path) -> None:
    """No empty headings."""
    told = explain(project, "test_every_thing_is_good")
    assert "(warning)" in told
    assert "customers" not in told
    assert "drills" not in told


@pytest.mark.parametrize(
    "name",
    [
        "things.every_thing_is_there",
        "test_every_thing_is_there",
        "tests/parity/test_things.py::test_every_thing_is_there",
        "tests/parity/test_things.py::test_every_thing_is_there[web]",
        "test_things.py::test_every_thing_is_there[web]",
    ],
)
def test_a_check_is_found_by_whatever_name_a_report_shows(project: Path, name: str) -> None:
    """An engineer copies it from the screen."""
    assert explain(project, name).startswith("Every thing is there\n")
    assert "\n\n" not in explain(project, name)


def test_an_aspect_tells_all_its_checks(project: Path) -> None:
    """In the order of the file."""
    assert [part.splitlines()[0] for part in explain(project, "things").split("\n\n")] == [
        "Every thing is there",
        "Every thing is good",
    ]


def test_a_name_that_is_none_gets_the_nearest(project: Path) -> None:
    """The message says what to write."""
    with pytest.raises(ConfigurationError, match=r"thigns: no such check; did you mean things"):
        explain(project, "thigns")


HELPED = '''\
"""Things work."""

from siteparity.pytest_plugin.claims import Claim
from siteparity.pytest_plugin.dry_run import dry_run_claims, dry_runs

LOOK = "journalctl -u"


def _judged(standby, thing):
    standby.hold(thing, [Claim("item", 1, 2, f"{LOOK} {thing.unit}")])
    _judged(standby, thing)


def test_it_works(standby):
    """Customers wait."""
    fix = LOOK + " shop"
    standby.expect("it", 1, equals=1, fix=fix)
    for host, words in dry_runs(standby)[0].items():
        standby.hold(host, dry_run_claims(words, standby.policy))
    _judged(standby, host)
'''


def test_a_fix_is_found_wherever_the_check_has_it_from(project: Path) -> None:
    """A name in its body, a helper of its file or of the plugin, a text that is composed when it runs."""
    (project / "tests" / "smoke").mkdir()
    (project / "tests" / "smoke" / "test_work.py").write_text(HELPED)
    told = explain(project, "work").splitlines()
    assert [line[12:] for line in told if line.startswith(("  fix ", " " * 12))] == [
        "journalctl -u shop",
        "tail -n 50 /var/log/postgresql/postgresql-*-main.log; pg_lsclusters",
        "runuser -u {user} -- {command}  # read what it says",
        "journalctl -u {unit}",
    ]


@pytest.mark.parametrize("source", list(sources(find_root())), ids=lambda source: source.name)
def test_every_check_of_the_product_can_be_explained(source: CheckSource) -> None:
    """By its name alone, with what customers notice and what to do: nobody wants to think at night."""
    told = explain(find_root(), f"{source.path}::{source.function}")
    assert told.startswith(f"{source.sentence}\n")
    assert re.fullmatch(r"[A-Z].{20,}\.", source.effect)
    fixes = fixes_of(find_root(), source)
    assert fixes
    for fix in fixes:
        assert re.fullmatch(r"\S+ \S.*", fix), fix
        assert set(re.findall(r"\{([^ }]*)\}", fix)) <= {
            "item",
            "primary",
            "user",
            "command",
            "units",
            "logs",
        }


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("packages", "by a waiver, or by design under differs in the policy"),
        ("replication", "never"),
        ("status_page", "by a waiver"),
        ("session", "never"),
    ],
)
def test_it_is_said_what_can_accept_a_finding(name: str, words: str) -> None:
    """A journey tries out the standby alone, so nothing of it differs by design."""
    told = re.findall(r"^  accepted  (.*)$", explain(find_root(), name), re.MULTILINE)
    assert set(told) == {words}
