"""Containers: those of the primary run at the standby, as they are configured, and start again.

Docker and Podman are asked, and Podman for each account that has containers of its own: which containers
there are, what of each is configured, which image it runs, and whether that image lies on the host, since the
registry may be out of reach in a failover. It needs no word of the policy. What ``docker run --rm`` started
by hand, and what has ended and is not started again, is nobody's service and is left out. Containers that
Kubernetes made are not looked into; ``services`` counts them.

Sources: docker-inspect(1), podman-inspect(1), podman-systemd.unit(5), podman-restart(1).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from siteparity.model import Table, UnmeasuredError
from siteparity.policy import Section, Text
from siteparity.probes import KEY, Answers, Probe, Reading, Target, once
from siteparity.tools.containers import ask as containers
from siteparity.tools.containers.ask import Container, Engine
from siteparity.transport import words
from siteparity.transport.script import Ask

NONE = "none"
_NO_CONTAINERS = "containers"
RUNS = "runs"
ENDED = "has ended well, and is not started again"
STARTS = "starts at a boot"
CURRENT = "as its files and its image"
HERE = "is on this host"
THERE = "there"


class Policy(Section):
    """The containers of the hosts. Nothing need be said of them."""

    may_hide_differences: tuple[Text, ...] = ()
    """Containers in whose settings what is hidden may differ, since each site has secrets of its own."""


_CONTAINERS = Ask(containers.QUESTION, words=(words.KNOWN, KEY), timeout=40)


def ask(target: Target[Policy]) -> Mapping[str, Ask]:
    """One question about every container of the host."""
    return {"containers": _CONTAINERS.about(KNOWN=target.known())}


@once
def _engines(answers: Answers, _: Target[Policy]) -> list[Engine]:
    engines = containers.read(answers.parts("containers", containers.PARTS))
    for one in engines:
        if one.silent:
            raise UnmeasuredError(f"containers: {one.name} of {one.account} does not answer: {one.silent}")
    return engines


@once
def _kept(answers: Answers, target: Target[Policy]) -> Mapping[str, Container]:
    """Each container that somebody means to be there, by what tables call it."""
    found: dict[str, Container] = {}
    counts: Counter[str] = Counter()
    for engine in _engines(answers, target):
        for one in engine.containers:
            if one.is_kept:
                name = engine.item(one.name)
                counts[name] += 1
                found[name if counts[name] == 1 else f"{name} ({counts[name]})"] = one
    return found


def read_running(answers: Answers, target: Target[Policy]) -> Table:
    """Each container -> `RUNS`, `ENDED`, or how it is instead."""
    return {name: _state(one) for name, one in _kept(answers, target).items()} or {_NO_CONTAINERS: NONE}


def _state(one: Container) -> str:
    if one.status == "running":
        return RUNS if one.health in ("", "healthy", "starting", "none") else f"runs, and is {one.health}"
    if one.status == "exited":
        ended_well = one.exited_with == "0" and one.restarts in ("", "no", "on-failure")
        return ENDED if ended_well else f"has ended with exit code {one.exited_with}"
    return f"is {one.status}"


def read_starts(answers: Answers, target: Target[Policy]) -> Table:
    """Each container that runs -> `STARTS`, or that nothing starts it."""
    return {
        name: STARTS if one.starter else _no_starter(one)
        for name, one in _kept(answers, target).items()
        if one.status == "running"
    } or {_NO_CONTAINERS: NONE}


def _no_starter(one: Container) -> str:
    if one.restarts in ("", "no"):
        return "nothing starts it at a boot"
    return f"its policy is {one.restarts}, and what would start it at a boot is not enabled"


def read_current(answers: Answers, target: Target[Policy]) -> Table:
    """Each container that runs -> `CURRENT`, or what changed since it was made."""
    return {
        name: _staleness(one) for name, one in _kept(answers, target).items() if one.status == "running"
    } or {_NO_CONTAINERS: NONE}


def _staleness(one: Container) -> str:
    made = one.made
    newer = [path for changed, path in one.changed if changed > made + 1]
    if newer:
        return f"older than {newer[0]}"
    if not one.now:
        return f"the image {one.image} is not on this host any more"
    return CURRENT if one.now == one.runs else f"{one.image} is another image by now"


def read_images(answers: Answers, target: Target[Policy]) -> Table:
    """Each image that a file of the host or a container names -> `HERE`, or that it is missing."""
    found = {
        engine.item(image): HERE if state == THERE else "missing: it would have to be pulled"
        for engine in _engines(answers, target)
        for image, state in engine.images
    }
    return found or {"images that files of the host name": NONE}


def read_mounts(answers: Answers, target: Target[Policy]) -> Table:
    """Each file or folder of the host that is mounted into a container -> `THERE` or ``missing``."""
    found = {
        f"{name}: {path}": state for name, one in _kept(answers, target).items() for path, state in one.mounts
    }
    return found or {"what is mounted into containers": NONE}


def read_settings(answers: Answers, target: Target[Policy]) -> Table:
    """Each container -> the image that it runs; each of its settings -> the value, without secrets."""
    table: dict[str, str] = {}
    for name, one in _kept(answers, target).items():
        table[name] = f"{one.image}, {one.runs[:12]}"
        table |= dict(_settings(name, one))
    return table or {_NO_CONTAINERS: NONE}


def _settings(name: str, one: Container) -> Iterator[tuple[str, str]]:
    """Of a name that hides something all values count."""
    values: dict[str, list[str]] = {}
    for item, value, _ in one.settings:
        values.setdefault(f"{name}: {item}", []).append(value)
    yield from ((item, " | ".join(some)) for item, some in values.items())


def read_hidden(answers: Answers, target: Target[Policy]) -> Table:
    """Each setting that hides something -> a keyed hash of what it hides."""
    found: dict[str, list[str]] = {}
    for name, one in _kept(answers, target).items():
        if name not in target.section.may_hide_differences:
            for item, _, digest in one.settings:
                if digest:
                    found.setdefault(f"{name}: {item}", []).append(digest)
    hidden = {item: f"value hidden, keyed hash {' '.join(some)}" for item, some in found.items()}
    return {"what settings of containers hide": "compared", **hidden}


def read_made(answers: Answers, target: Target[Policy]) -> Table:
    """Each container that hides something -> when it was made: until it is made anew, it hides the same."""
    return {"containers that hide something": "looked at"} | {
        name: f"made {one.created}"
        for name, one in _kept(answers, target).items()
        if any(digest for _, _, digest in one.settings) and name not in target.section.may_hide_differences
    }


PROBE = Probe(
    section=Policy,
    ask=ask,
    always=(_CONTAINERS,),
    tables={
        "running": Reading(read_running, healthy=(RUNS, ENDED, NONE)),
        "starts": Reading(read_starts, healthy=(STARTS, NONE)),
        "current": Reading(read_current, healthy=(CURRENT, NONE)),
        "images": Reading(read_images, healthy=(HERE, NONE)),
        "mounts": Reading(read_mounts, healthy=(THERE, NONE)),
        "settings": Reading(read_settings),
        "hidden": Reading(read_hidden, of_one_run=True, unless_changed="_made"),
        "_made": Reading(read_made, moves=True),
    },
)
