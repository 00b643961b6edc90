"""The standby's Redis keeps sessions as the primary's does, also after a restart.

Sessions hold who is logged in, and what customers have begun.
"""

from __future__ import annotations

import pytest

from siteparity.pytest_plugin import Parity

pytestmark = pytest.mark.blocker


@pytest.mark.drill("redis_suite_user_refused", "redis_stopped")
@pytest.mark.broken("{standby} runs another Redis (the store of logins) than {primary}", "part")
def test_the_same_redis_runs(parity: Parity) -> None:
    """Another version may read the application's sessions differently, or not at all."""
    parity.same("version", fix="apt-get install redis-server, then systemctl restart redis-server")


@pytest.mark.drill(
    "redis_setting_changed_at_run_time",
    "redis_longest_request_changed_at_run_time",
    "redis_replica_of_the_primary",
    "session_store_takes_no_writes",
    "redis_suite_user_refused",
    "redis_stopped",
    "redis_persistence_off",
    "fewer_connections",
)
@pytest.mark.broken("The Redis of {standby} is set otherwise than that of {primary}", "part")
def test_redis_runs_with_the_same_settings(parity: Parity) -> None:
    """Sessions would vanish sooner than before, or new logins would be refused."""
    parity.same(
        "settings",
        fix="redis-cli CONFIG SET {item} {primary}; what cannot be set while it runs, in its file",
    )


@pytest.mark.drill(
    "redis_function_missing", "redis_function_older", "redis_suite_user_refused", "redis_stopped"
)
@pytest.mark.broken("The Redis of {standby} has other functions or modules than that of {primary}", "outage")
def test_redis_has_the_same_functions_and_modules(parity: Parity) -> None:
    """The application calls them by name, and gets an error where they are missing."""
    parity.same("loaded", fix="load the library or the module as at the primary: {item}")


@pytest.mark.drill(
    "fewer_connections",
    "redis_comment_behind_a_value",
    "redis_file_changed_without_restart",
    "redis_file_makes_it_a_replica",
    "redis_password_of_the_file_differs",
    "redis_persistence_off",
    "redis_replica_of_the_primary",
    "redis_setting_changed_at_both_sites",
    "redis_setting_changed_at_run_time",
    "redis_stopped",
    "redis_suite_user_refused",
    "session_store_takes_no_writes",
)
@pytest.mark.broken("The Redis of {where} would start with other settings than it runs with", "later")
def test_redis_would_start_with_what_it_runs_with(parity: Parity) -> None:
    """After the next restart Redis would keep sessions by rules that nobody tested."""
    parity.healthy(
        "persisted",
        fix="redis-cli CONFIG SET {item} <as in the file>, or CONFIG REWRITE",
    )


@pytest.mark.drill("redis_user_missing", "redis_suite_user_refused", "redis_stopped")
@pytest.mark.broken(
    "The Redis of {standby} allows the application other things than that of {primary}", "outage"
)
def test_the_same_users_may_do_the_same(parity: Parity) -> None:
    """The application could not store a session, so nobody could log in."""
    parity.same("acl", fix="redis-cli ACL SETUSER {item} {primary}; then ACL SAVE")


@pytest.mark.drill("redis_user_missing", "redis_suite_user_refused", "redis_stopped")
@pytest.mark.broken("The users of the Redis on {where} would not survive a restart", "outage")
def test_the_users_survive_a_restart(parity: Parity) -> None:
    """After the next restart the application could not store a session."""
    parity.healthy("acl_saved", fix="redis-cli ACL LOAD, or ACL SAVE")


@pytest.mark.drill("redis_users_of_the_file_edited")
@pytest.mark.broken("The files of Redis give other rights at {standby} than at {primary}", "later")
def test_the_files_give_the_same_users_the_same_rights(parity: Parity) -> None:
    """After the next restart the application could not store a session, or others could read them."""
    parity.same("acl_file", fix="deploy the primary's ACL file; then redis-cli ACL LOAD")


@pytest.mark.drill("redis_password_of_the_file_differs", "redis_users_of_the_file_edited")
@pytest.mark.broken("A password in the files of Redis differs between {standby} and {primary}", "later")
def test_the_files_hide_the_same_passwords(parity: Parity) -> None:
    """Once the application or a replica comes from the other site, Redis refuses it."""
    parity.same("hidden", fix="compare the value on both hosts, and set it as at the primary: {item}")


@pytest.mark.drill("redis_users_of_the_file_edited", "redis_suite_user_refused", "redis_stopped")
@pytest.mark.broken("A restart of the Redis on {where} would change a password", "outage")
def test_passwords_survive_a_restart(parity: Parity) -> None:
    """After the next restart Redis would refuse the application, and nobody could log in."""
    parity.healthy(
        "passwords",
        fix="redis-cli ACL LOAD, or ACL SAVE: which of both has the application?",
    )


@pytest.mark.drill("redis_replica_of_the_primary", "redis_suite_user_refused", "redis_stopped")
@pytest.mark.leads_to("sessions", "session")
@pytest.mark.broken("The Redis on {where} follows another server, and refuses new logins", "outage")
def test_each_redis_has_the_role_it_should_have(parity: Parity) -> None:
    """A replica refuses every new session, and loses all sessions when its master goes away."""
    parity.healthy("role", fix="redis-cli REPLICAOF NO ONE")


@pytest.mark.drill("redis_memory_nearly_full", "redis_suite_user_refused", "redis_stopped")
@pytest.mark.broken("The Redis on {where} has no room for more logins", "outage")
def test_there_is_room_for_more_sessions(parity: Parity) -> None:
    """When memory is full, Redis throws sessions away or refuses logins."""
    parity.within("memory", "max_memory", fix="redis-cli CONFIG SET maxmemory <more>; look at what fills it")


@pytest.mark.drill("redis_persistence_off", "redis_suite_user_refused", "redis_stopped")
@pytest.mark.broken("A restart of the Redis on {where} would log everybody out", "part")
def test_sessions_survive_a_restart(parity: Parity) -> None:
    """A restart would log everybody out, and lose what they have begun."""
    parity.healthy("persistence", fix="redis-cli CONFIG SET appendonly yes; look at disk and log")


@pytest.mark.drill("redis_directive_misspelt", "redis_log_folder_of_the_file_gone", "redis_command_renamed")
@pytest.mark.broken("The files of Redis say other things at {standby} than at {primary}", "later")
def test_the_files_say_the_same_about_all_else(parity: Parity) -> None:
    """After the next restart Redis would refuse a command, or keep sessions differently."""
    parity.same("others", fix="compare with the primary's file: {item}; it says {primary}")


@pytest.mark.drill(
    "redis_directive_misspelt",
    "redis_directive_misspelt_at_both_sites",
    "redis_comment_behind_a_value",
    "redis_suite_user_refused",
    "redis_stopped",
)
@pytest.mark.broken(
    "The Redis on {where} would not start again: its file holds a line that it does not take", "outage"
)
def test_redis_knows_every_word_of_its_file(parity: Parity) -> None:
    """Redis refuses a file with a word that it does not know, or with too many words in a line."""
    parity.healthy("directives", fix="correct the line of {item} in Redis's file, or take it out")


@pytest.mark.drill(
    "redis_files_gone",
    "redis_log_folder_of_the_file_gone",
    "redis_log_folder_gone_at_both_sites",
    "redis_suite_user_refused",
    "redis_stopped",
    "sessions_on_disk_damaged",
)
@pytest.mark.broken("The Redis on {where} would not find its files at a restart", "outage")
def test_redis_finds_its_files_at_a_restart(parity: Parity) -> None:
    """Redis would not start again, or start without sessions: everybody would be logged out."""
    parity.healthy("on_disk", fix="ls -ld {item}; then give it back to Redis's account, or BGREWRITEAOF")
