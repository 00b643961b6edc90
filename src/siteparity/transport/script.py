"""All questions to a host as one shell script, and its output as one answer for each question. Pure.

On the wire each question is one line of stdout, ``@NONCE NAME BASE64 STATUS``, and one line of stderr before
whatever the question wrote there. The nonce is not known to what is asked, and base64 has no byte that could
end the line, so nothing that a host prints can pass for the answer to another question. A first line,
``@NONCE ^ SECONDS``, tells the host's clock, a last line that the script came to its end. BASE64 holds the
output, and after it the nonce and the exit status: what was cut lacks them. `OPENER` goes before the script:
when it is answered the shell runs, and from then on it takes no longer than the line to tell the time.

What differs from run to run, and what the policy names, comes in words (`Word`): plain characters that a
question reads as variables. So the text of a question is known beforehand, and a host may hold all of them
itself (`transport.collector`).

Needs ``sh`` (dash, bash, busybox) on the host, and ``perl`` without any module (`questions.pl`), which starts
nothing but the question itself. Where perl is missing the shell does the same with ``timeout``, ``head -c``
and ``base64 -w0``, at four times the cost. Writes no file. GNU's ``timeout`` ends a question with all its
processes; busybox's ends one process only, so there the script stops at the first question that takes too
long, and the rest has no answer.
"""

from __future__ import annotations

import binascii
import hashlib
import re
import shlex
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import lru_cache
from importlib import resources
from types import MappingProxyType
from typing import Protocol

from siteparity.model import UnmeasuredError
from siteparity.tools.given import coded, decoded

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

PERL = "perl"

MAX_TEXT_BYTES = 100_000
"""A question travels as one environment string; Linux takes up to 128 KiB (execve(2), MAX_ARG_STRLEN)."""

NO_WORDS: Mapping[str, str] = MappingProxyType({})

MAX_ENVIRONMENT_BYTES = 1_000_000
"""All questions of a script; Linux takes 2 MiB of arguments and environment where a stack may have 8 MiB."""

MAX_REASON_CHARACTERS = 200

MAX_LINES = 100_000
"""Of one answer: read into objects, a line of one byte takes a hundred."""

NO_STATUS = -1

_FIELDS = 2
"""After the name: BASE64, and the exit status of timeout(1)."""
_OWN_NAMES = ("^", "!", ".")
"""What the script says of itself: its clock, why it ended early, its end."""
_TWICE = 2
_MOST_COMPLAINTS = 4000 + 65_536
"""Bytes of stderr for each question."""
_MOST_NAMES = 10_000
_TIMED_OUT = 124
_KILLED = (128 + 9, 128 + 15)

_ENDED = {
    "cut": "the script's time on the host was over",
    "stuck": "one before it could not be ended",
}
_SLOW = ("timed out after", "killed (timed out after", *(f"no answer ({why})" for why in _ENDED.values()))
_DAMAGED = "no answer (it came back damaged)"
ABSENT = "no answer (the host's collector does not hold this question)"
"""Of a question whose text, or the words that it takes, are not those that root installed."""
OUTSIDE = "no answer (on this host root has not allowed"
"""Of a question about a path that may not be read; the path follows."""


_CODE = "'\"`$\\;&|<>(){}[]*?!#~=^\n\t\0"
"""Characters that mean something to a shell, or end a line."""


class Kind(Enum):
    """What may be said in a word, besides its characters and its length."""

    PLAIN = "plain"
    """Anything; never nothing."""
    LIST = "list"
    """A list (`siteparity.tools.given`), which may be empty."""
    PATHS = "paths"
    """A list of absolute paths, without ``..``."""
    READ = "read"
    """A list of paths, or of patterns of paths, of what is read. The question gets those that root has
    allowed by name as the list ``NAMED``; of others it must tell only what everybody on the host may read."""


@dataclass(frozen=True, slots=True)
class Word:
    """A value that a question gets, as a variable of the shell that is not exported."""

    name: str
    """Of the variable; one meaning in all questions of a host."""
    characters: str
    """What may stand in it, as in a bracket expression: ``0-9a-f``. Nothing that a shell takes for code."""
    longest: int
    kind: Kind = Kind.PLAIN
    meaning: str = field(default="", repr=False, compare=False)
    """For whoever reads what a host may be asked."""

    def __post_init__(self) -> None:
        plain = re.fullmatch(r"[0-9A-Za-z.:/%_@+, -]+", self.characters)
        if not re.fullmatch(r"[A-Z_]{3,40}", self.name) or not plain or self._takes(_CODE):
            raise ValueError(f"{self.name}: a word takes letters, digits, blanks and . : / % _ @ + , - alone")

    def _takes(self, characters: str) -> bool:
        return re.search(f"[{self.characters}]", characters) is not None

    def of(self, words: Mapping[str, str]) -> str:
        """Its value among those of a run; raises what `checked` raises, also where it is not given."""
        if self.name not in words:
            raise UnmeasuredError(f"{self.name}: the run has no such word")
        return self.checked(words[self.name])

    def checked(self, value: str) -> str:
        """The value.

        Raises:
            UnmeasuredError: it is none, and so must not reach a host.
        """
        return _checked(self, value)

    def _check(self, value: str) -> None:
        least = 1 if self.kind is Kind.PLAIN else 0
        if not re.fullmatch(f"[{self.characters}]{{{least},{self.longest}}}", value):
            # The value itself is not shown: it may be a key, or what a hostile host said.
            raise UnmeasuredError(
                f"{self.name}: expected {least} to {self.longest} characters of {self.characters}, found "
                "others; nothing else is passed to a host"
            )
        if self.kind in (Kind.PATHS, Kind.READ):
            for path in decoded(value):
                check_path(path)


@lru_cache(maxsize=2048)
def _checked(word: Word, value: str) -> str:
    """Cached: hosts are told the same."""
    word._check(value)  # noqa: SLF001  # its own
    return value


def check_path(path: str) -> None:
    """Refuse a path, or a pattern of paths, that is not absolute, or could lead up.

    Raises:
        UnmeasuredError: it is one.
    """
    if not re.match(r"/(?!(.*/)?\.\.)(?!(.*/)?\.[*?\[])", path, re.DOTALL):
        raise UnmeasuredError(f"{path!r}: expected an absolute path without ..; nothing else is asked about")


@dataclass(frozen=True, slots=True)
class Ask:
    """One question to a host."""

    text: str
    """POSIX sh. Runs with LC_ALL=C, a set PATH and no TZ, stdin /dev/null, in the folder /."""
    ok: frozenset[int] = frozenset({0})
    """Exit statuses that are an answer."""
    timeout: int = 10
    """Seconds on the host."""
    limit: int = 4 * 1024 * 1024
    """Bytes of output on the host."""
    words: tuple[Word, ...] = ()
    """What it reads besides its text."""
    given: tuple[tuple[str, str], ...] = ()
    """Name -> value of those words that the policy decides; the run brings the others."""

    @property
    def reads(self) -> str:
        """The list of what it reads, whether everybody on the host may read it or not."""
        given = dict(self.given)
        return " ".join(
            given[word.name] for word in self.words if word.kind is Kind.READ and word.name in given
        )

    def about(self, **values: Iterable[str]) -> Ask:
        """The same question about what the policy names: for each of its words a list.

        Raises:
            UnmeasuredError: no host can be asked about it.
        """
        given = {name: coded(items) for name, items in values.items()}
        by_name = {word.name: word for word in self.words}
        return replace(self, given=tuple((name, by_name[name].checked(one)) for name, one in given.items()))

    @property
    def digest(self) -> str:
        """What a host knows the question by: of its text and of the words that it takes."""
        meaning = "\0".join([self.text, *(repr(word) for word in self.words)])
        return hashlib.sha256(meaning.encode("utf-8", "surrogatepass")).hexdigest()[:32]

    def told(self, words: Mapping[str, str]) -> Mapping[str, str]:
        """Name -> value of each of its words, those of a run included; raises what `Word.of` raises."""
        return {word.name: word.of({**words, **dict(self.given)}) for word in self.words}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a host said to one question."""

    text: bytes
    """All of its stdout; empty where the output was cut or damaged."""
    status: int
    """Its exit status, `NO_STATUS` where there is none."""
    problem: str | None
    """Why this is no answer."""
    stderr: bytes = b""
    """What it wrote to stderr: at most 4,000 bytes of the first line, 64 KiB after it."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What a host's clock showed between two moments of this machine's clock; seconds since 1970."""

    before: float
    shown: float
    after: float

    @property
    def offset(self) -> float:
        """How far the host's clock is ahead, as if the message had taken equally long both ways."""
        return self.shown - (self.before + self.after) / 2

    @property
    def uncertainty(self) -> float:
        """By how much the offset may be wrong: half the round trip."""
        return (self.after - self.before) / 2


class Heard(Protocol):
    """What is needed of a script's output, and of when it was heard."""

    @property
    def stdout(self) -> bytes:
        """All of it."""

    @property
    def told_at(self) -> float | None:
        """When the script was sent."""

    def heard_at(self, count: int) -> float | None:
        """When so many bytes of stdout had arrived."""


OPENER = b"printf '\\n'\n"
"""What a shell is given before the script: its answer shows that it runs."""

_STATUS_DIGITS = 3

# $1 is the limit in bytes, $T the question, $N the nonce; the question sees neither. Stderr is read by a
# program of its own only when there is something to read: starting one costs most of a millisecond.
_RUNNER = """\
t=$T n=$N;unset T N
{ { { (eval "$t") 3>&- 4>&-;printf %s%03d "$n" "$?"; } 2>&3 3>&- 4>&-|head -c "$1" 3>&- 4>&-|
base64 -w0 >&4 3>&- 4>&-; } 3>&1|
if IFS= read -r l||[ "$l" ];then printf '%.4000s\\n' "$l" >&2;exec head -c 65536 >&2 4>&-;fi; } 4>&1"""

_PERL = "\n".join(
    line.strip()
    for line in (resources.files(__package__) / "questions.pl").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
)

# The clock is told before all of the script has arrived. The braces make the shell read the whole of them
# before it starts: half a script does nothing. A question
# runs in the background: its stdin is empty then (POSIX), and the wait for it can be interrupted. At the end
# of the script's time the trap ends the question's process group, which the outer `timeout` would not reach.
# `kill` has no `--` here: dash takes it for a number.
CLOCK = """printf '\\n@%s ^ %s\\n' "$N" "$(date +%s.%N </dev/null 2>/dev/null)"\n"""
START = f"""\
PATH={PATH} LC_ALL=C;export PATH LC_ALL
unset TZ LANGUAGE CDPATH ENV BASH_ENV POSIXLY_CORRECT PERL5OPT PERL5LIB PERL5DB PERL_UNICODE PERLIO;cd /
A= c=0 z=0
put() {{ eval "T$c=\\$T";c=$((c+1)) z=$((z+${{#T}})) A="$A$1
"; }}
"""
"""Where ``put 'NAME SECONDS BYTES'`` puts the question in ``$T`` among those to be asked. The texts go
through the environment, which nobody else on the host can read."""
_BY_PERL = f"""\
i=0;while [ $i -lt $c ];do export T$i;i=$((i+1));done;exec {PERL} -e {shlex.quote(_PERL)} "$@"
"""
_BY_SHELL = f"""\
R={shlex.quote(_RUNNER)};export T
end() {{ printf '\\n@%s ! %s\\n' "$N" "$1";exit 124; }}
for i in timeout head base64;do command -v $i >/dev/null||end "missing $i";done
p=;trap 'trap "" TERM;kill -KILL "-$p" 2>/dev/null;end cut' TERM
ask() {{ printf '\\n@%s %s ' "$N" "$1";printf '\\n@%s %s\\n' "$N" "$1" >&2
timeout -k 2 "$2" sh -c "$R" sh "$(($3+{_STATUS_DIGITS}+${{#N}}))" & p=$!;wait $p;r=$?;printf ' %s\\n' $r
case $r in 0);;143)end stuck;;*)kill -KILL "-$p" 2>/dev/null;;esac; }}
i=0;for q in "$@";do eval "T=\\$T$i";i=$((i+1))
name=${{q%% *}} q=${{q#* }};ask "$name" ${{q% *}} ${{q#* }};done
printf '\\n@%s . %s\\n' "$N" $c;printf '\\n@%s .\\n' "$N" >&2;exit 0
"""
ASKING = f"""\
IFS='
';set -f;set -- $A;unset IFS;set +f;export N
if [ $z -lt {MAX_ENVIRONMENT_BYTES} ]&&command -v {PERL} >/dev/null;then {_BY_PERL}fi
{_BY_SHELL}"""
"""The shell's lines that ask all questions that were put, and end the script."""


def join(asks: Mapping[str, Ask], nonce: str, words: Mapping[str, str] = NO_WORDS) -> bytes:
    """One script for ``sh -s`` that asks everything, in the order of the mapping.

    Args:
        asks: name -> question; names are printable ASCII without a space.
        nonce: some hexadecimal digits that nobody can guess, new for each script.
        words: name of a word -> its value, for each word of the questions.

    Raises:
        ValueError: a name or the nonce cannot stand on a line of the output.
        UnmeasuredError: a word is not given, or its value is none.
    """
    check_nonce(nonce)
    asked = askable(asks)
    lines = []
    for name, ask in asked.items():
        limits = f"{wire_name(name)} {ask.timeout:d} {ask.limit:d}"
        lines.append(f"T={shlex.quote(spoken(ask, words))};put '{limits}'\n")
    return f"N={nonce};{CLOCK}{{ {START}{''.join(lines)}{ASKING}}}\n".encode()


def spoken(ask: Ask, words: Mapping[str, str] = NO_WORDS) -> str:
    """The text of a question after its words, as a shell of its own runs it.

    Raises:
        UnmeasuredError: a word is not given, or its value is none.
    """
    told = {"NAMED": ask.reads, **ask.told(words)}
    return "".join(f"{word}='{value}';" for word, value in told.items()) + ask.text


def check_nonce(nonce: str) -> None:
    """Refuse what cannot stand in marks of the output.

    Raises:
        ValueError: it is not some hexadecimal digits.
    """
    if not re.fullmatch(r"[0-9a-f]{16,64}", nonce):
        raise ValueError("the nonce: expected 16 to 64 hexadecimal digits")


def askable(asks: Mapping[str, Ask]) -> Mapping[str, Ask]:
    """The questions that can be sent; `split` says of the others why not."""
    return {name: ask for name, ask in asks.items() if _unaskable(ask) is None}


def wire_name(name: str) -> str:
    """A question's name as hosts are told it, and repeat it: an odd character is ``%`` and its octal number.

    Raises:
        ValueError: the name cannot stand on a line of the output.
    """
    if not re.fullmatch(r"[!-~]{1,200}", name) or name in _OWN_NAMES:
        raise ValueError(f"the question {name!r}: expected a name of printable ASCII without a space")
    return re.sub(r"[^0-9A-Za-z.:_@+,-]", lambda odd: f"%{ord(odd[0]):03o}", name)


def _unaskable(ask: Ask) -> str | None:
    """Why the question cannot be sent."""
    try:
        told = (*(value for _, value in ask.given), ask.reads)
        size = len(ask.text.encode()) + sum(map(len, told))
    except UnicodeEncodeError:
        return "the question is not UTF-8"
    if "\0" in ask.text:
        return "the question holds a NUL"
    if size > MAX_TEXT_BYTES:
        return f"the question is longer than {MAX_TEXT_BYTES} bytes, with what the policy names"
    if ask.timeout < 1 or ask.limit < 0:
        return "the question has no time or no room for an answer"
    return None


def _most_bytes(ask: Ask, nonce: str) -> int:
    return ask.limit + len(nonce) + _STATUS_DIGITS


def split(asks: Mapping[str, Ask], nonce: str, stdout: bytes, stderr: bytes) -> Mapping[str, Answer]:
    """The answer to each question, from whatever came back. Never raises.

    Args:
        asks: the mapping that was given to `join`.
        nonce: the same.
        stdout: all bytes of the script's stdout.
        stderr: all bytes of its stderr.
    """
    mark = b"@" + nonce.encode()
    on_wire = {name: wire_name(name).encode() for name in asks}
    frames = _frames(mark, stdout, {*on_wire.values(), *(name.encode() for name in _OWN_NAMES)})
    complaints = _complaints(mark, stderr)
    names = Counter(frame[0] for frame in frames)
    by_name = dict(frames)
    nothing = _why_nothing(by_name, b"" if mark in stdout else stdout, complaints)
    answers: dict[str, Answer] = {}
    for name, ask in asks.items():
        own = complaints.get(on_wire[name], b"")
        unaskable = _unaskable(ask)
        if unaskable is not None:
            answers[name] = _no_answer(unaskable)
        elif names[on_wire[name]] > 1:
            answers[name] = _no_answer("no answer (the host answered more than once)", own)
        elif on_wire[name] in by_name:
            answers[name] = _read(ask, nonce, by_name[on_wire[name]], own, nothing)
        else:
            answers[name] = _no_answer(nothing, own)
    return answers


def clock_line(nonce: str, stdout: bytes) -> tuple[float, int] | None:
    """What the host's clock showed when it got the script, and up to which byte it says so.

    Args:
        nonce: the one that was given to `join`.
        stdout: all bytes of the script's stdout.

    Returns:
        Seconds since 1970, bytes; None where the host does not say it, or says it twice.
    """
    told = lines_with(b"@" + nonce.encode() + b" ^ ", rb"([0-9]{1,12}\.[0-9]{9})\n", stdout)
    return (float(told[0][1]), told[0].end()) if len(told) == 1 else None


def lines_with(beginning: bytes, rest: bytes, text: bytes) -> list[re.Match[bytes]]:
    """What follows where lines begin so. To find the lines by ``^`` takes a look at each byte.

    Args:
        beginning: of the lines, as it is.
        rest: a regular expression for what follows.
        text: of many lines.
    """
    pattern, found, at = re.compile(rest), [], text.find(beginning)
    while at >= 0:
        if (at == 0 or text[at - 1] == _LINE_FEED) and (match := pattern.match(text, at + len(beginning))):
            found.append(match)
        at = text.find(beginning, at + 1)
    return found


_LINE_FEED = 10


def moment(nonce: str, output: Heard) -> Moment | None:
    """What the host's clock showed, between two moments of this machine's; None where that is not known."""
    told = clock_line(nonce, output.stdout)
    after = output.heard_at(told[1]) if told else None
    if told is None or after is None or output.told_at is None or after < output.told_at:
        return None
    return Moment(output.told_at, told[0], after)


def _frames(mark: bytes, stdout: bytes, known: Collection[bytes]) -> list[tuple[bytes, list[bytes]]]:
    """The lines that bear the mark and a name that was given, and came to their end: (name, fields after it).

    Whatever a host prints, no more is held than it was asked for: neither a million lines nor a line of a
    million words becomes a million objects, and a question that was answered thrice is as wrong as one that
    was answered a thousand times.
    """
    found: list[tuple[bytes, list[bytes]]] = []
    times: Counter[bytes] = Counter()
    for line in re.finditer(rb"(?m)^" + mark + rb" ([!-~]+)(?: ([^\n]*))?\n", stdout):
        name = line[1]
        times[name] += name in known
        if 0 < times[name] <= _TWICE:
            found.append((name, line[2].split(b" ", _FIELDS) if line[2] is not None else []))
    return found


def _complaints(mark: bytes, stderr: bytes) -> Mapping[bytes, bytes]:
    """What each question wrote to stderr; under the empty name what came before the first one."""
    found: dict[bytes, bytes] = {}
    name, start = b"", 0
    for line in re.finditer(rb"(?m)^" + mark + rb" ([^\n]{0,200})$\n?", stderr):
        found.setdefault(name, stderr[start : min(line.start(), start + _MOST_COMPLAINTS)])
        name, start = line[1], line.end()
        if len(found) > _MOST_NAMES:
            break
    found.setdefault(name, stderr[start : start + _MOST_COMPLAINTS])
    # The script puts a line feed before each mark, so that a mark begins a line in any case.
    return {b"": b""} | {name: said.removesuffix(b"\n") for name, said in found.items()}


def _why_nothing(frames: Mapping[bytes, list[bytes]], noise: bytes, complaints: Mapping[bytes, bytes]) -> str:
    """Why a question without a line of its own has none. The noise came in place of a script's output."""
    ended = frames.get(b"!")
    if ended and ended[0] == b"missing":
        return f"no answer (the host lacks {first_line(b' '.join(ended[1:]))})"
    if ended:
        what = first_line(b" ".join(ended))
        return f"no answer ({_ENDED.get(what, f'the collector refused what it was told: {what}')})"
    first = "" if frames else first_line(complaints[b""]) or first_line(noise)
    return f"no answer ({first or 'the connection ended before it'})"


def _read(ask: Ask, nonce: str, fields: list[bytes], stderr: bytes, nothing: str) -> Answer:
    """One line of the output. Anything but base64 and the status of `timeout` is damage, or a refusal."""
    if fields[:1] == [b"!"]:
        return _no_answer(_refusal(b" ".join(fields[1:]).decode("ascii", "replace")), stderr)
    if len(fields) != _FIELDS or not re.fullmatch(rb"[0-9]{1,3}", fields[1]):
        return _no_answer(nothing if len(fields) == 1 else _DAMAGED, stderr)
    if len(fields[0]) > 4 * (_most_bytes(ask, nonce) // 3 + 1):
        return _no_answer(f"cut off at {ask.limit} bytes", stderr)
    try:
        payload = binascii.a2b_base64(fields[0], strict_mode=True)
    except ValueError:
        payload = None
    if fields[1] != b"0":
        return _no_answer(_why_cut(ask, int(fields[1]), stderr), stderr)
    if payload is None:
        return _no_answer(_DAMAGED, stderr)
    return _unpack(ask, nonce, payload, stderr)


def _refusal(why: str) -> str:
    """What a collector says in place of an answer."""
    kind, _, path = why.partition(" ")
    if kind == "absent":
        return ABSENT
    return f"{OUTSIDE} {first_line(''.join(decoded(path)).encode())})" if kind == "outside" else _DAMAGED


def _why_cut(ask: Ask, status: int, stderr: bytes) -> str:
    """What the exit status of `timeout` says (timeout(1))."""
    if status == _TIMED_OUT:
        return f"timed out after {ask.timeout} s"
    if status in _KILLED:
        return f"killed (timed out after {ask.timeout} s, or the host had no memory left)"
    return f"could not be started (exit {status}: {first_line(stderr)})"


def _unpack(ask: Ask, nonce: str, payload: bytes, stderr: bytes) -> Answer:
    end = len(payload) - len(nonce) - _STATUS_DIGITS
    status = payload[-_STATUS_DIGITS:]
    if payload[end:-_STATUS_DIGITS] != nonce.encode() or not status.isdigit():
        whole = len(payload) < _most_bytes(ask, nonce)
        return _no_answer(
            "no answer (it ended before its exit status)" if whole else f"cut off at {ask.limit} bytes",
            stderr,
        )
    if end > ask.limit:
        return _no_answer(f"cut off at {ask.limit} bytes", stderr)
    if payload.count(b"\n") > MAX_LINES:
        return _no_answer(f"more than {MAX_LINES} lines; a host does not have so much to say", stderr)
    exit_status = int(status)
    problem = None if exit_status in ask.ok else _why_status(exit_status, stderr)
    return Answer(payload[:end], exit_status, problem, stderr)


def _why_status(status: int, stderr: bytes) -> str:
    reason = first_line(stderr)
    return f"exit {status}: {reason}" if reason else f"exit {status}"


def _no_answer(problem: str, stderr: bytes = b"") -> Answer:
    return Answer(b"", NO_STATUS, problem, stderr)


def was_slow(answer: Answer) -> bool:
    """Whether a question had no time to be answered, so that it may be worth asking again."""
    return answer.problem is not None and answer.problem.startswith(_SLOW)


_SHELL_SAYS = re.compile(r"^(?:\S*sh: )(?:(?:line )?\d+: |eval: (?:line \d+: )?)*")
"""dash: ``sh: 1: eval: ss: not found``; bash: ``sh: line 1: ss:``; busybox: ``sh: eval: line 0: ss:``."""


def first_line(said: bytes) -> str:
    """The first line with something on it, fit for a message: at most 200 characters, no controls."""
    for line in said[:65_536].splitlines():
        shown = "".join(
            character if unicodedata.category(character)[0] != "C" else " "
            for character in line[:4096].decode(errors="replace")
        )
        shown = _SHELL_SAYS.sub("", " ".join(shown.split()))
        if shown:
            return shown[:MAX_REASON_CHARACTERS]
    return ""
