"""The standby can carry what the primary carries.

After the switch all customers are on one site. If it is the smaller one, it answers slowly at first, and then
not at all.
"""

from __future__ import annotations

import pytest

from siteparity.pytest_plugin import Parity

pytestmark = pytest.mark.blocker


@pytest.mark.drill("fewer_processors")
@pytest.mark.broken("{standby} has fewer processors than {primary}", "part")
def test_the_standby_has_as_many_processors(parity: Parity) -> None:
    """The more customers come, the longer pages take."""
    parity.at_least(
        "cores", over="role", suffices="peak", fix="give the standby's hosts more processors, or add a host"
    )


@pytest.mark.drill("less_memory")
@pytest.mark.broken("{standby} has less memory than {primary}", "part")
def test_the_standby_has_as_much_memory(parity: Parity) -> None:
    """The kernel kills the application when most customers are there."""
    parity.at_least(
        "memory",
        over="role",
        percent="memory",
        suffices="peak",
        fix="give the standby's hosts more memory, or add a host",
    )


@pytest.mark.drill(
    "upload_folder_missing",
    "disk_full",
    "disk_full_at_primary",
    "inodes_exhausted",
    "inodes_exhausted_at_both_sites",
)
@pytest.mark.broken("A disk of {where} is full, or nearly so", "outage")
def test_no_disk_is_full(parity: Parity) -> None:
    """Orders and uploads cannot be stored."""
    parity.within("full", "full", fix="du -xh --max-depth=1 <the file system> | sort -h: {item}")


@pytest.mark.drill("upload_folder_missing", "disk_full", "inodes_exhausted", "upload_folder_unmounted")
@pytest.mark.broken("{standby} has less room on its disks than {primary}", "part")
def test_the_standby_has_as_much_room_on_disk(parity: Parity) -> None:
    """Disks that are large enough for a standby are full soon after the switch."""
    parity.at_least(
        "free", over="role", percent="free", suffices="peak", fix="make room, or enlarge the disk: {item}"
    )


@pytest.mark.drill("fewer_workers", "fewer_workers_configured")
@pytest.mark.broken("{standby} serves fewer customers at a time than {primary} (workers)", "part")
def test_the_standby_has_as_many_workers(parity: Parity) -> None:
    """Customers wait in a queue that the primary does not have."""
    parity.at_least(
        "workers",
        over="role",
        suffices="peak",
        fix="raise the number of workers as at the primary, then restart: {item}",
    )


@pytest.mark.drill("smaller_pool", "fewer_workers_configured")
@pytest.mark.broken("{standby} keeps fewer connections to the database than {primary}", "part")
def test_the_standbys_pools_are_as_large(parity: Parity) -> None:
    """Pages wait for a connection to the database."""
    parity.at_least(
        "pools",
        over="role",
        suffices="peak",
        fix="set {item} to {primary} where the service takes it from, then restart it",
    )


@pytest.mark.drill("smaller_pool_not_in_force", "fewer_workers_not_in_force")
@pytest.mark.broken("A service on {where} runs with other connection limits than its file says", "later")
def test_services_run_with_the_pools_of_their_files(parity: Parity) -> None:
    """The next restart makes pages wait for a connection to the database."""
    parity.healthy("pools_in_force", fix="restart the service that reads {item}")


@pytest.mark.drill(
    "fewer_connections", "fewer_connections_at_the_edge", "redis_stopped", "redis_suite_user_refused"
)
@pytest.mark.broken("Servers of {standby} take fewer connections than those of {primary}", "part")
def test_the_standbys_servers_take_as_many_connections(parity: Parity) -> None:
    """Customers are refused when more of them come than ever came to the standby."""
    parity.at_least(
        "connections", over="role", suffices="peak", fix="raise the limit to {primary} as at the primary"
    )


@pytest.mark.drill(
    "no_worker_enough_at_both_sites",
    "smaller_pool_at_both_sites",
    "fewer_workers",
    "fewer_workers_configured",
    "smaller_pool",
)
@pytest.mark.broken("{standby} is too small for the worst hour of the year", "part")
def test_the_standby_can_carry_the_peak(parity: Parity) -> None:
    """In the worst hour of the year the application is too slow to buy anything."""
    parity.at_least(
        "peak", over="role", needed="peak", fix="give the standby what the policy's peak needs: {item}"
    )
