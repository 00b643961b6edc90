"""What it costs to record a fleet over a real sshd: ``python -m selftests.fleet.live HOSTS``, as root.

The client alone counts, with all the ssh processes that it starts: CPU seconds, and the most memory. What
sshd and the hosts cost is not in it.
"""

# ruff: noqa: T201  # it prints a table

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from multiprocessing import Pipe, get_context
from multiprocessing.connection import Connection
from pathlib import Path

import yaml

from selftests.fleet.hosts import LAB, write_inventories
from selftests.fleet.served import address, served
from siteparity.configuration import find_root
from siteparity.facts.records import load

_SUBREAPER = 36
"""prctl(2), PR_SET_CHILD_SUBREAPER: what an ssh leaves in the background is a child of this process then."""
_SAMPLE_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Spent:
    """What a command and all that it started have cost."""

    cpu: float
    """Seconds."""
    own_cpu: float
    """Those of the command's own process."""
    wall: float
    memory: int
    """The most of all processes together at one time, in bytes; what they share counts once."""
    status: int


def main() -> int:
    """Measure and print."""
    hosts = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    if "--inside" not in sys.argv:
        inside = f"ip link set lo up && exec {sys.executable} -m selftests.fleet.live {hosts} --inside"
        return subprocess.run(["unshare", "--net", "sh", "-c", inside], check=False).returncode
    with tempfile.TemporaryDirectory(prefix="sp-") as name:
        _measure(Path(name), hosts)
    return 0


def _measure(folder: Path, hosts: int) -> None:
    inventories, reports = folder / "inventories", folder / "reports"
    fleet = write_inventories(find_root() / "inventories", inventories, max(1, hosts // LAB), _reached)
    for file in inventories.glob("*/group_vars/all.yml"):
        settings = yaml.safe_load(file.read_text())
        here = {"parity_ssh_config": f"{folder}/ssh_config", "ansible_user": "root"}
        file.write_text(yaml.safe_dump(settings | here))
    with served(folder, fleet) as ssh_config:
        (folder / "ssh_config").write_text(ssh_config)
        plain = _spent(_visits([address(one.number) for one in fleet.values()], folder))
        record = [sys.executable, "-m", "siteparity", "record", "dallas", "arizona"]
        spent = _spent([*record, "--inventories", str(inventories), "--reports", str(reports)])
    made = [load(path) for path in reports.glob("runs/2*/records/*.json.gz")]
    if not made:
        raise SystemExit(f"nothing was recorded: exit code {spent.status}")
    silent = {reason for one in made for reason in one.silent().values()}
    print(f"{len(fleet)} hosts, {sum(len(one.silent()) for one in made)} silent {sorted(silent)[:3]}")
    print(f"record         {spent.cpu:8.1f} CPU s {spent.wall:8.1f} s {spent.memory / 1e6:8.0f} MB at most")
    print(f"  itself       {spent.own_cpu:8.1f} CPU s")
    print(f"ssh HOST true  {plain.cpu:8.1f} CPU s {plain.wall:8.1f} s")
    print(f"record costs {spent.cpu / plain.cpu:.2f} times as much CPU")


def _reached(number: int) -> tuple[str, int]:
    return address(number), 22


def _visits(addresses: list[str], folder: Path) -> list[str]:
    """A command that logs in to each host and does nothing, eight at a time."""
    (folder / "addresses").write_text("\n".join(addresses) + "\n")
    config = folder / "ssh_config"
    visit = f"xargs -P 8 -I @ ssh -F {config} @ true </dev/null >/dev/null 2>&1 <{folder}/addresses"
    return ["sh", "-c", visit]


def _spent(words: list[str]) -> Spent:
    """What a command costs. A process of its own waits for it: what sshd leaves behind is not counted."""
    told, tell = Pipe(duplex=False)
    waiting = get_context("fork").Process(target=_wait_for, args=(words, tell))
    waiting.start()
    spent: Spent = told.recv()
    waiting.join()
    return spent


def _wait_for(words: list[str], tell: Connection) -> None:
    """Run a command, wait until nothing of it is left, and tell what it cost."""
    ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)
    began, stop, most, own = time.monotonic(), threading.Event(), [0], [0.0]
    running = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def sample() -> None:
        while not stop.wait(_SAMPLE_SECONDS):
            most[0] = max(most[0], sum(map(_memory, _below(os.getpid()))))
            own[0] = max(own[0], _cpu(running.pid))

    sampling = threading.Thread(target=sample)
    sampling.start()
    status = running.wait()
    wall = time.monotonic() - began
    stop.set()
    sampling.join()
    with contextlib.suppress(ChildProcessError):
        while True:
            os.waitpid(-1, 0)
    of = resource.getrusage(resource.RUSAGE_CHILDREN)
    tell.send(Spent(of.ru_utime + of.ru_stime, own[0], wall, most[0], status))


def _below(pid: int) -> set[int]:
    """What a process has started, and what that has left in the background."""
    found: set[int] = set()
    rest = set(_children(pid))
    while rest:
        one = rest.pop()
        found.add(one)
        rest |= set(_children(one)) - found
    return found


def _children(pid: int) -> list[int]:
    found = []
    with contextlib.suppress(OSError):  # it has ended meanwhile
        for task in Path(f"/proc/{pid}/task").glob("*/children"):
            found += [int(child) for child in task.read_text().split()]
    return found


def _cpu(pid: int) -> float:
    """The CPU seconds of a process alone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _memory(pid: int) -> int:
    """What a process holds, in bytes; of what several share, its part."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return 0
    return 1024 * sum(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))


if __name__ == "__main__":
    sys.exit(main())
