"""Whether the standby's database server is ready to be the application's: settings, access, roles, libraries.

Physical replication copies roles, rights and tables, but nothing that is kept in a file: settings,
pg_hba.conf, pg_ident.conf, the libraries of extensions. These can differ unnoticed until clients connect or
the server restarts. What is configured (the files, as the server would read them now) is compared with what
is loaded. What only a primary needs is looked at on the standby as well, and the other way round.

Source: PostgreSQL 15 manual, 20.1 (setting parameters), 21.1 (pg_hba.conf), 27.4.3 (hot standby), 54
(views).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field

from siteparity.model import Table, UnmeasuredError
from siteparity.names import OwnNames
from siteparity.policy import Percent, RoleName, Roles, Section, Text
from siteparity.policy.applications import Applications, postgres_of
from siteparity.policy.bounds import at_most
from siteparity.policy.grants import DatabaseAccess
from siteparity.policy.questions import Question
from siteparity.policy.section import Strict, matching
from siteparity.probes import Answers, Probe, Reading, Target, Witnesses, if_named, once
from siteparity.redaction import pseudonym
from siteparity.tools import postgres_rules, postgres_server, postgres_servers
from siteparity.tools.order import chain
from siteparity.tools.postgres_rules import LET_IN, Client
from siteparity.tools.postgres_server import AS_NEEDED, LIMITS, Server
from siteparity.tools.postgres_state import SEEN_FROM, Role, State
from siteparity.tools.secrets import arguments
from siteparity.tools.witnesses import postgres, products, programs, witnessed
from siteparity.transport import words
from siteparity.transport.script import Ask

NONE = "none"
LOADED = "loaded"
ON_DISK = "on disk"
USABLE = "usable"
YES = "yes"
ARCHIVES_NOTHING = "off"
UNKNOWN_UNTIL_TRIED = "only a try would tell"
WITHOUT_CHECKSUMS = "not looked for: data_checksums is off"
ALONE = "wait for no follower"
AS_AGREED = "wait for a follower, until the runbook ends that"

OLD = 1_500_000_000
WRITES_STOP = 2_097_152_000
"""The age of a transaction number at which a server takes no more writes (manual, 25.1.5)."""
LEFT_BEHIND = 3600
"""Seconds after which nobody is expected to end a prepared transaction."""

_OF_REPLICATION = "decides whether the server follows another and can be followed"
_OF_KEEPING = "decides whether the server keeps what it was told"
DECISIVE = {
    "default_transaction_read_only": "decides whether the server takes writes",
    "transaction_read_only": "decides whether the server takes writes",
    "session_replication_role": "decides whether triggers and foreign keys work",
    **dict.fromkeys(
        (
            "hot_standby", "max_replication_slots", "max_wal_senders", "primary_conninfo",
            "primary_slot_name", "restore_command", "wal_level",
        ),
        _OF_REPLICATION,
    ),
    **dict.fromkeys(
        (
            "archive_mode", "data_checksums", "data_sync_retry", "fsync", "full_page_writes",
            "ignore_checksum_failure", "ignore_invalid_pages", "synchronous_commit",
            "synchronous_standby_names", "zero_damaged_pages",
        ),
        _OF_KEEPING,
    ),
}  # fmt: skip
"""Settings that no policy can leave out, and what each of them decides."""


def _not_decisive(name: str) -> str:
    why = DECISIVE.get(name.lower()) or (_OF_REPLICATION if name.lower().startswith("recovery_") else None)
    if why:
        raise ValueError(
            f"expected a setting that may differ, found {name}, which {why}; make it the same at both sites"
        )
    return name


OtherSetting = Annotated[
    str,
    matching(r"[A-Za-z_][A-Za-z0-9_.]*", "the name of one setting, such as shared_buffers"),
    AfterValidator(_not_decisive),
]


class LetIn(Strict):
    """A user whom pg_hba.conf must let in from hosts of the same site."""

    database_user: Text
    database: Text
    role: RoleName
    """The role of the hosts that connect."""


FILES = tuple(
    f"/etc/postgresql/*/{name}"
    for name in ("postgresql.conf", "conf.d/*", "pg_hba.conf", "pg_ident.conf", "start.conf")
)
"""Where Debian keeps the server's configuration."""


class Policy(Section):
    """The database servers, apart from replication itself."""

    question: ClassVar[str] = "Which hosts run PostgreSQL, and which database do customers use?"

    roles: Roles
    """The role of the database hosts."""
    database: Text = "postgres"
    """The application's database, whose extensions and tables are compared."""
    database_user: Text = "parity"
    """The database role that the suite uses; `siteparity privileges` prints what it must be granted."""
    users: Annotated[
        Mapping[str, tuple[Literal["password", "replication"], ...]],
        Question("Which users of PostgreSQL must be able to log in?"),
    ] = {}
    """Database roles that must be able to log in -> what each needs for that."""
    clients: tuple[LetIn, ...] = ()
    """The clients that pg_hba.conf must let in."""
    replication_user: Text = "replicator"
    """The database role as which the other site's server follows this one, needed to fail back."""
    may_wait_for_followers: bool = False
    """Whether commits may wait for followers; then the runbook must reset ``synchronous_standby_names``."""
    recovery_end_command: Text | None = None
    """The command that a server may run when it is promoted: a promotion waits for it, so try it out."""
    connections: Mapping[str, Annotated[int, Field(ge=1)]] = {}
    """Database role, or database -> the most connections that it needs at the worst hour. A lower limit is a
    fault; of those that are not named here, a limit below a quarter of what the server takes."""
    numbers_used: Annotated[Percent, Field(ge=SEEN_FROM), at_most("95%")] = 80.0
    """How much of the numbers of a sequence may be used, or of those that fit into its column, from 50%."""
    may_lose_slots: tuple[Text, ...] = ()
    """Slots of logical replication whose consumers start anew after a failover."""
    may_read_from_the_other_site: tuple[Text, ...] = ()
    """Foreign servers that may lie at the other site, since customers never wait for them."""
    leave_out: tuple[OtherSetting, ...] = ()
    """Settings that may differ, such as ``shared_buffers`` if one site has larger hosts."""

    @classmethod
    def drawn(cls, of: Applications) -> Mapping[str, Any]:
        """The first PostgreSQL among them, and who connects to it."""
        clients = [
            {"database_user": lead.database_user, "database": server.postgresql.database, "role": one.role}
            for one, lead, server in of.leads()
            if server.postgresql and lead.database_user
        ]
        return {**postgres_of(of), **({"clients": clients} if clients else {})}


_SERVER = Ask(postgres_server.QUESTION, words=words.LOGIN)
_SERVERS = Ask(postgres_servers.QUESTION, words=words.LOGIN)


def ask(target: Target[Policy]) -> Mapping[str, Ask]:
    """What the server says in one session, and then the files that it names."""
    section = target.section
    login = {"DATABASE": [section.database], "DATABASE_USER": [section.database_user]}
    return {"server": _SERVER.about(**login), "servers": _SERVERS.about(**login)}


def read_settings(answers: Answers, target: Target[Policy]) -> Table:
    """Each setting -> its value in force, as the server's files and defaults set it."""
    settings = _server(answers, target).state.settings
    if not settings:
        raise UnmeasuredError("the server reported no setting")
    left_out = target.section.leave_out
    return {
        name: _harmless(name, value, answers.key) for name, value in settings.items() if name not in left_out
    }


def _harmless(name: str, value: str, key: str) -> str:
    """The value; of a setting of an application with the name of a secret, a pseudonym."""
    return pseudonym(value, key) if "." in name and value and arguments.is_secret(name) else value


def read_limits(answers: Answers, target: Target[Policy]) -> Table:
    """Each of `LIMITS` -> its value now and after a restart."""
    state = _server(answers, target).state
    if set(state.limits) != set(LIMITS):
        raise UnmeasuredError(
            f"of its limits the server reported {', '.join(sorted(state.limits)) or 'none'}"
        )
    after = {f"{name} after a restart": state.after_restart.get(name, state.limits[name]) for name in LIMITS}
    return {name: _number(value) for name, value in {**state.limits, **after}.items()}


def read_pending(answers: Answers, target: Target[Policy]) -> Table:
    """Each setting whose new value waits for a restart; a summary if there is none."""
    return dict.fromkeys(_server(answers, target).state.pending, "waits for a restart") or {"settings": NONE}


def read_loaded(answers: Answers, target: Target[Policy]) -> Table:
    """Each configuration file -> `LOADED`, or that it was edited later; each wrong line -> its error."""
    server = _server(answers, target)
    state = server.state
    if not {state.hba_file, state.ident_file} <= set(server.files):
        raise UnmeasuredError("files: the list lacks pg_hba.conf or pg_ident.conf")
    wrong = [(state.hba_file, one.line_number, one.error) for one in state.hba]
    wrong += [(state.ident_file, one.line_number, one.error) for one in state.ident]
    errors = {f"{file} line {line}": error for file, line, error in (*wrong, *state.bad_settings) if error}
    return errors | {
        file: LOADED if changed <= state.loaded else "edited after the last reload"
        for file, changed in server.files.items()
    }


def read_access(answers: Answers, target: Target[Policy]) -> Table:
    """Each rule of pg_hba.conf and mapping of pg_ident.conf -> the one before it.

    Rules in a row that differ only in the host are one rule.
    """
    server = _server(answers, target)
    rules = postgres_rules.rules(server.state.hba)
    if not rules:
        raise UnmeasuredError("pg_hba.conf holds no rule")
    peers = {str(address): "{the other database}" for address in server.peer}
    mappings = [
        f"map {one.map_name}: {one.sys_name} -> {one.pg_username}"
        for one in server.state.ident
        if one.error is None
    ]
    told = [_replaced(rule.text(), peers) for rule in rules]
    return chain(OwnNames.of(target.site).merged(told)) | chain(mappings)


def _replaced(text: str, meanings: Mapping[str, str]) -> str:
    words = (word.partition("/") for word in text.split(" "))
    return " ".join(meanings.get(word, word) + slash + length for word, slash, length in words)


def read_clients(answers: Answers, target: Target[Policy]) -> Table:
    """Each client that must be let in -> `LET_IN`, or what happens instead."""
    server = _server(answers, target)
    rules = postgres_rules.rules(server.state.hba)
    return {
        item: postgres_rules.decision(client, rules, target.site) if client else "its address is not known"
        for item, client in (*_own_clients(server, target), *_followers(server, target))
    }


def _own_clients(server: Server, target: Target[Policy]) -> Iterator[tuple[str, Client | None]]:
    for one in target.section.clients:
        role = server.state.roles.get(one.database_user)
        for host in target.site.in_role(one.role):
            item = f"{one.database_user} in {one.database} from {host.name}"
            if not host.addresses:
                yield item, None
            for number, address in enumerate(host.addresses, 1):
                client = Client(
                    one.database_user, one.database, address, host.names, role.member_of if role else ()
                )
                yield (item if number == 1 else f"{item} ({address})"), client


def _followers(server: Server, target: Target[Policy]) -> Iterator[tuple[str, Client | None]]:
    user = target.section.replication_user
    item = f"{user} from the other site's database"
    if not server.peer:
        yield item, None
    for number, address in enumerate(server.peer, 1):
        yield (item if number == 1 else f"{item} ({address})"), Client(user, "replication", address)


def read_users(answers: Answers, target: Target[Policy]) -> Table:
    """Each role that must be able to log in -> `AS_NEEDED`, or what it lacks."""
    state = _server(answers, target).state
    return {
        name: _lacks(state.roles.get(name), needs, has_password=name in state.passwords)
        for name, needs in target.section.users.items()
    }


def _lacks(role: Role | None, needs: tuple[str, ...], *, has_password: bool) -> str:
    if role is None:
        return "no such role"
    wrong = {
        "may not log in": not role.login,
        "may not replicate": "replication" in needs and not role.replication,
        "has no password": "password" in needs and not has_password,
        "its password has expired, or will within a day": "password" in needs and role.expired,
        "may not connect at all (connection limit 0)": role.limit == 0,
    }
    return ", ".join(words for words, holds in wrong.items() if holds) or AS_NEEDED


def read_roles(answers: Answers, target: Target[Policy]) -> Table:
    """Each role of the server -> what it may do, its groups and its settings."""
    return {f"role {name}": _described(role) for name, role in _server(answers, target).state.roles.items()}


def _described(role: Role) -> str:
    flags = [word for word in ("login", "replication", "super", "bypass", "creates") if getattr(role, word)]
    groups = [f"member of {', '.join(role.member_of)}"] if role.member_of else []
    return "; ".join((*flags, *groups, *(role.settings or ()))) or "nothing"


def read_libraries(answers: Answers, target: Target[Policy]) -> Table:
    """Each library that the database or a setting names -> whether it is on this host's disk."""
    libraries = _server(answers, target).libraries
    return {name: ON_DISK if there else "not on disk" for name, there in libraries.items()}


def read_extensions(answers: Answers, target: Target[Policy]) -> Table:
    """Each extension of that database -> its version."""
    return dict(_server(answers, target).state.extensions)


def read_tables(answers: Answers, target: Target[Policy]) -> Table:
    """Each table of that database -> a digest of its columns, indexes, constraints and rights."""
    return {name: digest[:12] for name, digest in _server(answers, target).state.tables.items()}


def read_usable(answers: Answers, target: Target[Policy]) -> Table:
    """Each table that a promotion empties, and each index that is not valid; a summary if there is none."""
    state = _server(answers, target).state
    unlogged = dict.fromkeys(state.unlogged, "unlogged: empty after a promotion")
    invalid = dict.fromkeys(state.invalid, "an index that is not valid")
    return {**unlogged, **invalid} or {"tables and indexes": USABLE}


def read_promoted(answers: Answers, target: Target[Policy]) -> Table:
    """Each thing that would go wrong once the server is the primary, or at its first writes.

    A copy shares them with its primary, where nobody may have noticed them. A summary if there is none.
    """
    state = _server(answers, target).state
    return {
        **{
            name: "runs at the promotion, which waits for it"
            for name, command in state.at_promotion.items()
            if command != target.section.recovery_end_command
        },
        **dict(_crowded(state, target.section)),
        **{
            f"database {name}": f"its oldest transaction is {age} old: writes stop at {WRITES_STOP}"
            for name, age in state.oldest.items()
            if age > OLD
        },
        **{
            f"prepared transaction {name}": "holds its locks until somebody ends it"
            for name, age in state.prepared.items()
            if age > LEFT_BEHIND
        },
        **{
            f"logical slot {name}": "is not on the standby: its consumer loses changes"
            for name in state.logical
            if name not in target.section.may_lose_slots
        },
        **dict(_used_up(state, target)),
        **dict(_foreign(state, target)),
        **dict.fromkeys(state.of_one_server, "asks on which server it runs"),
    } or {"after a promotion": NONE}


def _used_up(state: State, target: Target[Policy]) -> Iterator[tuple[str, str]]:
    if state.sequences is None:
        user = target.section.database_user
        raise UnmeasuredError(
            f"the role {user} may not see how far sequences have counted; "
            "siteparity privileges prints the function that tells it"
        )
    for name, used in state.sequences.items():
        if used > target.section.numbers_used:
            yield f"sequence {name}", f"{used:g} % of its numbers are used; without one no row can be added"


def _crowded(state: State, section: Policy) -> Iterator[tuple[str, str]]:
    """What has all the connections that it may open, or may open fewer than it will need.

    A limit does not close those that are there, and at a quiet hour hardly any are.
    """
    whole = _limit(state, "max_connections")
    for item, (most, used) in state.crowded.items():
        name = item.partition(" ")[2]
        need = section.connections.get(name)
        if used >= max(most, 1):
            yield item, f"may open {most} connections, and has {used} now"
        elif need is not None and most < need:
            yield item, f"may open {most} connections, and needs {need} at the worst hour"
        elif need is None and name in _of_customers(section) and most < whole / 4:
            yield (
                item,
                f"may open {most} of the server's {whole} connections, and may need more (key connections)",
            )


def _of_customers(section: Policy) -> set[str]:
    """The database that customers use, and the roles that use it with a password."""
    logging_in = {name for name, needs in section.users.items() if needs and "replication" not in needs}
    return {section.database, *logging_in}


def _limit(state: State, name: str) -> int:
    text = state.limits.get(name, "")
    if not text.isdecimal():
        raise UnmeasuredError(f"server: it does not say {name}")
    return int(text)


def _foreign(state: State, target: Target[Policy]) -> Iterator[tuple[str, str]]:
    for name, options in state.foreign.items():
        if target.other and OwnNames.of(target.other).stands_in(options):
            yield f"foreign server {name}", f"leads to {target.other.name}"


def read_ready(answers: Answers, target: Target[Policy]) -> Table:
    """Each thing that the server needs to be the primary, or to follow another one later -> yes or no."""
    server, own = _server(answers, target), OwnNames.of(target.site)
    state, settings = server.state, server.state.settings
    free = _limit(state, "max_wal_senders") - state.senders
    needs = {
        "takes writes": settings.get("default_transaction_read_only") == "off",
        "writes enough WAL for a standby": settings.get("wal_level") in ("replica", "logical"),
        "answers queries as a standby": settings.get("hot_standby") == "on",
        "can be rewound": "on" in (settings.get("data_checksums"), settings.get("wal_log_hints")),
        # pg_basebackup copies over one connection, and streams what is written meanwhile over another.
        "can be copied anew (two of max_wal_senders are free)": free >= 2,  # noqa: PLR2004
        "knows whom to follow (primary_conninfo)": state.conninfo,
        "has a slot to ask for (primary_slot_name)": state.slot_name,
        "would follow another site": bool(server.peer) and not any(own.owns(str(one)) for one in server.peer),
        "has the password for it": state.inline_password or server.has_password,
    }
    return {need: YES if holds else "no" for need, holds in needs.items()}


def read_commits(answers: Answers, target: Target[Policy]) -> Table:
    """Whether this server would finish a commit if it were promoted and the other one were gone."""
    state = _server(answers, target).state
    followers = _setting(state, "synchronous_standby_names").strip()
    levels = [_setting(state, "synchronous_commit"), *_levels_of_roles(state)]
    if not followers or set(levels) <= {"off", "local"}:
        return {"commits": ALONE}
    may = target.section.may_wait_for_followers
    return {"commits": AS_AGREED if may else f"hang without a follower ({followers})"}


def _levels_of_roles(state: State) -> Iterator[str]:
    for role in state.roles.values():
        for setting in role.settings or ():
            name, _, value = setting.partition("=")
            if name == "synchronous_commit":
                yield value


def _setting(state: State, name: str) -> str:
    if name not in state.settings:
        raise UnmeasuredError(f"the server does not report {name}")
    return state.settings[name]


def read_starts(answers: Answers, target: Target[Policy]) -> Table:
    """Each thing that the server's next start needs -> `AS_NEEDED`, or what is wrong with it."""
    return dict(_server(answers, target).starts)


def read_archive(answers: Answers, target: Target[Policy]) -> Table:
    """The program that archives WAL, and each folder that it writes to -> whether the server can use it."""
    server = _server(answers, target)
    if _setting(server.state, "archive_mode") == "off":
        return {"archiving": ARCHIVES_NOTHING}
    return dict(server.archive) or {"archiving": UNKNOWN_UNTIL_TRIED}


def read_checksums(answers: Answers, target: Target[Policy]) -> Table:
    """Each database in which pages failed their checksum; a summary if there is none."""
    state = _server(answers, target).state
    if _setting(state, "data_checksums") != "on":
        return {"broken pages": WITHOUT_CHECKSUMS}
    return {name: f"broken pages were read: {count}" for name, count in state.broken.items()} or {
        "broken pages": NONE
    }


def read_locks(answers: Answers, target: Target[Policy]) -> Table:
    """Each advisory lock on a standby -> who holds it; a summary if there is none, or on a primary.

    Jobs that must run once take such a lock on the primary. A session that holds the lock on the standby
    keeps it through a promotion, and so keeps the jobs from running.
    """
    return dict(_server(answers, target).state.locks) or {"advisory locks": NONE}


def read_servers(answers: Answers, target: Target[Policy]) -> Table:
    """Each foreign server whose host leads to the other site without naming it -> where; `NONE` if none does.

    One that names the other site waits to go wrong (`read_promoted`).
    """
    if target.other is None:
        raise UnmeasuredError(
            "servers: the other site is not known, so nothing that leads there can be found"
        )
    own, other, table = OwnNames.of(target.site), OwnNames.of(target.other), dict[str, str]()
    for server, places in postgres_servers.read(answers.parts("servers", postgres_servers.PARTS)).items():
        if other.stands_in(places[0]):
            continue
        there = [
            place for place in places[1:] if other.stands_in(place) or other.owns(place) > own.owns(place)
        ]
        if there and server not in target.section.may_read_from_the_other_site:
            table[f"foreign server {server}"] = (
                f"{places[0]} leads to {', '.join(there)}, of {target.other.name}"
            )
    return table or {"foreign servers": NONE}


def read_slots(answers: Answers, target: Target[Policy]) -> Table:
    """How many servers can follow this one without losing WAL."""
    return {"replication slots for followers": _server(answers, target).state.slots}


@once
def _server(answers: Answers, _: Target[Policy]) -> Server:
    return postgres_server.read(answers.parts("server", postgres_server.PARTS))


def _number(value: str) -> int:
    if not re.fullmatch(r"[0-9]{1,18}", value):
        raise UnmeasuredError(f"{value!r} is not a number")
    return int(value)


def read_absence(answers: Answers, _: Target[Any]) -> Table:
    """Each witness -> what was found of it."""
    seen = answers.parts("programs", programs.PARTS)
    return {
        "a database server": witnessed(programs.found(seen, products.DATABASE)),
        "a data folder of PostgreSQL": witnessed(answers.parts("postgres", postgres.PARTS)["data"]),
    }


PROBE = Probe(
    section=Policy,
    ask=ask,
    always=(_SERVER, _SERVERS),
    grants=lambda section: (DatabaseAccess(section.roles, section.database_user),),
    judges=lambda _: FILES,
    tables={
        "settings": Reading(read_settings),
        "limits": Reading(read_limits),
        "pending": Reading(read_pending, healthy=NONE),
        "loaded": Reading(read_loaded, healthy=LOADED),
        "access": Reading(read_access),
        "clients": Reading(read_clients, healthy=LET_IN),
        "users": Reading(read_users, healthy=AS_NEEDED, roles=if_named("users")),
        "roles": Reading(read_roles),
        "libraries": Reading(read_libraries, healthy=ON_DISK),
        "extensions": Reading(read_extensions),
        "tables": Reading(read_tables),
        "usable": Reading(read_usable, healthy=USABLE),
        "promoted": Reading(read_promoted, healthy=NONE),
        "ready": Reading(read_ready, healthy=YES),
        "commits": Reading(read_commits, healthy=(ALONE, AS_AGREED)),
        "starts": Reading(read_starts, healthy=AS_NEEDED),
        "archive": Reading(read_archive, healthy=(ARCHIVES_NOTHING, AS_NEEDED, UNKNOWN_UNTIL_TRIED)),
        "checksums": Reading(read_checksums, healthy=(NONE, WITHOUT_CHECKSUMS)),
        "locks": Reading(read_locks, healthy=NONE),
        "servers": Reading(read_servers, healthy=NONE),
        "slots": Reading(read_slots),
    },
    absence=Witnesses({"programs": Ask(programs.QUESTION), "postgres": Ask(postgres.QUESTION)}, read_absence),
)
