"""Faults: ways to break a running lab as the real world breaks, and to mend it again.

One module per aspect, `faults/<aspect>.py`, each with `FAULTS = (Fault(...), ...)`; found by its file name,
listed nowhere. A foreign pair has such a folder of its own.
"""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from lab.errors import LabError
from lab.pairs import USUAL, Pair
from lab.sites import named

if TYPE_CHECKING:
    from lab.handle import Lab


ALWAYS = "true"
"""The default of `Fault.healthy`: it always succeeds, so it is not run."""


@dataclass(frozen=True)
class Fault:
    """One way to break the lab.

    Attributes:
        name: unique, `[a-z0-9_]+`; checks name it in `@pytest.mark.drill`.
        sentence: what happened, as one would say it afterwards.
        hosts: where, as container names. The evidence of these hosts must hold again after mending.
        seen_on: the hosts that findings name, if they are others; empty: `hosts`.
        break_: a shell script, run as root on each of `hosts` (`sh -eu`), or a function of the lab.
        mend: likewise; it must also work if `break_` ended half-way.
        healthy: a shell test, repeated on each of `hosts` after mending until it succeeds. It proves what the
            lab's own evidence (ssh, no failed unit, the role's service answers) does not show.
        undone_by_reset: mend by recreating `hosts` from their images, for what no script can undo.
            `mend` runs before that and may be empty.
        alone: no other fault may be set with it: others would restart what now cannot start, or wait for it,
            or mending it restarts services of other hosts.
        checks: those that must be red while it is set, as `FILE::TEST`. Of the usual pair the checks
            name their faults instead.
    """

    name: str
    sentence: str
    hosts: tuple[str, ...]
    break_: "str | Callable[[Lab], None]"
    mend: "str | Callable[[Lab], None]" = ""
    healthy: str = ALWAYS
    seen_on: tuple[str, ...] = ()
    undone_by_reset: bool = False
    alone: bool = False
    checks: tuple[str, ...] = ()


@cache
def catalogue(pair: Pair = USUAL) -> dict[str, tuple[str, Fault]]:
    """Name -> aspect and fault, of all modules of a pair.

    Raises:
        LabError: a module has no FAULTS, or two faults have one name.
    """
    found: dict[str, tuple[str, Fault]] = {}
    package = importlib.import_module(f"{pair.package}.faults")
    where = f"{package.__name__.replace('.', '/')}"
    for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda module: module.name):
        faults = getattr(importlib.import_module(f"{package.__name__}.{module.name}"), "FAULTS", None)
        if not isinstance(faults, tuple):
            raise LabError(f"{where}/{module.name}.py: expected FAULTS = (Fault(...), ...)")
        for fault in faults:
            if fault.name in found:
                raise LabError(
                    f"fault {fault.name}: twice, in {where}/{found[fault.name][0]}.py and {module.name}.py"
                )
            found[fault.name] = (module.name, fault)
    return found


def fault(name: str, pair: Pair = USUAL) -> Fault:
    """The fault of that name.

    Raises:
        LabError: there is none; the message offers the nearest names.
    """
    return named(name, catalogue(pair), "fault")[1]
