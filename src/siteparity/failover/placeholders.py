"""What a command of the plan leaves open: ``{{old}}``, ``{{new.db}}``, ``{{new.edge.address}}``. Pure.

So one plan serves both directions. ``{{old}}`` is the name of the site that is left, ``{{old.domain}}`` its
domain, ``{{old.db}}`` the name of its one host in the role ``db``, ``{{old.db.address}}`` its address.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping

from siteparity.failover.proofs import Side
from siteparity.model import Host, Site
from siteparity.yamlfile import did_you_mean, quoted

_OPEN = re.compile(r"\{\{ ?([^{}]*?) ?\}\}")
_DOMAIN, _ADDRESS = "domain", "address"


def check(text: str, roles: Collection[str]) -> None:
    """Refuse what stands for nothing.

    Raises:
        ValueError: a placeholder is unknown; says which there are.
    """
    known = [
        *(side.value for side in Side),
        *(f"{side.value}.{_DOMAIN}" for side in Side),
        *(f"{side.value}.{role}{end}" for side in Side for role in roles for end in ("", f".{_ADDRESS}")),
    ]
    for name in _OPEN.findall(text):
        if name not in known:
            raise ValueError(
                f"expected {{{{old}}}}, {{{{new}}}}, or one of them with .{_DOMAIN}, .ROLE or "
                f".ROLE.{_ADDRESS}, found {quoted(name)}{did_you_mean(name, known)}; correct it"
            )


def fill(text: str, sites: Mapping[Side, Site]) -> str:
    """The command for two sites.

    Raises:
        ValueError: a site has no domain, or not exactly one host with a name and an address in a role.
    """
    return _OPEN.sub(lambda found: _value(found[1], sites), text)


def name_of(host: Host) -> str:
    """A host as people call it: its first name for other machines, or else that of the inventory."""
    return host.names[0] if host.names else host.label


def _value(name: str, sites: Mapping[Side, Site]) -> str:
    side, _, rest = name.partition(".")
    site = sites[Side(side)]
    if not rest:
        return site.name
    if rest == _DOMAIN:
        return _known(site.domain, f"{site.name} has no parity_domain")
    role, _, what = rest.partition(".")
    return _of_host(_only(site, role), what)


def _of_host(host: Host, what: str) -> str:
    read: Callable[[], str | None] = {
        "": lambda: host.names[0] if host.names else None,
        _ADDRESS: lambda: str(host.addresses[0]) if host.addresses else None,
    }[what]
    setting = "parity_address" if what else "parity_names"
    return _known(read(), f"{host.label} has no {setting}")


def _only(site: Site, role: str) -> Host:
    hosts = site.in_role(role)
    if len(hosts) != 1:
        raise ValueError(
            f"expected one host in the role {role} at {site.name}, found {len(hosts)}; write the name out"
        )
    return hosts[0]


def _known(value: str | None, problem: str) -> str:
    if value is None:
        raise ValueError(f"expected a value, found that {problem}; add it to the inventory")
    return value
