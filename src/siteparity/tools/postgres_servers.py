"""The foreign servers of a PostgreSQL database: other databases from which it reads while customers wait.

They are rows of the database, so a standby has those of the primary, with the primary's names. Of their
options leave the host those that name a host; a password stands in the user mappings, which nobody asks for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from siteparity.model import UnmeasuredError
from siteparity.tools import postgres
from siteparity.tools.program import filled, program

PARTS = ("servers", "addresses")
_STATEMENT = """SELECT json_build_object('server', server, 'host', host) FROM (
    SELECT '' AS server, '' AS host UNION ALL
    SELECT srvname, substr(option, strpos(option, '=') + 1)
    FROM pg_foreign_server, unnest(srvoptions) AS option
    WHERE lower(split_part(option, '=', 1)) IN
        ('host', 'hostaddr', 'servername', 'server', 'address', 'svr_address')
) AS found ORDER BY server, host"""

QUESTION = filled(program(__package__, "postgres_servers.sh"), psql=postgres.psql([_STATEMENT]))


def read(parts: Mapping[str, Sequence[str]]) -> Mapping[str, tuple[str, ...]]:
    """Each foreign server -> its host as it is written, and the addresses that this stands for.

    Raises:
        UnmeasuredError: the answer is not understood.
    """
    addresses: dict[str, list[str]] = {}
    for line in filter(None, parts["addresses"]):
        host, _, address = line.partition(" ")
        addresses.setdefault(host, []).append(address)
    found: dict[str, list[str]] = {}
    for row in postgres.rows(filter(None, parts["servers"]), "servers"):
        server: object = row.get("server")
        host_name: object = row.get("host")
        if not isinstance(server, str) or not isinstance(host_name, str):
            raise UnmeasuredError("servers: a row has no server and host")
        if server:
            found.setdefault(server, []).extend([host_name, *addresses.get(host_name, [])])
    return {server: tuple(dict.fromkeys(hosts)) for server, hosts in found.items()}
