"""The keys with which sshd lets accounts in: ``sshd -T`` says where they lie (sshd_config(5)).

Only public keys are read, and shown as fingerprints (ssh-keygen(1), ``-l``). With ``StrictModes`` sshd
passes over a file that others may write, or that lies in a folder that they may write. Places that a
``Match`` block names are not looked at.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from siteparity.model import UnmeasuredError

# "s\tSETTING VALUE" of sshd; for each file of keys "m\tUSER\tFILE\tMODE OWNER PATH" of it and its folders,
# and "k\tUSER\tFILE\tLINE". Tests of the shell cost nothing, and most accounts have no such file.
_QUESTION = """\
[ -x /usr/sbin/sshd ]||{{ printf 'none\\nend\\n';exit 0; }}
settings=$(/usr/sbin/sshd -T)||exit
places=
old=$IFS newline='
'
IFS=$newline
set -f
entries=$(cat /etc/passwd&&{{ getent passwd -- {names}||[ $? -eq 2 ]; }})||exit
for line in $settings;do case $line in
authorizedkeysfile*)places=${{line#* }};printf 's\\t%s\\n' "$line";;
authorizedkeyscommand\\ *|authorizedprincipals*|trustedusercakeys*|strictmodes*)printf 's\\t%s\\n' "$line";;
esac;done
tab=$(printf '\\t')
for entry in $entries
do user=${{entry%%:*}} home=${{entry%:*}} home=${{home##*:}}
case $seen in *":$user:"*)continue;;esac
seen="$seen:$user:"
IFS=' '
for place in $places
do case $place in none)continue;;*%U*|*%%*)echo "a place of keys is not understood: $place" >&2;exit 1;;esac
while :;do case $place in
*%h*)place=${{place%%%h*}}$home${{place#*%h}};;
*%u*)place=${{place%%%u*}}$user${{place#*%u}};;
*)break;;esac;done
case $place in /*)file=$place;;*)file=$home/$place;;esac
[ -e "$file" ]||continue
stat -c "m$tab$user$tab$file$tab%a %U %n" -- "$home" "${{file%/*}}" "$file"||exit
awk -v who="k$tab$user$tab$file$tab" '{{ print who $0 }}' <"$file"||exit
done
IFS=$newline
done
echo end
"""

_KEY = re.compile(
    r"(?:(?P<options>(?:[^\s\"]|\"(?:[^\"\\]|\\.)*\")+)\s+)??"
    r"(?P<type>(?:ssh|ecdsa|sk-ssh|sk-ecdsa)-[a-z0-9@.-]+)\s+(?P<blob>[A-Za-z0-9+/]+={0,3})(?:\s.*)?"
)
_OTHERS_MAY_WRITE = 0o022
PLAIN = "without options"


@dataclass(frozen=True, slots=True)
class Keys:
    """How sshd lets accounts in, on one host."""

    settings: Mapping[str, str]
    """The settings of sshd about them; empty where there is no sshd."""
    keys: Mapping[tuple[str, str], str]
    """(User, fingerprint) -> its options."""
    refused: Mapping[str, str]
    """User -> why sshd passes over a file of keys."""


def question(names: str) -> str:
    """A shell text about every account.

    Args:
        names: further accounts, quoted for a shell.
    """
    return _QUESTION.format(names=names)


@lru_cache(maxsize=32)
def read(text: str) -> Keys:
    """Read the answer to `question`.

    Raises:
        UnmeasuredError: it is cut, or holds something else.
    """
    lines = text.split("\n")
    if lines[-2:] != ["end", ""]:
        raise UnmeasuredError("keys: the answer lacks its end")
    if lines == ["none", "end", ""]:
        return Keys({}, {}, {})
    settings: dict[str, str] = {}
    keys: dict[tuple[str, str], str] = {}
    refused: dict[str, str] = {}
    for line in lines[:-2]:
        kind, *fields = line.split("\t", 3)
        if kind == "s" and len(fields) == 1:
            name, _, value = fields[0].partition(" ")
            settings[name] = value
        elif kind == "m" and len(fields) == 3:  # noqa: PLR2004  # user, file, mode
            if reason := _refusal(fields[0], fields[2]):
                refused.setdefault(fields[0], reason)
        elif kind == "k" and len(fields) == 3:  # noqa: PLR2004  # user, file, line
            if entry := _key(fields[2]):
                keys[fields[0], entry[0]] = entry[1]
        else:
            raise UnmeasuredError(f"keys: a line is not understood: {line[:80]}")
    if "authorizedkeysfile" not in settings:
        raise UnmeasuredError("keys: sshd does not say where they lie")
    return Keys(settings, keys, {} if settings.get("strictmodes") == "no" else refused)


def _key(line: str) -> tuple[str, str] | None:
    """Fingerprint and options of a line; None for a comment, and for what sshd would not take as a key."""
    text = line.strip()
    if not text or text.startswith("#"):
        return None
    found = _KEY.fullmatch(text)
    if found is None:
        digest = hashlib.sha256(text.encode()).hexdigest()[:16]
        return f"a line that is no key (sha256 {digest})", PLAIN
    try:
        blob = binascii.a2b_base64(found["blob"])
    except binascii.Error:
        return f"a damaged {found['type']} key", found["options"] or PLAIN
    fingerprint = base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")
    return f"{found['type']} SHA256:{fingerprint}", found["options"] or PLAIN


def _refusal(user: str, shown: str) -> str | None:
    """Why sshd would refuse a file or a folder, from its mode, owner and path."""
    found = re.fullmatch(r"([0-7]{1,5}) (\S+) (/.*)", shown)
    if found is None:
        raise UnmeasuredError("keys: the mode of a file is not understood")
    if found[2] not in (user, "root"):
        return f"{found[3]} belongs to {found[2]}"
    return f"others may write {found[3]}" if int(found[1], 8) & _OTHERS_MAY_WRITE else None
