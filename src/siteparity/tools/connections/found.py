"""What a host found that leads to the other site.

The host is told the names and addresses of both sites, and looks for them itself: where processes are
connected, in their environment and arguments, in files outside /etc that services and jobs read, in the
sources of mounted file systems, and behind every name that stands where a setting tells a place. So no
setting leaves the host: only the place, and which of the names or addresses it was told stands there, and
each name that files of settings have for a place, with whether it leads to a site.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from siteparity.model import UnmeasuredError
from siteparity.tools.given import PERL_DECODE
from siteparity.tools.program import program

QUESTION = (
    "export OWN_SITE OTHER_SITE PUBLIC_NAMES\nperl - <<'END_OF_PROGRAM'\n"
    + PERL_DECODE
    + program(__package__, "found.pl")
    + "END_OF_PROGRAM\n"
)
"""A shell text that looks for ``$OTHER_SITE``, names, addresses and networks. What ``$OWN_SITE`` has as well
is the own site's, and what ``$PUBLIC_NAMES`` has moves with the customers."""

_LOOKED = ("processes", "sockets", "files", "names")
_LEADS = "own [0-9A-Fa-f:. ]+|there|outside|nothing"
_NAMED, _RESOLVED, _SOCKET = 3, 3, 7


@dataclass(frozen=True, slots=True)
class Socket:
    """A connection that a process of the host opened, or tries to open."""

    protocol: str
    state: str
    unit: str
    """Empty if the process belongs to none."""
    program: str
    address: str
    port: int
    title: str
    """What PostgreSQL calls the process, if it receives something: ``walreceiver``."""

    @property
    def who(self) -> str:
        """The unit and its program, as a finding tells it."""
        return _who(self.unit, self.program)


@dataclass(frozen=True, slots=True)
class Named:
    """A place at which names or addresses of the other site stand."""

    place: str
    there: tuple[str, ...]
    own: tuple[str, ...]
    """The names and addresses of the own site that stand there as well."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """A place at which a name stands that leads to the other site, by the resolver of the host."""

    place: str
    name: str
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """Everything that one host found."""

    sockets: tuple[Socket, ...]
    named: tuple[Named, ...]
    resolved: tuple[Resolved, ...]
    leads: Mapping[str, str]
    """Each name in a file of settings -> ``own`` and its addresses, ``there``, ``outside`` or ``nothing``."""
    slow: tuple[str, ...]
    """Names that were not looked up."""


def read(lines: Iterable[str]) -> Found:
    """Read the answer to `QUESTION`.

    Raises:
        UnmeasuredError: a line is not understood, or the host did not look everywhere.
    """
    sockets: list[Socket] = []
    named: list[Named] = []
    resolved: list[Resolved] = []
    leads: dict[str, str] = {}
    slow: list[str] = []
    looked: dict[str, int] = {}
    for line in lines:
        kind, *words = line.split("\t")
        if kind == "socket" and len(words) == _SOCKET and re.fullmatch("[0-9]{1,5}", words[5]):
            protocol, state, unit, comm, address, port, title = words
            sockets.append(Socket(protocol, state, unit, comm, address, int(port), title))
        elif kind == "named" and len(words) == _NAMED:
            named.append(Named(_place(words[0]), tuple(words[1].split()), tuple(words[2].split())))
        elif kind == "resolved" and len(words) == _RESOLVED:
            resolved.append(Resolved(_place(words[0]), words[1], tuple(words[2].split())))
        elif kind == "leads" and len(words) == 2 and re.fullmatch(_LEADS, words[1]):  # noqa: PLR2004  # name, where
            leads[words[0]] = words[1]
        elif kind == "slow" and len(words) == 1:
            slow.append(words[0])
        elif kind == "looked" and len(words) == 2 and re.fullmatch("[0-9]{1,9}", words[1]):  # noqa: PLR2004  # kind and count
            looked[words[0]] = int(words[1])
        else:
            raise UnmeasuredError(f"cannot read {line[:80]!r}")
    if set(looked) != {*_LOOKED} or not looked["processes"]:
        raise UnmeasuredError("the host did not look at its processes, sockets and files")
    return Found(tuple(sockets), tuple(named), tuple(resolved), leads, tuple(slow))


def _place(text: str) -> str:
    r"""A place as people read it; the host writes a tab within it as ``\x09``."""
    kind, *words = text.split(r"\x09")
    if kind == "unit" and len(words) == 4:  # noqa: PLR2004  # unit, program, kind and name
        unit, comm, what, name = words
        return f"{_who(unit, comm)}: {what} {name}"
    if kind == "file" and len(words) == 2:  # noqa: PLR2004  # path and line
        return f"{words[0]} line {words[1]}" if words[1] != "0" else words[0]
    if kind == "mount" and len(words) == 1:
        return f"what is mounted at {words[0]}"
    raise UnmeasuredError(f"cannot read the place {text[:80]!r}")


def _who(unit: str, comm: str) -> str:
    return f"{unit} ({comm})" if unit else f"{comm}, of no unit"


def names(items: Iterable[str]) -> Iterator[str]:
    """The names that are hardly words: with a dot, a digit or a hyphen."""
    return (item for item in items if re.search(r"[0-9.:-]", item))
