"""Whether the checks are those that siteparity ships, in words."""

from __future__ import annotations

from collections.abc import Iterator

from siteparity.report.states import some
from siteparity.report.visible import shortened, visible
from siteparity.report.words import count
from siteparity.result import Shipped

_WIDTH = 300


def against_go(shipped: Shipped | None) -> Iterator[str]:
    """The reason why no answer is GO, if a shipped check is missing or is another one."""
    if shipped and (shipped.altered or shipped.missing):
        yield f"{shipped_words(shipped)}; GO needs every check as siteparity ships it"


def shipped_words(shipped: Shipped | None) -> str:
    """``1 check altered: dns.every_zone_answers; 1 own check: dns.mine``; empty if all are as shipped."""
    if shipped is None:
        return ""
    parts = [
        f"{count(len(names), 'check')} {word}: {some(names)}"
        for word, names in (("altered", shipped.altered), ("missing", shipped.missing))
        if names
    ]
    if shipped.own:
        parts.append(f"{count(len(shipped.own), 'own check')}: {some(shipped.own)}")
    return shortened(visible("; ".join(parts)), _WIDTH)


def at_the_end(shipped: Shipped | None, line: str) -> str:
    """The words for the end of a line that does not tell them yet; empty if all checks are as shipped."""
    words = shipped_words(shipped)
    return f"; {words}" if words and words not in line else ""
