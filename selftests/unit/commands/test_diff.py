"""The command ``siteparity diff``: exit codes, what is refused before anybody is asked, what it prints."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from selftests.unit.compare import examples
from siteparity.commands.cli import main
from siteparity.compare import Comparison
from siteparity.compare.comparison import Difference, Group

Answer = Callable[[Comparison], None]


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> Answer:
    """Let the comparison find something, without a host."""

    def found(comparison: Comparison) -> None:
        class Run:
            def __init__(self, *given: Any) -> None:
                self.begin = given[-1]

            def make(self, _: float | None) -> Comparison:
                self.begin(comparison)
                return comparison

        monkeypatch.setattr("siteparity.commands.diff.Run", Run)

    return found


@pytest.mark.parametrize(
    ("comparison", "status"),
    [
        (examples.equal(), 0),
        (examples.different(), 2),
        (examples.not_known(), 3),
        (examples.not_reached(), 3),
    ],
)
def test_the_exit_code_tells_the_outcome(
    comparison: Comparison, status: int, answer: Answer, capsys: pytest.CaptureFixture[str]
) -> None:
    """What differs outweighs what was not measured."""
    answer(comparison)
    assert main(["diff", "web1", "ada@web9"]) == status
    text = capsys.readouterr().out
    assert text.startswith("web1      Debian")
    assert text.strip().split("\n")[-1].startswith(f"{comparison.outcome.value}  web1 and ada@web9: ")


def test_programs_get_nothing_but_json(answer: Answer, capsys: pytest.CaptureFixture[str]) -> None:
    """No heading; and what looks like a secret is hidden without breaking it."""
    rows = tuple(
        Difference("files", "lines", f'/etc/x: {text} "abc\\"def" ', text, f'{text} "s3cr3t-of-web1"')
        for text in ("password =", "token:", "secrets", "Authorization: Bearer", "postgresql://shop:")
    )
    answer(replace(examples.different(), groups=(Group("Files", rows),)))
    assert main(["diff", "web1", "ada@web9", "--json"]) == 2
    text = capsys.readouterr().out
    assert len(json.loads(text)["groups"][0]["differences"]) == len(rows)
    assert "password = ***" in text
    assert "s3cr3t-of-web1" not in json.loads(text)["groups"][0]["differences"][0]["second"]


@pytest.mark.parametrize("place", ["", "no-such-folder/page.html", "pipe"])
def test_a_page_that_cannot_be_written_is_refused_first(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before any host is asked: Run is not even made."""
    monkeypatch.setattr("siteparity.commands.diff.Run", None)
    if place == "pipe":
        (tmp_path / place).symlink_to("/dev/null")
    assert main(["diff", "web1", "web2", "--html", str(tmp_path / place)]) == 4
    assert "--html: expected a file in a folder that can be written" in capsys.readouterr().err


def test_a_page_is_written_beside_the_answer(
    answer: Answer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One file, and nothing left over."""
    answer(examples.different())
    assert main(["diff", "web1", "ada@web9", "--html", str(tmp_path / "page.html")]) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]
    assert "package openssh-server:amd64" in (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "different" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [[], ["web1"], ["web1", "web2", "web3"], ["web1", "web1"], ["web1", "web2", "--deadline", "1"]],
)
def test_wrong_usage_has_its_own_exit_code(arguments: list[str]) -> None:
    """As every command of siteparity."""
    try:
        status: object = main(["diff", *arguments])
    except SystemExit as ended:
        status = ended.code
    assert status == 4


def test_an_answer_that_cannot_be_printed_is_none(answer: Answer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also if it is the heading: then nobody waits for hosts."""
    answer(examples.equal())
    monkeypatch.setattr("siteparity.commands.cli._said", lambda _text, _status: 3)
    with pytest.raises(SystemExit) as ended:
        main(["diff", "web1", "ada@web9"])
    assert ended.value.code == 3
