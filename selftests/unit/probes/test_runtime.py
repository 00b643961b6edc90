"""What runs is held against what is installed and configured."""

from __future__ import annotations

import contextlib
import itertools
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selftests.unit.targets import answered, web_host
from siteparity.model import UnmeasuredError
from siteparity.probes import runtime, services
from siteparity.tools.running import deleted, deployed, kernel, manager_environment, reloads, settings
from siteparity.tools.systemd.unit import ONLY_AT_PRIMARY

SECTION = runtime.Policy(
    owner="Platform",
    services={"web": ("shop.service",)},
    environment={"web": ("shop.service",)},
    leave_out_variables=("SHOP_SESSION_URL",),
)
KEY = "5e" * 32
TARGET = web_host(SECTION)

DEBIAN = "6.1.0-28-amd64"
VERSION = (
    f"Linux version {DEBIAN} (debian-kernel@lists.debian.org) (gcc-12 (Debian 12.2.0-14) 12.2.0, GNU ld (GNU "
    "Binutils for Debian) 2.40) #1 SMP PREEMPT_DYNAMIC Debian 6.1.119-1 (2024-11-22)"
)


def running(
    *kernels: str, release: str = DEBIAN, version: str = VERSION, container: str = "", packages: str = ""
) -> bytes:
    """The answer about the kernel."""
    found = "".join(f"{path}\n" for path in kernels)
    text = f"[release]\n{release}\n[version]\n{version}\n[container]\n{container}[kernels]\n{found}"
    return f"{text}[packages]\n{packages}end\n".encode()


def state(answer: bytes, expected: Literal["installed", "brought"] = "installed") -> str:
    """What is said of the running kernel."""
    section = SECTION.model_copy(update={"kernel": expected})
    table = runtime.read_kernel(answered(kernel=answer), web_host(section))
    return str(table["the running kernel"])


BOOT = "/boot/vmlinuz-"


@pytest.mark.parametrize(
    ("kernels", "expected"),
    [
        ((f"{BOOT}{DEBIAN}",), runtime.NEWEST),
        ((f"{BOOT}{DEBIAN}", f"{BOOT}6.1.0-9-amd64"), runtime.NEWEST),
        ((f"{BOOT}{DEBIAN}", f"{BOOT}6.1.0-31-amd64"), f"{DEBIAN}, a boot starts 6.1.0-31-amd64"),
        (
            (f"{BOOT}6.1.0-31-amd64",),
            f"{DEBIAN}, which is not installed any more; a boot starts 6.1.0-31-amd64",
        ),
        ((f"{BOOT}{DEBIAN}", f"{BOOT}6.1.0-31-rt-amd64"), runtime.NEWEST),
        ((f"{BOOT}{DEBIAN}", f"{BOOT}0-rescue-abc", f"{BOOT}6.1.0-31-amd64.old"), runtime.NEWEST),
        ((f"/usr/lib/modules/{DEBIAN}/vmlinuz",), runtime.NEWEST),
        ((f"/efi/{'a' * 32}/{DEBIAN}/linux", f"/efi/{'a' * 32}/6.12.9-amd64/linux"), "6.12.9-amd64"),
        ((f"/boot/efi/EFI/Linux/{'a' * 32}-{DEBIAN}.efi",), runtime.NEWEST),
        ((f"/efi/EFI/Linux/debian-{DEBIAN}+3-0.efi",), runtime.NEWEST),
    ],
)
def test_the_running_kernel_is_held_against_the_newest_one(kernels: tuple[str, ...], expected: str) -> None:
    """Wherever a boot loader finds them; numbers count as numbers, another flavour is another kernel."""
    assert expected in state(running(*kernels))


@pytest.mark.parametrize(
    ("package", "expected"),
    [
        (f"linux-image-{DEBIAN} 6.1.119-1 installed\n", runtime.NEWEST),
        (f"linux-image-{DEBIAN} 6.1.124-1 installed\n", "an older build than the installed 6.1.124-1"),
        (f"linux-image-{DEBIAN} 6.1.124-1 config-files\n", runtime.NEWEST),
        ("", runtime.NEWEST),
    ],
)
def test_a_new_build_of_the_same_release_is_another_kernel(package: str, expected: str) -> None:
    """Debian mends a kernel without changing its name."""
    assert state(running(f"{BOOT}{DEBIAN}", packages=package)) == expected


def test_a_machine_without_a_kernel_is_told_apart() -> None:
    """A container's is its host's; a hypervisor may bring one; else nobody knows what a boot starts."""
    assert state(running(container="podman\n")) == runtime.CONTAINER
    assert state(running(), "brought") == runtime.BROUGHT
    with pytest.raises(UnmeasuredError, match="not known"):
        state(running())


def test_another_build_is_another_kernel_at_the_other_site() -> None:
    """The release alone does not tell."""
    one = runtime.read_release(answered(kernel=running()), TARGET)
    mended = VERSION.replace("6.1.119-1", "6.1.124-1")
    other = runtime.read_release(answered(kernel=running(version=mended)), TARGET)
    assert one["release"] == other["release"]
    assert one["build"] != other["build"]


@pytest.mark.parametrize(
    "names",
    [
        ["6.1.0-9-amd64", "6.1.0-28-amd64", "6.12.9-amd64"],
        ["5.15.0-91-generic", "5.15.0-100-generic"],
        ["6.13~rc4-amd64", "6.13-amd64"],
        ["4.18.0-513.9.1.el8_9.x86_64", "4.18.0-513.24.1.el8_9.x86_64"],
    ],
)
def test_releases_are_ordered_as_dpkg_orders_versions(names: list[str]) -> None:
    """The oracle is dpkg itself."""
    for older, newer in itertools.pairwise(names):
        subprocess.run(["dpkg", "--compare-versions", older, "lt", newer], check=True)
        paths = [f"{BOOT}{one}" for one in (newer, older)]
        version = VERSION.replace(DEBIAN, older)
        assert newer in state(running(*paths, release=older, version=version))


@pytest.mark.parametrize(
    "answer",
    [
        running(release="x"),
        running(version="Linux version 5"),
        running(packages="x y\n"),
    ],
)
def test_a_kernel_that_is_not_understood_is_unmeasured(answer: bytes) -> None:
    """No kernel is not the newest one."""
    with pytest.raises(UnmeasuredError):
        kernel.read(answered(kernel=answer).parts("kernel", kernel.PARTS))


def mapping(path: str, pid: int = 7) -> str:
    """A mapping of code that is deleted, as grep prints it."""
    return f"m\t/proc/{pid}/maps:7f0000000000-7f0000001000 r-xp 00001000 00:2f 12345      {path} (deleted)"


def unit_of(group: str, pid: int = 7) -> str:
    """A line of a process's control groups."""
    return f"u\t{pid}\t{group}"


LIBRARY = "/usr/lib/x86_64-linux-gnu/libssl.so.3"


@pytest.mark.parametrize(
    "group", ["0::/system.slice/shop.service", "1:name=systemd:/system.slice/shop.service"]
)
def test_a_service_with_a_replaced_library_is_told(group: str) -> None:
    """In both ways in which the kernel names a unit."""
    found = deleted.read([mapping(LIBRARY), unit_of(group), unit_of("3:cpu:/x.service")])
    assert found == {"shop.service": f"runs code that was replaced: {LIBRARY}"}


@pytest.mark.parametrize(
    ("path", "group"),
    [
        ("/memfd:jit", "0::/system.slice/shop.service"),
        ("/dev/zero", "0::/system.slice/shop.service"),
        ("/tmp/ffiXYZ", "0::/system.slice/shop.service"),  # noqa: S108  # a path in an answer
        (LIBRARY, "0::/user.slice/user-0.slice/session-3.scope"),
        (LIBRARY, "0::/user.slice/user-0.slice/user@0.service/app.slice/x.service"),
        (LIBRARY, "0::/machine.slice/libpod-1.scope"),
    ],
)
def test_what_harms_nobody_is_left_out(path: str, group: str) -> None:
    """Compilers at run time, logins that are older than an upgrade, containers."""
    assert deleted.read([mapping(path), unit_of(group)]) == {}


def test_a_service_that_only_a_boot_restarts_is_told_apart() -> None:
    """No upgrade restarts the message bus, and a failover does not either."""
    answer = "\n".join([mapping(LIBRARY), unit_of("0::/system.slice/dbus.service"), "end", ""])
    assert runtime.read_deleted(answered(deleted=answer.encode()), TARGET) == {
        "dbus.service": "replaced code until the next boot"
    }


@pytest.mark.parametrize(
    ("kernels", "newest"),
    [
        (("5.14.0-427.13.1.el9_4.x86_64", "5.14.0-503.11.1.el9_5.x86_64"), "5.14.0-503.11.1.el9_5.x86_64"),
        (("5.14.0-70.el9.x86_64", "5.14.0-427.13.1.el9_4.x86_64"), "5.14.0-427.13.1.el9_4.x86_64"),
        (("5.14.0-70.el9.x86_64", "5.14.0-427.13.1.el9_4.x86_64+debug"), runtime.NEWEST),
    ],
)
def test_a_kernel_of_the_next_minor_release_is_newer(kernels: tuple[str, str], newest: str) -> None:
    """Red Hat names the minor release in the kernel's own."""
    said = state(
        running(
            *(f"{BOOT}{one}" for one in kernels),
            release=kernels[0],
            version=f"Linux version {kernels[0]} (x)",
        )
    )
    assert said.endswith(newest)


def test_the_manager_itself_counts() -> None:
    """It is not restarted by an upgrade of its libraries."""
    assert "the manager" in deleted.read([mapping(LIBRARY), unit_of("0::/init.scope")])


def test_nothing_replaced_is_said_in_so_many_words() -> None:
    """An empty table proves nothing."""
    assert runtime.read_deleted(answered(deleted=b"end\n"), TARGET) == {"services with replaced code": "none"}


@pytest.mark.parametrize("line", ["m\tx", "u\t7", "what"])
def test_mappings_that_are_not_understood_are_unmeasured(line: str) -> None:
    """Half a list would hide a service."""
    with pytest.raises(UnmeasuredError):
        deleted.read([line])


def shown(**needs: str) -> Mapping[str, list[str]]:
    """The answer about units."""
    units = "\n".join(
        f"Id={unit}.service\nLoadState=loaded\nNeedDaemonReload={said}\n" for unit, said in needs.items()
    )
    return {"shown": units.split("\n")}


def test_an_edited_unit_is_told_whether_it_is_required_or_not() -> None:
    """What is required is always named, other units only when they were edited."""
    assert reloads.read(shown(shop="no", cron="yes", ssh="no"), ["shop.service"]) == {
        "shop.service": reloads.READ,
        "cron.service": reloads.NEEDED,
    }


@pytest.mark.parametrize("parts", [{"shown": []}, shown(shop="maybe"), {"shown": ["Id=x"]}, {"shown": ["x"]}])
def test_units_that_are_not_understood_are_unmeasured(parts: Mapping[str, list[str]]) -> None:
    """No answer is not "as read"."""
    with pytest.raises(UnmeasuredError):
        reloads.read(parts, ["shop.service"])


def test_variables_of_the_service_manager_are_told_but_for_those_of_its_host() -> None:
    """A container engine gives each host its own name; languages and zones have aspects of their own."""
    of_others = ["LANG=de_DE.UTF-8", "TZ=UTC", "container=podman", "HOSTNAME=web1"]
    given = [*of_others, "PATH=/usr/bin", "A=x y", "B=$'1\\n2'"]
    assert list(manager_environment.read(given)) == ["PATH=/usr/bin", "A=x y", "B=$'1\\n2'"]
    table = runtime.read_handed_on(answered(manager="\n".join([*given, "end", ""]).encode()), TARGET)
    variables = dict.fromkeys(manager_environment.read(given), "set")
    assert table == {"variables for every service": "looked at"} | variables


@pytest.mark.parametrize("lines", [(), ("No D-Bus",)])
def test_variables_that_are_not_understood_are_unmeasured(lines: tuple[str, ...]) -> None:
    """A manager without a single variable was not asked."""
    with pytest.raises(UnmeasuredError):
        manager_environment.read(lines)


def ask_perl(
    tmp_path: Path, files: str, environment: str = "", own: dict[str, str] | None = None, age: float = 0
) -> str:
    """What the real program says of this process's child, started with the variables of ``own``.

    The file is older than the child by so many seconds; written after its start if by none.
    """
    file = tmp_path / "env"
    file.write_text(files, encoding="utf-8")
    time.sleep(age)
    sleeper = subprocess.Popen(["sleep", "60"], env=own or {"PATH": os.environ["PATH"]})
    if not age:
        file.write_text(files, encoding="utf-8")
    try:
        text = settings.question("shop.service")
        program = text[
            text.index("<<'END_OF_PROGRAM'\n") + len("<<'END_OF_PROGRAM'\n") : -len("END_OF_PROGRAM\n")
        ]
        seen = {
            "PATH": "/usr/bin:/bin",
            "MAIN": str(sleeper.pid),
            "SITEPARITY_KEY": KEY,
            "KNOWN": "shop",
            "SHOWN": f"Environment={environment}\nEnvironmentFiles={file} (ignore_errors=no)",
        }
        done = subprocess.run(
            ["perl", "-"], input=program.encode(), env=seen, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.decode()
    finally:
        sleeper.kill()
        sleeper.wait()


def rows(text: str) -> list[str]:
    """The lines of an answer."""
    return answered(settings=text.encode()).rows("settings")


def states(text: str) -> dict[str, str]:
    """Variable -> state."""
    found = settings.read(rows(text))
    assert not isinstance(found, str)
    return {one.name: one.state for one in found.variables}


def test_a_setting_is_held_against_the_running_process(tmp_path: Path) -> None:
    """Edited, added, removed, and left alone."""
    own = {"PATH": "/bin", "A": "1", "B": "2", "GONE": "x", "INVOCATION_ID": "abc", "LANG": "C"}
    found = states(ask_perl(tmp_path, "# c\n\nA=1\nB=other\nNEW='x y'\n", own=own))
    assert found == {
        "A": settings.RUNNING,
        "B": settings.STATES["differs"],
        "NEW": settings.STATES["unset"],
        "GONE": settings.STATES["stale"],
    }


TITLE = "import setproctitle, sys; setproctitle.setproctitle('t' * int(sys.argv[1])); sys.stdin.read()"
"""A program that shows a title of its own, as php-fpm, PostgreSQL and gunicorn do."""


def titled(
    tmp_path: Path, files: str, own: dict[str, str], *, length: int, age: float
) -> subprocess.CompletedProcess[str]:
    """What the real program says of a process with such a title, whose file is older than itself, or not."""
    file = tmp_path / "env"
    if age > 0:
        file.write_text(files, encoding="utf-8")
        time.sleep(age)
    asking = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", TITLE, str(length)], env=own, stdin=asking) as process:
        try:
            wait_for(lambda: b"ttt" in Path(f"/proc/{process.pid}/cmdline").read_bytes())
            if age <= 0:
                file.write_text(files, encoding="utf-8")
            text = settings.question("shop.service").partition("<<'END_OF_PROGRAM'\n")[2]
            shown = f"Environment=\nEnvironmentFiles={file} (ignore_errors=no)\nFragmentPath=/etc/hostname"
            return subprocess.run(
                ["perl", "-"], input=text.removesuffix("END_OF_PROGRAM\n"), text=True, capture_output=True,
                env={
                    "PATH": "/usr/bin:/bin", "MAIN": str(process.pid), "SITEPARITY_KEY": KEY, "KNOWN": "shop",
                    "SHOWN": shown,
                }, check=False,
            )  # fmt: skip
        finally:
            process.kill()


def wait_for(happened: Callable[[], bool]) -> None:
    """Wait until it is so, ten seconds at most."""
    until = time.monotonic() + 10
    while not happened():
        assert time.monotonic() < until
        time.sleep(0.02)


@pytest.mark.parametrize("length", [3, 200, 5000])
def test_a_process_that_wrote_its_title_over_its_environment_is_judged_by_its_files(
    tmp_path: Path, length: int
) -> None:
    """They are older than it is, so it was started with what they say; also if a part is still there."""
    own = {"LANG": "C", "A": "1", "PATH": os.environ["PATH"], "INVOCATION_ID": "abc", "PADDING": "x" * 400}
    done = titled(tmp_path, "A=1\nB=2\n", own, length=length, age=2.2)
    assert done.returncode == 0, done.stderr
    assert states(done.stdout) == {"A": settings.RUNNING, "B": settings.RUNNING}


def test_a_process_with_a_title_whose_files_were_changed_since_is_unmeasured(tmp_path: Path) -> None:
    """Nobody can see what it was started with; a restart mends that."""
    own = {"LANG": "C", "A": "1", "PATH": os.environ["PATH"]}
    done = titled(tmp_path, "A=2\n", own, length=5000, age=0)
    assert done.returncode != 0
    assert f"{tmp_path}/env was changed since it started: restart the service" in done.stderr


@pytest.mark.parametrize(
    "name", ["HAPROXY_MWORKER", "HAPROXY_LOCALPEER", "APACHE_RUN_USER", "APACHE_LOG_DIR"]
)
def test_what_a_program_sets_for_itself_is_not_configured_and_right(tmp_path: Path, name: str) -> None:
    """One that the files set is judged all the same."""
    assert states(ask_perl(tmp_path, "A=1\n", own={"A": "1", name: "x"})) == {"A": settings.RUNNING}
    found = states(ask_perl(tmp_path, f"{name}=y\n", own={"A": "1", name: "x"}))
    assert found == {"A": settings.STATES["stale"], name: settings.STATES["differs"]}


@pytest.mark.parametrize(
    ("first", "more"),
    [("#!/bin/sh", False), ("#! /usr/bin/env bash", False), ("#!/usr/bin/python3", True), ("\x7fELF", True)],
)
def test_a_shell_script_that_starts_a_service_may_set_more(tmp_path: Path, first: str, more: bool) -> None:
    """As apachectl and catalina.sh do; a program that is told what it gets is held to that."""
    script = tmp_path / "start"
    script.write_text(f"{first}\n", encoding="utf-8")
    started = f"\nExecStart={{ path={script} ; argv[]={script} -D ; ignore_errors=no }}"
    found = states(ask_perl(tmp_path, "A=1\nB=2\n", started, own={"A": "1", "B": "3", "CATALINA_HOME": "/x"}))
    stale = {"CATALINA_HOME": settings.STATES["stale"]} if more else {}
    assert found == {"A": settings.RUNNING, "B": settings.STATES["differs"], **stale}


@pytest.mark.parametrize(
    ("first", "age", "state"),
    [("#!/bin/sh", 2.2, "same"), ("#!/bin/sh", 0, "unset"), ("\x7fELF", 2.2, "unset")],
)
def test_a_shell_script_that_starts_a_service_may_take_a_variable_away(
    tmp_path: Path, first: str, age: float, state: str
) -> None:
    """As apachectl does with APACHE_STARTED_BY_SYSTEMD; one that was added since is not there yet."""
    script = tmp_path / "start"
    script.write_text(f"{first}\n", encoding="utf-8")
    started = f"\nExecStart={{ path={script} ; argv[]={script} -D ; ignore_errors=no }}"
    found = states(ask_perl(tmp_path, "A=1\nBY=x\n", started, own={"A": "1", "LANG": "C"}, age=age))
    assert found == {"A": settings.RUNNING, "BY": settings.STATES[state]}


def test_a_service_without_a_variable_runs_as_configured(tmp_path: Path) -> None:
    """PHP-FPM and others read files of their own; nothing is unknown of such a service."""
    text = ask_perl(tmp_path, "", own={"LANG": "C"})
    answers = answered(**{"settings-shop.service": text.encode()})
    assert runtime.read_settings(answers, TARGET) == {"shop.service": settings.RUNNING}
    assert runtime.read_values(answers, TARGET) == {"shop.service": "no variable"}


def test_a_file_wins_over_the_unit(tmp_path: Path) -> None:
    """systemd.exec(5): files are read after ``Environment=``."""
    own = {"A": "file", "Q": "two words"}
    assert set(states(ask_perl(tmp_path, "A=file\n", 'A=unit "Q=two words"', own)).values()) == {
        settings.RUNNING
    }


def test_values_are_shown_without_secrets(tmp_path: Path) -> None:
    """They are compared between the sites, and stand in reports."""
    text = ask_perl(tmp_path, "URL=redis://u:topsecret@h/0\nAPI_TOKEN=topsecret\nL=en,de\n")
    found = settings.read(rows(text))
    assert not isinstance(found, str)
    assert {one.name: one.shown for one in found.variables} == {
        "URL": "redis://u:***@h/0",
        "API_TOKEN": "***",
        "L": "en,de",
    }
    assert "topsecret" not in text


def test_what_a_value_hides_is_compared_by_a_keyed_hash(tmp_path: Path) -> None:
    """Whatever its name; unless ``secrets`` compares the file from which it comes."""
    texts = [ask_perl(tmp_path, f"MODE={mode}\nLOG_LEVEL=debug\n") for mode in ("hunter2", "hunter3")]
    tables = [
        runtime.read_hidden(answered(**{"settings-shop.service": text.encode()}), TARGET) for text in texts
    ]
    assert set(tables[0]) == {"what variables hide", "shop.service: MODE"}
    assert tables[0] != tables[1]
    assert "hunter" not in f"{texts} {tables}"
    judged = replace(TARGET, hashed=lambda: (str(tmp_path / "env"),))
    answers = answered(**{"settings-shop.service": texts[0].encode()})
    assert set(runtime.read_hidden(answers, judged)) == {"what variables hide"}
    files = [set(runtime.read_changed(answers, target)) for target in (TARGET, judged)]
    assert files[0] - files[1] == {str(tmp_path / "env")}


def test_what_another_aspect_judges_is_left_out() -> None:
    """One mistake is told once."""
    text = b"SHOP_SESSION_URL\tdiffers\tx\t\t-\nLC_ALL\tdiffers\tx\t\t-\nSHOP_SITE\tsame\tdallas\t\t-\nend\n"
    answers = answered(**{"settings-shop.service": text})
    assert runtime.read_settings(answers, TARGET) == {"shop.service: SHOP_SITE": settings.RUNNING}
    assert runtime.read_values(answers, TARGET) == {"shop.service: SHOP_SITE": "dallas"}


def test_a_service_that_does_not_run_has_no_settings_in_force() -> None:
    """It is a finding where it must run, and leaves the values unknown."""
    answers = answered(**{"settings-shop.service": b"not running\nend\n"})
    assert runtime.read_settings(answers, TARGET) == {"shop.service": "not running"}
    with pytest.raises(UnmeasuredError, match=r"shop\.service is not running"):
        runtime.read_values(answers, TARGET)


OF_PRIMARY = services.Policy(owner="Platform", only_at_primary={"web": ("shop.service",)})


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (b"not running\nend\n", {"shop.service": ONLY_AT_PRIMARY}),
        (b"not loaded\nend\n", {"shop.service": "not loaded"}),
        (b"A\tdiffers\t1\t\t-\nend\n", {"shop.service: A": settings.STATES["differs"]}),
    ],
)
def test_the_settings_of_a_service_of_the_primary_are_judged_where_it_runs(
    said: bytes, expected: dict[str, str]
) -> None:
    """And compared with no other."""
    target = replace(TARGET, needed=OF_PRIMARY)
    answers = answered(**{"settings-shop.service": said})
    assert runtime.read_settings(answers, target) == expected
    assert runtime.read_values(answers, target) == {"shop.service": ONLY_AT_PRIMARY}


@pytest.mark.parametrize(
    "lines",
    [
        ("A\tsame",),
        ("A\tgood\tx\t\t-",),
        ("A\tsame\tx\t\tk1",),
        ("not running", "A\tsame\tx\t\t-"),
        ("stopped",),
    ],
)
def test_settings_that_are_not_understood_are_unmeasured(lines: tuple[str, ...]) -> None:
    """And the reason repeats no value."""
    with pytest.raises(UnmeasuredError):
        settings.read(lines)


DEPLOYED = runtime.Deployed(service="shop.service", file="/srv/shop/VERSION")
WITH_RELEASE = web_host(SECTION.model_copy(update={"deployed": {"web": (DEPLOYED,)}}))
SEVERAL = web_host(
    SECTION.model_copy(
        update={
            "environment": {"web": ("shop.service", "jobs.service")},
            "deployed": {"web": (DEPLOYED, DEPLOYED.model_copy(update={"service": "jobs.service"}))},
        }
    )
)
STAT = "1 (x) S " + " ".join(["0"] * 18) + " {} 0"
STARTED = (
    "[unit]\nLoadState=loaded\nMainPID=7\n"
    f"[started]\n{STAT.format(5000)}\n{STAT.format(4900)}\n1002.000000000\n"
)


@pytest.mark.parametrize(
    ("newer", "expected"),
    [
        ("", runtime.AFTER_DEPLOYMENT),
        ("link /srv/shop/lib\n", runtime.AFTER_DEPLOYMENT),
        (
            "link /srv/shop/lib\nnewer /srv/shop/web.py\n",
            "is older than /srv/shop/web.py: it runs what was there before",
        ),
        (
            "link /srv/shop/lib\nsetting /etc/shop/shop.toml\n",
            "was started before its settings were last changed: /etc/shop/shop.toml",
        ),
        ("gone /etc/shop/*.toml\n", "has no file with its settings: /etc/shop/*.toml"),
    ],
)
def test_a_service_that_is_older_than_its_code_runs_what_was_there_before(newer: str, expected: str) -> None:
    """The files are the same at both sites, and what customers meet is not."""
    answer = f"{STARTED}[newer]\n{newer}end\n".encode()
    assert runtime.read_started(answered(started=answer), WITH_RELEASE) == {"shop.service": expected}


def test_each_of_several_services_is_looked_at() -> None:
    """One that is older than its code is not hidden by the others."""
    assert {"started", "started-1", "settings-jobs.service"} <= set(runtime.ask(SEVERAL))
    current = f"{STARTED}[newer]\nend\n".encode()
    older = f"{STARTED}[newer]\nnewer /srv/shop/web.py\nend\n".encode()
    said = runtime.read_started(answered(**{"started": current, "started-1": older}), SEVERAL)
    assert said["shop.service"] == runtime.AFTER_DEPLOYMENT
    assert str(said["jobs.service"]).startswith("is older than /srv/shop/web.py")


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_service_that_two_roles_name_is_as_old_as_the_worse_of_both(order: tuple[int, int]) -> None:
    """Each role may name other code of it."""
    other = DEPLOYED.model_copy(update={"file": "/srv/jobs/VERSION"})
    target = web_host(SECTION.model_copy(update={"deployed": {"web": (DEPLOYED, other)}}))
    states = (b"", b"newer /srv/jobs/VERSION\n")
    texts = [f"{STARTED}[newer]\n".encode() + states[one] + b"end\n" for one in order]
    said = runtime.read_started(answered(**dict(zip(("started", "started-1"), texts, strict=True))), target)
    assert str(said["shop.service"]).startswith("is older than /srv/jobs/VERSION")


@pytest.mark.parametrize(
    "damaged",
    [
        b"",
        STARTED.encode(),
        f"{STARTED}[newer]\n".encode(),
        f"{STARTED}[newer]\nend".encode(),
        f"{STARTED}[newer]\nolder /srv/shop\nend\n".encode(),
        f"{STARTED}[newer]\nsetting\nend\n".encode(),
        f"{STARTED}[newer]\ngone shop.toml\nend\n".encode(),
        f"{STARTED[: STARTED.index('1 (x)')]}1002.000000000\n[newer]\nend\n".encode(),
        b"[newer]\nend\n",
    ],
)
def test_an_answer_about_the_release_that_is_not_understood_is_unmeasured(damaged: bytes) -> None:
    """Nothing newer was found only where somebody looked to the end."""
    with pytest.raises(UnmeasuredError):
        runtime.read_started(answered(started=damaged), WITH_RELEASE)


def test_a_service_that_does_not_run_is_not_older_than_anything() -> None:
    """It says why it has no process."""
    answer = b"[unit]\nLoadState=loaded\nMainPID=0\n[started]\n[newer]\nend\n"
    assert runtime.read_started(answered(started=answer), WITH_RELEASE) == {"shop.service": "not running"}
    apart = replace(WITH_RELEASE, needed=OF_PRIMARY)
    assert runtime.read_started(answered(started=answer), apart) == {"shop.service": ONLY_AT_PRIMARY}
    gone = answered(started=answer.replace(b"loaded", b"not-found"))
    assert runtime.read_started(gone, apart) == {"shop.service": "the unit is not-found"}


def _write(path: Path) -> None:
    """Written anew, and given its old time again."""
    before = path.stat()
    path.write_text("x", encoding="utf-8")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def _relink(path: Path) -> None:
    """A link leads to the release before."""
    path.unlink()
    path.symlink_to("releases/1")


def _renamed(path: Path) -> None:
    """A folder with old files is put in place."""
    path.rename(path.with_name("kept"))
    path.with_name("spare").rename(path)


def _second_name(path: Path) -> None:
    """The next release shares what did not change."""
    path.with_name("second").hardlink_to(path)


@pytest.mark.parametrize(
    ("path", "change", "found"),
    [
        ("releases/2/VERSION", _write, "current/VERSION"),
        ("releases/2/shop/web.py", _write, "current/shop/web.py"),
        ("current", _relink, "current"),
        ("releases/2/shop", _renamed, "current/shop"),
        ("releases/2/jobs", _relink, "current/jobs"),
        ("elsewhere/job.py", _write, "current/jobs/job.py"),
        ("venv/lib.py", _write, "venv/lib.py"),
        ("releases/2/shop/__pycache__", Path.mkdir, None),
        ("releases/2/shop/web.pyc", Path.touch, None),
        ("releases/2/uploads/one", Path.touch, None),
        ("releases/2/shop/web.py", _second_name, None),
        ("releases/3", Path.mkdir, None),
        ("releases/1/VERSION", Path.touch, None),
    ],
)
def test_code_is_younger_than_the_process(
    tmp_path: Path, path: str, change: Callable[[Path], None], found: str | None
) -> None:
    """Whatever the time of the file says; what a running service makes itself does not count."""
    for file in ("releases/2/shop/web.py", "releases/2/spare/web.py", "releases/2/uploads/old",
                 "releases/1/VERSION", "releases/2/VERSION", "elsewhere/job.py", "venv/lib.py"):  # fmt: skip
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).touch()
    (tmp_path / "current").symlink_to("releases/2")
    (tmp_path / "releases/2/jobs").symlink_to("../../elsewhere")
    for folder in ("shop", "spare"):
        os.utime(tmp_path / "releases/2" / folder, (1, 1))
    time.sleep(0.05)
    sleeper = subprocess.Popen(["sleep", "60"])
    try:
        time.sleep(2 if found else 0.1)  # a busy host takes its time before it looks at the clock
        change(tmp_path / path)
        assert _asked(tmp_path, sleeper.pid).newer == (found and str(tmp_path / found))
    finally:
        sleeper.kill()
        sleeper.wait()


def _put_back(path: Path) -> None:
    """Changed, and changed back."""
    text = path.read_text(encoding="utf-8")
    path.write_text("another", encoding="utf-8")
    path.write_text(text, encoding="utf-8")
    os.utime(path, (1, 1))


def _moved_away(path: Path) -> None:
    path.rename(path.parents[2] / "away")


@pytest.mark.parametrize(
    ("path", "change", "setting", "gone"),
    [
        ("etc/shop.toml", _put_back, "etc/shop.toml", None),
        ("etc/shop.toml", Path.unlink, None, "etc/shop.toml"),
        ("etc/shop.d/one.conf", _put_back, "etc/shop.d/one.conf", None),
        ("etc/shop.d/one.conf", _moved_away, "etc/shop.d", None),
        ("etc/shop.d/more.conf", Path.touch, "etc/shop.d/more.conf", None),
        ("etc/linked.json", _put_back, "etc/linked.json", None),
        ("etc/real.json", _put_back, "etc/linked.json", None),
        ("etc/shop.env", _put_back, "etc/shop.env", None),
        ("etc/shop.env", Path.unlink, None, "etc/shop.env"),
        ("etc/optional.env", Path.unlink, None, None),
        ("etc/other.toml", _put_back, None, None),
        ("etc/with blank$(x).ini", _put_back, "etc/with blank$(x).ini", None),
    ],
)
def test_settings_are_younger_than_the_process(
    tmp_path: Path, path: str, change: Callable[[Path], None], setting: str | None, gone: str | None
) -> None:
    """One that was changed back since says nothing of what the service read when it started."""
    for file in ("shop.toml", "shop.d/one.conf", "shop.d/two.conf", "real.json", "shop.env", "optional.env",
                 "other.toml", "with blank$(x).ini"):  # fmt: skip
        (tmp_path / "etc" / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "etc" / file).write_text("POOL=4\n", encoding="utf-8")
    (tmp_path / "etc/linked.json").symlink_to("real.json")
    (tmp_path / "current").mkdir()
    (tmp_path / "current/VERSION").touch()
    time.sleep(0.05)
    sleeper = subprocess.Popen(["sleep", "60"])
    names = ("shop.toml", "shop.d/*.conf", "linked.json", "with blank$(x).ini")
    files = deployed.SettingsFiles(tuple(f"{tmp_path}/etc/{name}" for name in names), of_unit=True)
    unit_files = [
        f"{tmp_path}/etc/shop.env (ignore_errors=no)",
        f"{tmp_path}/etc/opt*.env (ignore_errors=yes)",
    ]
    try:
        time.sleep(0.5)
        assert _asked(tmp_path, sleeper.pid, files, unit_files) == deployed.ServiceCode(None, None)
        change(tmp_path / path)
        found = _asked(tmp_path, sleeper.pid, files, unit_files)
        wanted = [one and str(tmp_path / one) for one in (setting, gone)]
        assert [found.newer, found.setting, found.gone] == [None, *wanted]
    finally:
        sleeper.kill()
        sleeper.wait()


@pytest.mark.parametrize("of_unit", [False, True])
def test_a_named_file_that_is_the_environment_counts_as_such(tmp_path: Path, of_unit: bool) -> None:
    """An application names all its settings, and does not say which of them systemd reads."""
    file = tmp_path / "etc/shop.env"
    for one in (file, tmp_path / "current/VERSION"):
        one.parent.mkdir()
        one.write_text("POOL=4\n", encoding="utf-8")
    time.sleep(0.05)
    sleeper = subprocess.Popen(["sleep", "60"])
    files = deployed.SettingsFiles((str(file),), of_unit=of_unit)
    try:
        time.sleep(0.5)
        _put_back(file)
        found = _asked(tmp_path, sleeper.pid, files, [f"{file} (ignore_errors=no)"])
        assert found == deployed.ServiceCode(None, None, str(file) if of_unit else None)
    finally:
        sleeper.kill()
        sleeper.wait()


def test_environment_files_count_where_nothing_else_looks_at_them() -> None:
    """The running environment says more than a time, where it is compared."""
    compared = runtime.ask(WITH_RELEASE)["started"].text
    alone = web_host(SECTION.model_copy(update={"deployed": {"web": (DEPLOYED,)}, "environment": {}}))
    assert "for line in $shown; do" in runtime.ask(alone)["started"].text
    assert "for line in ; do" in compared


def _asked(
    folder: Path,
    pid: int,
    settings_files: deployed.SettingsFiles = deployed.SettingsFiles(),  # noqa: B008  # a value
    environment_files: Sequence[str] = (),
) -> deployed.ServiceCode:
    """What the real question says of a service of this process."""
    current = folder / "current"
    systemctl = folder / "bin" / "systemctl"
    systemctl.parent.mkdir(exist_ok=True)
    files = "".join(f"echo 'EnvironmentFiles={one}'\n" for one in environment_files)
    systemctl.write_text(f"#!/bin/sh\necho LoadState=loaded\necho MainPID={pid}\n{files}", encoding="utf-8")
    systemctl.chmod(0o755)
    text = deployed.question(
        "shop.service",
        str(current / "VERSION"),
        [str(current), str(folder / "venv"), str(folder / "missing")],
        [f"{current}/uploads/*"],
        settings_files,
    )
    there = {**os.environ, "PATH": f"{systemctl.parent}:{os.environ['PATH']}"}
    done = subprocess.run(["sh", "-c", text], capture_output=True, check=True, cwd="/", env=there)
    return deployed.read(answered(started=done.stdout).parts("started", deployed.PARTS))


@given(st.binary())
def test_any_answer_is_facts_or_unmeasured(answer: bytes) -> None:
    """Whatever a host prints makes a table or a reason, and nothing else."""
    ends = (b"", b"\nend\n", b"\n[end]\n")
    for end in ends:
        text = answer + end
        given_ = {
            "kernel": text,
            "deleted": text,
            "reload": b"[shown]\n" + text,
            "settings-shop.service": text,
            "started": STARTED.encode() + b"[newer]\n" + text,
        }
        for reading in runtime.PROBE.tables.values():
            with contextlib.suppress(UnmeasuredError):
                reading.read(answered(**given_), WITH_RELEASE)
