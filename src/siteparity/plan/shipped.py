"""Whether the checks are those that siteparity ships.

``checks.json``, beside this package, holds a digest of each file of checks and of each check; it is made by
``python -m siteparity.reference``. A check that is not in it is the user's own. Digests are SHA-256.
"""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from siteparity.model import ConfigurationError, Frozen
from siteparity.result import Digest, Shipped
from siteparity.yamlfile import Problems, shown_path

MANIFEST = Path(__file__).parents[1] / "checks.json"
DOOR = "conftest.py"
"""The only conftest.py of a project, at its top: it registers the plugin."""
_RUN_BY_PYTEST = ("conftest.py", "__init__.py")
"""Files that hold no check and that pytest runs all the same: they could change every outcome."""


class ShippedFile(Frozen):
    """A file of checks."""

    digest: Digest
    rest: Digest
    """Of its lines outside its checks, without empty ones."""
    checks: Mapping[str, Digest]
    """``aspect.name`` -> digest of the lines of the check, its marks among them."""


class Manifest(Frozen):
    """``checks.json``."""

    count: int
    """How many checks there are in all files."""
    door: Digest
    files: Mapping[str, ShippedFile]
    """Path from the project's folder -> the file."""


@dataclass(frozen=True, slots=True)
class _Parts:
    """The lines of a file of checks, by check, and those outside every check."""

    checks: Mapping[str, str]
    rest: str


def digests(root: Path) -> dict[Path, str]:
    """Digest of every file of the project that pytest may run; one that cannot be read is left out."""
    found: dict[Path, str] = {}
    for path in (root / DOOR, *_code(root)):
        with suppress(OSError):
            found[path] = _digest(path.read_bytes())
    return found


def compared(root: Path) -> Shipped:
    """The checks of a project, compared with those that are shipped.

    Raises:
        ConfigurationError: the manifest is damaged.
    """
    manifest = _manifest()
    altered: list[str] = []
    missing: list[str] = []
    own: list[str] = []
    for path, text in _files(root).items():
        shipped = manifest.files.get(path)
        if shipped and _digest(text.encode()) == shipped.digest:
            continue
        parts = _parts(path, text)
        known = shipped.checks if shipped else {}
        whole = shipped is not None and _digest(parts.rest.encode()) == shipped.rest
        missing += [name for name in known if name not in parts.checks]
        for name, lines in parts.checks.items():
            if name not in known:
                own.append(name)
            elif not whole or _digest(lines.encode()) != known[name]:
                altered.append(name)
    lost = [shipped for path, shipped in manifest.files.items() if not (root / path).is_file()]
    missing += [name for shipped in lost for name in shipped.checks]
    return Shipped(
        manifest=_digest(MANIFEST.read_bytes()),
        checks=manifest.count,
        altered=tuple(altered),
        missing=tuple(missing),
        own=tuple(own),
    )


def not_as_shipped(root: Path) -> frozenset[str]:
    """The checks with code that siteparity did not ship: ``aspect.name``."""
    found = compared(root)
    return frozenset((*found.own, *found.altered))


def demand_no_other_code(root: Path) -> None:
    """Check that pytest runs no code that is neither a file of checks nor shipped.

    Raises:
        ConfigurationError: names each file, and says what to do.
    """
    problems, door = Problems(), root / DOOR
    if door.is_file() and _digest(door.read_bytes()) != _manifest().door:
        problems.add(
            "expected the file that siteparity ships, found another; put it back: "
            "code in it could change the outcome of every check",
            door,
        )
    for folder in _folders(root):
        if folder.is_dir() and (inner := [one for one in folder.iterdir() if _is_collected(one)]):
            problems.add(
                "expected files of checks only, found a folder; take it away: code in it could change the "
                "outcome of every check",
                min(inner),
            )
    for path in _code(root):
        if path.name in _RUN_BY_PYTEST:
            problems.add(
                f"expected no {path.name} below tests, found one; take it away: code in it could change the "
                "outcome of every check; what your own check needs stands in its own file",
                path,
            )
    problems.check()


def without_own_checks(path: str, text: str) -> ast.Module:
    """The syntax of a file of checks without the checks that are not shipped."""
    module, shipped = ast.parse(text, path), _manifest().files.get(path)
    known = shipped.checks if shipped else {}
    module.body = [node for node in module.body if not _is_check(node) or _name(path, node) in known]
    return module


def manifest_text(root: Path) -> str:
    """``checks.json`` for the checks as they stand in a project now."""
    files: dict[str, ShippedFile] = {}
    for path, text in _files(root).items():
        parts = _parts(path, text)
        files[path] = ShippedFile(
            digest=_digest(text.encode()),
            rest=_digest(parts.rest.encode()),
            checks={name: _digest(lines.encode()) for name, lines in parts.checks.items()},
        )
    count = sum(len(file.checks) for file in files.values())
    made = Manifest(count=count, door=_digest((root / DOOR).read_bytes()), files=files)
    return json.dumps(made.model_dump(mode="json"), indent=1) + "\n"


def _folders(root: Path) -> tuple[Path, ...]:
    """The folders in which pytest looks for checks."""
    return tuple(root / "tests" / kind for kind in ("parity", "smoke"))


def _is_collected(path: Path) -> bool:
    """Whether pytest goes into it, also where it is a link."""
    return path.is_dir() and path.name != "__pycache__"


def _code(root: Path) -> list[Path]:
    """Each file of Python that the checks' process may run, also if the folder of a kind is a link.

    Tests of one's own stand elsewhere, and run in a process of their own.
    """
    places = [(root / "tests").glob("*.py")]
    for folder in _folders(root):
        places += [folder.glob("*.py"), folder.rglob("*.py")]
    return sorted({path for found in places for path in found})


def _manifest() -> Manifest:
    try:
        return Manifest.model_validate_json(MANIFEST.read_bytes())
    except (OSError, ValueError) as error:  # pydantic's errors are some
        reason = str(error).split("\n")[0]
        raise ConfigurationError(
            f"{shown_path(MANIFEST)}: expected the digests of the checks, found it damaged ({reason}); "
            "install siteparity again"
        ) from None


def _files(root: Path) -> dict[str, str]:
    """Path -> text of each file of checks; one that cannot be read is told by the plan."""
    found: dict[str, str] = {}
    for folder in _folders(root):
        for path in sorted(folder.glob("test_*.py")):
            with suppress(OSError, UnicodeError):
                found[path.relative_to(root).as_posix()] = path.read_bytes().decode()
    return found


def _parts(path: str, text: str) -> _Parts:
    """A file taken apart. One whose syntax is broken has no check; the plan tells what is wrong with it."""
    lines = text.split("\n")
    checks: dict[str, str] = {}
    with suppress(SyntaxError, ValueError):
        for node in ast.parse(text, path).body:
            if isinstance(node, ast.FunctionDef) and _is_check(node):
                first = min([node.lineno, *(mark.lineno for mark in node.decorator_list)]) - 1
                last = node.end_lineno
                checks[_name(path, node)] = "\n".join(lines[first:last])
                lines[first:last] = [""] * len(lines[first:last])
    return _Parts(checks, "\n".join(line for line in lines if line.strip()))


def _is_check(node: ast.stmt) -> bool:
    return isinstance(node, ast.FunctionDef) and node.name.startswith("test_")


def _name(path: str, node: ast.stmt) -> str:
    """``locales.every_served_locale_is_usable``, as the plan names a check."""
    assert isinstance(node, ast.FunctionDef)  # noqa: S101  # for the type checker
    return f"{Path(path).stem.removeprefix('test_')}.{node.name.removeprefix('test_')}"


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
