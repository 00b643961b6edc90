"""The fixtures of the plugin tests: a scratch checkout, by hand or with hosts that answer."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from selftests.contract.sshd import Server, server
from selftests.plugin.project import HOSTS, SAME, SITES, Project, reached_through

__all__ = ["live", "project", "server"]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A scratch checkout whose hosts nobody asks."""
    made = Project(tmp_path / "checkout")
    monkeypatch.setattr(sys, "executable", str(made.python))  # the supervisor starts it
    return made


@pytest.fixture
def live(tmp_path: Path, server: Server) -> Project:
    """A scratch checkout with four hosts that answer: addresses of one sshd."""
    made = Project(tmp_path / "checkout", connection=reached_through(server))
    for site in SITES:
        for host in HOSTS:
            made.things(site, host, **SAME)  # type: ignore[arg-type]  # none of these is unmeasured
    return made
