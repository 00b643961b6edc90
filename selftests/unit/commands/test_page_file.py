"""Pages and PDFs stand where the user wants them, but not among what a run left."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from selftests.browser import examples
from selftests.unit.gate import finished
from selftests.unit.post import post
from siteparity import configuration
from siteparity.commands.cli import main
from siteparity.configuration import Configuration, find_root
from siteparity.gate.run import Gate


@pytest.fixture(scope="module")
def settings() -> Configuration:
    """The project's own sites and policy."""
    return configuration.load(find_root(), find_root() / "inventories", look_up=False)


def test_a_report_is_written_on_paper_but_not_into_a_run(
    settings: Configuration, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A run to which something was added is not believed any more."""
    _, folder = finished.run(settings, tmp_path / "reports", at=datetime.now(UTC))
    words = ["report", folder.name, "--reports", str(tmp_path / "reports"), "--pdf"]
    assert main([*words, str(folder / "report.pdf")]) == 4
    assert "--pdf: expected a file outside the folders of runs" in capsys.readouterr().err
    assert main([*words, str(tmp_path / "report.pdf")]) == 0
    assert f"written: {tmp_path / 'report.pdf'}" in capsys.readouterr().out
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF-")
    assert main([*words, str(tmp_path / "nowhere" / "report.pdf")]) == 4


def test_the_mail_of_a_gate_carries_its_pdf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The run itself is made up; the mail server is real."""
    monkeypatch.setattr(Gate, "run", lambda _: (examples.no_go(), tmp_path))
    notices, pdf = tmp_path / "notices", tmp_path / "gate.pdf"
    with post() as server:
        notices.write_text(f"{server.address}\n")
        notices.chmod(0o600)
        words = ["gate", "--reports", str(tmp_path), "--notices", str(notices), "--pdf", str(pdf)]
        assert main(words) == 2
    (attached,) = server.mails[0].iter_attachments()
    assert attached.get_content() == pdf.read_bytes()


def test_a_pdf_that_cannot_be_written_changes_no_answer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told on stderr."""
    monkeypatch.setattr(Gate, "run", lambda _: (examples.no_go(), tmp_path))
    pdf = tmp_path / "nowhere" / "gate.pdf"
    assert main(["gate", "--reports", str(tmp_path), "--pdf", str(pdf)]) == 2
    said = capsys.readouterr()
    assert f"{pdf}: no PDF was written: --pdf: expected a file in a folder" in said.err
    assert said.out.splitlines()[-1].startswith("NO-GO  ")
