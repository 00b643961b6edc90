"""``siteparity gate --only`` and ``--host``: a part of the checks, for whoever mends something. No answer.

The hosts of the roles that matter are asked about the chosen aspects alone, and those checks are judged.
Nothing is tried out, no waiver is looked for on an answer's behalf, and no report or history is written.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from siteparity.collect import MAX_CONNECTIONS, Say
from siteparity.configuration import Configuration
from siteparity.facts import records
from siteparity.gate.judged_again import SecondJudge
from siteparity.model import ConfigurationError, Deadline, Host, Outcome, Site
from siteparity.plan import PlannedCheck
from siteparity.report import failures
from siteparity.report.visible import shortened, visible
from siteparity.report.words import count
from siteparity.runs.journal import CheckLine
from siteparity.runs.recording import measure, record_path
from siteparity.transport import Transport

WORD = "PARTIAL"
EXIT_DIFFERS, EXIT_NO_ANSWER = 2, 3
"""Never 0: a part that holds is no GO."""
FINDINGS_A_CHECK = 10
_WIDTH = 400
_JUDGING_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants to look at again."""

    only: Sequence[str]
    """Aspects; empty for all."""
    hosts: Sequence[str]
    """``web1`` or ``arizona/web1``; empty for all."""


def chosen(settings: Configuration, wanted: Wanted) -> Configuration:
    """The configuration with the chosen checks, and what they need, alone.

    Raises:
        ConfigurationError: there is no such aspect or host, or no check is left.
    """
    known = {check.source.aspect for check in settings.checks if check.source.kind == "parity"}
    if strangers := [name for name in wanted.only if name not in known]:
        raise ConfigurationError(
            f"--only: expected aspects that are compared, found {strangers[0]}; they are "
            f"{', '.join(sorted(known))}; what is tried out, the whole gate alone does"
        )
    hosts = [host for site in settings.sites for host in site.hosts]
    every = {name: host for host in hosts for name in (host.name, host.label)}
    if strangers := [name for name in wanted.hosts if name not in every]:
        labels = ", ".join(host.label for host in hosts)
        raise ConfigurationError(f"--host: expected a host, found {strangers[0]}; they are {labels}")
    roles = {
        role
        for host in hosts
        if not wanted.hosts or {host.name, host.label} & set(wanted.hosts)
        for role in host.roles
    }
    checks = tuple(
        check
        for check in settings.checks
        if check.source.kind == "parity"
        and check.role in roles
        and (not wanted.only or check.source.aspect in wanted.only)
    )
    if not checks:
        raise ConfigurationError("--only, --host: no check is left; choose others")
    aspects = {check.source.aspect for check in checks}
    used = {check.role for check in checks}
    return replace(
        settings,
        checks=checks,
        probes={name: probe for name, probe in settings.probes.items() if name in aspects},
        primary=_with_roles(settings.primary, used),
        standby=_with_roles(settings.standby, used),
    )


def limited(sites: Sequence[Site], wanted: Sequence[str]) -> Sequence[Site]:
    """The sites with the hosts alone that are named, or are in roles that are named; whole if none is.

    Raises:
        ConfigurationError: a name is neither a host nor a role, or a site is left without a host.
    """
    if not wanted:
        return sites
    known = {name for site in sites for host in site.hosts for name in _called(host)}
    if strangers := [name for name in wanted if name not in known]:
        raise ConfigurationError(
            f"--limit: expected a role or a host, found {strangers[0]}; they are {', '.join(sorted(known))}"
        )
    parts = [
        replace(site, hosts=tuple(host for host in site.hosts if _called(host) & set(wanted)))
        for site in sites
    ]
    if empty := [part.name for part in parts if not part.hosts]:
        raise ConfigurationError(f"--limit: it leaves no host of {empty[0]}; leave the site out")
    return parts


def _called(host: Host) -> set[str]:
    return {host.name, host.label, *host.roles}


def partial(  # noqa: PLR0913  # each is one thing that only the caller knows
    settings: Configuration,
    part: Configuration,
    inventories: Path,
    deadline: Deadline,
    say: Say,
    *,
    connections: int = MAX_CONNECTIONS,
) -> tuple[str, int]:
    """Measure and judge the chosen part. Returns the text, whose last line says that it is partial.

    Args:
        settings: the whole configuration.
        part: from `chosen`.
        inventories: of both.
        deadline: when the sites must have been measured.
        say: reports the progress of each host.
        connections: how many hosts are asked at the same time.
    """
    with tempfile.TemporaryDirectory(prefix="siteparity-") as name:
        place = Path(name)
        with Transport() as transport:
            made = measure(
                part,
                part.sites,
                transport,
                deadline=deadline,
                say=say,
                connections=connections,
                needed=(),
            )
        for record in made:
            path = record_path(place, record.site)
            records.save(record, path)
        return told(part, judged(settings, inventories, place))


def judged(settings: Configuration, inventories: Path, folder: Path) -> Mapping[str, CheckLine]:
    """Id of a check -> its line, of all parity checks that could be judged from the records in a folder."""
    with SecondJudge(settings, inventories, folder).started() as judging:
        judging.go()
        said = judging.said(_JUDGING_SECONDS)
    return {line.id: line for line in said.lines if isinstance(line, CheckLine)}


def _with_roles(site: Site, roles: set[str]) -> Site:
    return replace(site, hosts=tuple(host for host in site.hosts if roles & set(host.roles)))


def told(part: Configuration, lines: Mapping[str, CheckLine]) -> tuple[str, int]:
    """What a part of the checks says, and the exit code."""
    text: list[str] = []
    outcomes: list[Outcome] = []
    for check in part.checks:
        line = lines.get(check.id)
        outcomes.append(line.outcome if line else Outcome.NOT_RUN)
        if not outcomes[-1].holds:
            text += _check(check, line, (part.primary.name, part.standby.name))
    holding = sum(outcome.holds for outcome in outcomes)
    differs = outcomes.count(Outcome.DIFFERENT)
    unknown = len(outcomes) - holding - differs
    words = (
        f"{holding} of {count(len(outcomes), 'check')} hold, {differs} differ, {unknown} could not be made"
    )
    last = f"{WORD}  {words}; this is no answer, and never a GO: run siteparity gate"
    return "\n".join([*text, last]), EXIT_DIFFERS if differs else EXIT_NO_ANSWER


def _check(check: PlannedCheck, line: CheckLine | None, sites: tuple[str, str]) -> Iterator[str]:
    found = line.findings if line else ()
    differs = line is not None and line.outcome is Outcome.DIFFERENT
    source = check.source
    title = failures.told(source.broken, source.sentence, found, sites) if differs else source.sentence
    yield f"{source.aspect}: {title}" + ("" if differs else ": not known")
    for finding in found[:FINDINGS_A_CHECK]:
        if not finding.accepted:
            yield f"  - {shortened(visible(f'{finding.message} ({check.role})'), _WIDTH)}"
    if (more := len(found) - FINDINGS_A_CHECK) > 0:
        yield f"  - {more:,} more"
    for fix in dict.fromkeys(finding.fix for finding in found if finding.fix and not finding.accepted):
        for number, part in enumerate(visible(fix, lines=True).split("\n")[:FINDINGS_A_CHECK]):
            yield f"      {'' if number else 'fix':<4} {part}"
