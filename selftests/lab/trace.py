"""A host's files, processes, rows and keys as one text, to prove that a run left nothing there."""

from __future__ import annotations

import time
from functools import partial

from lab import podman
from lab.sites import Host
from lab.wait import together

FOLDERS = (
    "/etc /srv /usr/local /opt /root /home /tmp /var/tmp /var/spool /var/lib/dpkg /var/lib/apt /var/cache"
)

# Not the time of the last access: to read is what a run is for. Folders tell of files that came and went.
_FILES = f"""
find {FOLDERS} -xdev ! -name core -printf 'file %p %y %m %u %g %l %T@ %C@\\n' | grep -v ' s ' | sort
find {FOLDERS} -xdev -type f -print0 | sort -z | xargs -0 sha256sum
"""
# Without kernel threads, logins, this script, and servers whose titles tell what they do just now.
_PROCESSES = """
ps -eo ppid=,args= | awk '$1 != 2 { $1 = ""; print "process" $0 }' |
    grep -Ev 'process (\\[(sort|grep)\\]$|ps|awk|sort|grep|/bin/sh -eu -s)' |
    grep -Ev 'process (sshd: |/lib/systemd/systemd --user|\\(sd-pam\\))' |
    grep -Ev 'process postgres: (walsender|walreceiver|startup|shop|autovacuum)' | sort
"""
_KEYS = """
export REDISCLI_AUTH=$(cat /root/.redis-admin)
redis-cli --no-auth-warning --user admin --scan | sort | sed 's/^/key /'
redis-cli --no-auth-warning --user admin CONFIG GET '*' | paste - - | sed 's/^/setting /'
"""
_ROWS = """
runuser -u postgres -- psql -XAt shop -c "
    SELECT 'writes', relname, n_tup_ins, n_tup_upd, n_tup_del FROM pg_stat_user_tables ORDER BY 2" -c "
    SELECT 'rows', relname, query_to_xml(format('SELECT count(*) FROM %s', relid::regclass), true, true, '')
        FROM pg_stat_user_tables ORDER BY 2" -c "
    SELECT 'setting', name, setting FROM pg_settings WHERE name !~ 'in_hot_standby' ORDER BY 2" -c "
    SELECT 'role', rolname, rolsuper, rolcanlogin FROM pg_roles ORDER BY 2" -c "
    SELECT 'temporary', sum(temp_files) FROM pg_stat_database"
"""
_OF_ROLE = {"sessions": _KEYS, "db": _ROWS}

JOB_EVERY_SECONDS = 300
"""The lab's own job writes at each full five minutes."""
JOB_TAKES_SECONDS = 10
ROOM_SECONDS = 60
"""What two traces and a run between them may take."""


def of(hosts: tuple[Host, ...]) -> dict[str, set[str]]:
    """Host -> lines, each of which says something that a run must not change."""
    texts = together([partial(_lines, host) for host in hosts])
    return {host.name: lines for host, lines in zip(hosts, texts, strict=True)}


def changes(before: dict[str, set[str]], after: dict[str, set[str]]) -> list[str]:
    """What is different, as lines with ``-`` and ``+``."""
    return [
        f"{host}: {sign} {line}"
        for host in before
        for sign, lines in (("-", before[host] - after[host]), ("+", after[host] - before[host]))
        for line in sorted(lines)
    ]


def wait_for_a_quiet_time() -> None:
    """Wait past the lab's own job, if it would write in the middle of what is about to be watched."""
    into = time.time() % JOB_EVERY_SECONDS
    if into < JOB_TAKES_SECONDS:
        time.sleep(JOB_TAKES_SECONDS - into)
    elif into > JOB_EVERY_SECONDS - ROOM_SECONDS:
        time.sleep(JOB_EVERY_SECONDS - into + JOB_TAKES_SECONDS)


def logins(host: Host, cursor: str) -> int:
    """How many logins sshd let in since the place in the journal."""
    # No filter: with one, journalctl leaves out the first entry that it should show.
    since = f"journalctl --quiet --output cat --after-cursor '{cursor}'"
    said = podman.shell(host.name, f"journalctl --sync\n{since}")
    return said.stdout.count(b"Accepted publickey")


def cursor(host: Host) -> str:
    """The present end of the host's journal."""
    said = podman.shell(host.name, "journalctl --quiet --lines 1 --show-cursor").stdout.decode()
    return said.splitlines()[-1].removeprefix("-- cursor: ")


def _lines(host: Host) -> set[str]:
    script = _FILES + _PROCESSES + _OF_ROLE.get(host.role, "")
    return set(podman.shell(host.name, script).stdout.decode("utf-8", "replace").splitlines())
