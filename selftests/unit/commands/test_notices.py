"""A notice is due on each NO-GO, and when the answer is another one than last time."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from selftests.browser import examples
from selftests.unit.commands.test_history import reports
from selftests.unit.report.past import past
from selftests.unit.servers import closed_port
from selftests.unit.web import web
from siteparity.commands.cli import main
from siteparity.commands.notices import notice_of, notice_of_none
from siteparity.gate.run import Gate
from siteparity.model import Verdict
from siteparity.redaction import remember
from siteparity.result import Result
from siteparity.runs.history import read_history

RESULTS = {Verdict.GO: examples.go, Verdict.NO_GO: examples.no_go, Verdict.UNKNOWN: examples.unknown}


@pytest.mark.parametrize("now", Verdict)
@pytest.mark.parametrize("before", [*Verdict, None])
def test_a_change_and_each_no_go_are_told(now: Verdict, before: Verdict | None) -> None:
    """The first answer is a change too: it shows that notices arrive."""
    result: Result = RESULTS[now]()
    strangers = past(0.5, now, primary="texas", run="x"), past(0, Verdict.GO, run=result.run)
    history = [*([past(1, before)] if before else []), *strangers]
    notice = notice_of(result, history)
    assert (notice is not None) == (now is Verdict.NO_GO or now is not before)
    if notice:
        expected = f"The last answer was {before.value}, " if before else "This is the first answer."
        assert expected in notice.body


def test_a_notice_says_what_the_answer_says_without_secrets() -> None:
    """Verdict, reasons, what to do, which run."""
    remember("hunter2-hunter2")
    result = examples.no_go().model_copy(update={"reasons": ("it is hunter2-hunter2\x1b[31m", "second")})
    notice = notice_of(result, ())
    assert notice is not None
    assert notice.title.startswith("NO-GO arizona cannot take over from dallas: it is ***")
    assert notice.body.splitlines()[3:5] == ["- it is ***[U+001B][31m", "- second"]
    assert "Mend what stands first" in notice.body
    assert notice.body.endswith(f"run {result.run}")


def test_a_go_after_a_revoked_one_is_told(tmp_path: Path) -> None:
    """Whoever read that it was revoked must read that there is another one."""
    given = past(1)
    revoked = given.model_copy(update={"verdict": Verdict.NO_GO, "revoked_at": given.finished_at})
    result = examples.go()
    notice = notice_of(result, read_history(reports(tmp_path, given, revoked)))
    assert notice is not None
    assert "The last answer was NO-GO, " in notice.body
    later = tmp_path / "later"
    later.mkdir()
    assert notice_of(result, read_history(reports(later, given, revoked, past(0.5)))) is None


def test_no_answer_is_told_once_it_is_news() -> None:
    """It is as good as UNKNOWN."""
    assert notice_of_none("UNKNOWN  no answer: full", [past(1, Verdict.UNKNOWN)]) is None
    notice = notice_of_none("UNKNOWN  no answer: full", [past(1)])
    assert notice is not None
    assert notice.title == "UNKNOWN no answer: full"
    assert "The last answer was GO" in notice.body


def test_the_gate_tells_that_there_is_no_answer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code and last line are those of the gate; a part of a run tells nobody."""
    file = tmp_path / "notices"
    folder = reports(tmp_path, past(1))
    words = ["gate", "--inventories", str(tmp_path), "--reports", str(folder)]
    with web() as server:
        file.write_text(f"json://127.0.0.1:{server.port}/x\n")
        file.chmod(0o600)
        assert main([*words, "--notices", str(file)]) == 4
        assert main([*words, "--notices", str(file), "--only", "packages"]) == 4
        monkeypatch.setenv("SITEPARITY_NOTICES", str(file))
        assert main(words) == 4
    assert server.asked == ["POST /x"] * 2
    title = json.loads(server.bodies[0])["title"]
    assert title.startswith("siteparity: UNKNOWN no answer: ")
    assert capsys.readouterr().out.startswith("UNKNOWN  no answer: ")


def test_a_no_go_is_told_and_its_exit_code_stays(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run itself is made up; who is told is a real server. So is who is not there any more."""
    result = examples.no_go()
    monkeypatch.setattr(Gate, "run", lambda _: (result, tmp_path))
    file = tmp_path / "notices"
    with web() as server:
        file.write_text(f"json://127.0.0.1:{server.port}/x\njson://127.0.0.1:{closed_port()}/y\n")
        file.chmod(0o600)
        assert main(["gate", "--reports", str(tmp_path), "--notices", str(file), "--quiet"]) == 2
    assert json.loads(server.bodies[0])["message"].startswith("NO-GO  arizona cannot take over from dallas")
    said = capsys.readouterr()
    assert said.out.startswith("NO-GO  arizona cannot take over")
    assert "address 2 (json): the notice was not received: Connection refused; the answer stands" in said.err
