"""The files of a single host, copied into its container before the first boot.

They are in `images/base/per-host/` of the lab and `images/<role>/per-host/` of the pair, laid out as on the
host, with `@NAME@` for what differs between hosts.
"""

import io
import re
import tarfile
import time
import uuid
from collections.abc import Iterator, Mapping

from lab import grants, keys
from lab.errors import LabError
from lab.pairs import ROOT, Placed
from lab.sites import OUTSIDE, Host, Plan

BASE = ROOT / "images" / "base"
"""What the hosts of every pair have."""


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
    values, granted, software = tokens(host, plan), grants.of(host), plan.pair.software
    suite = {path: Placed(*placed) for path, placed in grants.files(host, granted).items()} if granted else {}
    own = _keys(host) | _standby(host, plan) | dict(software.files(host, plan))
    return dict(_templates(host, values)) | own | suite


def tokens(host: Host, plan: Plan) -> dict[str, str]:
    """The value of each `@NAME@` on this host."""
    software = plan.pair.software
    values = keys.tokens(plan.pair) | {
        "HOST": host.name,
        "SITE": host.site,
        "ROLE": host.role,
        "ADDRESS": host.address,
        "ADMIN": plan.gateway,
        "MACHINE_ID": uuid.uuid5(uuid.NAMESPACE_DNS, f"{host.name}.{plan.domain}").hex,
        "TIME_SERVER": plan.role(OUTSIDE)[0].address,
        "NAME_SERVER": plan.role(OUTSIDE)[0].address,
        **software.tokens(host, plan),
    }
    site = plan.site_of(host)
    if site is None:
        return values
    if granted := grants.of(host):
        values |= grants.tokens(host, granted)
    other = plan.other(site.name)
    return values | {
        "OTHER_SITE": other.name,
        "SITE_NETWORK": site.network,
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
    rights = host.pair.software.RIGHTS
    for top in (BASE / "per-host", host.pair.folder / "images" / host.role / "per-host"):
        for path in sorted(top.rglob("*")):
            if path.is_file():
                name = str(path.relative_to(top))
                content = fill(path.read_text(encoding="utf-8"), values, str(path))
                yield name, Placed(content.encode(), *rights.get(name, ()))


def _keys(host: Host) -> dict[str, Placed]:
    own = keys.host_key(host)
    return {
        "etc/ssh/ssh_host_ed25519_key": Placed(own.read_bytes(), 0o600),
        "etc/ssh/ssh_host_ed25519_key.pub": Placed(own.with_suffix(".pub").read_bytes()),
    }


def _standby(host: Host, plan: Plan) -> dict[str, Placed]:
    if host.role != "db" or host.site == plan.active.name:
        return {}
    signal, rights = f"{host.pair.software.DATABASE.data}/standby.signal", host.pair.software.RIGHTS
    _, owner, group = rights["var/lib/postgresql/.pgpass"]
    return {signal.removeprefix("/"): Placed(b"", 0o600, owner, group)}
