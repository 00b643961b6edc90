"""A standby that is smaller than the primary, and disks that are full."""

from lab.faults import Fault, boot
from lab.faults.boot import SETTLED, UPLOADS
from lab.handle import Lab

WEB = ("dallas-web1", "dallas-web2", "arizona-web1", "arizona-web2")

_NO_LIMIT = ("--cpus", "512", "--memory", "512g")
"""More than the machine has."""

_ANSWERS = """
    python3 -c 'import urllib.request; urllib.request.urlopen("http://127.0.0.1:8000/healthz", timeout=9)'
"""
_HEALTHY = f"""
    {_ANSWERS}
    for _ in $(seq 50); do
        [ "$(ss -Htn state established dport = :6379 | wc -l)" -ge 3 ] && exit 0
        sleep 0.1
    done
    exit 1
"""
_ENV = "/etc/shop/shop.env"
_NGINX = """
    sed -i 's/worker_connections {}/worker_connections {}/' /etc/nginx/nginx.conf
    nginx -q -s reload
"""
_UNIT = "/etc/systemd/system/shop.service"
_ADMIN = "REDISCLI_AUTH=$(cat /root/.redis-admin) redis-cli --no-auth-warning --user admin -e"


def _smaller(name: str, sentence: str, host: str, *limits: str) -> Fault:
    """A host that may use less of this machine's resources."""

    def shrink(lab: Lab) -> None:
        lab.resize(host, *limits)

    def grow(lab: Lab) -> None:
        lab.resize(host, *_NO_LIMIT)

    return Fault(name, sentence, (host,), shrink, grow)


def _full(name: str, sentence: str, host: str) -> Fault:
    """Fills nearly all of 4 MiB."""
    return Fault(
        name,
        sentence,
        (host,),
        f"head -c 4067000 /dev/zero >{UPLOADS}/film.mp4\n{SETTLED}",
        f"rm -f {UPLOADS}/film.mp4",
        f"[ ! -e {UPLOADS}/film.mp4 ]",
    )


def _without_inodes(name: str, sentence: str, hosts: tuple[str, ...]) -> Fault:
    """A file system with few inodes, all of them used."""

    def fill(lab: Lab) -> None:
        for host in hosts:
            lab.in_files_of(host, "mount", "-o", "remount,nr_inodes=64", UPLOADS)
            left = f"$((63 - $(df --output=iused {UPLOADS} | tail -n 1)))"
            lab.shell(host, f"cd {UPLOADS}; for n in $(seq {left}); do : >thumbnail.$n; done; {SETTLED}")

    def empty(lab: Lab) -> None:
        for host in hosts:
            boot.unmount(lab, host)
            boot.mount(lab, host)

    return Fault(name, sentence, hosts, fill, empty, f"mountpoint -q {UPLOADS}")


def _workers(signal: str, count: int) -> str:
    """Let the shop start or end workers (gunicorn's signals TTIN, TTOU) until it has so many."""
    return f"""
        main=$(systemctl show --property MainPID --value shop)
        for n in $(seq 100); do
            set -- $(cat /proc/$main/task/$main/children)
            [ $# -ne {count} ] || break
            [ $n -ne 1 ] || kill -{signal} $main
            sleep 0.1
        done
        [ $# -eq {count} ]
    """


def _one_worker_less(name: str, sentence: str, hosts: tuple[str, ...]) -> Fault:
    """A signal ended one worker of the shop, which has it again once another fault restarts it."""
    back = f"{_workers('TTIN', 3)}\n{_HEALTHY}"
    return Fault(name, sentence, hosts, _workers("TTOU", 2), back, alone=True)


def _pool(name: str, sentence: str, hosts: tuple[str, ...], size: int, then: str) -> Fault:
    """Another size of the shop's pool in its file, and the step that follows."""
    return Fault(
        name,
        sentence,
        hosts,
        f"sed -i 's/_POOL=4/_POOL={size}/' {_ENV}\n{then}",
        f"sed -i 's/_POOL={size}/_POOL=4/' {_ENV}\n{then}",
    )


_RESTART = f"systemctl restart shop\n{_HEALTHY}"
_RELOAD = "systemctl daemon-reload\nsystemctl restart shop\n"

FAULTS = (
    _smaller(
        "fewer_processors",
        "The standby's database host has one processor.",
        "arizona-db1",
        "--cpus",
        "1",
    ),
    _smaller(
        "less_memory",
        "The standby's sessions host has half a gigabyte of memory.",
        "arizona-sessions1",
        "--memory",
        "512m",
    ),
    _full("disk_full", "The upload folder of one web host of the standby is 97 % full.", "arizona-web1"),
    _full(
        "disk_full_at_primary",
        "The upload folder of one web host of the primary is 97 % full.",
        "dallas-web2",
    ),
    _without_inodes(
        "inodes_exhausted",
        "One web host of the standby has room for uploads but no inodes.",
        ("arizona-web2",),
    ),
    _without_inodes(
        "inodes_exhausted_at_both_sites",
        "One web host of each site has room for uploads but no inodes.",
        ("dallas-web1", "arizona-web1"),
    ),
    _one_worker_less(
        "fewer_workers",
        "Somebody took a worker from the shop with a signal, on one web host of the standby.",
        ("arizona-web1",),
    ),
    _one_worker_less(
        "no_worker_enough_at_both_sites",
        "Every web host runs the shop with one worker too few.",
        WEB,
    ),
    Fault(
        name="fewer_workers_configured",
        sentence="The shop's unit on a web host of the standby still has the single worker of its first day.",
        hosts=("arizona-web2",),
        break_=f"sed -i 's/--workers 3/--workers 1/' {_UNIT}\n{_RELOAD}{_ANSWERS}",
        mend=f"sed -i 's/--workers 1/--workers 3/' {_UNIT}\n{_RELOAD}{_HEALTHY}",
    ),
    Fault(
        name="fewer_workers_not_in_force",
        sentence="The shop's unit on a standby web host got fewer workers, and nobody restarted the shop.",
        hosts=("arizona-web1",),
        break_=f"sed -i 's/--workers 3/--workers 2/' {_UNIT}\nsystemctl daemon-reload",
        mend=f"sed -i 's/--workers 2/--workers 3/' {_UNIT}\nsystemctl daemon-reload",
        healthy=f"grep -q -e '--workers 3' {_UNIT}",
    ),
    _pool(
        "smaller_pool",
        "The shop of one web host of the standby may open one database connection per worker.",
        ("arizona-web1",),
        1,
        _RESTART,
    ),
    _pool(
        "smaller_pool_at_both_sites",
        "On every web host the shop may open two database connections per worker.",
        WEB,
        2,
        _RESTART,
    ),
    _pool(
        "smaller_pool_not_in_force",
        "The file of one web host of the primary sets a smaller pool; nobody restarted the shop.",
        ("dallas-web1",),
        3,
        "",
    ),
    Fault(
        name="fewer_connections",
        sentence="Somebody lowered the number of clients that the standby's Redis accepts.",
        hosts=("arizona-sessions1",),
        break_=f"{_ADMIN} CONFIG SET maxclients 500",
        mend=f"{_ADMIN} CONFIG SET maxclients 10000",
        healthy=f"{_ADMIN} PING | grep -qx PONG",
    ),
    Fault(
        name="fewer_connections_at_the_edge",
        sentence="The standby's nginx accepts fewer connections than the primary's.",
        hosts=("arizona-edge1",),
        break_=_NGINX.format(768, 256),
        mend=_NGINX.format(256, 768),
    ),
)
