"""Clocks: what keeps them, what it believes, and what the runner saw."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selftests.unit.targets import web_host
from siteparity.model import Facts, Unmeasured, UnmeasuredError
from siteparity.probes import Answers, read_tables
from siteparity.probes.clock import PROBE, Policy, ask
from siteparity.tools.given import assigned
from siteparity.tools.timekeeping import QUESTION, SYNCHRONISED, Sources, Timekeeping, read
from siteparity.transport.script import Answer, Moment

TARGET = web_host(Policy(owner="Platform", max_age=timedelta(minutes=10), zones=("America/Chicago",)))

TRACKING = "C612000A,198.18.0.10,9,17.31,0.000020376,-0.0,0.0,-0.480,-0.052,1.180,0.00006,0.00002,4.0,Normal"
SOURCE = "^,*,198.18.0.10,8,2,377,5,0.000001958,0.000001810,0.000031566"
CONFIGURED = "server 198.18.0.10 iburst minpoll 2 maxpoll 4"
CHRONY = (
    f"program chronyd\ntracking {TRACKING}\nsource {SOURCE}\nchrony {CONFIGURED}\nchrony cmdport 0\n"
    "now 1795417350\nend\n"
)
DIGEST = "ab" * 32
ZONE = (
    f"CST6CDT,M3.2.0,M11.1.0\n2026f\n{DIGEST}  /etc/localtime\n{DIGEST}  /usr/share/zoneinfo/tzdata.zi\n"
    f"{DIGEST}  /usr/share/zoneinfo/America/Chicago\nend\n"
)
NOW = Moment(1000.0, 1000.05, 1000.1)


def facts(time: str = CHRONY, zone: str = ZONE, moment: Moment | None = NOW) -> Facts:
    """All tables of one host."""
    answers = {"time": Answer(time.encode(), 0, None), "zone": Answer(zone.encode(), 0, None)}
    return read_tables(PROBE.readings(), Answers(answers, moment), TARGET, ("web",))


def value(found: Facts, table: str) -> object:
    """The one value of a table, or why there is none."""
    one = found[table]
    return f"unmeasured: {one.reason}" if isinstance(one, Unmeasured) else next(iter(one.values()))


def test_a_healthy_clock_is_synchronised_and_right() -> None:
    """As chronyd says it of itself, and as the runner saw it."""
    found = facts()
    assert [value(found, table) for table in ("synchronised", "error", "offset")] == [
        SYNCHRONISED, "within the limit", "within the limit"
    ]  # fmt: skip
    assert found["zone"] == {"local time": f"CST6CDT,M3.2.0,M11.1.0 (sha256 {DIGEST[:16]})"}
    assert value(found, "database") == "2026f"


@pytest.mark.parametrize(
    ("time", "state"),
    [
        ("now 1\nend\n", "no program keeps the clock"),
        (CHRONY.replace("^,*", "^,?"), "chronyd follows none of its sources"),
        (CHRONY.replace(f"source {SOURCE}\n", ""), "chronyd has no source"),
        (CHRONY.replace("Normal", "Not synchronised"), "chronyd is not synchronised"),
        (CHRONY.replace("C612000A", "7F7F0101"), "chronyd follows its own clock"),
        (CHRONY.replace(",377,", ",0,"), "chronyd gets no answer of its source"),
        (CHRONY.replace(",377,5,", ",377,601,"), "chronyd has heard of no source for more than 600 s"),
        (CHRONY.replace(",377,5,", ",377,600,"), SYNCHRONISED),
        (CHRONY.replace("Normal", "Insert second"), SYNCHRONISED),
        (
            CHRONY.replace("program chronyd", "program chronyd\nprogram systemd-timesyncd"),
            "the clock is kept by chronyd and systemd-timesyncd at once",
        ),
        ("program systemd-timesyncd\nsynchronized 1000\nnow 1300\nend\n", SYNCHRONISED),
        (
            "program systemd-timesyncd\nsynchronized 1000\nnow 1700\nend\n",
            "systemd-timesyncd has heard of no source for more than 600 s",
        ),
        (
            "program systemd-timesyncd\nnow 1700\nend\n",
            "systemd-timesyncd has heard of no source since the boot",
        ),
    ],
)
def test_a_clock_that_nobody_corrects_now_says_so(time: str, state: str) -> None:
    """The leap status stays "Normal" for long after the last answer, so it is not enough."""
    assert value(facts(time), "synchronised") == state


@pytest.mark.parametrize(
    "time",
    [
        CHRONY.replace(",Normal", ""),
        CHRONY.replace("Normal", "Fine"),
        CHRONY.replace("0.000020376", "nan"),
        CHRONY.replace("source ^", "source ,^"),
        CHRONY.replace("now", "new"),
        "program ntpd\nnow 1\nend\n",
        "program systemd-timesyncd\nsynchronized \nnow 1\nend\n",
        "program systemd-timesyncd\nsynchronized 1\nend\n",
    ],
)
def test_an_answer_that_is_not_understood_leaves_the_clock_unmeasured(time: str) -> None:
    """Neither synchronised nor not."""
    found = facts(time)
    assert isinstance(found["synchronised"], Unmeasured)
    assert isinstance(found["error"], Unmeasured)
    assert value(found, "offset") == "within the limit"


@pytest.mark.parametrize(
    ("time", "error"),
    [
        (CHRONY.replace(",0.000020376,", ",5.0,"), "5.0 s behind"),
        (CHRONY.replace(",0.000020376,", ",-5.0,"), "5.0 s ahead"),
        (CHRONY.replace(",0.00002,", ",9.0,"), "unmeasured: 0.0 s behind, and that may be wrong by 9.0 s"),
        (CHRONY.replace(",0.00006,", ",2.0,"), "within the limit"),
        (CHRONY.replace("^,*", "^,?"), "unmeasured: time: chronyd follows none of its sources"),
        ("now 1\nend\n", "unmeasured: time: no program keeps the clock"),
        ("program systemd-timesyncd\nsynchronized 0\nnow 3000\nend\n", "within the limit"),
        ("program systemd-timesyncd\nsynchronized 0\nnow 9000\nend\n", "unmeasured: 0.0 s behind"),
    ],
)
def test_what_the_service_believes_is_held_against_the_limit(time: str, error: str) -> None:
    """With its own uncertainty: root delay and dispersion, or the drift since the last success."""
    assert str(value(facts(time), "error")).startswith(error)


@pytest.mark.parametrize(
    ("before", "shown", "after", "state"),
    [
        (1000.0, 1000.2, 1000.4, "within the limit"),
        (1000.0, 1001.9, 1000.2, "within the limit"),
        (1000.0, 1002.15, 1000.2, "unmeasured: 2.0 s ahead, and that may be wrong by 0.1 s"),
        (1000.0, 1002.3, 1000.2, "2.2 s ahead"),
        (1000.0, 997.0, 1000.2, "3.1 s behind"),
        (1000.0, 1003.0, 1006.0, "unmeasured: 0.0 s behind, and that may be wrong by 3.0 s"),
        (1000.0, 4600.0, 1006.0, "3597.0 s ahead"),
    ],
)
def test_the_offset_counts_with_half_the_round_trip(
    before: float, shown: float, after: float, state: str
) -> None:
    """What lies on both sides of the limit is not known; what lies far beyond it is, on a slow line too."""
    moment = Moment(before, shown, after)
    assert str(value(facts(moment=moment), "offset")).startswith(state)


@pytest.mark.parametrize(
    ("line", "shown", "foreign"),
    [
        (CONFIGURED, CONFIGURED, False),
        ("server ntp.arizona.shop.example iburst", "server ntp.arizona.shop.example iburst", False),
        ("server 198.18.2.53", "server {an address of the site}", False),
        ("server  198.18.2.21", "server 198.18.2.21", False),  # a host's, which stands for it by itself
        ("server 198.18.1.53 iburst", "server 198.18.1.53 iburst", True),
        ("Pool ntp.dallas.shop.example", "Pool ntp.dallas.shop.example", True),
        ("peer web1.dallas.shop.example key 1", "peer web1.dallas.shop.example key 1", True),
        ("allow 198.18.1.0/24", "allow 198.18.1.0/24", False),
    ],
)
def test_a_time_source_at_the_other_site_is_told(line: str, shown: str, *, foreign: bool) -> None:
    """Whatever else is configured is compared, and the own site stands for itself."""
    found = facts(CHRONY.replace(CONFIGURED, line))
    assert found["configured"] == {shown: "there", "cmdport 0": "there"}
    said = {" ".join(line.split()): "names dallas"} if foreign else {"time sources at the other site": "none"}
    assert found["foreign"] == said


def test_a_time_source_that_is_in_force_and_configured_no_more_is_told() -> None:
    """The next restart takes the other one; until then the site depends on the other site."""
    seen = facts(CHRONY.replace("198.18.0.10,8", "198.18.1.53,8"))
    assert seen["foreign"] == {"asked now: 198.18.1.53": "names dallas"}


def test_sites_may_take_the_time_from_each_other_on_purpose() -> None:
    """Then the servers of the other site are alike as well, and none is refused."""
    allowed = replace(TARGET, section=TARGET.section.model_copy(update={"may_name_the_other_site": True}))
    text = CHRONY.replace(CONFIGURED, "server 198.18.1.53\nchrony server ntp.dallas.shop.example iburst")
    seen = read_tables(PROBE.readings(), Answers({"time": Answer(text.encode(), 0, None)}), allowed, ("web",))
    assert seen["configured"] == {
        "server {a server of the other site}": "there",
        "server {a server of the other site} iburst": "there",
        "cmdport 0": "there",
    }
    assert value(seen, "foreign") == "none"


def test_what_is_configured_is_known_whatever_runs() -> None:
    """A program that stands still has its configuration; one that runs without any cannot be read."""
    stopped = facts(f"chrony {CONFIGURED}\nchrony {CONFIGURED}\nnow 1\nend\n")
    assert stopped["configured"] == {CONFIGURED: "there 2 times"}
    by_timesyncd = facts("program systemd-timesyncd\ntimesyncd NTP=ntp.dallas.shop.example a\nnow 1\nend\n")
    assert by_timesyncd["foreign"] == {"NTP=ntp.dallas.shop.example a": "names dallas"}
    as_built = facts("program systemd-timesyncd\nnow 1\nend\n")
    assert value(as_built, "configured") == "as the program was built"
    for text in ("program ntpd\nnow 1\nend\n", "program chronyd\nnow 1\nend\n"):
        assert isinstance(facts(text)["configured"], Unmeasured)
        assert isinstance(facts(text)["foreign"], Unmeasured)


def test_the_configuration_is_read_with_all_that_it_includes(tmp_path: Path) -> None:
    """As chrony.conf(5) has it: single files, folders of them, folders of sources; no comments."""
    for name, text in {
        "chrony.conf": f"# c\n! c\nserver a iburst\n  confdir {tmp_path}/d\n"
        f"sourcedir {tmp_path}/s {tmp_path}/none\ninclude {tmp_path}/i*.conf\nrtcsync",
        "d/1.conf": "pool b\n",
        "d/README": "server x\n",
        "s/one.sources": "peer c\n",
        "included.conf": "server d\n\n;c\n",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    script = QUESTION.replace("/etc/chrony/chrony.conf", str(tmp_path / "chrony.conf"))
    script = "\n".join(("chronyd=", script[script.index("conf() {") :]))
    for shell in ("sh", "bash"):
        ran = subprocess.run([shell, "-c", script], capture_output=True, text=True, check=True, cwd="/")
        told = [line for line in ran.stdout.split("\n") if line.startswith("chrony ")]
        wanted = [
            "server a iburst",
            f"confdir {tmp_path}/d",
            "pool b",
            f"sourcedir {tmp_path}/s {tmp_path}/none",
        ]
        wanted += ["peer c", f"include {tmp_path}/i*.conf", "server d", "rtcsync "]
        assert told == [f"chrony {line}" for line in wanted]


def test_a_host_that_does_not_tell_the_time_is_unmeasured() -> None:
    """Silence is no agreement."""
    assert isinstance(facts(moment=None)["offset"], Unmeasured)


@pytest.mark.parametrize(
    "zone",
    ["end\n", ZONE.replace("  /etc", " /etc"), ZONE.replace(DIGEST, "ab"), "UTC0\n" + ZONE],
)
def test_an_answer_about_zones_that_is_cut_is_unmeasured(zone: str) -> None:
    """A missing digest is not an equal one."""
    found = facts(zone=zone)
    assert isinstance(found["zone"], Unmeasured)
    assert isinstance(found["database"], Unmeasured)


def test_only_the_digests_that_were_asked_for_are_taken() -> None:
    """Another file in place of the zone's would hide that it is missing."""
    assert isinstance(facts(zone=ZONE.replace("America/Chicago", "America/Denver"))["database"], Unmeasured)
    assert "/usr/share/zoneinfo/America/Chicago" in dict(ask(TARGET)["zone"].given)["PLACES"].split()


@pytest.mark.parametrize("file", ["/proc/kmsg", "/dev/watchdog", "/etc/shadow", "/usr/share/zoneinfo"])
def test_no_other_file_is_opened_in_place_of_a_zone(file: str) -> None:
    """To open some files does something."""
    text = assigned(PLACES=[file]) + ask(TARGET)["zone"].text
    done = subprocess.run(["sh", "-c", text], capture_output=True, text=True, check=False)
    assert f"{file} is no zone" in done.stderr or "localtime" in done.stderr
    assert "end" not in done.stdout.split()


@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda raw: raw.decode("latin-1")))
def test_any_text_is_read_or_refused(text: str) -> None:
    """One declared exception and no other."""
    for answer in (text, CHRONY.replace(TRACKING, text), CHRONY.replace(SOURCE, text)):
        try:
            entries = read(answer.split("\n"))
            assert Timekeeping.of(entries).state(600)
            assert Sources.of(entries) is not None
        except UnmeasuredError:
            continue
