"""Puts the checks into the wheel: they stand once in the repository, where an engineer looks for them.

The wheel also tells from which commit it was built, if git can say.
"""

import subprocess
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_CHECKS = ("conftest.py", "tests/parity", "tests/smoke")


class ChecksInTheWheel(BuildHookInterface):  # type: ignore[type-arg]  # hatchling loads it without arguments
    """In a checkout that is installed in place, the checks are read where they stand."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the checks below the package, and the commit."""
        if version != "standard":
            return
        build_data["force_include"].update({path: f"siteparity/checks/{path}" for path in _CHECKS})
        if commit := _commit(self.root):
            file = Path(tempfile.mkdtemp()) / "commit.txt"
            file.write_text(commit, encoding="ascii")
            build_data["force_include"][str(file)] = "siteparity/commit.txt"


def _commit(root: str) -> str:
    try:
        asked = subprocess.run(
            ["git", "-C", root, "rev-parse", "HEAD"], capture_output=True, text=True, check=False
        )
    except OSError:  # there is no git
        return ""
    return asked.stdout.strip() if asked.returncode == 0 else ""
