"""Every table reader of every probe on damaged answers: typed facts, or the one declared exception."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace

import pytest

from selftests.fuzz.conftest import Try
from selftests.fuzz.corpus import seeds
from selftests.fuzz.damage import damaged, lessened
from siteparity.model import Unmeasured
from siteparity.probes import discover
from siteparity.transport.script import NO_STATUS, Answer

pytestmark = pytest.mark.timeout(3600)

_WHOLE = 0.15
"""How often an answer is left as it is, so that what is read after it is reached."""


@pytest.mark.parametrize("aspect", discover())
def test_a_damaged_answer_gives_facts_or_unmeasured_and_nothing_else(aspect: str, try_out: Try) -> None:
    """No other exception, whatever stands there.

    Every table of the aspect is read from every example. And what could not be read when it was recorded does
    not become healthy when even more of it is missing, or stands elsewhere.
    """
    found = seeds(aspect)
    texts = [answer.text for seed in found for answer in seed.answers.values() if answer.text]
    healthy = {
        (name, tuple(sorted(table.items())))
        for seed in found
        for name, table in seed.facts.items()
        if not isinstance(table, Unmeasured) and table
    }

    def trial(number: int) -> None:
        chance = random.Random(number)  # noqa: S311  # nothing is kept secret with it
        seed = chance.choice(found)
        hurts = _lessened if seed.is_unreadable and chance.random() < 0.5 else _damaged  # half and half
        answers = {name: hurts(chance, answer, texts) for name, answer in seed.answers.items()}
        for name, table in seed.read(answers).items():
            assert isinstance(seed.facts.get(name), Unmeasured | Mapping)
            if isinstance(table, Unmeasured):
                assert table.reason, name
            elif isinstance(seed.facts[name], Unmeasured) and hurts is _lessened:
                assert (name, tuple(sorted(table.items()))) not in healthy, (name, answers)

    try_out(trial)


def _damaged(chance: random.Random, answer: Answer, texts: list[bytes]) -> Answer:
    if answer.problem is not None:
        return answer
    if chance.random() < _WHOLE:
        return answer
    if chance.random() < 0.05:
        return Answer(b"", NO_STATUS, "timed out after 10 s")
    text = damaged(chance.getrandbits(64), answer.text, texts)
    return replace(
        answer, text=text, status=chance.choice((answer.status, answer.status, answer.status, 0, 1, 255))
    )


def _lessened(chance: random.Random, answer: Answer, _: list[bytes]) -> Answer:
    return replace(answer, text=lessened(chance.getrandbits(64), answer.text))


def test_a_seed_tells_what_the_whole_sample_told() -> None:
    """Made small, it is still an answer that can be read: else only refusals would be tried out."""
    for aspect in discover():
        assert any(
            not isinstance(table, Unmeasured) for seed in seeds(aspect) for table in seed.facts.values()
        )
