"""Which folders a command uses: by its options, the environment, a file, or by default.

The file is ``siteparity.toml`` in the current folder, or else the table ``[tool.siteparity]`` of a
``pyproject.toml`` there. Its paths are relative to its folder.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from siteparity.root import SHIPPED

FOLDERS = ("inventories", "reports")


@dataclass(frozen=True, slots=True)
class Folders:
    """The folders of a command."""

    inventories: Path
    """With the policy, the waivers and a folder for each site."""
    reports: Path


def folders(root: Path) -> Folders:
    """The folders of a command that names none.

    Args:
        root: the project. The folders are there by default, or in the current folder if it is an installed
            package.

    Raises:
        ConfigurationError: the file cannot be read, or has another key or no path.
    """
    here = Path.cwd()
    home = here if root == SHIPPED else root
    told = {name: value for name in FOLDERS if (value := os.environ.get(f"SITEPARITY_{name.upper()}"))}
    if len(told) < len(FOLDERS):
        told = {**_said_by_a_file(here), **told}
    return Folders(**{name: Path(told.get(name, home / name)).expanduser() for name in FOLDERS})


def _said_by_a_file(here: Path) -> Mapping[str, str]:
    """The keys of the first file that speaks of siteparity."""
    for name, table in (("siteparity.toml", ()), ("pyproject.toml", ("tool", "siteparity"))):
        path = here / name
        if path.is_file() and (found := _table(path, table)) is not None:
            return _checked(path, found)
    return {}


def _table(path: Path, keys: tuple[str, ...]) -> Any:  # noqa: ANN401  # whatever the user wrote
    try:
        found: Any = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:  # tomllib's error is one
        raise _refused(path, f"cannot be read: {error}; correct it") from None
    for key in keys:
        found = found.get(key) if isinstance(found, dict) else None
    return found


def _checked(path: Path, found: Any) -> Mapping[str, str]:  # noqa: ANN401  # whatever the user wrote
    keys = " and ".join(FOLDERS)
    if not isinstance(found, dict):
        raise _refused(path, f"tool.siteparity: expected a table with {keys}, found none")
    for key, value in found.items():
        if key not in FOLDERS:
            raise _refused(path, f"{key}: expected {keys}, found another key; take it out")
        if not isinstance(value, str) or not value:
            raise _refused(path, f"{key}: expected the path of a folder in quotes, found {value!r}")
    return {key: str(path.parent / Path(value).expanduser()) for key, value in found.items()}


def _refused(path: Path, problem: str) -> Exception:
    """What to raise. What it needs takes longer to load than all the rest of `siteparity history`."""
    from siteparity.model import ConfigurationError  # noqa: PLC0415  # see above
    from siteparity.yamlfile import shown_path  # noqa: PLC0415  # see above

    return ConfigurationError(f"{shown_path(path)}: {problem}")
