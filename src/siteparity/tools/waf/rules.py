"""How ModSecurity is configured in each place of a server: its mode, its rules, and their exclusions.

Source: the reference manual of ModSecurity 3. The last ``SecRuleEngine`` counts; a line that ends in a
backslash continues in the next one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from siteparity.model import UnmeasuredError
from siteparity.tools.waf.files import Files
from siteparity.tools.waf.nginx import Place

BLOCKS = "blocks"
_MODES = {
    "on": BLOCKS,
    "detectiononly": "only detects (SecRuleEngine DetectionOnly)",
    "off": "inspects nothing (SecRuleEngine Off)",
}
_DEEPEST = 20
_RULES = ("secrule", "secaction", "secrulescript", "secmarker")
_REPEATED = ("secruleremove", "secruleupdate", "secdefaultaction", "secunicodemapfile")
_SECRET = ("secremoterules", "sechashkey", "sechttpblkey")
"""Their values are keys, which are never shown."""
_EXCLUDES = re.compile(r"(?i)\bctl:(?:rule(?:Engine=(?:Off|DetectionOnly)|Remove\w+=[^,\"'\s]+))")


@dataclass(frozen=True, slots=True)
class SecDirective:
    """One directive of ModSecurity, on one line."""

    name: str
    rest: str
    file: str

    @property
    def key(self) -> str:
        """The name in lower case: ModSecurity ignores case."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Told:
    """The configuration of ModSecurity in one place, in the order in which it is read."""

    place: Place
    lines: tuple[SecDirective, ...]
    loaded: tuple[str, ...]
    """Every file that is read."""

    @property
    def mode(self) -> str:
        """`BLOCKS`, or what it does instead."""
        if not self.place.on:
            return "inspects nothing (modsecurity off)"
        modes = [line.rest.strip("\"'").lower() for line in self.lines if line.key == "secruleengine"]
        if not modes:
            return "inspects nothing (no SecRuleEngine)"
        return _MODES.get(modes[-1], f"does what nobody knows (SecRuleEngine {modes[-1][:40]})")


def told(place: Place, files: Files) -> Told:
    """Follow a place's rules through all files.

    Raises:
        UnmeasuredError: the rules include each other without an end, or come from another server.
    """
    lines: list[SecDirective] = []
    loaded: list[str] = []
    for one in place.rules:
        if one.name == "modsecurity_rules_remote":
            raise UnmeasuredError("files: rules that come from another server cannot be looked at")
        if one.name == "modsecurity_rules":
            lines += _joined(" ".join(one.words).split("\n"), one.file)
            continue
        for path in chain.from_iterable(files.matching(word, one.file) for word in one.words):
            for line, of in _file(path, files, _DEEPEST):
                loaded.append(of)
                lines += [line] if line else []
    return Told(place, tuple(lines), tuple(dict.fromkeys(loaded)))


def _file(path: str, files: Files, depth: int) -> Iterator[tuple[SecDirective | None, str]]:
    if depth == 0:
        raise UnmeasuredError("files: rules that include each other without an end")
    yield None, path
    for line in _joined(files.lines.get(path, ()), path):
        if line.key in ("include", "includeoptional"):
            for inner in files.matching(line.rest.strip("\"'"), path):
                yield from _file(inner, files, depth - 1)
        else:
            yield line, path


def _joined(lines: Iterable[str], file: str) -> Iterator[SecDirective]:
    whole = ""
    for line in lines:
        whole += line.strip().removesuffix("\\")
        if not line.strip().endswith("\\"):
            if words := whole.split():
                yield SecDirective(words[0], " ".join(words[1:]), file)
            whole = ""
    if whole.strip():
        raise UnmeasuredError(f"files: {file}: it ends in the middle of a line")


def settings(lines: Sequence[SecDirective]) -> dict[str, str]:
    """Each setting, rule and exclusion of the lines -> its value."""
    found: dict[str, str] = {}
    for line in lines:
        if line.key in _RULES:
            number = re.search(r"\bid:'?([0-9]+)", line.rest)
            item = f"rule {number[1]}" if number else f"{line.name} {line.rest[:120]}"
            found[item] = line.rest if item not in found else f"{found[item]} | {line.rest}"
        elif line.key.startswith(_REPEATED):
            found[f"{line.name} {line.rest[:200]}"] = "set"
        else:
            found[line.name] = "set" if line.key in _SECRET else line.rest
    return found


def excluded(lines: Sequence[SecDirective]) -> Iterator[str]:
    """Each directive or action that takes rules out, or changes their targets.

    Written as in the file: ``SecRuleRemoveById 942100``, ``rule 1000: ctl:ruleRemoveTargetById=...``.
    """
    for line in lines:
        if line.key.startswith(("secruleremove", "secruleupdate")):
            yield f"{line.name} {line.rest[:200]}"
        elif line.key in _RULES:
            number = re.search(r"\bid:'?([0-9]+)", line.rest)
            for ctl in _EXCLUDES.findall(line.rest):
                yield f"rule {number[1] if number else '?'}: {ctl[:200]}"
