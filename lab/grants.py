"""What the suite is granted on the lab's hosts: what `siteparity privileges` prints, and nothing else."""

from collections.abc import Iterable
from functools import cache, partial
from pathlib import Path

from lab import keys, podman
from lab.errors import LabError
from lab.pairs import ROOT
from lab.sites import Host
from lab.wait import together
from siteparity import configuration
from siteparity.commands.privileges import Privileges, privileges, public_keys
from siteparity.model import ConfigurationError

KEYS = ("id_ed25519.pub", "on-call.pub")
"""Who may log in as the suite: the suite itself, and the person on call."""


def of(host: Host, inventories: Path | None = None) -> Privileges | None:
    """What a host grants; None if no inventory has a host with its address.

    Args:
        host: of the lab.
        inventories: those of its pair, if None.

    Raises:
        LabError: the inventories or the policy cannot be read.
    """
    return _all(inventories or host.pair.inventories).get(host.address)


@cache
def _all(inventories: Path) -> dict[str, Privileges]:
    try:
        settings = configuration.load(ROOT.parent, inventories)
    except ConfigurationError as error:
        raise LabError(
            f"what hosts must grant is made from the inventories, and these are wrong:\n{error}"
        ) from error
    return {
        str(address): privileges(settings, site, host)
        for site in settings.sites
        for host in site.hosts
        for address in host.addresses
    }


def files(host: Host, granted: Privileges) -> dict[str, tuple[bytes, int]]:
    """Path on the host, without the leading slash -> content and mode; root owns all of them."""
    known = public_keys([keys.folder(host.pair) / name for name in KEYS])
    return {
        granted.path.removeprefix("/"): (granted.collector.text, 0o755),
        "etc/sudoers.d/siteparity": (granted.sudo.encode(), 0o440),
        f"home/{granted.account}/.ssh/authorized_keys": (granted.authorized_keys(known).encode(), 0o644),
    }


def tokens(host: Host, granted: Privileges) -> dict[str, str]:
    """What goes into the servers' own files, as `@NAME@`."""
    database = granted.database or {}
    return {
        "HBA_SUITE": database.get("pg_hba.conf", "").strip(),
        "IDENT_SUITE": database.get("pg_ident.conf", "").strip(),
        "REDIS_SUITE": (granted.redis_user(keys.tokens(host.pair)["SHA256_REDIS_PARITY"]) or "").strip(),
    }


def database_sql(host: Host) -> str:
    """The statements that create the suite's role, for psql.

    Raises:
        LabError: the inventories say that this host has no database.
    """
    granted = of(host)
    if granted is None or granted.database is None:
        raise LabError(f"{host.name}: the inventories name no database there")
    return granted.database["postgresql.sql"] + host.pair.software.GRANTS


def renew(hosts: Iterable[Host], inventories: Path | None = None) -> None:
    """Install what the current inventories, policy and probes produce on running hosts."""
    together([partial(_renew, host, inventories) for host in hosts if of(host, inventories)])


# Written beside it first, so that whoever starts it finds the old or the new one, never a part.
_REPLACE = """
cat >"$1.new~"
chmod "$2" "$1.new~"
if cmp -s "$1.new~" "$1"; then rm "$1.new~"; else mv "$1.new~" "$1"; fi
"""


def _renew(host: Host, inventories: Path | None) -> None:
    granted = of(host, inventories)
    for path, (content, mode) in files(host, granted).items() if granted else ():
        argv = ("exec", "-i", host.name, "sh", "-ec", _REPLACE, "sh", f"/{path}", f"{mode:o}")
        podman.podman(*argv, stdin=content)
