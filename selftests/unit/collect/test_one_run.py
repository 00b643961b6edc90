"""What is hashed with the key of one run is held against nothing else."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from selftests.unit.collect.test_measurement import SECTION, SITES, Shell
from selftests.unit.targets import web_host
from siteparity.collect import Measured, Measurement
from siteparity.configuration import Configuration, find_root
from siteparity.facts.records import record_of, save
from siteparity.inventory import inventory_digest
from siteparity.model import Deadline, Site, Table, Unmeasured
from siteparity.policy import Section
from siteparity.probes import KEY, Answers, Probe, Reading, Target
from siteparity.pytest_plugin.session import NOT_CONTACTED, Options, Session
from siteparity.runs.recording import record_path
from siteparity.transport.script import Ask

FACTS = {"secrets": {"states": {"a": "set"}, "values": {"a": "keyed hash abc"}}}
NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)


def saved(settings: Configuration, site: Site, measured_at: datetime, folder: Path) -> None:
    """A record of a site in which every web host has the same secret."""
    hosts: Mapping[str, Mapping[str, Mapping[str, Mapping[str, str]]]] = {
        host.name: FACTS for host in site.in_role("web")
    }
    measured = Measured(site.name, measured_at, hosts)
    record = record_of(
        measured,
        tool_version="1",
        policy_digest=settings.policy.digest,
        inventory_digest=inventory_digest([site]),
    )
    save(record, record_path(folder, site.name))


@pytest.mark.parametrize("minutes", [0, 60])
def test_hashes_of_another_run_are_unmeasured(tmp_path: Path, minutes: int) -> None:
    """Even where they happen to be equal; what needs no key is still known."""
    root = find_root()
    options = Options(root, root / "inventories", "dallas", "arizona", tmp_path, None)
    session = Session(options)
    primary, standby = session.configuration.sites
    saved(session.configuration, primary, NOW, tmp_path)
    saved(session.configuration, standby, NOW + timedelta(minutes=minutes), tmp_path)
    facts = session.facts(standby, "secrets")
    value = facts.cohort("web", "values").tables["web1"]
    state = facts.cohort("web", "states").tables["web1"]
    assert state == {"a": "set"}
    if minutes:
        assert isinstance(value, Unmeasured)
        assert "another run" in value.reason
    else:
        assert value == {"a": "keyed hash abc"}


@pytest.mark.parametrize("minutes", [0, 60])
def test_no_host_of_a_primary_is_contacted_while_a_record_stands_in_for_it(
    tmp_path: Path, minutes: int
) -> None:
    """Smoke checks are given the reason instead of a connection."""
    root = find_root()
    session = Session(Options(root, root / "inventories", "dallas", "arizona", tmp_path, None))
    primary, standby = session.configuration.sites
    saved(session.configuration, primary, NOW, tmp_path)
    saved(session.configuration, standby, NOW + timedelta(minutes=minutes), tmp_path)
    everybody = {host.name: NOT_CONTACTED for host in primary.hosts}
    assert session.away(primary) == (everybody if minutes else {})
    assert session.away(standby) == {}


def test_every_host_of_a_run_gets_the_same_key_and_the_next_run_another_one() -> None:
    """Only so can hashes be compared, and only within the run. Each host knows the other site."""
    seen: list[Target[Section]] = []
    keys: list[object] = []

    def ask(target: Target[Section]) -> Mapping[str, Ask]:
        seen.append(target)
        return {"name": Ask('echo "$KEY"', words=(KEY,))}

    def read(answers: Answers, _: Target[Section]) -> Table:
        key = answers.text("name").encode()
        return {"length": len(key), "key": zlib.crc32(key)}

    probes = {"names": Probe(Section, ask, {"names": Reading(read)})}
    policy = replace(web_host(SECTION).policy, sections={"names": SECTION})
    for _ in range(2):
        collector = Measurement(policy, probes, Shell(), Deadline(60), lambda *_: None, SITES)
        assert collector.key not in repr(collector)
        for site in collector.collect(SITES):
            keys += [of_host["names"]["names"] for of_host in site.hosts.values()]
    hosts = sum(len(site.hosts) for site in SITES)
    runs = [keys[:hosts], keys[hosts:]]
    assert all(of_run == of_run[:1] * hosts for of_run in runs)
    assert runs[0] != runs[1]
    assert all(isinstance(key, dict) and key["length"] == 65 for key in keys)
    assert {(target.site.name, target.other.name) for target in seen if target.other} == {
        ("dallas", "arizona"),
        ("arizona", "dallas"),
    }
