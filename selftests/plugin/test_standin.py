"""``siteparity gate --primary-record``: a dead primary is the same run with an older record."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from selftests.plugin.project import HOSTS, PROBE, SITES, Project, is_refused
from siteparity.facts import records
from siteparity.model import Outcome, Verdict
from siteparity.result import Result
from siteparity.runs.recording import record_path

pytestmark = pytest.mark.timeout(180)  # some tests make three runs, and the machine may be busy

OF_THE_PRIMARY = tuple(f"dallas-{host}" for host in HOSTS)


def found(result: Result) -> list[object]:
    """What the checks found, without when they did."""
    return [
        (
            check.id,
            check.outcome,
            check.compared,
            [one.model_dump(exclude={"first_seen"}) for one in check.findings],
        )
        for check in result.checks
    ]


def asked(project: Project) -> int:
    """How often hosts of the primary were asked."""
    return sum(project.asked().get(host, 0) for host in OF_THE_PRIMARY)


def die(project: Project) -> None:
    """Nothing of the primary can be reached any more; the inventory stays as it is."""
    config = Path(str(project.connection["parity_ssh_config"]))
    config.write_text(f"Host {' '.join(project.addresses[:2])}\n  ProxyCommand false\n{config.read_text()}")


def test_fresh_records_give_the_same_findings_as_a_live_run(live: Project) -> None:
    """The code that judges is the same; the primary is not contacted, and the answer says what stood in."""
    live.things("dallas", "web1", more={"c": "4"}, values={"a": "1"})
    live.things("arizona", "web2", values={"a": "1", "b": "3"})
    assert live.siteparity("gate").returncode == 2
    first, contacted = live.latest(), asked(live)
    ran = live.siteparity("gate", "--primary-record", "latest")
    assert ran.returncode == 2, ran.stdout + ran.stderr
    result = live.latest()
    assert result.run != first.run
    assert found(result) == found(first)
    assert asked(live) == contacted
    assert (result.primary.source, result.primary.measured_at) == ("record", first.primary.measured_at)
    assert result.primary.digest == first.primary.digest
    assert (result.standby.source, result.standby.measured_at > first.standby.measured_at) == ("live", True)
    assert {(one.aspect, one.primary, one.standby) for one in result.sources} == {
        ("things", "record", "live")
    }
    assert {(one.aspect, one.primary, one.standby) for one in first.sources} == {("things", "live", "live")}
    assert ran.stdout.splitlines()[1].startswith("compared with a record of dallas, ")
    assert "orders that may be lost: not known" in ran.stdout.splitlines()[2]
    page = (live.reports / "latest" / "report.html").read_text()
    assert "a record of Dallas, " in page.partition("What stops us")[0]
    _the_run_can_be_judged_again(live, result)


def _the_run_can_be_judged_again(live: Project, result: Result) -> None:
    """Its folder holds everything that it was judged by."""
    folder = live.reports / "runs" / result.run
    assert records.load(record_path(folder, "dallas")).measured_at == result.primary.measured_at
    again = live.siteparity("gate", "--primary-record", str(folder))
    assert again.returncode == 2, again.stdout + again.stderr
    assert live.latest().primary == result.primary


def test_a_primary_that_died_is_unknown_and_a_person_may_let_its_record_stand_in(live: Project) -> None:
    """The answer names the command; only who types it gets a GO, which ends with the record."""
    assert live.siteparity("gate").returncode == 0
    first = live.latest()
    die(live)
    ran = live.siteparity("gate", "--deadline", "50")
    assert ran.returncode == 3, ran.stdout + ran.stderr
    command = "siteparity gate --deadline 50 --primary-record latest"
    (told,) = [line for line in ran.stdout.splitlines() if f" type {command}: " in line]
    assert f"measured {first.primary.measured_at:%Y-%m-%d %H:%M} UTC, " in told
    ran = live.siteparity(*command.split()[1:])
    assert ran.returncode == 0, ran.stdout + ran.stderr
    last = ran.stdout.splitlines()[-1]
    assert last.startswith("GO  arizona may take over from dallas until ")
    assert " (by a record " in last
    result = live.latest()
    limits = live.settings().policy.limits
    assert result.verdict is Verdict.GO
    assert result.valid_until == min(
        result.finished_at + limits.go_valid_for, result.primary.measured_at + limits.record_max_age
    )


def test_a_part_of_a_dead_primary_is_no_record_and_the_answer_says_what_to_type(live: Project) -> None:
    """One host of two that answers does not make the site whole."""
    live.inventory("dallas", ["127.0.0.2", "127.0.0.66"])
    ran = live.siteparity("gate")
    assert ran.returncode == 3, ran.stdout + ran.stderr
    assert "--primary-record latest" in ran.stdout
    assert list((live.reports / "records" / "dallas").glob("*/*.json.gz")) == []
    assert list((live.reports / "records" / "arizona").glob("*/*.json.gz")) != []


def test_a_whole_record_that_a_newer_one_contradicts_gives_no_go_until_a_person_chooses(
    live: Project,
) -> None:
    """A release at the primary after it: the standby equals what the primary was, not what it became."""
    assert live.siteparity("gate").returncode == 0
    whole = live.latest()
    live.things("dallas", "web1", values={"a": "1", "b": "new"})
    (live.root / "things" / "dallas-web2.more").unlink()
    assert live.siteparity("gate").returncode == 2
    newer = live.latest()
    die(live)
    ran = live.siteparity("gate", "--primary-record", "latest")
    assert ran.returncode == 3, ran.stdout + ran.stderr
    result = live.latest()
    assert result.primary.measured_at == whole.primary.measured_at
    (told,) = [reason for reason in result.reasons if "a newer record of dallas" in reason]
    assert "dallas/web1: things.values: b was 2, is new" in told
    folder = live.reports / "records" / "dallas" / "primary"
    for run, status in ((newer.run, 2), (whole.run, 0)):
        path = folder / f"{run}.json.gz"
        assert f"--primary-record {path}" in told
        ran = live.siteparity("gate", "--primary-record", str(path))
        assert ran.returncode == status, ran.stdout + ran.stderr


@pytest.mark.parametrize("given", ["latest", "nowhere.json.gz", "damaged.json.gz"])
def test_a_record_that_may_not_stand_in_is_exit_code_4(project: Project, given: str) -> None:
    """Nothing is measured, nothing is written, and stderr says what to do."""
    project.write("damaged.json.gz", "no record")
    ran = project.siteparity("gate", "--primary-record", given)
    assert is_refused(ran)
    assert "--primary-record" in ran.stderr or "name another record, or latest" in ran.stderr
    assert not (project.reports / "runs").exists()


CARRIED = '''\
"""Things: lines of a file, of which some mean something within one run only."""

from siteparity.policy import AbsolutePath, Section
from siteparity.probes import KEY, Answers, Probe, Reading, Target
from siteparity.transport.script import Ask


class Policy(Section):
    """Where the lines are."""

    folder: AbsolutePath


def ask(target: Target[Policy]):
    """The file, and when it was changed."""
    place = f"{target.section.folder}/{target.host.site}-{target.host.name}.values"
    return {
        "changed": Ask(f"stat -c '%i %.9Z' {place}"),
        "values": Ask(f'cat {place}; echo "run=$KEY"', words=(KEY,)),
    }


def read_changed(answers: Answers, target: Target[Policy]):
    """When it was changed."""
    return {"file": answers.text("changed").strip()}


def read_values(answers: Answers, target: Target[Policy]):
    """The lines, and the run's key: in each run other values."""
    return dict(line.split("=", 1) for line in answers.lines("values"))


PROBE = Probe(
    Policy,
    ask,
    {
        "values": Reading(read_values, of_one_run=True, unless_changed="_changed"),
        "_changed": Reading(read_changed),
    },
)
'''


def test_secrets_of_a_dead_primary_are_known_while_the_standbys_files_are_untouched(live: Project) -> None:
    """They were the same in the recorded run; touched since, they may be anything."""
    live.write("src/siteparity/probes/things.py", CARRIED)
    live.checks(
        'def test_values(parity: Parity) -> None:\n    """Customers see others."""\n'
        '    parity.same("values", fix="")\n'
    )
    assert live.siteparity("gate").returncode == 0
    ran = live.siteparity("gate", "--primary-record", "latest")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    (source,) = live.latest().sources
    assert source.standby_then == ("values",)
    live.things("arizona", "web2", values={"a": "1", "b": "2"})
    ran = live.siteparity("gate", "--primary-record", "latest")
    assert ran.returncode == 3, ran.stdout + ran.stderr
    (check,) = live.latest().checks
    assert check.outcome is Outcome.UNMEASURED
    assert "it has been changed (file)" in check.findings[0].message
    assert "arizona/web2" in check.findings[0].message


def test_a_record_of_both_sites_is_kept_by_the_command_that_records(live: Project) -> None:
    """Without a verdict, and good for one later."""
    assert live.siteparity("record", "dallas", "arizona").returncode == 0
    ran: subprocess.CompletedProcess[str] = live.siteparity("gate", "--primary-record", "latest")
    assert ran.returncode == 0, ran.stdout + ran.stderr


FOLLOWED = PROBE.replace(
    "PROBE = Probe(Policy, ask, {name: _reading(name) for name in TABLES})",
    """PROBE = Probe(
    Policy,
    ask,
    {
        **{name: _reading(name) for name in ("values", "few")},
        "more": Reading(_reading("more").read, moves=True),
    },
    data_loss=LossWitness(("more", "writable"), ("more", "position"), ("more", "replayed")),
)""",
).replace("import Answers, Probe,", "import Answers, LossWitness, Probe,")
LOOKS = '''\
def test_values(parity: Parity) -> None:
    """Customers see other values."""
    parity.same("values", fix="set {item} {primary}")


def test_few(parity: Parity) -> None:
    """Customers see fewer."""
    parity.same("few", fix="set {item} {primary}")
'''


def positions(live: Project, primary: str, standby: str) -> None:
    """How far the databases are: the first host of each site has one."""
    for site, writable, position in (("dallas", "yes", primary), ("arizona", "no", standby)):
        live.things(site, "web1", more={"writable": writable, "position": position})


def test_what_a_newer_record_proves_missing_stops_a_go_by_an_older_one(live: Project) -> None:
    """Replication broke: the newer record measures less, so the older one stands in, named or not."""
    live.write("src/siteparity/probes/things.py", FOLLOWED)
    live.checks(LOOKS)
    live.policy(objectives={"rpo": "1h"})
    for site in SITES:
        for host in HOSTS:
            live.things(site, host, few={"d": "4"})
    positions(live, "0/1000", "0/1000")
    assert live.siteparity("gate").returncode == 0
    whole = live.latest()
    ran = live.siteparity("gate", "--primary-record", "latest")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    positions(live, "0/201000", "0/1000")
    (live.root / "things" / "arizona-web1.few").unlink()
    assert live.siteparity("gate").returncode == 3
    live.things("arizona", "web1", few={"d": "4"})
    die(live)
    older = live.reports / "records" / "dallas" / "primary" / f"{whole.run}.json.gz"
    for given in ("latest", str(older)):
        ran = live.siteparity("gate", "--primary-record", given)
        assert ran.returncode == 2, ran.stdout + ran.stderr
        assert "arizona/web1 lacks 2.0 MiB of what dallas had written by" in ran.stdout.splitlines()[-1]
        assert "at least 2.0 MiB of it is missing" in ran.stdout
    shutil.rmtree(live.reports / "runs")
    ran = live.siteparity("gate", "--primary-record", str(older))
    assert ran.returncode == 2, ran.stdout + ran.stderr
    live.policy()
    positions(live, "0/201000", "0/201000")
    ran = live.siteparity("gate", "--primary-record", str(older))
    assert ran.returncode == 3, ran.stdout + ran.stderr
    assert "Orders of how many minutes may be lost if the primary dies?" in ran.stdout.splitlines()[-1]
