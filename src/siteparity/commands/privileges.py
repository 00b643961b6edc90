"""What the suite needs on a host, and no more: the account and what it may do, to print and to copy.

The account may run one program as root, the host's collector, without arguments. The key that opens it starts
that program whatever is asked for, and connects to nothing but what smoke checks need. In the database and in
Redis it may look at how the servers are, and at no row or value.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from siteparity.collect import live_questions
from siteparity.collect.questions import Questions
from siteparity.configuration import Configuration
from siteparity.model import ConfigurationError, Host, Site
from siteparity.policy import Policy
from siteparity.transport.collector import Collector

ACCOUNT = "parity"
"""Where the inventory names none."""
PATH = "/usr/local/sbin/siteparity-collect"
"""Where the inventory names none."""
MAP = "siteparity"
"""The user name map of PostgreSQL."""
NOWHERE = "localhost:1"
"""A place that no account can listen at, and where nothing does: sshd has no word for none (sshd(8))."""
REDIS_COMMANDS = ("ping", "ttl", "info", "config|get", "client|list", "acl|list")
"""What the suite asks; with ``ping`` an operator sees that its user is let in."""


@dataclass(frozen=True, slots=True)
class Privileges:
    """What one host must grant."""

    host: Host
    policy: Policy
    collector: Collector

    def _section(self, aspect: str) -> Any:  # noqa: ANN401  # its type is the probe's own
        """The policy's part of an aspect; None where no such aspect is measured."""
        return self.policy.sections.get(aspect)

    @property
    def account(self) -> str:
        """The account that the suite logs in as."""
        return self.host.connection.user or ACCOUNT

    @property
    def path(self) -> str:
        """Where the collector stands on the host."""
        return self.host.connection.collector or PATH

    @property
    def sudo(self) -> str:
        """The one line of sudoers(5). The empty argument means that none may be given."""
        return f'{self.account} ALL=(root) NOPASSWD: {self.path} ""\n'

    @property
    def key_options(self) -> str:
        """What stands before a key in authorized_keys (sshd(8))."""
        ways = live_questions.ways(self.policy, self.host)
        options = ["restrict", f'command="sudo -n {self.path}"']
        if ways:
            options += ["port-forwarding", f'permitlisten="{NOWHERE}"']
            # sshd takes the path of a socket for a host, here as well, and wants a port behind it.
            places = [f"[{way}]:*" if way.startswith("/") else way for way in ways]
            options += [f'permitopen="{place}"' for place in places]
        return ",".join(options)

    def authorized_keys(self, keys: Sequence[str]) -> str:
        """The file of the account's keys.

        Args:
            keys: public keys as ``ssh-keygen`` writes them, without options; see `public_keys`.
        """
        return "".join(f"{self.key_options} {key}\n" for key in keys)

    @property
    def account_commands(self) -> str:
        """Shell commands that make the account; no password opens it."""
        name = shlex.quote(self.account)
        return (
            f"id -u {name} >/dev/null 2>&1 ||\n"
            f"useradd --system --create-home --home-dir /home/{name} --shell /bin/sh --password '*' {name}\n"
        )

    @property
    def database(self) -> Mapping[str, str] | None:
        """SQL, and lines of pg_hba.conf and pg_ident.conf; None for a host without the database."""
        section, journey = self._section("replication"), self.policy.smoke.database
        if section is None or not {*section.roles, journey.role} & set(self.host.roles):
            return None
        questions = (journey.query, *self.policy.smoke.subscriptions.unchanged)
        role, database = _identifier(section.role), _identifier(journey.database)
        return {
            "postgresql.sql": _SQL.format(
                role=role,
                database=database,
                connect=journey.database,
                questions="\n".join(f"--   {' '.join(one.split())}" for one in questions),
            ),
            "pg_hba.conf": f"local   all   {role}   peer map={MAP}\n",
            "pg_ident.conf": f"{MAP}   {self.account}   {role}\n{MAP}   root   {role}\n",
        }

    def redis_user(self, digest: str) -> str | None:
        """The line of Redis's ACL file; None for a host without Redis.

        Args:
            digest: SHA-256 of the user's password, in hexadecimal digits.
        """
        section, journey = self._section("redis"), self.policy.smoke.session
        if section is None or not {*section.roles, journey.sessions_role} & set(self.host.roles):
            return None
        keys = journey.key.format(cookie="*")
        commands = " ".join(f"+{name}" for name in REDIS_COMMANDS)
        return f"user {section.user} on #{digest} resetkeys %R~{keys} resetchannels -@all {commands}\n"


_SQL = """\
-- Once, as superuser, on the server that takes writes; the others get it by replication.
CREATE ROLE {role} LOGIN;
GRANT pg_monitor TO {role};
GRANT CONNECT ON DATABASE {database} TO {role};
\\connect {connect}
-- What the server's files say, as the server reads them; and who has a password, without the password.
GRANT EXECUTE ON FUNCTION pg_hba_file_rules(), pg_ident_file_mappings() TO {role};
GRANT EXECUTE ON FUNCTION pg_show_all_file_settings() TO {role};
CREATE SCHEMA siteparity;
CREATE VIEW siteparity.passwords AS SELECT rolname, rolpassword IS NOT NULL AS has_password FROM pg_authid;
GRANT USAGE ON SCHEMA siteparity TO {role};
GRANT SELECT ON siteparity.passwords TO {role};
-- Smoke checks ask the following; grant SELECT on the columns that they read, and on no other:
{questions}
"""


def _identifier(name: str) -> str:
    """A name as SQL and pg_hba.conf take it."""
    return name if re.fullmatch(r"[a-z_][a-z0-9_]*", name) else '"' + name.replace('"', '""') + '"'


def privileges(settings: Configuration, site: Site, host: Host) -> Privileges:
    """What a host of a run's sites must grant."""
    known = Questions(settings.policy, settings.probes, settings.sites).collector(site, host)
    return Privileges(host, settings.policy, known)


def chosen(settings: Configuration, names: Sequence[str]) -> list[Privileges]:
    """What these hosts must grant; every host where none is named.

    Args:
        settings: of the run.
        names: ``dallas/web1``.

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
    """Everything for one host as files, by name; what the host has no use for is left out.

    Args:
        one: the host.
        keys: public keys; without any the place for one is shown.
    """
    acl = one.redis_user(PASSWORD_DIGEST)
    return {
        "install": _INSTALL.format(
            label=one.host.label,
            account=one.account_commands,
            name=shlex.quote(one.account),
            path=shlex.quote(one.path),
        ),
        "sudoers": one.sudo,
        "authorized_keys": one.authorized_keys(keys) if keys else f"{FOR_YOUR_KEY}\n{one.key_options} \n",
        **(one.database or {}),
        **({"redis.acl": acl} if acl else {}),
        "siteparity-collect": one.collector.text.decode(),
    }


_INSTALL = """\
#!/bin/sh
# Lets siteparity measure {label}: run as root in the folder with the files that were made for this host.
set -eu
cd "$(dirname "$0")"
/usr/sbin/visudo -cqf sudoers
! grep '^#' authorized_keys
{account}\
install -o root -g root -m 0755 siteparity-collect {path}
install -o root -g root -m 0440 sudoers /etc/sudoers.d/siteparity
install -d -o root -g root -m 0755 /home/{name}/.ssh
install -o root -g root -m 0644 authorized_keys /home/{name}/.ssh/authorized_keys
"""

_TITLES: Mapping[str, str] = {
    "install": "what puts the following in its place, as root",
    "sudoers": "sudo: one program, no argument; check it with visudo -cf",
    "authorized_keys": "sshd: the key starts that program alone, and reaches what smoke checks need",
    "postgresql.sql": "PostgreSQL: the role",
    "pg_hba.conf": "PostgreSQL: who may be that role, a line before those for everybody",
    "pg_ident.conf": "PostgreSQL: the map for it",
    "redis.acl": "Redis: the user (printf %s PASSWORD | sha256sum); the password alone goes into {auth_file}",
    "siteparity-collect": "the collector, SHA-256 {digest}",
}


def page(one: Privileges, keys: Sequence[str], *, whole: bool) -> str:
    """Everything for one host as one text.

    Args:
        one: the host.
        keys: public keys.
        whole: with the collector's text, and not only its digest.
    """
    auth_file = one.policy.smoke.session.redis_auth_file
    shown = []
    for name, text in parts(one, keys).items():
        title = _TITLES[name].format(digest=one.collector.digest, auth_file=auth_file)
        body = text if whole or name != "siteparity-collect" else ""
        shown.append(f"## {one.host.label}: {name}: {title}\n{body}")
    return "\n".join(shown)


def write(one: Privileges, keys: Sequence[str], folder: Path) -> Path:
    """Write everything for one host into a folder of its own, and return that.

    Raises:
        ConfigurationError: it cannot be written.
    """
    place = folder / one.host.site / one.host.name
    try:
        place.mkdir(parents=True, exist_ok=True)
        for name, text in parts(one, keys).items():
            (place / name).write_text(text, encoding="utf-8")
            (place / name).chmod(0o755 if text.startswith("#!") else 0o644)
    except OSError as error:
        raise ConfigurationError(
            f"{error.filename or place}: cannot be written: {error.strerror}; see --write"
        ) from error
    return place


def public_keys(paths: Sequence[Path]) -> tuple[str, ...]:
    """The keys in some files as ``ssh-keygen`` writes them.

    Raises:
        ConfigurationError: one cannot be read, or holds no key.
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
    """Whether it is a public key without options, as sshd takes it."""
    key = r"(ssh|ecdsa|sk-ssh|sk-ecdsa)-[a-z0-9@.-]+ [A-Za-z0-9+/]+={0,3}( [ -~]*)?"
    return re.fullmatch(key, line) is not None
