"""What a command starts by way of other programs: ``flock -n LOCK nice sh -c 'cd /opt/app && ./job'``.

Each wrapper takes options, words of its own, and then the command. Sources: the manual pages of the programs.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

SHELLS = frozenset(("ash", "bash", "dash", "ksh", "sh", "zsh"))
INTERPRETERS = SHELLS | frozenset(("perl", "php", "python", "python3", "ruby", "node", "Rscript"))
PLAIN = re.compile(r"[A-Za-z0-9_./+@-]+")
_RESERVED = frozenset(("{", "(", "!", "if", "then", "while", "until", "do", "else", "elif"))
_GOES_ON = frozenset(("cd", "export", "set", "sleep", "ulimit", "umask"))
"""What comes before the work: its success says nothing of a job."""
_DEEPEST = 8


@dataclass(frozen=True, slots=True)
class _Wrapper:
    """How a program takes the command that it starts."""

    values: frozenset[str] = frozenset()
    """Its options whose value is the next word."""
    words: int = 0
    """Its own words before the command."""
    other_user: bool = False
    """Whether it may run the command as somebody else."""


def _takes(values: str = "", words: int = 0) -> _Wrapper:
    return _Wrapper(frozenset(values.split()), words)


_WRAPPERS = {
    "chronic": _takes(),
    "chrt": _takes("-T -P -D", 1),
    "cronic": _takes(),
    "env": _takes("-u -C --unset --chdir"),
    "exec": _takes("-a"),
    "flock": _takes("-w -E --wait --timeout --conflict-exit-code", 1),
    "ionice": _takes("-c -n --class --classdata"),
    "nice": _takes("-n --adjustment"),
    "nohup": _takes(),
    "run-one": _takes(),
    "runuser": replace(_takes("-u -g -G -s -w --user --group --supp-group --shell"), other_user=True),
    "setlock": _takes("", 1),
    "setpriv": replace(_takes("--reuid --regid --groups --inh-caps --bounding-set"), other_user=True),
    "setsid": _takes(),
    "stdbuf": _takes("-i -o -e --input --output --error"),
    "sudo": replace(
        _takes("-u -g -h -p -C -D -R -T -U -r -t --user --group --host --prompt --chdir"), other_user=True
    ),
    "systemd-cat": _takes("-t -p --identifier --priority --stderr-priority --level-prefix"),
    "taskset": _takes("", 1),
    "time": _takes("-f -o --format --output"),
    "timeout": _takes("-k -s --kill-after --signal", 1),
}


@dataclass(frozen=True, slots=True)
class Started:
    """One program, or one script, that a command starts."""

    word: str
    """As it is written."""
    script: bool = False
    """Whether another program reads it."""
    by_job_user: bool = True
    """Whether it runs as the user of the job."""
    by_job_path: bool = True
    """Whether it is looked for in the PATH of the job."""
    folder: str = ""
    """Where the command stands then; empty if it is not known."""

    @property
    def place(self) -> str:
        """The word, made absolute where the folder is known."""
        if self.word.startswith("/") or not self.folder or ".." in self.word:
            return self.word
        is_path = self.script or "/" in self.word
        return f"{self.folder}/{re.sub(r'^(?:[.]/)+', '', self.word)}" if is_path else self.word


def started(command: str) -> Iterator[Started]:
    """The programs that a command certainly starts, each with what it is told to start.

    Raises:
        ValueError: a shell could not read it.
    """
    return _of_words(_split(command), Started(""), 0)


def _split(command: str) -> list[str]:
    lexer = shlex.shlex(command, posix=True, punctuation_chars=True)
    lexer.whitespace_split, lexer.commenters = True, ""
    return list(lexer)


def _of_words(words: Sequence[str], by: Started, depth: int) -> Iterator[Started]:
    """Of the first command that does the work, and of what comes before it."""
    at = 0
    while at < len(words):
        word = words[at]
        end = next((place for place in range(at, len(words)) if _is_operator(words[place])), len(words))
        if _is_operator(word) or word in _RESERVED or _is_assignment(word):
            at += 1
        elif word in _GOES_ON:
            if word == "cd":
                by = replace(by, folder=_folder(words[at + 1 : end]))
            at = end
        else:
            yield from _of_command(words[at:end], by, depth)
            return


def _folder(words: Sequence[str]) -> str:
    place = next((word for word in words if not word.startswith("-")), "")
    return place.rstrip("/") if place.startswith("/") and PLAIN.fullmatch(place) else ""


def _of_command(words: Sequence[str], by: Started, depth: int) -> Iterator[Started]:
    """A simple command: its program, and what that one starts."""
    yield replace(by, word=words[0])
    name = words[0].rpartition("/")[2]
    if depth >= _DEEPEST:
        return
    if name in ("su", "runuser") or name in SHELLS or name == "flock":
        text = _passed(name, words[1:])
        if text is not None:
            is_login = any(re.fullmatch(r"-[a-z]*l[a-z]*|-|--login", word) for word in words[1:])
            inside = _switched(by) if name in ("su", "runuser") else by
            inside = replace(inside, by_job_path=inside.by_job_path and not is_login)
            yield from _of_words(_split(text), inside, depth + 1)
            return
    if name in INTERPRETERS:
        yield from _script(words[1:], by)
    elif wrapper := _WRAPPERS.get(name):
        rest = _command_of(wrapper, words[1:])
        if rest:
            yield from _of_command(rest, _switched(by) if wrapper.other_user else by, depth + 1)


def _switched(by: Started) -> Started:
    return replace(by, by_job_user=False, by_job_path=False)


def _passed(name: str, words: Sequence[str]) -> str | None:
    """The text that a shell is given with ``-c``, alone or among other letters."""
    if name == "flock":  # flock LOCK -c TEXT; a command behind the lock may have a -c of its own
        rest = _command_of(_WRAPPERS[name], words)
        return rest[0] if len(rest) == 1 and words[-2] in ("-c", "--command") else None
    for at, word in enumerate(words[:-1]):
        if re.fullmatch(r"-[a-z]*c|--command", word):
            return words[at + 1]
        if name in SHELLS and not word.startswith(("-", "+")) and words[at - 1 : at] != ["-o"]:
            return None  # a script, whose arguments follow
    return None


def _script(words: Sequence[str], by: Started) -> Iterator[Started]:
    paths = [word for word in words if word.startswith("/") and PLAIN.fullmatch(word)]
    first = next(iter(words), "-")
    if paths:
        yield replace(by, word=paths[0], script=True)
    elif by.folder and PLAIN.fullmatch(first) and not first.startswith("-"):
        yield replace(by, word=first, script=True)


def _command_of(wrapper: _Wrapper, words: Sequence[str]) -> Sequence[str]:
    """The command behind the options and the words of a wrapper; empty if there is none."""
    at, own = 0, wrapper.words
    while at < len(words):
        word = words[at]
        if word == "--":
            at += 1
            return words[at + own :]
        if word.startswith("-"):
            at += 2 if word in wrapper.values else 1
        elif _is_assignment(word):
            at += 1
        elif own:
            at, own = at + 1, own - 1
        else:
            return words[at:]
    return ()


def _is_operator(word: str) -> bool:
    return bool(word) and not word.strip("();<>|&")


def _is_assignment(word: str) -> bool:
    return re.match(r"[A-Za-z_][A-Za-z0-9_]*=", word) is not None
