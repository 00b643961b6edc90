"""What a storefront's page must say, and what many requests for it meet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from siteparity.journeys import Storefront
from siteparity.pytest_plugin.claim import Claim
from siteparity.pytest_plugin.formats import RIGHT, judge
from siteparity.pytest_plugin.page import Page, Visitor

ENOUGH = 3
"""So many requests without any answer end the trying: each may cost its whole time limit."""
_MOST = 40
"""Characters of what a page says that are shown."""
_LOOK = "journalctl --unit=shop --lines=20  # then look at the catalogue and the locale of the language"
_RELEASE = "deploy the release of the primary; then: systemctl restart shop"


@dataclass(frozen=True, slots=True)
class Tried:
    """What went wrong in a number of requests; ``none`` when nothing did."""

    failed: str
    slow: str


def path_of(language: str, policy: Storefront) -> str:
    """The page of a language."""
    return policy.path.format(language=language)


def claims(page: Page, language: str, policy: Storefront) -> Iterator[Claim]:
    """What must hold for the page of a language; of a page that failed, only that it failed.

    Raises:
        UnmeasuredError: the page does not mark the values that the policy names.
    """
    path = path_of(language, policy)
    yield Claim(f"status of {path}", page.status, HTTPStatus.OK.value, _LOOK)
    if page.status != HTTPStatus.OK:
        return
    markup = page.markup
    said, named = languages_of(markup.text, policy.says), page.headers.get("content-language", "none")[:_MOST]
    broken = "broken" if "\N{REPLACEMENT CHARACTER}" in page.text else "whole"
    yield Claim(f"language that {path} speaks", said, language, _LOOK)
    yield Claim(f"Content-Language of {path}", named, language, _RELEASE)
    yield Claim(f"lang attribute of {path}", markup.language[:_MOST] or "none", language, _RELEASE)
    yield Claim(f"characters of {path}", broken, "whole", _RELEASE)
    for kind in policy.formats:
        written = judge(kind, markup.marks, language, policy.date_style)
        yield Claim(f"each {kind} of {path}", written, RIGHT, _RELEASE)


def languages_of(text: str, says: Mapping[str, str]) -> str:
    """The languages whose own text stands on a page, ``none`` where no language's does."""
    found = [language for language, words in says.items() if " ".join(words.split()) in text]
    return ", ".join(found) or "none"


def tried(visitor: Visitor, policy: Storefront, languages: Collection[str]) -> Tried:
    """Ask for the pages as often as the policy says.

    Each language's at a stretch, over one connection: the edge gives them to its web hosts in turn, so that
    each web host is asked for each language.
    """
    failed: Counter[str] = Counter()
    count = slow = unanswered = 0
    for language in _each_at_a_stretch(languages, policy.requests):
        page = visitor.get(path_of(language, policy))
        count += 1
        slow += page.seconds > policy.slowest.total_seconds()
        if what := _failure(page, language, policy):
            failed[what] += 1
        unanswered += isinstance(page.status, str)
        if unanswered >= ENOUGH:
            break
    return _summary(count, failed, slow)


def _each_at_a_stretch(languages: Collection[str], requests: int) -> list[str]:
    return sorted((list(languages) * requests)[: max(requests, len(languages))], key=list(languages).index)


def _failure(page: Page, language: str, policy: Storefront) -> str | None:
    if page.status != HTTPStatus.OK:
        return f"{language}: {page.status}" if isinstance(page.status, int) else page.status
    if languages_of(page.markup.text, policy.says) != language:
        return f"{language}: a page in another language"
    return None


def _summary(count: int, failed: Mapping[str, int], slow: int) -> Tried:
    what = ", ".join(f"{number} x {words}" for words, number in sorted(failed.items()))
    return Tried(
        failed=f"{sum(failed.values())} of {count} ({what})" if failed else "none",
        slow=f"{slow} of {count}" if slow else "none",
    )
