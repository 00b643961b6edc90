"""Whether the standby's database can be read, and the application shows its newest rows. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from http import HTTPStatus

from siteparity.policy.journeys import Database
from siteparity.pytest_plugin.claims import Claim
from siteparity.pytest_plugin.page import Page
from siteparity.pytest_plugin.postgres import ANSWERS, Reply

_SERVER = "tail -n 50 /var/log/postgresql/postgresql-*-main.log; pg_lsclusters"
_PAGE = "journalctl --lines=20 {logs}  # then try the database of its settings with psql"
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


def numbers(page: Page, row: str) -> list[int]:
    """The numbers of all rows that a page shows.

    Args:
        page: of the application.
        row: how the page or its source writes a number, which stands in place of ``{number}``.
    """
    before, _, after = row.partition("{number}")
    pattern = rf"{_blanks(before)}(?<![0-9])([0-9]{{1,18}})(?![0-9]){_blanks(after)}"
    return [int(found) for text in (page.text, page.words) for found in re.findall(pattern, text)]


def _blanks(text: str) -> str:
    """A text as a pattern: any blanks stand for a blank."""
    return r"\s+".join(map(re.escape, text.split(" ")))


def page_claims(page: Page, path: str, row: str, before: Reply, after: Reply) -> Iterator[Claim]:
    """The newest row on the page is one that was the newest in the database while the page was fetched.

    Args:
        page: the web host's answer.
        path: the page's path.
        row: how the page writes each row's number (`numbers`).
        before: the number of the newest row before the page was fetched.
        after: the same afterwards: rows may have arrived in between.
    """
    yield Claim(f"status of {path}", page.status, HTTPStatus.OK.value, _PAGE)
    if page.status != HTTPStatus.OK or not (before.numbers and after.numbers):
        return
    shown = numbers(page, row)
    newest = bool(shown) and before.numbers[0] <= max(shown) <= after.numbers[0]
    found = "the newest" if newest else "older ones or others" if shown else "none"
    yield Claim(f"rows that {path} shows", found, "the newest", _PAGE)
