"""What the checks of one pytest session share: the configuration, the records, and the way to the hosts.

The session that owns the run measures once, before any worker starts; workers only read.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from siteparity import configuration, records
from siteparity.configuration import Configuration
from siteparity.model import Facts, Host, Site, Table, Unmeasured
from siteparity.plan import PlannedCheck, left_out
from siteparity.pytest_plugin.judged import Judged
from siteparity.pytest_plugin.parity import SiteFacts
from siteparity.recording import measure, record_path
from siteparity.records import Record
from siteparity.redaction import holds_stand_in
from siteparity.report.visible import visible
from siteparity.transport import Transport

CHECK = pytest.StashKey[PlannedCheck]()
"""On an item: the planned check that it makes."""
JUDGED = pytest.StashKey[Judged]()
"""On an item: what its rules have found."""


@dataclass(frozen=True, slots=True)
class Options:
    """The plugin's options; the owner of a run fills the last two in for its workers."""

    root: Path
    inventories: Path
    primary: str | None
    standby: str | None
    run: Path | None
    """The folder of the run: ``records/<site>.json.gz`` and the journal."""
    control: Path | None
    """The control directory of the transport whose connections are used."""

    @classmethod
    def of(cls, config: pytest.Config) -> Options:
        """Read the options of a session."""
        root = config.rootpath
        given = config.getoption("inventories")
        run, control = config.getoption("parity_run"), config.getoption("parity_control")
        return cls(
            root=root,
            inventories=Path(given) if given else root / "inventories",
            primary=config.getoption("primary"),
            standby=config.getoption("standby"),
            run=Path(run) if run else None,
            control=Path(control) if control else None,
        )


class Session:
    """One process's view of the run."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.configuration: Configuration = configuration.load(
            options.root, options.inventories, options.primary, options.standby
        )
        self._checks = {check.id: check for check in self.configuration.checks}
        self._left_out: frozenset[tuple[str, str]] | None = None
        self._records: dict[str, Record] = {}
        self._transport: Transport | None = None
        self._site_facts: dict[tuple[str, str], SiteFacts] = {}

    def planned(self, path: str, function: str) -> list[PlannedCheck]:
        """The planned checks of one test function, in the order of the plan."""
        return [
            check
            for check in self.configuration.checks
            if check.source.path == path and check.source.function == function
        ]

    def is_left_out(self, path: str, function: str) -> bool:
        """Whether the policy names nothing that this test function could judge."""
        if self._left_out is None:
            self._left_out = left_out(self.configuration.root, self.configuration.checks)
        return (path, function) in self._left_out

    def check(self, node_id: str) -> PlannedCheck | None:
        """The planned check of that id."""
        return self._checks.get(node_id)

    def facts(self, site: Site, aspect: str) -> SiteFacts:
        """The facts of one aspect at one site, from the record of this run."""
        key = (site.name, aspect)
        if key not in self._site_facts:
            record = self._record(site.name)
            facts: Mapping[str, Facts] = {host.name: record.facts(host.name, aspect) for host in site.hosts}
            if not self._are_of_one_run():
                facts = {host: self._lasting(aspect, of_host) for host, of_host in facts.items()}
            self._site_facts[key] = SiteFacts(site, facts)
        return self._site_facts[key]

    def _are_of_one_run(self) -> bool:
        """Whether both sites were measured together: one look gives all its records the same time."""
        return len({self._record(site.name).measured_at for site in self.configuration.sites}) == 1

    def _lasting(self, aspect: str, facts: Facts) -> Facts:
        """The facts without those that can only be held against others of the same run."""
        readings = self.configuration.probes[aspect].readings()
        reason = "hashed with the key of another run, which was kept nowhere; measure both sites together"
        return {
            name: Unmeasured(reason)
            if (name in readings and readings[name].of_one_run) or _holds_secret(table)
            else table
            for name, table in facts.items()
        }

    def away(self, site: Site) -> Mapping[str, str]:
        """The hosts of a site that did not answer when they were measured, each with its reason."""
        return self._record(site.name).silent()

    def transport(self) -> Transport:
        """The run's connections, for live checks."""
        if self._transport is None:
            self._transport = Transport(directory=self.options.control)
        return self._transport

    def close(self) -> None:
        """Let go of the connections (only the owner's transport ends them)."""
        if self._transport is not None:
            self._transport.close()

    def _record(self, site: str) -> Record:
        if site not in self._records:
            if self.options.run is None:
                raise records.RecordError("this session has no record to judge")
            record = records.load(record_path(self.options.run, site))
            _belongs(record, site, self.configuration)
            self._records[site] = record
        return self._records[site]


def _holds_secret(table: Table | Unmeasured) -> bool:
    """Whether something in it was hashed with the key of its run."""
    return not isinstance(table, Unmeasured) and holds_stand_in((*table, *table.values()))


def _belongs(record: Record, site: str, settings: Configuration) -> None:
    """Refuse a record that was made of another site, or before a file that it depends on was changed."""
    about = (
        ("of the site", record.site, site),
        ("made under the policy", record.policy_digest, settings.policy.digest),
        ("made under the inventories", record.inventory_digest, settings.inventory_digest),
    )
    for what, found, expected in about:
        if found != expected:
            raise records.RecordError(
                f"the record of {site} is not {what} {expected[:12]} but {found[:12]}; measure again"
            )


@dataclass(slots=True)
class OwnRun:
    """A run that pytest itself owns: measured into a temporary folder, gone at the end."""

    folder: tempfile.TemporaryDirectory[str] = field(
        default_factory=lambda: tempfile.TemporaryDirectory(prefix="siteparity-")
    )
    transport: Transport = field(default_factory=Transport)

    @property
    def path(self) -> Path:
        """The folder of the run."""
        return Path(self.folder.name)

    def measure(self, settings: Configuration) -> None:
        """Measure both sites and save their records."""
        seconds = settings.policy.limits.deadline.total_seconds()
        for record in measure(settings, settings.sites, self.transport, seconds=seconds, say=_say):
            records.save(record, record_path(self.path, record.site))

    def close(self) -> None:
        """End the connections and remove the folder."""
        self.transport.close()
        self.folder.cleanup()


_SESSION = pytest.StashKey[Session]()


def session_of(config: pytest.Config) -> Session:
    """The session's shared state, loaded when it is first needed."""
    if _SESSION not in config.stash:
        config.stash[_SESSION] = Session(Options.of(config))
    return config.stash[_SESSION]


def forget_session(config: pytest.Config) -> None:
    """Load the state again when it is next needed, from options that have changed."""
    end_session(config)
    del config.stash[_SESSION]


def end_session(config: pytest.Config) -> None:
    """Let go of what the session holds."""
    if (session := config.stash.get(_SESSION, None)) is not None:
        session.close()


def _say(host: Host, words: str) -> None:
    print(visible(f"{host.label}: {words}"), file=sys.stderr)  # noqa: T201  # progress, on stderr
