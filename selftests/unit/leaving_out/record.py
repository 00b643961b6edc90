"""Records what the lab's hosts answer: ``python -m selftests.unit.leaving_out.record``, with the lab up.

It takes a quarter of an hour. Arguments record less anew, beside what is recorded already: names of faults
record these, and the name of an aspect its answers with all faults that it finds. Faults that different
aspects must find are set together.
"""

from __future__ import annotations

import contextlib
import secrets
import sys
import tempfile
import threading
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

from lab import keys, podman, sites
from lab.drills import checks_of_faults
from lab.errors import LabError
from lab.faults import Fault, catalogue
from lab.pairs import USUAL
from selftests.lab.companies import Member
from selftests.lab.conftest import Lab
from selftests.lab.runs import Run, function_of, named_by, run_gate
from selftests.unit.leaving_out.judge import Judge, Variant
from selftests.unit.leaving_out.pieces import declared_absent, pieces
from selftests.unit.leaving_out.recording import FILE, Broken, Look, Other, Place, Recorded, recorded, write
from siteparity.collect import Measurement
from siteparity.collect.questions import Questions
from siteparity.configuration import find_root
from siteparity.model import ConfigurationError, Host
from siteparity.probes import KEY, Answers, discover
from siteparity.transport.asking import Asked
from siteparity.transport.process import Output
from siteparity.transport.script import Answer, Ask
from siteparity.transport.words import KNOWN

TOGETHER = 5
"""Faults in one run. Of more, too often two disturb each other, and each is recorded by itself then."""
AT_ONCE = 20
"""Questions in one script."""
FAULTS = (
    "account_missing_at_both_sites",
    "sudo_rule_added_at_both_sites",
    "key_for_root_at_both_sites",
    "authorised_key_missing",
    "upload_folder_nofail_at_both_sites",
    "upload_folder_unmounted",
    "archives_of_each_others_sites",
    "fewer_processors",
    "disk_full_at_primary",
    "fewer_workers",
    "no_worker_enough_at_both_sites",
    "smaller_pool_at_both_sites",
    "smaller_pool_not_in_force",
    "fewer_connections_at_the_edge",
    "pictures_not_copied",
    "catalogue_damaged_at_both_sites",
    "catalogue_older_than_source",
    "catalogue_replaced_without_restart",
    "clock_without_sources_at_both_sites",
    "clock_sources_of_both_sites_everywhere",
    "zone_rules_changed",
    "collation_sorts_otherwise_at_the_standby",
    "database_role_without_password",
    "database_role_missing",
    "database_setting_differs",
    "record_of_the_passive_site",
    "record_kept_for_a_day",
    "name_server_with_an_old_zone",
    "front_door_of_the_standby_wrong",
    "payment_gateway_away",
    "payment_setting_of_a_test_gateway_at_both_sites",
    "mail_relay_refuses_the_standby",
    "configuration_file_missing_at_both_sites",
    "configuration_edited_at_primary",
    "accounts_looked_up_elsewhere",
    "release_with_an_edited_file_at_both_sites",
    "release_edited_and_restarted_at_both_sites",
    "library_forced_into_every_program_at_both_sites",
    "firewall_accepts_by_policy_at_both_sites",
    "firewall_rules_swapped",
    "firewall_file_broken_at_both_sites",
    "sysctl_changed_live_at_both_sites",
    "module_not_loaded",
    "service_limit_not_in_force_at_both_sites",
    "listener_at_loopback_at_both_sites",
    "listener_unexpected_at_both_sites",
    "locale_not_compiled_at_both_sites",
    "service_runs_in_an_old_language",
    "service_language_changed_by_its_environment_file",
    "exporter_disabled_at_both_sites",
    "package_file_altered_at_both_sites",
    "python_environment_missing",
    "mtu_lower_at_both_sites",
    "packets_lost_between_web_and_db",
    "redis_directive_misspelt_at_both_sites",
    "redis_memory_nearly_full",
    "archiving_fails",
    "release_deployed_without_restart_at_both_sites",
    "setting_edited_without_restart_at_both_sites",
    "job_missing_at_both_sites",
    "sites_in_their_own_zones",
    "command_missing_at_both_sites",
    "secret_empty_at_both_sites",
    "secret_differs",
    "service_stopped_at_both_sites",
    "program_for_root_alone_at_both_sites",
    "worker_stopped_at_primary",
    "session_setting_overridden_by_another_file",
    "database_refuses_writes_at_both_sites",
    "customers_led_to_neither_site",
    "subscriptions_armed_at_no_site",
    "subscriptions_last_success_stale",
    "certificate_ended_at_both_sites",
    "certificate_not_reloaded",
    "waf_detection_only_at_both_sites",
    "waf_attack_class_taken_out_at_both_sites",
    "admin_redirect_wrong_at_both_sites",
    "session_without_an_end",
    "status_page_inside_the_primary",
    "maintenance_page_missing",
    "storefront_prices_as_in_english",
    "subscriptions_held_at_standby",
    "site_blackholed_at_both_sites",
    "fewer_sessions_of_sshd",
    "stray_connection_to_the_other_site",
)


class Others:
    """The questions that hosts would be asked under a policy that lacks a piece."""

    def __init__(self) -> None:
        judge = Judge(find_root(), Recorded(Broken("", frozenset(), {}, {}, {}), {}))
        variant = judge.variant()
        whole = dict(_asked(judge, variant))
        self.hosts = {host.label: host for site in variant.sites for host in site.hosts}
        self.pieces: dict[tuple[str, str, str], dict[Ask, list[str]]] = {}
        """Host, aspect, question -> other question -> the pieces without which it is asked."""
        for piece in (*pieces(judge.document.value), *declared_absent(judge.probes).values()):
            with contextlib.suppress(ConfigurationError):
                for at, ask in _asked(judge, judge.variant(piece)):
                    if at not in whole or _without_names(ask) != _without_names(whole[at]):
                        self.pieces.setdefault(at, {}).setdefault(ask, []).append(piece.name)

    def put(self, aspects: Collection[str], key: str) -> Mapping[Other, Mapping[str, Answer]]:
        """Ask them, as far as they are of these aspects: as root, without the hosts' collectors."""
        found: dict[Other, dict[str, Answer]] = {}
        with ThreadPoolExecutor(len(self.hosts)) as pool:
            for of_host in pool.map(lambda label: self._put(label, aspects, key), self.hosts):
                for other, question, answer in of_host:
                    found.setdefault(other, {})[question] = answer
        return found

    def _put(self, label: str, aspects: Collection[str], key: str) -> list[tuple[Other, str, Answer]]:
        wanted = [
            (at, ask, names)
            for at, asks in self.pieces.items()
            if at[0] == label and at[1] in aspects
            for ask, names in asks.items()
        ]
        host = self.hosts[label]
        bare = replace(host, connection=replace(host.connection, collector=None))
        found = []
        for first in range(0, len(wanted), AT_ONCE):
            some = wanted[first : first + AT_ONCE]
            asks = {f"q{number}": ask for number, (_, ask, _) in enumerate(some)}
            answers, _ = Asked(_as_root, bare).put(asks, {KEY.name: key}, timeout=120)
            _refuse_passwords(answers)
            site, name = label.split("/")
            for number, (at, _, names) in enumerate(some):
                found += [((site, name, at[1], piece), at[2], answers[f"q{number}"]) for piece in names]
        return found


def _asked(judge: Judge, variant: Variant) -> Iterator[tuple[tuple[str, str, str], Ask]]:
    questions = Questions(variant.policy, judge.probes, variant.sites)
    for site in variant.sites:
        for host in site.hosts:
            for aspect, probe, target in questions.targets(site, host):
                for name, ask in probe.ask(target).items():
                    yield (host.label, aspect, name), ask


def _without_names(ask: Ask) -> Ask:
    """The question, whichever names may be shown: what is not shown is compared by a hash."""
    return replace(ask, given=tuple((name, value) for name, value in ask.given if name != KNOWN.name))


def _as_root(host: Host, script: bytes, *, timeout: float, opener: bytes) -> Output:
    container = host.label.replace("/", "-")
    done = podman.podman("exec", "-i", container, "sh", "-s", timeout=timeout, stdin=opener + script)
    return Output(done.stdout, done.stderr, done.returncode)


def main() -> None:
    """Record the healthy lab and each fault, and write `FILE`."""
    lab, key, others = Lab(sites.load(), _say), secrets.token_hex(32), Others()
    run, looks = _recorded(key)
    if run.red():
        raise LabError(f"the lab is not well: {run.told()}")
    aspects = [one for one in sys.argv[1:] if one in discover()]
    names = [one for one in sys.argv[1:] if one not in aspects]
    if not sys.argv[1:]:
        aspects, names = list(discover()), list(FAULTS)
        healthy, faults = Broken("", frozenset(), {}, {}, {}), {}
    else:
        healthy, faults = recorded().healthy, dict(recorded().faults)
        names += [name for name in FAULTS if name not in names and not _is_kept(faults.get(name), aspects)]
    healthy = _with(healthy, aspects, looks, others.put(aspects, key) if aspects else {})
    waiting = companies({name: catalogue()[name] for name in names})
    for company in waiting:
        began = time.monotonic()
        try:
            found = _found(lab, key, others, company)
        except LabError as error:
            found = str(error)
        _say(f"{time.monotonic() - began:.0f} s: {', '.join(fault.name for fault in company)}")
        if isinstance(found, str):
            _say(f"{'left out' if len(company) == 1 else 'each by itself then'}: {found}")
            waiting += [(fault,) for fault in company if len(company) > 1]
            continue
        faults |= {one.fault: replace(one, looks=_changed(one.looks, healthy.looks)) for one in found}
    write(Recorded(healthy, faults))
    _say(f"{FILE.name}: {len(faults)} faults, {FILE.stat().st_size / 1024:.0f} KiB")


def _is_kept(one: Broken | None, aspects: Collection[str]) -> bool:
    """Whether a fault is recorded, and found by none of these aspects: their hashes have another key now."""
    return one is not None and one.aspects.isdisjoint(aspects)


def _with(
    healthy: Broken,
    aspects: Collection[str],
    looks: Mapping[Place, Look],
    others: Mapping[Other, Mapping[str, Answer]],
) -> Broken:
    """The healthy lab, with what hosts answer to these aspects now."""
    return replace(
        healthy,
        looks={place: look for place, look in healthy.looks.items() if place[2] not in aspects}
        | {place: look for place, look in looks.items() if place[2] in aspects},
        others={other: one for other, one in healthy.others.items() if other[2] not in aspects}
        | dict(others),
    )


def companies(faults: Mapping[str, tuple[str, Fault]]) -> list[tuple[Fault, ...]]:
    """Faults that can be set together, and that no aspect finds two of."""
    checks = checks_of_faults()
    found: list[list[Member]] = []
    for name, (aspect, fault) in faults.items():
        one = Member(fault, aspect, frozenset(checks[name]))
        fits = [
            company
            for company in found
            if len(company) < TOGETHER and all(_bear(one, other) for other in company)
        ]
        if not fits:
            found.append([])
        (fits or found[-1:])[0].append(one)
    # What breaks most is set last and mended first: until then the others find a site that works.
    return [tuple(one.fault for one in sorted(company, key=lambda one: len(one.checks))) for company in found]


def _bear(one: Member, other: Member) -> bool:
    return one.bears(other) and other.bears(one) and not _files(one) & _files(other)


def _files(one: Member) -> set[str]:
    return {check.partition("::")[0] for check in one.checks}


def _found(lab: Lab, key: str, others: Others, company: Sequence[Fault]) -> list[Broken] | str:
    """What was answered with these faults set; why it proves nothing if other checks are red than theirs."""
    with lab.broken(*(fault.name for fault in company)):
        run, looks = _recorded(key)
        wanted = {fault.name: named_by(run.settings, fault.name) for fault in company}
        if wrong := run.red_functions() ^ frozenset().union(*wanted.values()):
            return f"not exact: {', '.join(sorted(wrong))}"
        marked = {name: _marked(run, name) for name in wanted}
        asked = others.put(frozenset().union(*marked.values()), key)
    return [
        Broken(
            name,
            aspects,
            {check.id: check.outcome for check in run.red() if function_of(check) in wanted[name]},
            {place: look for place, look in looks.items() if place[2] in aspects},
            {other: answers for other, answers in asked.items() if other[2] in aspects},
        )
        for name, aspects in marked.items()
    ]


def _marked(run: Run, fault: str) -> frozenset[str]:
    """The aspects that must find a fault."""
    return frozenset(
        check.source.aspect
        for check in run.settings.checks
        if check.source.kind == "parity" and fault in check.source.drills
    )


def _changed(looks: Mapping[Place, Look], before: Mapping[Place, Look]) -> Mapping[Place, Look]:
    """The looks that are not as before, whenever that was."""
    return {
        place: look
        for place, look in looks.items()
        if replace(look, moment=None) != replace(before.get(place, look), moment=None) or place not in before
    }


def _recorded(key: str) -> tuple[Run, Mapping[Place, Look]]:
    """One run of the gate, and all answers of its hosts."""
    looks: dict[Place, Look] = {}
    held = threading.Lock()

    class Recording(Measurement):
        """Keeps what hosts answer."""

        def __init__(self, *given: Any, **named: Any) -> None:
            super().__init__(*given, **named)
            object.__setattr__(self, "key", key)

        def _answers(self, host: Host, asks: Any, *words: Any) -> Mapping[str, Answers]:
            found = super()._answers(host, asks, *words)
            with held:
                for aspect, answers in found.items():
                    number = 2 if (host.site, host.name, aspect, 1) in looks else 1
                    looks[host.site, host.name, aspect, number] = _look(answers)
            return found

    with (
        tempfile.TemporaryDirectory() as folder,
        mock.patch("siteparity.runs.recording.Measurement", Recording),
    ):
        return run_gate(Path(folder)), looks


def _look(answers: Answers) -> Look:
    given = dict(answers._answers)  # noqa: SLF001  # as they came: reading them is what is tested
    _refuse_passwords(given)
    return Look(given, answers._moment, getattr(answers, "reason", ""))  # noqa: SLF001


def _refuse_passwords(answers: Mapping[str, Answer]) -> None:
    for name, answer in answers.items():
        if any(keys.password(one).encode() in answer.text for one in USUAL.software.PASSWORDS):
            raise LabError(f"{name}: the answer holds a password of the lab; hosts hash what is secret")


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)  # noqa: T201  # progress


if __name__ == "__main__":
    main()
