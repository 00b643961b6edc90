"""Which site is active: exactly one must be, in every part that customers meet.

The witnesses are where the name servers lead customers, whether the database takes the application's writes,
and which database the running application works with. Two active sites take different orders, and those of
one will be thrown away; with none active nobody can buy. The aspect ``replication`` judges whether a database
follows another one, and ``subscriptions`` whether jobs would charge. This aspect finds what both miss: a
database that refuses writes although it is not a standby, an application whose processes work with the other
site's database, and customers who are led elsewhere.

Sources: PostgreSQL 15 manual, sections 20.11 (default_transaction_read_only) and 20.1.3 (where settings
come from); getent(1).
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Self

from pydantic import model_validator

from siteparity.model import Table, UnmeasuredError
from siteparity.names import OwnNames
from siteparity.policy import Port, Roles, Section, Text
from siteparity.policy.applications import Application, Applications, said
from siteparity.policy.grants import DatabaseAccess
from siteparity.policy.questions import Question
from siteparity.policy.section import (
    HeaderName,
    HeaderValue,
    RequestPath,
    ServerName,
    Strict,
    matching,
)
from siteparity.probes import Answers, Probe, Reading, Target, Where, Witnesses, once
from siteparity.tools.postgres import question, rows
from siteparity.tools.program import filled, program
from siteparity.tools.witnesses import products, programs, witnessed
from siteparity.transport.script import Ask
from siteparity.transport.words import LOGIN

TAKEN = "taken"
HERE = "this site"
WRITES = "one that takes writes"
FOLLOWS = "one that follows another"
NO_ANSWER = "the application does not answer"


class Kinds(Strict):
    """The texts by which a page tells the kind of a database."""

    takes_writes: Text
    """On the page while the application works with a database that takes writes."""
    follows: Text
    """On the page while it works with one that follows another."""


class Policy(Section):
    """Where to look for the active site."""

    question: ClassVar[str] = "What shows which of the two sites is active?"
    never_whole: ClassVar[bool] = True

    edges: Roles
    """The roles whose hosts resolve the name that customers type."""
    customers: ServerName
    """The name that customers type. Its addresses are in the ``parity_networks`` of the active site."""
    databases: Roles
    """The roles whose hosts run the database."""
    database: Text = "postgres"
    database_user: Text = "parity"
    """The database role that the suite uses."""
    writer: Text
    """The database role as which the application writes."""
    shops: Roles
    """The roles whose hosts run the application."""
    health_port: Port | None = None
    """Where each host of the application answers in HTTP by itself."""
    health_path: Annotated[
        RequestPath | None, Question("Which page of the application tells the kind of its database?")
    ] = None
    """The application's page that says which kind of database it works with."""
    health_headers: Mapping[HeaderName, HeaderValue] = {}
    """What its request carries, such as ``X-Forwarded-Proto: https``."""
    follows: Annotated[str, matching(r"[A-Za-z0-9_.-]+", "names with dots between them")] | None = None
    """Where the page, in JSON, says whether that database follows another one (true or false)."""
    health_says: Kinds | None = None
    """The texts of a page that says it in words, in place of `follows`."""

    @model_validator(mode="after")
    def _a_page_is_understood(self) -> Self:
        if self.health_path is None:
            return self
        if self.health_port is None:
            raise ValueError("expected health_port beside health_path, found none; add it")
        if (self.follows is None) == (self.health_says is None):
            found = "both" if self.follows else "neither"
            raise ValueError(
                f"expected either follows or health_says beside health_path, found {found}; "
                "add it, or remove one"
            )
        return self

    @classmethod
    def drawn(cls, of: Applications) -> Mapping[str, Any]:
        """The front door, the database and who writes to it, and the application behind the front door."""
        front, behind, server = of.front, of.behind, of.postgresql
        writers = [lead.database_user for _, lead, to in of.leads() if to is server]
        return said(
            edges=[front.role] if front else None,
            customers=front.names[0] if front else None,
            shops=[behind.role] if behind else None,
            health_port=behind.port if behind else None,
            health_headers=behind.headers if behind else None,
            writer=next(filter(None, writers), None),
            **_suite_in(server),
        )


def _suite_in(server: Application | None) -> Mapping[str, Any]:
    """Where the database is, and who looks into it."""
    if server is None or server.postgresql is None:
        return {}
    found = server.postgresql
    return {"databases": [server.role], "database": found.database, "database_user": found.database_user}


_WRITES = program(__package__, "site_role_writes.sql")
_HEALTH = program(__package__, "site_role_health.sh")


def ask(target: Target[Policy]) -> Mapping[str, Ask]:
    """Edges resolve the customers' name, databases are asked about writes, shops about their database."""
    section, roles = target.section, set(target.roles)
    asks: dict[str, Ask] = {}
    if roles & set(section.edges):
        # By DNS alone: customers do not have this host's /etc/hosts.
        asks["led"] = Ask(f"getent -s dns ahosts -- {shlex.quote(section.customers)}")
    if roles & set(section.databases):
        statement = filled(_WRITES, writer=_literal(section.writer))
        writes = Ask(question([statement], read_only=False), words=LOGIN)
        asks["writes"] = writes.about(DATABASE=[section.database], DATABASE_USER=[section.database_user])
    if roles & set(section.shops) and section.health_path is not None:
        request = shlex.quote(_request(section))
        asks["health"] = Ask(filled(_HEALTH, port=str(section.health_port), request=request))
    return asks


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _request(section: Policy) -> str:
    lines = [
        f"GET {section.health_path} HTTP/1.0",  # 1.1 may answer in chunks
        f"Host: {section.customers}",
        "User-Agent: siteparity",
        *(f"{name}: {value}" for name, value in section.health_headers.items()),
        "Connection: close",
    ]
    return "\r\n".join((*lines, "", ""))


def read_led(answers: Answers, target: Target[Policy]) -> Table:
    """The customers' name -> `HERE` if all its addresses are in this host's site, or where they lead."""
    lines = [line.split() for line in answers.lines("led")]
    if not lines or not all(re.fullmatch(r"[0-9A-Fa-f:.%a-z]+", words[0]) for words in lines if words):
        raise UnmeasuredError("led: the name has no address, or the answer is damaged")
    own = OwnNames.of(target.site)
    inside = {own.owns(place) for place in {words[0] for words in lines if words}}
    place = {frozenset({True}): HERE, frozenset({False}): "another site"}.get(
        frozenset(inside), "this site and another one"
    )
    return {f"{target.section.customers} leads to": place}


def read_writes(answers: Answers, target: Target[Policy]) -> Table:
    """`TAKEN` if the database takes the application's writes, or why it refuses them."""
    state = _writes(answers, target)
    refused = "in recovery" if state["recovery"] else _read_only(state, target)
    return {"writes of the application": f"refused ({refused})" if refused else TAKEN}


def read_after_switch(answers: Answers, target: Target[Policy]) -> Table:
    """The same for the time when the database no longer follows another one."""
    refused = _read_only(_writes(answers, target), target)
    return {"writes of the application outside recovery": f"refused ({refused})" if refused else TAKEN}


@once
def _writes(answers: Answers, _: Target[Policy]) -> Mapping[str, Any]:
    state = rows(answers.rows("writes"), "writes")[0]
    if not isinstance(state.get("recovery"), bool) or state.get("files") not in ("on", "off"):
        raise UnmeasuredError("writes: the answer lacks what was asked for")
    return state


def _read_only(state: Mapping[str, Any], target: Target[Policy]) -> str:
    """The setting that makes every transaction of the application read-only; empty if none does."""
    section = target.section
    if state.get("writer") != 1:
        return f"there is no role {section.writer}"
    own = state.get("own") or []
    if not isinstance(own, list) or not all(isinstance(option, str) for option in own):
        raise UnmeasuredError("writes: the answer lacks what was asked for")
    if own:
        value = own[0].partition("=")[2].strip().lower()
        is_on = value in ("on", "true", "yes", "1", "t", "y")
        return (
            f"default_transaction_read_only of the role {section.writer} or of the database" if is_on else ""
        )
    if state.get("source") not in ("default", "configuration file", "command line"):
        raise UnmeasuredError(
            f"writes: a setting of the role {section.database_user} hides the server's own; "
            f"ALTER ROLE {section.database_user} RESET default_transaction_read_only"
        )
    return "default_transaction_read_only of the server" if state["files"] == "on" else ""


def read_shop(answers: Answers, target: Target[Policy]) -> Table:
    """The kind of database that the running application says it works with."""
    talk = answers.parts("health", ("exit", "answer"))
    code, answer = " ".join(talk["exit"]), "\n".join(talk["answer"])
    return {"database of the running application": _shop(code, answer, target.section)}


def _shop(code: str, answer: str, section: Policy) -> str:
    said = answer.replace("\r", "")
    if code != "0" and re.search(r"(?i)connection refused", said):
        return NO_ANSWER
    head, blank, body = said.partition("\n\n")
    status = re.match(r"HTTP/1\.[01] ([1-5][0-9]{2})\b", head)
    if not status or not blank:
        raise UnmeasuredError(
            f"health: the application did not answer in HTTP (exit {code}: {' '.join(said.split())[:80]})"
        )
    if section.health_says is not None:
        return _kind_in_words(body, status[1], section.health_says)
    try:
        found: Any = json.loads(body)
    except (ValueError, RecursionError):
        raise UnmeasuredError(f"health: {section.health_path} is not JSON (HTTP {status[1]})") from None
    for name in (section.follows or "").split("."):
        found = found.get(name) if isinstance(found, dict) else None
    if isinstance(found, bool):
        return FOLLOWS if found else WRITES
    if status[1] == "200":
        raise UnmeasuredError(f"health: {section.health_path} does not say {section.follows}")
    return f"none (HTTP {status[1]})"


def _kind_in_words(body: str, status: str, says: Kinds) -> str:
    """The kind of database, if the page has exactly one of both texts."""
    words = " ".join(body.split())
    kinds = {WRITES: says.takes_writes, FOLLOWS: says.follows}
    told = [kind for kind, text in kinds.items() if " ".join(text.split()) in words]
    if len(told) == 1:
        return told[0]
    if told or status == "200":
        raise UnmeasuredError(
            f"health: the page shows {'both texts' if told else 'neither text'} of health_says"
        )
    return f"none (HTTP {status})"


def _edges(section: Policy) -> tuple[str, ...]:
    return section.edges


def _databases(section: Policy) -> tuple[str, ...]:
    return section.databases


def _shops(section: Policy) -> tuple[str, ...]:
    return section.shops if section.health_path is not None else ()


def read_absence(answers: Answers, _: Target[Any]) -> Table:
    """Each witness -> what was found of it."""
    seen = answers.parts("programs", programs.PARTS)
    return {
        "a database server, which takes orders at one site": witnessed(
            programs.found(seen, products.DATABASE)
        )
    }


PROBE = Probe(
    section=Policy,
    ask=ask,
    title="Who serves",
    never_waived=True,
    grants=lambda section: (DatabaseAccess(section.databases, section.database_user),),
    tables={
        "led": Reading(read_led, roles=_edges),
        "writes": Reading(read_writes, roles=_databases),
        "after_switch": Reading(read_after_switch, healthy=TAKEN, roles=_databases),
        "shop": Reading(read_shop, roles=Where("health_path", _shops)),
    },
    absence=Witnesses({"programs": Ask(programs.QUESTION)}, read_absence),
)
