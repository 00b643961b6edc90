"""The software of the usual pair: a small shop behind nginx, with its sessions in Redis."""

import http.client
import json
import socket
from collections.abc import Iterator, Mapping
from functools import partial

from lab import certificates, podman
from lab.evidence import get, redis
from lab.pairs import Database, Look, Placed
from lab.sites import OUTSIDE, Host, Plan
from lab.wait import NotYetError, until

PASSWORDS = ("DATABASE_SHOP", "REPLICATOR", "REDIS_SHOP", "REDIS_PARITY", "REDIS_ADMIN")
CERTIFICATE = ("www.shop.example", "shop.example")
DATABASE = Database(15, "shop", {"shop": "DATABASE_SHOP", "replicator": "REPLICATOR"})
# What the shop decided to grant for the statements that `siteparity privileges` lists: enough to count rows
# and to see the newest one, nothing about customers.
GRANTS = "GRANT SELECT (id) ON orders, charges, job_runs TO parity;\n"

# Numeric owners, as the Containerfiles fix them.
SHOP, POSTGRES, REDIS = 980, 983, 984


WORKER = "shop-mailings.service"
"""Enabled at the active site alone."""
NEWSLETTER = "/etc/cron.d/shop-newsletter"
"""The crontab of a job that is scheduled at the active site alone."""
NEWSLETTER_JOB = """\
SHELL=/bin/sh
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
MAILTO=""

0 6 * * 1 shop /usr/local/bin/shop-newsletter
"""

UPLOADS = "srv/uploads"
"""Where the shop stores what customers send. Podman mounts memory there, and copies these files into it."""
PICTURES = {f"products/{number:03}.svg": 40 * number for number in range(1, 9)}
"""File -> its bytes, of pictures that were stored long ago and lie at both sites."""

# Path on the host -> mode, owner, group, where they are not 0644 root root.
RIGHTS: Mapping[str, tuple[int, int, int]] = {
    "etc/machine-id": (0o444, 0, 0),
    "etc/nftables.conf": (0o755, 0, 0),
    "etc/shop/shop.env": (0o640, 0, SHOP),
    "etc/postgresql/15/main/pg_hba.conf": (0o640, POSTGRES, POSTGRES),
    "etc/postgresql/15/main/pg_ident.conf": (0o640, POSTGRES, POSTGRES),
    "etc/postgresql/15/main/conf.d/site.conf": (0o644, POSTGRES, POSTGRES),
    "var/lib/postgresql/.pgpass": (0o600, POSTGRES, POSTGRES),
    "etc/redis/users.acl": (0o640, REDIS, REDIS),
    "etc/siteparity/redis-auth": (0o600, 0, 0),
    "root/.redis-admin": (0o600, 0, 0),
}


def tokens(host: Host, plan: Plan) -> dict[str, str]:
    """Names, upstreams and lines of pg_hba.conf."""
    values = {
        "ACTIVE_EDGE": plan.at(plan.active.name, "edge")[0].address,
        "HOST_RECORDS": "\n".join(_records(plan)),
        "WEB_ADDRESSES": "\n".join(web.address for web in plan.role("web")),
    }
    site = plan.site_of(host)
    if site is None:
        return values
    webs = plan.at(site.name, "web")
    return values | {
        "WEB_UPSTREAMS": "\n".join(f"    server {web.address}:8000;" for web in webs),
        "HBA_WEB": "\n".join(
            f"host    shop         shop        {web.address}/32      scram-sha-256" for web in webs
        ),
    }


def files(host: Host, plan: Plan) -> dict[str, Placed]:
    """What runs at the active site alone, the certificate, and what customers have stored."""
    return active(host, plan) | _tls(host, plan) | _uploads(host)


def looks(host: Host, plan: Plan) -> list[tuple[str, Look]]:
    """Each service answers as its users would ask."""
    by_role: dict[str, tuple[str, Look]] = {
        "sessions": (f"{host.name}: Redis answers its users", partial(redis, host)),
        "web": (f"{host.name}: the shop is well", partial(health, host.address, 8000)),
        "edge": (f"{host.name}: the shop answers through the edge", partial(health, host.address, 80)),
        OUTSIDE: (
            f"{host.name}: names, status page, gateway, mail relay answer",
            partial(outside, host, plan),
        ),
    }
    return [by_role[host.role]] if host.role in by_role else []


def begin(plan: Plan, deadline: float) -> None:
    """Run the subscriptions once, as cron does, so that a fresh lab has a fresh last success."""
    web = plan.at(plan.active.name, "web")[0]
    job = "runuser -u shop -- /usr/local/bin/subscriptions run"
    until(f"{web.name}: subscriptions run", partial(podman.shell, web.name, job), deadline)


def active(host: Host, plan: Plan) -> dict[str, Placed]:
    """What runs at the active site alone: a worker that starts at a boot, and a job of cron."""
    if host.role != "web" or host.site != plan.active.name:
        return {}
    wanted = f"etc/systemd/system/multi-user.target.wants/{WORKER}"
    return {
        wanted: Placed(b"", link=f"/etc/systemd/system/{WORKER}"),
        NEWSLETTER.removeprefix("/"): Placed(NEWSLETTER_JOB.encode()),
    }


def _tls(host: Host, plan: Plan) -> dict[str, Placed]:
    if host.role != "edge":
        return {}
    name, pair = f"www.{plan.domain}", certificates.served()
    return {
        f"etc/ssl/shop/{name}.pem": Placed(pair.chain),
        f"etc/ssl/shop/{name}.key": Placed(pair.key, 0o600),
        "etc/ssl/shop/authority.pem": Placed(certificates.authority()),
    }


def _uploads(host: Host) -> dict[str, Placed]:
    """The same pictures on every web host."""
    if host.role != "web":
        return {}
    return {
        f"{UPLOADS}/{name}": Placed(f"<svg>{name}</svg>".encode().ljust(size), 0o644, SHOP, SHOP)
        for name, size in PICTURES.items()
    }


def _records(plan: Plan) -> Iterator[str]:
    """Lines of the zone: each host below its site, and the names that the configuration uses."""
    for host in plan.hosts:
        if host.site in {site.name for site in plan.sites}:
            yield f"{host.role}{host.number}.{host.site} IN A {host.address}"
    for site in plan.sites:
        for role in ("db", "sessions"):
            yield f"{role}.{site.name} IN A {plan.at(site.name, role)[0].address}"


def health(address: str, port: int) -> str:
    """`/healthz` is 200 and JSON."""
    status, body = get(address, port, "/healthz", "www.shop.example")
    if status != http.client.OK:
        raise NotYetError(f"http://{address}:{port}/healthz: {status} {body[:200]!r}")
    try:
        json.loads(body)
    except ValueError as error:
        raise NotYetError(f"http://{address}:{port}/healthz: no JSON: {body[:200]!r}") from error
    return "200"


def outside(host: Host, plan: Plan) -> str:
    """A web host can resolve the names that it uses; the status page is there; the gateway refuses others."""
    status, _ = get(host.address, 80, "/", "status.shop.example")
    if status != http.client.OK:
        raise NotYetError(f"status page: {status}")
    refused, _ = get(host.address, 8081, "/", "payment.example")
    if refused != http.client.FORBIDDEN:
        raise NotYetError(f"payment gateway, from an address that is not listed: {refused}")
    try:
        with socket.create_connection((host.address, 25), 5) as relay:
            greeting = relay.recv(100)
    except OSError as error:
        raise NotYetError(f"mail relay: {error}") from error
    if not greeting.startswith(b"554"):
        raise NotYetError(f"mail relay, to an address that is not listed: {greeting!r}")
    web, names = (
        plan.role("web")[0],
        (f"db.{plan.active.name}.{plan.domain}", "payment.example", "mail.example"),
    )
    for name in names:
        done = podman.podman("exec", web.name, "getent", "hosts", name, check=False)
        if done.returncode:
            raise NotYetError(f"{web.name} cannot resolve {name}")
    return "answers"
