"""Units whose files were edited since the manager read them (systemctl(1), ``NeedDaemonReload``).

To ask this of every unit costs the manager a tenth of a second. So required units are always asked about, and
all others only when something in the folders of unit files is younger than the manager's last look at them
(``UnitsLoadFinishTimestamp`` of the boot, ``UnitsLoadTimestamp`` of the last reload); what is removed makes
its folder younger. A manager that does not say when it looked is asked about every unit. Mounts belong to
``boot``: they are made of /etc/fstab.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping

from siteparity.model import UnmeasuredError

_QUESTION = """\
loaded=$(systemctl show --timestamp=us+utc --property=UnitsLoadFinishTimestamp,UnitsLoadTimestamp 2>/dev/null)
boot=${{loaded##*FinishTimestamp=}} boot=${{boot%%"
"*}} since=${{loaded##*UnitsLoadTimestamp=}} since=${{since%%"
"*}}
case $since in *[0-9]*);;*)since=$boot;;esac
since=${{since#* }}
set -- {required}
younger=all
case $since in [0-9]*' UTC')places=
for place in /etc/systemd/system /etc/systemd/system.control /run/systemd/system \\
/run/systemd/system.control /usr/local/lib/systemd/system /usr/lib/systemd/system /lib/systemd/system
do [ ! -d "$place" ]||places="$places $place/";done
younger=$(find $places -ignore_readdir_race -newerct "$since" -print -quit)||exit;;esac
[ -z "$younger" ]||set -- "$@" '*.service' '*.socket' '*.timer' '*.path'
echo "[shown $#]"
[ $# -eq 0 ]||systemctl show --no-pager --property=Id,LoadState,NeedDaemonReload -- "$@"||exit
echo '[end]'
"""

NEEDED = "its files were edited since systemd read them"
READ = "as systemd read it"


def question(required: Iterable[str]) -> str:
    """A shell text about units; some of them are asked about in any case."""
    return _QUESTION.format(required=" ".join(map(shlex.quote, required)))


def read(text: str, required: Iterable[str]) -> Mapping[str, str]:
    """Each required unit -> `READ` or `NEEDED`; each other unit that needs a reload -> `NEEDED`.

    Raises:
        UnmeasuredError: it is cut, or a unit does not say whether it needs a reload.
    """
    parts = re.fullmatch(r"\[shown [0-9]+\]\n(.*)\[end\]\n", text, re.DOTALL)
    if parts is None:
        raise UnmeasuredError("reload: the answer lacks a part")
    needs: dict[str, bool] = {}
    for block in filter(str.strip, parts[1].split("\n\n")):
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
