"""Which siteparity this is: its version, its commit, and how many checks it ships."""

from __future__ import annotations

import json
import re
from pathlib import Path

from siteparity import __version__

_PACKAGE = Path(__file__).parents[1]


def version(root: Path) -> str:
    """``siteparity 0.1.0 (commit 5d9149b3, 189 checks)``; of a package without a checkout, no commit."""
    try:
        checks = json.loads((_PACKAGE / "checks.json").read_text(encoding="utf-8"))["count"]
    except (OSError, ValueError, KeyError):
        checks = "no list of"
    about = [*(f"commit {one[:8]}" for one in [commit(root)] if one), f"{checks} checks"]
    return f"siteparity {__version__} ({', '.join(about)})"


def commit(root: Path) -> str:
    """The commit that a package was built from, or that is checked out; empty if neither is known."""
    built = _PACKAGE / "commit.txt"
    try:
        if built.is_file():
            return _hash(built.read_text(encoding="ascii"))
        return _of_checkout(root / ".git")
    except (OSError, ValueError):
        return ""


def _of_checkout(git: Path) -> str:
    """What HEAD stands for, from the files of git (gitrepository-layout(5)); git itself may be missing."""
    if git.is_file():  # a work tree beside another
        git = git.parent / git.read_text(encoding="utf-8").partition("gitdir: ")[2].strip()
    head = (git / "HEAD").read_text(encoding="utf-8").strip()
    if not head.startswith("ref: "):
        return _hash(head)
    name = head.removeprefix("ref: ")
    common = git / "commondir"
    store = git / common.read_text(encoding="utf-8").strip() if common.is_file() else git
    for place in (git / name, store / name):
        if place.is_file():
            return _hash(place.read_text(encoding="ascii"))
    packed = re.search(
        rf"(?m)^([0-9a-f]{{40,64}}) {re.escape(name)}$", (store / "packed-refs").read_text(encoding="utf-8")
    )
    return packed[1] if packed else ""


def _hash(text: str) -> str:
    found = re.fullmatch(r"[0-9a-f]{40,64}", text.strip())
    return found[0] if found else ""
