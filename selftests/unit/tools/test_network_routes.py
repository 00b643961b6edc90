"""Unit: whether a host has a way to what is outside its own networks."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping

import pytest

from selftests.unit.targets import answered, web_host
from siteparity.model import UnmeasuredError
from siteparity.probes import path
from siteparity.tools.network import routes

TARGET = web_host(path.Policy(owner="Network", legs=(path.Leg(client="web", server="web", port=80),)))
HEAD = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT   "
NEAR = "eth0\t000012C6\t00000000\t0001\t0\t0\t100\t0000FFFF\t0\t0\t0   "
NONE, LO = "0" * 32, "00200200       lo"


def four(*flags: str) -> bytes:
    """An answer with a default route of IPv4 for each of the flags."""
    lines = [f"eth0\t00000000\t010012C6\t{flag}\t0\t0\t100\t00000000\t0\t0\t0   " for flag in flags]
    return "\n".join(["[4]", HEAD, NEAR, *lines, "[6]", "end", ""]).encode()


def six(prefix: str, rest: str) -> bytes:
    """An answer with one route of IPv6."""
    line = f"{NONE} {prefix} {NONE} 00 {NONE} 00000400 00000001 00000000 {rest}"
    return f"[4]\n{HEAD}\n[6]\n{line}\nend\n".encode()


def read(answer: bytes) -> Mapping[int, bool]:
    """What is read of it."""
    return routes.read(answered(routes=answer).parts("routes", routes.PARTS))


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (four("0003"), {4: True, 6: False}),
        (four(), {4: False, 6: False}),
        (four("0203"), {4: False, 6: False}),  # rejects what is sent there
        (four("0002", "0003"), {4: True, 6: False}),
        (six("00", "00000003     eth0"), {4: False, 6: True}),
        (six("00", LO), {4: False, 6: False}),
        (six("40", "00000003     eth0"), {4: False, 6: False}),
    ],
)
def test_a_default_route_leads_on(answer: bytes, expected: dict[int, bool]) -> None:
    """One that rejects, is down, or leads to the host itself is none."""
    assert read(answer) == expected


def test_each_version_of_ip_is_spoken_of() -> None:
    """Also where there is no way: at one site that is a difference."""
    assert path.read_routes(answered(routes=four("0003")), TARGET) == {
        "default route of IPv4": "there",
        "default route of IPv6": "none",
    }


@pytest.mark.parametrize(
    "answer",
    [b"[4]\n[6]\nend\n", four("zz"), six("00", "x")],
)
def test_an_answer_that_is_not_understood_is_unmeasured(answer: bytes) -> None:
    """Nothing follows from half of it."""
    with pytest.raises(UnmeasuredError):
        read(answer)


def test_this_machine_is_understood() -> None:
    """Whatever routes it has."""
    done = subprocess.run(["sh", "-c", routes.QUESTION], capture_output=True, check=True)
    assert read(done.stdout).keys() == {4, 6}
