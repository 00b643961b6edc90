"""``siteparity check``: what a run would ask, make and leave out. Contacts nobody, not even a name server."""

from __future__ import annotations

import json
import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from siteparity.collect.questions import Questions, asked
from siteparity.configuration import Configuration
from siteparity.gate.assemble import downgraded
from siteparity.gate.loss import open_question
from siteparity.model import Site, UnmeasuredError
from siteparity.plan import NotApplicable
from siteparity.redaction import redacted_within
from siteparity.report.exceptions import downgraded_line
from siteparity.report.shipped import shipped_words
from siteparity.report.states import absence_line, in_state, question_line, states_line, waiting_line
from siteparity.report.words import count
from siteparity.result import SavedDowngrade, Scope, Shipped
from siteparity.scope import scope
from siteparity.waivers import Design, Waivers

_WIDTH = 110
"""Of a line in the terminal."""
_TOGETHER = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True)
class HostQuestions:
    """A host, and how many questions a run may ask it."""

    site: str
    name: str
    roles: tuple[str, ...]
    questions: Mapping[str, int]
    """By aspect; ``live`` counts what smoke checks ask, ``machine`` the one that tells machines apart."""

    @property
    def label(self) -> str:
        """``dallas/web1``."""
        return f"{self.site}/{self.name}"


@dataclass(frozen=True, slots=True)
class Overview:
    """What a run would do."""

    primary: str
    standby: str
    hosts: tuple[HostQuestions, ...]
    in_no_role: tuple[str, ...]
    parity: Mapping[str, int]
    """Aspect -> how many checks of it are planned."""
    smoke: Mapping[str, int]
    """Journey -> how many checks of it are planned."""
    own: Mapping[str, int]
    """File of tests of one's own -> how many checks of it are planned, one for each test and host."""
    not_applicable: tuple[NotApplicable, ...]
    differs: tuple[Design, ...]
    scope: Scope
    """What is promised, compared, absent and undecided."""
    downgraded: tuple[SavedDowngrade, ...]
    shipped: Shipped | None
    """The checks, compared with those that siteparity ships."""
    warnings: tuple[str, ...]


def overview(settings: Configuration, at: datetime) -> Overview:
    """What a run under these settings would do if it started at a moment."""
    kinds: dict[str, Counter[str]] = {"parity": Counter(), "smoke": Counter(), "own": Counter()}
    for check in settings.checks:
        kinds[check.source.kind][check.source.aspect] += 1
    return Overview(
        primary=settings.primary.name,
        standby=settings.standby.name,
        hosts=tuple(host for site in settings.sites for host in _hosts(settings, site)),
        in_no_role=settings.hosts_in_no_role,
        parity=kinds["parity"],
        smoke=kinds["smoke"],
        own=kinds["own"],
        not_applicable=settings.not_applicable,
        scope=scope(settings),
        downgraded=downgraded(settings),
        differs=settings.designs,
        shipped=settings.shipped,
        warnings=(
            *(warning for site in settings.sites for warning in _warnings(settings, site)),
            *_not_in_force(settings, at),
            *_for_a_dead_primary(settings),
        ),
    )


def text(found: Overview) -> str:
    """The overview for a terminal, without a final line feed."""
    smoke, parity = sum(found.smoke.values()), sum(found.parity.values())
    own = sum(found.own.values())
    lines = [*_of_site(found, found.primary, "the primary"), *_of_site(found, found.standby, "the standby")]
    if found.in_no_role:
        lines.append(f"in no role of the policy, not looked at: {', '.join(found.in_no_role)}")
    lines += [
        *_questions(found.hosts),
        f"{count(smoke + parity + own, 'check')} planned",
        _below(f"{parity:,} compare the sites: {_counted(found.parity)}"),
        _below(f"{smoke:,} try out {found.standby}: {_counted(found.smoke)}"),
        *([_below(f"{own:,} are tests of your own: {_counted(found.own)}")] if own else []),
        *_states(found.scope),
        *map(downgraded_line, found.downgraded),
        *filter(None, [shipped_words(found.shipped)]),
        *_left_out(found.not_applicable),
        *_by_design(found.differs),
        *(f"warning: {warning}" for warning in found.warnings),
    ]
    return "\n".join(lines)


def as_json(found: Overview) -> str:
    """The overview for programs, without secrets."""
    return _json(
        {
            "primary": found.primary,
            "standby": found.standby,
            "hosts": [
                {"host": one.label, "roles": one.roles, "questions": one.questions} for one in found.hosts
            ],
            "hosts_in_no_role": found.in_no_role,
            "checks": {"parity": found.parity, "smoke": found.smoke, "own": found.own},
            "not_applicable": [
                {"check": one.source.name, "kind": one.source.kind, "keys": one.keys}
                for one in found.not_applicable
            ],
            "differs": [
                {
                    "place": one.place,
                    "aspects": one.words,
                    "role": one.says.role,
                    "items": one.says.item,
                    "expected": one.expected,
                    "reason": one.says.reason,
                    "approved_by": one.says.approved_by,
                    "review": str(one.says.review),
                }
                for one in found.differs
            ],
            "scope": found.scope.model_dump(mode="json", include={"areas", "absent", "undecided", "waiting"}),
            "downgraded": [one.model_dump(mode="json") for one in found.downgraded],
            "shipped": found.shipped and found.shipped.model_dump(mode="json"),
            "warnings": found.warnings,
            "errors": [],
        }
    )


def errors_as_json(errors: str) -> str:
    """The errors of the configuration for programs, one for each line."""
    return _json({"errors": errors.split("\n")})


def _json(value: object) -> str:
    return json.dumps(redacted_within(value), indent=2)


def _hosts(settings: Configuration, site: Site) -> Iterator[HostQuestions]:
    questions = Questions(settings.policy, settings.probes, settings.sites)
    for host in site.hosts:
        names = questions.asks(site, host)
        yield HostQuestions(
            site.name, host.name, host.roles, Counter(name.partition(".")[0] for name in names)
        )


def _warnings(settings: Configuration, site: Site) -> Iterator[str]:
    """What is no error, and still not meant so."""
    yield from (f"{site.name}: {oddity}" for oddity in site.oddities)
    questions = Questions(settings.policy, settings.probes, settings.sites)
    for host in site.hosts:
        for aspect, probe, target in questions.targets(site, host):
            for ask in (probe.ask, *([probe.then.ask] if probe.then else [])):
                if isinstance(why := asked(ask, target), UnmeasuredError):
                    yield f"{host.label}: {aspect} could not be measured: {why}"


def _of_site(found: Overview, site: str, what: str) -> Iterator[str]:
    hosts = [host for host in found.hosts if host.site == site]
    named = ", ".join(f"{host.name} ({', '.join(host.roles)})" for host in hosts)
    yield f"{site}, {what}: {count(len(hosts), 'host')}: {named}"


def _questions(hosts: Sequence[HostQuestions]) -> Iterator[str]:
    """A line for all hosts that are asked alike."""
    alike: dict[tuple[tuple[str, int], ...], list[str]] = {}
    for host in hosts:
        alike.setdefault(tuple(host.questions.items()), []).append(host.label)
    for questions, labels in alike.items():
        by_aspect = dict(questions)
        each = " each" if len(labels) > 1 else ""
        yield f"{', '.join(labels)}: {count(sum(by_aspect.values()), 'question')}{each}"
        yield _below(_counted(by_aspect))


def _states(found: Scope) -> Iterator[str]:
    """Which aspects and journeys are looked at, and how; what is absent; each question that is open."""
    yield states_line(found)
    for state in ("promised", "compared"):
        if names := in_state(found, state):
            yield _below(f"{state}: {', '.join(names)}")
    if found.absent:
        yield "declared absent"
        yield from (_below(absence_line(one)) for one in found.absent)
    if found.undecided:
        number = len(found.undecided)
        keeps = "a question is open, and keeps" if number == 1 else f"{number} questions are open, and keep"
        yield f"{keeps} every answer from GO: answer it in the policy, or declare absent what is not there"
        yield from (_below(question_line(one)) for one in found.undecided)
    if found.waiting:
        number = len(found.waiting)
        keeps = "line waits for a person, and keeps" if number == 1 else "lines wait for a person, and keep"
        yield f"{number} drafted {keeps} every answer from GO: siteparity confirm accepts"
        yield from (_below(waiting_line(one)) for one in found.waiting)


def _left_out(checks: Sequence[NotApplicable]) -> Iterator[str]:
    """Each check that does not apply, by the keys that would make it apply."""
    if not checks:
        yield "every check applies"
        return
    verb = "does" if len(checks) == 1 else "do"
    yield f"{count(len(checks), 'check')} {verb} not apply: the policy names nothing of the kind"
    by_keys: dict[tuple[str, ...], list[str]] = {}
    for one in checks:
        by_keys.setdefault(one.keys, []).append(one.source.name)
    for keys, names in by_keys.items():
        yield _below(f"without {' or '.join(keys)}: {', '.join(names)}")


def _by_design(differs: Sequence[Design]) -> Iterator[str]:
    """Each difference that is meant."""
    if differs:
        yield f"{count(len(differs), 'difference')} by design"
    for one in differs:
        items, words = ", ".join(one.says.item), ", ".join(one.words)
        yield _below(f"{words}, {one.says.role}, {items}: {one.expected}: {one.accepted}")


def _for_a_dead_primary(settings: Configuration) -> Iterator[str]:
    """What would be asked at night, while a record stands in."""
    if question := open_question(settings):
        yield f"no answer can be GO while a record stands in for {settings.primary.name}: {question}"


def _not_in_force(settings: Configuration, at: datetime) -> Iterator[str]:
    """What accepts nothing, and will be a reason against GO."""
    sites = (settings.primary.name, settings.standby.name)
    waivers = Waivers(settings.waivers, at, *sites, settings.never_waived, settings.designs)
    for one in waivers.every:
        if refusal := waivers.refusal(one):
            yield f"{one.label} {refusal}"


def _below(words: str) -> str:
    """Words below a line, wrapped; a number stays beside its name."""
    told = textwrap.fill(words, _WIDTH, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False)
    return told.replace(_TOGETHER, " ")


def _counted(numbers: Mapping[str, int]) -> str:
    return ", ".join(f"{name}{_TOGETHER}{number:,}" for name, number in numbers.items()) or "nothing"
