"""Hosts that hang, each in its own way, and hosts that are all dead: the answer comes in time.

They hang as hosts of a dying data centre do: a daemon is stopped, a login waits for a dead directory, a line
passes one byte a second, a mount never answers.
"""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from lab import state
from lab.wait import together
from selftests.lab.conftest import Lab, Say
from selftests.lab.runs import INVENTORIES, Run, run_gate
from siteparity import configuration
from siteparity.configuration import find_root
from siteparity.gate.run import Gate, usual_workers
from siteparity.model import Deadline, Outcome, Verdict

pytestmark = pytest.mark.timeout(300)

DELAY_SECONDS = 15.0
"""By how much one host that hangs may delay a run, besides the time that the policy gives a host."""
SERVICE_DELAY_SECONDS = 45.0
"""And a service that hangs on a host that is well: each check sees it from where customers stand."""
ALL_DEAD_SECONDS = 60.0
LATE_SECONDS = 10.0
"""How much later than its deadline an answer may come."""

SSHD = "/etc/ssh/sshd_config.d/00-hang.conf"
SLOW = "/usr/local/bin/one-byte-a-second"
HUNG = "/usr/local/sbin/findmnt"
"""Comes before the real one on the path of what is asked."""


@dataclass(frozen=True)
class Way:
    """One way to hang, on one host."""

    host: str
    set_: str
    """Shell text, as root on the host."""
    undo: str
    says: str
    """What is said of the host; empty where it was measured."""
    delay: float = DELAY_SECONDS


def sshd_with(host: str, settings: str, says: str, before: str = "") -> Way:
    """An sshd that has more settings."""
    reload_ = "systemctl reload ssh"
    return Way(
        host,
        f"{before}\nprintf '%s\\n' {shlex.quote(settings)} >{SSHD}\n{reload_}",
        f"rm -f {SSHD} {SLOW}\n{reload_}",
        says,
    )


ONE_BYTE_A_SECOND = f"""
cat >{SLOW} <<'END'
#!/bin/sh
sh -c "$SSH_ORIGINAL_COMMAND" | while byte=$(dd bs=1 count=1 2>/dev/null; echo x) && [ "$byte" != x ]
do printf %s "${{byte%x}}"; sleep 1; done
END
chmod 755 {SLOW}
"""

HUNG_MOUNT = f"""
mkfifo /run/hung
printf '%s\\n' '#!/bin/sh' "trap '' TERM" 'exec cat /run/hung' >{HUNG}
chmod 755 {HUNG}
"""

WAYS = {
    "sshd of a web host is stopped": Way(
        "arizona-web1", "systemctl kill -s STOP ssh", "systemctl kill -s CONT ssh", "no answer within"
    ),
    "one byte a second": sshd_with(
        "arizona-web1", f"ForceCommand {SLOW}", "timed out after", before=ONE_BYTE_A_SECOND
    ),
    "a mount hangs under a probe": Way(
        "arizona-db1", HUNG_MOUNT, f"rm -f {HUNG} /run/hung", "findmnt|timed out|killed"
    ),
    "nginx of an edge is stopped": Way(
        "arizona-edge1",
        "systemctl kill -s STOP nginx",
        "systemctl kill -s CONT nginx",
        "",
        SERVICE_DELAY_SECONDS,
    ),
    "sshd of an edge is stopped": Way(
        "arizona-edge1", "systemctl kill -s STOP ssh", "systemctl kill -s CONT ssh", "no answer within"
    ),
    "a login never ends": sshd_with(
        "arizona-web2",
        "AuthorizedKeysFile none\nAuthorizedKeysCommand /bin/sleep 987654321\nAuthorizedKeysCommandUser root",
        "the login did not end within|the connection broke",
    ),
    "the database of the standby is stopped": Way(
        "arizona-db1", "pkill -STOP -u postgres", "pkill -CONT -u postgres", "", SERVICE_DELAY_SECONDS
    ),
}


@contextmanager
def hanging(lab: Lab, ways: Sequence[Way]) -> Iterator[None]:
    """Hosts hang inside, and go on after."""
    with state.only_one(lab.say):
        try:
            for way in ways:
                lab.root(way.host, way.set_)
            yield
        finally:
            for way in ways:
                lab.root(way.host, way.undo)


@pytest.fixture(scope="module")
def usual(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> float:
    """How long a healthy run takes."""
    assert lab.plan.hosts
    run = run_gate(tmp_path_factory.mktemp("healthy") / "reports", workers=usual_workers())
    assert run.result.verdict is Verdict.GO, run.told()
    return run.seconds


@pytest.mark.cases("way", WAYS, 4)
def test_what_hangs_delays_the_answer_by_no_more_than_it_may(
    way: Way, lab: Lab, usual: float, gate: Callable[..., Run], say: Say
) -> None:
    """It is unmeasured, or what customers see of it differs; it is never a GO, and nothing goes on there."""
    with hanging(lab, [way]):
        run = gate(workers=usual_workers(), patient=False)
    say(f"hanging {way.host}: {run.result.verdict} after {run.seconds:.1f} s; usually {usual:.1f} s")
    given = run.settings.policy.limits.host_deadline.total_seconds()
    assert run.seconds < usual + given + way.delay, run.told()
    assert run.result.verdict is not Verdict.GO, run.told()
    assert "cut at the deadline" not in run.told()
    messages = [
        finding.message
        for check in run.red()
        if check.outcome is Outcome.UNMEASURED
        for finding in check.findings
    ]
    if way.says:
        assert any(word in message for message in messages for word in way.says.split("|")), run.told()
    assert not _left_running(lab, way.host)


def test_all_hosts_dead_is_said_within_a_minute(lab: Lab, gate: Callable[..., Run], say: Say) -> None:
    """Every port refuses: nothing is known, and that is said while there is still time to decide."""
    hosts = [host.name for host in lab.plan.hosts if host.name.partition("-")[0] in _sites()]
    with state.only_one(lab.say):
        try:
            together([partial(lab.root, host, "systemctl stop ssh.socket ssh") for host in hosts])
            run = gate(workers=usual_workers(), patient=False)
        finally:
            together([partial(lab.root, host, "systemctl start ssh") for host in hosts])
    say(f"all hosts dead: {run.result.verdict} after {run.seconds:.1f} s")
    assert run.result.verdict is Verdict.UNKNOWN, run.told()
    assert run.result.executed.hosts == 0, run.told()
    assert run.seconds < ALL_DEAD_SECONDS


@pytest.mark.parametrize("seconds", [10, 15])
def test_the_deadline_is_held(seconds: int, lab: Lab, tmp_path: Path, say: Say) -> None:
    """With hosts of two roles that hang, and a deadline that is too short for them."""
    ways = [WAYS["a mount hangs under a probe"], WAYS["one byte a second"]]
    settings = configuration.load(find_root(), INVENTORIES)
    with hanging(lab, ways):
        began = time.monotonic()
        deadline = Deadline(seconds)
        gate = Gate(settings, INVENTORIES, tmp_path / "reports", deadline, lambda *_: None, usual_workers())
        result, _ = gate.run()
        took = time.monotonic() - began
    say(f"deadline {seconds} s: {result.verdict} after {took:.1f} s")
    assert result.verdict is not Verdict.GO
    assert took < seconds + LATE_SECONDS


def _sites() -> set[str]:
    return {site.name for site in configuration.load(find_root(), INVENTORIES).sites}


def _left_running(lab: Lab, host: str) -> str:
    """What a run has left on a host, a few seconds after it: the host ends it by itself."""
    end = time.monotonic() + LATE_SECONDS
    while left := lab.root(host, "pgrep -af '[s]h -s$|/run/[h]ung' || true").strip():
        if time.monotonic() > end:
            return left
        time.sleep(1)
    return ""
