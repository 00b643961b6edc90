"""Agents that do not run, do not answer, or report stale figures."""

from lab.faults import Fault

EXPORTER = "prometheus-node-exporter.service"
SETTINGS, KEPT = "/etc/default/prometheus-node-exporter", "/root/exporter"
FOLDER = "/var/lib/prometheus/node-exporter"
IS_UP = f"systemctl --quiet is-active {EXPORTER} && [ -n \"$(ss -Htln 'sport = :9100')\" ]"


def _old_file(name: str, sentence: str, hosts: tuple[str, ...]) -> Fault:
    """The exporter passes on what a job wrote days ago."""
    return Fault(
        name,
        sentence,
        hosts,
        f"echo 'backup_ok 1' >{FOLDER}/backup.prom\ntouch -d '3 days ago' {FOLDER}/backup.prom",
        f"rm -f {FOLDER}/backup.prom",
    )


def _disabled(name: str, sentence: str, hosts: tuple[str, ...]) -> Fault:
    """The exporter runs, but will not start at boot."""
    return Fault(
        name,
        sentence,
        hosts,
        f"systemctl disable --quiet {EXPORTER}",
        f"systemctl enable --quiet {EXPORTER}",
        f"systemctl --quiet is-enabled {EXPORTER} && {IS_UP}",
    )


FAULTS = (
    Fault(
        "exporter_stopped",
        "Somebody stopped the exporter on one web host of the standby.",
        ("arizona-web1",),
        f"systemctl stop {EXPORTER}",
        f"systemctl start {EXPORTER}",
        IS_UP,
    ),
    Fault(
        "exporter_hung",
        "The exporter of the primary's database host accepts connections and never answers.",
        ("dallas-db1",),
        f"systemctl kill --signal STOP {EXPORTER}",
        f"systemctl kill --signal CONT {EXPORTER}",
        IS_UP,
    ),
    _disabled(
        "exporter_disabled",
        "The exporter runs on the standby's edge and will not start at boot.",
        ("arizona-edge1",),
    ),
    _disabled(
        "exporter_disabled_at_both_sites",
        "The exporter runs on the edges of both sites and will not start at boot.",
        ("dallas-edge1", "arizona-edge1"),
    ),
    _old_file(
        "exporter_repeats_an_old_file",
        "A job of the standby's database host stopped three days ago; the exporter repeats what it wrote.",
        ("arizona-db1",),
    ),
    _old_file(
        "exporter_repeats_an_old_file_at_both_sites",
        "A job of both database hosts stopped three days ago; the exporters repeat what it wrote.",
        ("dallas-db1", "arizona-db1"),
    ),
    Fault(
        "exporter_without_a_collector",
        "The exporter of one web host of the standby was told to skip disks.",
        ("arizona-web2",),
        f"""
            cp -p {SETTINGS} {KEPT}.unfinished && mv {KEPT}.unfinished {KEPT}
            echo 'ARGS="--no-collector.filesystem"' >>{SETTINGS}
            systemctl restart {EXPORTER}
        """,
        f"""
            rm -f {KEPT}.unfinished
            [ ! -f {KEPT} ] || {{ mv {KEPT} {SETTINGS}; systemctl restart {EXPORTER}; }}
        """,
        IS_UP,
    ),
)
