"""Capacity: machine, disks, workers, pools, connections, and the peak."""

from __future__ import annotations

import os
import subprocess
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from selftests.unit.targets import answered, framed, setting_answer, web_host
from siteparity.model import Facts, Unmeasured, UnmeasuredError
from siteparity.probes import Answers, read_tables, services
from siteparity.probes.capacity import PROBE, Policy, Server, ask
from siteparity.tools.capacity import disks, machine, servers
from siteparity.tools.given import assigned

SECTION: dict[str, Any] = {
    "owner": "Platform",
    "workers": {"web": {"shop.service": "gunicorn"}},
    "pools": {"web": {"service": "shop.service", "file": "/etc/shop.env", "variable": "POOL"}},
    "connections": {"web": {"setting": {"file": "/etc/nginx/nginx.conf", "key": "worker_connections"}}},
    "peak": {"web": {"cores": 2, "memory": "1GiB", "POOL": 3}},
    "file_systems": {"web": ("/srv/uploads",)},
}
TARGET = web_host(Policy.model_validate(SECTION))

MACHINE = b"cores 4\nmemory 8388608\nend\n"
DISKS = (
    b"   Inodes    IFree   1B-blocks        Used       Avail Mounted on\n"
    b" 16777216 16210099 270553174016 79000000000 79029190656 /\n"
    b"        -        -  1000 970 30 /srv/data with space\n"
    b"     1000       10  4194304 0 4194304 /srv/uploads\nend\n"
)
WORKERS = b"[unit]\nLoadState=loaded\nMainPID=31\n[workers]\n/proc/40/cmdline\n/proc/41/cmdline\nend\n"
POOL = framed(setting_answer("POOL\t9", "POOL\t4", running="same\t4\ndiffers\t3\n", decides="/etc/shop.env"))
CONNECTIONS = framed(setting_answer("worker_connections\t512", "worker_connections\t768"))


def complete(**changed: bytes) -> Answers:
    """All answers of one host."""
    given_ = {
        "machine": MACHINE, "disks": DISKS, "workers:shop.service": WORKERS, "pool:POOL": POOL,
        "connections": CONNECTIONS,
    }  # fmt: skip
    return answered(**{**given_, **changed})


def facts(**changed: bytes) -> Facts:
    """All tables of one host."""
    return read_tables(PROBE.readings(), complete(**changed), TARGET, ("web",))


def test_a_host_tells_all_that_it_can_do() -> None:
    """Numbers, ready to be summed over a role."""
    assert facts() == {
        "cores": {"cores": 4.0},
        "memory": {"memory": 8 * 2**30},
        "full": {
            "/ bytes": 50.0, "/ inodes": 3.4, "/srv/data with space bytes": 97.0,
            "/srv/data with space inodes": 0.0, "/srv/uploads bytes": 0.0, "/srv/uploads inodes": 99.0,
        },
        "free": {
            "/ bytes": 79029190656, "/ inodes": 16210099, "/srv/data with space bytes": 30,
            "/srv/data with space inodes": 10**12, "/srv/uploads bytes": 4194304, "/srv/uploads inodes": 10,
        },
        "workers": {"shop.service workers": 2},
        "pools": {"POOL": 4},
        "pools_in_force": {"POOL": "as in its file"},
        "connections": {"connections": 768},
        "peak": {"cores": 4.0, "memory": 8 * 2**30, "POOL": 4},
    }  # fmt: skip


def test_pools_of_one_name_are_told_apart_by_service_and_file() -> None:
    """The shortest name that is a pool's own, whichever pools the host has."""
    pool = {"service": "shop.service", "file": "/etc/shop.env", "variable": "POOL"}
    pools = {
        "web": (pool, {**pool, "service": "jobs.service"}, {**pool, "variable": "CACHE"}),
        "jobs": ({**pool, "service": "jobs.service", "file": "/etc/jobs.env"},),
    }
    names = ("shop.service POOL", "jobs.service POOL in /etc/shop.env", "CACHE")
    target = web_host(Policy.model_validate({**SECTION, "pools": pools, "peak": {"web": {names[0]: 3}}}))
    asked = [name for name in ask(target) if name.startswith("pool:")]
    assert asked == [f"pool:{name.replace(' ', ':')}" for name in names]
    given_ = {name: POOL.replace(b"same\t4", b"differs\t%d" % size) for size, name in enumerate(asked, 1)}
    given_[asked[-1]] = given_[asked[-1]].replace(b"POOL", b"CACHE")
    others = {"machine": MACHINE, "workers:shop.service": WORKERS, "connections": CONNECTIONS}
    found = read_tables(PROBE.readings(), answered(**others, **given_), target, ("web",))
    assert found["pools"] == dict(zip(names, (1, 2, 3), strict=True))
    assert found["peak"] == {names[0]: 1}


@pytest.mark.parametrize(
    ("rows", "cores", "memory"),
    [
        ((), 4, 8 * 2**30),
        (("most 2147483648 ", "share 150000 100000"), 1.5, 2**31),
        (("most max ", "share max 100000"), 4, 8 * 2**30),
        (("most 9223372036854771712 ", "quota -1 ", "period 100000 "), 4, 8 * 2**30),
        (("quota 50000 ", "period 100000 "), 0.5, 8 * 2**30),
        (("share 51200000 100000",), 4, 8 * 2**30),
    ],
)
def test_a_control_group_gives_less_and_never_more(rows: tuple[str, ...], cores: float, memory: int) -> None:
    """Both versions of control groups, and none."""
    assert machine.read(["cores 4", "memory 8388608", *rows]) == (cores, memory)


@pytest.mark.parametrize(
    "rows",
    [
        (),
        ("cores 0", "memory 1"),
        ("cores ", "memory 1"),
        ("cores 4", "memory 1", "share 1 0"),
        ("cores 4", "memory 1", "quota x ", "period 1"),
    ],
)
def test_a_machine_that_is_not_understood_is_unmeasured(rows: tuple[str, ...]) -> None:
    """A machine without processors was not measured."""
    with pytest.raises(UnmeasuredError):
        machine.read(rows)


def test_this_machine_is_read_as_it_is() -> None:
    """Against what Python says of it."""
    ran = subprocess.run(["sh", "-c", machine.QUESTION], capture_output=True, check=True, cwd="/")
    cores, memory = machine.read(answered(machine=ran.stdout).rows("machine"))
    assert 0 < cores <= len(os.sched_getaffinity(0))
    assert 0 < memory <= os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def test_the_disks_of_this_machine_are_read_as_they_are() -> None:
    """Against statvfs(3)."""
    text = assigned(PLACES=["/dev"]) + disks.QUESTION
    ran = subprocess.run(["sh", "-c", text], capture_output=True, check=True, cwd="/")
    seen = disks.read(answered(disks=ran.stdout).rows("disks"))
    for path in ("/", "/dev"):
        told = os.statvfs(path)
        used, free = (told.f_blocks - told.f_bfree) * told.f_frsize, told.f_bavail * told.f_frsize
        assert abs(seen[path].percent() - 100 * used / max(1, used + free)) < 1


@pytest.mark.parametrize(
    "answer",
    [b"", b"end\n", DISKS.replace(b" /\n", b" /other\n"),
     DISKS.replace(b"16777216", b"many"), DISKS.split(b"\n")[0] + b"\nend\n"],
)  # fmt: skip
def test_disks_that_are_not_understood_are_unmeasured(answer: bytes) -> None:
    """No disk is no free disk."""
    assert isinstance(facts(disks=answer)["full"], Unmeasured)
    assert isinstance(facts(disks=answer)["free"], Unmeasured)


def test_a_service_that_does_not_run_has_no_workers() -> None:
    """That is a number, and too small."""
    none = b"[unit]\nLoadState=loaded\nMainPID=0\n[workers]\nend\n"
    assert facts(**{"workers:shop.service": none})["workers"] == {"shop.service workers": 0}


def test_the_workers_of_a_service_of_the_primary_are_not_compared() -> None:
    """There are none at the standby, and are not meant to be. A table of nothing says why it is empty."""
    two = {"shop.service": "gunicorn", "mail.service": "mail"}
    needed = services.Policy(owner="Platform", only_at_primary={"web": ("mail.service",)})
    section = {**SECTION, "workers": {"web": two}}
    target = replace(web_host(Policy.model_validate(section)), needed=needed)
    answers = complete(**{"workers:mail.service": WORKERS})
    assert read_tables(PROBE.readings(), answers, target, ("web",))["workers"] == {"shop.service workers": 2}
    alone = {**SECTION, "workers": {"web": {"mail.service": "mail"}}}
    target = replace(web_host(Policy.model_validate(alone)), needed=needed)
    found = read_tables(PROBE.readings(), answers, target, ("web",))["workers"]
    assert isinstance(found, Unmeasured)
    assert "mail.service must run at the primary alone" in found.reason


@pytest.mark.parametrize(
    "answer",
    [b"", WORKERS.replace(b"/proc/40", b"/etc"), b"[unit]\n[workers]\nend\n"],
)
def test_workers_that_are_not_understood_are_unmeasured(answer: bytes) -> None:
    """And so is the peak that would need them."""
    assert isinstance(facts(**{"workers:shop.service": answer})["workers"], Unmeasured)
    assert isinstance(facts(**{"workers:shop.service": answer})["peak"], Unmeasured)


def test_a_pool_that_nobody_put_in_force_is_told() -> None:
    """What runs counts; the file decides after the next restart."""
    found = facts(**{"pool:POOL": POOL.replace(b"same\t4", b"differs\t2")})
    assert found["pools"] == {"POOL": 2}
    assert found["pools_in_force"] == {"POOL": "runs with 2, its file says 4"}


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        POOL.replace(b"same\t4\ndiffers\t3\n", b""),
        POOL.replace(b"same\t4\n", b"unset\t-\n"),
        POOL.replace(b"POOL\t9\nPOOL\t4\n", b""),
        POOL.replace(b"POOL\t4\n", b"POOL\t-\n"),
        POOL.replace(b"MainPID=31", b"MainPID=0"),
        POOL.replace(b"same\t", b"alike\t"),
        POOL.replace(b"POOL", b"CACHE"),
        POOL.replace(b"POOL\t9", b"CACHE\t9"),
        POOL.replace(b"[decides]\n/etc/shop.env\n", b"[decides]\n"),
    ],
)
def test_a_pool_without_its_numbers_is_unmeasured(answer: bytes) -> None:
    """What a service does where nothing is said cannot be known."""
    assert isinstance(facts(**{"pool:POOL": answer})["pools"], Unmeasured)


FPM = {"service": "php8.2-fpm.service", "file": "/etc/php/8.2/fpm/pool.d/*.conf", "key": "*.pm.max_children"}


@pytest.mark.parametrize(
    ("changed", "reread", "state"),
    [
        (1100, False, "as in its file"),
        (1300, False, "its file was changed since it started"),
        (1300, True, "as in its file"),
    ],
)
def test_pools_in_files_are_one_for_each_section(changed: int, reread: bool, state: str) -> None:
    """PHP-FPM has one file for each pool; a service that is older than its file runs with another one."""
    section = {**SECTION, "pools": {"web": {**FPM, "reread": reread}}}
    section["peak"] = {"web": {"www.pm.max_children": 9}}
    target = web_host(Policy.model_validate(section))
    keys = [f"{name}.pm.max_children\t{size}" for name, size in (("admin", 2), ("www", 10))]
    pool = framed(setting_answer(*keys, changed=f"1050.000000000\n{changed}.000000000", since=200))
    given_ = {"machine": MACHINE, "workers:shop.service": WORKERS, "connections": CONNECTIONS}
    answers = answered(**given_, **{"pool:*.pm.max_children": pool})
    found = read_tables(PROBE.readings(), answers, target, ("web",))
    assert found["pools"] == {"admin.pm.max_children": 2, "www.pm.max_children": 10}
    names = ("admin.pm.max_children", "www.pm.max_children")
    assert found["pools_in_force"] == dict.fromkeys(names, state)
    assert found["peak"] == {"www.pm.max_children": 10}


def test_a_pool_of_a_command_line_is_held_against_its_unit() -> None:
    """Somebody edited the unit, and nobody restarted the service."""
    pools = {"web": {"service": "jobs.service", "option": "--concurrency"}}
    target = web_host(Policy.model_validate({"owner": "Platform", "pools": pools}))
    answer = framed(setting_answer("--concurrency\t8", running="differs\t4"))
    found = read_tables(PROBE.readings(), answered(**{"pool:--concurrency": answer}), target, ("web",))
    assert found["pools"] == {"--concurrency": 4}
    assert found["pools_in_force"] == {"--concurrency": "runs with 4, its file says 8"}


@pytest.mark.parametrize(
    ("pool", "words"),
    [
        ({}, "expected one of variable, key and option, found none"),
        ({"variable": "A", "option": "-w"}, "found variable and option"),
        ({"key": "pool.size"}, "expected the file of the key, found none; add file"),
        ({"option": "-w", "file": "/etc/a"}, "expected no file beside option"),
        ({"variable": "A", "form": "yaml"}, "expected form and reread beside a key only"),
        ({"variable": "A", "reread": True}, "expected form and reread beside a key only"),
        ({"option": "workers"}, "expected an option such as --workers"),
        ({"key": "*", "file": "/etc/a"}, "expected a key such as"),
        ({"key": "a", "file": "a.yml"}, "expected an absolute path"),
        ({"key": "a", "file": "/a.xml", "form": "xml"}, "should be 'lines', 'nginx'"),
    ],
)
def test_a_pool_stands_in_one_place(pool: dict[str, Any], words: str) -> None:
    """Where it is looked for must not be guessed."""
    with pytest.raises(ValidationError, match=words):
        Policy.model_validate({**SECTION, "peak": {}, "pools": {"web": {"service": "a.service", **pool}}})


@pytest.mark.parametrize(
    ("server", "answer", "number"),
    [
        ({"postgresql": {"database": "shop", "database_user": "parity"}}, b"60\n", 60),
        ({"redis": {"redis_user": "parity", "auth_file": "/a"}}, b"maxclients\n10000\n", 10000),
        ({"redis": {"redis_user": "parity", "auth_file": "/a"}}, b"\n", None),
        ({"postgresql": {"database": "shop", "database_user": "parity"}}, b"many\n", None),
        ({"postgresql": {"database": "shop", "database_user": "parity"}}, b"", None),
    ],
)
def test_servers_tell_how_many_connections_they_take(
    server: dict[str, Any], answer: bytes, number: int | None
) -> None:
    """Or they are unmeasured."""
    target = web_host(Policy.model_validate({**SECTION, "connections": {"web": server}}))
    found = read_tables(PROBE.readings(), answered(connections=answer), target, ("web",))["connections"]
    assert (None if isinstance(found, Unmeasured) else found["connections"]) == number
    assert "max" in ask(target)["connections"].text


def test_a_peak_of_something_that_is_counted_nowhere_is_refused() -> None:
    """A word of the policy that means nothing must not pass; nor may what it needs be left out alone."""
    with pytest.raises(ValidationError, match=r'peak.web one of cores, memory, .*found "horses"; add it to'):
        Policy.model_validate({**SECTION, "peak": {"web": {"horses": 2}}})
    with pytest.raises(ValidationError, match=r'found "connections"; add it to'):
        Policy.model_validate({"owner": "Platform", "peak": {"web": {"connections": 2}}})


def test_a_peak_of_something_that_is_counted_on_other_hosts_is_unmeasured() -> None:
    """It is known only which hosts these are, once a host is looked at."""
    workers = {**SECTION["workers"], "db": {"db.service": "postgres"}}
    peak = {"web": {"db.service workers": 2}}
    target = web_host(Policy.model_validate({**SECTION, "workers": workers, "peak": peak}))
    given_ = answered(
        **{"machine": MACHINE, "workers:shop.service": WORKERS, "pool:POOL": POOL, "connections": CONNECTIONS}
    )
    found = read_tables(PROBE.readings(), given_, target, ("web",))["peak"]
    assert isinstance(found, Unmeasured)
    assert "db.service workers" in found.reason


@pytest.mark.parametrize(
    ("peak", "found"),
    [
        ({"/srv/uploads bytes": "1GiB"}, {"/srv/uploads bytes": 4194304}),
        ({"/srv/uploads inodes": 5, "cores": 2}, {"/srv/uploads inodes": 10, "cores": 4.0}),
        ({"/srv/data with space bytes": 5}, {"/srv/data with space bytes": 30}),
    ],
)
def test_a_peak_may_need_room_on_disk(peak: dict[str, Any], found: dict[str, float]) -> None:
    """The hosts know which file systems they have."""
    target = web_host(Policy.model_validate({**SECTION, "peak": {"web": peak}}))
    assert read_tables(PROBE.readings(), complete(), target, ("web",))["peak"] == found


def test_room_on_a_file_system_that_a_host_lacks_is_unmeasured() -> None:
    """Nobody knows how much room there is."""
    target = web_host(Policy.model_validate({**SECTION, "peak": {"web": {"/srv/films bytes": 1}}}))
    found = read_tables(PROBE.readings(), complete(), target, ("web",))["peak"]
    assert isinstance(found, Unmeasured)
    assert "the policy names /srv/films bytes, known are / bytes" in found.reason


def test_disks_that_cannot_be_read_hide_no_other_peak() -> None:
    """Nobody asked for their room."""
    assert facts(disks=b"")["peak"] == {"cores": 4.0, "memory": 8 * 2**30, "POOL": 4}


@pytest.mark.parametrize(
    "changed",
    [{"peak": {"web": {"memory": "big"}}}, {"peak": {"web": {"cores": 0}}}, {"peak": {"web": {"cores": -2}}},
     {"peak": {"web": {"srv bytes": 1}}}, {"peak": {"web": {"/srv": 1}}},
     {"full": 0}, {"free": 101}, {"workers": None},
     {"pools": {"web": {"service": "shop.service", "file": "/e", "variable": "A B"}}}],
)  # fmt: skip
def test_a_policy_that_says_nothing_usable_is_refused(changed: dict[str, Any]) -> None:
    """Before any host is asked."""
    with pytest.raises(ValidationError):
        Policy.model_validate({**SECTION, **changed})


def test_a_server_is_asked_in_one_way() -> None:
    """Not in none, and not in two."""
    with pytest.raises(ValidationError):
        Server.model_validate({})
    with pytest.raises(ValidationError):
        Server.model_validate(
            {
                "postgresql": {"database": "a", "database_user": "b"},
                "redis": {"redis_user": "c", "auth_file": "/d"},
            }
        )


@given(st.binary(max_size=200))
def test_any_bytes_are_facts_or_unmeasured(raw: bytes) -> None:
    """The readers raise the one declared exception only."""
    names = ("machine", "disks", "workers:shop.service", "pool:POOL", "connections")
    for texts in (dict.fromkeys(names, raw), dict.fromkeys(names, raw + b"\nend\n")):
        facts(**texts)


PROCESSES = """
trap 'kill $(jobs -p)' EXIT
for title; do (exec -a "$title" sleep 60) & done
read -r _
"""
WORKER = "nginx: worker process"


@pytest.mark.parametrize(
    ("titles", "count"),
    [
        ([WORKER, WORKER], 2),
        ([WORKER, WORKER, f"{WORKER} is shutting down"], 2),
        ([f"{WORKER} is shutting down"], 0),
        (["nginx: cache manager process", WORKER], 1),
    ],
)
def test_a_worker_that_a_reload_has_replaced_is_none(tmp_path: Path, titles: list[str], count: int) -> None:
    """It ends with its last request, which may take hours, and would hide that others are lacking."""
    with subprocess.Popen(["bash", "-c", PROCESSES, "bash", *titles], stdin=subprocess.PIPE) as main:
        try:
            children = Path(f"/proc/{main.pid}/task/{main.pid}/children")
            until = time.monotonic() + 20
            while not all(
                b"sleep" in Path(f"/proc/{pid}/comm").read_bytes() for pid in children.read_text().split()
            ) or len(children.read_text().split()) < len(titles):
                assert time.monotonic() < until
                time.sleep(0.05)
            systemctl = tmp_path / "systemctl"
            systemctl.write_text(f"#!/bin/sh\necho LoadState=loaded\necho MainPID={main.pid}\n")
            systemctl.chmod(0o755)
            text = assigned(UNIT=["nginx.service"], TEXT=[WORKER]) + servers.WORKERS
            env = {"PATH": f"{tmp_path}:/usr/sbin:/usr/bin:/sbin:/bin"}
            ran = subprocess.run(["sh", "-c", text], capture_output=True, check=True, env=env)
        finally:
            main.communicate(b"\n")
    parts = answered(workers=ran.stdout).parts("workers", servers.WORKERS_PARTS)
    assert servers.read_workers(parts) == count
