"""Whether the standby's database server is ready to be the shop's: settings, access, roles, libraries.

Physical replication copies roles, rights and tables, and nothing that lies in a file: settings,
pg_hba.conf, pg_ident.conf, the libraries of extensions. So these differ without anybody noticing, until
clients connect or the server starts again. What is configured (the files, as the server would read them
now) is held against what is loaded; and what only a primary needs is looked at on the standby, and the
other way round.

Source: PostgreSQL 15 manual, 20.1 (setting parameters), 21.1 (pg_hba.conf), 27.4.3 (hot standby), 54
(views).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from ipaddress import ip_address
from typing import Any, Literal, TypeVar

from siteparity.model import Address, Table, UnmeasuredError
from siteparity.names import OwnNames
from siteparity.policy import RoleName, Section, Text
from siteparity.probe import Answers, Probe, Reading, Target
from siteparity.section import Strict
from siteparity.tools import parts, postgres_rules
from siteparity.tools.order import chain
from siteparity.tools.postgres import psql, rows
from siteparity.tools.postgres_server import FILES, LIBRARIES, LIMITS, ON_DISK, PATHS, STATE
from siteparity.transport.script import Ask

P = TypeVar("P", list[Any], dict[str, Any])

AS_NEEDED = "as needed"
NONE = "none"
_SECRET = re.compile(r"(?i)(\b\w*(?:passw(?:or)?d|secret|token|key)\w*\s*[=:]\s*)[^\s'\"]+")


class Client(Strict):
    """Somebody who must be let in from hosts of the same site."""

    user: Text
    database: Text
    role: RoleName
    """From whose hosts."""


class Policy(Section):
    """The database servers, beside replication itself."""

    roles: tuple[str, ...]
    """The role of the database hosts."""
    database: str = "postgres"
    """The shop's database; its extensions and tables are looked at."""
    role: str = "parity"
    """The database role that the suite uses; what it must be granted stands in the README."""
    users: Mapping[str, tuple[Literal["password", "replication"], ...]]
    """Roles that must be able to log in, and what they need for it."""
    clients: tuple[Client, ...]
    """Who must be let in by pg_hba.conf."""
    replication_user: Text = "replicator"
    """As whom the other site's server follows this one; it must be let in for the way back."""
    may_differ: tuple[Text, ...] = ()
    """Settings that may differ, such as ``shared_buffers`` where one site's hosts are bigger."""


def ask(target: Target[Policy]) -> Mapping[str, Ask]:
    """One session for what the server knows, then a look at the files that it named."""
    section = target.section
    session = psql([PATHS, LIBRARIES, FILES, STATE], database=section.database, role=section.role)
    return {"server": Ask(f"out=$({session}) || exit\n{ON_DISK}")}


def read_settings(answers: Answers, target: Target[Policy]) -> Table:
    """Every setting as the server's files and defaults have it, in force now."""
    settings = _part(answers, "settings", dict)
    return {
        name: _SECRET.sub(r"\1...", str(value))
        for name, value in settings.items()
        if name not in target.section.may_differ
    }


def read_limits(answers: Answers, _: Target[Policy]) -> Table:
    """What a standby needs at least as much of as its primary: now, and after a restart."""
    now, later = _part(answers, "limits", dict), _part(answers, "after_restart", dict)
    if set(now) != set(LIMITS):
        raise UnmeasuredError(f"the server told {', '.join(sorted(now)) or 'nothing'} of its limits")
    after = {f"{name} after a restart": later.get(name, now[name]) for name in LIMITS}
    return {name: _number(value) for name, value in {**now, **after}.items()}


def read_pending(answers: Answers, _: Target[Policy]) -> Table:
    """The settings whose new value waits for a restart."""
    names = _part(answers, "pending", list)
    return dict.fromkeys(map(str, names), "waits for a restart") or {"settings": NONE}


def read_loaded(answers: Answers, _: Target[Policy]) -> Table:
    """Each configuration file -> whether it is older than the last reload; each line that is wrong."""
    state, loaded = _state(answers), _seconds(answers)
    wrong = [(state["hba_file"], one) for one in _part(answers, "hba", list)]
    wrong += [(state["ident_file"], one) for one in _part(answers, "ident", list)]
    told = {f"{file} line {one['line_number']}": str(one["error"]) for file, one in wrong if one["error"]}
    told |= {f"{file} line {line}": str(error) for file, line, error in _part(answers, "bad_settings", list)}
    ages = dict(_edited(answers))
    if not {state["hba_file"], state["ident_file"]} <= set(ages):
        raise UnmeasuredError("files: the list lacks pg_hba.conf or pg_ident.conf")
    return told | {
        file: "loaded" if age <= loaded else "edited after the last reload" for file, age in ages.items()
    }


def _seconds(answers: Answers) -> float:
    loaded = _state(answers).get("loaded")
    if not isinstance(loaded, int | float):
        raise UnmeasuredError("pg_conf_load_time() says nothing")
    return float(loaded)


def _edited(answers: Answers) -> Iterator[tuple[str, float]]:
    for line in _lines(answers, "files"):
        when, _, path = line.partition(" ")
        if not re.fullmatch(r"[0-9]+\.[0-9]+", when) or not path:
            raise UnmeasuredError("files: a line is not what was asked for")
        yield path, float(when)


def read_access(answers: Answers, target: Target[Policy]) -> Table:
    """Each rule of pg_hba.conf and mapping of pg_ident.conf -> the one before it."""
    rules = postgres_rules.rules(_part(answers, "hba", list))
    if not rules:
        raise UnmeasuredError("pg_hba.conf holds no rule")
    other = {str(address): "{the other database}" for address in _peer(answers)}
    roles = {str(one): f"{{{host.roles[0]}}}" for host in target.site.hosts for one in host.addresses}
    texts = [_replaced(rule.text(), {**other, **roles}) for rule in rules]
    mappings = [
        f"map {one.get('map_name')}: {one.get('sys_name')} -> {one.get('pg_username')}"
        for one in _part(answers, "ident", list)
        if one["error"] is None
    ]
    return chain(texts) | chain(mappings)


def _replaced(text: str, meanings: Mapping[str, str]) -> str:
    return " ".join(
        meanings.get(word.partition("/")[0], word.partition("/")[0]) + "".join(word.partition("/")[1:])
        for word in text.split(" ")
    )


def read_clients(answers: Answers, target: Target[Policy]) -> Table:
    """Each client that must be let in -> whether the rules do so."""
    rules = postgres_rules.rules(_part(answers, "hba", list))
    return {
        item: postgres_rules.decision(client, rules, target.site) if client else "its address is not known"
        for item, client in _clients(answers, target)
    }


def _clients(answers: Answers, target: Target[Policy]) -> Iterator[tuple[str, postgres_rules.Client | None]]:
    roles, section = _part(answers, "roles", dict), target.section
    for one in section.clients:
        for host in target.site.in_role(one.role):
            item = f"{one.user} in {one.database} from {host.name}"
            groups = tuple((roles.get(one.user) or {}).get("member_of", ()))
            for address in host.addresses:
                yield item, postgres_rules.Client(one.user, one.database, address, host.names, groups)
            if not host.addresses:
                yield item, None
    item = f"{section.replication_user} from the other site's database"
    found = _peer(answers)
    yield item, postgres_rules.Client(section.replication_user, "replication", found[0]) if found else None


def read_users(answers: Answers, target: Target[Policy]) -> Table:
    """Each role that must be able to log in -> `AS_NEEDED`, or what it lacks."""
    roles, passwords = _part(answers, "roles", dict), _part(answers, "passwords", list)
    return {
        name: _lacks(roles.get(name), needs, has_password=name in passwords)
        for name, needs in target.section.users.items()
    }


def _lacks(role: object, needs: tuple[str, ...], *, has_password: bool) -> str:
    if not isinstance(role, dict):
        return "no such role"
    wrong = {
        "may not log in": role.get("login") is not True,
        "may not replicate": "replication" in needs and role.get("replication") is not True,
        "has no password": "password" in needs and not has_password,
        "its password has expired": "password" in needs and role.get("expired") is not False,
        "may not connect at all (connection limit 0)": role.get("limit") == 0,
    }
    return ", ".join(words for words, holds in wrong.items() if holds) or AS_NEEDED


def read_roles(answers: Answers, _: Target[Policy]) -> Table:
    """Each role of the server -> what it may do, and of which it is a member."""
    roles = _part(answers, "roles", dict)
    return {f"role {name}": _described(role) for name, role in roles.items()}


def _described(role: Mapping[str, Any]) -> str:
    flags = [word for word in ("login", "replication", "super", "bypass", "creates") if role.get(word)]
    groups = [f"member of {', '.join(role['member_of'])}"] if role.get("member_of") else []
    own = [_SECRET.sub(r"\1...", str(one)) for one in role.get("settings") or ()]
    return "; ".join((*flags, *groups, *own)) or "nothing"


def read_libraries(answers: Answers, _: Target[Policy]) -> Table:
    """Each library that the database or a setting names -> whether it lies on this host's disk."""
    found = [line.partition(" ") for line in _lines(answers, "libraries")]
    if not found or any(there not in ("there", "missing") for there, _, _ in found):
        raise UnmeasuredError("libraries: the answer is not what was asked for")
    return {name: "on disk" if there == "there" else "not on disk" for there, _, name in found}


def read_extensions(answers: Answers, _: Target[Policy]) -> Table:
    """Each extension of the shop's database -> its version."""
    return {str(name): str(version) for name, version in _part(answers, "extensions", dict).items()}


def read_tables(answers: Answers, _: Target[Policy]) -> Table:
    """Each table of the shop's database -> digest of its columns, indexes, constraints and rights."""
    return {str(name): str(digest)[:12] for name, digest in _part(answers, "tables", dict).items()}


def read_usable(answers: Answers, _: Target[Policy]) -> Table:
    """What would be empty or not used after a promotion."""
    unlogged = dict.fromkeys(map(str, _part(answers, "unlogged", list)), "unlogged: empty after a promotion")
    invalid = dict.fromkeys(map(str, _part(answers, "invalid", list)), "an index that is not valid")
    return {**unlogged, **invalid} or {"tables and indexes": "usable"}


def read_ready(answers: Answers, target: Target[Policy]) -> Table:
    """What the server needs to be the primary, and to follow another one later."""
    state, settings = _state(answers), _part(answers, "settings", dict)
    rewind = "on" in (settings.get("data_checksums"), settings.get("wal_log_hints"))
    own = OwnNames.of(target.site)
    needs = {
        "takes writes": settings.get("default_transaction_read_only") == "off",
        "writes enough WAL for a standby": settings.get("wal_level") in ("replica", "logical"),
        "answers queries as a standby": settings.get("hot_standby") == "on",
        "can be rewound (data_checksums or wal_log_hints)": rewind,
        "knows whom to follow (primary_conninfo)": state.get("conninfo") is True,
        "has a slot to ask for (primary_slot_name)": state.get("slot_name") is True,
        "would follow another site": not any(own.owns(str(one)) for one in _peer(answers)),
        "has the password for it": state.get("inline_password") is True or _password_file(answers),
    }
    return {need: "yes" if holds else "no" for need, holds in needs.items()}


def _password_file(answers: Answers) -> bool:
    """Whether libpq would find a password: the file is the server's, closed to others, and has an entry."""
    match _lines(answers, "passfile"):
        case [rights, "entry"]:
            mode, user, owner = [*rights.split(" "), "", ""][:3]
            return user == owner and re.fullmatch(r"[0-7]?[4567]00", mode) is not None
        case _:
            return False


def read_slots(answers: Answers, _: Target[Policy]) -> Table:
    """How many servers could follow this one without losing WAL."""
    return {"replication slots for followers": _number(_state(answers).get("slots"))}


def _peer(answers: Answers) -> list[Address]:
    """Where this host finds the server that it follows, or would follow."""
    found: dict[Address, None] = {}
    for line in _lines(answers, "peer"):
        try:
            found[ip_address(line.split(" ")[0])] = None
        except ValueError:
            if not line.startswith("unknown "):
                raise UnmeasuredError("peer: the answer is not what was asked for") from None
    return list(found)


_PARTS = ("state", "peer", "libraries", "files", "passfile", "end")


def _lines(answers: Answers, part: str) -> Iterable[str]:
    text = answers.raw("server")
    return parts.lines(parts.sections(text, _PARTS)[_PARTS.index(part)])


def _state(answers: Answers) -> Mapping[str, Any]:
    lines = list(_lines(answers, "state"))
    if list(_lines(answers, "end")) or len(lines) != 1:
        raise UnmeasuredError("the answer is not what was asked for")
    return rows(lines[0], "server")[0]


def _part(answers: Answers, name: str, kind: type[P]) -> P:
    """A part of what the server said, which must be a list, or a mapping."""
    found = _state(answers).get(name)
    if not isinstance(found, kind):
        raise UnmeasuredError(f"{name}: the server's answer lacks it")
    return found


def _number(value: object) -> int:
    if not re.fullmatch(r"[0-9]{1,18}", str(value)):
        raise UnmeasuredError(f"{value!r} is no number")
    return int(str(value))


PROBE = Probe(
    section=Policy,
    ask=ask,
    tables={
        "settings": Reading(read_settings),
        "limits": Reading(read_limits),
        "pending": Reading(read_pending),
        "loaded": Reading(read_loaded),
        "access": Reading(read_access),
        "clients": Reading(read_clients),
        "users": Reading(read_users),
        "roles": Reading(read_roles),
        "libraries": Reading(read_libraries),
        "extensions": Reading(read_extensions),
        "tables": Reading(read_tables),
        "usable": Reading(read_usable),
        "ready": Reading(read_ready),
        "slots": Reading(read_slots),
    },
)
