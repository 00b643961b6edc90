"""Whose Redis a web host uses, by four witnesses."""

from __future__ import annotations

import dataclasses
import os
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selftests.unit.targets import answered, framed, setting_answer, web_host
from siteparity.model import Facts, Table, Unmeasured
from siteparity.probes import Target, read_tables
from siteparity.probes.sessions import PROBE, Further, Policy, ask

SECTION = Policy(
    owner="Platform",
    clients=("web",),
    servers=("web",),
    service="shop.service",
    file="/etc/shop/shop.env",
    variable="SHOP_SESSION_URL",
    redis_user="parity",
    auth_file="/etc/siteparity/redis-auth",
)
TARGET: Target[Policy] = web_host(SECTION)
UNIT = b"[unit]\nLoadState=loaded\nMainPID=33\n[pids]\n33 37 39\n[connections]\n"
PLACE = "sessions.arizona.shop.example:6379/0"
VARIABLE = "SHOP_SESSION_URL"


def setting(running: str = "same\t-", *, place: str = PLACE, **more: Any) -> bytes:
    """What a host answers of the setting."""
    return setting_answer(f"{VARIABLE}\t{place}", running=running, **{"decides": SECTION.file, **more})


SOCKETS = (
    UNIT
    + b"""\
ESTAB      0 0 198.18.2.21:51386 198.18.2.41:6379 users:(("gunicorn",pid=37,fd=9))
CLOSE-WAIT 1 0 198.18.2.21:51400 198.18.1.41:6379 users:(("gunicorn",pid=39,fd=9))
ESTAB      0 0 198.18.2.21:51402 198.18.9.99:6379 users:(("other",pid=40,fd=9))
"""
)


def facts(**given: bytes) -> Facts:
    """Everything read from one host's answers, given without their end marks."""
    given.setdefault("setting", setting())
    answers = answered(**{name: framed(text) for name, text in given.items()})
    return read_tables(PROBE.readings(), answers, TARGET, ("web",))


def table(facts: Facts, name: str) -> Table:
    """A table that was measured."""
    found = facts[name]
    assert not isinstance(found, Unmeasured), found.reason
    return found


def test_every_peer_of_the_services_own_processes_is_told() -> None:
    """One worker of many that kept its old connection is found; other programs do not count."""
    assert set(table(facts(sockets=SOCKETS), "sockets").values()) == {"198.18.2.41", "198.18.1.41"}


def test_a_service_without_a_connection_proves_nothing_unless_the_policy_says_so() -> None:
    """No open connection is an empty table, which no rule takes for "same"."""
    silent = facts(sockets=UNIT)["sockets"]
    assert isinstance(silent, Unmeasured)
    assert "say persistent_connections: false" in silent.reason
    relaxed = web_host(SECTION.model_copy(update={"persistent_connections": False}))
    read = read_tables(PROBE.readings(), answered(sockets=framed(UNIT)), relaxed, ("web",))
    assert table(read, "sockets") == {"no connection is open": "localhost"}


@pytest.mark.parametrize(
    ("answer", "running", "restarted"),
    [
        (setting("same\t-\nsame\t-"), "as in the file", "as in the file"),
        (setting("same\t-\nunset\t-"), "as in the file", "as in the file"),
        (setting("same\t-\ndiffers\t-"), "another than in the file", "as in the file"),
        (setting("unset\t-", decides="-"), "the service reads the file itself", "as in the file"),
        (
            setting("unset\t-", decides="-", since=100, changed="1200.000000000"),
            "that of the file before it was last changed",
            "as in the file",
        ),
        (
            setting("unset\t-", decides="-", since=300, changed="1200.000000000"),
            "the service reads the file itself",
            "as in the file",
        ),
        (setting("unset\t-"), "set in the file, and not in the running service", "as in the file"),
        (setting(decides="/etc/a=b.env"), "as in the file", "that of /etc/a=b.env"),
    ],
)
def test_the_setting_of_the_running_service_is_held_against_its_file(
    answer: bytes, running: str, restarted: str
) -> None:
    """One process of many that was started with another setting is found; so is a file that is younger."""
    read = table(facts(setting=answer), "started")
    assert list(read.values()) == [running, restarted]


@pytest.mark.parametrize(
    "answer",
    [b"", setting(""), setting("alike\t-"), setting("same"), setting(main=0), setting(changed="soon")],
)
def test_an_answer_about_the_running_service_that_is_not_understood_is_unmeasured(answer: bytes) -> None:
    """No process that was looked at is not "as in the file"."""
    assert isinstance(facts(setting=answer)["started"], Unmeasured)


@pytest.mark.parametrize(
    ("reread", "state"),
    [(False, "that of the file before it was last changed"), (True, "the service reads the file itself")],
)
def test_a_setting_in_a_file_of_the_application_is_as_young_as_its_start(reread: bool, state: str) -> None:
    """Unless it reads the file for each request."""
    section = SECTION.model_copy(
        update={"variable": None, "key": "session.url", "file": "/srv/app/config.php", "reread": reread}
    )
    answer = setting_answer(f"session.url\t{PLACE}", changed="1200.000000000", since=100)
    read = read_tables(PROBE.readings(), answered(setting=framed(answer)), web_host(section), ("web",))
    assert table(read, "setting") == {"setting": PLACE}
    assert table(read, "started")["session.url of the running service"] == state


@pytest.mark.parametrize("lines", [(), (f"{VARIABLE}\t-",), (f"{VARIABLE}\ta:1", f"{VARIABLE}\tb:1")])
def test_a_setting_without_one_address_is_unmeasured(lines: tuple[str, ...]) -> None:
    """Which of two counts is the application's own secret."""
    read = facts(setting=setting_answer(*lines, running="same\t-"))
    assert isinstance(read["setting"], Unmeasured)
    assert isinstance(read["configured"], Unmeasured)


def test_a_socket_of_the_own_host_is_a_place_there() -> None:
    """Nobody reaches it from another site."""
    assert (
        table(facts(setting=setting(place="/run/redis.sock")), "configured")["setting names"] == "localhost"
    )


def test_a_service_that_does_not_run_is_unmeasured() -> None:
    """Without processes there is nothing to look at."""
    stopped = b"[unit]\nLoadState=loaded\nMainPID=0\n[pids]\n\n[connections]\n"
    assert isinstance(facts(sockets=stopped)["sockets"], Unmeasured)


def test_every_address_of_the_name_counts() -> None:
    """A name with two answers leads to either."""
    resolved = b"198.18.2.41     STREAM sessions\n198.18.1.41     DGRAM\n"
    assert set(table(facts(resolved=resolved), "resolved").values()) == {"198.18.2.41", "198.18.1.41"}


def test_clients_are_told_by_address_and_user() -> None:
    """Ports and ages change from run to run; who it is does not."""
    clients = b"id=3 addr=198.18.1.22:54946 laddr=198.18.1.41:6379 user=shop\nid=4 addr=[::1]:5 user=parity\n"
    assert dict(table(facts(clients=clients), "clients")) == {
        "client 198.18.1.22 as shop": "198.18.1.22",
        "client [::1] as parity": "[::1]",
    }


@pytest.mark.parametrize(("replicated", "others"), [(True, set()), (False, {"198.18.1.41", "198.18.1.42"})])
def test_a_replica_is_no_client_where_the_policy_wants_one(replicated: bool, others: set[str]) -> None:
    """Else whoever copies the sessions to the other site would always be a worker of that site."""
    redis: Any = SimpleNamespace(replicated=replicated)
    clients = (
        b"id=3 addr=198.18.1.41:54946 flags=S user=default\nid=5 addr=198.18.1.42:6379 flags=M user=x\n"
        b"id=4 addr=198.18.2.21:5 flags=N user=shop\n"
    )
    target = dataclasses.replace(TARGET, needed=redis)
    read = read_tables(PROBE.readings(), answered(clients=framed(clients)), target, ("web",))
    assert set(table(read, "clients").values()) == {"198.18.2.21", *others}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("SHOP_SESSION_URL=redis://shop:s3cret@sessions.a.example:6379/0", "sessions.a.example:6379/0"),
        ("SHOP_SESSION_URL='rediss://:s3cret@10.0.0.1:6380/2?ssl_cert_reqs=none'", "10.0.0.1:6380/2"),
        ('  SHOP_SESSION_URL = "tcp://10.0.0.1:6379?auth=s3cret"', "10.0.0.1:6379"),
        ("SHOP_SESSION_URL=redis://[::1]:6379/0", "[::1]:6379/0"),
        ("SHOP_SESSION_URL=redis://shop:p%40ss:s3cret@sessions.a.example/0", "sessions.a.example/0"),
    ],
)
def test_only_the_place_of_the_setting_leaves_the_host(tmp_path: Path, text: str, place: str) -> None:
    """Run by a real shell: neither user nor password is printed, in any of the usual spellings."""
    file = tmp_path / "shop.env"
    file.write_text(f"OTHER=1\n#SHOP_SESSION_URL=redis://old\n{text}\n", encoding="utf-8")
    said, shown = on_this_host(tmp_path, SECTION.model_copy(update={"file": str(file)}))
    assert table(said, "setting") == {"setting": place}
    assert "s3cret" not in shown


def on_this_host(folder: Path, section: Policy) -> tuple[Facts, str]:
    """What a real shell tells of a setting, for a service that does not run; and all that it prints."""
    systemctl = folder / "systemctl"
    systemctl.write_text("#!/bin/sh\necho LoadState=loaded\necho MainPID=0\n", encoding="utf-8")
    systemctl.chmod(0o755)
    there = {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"}
    answers, shown = {}, ""
    for name in ("setting", "resolved"):
        text = ask(web_host(section))[name].text
        done = subprocess.run(["/bin/sh", "-c", text], capture_output=True, check=False, env=there)
        answers[name] = done.stdout if done.returncode == 0 else done.stderr.decode()
        shown += (done.stdout + done.stderr).decode()
    return read_tables(PROBE.readings(), answered(**answers), web_host(section), ("web",)), shown


def test_the_name_of_the_setting_is_looked_up_on_the_host(tmp_path: Path) -> None:
    """By what the host itself uses, whatever DNS says."""
    for text, name in (("redis://u:p@localhost:6379/0", "localhost"), ("redis://[::1]/0", "[::1]")):
        (tmp_path / "shop.env").write_text(f"SHOP_SESSION_URL={text}\n", encoding="utf-8")
        said, _ = on_this_host(tmp_path, SECTION.model_copy(update={"file": f"{tmp_path}/shop.env"}))
        assert set(table(said, "resolved")) <= {f"{name} answers {one}" for one in ("::1", "127.0.0.1")}


def test_a_setting_that_is_not_there_is_an_error_and_not_an_empty_answer(tmp_path: Path) -> None:
    """The application would use its default, whatever that is."""
    file = tmp_path / "shop.env"
    file.write_text("OTHER=1\n", encoding="utf-8")
    said, _ = on_this_host(tmp_path, SECTION.model_copy(update={"file": str(file)}))
    assert isinstance(found := said["setting"], Unmeasured)
    assert found.reason == f"setting: SHOP_SESSION_URL is not set in {file}"
    assert isinstance(said["resolved"], Unmeasured)


def test_a_further_service_has_its_name_in_front() -> None:
    """A worker that keeps its sessions elsewhere is not hidden by the web server."""
    also = {"jobs": Further(service="jobs.service", file="/etc/jobs.env", variable="REDIS_URL")}
    target = web_host(SECTION.model_copy(update={"also": also}))
    asked = ("setting", "resolved", "sockets")
    assert set(ask(target)) == {*asked, *(f"{one}-jobs" for one in asked), "clients"}
    jobs = setting_answer(
        f"REDIS_URL\t{PLACE.replace('arizona', 'dallas')}", running="differs\t-", decides="/etc/jobs.env"
    )
    given_ = {
        "setting": setting(), "setting-jobs": jobs,
        "resolved": b"198.18.2.41 STREAM\n", "resolved-jobs": b"198.18.1.41 STREAM\n",
        "sockets": SOCKETS, "sockets-jobs": SOCKETS.replace(b"33 37 39", b"40"),
    }  # fmt: skip
    answers = answered(**{name: framed(text) for name, text in given_.items()})
    read = read_tables(PROBE.readings(), answers, target, ("web",))
    assert table(read, "setting")["jobs: setting"] == "sessions.dallas.shop.example:6379/0"
    assert table(read, "configured")["setting names"] == "sessions.arizona.shop.example"
    assert table(read, "resolved") == {
        "sessions.arizona.shop.example answers 198.18.2.41": "198.18.2.41",
        "jobs: sessions.dallas.shop.example answers 198.18.1.41": "198.18.1.41",
    }
    assert table(read, "started")["jobs: REDIS_URL of the running service"] == "another than in the file"
    assert table(read, "sockets")["jobs: open connection to 198.18.9.99"] == "198.18.9.99"


def test_one_of_several_services_without_a_connection_is_not_hidden() -> None:
    """Alone it would have an empty table, which proves nothing."""
    also = {"jobs": Further(service="jobs.service", file="/etc/jobs.env", variable="REDIS_URL")}
    target = web_host(SECTION.model_copy(update={"also": also}))
    answers = answered(**{"sockets": framed(SOCKETS), "sockets-jobs": framed(UNIT)})
    read = read_tables(PROBE.readings(), answers, target, ("web",))
    assert isinstance(found := read["sockets"], Unmeasured)
    assert found.reason.startswith("sockets: jobs.service holds no connection")


@given(given=st.lists(st.binary(max_size=60), min_size=4, max_size=4))
def test_any_bytes_are_facts_or_unmeasured(given: list[bytes]) -> None:
    """The readers raise the one declared exception only."""
    facts(**dict(zip(("setting", "resolved", "sockets", "clients"), given, strict=True)))
    place, running, pids, connections = given
    answer = setting().replace(PLACE.encode(), place).replace(b"same\t-", running)
    facts(setting=answer, sockets=UNIT.replace(b"33 37 39", pids) + connections)
