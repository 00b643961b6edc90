"""The collector: a program on a host that holds the host's questions, and the protocol between it and a run.

An account that may run any text as root is root. So the account of the suite may run one program, without
arguments: the collector. It holds every question that may be asked of its host. From stdin it takes which of
them to ask, and words of plain characters (`transport.script.Word`), each checked before it is used.

A run names each question by the digest of its text (`transport.script.Ask.digest`). So a collector that
lacks one question, or has another text of it, refuses that question and answers all others. What all
collectors have in common is the frame: the program without its questions. A collector with another frame
answers nothing.

The protocol, line by line:

1. The run sends the seconds that everything may take.
2. The collector tells the digest of its frame, or that it is not the file that `siteparity privileges` made.
3. The run sends a nonce; the collector tells its time.
4. The run sends the digest of the frame that it knows. If it is not the collector's own, nothing is asked.
5. The run sends ``ask NAME DIGEST SECONDS BYTES`` for each question, after it ``NAME=value`` for each of its
   words, and in the end a dot.

The answers are those of a script (`transport.script`); ``@NONCE NAME ! WHY`` is a refusal.
"""

from __future__ import annotations

import hashlib
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from types import MappingProxyType

from siteparity.model import ConfigurationError, UnmeasuredError
from siteparity.tools.given import DECODE, coded, decoded
from siteparity.tools.program import filled, program
from siteparity.transport.script import (
    ASKING,
    CLOCK,
    NO_WORDS,
    PATH,
    START,
    Ask,
    Kind,
    Word,
    askable,
    check_nonce,
    lines_with,
    wire_name,
)

REQUEST_LINES = 4000
"""How many lines a collector accepts."""

CHANGED = "changed"
"""What a collector tells whose file is not the one that was made."""

_LINES_ABOVE = 2
"""Those that the file's own digest does not cover: it stands in the second one."""

# The program starts itself again, so that `timeout` ends it with all its children. The account cannot give
# the argument `go`: its line in sudoers allows none. The shell reads a file line by line, so the first start
# does not read the questions.
_PROGRAM = filled(
    program(__package__, "collector.sh"),
    digest="@DIGEST@",
    path=PATH,
    start=START.rstrip("\n"),
    clock=CLOCK.rstrip("\n"),
    most=str(REQUEST_LINES),
    asking=ASKING.rstrip("\n"),
    frame="@FRAME@",
    texts="@TEXTS@",
    take_word="@TAKE_WORD@",
    decode=DECODE.rstrip("\n"),
    named="@NAMED@",
    allowed="@ALLOWED@",
    may_read="@MAY_READ@",
)

FRAME = hashlib.sha256(_PROGRAM.encode()).hexdigest()
"""The digest of the program without its questions."""

_WORD = """\
            @NAME@=*)
                l=${l#*=}
                case $l in *[!@CHARACTERS@]*) end 'word @NAME@';; esac
                word @NAME@ "$l" @LONGEST@ @LEAST@@CHECK@;;"""

_CHECKS = {Kind.LIST: "any", Kind.PATHS: "absolute", Kind.READ: "read_"}

READABLE = ("/etc/*", "/opt/*", "/srv/*", "/usr/*")
"""Where a later policy may name further files, if everybody on the host may read them."""


@dataclass(frozen=True, slots=True)
class Collector:
    """The collector that a host should have."""

    asks: Mapping[str, Ask]
    """The questions of the policy that it was made for."""
    always: Mapping[str, Ask]
    """Those whose text no policy changes."""
    text: bytes
    digest: str
    """SHA-256 of the text."""
    readable: tuple[str, ...]
    """What its questions may read where a path is a word, if everybody may; ``*`` is any text."""
    named: tuple[str, ...]
    """What they may read whoever may, as the policy names it."""


def collector(
    asks: Mapping[str, Ask],
    always: Mapping[str, Ask] = MappingProxyType({}),
    readable: Sequence[str] = READABLE,
) -> Collector:
    """Make a host's collector.

    Args:
        asks: the questions of a policy, by name.
        always: further ones, whose text no policy changes.
        readable: what questions may read besides what these ask for: paths, in which ``*`` is any text.

    Raises:
        ValueError: two words have the same name.
    """
    named = tuple(dict.fromkeys(path for ask in asks.values() for path in decoded(ask.reads)))
    every = {**always, **asks}
    words = words_of(every)
    texts = {ask.digest: _text(name, ask) for name, ask in askable(every).items()}
    below = filled(
        _PROGRAM,
        digest="@DIGEST@",
        frame=FRAME,
        texts="\n".join([*texts.values(), "        "]),
        take_word="\n".join([*map(_word, words.values()), "            "]),
        named="|".join(map(shlex.quote, named)) or "''",
        allowed="|".join(map(_case, readable)) or "''",
        may_read=coded(named),
    ).split("\n", _LINES_ABOVE)
    digest = hashlib.sha256(below[_LINES_ABOVE].encode()).hexdigest()
    text = "\n".join(below).replace("@DIGEST@", digest, 1).encode()
    return Collector(dict(asks), dict(always), text, hashlib.sha256(text).hexdigest(), tuple(readable), named)


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


def _text(name: str, ask: Ask) -> str:
    names = "".join(f" {word.name}" for word in ask.words)
    title = f"        # {wire_name(name)}{names}\n"
    return f"{title}        {ask.digest}) W='{names + ' ' if names else ''}' X={shlex.quote(ask.text)};;"


def _word(word: Word) -> str:
    characters = word.characters.replace(" ", "\\ ")
    check = f"\n                list {word.name} {_CHECKS[word.kind]}" if word.kind in _CHECKS else ""
    return filled(
        _WORD,
        name=word.name,
        characters=characters,
        longest=str(word.longest),
        least="0" if check else "1",
        check=check,
    )


def _case(pattern: str) -> str:
    """A pattern as ``case`` of the shell takes it."""
    return "*".join(shlex.quote(part) if part else "" for part in pattern.split("*"))


def lacked_by(before: str, of: Collector) -> tuple[str, ...]:
    """The questions of a policy that a collector made before does not answer, whatever is on the host.

    Args:
        before: the text of the other one.
        of: the collector that the policy makes.
    """
    if f"\n# Its frame: {FRAME}\n" not in before:
        return tuple(of.asks)
    held = set(re.findall(r"(?m)^ {8}([0-9a-f]{32})\) W=", before))
    read = re.search(r"(?m)^# Files that it may read: (.*)$", before)
    named = set(read[1].split()) if read else set()
    return tuple(
        name
        for name, ask in of.asks.items()
        if ask.digest not in held
        or any(
            path not in named and not any(fnmatchcase(one, pattern) for pattern in of.readable)
            for path in ask.reads.split()
            for one in decoded(path)
        )
    )


def opener(seconds: int) -> bytes:
    """The first line to a collector: the seconds that everything may take."""
    return b"%d\n" % min(seconds, 9999)


def request(asks: Mapping[str, Ask], nonce: str, words: Mapping[str, str] = NO_WORDS) -> bytes:
    """The lines to a collector that has told its frame.

    Args:
        asks: name -> question.
        nonce: 32 hexadecimal digits that nobody can guess.
        words: name of a word -> its value, for each word of these questions that the policy does not decide.

    Raises:
        ValueError: the nonce is not 32 hexadecimal digits.
        UnmeasuredError: a word is not given, or its value is not allowed; or there are too many questions.
    """
    check_nonce(nonce)
    lines = [nonce, FRAME]
    for name, ask in askable(asks).items():
        lines.append(
            f"ask {wire_name(name)} {ask.digest} {min(ask.timeout, 9999):d} {min(ask.limit, 999_999_999):d}"
        )
        lines += [f"{word}={value}" for word, value in ask.told(words).items()]
    lines.append(".")
    if len(lines) > REQUEST_LINES:
        raise UnmeasuredError(f"{len(asks)} questions are more than a collector listens to")
    return "".join(f"{line}\n" for line in lines).encode()


def said_by(stdout: bytes) -> str | None:
    """The frame that a collector told, or `CHANGED`; None if none did, or several."""
    told = lines_with(b"@collector ", rb"([0-9a-f]{64}|changed)(?:\n|\Z)", stdout)
    return told[0][1].decode() if len(told) == 1 else None


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
