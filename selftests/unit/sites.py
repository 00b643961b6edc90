"""Two small sites for tests that need no host."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

from siteparity.model import Connection, ConnectionKind, Host, Site


def site(name: str, network: int, hosts: int = 2) -> Site:
    """A site ``<name>`` in ``198.18.<network>.0/24`` with hosts ``web1`` ... in the role ``web``."""
    domain = f"{name}.shop.example"
    return Site(
        name=name,
        hosts=tuple(
            Host(
                name=f"web{number}",
                site=name,
                roles=("web",),
                connection=Connection(ConnectionKind.SSH, f"web{number}.{domain}"),
                addresses=(ip_address(f"198.18.{network}.{20 + number}"),),
                names=(f"web{number}.{domain}",),
            )
            for number in range(1, hosts + 1)
        ),
        domain=domain,
        networks=(ip_network(f"198.18.{network}.0/24"),),
    )


DALLAS = site("dallas", 1)
ARIZONA = site("arizona", 2)
