"""Every answer names where the policy asks for less than usual."""

from __future__ import annotations

import pytest

from selftests.browser import examples
from siteparity.model import FindingKind, Outcome, Severity, Verdict
from siteparity.report import summary, verdict_line
from siteparity.report.html import render
from siteparity.report.limits import limits
from siteparity.report.view import page
from siteparity.result import Result, SavedDowngrade, SavedLoosened


def loosened(key: str = "max_distance", reason: str = "nightly import") -> SavedLoosened:
    """A limit of replication."""
    return SavedLoosened(section="replication", key=key, value="4GiB", usual="16MiB", reason=reason)


def downgraded(aspect: str = "dns", kind: str = "parity", reason: str = "a new provider") -> SavedDowngrade:
    """An aspect that is a warning."""
    return SavedDowngrade(kind=kind, aspect=aspect, checks=5, reason=reason)  # type: ignore[arg-type]


def with_exceptions(result: Result, *made: SavedLoosened | SavedDowngrade) -> Result:
    """A result with these exceptions."""
    kinds = {"loosened": SavedLoosened, "downgraded": SavedDowngrade}
    return result.model_copy(
        update={name: tuple(one for one in made if isinstance(one, of)) for name, of in kinds.items()}
    )


@pytest.mark.parametrize("name", ["go", "no_go", "unknown"])
def test_loosened_limits_stand_on_one_line_before_the_verdict(name: str) -> None:
    """Of every answer."""
    result = with_exceptions(getattr(examples, name)(), loosened(), loosened("max_silence", ""))
    said = summary(result).split("\n")
    assert said[-2] == (
        "2 limits are looser than the default: replication.max_distance 4GiB (16MiB), "
        "replication.max_silence 4GiB (16MiB)"
    )
    assert said[-1] == verdict_line(result)


def test_one_limit_is_one_and_many_are_counted() -> None:
    """The line stays short."""
    result = examples.go()
    assert "\n1 limit is looser than the default: " in summary(with_exceptions(result, loosened()))
    many = with_exceptions(result, *(loosened(f"key{number}") for number in range(11)))
    assert "\n11 limits are looser than the default: " in summary(many)
    assert " and 3 more\n" in summary(many)


def test_without_exceptions_nothing_is_said() -> None:
    """A line that is always there is not read."""
    said = summary(examples.go())
    assert "looser" not in said
    assert "downgraded" not in said
    assert "by the policy" not in said


@pytest.mark.parametrize(
    ("made", "words"),
    [
        ((downgraded(),), "; 1 aspect downgraded to warning: dns"),
        ((downgraded(), downgraded("waf")), "; 2 aspects downgraded to warning: dns, waf"),
        ((downgraded("admin", "smoke"),), "; 1 journey downgraded to warning: admin"),
        (
            (downgraded(), downgraded("admin", "smoke")),
            "; 1 aspect and 1 journey downgraded to warning: dns, admin",
        ),
    ],
)
def test_the_last_line_of_a_go_names_what_cannot_stop_it(
    made: tuple[SavedDowngrade, ...], words: str
) -> None:
    """Many people read nothing else."""
    assert verdict_line(with_exceptions(examples.go(), *made)).endswith(words)
    assert words not in verdict_line(with_exceptions(examples.no_go(), *made))


def test_a_downgrade_and_its_reason_stand_before_the_verdict() -> None:
    """With the number of checks, of every answer."""
    for result in (examples.go(), examples.no_go(), examples.unknown()):
        said = summary(with_exceptions(result, downgraded())).split("\n")
        assert said[-2] == "dns: 5 checks are warnings by the policy: a new provider"


def test_the_page_lists_looser_limits_among_what_the_answer_does_not_cover() -> None:
    """With their reasons; downgrades stand among what the answer is about."""
    result = with_exceptions(examples.go(), loosened(), downgraded(), loosened("max_silence", ""))
    said = limits(result)
    assert (
        "The policy allows 4GiB for replication.max_distance, where 16MiB is usual. "
        "Its reason: nightly import" in said
    )
    assert "The policy allows 4GiB for replication.max_silence, where 16MiB is usual." in said
    assert "where 16MiB is usual. Its reason: nightly import" in render(result)


@pytest.mark.parametrize("text", [one for one in examples.HOSTILE if one.isprintable()][:40])
def test_a_reason_drives_neither_page_nor_terminal(text: str) -> None:
    """It is text, whoever wrote it."""
    result = with_exceptions(examples.go(), loosened(reason=text), downgraded(reason=text))
    assert summary(result).split("\n")[-1] == verdict_line(result)
    assert "<script>alert" not in render(result)


def test_an_unmeasured_warning_is_shown_as_a_warning() -> None:
    """Its state does not stop a failover; it is told in the terminal, on the page, and as a limit."""
    gap = examples.finding("agents", FindingKind.UNMEASURED, message="arizona/web2: no answer")
    others = [one for one in examples.all_same() if one.aspect != "monitoring"]
    unmeasured = examples.check(
        "monitoring", "web", Outcome.UNMEASURED, [gap], severity=Severity.WARNING, sentence="Agents answer"
    )
    result = examples.result([*others, unmeasured], Verdict.GO)
    said = summary(result)
    assert "monitoring: Agents answer\n  not known, a warning; warning; " in said
    assert "1 unmeasured" in verdict_line(result)
    shown = page(result)
    assert (shown.stops, [card.sentence for card in shown.warnings]) == ((), ["Agents answer"])
    assert "1 warning could not be measured; warnings decide nothing." in shown.limits
    assert "would not stop us" in render(result)
