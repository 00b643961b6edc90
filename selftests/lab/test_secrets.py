"""Nothing that a run leaves holds a secret of a host, whatever the run found."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lab import certificates, keys
from lab.pairs import USUAL
from selftests.contract.samples import FOLDER
from selftests.lab.conftest import Lab
from selftests.lab.runs import Run
from siteparity.model import Verdict

pytestmark = pytest.mark.timeout(180)

FAULTS = ("secret_differs", "session_password_edited_without_restart", "configuration_edited_at_primary")


def _secrets() -> Iterator[bytes]:
    """Every password of the lab, what a plain hash would make of it, and the private keys."""
    for name in USUAL.software.PASSWORDS:
        word = keys.password(name).encode()
        yield word
        yield hashlib.sha256(word).hexdigest().encode()
    for file in certificates.TLS.glob("*.key"):
        yield file.read_bytes().splitlines()[1]


def _texts(folder: Path) -> Iterator[tuple[Path, bytes]]:
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            data = file.read_bytes()
            yield file, gzip.decompress(data) if file.suffix == ".gz" else data


def test_no_secret_stands_in_what_a_run_leaves(lab: Lab, gate: Callable[[], Run]) -> None:
    """Reports, records, results, logs: of a run that found secrets to differ."""
    with lab.broken(*FAULTS):
        run = gate()
    assert run.result.verdict is Verdict.NO_GO
    found = [
        (file.name, secret) for file, text in _texts(run.folder) for secret in _secrets() if secret in text
    ]
    assert list(_texts(run.folder))
    assert not [name for name, _ in found]


def test_no_secret_stands_in_a_sample(lab: Lab) -> None:
    """Samples are recorded on a lab and published."""
    assert lab.plan.hosts
    assert not [file for file, text in _texts(FOLDER) for secret in _secrets() if secret in text]
