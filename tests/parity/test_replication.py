"""The standby's database follows the primary's, closely and without a gap.

Whatever the standby has not replayed when the primary fails is lost: orders that customers have paid for.
"""

from __future__ import annotations

import pytest

from siteparity.pytest_plugin import Parity

pytestmark = pytest.mark.blocker


@pytest.mark.drill("standby_of_another_database")
@pytest.mark.leads_to("replication", "subscriptions", "database", "storefront")
@pytest.mark.broken("The databases of {primary} and {standby} are not copies of each other", "loss")
def test_both_servers_hold_copies_of_one_database(parity: Parity) -> None:
    """After the failover customers would see what others wrote, or nothing."""
    parity.same("identity", fix="rebuild the standby with pg_basebackup from the primary")


@pytest.mark.drill("standby_promoted", "monitoring_role_without_pg_monitor")
@pytest.mark.broken("The database of {standby} follows an older history than that of {primary}", "loss")
def test_both_servers_follow_the_same_timeline(parity: Parity) -> None:
    """A standby on an old timeline no longer follows: it lacks all later orders."""
    parity.same("timeline", fix="pg_rewind, or rebuild the standby with pg_basebackup")


@pytest.mark.drill("standby_promoted")
@pytest.mark.leads_to(
    "replication",
    "subscriptions.the_job_is_armed_at_the_primary_and_nowhere_else",
    "database.the_standbys_database_is_readable_and_takes_no_writes",
)
@pytest.mark.broken("It is not the database of {primary} alone that takes orders", "loss")
def test_only_the_primary_takes_writes(parity: Parity) -> None:
    """Two writable databases take different orders, and those of one are thrown away later."""
    parity.only_at_primary(
        "mode", equals="yes", fix="stop the server that must not take writes, then pg_rewind it"
    )


@pytest.mark.drill(
    "standby_signal_missing",
    "monitoring_role_without_pg_monitor",
    "label_of_a_copy_left_at_standby",
    "history_of_a_drill_left_at_standby",
)
@pytest.mark.broken("A restart would change which database takes orders, on {where}", "loss")
def test_a_restart_makes_no_other_server_of_it(parity: Parity) -> None:
    """Two sites would take orders, or none: after a restart the standby is a primary, or the reverse."""
    parity.healthy(
        "after_restart",
        fix="as postgres: touch standby.signal in the data directory of a standby, remove it on the primary; "
        "move backup_label, tablespace_map or a .history away where one is named",
    )


@pytest.mark.drill(
    "wal_receiver_dead",
    "standby_promoted",
    "standby_of_another_database",
    "monitoring_role_without_pg_monitor",
)
@pytest.mark.broken("The copy of the database on {where} receives nothing", "loss")
def test_the_standby_streams_from_its_sender(parity: Parity) -> None:
    """Orders placed since the stream ended would be lost."""
    parity.healthy(
        "receiver",
        at="standby",
        fix="SELECT pg_reload_conf(); then read what walreceiver says in the server's log",
    )


@pytest.mark.drill(
    "wal_receiver_dead",
    "standby_promoted",
    "standby_of_another_database",
    "monitoring_role_without_pg_monitor",
)
@pytest.mark.broken("The copy of the database on {where} follows a server outside {primary}", "loss")
def test_the_standby_streams_from_the_primary_site(parity: Parity) -> None:
    """A standby that follows a server other than the application's primary holds other orders."""
    parity.own_site(
        "sender",
        whose="primary",
        at="standby",
        fix="ALTER SYSTEM SET primary_conninfo = 'host=<primary> ...'",
    )


@pytest.mark.drill(
    "wal_receiver_frozen",
    "wal_receiver_dead",
    "standby_promoted",
    "standby_of_another_database",
    "monitoring_role_without_pg_monitor",
)
@pytest.mark.broken("The copy of the database on {where} has heard nothing lately", "loss")
def test_the_sender_was_heard_lately(parity: Parity) -> None:
    """A stream that is open but silent delivers no orders."""
    parity.within(
        "silence",
        "max_silence",
        at="standby",
        fix="look at pg_stat_replication on the primary and at the network",
    )


@pytest.mark.drill(
    "replay_paused", "replay_delayed", "replay_ends_at_a_target", "replay_paused_while_orders_come_in"
)
@pytest.mark.leads_to(
    "replication.the_standby_is_not_far_behind",
    "replication.the_standby_passes_the_primarys_position_in_time",
    "database.both_servers_have_the_same_roles",
    "database.every_role_of_the_policy_can_log_in",
    "database.both_databases_have_the_same_extensions",
    "database.both_databases_have_the_same_tables",
    "collation.both_sites_sort_by_the_same_locale",
    "subscriptions",
    "storefront",
)
@pytest.mark.broken("The copy of the database on {where} does not apply what it receives", "loss")
def test_what_arrives_is_replayed_at_once(parity: Parity) -> None:
    """Orders that have arrived but were not replayed appear long after the failover."""
    parity.healthy(
        "replay",
        at="standby",
        fix="SELECT pg_wal_replay_resume(); ALTER SYSTEM RESET each recovery_... setting that is named",
    )


@pytest.mark.drill(
    "replay_paused_while_orders_come_in",
    "wal_receiver_dead",
    "standby_promoted",
    "standby_of_another_database",
    "monitoring_role_without_pg_monitor",
)
@pytest.mark.broken("The copy of the database on {where} is too far behind: orders would be lost", "loss")
def test_the_standby_is_not_far_behind(parity: Parity) -> None:
    """If the primary fails now, all orders that are not yet replayed are lost."""
    parity.within(
        "distance",
        "max_distance",
        at="standby",
        fix="SELECT pg_wal_replay_resume(); else look at disk and CPU of the standby",
    )


@pytest.mark.drill(
    "replay_paused_while_orders_come_in",
    "wal_receiver_dead",
    "wal_receiver_frozen",
    "standby_promoted",
    "standby_of_another_database",
    "monitoring_role_without_pg_monitor",
    "replay_paused",
)
@pytest.mark.broken(
    "The copy of the database on {where} does not catch up in time: orders would be lost", "loss"
)
def test_the_standby_passes_the_primarys_position_in_time(parity: Parity) -> None:
    """Every minute that the standby is behind is a minute of lost orders."""
    parity.within(
        "heartbeat",
        "max_heartbeat",
        at="standby",
        fix="SELECT pg_wal_replay_resume(); else look at disk and CPU of the standby",
    )


@pytest.mark.drill(
    "slot_inactive",
    "wal_receiver_frozen",
    "wal_receiver_dead",
    "standby_promoted",
    "standby_of_another_database",
)
@pytest.mark.broken("The database of {primary} keeps data for a follower that is gone", "later")
def test_every_slot_of_the_primary_is_in_use(parity: Parity) -> None:
    """An unused slot fills the primary's disk until the application stops."""
    parity.healthy(
        "slots",
        at="primary",
        fix="start the standby of {item}, or SELECT pg_drop_replication_slot(...)",
    )


@pytest.mark.drill("slot_forgotten_at_the_standby")
@pytest.mark.broken("The database of {standby} keeps data for a follower that is gone", "later")
def test_the_standby_keeps_no_wal_for_nobody(parity: Parity) -> None:
    """A forgotten slot fills the standby's disk until the server stops, before the failover or soon after."""
    parity.healthy("kept", at="standby", fix="SELECT pg_drop_replication_slot(...) for each that is named")


@pytest.mark.drill("archiving_fails", "archiving_never_tried", "archive_command_missing")
@pytest.mark.broken("The database on {where} fails to archive what it writes", "later")
def test_archiving_is_not_failing(parity: Parity) -> None:
    """WAL that cannot be archived fills the disk, and there is no backup to restore from."""
    parity.healthy(
        "archive",
        fix="SELECT pg_switch_wal() on the primary and look again; else run archive_command as the server's "
        "account and mend what it says",
    )
