"""Python environments: which distributions they hold, and the content of each.

No Python is started: an installed distribution is a folder ``NAME-VERSION.dist-info``
(packaging.python.org, "Recording installed projects"), or an older ``NAME-VERSION[-pyX.Y].egg-info``.
Other files beside them can be imported too, such as ``sitecustomize.py``, so their names are listed.

A version says nothing about a file that somebody mended. So each name gets a digest of its files as they are
(from `siteparity.tools.packages.unpackaged`, without compiled copies). Left out are the notes of installers,
which differ between equal installations: who asked for it, where it came from.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence

from siteparity.model import UnmeasuredError
from siteparity.tools.given import DECODE, items
from siteparity.tools.program import filled, program

THERE = "there"

QUESTION = DECODE + filled(program(__package__, "python.sh"), items=items("ENVIRONMENTS"))
"""A shell text that lists what is installed in each place of ``$ENVIRONMENTS``."""
PARTS = ("environments",)

_NAMED = re.compile(
    r"(?P<name>.+?)-(?P<version>\d[^-]*)(?:-py[0-9.]+)?(?:-[A-Za-z0-9_.-]+)?\.(?:dist|egg)-info"
)
_IN_SITE_PACKAGES = re.compile(r"lib(?:64)?/python3[^/]*/site-packages/(.+)")
_NOTES = re.compile(
    r"[^/]+\.(?:dist|egg)-info/(?:RECORD|INSTALLER|REQUESTED|direct_url\.json|uv_(?:build|cache)\.json|"
    r"installed-files\.txt|SOURCES\.txt)"
)
_LISTS = ("/RECORD", "/installed-files.txt")
"""Written after all other files; without one, an installation was cut off."""


def read(parts: Mapping[str, Sequence[str]], places: Sequence[str]) -> Mapping[str, Mapping[str, str] | None]:
    """Each place -> distribution -> version; None for a place that is no folder.

    Raises:
        UnmeasuredError: a line is not understood, or the answer does not speak of every place.
    """
    found: dict[str, dict[str, list[str]] | None] = {}
    place = ""
    for line in parts["environments"]:
        kind, _, rest = line.partition("\t")
        here = found.get(place)
        if kind == "place" and rest not in found:
            place, found[rest] = rest, {}
        elif line == "absent" and here == {}:
            found[place] = None
        elif kind == "other" and here is not None:
            here[f"file {rest}"] = [THERE]
        elif kind == "found" and here is not None:
            name, version = _distribution(rest)
            here.setdefault(name, []).append(version)
        else:
            raise UnmeasuredError("python: a line is not understood")
    if list(found) != list(places):
        raise UnmeasuredError("python: the answer speaks of other places than were asked for")
    return {
        path: None if names is None else {name: ", ".join(sorted(some)) for name, some in names.items()}
        for path, names in found.items()
    }


def contents(found: Mapping[str, str], place: str) -> Mapping[str, str]:
    """Each name in a place, as `read` has it -> a digest of what its files are.

    Args:
        found: path -> rights and content of every file.
        place: the environment.
    """
    below = f"{place}/"
    of_names: dict[str, list[str]] = {}
    for path in sorted(path for path in found if path.startswith(below)):
        inside = path.removeprefix(below)
        if in_lib := _IN_SITE_PACKAGES.fullmatch(inside):
            inside = in_lib[1]
        top = inside.partition("/")[0]
        name = _distribution(top)[0] if top.endswith("-info") else f"file {top}"
        if not _NOTES.fullmatch(inside):
            of_names.setdefault(name, []).append(f"{inside} {found[path]}")
        elif inside.endswith(_LISTS):
            of_names.setdefault(name, []).append(inside)
    return {
        name: hashlib.sha256("\n".join(files).encode()).hexdigest()[:12] for name, files in of_names.items()
    }


def _distribution(folder: str) -> tuple[str, str]:
    """Name, spelled as PEP 503 compares names, and version."""
    found = _NAMED.fullmatch(folder)
    name = found["name"] if found else folder.rpartition(".")[0]
    return re.sub(r"[-_.]+", "-", name).lower(), found["version"] if found else "no version in its name"
