"""``siteparity diff``: compare two hosts now, over the user's own ssh."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from siteparity.commands.page_file import demand_room, write_page
from siteparity.commands.progress import Progress
from siteparity.compare import Comparison, Outcome, Place, Run, as_json, heading, render, summary
from siteparity.compare.sites import NAMES
from siteparity.model import Host
from siteparity.transport import Transport

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
        demand_room(page)

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
        write_page(page, render(comparison))
    text = as_json(comparison) if wanted.json else summary(comparison, colour=wanted.colour)
    return text, EXIT[comparison.outcome]
