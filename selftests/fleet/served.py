"""A real sshd that answers as a whole fleet does: one address of 127.0.0.0/8 for each host.

Each session hands its stdin and stdout over to a server of answers. Needs port 22 of every address: run it in
a network namespace.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from selftests.fleet.hosts import Like, Replayed
from selftests.unit.leaving_out.recording import recorded
from siteparity.model import Host
from siteparity.transport.collector import FRAME

SSHD = "/usr/sbin/sshd"
_END = b".\n"
_GIVE = """\
import os, socket, sys
with socket.socket(socket.AF_UNIX) as made:
    made.connect(sys.argv[1])
    socket.send_fds(made, [os.environ["SSH_CONNECTION"].split()[2].encode()], [0, 1])
    made.recv(1)
"""
"""Ends when the answer is written."""
_SSHD = """\
Port 22
ListenAddress 0.0.0.0
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/client_key.pub
PermitRootLogin yes
StrictModes no
UsePAM no
PidFile none
MaxStartups 4000
MaxSessions 20
LogLevel ERROR
ForceCommand {python} -I -S {folder}/give.py {folder}/answers
"""
_SSH = """\
Host *
User root
IdentityFile {folder}/client_key
IdentitiesOnly yes
UserKnownHostsFile {folder}/known_hosts
GlobalKnownHostsFile /dev/null
KexAlgorithms curve25519-sha256
"""


def address(number: int) -> str:
    """Where the runner reaches a host of the fleet."""
    return f"127.1.{number // 250}.{1 + number % 250}"


@contextmanager
def served(folder: Path, hosts: Mapping[str, Like]) -> Iterator[str]:
    """The fleet listens; yields the text of an ssh_config(5) that leads there."""
    for name in ("host_key", "client_key"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True)
    (folder / "known_hosts").write_text(f"127.* {(folder / 'host_key.pub').read_text()}")
    (folder / "give.py").write_text(_GIVE)
    (folder / "sshd_config").write_text(_SSHD.format(folder=folder, python=sys.executable))
    Path("/run/sshd").mkdir(exist_ok=True)  # sshd started by root wants this empty folder
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(folder / "answers"))
    listening.listen(1000)
    answering = get_context("fork").Process(target=_answer_all, args=(listening, hosts), daemon=True)
    answering.start()
    sshd = subprocess.Popen([SSHD, "-D", "-e", "-f", str(folder / "sshd_config")])
    try:
        _wait_for(address(0))
        yield _SSH.format(folder=folder)
    finally:
        sshd.kill()
        sshd.wait()
        answering.kill()
        answering.join()


def _wait_for(place: str) -> None:
    end = time.monotonic() + 10
    while time.monotonic() < end:
        try:
            socket.create_connection((place, 22), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(f"nothing listens at {place}")


def _answer_all(listening: socket.socket, hosts: Mapping[str, Like]) -> None:
    replayed = Replayed(recorded(), hosts)
    labels = {address(like.number): label for label, like in hosts.items()}
    while True:
        session, _ = listening.accept()
        threading.Thread(target=_answer, args=(session, replayed, labels), daemon=True).start()


def _answer(session: socket.socket, replayed: Replayed, labels: Mapping[str, str]) -> None:
    """What a collector does: its frame after the first line, the answers after all others."""
    place, ends, *_ = socket.recv_fds(session, 100, 2)
    with session, os.fdopen(ends[0], "rb") as told, os.fdopen(ends[1], "wb") as out:
        told.readline()
        head = b"@collector " + FRAME.encode() + b"\n"
        out.write(head)
        out.flush()
        lines = iter(told.readline, b"")
        asked = b""
        for line in lines:
            if line == _END:
                break
            asked += line
        if not asked:
            return  # somebody came to do nothing
        host = cast("Host", SimpleNamespace(label=labels[place.decode()]))
        said: Any = replayed.run(host, asked, timeout=0, opener=b"")
        clock = b"@%s ^ " % asked.partition(b"\n")[0]
        before, _, after = said.stdout.removeprefix(head).partition(clock)
        moment, _, rest = after.partition(b"\n")
        out.write(before + clock + b"%.9f\n" % time.time() + rest if moment else said.stdout)
