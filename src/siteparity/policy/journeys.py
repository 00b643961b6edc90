"""What the smoke checks need to know: one class for each journey, ``tests/smoke/test_<journey>.py``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from itertools import permutations
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import Field, ValidationInfo, model_validator

from siteparity.policy.section import (
    AbsolutePath,
    Duration,
    Language,
    Port,
    PositiveDuration,
    RequestPath,
    RoleName,
    Section,
    ServerName,
    Strict,
    Text,
    matching,
    template,
)
from siteparity.tools.waf.answers import ATTACKS, NORMAL

Roles: TypeAlias = Annotated[tuple[RoleName, ...], Field(min_length=1, max_length=1)]
Query: TypeAlias = Annotated[str, matching(r"(?is)\s*select\s[^;]*", "one SELECT without a semicolon")]
"""Gives one row with one number."""
LanguagePath: TypeAlias = Annotated[str, template("language")]
Format: TypeAlias = Literal["number", "price", "date", "plural"]


class Journey(Section):
    """What every smoke check's part of the policy holds."""

    roles: Roles
    """The one role whose hosts do the work."""
    timeout: PositiveDuration = timedelta(seconds=10)
    """One request, query or command."""

    @property
    def role(self) -> str:
        """The one role whose hosts do the work."""
        return self.roles[0]


class Storefront(Journey):
    """Pages of the shop in each served language: from each web host, and as customers get them."""

    roles: Roles = ("edge",)
    host: Text
    """The name that customers type; sent as the ``Host`` header."""
    port: Port = 80
    web_role: RoleName = "web"
    web_port: Port = 8000
    path: LanguagePath = "/{language}/"
    says: Mapping[Language, Text]
    """For each served language a text of the page, as a customer reads it, that no other language has."""
    formats: tuple[Format, ...] = ("number", "price", "date", "plural")
    """What the page must show as the language writes it; marks: `pytest_plugin.formats`."""
    date_style: Literal["full", "long", "medium", "short"] = "long"
    """How long the page's dates are (CLDR's names)."""
    requests: Annotated[int, Field(ge=1, le=1000)] = 40
    """In all, through the edge. No error in n requests bounds the rate of errors near 3/n at 95 %."""
    at_once: Annotated[int, Field(ge=1, le=32)] = 2
    """How many of these customers come at the same time, each over a connection of its own."""
    slowest: PositiveDuration = timedelta(seconds=2)
    """A page that takes longer counts as one that failed: customers leave."""
    rounds: Annotated[int, Field(ge=3, le=100)] = 5
    """How many pages each edge and web host of both sites is asked for, in turn, to compare their waits."""
    times_slower: Annotated[int, Field(ge=1, le=100)] = 2
    """A host is slow that lets customers wait so many times as long as the primary's slowest of its role
    does, and longer by more than `slower_by`, each with the quickest of its pages."""
    slower_by: PositiveDuration = timedelta(milliseconds=250)
    """What customers notice, and by how much the runner's own way to the two sites may differ."""

    @model_validator(mode="after")
    def _a_text_for_each_language(self, info: ValidationInfo) -> Self:
        served = (info.context or {}).get("languages") or ()
        if missing := [language for language in served if language not in self.says]:
            raise ValueError(
                f"expected a text in says for each language, found none for {', '.join(missing)}; add it"
            )
        for one, other in permutations(self.says, 2):
            if self.says[one] in self.says[other]:
                raise ValueError(
                    f"expected texts in says that tell the languages apart, found that of {one} in that of "
                    f"{other}; choose another text"
                )
        return self


class Session(Journey):
    """A canary session through each web host of the standby must appear in the standby's own Redis."""

    roles: Roles = ("web",)
    port: Port = 8000
    language: Language | None = None
    """The language of the page that is asked; the policy's first when None."""
    path: LanguagePath = "/{language}/cart"
    """GET starts a session."""
    end: LanguagePath = "/{language}/cart/end"
    """POST ends it, as customers do."""
    cookie: Text = "sid"
    longest: Duration = timedelta(hours=24)
    """A session that nobody ends must end by itself within this time."""
    sessions_role: RoleName = "sessions"
    redis_port: Port = 6379
    redis_database: Annotated[int, Field(ge=0)] = 0
    redis_user: Text = "parity"
    """It needs TTL on the keys of sessions (``+ttl %R~session:*``), which does not show what they hold."""
    redis_auth_file: AbsolutePath = "/etc/siteparity/redis-auth"
    """On the sessions host: one line, the password; it never leaves the host."""
    key: Annotated[str, template("cookie")] = "session:{cookie}"


class Database(Journey):
    """Current rows must be readable on the standby: by the suite, and by customers on the shop's page."""

    roles: Roles = ("db",)
    socket: AbsolutePath = "/var/run/postgresql/.s.PGSQL.5432"
    """Unix socket, so that the account's name is the proof (peer authentication)."""
    database: Text
    user: Text = "parity"
    query: Query
    """The number of the newest row, such as ``SELECT max(id) FROM orders``; it only grows."""
    at_least: int = 1
    """The least number that it must give."""
    web_role: RoleName = "web"
    web_port: Port = 8000
    path: LanguagePath = "/{language}/orders/latest"
    """The page that shows the newest rows."""
    language: Language | None = None
    """The language of the page that is asked; the policy's first when None."""
    row: Annotated[str, matching(r"data-[a-z0-9-]+", "an attribute such as data-order")] = "data-order"
    """The attribute with which the page marks each row, with the row's number."""


class Subscriptions(Journey):
    """The subscription job must run dry on the standby and charge nobody."""

    roles: Roles = ("web",)
    timeout: PositiveDuration = timedelta(seconds=30)
    command: Annotated[tuple[Text, ...], Field(min_length=1)]
    """Argument by argument; no shell reads it."""
    user: Annotated[str, matching(r"[a-z_][a-z0-9_-]{0,31}", "the name of a user")] = "root"
    """Who runs it: the user that the schedule runs it as."""
    expect: Annotated[Mapping[str, str], Field(min_length=1)]
    """Lines ``key=value`` that it must print, each as key: "value"."""
    counts: tuple[Text, ...] = ()
    """Keys of lines ``key=value`` whose value must be a whole number, whichever."""
    unchanged: tuple[Query, ...] = ()
    """Numbers of the journey `database`'s database that a dry run must not change."""


class Attack(Journey):
    """Requests that look like attacks must be blocked, and normal ones must not."""

    roles: Roles = ("edge",)
    host: Text
    """The name that customers type; sent as the ``Host`` header."""
    port: Port = 80
    normal: RequestPath = NORMAL
    attacks: Annotated[Mapping[str, RequestPath], Field(min_length=1)] = ATTACKS
    """Words for a report -> path and query; harmless, whatever inspects it or not."""
    status: Annotated[int, Field(ge=400, le=599)] = 403
    """With which status the firewall blocks."""


class StatusPage(Journey):
    """The page that tells customers what is going on, whatever has become of either site."""

    roles: Roles = ("edge",)
    """The hosts through which it is looked at: the runner may stand where no name or page is to be had."""
    server: ServerName
    port: Port = 80
    path: RequestPath = "/"
    says: Text
    """A text that it shows."""


class MaintenancePage(Journey):
    """What customers are shown while no web host answers."""

    roles: Roles = ("edge",)
    host: Text
    port: Port = 80
    path: RequestPath
    """Where the page can be seen at any time, made by the same error handling."""
    status: Annotated[int, Field(ge=200, le=599)] = 503
    """No success: search engines and caches would keep the page as the shop's."""
    says: Text
    links: Text
    """Where it sends customers who want to know more."""


class Admin(Journey):
    """Where store owners are sent."""

    roles: Roles = ("edge",)
    host: Text
    port: Port = 80
    web_role: RoleName = "web"
    web_port: Port = 8000
    path: RequestPath = "/admin"
    leads_to: Text
    """The address to which it redirects, whole."""


class Egress(Journey):
    """Each third party of the aspect ``egress`` must accept every one of some connections from each host."""

    roles: Roles = ("web",)
    timeout: PositiveDuration = timedelta(seconds=5)
    tries: Annotated[int, Field(ge=1, le=100)] = 3
    """A gateway is more than one machine, and each has a list of its own."""


class Smoke(Strict):
    """The journeys, by the name of their test file: ``tests/smoke/test_<journey>.py``."""

    storefront: Storefront
    session: Session
    database: Database
    subscriptions: Subscriptions
    attack: Attack
    status_page: StatusPage
    maintenance_page: MaintenancePage
    admin: Admin
    egress: Egress
