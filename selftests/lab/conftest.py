"""The lab for the self-tests: up and healthy before the first test, left as it was found after the last."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

import pytest

from lab import drills, handle, machines, podman, sites, state, verbs
from lab.errors import LabError
from lab.faults import fault
from lab.pairs import USUAL, Pair
from selftests.lab.rehearsal import Desk, Engineer, is_home
from selftests.lab.runs import Run, run_gate

Say: TypeAlias = Callable[[str], None]


def pytest_addoption(parser: pytest.Parser) -> None:
    """How much of the catalogue of faults is drilled."""
    parser.addoption(
        "--every-fault",
        action="store_true",
        help="drill every fault of the lab, not one an aspect; and try all cases of the other tests",
    )
    parser.addoption(
        "--alone", action="store_true", help="drill each fault in a run of its own, not up to ten in one"
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """The mark ``cases(NAME, VALUES, FEW)``: the first FEW values, or with ``--every-fault`` all."""
    for mark in metafunc.definition.iter_markers("cases"):
        name, values, few = mark.args
        ids = list(values)
        of = values if isinstance(values, Mapping) else {one: one for one in ids}
        chosen = ids if metafunc.config.getoption("every_fault") else ids[:few]
        metafunc.parametrize(name, [of[one] for one in chosen], ids=[_id_of(one) for one in chosen])


def _id_of(case: str | tuple[str, ...]) -> str:
    return case if isinstance(case, str) else "+".join(case)


def pytest_configure(config: pytest.Config) -> None:
    """Declare the mark."""
    config.addinivalue_line("markers", "cases(name, values, few): few of many cases, or all of them")


@pytest.fixture(scope="session")
def say(request: pytest.FixtureRequest) -> Say:
    """One line to the terminal, past pytest's capture: a CI log shows that something goes on."""
    capture = request.config.pluginmanager.getplugin("capturemanager")

    def line(words: str) -> None:
        with capture.global_and_fixture_disabled():
            print(words, file=sys.stderr, flush=True)  # noqa: T201  # progress is for people

    return line


class Lab:
    """The running lab, as tests break it and mend it."""

    def __init__(self, plan: sites.Plan, say: Say) -> None:
        self.plan = plan
        self.say = say

    @contextmanager
    def broken(self, *faults: str) -> Iterator[None]:
        """Faults are set inside, and mended after; nobody else changes the lab in the meantime.

        Raises:
            LabError: a fault could not be set, or could not be mended: its hosts are made anew then, so that
                the next test meets a healthy lab.
        """
        with state.only_one(self.say, self.plan.pair):
            try:
                for name in faults:
                    drills.break_(self.plan, name, _quiet)
                yield
            finally:
                self._mend()

    def _mend(self) -> None:
        """Undo what is set."""
        left = drills.set_faults(self.plan.pair)
        try:
            drills.mend(self.plan, [], _quiet)
        except LabError:
            hosts = {host for name in left for host in fault(name, self.plan.pair).hosts}
            self.say(f"could not be mended, so its hosts are made anew: {', '.join(sorted(hosts))}")
            self.renew(hosts)
            raise

    def renew(self, hosts: Collection[str]) -> None:
        """Make hosts anew, whatever has become of them."""
        drills.forget(
            self.plan, verbs.reset(self.plan, [self.plan.host(host) for host in sorted(hosts)], _quiet)
        )

    def root(self, host: str, script: str) -> str:
        """Run a shell text as root on a host; what it prints."""
        return podman.shell(host, script).stdout.decode("utf-8", "replace")


@contextmanager
def standing(pair: Pair, say: Say) -> Iterator[Lab]:
    """A pair, up and without a fault. It is taken down at the end if it was down at the start."""
    plan = sites.load(pair=pair)
    was_up = bool(machines.ours(pair))
    try:
        with state.only_one(say, pair):
            if left := drills.set_faults(pair):
                say(f"lab: mending what is set: {', '.join(left)}")
                drills.mend(plan, [], say)
            say(f"lab: {pair} up")
            verbs.up(plan, say)
        yield Lab(plan, say)
    finally:
        if not was_up:
            with state.only_one(say, pair):
                verbs.down(plan, say)


@pytest.fixture(scope="session")
def lab(say: Say) -> Iterator[Lab]:
    """The usual lab."""
    with standing(USUAL, say) as usual:
        yield usual


@pytest.fixture
def gate(lab: Lab, tmp_path: Path) -> Callable[..., Run]:
    """The whole gate in this process, parity and smoke, against the lab; see `run_gate`."""
    assert lab.plan.hosts

    def run(workers: int = 0, *, patient: bool = True) -> Run:
        return run_gate(tmp_path / "reports", workers=workers, patient=patient)

    return run


@pytest.fixture
def engineer(lab: Lab, say: Say, tmp_path: Path) -> Iterator[Engineer]:
    """With a machine of his own. The lab is as it was afterwards, whatever he leaves half done."""
    with state.only_one(say):
        made = Engineer(handle.Lab(lab.plan), Desk.at(tmp_path / "desk"), say)
        try:
            yield made
        finally:
            if not is_home(made):
                say("lab: made anew after the rehearsal")
                verbs.reset(lab.plan, [], say)


def _quiet(_line: str) -> None:
    """A drill says what it did in one line of its own."""
