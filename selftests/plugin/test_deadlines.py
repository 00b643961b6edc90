"""A host that hangs is unmeasured, and delays the answer by its own limit; nothing is left of it."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from selftests.contract.sshd import Server, running_with, sshd, wait_until
from selftests.plugin.project import HOSTS, PROBE, SITES, Project, reached_through
from siteparity.model import Outcome, Verdict
from siteparity.result import Result

pytestmark = pytest.mark.timeout(150)

DELAY_SECONDS = 30.0
"""By how much a host that hangs may delay a run."""
HOST_SECONDS = 8
DEADLINE_SECONDS = 12

HUNG_MOUNT = PROBE.replace("cat {place}.{name}", "trap '' TERM; cat {place}.{name}")
"""A question that waits for a file, and does not end when it is asked to."""

ONE_BYTE_A_SECOND = """\
#!/bin/sh
sh -c "$SSH_ORIGINAL_COMMAND" | while byte=$(dd bs=1 count=1 2>/dev/null; echo x) && [ "$byte" != x ]
do printf %s "${byte%x}"; sleep 1; done
"""

NEVER_ENDS = "def test_values(parity):\n    parity.same('values', fix='')\n    signal.pause()\n"


@pytest.fixture
def healthy(live: Project) -> Project:
    """Four hosts that answer, short limits, and a probe that can be made to hang."""
    live.write("src/siteparity/probes/things.py", HUNG_MOUNT)
    live.policy(limits={"deadline": "60s", "host_deadline": f"{HOST_SECONDS}s"})
    return live


@contextmanager
def hanging_hosts(project: Project, tmp_path: Path) -> Iterator[list[Server]]:
    """Each of the four hosts hangs in another way; yields their servers."""
    script = tmp_path / "one_byte_a_second"
    script.write_text(ONE_BYTE_A_SECOND)
    script.chmod(0o755)
    ways = {
        "stopped": (),
        "login": (
            "AuthorizedKeysFile none",
            "AuthorizedKeysCommand /bin/sleep 987654321",
            "AuthorizedKeysCommandUser root",
        ),
        "slow": (f"ForceCommand {script}",),
        "mount": (),
    }
    with ExitStack() as stack:
        servers = []
        for name, settings in ways.items():
            (tmp_path / name).mkdir()
            servers.append(stack.enter_context(sshd(tmp_path / name, *settings)))
        for site, of_site in zip(SITES, (servers[:2], servers[2:]), strict=True):
            own = {host: reached_through(one) for host, one in zip(HOSTS, of_site, strict=True)}
            first = 2 if site == SITES[0] else 4
            project.inventory(site, [f"127.0.0.{first}", f"127.0.0.{first + 1}"], own)
        fifo = project.root / "things" / "arizona-web2.few"
        fifo.unlink()
        os.mkfifo(fifo)
        os.kill(servers[0].process.pid, signal.SIGSTOP)
        try:
            yield servers
        finally:
            os.kill(servers[0].process.pid, signal.SIGCONT)


def gate(project: Project, *arguments: str) -> tuple[subprocess.CompletedProcess[str], float]:
    """The command line, and how long it took."""
    began = time.monotonic()
    ran = project.siteparity("gate", *arguments)
    return ran, time.monotonic() - began


def reasons(result: Result) -> dict[str, str]:
    """Host -> why it could not be measured."""
    return {
        finding.item: finding.message
        for check in result.checks
        for finding in check.findings
        if check.outcome is Outcome.UNMEASURED
    }


def test_hosts_that_hang_are_unmeasured_and_the_answer_is_in_time(healthy: Project, tmp_path: Path) -> None:
    """Stopped, never logged in, one byte a second, a dead mount: at the same time, each with its reason."""
    ran, usual = gate(healthy)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    with hanging_hosts(healthy, tmp_path) as servers:
        ran, seconds = gate(healthy)
        assert ran.returncode == 3, ran.stdout + ran.stderr
        assert seconds < usual + DELAY_SECONDS
        said = ran.stdout + ran.stderr
        assert "dallas/web1: not measured" in said
        assert "no answer within 5 s" in said
        assert f"the login did not end within {HOST_SECONDS}" in said or "timed out" in said
        result = healthy.latest()
        assert result.verdict is Verdict.UNKNOWN
        assert not any(check.outcome is Outcome.DIFFERENT for check in result.checks)
        wait_until(lambda: not running_with(str(healthy.root / "things")), 15)
        os.kill(servers[0].process.pid, signal.SIGCONT)
        wait_until(lambda: not any(server.sessions() for server in servers), 15)


def test_all_hosts_dead_is_said_within_a_minute(project: Project) -> None:
    """Nobody listens: refused at once, and no check waits."""
    ran, seconds = gate(project)
    assert ran.returncode == 3, ran.stdout + ran.stderr
    assert "no host of arizona answered" in ran.stdout
    assert seconds < 60


def test_the_deadline_is_held_whatever_hangs(healthy: Project, tmp_path: Path) -> None:
    """Hosts and checks that never end: the answer is partial, and comes in time."""
    healthy.checks(NEVER_ENDS)
    ran, seconds = gate(healthy, "--deadline", str(DEADLINE_SECONDS))
    assert ran.returncode == 3, ran.stdout + ran.stderr
    assert "cut at the deadline" in ran.stdout
    assert seconds < DEADLINE_SECONDS + 10
    healthy.policy(limits={"deadline": "60s", "host_deadline": "60s"})
    with hanging_hosts(healthy, tmp_path):
        ran, seconds = gate(healthy, "--deadline", str(DEADLINE_SECONDS))
    assert ran.returncode == 3, ran.stdout + ran.stderr
    assert seconds < DEADLINE_SECONDS + 10


def test_a_check_that_hangs_is_unmeasured_and_the_others_are_made(healthy: Project) -> None:
    """It has a limit of its own: the run need not be cut for it."""
    healthy.policy(limits={"deadline": "60s", "host_deadline": "20s", "check_deadline": "2s"})
    more = "\n\ndef test_more(parity):\n    parity.same('more', fix='')\n"
    healthy.checks(NEVER_ENDS + more)
    ran, _ = gate(healthy)
    assert ran.returncode == 3, ran.stdout + ran.stderr
    outcomes = [check.outcome for check in healthy.latest().checks]
    assert outcomes == [Outcome.UNMEASURED, Outcome.SAME]
    assert "1 check could not be made" in ran.stdout
