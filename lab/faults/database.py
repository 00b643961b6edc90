"""A database that is not shown as it is, and servers that are not set up to change their parts."""

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
    """A setting of one server, in force as far as it can be without a restart."""
    return Fault(
        name,
        sentence,
        (host,),
        _one_by_one(f"ALTER SYSTEM SET {setting} = {value}", "SELECT pg_reload_conf()"),
        _one_by_one(f"ALTER SYSTEM RESET {setting}", "SELECT pg_reload_conf()"),
    )


def _edit(file: str, expression: str) -> str:
    """A shell text that keeps a file and edits it."""
    kept = _kept(file)
    return f"cp -p {file} {kept}\nsed -i '{expression}' {file}\n! cmp -s {file} {kept}\n"


def _as_it_was(file: str) -> str:
    """A shell text that brings back what was edited, and lets the server load it."""
    kept = _kept(file)
    return f"[ ! -f {kept} ] || cat {kept} >{file}\nrm -f {kept}\n{_RELOAD}"


def _kept(file: str) -> str:
    return f"/root/{file.rpartition('/')[2]}"


def _edited(name: str, sentence: str, hosts: tuple[str, ...], file: str, expression: str) -> Fault:
    """A file of the server is edited, and loaded."""
    return Fault(name, sentence, hosts, _edit(file, expression) + _RELOAD, _as_it_was(file))


def _without_password(lab: Lab) -> None:
    lab.sql(PRIMARY, "ALTER ROLE replicator PASSWORD NULL")


def _with_password(lab: Lab) -> None:
    lab.sql(PRIMARY, f"ALTER ROLE replicator PASSWORD '{keys.password('REPLICATOR')}'")


def _break_a_page(lab: Lab) -> None:
    """In a database of its own, whose files were copied and never read: no page of them is in memory."""
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


FAULTS = (
    Fault(
        name="database_orders_not_granted",
        sentence="The shop's role may weigh the orders and not read them: a grant is missing at both sites.",
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
        "The standby gives queries less memory than the primary does, since a test long ago.",
        STANDBY,
        "work_mem",
        "'1MB'",
    ),
    _setting(
        "database_setting_differs_at_primary",
        "The primary ends long statements; the standby would not.",
        PRIMARY,
        "statement_timeout",
        "'30s'",
    ),
    _edited(
        "database_connections_lowered_at_standby",
        "The standby's file has fewer connections than the primary; it will not start again.",
        (STANDBY,),
        f"{_ETC}/conf.d/lab.conf",
        "s/^max_connections = .*/max_connections = 50/",
    ),
    _setting(
        "database_connections_raised_at_primary",
        "The primary gets more connections with its next restart; the standby will stop to follow.",
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
        "pg_hba.conf has a line at both sites that no server understands; all goes on by the old rules.",
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
        "Somebody let everybody in at the primary while looking for a fault.",
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
        sentence="The role of the standby has lost its password, at both sites; the open stream goes on.",
        hosts=(PRIMARY, STANDBY),
        break_=_without_password,
        mend=_with_password,
    ),
    Fault(
        name="database_role_missing",
        sentence="The role of the standby was renamed, at both sites; the open stream goes on.",
        hosts=(PRIMARY,),
        break_=_psql("ALTER ROLE replicator RENAME TO follower"),
        mend=_one_by_one("ALTER ROLE follower RENAME TO replicator"),
    ),
    Fault(
        name="database_library_missing",
        sentence="An extension was built on the primary by hand; the standby has its name alone.",
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
        sentence="A table was made quicker by leaving it out of the WAL: no standby has its rows.",
        hosts=(PRIMARY,),
        break_=_psql("CREATE UNLOGGED TABLE wishes (id int)"),
        mend=_psql("DROP TABLE IF EXISTS wishes"),
    ),
    Fault(
        name="database_index_not_valid",
        sentence="An index was made while the shop ran, failed, and was left behind.",
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
        sentence="Each commit waits for the other site, at both sites alike; with it gone, for ever.",
        hosts=(PRIMARY, STANDBY),
        break_=_one_by_one("ALTER SYSTEM SET synchronous_standby_names = '*'", "SELECT pg_reload_conf()"),
        mend=_one_by_one("ALTER SYSTEM RESET synchronous_standby_names", "SELECT pg_reload_conf()"),
        alone=True,
    ),
    Fault(
        name="data_directory_open_to_others",
        sentence="Somebody opened the standby's data directory to look into it; it would not start again.",
        hosts=(STANDBY,),
        break_=f"chmod 0755 {_DATA}",
        mend=f"chmod 0700 {_DATA}",
        alone=True,
    ),
    Fault(
        name="data_directory_closed_to_its_server",
        sentence="The standby's server may not write into its directory: it runs, and cannot be promoted.",
        hosts=(STANDBY,),
        break_=f"chmod 0500 {_DATA}",
        mend=f"chmod 0700 {_DATA}",
        alone=True,
    ),
    Fault(
        name="log_of_the_database_taken_away",
        sentence="Somebody made the standby's log anew as root; the server would not start again with it.",
        hosts=(STANDBY,),
        break_=f"chown root:root {_LOG}",
        mend=f"chown postgres:adm {_LOG}",
    ),
    Fault(
        name="options_of_the_next_start",
        sentence="Debian would start the standby's server read-only, by options that it has not seen yet.",
        hosts=(STANDBY,),
        break_=_edit(
            _OPTIONS,
            "s/^pg_ctl_options = .*/pg_ctl_options = \\x27-o -cdefault_transaction_read_only=on\\x27/",
        ),
        mend=_as_it_was(_OPTIONS),
    ),
    Fault(
        name="label_of_a_copy_left_at_standby",
        sentence="A drill left the label of a copy in the standby's directory: it would not start again.",
        hosts=(STANDBY,),
        break_=f"runuser -u postgres -- sh -c 'echo x >{_DATA}/backup_label'",
        mend=f"rm -f {_DATA}/backup_label",
    ),
    Fault(
        name="history_of_a_drill_left_at_standby",
        sentence="The history of an earlier promotion lies in the standby's WAL: it would follow that one.",
        hosts=(STANDBY,),
        break_=f"runuser -u postgres -- sh -c 'echo 1 0/1000000 drill >{_DATA}/pg_wal/00000009.history'",
        mend=f"rm -f {_DATA}/pg_wal/00000009.history",
    ),
    Fault(
        name="password_of_the_shop_ends_tonight",
        sentence="The shop's password was given an end, which is two hours ahead.",
        hosts=(PRIMARY,),
        break_=_one_by_one("ALTER ROLE shop VALID UNTIL '$(date -u -d '+2 hours' '+%F %T+00')'"),
        mend=_one_by_one("ALTER ROLE shop VALID UNTIL 'infinity'"),
    ),
    Fault(
        name="key_of_the_database_unreadable",
        sentence="The standby's key for TLS was closed to all but root; it would not start again.",
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
        sentence="The standby's disk gave back a page that was not written so; the primary's is sound.",
        hosts=(STANDBY,),
        break_=_break_a_page,
        mend=_drop_the_broken,
    ),
)
