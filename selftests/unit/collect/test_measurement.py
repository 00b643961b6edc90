"""Every host is asked once, all at the same time; whatever a host does costs only its own facts."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from selftests.unit.sites import ARIZONA, DALLAS
from selftests.unit.targets import web_host
from siteparity.collect import Measured, Measurement
from siteparity.model import Deadline, Host, Table, Unmeasured, UnmeasuredError
from siteparity.policy import Section
from siteparity.probes import Answers, Probe, Probes, Reading, SecondLook, Seen, Target
from siteparity.transport import Output
from siteparity.transport.script import Ask, Word

SECTION = Section(owner="Shop")
SITES = (DALLAS, ARIZONA)


@dataclass
class Shell:
    """Runs each host's script on this machine; what a host does beforehand is the test's."""

    before: Callable[[Host], None] = lambda _: None
    one_machine: bool = False
    asked: list[str] = field(default_factory=list)
    timeouts: list[float] = field(default_factory=list)

    def run(self, host: Host, script: bytes, *, timeout: float, opener: bytes) -> Output:
        """As the transport does."""
        self.asked.append(host.label)
        self.timeouts.append(timeout)
        self.before(host)
        if not self.one_machine:  # all scripts run on this machine, and would be told apart by nothing
            script = script.replace(b"/proc/sys/kernel/random/boot_id", b"/nonexistent")
        ran = subprocess.run(["sh", "-s"], input=opener + script, capture_output=True, check=False)
        return Output(ran.stdout, ran.stderr, ran.returncode)


def ask_names(target: Target[Section]) -> Mapping[str, Ask]:
    """The host's own label."""
    return {"name": Ask(f"echo {target.host.label}")}


def read_names(answers: Answers, _: Target[Section]) -> Table:
    """As it was said."""
    return {"name": answers.text("name").strip()}


NAMES = Probe(Section, ask_names, {"names": Reading(read_names)})


def collect(
    probes: Probes, shell: Shell, *, seconds: float = 60, said: list[str] | None = None
) -> Sequence[Measured]:
    """Both sites, as a run measures them."""
    policy = replace(web_host(SECTION).policy, sections=dict.fromkeys(probes, SECTION))
    lines = [] if said is None else said

    def say(host: Host, words: str) -> None:
        lines.append(f"{host.label}: {words}")

    return Measurement(policy, probes, shell, Deadline(seconds), say).collect(SITES)


def table(measured: Measured, host: str, aspect: str, name: str) -> Any:
    """One table, or why there is none."""
    found = measured.hosts[host][aspect][name]
    return found.reason if isinstance(found, Unmeasured) else found


def test_one_machine_behind_several_names_is_not_measured() -> None:
    """Compared with itself it would be equal in everything, and the answer would be GO."""
    found = collect({"names": NAMES}, Shell(one_machine=True))
    reason = table(found[1], "web1", "names", "names")
    assert "the same machine as dallas/web1" in reason
    assert "correct the inventory" in reason
    assert all(isinstance(of["names"]["names"], Unmeasured) for site in found for of in site.hosts.values())


def test_every_host_of_both_sites_is_asked_once() -> None:
    """All aspects in one script; the facts stand under site, host and aspect, at the time of the start."""
    shell, said = Shell(), list[str]()
    before = datetime.now(UTC)
    dallas, arizona = collect({"names": NAMES, "again": NAMES}, shell, said=said)
    assert sorted(shell.asked) == ["arizona/web1", "arizona/web2", "dallas/web1", "dallas/web2"]
    assert (dallas.site, arizona.site) == ("dallas", "arizona")
    assert before <= dallas.measured_at == arizona.measured_at
    for measured in (dallas, arizona):
        for host in ("web1", "web2"):
            for aspect in ("names", "again"):
                assert table(measured, host, aspect, "names") == {"name": f"{measured.site}/{host}"}
    assert all(": 2 tables in " in line for line in said)
    assert len(said) == 4


def read_clock(answers: Answers, _: Target[Section]) -> Table:
    """How far the host's clock is ahead."""
    return {"offset": round(answers.moment().offset)}


CLOCK = Probe(Section, ask_names, {"clock": Reading(read_clock)})


@dataclass
class Late(Shell):
    """Tells when it sent the script and when its words came, by a clock that is an hour behind."""

    def run(self, host: Host, script: bytes, *, timeout: float, opener: bytes) -> Output:
        """As the transport does."""
        sent = time.time() - 3600
        output = super().run(host, script, timeout=timeout, opener=opener)
        return replace(output, told_at=sent, arrivals=((len(output.stdout), time.time() - 3600),))


def test_a_probe_learns_what_the_hosts_clock_showed() -> None:
    """Between the moment of the question and that of the first word."""
    dallas, _ = collect({"clock": CLOCK}, Late())
    assert table(dallas, "web1", "clock", "clock") == {"offset": 3600}


def test_a_host_whose_clock_was_not_seen_is_unmeasured_with_the_reason() -> None:
    """A runner that notes no times, and a host that cannot be reached."""
    dallas, _ = collect({"clock": CLOCK}, Shell())
    assert table(dallas, "web1", "clock", "clock") == "the host did not tell the time when it was asked"

    def refuse(host: Host) -> None:
        raise UnmeasuredError(f"{host.label} is away")

    dallas, _ = collect({"clock": CLOCK}, Shell(refuse))
    assert table(dallas, "web1", "clock", "clock") == "dallas/web1 is away"


def test_all_hosts_are_asked_at_the_same_time() -> None:
    """Nobody waits for a slow host: each waits here until all four are there."""
    barrier = threading.Barrier(4, timeout=10)

    def before(_: Host) -> None:
        barrier.wait()

    measured = collect({"names": NAMES}, Shell(before))
    assert not any(isinstance(table(one, "web1", "names", "names"), str) for one in measured)


def test_a_host_that_cannot_be_reached_costs_only_its_own_facts() -> None:
    """Each of its tables has the reason, and the person who waits hears it."""

    def before(host: Host) -> None:
        if host.label == "dallas/web2":
            raise UnmeasuredError("the connection was refused")

    said = list[str]()
    dallas, arizona = collect({"names": NAMES}, Shell(before), said=said)
    assert table(dallas, "web2", "names", "names") == "name: the connection was refused"
    assert table(dallas, "web1", "names", "names") == {"name": "dallas/web1"}
    assert table(arizona, "web2", "names", "names") == {"name": "arizona/web2"}
    assert "dallas/web2: not measured (name: the connection was refused)" in said


def test_nothing_is_known_of_a_host_that_gave_no_answer() -> None:
    """Not even what a probe can say without looking at an answer: two such hosts would be the same."""

    def before(_: Host) -> None:
        raise UnmeasuredError("the connection was refused")

    constant = replace(NAMES, tables={"constant": Reading(lambda _answers, _target: {"name": "present"})})
    for measured in collect({"constant": constant}, Shell(before)):
        assert table(measured, "web1", "constant", "constant") == "constant: the connection was refused"


def test_no_host_is_asked_after_the_deadline() -> None:
    """What was not asked in time is unmeasured; before, a host gets no more than its own limit."""
    shell = Shell()
    dallas, _ = collect({"names": NAMES}, shell, seconds=-1)
    assert shell.asked == []
    assert table(dallas, "web1", "names", "names") == "name: the run's deadline had passed"
    collect({"names": NAMES}, shell, seconds=30)
    assert all(0 < timeout <= 30 for timeout in shell.timeouts)
    shell.timeouts.clear()
    collect({"names": NAMES}, shell, seconds=3600)
    assert shell.timeouts == [30.0] * 4


def test_both_looks_at_a_host_have_the_limit_of_one_host() -> None:
    """A host that hung at the first look is not waited for twice as long."""

    def slow(host: Host) -> None:
        time.sleep(0.3 if host.label == "arizona/web2" else 0)

    shell = Shell(slow)
    look = SecondLook(_ask_for_others, _words_of_others, {"others": Reading(_read_others)})
    collect({"names": replace(NAMES, then=look)}, shell, seconds=3600)
    assert shell.asked[4:] == ["arizona/web2"]
    assert shell.timeouts[4] <= 30 - 0.3


def ask_slowly(folder: Path, seconds: float, limit: int) -> Callable[[Target[Section]], Mapping[str, Ask]]:
    """A question that a host answers only when it is asked for the second time, and one that it answers."""

    def ask(target: Target[Section]) -> Mapping[str, Ask]:
        mark = folder / target.host.label.replace("/", "-")
        slow = f"[ -e {mark} ] || {{ echo >{mark}; sleep {seconds}; }}; echo {target.host.label}"
        return {"name": Ask(slow, timeout=limit), "other": Ask("echo other")}

    return ask


def test_what_a_host_was_too_slow_to_answer_is_asked_again(tmp_path: Path) -> None:
    """Alone, within the host's deadline, and with more time; what it answered is not asked twice."""
    shell = Shell()
    slow = Probe(Section, ask_slowly(tmp_path, 20, 1), {"names": Reading(read_names)})
    dallas, arizona = collect({"names": slow}, shell, seconds=60)
    assert table(dallas, "web1", "names", "names") == {"name": "dallas/web1"}
    assert table(arizona, "web2", "names", "names") == {"name": "arizona/web2"}
    assert sorted(shell.asked) == sorted(
        2 * [f"{site.name}/{host.name}" for site in SITES for host in site.hosts]
    )
    assert all(timeout < 30 for timeout in shell.timeouts[4:])


def test_what_stays_slow_is_unmeasured_and_delays_nothing_for_long(tmp_path: Path) -> None:
    """With the reason of the first time, if there is no time for a second."""
    shell = Shell()
    slow = Probe(Section, ask_slowly(tmp_path, 20, 1), {"names": Reading(read_names)})
    dallas, _ = collect({"names": slow}, shell, seconds=2.5)
    assert table(dallas, "web1", "names", "names") == "name: timed out after 1 s"
    assert len(shell.asked) == 4


@pytest.mark.parametrize(("deadline", "limit"), [(30, 10), (60, 20), (10, 10), (600, 200)])
def test_limits_of_questions_follow_the_hosts_deadline(deadline: int, limit: int) -> None:
    """Whoever gives slow hosts more time gives each question more."""
    policy = web_host(SECTION).policy
    limits = policy.limits.model_copy(update={"host_deadline": timedelta(seconds=deadline)})
    measurement = Measurement(replace(policy, limits=limits), {}, Shell(), Deadline(60), lambda *_: None)
    assert measurement._paced({"a": Ask("b")}, 1)["a"].timeout == limit  # noqa: SLF001  # the rule itself


def _breaks(*_: object) -> Any:
    raise ZeroDivisionError("by zero")


def _refuses(*_: object) -> Any:
    raise UnmeasuredError("this host has no such thing")


BROKEN = "the probe itself failed: ZeroDivisionError: by zero"


@pytest.mark.parametrize(
    ("probe", "reason"),
    [
        (Probe(Section, _breaks, {"names": Reading(read_names)}), f"name: {BROKEN}"),
        (Probe(Section, _refuses, {"names": Reading(read_names)}), "name: this host has no such thing"),
        (Probe(Section, ask_names, {"names": Reading(_breaks)}), BROKEN),
        (Probe(Section, ask_names, {"names": Reading(_refuses)}), "this host has no such thing"),
        (Probe(Section, lambda _: {}, {"names": Reading(read_names)}), "name: it was not asked"),
        (
            Probe(Section, lambda _: {"name": Ask("exit 3")}, {"names": Reading(read_names)}),
            "name: exit 3",
        ),
    ],
    ids=["ask-breaks", "ask-refuses", "read-breaks", "read-refuses", "no-question", "the-host-fails"],
)
def test_a_broken_probe_leaves_its_own_aspect_unmeasured(probe: Probe[Section], reason: str) -> None:
    """Never the run undone, and never a fact."""
    dallas, _ = collect({"broken": probe, "names": NAMES}, Shell())
    assert table(dallas, "web1", "broken", "names") == reason
    assert table(dallas, "web1", "names", "names") == {"name": "dallas/web1"}


OTHERS = Word("OTHERS", "a-z0-9/ ", 200)


def _ask_for_others(_: Target[Section]) -> Mapping[str, Ask]:
    return {"others": Ask('echo "$OTHERS"', words=(OTHERS,))}


def _words_of_others(target: Target[Section], seen: Seen) -> Mapping[str, str] | None:
    """The second host of the standby asks for what all others said."""
    if target.host.label != "arizona/web2":
        return None
    tables = [facts["names"] for facts in seen.values()]
    return {"OTHERS": " ".join(sorted(str(one["name"]) for one in tables if not isinstance(one, Unmeasured)))}


def _read_others(answers: Answers, _: Target[Section]) -> Table:
    return {"others": answers.text("others").strip()}


def test_a_second_look_knows_what_every_host_said_first() -> None:
    """A host without a second question is not asked again and has no such table."""
    probe = replace(
        NAMES, then=SecondLook(_ask_for_others, _words_of_others, {"others": Reading(_read_others)})
    )
    shell = Shell()
    dallas, arizona = collect({"names": probe}, shell)
    assert table(arizona, "web2", "names", "others") == {
        "others": "arizona/web1 arizona/web2 dallas/web1 dallas/web2"
    }
    assert "others" not in dallas.hosts["web1"]["names"]
    assert table(arizona, "web2", "names", "names") == {"name": "arizona/web2"}
    assert len(shell.asked) == 5


@pytest.mark.parametrize(
    "look",
    [
        (_breaks, lambda *_: {"OTHERS": "x"}),
        (_refuses, lambda *_: {"OTHERS": "x"}),
        (_ask_for_others, _breaks),
        (_ask_for_others, _refuses),
        (_ask_for_others, lambda *_: {}),
        (_ask_for_others, lambda *_: {"OTHERS": "';reboot;'"}),
    ],
    ids=["ask-breaks", "ask-refuses", "words-break", "words-refuse", "no-word", "a-word-that-is-code"],
)
def test_a_second_look_that_fails_leaves_the_first_one(look: tuple[Any, Any]) -> None:
    """Its tables are unmeasured, not absent."""
    probe = replace(NAMES, then=SecondLook(*look, {"others": Reading(_read_others)}))
    dallas, _ = collect({"names": probe}, Shell())
    assert isinstance(dallas.hosts["web1"]["names"]["others"], Unmeasured)
    assert table(dallas, "web1", "names", "names") == {"name": "dallas/web1"}


def test_an_aspect_of_other_roles_is_not_asked_for() -> None:
    """A host answers for its own roles alone."""
    elsewhere = Probe(Section, _breaks, {"names": Reading(read_names, roles=lambda _: ("db",))})
    shell = Shell()
    dallas, _ = collect({"elsewhere": elsewhere}, shell)
    assert dallas.hosts == {"web1": {}, "web2": {}}
    assert shell.asked == []


def test_a_signal_does_not_wait_for_a_host_that_hangs() -> None:
    """Whoever ends the run gets the prompt back at once; connections are closed by their owner."""
    hung, begun = threading.Event(), threading.Barrier(5, timeout=10)

    def hang(_: Host) -> None:
        begun.wait()
        hung.wait()

    def tell() -> None:
        begun.wait()
        os.kill(os.getpid(), signal.SIGUSR1)

    before = signal.signal(signal.SIGUSR1, lambda *_: sys.exit(3))
    threading.Thread(target=tell).start()
    try:
        with pytest.raises(SystemExit):
            collect({"names": NAMES}, Shell(hang))
        assert not hung.is_set()
    finally:
        signal.signal(signal.SIGUSR1, before)
        hung.set()


def test_a_record_that_stands_in_is_known_to_second_looks_and_its_hosts_are_not_asked() -> None:
    """They see what was known of the other site, and every target is told when that was."""
    recorded, told = Measured("dallas", datetime(2026, 11, 23, 3, tzinfo=UTC), {}), list[datetime | None]()
    recorded = replace(recorded, hosts={"web1": {"names": {"names": {"name": "as it was"}}}})

    def words(target: Target[Section], seen: Seen) -> Mapping[str, str]:
        told.append(target.other_recorded_at)
        was = seen["dallas", "web1"]["names"]
        assert not isinstance(was, Unmeasured)
        return {"OTHERS": str(was["name"])}

    look = SecondLook(_ask_for_others, words, {"others": Reading(_read_others)})
    policy = replace(web_host(SECTION).policy, sections={"names": SECTION})
    shell = Shell()
    collector = Measurement(
        *(policy, {"names": replace(NAMES, then=look)}, shell, Deadline(60), lambda *_: None),
        known=SITES,
        stand_in=recorded,
    )
    (measured,) = collector.collect([ARIZONA])
    assert table(measured, "web2", "names", "others") == {"others": "as it was"}
    assert {label.partition("/")[0] for label in shell.asked} == {"arizona"}
    assert told == [recorded.measured_at, recorded.measured_at]


def test_hosts_of_a_part_know_their_whole_site() -> None:
    """A name of a host that is not asked is still the site's own."""
    seen: list[Target[Section]] = []

    def ask(target: Target[Section]) -> Mapping[str, Ask]:
        seen.append(target)
        return ask_names(target)

    policy = replace(web_host(SECTION).policy, sections={"names": SECTION})
    probes, shell = {"names": replace(NAMES, ask=ask)}, Shell()
    part = replace(ARIZONA, hosts=ARIZONA.hosts[1:])
    (measured,) = Measurement(policy, probes, shell, Deadline(60), lambda *_: None, SITES).collect([part])
    assert (set(measured.hosts), shell.asked) == ({"web2"}, ["arizona/web2"])
    assert [target.site for target in seen] == [ARIZONA]


@pytest.mark.parametrize("connections", [1, 3, 4, 64])
def test_no_more_hosts_are_connected_than_may_be(connections: int) -> None:
    """Each connection ends after the host's last look; where not all fit, after each look."""
    open_now: set[str] = set()
    most: list[int] = []
    released: list[str] = []

    def before(host: Host) -> None:
        open_now.add(host.label)
        most.append(len(open_now))

    def release(host: Host) -> None:
        open_now.discard(host.label)
        released.append(host.label)

    look = SecondLook(_ask_for_others, lambda *_: {"OTHERS": "none"}, {"others": Reading(_read_others)})
    policy = replace(web_host(SECTION).policy, sections={"names": SECTION})
    shell = Shell(before)
    Measurement(
        *(policy, {"names": replace(NAMES, then=look)}, shell, Deadline(60), lambda *_: None, SITES),
        connections=connections,
        release=release,
    ).collect(SITES)
    hosts = sum(len(site.hosts) for site in SITES)
    assert max(most) <= connections
    assert not open_now
    assert len(shell.asked) == 2 * hosts
    assert len(released) == (hosts if connections >= hosts else 2 * hosts)
