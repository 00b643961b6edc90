"""The keys that sshd accepts for each account; ``sshd -T`` prints where the files are (sshd_config(5)).

Only public keys are read, and shown as fingerprints (ssh-keygen(1), ``-l``). With ``StrictModes`` sshd
ignores a file if others may write it or its folder. Files named in ``Match`` blocks are not read.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from siteparity.model import UnmeasuredError
from siteparity.tools.given import DECODE, items
from siteparity.tools.program import filled, program

QUESTION = DECODE + filled(program(__package__, "keys.sh"), items=items("NAMES"))
"""A shell text about every account of the host, and about those in ``$NAMES`` (at least one)."""

_KEY = re.compile(
    r"(?:(?P<options>(?:[^\s\"]|\"(?:[^\"\\]|\\.)*\")+)\s+)??"
    r"(?P<type>(?:ssh|ecdsa|sk-ssh|sk-ecdsa)-[a-z0-9@.-]+)\s+(?P<blob>[A-Za-z0-9+/]+={0,3})(?:\s.*)?"
)
_OTHERS_MAY_WRITE = 0o022
PLAIN = "without options"


@dataclass(frozen=True, slots=True)
class Keys:
    """What sshd accepts on one host."""

    settings: Mapping[str, str]
    """The settings of sshd about keys; empty if there is no sshd."""
    keys: Mapping[tuple[str, str], str]
    """(User, fingerprint) -> its options."""
    refused: Mapping[str, str]
    """User -> why sshd ignores a file of keys."""


def read(rows: Sequence[str]) -> Keys:
    """Read the answer to `question`.

    Raises:
        UnmeasuredError: a line is not understood, or sshd does not print where the keys are.
    """
    if list(rows) == ["none"]:
        return Keys({}, {}, {})
    settings: dict[str, str] = {}
    keys: dict[tuple[str, str], str] = {}
    refused: dict[str, str] = {}
    for line in rows:
        kind, *fields = line.split("\t", 3)
        if kind == "s" and len(fields) == 1:
            name, _, value = fields[0].partition(" ")
            settings[name] = value
        elif kind == "m" and len(fields) == 3:  # noqa: PLR2004  # user, file, mode
            if reason := _refusal(fields[0], fields[2]):
                refused.setdefault(fields[0], reason)
        elif kind == "k" and len(fields) == 3:  # noqa: PLR2004  # user, file, line
            if entry := _key(fields[2]):
                keys[fields[0], entry[0]] = entry[1]
        else:
            raise UnmeasuredError(f"keys: a line is not understood: {line[:80]}")
    if "authorizedkeysfile" not in settings:
        raise UnmeasuredError("keys: sshd does not say where they lie")
    return Keys(settings, keys, {} if settings.get("strictmodes") == "no" else refused)


def _key(line: str) -> tuple[str, str] | None:
    """Fingerprint and options of a line; None for a comment. A line that is no key is shown as such."""
    text = line.strip()
    if not text or text.startswith("#"):
        return None
    found = _KEY.fullmatch(text)
    if found is None:
        digest = hashlib.sha256(text.encode()).hexdigest()[:16]
        return f"a line that is no key (sha256 {digest})", PLAIN
    try:
        blob = binascii.a2b_base64(found["blob"])
    except binascii.Error:
        return f"a damaged {found['type']} key", found["options"] or PLAIN
    fingerprint = base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")
    return f"{found['type']} SHA256:{fingerprint}", found["options"] or PLAIN


def _refusal(user: str, shown: str) -> str | None:
    """Why sshd would ignore a file or folder, shown as "MODE OWNER PATH"; None if it would not."""
    found = re.fullmatch(r"([0-7]{1,5}) (\S+) (/.*)", shown)
    if found is None:
        raise UnmeasuredError("keys: the mode of a file is not understood")
    if found[2] not in (user, "root"):
        return f"{found[3]} belongs to {found[2]}"
    return f"others may write {found[3]}" if int(found[1], 8) & _OTHERS_MAY_WRITE else None
