"""Which site is active, as each witness says it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from selftests.unit.servers import closed_port, saying, served, shell
from selftests.unit.targets import answered, framed, web_host
from siteparity.model import Table, Unmeasured
from siteparity.probes import Target, read_tables
from siteparity.probes.site_role import PROBE, Policy, ask


def target(**keys: Any) -> Target[Policy]:
    """``arizona/web1``, in all roles at once."""
    given = {
        "owner": "Platform",
        "edges": ["web"],
        "customers": "www.shop.example",
        "databases": ["web"],
        "writer": "shop",
        "shops": ["web"],
        "health_port": 8000,
        "health_path": "/healthz",
        "follows": "database.in_recovery",
        **keys,
    }
    return web_host(
        Policy.model_validate(given | {key: tuple(given[key]) for key in ("edges", "databases", "shops")})
    )


TARGET = target()


def read(name: str, **answers: bytes | str) -> Table | Unmeasured:
    """One table."""
    return read_tables({name: PROBE.tables[name]}, answered(**answers), TARGET, ("web",))[name]


def value(name: str, **answers: bytes | str) -> object:
    """The one value of a table that was measured."""
    found = read(name, **answers)
    assert not isinstance(found, Unmeasured), found.reason
    (one,) = found.values()
    return one


@pytest.mark.parametrize(
    ("addresses", "place"),
    [
        (["198.18.2.11"], "this site"),
        (["198.18.2.11", "198.18.2.12"], "this site"),
        (["198.18.1.11"], "another site"),
        (["198.18.1.11", "198.18.2.11"], "this site and another one"),
        (["192.0.2.1"], "another site"),
        (["2001:db8::1", "198.18.2.11"], "this site and another one"),
    ],
)
def test_customers_are_led_to_the_sites_of_all_addresses(addresses: list[str], place: str) -> None:
    """In the form of getent(1), which names each address once for each kind of socket."""
    lines = [
        f"{one}     {kind}  www.shop.example" for one in addresses for kind in ("STREAM", "DGRAM", "RAW")
    ]
    assert value("led", led="\n".join(lines).encode()) == place


@pytest.mark.parametrize("answer", [b"", b"<b> STREAM\n", "exit 2"])
def test_a_name_without_an_address_leads_nowhere_that_we_know(answer: bytes | str) -> None:
    """A resolver that is down looks the same from a host."""
    assert isinstance(read("led", led=answer), Unmeasured)


def state(**changes: Any) -> bytes:
    """What a database says of itself."""
    healthy = {"recovery": False, "writer": 1, "source": "default", "files": "off", "own": None}
    return framed(json.dumps(healthy | changes).encode())


@pytest.mark.parametrize(
    ("changes", "writes", "later"),
    [
        ({}, "taken", "taken"),
        ({"recovery": True}, "refused (in recovery)", "taken"),
        (
            {"files": "on", "source": "configuration file"},
            "refused (default_transaction_read_only of the server)",
            "refused (default_transaction_read_only of the server)",
        ),
        (
            {"own": ["default_transaction_read_only=on"], "recovery": True},
            "refused (in recovery)",
            "refused (default_transaction_read_only of the role shop or of the database)",
        ),
        (
            {"own": ["default_transaction_read_only=off", "default_transaction_read_only=on"]},
            "taken",
            "taken",
        ),
        ({"own": ["default_transaction_read_only=off"], "files": "on", "source": "user"}, "taken", "taken"),
        ({"writer": 0}, "refused (there is no role shop)", "refused (there is no role shop)"),
    ],
)
def test_a_database_takes_writes_only_if_no_setting_forbids_it(
    changes: dict[str, Any], writes: str, later: str
) -> None:
    """The nearest setting wins: the role's in the database, the role's, the database's, the server's."""
    assert value("writes", writes=state(**changes)) == writes
    assert value("after_switch", writes=state(**changes)) == later


@pytest.mark.parametrize(
    "answer",
    [
        framed(b""),
        framed(b"{}"),
        state(recovery=None),
        state(files=None),
        state(source="user"),
        state(own="on"),
        state(own=[1]),
    ],
)
def test_a_database_that_does_not_say_it_is_unmeasured(answer: bytes) -> None:
    """A setting of the suite's own role hides that of the server: nothing is guessed."""
    assert isinstance(read("after_switch", writes=answer), Unmeasured)


def health(body: str, status: str = "200 OK") -> bytes:
    """What a shop answers."""
    return f"[exit]\n0\n[answer]\nHTTP/1.0 {status}\r\nA: b\r\n\r\n{body}\nend\n".encode()


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (health('{"database": {"in_recovery": false}}'), "one that takes writes"),
        (health('{"database": {"in_recovery": true}}'), "one that follows another"),
        (health('{"database": {"in_recovery": false}}', "503 Service Unavailable"), "one that takes writes"),
        (health('{"database": {"ok": false}}', "503 Service Unavailable"), "none (HTTP 503)"),
        (b"[exit]\n9\n[answer]\nbash: connect: Connection refused\nend\n", "the application does not answer"),
    ],
)
def test_the_running_shop_says_which_database_it_works_with(answer: bytes, kind: str) -> None:
    """Its processes may work with another one than its files name."""
    assert value("shop", health=answer) == kind


@pytest.mark.parametrize(
    "answer",
    [
        b"[exit]\n[answer]\nend\n",
        b"[exit]\n0\n[answer]\n\nend\n",
        b"[exit]\n9\n[answer]\nbash: something else\nend\n",
        health("{}"),
        health("no json"),
        health('{"database": {"in_recovery": "no"}}'),
        health("[" * 5000),
        health('{"database": {"in_recovery": fal'),
    ],
)
def test_a_shop_that_does_not_say_it_is_unmeasured(answer: bytes) -> None:
    """A page of another kind is no answer to this question."""
    assert isinstance(read("shop", health=answer), Unmeasured)


KINDS = {"takes_writes": "mode:  primary", "follows": "mode: replica"}


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (health("<p>mode: primary</p>"), "one that takes writes"),
        (health("up\nmode:\nreplica"), "one that follows another"),
        (health("down", "503 Service Unavailable"), "none (HTTP 503)"),
        (health("mode: primary, mode: replica"), None),
        (health("up"), None),
    ],
)
def test_a_page_may_say_it_in_words(answer: bytes, kind: str | None) -> None:
    """One of two texts; neither or both say nothing."""
    of = target(follows=None, health_says=KINDS)
    found = read_tables(PROBE.readings(), answered(health=answer), of, ("web",))["shop"]
    assert (
        isinstance(found, Unmeasured)
        if kind is None
        else found == {"database of the running application": kind}
    )


def test_an_application_without_such_a_page_is_not_asked() -> None:
    """The policy declares the page absent, and the check does not apply."""
    bare = target(health_path=None, follows=None)
    assert "health" not in ask(bare)
    assert PROBE.readings()["shop"].roles_in(bare.section, ("web",)) == ()


def test_the_page_is_asked_for_as_the_front_door_does() -> None:
    """Under the name that customers type: applications refuse others."""
    text = ask(target(health_headers={"X-Forwarded-Proto": "https"}))["health"].text
    assert "Host: www.shop.example" in text
    assert "X-Forwarded-Proto: https" in text


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"follows": None}, "expected either follows or health_says beside health_path, found neither"),
        ({"health_says": KINDS}, "found both"),
        ({"health_port": None}, "expected health_port beside health_path, found none; add it"),
    ],
)
def test_a_page_that_nobody_understands_is_refused(keys: dict[str, Any], words: str) -> None:
    """With what to do."""
    with pytest.raises(ValidationError, match=words):
        target(**keys)


def test_a_real_shop_is_asked_by_a_real_shell() -> None:
    """Over the loopback address, as its own balancer would."""
    words = b'HTTP/1.0 200 OK\r\nA: b\r\n\r\n{"database": {"in_recovery": true}}'
    with served(saying(words)) as port:
        said, status = shell(ask(target(health_port=port))["health"].text)
    assert status == 0
    assert value("shop", health=said) == "one that follows another"
    said, status = shell(ask(target(health_port=closed_port()))["health"].text)
    assert (status, value("shop", health=said)) == (0, "the application does not answer")


@pytest.mark.parametrize("roles", [{"edges"}, {"databases"}, {"shops"}])
def test_each_role_is_asked_for_what_it_knows(roles: set[str]) -> None:
    """Nothing else is asked there."""
    given = {key: ("web",) if key in roles else ("db",) for key in ("edges", "databases", "shops")}
    names = {"edges": "led", "databases": "writes", "shops": "health"}
    assert list(ask(target(**given))) == [names[role] for role in roles]


@given(st.binary(max_size=200))
def test_any_bytes_are_facts_or_unmeasured(answer: bytes) -> None:
    """The readers raise the one declared exception only."""
    talk = b"[exit]\n0\n[answer]\n" + framed(answer)
    answers = answered(led=answer, writes=framed(answer), health=talk)
    found = read_tables(PROBE.readings(), answers, TARGET, ("web",))
    assert isinstance(found["writes"], Unmeasured)
    assert isinstance(found["shop"], Unmeasured)


@pytest.mark.parametrize("key", ["edges", "databases", "shops"])
def test_which_site_is_active_is_looked_at_in_every_way(key: str) -> None:
    """None of the three may be left out: two active sites lose orders."""
    with pytest.raises(ValueError, match=f"{key}\n.*at least 1 item"):
        type(TARGET.section).model_validate({**TARGET.section.model_dump(), key: ()})
