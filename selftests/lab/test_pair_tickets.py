"""pretix on Debian 13: sites that nobody here built."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.faults import Fault
from lab.pairs import foreign
from selftests.lab.conftest import Lab, Say, standing
from selftests.lab.pair import faults_of, gate, is_found, is_go_from_a_short_policy
from siteparity.model import Verdict

PAIR = foreign()["tickets"]
FOUND, NOT_FOUND = (faults_of(PAIR, found=found) for found in (True, False))

pytestmark = pytest.mark.timeout(600)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """All faults in one run of the gate; with ``--every-fault`` each by itself."""
    if "drilled" in metafunc.fixturenames:
        every = metafunc.config.getoption("every_fault")
        together = [(fault,) for fault in FOUND] if every else [tuple(FOUND)]
        metafunc.parametrize("drilled", together, ids=lambda faults: f"{faults[0].name}+{len(faults) - 1}")


@pytest.fixture(scope="module")
def tickets(say: Say) -> Iterator[Lab]:
    """The pair, up."""
    with standing(PAIR, say) as lab:
        yield lab


def test_a_shop_from_pypi_is_go_from_a_short_policy(tickets: Lab, tmp_path: Path) -> None:
    """No waiver, no line of code, no page that was made for siteparity."""
    is_go_from_a_short_policy(tickets, tmp_path)


def test_faults_of_the_shop_are_found(drilled: tuple[Fault, ...], tickets: Lab, tmp_path: Path) -> None:
    """Alone a fault turns exactly the checks red that it names; in company at least these."""
    with tickets.broken(*(fault.name for fault in drilled)):
        run = gate(tickets, tmp_path)
    for fault in drilled:
        is_found(run, fault, tickets.plan)
    if len(drilled) == 1:
        assert run.red_functions() == set(drilled[0].checks), run.told()


@pytest.mark.parametrize("fault", NOT_FOUND, ids=lambda fault: fault.name)
def test_what_no_check_finds_yet_is_still_not_found(fault: Fault, tickets: Lab, tmp_path: Path) -> None:
    """Whoever makes a check find it gives the fault that check."""
    with tickets.broken(fault.name):
        run = gate(tickets, tmp_path)
    assert run.result.verdict is Verdict.GO, f"{fault.name} is found: {run.told()}"


def test_the_shop_is_go_again_after_all_faults(tickets: Lab, tmp_path: Path) -> None:
    """Each was mended."""
    is_go_from_a_short_policy(tickets, tmp_path)
