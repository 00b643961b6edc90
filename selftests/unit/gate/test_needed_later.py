"""A host that a live check uses stays connected; nobody waits at the end for a connection that is gone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from siteparity import configuration
from siteparity.configuration import Configuration, find_root
from siteparity.gate.needed_later import needed_later
from siteparity.result import Shipped


@pytest.fixture(scope="module", name="settings")
def loaded() -> Configuration:
    """The shipped configuration."""
    found = configuration.load(find_root(), find_root() / "inventories", look_up=False)
    return replace(found, shipped=Shipped(manifest="0" * 64, checks=1))


def only(settings: Configuration, *names: str) -> Configuration:
    """With the checks of some journeys alone, and those of one aspect."""
    kept = tuple(check for check in settings.checks if check.source.aspect in {*names, "kernel"})
    return replace(settings, checks=kept)


def roles(settings: Configuration) -> set[str]:
    """Of the hosts of both sites that stay connected."""
    found = needed_later(settings)
    assert {host.site for host in found} in ({"dallas", "arizona"}, set())
    return {role for host in found for role in host.roles}


def test_what_only_parity_checks_need_is_not_needed_later(settings: Configuration) -> None:
    """They judge records."""
    assert roles(only(settings)) == set()


def test_the_roles_of_a_journey_are_needed_and_those_that_it_names(settings: Configuration) -> None:
    """The storefront asks the web hosts behind the edge; a session lies in Redis."""
    assert roles(only(settings, "attack")) == {"edge"}
    assert roles(only(settings, "session")) >= {"web", "sessions"}
    assert roles(only(settings, "storefront")) >= {"edge", "web"}
    assert "db" not in roles(only(settings, "storefront"))


def test_a_smoke_check_of_ones_own_may_use_any_host(settings: Configuration) -> None:
    """So may one that was altered; and nothing is known where nobody compared."""
    part = only(settings, "attack")
    name = next(check.source.name for check in part.checks if check.source.kind == "smoke")
    every = {host for site in settings.sites for host in site.hosts}
    for shipped in (
        Shipped(manifest="0" * 64, checks=1, own=(name,)),
        Shipped(manifest="0" * 64, checks=1, altered=(name,)),
        None,
    ):
        assert needed_later(replace(part, shipped=shipped)) == every
