"""``siteparity diff``: compare two hosts now, over the user's own ssh."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from siteparity.commands.progress import Progress
from siteparity.compare import Comparison, Outcome, Place, Run, as_json, heading, render, summary
from siteparity.compare.sites import NAMES
from siteparity.model import ConfigurationError, Host, SiteparityError
from siteparity.redaction import redacted
from siteparity.transport import Transport
from siteparity.whole_files import write_atomically

EXIT = {Outcome.EQUAL: 0, Outcome.DIFFERENT: 2, Outcome.UNMEASURED: 3}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line asks for."""

    places: tuple[Place, Place]
    html: Path | None = None
    json: bool = False
    deadline: float | None = None
    colour: bool = False


def diff(root: Path, wanted: Wanted, tell: Callable[[str], None]) -> tuple[str, int]:
    """Compare, and return the text of the answer and the exit code.

    Args:
        root: the project.
        wanted: what to compare, and how to tell it.
        tell: prints a text at once: who the hosts are, before they are measured.

    Raises:
        ConfigurationError: the page cannot be written where it should be, or both are one machine.
        SiteparityError: the page could not be written.
    """
    page = wanted.html.resolve() if wanted.html else None
    if page is not None:
        _demand_room(page)

    typed = dict(zip(NAMES, (place.typed for place in wanted.places), strict=True))
    with Progress([], labels=typed.values()) as progress, Transport() as transport:

        def begin(comparison: Comparison) -> None:
            if not wanted.json:
                progress.pause()
                tell(f"{heading(comparison)}\n")

        def say(host: Host, words: str) -> None:
            progress.say_of(typed[host.site], words)

        comparison = Run(root, wanted.places, transport, say, begin).make(wanted.deadline)
    if page is not None:
        _write(page, render(comparison))
    text = as_json(comparison) if wanted.json else summary(comparison, colour=wanted.colour)
    return text, EXIT[comparison.outcome]


def _demand_room(path: Path) -> None:
    """Refuse, before anybody is asked, a file that cannot be written, or replaced as a whole."""
    folder = path.parent
    is_other = path.exists() and not path.is_file()
    if is_other or not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        raise ConfigurationError(
            f"--html: expected a file in a folder that can be written, found {path}; name another one"
        )


def _write(path: Path, text: str) -> None:
    try:
        write_atomically(path, redacted(text).encode(errors="replace"))
    except OSError as error:
        raise SiteparityError(f"{path}: {error.strerror or error}; give --html another file") from None
