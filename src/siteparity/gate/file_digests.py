"""Digests of the files that must not change while the checks run: the checks, and the records they judge.

The plan is made from the files of the checks before they run. If a file changes in the meantime, for example
because the checkout is updated, nobody knows which checks were made.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from siteparity.plan.shipped import digests

Digests = Mapping[Path, str]


def of_checks(root: Path) -> Digests:
    """SHA-256 of every file of the checks in a project; a file that cannot be read is left out."""
    return digests(root)


def of_records(run: Path) -> Digests:
    """SHA-256 of every record of a run; a file that cannot be read is left out."""
    return _digests((run / "records").glob("*"))


def changes(before: Digests, after: Digests) -> Iterator[str]:
    """A reason not to believe the run if any file was changed, added or removed."""
    changed = sorted(path for path in {*before, *after} if before.get(path) != after.get(path))
    if changed:
        count = f"{len(changed)} {'file' if len(changed) == 1 else 'files'}"
        yield f"{count} changed while the checks ran (first: {changed[0].name}); run it again"


def _digests(paths: Iterable[Path]) -> Digests:
    found: dict[Path, str] = {}
    for path in paths:
        with suppress(OSError):
            found[path] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found
