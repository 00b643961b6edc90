"""Hosts pair by their role and by whom they name, never by what an inventory calls them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siteparity.judging.rules import Cohort, Pair, same
from siteparity.model import Connection, ConnectionKind, Finding, Host, Site, Table
from siteparity.names import OwnNames
from siteparity.names.tables import senses, unmirrored


def a_site(name: str, network: int, /, **roles: Sequence[str]) -> Site:
    """A site with hosts of these names in these roles; their addresses follow their order."""
    domain = f"{name}.shop.example"
    hosts: list[Host] = []
    for number, role in enumerate(roles):
        for place, host in enumerate(roles[role]):
            address = ip_address(f"198.18.{network}.{20 + 10 * number + place}")
            connection = Connection(ConnectionKind.SSH, "127.0.0.1")
            hosts.append(
                Host(host, name, (role,), connection, (address,), (f"{host}.{domain}", f"{name}-{host}"))
            )
    return Site(name, tuple(hosts), domain, (ip_network(f"198.18.{network}.0/24"),))


DALLAS = a_site("dallas", 1, web=("web1", "web2"), db=("db1",))
PHOENIX = a_site("phoenix", 2, web=("app-c", "app-a", "app-b"), db=("pg",))

Make = Callable[[Site, Host], Table]


def judged(make: Make, other: Make | None = None, standby: Site = PHOENIX) -> tuple[Finding, ...]:
    """The findings about the web hosts of Dallas and another site, each with the table made for it."""
    sides = [
        Cohort(OwnNames.of(site), {host.name: of(site, host) for host in site.in_role("web")})
        for site, of in ((DALLAS, make), (standby, other or make))
    ]
    return same(Pair(sides[0], sides[1], "things"), fix="").findings


def web(site: Site) -> tuple[Host, ...]:
    """The site's web hosts."""
    return site.in_role("web")


def db(site: Site) -> Host:
    """The site's database."""
    return site.in_role("db")[0]


def line(text: str, host: Host) -> str:
    """A line about a host."""
    return text.format(address=host.addresses[0], name=host.names[0], short=host.name)


def lines(text: str, hosts: Sequence[Host]) -> Table:
    """A table with a line for each host."""
    return {line(text, host): "there" for host in hosts}


BALANCED = "server {address}:8000;"

ALIKE: Mapping[str, Make] = {
    "itself": lambda _, host: {line("bind {address}:8000", host): "there"},
    "itself in a value": lambda _, host: {"bind": line("{name}:8000", host)},
    "the database of the site": lambda site, _: {"url": line("postgres://{name}/shop", db(site))},
    "every host": lambda site, _: lines(BALANCED, web(site)),
    "every host, by a label of its own": lambda site, _: lines(
        "server {short} {address}:80 check", web(site)
    ),
    "every host, numbered": lambda site, _: {
        f"server s{number} {line('{address}:80 check', host)}": "there"
        for number, host in enumerate(web(site), 1)
    },
    "every host in one line": lambda site, _: {
        "targets": "['" + "', '".join(line("{address}:9100", host) for host in web(site)) + "']"
    },
    "every other host": lambda site, host: lines("peer {address}", [one for one in web(site) if one != host]),
    "one host, the same for all": lambda site, _: {"leader": line("{name}", web(site)[-1])},
    "a leader, and itself": lambda site, host: {
        "leader and self": f"{line('{address}', web(site)[1])} {line('bind {address}', host)}"
    },
    "addresses and names of all": lambda site, host: {
        f"/etc/hosts: {name}": line("{address}", one)
        for one in site.hosts
        if one != host
        for name in one.names
    },
    "itself, by its short name": lambda _, host: {line("hostname {short}", host): "there"},
    "the others, by their short names": lambda site, host: {
        "peers": " ".join(one.name for one in web(site) if one != host)
    },
    "everybody and everybody": lambda site, _: {
        f"{one.addresses[0]} to {other.names[0]} on": "there" for one in web(site) for other in web(site)
    },
    "each host and the database": lambda site, _: {
        f"{one.addresses[0]} to {db(site).names[0]}": f"as {one.names[0]}" for one in web(site)
    },
    "what is called as a host is": lambda _, __: {"cluster": "web1", "user": "app-a"},
    "the networks of the site": lambda site, _: {f"allow {site.networks[0]}": "there"},
}


@pytest.mark.parametrize("make", ALIKE.values(), ids=list(ALIKE))
def test_hosts_that_mean_the_same_are_no_difference(make: Make) -> None:
    """Whatever they are called, in whatever order, and however many there are."""
    assert not judged(make)


def names_a_host(text: str, which: Callable[[Site, Host], Host]) -> Make:
    """Each host's table has a line that names some host."""
    return lambda site, host: {line(text, which(site, host)): "there"}


def itself(_: Site, host: Host) -> Host:
    """The host."""
    return host


def first(site: Site, _: Host) -> Host:
    """The first web host."""
    return web(site)[0]


def following(site: Site, host: Host) -> Host:
    """The web host after this one."""
    return web(site)[(web(site).index(host) + 1) % len(web(site))]


def of_dallas(text: str, host: Host) -> Make:
    """Everywhere a line about one host."""
    return lambda _site, _host: {line(text, host): "there"}


DIFFERENT: Mapping[str, tuple[Make, Make]] = {
    "another host of its role": (
        names_a_host("bind {address}", itself),
        names_a_host("bind {address}", following),
    ),
    "one host of its role for all": (
        names_a_host("bind {address}", itself),
        names_a_host("bind {address}", first),
    ),
    "the database in place of itself": (
        names_a_host("use {address}", itself),
        names_a_host("use {address}", lambda site, _: db(site)),
    ),
    "a database in place of a web host": (
        names_a_host("use {address}", first),
        names_a_host("use {address}", lambda site, _: db(site)),
    ),
    "the other site's database": (
        of_dallas("use {address}", db(DALLAS)),
        of_dallas("use {address}", db(DALLAS)),
    ),
    "each other's database": (
        of_dallas("use {address}", db(PHOENIX)),
        of_dallas("use {address}", db(DALLAS)),
    ),
    "a list that lacks a host": (
        lambda site, _: lines(BALANCED, web(site)),
        lambda site, _: lines(BALANCED, web(site)[:2]),
    ),
    "a list that has one twice": (
        lambda site, _: lines(BALANCED, web(site)),
        lambda site, _: {**lines(BALANCED, web(site)), line(BALANCED, web(site)[0]): "there 2 times"},
    ),
    "a stranger in a list": (
        lambda site, _: lines(BALANCED, web(site)),
        lambda site, _: {**lines(BALANCED, web(site)), "server 203.0.113.9:8000;": "there"},
    ),
    "a stranger in a line": (
        lambda site, _: {"acl": ", ".join(line("{address}", host) for host in web(site))},
        lambda site, _: {"acl": ", ".join([*(line("{address}", host) for host in web(site)), "203.0.113.9"])},
    ),
    "a host of a list that is treated otherwise": (
        lambda site, _: lines(BALANCED, web(site)),
        lambda site, _: {
            **lines(BALANCED, web(site)[1:]), line("server {address}:8000 backup;", web(site)[0]): "there"
        },
    ),
    "words between two hosts": (
        lambda site, _: {"rule": " deny ".join(str(host.addresses[0]) for host in web(site)[:2])},
        lambda site, _: {"rule": " allow ".join(str(host.addresses[0]) for host in web(site)[:2])},
    ),
    "another host of its role, by its short name": (
        names_a_host("hostname {short}", itself),
        names_a_host("hostname {short}", following),
    ),
    "a host of the other site, by its short name": (
        names_a_host("hostname {short}", itself),
        lambda _, __: {"hostname db1": "there"},
    ),
    "two hosts whose names changed places": (
        lambda site, _: {f"/etc/hosts: {host.addresses[0]} {host.names[0]}": "there" for host in web(site)},
        lambda site, _: {
            f"/etc/hosts: {host.addresses[0]} {following(site, host).names[0]}": "there" for host in web(site)
        },
    ),
    "one host under two labels": (
        lambda site, _: {line(f"use s{number} {{address}}", web(site)[number]): "there" for number in (0, 1)},
        lambda site, _: {line(f"use s{number} {{address}}", web(site)[0]): "there" for number in (0, 1)},
    ),
    "everybody and everybody, or only some": (
        lambda site, _: {
            f"{one.addresses[0]} to {other.addresses[0]}": "there" for one in web(site) for other in web(site)
        },
        lambda site, _: {
            f"{one.addresses[0]} to {other.addresses[0]}": "there"
            for one in web(site)
            for other in web(site)
            if (one, other) != (web(site)[0], web(site)[1])
        },
    ),
    "a part of the network": (
        lambda site, _: {f"allow {site.networks[0]}": "there"},
        lambda site, _: {f"allow {next(site.networks[0].subnets())}": "there"},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("make", "other"), DIFFERENT.values(), ids=list(DIFFERENT))
def test_hosts_that_mean_something_else_are_found(make: Make, other: Make) -> None:
    """Also those that look alike once every name of a role reads the same."""
    assert judged(make, other)


FOUR = a_site("phoenix", 2, web=("a-1", "a-2", "a-3", "a-4"), db=("pg",))
ALSO_FOUR = a_site("dallas", 1, web=("web1", "web2", "web3", "web4"), db=("db1",))


def by_numbers(*numbers: int) -> Make:
    """Each web host names the one of that number."""
    return lambda site, host: {"follows": str(web(site)[numbers[web(site).index(host)]].addresses[0])}


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ((1, 2, 3, 0), (3, 0, 1, 2), True),
        ((1, 2, 3, 0), (1, 2, 3, 1), False),
        ((0, 0, 2, 2), (1, 1, 3, 3), True),
        ((0, 0, 2, 2), (0, 0, 0, 2), False),
        ((0, 0, 2, 2), (0, 1, 2, 2), False),
        ((0, 0, 2, 2), (0, 0, 2, 3), False),
    ],
)
def test_who_follows_whom_is_compared_as_a_whole(
    one: tuple[int, ...], other: tuple[int, ...], *, is_same: bool
) -> None:
    """Rings and groups may be made of other hosts; a host that follows the wrong one is found."""
    tables = [
        Cohort(OwnNames.of(site), {host.name: by_numbers(*numbers)(site, host) for host in web(site)})
        for site, numbers in ((ALSO_FOUR, one), (FOUR, other))
    ]
    assert (not same(Pair(tables[0], tables[1], "things"), fix="").findings) == is_same


def test_each_host_may_have_a_list_in_its_own_order() -> None:
    """Such as itself first. Where one host has another one first, somebody else is asked."""

    def own_first(site: Site, host: Host) -> Table:
        others = [one for one in web(site) if one != host]
        return {"ask": ",".join(str(one.addresses[0]) for one in (host, *others))}

    def own_last(site: Site, host: Host) -> Table:
        return {"ask": ",".join(reversed(str(own_first(site, host)["ask"]).split(",")))}

    two = a_site("phoenix", 2, web=("a-2", "a-1"), db=("pg",))
    assert not judged(own_first, standby=two)
    assert judged(own_first, own_last, standby=two)
    assert judged(own_first, by_numbers(0, 0), standby=two)
    mixed = {two.hosts[0].name: own_first, two.hosts[1].name: own_last}
    assert judged(own_first, lambda site, host: mixed[host.name](site, host), standby=two)


def test_the_host_that_a_list_lacks_is_named() -> None:
    """By the name that the inventory gives it."""
    (found,) = judged(
        lambda site, _: lines(BALANCED, web(site)), lambda site, _: lines(BALANCED, web(site)[:2])
    )
    assert found.item == "server {web}:8000;"
    assert "there for every web" in found.message
    assert "app-b" in found.message.partition("not ")[2]


def test_a_finding_tells_whom_each_host_names() -> None:
    """Placeholders alone would read the same at both sites."""
    (found,) = judged(names_a_host("bind {address}", itself), names_a_host("bind {address}", first))
    assert "there for itself" in found.message
    assert "there for app-c (app-a, app-b)" in found.message


def hosts_file(_: Site, __: Host) -> Table:
    """A file that is the same everywhere and names the hosts of both sites."""
    return {
        line("/etc/hosts: {address} {name}", host): "there"
        for site in (DALLAS, PHOENIX)
        for host in site.hosts
    }


def theirs(site: Site) -> Site:
    """The other one of the two sites."""
    return PHOENIX if site == DALLAS else DALLAS


LETS_IN: Mapping[str, tuple[Make, Make, bool]] = {
    "each other's database": (
        lambda site, _: {line("accept from {address}/32", db(theirs(site))): "after loopback"},
        lambda site, _: {line("accept from {address}/32", db(theirs(site))): "after loopback"},
        True,
    ),
    "every web host of the other site": (
        lambda site, _: lines("accept from {address}", web(theirs(site))),
        lambda site, _: lines("accept from {address}", web(theirs(site))),
        True,
    ),
    "one web host of the other site": (
        lambda site, _: lines("accept from {address}", web(theirs(site))),
        lambda site, _: lines("accept from {address}", web(theirs(site))[:1]),
        False,
    ),
    "each its own database": (
        lambda site, _: {line("accept from {address}", db(theirs(site))): "there"},
        lambda site, _: {line("accept from {address}", db(site)): "there"},
        False,
    ),
    "the hosts of both sites": (hosts_file, hosts_file, True),
}


@pytest.mark.parametrize(("make", "other", "is_same"), LETS_IN.values(), ids=list(LETS_IN))
def test_what_names_the_other_site_on_purpose_names_it_by_role(
    make: Make, other: Make, *, is_same: bool
) -> None:
    """A firewall lets the database of the other site in, which follows this one after a failover."""
    sides = [
        Cohort(OwnNames.of(site), {host.name: of(site, host) for host in site.in_role("web")})
        for site, of in ((DALLAS, make), (PHOENIX, other))
    ]
    found = same(Pair(sides[0], sides[1], "rules", names_both_sites=True), fix="").findings
    assert (not found) == is_same, found


def test_a_file_that_names_both_sites_alike_is_the_same_at_both() -> None:
    """Byte for byte the same: each side's own hosts are named just as the other's are."""
    assert not judged(hosts_file)


@pytest.mark.parametrize("missing", [DALLAS.hosts[0], DALLAS.hosts[2], PHOENIX.hosts[1], PHOENIX.hosts[3]])
def test_a_file_that_names_one_side_less_well_differs(missing: Host) -> None:
    """A host that it lacks is one that the others do not find."""

    def lacking(site: Site, host: Host) -> Table:
        return {item: value for item, value in hosts_file(site, host).items() if missing.names[0] not in item}

    assert judged(lacking)


def test_only_what_the_own_site_has_as_well_is_mirrored() -> None:
    """Line by line."""
    own, other = OwnNames.of(DALLAS), OwnNames.of(PHOENIX)
    text = [line("peer {address};", host) for host in (*web(DALLAS), *web(PHOENIX))]
    assert not unmirrored(text, own, other)
    assert unmirrored(text[1:], own, other) == set(text[2:])
    assert unmirrored([*text, line("use {name}", db(PHOENIX))], own, other) == {
        line("use {name}", db(PHOENIX))
    }
    assert not unmirrored(["nobody"], own, other)
    named = [line("server {short} {address};", host) for host in (*web(DALLAS), *web(PHOENIX))]
    assert not unmirrored(named, own, other)
    single = [line("server s1 {address};", host) for host in (db(DALLAS), db(PHOENIX))]
    assert not unmirrored(single, own, other)


def test_a_value_keeps_its_type() -> None:
    """True is not 1, also in an item that names hosts."""
    one: Make = lambda site, _: {line("up {address}", host): True for host in web(site)}  # noqa: E731
    other: Make = lambda site, _: {line("up {address}", host): 1 for host in web(site)}  # noqa: E731
    assert not judged(one)
    assert judged(one, other)
    mixed: Make = lambda site, _: {line("up {address}", host): host != web(site)[0] for host in web(site)}  # noqa: E731
    assert judged(one, mixed)


def test_what_a_host_wrote_is_no_placeholder() -> None:
    """A file may hold braces, and even the mark around placeholders."""
    for forged in ("bind {web}", "bind \0web\0"):
        assert judged(names_a_host("bind {address}", itself), lambda _, __, text=forged: {text: "there"})  # type: ignore[misc]  # a default


@pytest.mark.parametrize("role", ["site", "network", "label", "other"])
def test_a_role_may_be_called_like_a_placeholder(role: str) -> None:
    """It stands for its hosts all the same."""
    sides = []
    for site in (
        a_site("dallas", 1, **{role: ("h1", "h2")}),
        a_site("phoenix", 2, **{role: ("x2", "x1", "x3")}),
    ):
        table = {f"{host.names[0]} at {site.name} in {site.networks[0]}": "there" for host in site.hosts}
        sides.append(Cohort(OwnNames.of(site), {host.name: table for host in site.hosts}))
    assert not same(Pair(sides[0], sides[1], "things"), fix="").findings
    lacking = Cohort(sides[1].names, {"x1": dict(list(table.items())[1:])})
    assert same(Pair(sides[0], lacking, "things"), fix="").findings


PIECES = st.lists(
    st.one_of(
        st.sampled_from([str(host.addresses[0]) for site in (DALLAS, PHOENIX) for host in site.hosts]),
        st.sampled_from([name for site in (DALLAS, PHOENIX) for host in site.hosts for name in host.names]),
        st.sampled_from(["dallas", "phoenix", "198.18.1.0/24", "198.18.2.0 255.255.255.0"]),
        st.sampled_from(["web1", "app-a", "s1"]),
        st.sampled_from([" ", ", ", ":", "\n", "'", "[", "/", "deny", "{web}", "\0web\0", "\0", "America/"]),
        st.text(max_size=3),
    ),
    max_size=12,
).map("".join)  # fmt: skip
TABLES = st.dictionaries(PIECES, st.one_of(PIECES, st.integers(), st.booleans()), max_size=6)


@settings(deadline=None)
@given(TABLES, TABLES, st.booleans())
def test_any_table_is_compared_and_differs_from_none_but_its_like(
    one: Table, other: Table, short: bool
) -> None:
    """Whatever names stand in it, and however: nothing is raised, and what is equal everywhere is equal."""
    own, foreign = OwnNames.of(DALLAS), OwnNames.of(PHOENIX)
    for item, value in one.items():
        for text in (item, str(value)):
            told = own.read(text, foreign, short=short)
            assert len(senses(told.text)) == len(told.named)
    shared = {host.name: one for host in web(DALLAS)}
    tables = {host.name: other for host in web(DALLAS)}
    for pair in (
        Pair(Cohort(own, shared), Cohort(foreign, tables), "things"),
        Pair(Cohort(own, shared), Cohort(own, tables), "things"),
    ):
        same(pair, fix="")
    assert not same(Pair(Cohort(own, shared), Cohort(own, shared), "things"), fix="").findings
    changed = {**one, "one more": 1}
    if "one more" not in one:
        pair = Pair(Cohort(own, shared), Cohort(own, dict.fromkeys(shared, changed)), "things")
        assert same(pair, fix="").findings


HOST_NAMES = st.lists(
    st.from_regex(r"[a-z]{1,4}-?[0-9]{1,3}", fullmatch=True), min_size=6, max_size=6, unique=True
)


@st.composite
def renamed(draw: st.DrawFn) -> tuple[Site, Site]:
    """A site, and the same with other names for its hosts, which come in another order."""
    count = draw(st.integers(1, 4))
    names = draw(HOST_NAMES)
    before = a_site("phoenix", 2, web=[f"web{number}" for number in range(1, count + 1)], db=("db1",))
    new = dict(zip([host.name for host in before.hosts], names, strict=False))
    hosts = [
        replace(
            host,
            name=new[host.name],
            names=(f"{new[host.name]}.phoenix.shop.example", f"phoenix-{new[host.name]}"),
        )
        for host in before.hosts
    ]
    return before, replace(before, hosts=tuple(draw(st.permutations(hosts))))


MAKES = [
    *(make for name, make in ALIKE.items() if name != "what is called as a host is"),
    *(make for pair in DIFFERENT.values() for make in pair),
]


@settings(deadline=None)
@given(renamed(), st.sampled_from(MAKES))
def test_renaming_hosts_and_changing_their_order_changes_no_judgement(
    sites: tuple[Site, Site], make: Make
) -> None:
    """Hosts keep their texts, apart from their names in them."""
    before, after = sites
    if len(web(before)) == 1 and make is ALIKE["a leader, and itself"]:
        return

    def as_before(site: Site, host: Host) -> Table:
        if site is not after:
            return make(site, host)
        of_old = next(one for one in before.hosts if one.addresses == host.addresses)
        return {
            told(item): told(value) if isinstance(value, str) else value
            for item, value in make(before, of_old).items()
        }

    new_names = {
        was: now
        for old in before.hosts
        for was, now in zip(
            (*old.names, old.name), (*_of(old, after).names, _of(old, after).name), strict=True
        )
    }

    def told(text: str) -> str:
        return re.sub(r"[\w.-]+", lambda word: new_names.get(word[0], word[0]), text)

    try:
        known = judged(make, standby=before)
    except IndexError:  # a single web host has no second one
        return
    found = judged(as_before, standby=after)
    assert len(known) == len(found)
    assert [one.kind for one in known] == [one.kind for one in found]
    assert bool(known) == bool(found)


def _of(host: Host, site: Site) -> Host:
    return next(one for one in site.hosts if one.addresses == host.addresses)
