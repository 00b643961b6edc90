"""Kernel settings and limits that differ, or that a boot or restart would change."""

from collections.abc import Callable, Mapping

from lab.faults import Fault
from lab.handle import Lab

WEB = ("dallas-web1", "dallas-web2", "arizona-web1", "arizona-web2")

_SYSCTLS = "/etc/sysctl.d/60-lab.conf"
_DROP_IN = "/etc/systemd/system/shop.service.d/limits.conf"
_NO_DROP_IN = (
    f"rm -f {_DROP_IN}; rmdir {_DROP_IN.rpartition('/')[0]} 2>/dev/null || true; systemctl daemon-reload"
)
_RESTART = """
    systemctl restart shop
    python3 -c 'import urllib.request; urllib.request.urlopen("http://127.0.0.1:8000/healthz", timeout=9)'
"""


def _set(values: Mapping[str, str]) -> Callable[[Lab], None]:
    """A step that sets kernel settings at run time, from outside: a lab machine may not do it itself.

    Args:
        values: host -> assignment.
    """

    def step(lab: Lab) -> None:
        for host, assignment in values.items():
            lab.in_network_of(host, "sysctl", "-qw", assignment)

    return step


def _live(name: str, sentence: str, hosts: tuple[str, ...], setting: str, values: tuple[str, str]) -> Fault:
    """A setting that is changed at run time.

    Args:
        name: of the fault.
        sentence: what happened.
        hosts: where.
        setting: of the kernel.
        values: broken and healthy.
    """
    broken, healthy = (dict.fromkeys(hosts, f"{setting}={value}") for value in values)
    path = "/proc/sys/" + setting.replace(".", "/")
    return Fault(name, sentence, hosts, _set(broken), _set(healthy), f"grep -qx {values[1]} {path}")


def _limit(setting: str) -> str:
    write = f"mkdir -p $(dirname {_DROP_IN}) && printf '[Service]\\n{setting}\\n' >{_DROP_IN}"
    return f"{write} && systemctl daemon-reload"


FAULTS = (
    _live(
        "sysctl_changed_live",
        "Somebody lowered the queue for new connections on one web host of the standby, but in no file.",
        ("arizona-web1",),
        "net.core.somaxconn",
        ("512", "1024"),
    ),
    _live(
        "sysctl_changed_live_at_primary",
        "Somebody turned SYN cookies off on the primary's edge; no file says anything about them.",
        ("dallas-edge1",),
        "net.ipv4.tcp_syncookies",
        ("0", "1"),
    ),
    _live(
        "sysctl_changed_live_at_both_sites",
        "Both database hosts keep idle connections for two hours, and after a boot for ten minutes.",
        ("dallas-db1", "arizona-db1"),
        "net.ipv4.tcp_keepalive_time",
        ("7200", "600"),
    ),
    Fault(
        name="sysctl_file_not_loaded",
        sentence="A file on the standby's edge sets a longer queue for connections; nobody loaded it.",
        hosts=("arizona-edge1",),
        break_=f"sed -i 's/somaxconn = 1024/somaxconn = 4096/' {_SYSCTLS}",
        mend=f"sed -i 's/somaxconn = 4096/somaxconn = 1024/' {_SYSCTLS}",
    ),
    Fault(
        name="module_not_loaded",
        sentence="One web host of the standby is configured to load a kernel module that is not loaded.",
        hosts=("arizona-web2",),
        break_="echo drbd >/etc/modules-load.d/drbd.conf",
        mend="rm -f /etc/modules-load.d/drbd.conf",
    ),
    Fault(
        name="service_limit_lowered",
        sentence="The shop may open only 512 files on one web host of the standby.",
        hosts=("arizona-web2",),
        break_=_limit("LimitNOFILE=512") + _RESTART,
        mend=f"[ ! -f {_DROP_IN} ] || {{ {_NO_DROP_IN}; {_RESTART} }}",
    ),
    Fault(
        name="service_limit_not_in_force_at_both_sites",
        sentence="Every web host was given a new limit of open files, and no shop was restarted.",
        hosts=WEB,
        break_=_limit("LimitNOFILE=2048:8192"),
        mend=_NO_DROP_IN,
    ),
    Fault(
        name="service_limit_changed_in_the_running_process",
        sentence="Somebody lowered the limit of open files of the primary's running nginx.",
        hosts=("dallas-edge1",),
        break_="prlimit --nofile=256:2048 --pid $(systemctl show --property MainPID --value nginx)",
        mend="systemctl restart nginx",
    ),
)
