"""What stands in place of an answer while there is none: always NO-GO, and true whatever becomes of the run.

It is written before anything is measured. Nobody can tell a run that goes on from one that was killed, so it
says both, and until when an answer must be there.
"""

from __future__ import annotations

import signal
from datetime import datetime, timedelta

from siteparity.model import Verdict
from siteparity.result import Result

LATEST_AFTER = timedelta(seconds=10)
"""How long after its deadline a run may still be writing."""
_SIGNALS = 128
"""An exit code above it tells the signal."""


def unfinished(result: Result, words: str) -> Result:
    """The result of a run that has no answer (yet), for this reason."""
    return result.model_copy(update={"verdict": Verdict.NO_GO, "reasons": (words,), "valid_until": None})


def in_progress(started_at: datetime, seconds: float) -> str:
    """What is said from the first moment of a run, and for ever if it is killed."""
    due = started_at + timedelta(seconds=seconds) + LATEST_AFTER
    return (
        f"run in progress, or it died: started {started_at:%Y-%m-%d %H:%M:%S} UTC; "
        f"without an answer by {due:%Y-%m-%d %H:%M:%S} UTC it did not finish"
    )


def ended_by(error: BaseException) -> str:
    """Why a run that was ended in order has no answer."""
    code = error.code if isinstance(error, SystemExit) else None
    if isinstance(code, int) and code > _SIGNALS:
        return f"the run did not finish: it was ended by {signal.Signals(code - _SIGNALS).name}"
    if isinstance(error, OSError) and error.strerror:
        return f"the run did not finish: {error.filename or 'the system'}: {error.strerror}"
    return f"the run did not finish: {type(error).__name__}"
