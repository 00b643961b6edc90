"""A site's own names, replaced by what they stand for.

Configuration that should differ only by site then compares as the same, and configuration that names the
*other* site stands out, since only a site's own names are replaced.
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
"""A site may bear the name of its time zone: zones that differ must stay different (tzdata's areas)."""
_NOT_AFTER = r"(?![A-Za-z0-9])"
_V4 = r"(?<![0-9A-Za-z.]){}(?![0-9A-Za-z]|\.[0-9])"
_V6 = r"(?<![0-9A-Fa-f:.]){}(?![0-9A-Fa-f:]|\.[0-9])"


@dataclass(frozen=True, slots=True)
class OwnNames:
    """The names and addresses of one site, ready to be found in text."""

    site: Site
    _pattern: re.Pattern[str]
    _meaning: dict[str, str]

    @classmethod
    def of(cls, site: Site) -> Self:
        """Collect the names of a site: its hosts' addresses and names, networks, domain, its own name."""
        addresses = {str(network): "{network}" for network in site.networks}
        addresses |= {str(address): f"{{{host.name}}}" for host in site.hosts for address in host.addresses}
        names = {name: f"{{{host.name}}}" for host in site.hosts for name in host.names}
        if site.domain:
            names[site.domain] = "{site}"
        names[site.name] = "{site}"
        own = _NO_ZONE + re.escape(site.name)
        # A text that already holds a placeholder must not read as if a name had been replaced by it.
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
        """The text with the site's own names replaced, e.g. ``db.{site}``, ``{web1}:8000``."""
        if not self.may_stand_in(text):
            return text
        return self._pattern.sub(lambda found: self._meaning[found.group().lower()], text)

    def may_stand_in(self, text: str) -> bool:
        """Whether a name may be found in it; to look for all names at each place takes ten times as long."""
        lower = text.lower()
        return any(own in lower for own in self._meaning)

    def generic_table(self, table: Table) -> Table:
        """A table with items and texts made generic; an item that would collide keeps its own name."""
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
        """Whether an address or a name lies inside the site. Loopback is inside every site."""
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
