"""Somebody else runs the scripts: what they printed is read as if the hosts had been asked."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from selftests.unit.collect.test_measurement import SECTION, SITES
from selftests.unit.targets import web_host
from siteparity.collect import Measured, Measurement
from siteparity.model import ConfigurationError, Deadline, Table, Unmeasured
from siteparity.policy import Section
from siteparity.probes import KEY, Answers, Probe, Reading, SecondLook, Seen, Target
from siteparity.transport.by_hand import NOT_YET, ByHand
from siteparity.transport.script import Ask, Word

PEER = Word("PEER", "a-z0-9/", 60)
HOSTS = tuple(host.label for site in SITES for host in site.hosts)


def ask(target: Target[Section]) -> Mapping[str, Ask]:
    """The host's own label, and a keyed hash."""
    return {"name": Ask(f"echo {target.host.label}"), "hash": Ask('echo "$KEY"', words=(KEY,))}


def words(target: Target[Section], seen: Seen) -> Mapping[str, str]:
    """What the first host of the other site said."""
    assert target.other is not None
    said = seen[target.other.name, target.other.hosts[0].name]["name"]
    return {} if isinstance(said, Unmeasured) else {PEER.name: str(said["name"])}


def name(answers: Answers, _: Target[Section]) -> Table:
    """As it was said."""
    return {"name": answers.text("name").strip()}


def peer(answers: Answers, _: Target[Section]) -> Table:
    """As it was said."""
    return {"peer": answers.text("peer").strip()}


PROBES = {
    "names": Probe(
        Section,
        ask,
        {"name": Reading(name)},
        then=SecondLook(
            lambda _: {"peer": Ask('echo "$PEER"', words=(PEER,))}, words, {"peer": Reading(peer)}
        ),
    )
}


def measured(folder: Path) -> tuple[ByHand, Sequence[Measured]]:
    """One call of the command."""
    reached = ByHand.begun(folder)
    policy = replace(web_host(SECTION).policy, sections={"names": SECTION})
    run = Measurement(policy, PROBES, reached, Deadline(60), lambda *_: None, SITES, mark=reached.mark)
    return reached, replace(run, key=reached.key).collect(SITES)


def run_scripts(reached: ByHand, number: int, *, kept: str = "plain", without: Sequence[str] = ()) -> None:
    """Run those of a round, each in a shell of its own."""
    for script in sorted(reached.scripts(number).glob("*/*.sh")):
        site, host = script.parent.name, script.stem
        if f"{site}/{host}" in without:
            continue
        text = script.read_bytes().replace(b"/proc/sys/kernel/random/boot_id", b"/nonexistent")
        # Ansible gives the host a terminal, on which stdout and stderr are one.
        errors = subprocess.STDOUT if kept == "ansible" else subprocess.PIPE
        ran = subprocess.run(["sh", "-s"], input=text, stdout=subprocess.PIPE, stderr=errors, check=True)
        place = reached.answers(number) / site / host
        place.parent.mkdir(parents=True, exist_ok=True)
        said = ran.stdout
        if kept == "ansible":
            said = json.dumps({"rc": 0, "stdout": said.decode().replace("\n", "\r\n")}).encode()
        place.write_bytes(said)


def table(measured: Sequence[Measured], host: str, name: str) -> Table | str:
    """A table of a host of Dallas, or why there is none."""
    found = measured[0].hosts[host]["names"][name]
    return found.reason if isinstance(found, Unmeasured) else found


@pytest.mark.parametrize("kept", ["plain", "ansible"])
def test_two_rounds_tell_what_two_looks_do(tmp_path: Path, kept: str) -> None:
    """The second round asks what the first one told; then nothing waits."""
    reached, made = measured(tmp_path / "by-hand")
    assert reached.waiting == {1: set(HOSTS)}
    assert table(made, "web1", "name") == f"name: {NOT_YET}"
    run_scripts(reached, 1, kept=kept)
    reached, made = measured(tmp_path / "by-hand")
    assert reached.waiting == {2: set(HOSTS)}
    assert table(made, "web1", "name") == {"name": "dallas/web1"}
    run_scripts(reached, 2, kept=kept)
    reached, made = measured(tmp_path / "by-hand")
    assert not reached.waiting
    assert table(made, "web1", "peer") == {"peer": "arizona/web1"}
    again, same = measured(tmp_path / "by-hand")
    assert not again.waiting
    assert same[0].hosts == made[0].hosts


def test_nothing_is_asked_by_half_of_the_first_answers(tmp_path: Path) -> None:
    """While a site was not asked at all, no second script is written."""
    reached, _ = measured(tmp_path / "by-hand")
    run_scripts(reached, 1, without=[host for host in HOSTS if host.startswith("arizona/")])
    reached, _ = measured(tmp_path / "by-hand")
    assert reached.waiting == {1: {"arizona/web1", "arizona/web2"}}
    assert not reached.scripts(2).exists()


def test_a_host_that_did_not_answer_is_silent(tmp_path: Path) -> None:
    """The others of its site did. It is told where its answer was looked for."""
    reached, _ = measured(tmp_path / "by-hand")
    run_scripts(reached, 1, without=["dallas/web2"])
    reached, made = measured(tmp_path / "by-hand")
    said = table(made, "web2", "name")
    assert isinstance(said, str)
    assert said.endswith(
        "round-1/answers/dallas/web2: expected what its script printed, found none; run it there"
    )
    assert reached.waiting == {2: set(HOSTS)}  # it is tried again, as in any run
    run_scripts(reached, 2, without=["dallas/web2"])
    reached, made = measured(tmp_path / "by-hand")
    assert not reached.waiting
    assert isinstance(table(made, "web2", "peer"), str)
    assert table(made, "web1", "peer") == {"peer": "arizona/web1"}


def test_a_second_round_that_comes_late_tells_nothing(tmp_path: Path) -> None:
    """By then a standby has passed any position, however far behind it is."""
    reached, _ = measured(tmp_path / "by-hand")
    run_scripts(reached, 1)
    reached, _ = measured(tmp_path / "by-hand")
    run_scripts(reached, 2)
    answer = reached.answers(1) / "arizona" / "web1"
    mark, _, clock = answer.read_text().strip().splitlines()[0].split()
    answer.write_text(answer.read_text().replace(clock, f"{float(clock) - 16 * 60:.9f}", 1))
    _, made = measured(tmp_path / "by-hand")
    assert mark.startswith("@")
    assert table(made, "web1", "name") == {"name": "dallas/web1"}
    said = table(made, "web1", "peer")
    assert isinstance(said, str)
    assert "its script ran 16 min after the first one of round 1; begin in a new folder" in said


def test_a_second_round_that_tells_no_time_tells_nothing(tmp_path: Path) -> None:
    """Nobody knows then whether it came late."""
    reached, _ = measured(tmp_path / "by-hand")
    run_scripts(reached, 1)
    reached, _ = measured(tmp_path / "by-hand")
    run_scripts(reached, 2)
    answer = reached.answers(2) / "dallas" / "web1"
    answer.write_text(
        "".join(line for line in answer.read_text().splitlines(keepends=True) if " ^ " not in line)
    )
    _, made = measured(tmp_path / "by-hand")
    said = table(made, "web1", "peer")
    assert isinstance(said, str)
    assert said.endswith("web1: it does not tell when its script ran; run it again")


@pytest.mark.parametrize("what", ["host", "other", "cut"])
def test_an_answer_counts_for_the_script_that_printed_it(tmp_path: Path, what: str) -> None:
    """Not that of another host, of another script, or half of one."""
    reached, _ = measured(tmp_path / "by-hand")
    run_scripts(reached, 1)
    place = reached.answers(1) / "dallas"
    if what == "host":
        (place / "web2").write_bytes((place / "web1").read_bytes())
    elif what == "other":
        (place / "web2").write_text("sudo: a password is required\n")
    else:
        (place / "web2").write_bytes((place / "web2").read_bytes()[:60])
    _, made = measured(tmp_path / "by-hand")
    said = table(made, "web2", "name")
    if what == "cut":
        assert said == "name: no answer (the connection ended before it)"
    else:
        assert isinstance(said, str)
        assert said.endswith("expected what its script printed, found something else; run it again")


def test_other_questions_need_other_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A policy that was edited meanwhile writes the scripts anew; the old ones' answers do not count."""
    reached, _ = measured(tmp_path / "by-hand")
    run_scripts(reached, 1)
    edited = replace(PROBES["names"], ask=lambda target: {**ask(target), "more": Ask("echo more")})
    monkeypatch.setitem(PROBES, "names", edited)
    reached, _ = measured(tmp_path / "by-hand")
    assert reached.waiting == {1: set(HOSTS)}


def test_nobody_else_reads_the_folder(tmp_path: Path) -> None:
    """Scripts hold the key of the run."""
    reached, _ = measured(tmp_path / "by-hand")
    assert reached.key not in repr(reached)
    for path in (tmp_path / "by-hand").rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    """Nothing is written among other files, nor over a damaged run."""
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(ConfigurationError, match="expected a new folder, or one of siteparity"):
        ByHand.begun(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"key": "12", "began": "2026-01-01T00:00:00+00:00"}',
        json.dumps({"key": "0" * 64, "began": "2026-01-01T00:00:00"}),
        json.dumps({"key": "0" * 64, "began": 5}),
    ],
)
def test_a_damaged_run_is_told(tmp_path: Path, text: str) -> None:
    """It names the file."""
    (tmp_path / "run.json").write_text(text)
    with pytest.raises(ConfigurationError, match=r"run.json: expected what siteparity wrote there"):
        ByHand.begun(tmp_path)
