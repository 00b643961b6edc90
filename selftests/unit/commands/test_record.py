"""`siteparity record`: what another runner measured, signatures, the runner's clock, nobody to contact."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from selftests.unit.commands.test_signing import allowed, key
from siteparity import __version__, configuration
from siteparity.collect import Measured
from siteparity.commands import record as command
from siteparity.commands.cli import main
from siteparity.commands.judge import signed
from siteparity.commands.record import Wanted, record
from siteparity.configuration import Configuration, find_root
from siteparity.facts import records
from siteparity.facts.records import Record
from siteparity.inventory import inventory_digest
from siteparity.model import ConfigurationError, Deadline, Host, UnmeasuredError
from siteparity.runs.recording import measure, record_path
from siteparity.runs.runner_clock import clock_error
from siteparity.transport import Output
from siteparity.transport.script import Answer

NOW = datetime.now(UTC)


@pytest.fixture(scope="module", name="settings")
def loaded() -> Configuration:
    """The shipped configuration."""
    return configuration.load(find_root(), find_root() / "inventories", look_up=False)


def made_at(settings: Configuration, when: datetime, **other: Any) -> Record:
    """A record of the primary."""
    measured = Measured(settings.primary.name, when, {host.name: {} for host in settings.primary.hosts})
    made = records.record_of(
        measured,
        tool_version=__version__,
        policy_digest=settings.policy.digest,
        inventory_digest=inventory_digest([settings.primary]),
    )
    return made.model_copy(update=other)


def wanted(folder: Path, **more: Any) -> Wanted:
    """The standby alone, by default."""
    return replace(Wanted(("arizona",), folder / "reports", Deadline(60)), **more)


def measured_nothing(monkeypatch: pytest.MonkeyPatch, settings: Configuration) -> list[dict[str, Any]]:
    """Records without a host are made; how they were asked for is noted."""
    seen: list[dict[str, Any]] = []

    def measure(_: object, sites: Any, __: object, **how: Any) -> tuple[Record, ...]:
        seen.append(how)
        return tuple(made_at(settings, NOW, site=site.name) for site in sites)

    monkeypatch.setattr(command, "measure", measure)
    monkeypatch.setattr(command, "clock_error", lambda _: 0.25)
    return seen


def test_the_other_sites_record_is_handed_on_as_that_of_a_living_site(
    settings: Configuration, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A receiver that does not run is a finding then, and not out of sight. The clock's error is saved."""
    seen = measured_nothing(monkeypatch, settings)
    given = made_at(settings, NOW - timedelta(minutes=2))
    records.save(given, record_path(tmp_path, "dallas"))
    text, status = record(settings, wanted(tmp_path, other_record=tmp_path), NOW)
    assert status == 0, text
    assert (seen[0]["stand_in"], seen[0]["is_alive"]) == (given, True)
    (saved,) = (tmp_path / "reports" / "runs").glob("*/records/*.json.gz")
    assert records.load(saved).clock_error == 0.25


@pytest.mark.parametrize(
    ("change", "age", "words"),
    [
        ({}, timedelta(minutes=16), "expected a record of the last 15 min, found one of .*; record dallas"),
        ({}, timedelta(minutes=-5), "expected a record of the last 15 min"),
        ({"policy_digest": "0" * 64}, timedelta(0), "it was made by another policy"),
        ({"inventory_digest": "0" * 64}, timedelta(0), "it was made by another inventory"),
        ({"tool_version": "0"}, timedelta(0), "siteparity 0 made it"),
        ({"site": "arizona"}, timedelta(0), "expected a record of dallas"),
    ],
)
def test_no_other_record_is_handed_on(
    settings: Configuration, tmp_path: Path, change: dict[str, Any], age: timedelta, words: str
) -> None:
    """What it tells must be true of the other site now."""
    path = tmp_path / "some.json.gz"
    records.save(made_at(settings, NOW - age, **change), path)
    with pytest.raises(ConfigurationError, match=f"--other-record: .*{words}"):
        record(settings, wanted(tmp_path, other_record=path), NOW)


def test_both_sites_need_no_other_record(settings: Configuration, tmp_path: Path) -> None:
    """They are measured together. A file that is none is told as well."""
    both = wanted(tmp_path, sites=("dallas", "arizona"), other_record=tmp_path)
    with pytest.raises(ConfigurationError, match="both sites are measured here; leave it out"):
        record(settings, both, NOW)
    with pytest.raises(ConfigurationError, match=r"--other-record: .*cannot be read"):
        record(settings, wanted(tmp_path, other_record=tmp_path / "none"), NOW)


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="no ssh-keygen")
def test_signed_records_are_read_and_others_refused(
    settings: Configuration, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever carries them from runner to runner can change nothing unnoticed."""
    measured_nothing(monkeypatch, settings)
    anna, bert = key(tmp_path, "anna"), key(tmp_path, "bert")
    text, _ = record(settings, wanted(tmp_path, sign_key=anna), NOW)
    (folder,) = (tmp_path / "reports" / "runs").glob("2*")
    assert text.splitlines()[-1] == f"signed: {folder}"
    assert signed(folder, allowed(tmp_path, anna)).endswith(": signed by anna@example")
    with pytest.raises(ConfigurationError, match="cannot find the signer"):
        signed(folder, allowed(tmp_path, bert))
    path = record_path(folder, "arizona")
    with pytest.raises(ConfigurationError, match=r"expected the folder of a run, .* found a file"):
        signed(path, allowed(tmp_path, anna))
    records.save(made_at(settings, NOW, site="arizona", clock_error=0.0), path)
    with pytest.raises(ConfigurationError, match=r"arizona.json.gz was changed since .*; fetch the records"):
        signed(folder, allowed(tmp_path, anna))


SOURCE = "^,*,10.0.0.1,2,6,377,20,0.001,0.001,0.002"
CHRONY = f"program chronyd\ntracking {{tracking}}\nsource {SOURCE}\nnow 1\nend\n"
TRACKING = "0A000001,10.0.0.1,3,1000.0,0.000{offset},0.0,0.0,1.0,0.0,0.1,0.010,0.002,64.0,Normal"


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (CHRONY.format(tracking=TRACKING.format(offset="5")), pytest.approx(0.0075)),
        ("program systemd-timesyncd\nsynchronized 1000\nnow 2000\nend\n", pytest.approx(0.5)),
        ("now 1\nend\n", None),
        ("program ntpd\nnow 1\nend\n", None),
        ("program systemd-timesyncd\nnow 2000\nend\n", None),
        ("program systemd-timesyncd\nsynchronized 1000\nnow 9000\nend\n", None),
        ("nonsense\n", None),
    ],
    ids=["chrony", "timesyncd", "nothing", "unknown", "no source", "long ago", "cut"],
)
def test_the_runners_clock_is_as_good_as_what_keeps_it(
    monkeypatch: pytest.MonkeyPatch, text: str, error: float | None
) -> None:
    """Seconds; nothing is said of a clock that nobody keeps."""
    said = {"time": Answer(text.encode(), 0, None)}
    monkeypatch.setattr("siteparity.runs.runner_clock.Asked.put", lambda *_, **__: (said, None))

    def unused(host: Host, script: bytes, *, timeout: float, opener: bytes) -> Output:
        raise AssertionError((host, script, timeout, opener))

    assert clock_error(unused) == error


class Away:
    """Hosts that do not answer; notes which of them need no lasting connection."""

    def __init__(self) -> None:
        self.once: list[str] = []

    def run(self, host: Host, script: bytes, *, timeout: float, opener: bytes) -> Output:
        """Nobody answers."""
        raise UnmeasuredError(f"{host.label}: no answer to {len(opener + script)} bytes in {timeout} s")

    def release(self, host: Host) -> None:
        """Nothing leads there."""

    def reach_once(self, hosts: Iterable[Host]) -> None:
        """From now on."""
        self.once += [host.label for host in hosts]


@pytest.mark.parametrize(("connections", "once"), [(9, 9), (10, 0)])
def test_of_more_hosts_than_connections_those_are_reached_once_that_nobody_needs_later(
    settings: Configuration, connections: int, once: int
) -> None:
    """What smoke checks use stays connected."""
    away, kept = Away(), settings.primary.hosts[0]
    made = measure(
        settings,
        settings.sites,
        away,
        deadline=Deadline(60),
        say=lambda *_: None,
        connections=connections,
        needed=[kept],
    )
    assert len(away.once) == once
    assert kept.label not in away.once
    assert all(len(one.silent()) == 5 for one in made)


def test_nobody_is_contacted_with_answers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A script for each host, and a command that Ansible takes; nothing is recorded yet."""
    folder, reports = tmp_path / "by-hand", tmp_path / "reports"
    status = main(["record", "dallas", "--reports", str(reports), "--answers", str(folder)])
    told = capsys.readouterr().out
    assert status == 3, told
    assert "nothing is recorded yet: 5 scripts of round 1 must be run, each as root" in told
    assert f"--tree {folder}/round-1/answers/dallas" in told
    names = sorted(path.name for path in (folder / "round-1" / "scripts" / "dallas").iterdir())
    assert names == ["db1.sh", "edge1.sh", "sessions1.sh", "web1.sh", "web2.sh"]
    assert not list(reports.glob("runs/*"))


def test_answers_that_nobody_gave_for_too_long(settings: Configuration, tmp_path: Path) -> None:
    """What was asked last week says nothing of today."""
    later = datetime.now(UTC) + settings.policy.limits.record_max_age + timedelta(minutes=5)
    with pytest.raises(ConfigurationError, match=r"were written .* ago, which is longer than"):
        record(settings, wanted(tmp_path, answers=tmp_path / "by-hand"), later)
