"""What the policy names, as a question reads it: the value of a shell variable, in plain characters alone.

A value is a list, with blanks between its items. In an item every byte but letters, digits and
``. : / _ @ + , -`` is written as ``%`` and three octal digits. So it means nothing to a shell, and no item is
cut or expanded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from siteparity.model import UnmeasuredError

CHARACTERS = "0-9A-Za-z.:/%_@+, -"
"""All that a list is written in, as in a bracket expression."""
_ODD = re.compile(r"[^0-9A-Za-z.:/_@+,-]")

# printf(1) takes \0 and three digits in every shell. The added character keeps line feeds at the end.
DECODE = r"""raw() {
    v=$1
    case $v in *%*) ;; *) return;; esac
    r=$v v=
    while :; do
        case $r in *%*) v=$v${r%%%*}'\0' r=${r#*%};; *) break;; esac
    done
    v=$(printf %b_ "$v$r") v=${v%_}
}
"""
"""A shell function that puts the bytes of one item into ``$v``. It uses ``$r``."""

PERL_DECODE = r"""sub given { return map { s/%([0-7]{3})/chr oct $1/ger } split " ", $ENV{$_[0]} // "" }
"""
"""A function of perl: the items of an environment variable."""


def coded(items: Iterable[str]) -> str:
    """The list as a host is told it.

    Raises:
        UnmeasuredError: an item is empty, or no text that a host could have.
    """
    return _coded_list(tuple(items))


@lru_cache(maxsize=1024)
def _coded_list(items: tuple[str, ...]) -> str:
    """Cached: hosts are told the same lists."""
    return " ".join(map(_coded, items))


def _coded(item: str) -> str:
    if not item or "\0" in item:
        raise UnmeasuredError(
            f"{item!r}: expected some characters, none of them NUL; nothing else is asked about"
        )
    try:
        characters = item.encode().decode("latin-1")
    except UnicodeEncodeError:
        raise UnmeasuredError(f"{item!r}: it is not UTF-8, so no host is asked about it") from None
    return _ODD.sub(lambda odd: f"%{ord(odd[0]):03o}", characters)


def decoded(value: str) -> tuple[str, ...]:
    """The items of a list."""
    return tuple(
        re.sub(rb"%([0-7]{3})", lambda odd: bytes([int(odd[1], 8) & 255]), item.encode()).decode(
            "utf-8", "replace"
        )
        for item in value.split()
    )


def assigned(**lists: Iterable[str]) -> str:
    """Shell text that goes before a question: a variable for each list."""
    return "".join(f"{name}='{coded(one)}';" for name, one in lists.items())


def items(name: str) -> str:
    """Shell lines that make the items of a list the arguments ``"$@"``; they need `DECODE`."""
    return f"set --\n{more_items(name)}"


def more_items(name: str) -> str:
    """Shell lines that add the items of a list to the arguments ``"$@"``; they need `DECODE`."""
    return f'for w in ${name}; do raw "$w"; set -- "$@" "$v"; done'


def item(name: str) -> str:
    """A shell line that replaces a list by its only item; it needs `DECODE`."""
    return f'raw "${name}" {name}=; {name}=$v'
