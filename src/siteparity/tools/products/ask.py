"""What a host is asked about the products that it runs, and how its answer is read.

Each product tests itself with its own command, and tells its settings with its own command (`table`). A
question must not change the host, and these programs were not written for that: nginx opens its logs, others
make folders. So they run under a filter of system calls (seccomp(2)): what would change the host does nothing
or is refused by the kernel. That needs no privilege, no second file system and no tool, and works in
containers as well. Where the kernel refuses such a filter, or the machine is of a kind whose calls are not
known, nothing is run and the host is unmeasured.

A program that others than root may change is not run, nor is one below a folder that they may change: the
collector is root. What a service runs as another account is tested as that account.

Only what is known to be harmless leaves the host (`siteparity.tools.secrets.harmless`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields

from siteparity.model import UnmeasuredError
from siteparity.tools.given import PERL_DECODE
from siteparity.tools.products.table import PRODUCTS, Command, Product
from siteparity.tools.program import filled, program
from siteparity.tools.secrets import harmless, keyed

PARTS = ("products",)
ROOTS = (
    "etc", "usr", "var", "srv", "opt", "home", "root", "run", "mnt", "data", "lib", "lib64", "media", "nfs",
    "export", "storage", "tmp",
)  # fmt: skip
"""The first folders of what is taken for a path: ``/search/`` in a configuration is a part of an address."""


def _perl(value: object) -> str:
    """A value as perl writes it: texts, lists, and rows as hashes."""
    if isinstance(value, str):
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
    if isinstance(value, Product | Command):
        named = (f"{one.name}=>{_perl(getattr(value, one.name))}" for one in fields(value))
        return "{" + ",".join(named) + "}"
    if isinstance(value, tuple):
        return "[" + ",".join(map(_perl, value)) + "]"
    raise TypeError(value)


def _table(products: Sequence[Product]) -> str:
    """The rows as a perl array. Pairs stand one after the other, as perl makes a hash of them."""
    rows = []
    for one in products:
        pairs = tuple(text for pair in one.databases for text in pair)
        rows.append(_perl(one).replace(f"databases=>{_perl(one.databases)}", f"databases=>{_perl(pairs)}"))
    return "our @products = (\n" + ",\n".join(rows) + ",\n);\n"


READ_ONLY = program(__package__, "read_only.pl")
"""Perl: ``read_only()`` makes its process, and all that it starts, unable to change the host."""


def question(products: Sequence[Product]) -> str:
    """A shell text that tells of every product of the host that one of these rows describes.

    ``$KNOWN`` are names that are shown, and ``$KEY`` is the key of the run.
    """
    return (
        "export KNOWN\nSITEPARITY_KEY=$KEY perl - <<'END_OF_PROGRAM'\n"
        + keyed.PERL
        + PERL_DECODE
        + harmless.PERL
        + READ_ONLY
        + _table(products)
        + filled(program(__package__, "products.pl"), roots="|".join(ROOTS))
        + "END_OF_PROGRAM\n"
    )


QUESTION = question(PRODUCTS)
"""The same for all that are known."""

OK = "ok"


@dataclass(slots=True)
class Running:
    """One product on one host."""

    unit: str
    """The unit that runs it, or the name of a program that needs none."""
    product: str
    program: str
    tests: list[str] = field(default_factory=list)
    """How each of its commands ended: `OK`, or why it failed."""
    said: list[str] = field(default_factory=list)
    """What commands that failed said."""
    settings: list[tuple[str, str]] = field(default_factory=list)
    parts: list[tuple[str, str]] = field(default_factory=list)
    """Parts of the running service that can be switched off -> how they are."""
    missing: list[str] = field(default_factory=list)
    """What could not be looked at."""
    named: list[tuple[str, str]] = field(default_factory=list)
    """Directive and file -> what is there."""
    needed: list[tuple[str, str]] = field(default_factory=list)
    """The same of files that must be there."""

    @property
    def refused(self) -> str:
        """How the first of its commands ended that failed; empty if none did."""
        return next((state for state in self.tests if state != OK), "")


@dataclass(slots=True)
class Products:
    """What a host told of its products."""

    running: list[Running] = field(default_factory=list)
    outside: list[tuple[str, str, str]] = field(default_factory=list)
    """File outside /etc, its line, and a keyed hash of what the line hides."""
    states: dict[str, str] = field(default_factory=dict)
    """Such a file that hides something -> its inode, the time of its last change, and its size."""


def read(parts: Mapping[str, Sequence[str]]) -> Products:
    """All of an answer.

    Raises:
        UnmeasuredError: a line is not understood.
    """
    told = Products()
    for line in parts["products"]:
        kind, *words = line.split("\t")
        if not _understood(told, kind, words):
            raise UnmeasuredError(f"products: a line is not understood: {line[:80]!r}")
    return told


_HASH = re.compile("[0-9a-f]{12}")
_STATE = re.compile(r"[0-9]+ [0-9]+\.[0-9]{9} [0-9]+")


def _understood(told: Products, kind: str, words: list[str]) -> bool:
    """Whether the line is one that the question prints; then it is noted."""
    of_products = {"x": 1, "w": 1, "v": 2, "l": 2, "m": 1, "n": 2, "g": 2}
    match kind, words:
        case "p", [unit, product, path] if unit and product and path.startswith("/"):
            told.running.append(Running(unit, product, path))
        case "u", [path, text]:
            told.outside.append((path, text, ""))
        case "u", [path, text, digest] if _HASH.fullmatch(digest):
            told.outside.append((path, text, digest))
        case "t", [path, state] if _STATE.fullmatch(state):
            told.states[path] = state
        case _, _ if told.running and of_products.get(kind) == len(words):
            _note(told.running[-1], kind, words)
        case _:
            return False
    return True


def _note(one: Running, kind: str, words: list[str]) -> None:
    match kind, words:
        case "x", [state]:
            one.tests.append(state)
        case "w", [text]:
            one.said.append(text)
        case "m", [reason]:
            one.missing.append(reason)
        case "v", [item, value]:
            one.settings.append((item, value))
        case "l", [item, value]:
            one.parts.append((item, value))
        case "n", [words_, state]:
            one.named.append((words_, state))
        case _, [words_, state]:
            one.needed.append((words_, state))
