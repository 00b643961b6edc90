"""Tests of one's own, as people bring them: planned, run on every host of their roles, in every report."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from selftests.contract.sshd import Server, running_with, wait_until
from selftests.plugin.project import COMMAND, Project, clean_environment
from selftests.plugin.test_standin import die
from siteparity.model import Outcome
from siteparity.result import SavedCheck

pytestmark = pytest.mark.timeout(280)  # of a machine that is busy

HEAD = '''\
"""Web hosts are as the people who run them want them.

Customers would see other pages.
"""

import os
import re
import pytest

pytestmark = pytest.mark.role("web")
'''
SUITE = {
    "conftest.py": """\
import pytest
import helpers

helpers.settings["account"] = "root"


@pytest.fixture
def account(host):
    return host.user(helpers.settings["account"])
""",
    "helpers.py": "settings = {}\n",
    "test_web.py": HEAD
    + '''
import helpers


@pytest.mark.parametrize("path, kind", [("/etc", "directory"), ("/etc/passwd", "file")])
def test_places(host, path, kind):
    """Nobody could log in."""
    assert getattr(host.file(path), f"is_{kind}")


def test_account(account, host):
    assert account.exists
    assert account.uid == 0
    f = host.file("/etc/passwd")
    assert f.user == "root" and f.mode == 0o644
    assert f.contains("^root:")
    assert re.search("^root:", f.content_string, re.M)


class TestTools:
    def test_output(self, host):
        assert host.check_output("echo %s", "a b") == "a b"
        assert host.run("exit 3").rc == 3
        assert not host.package("no-such-package-anywhere").is_installed
        assert not host.socket("tcp://127.0.0.1:1").is_listening
        assert not host.service("no-such-unit-anywhere").is_running


def test_value(host, parity):
    parity.value("kernel", host.check_output("uname -r"))
    parity.value("root", host.user("root").home)
''',
    "deep/er/db_test.py": """\
import pytest

testinfra_hosts = ["ansible://db"]


def test_it(host):
    assert host.exists("sh")
""",
    "not_looked_at.py": "def test_nothing(host):\n    raise NotImplementedError\n",
}
LABELS = ("dallas/web1", "dallas/web2", "arizona/web1", "arizona/web2")


def own(project: Project, **files: str) -> None:
    """Some files of tests; a double underscore stands for a slash, and the ending is added."""
    for name, text in files.items():
        project.write(f"tests/own/{name.replace('__', '/')}.py", text)


def checks(project: Project) -> Mapping[str, SavedCheck]:
    """The checks of the latest run that are own tests, by what stands after the file's name."""
    every = project.latest().checks
    return {check.id.removeprefix("tests/own/"): check for check in every if check.kind == "own"}


def gate(project: Project, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A run of a machine that is busy."""
    project.patience = 250
    return project.siteparity("gate", "--deadline", "220", *arguments)


def test_a_suite_runs_unchanged_on_every_host_of_its_roles(live: Project, server: Server) -> None:
    """With its conftest.py, helpers, parameters and classes; over the run's own connections."""
    for name, text in SUITE.items():
        live.write(f"tests/own/{name}", text)
    told = live.siteparity("check")
    assert "21 are tests of your own: own.db" in told.stdout.replace("\xa0", " "), told.stdout + told.stderr
    ran = gate(live)
    assert ran.returncode == 0, ran.stdout + ran.stderr + (live.reports / "latest" / "log.txt").read_text()
    tests = ("test_places", "test_account", "TestTools::test_output", "test_value")
    names = [f"test_web.py::{test}[{label}]" for test in tests for label in LABELS]
    names += [f"deep/er/db_test.py::test_it[{label}]" for label in LABELS]
    names += ["test_web.py::test_value[values, web]"]
    found = checks(live)
    assert {name: check.outcome for name, check in found.items()} == dict.fromkeys(names, Outcome.SAME)
    assert found["test_web.py::test_places[dallas/web1]"].compared == 2
    assert found["test_web.py::test_value[values, web]"].compared == 2
    assert found["test_web.py::test_account[arizona/web2]"].aspect == "own.web"
    result = live.latest()
    assert result.plan == result.executed
    for report in ("junit.xml", "checks.html", "journal.jsonl", "report.html"):
        text = (live.reports / "latest" / report).read_text()
        assert "TestTools::test_output" in text or report == "report.html", report
        assert "Tests of your own" in text or report != "report.html"
    assert server.logins() == 4


WRONG = {
    "fails": ('''
def test_x(host):
    """Customers wait."""
    assert host.run("test -e %s", os.environ.get("HOME", "/") + "/no-such").rc == 0, "it is missing"
''', Outcome.DIFFERENT, "dallas/web1: it is missing"),
    "fails by itself": ("""
def test_x(host):
    pytest.fail("so it is")
""", Outcome.DIFFERENT, "dallas/web1: so it is"),
    "fails with reasons": ("""
def test_x(host):
    assert host.file("/no/such/file").exists
""", Outcome.DIFFERENT, "dallas/web1: assert False; where False = <file /no/such/file>.exists"),
    "fails in a case": ("""
@pytest.mark.parametrize("number", [1, 2])
def test_x(host, number):
    assert number == 1
""", Outcome.DIFFERENT, "dallas/web1 [2]: assert 2 == 1"),
    "raises": ("""
def test_x(host):
    host.file("/no/such/file").content
""", Outcome.UNMEASURED, "RuntimeError"),
    "is broken before": ("""
@pytest.fixture
def odd():
    raise ValueError("odd")

def test_x(host, odd):
    pass
""", Outcome.UNMEASURED, "ValueError: odd"),
    "is broken after": ("""
@pytest.fixture
def odd():
    yield
    raise ValueError("odd")

def test_x(host, odd):
    pass
""", Outcome.UNMEASURED, "its tear-down failed: ValueError: odd"),
    "skips": ("""
def test_x(host):
    pytest.skip("not on a Tuesday")
""", Outcome.UNMEASURED, "it was skipped (not on a Tuesday), so it proves nothing"),
    "is skipped": ("""
@pytest.mark.skip(reason="no time")
def test_x(host):
    pass
""", Outcome.UNMEASURED, "it was skipped (no time)"),
    "is expected to fail": ("""
@pytest.mark.xfail(reason="not yet")
def test_x(host):
    assert False
""", Outcome.DIFFERENT, "it fails, as its author expects (not yet)"),
    "has no case": ("""
@pytest.mark.parametrize("number", [])
def test_x(host, number):
    pass
""", Outcome.UNMEASURED, ""),
    "is not collected": ("""
def test_x(host):
    pass

test_x.__test__ = False
""", Outcome.UNMEASURED, "pytest did not collect it"),
    "ends pytest": ("""
def test_x(host):
    os._exit(0)
""", Outcome.UNMEASURED, "it was collected and did not run"),
    "exits": ("""
def test_x(host):
    pytest.exit("enough", returncode=0)
""", Outcome.UNMEASURED, ""),
    "cannot be imported": ("""
import no_such_module

def test_x(host):
    pass
""", Outcome.UNMEASURED, "its file cannot be collected: ModuleNotFoundError: No module named"),
    "hangs": ("""
def test_x(host):
    host.run("sleep 99")
""", Outcome.UNMEASURED, "Timeout"),
    "tells values in secret": (
        """
@pytest.fixture
def tell(parity):
    parity.value("a", 1)

def test_x(host, tell):
    pass
""",
        Outcome.UNMEASURED,
        "it tells values, which nothing compares",
    ),
    "is expected to fail and does not": (
        """
@pytest.mark.xfail(strict=True, reason="not yet")
def test_x(host):
    pass
""",
        Outcome.UNMEASURED,
        "[XPASS(strict)] not yet",
    ),
    "is left out": (
        """
def test_x(host):
    pass
""",
        Outcome.UNMEASURED,
        "it was collected and did not run",
    ),
    "tells an odd value": ("""
def test_x(host, parity):
    parity.value("a", [1])
""", Outcome.UNMEASURED, "expected text, a number, True or False, found list"),
}  # fmt: skip
"""What a test does -> its text, the outcome at each host, words of the first finding."""


def test_whatever_a_test_does_its_outcome_is_honest(live: Project) -> None:
    """A failure is a difference; whatever proves nothing leaves the check unmeasured."""
    live.policy(limits={"deadline": "220s", "host_deadline": "20s", "check_deadline": "3s"})
    deadly = ("ends pytest", "exits")
    own(live, **{f"test_{name.replace(' ', '_')}": HEAD + text for name, (text, _, _) in WRONG.items()
                 if name not in deadly})  # fmt: skip
    own(
        live,
        conftest="def pytest_collection_modifyitems(items):\n"
        "    items[:] = [item for item in items if 'left_out' not in item.nodeid]\n",
    )
    ran = gate(live)
    assert ran.returncode == 2, ran.stdout + ran.stderr
    found = checks(live)
    log = (live.reports / "latest" / "log.txt").read_text()
    for name, (_, outcome, words) in WRONG.items():
        if name not in deadly:
            for label in LABELS:
                check = found[f"test_{name.replace(' ', '_')}.py::test_x[{label}]"]
                assert check.outcome is outcome, (name, check, log)
                assert words.replace("dallas/web1", label) in check.findings[0].message, (name, check)
    values = found["test_tells_an_odd_value.py::test_x[values, web]"]
    assert values.outcome is Outcome.UNMEASURED
    assert found["test_fails.py::test_x[dallas/web1]"].findings[0].effect == "Customers wait."


@pytest.mark.parametrize("name", ["ends pytest", "exits"])
def test_a_test_that_ends_everything_is_no_go(live: Project, name: str) -> None:
    """What did not run is unmeasured, and the answer is there."""
    text, outcome, _ = WRONG[name]
    live.policy(own_tests={"workers": 0})
    own(live, test_a=HEAD + text, test_b=HEAD + "def test_y(host):\n    pass\n")
    ran = gate(live)
    assert ran.returncode == 3, ran.stdout + ran.stderr
    assert {check.outcome for check in checks(live).values()} == {outcome}


def test_a_value_that_differs_is_a_finding_with_both_sites(live: Project) -> None:
    """Between hosts, and between sites; secrets are hidden."""
    own(
        live,
        test_web=HEAD
        + """
def test_value(host, parity):
    name = host.backend.get_hostname()
    parity.value("mode", "new" if name == "arizona/web2" else "old")
    parity.value("password=", f"password=canary-{name[:3]}-xyzzy")
    assert "xyzzy" not in f"password=canary-{name[:3]}-xyzzy" or True
""",
    )
    ran = gate(live)
    assert ran.returncode == 2, ran.stdout + ran.stderr
    findings = {
        one.item: one.message for one in checks(live)["test_web.py::test_value[values, web]"].findings
    }
    assert findings["mode"] == "mode: dallas old (web1, web2) | arizona old (web1), new (web2)"
    assert len(findings) == 2
    for path in live.reports.rglob("*"):
        assert path.is_dir() or b"xyzzy" not in path.read_bytes(), path


def test_a_skip_that_the_policy_accepts_is_told(live: Project) -> None:
    """With its reason; any other skip proves nothing."""
    live.policy(own_tests={"skips": {"not on*": "the shop has no mail on Tuesdays"}, "workers": 0})
    own(live, test_web=HEAD + WRONG["skips"][0])
    ran = gate(live)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    (note,) = checks(live)["test_web.py::test_x[dallas/web1]"].notes
    assert (
        note
        == "dallas/web1 (test): skipped (not on a Tuesday); by the policy: the shop has no mail on Tuesdays"
    )


def test_a_host_with_a_collector_runs_no_test_and_says_what_to_do_instead(
    live: Project, tmp_path: Path
) -> None:
    """Least privilege holds; the answer names the way that keeps it."""
    key, granted = tmp_path / "key.pub", tmp_path / "granted"
    key.write_text("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGZvbw suite\n")
    written = live.siteparity("privileges", "--key", str(key), "--write", str(granted))
    assert written.returncode == 0, written.stdout + written.stderr
    for site, addresses in (("dallas", live.addresses[:2]), ("arizona", live.addresses[2:])):
        of_host = {}
        for host in ("web1", "web2"):
            (collector,) = (path for path in granted.rglob("*collect*") if {site, host} < set(path.parts))
            collector.chmod(0o755)
            of_host[host] = {"parity_collector": str(collector)}
        live.inventory(site, addresses, of_host)
    own(live, test_web=HEAD + "def test_x(host):\n    assert host.exists('sh')\n")
    ran = gate(live)
    assert ran.returncode == 3, ran.stdout + ran.stderr
    parity = {check.outcome for check in live.latest().checks if check.kind == "parity"}
    assert parity == {Outcome.SAME}
    for label in LABELS:
        (finding,) = checks(live)[f"test_web.py::test_x[{label}]"].findings
        assert finding.message.startswith(f"{label}: it has a collector, which runs no command of testinfra;")
        assert "name what is to be run under aspects.commands" in finding.message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("def test_x(host:\n    pass\n", "test_web.py:1: cannot be read"),
        ('import pytest\n@pytest.mark.role("wbe")\ndef test_x(host):\n    pass\n',
         'test_web.py:2: test_x: expected a role of the policy, or a host, found "wbe" (did you mean'),
        ("import pytest\nROLE = 1\npytestmark = pytest.mark.role(ROLE)\ndef test_x(host):\n    pass\n",
         "test_web.py:3: pytest.mark.role: expected names of roles in quotes"),
        ("from test_other import test_y\n", "test_web.py:1: expected tests of its own, found the import"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_planned_is_told_with_its_line(project: Project, text: str, words: str) -> None:
    """Before any host is asked."""
    own(project, test_web=text)
    ran = project.siteparity("check")
    assert ran.returncode == 4
    assert words in ran.stderr, ran.stderr


def test_a_folder_that_is_not_there_is_an_error_if_it_is_named(project: Project) -> None:
    """And else there are no tests of one's own."""
    project.policy(own_tests={"folder": "no/such"})
    ran = project.siteparity("check")
    assert ran.returncode == 4
    assert "own_tests.folder: expected a folder with tests, found none at" in ran.stderr


def test_own_code_cannot_touch_the_judge(live: Project, tmp_path: Path) -> None:
    """Its conftest.py replaces what judges, in a process of its own."""
    live.things("arizona", "web1", values={"a": "2", "b": "2"})
    trace = tmp_path / "trace"
    own(
        live,
        conftest="from pathlib import Path\n"
        "from siteparity.judging import rules\nfrom siteparity.model import Judgement\n"
        "rules.same = lambda *_, **__: Judgement((), 1)\n"
        f"Path({str(trace)!r}).write_text('here')\n",
        test_web=HEAD + "def test_x(host):\n    pass\n",
    )
    assert gate(live).returncode == 2
    assert trace.read_text() == "here"


def test_with_a_dead_primary_the_standbys_tests_count(live: Project) -> None:
    """Those of the primary are not made, and say so; a value has nothing to be compared with."""
    own(live, test_web=HEAD + "def test_x(host):\n    assert host.exists('sh')\n")
    assert gate(live).returncode == 0
    die(live)
    ran = gate(live, "--primary-record", "latest")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    found = checks(live)
    notes = {name.partition("[")[2]: check.notes for name, check in found.items()}
    said = "not made: a record stands in for dallas, whose hosts are not contacted"
    assert notes == {f"{label}]": (said,) if "dallas" in label else () for label in LABELS}


def test_a_gate_that_is_killed_leaves_no_own_test_running(live: Project, tmp_path: Path) -> None:
    """Its processes end with the run."""
    trace = tmp_path / "trace"
    text = f"def test_x(host):\n    open({str(trace)!r}, 'w').close()\n    host.run('sleep 60')\n"
    own(live, test_web=HEAD + text)
    process = subprocess.Popen(
        [str(live.python), "-P", "-c", COMMAND, "gate"],
        cwd=live.root,
        env=clean_environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until(trace.exists, 120)
        assert running_with(f"{live.root}/tests/own")
    finally:
        process.kill()
        process.wait()
    wait_until(lambda: not running_with(f"{live.root}/tests/own"))
