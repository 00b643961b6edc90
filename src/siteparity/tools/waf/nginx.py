"""nginx's own configuration: its syntax, and what ModSecurity does in each of its servers.

Source: the manual of ModSecurity's connector for nginx (directives ``modsecurity``, ``modsecurity_rules``,
``modsecurity_rules_file``): each may stand at ``http``, ``server`` or ``location``; an inner one wins over an
outer one, and rules of the outer ones are kept before the inner ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from ipaddress import ip_address

from siteparity.model import UnmeasuredError
from siteparity.tools.waf.files import Files

_PIECE = re.compile(
    r"""\s+|\#[^\n]*|("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|(?:\\.|\$\{|[^\s;{}\\])+)|([;{}])"""
)
_DEEPEST = 20
_RULES = ("modsecurity_rules", "modsecurity_rules_file", "modsecurity_rules_remote")


@dataclass(frozen=True, slots=True)
class Directive:
    """One directive, with what it includes in place of itself."""

    name: str
    words: tuple[str, ...]
    block: tuple[Directive, ...] | None
    file: str
    """The file that it stands in."""


@dataclass(frozen=True, slots=True)
class Place:
    """A server, or a location with settings of its own for ModSecurity."""

    name: str
    on: bool
    rules: tuple[Directive, ...]
    """The directives that load its rules, outer ones first."""


def places(files: Files) -> tuple[Place, ...]:
    """Every server that other hosts can reach, and every location with settings of its own.

    Raises:
        UnmeasuredError: the syntax is not understood, or there is no such server.
    """
    top = tuple(_directives(files, files.main, _DEEPEST))
    found = [place for block in top if block.name == "http" for place in _servers(block)]
    if not found:
        raise UnmeasuredError("files: nginx has no server that anybody could reach")
    return tuple(found)


def _servers(http: Directive) -> Iterator[Place]:
    outer = _set_in(Place("http", on=False, rules=()), http, "http")
    for server in http.block or ():
        if server.name == "server" and not _only_for_the_host(server):
            place = _set_in(outer, server, _name(server))
            yield place
            yield from _locations(place, server)


def _locations(outer: Place, block: Directive) -> Iterator[Place]:
    for inner in block.block or ():
        if inner.block is None or inner.name in ("types", "map"):
            continue
        place = outer
        if any(one.name.startswith("modsecurity") for one in inner.block):
            place = _set_in(outer, inner, f"{outer.name}, {' '.join((inner.name, *inner.words))}")
            yield place
        yield from _locations(place, inner)


def _set_in(outer: Place, block: Directive, name: str) -> Place:
    place = replace(outer, name=name)
    for one in block.block or ():
        if one.name == "modsecurity":
            place = replace(place, on=one.words == ("on",))
        elif one.name in _RULES:
            place = replace(place, rules=(*place.rules, one))
    return place


def _name(server: Directive) -> str:
    """``server www.shop.example, 80, 443 ssl``: what a person finds in the file."""
    inside = server.block or ()
    names = " ".join(word for one in inside if one.name == "server_name" for word in one.words)
    return ", ".join((f"server {names or '(no name)'}", *_listens(server)))


def _listens(server: Directive) -> tuple[str, ...]:
    return tuple(
        " ".join(word for word in one.words if word != "default_server")
        for one in server.block or ()
        if one.name == "listen"
    ) or ("80",)


def _only_for_the_host(server: Directive) -> bool:
    """Whether it listens on loopback addresses and Unix sockets alone."""
    return all(_is_local(listen.split()[0]) for listen in _listens(server))


def _is_local(listen: str) -> bool:
    if listen.startswith("unix:"):
        return True
    address = re.sub(r":[0-9]+$", "", listen).strip("[]")
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"


def parse(text: str, path: str) -> tuple[Directive, ...]:
    """The directives of one file; includes are not followed.

    Raises:
        UnmeasuredError: it is no configuration of nginx.
    """
    pieces = _pieces(text, path)
    found, end = _block(pieces, path)
    if end != len(pieces):
        raise UnmeasuredError(f"files: {path}: a closing brace too many")
    return found


def _directives(files: Files, path: str, depth: int) -> Iterator[Directive]:
    yield from _spliced(parse("\n".join(files.lines.get(path, ())), path), files, depth)


def _spliced(directives: Sequence[Directive], files: Files, depth: int) -> Iterator[Directive]:
    """Includes are replaced by what they name."""
    if depth == 0:
        raise UnmeasuredError("files: includes that have no end")
    for one in directives:
        if one.name == "include" and len(one.words) == 1:
            for path in files.matching(one.words[0], one.file):
                yield from _directives(files, path, depth - 1)
        elif one.block is not None:
            yield replace(one, block=tuple(_spliced(one.block, files, depth)))
        else:
            yield one


def _pieces(text: str, path: str) -> list[str]:
    """The words of a text, and the characters that end directives and blocks."""
    pieces: list[str] = []
    at = 0
    while at < len(text):
        found = _PIECE.match(text, at)
        if not found:
            raise UnmeasuredError(f"files: {path}: not understood: {text[at : at + 40]!r}")
        if piece := found[1] or found[2]:
            pieces.append(piece)
        at = found.end()
    return pieces


def _block(pieces: Sequence[str], path: str) -> tuple[tuple[Directive, ...], int]:
    """The directives up to an unmatched closing brace, or to the end; and the index where that is.

    The stack is explicit, since the author of the file decides how deeply blocks are nested.
    """
    stack: list[tuple[list[Directive], list[str]]] = []
    found: list[Directive] = []
    words: list[str] = []
    for at, piece in enumerate(pieces):
        if piece == ";" and words:
            found.append(Directive(words[0], tuple(map(_bare, words[1:])), None, path))
            words = []
        elif piece == "{" and words:
            stack.append((found, words))
            found, words = [], []
        elif piece == "}" and not words:
            if not stack:
                return tuple(found), at
            inner, (found, head) = tuple(found), stack.pop()
            found.append(Directive(head[0], tuple(map(_bare, head[1:])), inner, path))
        elif piece in (";", "{", "}"):
            raise UnmeasuredError(f"files: {path}: {piece} where none can stand")
        else:
            words.append(piece)
    if stack or words:
        raise UnmeasuredError(f"files: {path}: it ends in the middle of a block")
    return tuple(found), len(pieces)


def _bare(word: str) -> str:
    return word[1:-1] if len(word) > 1 and word[0] == word[-1] and word[0] in "\"'" else word
