"""Comparisons as texts and pages show them."""

from __future__ import annotations

from datetime import UTC, datetime

from siteparity.compare.comparison import Comparison, Difference, Group, Side, Unread

AT = datetime(2026, 11, 23, 8, 31, tzinfo=UTC)
DEBIAN = "Debian GNU/Linux 12 (bookworm)"
WEB = Side("web1", DEBIAN, "as root through sudo")
OTHER = Side("ada@web9", DEBIAN, "as root")
ASPECTS = ("accounts", "files", "packages", "services")
NOT_LOOKED_AT = ("redis", "waf")
LONG = f"ssh://somebody@{'very-long-' * 12}name.of-a-host.dallas.shop.example:22022"
EVIL = "\x1b[2J<script>alert(1)</script>\u202e{{7*7}}\r\nequal  all is well"


def equal() -> Comparison:
    """Everything was measured, and nothing differs."""
    return Comparison(WEB, OTHER, AT, compared=8123, aspects=ASPECTS, not_looked_at=NOT_LOOKED_AT)


def different() -> Comparison:
    """A package with its unit, a line on one host alone, and a table that nobody may read."""
    return Comparison(
        WEB,
        OTHER,
        AT,
        groups=(
            Group(
                "package openssh-server:amd64",
                (
                    Difference("packages", "builds", "openssh-server:amd64", "1:9.2p1-2", "1:9.2p1-1"),
                    Difference("services", "definitions", "/usr/lib/systemd/system/ssh.service", "a1", "b2"),
                ),
                "1 of these follows from it",
            ),
            Group("Files", (Difference("files", "lines", "/etc/x: a line", None, "there"),)),
        ),
        unread=(
            Unread(
                "only root may read it (web1: sudo needs a password)",
                ("web1", "ada@web9"),
                {"accounts": 7, "firewall": 1},
                "log in as root",
            ),
        ),
        compared=8123,
        aspects=ASPECTS,
        notes=("ada@web9: /etc/x: db.dallas.shop.example: names web1",),
        not_looked_at=NOT_LOOKED_AT,
    )


def not_known() -> Comparison:
    """Nothing differs, and something was not measured."""
    return Comparison(
        WEB,
        OTHER,
        AT,
        unread=(Unread("timed out after 10 s", ("web1",), {"packages": 1}),),
        compared=100,
        aspects=("files",),
    )


def not_reached() -> Comparison:
    """One host does not answer."""
    row = Unread("connection refused (10.0.0.1:22)", ("ada@web9",), {})
    return Comparison(Side("web1", DEBIAN), Side("ada@web9"), AT, unread=(row,))


def hostile() -> Comparison:
    """Whatever a host can write stands where hosts write."""
    one = Difference("files", "lines", EVIL, EVIL, f"{EVIL} ")
    return Comparison(
        Side(LONG, EVIL, "as root"),
        OTHER,
        AT,
        groups=(
            Group(EVIL, (one,) * 3),
            Group("x" * 5000, (Difference("files", "lines", "y" * 5000, 1, 2),)),
        ),
        unread=(Unread(EVIL, (LONG,), {"files": 1}),),
        notes=(EVIL,),
        compared=1,
        aspects=("files",),
    )
