"""The databases of a fresh pair: passwords, and a standby that follows the primary."""

import time
from functools import partial

from lab import evidence, grants, keys, podman, seed
from lab.errors import LabError
from lab.sites import Host, Plan
from lab.wait import NotYetError, until

STREAMS_BY_ITSELF = 8.0
"""Seconds within which a standby that can still get all WAL since its image was made is streaming."""

_REBUILD = """
systemctl stop @UNIT@
rm -rf @DATA@
runuser -u postgres -- sh -c '
    cd /
    conninfo=$(sed -n "s/^primary_conninfo = .\\(.*\\).$/\\1/p" @SETTINGS@/conf.d/site.conf)
    slot=$(sed -n "s/^primary_slot_name = .\\(.*\\).$/\\1/p" @SETTINGS@/conf.d/site.conf)
    pg_basebackup -D @DATA@ -d "$conninfo" -S "$slot" -X stream -c fast
    touch @DATA@/standby.signal'
systemctl start @UNIT@
"""


def prepare_primary(plan: Plan, deadline: float) -> None:
    """Set the roles' passwords, which reach the standby by replication, and create the standby's slot."""
    primary, standby = evidence.database_pair(plan)
    database = plan.pair.software.DATABASE
    statements = [
        f"ALTER ROLE {role} PASSWORD '{keys.password(name, plan.pair)}'"
        for role, name in database.roles.items()
    ]
    statements.append(_slot_for(standby, holds_wal=True))
    what = f"{primary.name}: roles have passwords, {standby.name} has a slot"
    until(what, partial(_set, primary, ";".join(statements)), deadline)
    # ON_ERROR_STOP, and all or nothing: the statements are those that a person would copy.
    psql = f"cd / && exec runuser -u postgres -- psql -Xq -v ON_ERROR_STOP=1 -d {database.name} -f -"
    podman.run_in(primary.name, psql, grants.database_sql(primary))


def _slot_for(follower: Host, *, holds_wal: bool) -> str:
    """SQL that creates a physical slot for a follower, if it is missing."""
    name = f"{follower.site}_{follower.role}{follower.number}"
    known = f"SELECT FROM pg_replication_slots WHERE slot_name = '{name}'"
    return f"SELECT pg_create_physical_replication_slot('{name}', {holds_wal}) WHERE NOT EXISTS ({known})"


def _set(primary: Host, statements: str) -> str:
    if evidence.sql(primary, "SELECT pg_is_in_recovery()") != "f":
        raise NotYetError("the primary is in recovery")
    return evidence.sql(primary, statements)


def is_lost(host: Host) -> bool:
    """Whether a host has no database at all, as after a base backup that failed half-way."""
    return bool(
        podman.podman("exec", host.name, "test", "-f", f"{_data(host)}/PG_VERSION", check=False).returncode
    )


def _data(host: Host) -> str:
    return host.pair.software.DATABASE.data


def _rebuild(standby: Host) -> str:
    cluster = standby.pair.software.DATABASE
    values = {"UNIT": cluster.unit, "DATA": cluster.data, "SETTINGS": cluster.settings}
    return seed.fill(_REBUILD, values, "_REBUILD")


def _finds(host: Host, other: Host, plan: Plan) -> str:
    name = f"db.{other.site}.{plan.domain}"
    if podman.podman("exec", host.name, "getent", "hosts", name, check=False).returncode:
        raise NotYetError(f"it cannot resolve {name}")
    return name


def ensure_standby(plan: Plan, deadline: float) -> bool:
    """Let the standby catch up by itself, or rebuild it from the primary if it cannot.

    It also gets the slot that the primary needs to follow it after a failover, which holds no WAL yet.

    Returns:
        True if it was rebuilt.
    """
    primary, standby = evidence.database_pair(plan)
    look = partial(evidence.replication, standby, plan)
    rebuilt = False
    # On a busy machine the name server may be the last to boot, and both ways need it.
    until(f"{standby.name}: finds its primary", partial(_finds, standby, primary, plan), deadline)
    try:
        until("streams", look, min(deadline, time.monotonic() + STREAMS_BY_ITSELF))
    except LabError:
        podman.shell(standby.name, _rebuild(standby), timeout=60)
        until(f"{standby.name}: streams after a new base backup", look, deadline)
        rebuilt = True
    evidence.sql(standby, _slot_for(primary, holds_wal=False))
    return rebuilt
