"""Certificates as they are served, held against the files, by a real openssl on both ends."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from lab import certificates
from lab.certificates import Pair
from selftests.unit.targets import answered, web_host
from siteparity.model import Table, UnmeasuredError
from siteparity.probes import Answers, Target
from siteparity.probes import tls as probe
from siteparity.tools import tls

Policy = probe.Policy
Read = Callable[[Answers, Target[Policy]], Table]
NAME = "www.shop.example"
NAMES = (NAME, "shop.example")
END = b"-----END CERTIFICATE-----\n"
READERS = [reading.read for reading in probe.PROBE.tables.values()]


@pytest.fixture(scope="module", autouse=True)
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An authority of these tests alone."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("tls")
        patch.setattr(certificates, "TLS", folder)
        certificates.make_all(NAMES)
        yield folder


@dataclass
class Front:
    """A server on loopback, and the files that it was told to use."""

    folder: Path
    served: Pair

    def write(self, pair: Pair, kinds: str = "pem key") -> None:
        """Put files on the disk."""
        for kind in kinds.split():
            (self.folder / f"www.{kind}").write_bytes(pair.chain if kind == "pem" else pair.key)

    def target(self, port: int, trust: str | None = "authority.pem") -> Target[Policy]:
        """A host that is this machine."""
        files = {kind: str(self.folder / f"www.{kind}") for kind in ("pem", "key")}
        front = probe.Front(certificate=files["pem"], key=files["key"], port=port)
        section = Policy(owner="Platform", names={NAME: front}, trust=trust and str(certificates.TLS / trust))
        made = web_host(section)
        return replace(made, host=replace(made.host, addresses=(ip_address("127.0.0.1"),)))

    @contextmanager
    def running(self) -> Iterator[int]:
        """An openssl s_server that serves the pair; its port."""
        leaf, chain, key = (self.folder / name for name in ("leaf.pem", "chain.pem", "served.key"))
        own, end, others = self.served.chain.partition(END)
        leaf.write_bytes(own + end)
        chain.write_bytes(others)
        key.write_bytes(self.served.key)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port: int = free.getsockname()[1]
        files = ["-cert", str(leaf), "-key", str(key), *(["-cert_chain", str(chain)] if others else [])]
        server = subprocess.Popen(
            ["openssl", "s_server", "-accept", f"127.0.0.1:{port}", *files, "-quiet", "-naccept", "1"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _wait_for(port)
            yield port
        finally:
            server.kill()
            server.communicate()


def _wait_for(port: int) -> None:
    """Wait until somebody listens, without connecting: the server takes one connection."""
    wanted = f"0100007F:{port:04X} 00000000:0000 0A"
    end = time.monotonic() + 10
    while wanted not in Path("/proc/net/tcp").read_text():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.fixture
def front(tmp_path: Path) -> Front:
    """A front with the right files, not running."""
    made = Front(tmp_path, certificates.issue(NAMES))
    made.write(made.served)
    return made


def look(front: Front, trust: str | None = "authority.pem") -> dict[str, Table | str]:
    """Every table of the real answer, or why there is none."""
    with front.running() as port:
        return tables(front.target(port, trust))


def tables(target: Target[Policy]) -> dict[str, Table | str]:
    """Ask, and read every table."""
    answer = run(probe.ask(target)["front0"].text)
    found: dict[str, Table | str] = {}
    for name, reading in probe.PROBE.tables.items():
        try:
            found[name] = reading.read(answered(front0=answer), target)
        except UnmeasuredError as error:
            found[name] = str(error)
    return found


def run(text: str) -> bytes:
    """What the shell text prints."""
    done = subprocess.run(["sh", "-c", text], capture_output=True, timeout=20, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_right_certificate_is_right_in_every_table(front: Front) -> None:
    """No false alarm; and a key is never shown."""
    assert look(front) == {
        "served": {NAME: "verified"},
        "expiry": {NAME: "long enough"},
        "names": {NAME: "shop.example, www.shop.example"},
        "issued": {
            f"{NAME} authority": "CN=siteparity lab authority",
            f"{NAME} key": "EC secp256r1",
        },
        "files": {f"{NAME} certificate": "as served", f"{NAME} key": "fits the certificate"},
    }


def test_no_secret_leaves_the_host(front: Front) -> None:
    """Neither the key nor the keys of the session, which openssl prints."""
    with front.running() as port:
        answer = run(probe.ask(front.target(port))["front0"].text)
    assert b"PRIVATE" not in answer
    assert b"Master-Key" not in answer
    assert b"Resumption" not in answer


@pytest.mark.parametrize(
    ("make", "state"),
    [
        (lambda: certificates.issue(("www.other.example",)), "hostname mismatch"),
        (lambda: certificates.issue(NAMES, days=-1), "certificate has expired"),
        (lambda: certificates.unknown(NAMES), "self-signed certificate"),
    ],
    ids=["another name", "ended", "unknown"],
)
def test_what_a_client_would_refuse_is_told_as_it_would_say_it(
    front: Front, make: Callable[[], Pair], state: str
) -> None:
    """The verification is openssl's own."""
    front.served = make()
    assert look(front)["served"] == {NAME: state}


def test_a_chain_without_its_middle_is_refused(front: Front) -> None:
    """Browsers that have seen the authority elsewhere forgive it, others do not."""
    front.served = replace(front.served, chain=front.served.chain.partition(END)[0] + END)
    found = look(front)
    assert found["served"] == {NAME: "unable to verify the first certificate"}
    assert found["files"] == {
        f"{NAME} certificate": "is served with another chain",
        f"{NAME} key": "fits the certificate",
    }


def test_the_systems_own_authorities_do_not_know_the_labs(front: Front) -> None:
    """Without a file of its own, what the host trusts counts; and with one, nothing else does."""
    assert look(front, trust=None)["served"] != {NAME: "verified"}


def test_a_certificate_that_ends_soon_says_when(front: Front) -> None:
    """The first of the chain that ends counts."""
    front.served = certificates.issue(NAMES, days=5)
    assert look(front)["expiry"] == {NAME: f"ends on {datetime.now(UTC) + timedelta(days=5):%Y-%m-%d}"}


def test_files_that_were_not_loaded_and_keys_of_others_are_told(front: Front) -> None:
    """What lies on the disk is served with the next restart, or prevents it."""
    front.write(certificates.issue(NAMES))
    assert look(front)["files"] == {
        f"{NAME} certificate": "another one is served",
        f"{NAME} key": "fits the certificate",
    }
    front.write(certificates.issue(NAMES, curve=ec.SECP384R1()), "key")
    assert look(front)["files"] == {
        f"{NAME} certificate": "another one is served",
        f"{NAME} key": "is not the key of the certificate",
    }


def test_files_that_are_not_there_are_told(front: Front) -> None:
    """Not unmeasured: somebody looked, and there is none."""
    for kind in ("pem", "key"):
        (front.folder / f"www.{kind}").unlink()
    assert look(front)["files"] == {f"{NAME} certificate": "no such file", f"{NAME} key": "no such file"}


def test_where_nobody_listens_there_is_no_tls_and_nothing_else_is_known(front: Front) -> None:
    """The state is a finding; what it would have shown is unmeasured."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        found = tables(front.target(closed.getsockname()[1]))
    assert found["served"] == {NAME: "no TLS: connection refused"}
    assert found["files"] == {f"{NAME} certificate": "not served", f"{NAME} key": "fits the certificate"}
    for name in ("expiry", "names", "issued"):
        assert "no certificate was shown" in str(found[name])


def test_a_server_that_speaks_something_else_has_no_tls(front: Front) -> None:
    """A port that was meant for TLS and answers in plain text."""
    with socket.socket() as plain:
        plain.bind(("127.0.0.1", 0))
        plain.listen()
        process = subprocess.Popen(
            ["sh", "-c", probe.ask(front.target(plain.getsockname()[1]))["front0"].text],
            stdout=subprocess.PIPE,
        )
        connection, _ = plain.accept()
        connection.sendall(b"220 mail.example ESMTP\r\n")
        connection.close()
        answer, _ = process.communicate(timeout=10)
    state = probe.read_served(answered(front0=answer), front.target(1))[NAME]
    assert str(state).startswith("no TLS: ")


@pytest.mark.parametrize("damage", ["trust", "key"])
def test_what_openssl_cannot_read_is_unmeasured(front: Front, damage: str) -> None:
    """Without its authorities it would refuse everybody; a damaged key cannot be looked at."""
    if damage == "key":
        (front.folder / "www.key").write_text(
            "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"
        )
    target = front.target(1, "missing.pem" if damage == "trust" else "authority.pem")
    done = subprocess.run(
        ["sh", "-c", probe.ask(target)["front0"].text], capture_output=True, timeout=20, check=False
    )
    assert done.returncode != 0
    assert done.stderr


def test_openssl_that_contradicts_itself_is_not_believed() -> None:
    """One code of verification, or several that agree."""
    pem = certificates.issue(NAMES).chain.decode().splitlines()
    codes = ["Verify return code: 0 (ok)", "Verify return code: 10 (certificate has expired)"]
    with pytest.raises(UnmeasuredError, match="contradicts"):
        tls.read_served(["exit 0", *pem, *codes])
    with pytest.raises(UnmeasuredError, match="no word"):
        tls.read_served(["exit 0", *pem])


def answer(front: Front) -> bytes:
    """A whole answer, made without a server."""
    chain, public = (
        front.served.chain.decode(),
        "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
    )
    served = f"exit 0\n{chain}Verify return code: 0 (ok)\n"
    return f"[now]\n1800000000\n[served]\n{served}[certificate]\n{chain}[key]\n{public}end\n".encode()


@given(st.binary(max_size=60))
def test_garbage_is_unmeasured_and_never_a_crash(garbage: bytes) -> None:
    """Whatever stands in place of certificate, key or time."""
    made = Front(Path("/srv"), certificates.served())
    for part in (b"[now]\n", b"[served]\n", b"[key]\n"):
        spoiled = answer(made).replace(part, part + garbage + b"\n", 1)
        for table in READERS:
            try:
                found = table(answered(front0=spoiled), made.target(1))
            except UnmeasuredError:
                continue
            assert found
