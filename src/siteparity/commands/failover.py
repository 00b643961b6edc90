"""``siteparity plan``, ``watch``, ``said`` and ``drills``: the failover plan, and the drills that follow it.

None of them changes a host. A person types the commands; siteparity proves what came of them.
"""

from __future__ import annotations

import argparse
import getpass
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

from siteparity import configuration
from siteparity.commands.page_file import demand_room, write_file, write_page
from siteparity.configuration import Configuration
from siteparity.failover import events, log
from siteparity.failover.answers import Answer, Look
from siteparity.failover.document import NAME, Mode, Plan, load_plan
from siteparity.failover.drill import Drill, drills, under_way
from siteparity.failover.drills_page import render_drills
from siteparity.failover.events import Begun, Event, Journal, Said
from siteparity.failover.head import rehearsed
from siteparity.failover.html import render
from siteparity.failover.lines import event_line
from siteparity.failover.markdown import markdown
from siteparity.failover.order import Part
from siteparity.failover.proofs import Side
from siteparity.failover.runbook import Line, Runbook, digest_of, runbook
from siteparity.failover.screen import in_lines, state
from siteparity.failover.turn import Following
from siteparity.gate.journeys import journeys, try_out
from siteparity.model import ConfigurationError, Deadline
from siteparity.policy import outline
from siteparity.policy.section import person
from siteparity.redaction import redacted, redacted_within
from siteparity.report.pdf import paper
from siteparity.report.visible import visible
from siteparity.report.words import local_zone
from siteparity.watching.connections import Connections
from siteparity.watching.gate_answer import GateAnswer
from siteparity.watching.journeys import TRY_SECONDS, Journeys, answer_of
from siteparity.watching.looks import HostLooks
from siteparity.watching.run import Outcome, Watch
from siteparity.yamlfile import did_you_mean, quoted, shown_path

Run: TypeAlias = Callable[[argparse.Namespace], tuple[str, int]]

GOOD, ALARM, OPEN = 0, 2, 3
_EXIT = {
    Outcome.PROTECTED: GOOD,
    Outcome.ALARM: ALARM,
    Outcome.OPEN: OPEN,
    Outcome.NOT_KEPT: OPEN,
}


def _plan(options: argparse.Namespace) -> tuple[str, int]:
    """The runbook, as Markdown; as a page as well if one is asked for."""
    settings = configuration.load(
        options.root, options.inventories, options.primary, options.standby, look_up=False
    )
    plan = load_plan(options.inventories / NAME, tuple(settings.policy.roles))
    modes = [Mode(options.mode)] if options.mode else list(plan.modes)
    book = runbook(plan, *settings.sites, modes, (Part.BACK,) if options.back else tuple(Part))
    heads = heads_of(book, events.read(options.reports))
    if options.html:
        demand_room(options.html)
        write_page(options.html, render(book, heads))
    return markdown(book, heads).removesuffix("\n"), GOOD


def demand_a_plan_to_follow(inventories: Path, settings: Configuration) -> None:
    """Find by day what is wrong with a plan. Without its file there is nothing to find.

    Raises:
        ConfigurationError: every problem of the plan, one per line.
    """
    if (inventories / NAME).exists():
        load_plan(inventories / NAME, tuple(settings.policy.roles))


def heads_of(book: Runbook, journal: Journal) -> Mapping[Mode, str]:
    """When each mode of a runbook was last rehearsed. A damaged journal cannot say "never"."""
    ended = [one for one in (drill.rehearsal for drill in drills(journal.events)) if one]
    lost = f"; {len(journal.damaged)} lines of {events.NAME} are damaged" if journal.damaged else ""
    return {mode: rehearsed(ended, mode, book.digest) + lost for mode in book.modes}


def _drills(options: argparse.Namespace) -> tuple[str, int]:
    """The log of drills. Lines that prove nothing are told, and the exit code then says so."""
    journal = events.read(options.reports)
    found, plan = drills(journal.events), _plan_if_any(options.inventories)
    status = OPEN if journal.damaged else GOOD
    zone = local_zone()
    for path, option in ((options.html, "--html"), (options.pdf, "--pdf")):
        if path:
            demand_room(path, option)
    if options.html:
        write_page(options.html, render_drills(plan, found, journal.damaged, zone))
    if options.pdf:
        write_file(options.pdf, paper(render_drills(plan, found, journal.damaged, zone)), "--pdf")
    if options.json:
        told = {
            "drills": [redacted_within(log.as_json(plan, drill)) for drill in found],
            "damaged": list(journal.damaged),
        }
        return json.dumps(told), status
    lines = [log.drill_line(plan, drill) for drill in found]
    return "\n".join((*(lines or ["no drill yet"]), *journal.damaged)), status


def _plan_if_any(inventories: Path) -> Plan | None:
    """The plan, for its steps and aims; None if there is none that can be read: the log stands without it."""
    try:
        return _plan_of(inventories)
    except ConfigurationError as error:
        sys.stderr.write(f"{redacted(str(error))}\n")
        return None


def _plan_of(inventories: Path) -> Plan:
    about = outline(inventories / "policy.yml")
    if about is None:
        path = shown_path(inventories / "policy.yml")
        raise ConfigurationError(f"{path}: expected a policy with roles, found none; see siteparity check")
    return load_plan(inventories / NAME, about.roles)


def _note(options: argparse.Namespace) -> tuple[str, int]:
    """Note in the journal what a person saw or decided."""
    try:
        by = person(options.by)
    except ValueError as error:
        raise ConfigurationError(f"--by: {error}") from None
    plan = _plan_of(options.inventories)
    drill = _open_drill(options.reports)
    steps = {step.name: step for step in plan.of(drill.begun.mode)}
    if options.step not in steps:
        near = did_you_mean(options.step, steps)
        raise ConfigurationError(
            f"said: expected a step of the plan in the mode {drill.begun.mode}, found {quoted(options.step)}"
            f"{near}; siteparity plan lists them"
        )
    event = Said(drill=drill.id, at=datetime.now(UTC), step=options.step, by=by, words=options.words)
    events.append(options.reports, (event,))
    return event_line(event), GOOD


def _open_drill(reports: Path) -> Drill:
    drill = under_way(drills(events.read(reports).events))
    if drill is None:
        raise ConfigurationError(
            f"{shown_path(reports / events.NAME)}: expected a drill that is under way, found none; "
            "siteparity watch begins one"
        )
    return drill


def _watch(options: argparse.Namespace) -> tuple[str, int]:
    """Follow a drill: take up the one that is under way, or begin one."""
    journal = events.read(options.reports)
    for line in journal.damaged:
        sys.stderr.write(f"{line}\n")
    taken_up = None if options.new else under_way(drills(journal.events))
    _demand_the_same(options, taken_up)
    sites = (taken_up.begun.old, taken_up.begun.new) if taken_up else (options.primary, options.standby)
    settings = _load(options, *sites)
    plan = load_plan(options.inventories / NAME, tuple(settings.policy.roles))
    with Connections() as connections:
        looks = HostLooks(
            settings.policy,
            {Side.OLD: settings.primary, Side.NEW: settings.standby},
            settings.probes,
            connections,
            GateAnswer(options.reports),
            Journeys(_trying(options, settings), patient=options.once),
        )
        drill = taken_up or _begin(options, settings, plan, looks)
        book = runbook(plan, *settings.sites, [drill.begun.mode])
        _warn_if_changed(drill, plan, settings)
        with _told(options, book) as (tell, show):
            watch = Watch(
                plan, drill, looks, options.reports, tell=tell, show=show, warn=_warn, every=options.every
            )
            outcome = watch.run(once=options.once, resumed=taken_up is not None)
    options.to_copy = options.json
    last = json.dumps({"event": "left", "outcome": outcome.value}) if options.json else _last(outcome)
    return last, _EXIT[outcome]


def _trying(options: argparse.Namespace, settings: Configuration) -> Callable[[Side], Answer]:
    """How the journeys of customers are tried out at a site."""

    def try_at(side: Side) -> Answer:
        sites = [site.name for site in settings.sites]
        of = settings if side is Side.NEW else _load(options, *reversed(sites))
        executed = try_out(of, options.inventories, Deadline(TRY_SECONDS))
        return answer_of(journeys(of), executed, of.standby.name)

    return try_at


def _load(options: argparse.Namespace, old: str | None, new: str | None) -> Configuration:
    return configuration.load(options.root, options.inventories, old, new)


def _demand_the_same(options: argparse.Namespace, taken_up: Drill | None) -> None:
    """Refuse to take up a drill as another one."""
    if taken_up is None:
        return
    begun = taken_up.begun
    asked = {"--mode": options.mode, "--primary": options.primary, "--standby": options.standby}
    is_ = {"--mode": begun.mode.value, "--primary": begun.old, "--standby": begun.new}
    for name, value in asked.items():
        if value is not None and value != is_[name]:
            raise ConfigurationError(
                f"{name}: expected {is_[name]}, that of the drill which is under way since "
                f"{begun.at:%Y-%m-%d %H:%M} UTC, found {value}; leave it out, or begin another drill: --new"
            )


def _begin(options: argparse.Namespace, settings: Configuration, plan: Plan, looks: HostLooks) -> Drill:
    mode = Mode(options.mode or Mode.PLANNED)
    runbook(plan, *settings.sites, [mode])  # it can be followed
    at = datetime.now(UTC)
    now = looks.before()
    begun = Begun(
        drill=events.drill_id(at),
        at=at,
        mode=mode,
        old=settings.primary.name,
        new=settings.standby.name,
        digest=digest_of(plan, settings.sites),
        by=_by(options.by),
        timeline=now.newest,
        followed=now.followed,
        ttl_seconds=now.ttl_seconds,
    )
    events.append(options.reports, (begun,))
    (_tell_json if options.json else _tell)(begun)
    return Drill(begun)


def _by(name: str | None) -> str:
    """Who begins a drill: by default the account."""
    try:
        return person(name if name is not None else getpass.getuser())
    except (ValueError, KeyError, OSError) as error:
        raise ConfigurationError(f"--by: {error}") from None


def _warn_if_changed(drill: Drill, plan: Plan, settings: Configuration) -> None:
    if drill.begun.digest != digest_of(plan, settings.sites):
        _warn("the plan or the inventories were changed since the drill began")


def _tell(event: Event) -> None:
    _out(event_line(event))


def _tell_json(event: Event) -> None:
    _out(json.dumps(redacted_within(event.model_dump(mode="json"))))


Tell: TypeAlias = Callable[[Event], None]
Show: TypeAlias = Callable[[Following, Look, bool], None]


@contextmanager
def _told(options: argparse.Namespace, book: Runbook) -> Iterator[tuple[Tell, Show]]:
    """Who is told: a program gets the events alone, a terminal one screen, and anybody else plain lines."""
    lines: Mapping[str, Line] = {line.name: line for chapter in book.chapters for line in chapter.lines}
    if options.json:
        yield _tell_json, _hide
    elif sys.stdout.isatty() and not options.once:
        from siteparity.watching.terminal import Screen  # noqa: PLC0415  # rich is loaded where it is used

        with Screen(lines) as screen:
            yield lambda event: screen.tell(event_line(event)), screen.show
    else:
        yield _tell, _shows(lines)


def _hide(_: Following, __: Look, ___: bool) -> None:  # noqa: FBT001  # as `Watch.show`
    """Programs get the events alone."""


def _shows(lines: Mapping[str, Line]) -> Show:
    """Plain lines, after a look that changed something."""

    def show(following: Following, look: Look, has_changed: bool) -> None:  # noqa: FBT001  # as `Watch.show`
        if has_changed:
            _out(f"-- {state(following)}")
            for line in in_lines(following, lines, look):
                _out(visible(line))

    return show


def _out(text: str) -> None:
    """Print at once; a reader that is gone ends the watch, and the journal has everything."""
    if text:
        sys.stdout.write(f"{redacted(text)}\n")
        sys.stdout.flush()


def _warn(text: str) -> None:
    sys.stderr.write(f"{redacted(text)}\n")


def _last(outcome: Outcome) -> str:
    return {
        Outcome.PROTECTED: "protected again: the plan was followed to its end",
        Outcome.ALARM: "ALARM: mend it, then call siteparity watch again; it takes the drill up where it is",
        Outcome.OPEN: "not ended: siteparity watch takes the drill up where it is",
        Outcome.NOT_KEPT: "not ended, and the journal could not be written: note by hand what happened",
    }[outcome]


RUNS: Mapping[str, Run] = {"plan": _plan, "watch": _watch, "said": _note, "drills": _drills}
"""Verb -> what runs it."""
