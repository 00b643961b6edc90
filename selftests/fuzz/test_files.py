"""Every file that the runner reads, damaged: it is read correctly, or one error names it."""

from __future__ import annotations

import ast
import gzip
import json
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import siteparity
from selftests.browser.examples import check, finding, group, result
from selftests.fuzz.conftest import Try
from selftests.fuzz.damage import damaged
from siteparity.collect import Measured
from siteparity.facts import records
from siteparity.facts.records import Record, RecordError
from siteparity.inventory import load_site
from siteparity.inventory.executable import _layout
from siteparity.model import ConfigurationError, Outcome, SiteparityError, Unmeasured, Verdict
from siteparity.policy import load_policy
from siteparity.probes import discover
from siteparity.report.checks_html import PageError, rows_of
from siteparity.result import Result
from siteparity.runs import read_run
from siteparity.runs.history import PastFinding, PastRun, read_history
from siteparity.runs.journal import CheckLine, read_journal
from siteparity.waivers import load_waivers
from siteparity.yamlfile import load

pytestmark = pytest.mark.timeout(3600)


MOST_BYTES = 1000
"""Of most examples: reading YAML takes longer than its length grows."""
NOW = datetime(2026, 11, 23, 3, 0, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Kind:
    """A kind of file."""

    healthy: bytes
    read: Callable[[Path], object]
    may_raise: tuple[type[SiteparityError], ...]
    module: str
    """Where it is read."""
    packed: bool = False
    most_bytes: int = MOST_BYTES


def _record() -> bytes:
    hosts: Any = {"web1": {"things": {"a": {"x": "1"}, "b": Unmeasured("no answer")}}}
    made = records.record_of(
        Measured("dallas", NOW, hosts), tool_version="1", policy_digest="0" * 64, inventory_digest="1" * 64
    )
    return made.model_dump_json().encode()


def _history() -> bytes:
    run = PastRun(
        run="2026-11-23T030000Z-3f9a",
        verdict=Verdict.NO_GO,
        started_at=NOW,
        finished_at=NOW,
        primary="dallas",
        standby="arizona",
        different=1,
        unmeasured=0,
        checks=2,
        findings=(PastFinding(check="a", item="b", first_seen=NOW),),
    )
    return (run.model_dump_json() + "\n").encode() * 3


def _journal() -> bytes:
    found = {"item": "a", "kind": "different", "message": "m", "fix": "", "effect": ""}
    groups = {"primary": [{"value": "1", "hosts": ["web1"]}], "standby": [{"value": None, "hosts": []}]}
    line = {"compared": 1, "seconds": 0.1}
    lines = (
        {"id": "a", "outcome": "same", "findings": [], **line},
        {"id": "b", "outcome": "different", "findings": [{**found, **groups}], **line},
        {"closed": 1},
    )
    return "".join(json.dumps(one) + "\n" for one in lines).encode()


def _result() -> Result:
    found = finding("nginx", primary=[group("1.22", "web1")], standby=[group("1.20", "web1")])
    checks = [check("packages", "web", Outcome.DIFFERENT, [found]), check("locales", "web")]
    return result(checks, Verdict.NO_GO, ("1 blocker differs",))


LISTING = {
    "_meta": {"hostvars": {"web1": {"ansible_host": "10.0.0.1", "ansible_become": "yes"}}},
    "all": {"children": ["web"]},
    "web": {"hosts": ["web1"]},
}
HOSTS = b"""\
all:
  vars: {ansible_user: parity, parity_domain: dallas.shop.example}
  children:
    web: {hosts: {"web[1:3]": {ansible_port: 22}, web9: {ansible_host: 10.0.0.9, parity_names: [a.b, c]}}}
"""
WAIVERS = b"# none\nwaivers: []\n"


def _site(path: Path) -> object:
    (path.parent / "dallas").mkdir(exist_ok=True)
    path.replace(path.parent / "dallas" / "hosts.yml")
    return load_site(path.parent / "dallas", ("web",))


def _listing(path: Path) -> object:
    """What the executable printed; the errors of its shape are told apart where it is called."""
    try:
        return _layout(json.loads(path.read_bytes()), path)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise ConfigurationError("no inventory") from None


@cache
def _sections() -> Mapping[str, Any]:
    return {name: probe.section for name, probe in discover().items()}


def _run(path: Path) -> object:
    """The answer of a run, in the folder that bears its name."""
    folder = path.parent / _result().run
    folder.mkdir(exist_ok=True)
    path.replace(folder / "result.json")
    return read_run(folder)


def _history_of(path: Path) -> object:
    path.replace(path.parent / "history.jsonl")
    return read_history(path.parent)


def _journal_of(path: Path) -> object:
    """The lines of a journal; one that was damaged proves nothing, and no difference becomes a pass."""
    lines = read_journal(path)
    for line in lines:
        if isinstance(line, CheckLine):
            assert line.passes <= (line.compared > 0 and all(one.accepted for one in line.findings))
    return lines


POLICY = b"""\
version: 2
owner: Platform
limits: {deadline: 300s, window: 10m}
roles: {web: {owner: Shop}}
languages: {en: en_US.UTF-8}
aspects:
  clock: {owner: Shop, roles: [web]}
"""
BLOB = b"{&#34;tests&#34;: {&#34;a&#34;: [{&#34;result&#34;: &#34;x&#34;}]}}"
PAGE = b'<div id="data-container" data-jsonblob="' + BLOB + b'"></div>'
KINDS: Mapping[str, Kind] = {
    "record": Kind(_record(), records.load, (RecordError,), "facts.records", packed=True),
    "result": Kind(
        _result().model_dump_json(indent=1).encode(),
        _run,
        (ConfigurationError,),
        "runs.finished",
        most_bytes=5000,
    ),
    "history": Kind(_history(), _history_of, (), "runs.history"),
    "journal": Kind(_journal(), _journal_of, (), "runs.journal"),
    "YAML": Kind(HOSTS, load, (ConfigurationError,), "yamlfile.reading"),
    "inventory": Kind(HOSTS, _site, (ConfigurationError,), "inventory.ansible_yaml"),
    "listing": Kind(json.dumps(LISTING).encode(), _listing, (ConfigurationError,), "inventory.executable"),
    "policy": Kind(
        POLICY,
        lambda path: load_policy(path, _sections()),
        (ConfigurationError,),
        "policy.document",
    ),
    "waivers": Kind(
        WAIVERS,
        lambda path: load_waivers(path, {"packages"}, {"web"}),
        (ConfigurationError,),
        "waivers.reading",
    ),
    "page": Kind(PAGE, rows_of, (PageError,), "report.checks_html"),
}


@pytest.mark.parametrize("name", KINDS)
def test_a_damaged_file_is_read_or_refused_and_nothing_else(
    name: str, try_out: Try, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the declared error; no changed record is taken for one that was not, and no NO-GO becomes a GO."""
    monkeypatch.setattr(socket, "getaddrinfo", _no_such_name)
    kind = KINDS[name]
    path = tmp_path / "file.yml"
    others: Sequence[bytes] = [one.healthy for one in KINDS.values()]

    def trial(number: int) -> None:
        data = damaged(number, kind.healthy, others)
        data = data if number % 20 == 0 else data[: kind.most_bytes]
        if kind.packed:
            packed = gzip.compress(data, 1, mtime=0)
            data = packed if number % 2 else damaged(number + 1, packed)
        path.write_bytes(data)
        try:
            found, reason = kind.read(path), "read"
        except kind.may_raise as error:
            found, reason = None, str(error)
        assert reason
        if isinstance(found, Record):
            _is_as_it_was(found)
        if isinstance(found, Result):
            assert found.verdict is not Verdict.GO

    try_out(trial)


def _no_such_name(*_question: object, **_options: object) -> object:
    """Names in damaged inventories are nobody's; they are not looked up outside this machine."""
    raise socket.gaierror(socket.EAI_NONAME, "no such name")


def _is_as_it_was(found: Record) -> None:
    """What was measured is what it was; labels are held against the run that uses the record."""
    whole = Record.model_validate_json(_record())
    assert set(found.tables) <= set(whole.tables)
    for digest, table in found.tables.items():
        assert table == whole.tables[digest]


READS = {"read_bytes", "read_text", "loads", "model_validate_json", "safe_load", "fromstring"}
ELSEWHERE = {
    "tools.json_text": "a host's answer, read by probes",
    "report.reconcile": "what this process has written itself",
    "transport.masters": "/proc of this machine, and ssh's own log",
    "plan.checks": "the checks' own syntax",
    "commands.privileges": "a public key that is printed as it is",
    "pytest_plugin.wait_budget": "what this run has written itself",
    "transport.keeper": "/proc of this machine",
    "transport.script": "a program of the package",
    "tools.program": "a program of the package",
    "gate.file_digests": "only its digest is taken",
    "commands.explain": "the checks' own syntax",
    "probes.site_role": "a host's answer",
    "tools.postgres_state": "a host's answer",
    "tools.schedule.local_time": "the time zones that are installed here",
    "yamlfile.validating": "the models' own schema",
    "reference.models": "the source of the package itself",
}


def test_no_file_is_read_that_is_not_damaged_here() -> None:
    """A module that begins to read files or JSON shows up here, and is given damaged ones."""
    package = Path(siteparity.__file__).parent
    reading = set()
    for file in package.rglob("*.py"):
        calls = [node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Attribute)]
        if any(call.attr in READS for call in calls):
            reading.add(".".join(file.relative_to(package).with_suffix("").parts).removesuffix(".__init__"))
    assert reading - {kind.module for kind in KINDS.values()} - ELSEWHERE.keys() == set()
