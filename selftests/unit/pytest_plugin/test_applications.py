"""The journeys against small real servers that behave as well-known applications do."""

from __future__ import annotations

import hashlib
import os
import re
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from pydantic import ValidationError

from lab import certificates
from selftests.unit.pytest_plugin.loopback import Application, Asked, Told, served, tried
from siteparity.collect.live_questions import authorities
from siteparity.model import Judgement, Outcome
from siteparity.policy.applications import Application as Described
from siteparity.policy.applications import Applications
from siteparity.policy.journeys import Attack, Database, Session
from siteparity.pytest_plugin.database_rows import numbers
from siteparity.pytest_plugin.page import Page

HELLO = {"en": "Welcome", "pt-BR": "Bem-vindo"}
LANGUAGES = "languages: {en: en_US.UTF-8, pt-BR: pt_BR.UTF-8}\n"
SAYS = "says: {en: Welcome, pt-BR: Bem-vindo}"
NAME = "www.site.example"
PATIENT = "slowest: 10s, timeout: 30s, requests: 20"
"""A busy machine is no slow application."""
SPEAKS = "storefront.every_web_host_speaks_the_language"
FRONT = "storefront.every_request_through_the_edge_is_answered_in_time"


def page(language: str, tag: str, **headers: str) -> Told:
    """A page that greets in a language, and calls it by this tag."""
    body = f'<!doctype html><html lang="{tag}"><body><h1>{HELLO[language]}</h1></body></html>'
    return Told(body, headers={"Content-Language": tag, **headers})


def by_path(asked: Asked) -> Told:
    """As Django: small letters in paths, names of hosts that it knows, and TLS before it."""
    if asked.headers["Host"] != NAME:
        return Told(status=400)
    if asked.headers.get("X-Forwarded-Proto") != "https":
        return Told(status=301, headers={"Location": f"https://{NAME}{asked.path}"})
    tags = {"/en/": ("en", "en"), "/pt-br/": ("pt-BR", "pt-br")}
    return page(*tags[asked.path]) if asked.path in tags else Told(status=404)


def without_prefix(asked: Asked) -> Told:
    """As WordPress with a plugin for languages: the first one has no prefix, and a region in its tag."""
    tags = {"/": ("en", "en-US"), "/pt-br/": ("pt-BR", "pt-BR")}
    return page(*tags[asked.path]) if asked.path in tags else Told(status=404)


def by_cookie(asked: Asked) -> Told:
    """As phpMyAdmin: a cookie, and an underscore in the tag. It sets the cookie to what it guesses."""
    guessed = "pt-BR" if asked.cookies.get("pma_lang") == "pt_BR" else "en"
    told = page(guessed, guessed.replace("-", "_"))
    return Told(told.body, headers={**told.headers, "Set-Cookie": "pma_lang=en; Path=/"})


def by_header(asked: Asked) -> Told:
    """As Nextcloud: what the browser prefers."""
    language = "pt-BR" if asked.headers.get("Accept-Language", "").startswith("pt") else "en"
    return page(language, language)


def by_query(asked: Asked) -> Told:
    """As MediaWiki."""
    tag = re.search(r"uselang=([a-z-]+)", asked.path)
    return page("pt-BR" if tag and tag[1] == "pt-br" else "en", tag[1] if tag else "en")


APPLICATIONS: Mapping[str, tuple[Application, str]] = {
    "path": (
        by_path,
        (
            'path: "/{language}/", spelled: {pt-BR: pt-br}, web_headers: {X-Forwarded-Proto: https}, '
            "headers: {X-Forwarded-Proto: https}, declares: [header, attribute]"
        ),
    ),
    "no prefix": (
        without_prefix,
        'path: "/{language}", spelled: {en: "", pt-BR: pt-br/}, declares: [attribute]',
    ),
    "cookie": (
        by_cookie,
        'path: /, cookies: {pma_lang: "{language}"}, spelled: {pt-BR: pt_BR}, declares: [attribute]',
    ),
    "header": (by_header, 'path: /, headers: {Accept-Language: "{language}"}, declares: [header]'),
    "query": (by_query, 'path: "/index.php?uselang={language}", spelled: {pt-BR: pt-br}, declares: [header]'),
}


def storefront(keys: str) -> str:
    """A policy of that journey."""
    return f"{LANGUAGES}smoke: {{storefront: {{host: {NAME}, web_port: 8000, {SAYS}, {keys}, {PATIENT}}}}}\n"


def items(judged: Judgement) -> list[str]:
    """What is wrong."""
    return [finding.message for finding in judged.findings]


@pytest.mark.parametrize("check", [SPEAKS, FRONT])
@pytest.mark.parametrize("kind", APPLICATIONS)
def test_an_application_shows_its_languages_in_its_own_way(tmp_path: Path, kind: str, check: str) -> None:
    """By path, cookie, header or query, and by whatever tag: ``pt-br``, ``pt_BR`` and ``pt-BR`` are one."""
    application, keys = APPLICATIONS[kind]
    with served(application) as port:
        for language in HELLO if check == SPEAKS else [None]:
            named = {"language": language} if language else {}
            judged = tried(tmp_path, check, storefront(keys), {8000: port, 80: port}, **named)
            assert items(judged) == []
            assert judged.outcome is Outcome.SAME


@pytest.mark.parametrize("kind", APPLICATIONS)
def test_an_application_that_speaks_english_alone_is_found(tmp_path: Path, kind: str) -> None:
    """However it is told the language: the text and the tag of the page are wrong."""
    application, keys = APPLICATIONS[kind]

    def english(asked: Asked) -> Told:
        told = application(asked)
        return page("en", "en") if told.status == 200 else told

    with served(english) as port:
        judged = tried(tmp_path, SPEAKS, storefront(keys), {8000: port}, language="pt-BR")
    assert "found en (arizona/web1); expected pt-BR" in " ".join(items(judged))
    assert judged.outcome is Outcome.DIFFERENT


def test_a_language_of_its_own_is_not_taken_for_a_wider_one(tmp_path: Path) -> None:
    """Where both are served, ``pt-BR`` is no ``pt``; else ``en-US`` is ``en``."""

    def brazil(asked: Asked) -> Told:
        return page("pt-BR", "pt-BR" if asked.path == "/pt/" else "en-US")

    policy = (
        "languages: {pt: pt_PT.UTF-8, pt-BR: pt_BR.UTF-8}\n"
        f"smoke: {{storefront: {{host: {NAME}, web_port: 8000, path: '/{{language}}/', "
        "declares: [attribute], says: {pt: Bem-vindo, pt-BR: Ola}}}\n"
    )
    with served(brazil) as port:
        judged = tried(tmp_path, SPEAKS, policy, {8000: port}, language="pt")
    assert items(judged) == ["lang attribute of /pt/: found pt-BR (arizona/web1); expected pt"]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The file of an authority of these tests alone."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("tls")
        patch.setattr(certificates, "TLS", folder)
        certificates.make_all((NAME, "site.example"))
        yield folder / "authority.pem"


def secured(folder: Path, pair: certificates.Pair) -> ssl.SSLContext:
    """What a server with this certificate needs."""
    (folder / "chain.pem").write_bytes(pair.chain)
    (folder / "key.pem").write_bytes(pair.key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "chain.pem", folder / "key.pem")
    return context


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (lambda: certificates.issue((NAME,)), ""),
        (lambda: certificates.issue(("other.example",)), "not trusted: Hostname mismatch"),
        (lambda: certificates.issue((NAME,), days=-1), "not trusted: certificate has expired"),
        (lambda: certificates.unknown((NAME,)), "not trusted: self-signed certificate"),
    ],
)
def test_a_front_door_with_tls_is_trusted_as_customers_trust_it(
    tmp_path: Path, authority: Path, made: Callable[[], certificates.Pair], words: str
) -> None:
    """By the site's own authority, read on the host; its name must be the one that customers type."""
    keys = f'path: /, headers: {{Accept-Language: "{{language}}"}}, port: 443, trust: {authority}'
    with served(by_header, context=secured(tmp_path, made())) as port:
        judged = tried(tmp_path, FRONT, storefront(keys), {443: port})
    assert judged.outcome is (Outcome.DIFFERENT if words else Outcome.SAME), items(judged)
    assert words in " ".join(items(judged))


def test_a_certificate_that_nobody_knows_is_not_trusted_without_trust(
    tmp_path: Path, authority: Path
) -> None:
    """The authorities of this machine do not know the site's own."""
    assert authority.exists()
    context = secured(tmp_path, certificates.issue((NAME,)))
    keys = 'path: /, headers: {Accept-Language: "{language}"}, scheme: https'
    with served(by_header, context=context) as port:
        judged = tried(tmp_path, FRONT, storefront(keys), {443: port})
    assert "its certificate is not trusted" in " ".join(items(judged))


@pytest.mark.parametrize("content", [None, "no certificate\n"])
def test_a_trust_that_cannot_be_read_leaves_the_check_unmeasured(tmp_path: Path, content: str | None) -> None:
    """It is no fault of the server."""
    file = tmp_path / "authority.pem"
    if content is not None:
        file.write_text(content)
    keys = f'path: /, headers: {{Accept-Language: "{{language}}"}}, port: 443, trust: {file}'
    judged = tried(tmp_path, FRONT, storefront(keys), {443: 1})
    assert judged.outcome is Outcome.UNMEASURED
    assert "shows no certificate" in items(judged)[0]


def test_no_key_leaves_a_host_with_the_certificates_of_a_file(tmp_path: Path, authority: Path) -> None:
    """Some keep both in one file."""
    both = tmp_path / "both.pem"
    pair = certificates.issue((NAME,))
    both.write_bytes(pair.key + authority.read_bytes() + pair.key)
    text = authorities(Attack(owner="A", host=NAME), str(both)).text
    told = subprocess.run(["sh", "-c", text], capture_output=True, check=True).stdout
    assert told == authority.read_bytes()


def test_the_certificate_of_an_application_behind_the_front_door_need_not_be_known(
    tmp_path: Path, authority: Path
) -> None:
    """Customers do not see it; with `web_trust` it must come from there."""
    keys = 'path: /, headers: {Accept-Language: "{language}"}, web_scheme: https'
    with served(by_header, context=secured(tmp_path, certificates.unknown(("web1",)))) as port:
        assert items(tried(tmp_path, SPEAKS, storefront(keys), {8000: port}, language="en")) == []
        keys += f", web_trust: {authority}"
        judged = tried(tmp_path, SPEAKS, storefront(keys), {8000: port}, language="en")
    assert "its certificate is not trusted" in items(judged)[0]


def test_an_application_that_answers_nobody_by_itself_is_looked_at_through_the_front_door(
    tmp_path: Path,
) -> None:
    """PHP-FPM speaks no HTTP."""
    absent = "absent: {smoke.storefront.web_port: {reason: it speaks FastCGI, approved_by: Ada}}\n"
    keys = 'path: /, headers: {Accept-Language: "{language}"}'
    policy = storefront(keys).replace("web_port: 8000, ", "") + absent
    with served(by_header) as port:
        assert items(tried(tmp_path, SPEAKS, policy, {80: port}, language="en")) == []


@pytest.mark.parametrize(
    ("told", "keys", "wrong"),
    [
        (Told("<h1>All systems\n operational</h1>"), "says: All systems operational", ""),
        (
            Told('{"status":"ok", "note": "<b>"}', headers={"Content-Type": "application/json"}),
            """says: '"status":"ok"'""",
            "",
        ),
        (Told("a < b is OK\n", headers={"Content-Type": "text/plain"}), "says: a < b is OK", ""),
        (Told(status=204), "status: 204", ""),
        (Told("maintenance", 503), "says: maintenance", "found 503"),
        (Told("<title>fine</title>"), "says: fine", "not shown"),
    ],
)
def test_a_status_page_may_have_any_form(tmp_path: Path, told: Told, keys: str, wrong: str) -> None:
    """HTML, JSON, a line of text, or nothing at all."""
    policy = f"{LANGUAGES}smoke: {{status_page: {{server: 192.0.2.7, path: /api/v2/status, {keys}}}}}\n"
    with served(lambda _: told) as port:
        judged = tried(
            tmp_path, "status_page.the_status_page_is_shown_from_outside_both_sites", policy, {80: port}
        )
    assert judged.outcome is (Outcome.DIFFERENT if wrong else Outcome.SAME), items(judged)
    assert wrong in " ".join(items(judged))


def leading(place: str) -> Told:
    """A redirect."""
    return Told(status=302, headers={"Location": place})


@pytest.mark.parametrize(
    ("told", "keys", "wrong"),
    [
        (leading("/admin/login/?next=/admin/"), "leads_to: '/admin/login/?next=/admin/'", ""),
        (leading(f"http://{NAME}/login"), "leads_to: /login", ""),
        (leading("http://other.example/login"), "leads_to: /login", "other.example"),
        (leading("http://["), "leads_to: /login", "http://["),
        (Told(status=302), "leads_to: /admin/", "nowhere"),
        (Told("<h1>Log in</h1>"), "says: Log in", ""),
        (Told("<h1>Error</h1>"), "says: Log in", "not shown"),
        (Told("", 404), "says: Log in", "404"),
    ],
)
def test_the_pages_of_store_owners_are_a_redirect_or_a_page(
    tmp_path: Path, told: Told, keys: str, wrong: str
) -> None:
    """A path in the redirect means the own site."""
    policy = f"{LANGUAGES}smoke: {{admin: {{host: {NAME}, path: /admin/, web_port: 8000, {keys}}}}}\n"
    with served(lambda _: told) as port:
        judged = tried(
            tmp_path, "admin.store_owners_are_sent_to_the_right_place", policy, {80: port, 8000: port}
        )
    assert judged.outcome is (Outcome.DIFFERENT if wrong else Outcome.SAME), items(judged)
    assert wrong in " ".join(items(judged))


KEPT = "session.a_session_is_kept_by_the_standbys_own_redis"
ELSEWHERE = "session.no_session_of_the_standby_is_kept_at_the_primary"
STORE, PASSWORD = 6379, "the suite's own password"
SERVER = "/usr/bin/redis-check-rdb"
"""Debian's redis-tools: by the name of redis-server this program is the server. The package of that name
would start one of its own."""


class Redis:
    """A real Redis on a port of its own."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        folder.mkdir()
        words = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir"]
        server = subprocess.Popen([*words, str(folder)], executable=SERVER, stdout=subprocess.DEVNULL)
        stack.callback(server.wait)
        stack.callback(server.terminate)
        for _ in range(100):
            with suppress(subprocess.CalledProcessError):
                if self.say("PING") == "PONG":
                    break
            time.sleep(0.05)
        self.say("ACL", "SETUSER", "parity", "on", f">{PASSWORD}", "resetkeys", "%R~*", "-@all", "+ttl")

    def say(self, *words: str) -> str:
        """What it answers to its owner."""
        done = subprocess.run(
            ["redis-cli", "-e", "-p", str(self.port), *words], capture_output=True, check=True, text=True
        )
        return done.stdout.strip()


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Redis]]:
    """A Redis at each site."""
    folder = tmp_path_factory.mktemp("redis")
    with ExitStack() as stack:
        yield {site: Redis(folder / site, stack) for site in ("dallas", "arizona")}


Form = tuple[Callable[[str], str], str, Callable[[str], str], str]
"""The key of a session, the cookie's name and content, and what the policy says."""


def kept(of: Mapping[str, Redis], at: str, form: Form, end: str = "") -> Application:
    """An application that keeps sessions in the Redis of a site, or in none."""
    key, name, cookie, _ = form

    def answer(asked: Asked) -> Told:
        if end and asked.path == end:
            sent = asked.cookies.get(name, "")
            for one in [line for line in of[at].say("KEYS", "*").splitlines() if at in of]:
                if cookie(one[-32:]) == sent:
                    of[at].say("DEL", one)
            return Told(status=303, headers={"Location": "/"})
        session = os.urandom(16).hex()
        if at in of:
            of[at].say("SET", key(session), "{}", "EX", "600")
        # Django's: seen by TLS alone, for the whole domain. The page leads on.
        attributes = "Path=/; Domain=site.example; Secure; HttpOnly; SameSite=Lax"
        return Told(
            status=302, headers={"Set-Cookie": f"{name}={cookie(session)}; {attributes}", "Location": "/"}
        )

    return answer


def sessions(stores: Mapping[str, Redis], folder: Path, keys: str) -> tuple[str, str]:
    """The policies for the Redis of each site: in the lab both have the same port."""
    (folder / "auth").write_text(PASSWORD)
    policy = (
        f"languages: {{en: en_US.UTF-8}}\n"
        f"smoke: {{session: {{host: {NAME}, port: 8000, path: /accounts/login/, {keys}, "
        f"redis_auth_file: {folder / 'auth'}, redis_port: PORT}}}}\n"
    )
    ports = [str(stores[site].port) for site in ("dallas", "arizona")]
    return policy.replace("PORT", ports[0]), policy.replace("PORT", ports[1])


FORMS: Mapping[str, Form] = {
    "Django": (
        ":1:django.contrib.sessions.cache{}".format,
        "sessionid",
        str,
        "key: ':1:django.contrib.sessions.cache{cookie}'",
    ),
    "PHP": ("PHPREDIS_SESSION:{}".format, "PHPSESSID", str, "key: 'PHPREDIS_SESSION:{cookie}'"),
    "Express": (
        "sess:{}".format,
        "connect.sid",
        lambda session: f"s%3A{session}.c2lnbmF0dXJl%2Bx%3D",
        "key: 'sess:{cookie}', cookie_part: 's:([^.]+)[.].*'",
    ),
    "Rails": (
        lambda session: f"session:2::{hashlib.sha256(session.encode()).hexdigest()}",
        "_app_session",
        str,
        "key: 'session:2::{sha256}'",
    ),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("at", "found"), [("arizona", ""), ("dallas", "dallas"), ("nowhere", "not kept")])
def test_a_session_is_found_where_the_application_keeps_it(
    tmp_path: Path, stores: Mapping[str, Redis], form: str, at: str, found: str
) -> None:
    """A page that sets a cookie and leads on is enough, and no page ends the session."""
    _, name, _, says = FORMS[form]
    at_primary, at_standby = sessions(stores, tmp_path, f"cookie: {name}, {says}")
    with served(kept(stores, at, FORMS[form])) as port:
        own = tried(tmp_path, KEPT, at_standby, {8000: port})
        other = tried(tmp_path, ELSEWHERE, at_primary, {8000: port})
    assert own.outcome is (Outcome.DIFFERENT if found else Outcome.SAME), items(own)
    assert other.outcome is (Outcome.DIFFERENT if at == "dallas" else Outcome.SAME), items(other)


@pytest.mark.parametrize("ends", ["POST", "GET", ""])
def test_a_session_that_can_be_ended_must_be_gone(
    tmp_path: Path, stores: Mapping[str, Redis], ends: str
) -> None:
    """The cookie of a site that is reached by TLS alone is sent, though the host itself speaks HTTP."""
    _, name, _, says = FORMS["Django"]
    keys = f"cookie: {name}, {says}, end: /logout/, end_with: {ends or 'GET'}"
    application = kept(stores, "arizona", FORMS["Django"], end="/logout/")

    def answer(asked: Asked) -> Told:
        return application(asked) if asked.method == ends or asked.path != "/logout/" else Told(status=403)

    with served(answer) as port:
        judged = tried(tmp_path, KEPT, sessions(stores, tmp_path, keys)[1], {8000: port})
    wrong = [] if ends else ["session that was ended: found still there (arizona/web1); expected gone"]
    assert items(judged) == wrong


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (Told(status=200), "cookie sid: found is not set"),
        (Told(headers={"Set-Cookie": "sid=*"}), "cookie sid: found names no session"),
        (Told(headers={"Set-Cookie": "sid=short"}), "cookie sid: found names no session"),
        (Told(status=500), "request for /accounts/login/: found 500"),
        (
            Told(status=403, headers={"Set-Cookie": f"sid={'a' * 32}"}),
            "request for /accounts/login/: found 403",
        ),
    ],
)
def test_a_page_that_starts_no_session_is_a_difference(tmp_path: Path, told: Told, words: str) -> None:
    """Nobody asks Redis for what the cookie does not name."""
    policy = (
        "languages: {en: en_US.UTF-8}\nsmoke: {session: {port: 8000, path: /accounts/login/, cookie: sid, "
        "key: 's:{cookie}'}}\n"
    )
    with served(lambda _: told) as port:
        assert words in " ".join(items(tried(tmp_path, KEPT, policy, {8000: port})))


def test_a_session_behind_tls_is_looked_for_under_the_hosts_own_name(tmp_path: Path, authority: Path) -> None:
    """If nothing says under which name customers come."""
    policy = (
        f"languages: {{en: en_US.UTF-8}}\nsmoke: {{session: {{port: 8443, trust: {authority}, path: /, "
        "cookie: sid, key: 's:{cookie}'}}\n"
    )
    context = secured(tmp_path, certificates.issue(("web1.arizona.shop.example",)))
    with served(lambda _: Told(), context=context) as port:
        assert "cookie sid: found is not set" in " ".join(items(tried(tmp_path, KEPT, policy, {8443: port})))


@pytest.mark.parametrize(
    ("row", "text", "found"),
    [
        ("Post no. {number}", "<p>Post\n no. <b>12</b> and Post no. 9</p>", [12, 9]),
        ('"id": {number}', '{"id":  7, "other": 99}', [7]),
        ('data-order="{number}"', '<tr data-order="5"><tr data-order="x">', [5]),
        ("#{number}", "<a href='#17'>#17</a> 18 #1234567890123456789", [17, 17]),
        ("{number} items", "112 items", [112, 112]),
    ],
)
def test_numbers_of_rows_are_found_in_a_page_or_its_source(row: str, text: str, found: list[int]) -> None:
    """Whatever marks them; a part of a longer number is none."""
    kind = "application/json" if text.startswith("{") else "text/html"
    shown = numbers(Page(200, {"content-type": kind}, {}, text, 0.1), row)
    assert set(shown) == set(found)


def test_a_number_without_a_text_beside_it_is_refused() -> None:
    """Any number of the page could pass for the newest."""
    with pytest.raises(ValidationError, match="a text right before or after"):
        Database(owner="A", database="a", query="SELECT 1", row="{number}")


@pytest.mark.parametrize("header", ["Host", "cookie", "Authorization", "Content-Length", "a b"])
def test_headers_with_a_key_of_their_own_or_a_secret_are_refused(header: str) -> None:
    """The message says where it belongs."""
    with pytest.raises(ValidationError, match="expected"):
        Attack(owner="A", host=NAME, headers={header: "a"})


@pytest.mark.parametrize("key", ["session", "{cookie}{sha256}", "{cookie}{other}", "{cookie} {cookie}"])
def test_a_key_has_one_place_for_the_session(key: str) -> None:
    """Two, or none, are a mistake."""
    with pytest.raises(ValidationError, match="in it and no other braces"):
        Session(owner="A", port=1, path="/", cookie="sid", key=key)


@pytest.mark.parametrize(
    ("part", "words"), [("(", "a regular expression"), ("a", "one group"), ("(a)(b)", "found 2")]
)
def test_the_part_of_a_cookie_is_one_group(part: str, words: str) -> None:
    """So that it is clear what names the session."""
    with pytest.raises(ValidationError, match=words):
        Session(owner="A", port=1, path="/", cookie="sid", key="{cookie}", cookie_part=part)


def test_fixes_name_the_services_of_the_policy_and_no_others() -> None:
    """Of the role; where the policy names none, that is said."""
    of = Applications(
        {
            "front": Described(role="edge", units=("haproxy.service",)),
            "one": Described(role="web", units=("php8.2-fpm.service", "app@1.service")),
            "two": Described(role="web", units=("app@1.service",)),
        }
    )
    assert of.in_fix("systemctl reload {units}", ["edge"]) == "systemctl reload haproxy.service"
    assert of.in_fix("journalctl {logs}", ["web"]) == (
        "journalctl --unit=php8.2-fpm.service --unit=app@1.service"
    )
    assert of.in_fix("restart {units}: {item}", ["db"]) == "restart <services of db>: {item}"
