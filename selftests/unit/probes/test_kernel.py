"""The kernel: settings as they are and as they are filed, modules, limits of running services."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selftests.unit.targets import answered, web_host
from siteparity.model import Table, Unmeasured, UnmeasuredError
from siteparity.probes import read_tables, services
from siteparity.probes.kernel import PROBE, Policy, ask
from siteparity.tools import conf_d, limits, modules, sysctl
from siteparity.tools.given import assigned
from siteparity.tools.systemd.unit import ONLY_AT_PRIMARY

TARGET = web_host(
    Policy(owner="Platform", services={"web": ("shop.service",)}, modules={"web": ("nf_tables",)})
)
NOW = ("./kernel/ostype:Linux", "./vm/swappiness:60", "./net/core/somaxconn:1024")


def settings(*files: str, now: tuple[str, ...] = NOW) -> sysctl.Settings:
    """What is read of an answer with these lines."""
    return sysctl.read({"files": list(files), "now": list(now)})


def filed(path: str, *texts: str) -> list[str]:
    """A file, as the question prints it."""
    return [f"file\t{path}", *(f"line\t{path}\t{text}" for text in texts)]


@pytest.mark.parametrize(
    ("lines", "state"),
    [
        (filed("/etc/sysctl.d/a.conf", "net.core.somaxconn = 1024"), "in force"),
        (filed("/etc/sysctl.d/a.conf", "net/core/somaxconn=1024"), "in force"),
        (filed("/etc/sysctl.d/a.conf", "net.core.somaxconn=512"), "is 1024, /etc/sysctl.d/a.conf says 512"),
        (filed("/etc/sysctl.d/a.conf", "net.core.somaxconn=1", "net.core.somaxconn=1024"), "in force"),
        (
            [*filed("/etc/sysctl.d/b.conf", "net.core.somaxconn=1024"),
             *filed("/usr/lib/sysctl.d/c.conf", "net.core.somaxconn=9")],
            "is 1024, /usr/lib/sysctl.d/c.conf says 9",
        ),
        (
            [*filed("/etc/sysctl.d/a.conf"), *filed("/usr/lib/sysctl.d/a.conf", "net.core.somaxconn=9")],
            None,
        ),
        (filed("/etc/sysctl.d/a.conf", "net.core.*=9"), "is 1024, /etc/sysctl.d/a.conf says 9"),
        (filed("/etc/sysctl.d/a.conf", "net.*=9"), None),
        (filed("/etc/sysctl.d/a.conf", "net.core.somaxconn=1024", "net.core.*=9"), "in force"),
        (filed("/etc/sysctl.d/a.conf", "net.core.*=9", "-net.core.somaxconn"), None),
        (filed("/etc/sysctl.d/a.conf", "# net.core.somaxconn=9", "; x=1"), None),
    ],
)  # fmt: skip
def test_files_come_to_what_systemd_makes_of_them(lines: list[str], state: str | None) -> None:
    """Names in order, hidden files, patterns, exceptions (sysctl.d(5))."""
    assert settings(*lines).persisted().get("net.core.somaxconn") == state


def test_a_setting_that_the_kernel_lacks_is_told_unless_it_may_be_missing() -> None:
    """A minus before the name says so."""
    path = "/etc/sysctl.d/a.conf"
    told = settings(*filed(path, "net.bridge.x=1", "-net.bridge.y=1")).persisted()
    assert told == {"net.bridge.x": f"the kernel has no such setting, {path} sets it"}
    assert settings().persisted() == {"sysctl.d": "nothing is set"}


def test_white_space_and_several_values_are_no_difference() -> None:
    """The kernel writes tabs, people write spaces."""
    seen = settings(
        *filed("/etc/sysctl.d/a.conf", "net.ipv4.ip_local_port_range = 1024  65535"),
        now=(*NOW, "./net/ipv4/ip_local_port_range:1024\t65535"),
    )
    assert seen.persisted() == {"net.ipv4.ip_local_port_range": "in force"}


def test_interface_names_with_dots_are_kept_apart_from_separators() -> None:
    """As sysctl(8) writes them."""
    seen = settings(
        *filed("/etc/sysctl.d/a.conf", "net/ipv4/conf/eth0.100/rp_filter = 1"),
        now=(*NOW, "./net/ipv4/conf/eth0.100/rp_filter:2"),
    )
    assert seen.persisted() == {"net.ipv4.conf.eth0/100.rp_filter": "is 2, /etc/sysctl.d/a.conf says 1"}


def test_what_hosts_compute_is_compared_only_where_a_file_sets_it() -> None:
    """A bigger machine has other defaults, which is no difference."""
    scaled = (*NOW, "./kernel/threads-max:9", "./kernel/hostname:web1", "./net/ipv4/conf/eth0/forwarding:1")
    assert set(settings(now=scaled).judged()) == {"kernel.ostype", "vm.swappiness", "net.core.somaxconn"}
    told = settings(*filed("/etc/sysctl.d/a.conf", "kernel.threads-max=9"), now=scaled)
    assert told.judged()["kernel.threads-max"] == "9"
    assert "net.core.somaxconn" not in told.judged(["net.core.*"])


@pytest.mark.parametrize(
    "now",
    [
        NOW[:1],
        (*NOW, "grep: ./vm/overcommit_memory: Permission denied"),
        (*NOW, "grep: ./vm/overcommit_memory: Operation not permitted"),
        (*NOW, "something else"),
    ],
)
def test_a_list_of_settings_that_is_not_whole_is_unmeasured(now: tuple[str, ...]) -> None:
    """A setting that may not be read is not an equal one."""
    with pytest.raises(UnmeasuredError):
        settings(now=now)


def test_a_setting_that_gives_an_error_is_a_value() -> None:
    """Some give one on every machine."""
    told = settings(now=(*NOW, "grep: ./net/x: Input/output error".replace("Input/output", "Invalid")))
    assert told.judged()["net.x"] == "cannot be read (Invalid error)"


def test_real_settings_are_read_by_a_real_shell() -> None:
    """Of this machine, against the files themselves."""
    ran = subprocess.run(["sh", "-c", sysctl.QUESTION], capture_output=True, check=True, cwd="/")
    seen = sysctl.read(answered(sysctl=ran.stdout).parts("sysctl", sysctl.PARTS))
    for name in ("vm.overcommit_memory", "net.core.somaxconn", "kernel.pid_max"):
        path = Path("/proc/sys", *name.split("."))
        assert seen.judged()[name] == path.read_text(encoding="ascii").strip()
    assert not [name for name in seen.now if "secret" in name or name.endswith("_key")]
    assert "vm.stat_refresh" not in seen.now


def modules_of(*lines: str) -> Table:
    """What is read of an answer with these lines."""
    return modules.read(lines)


def test_a_module_is_in_the_kernel_or_it_is_not() -> None:
    """Hyphen and underscore are one; built in is as good as loaded."""
    assert modules_of("wanted\tnf-tables", "has\tnf_tables") == {"nf_tables": "in the kernel"}
    path = "/etc/modules-load.d/drbd.conf"
    assert modules_of(f"file\t{path}", f"line\t{path}\tdrbd", "has\tkernel") == {
        "drbd": f"not in the kernel; {path} wants it"
    }
    assert modules_of("has\tkernel") == {"modules that are wanted": "none"}


@pytest.mark.parametrize("lines", [(), ("wanted\tx",), ("odd", "has\tx")])
def test_an_answer_about_modules_that_is_not_understood_is_unmeasured(lines: tuple[str, ...]) -> None:
    """A kernel without modules at all was not read."""
    with pytest.raises(UnmeasuredError):
        modules_of(*lines)


PROCESS = """\
Limit                     Soft Limit           Hard Limit           Units
Max cpu time              unlimited            unlimited            seconds
Max file size             unlimited            unlimited            bytes
Max data size             unlimited            unlimited            bytes
Max stack size            8388608              unlimited            bytes
Max core file size        0                    unlimited            bytes
Max processes             8192                 8192                 processes
Max open files            1024                 16384                files
Max locked memory         8388608              8388608              bytes
Max address space         unlimited            unlimited            bytes
Max nice priority         0                    0
"""
MANAGER = PROCESS.replace("1024                 16384", "16384                16384")
UNIT = "LoadState=loaded\nMainPID=31\n" + "".join(
    f"Limit{name}={hard}\nLimit{name}Soft={soft}\n"
    for name, soft, hard in (
        ("AS", "infinity", "infinity"), ("CORE", "0", "infinity"), ("DATA", "infinity", "infinity"),
        ("FSIZE", "infinity", "infinity"), ("MEMLOCK", "8388608", "8388608"), ("NOFILE", "1024", "524288"),
        ("NPROC", "8192", "8192"), ("STACK", "8388608", "infinity"),
    )
)  # fmt: skip


def limits_of(unit: str = UNIT, process: str = PROCESS, manager: str = MANAGER) -> limits.Limits:
    """What is read of these three parts."""
    texts = {"unit": unit, "service": process, "manager": manager}
    found = limits.read({part: text.split("\n") for part, text in texts.items()})
    if found is None:
        raise UnmeasuredError("it does not run")
    return found


def test_a_limit_that_systemd_cannot_give_is_in_force_as_far_as_it_can() -> None:
    """In a container it has less to give than the unit says."""
    assert set(limits_of().in_force().values()) == {"as its unit says"}
    assert limits_of().shown()["open files"] == "soft 1024, hard 16384"


@pytest.mark.parametrize(
    ("running", "state"),
    [
        ("1024                 16384", "as its unit says"),
        ("4096                 16384", "as its unit says"),
        ("512                  16384", "runs with soft 512, hard 16384; its unit says soft 1024, hard 16384"),
        ("1024                 8192", "runs with soft 1024, hard 8192; its unit says soft 1024, hard 16384"),
        (
            "unlimited            unlimited",
            "runs with soft none, hard none; its unit says soft 1024, hard 16384",
        ),
    ],
)
def test_a_running_service_is_held_against_its_unit(running: str, state: str) -> None:
    """It may raise its own soft limit, and nothing else."""
    seen = limits_of(process=PROCESS.replace("1024                 16384", running))
    assert seen.in_force()["open files"] == state


@pytest.mark.parametrize("program", ["apache2", "haproxy", "memcached", "gunicorn"])
def test_a_limit_that_a_program_computes_for_itself_is_no_difference(program: str) -> None:
    """HAProxy has one for each server behind it, and sites may have different numbers of these."""
    running = PROCESS.replace("1024                 16384", "4043                 8192")
    seen = limits_of(unit=f"{UNIT}\nProgram={program}", process=running)
    is_own = program != "gunicorn"
    assert (seen.in_force()["open files"] == limits.IN_FORCE) == is_own
    assert seen.shown()["open files"] == ("set by the program itself" if is_own else "soft 4043, hard 8192")


def test_a_default_that_comes_from_the_machines_memory_is_no_difference() -> None:
    """A bigger machine lets everybody start more processes."""
    assert limits_of().shown()["processes"] == "the machine's own"
    lower = limits_of(process=PROCESS.replace("8192                 8192", "100                  100"))
    assert lower.shown()["processes"] == "soft 100, hard 100"


@pytest.mark.parametrize(
    ("unit", "process"),
    [
        (UNIT.replace("loaded", "not-found"), PROCESS),
        (UNIT.replace("LimitNOFILESoft", "Other"), PROCESS),
        (UNIT.replace("524288", "many"), PROCESS),
        (UNIT, PROCESS.replace("Max open files", "Max open")),
        (UNIT, ""),
    ],
)
def test_limits_that_are_not_told_are_unmeasured(unit: str, process: str) -> None:
    """A limit that nobody told is not an equal one."""
    with pytest.raises(UnmeasuredError):
        limits_of(unit, process)


IDLE = b"[unit]\nLoadState=loaded\nMainPID=0\n[service]\n[manager]\nend\n"
RUNNING = f"[unit]\n{UNIT}[service]\n{PROCESS}\n[manager]\n{PROCESS}\nend\n".encode()
APART = replace(
    TARGET, needed=services.Policy(owner="Platform", only_at_primary={"web": ("shop.service", "a.timer")})
)


@pytest.mark.parametrize("answer", [IDLE, "exit 1: no such process"])
def test_a_service_that_does_not_run_leaves_its_limits_unmeasured(answer: bytes | str) -> None:
    """That it should run is another aspect's to say."""
    none = answered(**{"limits:shop.service": answer})
    facts = read_tables(PROBE.readings(), none, TARGET, ("web",))
    for table in ("limits", "limits_in_force"):
        found = facts[table]
        assert isinstance(found, Unmeasured)
        assert "shop.service" in found.reason
    assert "limits:shop.service" in ask(TARGET)


def test_the_limits_of_a_service_of_the_primary_are_judged_where_it_runs() -> None:
    """And compared with no other, since no other runs."""
    of_target = {
        answer: read_tables(PROBE.readings(), answered(**{"limits:shop.service": answer}), APART, ("web",))
        for answer in (IDLE, RUNNING)
    }
    assert of_target[IDLE]["limits"] == of_target[RUNNING]["limits"] == {"shop.service": ONLY_AT_PRIMARY}
    assert of_target[IDLE]["limits_in_force"] == {"shop.service": ONLY_AT_PRIMARY}
    in_force = of_target[RUNNING]["limits_in_force"]
    assert not isinstance(in_force, Unmeasured)
    assert in_force["shop.service open files"] == limits.IN_FORCE


def test_a_service_of_the_primary_that_is_not_there_is_unmeasured() -> None:
    """Off is something else."""
    gone = IDLE.replace(b"loaded", b"not-found")
    facts = read_tables(PROBE.readings(), answered(**{"limits:shop.service": gone}), APART, ("web",))
    assert isinstance(facts["limits_in_force"], Unmeasured)


def test_the_question_about_a_service_that_does_not_run_is_answered(tmp_path: Path) -> None:
    """By the real program, with a systemctl that knows no process."""
    (tmp_path / "systemctl").write_text("#!/bin/sh\nprintf 'LoadState=loaded\\nMainPID=0\\n'\n")
    (tmp_path / "systemctl").chmod(0o755)
    ran = subprocess.run(
        ["sh", "-c", assigned(UNIT=["shop.service"]) + limits.QUESTION],
        capture_output=True, check=True, env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
    )  # fmt: skip
    assert limits.read(answered(limits=ran.stdout).parts("limits", limits.PARTS)) is None


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    """One declared exception and no other."""
    for read in (
        lambda: sysctl.read({"files": text.split("\n"), "now": text.split("\n")}),
        lambda: modules.read(text.split("\n")),
        lambda: limits_of(unit=text),
        lambda: limits_of(process=text),
        lambda: dict(conf_d.settings(text.split("\n"))),
    ):
        try:
            read()
        except UnmeasuredError:
            continue
