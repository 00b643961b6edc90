"""Which hosts live checks use after they were measured: their connections stay open until the end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from siteparity.configuration import Configuration
from siteparity.model import Host


def needed_later(settings: Configuration) -> frozenset[Host]:
    """The hosts of both sites that smoke checks, or tests of one's own, may use.

    They are in the roles that these checks are planned for, or that a journey names anywhere. A smoke check
    that siteparity does not ship may use any host.
    """
    live = [check for check in settings.checks if check.source.kind != "parity"]
    hosts = frozenset(host for site in settings.sites for host in site.hosts)
    shipped = settings.shipped
    strange = {*shipped.altered, *shipped.own} if shipped else {check.source.name for check in live}
    if any(check.source.kind == "smoke" and check.source.name in strange for check in live):
        return hosts
    journeys = {check.source.aspect for check in live if check.source.kind == "smoke"}
    named = {text for name in journeys for text in _texts(settings.policy.journey(name).model_dump())}
    roles = {check.role for check in live} | named
    return frozenset(host for host in hosts if not roles.isdisjoint(host.roles))


def _texts(value: object) -> Iterator[str]:
    """Every text in nested settings, keys as well."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _texts(key)
            yield from _texts(inner)
    elif isinstance(value, list | tuple | set | frozenset):
        for inner in value:
            yield from _texts(inner)
