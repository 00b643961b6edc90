"""Unit: processes of services that a signal has stopped."""

from __future__ import annotations

import subprocess

import pytest

from selftests.unit.targets import answered, web_host
from siteparity.model import UnmeasuredError
from siteparity.probes import services
from siteparity.tools.systemd import stopped

TARGET = web_host(services.Policy(owner="Platform", required={"web": ("cron.service",)}))


def test_units_are_counted() -> None:
    """By unit, also where it has folders below it; a person's own manager is no service of the site."""
    answer = (
        b"/shop.service\n/shop.service\n/postgresql@15-main.service\n/redis.service/worker\n"
        b"/user@1000.service/app.slice\nend\n"
    )
    assert services.read_stopped(answered(stopped=answer), TARGET) == {
        "shop.service": "2 stopped",
        "postgresql@15-main.service": "1 stopped",
        "redis.service": "1 stopped",
    }


def test_that_there_is_none_is_said() -> None:
    """So that the table is never empty."""
    found = services.read_stopped(answered(stopped=b"end\n"), TARGET)
    assert found == {"units with stopped processes": "none"}


def test_a_line_that_is_not_understood_is_unmeasured() -> None:
    """A control group of no service was not asked for."""
    with pytest.raises(UnmeasuredError):
        stopped.read(["x"])


def test_a_process_that_somebody_suspended_at_a_terminal_is_no_service() -> None:
    """This machine is asked, with one stopped process of no service."""
    process = subprocess.Popen(["sleep", "60"])
    try:
        subprocess.run(["kill", "-STOP", str(process.pid)], check=True)
        done = subprocess.run(["sh", "-c", stopped.QUESTION], capture_output=True, check=True)
        listed = subprocess.run(
            ["sh", "-c", "grep -shE '^[0-9]+ \\(.*\\) [Tt] ' /proc/[0-9]*/stat"],
            capture_output=True,
            check=False,
            text=True,
        )
    finally:
        process.kill()
        process.wait()
    assert any(line.startswith(f"{process.pid} ") for line in listed.stdout.splitlines())
    assert not any(
        unit for unit in stopped.read(answered(stopped=done.stdout).rows("stopped")) if "sleep" in unit
    )
