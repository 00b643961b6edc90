"""``siteparity confirm``: what waits is shown and asked about, and nothing is accepted without a name."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from siteparity import configuration
from siteparity.commands.cli import main
from siteparity.commands.confirm import Terminal, Wanted, confirm
from siteparity.configuration import find_root
from siteparity.draft import waiting
from siteparity.yamlfile import KeyPath, load

FRONT = ("applications", "front door", "role")
SHOP = ("applications", "front door", "units")
TLS = ("aspects", "tls", "names", "www.shop.example")
NAMED = {FRONT: "", SHOP: "", TLS: "Do customers use this name?"}


@pytest.fixture
def inventories(tmp_path: Path) -> Path:
    """The product's own policy, of which three lines were drafted."""
    folder = Path(shutil.copytree(find_root() / "inventories", tmp_path / "inventories"))
    document = load(folder / "policy.yml")
    found = [waiting.drafted(document, at, f"seen {at[-1]}", asks) for at, asks in places(folder).items()]
    waiting.write(folder, found)
    return folder


def places(folder: Path) -> dict[KeyPath, str]:
    """Where they are, and what they ask: the name of the certificate is whatever the policy has first."""
    names = [at for at in load(folder / "policy.yml").lines if at[:3] == TLS[:3] and len(at) == 4]
    return {names[0] if at == TLS else at: asks for at, asks in NAMED.items()}


def run(inventories: Path, *arguments: str) -> int:
    """The command on these inventories."""
    return main(["confirm", "--inventories", str(inventories), *arguments])


def left(inventories: Path) -> list[KeyPath]:
    """What still waits."""
    return [line.at for line in waiting.read(inventories)]


def test_without_a_terminal_it_lists_and_changes_nothing(
    inventories: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The cheapest question first: what was seen twice, then what a person must answer."""
    before = {path: path.read_bytes() for path in inventories.iterdir() if path.is_file()}
    assert run(inventories) == 3
    first, *lines = capsys.readouterr().out.splitlines()
    assert first == "3 drafted lines wait for a person"
    line = load(inventories / "policy.yml").line(FRONT)
    assert lines[:3] == [
        f"applications.front door.role ({inventories}/policy.yml:{line})",
        '  value  "edge"',
        "  seen   seen role",
    ]
    assert lines[9] == "  asks   Do customers use this name?"
    assert lines[-1].startswith("accept with siteparity confirm PATH... --by NAME; ")
    assert run(inventories, "--by", "Ada") == 3
    assert {path: path.read_bytes() for path in inventories.iterdir() if path.is_file()} == before


@pytest.mark.parametrize("typed", ["applications.front door", "applications"])
def test_a_path_accepts_everything_below_it(
    inventories: Path, capsys: pytest.CaptureFixture[str], typed: str
) -> None:
    """And nothing else."""
    assert run(inventories, typed, "--by", "Ada Lovelace") == 3
    said = capsys.readouterr().out.splitlines()
    assert [line.partition(" (")[0] for line in said] == [
        "accepted: applications.front door.role",
        "accepted: applications.front door.units",
        "2 lines accepted by Ada Lovelace; 1 drafted line waits still",
    ]
    assert [at[0] for at in left(inventories)] == ["aspects"]
    kept = [json.loads(line) for line in (inventories / "confirmed.jsonl").read_text().splitlines()]
    assert {one["by"] for one in kept} == {"Ada Lovelace"}


@pytest.mark.parametrize("quotes", [True, False], ids=["quoted", "as a shell leaves it"])
def test_a_key_with_dots_may_be_typed_with_and_without_quotes(inventories: Path, *, quotes: bool) -> None:
    """A shell takes the quotes away."""
    (at,) = [one for one in left(inventories) if one[0] == "aspects"]
    assert "." in str(at[-1])
    path = f'aspects.tls.names."{at[-1]}"' if quotes else f"aspects.tls.names.{at[-1]}"
    assert run(inventories, path, "--by", "Ada") == 3
    assert [one[0] for one in left(inventories)] == ["applications", "applications"]


def test_all_of_it_is_accepted_at_one_go(inventories: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Then nothing waits, and there is no draft any more; a second time is no error."""
    policy = (inventories / "policy.yml").read_bytes()
    assert run(inventories, "--all", "--by", "Ada") == 0
    assert capsys.readouterr().out.splitlines()[-1] == "3 lines accepted by Ada; nothing waits any more"
    assert not (inventories / "draft.yml").exists()
    assert (inventories / "policy.yml").read_bytes() == policy
    assert run(inventories, "--all", "--by", "Ada") == 0
    assert run(inventories) == 0
    assert "no drafted line waits for a person" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--all"], "--by: expected the name of the person who accepts, found none; add it"),
        (["applications"], "--by: expected the name of the person who accepts, found none; add it"),
        (
            ["aplications.front door.role", "--by", "Ada"],
            (
                '"aplications.front door.role": no drafted line waits there '
                '(did you mean "applications.front door.role"?); siteparity confirm shows those that do'
            ),
        ),
        (
            ["roles", "--by", "Ada"],
            '"roles": it does not wait for anybody; siteparity',
        ),
        (["\x1b[2J\u202e", "--by", "Ada"], '"\\u001b[2J\\u202e": no drafted line waits there'),
    ],
    ids=["all without a name", "path without a name", "unknown", "not drafted", "hostile"],
)
def test_what_cannot_be_accepted_is_an_error_and_changes_nothing(
    inventories: Path, capsys: pytest.CaptureFixture[str], arguments: Sequence[str], words: str
) -> None:
    """It says what was meant, or what to do."""
    assert run(inventories, *arguments) == 4
    assert words in capsys.readouterr().err
    assert len(left(inventories)) == 3
    assert not (inventories / "confirmed.jsonl").exists()


def test_one_wrong_path_of_several_accepts_none(inventories: Path) -> None:
    """Whoever typed it meant something by it."""
    assert run(inventories, "applications", "nonsense", "--by", "Ada") == 4
    assert len(left(inventories)) == 3


@pytest.mark.parametrize("name", ["", " ", "\u200b", "--"])
def test_nobody_is_no_person(inventories: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    """Somebody must answer for what was accepted."""
    assert run(inventories, "--all", f"--by={name}") == 4
    assert "--by: expected " in capsys.readouterr().err
    assert len(left(inventories)) == 3


def test_without_a_draft_a_path_is_an_error(inventories: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """There is nothing that it could mean."""
    (inventories / "draft.yml").unlink()
    assert run(inventories, "applications", "--by", "Ada") == 4
    assert "draft.yml: expected drafted lines, found none" in capsys.readouterr().err


def test_a_policy_that_does_not_load_is_an_error(
    inventories: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody accepts a part of what cannot be read."""
    path = inventories / "policy.yml"
    path.write_text(path.read_text().replace("limits:", "limit:"))
    assert run(inventories, "--all", "--by", "Ada") == 4
    assert "policy.yml:" in capsys.readouterr().err
    assert len(left(inventories)) == 3


def test_an_edited_line_is_the_persons(inventories: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It cannot be accepted, since it needs nobody."""
    edit(inventories, "role: edge", "role: web")
    assert run(inventories, "applications.front door.role", "--by", "Ada") == 4
    assert "it was edited since it was drafted, so it is yours" in capsys.readouterr().err
    assert run(inventories, "--all", "--by", "Ada") == 0


def test_a_line_that_was_accepted_and_edited_later_is_the_persons(inventories: Path) -> None:
    """It does not wait again."""
    assert run(inventories, "applications.front door.role", "--by", "Ada") == 3
    edit(inventories, "role: edge", "role: web")
    settings = configuration.load(find_root(), inventories, look_up=False)
    assert FRONT not in [one.at for one in settings.waiting]


def edit(inventories: Path, old: str, new: str) -> None:
    """Change the policy as a person does."""
    path = inventories / "policy.yml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_a_todo_cannot_be_accepted(inventories: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It says at which line to write the answer, and what was asked."""
    path = inventories / "policy.yml"
    line = load(path).line(("owner",))
    edit(inventories, path.read_text().splitlines()[line - 1], "owner: TODO # who is on call?")
    assert run(inventories, "owner", "--by", "Ada") == 4
    error = capsys.readouterr().err
    assert f'"owner": a TODO cannot be accepted; write the answer at {inventories}/policy.yml:{line}' in error
    assert "(who is on call?)" in error
    assert run(inventories, "--all", "--by", "Ada") == 0
    said = capsys.readouterr().out
    assert "1 question is open, and answered in the policy only: siteparity check lists them" in said


def test_a_line_with_a_todo_in_it_still_waits(inventories: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The rest of what was asked for is accepted."""
    put_a_todo_into_the_units(inventories)
    assert run(inventories, "--all", "--by", "Ada") == 3
    said = capsys.readouterr().out
    assert "not accepted, since a TODO is in it: applications.front door.units (" in said
    assert "2 lines accepted by Ada; 1 drafted line waits still" in said
    assert left(inventories) == [SHOP]


def test_nobody_is_asked_about_a_line_with_a_todo_in_it(inventories: Path) -> None:
    """It is shown, with the place of the answer."""
    put_a_todo_into_the_units(inventories)
    text, _, heard = asked(inventories, "y", "y", "y")
    assert text.startswith("2 lines accepted by Ada; 1 drafted line waits still\n")
    assert sum(one.startswith("  accept it?") for one in heard) == 2
    line = load(inventories / "policy.yml").line(SHOP)
    told = f"  a TODO is in it: write the answer at {inventories}/policy.yml:{line}"
    assert any(one.startswith(told) for one in heard)


def put_a_todo_into_the_units(inventories: Path) -> None:
    """One of several was seen; the other one is to be named."""
    path = inventories / "policy.yml"
    document = load(path)
    _, units = (waiting.drafted(document, at, "seen") for at in (FRONT, SHOP))
    text = path.read_text()
    value = str(document.value["applications"]["front door"]["units"][0])  # type: ignore[index]  # as it is
    path.write_text(text.replace(f"{value}]", f"{value}, TODO]", 1))
    document = load(path)
    todo = waiting.drafted(document, SHOP, "seen units")
    assert todo.digest != units.digest
    lines = [todo if line.at == SHOP else line for line in waiting.read(inventories)]
    waiting.write(inventories, lines)


def test_a_folder_that_cannot_be_written_is_an_error(
    inventories: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A name that cannot be kept accepts nothing."""
    (inventories / "confirmed.jsonl").mkdir()
    assert run(inventories, "--all", "--by", "Ada") == 4
    assert "confirmed.jsonl: expected a place to write, found: Is a directory" in capsys.readouterr().err
    assert len(left(inventories)) == 3


@dataclass
class Person:
    """Somebody at a terminal who has made up their mind."""

    answers: Iterator[str]
    heard: list[str] = field(default_factory=list)

    def ask(self, prompt: str) -> str:
        """The next answer."""
        self.heard.append(prompt)
        try:
            return next(self.answers)
        except StopIteration:
            raise EOFError from None


def asked(inventories: Path, *answers: str, by: str | None = "Ada") -> tuple[str, bool, list[str]]:
    """Run it on a terminal. Returns the last text, whether a line still waits, and what was shown."""
    settings = configuration.load(find_root(), inventories, look_up=False)
    person = Person(iter(answers))
    terminal = Terminal(person.heard.append, person.ask)
    text, waits = confirm(settings, Wanted((), everything=False, by=by), terminal)
    return text, waits, person.heard


def test_on_a_terminal_each_line_is_asked_about(inventories: Path) -> None:
    """Yes accepts at once; no and edit leave it; whatever else is asked again."""
    text, waits, heard = asked(inventories, "y", "what?", "e", "n")
    assert text == "1 line accepted by Ada; 2 drafted lines wait still"
    assert waits
    assert FRONT not in left(inventories)
    assert heard[0].startswith("1 of 3\napplications.front door.role (")
    assert heard.count("  accept it? [y]es, [n]ot now, [e]dit, [q]uit: ") == 4
    line = load(inventories / "policy.yml").line(SHOP)
    (edits,) = [one for one in heard if one.startswith("  edit it at ")]
    assert f"{inventories}/policy.yml:{line}: " in edits


@pytest.mark.parametrize("answers", [["y", "q"], ["y"]], ids=["quit", "end of input"])
def test_who_stops_keeps_what_was_accepted(inventories: Path, answers: list[str]) -> None:
    """Nothing is asked after that."""
    text, _, heard = asked(inventories, *answers)
    assert text == "1 line accepted by Ada; 2 drafted lines wait still"
    assert not any(one.startswith("3 of 3") for one in heard)


def test_all_answers_yes_end_the_draft(inventories: Path) -> None:
    """As if they had been named."""
    text, waits, _ = asked(inventories, "y", "Y", " yes ")
    assert (text, waits) == ("3 lines accepted by Ada; nothing waits any more", False)
    assert not (inventories / "draft.yml").exists()


def test_without_a_name_nobody_is_asked(inventories: Path) -> None:
    """The list says how to accept."""
    text, waits, heard = asked(inventories, "y", by=None)
    assert (waits, heard) == (True, [])
    assert text.startswith("3 drafted lines wait for a person\n")


def test_a_line_that_was_changed_while_it_was_asked_about_is_not_accepted(inventories: Path) -> None:
    """Yes was said to another value."""
    settings = configuration.load(find_root(), inventories, look_up=False)
    edit(inventories, "role: edge", "role: web")
    person = Person(iter(["y", "q"]))
    text, _ = confirm(
        settings, Wanted((), everything=False, by="Ada"), Terminal(person.heard.append, person.ask)
    )
    assert "  it was changed meanwhile, and not accepted\n" in person.heard
    assert text.startswith("0 lines accepted")


def test_hostile_texts_are_shown_and_not_obeyed(
    inventories: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Hosts name their units."""
    hostile = "\x1b[2J\u202eevil\n\rline"
    lines = [line.model_copy(update={"seen": hostile, "asks": hostile}) for line in waiting.read(inventories)]
    waiting.write(inventories, lines)
    assert run(inventories) == 3
    said = capsys.readouterr().out
    assert all(line.isprintable() for line in said.splitlines())
    assert "evil" in said
