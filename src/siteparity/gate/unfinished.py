"""The result of a run that has no answer yet: always NO-GO, and true whatever becomes of the run.

It is written before anything is measured. A reader cannot tell a run that goes on from one that was killed,
so the result names both, and the time by which an answer must be there.
"""

from __future__ import annotations

import signal
from datetime import datetime, timedelta

from siteparity.model import Verdict
from siteparity.result import Result

LATEST_AFTER = timedelta(seconds=10)
"""How long after its deadline a run may still write its reports."""
_SIGNALS = 128
"""An exit code above this is 128 plus the number of a signal."""
_GOES_ON = "run in progress, or it died"


def unfinished(result: Result, words: str) -> Result:
    """The result of a run without an answer, with the reason."""
    return result.model_copy(
        update={
            "verdict": Verdict.NO_GO,
            "reasons": (words,),
            "valid_until": None,
            "rehearsable_until": None,
        }
    )


def in_progress(started_at: datetime, seconds: float) -> str:
    """The reason from the first moment of a run on, and for ever if it is killed."""
    due = started_at + timedelta(seconds=seconds) + LATEST_AFTER
    return (
        f"{_GOES_ON}: started {started_at:%Y-%m-%d %H:%M:%S} UTC; "
        f"without an answer by {due:%Y-%m-%d %H:%M:%S} UTC it did not finish"
    )


def may_go_on(result: Result) -> bool:
    """Whether the result is that of a run that goes on, or was killed."""
    return result.reasons[:1] != () and result.reasons[0].startswith(_GOES_ON)


def ended_by(error: BaseException) -> str:
    """Why a run that ended in an orderly way has no answer."""
    code = error.code if isinstance(error, SystemExit) else None
    if isinstance(code, int) and code > _SIGNALS:
        return f"the run did not finish: it was ended by {signal.Signals(code - _SIGNALS).name}"
    if isinstance(error, OSError) and error.strerror:
        return f"the run did not finish: {error.filename or 'the system'}: {error.strerror}"
    return f"the run did not finish: {type(error).__name__}"
