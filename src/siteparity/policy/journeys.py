"""The journeys: one class for each file of smoke checks, ``tests/smoke/test_<journey>.py``.

A journey holds its part of the policy, and says what it needs: ways through hosts, rights in a database or a
Redis, another aspect's section.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import permutations
from types import NoneType
from typing import Annotated, Any, ClassVar, Literal, NamedTuple, Self, TypeAlias, get_args
from urllib.parse import unquote

from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from siteparity.policy import bounds
from siteparity.policy.applications import Application, Applications, said
from siteparity.policy.grants import DatabaseAccess, Grant, RedisAccess
from siteparity.policy.questions import Question
from siteparity.policy.section import (
    AbsolutePath,
    Duration,
    HeaderName,
    HeaderValue,
    Language,
    Port,
    PositiveDuration,
    RequestPath,
    RoleName,
    Scheme,
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
    RequestPath, template(optional="language"), AfterValidator(_of_a_language)
]
"""``{language}`` in it stands for the language; a site with one language need not have it."""
LanguageValue: TypeAlias = Annotated[
    HeaderValue, template(optional="language"), AfterValidator(_of_a_language)
]
"""The value of a header or a cookie; ``{language}`` in it stands for the language."""
CookieName: TypeAlias = Annotated[str, matching(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", "the name of a cookie")]
HostName: TypeAlias = Annotated[Text, matching(r"[A-Za-z0-9][A-Za-z0-9.:-]{0,252}", "the name of a server")]
"""A name that customers type, and a port where it is not the usual one."""
Format: TypeAlias = Literal["number", "price", "date", "plural"]


HTTPS_PORTS = (443, 8443)
"""Ports that speak TLS if nothing else is said (IANA's registry: https, and its usual alternative)."""
SESSION = r"[A-Za-z0-9_.,-]{16,128}"
"""What names a session: long enough that nobody guesses it, and nothing that a shell or Redis could read."""


class Way(NamedTuple):
    """A connection that a journey makes through a host."""

    role: str
    """The host's role."""
    target: str
    """``host:port`` as `place` writes it, or the path of a Unix socket."""


class Request(NamedTuple):
    """What a browser asks for."""

    path: str
    headers: Mapping[str, str] = {}
    cookies: Mapping[str, str] = {}


class Door(NamedTuple):
    """Where pages are asked for: a port of the hosts of a role, and how it is spoken to."""

    role: str
    """The role of the hosts through which it is reached."""
    port: int
    https: bool = False
    host: str = ""
    """The ``Host`` header, and the name in the certificate; that of the server if empty."""
    headers: Mapping[str, str] = {}
    trust: str | None = None
    """The file on the host with the authorities of its certificate; those of this machine if None."""
    verified: bool = True
    """Whether its certificate is looked at."""
    server: str = "127.0.0.1"
    """The host itself, or a server outside."""


def place(server: str, port: int) -> str:
    """A server's port as OpenSSH writes it: ``127.0.0.1:80``, ``[::1]:80``."""
    return f"[{server}]:{port}" if ":" in server else f"{server}:{port}"


def _is_https(scheme: Scheme | None, port: int) -> bool:
    return scheme == "https" or (scheme is None and port in HTTPS_PORTS)


def _port(scheme: Scheme | None, port: int | None) -> int:
    return port or (443 if scheme == "https" else 80)


def _front(of: Applications) -> dict[str, Any]:
    """The front door as the keys of journeys."""
    front = of.front
    if front is None:
        return {}
    return said(
        roles=[front.role],
        host=front.names[0],
        port=front.port,
        scheme=front.scheme,
        trust=front.trust,
        headers=front.headers,
    )


def _behind(of: Applications) -> dict[str, Any]:
    """The application behind the front door as the keys of journeys."""
    behind = of.behind
    if behind is None:
        return {}
    at = of.reached_at(behind)
    # Where customers come straight to the application, its door is the front door.
    front = {} if at is of.front else {"web_trust": at.trust}
    return said(
        web_role=behind.role,
        web_port=at.port,
        web_scheme=at.scheme,
        web_headers={**at.headers, **behind.headers},
        **front,
    )


def _straight(of: Applications, one: Application | None) -> dict[str, Any]:
    """An application that is visited behind the front door, as the keys of a journey that has no other."""
    if one is None:
        return {}
    at = of.reached_at(one)
    return said(
        roles=[one.role],
        host=of.front.names[0] if of.front else None,
        port=at.port,
        scheme=at.scheme,
        trust=at.trust,
        headers={**at.headers, **one.headers},
    )


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

    def doors(self) -> Iterator[Door]:
        """Where it asks for pages."""
        yield from ()

    def ways(self) -> Iterator[Way]:
        """The connections that it makes through hosts, other than to the servers of the aspect it needs."""
        for door in self.doors():
            yield Way(door.role, place(door.server, door.port))

    def grants(self, _: Smoke) -> Iterator[Grant]:
        """What hosts must grant for it, given all journeys: one may use another's database."""
        yield from ()


class Visiting(Journey):
    """A journey that asks for pages as a customer's browser does."""

    headers: Mapping[HeaderName, HeaderValue] = {}
    """Sent with each request, besides ``Host``."""
    cookies: Mapping[CookieName, HeaderValue] = {}
    """Sent with each request, as if the pages had set them before."""

    def request(self, path: str) -> Request:
        """The request for a page."""
        return Request(path, self.headers, self.cookies)


class Speaking(Visiting):
    """A journey whose pages are in a language, by path, header or cookie."""

    headers: Mapping[HeaderName, LanguageValue] = {}
    """Sent with each request, besides ``Host``, such as ``Accept-Language: "{language}"``."""
    cookies: Mapping[CookieName, LanguageValue] = {}
    """Sent with each request, as if the pages had set them before, such as ``lang: "{language}"``."""
    spelled: Mapping[Language, Annotated[str, matching(r"[!-~]*", "printable ASCII without blanks")]] = {}
    """What stands in place of ``{language}``, where that is not the language's own name: ``pt-br`` for
    ``pt-BR``, or nothing for a language that has the addresses without one."""

    def request(self, path: str, language: str = "") -> Request:
        """The request for a page in a language."""

        def written(text: str) -> str:
            return text.replace("{language}", self.spelled.get(language, language))

        return Request(
            written(path),
            {name: written(value) for name, value in self.headers.items()},
            {name: written(value) for name, value in self.cookies.items()},
        )


class Front(Visiting):
    """A journey to the front door."""

    roles: Roles = ("edge",)
    host: HostName
    """The name that customers type; sent as the ``Host`` header, and looked for in the certificate."""
    port: Port | None = None
    """By default 443 with https, else 80."""
    scheme: Scheme | None = None
    """By default https at the ports 443 and 8443, else http."""
    trust: AbsolutePath | None = None
    """A file with the authorities that customers trust, in PEM, on the host. By default those of the machine
    on which siteparity runs."""

    @property
    def front(self) -> Door:
        """The port to which customers come."""
        port = _port(self.scheme, self.port)
        return Door(self.role, port, _is_https(self.scheme, port), self.host, trust=self.trust)

    def doors(self) -> Iterator[Door]:
        """To the front door."""
        yield self.front

    @classmethod
    def drawn(cls, of: Applications) -> Mapping[str, Any]:
        """The front door."""
        return _front(of)


class Behind(Journey):
    """A journey to the application behind the front door, on each of its hosts."""

    web_role: Role = "web"
    web_port: Annotated[
        Port | None, Question("At which port does each host of the application answer in HTTP by itself?")
    ] = None
    """Where each host of the application answers by itself, without the front door."""
    web_scheme: Scheme | None = None
    """By default https at the ports 443 and 8443, else http."""
    web_headers: Mapping[HeaderName, HeaderValue] = {}
    """What the front door adds to each request, such as ``X-Forwarded-Proto: https``."""
    web_trust: AbsolutePath | None = None
    """A file on the host with the authorities of the application's own certificate, in PEM. Without it that
    certificate is not looked at: customers do not see it."""

    def behind(self, host: str) -> Iterator[Door]:
        """The application's own port; nothing if it has none."""
        if self.web_port is not None:
            yield Door(
                self.web_role,
                self.web_port,
                _is_https(self.web_scheme, self.web_port),
                host,
                self.web_headers,
                self.web_trust,
                verified=self.web_trust is not None,
            )


class FrontAndBehind(Front, Behind):
    """A journey to the front door and, past it, to each host of the application."""

    @property
    def each_host(self) -> Door:
        """The port at which each host shows pages: the application's own, or the front door."""
        return next(self.behind(self.host), self.front)

    def doors(self) -> Iterator[Door]:
        """To the front door, and to the application's own port."""
        yield self.front
        yield from self.behind(self.host)

    @classmethod
    def drawn(cls, of: Applications) -> Mapping[str, Any]:
        """The front door, and the application behind it."""
        return {**_front(of), **_behind(of)}


class Storefront(Speaking, FrontAndBehind):
    """Pages of the application in each served language: from each of its hosts, and as customers get them."""

    question: ClassVar[str] = "Which page do customers see first, and what does it say in each language?"

    roles: Roles = ("edge",)
    path: LanguagePath
    """The page that customers see first."""
    says: Mapping[Language, Text]
    """For each served language: a text of the page, as a customer reads it, that no other language has."""
    formats: Annotated[
        tuple[Format, ...],
        Question("Which of number, price, date and plural does the page mark, so that they can be judged?"),
    ] = ()
    """What the page must write as the language does; `pytest_plugin.formats` lists the marks."""
    declares: Annotated[
        tuple[Literal["header", "attribute"], ...],
        Question("Where does the page name its language: header, attribute, or both?"),
    ] = ()
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

    @model_validator(mode="after")
    def _a_text_for_each_language(self, info: ValidationInfo) -> Self:
        served = (info.context or {}).get("languages") or ()
        if missing := [language for language in served if language not in self.says]:
            raise ValueError(
                f"expected a text in says for each language, found none for {', '.join(missing)}; add it"
            )
        told = (self.path, *self.headers.values(), *self.cookies.values())
        if len(served) > 1 and not any("{language}" in text for text in told):
            raise ValueError(
                f"expected {{language}} in path, headers or cookies, since there are {len(served)} "
                f"languages, found {quoted(self.path)}; write it where the language stands"
            )
        for one, other in permutations(self.says, 2):
            if self.says[one] in self.says[other]:
                raise ValueError(
                    f"expected texts in says that tell the languages apart, found that of {one} in that of "
                    f"{other}; choose another text"
                )
            if self.request(self.path, one) == self.request(self.path, other):
                raise ValueError(
                    f"expected requests that tell the languages apart, found the same for {one} and {other}; "
                    "correct spelled"
                )
        return self


def _key_of_a_session(text: str) -> str:
    """The key, which has one place for what names the session."""
    bare = text.replace("{cookie}", "\0", 1) if "{cookie}" in text else text.replace("{sha256}", "\0", 1)
    if bare.count("\0") != 1 or set(bare) & set("{}"):
        raise ValueError(
            "expected a text with {cookie} or {sha256} in it and no other braces, such as session:{cookie}, "
            f"found {quoted(text)}; write it"
        )
    return text


def _one_group(text: str) -> str:
    """A regular expression with one group."""
    try:
        groups = re.compile(text).groups
    except re.error as error:
        raise ValueError(
            f"expected a regular expression, found {quoted(text)} ({error}); correct it"
        ) from None
    if groups != 1:
        raise ValueError(
            f"expected one group in round brackets, found {groups} in {quoted(text)}; put it around the part"
        )
    return text


class Session(Speaking):
    """A session started through each web host of the standby must be kept in the standby's own Redis."""

    question: ClassVar[str] = "Which page starts a session, and under which key of which Redis is it kept?"
    shown_by: ClassVar[str | None] = "sessions"
    never_waived: ClassVar[bool] = True

    roles: Roles = ("web",)
    host: HostName | None = None
    """The name that customers type; sent as the ``Host`` header."""
    port: Port
    """Where each host of the application answers by itself."""
    scheme: Scheme | None = None
    """By default https at the ports 443 and 8443, else http."""
    trust: AbsolutePath | None = None
    """A file on the host with the authorities of the application's own certificate, in PEM. Without it that
    certificate is not looked at."""
    language: Language | None = None
    """The language of the page; the policy's first if None."""
    path: LanguagePath
    """GET starts a session: the page stores something in it, and sets the cookie. It may be any page, such as
    that of the login form."""
    end: Annotated[
        LanguagePath | None,
        Question("Which request ends a session, as leaving does?"),
    ] = None
    """The request that ends a session. Without it sessions end when their time is over."""
    end_with: Literal["GET", "POST"] = "POST"
    """The method of that request. Its form is empty: one that needs a token ends nothing."""
    cookie: CookieName
    """The cookie that names the session."""
    cookie_part: Annotated[str, AfterValidator(_one_group)] | None = None
    """A regular expression. Its one group is the part of the cookie that names the session; ``%XX`` is
    decoded before. By default the whole cookie does."""
    longest: Annotated[Duration, bounds.at_most("30d")] = timedelta(hours=24)
    """A session that nobody ends must expire within this time."""
    sessions_role: Role = "sessions"
    redis_port: Port = 6379
    redis_database: Annotated[int, Field(ge=0)] = 0
    redis_user: Text = "parity"
    """It may ask for the TTL of sessions' keys (``+ttl %R~session:*``), which does not show their values."""
    redis_auth_file: AbsolutePath = "/etc/siteparity/redis-auth"
    """On the sessions host: one line, the password; it never leaves the host."""
    key: Annotated[str, AfterValidator(_key_of_a_session)]
    """The key of a session in Redis: ``{cookie}`` stands for what names it, ``{sha256}`` for the SHA-256 of
    that, in hexadecimal."""

    @property
    def door(self) -> Door:
        """The application's own port."""
        https = _is_https(self.scheme, self.port)
        verified = self.trust is not None
        return Door(self.role, self.port, https, self.host or "", trust=self.trust, verified=verified)

    @property
    def around(self) -> tuple[str, str]:
        """What stands before and after the name of the session in its key."""
        before, _, after = self.key.replace("{sha256}", "{cookie}").partition("{cookie}")
        return before, after

    def named(self, cookie: str) -> str | None:
        """What names the session in its key, by the cookie; None if the cookie holds no such name."""
        decoded = unquote(cookie)
        if self.cookie_part is not None:
            found = re.search(self.cookie_part, decoded)
            decoded = (found[1] or "") if found else ""
        if not re.fullmatch(SESSION, decoded):
            return None
        return hashlib.sha256(decoded.encode()).hexdigest() if "{sha256}" in self.key else decoded

    def doors(self) -> Iterator[Door]:
        """To the application."""
        yield self.door

    def grants(self, _: Smoke) -> Iterator[Grant]:
        """TTL on the keys of sessions."""
        keys = "*".join(self.around)
        yield RedisAccess((self.sessions_role,), self.redis_user, self.redis_auth_file, keys)

    @classmethod
    def drawn(cls, of: Applications) -> Mapping[str, Any]:
        """The application that keeps sessions, and where it keeps them."""
        for one, lead, store in of.leads():
            if lead.keeps_sessions and store.redis:
                return _straight(of, one) | said(
                    sessions_role=store.role,
                    redis_port=store.port,
                    redis_user=store.redis.redis_user,
                    redis_auth_file=store.redis.auth_file,
                )
        return {}


_AROUND = "a text right before or after {number}, so that no other number is taken for one"


class Database(Speaking, Behind):
    """Current rows must be readable on the standby: by the suite, and by customers on a page."""

    question: ClassVar[str] = "Which query gives the number of the newest row, and which page shows that row?"
    shown_by: ClassVar[str | None] = "database"

    roles: Roles = ("db",)
    socket: AbsolutePath = "/var/run/postgresql/.s.PGSQL.5432"
    """A Unix socket: the server knows the client by its account (peer authentication)."""
    database: Text
    database_user: Text = "parity"
    query: Query
    """The number of the newest row, such as ``SELECT max(id) FROM posts``; it only grows."""
    at_least: Annotated[int, bounds.at_least("1")] = 1
    """The least number that `query` must return."""
    host: HostName | None = None
    """The name that customers type; sent as the ``Host`` header."""
    web_port: Annotated[
        Port | None,
        Question("At which port does each host of the application answer in HTTP by itself?", beside="path"),
    ] = None
    """Where each host of the application answers by itself; needed beside `path`."""
    path: Annotated[LanguagePath | None, Question("Which page shows the number of the newest row?")] = None
    """The page that shows the newest rows, without a login."""
    language: Language | None = None
    """The language of the page; the policy's first if None."""
    row: Annotated[
        Annotated[str, template("number"), matching(r"(?s).*\S\{number\}.*|.*\{number\}\S.*", _AROUND)]
        | None,
        Question("How does the page write the number of a row?", beside="path"),
    ] = None
    """How the page or its source writes each row's number: ``Post no. {number}``, ``data-id="{number}"``."""

    def doors(self) -> Iterator[Door]:
        """To the application, if one of its pages shows rows."""
        if self.path is not None:
            yield from self.behind(self.host or "")

    def ways(self) -> Iterator[Way]:
        """To the database, and to the application."""
        yield Way(self.role, self.socket)
        yield from super().ways()

    def grants(self, _: Smoke) -> Iterator[Grant]:
        """The journey's own query."""
        yield DatabaseAccess(self.roles, self.database_user, self.database, (self.query,))

    @classmethod
    def drawn(cls, of: Applications) -> Mapping[str, Any]:
        """The first PostgreSQL among them, and the application behind the front door."""
        name = {"host": of.front.names[0]} if of.front else {}
        one = of.postgresql
        if one is None or one.postgresql is None:
            return {**name, **_behind(of)}
        found = one.postgresql
        return {
            "roles": [one.role],
            "database": found.database,
            "database_user": found.database_user,
            **name,
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
    expect: Annotated[
        Mapping[str, str] | tuple[Text, ...],
        Question("What does a rehearsal print that shows that it has charged nobody?"),
    ] = ()
    """Texts that the job must print; or lines ``key=value``, written as key: "value"."""
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


class Attack(Front):
    """Requests that look like attacks must be blocked, and a normal one must not."""

    question: ClassVar[str] = "Under which name can a harmless attack be sent to the front door?"
    shown_by: ClassVar[str | None] = "waf"

    normal: RequestPath = NORMAL
    attacks: Annotated[Mapping[str, RequestPath], Field(min_length=1)] = ATTACKS
    """Name in reports -> path and query, which do no harm where nothing inspects them."""
    status: Annotated[int, Field(ge=400, le=599)] = 403
    """The status with which the firewall blocks a request."""


class StatusPage(Visiting):
    """The page that tells customers what is going on, even if both sites are down."""

    question: ClassVar[str] = "Where do customers read what is going on, if both sites are down?"

    roles: Roles = ("edge",)
    """The hosts that fetch it: the runner itself may reach neither name servers nor the page."""
    server: ServerName
    """Sent as the ``Host`` header, and looked for in the certificate."""
    port: Port | None = None
    """By default 443 with https, else 80."""
    scheme: Scheme | None = None
    """By default https at the ports 443 and 8443, else http."""
    trust: AbsolutePath | None = None
    """A file with the authorities that customers trust, in PEM, on the hosts. By default those of the machine
    on which siteparity runs."""
    path: RequestPath = "/"
    status: Annotated[int, Field(ge=200, le=599)] = 200
    """The status with which it answers."""
    says: Annotated[Text | None, Question("Which text does the status page show?")] = None
    """A text that the page shows, whatever its form: HTML, JSON, or plain text."""

    @property
    def door(self) -> Door:
        """The page's server."""
        port = _port(self.scheme, self.port)
        https = _is_https(self.scheme, port)
        return Door(self.role, port, https, self.server, trust=self.trust, server=self.server)

    def doors(self) -> Iterator[Door]:
        """To the page's server."""
        yield self.door

    @classmethod
    def drawn(cls, of: Applications) -> Mapping[str, Any]:
        """The hosts of the front door."""
        return {"roles": [of.front.role]} if of.front else {}


class MaintenancePage(Front):
    """The page that customers see while no web host answers."""

    question: ClassVar[str] = "Which page do customers see while no web host answers?"

    path: RequestPath
    """A path that always shows the page, through the same error handling."""
    status: Annotated[int, Field(ge=200, le=599)] = 503
    """Not a success: search engines and caches would keep the page as the application's."""
    says: Text
    """A text that the page shows."""
    links: Annotated[Text | None, Question("Which address does the page link for more?")] = None
    """The address that the page links for customers who want to know more."""


class Admin(FrontAndBehind):
    """The way to the pages of those who run the shops, or the content: a redirect, or a page of its own."""

    question: ClassVar[str] = "Where are the pages of store owners?"

    path: RequestPath
    leads_to: Annotated[
        Text | None, Question("Where does the page lead, or which text does it show?", instead="says")
    ] = None
    """The address that it redirects to: a whole one, or a path."""
    says: Text | None = None
    """A text that it shows, if it redirects nowhere."""

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if self.leads_to is not None and self.says is not None:
            raise ValueError("expected either leads_to or says, found both; remove one of them")
        return self


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
