"""What the suite is granted on the lab's hosts: what `siteparity privileges` prints, and nothing else."""

from collections.abc import Iterable
from functools import cache, partial
from pathlib import Path

from lab import keys, podman
from lab.errors import LabError
from lab.sites import ROOT, Host
from lab.wait import together
from siteparity import configuration
from siteparity.commands.privileges import Privileges, privileges, public_keys
from siteparity.model import ConfigurationError

INVENTORIES = ROOT.parent / "inventories"
KEYS = ("id_ed25519.pub", "on-call.pub")
"""Who may log in as the suite: the suite itself, and the person on call."""

# What the shop decided to grant for the statements that `siteparity privileges` lists: enough to count rows
# and to see the newest one, nothing about customers.
READS = "GRANT SELECT (id) ON orders, charges, job_runs TO parity;\n"


def of(host: Host, inventories: Path = INVENTORIES) -> Privileges | None:
    """What a host grants; None if no inventory names it.

    Raises:
        LabError: the inventories or the policy cannot be read.
    """
    return _all(inventories).get((host.site, f"{host.role}{host.number}"))


@cache
def _all(inventories: Path) -> dict[tuple[str, str], Privileges]:
    try:
        settings = configuration.load(ROOT.parent, inventories)
    except ConfigurationError as error:
        raise LabError(
            f"what hosts must grant is made from the inventories, and these are wrong:\n{error}"
        ) from error
    return {
        (site.name, host.name): privileges(settings, site, host)
        for site in settings.sites
        for host in site.hosts
    }


def files(granted: Privileges) -> dict[str, tuple[bytes, int]]:
    """Path on the host, without the leading slash -> content and mode; root owns all of them."""
    known = public_keys([keys.SSH / name for name in KEYS])
    return {
        granted.path.removeprefix("/"): (granted.collector.text, 0o755),
        "etc/sudoers.d/siteparity": (granted.sudo.encode(), 0o440),
        f"home/{granted.account}/.ssh/authorized_keys": (granted.authorized_keys(known).encode(), 0o644),
    }


def tokens(granted: Privileges) -> dict[str, str]:
    """What goes into the servers' own files, as `@NAME@`."""
    database = granted.database or {}
    return {
        "HBA_SUITE": database.get("pg_hba.conf", "").strip(),
        "IDENT_SUITE": database.get("pg_ident.conf", "").strip(),
        "REDIS_SUITE": (granted.redis_user(keys.tokens()["SHA256_REDIS_PARITY"]) or "").strip(),
    }


def database_sql(host: Host) -> str:
    """The statements that create the suite's role, for psql.

    Raises:
        LabError: the inventories say that this host has no database.
    """
    granted = of(host)
    if granted is None or granted.database is None:
        raise LabError(f"{host.name}: the inventories name no database there")
    return granted.database["postgresql.sql"] + READS


def renew(hosts: Iterable[Host], inventories: Path = INVENTORIES) -> None:
    """Install what the current inventories, policy and probes produce on running hosts."""
    together([partial(_renew, host, inventories) for host in hosts if of(host, inventories)])


# Written beside it first, so that whoever starts it finds the old or the new one, never a part.
_REPLACE = """
cat >"$1.new~"
chmod "$2" "$1.new~"
if cmp -s "$1.new~" "$1"; then rm "$1.new~"; else mv "$1.new~" "$1"; fi
"""


def _renew(host: Host, inventories: Path) -> None:
    granted = of(host, inventories)
    for path, (content, mode) in files(granted).items() if granted else ():
        argv = ("exec", "-i", host.name, "sh", "-ec", _REPLACE, "sh", f"/{path}", f"{mode:o}")
        podman.podman(*argv, stdin=content)
