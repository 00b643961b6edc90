"""What a site calls its own: its hosts, networks and domain, found in text and replaced by what they mean.

A host stands for its first role, ``{web}``, whatever the inventory calls it; which host of the role it is, is
told beside the text (`Told.named`) and judged where hosts are compared (`siteparity.judging.naming`). What
names the *other* site differs, unless it names the own site just so (`siteparity.names.tables`).
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from ipaddress import IPv4Address, IPv6Address, collapse_addresses, ip_address, ip_network
from itertools import combinations
from typing import TypeAlias

from siteparity.model import Address, Connection, ConnectionKind, Network, Site

MARK = "\0"
"""Around a placeholder within a text. No text of a host holds it: `OwnNames.read` takes it out."""
LABEL = "label"
"""Stands for a word that a list calls one of its hosts by, such as ``web1`` in ``server web1 10.1.0.21``."""
NETWORK = "network"
SITE = "site"
OTHER = "other "
"""Before a placeholder: it is the other site's."""

_ADDRESS = r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}"
_MASK = r"(?:255|254|252|248|240|224|192|128|0)(?:\.[0-9]{1,3}){3}"
_V4 = rf"(?<![0-9A-Za-z.]){_ADDRESS}(?:/[0-9]{{1,2}}(?![0-9A-Za-z.])|(?:/|\s+(?:net)?mask\s+|\s+){_MASK})?"
_V6 = (
    r"(?<![0-9A-Za-z:.])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?:(?<=:)"
    + _ADDRESS
    + r")?(?:/[0-9]{1,3})?"
)
_PLACE = re.compile(
    rf"(?P<v4>{_V4})(?![0-9A-Za-z]|\.[0-9])|(?P<v6>{_V6})(?![0-9A-Za-z:]|\.[0-9])|[A-Za-z0-9]+"
)
_DOTTED = re.compile(_ADDRESS)
_WORD = re.compile(r"[a-z0-9]+", re.ASCII)
_ALIAS = re.compile(r"(?<![\w.-])(?<![^/]/)[\w-]+(?![\w.-])", re.ASCII)
_IN_A_ZONE = re.compile(
    r"(?:Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Europe|Indian|Pacific|Brazil|Canada|Chile"
    r"|Mexico|US|America/(?:Argentina|Indiana|Kentucky|North_Dakota))/$",
    re.IGNORECASE,
)
"""The areas of tzdata. A site may share a time zone's name, and different zones must stay different."""
_NUMBERED = re.compile(r"(?<![\w.\0-])([A-Za-z][A-Za-z._-]*)([0-9]+)(?![\w.\0-])", re.ASCII)
_SEPARATOR = re.compile(r"(?:[\s,;|&]|\\x09)+", re.ASCII)
_MOST_NETWORKS = 8
"""A wider network may stand for so many networks of a site together."""

Hosts: TypeAlias = tuple[str, ...]
"""The hosts (or networks) that one place of a text names, by their names in the inventory."""


def sha256(text: str) -> str:
    """The digest of a text as findings show it."""
    return f"sha256 {hashlib.sha256(text.encode(errors='replace')).hexdigest()[:16]}"


@dataclass(frozen=True, slots=True)
class Told:
    """A text with placeholders in the place of names."""

    text: str
    named: tuple[Hosts, ...] = ()
    """For each placeholder of hosts or networks, in their order: whom it stands for."""


@dataclass(frozen=True, slots=True)
class _Found:
    """A name within a text."""

    start: int
    end: int
    sense: str
    hosts: Hosts
    """Empty where the sense is all that counts."""

    @property
    def is_other(self) -> bool:
        """Whether it is a name of the other site."""
        return self.sense.startswith(OTHER)


@dataclass(frozen=True, eq=False)
class OwnNames:
    """The names and addresses of one site, looked up by the words of a text: many cost no more than few."""

    site: Site
    members: Mapping[str, frozenset[str]] = field(init=False)
    """Sense -> every host of that role, or every network."""

    def __post_init__(self) -> None:
        members: dict[str, set[str]] = {}
        for host in self.site.hosts:
            members.setdefault(_sense(host.roles), set()).add(host.name)
        if self.site.networks:
            members[NETWORK] = set(map(str, self.site.networks))
        object.__setattr__(self, "members", {sense: frozenset(some) for sense, some in members.items()})

    @classmethod
    def of(cls, site: Site) -> OwnNames:
        """The names of a site, collected once."""
        known = _KNOWN.get(id(site))
        if known is None or known.site is not site:
            if len(_KNOWN) >= _MOST_SITES:
                _KNOWN.clear()
            known = _KNOWN[id(site)] = cls(site)
        return known

    @cached_property
    def roles(self) -> Mapping[str, tuple[str, ...]]:
        """Host -> its roles."""
        return {host.name: host.roles for host in self.site.hosts}

    @cached_property
    def _by_name(self) -> Mapping[str, tuple[str, Hosts]]:
        """Name, in lower case -> what it means."""
        domain = (self.site.domain or "").lower().rstrip(".")
        found: dict[str, tuple[str, Hosts]] = {self.site.name.lower(): (SITE, ())}
        if domain:
            found[domain] = (SITE, ())
        for host in self.site.hosts:
            way = self._ways.get(host.name)
            full = (f"{host.name}.{domain}", host.name, *([way] if isinstance(way, str) else []))
            for name in (*host.names, *(one for one in full if "." in one.strip("."))):
                found.setdefault(name.lower().rstrip("."), (_sense(host.roles), (host.name,)))
        return found

    @cached_property
    def _by_head(self) -> Mapping[str, tuple[str, ...]]:
        """The first word of a name -> the names that begin with it, longest first."""
        heads: dict[str, list[str]] = {}
        for name in self._by_name:
            if first := _WORD.search(name):
                heads.setdefault(first[0], []).append(name)
        return {head: tuple(sorted(names, key=lambda name: -len(name))) for head, names in heads.items()}

    @cached_property
    def _by_address(self) -> Mapping[Address, tuple[str, Hosts]]:
        found: dict[Address, tuple[str, Hosts]] = {}
        for host in self.site.hosts:
            way = self._ways.get(host.name)
            for address in (*host.addresses, *([] if way is None or isinstance(way, str) else [way])):
                found.setdefault(address, (_sense(host.roles), (host.name,)))
        return found

    @cached_property
    def _ways(self) -> Mapping[str, Address | str]:
        """Host -> the name or the address by which ssh reaches it, if no other host is reached so."""
        places = {host.name: _place_of(host.connection) for host in self.site.hosts}
        times = Counter(places.values())
        return {host: place for host, place in places.items() if place is not None and times[place] == 1}

    @cached_property
    def _by_network(self) -> Mapping[Network, Hosts]:
        """Each own network, and each wider one that holds several of them and nothing else -> those."""
        own = self.site.networks
        found: dict[Network, Hosts] = {one: (str(one),) for one in own}
        for count in range(2, len(own) + 1) if len(own) <= _MOST_NETWORKS else ():
            for some in combinations(own, count):
                for version in (4, 6):
                    collapsed = list(collapse_addresses(one for one in some if one.version == version))  # type: ignore[type-var]  # one version
                    if len(collapsed) == 1 and all(one.version == version for one in some):
                        found.setdefault(collapsed[0], tuple(map(str, some)))
        return found

    @cached_property
    def _places(self) -> frozenset[str]:
        """The addresses of version 4, as they are written, of hosts and networks."""
        places = [*self._by_address, *(network.network_address for network in self._by_network)]
        return frozenset(str(place) for place in places if isinstance(place, IPv4Address))

    @cached_property
    def _heads_of_v6(self) -> frozenset[str]:
        """The first group of each address of version 6, which may be written in many ways."""
        places = [*self._by_address, *(network.network_address for network in self._by_network)]
        of_v6 = [str(place).split(":") for place in places if isinstance(place, IPv6Address)]
        found = {next(filter(None, groups), "0") for groups in of_v6}
        return frozenset({*found, *(group.zfill(4) for group in found)})

    @cached_property
    def _aliases(self) -> Mapping[str, str]:
        """The short names of hosts, which mean them only beside their address or full name."""
        found: dict[str, str] = {}
        for host in self.site.hosts:
            for name in (host.name, *host.names):
                if (short := name.lower().split(".")[0]) not in self.members:
                    found.setdefault(short, host.name)
        return found

    @cached_property
    def _distinctive(self) -> Mapping[str, str]:
        """The short names of hosts that are hardly words: ``web1`` and ``app-a``, and not ``shop``."""
        return {name: host for name, host in self._aliases.items() if re.search("[0-9-]", name)}

    def may_stand_in(self, text: str, *, short: bool = False) -> bool:
        """Whether a text may contain one of the names; much quicker than the search itself."""
        return bool(self.traces(text, short=short))

    def traces(self, text: str, *, short: bool = False) -> frozenset[str]:
        """Parts of the text, in lower case: each place that names the site holds one of them."""
        lower = text.lower()
        of_hosts = self._of_short_names(lower) if short else frozenset[str]()
        if len(self._by_name) <= _FEW_NAMES:
            found = {name for name in self._by_name if name in lower}
        else:
            heads = self._by_head.keys() & set(_WORD.findall(lower))
            found = {name for head in heads for name in self._by_head[head] if name in lower}
        if self._places and "." in lower:
            found |= self._places.intersection(_DOTTED.findall(lower))
        if self._heads_of_v6 and ":" in lower:
            found |= {head for head in self._heads_of_v6 if head in lower}
        return of_hosts | found

    def _of_short_names(self, lower: str) -> frozenset[str]:
        if len(self._distinctive) <= _FEW_NAMES:
            return frozenset(name for name in self._distinctive if name in lower)
        return frozenset(self._distinctive.keys() & set(_ALIAS.findall(lower)))

    def stands_in(self, text: str) -> bool:
        """Whether a text contains one of the names."""
        return self.may_stand_in(text) and next(self.names_in(text), None) is not None

    def generic(self, text: str) -> str:
        """The text as people read it: ``redis://{sessions}:6379/0``."""
        return shown(self.read(text).text)

    def read(self, text: str, other: OwnNames | None = None, *, short: bool = False) -> Told:
        """The text with names replaced, and whom they mean. Lists of hosts in a line become one placeholder.

        Args:
            text: of a host.
            other: the other site, if its names are to be replaced as well, by placeholders of their own.
            short: whether ``web1`` is a name of the own host that has it among its names.
        """
        if MARK in text:
            text = text.replace(MARK, r"\0")
        found = list(self.names_in(text))
        if other is not None:
            theirs = [
                _Found(one.start, one.end, OTHER + one.sense, one.hosts) for one in other.names_in(text)
            ]
            found = _apart(sorted([*found, *theirs], key=lambda one: (one.start, -one.end)))
        if not found and not short:
            return Told(text)
        for names, of_other in ((self, False), (other, True)):
            hosts = {one.hosts[0] for one in found if len(one.hosts) == 1 and one.is_other == of_other}
            if names is not None and hosts:
                found += names.short_names(text, hosts)
        if short and self._of_short_names(text.lower()):
            found += self._by_short_name(text)
        return _told(text, _apart(sorted(found, key=lambda one: (one.start, -one.end))))

    def _by_short_name(self, text: str) -> Iterator[_Found]:
        for word in _ALIAS.finditer(text):
            if host := self._distinctive.get(word[0].lower()):
                yield _Found(word.start(), word.end(), _sense(self.roles[host]), (host,))

    def digest(self, text: str, digest: Callable[[str], str] = sha256) -> str:
        """A digest that does not depend on the site, and whom the text names, so that this is judged.

        Args:
            text: of a host.
            digest: text -> its digest.
        """
        read = self.read(text, short=True)
        hosts = read.named
        if not hosts:
            return digest(read.text)
        words = "~".join(" ".join(map(self._token, some)) for some in hosts[:_MOST_NAMED])
        if len(hosts) > _MOST_NAMED:
            order = {some: str(number) for number, some in enumerate(dict.fromkeys(hosts))}
            rest = hashlib.sha256(" ".join(order[some] for some in hosts).encode()).hexdigest()[:16]
            words += f" and more, in the order {rest}"
        return f"{digest(read.text)}, naming {words}"

    def shortened(self, text: str, most: int) -> str:
        """A text of at most so many characters, or the beginning of a longer one with a digest of all."""
        if len(text) <= most:
            return text
        return f"{shown(self.read(text, short=True).text)[:_BEGINNING]}... ({self.digest(text)})"

    def merged(self, lines: Sequence[str]) -> tuple[str, ...]:
        """The lines; those that follow each other and differ only in the host become one that lists all."""
        return tuple(_merged(run) for run in self._runs(lines, None, numbered=False))

    def told_lines(self, lines: Sequence[str], other: OwnNames | None = None) -> tuple[str, ...]:
        """The lines with names replaced; a list of hosts, one on each line, is one line.

        How many hosts a site has does not show in it, nor which of them a line names.

        Args:
            lines: of a file.
            other: the other site, if its names are to be replaced as well.
        """
        found = []
        for run in self._runs(lines, other, numbered=True):
            whose = other if other is not None and f"{MARK}{OTHER}" in run[0].told.text else self
            told = labelled([one.told.text for one in run], among=len(whose.every(run[0].host)))
            found.append(told if run[0].host and told is not None else run[0].told.text)
        return tuple(found)

    def every(self, host: str) -> frozenset[str]:
        """All hosts of the same role, or all networks."""
        return next((members for members in self.members.values() if host in members), frozenset())

    def _runs(self, lines: Sequence[str], other: OwnNames | None, *, numbered: bool) -> Iterator[list[_Line]]:
        run: list[_Line] = []
        for line in lines:
            one = self._line(line, other, numbered=numbered)
            if run and not _joins([*run, one], numbered=numbered):
                yield run
                run = []
            run.append(one)
        if run:
            yield run

    def _line(self, line: str, other: OwnNames | None, *, numbered: bool) -> _Line:
        if not self.may_stand_in(line, short=numbered) and not (other and other.may_stand_in(line)):
            return _Line(line, Told(line.replace(MARK, r"\0")))
        told = self.read(line, other, short=numbered)
        hosts = set(told.named)
        alone = next(iter(hosts)) if len(hosts) == 1 else ()
        return _Line(line, told, alone[0] if len(alone) == 1 else "", tuple(self.names_in(line)))

    def owns(self, place: str) -> bool:
        """Whether an address or a name belongs to the site. Loopback belongs to every site."""
        bare = place.strip().removeprefix("[").split("]")[0].split("%")[0].lower().rstrip(".")
        try:
            address = ip_address(bare)
        except ValueError:
            return self._owns_name(bare)
        mapped = getattr(address, "ipv4_mapped", None)
        address = mapped or address
        inside = any(address in network for network in self.site.networks)
        own = any(address in host.addresses for host in self.site.hosts)
        return address.is_loopback or inside or own

    def _owns_name(self, name: str) -> bool:
        if name == "localhost" or any(name == own.lower() for host in self.site.hosts for own in host.names):
            return True
        domain = (self.site.domain or "").lower()
        return bool(domain) and (name == domain or name.endswith("." + domain))

    def _token(self, host: str) -> str:
        """A name by which the host, or the network, is found again in a text."""
        if host not in self.roles:
            return host
        one = self.site.host(host)
        known = [*one.names, *map(str, one.addresses)]
        return known[0] if known else f"{one.name}.{self.site.domain}" if "." not in one.name else one.name

    def names_in(self, text: str) -> Iterator[_Found]:
        """The names in a text, in their order."""
        yield from _apart(list(self._candidates(text, 0, len(text))))

    def _candidates(self, text: str, start: int, end: int) -> Iterator[_Found]:
        for place in _PLACE.finditer(text, start, end) if self.may_stand_in(text) else ():
            if place["v4"] or place["v6"]:
                one = self._place(place[0], place.start())
                if one is not None:
                    yield one
                elif place["v6"]:  # it may be a name such as db:5432:
                    for word in re.finditer(r"[A-Za-z0-9]+", place[0]):
                        yield from self._named(text, place.start() + word.start(), word[0])
            else:
                yield from self._named(text, place.start(), place[0])

    def _named(self, text: str, start: int, word: str) -> Iterator[_Found]:
        for name in self._by_head.get(word.lower(), ()):
            end = start + len(name)
            after = text[end : end + 1]
            own = text[start:end]
            if not own.isascii() or own.lower() != name or (after.isascii() and after.isalnum()):
                continue
            sense, hosts = self._by_name[name]
            if name == self.site.name.lower() and _IN_A_ZONE.search(text, max(0, start - 24), start):
                continue
            yield _Found(start, end, sense, hosts)
            return

    def _place(self, place: str, start: int) -> _Found | None:
        """What an address or a network means to the site; None if nothing."""
        bare = re.split(r"/|\s", place, maxsplit=1)[0]
        length = place[len(bare) :].lstrip("/ \t").split()[-1:]
        try:
            address = ip_address(bare)
        except ValueError:
            return None
        try:
            network = ip_network(f"{bare}/{length[0]}", strict=False) if length else None
        except ValueError:  # what follows is another address
            network = None
        if network is not None and (own := self._by_network.get(network)) and address == network[0]:
            return _Found(start, start + len(place), NETWORK, own)
        mapped = getattr(address, "ipv4_mapped", None)
        if known := self._by_address.get(mapped or address):
            before = bare.rfind(":") + 1 if mapped and "." in bare else 0
            return _Found(start + before, start + len(bare), *known)
        return None

    def short_names(self, text: str, hosts: Collection[str]) -> Iterator[_Found]:
        """Where a text calls hosts, whom it names otherwise, by their first name alone."""
        for word in _ALIAS.finditer(text):
            if self._aliases.get(word[0].lower()) in hosts:
                yield _Found(word.start(), word.end(), LABEL, ())


_BEGINNING = 200
"""Characters that tell a long text from others for people."""
_SSH_PORT = 22
_MOST_SITES = 16
_FEW_NAMES = 40
"""So many names are sooner looked for one by one than by the words of a text."""
_MOST_NAMED = 50
_KNOWN: dict[int, OwnNames] = {}
"""By the identity of the site, since comparing two sites takes as long as collecting their names."""


def _place_of(connection: Connection) -> Address | str | None:
    """Where ssh reaches a host; None if that says nothing, as behind a forwarded port."""
    if connection.kind is not ConnectionKind.SSH or connection.port not in (None, _SSH_PORT):
        return None
    try:
        address = ip_address(connection.address)
    except ValueError:
        return connection.address.lower()
    return None if address.is_loopback else address


def _sense(roles: Sequence[str]) -> str:
    """The first role; one that is called like another placeholder reads differently."""
    role = roles[0] if roles else "host"
    return f"{role} host" if role in (SITE, LABEL, NETWORK) else role


def _apart(found: Iterable[_Found]) -> list[_Found]:
    """The names that do not lie within the one before."""
    kept: list[_Found] = []
    for one in found:
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept


def _told(text: str, found: Sequence[_Found]) -> Told:
    pieces: list[str] = []
    named: list[Hosts] = []
    at = number = 0
    while number < len(found):
        last = number + _more_of_a_list(text, found, number)
        first = found[number]
        pieces += [text[at : first.start], MARK, first.sense, MARK]
        if first.hosts:
            named.append(tuple(host for one in found[number : last + 1] for host in one.hosts))
        at, number = found[last].end, last + 1
    return Told("".join((*pieces, text[at:])), tuple(named))


def _more_of_a_list(text: str, found: Sequence[_Found], number: int) -> int:
    """How many names after this one are of the same list: ``a:80, b:80, c:80`` has two more after the first.

    All of its elements read the same but for the host, and something separates them, so that nothing else is
    lost when one element stands for all.
    """
    first = found[number]
    hosts, between, last = set(first.hosts), "", number
    for place in range(number + 1, len(found) if first.hosts else 0):
        following = found[place]
        gap = text[found[last].end : following.start]
        is_same = following.sense == first.sense and following.hosts and hosts.isdisjoint(following.hosts)
        if not is_same or (between and gap != between) or len(gap) > _MOST_BETWEEN:
            break
        between, last = gap, last + 1
        hosts |= set(following.hosts)
    for separator in _SEPARATOR.finditer(between):
        before, after = between[separator.end() :], between[: separator.start()]
        if text.endswith(before, 0, first.start):
            return last - number - (0 if text.startswith(after, found[last].end) else 1)
    return 0


_MOST_BETWEEN = 200


@dataclass(frozen=True, slots=True)
class _Line:
    """A line, and the one host that it names."""

    line: str
    told: Told
    host: str = ""
    found: tuple[_Found, ...] = ()


def _joins(run: Sequence[_Line], *, numbered: bool) -> bool:
    """Whether lines are one list: each names another host, and nothing else differs."""
    hosts = [one.host for one in run]
    if not all(hosts) or len(set(hosts)) < len(hosts):
        return False
    texts = [one.told.text for one in run]
    return len(set(texts)) == 1 or (numbered and labelled(texts, among=0) is not None)


def _merged(run: Sequence[_Line]) -> str:
    """One line for all: each of its names becomes a list."""
    ordered = sorted(run, key=lambda one: one.host)
    first, at, pieces = ordered[0], 0, []
    if len(run) == 1:
        return first.line
    for number, name in enumerate(first.found):
        names = (one.line[one.found[number].start : one.found[number].end] for one in ordered)
        pieces += [
            first.line[at : name.start],
            ", ".join(names) if name.hosts else first.line[name.start : name.end],
        ]
        at = name.end
    return "".join((*pieces, first.line[at:]))


def shape(text: str) -> str:
    """The text without the numbers of its numbered words."""
    return _NUMBERED.sub(r"\1#", text)


def labelled(texts: Sequence[str], *, among: int) -> str | None:
    """The one text that several are if numbered words, such as ``s1`` and ``s2``, are labels; None if none.

    Args:
        texts: with names replaced, each about another host. A label differs in all of them.
        among: how many hosts the role has. If it is the only one, a single text has labels, numbered 0 or 1.
    """
    if len(set(map(shape, texts))) != 1:
        return None
    words = [[word[0] for word in _NUMBERED.finditer(text)] for text in texts]
    kinds = []
    for column in zip(*words, strict=True):
        different = len(set(column))
        if different not in (1, len(column)):
            return None
        first = among == 1 and re.search("[^0-9]0*[01]$", column[0]) is not None
        kinds.append(different > 1 or first)
    turn = iter(kinds)
    return _NUMBERED.sub(lambda word: f"{MARK}{LABEL}{MARK}" if next(turn) else word[0], texts[0])


def shown(text: str) -> str:
    """A text as people read it: its placeholders in braces."""
    return re.sub(r"\0([^\0]*)\0", r"{\1}", text)
