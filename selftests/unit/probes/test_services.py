"""Services: what runs, what a boot would start, and what their unit files say."""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from selftests.unit.sites import ARIZONA, DALLAS
from selftests.unit.targets import answered, web_host
from siteparity.model import Table, UnmeasuredError
from siteparity.names import OwnNames
from siteparity.probes import Answers, Target, services
from siteparity.tools.systemd import programs, unit_files

Policy = services.Policy
Read = Callable[[Answers, Target[Policy]], Table]
TARGET = web_host(
    Policy(owner="Platform", required={"web": ("shop.service",)}, leave_out=("backup-*.service",))
)

ETC, USR, RUN = "/etc/systemd/system", "/usr/lib/systemd/system", "/run/systemd/system"
WANTS = "multi-user.target.wants"
ENABLED = f"l\t{ETC}/{WANTS}/shop.service\t{ETC}/shop.service"
OTHER = "basic.target"
FILE = f"f\t{ETC}/shop.service\t100"


def files(*lines: str) -> bytes:
    """What lies on disk, in the form of the question; `OTHER` is always there."""
    return "\n".join(["[entries]", f"f\t{USR}/{OTHER}\t9", *lines, "end", ""]).encode()


def on_disk_of(answer: bytes) -> unit_files.UnitFiles:
    """What is read of it."""
    return unit_files.read(answered(files=answer).parts("files", unit_files.PARTS))


def unit(name: str, active: str = "active", sub: str = "running", text: str = "A thing") -> str:
    """A line of ``list-units``."""
    return f"{name}   loaded {active} {sub} {text}"


def shown(name: str, **properties: str) -> str:
    """A block of ``show``."""
    known = {"Id": name, "Names": name, "LoadState": "loaded", "ActiveState": "active", "SubState": "running"}
    return "\n".join(f"{key}={value}" for key, value in {**known, **properties}.items())


def units(*up: str, show: tuple[str, ...] = (), seconds: float = 1000.0) -> bytes:
    """What the manager says, in the form of the question."""
    target = unit("multi-user.target", sub="active")
    blocks = "\n\n".join(show) + "\n" if show else ""
    head = ["[up]", f"{seconds:.2f}", "[units]", target, *up]
    return "\n".join([*head, f"[shown]\n{blocks}end", ""]).encode()


def read(table: Read, on_disk: bytes, now: bytes) -> Table:
    """One table of both answers."""
    return table(answered(files=on_disk, units=now, programs=b"end\n"), TARGET)


RUNNING = units(unit("shop.service"), show=(shown("shop.service", Type="notify", NRestarts="0"),))


def test_what_is_required_runs_and_is_enabled() -> None:
    """Both are looked at: what the manager does, and what a boot would do."""
    assert read(services.read_required, files(FILE, ENABLED), RUNNING) == {
        "shop.service": "runs, also after a boot"
    }


@pytest.mark.parametrize(
    ("on_disk", "properties", "expected"),
    [
        (files(FILE), {}, "runs now, and nothing starts it at a boot"),
        (files(FILE, f"l\t{RUN}/{WANTS}/shop.service\t{ETC}/shop.service"), {}, "runs now, and nothing"),
        (files(FILE, f"l\t{ETC}/sleep.target.wants/shop.service\tx"), {}, "runs now, and nothing"),
        (files(f"l\t{ETC}/shop.service\t/dev/null"), {}, "runs now, and is masked"),
        (files(f"f\t{ETC}/shop.service\t0"), {}, "runs now, and is masked"),
        (files(f"l\t{RUN}/shop.service\t/dev/null"), {"ActiveState": "inactive"}, "masked"),
        (files(FILE, ENABLED), {"ActiveState": "inactive", "SubState": "dead"}, "inactive (dead)"),
        (files(FILE, ENABLED), {"ActiveState": "failed", "SubState": "failed"}, "failed (failed)"),
        (
            files(FILE, ENABLED),
            {"ActiveState": "activating", "SubState": "auto-restart"},
            "activating (auto-restart)",
        ),
        (files(), {"LoadState": "not-found", "ActiveState": "inactive"}, "no such unit"),
        (files(FILE, ENABLED), {"LoadState": "bad-setting"}, "cannot be loaded (bad-setting)"),
        (
            files(FILE, ENABLED),
            {"NRestarts": "7", "ActiveEnterTimestampMonotonic": "990000000"},
            "keeps restarting",
        ),
    ],
)
def test_what_is_required_and_not_right_says_what_is_wrong(
    on_disk: bytes, properties: dict[str, str], expected: str
) -> None:
    """Each way in which a required service is not there for customers."""
    now = units(unit("shop.service"), show=(shown("shop.service", **properties),))
    assert read(services.read_required, on_disk, now)["shop.service"].startswith(expected)  # type: ignore[union-attr]  # a text


@pytest.mark.parametrize(
    ("on_disk", "properties", "expected"),
    [
        (files(FILE), {}, "there, and can be started"),
        (files(FILE), {"ActiveState": "inactive", "SubState": "dead"}, "there, and can be started"),
        (files(FILE), {"ActiveState": "failed", "SubState": "failed"}, "there, and can be started"),
        (files(f"l\t{ETC}/shop.service\t/dev/null"), {"ActiveState": "inactive"}, "masked"),
        (files(), {"LoadState": "masked", "ActiveState": "inactive"}, "masked"),
        (files(), {"LoadState": "not-found", "ActiveState": "inactive"}, "no such unit"),
        (files(FILE), {"LoadState": "error"}, "cannot be loaded (error)"),
    ],
)
def test_what_the_failover_plan_names_must_be_there(
    on_disk: bytes, properties: dict[str, str], expected: str
) -> None:
    """Whether it runs does not matter: the plan starts it, or stops it."""
    target = web_host(services.Policy(owner="Platform", planned={"web": ("shop.service",)}))
    now = units(unit("shop.service"), show=(shown("shop.service", **properties),))
    assert services.read_planned(answered(files=on_disk, units=now), target) == {"shop.service": expected}


@pytest.mark.parametrize(
    "properties",
    [
        {"NRestarts": "7", "ActiveEnterTimestampMonotonic": "10000000"},
        {"NRestarts": "0", "ActiveEnterTimestampMonotonic": "999000000"},
        {"ActiveState": "reloading"},
    ],
)
def test_restarts_long_ago_a_fresh_start_and_a_reload_are_well(properties: dict[str, str]) -> None:
    """No false alarm over what is past, or what an engineer did on purpose."""
    now = units(unit("shop.service"), show=(shown("shop.service", **properties),))
    assert read(services.read_required, files(FILE, ENABLED), now) == {
        "shop.service": "runs, also after a boot"
    }


def test_a_static_service_that_others_pull_in_survives_a_boot() -> None:
    """Not every service needs a link of its own: sockets, the message bus and other units start it."""
    pulled = shown("shop.service", WantedBy="multi-user.target")
    on_demand = shown("shop.service", TriggeredBy="shop.socket")
    by_bus = shown("shop.service", UnitFileState="static", BusName="org.shop")
    for block in (pulled, on_demand, by_bus):
        now = units(unit("shop.service"), unit("shop.socket", sub="listening"), show=(block,))
        assert read(services.read_required, files(FILE), now) == {"shop.service": "runs, also after a boot"}


def test_a_file_in_an_earlier_place_hides_a_mask() -> None:
    """A link to nothing below /run masks no unit whose file is below /etc (systemd.unit(5))."""
    found = on_disk_of(files(FILE, f"l\t{RUN}/shop.service\t/dev/null"))
    assert not found.is_masked("shop.service")


def test_states_say_what_starts_a_unit() -> None:
    """Enabled, by whom, for how long; masked; alias; or nothing."""
    on_disk = files(
        FILE,
        ENABLED,
        f"f\t{USR}/cron.service\t10",
        f"f\t{USR}/dbus.socket\t10",
        f"l\t{USR}/sockets.target.wants/dbus.socket\t../dbus.socket",
        f"l\t{ETC}/sshd.service\t/lib/systemd/system/ssh.service",
        f"l\t{ETC}/getty.target\t/dev/null",
        f"l\t{RUN}/{WANTS}/now.service\tx",
        f"l\t{ETC}/{WANTS}/wg-quick@wg0.service\tx",
        "l\t/run/systemd/generator/postgresql.service.wants/postgresql@15-main.service\tx",
        "l\t/run/systemd/generator/local-fs.target.wants/srv.mount\tx",
        "f\t/run/systemd/generator/srv.mount\t10",
        "f\t/run/systemd/transient/session-1.scope\t10",
        f"f\t{ETC}/shop.service.bak\t10",
    )
    assert on_disk_of(on_disk).states() == {
        OTHER: "not enabled",
        "cron.service": "not enabled",
        "dbus.socket": "pulled in by sockets.target",
        "getty.target": "masked",
        "now.service": "until the next boot enabled by multi-user.target",
        "postgresql@15-main.service": "pulled in by postgresql.service",
        "shop.service": "enabled by multi-user.target",
        "sshd.service": "alias of ssh.service",
        "wg-quick@wg0.service": "enabled by multi-user.target",
    }


def test_what_each_host_names_by_its_own_hardware_or_refreshes_when_it_likes_is_left_out() -> None:
    """One revision of a snap, and the network cards of netplan; other mounts and other drop-ins count."""
    snap, mount = f"{ETC}/snap-lxd-31333.mount", f"{ETC}/srv-data.mount"
    netplan = "/run/systemd/system/systemd-networkd-wait-online.service.d/10-netplan.conf"
    on_disk = files(
        f"f\t{snap}\t99",
        f"c\t{snap}\tWhat=/var/lib/snapd/snaps/lxd_31333.snap",
        f"l\t{ETC}/{WANTS}/snap-lxd-31333.mount\t{snap}",
        f"f\t{mount}\t99",
        f"c\t{mount}\tWhat=/dev/vg/data",
        f"f\t{netplan}\t9",
        f"c\t{netplan}\tExecStart=/lib/systemd/systemd-networkd-wait-online -i ens3:degraded",
    )
    found = on_disk_of(on_disk)
    assert found.states() == {OTHER: "not enabled", "srv-data.mount": "not enabled"}
    assert found.contents(OwnNames.of(ARIZONA), "key") == {f"{mount} What": "/dev/vg/data"}


def test_definitions_are_settings() -> None:
    """Comments are no difference; what may hold a secret is a digest; a package's file is a digest."""
    path = f"{ETC}/shop.service"
    on_disk = files(
        FILE,
        *(f"c\t{path}\t{line}" for line in ("# why", "[Service]", "Restart=no", "After=a \\", "  b", "")),
        f"c\t{path}\tEnvironment=PASSWORD=hunter2 SITE=arizona",
        f"c\t{path}\tReadWritePaths=/srv/web1.arizona.shop.example",
        f"c\t{ETC}/shop.service.d/empty.conf\t# nothing",
        f"c\t{ETC}/shop.service.d/notes.txt\t[Service]",
        f"{'a' * 64}  {USR}/cron.service",
        rf"\{'b' * 64}  {USR}/system-a\\x2db.slice",
    )
    given = answered(files=on_disk)
    given.key = "5e" * 32
    table = services.read_definitions(given, TARGET)
    digest = table.pop(f"{path} [Service] Environment")  # type: ignore[attr-defined]  # a dictionary
    assert table == {
        f"{path} [Service] Restart": "no",
        f"{path} [Service] After": "a  b",
        f"{path} [Service] ReadWritePaths": "/srv/web1.arizona.shop.example",
        f"{ETC}/shop.service.d/empty.conf": "no settings",
        f"{USR}/cron.service": f"sha256 {'a' * 16}",
        rf"{USR}/system-a\x2db.slice": f"sha256 {'b' * 16}",
    }
    assert re.fullmatch(
        r"\*\*\*#[0-9a-f]{8}", digest
    )  # no plain digest: a short secret could be guessed from it


@pytest.mark.parametrize(
    ("setting", "is_keyed"),
    [
        ("Environment=SHOP_PARTNER_KEY=0a1b2c3d4e5f60718293a4b5c6d7e8f9", True),
        ("ExecStart=/usr/bin/agent --license Zx9-Qq77-hunter2", True),
        ("Environment=PYTHONUNBUFFERED=1 LANG=en_US.UTF-8", False),
        ("ExecStart=/usr/bin/gunicorn --workers 3 --bind 0.0.0.0:8000 shop.web:app", False),
    ],
)
def test_what_does_not_read_like_a_name_has_a_keyed_digest(setting: str, is_keyed: bool) -> None:
    """Whatever its name says; all else has a plain one, which records of two runs can compare."""
    on_disk = on_disk_of(files(f"c\t{ETC}/a.service\t{setting}"))
    (one,), (other,) = (on_disk.contents(OwnNames.of(ARIZONA), key * 32).values() for key in ("5e", "6f"))
    assert (one != other) == is_keyed


def test_a_secret_with_the_sites_own_name_has_the_same_digest_at_both_sites() -> None:
    """Names are replaced before the digest is made; afterwards they could not be found."""
    contents = [
        on_disk_of(files(f"c\t{ETC}/a.service\tExecStart=/bin/a --site {site.name}")).contents(
            OwnNames.of(site), "5e" * 32
        )
        for site in (DALLAS, ARIZONA)
    ]
    assert contents[0] == contents[1]


JOB = shown("job.service", ActiveState="activating", SubState="start", Type="oneshot")


def test_what_comes_and_goes_is_not_compared() -> None:
    """Logins, jobs, scopes, services on demand or of a device: two looks at a host give the same table."""
    passing = units(
        unit("shop.service"),
        unit("user@990.service"),
        unit("session-4.scope"),
        unit("backup-1.service"),
        unit("job.service", "activating", "start"),
        unit("hostnamed.service"),
        unit("ifup@ens3.service", sub="exited"),
        unit("shop.timer", sub="waiting"),
        show=(
            shown("shop.service"),
            shown("user@990.service"),
            shown("backup-1.service"),
            JOB,
            shown("hostnamed.service", UnitFileState="static", BusName="org.freedesktop.hostname1"),
            shown("shop.timer", SubState="waiting", WantedBy="multi-user.target"),
            shown("ifup@ens3.service", BindsTo="sys-subsystem-net-devices-ens3.device"),
        ),
    )
    on_disk = files(FILE, ENABLED)
    assert read(services.read_active, on_disk, passing) == {"shop.service": "running", "shop.timer": "up"}
    assert read(services.read_after_boot, on_disk, passing) == {"shop.timer": "the same after a boot"}
    assert read(services.read_failed, on_disk, passing) == {"failed units": "none"}


def test_a_service_on_its_way_is_no_running_one() -> None:
    """Restarting by itself every second is a state of its own."""
    now = units(
        unit("a.service", "activating", "auto-restart", "Waits for active and failed things"),
        show=(shown("shop.service"), shown("a.service", ActiveState="activating", Type="simple")),
    )
    assert read(services.read_active, files(), now) == {"a.service": "activating (auto-restart)"}


@pytest.mark.parametrize(
    ("on_disk", "properties", "expected"),
    [
        (files(), {}, "runs now, and nothing starts it at a boot"),
        (files("f\t/run/systemd/transient/a.service\t9"), {}, "runs now, made by hand (systemd-run)"),
        (
            files(f"l\t{ETC}/a.service\t/dev/null", f"l\t{ETC}/{WANTS}/a.service\tx"),
            {},
            "runs now, and is masked",
        ),
        (files(), {"WantedBy": "sleep.target"}, "runs now, and nothing starts it at a boot"),
        (files(), {"WantedBy": "multi-user.target"}, "the same after a boot"),
        (files(), {"TriggeredBy": "a.socket"}, "runs now, and nothing starts it at a boot"),
    ],
)
def test_what_runs_and_no_boot_starts_is_a_finding(
    on_disk: bytes, properties: dict[str, str], expected: str
) -> None:
    """Started by hand, masked afterwards, made by systemd-run, wanted by what is not up."""
    now = units(unit("a.service"), show=(shown("shop.service"), shown("a.service", **properties)))
    assert str(read(services.read_after_boot, on_disk, now)["a.service"]).startswith(expected)


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({"Type": "simple"}, "inactive (dead) now, and a boot starts it"),
        ({"Type": "oneshot"}, "the same after a boot"),
        ({"ConditionResult": "no", "ConditionTimestampMonotonic": "5"}, "the same after a boot"),
        ({"ConditionResult": "no", "ConditionTimestampMonotonic": "0"}, "inactive (dead) now, and a boot"),
    ],
)
def test_what_a_boot_starts_and_is_down_is_a_finding(properties: dict[str, str], expected: str) -> None:
    """Unless it is a job, or its conditions were looked at and do not hold."""
    down = {"ActiveState": "inactive", "SubState": "dead", **properties}
    now = units(show=(shown("shop.service"), shown("a.service", **down)))
    on_disk = files(f"l\t{ETC}/{WANTS}/a.service\tx")
    assert str(read(services.read_after_boot, on_disk, now)["a.service"]).startswith(expected)


def test_failed_units_are_named_and_sessions_are_not() -> None:
    """A mount that failed counts; a login that was cut off does not."""
    now = units(
        unit("srv.mount", "failed", "failed"),
        unit("session-1.scope", "failed", "failed"),
        show=(shown("shop.service"),),
    )
    assert read(services.read_failed, files(), now) == {"srv.mount": "failed"}


@pytest.mark.parametrize(
    "now",
    [
        RUNNING.replace(b"[up]\n", b"[up]\nx"),
        RUNNING.replace(b"[shown]", b"[seen]"),
        RUNNING.replace(b"loaded active", b"loaded"),
        RUNNING.replace(b"multi-user.target", b"multi-user.mount"),
        RUNNING.replace(b"Type=", b"Kind="),
        RUNNING.replace(b"LoadState=loaded", b"LoadState="),
        RUNNING.replace(b"NRestarts=0", b"ActiveEnterTimestampMonotonic=soon"),
        units(unit("shop.service")),
        units(unit("shop.service"), unit("a.service"), show=(shown("shop.service"),)),
    ],
)
def test_a_manager_that_is_not_understood_is_unmeasured(now: bytes) -> None:
    """Cut, odd, or silent about a unit that needs explaining."""
    seen = answered(files=files(FILE), units=now)
    with pytest.raises(UnmeasuredError):
        _ = services.read_required(seen, TARGET), services.read_after_boot(seen, TARGET)


@pytest.mark.parametrize(
    "on_disk",
    [b"[entries]\n\nend\n", files("x\ty"), files("f\tonly"), files("l\t/a"), files("deadbeef  /a")],
)
def test_files_that_are_not_understood_are_unmeasured(on_disk: bytes) -> None:
    """Half a listing would make enabled units look disabled."""
    with pytest.raises(UnmeasuredError):
        on_disk_of(on_disk)


@given(st.binary(), st.booleans())
def test_any_text_is_facts_or_unmeasured(answer: bytes, framed: bool) -> None:
    """Whatever a host prints makes a table or a reason, and nothing else."""
    on_disk, now = answer, answer
    if framed:
        on_disk = b"[entries]\n" + answer + b"\nend\n"
        now = b"[up]\n1.0\n[units]\n" + answer + b"\n[shown]\n" + answer + b"\nend\n"
    for reading in services.PROBE.tables.values():
        with contextlib.suppress(UnmeasuredError):
            reading.read(answered(files=on_disk, units=now), TARGET)


NAMES = st.sampled_from(["a.service", "b.socket", "c.timer", "d@x.service", "e.target"])


@given(st.sets(NAMES), st.sets(NAMES), st.sets(NAMES))
def test_every_unit_on_disk_has_one_state(on_disk: set[str], linked: set[str], masked: set[str]) -> None:
    """Masked outweighs enabled, enabled outweighs not enabled, and nothing is left out."""
    lines = [f"f\t{USR}/{name}\t9" for name in on_disk]
    lines += [f"l\t{ETC}/{WANTS}/{name}\tx" for name in linked]
    lines += [f"l\t{ETC}/{name}\t/dev/null" for name in masked]
    states = dict(on_disk_of(files(*lines)).states())
    assert states.pop(OTHER) == "not enabled"
    assert states == {
        name: "masked"
        if name in masked
        else "enabled by multi-user.target"
        if name in linked
        else "not enabled"
        for name in on_disk | linked | masked
    }


def test_real_folders_are_read(tmp_path: Path) -> None:
    """The real question: own files by line, packaged ones by digest, links as links."""
    etc, usr, elsewhere = (tmp_path / name for name in ("etc", "usr", "elsewhere"))
    for folder in (etc / "a.service.d", etc / WANTS, usr, elsewhere):
        folder.mkdir(parents=True)
    (etc / "a.service").write_text("[Unit]\nDescription=A\n", encoding="utf-8")
    (etc / "a.service.d" / "more.conf").write_text("[Service]\nNice=5", encoding="utf-8")
    (etc / WANTS / "a.service").symlink_to(etc / "a.service")
    (elsewhere / "linked.service").write_text("[Unit]\nAfter=b\n", encoding="utf-8")
    (etc / "linked.service").symlink_to(elsewhere / "linked.service")
    (etc / "masked.service").symlink_to("/dev/null")
    (usr / r"b\x2dc.service").write_text("[Unit]\n", encoding="utf-8")
    text = (
        unit_files.QUESTION.replace(ETC, str(etc))
        .replace(USR, str(usr))
        .replace("'/usr/lib/*'", f"'{usr}/*'")
    )
    done = subprocess.run(["sh", "-c", text], capture_output=True, check=True)
    found = on_disk_of(done.stdout)
    assert found.links[f"{etc}/{WANTS}/a.service"] == f"{etc}/a.service"
    assert found.links[f"{etc}/masked.service"] == "/dev/null"
    assert found.lines[f"{etc}/a.service.d/more.conf"] == ("[Service]", "Nice=5")
    assert found.lines[f"{etc}/linked.service"] == ("[Unit]", "After=b")
    assert set(found.digests) >= {rf"{usr}/b\x2dc.service"}


def test_a_program_that_its_user_may_not_execute_is_a_finding() -> None:
    """What runs was started before; it cannot be started again."""
    barred = b"1\tshop.service\tshop\t/usr/bin/gunicorn\n0\tcron.service\t\t/usr/sbin/cron\nend\n"
    answers = answered(files=files(ENABLED, FILE), units=RUNNING, programs=barred)
    assert services.read_required(answers, TARGET) == {
        "shop.service": "runs, but shop may not execute /usr/bin/gunicorn: gone when it is started again"
    }


@pytest.mark.parametrize("row", ["2\tshop.service\tshop\t/x", "1\tx"])
def test_programs_that_could_not_be_tried_are_unmeasured(row: str) -> None:
    """A user that is not known, or a test(1) that failed, is no permission."""
    with pytest.raises(UnmeasuredError, match="programs: "):
        programs.read([row])


APART = web_host(
    Policy(owner="Platform", required={"web": ("cron.service",)}, only_at_primary={"web": ("shop.service",)})
)
DOWN = {"ActiveState": "inactive", "SubState": "dead"}


def apart(table: Read, on_disk: bytes, *up: str, show: tuple[str, ...], barred: bytes = b"end\n") -> Table:
    """One table where the shop must run at the primary alone."""
    return table(answered(files=on_disk, units=units(*up, show=show), programs=barred), APART)


@pytest.mark.parametrize(
    ("on_disk", "properties", "expected"),
    [
        (files(FILE, ENABLED), {}, services.RUNS),
        (files(FILE), DOWN, services.OFF),
        (files(FILE, f"l\t{RUN}/{WANTS}/shop.service\tx"), DOWN, services.OFF),
        (files(FILE), {}, "runs now, and nothing starts it at a boot"),
        (files(FILE, ENABLED), DOWN, "inactive (dead) now, and a boot starts it"),
        (
            files(FILE),
            {**DOWN, "RequiredBy": "multi-user.target"},
            "inactive (dead) now, and a boot starts it",
        ),
        (
            files(FILE, ENABLED),
            {**DOWN, "ConditionResult": "no", "ConditionTimestampMonotonic": "5"},
            services.OFF,
        ),
        (files(FILE), {**DOWN, "TriggeredBy": "shop.socket"}, "inactive (dead) now, and started when"),
        (
            files(FILE),
            {**DOWN, "UnitFileState": "static", "BusName": "org.shop"},
            "inactive (dead) now, and started when",
        ),
        (files(f"l\t{ETC}/shop.service\t/dev/null"), {**DOWN, "LoadState": "masked"}, "masked"),
        (files(f"l\t{ETC}/shop.service\t/dev/null"), DOWN, "masked"),
        (files(), {**DOWN, "LoadState": "not-found"}, "no such unit"),
        (files(FILE), {**DOWN, "LoadState": "bad-setting"}, "cannot be loaded"),
        (files(FILE), {"ActiveState": "failed", "SubState": "failed"}, "failed (failed)"),
        (files(FILE), {"ActiveState": "activating", "SubState": "auto-restart"}, "activating (auto-restart)"),
        (files(FILE), {"ActiveState": "deactivating", "SubState": "stop"}, "deactivating (stop)"),
    ],
)
def test_a_unit_of_the_primary_is_on_there_and_ready_and_off_elsewhere(
    on_disk: bytes, properties: dict[str, str], expected: str
) -> None:
    """What is off for another reason, or not for long, or cannot be started, is neither."""
    block = shown("shop.service", **properties)
    (state,) = apart(
        services.read_only_at_primary, on_disk, unit("shop.socket", sub="listening"), show=(block,)
    ).values()
    assert str(state).startswith(expected)
    assert (state in (services.RUNS, services.OFF)) == (expected in (services.RUNS, services.OFF))


@pytest.mark.parametrize(("properties", "state"), [({}, services.RUNS), (DOWN, services.OFF)])
def test_a_unit_of_the_primary_whose_program_cannot_run_is_not_ready(
    properties: dict[str, str], state: str
) -> None:
    """The switch would find out."""
    barred = b"1\tshop.service\tshop\t/usr/bin/gunicorn\nend\n"
    on_disk = files(FILE, *([ENABLED] if state == services.RUNS else []))
    found = apart(
        services.read_only_at_primary, on_disk, show=(shown("shop.service", **properties),), barred=barred
    )
    assert found == {
        "shop.service": f"{state}, but shop may not execute /usr/bin/gunicorn: it cannot be started"
    }


def test_a_unit_that_the_manager_does_not_show_is_neither_on_nor_off() -> None:
    """Nobody looked."""
    with pytest.raises(UnmeasuredError, match=r"says nothing about shop\.service"):
        apart(services.read_only_at_primary, files(FILE), show=())


def test_a_unit_of_the_primary_leaves_only_the_tables_in_which_the_sites_must_differ() -> None:
    """Under each of its names; its definition, and that it failed, are looked at everywhere."""
    alias = f"l\t{ETC}/webshop.service\t{ETC}/shop.service"
    on_disk = files(FILE, ENABLED, alias, f"c\t{ETC}/shop.service\t[Unit]", f"f\t{ETC}/cron.service\t9")
    blocks = (shown("shop.service", Names="shop.service webshop.service"), shown("cron.service"))
    up = (unit("shop.service"), unit("cron.service"))
    for table, name in (
        (services.read_enabled, "cron.service"),
        (services.read_active, "cron.service"),
        (services.read_after_boot, None),
    ):
        found = apart(table, on_disk, *up, show=blocks)
        assert not {"shop.service", "webshop.service"} & set(found)
        assert name is None or name in found
    assert f"{ETC}/shop.service" in apart(services.read_definitions, on_disk, show=())
    failed = apart(services.read_failed, on_disk, unit("shop.service", "failed", "failed"), show=blocks)
    assert failed == {"shop.service": "failed"}
    off = apart(services.read_after_boot, on_disk, show=(shown("shop.service", **DOWN),))
    assert "shop.service" not in off


def test_units_of_the_primary_are_asked_about_although_they_are_off() -> None:
    """Any unit is shown by its name, whatever its state."""
    asks = services.ask(APART)
    for name in ("units", "programs"):
        assert asks[name].given == (("UNITS", "cron.service shop.service"),)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (
            {"required": {"web": ["a.service"]}},
            r"in both|found a.service \(web\) in both; keep it in required",
        ),
        ({"leave_out": ["a.servic?"]}, r"found a.servic\? \(a.service\); write more"),
        ({"only_at_primary": {"web": ["a"]}}, "only_at_primary"),
        ({"only_at_primary": {"web": "a.service"}}, "only_at_primary"),
        ({"only_at_primary": ["a.service"]}, "only_at_primary"),
    ],
)
def test_a_policy_that_contradicts_itself_about_the_primary_is_refused(
    changed: dict[str, object], message: str
) -> None:
    """Before any host is asked."""
    section = {"owner": "Platform", "only_at_primary": {"web": ["a.service"]}, **changed}
    with pytest.raises(ValidationError, match=message):
        Policy.model_validate_json(json.dumps(section))


def test_a_unit_may_run_at_both_sites_in_one_role_and_at_the_primary_in_another() -> None:
    """Roles are other machines."""
    named = {"required": {"db": ("a.timer",)}, "only_at_primary": {"web": ("a.timer",)}}
    assert Policy.model_validate({"owner": "Platform", **named}).only_at_primary == {"web": ("a.timer",)}


def test_a_failover_is_told_the_state_of_each_unit_that_is_up_or_promised() -> None:
    """One that is stopped and promised is told as well; of any other stopped unit nothing is known."""
    stopped = shown("shop.service", ActiveState="inactive", SubState="dead")
    now = units(unit("cron.service"), unit("broken.service", "failed", "failed"), show=(stopped,))
    assert services.read_states(answered(units=now), TARGET) == {
        "multi-user.target": "active",
        "cron.service": "active",
        "broken.service": "failed",
        "shop.service": "inactive",
    }
