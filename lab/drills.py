"""Set faults, mend them, and prove that the lab is healthy again."""

import ast
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from lab import evidence, machines, podman, verbs
from lab.errors import LabError
from lab.faults import ALWAYS, Fault, catalogue, fault
from lab.handle import Lab
from lab.pairs import ROOT, USUAL, Pair
from lab.sites import Host, Plan
from lab.state import read_ledger, write_ledger
from lab.wait import NotYetError, together, until

MEND_DEADLINE = 120.0
TESTS = ROOT.parent / "tests"

Say = Callable[[str], None]


@dataclass(frozen=True)
class Listed:
    """One line of the catalogue.

    Attributes:
        name: of the fault.
        aspect: the module that has it.
        sentence: what it does.
        hosts: where.
        checks: those that must catch it, as `file::test`.
        is_set: the lab is broken this way now.
    """

    name: str
    aspect: str
    sentence: str
    hosts: tuple[str, ...]
    checks: tuple[str, ...]
    is_set: bool


def set_faults(pair: Pair = USUAL) -> list[str]:
    """Names of the faults that are set now, oldest first."""
    return list(read_ledger(pair).get("faults", []))


def break_(plan: Plan, name: str, say: Say) -> None:
    """Set a fault. It is noted before it is set, so that `mend` undoes it even after a crash.

    Raises:
        LabError: the fault is unknown or already set, a host is not up, or the script failed.
    """
    chosen, present = fault(name, plan.pair), set_faults(plan.pair)
    if name in present:
        raise LabError(f"{name} is set already; undo it with: python -m lab mend{plan.pair.option} {name}")
    hosts = [plan.host(host) for host in chosen.hosts]
    together([partial(machines.require_mark, host) for host in hosts])
    _note(plan.pair, [*present, name])
    _step(plan, hosts, chosen.break_)
    say(f"set: {name} on {', '.join(chosen.hosts)}: {chosen.sentence}")


def mend(plan: Plan, names: list[str], say: Say) -> None:
    """Undo faults, newest first (all that are set, if none is named), and prove it.

    Raises:
        LabError: a host is not healthy afterwards; the message says what is wrong and how to recreate it.
    """
    pair = plan.pair
    chosen = [fault(name, pair) for name in names or list(reversed(set_faults(pair)))]
    if not chosen:
        say("no fault is set")
        return
    started = time.monotonic()
    for one in chosen:
        with _named(pair, one):
            _undo(plan, one, say)
    _prove(plan, chosen)
    _note(pair, [name for name in set_faults(pair) if name not in {one.name for one in chosen}])
    say(f"mended: {', '.join(one.name for one in chosen)} in {time.monotonic() - started:.1f} s")


def forget(plan: Plan, hosts: list[Host]) -> None:
    """Forget the faults that were only on these hosts, which have been recreated."""
    anew, pair = {host.name for host in hosts}, plan.pair
    _note(pair, [name for name in set_faults(pair) if not set(fault(name, pair).hosts) <= anew])


def checks_of_faults(tests: Path = TESTS) -> dict[str, list[str]]:
    """Fault -> the checks that name it in `@pytest.mark.drill`, as `file::test`."""
    found: dict[str, list[str]] = {}
    for path in sorted(tests.rglob("test_*.py")):
        for test, name in _drills(ast.parse(path.read_text(encoding="utf-8"))):
            found.setdefault(name, []).append(f"{path.relative_to(tests.parent)}::{test}")
    return found


def listing(pair: Pair = USUAL) -> list[Listed]:
    """The catalogue, for people and programs."""
    named, present = checks_of_faults(), set_faults(pair)
    return [
        Listed(
            one.name,
            aspect,
            one.sentence,
            one.hosts,
            one.checks if pair.name else tuple(named.get(one.name, ())),
            one.name in present,
        )
        for aspect, one in catalogue(pair).values()
    ]


def _drills(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            for mark in node.decorator_list:
                if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.drill":
                    yield from (
                        (node.name, word.value)
                        for word in mark.args
                        if isinstance(word, ast.Constant) and isinstance(word.value, str)
                    )


@contextmanager
def _named(pair: Pair, *faults: Fault) -> Iterator[None]:
    """Let an error name the faults that are not mended, and a command that surely mends them."""
    try:
        yield
    except LabError as error:
        hosts = dict.fromkeys(host for one in faults for host in one.hosts)
        raise LabError(
            f"{', '.join(one.name for one in faults)} not mended: {error}\n"
            f"make the hosts anew with: python -m lab reset{pair.option} {' '.join(hosts)}"
        ) from error


def _undo(plan: Plan, one: Fault, say: Say) -> None:
    hosts = [plan.host(host) for host in one.hosts]
    _step(plan, hosts, one.mend)
    if one.undone_by_reset:
        verbs.reset(plan, hosts, say)


def _prove(plan: Plan, faults: list[Fault]) -> None:
    """Wait until each host is healthy and each fault's own test says that it is gone."""
    deadline = time.monotonic() + MEND_DEADLINE
    hosts = [plan.host(name) for name in dict.fromkeys(host for one in faults for host in one.hosts)]
    looks = [look for host in hosts for look in evidence.of_host(host, plan)]
    looks += [
        (f"{host}: {one.name} is mended", partial(_healthy, plan.host(host), one))
        for one in faults
        for host in one.hosts
        if one.healthy != ALWAYS
    ]
    with _named(plan.pair, *faults):
        together([partial(until, sentence, look, deadline) for sentence, look in looks])


def _step(plan: Plan, hosts: list[Host], step: str | Callable[[Lab], None]) -> None:
    if callable(step):
        step(Lab(plan))
    elif step:
        together([partial(podman.shell, host.name, step) for host in hosts])


def _healthy(host: Host, one: Fault) -> str:
    done = podman.shell(host.name, one.healthy, check=False)
    if done.returncode:
        raise NotYetError(f"exit {done.returncode} of: {one.healthy}\n{podman.last_words(done)}")
    return "healthy"


def _note(pair: Pair, names: list[str]) -> None:
    write_ledger({**read_ledger(pair), "faults": names}, pair)
