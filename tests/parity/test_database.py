"""The standby's database server is set up like the primary's, and ready to take its place.

Replication copies orders, roles and rights. It does not copy settings, access rules, libraries, nor the
password for the way back. A change that was made on one server alone goes unnoticed until customers are on
the other one.
"""

from __future__ import annotations

import pytest

from siteparity.pytest_plugin import Parity

pytestmark = pytest.mark.blocker


@pytest.mark.drill(
    "database_setting_differs",
    "database_setting_differs_at_primary",
    "database_read_only_after_promotion",
    "database_commits_wait_at_standby",
    "archiving_differs",
    "standby_of_another_database",
    "monitoring_role_without_pg_monitor",
    "standby_set_to_refuse_writes",
)
@pytest.mark.broken("The database of {standby} is set otherwise than that of {primary}", "part")
def test_both_servers_have_the_same_settings(parity: Parity) -> None:
    """Pages that are fast at one site are slow, cut off or refused at the other."""
    parity.same("settings", fix="ALTER SYSTEM SET {item} = {primary}; SELECT pg_reload_conf();")


@pytest.mark.drill(
    "database_connections_lowered_at_standby",
    "database_connections_raised_at_primary",
    "monitoring_role_without_pg_monitor",
)
@pytest.mark.broken("The database of {standby} has lower limits than that of {primary}", "outage")
def test_the_standby_has_at_least_the_primarys_limits(parity: Parity) -> None:
    """The standby refuses to start, stops following, or turns customers away for lack of connections."""
    parity.at_least(
        "limits",
        fix="on the standby: ALTER SYSTEM SET, for {item}, at least {primary}; then restart it",
    )


@pytest.mark.drill(
    "database_connections_lowered_at_standby",
    "database_connections_raised_at_primary",
    "monitoring_role_without_pg_monitor",
)
@pytest.mark.broken("The database on {where} has settings that only its next restart brings", "later")
def test_no_setting_waits_for_a_restart(parity: Parity) -> None:
    """The next restart, which may be the failover itself, changes how the server behaves."""
    parity.healthy("pending", fix="restart the server at a good time, or take back the change of {item}")


@pytest.mark.drill(
    "database_access_not_reloaded",
    "database_access_not_understood",
    "monitoring_role_without_pg_monitor",
)
@pytest.mark.broken("The database on {where} has not loaded what its files say", "later")
def test_what_the_files_say_is_loaded(parity: Parity) -> None:
    """Somebody's change takes effect, or fails, at the worst time: at the next restart."""
    parity.healthy(
        "loaded",
        fix="correct {item}, then SELECT pg_reload_conf(); and look again",
    )


@pytest.mark.drill(
    "database_access_missing",
    "database_access_of_the_primary_lets_all_in",
    "database_access_missing_for_the_way_back",
    "database_way_back_unknown",
    "monitoring_role_without_pg_monitor",
)
@pytest.mark.broken("The database of {standby} lets other clients in than that of {primary}", "outage")
def test_both_servers_let_the_same_clients_in(parity: Parity) -> None:
    """After the failover the application cannot reach its database, or somebody else can."""
    parity.same("access", fix="make pg_hba.conf (pg_ident.conf) alike, then SELECT pg_reload_conf(): {item}")


@pytest.mark.drill(
    "database_access_missing",
    "database_access_missing_for_the_way_back",
    "database_access_of_the_primary_lets_all_in",
    "database_way_back_unknown",
    "monitoring_role_without_pg_monitor",
)
@pytest.mark.broken("The database on {where} refuses a client that it must let in", "outage")
def test_every_client_of_the_policy_is_let_in(parity: Parity) -> None:
    """The application's own database refuses it, or the lost site cannot be made a standby again."""
    parity.healthy("clients", fix="add a rule to pg_hba.conf, then SELECT pg_reload_conf(): {item}")


@pytest.mark.drill(
    "database_role_without_password",
    "database_role_missing",
    "standby_of_another_database",
    "monitoring_role_without_pg_monitor",
    "password_of_the_shop_ends_tonight",
)
@pytest.mark.broken("The database on {where} refuses a login that the application needs", "outage")
def test_every_role_of_the_policy_can_log_in(parity: Parity) -> None:
    """The application, or the server that follows, is refused as soon as it connects again."""
    parity.healthy("users", fix="on the primary: CREATE ROLE or ALTER ROLE for {item}: \\password")


@pytest.mark.drill(
    "standby_of_another_database",
    "monitoring_role_without_pg_monitor",
)
@pytest.mark.broken("The database of {standby} has other users and rights than that of {primary}", "part")
def test_both_servers_have_the_same_roles(parity: Parity) -> None:
    """What the application may do at one site is forbidden at the other."""
    parity.same(
        "roles",
        fix="roles come by replication: SELECT pg_wal_replay_resume() on the standby, and wait; "
        "if replay was not paused, rebuild the standby with pg_basebackup",
    )


@pytest.mark.drill(
    "database_library_missing",
    "monitoring_role_without_pg_monitor",
)
@pytest.mark.broken("A library that the database needs is missing on {where}", "outage")
def test_every_library_is_on_the_disk(parity: Parity) -> None:
    """Each page that uses the extension fails after the failover, though replication looked healthy."""
    parity.healthy("libraries", fix="install the package that has {item}, of the primary's version")


@pytest.mark.drill(
    "standby_of_another_database",
    "monitoring_role_without_pg_monitor",
)
@pytest.mark.broken(
    "The database of {standby} lacks functions of the one at {primary}, or has others (extensions)", "part"
)
def test_both_databases_have_the_same_extensions(parity: Parity) -> None:
    """Functions that pages call are missing."""
    parity.same(
        "extensions",
        fix="extensions come by replication: SELECT pg_wal_replay_resume() on the standby, and wait; "
        "if replay was not paused, rebuild the standby with pg_basebackup",
    )


@pytest.mark.drill(
    "standby_of_another_database",
    "monitoring_role_without_pg_monitor",
)
@pytest.mark.broken("The database of {standby} has other tables than that of {primary}", "outage")
def test_both_databases_have_the_same_tables(parity: Parity) -> None:
    """The application finds other tables than those it was written for."""
    parity.same(
        "tables",
        fix="tables come by replication: SELECT pg_wal_replay_resume() on the standby, and wait; "
        "if replay was not paused, rebuild the standby with pg_basebackup",
    )


@pytest.mark.drill(
    "database_table_unlogged",
    "database_index_not_valid",
    "monitoring_role_without_pg_monitor",
)
@pytest.mark.broken("A table of {where} would be empty, or an index useless, after the switch", "loss")
def test_no_table_is_empty_after_a_promotion(parity: Parity) -> None:
    """Unlogged tables are not replicated, so their rows are gone; an invalid index makes pages slow."""
    parity.healthy("usable", fix="ALTER TABLE {item} SET LOGGED; or REINDEX INDEX CONCURRENTLY {item};")


@pytest.mark.drill(
    "database_promotion_runs_a_command_at_standby",
    "database_default_asks_for_the_server",
    "database_foreign_server_at_the_primary",
    "database_numbers_do_not_fit_their_column",
    "database_numbers_of_a_sequence_used_up",
    "database_role_may_open_too_few_connections",
    "monitoring_role_without_pg_monitor",
)
@pytest.mark.broken("The switch would hang, or turn customers away, at the database of {where}", "outage")
def test_nothing_waits_to_go_wrong_after_a_promotion(parity: Parity) -> None:
    """The promotion hangs, or customers are turned away as soon as orders are written."""
    parity.healthy(
        "promoted",
        fix="take it away before the failover does: {item}; ALTER ROLE ... CONNECTION LIMIT -1, ALTER SYSTEM "
        "RESET, ROLLBACK PREPARED, a bigint for what numbers count, or another default",
    )


@pytest.mark.drill(
    "database_read_only_after_promotion",
    "database_password_for_the_way_back_missing",
    "database_way_back_unknown",
    "database_can_feed_one_server_only_at_both_sites",
    "standby_of_another_database",
    "monitoring_role_without_pg_monitor",
    "secret_missing",
    "secret_empty",
    "secret_empty_at_both_sites",
    "standby_set_to_refuse_writes",
)
@pytest.mark.broken("The database on {where} cannot take over, or cannot follow again", "outage")
def test_each_server_can_take_over_and_follow_again(parity: Parity) -> None:
    """The new primary takes no orders, or there is no way to fail back."""
    parity.healthy("ready", fix="set up as on the other server: {item}")


@pytest.mark.drill(
    "commits_wait_for_a_follower",
    "database_commits_wait_at_standby",
    "monitoring_role_without_pg_monitor",
)
@pytest.mark.broken("Orders on {where} would wait for the database of the other site", "outage")
def test_commits_wait_for_no_other_site(parity: Parity) -> None:
    """After the failover every order hangs: the database waits for a server that is gone."""
    parity.healthy(
        "commits",
        fix="ALTER SYSTEM RESET synchronous_standby_names; SELECT pg_reload_conf(); or let the runbook do so "
        "and set may_wait_for_followers in the policy",
    )


@pytest.mark.drill(
    "data_directory_open_to_others",
    "key_of_the_database_unreadable",
    "database_not_started_by_the_next_boot",
    "monitoring_role_without_pg_monitor",
    "data_directory_closed_to_its_server",
    "log_of_the_database_taken_away",
)
@pytest.mark.broken("The database on {where} would not start again", "outage")
def test_each_server_would_start_again(parity: Parity) -> None:
    """At its next restart, which may be the failover itself, the server stays down, and all that needs it."""
    parity.healthy(
        "starts",
        fix="give {item} to the server's account: chmod 0700 a data directory, 0600 a key; "
        "in start.conf write auto",
    )


@pytest.mark.drill(
    "archive_folder_missing_at_standby",
    "archive_folder_of_another_account_at_standby",
    "archive_program_missing_at_standby",
    "monitoring_role_without_pg_monitor",
)
@pytest.mark.broken("The database on {where} could not archive what it writes", "later")
def test_each_server_could_archive(parity: Parity) -> None:
    """After the failover WAL fills the disk until the application stops, and backups do not continue."""
    parity.healthy(
        "archive",
        fix="make {item} as on the other server, for the server's account; then run archive_command as it",
    )


@pytest.mark.drill(
    "database_page_broken_at_standby",
    "monitoring_role_without_pg_monitor",
)
@pytest.mark.broken("The database on {where} has read broken data from its disk", "loss")
def test_no_broken_page_was_read(parity: Parity) -> None:
    """The application's pages that need the broken rows fail, and this copy may be the only one left."""
    parity.healthy(
        "checksums",
        fix="look at the disk; rebuild the standby with pg_basebackup, or the primary from a sound copy; "
        "then SELECT pg_stat_reset() in {item}",
    )


@pytest.mark.drill(
    "lock_left_on_the_standby",
    "monitoring_role_without_pg_monitor",
)
@pytest.mark.broken("Somebody holds a lock on the database of {where}", "later")
def test_nobody_holds_a_lock_on_the_standby(parity: Parity) -> None:
    """From the failover on, a job that takes the same lock in order to run once waits, or gives up."""
    parity.healthy(
        "locks",
        fix="find out who it is: SELECT * FROM pg_stat_activity JOIN pg_locks USING (pid) "
        "WHERE locktype = 'advisory'; then SELECT pg_terminate_backend(pid)",
    )


@pytest.mark.drill(
    "database_slot_for_the_way_back_missing",
    "slot_inactive",
    "standby_of_another_database",
    "monitoring_role_without_pg_monitor",
)
@pytest.mark.broken("The database of {where} keeps nothing for the servers that follow it", "later")
def test_the_standby_has_slots_for_its_followers(parity: Parity) -> None:
    """After the failover the new primary throws away WAL that the other site has not fetched yet."""
    parity.at_least(
        "slots", fix="SELECT pg_create_physical_replication_slot(...) for the other site's server"
    )


@pytest.mark.drill("foreign_server_by_a_name_of_the_other_site")
@pytest.mark.broken("The database of {where} reads from a server of the other site", "outage")
def test_no_foreign_server_leads_to_the_other_site(parity: Parity) -> None:
    """Queries wait for a server of the site that has just failed."""
    parity.healthy(
        "servers",
        fix="getent ahosts NAME  # then correct /etc/hosts or the resolver: {item} must lead to the own site",
    )
