"""Hosts are reached through OpenSSH itself, here against a real sshd on loopback addresses."""

from __future__ import annotations

import contextlib
import getpass
import os
import secrets
import signal
import stat
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from selftests.contract.sshd import (
    ADDRESSES,
    Server,
    children,
    free_port,
    running_with,
    ssh_in,
    unique_sleep,
    wait_until,
)
from siteparity.model import ConfigurationError, Connection, ConnectionKind, Host, UnmeasuredError
from siteparity.transport import Ask, Transport, join, split
from siteparity.transport.command import without_ssh


def test_a_script_runs_and_its_words_and_status_come_back(server: Server, transport: Transport) -> None:
    """Stdout, stderr and exit status are those of the script, byte for byte; a banner is no part of them."""
    output = transport.run(server.host(), b"printf 'a\\000\\377'; echo no >&2; exit 7\n", timeout=10)
    assert (output.stdout, output.stderr, output.status) == (b"a\0\xff", b"no\n", 7)


def test_everything_goes_over_one_connection(server: Server, transport: Transport, tmp_path: Path) -> None:
    """Scripts, forwards, testinfra and another process's transport use the connection that is there."""
    host = server.host()
    transport.run(host, b"true", timeout=10)
    transport.run(replace(host, name="alias"), b"true", timeout=10)
    assert transport.testinfra(host).run("true").rc == 0
    transport.forward(host, "127.0.0.1:9")
    transport.forward(host, str(tmp_path / "socket"))
    with Transport(directory=transport.directory) as attached:
        assert attached.run(host, b"echo hi", timeout=10).stdout == b"hi\n"
        attached.forward(host, "127.0.0.1:9", port=True)
    assert transport.run(host, b"echo still", timeout=10).stdout == b"still\n"
    assert server.logins() == 1


def test_a_host_that_is_reached_once_is_connected_for_one_script(
    server: Server, transport: Transport
) -> None:
    """Its words, status and banner are as over a lasting connection; nothing waits for the next script."""
    host = server.host()
    transport.reach_once([host])
    script = b"printf 'a\\000\\377'; echo no >&2; exit 7\n"
    for logins in (1, 2):
        output = transport.run(host, script, timeout=10, opener=b"echo first\n")
        assert (output.stdout, output.stderr, output.status) == (b"first\na\0\xff", b"no\n", 7)
        assert server.logins() == logins
        assert not ssh_in(transport.directory)
    lasting = server.host("web2", ADDRESSES[1])
    transport.run(lasting, b"true", timeout=10)
    assert transport.run(lasting, b"echo still", timeout=10).stdout == b"still\n"
    assert server.logins() == 3


def test_a_host_that_is_reached_once_is_tried_once_if_it_fails(server: Server, transport: Transport) -> None:
    """The reason is that of ssh, and holds for the whole run; a script that hangs is cut."""
    transport.reach_once([stranger := server.host(), slow := server.host("web2", ADDRESSES[1])])
    with pytest.raises(UnmeasuredError, match="timed out after 2 s"):
        transport.run(slow, b"sleep 60 </dev/null", timeout=2)
    wait_until(lambda: not ssh_in(transport.directory))
    server.known_hosts("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ8LmwzK4pJ3Z0m5mJYt9rj4h5Jm0b0Yq8l2JmXJ0000")
    with pytest.raises(UnmeasuredError, match="host key"):
        transport.run(stranger, b"true", timeout=10)
    server.known_hosts(server.right_key())
    with pytest.raises(UnmeasuredError, match="host key"):
        transport.run(stranger, b"true", timeout=10)
    assert server.logins() == 1


def test_a_script_is_sent_when_its_opener_was_answered(server: Server, transport: Transport) -> None:
    """The time that a shell takes to start is no part of the round trip, nor is the rest of the answer."""
    output = transport.run(
        server.host(),
        b"date +%s.%N </dev/null; sleep 0.7; echo end",
        timeout=10,
        opener=b"sleep 0.7 </dev/null; echo; date +%s.%N </dev/null\n",
    )
    opened, told, end = output.stdout.split()
    heard = output.heard_at(len(output.stdout) - len(b"end\n"))
    assert end == b"end"
    assert output.told_at is not None
    assert heard is not None
    assert float(opened) - 0.01 <= output.told_at <= float(told) <= heard <= time.time() - 0.6
    assert output.heard_at(10**6) is None


def test_an_opener_that_is_not_answered_is_no_hang(server: Server, transport: Transport) -> None:
    """A shell that ends at once, or says nothing, costs its own time and no more."""
    assert transport.run(server.host(), b"echo no", timeout=10, opener=b"exit 3\n").status == 3
    with pytest.raises(UnmeasuredError, match="timed out"):
        transport.run(server.host(), b"echo no", timeout=2, opener=b"sleep 9\n")


def test_many_scripts_at_once_share_a_connection(server: Server, transport: Transport) -> None:
    """More scripts than sshd allows sessions (10) wait for each other, and none is lost."""
    with ThreadPoolExecutor(24) as pool:
        outputs = list(
            pool.map(
                lambda number: transport.run(server.host(), f"sleep 0.2; echo {number}".encode(), timeout=20),
                range(24),
            )
        )
    assert [int(output.stdout) for output in outputs] == list(range(24))
    assert server.logins() == 1


def test_ten_hosts_are_asked_at_once(server: Server, transport: Transport) -> None:
    """Each host has its own connection and its own answers."""
    hosts = [server.host(f"web{number}", address) for number, address in enumerate(ADDRESSES)]
    asks = {f"ask{number}": Ask(f"echo $SSH_CONNECTION {number}") for number in range(5)}

    def measure(host: Host) -> list[tuple[bytes, str | None]]:
        nonce = secrets.token_hex(16)
        output = transport.run(host, join(asks, nonce), timeout=30)
        answers = split(asks, nonce, output.stdout, output.stderr)
        return [(answer.text.split()[2], answer.problem) for answer in answers.values()]

    with ThreadPoolExecutor(10) as pool:
        seen = list(pool.map(measure, hosts))
    assert seen == [[(address.encode(), None)] * 5 for address in ADDRESSES]
    assert server.logins() == len(ADDRESSES)


def test_a_long_script_and_a_long_answer_pass_each_other(server: Server, transport: Transport) -> None:
    """Neither side waits for ever for a full pipe: 1 MiB goes up while 8 MiB come down."""
    script = b"head -c 8388608 /dev/zero\n" + b"# " + b"x" * 1_048_576 + b"\necho end >&2\n"
    output = transport.run(server.host(), script, timeout=20)
    assert (len(output.stdout), output.stderr) == (8_388_608, b"end\n")


def test_a_jump_host_of_the_operators_configuration_is_used(server: Server, transport: Transport) -> None:
    """ProxyJump works, since ssh itself connects."""
    config = server.folder / "ssh_config"
    config.write_text(
        f"""Host target
HostName {ADDRESSES[1]}
ProxyJump {getpass.getuser()}@{ADDRESSES[2]}:{server.port}
{config.read_text()}IdentityFile {server.folder}/client_key
"""
    )
    output = transport.run(server.host(address="target"), b"echo $SSH_CONNECTION", timeout=20)
    assert output.stdout.split()[2] == ADDRESSES[1].encode()
    assert server.logins() == 2


def test_a_slow_question_costs_only_its_own_answer(server: Server, transport: Transport) -> None:
    """The host itself ends the script in time: what was answered until then arrives, and nothing runs on."""
    slow = unique_sleep()
    asks = {"first": Ask("echo 1"), "slow": Ask(f"{slow} & {slow}", timeout=600), "last": Ask("echo 3")}
    nonce = secrets.token_hex(16)
    output = transport.run(server.host(), join(asks, nonce), timeout=3)
    answers = split(asks, nonce, output.stdout, output.stderr)
    assert answers["first"].text == b"1\n"
    assert answers["slow"].problem == answers["last"].problem
    assert answers["last"].problem == "no answer (the script's time on the host was over)"
    wait_until(lambda: not running_with(slow))


def test_a_script_that_says_nothing_in_time_has_timed_out(server: Server, transport: Transport) -> None:
    """The reason names the time that it was given, and no process is left on the host."""
    slow = unique_sleep()
    with pytest.raises(UnmeasuredError, match=r"^timed out after 2 s$"):
        transport.run(server.host(), slow.encode(), timeout=2)
    wait_until(lambda: not running_with(slow))


def test_a_host_that_hangs_is_cut_here(server: Server, transport: Transport) -> None:
    """When the host does not keep its own time, this machine keeps it, and ends its own processes."""
    host = server.host()
    transport.run(host, b"true", timeout=10)
    pids = [pid for session in server.sessions() for pid in (session, *children(session))]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    with pytest.raises(UnmeasuredError, match=r"^timed out after 1.5 s$"):
        transport.run(host, b"echo never", timeout=1.5)  # nothing on the host can end it
    assert len(ssh_in(transport.directory)) == 1  # the connection itself
    for pid in pids:
        os.kill(pid, signal.SIGCONT)


def test_an_endless_answer_is_cut(server: Server, transport: Transport) -> None:
    """Memory never holds more than the limit, and the host stops talking."""
    word = f"y{secrets.token_hex(8)}"
    with pytest.raises(UnmeasuredError, match=r"^answer exceeded 1 MiB$"):
        transport.run(server.host(), f"exec yes {word}".encode(), timeout=30, limit=1 << 20)
    wait_until(lambda: not running_with(f"yes {word}"))


def test_an_endless_stream_of_errors_is_cut(server: Server, transport: Transport) -> None:
    """Stderr counts as well."""
    with pytest.raises(UnmeasuredError, match=r"^answer exceeded 1 MiB$"):
        transport.run(server.host(), b"exec yes >&2", timeout=30, limit=1 << 20)


def test_testinfra_modules_work(server: Server, transport: Transport) -> None:
    """Its modules see the host: files, users, exit statuses, quoted arguments, text that is no UTF-8."""
    host = transport.testinfra(server.host())
    assert host.file("/etc/passwd").exists
    assert not host.file("/etc/no such file").exists
    assert host.user(getpass.getuser()).uid == os.getuid()
    result = host.run("printf '%%s\\377' %s; echo oops >&2; exit 255", "a'b; exit 1")
    assert (result.rc, result.stdout, result.stderr) == (255, "a'b; exit 1\udcff", "oops\n")
    assert host is transport.testinfra(server.host())


def test_a_testinfra_command_has_a_deadline(server: Server, transport: Transport) -> None:
    """It ends here and on the host, and the reason names the host."""
    slow = unique_sleep()
    with pytest.raises(UnmeasuredError, match=r"^dallas/web1: timed out after 1 s$"):
        transport.testinfra(server.host(), timeout=1).run(slow)
    wait_until(lambda: not running_with(slow))


def test_testinfra_says_when_a_host_cannot_be_reached(server: Server, transport: Transport) -> None:
    """Never an exit status that a module could take for an answer."""
    host = transport.testinfra(server.host(port=free_port()))
    with pytest.raises(UnmeasuredError, match=r"^dallas/web1: connection refused"):
        _ = host.file("/etc/passwd").exists


def test_an_attached_transport_never_connects(server: Server, transport: Transport) -> None:
    """Workers use what the run has opened, tell what the run was told, and open nothing."""
    refused = server.host(port=free_port())
    with pytest.raises(UnmeasuredError):
        transport.run(refused, b"true", timeout=10)
    with Transport(directory=transport.directory) as attached:
        with pytest.raises(UnmeasuredError, match=r"^the run has opened no connection to it$"):
            attached.run(server.host(), b"true", timeout=10)
        with pytest.raises(UnmeasuredError, match=r"^connection refused"):
            attached.run(refused, b"true", timeout=10)
        transport.connect(server.host())
        assert attached.run(server.host(), b"echo hi", timeout=10).stdout == b"hi\n"
    assert transport.directory.exists()
    assert server.logins() == 1


def test_a_folder_that_others_can_write_is_no_control_directory(tmp_path: Path) -> None:
    """A socket in it could be anybody's."""
    tmp_path.chmod(0o777)
    for path in (tmp_path, tmp_path / "missing"):
        with pytest.raises(ConfigurationError, match=r"control directory|mode 0700"):
            Transport(directory=path)


def test_nothing_is_left_behind(server: Server) -> None:
    """Connections, forwards, processes and files end with the transport, also when its user failed."""
    transport = Transport()
    directory = transport.directory
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    with contextlib.suppress(ZeroDivisionError), transport:
        transport.run(server.host(), b"true", timeout=10)
        transport.forward(server.host(), "127.0.0.1:9")
        assert len(ssh_in(directory)) == 1
        _ = 1 / 0
    assert not directory.exists()
    assert not ssh_in(directory)
    wait_until(lambda: not server.sessions())
    transport.close()


def test_a_connection_that_hangs_is_killed(server: Server) -> None:
    """Closing does not wait for what does not answer."""
    transport = Transport()
    transport.run(server.host(), b"true", timeout=10)
    for pid in ssh_in(transport.directory):
        os.kill(pid, signal.SIGSTOP)
    transport.close()  # a process that is stopped never ends by itself
    assert not ssh_in(transport.directory)


def test_a_connection_ends_by_the_means_of_ssh(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also on a machine that has no /proc to look for what is left."""
    monkeypatch.setattr("siteparity.transport.masters._ssh_processes", lambda _directory: [])
    transport = Transport()
    transport.connect(server.host())
    transport.close()
    wait_until(lambda: not ssh_in(transport.directory))
    assert not transport.directory.exists()


def test_closing_ends_what_still_runs(server: Server) -> None:
    """Here at once, whatever its threads wait for; on the host when its own time is over."""
    transport = Transport()
    transport.connect(server.host())
    slow = unique_sleep()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(transport.run, server.host(), slow.encode(), timeout=4)
        wait_until(lambda: bool(running_with(slow)))
        transport.close()
        with pytest.raises(UnmeasuredError, match=r"^the run has ended$"):
            waiting.result(timeout=5)
    with pytest.raises(UnmeasuredError, match=r"^the run has ended$"):
        transport.run(server.host(), b"true", timeout=10)
    wait_until(lambda: not running_with(slow))


def test_this_machine_is_asked_without_ssh(server: Server, transport: Transport) -> None:
    """The same script, the same deadline; testinfra as well; nothing left running."""
    host = server.host(kind=ConnectionKind.LOCAL, user=None)
    assert transport.run(host, b"echo hi", timeout=5).stdout == b"hi\n"
    assert transport.testinfra(host).file("/etc/passwd").exists
    slow = unique_sleep()
    asks = {"slow": Ask(slow, timeout=600)}
    nonce = secrets.token_hex(16)
    output = transport.run(host, join(asks, nonce), timeout=2)
    assert split(asks, nonce, output.stdout, output.stderr)["slow"].problem is not None
    wait_until(lambda: not running_with(slow))
    assert server.logins() == 0


def test_what_is_cut_on_this_machine_leaves_no_question_running(server: Server, transport: Transport) -> None:
    """At its deadline, and at the end of the run: the script ends its own questions before it is killed."""
    host = server.host(kind=ConnectionKind.LOCAL, user=None)
    slow = unique_sleep()
    script = join({"slow": Ask(slow, timeout=600)}, secrets.token_hex(16))
    with pytest.raises(UnmeasuredError, match=r"^timed out after 0\.8 s$"):
        transport.run(host, script, timeout=0.8)
    wait_until(lambda: not running_with(slow))
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(transport.run, host, script, timeout=60)
        wait_until(lambda: bool(running_with(slow)))
        transport.close()
        with pytest.raises(UnmeasuredError, match=r"^the run has ended$"):
            waiting.result(timeout=5)
    wait_until(lambda: not running_with(slow))


@pytest.mark.parametrize(
    ("kind", "user", "become", "words"),
    [
        (ConnectionKind.PODMAN, "app", False, "podman exec -i -u app web1 timeout -k 2 9 sh -s"),
        (ConnectionKind.DOCKER, None, True, "docker exec -i web1 sudo -n timeout -k 2 9 sh -s"),
        (ConnectionKind.KUBECTL, None, False, "kubectl exec -i web1 -- timeout -k 2 9 sh -s"),
        (ConnectionKind.LOCAL, None, True, "sudo -n timeout -k 2 9 sh -s"),
    ],
)
def test_containers_are_asked_by_their_own_program(
    *, kind: ConnectionKind, user: str | None, become: bool, words: str
) -> None:
    """The same script on stdin; only the words before it differ. A collector stands in for the shell."""
    connection = Connection(kind, "web1", user=user, become=become)
    assert " ".join(without_ssh(connection, 9)) == words
    collecting = replace(connection, collector="/opt/collect")
    assert " ".join(without_ssh(collecting, 9)) == words.replace("timeout -k 2 9 sh -s", "/opt/collect")


def test_a_program_that_is_not_here_is_named(
    server: Server, transport: Transport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not a stack trace, and not an empty answer."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UnmeasuredError, match=r"^kubectl cannot be started: No such file or directory$"):
        transport.run(server.host(kind=ConnectionKind.KUBECTL), b"true", timeout=5)
