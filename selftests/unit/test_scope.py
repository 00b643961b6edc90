"""What an answer is about, and what it is not about."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from selftests.unit.policy.edited import scoped
from siteparity import configuration
from siteparity.collect import Measured
from siteparity.configuration import Configuration, find_root
from siteparity.draft import waiting
from siteparity.facts.evidence import Evidence
from siteparity.facts.records import record_of
from siteparity.model import ConfigurationError, Table, Unmeasured
from siteparity.policy.decisions import Undecided
from siteparity.scope import against_go, drafted_against_go, scope

WAF = Undecided("aspects.waf", "Which hosts filter attacks out of requests, and with what?", "policy.yml")
REDIS = Undecided("aspects.redis.redis_user", "ask Ada", "policy.yml:12")


def configured(folder: Path, without: Sequence[str] = (), absent: Sequence[str] = ()) -> Configuration:
    """The configuration of this checkout without some parts of the policy."""
    inventories = folder / "inventories"
    shutil.copytree(find_root() / "inventories", inventories)
    scoped(inventories, without=without, absent=absent)
    return configuration.load(find_root(), inventories)


def test_each_aspect_and_journey_is_in_one_state(tmp_path: Path) -> None:
    """Promised with a section; compared without one if it can be; absent if declared; else undecided."""
    settings = configured(
        tmp_path,
        ["aspects.waf", "aspects.boot", "aspects.redis", "smoke.attack", "smoke.admin"],
        ["waf", "smoke.admin"],
    )
    found = scope(settings)
    states = {(one.kind, one.name): one.state for one in found.areas}
    assert len(states) == len(found.areas) == 42
    assert states["parity", "containers"] == states["parity", "products"] == "compared"
    assert states["parity", "waf"] == states["smoke", "admin"] == "absent"
    assert states["parity", "redis"] == states["smoke", "attack"] == "undecided"
    assert list(states.values()).count("promised") == 33
    assert [one.name for one in found.absent] == ["waf", "smoke.admin"]
    assert {one.key for one in found.undecided} == {"aspects.boot.required", "aspects.redis", "smoke.attack"}
    assert all((one.checks > 0) == (one.state in ("promised", "compared")) for one in found.areas)


def test_a_name_of_both_an_aspect_and_a_journey_is_absent_as_both(tmp_path: Path) -> None:
    """``smoke.`` before it would mean the journey alone."""
    found = scope(configured(tmp_path, ["aspects.egress", "smoke.egress"], ["egress"]))
    assert {one.state for one in found.areas if one.name == "egress"} == {"absent"}


@pytest.mark.parametrize(
    ("undecided", "reason"),
    [
        (
            (WAF,),
            (
                "1 question is open: Which hosts filter attacks out of requests, and with what? "
                "Answer it as aspects.waf in policy.yml"
            ),
        ),
        (
            (REDIS, WAF, WAF),
            (
                "3 questions are open, the first: ask Ada. Answer it as aspects.redis.redis_user in "
                "policy.yml:12; siteparity check lists all of them"
            ),
        ),
    ],
)
def test_the_reason_asks_the_first_question(undecided: Sequence[Undecided], reason: str) -> None:
    """A person can act on the last line alone."""
    assert list(against_go(undecided)) == [reason]
    assert list(against_go(())) == []


def test_a_drafted_line_is_a_reason_and_stands_in_the_scope(tmp_path: Path) -> None:
    """With its place in the policy; the digest of the policy does not know of it."""
    before = configured(tmp_path)
    policy = before.policy.written
    assert policy
    places = [("owner",), ("roles", "web", "owner")]
    lines = [waiting.drafted(policy, at, "seen there", "Is it?" if at == ("owner",) else "") for at in places]
    waiting.write(tmp_path / "inventories", lines)
    settings = configuration.load(find_root(), tmp_path / "inventories")
    assert settings.policy.digest == before.policy.digest
    first, second = scope(settings).waiting
    assert (first.path, first.seen, first.question) == ("roles.web.owner", "seen there", "")
    assert first.place == f"{tmp_path}/inventories/policy.yml:{policy.line(('roles', 'web', 'owner'))}"
    assert (second.path, second.question) == ("owner", "Is it?")
    assert list(drafted_against_go(settings.waiting)) == [
        (
            f"2 drafted lines wait for a person, the first: roles.web.owner in {first.place}; "
            "siteparity confirm shows all of them"
        )
    ]
    assert list(drafted_against_go(settings.waiting[1:])) == [
        f"1 drafted line waits for a person: owner in {second.place}; siteparity confirm shows it"
    ]
    assert list(drafted_against_go(before.waiting)) == []


def test_a_draft_that_cannot_be_read_is_an_error_of_the_configuration(tmp_path: Path) -> None:
    """With all other problems of the files."""
    configured(tmp_path)
    (tmp_path / "inventories" / "draft.yml").write_text("version: 1\n")
    with pytest.raises(ConfigurationError, match=r"draft\.yml.*expected the key \"lines\""):
        configuration.load(find_root(), tmp_path / "inventories")


def measured(settings: Configuration, tables: Mapping[str, Mapping[str, Table | Unmeasured]]) -> Evidence:
    """Every host of both sites says the same of each aspect."""
    at, digest = datetime(2026, 11, 23, 12, tzinfo=UTC), "0" * 64
    primary, standby = (
        record_of(
            Measured(site.name, at, {host.name: tables for host in site.hosts}),
            tool_version="1",
            policy_digest=digest,
            inventory_digest=digest,
        )
        for site in settings.sites
    )
    return Evidence(settings.probes, primary, standby)


def test_what_nothing_judges_is_listed_with_its_hosts_and_the_rest_is_counted(tmp_path: Path) -> None:
    """On all hosts of both sites together: ten in the shipped inventories."""
    settings = configured(tmp_path)
    units: Table = {"a.service": "promised", "b.service": "compared", "containers of Docker": "2 up"}
    evidence = measured(settings, {"services": {"judged": units}, "listeners": {"judged": {}}})
    listeners, services = scope(settings, evidence).listed
    assert (services.aspect, services.what) == ("services", "units and containers")
    assert (services.promised, services.compared, services.unread) == (10, 10, ())
    (containers,) = services.unjudged
    assert (containers.item, containers.why) == ("containers of Docker", "2 up")
    assert (len(containers.hosts), containers.hosts[0]) == (10, "dallas/edge1")
    assert (listeners.promised, listeners.compared, listeners.unjudged) == (0, 0, ())


def test_a_host_that_could_not_be_asked_is_not_taken_for_one_without_containers(tmp_path: Path) -> None:
    """Nor is one whose record is of an earlier version."""
    settings = configured(tmp_path)
    evidence = measured(settings, {"services": {"judged": Unmeasured("no answer")}, "listeners": {}})
    listeners, services = scope(settings, evidence).listed
    assert services.unread[0] == "dallas/edge1: no answer"
    assert listeners.unread[0] == "dallas/edge1: its record does not tell"
    assert (len(services.unread), len(listeners.unread)) == (10, 10)


def test_a_host_of_another_role_is_named_as_not_asked(tmp_path: Path) -> None:
    """An aspect that is measured for some roles knows nothing of the hosts of others."""
    settings = configured(tmp_path)
    section = settings.policy.sections["services"].model_copy(update={"roles": ("edge", "web", "db")})
    sections = {**settings.policy.sections, "services": section}
    fewer = replace(settings, policy=replace(settings.policy, sections=sections))
    units: Table = {"a.service": "compared"}
    _, services = scope(fewer, measured(fewer, {"services": {"judged": units}, "listeners": {}})).listed
    assert services.compared == 8
    assert services.unread == (
        "dallas/sessions1: services is measured for edge, web, db only",
        "arizona/sessions1: services is measured for edge, web, db only",
    )


def test_an_aspect_that_is_not_measured_lists_nothing(tmp_path: Path) -> None:
    """That it is absent or undecided is said already."""
    settings = configured(tmp_path)
    sections = {name: one for name, one in settings.policy.sections.items() if name != "listeners"}
    fewer = replace(settings, policy=replace(settings.policy, sections=sections))
    assert [one.aspect for one in scope(fewer, measured(fewer, {"services": {}})).listed] == ["services"]
