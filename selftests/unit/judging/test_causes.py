"""One cause and many red checks: the answer leads with the cause, and loses nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from siteparity.judging.causes import Away, causes, ranked, reasons
from siteparity.model import FindingKind, Harm, Outcome, Severity
from siteparity.result import SavedCheck, SavedFinding

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def finding(message: str, kind: FindingKind = FindingKind.UNMEASURED) -> SavedFinding:
    """A finding of which only the words matter."""
    return SavedFinding(
        item="x", kind=kind, primary=(), standby=(), message=message,
        effect="", fix="", first_seen=NOW, waiver=None,
    )  # fmt: skip


def check(
    name: str,
    outcome: Outcome,
    *said: str,
    role: str = "web",
    severity: Severity = Severity.BLOCKER,
) -> SavedCheck:
    """``aspect.function`` with what was said of it."""
    aspect, _, function = name.partition(".")
    kind = FindingKind.UNMEASURED if outcome is Outcome.UNMEASURED else FindingKind.DIFFERENT
    known: dict[str, Any] = {"owner": "", "why": "", "compared": 1, "seconds": 0.0}
    return SavedCheck(
        id=f"tests/parity/test_{aspect}.py::test_{function}[{role}]",
        kind="parity",
        aspect=aspect,
        role=role,
        severity=severity,
        outcome=outcome,
        sentence=function,
        findings=tuple(finding(one, kind) for one in said),
        **known,
    )


def away(name: str, reason: str = "connection refused", role: str = "web") -> SavedCheck:
    """A check that could not be made on one host."""
    return check(name, Outcome.UNMEASURED, f"arizona/web2: {name.partition('.')[0]}: {reason}", role=role)


def test_a_host_that_gives_every_check_the_same_reason_is_one_cause() -> None:
    """The question's name differs, the reason does not."""
    checks = [away("packages.one"), away("services.two"), check("locales.three", Outcome.SAME)]
    (cause,) = causes(checks, {})
    assert (cause.sentence, cause.root) == ("arizona/web2: connection refused", None)
    assert cause.checks == (checks[0].id, checks[1].id)


def test_a_single_check_that_could_not_be_made_is_no_cause() -> None:
    """It says for itself what is wrong."""
    assert causes([away("packages.one"), away("services.two", "timed out after 10 s")], {}) == ()


def test_a_difference_is_never_put_down_to_a_silent_host() -> None:
    """What was measured stands for itself."""
    mixed = check("smoke.three", Outcome.DIFFERENT, "slow")
    (cause,) = causes([away("packages.one"), away("services.two"), mixed], {})
    assert mixed.id not in cause.checks


def test_a_check_brings_down_those_that_it_names_and_what_those_name_in_turn() -> None:
    """Within its aspect for its own role alone; other aspects whatever their role."""
    root, second = (
        check("zone.agreed", Outcome.DIFFERENT, "x"),
        check("zone.instants", Outcome.DIFFERENT, "x"),
    )
    other_role = check("zone.instants", Outcome.DIFFERENT, "x", role="db")
    third = check("jobs.late", Outcome.UNMEASURED, "x", role="db")
    leads_to = {root.id: ("zone.instants",), second.id: ("jobs",)}
    (cause,) = causes([root, second, other_role, third], leads_to)
    assert (cause.root, set(cause.checks)) == (root.id, {second.id, third.id})
    assert cause.sentence == "agreed (web)"


def test_what_holds_brings_nothing_down() -> None:
    """Nor does what could not be measured: it may hold."""
    second = check("zone.instants", Outcome.DIFFERENT, "x")
    for outcome in (Outcome.SAME, Outcome.UNMEASURED, Outcome.WAIVED):
        root = check("zone.agreed", outcome, "x")
        assert causes([root, second], {root.id: ("zone.instants",)}) == ()


def test_a_cause_of_most_of_what_is_red_is_the_first_reason_and_a_lesser_one_the_last() -> None:
    """The first line says what to mend first."""
    red = [away("packages.one"), away("services.two")]
    others = [check(f"files.number_{number}", Outcome.DIFFERENT, "x") for number in range(3)]
    said = "arizona/web2: connection refused; 2 checks could not be made because of it"
    assert reasons(causes(red, {}), red, ("2 checks could not be made",))[0] == said
    every = [*red, *others]
    assert reasons(causes(every, {}), every, ("3 blockers differ",)) == ("3 blockers differ", said)


def test_a_cause_that_only_warnings_have_is_told_and_is_no_reason() -> None:
    """A GO has no reasons; and what decides nothing must not lead the answer."""
    said = "arizona/web2: monitoring: connection refused"
    warnings = [
        check(f"monitoring.{name}", Outcome.UNMEASURED, said, severity=Severity.WARNING)
        for name in ("one", "two")
    ]
    (cause,) = causes(warnings, {})
    assert cause.sentence == "arizona/web2: connection refused"
    assert reasons([cause], warnings, ()) == ()
    every = [*warnings, away("packages.three")]
    assert reasons(causes(every, {}), every, ("1 check could not be made",))[0].startswith(cause.sentence)


def test_hosts_of_a_site_that_do_not_answer_are_one_cause() -> None:
    """Whatever else each check of theirs would have asked; what another host said is no part of it."""
    silent = Away(
        "3 of 5 Arizona hosts answer, not web2 and db1", {"arizona/web2": "refused", "arizona/db1": "refused"}
    )
    two = check(
        "files.two", Outcome.UNMEASURED, "arizona/web2: files: refused", "arizona/db1: files: refused"
    )
    mixed = check(
        "path.mixed", Outcome.UNMEASURED, "arizona/web2: path: refused", "arizona/web1: path: no ping"
    )
    (cause,) = causes([away("packages.one"), two, mixed], {}, away=[silent])
    assert (cause.sentence, cause.root) == (silent.words, None)
    assert len(cause.checks) == 2
    assert mixed.id not in cause.checks
    assert cause.said == ("arizona/web2: refused", "arizona/db1: refused")


def test_the_cause_of_most_takes_what_a_lesser_one_names_too() -> None:
    """A stopped server before what fails with it, whichever file stands first."""
    lesser = check("access.denied", Outcome.DIFFERENT, "x")
    root = check("services.stopped", Outcome.DIFFERENT, "x")
    follows = [check(f"logins.number_{number}", Outcome.DIFFERENT, "x") for number in range(2)]
    leads_to = {lesser.id: ("logins.number_0",), root.id: ("access", "logins")}
    (cause,) = causes([lesser, *follows, root], leads_to)
    assert (cause.root, len(cause.checks)) == (root.id, 3)


def test_the_worst_for_customers_comes_first_and_a_cause_before_what_follows_from_it() -> None:
    """What follows counts for its cause."""
    slow = check("a.slow", Outcome.DIFFERENT, "x")
    root = check("b.stopped", Outcome.DIFFERENT, "x").model_copy(update={"harm": Harm.LATER})
    lost = check("c.lost", Outcome.DIFFERENT, "x").model_copy(update={"harm": Harm.LOSS})
    unknown = check("d.unknown", Outcome.UNMEASURED, "x").model_copy(update={"harm": Harm.LOSS})
    checks = [unknown, slow, root, lost]
    found = causes(checks, {root.id: ("c.lost",)})
    assert ranked(checks, found) == (root, lost, slow, unknown)
    assert reasons(found, checks, ("3 blockers differ",))[0] == "3 blockers differ"
