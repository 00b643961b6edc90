"""Sends notices by apprise, which knows mail, chats, webhooks and a hundred services more.

Addresses of apprise hold passwords and tokens. So no part of one is shown, nor what apprise says of it: a
message names the line of the file, and the service. No answer depends on a notice.
"""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from siteparity.commands.notices import Notice
from siteparity.commands.secret_file import secret_lines
from siteparity.commands.within import within
from siteparity.model import SiteparityError, Verdict
from siteparity.yamlfile import shown_path

if TYPE_CHECKING:
    from apprise import Apprise

TRIES = 2
SECONDS = 20.0
"""How long one try may take. A mail server may think for a while before it takes a mail."""
PAUSE = 2.0
_MAIL = ("mailto", "mailtos")
_KINDS = {Verdict.GO: "success", Verdict.NO_GO: "failure", Verdict.UNKNOWN: "warning"}
_REASONS = (
    "Connection refused", "Connection reset", "timed out", "Name or service not known",
    "Temporary failure in name resolution", "No route to host", "Network is unreachable",
    "certificate verify failed",
)  # fmt: skip
"""What may be shown of what apprise says: words of the system, never those of a service."""


@dataclass(frozen=True, slots=True)
class Address:
    """A line of the file."""

    place: str
    """``notices.txt: address 2 (mailto)``."""
    scheme: str
    url: str


def addresses(path: Path, warn: Callable[[str], None]) -> list[Address]:
    """The addresses in a file, one a line.

    Raises:
        SiteparityError: it cannot be read, or holds none.
    """
    found = [
        Address(f"{shown_path(path)}: address {number} ({scheme})", scheme, line)
        for number, line in enumerate(secret_lines(path, warn), 1)
        for scheme in [_scheme(line)]
    ]
    if not found:
        raise SiteparityError(f"{shown_path(path)}: expected addresses of apprise, one a line; found none")
    return found


def send(notice: Notice, path: Path, warn: Callable[[str], None], pause: float = PAUSE) -> None:
    """Send a notice to each address of a file, to all at once.

    Args:
        notice: what to tell.
        path: of the file.
        warn: is told what was not received, and why.
        pause: seconds before the second try.
    """
    try:
        import apprise  # noqa: F401, PLC0415  # an extra, and slow to load
    except ImportError:
        warn('no notice is sent: apprise is missing; install "siteparity[notices]"')
        return
    try:
        every = addresses(path, warn)
    except SiteparityError as error:
        warn(f"no notice is sent: {error}")
        return
    waiting = [(one, _started(one, notice, pause)) for one in every]
    for one, sent in waiting:
        if problem := sent.result():
            warn(f"{one.place}: the notice was not received: {problem}; the answer stands")


def _started(address: Address, notice: Notice, pause: float) -> Future[str]:
    sent: Future[str] = Future()
    threading.Thread(target=lambda: sent.set_result(_sent(address, notice, pause)), daemon=True).start()
    return sent


def _sent(address: Address, notice: Notice, pause: float) -> str:
    """Send it, and try again once. Returns why it was not received; empty if it was."""
    problem = ""
    for number in range(TRIES):
        if number:
            time.sleep(pause)
        try:
            problem = within(SECONDS, lambda: _once(address, notice))
        except TimeoutError as error:
            problem = str(error)
        except Exception as error:  # noqa: BLE001  # no answer may depend on it, whatever it is
            problem = f"a fault of apprise ({type(error).__name__})"
        if not problem:
            break
    return problem


def _once(address: Address, notice: Notice) -> str:
    made, said = _apprise(), list[str]()
    if not made.add(address.url):
        return "apprise does not understand the address"
    sent = made.notify(
        body=notice.body,
        title=f"siteparity: {notice.title}",
        notify_type=_KINDS[notice.verdict],
        body_format="text",
        attach=str(notice.pdf) if notice.pdf and address.scheme in _MAIL else None,
        log_callback=lambda entry, _: said.append(entry.message),
        log_level=logging.DEBUG,
    )
    return "" if sent else _why("\n".join(said))


def _apprise() -> Apprise:
    """Apprise, with neither threads of its own nor redirections: an address is a secret."""
    from apprise import Apprise, AppriseAsset  # noqa: PLC0415  # an extra

    logging.getLogger("apprise").setLevel(logging.DEBUG)  # else it keeps the reason of a failure to itself
    return Apprise(asset=AppriseAsset(async_mode=False, http_redirects=False))


def _why(text: str) -> str:
    """What may be told of the reason that apprise gives."""
    if status := re.search(r"\berror=([1-5][0-9][0-9])\b", text):
        return f"the server answered {status[1]}"
    return next((words for words in _REASONS if words in text), "the service did not take it")


def _scheme(line: str) -> str:
    """What kind of address it is, if that can be seen; never more of it."""
    found = re.match(r"([a-z][a-z0-9+]{1,20}):/", line, re.IGNORECASE)
    return found[1].lower() if found else "of an unknown kind"
