"""Wait for evidence, with a deadline and an error that says what was seen last."""

import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from lab.errors import LabError

T = TypeVar("T")
PAUSE = 0.3


class NotYetError(Exception):
    """What is awaited is not so yet; the text says what was seen instead."""


def until(what: str, look: Callable[[], T], deadline: float) -> T:
    """Call `look` again and again until it returns instead of raising `NotYetError` or `LabError`.

    Args:
        what: what is waited for, as a sentence.
        look: returns the evidence.
        deadline: a time of `time.monotonic`.

    Raises:
        LabError: it did not come true in time; the message says what was seen last.
    """
    started = time.monotonic()
    while True:
        try:
            return look()
        except (NotYetError, LabError) as error:
            seen = error
        if time.monotonic() >= deadline:
            waited = time.monotonic() - started
            raise LabError(f"did not come true within {waited:.0f} s: {what}; seen last: {seen}")
        time.sleep(PAUSE)


def together(actions: Iterable[Callable[[], T]], workers: int = 6) -> list[T]:
    """Run actions in parallel; all of them end before an error is raised.

    Raises:
        LabError: one line per action that failed.
    """
    with ThreadPoolExecutor(workers) as pool:
        futures = [pool.submit(action) for action in actions]
    errors = [error for future in futures if (error := future.exception()) is not None]
    unexpected = [error for error in errors if not isinstance(error, LabError)]
    if unexpected:
        raise unexpected[0]
    if errors:
        raise LabError("\n".join(map(str, errors)))
    return [future.result() for future in futures]
