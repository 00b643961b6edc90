"""Turns the settings of one machine into a typed `Host`. No setting is used unless it was checked here."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

from siteparity.inventory.layout import Layout, Machine, Setting, is_name
from siteparity.model import Address, Connection, ConnectionKind, Host, Network
from siteparity.yamlfile import Problems, Refused, did_you_mean, quoted, shown

_USER = re.compile(r"[a-z_][a-z0-9_-]{0,31}")
_PASSWORD = re.compile(r"ansible_.*(pass|password|passphrase)")

_CONNECTIONS: Mapping[str, ConnectionKind] = {
    **{kind.value: kind for kind in ConnectionKind},
    "smart": ConnectionKind.SSH,
    "ansible.builtin.ssh": ConnectionKind.SSH,
    "ansible.builtin.local": ConnectionKind.LOCAL,
    "community.docker.docker": ConnectionKind.DOCKER,
    "containers.podman.podman": ConnectionKind.PODMAN,
    "kubernetes.core.kubectl": ConnectionKind.KUBECTL,
}


def _name(value: object, _setting: Setting) -> str:
    text = _text(value)
    if not is_name(text):
        raise ValueError(
            f"expected a name of letters, digits, . _ - or an IP address, found {quoted(text)}; correct it"
        )
    return text


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        advice = f'write it in quotes: "{value}"' if isinstance(value, int | float) else "write a text"
        raise ValueError(f"expected text, found {shown(value)}; {advice}")
    return value


_MAX_PORT = 65535


def _port(value: object, _setting: Setting) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= _MAX_PORT:
        return value
    advice = "write it without quotes and without leading zeros" if isinstance(value, str) else "correct it"
    raise ValueError(f"expected a port, a whole number from 1 to 65535, found {shown(value)}; {advice}")


def _user(value: object, _setting: Setting) -> str:
    text = _text(value)
    if not _USER.fullmatch(text):
        raise ValueError(
            f"expected an account name of a-z, 0-9, _ - (32 at most), found {quoted(text)}; correct it"
        )
    return text


def _connection(value: object, _setting: Setting) -> ConnectionKind:
    text = _text(value)
    if text not in _CONNECTIONS:
        known = ", ".join(kind.value for kind in ConnectionKind)
        raise ValueError(
            f"expected one of {known}; found {quoted(text)}{did_you_mean(text, _CONNECTIONS)}; change it"
        )
    return _CONNECTIONS[text]


def _flag(value: object, _setting: Setting) -> bool:
    if isinstance(value, bool):
        return value
    raise ValueError(f"expected true or false, found {shown(value)}; write true or false without quotes")


def _path(value: object, setting: Setting) -> Path:
    text = _text(value)
    try:
        return (setting.file.parent / Path(text).expanduser()).resolve()
    except (OSError, RuntimeError) as error:
        raise ValueError(f"expected the path of a file, found {quoted(text)} ({error}); correct it") from None


def _listed(value: object) -> list[object]:
    """The items of a list; a single value counts as a list of one. Raises ValueError for an empty list."""
    listed = value if isinstance(value, list) else [value]
    if not listed:
        raise ValueError("expected at least one, found an empty list; fill it, or remove the key")
    return listed


def _addresses(value: object, _setting: Setting) -> tuple[Address, ...]:
    return tuple(_parsed(ip_address, one, "an IP address such as 198.18.1.21") for one in _listed(value))


def _networks(value: object, _setting: Setting) -> tuple[Network, ...]:
    return tuple(_parsed(ip_network, one, "a network such as 198.18.1.0/24") for one in _listed(value))


def _parsed(parse: Callable[[str], Any], value: object, expected: str) -> Any:  # noqa: ANN401  # as parse
    try:
        return parse(_text(value))
    except ValueError:
        raise ValueError(f"expected {expected}, found {shown(value)}; correct it") from None


def _names(value: object, setting: Setting) -> tuple[str, ...]:
    return tuple(_name(one, setting) for one in _listed(value))


def _collector(value: object, _setting: Setting) -> str:
    text = _text(value)
    if not re.fullmatch(r"(/[A-Za-z0-9_][A-Za-z0-9_.-]*)+", text):
        raise ValueError(
            f"expected an absolute path such as /usr/local/sbin/siteparity-collect, found {quoted(text)}; "
            "correct it"
        )
    return text


def _hint(value: object, _setting: Setting) -> str:
    """A line of text that the answer shows if no host of the site answers."""
    text = _text(value)
    if not text.isprintable():
        raise ValueError(f"expected one printable line, found {quoted(text)}; shorten it")
    return text


def _nothing(_value: object, _setting: Setting) -> None:
    """A setting that Ansible uses and this package ignores."""


_READERS: Mapping[str, Callable[[object, Setting], object]] = {
    "ansible_host": _name,
    "ansible_port": _port,
    "ansible_user": _user,
    "ansible_connection": _connection,
    "ansible_ssh_private_key_file": _path,
    "ansible_become": _flag,
    "ansible_python_interpreter": _nothing,
    "parity_address": _addresses,
    "parity_names": _names,
    "parity_domain": _name,
    "parity_networks": _networks,
    "parity_ssh_config": _path,
    "parity_hint": _hint,
    "parity_collector": _collector,
}
SITE_WIDE = ("parity_domain", "parity_networks", "parity_hint")
"""Settings that must have the same value for all hosts of a site."""


def check_settings(layout: Layout, problems: Problems) -> None:
    """Report what is wrong with hosts' names and with our settings, including overridden ones."""
    for machine in layout.machines:
        if not is_name(machine.name):
            text = f"expected a host name of letters, digits, . _ -, found {quoted(machine.name)}; rename it"
            problems.add(text, machine.file, machine.line)
    for setting in layout.settings:
        if setting.ours:
            try:
                typed(setting)
            except ValueError as error:
                text = f"{setting.owner}: {setting.name}: {error}"
                problems.add(text, setting.file, setting.line)


def typed(setting: Setting) -> object:
    """The typed value of one setting.

    Raises:
        ValueError: what was expected, what was found, what to do.
    """
    reader = _READERS.get(setting.name)
    if reader is None:
        raise ValueError(_unknown(setting.name))
    for one in setting.value if isinstance(setting.value, list) else [setting.value]:
        if isinstance(one, Refused):
            raise ValueError(one.reason)  # noqa: TRY004  # the value is wrong, in words already found
        if isinstance(one, str) and ("{{" in one or "{%" in one):
            raise ValueError(f"expected a plain value, found the template {quoted(one)}; write its result")
    return reader(setting.value, setting)


def _unknown(name: str) -> str:
    if _PASSWORD.match(name):
        return (
            "expected no password in an inventory, found one; remove it: "
            "hosts are reached with keys or an agent, and root with sudo -n"
        )
    known = sorted(key for key in _READERS if key.startswith(name.partition("_")[0] + "_"))
    advice = "rename or remove it"
    if name.startswith("ansible_"):
        advice = "rename or remove it; other options of ssh go into the file that parity_ssh_config names"
    return f"expected one of {', '.join(known)}; found {quoted(name)}{did_you_mean(name, known)}; {advice}"


def host_of(machine: Machine, site: str, roles: tuple[str, ...]) -> Host:
    """The `Host` for a machine whose settings have been checked."""
    values: dict[str, Any] = {name: typed(one) for name, one in machine.settings.items() if one.ours}
    connection = Connection(
        kind=values.get("ansible_connection", ConnectionKind.SSH),
        address=values.get("ansible_host", machine.name),
        port=values.get("ansible_port"),
        user=values.get("ansible_user"),
        private_key_file=values.get("ansible_ssh_private_key_file"),
        ssh_config=values.get("parity_ssh_config"),
        become=values.get("ansible_become", False),
        collector=values.get("parity_collector"),
    )
    return Host(
        name=machine.name,
        site=site,
        roles=tuple(role for role in roles if role in machine.groups),
        connection=connection,
        addresses=values.get("parity_address", ()),
        names=values.get("parity_names", ()),
    )


def site_wide(machines: Iterable[Machine], name: str, problems: Problems) -> object:
    """The value of a site-wide setting; None if no host has it. Reports hosts that differ or lack it."""
    by_host = {machine.name: machine.settings.get(name) for machine in machines}
    given = [setting for setting in by_host.values() if setting is not None]
    if not given:
        return None
    first = given[0]
    other = next((one for one in given if typed(one) != typed(first)), None)
    without = next((host for host, setting in by_host.items() if setting is None), None)
    if other is not None:
        found = f"{shown(first.value)} for {first.owner} and {shown(other.value)} for {other.owner}"
        problems.add(
            f"{name}: expected one value for the site, found {found}; set it once, for all",
            other.file,
            other.line,
        )
    elif without is not None:
        problems.add(
            f"{name}: expected it for every host, found none for {without}; set it for all",
            first.file,
            first.line,
        )
    return typed(first)
