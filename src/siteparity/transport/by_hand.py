"""Hosts that somebody else reaches: a script for each, and what it printed. This machine contacts nobody.

Ansible, a person or any other program runs the scripts. A folder holds them, round by round, since what is
asked last depends on what was said first:

    DIR/run.json                              the key of the run, and when it began; mode 0600, as all of it
    DIR/round-1/scripts/SITE/HOST.sh          to be run as root on the host
    DIR/round-1/answers/SITE/HOST             what it printed, alone or as ``ansible --tree`` keeps it

An answer counts for the very script that it was printed by: the marks in it (`transport.script`) are made
from the text with the key.
"""

from __future__ import annotations

import hmac
import json
import os
import re
import secrets
import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from siteparity.model import ConfigurationError, Host, UnmeasuredError
from siteparity.transport.process import Output
from siteparity.transport.script import Ask, clock_line, join
from siteparity.yamlfile import shown_path

NOT_YET = "its script was not run yet"
LONGEST_APART = timedelta(minutes=15)
"""How long after some facts were measured a host may be asked by them: the state that they tell moves on."""
ENDS = ("", ".txt", ".out", ".json", ".log")
"""What the name of a file with an answer may end in, after the host's."""
MOST_BYTES = 64 * 1024 * 1024
"""Of one answer."""
_ABOUT = """\
#!/bin/sh
# Questions of siteparity to {label}. They change nothing. Run this as root there, and keep what it prints.
# It holds the key with which secrets are hashed: show it to nobody who may not see them.
"""
UNMIXED = "exec 2>/dev/null  # on a terminal, such as Ansible's, it would stand in the midst of the answers\n"
"""The line before a script whose output is kept by other programs."""
_STATE = "run.json"
_KEY_DIGITS = 64
_NO_MARK = "0" * 32


@dataclass(frozen=True, slots=True)
class ByHand:
    """The folder of one run. Threads may share it."""

    folder: Path
    key: str = field(repr=False)
    """64 hexadecimal digits. The scripts hold it as well, where secrets are hashed with no other key."""
    began: datetime
    waiting: dict[int, set[str]] = field(default_factory=dict, init=False)
    """Round -> hosts whose scripts were not run yet."""
    _rounds: Counter[str] = field(default_factory=Counter, init=False, repr=False)
    """Host -> how many scripts it has had."""
    _first: list[float] = field(default_factory=list, init=False, repr=False)
    """What hosts' clocks showed when the scripts of round 1 ran."""
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    @classmethod
    def begun(cls, folder: Path) -> ByHand:
        """The run whose folder this is, or a new one.

        Raises:
            ConfigurationError: the folder is that of something else.
            OSError: it cannot be written.
        """
        path = folder / _STATE
        if not path.exists():
            if folder.is_dir() and any(folder.iterdir()):
                raise ConfigurationError(
                    f"--answers: expected a new folder, or one of siteparity, found other files in "
                    f"{shown_path(folder)}; name another"
                )
            saved = {"key": secrets.token_hex(_KEY_DIGITS // 2), "began": datetime.now(UTC).isoformat()}
            _write(path, json.dumps(saved).encode())
        try:
            return cls(folder, *_state(path.read_bytes()))
        except (ValueError, KeyError, TypeError, RecursionError):
            raise ConfigurationError(
                f"{shown_path(path)}: expected what siteparity wrote there, found something else; "
                "name a new folder"
            ) from None

    def mark(self, host: Host, asks: Mapping[str, Ask], words: Mapping[str, str]) -> str:
        """The mark of the answers to these questions."""
        text = join(asks, _NO_MARK, words)
        return hmac.new(self.key.encode(), host.label.encode() + b"\0" + text, "sha256").hexdigest()[:32]

    def run(self, host: Host, script: bytes, *, timeout: float, opener: bytes) -> Output:  # noqa: ARG002
        """What the host's next script printed.

        Raises:
            UnmeasuredError: it was not run yet, or what there is was not printed by it.
        """
        text = (_ABOUT.format(label=host.label) + UNMIXED).encode() + script
        with self._lock:
            self._rounds[host.label] += 1
            number = self._rounds[host.label]
            if any(self.waiting.get(earlier) for earlier in range(1, number)):
                raise UnmeasuredError(NOT_YET)  # what is asked now depends on what others will say
            path = self.scripts(number) / host.site / f"{host.name}.sh"
            if not path.is_file() or path.read_bytes() != text:
                _write(path, text)
                self._wait(number, host)
        said = answer_in(self.answers(number) / host.site, host.name)
        if said is None and not self._was_run(number, host.site):
            self._wait(number, host)
        place = shown_path(self.answers(number) / host.site / host.name)
        if said is None:
            raise UnmeasuredError(f"{place}: expected what its script printed, found none; run it there")
        stdout = stdout_of(said)
        mark = script.removeprefix(b"N=").partition(b";")[0].decode()
        if f"@{mark} ".encode() not in stdout:
            raise UnmeasuredError(
                f"{place}: expected what its script printed, found something else; run it again"
            )
        self._check_time(number, clock_line(mark, stdout), place)
        return Output(stdout, b"", 0)

    def _check_time(self, number: int, clock: tuple[float, int] | None, place: str) -> None:
        """Raise UnmeasuredError if a later round came too late: a standby has passed an old position."""
        with self._lock:
            if clock and number == 1:
                self._first.append(clock[0])
            began = min(self._first, default=None)
        if number == 1:
            return
        if clock is None or began is None:
            raise UnmeasuredError(f"{place}: it does not tell when its script ran; run it again")
        if (after := clock[0] - began) > LONGEST_APART.total_seconds():
            raise UnmeasuredError(
                f"{place}: its script ran {after / 60:.0f} min after the first one of round 1; "
                f"begin in a new folder, and run all rounds within {LONGEST_APART.seconds / 60:.0f} min"
            )

    def release(self, host: Host) -> None:
        """Nobody is connected."""

    def reach_once(self, hosts: Iterable[Host]) -> None:
        """Nobody is connected."""

    def _wait(self, number: int, host: Host) -> None:
        self.waiting.setdefault(number, set()).add(host.label)
        raise UnmeasuredError(NOT_YET)

    def _was_run(self, number: int, site: str) -> bool:
        """Whether any host of a site has answered: then those without an answer are silent."""
        place = self.answers(number) / site
        return place.is_dir() and any(place.iterdir())

    def scripts(self, number: int) -> Path:
        """The folder with the scripts of a round."""
        return self.folder / f"round-{number}" / "scripts"

    def answers(self, number: int) -> Path:
        """The folder with what they printed."""
        return self.folder / f"round-{number}" / "answers"


def _state(content: bytes) -> tuple[str, datetime]:
    """The key of a run, and when it began. Raises what the parsers raise."""
    known = json.loads(content)
    key, began = known["key"], datetime.fromisoformat(known["began"])
    if not re.fullmatch(f"[0-9a-f]{{{_KEY_DIGITS}}}", key) or began.tzinfo is None:
        raise ValueError(_STATE)
    return key, began


def answer_in(folder: Path, host: str) -> bytes | None:
    """What a host's script printed, from a file named like the host; None if there is none.

    Raises:
        UnmeasuredError: the file cannot be read.
    """
    for end in ENDS:
        path = folder / f"{host}{end}"
        if path.is_file():
            try:
                with path.open("rb") as file:
                    return file.read(MOST_BYTES)
            except OSError as error:
                raise UnmeasuredError(f"{path}: {error.strerror}; check its owner and mode") from None
    return None


def stdout_of(kept: bytes) -> bytes:
    """What a script printed, as it was kept: alone, or in what ``ansible --tree`` keeps of a host."""
    return _from_ansible(kept).replace(b"\r\n", b"\n")


def _from_ansible(kept: bytes) -> bytes:
    if not kept.lstrip().startswith(b"{"):
        return kept
    try:
        said = json.loads(kept)
    except (ValueError, RecursionError):
        return kept
    text = said.get("stdout") if isinstance(said, dict) else None
    if not isinstance(text, str):
        return kept
    try:
        return text.encode("utf-8", "surrogateescape")  # as Ansible keeps bytes that are no UTF-8
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")


def _write(path: Path, content: bytes) -> None:
    """Write a file that nobody else may read, complete or not at all."""
    for folder in reversed(path.parents):
        folder.mkdir(mode=0o700, exist_ok=True)
    temporary = path.with_name(f".{path.name}")
    temporary.unlink(missing_ok=True)
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
    temporary.replace(path)
