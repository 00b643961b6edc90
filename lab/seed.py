"""The files of a single host, copied into its container before the first boot.

They are in `images/<role>/per-host/`, laid out as on the host, with `@NAME@` for what differs between hosts.
"""

import io
import re
import tarfile
import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lab import certificates, grants, keys
from lab.errors import LabError
from lab.sites import OUTSIDE, ROOT, Host, Plan

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


@dataclass(frozen=True)
class Placed:
    """One file of one host; owner and group by number."""

    content: bytes
    mode: int = 0o644
    owner: int = 0
    group: int = 0
    link: str = ""
    """What it leads to, if it is a symbolic link; it has no content then."""


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


def archive(host: Host, plan: Plan) -> bytes:
    """All files of one host as a tar, to be unpacked at its root."""
    return packed(files(host, plan))


def packed(placed: Mapping[str, Placed]) -> bytes:
    """Files as a tar that ends right after its two zero blocks.

    Python pads a tar to a whole record of 10,240 bytes. Podman stops reading before that padding, and
    the writer gets a broken pipe (containers/buildah#6573).
    """
    buffer, now = io.BytesIO(), int(time.time())
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for path, one in sorted(placed.items()):
            info = tarfile.TarInfo(path)
            info.size, info.mode = len(one.content), one.mode
            info.uid, info.gid, info.mtime = one.owner, one.group, now
            if one.link:
                info.type, info.linkname = tarfile.SYMTYPE, one.link
            tar.addfile(info, io.BytesIO(one.content))
    return buffer.getvalue()[: tar.offset]


def files(host: Host, plan: Plan) -> dict[str, Placed]:
    """Path on the host, without the leading slash -> file."""
    values, granted = tokens(host, plan), grants.of(host)
    suite = {path: Placed(*placed) for path, placed in grants.files(granted).items()} if granted else {}
    own = _keys(host) | _standby(host, plan) | active(host, plan) | _tls(host, plan)
    return dict(_templates(host, values)) | own | suite


def tokens(host: Host, plan: Plan) -> dict[str, str]:
    """The value of each `@NAME@` on this host."""
    values = keys.tokens() | {
        "HOST": host.name,
        "SITE": host.site,
        "ROLE": host.role,
        "ADDRESS": host.address,
        "ADMIN": plan.gateway,
        "MACHINE_ID": uuid.uuid5(uuid.NAMESPACE_DNS, f"{host.name}.{plan.domain}").hex,
        "TIME_SERVER": plan.role(OUTSIDE)[0].address,
        "ACTIVE_EDGE": plan.at(plan.active.name, "edge")[0].address,
        "HOST_RECORDS": "\n".join(_records(plan)),
        "WEB_ADDRESSES": "\n".join(web.address for web in plan.role("web")),
    }
    site = plan.site_of(host)
    if site is None:
        return values
    if granted := grants.of(host):
        values |= grants.tokens(granted)
    webs, other = plan.at(site.name, "web"), plan.other(site.name)
    return values | {
        "OTHER_SITE": other.name,
        "SITE_NETWORK": site.network,
        "WEB_UPSTREAMS": "\n".join(f"    server {web.address}:8000;" for web in webs),
        "HBA_WEB": "\n".join(
            f"host    shop         shop        {web.address}/32      scram-sha-256" for web in webs
        ),
        "OTHER_DB_ADDRESS": plan.at(other.name, "db")[0].address,
    }


def fill(text: str, values: Mapping[str, str], where: str) -> str:
    """Replace each `@NAME@`.

    Raises:
        LabError: a name has no value on this host.
    """

    def value(match: re.Match[str]) -> str:
        if match[1] not in values:
            raise LabError(f"{where}: @{match[1]}@ means nothing here; known: {', '.join(sorted(values))}")
        return values[match[1]]

    return re.sub(r"@([A-Z][A-Z0-9_]*)@", value, text)


def _templates(host: Host, values: Mapping[str, str]) -> Iterator[tuple[str, Placed]]:
    for role in ("base", host.role):
        top = ROOT / "images" / role / "per-host"
        for path in sorted(top.rglob("*")):
            if path.is_file():
                name = str(path.relative_to(top))
                content = fill(path.read_text(encoding="utf-8"), values, str(path))
                yield name, Placed(content.encode(), *RIGHTS.get(name, ()))


def _records(plan: Plan) -> Iterator[str]:
    """Lines of the zone: each host below its site, and the names that the configuration uses."""
    for host in plan.hosts:
        if host.site in {site.name for site in plan.sites}:
            yield f"{host.role}{host.number}.{host.site} IN A {host.address}"
    for site in plan.sites:
        for role in ("db", "sessions"):
            yield f"{role}.{site.name} IN A {plan.at(site.name, role)[0].address}"


def _keys(host: Host) -> dict[str, Placed]:
    own = keys.host_key(host)
    return {
        "etc/ssh/ssh_host_ed25519_key": Placed(own.read_bytes(), 0o600),
        "etc/ssh/ssh_host_ed25519_key.pub": Placed(own.with_suffix(".pub").read_bytes()),
    }


def _standby(host: Host, plan: Plan) -> dict[str, Placed]:
    if host.role != "db" or host.site == plan.active.name:
        return {}
    return {"var/lib/postgresql/15/main/standby.signal": Placed(b"", 0o600, POSTGRES, POSTGRES)}


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
