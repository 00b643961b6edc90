"""What a host must grant the suite, and no more: printed, or written as files to install.

The suite's account may run one program as root, the host's collector, without arguments. Its key starts that
program whatever command is asked for, and forwards connections only to where smoke checks connect. In
PostgreSQL and Redis the suite sees the state of the server, and no rows or values but those that probes and
journeys declare (`siteparity.policy.grants`).
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from siteparity.collect import live_questions
from siteparity.collect.questions import Questions
from siteparity.configuration import Configuration
from siteparity.model import ConfigurationError, Host, Site
from siteparity.policy.grants import DatabaseAccess, Grant, RedisAccess
from siteparity.tools.program import filled, program
from siteparity.transport.collector import Collector, lacked_by, words_of
from siteparity.transport.script import Ask

ACCOUNT = "parity"
"""The suite's account, unless the inventory names another."""
PATH = "/usr/local/sbin/siteparity-collect"
"""The collector's path, unless the inventory names another."""
MAP = "siteparity"
"""The user name map of PostgreSQL."""
NOWHERE = "localhost:1"
"""A port that no account can listen on: permitlisten of sshd has no word for "none" (sshd(8))."""
REDIS_COMMANDS = (
    "ping", "ttl", "info", "config|get", "client|list", "acl|list", "function|list", "module|list",
)  # fmt: skip
"""The commands that the suite uses, and ``ping``, with which an operator tries the user out."""

_SQL = program(__package__, "grants.sql")
_INSTALL = program(__package__, "install.sh")


@dataclass(frozen=True, slots=True)
class Privileges:
    """What one host must grant."""

    host: Host
    collector: Collector
    ways: tuple[str, ...]
    """Where smoke checks connect through the host."""
    grants: tuple[Grant, ...]
    """What aspects and journeys need on this host."""

    @property
    def account(self) -> str:
        """The account that the suite logs in as."""
        return self.host.connection.user or ACCOUNT

    @property
    def path(self) -> str:
        """The collector's path on the host."""
        return self.host.connection.collector or PATH

    @property
    def sudo(self) -> str:
        """The line of sudoers(5). The empty string after the program forbids arguments."""
        return f'{self.account} ALL=(root) NOPASSWD: {self.path} ""\n'

    @property
    def key_options(self) -> str:
        """The options before a key in authorized_keys (sshd(8))."""
        options = ["restrict", f'command="sudo -n {self.path}"']
        if self.ways:
            options += ["port-forwarding", f'permitlisten="{NOWHERE}"']
            # sshd takes the path of a socket for a host here, and expects a port after it.
            places = [f"[{way}]:*" if way.startswith("/") else way for way in self.ways]
            options += [f'permitopen="{place}"' for place in places]
        return ",".join(options)

    def authorized_keys(self, keys: Sequence[str]) -> str:
        """The account's file of keys.

        Args:
            keys: public keys without options, as ``ssh-keygen`` writes them; see `public_keys`.
        """
        return "".join(f"{self.key_options} {key}\n" for key in keys)

    @property
    def account_commands(self) -> str:
        """Shell commands that create the account; no password opens it."""
        name = shlex.quote(self.account)
        return (
            f"id -u {name} >/dev/null 2>&1 ||\n"
            f"useradd --system --create-home --home-dir /home/{name} --shell /bin/sh --password '*' {name}\n"
        )

    @property
    def database(self) -> Mapping[str, str] | None:
        """SQL, and lines of pg_hba.conf and pg_ident.conf; None if the host has no database."""
        needed = [grant for grant in self.grants if isinstance(grant, DatabaseAccess)]
        if not needed:
            return None
        roles = list(dict.fromkeys(_identifier(one.name) for one in needed))
        database = next((one.database for one in needed if one.database), "postgres")
        queries = [f"--   {' '.join(query.split())}" for one in needed for query in one.queries]
        sql = filled(
            _SQL,
            create_roles="\n".join(f"CREATE ROLE {role} LOGIN;" for role in roles),
            roles=", ".join(roles),
            database=_identifier(database),
            connect=database,
            queries="\n".join(queries),
        )
        return {
            "postgresql.sql": sql,
            "pg_hba.conf": "".join(f"local   all   {role}   peer map={MAP}\n" for role in roles),
            "pg_ident.conf": "".join(
                f"{MAP}   {account}   {role}\n" for role in roles for account in (self.account, "root")
            ),
        }

    @property
    def redis(self) -> tuple[RedisAccess, ...]:
        """What is needed in the host's Redis; nothing if it has none."""
        return tuple(grant for grant in self.grants if isinstance(grant, RedisAccess))

    def redis_user(self, digest: str) -> str | None:
        """The lines of Redis's ACL file; None if the host has no Redis.

        Args:
            digest: SHA-256 of the user's password, in hexadecimal digits.
        """
        keys: dict[str, list[str]] = {}
        for one in self.redis:
            keys.setdefault(one.name, []).extend([f"%R~{one.keys} "] if one.keys else [])
        commands = " ".join(f"+{name}" for name in REDIS_COMMANDS)
        lines = [
            f"user {user} on #{digest} resetkeys {''.join(patterns)}resetchannels -@all {commands}\n"
            for user, patterns in keys.items()
        ]
        return "".join(lines) or None


def _identifier(name: str) -> str:
    """A name as SQL and pg_hba.conf take it."""
    return name if re.fullmatch(r"[a-z_][a-z0-9_]*", name) else '"' + name.replace('"', '""') + '"'


def privileges(settings: Configuration, site: Site, host: Host) -> Privileges:
    """What a host of a run's sites must grant."""
    return Privileges(
        host,
        Questions(settings.policy, settings.probes, settings.sites).collector(site, host),
        live_questions.ways(settings.policy, host),
        tuple(grant for grant in _grants(settings) if not set(grant.on).isdisjoint(host.roles)),
    )


def _grants(settings: Configuration) -> Iterator[Grant]:
    """What every aspect and journey needs."""
    for aspect, section in settings.policy.sections.items():
        yield from settings.probes[aspect].grants(section)
    smoke = settings.policy.smoke
    for journey in smoke.journeys().values():
        yield from journey.grants(smoke)


def chosen(settings: Configuration, names: Sequence[str]) -> list[Privileges]:
    """What some hosts must grant; every host if none is named.

    Args:
        settings: of the run.
        names: such as ``dallas/web1``.

    Raises:
        ConfigurationError: one of them is no host of the two sites.
    """
    known = {host.label: (site, host) for site in settings.sites for host in site.hosts}
    if unknown := [name for name in names if name not in known]:
        raise ConfigurationError(f"{unknown[0]}: no host of this pair; the hosts are {', '.join(known)}")
    return [privileges(settings, *known[name]) for name in names or known]


FOR_YOUR_KEY = "# PUT HERE THE LINE OF THE SUITE'S PUBLIC KEY, OR GIVE --key FILE"
PASSWORD_DIGEST = "SHA256-OF-THE-PASSWORD"  # noqa: S105  # a place for one


def parts(one: Privileges, keys: Sequence[str]) -> Mapping[str, str]:
    """File name -> content of everything that one host needs.

    Args:
        one: the host.
        keys: public keys; if there are none, a line says where to put one.
    """
    acl = one.redis_user(PASSWORD_DIGEST)
    install = filled(
        _INSTALL,
        label=one.host.label,
        account=one.account_commands.rstrip("\n"),
        name=shlex.quote(one.account),
        path=shlex.quote(one.path),
    )
    return {
        "install": install,
        "sudoers": one.sudo,
        "authorized_keys": one.authorized_keys(keys) if keys else f"{FOR_YOUR_KEY}\n{one.key_options} \n",
        **(one.database or {}),
        **({"redis.acl": acl} if acl else {}),
        "questions": questions(one.collector),
        "siteparity-collect": one.collector.text.decode(),
    }


def questions(of: Collector) -> str:
    """What a collector may be asked, for whoever installs it."""
    fixed = {ask.digest for ask in of.always.values()}
    names: dict[str, list[str]] = {}
    for name, ask in of.asks.items():
        names.setdefault(ask.digest, []).append(name)
    by_digest = {ask.digest: ask for ask in (*of.always.values(), *of.asks.values())}
    lines = {digest: f"  {' '.join(names[digest])}{_told(by_digest[digest])}" for digest in names}
    elsewhere = [name for name, ask in of.always.items() if ask.digest not in names]
    words = words_of({**of.always, **of.asks}).values()
    return "\n".join(
        [
            "Whoever holds the key can have these questions asked, and nothing else. A word in capitals is",
            "told by the run; it is data, and never run.",
            "",
            "The same under every policy:",
            *(line for digest, line in lines.items() if digest in fixed),
            f"  and, as soon as a policy asks for them: {', '.join(elsewhere) or 'none'}",
            "",
            "Made for this policy; one that is changed needs a new collector, and is unmeasured until then:",
            *(line for digest, line in lines.items() if digest not in fixed),
            "",
            "The words:",
            *(f"  {word.name}: {word.meaning}; at most {word.longest} characters" for word in words),
            "",
            "Files whose content may be told, if everybody on the host may read them:",
            f"  {' '.join(of.readable)}",
            "and whoever may read them, since this policy names them:",
            *(f"  {path}" for path in of.named),
            "",
        ]
    )


def _told(ask: Ask) -> str:
    return "".join(f" {word.name}" for word in ask.words)


_TITLES: Mapping[str, str] = {
    "install": "what puts the following in its place, as root",
    "sudoers": "sudo: one program, no argument; check it with visudo -cf",
    "authorized_keys": "sshd: the key starts that program alone, and reaches what smoke checks need",
    "postgresql.sql": "PostgreSQL: the role",
    "pg_hba.conf": "PostgreSQL: who may be that role, a line before those for everybody",
    "pg_ident.conf": "PostgreSQL: the map for it",
    "redis.acl": "Redis: the user (printf %s PASSWORD | sha256sum); the password alone goes into {auth_file}",
    "questions": "what the collector may be asked; to read, not to install",
    "siteparity-collect": "the collector, SHA-256 {digest}",
}


def page(one: Privileges, keys: Sequence[str], *, whole: bool) -> str:
    """Everything that one host needs, as one text.

    Args:
        one: the host.
        keys: public keys.
        whole: with the collector's text, and not only its digest.
    """
    auth_file = ", ".join(dict.fromkeys(access.auth_file for access in one.redis))
    shown = []
    for name, text in parts(one, keys).items():
        title = _TITLES[name].format(digest=one.collector.digest, auth_file=auth_file)
        body = text if whole or name != "siteparity-collect" else ""
        shown.append(f"## {one.host.label}: {name}: {title}\n{body}")
    return "\n".join(shown)


def write(one: Privileges, keys: Sequence[str], folder: Path) -> str:
    """Write everything that one host needs into a folder of its own.

    Returns:
        A line that names the folder and, if it was written before, what root must install again.

    Raises:
        ConfigurationError: a file cannot be written, or one that was written before cannot be read.
    """
    place = folder / one.host.site / one.host.name
    needed = parts(one, keys)
    try:
        place.mkdir(parents=True, exist_ok=True)
        before = {
            name: (place / name).read_text(encoding="utf-8", errors="replace")
            for name in needed
            if (place / name).exists()
        }
        for name, text in needed.items():
            (place / name).write_text(text, encoding="utf-8")
            (place / name).chmod(0o755 if text.startswith("#!") else 0o644)
    except OSError as error:
        raise ConfigurationError(
            f"{error.filename or place}: cannot be written: {error.strerror}; see --write"
        ) from error
    return (
        f"{place}{_compared(before, needed, one.collector)}" if "siteparity-collect" in before else str(place)
    )


def _compared(before: Mapping[str, str], needed: Mapping[str, str], of: Collector) -> str:
    """What root must install, given what was written before."""
    apart = ("siteparity-collect", "questions")
    changed = [name for name, text in needed.items() if name not in apart and before.get(name) != text]
    lacked = lacked_by(before["siteparity-collect"], of)
    told = [*changed, *([f"siteparity-collect, for {', '.join(lacked)}"] if lacked else [])]
    return (
        f": install again {'; '.join(told)}"
        if told
        else ": nothing to install, if what was there is installed"
    )


def public_keys(paths: Sequence[Path]) -> tuple[str, ...]:
    """The keys in files that ``ssh-keygen`` has written.

    Raises:
        ConfigurationError: a file cannot be read, or holds anything else.
    """
    found: list[str] = []
    for path in paths:
        try:
            lines = [line.strip() for line in path.read_text(encoding="ascii").splitlines()]
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigurationError(f"{path}: cannot be read as a public key: {error}; see --key") from error
        keys = [line for line in lines if line and not line.startswith("#")]
        if not keys or any(not is_public_key(line) for line in keys):
            raise ConfigurationError(
                f"{path}: expected public keys such as ssh-ed25519 AAAA..., found something else; "
                "give the file that ends in .pub"
            )
        found += keys
    return tuple(found)


def is_public_key(line: str) -> bool:
    """Whether a line is a public key without options, as sshd takes it."""
    key = r"(ssh|ecdsa|sk-ssh|sk-ecdsa)-[a-z0-9@.-]+ [A-Za-z0-9+/]+={0,3}( [ -~]*)?"
    return re.fullmatch(key, line) is not None
