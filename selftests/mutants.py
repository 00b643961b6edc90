"""Compare the mutation score of the core with its limit and with the explained survivors.

``make mutants`` runs this after mutmut. A mutant is a small change of the code; it survives if no unit test
notices it. ``selftests/survivors.yml`` lists each survivor with the reason why it may survive, identified by
function and changed line, since the numbers of mutants change with the code.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml

LIMIT = 95.0
"""Per cent of all mutants."""
SURVIVORS = Path(__file__).with_name("survivors.yml")
MUTANTS = Path("mutants/src")
KILLED = frozenset({1, 3})
"""pytest's exit statuses: a test failed, or broke, with the mutant."""
SURVIVED = 0


def main() -> int:
    """Print the score and every survivor that nobody has explained; 0 if both are as they should be."""
    every = _tried()
    if not every:
        print("no mutant was tried; run: mutmut run", file=sys.stderr)  # noqa: T201
        return 1
    survivors = {name for name, status in every.items() if status not in KILLED}
    score = 100 * (len(every) - len(survivors)) / len(every)
    explained = {(one["function"], one["becomes"]) for one in yaml.safe_load(SURVIVORS.read_text())}
    left = {name: change for name in sorted(survivors) if (change := changed(name)) not in explained}
    for name, (function, becomes) in left.items():
        print(f"{name}\n  function: {function}\n  becomes: {json.dumps(becomes)}")  # noqa: T201
    print(  # noqa: T201
        f"mutation score {score:.1f} % (limit {LIMIT:g} %) of {len(every)} mutants; "
        f"{len(survivors)} survive, {len(left)} of them without a reason in {SURVIVORS.name}"
    )
    return 0 if score >= LIMIT and not left else 1


def _tried() -> Mapping[str, int | None]:
    """Every mutant's status; those that a busy machine left without an answer in time are tried once more."""
    every = dict(mutants(MUTANTS))
    undecided = [name for name, status in every.items() if status not in {*KILLED, SURVIVED}]
    if undecided:
        subprocess.run([sys.executable, "-m", "mutmut", "run", *undecided], check=True)
    return dict(mutants(MUTANTS))


def mutants(folder: Path) -> Iterator[tuple[str, int | None]]:
    """Each mutant's name and pytest's exit status with it; None where it was not tried."""
    for path in sorted(folder.rglob("*.meta")):
        found: Mapping[str, Mapping[str, int | None]] = json.loads(path.read_text())
        yield from found["exit_code_by_key"].items()


def changed(name: str) -> tuple[str, str]:
    """A mutant's function, and the line that it puts in the place of another."""
    shown = subprocess.run(
        [sys.executable, "-m", "mutmut", "show", name], capture_output=True, text=True, check=True
    ).stdout
    lines = [line[1:].strip() for line in shown.splitlines() if re.match(r"\+(?!\+\+)", line)]
    return name.partition("__mutmut")[0], " ".join(lines)


if __name__ == "__main__":
    sys.exit(main())
