"""Which package brought a file, so that a package of another version leads before its files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate

from siteparity.tools.given import DECODE, coded, items
from siteparity.tools.program import filled, program
from siteparity.transport import words
from siteparity.transport.script import Ask

_ASK = Ask(DECODE + filled(program(__package__, "owners.sh"), items=items("PLACES")), words=(words.PLACES,))
_MOST_CHARACTERS = 50_000
_MERGED = re.compile(r"(?:/usr)?(/(?:bin|sbin|lib|lib32|lib64|libx32)/.*)", re.DOTALL)


def ask(paths: Iterable[str]) -> Ask:
    """The question about as many of the paths as it takes. A pattern of paths is not asked about."""
    plain = [path for path in paths if not re.search(r"[*?\[\]\\\0]|/\.\.", path)]
    written = [way for path in dict.fromkeys(plain) for way in _ways(path)]
    lengths = accumulate(len(coded([way])) + 1 for way in written)
    return _ASK.about(
        PLACES=[way for way, end in zip(written, lengths, strict=True) if end < _MOST_CHARACTERS]
    )


def read(rows: Sequence[str]) -> Mapping[str, str]:
    """Path -> the package that brought it, under each name that the path has where /usr is merged."""
    found: dict[str, str] = {}
    for row in rows:
        name, colon, path = row.partition(": ")
        # What several packages brought, such as a folder, is of none of them.
        if colon and path.startswith("/") and not re.search(r", |^diversion by ", name):
            for way in _ways(path):
                found.setdefault(way, name)
    return found


def is_of(package: str, owner: str) -> bool:
    """Whether a package, as tables call it, is the one that a host's database calls so.

    Tables have ``bash:amd64`` of dpkg, ``bash.x86_64`` of rpm.
    """
    return package == owner or package.rpartition(":")[0] == owner or package.rpartition(".")[0] == owner


def _ways(path: str) -> tuple[str, ...]:
    """The path, and the same file by its other name: /lib is /usr/lib, but dpkg knows one of them."""
    merged = _MERGED.fullmatch(path)
    if merged is None:
        return (path,)
    return (merged[1], f"/usr{merged[1]}")
