"""Schedules: what is read from a host's answers, and what is never guessed."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Mapping
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from selftests.unit.targets import answered, framed, web_host
from siteparity.model import UnmeasuredError
from siteparity.probes import Answers, schedules, services
from siteparity.tools.schedule import cron_lookups, timers
from siteparity.tools.systemd.unit import ONLY_AT_PRIMARY
from siteparity.transport.script import Answer, Moment, spoken

POLICY = schedules.Policy.model_validate(
    {
        "owner": "Shop",
        "timezone": "Etc/UTC",
        "jobs": {"charges": {"roles": ("web",), "user": "shop", "command": "/bin/charge run"}},
    }
)
TARGET = web_host(POLICY)
LINE = b"*/5 * * * * shop /bin/charge run\n"
LOOKUPS = (
    b"now=1795409848\nuser=shop\nlocal=shop:980:980\nword=/bin/charge\nword=run\n"
    b"folder=/usr/bin\naccount=shop:980\n"
)


def tzif(name: str) -> bytes:
    """A file of the zone database."""
    return files("tzdata").joinpath("zoneinfo", *name.split("/")).read_bytes()


def cron(
    zone: str = "Etc/UTC", *, state: str = "S", changed: int = 1, tz: str = "", active: str = "active"
) -> bytes:
    """What cron, systemd and the zone files say."""
    unit = (
        "MainPID=28\nExecMainStartTimestamp=Mon 2026-11-23 04:23:40 UTC\nEnvironment=\nId=cron.service\n"
        f"LoadState=loaded\nActiveState={active}\nSubState=running\nFreezerState=running\n"
    )
    told = (
        f"stat 28 (cron) {state} 1\noptions -f\nlink /etc/localtime {changed}.0 /usr/share/zoneinfo/{zone}\n"
    )
    told += f"link /etc/timezone {changed}.0 \nname {zone}\n{tz}"
    data = tzif(zone)
    header = f"/etc/localtime\0{len(data)}\0\0".encode()
    return unit.encode() + b"\n\0" + told.encode() + b"\0" + header + data


def crontabs(content: bytes = LINE, *, meta: str = "f 0 644 1", name: str = "charges") -> bytes:
    """One crontab in ``/etc/cron.d``."""
    return f"file\0/etc/cron.d/{name}\0{meta} {len(content)}\0\0".encode() + content


def table(
    name: str,
    *,
    of_cron: bytes | None = None,
    of_crontabs: bytes | None = None,
    lookups: bytes = LOOKUPS + b"runs=/bin/charge\n",
) -> Mapping[str, object]:
    """One table, from healthy answers where none are given."""
    answers = answered(cron=of_cron or cron(), crontabs=of_crontabs or crontabs(), lookups=framed(lookups))
    return schedules.PROBE.tables[name].read(answers, TARGET)


ITEM = "/etc/cron.d/charges: shop: /bin/charge run"


def test_a_healthy_host_is_healthy_in_every_table() -> None:
    """The state in which the gate says GO."""
    assert table("daemon") == {"cron": "running"}
    assert set(table("agreed").values()) == {"as agreed"}
    assert set(table("in_force").values()) == {"in force"}
    assert table("accepted") == {"/etc/cron.d/charges": "accepted"}
    assert table("runnable") == {ITEM: "runnable"}
    assert table("punctual") == {ITEM: "on time"}
    assert table("scheduled") == {"charges": "scheduled"}


@pytest.mark.parametrize(
    ("name", "meta", "reason"),
    [
        ("charges.old", "f 0 644 1", "ignored for its name"),
        ("charges", "f 980 644 1", "not owned by root"),
        ("charges", "f 0 664 1", "insecure mode 0664"),
        ("charges", "f 0 644 2", "a file with hard links"),
    ],
)
def test_a_file_that_cron_ignores_schedules_nothing(name: str, meta: str, reason: str) -> None:
    """It looks like a job in any editor, and is none."""
    given_ = crontabs(meta=meta, name=name)
    assert table("accepted", of_crontabs=given_) == {f"/etc/cron.d/{name}": reason}
    assert table("scheduled", of_crontabs=given_) == {
        "charges": f"ignored by cron: /etc/cron.d/{name}: {reason}"
    }
    assert set(table("instants", of_crontabs=given_).values()) == {"never"}


def test_a_dry_run_is_not_the_job() -> None:
    """A command that only begins alike does not charge anybody."""
    given_ = crontabs(b"*/5 * * * * shop /bin/charge run --dry-run\n")
    assert table("scheduled", of_crontabs=given_) == {"charges": "missing"}


def test_redirections_do_not_hide_the_job() -> None:
    """Where its output goes does not make it another job."""
    given_ = crontabs(b"*/5 * * * * shop /bin/charge run >/dev/null 2>&1\n")
    assert table("scheduled", of_crontabs=given_) == {"charges": "scheduled"}


def test_another_zone_is_told_as_lateness() -> None:
    """The text is the same, the instants are seven hours later."""
    given_ = crontabs(b"0 2 * * * shop /bin/charge run\n")
    assert table("punctual", of_cron=cron("America/Phoenix"), of_crontabs=given_) == {ITEM: "7 h late"}
    assert table("agreed", of_cron=cron("America/Phoenix"))["cron"] == "America/Phoenix instead of Etc/UTC"


def test_a_zone_file_younger_than_cron_is_told() -> None:
    """Not within the second that systemd cannot tell apart."""
    started = 1795407820
    assert table("in_force", of_cron=cron(changed=started))["/etc/localtime"] == "in force"
    late = table("in_force", of_cron=cron(changed=started + 1))
    assert late["/etc/localtime"] == "changed after cron was started"
    assert "/etc/timezone" not in late


@pytest.mark.parametrize(
    ("of_cron", "state"),
    [(cron(state="T"), "frozen"), (cron(active="inactive"), "stopped"), (cron(active="failed"), "failed")],
)
def test_a_daemon_that_does_not_run_is_told(of_cron: bytes, state: str) -> None:
    """Also one that systemd takes for running."""
    assert table("daemon", of_cron=of_cron) == {"cron": state}


def test_the_cron_of_another_system_has_other_rules() -> None:
    """They are not guessed."""
    with pytest.raises(UnmeasuredError, match="another cron"):
        table("accepted", of_cron=cron(tz="other\n"))


def test_a_command_that_is_not_there_is_told() -> None:
    """Cron starts a shell that fails, each time."""
    (said,) = table("runnable", lookups=LOOKUPS).values()
    assert said == "/bin/charge is not there, or not for this user"


def test_a_word_that_was_not_looked_up_is_not_taken_for_missing() -> None:
    """Nor for present."""
    with pytest.raises(UnmeasuredError, match="not looked up"):
        table("runnable", of_crontabs=crontabs(b"@daily shop /bin/other\n"))


HEALTHY = {"cron": cron(), "crontabs": crontabs(), "lookups": framed(LOOKUPS + b"runs=/bin/charge\n")}


@given(st.binary(max_size=300), st.integers(0, 400), st.sampled_from(sorted(HEALTHY)))
def test_any_answer_is_read_or_unmeasured(junk: bytes, at: int, damaged: str) -> None:
    """Cut or damaged in any place: facts or a reason, nothing else, and no endless reading."""
    whole = HEALTHY[damaged]
    for given_ in (junk, framed(junk), whole[:at], whole[:at] + junk + whole[at:]):
        for reading in schedules.PROBE.tables.values():
            try:
                reading.read(answered(**{**HEALTHY, damaged: given_}), TARGET)
            except UnmeasuredError as error:
                reason = str(error)
            else:
                continue
            assert reason


def test_a_zone_that_systemd_would_hand_to_cron_is_not_in_force_yet() -> None:
    """``systemctl set-environment`` is seen by no process that runs already; system.conf by no manager."""
    assigned = table("in_force", of_cron=cron(tz="assigned America/Phoenix\n"))
    assert assigned["TZ of cron.service"] == "changed after cron was started"
    assert assigned["TZ of systemd"] == "another one after a boot"
    at_boot = table("in_force", of_cron=cron(tz="boot America/Phoenix\n"))
    assert at_boot["TZ of cron.service"] == "in force"
    assert at_boot["TZ of systemd"] == "another one after a boot"


REPORT = schedules.Policy.model_validate(
    {"owner": "Shop", "timezone": "Etc/UTC", "jobs": {"report": {"roles": ("web",), "timer": "report.timer"}}}
)
DAILY = "TimersCalendar={ OnCalendar=*-*-* 02:30:00 UTC ; next_elapse=n/a }\n"
OFTEN = DAILY + "TimersMonotonic={ OnUnitActiveUSec=1min 30s ; next_elapse=0 }\n"
ONCE = "TimersMonotonic={ OnBootUSec=15min ; next_elapse=0 }\n"
BEGAN = "Mon 2026-11-23 04:23:40 UTC"
BEGAN_AT = 1_795_407_820.0


@pytest.mark.parametrize(
    ("specs", "timer", "service", "seconds", "hung"),
    [
        (DAILY, "running", "activating", 86_401, True),
        (DAILY, "running", "activating", 86_399, False),
        (OFTEN, "running", "activating", 91, True),
        (OFTEN, "running", "activating", 89, False),
        (OFTEN, "running", "active", 86_401, False),
        (OFTEN, "waiting", "activating", 86_401, False),
        (ONCE, "running", "activating", 86_401, False),
    ],
)
def test_a_job_that_runs_longer_than_its_timers_interval_is_told(
    specs: str, timer: str, service: str, seconds: float, hung: bool
) -> None:
    """The timer waits for it, and starts nothing; a service that stays up is no such job."""
    units = (
        f"Id=report.timer\nLoadState=loaded\nActiveState=active\nSubState={timer}\nUnit=report.service\n"
        f"UnitFileState=enabled\n{specs}\n"
        f"Id=report.service\nLoadState=loaded\nActiveState={service}\nSubState=start\n"
        f"InactiveExitTimestamp={BEGAN}\n"
    )
    of_cron = cron().replace(b"\n\n\0", b"\n\n" + units.encode() + b"\n\0", 1)
    now = BEGAN_AT + seconds
    given_ = {name: Answer(text, 0, None) for name, text in {**HEALTHY, "cron": of_cron}.items()}
    answers = Answers(given_, Moment(now, now, now))
    state = timers.HUNG if hung else "armed"
    target = web_host(REPORT)
    assert schedules.read_armed(answers, target) == {"report.timer": state}
    assert schedules.read_scheduled(answers, target) == {"report": state if hung else "scheduled"}


def test_a_span_that_is_not_understood_is_unmeasured() -> None:
    """Nothing is guessed about what a timer does."""
    unit = {"Id": ("a.timer",), "TimersMonotonic": ("{ OnUnitActiveUSec=two days ; next_elapse=0 }",)}
    with pytest.raises(UnmeasuredError, match="not a time span"):
        timers.repeats(unit)


def test_without_a_zone_in_the_policy_cron_and_timers_must_go_by_that_of_the_host() -> None:
    """Which zone that is, is compared between the sites."""
    section = schedules.Policy.model_validate({"owner": "Shop"})
    target = web_host(section)

    def read(name: str, of_cron: bytes) -> Mapping[str, object]:
        answers = answered(cron=of_cron, crontabs=crontabs(), lookups=framed(LOOKUPS))
        return schedules.PROBE.tables[name].read(answers, target)

    phoenix = cron("America/Phoenix")
    assert set(read("agreed", phoenix).values()) == {"as agreed"}
    assert set(read("zone", phoenix).values()) == {"America/Phoenix"}
    unnamed = phoenix.replace(b"/usr/share/zoneinfo/America/Phoenix", b"")
    with pytest.raises(UnmeasuredError, match="/etc/localtime leads to no zone with a known name"):
        read("agreed", unnamed)


def of_primary(**changes: object) -> schedules.Policy:
    """A policy with a job that must run at the primary alone."""
    job = {"roles": ["web"], "user": "shop", "command": "/bin/charge run", "at": "*/5 * * * *"}
    jobs = {"charges": {**job, "only_at_primary": True, **changes}}
    return schedules.Policy.model_validate_json(
        json.dumps({"owner": "Shop", "timezone": "Etc/UTC", "jobs": jobs})
    )


@pytest.mark.parametrize(
    ("content", "state", "compared"),
    [
        (LINE, "scheduled", False),
        (b"*/5 * * * * shop /bin/charge run >/dev/null 2>&1\n", "scheduled", False),
        (b"\n", schedules.READY, False),
        (b"# " + LINE, schedules.READY, False),
        (LINE + LINE, "scheduled 2 times", False),
        (b"*/9 * * * * shop /bin/charge run\n", "at */9 * * * * instead of */5 * * * *", False),
        (b"*/5 * * * * root /bin/charge run\n", "run as root instead of shop", True),
        (b"*/5 * * * * shop /bin/charge run; /bin/other\n", "scheduled", True),
    ],
)
def test_a_job_of_the_primary_is_judged_apart_and_what_runs_with_it_is_compared(
    content: bytes, state: str, compared: bool
) -> None:
    """A line that does more than the job hides nothing behind it."""
    root = b"user=root\nlocal=root:0:0\naccount=root:0\nword=/bin/other\n"
    lookups = framed(LOOKUPS + b"runs=/bin/charge\n" + root)
    answers = answered(cron=cron(), crontabs=crontabs(content), lookups=lookups)
    target = web_host(of_primary())
    assert schedules.read_only_at_primary(answers, target) == {"charges": state}
    assert schedules.read_scheduled(answers, target) == {}
    for read in (schedules.read_entries, schedules.read_instants):
        assert any("/bin/charge" in item for item in read(answers, target)) == compared


def test_a_job_of_the_primary_that_cron_ignores_is_neither_there_nor_missing() -> None:
    """A rename puts it in force."""
    answers = answered(cron=cron(), crontabs=crontabs(name="charges.old"), lookups=framed(LOOKUPS))
    (state,) = schedules.read_only_at_primary(answers, web_host(of_primary())).values()
    assert state == "ignored by cron: /etc/cron.d/charges.old: ignored for its name"


def test_only_roles_with_such_jobs_have_their_tables() -> None:
    """No check of an empty table is planned."""
    probe = schedules.PROBE
    assert probe.roles_of("only_at_primary", of_primary(), ("web", "db")) == ("web",)
    assert probe.roles_of("scheduled", of_primary(), ("web", "db")) == ()
    assert probe.roles_of("only_at_primary", POLICY, ("web", "db")) == ()
    assert probe.roles_of("scheduled", POLICY, ("web", "db")) == ("web",)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"user": None}, "expected user and at beside only_at_primary"),
        ({"at": None}, "expected user and at beside only_at_primary"),
        (
            {"user": None, "at": None, "command": None, "timer": "a.timer"},
            "write the timer into aspects.services.only_at_primary",
        ),
        ({"only_at_primary": "yes"}, "boolean"),
    ],
)
def test_a_job_of_the_primary_says_all_that_is_judged_of_it(changes: dict[str, object], message: str) -> None:
    """Nothing else would."""
    with pytest.raises(ValidationError, match=message):
        of_primary(**changes)


ON = "ActiveState=active\nSubState=waiting\nUnitFileState=enabled\n"


@pytest.mark.parametrize(
    ("state", "armed", "scheduled"),
    [
        (ON, "armed", "scheduled"),
        ("ActiveState=inactive\nSubState=dead\nUnitFileState=disabled\n", ONLY_AT_PRIMARY, ONLY_AT_PRIMARY),
        ("ActiveState=inactive\nSubState=dead\nUnitFileState=enabled\n", "stopped", "stopped"),
        ("ActiveState=failed\nSubState=failed\nUnitFileState=disabled\n", "failed", "failed"),
    ],
)
def test_a_timer_of_the_primary_is_judged_where_it_runs(state: str, armed: str, scheduled: str) -> None:
    """Whether it is on at the right site is for the services to say; it is compared with no other."""
    block = (
        f"Id=report.timer\nLoadState=loaded\nUnit=report.service\n{state}"
        "ConditionResult=yes\nConditionTimestampMonotonic=5\n"
        f"{DAILY}\nId=report.service\nLoadState=loaded\nActiveState=inactive\nSubState=dead\n"
    )
    of_cron = cron().replace(b"\n\n\0", b"\n\n" + block.encode() + b"\n\0", 1)
    answers = answered(**{**HEALTHY, "cron": of_cron})
    needed = services.Policy(owner="Platform", only_at_primary={"web": ("report.timer", "mail.service")})
    target = replace(web_host(REPORT), needed=needed)
    assert schedules.read_armed(answers, target) == {"report.timer": armed}
    assert schedules.read_scheduled(answers, target) == {"report": scheduled}
    assert schedules.read_timers(answers, target) == {"report.timer": ONLY_AT_PRIMARY}
    assert schedules.read_instants(answers, target)["report.timer"] == ONLY_AT_PRIMARY
    assert schedules.read_punctual(answers, target)["report.timer"] == "on time"


def test_a_timer_of_the_primary_that_is_not_loaded_is_compared_alike() -> None:
    """Nothing refers to it where it is off."""
    needed = services.Policy(owner="Platform", only_at_primary={"web": ("report.timer",)})
    target = replace(web_host(REPORT), needed=needed)
    answers = answered(**HEALTHY)
    assert schedules.read_timers(answers, target) == {"report.timer": ONLY_AT_PRIMARY}
    assert schedules.read_armed(answers, target) == {"report.timer": ONLY_AT_PRIMARY}
    assert schedules.read_scheduled(answers, target) == {"report": "missing"}


@pytest.mark.parametrize(
    ("command", "lookups", "state"),
    [
        ("/bin/charge run", LOOKUPS, "missing, and could not be started: /bin/charge is not there, or not"),
        (
            "/bin/charge run",
            LOOKUPS + b"aging=shop:1:9:\n",
            "missing, and could not be started: the password",
        ),
        (
            "/bin/charge run",
            LOOKUPS.replace(b"account=shop:980\n", b""),
            "missing, and there is no user shop",
        ),
        ("charge run", LOOKUPS + b"word=charge\nruns=/usr/local/bin/charge\n", schedules.READY),
        (
            "charge run",
            LOOKUPS + b"word=charge\n",
            "missing, and could not be started: charge is in no folder",
        ),
        ("$HOME/charge", LOOKUPS, schedules.READY),
    ],
)
def test_a_job_of_the_primary_could_be_started_elsewhere_or_is_not_ready(
    command: str, lookups: bytes, state: str
) -> None:
    """The switch puts its line into a crontab, and nobody tries it before."""
    folders = "".join(f"folder={one}\nword={one}\n" for one in schedules.PATH.split(":")).encode()
    answers = answered(cron=cron(), crontabs=crontabs(b"\n"), lookups=framed(folders + lookups))
    (found,) = schedules.read_only_at_primary(answers, web_host(of_primary(command=command))).values()
    assert str(found).startswith(state)
    assert (found == schedules.READY) == (state == schedules.READY)


def test_a_job_of_the_primary_that_was_not_looked_up_is_unmeasured() -> None:
    """By a host that answers an older question."""
    lookups = framed(LOOKUPS.replace(b"word=/bin/charge\n", b""))
    answers = answered(cron=cron(), crontabs=crontabs(b"\n"), lookups=lookups)
    with pytest.raises(UnmeasuredError, match="was not looked up"):
        schedules.read_only_at_primary(answers, web_host(of_primary()))


@pytest.mark.parametrize("command", ["/usr/bin/sort", "sort -u", "/bin/none '$(touch /x)' EOF"])
def test_a_line_of_the_policy_is_looked_up_like_one_of_a_crontab(command: str) -> None:
    """By the real program on this machine, whose shell never sees it as text to run."""
    section = of_primary(user="root", command=command)
    asked = spoken(schedules.ask(web_host(section))["lookups"])
    ran = subprocess.run(["sh", "-c", asked], capture_output=True, check=True, cwd="/")
    answers = answered(cron=cron(), crontabs=crontabs(b"\n"), lookups=ran.stdout)
    (found,) = schedules.read_only_at_primary(answers, web_host(section)).values()
    assert (found == schedules.READY) == ("sort" in command)
    assert not Path("/x").exists()


@pytest.mark.parametrize(
    ("name", "file", "wanted", "ought"),
    [
        ("pg_compresswal@17-main.timer", "static", "pg_receivewal@17-main.service", False),
        ("pg_compresswal@17-main.timer", "static", "", False),
        ("pg_compresswal@17-main.timer", "static", "timers.target", True),
        ("pg_compresswal@17-main.timer", "static", None, True),
        ("pg_compresswal@17-main.timer", "enabled", "timers.target", True),
        ("pg_dump@17-main.timer", "disabled", "", False),
        ("systemd-tmpfiles-clean.timer", "static", "timers.target", True),
        ("backup.timer", "static", "", True),
    ],
)
def test_a_timer_of_a_template_starts_with_the_unit_that_wants_it(
    name: str, file: str, wanted: str | None, ought: bool
) -> None:
    """It is known as soon as that unit is loaded; stopped, it is as it should be."""
    unit = {
        "Id": (name,), "LoadState": ("loaded",), "ActiveState": ("inactive",), "UnitFileState": (file,),
        "ConditionResult": ("no",), "ConditionTimestampMonotonic": ("0",),
    }  # fmt: skip
    told = unit if wanted is None else unit | {"WantedBy": (wanted,), "RequiredBy": ("",)}
    assert timers.ought_to_run(told) is ought
    assert timers.ought_to_run(told | {"ActiveState": ("active",)})
    assert timers.ought_to_run(told | {"ActiveState": ("failed",)})


AWK = """#!/bin/sh
for one; do
    shift
    set -- "$@" "$(printf %s "$one" | sed 's/srand()/(1796091149284675328 + 0)/g')"
done
exec mawk "$@"
"""
"""An awk whose ``srand()`` returns what that of mawk 1.3.4 20250131, Debian 13's, returned: nanoseconds."""


def test_the_days_of_a_password_are_counted_by_the_clock_whatever_awk_the_host_has(tmp_path: Path) -> None:
    """Or every job of root reads that the password has expired."""
    awk = tmp_path / "awk"
    awk.write_text(AWK)
    awk.chmod(0o755)
    env = {"PATH": f"{tmp_path}:/usr/sbin:/usr/bin:/sbin:/bin"}
    asked = ["sh", "-c", cron_lookups.QUESTION]
    ran = subprocess.run(asked, capture_output=True, check=True, cwd="/", env=env)
    (now,) = [row for row in answered(lookups=ran.stdout).rows("lookups") if row.startswith("now=")]
    assert abs(int(now.removeprefix("now=")) - time.time()) < 60
    aged = [line for line in ran.stdout.split(b"\n") if not line.startswith(b"aging=root:")]
    rows = answered(lookups=b"\n".join([b"aging=root:20000:99999:", *aged])).rows("lookups")
    assert cron_lookups.read(rows).accounts["root"].usable == cron_lookups.USABLE


@pytest.mark.parametrize("now", ["1796091149284675328", "0", "253402300800", "86399"])
def test_a_clock_that_cannot_be_right_is_not_believed(now: str) -> None:
    """No account is called expired, or usable, by it."""
    lookups = LOOKUPS.replace(b"1795409848", now.encode()).decode().split("\n")[:-1]
    with pytest.raises(UnmeasuredError, match=f"lookups: {now} is no moment of these years"):
        cron_lookups.read(lookups)


def test_hosts_without_such_jobs_are_asked_about_their_crontabs_alone() -> None:
    """And answer as before."""
    ran = subprocess.run(["sh", "-c", cron_lookups.QUESTION], capture_output=True, check=True, cwd="/")
    found = cron_lookups.read(answered(lookups=ran.stdout).rows("lookups"))
    assert {"/usr/bin", "/bin"} <= found.folders
    assert "" not in found.users | found.words
