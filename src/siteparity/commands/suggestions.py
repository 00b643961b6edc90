"""What somebody may have meant who mistyped a verb or an option."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable

_NEAR = 0.6
"""How alike two words are that one may stand for the other (`difflib`)."""


def better(message: str, parser: argparse.ArgumentParser) -> str:
    """An error of argparse, with the word that was meant if one is near.

    Args:
        message: as argparse has it.
        parser: of the command line.
    """
    if found := re.match(r"argument VERB: invalid choice: '(.*?)' \(", message):
        return f"there is no verb {found[1]}{_near(found[1], verbs(parser))}; siteparity help lists them"
    if found := re.match(r"unrecognized arguments: (\S+)", message):
        word = found[1].partition("=")[0]
        if others := [name for name, one in verbs(parser).items() if word in options(one)]:
            return f"{word} is an option of other verbs: {', '.join(others)}"
        known = {option for one in (parser, *verbs(parser).values()) for option in options(one)}
        return f"there is no option or word {found[1]} here{_near(word, known)}"
    return message


def verbs(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """The verbs and their parsers."""
    found: dict[str, argparse.ArgumentParser] = {}
    for action in parser._actions:  # noqa: SLF001  # argparse has no other way to list them
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            found |= action.choices
    return found


def options(parser: argparse.ArgumentParser) -> list[str]:
    """The options of a parser, as they are typed."""
    return [text for action in parser._actions for text in action.option_strings]  # noqa: SLF001


def _near(word: str, known: Iterable[str]) -> str:
    import difflib  # noqa: PLC0415  # nearly always nothing was mistyped

    near = difflib.get_close_matches(word, sorted(known), n=1, cutoff=_NEAR)
    return f"; did you mean {near[0]}?" if near else ""
