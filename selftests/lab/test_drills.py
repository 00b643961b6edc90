"""Each fault turns exactly the checks red that name it; afterwards the lab is healthy again.

Faults with different checks are drilled together (`selftests.lab.companies`). A company must turn exactly
its checks red; if it does not, its halves must, down to single faults. The next drill proves that mending
restored health, since it must turn only its own checks red; after the last drill a whole GO proves it.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from functools import partial

import pytest

from lab.drills import checks_of_faults
from lab.errors import LabError
from lab.faults import Fault, catalogue
from selftests.lab.companies import MOST, companies
from selftests.lab.conftest import Lab, Say
from selftests.lab.runs import Run, containers_of, function_of, named_by
from siteparity.gate.run import usual_workers
from siteparity.model import FindingKind, Outcome, Severity, Verdict
from siteparity.result import SavedCheck, SavedFinding

HOSTS_AWAY = {fault.name: fault for aspect, fault in catalogue().values() if aspect == "hosts"}
FAULTS = {name: found for name, found in catalogue().items() if name not in HOSTS_AWAY}
FIRSTS = {
    next(name for name, (of, _) in FAULTS.items() if of == aspect)
    for aspect in dict.fromkeys(aspect for aspect, _ in FAULTS.values())
}
"""One fault of each aspect."""
COMPARED = (FindingKind.MISSING, FindingKind.EXTRA, FindingKind.DIFFERENT, FindingKind.UNEVEN)

REASONS = {
    "host_dead": "refused|no answer|No route",
    "host_hung": "no answer within|did not end within|timed out after|deadline had passed|connection broke",
    "host_key_changed": "host key",
}
"""What must be said of a host that is away."""

WAIT_FOR_IT = {"host_hung": {"arizona-edge1"}}
"""Hosts that pass requests on to the one that is away: a question to them may have no answer either."""

PAIRS = (
    ("locale_not_compiled", "redis_setting_changed_at_run_time"),
    ("session_setting_of_the_other_site", "service_disabled_at_primary"),
    ("catalogue_missing", "redis_stopped"),  # mended the other way round: the shop needs Redis to be well
    ("timer_stopped", "unit_drop_in_differs"),
)

AWAY_SECONDS = 60.0
"""What a run may take besides the time that the policy gives a host that is away."""
MOST_TOLD = 12
"""Checks that a line names."""

pytestmark = pytest.mark.timeout(180)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One fault of each aspect, or with ``--every-fault`` all; ``--alone``: each by itself."""
    if "drilled" in metafunc.fixturenames:
        every, alone = (metafunc.config.getoption(name) for name in ("every_fault", "alone"))
        faults = {name: found for name, found in FAULTS.items() if every or name in FIRSTS}
        together = companies(faults, checks_of_faults(), most=1 if alone else MOST)
        metafunc.parametrize("drilled", together, ids=_id)


@pytest.mark.timeout(900)
def test_faults_turn_exactly_the_checks_red_that_name_them(
    drilled: tuple[Fault, ...], lab: Lab, gate: Callable[[], Run], say: Say
) -> None:
    """Nothing is missed, and nothing is blamed that is well."""
    wrong = _wrong(drilled, lab, gate, say)
    assert not wrong, wrong


def _wrong(faults: tuple[Fault, ...], lab: Lab, gate: Callable[[], Run], say: Say) -> str:
    """What was not as it must be when these are set; nothing where all was.

    What is wrong with several is looked for in each half: those that only disturb each other are well apart.
    """
    try:
        _exact(_drill(lab, gate, say, *(fault.name for fault in faults)), *faults)
    except (AssertionError, LabError) as error:
        if len(faults) == 1:
            return f"{_id(faults)}: {error}"
        say(f"not exact together, so in halves, on hosts made anew: {error}")
        lab.renew({host for fault in faults for host in fault.hosts})
        half = len(faults) // 2
        halves = (_wrong(some, lab, gate, say) for some in (faults[:half], faults[half:]))
        return "\n".join(filter(None, halves))
    return ""


def _exact(run: Run, *faults: Fault) -> None:
    """The faults' own checks are red, no other, each with its fault's hosts, and the verdict follows."""
    wanted = {fault.name: named_by(run.settings, fault.name) for fault in faults}
    assert run.red_functions() == frozenset().union(*wanted.values()), run.told()
    assert run.result.executed.checks == run.result.plan.checks, run.told()
    assert run.result.verdict is _verdict(run), run.told()
    for fault in faults:
        red = [check for check in run.red() if function_of(check) in wanted[fault.name]]
        named = {host for check in red for host in containers_of(run.result, check)}
        assert named & _where(fault, run, red), (
            f"no finding names one of {', '.join(fault.hosts)}\n{run.told()}"
        )
    for check in run.red():
        for finding in check.findings:
            _says_what_it_saw(finding)


@pytest.mark.cases("pair", PAIRS, 2)
def test_two_faults_are_both_found(
    pair: tuple[str, str], lab: Lab, gate: Callable[[], Run], say: Say
) -> None:
    """The first difference does not hide the second."""
    run = _drill(lab, gate, say, *pair)
    assert run.red_functions() == frozenset().union(*(named_by(run.settings, fault) for fault in pair)), (
        run.told()
    )


@pytest.mark.parametrize("fault", HOSTS_AWAY.values(), ids=lambda fault: fault.name)
def test_a_host_that_is_away_is_unknown_and_nothing_else_is_blamed(
    fault: Fault, lab: Lab, gate: Callable[..., Run], say: Say
) -> None:
    """What could not be measured is never equal, and never a difference.

    A smoke check may say more: where customers really wait for a web host that is away, that was measured.
    """
    run = _drill(lab, partial(gate, workers=usual_workers(), patient=False), say, fault.name)
    parity = [check for check in run.red() if check.kind == "parity"]
    assert parity
    assert run.result.verdict is _verdict(run), run.told()
    assert run.result.verdict is not Verdict.GO, run.told()
    assert {check.outcome for check in parity} == {Outcome.UNMEASURED}, run.told()
    named = {host for check in parity for host in containers_of(run.result, check)}
    assert set(fault.hosts) <= named <= set(fault.hosts) | WAIT_FOR_IT.get(fault.name, set()), run.told()
    for check in parity:
        for finding in check.findings:
            assert re.search(REASONS[fault.name], finding.message), finding.message
    given = run.settings.policy.limits.host_deadline.total_seconds()
    assert run.seconds < given + AWAY_SECONDS, run.told()


def test_after_all_drills_the_lab_is_healthy(gate: Callable[[], Run]) -> None:
    """The last fault was mended as well."""
    run = gate()
    assert run.result.verdict is Verdict.GO, run.told()


def _id(faults: tuple[Fault, ...]) -> str:
    return "+".join(fault.name for fault in faults)


def _drill(lab: Lab, gate: Callable[[], Run], say: Say, *faults: str) -> Run:
    """Set faults, run the gate, mend, and tell what each step cost."""
    began = time.monotonic()
    with lab.broken(*faults):
        is_set = time.monotonic()
        run = gate()
        judged = time.monotonic()
    mended = time.monotonic()
    wrong = "" if set(faults) <= set(HOSTS_AWAY) else _unexpected(run, faults)
    say(
        f"drill {' and '.join(faults)}: {len(run.red())} red, {run.result.verdict}{wrong}; "
        f"broken in {is_set - began:.1f} s, gate {judged - is_set:.1f} s, mended in {mended - judged:.1f} s"
    )
    return run


def _unexpected(run: Run, faults: tuple[str, ...]) -> str:
    """What was not red and should be, and the other way round."""
    wanted = frozenset().union(*(named_by(run.settings, fault) for fault in faults))
    missed = [f"; NOT RED {name}" for name in sorted(wanted - run.red_functions())]
    blamed = [
        f"; RED AS WELL {check.id}: {check.findings[0].message[:200] if check.findings else check.outcome}"
        for check in run.red()
        if function_of(check) not in wanted
    ]
    return "".join([*missed, *blamed[:MOST_TOLD]])


def _verdict(run: Run) -> Verdict:
    """What the outcomes of the red checks must lead to."""
    blockers = {check.outcome for check in run.red() if check.severity is Severity.BLOCKER}
    if Outcome.DIFFERENT in blockers:
        return Verdict.NO_GO
    is_open = Outcome.UNMEASURED in blockers or any(check.outcome is Outcome.NOT_RUN for check in run.red())
    return Verdict.UNKNOWN if is_open else Verdict.GO


def _where(fault: Fault, run: Run, red: Sequence[SavedCheck]) -> set[str]:
    """The hosts of which one must be named: those of the fault.

    Smoke checks look at the standby alone; what only they see came there with the data.
    """
    if any(check.kind == "parity" for check in red):
        return set(fault.seen_on or fault.hosts)
    standby = run.settings.standby
    return {f"{standby.name}-{host.name}" for host in standby.hosts}


def _says_what_it_saw(finding: SavedFinding) -> None:
    """A difference carries the values of both sites; whatever is wrong has words and a fix."""
    assert finding.message
    if finding.kind in COMPARED:
        assert finding.primary, finding.message
        assert finding.standby, finding.message
    if finding.kind is not FindingKind.UNMEASURED:
        assert finding.fix, finding.message
