"""The two sites that the command line names: ``SITE=INVENTORY``. Reads inventories; contacts nobody.

An inventory is Ansible's, as a file or a folder, or a list of bare hosts with commas between them, as in
``dallas=ops@web1.dallas:2222,db1.dallas``. Whatever exists as a file or a folder is Ansible's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn

from siteparity.inventory import layout_of
from siteparity.inventory.layout import Layout, Machine, is_name
from siteparity.inventory.settings import host_of, typed
from siteparity.model import ConfigurationError, Connection, ConnectionKind, Host, Network
from siteparity.transport import ssh
from siteparity.yamlfile import quoted

_MOST_PORT = 65_535
_SITE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}")
_EVERYBODY = frozenset({"all", "ungrouped"})


@dataclass(frozen=True, slots=True)
class Given:
    """A host as the command line or an inventory gives it."""

    host: Host
    """Without roles. Of a bare host the name is what was typed."""
    groups: frozenset[str] = frozenset()
    """Of the inventory; none of a bare host."""


@dataclass(frozen=True, slots=True)
class GivenSite:
    """A site as the command line gives it."""

    name: str
    hosts: tuple[Given, ...]
    source: Path | None = None
    """The inventory; None for bare hosts."""
    domain: str | None = None
    networks: tuple[Network, ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()
    """What of the inventory is not used, and why."""

    @property
    def is_bare(self) -> bool:
        """Whether it is no inventory, so that roles must be learned from what runs."""
        return self.source is None


def given_sites(written: Sequence[str], ssh_config: Path | None = None) -> tuple[GivenSite, GivenSite]:
    """Both sites, in the order in which they were written.

    Args:
        written: the two arguments.
        ssh_config: in place of the user's own.

    Raises:
        ConfigurationError: one of them is no site, both are the same, or an inventory cannot be read.
    """
    if ssh_config is not None and not ssh_config.is_file():
        raise ConfigurationError(f"--ssh-config: expected a file, found none at {ssh_config}; correct it")
    first, second = (_site(one, ssh_config) for one in written)
    if first.name == second.name:
        raise ConfigurationError(
            f"SITE: expected two sites, found {quoted(first.name)} twice; give the second one another name"
        )
    return first, second


def _site(written: str, ssh_config: Path | None) -> GivenSite:
    name, equals, inventory = written.partition("=")
    if not equals or not inventory or not _SITE.fullmatch(name):
        raise ConfigurationError(
            f"SITE: expected SITE=INVENTORY with a name of letters, digits, _ -, found {quoted(written)}; "
            "write such as dallas=inventories/dallas or dallas=ops@web1.dallas,db1.dallas"
        )
    path = Path(inventory).expanduser()
    if path.exists():
        return _of_ansible(name, path, layout_of(path), ssh_config)
    if "/" in inventory:
        raise ConfigurationError(
            f"SITE: expected an inventory, found nothing at {quoted(inventory)}; correct the path of {name}"
        )
    hosts = [_bare(name, one.strip(), ssh_config) for one in inventory.split(",")]
    places = [one.host.connection for one in hosts]
    if again := next((one for one in hosts if places.count(one.host.connection) > 1), None):
        raise ConfigurationError(
            f"SITE: expected each host once, found {quoted(again.host.name)} twice at {name}; take one out"
        )
    return GivenSite(name, tuple(hosts))


def _bare(site: str, written: str, ssh_config: Path | None) -> Given:
    found = re.fullmatch(r"(?:([^@]+)@)?(\[[0-9A-Fa-f:.]+\]|[^@:\[\]]+)(?::([0-9]{1,5}))?", written)
    port = int(found[3]) if found and found[3] else None
    if found is None or (port is not None and not 1 <= port <= _MOST_PORT):
        _refuse(site, written)
    address = found[2].strip("[]")
    connection = Connection(ConnectionKind.SSH, address, port, found[1], ssh_config=ssh_config)
    try:
        ssh.check(connection)
    except ConfigurationError:
        _refuse(site, written)
    return Given(Host(written, site, (), connection))


def _refuse(site: str, written: str) -> NoReturn:
    raise ConfigurationError(
        f"SITE: expected an inventory that exists, or hosts as HOST, USER@HOST or USER@HOST:PORT with commas "
        f"between them, found {quoted(written)} at {site}; correct it"
    )


def _of_ansible(name: str, source: Path, layout: Layout, ssh_config: Path | None) -> GivenSite:
    if not layout.machines:
        raise ConfigurationError(f"SITE: expected hosts, found none in {source}; name another inventory")
    hosts, left_out = [], dict[tuple[str, str], None]()
    wide: dict[str, Any] = {}
    for machine in layout.machines:
        if not is_name(machine.name):
            raise ConfigurationError(
                f"{source}: expected a host name of letters, digits, . _ -, found {quoted(machine.name)}; "
                "rename it"
            )
        usable, odd = _usable(machine)
        left_out |= dict.fromkeys(odd)
        host = host_of(usable, name, ())
        connection = replace(
            host.connection, collector=None, ssh_config=ssh_config or host.connection.ssh_config
        )
        ssh.check(connection)
        hosts.append(Given(replace(host, connection=connection), machine.groups - _EVERYBODY))
        for key in ("parity_domain", "parity_networks"):
            if key in usable.settings:
                wide.setdefault(key, typed(usable.settings[key]))
    domain, networks = wide.get("parity_domain"), wide.get("parity_networks", ())
    return GivenSite(name, tuple(hosts), source, domain, networks, tuple(left_out))


def _usable(machine: Machine) -> tuple[Machine, list[tuple[str, str]]]:
    """The machine with the settings that siteparity knows, and why it does not use the others of its kind."""
    known, odd = {}, []
    for key, setting in machine.settings.items():
        try:
            if setting.ours:
                typed(setting)
            known[key] = setting
        except ValueError as error:
            odd.append((f"{key} of {setting.owner}", str(error)))
    return replace(machine, settings=known), odd


def groups_of(site: GivenSite) -> Iterator[str]:
    """The groups of an inventory that could be roles: not those that hold every host, nor the site's name."""
    of: Mapping[str, list[Given]] = {
        group: [one for one in site.hosts if group in one.groups]
        for group in dict.fromkeys(group for one in site.hosts for group in sorted(one.groups))
    }
    for group, hosts in of.items():
        narrower = any(
            other != group and set(map(_label, some)) < set(map(_label, hosts)) for other, some in of.items()
        )
        holds_all = len(hosts) == len(site.hosts) and len(of) > 1
        if group.lower() != site.name.lower() and not (holds_all and narrower):
            yield group


def _label(one: Given) -> str:
    return one.host.name
