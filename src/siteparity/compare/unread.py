"""What could not be measured, one row for each reason. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from siteparity.compare.comparison import Unread
from siteparity.compare.judging import Gap
from siteparity.compare.places import Place

_QUESTION = re.compile(r"^[a-z_]+: (?=\S)")
"""The question, or the table, with which a reason begins."""
_OF_A_POLICY = re.compile(r"; say aspects\..*", re.DOTALL)
_OF_ROOT = re.compile(
    r"permission denied|not permitted|cannot be (?:seen|read)|no hostkeys|could not fetch rule set"
    r"|access denied|must be (?:root|superuser)|interactive authentication|you need to be root",
    re.IGNORECASE,
)
"""How programs say that only root may do what they were asked for."""
GRANT = (
    "log in as root, or let the account use sudo without a password, by a line of sudoers: "
    "ACCOUNT ALL=(root) NOPASSWD: ALL"
)
_ADVICE = (
    (r"unknown host key", "log in once with ssh {host}, and compare the key's fingerprint"),
    (
        r"login refused",
        "no password is asked for: offer a key, as with ssh-add; ssh {host} must log in by itself",
    ),
    (r"no address for the name", "correct the name, or add it to ssh_config"),
)


def unread(
    gaps: Sequence[Gap], places: tuple[Place, Place], rootless: Sequence[int], why: str
) -> tuple[Unread, ...]:
    """A row for each reason, the one of missing rights first.

    Args:
        gaps: every table that was not measured.
        places: both hosts.
        rootless: 0 or 1 for each host that was asked without root's rights.
        why: they were.
    """
    refused = [gap for gap in gaps if gap.host in rootless and _OF_ROOT.search(gap.reason)]
    rows = list(_rows([gap for gap in gaps if gap not in refused], places))
    if not refused:
        return tuple(rows)
    reason = f"only root may read it ({why})" if why else "only root may read it"
    return (Unread(reason, _hosts(refused, places), _tables(refused), GRANT), *rows)


def unreached(place: Place, reason: str) -> Unread:
    """The row for a host that could not be asked at all."""
    advice = next((words for pattern, words in _ADVICE if re.search(pattern, reason)), "")
    return Unread(_QUESTION.sub("", reason), (place.typed,), {}, advice.format(host=place.typed))


def _rows(gaps: Sequence[Gap], places: tuple[Place, Place]) -> Iterator[Unread]:
    of: dict[tuple[str, tuple[str, ...]], list[Gap]] = {}
    both: dict[tuple[str, str, str], list[Gap]] = {}
    for gap in gaps:
        reason = _OF_A_POLICY.sub("", _QUESTION.sub("", gap.reason))
        both.setdefault((gap.aspect, gap.table, reason), []).append(gap)
    for (_, _, reason), some in both.items():
        of.setdefault((reason, _hosts(some, places)), []).extend(some)
    for (reason, hosts), some in of.items():
        yield Unread(reason, hosts, _tables(some))


def _hosts(gaps: Sequence[Gap], places: tuple[Place, Place]) -> tuple[str, ...]:
    return tuple(places[number].typed for number in sorted({gap.host for gap in gaps}))


def _tables(gaps: Sequence[Gap]) -> dict[str, int]:
    """Aspect -> how many of its tables, each counted once."""
    return dict(Counter(aspect for aspect, _ in dict.fromkeys((gap.aspect, gap.table) for gap in gaps)))
