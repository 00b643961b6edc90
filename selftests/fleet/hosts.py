"""Many hosts that answer as the lab's do: each has its own name and address, and says so in its answers."""

from __future__ import annotations

import base64
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

import yaml

from selftests.unit.leaving_out.recording import Look, Recorded
from siteparity.inventory import load_sites
from siteparity.model import Host, Site
from siteparity.policy import load_policy
from siteparity.probes import discover
from siteparity.transport import Output
from siteparity.transport.collector import FRAME
from siteparity.transport.script import Answer

LAB = 10
"""Hosts of the lab, which are repeated."""
SITES = ("dallas", "arizona")
_FIRST_PORT = 10_000


@dataclass(frozen=True, slots=True)
class Like:
    """A host that answers as one of the lab's does."""

    original: Host
    name: str
    address: str
    number: int
    """Of all hosts of the fleet."""

    def in_its_words(self, text: bytes) -> bytes:
        """What the original said, with this host's own name and address."""
        if self.name == self.original.name:
            return text
        address = str(self.original.addresses[0])
        text = re.sub(rf"(?<![\d.]){re.escape(address)}(?![\d.]*\d)".encode(), self.address.encode(), text)
        return re.sub(rf"\b{self.original.name}\b".encode(), self.name.encode(), text)


def fleet(site: Site, copies: int, first: int) -> tuple[Like, ...]:
    """The hosts of a site, so many for each of the lab's; the first ones are the lab's own."""
    found: list[Like] = []
    by_role = {role: tuple(some) for role, some in groupby(site.hosts, key=lambda host: host.roles)}
    for copy in range(copies):
        for some in by_role.values():
            for place, host in enumerate(some, 1):
                number = first + len(found)
                name = re.sub(r"\d+$", str(place + copy * len(some)), host.name)
                address = (
                    f"10.{site.networks[0].network_address.packed[2]}.{number // 250}.{1 + number % 250}"
                )
                found.append(Like(host, name, address if copy else str(host.addresses[0]), number))
    return tuple(found)


def on_one_address(number: int) -> tuple[str, int]:
    """Where a host of a fleet would be reached, if anybody tried: address and port."""
    return "127.0.0.1", _FIRST_PORT + number


def write_inventories(
    lab: Path, folder: Path, copies: int, reached: Callable[[int], tuple[str, int]] = on_one_address
) -> Mapping[str, Like]:
    """Write inventories of a fleet, with the lab's policy. Returns its hosts by their label."""
    folder.mkdir(parents=True)
    for file in ("policy.yml", "waivers.yml"):
        shutil.copy(lab / file, folder / file)
    probes = discover()
    policy = load_policy(
        lab / "policy.yml",
        {aspect: probe.section for aspect, probe in probes.items()},
        [aspect for aspect, probe in probes.items() if probe.never_waived],
    )
    found: dict[str, Like] = {}
    for site in load_sites(lab, *SITES, tuple(policy.roles), look_up=False):
        hosts = fleet(site, copies, len(found))
        found |= {f"{site.name}/{one.name}": one for one in hosts}
        _write_site(lab / site.name, folder / site.name, site, hosts, reached)
    return found


def _write_site(
    lab: Path,
    folder: Path,
    site: Site,
    hosts: tuple[Like, ...],
    reached: Callable[[int], tuple[str, int]],
) -> None:
    (folder / "group_vars").mkdir(parents=True)
    settings = yaml.safe_load((lab / "group_vars" / "all.yml").read_text())
    wide = f"10.{site.networks[0].network_address.packed[2]}.0.0/16"
    settings["parity_networks"] = [*settings["parity_networks"], wide]
    (folder / "group_vars" / "all.yml").write_text(yaml.safe_dump(settings))
    groups: dict[str, dict[str, object]] = {}
    for one in hosts:
        groups.setdefault(one.original.roles[0], {"hosts": {}})["hosts"][one.name] = {  # type: ignore[index]
            "ansible_host": reached(one.number)[0],
            "ansible_port": reached(one.number)[1],
            "parity_address": one.address,
            "parity_names": _names(one),
        }
    text = yaml.safe_dump({"all": {"children": groups}}, sort_keys=False)
    (folder / "hosts.yml").write_text(text)


def _names(one: Like) -> list[str]:
    names = one.original.names
    if one.name == one.original.name:
        return list(names)
    own = [name for name in names if one.original.name in re.split(r"[.-]", name)]
    return [re.sub(rf"\b{one.original.name}\b", one.name, name) for name in own]


@dataclass(frozen=True, slots=True)
class Replayed:
    """Answers as the hosts' collectors would, from what was recorded."""

    recorded: Recorded
    hosts: Mapping[str, Like]
    _frames: dict[tuple[int, int], bytes] = field(default_factory=dict)

    def run(self, host: Host, script: bytes, *, timeout: float, opener: bytes) -> Output:  # noqa: ARG002
        """What the host says."""
        nonce, _, *lines = script.split(b"\n")
        like = self.hosts[host.label]
        asked = [line.split(b" ")[1].decode() for line in lines if line.startswith(b"ask ")]
        mark, said, moment = b"@" + nonce, [], None
        for name in asked:
            aspect, _, question = _unwired(name).partition(".")
            answer, look = self._answer(like, aspect, question)
            moment = moment or (look.moment if look else None)
            if answer is not None and answer.problem is None:
                text = like.in_its_words(answer.text)
                if aspect == "machine":
                    text = text.rstrip() + b"-%d\n" % like.number
                frame = base64.b64encode(text + nonce + b"%03d" % answer.status)
                said.append(b"%s %s %s 0\n" % (mark, name.encode(), frame))
        clock = b"%s ^ %.9f\n" % (mark, moment.shown if moment else 0)
        head = b"@collector " + FRAME.encode() + b"\n" + clock
        stdout = head + b"".join(said) + mark + b" . \n"
        told = (moment.before, ((len(head), moment.after),)) if moment else (None, ())
        return Output(stdout, b"", 0, *told)

    def _answer(self, like: Like, aspect: str, question: str) -> tuple[Answer | None, Look | None]:
        for number in (1, 2):
            place = (like.original.site, like.original.name, aspect, number)
            look = self.recorded.look(place, None)
            if look and question in look.answers:
                return look.answers[question], look
        return None, None


def _unwired(name: str) -> str:
    return re.sub(r"%(\d{3})", lambda odd: chr(int(odd[1], 8)), name)
