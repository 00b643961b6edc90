"""The gate itself is killed, or cannot write: no old GO stands at ``latest``, and nothing goes on."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Sequence

import pytest

from selftests.contract.sshd import Server, running_with, wait_until
from selftests.plugin.project import CHECKS, COMMAND, PROBE, Project, clean_environment
from siteparity.model import Verdict
from siteparity.runs.latest import point_latest

HANGS_WHILE_MEASURED = PROBE.replace("cat {place}.{name}", "cat {place}.{name}; exec sleep 60")
HANGS_IN_A_CHECK = f"{CHECKS}    signal.pause()\n"
LEAVES_A_CHILD = f"""\
{CHECKS}
    import subprocess
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
    signal.pause()
"""


def start(project: Project) -> subprocess.Popen[str]:
    """A gate in a session of its own, as a CI runner starts it; what it writes for itself is in ``tmp``."""
    (project.root / "tmp").mkdir(exist_ok=True)
    return subprocess.Popen(
        [str(project.python), "-P", "-c", COMMAND, "gate"],
        cwd=project.root,
        env=clean_environment() | {"TMPDIR": str(project.root / "tmp")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def reached(project: Project, moment: str) -> bool:
    """Whether the run is at the moment at which it hangs."""
    if moment == "measuring":
        return len(list((project.root / "things").glob("*.asked"))) > 0
    journals = list((project.reports / "latest").glob("journal.jsonl"))
    return bool(journals and journals[0].read_text())


@pytest.mark.parametrize(
    ("moment", "number"),
    [
        ("measuring", signal.SIGKILL),
        ("measuring", signal.SIGINT),
        ("checking", signal.SIGKILL),
        ("checking", signal.SIGHUP),
        ("leaving a child", signal.SIGKILL),
        ("leaving a child", signal.SIGTERM),
    ],
)
def test_a_gate_that_is_killed_leaves_no_go_and_no_process(
    live: Project, server: Server, moment: str, number: signal.Signals
) -> None:
    """With its whole process group, as CI runners do it; ``latest`` is of this run, and says so."""
    old = live.reports / "runs" / "old"
    old.mkdir(parents=True)
    point_latest(live.reports, old)
    if moment == "measuring":
        live.write("src/siteparity/probes/things.py", HANGS_WHILE_MEASURED)
    else:
        live.checks(LEAVES_A_CHILD if moment == "leaving a child" else HANGS_IN_A_CHECK)
    process = start(live)
    try:
        wait_until(lambda: reached(live, moment), 40)
        os.killpg(process.pid, number)
        assert process.wait(20) == (-number if number is signal.SIGKILL else 128 + number)
        wait_until(lambda: running_with(str(live.root)) == [], 15)
        wait_until(lambda: not server.sessions(), 15)
        assert list((live.root / "tmp").glob("siteparity-*")) == []
    finally:
        process.kill()
        process.communicate()
    result = live.latest()
    assert result.verdict is Verdict.NO_GO
    words = "in progress, or it died" if number is signal.SIGKILL else f"ended by {number.name}"
    assert words in result.reasons[0]
    assert words in (live.reports / "latest" / "report.html").read_text()


IN_A_SMALL_DISK = """\
mount -t tmpfs -o "$1" tmpfs "$2" && mkdir -p "$2/runs/old" && ln -s runs/old "$2/latest" || exit 99
shift 2
"$@"
echo "status $?"
readlink "$0/latest" || echo nothing
cat "$0/latest/result.json" "$0/latest/report.html" 2>/dev/null
"""


def on_a_disk(project: Project, options: str, *remount: str) -> subprocess.CompletedProcess[str]:
    """A gate whose reports go to a file system of its own, on which an older run was a GO."""
    project.reports.mkdir()
    script = IN_A_SMALL_DISK.replace('"$@"', f'{" ".join(remount)}\n"$@"')
    words: Sequence[str] = [str(project.python), "-P", "-c", COMMAND, "gate"]
    return subprocess.run(
        [
            *("unshare", "--mount", *([] if os.getuid() == 0 else ["--map-root-user"])),
            *("sh", "-c", script, str(project.reports), options, str(project.reports), *words),
        ],
        cwd=project.root,
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )


@pytest.mark.parametrize("kilobytes", [8, 40, 72, 96, 112, 120, 4096])
def test_a_full_disk_is_unknown_and_takes_the_old_go_away(live: Project, kilobytes: int) -> None:
    """Wherever in the run it is full: a message, exit code 3, and ``latest`` is not the older run.

    The sites are the same, so that a run with room enough is a GO: in all of its reports, or in none.
    """
    ran = on_a_disk(live, f"size={kilobytes}k")
    said = re.search(r"^status ([0-9]+)\n(.*)\n", ran.stdout, re.MULTILINE)
    assert said, ran.stdout + ran.stderr
    status, latest = said.groups()
    assert latest != "runs/old"
    verdicts = re.findall(r'"verdict": "([^"]*)"', ran.stdout)
    words = re.findall(r'<span class="word">([^<]*)<', ran.stdout)
    if kilobytes >= 4096:
        assert (status, verdicts, words) == ("0", ["GO"], ["GO"])
    elif status != "0":
        assert status == "3"
        assert "GO" not in {*verdicts, *words}
        assert "No space left on device" in ran.stdout + ran.stderr
    else:
        assert (verdicts, words) == (["GO"], ["GO"])
        assert kilobytes > 40, "the reports have become much smaller: choose smaller disks"


def test_a_folder_that_cannot_be_written_is_said_so(project: Project) -> None:
    """Nothing can be taken away there either, so the exit code and the message must do."""
    ran = on_a_disk(project, "size=1m", "mount -o remount,ro", '"$0"')
    assert "status 4" in ran.stdout, ran.stdout + ran.stderr
    assert "cannot be written: Read-only file system; see --reports" in ran.stderr
