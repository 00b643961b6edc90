"""The first question: who a host is, and with which rights it can be asked. Reading the answer is pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_interface

from siteparity.model import Address, Network, UnmeasuredError
from siteparity.tools.program import program
from siteparity.transport.script import Ask
from siteparity.transport.ssh import sudo_reason

PARTS = ("user", "sudo", "names", "machine", "addresses", "system")
ASK = Ask(program(__package__, "introduction.sh"), timeout=20, limit=100_000)
_ANONYMOUS = frozenset({"localhost", "localhost.localdomain", "(none)"})
_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,252}[A-Za-z0-9])?")


@dataclass(frozen=True, slots=True)
class Introduction:
    """What a host says of itself."""

    is_root: bool
    """Whether the login itself is root's."""
    refusal: str
    """Why ``sudo -n`` does not work; empty if it does, or is not needed."""
    names: tuple[str, ...]
    """Its own, from uname(1) and ``hostname -f``; empty if it has only such as ``localhost``."""
    machine: str
    """Its machine-id(5); may be empty."""
    addresses: tuple[Address, ...]
    networks: tuple[Network, ...]
    """Those that it is in, by its addresses."""
    system: str
    """``Debian GNU/Linux 12 (bookworm)``; may be empty."""

    @property
    def domain(self) -> str | None:
        """What follows the first dot of its full name."""
        return next((name.partition(".")[2] for name in self.names if "." in name), None)


def read(parts: Mapping[str, Sequence[str]]) -> Introduction:
    """Read the answer to `ASK`, by its parts.

    Raises:
        UnmeasuredError: a part is not understood.
    """
    user = parts["user"]
    if len(user) != 1 or not user[0].isdecimal():
        raise UnmeasuredError("the host does not say as which user it was asked")
    interfaces = list(_interfaces(parts["addresses"]))
    names = [name.rstrip(".") for name in parts["names"]]
    machine = "".join(parts["machine"]).strip()
    return Introduction(
        is_root=user[0] == "0",
        refusal=_refusal(parts["sudo"]),
        names=tuple(
            dict.fromkeys(one for one in names if _NAME.fullmatch(one) and one.lower() not in _ANONYMOUS)
        ),
        machine=machine if re.fullmatch("[0-9a-f]{32}", machine) else "",
        addresses=tuple(dict.fromkeys(address for address, _ in interfaces)),
        networks=tuple(dict.fromkeys(network for _, network in interfaces)),
        system=" ".join(parts["system"])[:100].strip("\"'"),
    )


def _refusal(said: Sequence[str]) -> str:
    text = "\n".join(said)
    if not text or text == "works":
        return ""
    reason = sudo_reason(text.encode(errors="replace"))
    return reason or f"sudo -n does not work ({text.removeprefix('fails:').strip()[:200] or 'no message'})"


def _interfaces(lines: Sequence[str]) -> Iterator[tuple[Address, Network]]:
    for line in lines:
        try:
            found = ip_interface(line)
        except ValueError:
            raise UnmeasuredError("a line of its addresses is not understood") from None
        yield found.ip, found.network
