"""Real lines of configuration: no secret is shown, each is found where it differs, the rest can be read."""

from __future__ import annotations

import gzip
import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from selftests import corpus
from selftests.browser import examples
from selftests.corpus import MARK, Line, Make, strong, weak
from selftests.unit.sites import DALLAS
from selftests.unit.targets import answered, web_host
from siteparity.collect import Measured
from siteparity.facts import records
from siteparity.judging.rules import Cohort, Pair, same
from siteparity.model import Finding, Judgement, Table
from siteparity.names import OwnNames
from siteparity.probes import files as probe
from siteparity.redaction import HIDDEN
from siteparity.report.text import summary
from siteparity.report.write import write_reports
from siteparity.result import SavedFinding
from siteparity.runs.history import append_run
from siteparity.runs.journal import CheckLine
from siteparity.tools.configuration import files
from siteparity.tools.given import assigned

KEY = "5e" * 32
TARGET = web_host(probe.Policy(owner="Platform"))
MOST_HIDDEN = 0.1
"""How many innocent lines may be hidden: a part of all."""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty root of a host."""
    return tmp_path_factory.mktemp("root")


class Host:
    """The files of the corpus with some secrets, as a host tells them."""

    def __init__(self, root: Path, make: Make, seed: int, only: int | None = None) -> None:
        self.filled = corpus.filled(make, seed, only)
        self.answer = self._answer(root)
        seen = files.read(answered(files=self.answer).parts("files", files.PARTS)).files
        self.files = {one.path.rpartition("/")[2]: one for one in seen}

    def _answer(self, root: Path) -> bytes:
        texts: dict[str, list[str]] = {}
        for line, (text, _) in self.filled.items():
            texts.setdefault(line.file, []).append(text)
        folder = root / "etc"
        folder.mkdir(exist_ok=True)
        for name, some in texts.items():
            (folder / name).write_text("".join(f"{text}\n" for text in some), encoding="utf-8")
        paths = [f"{folder}/*"]
        given = assigned(
            PATHS=paths, NAMED=paths, ELSEWHERE=[], UNITS=[], NGINX=["/none"], KNOWN=TARGET.known()
        )
        text = files.QUESTION.replace('"/etc', f'"{root}/etc').replace("/var/lib/dpkg/status", f"{root}/none")
        done = subprocess.run(
            ["sh", "-c", f"KEY={KEY};{given}{text}"],
            capture_output=True,
            check=True,
            env={"PATH": "/usr/bin:/bin", "HOME": os.environ["HOME"]},
        )
        assert not done.stderr
        return done.stdout.replace(str(root).encode(), b"")

    def shown(self, line: Line) -> str:
        """A line as it left the host."""
        return self.files[line.file].lines[line.number]

    def table(self, name: str) -> Table:
        """One table that is read of it."""
        return probe.PROBE.tables[name].read(answered(files=self.answer), TARGET)


def differing(one: Host, other: Host) -> tuple[Finding, ...]:
    """The findings of the check that compares the text of files, between two hosts with these files."""
    found: list[Finding] = []
    for table in ("content", "lines", "hidden"):
        sides = [Cohort(OwnNames.of(DALLAS), {"web1": host.table(table)}) for host in (one, other)]
        found += same(Pair(sides[0], sides[1], table), fix="copy it").findings
    return tuple(found)


def item(host: Host, line: Line) -> str:
    """What findings call a line of which something is hidden."""
    shown = " ".join(host.shown(line).split()).replace("dallas.shop.example", "{site}")
    return f"/etc/{line.file}: {shown}"


def in_clear(host: Host) -> list[str]:
    """The lines that show a secret; one that stands in the innocent part of its line is no sign."""
    return [
        f"{line.file}: {text} -> {host.shown(line)}"
        for line, (text, secrets) in host.filled.items()
        for secret in secrets
        if host.shown(line).count(secret) > MARK.sub("", line.text).count(secret)
    ]


def test_the_corpus_is_large_enough() -> None:
    """Three hundred lines of 25 kinds of files, and secrets in many of them."""
    assert len(corpus.lines()) >= 300
    assert len({line.file for line in corpus.lines()}) >= 25
    assert sum(bool(line.kinds) for line in corpus.lines()) >= 150


@pytest.mark.parametrize("make", [strong, weak])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_secret_leaves_a_host(root: Path, make: Make, seed: int) -> None:
    """However it was made up: by a machine, or as people do who reuse words of the configuration."""
    assert in_clear(Host(root, make, seed)) == []


@pytest.mark.parametrize("make", [strong, weak])
@pytest.mark.parametrize("place", [0, 1])
def test_each_secret_that_differs_is_found_and_its_line_named(root: Path, make: Make, place: int) -> None:
    """Each by itself: the first secret of a line, then the second."""
    one, other = Host(root, make, 1, place), Host(root, make, 2, place)
    changed = [
        line
        for line in corpus.lines()
        if one.filled[line][1] != other.filled[line][1] and one.filled[line][0] != other.filled[line][0]
    ]
    assert len(changed) >= (150, 2)[place]
    found = {finding.item: finding for finding in differing(one, other)}
    missed = [line.text for line in changed if item(one, line) not in found]
    assert missed == []
    for line in changed:
        finding = found[item(one, line)]
        texts = [str(group.value) for group in (*finding.primary, *finding.standby)]
        assert [text for text in texts if not text.startswith("value hidden")] == [], line.text
        assert HIDDEN in finding.item


def test_equal_secrets_are_no_difference(root: Path) -> None:
    """What is hidden is compared, and not merely named."""
    one = Host(root, strong, 1)
    assert differing(one, one) == ()


def test_lines_without_a_secret_can_be_read(root: Path) -> None:
    """What hides everything helps nobody."""
    host = Host(root, strong, 1)
    innocent = [line for line in corpus.lines() if not line.kinds and line.text.strip()]
    hidden = [line for line in innocent if HIDDEN in host.shown(line)]
    figures = f"{len(hidden)} of {len(innocent)} innocent lines are hidden"
    assert len(hidden) <= MOST_HIDDEN * len(innocent), (figures, [line.text for line in hidden])


def test_nothing_that_a_run_leaves_holds_a_secret(root: Path, tmp_path: Path) -> None:
    """Records, the journal, the result, reports, the history, and what is printed."""
    one, other = Host(root, strong, 1), Host(root, strong, 2)
    tables = {name: one.table(name) for name in ("content", "lines", "hidden", "foreign")}
    measured = Measured("dallas", datetime(2026, 11, 1, tzinfo=UTC), {"web1": {"files": tables}})
    record = records.record_of(measured, tool_version="1", policy_digest="0" * 64, inventory_digest="0" * 64)
    records.save(record, tmp_path / "dallas.json.gz")
    findings = differing(one, other)
    assert len(findings) > 150
    (tmp_path / "journal.jsonl").write_text(CheckLine.of("a", Judgement(findings, 1), 0.1).text())
    check = examples.no_go().checks[0]
    saved = tuple(
        SavedFinding.model_validate(finding.model_dump() | {"first_seen": examples.STARTED})
        for finding in findings
    )
    result = examples.no_go()
    result = result.model_copy(
        update={"checks": (check.model_copy(update={"findings": saved}), *result.checks[1:])}
    )
    write_reports(result, tmp_path)
    append_run(tmp_path, result, {})
    (tmp_path / "stdout").write_text(summary(result, limit=10_000))
    left = {
        path.name: gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        for path in tmp_path.iterdir()
    }
    assert len(left) >= 6
    for host in (one, other):
        for line, (_, secrets) in host.filled.items():
            for secret in secrets:
                where = [name for name, text in left.items() if secret.encode() in text]
                assert where == [], line.text
