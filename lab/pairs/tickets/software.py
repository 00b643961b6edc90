"""The software of the pair tickets: pretix behind nginx, its worker and its timer, its sessions in Redis."""

import http.client
import ssl
import time
from functools import partial

from lab import certificates, podman
from lab.evidence import get, redis
from lab.pairs import Database, Look, Placed
from lab.sites import OUTSIDE, Host, Plan
from lab.wait import NotYetError

NAME = "www.tickets.example"
PASSWORDS = ("DATABASE", "REPLICATOR", "REDIS", "REDIS_PARITY", "SECRET")
CERTIFICATE = (NAME,)
DATABASE = Database(17, "pretix", {"pretix": "DATABASE", "replicator": "REPLICATOR"})
GRANTS = "GRANT SELECT (id) ON pretixbase_order TO parity;\n"

# Numeric owners, as the Containerfiles fix them.
PRETIX, POSTGRES, REDIS = 980, 983, 984
RIGHTS = {
    "etc/machine-id": (0o444, 0, 0),
    "etc/pretix/pretix.cfg": (0o640, 0, PRETIX),
    "etc/redis/site.conf": (0o640, REDIS, REDIS),
    "etc/siteparity/redis-auth": (0o600, 0, 0),
    "etc/postgresql/17/main/pg_hba.conf": (0o640, POSTGRES, POSTGRES),
    "etc/postgresql/17/main/pg_ident.conf": (0o640, POSTGRES, POSTGRES),
    "etc/postgresql/17/main/conf.d/site.conf": (0o644, POSTGRES, POSTGRES),
    "var/lib/postgresql/.pgpass": (0o600, POSTGRES, POSTGRES),
}
SOON = 2.0
"""Seconds: half of what the smoke tests give a page."""
IN_A_ROW = 8
"""Pages that must come soon: a few for each process that serves them."""
TIMER = "pretix-periodic.timer"
"""Enabled at the active site alone: what it starts writes to the database."""


def tokens(host: Host, plan: Plan) -> dict[str, str]:
    """Names, and who may reach the database."""
    values = {
        "ACTIVE_WEB": plan.at(plan.active.name, "web")[0].address,
        "HOST_RECORDS": "\n".join(line for site in plan.sites for line in _records(plan, site.name)),
    }
    if host.site == OUTSIDE:
        return values
    return values | {"WEB_ADDRESS": plan.at(host.site, "web")[0].address}


def _records(plan: Plan, site: str) -> list[str]:
    web, database = plan.at(site, "web")[0].address, plan.at(site, "db")[0].address
    hosts = {"web1": web, "redis": web, "db1": database, "db": database}
    return [f"{name}.{site} IN A {address}" for name, address in hosts.items()]


def files(host: Host, plan: Plan) -> dict[str, Placed]:
    """The certificate of the web hosts, and the timer that runs at the active site alone."""
    if host.role != "web":
        return {}
    tls = plan.pair.state / "tls"
    shown = certificates.served(tls)
    placed = {
        "etc/ssl/tickets/www.pem": Placed(shown.chain),
        "etc/ssl/tickets/www.key": Placed(shown.key, 0o600),
        "usr/local/share/ca-certificates/tickets.crt": Placed(certificates.authority(tls)),
    }
    if host.site == plan.active.name:
        wanted = f"etc/systemd/system/timers.target.wants/{TIMER}"
        placed[wanted] = Placed(b"", link=f"/etc/systemd/system/{TIMER}")
    return placed


def looks(host: Host, plan: Plan) -> list[tuple[str, Look]]:
    """Each service answers as its users would ask."""
    if host.role == "web":
        return [
            (f"{host.name}: Redis answers its users", partial(redis, host)),
            (f"{host.name}: customers see the event", partial(event, host)),
        ]
    if host.site == OUTSIDE:
        return [(f"{host.name}: names and status page answer", partial(outside, host, plan))]
    return []


def event(host: Host) -> str:
    """The page of the event comes through nginx, with a certificate that customers trust, and soon.

    The first answer of each process of pretix takes seconds, and nobody can choose the process that answers.
    """
    trust = ssl.create_default_context(cafile=str(host.pair.state / "tls" / "authority.pem"))
    for _ in range(IN_A_ROW):
        began = time.monotonic()
        status, body = get(host.address, 443, "/demo/conf/", NAME, trust)
        seconds = time.monotonic() - began
        if status != http.client.OK or b"Konferenz" not in body:
            raise NotYetError(f"https://{NAME}/demo/conf/ at {host.address}: {status}")
        if seconds > SOON:
            raise NotYetError(f"https://{NAME}/demo/conf/ at {host.address} took {seconds:.1f} s")
    return f"200, {IN_A_ROW} times in a row"


def outside(host: Host, plan: Plan) -> str:
    """The web hosts can resolve the names that they use, and the status page is there."""
    status, _ = get(host.address, 80, "/", "status.provider.example")
    if status != http.client.OK:
        raise NotYetError(f"status page: {status}")
    for web in plan.role("web"):
        for name in (
            f"db.{web.site}.{plan.domain}",
            f"redis.{web.site}.{plan.domain}",
            "pay.provider.example",
        ):
            if podman.podman("exec", web.name, "getent", "hosts", name, check=False).returncode:
                raise NotYetError(f"{web.name} cannot resolve {name}")
    return "answers"


def begin(_plan: Plan, _deadline: float) -> None:
    """Nothing: the database of the image has an event, and orders of it."""
