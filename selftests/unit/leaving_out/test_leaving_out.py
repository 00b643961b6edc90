"""Leaving something out of the policy never makes GO easier.

The policy of the lab is shortened in every way, and judged by what the lab's hosts answered under many
faults.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from selftests.unit.leaving_out.judge import Judge, Variant
from selftests.unit.leaving_out.pieces import Piece, declared_absent, pieces
from selftests.unit.leaving_out.recording import recorded
from siteparity.configuration import find_root
from siteparity.model import ConfigurationError, Outcome, Verdict
from siteparity.policy import Section
from siteparity.probes import discover

FAULTS = sorted(recorded().faults)
QUESTIONS = declared_absent(discover())
"""Key with a question -> the policy in which it is declared absent."""

ITEM = "item"
"""One item of a promise that goes on: no run can know that a list once had one name more."""
OTHERS = "others"
"""All its items, but those that the applications name: the promise goes on with these."""
PART = "part"
"""What the policy says of one item: the item is judged by the rest."""
UNUSED = "unused"
"""All that names a language: the sites do not speak it, then."""

ITEMS: Mapping[str, tuple[str, Collection[str]]] = {
    "applications.shop.release.manifest": (PART, ["release_edited_and_restarted_at_both_sites"]),
    "aspects.accounts.required": (OTHERS, ["account_missing_at_both_sites"]),
    "aspects.accounts.required.edge": (OTHERS, ["account_missing_at_both_sites"]),
    "aspects.accounts.required.edge.prometheus": (ITEM, ["account_missing_at_both_sites"]),
    "aspects.capacity.peak.web": (
        ITEM,
        ["no_worker_enough_at_both_sites", "smaller_pool_at_both_sites"],
    ),
    "aspects.capacity.peak.web.SHOP_DATABASE_POOL": (ITEM, ["smaller_pool_at_both_sites"]),
    'aspects.capacity.peak.web."shop.service workers"': (ITEM, ["no_worker_enough_at_both_sites"]),
    "aspects.database.users.replicator": (ITEM, ["database_role_missing", "database_role_without_password"]),
    "aspects.database.users.replicator[0]": (PART, ["database_role_without_password"]),
    "aspects.files.every_host[4]": (ITEM, ["configuration_file_missing_at_both_sites"]),
    "aspects.firewall.drop.edge[0]": (ITEM, ["firewall_accepts_by_policy_at_both_sites"]),
    "aspects.schedules.jobs.session cleanup": (ITEM, ["job_missing_at_both_sites"]),
    "aspects.secrets": (OTHERS, ["secret_differs"]),
    "aspects.secrets.files": (OTHERS, ["secret_differs"]),
    "aspects.secrets.files.db": (ITEM, ["secret_differs"]),
    "aspects.secrets.files.db[0]": (ITEM, ["secret_differs"]),
    "languages.de and all that names it": (UNUSED, ["catalogue_older_than_source"]),
    "languages.fr and all that names it": (UNUSED, ["catalogue_replaced_without_restart"]),
}
"""Piece -> why nothing else finds these faults."""

ASKED: Mapping[str, str] = {
    "accounts.required": "account_missing_at_both_sites",
    "accounts.log_in": "key_for_root_at_both_sites",
    "accounts.sudo": "sudo_rule_added_at_both_sites",
    "boot.required": "upload_folder_nofail_at_both_sites",
    "capacity.workers": "no_worker_enough_at_both_sites",
    "capacity.peak": "no_worker_enough_at_both_sites",
    "catalogues.source": "catalogue_older_than_source",
    "database.users": "database_role_missing",
    "files.every_host": "configuration_file_missing_at_both_sites",
    "files.releases": "release_edited_and_restarted_at_both_sites",
    "firewall.drop": "firewall_accepts_by_policy_at_both_sites",
    "locales.variables": "service_runs_in_an_old_language",
    "packages.python": "python_environment_missing",
    "runtime.environment": "setting_edited_without_restart_at_both_sites",
    "runtime.deployed": "release_deployed_without_restart_at_both_sites",
    "schedules.jobs": "job_missing_at_both_sites",
    "services.required": "program_for_root_alone_at_both_sites",
    "subscriptions.armed": "subscriptions_armed_at_no_site",
    "subscriptions.last_success": "subscriptions_last_success_stale",
}
"""Key with a question -> a fault that nothing finds if it is declared absent."""

NOT_RECORDED = ("site_role.health_path", "subscriptions.late", "subscriptions.site")
"""Keys with a question of which no recorded fault shows that it is needed: they are asked for to be safe."""

WITHOUT: Mapping[str, Collection[str]] = {
    # Files of settings count as code of what is deployed; without such code its environment alone tells.
    "runtime.environment": ["runtime.deployed"],
}
"""Key -> what the sites lack besides."""

OF_OTHER_PAIRS = {"containers"}
"""Aspects of which the usual pair of sites has nothing; foreign pairs have, and faults of it."""

UNWRITTEN = """
capacity: full free memory
catalogues: loaded_by charset source_language complete also
clock: max_age may_name_the_other_site
commands: run
connections: allowed
containers: may_hide_differences
database: replication_user may_wait_for_followers recovery_end_command connections numbers_used \
may_lose_slots may_read_from_the_other_site leave_out
dns: families max_ttl
egress: form timeout
files: where_there nginx leave_out may_name_the_other_site may_hide_differences preload folders
firewall: saved persisted leave_out
kernel: leave_out
locales: also
monitoring: timeout max_age max_file_age
packages: held verify verify_timeout leave_out_missing leave_out_changed watched leave_out_added
path: packets connections resent errors mtu shaped min_speed latency quick
products: may_hide_differences
redis: port file replicated persistent max_memory
routing: leave_out
runtime: kernel leave_out_services
schedules: leave_out
services: planned leave_out
sessions: key option form reread persistent_connections also
site_role: health_headers health_says
tls: horizon
uploads: enough leave_out
waf: service configuration rule_set module leave_out_rules leave_out_servers ports normal attacks status
"""
"""Keys that the shipped policy leaves out, and that may be: each has a default that judges, says how to look,
judges less than the default, or adds to a promise that goes on without it. A key of another kind belongs into
the shipped policy, or gets a question. ``commands.run`` is about nothing but what it names: a command less is
one promise less, as with every list."""


@cache
def judge() -> Judge:
    """Keeps what it has read."""
    return Judge(find_root(), recorded())


@cache
def whole() -> Variant:
    """The shipped policy."""
    return judge().variant()


@cache
def shortened() -> Mapping[str, Variant]:
    """Each policy that lacks one piece, and is not refused for that; by the name of the piece."""
    found = {}
    for piece in every_piece():
        if (variant := variant_without(piece)) is not None:
            found[piece.name] = variant
    return found


@cache
def every_piece() -> tuple[Piece, ...]:
    """All that can be left out."""
    return tuple(pieces(judge().document.value))


def variant_without(*gone: Piece) -> Variant | None:
    """The policy without these pieces; None if it is refused, which nobody overlooks."""
    try:
        return judge().variant(*gone)
    except ConfigurationError:
        return None


def test_the_healthy_lab_is_go() -> None:
    """Every check is made of what was recorded, and holds."""
    assert judge().answer(whole(), None).verdict is Verdict.GO


@pytest.mark.parametrize("fault", FAULTS)
def test_the_whole_policy_finds_each_fault(fault: str) -> None:
    """As the gate did when it was recorded: exactly the same checks are red."""
    outcomes = judge().outcomes(whole(), fault)
    red = {check: outcome for check, outcome in outcomes.items() if outcome is not Outcome.SAME}
    assert red == recorded().faults[fault].red


@pytest.mark.timeout(600)  # the first one reads all policies
@pytest.mark.parametrize("fault", FAULTS)
def test_nothing_can_be_left_out_that_alone_finds_a_fault(fault: str) -> None:
    """Without it the answer is not GO either: something else finds the fault, or the key is undecided."""
    if not judge().is_go(whole(), fault):
        easier = {name for name, variant in shortened().items() if judge().is_go(variant, fault)}
        assert easier == {name for name, (_, faults) in ITEMS.items() if fault in faults}


@settings(max_examples=100, deadline=None)
@given(
    gone=st.lists(st.sampled_from(every_piece()), min_size=2, max_size=12, unique_by=lambda one: one.name),
    fault=st.sampled_from(FAULTS),
)
def test_nor_can_several_things_together(gone: list[Piece], fault: str) -> None:
    """Whichever they are."""
    variant = variant_without(*(piece for piece in gone if piece.name not in ITEMS))
    if variant is not None and judge().is_go(variant, fault):
        assert judge().is_go(whole(), fault)


@pytest.mark.parametrize("key", [key for key in QUESTIONS if key not in NOT_RECORDED])
def test_what_is_asked_for_finds_a_fault_alone(key: str) -> None:
    """Else nobody need be asked: the question goes, or a fault is recorded that shows what it is for."""
    besides = [QUESTIONS[one] for one in WITHOUT.get(key, ())]
    asked, absent = judge().variant(*besides), judge().variant(QUESTIONS[key], *besides)
    assert judge().is_go(absent, None)
    assert not judge().is_go(asked, ASKED[key])
    assert judge().is_go(absent, ASKED[key])


def test_faults_of_every_aspect_are_recorded() -> None:
    """As many at least as are promised, and no aspect without one."""
    aspects = {
        aspect
        for aspect, probe in judge().probes.items()
        if not (probe.section.apart or probe.section.is_of_parts())
    }
    found = {aspect for fault in FAULTS for aspect in recorded().faults[fault].aspects}
    assert aspects - found == OF_OTHER_PAIRS
    assert len(FAULTS) >= 30


def test_each_key_that_a_check_needs_finds_a_recorded_fault() -> None:
    """A new key comes with a fault that its checks find, so that leaving it out is tried here."""
    found: dict[str, bool] = {}
    for check in whole().plan.checks:
        if check.source.kind == "parity":
            aspect, tables = check.source.aspect, judge().probes[check.source.aspect].readings()
            is_red = any(check.id in recorded().faults[fault].red for fault in FAULTS)
            for key in filter(None, (tables[name].key for name in check.source.tables)):
                found[f"{aspect}.{key}"] = found.get(f"{aspect}.{key}", False) or is_red
    assert sorted(key for key, is_red in found.items() if not is_red) == sorted(NOT_RECORDED)
    # A key that the policy lacks is in none of its checks; that of the failover plan is in another file.
    assert [one.keys for one in whole().plan.not_applicable] == [("aspects.services.planned",)]


def test_each_optional_key_is_in_the_shipped_policy_or_need_not_be() -> None:
    """What the policy does not say cannot be left out of it."""
    unwritten = {
        aspect: [
            key
            for key, field in section.model_fields.items()
            if key not in Section.model_fields and not field.is_required() and key not in said
        ]
        for aspect, probe in judge().probes.items()
        for section, said in [(probe.section, whole().policy.section(aspect).model_fields_set)]
        if not section.apart
    }
    told = "\n".join(f"{aspect}: {' '.join(keys)}" for aspect, keys in unwritten.items() if keys)
    assert told == UNWRITTEN.strip()
