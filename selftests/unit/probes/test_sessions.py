"""Whose Redis a web host uses, by four witnesses."""

from __future__ import annotations

import dataclasses
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selftests.unit.targets import answered, framed, web_host
from siteparity.model import Facts, Table, Unmeasured
from siteparity.probes import Target, read_tables
from siteparity.probes.sessions import PROBE, Policy, ask

SECTION = Policy(
    owner="Platform",
    clients=("web",),
    servers=("web",),
    service="shop.service",
    file="/etc/shop/shop.env",
    variable="SHOP_SESSION_URL",
    user="parity",
    auth_file="/etc/siteparity/redis-auth",
)
TARGET: Target[Policy] = web_host(SECTION)
UNIT = b"[unit]\nLoadState=loaded\nMainPID=33\n[pids]\n33 37 39\n[connections]\n"
STARTED = b"[unit]\nLoadState=loaded\nMainPID=33\n[overridden]\n"
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
    given.setdefault("setting", b"sessions.arizona.shop.example:6379/0\n")
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
    assert table(facts(sockets=UNIT), "sockets") == {}
    relaxed = web_host(SECTION.model_copy(update={"persistent_connections": False}))
    read = read_tables(PROBE.readings(), answered(sockets=framed(UNIT)), relaxed, ("web",))
    assert table(read, "sockets") == {"no connection is open": "localhost"}


@pytest.mark.parametrize(
    ("lines", "running", "restarted"),
    [
        (b"[processes]\nsame\nsame\n", "as in the file", "as in the file"),
        (b"[processes]\nsame\nunset\n", "as in the file", "as in the file"),
        (b"[processes]\nsame\ndiffers\n", "another than in the file", "as in the file"),
        (b"[processes]\nunset\n", "the service reads the file itself", "as in the file"),
        (b"/etc/a=b.env\n[processes]\nsame\n", "as in the file", "that of /etc/a=b.env"),
    ],
)
def test_the_setting_of_the_running_service_is_held_against_its_file(
    lines: bytes, running: str, restarted: str
) -> None:
    """One process of many that was started with another setting is found."""
    read = table(facts(started=STARTED + lines), "started")
    assert list(read.values()) == [running, restarted]


@pytest.mark.parametrize(
    "lines", [b"", b"[processes]\n", b"[processes]\nalike\n", b"/etc/more.env\n[processes]\n"]
)
def test_an_answer_about_the_running_service_that_is_not_understood_is_unmeasured(lines: bytes) -> None:
    """No process that was looked at is not "as in the file"."""
    assert isinstance(facts(started=STARTED + lines)["started"], Unmeasured)


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
    asks = ask(web_host(SECTION.model_copy(update={"file": str(file)})))
    done = subprocess.run(["/bin/sh", "-c", asks["setting"].text], capture_output=True, text=True, check=True)
    assert done.stdout == place + "\nend\n"
    assert "s3cret" not in done.stdout + done.stderr


def test_a_setting_that_is_not_there_is_an_error_and_not_an_empty_answer(tmp_path: Path) -> None:
    """The application would use its default, whatever that is."""
    file = tmp_path / "shop.env"
    file.write_text("OTHER=1\n", encoding="utf-8")
    asks = ask(web_host(SECTION.model_copy(update={"file": str(file)})))
    done = subprocess.run(
        ["/bin/sh", "-c", asks["setting"].text], capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "SHOP_SESSION_URL is not set" in done.stderr


@given(given=st.lists(st.binary(max_size=60), min_size=5, max_size=5))
def test_any_bytes_are_facts_or_unmeasured(given: list[bytes]) -> None:
    """The readers raise the one declared exception only."""
    facts(**dict(zip(("setting", "resolved", "sockets", "clients", "started"), given, strict=True)))
    setting, pids, connections, overridden, processes = given
    facts(
        setting=setting,
        sockets=UNIT.replace(b"33 37 39", pids) + connections,
        started=STARTED + overridden + b"\n[processes]\n" + processes,
    )
