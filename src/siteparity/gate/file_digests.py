"""What must stay as it is while the checks run: the checks themselves, and the records that they judge.

The plan is made from the files of the checks before they run. Files that change in the meantime, such as by
an update of the checkout, leave open which checks were made.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

Digests = Mapping[Path, str]


def of_checks(root: Path) -> Digests:
    """SHA-256 of every file that checks are made from, in this checkout; one that cannot be read has none."""
    return _digests((root / "conftest.py", *(root / "tests").rglob("*.py")))


def of_records(run: Path) -> Digests:
    """SHA-256 of every record in the folder of a run; one that cannot be read has none."""
    return _digests((run / "records").glob("*"))


def changes(before: Digests, after: Digests) -> Iterator[str]:
    """A reason not to believe the run for each kind of file that was changed, added or removed."""
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
