"""Whether the third parties that the application needs accept connections from each host's own address.

A payment gateway or a mail relay knows the addresses of the active site, and perhaps not those of the other
one. Nobody notices until the first charge after the failover is refused. The source address and firewalls
decide, so the host itself must ask, as the account that will ask later. The question charges nobody and sends
nothing: the first line of the answer, a status or a greeting, is enough.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from siteparity.model import Table, UnmeasuredError
from siteparity.names import OwnNames
from siteparity.policy import AbsolutePath, Port, Section, Text
from siteparity.policy.applications import Applications, said
from siteparity.policy.bounds import at_most
from siteparity.policy.section import PositiveDuration, RequestPath, ServerName, Strict, matching
from siteparity.policy.service_setting import Key
from siteparity.probes import Answers, Probe, Reading, Target, Witnesses, if_named, once
from siteparity.tools import greeting
from siteparity.tools.program import filled, program
from siteparity.tools.settings import reader
from siteparity.tools.witnesses import environments, witnessed
from siteparity.transport.script import Ask

ACCEPTS = "accepts"
AS_TRIED = "as tried here"

User = Annotated[str, matching(r"([a-z_][a-z0-9_-]{0,31})?", "the name of a user")]


class ThirdParty(Strict):
    """One server outside both sites."""

    server: ServerName
    """Its name, or its address."""
    port: Port
    speaks: Literal["http", "https", "smtp", "tcp"]
    """With ``tcp``, a connection that is accepted is enough."""
    path: RequestPath = "/"
    """The path that is requested with GET (http, https). It must not change anything there."""
    accepts: Annotated[tuple[int, ...], Field(min_length=1)] = (200,)
    """The statuses (http, https) that a refused address never gets. An smtp server greets with 220."""
    moving: bool = False
    """Whether its addresses change by themselves, as those of a content network do."""
    setting: Key | None = None
    """The key of the setting in `Policy.file` that holds its URL."""


class Policy(Section):
    """The third parties."""

    question: ClassVar[str] = (
        "Which servers outside both sites does the application call (payment, mail, ...)?"
    )

    parties: Mapping[Text, ThirdParty] = {}
    """What reports call it -> the third party."""
    user: User = ""
    """The account as which the application calls them; empty for root."""
    file: AbsolutePath | None = None
    """The file with the settings."""
    form: reader.Form | None = None
    """How it is written; by default as the end of its name says, else in lines."""
    timeout: Annotated[PositiveDuration, at_most("30s")] = timedelta(seconds=3)
    """How long each of them may take, in whole seconds."""

    @model_validator(mode="after")
    def _a_file_for_settings(self) -> Self:
        if self.file is None and any(party.setting for party in self.parties.values()):
            raise ValueError("expected file, since a third party names a setting; found none; add it")
        return self

    @property
    def seconds(self) -> int:
        """The timeout in whole seconds."""
        return max(1, round(self.timeout.total_seconds()))

    def outside_servers(self) -> tuple[tuple[str, int], ...]:
        """The third parties."""
        return tuple((party.server, party.port) for party in self.parties.values())

    @classmethod
    def drawn(cls, of: Applications) -> Mapping[str, Any]:
        """Who calls the third parties, and where its settings are: the application behind the front door."""
        one = of.behind
        if one is None:
            return {}
        return said(roles=[one.role], user=one.user, file=next(iter(one.settings), None))


_PLACE = program(__package__, "egress_place.sh")


def ask(target: Target[Policy]) -> Mapping[str, Ask]:
    """For each third party: its addresses, how it answers, and what the application's setting names."""
    section = target.section
    asks = {}
    for number, party in enumerate(section.parties.values()):
        server = shlex.quote(party.server)
        asks[f"place{number}"] = Ask(filled(_PLACE, seconds=str(section.seconds), server=server))
        asks[f"talk{number}"] = Ask(
            greeting.question(
                party.server, party.port, talk(party), seconds=section.seconds, user=section.user
            ),
            timeout=section.seconds + 5,
        )
    if keys := _keys(section):
        named = reader.Setting(file=section.file or "", keys=keys, form=section.form)
        asks["settings"] = Ask(reader.question(named, "server"))
    return asks


def _keys(section: Policy) -> tuple[str, ...]:
    return tuple(dict.fromkeys(party.setting for party in section.parties.values() if party.setting))


def talk(party: ThirdParty) -> greeting.Talk:
    """What is said to a third party, which does not make it act."""
    fields = f"Host: {party.server}\r\nUser-Agent: siteparity\r\nConnection: close\r\n\r\n"
    request = f"GET {party.path} HTTP/1.1\r\n{fields}"
    return {
        "http": greeting.Talk(request),
        "https": greeting.Talk(request, tls=True),
        "smtp": greeting.Talk(leave="QUIT\r\n"),
        "tcp": greeting.Talk(waits=False),
    }[party.speaks]


def read_reached(answers: Answers, target: Target[Policy]) -> Table:
    """Each third party -> `ACCEPTS`, or how it refuses this host."""
    section = target.section
    return {
        f"{name} ({party.server}:{party.port})": state(
            party, greeting.read(answers.rows(f"talk{number}"), section.seconds)
        )
        for number, (name, party) in enumerate(section.parties.items())
    }


def state(party: ThirdParty, said: greeting.Greeting) -> str:
    """`ACCEPTS`, or how a third party refuses."""
    if said.trouble:
        return said.trouble
    if party.speaks == "tcp":
        return ACCEPTS
    pattern, wanted = (
        (r"([2-5][0-9]{2})[ -]?", (220,))
        if party.speaks == "smtp"
        else (r"HTTP/1\.[01] ([1-5][0-9]{2})\b", party.accepts)
    )
    found = re.match(pattern, said.line)
    if not found:
        return f"does not speak {party.speaks}"
    return ACCEPTS if int(found[1]) in wanted else f"refuses ({party.speaks} {found[1]})"


def read_places(answers: Answers, target: Target[Policy]) -> Table:
    """Each third party -> the addresses to which its name resolves on this host."""
    table: dict[str, str] = {}
    for party, (addresses, _) in zip(target.section.parties.values(), _places(answers, target), strict=True):
        known = ", ".join(sorted(addresses)) or "none"
        table[f"addresses of {party.server}"] = "some" if party.moving and addresses else known
    return table


def read_source(answers: Answers, target: Target[Policy]) -> Table:
    """Each third party -> the source address from which this host reaches it."""
    table: dict[str, str] = {}
    for (name, party), (addresses, source) in zip(
        target.section.parties.items(), _places(answers, target), strict=True
    ):
        if not addresses:
            raise UnmeasuredError(f"{party.server} has no address here, so no way to it can be looked at")
        table[f"source address towards the {name}"] = source
    return table


@once
def _places(answers: Answers, target: Target[Policy]) -> Sequence[tuple[Sequence[str], str]]:
    return [_place(answers, number) for number in range(len(target.section.parties))]


def _place(answers: Answers, number: int) -> tuple[Sequence[str], str]:
    """The addresses of a third party, and the source address on the way to the first one."""
    place = answers.parts(f"place{number}", ("addresses", "way"))
    addresses, routes = place["addresses"], place["way"]
    if not all(re.fullmatch(r"[0-9A-Fa-f:.%a-z]+", one) for one in addresses):
        raise UnmeasuredError(f"place{number}: an address is not valid")
    if not addresses and routes:
        raise UnmeasuredError(f"place{number}: a way was found, but no address")
    if not addresses:
        return [], ""
    source = re.search(r" src (\S+)", " ".join(routes))
    if not source:
        raise UnmeasuredError(f"place{number}: the host does not say from which address it would speak")
    return addresses, source[1]


def read_settings(answers: Answers, target: Target[Policy]) -> Table:
    """Each setting that names a third party -> whether it names the one that was tried."""
    if not _keys(target.section):
        return {"settings that name a third party": AS_TRIED}
    found = reader.read(answers.parts("settings", reader.PARTS), "settings")
    return {
        party.setting: _setting(party, [shown for key, shown in found.configured if key == party.setting])
        for party in target.section.parties.values()
        if party.setting
    }


_PORTS = {"http": 80, "https": 443, "smtp": 25, "smtps": 465}


def _setting(party: ThirdParty, places: Sequence[str | None]) -> str:
    if len(places) != 1:
        return "not set" if not places else f"set {len(places)} times"
    scheme, _, place = (places[0] or "").partition(" ")
    found = re.fullmatch(r"(\[[0-9A-Fa-f:.%]+\]|[^:]+)(?::([0-9]{1,5}))?", place)
    if not found:  # what does not look like an address may be a key, so the host does not show it
        return "another one (not shown)"
    port = int(found[2]) if found[2] else _PORTS.get(scheme, 0)
    same = (found[1].strip("[]").lower(), port) == (party.server.lower(), party.port)
    return AS_TRIED if same else f"another one ({place[:80]})"


_PARTIES = if_named("parties")


def read_absence(answers: Answers, target: Target[Any]) -> Table:
    """Each witness -> what was found of it."""
    sites = [OwnNames.of(site) for site in (target.site, target.other) if site]
    named = environments.named(answers.rows("environments"), "host")
    return {
        "a host outside both sites that a program is told": witnessed(
            place for place in named if not any(names.owns(place) for names in sites)
        )
    }


PROBE = Probe(
    section=Policy,
    ask=ask,
    title="Third parties (egress)",
    tables={
        "reached": Reading(read_reached, healthy=ACCEPTS, roles=_PARTIES),
        "places": Reading(read_places, roles=_PARTIES),
        "source": Reading(read_source, roles=_PARTIES),
        "settings": Reading(read_settings, healthy=AS_TRIED, roles=_PARTIES),
    },
    absence=Witnesses({"environments": Ask(environments.QUESTION)}, read_absence),
)
