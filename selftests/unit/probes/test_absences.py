"""What is declared absent is looked for on every host, and what was not asked is not absent."""

from __future__ import annotations

import copy
import importlib.util
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from selftests.contract.samples import samples
from selftests.unit.sites import ARIZONA, DALLAS
from selftests.unit.targets import answered, framed, web_host
from siteparity import configuration
from siteparity.collect.questions import Questions
from siteparity.configuration import Configuration, find_root
from siteparity.model import ConfigurationError, Judgement, Outcome, Table, Unmeasured
from siteparity.policy import Absence, Declared, decisions
from siteparity.policy.decisions import DECLARED_ONLY, VERIFIED
from siteparity.policy.journeys import JOURNEYS
from siteparity.probes import Answers, Target, discover, read_tables
from siteparity.probes.absences import PROBE, ask
from siteparity.pytest_plugin.parity import Parity, SiteFacts
from siteparity.scope import scope
from siteparity.tools.witnesses import NOTHING
from siteparity.yamlfile import load as load_yaml

CHECK = "tests/parity/test_absences.py::test_nothing_that_is_declared_absent_is_there"
QUIET = {
    "programs": framed(b"[running]\nsystemd\n[at boot]\n"),
    "ports": framed(b""),
    "web_servers": framed(b"[loaded]\n[filtered]\n[certificates]\n"),
    "postgres": framed(b"[data]\n[streams]\n[signals]\n"),
    "compiled": framed(b""),
    "counted": framed(b"[nft]\n0\n[legacy]\n"),
    "jobs": framed(b""),
    "environments": framed(b""),
    "secret_files": framed(b""),
    "session_files": framed(b""),
}
"""What a host answers that has nothing."""
REDIS_RUNS = framed(b"[running]\nsystemd\nvalkey-server\n[at boot]\n")
EVERY_HOST_HAS = {
    "accounts", "boot", "capacity", "clock", "connections", "containers", "files", "kernel", "listeners",
    "locales", "packages", "products", "routing", "runtime", "services",
}  # fmt: skip


def declared(*names: str) -> Declared:
    """A table in which these are declared absent."""
    absence = Absence(reason="nobody needs it", approved_by="Ada Lovelace")
    return Declared(owner="Platform", absent=dict.fromkeys(names, absence))


def host(*names: str) -> Target[Declared]:
    """A host of sites that lack these, alone at its site."""
    target = web_host(declared(*names))
    return replace(target, site=replace(ARIZONA, hosts=ARIZONA.hosts[:1]))


def witnesses(target: Target[Declared], answers: Answers) -> Table | Unmeasured:
    """The one table."""
    return read_tables(PROBE.tables, answers, target, ("web",))["witnesses"]


def values(target: Target[Declared], **answers: bytes | str) -> set[object]:
    """The values that a host's answers give; its other answers show nothing."""
    table = witnesses(target, answered(**{**QUIET, **answers}))
    assert not isinstance(table, Unmeasured), table.reason
    return set(table.values())


def verification(name: str) -> str:
    """How far the absence of something is verified."""
    return decisions.verification(name, discover())


CAN_BE_ABSENT = sorted({*(name for name, probe in discover().items() if probe.absence), *JOURNEYS})


def test_what_every_host_has_cannot_be_declared_absent() -> None:
    """Everything else, and each journey, can be; but what only the policy names."""
    assert set(discover()) - set(CAN_BE_ABSENT) == {*EVERY_HOST_HAS, "absences", "commands", "uploads"}
    assert verification("kernel") == VERIFIED


def test_of_a_few_journeys_no_host_can_show_that_they_are_there() -> None:
    """Their absence is declared only, and an answer says so."""
    only = {name for name in CAN_BE_ABSENT if verification(name) == DECLARED_ONLY}
    assert only == {"storefront", "status_page", "maintenance_page", "admin"}
    assert verification("smoke.admin") == verification("capacity.peak") == DECLARED_ONLY
    assert verification("smoke.session") == verification("smoke.egress") == VERIFIED
    assert {verification(name) for name in CAN_BE_ABSENT if name not in only} == {VERIFIED}
    assert all(one.shown_by is None or one.shown_by in CAN_BE_ABSENT for one in JOURNEYS.values())


@pytest.mark.parametrize("name", [name for name in CAN_BE_ABSENT if verification(name) == VERIFIED])
def test_a_host_that_has_nothing_shows_nothing(name: str) -> None:
    """Each question that is asked is also read."""
    target = host(name)
    asked = {question: QUIET[question] for question in ask(target)}
    table = witnesses(target, answered(**asked))
    assert not isinstance(table, Unmeasured), table.reason
    assert table
    assert set(table.values()) == {NOTHING}
    assert all(item.startswith(f"{name}: ") for item in table)


@pytest.mark.parametrize("name", [name for name in CAN_BE_ABSENT if verification(name) == VERIFIED])
@pytest.mark.parametrize("problem", ["timed out after 10 s", b"", b"[running]\n", b"end\nx"])
def test_what_was_not_answered_is_not_absent(name: str, problem: bytes | str) -> None:
    """Neither a refusal nor an answer that was cut."""
    target = host(name)
    asked = ask(target)
    for question in asked:
        answers = {one: problem if one == question else QUIET[one] for one in asked}
        table = witnesses(target, answered(**answers))
        assert isinstance(table, Unmeasured)
        assert table.reason.startswith(f"{name}: ")
        assert question in table.reason


def test_each_aspect_is_found_where_a_host_has_it() -> None:
    """In a sample of a host that has everything."""
    sample = next(one for one in samples() if one.aspect == "absences" and one.case == "several")
    for item, value in sample.facts["witnesses"].items():
        assert value != NOTHING, item


@pytest.mark.parametrize("name", ["redis", "sessions", "session", "smoke.session"])
def test_a_journey_has_the_witnesses_of_its_aspect(name: str) -> None:
    """A server that keeps sessions shows both."""
    assert "valkey-server runs" in values(host(name), programs=REDIS_RUNS)


def test_a_redis_that_the_policy_describes_is_no_sign_of_sessions() -> None:
    """A site whose Redis is a cache can promise the one and declare the other absent."""
    target = host("sessions")
    described = replace(target.policy, sections={"redis": target.section})
    assert values(replace(target, policy=described), programs=REDIS_RUNS) == {NOTHING}


def test_a_second_host_shows_that_there_are_paths() -> None:
    """From the inventory alone."""
    assert ask(host("path")) == {}
    alone = host("path")
    assert values(alone) == {NOTHING}
    assert values(replace(alone, site=ARIZONA)) == {"web1, web2"}


def test_hosts_of_both_sites_are_no_third_party() -> None:
    """By name or by address."""
    hosts = b"host db.arizona.shop.example\nhost db.dallas.shop.example\nhost 198.18.1.21\nhost 198.18.2.99\n"
    assert values(host("egress"), environments=framed(hosts)) == {NOTHING}
    assert values(host("egress"), environments=framed(hosts + b"host 203.0.113.9\n")) == {"203.0.113.9"}


def test_what_was_found_is_told_although_something_could_not_be_asked() -> None:
    """A witness is NO-GO; the rest stands beside it, and is not healthy either."""
    target = host("redis", "firewall")
    table = witnesses(target, answered(programs=REDIS_RUNS, counted="exit 1: no nft"))
    assert table == {
        "redis: a server of the kind of Redis": "valkey-server runs",
        "firewall": "not known: counted: exit 1: no nft",
    }


def test_what_has_no_witness_is_not_taken_for_absent() -> None:
    """Loading refuses it; should it come this far, it is unmeasured."""
    for name in ("kernel", "absences", "nobody"):
        table = witnesses(host(name), answered())
        assert isinstance(table, Unmeasured)
        assert "cannot be verified" in table.reason


def test_a_question_that_several_need_is_asked_once() -> None:
    """They give it one name, and it is one text."""
    texts: dict[str, object] = {}
    for probe in discover().values():
        for name, one in probe.absence.ask.items() if probe.absence else ():
            assert texts.setdefault(name, one) == one
    everything = host(*CAN_BE_ABSENT)
    assert ask(everything) == texts


def judged(dallas: Table, arizona: Table | Unmeasured) -> Judgement:
    """What the check makes of these tables of the first hosts; the second ones have nothing."""
    path = find_root() / CHECK.partition("::")[0]
    spec = importlib.util.spec_from_file_location("the_check", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    nothing = {"witnesses": {"redis: a server of the kind of Redis": NOTHING}}
    parity = Parity(
        role="web",
        section=declared("redis"),
        readings=PROBE.readings(),
        facts=(
            SiteFacts(DALLAS, {"web1": {"witnesses": dallas}, "web2": nothing}),
            SiteFacts(ARIZONA, {"web1": {"witnesses": arizona}, "web2": nothing}),
        ),
    )
    getattr(module, CHECK.partition("::")[2])(parity)
    return parity.judgement()


def test_one_host_of_either_site_is_enough_to_stop_a_failover() -> None:
    """The finding names it; what is unmeasured is neither there nor absent."""
    item = "redis: a server of the kind of Redis"
    nothing, found = {item: NOTHING}, {item: "valkey-server runs"}
    assert judged(nothing, nothing).outcome is Outcome.SAME
    assert judged(nothing, Unmeasured("programs: timed out after 10 s")).outcome is Outcome.UNMEASURED
    for tables in ((nothing, found), (found, nothing), (found, found)):
        judgement = judged(*tables)
        assert judgement.outcome is Outcome.DIFFERENT
        (finding,) = judgement.findings
        assert finding.item == item
        assert "valkey-server runs (web1), none (web2)" in finding.message


SHIPPED: Any = load_yaml(find_root() / "inventories" / "policy.yml").value


def loaded(folder: Path, *names: str) -> Configuration:
    """The project's own inventories; these aspects and journeys are absent, and described no more."""
    policy = copy.deepcopy(SHIPPED)
    policy["absent"] = {name: {"reason": "nobody needs it", "approved_by": "Ada Lovelace"} for name in names}
    for name in names:
        for kind in ("aspects", "smoke"):
            policy[kind].pop(name.removeprefix("smoke."), None)
    for site in ("dallas", "arizona"):
        (folder / site).symlink_to(find_root() / "inventories" / site)
    (folder / "failover.yml").symlink_to(find_root() / "inventories" / "failover.yml")
    (folder / "policy.yml").write_text(yaml.safe_dump(policy, sort_keys=False, allow_unicode=True))
    return configuration.load(find_root(), folder, look_up=False)


def test_the_check_is_planned_for_every_role(tmp_path: Path) -> None:
    """A blocker that the whole file's owner gets, and every host of both sites is asked."""
    settings = loaded(tmp_path, "waf", "attack")
    checks = [check for check in settings.checks if check.id.startswith(CHECK)]
    assert [check.role for check in checks] == list(settings.policy.roles)
    assert {(check.severity, check.owner) for check in checks} == {("blocker", SHIPPED["owner"])}
    assert not settings.undecided
    assert not [check for check in settings.checks if check.source.aspect in ("waf", "attack")]
    questions = Questions(settings.policy, settings.probes, settings.sites)
    for site in settings.sites:
        for one in site.hosts:
            asked = {aspect: probe.ask(target) for aspect, probe, target in questions.targets(site, one)}
            assert set(asked["absences"]) == {"programs", "web_servers"}
            assert "waf" not in asked


@pytest.mark.parametrize("names", [(), ("status_page",), ("admin", "smoke.maintenance_page")])
def test_without_anything_to_verify_no_check_is_made(tmp_path: Path, names: tuple[str, ...]) -> None:
    """The list of absences says so already. Nothing is undecided, and no host is asked."""
    settings = loaded(tmp_path, *names)
    assert not [check for check in settings.checks if check.id.startswith(CHECK)]
    assert settings.not_applicable == ()
    assert not settings.undecided
    questions = Questions(settings.policy, settings.probes, settings.sites)
    for one in settings.standby.hosts:
        assert "absences" not in [aspect for aspect, _, _ in questions.targets(settings.standby, one)]


@pytest.mark.parametrize("name", sorted(EVERY_HOST_HAS))
def test_loading_refuses_the_absence_of_what_every_host_has(tmp_path: Path, name: str) -> None:
    """With the line, and what to do."""
    with pytest.raises(
        ConfigurationError, match=rf"policy\.yml:[0-9]+: absent\.{name}: cannot be absent, since"
    ):
        loaded(tmp_path, name)


def test_absences_themselves_are_no_aspect(tmp_path: Path) -> None:
    """Nobody can declare them absent, and nothing below aspects can narrow or soften them."""
    with pytest.raises(ConfigurationError, match="absences: expected an aspect, a journey, or a promise"):
        loaded(tmp_path, "absences")
    policy = copy.deepcopy(SHIPPED)
    policy["aspects"]["absences"] = {"roles": ["web"]}
    (tmp_path / "policy.yml").write_text(yaml.safe_dump(policy))
    with pytest.raises(ConfigurationError, match=r"aspects\.absences: "):
        configuration.load(find_root(), tmp_path, look_up=False)


def test_an_answer_says_how_far_an_absence_is_verified(tmp_path: Path) -> None:
    """Beside the reason and the name."""
    absent = {one.name: one for one in scope(loaded(tmp_path, "smoke.attack", "admin")).absent}
    assert absent["smoke.attack"].verification == VERIFIED
    assert absent["admin"].verification == DECLARED_ONLY
    assert absent["admin"].approved_by == "Ada Lovelace"


def test_an_answer_lists_no_area_of_that_name(tmp_path: Path) -> None:
    """What is absent is listed by its own name."""
    areas = {(area.kind, area.name): area.state for area in scope(loaded(tmp_path, "waf", "attack")).areas}
    assert areas["parity", "waf"] == areas["smoke", "attack"] == "absent"
    assert ("parity", "absences") not in areas
