"""Every kind of file that the runner reads: a healthy one, and how it is read."""

from __future__ import annotations

import json
import subprocess
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from selftests.browser.examples import check, finding, group, result
from selftests.unit.failover.plans import ROLES, SMALL
from siteparity.collect import Measured
from siteparity.draft import accepting
from siteparity.drafting.questions import answers_of, nonce
from siteparity.facts import records
from siteparity.facts.records import RecordError
from siteparity.failover import events
from siteparity.failover.document import Mode, load_plan
from siteparity.failover.drill import drills
from siteparity.folders import _checked, _table
from siteparity.gate.believed import _contradictions
from siteparity.inventory import load_site
from siteparity.inventory.executable import _layout
from siteparity.model import (
    ConfigurationError,
    Outcome,
    SiteparityError,
    Unmeasured,
    UnmeasuredError,
    Verdict,
)
from siteparity.plan.own_tests import _read_once
from siteparity.policy import load_policy
from siteparity.probes import discover
from siteparity.report import sums
from siteparity.report.checks_html import PageError, rows_of
from siteparity.report.write import result_json
from siteparity.result import Result
from siteparity.runs import ages
from siteparity.runs.finished import read_run
from siteparity.runs.forgetting import forget
from siteparity.runs.history import PastFinding, PastRun, read_history
from siteparity.runs.journal import CheckLine, read_journal
from siteparity.runs.listing import HISTORY, listed
from siteparity.runs.planned import PlannedLine, SavedPlan, plan_json
from siteparity.transport.by_hand import ByHand, stdout_of
from siteparity.transport.script import Ask, join
from siteparity.waivers import load_waivers
from siteparity.yamlfile import load

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


def record() -> bytes:
    """A record of one host, as bytes of JSON."""
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


def _ages() -> bytes:
    known = {"check": "a", "item": "b", "first_seen": NOW.isoformat()}
    pair = {"sites": ["arizona", "dallas"], "run": "2026-11-23T030000Z-3f9a", "findings": [known, known]}
    return json.dumps({"schema_version": 1, "pairs": [pair]}).encode()


def _ages_of(path: Path) -> object:
    """Since when findings are known; a damaged index knows nothing."""
    path.replace(path.parent / ages.INDEX)
    past = PastRun.model_validate_json(_history().splitlines()[0])
    return ages.first_seen(path.parent, [past], "dallas", "arizona")


def _drills() -> bytes:
    begun = events.Begun(drill="d", at=NOW, by="Ada", mode=Mode.PLANNED, digest="0" * 12, **SITES)
    said = events.Said(drill="d", at=NOW, step="decide", by="Ada", words="go")
    return "".join(f"{one.model_dump_json()}\n" for one in (begun, said)).encode()


def _drills_of(path: Path) -> object:
    """The drills of a journal; a damaged line is told."""
    path.replace(path.parent / events.NAME)
    journal = events.read(path.parent)
    return [*drills(journal.events), *journal.damaged]


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


@cache
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
SITES: Mapping[str, Any] = {"old": "dallas", "new": "arizona"}
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


def _listed(path: Path) -> object:
    """The history as lines to read; what is damaged is left out."""
    path.replace(path.parent / HISTORY)
    return listed(path.parent)


def _journal_of(path: Path) -> object:
    """The lines of a journal; one that was damaged proves nothing, and no difference becomes a pass."""
    lines = read_journal(path)
    for line in lines:
        if isinstance(line, CheckLine):
            assert line.passes <= (line.compared > 0 and all(one.accepted for one in line.findings))
    return lines


CONFIRMED = {
    "at": "2026-12-01T09:30:00Z",
    "by": "Ada",
    "path": "applications.shop.units",
    "digest": "5f" * 32,
    "seen": "it listens on port 8000",
    "asks": "",
}


def _confirmed(path: Path) -> object:
    """A place counts as accepted only as it stands in an undamaged line."""
    path.replace(path.parent / accepting.NAME)
    return [place for place, _ in accepting.accepted(path.parent)]


ASKED = {"one": Ask("echo 1"), "two": Ask("echo 2")}


@cache
def _printed() -> bytes:
    """What a host's script printed, as ``ansible --tree`` keeps it."""
    script = join(ASKED, nonce(ASKED))
    done = subprocess.run(["sh", "-s"], input=script, stdout=subprocess.PIPE, check=True)
    return json.dumps({"changed": True, "rc": 0, "stdout": done.stdout.decode(), "stderr": ""}).encode()


FOLDERS = b"""\
# where things are
inventories = "sites"
reports = "/srv/reports"
"""


def _folders(path: Path) -> object:
    found = _table(path, ())
    return _checked(path, found)


def _plan() -> bytes:
    """The plan of `_result`, as far as it decides the verdict."""
    made = _result()
    plan = SavedPlan(
        schema_version=1,
        run=made.run,
        policy_digest=made.policy_digest,
        inventory_digest=made.inventory_digest,
        hosts=made.plan.hosts,
        deadline=300,
        limits={},
        rpo=None,
        waiting=tuple(one.path for one in made.scope.waiting),
        checks=tuple(PlannedLine(id=one.id, kind=one.kind, severity=one.severity) for one in made.checks),
    )
    return plan_json(plan)


def _planned(path: Path) -> object:
    """No result has checks that its damaged plan lacks."""
    path.replace(path.parent / "plan.json")
    made = _result()
    if not (path.parent / "result.json").exists():
        (path.parent / "result.json").write_bytes(result_json(made))
    problems = list(_contradictions(made, path.parent, (), ()))
    assert problems  # it has no journal, so there is always one
    return problems


SUMS = "".join(f"{letter * 64}  {name}\n" for letter, name in (("a", "result.json"), ("b", "report.html")))


def _sums(path: Path) -> object:
    """The digests are read as they are written, or the folder is not believed."""
    path.replace(path.parent / sums.SUMS)
    try:
        found = sums.written(path.parent)
    except ValueError:
        raise ConfigurationError("damaged") from None
    assert all(len(one) == len("a" * 64) for one in found.values())
    return found


OWN_TESTS = b"""\
import pytest

pytestmark = pytest.mark.role("web")


@pytest.mark.parametrize("name", ["nginx", "cron"])
def test_runs(host, parity, name):
    parity.value(name, host.service(name).is_running)
"""


def _own_tests(path: Path) -> object:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Python's own, about the damaged text
        return _read_once.__wrapped__(path, 0, path.parent)


SECRET = "hunter2-and-more"  # noqa: S105  # it is looked for, and nobody's


def _leaked() -> bytes:
    return _journal().replace(b'"m"', json.dumps(f"password = {SECRET}").encode())


def _forgotten(path: Path) -> object:
    """The value is gone from the file, or the file is named as one that may hold it."""
    reports = path.parent / "kept"
    reports.mkdir(exist_ok=True)
    kept = reports / "journal.jsonl"
    path.replace(kept)
    found = forget(reports, SECRET, NOW)
    assert kept in found.unread or SECRET.encode() not in kept.read_bytes()
    return found


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
BY_HAND = json.dumps({"key": "0" * 64, "began": NOW.isoformat()}).encode()
KEPT = json.dumps({"changed": True, "rc": 0, "stderr": "", "stdout": "@0 a\r\n@0 b\r\n"}).encode()


def _begun(path: Path) -> ByHand:
    """The run whose questions are in a folder."""
    path.replace(path.parent / "run.json")
    return ByHand.begun(path.parent)


KINDS: Mapping[str, Kind] = {
    "record": Kind(record(), records.load, (RecordError,), "facts.records", packed=True),
    "result": Kind(
        _result().model_dump_json(indent=1).encode(),
        _run,
        (ConfigurationError,),
        "runs.finished",
        most_bytes=5000,
    ),
    "history": Kind(_history(), _history_of, (), "runs.history"),
    "lines of the history": Kind(_history(), _listed, (), "runs.listing"),
    "journal": Kind(_journal(), _journal_of, (), "runs.journal"),
    "ages of findings": Kind(_ages(), _ages_of, (), "runs.ages"),
    "drills": Kind(_drills(), _drills_of, (ConfigurationError,), "failover.events"),
    "failover plan": Kind(
        SMALL.encode(),
        lambda path: load_plan(path, ROLES),
        (ConfigurationError,),
        "failover.document",
        most_bytes=500,
    ),
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
    "confirmed": Kind(json.dumps(CONFIRMED).encode() + b"\n", _confirmed, (), "draft.accepting"),
    "answers": Kind(
        _printed(),
        lambda path: answers_of(ASKED, path.read_bytes()),
        (UnmeasuredError,),
        "drafting.questions",
    ),
    "run by hand": Kind(BY_HAND, _begun, (ConfigurationError,), "transport.by_hand"),
    "kept by ansible": Kind(KEPT, lambda path: stdout_of(path.read_bytes()), (), "transport.by_hand"),
    "folders": Kind(FOLDERS, _folders, (ConfigurationError,), "folders"),
    "plan": Kind(_plan(), _planned, (), "gate.believed"),
    "sums": Kind(SUMS.encode(), _sums, (ConfigurationError,), "report.sums"),
    "tests of one's own": Kind(OWN_TESTS, _own_tests, (ConfigurationError,), "plan.own_tests"),
    "leaked": Kind(_leaked(), _forgotten, (ConfigurationError,), "runs.forgetting"),
    "page": Kind(PAGE, rows_of, (PageError,), "report.checks_html"),
}
