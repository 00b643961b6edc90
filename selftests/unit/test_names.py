"""A site's own names stand for what they mean; the other site's names stand out."""

from __future__ import annotations

import pytest

from selftests.unit.sites import ARIZONA, DALLAS
from siteparity.model import Table
from siteparity.names import OwnNames

OF_DALLAS = OwnNames.of(DALLAS)


@pytest.mark.parametrize(
    ("text", "generic"),
    [
        ("198.18.1.21:8000", "{web1}:8000"),
        ("198.18.1.210", "198.18.1.210"),
        ("1198.18.1.21", "1198.18.1.21"),
        ("redis://sessions.dallas.shop.example:6379/0", "redis://sessions.{site}:6379/0"),
        ("web2.dallas.shop.example", "{web2}"),
        ("WEB2.Dallas.Shop.Example.", "{web2}."),
        ("SHOP_SITE=dallas", "SHOP_SITE={site}"),
        ("dallastown", "dallastown"),
        ("America/Dallas", "America/Dallas"),
        ("TZ=America/Indiana/Dallas", "TZ=America/Indiana/Dallas"),
        ("/srv/dallas/shop", "/srv/{site}/shop"),
        ("dalla\u017f, DALLAS", "dalla\u017f, {site}"),
        ("db.{site} {web1} {other}", "db.{{site}} {{web1}} {other}"),
        ("198.18.2.21", "198.18.2.21"),
        ("sessions.arizona.shop.example", "sessions.arizona.shop.example"),
    ],
)
def test_only_own_names_are_replaced(text: str, generic: str) -> None:
    """Parts of longer names and addresses, and names of the other site, stay as they are."""
    assert OF_DALLAS.generic(text) == generic


def test_a_table_is_made_generic_in_items_and_values() -> None:
    """Where one text of it holds a name, all are looked at; where none does, it stays as it is."""
    assert OF_DALLAS.generic_table(
        {"db.dallas.shop.example": 1, "x": "Web1.dallas.shop.example", "n": "a"}
    ) == {
        "db.{site}": 1,
        "x": "{web1}",
        "n": "a",
    }
    untouched: Table = {"listen": "198.18.2.21:8000", "workers": 3}
    assert OF_DALLAS.generic_table(untouched) == untouched


def test_items_that_would_collide_keep_their_own_names() -> None:
    """Replacing names must not make one fact hide another."""
    table = {"dallas": 1, "{site}": 2}
    assert len(OF_DALLAS.generic_table(table)) == len(table)


@pytest.mark.parametrize(
    "place",
    [
        "198.18.1.99",
        "::ffff:198.18.1.21",
        "[198.18.1.21]:6379",
        "127.0.0.1",
        "::1",
        "localhost",
        "db.dallas.shop.example",
        "web1.dallas.shop.example.",
    ],
)
def test_a_place_inside_the_site_is_its_own(place: str) -> None:
    """Addresses in its networks, names in its domain, and the host itself."""
    assert OF_DALLAS.owns(place)


@pytest.mark.parametrize(
    "place",
    [
        "198.18.2.21",
        "db.arizona.shop.example",
        "xdallas.shop.example",
        "8.8.8.8",
        "",
        "not a name",
        "dallas.shop.example.evil.example",
    ],
)
def test_a_place_elsewhere_is_not(place: str) -> None:
    """Whatever is not known to be inside counts as outside."""
    assert not OF_DALLAS.owns(place)


def test_a_site_without_a_domain_owns_no_foreign_name() -> None:
    """An empty domain must not be the suffix of every name."""
    bare = OwnNames.of(type(ARIZONA)("arizona", ARIZONA.hosts))
    assert not bare.owns("db.dallas.shop.example")


def test_a_sites_own_network_stands_for_itself() -> None:
    """A rule for the own network is the same at both sites; one for a part of it, or the other's, is not."""
    text = "198.18.2.0/24 198.18.2.0/25 1198.18.2.0/24 198.18.1.0/24 {network}"
    generic = OwnNames.of(ARIZONA).generic(text)
    assert generic == "{network} 198.18.2.0/25 1198.18.2.0/24 198.18.1.0/24 {{network}}"
