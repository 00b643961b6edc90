"""What the journeys claim, from pages, answers and outputs alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteparity.collect import live_questions
from siteparity.model import UnmeasuredError
from siteparity.policy.journeys import Database, Storefront, Subscriptions
from siteparity.pytest_plugin.canary import ABSENT, ENDLESS, read_lives
from siteparity.pytest_plugin.claims import Claim
from siteparity.pytest_plugin.database_rows import page_claims, server_claims
from siteparity.pytest_plugin.dry_run import DryRun, dry_run_claims, reported
from siteparity.pytest_plugin.page import Page
from siteparity.pytest_plugin.postgres import ANSWERS, Reply
from siteparity.pytest_plugin.storefront import BEARABLE, bearable, languages_of, storefront_claims, tried

STOREFRONT = Storefront(
    owner="Shop",
    host="www.shop.example",
    path="/{language}/",
    declares=("header", "attribute"),
    says={"en": "Welcome", "de": "Willkommen  im Laden"},
    formats=("number",),
).model_copy(update={"requests": 5})  # fewer than a policy may ask for
DATABASE = Database(owner="Database", database="shop", query="SELECT max(id) FROM orders", at_least=3)
JOB = Subscriptions(
    owner="Shop", command=("/bin/job", "--for", "a b"), user="shop", expect={"charged": "0"}, counts=("due",)
)
GERMAN = '<html lang="de"><p>Willkommen im Laden</p><b data-number="1.5">1,5</b></html>'
ENGLISH = '<html lang="en"><p>Welcome</p><b data-number="1.5">1.5</b></html>'


def page(text: str = GERMAN, status: int | str = 200, language: str = "de", seconds: float = 0.1) -> Page:
    """A page as a visitor gets it."""
    return Page(status, {"content-language": language}, {}, text, seconds)


def broken(found: Iterable[Claim]) -> dict[str, Any]:
    """Item -> what was found, of each claim that does not hold."""
    return {claim.item: claim.found for claim in found if claim.found != claim.expected}


class Pages:
    """A visitor whose pages are given."""

    def __init__(self, *given: Page) -> None:
        self.given = list(given)
        self.asked: list[str] = []

    def get(self, path: str, *_: object) -> Page:
        """The next page."""
        self.asked.append(path)
        return self.given[(len(self.asked) - 1) % len(self.given)]

    def forget(self) -> None:
        """These pages set no cookie."""


class Session(Pages):
    """A visitor of an application that keeps the first language of a customer in the session."""

    language = ""

    def get(self, path: str, *_: object) -> Page:
        """The page in the language of the session."""
        self.language = self.language or path
        return page(ENGLISH) if self.language == "/en/" else page()

    def forget(self) -> None:
        """The session goes with its cookie."""
        self.language = ""


def test_a_page_in_its_language_holds_every_claim() -> None:
    """Status, text, header, attribute, characters and formats: six things were looked at."""
    found = list(storefront_claims(page(), "de", STOREFRONT))
    assert broken(found) == {}
    assert len(found) == 6


@pytest.mark.parametrize(
    ("given", "items"),
    [
        (page(status=500), {"status of /de/": 500}),
        (page(status="no answer within 10 s"), {"status of /de/": "no answer within 10 s"}),
        (page(language="en"), {"Content-Language of /de/": "en"}),
        (page(GERMAN.replace(' lang="de"', "")), {"lang attribute of /de/": "none"}),
        (
            page(GERMAN.replace("Laden", "L\ufffdden")),
            {"language that /de/ speaks": "none", "characters of /de/": "broken"},
        ),
        (page(GERMAN.replace("Laden", "Laden Welcome")), {"language that /de/ speaks": "en, de"}),
        (page(GERMAN.replace("1,5<", "1.5<")), {"each number of /de/": "'1.5' where it writes '1,5'"}),
        (
            page(ENGLISH),
            {
                "language that /de/ speaks": "en",
                "lang attribute of /de/": "en",
                "each number of /de/": "'1.5' where it writes '1,5'",
            },
        ),
    ],
)
def test_whatever_is_wrong_with_a_page_is_named(given: Page, items: dict[str, Any]) -> None:
    """A page that failed is not looked at further."""
    assert broken(storefront_claims(given, "de", STOREFRONT)) == items


def test_the_text_of_a_language_is_found_whatever_its_blanks() -> None:
    """Line ends in the page, or in the policy, do not count."""
    assert languages_of("x Willkommen im Laden y", STOREFRONT.says) == "de"


def test_requests_are_made_language_by_language() -> None:
    """An edge that gives them to its hosts in turn sends each language to each host."""
    pages = Pages(page(ENGLISH), page(ENGLISH), page(ENGLISH), page(), page())
    found = tried([pages], STOREFRONT, ("en", "de"))  # type: ignore[list-item]  # all that is used of a visitor
    assert pages.asked == ["/en/", "/en/", "/en/", "/de/", "/de/"]
    assert (found.failed, found.slow) == ("none", "none")


def test_each_language_is_asked_for_at_least_once() -> None:
    """However few requests the policy wants."""
    pages = Pages(page(ENGLISH), page())
    few = STOREFRONT.model_copy(update={"requests": 1})
    assert tried([pages], few, ("en", "de")).failed == "none"  # type: ignore[list-item]  # as above


def test_errors_other_languages_and_long_waits_are_counted() -> None:
    """A page that comes too late has failed for the customer who left."""
    pages = Pages(
        page(ENGLISH, seconds=2.5), page(status=502), page(ENGLISH), page(status=503), page(ENGLISH)
    )
    found = tried([pages], STOREFRONT, ("en", "de"))  # type: ignore[list-item]  # as above
    assert found.failed == "3 of 5 (1 x de: 503, 1 x de: a page in another language, 1 x en: 502)"
    assert found.slow == "1 of 5"


def test_visitors_come_at_once_and_share_each_language() -> None:
    """One language at a time, so that each web host is asked for it whichever connections lead there."""
    visitors = [Pages(page(ENGLISH), page()) for _ in range(2)]
    given = STOREFRONT.model_copy(update={"requests": 4})
    assert tried(visitors, given, ("en", "de")).failed == "none"  # type: ignore[arg-type]  # as above
    assert [one.asked for one in visitors] == [["/en/", "/de/"]] * 2


def test_each_language_is_asked_for_by_another_customer() -> None:
    """Webmail would go on in the language of the first page."""
    assert tried([Session()], STOREFRONT, ("en", "de")).failed == "none"  # type: ignore[list-item]  # as above


def test_a_silent_edge_is_not_asked_to_the_end() -> None:
    """Each request may cost its whole time limit, so who gets no answer does not ask again."""
    visitors = [Pages(page(status="no answer within 10 s")) for _ in range(3)]
    found = tried(visitors, STOREFRONT, ("en", "de"))  # type: ignore[arg-type]  # as above
    assert found.failed == "3 of 3 (3 x no answer within 10 s)"


def test_a_standby_database_that_follows_and_answers_holds_every_claim() -> None:
    """It answered, follows, refuses writes, has rows."""
    found = list(server_claims(Reply(ANSWERS, in_recovery=True, read_only=True, numbers=(3,)), DATABASE))
    assert (broken(found), len(found)) == ({}, 4)


@pytest.mark.parametrize(
    ("reply", "items"),
    [
        (Reply("no answer"), {"database": "no answer"}),
        (
            Reply(ANSWERS, in_recovery=False, read_only=False, numbers=(3,)),
            {"state of the database": "not in recovery", "writes to the database": "taken"},
        ),
        (Reply(ANSWERS, in_recovery=True, read_only=True, numbers=(2,)), {"rows of the database": "too few"}),
    ],
)
def test_whatever_is_wrong_with_a_server_is_named(reply: Reply, items: dict[str, Any]) -> None:
    """A server that does not answer is not judged further."""
    assert broken(server_claims(reply, DATABASE)) == items


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ('<p data-order="7"><p data-order="6">', {}),
        ('<p data-order="8">', {}),
        ('<p data-order="6"><p data-order="5">', {"rows that /de/ shows": "older ones or others"}),
        ('<p data-order="9">', {"rows that /de/ shows": "older ones or others"}),
        ("<p>7</p>", {"rows that /de/ shows": "none"}),
    ],
)
def test_a_page_must_show_the_newest_row_of_before_or_after(text: str, items: dict[str, Any]) -> None:
    """Orders that come in while it is asked for are no difference; older or other ones are."""
    found = page_claims(
        page(text),
        "/de/",
        'data-order="{number}"',
        Reply(ANSWERS, numbers=(7,)),
        Reply(ANSWERS, numbers=(8,)),
    )
    assert broken(found) == items


def test_a_dry_run_that_says_what_it_must_holds_every_claim() -> None:
    """It succeeded, charged nobody, and counted."""
    found = list(dry_run_claims(DryRun(0, "7-x 100 EUR\nactive=24\ndue=3\ncharged=0\n"), JOB))
    assert (broken(found), len(found)) == ({}, 3)


@pytest.mark.parametrize(
    ("said", "items"),
    [
        (DryRun(127, ""), {"exit status": 127}),
        (DryRun(0, ""), {"charged=": "not printed", "due=": "no number"}),
        (DryRun(0, "charged=1\ndue=1"), {"charged=": "1"}),
        (DryRun(0, "charged=0\ncharged=5\ndue=1"), {"charged=": "0, 5"}),
        (DryRun(0, "charged=0\ndue=-1"), {"due=": "no number"}),
        (DryRun(0, "# charged=0\ndue=1"), {"charged=": "not printed"}),
    ],
)
def test_whatever_is_wrong_with_a_dry_run_is_named(said: DryRun, items: dict[str, Any]) -> None:
    """A run that failed is not read further: its words may be anything."""
    assert broken(dry_run_claims(said, JOB)) == items


def test_the_job_runs_as_its_user_with_each_argument_quoted() -> None:
    """A blank in an argument stays in it."""
    text = "exec setpriv --reuid=shop --regid=shop --init-groups -- /bin/job --for 'a b'"
    assert live_questions.dry_run(JOB).text == text


@given(st.text())
def test_any_output_of_a_job_is_read(text: str) -> None:
    """Whatever it prints, what is kept of it is short."""
    assert all(len(value) <= 80 for value in reported(text).values())


@pytest.mark.parametrize(("stdout", "lives"), [("3600\n-2\n", [3600, ABSENT]), ("-1\n0\n", [ENDLESS, 0])])
def test_redis_says_how_long_sessions_live(stdout: str, lives: list[int]) -> None:
    """Seconds, or that there is no such session, or that it has no end."""
    assert read_lives(stdout, "", 2) == lives


@pytest.mark.parametrize(
    ("stdout", "stderr", "words"),
    [
        ("", "cat: /etc/siteparity/redis-auth: No such file or directory\n", "No such file"),
        ("3600\n", "", "does not say"),
        ("3600\n-2\n5\n", "", "does not say"),
        ("3600\n-3\n", "", "does not say"),
        ("", "NOPERM this user has no permissions to run the 'ttl' command", "NOPERM"),
        ("", "", "no answer"),
    ],
)
def test_a_redis_that_does_not_say_is_never_an_absent_session(stdout: str, stderr: str, words: str) -> None:
    """No permission, no password, half an answer: the reason, in Redis's own words."""
    with pytest.raises(UnmeasuredError, match=words):
        read_lives(stdout, stderr, 2)


@pytest.mark.parametrize(
    ("own", "others", "words"),
    [
        (0.3, [0.2], BEARABLE),
        (0.46, [0.2], "0.46 s, where the quickest of its role needs 0.20 s"),
        (1.9, [1.0], BEARABLE),
        (2.1, [2.0], "2.10 s, where customers bear 2 s"),
        (None, [0.2], "no answer"),
        (None, [], "no answer"),
    ],
)
def test_without_a_living_primary_a_host_is_held_to_its_siblings_and_to_what_customers_bear(
    own: float | None, others: list[float], words: str
) -> None:
    """A slow host is seen beside a quick one, and where all are slow by the policy's limit."""
    assert bearable(own, others if own is None else [own, *others], STOREFRONT) == words
