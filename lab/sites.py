"""The sites and hosts of a pair, as its compose.yaml declares them."""

import difflib
import ipaddress
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import yaml

from lab.errors import LabError
from lab.pairs import USUAL, Pair

IMAGE_PREFIX = "localhost/siteparity-lab-"
OUTSIDE = "outside"

T = TypeVar("T")

_HOST_NAME = re.compile(r"(?:(?P<site>[a-z]+)-)?(?P<role>[a-z]+)(?P<number>[0-9]+)")


@dataclass(frozen=True)
class Site:
    """One data centre.

    Attributes:
        name: as in the inventories.
        network: in CIDR notation.
        zone: the IANA time zone of the place. Hosts run on UTC; faults use this.
        active: it serves customers in the healthy lab.
    """

    name: str
    network: str
    zone: str
    active: bool


@dataclass(frozen=True)
class Host:
    """One machine of the lab.

    Attributes:
        name: of its container, e.g. `dallas-web1`.
        site: name of its site, or `outside`.
        role: e.g. `web`; also names the folder of its image.
        number: counts within site and role.
        address: in the lab's network.
        ssh_port: on 127.0.0.1 of this machine.
        image: the image that it boots.
        hostname: what it calls itself.
        pair: that it belongs to.
    """

    name: str
    site: str
    role: str
    number: int
    address: str
    ssh_port: int
    image: str
    hostname: str
    pair: Pair = field(default=USUAL, repr=False)


@dataclass(frozen=True)
class Plan:
    """All of one pair.

    Attributes:
        debian: the codename of the Debian that its hosts run.
    """

    pair: Pair
    variant: str | None
    project: str
    network: str
    gateway: str
    domain: str
    debian: str
    sites: tuple[Site, ...]
    hosts: tuple[Host, ...]

    def host(self, name: str) -> Host:
        """The host of that name.

        Raises:
            LabError: there is none; the message offers the nearest names.
        """
        return named(name, {host.name: host for host in self.hosts}, "host")

    def at(self, site: str, role: str) -> tuple[Host, ...]:
        """The hosts of one role at one site."""
        return tuple(host for host in self.hosts if (host.site, host.role) == (site, role))

    def role(self, role: str) -> tuple[Host, ...]:
        """The hosts of one role, everywhere."""
        return tuple(host for host in self.hosts if host.role == role)

    @property
    def active(self) -> Site:
        """The site that serves customers while the lab is healthy."""
        return next(site for site in self.sites if site.active)

    def other(self, site: str) -> Site:
        """The site that is not `site`."""
        return next(other for other in self.sites if other.name != site)

    def site_of(self, host: Host) -> Site | None:
        """The site of a host; None outside."""
        return next((site for site in self.sites if site.name == host.site), None)


def variants(pair: Pair = USUAL) -> list[str]:
    """The profiles that some hosts of the declaration belong to."""
    document = yaml.safe_load(pair.compose.read_text(encoding="utf-8"))
    return sorted({one for service in document["services"].values() for one in service.get("profiles", [])})


def named(name: str, known: Mapping[str, T], kind: str) -> T:
    """Look a name up.

    Raises:
        LabError: unknown; the message offers the nearest names.
    """
    if name in known:
        return known[name]
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}?" if near else f"there are: {', '.join(sorted(known))}"
    raise LabError(f"no {kind} named {name!r}; {hint}")


def load(variant: str | None = None, pair: Pair = USUAL) -> Plan:
    """Read the declaration.

    Args:
        variant: a profile of it, whose hosts are added to the usual ones.
        pair: whose declaration.

    Raises:
        LabError: the declaration contradicts itself; the message says where.
    """
    path = pair.compose
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    network = document["networks"]["lab"]["ipam"]["config"][0]["subnet"]
    sites = tuple(Site(name, **rest) for name, rest in document["x-sites"].items())
    if sum(site.active for site in sites) != 1:
        raise LabError(f"{path}: x-sites: exactly one site must be active")
    hosts = tuple(
        _host(name, service, sites, pair)
        for name, service in document["services"].items()
        if variant in service.get("profiles", [variant])
    )
    return Plan(
        pair=pair,
        variant=variant,
        project=document["name"],
        network=document["networks"]["lab"]["name"],
        gateway=str(next(ipaddress.ip_network(network).hosts())),
        domain=document["x-domain"],
        debian=document["x-debian"],
        sites=sites,
        hosts=hosts,
    )


def _host(name: str, service: Mapping[str, Any], sites: Iterable[Site], pair: Pair) -> Host:
    parts = _HOST_NAME.fullmatch(name)
    if parts is None:
        raise LabError(f"{pair.compose}: services: {name}: expected <site>-<role><n>")
    here = next((site for site in sites if site.name == parts["site"]), None)
    address = service["networks"]["lab"]["ipv4_address"]
    if here is not None and ipaddress.ip_address(address) not in ipaddress.ip_network(here.network):
        raise LabError(
            f"{pair.compose}: services: {name}: {address} does not lie in {here.network} of {here.name}"
        )
    return Host(
        name=name,
        site=here.name if here else OUTSIDE,
        role=parts["role"],
        number=int(parts["number"]),
        address=address,
        ssh_port=int(service["ports"][0].split(":")[1]),
        image=service["image"],
        hostname=service["hostname"],
        pair=pair,
    )
