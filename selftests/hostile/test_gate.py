"""The whole gate against hosts that lie: no GO, no crash, no markup in the reports, bounded memory."""

from __future__ import annotations

from html.parser import HTMLParser
from itertools import cycle, islice
from pathlib import Path

import pytest

from selftests.contract.sshd import ADDRESSES, Server
from selftests.hostile.checkout import Ran, Whole, let_lie
from selftests.hostile.lies import LIES
from siteparity.facts.records import load
from siteparity.model import Outcome, Verdict

pytestmark = pytest.mark.timeout(600)

MOST_KILOBYTES = 300_000
TEN = [tuple(islice(LIES, start, start + len(ADDRESSES))) for start in range(0, len(LIES), len(ADDRESSES))]


class _Elements(HTMLParser):
    """Which elements a page has, and which handlers."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.handlers: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.handlers |= {name for name, _ in attrs if name.startswith("on")}


def elements(path: Path) -> _Elements:
    """Of a written page."""
    found = _Elements()
    found.feed(path.read_text(encoding="utf-8"))
    return found


def judge(checkout: Whole, ran: Ran) -> None:
    """What holds whatever the hosts said."""
    assert ran.status in (2, 3), ran.stdout[-2000:] + ran.stderr[-2000:]
    assert "Traceback" not in ran.stderr
    assert not {"\x1b", "\u202e", "\x07"} & set(ran.stdout + ran.stderr)
    result = checkout.latest()
    assert result.verdict is not Verdict.GO
    assert result.executed.checks == result.plan.checks
    assert not any(
        "the probe itself failed" in one.message for check in result.checks for one in check.findings
    )
    folder = checkout.reports / "latest"
    page = elements(folder / "report.html")
    assert not page.tags & {"script", "img", "iframe", "object"}
    assert not page.handlers
    checks = elements(folder / "checks.html")
    assert not checks.tags & {"iframe", "object"}
    assert not checks.handlers
    for site in ("dallas", "arizona"):
        assert load(folder / "records" / f"{site}.json.gz").site == site


@pytest.mark.parametrize("told", TEN, ids=lambda told: told[0].replace(" ", "-"))
def test_hosts_that_lie_in_every_way_get_no_go(
    checkout: Whole, server: Server, told: tuple[str, ...]
) -> None:
    """Ten lies at once, each from a host of its own; both sites are measured to their end."""
    let_lie(server, dict(zip(ADDRESSES, islice(cycle(told), len(ADDRESSES)), strict=True)))
    judge(checkout, checkout.gate())


@pytest.mark.parametrize("lie", ["a yes"])
def test_sites_that_agree_in_every_lie_get_no_go(checkout: Whole, server: Server, lie: str) -> None:
    """Equal is not healthy: all hosts say the same, and nothing of it is an expectation that holds."""
    let_lie(server, dict.fromkeys(ADDRESSES, lie))
    judge(checkout, checkout.gate())
    same = [check for check in checkout.latest().checks if check.outcome is Outcome.SAME]
    assert len(same) < len(checkout.latest().checks) / 4, [check.id for check in same]


@pytest.mark.parametrize("lie", ["100 MB of line ends", "a million lines"])
def test_a_hundred_megabytes_of_every_host_cost_less_than_three_hundred(
    checkout: Whole, server: Server, lie: str
) -> None:
    """Neither the gate nor anything that it starts holds what no host needs to say."""
    let_lie(server, dict.fromkeys(ADDRESSES, lie))
    ran = checkout.gate()
    judge(checkout, ran)
    assert ran.kilobytes < MOST_KILOBYTES
