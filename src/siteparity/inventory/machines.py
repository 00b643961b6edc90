"""Checks that no machine stands for two hosts: a site compared with itself shows no difference."""

from __future__ import annotations

import itertools
import queue
import socket
import threading
import time
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from siteparity.model import ConnectionKind, Host, Site
from siteparity.yamlfile import Problems, quoted

_SSH_PORT = 22
_RESOLVERS = 16
_RESOLVE_SECONDS = 3.0
"""For all names together. A name that does not resolve by then is compared as it is written."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A site, and the file and line where its inventory names each host."""

    site: Site
    places: Mapping[str, tuple[Path, int]]


def check_machines(sites: Sequence[Placed], *, look_up: bool = True) -> None:
    """Check one site, or two sites against each other.

    Args:
        sites: what to check.
        look_up: whether to look up hosts' names; without it, names are compared as they are written.

    Raises:
        ConfigurationError: two hosts are one machine, or share an address or a name; an address lies outside
            its site's networks; the networks or domains of the sites overlap.
    """
    problems = Problems()
    _check_unique(sites, problems, look_up=look_up)
    for placed in sites:
        _check_networks(placed, problems)
    for one, other in itertools.combinations(sites, 2):
        _check_apart(one.site, other.site, problems)
    problems.check()


def _check_networks(placed: Placed, problems: Problems) -> None:
    networks = placed.site.networks
    for host in placed.site.hosts if networks else ():
        for address in host.addresses:
            if not any(address in network for network in networks):
                wanted = ", ".join(str(network) for network in networks)
                text = f"parity_address: expected an address in {wanted} (parity_networks), found {address}"
                problems.add(f"{host.name}: {text}; correct one of them", *placed.places[host.name])


def _check_apart(one: Site, other: Site, problems: Problems) -> None:
    """Report networks and domains that belong to both sites."""
    for mine, theirs in itertools.product(one.networks, other.networks):
        if mine.overlaps(theirs):
            text = f"parity_networks: expected networks of its own, found {theirs}, which overlaps {mine}"
            problems.add(f"{text} of {one.name}; correct one of them", other.source)
    domains = [f".{(site.domain or '').lower().rstrip('.')}" for site in (one, other)]
    if "." not in domains and (domains[0].endswith(domains[1]) or domains[1].endswith(domains[0])):
        text = (
            f"parity_domain: expected a domain of its own, found {other.domain}; {one.name} has {one.domain}"
        )
        problems.add(f"{text}; correct one of them", other.source)


def _check_unique(sites: Sequence[Placed], problems: Problems, *, look_up: bool) -> None:
    hosts = [(host, placed.places[host.name]) for placed in sites for host in placed.site.hosts]
    names = {host.connection.address for host, _ in hosts if _is_ssh(host)}
    resolved = _resolve(names) if look_up else {}
    checks: tuple[tuple[str, Callable[[Host], Iterable[Hashable]]], ...] = (
        ("ansible_host", lambda host: _machine_keys(host, resolved)),
        ("parity_address", lambda host: host.addresses),
        ("parity_names", lambda host: [name.lower().rstrip(".") for name in host.names]),
    )
    for what, keys_of in checks:
        first: dict[Hashable, Host] = {}
        for host, place in hosts:
            for key in dict.fromkeys(keys_of(host)):
                before = first.setdefault(key, host)
                if before is not host:
                    text = f"expected one host for {quoted(str(key))}, found {before.label} and {host.label}"
                    problems.add(f"{host.name}: {what}: {text}; correct one of them", *place)


def _is_ssh(host: Host) -> bool:
    return host.connection.kind is ConnectionKind.SSH


def _machine_keys(host: Host, resolved: Mapping[str, frozenset[str]]) -> list[str]:
    """What identifies the machine behind a connection: hosts that share one of these are the same machine."""
    connection = host.connection
    if connection.kind is ConnectionKind.LOCAL:
        return ["the runner itself (ansible_connection: local)"]
    if not _is_ssh(host):
        return [f"{connection.kind.value} {connection.address}"]
    own = connection.address.lower().rstrip(".")
    port = connection.port or _SSH_PORT
    return [f"{address} port {port}" for address in sorted(resolved.get(connection.address, {own}))]


def _resolve(names: Collection[str]) -> Mapping[str, frozenset[str]]:
    """Name -> its addresses, without names that do not resolve in time. A literal is its own address."""
    found: dict[str, frozenset[str]] = {}
    todo: queue.SimpleQueue[str] = queue.SimpleQueue()
    for name in names:
        try:
            found[name] = frozenset({str(ip_address(name))})
        except ValueError:
            todo.put(name)
    count = min(_RESOLVERS, todo.qsize())
    workers = [threading.Thread(target=_look_up, args=(todo, found), daemon=True) for _ in range(count)]
    deadline = time.monotonic() + _RESOLVE_SECONDS
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(max(0.0, deadline - time.monotonic()))
    return dict(found)


def _look_up(todo: queue.SimpleQueue[str], found: dict[str, frozenset[str]]) -> None:
    while True:
        try:
            name = todo.get_nowait()
        except queue.Empty:
            return
        try:
            answers = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):  # a label of more than 63 characters is a UnicodeError
            continue
        found[name] = frozenset(str(answer[4][0]) for answer in answers)
