"""A whole checkout and the sshd behind its hosts."""

from __future__ import annotations

from pathlib import Path

import pytest

from selftests.contract.sshd import Server, server
from selftests.hostile.checkout import Whole, whole
from selftests.plugin.conftest import live, project

__all__ = ["checkout", "live", "project", "server"]


@pytest.fixture
def checkout(tmp_path: Path, server: Server) -> Whole:
    """Every probe and check, ten hosts."""
    return whole(tmp_path / "checkout", server)
