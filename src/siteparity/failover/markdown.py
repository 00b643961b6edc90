"""A runbook as Markdown. Pure."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence

from siteparity.failover import prose
from siteparity.failover.document import Mode
from siteparity.failover.runbook import Chapter, Line, Runbook

WIDTH = 120


def markdown(book: Runbook, rehearsed: Mapping[Mode, str]) -> str:
    """The runbook, ended by a line feed.

    Args:
        book: to render.
        rehearsed: for each of its modes, when it was last rehearsed (`siteparity.failover.head`).
    """
    blocks = [*_head(book, rehearsed), *_gate()]
    for chapter in book.chapters:
        blocks += _chapter(chapter, book)
    return "\n\n".join(blocks) + "\n"


def _head(book: Runbook, rehearsed: Mapping[Mode, str]) -> Iterator[str]:
    yield f"# Failover plan: {book.old} to {book.new}"
    yield _wrapped(
        "`siteparity plan` made this page from `failover.yml` and the inventories (digest "
        f"{book.digest[:12]}). Change those, not this page."
    )
    yield "\n".join(["| mode | last rehearsed |", "|---|---|", *_rows(rehearsed)])
    if book.aims:
        yield _wrapped(book.aims)
    yield _wrapped(prose.BEFORE)
    yield _wrapped(prose.ORDER)
    yield _wrapped(prose.WATCH.format(mode=book.mode_to_type, old=book.old))


def _rows(rehearsed: Mapping[Mode, str]) -> Iterator[str]:
    return (f"| {mode} | {when} |" for mode, when in rehearsed.items())


def _gate() -> Iterator[str]:
    yield "## What the last line of the gate means"
    yield "\n".join(
        ["| last line | do |", "|---|---|", *(f"| `{one}` | {do} |" for one, do in prose.GATE.items())]
    )
    yield _wrapped(f"{prose.VERIFY} {prose.NEVER_WAIVE}")


def _chapter(chapter: Chapter, book: Runbook) -> Iterator[str]:
    yield f"## {book.title(chapter)}"
    for line in chapter.lines:
        yield f"### {line.number}. {line.name}"
        yield from _step(line)


def _step(line: Line) -> Iterator[str]:
    on = "on" if line.who else "On"
    place = [
        *([f"**{line.who[:1].upper()}{line.who[1:]}**"] if line.who else []),
        *([f"{on} **{line.where}**"] if line.where else []),
        f"within **{line.within}**",
    ]
    yield _wrapped(f"{', '.join(place)}.")
    if line.after:
        yield _wrapped(f"After: {', '.join(line.after)}.")
    if line.commands:
        yield _code(line.commands)
    if line.note:
        yield _wrapped(line.note)
    yield "\n".join(_wrapped(f"- [ ] {proof}", "      ") for proof in line.proofs)
    if line.is_said:
        yield f"Note it: `siteparity said {quoted(line.name)} --by NAME`"
    yield from _back(line)


def _back(line: Line) -> Iterator[str]:
    if line.no_way_back:
        yield _wrapped(f"**No way back.** {line.no_way_back}")
    elif not line.back:
        yield prose.NOTHING_TO_UNDO
    elif line.commands:
        yield "Way back, at the same place:"
        yield _code(line.back)
    else:
        yield _wrapped(f"Way back: {' '.join(line.back)}")


def quoted(name: str) -> str:
    """The name of a step as a shell takes it."""
    return f'"{name}"' if " " in name else name


def _code(commands: Sequence[str]) -> str:
    return "\n".join(["```sh", *(one.strip() for one in commands), "```"])


def _wrapped(text: str, later: str = "") -> str:
    return textwrap.fill(text, WIDTH, subsequent_indent=later, break_long_words=False, break_on_hyphens=False)
