"""What a host says of itself, and what becomes of it: two sites of one host."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import Any

import pytest

from siteparity.compare import places, sites
from siteparity.compare.introduction import Introduction, read
from siteparity.model import UnmeasuredError
from siteparity.names import OwnNames

ANSWER: dict[str, list[str]] = {
    "user": ["1000"],
    "sudo": ["works"],
    "names": ["web1", "web1.dallas.shop.example"],
    "machine": ["0123456789abcdef0123456789abcdef"],
    "addresses": ["10.1.0.21/24", "2001:db8::21/64"],
    "system": ['"Debian GNU/Linux 12 (bookworm)"'],
}


def said(**changes: list[str]) -> Introduction:
    """The introduction of a usual host, with other parts."""
    return read({**ANSWER, **changes})


def test_a_host_introduces_itself() -> None:
    """Names, addresses and networks are its own."""
    own = said()
    assert (own.is_root, own.refusal, own.system) == (False, "", "Debian GNU/Linux 12 (bookworm)")
    assert own.names == ("web1", "web1.dallas.shop.example")
    assert own.domain == "dallas.shop.example"
    assert own.addresses == (ip_address("10.1.0.21"), ip_address("2001:db8::21"))
    assert own.networks == (ip_network("10.1.0.0/24"), ip_network("2001:db8::/64"))


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("fails: sudo: a password is required", "sudo needs a password"),
        ("fails: ada is not in the sudoers file.", "sudo does not allow it"),
        ("fails: sh: 1: sudo: not found", "the host lacks sudo"),
        ("fails: strange", "sudo -n does not work (strange)"),
        ("fails:", "sudo -n does not work (no message)"),
    ],
)
def test_why_sudo_does_not_work_is_told(line: str, reason: str) -> None:
    """In the words of every run."""
    assert said(sudo=[line]).refusal == reason


def test_root_needs_no_sudo() -> None:
    """Then sudo is not tried."""
    own = said(user=["0"], sudo=[])
    assert (own.is_root, own.refusal) == (True, "")


@pytest.mark.parametrize("changes", [{"user": []}, {"user": ["root"]}, {"addresses": ["10.1.0.21/24", "x"]}])
def test_what_is_not_understood_is_no_introduction(changes: dict[str, list[str]]) -> None:
    """A host that says nonsense is not measured."""
    with pytest.raises(UnmeasuredError):
        said(**changes)


def test_names_that_any_host_may_have_are_none() -> None:
    """``localhost`` in a file names nobody."""
    assert said(names=["localhost", "localhost.localdomain", "-rm", "a b"]).names == ()


def pair(one: Introduction, two: Introduction, **_: Any) -> tuple[OwnNames, OwnNames]:
    """The names of both sites."""
    first, second = sites.named(list(zip(places(["a", "b"]), (one, two), strict=True)), as_root=True)
    return OwnNames.of(first), OwnNames.of(second)


def test_what_is_a_hosts_own_reads_alike_at_both() -> None:
    """Names, addresses, machine-id, networks and domains."""
    one = said()
    two = said(
        names=["app7", "app7.arizona.shop.example"],
        machine=["f" * 32],
        addresses=["10.2.0.9/24"],
    )
    first, second = pair(one, two)
    for text, other in (
        ("listen 10.1.0.21:80", "listen 10.2.0.9:80"),
        ("host web1.dallas.shop.example", "host app7.arizona.shop.example"),
        ("myhostname = web1", "myhostname = app7"),
        ("id 0123456789abcdef0123456789abcdef", f"id {'f' * 32}"),
        ("allow 10.1.0.0/24", "allow 10.2.0.0/24"),
        ("db.dallas.shop.example", "db.arizona.shop.example"),
    ):
        assert first.generic(text) == second.generic(other) != text


def test_what_both_call_their_own_tells_them_not_apart() -> None:
    """A bridge of containers has one address everywhere; siblings share domain and network."""
    one = said(addresses=["10.1.0.21/24", "172.17.0.1/16"])
    two = said(
        names=["web2", "web2.dallas.shop.example"],
        machine=["f" * 32],
        addresses=["10.1.0.22/24", "172.17.0.1/16"],
    )
    first, _ = pair(one, two)
    for text in ("172.17.0.1", "db.dallas.shop.example", "10.1.0.0/24", "web2"):
        assert first.generic(text) == text
    assert first.generic("10.1.0.21") == "{host}"


def test_hosts_of_one_name_keep_it() -> None:
    """A clone that nobody renamed: the name stands on both, and differs nowhere."""
    first, second = pair(said(), said(addresses=["10.1.0.22/24"]))
    assert first.generic("web1") == second.generic("web1") == "web1"


def test_sudo_is_used_where_both_have_it_and_the_login_is_not_root() -> None:
    """Asked with other rights, two hosts would differ in what can be read."""
    known = list(zip(places(["a", "b"]), (said(), said(user=["0"], sudo=[])), strict=True))
    with_root = sites.named(known, as_root=True)
    assert [site.hosts[0].connection.become for site in with_root] == [True, False]
    without = sites.named(known, as_root=False)
    assert [site.hosts[0].connection.become for site in without] == [False, False]
