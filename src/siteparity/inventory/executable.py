"""Inventories in any other format (INI, scripts, plugins, vault), read by Ansible itself.

``ansible-inventory --list`` prints the merged result; its settings here make an unparsed source an error. A
site in Ansible's YAML layout does not need the executable.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from siteparity.inventory.layout import (
    HOSTS_FILE,
    MAX_HOSTS,
    Layout,
    Machine,
    Setting,
    inventory_files,
    with_groups_above,
)
from siteparity.model import ConfigurationError
from siteparity.redaction import remember_settings
from siteparity.yamlfile import shown_path

TIMEOUT_SECONDS = 60.0
"""Long enough for a plugin that queries the interface of a cloud."""

_STRICT = {
    "ANSIBLE_INVENTORY_UNPARSED_FAILED": "1",
    "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "1",
    "ANSIBLE_NOCOLOR": "1",
}
_TRUE = frozenset({"true", "yes", "on", "1", "t", "y"})
_FALSE = frozenset({"false", "no", "off", "0", "f", "n"})
"""Texts that Ansible takes for booleans: an INI file cannot write a boolean in lower case otherwise."""


def has_executable() -> bool:
    """Whether Ansible is there to read inventories."""
    return shutil.which("ansible-inventory") is not None


def read_executable(directory: Path) -> Layout:
    """Read a site's folder, or one file, through ``ansible-inventory``.

    Raises:
        ConfigurationError: the executable is missing, fails, hangs, or prints no inventory.
    """
    source = directory if directory.is_file() else inventory_files(directory)[0]
    executable = shutil.which("ansible-inventory")
    if executable is None:
        raise ConfigurationError(
            f"{shown_path(directory)}: expected {HOSTS_FILE}, found {source.name}, which only Ansible "
            f"can read; install ansible-core so that ansible-inventory is on PATH, or write {HOSTS_FILE}"
        )
    output = _run([executable, "-i", str(directory), "--list"], directory)
    try:
        return _layout(json.loads(output), source)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise ConfigurationError(
            f"{shown_path(directory)}: expected an inventory from ansible-inventory, found something else; "
            f"look at: ansible-inventory -i {shown_path(directory)} --list"
        ) from None


def _run(command: list[str], directory: Path) -> bytes:
    """The output of a command. One that takes too long is killed with all processes that it started."""
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | _STRICT,
        start_new_session=True,
    ) as process:
        try:
            output, errors = process.communicate(timeout=TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise ConfigurationError(
                f"{shown_path(directory)}: expected ansible-inventory to end within {TIMEOUT_SECONDS:g} s, "
                f"found none; try: ansible-inventory -i {shown_path(directory)} --list"
            ) from None
    if process.returncode != 0:
        said = " ".join(errors.decode("utf-8", "replace").split())[:500]
        raise ConfigurationError(f"{shown_path(directory)}: ansible-inventory cannot read it: {said}")
    return output


def _layout(listing: Mapping[str, Mapping[str, object]], source: Path) -> Layout:
    """The layout from ``--list``: group -> hosts and children, and the merged variables of each host."""
    of_hosts = _mapping(_mapping(listing["_meta"])["hostvars"])
    remember_settings(of_hosts)
    groups = {name: _mapping(group) for name, group in listing.items() if name != "_meta"}
    above: dict[str, set[str]] = defaultdict(set)
    homes: dict[str, set[str]] = {}
    for name, group in groups.items():
        for child in _texts(group.get("children", [])):
            above[child].add(name)
        for host in _texts(group.get("hosts", [])):
            homes.setdefault(host, set()).add(name)
    if len(homes) > MAX_HOSTS:
        raise ConfigurationError(
            f"{shown_path(source)}: expected at most {MAX_HOSTS} hosts, found {len(homes)}"
        )
    machines = tuple(
        Machine(
            host,
            with_groups_above(own, above),
            _settings(host, _mapping(of_hosts.get(host, {})), source),
            source,
        )
        for host, own in homes.items()
    )
    every_setting = tuple(setting for machine in machines for setting in machine.settings.values())
    return Layout(machines, frozenset(groups), every_setting, source)


def _mapping(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise TypeError
    return value


def _texts(value: object) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise TypeError
    return value


def _settings(host: str, variables: Mapping[str, object], source: Path) -> dict[str, Setting]:
    settings = {}
    for name, value in variables.items():
        word = value.lower() if isinstance(value, str) and name == "ansible_become" else ""
        meant = word in _TRUE if word in _TRUE | _FALSE else value
        settings[name] = Setting(name, meant, host, source)
    return settings
