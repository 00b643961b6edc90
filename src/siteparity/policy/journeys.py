"""The journeys: one class for each file of smoke checks, ``tests/smoke/test_<journey>.py``.

A journey holds its part of the policy, and says what it needs: ways through hosts, rights in a database or a
Redis, another aspect's section.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import permutations
from types import NoneType
from typing import Annotated, Any, ClassVar, Literal, NamedTuple, Self, TypeAlias, get_args

from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from siteparity.policy import bounds
from siteparity.policy.applications import Applications, said
from siteparity.policy.grants import DatabaseAccess, Grant, RedisAccess
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
from siteparity.yamlfile import quoted

Roles: TypeAlias = Annotated[tuple[RoleName, ...], Field(min_length=1, max_length=1, validate_default=True)]
Role: TypeAlias = Annotated[RoleName, Field(validate_default=True)]
"""A reference to a role; a usual name is no error only if the policy has that role."""
Query: TypeAlias = Annotated[str, matching(r"(?is)\s*select\s[^;]*", "one SELECT without a semicolon")]
"""Returns one row with one number."""


def _of_a_language(path: str, info: ValidationInfo) -> str:
    if "{language}" in path and (info.context or {}).get("languages") == ():
        raise ValueError(
            f"expected no {{language}} in {info.field_name}, since the policy has no languages, found "
            f"{quoted(path)}; write a path without it, or name the languages under languages"
        )
    return path


LanguagePath: TypeAlias = Annotated[
    str, template(optional="language"), AfterValidator(_of_a_language), Field(validate_default=True)
]
"""``{language}`` in it stands for the language; a site with one language need not have it."""
Format: TypeAlias = Literal["number", "price", "date", "plural"]


class Way(NamedTuple):
    """A connection that a journey makes through a host."""

    role: str
    """The host's role."""
    target: str
    """``host:port`` as `place` writes it, or the path of a Unix socket."""


def place(server: str, port: int) -> str:
    """A server's port as OpenSSH writes it: ``127.0.0.1:80``, ``[::1]:80``."""
    return f"[{server}]:{port}" if ":" in server else f"{server}:{port}"


def _own(role: str, port: int) -> Way:
    """A way to a port of the host itself."""
    return Way(role, place("127.0.0.1", port))


def _front(of: Applications) -> dict[str, Any]:
    """The front door as the keys of journeys."""
    front = of.front
    return said(roles=[front.role], host=front.names[0], port=front.port) if front else {}


def _behind(of: Applications) -> dict[str, Any]:
    """The application behind the front door as the keys of journeys."""
    behind = of.behind
    return said(web_role=behind.role, web_port=behind.port) if behind else {}


class Journey(Section):
    """A journey's part of the policy, and what it says of itself."""

    title: ClassVar[str] = ""
    """The heading in reports; made from the journey's name if empty."""
    needs: ClassVar[str | None] = None
    """The aspect whose section it reads as well, and whose servers it connects to."""
    shown_by: ClassVar[str | None] = None
    """The aspect whose witnesses show that a site has what is tried out; None if nothing on a host can."""

    never_whole: ClassVar[bool] = True

    roles: Roles
    """The one role whose hosts do the work."""
    timeout: Annotated[PositiveDuration, bounds.at_most("60s")] = timedelta(seconds=10)
    """The longest that one request, query or command may take."""

    @property
    def role(self) -> str:
        """The one role whose hosts do the work."""
        return self.roles[0]

    def ways(self) -> Iterator[Way]:
        """The connections that it makes through hosts, other than to the servers of the aspect it needs."""
        yield from ()

    def grants(self, _: Smoke) -> Iterator[Grant]:
        """What hosts must grant for it, given all journeys: one may use another's database."""
        yield from ()


class Storefront(Journey):
    """Pages of the shop in each served language: from each web host, and as customers get them."""

    question: ClassVar[str] = "Which page do customers see first, and what does it say in each language?"

    roles: Roles = ("edge",)
    host: Text
    """The name that customers type; sent as the ``Host`` header."""
    port: Port = 80
    web_role: Role = "web"
    web_port: Port = 8000
    path: LanguagePath = "/{language}/"
    says: Mapping[Language, Text]
    """For each served language: a text of the page, as a customer reads it, that no other language has."""
    formats: tuple[Format, ...] = ("number", "price", "date", "plural")
    """What the page must write as the language does; `pytest_plugin.formats` lists the marks."""
    declares: tuple[Literal["header", "attribute"], ...] = ("header", "attribute")
    """Where the page must name its language: in Content-Language, and in the attribute ``lang``."""
    date_style: Literal["full", "long", "medium", "short"] = "long"
    """How long the page's dates are (CLDR's names)."""
    requests: Annotated[int, Field(ge=1, le=1000), bounds.at_least("20")] = 40
    """In all, through the edge. No error in n requests bounds the error rate near 3/n at 95 % confidence."""
    at_once: Annotated[int, Field(ge=1, le=32)] = 2
    """How many requests run at the same time, each over a connection of its own."""
    slowest: Annotated[PositiveDuration, bounds.at_most("10s")] = timedelta(seconds=2)
    """A page that takes longer counts as failed: customers leave."""
    rounds: Annotated[int, Field(ge=3, le=100), bounds.at_least("3")] = 5
    """How many pages are fetched from each edge and web host of both sites, in turn, to compare times."""
    times_slower: Annotated[int, Field(ge=1, le=100), bounds.at_most("10")] = 2
    """A host is slow if its quickest page takes this many times as long as that of the slowest host of its
    role at the primary, and longer by more than `slower_by`."""
    slower_by: Annotated[PositiveDuration, bounds.at_most("5s")] = timedelta(milliseconds=250)
    """What customers notice; more than the runner's own ways to the two sites may differ by."""

    def ways(self) -> Iterator[Way]:
        """To the edge's port, and to the shop on the web hosts."""
        yield _own(self.role, self.port)
        yield _own(self.web_role, self.web_port)

    @model_validator(mode="after")
    def _a_text_for_each_language(self, info: ValidationInfo) -> Self:
        served = (info.context or {}).get("languages") or ()
        if missing := [language for language in served if language not in self.says]:
            raise ValueError(
                f"expected a text in says for each language, found none for {', '.join(missing)}; add it"
            )
        if len(served) > 1 and "{language}" not in self.path:
            raise ValueError(
                f"expected {{language}} in path, since {len(served)} languages are served, found "
                f"{quoted(self.path)}; write it where the language stands"
            )
        for one, other in permutations(self.says, 2):
            if self.says[one] in self.says[other]:
                raise ValueError(
                    f"expected texts in says that tell the languages apart, found that of {one} in that of "
                    f"{other}; choose another text"
                )
        return self

    @classmethod
    def drawn(cls, of: Applications) -> Mapping[str, Any]:
        """The front door, and the application behind it."""
        return {**_front(of), **_behind(of)}


class Session(Journey):
    """A session started through each web host of the standby must be kept in the standby's own Redis."""

    question: ClassVar[str] = "How does a customer start and end a session, and where is it kept?"
    shown_by: ClassVar[str | None] = "sessions"
    never_waived: ClassVar[bool] = True

    roles: Roles = ("web",)
    port: Port = 8000
    language: Language | None = None
    """The language of the page; the policy's first if None."""
    path: LanguagePath = "/{language}/cart"
    """GET starts a session."""
    end: LanguagePath = "/{language}/cart/end"
    """POST ends it, as customers do."""
    cookie: Text = "sid"
    longest: Annotated[Duration, bounds.at_most("30d")] = timedelta(hours=24)
    """A session that nobody ends must expire within this time."""
    sessions_role: Role = "sessions"
    redis_port: Port = 6379
    redis_database: Annotated[int, Field(ge=0)] = 0
    redis_user: Text = "parity"
    """It may ask for the TTL of sessions' keys (``+ttl %R~session:*``), which does not show their values."""
    redis_auth_file: AbsolutePath = "/etc/siteparity/redis-auth"
    """On the sessions host: one line, the password; it never leaves the host."""
    key: Annotated[str, template("cookie")] = "session:{cookie}"

    def ways(self) -> Iterator[Way]:
        """To the shop."""
        yield _own(self.role, self.port)

    def grants(self, _: Smoke) -> Iterator[Grant]:
        """TTL on the keys of sessions."""
        keys = self.key.format(cookie="*")
        yield RedisAccess((self.sessions_role,), self.redis_user, self.redis_auth_file, keys)

    @classmethod
    def drawn(cls, of: Applications) -> Mapping[str, Any]:
        """The application that keeps sessions, and where it keeps them."""
        for one, lead, store in of.leads():
            if lead.keeps_sessions and store.redis:
                return said(
                    roles=[one.role],
                    port=one.port,
                    sessions_role=store.role,
                    redis_port=store.port,
                    redis_user=store.redis.redis_user,
                    redis_auth_file=store.redis.auth_file,
                )
        return {}


class Database(Journey):
    """Current rows must be readable on the standby: by the suite, and by customers on the shop's page."""

    question: ClassVar[str] = "Which query gives the number of the newest row, and which page shows that row?"
    shown_by: ClassVar[str | None] = "database"

    roles: Roles = ("db",)
    socket: AbsolutePath = "/var/run/postgresql/.s.PGSQL.5432"
    """A Unix socket: the server knows the client by its account (peer authentication)."""
    database: Text
    database_user: Text = "parity"
    query: Query
    """The number of the newest row, such as ``SELECT max(id) FROM orders``; it only grows."""
    at_least: Annotated[int, bounds.at_least("1")] = 1
    """The least number that `query` must return."""
    web_role: Role = "web"
    web_port: Port = 8000
    path: LanguagePath = "/{language}/orders/latest"
    """The page that shows the newest rows."""
    language: Language | None = None
    """The language of the page; the policy's first if None."""
    row: Annotated[str, matching(r"data-[a-z0-9-]+", "an attribute such as data-order")] = "data-order"
    """The attribute that holds each row's number on the page."""

    def ways(self) -> Iterator[Way]:
        """To the database, and to the shop on the web hosts."""
        yield Way(self.role, self.socket)
        yield _own(self.web_role, self.web_port)

    def grants(self, _: Smoke) -> Iterator[Grant]:
        """The journey's own query."""
        yield DatabaseAccess(self.roles, self.database_user, self.database, (self.query,))

    @classmethod
    def drawn(cls, of: Applications) -> Mapping[str, Any]:
        """The first PostgreSQL among them, and the application behind the front door."""
        one = of.postgresql
        if one is None or one.postgresql is None:
            return _behind(of)
        found = one.postgresql
        return {
            "roles": [one.role],
            "database": found.database,
            "database_user": found.database_user,
            **_behind(of),
        }


class Subscriptions(Journey):
    """A dry run of the subscriptions job must succeed on the standby and charge nobody."""

    question: ClassVar[str] = "Which command rehearses the job that charges customers?"
    shown_by: ClassVar[str | None] = "subscriptions"

    roles: Roles = ("web",)
    timeout: Annotated[PositiveDuration, bounds.at_most("60s")] = timedelta(seconds=30)
    command: Annotated[tuple[Text, ...], Field(min_length=1)]
    """The arguments of the job; no shell reads them."""
    user: Annotated[str, matching(r"[a-z_][a-z0-9_-]{0,31}", "the name of a user")] = "root"
    """The account that the schedule runs the job as."""
    expect: Annotated[Mapping[str, str], Field(min_length=1)]
    """Lines ``key=value`` that the job must print, written as key: "value"."""
    counts: tuple[Text, ...] = ()
    """Keys of lines ``key=value`` whose value must be some whole number."""
    unchanged: tuple[Query, ...] = ()
    """Queries of the journey `Database`'s database whose numbers a dry run must not change."""

    def grants(self, smoke: Smoke) -> Iterator[Grant]:
        """The queries that a dry run must not change."""
        if database := smoke.database:
            yield DatabaseAccess(database.roles, database.database_user, database.database, self.unchanged)

    @classmethod
    def drawn(cls, of: Applications) -> Mapping[str, Any]:
        """The account of the application behind the front door."""
        one = of.behind
        return said(roles=[one.role], user=one.user) if one else {}


class Attack(Journey):
    """Requests that look like attacks must be blocked, and a normal one must not."""

    question: ClassVar[str] = "Under which name can a harmless attack be sent to the front door?"
    shown_by: ClassVar[str | None] = "waf"

    roles: Roles = ("edge",)
    host: Text
    """The name that customers type; sent as the ``Host`` header."""
    port: Port = 80
    normal: RequestPath = NORMAL
    attacks: Annotated[Mapping[str, RequestPath], Field(min_length=1)] = ATTACKS
    """Name in reports -> path and query, which do no harm where nothing inspects them."""
    status: Annotated[int, Field(ge=400, le=599)] = 403
    """The status with which the firewall blocks a request."""

    def ways(self) -> Iterator[Way]:
        """To the edge's port."""
        yield _own(self.role, self.port)

    @classmethod
    def drawn(cls, of: Applications) -> Mapping[str, Any]:
        """The front door."""
        return _front(of)


class StatusPage(Journey):
    """The page that tells customers what is going on, even if both sites are down."""

    question: ClassVar[str] = "Where do customers read what is going on, if both sites are down?"

    roles: Roles = ("edge",)
    """The hosts that fetch it: the runner itself may reach neither name servers nor the page."""
    server: ServerName
    port: Port = 80
    path: RequestPath = "/"
    says: Text
    """A text that the page shows."""

    def ways(self) -> Iterator[Way]:
        """To the page's server."""
        yield Way(self.role, place(self.server, self.port))

    @classmethod
    def drawn(cls, of: Applications) -> Mapping[str, Any]:
        """The hosts of the front door."""
        return {"roles": [of.front.role]} if of.front else {}


class MaintenancePage(Journey):
    """The page that customers see while no web host answers."""

    question: ClassVar[str] = "Which page do customers see while no web host answers?"

    roles: Roles = ("edge",)
    host: Text
    port: Port = 80
    path: RequestPath
    """A path that always shows the page, through the same error handling."""
    status: Annotated[int, Field(ge=200, le=599)] = 503
    """Not a success: search engines and caches would keep the page as the shop's."""
    says: Text
    """A text that the page shows."""
    links: Text
    """The address that the page links for customers who want to know more."""

    def ways(self) -> Iterator[Way]:
        """To the edge's port."""
        yield _own(self.role, self.port)

    @classmethod
    def drawn(cls, of: Applications) -> Mapping[str, Any]:
        """The front door."""
        return _front(of)


class Admin(Journey):
    """The redirect that leads store owners to their own pages."""

    question: ClassVar[str] = "Where are the pages of store owners?"

    roles: Roles = ("edge",)
    host: Text
    port: Port = 80
    web_role: Role = "web"
    web_port: Port = 8000
    path: RequestPath = "/admin"
    leads_to: Text
    """The whole address that it redirects to."""

    def ways(self) -> Iterator[Way]:
        """To the edge's port, and to the shop on the web hosts."""
        yield _own(self.role, self.port)
        yield _own(self.web_role, self.web_port)

    @classmethod
    def drawn(cls, of: Applications) -> Mapping[str, Any]:
        """The front door, and the application behind it."""
        return {**_front(of), **_behind(of)}


class Egress(Journey):
    """Each third party of the aspect ``egress`` must accept every one of several calls from each host."""

    question: ClassVar[str] = "Which servers outside both sites must accept calls from each host?"
    shown_by: ClassVar[str | None] = "egress"
    needs: ClassVar[str | None] = "egress"

    roles: Roles = ("web",)
    timeout: Annotated[PositiveDuration, bounds.at_most("60s")] = timedelta(seconds=5)
    tries: Annotated[int, Field(ge=1, le=100), bounds.at_least("1")] = 3
    """Calls to each third party: a gateway is several machines, each with its own list of known addresses."""

    @classmethod
    def drawn(cls, of: Applications) -> Mapping[str, Any]:
        """The application behind the front door."""
        return {"roles": [of.behind.role]} if of.behind else {}


class Smoke(Strict):
    """The journeys, by the name of their test file: ``tests/smoke/test_<journey>.py``. Each is optional."""

    storefront: Storefront | None = None
    session: Session | None = None
    database: Database | None = None
    subscriptions: Subscriptions | None = None
    attack: Attack | None = None
    status_page: StatusPage | None = None
    maintenance_page: MaintenancePage | None = None
    admin: Admin | None = None
    egress: Egress | None = None

    def journeys(self) -> Mapping[str, Journey]:
        """Each journey that the policy describes by its name, in the order of this class."""
        return {name: journey for name in JOURNEYS if (journey := getattr(self, name)) is not None}

    @model_validator(mode="after")
    def _queries_have_a_database(self) -> Self:
        if self.subscriptions and self.subscriptions.unchanged and not self.database:
            raise ValueError(
                "expected the journey database, in which the queries of subscriptions.unchanged are made, "
                "found none; describe it, or remove unchanged"
            )
        return self


JOURNEYS: Mapping[str, type[Journey]] = {
    name: next(kind for kind in get_args(one.annotation) if kind is not NoneType)
    for name, one in Smoke.model_fields.items()
}
"""Each journey's class by its name."""
