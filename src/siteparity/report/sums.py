"""``SHA256SUMS``: the digest of every file of a run, so that an edit of one of them is seen.

The file has the form of ``sha256sum``, which can check it as well. It does not show who wrote the files:
whoever may write the folder can write this one anew. A signature of it shows that
(`siteparity.commands.signing`).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

SUMS = "SHA256SUMS"
SIGNATURE = "SHA256SUMS.sig"
PAGES = frozenset({"report.html", "junit.xml"})
"""What can be made again from ``result.json``."""
_APART = frozenset({SUMS, SIGNATURE, "log.txt"})
"""``log.txt`` is read by people alone, and a program that outlives its check may still write to it."""
_LINE = re.compile(r"([0-9a-f]{64})  (.+)")


def sums(folder: Path, contents: Mapping[str, bytes]) -> bytes:
    """The text of ``SHA256SUMS`` for the files of a folder.

    Args:
        folder: of the run.
        contents: files that are about to be written there, and count in place of what they replace.

    Raises:
        OSError: a file cannot be read.
    """
    found = {name: digest(folder / name) for name in _names(folder) if name not in contents}
    found |= {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    return "".join(f"{found[name]}  {name}\n" for name in sorted(found)).encode(errors="surrogateescape")


def disagreements(folder: Path, but: Collection[str] = (), *, added: bool = True) -> Iterator[str]:
    """What was changed, removed or added since the digests were written, the most telling first.

    Args:
        folder: of the run.
        but: names that are not looked at.
        added: whether a file that was added counts.
    """
    try:
        listed = written(folder)
    except OSError as error:
        yield f"{SUMS} cannot be read: {error.strerror}"
        return
    except ValueError:
        yield f"{SUMS} is damaged"
        return
    for name, known in listed.items():
        if name not in but and (now := _digest_or_nothing(folder / name)) != known:
            yield f"{name} {'was changed since it was written' if now else 'is missing'}"
    for name in _names(folder) if added else ():
        if name not in listed and name not in but:
            yield f"{name} was added since {SUMS} was written"


def written(folder: Path) -> Mapping[str, str]:
    """Name of each file that a run has bound -> its digest.

    Raises:
        OSError: ``SHA256SUMS`` cannot be read.
        ValueError: it is damaged.
    """
    text = (folder / SUMS).read_text(encoding="utf-8", errors="surrogateescape")
    found: dict[str, str] = {}
    for line in text.removesuffix("\n").split("\n"):
        parts = _LINE.fullmatch(line)
        if parts is None:
            raise ValueError(line)
        found[parts[2]] = parts[1]
    return found


def digest(path: Path) -> str:
    """SHA-256 of a file.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _digest_or_nothing(path: Path) -> str:
    try:
        return digest(path)
    except OSError:
        return ""


def _names(folder: Path) -> list[str]:
    """The files of a run that are bound, as paths below its folder. Temporary files begin with a dot."""
    return sorted(
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(".") and str(path.relative_to(folder)) not in _APART
    )
