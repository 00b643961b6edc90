"""Sites of which hosts do not answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from selftests.unit.sites import DALLAS
from siteparity.collect.measurement import Measured
from siteparity.facts.records import Record, record_of
from siteparity.gate.away import hosts_away
from siteparity.model import HostFacts, Unmeasured

HINTED = replace(DALLAS, hint="is the lab up?")
SILENT: HostFacts = {"files": {"content": Unmeasured("files: connection refused")}}
HEARD: HostFacts = {"files": {"content": {"/etc/hosts": "there"}}}


def made(hosts: Mapping[str, HostFacts]) -> Record:
    """What was measured of Dallas."""
    measured = Measured("dallas", datetime(2026, 1, 1, tzinfo=UTC), hosts)
    return record_of(measured, tool_version="1", policy_digest="0" * 64, inventory_digest="0" * 64)


def test_where_no_host_answers_the_hint_of_the_inventory_says_what_to_do() -> None:
    """It stands in the last line then, with the cause."""
    names = [host.name for host in HINTED.hosts]
    (one,) = hosts_away([HINTED], [made(dict.fromkeys(names, SILENT))])
    assert one.words == f"0 of {len(names)} Dallas hosts answer (is the lab up?)"
    (plain,) = hosts_away([DALLAS], [made(dict.fromkeys(names, SILENT))])
    assert plain.words == f"0 of {len(names)} Dallas hosts answer"


def test_where_some_answer_there_is_no_hint() -> None:
    """The lab is up then."""
    first, *others = [host.name for host in HINTED.hosts]
    hosts = {first: SILENT, **dict.fromkeys(others, HEARD)}
    (one,) = hosts_away([HINTED], [made(hosts)])
    assert "is the lab up?" not in one.words
    assert not tuple(hosts_away([HINTED], [made(dict.fromkeys(hosts, HEARD))]))
