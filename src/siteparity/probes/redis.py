"""The Redis that holds the sessions: what it runs with, what it would start with, whether it can hold on.

A running Redis is not its file (``CONFIG SET``), and its file is not what runs (no restart), so both are read
and held against each other. All else in the file is held against the other site's, and must be such that
Redis starts with it (`siteparity.tools.redis_file`). Passwords and their hashes do not leave the host. Where
the file says nothing, Redis's own default counts (redis.conf of Redis 7). A replica ignores ``maxmemory``
until it is promoted, and persistence that is off lets a restart wipe all sessions (Redis manual,
"Replication").
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping

from siteparity.model import Table, UnmeasuredError
from siteparity.policy import AbsolutePath, Percent, Port, Roles, Section, Text
from siteparity.probes import Answers, Probe, Reading, Target
from siteparity.redaction import pseudonym
from siteparity.tools import json_text, redis_file
from siteparity.tools.redis_cli import client
from siteparity.transport.script import Ask


class Policy(Section):
    """The Redis of the sessions."""

    roles: Roles
    """The role of the Redis hosts."""
    port: Port = 6379
    user: Text
    """The ACL user of the suite; `siteparity privileges` prints what it must be granted."""
    auth_file: AbsolutePath
    """A file on the host with that user's password, for root alone."""
    file: AbsolutePath = "/etc/redis/redis.conf"
    replicated: bool = False
    """Whether a Redis may be a replica; otherwise each site has a master of its own."""
    persistent: bool = True
    """Whether sessions must survive a restart."""
    max_memory: Percent = 90.0
    """How full the memory may be."""


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
"""The settings that decide how sessions live and die, with Redis 7's defaults. None of them is a secret.

``dir`` is by default the folder in which systemd starts a service."""

_UNITS = {"k": 1000, "kb": 1024, "m": 1000**2, "mb": 1024**2, "g": 1000**3, "gb": 1024**3, "b": 1, "": 1}


_SEVERAL = {"client-output-buffer-limit", "loadmodule", "rename-command"}
"""Of these each line counts, by its first word; of all others the last line."""

_WORDS_OF_FILES = {"known": "known", "unknown": "unknown to Redis, which does not start with it"}


def ask(target: Target[Policy]) -> Mapping[str, Ask]:
    """What runs, what its file says, and whether it could start with that."""
    section = target.section
    show = "printf '%s\\n' \"$answer\""
    return {
        "settings": Ask(client(section, "--json CONFIG GET " + " ".join(DEFAULTS)) + show),
        "info": Ask(client(section, "INFO") + show),
        "acl": Ask(client(section, "ACL LIST") + f"{show} | sed -E 's/#[0-9a-f]{{64}}/#(password)/g'"),
        "file": Ask(redis_file.lines_question(section.file)),
        "aclfile": Ask(redis_file.users_question(section.file)),
        "passwords": Ask(redis_file.passwords_question(section, section.file)),
        "disk": Ask(redis_file.needed_question(section, section.file)),
    }


def read_version(answers: Answers, _: Target[Policy]) -> Table:
    """The version that runs."""
    info = _info(answers)
    return {"redis": _field(info, "redis_version"), "mode": _field(info, "redis_mode")}


def read_settings(answers: Answers, _: Target[Policy]) -> Table:
    """The settings that are in force."""
    return dict(_running(answers))


def read_persisted(answers: Answers, _: Target[Policy]) -> Table:
    """Whether a restart would change a setting."""
    running, filed = _running(answers), _filed(answers)
    return {
        name: "as in its file"
        if running[name] == filed[name]
        else f"runs with {running[name] or 'nothing'!r}, its file says {filed[name] or 'nothing'!r}"
        for name in DEFAULTS
    }


def read_acl(answers: Answers, _: Target[Policy]) -> Table:
    """The users and what they may do, without their passwords."""
    return _users(answers.lines("acl"), "acl")


def read_acl_saved(answers: Answers, _: Target[Policy]) -> Table:
    """Whether a restart would change which users there are."""
    running = _users(answers.lines("acl"), "acl")
    lines = _acl_lines(answers)
    filed = _users(lines, "aclfile") if lines else {"default": "on"}

    def state(users: Mapping[str, str], name: str) -> str:
        return "absent" if name not in users else "off" if "off" in users[name].split() else "on"

    return {
        name: "as in its file"
        if state(running, name) == state(filed, name)
        else f"{state(running, name)}, in its file {state(filed, name)}"
        for name in sorted({*running, *filed})
    }


def read_acl_file(answers: Answers, target: Target[Policy]) -> Table:
    """The users as the file has them; Redis itself tells their rules in other words."""
    lines = _acl_lines(answers)
    return _users(lines, "aclfile") if lines else {target.section.file: "names no users"}


def read_passwords(answers: Answers, _: Target[Policy]) -> Table:
    """Whether users keep their passwords when Redis is restarted."""
    *lines, end = answers.lines("passwords") or [""]
    states = {"same": "as in its file", "differs": "another than in its file"}
    pairs = [line.partition(" ") for line in lines]
    if end != "end" or any(state not in states for state, _, _ in pairs):
        raise UnmeasuredError("passwords: the answer does not say how they stand")
    return {name: states[state] for state, _, name in pairs} or {"users with a file": "as in its file"}


def read_role(answers: Answers, target: Target[Policy]) -> Table:
    """Whether the server is the master, or the replica, that the policy wants."""
    info = _info(answers)
    if _field(info, "role") == "master":
        return {"role": "as it should be"}
    of = f"{info.get('master_host', '?')}, link {info.get('master_link_status', '?')}"
    healthy = info.get("master_link_status") == "up" and info.get("master_sync_in_progress") == "0"
    return {"role": "as it should be" if target.section.replicated and healthy else f"replica of {of}"}


def read_memory(answers: Answers, _: Target[Policy]) -> Table:
    """How much of what it may use is used, in percent."""
    info = _info(answers)
    most = _number(info, "maxmemory") or _number(info, "total_system_memory")
    if most <= 0:
        raise UnmeasuredError("info: neither maxmemory nor the system's memory is known")
    return {"percent of memory used": round(100 * _number(info, "used_memory") / most, 1)}


def read_persistence(answers: Answers, target: Target[Policy]) -> Table:
    """Whether sessions survive a restart, and whether the last writes to disk succeeded."""
    info, running = _info(answers), _running(answers)
    kept = running["appendonly"] == "yes" or bool(running["save"])
    return {
        "sessions survive a restart": "ok" if kept or not target.section.persistent else "no",
        "last snapshot": _field(info, "rdb_last_bgsave_status"),
        "last append": _field(info, "aof_last_write_status"),
    }


def read_others(answers: Answers, _: Target[Policy]) -> Table:
    """What else the file says; nobody sees in what a command was renamed, a password is left out."""
    found: dict[str, str] = {}
    for name, words in _lines(answers):
        if name in DEFAULTS or name in ("include", "user"):
            continue
        several = name in _SEVERAL and words
        item, rest = (f"{name} {words[0]}", words[1:]) if several else (name, words)
        value = " ".join(rest)
        hidden = name == "rename-command" and value != ""
        found[item] = pseudonym(value, answers.key) if hidden else value or "nothing"
    return found or {"other settings": "none"}


def read_directives(answers: Answers, _: Target[Policy]) -> Table:
    """Each first word of a line in the file -> "known", or that Redis does not start with it."""
    found = {word: state for state, word in _needed(answers) if state in _WORDS_OF_FILES}
    if not found:
        raise UnmeasuredError("disk: the answer does not say which words of the file are known")
    return {name: _WORDS_OF_FILES[state] for name, state in found.items()}


def read_on_disk(answers: Answers, _: Target[Policy]) -> Table:
    """Each file and folder that a restart needs -> "ok", or why Redis could not go on with it."""
    found: dict[str, str] = {}
    for state, path in _needed(answers):
        if state not in _WORDS_OF_FILES and found.get(path, "ok") == "ok":
            found[path] = state
    if not found:
        raise UnmeasuredError("disk: the answer does not say what is there")
    return found


def _needed(answers: Answers) -> list[tuple[str, str]]:
    *lines, end = answers.lines("disk") or [""]
    states = {*_WORDS_OF_FILES, "ok", "unreadable", "unwritable", "unexecutable", "missing", "damaged"}
    pairs = [line.partition(" ") for line in lines]
    if end != "end" or any(state not in states or not what for state, _, what in pairs):
        raise UnmeasuredError("disk: the answer does not say what is there")
    return [(state, what) for state, _, what in pairs]


def _acl_lines(answers: Answers) -> list[str]:
    """The lines of users, in both files that may hold them."""
    own = [line for line in answers.lines("file") if line.lower().split()[:1] == ["user"]]
    return [*answers.lines("aclfile"), *own]


def _lines(answers: Answers) -> Iterator[tuple[str, list[str]]]:
    """Each line of the file as its name, of which Redis has older ones, and its words."""
    for line in answers.lines("file"):
        try:
            name, *words = shlex.split(line)
        except ValueError:
            raise UnmeasuredError(f"file: a line that cannot be split into words: {line[:80]!r}") from None
        yield name.lower().replace("slave", "replica").replace("ziplist", "listpack"), words


def _running(answers: Answers) -> Mapping[str, str]:
    given = json_text.parsed(answers.text("settings"), "settings")
    if not isinstance(given, dict) or set(given) != set(DEFAULTS):
        raise UnmeasuredError("settings: the answer lacks settings that were asked for")
    return {name: _canonical(name, str(value)) for name, value in sorted(given.items())}


def _filed(answers: Answers) -> Mapping[str, str]:
    """The settings as the file has them; the last line of a name counts, except that `save` lines add up."""
    found: dict[str, str] = {}
    saves: list[str] = []
    for name, words in _lines(answers):
        if name == "include":
            raise UnmeasuredError(f"file: it includes {' '.join(words)[:80]}, which cannot be opened")
        if name == "save":
            saves = [] if words == [""] else [*saves, *words]
        found[name] = " ".join(saves if name == "save" else words)
    return {name: _canonical(name, found.get(name, default)) for name, default in DEFAULTS.items()}


def _canonical(name: str, value: str) -> str:
    """Sizes in bytes; flags of keyspace events in alphabetical order."""
    if name == "maxmemory":
        size = re.fullmatch(r"([0-9]{1,18})([a-z]*)", value.lower())
        if size is None or size[2] not in _UNITS:
            raise UnmeasuredError(f"maxmemory: {value[:40]!r} is no size")
        return str(int(size[1]) * _UNITS[size[2]])
    return "".join(sorted(value)) if name == "notify-keyspace-events" else value


def _users(lines: Iterable[str], where: str) -> dict[str, str]:
    """User -> rules. Redis lists equal rules in an order of its own at each start, so they are sorted."""
    users: dict[str, str] = {}
    for line in lines:
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if len(words) < 3 or words[0] != "user":  # noqa: PLR2004  # user NAME RULE...
            raise UnmeasuredError(f"{where}: a line that is no user: {line[:80]!r}")
        users[words[1]] = " ".join(sorted(words[2:]))
    if not users:
        raise UnmeasuredError(f"{where}: it lists no user")
    return users


def _info(answers: Answers) -> Mapping[str, str]:
    pairs = (line.rstrip("\r").partition(":") for line in answers.lines("info") if not line.startswith("#"))
    return {name: value for name, colon, value in pairs if colon}


def _field(info: Mapping[str, str], name: str) -> str:
    if not info.get(name):
        raise UnmeasuredError(f"info: it says nothing about {name}")
    return info[name]


def _number(info: Mapping[str, str], name: str) -> int:
    value = _field(info, name)
    if not re.fullmatch("[0-9]{1,18}", value):
        raise UnmeasuredError(f"info: {name} is no number: {value[:40]!r}")
    return int(value)


PROBE = Probe(
    section=Policy,
    ask=ask,
    tables={
        "version": Reading(read_version),
        "settings": Reading(read_settings),
        "persisted": Reading(read_persisted),
        "acl": Reading(read_acl),
        "acl_saved": Reading(read_acl_saved),
        "acl_file": Reading(read_acl_file),
        "passwords": Reading(read_passwords),
        "role": Reading(read_role),
        "memory": Reading(read_memory, moves=True),
        "persistence": Reading(read_persistence),
        "others": Reading(read_others),
        "directives": Reading(read_directives),
        "on_disk": Reading(read_on_disk),
    },
)
