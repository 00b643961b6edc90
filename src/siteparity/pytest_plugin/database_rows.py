"""Whether a database that follows another one can be read, and the shop shows its newest rows. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus

from siteparity.policy.journeys import Database
from siteparity.pytest_plugin.page import Page
from siteparity.pytest_plugin.postgres import ANSWERS, Reply
from siteparity.pytest_plugin.standby import Claim

_SERVER = "tail -n 50 /var/log/postgresql/postgresql-*-main.log; pg_lsclusters"
_SHOP = "journalctl --unit=shop --lines=20; then try its SHOP_DATABASE_URL with psql"
_TWO_WRITERS = "stop the server that must not take writes, then pg_rewind it"


def server_claims(reply: Reply, policy: Database) -> Iterator[Claim]:
    """What must hold for the server, asked the policy's one question."""
    yield from answers(reply)
    if reply.state != ANSWERS:
        return
    following = "in recovery" if reply.in_recovery else "not in recovery"
    writes = "refused" if reply.read_only else "taken"
    rows = "enough" if reply.numbers[0] >= policy.at_least else "too few"
    yield Claim("state of the database", following, "in recovery", _TWO_WRITERS)
    yield Claim("writes to the database", writes, "refused", _TWO_WRITERS)
    yield Claim("rows of the database", rows, "enough", "rebuild the standby with pg_basebackup")


def answers(reply: Reply) -> Iterator[Claim]:
    """The server answered at all."""
    yield Claim("database", reply.state, ANSWERS, _SERVER)


def page_claims(page: Page, path: str, row: str, before: Reply, after: Reply) -> Iterator[Claim]:
    """What must hold for a page of rows: its newest is the newest that the server had before or after.

    Args:
        page: as the web host answered.
        path: of the page.
        row: the attribute with which it marks each row.
        before: the number of the newest row, asked before the page.
        after: the same, asked after the page; rows may have come in between.
    """
    yield Claim(f"status of {path}", page.status, HTTPStatus.OK.value, _SHOP)
    if page.status != HTTPStatus.OK or not (before.numbers and after.numbers):
        return
    shown = page.markup.numbers(row)
    newest = bool(shown) and before.numbers[0] <= max(shown) <= after.numbers[0]
    found = "the newest" if newest else "older ones or others" if shown else "none"
    yield Claim(f"rows that {path} shows", found, "the newest", _SHOP)
