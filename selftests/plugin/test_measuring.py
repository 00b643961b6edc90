"""pytest by itself, without the gate: it measures once, before its workers, and leaves nothing behind."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from selftests.contract.sshd import Server, wait_until
from selftests.plugin.project import FILE, SITES, Project, clean_environment
from siteparity import configuration
from siteparity.configuration import find_root

EVERY_HOST = ["arizona-web1", "arizona-web2", "dallas-web1", "dallas-web2"]
PAIR = ("--primary", SITES[0], "--standby", SITES[1])
WORKERS_LOOK = """
from pathlib import Path

def pytest_configure(config):
    things = config.rootpath / "things"
    if hasattr(config, "workerinput"):
        traces = len(list(things.glob("*.asked")))
        (things / f"{config.workerinput['workerid']}.seen").write_text(str(traces))
"""


def test_facts_are_collected_once_and_before_any_worker_starts(live: Project, server: Server) -> None:
    """Each host is asked in one connection; connections and the folder of the run are gone at the end."""
    live.write("tests/conftest.py", WORKERS_LOOK)
    (live.root / "tmp").mkdir()
    ran = live.pytest(FILE, *PAIR, "-n2", TMPDIR=str(live.root / "tmp"))
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "2 passed" in ran.stdout
    assert live.asked() == dict.fromkeys(EVERY_HOST, 1)
    assert server.logins() == len(EVERY_HOST)
    seen = [file.read_text() for file in (live.root / "things").glob("*.seen")]
    assert seen == [str(len(EVERY_HOST))] * 2
    assert sorted(line.split(":")[0] for line in ran.stderr.splitlines()) == [
        name.replace("-", "/") for name in EVERY_HOST
    ]
    assert list((live.root / "tmp").glob("siteparity-*")) == []
    wait_until(lambda: not server.sessions())


def test_an_engineer_sees_values_hosts_and_reasons(live: Project, server: Server) -> None:
    """A difference fails with its finding, what a host could not say is an error; nothing is left behind."""
    (live.root / "tmp").mkdir()
    live.things("arizona", "web2", values={"a": "1", "b": "9"})
    (live.root / "things" / "dallas-web1.more").unlink()
    ran = live.pytest(FILE, *PAIR, TMPDIR=str(live.root / "tmp"), COLUMNS="200")
    assert ran.returncode == 1
    assert list((live.root / "tmp").glob("siteparity-*")) == []
    wait_until(lambda: not server.sessions())
    assert "1 failed, 1 error" in ran.stdout
    difference = "b: dallas 2 (web1, web2) | arizona 2 (web1), 9 (web2)"
    assert f"FAILED {FILE}::test_values[web] - Concluded: {difference}" in ran.stdout
    assert f"ERROR {FILE}::test_more[web] - Concluded: dallas/web1: more: exit 1: cat:" in ran.stdout


@pytest.mark.parametrize("option", ["--collect-only", "--setup-plan"])
def test_asking_pytest_about_the_checks_asks_no_host(live: Project, server: Server, option: str) -> None:
    """The checks are known from the files alone: the ids are those of the plan."""
    ran = live.pytest("tests", *PAIR, option, "-q")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    if option == "--collect-only":
        listed = [line for line in ran.stdout.splitlines() if "::" in line]
        assert listed == [check.id for check in live.settings().checks]
    assert live.asked() == {}
    assert server.logins() == 0


def test_the_products_own_checks_are_collected_as_they_are_planned() -> None:
    """The plan reads the files without pytest; both must see the same checks, in the same order."""
    settings = configuration.load(find_root(), find_root() / "inventories")
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--collect-only", "tests"],
        cwd=find_root(),
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    listed = [line for line in ran.stdout.splitlines() if "::" in line]
    assert listed == [check.id for check in settings.checks]


def test_self_tests_beside_the_checks_ask_no_host(live: Project, server: Server) -> None:
    """Only the folders of the checks make pytest measure."""
    live.write("elsewhere/test_one.py", "def test_one():\n    pass\n")
    ran = live.pytest("elsewhere")
    assert ran.returncode == 0, ran.stdout
    assert server.logins() == 0


def test_what_cannot_be_run_is_a_usage_error_with_file_line_and_key(project: Project) -> None:
    """Status 4, as for every wrong use of pytest, also where only the names of the checks are wanted."""
    project.policy(aspects=project.aspect("things") | {"thongs": {"owner": "Shop"}})
    ran = project.pytest("--collect-only", "tests")
    assert ran.returncode == 4
    assert re.search(r"policy\.yml:\d+: aspects\.thongs", ran.stderr), ran.stderr
