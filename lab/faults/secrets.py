"""Secrets that differ, are missing, or are no secret."""

from lab.faults import Fault

PRIMARY, STANDBY = ("dallas-db1",), ("arizona-db1",)
PGPASS = "/var/lib/postgresql/.pgpass"
KEPT = "/root/pgpass.kept"
AUTH = "/etc/siteparity/redis-auth"


def _changed(name: str, sentence: str, hosts: tuple[str, ...], change: str) -> Fault:
    """The replication password file is changed; open connections stay open."""
    return Fault(
        name,
        sentence,
        hosts,
        f"cp -p {PGPASS} {KEPT}.unfinished\nmv {KEPT}.unfinished {KEPT}\n{change}",
        f"rm -f {KEPT}.unfinished\n[ ! -f {KEPT} ] || mv {KEPT} {PGPASS}",
        f"[ ! -e {KEPT} ] && [ -s {PGPASS} ]",
    )


FAULTS = (
    _changed(
        "secret_differs",
        "The standby has an old replication password, which shows only when the connection breaks.",
        STANDBY,
        f"sed -i 's/:replicator:.*/:replicator:of-last-year/' {PGPASS}",
    ),
    _changed(
        "secret_differs_at_primary",
        "The primary has an old replication password, which it needs on the way back.",
        PRIMARY,
        f"sed -i 's/:replicator:.*/:replicator:of-last-year/' {PGPASS}",
    ),
    _changed(
        "secret_empty",
        "The primary's replication password is empty.",
        PRIMARY,
        f"sed -i 's/:replicator:.*/:replicator:/' {PGPASS}",
    ),
    _changed(
        "secret_empty_at_both_sites",
        "The replication password is empty at both sites.",
        (*PRIMARY, *STANDBY),
        f"sed -i 's/:replicator:.*/:replicator:/' {PGPASS}",
    ),
    _changed("secret_missing", "The primary's password file is gone.", PRIMARY, f"rm {PGPASS}"),
    Fault(
        "secret_readable_by_all",
        "Everybody on the standby's Redis host may read a password.",
        ("arizona-sessions1",),
        f"chmod 0644 {AUTH}",
        f"chmod 0600 {AUTH}",
    ),
)
