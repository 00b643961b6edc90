"""The collector: a program on a host that holds the host's questions, and the protocol between it and a run.

An account that may run any text as root is root. So the account of the suite may run one program, without
arguments: the collector. It holds every question that may be asked of its host. From stdin it takes which of
them to ask, and words of plain characters (`transport.script.Word`), each checked before it is used.

The protocol, line by line:

1. The run sends the seconds that everything may take.
2. The collector identifies itself by the SHA-256 of its own file.
3. The run sends a nonce; the collector tells its time.
4. The run sends the SHA-256 that it expects. If it is not the collector's own, nothing is asked.
5. The run sends ``ask NAME`` for each question, ``NAME=value`` for each word, and a dot.

The answers are those of a script (`transport.script`).
"""

from __future__ import annotations

import hashlib
import re
import shlex
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from siteparity.model import ConfigurationError
from siteparity.tools.program import filled, program
from siteparity.transport.script import (
    CLOCK,
    NO_WORDS,
    PATH,
    START,
    Ask,
    Word,
    askable,
    asking,
    check_nonce,
    put,
)

REQUEST_LINES = 2000
"""How many lines a collector accepts."""

# The program starts itself again, so that `timeout` ends it with all its children. The account cannot give
# the argument `go`: its line in sudoers allows none. The shell reads a file line by line, so the first start
# does not read the questions.
_PROGRAM = program(__package__, "collector.sh")

_WORD = """\
@NAME@=*)
    w=${l#*=}
    case $w in *[!@CHARACTERS@]*) end 'word @NAME@';; esac
    word "$w" @LONGEST@ @NAME@
    @NAME@=$w;;
"""


@dataclass(frozen=True, slots=True)
class Collector:
    """The collector that a host must have."""

    asks: Mapping[str, Ask]
    text: bytes
    digest: str
    """SHA-256 of the text."""


def collector(asks: Mapping[str, Ask]) -> Collector:
    """Make a host's collector.

    Args:
        asks: every question that it may be asked, by name.

    Raises:
        ValueError: a name has a character that is not allowed, or two words have the same name.
    """
    lines = [_line(name, ask) for name, ask in askable(asks).items()]
    words = words_of(asks)
    text = filled(
        _PROGRAM,
        path=PATH,
        start=START.rstrip("\n"),
        clock=CLOCK.rstrip("\n"),
        unset="".join(f" {name}=" for name in words),
        most=str(REQUEST_LINES),
        take_word=f"case $l in\n{''.join(map(_word, words.values()))}*) end line;;\nesac",
        questions=("".join(lines) + asking(asks)).rstrip("\n"),
    ).encode()
    return Collector(dict(asks), text, hashlib.sha256(text).hexdigest())


def words_of(asks: Mapping[str, Ask]) -> Mapping[str, Word]:
    """The words of all questions, by name.

    Raises:
        ValueError: two different words have the same name.
    """
    found: dict[str, Word] = {}
    for name, ask in asks.items():
        for word in ask.words:
            if found.setdefault(word.name, word) != word:
                raise ValueError(f"the question {name!r}: the word {word.name} has two meanings")
    return found


def _line(name: str, ask: Ask) -> str:
    given = "".join(f"{word.name}='${word.name}';" for word in ask.words)
    text = f'"{given}"{shlex.quote(ask.text)}' if given else shlex.quote(ask.text)
    return f"if has {shlex.quote(name)};then {put(name, ask, text)};fi\n"


def _word(word: Word) -> str:
    characters = word.characters.replace(" ", "\\ ")
    return filled(_WORD, name=word.name, characters=characters, longest=str(word.longest))


def opener(seconds: int) -> bytes:
    """The first line to a collector: the seconds that everything may take."""
    return b"%d\n" % min(seconds, 9999)


def request(
    known: Collector, names: Collection[str], nonce: str, words: Mapping[str, str] = NO_WORDS
) -> bytes:
    """The lines to a collector that has identified itself.

    Args:
        known: the collector that the host must have.
        names: of the questions to ask.
        nonce: 32 hexadecimal digits that nobody can guess.
        words: name of a word -> its value, for each word of these questions.

    Raises:
        ValueError: the nonce is not 32 hexadecimal digits, or there are too many questions.
        KeyError: the collector does not hold a question.
        UnmeasuredError: a word is not given, or its value is not allowed.
    """
    check_nonce(nonce)
    needed = words_of({name: known.asks[name] for name in names})
    lines = [
        nonce,
        known.digest,
        *(f"ask {name}" for name in names),
        *(f"{name}={word.of(words)}" for name, word in needed.items()),
        ".",
    ]
    if len(lines) > REQUEST_LINES:
        raise ValueError(f"{len(names)} questions are more than a collector listens to")
    return "".join(f"{line}\n" for line in lines).encode()


def said_by(stdout: bytes) -> str | None:
    """The SHA-256 with which a collector identified itself; None if none did, or several."""
    told = re.findall(rb"(?m)^@collector ([0-9a-f]{64})$", stdout)
    return told[0].decode() if len(told) == 1 else None


def check_path(path: str) -> None:
    """Refuse all but an absolute path of plain characters: it passes through a shell of the host.

    Raises:
        ConfigurationError: names what was given.
    """
    if not re.fullmatch(r"(/[A-Za-z0-9_][A-Za-z0-9_.-]*)+", path):
        raise ConfigurationError(
            f"parity_collector: expected an absolute path such as /usr/local/sbin/siteparity-collect, "
            f"found {path!r}; correct it"
        )
