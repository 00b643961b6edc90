"""What the lab's hosts answered: once while all was well, and once under each of many faults.

Answers are kept, not facts: what is read of an answer depends on the policy. Of a fault only those are kept
that are not as before, and only of the aspects that must find it.
"""

from __future__ import annotations

import base64
import json
import lzma
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from siteparity.model import Outcome
from siteparity.transport.script import Answer, Moment

FILE = Path(__file__).with_name("recorded.json.xz")


@dataclass(frozen=True, slots=True)
class Look:
    """The answers of one host to the questions of one aspect, of the first look or of the second."""

    answers: Mapping[str, Answer]
    moment: Moment | None
    reason: str = ""
    """Why there are none."""


Place = tuple[str, str, str, int]
"""Site, host, aspect, and which look: 1 or 2."""

Other = tuple[str, str, str, str]
"""Site, host, aspect, and a piece of the policy without which the host is asked something else."""


@dataclass(frozen=True, slots=True)
class Broken:
    """The lab under one fault."""

    fault: str
    aspects: frozenset[str]
    """Those that must find it."""
    red: Mapping[str, Outcome]
    """The checks that did, by their id in the plan."""
    looks: Mapping[Place, Look]
    """What is not as in the healthy lab."""
    others: Mapping[Other, Mapping[str, Answer]]
    """Question -> its answer under a policy without the piece."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """All that was recorded."""

    healthy: Broken
    faults: Mapping[str, Broken]

    def look(self, place: Place, fault: str | None, gone: Collection[str] = ()) -> Look | None:
        """What was answered there; None if nothing was asked.

        Args:
            place: whose answers.
            fault: that is set.
            gone: the pieces that the policy lacks. If two of them change one question, one of its answers is
                given: nobody was asked without both.
        """
        broken = self.faults[fault] if fault else self.healthy
        look = broken.looks.get(place, self.healthy.looks.get(place))
        if look is None or place[3] != 1:
            return look
        answers = dict(look.answers)
        for piece in gone:
            answers |= broken.others.get((*place[:3], piece), {})
        return Look(answers, look.moment, look.reason)


@cache
def recorded() -> Recorded:
    """What is recorded in `FILE`."""
    saved = json.loads(lzma.decompress(FILE.read_bytes()))
    texts = [
        base64.b64decode(one["base64"]) if isinstance(one, dict) else one.encode()
        for one in saved.pop("texts")
    ]
    faults = {
        name: Broken(
            name,
            frozenset(one["aspects"]),
            {check: Outcome(outcome) for check, outcome in one["red"].items()},
            _looks(one["looks"], texts),
            {
                (site, host, aspect, piece): {
                    question: _answer(answer, texts) for question, answer in answers.items()
                }
                for site, host, aspect, piece, answers in one["others"]
            },
        )
        for name, one in saved.items()
    }
    return Recorded(faults.pop(""), faults)


def write(what: Recorded) -> None:
    """Write the file anew."""
    writing = _Writing()
    saved: dict[str, Any] = {
        name: {
            "aspects": sorted(one.aspects),
            "red": {check: outcome.value for check, outcome in sorted(one.red.items())},
            "looks": writing.looks(one.looks),
            "others": [
                [*other, {question: writing.answer(answer) for question, answer in sorted(answers.items())}]
                for other, answers in sorted(one.others.items())
            ],
        }
        for name, one in {"": what.healthy, **what.faults}.items()
    }
    saved["texts"] = list(writing.texts.values())
    text = json.dumps(saved, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "dict_size": 1 << 28}]
    FILE.write_bytes(lzma.compress(text.encode(), filters=filters))


@dataclass(slots=True)
class _Writing:
    """Each text once, however often it was answered."""

    texts: dict[bytes, Any] = field(default_factory=dict)
    numbers: dict[bytes, int] = field(default_factory=dict)

    def looks(self, looks: Mapping[Place, Look]) -> list[Any]:
        return [[*place, self._look(look)] for place, look in sorted(looks.items())]

    def _look(self, look: Look) -> dict[str, Any]:
        moment = look.moment
        return {
            "answers": {name: self.answer(answer) for name, answer in sorted(look.answers.items())},
            "moment": [moment.before, moment.shown, moment.after] if moment else None,
            "reason": look.reason,
        }

    def answer(self, answer: Answer) -> Any:
        return answer.problem if answer.problem is not None else [self._text(answer.text), answer.status]

    def _text(self, text: bytes) -> int:
        if text not in self.numbers:
            self.numbers[text] = len(self.numbers)
            try:
                self.texts[text] = text.decode()
            except UnicodeDecodeError:
                self.texts[text] = {"base64": base64.b64encode(text).decode()}
        return self.numbers[text]


def _looks(saved: list[Any], texts: list[bytes]) -> dict[Place, Look]:
    return {
        (site, host, aspect, number): Look(
            {name: _answer(answer, texts) for name, answer in look["answers"].items()},
            Moment(*look["moment"]) if look["moment"] else None,
            look["reason"],
        )
        for site, host, aspect, number, look in saved
    }


def _answer(saved: Any, texts: list[bytes]) -> Answer:
    if isinstance(saved, str):
        return Answer(text=b"", status=-1, problem=saved)
    number, status = saved
    return Answer(text=texts[number], status=status, problem=None)
