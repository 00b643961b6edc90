"""Whatever is replaced in the code that judges is noticed, by the quick comparison as well."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from siteparity.judging import rules
from siteparity.model import Judgement, Outcome
from siteparity.names import OwnNames
from siteparity.pytest_plugin.judge_integrity import JudgeIntegrity


class _EqualsAll:
    """Says that it equals whatever it is compared with."""

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 0

    def __call__(self) -> None:
        """Judges nothing."""


@pytest.fixture(name="integrity")
def looked_at_once() -> JudgeIntegrity:
    """The judges, found unchanged: from now on the quick comparison comes first."""
    integrity = JudgeIntegrity.of_now()
    assert integrity.broken() == []
    assert integrity.broken() == []
    return integrity


def _function(change: pytest.MonkeyPatch) -> str:
    change.setattr(rules, "same", lambda *_, **__: Judgement((), 1))
    return "siteparity.judging.rules.same"


def _by_what_equals_all(change: pytest.MonkeyPatch) -> str:
    change.setattr(rules, "within", _EqualsAll())
    return "siteparity.judging.rules.within"


def _method(change: pytest.MonkeyPatch) -> str:
    change.setattr(OwnNames, "owns", lambda *_: True)
    return "siteparity.names.OwnNames.owns"


def _code(change: pytest.MonkeyPatch) -> str:
    change.setattr(rules.alike, "__code__", (lambda one, other: True).__code__)  # noqa: ARG005  # as many
    return "siteparity.judging.rules.alike"


def _addition(change: pytest.MonkeyPatch) -> str:
    change.setattr(Outcome, "added", lambda _: True, raising=False)
    return "siteparity.model.Outcome.added"


def _removal(change: pytest.MonkeyPatch) -> str:
    change.delattr(rules, "near")
    return "siteparity.judging.rules.near"


@pytest.mark.parametrize(
    "replace",
    [_function, _by_what_equals_all, _method, _code, _addition, _removal],
    ids=lambda one: one.__name__,
)
def test_what_is_replaced_is_named(
    integrity: JudgeIntegrity, replace: Callable[[pytest.MonkeyPatch], str]
) -> None:
    """A part of a judge that is another object, or another code, is named; and no longer once it is back."""
    with pytest.MonkeyPatch.context() as change:
        name = replace(change)
        assert name in integrity.broken()
        assert name in integrity.broken()
    assert integrity.broken() == []


def test_a_value_that_is_no_part_may_change(integrity: JudgeIntegrity) -> None:
    """A judge may keep what it has found out: that is no other judge."""
    with pytest.MonkeyPatch.context() as change:
        change.setattr(rules, "_kept", {}, raising=False)
        assert integrity.broken() == []
        assert integrity.broken() == []
