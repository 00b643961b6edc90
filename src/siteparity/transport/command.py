"""The command that runs on a host, and the program that starts it if the host has no SSH. Pure."""

from __future__ import annotations

from siteparity.model import Connection, ConnectionKind


def words(connection: Connection, seconds: int) -> list[str]:
    """The command that runs on the host. It consists of constants, one number and a checked path.

    It is a shell that reads a script from stdin and is ended after some seconds, or the host's collector,
    which gets the seconds on stdin.
    """
    shell = ["timeout", "-k", "2", str(seconds), "sh", "-s"]
    return [
        *(["sudo", "-n"] if connection.become else []),
        *([connection.collector] if connection.collector else shell),
    ]


def without_ssh(connection: Connection, seconds: int) -> list[str]:
    """The arguments of a program that runs the command in a container or on this machine."""
    command = words(connection, seconds)
    user = ["-u", connection.user] if connection.user else []
    match connection.kind:
        case ConnectionKind.PODMAN | ConnectionKind.DOCKER:
            return [connection.kind.value, "exec", "-i", *user, connection.address, *command]
        case ConnectionKind.KUBECTL:
            # kubectl exec knows no user (kubernetes issue 30656).
            return ["kubectl", "exec", "-i", connection.address, "--", *command]
        case _:
            return command
