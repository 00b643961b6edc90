"""``siteparity gate`` from its start to its exit code, against hosts that answer."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from selftests.contract.sshd import Server, wait_until
from selftests.plugin.project import COMMAND, MORE, VALUES, Project, clean_environment
from siteparity.model import FindingKind, Outcome, Verdict
from siteparity.result import Result
from siteparity.runs.history import PastFinding, PastRun


def outcomes(result: Result) -> dict[str, Outcome]:
    """Check -> what became of it."""
    return {check.id: check.outcome for check in result.checks}


def last_line(ran: subprocess.CompletedProcess[str]) -> str:
    """The line on which the verdict stands."""
    return ran.stdout.splitlines()[-1]


def test_one_machine_behind_all_names_is_unknown(live: Project) -> None:
    """Each inventory is right for itself, and each name leads to the same place."""
    live.let_one_machine_be_many(yes=False)
    ran = live.siteparity("gate")
    assert ran.returncode == 3, ran.stdout + ran.stderr
    assert "the same machine as" in ran.stdout


def test_two_sites_that_are_the_same_are_a_go(live: Project, server: Server) -> None:
    """Exit code 0, the verdict on the last line, every report in the folder to which ``latest`` points."""
    ran = live.siteparity("gate")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert last_line(ran).startswith("GO  arizona may take over from dallas")
    result = live.latest()
    assert result.verdict is Verdict.GO
    assert outcomes(result) == {VALUES: Outcome.SAME, MORE: Outcome.SAME}
    assert result.plan == result.executed
    assert result.valid_until
    assert result.valid_until - result.finished_at == live.settings().policy.limits.go_valid_for
    folder = live.reports / "latest"
    assert folder.readlink() == Path("runs") / result.run
    written = {str(path.relative_to(folder.resolve())) for path in folder.resolve().rglob("*.*")}
    records = {"records/dallas.json.gz", "records/arizona.json.gz"}
    reports = {"report.html", "checks.html", "junit.xml", "result.json", "log.txt"}
    proof = {"plan.json", "journal.jsonl"}
    assert written == records | reports | proof
    assert (folder / "SHA256SUMS").exists()
    assert (live.reports / "history.jsonl").read_text().count("\n") == 1
    assert set(live.asked().values()) == {1}
    wait_until(lambda: not server.sessions())
    killed_in_a_run(live, server)
    assert live.latest().run != result.run


def killed_in_a_run(live: Project, server: Server) -> None:
    """After SIGKILL ``latest`` does not say GO, as the run before did, and nothing of the run goes on."""
    with hanging(live) as (gate, pids):
        gate.kill()
        gate.wait()
        assert_not_finished(live, "run in progress, or it died: started 20")
        assert_nothing_left(live, server, pids)


def assert_nothing_left(live: Project, server: Server, pids: Sequence[int]) -> None:
    """Neither a check nor a connection lives on, and the private folder is gone."""
    wait_until(lambda: not any(lives(pid, live) for pid in pids))
    wait_until(lambda: not server.sessions())
    wait_until(lambda: not list((live.root / "tmp").glob("siteparity-*")))


SINCE = datetime(2026, 11, 1, tzinfo=UTC)


def test_a_difference_is_a_no_go(live: Project) -> None:
    """Exit code 2, and the finding with its fix and its age, here seen from the other site."""
    past = PastRun(
        run="before",
        verdict=Verdict.NO_GO,
        started_at=SINCE,
        finished_at=SINCE,
        primary="dallas",
        standby="arizona",
        different=1,
        unmeasured=0,
        checks=2,
        findings=(PastFinding(check=MORE, item="c", first_seen=SINCE),),
    )
    live.write("reports/history.jsonl", past.model_dump_json() + "\n")
    live.things("dallas", "web1", more={"c": "3; reboot"})
    ran = live.siteparity("gate", "--primary", "arizona", "--standby", "dallas")
    assert ran.returncode == 2, ran.stdout + ran.stderr
    assert last_line(ran).startswith(
        "NO-GO  dallas cannot take over from arizona: 1 blocker differs: Does not hold: "
    )
    result = live.latest()
    assert outcomes(result) == {VALUES: Outcome.SAME, MORE: Outcome.DIFFERENT}
    assert result.valid_until is None
    (finding,) = result.checks[1].findings
    assert (finding.item, finding.kind, finding.fix) == ("c", FindingKind.UNEVEN, "set c 3")
    assert finding.first_seen == SINCE
    assert (live.reports / "history.jsonl").read_text().count("\n") == 2


def test_two_sites_that_are_silent_are_unknown(project: Project) -> None:
    """Exit code 3, no server at all: the reason is told once for each site, and no host is counted."""
    ran = project.siteparity("gate")
    assert ran.returncode == 3, ran.stdout + ran.stderr
    assert last_line(ran).startswith("UNKNOWN  not known whether arizona can take over from dallas")
    result = project.latest()
    assert set(outcomes(result).values()) == {Outcome.UNMEASURED}
    assert result.executed.hosts == 0
    assert "no host of arizona answered (web1: " in ran.stdout


HANGS = """\
def test_values(parity):
    with open(os.environ["SITEPARITY_TRACE"], "w") as trace:
        trace.write(f"{os.getpid()} {os.getppid()}")
    parity.same("values", fix="")
    signal.pause()
"""


@contextmanager
def hanging(live: Project) -> Iterator[tuple[subprocess.Popen[str], list[int]]]:
    """A gate whose check does not end, and the processes of the check; all of them are ended afterwards."""
    trace = live.root / "trace"
    live.checks(HANGS)
    (live.root / "tmp").mkdir()
    gate = subprocess.Popen(
        [str(live.python), "-P", "-c", COMMAND, "gate"],
        cwd=live.root,
        env=clean_environment() | {"SITEPARITY_TRACE": str(trace), "TMPDIR": str(live.root / "tmp")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    pids: list[int] = []
    try:
        wait_until(lambda: trace.exists() and bool(trace.read_text()), 30)
        pids = [int(word) for word in trace.read_text().split()]
        assert all(lives(pid, live) for pid in pids)
        yield gate, pids
    finally:
        gate.kill()
        gate.communicate()
        for pid in pids:
            if lives(pid, live):
                os.kill(pid, signal.SIGKILL)


def lives(pid: int, live: Project) -> bool:
    """Whether a process of this checkout still has the number."""
    with contextlib.suppress(OSError):
        return str(live.root).encode() in Path(f"/proc/{pid}/cmdline").read_bytes()
    return False


def assert_not_finished(live: Project, words: str) -> None:
    """The newest result says that there is no answer, whatever stood there before."""
    result = live.latest()
    assert result.verdict is Verdict.NO_GO
    (reason,) = result.reasons
    assert words in reason
    assert set(outcomes(result).values()) == {Outcome.NOT_RUN}
    assert words in (live.reports / "latest" / "report.html").read_text()


def test_the_gate_told_to_end_takes_everything_with_it(live: Project, server: Server) -> None:
    """SIGTERM: 128 + 15, no answer on the last line, and neither a check nor a connection lives on."""
    with hanging(live) as (gate, pids):
        second = live.siteparity("gate")
        assert second.returncode == 3
        assert second.stdout.splitlines()[-1].startswith("UNKNOWN  no answer: ")
        assert "another run is under way there" in second.stderr
        gate.terminate()
        assert gate.wait(20) == 128 + signal.SIGTERM
        assert gate.stdout
        assert gate.stdout.read() == "UNKNOWN  no answer: ended by SIGTERM\n"
        assert_nothing_left(live, server, pids)
    assert_not_finished(live, "it was ended by SIGTERM")


def test_a_part_of_the_checks_is_never_a_go(live: Project) -> None:
    """Whoever mends something sees if it holds: exit code 3 if it does, 2 if not; nothing is written."""
    holds = live.siteparity("gate", "--only", "things")
    assert holds.returncode == 3, holds.stdout + holds.stderr
    assert last_line(holds).startswith("PARTIAL  2 of 2 checks hold, 0 differ, 0 could not be made; ")
    assert not (live.reports / "runs").exists()
    live.things("dallas", "web1", more={"c": "3; reboot"})
    differs = live.siteparity("gate", "--host", "arizona/web1")
    assert differs.returncode == 2, differs.stdout + differs.stderr
    assert "things: Does not hold: " in differs.stdout
    assert last_line(differs).startswith("PARTIAL  1 of 2 checks hold, 1 differ, ")
    by_record = ("--only", "things", "--primary-record", "latest")
    for wrong in (("--only", "thing"), ("--host", "web9"), by_record):
        refused = live.siteparity("gate", *wrong)
        assert refused.returncode == 4, refused.stdout
        assert last_line(refused).startswith("UNKNOWN  no answer: --")


def test_a_configuration_that_cannot_be_run_is_exit_code_4(project: Project) -> None:
    """Nothing is measured or written; stdout says that there is no answer, and stderr what to correct."""
    ran = project.siteparity("gate", "--standby", "dallas")
    assert ran.returncode == 4
    assert last_line(ran).startswith("UNKNOWN  no answer: ")
    assert "expected another site than the primary" in last_line(ran)
    assert "expected another site than the primary" in ran.stderr
    assert not project.reports.exists()


def test_an_answer_that_cannot_be_written_is_no_answer(project: Project) -> None:
    """A full disk behind stdout must not leave the exit code of a success."""
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run(
            [str(project.python), "-P", "-c", COMMAND, "explain", "things"],
            cwd=project.root,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (ran.returncode, ran.stderr) == (3, "the answer could not be written: No space left on device\n")


def test_a_gate_says_what_others_ask_for(live: Project) -> None:
    """One line, result.json on one line, and numbers: each of the same answer."""
    said = live.siteparity("gate", "--json", "--metrics", str(live.root / "siteparity.prom"))
    assert said.returncode == 0, said.stdout + said.stderr
    assert said.stdout.count("\n") == 1
    assert Result.model_validate_json(said.stdout) == live.latest()
    assert 'verdict="GO"} 1.0' in (live.root / "siteparity.prom").read_text()
    quiet = live.siteparity("gate", "--quiet", "--metrics", str(live.root / "missing" / "siteparity.prom"))
    assert quiet.returncode == 0, quiet.stdout + quiet.stderr
    assert quiet.stdout.count("\n") == 1
    assert quiet.stdout.startswith("GO  arizona may take over from dallas")
    assert "could not be written" in quiet.stderr
