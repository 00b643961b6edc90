"""A heartbeat: a page on the web is visited when a run begins and when it ends, as healthchecks.io has it.

Whoever keeps the page alarms if no visit comes: the only way to learn of a run that never began. The visits
tell the exit status and nothing else. No answer depends on them, and none waits for them.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from siteparity.commands.secret_file import secret_lines
from siteparity.commands.within import within
from siteparity.model import SiteparityError
from siteparity.redaction import remember

VARIABLE = "SITEPARITY_HEARTBEAT_URL"
"""The variable of the environment with the address, for those who keep secrets there."""
TRIES = 2
SECONDS = 5.0
"""How long one try may take."""
PAUSE = 1.0
_SECRET = 12
"""Characters. A shorter part of an address is a word that stands elsewhere as well."""


@dataclass(slots=True)
class Heartbeat:
    """The visits of one run."""

    url: SplitResult
    warn: Callable[[str], None]
    seconds: float = SECONDS
    pause: float = PAUSE
    _begun: threading.Thread | None = None

    def begin(self) -> None:
        """Tell that the run begins, while it begins."""
        self._begun = threading.Thread(target=self._visit, args=("start",), daemon=True)
        self._begun.start()

    def end(self, status: int) -> None:
        """Tell how the run ended, after all that was told of its beginning."""
        if self._begun:
            self._begun.join((self.seconds + self.pause) * TRIES)
        self._visit(str(status))

    def _visit(self, what: str) -> None:
        problem = ""
        for number in range(TRIES):
            if number:
                time.sleep(self.pause)
            try:
                problem = within(self.seconds, lambda: _visited(self.url, what, self.seconds))
            except TimeoutError as error:
                problem = str(error)
            except Exception as error:  # noqa: BLE001  # no answer may depend on it, whatever it is
                problem = f"no answer ({type(error).__name__})"
            if not problem:
                return
        self.warn(f"the heartbeat ({what}) was not received: {problem}; the answer stands")


def address_of(environment: MutableMapping[str, str]) -> str:
    """The address that the environment tells; empty if none.

    The variable is removed: what this process starts need not know it.
    """
    told = environment.pop(VARIABLE, "").strip()
    remember(told)
    return told


def heartbeat(path: Path | None, told: str, warn: Callable[[str], None]) -> Heartbeat | None:
    """The heartbeat that a file or the environment asks for; None if neither does, or it cannot be used.

    Args:
        path: of a file whose only line is the address; it counts before the environment.
        told: the address of the environment; may be empty.
        warn: is told why it cannot be used.
    """
    try:
        if path is not None:
            (told,) = secret_lines(path, warn) or [""]
        return Heartbeat(_address(told), warn) if path is not None or told else None
    except SiteparityError as error:
        warn(f"no heartbeat is sent: {error}")
    except ValueError:
        warn(f"no heartbeat is sent: {path or VARIABLE}: expected one address, which begins with https://")
    return None


def _address(text: str) -> SplitResult:
    """The parts of the address.

    Raises:
        ValueError: it is none.
    """
    url = urlsplit(text)
    if url.scheme not in ("http", "https") or not url.hostname or any(map(str.isspace, text)):
        raise ValueError
    for part in (*url.path.split("/"), url.query, url.password or ""):
        if len(part) >= _SECRET:
            remember(part)
    return url


def _visited(url: SplitResult, what: str, seconds: float) -> str:
    """Visit the page once. Returns why it was not received, without the address; empty if it was."""
    import requests  # noqa: PLC0415  # it takes a fifth of a second, and few runs have a heartbeat

    place = url._replace(path=f"{url.path.rstrip('/')}/{what}", fragment="").geturl()
    with requests.get(place, timeout=seconds, allow_redirects=False, stream=True) as answer:
        return "" if answer.ok and not answer.is_redirect else f"the server answered {answer.status_code}"
