"""Starts the command line apart from what surrounds it: ``PYTHONPATH``, ``sitecustomize``, other libraries.

Each of them could change any answer. So the program starts itself once more without them (python(1), -I).
This file is what is started then; it imports nothing of siteparity's own before.
"""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

_HERE = Path(__file__).resolve().parent
_DROPPED = (
    "PYTHON",
    "LD_",
    "GCONV_PATH",
    "GLIBC_TUNABLES",
    "LOCPATH",
    "OPENSSL_",
    "SSLKEYLOGFILE",
    "COVERAGE_",
)
"""What the names of variables begin with that load or replace code: python(1), ld.so(8), openssl-env(7).

The others stay, for ssh and for the programs that its configuration names.
"""


def main() -> int:
    """Run the command line, isolated. Returns the exit code."""
    isolate()
    try:
        from siteparity.commands import arguments  # noqa: PLC0415  # by the isolated process alone

        if Path(arguments.__file__).resolve().parents[1] == _HERE:
            arguments.help_or_version(sys.argv[1:])
            from siteparity.commands import at_once  # noqa: PLC0415  # help need not wait for it

            at_once.history(sys.argv[1:])
        from siteparity import garbage  # noqa: F401, PLC0415  # before what makes many objects
        from siteparity.commands import cli  # noqa: PLC0415  # it takes a second

        found = str(Path(cli.__file__).resolve().parents[1])
    except ModuleNotFoundError as error:
        found = str(error)
    if found != str(_HERE):
        sys.stderr.write(
            f"{_HERE}: expected siteparity and what it needs in one Python environment, found {found}; "
            "install it by pipx or in a virtual environment: PYTHONPATH and a user's packages do not count\n"
        )
        return 1
    return cli.main(sys.argv[1:])


def isolate() -> None:
    """Start the program anew in place of this process, unless it is isolated already."""
    if sys.flags.isolated:
        return
    sys.stdout.flush()
    words = [sys.executable, "-I", __file__, *sys.argv[1:]]
    os.execve(sys.executable, words, isolated_environment(os.environ))  # noqa: S606  # no shell is wanted


def isolated_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables that the program and what it starts may see."""
    return {name: value for name, value in environment.items() if not name.startswith(_DROPPED)}


if __name__ == "__main__":
    sys.exit(main())
