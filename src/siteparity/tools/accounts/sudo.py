"""What sudo allows: every line of the files that it reads, and its own check of them.

``visudo -c`` (visudo(8)) reads the files that sudo would read, names each of them, and reports their errors;
it writes nothing. Rules are compared as they are written, and in their order (sudoers(5)): who may do what in
the end (aliases, last match wins) is not worked out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from siteparity.model import UnmeasuredError
from siteparity.tools.program import program

QUESTION = program(__package__, "sudo.sh")

REFUSED = "sudo finds an error in it"


@dataclass(frozen=True, slots=True)
class Sudo:
    """What sudo reads on one host."""

    files: tuple[str, ...]
    """The files that sudo accepts; empty if there is no sudo."""
    rules: tuple[str, ...]
    """Every rule, default and alias, in the order in which sudo reads them."""
    complaints: tuple[str, ...]
    """What visudo reports; empty if it finds no error."""


def read(rows: Sequence[str]) -> Sudo:
    """Read the answer to `QUESTION`.

    Raises:
        UnmeasuredError: a line is not understood, a file may not be read, or visudo names no file and no
        error.
    """
    if list(rows) == ["none"]:
        return Sudo((), (), ())
    status = rows[-1] if rows else ""
    if not re.fullmatch(r"s\t[0-9]{1,3}", status):
        raise UnmeasuredError("sudo: the answer lacks the exit status of visudo")
    report: list[str] = []
    content: dict[str, list[str]] = {}
    for line in rows[:-1]:
        kind, *fields = line.split("\t", 2)
        if kind == "v" and len(fields) == 1:
            report.append(fields[0])
        elif kind == "c" and len(fields) == 2:  # noqa: PLR2004  # file, line
            content.setdefault(fields[0], []).append(fields[1])
        else:
            raise UnmeasuredError(f"sudo: a line is not understood: {line[:80]}")
    files = tuple(line.removesuffix(": parsed OK") for line in report if line.endswith(": parsed OK"))
    complaints = tuple(line for line in report if not line.endswith(": parsed OK"))
    if denied := [line for line in complaints if "ermission denied" in line]:
        raise UnmeasuredError(f"sudo: {denied[0][:80]}")
    if status != "s\t0" and not complaints:
        raise UnmeasuredError("sudo: visudo finds an error, and does not say which")
    if not files and not complaints:
        raise UnmeasuredError("sudo: visudo names no file that it has read")
    rules = tuple(rule for lines in content.values() for rule in _rules(lines))
    return Sudo(files, rules, complaints if status != "s\t0" else ())


def _rules(lines: Sequence[str]) -> list[str]:
    """The rules in some lines, without comments, blanks squeezed, continued lines joined."""
    rules: list[str] = []
    begun = ""
    for line in lines:
        if line.endswith("\\"):
            begun += line[:-1] + " "
            continue
        # "#" before digits is a user's number, before "include" an old form of the directive.
        text = re.sub(r"(?<!\\)#(?![0-9]|include(?:dir)? ).*", "", begun + line)
        rule, begun = " ".join(text.split()), ""
        if rule:
            rules.append(rule)
    return rules if not begun.strip() else [*rules, " ".join(begun.split())]
