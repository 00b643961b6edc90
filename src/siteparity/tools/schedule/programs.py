"""What the commands of jobs start, and whether the jobs' users may run it.

Only what is known without running a shell is judged: the first program of a command, and what is passed to
it, through any number of wrappers (`siteparity.tools.schedule.wrappers`). A word that the shell expands when
it runs, such as ``$HOME/bin/job``, is `UP_TO_THE_SHELL`.
"""

from __future__ import annotations

import re

from siteparity.model import UnmeasuredError
from siteparity.tools.schedule.cron_lookups import USABLE, Account, Lookups
from siteparity.tools.schedule.cron_syntax import words_of
from siteparity.tools.schedule.jobs import Job
from siteparity.tools.schedule.wrappers import PLAIN, Started, started

RUNNABLE = "runnable"
UP_TO_THE_SHELL = "up to the shell"

_DEFAULT_PATH = "/usr/bin:/bin"
"""The PATH that cron sets if the crontab does not (crontab(5))."""
_BUILTINS = frozenset(
    (
        ".", ":", "[", "break", "case", "command", "echo", "eval", "exec", "exit", "export", "false",
        "for", "printf", "read", "return", "set", "test", "times", "trap", "true", "ulimit", "umask", "unset",
        "wait",
    )
)  # fmt: skip


def runnable(job: Job, lookups: Lookups) -> str:
    """`RUNNABLE` if the job's user may run what its command starts first, or why not.

    Raises:
        UnmeasuredError: a word of the command was not looked up.
    """
    account = lookups.accounts[job.user]
    if account.usable != USABLE:
        return account.usable
    try:
        command = words_of(job.entry.command)
        # A word that is not written so has quotes within it, which only the shell takes away.
        programs = [one for one in started(command) if one.word in command]
    except ValueError as error:
        return f"the shell cannot read it: {error}"
    path = job.entry.settings.get("PATH", _DEFAULT_PATH)
    if "SHELL" in job.entry.settings:
        programs.insert(0, Started(job.entry.settings["SHELL"]))
    seen = [_seen(one, _usable(one, account, lookups), path, lookups) for one in programs]
    found = [said for said in seen if said != RUNNABLE]
    return next((said for said in found if said != UP_TO_THE_SHELL), found[0] if found else RUNNABLE)


def commands(command: str) -> frozenset[str]:
    """The simple commands of which a command consists, without redirections, with single blanks."""
    bare = re.sub(r"[0-9]*(?:>>|>&|<&|&>|>|<)[ \t]*&?[^ \t;&|()]+", " ", words_of(command))
    return frozenset(" ".join(part.split()) for part in re.split(r"[;&|(){}]+", bare))


def _usable(one: Started, account: Account, lookups: Lookups) -> frozenset[str] | None:
    """The paths that whoever starts it may run, or read; None if that user was not looked up."""
    accounts = [account] if one.by_job_user else [who for who in lookups.accounts.values() if not who.number]
    return next((who.reads if one.script else who.runs for who in accounts), None)


def _seen(one: Started, usable: frozenset[str] | None, path: str, lookups: Lookups) -> str:
    word = one.place
    if word in _BUILTINS:
        return RUNNABLE
    if usable is None or not PLAIN.fullmatch(word) or ("/" in word and not word.startswith("/")):
        return UP_TO_THE_SHELL
    if "/" not in word and (one.script or not one.by_job_path):
        return UP_TO_THE_SHELL
    if word not in lookups.words:
        raise UnmeasuredError(f"crontabs: {word} was not looked up")
    if word.startswith("/"):
        return RUNNABLE if word in usable else f"{word} is not there, or not for this user"
    for folder in path.split(":"):
        if folder.rstrip("/") not in {*lookups.folders, *lookups.words} and PLAIN.fullmatch(folder):
            raise UnmeasuredError(f"crontabs: {folder} was not looked into")
        if f"{folder}/{word}" in usable:
            return RUNNABLE
    return f"{word} is in no folder of PATH"
