"""A probe: one aspect, how it is measured on one host, and what the aspect says of itself.

Asking and reading are pure functions; `siteparity.collect` runs the questions. Each module of this package
defines one `Probe` as ``PROBE``, and the module's name is the aspect's. `discover` finds them all; no other
module names an aspect.
"""

from __future__ import annotations

import copy
import hashlib
import importlib
import pkgutil
import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import KW_ONLY, dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from functools import cache, wraps
from operator import is_
from typing import Any, Generic, Self, TypeAlias, TypeVar, cast

from siteparity.model import Facts, Host, OtherSiteAwayError, Site, Table, Unmeasured, UnmeasuredError, Value
from siteparity.names import OwnNames
from siteparity.policy import Policy, Section
from siteparity.policy.grants import Grant
from siteparity.tools.frame import framed, parts
from siteparity.transport.script import Answer, Ask, Moment, Word

S = TypeVar("S", bound=Section)
T = TypeVar("T")

KEY = Word("KEY", "0-9a-f", 64, meaning="the key of one run, with which secrets are hashed")
"""The key of one run, for hashes of secrets; it is never stored."""


@dataclass(frozen=True, slots=True)
class Target(Generic[S]):
    """The host that is measured, and all that a probe knows of it beforehand."""

    host: Host
    site: Site
    section: S
    """The aspect's own part of the policy."""
    policy: Policy
    other: Site | None = None
    """The site that it is compared with; None if only one site is known."""
    other_recorded_at: datetime | None = None
    """When the other site was measured, if a record stands in for it; None if it is measured in this run.
    No question may depend on it: a host is asked the same in every run."""
    needed: Section | None = None
    """The section of the aspect that the probe `needs`; None if it needs none."""
    judged: Callable[[], tuple[str, ...]] = lambda: ()
    """Patterns of the files that other aspects judge on this host (`Probe.judges`)."""
    part: str = ""
    """What a table is read of, if each part of the section has tables of its own (`Section.parts`)."""
    hashed: Callable[[], tuple[str, ...]] = lambda: ()
    """Files of this host whose secrets another aspect compares (`Probe.hashes`)."""

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles of the host. Who needs no more of it reads alike for all hosts of the role."""
        return self.host.roles

    @property
    def collector(self) -> str | None:
        """Where the host's collector is; None if it has none."""
        return self.host.connection.collector

    def known(self) -> tuple[str, ...]:
        """The words that inventories and policy name anyway, so that configuration may show them too."""
        return _known_words(self.site, self.other, self.policy)

    def named(self, of_roles: Mapping[str, T]) -> tuple[T, ...]:
        """What the policy names for the roles of this host, in the order of its roles."""
        return tuple(of_roles[role] for role in self.roles if role in of_roles)

    def listed(self, of_roles: Mapping[str, Iterable[T]]) -> tuple[T, ...]:
        """The same for tables that name several things for each role; each thing once."""
        return tuple(dict.fromkeys(one for some in self.named(of_roles) for one in some))


_KNOWN_WORDS: list[tuple[tuple[Site, Site | None, Policy], tuple[str, ...]]] = []
"""Of the sites that were asked about last: comparing two sites takes as long as collecting their names."""
_MOST_SITES = 4


def _known_words(*of: *tuple[Site, Site | None, Policy]) -> tuple[str, ...]:
    """The names of these very objects, collected once for all hosts and aspects."""
    for known, words in tuple(_KNOWN_WORDS):
        if all(map(is_, known, of)):
            return words
    site, other, policy = of
    names = {name for one in (site, other) if one for name in _names_of(one)} | _words_of(policy)
    parts = {part for name in names for part in re.split(r"[^A-Za-z0-9]+", name)}
    found = tuple(sorted(one for one in names | parts if len(one) > 1 and re.search("[A-Za-z]", one)))
    _KNOWN_WORDS[:] = [*_KNOWN_WORDS[-_MOST_SITES + 1 :], (of, found)]
    return found


def _names_of(site: Site) -> Iterator[str]:
    yield from (site.name, site.domain or "")
    for host in site.hosts:
        yield from (host.name, *host.names, *host.roles)


def _words_of(policy: Policy) -> set[str]:
    """Each text of the policy that is one word; sentences are no names."""
    texts = {text for section in policy.sections.values() for text in _texts(section.model_dump(mode="json"))}
    return {text for text in (*texts, *policy.roles) if re.fullmatch(r"[\w.@+-]{2,64}", text, re.ASCII)}


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield str(name)
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


Looks: TypeAlias = dict[tuple[str, str], None]
"""What a reader looked at, each once: kind and name of each look (`Answers.looked_at`)."""


class Answers:
    """What one host answered to the questions of one probe."""

    def __init__(self, answers: Mapping[str, Answer], moment: Moment | None = None, key: str = "") -> None:
        self._answers = answers
        self._moment = moment
        self._key = key
        self.shared: dict[object, tuple[object, Looks]] = {}
        """What `once` keeps: reader -> what it read, or why it could not, and what it looked at."""
        self._watching: list[Looks] = []
        self._digests: dict[str, Hashable] = {}

    @property
    def key(self) -> str:
        """The run's own, for what may hold a secret and is told by a digest (`siteparity.redaction`)."""
        self.looked_at("key", "")
        return self._key

    @key.setter
    def key(self, key: str) -> None:
        self._key = key

    @contextmanager
    def watched(self) -> Iterator[Looks]:
        """Note what is looked at within the block, by whatever reads these answers."""
        looks: Looks = {}
        self._watching.append(looks)
        try:
            yield looks
        finally:
            self._watching.pop()

    def looked_at(self, kind: str, name: str) -> None:
        """Note a look at an ``answer`` or a part of the ``target``, by name; at the ``moment`` or ``key``."""
        for looks in self._watching:
            looks[kind, name] = None

    def looked_at_all(self, looks: Looks) -> None:
        """Note looks that were made before."""
        for watching in self._watching:
            watching.update(looks)

    def said(self, kind: str, name: str) -> Hashable:
        """What a look at them finds; equal for two hosts exactly if the same was found."""
        if kind == "answer":
            return self._digest(name)
        return self._moment if kind == "moment" else self._key

    def _digest(self, name: str) -> Hashable:
        """An answer without its text, which may be long, and of which a digest says as much."""
        if name not in self._digests:
            answer = self._answers.get(name)
            self._digests[name] = (
                None
                if answer is None
                else (hashlib.sha256(answer.text).digest(), answer.status, answer.problem)
            )
        return self._digests[name]

    def unread(self) -> Self:
        """The same answers, of which nothing has been read."""
        again = copy.copy(self)
        again.shared = {}
        return again

    def raw(self, name: str) -> bytes:
        """The bytes of an answer. Raises `UnmeasuredError` with the reason if there is none."""
        self.looked_at("answer", name)
        answer = self._answers.get(name)
        if answer is None:
            raise UnmeasuredError(f"{name}: it was not asked")
        if answer.problem is not None:
            raise UnmeasuredError(f"{name}: {answer.problem}")
        return answer.text

    def text(self, name: str) -> str:
        """The answer as text. Raises `UnmeasuredError` if it is not UTF-8 or holds a NUL byte."""
        try:
            text = self.raw(name).decode("utf-8")
        except UnicodeDecodeError as error:
            raise UnmeasuredError(f"{name}: byte {error.start} of the answer is not UTF-8") from None
        if "\0" in text:
            raise UnmeasuredError(f"{name}: the answer holds a NUL byte")
        return text

    def lines(self, name: str) -> list[str]:
        """The lines of the answer (ended by line feeds alone) that are not empty."""
        return [line for line in self.text(name).split("\n") if line]

    def rows(self, name: str) -> list[str]:
        """The lines of a framed answer (`siteparity.tools.frame`), without its end mark and empty lines."""
        return [line for line in _of(name, framed, self.text(name)) if line]

    def parts(self, name: str, names: Sequence[str]) -> Mapping[str, list[str]]:
        """The lines of a framed answer below each of its headers ``[name]``, empty ones included.

        What is not UTF-8 is shown as hexadecimal bytes.
        """
        text = self.raw(name).decode("utf-8", "backslashreplace")
        return _of(name, parts, _of(name, framed, text), names)

    def status(self, name: str) -> int:
        """The exit status, one of those that the question allows."""
        self.raw(name)
        return self._answers[name].status

    def moment(self) -> Moment:
        """What the host's clock showed when it was asked; `UnmeasuredError` where it is not known."""
        self.looked_at("moment", "")
        if self._moment is None:
            raise UnmeasuredError("the host did not tell the time when it was asked")
        return self._moment


def _of(name: str, read: Callable[..., T], *given: object) -> T:
    """What is read of an answer; the reason why it cannot be read names the question."""
    try:
        return read(*given)
    except UnmeasuredError as error:
        raise UnmeasuredError(f"{name}: {error}") from None


def once(read: Callable[[Answers, Target[S]], T]) -> Callable[[Answers, Target[S]], T]:
    """Read an answer once for each host, however many tables are made of it.

    Args:
        read: answers and target -> whatever the probe's readers share. Its errors are kept as well.
    """

    @wraps(read)
    def reading(answers: Answers, target: Target[S]) -> T:
        if reading not in answers.shared:
            with answers.watched() as looks:
                try:
                    found: object = read(answers, target)
                except UnmeasuredError as error:
                    found = error
            answers.shared[reading] = found, looks
        found, looks = answers.shared[reading]
        answers.looked_at_all(looks)
        if isinstance(found, UnmeasuredError):
            raise found
        return cast("T", found)

    return reading


Read: TypeAlias = Callable[[Answers, Target[S]], Table]
"""Answers -> item -> value. Raises `UnmeasuredError` for whatever it does not understand to the last line."""

Seen: TypeAlias = Mapping[tuple[str, str], Facts]
"""What a probe's first questions brought: (site, host) -> facts."""


@dataclass(frozen=True, slots=True)
class Where(Generic[S]):
    """The roles that have a table, by the key of the section that names what the table judges."""

    key: str
    """Without it no role has the table, and no check of the table applies."""
    roles: Callable[[S], tuple[str, ...] | None]
    """None: every role of the aspect."""

    def __call__(self, section: S) -> tuple[str, ...] | None:
        """The roles under this section."""
        return self.roles(section)


def by_role(key: str) -> Where[Any]:
    """The roles for which a map of the section names something."""
    return Where(key, lambda section: tuple(role for role, named in getattr(section, key).items() if named))


def if_named(key: str) -> Where[Any]:
    """Every role of the aspect if the section names something under the key, else no role."""
    return Where(key, lambda section: None if getattr(section, key) else ())


PROMISED = "promised"
"""Said of something on a host that the policy names."""
COMPARED = "compared"
"""Said of something on a host that the policy does not name, and that is compared between the sites."""
PACKAGE = "package"
"""What a table is `about` whose items are packages: another version of one brings other files."""


@dataclass(frozen=True, slots=True)
class Reading(Generic[S]):
    """One table of a probe: how it is read, and on which roles it exists."""

    read: Read[S]
    _: KW_ONLY
    healthy: Value | tuple[Value, ...] = ()
    """The value, or one of the values, that every item must have; for ``parity.healthy``."""
    roles: Callable[[S], tuple[str, ...] | None] | None = None
    """The roles that have this table; every role of the aspect if None. `Where` if a policy need not name
    what the table judges: then no role may have it, and no check of it applies."""
    with_other_site: bool = False
    """Its values depend on the other site: if no host there answers, they say nothing about this one."""
    of_one_run: bool = False
    """Its values can be compared within one run only, such as hashes with the run's key."""
    by_runners_clock: bool = False
    """Its values say how far something is from the clock of the machine that measures."""
    unless_changed: str | None = None
    """The table that proves, if it is the same as in an earlier run, that this table's values still hold."""
    moves: bool = False
    """Its values change by themselves (a lag, an age, an amount): two looks at an idle host differ."""
    about: str = ""
    """What kind of thing its items name, such as ``package``, where the item itself does not show it."""
    enough: str = ""
    """The key of the section with the share, in percent, from which on a smaller amount is as good."""
    names_both_sites: bool = False
    """Its items name hosts of the other site on purpose, as a rule that lets a follower in does: a list of
    all hosts of a role stands for that role of the other site."""
    lists: str = ""
    """What its items are, such as ``open ports``, if it tells how each is judged: `PROMISED`, `COMPARED`, or
    why it is not. No check judges such a table, and every answer is told by it (`siteparity.scope`)."""

    @property
    def key(self) -> str:
        """The key of the section without which no role has this table; empty if there is none."""
        return self.roles.key if isinstance(self.roles, Where) else ""

    def roles_in(self, section: S, every_role: tuple[str, ...]) -> tuple[str, ...]:
        """The roles that have this table, in the order of the policy."""
        own = self.roles(section) if self.roles else None
        wanted = (section.roles or every_role) if own is None else own
        return tuple(role for role in every_role if role in wanted)


PART = "/"
"""Between the name of a table and that of the part that it is about: ``output/php modules``."""


@dataclass(frozen=True, slots=True)
class SecondLook(Generic[S]):
    """Questions that need the first answers of other hosts, such as "have you passed this position?"."""

    ask: Callable[[Target[S]], Mapping[str, Ask]]
    """The questions, which do not depend on the first answers; pure."""
    words: Callable[[Target[S], Seen], Mapping[str, str] | None]
    """First answers -> the words of the questions. None if the host is not asked: it has no such tables."""
    tables: Mapping[str, Reading[S]]


@dataclass(frozen=True, slots=True)
class LossWitness:
    """Where a probe's tables tell what a replica may lack of its primary: a table and an item each."""

    writable: tuple[str, str]
    """"yes" on the server that takes writes, "no" on a replica."""
    position: tuple[str, str]
    """How far the server has written or replayed the WAL, as PostgreSQL writes an LSN: ``1/A0``."""
    replayed: tuple[str, str]
    """Seconds since the commit of the last transaction that a replica has replayed; may be missing."""
    history: tuple[tuple[str, str], ...] = ()
    """What two servers have in common if their positions can be compared."""


class Sight(StrEnum):
    """What can be seen on a host again and again while a failover is watched."""

    MODE = "mode"
    """Whether the database takes writes: "yes" or "no"."""
    RECEIVER = "receiver"
    """The status of what receives from another database: "streaming" if it does."""
    TIMELINE = "timeline"
    """The number of the database's timeline."""
    REPLAYED = "replayed"
    """The database's system identifier -> the position up to which it has replayed WAL, also once it takes
    writes; empty if it has replayed none since its start."""
    ENDED = "ended"
    """System identifier and timeline of each database in its files -> the position of its last checkpoint if
    it was shut down, or else its state. What is a copy of another one is left out."""
    COMMITTED = "committed"
    """System identifier and position of each transaction that a database committed which is down now, as far
    as its WAL reaches back -> when, in UTC (ISO 8601)."""
    FORKED = "forked"
    """System identifier and number of each past timeline -> the position where a promotion ended it."""
    UNITS = "units"
    """Each unit that is promised, or not inactive -> systemd's ActiveState."""
    ARMED = "armed"
    """Whether the job that charges customers would do so here: "yes" or "no"."""
    NAME_SERVERS = "name servers"
    """Each authoritative name server -> whether it answers as one."""
    RECORDS = "records"
    """Each name that customers type, at each server -> where it leads."""
    TTL = "ttl"
    """Each name that customers type, at each server -> the seconds for which resolvers may keep it."""
    CONNECTED = "connected"
    """What is connected to the other site."""


@dataclass(frozen=True, slots=True)
class Shown(Generic[S]):
    """How a sight is seen: by few of the aspect's questions, since they are asked every few seconds."""

    read: Read[S]
    questions: tuple[str, ...]
    """The names of the probe's questions that it is read from."""


@dataclass(frozen=True, slots=True)
class Witnesses:
    """What shows on a host that a site has, after all, what the policy declares absent."""

    ask: Mapping[str, Ask]
    """The questions, which depend on neither policy nor host. Aspects that share one give it one name."""
    read: Callable[[Answers, Target[Any]], Table]
    """Each witness, named alike on every host -> what was found (`siteparity.tools.witnesses.witnessed`)."""


@dataclass(frozen=True, slots=True)
class Probe(Generic[S]):
    """How one aspect is measured on one host, and what the rest of siteparity must know of it."""

    section: type[S]
    """The aspect's part of the policy."""
    ask: Callable[[Target[S]], Mapping[str, Ask]]
    """The questions to a host, by name; pure."""
    tables: Mapping[str, Reading[S]]
    """How each table is read from the answers, by name."""
    then: SecondLook[S] | None = None
    _: KW_ONLY
    title: str = ""
    """The heading in reports; made from the aspect's name if empty."""
    never_waived: bool = False
    """Whether no waiver is accepted for the aspect."""
    always: tuple[Ask, ...] = ()
    """Its questions whose text is the same under every policy: every host's collector holds them."""
    needs: str | None = None
    """Another aspect whose section it reads as well (`Target.needed`)."""
    grants: Callable[[S], Iterable[Grant]] = lambda _: ()
    """What hosts must grant for it."""
    judges: Callable[[S], Iterable[str]] = lambda _: ()
    """Patterns of configuration files that it judges, so that nothing else need compare them."""
    hashes: Callable[[S, tuple[str, ...]], Iterable[str]] = lambda *_: ()
    """Files on hosts of these roles of which it compares each secret, so that nothing else need do so."""
    data_loss: LossWitness | None = None
    """Where it tells what may be lost with a primary that is away; None if it does not."""
    absence: Witnesses | None = None
    """What shows that a site has it after all; None if every host has it, so that no site can lack it."""
    shows: Mapping[Sight, Shown[S]] = field(default_factory=dict)
    """What it can show again and again while a failover is watched."""
    watched: Mapping[str, Ask] = field(default_factory=dict)
    """The questions that are asked only then, by name. Their text is the same under every policy."""
    last: bool = False
    """Whether its questions come after those of all other aspects, since they may use up the host's time."""

    def readings(self) -> Mapping[str, Reading[S]]:
        """Every table of both looks."""
        return {**self.tables, **(self.then.tables if self.then else {})}

    def reading(self, table: str) -> Reading[S] | None:
        """How a table is read that a record names, whatever part it is about; None if there is none such."""
        return self.readings().get(table.partition(PART)[0])

    def roles_of(self, table: str, section: S, every_role: tuple[str, ...]) -> tuple[str, ...]:
        """The roles on which a table exists, in the order of the policy.

        Raises:
            KeyError: the probe has no such table.
        """
        return self.readings()[table].roles_in(section, every_role)

    def roles(self, section: S, every_role: tuple[str, ...]) -> tuple[str, ...]:
        """The roles on which the aspect is measured: those of any of its tables."""
        wanted = {role for table in self.readings() for role in self.roles_of(table, section, every_role)}
        return tuple(role for role in every_role if role in wanted)


def read_table(reading: Reading[S], answers: Answers, target: Target[S]) -> Table | Unmeasured:
    """Read one table; one that cannot be read is `Unmeasured` with the reason."""
    try:
        return _checked(reading.read(answers, target), target)
    except UnmeasuredError as error:
        return Unmeasured(str(error), isinstance(error, OtherSiteAwayError))


def read_tables(
    tables: Mapping[str, Reading[S]],
    answers: Answers,
    target: Target[S],
    every_role: tuple[str, ...],
    read: Callable[[Reading[S], Answers, Target[S]], Table | Unmeasured] = read_table,
) -> Facts:
    """Read every table of the target's roles.

    Args:
        tables: of a probe.
        answers: of the host.
        target: the host.
        every_role: the policy's.
        read: reads one of them.
    """
    return {
        full_name: read(reading, answers, about)
        for name, reading in tables.items()
        if not set(reading.roles_in(target.section, every_role)).isdisjoint(target.roles)
        for full_name, about in _of_parts(name, target, every_role)
    }


def _of_parts(table: str, target: Target[S], every_role: tuple[str, ...]) -> Iterator[tuple[str, Target[S]]]:
    """The name of a table, and the target that it is read of: once, or once for each part that has it."""
    section = target.section
    parts = section.parts()
    if not parts:
        yield table, target
    for name, part in parts.items():
        has_it = table in part.tables() and set(section.roles_of(part, every_role)) & set(target.roles)
        if has_it:
            yield f"{table}{PART}{name}", replace(target, part=name)


MAX_VALUE_CHARACTERS = 65_536
"""Of a longer text, the beginning and a digest are kept."""
MAX_ITEMS = 100_000
"""Thirty times the largest table of a usual host."""
MAX_NUMBER = 2**63
"""Larger than any size, count or time of a host."""


def _checked(table: Table, target: Target[Any]) -> Table:
    """The table; UnmeasuredError if it cannot be saved and compared: too large, NaN, a lone surrogate."""
    if len(table) > MAX_ITEMS:
        raise UnmeasuredError(f"more than {MAX_ITEMS} items; a host does not have so many")
    longest = 0
    for item, value in table.items():
        if type(value) not in (bool, int, float, str):
            raise UnmeasuredError(f"{item}: the probe gave {type(value).__name__}, which is no value")
        if not isinstance(value, str) and not -MAX_NUMBER <= value <= MAX_NUMBER:  # nor is NaN
            raise UnmeasuredError(f"{item}: not a number that a host can mean")
        for text in (item, value) if isinstance(value, str) else (item,):
            longest = max(longest, len(text))
            if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
                raise UnmeasuredError("an answer holds half a character (a lone surrogate)")
    return dict(table) if longest <= MAX_VALUE_CHARACTERS else _shortened(table, OwnNames.of(target.site))


def _shortened(table: Table, names: OwnNames) -> Table:
    return {
        names.shortened(item, MAX_VALUE_CHARACTERS): names.shortened(value, MAX_VALUE_CHARACTERS)
        if isinstance(value, str)
        else value
        for item, value in table.items()
    }


Probes: TypeAlias = Mapping[str, Probe[Any]]
"""Probes by their aspect."""


@cache
def discover() -> Probes:
    """Each probe by its aspect, in alphabetical order."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    modules = {name: importlib.import_module(f"{__name__}.{name}") for name in names}
    return {name: module.PROBE for name, module in modules.items()}
