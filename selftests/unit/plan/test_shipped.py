"""Which checks are as siteparity ships them: told by the digests in its manifest."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteparity.model import ConfigurationError
from siteparity.plan import shipped
from siteparity.plan.shipped import compared, demand_no_other_code, digests, manifest_text, without_own_checks

FILE = "tests/parity/test_things.py"
TEXT = '''\
"""Things are right."""

import pytest

LIMIT = 1


@pytest.mark.drill("a")
def test_one(parity):
    """Effect."""
    parity.same("one", fix="")


def test_two(parity):
    parity.same("two", fix="")
'''


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose one file of checks is shipped."""
    (tmp_path / FILE).parent.mkdir(parents=True)
    (tmp_path / FILE).write_text(TEXT)
    (tmp_path / "conftest.py").write_text("pytest_plugins = []\n")
    manifest = tmp_path / "checks.json"
    manifest.write_text(manifest_text(tmp_path))
    monkeypatch.setattr(shipped, "MANIFEST", manifest)
    return tmp_path


def test_an_untouched_project_has_every_check_as_shipped(root: Path) -> None:
    """And their number."""
    found = compared(root)
    assert (found.checks, found.altered, found.missing, found.own) == (2, (), (), ())


@pytest.mark.parametrize(
    ("before", "after", "altered", "missing", "own"),
    [
        pytest.param('"one", fix', '"two", fix', ["one"], [], [], id="another table"),
        pytest.param('@pytest.mark.drill("a")\n', "", ["one"], [], [], id="a mark less"),
        pytest.param("test_two(parity)", "test_two(parity, x=1)", ["two"], [], [], id="an argument more"),
        pytest.param("LIMIT = 1", "LIMIT = 2", ["one", "two"], [], [], id="a constant"),
        pytest.param("import pytest", "import os, pytest", ["one", "two"], [], [], id="an import"),
        pytest.param("test_two", "test_new", [], ["two"], ["new"], id="another name"),
        pytest.param("def test_two", "async def test_two", ["one"], ["two"], [], id="another kind"),
        pytest.param("\n\ndef test_two", "\n\n\n\ndef test_two", [], [], [], id="empty lines alone"),
        pytest.param(TEXT, TEXT + "\n\ndef test_own(parity): pass\n", [], [], ["own"], id="one more"),
        pytest.param(TEXT, TEXT + "\n\ndel test_two\n", ["one", "two"], [], [], id="taken away at the end"),
        pytest.param(TEXT, "(", [], ["one", "two"], [], id="no Python"),
    ],
)
def test_each_change_of_a_file_is_told(  # noqa: PLR0913, PLR0917  # one row says all of it
    root: Path, before: str, after: str, altered: list[str], missing: list[str], own: list[str]
) -> None:
    """A check is altered with its own lines, or with those around all checks of its file."""
    (root / FILE).write_text(TEXT.replace(before, after))
    found = compared(root)
    told = [
        [name.removeprefix("things.") for name in names]
        for names in (found.altered, found.missing, found.own)
    ]
    assert told == [altered, missing, own]


def test_a_file_that_is_away_or_new_is_told_by_its_checks(root: Path) -> None:
    """The plan refuses a project without it; a manifest that is read knows it all the same."""
    (root / FILE).rename(root / "tests" / "parity" / "test_others.py")
    found = compared(root)
    assert found.missing == ("things.one", "things.two")
    assert found.own == ("others.one", "others.two")


@given(st.text(alphabet="ab ()=:\n\t\r\x0c#@\"'", max_size=40), st.integers(0, len(TEXT)))
def test_whatever_is_put_into_a_file_is_told_or_is_empty(text: str, place: int) -> None:
    """No text between the lines of a file leaves its syntax another one and every check as shipped."""
    other = TEXT[:place] + text + TEXT[place:]
    before, after = shipped._parts(FILE, TEXT), shipped._parts(FILE, other)  # noqa: SLF001  # no file is needed
    if after == before:
        assert ast.dump(ast.parse(other)) == ast.dump(ast.parse(TEXT))


def test_what_a_user_adds_is_left_out_where_the_shipped_checks_are_judged_again(root: Path) -> None:
    """Also where its head alone would run code."""
    text = TEXT + "\n\ndef test_own(parity, x=globals().clear()): pass\n"
    assert ast.dump(without_own_checks(FILE, text)) == ast.dump(ast.parse(TEXT))
    new = without_own_checks("tests/parity/test_new.py", TEXT)
    assert root
    assert not [node for node in new.body if isinstance(node, ast.FunctionDef)]


@pytest.mark.parametrize(
    "path", ["tests/conftest.py", "tests/smoke/a/conftest.py", "tests/parity/__init__.py"]
)
def test_other_code_that_pytest_runs_is_refused(root: Path, path: str) -> None:
    """The file is named."""
    demand_no_other_code(root)
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text("")
    with pytest.raises(ConfigurationError, match=f"{path}: expected no {Path(path).name} below tests"):
        demand_no_other_code(root)


def test_a_folder_in_which_pytest_would_look_for_more_is_refused(root: Path, tmp_path: Path) -> None:
    """Also one that is a link; the folder of compiled code is none of them."""
    (root / "tests" / "parity" / "__pycache__").mkdir()
    demand_no_other_code(root)
    (tmp_path / "elsewhere").mkdir()
    (root / "tests" / "parity" / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ConfigurationError, match="tests/parity/link: expected files of checks only"):
        demand_no_other_code(root)


def test_a_folder_of_checks_that_is_a_link_is_looked_into(root: Path, tmp_path: Path) -> None:
    """As pytest does."""
    elsewhere = (root / "tests" / "parity").rename(tmp_path / "elsewhere")
    (root / "tests" / "parity").symlink_to(elsewhere)
    assert compared(root).missing == ()
    assert root / FILE in digests(root)
    (elsewhere / "conftest.py").write_text("")
    with pytest.raises(ConfigurationError, match=r"tests/parity/conftest\.py: expected no"):
        demand_no_other_code(root)


def test_another_door_is_refused_and_none_is_needed(root: Path) -> None:
    """The gate names the plugin itself."""
    (root / "conftest.py").write_text("pytest_plugins = ['mine']\n")
    with pytest.raises(ConfigurationError, match=r"conftest\.py: expected the file that siteparity ships"):
        demand_no_other_code(root)
    (root / "conftest.py").unlink()
    demand_no_other_code(root)
