"""What the lab keeps of a pair, the usual one in `.lab/`: ledger, keys, passwords, build caches."""

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lab.pairs import USUAL, Pair


def write(path: Path, content: str | bytes, mode: int = 0o644) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data = content.encode() if isinstance(content, str) else content
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    part.touch(mode=mode)
    part.write_bytes(data)
    part.chmod(mode)
    part.replace(path)


@contextmanager
def only_one(say: Callable[[str], None], pair: Pair = USUAL) -> Iterator[None]:
    """One command at a time may change a pair; the second waits for the first."""
    pair.state.mkdir(parents=True, exist_ok=True)
    with (pair.state / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("waiting for another lab command to end")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def ledger_of(pair: Pair) -> Path:
    """The file that says what was started, and which faults are set."""
    return pair.state / "ledger.json"


def read_ledger(pair: Pair = USUAL) -> dict[str, Any]:
    """The ledger; empty if nothing was started."""
    try:
        ledger: dict[str, Any] = json.loads(ledger_of(pair).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return ledger


def write_ledger(ledger: dict[str, Any], pair: Pair = USUAL) -> None:
    """Replace the ledger."""
    write(ledger_of(pair), json.dumps(ledger, indent=1, sort_keys=True) + "\n")
