"""Services that run but would not after a boot, or the other way round, that failed, or that differ.

Where other aspects look at a service of the lab too, an extra service is broken instead: THUMBNAILS, which is
installed on every web host and then stopped, masked or killed on some.
"""

from collections.abc import Iterable

from lab.faults import Fault
from lab.handle import Lab
from lab.software import WORKER

WEB = ("dallas-web1", "dallas-web2", "arizona-web1", "arizona-web2")
DB = ("dallas-db1", "arizona-db1")

THUMBNAILS = "shop-thumbnails.service"

PUT = f"""
mkdir -p /usr/local/lib/systemd/system
cat >/usr/local/lib/systemd/system/{THUMBNAILS} <<'UNIT'
[Unit]
Description=Makes small pictures of products

[Service]
ExecStart=/usr/bin/sleep infinity

[Install]
WantedBy=multi-user.target
UNIT
systemctl enable --quiet --now {THUMBNAILS}
"""
REMOVE = f"""
systemctl unmask --quiet {THUMBNAILS}
systemctl disable --quiet --now {THUMBNAILS} 2>/dev/null || true
rm -f /usr/local/lib/systemd/system/{THUMBNAILS}
rmdir /usr/local/lib/systemd/system /usr/local/lib/systemd 2>/dev/null || true
systemctl daemon-reload
systemctl reset-failed {THUMBNAILS} 2>/dev/null || true
"""
KILL = f"""
systemctl kill --signal KILL {THUMBNAILS}
for _ in $(seq 50); do systemctl --quiet is-failed {THUMBNAILS} && exit 0; sleep 0.1; done
exit 1
"""


def _thumbnails(name: str, sentence: str, broken: Iterable[str], damage: str) -> Fault:
    """The extra service is on every web host, and damaged on some.

    Args:
        name: of the fault.
        sentence: what happened.
        broken: the hosts where it is damaged.
        damage: a shell script.
    """

    def break_(lab: Lab) -> None:
        for host in WEB:
            lab.shell(host, PUT)
        for host in broken:
            lab.shell(host, damage)

    return Fault(name, sentence, WEB, break_, REMOVE)


def _disabled(name: str, sentence: str, host: str, unit: str) -> Fault:
    """A service runs, but will not start at boot."""
    return Fault(
        name,
        sentence,
        (host,),
        f"systemctl disable --quiet {unit}",
        f"systemctl enable --quiet {unit}",
        f"systemctl --quiet is-enabled {unit} && systemctl --quiet is-active {unit}",
    )


def _drop_in(name: str, sentence: str, hosts: tuple[str, ...], path: str, setting: str) -> Fault:
    """A drop-in that other hosts lack."""
    return Fault(
        name,
        sentence,
        hosts,
        f"mkdir -p $(dirname {path}) && printf '[Service]\\n{setting}\\n' >{path} && systemctl daemon-reload",
        f"rm -f {path}; rmdir $(dirname {path}) 2>/dev/null || true; systemctl daemon-reload",
    )


def _worker(name: str, sentence: str, host: str, damage: str) -> Fault:
    """The worker of the mailings is on where it must be off, or the other way round."""
    at_primary = host.startswith("dallas-")
    return Fault(
        name,
        sentence,
        (host,),
        damage,
        f"""
            [ ! -f /root/{WORKER} ] || mv -f /root/{WORKER} /etc/systemd/system/
            systemctl daemon-reload
            systemctl {"enable" if at_primary else "disable"} --quiet --now {WORKER}
        """,
        f"{'' if at_primary else '! '}systemctl --quiet is-active {WORKER}",
    )


FAULTS = (
    _disabled(
        "service_started_by_hand",
        "The shop was started by hand on one web host of the standby; it will not start at boot.",
        "arizona-web2",
        "shop.service",
    ),
    _disabled(
        "service_disabled_at_primary",
        "Cron runs on the primary's database host and was disabled.",
        "dallas-db1",
        "cron.service",
    ),
    _thumbnails(
        "service_stopped",
        "A service is enabled on every web host, and stopped on one of the standby.",
        ("arizona-web2",),
        f"systemctl stop {THUMBNAILS}",
    ),
    _thumbnails(
        "service_stopped_at_both_sites",
        "A service is enabled on every web host, and stopped on all of them.",
        WEB,
        f"systemctl stop {THUMBNAILS}",
    ),
    _thumbnails(
        "service_masked",
        "Somebody masked a service on one web host of the standby while it runs.",
        ("arizona-web1",),
        f"systemctl mask --quiet {THUMBNAILS}",
    ),
    _thumbnails(
        "service_failed",
        "A service died on one web host of the primary.",
        ("dallas-web2",),
        KILL,
    ),
    _thumbnails(
        "service_failed_at_both_sites",
        "A service died on every web host.",
        WEB,
        KILL,
    ),
    _thumbnails(
        "service_stopped_by_a_signal",
        "Somebody stopped a service with a signal on one web host of the standby, to look at it.",
        ("arizona-web2",),
        f"systemctl kill --signal=STOP {THUMBNAILS}",
    ),
    Fault(
        "service_crashes",
        "The shop on one web host of the standby dies, and systemd starts it again.",
        ("arizona-web1",),
        """
            systemctl kill --signal KILL shop.service
            for _ in $(seq 200); do
                [ "$(systemctl show --property NRestarts --value shop.service)" = 0 ] ||
                    { systemctl --quiet is-active shop.service && exit 0; }
                sleep 0.1
            done
            exit 1
        """,
        "systemctl restart shop.service",
        alone=True,  # a restart resets the count of restarts
    ),
    Fault(
        "service_made_by_systemd_run",
        "Somebody keeps a program alive on one web host of the standby with systemd-run.",
        ("arizona-web1",),
        "systemd-run --quiet --unit shop-debug sleep infinity",
        "systemctl stop shop-debug.service 2>/dev/null || true",
    ),
    _drop_in(
        "unit_drop_in_differs",
        "Cron has a drop-in at the standby that the primary lacks.",
        ("arizona-web1", "arizona-web2"),
        "/etc/systemd/system/cron.service.d/memory.conf",
        "OOMScoreAdjust=-500",
    ),
    _drop_in(
        "unit_drop_in_of_an_installer",
        "An installer outside the package manager left a drop-in on the standby's database host.",
        ("arizona-db1",),
        "/usr/lib/systemd/system/cron.service.d/installer.conf",
        "OOMScoreAdjust=-500",
    ),
    Fault(
        "unit_file_differs_at_primary",
        "The daily report may take only five seconds on one web host of the primary.",
        ("dallas-web1",),
        """
            cp -p /etc/systemd/system/shop-report.service /root/shop-report.service
            sed -i 's/^TimeoutStartSec=.*/TimeoutStartSec=5/' /etc/systemd/system/shop-report.service
            systemctl daemon-reload
        """,
        """
            [ ! -f /root/shop-report.service ] || mv /root/shop-report.service /etc/systemd/system/
            systemctl daemon-reload
        """,
    ),
    Fault(
        "program_for_root_alone_at_both_sites",
        "Only root may run gunicorn, on all web hosts: the shop runs on, but cannot be started again.",
        ("dallas-web1", "dallas-web2", "arizona-web1", "arizona-web2"),
        "chmod 0744 /usr/bin/gunicorn",
        "chmod 0755 /usr/bin/gunicorn",
        alone=True,
    ),
    _worker(
        "worker_started_at_the_standby",
        "Somebody started the worker of the mailings on one web host of the standby.",
        "arizona-web2",
        f"systemctl start {WORKER}",
    ),
    _worker(
        "worker_enabled_at_the_standby",
        "On one web host of the standby the next boot starts the worker of the mailings.",
        "arizona-web1",
        f"systemctl enable --quiet {WORKER}",
    ),
    _worker(
        "worker_masked_at_the_standby",
        "One web host of the standby keeps the worker of the mailings off by a mask, against every start.",
        "arizona-web2",
        f"""
            mv /etc/systemd/system/{WORKER} /root/
            ln -s /dev/null /etc/systemd/system/{WORKER}
            systemctl daemon-reload
        """,
    ),
    _worker(
        "worker_not_installed_at_the_standby",
        "The worker of the mailings was never installed on one web host of the standby.",
        "arizona-web1",
        f"mv /etc/systemd/system/{WORKER} /root/\nsystemctl daemon-reload",
    ),
    _worker(
        "worker_stopped_at_primary",
        "The worker of the mailings was stopped on one web host of the primary.",
        "dallas-web1",
        f"systemctl stop {WORKER}",
    ),
    _worker(
        "worker_disabled_at_primary",
        "The worker of the mailings runs on one web host of the primary, and not after a boot.",
        "dallas-web2",
        f"systemctl disable --quiet {WORKER}",
    ),
    _drop_in(
        "worker_defined_otherwise_at_the_standby",
        "The worker of the mailings would run as another user on the web hosts of the standby.",
        ("arizona-web1", "arizona-web2"),
        f"/etc/systemd/system/{WORKER}.d/user.conf",
        "User=nobody",
    ),
    Fault(
        "timer_stopped",
        "The timer of the daily report was stopped on one web host of the standby.",
        ("arizona-web1",),
        "systemctl stop shop-report.timer",
        "systemctl start shop-report.timer",
        "systemctl --quiet is-active shop-report.timer",
    ),
)
