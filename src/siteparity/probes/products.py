"""Products: each would start again, runs with the same settings, and finds the files that it names.

A service that runs proves nothing about its next start: a certificate may be gone, a line be wrong that
nobody reloaded. Most servers can test their configuration, and tell the one that is in force, so they are
asked: those of the table `siteparity.tools.products.table`, wherever one runs or starts at a boot. It needs
no word of the policy. What a running server was told by hand, such as a HAProxy that keeps a host in
maintenance, stands in no file. What products read outside /etc is compared line by line: maps and lists that
their configuration names, and what PHP reads beside pages (``.user.ini``). ``files`` compares what they read
below /etc, and its hidden parts.

Sources: nginx(8), apache2(8), haproxy's management guide ("show servers state"), php-fpm(8), the PHP manual
(".user.ini files"), memcached's protocol.txt ("stats settings"), postconf(1), sshd(8), chronyd(8),
doveconf(1).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from siteparity.model import Table, UnmeasuredError
from siteparity.names import OwnNames
from siteparity.policy import Section
from siteparity.policy.section import WholePath
from siteparity.probes import KEY, Answers, Probe, Reading, Target, once
from siteparity.tools.products import ask as products
from siteparity.tools.products.table import PRODUCTS
from siteparity.tools.systemd.unit import only_at_primary
from siteparity.transport import words
from siteparity.transport.script import Ask

WOULD_START = "would start again"
AS_FILED = "as its file says"
THERE = ("a file", "a folder", "a socket", "is written")
NONE = "none"
_NO_PRODUCTS = "products of the table"
TELLING = {one.name for one in PRODUCTS if any(command.takes for command in one.commands)}
"""The products whose own commands tell settings."""
LONGEST = 400
"""Characters of what a product says of itself."""


class Policy(Section):
    """The products of the hosts. Nothing need be said of them."""

    may_hide_differences: tuple[WholePath, ...] = ()
    """Files outside /etc in which what is hidden may differ, since each site has secrets of its own."""


_PRODUCTS = Ask(products.QUESTION, words=(words.KNOWN, KEY), timeout=40)


def ask(target: Target[Policy]) -> Mapping[str, Ask]:
    """One question about every product of the host."""
    return {"products": _PRODUCTS.about(KNOWN=target.known())}


@once
def _told(answers: Answers, _: Target[Policy]) -> products.Products:
    return products.read(answers.parts("products", products.PARTS))


def _running(answers: Answers, target: Target[Policy]) -> Iterator[products.Running]:
    """The products, without those that run only at the primary by the policy's word."""
    apart = only_at_primary(target.needed, target.roles)
    yield from (one for one in _told(answers, target).running if one.unit not in apart)


def _whole(answers: Answers, target: Target[Policy]) -> list[products.Running]:
    """The same; unmeasured if anything of one could not be looked at."""
    running = list(_running(answers, target))
    for one in running:
        if one.missing:
            raise UnmeasuredError(f"products: {one.unit}: {one.missing[0]}")
    return running


def read_starts(answers: Answers, target: Target[Policy]) -> Table:
    """Each product -> `WOULD_START`, or what it says against its own configuration."""
    table: dict[str, str] = {}
    for one in _running(answers, target):
        if one.refused:
            table[one.unit] = f"{one.product}: {'; '.join(one.said) or one.refused}"[:LONGEST]
        elif one.missing:
            raise UnmeasuredError(f"products: {one.unit}: {one.missing[0]}")
        elif one.tests:
            table[one.unit] = WOULD_START
    return table or {_NO_PRODUCTS: NONE}


def read_effective(answers: Answers, target: Target[Policy]) -> Table:
    """Each product -> its program; each of its settings in force -> the value, without secrets."""
    table: dict[str, str] = {}
    for one in _whole(answers, target):
        if one.refused and one.product in TELLING:
            raise UnmeasuredError(f"products: {one.unit} refuses its configuration, so it tells no settings")
        table[one.unit] = f"{one.product}, {one.program}"
        values: dict[str, list[str]] = {}
        for item, value in one.settings:
            values.setdefault(f"{one.unit}: {item}", []).append(value)
        table |= {item: " | ".join(some) for item, some in values.items()}
    return table or {_NO_PRODUCTS: NONE}


def read_switched(answers: Answers, target: Target[Policy]) -> Table:
    """Each part of a running service that can be switched by hand -> `AS_FILED`, or how it was switched."""
    return {f"{one.unit}: {part}": state for one in _whole(answers, target) for part, state in one.parts} or {
        "parts that can be switched by hand": NONE
    }


def read_named(answers: Answers, target: Target[Policy]) -> Table:
    """Each file that a product's configuration names -> what is there."""
    found: dict[str, set[str]] = {}
    for one in _whole(answers, target):
        for name, state in (*one.named, *one.needed):
            found.setdefault(f"{one.unit}: {name}", set()).add(state)
    return {name: ", ".join(sorted(states)) for name, states in found.items()} or {_NO_PRODUCTS: NONE}


def read_needed(answers: Answers, target: Target[Policy]) -> Table:
    """Each file that a product cannot do without -> what is there."""
    found: dict[str, str] = {}
    for one in _whole(answers, target):
        for name, state in one.needed:
            item = f"{one.unit}: {name}"
            found[item] = state if found.get(item, THERE[0]) in THERE else found[item]
    return found or {"files that products cannot do without": NONE}


def read_outside(answers: Answers, target: Target[Policy]) -> Table:
    """Each line of each file outside /etc that a product reads -> how often it is there."""
    _whole(answers, target)
    lines = Counter(_line(target, path, text) for path, text, _ in _told(answers, target).outside)
    return {
        "files that products read outside /etc": "looked for",
        **{line: "there" if count == 1 else f"there {count} times" for line, count in lines.items()},
    }


def read_hidden(answers: Answers, target: Target[Policy]) -> Table:
    """Each such line that hides something -> a keyed hash of what it hides, or of each such line."""
    found: dict[str, list[str]] = {}
    for path, text, digest in _told(answers, target).outside:
        if digest and path not in target.section.may_hide_differences:
            found.setdefault(_line(target, path, text), []).append(digest)
    values = {line: f"value hidden, keyed hash {' '.join(sorted(some))}" for line, some in found.items()}
    return {"what files outside /etc hide": "compared", **values}


def _line(target: Target[Policy], path: str, text: str) -> str:
    return f"{path}: {OwnNames.of(target.site).shortened(' '.join(text.split()), LONGEST)}"


def read_changed(answers: Answers, target: Target[Policy]) -> Table:
    """Each such file that hides something -> inode, time of its last change, and size."""
    states = _told(answers, target).states
    return {
        "files outside /etc that hide something": "looked at",
        **{
            path: f"inode, change, size {state}"
            for path, state in states.items()
            if path not in target.section.may_hide_differences
        },
    }


PROBE = Probe(
    section=Policy,
    ask=ask,
    needs="services",
    always=(_PRODUCTS,),
    tables={
        "starts": Reading(read_starts, healthy=(WOULD_START, NONE)),
        "effective": Reading(read_effective),
        "switched": Reading(read_switched, healthy=(AS_FILED, NONE)),
        "named": Reading(read_named),
        "needed": Reading(read_needed, healthy=(*THERE, NONE)),
        "outside": Reading(read_outside),
        "hidden": Reading(read_hidden, of_one_run=True, unless_changed="_changed"),
        "_changed": Reading(read_changed, moves=True),
    },
)
