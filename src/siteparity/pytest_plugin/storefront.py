"""The storefront's pages: their language and formats, errors among many requests, and waiting times."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus

from siteparity.model import Host, UnmeasuredError
from siteparity.policy.journeys import Storefront
from siteparity.pytest_plugin.claims import Claim
from siteparity.pytest_plugin.formats import RIGHT, judge
from siteparity.pytest_plugin.page import Page, Visitor
from siteparity.pytest_plugin.standby import Standby

NO_LONGER = "no longer than at the primary"
BEARABLE = "no longer than customers bear, nor than at its siblings"
ENOUGH = 3
"""After this many requests without an answer no more are sent: each may take its whole time limit."""
_MOST = 40
"""The longest quotation from a page, in characters."""
_LOOK = "journalctl --lines=20 {logs}  # then look at the translations and the locale of the language"
_WAITS = "how long customers wait"
_SLOW = "on that host: top; cat /etc/resolv.conf; systemctl show {units} | grep -i quota; ping the database"
_RELEASE = "deploy the release of the primary; then: systemctl restart {units}"


@dataclass(frozen=True, slots=True)
class Tried:
    """How many of a number of requests failed or were slow; ``none`` if none."""

    failed: str
    slow: str


def page_of(visitor: Visitor, language: str, policy: Storefront) -> Page:
    """The page in a language; raises what `Visitor.get` does."""
    return visitor.get(*policy.request(policy.path, language))


def storefront_claims(
    page: Page, language: str, policy: Storefront, languages: Collection[str] = ()
) -> Iterator[Claim]:
    """The page is in its language, throughout. For a page that failed, only the status is claimed.

    Args:
        page: as a host showed it.
        language: in which it was asked for.
        policy: what it must say.
        languages: all that are served: where ``pt-BR`` is one of its own, it is no ``pt``.

    Raises:
        UnmeasuredError: the page does not mark the values that the policy names.
    """
    path = policy.request(policy.path, language).path
    yield Claim(f"status of {path}", page.status, HTTPStatus.OK.value, _LOOK)
    if page.status != HTTPStatus.OK:
        return
    markup = page.markup
    said = languages_of(page.words, policy.says)
    broken = "broken" if "\N{REPLACEMENT CHARACTER}" in page.text else "whole"
    yield Claim(f"language that {path} speaks", said, language, _LOOK)
    if "header" in policy.declares:
        named = tagged(page.headers.get("content-language", ""), language, languages)
        yield Claim(f"Content-Language of {path}", named, language, _RELEASE)
    if "attribute" in policy.declares:
        named = tagged(markup.language, language, languages)
        yield Claim(f"lang attribute of {path}", named, language, _RELEASE)
    yield Claim(f"characters of {path}", broken, "whole", _RELEASE)
    for kind in policy.formats:
        written = judge(kind, markup.marks, language, policy.date_style)
        yield Claim(f"each {kind} of {path}", written, RIGHT, _RELEASE)


def tagged(declared: str, language: str, languages: Collection[str]) -> str:
    """The language, if each of the tags that a page declares means it; else what the page declares.

    Case counts for nothing in a tag (BCP 47, section 2.1.1), and ``_`` is taken for ``-``. ``de-AT`` means
    ``de``, unless it is a language of its own here (RFC 4647, section 3.4).
    """
    tags = [tag.strip() for tag in declared.split(",")]
    known = {_plain(one): one for one in (*languages, language)}
    meant = {_meant(_plain(tag), known) for tag in tags}
    return language if meant == {language} else declared.strip()[:_MOST] or "none"


def _plain(tag: str) -> str:
    return tag.lower().replace("_", "-")


def _meant(tag: str, known: Mapping[str, str]) -> str | None:
    """The served language that a tag means: its own, or that of the longest beginning."""
    parts = tag.split("-")
    beginnings = ("-".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((known[one] for one in beginnings if one in known), None)


def languages_of(text: str, says: Mapping[str, str]) -> str:
    """The languages whose text (`Storefront.says`) is on a page; ``none`` if there are none."""
    found = [language for language, words in says.items() if " ".join(words.split()) in text]
    return ", ".join(found) or "none"


def tried(visitors: Sequence[Visitor], policy: Storefront, languages: Collection[str]) -> Tried:
    """Fetch the pages as often as the policy says, with all visitors at the same time.

    They fetch one language after the other. The edge hands requests to its web hosts in turn, so every web
    host gets requests for every language.
    """
    failed: Counter[str] = Counter()
    count = slow = unanswered = 0
    with ThreadPoolExecutor(len(visitors)) as pool:
        for language, requests in _stretches(languages, policy.requests):
            shares = [len(range(first, requests, len(visitors))) for first in range(len(visitors))]
            stretch = partial(_stretch, language, policy)
            pages = [page for share in pool.map(stretch, visitors, shares) for page in share]
            count += len(pages)
            slow += sum(page.seconds > policy.slowest.total_seconds() for page in pages)
            failed.update(what for page in pages if (what := _failure(page, language, policy)))
            unanswered += sum(isinstance(page.status, str) for page in pages)
            if unanswered >= ENOUGH:
                break
    return _summary(count, failed, slow)


def _stretches(languages: Collection[str], requests: int) -> Iterator[tuple[str, int]]:
    """Each language, and its number of requests: an equal share, at least one."""
    for place, language in enumerate(languages):
        yield language, max(1, len(range(place, requests, len(languages))))


def _stretch(language: str, policy: Storefront, visitor: Visitor, requests: int) -> list[Page]:
    """One visitor's share. A visitor without an answer stops: each request may take its whole time limit.

    An application keeps the language of a customer in the session. Another language is another customer.
    """
    visitor.forget()
    pages: list[Page] = []
    for _ in range(requests):
        pages.append(page_of(visitor, language, policy))
        if isinstance(pages[-1].status, str):
            break
    return pages


def waits(
    visitors: Mapping[Host, Visitor], policy: Storefront, languages: Sequence[str]
) -> Mapping[Host, float | None]:
    """Host -> the seconds that a customer waits, by its quickest page; None if a page got no answer.

    The quickest page counts: other load, here or there, only adds to the time that a host needs itself.
    The hosts are asked in turn.
    """
    pages: dict[Host, list[Page]] = {host: [] for host in visitors}
    for turn in range(policy.rounds):
        language = languages[turn % len(languages)]
        for host, visitor in visitors.items():
            if all(isinstance(page.status, int) for page in pages[host]):
                pages[host].append(page_of(visitor, language, policy))
    return {host: _wait(of_host) for host, of_host in pages.items()}


def _wait(pages: Sequence[Page]) -> float | None:
    answered = all(isinstance(page.status, int) for page in pages)
    return min(page.seconds for page in pages) if answered else None


def slower(own: float | None, others: Collection[float], policy: Storefront) -> str:
    """`NO_LONGER`; or how much longer customers wait at a host than at the slowest of the primary's hosts."""
    if own is None:
        return "no answer"
    known = max(others)
    if own <= _limit(known, policy):
        return NO_LONGER
    return f"{own:.2f} s, where the primary needs {known:.2f} s"


def _limit(known: float, policy: Storefront) -> float:
    """The seconds beyond which a host is slow, compared with one that needs so many."""
    return max(known * policy.times_slower, known + policy.slower_by.total_seconds())


def compare_waits(standby: Standby, found: Mapping[Host, float | None]) -> None:
    """Expect each host of the standby to be about as quick as the primary's hosts of the same role.

    If a record stands in for the primary, its waiting times are not known. Then each host must be about as
    quick as the quickest of its own role, and no slower than customers bear.
    """
    policy: Storefront = standby.policy
    if standby.by_record:
        answers = [wait for wait in found.values() if wait is not None]
        for host, wait in found.items():
            words = bearable(wait, answers, policy)
            standby.expect(_WAITS, words, equals=BEARABLE, host=host, fix=_SLOW)
        return
    primary = {host: wait for host, wait in found.items() if host.site == standby.primary.name}
    known = [wait for wait in primary.values() if wait is not None]
    for host, wait in found.items():
        with standby.trying(host):
            if host in primary:
                if wait is None:
                    raise UnmeasuredError("it gives no answer, so nothing can be compared with it")
            elif known:
                words = slower(wait, known, policy)
                standby.expect(_WAITS, words, equals=NO_LONGER, host=host, fix=_SLOW)


def bearable(own: float | None, others: Collection[float], policy: Storefront) -> str:
    """`BEARABLE`; or how much longer customers wait than they bear, or than at the quickest sibling."""
    if own is None:
        return "no answer"
    bear, known = policy.slowest.total_seconds(), min(others)
    if own > bear:
        return f"{own:.2f} s, where customers bear {bear:g} s"
    if own <= _limit(known, policy):
        return BEARABLE
    return f"{own:.2f} s, where the quickest of its role needs {known:.2f} s"


def _failure(page: Page, language: str, policy: Storefront) -> str | None:
    if page.status != HTTPStatus.OK:
        return f"{language}: {page.status}" if isinstance(page.status, int) else page.status
    if languages_of(page.words, policy.says) != language:
        return f"{language}: a page in another language"
    return None


def _summary(count: int, failed: Mapping[str, int], slow: int) -> Tried:
    what = ", ".join(f"{number} x {words}" for words, number in sorted(failed.items()))
    return Tried(
        failed=f"{sum(failed.values())} of {count} ({what})" if failed else "none",
        slow=f"{slow} of {count}" if slow else "none",
    )
