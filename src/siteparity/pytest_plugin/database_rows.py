"""Whether the standby's database can be read, and the shop shows its newest rows. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus

from siteparity.policy.journeys import Database
from siteparity.pytest_plugin.claims import Claim
from siteparity.pytest_plugin.page import Page
from siteparity.pytest_plugin.postgres import ANSWERS, Reply

_SERVER = "tail -n 50 /var/log/postgresql/postgresql-*-main.log; pg_lsclusters"
_SHOP = "journalctl --unit=shop --lines=20; then try its SHOP_DATABASE_URL with psql"
_TOO_FEW = (
    "SELECT pg_wal_replay_resume() on the standby, and wait; if replay was not paused, rebuild the standby "
    "with pg_basebackup"
)
_TWO_WRITERS = "stop the server that must not take writes, then pg_rewind it"


def server_claims(reply: Reply, policy: Database) -> Iterator[Claim]:
    """The server answers, follows another one, refuses writes, and has enough rows."""
    yield from answer_claims(reply)
    if reply.state != ANSWERS:
        return
    following = "in recovery" if reply.in_recovery else "not in recovery"
    writes = "refused" if reply.read_only else "taken"
    rows = "enough" if reply.numbers[0] >= policy.at_least else "too few"
    yield Claim("state of the database", following, "in recovery", _TWO_WRITERS)
    yield Claim("writes to the database", writes, "refused", _TWO_WRITERS)
    yield Claim("rows of the database", rows, "enough", _TOO_FEW)


def answer_claims(reply: Reply) -> Iterator[Claim]:
    """The server answers."""
    yield Claim("database", reply.state, ANSWERS, _SERVER)


def page_claims(page: Page, path: str, row: str, before: Reply, after: Reply) -> Iterator[Claim]:
    """The newest row on the page is one that was the newest in the database while the page was fetched.

    Args:
        page: the web host's answer.
        path: the page's path.
        row: the attribute that holds each row's number.
        before: the number of the newest row before the page was fetched.
        after: the same afterwards: rows may have arrived in between.
    """
    yield Claim(f"status of {path}", page.status, HTTPStatus.OK.value, _SHOP)
    if page.status != HTTPStatus.OK or not (before.numbers and after.numbers):
        return
    shown = page.markup.numbers(row)
    newest = bool(shown) and before.numbers[0] <= max(shown) <= after.numbers[0]
    found = "the newest" if newest else "older ones or others" if shown else "none"
    yield Claim(f"rows that {path} shows", found, "the newest", _SHOP)
