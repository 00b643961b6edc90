"""Webmail on Debian 12: Apache, PHP-FPM, HAProxy, hosts of other names and number at each site."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.faults import Fault
from lab.pairs import foreign
from selftests.lab.conftest import Lab, Say, standing
from selftests.lab.pair import faults_of, gate, is_found, is_go_from_a_short_policy

PAIR = foreign()["php"]
FOUND = faults_of(PAIR, found=True)

pytestmark = pytest.mark.timeout(600)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """All faults in one run of the gate; with ``--every-fault`` each by itself."""
    if "drilled" in metafunc.fixturenames:
        every = metafunc.config.getoption("every_fault")
        together = [(fault,) for fault in FOUND] if every else [tuple(FOUND)]
        metafunc.parametrize("drilled", together, ids=lambda faults: f"{faults[0].name}+{len(faults) - 1}")


@pytest.fixture(scope="module")
def webmail(say: Say) -> Iterator[Lab]:
    """The pair, up."""
    with standing(PAIR, say) as lab:
        yield lab


def test_webmail_from_debian_is_go_from_a_short_policy(webmail: Lab, tmp_path: Path) -> None:
    """No waiver, no line of code, no page that was made for siteparity."""
    is_go_from_a_short_policy(webmail, tmp_path)


def test_faults_of_webmail_are_found(drilled: tuple[Fault, ...], webmail: Lab, tmp_path: Path) -> None:
    """Alone a fault turns exactly the checks red that it names; in company at least these."""
    with webmail.broken(*(fault.name for fault in drilled)):
        run = gate(webmail, tmp_path)
    for fault in drilled:
        is_found(run, fault, webmail.plan)
    if len(drilled) == 1:
        assert run.red_functions() == set(drilled[0].checks), run.told()


def test_webmail_is_go_again_after_all_faults(webmail: Lab, tmp_path: Path) -> None:
    """Each was mended."""
    is_go_from_a_short_policy(webmail, tmp_path)
