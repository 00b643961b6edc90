"""The terminal's answer: its last line is the verdict, and nothing in it drives the terminal."""

from __future__ import annotations

from datetime import timedelta

import pytest
from markupsafe import escape

from selftests.browser import examples
from siteparity.model import Judgement, Outcome, Verdict
from siteparity.report import summary, verdict_line
from siteparity.report.checks_html import findings_html
from siteparity.report.html import render
from siteparity.report.limits import limits
from siteparity.result import Result, SavedCause, SavedLoss, SavedNotApplicable


@pytest.mark.parametrize(
    ("name", "line"),
    [
        (
            "go",
            (
                "GO  arizona may take over from dallas until 2026-11-23 05:05 UTC: "
                "146 of 146 checks made on 10 of 10 hosts: 144 same, 1 waived, 1 different"
            ),
        ),
        (
            "no_go",
            (
                "NO-GO  arizona cannot take over from dallas: 5 blockers differ, first: "
                "The copy of the database on Arizona db1 receives nothing"
            ),
        ),
        (
            "unknown",
            (
                "UNKNOWN  not known whether arizona can take over from dallas: 2 checks could not be "
                "measured (first: locales[web]: arizona/web2 gave no answer within 30 s)"
            ),
        ),
    ],
)
def test_the_last_line_is_the_verdict(name: str, line: str) -> None:
    """Scripts read it, and people see it first."""
    result = getattr(examples, name)()
    assert summary(result).split("\n")[-1] == line == verdict_line(result)


def by_record(loss: SavedLoss | None) -> Result:
    """A GO with a record of six hours before, and what may be lost."""
    go = examples.go()
    at = go.finished_at - timedelta(hours=6, minutes=12)
    primary = go.primary.model_copy(update={"source": "record", "measured_at": at})
    return go.model_copy(update={"primary": primary, "data_loss": loss})


def loss(seconds: float, missing: int = 0) -> SavedLoss:
    """Whatever was written in so many seconds before the standby was measured."""
    until = examples.FINISHED
    return SavedLoss(since=until - timedelta(seconds=seconds), until=until, missing_bytes=missing)


AGE = "6 h 12 min old, measured 2026-11-22 18:53 UTC"


@pytest.mark.parametrize(
    ("lost", "told"),
    [
        (None, "not known: what the standby has of the primary's orders could not be read"),
        (loss(1.0), "up to 1 s: whatever was written after 2026-11-23 01:05 UTC"),
        (loss(1.2), "up to 2 s: whatever was written after 2026-11-23 01:05 UTC"),
        (
            loss(7500, 5 * 2**20),
            (
                "up to 2 h 5 min: whatever was written after 2026-11-22 23:00 UTC; "
                "at least 5.0 MiB of it is missing"
            ),
        ),
        (
            loss(60, 7),
            "up to 1 min: whatever was written after 2026-11-23 01:04 UTC; at least 7 bytes of it is missing",
        ),
    ],
)
def test_a_record_and_what_may_be_lost_stand_on_the_first_lines_and_on_the_last(
    lost: SavedLoss | None, told: str
) -> None:
    """Who reads one line alone must not take it for a comparison with a living primary."""
    first, second, *_, last = summary(by_record(lost)).split("\n")
    assert first == f"compared with a record of dallas, {AGE}; dallas itself was not contacted"
    assert second == f"orders that may be lost: {told}"
    assert f" (by a record 6 h 12 min old; orders that may be lost: {told}): " in last
    html = render(by_record(lost)).partition("What stops us")[0]
    assert f"a record of Dallas, {AGE}" in html
    assert escape(told) in html


def test_a_live_comparison_speaks_of_no_record_and_no_loss() -> None:
    """There the lag is measured, and judged by a check."""
    for text in (summary(examples.go()), render(examples.go()).partition("What stops us")[0]):
        assert "record" not in text
        assert "may be lost" not in text


def test_both_sides_effect_and_fix_stand_together() -> None:
    """Whoever is called at night needs no second tool to see what to do."""
    text = summary(examples.no_go())
    block = text[text.index("- open sockets") :].split("\n")[:5]
    assert block == [
        "- open sockets (web): expected a place inside its own site",
        "      dallas   10.1.0.31:6379 (web1, web2)",
        "      arizona  10.2.0.31:6379 (web1) | 10.1.0.31:6379 (web2)",
        "      effect   customers are logged out and carts are empty after the switch",
        "      fix      sed -i 's/10.1.0.31/10.2.0.31/' /etc/shop/env && systemctl restart shop",
    ]


def test_an_unmeasured_host_is_not_called_absent() -> None:
    """What could not be looked at may well be there."""
    text = summary(examples.unknown())
    assert "arizona  unmeasured (web2)" in text
    assert "absent" not in text.replace("absent 0", "")


def test_hostile_text_drives_no_terminal_and_forges_no_verdict() -> None:
    """No control character passes, and no line of a host begins at the margin."""
    text = summary(examples.hostile())
    assert all(line.isprintable() for line in text.split("\n"))
    assert [line for line in text.split("\n") if line.startswith(("GO", "NO-GO", "UNKNOWN"))] == [
        text.split("\n")[-1]
    ]


def test_colour_comes_only_when_asked_for() -> None:
    """NO_COLOR and pipes get plain text."""
    assert "\x1b" not in summary(examples.no_go())
    coloured = summary(examples.no_go(), colour=True)
    assert coloured.split("\n")[-1].startswith("\x1b[1;31mNO-GO")
    assert coloured.endswith("\x1b[0m")


def test_many_findings_are_counted_and_not_all_printed() -> None:
    """Ten thousand findings do not scroll the verdict's reasons away."""
    text = summary(examples.many())
    assert text.count("\n  - ") == 40 * 4
    assert text.count("\n      effect") == 40


def test_a_finding_of_many_hosts_is_as_short_as_one_of_ten() -> None:
    """On the terminal and on the pages alike: the first hosts and values are told, the rest are counted."""
    hosts = [f"web{number:03}" for number in range(350)]
    found = examples.finding(
        "nginx",
        primary=[examples.group("1.22", *hosts)],
        standby=[examples.group(f"1.{number}", host) for number, host in enumerate(hosts)],
        message="nginx differs",
    )
    answer = examples.result([examples.check("packages", "web", Outcome.DIFFERENT, [found])], Verdict.NO_GO)
    page = findings_html(Judgement((found,), 1), "dallas", "arizona")
    for told in (summary(answer), render(answer), page):
        assert "web007 and 342 more" in told
        assert "web011" not in told
    assert "1.7 (web007) and 342 more\n" in summary(answer)


def test_findings_of_a_kind_make_one_paragraph() -> None:
    """Another version of an application has a hundred other messages: one cause, told once."""
    fix = "deploy the same release on all hosts"
    found = [
        examples.finding(
            f"message {number}",
            primary=[examples.group(f"{number}", "web1")],
            standby=[examples.group(f"-{number}", "web1", "web2")],
            effect="Customers read other words.",
            fix=fix,
        )
        for number in range(96)
    ]
    other = examples.finding("lost", primary=[examples.group("1", "web1")], effect="Gone.", fix="look")
    checks = [examples.check("catalogues", "web", Outcome.DIFFERENT, [*found, other])]
    text = summary(examples.result(checks, Verdict.NO_GO))
    start = text.index("  - message 0")
    assert text[start:].split("\n")[:13] == [
        *(
            line
            for number in range(3)
            for line in (
                f"  - message {number} (web): differs between the sites",
                f"      dallas   {number} (web1)",
                f"      arizona  -{number} (web1, web2)",
            )
        ),
        "  - 93 more like these: message 3, message 4, message 5 and 90 more (see result.json)",
        "      effect   Customers read other words.",
        f"      fix      {fix}",
        "  - lost (web): differs between the sites",
    ]


def test_the_cause_stands_before_what_follows_from_it() -> None:
    """Whatever order the checks have."""
    early = examples.check("accounts", "web", Outcome.DIFFERENT, [examples.finding("early")])
    root = examples.check("files", "web", Outcome.DIFFERENT, [examples.finding("release")])
    after = examples.check("catalogues", "web", Outcome.DIFFERENT, [examples.finding("message")])
    cause = SavedCause(sentence=root.sentence, root=root.id, checks=(after.id,))
    of = examples.result([after, early, root], Verdict.NO_GO).model_copy(update={"causes": (cause,)})
    text = summary(of)
    assert text.index("- release") < text.index("- early")
    assert "- message" not in text
    assert "1 other check with it: catalogues 1" in text


def lacking(*names: str) -> tuple[SavedNotApplicable, ...]:
    """Checks that do not apply."""
    return tuple(
        SavedNotApplicable(kind="parity", check=name, sentence="It", keys=("aspects.boot.required",))
        for name in names
    )


@pytest.mark.parametrize(
    ("update", "lines"),
    [
        (
            {"not_applicable": lacking("boot.a")},
            ["1 check does not apply: the policy names nothing of the kind: boot.a"],
        ),
        (
            {"not_applicable": lacking("a.b", "c.d", "e.f", "g.h", "i.j")},
            [
                (
                    "5 checks do not apply: the policy names nothing of the kind: "
                    "a.b, c.d, e.f and 2 more (see result.json)"
                )
            ],
        ),
        (
            {"not_applicable": lacking("a.b"), "hosts_in_no_role": ("dallas/jump1", "arizona/jump1")},
            [
                "1 check does not apply: the policy names nothing of the kind: a.b",
                "2 hosts are in no role of the policy and were not looked at: dallas/jump1, arizona/jump1",
            ],
        ),
    ],
)
def test_what_was_not_looked_at_stands_above_the_verdict(update: dict[str, object], lines: list[str]) -> None:
    """A GO says what it does not rest on; the page lists it."""
    go = examples.go()
    assert "apply" not in summary(go)
    assert "no role" not in summary(go)
    lesser = go.model_copy(update=update)
    assert summary(lesser).split("\n")[-1 - len(lines) : -1] == lines
    told = " ".join(limits(lesser))
    for one in lesser.not_applicable:
        assert f"{one.check} (aspects.boot.required)" in told
    assert all(host in render(lesser) for host in lesser.hosts_in_no_role)


def test_what_is_told_and_no_finding_stands_above_the_verdict() -> None:
    """The page lists every note; the terminal says how many there are."""
    go = examples.go()
    assert "no finding" not in summary(go)
    notes = ("cores: arizona has 2 in total, dallas 4; 2 is enough by the policy", "\x1b[2Jmemory")
    first, second, *others = go.checks
    checks = (first.model_copy(update={"notes": notes}), second.model_copy(update={"notes": notes}), *others)
    told = go.model_copy(update={"checks": checks})
    *_, one, _, three, more, last = summary(told).split("\n")
    assert last.startswith("GO ")
    assert one == f"told, and no finding: {first.aspect} ({first.role}): {notes[0]}"
    assert three == f"told, and no finding: {second.aspect} ({second.role}): {notes[0]}"
    assert more == "told, and no finding: 1 more (see result.json)"
    assert "\x1b" not in summary(told)
    assert [one for one in limits(told) if notes[0] in one] == [
        f"{check.aspect} ({check.role}): {notes[0]}." for check in (first, second)
    ]
