"""Inventories: each site is a folder in Ansible's YAML layout, read strictly into typed hosts.

All problems of both sites are reported at once, with file, line and key, before any host is contacted.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

from siteparity.inventory.ansible_yaml import read_yaml
from siteparity.inventory.executable import has_executable, read_executable
from siteparity.inventory.layout import HOSTS_FILE, Layout, inventory_files
from siteparity.inventory.machines import Placed, check_machines
from siteparity.inventory.settings import SITE_WIDE, check_settings, host_of, site_wide
from siteparity.model import ConfigurationError, Host, Site
from siteparity.yamlfile import Problems, did_you_mean, quoted, shown_path

__all__ = ["inventory_digest", "layout_of", "load_site", "load_sites", "site_names"]


def load_site(directory: Path, roles: Collection[str]) -> Site:
    """Read the inventory of one site.

    Args:
        directory: The site's folder; its name is the site's name.
        roles: The groups that the policy names as roles. Other groups carry settings only.

    Raises:
        ConfigurationError: every problem found, one per line.
    """
    placed = _load(directory, tuple(roles))
    check_machines([placed])
    return placed.site


def load_sites(
    inventories: Path, primary: str, standby: str, roles: Collection[str], *, look_up: bool = True
) -> tuple[Site, Site]:
    """Read both sites of a run, the primary first, and check them against each other.

    Args:
        inventories: the folder that holds the folder of each site.
        primary: the name of the site that serves now.
        standby: the name of the site that must be able to take over.
        roles: the groups that the policy names as roles.
        look_up: whether to look up hosts' names, so that two names of one machine are noticed. Without it
            nobody is contacted, not even a name server.

    Raises:
        ConfigurationError: every problem found, one per line.
    """
    if primary == standby:
        raise ConfigurationError(
            f"--standby: expected another site than the primary, found {quoted(standby)} for both; "
            f"the sites of {shown_path(inventories)} are {', '.join(site_names(inventories))}"
        )
    problems = Problems()
    placed = []
    for name in (primary, standby):
        try:
            placed.append(_load(_folder(inventories, name), tuple(roles)))
        except ConfigurationError as error:
            problems.add_error(error)
    problems.check()
    check_machines(placed, look_up=look_up)
    return placed[0].site, placed[1].site


def site_names(inventories: Path) -> tuple[str, ...]:
    """The names of the sites below a folder, in alphabetical order.

    Raises:
        ConfigurationError: the folder does not exist.
    """
    if not inventories.is_dir():
        raise ConfigurationError(
            f"{shown_path(inventories)}: expected a folder with one folder for each site, found none; "
            "check --inventories"
        )
    return tuple(
        entry.name
        for entry in sorted(inventories.iterdir())
        if entry.is_dir()
        and not entry.name.startswith(".")
        and inventory_files(entry)
        and not (entry / "policy.yml").exists()  # a folder of inventories itself
    )


def inventory_digest(sites: Iterable[Site]) -> str:
    """SHA-256 of the meaning of inventories, in hexadecimal digits.

    It does not depend on comments, on the order of sites, hosts and lists, or on the paths of keys and ssh
    configuration, which say how the runner logs in and not which machine it reaches.
    """
    meaning = sorted((_meaning(site) for site in sites), key=lambda one: str(one["name"]))
    return hashlib.sha256(json.dumps(meaning, sort_keys=True).encode()).hexdigest()


def _meaning(site: Site) -> dict[str, Any]:
    return {
        "name": site.name,
        "domain": site.domain,
        "networks": sorted(str(network) for network in site.networks),
        "hosts": sorted((_host_meaning(host) for host in site.hosts), key=lambda one: str(one["name"])),
    }


def _host_meaning(host: Host) -> dict[str, Any]:
    connection = host.connection
    return {
        "name": host.name,
        "roles": sorted(host.roles),
        "kind": connection.kind.value,
        "address": connection.address,
        "port": connection.port,
        "user": connection.user,
        "become": connection.become,
        "addresses": sorted(str(address) for address in host.addresses),
        "names": sorted(host.names),
    }


def _folder(inventories: Path, name: str) -> Path:
    known = site_names(inventories)
    if name not in known:
        raise ConfigurationError(
            f"{shown_path(inventories)}: expected one of the sites {', '.join(known) or '(none yet)'}; "
            f"found {quoted(name)}{did_you_mean(name, known)}; write {shown_path(inventories / HOSTS_FILE)}"
        )
    return inventories / name


def _load(directory: Path, roles: tuple[str, ...]) -> Placed:
    problems = Problems()
    layout = _layout(directory)
    check_settings(layout, problems)
    _check_roles(directory, layout, roles, problems)
    problems.check()
    measured = [machine for machine in layout.machines if not machine.groups.isdisjoint(roles)]
    wide: list[Any] = [site_wide(measured, name, problems) for name in SITE_WIDE]
    domain, networks, hint = wide
    hosts = [host_of(machine, directory.name, roles) for machine in layout.machines]
    site = Site(
        name=directory.name,
        hosts=tuple(host for host in hosts if host.roles),
        domain=domain,
        networks=networks or (),
        hint=hint or "",
        source=layout.file,
        in_no_role=tuple(host.name for host in hosts if not host.roles),
        oddities=tuple(_oddities(layout, roles)),
    )
    problems.check()
    return Placed(site, {machine.name: (machine.file, machine.line) for machine in layout.machines})


def _oddities(layout: Layout, roles: tuple[str, ...]) -> Iterator[str]:
    """Groups without a host, and hosts that a slip in a group's name may keep out of their role."""
    for group in layout.empty_groups:
        yield f"the group {group} holds no host"
    for machine in layout.machines:
        if machine.groups.isdisjoint(roles):
            near = {group: did_you_mean(group, roles) for group in sorted(machine.groups)}
            for group, meant in near.items():
                if meant:
                    yield f"{machine.name} is in no role, but in the group {quoted(group)}{meant}"


def _layout(directory: Path) -> Layout:
    if not directory.is_dir():
        known = ", ".join(site_names(directory.parent)) or "none"
        raise ConfigurationError(
            f"{shown_path(directory)}: expected the folder of a site, found none; sites beside it: {known}"
        )
    names = {path.name for path in inventory_files(directory)}
    if not names:
        raise ConfigurationError(
            f"{shown_path(directory)}: expected {HOSTS_FILE}, found no inventory; write {HOSTS_FILE} there"
        )
    return read_yaml(directory) if HOSTS_FILE in names else read_executable(directory)


def layout_of(source: Path) -> Layout:
    """The hosts, groups and settings of any inventory of Ansible, unchecked: a site's folder, or one file.

    Raises:
        ConfigurationError: it cannot be read, with every problem.
    """
    if source.is_dir():
        return _layout(source)
    is_ours = source.name == HOSTS_FILE or (source.suffix in (".yml", ".yaml") and not has_executable())
    return read_yaml(source.parent, source.name) if is_ours else read_executable(source)


def _check_roles(directory: Path, layout: Layout, roles: tuple[str, ...], problems: Problems) -> None:
    """Report roles without a host."""
    if not layout.machines:
        problems.add("expected hosts, found none; write them below all: children: ROLE: hosts:", layout.file)
        return
    for role in roles:
        if not any(role in machine.groups for machine in layout.machines):
            near = did_you_mean(role, layout.groups)
            text = f"expected hosts in the role {quoted(role)} at {directory.name}, found none{near}"
            problems.add(
                f"{text}; fill the group, or remove the role from the policy for both sites", layout.file
            )
