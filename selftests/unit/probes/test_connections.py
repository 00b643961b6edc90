"""What leads to the other site is found, and what is no dependence is left alone."""

from __future__ import annotations

import json
import os
import shlex
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from selftests.unit.servers import shell
from selftests.unit.targets import answered, framed, web_host
from siteparity.model import Table, Unmeasured
from siteparity.probes import Target, read_tables
from siteparity.probes.connections import NONE, PROBE, Policy, ask
from siteparity.tools.given import coded

LOOKED = "".join(f"looked\t{kind}\t4\n" for kind in ("processes", "sockets", "files", "names"))
ENVIRONMENT = r"unit\x09shop.service\x09gunicorn\x09environment\x09CACHE"


def target(**section: Any) -> Target[Policy]:
    """A web host of the standby."""
    return web_host(Policy.model_validate_json(json.dumps({"owner": "Platform", **section})))


def table(name: str, *lines: str, of: Target[Policy] | None = None) -> Table | Unmeasured:
    """A table, read from what a host found."""
    text = "".join(f"{line}\n" for line in lines) + LOOKED
    answers = answered(found=framed(text.encode()))
    found = read_tables({name: PROBE.tables[name]}, answers, of or target(), ("web",))[name]
    assert isinstance(found, Unmeasured) or found
    return found


def test_a_connection_tells_who_holds_it_and_whose_host_it_leads_to() -> None:
    """The process, its unit, the host, the port."""
    found = table(
        "connected",
        "socket\ttcp\tconnected\tshop.service\tgunicorn\t198.18.1.21\t6379\t",
        "socket\ttcp\tconnecting\t\tperl\t198.18.1.99\t25\t",
    )
    assert found == {
        "shop.service (gunicorn)": "connected to web1 of dallas (198.18.1.21) at tcp port 6379",
        "perl, of no unit": "connecting to the network of dallas (198.18.1.99) at tcp port 25",
    }


def test_the_stream_of_a_replica_is_judged_elsewhere_and_a_subscription_is_not() -> None:
    """A subscription to the other site reads from it for as long as it lives."""
    line = "socket\ttcp\tconnected\tpostgresql@17-main.service\tpostgres\t198.18.1.21\t5432\t"
    found = table("connected", f"{line}walreceiver")
    assert found == {"connections to the other site": NONE}
    found = table("connected", f"{line}logical replication apply worker")
    assert isinstance(found, dict)
    assert list(found) == ["postgresql@17-main.service (postgres) logical replication apply worker"]


@pytest.mark.parametrize(
    ("there", "own", "is_found"),
    [
        ("web1.dallas.shop.example", "", True),
        ("web1.dallas.shop.example", "web1.arizona.shop.example", False),
        ("198.18.1.99", "web1.arizona.shop.example", True),
    ],
)
def test_a_list_of_hosts_of_both_sites_is_no_dependence(there: str, own: str, *, is_found: bool) -> None:
    """If each role that it names there is named here as well."""
    found = table("configured", f"named\t{ENVIRONMENT}\t{there}\t{own}")
    assert isinstance(found, dict)
    assert ("shop.service (gunicorn): environment CACHE" in found) == is_found


def test_what_the_policy_means_is_allowed_to_the_roles_that_it_names_alone() -> None:
    """Another host there, or another unit here, is a finding all the same."""
    leg = {"what": "shop.service", "to": ["web"], "reason": "copies pictures", "approved_by": "Ada Lovelace"}
    of = target(allowed=[leg])
    lines = [
        f"socket\ttcp\tconnected\t{unit}\trsync\t198.18.1.{host}\t873\t"
        for unit, host in (("shop.service", 21), ("shop.service", 99), ("shop.service-old", 22))
    ]
    found = table("connected", *lines, of=of)
    assert isinstance(found, dict)
    assert list(found) == ["shop.service (rsync)", "shop.service-old (rsync)"]
    assert "198.18.1.99" in found["shop.service (rsync)"]
    assert "198.18.1.21" not in found["shop.service (rsync)"]


def test_names_that_nobody_looked_up_leave_it_unmeasured() -> None:
    """Where they lead to is not known. What is connected is."""
    for name in ("resolved", "leads"):
        found = table(name, "slow\tqueue.shop.example")
        assert isinstance(found, Unmeasured)
        assert "queue.shop.example" in found.reason
    assert isinstance(table("connected", "slow\tqueue.shop.example"), dict)


@pytest.mark.parametrize("line", ["socket\ttcp", "named\tnowhere\ta\tb", "leads\ta\tsomewhere", "else"])
def test_a_line_that_is_not_understood_leaves_it_unmeasured(line: str) -> None:
    """It may be the one that matters."""
    assert isinstance(table("connected", line), Unmeasured)


def test_a_host_that_looked_at_no_process_is_unmeasured() -> None:
    """It has some."""
    answers = answered(found=framed(LOOKED.replace("processes\t4", "processes\t0").encode()))
    found = read_tables({"connected": PROBE.tables["connected"]}, answers, target(), ("web",))["connected"]
    assert isinstance(found, Unmeasured)


def test_without_another_site_nothing_is_found_and_nothing_is_well() -> None:
    """Nothing was looked for."""
    alone = replace(target(), other=None)
    for name in ("connected", "configured", "resolved"):
        assert isinstance(table(name, of=alone), Unmeasured)


@contextmanager
def running(*words: str, **environment: str) -> Iterator[None]:
    """A process with these arguments and this environment."""
    process = subprocess.Popen(["sleep", "60", *words], env={**os.environ, **environment})
    try:
        yield
    finally:
        process.kill()
        process.wait()


def found_here(other: tuple[str, ...], own: tuple[str, ...] = (), public: tuple[str, ...] = ()) -> list[str]:
    """What this machine finds."""
    words = {"OWN_SITE": coded(own), "OTHER_SITE": coded(other), "PUBLIC_NAMES": coded(public)}
    text = "".join(f"{name}={shlex.quote(value)}\n" for name, value in words.items())
    said, status = shell(text + ask(target())["found"].text)
    assert status == 0
    return said.decode().splitlines()


CONNECT = """
import socket, sys, time
at = socket.create_connection(("127.77.0.1", int(sys.argv[1])), source_address=("127.77.0.2", 0))
print("connected", flush=True)
time.sleep(60)
"""


@contextmanager
def connected() -> Iterator[int]:
    """A process that is connected from 127.77.0.2 to 127.77.0.1; the port there."""
    with socket.create_server(("127.77.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        command = [sys.executable, "-c", CONNECT, str(port)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            accepted, _ = listening.accept()
            with accepted:
                yield port
            process.kill()


@pytest.mark.parametrize(
    ("other", "own", "is_found"),
    [
        (("127.77.0.1",), (), True),
        (("127.77.0.0/24",), (), True),
        (("127.77.0.0/24",), ("127.77.0.1",), False),
        (("127.77.0.1",), ("127.77.0.0/16",), True),
        (("127.77.0.2",), (), False),
    ],
)
def test_a_connection_is_found_at_its_opener_alone(
    other: tuple[str, ...], own: tuple[str, ...], *, is_found: bool
) -> None:
    """Whoever accepted it depends on nobody. An address that a host of a site has is that site's."""
    with connected() as port:
        lines = [line for line in found_here(other, own) if line.startswith("socket")]
    assert [line.split("\t")[-3:] for line in lines] == [["127.77.0.1", str(port), ""]] * is_found


def test_the_environment_and_the_arguments_of_a_process_are_looked_at() -> None:
    """The value stays here: it may hold a password."""
    url = "redis://:hunter2@cache1.berlin.example:6379/0"
    with running(CACHE_URL=url, SSH_CLIENT="198.51.100.7 1 22"):
        lines = found_here(("cache1.berlin.example", "198.51.100.7"))
    assert [line.split("\t")[1].split(r"\x09")[-2:] for line in lines if line.startswith("named")] == [
        ["environment", "CACHE_URL"]
    ]
    assert "hunter2" not in "\n".join(lines)


def test_names_are_no_parts_of_others() -> None:
    """Nor of paths."""
    named = {
        "A": "cache1.berlin.example",
        "B": "cache1.berlin.example.",
        "C": "CACHE1.berlin.example:80",
        "D": "[2001:db8::7]:80",
        "E": "2001:0db8:0::7",
    }
    others = {
        "T": "xcache1.berlin.example",
        "U": "cache1.berlin.example.org",
        "V": "/var/log/cache1.berlin.example",
        "W": "198.51.100.70",
        "X": "1.198.51.100.7",
    }
    with running(**named, **others):
        lines = found_here(("cache1.berlin.example", "198.51.100.7", "2001:db8::7"))
    places = [line.split("\t")[1].split(r"\x09")[-1] for line in lines if line.startswith("named")]
    assert sorted(places) == sorted(named)


def test_the_setting_of_a_replica_s_stream_is_judged_elsewhere(tmp_path: Path) -> None:
    """``pg_basebackup -R`` writes it into a file outside /etc; other settings of that file count."""
    settings = tmp_path / "postgresql.auto.conf"
    settings.write_text(
        "primary_conninfo = 'host=db1.berlin.example user=replicator'\n"
        "archive_command = 'rsync %p db1.berlin.example:wal/'\n"
    )
    with running(SETTINGS=str(settings)):
        lines = found_here(("db1.berlin.example",))
    places = [line.split("\t")[1] for line in lines if line.startswith("named")]
    assert places == [rf"file\x09{settings}\x092"]
