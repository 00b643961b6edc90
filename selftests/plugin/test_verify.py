"""``siteparity verify``: a GO stands, is revoked by what has changed, or is not known to stand."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from selftests.plugin.project import CHECKS, HEAD, PROBE, SAME, Project, is_refused
from siteparity.model import Verdict

pytestmark = pytest.mark.timeout(180)  # some tests make three runs, and the machine may be busy

OTHERS = HEAD + CHECKS.replace("test_", "test_other_")
MOVING = PROBE.replace("    return Reading(read)", '    return Reading(read, moves=name == "more")')


def test_a_go_stands_until_a_site_changes_and_is_revoked_in_every_report(live: Project) -> None:
    """A change on all hosts alike turns no check red, and yet the state that was seen is gone."""
    assert live.siteparity("gate").returncode == 0
    go = live.latest()
    ran = live.siteparity("verify")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout.splitlines()[-1].startswith("GO  arizona may take over from dallas until ")
    assert live.latest() == go
    for site in ("dallas", "arizona"):
        for host in ("web1", "web2"):
            live.things(site, host, values={"a": "1", "b": "new"})
    ran = live.siteparity("verify", go.run)
    assert ran.returncode == 2, ran.stdout + ran.stderr
    assert "arizona/web1: things.values: b was 2, is new" in ran.stdout
    assert ran.stdout.splitlines()[-1].startswith("NO-GO  arizona cannot take over from dallas: the GO of ")
    _is_revoked(live)
    ran = live.siteparity("verify")
    assert ran.returncode == 3, ran.stdout + ran.stderr
    assert "was revoked at" in ran.stdout


def _is_revoked(live: Project) -> None:
    """``latest`` shows no GO, nor does the history; what was measured is kept."""
    result, folder = live.latest(), live.reports / "latest"
    assert (result.verdict, result.valid_until) == (Verdict.NO_GO, None)
    assert result.revoked
    assert len(result.revoked.changes) == 4
    assert "was revoked at" in result.reasons[0]
    page = (folder / "report.html").read_text()
    assert "<title>NO-GO: Arizona cannot take over now" in page
    assert "b was 2, is new" in page
    assert 'name="verdict" value="NO-GO"' in (folder / "junit.xml").read_text()
    assert len(list(folder.glob("revoked/*/records/*.json.gz"))) == 2
    ran = live.siteparity("history")
    assert ran.returncode == 0
    (line,) = ran.stdout.splitlines()
    assert "NO-GO" in line
    assert "a GO until it was revoked at" in line


def test_what_moves_by_itself_revokes_only_where_a_check_says_so(live: Project) -> None:
    """A lag or an age is another one each time; beyond its limit it is a difference."""
    live.write("src/siteparity/probes/things.py", MOVING)
    assert live.siteparity("gate").returncode == 0
    for site in ("dallas", "arizona"):
        for host in ("web1", "web2"):
            live.things(site, host, more={"c": "moved"})
    ran = live.siteparity("verify")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    live.things("arizona", "web1", more={"c": "too far"})
    ran = live.siteparity("verify")
    assert ran.returncode == 2, ran.stdout + ran.stderr
    assert (
        "things.more (web): c: dallas moved (web1, web2) | arizona too far (web1), moved (web2)" in ran.stdout
    )


def test_what_cannot_be_measured_again_is_unknown_and_leaves_the_go(live: Project) -> None:
    """A host that is silent now has not been seen to change."""
    assert live.siteparity("gate").returncode == 0
    go = live.latest()
    (live.root / "things" / "arizona-web1.few").unlink()
    ran = live.siteparity("verify")
    assert ran.returncode == 3, ran.stdout + ran.stderr
    assert "arizona/web1: things.few: " in ran.stdout
    assert live.latest() == go
    live.things("arizona", "web1", few=SAME["few"])  # type: ignore[arg-type]  # it is measured
    live.checks(
        CHECKS.replace("def test_more(parity: Parity)", "def test_more(parity: Parity, extra=os._exit(0))")
    )
    ran = live.siteparity("verify")
    assert ran.returncode == 3, ran.stdout + ran.stderr
    assert "planned checks did not run" in ran.stdout


def test_a_go_with_a_warning_that_could_not_be_measured_is_given_and_stands(live: Project) -> None:
    """A warning decides nothing, neither at first nor when it is looked at again."""
    live.checks(CHECKS.replace("def test_more", "@pytest.mark.warning\ndef test_more"))
    (live.root / "things" / "arizona-web1.more").unlink()
    ran = live.siteparity("gate")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "1 same, 1 unmeasured" in ran.stdout.splitlines()[-1]
    assert "not known, a warning" in ran.stdout
    ran = live.siteparity("verify")
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_a_blocker_made_a_warning_is_named_in_the_answer_and_when_it_is_verified(live: Project) -> None:
    """Whoever reads the last line alone knows what cannot stop the failover."""
    part = live.aspect("things")
    part["things"] |= {"severity": "warning", "severity_reason": "in pilot"}
    live.write("tests/parity/test_others.py", OTHERS)
    live.write("src/siteparity/probes/others.py", PROBE)
    live.policy(aspects=part | live.aspect("others"))
    for words in ("gate", "verify"):
        ran = live.siteparity(words)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        assert ran.stdout.splitlines()[-1].endswith("; 1 aspect downgraded to warning: things")
    (lowered,) = live.latest().downgraded
    assert (lowered.aspect, lowered.checks, lowered.reason) == ("things", 2, "in pilot")


def test_a_go_by_a_record_is_verified_without_the_primary(live: Project) -> None:
    """What is known of the primary is what was known."""
    assert live.siteparity("record", "dallas", "arizona").returncode == 0
    assert live.siteparity("gate", "--primary-record", "latest").returncode == 0
    before = live.asked()
    ran = live.siteparity("verify")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert live.asked()["dallas-web1"] == before["dallas-web1"]
    assert live.asked()["arizona-web1"] == before["arizona-web1"] + 1


def test_a_go_that_has_expired_or_was_made_of_something_else_does_not_stand(live: Project) -> None:
    """Not even one that expires while it is verified; of another policy nothing is measured."""
    limits = {"deadline": "60s", "host_deadline": "20s", "go_valid_for": "1s"}
    live.policy(limits=limits)
    assert live.siteparity("gate").returncode == 0
    ran = live.siteparity("verify")  # it may expire before the look or in the middle of it
    assert ran.returncode == 3, ran.stdout + ran.stderr
    assert "was valid until" in ran.stdout
    live.policy(limits={**limits, "go_valid_for": "4h"})
    assert live.siteparity("gate").returncode == 0
    before = live.asked()
    live.policy(limits={**limits, "go_valid_for": "3h"})
    ran = live.siteparity("verify")
    assert ran.returncode == 3, ran.stdout + ran.stderr
    assert "policy or inventories have been changed since" in ran.stdout
    assert live.asked() == before


def test_reports_are_written_again_from_the_result_unless_it_is_damaged(live: Project) -> None:
    """The same page, byte for byte; a damaged result gives none, and no GO stands by it."""
    assert live.siteparity("gate").returncode == 0
    folder = live.reports / "latest"
    names = ("report.html", "junit.xml", "result.json")
    before = {name: (folder / name).read_bytes() for name in names}
    (folder / "report.html").unlink()
    (folder / "junit.xml").write_text("")
    assert live.siteparity("report").returncode == 0
    assert {name: (folder / name).read_bytes() for name in names} == before
    _damage(folder / "result.json")
    for verb in ("report", "verify"):
        ran = live.siteparity(verb)
        assert is_refused(ran)
        assert "found it damaged" in ran.stderr


def test_a_go_that_was_edited_or_overtaken_is_not_believed(live: Project) -> None:
    """Neither until 2031, nor with checks cut away, nor after a later run that said NO-GO."""
    assert live.siteparity("gate").returncode == 0
    go, folder = live.latest(), (live.reports / "latest").resolve()
    for edit in ({"valid_until": "2031-01-01T00:00:00Z"}, {"checks": [], "plan": {"checks": 0, "hosts": 4}}):
        whole = (folder / "result.json").read_text()
        (folder / "result.json").write_text(json.dumps({**json.loads(whole), **edit}))
        for verb in ("report", "verify", "sign --key nobody"):
            ran = live.siteparity(*verb.split())
            assert is_refused(ran), ran.stdout + ran.stderr
        (folder / "result.json").write_text(whole)
    assert live.siteparity("report").returncode == 0
    live.things("arizona", "web1", values={"a": "1", "b": "new"})
    assert live.siteparity("gate").returncode == 2
    live.things("arizona", "web1", values={"a": "1", "b": "2"})
    ran = live.siteparity("verify", go.run)
    assert ran.returncode == 3, ran.stdout + ran.stderr
    assert "said NO-GO" in ran.stdout.splitlines()[-1]
    assert live.siteparity("report", go.run).returncode == 0


def test_a_go_is_not_verified_with_other_checks_than_it_had(live: Project) -> None:
    """A checkout that was updated since plans other ones."""
    assert live.siteparity("gate").returncode == 0
    live.checks(CHECKS.replace("test_more", "test_other"))
    before = live.asked()
    ran = live.siteparity("verify")
    assert ran.returncode == 3, ran.stdout + ran.stderr
    assert "other checks are planned now" in ran.stdout
    assert live.asked() == before


def test_a_folder_in_place_of_latest_shows_no_old_go(live: Project) -> None:
    """Reports that were copied without links: the next run is what ``latest`` shows."""
    assert live.siteparity("gate").returncode == 0
    latest = live.reports / "latest"
    target = latest.resolve()
    latest.unlink()
    shutil.copytree(target, latest)
    ran = live.siteparity("verify")
    assert is_refused(ran)
    assert "expected a link to the newest run, found a folder" in ran.stderr
    live.things("arizona", "web1", values={"a": "1", "b": "new"})
    assert live.siteparity("gate").returncode == 2
    assert live.latest().verdict is Verdict.NO_GO
    assert "NO-GO" in (latest / "report.html").read_text()


def _damage(path: Path) -> None:
    content = json.loads(path.read_text())
    content["checks"][0]["outcome"] = "different"
    path.write_text(json.dumps(content))


def test_a_record_that_was_exchanged_is_not_the_one_of_the_go(live: Project) -> None:
    """The result names the digest of what it was judged by."""
    assert live.siteparity("gate").returncode == 0
    folder = live.reports / "latest" / "records"
    (folder / "dallas.json.gz").write_bytes((folder / "arizona.json.gz").read_bytes())
    ran = live.siteparity("verify")
    assert ran.returncode == 3, ran.stdout + ran.stderr
    assert "not the record of which result.json speaks" in ran.stdout


def test_without_a_run_there_is_nothing_to_verify(project: Project) -> None:
    """Usage, and an empty history that says so."""
    ran = project.siteparity("verify")
    assert is_refused(ran)
    assert "expected the newest run" in ran.stderr
    ran = project.siteparity("history")
    assert (ran.returncode, ran.stdout) == (0, f"no run in {project.reports} yet\n")
