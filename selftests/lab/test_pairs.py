"""Sites that nobody here built: `lab/pairs/`. In every run the lighter pair, with ``--every-fault`` all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.faults import Fault, catalogue
from lab.pairs import Pair, foreign
from selftests.lab.conftest import Lab, Say, standing
from selftests.lab.drafting import init, is_go_once_answered, lent
from selftests.lab.pair import gate, is_found, is_go_from_a_short_policy
from selftests.lab.runs import run_gate
from siteparity.model import Verdict

LIGHTER = "tickets"

pytestmark = pytest.mark.timeout(900)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """The pairs; their faults all in one run of the gate, or with ``--every-fault`` each by itself."""
    every = metafunc.config.getoption("every_fault")
    pairs = [pair for pair in foreign().values() if every or pair.name == LIGHTER]
    what = "drilled" if "drilled" in metafunc.fixturenames else ""
    cases: list[tuple[Pair, tuple[Fault, ...]]] = [(pair, ()) for pair in pairs]
    if what:
        cases = [(pair, faults) for pair in pairs for faults in _companies(pair, every=every)]
    metafunc.parametrize(
        ("stands", what) if what else "stands",
        cases if what else pairs,
        ids=["-".join((pair.name, *(fault.name for fault in faults[:1]))) for pair, faults in cases],
        indirect=["stands"],
        scope="module",
    )


def _companies(pair: Pair, *, every: bool) -> list[tuple[Fault, ...]]:
    faults = tuple(fault for _, fault in catalogue(pair).values())
    return [(fault,) for fault in faults] if every else [faults]


@pytest.fixture(scope="module")
def stands(request: pytest.FixtureRequest, say: Say) -> Iterator[Lab]:
    """A pair, up."""
    with standing(request.param, say) as lab:
        yield lab


def test_a_short_policy_is_go(stands: Lab, tmp_path: Path) -> None:
    """No waiver, no line of code, no page that was made for siteparity."""
    is_go_from_a_short_policy(stands, tmp_path)


def test_from_host_names_to_go(stands: Lab, tmp_path: Path) -> None:
    """Drafted from nothing; GO when everything is confirmed and every question is answered."""
    out = tmp_path / "inventories"
    with lent(stands) as sites:
        assert init(stands, sites, out) == 0
        first = run_gate(tmp_path / "reports", out)
        assert first.result.verdict in (Verdict.NO_GO, Verdict.UNKNOWN), first.told()
        is_go_once_answered(out, stands.plan.pair.folder / "answers.yml", tmp_path / "reports")


def test_its_faults_are_found(drilled: tuple[Fault, ...], stands: Lab, tmp_path: Path) -> None:
    """Alone a fault turns exactly the checks red that it names; in company at least these."""
    with stands.broken(*(fault.name for fault in drilled)):
        run = gate(stands, tmp_path)
    for fault in drilled:
        is_found(run, fault, stands.plan)
    if len(drilled) == 1:
        assert run.red_functions() == set(drilled[0].checks), run.told()


def test_it_is_go_again_after_all_faults(stands: Lab, tmp_path: Path) -> None:
    """Each was mended."""
    is_go_from_a_short_policy(stands, tmp_path)
