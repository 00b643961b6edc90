"""The Redis that holds the sessions: what it runs with, what it would start with, whether it keeps sessions.

A running Redis can differ from its file (``CONFIG SET``, or an edit without a restart), so both are read and
compared. Everything else in the file is compared with the other site's file, and Redis must be able to start
with it (`siteparity.tools.redis_file`). Passwords and their hashes do not leave the host. For what the file
does not set, Redis's default counts (redis.conf of Redis 7). A replica ignores ``maxmemory`` until it is
promoted, and without persistence a restart wipes all sessions (Redis manual, "Replication").
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any, ClassVar

from siteparity.model import Table, UnmeasuredError
from siteparity.policy import AbsolutePath, Percent, Port, Roles, Section, Text
from siteparity.policy.applications import Applications
from siteparity.policy.bounds import at_most
from siteparity.policy.grants import RedisAccess
from siteparity.probes import KEY, Answers, Probe, Reading, Target, Witnesses, once
from siteparity.redaction import pseudonym
from siteparity.tools import json_text, redis_file, redis_loaded
from siteparity.tools.redis_cli import question
from siteparity.tools.witnesses import products, programs, witnessed
from siteparity.transport.script import Ask


class Policy(Section):
    """The Redis of the sessions."""

    question: ClassVar[str] = "Which hosts run Redis or Valkey?"

    roles: Roles
    """The role of the Redis hosts."""
    port: Port = 6379
    redis_user: Text
    """The ACL user of the suite; `siteparity privileges` prints what it must be granted."""
    auth_file: AbsolutePath
    """A file on the host with that user's password, readable by root only."""
    file: AbsolutePath = "/etc/redis/redis.conf"
    replicated: bool = False
    """Whether a Redis may be a replica. If not, each site has its own master."""
    persistent: bool = True
    """Whether sessions must survive a restart."""
    max_memory: Annotated[Percent, at_most("98%")] = 90.0
    """How much of the memory may be in use."""

    @classmethod
    def drawn(cls, of: Applications) -> Mapping[str, Any]:
        """The first Redis among them."""
        one = of.redis
        return {"roles": [one.role], **one.redis.model_dump()} if one and one.redis else {}


DEFAULTS = {
    "aclfile": "",
    "appenddirname": "appendonlydir",
    "appendfilename": "appendonly.aof",
    "appendfsync": "everysec",
    "appendonly": "no",
    "bind": "* -::1",
    "databases": "16",
    "dbfilename": "dump.rdb",
    "dir": "/",
    "maxclients": "10000",
    "maxmemory": "0",
    "maxmemory-policy": "noeviction",
    "min-replicas-to-write": "0",
    "notify-keyspace-events": "",
    "port": "6379",
    "protected-mode": "yes",
    "replica-read-only": "yes",
    "replicaof": "",
    "save": "3600 1 300 100 60 10000",
    "stop-writes-on-bgsave-error": "yes",
    "tcp-keepalive": "300",
    "timeout": "0",
    "tls-port": "0",
    "tls-replication": "no",
}
"""The settings that decide how long sessions live, with Redis 7's defaults. None of them is a secret.

The default of ``dir`` is the folder in which systemd starts a service."""

OK = "ok"
HIDDEN = "***"
AS_FILED = "as in its file"
AS_IT_SHOULD_BE = "as it should be"

_UNITS = {"k": 1000, "kb": 1024, "m": 1000**2, "mb": 1024**2, "g": 1000**3, "gb": 1024**3, "b": 1, "": 1}

_SEVERAL = {"client-output-buffer-limit", "loadmodule", "rename-command"}
"""Settings of which each line counts, named by its first word. Of all others the last line counts."""

_ON_THE_COMMAND_LINE = {"daemonize", "logfile", "pidfile", "supervised"}
"""Settings that packages give the server in its unit, whatever the file says."""
_HIDE_VALUES = r"""sed -E 's/("[^"]*(pass|masterauth|secret|token)[^"]*": *")([^"\\]|\\.)+"/\1***"/g'"""

KNOWN = "known"
_DIRECTIVE_STATES = {
    "known": KNOWN,
    "unknown": "unknown to Redis, which does not start with it",
    "wordy": "followed by more or fewer words than Redis takes, which does not start with it",
}


def ask(target: Target[Policy]) -> Mapping[str, Ask]:
    """What Redis runs with, what its files say, and whether it could start with them."""
    section = target.section
    hide_hashes = "sed -E 's/#[0-9a-f]{64}/#(password)/g'"
    return {
        "settings": Ask(question(section, "--json CONFIG GET '*'", through=_HIDE_VALUES)),
        "info": Ask(question(section, "INFO")),
        "acl": Ask(question(section, "ACL LIST", through=hide_hashes)),
        "loaded": Ask(redis_loaded.question(section)),
        "file": Ask(redis_file.lines_question(section.file)),
        "aclfile": Ask(redis_file.users_question(section.file)),
        "passwords": Ask(redis_file.passwords_question(section, section.file)),
        "hidden": Ask(redis_file.hidden_question(section.file), words=(KEY,)),
        "disk": Ask(redis_file.needed_question(section, section.file)),
    }


def read_version(answers: Answers, target: Target[Policy]) -> Table:
    """The version that runs. Valkey tells one of Redis as well, whose behaviour it has."""
    info = _info(answers, target)
    valkey = {"valkey": info["valkey_version"]} if "valkey_version" in info else {}
    return {"redis": _field(info, "redis_version"), "mode": _field(info, "redis_mode"), **valkey}


def read_settings(answers: Answers, target: Target[Policy]) -> Table:
    """Each setting -> its value in the running Redis."""
    return dict(_running(answers, target))


def read_loaded(answers: Answers, _: Target[Policy]) -> Table:
    """Each library of functions -> a digest of its code; each module -> its version and file."""
    found = redis_loaded.read(answers.rows("loaded"))
    return {"functions and modules": "looked at", **found}


def read_persisted(answers: Answers, target: Target[Policy]) -> Table:
    """Each setting of `DEFAULTS` and of the file -> `AS_FILED`, or what a restart would change."""
    running, filed = _running(answers, target), _filed(answers, target)
    return {
        name: AS_FILED
        if _alike(running[name], value)
        else f"runs with {running[name] or 'nothing'!r}, its file says {value or 'nothing'!r}"
        for name, value in sorted(filed.items())
        if name in running and name not in _SEVERAL | _ON_THE_COMMAND_LINE and running[name] != HIDDEN
    }


def _alike(running: str, filed: str) -> bool:
    """Whether a value of the file is in force: Redis tells sizes in bytes, and words in lower case."""
    is_word = re.fullmatch("[A-Za-z-]+", filed) is not None
    return running in (filed, _bytes(filed)) or (is_word and running == filed.lower())


def _bytes(value: str) -> str | None:
    """A size as Redis tells it; None if the value is none."""
    size = re.fullmatch(r"([0-9]{1,18})([a-z]*)", value.lower())
    return str(int(size[1]) * _UNITS[size[2]]) if size and size[2] in _UNITS else None


def read_acl(answers: Answers, target: Target[Policy]) -> Table:
    """Each user -> what it may do, without its passwords."""
    return dict(_running_users(answers, target))


def read_acl_saved(answers: Answers, target: Target[Policy]) -> Table:
    """Each user -> `AS_FILED`, or how a restart would change whether it can log in."""
    running = _running_users(answers, target)
    filed = {"default": "on", **_filed_users(answers, target)}  # Redis makes this one if no line does

    def state(users: Mapping[str, str], name: str) -> str:
        return "absent" if name not in users else "off" if "off" in users[name].split() else "on"

    return {
        name: AS_FILED
        if state(running, name) == state(filed, name)
        else f"{state(running, name)}, in its file {state(filed, name)}"
        for name in sorted({*running, *filed})
    }


def read_acl_file(answers: Answers, target: Target[Policy]) -> Table:
    """Each user of the files -> its rules. They are worded differently from those of the running Redis."""
    return dict(_filed_users(answers, target)) or {target.section.file: "names no users"}


def read_passwords(answers: Answers, _: Target[Policy]) -> Table:
    """Each user of the files -> `AS_FILED`, or that a restart would change its password."""
    states = {"same": AS_FILED, "differs": "another than in its file"}
    pairs = [line.partition(" ") for line in answers.rows("passwords")]
    if any(state not in states for state, _, _ in pairs):
        raise UnmeasuredError("passwords: the answer is not understood")
    return {name: states[state] for state, _, name in pairs} or {"users with a file": AS_FILED}


def read_role(answers: Answers, target: Target[Policy]) -> Table:
    """Whether the server is a master, or a healthy replica where the policy allows one."""
    info = _info(answers, target)
    if _field(info, "role") == "master":
        return {"role": AS_IT_SHOULD_BE}
    of = f"{info.get('master_host', '?')}, link {info.get('master_link_status', '?')}"
    healthy = info.get("master_link_status") == "up" and info.get("master_sync_in_progress") == "0"
    return {"role": AS_IT_SHOULD_BE if target.section.replicated and healthy else f"replica of {of}"}


def read_memory(answers: Answers, target: Target[Policy]) -> Table:
    """The memory in use, in percent of what Redis may use."""
    info = _info(answers, target)
    most = _number(info, "maxmemory") or _number(info, "total_system_memory")
    if most <= 0:
        raise UnmeasuredError("info: neither maxmemory nor the system's memory is known")
    return {"percent of memory used": round(100 * _number(info, "used_memory") / most, 1)}


def read_persistence(answers: Answers, target: Target[Policy]) -> Table:
    """Whether sessions survive a restart, and whether the last writes to disk succeeded."""
    info, running = _info(answers, target), _running(answers, target)
    kept = running["appendonly"] == "yes" or bool(running["save"])
    return {
        "sessions survive a restart": OK if kept or not target.section.persistent else "no",
        "last snapshot": _field(info, "rdb_last_bgsave_status"),
        "last append": _field(info, "aof_last_write_status"),
    }


def read_others(answers: Answers, target: Target[Policy]) -> Table:
    """Every other setting of the file -> its value, without passwords; a renamed command as a digest."""
    found: dict[str, str] = {}
    for name, words in _lines(answers, target):
        if name in DEFAULTS or name in ("include", "user"):
            continue
        several = name in _SEVERAL and words
        item, rest = (f"{name} {words[0]}", words[1:]) if several else (name, words)
        value = " ".join(rest)
        hidden = name == "rename-command" and value != ""
        found[item] = pseudonym(value, answers.key) if hidden else value or "nothing"
    return found or {"other settings": "none"}


def read_hidden(answers: Answers, _: Target[Policy]) -> Table:
    """Each line with a password -> a keyed hash of what it hides, or of each such line."""
    found: dict[str, list[str]] = {}
    for kind, item, digest in _of_hidden(answers):
        if kind == "h":
            found.setdefault(item, []).append(digest)
    values = {item: f"value hidden, keyed hash {' '.join(sorted(some))}" for item, some in found.items()}
    return {"what the files hide": "compared", **values}


def read_changed(answers: Answers, _: Target[Policy]) -> Table:
    """Each file that was read -> inode, time of its last change, and size."""
    states = {
        path: f"inode, change, size {state}" for kind, path, state in _of_hidden(answers) if kind == "t"
    }
    return {"files of Redis": "looked at", **states}


def _of_hidden(answers: Answers) -> Iterator[tuple[str, str, str]]:
    for line in answers.rows("hidden"):
        kind, item, value = line.split("\t") if line.count("\t") == 2 else ("", "", "")  # noqa: PLR2004
        if kind not in ("h", "t") or (kind == "h" and not re.fullmatch("[0-9a-f]{64}", value)):
            raise UnmeasuredError("hidden: the answer is not understood")
        yield kind, item, value


def read_directives(answers: Answers, target: Target[Policy]) -> Table:
    """Each first word of a line in the file -> `KNOWN`, or that Redis does not start with it."""
    found = {word: state for state, word in _needed(answers, target) if state in _DIRECTIVE_STATES}
    if not found:
        raise UnmeasuredError("disk: the answer does not say which words of the file are known")
    return {name: _DIRECTIVE_STATES[state] for name, state in found.items()}


def read_on_disk(answers: Answers, target: Target[Policy]) -> Table:
    """Each file and folder that a restart needs -> `OK`, or why Redis could not use it."""
    found: dict[str, str] = {}
    for state, path in _needed(answers, target):
        if state not in _DIRECTIVE_STATES and found.get(path, OK) == OK:
            found[path] = state
    if not found:
        raise UnmeasuredError("disk: the answer does not say what is there")
    return found


@once
def _needed(answers: Answers, _: Target[Policy]) -> Sequence[tuple[str, str]]:
    states = {*_DIRECTIVE_STATES, OK, "unreadable", "unwritable", "unexecutable", "missing", "damaged"}
    pairs = [line.partition(" ") for line in answers.rows("disk")]
    if any(state not in states or not what for state, _, what in pairs):
        raise UnmeasuredError("disk: the answer does not say what is there")
    return [(state, what) for state, _, what in pairs]


@once
def _running_users(answers: Answers, _: Target[Policy]) -> Mapping[str, str]:
    return _users(answers.rows("acl"), "acl")


@once
def _filed_users(answers: Answers, _: Target[Policy]) -> Mapping[str, str]:
    """The users of both files that may define them; empty if neither does."""
    own = [line for line in answers.rows("file") if line.lower().split()[:1] == ["user"]]
    lines = [*answers.rows("aclfile"), *own]
    return _users(lines, "aclfile") if lines else {}


@once
def _lines(answers: Answers, _: Target[Policy]) -> Sequence[tuple[str, list[str]]]:
    """Each line of the file: the setting, by its present name where Redis has renamed it, and its words."""
    found = []
    for line in answers.rows("file"):
        try:
            name, *words = shlex.split(line)
        except ValueError:
            raise UnmeasuredError(f"file: a line that cannot be split into words: {line[:80]!r}") from None
        found.append((_present(name.lower()), words))
    return found


def _present(name: str) -> str:
    """The name of a setting that Redis has renamed; it knows, and tells, both."""
    return name.replace("slave", "replica").replace("ziplist", "listpack")


@once
def _running(answers: Answers, _: Target[Policy]) -> Mapping[str, str]:
    given = json_text.parsed("\n".join(answers.rows("settings")), "settings")
    if not isinstance(given, dict) or not set(DEFAULTS) <= set(given):
        raise UnmeasuredError("settings: the answer lacks settings that every Redis has")
    values = {_present(name): str(value) for name, value in given.items()}
    return {name: _canonical(name, value) for name, value in sorted(values.items())}


def _filed(answers: Answers, target: Target[Policy]) -> Mapping[str, str]:
    """The settings of the file, and the defaults of the others that are known.

    The last line of a name counts, except that ``save`` lines add up.
    """
    found: dict[str, str] = {}
    saves: list[str] = []
    for name, words in _lines(answers, target):
        if name == "include":
            raise UnmeasuredError(f"file: it includes {' '.join(words)[:80]}, which cannot be opened")
        if name == "save":
            saves = [] if words == [""] else [*saves, *words]
        found[name] = " ".join(saves if name == "save" else words)
    return {name: _canonical(name, value) for name, value in {**DEFAULTS, **found}.items()}


def _canonical(name: str, value: str) -> str:
    """A value as it is compared: sizes in bytes, flags of keyspace events in alphabetical order."""
    if name == "maxmemory":
        size = _bytes(value)
        if size is None:
            raise UnmeasuredError(f"maxmemory: {value[:40]!r} is not a size")
        return size
    return "".join(sorted(value)) if name == "notify-keyspace-events" else value


def _users(lines: Iterable[str], where: str) -> dict[str, str]:
    """User -> rules, sorted, since Redis lists equal rules in another order after each start."""
    users: dict[str, str] = {}
    for line in lines:
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if len(words) < 3 or words[0] != "user":  # noqa: PLR2004  # user NAME RULE...
            raise UnmeasuredError(f"{where}: a line is not a user: {line[:80]!r}")
        users[words[1]] = " ".join(sorted(words[2:]))
    if not users:
        raise UnmeasuredError(f"{where}: it lists no user")
    return users


@once
def _info(answers: Answers, _: Target[Policy]) -> Mapping[str, str]:
    pairs = (line.rstrip("\r").partition(":") for line in answers.rows("info") if not line.startswith("#"))
    return {name: value for name, colon, value in pairs if colon}


def _field(info: Mapping[str, str], name: str) -> str:
    if not info.get(name):
        raise UnmeasuredError(f"info: it says nothing about {name}")
    return info[name]


def _number(info: Mapping[str, str], name: str) -> int:
    value = _field(info, name)
    if not re.fullmatch("[0-9]{1,18}", value):
        raise UnmeasuredError(f"info: {name} is not a number: {value[:40]!r}")
    return int(value)


def read_absence(answers: Answers, _: Target[Any]) -> Table:
    """Each witness -> what was found of it."""
    seen = answers.parts("programs", programs.PARTS)
    return {"a server of the kind of Redis": witnessed(programs.found(seen, products.REDIS))}


PROBE = Probe(
    section=Policy,
    ask=ask,
    grants=lambda section: (RedisAccess(section.roles, section.redis_user, section.auth_file),),
    judges=lambda _: ("/etc/redis/*",),
    tables={
        "version": Reading(read_version),
        "settings": Reading(read_settings),
        "loaded": Reading(read_loaded),
        "persisted": Reading(read_persisted, healthy=AS_FILED),
        "acl": Reading(read_acl),
        "acl_saved": Reading(read_acl_saved, healthy=AS_FILED),
        "acl_file": Reading(read_acl_file),
        "passwords": Reading(read_passwords, healthy=AS_FILED),
        "hidden": Reading(read_hidden, of_one_run=True, unless_changed="_changed"),
        "_changed": Reading(read_changed, moves=True),
        "role": Reading(read_role, healthy=AS_IT_SHOULD_BE),
        "memory": Reading(read_memory, moves=True),
        "persistence": Reading(read_persistence, healthy=OK),
        "others": Reading(read_others),
        "directives": Reading(read_directives, healthy=KNOWN),
        "on_disk": Reading(read_on_disk, healthy=OK),
    },
    absence=Witnesses({"programs": Ask(programs.QUESTION)}, read_absence),
)
