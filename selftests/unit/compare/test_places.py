"""Hosts as the command line names them: what ssh takes is taken, and nothing reaches ssh as an option."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteparity.compare import places
from siteparity.model import ConfigurationError
from siteparity.transport import ssh


@pytest.mark.parametrize(
    ("typed", "address", "user", "port"),
    [
        ("web1", "web1", None, None),
        ("ada@web1.shop.example", "web1.shop.example", "ada", None),
        ("ada@corp.example@web1", "web1", "ada@corp.example", None),
        ("10.0.0.1", "10.0.0.1", None, None),
        ("::1", "::1", None, None),
        ("ada@[2001:db8::7]", "2001:db8::7", "ada", None),
        ("fe80::1%eth0", "fe80::1%eth0", None, None),
        ("ssh://web1", "web1", None, None),
        ("ssh://web1/", "web1", None, None),
        ("ssh://ada@web1:2222", "web1", "ada", 2222),
        ("ssh://ada@[2001:db8::7]:2222", "2001:db8::7", "ada", 2222),
    ],
)
def test_a_host_is_named_as_for_ssh(typed: str, address: str, user: str | None, port: int | None) -> None:
    """Alias, name or address, with a user and a port."""
    first, _ = places([typed, "other"])
    assert (first.typed, first.connection.address) == (typed, address)
    assert (first.connection.user, first.connection.port) == (user, port)


@pytest.mark.parametrize(
    "typed",
    ["", "-oProxyCommand=id", "a b", "@web1", "ada@", "ssh://", "ssh://web1:0", "ssh://web1:65536",
     "ssh://::1", "ssh://web1:22:22", "http://web1", "ssh://ssh://web1", "dallas/web1", "web1;id", "[::1]:22",
     "-l@web1", "ada@-web1", "web1\n", "ssh://[::1", "we\0b"],
)  # fmt: skip
def test_what_is_no_host_is_refused(typed: str) -> None:
    """The message quotes it, and says what is expected."""
    with pytest.raises(ConfigurationError, match=r"HOST: expected HOST, USER@HOST") as refused:
        places(["other", typed])
    assert repr(typed) in str(refused.value)


def test_a_port_is_written_as_ssh_takes_it() -> None:
    """``web1:22`` is no name of a host; the message has the right form to copy."""
    with pytest.raises(ConfigurationError, match=r"write ssh://ada@web1:2222"):
        places(["ada@web1:2222", "other"])


@pytest.mark.parametrize("second", ["web1", "ssh://web1", "ssh://web1/"])
def test_one_host_twice_is_refused(second: str) -> None:
    """It would be equal to itself in everything."""
    with pytest.raises(ConfigurationError, match=r"expected two hosts, found .* twice"):
        places(["web1", second])


def test_a_missing_configuration_of_ssh_is_told(tmp_path: Path) -> None:
    """Else ssh would say so, once for each host."""
    with pytest.raises(ConfigurationError, match=r"--ssh-config: expected a file, found none at .*nowhere"):
        places(["a", "b"], tmp_path / "nowhere")


@given(st.text(max_size=30))
def test_whatever_is_taken_is_no_option(typed: str) -> None:
    """Any text either is refused, or leaves names that ssh takes for nothing else."""
    try:
        first, _ = places([typed, "some-other-host"])
    except ConfigurationError:
        return
    ssh.check(first.connection)
    assert not first.connection.address.startswith("-")
