"""The arguments of OpenSSH, and the reasons in its messages. Pure.

A host's connection is an ssh process in the background, the master (ssh_config(5), ControlMaster). Every
other ssh process is a client of the master's socket, and cannot open a connection itself; but for hosts that
are asked once and again much later, where each script has an ssh process of its own.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from ipaddress import ip_address
from pathlib import Path

from siteparity.model import ConfigurationError, Connection
from siteparity.transport.collector import check_path
from siteparity.transport.script import first_line

TOO_MANY_SESSIONS = "the host refuses one more session on its connection (MaxSessions)"

_MOST_SAID = 16_384
"""How much of ssh's messages is searched, in bytes: the reason comes first."""

IDLE_SECONDS = 600
"""How long an unused master lives after its owner was killed and could not end it."""

_LOGIN = {
    "BatchMode": "yes",
    "StrictHostKeyChecking": "yes",
    "UpdateHostKeys": "no",  # never change the operator's known_hosts
    "ConnectionAttempts": "1",
    "ServerAliveInterval": "5",
    "ServerAliveCountMax": "2",
    "ForwardAgent": "no",
    "ForwardX11": "no",
    "GSSAPIDelegateCredentials": "no",
    "ClearAllForwardings": "yes",
    "PermitLocalCommand": "no",
    "RemoteCommand": "none",
    "RequestTTY": "no",
    "LogLevel": "ERROR",
}
_MASTER = {**_LOGIN, "ControlMaster": "yes", "ControlPersist": str(IDLE_SECONDS)}
_ALONE = {**_LOGIN, "ControlMaster": "no", "ControlPath": "none"}

_CLIENT = {
    "BatchMode": "yes",
    "LogLevel": "ERROR",
    "ControlMaster": "no",
    "ProxyCommand": "false",  # without a master ssh would connect itself; this makes it fail
    "StreamLocalBindMask": "0177",
}

_NAME = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.-]{0,252})?")
_USER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@+-]{0,63}")


def check(connection: Connection) -> None:
    """Check the names of host and user: as arguments of ssh, other texts could be taken for options.

    Raises:
        ConfigurationError: one of them is not a name; quotes it.
    """
    if not (_NAME.fullmatch(connection.address) or _is_ip(connection.address)):
        raise ConfigurationError(
            f"ansible_host: expected a host name or an IP address, found {connection.address!r}"
        )
    if connection.user is not None and not _USER.fullmatch(connection.user):
        raise ConfigurationError(f"ansible_user: expected the name of a user, found {connection.user!r}")
    if connection.collector is not None:
        check_path(connection.collector)


def _is_ip(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return re.fullmatch(r"[0-9A-Fa-f.:]+(%[A-Za-z0-9_.-]+)?", text) is not None


def key(connection: Connection) -> str:
    """A short name for a connection: the same in every process, and for hosts with the same settings."""
    parts = (
        connection.address,
        connection.port,
        connection.user,
        connection.private_key_file,
        connection.ssh_config,
    )
    return hashlib.sha256(repr([part and str(part) for part in parts]).encode()).hexdigest()[:12]


def open_master(connection: Connection, socket: Path, log: Path, connect_timeout: int) -> list[str]:
    """The arguments to connect, log in, go to the background (exit status 0) and serve the socket."""
    return ["ssh", "-N", *_login(connection, log, connect_timeout, {**_MASTER, "ControlPath": str(socket)})]


def alone(connection: Connection, log: Path, connect_timeout: int, command: str) -> list[str]:
    """The arguments to connect, log in, run a command and end."""
    return ["ssh", *_login(connection, log, connect_timeout, _ALONE), command]


def _login(connection: Connection, log: Path, connect_timeout: int, options: Mapping[str, str]) -> list[str]:
    own = [
        *(["-F", str(connection.ssh_config)] if connection.ssh_config else []),
        *(["-p", str(connection.port)] if connection.port else []),
        *(["-l", connection.user] if connection.user else []),
    ]
    every = {**options, "ConnectTimeout": str(connect_timeout)}
    if connection.private_key_file:
        every["IdentitiesOnly"] = "yes"
        own += ["-i", str(connection.private_key_file).replace("%", "%%")]
    return ["-T", "-E", str(log), *own, *_options(every), "--", connection.address]


def through_master(
    connection: Connection, socket: Path, arguments: Sequence[str] = (), command: str | None = None
) -> list[str]:
    """The arguments to use the master's connection, and to fail if there is none."""
    options = _options({**_CLIENT, "ControlPath": str(socket)})
    run = [] if command is None else [command]
    return ["ssh", "-F", "none", "-T", *options, *arguments, "--", connection.address, *run]


def _options(options: dict[str, str]) -> list[str]:
    return [word for name, value in options.items() for word in ("-o", f"{name}={value}")]


_TARGET = re.compile(r"([A-Za-z0-9_][A-Za-z0-9_.-]*|\[[0-9A-Fa-f:.]+\]):[0-9]{1,5}|/[A-Za-z0-9_./+@-]+")


def check_target(target: str) -> None:
    """Check the target of a forward: ssh could take other texts for something else.

    Raises:
        ValueError: the target is neither host:port nor an absolute path.
    """
    if not _TARGET.fullmatch(target):
        raise ValueError(f"{target!r}: expected host:port, [IPv6]:port or the absolute path of a socket")


def forward(local: str, target: str) -> list[str]:
    """The arguments to let the master forward a local socket or ``127.0.0.1:port``."""
    return ["-O", "forward", "-o", "ExitOnForwardFailure=yes", "-L", f"{local}:{target}"]


_REASONS: tuple[tuple[str, str], ...] = (
    (r"REMOTE HOST IDENTIFICATION HAS CHANGED", "host key changed"),
    (r"REVOKED HOST KEY", "host key revoked"),
    (r"Host key verification failed|host key is known for", "unknown host key"),
    (r"Permission denied \(([^)\n]+)\)", r"login refused (\1)"),
    (r"Too many authentication failures", "login refused (too many keys were offered)"),
    (r"Could not resolve hostname ([^:\s]+)", r"no address for the name \1"),
    (r"connect to host (\S+) port (\d+): Connection refused", r"connection refused (\1:\2)"),
    (
        r"connect to host \S+ port \d+: Connection timed out|timed out during banner exchange",
        "no answer within {seconds} s",
    ),
    (r"connect to host (\S+) port (\d+): ([^\r\n]+)", r"\3 (\1:\2)"),
    (r"Bad owner or permissions on (\S+)", r"ssh refuses its configuration: bad owner or permissions on \1"),
    (r"(?m)^([^\n]{0,400}): (?:line \d+: )?Bad configuration option", r"ssh refuses its configuration: \1"),
    (r"Can't open user config file (\S+):", r"ssh refuses its configuration: cannot open \1"),
    (
        r"Timeout, server \S+ not responding|[Cc]onnection to \S+ .*timed out",
        "the connection broke (no sign of life for 10 s)",
    ),
    (r"the login did not end within [0-9.]+ s", r"\g<0>"),
    (
        r"kex_exchange_identification|[Cc]onnection (?:closed|reset|to \S+ closed)|Broken pipe|isconnect",
        "the connection broke",
    ),
)


def reason(said: bytes, connect_timeout: int) -> str:
    """Why ssh failed, from its messages."""
    text = said[:_MOST_SAID].decode(errors="replace")
    for pattern, words in _REASONS:
        match = re.search(pattern, text)
        if match:
            return first_line(match.expand(words.replace("{seconds}", str(connect_timeout))).encode())
    first = first_line(said)
    return f"ssh failed: {first}" if first else "the connection broke"


_SUDO = (
    (rb"a password is required", "sudo needs a password"),
    (rb"is not in the sudoers file|is not allowed to (?:execute|run)", "sudo does not allow it"),
    (rb"you must have a tty|a terminal is required", "sudo wants a terminal"),
    (rb"sudo:(?: command)? not found", "the host lacks sudo"),
    (rb"sudo: /\S+: command not found", "the host lacks its collector; see siteparity privileges"),
)


def sudo_reason(stderr: bytes) -> str | None:
    """Why sudo did not start the script; None if it does not say so."""
    return next((words for pattern, words in _SUDO if re.search(pattern, stderr)), None)
