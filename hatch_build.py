"""Puts the checks into the wheel: they stand once in the repository, where an engineer looks for them."""

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_CHECKS = ("conftest.py", "tests/parity", "tests/smoke")


class ChecksInTheWheel(BuildHookInterface):  # type: ignore[type-arg]  # hatchling loads it without arguments
    """In a checkout that is installed in place, the checks are read where they stand."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the checks below the package."""
        if version == "standard":
            build_data["force_include"].update({path: f"siteparity/checks/{path}" for path in _CHECKS})
