"""How a child that was started early learns that the records it is to judge are there."""

from __future__ import annotations

import os

GO_ON = b"."


def wait_for_word(descriptor: int) -> bool:
    """Wait until the run says that its records are there; False where it is gone and has not said so."""
    with os.fdopen(descriptor, "rb", 0) as word:
        return word.read(len(GO_ON)) == GO_ON
