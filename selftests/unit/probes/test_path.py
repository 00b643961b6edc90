"""Whether hosts reach each other, without loss, by the right name."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import subprocess
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from selftests.unit.sites import site
from selftests.unit.targets import answered, web_host
from siteparity.model import Facts, Table, Unmeasured, UnmeasuredError
from siteparity.probes import Target, read_tables
from siteparity.probes.path import PROBE, Leg, Policy, ask, ask_again, who_is_up
from siteparity.tools.network import question

SECTION = Policy(owner="Network", legs=(Leg(client="web", server="web", port=8000),))
TARGET: Target[Policy] = web_host(SECTION)
PEER = "198.18.2.22"

NAMES = f"""\
[names]
web2.arizona.shop.example {PEER} {PEER}
[hosts]
127.0.0.1 localhost
127.0.1.1 web1
::1 ip6-localhost
ff02::1 ip6-allnodes
198.18.2.21 web1.arizona.shop.example web1
[resolv.conf]
search arizona.shop.example
nameserver 198.18.2.53
nameserver 198.18.0.10
options timeout:1
[nsswitch.conf]
hosts: files dns
end
"""
TCP = "Tcp: RtoMin OutSegs RetransSegs\nTcp: 200 {} {}\n"
TRAIN = f"PING {PEER} ({PEER}) 1472(1500) bytes of data.\n\n--- {PEER} ping statistics ---\n"
SENT = "{} packets transmitted, {} received, 0% packet loss, time 300ms\n"
RTT = "rtt min/avg/max/mdev = 0.050/0.060/0.200/0.010 ms\n"


def packets(first: str = SENT.format(149, 149) + RTT, more: str = "") -> str:
    """What ping said about the peer."""
    return f"[packets {PEER}]\n{TRAIN}{first}[more]\n{more}\n"


def reached(
    tries: str = packets(),
    connected: str = f"connected {PEER} 8000 29 0 0 0\n",
    route: str = f"{PEER} dev eth0 src 198.18.2.21 uid 0 \\    cache \n",
    link: str = "eth0 mtu 1500\neth0 speed 10000\neth0 duplex full\n",
    counted: tuple[int, int] = (0, 0),
) -> bytes:
    """A whole answer of the second look; what was counted are segments sent again, and errors."""
    before = TCP.format(1000, 5) + "eth0 rx_errors 7\neth0 tx_errors 0\n"
    after = TCP.format(1400, 5 + counted[0]) + f"eth0 rx_errors {7 + counted[1]}\neth0 tx_errors 0\n"
    asked = f"[peers]\n{PEER}\n[routes]\n{route}[links]\n{link}[before]\n{before}"
    return f"{asked}[tries]\n{connected}{tries}[after]\n{after}end\n".encode()


def facts(answer: bytes = reached(), names: str = NAMES, target: Target[Policy] = TARGET) -> Facts:
    """Everything read from one host."""
    return read_tables(PROBE.readings(), answered(names=names.encode(), reached=answer), target, ("web",))


def table(name: str, answer: bytes = reached(), names: str = NAMES) -> Table:
    """A table that was measured."""
    found = facts(answer, names)[name]
    assert not isinstance(found, Unmeasured), found.reason
    return found


def test_a_path_that_is_well() -> None:
    """What 149 packets and 29 connections prove, and nothing that changes from run to run."""
    assert table("reached") == {"web2 port 8000": "answers"}
    assert set(table("packets").values()) == {1.99}
    assert set(table("connections").values()) == {9.814}
    assert table("resent") == {"TCP segments sent again, in percent": 0.0}
    assert table("errors") == {"errors of eth0": 0, "packets that came twice from web2": 0}
    assert table("latency") == {"to web2 and back": 0.00005}
    assert table("links") == {"towards web2": "well"}
    assert table("paths") == {"to the others and back": "MTU 1500, within 1 ms"}
    assert table("names") == {"web2.arizona.shop.example": "as in the inventory"}
    assert table("resolution") == {
        "resolver: search 1": "arizona.shop.example",
        "resolver: nameserver 1": "inside the site",
        "resolver: nameserver 2": "198.18.0.10",
        "resolver: options 1": "timeout:1",
        "order of looking": "hosts: files dns",
    }


@pytest.mark.parametrize(
    ("lost", "is_within"),
    [
        ((149, 149, 0, 0), True),
        ((149, 148, 447, 447), True),
        ((149, 147, 447, 444), True),
        ((149, 147, 447, 438), False),
        ((149, 0, 5, 5), False),
        ((149, 60, 447, 200), False),
    ],
)
def test_packets_are_judged_by_the_bound_of_all_tries(
    lost: tuple[int, int, int, int], is_within: bool
) -> None:
    """One odd packet of 596 does not exceed 2 %, eleven do; nor does a path carry what it loses whole."""
    sent, back, more_sent, more_back = lost
    again = TRAIN + SENT.format(more_sent, more_back) + RTT if more_sent else ""
    bound = next(iter(table("packets", reached(packets(SENT.format(sent, back), again))).values()))
    assert (float(bound) <= SECTION.packets) is is_within


def test_a_path_that_loses_every_full_size_packet_still_has_a_round_trip() -> None:
    """Small packets pass: that is an MTU, not a filter."""
    answer = reached(packets(SENT.format(149, 0), TRAIN + SENT.format(5, 5) + RTT))
    assert table("latency", answer) == {"to web2 and back": 0.00005}
    assert set(table("packets", answer).values()) == {100.0}


def test_the_halves_of_a_train_are_one() -> None:
    """Lost in the second half only, for whatever reason, is lost; small packets are counted apart."""
    broken = packets(SENT.format(75, 0), TRAIN + SENT.format(5, 5) + RTT)
    answer = reached(packets(SENT.format(75, 75) + RTT) + broken)
    assert 50 < float(next(iter(table("packets", answer).values()))) < 60
    assert set(table("packets", reached(packets(SENT.format(75, 75)) * 2)).values()) == {1.977}


def test_a_peer_that_answers_no_echo_at_all_is_unmeasured() -> None:
    """A filter of ICMP is no loss, and no proof either."""
    found = facts(reached(packets(SENT.format(149, 0), TRAIN + SENT.format(5, 0))))["packets"]
    assert isinstance(found, Unmeasured)
    assert "web2 answers no ICMP echo" in found.reason


@pytest.mark.parametrize(
    ("counts", "state", "bound"),
    [
        ("28 0 1 0", "answers", 15.339),
        ("0 8 0 0", "refused", 100.0),
        ("0 0 8 0", "no answer", 100.0),
        ("0 0 0 8", "no route", 100.0),
        ("1 0 7 0", "answers", 99.361),
    ],
)
def test_connections_say_what_becomes_of_them(counts: str, state: str, bound: float) -> None:
    """One that is late has lost a packet; none at all is another state."""
    answer = reached(connected=f"connected {PEER} 8000 {counts}\n")
    assert table("reached", answer) == {"web2 port 8000": state}
    assert set(table("connections", answer).values()) == {bound}


def test_counters_are_deltas() -> None:
    """What happened before the tries says nothing of them."""
    assert table("errors", reached(counted=(0, 3)))["errors of eth0"] == 3
    assert (
        float(table("resent", reached(counted=(40, 0)))["TCP segments sent again, in percent"])
        > SECTION.resent
    )
    assert float(table("resent", reached(counted=(1, 0)))["TCP segments sent again, in percent"]) < 0.1


def test_a_peer_without_a_route_is_said_to_have_none() -> None:
    """What was found out about the others stays."""
    answer = reached(connected=f"connected {PEER} 8000 0 0 0 8\n", route="")
    assert table("links", answer) == {"towards web2": "no route"}
    assert table("reached", answer) == {"web2 port 8000": "no route"}


def test_doubled_packets_are_counted() -> None:
    """A loop in the network doubles them."""
    twice = reached(
        packets("149 packets transmitted, 149 received, +2 duplicates, 0% packet loss, time 3ms\n")
    )
    assert table("errors", twice)["packets that came twice from web2"] == 2


@pytest.mark.parametrize(
    ("route", "link", "state"),
    [
        ("", "mtu 1400", "MTU 1400, expected 1500"),
        ("mtu 1400", "mtu 1500", "MTU 1400, expected 1500"),
        ("", "mtu 9000", "MTU 9000, expected 1500"),
        ("", "mtu 1500\neth0 duplex half\neth0 speed 100", "half duplex; 100 Mb/s, expected 1000 or more"),
        ("", "mtu 1500\neth0 qdisc tbf", "held back by tbf"),
        ("", "mtu 1500\neth0 qdisc fq_codel", "well"),
        ("", "mtu 1500\neth0 duplex unknown\neth0 speed -1", "well"),
        ("", "mtu 1500\neth0 duplex \neth0 speed ", "well"),
    ],
)
def test_interfaces_say_what_is_wrong_with_them(route: str, link: str, state: str) -> None:
    """An MTU that was learned counts; a virtual interface knows no speed."""
    answer = reached(
        route=f"{PEER} dev eth0 src 198.18.2.21 uid 0 \\    cache {route}\n", link=f"eth0 {link}\n"
    )
    assert table("links", answer) == {"towards web2": state}


@pytest.mark.parametrize(
    ("quickest", "pace"),
    [("0.005", "within 1 ms"), ("1.000", "within 1 ms"), ("1.1", "within 3 ms"), ("25", "within 27 ms")],
)
def test_slow_paths_are_compared_by_their_order_of_magnitude(quickest: str, pace: str) -> None:
    """Microseconds are noise; a detour through another site is not."""
    answer = reached(packets(SENT.format(149, 149) + RTT.replace("0.050", quickest, 1)))
    assert table("paths", answer) == {"to the others and back": f"MTU 1500, {pace}"}


@pytest.mark.parametrize(
    ("line", "state"),
    [
        ("web2.arizona.shop.example 198.18.1.22", "stands for 198.18.1.22"),
        (f"web2.arizona.shop.example {PEER} 198.18.1.22", f"stands for {PEER}, 198.18.1.22"),
        ("web2.arizona.shop.example ! silent", "no answer"),
        ("web2.arizona.shop.example ", "no answer"),
        ("", "no answer"),
    ],
)
def test_names_say_what_they_stand_for(line: str, state: str) -> None:
    """An address of the other site, one too many, or none."""
    names = NAMES.replace(f"web2.arizona.shop.example {PEER} {PEER}", line)
    assert table("names", names=names) == {"web2.arizona.shop.example": state}


def test_short_names_in_the_inventory_may_be_for_people() -> None:
    """A name that nobody resolves is no fault unless a name server should know it; a wrong answer is one."""
    host = TARGET.site.hosts[1]
    short = mock.Mock(wraps=host, spec=host, addresses=host.addresses, roles=host.roles, names=("web2",))
    short.name = "web2"
    site = mock.Mock(
        wraps=TARGET.site, spec=TARGET.site, hosts=(TARGET.host, short), domain=TARGET.site.domain
    )
    site.in_role.side_effect = lambda _: site.hosts
    target = Target(TARGET.host, site, SECTION, TARGET.policy)
    read = PROBE.tables["names"].read
    for line, state in (
        ("web2 ! unknown", {"the servers": "without a name in the inventory"}),
        ("web2 198.18.1.22", {"web2": "stands for 198.18.1.22"}),
    ):
        names = NAMES.replace(f"web2.arizona.shop.example {PEER} {PEER}", line).encode()
        assert read(answered(names=names), target) == state


def test_a_pinned_name_is_told_and_what_every_host_has_is_not() -> None:
    """Loopback, multicast and the host's own line are no overrides."""
    names = NAMES.replace("[resolv.conf]", f"{PEER} db.arizona.shop.example db\n[resolv.conf]")
    found = table("resolution", names=names)
    assert found["/etc/hosts: db.arizona.shop.example"] == PEER
    assert found["/etc/hosts: db"] == PEER
    assert len([item for item in found if item.startswith("/etc/hosts")]) == 2


WHOLE = reached()
NOBODY = "".join(f"[{part}]\n" for part in question.REACHED).encode() + b"end\n"


@pytest.mark.parametrize(
    "answer",
    [
        NOBODY,
        WHOLE.replace(b"[links]", b"[wires]"),
        WHOLE.replace(b"dev eth0", b"unreachable"),
        WHOLE.replace(f"[packets {PEER}]".encode(), b"[packets 198.18.2.23]"),
        WHOLE.replace(f"[peers]\n{PEER}".encode(), f"[peers]\n{PEER}\n198.18.2.23".encode()),
        WHOLE.replace(b" 8000 29", b" 8001 29"),
        WHOLE.replace(f"connected {PEER} 8000 29 0 0 0\n".encode(), b""),
        WHOLE.replace(b"eth0 mtu 1500", b"eth0 mtu "),
        WHOLE.replace(b"RetransSegs", b"Resent"),
        WHOLE.replace(b"Tcp: 200 1400 5", b"Tcp: 200 14 5"),
        WHOLE.replace(b"rx_errors 7", b"rx_errors many"),
        WHOLE.replace(b"149 packets", b"some packets"),
        WHOLE.replace(b"connected", b"attached"),
    ],
)
def test_half_an_answer_is_unmeasured(answer: bytes) -> None:
    """Nothing is proven by tries that were not told."""
    assert any(isinstance(found, Unmeasured) for found in facts(answer).values())


def test_a_train_that_says_nothing_is_unmeasured() -> None:
    """Without the right to send, ping prints nothing at all."""
    assert isinstance(facts(reached(f"[packets {PEER}]\n\n[more]\n\n"))["packets"], Unmeasured)


@pytest.mark.parametrize("names", ["end\n", NAMES.replace("127.0.0.1 localhost", "! Permission denied")])
def test_names_that_were_not_told_are_unmeasured(names: str) -> None:
    """A file that cannot be read is no empty file."""
    found = facts(names=names)
    assert isinstance(found["names"], Unmeasured)
    assert isinstance(found["resolution"], Unmeasured)


@given(st.text())
def test_any_text_is_facts_or_unmeasured(text: str) -> None:
    """Whatever a host prints makes tables or reasons, and nothing else."""
    parts = (reached(text), reached(route=text), reached(link=text)) if text.isprintable() else ()
    for answer in (text.encode("utf-8", "replace"), *parts):
        assert len(facts(answer, NAMES.replace("[hosts]", f"[hosts]\n{text}"))) == len(PROBE.readings())


def test_peers_that_were_not_measured_are_not_tried() -> None:
    """A dead host is its own finding, not one of everybody who knows it."""
    seen = {("arizona", "web2"): {"resolution": Unmeasured("no answer")}}
    assert who_is_up(TARGET, seen) == {"PEERS": "none"}
    assert who_is_up(TARGET, {("arizona", "web2"): {"resolution": {"a": "b"}}}) == {"PEERS": PEER}
    text = ask_again(TARGET)["reached"].text
    assert f"if up {PEER}; then train {PEER} 1472 &" in text
    assert f"{PEER} 8000 29" in text
    assert "-c 75" in text


@pytest.mark.parametrize("peers", ["none", "192.0.2.7", f"{PEER}0"])
def test_only_peers_of_the_inventory_are_tried(peers: str) -> None:
    """Whoever may name the peers cannot let a host send packets to anybody else."""
    text = f"PEERS='{peers}'\n{ask_again(TARGET)['reached'].text}"
    assert subprocess.run(["sh", "-c", text], capture_output=True, check=True).stdout == NOBODY


def test_a_host_that_hung_is_not_asked_again() -> None:
    """It would hold up the run a second time; its reason is known."""
    seen = {("arizona", "web1"): {"names": Unmeasured("no answer within 5 s")}}
    with pytest.raises(UnmeasuredError, match="no answer within 5 s"):
        who_is_up(TARGET, seen)


def test_rates_are_written_with_their_sign() -> None:
    """A bare number could be a share or a percentage."""
    made = Policy.model_validate({"owner": "x", "legs": SECTION.legs, "packets": "0.5%"})
    assert made.packets == 0.5
    for wrong in ("2", "2 of 100", "x%", "0%", "80%", 2):
        with pytest.raises(ValidationError):
            Policy.model_validate({"owner": "x", "legs": SECTION.legs, "packets": wrong})


def connect(*ports: tuple[int, int]) -> dict[int, list[int]]:
    """What the real program says of real ports at loopback, with their numbers of tries."""
    perl = shutil.which("perl")
    assert perl is not None
    words = [str(word) for port, count in ports for word in ("127.0.0.1", port, count)]
    argv = [perl, "-e", question.CONNECT, "--", "300", "4", *words]
    done = subprocess.run(argv, capture_output=True, check=True, text=True, timeout=30)
    found = [
        re.fullmatch(r"connected 127.0.0.1 (\d+) (\d+) (\d+) (\d+) (\d+)", line)
        for line in done.stdout.splitlines()
    ]
    return {int(one[1]): [int(one[number]) for number in range(2, 6)] for one in found if one}


def test_the_real_program_counts_open_closed_and_full_ports() -> None:
    """All at once: a port that is late does not hold up the others, and is given up after two rounds."""
    with contextlib.ExitStack() as stack:
        open_, closed, full = (
            stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=128)) for _ in range(3)
        )
        ports = [one.getsockname()[1] for one in (open_, closed, full)]
        closed.close()
        full.listen(0)
        for _ in range(4):  # a queue that is full takes no more connections: the kernel drops their packets
            waiting = stack.enter_context(contextlib.closing(socket.socket()))
            waiting.settimeout(0)
            with contextlib.suppress(BlockingIOError):
                waiting.connect(full.getsockname())
        found = connect((ports[0], 29), (ports[1], 29), (ports[2], 29))
    assert found[ports[0]] == [29, 0, 0, 0]
    assert found[ports[1]] == [0, 8, 0, 0]
    assert found[ports[2]][2] == 8


def test_the_real_program_resolves_and_prints_files(tmp_path: Path) -> None:
    """As the host's own programs would: /etc/hosts first."""
    done = subprocess.run(
        ["sh", "-c", question.resolve(["localhost", "no.such.invalid"])], capture_output=True, check=True
    )
    text = done.stdout.decode()
    assert re.search(r"^localhost .*127\.0\.0\.1", text, re.MULTILINE)
    assert "no.such.invalid ! " in text
    assert text.endswith("\nend\n")
    assert tmp_path


def test_the_questions_are_shell_texts() -> None:
    """Perl inside a shell text, and a list for ip."""
    for text in (ask(TARGET)["names"].text, question.reach([(PEER, 1472)], [(PEER, 80)], 149, 29)):
        subprocess.run(["sh", "-n", "-c", text], check=True, env=dict(os.environ))


def test_limits_are_seconds() -> None:
    """`within` compares seconds with seconds."""
    assert timedelta(milliseconds=5) == SECTION.latency


def of_many(number: int) -> Target[Policy]:
    """A web host among so many."""
    many = site("arizona", 2, number)
    return replace(TARGET, site=many, host=many.hosts[0])


def tried(target: Target[Policy], lost: int = 0) -> Facts:
    """What this host reads if each peer that it is asked to try answers, and the first loses packets."""
    peers = re.findall(r"then train (\S+) 1472", ask_again(target)["reached"].text)
    trains = "".join(
        packets(SENT.format(149, 149 - (lost if not number else 0)) + RTT).replace(PEER, peer)
        for number, peer in enumerate(peers)
    )
    answer = reached(
        trains,
        "".join(f"connected {peer} 8000 29 0 0 0\n" for peer in peers),
        "".join(f"{peer} dev eth0 src 198.18.2.21 uid 0 \\    cache \n" for peer in peers),
    ).replace(f"[peers]\n{PEER}\n".encode(), "[peers]\n{}\n".format("\n".join(peers)).encode())
    return facts(answer, target=target)


@pytest.mark.parametrize(("hosts", "peers"), [(2, 1), (9, 8), (10, 8), (60, 8)])
def test_of_many_hosts_some_are_tried_and_their_role_has_a_bound(hosts: int, peers: int) -> None:
    """A site that has no more hosts than are tried is measured as ever: way by way, and nothing else."""
    found = tried(of_many(hosts))["packets"]
    assert not isinstance(found, Unmeasured), found.reason
    of_role = {item for item in found if "hosts of web" in item}
    assert len(found) - len(of_role) == peers
    assert of_role == (
        {"packets to hosts of web and back that may be lost, in percent"} if hosts > 9 else set()
    )
    assert all(found[item] == 0.251 for item in of_role)  # 0 of 1192
    assert tried(of_many(hosts))["reached"] == {
        f"{item.split()[2]} port 8000": "answers" for item in found if item not in of_role
    }


def test_names_are_looked_up_of_every_server() -> None:
    """Whoever is not tried is still found by its name."""
    assert len(re.findall(r"web\d+.arizona", ask(of_many(60))["names"].text)) == 59
