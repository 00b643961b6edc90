"""What is damaged: the recorded answers of real hosts, made small.

Reading a sample may take 25 ms, and ten thousand readings are wanted. So lines are removed as long as every
table that could be read can still be read and is not empty.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from selftests.contract.samples import Sample, read, samples, target_of
from siteparity.model import Facts, Table, Unmeasured
from siteparity.probes import Probe, Target, discover
from siteparity.transport.script import Answer

SMALL_BYTES = 600
"""An answer below this is left as it is."""


@dataclass(frozen=True)
class Seed:
    """One recorded sample of an aspect, small, and what is read from it."""

    probe: Probe[Any]
    target: Target[Any]
    sample: Sample
    answers: Mapping[str, Answer]
    facts: Facts

    @property
    def is_unreadable(self) -> bool:
        """Whether it was recorded to show what cannot be read."""
        return self.sample.case == "unreadable"

    def read(self, answers: Mapping[str, Answer]) -> Facts:
        """What other answers would have been read as."""
        return read(self.probe, answers, self.target, self.sample.moment)


@cache
def seeds(aspect: str) -> tuple[Seed, ...]:
    """Every sample of an aspect."""
    return tuple(_seed(sample) for sample in samples() if sample.aspect == aspect)


def _seed(sample: Sample) -> Seed:
    probe, target = discover()[sample.aspect], target_of(sample.aspect, sample.site, sample.host)
    whole = Seed(probe, target, sample, sample.answers, read(probe, sample.answers, target, sample.moment))
    answers = dict(sample.answers)
    for name, answer in sample.answers.items():

        def still_tells(text: bytes, name: str = name, answer: Answer = answer) -> bool:
            return _tells(whole.facts) == _tells(whole.read({**answers, name: replace(answer, text=text)}))

        answers[name] = replace(answer, text=smaller(answer.text, still_tells))
    return replace(whole, answers=answers, facts=whole.read(answers))


def _tells(facts: Facts) -> Mapping[str, bool | str]:
    return {
        name: table.reason if isinstance(table, Unmeasured) else bool(table) for name, table in facts.items()
    }


def smaller(data: bytes, still: Callable[[bytes], bool]) -> bytes:
    """The data without the lines that are not needed; halves first, then ever smaller pieces."""
    lines = data.splitlines(keepends=True)
    piece = len(lines) // 2
    while piece and len(data) > SMALL_BYTES:
        at = 0
        while at < len(lines):
            tried = lines[:at] + lines[at + piece :]
            if still(b"".join(tried)):
                lines = tried
            else:
                at += piece
        data = b"".join(lines)
        piece //= 2
    return data


def measured(facts: Facts) -> Iterator[tuple[str, Table]]:
    """The tables that could be read."""
    for name, table in facts.items():
        if not isinstance(table, Unmeasured):
            yield name, table
