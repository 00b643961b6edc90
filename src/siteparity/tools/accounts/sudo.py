"""What sudo allows: every line of the files that it reads, after sudo's own check of them.

``visudo -c`` (visudo(8)) reads what sudo would read, names each file, and complains where sudo would; it
writes nothing. Who may do what is not worked out (aliases, last match wins): the rules are compared as they
stand, and their order (sudoers(5)).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from siteparity.model import UnmeasuredError
from siteparity.tools.program import program

QUESTION = program(__package__, "sudo.sh")

REFUSED = "sudo finds an error in it"
ACCEPTED = "accepted by sudo"


@dataclass(frozen=True, slots=True)
class Sudo:
    """What sudo reads on one host."""

    files: tuple[str, ...]
    """What sudo accepts; empty where there is no sudo."""
    rules: tuple[str, ...]
    """Every rule, default and alias, in the order in which sudo reads them."""
    complaints: tuple[str, ...]


def read(rows: Sequence[str]) -> Sudo:
    """Read the answer to `QUESTION`.

    Raises:
        UnmeasuredError: a line is not understood, or visudo does not say what it finds.
    """
    if rows == ["none"]:
        return Sudo((), (), ())
    status = rows[-1] if rows else ""
    if not re.fullmatch(r"s\t[0-9]{1,3}", status):
        raise UnmeasuredError("sudo: the answer lacks the exit status of visudo")
    said: list[str] = []
    content: dict[str, list[str]] = {}
    for line in rows[:-1]:
        kind, *fields = line.split("\t", 2)
        if kind == "v" and len(fields) == 1:
            said.append(fields[0])
        elif kind == "c" and len(fields) == 2:  # noqa: PLR2004  # file, line
            content.setdefault(fields[0], []).append(fields[1])
        else:
            raise UnmeasuredError(f"sudo: a line is not understood: {line[:80]}")
    files = tuple(line.removesuffix(": parsed OK") for line in said if line.endswith(": parsed OK"))
    complaints = tuple(line for line in said if not line.endswith(": parsed OK"))
    if denied := [line for line in complaints if "ermission denied" in line]:
        raise UnmeasuredError(f"sudo: {denied[0][:80]}")
    if status != "s\t0" and not complaints:
        raise UnmeasuredError("sudo: visudo finds an error, and does not say which")
    if not files and not complaints:
        raise UnmeasuredError("sudo: visudo names no file that it has read")
    rules = tuple(rule for lines in content.values() for rule in _rules(lines))
    return Sudo(files, rules, complaints if status != "s\t0" else ())


def _rules(lines: Sequence[str]) -> list[str]:
    """The lines without comments, with blanks made one; a line that ends in a backslash goes on."""
    rules: list[str] = []
    begun = ""
    for line in lines:
        if line.endswith("\\"):
            begun += line[:-1] + " "
            continue
        # A number sign before digits is a user's number, before "include" the old form of a directive.
        text = re.sub(r"(?<!\\)#(?![0-9]|include(?:dir)? ).*", "", begun + line)
        rule, begun = " ".join(text.split()), ""
        if rule:
            rules.append(rule)
    return rules if not begun.strip() else [*rules, " ".join(begun.split())]
