"""No answer from other checks, another judge or another environment passes for an answer of siteparity."""

from __future__ import annotations

import json
import os
import subprocess

import pytest

from selftests.plugin.project import (
    CHECKS,
    COMMAND,
    FILE,
    HEAD,
    MORE,
    SAME,
    VALUES,
    Project,
    clean_environment,
    is_refused,
)
from selftests.plugin.test_ways_to_a_false_go import DIFFERS, gate
from siteparity.judging import verdict
from siteparity.model import Outcome, Verdict

pytestmark = pytest.mark.timeout(180)  # some tests make three runs, and the machine may be busy

LESS = CHECKS.partition("def test_more")[0]
MINE = (
    CHECKS
    + '''

def test_mine(parity: Parity) -> None:
    """Customers see mine."""
    parity.same("values", fix="")
'''
)


def alter(project: Project, text: str, path: str = FILE) -> None:
    """Write a file of checks without shipping it."""
    file = project.root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def last_line(ran: subprocess.CompletedProcess[str]) -> str:
    """The line on which the verdict stands."""
    return ran.stdout.splitlines()[-1]


@pytest.mark.parametrize(
    ("text", "words", "altered", "missing"),
    [
        (HEAD + LESS, "1 check missing: things.more", (), ("things.more",)),
        (
            HEAD + CHECKS.replace('same("more"', 'same("values"'),
            "1 check altered: things.more",
            ("things.more",),
            (),
        ),
        (
            HEAD + CHECKS.replace("def test_more", "@pytest.mark.warning\ndef test_more"),
            "1 check altered: things.more",
            ("things.more",),
            (),
        ),
        (
            f"{HEAD}pytestmark = pytest.mark.warning\n\n\n{CHECKS}",
            "2 checks altered: things.values, things.more",
            ("things.values", "things.more"),
            (),
        ),
        (
            HEAD + CHECKS.replace("test_more", "test_less"),
            "1 check missing: things.more; 1 own check: things.less",
            (),
            ("things.more",),
        ),
    ],
    ids=["missing", "altered", "made a warning", "a line beside them", "another name"],
)
def test_a_shipped_check_that_is_missing_or_altered_keeps_from_go(
    live: Project, text: str, words: str, altered: tuple[str, ...], missing: tuple[str, ...]
) -> None:
    """The last line and result.json name it; when the check is back, the answer is GO again."""
    alter(live, text)
    ran = live.siteparity("gate")
    assert ran.returncode == 3, ran.stdout + ran.stderr
    assert words in last_line(ran)
    shipped = live.latest().shipped
    assert shipped
    assert (shipped.altered, shipped.missing, shipped.checks) == (altered, missing, 11)
    assert words in (live.reports / "latest" / "report.html").read_text()
    assert words in live.siteparity("check").stdout
    alter(live, HEAD + CHECKS)
    assert live.siteparity("gate").returncode == 0
    alter(live, text)
    verified = live.siteparity("verify")
    assert verified.returncode == 3
    assert words in last_line(verified)


def test_a_no_go_of_altered_checks_says_so_too(live: Project) -> None:
    """Its first reason is another one, and the last line tells both."""
    alter(live, HEAD + LESS)
    live.things("arizona", "web1", values={"a": "2"})
    ran = live.siteparity("gate")
    assert ran.returncode == 2, ran.stdout + ran.stderr
    assert "1 blocker differs" in last_line(ran)
    assert last_line(ran).endswith("; 1 check missing: things.more")


def test_a_users_own_check_is_named_and_leaves_the_go(live: Project) -> None:
    """It stands between the shipped ones, which are unaltered."""
    alter(live, HEAD + MINE)
    ran = live.siteparity("gate")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert last_line(ran).endswith("; 1 own check: things.mine")
    shipped = live.latest().shipped
    assert shipped
    assert (shipped.altered, shipped.missing, shipped.own) == ((), (), ("things.mine",))


@pytest.mark.parametrize(
    "path", ["conftest.py", "tests/conftest.py", "tests/parity/conftest.py", "tests/smoke/__init__.py"]
)
def test_code_that_pytest_would_run_beside_the_checks_is_refused(project: Project, path: str) -> None:
    """Every verb that leads to an answer names the file and says what to do; no host is asked."""
    alter(project, "from siteparity.judging import rules\nrules.same = None\n", path)
    for verb in ("gate", "check"):
        ran = project.siteparity(verb)
        assert is_refused(ran), ran.stdout
        assert f"{path}: expected " in ran.stderr
        assert "could change the outcome of every check" in ran.stderr
    assert not project.reports.exists()


def test_a_damaged_list_of_the_checks_is_said_so(project: Project) -> None:
    """Without it nobody knows whether the checks are those that siteparity ships."""
    manifest = project.root / "src" / "siteparity" / "checks.json"
    manifest.write_text(manifest.read_text().replace('"count"', '"number"'))
    ran = project.siteparity("check")
    assert ran.returncode == 4
    assert "checks.json: expected the digests of the checks, found it damaged" in ran.stderr


FORGES = """
import json
import pytest
@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item, call):
    report = yield
    line = {"id": item.nodeid, "outcome": "same", "compared": 1, "seconds": 0.1, "findings": []}
    if call.when == "call":
        report.outcome, report.longrepr, report.when = "passed", None, call.when
        report.user_properties = [("siteparity", json.dumps(line))]
    return report
"""
REPLACES = """
from siteparity.judging import rules
from siteparity.model import Judgement
for name in ("same", "compare", "_compared"):
    setattr(rules, name, lambda *_, **__: Judgement((), 1))
"""
DIFFERENT = {"web1": {"values": {"a": "1", "b": "9"}, "more": {"c": "3"}, "few": {}}}


def test_a_forged_outcome_does_not_stand_up_to_a_second_judge(project: Project) -> None:
    """Nothing contradicts it in the process that made the check, nor in what that has written."""
    alter(project, FORGES, "tests/conftest.py")
    run = project.supervised(standby=DIFFERENT)
    assert run.outcomes == {VALUES: Outcome.SAME, MORE: Outcome.SAME}
    assert run.answer.verdict is Verdict.UNKNOWN
    assert "1 check came out otherwise when the records were judged a second time" in run.answer.reasons[0]
    assert "test_things.py::test_values[web]: same, then different" in run.answer.reasons[0]


@pytest.mark.parametrize("workers", [0, 1])
def test_a_judge_that_was_replaced_before_pytest_was_configured_is_noticed(
    project: Project, workers: int
) -> None:
    """A conftest.py is imported before that."""
    alter(project, REPLACES, "tests/conftest.py")
    run = project.supervised(standby=DIFFERENT, workers=workers)
    assert run.outcomes == {VALUES: Outcome.UNMEASURED, MORE: Outcome.UNMEASURED}
    assert "was replaced: no check may change its judge" in str(run.executed.lines[VALUES].findings)


def test_an_own_check_cannot_answer_for_a_shipped_one(project: Project) -> None:
    """Its code runs in the same process of pytest, and comes last when the records are judged again."""
    mine = "def test_mine(parity: Parity, _=globals().update(test_values=lambda parity: test_more(parity))):"
    own = f"{mine}\n    '''Mine.'''\n    parity.same('more', fix='')\n"
    alter(project, f"{HEAD}{CHECKS}\n\n{own}")
    run = project.supervised(standby=DIFFERENT)
    assert run.outcomes[VALUES] is not Outcome.DIFFERENT
    assert run.answer.verdict is Verdict.UNKNOWN, run.answer


@pytest.mark.parametrize("workers", [0, 1])
def test_compiled_code_of_another_text_is_not_run(project: Project, workers: int) -> None:
    """It has the size and the time of the file beside it, so Python and pytest would believe it."""
    file, text = project.root / FILE, HEAD + CHECKS
    weak = text.replace('"more", fix="set {item} {primary}"', '"values",fix="set {item}{primary}"')
    assert len(weak) == len(text)
    for content in (weak, text):
        alter(project, content)
        os.utime(file, (10**9, 10**9))
        if content is weak:
            assert project.pytest("--collect-only", FILE).returncode == 0
            assert list(file.parent.rglob("test_things*.pyc"))
    run = project.supervised(
        standby={"web1": {"values": SAME["values"], "more": {}, "few": {}}}, workers=workers
    )
    assert run.outcomes == {VALUES: Outcome.SAME, MORE: Outcome.DIFFERENT}


def test_an_answer_that_contradicts_its_own_counts_is_no_go(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever made it GO, the outcomes beside it say otherwise."""
    project.checks(DIFFERS)
    monkeypatch.setattr("siteparity.judging.verdict.judge", lambda *_, **__: verdict.Answer(Verdict.GO, ()))
    result, folder = gate(project)
    assert (result.verdict, result.valid_until) == (Verdict.UNKNOWN, None)
    assert result.reasons[0].startswith("the answer contradicts itself: it says GO, and 1 blocker differs")
    assert json.loads((folder / "result.json").read_text())["verdict"] == "UNKNOWN"


ANSWERS_GO = """
import sys
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "siteparity.gate.assemble":
            from siteparity.judging import verdict
            from siteparity.model import Verdict
            verdict.judge = lambda *_, **__: verdict.Answer(Verdict.GO, ())
sys.meta_path.insert(0, Finder())
"""


def test_code_on_pythonpath_has_no_part_in_an_answer(live: Project) -> None:
    """Neither in that of the gate, nor in that of its verification."""
    alter(live, ANSWERS_GO, "elsewhere/sitecustomize.py")
    path = {"PYTHONPATH": str(live.root / "elsewhere"), "PYTHONOPTIMIZE": "2"}
    assert live.siteparity("gate", **path).returncode == 0
    live.things("arizona", "web1", values={"a": "2"})
    for verb in ("verify", "gate"):
        ran = live.siteparity(verb, **path)
        assert ran.returncode == 2, ran.stdout + ran.stderr
        assert last_line(ran).startswith("NO-GO  ")


def test_a_package_that_is_found_by_pythonpath_alone_is_said_so(project: Project) -> None:
    """It is not clear which siteparity would answer."""
    pth = next((project.root / "venv").rglob("project.pth"))
    source, libraries = pth.read_text().splitlines()
    pth.write_text(libraries)
    ran = project.siteparity("check", PYTHONPATH=source)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "expected siteparity and what it needs in one Python environment" in ran.stderr


LEADS_ASTRAY = (
    *("PGHOSTADDR", "PGSERVICE", "PGOPTIONS", "PGSSLMODE", "PGSYSCONFDIR", "PGPASSFILE"),
    *("HTTP_PROXY", "https_proxy", "ALL_PROXY", "NO_PROXY", "NETRC", "REQUESTS_CA_BUNDLE"),
    *("CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE", "OPENSSL_CONF"),
    *("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG", "LOCPATH", "TEXTDOMAINDIR", "NLSPATH"),
    *("REDISCLI_AUTH", "SSH_AUTH_SOCK", "SSH_ASKPASS", "RES_OPTIONS", "HOSTALIASES", "TZDIR"),
    *("PYTHONTZPATH", "PYTHONPATH", "PYTEST_ADDOPTS", "COVERAGE_PROCESS_START", "GCONV_PATH"),
)
SEES_NONE = f"""\
def _astray():
    kept = {{"LC_ALL": "C.UTF-8"}}
    return [one for one in {LEADS_ASTRAY} if os.environ.get(one) != kept.get(one)]


{CHECKS}    assert not _astray(), _astray()
    assert os.environ["SITEPARITY_OF_MY_OWN"] == "1"
"""


@pytest.mark.parametrize("workers", [0, 1])
def test_no_variable_of_the_runner_reaches_a_check(
    project: Project, monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    """libpq, requests, OpenSSL, gettext, ssh and the C library would take another way; own ones are kept."""
    for name, value in {**dict.fromkeys(LEADS_ASTRAY, "/nonexistent"), "SITEPARITY_OF_MY_OWN": "1"}.items():
        monkeypatch.setenv(name, value)
    project.checks(SEES_NONE)
    run = project.supervised(workers=workers)
    assert run.outcomes == {VALUES: Outcome.SAME, MORE: Outcome.SAME}, run.executed.lines[MORE].findings
    assert run.answer.verdict is Verdict.GO, run.answer.reasons


def test_a_library_that_is_loaded_before_all_others_is_not_loaded(project: Project) -> None:
    """ld.so(8) complains of one that does not exist, in each process that it is named to."""
    ran = project.siteparity(
        "explain", "things", LD_PRELOAD="/nonexistent.so", LD_DEBUG_OUTPUT="/nonexistent"
    )
    assert ran.returncode == 0
    assert ran.stderr.count("/nonexistent.so") == 1  # of the process that starts it once more


def test_a_relative_folder_of_reports_is_where_the_command_was_given(live: Project) -> None:
    """The checks are made elsewhere, in the project's folder."""
    here = live.root / "elsewhere"
    here.mkdir()
    ran = subprocess.run(
        [str(live.python), "-P", "-c", COMMAND, "gate", "--reports", "out"],
        cwd=here,
        env=clean_environment() | {"PWD": str(here)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    written = here / "out" / "latest"
    assert (written / "checks.html").is_file()
    assert json.loads((written / "result.json").read_text())["verdict"] == "GO"
    assert not live.reports.exists()
    assert [one.name for one in here.iterdir()] == ["out"]
