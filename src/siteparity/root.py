"""Where the project is: the folder that holds ``tests/``. It imports nothing of siteparity."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
SHIPPED = _PACKAGE / "checks"
"""The project's folder in an installed package. In a checkout it is the checkout."""


def find_root() -> Path:
    """The project's folder, which holds ``tests/``: that of the installed package, or of its checkout."""
    found = [root for root in (SHIPPED, _PACKAGE.parents[1]) if (root / "tests" / "parity").is_dir()]
    return found[0] if found else Path.cwd()
