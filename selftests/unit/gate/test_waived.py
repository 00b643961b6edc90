"""A result with waivers: what the checks say of themselves is held against what their findings say."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from siteparity import configuration
from siteparity.configuration import Configuration, find_root
from siteparity.gate.assemble import Started, assemble
from siteparity.gate.supervisor import Executed
from siteparity.model import Finding, FindingKind, Group, Judgement, Outcome, Verdict
from siteparity.plan import PlannedCheck
from siteparity.policy.differs import Differs
from siteparity.pytest_plugin.outcome import with_waivers
from siteparity.report import summary
from siteparity.result import Result
from siteparity.runs.journal import CheckLine
from siteparity.waivers import Design, Waivers, difference_digest, load_waivers

STARTED = Started("2026-11-23T030000Z-3f9a", datetime.now(UTC).replace(microsecond=0))
HOSTS = ("web1", "web2")
DIFFERENCE = Finding(
    item="nginx",
    kind=FindingKind.DIFFERENT,
    message="nginx differs",
    primary=(Group(value="1", hosts=HOSTS),),
    standby=(Group(value="2", hosts=HOSTS),),
)
JUDGED = Judgement((DIFFERENCE,), 3)


@pytest.fixture(scope="module")
def settings() -> Configuration:
    """The configuration of this checkout."""
    root = find_root()
    return configuration.load(root, root / "inventories")


def check_of(settings: Configuration, aspect: str, role: str = "web") -> PlannedCheck:
    """The first check of an aspect for a role."""
    return next(one for one in settings.checks if (one.source.aspect, one.role) == (aspect, role))


def waiving(
    settings: Configuration,
    folder: Path,
    check: PlannedCheck,
    expires: timedelta = timedelta(days=9),
    **changes: Any,
) -> Configuration:
    """The configuration with a waiver of `DIFFERENCE` for a check."""
    stanza = {
        "check": check.source.name,
        "role": check.role,
        "item": DIFFERENCE.item,
        "values": difference_digest(DIFFERENCE, *(site.name for site in settings.sites)),
        "reason": "the standby is first",
        "owner": "Platform",
        "approved_by": "J. Doe",
        "ticket": "OPS-1",
        "expires": f"{STARTED.at + expires:%Y-%m-%dT%H:%M:%SZ}",
    }
    path = folder / "waivers.yml"
    path.write_text(yaml.safe_dump([stanza | changes]))
    known = {one.source.name for one in settings.checks} | {one.source.aspect for one in settings.checks}
    return replace(settings, waivers=load_waivers(path, known, tuple(settings.policy.roles)))


def lines(
    settings: Configuration, check: PlannedCheck, judgement: Judgement, **changes: Any
) -> Mapping[str, CheckLine]:
    """The journal of a run in which one check found something, and every other is the same."""
    primary, standby = (site.name for site in settings.sites)
    waivers = Waivers(settings.waivers, STARTED.at, primary, standby, settings.never_waived, settings.designs)

    def line(one: PlannedCheck) -> CheckLine:
        found = judgement if one is check else Judgement((), 3)
        return with_waivers(CheckLine.of(one.id, found, 0.1), one, waivers, settings.checks)

    every = {one.id: line(one) for one in settings.checks}
    return every | {check.id: every[check.id].model_copy(update=changes)}


def judged(
    settings: Configuration,
    journal: Mapping[str, CheckLine],
    seen: Mapping[tuple[str, str], datetime] = {},
) -> Result:
    """The result of a run with this journal."""
    passed = (datetime.now(UTC) - STARTED.at).total_seconds()
    started = replace(STARTED, clock=time.monotonic() - passed)  # a busy machine's clock may be corrected
    return assemble(settings, started, (), Executed(journal, ()), seen)


def outcome_of(result: Result, check: PlannedCheck) -> Outcome:
    """What became of a check."""
    return next(one.outcome for one in result.checks if one.id == check.id)


def test_a_waived_difference_is_a_go_until_the_waiver_ends(settings: Configuration, tmp_path: Path) -> None:
    """A GO lasts no longer than what it stands on."""
    check = check_of(settings, "packages")
    for expires, limit in ((timedelta(hours=1), True), (timedelta(days=9), False)):
        accepted = waiving(settings, tmp_path, check, expires)
        result = judged(accepted, lines(accepted, check, JUDGED))
        assert (result.verdict, result.reasons) == (Verdict.GO, ())
        assert outcome_of(result, check) is Outcome.WAIVED
        (waiver,) = result.waivers
        assert (waiver.state, waiver.used_by, waiver.days_left) == ("active", (check.id,), expires.days)
        whole = result.finished_at + settings.policy.limits.go_valid_for
        assert result.valid_until == (STARTED.at + expires if limit else whole)


def test_a_go_without_waivers_lasts_as_long_as_the_policy_says(settings: Configuration) -> None:
    """Nothing else ends it."""
    check = check_of(settings, "packages")
    result = judged(settings, lines(settings, check, Judgement((), 3)))
    assert result.valid_until == result.finished_at + settings.policy.limits.go_valid_for


def test_the_result_holds_a_waiver_as_the_file_does(settings: Configuration, tmp_path: Path) -> None:
    """Every word of it, so that a report needs no other file."""
    check = check_of(settings, "packages")
    accepted = waiving(settings, tmp_path, check, item="ngin?", pattern_reason="one letter")
    (waiver,) = judged(accepted, lines(accepted, check, JUDGED)).waivers
    assert waiver.model_dump(exclude={"about", "expires", "place"}) == {
        "check": check.source.name,
        "role": "web",
        "item": "ngin?",
        "pattern_reason": "one letter",
        "reason": "the standby is first",
        "owner": "Platform",
        "approved_by": "J. Doe",
        "ticket": "OPS-1",
        "days_left": 9,
        "state": "active",
        "words": "",
        "used_by": (check.id,),
        "renewal": (),
    }
    assert (waiver.about, waiver.place) == ((check.id,), f"{tmp_path}/waivers.yml:1")
    assert waiver.expires == STARTED.at + timedelta(days=9)


OTHER = DIFFERENCE.model_copy(update={"item": "nginx-light", "message": "nginx-light differs"})
SILENT = Finding(
    item="nginx-full",
    kind=FindingKind.UNMEASURED,
    message="x",
    standby=(Group(value=None, hosts=("web1",)),),
)
PATTERN = {"item": "nginx*", "pattern_reason": 'one "source" \u202e package'}


@pytest.mark.parametrize(
    ("found", "changes", "renewal"),
    [
        pytest.param([DIFFERENCE], {}, [], id="it fits"),
        pytest.param([], {}, [], id="nothing is there any more"),
        pytest.param([DIFFERENCE], PATTERN, [], id="its pattern fits"),
        pytest.param([DIFFERENCE, OTHER], PATTERN, [DIFFERENCE, OTHER], id="a new item beside the approved"),
        pytest.param([OTHER, SILENT], PATTERN, [OTHER], id="a new item alone"),
        pytest.param([DIFFERENCE, OTHER], {}, [], id="another item of no concern"),
        pytest.param([DIFFERENCE], {"expires": timedelta(days=-1)}, [DIFFERENCE], id="expired"),
        pytest.param([DIFFERENCE], {"values": "0" * 32}, [DIFFERENCE], id="changed"),
        pytest.param([DIFFERENCE], {"approved_by": "Platform"}, [], id="approved by its owner"),
        pytest.param([DIFFERENCE], PATTERN | {"item": "*n*"}, [], id="too wide"),
        pytest.param(
            [DIFFERENCE], PATTERN | {"item": "*n*", "expires": timedelta(days=-1)}, [], id="wide and old"
        ),
    ],
)
def test_a_waiver_that_no_longer_fits_is_renewed_by_one_paste(
    settings: Configuration,
    tmp_path: Path,
    found: list[Finding],
    changes: dict[str, Any],
    renewal: list[Finding],
) -> None:
    """The gate prints the stanza of what is there now; a person adds who approves it, and until when."""
    check = check_of(settings, "packages")
    accepted = waiving(settings, tmp_path, check, **changes)
    (waiver,) = (result := judged(accepted, lines(accepted, check, Judgement(tuple(found), 3)))).waivers
    assert [one.item for one in waiver.renewal] == [one.item for one in renewal]
    text = summary(result).split("\n")
    pasted = [text[at + 1].strip() for at, line in enumerate(text) if line.startswith("  to renew ")]
    assert len(pasted) == bool(renewal)
    for line in pasted:
        assert line.isprintable()
        signed = line.replace("approved_by: ,", "approved_by: Ada Lovelace,").replace(
            "expires: }", f"expires: {STARTED.at + timedelta(days=9):%Y-%m-%dT%H:%M:%SZ}}}"
        )
        (written,) = yaml.load(signed, yaml.BaseLoader)  # noqa: S506  # texts alone, so no moment is converted
        del written["check"], written["expires"]
        again = waiving(settings, tmp_path, check, **written)
        result = judged(again, lines(again, check, Judgement(tuple(renewal), 3)))
        assert [(one.state, one.renewal) for one in result.waivers] == [("active", ())]
        assert outcome_of(result, check) is Outcome.WAIVED


def test_the_same_difference_without_its_waiver_is_a_no_go(settings: Configuration) -> None:
    """And the result says what a waiver would name."""
    check = check_of(settings, "packages")
    result = judged(settings, lines(settings, check, JUDGED))
    assert result.verdict is Verdict.NO_GO
    (finding,) = next(one.findings for one in result.checks if one.id == check.id)
    assert finding.waiver is None
    assert finding.values == difference_digest(DIFFERENCE, *(site.name for site in settings.sites))


CONTRADICTS = "1 outcome in the journal did not follow from findings and waivers (first: "


def test_the_journals_word_alone_waives_nothing(settings: Configuration) -> None:
    """Whoever writes the journal does not decide what is accepted."""
    check = check_of(settings, "packages")
    said = lines(settings, check, JUDGED, outcome=Outcome.WAIVED)
    result = judged(settings, said)
    assert result.verdict is Verdict.NO_GO
    assert outcome_of(result, check) is Outcome.DIFFERENT
    assert any(reason.startswith(CONTRADICTS) for reason in result.reasons)


def test_a_difference_that_the_checks_did_not_waive_is_none(settings: Configuration, tmp_path: Path) -> None:
    """A file that was changed while the run was under way is no reason to believe either."""
    check = check_of(settings, "packages")
    before = lines(settings, check, JUDGED)
    result = judged(waiving(settings, tmp_path, check), before)
    assert outcome_of(result, check) is Outcome.DIFFERENT
    assert result.verdict is Verdict.NO_GO
    assert all(one.state == "active" for one in result.waivers)


@pytest.mark.parametrize(
    ("aspect", "role", "offered"),
    [("packages", "web", True), ("replication", "db", False), ("site_role", "web", False)],
)
def test_what_can_never_be_accepted_is_not_offered(
    settings: Configuration, aspect: str, role: str, offered: bool
) -> None:
    """No digest in the result, so no stanza on the terminal."""
    check = check_of(settings, aspect, role)
    result = judged(settings, lines(settings, check, JUDGED))
    (finding,) = next(one.findings for one in result.checks if one.id == check.id)
    assert (finding.values is not None) == offered


def test_hashes_that_change_with_each_run_are_not_offered(settings: Configuration) -> None:
    """A waiver of them would be dead in the next run."""
    every = [one for one in settings.checks if one.source.aspect == "secrets" and one.role == "web"]
    offered: dict[tuple[str, ...], bool] = {}
    for check in every:
        result = judged(settings, lines(settings, check, JUDGED))
        (finding,) = next(one.findings for one in result.checks if one.id == check.id)
        offered[check.source.tables] = finding.values is not None
    assert offered == {("states",): True, ("values",): False}


def test_a_waiver_that_is_no_longer_needed_is_no_go_and_no_contradiction(
    settings: Configuration, tmp_path: Path
) -> None:
    """The check says it of itself, and the judge sees the same."""
    check = check_of(settings, "packages")
    accepted = waiving(settings, tmp_path, check)
    result = judged(accepted, lines(accepted, check, Judgement((), 3)))
    assert result.verdict is Verdict.UNKNOWN
    (reason,) = result.reasons
    assert reason.endswith("is no longer needed: what it accepts is not there; remove it")
    assert result.not_needed() == {check.id}


def test_a_check_that_wrongly_says_that_a_waiver_is_needed_or_not_is_not_believed(
    settings: Configuration, tmp_path: Path
) -> None:
    """Both ways."""
    check = check_of(settings, "packages")
    wrong = judged(settings, lines(settings, check, Judgement((), 3), unneeded=("some waiver",)))
    assert wrong.verdict is Verdict.UNKNOWN
    assert wrong.reasons == (f"{CONTRADICTS}{check.id})",)
    accepted = waiving(settings, tmp_path, check)
    silent = judged(accepted, lines(accepted, check, Judgement((), 3), unneeded=()))
    assert any(reason.startswith(CONTRADICTS) for reason in silent.reasons)


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"approved_by": "platform"}, "refused"),
        ({"item": "zlib"}, "unused"),
        ({"values": "0" * 32}, "changed"),
    ],
)
def test_a_waiver_that_does_not_hold_is_told_beside_the_difference(
    settings: Configuration, tmp_path: Path, changes: dict[str, Any], state: str
) -> None:
    """NO-GO comes first, then the waiver."""
    check = check_of(settings, "packages")
    accepted = waiving(settings, tmp_path, check, **changes)
    result = judged(accepted, lines(accepted, check, JUDGED))
    assert result.verdict is Verdict.NO_GO
    assert result.waivers[0].state == state
    assert "differs" in result.reasons[0]
    assert result.reasons[1].startswith("the waiver ")


@pytest.mark.parametrize(("age", "kept"), [(timedelta(days=3), True), (-timedelta(days=3), False)])
def test_a_finding_is_as_old_as_the_history_says_and_never_from_the_future(
    settings: Configuration, age: timedelta, kept: bool
) -> None:
    """A clock that was ahead once makes nothing younger than this run."""
    check = check_of(settings, "packages")
    seen = {(check.id, DIFFERENCE.item): STARTED.at - age}
    result = judged(settings, lines(settings, check, JUDGED), seen)
    (finding,) = next(one.findings for one in result.checks if one.id == check.id)
    assert finding.first_seen == (STARTED.at - age if kept else STARTED.at)


def test_a_broken_line_of_one_check_leaves_the_heavier_word(settings: Configuration) -> None:
    """A line that says "same" beside a difference is not the same."""
    check = check_of(settings, "packages")
    for word in (Outcome.SAME, Outcome.UNMEASURED):
        result = judged(settings, lines(settings, check, JUDGED, outcome=word))
        assert outcome_of(result, check) is Outcome.DIFFERENT
        assert any(reason.startswith(CONTRADICTS) for reason in result.reasons)


def test_a_secret_that_is_hidden_cannot_be_accepted(settings: Configuration, tmp_path: Path) -> None:
    """What stands behind the stars may change unseen."""
    check = check_of(settings, "packages")
    standby = (Group(value="redis://:hunter2hunter2@db/0", hosts=HOSTS),)
    secret = DIFFERENCE.model_copy(update={"standby": standby})
    (shown,) = CheckLine.of(check.id, Judgement((secret,), 1), 0.1).findings
    digest = difference_digest(shown, *(site.name for site in settings.sites))
    accepted = waiving(settings, tmp_path, check, values=digest)
    result = judged(accepted, lines(accepted, check, Judgement((secret,), 1)))
    assert result.verdict is Verdict.NO_GO
    (finding,) = next(one.findings for one in result.checks if one.id == check.id)
    assert (finding.waiver, finding.values) == (None, None)


def test_a_note_reaches_the_result_and_changes_no_verdict(settings: Configuration) -> None:
    """Nor does a check that was not made have one."""
    check = check_of(settings, "packages")
    journal = lines(settings, check, Judgement((), 3, ("less, and enough",)))
    result = judged(settings, journal)
    assert result.verdict is Verdict.GO
    assert {one.id: one.notes for one in result.checks if one.notes} == {check.id: ("less, and enough",)}
    lost = judged(settings, {name: line for name, line in journal.items() if name != check.id})
    assert not any(one.notes for one in lost.checks)


# Differences by design


def meaning(settings: Configuration, check: PlannedCheck, **changes: Any) -> Configuration:
    """The configuration with an entry for `DIFFERENCE` under ``differs``."""
    primary, standby = (site.name for site in settings.sites)
    says = Differs.model_validate(
        {
            "aspect": check.source.aspect,
            "role": check.role,
            "item": DIFFERENCE.item,
            "values": {primary: 1, standby: 2},
            "reason": "the standby is the test site of nginx",
            "approved_by": "Ada Lovelace",
            "review": f"{STARTED.at + timedelta(days=30):%Y-%m-%d}",
        }
        | changes
    )
    return replace(settings, designs=(Design(says, "inventories/policy.yml:12"),))


def test_a_difference_by_design_is_a_go_and_no_waiver(settings: Configuration) -> None:
    """The result tells both apart, and holds every word of the entry."""
    check = check_of(settings, "packages")
    meant = meaning(settings, check)
    result = judged(meant, lines(meant, check, JUDGED))
    assert (result.verdict, result.reasons, result.waivers) == (Verdict.GO, (), ())
    assert outcome_of(result, check) is Outcome.BY_DESIGN
    (finding,) = next(one.findings for one in result.checks if one.id == check.id)
    assert finding.waiver is None
    assert str(finding.design).startswith("the standby is the test site of nginx (approved by Ada Lovelace")
    (design,) = result.differs
    assert design.about[0] == check.id
    assert design.model_dump(exclude={"about"}) == {
        "place": "inventories/policy.yml:12",
        "aspects": ("packages",),
        "role": "web",
        "items": ("nginx",),
        "expected": "dallas 1 | arizona 2",
        "reason": "the standby is the test site of nginx",
        "approved_by": "Ada Lovelace",
        "review": (STARTED.at + timedelta(days=30)).date(),
        "days_left": 30,
        "state": "active",
        "words": "",
        "used_by": (check.id,),
    }


def test_a_go_ends_with_the_day_of_review(settings: Configuration) -> None:
    """From then on the difference counts. An entry about other sites ends nothing."""
    check = check_of(settings, "packages")
    today = f"{STARTED.at:%Y-%m-%d}"
    meant = meaning(settings, check, review=today)
    result = judged(meant, lines(meant, check, JUDGED))
    midnight = STARTED.at.replace(hour=0, minute=0, second=0) + timedelta(days=1)
    whole = result.finished_at + settings.policy.limits.go_valid_for
    assert result.valid_until == min(midnight, whole)
    other = meaning(settings, check, review=today, values={"nevada": 1, "utah": 2})
    result = judged(other, lines(other, check, Judgement((), 3)))
    assert result.valid_until == result.finished_at + settings.policy.limits.go_valid_for
    assert [one.state for one in result.differs] == ["other sites"]


def test_the_journals_word_alone_makes_nothing_by_design(settings: Configuration) -> None:
    """Neither the outcome that it states nor the words beside a finding."""
    check = check_of(settings, "packages")
    claimed = DIFFERENCE.model_copy(update={"design": "it is meant so"})
    said = lines(settings, check, JUDGED, outcome=Outcome.BY_DESIGN, findings=(claimed,))
    result = judged(settings, said)
    assert result.verdict is Verdict.NO_GO
    assert outcome_of(result, check) is Outcome.DIFFERENT
    (finding,) = next(one.findings for one in result.checks if one.id == check.id)
    assert finding.design is None
    assert any(reason.startswith(CONTRADICTS) for reason in result.reasons)


def test_what_the_checks_did_not_take_for_design_is_none(settings: Configuration) -> None:
    """A policy that was changed while the run was under way."""
    check = check_of(settings, "packages")
    before = lines(settings, check, JUDGED)
    result = judged(meaning(settings, check), before)
    assert outcome_of(result, check) is Outcome.DIFFERENT
    assert result.verdict is Verdict.NO_GO


@pytest.mark.parametrize(
    ("changes", "state", "verdict", "told"),
    [
        (
            {"values": {"dallas": 1, "arizona": 3}},
            "changed",
            Verdict.NO_GO,
            "expected dallas 1 | arizona 3, found nginx differs; mend what differs, or correct the entry",
        ),
        ({"review": "2020-01-01"}, "refused", Verdict.NO_GO, "should have been reviewed by 2020-01-01"),
        ({"item": "zlib"}, "unused", Verdict.NO_GO, "and the sites do not differ; remove it"),
    ],
)
def test_an_entry_that_does_not_hold_is_told_beside_the_difference(
    settings: Configuration, changes: dict[str, Any], state: str, verdict: Verdict, told: str
) -> None:
    """The finding counts as if the entry were not there, and the entry is a reason of its own."""
    check = check_of(settings, "packages")
    meant = meaning(settings, check, **changes)
    result = judged(meant, lines(meant, check, JUDGED))
    assert (result.verdict, result.differs[0].state) == (verdict, state)
    assert "differs" in result.reasons[0]
    assert result.reasons[1].startswith("the entry inventories/policy.yml:12 under differs (packages, web, ")
    assert told in result.reasons[1]


def test_an_entry_for_what_no_longer_differs_is_no_go_by_itself(settings: Configuration) -> None:
    """The check says it of itself if the entry names it alone, and the judge sees the same."""
    check = check_of(settings, "packages")
    for aspect, unneeded in ((check.source.name, {check.id}), ("packages", set[str]())):
        meant = meaning(settings, check, aspect=aspect)
        result = judged(meant, lines(meant, check, Judgement((), 3)))
        assert result.verdict is Verdict.UNKNOWN
        (reason,) = result.reasons
        assert reason.endswith("and the sites do not differ; remove it")
        assert result.not_needed() == unneeded
