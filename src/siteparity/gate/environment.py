"""The environment of the processes that make the checks: what is not needed there cannot change an answer.

A list of what to take away would never be whole: libpq, OpenSSL, the C library, Python and pytest each read
dozens of variables, and every new version may read more.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

from siteparity.redaction import is_secret_variable

_KEPT = ("PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "TZ")
OWN = "SITEPARITY_"
"""Variables whose names begin so are handed on: a user's own check may read them."""
_HIDDEN = "SITEPARITY_HIDDEN_"
"""A secret is handed on by a name that nothing reads, so that it is hidden in what the checks print."""
_PYTHON = {
    # Workers of pytest-xdist are started without options: these variables stand for -P, -s and -u.
    "PYTHONSAFEPATH": "1",
    "PYTHONNOUSERSITE": "1",
    "PYTHONUNBUFFERED": "1",
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    "LC_ALL": "C.UTF-8",
}


def clean_environment(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """The variables of a process that makes checks, from those of this process or of another."""
    given = os.environ if environment is None else environment
    kept = {name: value for name, value in given.items() if name in _KEPT or name.startswith(OWN)}
    return {**dict(_hidden(given)), **kept, **_PYTHON}


def _hidden(given: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, value in given.items():
        if is_secret_variable(name, value):
            yield f"{_HIDDEN}{name}", value
