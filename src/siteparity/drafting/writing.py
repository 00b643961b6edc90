"""A draft as the text of ``policy.yml``, with the evidence of each line. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from siteparity.drafting.lines import Draft, LeftOut, Line
from siteparity.report.visible import shortened, visible
from siteparity.yamlfile import KeyPath

HEADER = """\
# Drafted by `siteparity init` from what runs at {primary} alone. It is no promise yet: no answer is GO while
# a line waits (`siteparity confirm` shows them), or a TODO. A line that you edit is yours.
"""
_PLAIN = re.compile(r"[A-Za-z/_][A-Za-z0-9_./@+-]*(?: [A-Za-z0-9_./@+-]+)*")
_WORDS = frozenset({"yes", "no", "on", "off", "true", "false", "null", "y", "n"})
_ESCAPES = (("x", 2), ("u", 4), ("U", 8))
"""How YAML writes characters by their numbers (specification 1.2, section 5.7)."""
_COMMENT = 100
"""Characters of evidence behind a line; draft.yml has all of it."""
_SHORT = 170
"""Characters up to which all that stands below a key is one line of text."""
_MOST_LEFT_OUT = 6
"""Lines of the policy about what was left out; the command prints all of them."""


@dataclass(frozen=True, slots=True)
class Written:
    """The text, and which of its lines is which."""

    text: str
    lines: Mapping[int, tuple[Line, ...]]
    """Number of a line of text, from 1 -> the lines of the draft that stand on it, or below it."""


def policy(draft: Draft, primary: str, *, short: bool = True) -> Written:
    """The text of the policy.

    Args:
        draft: its lines.
        primary: the site from which it was drafted.
        short: whether little things stand on one line of text with all that is below them.
    """
    texts: list[str] = HEADER.format(primary=visible(primary)).splitlines()
    places: dict[int, tuple[Line, ...]] = {}
    for text, lines in _block(_tree(draft.lines), 0, _SHORT if short else 0):
        texts.append(text)
        places[len(texts)] = lines
    texts += _beside(draft.left_out)
    return Written("".join(f"{one}\n" for one in texts), places)


Tree = dict[str, "Tree | Line"]


def _tree(lines: Sequence[Line]) -> Tree:
    top: Tree = {}
    for line in lines:
        here = top
        for step in line.at[:-1]:
            below = here.setdefault(str(step), {})
            if isinstance(below, Line):
                raise ValueError(f"{line.at}: a line lies within another one")  # noqa: TRY004  # a slip of ours
            here = below
        here[str(line.at[-1])] = line
    return top


def _all(node: Tree | Line) -> Iterator[Line]:
    if isinstance(node, Line):
        yield node
        return
    for child in node.values():
        yield from _all(child)


def _block(node: Tree, depth: int, most: int) -> Iterator[tuple[str, tuple[Line, ...]]]:
    indent = "  " * depth
    for key, child in node.items():
        lines = tuple(_all(child))
        short = f"{indent}{scalar(key)}: {_inline(child)}"
        is_short = len(short) <= most and not any(one.is_todo for one in lines)
        if len(lines) == 1 or is_short:
            yield f"{short}{_comment(lines)}", lines
        else:
            assert not isinstance(child, Line)  # noqa: S101  # a line has exactly one
            yield f"{indent}{scalar(key)}:", lines
            yield from _block(child, depth + 1, most)


def _inline(node: Tree | Line) -> str:
    """A line, or all that stands below a key."""
    if isinstance(node, Line):
        return flow(node.value)
    return f"{{{', '.join(f'{scalar(key)}: {_inline(child)}' for key, child in node.items())}}}"


def _comment(lines: Sequence[Line]) -> str:
    asks = " ".join(dict.fromkeys(visible(one.asks) for one in lines if one.asks))
    if lines[0].is_todo:
        return f" # {asks}"
    words = "; ".join(dict.fromkeys(one.seen for one in lines if one.seen))
    seen = shortened(visible(words), _COMMENT)
    if asks:
        return f" # {asks} (seen: {seen})"
    return f" # seen: {seen}" if seen else ""


def _beside(left_out: Sequence[LeftOut]) -> Iterator[str]:
    for one in left_out[:_MOST_LEFT_OUT]:
        yield f"# left out: {shortened(visible(one.what), _COMMENT)}: {shortened(visible(one.why), _COMMENT)}"
    if (more := len(left_out) - _MOST_LEFT_OUT) > 0:
        yield f"# left out: {more} more, which siteparity init --again tells"


def flow(value: object) -> str:
    """A value in one line of YAML: lists, maps, whole numbers and texts."""
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{scalar(key)}: {flow(inner)}' for key, inner in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(flow, value))}]"
    return scalar(value)


def scalar(value: object) -> str:
    """A text, a number or a word; a text that YAML could read otherwise in quotes."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    text = str(value)
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return text
    return f'"{"".join(map(_escaped, text))}"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    if character.isprintable():
        return character
    number = ord(character)
    return next(f"\\{kind}{number:0{width}x}" for kind, width in _ESCAPES if number < 16**width)


def named(at: KeyPath) -> str:
    """A place as people read it, before there is a file to read."""
    return ".".join(map(str, at))
