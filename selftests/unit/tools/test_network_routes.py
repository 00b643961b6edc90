"""Unit: whether a host has a way to what is outside its own networks."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from selftests.unit.targets import answered, web_host
from siteparity.model import UnmeasuredError
from siteparity.probes import path
from siteparity.tools.network import routes

TARGET = web_host(path.Policy(owner="Network", legs=(path.Leg(client="web", server="web", port=80),)))
FOUR = "default via 198.18.0.1 dev eth0 proto static metric 100 "
SIX = "default via fd00::1 dev eth0 metric 1024 pref medium"
HOPS = (
    "default ",
    "\tnexthop via 198.18.0.1 dev eth0 weight 1 ",
    "\tnexthop via 198.18.0.2 dev eth0 weight 1 ",
)


@pytest.mark.parametrize(
    ("four", "six", "expected"),
    [
        ((FOUR,), (), {4: True, 6: False}),
        ((), (SIX,), {4: False, 6: True}),
        ((FOUR, FOUR), (SIX,), {4: True, 6: True}),
        (HOPS, (), {4: True, 6: False}),
        ((), (), {4: False, 6: False}),
    ],
)
def test_a_default_route_leads_on(
    four: tuple[str, ...], six: tuple[str, ...], expected: dict[int, bool]
) -> None:
    """Of each version of IP by itself; also one of several hops."""
    assert routes.read({"4": four, "6": six}) == expected


def test_each_version_of_ip_is_spoken_of() -> None:
    """Also where there is no way: at one site that is a difference."""
    answer = f"[4]\n{FOUR}\n[6]\nend\n".encode()
    assert path.read_routes(answered(routes=answer), TARGET) == {
        "default route of IPv4": "there",
        "default route of IPv6": "none",
    }


@pytest.mark.parametrize("line", ["x", "unreachable default metric 9 ", "198.18.0.0/16 dev eth0"])
def test_a_line_that_is_no_default_route_is_unmeasured(line: str) -> None:
    """Only routes that lead on were asked for."""
    with pytest.raises(UnmeasuredError):
        routes.read({"4": (line,), "6": ()})


def test_this_machine_has_the_routes_that_its_kernel_lists() -> None:
    """The oracle is the kernel's own list (proc(5), ``/proc/net/route``): up, and no rejecting one."""
    done = subprocess.run(["sh", "-c", routes.QUESTION], capture_output=True, check=True)
    rows = [line.split("\t") for line in Path("/proc/net/route").read_text(encoding="ascii").splitlines()[1:]]
    leads_on = [
        int(flags, 16) & 0x201 == 0x1 for _, to, _, flags, _, _, _, mask, *_ in rows if to == mask == "0" * 8
    ]
    found = routes.read(answered(routes=done.stdout).parts("routes", routes.PARTS))
    assert found[4] is any(leads_on)
