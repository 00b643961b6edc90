"""``siteparity init``: ask the hosts of two sites, and draft a policy. ``--again``: what changed since."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from siteparity.commands.progress import Progress
from siteparity.draft import waiting
from siteparity.draft.accepting import accepted
from siteparity.drafting import again, run
from siteparity.drafting.asked import Asked
from siteparity.drafting.asking import Heard, Live, from_folder
from siteparity.drafting.given import GivenSite, given_sites
from siteparity.drafting.questions import script
from siteparity.drafting.run import Drafted
from siteparity.model import ConfigurationError, Deadline, Host
from siteparity.probes import Probes, discover
from siteparity.report.visible import shortened, visible
from siteparity.report.words import count
from siteparity.transport import Transport
from siteparity.yamlfile import KeyPath, load, quoted, shown_path

DONE, CHANGED, AWAY = 0, 2, 3
"""Exit codes: drafted, or nothing changed; something changed; a host did not answer."""
SECONDS = 300.0
_WIDTH = 300


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line asks for."""

    sites: Sequence[str]
    out: Path
    primary: str | None = None
    again: bool = False
    answers: Path | None = None
    ssh_config: Path | None = None
    deadline: float | None = None


def scout() -> str:
    """The questions as one script."""
    return script(discover()).removesuffix("\n")


def init(wanted: Wanted) -> tuple[str, int]:
    """Ask, draft and write, or tell what changed. Returns the text to print, and the exit code.

    Raises:
        ConfigurationError: nobody was asked: a site is none, or a file is there already.
        SiteparityError: nothing was written, and why.
    """
    first, second = given_sites(wanted.sites, wanted.ssh_config)
    primary = _primary(wanted.primary, (first, second))
    if wanted.again:
        _demand_policy(wanted.out)
    else:
        run.demand_room(wanted.out, (first, second))
    probes = discover()
    heard = _heard(wanted, (first, second), probes)
    away = list(_away(heard))
    if any(one.away for one in heard if one.site.name == primary):
        done = "compared" if wanted.again else "written"
        text = f"nothing was {done}: the draft is made of what all hosts of {visible(primary)} say"
        return "\n".join([*away, text]), AWAY
    made = run.drafted(heard, primary, wanted.out, probes)
    status = AWAY if away else DONE
    if wanted.again:
        text, has_changed = _changes(made, wanted.out, probes)
        return "\n".join([*away, text]), status or (CHANGED if has_changed else DONE)
    wrote = run.write(made, wanted.out)
    asked = run.asked(made, wanted.out, probes)
    return "\n".join([*away, *_told(made, wrote, asked, heard)]), status


def _primary(name: str | None, given: Sequence[GivenSite]) -> str:
    names = [one.name for one in given]
    if name is not None and name not in names:
        raise ConfigurationError(
            f"--primary: expected one of {', '.join(names)}, found {quoted(name)}; correct it"
        )
    return name or names[0]


def _heard(wanted: Wanted, given: Sequence[GivenSite], probes: Probes) -> Sequence[Heard]:
    if wanted.answers is not None:
        return from_folder(wanted.answers, given, probes)
    labels = [one.host.label for site in given for one in site.hosts]
    with Progress([], labels=labels) as progress, Transport() as transport:

        def say(host: Host, words: str) -> None:
            progress.say_of(host.label, words)

        deadline = Deadline(wanted.deadline or SECONDS)
        return Live(transport, probes, deadline, say).ask(given)


def _away(heard: Sequence[Heard]) -> Iterator[str]:
    for one in heard:
        for name, why in one.away.items():
            yield f"{visible(one.site.name)}/{visible(name)}: did not answer: {_text(why)}"


def _told(
    made: Drafted, wrote: Sequence[Path], asked: Sequence[Asked], heard: Sequence[Heard]
) -> Iterator[str]:
    """What was written, what was left out, and what only a person can answer."""
    answered = ", ".join(
        f"{len(one.seen)} of {len(one.site.hosts)} hosts of {visible(one.site.name)}" for one in heard
    )
    half = sum(bool(one.asks) for one in made.draft.lines if one.waits)
    lines = count(sum(one.waits for one in made.draft.lines), "line")
    alone = f"{visible(made.primary.name)} alone"
    yield f"heard {answered}; drafted {lines} from {alone}, {half} of them with a question"
    for path in wrote:
        size = len(path.read_text(encoding="utf-8").splitlines())
        yield f"written: {visible(shown_path(path))} ({count(size, 'line')})"
    if made.draft.left_out or made.standby.left_out:
        yield ""
        yield "left out:"
        for left in made.draft.left_out:
            yield f"  - {_text(left.what)}: {_text(left.why)}"
        for what, why in made.standby.left_out:
            yield f"  - {visible(made.standby.name)}: {_text(what)}: {_text(why)}"
    if made.lacking:
        yield ""
        yield "add to the inventories, since a name or an address that they lack differs between the sites:"
        yield from (f"  - {_text(where)}: {_text(what)}" for where, what in made.lacking)
    yield ""
    yield "what only you can answer, the most useful first:"
    for number, one in enumerate(asked, 1):
        yield f"  {number}. {_text(one.question)}"
        yield f"     {_text(one.key)} in {visible(one.place)}{f'; {_text(one.hint)}' if one.hint else ''}"
    number = len(asked) + 1
    yield f"  {number}. What differs between the sites on purpose, and what do they not have?"
    yield "     differs and absent; the findings of the first gate show it"
    yield ""
    yield "next: siteparity gate says what differs now; siteparity confirm accepts what was drafted"


def _demand_policy(out: Path) -> None:
    if not (out / run.POLICY).is_file():
        raise ConfigurationError(
            f"{shown_path(out / run.POLICY)}: expected a policy to compare with, found none; "
            "leave out --again"
        )


def _changes(made: Drafted, out: Path, probes: Probes) -> tuple[str, bool]:
    existing = load(out / run.POLICY)
    found = again.changes(existing, _known(out), run.document(made), made.draft, probes)
    if not found:
        return f"nothing changed since {visible(shown_path(existing.path))} was drafted", False
    lines = again.patch(existing, found).rstrip("\n").split("\n")
    told = ", ".join(again.told(found))
    end = f"{told} since; nothing was written: edit the policy where you agree"
    return "\n".join([*(visible(one) for one in lines), end]), True


def _known(out: Path) -> dict[KeyPath, set[str]]:
    """Place -> digests of what was drafted there, whether it waits or somebody accepted it."""
    known: dict[KeyPath, set[str]] = {}
    lines = waiting.read(out)
    for one in waiting.waiting(lines, load(out / run.POLICY)):
        known.setdefault(one.at, set()).add(one.line.digest)
    for line in lines:
        known.setdefault(line.at, set()).add(line.digest)
    for place, digest in accepted(out):
        known.setdefault(place, set()).add(digest)
    return known


def _text(words: str) -> str:
    return shortened(visible(words), _WIDTH)
