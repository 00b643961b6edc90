"""Which clients a PostgreSQL server lets in: the rules of pg_hba.conf, as the server itself parsed the file.

The first rule that matches decides (manual, 21.1).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from siteparity.model import Address, Network, Site, UnmeasuredError
from siteparity.tools.postgres_state import HbaLine

LET_IN = "let in"
NO_PASSWORD = frozenset({"trust"})
REMOTE = frozenset({"host", "hostssl", "hostnossl"})


@dataclass(frozen=True, slots=True)
class Client:
    """A client that must be let in."""

    user: str
    database: str
    """``replication`` stands for a physical standby."""
    address: Address
    names: tuple[str, ...] = ()
    member_of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of pg_hba.conf, split into words by the server."""

    line: int
    kind: str
    databases: tuple[str, ...]
    users: tuple[str, ...]
    address: str
    netmask: str
    method: str
    options: tuple[str, ...]

    def text(self) -> str:
        """The rule on one line, with a prefix length instead of a mask."""
        where = [str(self._network() or self.address)] if self.address else []
        words = (self.kind, ",".join(self.databases), ",".join(self.users), *where, self.method)
        return " ".join((*words, *self.options))

    def matches(self, client: Client, own: Site) -> bool:
        """Whether the rule is for this client, which connects over the network, encrypted or not."""
        return (
            self.kind in REMOTE
            and self._for_database(client)
            and any(_is_user(word, client) for word in self.users)
            and self._from(client, own)
        )

    def _for_database(self, client: Client) -> bool:
        if client.database == "replication":  # `all` does not match it
            return "replication" in self.databases
        of_user = client.database == client.user
        of_group = client.database in client.member_of
        return any(
            word in ("all", client.database)
            or (word == "sameuser" and of_user)
            or (word in ("samerole", "samegroup") and (of_user or of_group))
            for word in self.databases
        )

    def _from(self, client: Client, own: Site) -> bool:
        if self.address in ("all", "samehost", "samenet"):
            near = any(client.address in network for network in own.networks)
            return self.address == "all" or (self.address == "samenet" and near)
        network = self._network()
        if network is not None:
            return client.address in network
        name = self.address.lower()
        return any(one == name or (name.startswith(".") and one.endswith(name)) for one in client.names)

    def _network(self) -> Network | None:
        if not self.netmask:
            return None
        try:
            prefix = int(ip_address(self.netmask)).bit_count()
            return ip_network(f"{self.address}/{prefix}", strict=False)
        except ValueError:
            raise UnmeasuredError(f"pg_hba line {self.line}: {self.address} is not an address") from None


def _is_user(word: str, client: Client) -> bool:
    if word.startswith("+"):
        return word[1:] in (client.user, *client.member_of)
    return word in ("all", client.user)


def rules(lines: Sequence[HbaLine]) -> list[Rule]:
    """The rules that the server accepts, in their order.

    Raises:
        UnmeasuredError: a line without an error lacks a part that every rule has, or its address is invalid.
    """
    return [_rule(line) for line in lines if line.error is None]


def _rule(line: HbaLine) -> Rule:
    if line.type is None or line.database is None or line.user_name is None or line.auth_method is None:
        raise UnmeasuredError(f"pg_hba line {line.line_number}: half a rule")
    rule = Rule(
        line=line.line_number,
        kind=line.type,
        databases=line.database,
        users=line.user_name,
        address=line.address or "",
        netmask=line.netmask or "",
        method=line.auth_method,
        options=line.options or (),
    )
    rule.text()  # raises for an invalid address, even if no client is ever checked against this rule
    return rule


def decision(client: Client, of: Sequence[Rule], own: Site) -> str:
    """`LET_IN`, or what happens to the client instead."""
    first = next((rule for rule in of if rule.matches(client, own)), None)
    if first is None:
        return "no rule lets it in"
    if first.method == "reject":
        return f"rejected by line {first.line}"
    return "let in by anybody, without a password" if first.method in NO_PASSWORD else LET_IN
