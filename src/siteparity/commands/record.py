"""``siteparity record``: measure sites and save their records. It judges nothing.

With ``--answers`` somebody else runs the questions, and this machine contacts nobody.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from siteparity import __version__
from siteparity.collect import MAX_CONNECTIONS
from siteparity.commands import signing
from siteparity.commands.alone import alone
from siteparity.commands.endings import EXIT
from siteparity.commands.partial import limited
from siteparity.commands.progress import Progress
from siteparity.commands.secrets_key import secrets_key
from siteparity.configuration import Configuration
from siteparity.facts import records
from siteparity.facts.joined import problem
from siteparity.facts.records import Record, RecordError
from siteparity.gate.run import new_run_folder
from siteparity.model import ConfigurationError, Deadline, Host, Site, Verdict
from siteparity.redaction import remember
from siteparity.report import bind
from siteparity.report.words import count, span
from siteparity.runs.kept_records import keep
from siteparity.runs.recording import measure, record_path
from siteparity.runs.runner_clock import clock_error
from siteparity.transport import Transport
from siteparity.transport.by_hand import LONGEST_APART, ByHand
from siteparity.yamlfile import shown_path

NOT_ALL = EXIT[Verdict.UNKNOWN]
"""The exit code if a table is unmeasured, or scripts are to be run first."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line asks for."""

    sites: Sequence[str]
    reports: Path
    deadline: Deadline
    limit: Sequence[str] = ()
    secrets_key: Path | None = field(default=None, repr=False)
    other_record: Path | None = None
    sign_key: Path | None = None
    answers: Path | None = None
    connections: int = MAX_CONNECTIONS


def record(settings: Configuration, wanted: Wanted, now: datetime) -> tuple[str, int]:
    """Measure, and save. Returns the text to print, and the exit code.

    Raises:
        ConfigurationError: what was asked for cannot be; nothing was measured.
        OSError: a file cannot be written.
    """
    sites = _chosen(settings, wanted.sites, wanted.limit)
    other = _other(settings, sites, wanted.other_record, now) if wanted.other_record else None
    key = secrets_key(wanted.secrets_key) if wanted.secrets_key else None
    recording = _Recording(settings, wanted, sites, other, key, now)
    return recording.by_hand(ByHand.begun(wanted.answers)) if wanted.answers else recording.live()


def _chosen(settings: Configuration, names: Sequence[str], limit: Sequence[str]) -> Sequence[Site]:
    by_name = {site.name: site for site in settings.sites}
    if unknown := [name for name in names if name not in by_name]:
        raise ConfigurationError(f"{unknown[0]}: not a site of this pair; the sites are {', '.join(by_name)}")
    return limited([by_name[name] for name in names], limit)


def _other(settings: Configuration, sites: Sequence[Site], path: Path, now: datetime) -> Record:
    """The record of the site that is not measured, as its own runner made it a moment ago.

    Raises:
        ConfigurationError: it is none, or both sites are measured.
    """
    rest = [site for site in settings.sites if site.name not in {one.name for one in sites}]
    if not rest:
        raise ConfigurationError("--other-record: both sites are measured here; leave it out")
    place = record_path(path, rest[0].name) if path.is_dir() else path
    try:
        found = records.load(place)
    except RecordError as error:
        raise ConfigurationError(f"--other-record: {error}; name another record") from None
    if why := problem(found, rest[0], settings.policy.digest, __version__):
        raise ConfigurationError(f"--other-record: {why}")
    age = now - found.measured_at
    if not -settings.policy.limits.clock_offset <= age <= LONGEST_APART:
        raise ConfigurationError(
            f"--other-record: {shown_path(place)}: expected a record of the last {span(LONGEST_APART)}, "
            f"found one of {found.measured_at:%Y-%m-%d %H:%M} UTC; record {rest[0].name} again"
        )
    return found


@dataclass(frozen=True, slots=True)
class _Recording:
    """What is to be measured, and by which facts and key."""

    settings: Configuration
    wanted: Wanted
    sites: Sequence[Site]
    other: Record | None
    """Of the site that is not measured."""
    key: str | None = field(repr=False)
    """With which secrets are hashed; one of the run's own by default."""
    now: datetime

    def live(self) -> tuple[str, int]:
        """Ask every host."""
        with Progress(self.sites) as progress, alone(self.wanted.reports), Transport() as transport:
            made = measure(
                self.settings,
                self.sites,
                transport,
                deadline=self.wanted.deadline,
                say=progress.say,
                stand_in=self.other,
                is_alive=True,
                key=self.key,
                connections=self.wanted.connections,
                needed=(),
            )
            error = clock_error(transport.run)
            return self._saved([one.model_copy(update={"clock_error": error}) for one in made])

    def by_hand(self, reached: ByHand) -> tuple[str, int]:
        """Read what scripts printed; or write those that are to be run next."""
        remember(reached.key)
        if (age := self.now - reached.began) > self.settings.policy.limits.record_max_age:
            raise ConfigurationError(
                f"--answers: the questions in {shown_path(reached.folder)} were written {span(age)} ago, "
                "which is longer than limits.record_max_age; name a new folder"
            )
        made = measure(
            self.settings,
            self.sites,
            reached,
            deadline=self.wanted.deadline,
            say=_silent,
            stand_in=self.other,
            is_alive=True,
            key=self.key or reached.key,
            mark=reached.mark,
        )
        if any(reached.waiting.values()):
            return "\n".join(_to_run(reached, self.sites)), NOT_ALL
        # No answer is known to be newer than the first question.
        at = reached.began
        together = at if len(self.sites) > 1 else None
        when = {"measured_at": at, "other_measured_at": self.other.measured_at if self.other else together}
        with alone(self.wanted.reports):
            return self._saved([one.model_copy(update=when) for one in made])

    def _saved(self, made: Sequence[Record]) -> tuple[str, int]:
        """Save what was measured in a folder of its own."""
        wanted = self.wanted
        folder = new_run_folder(wanted.reports, self.now)
        if not wanted.limit:  # a part of a site cannot stand in for it
            keep(self.settings, wanted.reports, made, folder.name)
        lines: list[str] = []
        for one in made:
            path = record_path(folder, one.site)
            records.save(one, path)
            lines.append(f"{one.site}: {path} ({_unmeasured(one) or 'no'} tables unmeasured)")
        bind(folder)
        if wanted.sign_key:
            signing.sign(folder, wanted.sign_key)
            lines.append(f"signed: {folder}")
        return "\n".join(lines), NOT_ALL if any(map(_unmeasured, made)) else EXIT[Verdict.GO]


def _unmeasured(one: Record) -> int:
    """How many of its tables are unmeasured."""
    return sum(
        not isinstance(entry, str)
        for aspects in one.hosts.values()
        for tables in aspects.values()
        for entry in tables.values()
    )


def _silent(_host: Host, _words: str) -> None:
    """Nobody waits: nobody is asked."""


def _to_run(reached: ByHand, sites: Sequence[Site]) -> Iterator[str]:
    """What to do next."""
    number = min(number for number, hosts in reached.waiting.items() if hosts)
    hosts = reached.waiting[number]
    scripts, answers = reached.scripts(number), reached.answers(number)
    yield (
        f"nothing is recorded yet: {count(len(hosts), 'script')} of round {number} must be run, each as root "
        "on its host; keep what it prints in a file named like the host:"
    )
    yield f"  {scripts}/SITE/HOST.sh -> {answers}/SITE/HOST"
    yield "with Ansible:"
    for site in sites:
        if not any(host.label in hosts for host in site.hosts):
            continue
        script = f"{scripts.resolve()}/{site.name}/{{{{ inventory_hostname }}}}.sh"
        source = shlex.quote(str(site.source))
        yield (
            f"  ansible all -i {source} --become -m script -a {shlex.quote(script)} "
            f"--tree {shlex.quote(f'{answers}/{site.name}')}"
        )
    yield "then run this command again"
