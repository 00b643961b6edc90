"""A drafted policy from the gate to the person: never GO before somebody has accepted it."""

from __future__ import annotations

import json
import os
import pty
import subprocess
from pathlib import Path

import pytest

from selftests.plugin.project import COMMAND, Project, clean_environment
from siteparity.draft import waiting
from siteparity.model import Outcome, Verdict
from siteparity.yamlfile import load

pytestmark = pytest.mark.timeout(600)  # some tests make three runs, and the machine may be busy

OWNER, FOLDER = ("owner",), ("aspects", "things", "folder")
LAST = (
    "UNKNOWN  not known whether arizona can take over from dallas: 2 drafted lines wait for a person, "
    "the first: owner in inventories/policy.yml:2; siteparity confirm shows all of them"
)


def draft(live: Project) -> Path:
    """Two lines of the policy were drafted. Returns the file of the draft."""
    live.patience = 150
    inventories = live.root / "inventories"
    document = load(inventories / "policy.yml")
    folder = waiting.drafted(document, FOLDER, "a file of web1", "Are these the things?")
    waiting.write(inventories, [folder, waiting.drafted(document, OWNER, "the inventory of dallas")])
    return waiting.draft_path(inventories)


def test_a_gate_on_a_draft_is_unknown_until_a_person_has_accepted_it(live: Project) -> None:
    """Every check is same; the answer names what waits everywhere, and is GO after `confirm`."""
    draft(live)
    ran = live.siteparity("gate")
    assert ran.returncode == 3, ran.stdout + ran.stderr
    assert ran.stdout.splitlines()[-1] == LAST
    assert "  drafted: inventories/policy.yml:2: owner: the inventory of dallas" in ran.stdout
    result = live.latest()
    assert {check.outcome for check in result.checks} == {Outcome.SAME}
    first, second = result.scope.waiting
    assert (first.path, first.place) == ("owner", "inventories/policy.yml:2")
    assert (second.path, second.question) == ("aspects.things.folder", "Are these the things?")
    page = (live.reports / "latest" / "report.html").read_text()
    assert "Drafted, and not yet accepted: 2" in page
    assert "Are these the things?" in page
    ran = live.siteparity("confirm")
    assert ran.returncode == 3, ran.stdout + ran.stderr
    assert ran.stdout.startswith("2 drafted lines wait for a person\nowner (inventories/policy.yml:2)\n")
    ran = live.siteparity("confirm", "--all", "--by", "Ada Lovelace")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    for verb in ("gate", "verify"):
        ran = live.siteparity(verb)
        assert ran.returncode == 0, ran.stdout + ran.stderr
    digest = result.policy_digest
    assert (live.latest().policy_digest, live.latest().scope.waiting) == (digest, ())


def test_what_was_measured_stops_a_failover_on_a_draft_as_well(live: Project) -> None:
    """The difference comes before what waits."""
    draft(live)
    live.things("arizona", "web1", values={"a": "other"})
    ran = live.siteparity("gate")
    assert ran.returncode == 2, ran.stdout + ran.stderr
    assert ran.stdout.splitlines()[-1].startswith("NO-GO  arizona cannot take over from dallas: 1 blocker")
    assert "  2 drafted lines wait for a person, the first: owner in " in ran.stdout


def test_a_run_on_a_draft_stays_unknown_after_the_draft_was_removed(live: Project) -> None:
    """`verify` does not make it GO, nor does whoever removes what waits from its result."""
    path = draft(live)
    assert live.siteparity("gate").returncode == 3
    path.unlink()
    ran = live.siteparity("verify")
    assert ran.returncode == 3, ran.stdout + ran.stderr
    assert "was no GO: 2 drafted lines wait for a person" in ran.stdout
    folder = (live.reports / "latest").resolve()
    assert json.loads((folder / "plan.json").read_text())["waiting"] == ["owner", "aspects.things.folder"]
    assert live.latest().verdict is Verdict.UNKNOWN


def test_a_go_does_not_stand_while_lines_of_its_policy_wait(live: Project) -> None:
    """Somebody drafted anew since; once a person has accepted, it stands."""
    live.patience = 150
    assert live.siteparity("gate").returncode == 0
    draft(live)
    ran = live.siteparity("verify")
    assert ran.returncode == 3, ran.stdout + ran.stderr
    last = ran.stdout.splitlines()[-1]
    assert last.startswith("UNKNOWN  the GO of ")
    assert "does not stand now: 2 drafted lines wait for a person, the first: owner in " in last
    assert live.latest().verdict is Verdict.GO
    assert live.siteparity("confirm", "owner", "aspects", "--by", "Ada").returncode == 0
    ran = live.siteparity("verify")
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_on_a_terminal_a_person_is_asked_line_by_line(live: Project) -> None:
    """A real terminal; what was accepted is kept when the person stops."""
    path = draft(live)
    ours, theirs = pty.openpty()
    child = subprocess.Popen(
        [str(live.python), "-P", "-c", COMMAND, "confirm", "--by", "Ada"],
        cwd=live.root,
        env=clean_environment(),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    said = b""
    for answer in (b"y\n", b"q\n"):
        while not said.rstrip().endswith(b"[q]uit:"):
            said += os.read(ours, 4096)
        os.write(ours, answer)
        said += answer
    assert child.wait(60) == 3
    said += _rest(ours)
    assert b"2 of 2\r\naspects.things.folder (inventories/policy.yml:" in said
    assert b"1 line accepted by Ada; 1 drafted line waits still" in said
    assert [line.path for line in waiting.read(path.parent)] == ["aspects.things.folder"]


def _rest(terminal: int) -> bytes:
    """What was said last; reading a terminal that nobody has open any more fails."""
    said = b""
    try:
        while data := os.read(terminal, 4096):
            said += data
    except OSError:
        pass
    os.close(terminal)
    return said
