"""Unit: what stands in the plugin's modules is what pytest gets to see."""

from __future__ import annotations

from siteparity import pytest_plugin
from siteparity.pytest_plugin import hooks


def test_every_hook_is_the_plugins() -> None:
    """A hook that the package does not pass on is never called, and nothing says so."""
    written = {name for name in vars(hooks) if name.startswith("pytest_")}
    assert written == {name for name in vars(pytest_plugin) if name.startswith("pytest_")}
    assert written <= set(pytest_plugin.__all__)
