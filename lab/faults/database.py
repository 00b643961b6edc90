"""A database that the shop shows wrongly, and servers that are not set up to swap roles."""

from lab import keys
from lab.faults import Fault
from lab.faults.storefront import changed_release
from lab.handle import Lab

PRIMARY, STANDBY = "dallas-db1", "arizona-db1"

_ETC = "/etc/postgresql/15/main"
_DATA = "/var/lib/postgresql/15/main"
_RELOAD = 'runuser -u postgres -- psql -XqAt -d shop -c "SELECT pg_reload_conf()" >/dev/null\nsleep 0.3'
_LOG = "/var/log/postgresql/postgresql-15-main.log"
_OPTIONS = f"{_ETC}/pg_ctl.conf"
_EXTENSIONS = "/usr/share/postgresql/15/extension"


def _psql(statements: str) -> str:
    """Run statements as the superuser, all or none; the standby follows within a moment."""
    return f'runuser -u postgres -- psql -XqAt1 -v ON_ERROR_STOP=1 -d shop -c "{statements}"\nsleep 0.5'


def _one_by_one(*statements: str) -> str:
    """Run statements as the superuser, each for itself."""
    commands = " ".join(f'-c "{one}"' for one in statements)
    return f"runuser -u postgres -- psql -XqAt -d shop {commands} >/dev/null 2>&1 || true\nsleep 0.3"


def _setting(name: str, sentence: str, host: str, setting: str, value: str) -> Fault:
    """A setting of one server, in force as far as that is possible without a restart."""
    return Fault(
        name,
        sentence,
        (host,),
        _one_by_one(f"ALTER SYSTEM SET {setting} = {value}", "SELECT pg_reload_conf()"),
        _one_by_one(f"ALTER SYSTEM RESET {setting}", "SELECT pg_reload_conf()"),
    )


def _edit(file: str, expression: str) -> str:
    """A shell script that keeps a copy of a file and edits it."""
    kept = _kept(file)
    return f"cp -p {file} {kept}\nsed -i '{expression}' {file}\n! cmp -s {file} {kept}\n"


def _as_it_was(file: str) -> str:
    """A shell script that restores what was edited and lets the server load it."""
    kept = _kept(file)
    return f"[ ! -f {kept} ] || cat {kept} >{file}\nrm -f {kept}\n{_RELOAD}"


def _kept(file: str) -> str:
    return f"/root/{file.rpartition('/')[2]}"


def _edited(name: str, sentence: str, hosts: tuple[str, ...], file: str, expression: str) -> Fault:
    """A file of the server is edited and loaded."""
    return Fault(name, sentence, hosts, _edit(file, expression) + _RELOAD, _as_it_was(file))


def _without_password(lab: Lab) -> None:
    lab.sql(PRIMARY, "ALTER ROLE replicator PASSWORD NULL")


def _with_password(lab: Lab) -> None:
    lab.sql(PRIMARY, f"ALTER ROLE replicator PASSWORD '{keys.password('REPLICATOR')}'")


def _break_a_page(lab: Lab) -> None:
    """Break a page of a separate database whose files were never read, so that no page is cached."""
    lab.sql(PRIMARY, "CREATE DATABASE scratch TEMPLATE template0 STRATEGY file_copy")
    lab.shell(
        STANDBY,
        f"""
        ask() {{ runuser -u postgres -- psql -XqAt -d scratch -c "$1"; }}
        for _ in $(seq 100); do
            file=$(ask "SELECT pg_relation_filepath('pg_description')" 2>/dev/null) && break
            sleep 0.1
        done
        printf broken | dd of={_DATA}/$file bs=1 seek=9000 conv=notrunc status=none
        ! ask "SELECT count(*) FROM pg_description WHERE description <> ''" 2>/dev/null
        """,  # noqa: S608  # a place, not a query
    )


def _drop_the_broken(lab: Lab) -> None:
    lab.sql(PRIMARY, "DROP DATABASE IF EXISTS scratch")


def _senders(lab: Lab, host: str, statement: str) -> None:
    lab.shell(host, f"{_one_by_one(statement)}\nsystemctl restart postgresql@15-main.service", timeout=120)


def _send_to_one(lab: Lab) -> None:
    """A standby does not start with fewer senders than it knows its primary to have."""
    change = "ALTER SYSTEM SET max_wal_senders = 1"
    _senders(lab, PRIMARY, change)
    known = f"/usr/lib/postgresql/15/bin/pg_controldata {_DATA} | grep -qx 'max_wal_senders setting: *1'"
    lab.shell(STANDBY, f"until {known}; do sleep 0.5; done")
    _senders(lab, STANDBY, change)


def _send_to_many(lab: Lab) -> None:
    for host in (STANDBY, PRIMARY):
        _senders(lab, host, "ALTER SYSTEM RESET max_wal_senders")


FAULTS = (
    Fault(
        name="database_orders_not_granted",
        sentence="The shop's role may see the orders' size, not read them: a grant is missing at both sites.",
        hosts=(PRIMARY,),
        break_=_psql("REVOKE SELECT ON orders FROM shop; GRANT SELECT (kilograms) ON orders TO shop"),
        mend=_psql("REVOKE SELECT ON orders FROM shop; GRANT SELECT ON orders TO shop"),
    ),
    changed_release(
        "database_oldest_orders_shown",
        "A release shows the oldest orders as the latest ones, at both sites.",
        "database.py",
        "s/ORDER BY placed_at DESC, id DESC/ORDER BY placed_at, id/",
    ),
    _setting(
        "database_setting_differs",
        "Since a test long ago the standby gives queries less memory than the primary does.",
        STANDBY,
        "work_mem",
        "'1MB'",
    ),
    _setting(
        "database_setting_differs_at_primary",
        "The primary cancels long statements; the standby would not.",
        PRIMARY,
        "statement_timeout",
        "'30s'",
    ),
    _edited(
        "database_connections_lowered_at_standby",
        "The standby's file allows fewer connections than the primary; the standby will not start again.",
        (STANDBY,),
        f"{_ETC}/conf.d/lab.conf",
        "s/^max_connections = .*/max_connections = 50/",
    ),
    _setting(
        "database_connections_raised_at_primary",
        "The primary allows more connections after its next restart; the standby will then stop following.",
        PRIMARY,
        "max_connections",
        "80",
    ),
    Fault(
        "database_access_not_reloaded",
        "A rule was added to pg_hba.conf at both sites, and never loaded.",
        (PRIMARY, STANDBY),
        _edit(f"{_ETC}/pg_hba.conf", "$ a host shop reports 198.18.9.9/32 scram-sha-256"),
        _as_it_was(f"{_ETC}/pg_hba.conf"),
    ),
    _edited(
        "database_access_not_understood",
        "pg_hba.conf has a line at both sites that no server understands; the old rules stay in force.",
        (PRIMARY, STANDBY),
        f"{_ETC}/pg_hba.conf",
        "$ a host shop reports 198.18.9.9/99 scram-sha-256",
    ),
    _edited(
        "database_access_missing",
        "The standby's pg_hba.conf lacks the line of one web host.",
        (STANDBY,),
        f"{_ETC}/pg_hba.conf",
        "/198.18.2.22/d",
    ),
    _edited(
        "database_access_of_the_primary_lets_all_in",
        "Somebody let everybody into the primary's database while looking for a fault.",
        (PRIMARY,),
        f"{_ETC}/pg_hba.conf",
        "3 i host all all 0.0.0.0/0 trust",
    ),
    _edited(
        "database_access_missing_for_the_way_back",
        "The standby would not let the old primary follow it.",
        (STANDBY,),
        f"{_ETC}/pg_hba.conf",
        "/^host *replication/d",
    ),
    Fault(
        name="database_role_without_password",
        sentence="The replication role has lost its password at both sites; the open stream goes on.",
        hosts=(PRIMARY, STANDBY),
        break_=_without_password,
        mend=_with_password,
    ),
    Fault(
        name="database_role_missing",
        sentence="The replication role was renamed at both sites; the open stream goes on.",
        hosts=(PRIMARY,),
        break_=_psql("ALTER ROLE replicator RENAME TO follower"),
        mend=_one_by_one("ALTER ROLE follower RENAME TO replicator"),
    ),
    Fault(
        name="database_library_missing",
        sentence="An extension was built by hand on the primary; the standby has only its name.",
        hosts=(PRIMARY, STANDBY),
        break_=f"""
            [ $(hostname) = {PRIMARY} ] || exit 0
            cp /usr/lib/postgresql/15/lib/citext.so /usr/lib/postgresql/15/lib/shop_text.so
            printf "default_version = '1'\nmodule_pathname = '%s'\n" '$libdir/shop_text' \
                >{_EXTENSIONS}/shop_text.control
            echo "CREATE FUNCTION shop_text_hash(text) RETURNS int AS 'MODULE_PATHNAME', 'citext_hash'
                LANGUAGE C STRICT IMMUTABLE;" >{_EXTENSIONS}/shop_text--1.sql
            {_psql("CREATE EXTENSION shop_text")}
        """,
        mend=f"""
            [ $(hostname) = {PRIMARY} ] || exit 0
            {_psql("DROP EXTENSION IF EXISTS shop_text")}
            rm -f {_EXTENSIONS}/shop_text* /usr/lib/postgresql/15/lib/shop_text.so
        """,
    ),
    Fault(
        name="database_table_unlogged",
        sentence="A table was made unlogged for speed: no standby has its rows.",
        hosts=(PRIMARY,),
        break_=_psql("CREATE UNLOGGED TABLE wishes (id int)"),
        mend=_psql("DROP TABLE IF EXISTS wishes"),
    ),
    _setting(
        "database_promotion_runs_a_command_at_standby",
        "A promotion of the standby would run a command of last year's exercise, and wait for it.",
        STANDBY,
        "recovery_end_command",
        "'sleep 86400'",
    ),
    Fault(
        name="database_default_asks_for_the_server",
        sentence="A column's default is the address of the server: after a failover rows have another one.",
        hosts=(PRIMARY,),
        seen_on=(PRIMARY, STANDBY),
        break_=_psql("ALTER TABLE job_runs ADD COLUMN server inet DEFAULT inet_server_addr()"),
        mend=_psql("ALTER TABLE job_runs DROP COLUMN IF EXISTS server"),
    ),
    Fault(
        name="database_foreign_server_at_the_primary",
        sentence="Reports read from another server through the database: at both sites from the primary's.",
        hosts=(PRIMARY,),
        seen_on=(STANDBY,),
        break_=_one_by_one(
            "CREATE EXTENSION postgres_fdw",
            "CREATE SERVER reports FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'db.dallas.shop.example')",
        ),
        mend=_psql("DROP EXTENSION IF EXISTS postgres_fdw CASCADE"),
    ),
    Fault(
        name="database_role_may_open_too_few_connections",
        sentence="The shop may open five connections: enough at a quiet hour, far too few at the worst one.",
        hosts=(PRIMARY,),
        seen_on=(PRIMARY, STANDBY),
        break_=_psql("ALTER ROLE shop CONNECTION LIMIT 5"),
        mend=_psql("ALTER ROLE shop CONNECTION LIMIT -1"),
    ),
    Fault(
        name="database_numbers_of_a_sequence_used_up",
        sentence="Vouchers have integers for keys, and their sequence has counted to two thousand millions.",
        hosts=(PRIMARY,),
        seen_on=(PRIMARY, STANDBY),
        break_=_psql("CREATE TABLE vouchers (id serial); SELECT setval('vouchers_id_seq', 2000000000)"),
        mend=_psql("DROP TABLE IF EXISTS vouchers"),
    ),
    Fault(
        name="database_numbers_do_not_fit_their_column",
        sentence="A sequence has room for ever, and the small column that takes its numbers is nearly full.",
        hosts=(PRIMARY,),
        seen_on=(PRIMARY, STANDBY),
        break_=_psql(
            "CREATE SEQUENCE badges; CREATE TABLE wearers (badge smallint DEFAULT nextval('badges')); "
            "SELECT setval('badges', 32000)"
        ),
        mend=_psql("DROP TABLE IF EXISTS wearers; DROP SEQUENCE IF EXISTS badges"),
    ),
    Fault(
        name="database_index_not_valid",
        sentence="An index was built while the shop ran; the build failed and left an invalid index.",
        hosts=(PRIMARY,),
        break_=_one_by_one("CREATE UNIQUE INDEX CONCURRENTLY orders_once ON orders (currency)"),
        mend=_psql("DROP INDEX IF EXISTS orders_once"),
    ),
    _setting(
        "database_read_only_after_promotion",
        "Somebody made the standby read-only by a setting, to be safe; it would stay so.",
        STANDBY,
        "default_transaction_read_only",
        "on",
    ),
    Fault(
        name="database_password_for_the_way_back_missing",
        sentence="The primary has no password with which it could follow the standby later.",
        hosts=(PRIMARY,),
        break_="mv /var/lib/postgresql/.pgpass /root/pgpass",
        mend="[ ! -f /root/pgpass ] || mv /root/pgpass /var/lib/postgresql/.pgpass",
    ),
    _edited(
        "database_way_back_unknown",
        "The primary does not know whom to follow after a failover.",
        (PRIMARY,),
        f"{_ETC}/conf.d/site.conf",
        "s/^primary_conninfo/# &/",
    ),
    Fault(
        "database_can_feed_one_server_only_at_both_sites",
        "Both servers may send WAL to a single one, so neither can be copied while it is followed.",
        (PRIMARY, STANDBY),
        _send_to_one,
        _send_to_many,
        alone=True,
    ),
    Fault(
        name="database_slot_for_the_way_back_missing",
        sentence="The standby has no slot for the old primary.",
        hosts=(STANDBY,),
        break_=_one_by_one("SELECT pg_drop_replication_slot('dallas_db1')"),
        mend=_one_by_one("SELECT pg_create_physical_replication_slot('dallas_db1', false)"),
    ),
    _setting(
        "database_commits_wait_at_standby",
        "The standby, once promoted, would wait for a follower at each commit.",
        STANDBY,
        "synchronous_standby_names",
        "'dallas_db1'",
    ),
    Fault(
        name="commits_wait_for_a_follower",
        sentence="At both sites each commit waits for the other site; with that gone, it waits for ever.",
        hosts=(PRIMARY, STANDBY),
        break_=_one_by_one("ALTER SYSTEM SET synchronous_standby_names = '*'", "SELECT pg_reload_conf()"),
        mend=_one_by_one("ALTER SYSTEM RESET synchronous_standby_names", "SELECT pg_reload_conf()"),
        alone=True,
    ),
    Fault(
        name="data_directory_open_to_others",
        sentence="Somebody opened the standby's data directory to others; the server would not start again.",
        hosts=(STANDBY,),
        break_=f"chmod 0755 {_DATA}",
        mend=f"chmod 0700 {_DATA}",
        alone=True,
    ),
    Fault(
        name="data_directory_closed_to_its_server",
        sentence="The standby's server cannot write to its data directory: it runs, but cannot be promoted.",
        hosts=(STANDBY,),
        break_=f"chmod 0500 {_DATA}",
        mend=f"chmod 0700 {_DATA}",
        alone=True,
    ),
    Fault(
        name="log_of_the_database_taken_away",
        sentence="Somebody recreated the standby's log file as root; the server would not start again.",
        hosts=(STANDBY,),
        break_=f"chown root:root {_LOG}",
        mend=f"chown postgres:adm {_LOG}",
    ),
    Fault(
        name="options_of_the_next_start",
        sentence="Debian's own options would make the standby's server read-only at its next start.",
        hosts=(STANDBY,),
        break_=_edit(
            _OPTIONS,
            "s/^pg_ctl_options = .*/pg_ctl_options = \\x27-o -cdefault_transaction_read_only=on\\x27/",
        ),
        mend=_as_it_was(_OPTIONS),
    ),
    Fault(
        name="label_of_a_copy_left_at_standby",
        sentence="A drill left a backup_label in the standby's data directory: it would not start again.",
        hosts=(STANDBY,),
        break_=f"runuser -u postgres -- sh -c 'echo x >{_DATA}/backup_label'",
        mend=f"rm -f {_DATA}/backup_label",
    ),
    Fault(
        name="history_of_a_drill_left_at_standby",
        sentence="A history file of an earlier promotion would lead the standby to another timeline.",
        hosts=(STANDBY,),
        break_=f"runuser -u postgres -- sh -c 'echo 1 0/1000000 drill >{_DATA}/pg_wal/00000009.history'",
        mend=f"rm -f {_DATA}/pg_wal/00000009.history",
    ),
    Fault(
        name="password_of_the_shop_ends_tonight",
        sentence="The shop's password was given an expiry, two hours from now.",
        hosts=(PRIMARY,),
        break_=_one_by_one("ALTER ROLE shop VALID UNTIL '$(date -u -d '+2 hours' '+%F %T+00')'"),
        mend=_one_by_one("ALTER ROLE shop VALID UNTIL 'infinity'"),
    ),
    Fault(
        name="key_of_the_database_unreadable",
        sentence="Only root can read the standby's TLS key; the server would not start again.",
        hosts=(STANDBY,),
        break_="chmod 0600 /etc/ssl/private/ssl-cert-snakeoil.key",
        mend="chmod 0640 /etc/ssl/private/ssl-cert-snakeoil.key",
        alone=True,
    ),
    Fault(
        name="database_not_started_by_the_next_boot",
        sentence="start.conf was set to manual at both sites for an upgrade; systemd has not read it yet.",
        hosts=(PRIMARY, STANDBY),
        break_=_edit(f"{_ETC}/start.conf", "s/^auto/manual/"),
        mend=_as_it_was(f"{_ETC}/start.conf") + "\nsystemctl daemon-reload",
    ),
    Fault(
        name="database_page_broken_at_standby",
        sentence="The standby's disk corrupted a page; the primary's page is sound.",
        hosts=(STANDBY,),
        break_=_break_a_page,
        mend=_drop_the_broken,
    ),
)
