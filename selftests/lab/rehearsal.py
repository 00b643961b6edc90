"""Follows a rendered runbook in the lab, as a person would: types its commands, and waits for each proof.

`siteparity` changes no host. What changes hosts is this, and it types what the runbook says, no more.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lab.handle import Lab
from selftests.lab.runbook import THIS_MACHINE, Step, steps
from selftests.lab.runs import copy_inventories

PROGRAMS = Path(sys.executable).parent
STEP_SECONDS = 180.0
"""For a step to be proven, on a machine that is busy with all hosts of the lab."""
NAME = "the rehearsal"
UNMEASURED = 3
"""Something could not be measured: of a site that has no follower yet, who follows it. The proof decides."""
OLD, NEW = "dallas", "arizona"
"""Where the lab begins, and its standby."""


class RehearsalError(AssertionError):
    """A step was not proven, or a command of the runbook failed."""


@dataclass(frozen=True, slots=True)
class Desk:
    """The machine of the nightly run: a folder of its own with inventories and reports."""

    folder: Path

    @classmethod
    def at(cls, folder: Path) -> Desk:
        """A new one, with a copy of the repository's inventories."""
        copy_inventories(folder / "inventories")
        (folder / "reports").mkdir()
        return cls(folder)

    def run(self, script: str, *good: int) -> str:
        """Type a shell text there, and return what it printed to stdout.

        Args:
            script: the text.
            good: exit codes besides 0 at which an engineer goes on.
        """
        done = subprocess.run(
            ["/bin/sh", "-eu"], input=script, cwd=self.folder, env=self.environment, text=True,
            capture_output=True, timeout=300, check=False,
        )  # fmt: skip
        if done.returncode not in (0, *good):
            raise RehearsalError(f"exit {done.returncode} of {script}\n{done.stdout}\n{done.stderr}")
        return done.stdout

    @property
    def environment(self) -> Mapping[str, str]:
        """`siteparity` is there, and finds its folders."""
        folders = {
            f"SITEPARITY_{name.upper()}": str(self.folder / name) for name in ("inventories", "reports")
        }
        return {**os.environ, **folders, "PATH": f"{PROGRAMS}:{os.environ['PATH']}"}

    def runbook(self, mode: str) -> tuple[Step, ...]:
        """What the plan renders for a mode, way back included."""
        return steps(self.run(f"siteparity plan --mode {mode}"))

    def drills(self) -> list[dict[str, Any]]:
        """The log of drills."""
        drills: list[dict[str, Any]] = json.loads(self.run("siteparity drills --json"))["drills"]
        return drills


@dataclass(slots=True)
class Watching:
    """A `siteparity watch` that runs, and what it has told."""

    process: subprocess.Popen[str]
    events: list[dict[str, Any]] = field(default_factory=list)
    _more: threading.Condition = field(default_factory=threading.Condition)

    @classmethod
    @contextmanager
    def of(cls, desk: Desk, mode: str, *options: str) -> Iterator[Watching]:
        """One that runs inside, and ends with it."""
        argv = [str(PROGRAMS / "siteparity"), "watch", "--mode", mode, "--json", *options]
        errors = desk.folder / "watch.err"
        with errors.open("a") as told:
            process = subprocess.Popen(
                argv, cwd=desk.folder, env=desk.environment, stdout=subprocess.PIPE, stderr=told, text=True
            )
        watching = cls(process)
        reader = threading.Thread(target=watching._read, daemon=True)
        reader.start()
        try:
            yield watching
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            process.wait(30)
            reader.join(30)
            assert process.stdout is not None
            process.stdout.close()

    def wait_for(self, what: str, is_it: Callable[[dict[str, Any]], bool], seconds: float) -> dict[str, Any]:
        """The first event of that kind, as soon as it is told."""
        until = time.monotonic() + seconds
        with self._more:
            while True:
                if found := next((event for event in self.events if is_it(event)), None):
                    return found
                left = until - time.monotonic()
                if left <= 0 or self.process.poll() is not None:
                    raise RehearsalError(f"{what}: not within {seconds:.0f} s; told last: {self.events[-8:]}")
                self._more.wait(min(left, 1.0))

    def proven(self, step: str, seconds: float = STEP_SECONDS) -> dict[str, Any]:
        """That a step is proven."""
        return self.wait_for(
            step, lambda event: (event["event"], event.get("step")) == ("proven", step), seconds
        )

    def serves(self) -> None:
        """Wait until a look has seen that customers are served: RTO counts from the last one that did."""
        self.wait_for(
            "customers are served",
            lambda event: (event.get("question"), event.get("seen")) == ("smoke all", "yes"),
            STEP_SECONDS,
        )

    def end(self) -> None:
        """Wait until the plan was followed to its end."""
        self.wait_for("the end", lambda event: event["event"] == "ended", 60)

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            with self._more:
                self.events.append(json.loads(line))
                self._more.notify_all()
        with self._more:
            self._more.notify_all()


@dataclass(frozen=True, slots=True)
class Engineer:
    """Who follows a runbook."""

    lab: Lab
    desk: Desk
    say: Callable[[str], None]

    def follow(
        self,
        mode: str,
        watching: Watching,
        some: Sequence[Step],
        by_hand: Mapping[str, Callable[[], None]] | None = None,
    ) -> None:
        """Make each step, and go on when it is proven.

        Args:
            mode: of the drill.
            watching: that drill.
            some: the steps, in their order.
            by_hand: step -> what a person does there besides typing.

        Raises:
            RehearsalError: a command failed, or a step was not proven; the steps after it are not made.
        """
        for step in some:
            began = time.monotonic()
            self.make(step)
            (by_hand or {}).get(step.name, _nothing)()
            made = time.monotonic()
            watching.proven(step.name)
            proven = time.monotonic() - made
            self.say(f"{mode}: {step.name}: typed in {made - began:.1f} s, proven {proven:.1f} s later")

    def make(self, step: Step) -> None:
        """Type what a step says, at each of its places, and note what is to be noted."""
        self._type(step.where, step.commands)
        if step.said:
            self.desk.run(step.said.replace("NAME", f'"{NAME}"'))

    def _type(self, where: tuple[str, ...], script: str) -> None:
        for place in where if script else ():
            if place == THIS_MACHINE:
                self.desk.run(script, UNMEASURED)
            else:
                self.lab.shell(self.container(place), script)

    def container(self, place: str) -> str:
        """The container of a host that the runbook names: ``web1.dallas.shop.example`` is ``dallas-web1``."""
        names = {
            f"{host.role}{host.number}.{host.site}.{self.lab.plan.domain}": host
            for host in self.lab.plan.hosts
        }
        return names[place].name if place in names else place


def is_home(engineer: Engineer) -> bool:
    """Whether the last drill has ended, and led back to where the lab begins."""
    drills = engineer.desk.drills()[-1:]
    return any(drill["ended_at"] is not None and drill["new"] == OLD for drill in drills)


def _nothing() -> None:
    """Most steps are only typed."""


def until(some: Sequence[Step], last: str) -> tuple[Step, ...]:
    """The first steps, up to and with the one of that name."""
    return tuple(some[: _place(some, last) + 1])


def after(some: Sequence[Step], first: str) -> tuple[Step, ...]:
    """The steps after the one of that name."""
    return tuple(some[_place(some, first) + 1 :])


def named(some: Sequence[Step], name: str) -> Step:
    """The step of that name."""
    return some[_place(some, name)]


def _place(some: Sequence[Step], name: str) -> int:
    return [step.name for step in some].index(name)
