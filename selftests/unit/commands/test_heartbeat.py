"""A run that begins and ends is told to a real web server; one that cannot be told changes no answer."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from selftests.unit.servers import closed_port
from selftests.unit.web import Web, web
from siteparity.commands import heartbeat as module
from siteparity.commands.cli import main
from siteparity.commands.heartbeat import VARIABLE, Heartbeat, address_of, heartbeat
from siteparity.commands.within import within
from siteparity.gate.run import Gate

KEY = "0f8b1c5e-1d2c-4a51-9c1e-77aa00cc1234"


def address_file(folder: Path, text: str, mode: int = 0o600) -> Path:
    """A file with an address."""
    path = folder / "heartbeat"
    path.write_text(text)
    path.chmod(mode)
    return path


def beat(url: str, folder: Path) -> tuple[Heartbeat, list[str]]:
    """The heartbeat at an address, and what it says on stderr."""
    said: list[str] = []
    made = heartbeat(address_file(folder, f"# healthchecks\n{url}\n"), "", said.append)
    assert made is not None
    made.pause, made.seconds = 0.01, 2
    return made, said


def test_begin_and_end_are_told_in_their_order(tmp_path: Path) -> None:
    """As healthchecks.io has it: /start, then the exit status."""
    with web() as server:
        made, said = beat(f"{server.url}/ping/{KEY}", tmp_path)
        made.begin()
        made.end(2)
    assert server.asked == [f"GET /ping/{KEY}/start", f"GET /ping/{KEY}/2"]
    assert said == []


def test_an_address_with_a_query_keeps_it(tmp_path: Path) -> None:
    """The place goes before it."""
    with web() as server:
        made, _ = beat(f"{server.url}/?token={KEY}", tmp_path)
        made.end(0)
    assert server.asked == [f"GET /0?token={KEY}"]


def test_a_visit_that_fails_is_tried_again(tmp_path: Path) -> None:
    """Once."""
    with web([500, 200]) as server:
        made, said = beat(f"{server.url}/{KEY}", tmp_path)
        made.end(0)
    assert len(server.asked) == 2
    assert said == []


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (404, "the server answered 404"),
        (302, "the server answered 302"),
    ],
)
def test_what_is_not_received_is_told_without_the_address(status: int, words: str, tmp_path: Path) -> None:
    """A server that leads elsewhere is not followed: the address is a secret."""
    with web([status]) as server:
        made, said = beat(f"{server.url}/{KEY}", tmp_path)
        made.end(0)
    assert said == [f"the heartbeat (0) was not received: {words}; the answer stands"]
    assert server.asked == [f"GET /{KEY}/0"] * 2


def test_a_silent_server_takes_no_longer_than_the_limit(tmp_path: Path) -> None:
    """Neither does one where nobody listens."""
    with web(slow=3) as server:
        made, said = beat(f"{server.url}/{KEY}", tmp_path)
        made.seconds = 0.2
        made.end(0)
    assert "no answer" in said[0]
    made, said = beat(f"http://127.0.0.1:{closed_port()}/{KEY}", tmp_path)
    made.end(0)
    assert said == ["the heartbeat (0) was not received: no answer (ConnectionError); the answer stands"]


@pytest.mark.parametrize("text", ["", "ftp://127.0.0.1/x", "https://", "two\nlines", "https://a b"])
def test_an_address_that_is_none_is_told_and_no_heartbeat_is_sent(text: str, tmp_path: Path) -> None:
    """The text itself is not shown: it may be a secret."""
    said: list[str] = []
    path = address_file(tmp_path, text)
    assert heartbeat(path, "", said.append) is None
    assert said == [f"no heartbeat is sent: {path}: expected one address, which begins with https://"]


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    """And the run goes on."""
    said: list[str] = []
    assert heartbeat(tmp_path / "none", "", said.append) is None
    assert "expected a file with addresses, found: No such file or directory" in said[0]


def test_a_file_that_others_may_read_is_used_with_a_warning(tmp_path: Path) -> None:
    """With the command that mends it."""
    said: list[str] = []
    path = address_file(tmp_path, f"https://127.0.0.1/{KEY}", 0o644)
    assert heartbeat(path, "", said.append)
    assert said == [f"{path}: others may read it, and it holds secrets; chmod 600 {path}"]


def test_the_variable_is_read_and_removed() -> None:
    """What a run starts need not know it."""
    environment = {VARIABLE: f"https://127.0.0.1/{KEY}"}
    told = address_of(environment)
    assert environment == {}
    assert heartbeat(None, told, pytest.fail)
    assert heartbeat(None, address_of(environment), pytest.fail) is None


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    """A server that is named by the environment."""
    monkeypatch.setattr(module, "PAUSE", 0.01)
    with web() as made:
        monkeypatch.setitem(os.environ, VARIABLE, f"{made.url}/{KEY}")
        yield made


def test_each_end_of_a_gate_is_told(
    server: Web, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also of one that cannot run; a part of it is no run that anybody waits for."""
    words = ["gate", "--inventories", str(tmp_path), "--reports", str(tmp_path / "reports")]
    assert main(words) == 4
    assert server.asked == [f"GET /{KEY}/start", f"GET /{KEY}/4"]
    assert KEY not in "".join(capsys.readouterr())
    monkeypatch.setitem(os.environ, VARIABLE, f"{server.url}/{KEY}")
    assert main([*words, "--only", "packages"]) == 4
    assert len(server.asked) == 2


def test_a_gate_that_a_signal_ends_is_told(
    server: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A real signal, as systemd sends it when the time is up. The environment of what runs has no address."""
    seen: list[str | None] = []

    def hang(_: Gate) -> None:
        seen.append(os.environ.get(VARIABLE))
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(5)

    monkeypatch.setattr(Gate, "run", hang)
    with pytest.raises(SystemExit):
        main(["gate", "--reports", str(tmp_path)])
    assert server.asked == [f"GET /{KEY}/start", f"GET /{KEY}/143"]
    assert seen == [None]


def test_a_heartbeat_that_fails_changes_no_exit_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is told on stderr; the last line of stdout stays the answer."""
    path = address_file(tmp_path, f"http://127.0.0.1:{closed_port()}/{KEY}")
    words = ["gate", "--inventories", str(tmp_path), "--reports", str(tmp_path / "reports")]
    assert main([*words, "--heartbeat", str(path)]) == 4
    said = capsys.readouterr()
    assert "the heartbeat (4) was not received: no answer (ConnectionError)" in said.err
    assert said.out.startswith("UNKNOWN  no answer: ")
    assert KEY not in said.err


def test_a_limit_of_time_ends_what_never_ends() -> None:
    """And hands on what a call returns or raises."""
    assert within(1, lambda: 5) == 5
    with pytest.raises(ZeroDivisionError):
        within(1, lambda: 1 // 0)
