"""GitHub Actions shows the answer as annotations; what hosts said cannot command its runner."""

from __future__ import annotations

from pathlib import Path

import pytest

from selftests.browser import examples
from siteparity.commands.cli import main
from siteparity.commands.github import MOST, annotated, harmless, wanted
from siteparity.gate.run import Gate


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("go", "::notice title=GO at arizona::GO  arizona may take over"),
        ("no_go", "::error title=NO-GO at arizona::NO-GO  arizona cannot take over"),
        ("unknown", "::warning title=UNKNOWN at arizona::UNKNOWN  not known whether"),
    ],
)
def test_each_answer_has_a_level_of_its_own(name: str, start: str) -> None:
    """NO-GO and UNKNOWN are told apart before anything is opened."""
    assert annotated(getattr(examples, name)())[0].startswith(start)


def test_a_reason_is_text_on_one_line() -> None:
    """With the escapes of workflow commands; no more than are shown."""
    reasons = ["100%\r\n::add-mask::a ##[error]b", *["other"] * 20]
    lines = annotated(examples.no_go().model_copy(update={"reasons": tuple(reasons)}))
    assert lines[1] == ("::error title=NO-GO at arizona::100%25[U+000D][U+000A]::add-mask::a #_#[error]b")
    assert len(lines) == MOST


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("a\n  ::add-mask::b", "a\n  :_:add-mask::b"),
        ("web1: fe80::1", "web1: fe80::1"),
        ("x ##[error]y", "x #_#[error]y"),
        ("::\u200b::", ":_:\u200b::"),
    ],
)
def test_a_line_that_would_be_a_command_is_none(said: str, shown: str) -> None:
    """Everything else stays as it is."""
    assert harmless(said) == shown


def test_the_gate_annotates_in_a_job_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On stderr: the last line of stdout stays the answer. A run without an answer is annotated as well."""
    monkeypatch.setattr(Gate, "run", lambda _: (examples.no_go(), tmp_path))
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    assert main(["gate", "--reports", str(tmp_path)]) == 2
    assert "::error" not in capsys.readouterr().err
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert main(["gate", "--reports", str(tmp_path)]) == 2
    said = capsys.readouterr()
    assert "::error title=NO-GO at arizona::NO-GO  arizona" in said.err
    assert said.out.splitlines()[-1].startswith("NO-GO  ")
    assert main(["gate", "--inventories", str(tmp_path), "--reports", str(tmp_path)]) == 4
    assert "::error title=no answer::UNKNOWN  no answer: " in capsys.readouterr().err


def test_only_github_is_github() -> None:
    """By the variable that each of its jobs has."""
    assert wanted({"GITHUB_ACTIONS": "true"})
    assert not wanted({"CI": "true"})
