"""Evidence that the lab works: each service answers as its users would ask."""

import http.client
import ssl
from functools import partial

from lab import grants, keys, podman
from lab.pairs import Look
from lab.sites import Host, Plan
from lab.wait import NotYetError
from siteparity.transport import collector


def of_host(host: Host, plan: Plan) -> list[tuple[str, Look]]:
    """What must come true on one host: sentences, each with the function that proves it."""
    looks: list[tuple[str, Look]] = [
        (f"{host.name}: every unit is up", partial(running, host)),
        *([(f"{host.name}: ssh starts the collector", partial(ssh, host))] if grants.of(host) else []),
        (f"{host.name}: the clock is synchronised", partial(clock, host)),
    ]
    if host.role == "db":
        looks.append((f"{host.name}: PostgreSQL replicates", partial(replication, host, plan)))
    return looks + plan.pair.software.looks(host, plan)


def running(host: Host) -> str:
    """Systemd has finished booting without a failed unit."""
    look = "systemctl is-system-running; systemctl list-units --failed --plain --no-legend"
    done = podman.podman("exec", host.name, "sh", "-c", look, check=False)
    state = done.stdout.decode("utf-8", "replace").split()
    if state[:1] != ["running"]:
        raise NotYetError(f"{' '.join(state) or podman.last_words(done)}")
    return "running"


def ssh(host: Host) -> str:
    """The suite's account can log in, and its key starts the collector as root."""
    done = podman.run(
        [
            "ssh",
            "-F",
            str(keys.folder(host.pair) / "config"),
            "-o",
            "ConnectTimeout=3",
            "-o",
            "BatchMode=yes",
            host.name,
        ],
        stdin=b"9\n",
        check=False,
        timeout=20,
    )
    told = collector.said_by(done.stdout)
    if told is None:
        raise NotYetError(podman.last_words(done) or f"exit {done.returncode}")
    return told


def clock(host: Host) -> str:
    """Chronyd has chosen a source, which it has not right after a boot."""
    told = podman.podman("exec", host.name, "chronyc", "-c", "tracking", check=False)
    state = told.stdout.decode("utf-8", "replace").strip().rpartition(",")[2]
    if state != "Normal":
        raise NotYetError(f"chronyd: {state or podman.last_words(told)}")
    return state


def sql(host: Host, query: str, user: str = "postgres") -> str:
    """One answer of the application's database on a host, through its Unix socket, unaligned."""
    done = podman.podman(
        "exec", "-i", "--user", user, host.name, "psql", "-XqAt", "-v", "ON_ERROR_STOP=1",
        "-d", host.pair.software.DATABASE.name,
        stdin=query.encode(),
    )  # fmt: skip
    return done.stdout.decode().strip()


def replication(host: Host, plan: Plan) -> str:
    """The primary has a streaming standby; the standby is fed, and has replayed the primary's position."""
    primary, standby = database_pair(plan)
    if host == primary:
        seen = sql(primary, "SELECT state FROM pg_stat_replication WHERE usename = 'replicator'")
        if seen != "streaming":
            raise NotYetError(f"pg_stat_replication: {seen or 'no row'}")
        return seen
    target = sql(primary, "SELECT pg_current_wal_lsn()")
    seen = sql(
        standby,
        "SELECT coalesce((SELECT status FROM pg_stat_wal_receiver), 'no receiver'), pg_is_in_recovery(), "
        "coalesce(pg_last_wal_replay_lsn(), '0/0')",
    )
    state, in_recovery, replayed = seen.split("|")
    if (state, in_recovery) != ("streaming", "t") or position(replayed) < position(target):
        raise NotYetError(f"receiver, in recovery, replayed (the primary is at {target}): {seen}")
    return seen


def position(lsn: str) -> int:
    """A WAL position in bytes, from its form `X/Y` (PostgreSQL manual, pg_lsn)."""
    high, low = lsn.split("/")
    return (int(high, 16) << 32) + int(low, 16)


def database_pair(plan: Plan) -> tuple[Host, Host]:
    """The primary and the standby of the healthy lab."""
    active = plan.active.name
    return plan.at(active, "db")[0], plan.at(plan.other(active).name, "db")[0]


def redis(host: Host) -> str:
    """The suite's user can log in with its password."""
    done = podman.shell(
        host.name,
        "REDISCLI_AUTH=$(cat /etc/siteparity/redis-auth) redis-cli --no-auth-warning --user parity ping",
        timeout=10,
        check=False,
    )
    if done.stdout.strip() != b"PONG":
        raise NotYetError(podman.last_words(done))
    return "PONG"


def get(
    address: str, port: int, path: str, name: str, trust: ssl.SSLContext | None = None
) -> tuple[int, bytes]:
    """One HTTP GET without redirects; status and body.

    Args:
        address: of the server.
        port: of the server.
        path: what is asked for.
        name: of the site, in the header Host and, with TLS, in the server's certificate.
        trust: speaks TLS, and trusts these authorities.
    """
    connection = http.client.HTTPConnection(address, port, timeout=5)
    try:
        connection.connect()
        if trust is not None:
            connection.sock = trust.wrap_socket(connection.sock, server_hostname=name)
        connection.request("GET", path, headers={"Host": name})
        answer = connection.getresponse()
        return answer.status, answer.read(100_000)
    except (OSError, http.client.HTTPException) as error:
        raise NotYetError(f"{name}{path} at {address}:{port}: {error}") from error
    finally:
        connection.close()
