"""Ansible's YAML layout, read strictly: ``hosts.yml``, ``group_vars/``, ``host_vars/``.

Settings override each other as in Ansible ("Using variables", "Understanding variable precedence"; checked
against ``ansible-inventory --list``). From the weakest to the strongest: ``all`` in hosts.yml, groups in
hosts.yml, ``group_vars/all``, other ``group_vars``, the host in hosts.yml, ``host_vars``. The deeper group
wins; of groups at the same depth the last in alphabetical order.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Collection, Iterator
from pathlib import Path

from siteparity.inventory.layout import (
    HOSTS_FILE,
    MAX_HOSTS,
    Layout,
    Machine,
    Setting,
    expand,
    inventory_files,
    is_name,
    with_groups_above,
)
from siteparity.model import ConfigurationError
from siteparity.yamlfile import Document, KeyPath, Problems, did_you_mean, load, quoted, shown

_SECTIONS = {"vars": "variables", "children": "groups", "hosts": "hosts"}
"""The keys of a group, and what each contains."""
_VARS_ENDS = ("", ".yml", ".yaml", ".json")
"""In the order in which Ansible looks for them; it reads only the first that exists."""

_Settings = dict[str, Setting]


def read_yaml(directory: Path, name: str = HOSTS_FILE) -> Layout:
    """Read a site's folder.

    Args:
        directory: the folder.
        name: of the file with groups and hosts; what else lies beside another one is not looked at.

    Raises:
        ConfigurationError: every problem of every file in it.
    """
    problems = Problems()
    if name == HOSTS_FILE:
        _check_strays(directory, problems)
    tree = _Tree(load(directory / name, keep_refused=True, may_hold_secrets=True), problems)
    problems.check()
    depths, parents = tree.depths(), tree.parents()
    files = _VarsFiles(problems)
    of_groups = files.read(directory / "group_vars", tree.groups, "group")
    of_hosts = files.read(directory / "host_vars", tree.hosts.keys(), "host")
    problems.check()

    def machine(name: str, line: int) -> Machine:
        groups = with_groups_above(tree.homes[name], parents)
        settings: _Settings = {}
        for layer in (tree.group_settings, of_groups):
            for group in sorted(groups, key=lambda group: (depths[group], group)):
                settings |= layer.get(group, {})
        settings |= tree.host_settings[name] | of_hosts.get(name, {})
        return Machine(name, groups, settings, tree.document.path, line)

    machines = tuple(machine(name, line) for name, line in tree.hosts.items())
    layers = (tree.group_settings, of_groups, tree.host_settings, of_hosts)
    every_setting = tuple(one for layer in layers for owned in layer.values() for one in owned.values())
    return Layout(machines, frozenset(tree.groups), every_setting, tree.document.path)


def _check_strays(directory: Path, problems: Problems) -> None:
    for stray in inventory_files(directory):
        if stray.name != HOSTS_FILE:
            problems.add(
                f"expected {HOSTS_FILE}, group_vars/ and host_vars/, found a file that Ansible would read as "
                f"inventory too; move its hosts to {HOSTS_FILE}, or give it a name that ends in .bak",
                stray,
            )


class _Tree:
    """The groups and hosts of one hosts.yml, in the order in which Ansible visits them."""

    def __init__(self, document: Document, problems: Problems) -> None:
        self.document = document
        self.groups: set[str] = {"all"}
        self.children: dict[str, list[str]] = defaultdict(list)
        self.hosts: dict[str, int] = {}
        """Host -> the line where it is first named."""
        self.homes: dict[str, list[str]] = defaultdict(list)
        self.group_settings: dict[str, _Settings] = defaultdict(dict)
        self.host_settings: dict[str, _Settings] = defaultdict(dict)
        self._problems = problems
        for name, value in self._pairs(document.value, (), "groups"):
            self._group(name, value, (name,))
        nested = {child for children in self.children.values() for child in children}
        self.children["all"] += sorted(self.groups - nested - {"all"})

    def _pairs(self, value: object, at: KeyPath, what: str) -> Iterator[tuple[str, object]]:
        """The items of a mapping. A missing value is an empty mapping; a text is a key without a value."""
        if value is None:
            return
        if isinstance(value, str) and at and at[-1] in {"hosts", "children"}:
            value = {value: None}
        if isinstance(value, dict):
            yield from value.items()
        else:
            self._complain(
                at, f"expected {what} as keys, found {shown(value)}; write each as a key ending in a colon"
            )

    def _complain(self, at: KeyPath, text: str) -> None:
        name = ".".join(str(step) for step in at)
        self._problems.add(f"{name}: {text}" if name else text, self.document.path, self.document.line(at))

    def _group(self, name: str, value: object, at: KeyPath) -> None:
        if not is_name(name):
            self._complain(
                at, f"expected a group name of letters, digits, . _ -, found {quoted(name)}; rename it"
            )
            return
        self.groups.add(name)
        for section, content in self._pairs(value, at, "vars, children and hosts"):
            for key, inner in self._section(section, content, (*at, section)):
                there = (*at, section, key)
                if section == "vars":
                    self.group_settings[name][key] = self._setting(key, inner, name, there)
                elif section == "children":
                    self._group(key, inner, there)
                    self.children[name].append(key)
                else:
                    self._host(key, inner, name, there)

    def _section(self, section: str, content: object, at: KeyPath) -> Iterator[tuple[str, object]]:
        if section in _SECTIONS:
            yield from self._pairs(content, at, _SECTIONS[section])
        else:
            near = did_you_mean(section, _SECTIONS)
            self._complain(at, f"expected vars, children or hosts, found {quoted(section)}{near}; rename it")

    def _host(self, pattern: str, value: object, group: str, at: KeyPath) -> None:
        try:
            names = list(itertools.islice(expand(pattern), MAX_HOSTS + 1))
        except ValueError as error:
            self._complain(at, str(error))
            return
        if len(names) + len(self.hosts) > MAX_HOSTS:
            self._complain(at, f"expected at most {MAX_HOSTS} hosts at a site, found more; check the range")
            return
        pairs = tuple(self._pairs(value, at, "variables"))
        for name in names:
            if not is_name(name):
                hint = "; write a port as ansible_port" if ":" in name else "; rename it"
                self._complain(
                    at, f"expected a host name of letters, digits, . _ -, found {quoted(name)}{hint}"
                )
                return
            self.hosts.setdefault(name, self.document.line(at))
            self.homes[name].append(group)
            for key, content in pairs:
                self.host_settings[name][key] = self._setting(key, content, name, (*at, key))

    def _setting(self, key: str, value: object, owner: str, at: KeyPath) -> Setting:
        return Setting(key, value, owner, self.document.path, self.document.line(at))

    def parents(self) -> dict[str, set[str]]:
        """Group -> the groups directly above it."""
        above: dict[str, set[str]] = {group: set() for group in self.groups}
        for parent, children in self.children.items():
            for child in children:
                above[child].add(parent)
        return above

    def depths(self) -> dict[str, int]:
        """Group -> the length of the longest path to it from ``all``. Reports a cycle."""
        depths = dict.fromkeys(self.groups, 0)
        for _ in range(len(self.groups) + 1):
            deeper = {
                child: depths[parent] + 1
                for parent, children in self.children.items()
                for child in children
                if depths[child] <= depths[parent]
            }
            if not deeper:
                return depths
            depths |= deeper
        cycle = ", ".join(sorted(deeper))
        self._complain((), f"expected groups without a circle, found one through {cycle}; take a child out")
        self._problems.check()
        return depths


class _VarsFiles:
    """The files below group_vars/ or host_vars/."""

    def __init__(self, problems: Problems) -> None:
        self._problems = problems

    def read(self, folder: Path, owners: Collection[str], kind: str) -> dict[str, _Settings]:
        """Owner (a group or a host) -> its settings. A file without an owner is a problem."""
        if not folder.is_dir():
            return {}
        found: dict[str, _Settings] = defaultdict(dict)
        seen: dict[str, Path] = {}
        entries = [
            path for path in folder.iterdir() if not path.name.startswith(".") and path.name[-1] != "~"
        ]
        for entry in sorted(entries, key=lambda path: (_VARS_ENDS.index(_end(path)), path.name)):
            owner = entry.name.removesuffix(_end(entry))
            if owner not in owners:
                near = did_you_mean(owner, owners)
                self._problems.add(
                    f"expected the name of a {kind}, found {quoted(owner)}{near}; rename it", entry
                )
            elif owner in seen:
                other = seen[owner].name
                self._problems.add(
                    f"expected one file for {owner}, found {other} too; Ansible reads only that", entry
                )
            else:
                seen[owner] = entry
                for path in _inside(entry):
                    found[owner] |= self._settings(path, owner)
        return found

    def _settings(self, path: Path, owner: str) -> _Settings:
        try:
            document = load(path, keep_refused=True, may_hold_secrets=True)
        except ConfigurationError as error:
            self._problems.add_error(error)
            return {}
        value = document.value
        if isinstance(value, dict):
            return {key: Setting(key, one, owner, path, document.line((key,))) for key, one in value.items()}
        if isinstance(value, str) and value.startswith("$ANSIBLE_VAULT"):
            self._problems.add(
                "expected plain settings, found a file of Ansible Vault, which may hide settings of ours; "
                f"rename {HOSTS_FILE} to inventory.yml: the ansible-inventory executable then reads it",
                path,
            )
        else:
            self._problems.add(
                f"expected settings as keys and values, found {shown(value)}; write KEY: VALUE", path
            )
        return {}


def _end(path: Path) -> str:
    return next((end for end in _VARS_ENDS[1:] if path.name.endswith(end) and path.is_file()), "")


def _inside(path: Path) -> Iterator[Path]:
    """The file itself; of a folder the files that Ansible reads, in the same order."""
    if not path.is_dir():
        yield path
        return
    for entry in sorted(path.iterdir()):
        if entry.name.startswith(".") or entry.name.endswith("~"):
            continue
        if entry.is_dir() and not entry.suffix:
            yield from _inside(entry)
        elif entry.is_file() and entry.suffix in _VARS_ENDS:
            yield entry
