"""A connection ends when nobody needs it any more, and is opened again by whoever does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from siteparity.model import Connection, ConnectionKind, Deadline, UnmeasuredError
from siteparity.transport import ssh
from siteparity.transport.masters import Masters
from siteparity.transport.process import Processes

WEB = Connection(ConnectionKind.SSH, "web1.example")
SSH = """#!/bin/sh
# Opens its socket as ssh does, and closes it if it is asked to exit.
case " $* " in
    *" -O exit "*) word=exit ;;
    *) word=open ;;
esac
echo $word >>LOG
while [ $# -gt 0 ]; do
    case $1 in ControlPath=*) socket=${1#ControlPath=} ;; esac
    shift
done
case $word in
    open) [ ! -e REFUSE ] && : >"$socket" ;;
    exit) rm "$socket" ;;
esac
"""


@pytest.fixture(name="asked")
def _ssh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What a ssh of this test was asked for, a line each; it refuses while a file ``refuse`` is beside it."""
    log = tmp_path / "log"
    text = SSH.replace("LOG", str(log)).replace("REFUSE", str(tmp_path / "refuse"))
    (tmp_path / "ssh").write_text(text)
    (tmp_path / "ssh").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    return log


@pytest.fixture(name="masters")
def _masters() -> Iterator[Masters]:
    made = Masters(None, 5, Processes())
    yield made
    made.close()


def test_a_connection_is_ended_once_and_opened_again(asked: Path, masters: Masters) -> None:
    """And its process is not left to wait for its end."""
    socket = masters.socket(WEB, Deadline(10))
    assert socket == masters.socket(WEB, Deadline(10))
    for _ in range(2):
        masters.release(WEB)
        assert not socket.exists()
    assert masters.socket(WEB, Deadline(10)).exists()
    assert asked.read_text().split() == ["open", "exit", "open"]


def test_a_host_that_refused_is_not_tried_again(asked: Path, masters: Masters) -> None:
    """The first reason holds for the whole run, whoever gives the host up."""
    (asked.parent / "refuse").touch()
    for _ in range(2):
        with pytest.raises(UnmeasuredError):
            masters.socket(WEB, Deadline(10))
        masters.release(WEB)
    assert asked.read_text().split() == ["open"]


def test_another_processs_connection_is_left_alone(asked: Path, masters: Masters) -> None:
    """The checks use the connections of the run, and end none."""
    socket = masters.socket(WEB, Deadline(10))
    Masters(masters.directory, 5, Processes()).release(WEB)
    assert (socket.exists(), asked.read_text().split()) == (True, ["open"])
    assert socket.name == ssh.key(WEB)
