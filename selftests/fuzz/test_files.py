"""Every file that the runner reads, damaged: it is read correctly, or one error names it."""

from __future__ import annotations

import ast
import gzip
import socket
from collections.abc import Sequence
from pathlib import Path

import pytest

import siteparity
from selftests.fuzz.conftest import Try
from selftests.fuzz.damage import damaged
from selftests.fuzz.kinds import KINDS, record
from siteparity.facts.records import Record
from siteparity.model import Verdict
from siteparity.result import Result

pytestmark = pytest.mark.timeout(3600)


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
    whole = Record.model_validate_json(record())
    assert set(found.tables) <= set(whole.tables)
    for digest, table in found.tables.items():
        assert table == whole.tables[digest]


READS = {"read_bytes", "read_text", "loads", "model_validate_json", "safe_load", "fromstring"}
ELSEWHERE = {
    "tools.json_text": "a host's answer, read by probes",
    "tools.running.compiled_modules": "runs on a host; its unit tests damage what it reads",
    "report.reconcile": "what this process has written itself",
    "transport.masters": "/proc of this machine, and ssh's own log",
    "plan.checks": "the checks' own syntax",
    "commands.outputs": "the result that it has just written itself",
    "commands.privileges": "a public key that is printed as it is",
    "pytest_plugin.wait_budget": "what this run has written itself",
    "transport.keeper": "/proc of this machine",
    "transport.script": "a program of the package",
    "tools.program": "a program of the package",
    "gate.file_digests": "only its digest is taken",
    "commands.explain": "the checks' own syntax",
    "commands.init": "what it has just written itself",
    "commands.version": "a file of the package",
    "plan.shipped": "files of the package; only their digests are taken",
    "pytest_plugin.both_judges": "what this run has told it",
    "pytest_plugin.own_results": "what this run has written itself",
    "pytest_plugin.own_run": "what this run has written itself",
    "pytest_plugin.rejudge": "the checks, whose digests were compared",
    "report.write": "only compared with what is to be written",
    "yamlfile.problems": "one step of a place, in quotes",
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
