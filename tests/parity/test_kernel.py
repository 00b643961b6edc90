"""The kernel gives the services the same, now and after a boot.

Nobody looks at limits until the traffic of both sites is on one: then connections are refused and files
cannot be opened, although the same configuration carried the same load elsewhere.
"""

from __future__ import annotations

import pytest

from siteparity.pytest_plugin import Parity

pytestmark = pytest.mark.warning


@pytest.mark.drill("sysctl_changed_live", "sysctl_changed_live_at_primary")
@pytest.mark.broken(
    "The systems of {standby} are tuned otherwise than those of {primary} (kernel settings)", "part"
)
def test_the_kernel_is_set_alike(parity: Parity) -> None:
    """Under the load that the primary carries the standby refuses connections, or is slow."""
    parity.same("settings", fix="sysctl -w {item}={primary}, and write it into /etc/sysctl.d")


@pytest.mark.drill("sysctl_changed_live", "sysctl_changed_live_at_both_sites", "sysctl_file_not_loaded")
@pytest.mark.broken("The system settings in force on {where} are not those of its files", "later")
def test_what_the_files_set_is_in_force(parity: Parity) -> None:
    """After the next boot the host behaves differently from how it was tested."""
    parity.healthy("persisted", fix="sysctl --system  # or correct the file of {item} in /etc/sysctl.d")


@pytest.mark.drill("module_not_loaded")
@pytest.mark.broken("A part of the system that is wanted is not loaded on {where} (kernel module)", "part")
def test_the_kernel_has_every_module_that_is_wanted(parity: Parity) -> None:
    """The firewall, or a file system, does not work as it is configured."""
    parity.healthy("modules", fix="modprobe {item}")


@pytest.mark.drill("service_limit_lowered", "service_limit_changed_in_the_running_process", "redis_stopped")
@pytest.mark.broken("Services run with other limits at {standby} than at {primary}", "part")
def test_services_run_with_the_same_limits(parity: Parity) -> None:
    """Under the load that the primary carries the application cannot open more files or connections."""
    parity.same(
        "limits", fix="systemctl edit <the service>; make its limit the same, then restart it: {item}"
    )


@pytest.mark.drill(
    "service_limit_not_in_force_at_both_sites",
    "service_limit_changed_in_the_running_process",
    "redis_stopped",
)
@pytest.mark.broken("A service on {where} runs with other limits than it is set to", "later")
def test_services_run_with_the_limits_of_their_units(parity: Parity) -> None:
    """The next restart changes what the application can carry."""
    parity.healthy("limits_in_force", fix="systemctl restart <the service>: {item}")
