"""A checkout of the product in a folder of its own; a test makes up its probe, its checks and its sites."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

import siteparity
from selftests.contract.sshd import Server
from siteparity.collect import Measured
from siteparity.configuration import Configuration
from siteparity.facts import records
from siteparity.facts.records import Record
from siteparity.gate.supervisor import Child, Executed
from siteparity.inventory import inventory_digest, load_sites
from siteparity.judging.verdict import Answer, CheckOutcome, judge
from siteparity.model import Deadline, Outcome, Table, Unmeasured
from siteparity.plan import plan
from siteparity.plan.shipped import MANIFEST, manifest_text
from siteparity.policy import load_policy
from siteparity.policy.journeys import JOURNEYS
from siteparity.probes import Probe
from siteparity.result import Result
from siteparity.runs.recording import record_path
from siteparity.waivers import designs, load_waivers

PACKAGE = Path(siteparity.__file__).parent
CHECKOUT = PACKAGE.parents[1]
SITES = ("dallas", "arizona")
HOSTS = ("web1", "web2")
FILE = "tests/parity/test_things.py"

PROBE = '''\
"""Things: lines of a file, and lines of another file."""

from typing import Annotated

from pydantic import Field

from siteparity.policy import AbsolutePath, Section
from siteparity.probes import Answers, Probe, Reading, Target
from siteparity.transport.script import Ask


TABLES = ("values", "more", "few")


class Policy(Section):
    """Where the lines are."""

    folder: AbsolutePath
    most: Annotated[int, Field(ge=0)] = 10


def ask(target: Target[Policy]):
    """Read the lines; leave a trace of having been asked."""
    place = f"{target.section.folder}/{target.host.site}-{target.host.name}"
    return {name: Ask(f"echo {name} >>{place}.asked; cat {place}.{name}") for name in TABLES}


def _reading(name):
    def read(answers: Answers, target: Target[Policy]):
        return dict(line.split("=", 1) for line in answers.lines(name))

    return Reading(read)


PROBE = Probe(Policy, ask, {name: _reading(name) for name in TABLES})
'''

HEAD = '''\
"""Things are the same at both sites.

Customers would see other things.
"""

import os
import signal
import sys

import pytest

from siteparity.pytest_plugin import Parity


'''

CHECKS = '''\
def test_values(parity: Parity) -> None:
    """Customers see other values."""
    parity.same("values", fix="set {item} {primary}")


def test_more(parity: Parity) -> None:
    """Customers see more, or less."""
    parity.same("more", fix="set {item} {primary}")
'''

TRIED_OUT = '''\
"""Something is tried out.

Customers would miss it.
"""


def test_it_works(standby):
    """Customers are refused."""
    raise NotImplementedError(standby)
'''

VALUES, MORE = f"{FILE}::test_values[web]", f"{FILE}::test_more[web]"

PERSON = {
    "reason": "the new release comes first at the standby",
    "owner": "Platform",
    "approved_by": "J. Doe",
    "ticket": "OPS-1",
    "expires": f"{datetime.now(UTC) + timedelta(days=9, hours=1):%Y-%m-%dT%H:%M:%SZ}",
}
"""What only a person can say of a waiver."""

NOT_TRIED_OUT = {"reason": "there is no shop here", "approved_by": "J. Doe"}

Tables = Mapping[str, Table | Unmeasured]
SAME: Tables = {"values": {"a": "1", "b": "2"}, "more": {"c": "3"}, "few": {}}


def is_refused(ran: subprocess.CompletedProcess[str]) -> bool:
    """Whether a command ended with exit code 4; the gate and its verification say that there is no answer."""
    asked = {"gate", "verify"} & set(ran.args)
    answers = [line.startswith("UNKNOWN  no answer: ") for line in ran.stdout.splitlines()]
    return ran.returncode == 4 and answers == ([True] if asked else [])


@dataclass
class Project:
    """A scratch checkout: the product's package, with one probe in place of its own."""

    root: Path
    addresses: Sequence[str] = ("127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5")
    """Of both hosts of the primary, then of the standby."""
    connection: Mapping[str, Any] = field(default_factory=dict)
    """Ansible's variables of every host."""
    patience: float = 50
    """Seconds that one of its programs may take."""

    def __post_init__(self) -> None:
        shutil.copytree(PACKAGE, self.root / "src" / "siteparity", ignore=_own_probes)
        for name in ("conftest.py", "pyproject.toml"):
            shutil.copy(CHECKOUT / name, self.root / name)
        self.write("src/siteparity/probes/things.py", PROBE)
        self.let_one_machine_be_many()
        self.checks(CHECKS)
        self.let_no_journey_be_missed()
        self._make_python()
        self.policy()
        for site, addresses in zip(SITES, (self.addresses[:2], self.addresses[2:]), strict=True):
            self.inventory(site, addresses)

    def let_one_machine_be_many(self, *, yes: bool = True) -> None:
        """All hosts here are addresses of this machine; the product refuses to compare it with itself."""
        path = self.root / "src" / "siteparity" / "collect" / "same_machine.sh"
        text = (PACKAGE / "collect" / "same_machine.sh").read_text()
        path.write_text(text.replace("/proc/sys/kernel/random/boot_id", "/nonexistent") if yes else text)

    def let_no_journey_be_missed(self) -> None:
        """A check of each journey, as in any checkout. The policy here declares all of them absent."""
        for name in JOURNEYS:
            self.write(f"tests/smoke/test_{name}.py", TRIED_OUT)

    def _make_python(self) -> None:
        """A virtual environment that sees the checkout's package first, then all that is installed here."""
        self.write(
            "venv/pyvenv.cfg",
            f"home = {Path(sys.base_prefix) / 'bin'}\ninclude-system-site-packages = false\n",
        )
        self.python.parent.mkdir()
        self.python.symlink_to(Path(sys.executable).resolve())
        version = f"python{sys.version_info.major}.{sys.version_info.minor}"
        self.write(
            f"venv/lib/{version}/site-packages/project.pth",
            f"{self.root / 'src'}\n{sysconfig.get_path('purelib')}\n",
        )

    @property
    def python(self) -> Path:
        """The interpreter that runs the scratch checkout."""
        return self.root / "venv" / "bin" / "python"

    @property
    def reports(self) -> Path:
        """Where its runs write."""
        return self.root / "reports"

    @property
    def folder(self) -> Path:
        """The folder of a run that a test prepares by hand."""
        return self.root / "run"

    def write(self, path: str, text: str) -> None:
        """Write a file of the project."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        if path.startswith("tests/"):
            self.ship()

    def ship(self) -> None:
        """Let the checks be shipped as they stand here now: they are no altered ones, nor a user's own."""
        manifest = self.root / "src" / "siteparity" / MANIFEST.name
        manifest.write_text(manifest_text(self.root))

    def checks(self, text: str, file: str = FILE) -> None:
        """The checks of the one aspect."""
        self.write(file, HEAD + text)

    def aspect(self, name: str) -> dict[str, dict[str, Any]]:
        """An aspect's part of the policy."""
        return {name: {"owner": "Shop", "roles": ["web"], "folder": str(self.root / "things")}}

    def policy(self, **changes: Any) -> None:
        """The policy: roles and languages of the product's own, one aspect, no journey, short limits."""
        own = yaml.safe_load((CHECKOUT / "inventories" / "policy.yml").read_text())
        content = {
            "version": 2,
            "owner": "Platform",
            "primary": "dallas",
            "standby": "arizona",
            "limits": {"deadline": "60s", "host_deadline": "20s"},
            **{name: own[name] for name in ("roles", "languages")},
            "absent": dict.fromkeys((f"smoke.{name}" for name in JOURNEYS), NOT_TRIED_OUT),
            "aspects": self.aspect("things"),
        }
        self.write("inventories/policy.yml", yaml.safe_dump({**content, **changes}, sort_keys=False))

    def waivers(self, *stanzas: Mapping[str, str]) -> None:
        """The waivers; what a stanza leaves out a person has written."""
        written = [dict(PERSON) | dict(stanza) for stanza in stanzas]
        self.write("inventories/waivers.yml", yaml.safe_dump(written, sort_keys=False))

    def inventory(
        self, site: str, addresses: Sequence[str], own: Mapping[str, Mapping[str, Any]] | None = None
    ) -> None:
        """A site whose hosts are in every role; some with variables of their own."""
        roles = ("edge", "web", "db", "sessions")
        hosts = {
            name: {"ansible_host": address, **(own or {}).get(name, {})}
            for name, address in zip(HOSTS, addresses, strict=True)
        }
        groups: dict[str, Any] = {
            role: {"hosts": hosts if role == "edge" else {name: {} for name in hosts}} for role in roles
        }
        content = {"all": {"vars": dict(self.connection), "children": groups}}
        self.write(f"inventories/{site}/hosts.yml", yaml.safe_dump(content, sort_keys=False))

    def things(self, site: str, host: str, **tables: Table) -> None:
        """What a host says when it is asked."""
        for name, table in tables.items():
            lines = "".join(f"{item}={value}\n" for item, value in table.items())
            self.write(f"things/{site}-{host}.{name}", lines)

    def asked(self) -> dict[str, int]:
        """How many times each host was asked, by ``site-host``."""
        traces = sorted((self.root / "things").glob("*.asked"))
        return {trace.stem: trace.read_text().split().count("values") for trace in traces}

    def settings(self) -> Configuration:
        """The configuration, with the scratch checkout's own probe."""
        inventories = self.root / "inventories"
        files = sorted((self.root / "src" / "siteparity" / "probes").glob("[a-z]*.py"))
        probes = {file.stem: _probe(file) for file in files}
        policy = load_policy(inventories / "policy.yml", {name: probes[name].section for name in probes})
        primary, standby = load_sites(inventories, *SITES, tuple(policy.roles))
        planned = plan(self.root, policy, probes)
        known = {word for check in planned.checks for word in (check.source.aspect, check.source.name)}
        waivers = load_waivers(inventories / "waivers.yml", known, tuple(policy.roles))
        left = planned.not_applicable
        undecided = (*policy.undecided, *planned.undecided)
        meant = designs(policy.differs, planned.checks)
        sites = (primary, standby)
        return Configuration(
            self.root, policy, probes, *sites, planned.checks, waivers, left, undecided, meant
        )

    def record(self, site: str, settings: Configuration, **hosts: Tables) -> None:
        """Put a record into the folder of the run: every host says the same, but those that are named."""
        measured = Measured(
            site, datetime.now(UTC), {host: {"things": hosts.get(host, SAME)} for host in HOSTS}
        )
        records.save(record_under(settings, measured), record_path(self.folder, site))

    def supervised(
        self, *, workers: int = 0, seconds: float = 240, primary: Any = None, standby: Any = None
    ) -> Supervised:
        """Run the checks as the gate does, on records made by hand: host -> tables, where not `SAME`."""
        settings = self.settings()
        for site, hosts in zip(SITES, (primary or {}, standby or {}), strict=True):
            self.record(site, settings, **hosts)
        control = self.root / "control"
        control.mkdir(mode=0o700, exist_ok=True)
        child = Child(settings, self.root / "inventories", self.folder, control, workers)
        with child.started() as checks:
            checks.go()
            executed = checks.judged(Deadline(seconds))
        outcomes = {
            check.id: executed.lines[check.id].outcome if check.id in executed.lines else Outcome.NOT_RUN
            for check in settings.checks
        }
        judged = [CheckOutcome(check.id, check.severity, outcomes[check.id]) for check in settings.checks]
        return Supervised(executed, outcomes, judge(judged, executed.broken))

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """A program of the scratch checkout, such as ``-m pytest``."""
        return subprocess.run(
            [str(self.python), "-P", *arguments],
            cwd=self.root,
            env=clean_environment() | environment,
            capture_output=True,
            text=True,
            timeout=self.patience,
            check=False,
        )

    def pytest(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Pytest as an engineer calls it in the checkout."""
        return self.run("-m", "pytest", "-p", "no:cacheprovider", *arguments, **environment)

    def siteparity(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """The command line."""
        return self.run("-c", COMMAND, *arguments, **environment)

    def latest(self) -> Result:
        """The result to which ``latest`` points."""
        return Result.model_validate_json((self.reports / "latest" / "result.json").read_bytes())

    def journal(self) -> list[Any]:
        """The lines of the journal of the run that was prepared by hand."""
        text = (self.folder / "journal.jsonl").read_text()
        return [json.loads(line) for line in text.splitlines()]


def reached_through(server: Server) -> dict[str, Any]:
    """Ansible's variables of a host behind this sshd."""
    connection = server.host().connection
    return {
        "ansible_port": connection.port,
        "ansible_user": connection.user,
        "ansible_ssh_private_key_file": str(connection.private_key_file),
        "parity_ssh_config": str(connection.ssh_config),
    }


@dataclass(frozen=True)
class Supervised:
    """What the supervisor says of a run."""

    executed: Executed
    outcomes: Mapping[str, Outcome]
    answer: Answer


COMMAND = "import sys; from siteparity.start import main; sys.exit(main())"
"""What the console script ``siteparity`` does."""


def record_under(settings: Configuration, measured: Measured) -> Record:
    """A record as a run under these settings saves it."""
    return records.record_of(
        measured,
        tool_version="1",
        policy_digest=settings.policy.digest,
        inventory_digest=inventory_digest([site for site in settings.sites if site.name == measured.site]),
    )


def _own_probes(folder: str, names: list[str]) -> list[str]:
    """The product's probes; their framework, the package itself, is copied."""
    return [name for name in names if name != "__init__.py"] if folder == str(PACKAGE / "probes") else []


def _probe(file: Path) -> Probe[Any]:
    """The probe of a file that is no module of this process."""
    spec = importlib.util.spec_from_file_location(f"scratch_{file.stem}", file)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    probe: Probe[Any] = module.PROBE
    return probe


def clean_environment() -> dict[str, str]:
    """The environment without what the pytest around these tests has put there."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "PYTHON"))}
