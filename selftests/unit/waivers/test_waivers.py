"""Waivers: what a person may accept, exactly as it is and until a date, and how each is refused."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from siteparity.judging import wording
from siteparity.model import (
    ConfigurationError,
    Finding,
    FindingKind,
    Group,
    Judgement,
    Outcome,
    Severity,
    Value,
)
from siteparity.plan import CheckSource, PlannedCheck
from siteparity.waivers import (
    CEILING,
    LONGEST,
    Found,
    State,
    Status,
    Waiver,
    Waivers,
    difference_digest,
    digest_without_item,
    load_waivers,
    reasons,
    statuses,
    waivable,
)

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
NEVER = frozenset({"replication", "session"})
BOTH = ("web1", "web2")
ROLES = ("web", "db")
CHECKS = ("packages", "packages.versions", "packages.origins", "session.a_session_is_kept", *sorted(NEVER))


def check(
    aspect: str = "packages", name: str = "versions", role: str = "web", parameter: str = ""
) -> PlannedCheck:
    """A planned check of an aspect."""
    source = CheckSource(
        path=f"tests/parity/test_{aspect}.py",
        function=f"test_{name}",
        kind="parity",
        aspect=aspect,
        severity=Severity.BLOCKER,
        promise="",
        why="",
        effect="",
        drills=(),
        leads_to=(),
        tables=(),
        arguments=(),
    )
    return PlannedCheck(
        id=f"{source.path}::{source.function}[{parameter or role}]",
        source=source,
        role=role,
        parameter=parameter or role,
        severity=Severity.BLOCKER,
        owner="",
    )


def finding(  # noqa: PLR0913  # all that a difference consists of
    item: str = "libxml2",
    *,
    primary: Value | None = "1",
    standby: Value | None = "2",
    hosts: Sequence[str] = BOTH,
    kind: FindingKind = FindingKind.DIFFERENT,
    message: str = "libxml2 differs",
) -> Finding:
    """A difference between sites whose hosts agree among themselves."""
    return Finding(
        item=item,
        kind=kind,
        message=message,
        primary=(Group(value=primary, hosts=BOTH),),
        standby=(Group(value=standby, hosts=tuple(hosts)),),
    )


UNMEASURED = Finding(
    item="versions",
    kind=FindingKind.UNMEASURED,
    message="no answer",
    standby=(Group(value=None, hosts=("web1",)),),
)
VERSIONS, ORIGINS = check(), check(name="origins")


def digest(one: Finding, primary: str = "dallas", standby: str = "arizona") -> str:
    """What a waiver of the finding names."""
    return difference_digest(one, primary, standby)


def stanza(of: Finding | None = None, **changes: Any) -> dict[str, Any]:
    """A waiver of `finding`, or of another, as the file holds it, valid at `NOW`.

    A key that is None is left out.
    """
    of = of or finding()
    whole = {
        "check": "packages.versions",
        "role": "web",
        "item": of.item,
        "values": digest(of),
        "reason": "the standby is updated first",
        "owner": "Platform",
        "approved_by": "J. Doe",
        "ticket": "OPS-1",
        "expires": "2026-12-02T03:00:00Z",
    }
    return {key: value for key, value in (whole | changes).items() if value is not None}


def read(folder: Path, *stanzas: Mapping[str, Any]) -> tuple[Waiver, ...]:
    """The waivers of a file that holds these."""
    path = folder / "waivers.yml"
    path.write_text(yaml.safe_dump([dict(one) for one in stanzas], sort_keys=False))
    return load_waivers(path, CHECKS, ROLES)


def at(waivers: tuple[Waiver, ...], now: datetime = NOW) -> Waivers:
    """The waivers, judged."""
    return Waivers(waivers, now, "dallas", "arizona", NEVER)


def outcome_of(waivers: Waivers, of: PlannedCheck, found: Sequence[Finding], compared: int) -> Outcome:
    """What becomes of a check that found this, with its waivers."""
    return Judgement(waivers.applied(of, found), compared).outcome


def stands(waivers: Waivers, *found: Found) -> list[tuple[State, str]]:
    """What became of each waiver."""
    return [(one.state, one.words) for one in statuses(waivers, found)]


# The file


@pytest.mark.parametrize("text", ["[]", "# nothing\n[]\n", None])
def test_a_file_without_waivers_accepts_nothing(tmp_path: Path, text: str | None) -> None:
    """Nor does one that is not there."""
    path = tmp_path / "waivers.yml"
    if text is not None:
        path.write_text(text)
    assert load_waivers(path, CHECKS, ROLES) == ()


def test_a_waiver_is_read_as_it_is_written(tmp_path: Path) -> None:
    """With its place, and with a moment that no time zone moves."""
    one, other = read(tmp_path, stanza(), stanza(item="b", values=["0" * 32, "f" * 32], pattern_reason="p"))
    assert one.place == f"{tmp_path}/waivers.yml:1"
    assert other.place == f"{tmp_path}/waivers.yml:10"
    says = one.says
    assert (says.check, says.role, says.item) == ("packages.versions", "web", "libxml2")
    assert (says.values, other.says.values) == ((digest(finding()),), ("0" * 32, "f" * 32))
    assert (says.pattern_reason, other.says.pattern_reason) == (None, "p")
    assert says.expires == datetime(2026, 12, 2, 3, tzinfo=UTC)
    assert one.label == f"the waiver {tmp_path}/waivers.yml:1 (packages.versions, web, libxml2)"
    assert one.accepted == (
        "the standby is updated first (owner Platform, approved by J. Doe, OPS-1, until 2026-12-02 03:00 UTC)"
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        *(
            pytest.param(
                {key: None}, f'waivers[0]: expected the key "{key}", found none; add it', id=f"no {key}"
            )
            for key in stanza()
        ),
        *(pytest.param({key: "  "}, f"waivers[0].{key}: expected ", id=f"blank {key}") for key in stanza()),
        *(
            pytest.param({key: 7}, f"waivers[0].{key}: expected ", id=f"{key} is a number")
            for key in stanza()
        ),
        ({"pattern_reason": " "}, "waivers[0].pattern_reason: expected words, found none; a person must"),
        ({"chekc": "x"}, 'found "chekc" (did you mean "check"?); rename or remove it'),
        (
            {"check": "package"},
            'lists them, found "package" (did you mean "packages"?); correct it',
        ),
        ({"role": "wep"}, 'waivers[0].role: expected a role of the policy (web, db), found "wep" (did'),
        (
            {"values": "7f3a"},
            'of 32 hexadecimal digits, as `siteparity gate` prints it, found "7f3a"; correct it',
        ),
        ({"values": "F" * 32}, "waivers[0].values: expected a digest"),
        ({"values": "0" * 33}, "waivers[0].values: expected a digest"),
        ({"values": []}, "waivers[0].values: expected "),
        ({"values": ["0" * 32, "1" * 32]}, "expected one digest for one item, found several; write a waiver"),
        *(
            pytest.param(
                {"expires": text},
                "waivers[0].expires: expected a moment in UTC, such as 2026-12-31T00:00:00Z, found "
                f'"{text}"; write it so',
                id=text,
            )
            for text in (
                "2026-12-31",
                "2026-12-31T00:00:00",
                "2026-12-31T00:00:00+00:00",
                "2026-12-31T00:00:00-06:00",
                "2026-12-31 00:00:00Z",
                "2026-1-2T3:4:5Z",
                "2026-02-30T00:00:00Z",
                "2026-12-31T24:00:00Z",
                "2026-12-31T00:00:00z",
                "\u0662\u0660\u0662\u0666-12-31T00:00:00Z",
                "2026-12-31T00:00:00Z ",
                "never",
            )
        ),
    ],
)
def test_what_is_no_waiver_is_an_error_of_configuration(
    tmp_path: Path, changes: dict[str, Any], words: str
) -> None:
    """With file, line, key, what was expected and what to do."""
    with pytest.raises(ConfigurationError) as caught:
        read(tmp_path, stanza(**changes))
    assert words in str(caught.value)
    assert str(caught.value).startswith(f"{tmp_path}/waivers.yml:")


def test_every_problem_of_the_file_is_told_at_once(tmp_path: Path) -> None:
    """Each at its own line."""
    with pytest.raises(ConfigurationError) as caught:
        read(tmp_path, stanza(owner=1), stanza(expires="soon", role="x"))
    told = [line.split(": ")[:2] for line in str(caught.value).split("\n")]
    place = f"{tmp_path}/waivers.yml"
    assert told == [
        [f"{place}:6", "waivers[0].owner"],
        [f"{place}:11", "waivers[1].role"],
        [f"{place}:18", "waivers[1].expires"],
    ]


@pytest.mark.parametrize("text", ["check: packages", "none", "7", "- packages", "- [a]"])
def test_a_file_that_is_no_list_of_waivers_is_refused(tmp_path: Path, text: str) -> None:
    """Rather than read as none."""
    path = tmp_path / "waivers.yml"
    path.write_text(text)
    with pytest.raises(ConfigurationError, match=r"expected (a list|keys and values), found"):
        load_waivers(path, CHECKS, ROLES)


# What is accepted


def test_a_waiver_accepts_its_finding(tmp_path: Path) -> None:
    """The check, the role, the item and the exact difference are those of the waiver."""
    (waiver,) = read(tmp_path, stanza())
    waivers = at((waiver,))
    assert waivers.accepting(VERSIONS, finding()) is waiver
    assert waivers.values(VERSIONS, finding()) == waiver.says.values[0]
    assert outcome_of(waivers, VERSIONS, [finding()], 1) is Outcome.WAIVED
    assert stands(waivers, Found(VERSIONS, Outcome.WAIVED, [finding()])) == [(State.ACTIVE, "")]


def test_a_waiver_of_an_aspect_is_about_all_of_its_checks(tmp_path: Path) -> None:
    """Of the same role."""
    waivers = at(read(tmp_path, stanza(check="packages")))
    assert waivers.accepting(VERSIONS, finding())
    assert waivers.accepting(ORIGINS, finding())
    assert waivers.accepting(check(role="db"), finding()) is None
    assert waivers.accepting(check(aspect="files"), finding()) is None


OTHERS = {
    "another check": (ORIGINS, finding()),
    "another aspect": (check(aspect="files"), finding()),
    "another role": (check(role="db"), finding()),
    "another item": (VERSIONS, finding("libxml3")),
    "a longer item": (VERSIONS, finding("libxml2:amd64")),
    "another value at the primary": (VERSIONS, finding(primary="0")),
    "another value at the standby": (VERSIONS, finding(standby="3")),
    "another type of value": (VERSIONS, finding(standby=2)),
    "gone from the standby": (VERSIONS, finding(standby=None)),
    "one host less": (VERSIONS, finding(hosts=["web1"])),
    "one host more": (VERSIONS, finding(hosts=["web1", "web2", "web3"])),
    "another kind": (VERSIONS, finding(kind=FindingKind.MISSING)),
    "the other way round": (VERSIONS, finding(primary="2", standby="1")),
    "not measured": (VERSIONS, finding(kind=FindingKind.UNMEASURED)),
}


@pytest.mark.parametrize("other", OTHERS)
def test_a_waiver_accepts_nothing_else(tmp_path: Path, other: str) -> None:
    """Whatever differs from what was accepted, somebody has to look at anew."""
    about, found = OTHERS[other]
    waivers = at(read(tmp_path, stanza()))
    assert waivers.accepting(about, found) is None
    assert outcome_of(waivers, about, [found], 1) is not Outcome.WAIVED


def test_a_waiver_of_one_pair_of_sites_accepts_nothing_at_another(tmp_path: Path) -> None:
    """A third site may have hosts of the same names; and after a failover the difference is another one."""
    waivers = read(tmp_path, stanza())
    for primary, standby in (("dallas", "nevada"), ("nevada", "arizona"), ("arizona", "dallas")):
        assert Waivers(waivers, NOW, primary, standby, NEVER).accepting(VERSIONS, finding()) is None


@pytest.mark.parametrize(
    "example",
    [
        pytest.param(([finding()], 1, Outcome.WAIVED), id="all of it is waived"),
        pytest.param(([], 1, Outcome.SAME), id="nothing was found"),
        pytest.param(([], 0, Outcome.UNMEASURED), id="nothing was compared"),
        pytest.param(([finding()], 0, Outcome.UNMEASURED), id="waived, and nothing was compared"),
        pytest.param(([finding(), UNMEASURED], 1, Outcome.UNMEASURED), id="one host was silent"),
        pytest.param(([finding(), finding("zlib")], 1, Outcome.DIFFERENT), id="something else differs"),
        pytest.param(
            ([UNMEASURED, finding("zlib")], 1, Outcome.DIFFERENT), id="a difference outweighs silence"
        ),
        pytest.param(
            ([finding(), UNMEASURED, finding("zlib")], 1, Outcome.DIFFERENT), id="different, silent, waived"
        ),
    ],
)
def test_same_is_lighter_than_waived_than_unmeasured_than_different(
    tmp_path: Path, example: tuple[list[Finding], int, Outcome]
) -> None:
    """A check is waived only when every finding of it is, and something was compared."""
    found, compared, outcome = example
    assert outcome_of(at(read(tmp_path, stanza())), VERSIONS, found, compared) is outcome


@pytest.mark.parametrize("item", ["(check)", "(nothing)"])
def test_a_check_that_did_not_get_to_its_end_cannot_be_accepted(tmp_path: Path, item: str) -> None:
    """What it would have looked at after that is not known."""
    broken = finding(item, kind=FindingKind.EXPECTATION)
    waivers = at(read(tmp_path, stanza(item=item, values=digest(broken))))
    assert not waivable(broken)
    assert waivers.accepting(VERSIONS, broken) is None
    assert waivers.values(VERSIONS, broken) is None


def test_what_is_unmeasured_cannot_be_accepted(tmp_path: Path) -> None:
    """Nobody knows what they would accept."""
    waivers = at(read(tmp_path, stanza(item="versions", values=digest(UNMEASURED))))
    assert waivers.accepting(VERSIONS, UNMEASURED) is None
    assert waivers.values(VERSIONS, UNMEASURED) is None


@pytest.mark.parametrize("aspect", sorted(NEVER))
def test_of_some_aspects_nothing_is_offered(tmp_path: Path, aspect: str) -> None:
    """No stanza is printed for what would be refused."""
    assert at(read(tmp_path)).values(check(aspect=aspect), finding()) is None


# The digest

groups = st.lists(
    st.builds(
        Group,
        value=st.one_of(
            st.none(), st.booleans(), st.integers(0, 3), st.floats(0, 3), st.sampled_from(["", "1", "true"])
        ),
        hosts=st.lists(st.sampled_from(["web1", "web2"]), min_size=1, unique=True).map(tuple),
    ),
    max_size=2,
).map(tuple)
findings = st.builds(
    Finding,
    item=st.sampled_from("ab"),
    kind=st.sampled_from(FindingKind),
    message=st.sampled_from(["x", "y"]),
    primary=groups,
    standby=groups,
)


def meaning(one: Finding) -> object:
    """All that a person accepts of a finding, read another way."""
    sides = [
        sorted(
            (
                type(float(group.value) if type(group.value) is int else group.value).__name__,
                repr(plain(group)),
            )
            for group in side
        )
        for side in (one.primary, one.standby)
    ]
    return (one.item, one.kind, sides, one.message if one.kind is FindingKind.EXPECTATION else "")


def plain(group: Group) -> object:
    """A group with its value as a number where it is one, and its hosts by name."""
    value = group.value
    return (float(value) if type(value) is int else value, sorted(group.hosts))


@given(one=findings, other=findings)
def test_two_findings_have_one_digest_exactly_when_they_say_the_same(one: Finding, other: Finding) -> None:
    """In item, kind, hosts and values with their types; where words alone say what was expected, in words."""
    assert (digest(one) == digest(other)) == (meaning(one) == meaning(other))


def test_a_digest_does_not_depend_on_who_answered_first() -> None:
    """Live checks take hosts as they come."""
    one = Finding(
        item="a",
        kind=FindingKind.UNEVEN,
        message="",
        standby=(Group(value=1, hosts=("web2", "web1")), Group(value=2, hosts=("web3",))),
    )
    other = Finding(
        item="a",
        kind=FindingKind.UNEVEN,
        message="",
        standby=(Group(value=2, hosts=("web3",)), Group(value=1.0, hosts=("web1", "web2"))),
    )
    assert digest(one) == digest(other)


def test_a_limit_that_changes_ends_a_waiver() -> None:
    """12 where at most 10 is allowed is not 12 where at most 5 is."""
    ten = finding(kind=FindingKind.EXPECTATION, message="expected at most 10")
    five = finding(kind=FindingKind.EXPECTATION, message="expected at most 5")
    assert digest(ten) != digest(five)


def test_the_digest_of_a_difference_stays_what_it_is() -> None:
    """Files hold it for up to 90 days, over releases of this program."""
    assert digest(finding()) == "20d0db868fb953979400e748a204f766"
    assert digest_without_item(finding(), "dallas", "arizona") == "a26dae059a87370048669757d8f0c152"


def of_many(standby: Sequence[str], expected: str = "expected ok") -> Finding:
    """An expectation that many hosts break, with a message that names the first of them."""
    found = finding("a", primary="ok", standby="bad", hosts=standby, kind=FindingKind.EXPECTATION)
    return found.model_copy(update={"message": f"{wording.found(found, 'dallas', 'arizona')}; {expected}"})


def test_a_waiver_binds_the_hosts_that_a_message_does_not_name() -> None:
    """One more host that breaks an expectation, or another one, is another difference."""
    hosts = [f"web{number:03}" for number in range(350)]
    one, other = of_many(hosts), of_many([*hosts[:-1], "web999"])
    assert one.message == other.message
    assert len({digest(one), digest(other), digest(of_many(hosts[:-1])), digest(of_many(hosts, "no"))}) == 4


def test_the_digest_is_that_of_a_message_with_every_host() -> None:
    """So did releases make it whose messages named all of them."""
    found = of_many([f"web{number:03}" for number in range(20)])
    every = ", ".join(f"web{number:03}" for number in range(20))
    whole = f"a: dallas ok ({', '.join(BOTH)}) | arizona bad ({every}); expected ok"
    assert digest(found) == digest(found.model_copy(update={"message": whole}))


def test_a_waiver_of_an_item_by_the_digest_of_earlier_releases_still_counts(tmp_path: Path) -> None:
    """It names the item in clear; the digest did not hold it."""
    old = digest_without_item(finding(), "dallas", "arizona")
    waivers = at(read(tmp_path, stanza(values=old)))
    assert outcome_of(waivers, VERSIONS, [finding()], 1) is Outcome.WAIVED
    assert stands(waivers, Found(VERSIONS, Outcome.WAIVED, [finding()])) == [(State.ACTIVE, "")]
    assert waivers.accepting(VERSIONS, finding("libxml3")) is None
    assert waivers.accepting(VERSIONS, finding(standby="3")) is None


# Patterns


@pytest.mark.parametrize(
    ("item", "reason", "found", "accepted"),
    [
        ("lib*", "all of them", "libxml2", True),
        ("lib*", None, "libxml2", False),
        ("lib*", None, "lib*", True),
        ("lib?ml2", "one", "libxml2", True),
        ("lib?ml2", "one", "libml2", False),
        ("lib*", "all", "a lib", False),
        ("*2", "all", "libxml2\n3", False),
        ("lib*2", "all", "lib\n2", True),
        ("lib.ml2", "no pattern", "libxml2", False),
        ("[a-z]*", "no class", "libxml2", False),
        ("[abc]*", "a bracket", "[abc]x", True),
        ("LIB*", "case counts", "libxml2", False),
    ],
)
def test_a_pattern_needs_a_reason_of_its_own(
    tmp_path: Path, item: str, reason: str | None, found: str, accepted: bool
) -> None:
    """Without one ``*`` and ``?`` stand for themselves: items such as ``*:443`` exist."""
    waivers = at(read(tmp_path, stanza(finding(found), item=item, pattern_reason=reason)))
    assert (waivers.accepting(VERSIONS, finding(found)) is not None) == accepted


def pattern(*of: Finding, **changes: Any) -> dict[str, Any]:
    """A waiver with the pattern ``lib*`` of these findings."""
    return stanza(
        **{"item": "lib*", "pattern_reason": "all", "values": [digest(one) for one in of]} | changes
    )


def test_a_pattern_accepts_the_differences_that_it_names(tmp_path: Path) -> None:
    """Several items may differ alike, or each in its own way; one that it does not name is open."""
    alike, other, third = finding("libb"), finding("libc", standby="3"), finding("libd", standby="4")
    approved = [finding(), alike, other]
    waivers = at(read(tmp_path, pattern(*approved)))
    assert outcome_of(waivers, VERSIONS, approved, 1) is Outcome.WAIVED
    assert outcome_of(waivers, VERSIONS, [*approved, third], 1) is Outcome.DIFFERENT
    found = Found(VERSIONS, Outcome.WAIVED, approved)
    assert stands(waivers, found) == [(State.ACTIVE, "")]
    some = Found(VERSIONS, Outcome.WAIVED, [alike])
    words = "accepts differences that are no longer there; remove their digests from it"
    assert stands(waivers, some) == [(State.UNUSED, words)]
    assert waivers.unneeded(VERSIONS, [alike], [VERSIONS]) == waivers.listed


def test_a_pattern_holds_the_items_that_it_was_approved_for(tmp_path: Path) -> None:
    """A job that charges customers does not hide behind the approved backup, though it differs alike."""
    backup = finding("0 1 * * * backup", primary="once", standby=None, kind=FindingKind.MISSING)
    charge = backup.model_copy(update={"item": "0 1 * * * psql -c charge_all_customers"})
    of_backup = pattern(backup, item="0 1 * * * *a*")
    waivers = at(read(tmp_path, of_backup | {"item": "* backup*"}))
    assert waivers.accepting(VERSIONS, backup)
    for wide in ("0 1 * * * *a*", "* *c*a*", "*backup*", "*psql*", "?????????????*charge*"):
        waivers = at(read(tmp_path, of_backup | {"item": wide}))
        assert waivers.accepting(VERSIONS, charge) is None
        assert outcome_of(waivers, VERSIONS, [backup, charge], 1) is Outcome.DIFFERENT


def test_a_pattern_that_one_item_matches_today_holds_that_item(tmp_path: Path) -> None:
    """An item that comes later is a finding of its own, and the reason names it."""
    only, later = finding("libb"), finding("libc")
    waivers = at(read(tmp_path, pattern(only)))
    assert outcome_of(waivers, VERSIONS, [only], 1) is Outcome.WAIVED
    assert outcome_of(waivers, VERSIONS, [only, later], 1) is Outcome.DIFFERENT
    assert outcome_of(waivers, VERSIONS, [later], 1) is Outcome.DIFFERENT
    told = stands(waivers, Found(VERSIONS, Outcome.DIFFERENT, [later]))
    words = "which it was not approved for or which has changed; accept it anew, or fix it"
    assert told == [(State.CHANGED, f'does not accept "libc", {words}')]


def test_the_digest_of_a_pattern_waiver_of_earlier_releases_accepts_nothing(tmp_path: Path) -> None:
    """It did not hold the items, so nobody knows what was approved."""
    old = digest_without_item(finding(), "dallas", "arizona")
    waivers = at(read(tmp_path, pattern(values=[old])))
    assert outcome_of(waivers, VERSIONS, [finding()], 1) is Outcome.DIFFERENT
    ((state, words),) = stands(waivers, Found(VERSIONS, Outcome.DIFFERENT, [finding()]))
    assert state is State.CHANGED
    assert words.startswith('does not accept "libxml2", ')


# Refused

TOO_WIDE = "is too wide: its pattern names nearly every item; write more of the names that are meant"

REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "expired": ({"expires": "2026-11-22T00:00:00Z"}, "expired on 2026-11-22 at 00:00:00 UTC"),
    "too far ahead": ({"expires": "2027-11-22T00:00:00Z"}, "expires more than 90 days ahead"),
    "a bare *": ({"item": "*", "pattern_reason": "all"}, "is too wide: its item is every item"),
    "a bare * without a reason": ({"item": "*"}, "is too wide: its item is every item"),
    "**": ({"item": "**", "pattern_reason": "all"}, "is too wide: its item is every item"),
    "?*": ({"item": "?*", "pattern_reason": "all"}, "is too wide: its item is every item"),
    "* *": ({"item": "* *", "pattern_reason": "all"}, "is too wide: its item is every item"),
    **{
        wide: ({"item": wide, "pattern_reason": "all"}, TOO_WIDE)
        for wide in (
            "*e*",
            "e*",
            "*e",
            "l?b*",
            "*a*e*i*",
            "?e?",
            "*ib*",
            "[a-z]*",
            "*[a-z]*",
            "**ib**",
            "*.*",
            "*/*",
            "*:amd64",
            "*:443",
            "*.service",
            "*.timer",
            "*.s?rvice",
            "*.conf",
            "*.*.*",
            "/etc/*",
            "/usr/*",
            "/etc*",
            "net.*",
            "*.yml",
            "*\u200be\u200b*",
            "0 1 * * * *",
            "0 * * * * *",
            "@daily *",
            "*/5 * * * * root*",
            "*@*",
            "tcp *",
        )
    },
    "self-approved": ({"approved_by": "Platform"}, "is approved by its own owner; somebody else must"),
    "self-approved in other letters": (
        {"approved_by": " PLATFORM"},
        "is approved by its own owner; somebody else must",
    ),
    "self-approved with another space": (
        {"owner": "J.  Doe"},
        "is approved by its own owner; somebody else must",
    ),
    **{
        f"self-approved: {alike!a}": (
            {"owner": "Ada Lovelace", "approved_by": alike},
            "is approved by its own owner; somebody else must",
        )
        for alike in (
            "Ada\u200b Lovelace",
            "\ufeffAda Lovelace",
            "Ada\u00a0Lovelace",
            "Ada Love\u00adlace",
            "Ada Lovelace ",
            "\u2066Ada Lovelace\u2069",
            "ADA LOVELACE",
            "\uff21da Lovelace",
            "\u0410da Lovelace",
            "Ad\u0430 Lovel\u0430ce",
            "A\u0301da Lovelace",
            "Ada Lovelace.",
            "Lovelace, Ada",
            "Ada\u3164Lovelace",
            "Ada Love1ace",
            "Ada LoveIace",
            "ada.lovelace",
            "\U0001d400da Lovelace",
            "Ada Lovelace\ufe0f",
            "Ada  \t Lovelace",
            "Ada-Lovelace",
        )
    },
    "self-approved in another alphabet": (
        {"owner": "Coco", "approved_by": "\u0421\u043e\u0441\u043e"},
        "is approved by its own owner; somebody else must",
    ),
    "self-approved with two letters that look like one": (
        {"owner": "Tom Miller", "approved_by": "Torn Miller"},
        "is approved by its own owner; somebody else must",
    ),
    **{
        f"about {aspect}": (
            {"check": aspect},
            f"is about {aspect}, of which nothing can be accepted",
        )
        for aspect in sorted(NEVER)
    },
    "about one check of a journey": (
        {"check": "session.a_session_is_kept"},
        "is about session, of which nothing can be accepted",
    ),
}


@pytest.mark.parametrize("why", REFUSED)
def test_a_waiver_that_is_not_valid_accepts_nothing_and_is_a_reason_against_go(
    tmp_path: Path, why: str
) -> None:
    """Its finding stays open, and the reason names file and line."""
    changes, words = REFUSED[why]
    waivers = at(read(tmp_path, stanza(**changes)))
    (waiver,) = waivers.listed
    about = check(aspect=waiver.says.check.partition(".")[0])
    assert not waivers.is_in_force(waiver)
    assert waivers.accepting(about, finding()) is None
    assert outcome_of(waivers, about, [finding()], 1) is Outcome.DIFFERENT
    assert waivers.unneeded(about, [], [about]) == ()
    standing = statuses(waivers, [Found(about, Outcome.DIFFERENT, [finding()])])
    assert [(one.state, one.words) for one in standing] == [(State.REFUSED, words)]
    assert reasons(standing, NOW) == (f"{waiver.label} {words}",)


def test_more_waivers_than_the_ceiling_are_not_in_force(tmp_path: Path) -> None:
    """The first ten of the file count, valid or not."""
    items = [f"lib{number}" for number in range(CEILING + 2)]
    waivers = at(read(tmp_path, *(stanza(finding(item)) for item in items)))
    assert [one.says.item for one in waivers.listed if waivers.is_in_force(one)] == items[:CEILING]
    found = [finding(item) for item in items]
    assert outcome_of(waivers, VERSIONS, found[:CEILING], 1) is Outcome.WAIVED
    assert outcome_of(waivers, VERSIONS, found, 1) is Outcome.DIFFERENT
    told = reasons(statuses(waivers, [Found(VERSIONS, Outcome.DIFFERENT, found)]), NOW)
    assert [words.partition(") ")[2] for words in told] == [
        "is one too many: 10 are accepted, and the file holds 12"
    ] * 2


@pytest.mark.parametrize(
    ("owner", "approved_by"),
    [
        ("Platform", "J. Doe"),
        ("Ada Lovelace", "Ada Byron"),
        (
            "\u0418\u0432\u0430\u043d \u041f\u0435\u0442\u0440\u043e\u0432",
            "\u041f\u0451\u0442\u0440 \u0418\u0432\u0430\u043d\u043e\u0432",
        ),
        ("\u4f50\u85e4 \u592a\u90ce", "\u4f50\u85e4 \u82b1\u5b50"),
        ("\u0645\u062d\u0645\u062f", "\u0623\u062d\u0645\u062f"),
        ("Team 1", "Team 2"),
    ],
)
def test_two_people_are_two(tmp_path: Path, owner: str, approved_by: str) -> None:
    """Whatever alphabet their names are written in."""
    (waiver,) = read(tmp_path, stanza(owner=owner, approved_by=approved_by))
    assert at((waiver,)).refusal(waiver) == ""


@pytest.mark.parametrize("key", ["owner", "approved_by", "reason", "ticket", "pattern_reason"])
@pytest.mark.parametrize("blank", ["\u200b", "\u3164", "\u2066 \u2069", "\ufeff", "\u00ad\u034f", "\ufe0f"])
def test_a_text_that_shows_nothing_is_none(tmp_path: Path, key: str, blank: str) -> None:
    """Nobody wrote it."""
    with pytest.raises(ConfigurationError) as caught:
        read(tmp_path, stanza(None, **{key: blank}))
    assert f"waivers[0].{key}: expected words, found none; a person must" in str(caught.value)


@pytest.mark.parametrize("key", ["owner", "approved_by"])
@pytest.mark.parametrize("nobody", ["-", "...", "?", "\u200b.\u200b"])
def test_a_person_has_a_name(tmp_path: Path, key: str, nobody: str) -> None:
    """Of letters or digits."""
    with pytest.raises(ConfigurationError) as caught:
        read(tmp_path, stanza(None, **{key: nobody}))
    assert f"waivers[0].{key}: expected a name, found " in str(caught.value)


@pytest.fixture(params=["UTC", "America/Chicago", "Asia/Kolkata", "Pacific/Kiritimati"])
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The time zone of the machine that judges."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    os.environ.pop("TZ", None)
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("moment", "refusal"),
    [
        pytest.param(timedelta(seconds=-1), "", id="a second before"),
        pytest.param(timedelta(microseconds=-1), "", id="just before"),
        pytest.param(timedelta(0), "expired on 2026-12-02 at 03:00:00 UTC", id="at the second"),
        pytest.param(timedelta(seconds=1), "expired on 2026-12-02 at 03:00:00 UTC", id="a second after"),
        pytest.param(-LONGEST, "", id="90 days before"),
        pytest.param(
            -LONGEST - timedelta(seconds=1),
            "expires more than 90 days ahead",
            id="a second more than 90 days",
        ),
    ],
)
@pytest.mark.parametrize("said_in", ["UTC", "own zone"])
def test_a_waiver_expires_at_its_second_wherever_it_is_judged(
    tmp_path: Path, zone: str, said_in: str, moment: timedelta, refusal: str
) -> None:
    """The machine's time zone, and that in which the run's start is told, have no say."""
    assert time.tzname, zone
    (waiver,) = read(tmp_path, stanza())
    start = datetime(2026, 12, 2, 3, tzinfo=UTC) + moment
    start = start if said_in == "UTC" else start.astimezone()
    assert at((waiver,), start).refusal(waiver) == refusal


# After the run


@pytest.mark.parametrize(
    ("found", "state", "words"),
    [
        pytest.param(
            [Found(VERSIONS, Outcome.SAME, [])],
            State.UNUSED,
            "is no longer needed: what it accepts is not there; remove it",
            id="the finding is gone",
        ),
        pytest.param(
            [Found(VERSIONS, Outcome.DIFFERENT, [finding("zlib")])],
            State.UNUSED,
            "is no longer needed: what it accepts is not there; remove it",
            id="something else differs",
        ),
        pytest.param(
            [Found(VERSIONS, Outcome.DIFFERENT, [finding(standby="3")])],
            State.CHANGED,
            "no longer accepts its finding, which has changed; accept it again, or fix it",
            id="the value changed",
        ),
        pytest.param(
            [Found(VERSIONS, Outcome.UNMEASURED, [UNMEASURED])], State.UNKNOWN, "", id="no host answered"
        ),
        pytest.param([Found(VERSIONS, Outcome.NOT_RUN, [])], State.UNKNOWN, "", id="the check was not made"),
        pytest.param([Found(VERSIONS, Outcome.UNMEASURED, [])], State.UNKNOWN, "", id="nothing was compared"),
        pytest.param(
            [Found(VERSIONS, Outcome.DIFFERENT, [finding("zlib"), UNMEASURED])],
            State.UNKNOWN,
            "",
            id="one host was silent",
        ),
        pytest.param(
            [Found(VERSIONS, Outcome.DIFFERENT, [finding(standby="3"), UNMEASURED])],
            State.CHANGED,
            "no longer accepts its finding, which has changed; accept it again, or fix it",
            id="changed, and one host was silent",
        ),
        pytest.param(
            [Found(VERSIONS, Outcome.UNMEASURED, [finding("libxml2", kind=FindingKind.UNMEASURED)])],
            State.UNKNOWN,
            "",
            id="the item itself is unmeasured",
        ),
        pytest.param(
            [Found(VERSIONS, Outcome.DIFFERENT, [finding("(check)", kind=FindingKind.EXPECTATION)])],
            State.UNKNOWN,
            "",
            id="the check ended early",
        ),
        pytest.param(
            [Found(ORIGINS, Outcome.WAIVED, [finding()])],
            State.UNUSED,
            "is about no check that is made for the role web; remove it",
            id="no check is about it",
        ),
        pytest.param(
            [Found(VERSIONS, Outcome.UNMEASURED, [finding(), UNMEASURED])],
            State.ACTIVE,
            "",
            id="used, beside a silent host",
        ),
    ],
)
def test_a_waiver_that_does_not_fit_what_was_found_is_a_reason_against_go(
    tmp_path: Path, found: list[Found], state: State, words: str
) -> None:
    """Unless that is not known, in which case the check itself is the reason."""
    assert stands(at(read(tmp_path, stanza())), *found) == [(state, words)]


def test_a_waiver_of_an_aspect_is_used_when_one_of_its_checks_uses_it(tmp_path: Path) -> None:
    """And the result names the checks that it is about, and those that use it."""
    waivers = at(read(tmp_path, stanza(check="packages")))
    found = [
        Found(ORIGINS, Outcome.SAME, []),
        Found(VERSIONS, Outcome.WAIVED, [finding()]),
        Found(check(role="db"), Outcome.WAIVED, [finding()]),
    ]
    (one,) = statuses(waivers, found)
    assert one == Status(waivers.listed[0], State.ACTIVE, "", (ORIGINS.id, VERSIONS.id), (VERSIONS.id,))


def test_the_second_waiver_of_one_finding_is_unused(tmp_path: Path) -> None:
    """One is enough, and nobody should believe in the other."""
    waivers = at(read(tmp_path, stanza(), stanza(check="packages")))
    states = [state for state, _ in stands(waivers, Found(VERSIONS, Outcome.WAIVED, [finding()]))]
    assert states == [State.ACTIVE, State.UNUSED]


def test_what_a_waiver_of_one_check_no_longer_finds_makes_that_check_red(tmp_path: Path) -> None:
    """A strict expected failure; which of several checks should fail nobody can tell."""
    own, of_aspect = read(tmp_path, stanza(), stanza(check="packages"))
    waivers = at((own, of_aspect))
    every = [VERSIONS, ORIGINS, check(role="db")]
    assert waivers.unneeded(VERSIONS, [], every) == (own,)
    assert waivers.unneeded(VERSIONS, [finding()], every) == ()
    assert waivers.unneeded(VERSIONS, [finding(standby="3")], every) == (own,)
    assert waivers.unneeded(ORIGINS, [], every) == ()
    assert waivers.unneeded(VERSIONS, [], [VERSIONS]) == (own, of_aspect)


def test_a_waiver_about_a_check_in_several_languages_makes_none_of_them_red(tmp_path: Path) -> None:
    """Its finding may be that of one language alone."""
    german, french = check(parameter="de"), check(parameter="fr")
    waivers = at(read(tmp_path, stanza()))
    assert waivers.unneeded(german, [], [german, french]) == ()
    found = [Found(german, Outcome.SAME, []), Found(french, Outcome.WAIVED, [finding()])]
    assert stands(waivers, *found) == [(State.ACTIVE, "")]
    assert stands(waivers, found[0], Found(french, Outcome.SAME, []))[0][0] is State.UNUSED
    assert stands(waivers, found[0], Found(french, Outcome.NOT_RUN, []))[0][0] is State.UNKNOWN


@pytest.mark.parametrize(
    ("finished", "told"),
    [(timedelta(seconds=-1), False), (timedelta(0), True), (timedelta(seconds=1), True)],
)
def test_a_waiver_that_expires_while_the_run_is_under_way_is_a_reason(
    tmp_path: Path, finished: timedelta, told: bool
) -> None:
    """It was valid when the run began; a GO that stands on it would be over before it is said."""
    waivers = at(read(tmp_path, stanza()))
    standing = statuses(waivers, [Found(VERSIONS, Outcome.WAIVED, [finding()])])
    said = reasons(standing, waivers.listed[0].says.expires + finished)
    assert said == ((f"{waivers.listed[0].label} expired while the run was under way",) if told else ())


def test_a_waiver_of_what_is_not_known_is_no_reason_even_if_it_expires(tmp_path: Path) -> None:
    """What could not be made is reason enough."""
    waivers = at(read(tmp_path, stanza()))
    standing = statuses(waivers, [Found(VERSIONS, Outcome.NOT_RUN, [])])
    assert reasons(standing, waivers.listed[0].says.expires) == ()
