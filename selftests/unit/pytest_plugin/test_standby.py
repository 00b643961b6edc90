"""What a smoke check expects of the standby becomes findings that name host, item, expected and found."""

from __future__ import annotations

import socket
import threading
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from pydantic import ValidationError

from selftests.unit.servers import served
from selftests.unit.sites import ARIZONA, DALLAS
from siteparity.model import FindingKind, Group, Outcome, UnmeasuredError
from siteparity.policy.applications import Applications
from siteparity.policy.journeys import Door, Storefront
from siteparity.pytest_plugin.claims import Claim
from siteparity.pytest_plugin.postgres import Reply, Server, ask
from siteparity.pytest_plugin.standby import Standby
from siteparity.pytest_plugin.storefront import compare_waits
from siteparity.pytest_plugin.wait_budget import WaitBudget
from siteparity.transport import Output

WEB1, WEB2 = ARIZONA.hosts[:2]


@pytest.fixture
def standby(tmp_path: Path) -> Standby:
    """Arizona, for a check whose effect is known; its hosts run what they are given, and say nothing."""
    policy = SimpleNamespace(
        journey=lambda _: SimpleNamespace(role="web", timeout=timedelta(seconds=5)),
        smoke=None,
        languages={},
        applications=Applications({}),
    )
    settings = SimpleNamespace(policy=policy, standby=ARIZONA, primary=DALLAS)
    check = SimpleNamespace(source=SimpleNamespace(effect="Customers wait.", aspect="storefront"))
    transport = cast("Any", SimpleNamespace(run=lambda *_, **__: Output(b"", b"", 0)))
    budget = WaitBudget(tmp_path, {})
    return Standby(cast("Any", settings), transport, cast("Any", check), ExitStack(), budget)


def test_a_standby_that_was_not_tried_is_unmeasured(standby: Standby) -> None:
    """A check that looked at nothing proves nothing."""
    assert standby.judgement().outcome is Outcome.UNMEASURED


def test_what_is_as_expected_is_compared_and_no_finding(standby: Standby) -> None:
    """Every host counts."""
    for host in (WEB1, WEB2):
        assert standby.expect("status", 200, equals=200, host=host, fix="")
    judged = standby.judgement()
    assert (judged.findings, judged.compared, judged.outcome) == ((), 2, Outcome.SAME)


def test_hosts_with_the_same_answer_make_one_finding(standby: Standby) -> None:
    """One cause is one line: item, hosts, found, expected, fix and effect."""
    standby.hold(WEB1, [Claim("status", 500, 200, "restart"), Claim("text", "en", "de", "look")])
    standby.hold(WEB2, [Claim("status", 500, 200, "restart"), Claim("text", "de", "de", "look")])
    status, text = standby.judgement().findings
    assert status.message == "status: found 500 (arizona/web1, arizona/web2); expected 200"
    assert status.standby == (Group(value=500, hosts=("web1", "web2")),)
    assert (status.kind, status.fix, status.effect) == (FindingKind.EXPECTATION, "restart", "Customers wait.")
    assert text.message == "text: found en (arizona/web1); expected de"
    assert standby.judgement().compared == 4


def test_hosts_with_different_answers_are_grouped_by_them(standby: Standby) -> None:
    """As in the comparison of two sites."""
    standby.expect("status", 500, equals=200, host=WEB1, fix="")
    standby.expect("status", "no answer within 5 s", equals=200, host=WEB2, fix="")
    (finding,) = standby.judgement().findings
    assert finding.standby == (
        Group(value=500, hosts=("web1",)),
        Group(value="no answer within 5 s", hosts=("web2",)),
    )


def test_an_item_that_is_tried_twice_is_judged_by_each_expectation(standby: Standby) -> None:
    """The second one does not hide behind the first, nor a number behind a truth value."""
    assert standby.expect("status", 200, equals=200, host=WEB1, fix="")
    assert not standby.expect("status", 200, equals=302, host=WEB1, fix="")
    assert not standby.expect("open", 1, equals=True, host=WEB1, fix="")
    said = [finding.message for finding in standby.judgement().findings]
    assert said == [
        "status: found 200 (arizona/web1); expected 302",
        "open: found 1 (arizona/web1); expected True",
    ]


@pytest.mark.parametrize("in_this_run", [False, True])
def test_a_host_that_did_not_answer_before_is_not_waited_for_again(
    standby: Standby, tmp_path: Path, *, in_this_run: bool
) -> None:
    """Each of a dozen checks would wait for its time-out, and the answer would come a minute late."""
    reason = "no answer within 5 s"
    standby.wait_budget = WaitBudget(tmp_path, {} if in_this_run else {WEB1.label: reason})
    if in_this_run:
        WaitBudget(tmp_path, {}).give_up(WEB1.label, reason)  # as another worker does
    with standby.trying(WEB1):
        standby.visitor(WEB1, Door("web", 8000))
    (finding,) = standby.judgement().findings
    assert finding.message == "arizona/web1: no answer within 5 s"
    assert finding.kind is FindingKind.UNMEASURED


def test_a_host_that_cannot_be_tried_does_not_hide_the_others(standby: Standby) -> None:
    """What is different outweighs what is unmeasured; both are said."""
    with standby.trying(WEB1):
        raise UnmeasuredError("arizona/web1: the connection broke")
    assert standby.judgement().outcome is Outcome.UNMEASURED
    standby.expect("status", 200, equals=200, host=WEB2, fix="")
    assert standby.judgement().outcome is Outcome.UNMEASURED
    standby.expect("status", 500, equals=200, host=WEB2, fix="")
    judged = standby.judgement()
    assert judged.outcome is Outcome.DIFFERENT
    assert [finding.message for finding in judged.findings] == [
        "status: found 500 (arizona/web2); expected 200",
        "arizona/web1: the connection broke",
    ]


def _asked(path: Path, look_after: Any) -> Reply:
    return ask(Server(path, "shop", "parity", 1.0), ["SELECT 1"], look_after)


@pytest.mark.parametrize("name", ["PGHOSTADDR", "PGSERVICE"])
def test_no_variable_of_the_runner_names_another_database_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """What it is not told, libpq takes from them; the question goes to the forwarded socket alone."""
    called: list[str] = []
    with served(lambda one: called.append(str(one.recv(8)))) as port:
        (tmp_path / "services").write_text(f"[other]\nhostaddr=127.0.0.1\nport={port}\n")
        monkeypatch.setenv("PGSERVICEFILE", str(tmp_path / "services"))
        monkeypatch.setenv("PGPORT", str(port))
        monkeypatch.setenv(name, "other" if name == "PGSERVICE" else "127.0.0.1")
        assert _asked(tmp_path / f".s.PGSQL.{port}", lambda: None) == Reply("no answer")
        assert called == []


def test_a_database_server_that_is_not_there_has_no_answer(tmp_path: Path) -> None:
    """Reached and refused: a difference. Not reached: unmeasured."""

    def broken() -> None:
        raise UnmeasuredError("the connection broke")

    path = tmp_path / ".s.PGSQL.5432"
    assert _asked(path, lambda: None) == Reply("no answer")
    with pytest.raises(UnmeasuredError, match="the connection broke"):
        _asked(path, broken)


def test_a_database_server_that_hangs_up_has_no_answer(tmp_path: Path) -> None:
    """As a forward whose far end nobody listens at."""
    path = tmp_path / ".s.PGSQL.5432"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen()
        server.settimeout(5)

        def hang_up() -> None:
            accepted, _ = server.accept()
            accepted.close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        assert _asked(path, lambda: None) == Reply("no answer")
        thread.join()


def _storefront(says: dict[str, str]) -> Storefront:
    values = {"owner": "Shop", "host": "www.shop.example", "path": "/{language}/", "says": says}
    return Storefront.model_validate(values, context={"languages": ("en", "de"), "roles": ("edge", "web")})


def test_each_served_language_needs_a_text_of_its_own() -> None:
    """A text that two languages share, or that one lacks, proves no language."""
    assert _storefront({"en": "Welcome", "de": "Willkommen"}).says["de"] == "Willkommen"
    with pytest.raises(ValidationError, match="found none for de; add it"):
        _storefront({"en": "Welcome"})
    with pytest.raises(ValidationError, match="found that of en in that of de; choose another text"):
        _storefront({"en": "Shop", "de": "Shop und mehr"})


def test_the_primarys_hosts_are_compared_with_while_they_can_be_reached(standby: Standby) -> None:
    """While a record stands in for the primary, the standby's hosts are all that there is."""
    assert standby.both("web") == (*DALLAS.hosts, *ARIZONA.hosts)
    standby.by_record = True
    assert standby.both("web") == ARIZONA.hosts


def test_a_slow_host_is_found_without_a_living_primary(standby: Standby) -> None:
    """Its sibling shows it."""
    standby.policy = Storefront(owner="Shop", host="www.shop.example", path="/", says={"en": "Welcome"})
    standby.by_record = True
    compare_waits(standby, {WEB1: 0.1, WEB2: 0.9})
    (finding,) = standby.judgement().findings
    assert finding.standby == (
        Group(value="0.90 s, where the quickest of its role needs 0.10 s", hosts=("web2",)),
    )
