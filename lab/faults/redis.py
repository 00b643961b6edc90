"""A Redis that forgets, refuses, or runs with settings other than those of its next start."""

from collections.abc import Callable

from lab.faults import Fault
from lab.handle import Lab

STANDBY, PRIMARY = "arizona-sessions1", "dallas-sessions1"

ADMIN = "REDISCLI_AUTH=$(cat /root/.redis-admin) redis-cli --no-auth-warning --user admin -e"
_PING = f"{ADMIN} PING | grep -qx PONG"

FILE = "/etc/redis/redis.conf"
_MISSPELT = "maxmemory-polcy allkeys-lru"
_NO_FOLDER = "logfile /srv/log/redis/redis.log"

USERS, USERS_KEPT = "/etc/redis/users.acl", "/root/users.acl.kept"
FILES, MOVED = "/var/lib/redis/appendonlydir", "/var/lib/redis/appendonlydir.moved"

# A fault that cuts the shop's connections is mended only when its workers have new ones.
_RECONNECT = """
    systemctl restart shop
    for _ in $(seq 50); do
        [ "$(ss -Htn state established dport = :6379 | wc -l)" -ge 3 ] && exit 0
        sleep 0.1
    done
    echo "the workers are not connected" >&2; exit 1
"""


def _mended(*commands: str) -> Callable[[Lab], None]:
    """Run commands on the standby's Redis host, then let its web hosts connect again."""

    def mend(lab: Lab) -> None:
        lab.shell(STANDBY, "\n".join(commands))
        for web in ("arizona-web1", "arizona-web2"):
            lab.shell(web, _RECONNECT)

    return mend


_LIBRARY = "#!lua name=carts\\nredis.register_function('carts_of', function(keys) return %s end)"
"""A library of functions, as ``printf`` writes it."""


def _functions(*results: str) -> Callable[[Lab], None]:
    """Give each site's Redis a library, with this code; none where the result is empty."""

    def load(lab: Lab) -> None:
        for host, result in zip((PRIMARY, STANDBY), results, strict=True):
            if result:
                code = _LIBRARY % result
                lab.shell(host, f'printf "{code}" | {ADMIN} -x FUNCTION LOAD REPLACE')

    return load


_NO_FUNCTIONS = f"{ADMIN} FUNCTION FLUSH"

FAULTS = (
    Fault(
        name="redis_function_missing",
        sentence="The application calls a function of Redis that was loaded at the primary only.",
        hosts=(PRIMARY, STANDBY),
        break_=_functions("#keys", ""),
        mend=_NO_FUNCTIONS,
        healthy=_PING,
    ),
    Fault(
        name="redis_function_older",
        sentence="The standby's Redis has an older version of a function.",
        hosts=(PRIMARY, STANDBY),
        break_=_functions("#keys", "0"),
        mend=_NO_FUNCTIONS,
        healthy=_PING,
    ),
    Fault(
        name="redis_longest_request_changed_at_run_time",
        sentence="Somebody set the longest request that the standby's Redis takes, and left it so.",
        hosts=(STANDBY,),
        break_=f"{ADMIN} CONFIG SET proto-max-bulk-len 1mb",
        mend=f"{ADMIN} CONFIG SET proto-max-bulk-len 512mb",
        healthy=_PING,
    ),
    Fault(
        name="redis_comment_behind_a_value",
        sentence="Both sites' redis.conf have a comment behind a value, with which Redis does not start.",
        hosts=(PRIMARY, STANDBY),
        break_=f"echo 'maxmemory-samples 5 # the default' >>{FILE}",
        mend=f"sed -i '/^maxmemory-samples /d' {FILE}",
        healthy=f"{_PING} && ! grep -q ^maxmemory-samples {FILE}",
    ),
    Fault(
        name="redis_password_of_the_file_differs",
        sentence="Each site's Redis has another password for a server that it would follow.",
        hosts=(PRIMARY, STANDBY),
        break_=f'echo "masterauth of-$(hostname)" >>{FILE}',
        mend=f"sed -i '/^masterauth /d' {FILE}",
        healthy=f"! grep -q ^masterauth {FILE}",
    ),
    Fault(
        name="sessions_on_disk_damaged",
        sentence="The file from which the standby's Redis would load its sessions is damaged.",
        hosts=(STANDBY,),
        break_=f"""
            base=$(ls {FILES}/*.base.rdb)
            cp -p $base /root/base.unfinished && mv /root/base.unfinished /root/base.kept
            printf XXXXX | dd of=$base conv=notrunc status=none
        """,
        mend=f"""
            rm -f /root/base.unfinished
            [ ! -f /root/base.kept ] || mv /root/base.kept $(ls {FILES}/*.base.rdb)
        """,
        healthy=_PING,
    ),
    Fault(
        name="redis_setting_changed_at_run_time",
        sentence="Somebody gave Redis less memory at night, and left it so.",
        hosts=(STANDBY,),
        break_=f"{ADMIN} CONFIG SET maxmemory 32mb",
        mend=f"{ADMIN} CONFIG SET maxmemory 64mb",
        healthy=_PING,
    ),
    Fault(
        name="redis_setting_changed_at_both_sites",
        sentence="Both sites run with an eviction policy that is in no file.",
        hosts=(PRIMARY, STANDBY),
        break_=f"{ADMIN} CONFIG SET maxmemory-policy allkeys-random",
        mend=f"{ADMIN} CONFIG SET maxmemory-policy volatile-lru",
        healthy=_PING,
    ),
    Fault(
        name="redis_file_changed_without_restart",
        sentence="The primary's redis.conf was edited, and Redis was never restarted.",
        hosts=(PRIMARY,),
        break_="sed -i 's/^maxmemory 64mb$/maxmemory 48mb/' /etc/redis/redis.conf",
        mend="sed -i 's/^maxmemory 48mb$/maxmemory 64mb/' /etc/redis/redis.conf",
        healthy="grep -qx 'maxmemory 64mb' /etc/redis/redis.conf",
    ),
    Fault(
        name="redis_file_makes_it_a_replica",
        sentence="The standby's redis.conf still holds a line from its set-up: it starts as a replica.",
        hosts=(STANDBY,),
        break_="echo 'replicaof 198.18.1.41 6379' >>/etc/redis/redis.conf",
        mend="sed -i '/^replicaof 198.18.1.41 6379$/d' /etc/redis/redis.conf",
    ),
    Fault(
        name="redis_directive_misspelt",
        sentence="The standby's redis.conf has a misspelt word, so Redis would not start again.",
        hosts=(STANDBY,),
        break_=f"echo '{_MISSPELT}' >>{FILE}",
        mend=f"sed -i '/^{_MISSPELT}$/d' {FILE}",
        healthy=_PING,
    ),
    Fault(
        name="redis_directive_misspelt_at_both_sites",
        sentence="Both sites' redis.conf have the same misspelt word, so Redis would not start again.",
        hosts=(PRIMARY, STANDBY),
        break_=f"echo '{_MISSPELT}' >>{FILE}",
        mend=f"sed -i '/^{_MISSPELT}$/d' {FILE}",
        healthy=_PING,
    ),
    Fault(
        name="redis_log_folder_of_the_file_gone",
        sentence="The standby's redis.conf names a log in a folder that does not exist.",
        hosts=(STANDBY,),
        break_=f"echo '{_NO_FOLDER}' >>{FILE}",
        mend=f"sed -i '\\|^{_NO_FOLDER}$|d' {FILE}",
        healthy=_PING,
    ),
    Fault(
        name="redis_log_folder_gone_at_both_sites",
        sentence="Both sites' redis.conf name a log in a folder that does not exist.",
        hosts=(PRIMARY, STANDBY),
        break_=f"echo '{_NO_FOLDER}' >>{FILE}",
        mend=f"sed -i '\\|^{_NO_FOLDER}$|d' {FILE}",
        healthy=_PING,
    ),
    Fault(
        name="redis_command_renamed",
        sentence="The standby's redis.conf disables a command that the shop needs to store sessions.",
        hosts=(STANDBY,),
        break_=f"echo 'rename-command EXPIRE \"\"' >>{FILE}",
        mend=f"sed -i '/^rename-command EXPIRE/d' {FILE}",
        healthy=_PING,
    ),
    Fault(
        name="redis_users_of_the_file_edited",
        sentence="The standby's ACL file was edited, not loaded: no writes, another password for the shop.",
        hosts=(STANDBY,),
        break_=f"""
            cp -p {USERS} {USERS_KEPT}
            sed -i '/^user shop /{{s/[#>][^ ]*/>changed/;s/+@write//}}' {USERS}
        """,
        mend=f"[ ! -f {USERS_KEPT} ] || mv {USERS_KEPT} {USERS}",
        healthy=_PING,
    ),
    Fault(
        name="redis_files_gone",
        sentence="The primary's append-only files were moved away to free space while Redis writes to them.",
        hosts=(PRIMARY,),
        break_=f"mkdir -p {MOVED} && mv {FILES}/* {MOVED}/",
        mend=f"[ ! -d {MOVED} ] || {{ mv {MOVED}/* {FILES}/; rmdir {MOVED}; }}",
        healthy=_PING,
    ),
    Fault(
        name="redis_persistence_off",
        sentence="The standby's Redis writes nothing to disk any more.",
        hosts=(STANDBY,),
        break_=f"{ADMIN} CONFIG SET appendonly no\n{ADMIN} CONFIG SET save ''",
        mend=f"{ADMIN} CONFIG SET appendonly yes\n{ADMIN} CONFIG SET save '3600 1 300 100'",
        healthy=f"{ADMIN} INFO persistence | grep -q aof_rewrite_in_progress:0",
    ),
    Fault(
        name="redis_user_missing",
        sentence="A user of Redis was removed at run time; its file still has it.",
        hosts=(STANDBY,),
        break_=f"{ADMIN} ACL DELUSER shop",
        mend=_mended(f"{ADMIN} ACL LOAD"),
        alone=True,
        healthy=_PING,
    ),
    Fault(
        name="redis_replica_of_the_primary",
        sentence="The standby's Redis was made a replica of the primary's.",
        hosts=(STANDBY,),
        break_=f"""
            {ADMIN} CONFIG SET masteruser admin
            {ADMIN} CONFIG SET masterauth "$(cat /root/.redis-admin)"
            {ADMIN} REPLICAOF 198.18.1.41 6379
            sleep 2
        """,
        mend=f"{ADMIN} REPLICAOF NO ONE\n{ADMIN} CONFIG SET masteruser ''\n{ADMIN} CONFIG SET masterauth ''",
        healthy=f"{ADMIN} INFO replication | grep -q role:master",
    ),
    Fault(
        name="redis_memory_nearly_full",
        sentence="The primary's Redis is nearly full of keys that never expire.",
        hosts=(PRIMARY,),
        break_=f"for n in $(seq 60); do {ADMIN} SETRANGE drill:$n 1000000 x; done",
        mend=f"for n in $(seq 60); do {ADMIN} DEL drill:$n; done",
        healthy=_PING,
    ),
    Fault(
        name="redis_suite_user_refused",
        sentence="The password of the suite's own user was changed: nothing about Redis can be known.",
        hosts=(STANDBY,),
        break_=f"{ADMIN} ACL SETUSER parity resetpass '>another-word'",
        mend=_mended(f"{ADMIN} ACL LOAD"),
        alone=True,
        healthy=_PING,
    ),
    Fault(
        name="redis_stopped",
        sentence="The standby's Redis was killed and does not come back.",
        hosts=(STANDBY,),
        break_="systemctl mask --runtime --now redis-server 2>/dev/null",
        mend=_mended("systemctl unmask --runtime redis-server 2>/dev/null; systemctl start redis-server"),
        alone=True,
        healthy=_PING,
    ),
)
