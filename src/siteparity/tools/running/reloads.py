"""Units whose files were edited since the manager read them (systemctl(1), ``NeedDaemonReload``).

To ask about every unit costs the manager a tenth of a second. So required units are always asked about, and
all others only if something in the folders of unit files is younger than the manager's last look at them
(``UnitsLoadFinishTimestamp`` of the boot, ``UnitsLoadTimestamp`` of the last reload); a file that was removed
makes its folder younger. A manager that does not say when it looked is asked about every unit.

Mounts belong to ``boot``: they are made of /etc/fstab.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from siteparity.model import UnmeasuredError
from siteparity.tools.given import DECODE, items
from siteparity.tools.program import filled, program

QUESTION = DECODE + filled(program(__package__, "reloads.sh"), items=items("UNITS"))
"""A shell text about units; those in ``$UNITS`` are asked about in any case."""
PARTS = ("shown",)

NEEDED = "its files were edited since systemd read them"
READ = "as systemd read it"


def read(parts: Mapping[str, Sequence[str]], required: Iterable[str]) -> Mapping[str, str]:
    """Each required unit -> `READ` or `NEEDED`; each other unit that needs a reload -> `NEEDED`.

    Raises:
        UnmeasuredError: a unit does not say whether it needs a reload.
    """
    needs: dict[str, bool] = {}
    for block in filter(str.strip, "\n".join(parts["shown"]).split("\n\n")):
        values = dict(line.partition("=")[::2] for line in block.strip("\n").split("\n"))
        if values.keys() != {"Id", "LoadState", "NeedDaemonReload"} or not values["Id"]:
            raise UnmeasuredError("reload: systemctl show says something else than was asked for")
        if values["NeedDaemonReload"] not in ("yes", "no"):
            raise UnmeasuredError(f"reload: {values['Id']} does not say whether it was edited")
        needs[values["Id"]] = values["NeedDaemonReload"] == "yes" or needs.get(values["Id"], False)
    wanted = tuple(required)
    if len(needs) < len(set(wanted)) and not needs:
        raise UnmeasuredError("reload: systemctl show says nothing")
    said = dict.fromkeys(wanted, READ)
    return {**said, **dict.fromkeys((unit for unit, edited in needs.items() if edited), NEEDED)}
