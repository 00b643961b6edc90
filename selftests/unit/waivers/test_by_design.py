"""Differences by design: which finding an entry under ``differs`` accepts, and how it speaks against GO."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeAlias

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from selftests.unit.waivers.test_waivers import check, digest, stanza
from siteparity.model import ConfigurationError, Finding, FindingKind, Group, Judgement, Outcome, Value
from siteparity.plan import PlannedCheck
from siteparity.policy.differs import NONE, Differs, Entry
from siteparity.redaction import HIDDEN
from siteparity.waivers import (
    FARTHEST,
    Design,
    Found,
    State,
    Waiver,
    Waivers,
    designs,
    load_waivers,
    reasons,
    statuses,
)
from siteparity.waivers.by_design import matches

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
NEVER = frozenset({"replication"})
HOSTS = ("db1", "db2")
Said: TypeAlias = Value | tuple[Value | None, ...] | None
"""What the hosts of a site say: all the same, or each its own."""

UP, ENABLED = check("services", "are_up", "db"), check("services", "are_enabled", "db")
TIMERS = check("schedules", "timers_say_the_same", "db")
JOURNEY = replace(check("services", "are_up", "edge"), source=replace(UP.source, kind="smoke"))
"""A journey of the aspect's name."""
EVERY = (UP, ENABLED, TIMERS, check("services", "are_up", "web"), JOURNEY)


def entry(**changes: Any) -> Differs:
    """The backup timer of one site; a key that is None is left out."""
    whole = {
        "aspect": "services",
        "role": "db",
        "item": "backup.timer",
        "values": {"dallas": "enabled*", "arizona": NONE},
        "reason": "backups are taken at Dallas",
        "approved_by": "Ada Lovelace",
        "review": "2027-05-31",
    }
    return Differs.model_validate(
        {key: value for key, value in (whole | changes).items() if value is not None}
    )


def only_at(site: str, **changes: Any) -> Differs:
    """An entry for what one site has."""
    return entry(values=None, only_at=site, **changes)


def judged(
    *entries: Differs, now: datetime = NOW, primary: str = "dallas", standby: str = "arizona"
) -> Waivers:
    """The entries in a run, without waivers."""
    listed = tuple(Design(one, f"policy.yml:{line}") for line, one in enumerate(entries, 7))
    return Waivers((), now, primary, standby, NEVER, listed)


def finding(
    primary: Said = "enabled by timers.target",
    standby: Said = None,
    item: str = "backup.timer",
    kind: FindingKind = FindingKind.MISSING,
) -> Finding:
    """What a check found; several values of a site belong to a host each."""
    return Finding(
        item=item, kind=kind, message=f"{item} differs", primary=groups(primary), standby=groups(standby)
    )


def groups(values: Said) -> tuple[Group, ...]:
    """The hosts of a site by their values."""
    if isinstance(values, tuple):
        return tuple(Group(value=one, hosts=(host,)) for one, host in zip(values, HOSTS, strict=False))
    return (Group(value=values, hosts=HOSTS),)


SILENT = Finding(
    item="active", kind=FindingKind.UNMEASURED, message="x", standby=(Group(value=None, hosts=("db1",)),)
)


def outcome_of(waivers: Waivers, of: PlannedCheck, *found: Finding) -> Outcome:
    """What becomes of a check that found this."""
    return Judgement(waivers.applied(of, found), 1).outcome


def states(waivers: Waivers, *found: Found) -> list[tuple[State, str]]:
    """What became of each entry."""
    return [(one.state, one.words) for one in statuses(waivers, found)]


# What is accepted


def test_an_entry_accepts_the_difference_that_is_meant() -> None:
    """The finding says why, who and until when; it is no waiver's."""
    waivers = judged(entry())
    (seen,) = waivers.applied(UP, [finding()])
    assert seen.design == (
        "backups are taken at Dallas (approved by Ada Lovelace, to be reviewed by 2027-05-31)"
    )
    assert seen.waiver is None
    assert outcome_of(waivers, UP, finding()) is Outcome.BY_DESIGN
    assert states(waivers, Found(UP, Outcome.BY_DESIGN, [finding()])) == [(State.ACTIVE, "")]


OTHERS: dict[str, tuple[PlannedCheck, Finding]] = {
    "another item": (UP, finding(item="backup.service")),
    "a longer item": (UP, finding(item="backup.timer.d")),
    "another role": (check("services", "are_up", "web"), finding()),
    "another aspect": (TIMERS, finding()),
    "another value at the primary": (UP, finding("not enabled")),
    "nothing at the primary": (UP, finding(None)),
    "a value at the standby": (UP, finding(standby="not enabled", kind=FindingKind.DIFFERENT)),
    "the other way round": (UP, finding(None, "enabled by timers.target", kind=FindingKind.EXTRA)),
    "a host without it": (UP, finding(("enabled by timers.target", None), kind=FindingKind.UNEVEN)),
    "a host with another value": (
        UP,
        finding(("enabled by timers.target", "enabled by hand"), kind=FindingKind.UNEVEN),
    ),
    "a host of the standby that has it": (UP, finding(standby=(None, "x"), kind=FindingKind.UNEVEN)),
    "no host of the standby": (UP, finding(standby=())),
    "no host of the primary": (UP, finding(primary=())),
    "not measured": (UP, finding(kind=FindingKind.UNMEASURED)),
    "a broken expectation": (UP, finding(kind=FindingKind.EXPECTATION)),
    "a hidden secret": (UP, finding(f"enabled {HIDDEN}")),
}


@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("one", [entry(), only_at("dallas")], ids=["values", "only_at"])
def test_an_entry_accepts_nothing_else(one: Differs, other: str) -> None:
    """Whatever differs from what is meant is found as if the entry were not there."""
    about, found = OTHERS[other]
    if one.only_at and other == "another value at the primary":
        return
    waivers = judged(one)
    assert waivers.accepting(about, found) is None
    assert waivers.applied(about, [found]) == (found,)
    assert outcome_of(waivers, about, found) is not Outcome.BY_DESIGN


def test_what_one_site_has_may_change_there() -> None:
    """A backup tool may be upgraded: the entry is about where it is."""
    waivers = judged(only_at("dallas"))
    for value in ("1", "2", 3, True):
        assert outcome_of(waivers, UP, finding(value)) is Outcome.BY_DESIGN
    assert outcome_of(waivers, UP, finding(("1", "2"), kind=FindingKind.UNEVEN)) is Outcome.DIFFERENT


def test_only_at_the_standby_too() -> None:
    """A site that takes the backups may be the one that waits."""
    waivers = judged(only_at("arizona"))
    assert outcome_of(waivers, UP, finding(None, "x", kind=FindingKind.EXTRA)) is Outcome.BY_DESIGN
    assert outcome_of(waivers, UP, finding("x", None)) is Outcome.DIFFERENT


@pytest.mark.parametrize(
    ("values", "accepted"),
    [
        ({"dallas": 5, "arizona": 3}, (5, 3)),
        ({"arizona": 3, "dallas": 5}, (5, 3)),
        ({"primary": 5, "standby": 3}, (5, 3)),
        ({"primary": "5", "standby": "3"}, (5, 3)),
        ({"dallas": 5, "arizona": 3}, ("5", "3")),
        ({"dallas": 5, "arizona": 3}, (5.0, 3.0)),
        ({"dallas": "2.5", "arizona": "2*"}, (2.5, 2.25)),
        ({"dallas": True, "arizona": False}, (True, False)),
        ({"dallas": True, "arizona": False}, ("yes", "no")),
        ({"dallas": True, "arizona": False}, ("true", "false")),
        ({"dallas": "no", "arizona": "yes"}, (False, True)),
        ({"dallas": r"\*/5 \* * *", "arizona": NONE}, ("*/5 * 3 9", None)),
    ],
)
def test_a_value_is_compared_as_people_read_it(
    values: dict[str, Any], accepted: tuple[Value | None, Value | None]
) -> None:
    """Reports do not show types; the sites' order in the file does not count."""
    waivers = judged(entry(values=values))
    found = finding(*accepted, kind=FindingKind.DIFFERENT)
    assert outcome_of(waivers, UP, found) is Outcome.BY_DESIGN
    other = finding(accepted[1], accepted[0], kind=FindingKind.DIFFERENT)
    assert outcome_of(waivers, UP, other) is Outcome.DIFFERENT


@pytest.mark.parametrize(
    ("expected", "found", "holds"),
    [
        (NONE, None, True),
        (NONE, "none", False),
        ("none*", "none", True),
        ("*x", None, False),
        ("*x", "a\nx", True),
        ("x*", "ax", False),
        ("a.c", "abc", False),
        ("[ab]?", "a?", False),
        ("[ab]?", "[ab]?", True),
        (1, True, False),
        (True, 1, False),
        (1, "01", False),
        ("", "", True),
        (False, None, False),
        (r"\*", "*", True),
        (r"\*", "x", False),
        (r"a\b", r"a\b", True),
        ("aa*aa", "aaa", False),
        ("aa*aa", "aaaa", True),
        ("x*a*a", "xa", False),
        ("x*a*a", "xaa", True),
        ("x*a*a*y", "xay", False),
    ],
)
def test_a_star_is_the_only_pattern(expected: bool | int | str, found: Value | None, holds: bool) -> None:
    """And "none" says that the item is missing, not that a host says so."""
    assert matches(expected, found) is holds


@given(st.text("a*\\.?[", max_size=6), st.text("a*\\.?[", max_size=6))
def test_a_pattern_matches_what_a_slow_reading_says(pattern: str, text: str) -> None:
    """Against a reading without regular expressions."""
    parts = re.findall(r"\\\*|.", pattern)

    def fits(at: int, rest: str) -> bool:
        if at == len(parts):
            return not rest
        if parts[at] == "*":
            return any(fits(at + 1, rest[skip:]) for skip in range(len(rest) + 1))
        plain = parts[at].replace("\\*", "*")
        return rest.startswith(plain) and fits(at + 1, rest[len(plain) :])

    assert matches(pattern, text) is fits(0, text)


def test_a_host_cannot_make_a_pattern_slow() -> None:
    """A text that nearly fits, and is as long as a value may be."""
    began = time.process_time()
    assert not matches("*a*b*c*d", "ab" * 32_000 + "d")
    assert time.process_time() - began < 0.5


BY_CHECK = entry(
    values={
        UP.source.name: {"dallas": "up", "arizona": NONE},
        ENABLED.source.name: {"dallas": "enabled*", "arizona": "not enabled"},
    }
)


def test_values_may_be_written_check_by_check() -> None:
    """Each check is held to its own, and each must differ."""
    waivers = judged(BY_CHECK)
    up, enabled = finding("up"), finding("enabled by x", "not enabled", kind=FindingKind.DIFFERENT)
    assert outcome_of(waivers, UP, up) is Outcome.BY_DESIGN
    assert outcome_of(waivers, ENABLED, enabled) is Outcome.BY_DESIGN
    assert outcome_of(waivers, UP, enabled) is Outcome.DIFFERENT
    assert outcome_of(waivers, ENABLED, up) is Outcome.DIFFERENT
    assert outcome_of(waivers, check("services", "other", "db"), up) is Outcome.DIFFERENT
    both = [Found(UP, Outcome.BY_DESIGN, [up]), Found(ENABLED, Outcome.BY_DESIGN, [enabled])]
    assert states(waivers, *both) == [(State.ACTIVE, "")]
    told = states(waivers, both[0], Found(ENABLED, Outcome.SAME, []))
    ((state, words),) = told
    assert state is State.UNUSED
    assert words == (
        "is no longer needed: expected services.are_up: dallas up | arizona none; services.are_enabled: "
        "dallas enabled* | arizona not enabled, and the sites do not differ in services.are_enabled; "
        "remove that from it"
    )


@pytest.mark.parametrize("word", ["services.are_up", "services"])
@pytest.mark.parametrize("only", [True, False], ids=["only_at", "values"])
def test_a_broken_expectation_is_accepted_by_the_name_of_its_check_and_by_values_alone(
    word: str, only: bool
) -> None:
    """A timer that failed, or is not there after a boot, does not differ by design."""
    waivers = judged(only_at("dallas", aspect=word) if only else entry(aspect=word))
    broken = finding(kind=FindingKind.EXPECTATION)
    accepts = not only and word == "services.are_up"
    assert (outcome_of(waivers, UP, broken) is Outcome.BY_DESIGN) == accepts
    ((state, words),) = states(waivers, Found(UP, Outcome.DIFFERENT, [broken]))
    if accepts:
        assert state is State.ACTIVE
        return
    advice = "name that check in the entry" if word == "services" else "write values in place of only_at"
    expected = "only at dallas" if only else "dallas enabled* | arizona none"
    assert state is State.CHANGED
    assert words == (
        f"does not accept a broken expectation: services.are_up: expected {expected}, found backup.timer "
        f"differs; mend it, or, if it is meant, {advice}"
    )


def test_of_an_aspect_and_its_check_the_check_counts() -> None:
    """An entry that names both means the expectation of that check as well."""
    waivers = judged(entry(aspect=["services", "services.are_up"]))
    assert outcome_of(waivers, UP, finding(kind=FindingKind.EXPECTATION)) is Outcome.BY_DESIGN
    assert outcome_of(waivers, ENABLED, finding(kind=FindingKind.EXPECTATION)) is Outcome.DIFFERENT
    assert outcome_of(waivers, ENABLED, finding()) is Outcome.BY_DESIGN


def test_a_journey_of_the_same_name_is_another_thing() -> None:
    """It tries out the standby alone."""
    assert judged(entry(role="edge")).accepting(JOURNEY, finding()) is None


def test_several_items_and_aspects_make_one_entry() -> None:
    """Each must be found, or the entry says which is not."""
    one = only_at("dallas", aspect=["services", "schedules"], item=["backup.timer", "backup.service"])
    waivers = judged(one)
    timer, service = finding(), finding(item="backup.service")
    found = [Found(UP, Outcome.BY_DESIGN, [timer, service]), Found(TIMERS, Outcome.BY_DESIGN, [timer])]
    (status,) = statuses(waivers, found)
    assert (status.state, status.about, status.used_by) == (
        State.ACTIVE,
        (UP.id, TIMERS.id),
        (UP.id, TIMERS.id),
    )
    for less, gone in (
        ([Found(UP, Outcome.BY_DESIGN, [timer]), found[1]], "backup.service"),
        ([found[0], Found(TIMERS, Outcome.SAME, [])], "schedules"),
    ):
        ((state, words),) = states(waivers, *less)
        assert state is State.UNUSED
        assert words.endswith(f"the sites do not differ in {gone}; remove that from it")


# Waivers beside it


def test_what_is_by_design_needs_no_waiver(tmp_path: Path) -> None:
    """The waiver of the same finding is unused; a check with one of each kind of finding is waived."""
    other = finding(item="other.timer")
    waived = stanza(check="services", role="db", item="other.timer", values=digest(other))
    listed = read_of(tmp_path, waived, waived | {"item": "backup.timer", "values": digest(finding())})
    waivers = Waivers(listed, NOW, "dallas", "arizona", NEVER, judged(entry()).designs)
    seen = waivers.applied(UP, [finding(), other])
    assert [(bool(one.design), bool(one.waiver)) for one in seen] == [(True, False), (False, True)]
    assert Judgement(seen, 1).outcome is Outcome.WAIVED
    assert [state for state, _ in states(waivers, Found(UP, Outcome.WAIVED, [finding(), other]))] == [
        State.ACTIVE,
        State.ACTIVE,
        State.UNUSED,
    ]


def read_of(folder: Path, *stanzas: dict[str, Any]) -> tuple[Waiver, ...]:
    """Waivers about services."""
    path = folder / "waivers.yml"
    path.write_text(yaml.safe_dump(list(stanzas)))
    return load_waivers(path, ("services",), ("db",))


def test_a_design_of_a_finding_from_the_journal_counts_for_nothing() -> None:
    """What a worker says of itself is taken away before it is judged."""
    claimed = finding().model_copy(update={"design": "by design", "waiver": "waived"})
    (seen,) = judged().applied(UP, [claimed])
    assert (seen.design, seen.waiver) == (None, None)
    (seen,) = judged(entry()).applied(UP, [claimed])
    assert (bool(seen.design), seen.waiver) == (True, None)


# Not in force


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (datetime(2027, 5, 31, 23, 59, 59, tzinfo=UTC), ""),
        (
            datetime(2027, 6, 1, tzinfo=UTC),
            "should have been reviewed by 2027-05-31; set a new date if it is still meant, or remove it",
        ),
        (datetime(2027, 6, 1, tzinfo=UTC) - FARTHEST, ""),
        (
            datetime(2027, 6, 1, tzinfo=UTC) - FARTHEST - timedelta(seconds=1),
            "is to be reviewed on 2027-05-31, more than 400 days ahead; set an earlier date",
        ),
    ],
)
def test_an_entry_counts_until_the_day_of_its_review(now: datetime, words: str) -> None:
    """And nobody puts the review off for years."""
    waivers = judged(entry(), now=now)
    found = Found(UP, Outcome.DIFFERENT, [finding()])
    assert (outcome_of(waivers, UP, finding()) is Outcome.BY_DESIGN) == (not words)
    standing = statuses(waivers, [found])
    assert [one.state for one in standing] == [State.REFUSED if words else State.ACTIVE]
    label = "the entry policy.yml:7 under differs (services, db, backup.timer)"
    assert reasons(standing, now) == ((f"{label} {words}",) if words else ())


def test_a_review_that_passes_while_the_run_is_under_way_is_a_reason() -> None:
    """Like a waiver that expires meanwhile."""
    standing = statuses(judged(entry()), [Found(UP, Outcome.BY_DESIGN, [finding()])])
    ends = datetime(2027, 6, 1, tzinfo=UTC)
    assert standing[0].of.ends == ends
    assert reasons(standing, ends - timedelta(seconds=1)) == ()
    (reason,) = reasons(standing, ends)
    assert reason.endswith(" expired while the run was under way")


def test_of_some_aspects_nothing_differs_by_design() -> None:
    """Even if somebody gets such an entry past the reading of the file."""
    waivers = judged(entry(aspect=["services", "replication"]))
    assert waivers.refusal(waivers.designs[0]) == "is about replication, of which nothing can be accepted"
    assert waivers.accepting(UP, finding()) is None


@pytest.mark.parametrize(
    ("one", "sites", "state"),
    [
        (entry(), ("dallas", "nevada"), State.ELSEWHERE),
        (entry(), ("nevada", "arizona"), State.ELSEWHERE),
        (entry(), ("dallas", "arizona"), State.UNUSED),
        (entry(), ("arizona", "dallas"), State.UNUSED),
        (entry(values={"primary": 1, "standby": 2}), ("nevada", "utah"), State.UNUSED),
        (only_at("dallas"), ("nevada", "utah"), State.ELSEWHERE),
        (only_at("dallas"), ("nevada", "dallas"), State.UNUSED),
        (only_at("standby"), ("nevada", "utah"), State.UNUSED),
    ],
)
def test_an_entry_about_other_sites_says_nothing_here(
    one: Differs, sites: tuple[str, str], state: State
) -> None:
    """It neither accepts anything nor speaks against GO."""
    waivers = judged(one, primary=sites[0], standby=sites[1])
    standing = statuses(waivers, [Found(UP, Outcome.SAME, [])])
    assert [status.state for status in standing] == [state]
    if state is State.ELSEWHERE:
        assert waivers.accepting(UP, finding()) is None
        assert not waivers.designs[0].accepts(UP, finding(), *sites) or one.only_at
        assert reasons(standing, NOW) == ()
        assert waivers.unneeded(UP, [], [UP]) == ()


def test_after_a_failover_the_sites_keep_their_values() -> None:
    """A name stands for the site, whichever of both is the primary."""
    waivers = judged(entry(), primary="arizona", standby="dallas")
    found = finding(None, "enabled by timers.target", kind=FindingKind.EXTRA)
    assert outcome_of(waivers, UP, found) is Outcome.BY_DESIGN
    assert outcome_of(waivers, UP, finding()) is Outcome.DIFFERENT


# After the run

GONE = "is no longer needed: expected dallas enabled* | arizona none, and the sites do not differ; remove it"


@pytest.mark.parametrize(
    ("found", "state", "words"),
    [
        pytest.param([Found(UP, Outcome.SAME, [])], State.UNUSED, GONE, id="the same now"),
        pytest.param(
            [Found(UP, Outcome.DIFFERENT, [finding(item="x")])], State.UNUSED, GONE, id="another item"
        ),
        pytest.param(
            [Found(UP, Outcome.DIFFERENT, [finding("masked")])],
            State.CHANGED,
            "does not fit: services.are_up: expected dallas enabled* | arizona none, found backup.timer "
            "differs; mend what differs, or correct the entry",
            id="another value",
        ),
        pytest.param([Found(UP, Outcome.UNMEASURED, [SILENT])], State.UNKNOWN, "", id="a host is silent"),
        pytest.param([Found(UP, Outcome.NOT_RUN, [])], State.UNKNOWN, "", id="the check was not made"),
        pytest.param(
            [],
            State.UNUSED,
            "is about no check that is made for the role db; remove it",
            id="no check is about it",
        ),
    ],
)
def test_an_entry_that_does_not_fit_what_was_found_is_a_reason_against_go(
    found: list[Found], state: State, words: str
) -> None:
    """It says what was expected, what was found, and what to do."""
    assert states(judged(entry()), *found) == [(state, words)]


def test_a_check_that_no_longer_finds_what_is_meant_is_red() -> None:
    """If the entry is about this check alone; of several nobody can tell which should have found it."""
    waivers = judged(entry(aspect="services.are_up"), entry())
    assert waivers.unneeded(UP, [], EVERY) == (waivers.designs[0],)
    assert waivers.unneeded(UP, [finding()], EVERY) == ()
    assert waivers.unneeded(ENABLED, [], EVERY) == ()


# Entries and the plan


def test_entries_are_taken_in_the_order_of_the_policy() -> None:
    """With their places."""
    entries = [Entry(entry(), "policy.yml:7"), Entry(only_at("dallas", item="x"), "policy.yml:9")]
    assert designs(entries, EVERY) == tuple(Design(one.says, one.place) for one in entries)
    assert designs((), ()) == ()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"role": "wep"},
            'a role for which services is made (db, web), found "wep" (did you mean "web"?); correct it',
        ),
        (
            {"role": "edge"},
            'a role for which services is made (db, web), found "edge"; correct it',
        ),
        (
            {"aspect": ["services.are_enabled", "services"], "role": "web"},
            'a role for which services.are_enabled is made (db), found "web"; correct it',
        ),
        (
            {"aspect": "services.of_no_role"},
            (
                'a check that is made, found "services.of_no_role", which does not apply; remove the entry, '
                "or name in the policy what that check judges"
            ),
        ),
    ],
)
def test_an_entry_about_a_check_that_is_not_made_is_an_error(changes: dict[str, Any], words: str) -> None:
    """It would accept nothing."""
    with pytest.raises(ConfigurationError) as caught:
        designs([Entry(entry(**changes), "policy.yml:7")], EVERY)
    assert str(caught.value) == f"policy.yml:7: differs: expected {words}"


def test_two_entries_for_one_item_are_an_error() -> None:
    """Of the same sites; all such errors come at once."""
    two = [
        Entry(entry(item=["a", "b"]), "policy.yml:7"),
        Entry(entry(item=["b", "a"], aspect=["schedules", "services"]), "policy.yml:9"),
    ]
    with pytest.raises(ConfigurationError) as caught:
        designs(two, EVERY)
    assert str(caught.value).split("\n") == [
        f'policy.yml:9: differs: expected one entry for "{item}" in services for the role db, found another '
        "at policy.yml:7; remove one of them"
        for item in "ab"
    ]
    elsewhere = Entry(entry(values={"nevada": 1, "arizona": 2}), "policy.yml:9")
    assert len(designs([Entry(entry(), "policy.yml:7"), elsewhere], EVERY)) == 2


def test_the_last_day_counts_whole() -> None:
    """In UTC."""
    assert Design(entry(review="2028-02-29"), "").ends == datetime(2028, 3, 1, tzinfo=UTC)
    assert entry(review="2028-02-29").review == date(2028, 2, 29)
