"""Whether a service is older than the code on disk that it loads: its release, its libraries, links to them.

When a file was last written can be set back (``cp -p``, ``touch``), when its inode changed cannot (inode(7),
ctime): new content, new rights and a rename all move it. What is reached through a link is something else
once the link is younger, however old its files are: links count by themselves, and what they lead to as well.
Left out is what a running service makes: compiled Python, whatever the policy names, and folders that merely
have other entries; a folder that was put in place has a younger ctime than its entries. On overlayfs the
first write anywhere below a folder makes it anew as well, so there it counts if the folder around it has got
other entries. Where a file has several names each name that comes or goes moves its ctime (``rsync
--link-dest``, caches of installers), so there the content must be younger, too.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from siteparity.model import UnmeasuredError
from siteparity.tools.systemd import started, unit

_LIBRARIES = (
    "/usr/lib/python3/dist-packages",
    "/usr/lib/python3.*/site-packages",
    "/usr/lib64/python3.*/site-packages",
)
"""Where packages of Debian and Red Hat put Python libraries; patterns."""

_OF_TOOLS = r"""
apt apt_[^/]* aptsources python_apt[^/]* debian debian_bundle deb822\.py python_debian[^/]* debianbts
reportbug[^/]* apport[^/]* problem_report\.py lsb_release\.py cloudinit cloud_init[^/]* uaclient ubuntu_[^/]*
softwareproperties DistUpgrade UpdateManager ufw[^/]* fail2ban[^/]* certbot[^/]* acme[^/]* dnf[^/]*
libdnf[^/]* hawkey rpm rpm-[^/]* rhsm[^/]* subscription_manager[^/]* cloud_what[^/]* firewall tuned
selinux[^/]* sepolicy[^/]* setools[^/]* insights[^/]* sos sos-[^/]*
"""
"""Libraries of tools that look after a host: upgrades by night renew them, and no application loads them."""

_QUESTION = """\
{look_up}
printf '\\n%s\\n' '[started]'
[ "$main" -gt 0 ]||exit 0
workers=$pids
case $pids in *" "*)workers=${{pids#* }};;esac
set --
for pid in $workers;do set -- "$@" "/proc/$pid/stat";done
stats=$({started})||exit
printf '%s\\n%s\\n' "$stats" '[newer]'
line_end='
'
own= oldest= links=
IFS=$line_end
for line in $stats;do IFS=' '
case $line in *')'*)set -- ${{line##*)}}
if [ ! "$own" ];then own=${{20}};elif [ ! "$oldest" ]||[ "${{20}}" -lt "$oldest" ];then oldest=${{20}};fi;;
*)part=${{line#*.}} now=$((${{line%.*}}*100+1${{part%???????}}-100));;esac
done
[ "$oldest" ]||{{ echo 'none of its processes could be looked at' >&2;exit 1; }}
since=$((now-own+oldest))
since=@$((since/100)).$((since%100/10))$((since%10))
way() {{ rest=${{1#/}} here= hops=0
while [ "$rest" ];do part=${{rest%%/*}}
case $rest in */*)rest=${{rest#*/}};;*)rest=;;esac
case $part in ''|.)continue;;..)here=${{here%/*}};continue;;esac
here=$here/$part
[ ! -L "$here" ]||{{ hops=$((hops+1));[ $hops -le 40 ]&&to=$(readlink -- "$here")||exit
links=$links$here$line_end
case $to in /*)here= rest=${{to#/}}/$rest;;*)here=${{here%/*}} rest=$to/$rest;;esac; }}
done; }}
set -- {file}
for place in {places} {libraries};do [ ! -e "$place" ]||set -- "$@" "$place";done
for place;do way "$place";done
set -f
IFS=$line_end
look() {{ found=$(find "$@" -ignore_readdir_race \
\\( -name __pycache__ -o -name '*.pyc' -o -name .git{left_out} \\) -prune -o \
-newerct "$since" ! -regex {of_tools} \
\\( -type d ! -newermt "$since" -fstype overlay -printf 'folder %p\\n' -o \
\\( -type d ! -newermt "$since" -o ! -type d \\( -links 1 -o -newermt "$since" \\) \\) \
-printf 'newer %p\\n' -quit \\) -o \
-type l ! -path '/usr/lib*-packages/*' -printf 'link %p\\n')||exit
case $line_end$found in *"${{line_end}}newer "*)printf '%s\\n%s\\n' "$found" '[end]';exit;;esac
for one in $found;do case $one in folder\\ *)one=${{one#folder }}
parent=$(find "$one/.." -maxdepth 0 -newermt "$since")||exit
[ ! "$parent" ]||{{ printf 'newer %s\\n%s\\n' "$one" '[end]';exit; }};;esac;done; }}
look -H "$@"
set --
for one in $found;do case $one in link\\ *)set -- "$@" "${{one#link }}";;esac;done
[ $# -eq 0 ]||look -L "$@"
set -- $links
[ $# -eq 0 ]||look -P "$@" -maxdepth 0
echo '[end]'
"""
# Three looks: at the code, at what links in it lead to, at the links on the way to it. Mostly there are none.


@dataclass(frozen=True, slots=True)
class Deployed:
    """What is known of a service and its code."""

    idle: str | None
    """Why it has no process."""
    newer: str | None
    """A path that was laid down after the oldest of its processes started."""


def question(service: str, file: str, places: Sequence[str], left_out: Sequence[str]) -> str:
    """A shell text that looks for code that is younger than the processes of a service.

    Args:
        service: the unit; its processes below the main one count, which a reload starts anew.
        file: the file that every deployment writes.
        places: the folders with its code, besides the libraries of packages; one may not be there.
        left_out: patterns of paths that do not count.
    """
    of_tools = "\\|".join(_OF_TOOLS.split())
    return _QUESTION.format(
        look_up=unit.look_up(service),
        started=started.ASK.strip(),
        file=shlex.quote(file),
        places=" ".join(map(shlex.quote, places)),
        libraries=" ".join(_LIBRARIES),
        left_out="".join(f" -o -path {shlex.quote(pattern)}" for pattern in left_out),
        of_tools=shlex.quote(rf"/usr/lib.*-packages/\({of_tools}\)\(/.*\)?"),
    )


def read(answer: str) -> Deployed:
    """The answer to `question`.

    Raises:
        UnmeasuredError: it is cut or not understood, or no process could be looked at.
    """
    head, _, rest = answer.partition("\n[started]\n")
    if idle := unit.not_running(unit.read_properties(line for line in head.split("\n") if line)):
        return Deployed(idle, None)
    times, mark, found = rest.partition("\n[newer]\n")
    lines = found.split("\n")
    if not mark or lines[-2:] != ["[end]", ""]:
        raise UnmeasuredError("started: the answer lacks its end")
    started.oldest(times)
    newer = [line.removeprefix("newer ") for line in lines[:-2] if line.startswith("newer /")]
    if not all(line.startswith(("newer /", "link /", "folder /")) for line in lines[:-2]):
        raise UnmeasuredError("started: a line is not understood")
    return Deployed(None, newer[0] if newer else None)
