"""A site's own names stand for what they mean; the other site's names stand out."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest

from selftests.unit.sites import ARIZONA, DALLAS, site
from siteparity.model import Connection, ConnectionKind, Host, Site
from siteparity.names import OwnNames, sha256, shown

OF_DALLAS = OwnNames.of(DALLAS)


@pytest.mark.parametrize(
    ("text", "generic"),
    [
        ("198.18.1.21:8000", "{web}:8000"),
        ("198.18.1.210", "198.18.1.210"),
        ("1198.18.1.21", "1198.18.1.21"),
        ("redis://sessions.dallas.shop.example:6379/0", "redis://sessions.{site}:6379/0"),
        ("web2.dallas.shop.example", "{web}"),
        ("WEB2.Dallas.Shop.Example.", "{web}."),
        ("SHOP_SITE=dallas", "SHOP_SITE={site}"),
        ("dallastown", "dallastown"),
        ("America/Dallas", "America/Dallas"),
        ("TZ=America/Indiana/Dallas", "TZ=America/Indiana/Dallas"),
        ("/srv/dallas/shop", "/srv/{site}/shop"),
        ("dalla\u017f, DALLAS", "dalla\u017f, {site}"),
        ("web1.dallas.shop.example:198.18.1.21", "{web}:{web}"),
        ("server web1 198.18.1.21", "server {label} {web}"),
        ("server web1 198.18.1.22", "server web1 {web}"),
        ("['198.18.1.21:80', '198.18.1.22:80']", "['{web}:80']"),
        ("allow 198.18.1.21 deny 198.18.1.22", "allow {web} deny {web}"),
        ("198.18.1.22, 198.18.1.22", "{web}, {web}"),
        ("198.18.1.21/24 198.18.1.21/32", "{web}/24 {web}/32"),
        ("198.18.1.21/198.18.1.22", "{web}/{web}"),
        ("198.18.1.21 255.1.255.0", "{web} 255.1.255.0"),
        ("198.18.1.21 198.18.1.999 198.18.1.22.", "{web} 198.18.1.999 {web}."),
        ("::ffff:198.18.1.21", "::ffff:{web}"),
        ("198.18.2.21", "198.18.2.21"),
        ("sessions.arizona.shop.example", "sessions.arizona.shop.example"),
    ],
)
def test_only_own_names_are_replaced(text: str, generic: str) -> None:
    """Parts of longer names and addresses, and names of the other site, stay as they are."""
    assert OF_DALLAS.generic(text) == generic


def test_it_is_told_whom_a_text_names() -> None:
    """In the order of its placeholders; a list is one of them."""
    text = "198.18.1.22 198.18.1.0/24 dallas web2.dallas.shop.example,web1.dallas.shop.example"
    assert OF_DALLAS.read(text).named == (("web2",), ("198.18.1.0/24",), ("web2", "web1"))


def test_names_of_the_other_site_are_told_apart_where_they_are_asked_for() -> None:
    """A table is looked through for both."""
    read = OF_DALLAS.read("198.18.1.21 arizona 198.18.2.22 dallas", OwnNames.of(ARIZONA))
    assert shown(read.text) == "{web} {other site} {other web} {site}"
    assert read.named == (("web1",), ("web2",))


@pytest.mark.parametrize(
    "lines", [["a 198.18.1.21;", "b"], ["a"], ["a 198.18.1.21 198.18.1.22", "a 198.18.1.21"]]
)
def test_lines_that_are_no_list_stay_as_they_are(lines: list[str]) -> None:
    """Nothing is lost."""
    assert list(OF_DALLAS.merged(lines)) == lines


def test_lines_that_differ_only_in_the_host_become_one() -> None:
    """It names them all, so that whom it names is judged."""
    lines = [
        "allow web2.dallas.shop.example # 198.18.1.22",
        "allow web1.dallas.shop.example # 198.18.1.21",
        "x",
    ]
    merged = "allow web1.dallas.shop.example, web2.dallas.shop.example # 198.18.1.21, 198.18.1.22"
    assert OF_DALLAS.merged(lines) == (merged, "x")
    assert OF_DALLAS.read(merged).named == (("web1", "web2"), ("web1", "web2"))


def test_a_digest_says_whom_a_text_names() -> None:
    """The digest itself is the same at both sites; a long list of names is one as well."""
    one, other = OF_DALLAS.digest("a web1.dallas.shop.example"), OwnNames.of(ARIZONA).digest("a 198.18.2.21")
    assert one.partition(", ")[0] == other.partition(", ")[0]
    assert one.endswith("naming web1.dallas.shop.example")
    texts = ["".join(f"{word} 198.18.1.2{number} " for word in range(60)) for number in (1, 2)]
    long = [OF_DALLAS.digest(text) for text in texts]
    assert len({text.partition(", ")[0] for text in long}) == 1
    assert " and more, in the order " in long[0]
    assert OF_DALLAS.digest("a") == sha256("a")


NETWORKS = Site(
    "dallas",
    (),
    networks=tuple(map(ip_network, ("10.1.0.0/25", "10.1.0.128/25", "10.2.0.0/16", "2001:db8:1::/48"))),
)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("10.1.0.0/25", ("10.1.0.0/25",)),
        ("10.1.0.0/255.255.255.128", ("10.1.0.0/25",)),
        ("10.1.0.0 255.255.255.128", ("10.1.0.0/25",)),
        ("10.2.0.0 netmask 255.255.0.0", ("10.2.0.0/16",)),
        ("10.2.0.0 mask 255.255.0.0", ("10.2.0.0/16",)),
        ("10.2.0.0 0.0.255.255", ("10.2.0.0/16",)),
        ("10.1.0.0/24", ("10.1.0.0/25", "10.1.0.128/25")),
        ("2001:db8:1::/48", ("2001:db8:1::/48",)),
        ("2001:DB8:0001:0:0:0:0:0/48", ("2001:db8:1::/48",)),
        ("10.1.0.0/23", ()),
        ("10.1.0.0/26", ()),
        ("10.1.0.1/25", ()),
        ("10.0.0.0/8", ()),
        ("10.2.0.0", ()),
        ("2001:db8:1::/64", ()),
        ("2001:db8:1::", ()),
    ],
)
def test_a_network_of_the_site_is_known_in_whatever_form(text: str, named: tuple[str, ...]) -> None:
    """Also a wider one that holds several of them and nothing else; not a part, and not more."""
    assert OwnNames.of(NETWORKS).read(f"allow {text};").named == ((named,) if named else ())


def test_addresses_of_version_6_are_known_in_whatever_form() -> None:
    """Shortened or not, in either case; also where there are many hosts."""
    hosts = [
        Host(
            f"web{number}",
            "dallas",
            ("web",),
            DALLAS.hosts[0].connection,
            (ip_address(f"2001:db8:1::{number}"),),
        )
        for number in range(1, 100)
    ]
    own = OwnNames.of(Site("dallas", tuple(hosts), networks=NETWORKS.networks, domain="dallas.shop.example"))
    for text in (
        "2001:db8:1::7",
        "[2001:DB8:1:0:0:0:0:7]:80",
        "2001:0db8:0001::0007",
        "web7.dallas.shop.example",
    ):
        assert own.read(text).named == (("web7",),)
    for text in ("2001:db8:1::7:1", "2001:db8:2::7", "db:5432:x", "2001::b::c", "dallasx", "web7"):
        assert own.read(text).named == ()
    assert own.read("hostname web7", short=True).named == (("web7",),)
    assert own.generic("db:5432:dallas") == "db:5432:{site}"


def reached(*places: tuple[str, int | None]) -> OwnNames:
    """The names of a site whose hosts are reached by ssh at these places, and have no other names."""
    hosts = [
        Host(f"host{number}", "dallas", ("web",), Connection(ConnectionKind.SSH, place, port))
        for number, (place, port) in enumerate(places)
    ]
    return OwnNames.of(Site("dallas", tuple(hosts)))


def test_how_ssh_reaches_a_host_is_a_name_of_it() -> None:
    """An inventory may give no other; what leads to several hosts, or to this machine, is no name of one."""
    assert reached(("web1.dal.example", None)).read("bind WEB1.dal.example").named == (("host0",),)
    assert reached(("10.1.0.21", 22), ("10.1.0.22", None)).read("bind 10.1.0.22:80").named == (("host1",),)
    for places in ([("10.1.0.21", 2201)], [("10.1.0.21", None)] * 2, [("127.0.0.1", None)], [("web1", None)]):
        assert reached(*places).read("10.1.0.21 127.0.0.1 web1").named == ()
    own = reached(("10.1.0.21", 22))
    assert not own.owns("10.1.0.21"), "it need not lie in a network of the site"


def test_names_are_collected_once_for_each_site() -> None:
    """However many texts there are, and however many sites come and go."""
    assert OwnNames.of(DALLAS) is OwnNames.of(DALLAS)
    for number in range(40):
        assert OwnNames.of(site(f"site{number}", 3)).site.name == f"site{number}"


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
    text = "198.18.2.0/24 198.18.2.0/25 1198.18.2.0/24 198.18.1.0/24"
    generic = OwnNames.of(ARIZONA).generic(text)
    assert generic == "{network} 198.18.2.0/25 1198.18.2.0/24 198.18.1.0/24"
