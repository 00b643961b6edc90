"""Of many hosts each tries some and is tried by as many: work grows with the hosts, not with the pairs."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from siteparity.tools.network.sample import TRIED, partners

sizes = st.integers(1, 60)


def names(role: str, number: int) -> list[str]:
    """The hosts of a role."""
    return [f"{role}{place}" for place in range(number)]


@given(sizes, sizes)
@example(500, 2)
@example(9, 9)
@example(500, 500)
def test_hosts_of_two_roles_try_each_other(webs: int, databases: int) -> None:
    """Each tries enough hosts, or all, and whoever tries a host is tried by it."""
    web, db = names("web", webs), names("db", databases)
    of_web = {host: partners(host, web, db) for host in web}
    of_db = {host: partners(host, db, web) for host in db}
    assert all(len(tried) >= min(TRIED, databases) and tried <= set(db) for tried in of_web.values())
    assert all(len(tried) >= min(TRIED, webs) and tried <= set(web) for tried in of_db.values())
    assert {(one, two) for one, of in of_web.items() for two in of} == {
        (one, two) for two, of in of_db.items() for one in of
    }
    assert sum(map(len, of_web.values())) <= TRIED * max(webs, databases)


@given(st.integers(1, 200))
@example(TRIED + 1)
@example(TRIED + 2)
def test_hosts_of_one_role_try_each_other(number: int) -> None:
    """No host tries itself; a small site tries every pair."""
    web = names("web", number)
    tried = {host: partners(host, web, web) for host in web}
    assert all(len(of) == min(TRIED, number - 1) and host not in of for host, of in tried.items())
    assert all(host in tried[other] for host, of in tried.items() for other in of)


@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 40))
def test_hosts_that_are_in_both_roles_try_enough_others(webs: int, databases: int, both: int) -> None:
    """A host that would try itself tries one more."""
    shared = names("both", both)
    web, db = [*names("web", webs), *shared], [*shared, *names("db", databases)]
    for host in web:
        tried = partners(host, web, db)
        assert host not in tried
        assert len(tried) >= min(TRIED, len(set(db) - {host}))


def test_what_lies_between_the_halves_of_a_site_is_crossed() -> None:
    """Hosts that follow each other in an inventory often stand in one rack."""
    web, db = names("web", 100), names("db", 100)
    for others, first in ((web, set(web[:50])), (db, set(db[:50]))):
        for host in web:
            tried = partners(host, web, others)
            assert tried & first
            assert tried - first
