"""Replication that has stopped, lags, or follows nobody."""

from lab.faults import Fault
from lab.handle import Lab

PRIMARY, STANDBY = "dallas-db1", "arizona-db1"

_STREAMS = """
    runuser -u postgres -- psql -XAtq -c "SELECT status FROM pg_stat_wal_receiver" | grep -qx streaming
"""
_UNTIL_IT_STREAMS = """
    for _ in $(seq 100); do
        status=$(runuser -u postgres -- psql -XAtqc 'SELECT status FROM pg_stat_wal_receiver' 2>&1) || true
        [ "$status" != streaming ] || exit 0
        sleep 0.1
    done
    echo "the standby does not stream" >&2; exit 1
"""
_WAIT_UNTIL_DEAD = """
    for _ in $(seq 100); do
        [ -n "$(runuser -u postgres -- psql -XAtq -c 'SELECT 1 FROM pg_stat_wal_receiver')" ] || exit 0
        sleep 0.1
    done
    echo "the WAL receiver is still alive" >&2; exit 1
"""


def _psql(*statements: str) -> str:
    """A shell script that runs statements as the superuser."""
    return "\n".join(f'runuser -u postgres -- psql -XAtq -v ON_ERROR_STOP=1 -c "{one}"' for one in statements)


def _freeze_the_receiver(lab: Lab) -> None:
    lab.shell(STANDBY, "pkill -STOP -f 'postgres: .*walreceiver'")
    # A primary writes a little by itself now and then. It does so now, so that every drill sees the same.
    lab.sql(PRIMARY, "SELECT pg_logical_emit_message(false, 'drill', 'x')")
    lab.shell(STANDBY, "sleep 12")


def _pause(lab: Lab) -> None:
    lab.sql(STANDBY, "SELECT pg_wal_replay_pause()")
    lab.sql(PRIMARY, "SELECT pg_logical_emit_message(false, 'drill', 'x')")  # as above


def _pause_while_orders_come_in(lab: Lab) -> None:
    lab.sql(STANDBY, "SELECT pg_wal_replay_pause()")
    lab.sql(PRIMARY, "SELECT pg_logical_emit_message(false, 'drill', repeat('x', 20000000))")


_ARCHIVE = "/var/lib/postgresql/archive"
_COPY = f"test ! -f {_ARCHIVE}/%f && cp %p {_ARCHIVE}/%f"
_PROGRAM = "/var/lib/postgresql/shop-archive"


def _archiving(  # noqa: PLR0913  # as the fault's fields
    name: str,
    sentence: str,
    hosts: tuple[str, ...],
    command: str,
    *,
    mode: str = "on",
    then: str = "",
    folder: str = "true",
) -> Fault:
    """Archiving by a command; unless told not to, end a WAL file and wait for the outcome.

    First forget what other drills left to be archived, and its statistics.
    """
    settings = _psql(
        "SELECT pg_stat_reset_shared('archiver')",
        f"ALTER SYSTEM SET archive_mode = '{mode}'",
        f"ALTER SYSTEM SET archive_command = '{command}'",
    )
    return Fault(
        name,
        sentence,
        hosts,
        f"""
            {folder}
            {settings}
            systemctl stop postgresql@15-main
            rm -f /var/lib/postgresql/15/main/pg_wal/archive_status/*.ready
            systemctl start postgresql@15-main
            if [ $(hostname) = {STANDBY} ]; then {_UNTIL_IT_STREAMS} fi
            {_tried(then) if then else ""}
        """,
        _psql("ALTER SYSTEM RESET archive_mode", "ALTER SYSTEM RESET archive_command")
        + f"\nsystemctl restart postgresql@15-main\nrm -rf {_ARCHIVE} {_PROGRAM}",
    )


def _tried(count: str) -> str:
    """Let the primary end a WAL file, and wait until archiving succeeded or failed."""
    look = _psql(f"SELECT {count} FROM pg_stat_archiver")  # noqa: S608  # a column's name
    return f"""
        [ $(hostname) = {PRIMARY} ] || exit 0
        {_psql("SELECT pg_switch_wal()")}
        for _ in $(seq 100); do
            [ "$({look})" = 0 ] || exit 0
            sleep 0.1
        done
        echo "nothing was archived" >&2; exit 1
    """


FAULTS = (
    Fault(
        name="wal_receiver_dead",
        sentence="The standby lost its sender; the primary is idle, so nothing seems to be missing.",
        hosts=(STANDBY,),
        break_=_psql(
            "ALTER SYSTEM SET primary_conninfo = 'host=198.18.1.31 port=1 user=replicator'",
            "SELECT pg_reload_conf()",
        )
        + _WAIT_UNTIL_DEAD,
        mend=_psql("ALTER SYSTEM RESET primary_conninfo", "SELECT pg_reload_conf()"),
        healthy=_STREAMS,
    ),
    Fault(
        name="wal_receiver_frozen",
        sentence="The stream is open, and nothing comes through it.",
        hosts=(STANDBY,),
        break_=_freeze_the_receiver,
        mend="pkill -CONT -f 'postgres: .*walreceiver' || true",
        healthy=_STREAMS,
    ),
    Fault(
        name="standby_promoted",
        sentence="Somebody promoted the standby while the primary still takes orders.",
        hosts=(STANDBY,),
        break_=_psql("SELECT pg_promote()"),
        undone_by_reset=True,
    ),
    Fault(
        name="standby_of_another_database",
        sentence="The standby's data directory is a copy of another database.",
        hosts=(STANDBY,),
        break_="""
            systemctl stop postgresql@15-main
            rm -rf /var/lib/postgresql/15/main
            runuser -u postgres -- /usr/lib/postgresql/15/bin/initdb -D /var/lib/postgresql/15/main >/dev/null
            systemctl start postgresql@15-main
            runuser -u postgres -- psql -Xq -v ON_ERROR_STOP=1 <<'SQL'
                CREATE ROLE parity LOGIN;
                GRANT pg_monitor TO parity;
                CREATE DATABASE shop;
                \\connect shop
                CREATE EXTENSION citext;
                GRANT EXECUTE ON FUNCTION pg_hba_file_rules(), pg_ident_file_mappings(),
                    pg_show_all_file_settings() TO parity;
                CREATE SCHEMA siteparity;
                CREATE VIEW siteparity.passwords AS
                    SELECT rolname, rolpassword IS NOT NULL AS has_password FROM pg_authid;
                GRANT USAGE ON SCHEMA siteparity TO parity;
                GRANT SELECT ON siteparity.passwords TO parity;
                CREATE FUNCTION siteparity.sequence_values() RETURNS TABLE (sequence oid, value bigint)
                    LANGUAGE sql AS 'SELECT 0::oid, 0::bigint WHERE false';
SQL
            systemctl stop postgresql@15-main
            runuser -u postgres -- touch /var/lib/postgresql/15/main/standby.signal
            systemctl start postgresql@15-main
        """,
        undone_by_reset=True,
    ),
    Fault(
        name="replay_paused",
        sentence="Replay was paused on the standby and never resumed; the primary is nearly idle.",
        hosts=(STANDBY,),
        break_=_pause,
        mend=_psql("SELECT pg_wal_replay_resume()"),
        alone=True,  # changes of other faults at the primary would not reach the standby
        healthy=_STREAMS,
    ),
    Fault(
        name="replay_paused_while_orders_come_in",
        sentence="Replay is paused on the standby, and 20 MB of orders have come in since.",
        hosts=(STANDBY,),
        break_=_pause_while_orders_come_in,
        mend=_psql("SELECT pg_wal_replay_resume()"),
        alone=True,
        healthy="""
            runuser -u postgres -- psql -XAtq \
                -c "SELECT pg_last_wal_replay_lsn() = pg_last_wal_receive_lsn()" | grep -qx t
        """,
    ),
    Fault(
        name="replay_delayed",
        sentence="Since a test long ago the standby applies everything five minutes late.",
        hosts=(STANDBY,),
        break_=_psql("ALTER SYSTEM SET recovery_min_apply_delay = '5min'", "SELECT pg_reload_conf()"),
        mend=_psql("ALTER SYSTEM RESET recovery_min_apply_delay", "SELECT pg_reload_conf()"),
        healthy=_STREAMS,
    ),
    Fault(
        name="monitoring_role_without_pg_monitor",
        sentence="The suite's database role lost pg_monitor: every view answers, with NULL in its columns.",
        hosts=(PRIMARY,),
        break_=_psql("REVOKE pg_monitor FROM parity") + "\nsleep 0.5",
        mend=_psql("GRANT pg_monitor TO parity") + "\nsleep 0.5",
    ),
    Fault(
        name="slot_inactive",
        sentence="A replication slot of a standby that is long gone still holds WAL on the primary.",
        hosts=(PRIMARY,),
        break_=_psql("SELECT pg_create_physical_replication_slot('long_gone', true)"),
        mend=_psql(
            "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots "
            "WHERE slot_name = 'long_gone'"
        ),
    ),
    Fault(
        name="slot_forgotten_at_the_standby",
        sentence="A forgotten test slot holds WAL on the standby.",
        hosts=(STANDBY,),
        break_=_psql("SELECT pg_create_physical_replication_slot('forgotten', true)"),
        mend=_psql(
            "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots "
            "WHERE slot_name = 'forgotten'"
        ),
    ),
    Fault(
        name="standby_signal_missing",
        sentence="The file standby.signal is gone: the standby takes writes after its next restart.",
        hosts=(STANDBY,),
        break_="rm /var/lib/postgresql/15/main/standby.signal",
        mend="runuser -u postgres -- touch /var/lib/postgresql/15/main/standby.signal",
        healthy=_STREAMS,
    ),
    Fault(
        name="replay_ends_at_a_target",
        sentence="The standby streams, but would stop at a recovery target that somebody set for a restore.",
        hosts=(STANDBY,),
        break_=_psql("ALTER SYSTEM SET recovery_target_time = '2037-01-01 00:00:00+00'")
        + "\nsystemctl restart postgresql@15-main\n"
        + _UNTIL_IT_STREAMS,
        mend=_psql("ALTER SYSTEM RESET recovery_target_time") + "\nsystemctl restart postgresql@15-main",
        healthy=_UNTIL_IT_STREAMS,
    ),
    _archiving(
        "archiving_fails",
        "WAL archiving fails at both sites.",
        (PRIMARY, STANDBY),
        "/bin/false",
        mode="always",
        then="failed_count",
    ),
    _archiving(
        "archiving_differs",
        "WAL is archived at the primary; the standby would not continue archiving.",
        (PRIMARY,),
        "/bin/true",
        then="archived_count",
    ),
    _archiving(
        "archiving_never_tried",
        "WAL archiving is on at both sites, and nothing was ever archived.",
        (PRIMARY, STANDBY),
        "/bin/true",
    ),
    _archiving(
        "archive_command_missing",
        "WAL archiving was turned on at both sites, without an archive command.",
        (PRIMARY, STANDBY),
        "",
    ),
    _archiving(
        "archive_folder_missing_at_standby",
        "WAL is archived into a folder that exists only at the primary.",
        (PRIMARY, STANDBY),
        _COPY,
        then="archived_count",
        folder=f"[ $(hostname) != {PRIMARY} ] || install -d -o postgres {_ARCHIVE}",
    ),
    _archiving(
        "archive_folder_of_another_account_at_standby",
        "WAL is archived into a folder that belongs to root at the standby.",
        (PRIMARY, STANDBY),
        _COPY,
        then="archived_count",
        folder=f"install -d {_ARCHIVE}\n[ $(hostname) != {PRIMARY} ] || chown postgres {_ARCHIVE}",
    ),
    _archiving(
        "archive_program_missing_at_standby",
        "WAL is archived by a program that is installed only at the primary.",
        (PRIMARY, STANDBY),
        f"{_PROGRAM} %p",
        then="archived_count",
        folder=f"[ $(hostname) != {PRIMARY} ] || ln -s /bin/true {_PROGRAM}",
    ),
)
