"""Whether the user of a unit may execute what the unit starts, which a unit that runs already does not show.

Asked with access(2) as that user (test(1) by setpriv(1), which opens no session and writes to no log).
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence

from siteparity.model import UnmeasuredError

# A unit's properties come in any order, and an empty line ends them.
_QUESTION = """\
shown=$(systemctl show --no-pager --property=Id,User,ExecStart -- {units})||exit
look() {{
group=
if [ -z "$user" ]||[ "$user" = root ]||[ "$(id -u)" -ne 0 ];then [ -x "$path" ]
else group=$(id -g -- "$user")&&
setpriv --reuid="$user" --regid="$group" --init-groups -- test -x "$path";fi
printf '%s\\t%s\\t%s\\t%s\\n' "$?" "$unit" "$user" "$path"
}}
unit= user= paths=
printf '%s\\n' "$shown" ''|while IFS= read -r line;do case $line in
Id=*)unit=${{line#Id=}};;
User=*)user=${{line#User=}};;
ExecStart=*)path=${{line#*path=}} paths="$paths
${{path%% ;*}}";;
'')set -f;IFS='
';for path in $paths;do look;done;unset IFS;set +f;unit= user= paths=;;
esac;done
echo end
"""

_LINE = re.compile(r"([0-9]{1,3})\t([^\t]+)\t([^\t]*)\t(/[^\t]*)")


def question(units: Sequence[str]) -> str:
    """A shell text that tries every program of some units; with no unit it asks nothing."""
    return _QUESTION.format(units=" ".join(map(shlex.quote, units))) if units else "echo end"


def read(answer: str) -> Mapping[str, str]:
    """Unit -> which of its programs its user may not execute; units without such a program are not in it.

    Raises:
        UnmeasuredError: the answer is cut, or a program could not be tried.
    """
    *lines, last, end = ["", "", *answer.split("\n")]
    if last != "end" or end:
        raise UnmeasuredError("programs: the answer lacks its end")
    found: dict[str, str] = {}
    for line in filter(None, lines):
        said = _LINE.fullmatch(line)
        if said is None or said[1] not in ("0", "1"):
            raise UnmeasuredError(f"programs: a program could not be tried: {line[:80]!r}")
        if said[1] == "1":
            found.setdefault(said[2], f"{said[3] or 'root'} may not execute {said[4]}")
    return found
