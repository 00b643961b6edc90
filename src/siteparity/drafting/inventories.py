"""``hosts.yml`` of a site, from what was given and what its hosts said. Pure.

Each site's inventory is made of its own hosts, since it only says who they are and how they are reached.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from ipaddress import IPv4Address, IPv4Network, IPv6Network, collapse_addresses, ip_address, ip_network
from pathlib import Path

from siteparity.drafting.sites import HostSeen, SiteSeen
from siteparity.drafting.writing import flow, scalar
from siteparity.model import Address, ConnectionKind, Network

_HEADER = """\
# Drafted by `siteparity init`: how hosts of {site} are reached, and the names that others use for them.
# Each stands for its role when sites are compared; add a name that is missing.
"""


def text(site: SiteSeen, other: SiteSeen, folder: Path) -> str:
    """The file.

    Args:
        site: whose hosts they are.
        other: the site whose networks and domain must be others.
        folder: where the file will stand; paths are relative to it.
    """
    lines = [_HEADER.format(site=site.name) + "all:"]
    wide = list(_site_wide(site, other))
    if wide:
        lines += ["  vars:", *(f"    {one}" for one in wide)]
    lines.append("  children:")
    for role in site.roles():
        lines += [f"    {scalar(role)}:", "      hosts:"]
        for host in site.hosts:
            if role in host.roles:
                is_first = host.roles[0] == role
                told = flow(dict(_settings(host, site, folder))) if is_first else "{}"
                lines.append(f"        {scalar(host.name)}: {told}")
    if beside := [host for host in site.hosts if not host.roles]:
        lines += ["    no_role:", "      hosts:"]
        lines += [f"        {scalar(one.name)}: {flow(dict(_settings(one, site, folder)))}" for one in beside]
    return "\n".join([*lines, ""])


def lacking(site: SiteSeen, other: SiteSeen) -> Iterator[tuple[str, str]]:
    """What an inventory that is there already does not say of its hosts, and what to add.

    A name or an address that is not known differs between the sites.
    """
    for host in site.hosts:
        known = {one.lower() for one in host.given.host.names}
        told = dict[str, object]()
        if names := [one for one in site.names[host.name] if one.lower() not in known]:
            told["parity_names"] = names
        if addresses := [str(one) for one in host.addresses if one not in host.given.host.addresses]:
            told["parity_address"] = addresses
        if told:
            yield f"{site.name}/{host.name}", f"its inventory lacks {flow(told)}"
    wide = [one.partition(" # ")[0] for one in _site_wide(site, other)]
    if wide and not site.is_described:
        yield site.name, f"its inventory may lack, for all hosts: {'; '.join(wide)}"


def _site_wide(site: SiteSeen, other: SiteSeen) -> Iterator[str]:
    if found := domain(site, other):
        yield f"parity_domain: {scalar(found)} # the end of names by which settings reach these hosts"
    if networks := networks_of(site, other):
        told = flow([str(one) for one in networks])
        yield f"parity_networks: {told} # around these hosts; correct it if the site has more"


def _settings(host: HostSeen, site: SiteSeen, folder: Path) -> Iterator[tuple[str, object]]:
    connection = host.given.host.connection
    if connection.kind is not ConnectionKind.SSH:
        yield "ansible_connection", connection.kind.value
    yield "ansible_host", connection.address
    if connection.port is not None:
        yield "ansible_port", connection.port
    if connection.user is not None:
        yield "ansible_user", connection.user
    if connection.become or not host.seen.own.is_root:
        yield "ansible_become", True
    if connection.private_key_file is not None:
        yield "ansible_ssh_private_key_file", _from(connection.private_key_file, folder)
    if connection.ssh_config is not None:
        yield "parity_ssh_config", _from(connection.ssh_config, folder)
    if host.addresses:
        yield "parity_address", [str(one) for one in host.addresses]
    if names := site.names[host.name]:
        yield "parity_names", list(names)


def _from(path: Path, folder: Path) -> str:
    """A path as a file in a folder names it: relative if it lies below the folder."""
    whole, here = path.resolve(), folder.resolve()
    return str(whole.relative_to(here) if whole.is_relative_to(here) else whole)


def domain(site: SiteSeen, other: SiteSeen) -> str | None:
    """The domain of a site's own names: the longest that most full names of its hosts have in common."""
    given = next((one.seen.own.domain for one in site.hosts if one.seen.own.domain), None)
    full = [name for name in _names(site) if "." in name and re.search("[a-z]", name)]
    found = _common_end([name.split(".")[1:] for name in full]) if full else given
    if not found or any(name == found or name.endswith(f".{found}") for name in _names(other)):
        return None
    return found


def _names(site: SiteSeen) -> list[str]:
    return [name.lower().rstrip(".") for names in site.names.values() for name in names]


def _common_end(names: Sequence[Sequence[str]]) -> str:
    """The longest end, of two labels or more, that more than half of the names have; empty if none has it."""
    times = Counter(".".join(labels[at:]) for labels in names for at in range(len(labels) - 1))
    common = [end for end, count in times.items() if 2 * count > len(names)]
    return max(common, key=len, default="")


def networks_of(site: SiteSeen, other: SiteSeen) -> tuple[Network, ...]:
    """Around the hosts of a site, as wide as can be without the other site and without what both use."""
    theirs = [address for host in other.hosts for address in host.addresses]
    shared = [*theirs, *_of_neither(site, other)]
    found: list[Network] = []
    for host in site.hosts:
        for address in host.addresses:
            mine = [
                one for one in host.seen.own.networks if address in one and not any(a in one for a in theirs)
            ]
            wide = mine[0] if mine else _widest(address, shared)
            if wide is not None and not wide.is_link_local:
                found.append(wide)
    four = collapse_addresses(one for one in found if isinstance(one, IPv4Network))
    six = collapse_addresses(one for one in found if isinstance(one, IPv6Network))
    return (*four, *six)


def _of_neither(*sites: SiteSeen) -> Iterator[Address]:
    """Addresses that hosts of both sites use, and that are no host's: they lie outside both."""
    known = {address for site in sites for host in site.hosts for address in host.addresses}
    used = [{text for host in site.hosts for text in _used(host)} for site in sites]
    for text in sorted(set.intersection(*used)):
        with suppress(ValueError):
            if (address := ip_address(text)) not in known:
                yield address


def _used(host: HostSeen) -> Iterator[str]:
    yield from (one.address for one in host.seen.name_servers)
    for addresses in host.seen.resolves.values():
        yield from addresses


def _widest(address: object, theirs: Sequence[object]) -> Network | None:
    first = 24 if isinstance(address, IPv4Address) else 64
    last = 32 if isinstance(address, IPv4Address) else 128
    for length in range(first, last + 1):
        network = ip_network(f"{address}/{length}", strict=False)
        if not any(getattr(one, "version", 0) == network.version and one in network for one in theirs):
            return network
    return None
