"""What the lab's hosts answered to the questions of a draft (`selftests.unit.drafting.record`)."""

from __future__ import annotations

import json
import lzma
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from siteparity.drafting import seen, sites
from siteparity.drafting.asking import Heard
from siteparity.drafting.given import Given, GivenSite
from siteparity.drafting.seen import Seen
from siteparity.drafting.sites import SiteSeen
from siteparity.model import Connection, ConnectionKind, Host
from siteparity.transport.script import Answer

FILE = Path(__file__).with_name("recorded.json.xz")
PRIMARY, STANDBY = "dallas", "arizona"
Answers = Mapping[str, Answer]


@cache
def _recorded() -> Mapping[str, Any]:
    found: dict[str, Any] = json.loads(lzma.decompress(FILE.read_bytes()))
    return found


def faults() -> tuple[str, ...]:
    """The faults of the standby that were recorded."""
    return tuple(_recorded()["faults"])


def answers(fault: str = "") -> Mapping[str, Mapping[str, Answers]]:
    """Site -> host -> its answers, in the healthy lab or with a fault."""
    healthy = _recorded()["healthy"]
    changed = _recorded()["faults"][fault] if fault else {}
    return {
        site: {
            host: _answers({**said, **changed.get(site, {}).get(host, {})}) for host, said in hosts.items()
        }
        for site, hosts in healthy.items()
    }


def _answers(said: Mapping[str, Any]) -> Answers:
    return {
        name: Answer(one["text"].encode("latin-1"), one["status"], one["problem"])
        for name, one in said.items()
    }


def given(site: str, hosts: Mapping[str, object]) -> GivenSite:
    """A site of bare hosts, as somebody would type them."""
    connections = {name: Connection(ConnectionKind.SSH, f"{name}.lab.example", 22, "bench") for name in hosts}
    return GivenSite(site, tuple(Given(Host(name, site, (), one)) for name, one in connections.items()))


def heard(of: Mapping[str, Mapping[str, Answers]]) -> tuple[Heard, Heard]:
    """What the hosts of both sites said, the primary first."""
    first, second = (
        Heard(given(site, of[site]), {name: read(one) for name, one in of[site].items()}, {})
        for site in (PRIMARY, STANDBY)
    )
    return first, second


def read(one: Answers) -> Seen:
    """What a host said."""
    return seen.read(one)


def site(name: str, of: Mapping[str, Mapping[str, Answers]], like: SiteSeen | None = None) -> SiteSeen:
    """A site of which every host answered."""
    return sites.of(given(name, of[name]), {host: read(one) for host, one in of[name].items()}, like)
