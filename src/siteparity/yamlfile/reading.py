"""Reads one strict YAML file into its value and the line of every key.

The dialect is the core schema of YAML 1.2 (https://yaml.org/spec/1.2.2/#103-core-schema), without anything
that another reader could understand differently. ``010``, ``22:22``, ``1e3`` and dates are text. Unquoted
``yes``, ``no``, ``on`` and ``off`` are errors, as are duplicate keys, merge keys and tags.
"""

from __future__ import annotations

import json
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import yaml
from yaml.composer import Composer, ComposerError
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from yaml.parser import Parser
from yaml.reader import Reader, ReaderError
from yaml.scanner import Scanner

from siteparity.redaction import remember_settings
from siteparity.yamlfile.problems import Problems, fail, quoted, shown_key, shown_path

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 32
MAX_VALUES = 200_000
"""Counted with aliases expanded: a small file cannot become a large value."""

KeyPath: TypeAlias = tuple[str | int, ...]
"""Where a value stands inside its file, e.g. ``("aspects", "locales", "served", 0)``."""

# The tags that our resolver assigns. A tag in a file cannot contain a space.
_PLAIN, _QUOTED, _MAPPING, _SEQUENCE = "plain word", "quoted text", "a mapping", "a sequence"

_WHOLE = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})\.[0-9]{1,17}")
_WORDS: Mapping[str, bool | None] = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
}
_AMBIGUOUS = {"yes": "true", "on": "true", "no": "false", "off": "false"}
_UNFIT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
"""Control characters except tab and line feed, and lone surrogates: no setting needs them."""

_STRANGE_BREAK = re.compile("[\x85\u2028\u2029]")
"""Line breaks in YAML 1.1, ordinary characters in YAML 1.2 (section 5.4)."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Takes the place of a value that another reader could understand differently."""

    reason: str


@dataclass(frozen=True, slots=True)
class Document:
    """One file: its value, and the line of each key and list item."""

    path: Path
    value: object
    lines: Mapping[KeyPath, int] = field(repr=False)
    text: str = field(default="", repr=False)

    def comment(self, line: int) -> str:
        """What stands behind ``#`` on a line; empty if nothing does."""
        return self.text.split("\n")[line - 1].partition(" #")[2].strip() if self.text else ""

    def line(self, at: KeyPath) -> int:
        """The line of a key; if the file lacks it, that of the nearest key around it."""
        while at and at not in self.lines:
            at = at[:-1]
        return self.lines.get(at, 1)

    def where(self, at: KeyPath) -> str:
        """The place of a key as messages name it: ``inventories/policy.yml:12``."""
        return f"{shown_path(self.path)}:{self.line(at)}"

    def known(self, at: KeyPath) -> KeyPath:
        """The steps of a path that exist in the file; validators add others, such as ``[key]``."""
        there: KeyPath = ()
        for step in at:
            if (*there, step) in self.lines:
                there = (*there, step)
        return there


def load(path: Path, *, keep_refused: bool = False, may_hold_secrets: bool = False) -> Document:
    """Read one strict YAML file.

    Args:
        path: The file; at most `MAX_BYTES` of UTF-8.
        keep_refused: Put `Refused` in place of ambiguous values instead of reporting them, for a caller that
            uses only some of the values.
        may_hold_secrets: Hide values under names such as ``password`` in all output. Not for a policy: its
            section ``secrets`` holds the places of secrets, which findings must name.

    Raises:
        ConfigurationError: the file cannot be read or is not strict YAML; every problem, one per line.
    """
    text = _read(path)
    if strange := _STRANGE_BREAK.search(text):
        line = text.count("\n", 0, strange.start()) + 1
        fail(
            f"expected plain line ends, found the line break {_named(strange.group())}; remove it", path, line
        )
    try:
        node = _Composing(text).get_single_node()
    except (yaml.YAMLError, ValueError, OverflowError) as error:  # chr() and int() fail on strange escapes
        line, what = _syntax(error, text)
        fail(f"expected YAML, found a mistake: {what}; check indentation and quotes here", path, line)
    reading = _Reading(path, keep_refused=keep_refused)
    value = reading.value(node, ()) if node is not None else None
    if may_hold_secrets:
        remember_settings(value)
    reading.problems.check()
    if value is None:
        fail("expected keys and values, found an empty file; write its settings, or remove it", path)
    return Document(path, value, reading.lines, text)


def can_hold(text: str) -> bool:
    """Whether a file can hold a text, if need be with escapes."""
    return not _UNFIT.search(text)


def _read(path: Path) -> str:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            what = "a directory" if path.is_dir() else "something that is no regular file"
            fail(f"expected a YAML file, found {what}; give the path of a file", path)
        with path.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        fail("expected a YAML file, found nothing; check the path", path)
    except OSError as error:
        fail(f"expected a file that can be read, found: {error.strerror}; check its owner and mode", path)
    if len(raw) > MAX_BYTES:
        fail(f"expected at most {MAX_BYTES} bytes, found more; split the file", path)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        fail(f"expected UTF-8, found the byte 0x{raw[error.start]:02x}; save the file as UTF-8", path, line)


def _syntax(error: Exception, text: str) -> tuple[int, str]:
    """The line and the description of a syntax error; line 0 if PyYAML does not give it."""
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        words = " ".join(part for part in (error.problem, error.context) if part)
        # The name may be a secret that begins with * or &.
        words = re.sub(r"((?:alias|anchor) )'.*?'", r"\1", words)
        return (mark.line + 1 if mark else 0), quoted(" ".join(words.split()))
    if isinstance(error, ReaderError):
        character = json.dumps(text[error.position : error.position + 1])
        return text.count("\n", 0, error.position) + 1, f"the character {character}"
    return 0, f"a number or an escape that cannot be read ({quoted(str(error))})"


class _Composing(Reader, Scanner, Parser, Composer):
    """PyYAML's stages up to the node tree, in pure Python, with a depth limit and without its resolver.

    The C parser is faster but not available everywhere, and a file must mean the same on every machine.
    """

    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)
        Composer.__init__(self)
        self._depth = 0

    def compose_node(self, parent: Node | None, index: Any) -> Node | None:  # noqa: ANN401  # PyYAML's signature
        """One node with everything below it."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]  # the stubs leave it untyped
            raise ComposerError(None, None, f"nested deeper than {MAX_DEPTH} levels", mark)
        node: Node | None = super().compose_node(parent, index)
        self._depth -= 1
        return node

    def descend_resolver(self, _parent: Node | None, _index: object) -> None:
        """Required by PyYAML's composer; we resolve without paths."""

    def ascend_resolver(self) -> None:
        """Required by PyYAML's composer; we resolve without paths."""

    def resolve(self, kind: type[Node], _value: object, implicit: Any) -> str:  # noqa: ANN401  # PyYAML's signature
        """The tag of a node that the file gives none. ``implicit`` is (plain, quoted) for a scalar."""
        if kind is ScalarNode:
            return _PLAIN if implicit[0] else _QUOTED
        return _MAPPING if kind is MappingNode else _SEQUENCE


class _Reading:
    """Turns nodes into values, and collects the line of each value and every problem."""

    def __init__(self, path: Path, *, keep_refused: bool) -> None:
        self.lines: dict[KeyPath, int] = {}
        self.problems = Problems()
        self._path = path
        self._keep_refused = keep_refused
        self._values = 0

    def value(self, node: Node, at: KeyPath) -> object:
        line = node.start_mark.line + 1
        self.lines.setdefault(at, line)
        self._values += 1
        if self._values > MAX_VALUES or len(at) > MAX_DEPTH:
            most = f"at most {MAX_VALUES} values, {MAX_DEPTH} levels deep"
            fail(f"expected {most}, found aliases that make more; write the values out", self._path, line)
        if node.tag not in {_PLAIN, _QUOTED, _MAPPING, _SEQUENCE}:
            return self._refuse(node, at, _tagged(node.tag))
        if isinstance(node, MappingNode):
            return self._mapping(node, at)
        if isinstance(node, SequenceNode):
            return [self.value(item, (*at, index)) for index, item in enumerate(node.value)]
        return self._scalar(node, at)

    def _mapping(self, node: MappingNode, at: KeyPath) -> dict[str, object]:
        pairs: dict[str, object] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            key, wrong = str(key_node.value), _wrong_key(key_node)
            there = (*at, key)
            if not wrong and key in pairs:
                wrong = (
                    f"expected each key once, found it on line {self.lines[there]} too; remove one of them"
                )
            if wrong:
                name = there if isinstance(key_node, ScalarNode) else (*at, "?")
                self.problems.add(f"{shown_key(name)}: {wrong}", self._path, line)
                continue
            self.lines[there] = line
            pairs[key] = self.value(value_node, there)
        return pairs

    def _scalar(self, node: Node, at: KeyPath) -> object:
        text = str(node.value)
        if unfit := _UNFIT.search(text):
            return self._refuse(
                node, at, f"expected text, found the control character {_named(unfit.group())}; remove it"
            )
        if node.tag == _QUOTED:
            return text
        if meant := _AMBIGUOUS.get(text.lower()):
            reason = f'expected true, false or quoted text, found {text}; write {meant} or "{text}"'
            return self._refuse(node, at, reason)
        if text in _WORDS:
            return _WORDS[text]
        if _WHOLE.fullmatch(text):
            return int(text)
        return float(text) if _DECIMAL.fullmatch(text) else text

    def _refuse(self, node: Node, at: KeyPath, reason: str) -> Refused:
        if not self._keep_refused:
            place = f"{shown_key(at)}: " if at else ""
            self.problems.add(place + reason, self._path, node.start_mark.line + 1)
        return Refused(reason)


def _tagged(tag: str) -> str:
    found = quoted(tag.replace("tag:yaml.org,2002:", "!!"))
    return (
        f"expected plain YAML, found the tag {found}; write a plain value, or, in an inventory, "
        "rename hosts.yml to inventory.yml: the ansible-inventory executable then reads it"
    )


def _wrong_key(node: Node) -> str:
    """What is wrong with a key; empty if nothing is."""
    text = str(node.value)
    if not isinstance(node, ScalarNode):
        return "expected a word as key, found a list or a mapping; write a word"
    if node.tag not in {_PLAIN, _QUOTED}:
        return "expected a plain key, found one with a tag; remove the tag"
    if unfit := _UNFIT.search(text):
        return f"expected a word as key, found the control character {_named(unfit.group())} in it; remove it"
    if node.tag == _PLAIN and text == "<<":
        return "expected a plain key, found a merge key; write the merged keys out"
    if node.tag == _PLAIN and (text.lower() in _AMBIGUOUS or text in _WORDS):
        return f'expected a word as key, found {text or "nothing"}; write it in quotes: "{text}"'
    return ""


def _named(character: str) -> str:
    return f"U+{ord(character):04X}"
