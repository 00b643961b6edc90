"""The state that the checks of one pytest session share: configuration, records, connections.

The process that owns the run measures once, before any worker starts. Workers only read.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from siteparity import configuration
from siteparity.configuration import Configuration
from siteparity.facts import records
from siteparity.facts.evidence import Evidence
from siteparity.facts.records import Record
from siteparity.folders import folders
from siteparity.inventory import inventory_digest
from siteparity.model import Host, Judgement, Site
from siteparity.plan import PlannedCheck, left_out
from siteparity.plan.shipped import not_as_shipped
from siteparity.pytest_plugin.check_findings import CheckFindings
from siteparity.pytest_plugin.outcome import with_waivers
from siteparity.pytest_plugin.parity import SiteFacts
from siteparity.report.visible import visible
from siteparity.runs.journal import CheckLine
from siteparity.runs.recording import measure, record_path, then_path
from siteparity.transport import Transport
from siteparity.waivers import Waivers

CHECK = pytest.StashKey[PlannedCheck]()
"""On an item: its planned check."""
JUDGED = pytest.StashKey[CheckFindings]()
"""On an item: the findings of its rules."""


@dataclass(frozen=True, slots=True)
class Options:
    """The plugin's options. The owner of a run sets the last three for its workers."""

    root: Path
    inventories: Path
    primary: str | None
    standby: str | None
    run: Path | None
    """The folder of the run: ``records/<site>.json.gz`` and the journal."""
    control: Path | None
    """The control directory of the transport whose connections are used."""
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    """When the run started, which decides what has expired; now, if no run is given."""

    @classmethod
    def of(cls, config: pytest.Config) -> Options:
        """The options of a pytest session."""
        root = config.rootpath
        given = config.getoption("inventories")
        run, control = config.getoption("parity_run"), config.getoption("parity_control")
        started = config.getoption("parity_started")
        return cls(
            root=root,
            inventories=Path(given) if given else folders(root).inventories,
            primary=config.getoption("primary"),
            standby=config.getoption("standby"),
            run=Path(run) if run else None,
            control=Path(control) if control else None,
            started=datetime.fromisoformat(started) if started else datetime.now(UTC),
        )


class Session:
    """The run, as one process sees it."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.configuration: Configuration = configuration.load(
            options.root, options.inventories, options.primary, options.standby
        )
        settings = self.configuration
        sites = (settings.primary.name, settings.standby.name)
        self.waivers = Waivers(
            settings.waivers, options.started, *sites, settings.never_waived, settings.designs
        )
        self._checks = {check.id: check for check in settings.checks}
        self._planned: dict[tuple[str, str], list[PlannedCheck]] = {}
        self._left_out: frozenset[tuple[str, str]] | None = None
        self._not_shipped: frozenset[str] | None = None
        self._evidence: Evidence | None = None
        self._transport: Transport | None = None
        self._site_facts: dict[tuple[str, str], SiteFacts] = {}

    def planned(self, path: str, function: str) -> list[PlannedCheck]:
        """The planned checks of one test function, in the order of the plan."""
        if not self._planned:
            for check in self.configuration.checks:
                self._planned.setdefault((check.source.path, check.source.function), []).append(check)
        return self._planned.get((path, function), [])

    def is_left_out(self, path: str, function: str) -> bool:
        """Whether the policy names nothing that this test function could judge."""
        if self._left_out is None:
            self._left_out = left_out(self.configuration.root, self.configuration.checks)
        return (path, function) in self._left_out

    def is_shipped(self, check: PlannedCheck) -> bool:
        """Whether the code of a check is as siteparity ships it."""
        if self._not_shipped is None:
            self._not_shipped = not_as_shipped(self.configuration.root)
        return check.source.kind != "own" and check.source.name not in self._not_shipped

    def check(self, node_id: str) -> PlannedCheck | None:
        """The planned check of that id."""
        return self._checks.get(node_id)

    def line(self, check: PlannedCheck, judgement: Judgement, seconds: float) -> CheckLine:
        """The line of a check, with what accepts its findings.

        That is applied to the findings without secrets, as every reader of the journal sees them.
        """
        line = CheckLine.of(check.id, judgement, seconds)
        return with_waivers(line, check, self.waivers, self.configuration.checks)

    def facts(self, site: Site, aspect: str) -> SiteFacts:
        """The facts of an aspect at a site, from the records of this run."""
        key = (site.name, aspect)
        if key not in self._site_facts:
            self._site_facts[key] = SiteFacts(site, self.evidence().facts(site, aspect))
        return self._site_facts[key]

    def evidence(self) -> Evidence:
        """The records of the run, from which checks are judged.

        Raises:
            RecordError: a record is missing or damaged, or of another site, policy or inventory.
        """
        if self._evidence is None:
            settings, folder = self.configuration, self.options.run
            if folder is None:
                raise records.RecordError("this session has no record to judge")
            self._evidence = evidence_of(settings, folder)
        return self._evidence

    def away(self, site: Site) -> Mapping[str, str]:
        """The hosts of a site that are not asked again, and why."""
        evidence = self.evidence()
        if site.name != evidence.primary.site:
            return evidence.standby.silent()
        if evidence.by_record:
            return dict.fromkeys((host.name for host in site.hosts), NOT_CONTACTED)
        return evidence.primary.silent()

    def transport(self) -> Transport:
        """The run's connections, for live checks."""
        if self._transport is None:
            self._transport = Transport(directory=self.options.control)
        return self._transport

    def close(self) -> None:
        """Release the connections. Only the owner's transport ends them."""
        if self._transport is not None:
            self._transport.close()


NOT_CONTACTED = "not contacted: a record stands in for it"


def evidence_of(settings: Configuration, folder: Path) -> Evidence:
    """The records in the folder of a run.

    Raises:
        RecordError: a record is missing or damaged, or of another site, policy or inventory.
    """
    primary, standby = settings.sites
    then = then_path(folder, standby.name)
    return Evidence(
        settings.probes,
        _belonging(record_path(folder, primary.name), primary, settings),
        _belonging(record_path(folder, standby.name), standby, settings),
        _belonging(then, standby, settings) if then.exists() else None,
    )


def _belonging(path: Path, site: Site, settings: Configuration) -> Record:
    """Read a record, and refuse one of another site, or of another policy or inventory."""
    record = records.load(path)
    about = (
        ("of the site", record.site, site.name),
        ("made under the policy", record.policy_digest, settings.policy.digest),
        ("made under the inventory", record.inventory_digest, inventory_digest([site])),
    )
    for what, found, expected in about:
        if found != expected:
            raise records.RecordError(
                f"the record of {site.name} is not {what} {expected[:12]} but {found[:12]}; measure again"
            )
    return record


@dataclass(slots=True)
class OwnRun:
    """A run that pytest itself owns, in a temporary folder that is removed at the end."""

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
        deadline = settings.deadline()
        for record in measure(settings, settings.sites, self.transport, deadline=deadline, say=_say):
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
    """Drop the state; options have changed, and it is loaded again when it is next needed."""
    end_session(config)
    del config.stash[_SESSION]


def end_session(config: pytest.Config) -> None:
    """Release whatever the session holds."""
    if (session := config.stash.get(_SESSION, None)) is not None:
        session.close()


def _say(host: Host, words: str) -> None:
    print(visible(f"{host.label}: {words}"), file=sys.stderr)  # noqa: T201  # progress, on stderr
