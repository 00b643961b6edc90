"""The draft of the lab, from what its hosts answered: what it holds, and what it never holds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from selftests.unit.drafting import recorded
from selftests.unit.drafting.recorded import PRIMARY, STANDBY, answers, heard, site
from siteparity.drafting import run, writing
from siteparity.drafting.lines import Draft
from siteparity.drafting.policy_draft import draft
from siteparity.drafting.sites import SiteSeen
from siteparity.policy import load_policy
from siteparity.probes import discover
from siteparity.yamlfile import load

MOST_LINES = 60
AT_THE_PRIMARY_AS_WELL = {"service_stopped", "service_masked", "database_role_missing"}
"""Faults that bring something to the primary as well: a service that the standby lacks, another role."""


def drafted(primary: SiteSeen) -> Draft:
    """The draft of a site."""
    return draft(primary, STANDBY)


def values(one: Draft) -> Mapping[str, Any]:
    """Place -> value of each line."""
    return {".".join(map(str, line.at)): line.value for line in one.lines}


def asks(one: Draft) -> Mapping[str, str]:
    """Place -> question of each line that has one."""
    return {".".join(map(str, line.at)): line.asks for line in one.lines if line.asks}


@pytest.fixture(scope="module")
def primary() -> SiteSeen:
    """The healthy primary."""
    return site(PRIMARY, answers())


@pytest.fixture(scope="module")
def lab(primary: SiteSeen) -> Draft:
    """Its draft."""
    return drafted(primary)


def test_services_sockets_and_settings_become_applications_that_lead_to_each_other(lab: Draft) -> None:
    """Nobody names one of them."""
    found = values(lab)
    assert found["roles"] == ["edge", "web", "db", "redis"]
    assert found["applications.nginx.names"] == ["www.shop.example"]
    assert found["applications.nginx.leads_to"] == [{"application": "shop"}]
    assert found["applications.shop.ports"] == {8000: "gunicorn"}
    assert found["applications.shop.leads_to"] == [
        {"application": "redis", "setting": "SHOP_SESSION_URL", "keeps_sessions": True},
        {"application": "postgresql", "database_user": "shop"},
    ]
    assert found["applications.postgresql.postgresql"] == {"database": "shop", "database_user": "parity"}
    assert found["aspects.database.users"] == {
        "parity": [],
        "replicator": ["password", "replication"],
        "shop": ["password"],
    }


def test_what_is_configured_and_runs_has_no_question(lab: Draft) -> None:
    """Only what a person must know is asked; no host knows what customers are served."""
    assert set(asks(lab)) == {
        "owner",
        "objectives.rpo",
        "languages",
        "aspects.dns.front_door",
        "aspects.egress.parties.shop payment",
    }


def test_what_is_only_configured_has_a_question(primary: SiteSeen) -> None:
    """The same hosts, on which nothing listens at the database's port."""
    hosts = [
        replace(
            host,
            seen=replace(
                host.seen,
                listeners=tuple(one for one in host.seen.listeners if one.port != 80),
                mounts=tuple(replace(one, configured=False) for one in host.seen.mounts),
                variables=tuple(one for one in host.seen.variables if one.how == "running"),
            ),
        )
        for host in primary.hosts
    ]
    found = asks(drafted(replace(primary, hosts=tuple(hosts))))
    assert "fstab" in found["applications.shop.uploads"]
    assert "No unit of it sets this" in found["applications.shop.language"]


def test_what_is_neither_configured_nor_runs_is_no_line(primary: SiteSeen) -> None:
    """Without its settings and connections the shop leads nowhere."""
    hosts = [
        replace(host, seen=replace(host.seen, settings=(), processes=(), connections=(), uses=()))
        for host in primary.hosts
    ]
    assert not [key for key in values(drafted(replace(primary, hosts=tuple(hosts)))) if "leads_to" in key]


def test_what_only_one_host_of_a_role_has_is_asked_for(primary: SiteSeen) -> None:
    """A job on one sibling, and a service that runs on one."""
    hosts = [
        replace(
            host,
            seen=replace(
                host.seen,
                jobs=(),
                units=tuple(
                    replace(one, active="inactive", program="") if one.name == "shop.service" else one
                    for one in host.seen.units
                ),
            ),
        )
        if host.name.endswith("web2")
        else host
        for host in primary.hosts
    ]
    found = asks(drafted(replace(primary, hosts=tuple(hosts))))
    assert "web2" in found["applications.shop.units"]
    assert "web2" in found["aspects.schedules.jobs.subscriptions run"]


def test_everything_left_out_has_a_reason(lab: Draft) -> None:
    """A service that runs and serves nobody, as far as anything shows."""
    assert [one.what for one in lab.left_out] == ["shop-mailings.service"]
    assert all(one.why for one in lab.left_out)


def test_the_policy_is_short_and_loads(lab: Draft, tmp_path: Path) -> None:
    """Each line of it has its evidence."""
    written = writing.policy(lab, PRIMARY)
    assert written.text.count("\n") <= MOST_LINES
    path = tmp_path / "policy.yml"
    path.write_text(written.text, encoding="utf-8")
    policy = load_policy(path, {aspect: probe.section for aspect, probe in discover().items()})
    assert {one.key for one in policy.undecided} >= {"owner", "aspects.dns.front_door"}
    lines = [line for line in written.text.splitlines() if re.search(r"^ +\S+:.*\S", line)]
    assert all(" # " in line for line in lines)


def test_names_and_relations_are_drafted_never_versions_pids_or_addresses(lab: Draft) -> None:
    """Except where the policy has no other word for it: an authoritative name server has an address."""
    text = writing.policy(lab, PRIMARY).text
    bare = "\n".join(line.partition(" # ")[0] for line in text.splitlines() if "servers:" not in line)
    assert not re.search(r"\b[0-9]{1,3}(\.[0-9]{1,3}){3}\b|\bpid\b", bare)


def test_two_drafts_are_byte_equal(lab: Draft) -> None:
    """The second one is made from the same answers in another order."""
    again = {
        where: {host: dict(reversed(list(said.items()))) for host, said in hosts.items()}
        for where, hosts in answers().items()
    }
    assert writing.policy(drafted(site(PRIMARY, again)), PRIMARY) == writing.policy(lab, PRIMARY)


def _text(fault: str, folder: Path) -> str:
    return run.drafted(heard(answers(fault)), PRIMARY, folder, discover()).written.text


@pytest.mark.parametrize("fault", recorded.faults())
def test_a_fault_of_the_standby_changes_no_byte_of_the_policy(fault: str, tmp_path: Path) -> None:
    """What the standby lacks is a finding, never a line."""
    of = answers(fault)
    assert of[STANDBY] != answers()[STANDBY]
    if fault in AT_THE_PRIMARY_AS_WELL:
        of = {**of, PRIMARY: answers()[PRIMARY]}
    made = run.drafted(heard(of), PRIMARY, tmp_path, discover())
    assert made.written.text == _text("", tmp_path)


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_the_standby_says_changes_no_byte_of_the_policy(tmp_path: Path, data: st.DataObject) -> None:
    """Its hosts say what other hosts said, or nothing at all."""
    of = answers()
    every = [said for hosts in of.values() for said in hosts.values()]
    names = list(of[STANDBY])
    chosen = data.draw(st.permutations(every))[: len(names)]
    hosts = {name: said for name, said in zip(names, chosen, strict=True) if data.draw(st.booleans())}
    first, _ = heard(of)
    _, second = heard({**of, STANDBY: hosts})
    made = run.drafted(
        (first, replace(second, seen={name: _apart(one, name) for name, one in second.seen.items()})),
        PRIMARY,
        tmp_path,
        discover(),
    )
    assert made.written.text == _text("", tmp_path)


def _apart(one: Any, name: str) -> Any:
    """The same answers of another machine: no host counts twice."""
    return replace(one, machine=name)


def test_the_written_file_is_what_was_drafted(lab: Draft, tmp_path: Path) -> None:
    """Ports are keys, and keys are texts; everything else is as it was."""

    def plain(value: object) -> object:
        if isinstance(value, dict):
            return {str(key): plain(inner) for key, inner in value.items()}
        return [plain(one) for one in value] if isinstance(value, list | tuple) else value

    path = tmp_path / "policy.yml"
    path.write_text(writing.policy(lab, PRIMARY).text, encoding="utf-8")
    document = load(path)
    for line in lab.lines:
        here: Any = document.value
        for step in line.at:
            here = here[str(step)]
        assert here == plain(line.value), line.at
