"""How fast the gate is, as figures and as ratios: ``python -m selftests.bench``, with the lab up.

Prints a table for people. Nothing fails for being slow, and a busy machine gives other figures.
"""

# ruff: noqa: T201  # it prints a table

from __future__ import annotations

import os
import re
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from lab import keys, sites
from selftests.peer.account import NAME, lent, through
from selftests.peer.conftest import CONTROL
from siteparity import configuration
from siteparity.collect.questions import Questions
from siteparity.configuration import Configuration, find_root
from siteparity.model import Deadline, Host
from siteparity.probes import KEY, Answers, Probe, Target, read_tables
from siteparity.runs.recording import measure
from siteparity.transport import Transport
from siteparity.transport.script import join, split

TIMES = 5
PEER_TIMES = 3
"""Half a minute or more each, and steady."""
PEER_ASPECTS = (
    "packages", "services", "locales", "catalogues", "schedules", "subscriptions", "sessions", "redis",
    "replication",
)  # fmt: skip
"""What the suite to compare with asks about, so that the ratio is one of like with like."""
LIMIT_SECONDS = 300
SSH_CONFIG = str(keys.folder() / "config")


@dataclass(frozen=True, slots=True)
class Cost:
    """What one aspect costs on one host."""

    role: str
    aspect: str
    host_cpu: float
    """CPU seconds of the questions on the host, servers that they ask not counted."""
    wall: float
    """Seconds over an open connection."""
    reading_cpu: float
    """CPU seconds on this machine to read the answers."""
    kilobytes: float


def main() -> int:
    """Measure and print; the status says whether what was measured worked at all."""
    settings = configuration.load(find_root(), find_root() / "inventories")
    names = [host.name for host in sites.load().hosts if host.site in {site.name for site in settings.sites}]
    print(
        f"load of this machine before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} CPUs; median of {TIMES}\n"
    )
    # Before accounts are lent to the other suite: the gate would find them.
    whole = _median("`siteparity gate`, whole: parity, smoke, reports", _gate)
    with lent(names):
        _compare(settings, names, whole)
    return 0


def _compare(settings: Configuration, names: list[str], whole: float) -> None:
    floor = _median("`ssh HOST true` to all hosts at once (the floor)", lambda: _ssh_at_once(names))
    every = f"collecting everything from {len(names)} hosts"
    _median(f"{every}, {len(settings.probes)} aspects", lambda: _collect(settings))
    asked = replace(through(settings), probes={aspect: settings.probes[aspect] for aspect in PEER_ASPECTS})
    collecting = _median(
        f"collecting the {len(asked.probes)} aspects of which the other suite asks", lambda: _collect(asked)
    )
    with tempfile.TemporaryDirectory(prefix="sp-") as folder:
        peer = _median(
            f"parity facts asked one by one with testinfra, -n 2 (median of {PEER_TIMES})",
            lambda: _peer(Path(folder), names),
            PEER_TIMES,
        )
    print(f"\ncollecting / floor                    {collecting / floor:6.1f}")
    print(f"testinfra, one by one / the same      {peer / collecting:6.1f}")
    print(f"testinfra, one by one / whole gate    {peer / whole:6.1f}\n")
    print(f"{'role':10} {'aspect':14} {'CPU on host':>12} {'wall':>8} {'CPU to read':>12} {'kB':>7}")
    for cost in sorted(_costs(through(settings)), key=lambda cost: -cost.host_cpu):
        print(
            f"{cost.role:10} {cost.aspect:14} {cost.host_cpu:10.2f} s {cost.wall:6.2f} s "
            f"{cost.reading_cpu:10.3f} s {cost.kilobytes:7.1f}"
        )


def _median(what: str, do: Callable[[], None], times: int = TIMES) -> float:
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        do()
        taken.append(time.perf_counter() - began)
    seconds = statistics.median(taken)
    print(f"{seconds:8.2f} s  ({min(taken):.2f} to {max(taken):.2f})  {what}", flush=True)
    return seconds


def _ssh_at_once(names: list[str]) -> None:
    started = [
        subprocess.Popen(
            ["ssh", "-F", SSH_CONFIG, "-o", "BatchMode=yes", f"{NAME}@{name}", "true"],
            stdin=subprocess.DEVNULL,
        )
        for name in names
    ]
    statuses = [process.wait(LIMIT_SECONDS) for process in started]
    if any(statuses):
        raise SystemExit("ssh cannot reach every host; is the lab up? start it with: python -m lab up")


def _collect(settings: Configuration) -> None:
    with Transport() as transport:
        measure(settings, settings.sites, transport, deadline=Deadline(LIMIT_SECONDS), say=_silent)


def _gate() -> None:
    with tempfile.TemporaryDirectory() as reports:
        program = str(Path(sys.executable).with_name("siteparity"))
        done = subprocess.run(
            [program, "gate", "--reports", reports], capture_output=True, timeout=LIMIT_SECONDS, check=False
        )
    if done.returncode:
        raise SystemExit(f"the gate says {done.stdout.decode().splitlines()[-1:]}; a healthy lab is measured")


def _peer(folder: Path, names: list[str]) -> None:
    """One run of the other suite; its connections are closed, so that each run opens its own."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n", "2", "-p", "no:cacheprovider", "selftests/peer"],
        cwd=find_root(),
        env={**os.environ, CONTROL: str(folder)},
        capture_output=True,
        timeout=LIMIT_SECONDS,
        check=False,
    )
    for name in names:
        subprocess.run(
            ["ssh", "-F", SSH_CONFIG, "-o", f"ControlPath={folder}/%C", "-O", "exit", f"{NAME}@{name}"],
            capture_output=True,
            check=False,
        )
    if done.returncode:
        raise SystemExit(f"the suite to compare with failed:\n{done.stdout.decode()[-3000:]}")


def _costs(settings: Configuration) -> Iterator[Cost]:
    """Each aspect alone, on the first host of each role of the standby, the better of two times."""
    every_role = tuple(settings.policy.roles)
    questions = Questions(settings.policy, settings.probes, settings.sites)
    with Transport() as transport:
        for role in every_role:
            host = settings.standby.in_role(role)[0]
            transport.connect(host)
            for aspect, probe in settings.probes.items():
                section = settings.policy.section(aspect)
                if role in probe.roles(section, every_role):
                    target = questions.target(aspect, settings.standby, host)
                    yield min(
                        (_cost(transport, role, aspect, probe, target) for _ in range(2)),
                        key=lambda cost: cost.host_cpu,
                    )


def _cost(transport: Transport, role: str, aspect: str, probe: Probe[Any], target: Target[Any]) -> Cost:
    asks, nonce = probe.ask(target), secrets.token_hex(16)
    words = {KEY.name: secrets.token_hex(32)}
    script = b"sh <<'END_OF_QUESTIONS'\n" + join(asks, nonce, words) + b"\nEND_OF_QUESTIONS\ntimes\n"
    began = time.perf_counter()
    output = transport.run(target.host, script, timeout=LIMIT_SECONDS)
    wall, reading = time.perf_counter() - began, time.process_time()
    answers = Answers(split(asks, nonce, output.stdout, output.stderr))
    read_tables(probe.tables, answers, target, tuple(target.policy.roles))
    return Cost(
        role,
        aspect,
        _of_children(output.stdout),
        wall,
        time.process_time() - reading,
        len(output.stdout) / 1000,
    )


def _of_children(stdout: bytes) -> float:
    """User and system seconds on the second line that `times` prints (POSIX): those of all children."""
    user, system = re.findall(rb"(\d+)m([\d.]+)s", stdout.splitlines()[-1])
    return sum(int(minutes) * 60 + float(seconds) for minutes, seconds in (user, system))


def _silent(_host: Host, _words: str) -> None:
    """Nobody waits here."""


if __name__ == "__main__":
    sys.exit(main())
