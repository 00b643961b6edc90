"""What the front door's journeys claim, and calls to third parties through a host."""

from __future__ import annotations

import socket
import tempfile
from collections.abc import Callable, Iterable, Mapping
from itertools import cycle
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from selftests.unit.servers import closed_port, saying, served
from selftests.unit.sites import ARIZONA, DALLAS
from siteparity.model import Host, UnmeasuredError
from siteparity.policy.journeys import Admin, Attack, MaintenancePage, StatusPage, Storefront
from siteparity.probes.egress import ThirdParty
from siteparity.pytest_plugin import storefront
from siteparity.pytest_plugin.calls import NONE, refusals
from siteparity.pytest_plugin.claims import Claim
from siteparity.pytest_plugin.front_door import (
    admin_claims,
    attack_claims,
    maintenance_claims,
    place_of,
    status_page_claims,
)
from siteparity.pytest_plugin.page import Page
from siteparity.pytest_plugin.standby import Standby
from siteparity.pytest_plugin.wait_budget import WaitBudget
from siteparity.transport.script import Answer

WEB1 = ARIZONA.hosts[0]
ATTACK = Attack(owner="Platform", host="www.shop.example", attacks={"a script": "/?a=b"})
STATUS = StatusPage(owner="Platform", server="status.example", says="Status of the  shop")
MAINTENANCE = MaintenancePage(
    owner="Platform",
    host="www.shop.example",
    path="/away",
    says="down for maintenance",
    links="http://status.example/",
)
ADMIN = Admin(owner="Shop", host="www.shop.example", path="/admin", leads_to="http://status.example/")


def page(status: int | str = 200, text: str = "", **headers: str) -> Page:
    """A page as a visitor gets it."""
    return Page(status, headers, {}, text, 0.1)


def broken(found: Iterable[Claim]) -> dict[str, Any]:
    """Item -> what was found, of each claim that does not hold."""
    return {claim.item: claim.found for claim in found if claim.found != claim.expected}


@pytest.mark.parametrize(
    ("attack", "normal", "items"),
    [
        (403, 302, {}),
        (403, 502, {}),
        (302, 302, {"a script in a request": "not blocked (302)"}),
        (403, 403, {"a normal request": "blocked"}),
        (
            "no answer within 10 s",
            "no answer within 10 s",
            {
                "a script in a request": "not blocked (no answer within 10 s)",
                "a normal request": "no answer within 10 s",
            },
        ),
    ],
)
def test_attacks_are_blocked_and_customers_are_not(
    attack: int | str, normal: int | str, items: dict[str, Any]
) -> None:
    """Whatever else a normal request meets is for other checks."""
    visitor = SimpleNamespace(get=lambda path, *_: page(attack if path == "/?a=b" else normal))
    assert broken(attack_claims(cast("Any", visitor), ATTACK)) == items


@pytest.mark.parametrize(
    ("given", "place", "items"),
    [
        (page(text="<html><h1>Status of the shop</h1>"), "outside both sites", {}),
        (page(503), "outside both sites", {"status of status.example": 503}),
        (page(text="<html>It works!"), "outside both sites", {"'Status of the  shop' on it": "not shown"}),
        (
            page(text="<html><h1>Status of the shop</h1>"),
            "inside dallas",
            {"place of status.example": "inside dallas"},
        ),
    ],
)
def test_the_status_page_is_shown_from_outside(given: Page, place: str, items: dict[str, Any]) -> None:
    """The place counts as much as the page."""
    assert broken(status_page_claims(given, place, STATUS)) == items


def standby_that_says(stdout: str, rc: int = 0) -> Standby:
    """A standby whose hosts answer each question with this."""
    answer = Answer(stdout.encode(), rc, None)
    return cast("Standby", SimpleNamespace(ask=lambda *_: answer, primary=DALLAS, site=ARIZONA))


@pytest.mark.parametrize(
    ("addresses", "place"),
    [
        ("192.0.2.1 STREAM x\n192.0.2.1 DGRAM\n", "outside both sites"),
        ("192.0.2.1 STREAM x\n198.18.1.11 STREAM\n", "inside dallas"),
        ("198.18.1.11 STREAM\n198.18.2.11 STREAM\n", "inside dallas and arizona"),
    ],
)
def test_one_address_inside_a_site_is_enough_to_die_with_it(addresses: str, place: str) -> None:
    """Half of the customers would be sent there."""
    assert place_of(standby_that_says(addresses), WEB1, "status.example") == place


@pytest.mark.parametrize(("stdout", "rc"), [("", 0), ("", 2)])
def test_a_name_without_an_address_has_no_place(stdout: str, rc: int) -> None:
    """Nothing is guessed."""
    with pytest.raises(UnmeasuredError, match="no address"):
        place_of(standby_that_says(stdout, rc), WEB1, "status.example")


GONE = '<html><h1>We are down\nfor maintenance</h1><a href="http://status.example/">'


@pytest.mark.parametrize(
    ("given", "items"),
    [
        (page(503, GONE), {}),
        (page(200, GONE), {"status of /away": 200}),
        (
            page(404, "<html>nginx"),
            {
                "status of /away": 404,
                "'down for maintenance' on it": "not shown",
                "http://status.example/ on it": "not linked",
            },
        ),
        (page(503, GONE.replace("status.", "old.")), {"http://status.example/ on it": "not linked"}),
        (page("no answer within 10 s"), {"status of /away": "no answer within 10 s"}),
    ],
)
def test_the_maintenance_page_says_what_is_going_on(given: Page, items: dict[str, Any]) -> None:
    """And is no success: search engines would keep it as the shop's page."""
    assert broken(maintenance_claims(given, MAINTENANCE)) == items


@pytest.mark.parametrize(
    ("given", "items"),
    [
        (page(302, location="http://status.example/"), {}),
        (page(308, location="http://status.example/"), {}),
        (
            page(302, location="http://admin.dallas.example/"),
            {"where /admin leads": "http://admin.dallas.example/"},
        ),
        (page(302), {"where /admin leads": "nowhere"}),
        (page(200, location="http://status.example/"), {"status of /admin": 200}),
        (page("no answer within 10 s"), {"status of /admin": "no answer within 10 s"}),
    ],
)
def test_store_owners_are_redirected(given: Page, items: dict[str, Any]) -> None:
    """To the whole address that the policy names."""
    assert broken(admin_claims(given, ADMIN)) == items


class Caller:
    """A standby whose forwards lead to a port of this machine."""

    seconds = 0.5

    def __init__(self, port: int, folder: Path) -> None:
        self.port = port
        self.looked_after = 0
        self.wait_budget = WaitBudget(folder, {})

    def way(self, _host: Host, _server: str, _port: int) -> int:
        """The port."""
        return self.port

    def look_after(self, _host: Host) -> None:
        """The connection is well."""
        self.looked_after += 1


def calls(port: int, speaks: str, tries: int = 2) -> str:
    """What some calls come to."""
    party = ThirdParty.model_validate({"server": "pay.example", "port": 1, "speaks": speaks})
    with tempfile.TemporaryDirectory() as folder:
        return refusals(cast("Standby", Caller(port, Path(folder))), WEB1, party, tries)


def _reset(connection: socket.socket) -> None:
    connection.recv(65_536)


def _silent(connection: socket.socket) -> None:
    while connection.recv(65_536):  # until the caller gives up
        pass


@pytest.mark.parametrize(
    ("speaks", "talk", "found"),
    [
        ("http", saying(b"HTTP/1.1 200 OK\r\n\r\n"), NONE),
        ("http", saying(b"HTTP/1.1 403 No\r\n\r\n"), "2 of 2 (2 x refuses (http 403))"),
        ("http", _reset, "2 of 2 (2 x no connection)"),
        ("http", _silent, "2 of 2 (2 x no answer within 0.5 s)"),
        ("smtp", saying(b"220 mail\r\n", first=True), NONE),
        ("smtp", saying(b"554 no\r\n", first=True), "2 of 2 (2 x refuses (smtp 554))"),
        ("tcp", _silent, NONE),
    ],
)
def test_each_call_counts(speaks: str, talk: Callable[[socket.socket], None], found: str) -> None:
    """Through a real connection; what the server says first decides."""
    with served(talk) as port:
        assert calls(port, speaks) == found


def test_a_gateway_that_refuses_some_calls_is_found() -> None:
    """One of its machines has an old list."""
    statuses = cycle([b"200 OK", b"403 No", b"200 OK"])

    def talk(connection: socket.socket) -> None:
        saying(b"HTTP/1.1 " + next(statuses) + b"\r\n\r\n")(connection)

    with served(talk) as port:
        assert calls(port, "http", tries=3) == "1 of 3 (1 x refuses (http 403))"


def test_a_forward_that_hangs_up_is_no_connection_if_the_way_to_the_host_is_well(tmp_path: Path) -> None:
    """Else the check is unmeasured."""
    with served(lambda connection: connection.close()) as port:
        assert calls(port, "tcp", 1) == "1 of 1 (1 x no connection)"
    assert calls(closed_port(), "http", 1) == "1 of 1 (1 x no connection)"

    class Broken(Caller):
        def look_after(self, _host: Host) -> None:
            raise UnmeasuredError("the connection broke")

    party = ThirdParty(server="pay.example", port=1, speaks="http")
    with pytest.raises(UnmeasuredError, match="the connection broke"):
        refusals(cast("Standby", Broken(closed_port(), tmp_path)), WEB1, party, 1)


SHOP = Storefront(
    owner="Shop",
    host="www.shop.example",
    path="/{language}/",
    says={"en": "Welcome", "de": "Willkommen"},
    rounds=3,
    times_slower=2,
    slower_by="100ms",  # type: ignore[arg-type]  # as in the policy
)


class Slow:
    """A visitor whose pages take these times in turn; None is no answer."""

    def __init__(self, *seconds: float | None) -> None:
        self.seconds = list(seconds)
        self.asked: list[str] = []

    def get(self, path: str, *_: object) -> Page:
        """The next page."""
        self.asked.append(path)
        seconds = self.seconds[len(self.asked) - 1]
        return Page("no answer" if seconds is None else 200, {}, {}, "", seconds or 0.0)


def test_hosts_are_asked_in_turn_and_the_quickest_page_counts() -> None:
    """A page that was held up by something else is no slow host; each language has its turn."""
    quick, other = Slow(0.1, 9.0, 0.2), Slow(0.3, None, 0.1)
    visitors = cast("Mapping[Host, Any]", {ARIZONA.hosts[0]: quick, ARIZONA.hosts[1]: other})
    assert list(storefront.waits(visitors, SHOP, ("en", "de")).values()) == [0.1, None]
    assert quick.asked == ["/en/", "/de/", "/en/"]
    assert other.asked == ["/en/", "/de/"]


@pytest.mark.parametrize(
    ("own", "others", "said"),
    [
        (0.01, [0.01], storefront.NO_LONGER),
        (0.10, [0.01], storefront.NO_LONGER),  # many times as long, and nobody notices
        (0.59, [0.01, 0.3], storefront.NO_LONGER),
        (0.61, [0.01, 0.3], "0.61 s, where the primary needs 0.30 s"),
        (0.12, [0.01], "0.12 s, where the primary needs 0.01 s"),
        (None, [0.01], "no answer"),
    ],
)
def test_slow_is_longer_by_a_factor_and_by_what_customers_notice(
    own: float | None, others: list[float], said: str
) -> None:
    """Against the slowest host of the primary, in the same role."""
    assert storefront.slower(own, others, SHOP) == said
