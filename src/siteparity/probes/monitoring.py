"""Monitoring: whether the agents that watch a host run, answer, and report current values.

In October 2012 monitoring noticed the failure, and watched both sites afterwards. A stopped agent at the
standby is noticed when the standby is all there is. An agent that runs can be silent (hung, bound to
loopback) or stale (it repeats what a job wrote last week). So each one is asked as the monitoring server asks
it: by HTTP, at the host's own address, in the text format of Prometheus.

Arguments of the agent that look like secrets do not leave the host; of its answer only a few metrics do.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Any, ClassVar

from pydantic import Field

from siteparity.model import Table, UnmeasuredError
from siteparity.policy import Duration, Port, RoleName, Section, Text
from siteparity.policy.bounds import at_most
from siteparity.policy.section import PositiveDuration, ServiceName, Strict, matching
from siteparity.probes import Answers, Probe, Reading, Target, Where, Witnesses, once
from siteparity.tools.program import filled, program
from siteparity.tools.systemd.unit import look_up_of, read_properties
from siteparity.tools.witnesses import products, programs, witnessed
from siteparity.transport.script import Ask

RUNS = "runs, also after a boot"
ANSWERS = "answers"
_COMPLETE = "complete"
"""The last line of an answer that the agent finished."""

Metric = Annotated[
    str, matching(r"[a-zA-Z_:][a-zA-Z0-9_:]*", "the name of a metric such as node_time_seconds")
]


class Agent(Strict):
    """A program that watches a host and answers over HTTP."""

    unit: ServiceName
    port: Port
    path: Annotated[str, matching(r"/[!-~]*", "a path such as /metrics")] = "/metrics"
    roles: tuple[RoleName, ...] = ()
    """Where it must run; empty: everywhere."""
    time: Metric | None = None
    """The metric with the time of the report, in seconds; without it every answer counts as fresh."""
    parts: Metric | None = None
    """The metric that is 1 for each part of the agent that works, such as a collector."""
    files: Metric | None = None
    """The metric with the times of the files whose content it repeats, in seconds."""


Patience = Annotated[Duration, Field(ge=timedelta(seconds=1), le=timedelta(seconds=8))]


class Policy(Section):
    """The agents, and how old their reports may be."""

    question: ClassVar[str] = "Which agents watch the hosts?"

    agents: Mapping[Text, Agent] = {}
    """Name for people -> agent."""
    timeout: Annotated[Patience, at_most("8s")] = timedelta(seconds=3)
    """How long an agent may take to answer, in whole seconds."""
    max_age: Annotated[PositiveDuration, at_most("10m")] = timedelta(seconds=30)
    """The oldest report."""
    max_file_age: Annotated[PositiveDuration, at_most("2d")] = timedelta(hours=1)
    """The oldest file whose content an agent repeats."""


PROGRAM = program(__package__, "monitoring.pl")

_PARTS = ("unit", "arguments", "answer", "now")

_QUESTION = """\
echo '[unit]'
@LOOK_UP@
exec perl -e @PERL@ -- "${main:-0}" @ARGUMENTS@
"""


def ask(target: Target[Policy]) -> Mapping[str, Ask]:
    """Each agent's unit, its arguments, and its answer."""
    return {
        f"agent{number}": Ask(_question(agent, target), timeout=10)
        for number, (_, agent) in enumerate(_agents(target))
    }


def _question(agent: Agent, target: Target[Policy]) -> str:
    place = str(target.host.addresses[0]) if target.host.addresses else "127.0.0.1"
    wanted = [metric for metric in (agent.time, agent.parts, agent.files) if metric]
    arguments = [
        place,
        str(agent.port),
        agent.path,
        str(round(target.section.timeout.total_seconds())),
        *wanted,
    ]
    return filled(
        _QUESTION,
        look_up=look_up_of(agent.unit, ["ActiveState", "SubState", "UnitFileState"]),
        perl=shlex.quote(PROGRAM),
        arguments=" ".join(map(shlex.quote, arguments)),
    )


def read_agents(answers: Answers, target: Target[Policy]) -> Table:
    """Each agent -> `RUNS`, or what its unit does instead."""
    return {one.name: _unit_state(one) for one in _reports(answers, target)}


def read_answers(answers: Answers, target: Target[Policy]) -> Table:
    """Each agent -> `ANSWERS`, or how the request failed."""
    return {one.name: ANSWERS if one.answers else one.status for one in _reports(answers, target)}


def read_age(answers: Answers, target: Target[Policy]) -> Table:
    """Each agent -> the age of its report, in seconds; or how the request failed."""
    return {one.name: abs(one.age) if one.answers else one.status for one in _reports(answers, target)}


def read_file_age(answers: Answers, target: Target[Policy]) -> Table:
    """Each file that an agent repeats -> its age in seconds; an agent that repeats none -> 0."""
    found: dict[str, float | str] = {
        one.name: one.status for one in _reports(answers, target) if not one.answers
    }
    for one in filter(lambda one: one.answers, _reports(answers, target)):
        ages = {f"{one.name}, {path}": max(one.now - at, 0.0) for path, at in one.files.items()}
        found |= ages or {f"{one.name}, which repeats no file": 0.0}
    return found


def read_configuration(answers: Answers, target: Target[Policy]) -> Table:
    """Each argument of each running agent -> its text; each part of it -> whether it works."""
    found: dict[str, str] = {}
    for one in _reports(answers, target):
        found |= {f"{one.name}, argument {number}": word for number, word in enumerate(one.arguments)}
        found |= {f"{one.name}, {part}": "works" if works else "fails" for part, works in one.parts.items()}
    return found or {"arguments and parts": "of no agent"}


class _Report:
    """What is known of one agent."""

    def __init__(self, name: str, agent: Agent, parts: Mapping[str, Sequence[str]]) -> None:
        self.name = name
        arguments, answer, now = ([line for line in parts[part] if line] for part in _PARTS[1:])
        if not answer or len(now) != 1 or not re.fullmatch(r"[0-9]{1,12}", now[0]):
            raise UnmeasuredError(f"{name}: the answer lacks its status or its time")
        self.properties = read_properties(parts["unit"])
        self.arguments, self.status, self.now = arguments, answer[0], float(now[0])
        if self.status == "200" and answer[-1] != _COMPLETE:
            self.status = f"{answer[-1]}, after a part of the answer"
        metrics = [_metric(line) for line in answer[1:-1]]
        self.answers = self.status == "200"
        self.age = self.now - _time(agent, metrics) if agent.time and self.answers else 0.0
        self.parts = {_label(labels): value == 1 for of, labels, value in metrics if of == agent.parts}
        self.files = {_label(labels): value for of, labels, value in metrics if of == agent.files}


_METRIC = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)(\{.*\})? ([-+0-9.eE]+|NaN|[+-]Inf)(?: [0-9]+)?\r?")


def _metric(line: str) -> tuple[str, str, float]:
    """Name, labels and value of a line (Prometheus, "Exposition formats"); empty and 0 for any other line."""
    found = _METRIC.fullmatch(line)
    try:
        return (found[1], found[2] or "", float(found[3])) if found else ("", "", 0.0)
    except ValueError:
        return "", "", 0.0


def _time(agent: Agent, metrics: list[tuple[str, str, float]]) -> float:
    times = [value for of, _, value in metrics if of == agent.time]
    if len(times) != 1:
        raise UnmeasuredError(f"the agent tells {agent.time} {len(times)} times; expected once")
    return times[0]


def _label(labels: str) -> str:
    """The values of labels: ``cpu`` for ``{collector="cpu"}``."""
    return " ".join(re.findall(r'="((?:[^"\\]|\\.)*)"', labels)) or "it"


def _agents(target: Target[Policy]) -> Iterator[tuple[str, Agent]]:
    for name, agent in target.section.agents.items():
        if not agent.roles or not set(agent.roles).isdisjoint(target.roles):
            yield name, agent


@once
def _reports(answers: Answers, target: Target[Policy]) -> list[_Report]:
    return [
        _Report(name, agent, answers.parts(f"agent{number}", _PARTS))
        for number, (name, agent) in enumerate(_agents(target))
    ]


def _unit_state(report: _Report) -> str:
    load, active, sub, at_boot = (
        "".join(report.properties.get(key, ()))
        for key in ("LoadState", "ActiveState", "SubState", "UnitFileState")
    )
    if load != "loaded":
        return "no such unit" if load == "not-found" else f"cannot be loaded ({load})"
    if active != "active":
        return f"{active} ({sub})"
    return RUNS if at_boot in ("enabled", "generated", "alias") else f"runs now, and is {at_boot}"


def _watched(section: Policy) -> tuple[str, ...] | None:
    """The roles on which an agent must run; None: every role of the aspect."""
    if any(not agent.roles for agent in section.agents.values()):
        return None
    return tuple(role for agent in section.agents.values() for role in agent.roles)


_WATCHED = Where("agents", _watched)


def _files_of_agents(section: Policy) -> Iterator[str]:
    """Where Debian and Red Hat keep the arguments of an agent, which are compared as its process has them."""
    for agent in section.agents.values():
        name = agent.unit.removesuffix(".service")
        yield from (f"/etc/default/{name}", f"/etc/sysconfig/{name}")


def read_absence(answers: Answers, _: Target[Any]) -> Table:
    """Each witness -> what was found of it."""
    seen = answers.parts("programs", programs.PARTS)
    return {"an agent": witnessed(programs.found(seen, products.MONITORING))}


PROBE = Probe(
    section=Policy,
    ask=ask,
    judges=_files_of_agents,
    tables={
        "agents": Reading(read_agents, healthy=RUNS, roles=_WATCHED),
        "answers": Reading(read_answers, healthy=ANSWERS, roles=_WATCHED),
        "age": Reading(read_age, roles=_WATCHED, moves=True),
        "file_age": Reading(read_file_age, roles=_WATCHED, moves=True),
        "configuration": Reading(read_configuration, roles=_WATCHED),
    },
    absence=Witnesses({"programs": Ask(programs.QUESTION)}, read_absence),
)
