"""Faults: how a running lab is broken the way the real world breaks, and mended again.

One module per aspect, `faults/<aspect>.py`, each with `FAULTS = (Fault(...), ...)`;
found by being there, listed nowhere.
"""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from lab.errors import LabError
from lab.sites import named

if TYPE_CHECKING:
    from lab.handle import Lab


ALWAYS = "true"
"""The shell test that tells nothing, so that none is made."""


@dataclass(frozen=True)
class Fault:
    """One way to break the lab.

    Attributes:
        name: unique, `[a-z0-9_]+`; checks name it in `@pytest.mark.drill`.
        sentence: what it does, as one would say it afterwards.
        hosts: where; container names. Evidence of these hosts must hold again after mending.
        seen_on: where findings name it, when that is elsewhere; `hosts`, if empty.
        break_: a shell text that root runs on each of `hosts` (`sh -eu`), or a function of the lab.
        mend: likewise; must also work when `break_` got half-way.
        healthy: a shell test, run on each of `hosts` after mending until it succeeds; proves what the
            lab's own evidence (ssh, no failed unit, the role's service answers) does not see.
        undone_by_reset: mend by making `hosts` anew from their images, for what no script can undo; `mend` is
            run before that and may be empty.
        alone: nothing else may be set with it: others start again what now cannot be, or wait for it, or
            mending it starts services of other hosts again.
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


@cache
def catalogue() -> dict[str, tuple[str, Fault]]:
    """Name -> aspect and fault, of all modules here.

    Raises:
        LabError: a module without FAULTS, a name twice.
    """
    found: dict[str, tuple[str, Fault]] = {}
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda module: module.name):
        faults = getattr(importlib.import_module(f"{__name__}.{module.name}"), "FAULTS", None)
        if not isinstance(faults, tuple):
            raise LabError(f"lab/faults/{module.name}.py: expected FAULTS = (Fault(...), ...)")
        for fault in faults:
            if fault.name in found:
                raise LabError(
                    f"fault {fault.name}: twice, in lab/faults/{found[fault.name][0]}.py and {module.name}.py"
                )
            found[fault.name] = (module.name, fault)
    return found


def fault(name: str) -> Fault:
    """The fault of that name.

    Raises:
        LabError: there is none; offers the nearest names.
    """
    return named(name, catalogue(), "fault")[1]
