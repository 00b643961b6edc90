"""``siteparity confirm``: a person accepts drafted lines of the policy, the cheapest question first."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from siteparity.configuration import Configuration
from siteparity.draft.accepting import accept
from siteparity.draft.waiting import Line, Waiting, draft_path, read
from siteparity.model import ConfigurationError
from siteparity.policy import todo
from siteparity.policy.todo import Todo
from siteparity.redaction import redacted
from siteparity.report.visible import shortened, visible
from siteparity.report.words import count
from siteparity.yamlfile import Document, KeyPath, Problems, did_you_mean, quoted, shown_key, shown_path

_TEXT_WIDTH = 300
_VALUE_WIDTH = 1000
_QUESTION = "accept it? [y]es, [n]ot now, [e]dit, [q]uit: "


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person asks for."""

    paths: Sequence[str]
    """Each accepts what stands at it and below it."""
    everything: bool
    by: str | None
    """Who accepts; without a name nothing is accepted."""


@dataclass(frozen=True, slots=True)
class Terminal:
    """Somebody who can be asked."""

    say: Callable[[str], None]
    ask: Callable[[str], str]
    """Raises EOFError if there is no answer any more."""


@dataclass(frozen=True, slots=True)
class Draft:
    """The draft, and the policy beside it."""

    document: Document
    waiting: tuple[Waiting, ...]
    todos: tuple[Todo, ...]
    lines: tuple[Line, ...]
    """Of ``draft.yml``, with those that a person edited."""
    undecided: int
    """How many questions are open."""

    @property
    def policy(self) -> Path:
        """The path of the policy."""
        return self.document.path


def confirm(settings: Configuration, wanted: Wanted, terminal: Terminal | None = None) -> tuple[str, bool]:
    """Accept what is wanted, ask, or list what waits.

    Args:
        settings: with the policy and its draft.
        wanted: by the command line.
        terminal: None if nobody can be asked; then nothing is accepted that was not named.

    Returns:
        The text to print, and whether a line still waits.

    Raises:
        ConfigurationError: nothing is accepted: a path names no line that waits, or nobody is named.
        OSError: a file cannot be written.
    """
    draft = _draft(settings)
    if wanted.everything or wanted.paths:
        chosen = draft.waiting if wanted.everything else _chosen(draft, wanted.paths)
        return _accepted(draft, chosen, wanted.by)
    if terminal and wanted.by and draft.waiting:
        return _asked(draft, wanted.by, terminal)
    return "\n".join(_listed(draft)), bool(draft.waiting)


def _draft(settings: Configuration) -> Draft:
    written = settings.policy.written
    assert written  # noqa: S101  # of every policy that was read from a file
    return Draft(
        written,
        settings.waiting,
        todo.find(written),
        read(written.path.parent),
        len(settings.undecided),
    )


def _accepted(draft: Draft, chosen: Sequence[Waiting], by: str | None) -> tuple[str, bool]:
    """Accept the chosen lines at one go."""
    if not draft.waiting:
        return "\n".join(_nothing_waits(draft)), False
    if by is None:
        raise ConfigurationError("--by: expected the name of the person who accepts, found none; add it")
    ready = [one for one in chosen if not _within(draft, one.at)]
    accepted = accept(draft.policy, ready, by, datetime.now(UTC))
    done = {one.at for one in accepted}
    lines = [f"accepted: {_place(one)}" for one in chosen if one.at in done]
    for one in chosen:
        if _within(draft, one.at):
            lines.append(f"not accepted, since a TODO is in it: {_place(one)}; {_to_write(draft, one.at)}")
        elif one.at not in done:
            lines.append(f"not accepted, since it was changed meanwhile: {_place(one)}")
    left = len(draft.waiting) - len(done)
    return "\n".join([*lines, *_ending(draft, len(done), by, left)]), left > 0


def _chosen(draft: Draft, paths: Sequence[str]) -> tuple[Waiting, ...]:
    """The lines at and below these paths.

    Raises:
        ConfigurationError: a path names none that waits.
    """
    if not draft.lines:
        place = shown_path(draft_path(draft.policy.parent))
        raise ConfigurationError(f"{place}: expected drafted lines, found none: nothing waits for a person")
    problems, chosen = Problems(), dict[KeyPath, Waiting]()
    for path in paths:
        found = [one for one in draft.waiting if _names(path, one.at)]
        if not found:
            problems.add(_why_not(draft, path))
        chosen |= {one.at: one for one in found}
    problems.check()
    return tuple(one for one in draft.waiting if one.at in chosen)


def _names(path: str, at: KeyPath) -> bool:
    """Whether a typed path is a place, or one around it. A shell may have taken away its quotes."""
    starts = [at[:length] for length in range(1, len(at) + 1)]
    return any(path in (shown_key(start), ".".join(map(str, start))) for start in starts)


def _why_not(draft: Draft, path: str) -> str:
    """Why a path names no line that waits, and what to do."""
    for one in draft.todos:
        if _names(path, one.at):
            return f"{quoted(path)}: a TODO cannot be accepted; {_to_write(draft, one.at)}"
    if any(_names(path, line.at) for line in draft.lines):
        return f"{quoted(path)}: it was edited since it was drafted, so it is yours and no longer waits"
    if any(_names(path, at) for at in draft.document.lines):
        return f"{quoted(path)}: it does not wait for anybody; siteparity confirm shows what does"
    known = {shown_key(one.at[:length]) for one in draft.waiting for length in range(1, len(one.at) + 1)}
    near = did_you_mean(path, known)
    return f"{quoted(path)}: no drafted line waits there{near}; siteparity confirm shows those that do"


def _within(draft: Draft, at: KeyPath) -> list[Todo]:
    """Each ``TODO`` at a place or below it."""
    return [one for one in draft.todos if one.at[: len(at)] == at]


def _to_write(draft: Draft, at: KeyPath) -> str:
    first = _within(draft, at)[0]
    asks = f" ({_text(first.question)})" if first.question else ""
    return f"write the answer at {draft.document.where(first.at)}{asks}"


def _asked(draft: Draft, by: str, terminal: Terminal) -> tuple[str, bool]:
    """Ask for one line after the other. What is accepted is written at once."""
    accepted = 0
    for number, one in enumerate(draft.waiting, 1):
        terminal.say("\n".join((f"{number} of {len(draft.waiting)}", *_shown(one))))
        if _within(draft, one.at):
            terminal.say(f"  a TODO is in it: {_to_write(draft, one.at)}\n")
            continue
        answer = _answer(terminal)
        if answer == "q":
            break
        if answer == "e":
            terminal.say(f"  edit it at {one.place}: with another value it is yours, and no longer waits\n")
        if answer == "y":
            done = accept(draft.policy, [one], by, datetime.now(UTC))
            accepted += len(done)
            if not done:
                terminal.say("  it was changed meanwhile, and not accepted\n")
    left = len(draft.waiting) - accepted
    return "\n".join(_ending(draft, accepted, by, left)), left > 0


def _answer(terminal: Terminal) -> str:
    """``y``, ``n``, ``e`` or ``q``."""
    while True:
        try:
            answer = terminal.ask(f"  {_QUESTION}").strip().lower()[:1]
        except EOFError:
            return "q"
        if answer in {"y", "n", "e", "q"}:
            return answer


def _listed(draft: Draft) -> Iterator[str]:
    """Everything that waits, and what to type."""
    if not draft.waiting:
        yield from _nothing_waits(draft)
        return
    yield f"{_wait(len(draft.waiting))} for a person"
    for one in draft.waiting:
        yield from _shown(one)
    yield from _open(draft)
    yield (
        "accept with siteparity confirm PATH... --by NAME; a path accepts all that is below it, "
        "--all accepts everything, and on a terminal --by NAME alone asks for one after the other"
    )


def _nothing_waits(draft: Draft) -> Iterator[str]:
    yield "no drafted line waits for a person"
    yield from _open(draft)


def _ending(draft: Draft, accepted: int, by: str, left: int) -> Iterator[str]:
    waits = f"{_wait(left)} still" if left else "nothing waits any more"
    yield f"{count(accepted, 'line')} accepted by {_text(by)}; {waits}"
    yield from _open(draft)


def _open(draft: Draft) -> Iterator[str]:
    """What nobody can accept, since nobody wrote it."""
    if draft.undecided:
        are = "question is" if draft.undecided == 1 else "questions are"
        answered = "answered in the policy only: siteparity check lists them"
        yield f"{draft.undecided} {are} open, and {answered}"


def _wait(number: int) -> str:
    return f"{count(number, 'drafted line')} {'waits' if number == 1 else 'wait'}"


def _shown(one: Waiting) -> Iterator[str]:
    """A line of the draft with its value, its evidence and its question."""
    yield _place(one)
    told = json.dumps(one.value, ensure_ascii=False)
    yield f"  value  {shortened(visible(redacted(told)), _VALUE_WIDTH)}"
    yield f"  seen   {_text(one.line.seen)}"
    if one.line.asks:
        yield f"  asks   {_text(one.line.asks)}"


def _place(one: Waiting) -> str:
    return f"{visible(one.path)} ({one.place})"


def _text(text: str) -> str:
    return shortened(visible(redacted(text)), _TEXT_WIDTH)
