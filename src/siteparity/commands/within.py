"""A limit of time for what may never end, such as a server that sends one byte a minute."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def within(seconds: float, call: Callable[[], T]) -> T:
    """What the call returns. A call that takes longer is left alone; it ends with this process.

    Raises:
        TimeoutError: it did not end in time.
        Exception: whatever the call raises.
    """
    values: list[T] = []
    errors: list[Exception] = []

    def make() -> None:
        try:
            values.append(call())
        except Exception as error:  # noqa: BLE001  # it is raised again where somebody waits for it
            errors.append(error)

    thread = threading.Thread(target=make, daemon=True)
    thread.start()
    thread.join(seconds)
    for error in errors:
        raise error
    for value in values:
        return value
    raise TimeoutError(f"no answer in {seconds:g} s")
