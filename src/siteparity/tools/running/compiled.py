"""Compiled modules of Python: whether they are what their sources say.

Python loads the compiled copy of a module as long as the time and size, or the hash, that it names are those
of the source. What else is in it, nobody looks at: a copy with other code runs beside a source that is the
same everywhere. Compiling all modules anew takes a minute. So each folder gets a digest, and only where hosts
differ, or Python would not even look at the source, the modules are compiled again and compared.

Sources: PEP 3147, PEP 552, py_compile(3).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from siteparity.model import UnmeasuredError
from siteparity.tools.given import DECODE, decoded, items
from siteparity.tools.program import filled, program

AS_ITS_SOURCES = "as its sources"
NOT_FOUND = "made by a Python that is not found"
_FAULTS = (
    f"without source, and other than on other hosts|cannot be loaded|other code than its source|{NOT_FOUND}"
)
UNCHECKED = ", taken unchecked"
"""Said of a folder with a copy that Python takes whatever its source says."""
ALONE = ", without sources"
"""Said of a folder with compiled modules that were delivered without their sources."""
_LETTERS = {"D": "", "U": UNCHECKED, "N": ALONE}

# Before Python 3.11, sets are written in the order of hashes, which differ from start to start without this.
_RUN = """\
unset PYTHONPATH PYTHONHOME PYTHONSTARTUP
export PLACES PYTHONHASHSEED=0
PROGRAM=$(cat <<'END_OF_PROGRAM'
@PROGRAM@END_OF_PROGRAM
)
export PROGRAM
cd / && "$python" -s -S -c "$PROGRAM" @MODE@ || exit
echo end
"""
_PROGRAM = program(__package__, "compiled_modules.py")
DIGESTS = f"""{DECODE}{items("PLACES")}
if ! python=$(command -v python3); then
    compiled=$(find -L "$@" -name '*.pyc' -print -quit 2>/dev/null)
    [ -z "$compiled" ] || {{ echo "python3: not found, and it would read $compiled" >&2; exit 127; }}
    echo end
    exit
fi
""" + filled(_RUN, program=_PROGRAM, mode="digests")
"""A shell text that prints a digest of the compiled modules of each folder below ``$PLACES``."""
SOURCES = """[ "$FOLDERS" ] || { echo end; exit; }
PLACES=$FOLDERS python=python3
""" + filled(_RUN, program=_PROGRAM, mode="sources")
"""A shell text that compiles the modules in the folders ``$FOLDERS`` and compares them with their copies."""


def read_digests(lines: Sequence[str]) -> Mapping[str, str]:
    """Each folder with compiled modules -> a digest, and `UNCHECKED` or `ALONE` where that is so.

    Raises:
        UnmeasuredError: a line is not understood.
    """
    found: dict[str, str] = {}
    for line in lines:
        match line.split("\t"):
            case [letter, digest, folder] if letter in _LETTERS and re.fullmatch("[0-9a-f]{12}", digest):
                found[_path(folder)] = digest + _LETTERS[letter]
            case _:
                raise UnmeasuredError("compiled: a line is not understood")
    return found


def read_sources(lines: Sequence[str]) -> Mapping[str, str]:
    """Each folder that was looked at -> `AS_ITS_SOURCES`; each module that is not so -> what is wrong.

    Raises:
        UnmeasuredError: a line is not understood, or a module was compiled by a Python that is not found.
    """
    found: dict[str, str] = {}
    for line in lines:
        match line.split("\t"):
            case ["S", folder]:
                found.setdefault(_path(folder), AS_ITS_SOURCES)
            case ["X", fault, module] if fault == NOT_FOUND:
                raise UnmeasuredError(f"compiled: {_path(module)} was {NOT_FOUND} on this host")
            case ["X", fault, module] if re.fullmatch(_FAULTS, fault):
                found[_path(module)] = fault
            case _:
                raise UnmeasuredError("compiled: a line is not understood")
    return found


def _path(text: str) -> str:
    paths = decoded(text)
    if len(paths) != 1 or not paths[0].startswith("/"):
        raise UnmeasuredError("compiled: expected one absolute path on a line")
    return paths[0]
