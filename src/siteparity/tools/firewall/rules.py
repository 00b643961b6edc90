"""Rules as they are compared: in their order, without counters, and without what comes and goes.

Formats: nft(8) ``list ruleset``, iptables-save(8). Everything becomes item -> value. The value of a rule is
the rule before it, so two rules that changed places are two findings, not a whole chain.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from siteparity.model import UnmeasuredError
from siteparity.names import OwnNames
from siteparity.tools.firewall.question import PARTS

MAX_ELEMENTS = 200
"""A set with more elements is compared as one digest."""

_DAYS = 30
"""An element that stays so long is no temporary ban."""

BANS = ("f2b-*", "addr-set-*", "addr6-set-*", "crowdsec*", "sshguard*")
"""Tables, chains and sets of temporary bans (fail2ban, CrowdSec, sshguard)."""

OF_PROGRAMS = (
    "wg-quick-*",
    "DOCKER", "DOCKER-BRIDGE", "DOCKER-CT", "DOCKER-FORWARD", "DOCKER-INGRESS", "DOCKER-INTERNAL",
    "DOCKER-ISOLATION-STAGE-*", "docker-bridges",
    "ts-input", "ts-forward", "ts-postrouting",
    "LIBVIRT_*", "libvirt_network",
    "NETAVARK*", "netavark",
)  # fmt: skip
"""Tables and chains that a program makes when it starts, and takes away when it stops: wg-quick, Docker,
Tailscale, libvirt, Podman. No file holds them. Those that people fill, such as ``DOCKER-USER``, are
compared."""

_BRIDGE = r"(?:docker0|br-[0-9a-f]{12}|docker_gwbridge)"
_OF_BRIDGES = re.compile(
    rf"-o {_BRIDGE} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT"
    rf"|-i (?P<from>{_BRIDGE}) ! -o (?P=from) -j ACCEPT"
    rf"|-i (?P<same>{_BRIDGE}) -o (?P=same) -j (?:ACCEPT|DROP)"
    rf"|-s [0-9a-f.:/]+ ! -o {_BRIDGE} -j MASQUERADE"
    r'|! -i \S+ -d \S+ -m addrtype ! --src-type LOCAL -m comment --comment "wg-quick\(8\) [^"]*" -j DROP'
    r'|-p udp (?:-m mark --mark \S+ )?-m comment --comment "wg-quick\(8\) [^"]*" (?:-m mark --mark \S+ )?'
    r"-j CONNMARK .*"
)
"""The rules that Docker adds to chains of others for each of its networks, in its own words, and those of
wg-quick, which name it."""


@dataclass
class Chain:
    """A list of rules."""

    header: str = ""
    """Its hook and its policy; empty for a chain that other rules call."""
    rules: list[str] = field(default_factory=list)

    @property
    def policy(self) -> str:
        """What happens to a packet that no rule decides on, in lower case; empty without a policy."""
        found = re.search(r"\bpolicy (\w+)", self.header)
        return found[1].lower() if found else ""

    @property
    def accepts_everything(self) -> bool:
        """Whether a rule without a condition accepts what the policy would drop."""
        return any(rule in ("accept", "-j ACCEPT") for rule in self.rules)

    @property
    def does_nothing(self) -> bool:
        """Whether every packet passes it unchanged."""
        return not self.rules and self.policy in ("", "accept")


@dataclass
class Ruleset:
    """All packet filters of a host."""

    chains: dict[str, Chain] = field(default_factory=dict)
    sets: dict[str, tuple[str, list[str]]] = field(default_factory=dict)
    """Name -> what it is, its elements."""
    objects: dict[str, str] = field(default_factory=dict)
    """Counters, limits, flow tables, flags of tables."""

    def items(self, names: OwnNames, ignored: Sequence[str]) -> Mapping[str, str]:
        """Item -> value for everything that decides about packets.

        Args:
            names: of the site. Rules in a row that differ only in the host are one rule.
            ignored: patterns of tables, chains and sets that come and go.
        """
        kept = _Kept((*BANS, *OF_PROGRAMS, *ignored))
        found = {name: text for name, text in self.objects.items() if kept.keeps(name)}
        for name, (header, elements) in self.sets.items():
            if kept.keeps(name):
                found |= _elements(name, header, elements, names)
        for name, chain in self.chains.items():
            lasting = (rule for rule in chain.rules if not _OF_BRIDGES.fullmatch(rule))
            left = Chain(chain.header, [rule for rule in lasting if kept.keeps(rule)])
            if kept.keeps(name) and not left.does_nothing:
                found[name] = chain.header or "called by rules"
                found |= _in_order(name, names.merged([_sorted(rule, names) for rule in left.rules]))
        return found


@dataclass(frozen=True)
class _Kept:
    """What is compared."""

    ignored: tuple[str, ...]

    def keeps(self, text: str) -> bool:
        """Whether no word of it names something that comes and goes."""
        words = [word.strip("@{},;") for word in _QUOTED.sub("", text).split()]
        return not any(fnmatchcase(word, pattern) for word in words for pattern in self.ignored)


def _in_order(chain: str, rules: Iterable[str]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    before = "the first rule"
    for rule in rules:
        item, number = f"{chain}: {rule}", 2
        while item in found:
            item, number = f"{chain}: {rule} ({number})", number + 1
        found[item] = before
        before = f"after {rule}"
    return found


def _elements(name: str, header: str, elements: list[str], names: OwnNames) -> Mapping[str, str]:
    if len(elements) > MAX_ELEMENTS:
        members = _in_their_order(elements, names)
        return {name: f"{header} more than {MAX_ELEMENTS} elements, {names.digest(', '.join(members))}"}
    return {name: header, **{f"{name}: {_key(one)}": _meaning(one) for one in elements}}


def _key(element: str) -> str:
    return element.partition(" : ")[0]


def _meaning(element: str) -> str:
    return element.partition(" : ")[2] or "in the set"


def _sorted(rule: str, names: OwnNames) -> str:
    """A rule with the members of its own sets sorted, since their order means nothing."""

    def members(found: re.Match[str]) -> str:
        return f"{{ {', '.join(_in_their_order(found[1].split(', '), names))} }}"

    return re.sub(r"\{ ([^{}\"]*) \}", members, rule)


def _in_their_order(members: Iterable[str], names: OwnNames) -> list[str]:
    """Members sorted by what they mean: the addresses of another site sort elsewhere."""
    return sorted(members, key=lambda member: (names.read(member).text, member))


def read(parts: Mapping[str, Sequence[str]]) -> Ruleset:
    """Read a listing (`siteparity.tools.firewall.question`).

    Raises:
        UnmeasuredError: a line is not understood, or a tool did not finish its listing.
    """
    found = Ruleset()
    listed: set[str] = set()
    for name in PARTS[1:]:
        tables = set(_read_iptables(name, filter(None, parts[name]), found))
        if not name.endswith("-legacy"):
            listed |= {f"{name.removesuffix('tables')} {table}" for table in tables}
    _read_nft(parts["nft"], found, listed)
    return found


def _read_iptables(tool: str, text: Iterable[str], found: Ruleset) -> Iterator[str]:
    """Add the tables that a tool listed to the rule set; yield their names."""
    table = ""
    for line in text:
        words = line.split()
        if line.startswith("#"):
            continue
        if line.startswith("*"):
            table = line[1:]
            yield table
        elif line == "COMMIT":
            table = ""
        elif table and line.startswith(":") and len(words) == 3:  # noqa: PLR2004  # chain, policy, counters
            header = "" if words[1] == "-" else f"policy {words[1]}"
            found.chains[f"{tool} {table} {words[0][1:]}"] = Chain(header)
        elif table and words[0] == "-A" and f"{tool} {table} {words[1]}" in found.chains:
            found.chains[f"{tool} {table} {words[1]}"].rules.append(" ".join(words[2:]))
        else:
            raise UnmeasuredError(f"{tool}: a line is not understood: {line[:80]}")
    if table:
        raise UnmeasuredError(f"{tool}: the listing lacks its end")


_QUOTED = re.compile(r'"[^"]*"')
_BLOCK = re.compile(r"(table|chain|set|map|[a-z]+(?: [a-z]+)?) (\S+(?: \S+)?) \{")


def _read_nft(text: Iterable[str], found: Ruleset, listed: set[str]) -> None:
    """Add what nft listed to the rule set, except for tables that iptables listed already."""
    table, block = "", ("", "")
    for statement in _statements(text):
        opened = _BLOCK.fullmatch(statement)
        if statement == "}":
            table, block = (table, ("", "")) if block[0] else ("", ("", ""))
        elif not table:
            if opened is None or opened[1] != "table":
                raise UnmeasuredError(f"nft: expected a table, found {statement[:80]}")
            table = opened[2]
        elif opened and not block[0]:
            block = (opened[1], f"{table} {opened[2]}")
            if table not in listed:
                _begin(block, found)
        elif table not in listed:
            _put(table, block, statement, found)
    if table:
        raise UnmeasuredError("nft: the listing lacks its end")


def _begin(block: tuple[str, str], found: Ruleset) -> None:
    kind, name = block
    if kind == "chain":
        found.chains[name] = Chain()
    elif kind in ("set", "map"):
        found.sets[name] = ("", [])


def _put(table: str, block: tuple[str, str], statement: str, found: Ruleset) -> None:
    kind, name = block
    text = _without_counts(statement)
    if re.search(r"(?:^| )xt (?:match|target) |# xt_", _QUOTED.sub('""', text)):
        raise UnmeasuredError(f"nft: a rule of iptables that it cannot show, in {table}; install iptables")
    if kind == "chain":
        chain = found.chains[name]
        if text.startswith("type ") and " hook " in text:
            chain.header = text
        elif not text.startswith("comment "):
            chain.rules.append(text)
    elif kind in ("set", "map"):
        found.sets[name] = _with_statement(found.sets[name], text)
    else:
        key = f"{kind} {name}" if kind else table
        found.objects[key] = f"{found.objects.get(key, '')} {text}".strip()


def _with_statement(one: tuple[str, list[str]], text: str) -> tuple[str, list[str]]:
    """A set with one more of its statements. Elements that time out soon are left out.

    What packets add to a set has a time limit, if the set knows limits. Else nobody can tell it from what a
    person added.
    """
    header, elements = one
    listed = re.fullmatch(r"elements = \{ ?(.*?) ?\}", text)
    if listed is None:
        return f"{header} {text}".strip(), elements
    limited = re.search(r"(?:^| )timeout |flags [a-z,]*timeout", header)
    passing = "dynamic" in header and not limited
    members = [word.strip() for word in re.findall(r'(?:"[^"]*"|[^,"])+', listed[1])]
    lasting = [re.sub(r" expires \S+", "", word) for word in members if _lasts(word)]
    return header, lasting if passing else [
        word for word in members if not re.search(r" (timeout|expires) ", word)
    ] + lasting


def _lasts(element: str) -> bool:
    """Whether an element that times out stays longer than a ban would, so somebody added it on purpose."""
    days = re.search(r" timeout ([0-9]+)d", element)
    return " timeout 0s" in element or (days is not None and int(days[1]) >= _DAYS)


def _without_counts(statement: str) -> str:
    """A statement without counters, also those of a set's elements; text in quotes stays."""
    pieces = re.split(r'("[^"]*")', statement)
    pieces[::2] = [
        re.sub(r"(?:^| )counter(?: packets [0-9]+ bytes [0-9]+)?(?=[ ,}]|$)(?! name)", "", piece)
        for piece in pieces[::2]
    ]
    return "".join(pieces).strip()


def _statements(text: Iterable[str]) -> Iterator[str]:
    """The statements of a listing: one a line, or several lines until its braces are closed."""
    begun: list[str] = []
    for line in text:
        bare = line.strip()
        if not bare or (bare.startswith("#") and not begun):
            continue
        begun.append(bare)
        joined = " ".join(begun)
        plain = _QUOTED.sub("", joined)
        opens = plain.count("{") - plain.count("}")
        if opens == 0 or bare == "}" or (len(begun) == 1 and _BLOCK.fullmatch(bare) and opens == 1):
            yield joined
            begun = []
    if begun:
        raise UnmeasuredError("nft: the listing lacks its end")
