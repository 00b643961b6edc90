"""Which ports are open, to whom, by which program."""

from __future__ import annotations

import contextlib
import socket
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selftests.unit.targets import answered, web_host
from siteparity.model import Table, UnmeasuredError
from siteparity.probes import Target
from siteparity.probes.listeners import PROBE, Listener, Policy, ask

SECTION = Policy(
    owner="Platform",
    everywhere=(Listener(port=22, program="sshd"),),
    expected={
        "web": (
            Listener(port=8000, program="gunicorn"),
            Listener(port=6379, program="redis-server", at="loopback"),
            Listener(protocol="udp", port=51820, program="kernel"),
            Listener(port=9000, program="php-fpm8.2", at="site"),
        )
    },
)
TARGET: Target[Policy] = web_host(SECTION)

SSHD = 'tcp LISTEN 0 128 *:22 *:* users:(("sshd",pid=41,fd=3))'
SHOP = 'tcp LISTEN 0 1024 0.0.0.0:8000 0.0.0.0:* users:(("gunicorn",pid=45,fd=5),("gunicorn",pid=44,fd=5))  '
REDIS = 'tcp LISTEN 0 511 127.0.0.1:6379 0.0.0.0:* users:(("redis-server",pid=31,fd=6))'
VPN = "udp UNCONN 0 0 0.0.0.0:51820 0.0.0.0:*"
PHP = 'tcp LISTEN 0 511 198.18.2.21:9000 0.0.0.0:* users:(("php-fpm8.2",pid=61,fd=6))'
HEALTHY = (SSHD, SHOP, REDIS, VPN, PHP)


def table(name: str, *lines: str, head: str = "handed out 32768 60999") -> Table:
    """A table of a host with these sockets."""
    text = "\n".join([head, *lines, "end", ""]).encode()
    return PROBE.tables[name].read(answered(sockets=text), TARGET)


def test_healthy_ports_listen_and_nothing_else_does() -> None:
    """Every version of IP that the host has an address of, at the kind of address that the policy says."""
    assert set(table("required", *HEALTHY).values()) == {"listens"}
    assert table("unexpected", *HEALTHY) == {"unexpected listeners": "none"}
    assert table("listening", *HEALTHY) == {
        "tcp 22": "sshd at any (IPv4), any (IPv6)",
        "tcp 8000": "gunicorn at any (IPv4)",
        "tcp 6379": "redis-server at loopback (IPv4)",
        "tcp 9000": "php-fpm8.2 at site (IPv4)",
        "udp 51820": "kernel at any (IPv4)",
    }


@pytest.mark.parametrize(
    ("item", "line", "state"),
    [
        ("tcp 8000", "", "nobody listens"),
        (
            "tcp 8000",
            'tcp LISTEN 0 9 127.0.0.1:8000 0.0.0.0:* users:(("gunicorn",pid=4,fd=5))',
            "gunicorn at loopback (IPv4)",
        ),
        (
            "tcp 8000",
            'tcp LISTEN 0 9 [::]:8000 [::]:* users:(("gunicorn",pid=4,fd=5))',
            "gunicorn at any (IPv6)",
        ),
        ("tcp 8000", 'tcp LISTEN 0 9 0.0.0.0:8000 0.0.0.0:* users:(("nc",pid=4,fd=5))', "nc at any (IPv4)"),
        ("tcp 8000", "tcp LISTEN 0 9 0.0.0.0:8000 0.0.0.0:*", "kernel at any (IPv4)"),
        (
            "tcp 6379",
            'tcp LISTEN 0 9 *:6379 *:* users:(("redis-server",pid=4,fd=5))',
            "redis-server at any (IPv4), any (IPv6)",
        ),
        (
            "tcp 9000",
            'tcp LISTEN 0 9 0.0.0.0:9000 0.0.0.0:* users:(("php-fpm8.2",pid=4,fd=5))',
            "php-fpm8.2 at any (IPv4)",
        ),
        (
            "tcp 9000",
            'tcp LISTEN 0 9 198.18.1.21:9000 0.0.0.0:* users:(("php-fpm8.2",pid=4,fd=5))',
            "php-fpm8.2 at another address (IPv4)",
        ),
    ],
)
def test_a_port_that_is_not_as_expected_says_what_is_there(item: str, line: str, state: str) -> None:
    """Bound to loopback, to one version of IP, to everybody, or taken by another program."""
    lines = [one for one in HEALTHY if f":{item.split()[1]} " not in one]
    assert table("required", *lines, *filter(None, [line]))[item] == state


@pytest.mark.parametrize(
    ("address", "is_right"),
    [("127.0.0.1", True), ("0.0.0.0", True), ("198.18.2.21", True), ("198.18.1.21", False)],  # noqa: S104
)
def test_what_only_the_host_needs_may_listen_at_any_of_its_addresses(address: str, is_right: bool) -> None:
    """At an address of the other site nobody reaches it, and another program answers nobody rightly."""
    target: Target[Policy] = web_host(
        Policy(owner="Platform", expected={"web": (Listener(port=8345, program="gunicorn", at="host"),)})
    )
    for program, expected in (("gunicorn", is_right), ("nc", False)):
        line = f'tcp LISTEN 0 9 {address}:8345 0.0.0.0:* users:(("{program}",pid=4,fd=5))'
        answers = answered(sockets=f"handed out 32768 60999\n{line}\nend\n".encode())
        seen = PROBE.tables["required"].read(answers, target)["tcp 8345"]
        assert (seen == "listens") == expected, seen


def test_ports_that_the_kernel_hands_out_have_no_number() -> None:
    """A client's UDP socket comes and goes; a TCP listener is judged whatever its number."""
    lines = (
        'udp UNCONN 0 0 0.0.0.0:40123 0.0.0.0:* users:(("rsyslogd",pid=9,fd=9))',
        "udp UNCONN 0 0 0.0.0.0:40999 0.0.0.0:*",
        'tcp LISTEN 0 9 0.0.0.0:41001 0.0.0.0:* users:(("rpc.mountd",pid=9,fd=9))',
    )
    assert table("unexpected", *HEALTHY, *lines) == {
        "tcp handed out by the kernel": "rpc.mountd at any (IPv4)",
        "udp handed out by the kernel": "kernel at any (IPv4)",
    }
    low = 'udp UNCONN 0 0 0.0.0.0:40123 0.0.0.0:* users:(("snmpd",pid=9,fd=9))'
    assert "udp 40123" in table("unexpected", SSHD, low, head="handed out 50000 60999")


def test_a_socket_unit_is_systemds_whether_or_not_its_service_runs() -> None:
    """Otherwise the first connection after a boot would be a difference."""
    for users in ('("systemd",pid=1,fd=40)', '("sshd",pid=77,fd=3),("systemd",pid=1,fd=40)'):
        line = f"tcp LISTEN 0 9 [::]:22 [::]:* users:({users})"
        assert table("listening", line) == {"tcp 22": "systemd at any (IPv6)"}


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        ("127.0.0.53%lo", "loopback (IPv4)"),
        ("[::1]", "loopback (IPv6)"),
        ("[fe80::1]%eth0", "link-local (IPv6)"),
        ("[fe80::1%eth0]", "link-local (IPv6)"),
        ("0.0.0.0%eth0", "any (IPv4)"),
        ("[::ffff:127.0.0.1]", "loopback (IPv4)"),
        ("[::ffff:198.18.2.21]", "site (IPv4)"),
        ("203.0.113.7", "another address (IPv4)"),
    ],
)
def test_addresses_count_by_their_kind(place: str, kind: str) -> None:
    """As ss writes them: with brackets, with an interface, mapped."""
    assert table("listening", f"tcp LISTEN 0 9 {place}:25 0.0.0.0:*") == {"tcp 25": f"kernel at {kind}"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "handed out 32768 60999",
        f"handed out 32768\n{SSHD}",
        SSHD,
        f"handed out 1 2\n{SSHD[:-1]}",
        f"handed out 1 2\n{SSHD}\nFailed to open cgroup2",
        "handed out 1 2\ntcp LISTEN 0 9 somewhere:25 0.0.0.0:*",
        "handed out 1 2\ntcp ESTAB 0 9 0.0.0.0:25 0.0.0.0:*",
        "handed out 1 2\ntcp LISTEN 0 9 0.0.0.0:25 0.0.0.0:* users:((nginx,pid=1,fd=3))",
    ],
)
def test_what_is_no_list_of_sockets_is_unmeasured(text: str) -> None:
    """An empty list is impossible on a host that was reached by SSH."""
    for reading in PROBE.tables.values():
        with pytest.raises(UnmeasuredError):
            reading.read(answered(sockets=f"{text}\nend\n".encode()), TARGET)


def test_how_each_open_port_is_judged_is_listed() -> None:
    """Named by the policy, compared between the sites, or neither: a client's, or a server that looks so."""
    assert table(
        "judged",
        SSHD,
        VPN,
        'tcp LISTEN 0 9 127.0.0.1:25 0.0.0.0:* users:(("master",pid=7,fd=3))',
        'udp UNCONN 0 0 0.0.0.0:40001 0.0.0.0:* users:(("voip",pid=8,fd=3))',
        'udp UNCONN 0 0 [::]:40002 [::]:* users:(("voip",pid=8,fd=4))',
        "udp UNCONN 0 0 0.0.0.0:40003 0.0.0.0:*",
    ) == {
        "tcp 22": "promised",
        "udp 51820": "promised",
        "tcp 25": "compared",
        "udp handed out by the kernel": "compared",
        "udp handed out by the kernel: voip": "may be a client's, which comes and goes",
    }


def test_a_program_may_call_itself_anything() -> None:
    """Its name cannot become another socket, nor end the line."""
    odd = 'x",pid=1,fd=3),("sshd'
    line = f'tcp LISTEN 0 9 0.0.0.0:25 0.0.0.0:* users:(("{odd}",pid=7,fd=3))'
    with contextlib.suppress(UnmeasuredError):
        assert list(table("listening", line)) == ["tcp 25"]


@given(st.text())
def test_any_text_is_facts_or_unmeasured(text: str) -> None:
    """Whatever a host prints makes a table or a reason, and nothing else."""
    for reading in PROBE.tables.values():
        for given_text in (text, f"{text}\nend\n", f"handed out 1 2\n{text}\nend\n"):
            with contextlib.suppress(UnmeasuredError):
                reading.read(answered(sockets=given_text.encode("utf-8", "replace")), TARGET)


def test_the_real_question_finds_a_real_listener() -> None:
    """A port that is opened here is listed, in a form that is read to its last letter."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        text = ask(TARGET)["sockets"].text.replace("/proc/1/fd", "/proc/self/fd")
        done = subprocess.run(["sh", "-c", text], capture_output=True, check=True)
        found = PROBE.tables["listening"].read(
            answered(sockets=done.stdout.replace(done.stdout.split(b"\n")[0], b"handed out 1 2", 1)), TARGET
        )
    assert "loopback (IPv4)" in str(found[f"tcp {port}"])


@pytest.mark.parametrize(
    ("everywhere", "expected", "required", "unexpected"),
    [
        (True, True, ("web", "db"), ("web", "db")),
        (True, False, ("web", "db"), ("web", "db")),
        (False, True, ("web",), ("web", "db")),
        (False, False, (), ()),
    ],
)
def test_open_ports_are_unexpected_once_the_policy_expects_one(
    *, everywhere: bool, expected: bool, required: tuple[str, ...], unexpected: tuple[str, ...]
) -> None:
    """A policy that names no port at all judges none; the sites are compared in any case."""
    left = {"everywhere": SECTION.everywhere if everywhere else (), "expected": {"db": ()}}
    section = SECTION.model_copy(update=left | ({"expected": SECTION.expected} if expected else {}))
    every = ("web", "db")
    assert PROBE.roles_of("required", section, every) == required
    assert PROBE.roles_of("unexpected", section, every) == unexpected
    assert PROBE.roles_of("listening", section, every) == every
