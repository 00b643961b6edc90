"""Third parties: how they answer a host, and what the host's own answers leave unmeasured."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from selftests.unit.servers import closed_port, saying, served, shell
from selftests.unit.targets import answered, framed, setting_answer, web_host
from siteparity.model import Table, Unmeasured, UnmeasuredError
from siteparity.probes import Target, read_tables
from siteparity.probes.egress import PROBE, Policy, ask
from siteparity.tools import greeting

OK = b"HTTP/1.0 200 OK\r\n\r\n{}"


def target(*, timeout: str = "10s", **party: Any) -> Target[Policy]:
    """A web host with one third party."""
    given = {"server": "127.0.0.1", "port": 9, "speaks": "http", **party}
    file = {"file": given.pop("file")} if "file" in given else {}
    return web_host(
        Policy.model_validate(
            {"owner": "Platform", "parties": {"gateway": given}, "timeout": timeout, **file}
        )
    )


def table(name: str, of: Target[Policy], **answers: bytes | str) -> Table:
    """A table that was measured."""
    found = read_tables({name: PROBE.tables[name]}, answered(**answers), of, ("web",))[name]
    assert not isinstance(found, Unmeasured), found.reason
    return found


def reached(of: Target[Policy]) -> object:
    """How the one third party answers a real shell's talk."""
    said, status = shell(ask(of)["talk0"].text)
    assert status == 0
    (state,) = table("reached", of, talk0=said).values()
    return state


@pytest.mark.parametrize(
    ("speaks", "words", "state"),
    [
        ("http", OK, "accepts"),
        ("http", b"HTTP/1.1 403 Forbidden\r\n\r\n", "refuses (http 403)"),
        ("http", b"220 mail.example\r\n", "does not speak http"),
        ("http", b"", "hangs up without a word"),
        ("smtp", b"220 mail.example ESMTP\r\n", "accepts"),
        ("smtp", b"220-mail.example\r\n220 ready\r\n", "accepts"),
        ("smtp", b"554 5.7.1 go away\r\n", "refuses (smtp 554)"),
        ("smtp", b"HTTP/1.1 400 Bad Request\r\n", "does not speak smtp"),
        ("tcp", b"", "accepts"),
    ],
)
def test_the_first_line_of_an_answer_decides(speaks: str, words: bytes, state: str) -> None:
    """A connection that is taken is no welcome yet, except where nothing is said."""
    with served(saying(words, first=speaks != "http")) as port:
        assert reached(target(port=port, speaks=speaks)) == state


@pytest.mark.parametrize("speaks", ["http", "https", "smtp", "tcp"])
def test_a_port_where_nobody_listens_refuses(speaks: str) -> None:
    """Whatever is spoken there."""
    assert reached(target(port=closed_port(), speaks=speaks)) == "connection refused"


def test_a_server_that_keeps_silent_is_given_up() -> None:
    """In the time that the policy gives, which a report says."""

    def silent(connection: socket.socket) -> None:
        while connection.recv(65_536):  # until the caller gives up
            pass

    with served(silent) as port:
        assert reached(target(port=port, timeout="1s")) == "no answer within 1 s"


def test_a_mail_server_is_let_speak_first() -> None:
    """Who talks before the greeting is taken for a sender of unwanted mail; and nobody leaves silently."""
    heard: list[bytes] = []

    def greet(connection: socket.socket) -> None:
        connection.settimeout(0.3)
        try:
            heard.append(connection.recv(100))
        except TimeoutError:
            heard.append(b"(nothing)")
        connection.sendall(b"220 mail.example\r\n")
        heard.append(connection.recv(100))

    with served(greet) as port:
        assert reached(target(port=port, speaks="smtp")) == "accepts"
    assert heard[:2] == [b"(nothing)", b"QUIT\r\n"]


@pytest.fixture
def secured(tmp_path: Path) -> Iterator[int]:
    """The port of openssl's own server, with a certificate for localhost that nobody has signed."""
    make = "req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out own.pem -days 2 -subj /CN=localhost"
    names = ["-addext", "subjectAltName=DNS:localhost"]
    subprocess.run(["openssl", *make.split(), *names], cwd=tmp_path, check=True, capture_output=True)
    port = closed_port()
    serve = f"s_server -quiet -www -key key.pem -cert own.pem -accept 127.0.0.1:{port}"
    with subprocess.Popen(["openssl", *serve.split()], cwd=tmp_path, stdout=subprocess.DEVNULL) as server:
        for _ in range(100):
            with socket.socket() as probe:
                if not probe.connect_ex(("127.0.0.1", port)):
                    break
            time.sleep(0.05)
        yield port
        server.terminate()


def secured_state(port: int, server: str = "localhost", **environment: str) -> str:
    """How it answers a host with such an environment."""
    one = target(server=server, port=port, speaks="https")
    said, _ = shell(ask(one)["talk0"].text, **environment)
    (state,) = table("reached", one, talk0=said).values()
    return str(state)


def test_a_certificate_that_the_host_trusts_is_no_hindrance(secured: int, tmp_path: Path) -> None:
    """By the host's own store of authorities, and for the name that was asked for."""
    trusted = {"SSL_CERT_FILE": f"{tmp_path}/own.pem"}
    assert secured_state(secured, **trusted) == "accepts"
    assert "not trusted here (IP address mismatch)" in secured_state(secured, "127.0.0.1", **trusted)


def test_a_certificate_that_the_host_does_not_trust_is_named(secured: int) -> None:
    """The standby's store of authorities may be older than the gateway's certificate."""
    assert secured_state(secured).startswith("its certificate is not trusted here (self")


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "said HTTP/1.1 200 OK",
        "exit 127",
        "setpriv: uid shop not found\nexit 1",
        "bash: line 1: openssl: command not found\nsaid \nexit 0",
        "something else\nexit 9",
    ],
)
def test_a_talk_that_was_not_made_is_unmeasured(answer: str) -> None:
    """A missing program, a user that is not there, half an answer, words that nobody knows."""
    with pytest.raises(UnmeasuredError):
        greeting.read(answer.split("\n"), 3)


WAY = b"192.0.2.7 via 198.18.2.1 dev eth0 src 198.18.2.21 uid 0 \\    cache \n"
PLACE = b"[addresses]\n192.0.2.7\n2001:db8::7\n[way]\n" + WAY + b"end\n"


def test_a_name_has_addresses_and_the_way_there_a_source() -> None:
    """The source is what the third party sees, unless somebody translates it."""
    one = target(server="pay.example")
    assert table("places", one, place0=PLACE) == {"addresses of pay.example": "192.0.2.7, 2001:db8::7"}
    assert table("source", one, place0=PLACE) == {"source address towards the gateway": "198.18.2.21"}


def test_addresses_that_move_by_themselves_are_not_compared() -> None:
    """Those of a content network differ from minute to minute."""
    moving = target(server="pay.example", moving=True)
    assert table("places", moving, place0=PLACE) == {"addresses of pay.example": "some"}
    assert table("places", moving, place0=b"[addresses]\n[way]\nend\n") == {
        "addresses of pay.example": "none"
    }


@pytest.mark.parametrize(
    "answer",
    [b"[way]\n", b"192.0.2.7\n[way]\n", b"<b>\n[way]\n192.0.2.7 src 198.18.2.21\n", b"[way]\n" + WAY],
)
def test_a_way_that_was_not_seen_is_unmeasured(answer: bytes) -> None:
    """No address, no route, or something else."""
    place = framed(b"[addresses]\n" + answer)
    found = read_tables({"source": PROBE.tables["source"]}, answered(place0=place), target(), ("web",))
    assert isinstance(found["source"], Unmeasured)


@pytest.mark.parametrize(
    ("line", "state"),
    [
        ("PAY_URL=http://pay.example:8081/charge", "as tried here"),
        ("PAY_URL = 'http://key:secret@PAY.example:8081/charge?key=secret'", "as tried here"),
        ("PAY_URL=http://test.pay.example:8081/charge", "another one (test.pay.example:8081)"),
        ("PAY_URL=http://u:secret@pay.example/secret", "another one (pay.example)"),
        ("PAY_URL=secret", "another one (not shown)"),
        ("#PAY_URL=http://pay.example:8081/charge", "not set"),
        ("PAY_URL=http://pay.example:8081/\nPAY_URL=http://pay.example:8081/", "set 2 times"),
        ("PAY_URL=", "another one (not shown)"),
    ],
)
def test_the_shops_setting_is_held_against_what_was_tried(tmp_path: Path, line: str, state: str) -> None:
    """By a real shell; no user, password, path or key leaves the host."""
    file = tmp_path / "shop env"
    file.write_text(f"OTHER=1\n{line}\nPAY_URL_OLD=http://x.example/\n", encoding="utf-8")
    one = target(server="pay.example", port=8081, setting="PAY_URL", file=str(file))
    said, status = shell(ask(one)["settings"].text)
    assert status == 0
    assert b"secret" not in said or "not shown" in state
    assert table("settings", one, settings=said) == {"PAY_URL": state}


def test_a_default_port_is_the_schemes_own() -> None:
    """As a browser fills it in."""
    one = target(server="pay.example", port=443, speaks="https", setting="PAY_URL", file="/x")
    assert table("settings", one, settings=framed(setting_answer("PAY_URL\thttps pay.example"))) == {
        "PAY_URL": "as tried here"
    }


def test_settings_that_cannot_be_read_are_no_settings(tmp_path: Path) -> None:
    """A file that is not there is not one without a line."""
    one = target(setting="PAY_URL", file=f"{tmp_path}/none")
    assert shell(ask(one)["settings"].text)[1] != 0


def test_a_setting_needs_its_file() -> None:
    """The policy says so when it is read."""
    with pytest.raises(ValidationError, match="expected file"):
        target(setting="PAY_URL")


def test_the_account_of_the_shop_asks() -> None:
    """A firewall may tell users from each other."""
    section = target().section.model_copy(update={"user": "shop"})
    assert ask(web_host(section))["talk0"].text.startswith(
        "setpriv --reuid=shop --regid=shop --init-groups -- "
    )


@given(st.binary(max_size=120) | st.text(alphabet="exitsaid 0129\naddress.:src", max_size=80).map(str.encode))
def test_any_bytes_are_facts_or_unmeasured(answer: bytes) -> None:
    """The readers raise the one declared exception only, and never take noise for a welcome."""
    one = target(setting="PAY_URL", file="/x")
    place = b"[addresses]\n" + answer + b"\n[way]\n" + framed(answer)
    given = answered(talk0=framed(answer), place0=place, settings=framed(answer))
    found = read_tables(PROBE.readings(), given, one, ("web",))["reached"]
    assert isinstance(found, Unmeasured) or "accepts" not in found.values()
