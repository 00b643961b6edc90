"""What an answer is about, from the hosts and the policy to the last line."""

from __future__ import annotations

from selftests.plugin.project import NOT_TRIED_OUT, PROBE, SITES, Project
from siteparity.model import Outcome, Verdict
from siteparity.policy.journeys import JOURNEYS

LISTING = PROBE.replace('"more", "few")', '"more", "few", "judged")').replace(
    "return Reading(read)",
    'return Reading(read, lists="things" if name == "judged" else "", moves=name == "judged")',
)
"""A probe that lists how each thing is judged."""


def test_what_nothing_judges_is_named_in_a_go_and_does_not_end_it(live: Project) -> None:
    """No check judges the table; `siteparity verify` does not compare it."""
    live.write("src/siteparity/probes/things.py", LISTING)
    for site in SITES:
        for host in ("web1", "web2"):
            live.things(site, host, judged={"a": "promised", "b": "compared"})
    live.things("dallas", "web1", judged={"a": "promised", "c": "2 up"})
    (live.root / "things" / "arizona-web2.judged").unlink()
    ran = live.siteparity("gate")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert (
        "\nthings: 3 promised, 2 compared, 1 judged by nothing: c, 2 up (dallas/web1); "
        "not known on 1 host (arizona/web2: judged: exit 1: "
    ) in ran.stdout
    (listed,) = live.latest().scope.listed
    assert (listed.aspect, listed.promised, listed.compared) == ("things", 3, 2)
    assert [(one.item, one.why, one.hosts) for one in listed.unjudged] == [("c", "2 up", ("dallas/web1",))]
    assert "judged by nothing" not in ran.stdout.splitlines()[-1]
    live.things("arizona", "web1", judged={"d": "1 up"})
    ran = live.siteparity("verify")
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_an_open_question_keeps_an_answer_from_go_and_stands_on_its_last_line(live: Project) -> None:
    """All checks hold, and nothing can be tried out that nobody has described."""
    absent = dict.fromkeys((f"smoke.{name}" for name in JOURNEYS if name != "attack"), NOT_TRIED_OUT)
    live.policy(absent=absent)
    ran = live.siteparity("gate")
    assert ran.returncode == 3, ran.stdout + ran.stderr
    assert ran.stdout.splitlines()[-1] == (
        "UNKNOWN  not known whether arizona can take over from dallas: 1 question is open: "
        f"{JOURNEYS['attack'].question} Answer it as smoke.attack in inventories/policy.yml"
    )
    result = live.latest()
    assert result.verdict is Verdict.UNKNOWN
    assert {check.outcome for check in result.checks} == {Outcome.SAME}
    assert [one.key for one in result.scope.undecided] == ["smoke.attack"]
    assert "Undecided: 1" in (live.reports / "latest" / "report.html").read_text()
