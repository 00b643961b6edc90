"""The files of an nginx and of its ModSecurity, found as the programs find them: from the first one on.

nginx reads ``nginx.conf`` and whatever that includes; ``modsecurity_rules_file`` names a file of rules, which
may include others. A relative path counts from the folder of ``nginx.conf``, or from that of the file it
stands in. Rule sets as they are delivered are large, so of them digests are taken and few lines.
"""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from siteparity.model import UnmeasuredError
from siteparity.tools.parts import sections

INCLUDE = r"(^|[[:space:];{])([Ii]nclude(Optional)?|modsecurity_rules_file)[[:space:]]+[^[:space:];]+"

# A level of includes at a time. Of each line that is no comment awk prints the text, and below it what it
# includes; a blank before the text keeps it apart from the lines that are awk's own.
_READ = (
    'FNR==1{print "=" FILENAME}{sub(/^[ \\t]+/,"");sub(/[ \\t\\r]+$/,"")}/^(#|$)/{next}{print " " $0;l=$0\n'
    f"while(match(l,/{INCLUDE}/))"
    "{w=substr(l,RSTART,RLENGTH);l=substr(l,RSTART+RLENGTH);"
    'sub(/^[ \\t;{]/,"",w);sub(/^[^ \\t]+[ \\t]+/,"",w);gsub(/[\\042\\047]/,"",w);print "+" w}}'
)

_QUESTION = """\
main={main} set={rule_set} all= wanted={main}
prefix=${{main%/*}}
newline='
'
echo '[text]'
while [ "$wanted" ];do
set --
IFS=$newline
for file in $wanted;do
case $newline$all$newline in *"$newline$file$newline"*)continue;;esac
all=$all$newline$file
case $file in "$set"/*)continue;;esac
if [ -f "$file" ];then set -- "$@" "$file";else echo "?$file";fi
done
[ $# -gt 0 ]||break
text=$(awk {read} "$@")||exit
printf '%s\\n' "$text"
wanted= from=
set -f
for line in $text;do case $line in
=*)from=${{line#=}};;
+*)file=${{line#+}}
case $file in /*)places=$file;;*)places=$prefix/$file$newline${{from%/*}}/$file;;esac
for place in $places;do
set +f;found=;for file in $place;do [ ! -e "$file" ]||found=$found$newline$file;done;set -f
if [ "$found" ];then wanted=$wanted$found;continue 2;fi
done
case $place in *[*?[]*);;*)wanted=$wanted$newline$place;;esac;;
esac;done
set +f
done
echo '[changed]'
set --
for file in $all;do [ ! -f "$file" ]||set -- "$@" "$file";done
find -P "$@" "$set" -maxdepth 1 -printf '%C@ %p\\n'||exit
find -L "$@" "$set" -maxdepth 1 -printf '%C@ %p\\n'||exit
echo '[set]'
find -L "$set" -maxdepth 1 -type f -exec sha256sum -- {{}} +||exit
echo '[lines]'
wanted='^[[:space:]]*Sec(ComponentSignature|RuleEngine|RuleRemove|RuleUpdate)'
grep -HE "$wanted" -- "$set"/*.conf||[ $? -eq 1 ]
"""


@dataclass(frozen=True, slots=True)
class Files:
    """What a server would read if it were started now."""

    main: str
    """The first one."""
    lines: Mapping[str, tuple[str, ...]]
    """Path -> its lines without comments; empty for a file of the rule set."""
    missing: tuple[str, ...]
    """Named, without a wildcard, and not there."""
    changed: Mapping[str, float]
    """Path -> when the file, or a link to it, was changed last (ctime: no copy brings an old one along)."""
    rule_set: Mapping[str, str]
    """File of the rule set -> SHA-256."""

    def matching(self, pattern: str, near: str) -> tuple[str, ...]:
        """The files that an include in the file `near` names, in the order in which they are read.

        Empty where a wildcard matches nothing, or the file is missing.
        """
        folders = (
            ("",) if pattern.startswith("/") else (posixpath.dirname(self.main), posixpath.dirname(near))
        )
        known = {*self.lines, *self.rule_set}
        for folder in folders:
            wanted = posixpath.join(folder, pattern)
            if found := sorted(path for path in known if _matches(path, wanted)):
                return tuple(found)
        return ()


def question(main: str, rule_set: str) -> str:
    """A shell text that reads every file of the server; needs ``awk``, ``find``, ``grep``, ``sha256sum``."""
    return _QUESTION.format(
        main=shlex.quote(main), rule_set=shlex.quote(rule_set.rstrip("/")), read=shlex.quote(_READ)
    )


def read(answer: bytes, main: str) -> Files:
    """The answer to `question`.

    Raises:
        UnmeasuredError: a part is missing or not understood, or the first file was not there.
    """
    try:
        parts = [
            [line.decode("utf-8") for line in part if line]
            for part in sections(answer, ["text", "changed", "set", "lines"])
        ]
    except UnicodeDecodeError:
        raise UnmeasuredError("files: a configuration file is not UTF-8") from None
    text, changed, rule_set, special = parts
    lines, missing = _text(text)
    if main not in lines:
        raise UnmeasuredError(f"files: {main} could not be read, or is empty")
    digests = dict(_digests(rule_set))
    for path, line in _of_rule_set(special, digests):
        lines.setdefault(path, []).append(line)
    return Files(
        main,
        {path: tuple(of_file) for path, of_file in lines.items()},
        tuple(missing),
        _changed(changed),
        digests,
    )


def _text(text: list[str]) -> tuple[dict[str, list[str]], list[str]]:
    lines: dict[str, list[str]] = {}
    missing: list[str] = []
    current: list[str] | None = None
    for line in text:
        kind, rest = line[0], line[1:]
        if kind == "=":
            current = lines.setdefault(rest, [])
        elif kind == "?":
            missing.append(rest)
        elif kind == " " and current is not None:
            current.append(rest)
        elif kind != "+" or current is None:
            raise UnmeasuredError(f"files: a line that was not expected: {line[:80]!r}")
    return lines, missing


def _changed(part: list[str]) -> Mapping[str, float]:
    changed: dict[str, float] = {}
    for line in part:
        found = re.fullmatch(r"([0-9]{1,12}\.[0-9]{1,10}) (/.*)", line, re.ASCII)
        if not found:
            raise UnmeasuredError(f"files: a line that is no time: {line[:80]!r}")
        changed[found[2]] = max(float(found[1]), changed.get(found[2], 0.0))
    if not changed:
        raise UnmeasuredError("files: the answer does not say when the files were changed")
    return changed


def _digests(part: list[str]) -> Iterator[tuple[str, str]]:
    for line in part:
        found = re.fullmatch(r"([0-9a-f]{64})  (/.*)", line)
        if not found:
            raise UnmeasuredError(f"files: a line that is no digest: {line[:80]!r}")
        yield found[2], found[1]


def _of_rule_set(part: list[str], digests: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for line in part:
        path, colon, text = line.partition(":")
        if not colon or path not in digests:
            raise UnmeasuredError(f"files: a line of no file of the rule set: {line[:80]!r}")
        yield path, text.strip()


def _matches(path: str, pattern: str) -> bool:
    """As the shell's wildcards: none of them stands for a slash, or for a dot at the beginning."""
    names, wanted = path.split("/"), posixpath.normpath(pattern).split("/")
    return len(names) == len(wanted) and all(
        fnmatchcase(name, one) and not (name.startswith(".") and not one.startswith("."))
        for name, one in zip(names, wanted, strict=True)
    )
