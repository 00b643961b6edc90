"""The plan of tests of one's own, read from the syntax of their files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from selftests.unit.sites import site
from selftests.unit.targets import web_host
from siteparity.model import ConfigurationError, Severity, Site
from siteparity.plan.own_tests import known_own, own_checks
from siteparity.policy import Policy, Role, Section
from siteparity.policy.own_tests import OwnTests


def with_database(of: Site) -> Site:
    """A site with one host more, in the role ``db``."""
    database = replace(of.hosts[0], name="db1", roles=("db",))
    return replace(of, hosts=(*of.hosts, database))


SITES = (with_database(site("dallas", 1)), with_database(site("arizona", 2, hosts=1)))
MARK = "import pytest\npytestmark = pytest.mark.role({})\n"
TEST = "def test_x(host):\n    pass\n"


def policy(place: Path, **keys: Any) -> Policy:
    """A policy beside ``tests/own``; nobody is in the role ``mail``."""
    plain = web_host(Section(owner="x")).policy
    roles = {name: Role(owner="Shop") for name in ("web", "db", "mail")}
    source = place / "inventories" / "policy.yml"
    return replace(plain, source=source, roles=roles, own_tests=OwnTests(owner="Platform", **keys))


def planned(folder: Path, *, keys: dict[str, Any] | None = None, **files: str) -> list[str]:
    """What is planned of these files, without their folder."""
    for name, text in files.items():
        path = folder / "tests" / "own" / f"{name.replace('__', '/')}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return [check.id.removeprefix("tests/own/") for check in own_checks(policy(folder, **keys or {}), SITES)]


WEB = ["dallas/web1", "dallas/web2", "arizona/web1"]
DB = ["dallas/db1", "arizona/db1"]
ALL = ["dallas/web1", "dallas/web2", "dallas/db1", "arizona/web1", "arizona/db1"]


def of(test: str, hosts: list[str] = ALL) -> list[str]:
    """The ids of a test on some hosts."""
    return [f"{test}[{label}]" for label in hosts]


def test_without_a_folder_nothing_is_planned(tmp_path: Path) -> None:
    """Nobody has to have tests of one's own; but a folder that is named must be there."""
    assert own_checks(policy(tmp_path), SITES) == ()
    with pytest.raises(ConfigurationError, match=r"own_tests\.folder: expected a folder"):
        own_checks(policy(tmp_path, folder="mine"), SITES)


def test_the_folder_may_be_anywhere(tmp_path: Path) -> None:
    """Elsewhere its own name begins the ids."""
    elsewhere = tmp_path / "elsewhere" / "suite"
    elsewhere.mkdir(parents=True)
    (elsewhere / "test_a.py").write_text(TEST)
    (tmp_path / "project").mkdir()
    made = own_checks(policy(tmp_path / "project", folder=str(elsewhere)), SITES)
    assert [one.id for one in made] == of("suite/test_a.py::test_x")
    link = tmp_path / "project" / "tests" / "own"
    link.parent.mkdir()
    link.symlink_to(elsewhere)
    assert [one.id for one in own_checks(policy(tmp_path / "project"), SITES)] == of(
        "suite/test_a.py::test_x"
    )
    (elsewhere / "test_b.py").symlink_to(tmp_path / "gone.py")
    assert len(own_checks(policy(tmp_path / "project"), SITES)) == len(ALL)
    (tmp_path / "gone.py").write_text(TEST)
    with pytest.raises(ConfigurationError, match="found another place"):
        own_checks(policy(tmp_path / "project"), SITES)


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        (TEST, ALL),
        (MARK.format('"web"') + TEST, WEB),
        (MARK.format('"db"') + TEST, DB),
        (MARK.format('"db", "web"') + TEST, ALL),
        ("import pytest\npytestmark = [pytest.mark.slow, pytest.mark.role('db')]\n" + TEST, DB),
        (MARK.format('"db"') + "@pytest.mark.role('web')\n" + TEST, WEB),
        (MARK.format('"dallas/web2"') + TEST, ["dallas/web2"]),
        (MARK.format('"web1"') + TEST, ["dallas/web1", "arizona/web1"]),
        ("testinfra_hosts = ['ansible://web']\n" + TEST, WEB),
        ("testinfra_hosts = ['db']\n" + TEST, DB),
        ("import names\ntestinfra_hosts = [names.app]\n" + TEST, ALL),
        ("from pytest import mark\npytestmark = mark.role('db')\n" + TEST, DB),
    ],
)
def test_a_test_says_where_it_runs(tmp_path: Path, text: str, hosts: list[str]) -> None:
    """The nearest mark counts; names that only running code knows are none."""
    assert planned(tmp_path, test_a=text) == of("test_a.py::test_x", hosts)


def test_every_form_of_a_test_is_found(tmp_path: Path) -> None:
    """In classes, below conditions, in folders; as pytest collects them."""
    text = """
import pytest

def helper():
    pass

if True:
    def test_if(host):
        pass
else:
    def test_else(host):
        pass

try:
    def testtry(host):
        pass
finally:
    pass

async def test_async(host):
    pass

class TestA:
    pytestmark = pytest.mark.role("db")

    def test_x(self, host):
        pass

    class TestB:
        @pytest.mark.role("web1")
        def test_y(self, host):
            pass

class Helper:
    def test_no(self):
        pass

def test_if(host):
    pass
"""
    found = planned(tmp_path, a__b__x_test=text, a__x="def test_no():\n    pass\n", build__test_b=TEST)
    tests = ["test_if", "test_else", "testtry", "test_async"]
    ids = [one for test in tests for one in of(f"a/b/x_test.py::{test}")]
    ids += of("a/b/x_test.py::TestA::test_x", DB)
    assert sorted(found) == sorted([*ids, *of("a/b/x_test.py::TestA::TestB::test_y", [WEB[0], WEB[2]])])


def test_values_are_compared_once_for_each_role(tmp_path: Path) -> None:
    """Besides the test itself on each host."""
    text = "def test_x(host, parity):\n    pass\n"
    values = ["test_a.py::test_x[values, web]", "test_a.py::test_x[values, db]"]
    assert planned(tmp_path, test_a=text) == [*of("test_a.py::test_x"), *values]


def test_the_policy_can_say_where_files_run(tmp_path: Path) -> None:
    """For suites that are not to be changed."""
    keys = {"files": {"app/*": ("db",)}}
    found = planned(tmp_path, keys=keys, app__test_a=MARK.format('"web"') + TEST, test_b=TEST)
    assert found == [*of("app/test_a.py::test_x", DB), *of("test_b.py::test_x")]
    alone = planned(tmp_path, keys={"roles": ("db",)})
    assert alone == [*of("app/test_a.py::test_x", WEB), *of("test_b.py::test_x", DB)]


def test_owner_severity_and_words_come_from_policy_and_test(tmp_path: Path) -> None:
    """A failure of a blocker is a reason against GO."""
    text = (
        '"""Pages are served.\n\nCustomers see nothing else.\n"""\nimport pytest\n@pytest.mark.warning\n'
        'def test_x(host):\n    """They wait."""\ndef test_y(host):\n    pass\n'
    )
    planned(tmp_path, test_a=text)
    made = own_checks(policy(tmp_path), SITES)
    assert [(one.severity, one.owner, one.role) for one in (made[0], made[-1])] == [
        (Severity.WARNING, "Platform", "web"),
        (Severity.BLOCKER, "Platform", "db"),
    ]
    source = made[0].source
    said = ("Pages are served.", "Customers see nothing else.", "They wait.")
    assert (source.promise, source.why, source.effect) == said
    assert (source.name, source.sentence, source.aspect) == ("own.a.x", "X", "own.a")
    assert known_own(policy(tmp_path)) == {"own.a", "own.a.x", "own.a.y"}
    lowered = policy(tmp_path, severity=Severity.WARNING, severity_reason="a trial")
    assert {one.severity for one in own_checks(lowered, SITES)} == {Severity.WARNING}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("def test_x(:\n", "test_a.py:1: cannot be read"),
        (MARK.format("") + TEST, "test_a.py:2: pytest.mark.role: expected names of roles in quotes"),
        (MARK.format("ROLE") + TEST, "test_a.py:2: pytest.mark.role: expected names of roles in quotes"),
        (
            MARK.format("'mail'") + TEST,
            "test_a.py:2: test_x: expected a host in mail at each site, found none at",
        ),
        (MARK.format("'wbe'") + TEST, "test_a.py:2: test_x: expected a role of the policy, or a host, found"),
        ("\n\nfrom test_b import test_x\n", "test_a.py:3: expected tests of its own, found the import"),
    ],
)
def test_a_file_that_cannot_be_planned_is_told(tmp_path: Path, text: str, words: str) -> None:
    """With file and line, and every file at once."""
    with pytest.raises(ConfigurationError) as error:
        planned(tmp_path, test_a=text)
    assert words in str(error.value)


def test_every_file_that_cannot_be_read_is_told_at_once(tmp_path: Path) -> None:
    """Not one after the other."""
    with pytest.raises(ConfigurationError, match=r"(?s)test_a\.py:1: .*test_b\.py:1: "):
        planned(tmp_path, test_a="(", test_b="(")
