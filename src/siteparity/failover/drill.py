"""What is known of one drill: the fold of its lines in the journal. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from siteparity.failover.answers import Alarm, Seen
from siteparity.failover.events import (
    Alarmed,
    Begun,
    Cleared,
    Counted,
    Ended,
    Event,
    Looked,
    Proven,
    Resumed,
    Said,
)
from siteparity.failover.head import Rehearsal


@dataclass(frozen=True, slots=True)
class Known:
    """The last answer to a question."""

    seen: Seen
    since: datetime
    """Since when each look has given it, without a break."""
    words: str = ""
    turned: bool = False
    """Whether an earlier look of the drill saw that it does not hold."""


@dataclass(frozen=True, slots=True)
class Drill:
    """A drill, or a real failover."""

    begun: Begun
    done: Mapping[str, Proven] = field(default_factory=dict)
    """Step -> that it is done, in the order in which they were proven."""
    said: Mapping[str, Said] = field(default_factory=dict)
    """Step -> what a person said of it last."""
    known: Mapping[str, Known] = field(default_factory=dict)
    """Question -> the last answer."""
    alarms: Mapping[tuple[Alarm, str], Alarmed] = field(default_factory=dict)
    """The alarms that stand: kind and question."""
    alarmed: tuple[Alarmed, ...] = ()
    """Every alarm that there ever was."""
    counted: Counted | None = None
    looks: tuple[Looked, ...] = ()
    """Every change of an answer."""
    last: datetime | None = None
    """The time of the last line."""
    ended: datetime | None = None

    @property
    def id(self) -> str:
        """Its name in the journal."""
        return self.begun.drill

    def with_(self, event: Event) -> Drill:  # noqa: PLR0911  # one for each kind of line
        """The drill after one more line."""
        drill = replace(self, last=event.at)
        match event:
            case Looked():
                return replace(drill, known=_known(self.known, event), looks=(*self.looks, event))
            case Proven():
                return replace(drill, done={**self.done, event.step: event})
            case Said():
                return replace(drill, said={**self.said, event.step: event})
            case Alarmed():
                alarms = {**self.alarms, (event.alarm, event.about): event}
                return replace(drill, alarms=alarms, alarmed=(*self.alarmed, event))
            case Cleared():
                key = (event.alarm, event.about)
                return replace(drill, alarms={one: told for one, told in self.alarms.items() if one != key})
            case Counted():
                return replace(drill, counted=event)
            case Resumed():
                return replace(drill, known=_interrupted(self.known, event.at))
            case Ended():
                return replace(drill, ended=event.at)
            case Begun():
                return drill

    @property
    def raised(self) -> int:
        """How many alarms there ever were."""
        return len(self.alarmed)

    @property
    def rehearsal(self) -> Rehearsal | None:
        """What the head of a runbook says of it; None as long as it has not ended."""
        if self.ended is None:
            return None
        begun = self.begun
        return Rehearsal(begun.at, begun.mode, begun.old, begun.new, begun.digest)


def _known(known: Mapping[str, Known], event: Looked) -> Mapping[str, Known]:
    before = known.get(event.question)
    turned = before is not None and (before.turned or before.seen is Seen.NO)
    return {**known, event.question: Known(event.seen, event.at, event.words, turned)}


def _interrupted(known: Mapping[str, Known], at: datetime) -> Mapping[str, Known]:
    """The answers after a pause in which nobody looked: what must last begins anew."""
    return {key: replace(one, since=at) for key, one in known.items()}


def drills(events: Iterable[Event]) -> tuple[Drill, ...]:
    """Every drill of a journal, in the order in which they began. What never began is left out."""
    found: dict[str, Drill] = {}
    for event in events:
        if isinstance(event, Begun):
            found.setdefault(event.drill, Drill(event, last=event.at))
        elif event.drill in found:
            found[event.drill] = found[event.drill].with_(event)
    return tuple(found.values())


def under_way(found: Iterable[Drill]) -> Drill | None:
    """The newest drill, if it has not ended."""
    last = next(iter(sorted(found, key=lambda drill: drill.begun.at, reverse=True)), None)
    return last if last and last.ended is None else None
