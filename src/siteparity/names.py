"""Replaces a site's own names and addresses by placeholders.

Configuration that differs only by the site's own names then compares as the same. A name of the *other* site
is never replaced, so configuration that names it differs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Self

from siteparity.model import Host, Site, Table, Value

_NOT_BEFORE = r"(?<![A-Za-z0-9])"
_NO_ZONE = "".join(
    f"(?<!{area}/)"
    for area in (
        *("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian"),
        *("Pacific", "Brazil", "Canada", "Chile", "Mexico", "US"),
        *("America/Argentina", "America/Indiana", "America/Kentucky", "America/North_Dakota"),
    )
)
"""The areas of tzdata. A site may share a time zone's name, and different zones must stay different."""
_NOT_AFTER = r"(?![A-Za-z0-9])"
_V4 = r"(?<![0-9A-Za-z.]){}(?![0-9A-Za-z]|\.[0-9])"
_V6 = r"(?<![0-9A-Fa-f:.]){}(?![0-9A-Fa-f:]|\.[0-9])"


@dataclass(frozen=True, slots=True)
class OwnNames:
    """The names and addresses of one site, compiled for replacing them in text."""

    site: Site
    _pattern: re.Pattern[str]
    _meaning: dict[str, str]

    @classmethod
    def of(cls, site: Site) -> Self:
        """Collect the addresses and names of a site's hosts, its networks, its domain and its name."""
        addresses = {str(network): "{network}" for network in site.networks}
        addresses |= {str(address): f"{{{host.name}}}" for host in site.hosts for address in host.addresses}
        names = {name: f"{{{host.name}}}" for host in site.hosts for name in host.names}
        if site.domain:
            names[site.domain] = "{site}"
        names[site.name] = "{site}"
        own = _NO_ZONE + re.escape(site.name)
        # A placeholder that a text already contains is escaped, so that it differs from a replaced name.
        literal = {sense: f"{{{sense}}}" for sense in (*names.values(), *addresses.values())}
        parts = [re.escape(text) for text in literal]
        parts += [(_V6 if ":" in text else _V4).format(re.escape(text)) for text in _longest_first(addresses)]
        parts += [
            _NOT_BEFORE + (own if text == site.name else re.escape(text)) + _NOT_AFTER
            for text in _longest_first(names)
        ]
        meaning = {text.lower(): sense for text, sense in {**names, **addresses, **literal}.items()}
        return cls(site, re.compile("|".join(parts), re.IGNORECASE | re.ASCII), meaning)

    def generic(self, text: str) -> str:
        """The text with the site's own names replaced, such as ``db.{site}`` or ``{web1}:8000``."""
        if not self.may_stand_in(text):
            return text
        return self._pattern.sub(lambda found: self._meaning[found.group().lower()], text)

    def may_stand_in(self, text: str) -> bool:
        """Whether a text may contain one of the names. Ten times as quick as the search itself."""
        lower = text.lower()
        return any(own in lower for own in self._meaning)

    def generic_table(self, table: Table) -> Table:
        """The table with names replaced in items and values. An item that would collide is left as it is."""
        texts = [*table, *(value for value in table.values() if isinstance(value, str))]
        if not self.may_stand_in("\0".join(texts)):
            return table
        generic: dict[str, Value] = {}
        for item, value in table.items():
            name = self.generic(item)
            generic[item if name in generic or name in table else name] = (
                self.generic(value) if isinstance(value, str) else value
            )
        return generic

    def owns(self, place: str) -> bool:
        """Whether an address or a name belongs to the site. Loopback belongs to every site."""
        bare = place.strip().removeprefix("[").split("]")[0].split("%")[0].lower().rstrip(".")
        try:
            address = ip_address(bare)
        except ValueError:
            return self._owns_name(bare)
        mapped = getattr(address, "ipv4_mapped", None)
        address = mapped or address
        own = {one for host in self.site.hosts for one in host.addresses}
        return address.is_loopback or address in own or any(address in net for net in self.site.networks)

    def _owns_name(self, name: str) -> bool:
        if name == "localhost" or any(name == own.lower() for own in _all_names(self.site.hosts)):
            return True
        domain = (self.site.domain or "").lower()
        return bool(domain) and (name == domain or name.endswith("." + domain))


def _longest_first(texts: dict[str, str]) -> list[str]:
    return sorted(texts, key=lambda text: (-len(text), text))


def _all_names(hosts: tuple[Host, ...]) -> list[str]:
    return [name for host in hosts for name in host.names]
