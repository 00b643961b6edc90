"""Ports that should be open and are not, or the other way round."""

from lab.faults import Fault

WEB = ("dallas-web1", "dallas-web2", "arizona-web1", "arizona-web2")
SITE_SESSIONS, BOTH_SESSIONS = ("arizona-sessions1",), ("dallas-sessions1", "arizona-sessions1")

EXPORTER = "prometheus-node-exporter.service"
EVERY = "0.0.0.0"  # noqa: S104  # that is the fault
SETTINGS = "/etc/default/prometheus-node-exporter"
LISTENS = "[ -n \"$(ss -Htln 'sport = :{port}')\" ]"
WAIT = f"for _ in $(seq 100); do {LISTENS} && break; sleep 0.05; done; {LISTENS}"


def _loopback(name: str, sentence: str, hosts: tuple[str, ...]) -> Fault:
    """The exporter answers only its own host."""
    return Fault(
        name,
        sentence,
        hosts,
        f"""
            cp -p {SETTINGS} /root/exporter.unfinished && mv /root/exporter.unfinished /root/exporter
            echo 'ARGS="--web.listen-address=127.0.0.1:9100"' >>{SETTINGS}
            systemctl restart {EXPORTER}
            {WAIT.format(port=9100)}
        """,
        f"""
            rm -f /root/exporter.unfinished
            [ ! -f /root/exporter ] || {{ mv /root/exporter {SETTINGS}; systemctl restart {EXPORTER}; }}
        """,
        f"{LISTENS.format(port=9100)} && [ -z \"$(ss -Htln 'src 127.0.0.1 and sport = :9100')\" ]",
    )


def _program(name: str, sentence: str, hosts: tuple[str, ...], address: str, port: int) -> Fault:
    """A program that somebody left running, outside any unit."""
    pid = f"/run/{name}.pid"
    perl = (
        "use Socket; socket(S, PF_INET, SOCK_STREAM, 0); setsockopt(S, SOL_SOCKET, SO_REUSEADDR, 1);"
        f'bind(S, sockaddr_in({port}, inet_aton("{address}"))) or die $!; listen(S, 5); sleep 86400'
    )
    return Fault(
        name,
        sentence,
        hosts,
        f"setsid perl -e '{perl}' </dev/null >/dev/null 2>&1 & echo $! >{pid}\n{WAIT.format(port=port)}",
        f'[ ! -f {pid} ] || {{ kill "$(cat {pid})" 2>/dev/null || true; rm {pid}; }}',
        f"[ -z \"$(ss -Htln 'sport = :{port}')\" ]",
    )


FAULTS = (
    _program(
        "listener_unexpected",
        "A debugging server was left open on one web host of the standby.",
        ("arizona-web2",),
        EVERY,
        5005,
    ),
    _program(
        "listener_unexpected_at_both_sites",
        "The same forgotten server is open on every web host of both sites.",
        WEB,
        EVERY,
        5005,
    ),
    _program(
        "listener_unexpected_at_the_primary",
        "A tunnel for one engineer was left open on one web host of the primary.",
        ("dallas-web1",),
        "127.0.0.1",
        2222,
    ),
    _loopback(
        "listener_at_loopback_at_one_site",
        "The exporter of the standby's sessions host listens on loopback only.",
        SITE_SESSIONS,
    ),
    _loopback(
        "listener_at_loopback_at_both_sites",
        "The exporters of the sessions hosts of both sites listen on loopback only.",
        BOTH_SESSIONS,
    ),
)
