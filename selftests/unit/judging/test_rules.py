"""The rules: what is the same, what differs and how, and that nothing is proven by nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selftests.unit.sites import ARIZONA, DALLAS
from siteparity.judging import rules
from siteparity.judging.rules import Cohort, Pair
from siteparity.model import Finding, FindingKind, Group, Judgement, Outcome, Table, Unmeasured, Value
from siteparity.names import OwnNames

FIX = "do {item}"


def pair(primary: Mapping[str, Table | Unmeasured], standby: Mapping[str, Table | Unmeasured]) -> Pair:
    """Both cohorts of the table ``things``."""
    return Pair(Cohort(OwnNames.of(DALLAS), primary), Cohort(OwnNames.of(ARIZONA), standby), "things")


def both(primary: Table | Unmeasured, standby: Table | Unmeasured) -> Pair:
    """One host at each site."""
    return pair({"web1": primary}, {"web1": standby})


RULES: dict[str, Callable[[Pair], Judgement]] = {
    "same": lambda at: rules.same(at, fix=FIX),
    "everywhere": lambda at: rules.everywhere(at, one_of=["ok", 1], fix=FIX),
    "own_site": lambda at: rules.own_site(at, fix=FIX),
    "within": lambda at: rules.within(at, limit=10, fix=FIX),
    "only_at_primary": lambda at: rules.only_at_primary(at, equals="ok", fix=FIX),
    "only_at_primary, with a value elsewhere": lambda at: rules.only_at_primary(
        at, equals="ok", elsewhere="off", fix=FIX
    ),
    "near": lambda at: rules.near(at, percent=10, fix=FIX),
    "at_least": lambda at: rules.at_least(at, fix=FIX),
    "at_least over the role": lambda at: rules.at_least(at, over="role", fix=FIX),
}
NOTHING = {
    "no host": pair({}, {}),
    "no host at the primary": pair({}, {"web1": {"a": 1}}),
    "no host at the standby": pair({"web1": {"a": 1}}, {}),
    "a host of the primary with nothing": pair({"web1": {"a": 1}, "web2": {}}, {"web1": {"a": 9}}),
    "a host of the standby with nothing": pair({"web1": {"a": 1}}, {"web1": {"a": 9}, "web2": {}}),
    "empty tables": both({}, {}),
    "an empty table at the primary alone": pair({"web1": {}}, {}),
    "an empty table beside a full one": both({}, {"a": 1}),
}

values = st.one_of(st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=5))
tables = st.dictionaries(st.text(max_size=5), values, max_size=4)
cohorts = st.dictionaries(st.sampled_from(["web1", "web2", "web3"]), tables, max_size=3)


@pytest.mark.parametrize("rule", RULES)
@given(primary=cohorts, standby=cohorts, reason=st.text())
def test_an_unmeasured_host_is_never_the_same(
    rule: str, primary: dict[str, Table], standby: dict[str, Table], reason: str
) -> None:
    """Whatever the others say, one host without facts keeps a rule from saying "same"."""
    with_hole = pair({**primary, "web9": Unmeasured(reason)}, dict(standby))
    assert RULES[rule](with_hole).outcome is not Outcome.SAME
    other_way = pair(dict(primary), {**standby, "web9": Unmeasured(reason)})
    assert RULES[rule](other_way).outcome is not Outcome.SAME


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("nothing", NOTHING)
def test_a_rule_that_looked_at_nothing_never_says_same(rule: str, nothing: str) -> None:
    """Empty tables, and sites without hosts, prove nothing."""
    assert RULES[rule](NOTHING[nothing]).outcome is not Outcome.SAME


@given(table=tables.filter(bool))
def test_a_table_is_the_same_as_itself(table: Table) -> None:
    """No false alarm from equal facts."""
    assert rules.same(both(table, table), fix=FIX).outcome is Outcome.SAME


@given(primary=cohorts.filter(bool), standby=cohorts.filter(bool))
def test_sameness_is_what_a_simple_reading_says(primary: dict[str, Table], standby: dict[str, Table]) -> None:
    """An independent reading: every host holds every item with an equal value of an equal type."""
    everyone = [*primary.values(), *standby.values()]

    def typed(value: Value) -> tuple[type, Value]:
        return (float if type(value) is int else type(value), value)

    alike = all(
        {i: typed(v) for i, v in table.items()} == {i: typed(v) for i, v in everyone[0].items()}
        for table in everyone
    )
    items = {item for table in everyone for item in table}
    found = rules.same(pair(dict(primary), dict(standby)), fix=FIX)
    assert (found.outcome is Outcome.SAME) == (alike and bool(items))


@pytest.mark.parametrize(
    ("primary", "standby", "kind"),
    [
        ({"web1": {"a": 1}}, {"web1": {"a": 2}}, FindingKind.DIFFERENT),
        ({"web1": {"a": 1, "b": 1}}, {"web1": {"b": 1}}, FindingKind.MISSING),
        ({"web1": {"b": 1}}, {"web1": {"a": 1, "b": 1}}, FindingKind.EXTRA),
        ({"web1": {"a": 1}, "web2": {"a": 1}}, {"web1": {"a": 1}, "web2": {"a": 2}}, FindingKind.UNEVEN),
        ({"web1": {"a": 1}, "web2": {"a": 2}}, {"web1": {"a": 1}, "web2": {"a": 1}}, FindingKind.UNEVEN),
        ({"web1": {"a": True}}, {"web1": {"a": 1}}, FindingKind.DIFFERENT),
        ({"web1": {"a": 1}}, {"web1": {"a": "1"}}, FindingKind.DIFFERENT),
    ],
)
def test_a_difference_says_of_which_kind_it_is(
    primary: dict[str, Table | Unmeasured], standby: dict[str, Table | Unmeasured], kind: FindingKind
) -> None:
    """Missing, extra, different, and uneven among the siblings of one site."""
    findings = rules.same(pair(primary, standby), fix=FIX).findings
    assert [(finding.item, finding.kind) for finding in findings] == [("a", kind)]


def test_a_finding_names_values_and_hosts_of_both_sites() -> None:
    """The sentence that an engineer reads at night."""
    at = pair(
        {"web1": {"nginx": "1.22-11"}, "web2": {"nginx": "1.22-11"}},
        {"web1": {"nginx": "1.22-11"}, "web2": {"nginx": "1.22-10"}},
    )
    (finding,) = rules.same(at, fix="apt-get install {item}={primary}").findings
    assert finding.message == "nginx: dallas 1.22-11 (web1, web2) | arizona 1.22-11 (web1), 1.22-10 (web2)"
    assert finding.fix == "apt-get install nginx=1.22-11"


def many(value: Callable[[int], Value], number: int = 350) -> dict[str, Table]:
    """So many hosts."""
    return {f"web{host:03}": {"a": value(host)} for host in range(1, number + 1)}


def test_a_finding_names_the_first_hosts_and_counts_the_rest() -> None:
    """A site of hundreds of hosts is no longer to read than one of ten. The groups hold every host."""
    (finding,) = rules.same(pair(many(lambda _: 1), many(lambda host: host % 2)), fix=FIX).findings
    first = ", ".join(f"web00{host}" for host in range(1, 9))
    odd = ", ".join(f"web{host:03}" for host in range(1, 17, 2))
    even = ", ".join(f"web{host:03}" for host in range(2, 18, 2))
    assert finding.message == (
        f"a: dallas 1 ({first} and 342 more) | arizona 1 ({odd} and 167 more), 0 ({even} and 167 more)"
    )
    assert [len(group.hosts) for group in (*finding.primary, *finding.standby)] == [350, 175, 175]


def test_a_finding_tells_the_first_values_and_counts_the_rest() -> None:
    """If no two of hundreds of hosts have the same."""
    (finding,) = rules.same(pair(many(lambda _: 1), many(lambda host: host)), fix=FIX).findings
    assert finding.message.endswith("7 (web007), 8 (web008) and 342 more")
    assert len(finding.standby) == 350


def test_a_difference_outweighs_what_could_not_be_measured() -> None:
    """One silent host must not hide that its sibling is wrong."""
    at = pair({"web1": {"a": 1}}, {"web1": {"a": 2}, "web2": Unmeasured("no answer")})
    judgement = rules.same(at, fix=FIX)
    assert judgement.outcome is Outcome.DIFFERENT
    assert {finding.kind for finding in judgement.findings} == {FindingKind.DIFFERENT, FindingKind.UNMEASURED}


def test_own_names_are_the_same_and_the_other_sites_name_is_not() -> None:
    """`db.<own domain>` at each site is the same; the standby naming the primary stands out."""
    own = both({"db": "db.dallas.shop.example"}, {"db": "db.arizona.shop.example"})
    assert rules.same(own, fix=FIX).outcome is Outcome.SAME
    foreign = both({"db": "db.dallas.shop.example"}, {"db": "db.dallas.shop.example"})
    assert rules.same(foreign, fix=FIX).outcome is Outcome.DIFFERENT


@pytest.mark.parametrize(
    ("value", "outcome"),
    [
        ("ok", Outcome.SAME),
        (1, Outcome.SAME),
        (True, Outcome.DIFFERENT),
        ("1", Outcome.DIFFERENT),
        ("OK", Outcome.DIFFERENT),
    ],
)
def test_an_expectation_holds_for_the_value_and_its_type(value: Value, outcome: Outcome) -> None:
    """Broken alike at both sites is still broken."""
    assert rules.everywhere(both({"a": value}, {"a": value}), one_of=["ok", 1], fix=FIX).outcome is outcome


def test_one_empty_host_among_siblings_is_unmeasured() -> None:
    """A host that lists no item at all was not looked at."""
    at = pair({"web1": {"a": "ok"}, "web2": {}}, {"web1": {"a": "ok"}})
    assert rules.everywhere(at, one_of=["ok"], fix=FIX).outcome is Outcome.UNMEASURED


@pytest.mark.parametrize(
    ("value", "holds"),
    [(0, True), (10, True), (10.1, False), (-1, False), ("3", False), (True, False), (float("inf"), False)],
)
def test_a_limit_holds_for_numbers_from_zero_to_the_limit(value: Value, holds: bool) -> None:
    """A negative age, a text and a truth are no measure of anything."""
    outcome = rules.within(both({"a": value}, {"a": 1}), limit=10, fix=FIX).outcome
    assert (outcome is Outcome.SAME) == holds


@pytest.mark.parametrize(
    ("primary", "standby", "outcome"),
    [
        ("yes", "no", Outcome.SAME),
        ("yes", "yes", Outcome.DIFFERENT),
        ("no", "no", Outcome.DIFFERENT),
        ("no", "yes", Outcome.DIFFERENT),
    ],
)
def test_exactly_the_primary_is_active(primary: str, standby: str, outcome: Outcome) -> None:
    """Two active sites, and none, are both wrong."""
    assert (
        rules.only_at_primary(both({"armed": primary}, {"armed": standby}), equals="yes", fix=FIX).outcome
        is outcome
    )


@pytest.mark.parametrize(
    ("primary", "standby", "outcome"),
    [
        ("on", "off", Outcome.SAME),
        ("on", "masked", Outcome.DIFFERENT),
        ("on", "on", Outcome.DIFFERENT),
        ("off", "off", Outcome.DIFFERENT),
        ("failed", "off", Outcome.DIFFERENT),
        ("off", "on", Outcome.DIFFERENT),
    ],
)
def test_the_standby_may_have_a_value_of_its_own(primary: str, standby: str, outcome: Outcome) -> None:
    """Then no other will do: "not on" may also be "cannot be started"."""
    at = both({"worker": primary}, {"worker": standby})
    assert rules.only_at_primary(at, equals="on", elsewhere="off", fix=FIX).outcome is outcome


def test_the_standby_may_be_stronger_but_not_weaker() -> None:
    """Fewer, bigger hosts are legitimate when summed over the role."""
    few_big = pair({"web1": {"cores": 2}, "web2": {"cores": 2}}, {"web1": {"cores": 4}})
    assert rules.at_least(few_big, over="role", fix=FIX).outcome is Outcome.SAME
    weaker = pair({"web1": {"cores": 2}}, {"web1": {"cores": 4}, "web2": {"cores": 1}})
    assert rules.at_least(weaker, fix=FIX).outcome is Outcome.DIFFERENT
    silent = pair({"web1": {"cores": 2}}, {"web1": {"cores": 4}, "web2": {"memory": 1}})
    assert rules.at_least(silent, fix=FIX).outcome is Outcome.DIFFERENT
    assert rules.at_least(silent, over="role", fix=FIX).outcome is Outcome.SAME
    assert rules.at_least(both({"cores": 2}, {"memory": 2}), fix=FIX).outcome is Outcome.DIFFERENT
    assert rules.at_least(both({"cores": 2}, {"cores": "2"}), fix=FIX).outcome is Outcome.DIFFERENT


def test_a_share_of_what_the_primary_has_may_be_enough() -> None:
    """Free space is never exactly alike."""
    free = both({"free": 100}, {"free": 80})
    assert rules.at_least(free, percent=80, fix=FIX).outcome is Outcome.SAME
    judged = rules.at_least(free, percent=81, over="role", fix=FIX)
    assert judged.outcome is Outcome.DIFFERENT
    assert "at least 81 % of what dallas has in total" in judged.findings[0].message


def test_what_is_needed_is_asked_of_the_standby_whatever_the_primary_has() -> None:
    """Two sites that were both made too small are equal, and not healthy."""
    small = both({"workers": 2}, {"workers": 2})
    assert rules.at_least(small, fix=FIX).outcome is Outcome.SAME
    judged = rules.at_least(small, needed={"workers": 3}, over="role", fix=FIX)
    assert judged.outcome is Outcome.DIFFERENT
    assert "expected at least 3 in total" in judged.findings[0].message
    assert rules.at_least(small, needed={"workers": 2}, fix=FIX).outcome is Outcome.SAME
    assert rules.at_least(small, needed={"pool": 1}, fix=FIX).outcome is Outcome.DIFFERENT
    dead = both(Unmeasured("gone"), {"workers": 2})
    assert rules.at_least(dead, needed={"workers": 2}, fix=FIX).outcome is Outcome.SAME


def test_a_sum_without_one_of_its_hosts_says_nothing() -> None:
    """A host that is away leaves the role unmeasured, not too weak."""
    away = pair({"web1": {"cores": 2}}, {"web1": {"cores": 1}, "web2": Unmeasured("gone")})
    assert rules.at_least(away, over="role", fix=FIX).outcome is Outcome.UNMEASURED
    assert rules.at_least(away, over="role", needed={"cores": 2}, fix=FIX).outcome is Outcome.UNMEASURED


def test_a_rule_limited_to_one_site_does_not_look_at_the_other() -> None:
    """What only a standby has is expected of the standby alone."""
    at = both(Unmeasured("a primary has no lag"), {"lag": 1})
    assert rules.within(at, limit=10, at="standby", fix=FIX).outcome is Outcome.SAME
    assert rules.within(at, limit=10, fix=FIX).outcome is Outcome.UNMEASURED


def test_a_fix_quotes_what_a_host_said() -> None:
    """An engineer pastes the fix into a root shell, and a host wrote the value."""
    (finding,) = rules.same(both({"a": "$(reboot); x"}, {"a": "y"}), fix="set {item} {primary}").findings
    assert finding.fix == "set a '$(reboot); x'"


def test_a_value_that_looks_like_a_placeholder_is_not_filled_in_its_turn() -> None:
    """Else a host could close the quotes of one value with those of another."""
    at = both({"{primary}": "; reboot #"}, {"{primary}": "y"})
    (finding,) = rules.same(at, fix="set {item} {primary}").findings
    assert finding.fix == "set '{primary}' '; reboot #'"


def finding_of(judgement: Judgement) -> Finding:
    """The one finding of a rule."""
    (finding,) = judgement.findings
    return finding


GONE = Unmeasured("gone")
OK, BAD = {"a": "ok"}, {"a": "bad"}


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (
            lambda: rules.everywhere(both(BAD, OK), one_of=["ok", 1, True, False, 1.5], fix=FIX),
            "ok or 1 or yes or no or 1.5",
        ),
        (lambda: rules.own_site(both(OK, {"a": "198.18.2.21"}), fix=FIX), "a place inside its own site"),
        (
            lambda: rules.own_site(both(OK, {"a": "198.18.1.21"}), whose="primary", fix=FIX),
            "a place inside dallas",
        ),
        (lambda: rules.within(both({"a": 3}, {"a": 1}), limit=2.0, fix=FIX), "at most 2"),
        (
            lambda: rules.only_at_primary(both(OK, OK), equals="ok", fix=FIX),
            "ok at dallas and nowhere else",
        ),
        (
            lambda: rules.only_at_primary(both(OK, OK), equals="ok", elsewhere=False, fix=FIX),
            "ok at dallas and no at arizona",
        ),
        (lambda: rules.at_least(both({"a": 3}, {"a": 1}), fix=FIX), "at least what dallas has"),
        (
            lambda: rules.at_least(both({"a": 3}, {"a": 1}), over="role", fix=FIX),
            "at least what dallas has in total",
        ),
        (
            lambda: rules.at_least(both({"a": 3}, {"a": 1}), percent=50, fix=FIX),
            "at least 50 % of what dallas has",
        ),
        (lambda: rules.at_least(both({"a": 3}, {"a": 1}), needed={"a": 2.5}, fix=FIX), "at least 2.5"),
        (
            lambda: rules.at_least(both({"a": 3}, {"a": 1}), needed={"a": 2}, over="role", fix=FIX),
            "at least 2 in total",
        ),
    ],
)
def test_a_broken_expectation_says_what_was_found_and_what_was_expected(
    rule: Callable[[], Judgement], expected: str
) -> None:
    """In one sentence, with both sides, and as the kind that it is."""
    finding = finding_of(rule())
    assert (finding.item, finding.kind, finding.fix) == ("a", FindingKind.EXPECTATION, "do a")
    assert finding.message.startswith("a: dallas ")
    assert finding.message.partition("; ")[2] == f"expected {expected}"
    assert [group.hosts for group in (*finding.primary, *finding.standby)] == [("web1",), ("web1",)]


def test_a_difference_carries_the_values_of_both_sides() -> None:
    """What a report shows, and a waiver accepts, with the words for what has no value of its own."""
    finding = finding_of(rules.same(both({"a": True, "b": 1}, {"b": 1}), fix="set {primary} for {standby}"))
    assert finding == Finding(
        item="a",
        kind=FindingKind.MISSING,
        message="a: dallas yes (web1) | arizona none (web1)",
        fix="set yes for ''",
        primary=(Group(value=True, hosts=("web1",)),),
        standby=(Group(value=None, hosts=("web1",)),),
    )


@pytest.mark.parametrize(
    ("at", "primary", "standby", "message"),
    [
        (both(GONE, OK), (Group(value=None, hosts=("web1",)),), (), "dallas/web1: gone"),
        (both(OK, GONE), (), (Group(value=None, hosts=("web1",)),), "arizona/web1: gone"),
        (pair({}, {"web1": OK}), (), (), "dallas has no host to judge"),
        (pair({"web1": OK}, {}), (), (), "arizona has no host to judge"),
        (
            both({}, OK),
            (Group(value=None, hosts=("web1",)),),
            (),
            "dallas/web1 gave no item of things to judge",
        ),
        (
            both(OK, {}),
            (),
            (Group(value=None, hosts=("web1",)),),
            "arizona/web1 gave no item of things to judge",
        ),
    ],
)
def test_what_was_not_measured_names_the_host_its_side_and_the_reason(
    at: Pair, primary: tuple[Group, ...], standby: tuple[Group, ...], message: str
) -> None:
    """So that an engineer knows where to look; the item is the table."""
    finding = finding_of(rules.everywhere(at, one_of=["ok"], fix=FIX))
    assert finding == Finding(
        item="things", kind=FindingKind.UNMEASURED, message=message, primary=primary, standby=standby
    )
    if " gave no item" not in message:
        assert finding_of(rules.same(at, fix=FIX)) == finding


def test_a_side_that_was_not_measured_is_called_so_beside_what_was_found() -> None:
    """Not "none", which is a finding about it."""
    broken = rules.everywhere(both(GONE, BAD), one_of=["ok"], fix=FIX).findings[0]
    assert broken.message == "a: dallas unmeasured | arizona bad (web1); expected ok"


def test_one_and_one_point_zero_are_one_value_and_true_is_another() -> None:
    """A number is a number; what a host says is true is no number."""
    assert rules.same(both({"a": 1}, {"a": 1.0}), fix=FIX).outcome is Outcome.SAME
    numbers = pair({"web1": {"a": 1}, "web2": {"a": 1.0}}, {"web1": {"a": 1}})
    assert rules.same(numbers, fix=FIX).outcome is Outcome.SAME
    truth = pair({"web1": {"a": 1}, "web2": {"a": True}}, {"web1": {"a": 1}})
    finding = finding_of(rules.same(truth, fix=FIX))
    assert finding.kind is FindingKind.UNEVEN
    assert [group.hosts for group in finding.primary] == [("web1",), ("web2",)]
    assert rules.same(both({"a": True}, {"a": 1.0}), fix=FIX).outcome is Outcome.DIFFERENT


@pytest.mark.parametrize(
    ("whose", "primary", "standby", "outcome"),
    [
        ("own", "198.18.1.21", "198.18.2.21", Outcome.SAME),
        ("own", "198.18.1.21", "198.18.1.21", Outcome.DIFFERENT),
        ("primary", "198.18.1.21", "198.18.1.21", Outcome.SAME),
        ("primary", "198.18.1.21", "198.18.2.21", Outcome.DIFFERENT),
        ("own", 1, "198.18.2.21", Outcome.DIFFERENT),
    ],
)
def test_a_place_lies_inside_its_own_site_or_inside_the_primary(
    whose: Literal["own", "primary"], primary: Value, standby: Value, outcome: Outcome
) -> None:
    """A standby that replicates must name the primary; everything else must name itself."""
    at = both({"a": primary}, {"a": standby})
    assert rules.own_site(at, whose=whose, fix=FIX).outcome is outcome
    if whose == "own":
        assert rules.own_site(at, fix=FIX).outcome is outcome


@pytest.mark.parametrize(("at", "outcome"), [("primary", Outcome.SAME), ("standby", Outcome.DIFFERENT)])
def test_one_site_can_be_asked_alone(at: Literal["primary", "standby"], outcome: Outcome) -> None:
    """Either of them."""
    assert rules.everywhere(both(OK, BAD), one_of=["ok"], at=at, fix=FIX).outcome is outcome


COUNTED: dict[str, tuple[Callable[[], Judgement], int]] = {
    "same": (
        lambda: rules.same(pair({"web1": {"a": 1, "b": 1}, "web2": {"a": 1}}, {"web1": {"c": 1}}), fix=FIX),
        3,
    ),
    "same, with a silent primary": (lambda: rules.same(both(GONE, {"a": 1}), fix=FIX), 0),
    "everywhere": (
        lambda: rules.everywhere(pair({"web1": {"a": 1, "b": 1}}, {"web1": {"a": 1}}), one_of=[1], fix=FIX),
        3,
    ),
    "at least": (lambda: rules.at_least(both({"a": 1, "b": 1}, {"a": 1}), fix=FIX), 2),
    "at least, with a silent standby": (lambda: rules.at_least(both({"a": 1}, GONE), fix=FIX), 0),
    "at least, with a silent primary": (lambda: rules.at_least(both(GONE, {"a": 1}), fix=FIX), 0),
    "a sum without one of its hosts": (
        lambda: rules.at_least(
            pair({"web1": {"a": 1}}, {"web1": {"a": 1}, "web2": GONE}), over="role", fix=FIX
        ),
        0,
    ),
}


@pytest.mark.parametrize("name", COUNTED)
def test_a_rule_counts_what_it_looked_at(name: str) -> None:
    """Nothing, where one side said nothing: zero is what keeps a check from being the same."""
    rule, compared = COUNTED[name]
    assert rule().compared == compared


@pytest.mark.parametrize("needed", [None, {"a": 1}])
def test_a_standby_of_which_no_host_answers_is_unmeasured_and_not_too_weak(
    needed: dict[str, float] | None,
) -> None:
    """Nobody knows what it has."""
    assert rules.at_least(both({"a": 1}, GONE), needed=needed, fix=FIX).outcome is Outcome.UNMEASURED


@pytest.mark.parametrize(
    ("primary", "standby", "over", "outcome"),
    [
        pytest.param([2, 2], [3], "role", Outcome.DIFFERENT, id="the sum is less, each host is stronger"),
        pytest.param([4], [2, 2], "role", Outcome.SAME, id="the sum is enough, each host is weaker"),
        pytest.param([2, 4], [3], "host", Outcome.DIFFERENT, id="weaker than the strongest"),
        pytest.param([2, 4], [4, 5], "host", Outcome.SAME, id="the weakest is as strong as the strongest"),
        pytest.param([100], [99.5], "host", Outcome.DIFFERENT, id="all of it is needed"),
        pytest.param([2, "x"], [2], "host", Outcome.DIFFERENT, id="a primary that gives no number"),
        pytest.param([2], [2, "x"], "role", Outcome.DIFFERENT, id="a standby that gives no number"),
    ],
)
def test_the_weakest_is_held_against_the_strongest_or_sums_against_each_other(
    primary: list[Value], standby: list[Value], over: Literal["host", "role"], outcome: Outcome
) -> None:
    """And what is no number is never enough."""
    at = pair(
        {f"web{number}": {"a": value} for number, value in enumerate(primary, 1)},
        {f"web{number}": {"a": value} for number, value in enumerate(standby, 1)},
    )
    assert rules.at_least(at, over=over, fix=FIX).outcome is outcome


@pytest.mark.parametrize(
    ("primary", "standby", "suffices", "outcome", "notes"),
    [
        pytest.param([4, 4], [2], {"a": 2}, Outcome.SAME, ["2 in total, dallas 8; 2 is"], id="enough"),
        pytest.param([4], [1.5], {"a": 1}, Outcome.SAME, ["1.5 in total, dallas 4; 1 is"], id="a fraction"),
        pytest.param(
            [2**32], [2**31], {"a": 2**30}, Outcome.SAME,
            ["2147483648 in total, dallas 4294967296; 1073741824 is"], id="digits are not rounded",
        ),
        pytest.param([4], [1], {"a": 2}, Outcome.DIFFERENT, [], id="not enough"),
        pytest.param([4], [2], {}, Outcome.DIFFERENT, [], id="nobody says what is enough"),
        pytest.param([4], [2], {"b": 1}, Outcome.DIFFERENT, [], id="that is said of something else"),
        pytest.param([4], [4], {"a": 2}, Outcome.SAME, [], id="as much as the primary"),
        pytest.param([4], [5], {"a": 9}, Outcome.SAME, [], id="more than the primary, which has too little"),
        pytest.param([4], ["x"], {"a": 1}, Outcome.DIFFERENT, [], id="no number"),
        pytest.param(["x"], [4], {"a": 1}, Outcome.DIFFERENT, [], id="no number at the primary"),
    ],
)  # fmt: skip
def test_less_than_the_primary_has_is_told_where_it_suffices(
    primary: list[Value], standby: list[Value], suffices: dict[str, float], outcome: Outcome, notes: list[str]
) -> None:
    """The amounts of one item speak for no other, and what is no number never suffices."""
    at = pair(
        {f"web{number}": {"a": value} for number, value in enumerate(primary, 1)},
        {f"web{number}": {"a": value} for number, value in enumerate(standby, 1)},
    )
    judged = rules.at_least(at, over="role", suffices=suffices, fix=FIX)
    assert judged.outcome is outcome
    assert judged.notes == tuple(f"a: arizona has {note} enough by the policy" for note in notes)


def test_what_suffices_of_a_host_is_what_its_weakest_has() -> None:
    """And one that lacks the item has nothing; nor does a note outweigh a host that is silent."""
    at = pair({"web1": {"a": 4}, "web2": {"a": 2}}, {"web1": {"a": 3}, "web2": {"a": 2}})
    enough = rules.at_least(at, suffices={"a": 2}, fix=FIX)
    assert enough.outcome is Outcome.SAME
    assert enough.notes == ("a: arizona has 2, dallas 4; 2 is enough by the policy",)
    assert rules.at_least(at, suffices={"a": 3}, fix=FIX).outcome is Outcome.DIFFERENT
    lacking = pair({"web1": {"a": 4}}, {"web1": {"a": 3}, "web2": {"b": 2}})
    assert rules.at_least(lacking, suffices={"a": 1}, fix=FIX).outcome is Outcome.DIFFERENT
    silent = pair({"web1": {"a": 4}}, {"web1": {"a": 3}, "web2": GONE})
    assert rules.at_least(silent, over="role", suffices={"a": 1}, fix=FIX).outcome is Outcome.UNMEASURED


def test_what_suffices_lowers_no_need() -> None:
    """What is needed is needed, whatever else is said to be enough."""
    small = both({"a": 4}, {"a": 2})
    judged = rules.at_least(small, needed={"a": 3}, suffices={"a": 1}, fix=FIX)
    assert judged.outcome is Outcome.DIFFERENT
    assert judged.notes == ()


@pytest.mark.parametrize(
    ("primary", "standby", "outcome"),
    [
        ({"web1": {"a": 100.0}}, {"web1": {"a": 90.0}}, Outcome.SAME),
        ({"web1": {"a": 100.0}}, {"web1": {"a": 89.9}}, Outcome.DIFFERENT),
        ({"web1": {"a": 90}}, {"web1": {"a": 100.0}}, Outcome.SAME),
        ({"web1": {"a": 100.0}, "web2": {"a": 95.0}}, {"web1": {"a": 90.0}}, Outcome.SAME),
        ({"web1": {"a": 100.0}, "web2": {"a": 85.0}}, {"web1": {"a": 92.0}}, Outcome.DIFFERENT),
        ({"web1": {"a": -100.0}}, {"web1": {"a": -90.0}}, Outcome.SAME),
        ({"web1": {"a": 1.0}}, {"web1": {"a": -1.0}}, Outcome.DIFFERENT),
        ({"web1": {"a": 0}}, {"web1": {"a": 0.0}}, Outcome.SAME),
        ({"web1": {"a": 0}}, {"web1": {"a": 0.1}}, Outcome.DIFFERENT),
        ({"web1": {"a": 1}}, {"web1": {"a": "1"}}, Outcome.DIFFERENT),
        ({"web1": {"a": True}}, {"web1": {"a": 1}}, Outcome.DIFFERENT),
        ({"web1": {"a": 1, "b": 1}}, {"web1": {"a": 1}}, Outcome.DIFFERENT),
        ({"web1": {"a": float("nan")}}, {"web1": {"a": float("nan")}}, Outcome.DIFFERENT),
        ({"web1": {"a": float("inf")}}, {"web1": {"a": float("inf")}}, Outcome.DIFFERENT),
    ],
)
def test_numbers_are_near_if_the_smallest_is_close_to_the_largest(
    primary: dict[str, Table | Unmeasured], standby: dict[str, Table | Unmeasured], outcome: Outcome
) -> None:
    """Over all hosts of both sites, in per cent of the largest; what is no number is near nothing."""
    found = rules.near(pair(primary, standby), percent=10, fix=FIX)
    assert found.outcome is outcome
    for finding in found.findings:
        assert finding.message.endswith("; expected at most 10 % apart")
        assert finding.kind is FindingKind.DIFFERENT
        assert finding.fix == f"do {finding.item}"


def test_near_counts_its_items_and_needs_both_sites() -> None:
    """A site that is silent is compared with nothing."""
    assert rules.near(both({"a": 1, "b": 2}, {"a": 1, "b": 2}), percent=5, fix=FIX).compared == 2
    alone = rules.near(both({"a": 1}, Unmeasured("no answer")), percent=5, fix=FIX)
    assert (alone.outcome, alone.compared) == (Outcome.UNMEASURED, 0)


def test_an_expectation_names_the_hosts_that_break_it() -> None:
    """Of both sites, and no others; a comparison blames nobody."""
    at = pair({"web1": {"a": "ok"}, "web2": {"a": "bad"}}, {"web2": {"a": "ok"}, "web1": {"a": "worse"}})
    (finding,) = rules.everywhere(at, one_of=["ok"], fix=FIX).findings
    assert finding.where == ("dallas/web2", "arizona/web1")
    (compared,) = rules.same(at, fix=FIX).findings
    assert compared.where == ()


named = st.one_of(values, st.sampled_from(["web1", "dallas", "198.18.1.21", "web2.arizona.shop.example"]))
shared = st.lists(st.dictionaries(st.text(max_size=3), named, max_size=4), min_size=1, max_size=2)
who = st.dictionaries(st.sampled_from(["web1", "web2", "web3"]), st.integers(0, 1), max_size=3)


@pytest.mark.parametrize("rule", RULES)
@given(some=shared, primary=who, standby=who)
def test_hosts_that_share_a_table_are_judged_as_if_each_had_its_own(
    rule: str, some: list[dict[str, Value]], primary: dict[str, int], standby: dict[str, int]
) -> None:
    """A table that many hosts have is looked at once; nothing of the judgement depends on that."""
    one = pair(*({host: some[at % len(some)] for host, at in side.items()} for side in (primary, standby)))
    each = pair(
        *({host: dict(some[at % len(some)]) for host, at in side.items()} for side in (primary, standby))
    )
    assert RULES[rule](one) == RULES[rule](each)
