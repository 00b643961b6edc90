"""What the director's page says. How it looks and behaves is tried in a browser (selftests/browser)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import files
from zoneinfo import ZoneInfo

import pytest

from selftests.browser import examples
from siteparity.model import Outcome, Severity, Verdict
from siteparity.report import render
from siteparity.report.groups import State, heaviest
from siteparity.report.view import page
from siteparity.result import Result

NAMES = ("go", "no_go", "unknown", "in_part", "drafted", "hostile", "by_design")


@dataclass(frozen=True)
class Past:
    """An earlier run."""

    run: str
    finished_at: datetime
    verdict: Verdict = Verdict.NO_GO
    primary: str = "dallas"
    standby: str = "arizona"
    blockers: int | None = 5
    loss_seconds: float | None = None


def words(html: str) -> str:
    """The text of a page, without markup and with single spaces."""
    body = html.partition("<body")[2]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", body))


@pytest.mark.parametrize("name", NAMES)
def test_the_same_result_gives_the_same_page(name: str) -> None:
    """Nothing but the result decides: no clock, no order of a set."""
    assert render(getattr(examples, name)()) == render(getattr(examples, name)())


@pytest.mark.parametrize(
    ("name", "sentence", "source"),
    [
        ("go", "Arizona may take over now", "Dallas, live"),
        ("no_go", "Arizona cannot take over now", "Dallas, live"),
        ("unknown", "Not known whether Arizona can take over", "a record of Dallas, 6 h 12 min old"),
    ],
)
def test_the_answer_stands_in_the_title_and_in_the_heading(name: str, sentence: str, source: str) -> None:
    """With what it was compared with, beside it."""
    result: Result = getattr(examples, name)()
    html = render(result)
    assert f"<title>{result.verdict.value}: {sentence}, 2026-11-23 01:03 UTC</title>" in html
    heading = re.findall(r"<h1>.*?</h1>", html)
    assert len(heading) == 1
    assert words("<body>" + heading[0]) == f"> {result.verdict.value} {sentence} "
    assert f"Compared with {source}" in words(html)


def test_names_come_from_the_result_alone() -> None:
    """After a failover the sites change places."""
    result = examples.go()
    turned = result.model_copy(update={"primary": result.standby, "standby": result.primary})
    assert "Dallas may take over now" in render(turned)


def test_only_a_go_has_a_validity() -> None:
    """What may not be relied on is not valid until anything."""
    assert "Valid until 2026-11-23 05:05 UTC" in words(render(examples.go()))
    assert "Valid until" not in words(render(examples.no_go()))


def test_local_time_follows_in_brackets_where_a_zone_is_given() -> None:
    """The director's watch shows local time."""
    html = render(examples.go(), zone=ZoneInfo("America/Chicago"))
    assert "2026-11-23 05:05 UTC (23:05 CST)" in html


def test_what_stops_us_is_told_by_promise_effect_owner_and_age() -> None:
    """One promise for all its findings, the oldest of them gives the age."""
    stops = page(examples.no_go()).stops
    first = next(card for card in stops if card.aspect == "Replication")
    assert first.sentence == "The standby's database follows the primary's without a break"
    assert first.title == "The copy of the database on Arizona db1 receives nothing"
    assert (first.owner, first.effect) == ("Database team", "about 14 min of orders would be lost")
    assert first.since == "21 h 37 min"
    assert first.about == "Replication, db: wal_receiver, lag"
    assert [card.state for card in stops] == [State.STOP] * 5 + [State.UNKNOWN] * 2


def test_age_is_told_in_runs_where_the_history_knows_them() -> None:
    """Two runs say more to a director than a time."""
    result = examples.no_go()
    history = [Past(f"run{hours}", examples.FINISHED - timedelta(hours=hours)) for hours in (50, 20, 10)]
    own = Past(result.run, result.finished_at)
    cards = {card.aspect: card for card in page(result, [*history, own]).stops}
    assert cards["Replication"].since == "3 runs, 21 h 37 min"
    assert cards["Path"].since == "new"


def test_warnings_and_accepted_differences_stop_nothing_and_are_shown() -> None:
    """A GO hides neither."""
    shown = page(examples.go())
    assert shown.stops == ()
    assert [card.aspect for card in shown.warnings] == ["Kernel"]
    assert [card.rows[0].waiver[:7] for card in shown.accepted] == ["rebuild"]


def test_the_strip_of_areas_tells_ok_a_count_or_not_known() -> None:
    """Each area once, with a word or number and a symbol."""
    (_, compared), (_, tried) = page(examples.no_go()).strips
    states = {chip.name: (chip.state, chip.count) for chip in compared}
    assert len(states) == len(examples.ASPECTS)
    assert states["Locales"] == (State.STOP, 3)
    assert states["Packages"] == (State.WARNING, 2)
    assert states["Capacity"] == (State.UNKNOWN, 1)
    assert states["DNS"] == (State.UNKNOWN, 0)
    assert states["Boot"] == (State.OK, 0)
    assert {chip.state for chip in tried} == {State.OK}


def test_the_matrix_shows_every_aspect_and_role_and_where_no_check_is() -> None:
    """An empty cell is not an ok."""
    compared, tried = page(examples.no_go()).matrices
    assert compared.columns == ("db", "edge", "sessions", "web")
    row = dict(compared.rows)["Locales"]
    assert [cell and (cell.state, cell.findings) for cell in row] == [
        (State.OK, 0), None, None, (State.STOP, 3),
    ]  # fmt: skip
    assert tried.columns == ("de", "edge", "en", "fr", "ja", "web")


def test_coverage_counts_what_was_made_and_what_came_of_it() -> None:
    """A check that was not made is not silently left out."""
    assert page(examples.no_go()).coverage == (
        "144 of 146 checks made on 10 of 10 hosts: 138 same, 1 not run, 1 unmeasured, 6 different"
    )


def test_a_run_without_any_check_is_told_as_such() -> None:
    """The page that stands while a run is in progress."""
    result = examples.result([], Verdict.NO_GO, ["run in progress"], planned=146)
    text = words(render(result))
    assert "run in progress" in text
    assert "0 of 146 checks made on 10 of 10 hosts" in text
    assert "146 planned checks were not made." in text


def test_a_check_that_was_not_made_is_no_ok() -> None:
    """It stops us, and says why."""
    html = render(examples.no_go())
    assert "The check was not made for: edge. What was not looked at is not equal." in words(html)


def test_nothing_is_the_state_of_nothing() -> None:
    """The fold of nothing is not ok."""
    assert heaviest([]) is State.UNKNOWN
    assert heaviest([State.OK, State.STOP, State.UNKNOWN]) is State.STOP


def test_a_go_says_what_it_does_not_cover() -> None:
    """And a comparison with a record, or without smoke tests, says so first."""
    assert "Arizona did not carry the customers" in words(render(examples.go()))
    assert page(examples.unknown()).limits[0].startswith("Dallas was not looked at: what changed there in")
    only = examples.result([examples.check("boot", "web")], Verdict.GO)
    assert "Arizona was compared, but not tried out: no smoke test is part of this run." in page(only).limits


@pytest.mark.parametrize("name", NAMES)
def test_no_script_no_handler_and_no_address_of_anything(name: str) -> None:
    """The page may be mailed, printed and archived: it runs and fetches nothing."""
    html = render(getattr(examples, name)())
    tags = re.findall(r"<[a-zA-Z/!][^>]*>", html)
    assert not [
        tag for tag in tags if re.match(r"<(script|iframe|object|embed|img|base|form|video|audio)", tag)
    ]
    assert not [tag for tag in tags if re.search(r"\son\w+\s*=", re.sub(r'"[^"]*"', "", tag))]
    links = re.findall(r'(?:href|src)="([^"]*)"', "".join(tags))
    assert {link for link in links if not link.startswith("#")} == {
        "data:,",
        "checks.html",
        "junit.xml",
        "result.json",
    }
    assert "default-src 'none'; style-src 'unsafe-inline'; img-src data:" in html


def test_hostile_text_is_shown_and_does_nothing() -> None:
    """Escaped, and without any character that cannot be seen."""
    html = render(examples.hostile())
    assert "<script" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "{{7*7}}" in html
    assert "[U+202E]gnp.exe" in html
    assert html.replace("\n", "").replace("\t", "").isprintable()


def test_templates_never_switch_escaping_off() -> None:
    """One ``safe`` would undo all of it."""
    template = files("siteparity.report").joinpath("report.html.jinja").read_text()
    assert not re.findall(r"\|\s*safe|autoescape|Markup", template)


def test_ten_thousand_findings_stay_small_and_are_counted() -> None:
    """The rest is in result.json."""
    html = render(examples.many())
    assert len(html.encode()) < 1_500_000
    assert "and 230 more (see result.json)" in html
    assert "and 249 more" not in html


def test_ten_thousand_checks_stay_small() -> None:
    """One line for each promise, whatever the number of roles."""
    assert len(render(examples.many_checks()).encode()) < 1_500_000


def test_one_role_that_is_only_a_warning_does_not_hide_a_blocker() -> None:
    """A test whose roles weigh differently makes two promises."""
    checks = [
        examples.check("boot", role, Outcome.DIFFERENT, [examples.finding("fstab")], severity=severity)
        for role, severity in (("web", Severity.WARNING), ("db", Severity.BLOCKER))
    ]
    shown = page(examples.result(checks, Verdict.NO_GO, ["1 blocker differs"]))
    assert [card.about for card in shown.stops] == ["Boot, db: fstab"]
    assert [card.about for card in shown.warnings] == ["Boot, web: fstab"]
