"""In which order the steps of a plan are made, and what no order may have. Pure.

A step without ``after`` waits for the step before it in the file. The way back waits for the whole failover.
Where a step waits for one that its mode does not have, it waits for what that one waits for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from siteparity.yamlfile import did_you_mean, quoted


class Part(StrEnum):
    """A part of the plan."""

    THERE = "steps"
    BACK = "back"


@dataclass(frozen=True, slots=True)
class Graph:
    """The steps of one mode, by their names."""

    mode: str
    names: tuple[str, ...]
    """Every step of the file, in its order."""
    present: frozenset[str]
    """The steps of the mode."""
    after: Mapping[str, tuple[str, ...] | None]
    """What each step says that it waits for; None if it says nothing."""
    part: Mapping[str, Part]
    fences: Mapping[str, str]
    """Step -> the site that takes no more writes after it."""
    promotes: Mapping[str, str]
    """Step -> the site whose database takes writes after it."""

    def before(self, name: str) -> tuple[str, ...]:
        """The steps of the mode for which a step waits, in the order of the file."""
        found = self._present(self._said(name), {name})
        if self.part[name] is Part.BACK and not any(self.part[one] is Part.BACK for one in found):
            found |= {one for one in self.present if self.part[one] is Part.THERE}
        return tuple(one for one in self.names if one in found)

    def ancestors(self, name: str) -> frozenset[str]:
        """All steps that are done before a step begins."""
        found: set[str] = set()
        waiting = list(self.before(name))
        while waiting:
            one = waiting.pop()
            if one not in found:
                found.add(one)
                waiting += self.before(one)
        return frozenset(found)

    def _said(self, name: str) -> tuple[str, ...]:
        """What a step waits for, whether or not the mode has it."""
        said = self.after[name]
        if said is not None:
            return said
        place = self.names.index(name)
        return self.names[place - 1 : place] if place else ()

    def _present(self, names: tuple[str, ...], seen: set[str]) -> set[str]:
        """The steps of the mode in place of these steps."""
        found: set[str] = set()
        for name in names:
            if name in self.present:
                found.add(name)
            elif name in self.after and name not in seen:
                found |= self._present(self._said(name), seen | {name})
        return found


def wrong_order(graph: Graph) -> Iterator[tuple[str, str]]:
    """What is wrong with the order of the steps: the step (empty if it is none), and the message."""
    unknown = list(_unknown(graph))
    loops = [] if unknown else list(_loops(graph))
    yield from (*unknown, *loops)
    if not (unknown or loops):
        yield from _unfenced(graph)


def _unknown(graph: Graph) -> Iterator[tuple[str, str]]:
    for name, after in graph.after.items():
        for one in after or ():
            if one not in graph.after:
                found = f"the name of a step, found {quoted(one)}{did_you_mean(one, graph.names)}; correct it"
            elif graph.part[name] is Part.THERE and graph.part[one] is Part.BACK:
                found = f"a step of the failover, found {quoted(one)} of the way back; take it out"
            else:
                continue
            yield name, f"{quoted(name)}: after: expected {found}"


def _loops(graph: Graph) -> Iterator[tuple[str, str]]:
    """The first loop, if there is any."""
    for name in graph.names:
        if name in graph.present and name in graph.ancestors(name):
            loop = " waits for ".join(map(quoted, _loop(graph, name)))
            text = f"after: expected steps that wait for earlier ones, found a loop: {loop}"
            implied = "; a step without after waits for the one before it" if _is_implied(graph, name) else ""
            yield name, f"{quoted(name)}: {text}; take one of them out of after{implied}"
            return


def _loop(graph: Graph, name: str) -> list[str]:
    """The shortest way from a step to itself."""
    ways = [[name]]
    while ways:
        way = ways.pop(0)
        for one in graph.before(way[-1]):
            if one == name:
                return [*way, one]
            if one not in way:
                ways.append([*way, one])
    return [name]


def _is_implied(graph: Graph, name: str) -> bool:
    return any(graph.after[one] is None for one in _loop(graph, name))


def _unfenced(graph: Graph) -> Iterator[tuple[str, str]]:
    """A failover without a fence, and each promotion that may come before it."""
    there = [name for name in graph.present if graph.part[name] is Part.THERE]
    if not any(graph.fences.get(name) == "old" for name in there):
        text = (
            f"steps: expected a fence in the mode {graph.mode}: a step at the old site with the proof "
            "database: shut down, or silent, found none; add it, since two sites that take orders are worse "
            "than none"
        )
        yield "", text
        return
    for name in graph.names:
        site = graph.promotes.get(name) if name in graph.present else None
        other = {"old": "new", "new": "old"}.get(site or "")
        if site and not any(graph.fences.get(one) == other for one in graph.ancestors(name)):
            text = (
                f"{quoted(name)}: expected a step that fences the {other} site before this one, which makes "
                f"the {site} one take writes, found none in the mode {graph.mode}; add it to after"
            )
            yield name, text
