"""The jobs' log: to whoever started the job, and to the system's log, since cron's mail goes nowhere."""

import logging
import logging.handlers
from pathlib import Path

_SYSTEM_LOG = Path("/dev/log")


def start(job: str) -> logging.Logger:
    """The logger of a job."""
    handlers: list[logging.Handler] = [logging.StreamHandler()]
    if _SYSTEM_LOG.exists():
        handlers.append(logging.handlers.SysLogHandler(str(_SYSTEM_LOG)))
    logging.basicConfig(format=f"{job}: %(message)s", level=logging.INFO, handlers=handlers)
    return logging.getLogger(job)


def sentence(error: Exception) -> str:
    """An error on one line: what an operator needs instead of the stack."""
    return f"{type(error).__name__}: {' '.join(str(error).split())}"
