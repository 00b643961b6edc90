"""What a Redis was given besides its settings: libraries of functions (Redis 7.0 and later), and modules.

Functions lie in the data and not in a file, so that nobody deploys them to the other site. A library of the
same name may hold other code, which a digest tells.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from siteparity.model import UnmeasuredError
from siteparity.tools import json_text
from siteparity.tools.program import filled, program
from siteparity.tools.redis_cli import RedisUser, client_line, login

_LOADED = program(__package__, "redis_loaded.sh")
_LIBRARY = re.compile(r"f ([A-Za-z0-9_]+) ([0-9a-f]{64})")


def question(section: RedisUser) -> str:
    """A shell text that tells both."""
    return login(section.auth_file) + filled(_LOADED, client=client_line(section))


def read(lines: Iterable[str]) -> dict[str, str]:
    """Each library and each module -> what is there.

    Raises:
        UnmeasuredError: a line is not understood, or nothing is said of modules.
    """
    found: dict[str, str] = {}
    modules = None
    for line in lines:
        if library := _LIBRARY.fullmatch(line):
            found[f"functions {library[1]}"] = f"code with sha256 {library[2][:12]}"
        elif line.startswith("m "):
            modules = dict(_modules(json_text.parsed(line[2:], "loaded")))
        else:
            raise UnmeasuredError(f"loaded: a line is not understood: {line[:80]!r}")
    if modules is None:
        raise UnmeasuredError("loaded: the answer says nothing about modules")
    return {**found, **modules}


def _modules(given: object) -> Iterator[tuple[str, str]]:
    for one in given if isinstance(given, list) else [given]:
        if not isinstance(one, dict) or not isinstance(one.get("name"), str):
            raise UnmeasuredError("loaded: a module has no name")
        path = f" from {one['path']}" if one.get("path") else ""
        yield f"module {one['name']}", f"version {one.get('ver', 'unknown')}{path}"
