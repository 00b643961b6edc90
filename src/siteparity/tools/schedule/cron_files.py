"""The files from which cron, and run-parts for it, starts something: the question, and its answer in parts.

With each file goes what decides whether cron takes it: kind, owner, mode, links (cron(8); database.c of
cron 3.0pl1-162; run-parts(8)). With the jobs go their users, and which words of their commands are programs
that these users may run. A password's hash never leaves the host.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from siteparity.model import UnmeasuredError

SYSTEM = "/etc/crontab"
FOLDER = "/etc/cron.d"
SPOOL = "/var/spool/cron/crontabs"
SCRIPTS = ("/etc/cron.hourly", "/etc/cron.daily", "/etc/cron.weekly", "/etc/cron.monthly")
OTHERS = (
    *("/etc/cron.allow", "/etc/cron.deny", "/etc/anacrontab"),
    *("/etc/environment", "/etc/pam.d/cron", "/etc/security/access.conf"),
)
"""Who may edit a crontab (crontab(1)), what anacron runs; what PAM gives to a job, and whom it refuses."""

USABLE = "usable"

_PLACES = frozenset({FOLDER, SPOOL, *SCRIPTS})

_FILES = rf"""
places=
for p in {SYSTEM} {FOLDER} {SPOOL} {" ".join((*SCRIPTS, *OTHERS))};do
[ ! -e $p ]&&[ ! -L $p ]||places="$places $p";done
for f in {SYSTEM} {FOLDER}/* {SPOOL}/*;do
[ ! -L "$f" ]||find -P "$f" -prune -printf 'link\0%p\0%U\0'||exit;done
find -L $places / -maxdepth 1 -path / -prune -printf '\0' -o ! -name '.*' \
 -printf 'file\0%p\0%y %U %m %n %s\0' -type f -exec cat -- {{}} +||exit
"""

# A user whom /etc/passwd does not know is asked of the host's other sources of names, such as LDAP.
# The words are looked up blindly, each in each folder that the crontabs name: which of them is the command is
# for the reader to say. A user's rights are tried as that user, without PAM, so that nothing is logged.
_LOOKUPS = rf"""
set --
for f in {SYSTEM} {FOLDER}/* {SPOOL}/*;do [ ! -f "$f" ]||set -- "$@" "$f";done
found=$(awk '
FILENAME~/^\/var\//{{n=split(FILENAME,t,"/");user[t[n]]}}
!/^[ \t]*(#|$)/{{
 if(FILENAME!~/^\/var\//)user[substr($1,1,1)=="@"?$2:$6]
 n=split($0,t,/[^A-Za-z0-9_.\/+@-]+/);for(i=1;i<=n;i++)if(t[i]~/^[0-9]*[A-Za-z_.\/]/)word[t[i]]}}
END{{srand();printf "now=%d\n",srand();for(k in word)print "word="k
 for(k in user)if(k~/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/)print "user="k
 while((getline<"/etc/shadow")>0){{split($0,t,":");if(t[1] in user)print "aging="t[1]":"t[3]":"t[5]":"t[8]}}
 while((getline<"/etc/passwd")>0){{split($0,t,":");if(t[1] in user)print "local="t[1]":"t[3]":"t[4]}}
}}' "$@")||exit
set -f
words= dirs="/usr/bin /bin" accounts=
for one in $found;do echo "$one";case $one in
word=*)w=${{one#word=}} words="$words $w"
case "$w $dirs " in /*" $w "*);;/*)[ ! -d "$w" ]||dirs="$dirs $w";;esac;;
local=*)accounts="$accounts ${{one#local=}}";;esac;done
for one in $found;do case $one in user=*)one=${{one#user=}};case "$accounts" in *" $one:"*);;
*)other=$(getent passwd "$one")||[ $? -eq 2 ]||exit
[ ! "$other" ]||{{ ids=${{other#*:*:}} rest=${{ids#*:}}
accounts="$accounts $one:${{ids%%:*}}:${{rest%%:*}}"; }}
esac;esac;done
look='for w in $words;do case $w in
/*)[ ! -f "$w" ]||{{ [ ! -x "$w" ]||echo "runs=$w";[ ! -r "$w" ]||echo "reads=$w"; }};;
*)for d in $dirs;do [ ! -f "$d/$w" ]||[ ! -x "$d/$w" ]||echo "runs=$d/$w";done;;esac;done'
for d in $dirs;do echo "folder=$d";done
export words dirs
for one in $accounts;do ids=${{one#*:}};echo "account=${{one%:*}}";case ${{ids%:*}} in 0)eval "$look";;
*)setpriv --reuid="${{ids%:*}}" --regid="${{ids#*:}}" --init-groups -- sh -c "$look"||exit;;esac;done
"""

QUESTION = _FILES + _LOOKUPS


@dataclass(frozen=True, slots=True)
class File:
    """A file as cron and run-parts see it."""

    path: str
    kind: str
    """Of what a link leads to, as find(1) writes it: ``f``, ``d`` ...; ``l``: the link leads nowhere."""
    owner: int
    mode: int
    links: int
    content: bytes = b""
    link_owner: int | None = None
    """Of the link itself, where it is one."""

    @property
    def place(self) -> str:
        """The folder that holds it."""
        return self.path.rpartition("/")[0]

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self.path.rpartition("/")[2]

    @property
    def digest(self) -> str:
        """What stands in it, in few words."""
        return f"sha256 {hashlib.sha256(self.content).hexdigest()[:16]}"


@dataclass(frozen=True, slots=True)
class Account:
    """A user for whom jobs are run."""

    number: int
    """The user's id."""
    usable: str
    """`USABLE`, or why PAM refuses it to cron."""
    runs: frozenset[str] = frozenset()
    """Programs that it may run, among those that were looked up."""
    reads: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Lookups:
    """What the host knows of the users and the words in its crontabs."""

    users: frozenset[str]
    """Those that were looked up; they exist if they are in `accounts`."""
    words: frozenset[str]
    folders: frozenset[str]
    accounts: Mapping[str, Account] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Found:
    """Everything from which cron starts something."""

    files: tuple[File, ...]
    """By path."""
    lookups: Lookups


class _Parts:
    """The answer, taken from its front."""

    def __init__(self, answer: bytes) -> None:
        self._rest = answer

    def text(self) -> str:
        """What stands before the next NUL."""
        part, end, self._rest = self._rest.partition(b"\0")
        if not end:
            raise UnmeasuredError("crontabs: the answer ends too early")
        return part.decode("utf-8", "backslashreplace")

    def content(self, size: int) -> bytes:
        """So many bytes."""
        part, self._rest = self._rest[:size], self._rest[size:]
        if len(part) != size:
            raise UnmeasuredError("crontabs: the answer ends within a file")
        return part

    def rest(self) -> str:
        """All that is left."""
        return self._rest.decode("utf-8", "backslashreplace")


@lru_cache(maxsize=64)
def read(answer: bytes) -> Found:
    """Take the answer apart.

    Raises:
        UnmeasuredError: any part of it is not as the question prints it.
    """
    parts = _Parts(answer)
    links: dict[str, int] = {}
    headers: list[tuple[str, list[str]]] = []
    while tag := parts.text():
        path, meta = parts.text(), parts.text().split(" ")
        if tag == "link" and len(meta) == 1:
            links[path] = _number(meta[0])
        elif tag == "file" and len(meta) == 5:  # noqa: PLR2004  # kind, owner, mode, links, size
            headers.append((path, meta))
        else:
            raise UnmeasuredError(f"crontabs: cannot read {tag[:40]!r}: a file changed while it was read")
    files = []
    for path, (kind, owner, mode, count, size) in headers:
        content = parts.content(_number(size)) if kind == "f" else b""
        files.append(
            File(path, kind, _number(owner), _number(mode, 8), _number(count), content, links.get(path))
        )
    files = sorted((file for file in files if file.path not in _PLACES), key=lambda file: file.path)
    return Found(tuple(files), _lookups(parts.rest().splitlines()))


def _lookups(lines: Sequence[str]) -> Lookups:
    told: dict[str, list[str]] = {"user": [], "word": [], "folder": [], "aging": [], "local": [], "now": []}
    found: dict[str, dict[str, set[str]]] = {}
    numbers: dict[str, int] = {}
    of_user: dict[str, set[str]] = {}
    for line in lines:
        tag, _, text = line.partition("=")
        if tag == "account":
            name, _, number = text.partition(":")
            numbers[name] = _number(number)
            of_user = found.setdefault(name, {"runs": set(), "reads": set()})
        elif tag in of_user:
            of_user[tag].add(text)
        elif tag in told:
            told[tag].append(text)
        else:
            raise UnmeasuredError(f"crontabs: cannot read {line[:80]!r}")
    if len(told["now"]) != 1 or not told["folder"]:
        raise UnmeasuredError("crontabs: their users and programs were not looked up")
    today = _number(told["now"][0]) // 86400
    aging = dict(text.split(":", 1) for text in told["aging"] if ":" in text)
    accounts = {
        name: Account(
            numbers[name], _usable(aging.get(name), today), frozenset(of["runs"]), frozenset(of["reads"])
        )
        for name, of in found.items()
    }
    return Lookups(frozenset(told["user"]), frozenset(told["word"]), frozenset(told["folder"]), accounts)


def _usable(aging: str | None, today: int) -> str:
    """What PAM says to cron, which cannot ask for a new password (shadow(5), pam_unix(8))."""
    found = re.fullmatch("(-?[0-9]*):(-?[0-9]*):(-?[0-9]*)", "::" if aging is None else aging)
    if found is None:
        raise UnmeasuredError("crontabs: cannot read the shadow entry of a user")
    changed, most, expires = (int(text) if text.strip("-") else -1 for text in found.groups())
    if 0 <= expires <= today:
        return "the account has expired"
    if changed == 0 or (0 <= changed <= today and 0 <= most < today - changed):
        return "the password has expired"
    return USABLE


def _number(text: str, base: int = 10) -> int:
    if not re.fullmatch("[0-7]{1,20}" if base == 8 else "[0-9]{1,20}", text):  # noqa: PLR2004  # a file's mode
        raise UnmeasuredError(f"crontabs: {text[:40]!r} is no number")
    return int(text, base)
