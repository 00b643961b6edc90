"""The commands `plan`, `watch`, `said` and `drills`: what they print, write and refuse. No host is asked."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from selftests.unit.failover.plans import START, begun
from siteparity.commands import failover
from siteparity.commands.cli import main
from siteparity.configuration import find_root
from siteparity.failover.answers import Answer, Look, Seen, questions
from siteparity.failover.document import Mode, Plan
from siteparity.failover.drill import Drill
from siteparity.failover.events import NAME, Begun, Ended, Proven, Said, append, read
from siteparity.watching.judged import Before

Printed = pytest.CaptureFixture[str]
INVENTORIES = find_root() / "inventories"


@pytest.fixture
def folders(tmp_path: Path) -> list[str]:
    """The options for a copy of the lab's inventories and for empty reports."""
    shutil.copytree(INVENTORIES, tmp_path / "inventories")
    return ["--inventories", str(tmp_path / "inventories"), "--reports", str(tmp_path / "reports")]


def reports_of(folders: list[str]) -> Path:
    """The reports folder of these options."""
    return Path(folders[-1])


def plan_of(folders: list[str]) -> Path:
    """The plan's file of these options."""
    return Path(folders[1]) / "failover.yml"


def test_a_plan_is_printed_for_one_mode(folders: list[str], capsys: Printed) -> None:
    """With the hosts of the sites, in the direction that is asked for."""
    assert main(["plan", "--mode", "dead", "--primary", "arizona", "--standby", "dallas", *folders]) == 0
    text = capsys.readouterr().out
    assert text.startswith("# Failover plan: arizona to dallas\n")
    assert "On **db1.dallas.shop.example**, within **1 min**.\n\nAfter: decide, cut the old site off." in text
    assert "stop what writes" not in text


def test_the_way_back_alone(folders: list[str], capsys: Printed) -> None:
    """For another day."""
    assert main(["plan", "--mode", "planned", "--back", *folders]) == 0
    text = capsys.readouterr().out
    assert "pg_promote" not in text
    assert "### 3. protected again" in text


def test_a_page_is_written_as_well(folders: list[str], tmp_path: Path, capsys: Printed) -> None:
    """Whole, or not at all."""
    page = tmp_path / "plan.html"
    assert main(["plan", "--html", str(page), *folders]) == 0
    assert '<h3><span class="n">6.</span> promote</h3>' in page.read_text()
    assert capsys.readouterr().out.startswith("# Failover plan")
    assert main(["plan", "--html", str(tmp_path / "nowhere" / "plan.html"), *folders]) == 4
    assert "--html: expected a file in a folder that can be written" in capsys.readouterr().err


def test_the_head_says_when_it_was_rehearsed(folders: list[str], capsys: Printed) -> None:
    """A drill that did not end is no rehearsal; damaged lines are told, since they may be one."""
    append(reports_of(folders), (begun(),))
    main(["plan", *folders])
    assert "| planned | never |" in capsys.readouterr().out
    append(reports_of(folders), (Ended(drill="d1", at=START),))
    main(["plan", *folders])
    told = "| planned | 2026-12-01 03:00 UTC, dallas to arizona; CHANGED SINCE: rehearse it again |"
    assert told in capsys.readouterr().out
    with (reports_of(folders) / NAME).open("a") as file:
        file.write("{}\n")
    main(["plan", *folders])
    assert f"| dead | never; 1 lines of {NAME} are damaged |" in capsys.readouterr().out


def test_a_plan_with_a_mistake_is_refused_with_its_place(folders: list[str], capsys: Printed) -> None:
    """Exit code 4, as for every file."""
    text = plan_of(folders).read_text()
    plan_of(folders).write_text(
        text.replace("proof: {database: shut down}", "proof: {databse: shut down}", 1)
    )
    assert main(["plan", *folders]) == 4
    error = capsys.readouterr().err
    assert "failover.yml:" in error
    assert '(did you mean "database"?)' in error


def test_a_plan_with_a_mistake_is_found_by_day(folders: list[str], capsys: Printed) -> None:
    """`siteparity check` reads it as well; without a plan it has nothing to say about it."""
    assert main(["check", *folders[:2]]) == 0
    text = plan_of(folders).read_text()
    plan_of(folders).write_text(text.replace("proof: {database:", "proof: {databse:", 1))
    assert main(["check", *folders[:2]]) == 4
    assert "failover.yml:" in capsys.readouterr().err
    plan_of(folders).unlink()
    assert main(["check", *folders[:2]]) == 0


def test_what_a_person_said_is_noted(folders: list[str], capsys: Printed) -> None:
    """With the name and the words."""
    append(reports_of(folders), (begun(),))
    assert main(["said", "decide", "--by", "Grace Hopper", "--words", "we go", *folders]) == 0
    assert capsys.readouterr().out.endswith("said      decide, by Grace Hopper: we go\n")
    said = read(reports_of(folders)).events[-1]
    assert isinstance(said, Said)
    assert (said.drill, said.step, said.by, said.words) == ("d1", "decide", "Grace Hopper", "we go")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["decid", "--by", "Ada"], 'found "decid" (did you mean "decide"?)'),
        (["cut the old site off", "--by", "Ada"], "expected a step of the plan in the mode planned"),
        (["decide", "--by", " "], "--by: expected words"),
        (["decide", "--by", "..."], "--by: expected a name"),
    ],
)
def test_a_note_about_nothing_is_refused(
    arguments: list[str], expected: str, folders: list[str], capsys: Printed
) -> None:
    """Nothing is written."""
    append(reports_of(folders), (begun(),))
    assert main(["said", *arguments, *folders]) == 4
    assert expected in capsys.readouterr().err
    assert len(read(reports_of(folders)).events) == 1


def test_nothing_is_said_without_a_drill(folders: list[str], capsys: Printed) -> None:
    """Nor after its end."""
    assert main(["said", "decide", "--by", "Ada", *folders]) == 4
    assert "expected a drill that is under way, found none" in capsys.readouterr().err
    append(reports_of(folders), (begun(), Ended(drill="d1", at=START)))
    assert main(["said", "decide", "--by", "Ada", *folders]) == 4


def test_the_log_has_a_line_for_each_drill(folders: list[str], capsys: Printed) -> None:
    """The newest last; a damaged line is told, and the exit code says so."""
    assert main(["drills", *folders]) == 0
    assert capsys.readouterr().out == "no drill yet\n"
    second = begun(Mode.DEAD, START + timedelta(days=1)).model_copy(update={"drill": "d2"})
    append(reports_of(folders), (begun(), Ended(drill="d1", at=START), second))
    assert main(["drills", *folders]) == 0
    first, last = capsys.readouterr().out.splitlines()
    assert first.startswith("2026-12-01 03:00 UTC  planned  dallas -> arizona  by ada")
    assert first.endswith("protected again")
    assert last.endswith("not ended")
    with (reports_of(folders) / NAME).open("a") as file:
        file.write("{}\n")
    assert main(["drills", "--json", *folders]) == 3
    told = json.loads(capsys.readouterr().out)
    assert [one["drill"] for one in told["drills"]] == ["d1", "d2"]
    assert len(told["damaged"]) == 1


def test_the_log_stands_without_a_plan(folders: list[str], capsys: Printed) -> None:
    """It only lacks what the plan tells: which step is the fence."""
    append(reports_of(folders), (begun(),))
    plan_of(folders).unlink()
    assert main(["drills", *folders]) == 0
    heard = capsys.readouterr()
    assert "RTO not measured" in heard.out
    assert "failover.yml: expected a YAML file, found nothing" in heard.err


def test_the_log_is_a_page_and_a_pdf_as_well(folders: list[str], capsys: Printed, tmp_path: Path) -> None:
    """What is printed stays the same."""
    append(reports_of(folders), (begun(),))
    page, pdf = tmp_path / "drills.html", tmp_path / "drills.pdf"
    assert main(["drills", "--html", str(page), "--pdf", str(pdf), *folders]) == 0
    assert "dallas -> arizona" in capsys.readouterr().out
    assert "Dallas to Arizona, planned" in page.read_text()
    assert pdf.read_bytes().startswith(b"%PDF")
    assert main(["drills", "--pdf", str(tmp_path / "nowhere" / "x.pdf"), *folders]) == 4
    assert "--pdf: expected a file in a folder that can be written" in capsys.readouterr().err


class Calm:
    """Looks that see nothing happen."""

    def __init__(self, *_: object) -> None:
        pass

    def before(self) -> Before:
        """As at the beginning."""
        return Before(4, 4)

    def look(self, drill: Drill, plan: Plan) -> Look:
        """Nothing is known."""
        asked = questions(plan, drill.begun.mode)
        return Look(drill.begun.at, dict.fromkeys(asked, Answer(Seen.UNKNOWN, "nobody looked")))


@pytest.fixture
def calm(monkeypatch: pytest.MonkeyPatch) -> None:
    """No host is asked."""
    monkeypatch.setattr(failover, "HostLooks", Calm)


@pytest.mark.usefixtures("calm")
def test_a_watch_begins_a_drill_and_says_what_to_type(folders: list[str], capsys: Printed) -> None:
    """And takes it up again the next time."""
    assert main(["watch", "--once", "--by", "Ada", *folders]) == 3
    text = capsys.readouterr().out
    assert "begun     planned, dallas to arizona, by Ada" in text
    assert "next: ask, the machine of the nightly run, for 0 s of 5 min\n    siteparity gate\n" in text
    assert "[unknown] The last line of the gate is GO, and it still holds: nobody looked" in text
    assert text.endswith("not ended: siteparity watch takes the drill up where it is\n")
    (first, *_) = read(reports_of(folders)).events
    assert isinstance(first, Begun)
    assert (first.mode, first.old, first.new) == (Mode.PLANNED, "dallas", "arizona")
    assert (first.timeline, first.followed) == (4, 4)
    assert main(["watch", "--once", *folders]) == 3
    assert "resumed" in capsys.readouterr().out
    assert sum(isinstance(event, Begun) for event in read(reports_of(folders)).events) == 1
    assert main(["watch", "--once", "--new", "--mode", "dead", *folders]) == 3
    assert sum(isinstance(event, Begun) for event in read(reports_of(folders)).events) == 2


@pytest.mark.usefixtures("calm")
def test_a_drill_is_not_taken_up_as_another_one(folders: list[str], capsys: Printed) -> None:
    """Its mode and its sites are those with which it began."""
    append(reports_of(folders), (begun(),))
    assert main(["watch", "--once", "--mode", "dead", *folders]) == 4
    assert "--mode: expected planned, that of the drill which is under way" in capsys.readouterr().err
    assert main(["watch", "--once", "--primary", "arizona", *folders]) == 4
    assert "--primary: expected dallas" in capsys.readouterr().err


@pytest.mark.usefixtures("calm")
def test_a_drill_keeps_its_sites_when_the_policy_has_changed_them(
    folders: list[str], capsys: Printed
) -> None:
    """The last step of the way back changes the policy."""
    append(reports_of(folders), (begun(), Proven(drill="d1", at=START, step="ask", ready_at=START)))
    policy = Path(folders[1]) / "policy.yml"
    text = policy.read_text().replace("primary: dallas", "primary: arizona").replace(
        "standby: arizona", "standby: dallas")  # fmt: skip
    policy.write_text(text)
    assert main(["watch", "--once", *folders]) == 3
    heard = capsys.readouterr()
    assert "next: decide, the person who may decide" in heard.out
    assert "the plan or the inventories were changed since the drill began" in heard.err


@pytest.mark.usefixtures("calm")
def test_programs_get_a_line_of_json_for_each_event(folders: list[str], capsys: Printed) -> None:
    """And nothing else."""
    assert main(["watch", "--once", "--json", *folders]) == 3
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert told[0]["event"] == "begun"
    assert {one["event"] for one in told[1:-1]} == {"looked"}
    assert told[-1] == {"event": "left", "outcome": "not ended"}


@pytest.mark.parametrize("text", ["0", "61s", "soon"])
def test_the_time_between_two_looks_is_one(text: str, folders: list[str], capsys: Printed) -> None:
    """Seconds, and not many."""
    with pytest.raises(SystemExit):
        main(["watch", "--every", text, *folders])
    assert "is no time between 0s and 60s" in capsys.readouterr().err
