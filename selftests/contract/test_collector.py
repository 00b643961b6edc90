"""A host that grants only what `siteparity privileges` prints answers the suite, and yields nothing else.

sshd is real here, with the printed line of authorized_keys. The collector runs without sudo.
"""

from __future__ import annotations

import getpass
import socket
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from selftests.contract.sshd import ADDRESSES, Server, listener
from siteparity import configuration
from siteparity.collect import live_questions
from siteparity.collect.questions import Questions
from siteparity.commands.privileges import Privileges, chosen, parts, privileges
from siteparity.configuration import Configuration, find_root
from siteparity.model import Host, UnmeasuredError
from siteparity.transport import Transport
from siteparity.transport.asking import Asked
from siteparity.transport.collector import collector, opener, request
from siteparity.transport.script import ABSENT, NO_WORDS, OUTSIDE, Answer, Ask, Word, split

TIMES = Word("TIMES", "0-9", 2)
ASKS = {
    "who": Ask("id -un"),
    "times": Ask("while [ $((i=i+1)) -le $TIMES ];do echo $i;done", words=(TIMES,)),
}
KNOWN = collector(ASKS)
HOSTS = [f"{site}/{host}" for site in ("dallas", "arizona") for host in ("edge1", "web1", "db1", "sessions1")]


@pytest.fixture(scope="module")
def settings() -> Configuration:
    """The project's own policy and inventories."""
    return configuration.load(find_root(), find_root() / "inventories")


@pytest.fixture
def host(server: Server, settings: Configuration) -> Host:
    """A host with a collector, whose key opens nothing but that: printed options, before the suite's key."""
    path = server.folder / "collect"
    path.write_bytes(KNOWN.text)
    path.chmod(0o755)
    granted = granted_by(settings, server, path)
    key = (server.folder / "client_key.pub").read_text()
    (server.folder / "authorized_keys").write_text(granted.authorized_keys([key.strip()]))
    return server.host(collector=str(path))


def socket_of(settings: Configuration) -> str:
    """Of the database whose rows smoke checks read."""
    database = settings.policy.smoke.database
    assert database
    return database.socket


def granted_by(settings: Configuration, server: Server, path: Path) -> Privileges:
    """What a web host grants; without sudo, which would need an account of this machine's own."""
    web = settings.primary.in_role("web")[0]
    here = server.host(collector=str(path))
    told = privileges(settings, settings.primary, replace(web, connection=here.connection))
    return replace(told, host=replace(told.host, connection=replace(here.connection, become=False)))


def asked(transport: Transport, host: Host) -> Asked:
    """The host, as the suite asks it."""
    return Asked(transport.run, host)


def test_a_collector_answers_over_the_key_that_starts_nothing_else(host: Host, transport: Transport) -> None:
    """One connection, the questions by their names, a word, and the host's clock."""
    answers, when = asked(transport, host).put(ASKS, {"TIMES": "3"}, timeout=20)
    assert answers["who"].text.decode().strip() == getpass.getuser()
    assert answers["times"].text == b"1\n2\n3\n"
    assert when is not None
    assert abs(when.offset) < 1


def test_whatever_is_asked_for_the_collector_is_started(
    server: Server, host: Host, transport: Transport
) -> None:
    """The program that ssh names is not: neither a shell, nor a copy of files, nor a terminal."""
    shell = replace(host, connection=replace(host.connection, collector="/bin/sh"))
    answers, _ = asked(transport, shell).put({"who": ASKS["who"]}, timeout=20)
    assert answers["who"].problem is None
    said = ssh(server, host, "id; cat /etc/passwd")
    assert b"root" not in said.stdout + said.stderr
    assert b"@collector" not in said.stdout  # it was told no number of seconds
    assert ssh(server, host, "-s", "sftp").returncode


def ssh(server: Server, host: Host, *words: str) -> subprocess.CompletedProcess[bytes]:
    """What ssh itself says of another command."""
    connection = host.connection
    argv = [
        "ssh", "-F", str(server.folder / "ssh_config"), "-p", str(server.port), "-o", "BatchMode=yes",
        "-i", str(server.folder / "client_key"), "-l", str(connection.user), connection.address, *words,
    ]  # fmt: skip
    return subprocess.run(argv, input=b"", capture_output=True, check=False, timeout=20)


def test_the_key_leads_where_smoke_checks_go_and_nowhere_else(
    server: Server, settings: Configuration, transport: Transport
) -> None:
    """A port that the policy names is let through; the next one, and a socket, are not."""

    def greet(connection: socket.socket) -> None:
        connection.sendall(b"hello")

    path = server.folder / "collect"
    path.write_bytes(KNOWN.text)
    path.chmod(0o755)
    with listener(greet) as open_, listener(greet) as closed:
        granted = granted_by(settings, server, path)
        options = granted.key_options.replace("127.0.0.1:8000", f"{ADDRESSES[0]}:{open_}")
        assert str(open_) in options
        key = (server.folder / "client_key.pub").read_text()
        (server.folder / "authorized_keys").write_text(f"{options} {key}")
        host = server.host(collector=str(path))
        assert heard(transport.forward(host, f"{ADDRESSES[0]}:{open_}", port=True)) == b"hello"
        assert heard(transport.forward(host, f"{ADDRESSES[0]}:{closed}", port=True)) == b""
        back = ssh(server, host, "-R", "0:127.0.0.1:1", "-o", "ExitOnForwardFailure=yes", "-N")
        assert back.returncode


def heard(port: int) -> bytes:
    """What comes out of a forwarded port."""
    with socket.create_connection(("127.0.0.1", port), 5) as connection:
        try:
            return connection.recv(100)
        except ConnectionResetError:
            return b""


@pytest.mark.parametrize("allowed", [True, False])
def test_of_all_sockets_the_key_opens_the_databases_own(
    server: Server, settings: Configuration, transport: Transport, *, allowed: bool
) -> None:
    """Sshd takes the path of a socket for a host; the printed form of it is understood."""
    path = server.folder / "s"
    way = str(path) if allowed else f"{path}2"
    key = (server.folder / "client_key.pub").read_text()
    db = privileges(settings, settings.primary, settings.primary.in_role("db")[0])
    options = db.key_options.replace(socket_of(settings), way)
    assert way in options
    (server.folder / "authorized_keys").write_text(f"{options} {key}")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()
        listening.settimeout(2)
        local = transport.forward(server.host(), str(path), name="here")
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(local))
            if allowed:
                listening.accept()[0].close()
            else:
                client.settimeout(5)
                assert client.recv(1) == b""
                with pytest.raises(TimeoutError):
                    listening.accept()


@pytest.mark.parametrize(
    ("there", "reason"),
    [
        (KNOWN.text + b"# x\n", r"was changed after it was made; .*privileges dallas/web1"),
        (b"#!/bin/sh\necho hello\n", r"does not answer as a collector \(hello\)"),
        (b"#!/bin/sh\nexit 3\n", r"does not answer as a collector \(exit 3\)"),
        (b"#!/bin/sh\ncat\n", r"does not answer as a collector"),
        (
            b"#!/bin/sh\nprintf '\\n@collector %064d\\n' 0;cat\n",
            r"is the collector of another version of siteparity; .*privileges dallas/web1",
        ),
        (None, "does not answer as a collector"),
    ],
    ids=["edited", "talks", "ends", "repeats", "of another version", "missing"],
)
def test_any_other_program_is_unmeasured_with_the_reason(
    server: Server, host: Host, transport: Transport, there: bytes | None, reason: str
) -> None:
    """No answer of it is taken, and the reason says what to do."""
    path = server.folder / "collect"
    path.unlink()
    if there is not None:
        path.write_bytes(there)
        path.chmod(0o755)
    with pytest.raises(UnmeasuredError, match=reason):
        asked(transport, host).put({"who": ASKS["who"]}, timeout=9)


def test_of_what_a_collector_does_not_hold_nothing_is_run(host: Host, transport: Transport) -> None:
    """Neither another question, nor another text under a known name, nor a command of testinfra."""
    asks = {"other": Ask("id"), "times": Ask("id"), "who": ASKS["who"]}
    answers, _ = asked(transport, host).put(asks, timeout=9)
    for name in ("other", "times"):
        assert answers[name].problem == (
            "no answer (the host's collector does not hold this question); "
            "as root, install what `siteparity privileges dallas/web1` prints"
        )
    assert answers["who"].problem is None
    with pytest.raises(UnmeasuredError, match="no command of testinfra"):
        transport.testinfra(host).run("true")


@pytest.mark.parametrize("name", HOSTS)
def test_the_line_of_sudo_is_one_that_sudo_takes(settings: Configuration, name: str, tmp_path: Path) -> None:
    """It names one program and forbids arguments: the program is never a pattern."""
    (granted,) = chosen(settings, [name])
    (tmp_path / "sudoers").write_text(granted.sudo)
    (tmp_path / "sudoers").chmod(0o440)
    checked = subprocess.run(
        ["/usr/sbin/visudo", "-cf", str(tmp_path / "sudoers")], capture_output=True, check=False
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
    program = granted.sudo.partition("NOPASSWD: ")[2]
    assert program == f'{granted.path} ""\n'
    assert not set("*?[]!,") & set(program)


@pytest.mark.parametrize("name", HOSTS)
def test_the_line_of_the_key_is_one_that_sshd_takes(
    settings: Configuration, server: Server, name: str
) -> None:
    """An option that sshd does not know would make it refuse the key: here it lets it in."""
    (granted,) = chosen(settings, [name])
    key = (server.folder / "client_key.pub").read_text().strip()
    (server.folder / "authorized_keys").write_text(granted.authorized_keys([key]))
    with Transport() as transport:
        transport.connect(server.host())


def test_what_is_printed_to_install_is_a_shell_text(settings: Configuration) -> None:
    """For every host; and without a key it refuses to be run."""
    for granted in chosen(settings, []):
        files: Mapping[str, str] = parts(granted, [])
        subprocess.run(["sh", "-n"], input=files["install"].encode(), check=True)
        assert "! grep '^#' authorized_keys" in files["install"]
        assert files["authorized_keys"].startswith("#")


def test_no_question_depends_on_what_differs_between_two_runs(settings: Configuration) -> None:
    """Else a host's collector would be another one in the next run; nor does primary and standby matter."""
    other = configuration.load(find_root(), find_root() / "inventories", "arizona", "dallas")
    for site in settings.sites:
        for host in site.hosts:
            digests = {
                Questions(one.policy, one.probes, one.sites, when).collector(site, host).digest
                for one in (settings, other)
                for when in (None, datetime(2026, 11, 23, tzinfo=UTC))
            }
            assert len(digests) == 1, host.label


EDITS: Mapping[str, Mapping[str, object]] = {
    "services": {"required": {"web": ("brand-new.service", r"odd\\x2dname@1.socket")}},
    "kernel": {"services": {"web": ("brand-new.service",)}, "modules": {"web": ("a_module",)}},
    "accounts": {"required": {"web": {"new.user": None}}, "log_in": ("somebody", "else")},
    "clock": {"zones": ("Asia/Tokyo", "Europe/Berlin")},
    "files": {
        "files": {"web": ("/etc/hostname", "/etc/os-release*")},
        "folders": ("/srv/a b", "/opt"),
        "leave_out": ("/etc/else/*",),
    },
    "capacity": {
        "peak": {},
        "file_systems": {"web": ("/dev",)},
        "workers": {"web": {"brand-new.service": "a 'mark'"}},
    },
    "packages": {"watched": ("/usr/local/nowhere",), "python": {"web": ("/opt/venv",)}},
    "locales": {"service": "brand-new.service"},
    "schedules": {"jobs": {}},
    "runtime": {"services": {"web": ("brand-new.service",)}},
}
"""Edits of the policy that are usual, for a web host."""
OWN_TEXT: Mapping[str, Mapping[str, object]] = {
    "subscriptions": {"status": ("/usr/local/bin/subscriptions", "how-are-you")},
    "secrets": {"files": {"web": ({"file": "/etc/other.env", "names": ("A",)},)}},
}
"""Edits of what a question has in its text: a command, and where secrets are."""


def edited(settings: Configuration, edits: Mapping[str, Mapping[str, object]]) -> Questions:
    """The questions of another policy."""
    sections = dict(settings.policy.sections)
    for aspect, values in edits.items():
        before = sections[aspect]
        named = {name: getattr(before, name) for name in type(before).model_fields}
        sections[aspect] = type(before).model_validate({**named, **values})
    return Questions(replace(settings.policy, sections=sections), settings.probes, settings.sites)


def answers_of(
    program: Path, asks: Mapping[str, Ask], words: Mapping[str, str] = NO_WORDS
) -> Mapping[str, Answer]:
    """What a collector says to these questions."""
    nonce = "0" * 32
    done = subprocess.run(
        [str(program)], input=opener(99) + request(asks, nonce, words), capture_output=True, check=False
    )
    return split(asks, nonce, done.stdout, done.stderr)


def test_an_edit_of_the_policy_needs_root_for_the_questions_with_a_text_of_its_own(
    settings: Configuration, tmp_path: Path
) -> None:
    """The real collector of a web host, made before the edit: it answers all others, as before."""
    site, web = settings.primary, settings.primary.in_role("web")[0]
    program = tmp_path / "collect"
    program.write_bytes(edited(settings, {}).collector(site, web).text)
    program.chmod(0o755)
    asks = edited(settings, {**EDITS, **OWN_TEXT}).asks(site, web)
    wanted = {name: ask for name, ask in asks.items() if name.split(".")[0] in WANTED}
    answers = answers_of(program, wanted, OF_A_RUN)
    refused = {
        name for name, answer in answers.items() if (answer.problem or "").startswith((ABSENT, OUTSIDE))
    }
    assert refused == {"subscriptions.status", "secrets.changed", "secrets.secrets"}
    assert answers["services.files"].problem is None
    assert b"/etc/hostname" in answers["files.files"].text
    assert b"Asia/Tokyo" in answers["clock.zone"].text + (answers["clock.zone"].problem or "").encode()
    renewed = edited(settings, {**EDITS, **OWN_TEXT}).collector(site, web)
    program.write_bytes(renewed.text)
    again = answers_of(program, wanted, OF_A_RUN)
    assert not [
        name for name, answer in again.items() if (answer.problem or "").startswith((ABSENT, OUTSIDE))
    ]


WANTED = {*EDITS, *OWN_TEXT} - {"packages"} | {"live"}
OF_A_RUN = {"KEY": "ab" * 32, "FOLDERS": ""}
"""The words that a run gives, and no policy."""


def test_what_is_declared_to_be_the_same_under_every_policy_is(settings: Configuration) -> None:
    """Else a collector would hold texts that nobody asks for, and lack those that are asked for."""
    always = {ask.digest for probe in settings.probes.values() for ask in probe.always}
    for site in settings.sites:
        for host in site.hosts:
            asked_ = edited(settings, EDITS).asks(site, host)
            own = {name for name, ask in asked_.items() if ask.digest not in always}
            assert not {name for name in own if name.split(".")[0] in ("services", "kernel", "accounts")}


def test_to_declare_an_absence_needs_no_new_collector(settings: Configuration) -> None:
    """Every collector holds the questions that look for what should be absent."""
    web = settings.primary.in_role("web")[0]
    known = edited(settings, {}).collector(settings.primary, web)
    held = {ask.digest for ask in known.always.values()}
    witnesses = [probe.absence for probe in settings.probes.values() if probe.absence]
    assert witnesses
    assert {ask.digest for one in witnesses for ask in one.ask.values()} <= held


def test_whoever_installs_a_collector_can_read_what_it_may_be_asked(settings: Configuration) -> None:
    """Each question with its words, each word with what it may be, each file that is read as root."""
    for granted in chosen(settings, []):
        told = parts(granted, [])["questions"]
        for name, ask in granted.collector.asks.items():
            assert f" {name}" in told
            for word in ask.words:
                assert f"\n  {word.name}: {word.meaning};" in told
                assert word.meaning, word.name
        for path in granted.collector.named:
            assert f"\n  {path}\n" in told


def test_every_way_and_question_of_smoke_checks_belongs_to_a_role(settings: Configuration) -> None:
    """What nobody of the site needs is not granted to anybody."""
    ways = {host.name: live_questions.ways(settings.policy, host) for host in settings.standby.hosts}
    assert ways["sessions1"] == ()
    assert ways["db1"] == (socket_of(settings),)
    assert "127.0.0.1:8000" in ways["web1"]
    assert "127.0.0.1:8000" not in ways["edge1"]
    hosts = settings.standby.hosts
    names = {host.name: set(live_questions.questions(settings.policy, host)) for host in hosts}
    assert names == {
        "edge1": {"live.addresses"},
        "web1": {"live.dry-run"},
        "web2": {"live.dry-run"},
        "db1": set(),
        "sessions1": {"live.lives"},
    }
