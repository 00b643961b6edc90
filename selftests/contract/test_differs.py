"""What people write for a difference that is meant, over what real hosts answered."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from selftests.contract.samples import Sample, read, samples
from selftests.unit.policy.edited import SHIPPED, edited
from siteparity import configuration
from siteparity.collect.questions import Questions
from siteparity.configuration import Configuration, find_root
from siteparity.model import Judgement, Outcome, Site
from siteparity.plan import PlannedCheck
from siteparity.pytest_plugin.parity import Parity, SiteFacts
from siteparity.transport.script import Answer
from siteparity.waivers import Found, State, Status, Waivers, statuses

NORMAL = {one.aspect: one for one in samples() if one.case == "normal"}
REVIEW = f"{datetime.now(UTC) + timedelta(days=200):%Y-%m-%d}"
WHO = {"reason": "the failover plan says so", "approved_by": "Ada Lovelace", "review": REVIEW}

Edit = tuple[str, str, str, str]
"""Aspect, question, and what is replaced in its answer by what."""


@dataclass(frozen=True)
class Case:
    """A difference that is meant."""

    role: str
    entries: Sequence[Mapping[str, Any]]
    """What a person writes of it."""
    found: Mapping[str, Sequence[str]]
    """Aspect -> the checks that find it without the entries."""
    dallas: Sequence[Edit] = ()
    arizona: Sequence[Edit] = ()
    policy: Mapping[str, object] = field(default_factory=dict)
    """What the policy says besides."""


RECORDED: Mapping[str, object] = {
    "aspects.services.only_at_primary": {},
    "aspects.schedules.jobs": {
        name: job
        for name, job in SHIPPED["aspects"]["schedules"]["jobs"].items()
        if not job.get("only_at_primary")
    },
}
"""What the policy says of the hosts that were recorded: nothing there ran at the primary alone."""
UNIT = "shop-report.timer"


def block(aspect: str, question: str, begins: str) -> str:
    """A block of an answer, up to the empty line."""
    text = NORMAL[aspect].answers[question].text.decode(errors="replace")
    return text[text.index(begins) :].partition("\n\n")[0] + "\n\n"


CASES = {
    "a timer is on at one site": Case(
        "web",
        [
            {
                "aspect": "services",
                "role": "web",
                "item": "shop-report.timer",
                "values": {
                    "services.the_same_units_are_enabled_disabled_and_masked": {
                        "dallas": "enabled by timers.target",
                        "arizona": "not enabled",
                    },
                    "services.the_same_units_are_up": {"dallas": "up", "arizona": "none"},
                },
            },
            {"aspect": "schedules", "role": "web", "item": "shop-report.timer", "only_at": "dallas"},
        ],
        {
            "services": ["the_same_units_are_enabled_disabled_and_masked", "the_same_units_are_up"],
            "schedules": ["timers_say_the_same_everywhere", "every_job_runs_at_the_same_instants"],
        },
        arizona=[
            (
                "services",
                "files",
                f"l\t/etc/systemd/system/timers.target.wants/{UNIT}\t/etc/systemd/system/{UNIT}\n",
                "",
            ),
            (
                "services",
                "units",
                "shop-report.timer                  loaded active waiting",
                "x.slice                            loaded active active ",
            ),
            (
                "services",
                "units",
                "Id=shop-report.timer\nNames=shop-report.timer",
                "Id=x.slice\nNames=x.slice",
            ),
            ("schedules", "cron", block("schedules", "cron", "Unit=shop-report.service\nTimers"), ""),
        ],
        policy={
            "aspects.services.required.web": ["shop.service"],
            "aspects.schedules.jobs.daily report": {
                "roles": ["web"],
                "command": "/usr/local/bin/shop-cleanup",
            },
        },
    ),
    "fewer workers on smaller machines": Case(
        "web",
        [
            {
                "aspect": "capacity.the_standby_has_as_many_workers",
                "role": "web",
                "item": "shop.service workers",
                "values": {"dallas": 3, "arizona": 2},
            }
        ],
        {"capacity": ["the_standby_has_as_many_workers"]},
        arizona=[("capacity", "workers:shop.service", "/proc/8309/cmdline\n", "")],
        policy={"aspects.capacity.peak.web": {"cores": 2}},  # no number of workers would be enough
    ),
    "a package is at one site only": Case(
        "web",
        [{"aspect": "packages", "role": "web", "item": "backup-tool:amd64", "only_at": "dallas"}],
        {"packages": ["every_package_is_the_same_build"]},
        dallas=[
            (
                "packages",
                "database",
                "\nhostname\tamd64\t",
                "\nbackup-tool\tamd64\t1.0-1\tinstall ok installed\nhostname\tamd64\t",
            )
        ],
    ),
    "a kernel setting has another value": Case(
        "web",
        [
            {
                "aspect": "kernel",
                "role": "web",
                "item": "vm.swappiness",
                "values": {"dallas": 60, "arizona": 10},
            }
        ],
        {"kernel": ["the_kernel_is_set_alike"]},
        arizona=[("kernel", "sysctl", "./vm/swappiness:60\n", "./vm/swappiness:10\n")],
    ),
    "a port is open at one site": Case(
        "edge",
        [
            {
                "aspect": ["listeners", "listeners.nothing_else_listens"],
                "role": "edge",
                "item": "tcp 8443",
                "values": {"dallas": "backupd at any*", "arizona": "none"},
            }
        ],
        {"listeners": ["the_same_programs_listen_at_the_same_ports", "nothing_else_listens"]},
        dallas=[
            (
                "listeners",
                "sockets",
                "60999\n",
                '60999\ntcp LISTEN 0      511    0.0.0.0:8443  0.0.0.0:* users:(("backupd",pid=99,fd=7))\n',
            )
        ],
    ),
    "a cron job runs at one site": Case(
        "web",
        [
            {
                "aspect": "schedules",
                "role": "web",
                "item": "/etc/cron.d/shop-maintenance: shop: /usr/local/bin/shop-cleanup --copy=away",
                "only_at": "dallas",
            }
        ],
        {"schedules": ["the_same_jobs_are_written_down_everywhere", "every_job_runs_at_the_same_instants"]},
        dallas=[
            (
                "schedules",
                "crontabs",
                "# Removes sessions without an end from the site's own Redis.\n",
                "45 23 * * 1 shop /usr/local/bin/shop-cleanup --copy=away\n###\n",
            )
        ],
    ),
}


def settings_of(folder: Path, case: Case, entries: Sequence[Mapping[str, Any]]) -> Configuration:
    """The project's own configuration with a case's policy and these entries."""
    inventories = folder / "inventories"
    shutil.copytree(find_root() / "inventories", inventories)
    (inventories / "failover.yml").unlink()  # what a plan names must be at both sites
    without: dict[str, object] = {"aspects.services.planned": {}}
    edited(
        inventories, {**RECORDED, **without, **case.policy, "differs": [dict(one) | WHO for one in entries]}
    )
    return configuration.load(find_root(), inventories, look_up=False)


def answers_of(sample: Sample, edits: Sequence[Edit]) -> dict[str, Answer]:
    """A host's answers with some of their text replaced."""
    answers = dict(sample.answers)
    for _, name, old, new in (edit for edit in edits if edit[0] == sample.aspect):
        before = answers[name].text
        assert old.encode() in before, (name, old)
        answers[name] = replace(answers[name], text=before.replace(old.encode(), new.encode()))
    return answers


def facts_of(settings: Configuration, site: Site, case: Case, aspect: str) -> SiteFacts:
    """What every host of the role says at a site."""
    sample, probe = NORMAL[aspect], settings.probes[aspect]
    answers = answers_of(sample, case.dallas if site.name == "dallas" else case.arizona)
    questions = Questions(settings.policy, settings.probes, settings.sites)
    of_hosts = {
        host.name: read(probe, answers, questions.target(aspect, site, host), sample.moment)
        for host in site.in_role(case.role)
    }
    return SiteFacts(site, of_hosts)


def module_of(path: Path) -> ModuleType:
    """A file of checks."""
    spec = importlib.util.spec_from_file_location(f"differs_{path.stem}", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def judgements(settings: Configuration, case: Case) -> dict[PlannedCheck, Judgement]:
    """What each check of the case's aspects finds for its role."""
    found: dict[PlannedCheck, Judgement] = {}
    for aspect in case.found:
        facts = tuple(facts_of(settings, site, case, aspect) for site in settings.sites)
        module = module_of(find_root() / "tests" / "parity" / f"test_{aspect}.py")
        probe, section = settings.probes[aspect], settings.policy.section(aspect)
        for check in settings.checks:
            source = check.source
            if (source.kind, source.aspect, check.role) == ("parity", aspect, case.role):
                judged = Parity(
                    role=case.role,
                    section=section,
                    readings=probe.readings(),
                    facts=(facts[0], facts[1]),
                )
                function: Callable[[Parity], None] = getattr(module, source.function)
                function(judged)
                found[check] = judged.judgement()
    return found


def outcomes(
    settings: Configuration, found: Mapping[PlannedCheck, Judgement]
) -> tuple[dict[str, Outcome], tuple[Status, ...]]:
    """What becomes of each check that found something, and of each entry."""
    sites = (settings.primary.name, settings.standby.name)
    waivers = Waivers((), datetime.now(UTC), *sites, settings.never_waived, settings.designs)
    after = {
        check: Judgement(waivers.applied(check, one.findings), one.compared) for check, one in found.items()
    }
    made = [Found(check, one.outcome, one.findings) for check, one in after.items()]
    every: dict[str, Outcome] = {check.source.name: one.outcome for check, one in after.items()}
    told: dict[str, Outcome] = {
        check: outcome for check, outcome in every.items() if outcome is not Outcome.SAME
    }
    return told, statuses(waivers, made)


@pytest.mark.parametrize("name", CASES)
def test_what_is_meant_is_by_design_and_only_with_the_entry(tmp_path: Path, name: str) -> None:
    """Each of its findings, in each check; without the entry each is a difference."""
    case = CASES[name]
    checks = [f"{aspect}.{check}" for aspect, named in case.found.items() for check in named]
    without = settings_of(tmp_path / "without", case, [])
    told, _ = outcomes(without, judgements(without, case))
    assert told == dict.fromkeys(checks, Outcome.DIFFERENT)
    settings = settings_of(tmp_path / "with", case, case.entries)
    told, standing = outcomes(settings, judgements(settings, case))
    assert told == dict.fromkeys(checks, Outcome.BY_DESIGN)
    assert [(one.state, one.words) for one in standing] == [(State.ACTIVE, "")] * len(case.entries)


@pytest.mark.parametrize("name", CASES)
def test_where_both_sites_are_alike_the_entry_is_no_longer_needed(tmp_path: Path, name: str) -> None:
    """It is a reason against GO."""
    case = replace(CASES[name], dallas=(), arizona=())
    settings = settings_of(tmp_path, case, case.entries)
    told, standing = outcomes(settings, judgements(settings, case))
    assert told == {}
    assert {one.state for one in standing} == {State.UNUSED}
    assert all("the sites do not differ" in one.words for one in standing)


@pytest.mark.parametrize("name", CASES)
def test_at_the_other_site_it_is_a_difference_as_ever(tmp_path: Path, name: str) -> None:
    """The entry says at which site, so the same difference the other way round is none that is meant."""
    case = CASES[name]
    turned = replace(case, dallas=case.arizona, arizona=case.dallas)
    settings = settings_of(tmp_path, turned, case.entries)
    told, standing = outcomes(settings, judgements(settings, turned))
    assert set(told.values()) <= {Outcome.DIFFERENT}
    assert not any(one.state is State.ACTIVE for one in standing)


def test_fewer_workers_by_design_are_not_enough_for_the_peak(tmp_path: Path) -> None:
    """What the policy demands of the standby alone is no difference between sites."""
    case = replace(CASES["fewer workers on smaller machines"], policy={})
    aspect_wide = [dict(case.entries[0]) | {"aspect": "capacity"}]
    for number, entries in enumerate((case.entries, aspect_wide)):
        settings = settings_of(tmp_path / str(number), case, entries)
        told, _ = outcomes(settings, judgements(settings, case))
        assert told["capacity.the_standby_can_carry_the_peak"] is Outcome.DIFFERENT


def test_another_program_at_the_port_is_found(tmp_path: Path) -> None:
    """The entry names the program."""
    case = CASES["a port is open at one site"]
    (edit,) = case.dallas
    hostile = replace(case, dallas=[(*edit[:3], edit[3].replace("backupd", "miner"))])
    settings = settings_of(tmp_path, hostile, case.entries)
    told, (status,) = outcomes(settings, judgements(settings, hostile))
    assert set(told.values()) == {Outcome.DIFFERENT}
    assert status.state is State.CHANGED
    assert (
        "expected dallas backupd at any* | arizona none, found tcp 8443: dallas miner at any" in status.words
    )
