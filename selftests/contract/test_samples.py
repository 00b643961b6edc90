"""Every probe reads what real hosts answered."""

from __future__ import annotations

from collections import defaultdict

import pytest

from selftests.contract.samples import Sample, as_saved, read, samples, target_of
from siteparity.probes import discover

SAMPLES = list(samples())
REQUIRED_CASES = {"normal", "several", "unreadable"}


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: f"{sample.aspect}-{sample.case}")
def test_a_recorded_answer_is_read_into_the_expected_facts(sample: Sample) -> None:
    """The same answer gives the same facts for ever, or the change is seen here."""
    target = target_of(sample.aspect, sample.site, sample.host)
    facts = as_saved(read(discover()[sample.aspect], sample.answers, target, sample.moment))
    assert {name: facts.get(name) for name in sample.facts} == sample.facts


@pytest.mark.parametrize("aspect", discover())
def test_every_probe_has_its_recorded_samples(aspect: str) -> None:
    """One normal, one with several items, one that cannot be read: no probe is trusted without them."""
    cases: dict[str, set[str]] = defaultdict(set)
    for sample in SAMPLES:
        cases[sample.aspect].add(sample.case)
    assert cases[aspect] >= REQUIRED_CASES


@pytest.mark.parametrize(
    "sample", [one for one in SAMPLES if one.case.startswith("unreadable")], ids=lambda s: s.aspect
)
def test_what_cannot_be_read_is_unmeasured(sample: Sample) -> None:
    """An unreadable answer leaves at least one table unmeasured, with a reason."""
    assert any("unmeasured" in table and table["unmeasured"] for table in sample.facts.values())
