"""Faults that are drilled together can be told apart, and none is left out."""

from __future__ import annotations

from collections import Counter

import pytest

from lab.drills import checks_of_faults
from lab.faults import Fault, catalogue
from selftests.lab.companies import MOST, RUNNING, companies

CHECKS_OF = checks_of_faults()
FAULTS = {name: found for name, found in catalogue().items() if found[0] != "hosts"}
COMPANIES = companies(FAULTS, CHECKS_OF)


def test_every_fault_is_drilled_once() -> None:
    """Whatever company it keeps."""
    assert Counter(fault.name for company in COMPANIES for fault in company) == Counter(list(FAULTS))


@pytest.mark.parametrize("company", [one for one in COMPANIES if len(one) > 1], ids=lambda one: one[0].name)
def test_a_red_check_tells_which_fault_of_a_company_it_saw(company: tuple[Fault, ...]) -> None:
    """No check is to catch two of them, and none is there that must be alone."""
    caught = Counter(check for fault in company for check in set(CHECKS_OF[fault.name]))
    assert [check for check, times in caught.items() if times > 1] == []
    assert not any(fault.alone or fault.undone_by_reset for fault in company)
    assert len(company) <= MOST


def test_one_by_one_each_is_alone() -> None:
    """As ``--alone`` wants it."""
    assert {len(company) for company in companies(FAULTS, CHECKS_OF, most=1)} == {1}


def test_the_checks_of_what_runs_are_there() -> None:
    """A check that was renamed would no longer keep restarts away from its faults."""
    assert {check.partition("::")[2] for checks in CHECKS_OF.values() for check in checks} >= RUNNING
