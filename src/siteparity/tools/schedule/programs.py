"""What the commands of jobs start, and whether the jobs' users may run it.

Only what is known without running a shell is judged: the first program of a command, and the script or
program that is passed to it. A word that the shell expands when it runs, such as ``$HOME/bin/job``, is
`UP_TO_THE_SHELL`.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from siteparity.model import UnmeasuredError
from siteparity.tools.schedule.cron_lookups import USABLE, Lookups
from siteparity.tools.schedule.cron_syntax import words_of
from siteparity.tools.schedule.jobs import Job

RUNNABLE = "runnable"
UP_TO_THE_SHELL = "up to the shell"

_DEFAULT_PATH = "/usr/bin:/bin"
"""The PATH that cron sets if the crontab does not (crontab(5))."""
_RESERVED = frozenset(("{", "(", "!", "if", "then", "while", "until", "do", "else", "elif"))
_BUILTINS = frozenset(
    (
        ".", ":", "[", "break", "case", "command", "echo", "eval", "exec", "exit", "export", "false",
        "for", "printf", "read", "return", "set", "test", "times", "trap", "true", "ulimit", "umask", "unset",
        "wait",
    )
)  # fmt: skip
_INTERPRETERS = frozenset(
    ("sh", "bash", "dash", "perl", "php", "python", "python3", "ruby", "node", "Rscript")
)
_WRAPPERS = frozenset(("chronic", "env", "exec", "ionice", "nice", "nohup", "setsid", "timeout"))
_PLAIN = re.compile(r"[A-Za-z0-9_./+@-]+")


def runnable(job: Job, lookups: Lookups) -> str:
    """`RUNNABLE` if the job's user may run what its command starts first, or why not.

    Raises:
        UnmeasuredError: a word of the command was not looked up.
    """
    account = lookups.accounts[job.user]
    if account.usable != USABLE:
        return account.usable
    try:
        lexer = shlex.shlex(words_of(job.entry.command), posix=True, punctuation_chars=True)
        lexer.whitespace_split, lexer.commenters = True, ""
        programs = list(_programs(list(lexer)))
    except ValueError as error:
        return f"the shell cannot read it: {error}"
    path = job.entry.settings.get("PATH", _DEFAULT_PATH)
    if "SHELL" in job.entry.settings:
        programs.insert(0, (job.entry.settings["SHELL"], False))
    seen = [
        _seen(word, account.reads if script else account.runs, path, lookups) for word, script in programs
    ]
    found = [said for said in seen if said != RUNNABLE]
    return next((said for said in found if said != UP_TO_THE_SHELL), found[0] if found else RUNNABLE)


def commands(command: str) -> frozenset[str]:
    """The simple commands of which a command consists, without redirections, with single blanks."""
    bare = re.sub(r"[0-9]*(?:>>|>&|<&|&>|>|<)[ \t]*&?[^ \t;&|()]+", " ", words_of(command))
    return frozenset(" ".join(part.split()) for part in re.split(r"[;&|(){}]+", bare))


def _programs(words: list[str]) -> Iterator[tuple[str, bool]]:
    """The program that a command starts first, and the one that is passed to it: (word, is it a script)."""
    at = 0
    while at < len(words):
        word = words[at]
        end = next((place for place in range(at, len(words)) if _operator(words[place])), len(words))
        if _operator(word) or word in _RESERVED or re.match(r"[A-Za-z_][A-Za-z0-9_]*=", word):
            at += 1
        elif word == "cd":
            at = end
        else:
            yield word, False
            name = word.rpartition("/")[2]
            paths = [
                other for other in words[at + 1 : end] if other.startswith("/") and _PLAIN.fullmatch(other)
            ]
            if paths and name in _WRAPPERS | _INTERPRETERS:
                yield paths[0], name in _INTERPRETERS
            return


def _operator(word: str) -> bool:
    return bool(word) and not word.strip("();<>|&")


def _seen(word: str, usable: frozenset[str], path: str, lookups: Lookups) -> str:
    if word in _BUILTINS:
        return RUNNABLE
    if not _PLAIN.fullmatch(word) or ("/" in word and not word.startswith("/")):
        return UP_TO_THE_SHELL
    if word not in lookups.words:
        raise UnmeasuredError(f"crontabs: {word} was not looked up")
    if word.startswith("/"):
        return RUNNABLE if word in usable else f"{word} is not there, or not for this user"
    for folder in path.split(":"):
        if folder.rstrip("/") not in {*lookups.folders, *lookups.words} and _PLAIN.fullmatch(folder):
            raise UnmeasuredError(f"crontabs: {folder} was not looked into")
        if f"{folder}/{word}" in usable:
            return RUNNABLE
    return f"{word} is in no folder of PATH"
