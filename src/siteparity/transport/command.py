"""What is started on a host, and how where that is not done through SSH. Pure."""

from __future__ import annotations

from siteparity.model import Connection, ConnectionKind


def words(connection: Connection, seconds: int) -> list[str]:
    """What is started there; only constants, one number, and a path that was checked.

    A shell that reads a script on stdin and is ended after some seconds; or the host's collector, which is
    told the seconds.
    """
    shell = ["timeout", "-k", "2", str(seconds), "sh", "-s"]
    return [
        *(["sudo", "-n"] if connection.become else []),
        *([connection.collector] if connection.collector else shell),
    ]


def without_ssh(connection: Connection, seconds: int) -> list[str]:
    """The arguments of the program that runs it in a container, or on this machine."""
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
