"""What a locale yields when it is set: its categories, by locale(1), and how it sorts a list of words."""

from __future__ import annotations

import hashlib
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from siteparity.model import UnmeasuredError
from siteparity.tools.given import DECODE, item, items
from siteparity.tools.program import filled, program

CATEGORIES = (
    "LC_CTYPE", "LC_NUMERIC", "LC_TIME", "LC_COLLATE", "LC_MONETARY", "LC_MESSAGES",
    "LC_PAPER", "LC_NAME", "LC_ADDRESS", "LC_TELEPHONE", "LC_MEASUREMENT", "LC_IDENTIFICATION",
)  # fmt: skip

SHOWN = {
    "LC_CTYPE": ("charmap",),
    "LC_NUMERIC": ("decimal_point", "thousands_sep"),
    "LC_TIME": ("d_fmt", "t_fmt", "day"),
    "LC_MONETARY": ("int_curr_symbol", "currency_symbol", "mon_decimal_point", "mon_thousands_sep"),
    "LC_MESSAGES": ("yesexpr", "noexpr"),
    "LC_ADDRESS": ("lang_ab", "country_ab2"),
    "LC_IDENTIFICATION": ("title", "revision", "date"),
}
"""The keywords that a finding shows; the digest covers all of them."""

USABLE = "usable"

_LINES = (
    "Zoo zebra Äpfel Apfel äpfel apfel Öl Oel öl Ol ñandú nandu nzz Ñu ano año cote coté côte côté",
    "çedille cedille cz chata élan elan eton œuvre oeuvre ofen ß ss sz strasse straße Ærø aero azur",
    "ångström angstrom øre ore oz tøz šok sok syn žal zal þór ŁódŹ lodz luz llama ly ijs ik ý yz vw wv",
    "i ı İ I co-op coop co_op co.op 10 9 100 あ ア い か が カ ガ ん ン 一 二 三 亜 日 本 語 한",  # noqa: RUF001  # letters that look alike, and are sorted apart
    "я А б ё е λ Ω",  # noqa: RUF001  # as above
)
WORDS = tuple(word for line in _LINES for word in line.split())
"""Words that each order of glibc 2.36 sorts differently: those of es, fr_CA, ja, cs, cy, da, et, hr, hu, lt,
pl, sv, tr, the common one of de, en and fr, and "C"."""


@dataclass(frozen=True, slots=True)
class Yield:
    """What one locale yields on one host."""

    complaint: str | None
    """The message of locale(1) if it could not be set; then all the rest is that of "C"."""
    categories: Mapping[str, Mapping[str, str]]
    """Category -> keyword -> value."""
    in_order: tuple[str, ...]
    """`WORDS`, sorted."""

    def keyword(self, category: str, name: str) -> str:
        """The value of a keyword, without quotes; empty if there is none."""
        return self.categories[category].get(name, "").strip('"')

    def summary(self, category: str) -> str:
        """A category in one line: the keywords that customers notice, and a digest of all."""
        keywords = self.categories[category]
        everything = "\n".join(f"{name}={value}" for name, value in sorted(keywords.items()))
        digest = hashlib.sha256(everything.encode()).hexdigest()[:12]
        shown = [f"{name}={keywords[name]}" for name in SHOWN.get(category, ()) if name in keywords]
        return " ".join([*shown, f"({len(keywords)} keywords, digest {digest})"])


QUESTION = DECODE + filled(
    program(__package__, "locale.sh"),
    item=item("UNIT"),
    items=items("NAMES"),
    categories=" ".join(CATEGORIES),
    words=" ".join(map(shlex.quote, WORDS)),
)
"""A shell text that lists what is configured and compiled, and sets each locale of ``$NAMES`` as the user of
the service ``$UNIT``."""


def parts_of(names: Sequence[str]) -> Sequence[str]:
    """The parts of the answer to `question`."""
    return ("configured", "compiled", *(part for name in names for part in (name, _sorted_by(name))))


def _sorted_by(name: str) -> str:
    return f"sorted {name}"


def compiled(parts: Mapping[str, Sequence[str]]) -> frozenset[str]:
    """The compiled locales, by the names that `alike` gives them.

    Raises:
        UnmeasuredError: the list is not whole.
    """
    listed = frozenset(alike(_shown(line)) for line in parts["compiled"] if line)
    if not listed >= {"C", "POSIX"}:
        raise UnmeasuredError("locale -a: the list lacks C and POSIX, which every host has")
    return listed


def yields(parts: Mapping[str, Sequence[str]], names: Sequence[str]) -> Mapping[str, Yield]:
    """What each locale yields.

    Raises:
        UnmeasuredError: a line is not understood, or a category or a sorted word is missing.
    """
    return {name: _read_one(name, parts[name], parts[_sorted_by(name)]) for name in names}


def state(name: str, one: Yield, compiled: frozenset[str]) -> str:
    """`USABLE`, or the first thing that is wrong with a locale."""
    if alike(name) not in compiled:
        return "not compiled"
    if one.complaint:
        return f"compiled, and cannot be set ({one.complaint.removeprefix('locale: ')})"
    charset = name.partition(".")[2].partition("@")[0]
    for category in one.categories:
        codeset = "charmap" if category == "LC_CTYPE" else f"{category[3:].lower()}-codeset"
        found = one.keyword(category, codeset)
        if charset and plain(found) != plain(charset):
            return f"{category} is compiled in the charset {found or 'of none'}"
    return _identity(name, one)


def _identity(name: str, one: Yield) -> str:
    """`USABLE`, or which other language or country a locale is of than its name says."""
    language, _, country = name.partition(".")[0].partition("@")[0].partition("_")
    codes = [one.keyword("LC_ADDRESS", code) for code in ("lang_ab", "lang_term", "lang_lib")]
    land = one.keyword("LC_ADDRESS", "country_ab2")
    if language not in codes or land not in ("", country):
        return f"compiled from another source, {codes[0] or codes[1] or '?'}_{land or '?'}"
    return USABLE


def alike(name: str) -> str:
    """A locale's name with its charset as glibc compares it: ``de_DE.UTF-8`` -> ``de_DE.utf8``."""
    base, dot, rest = name.partition(".")
    charset, at, modifier = rest.partition("@")
    return base + dot + plain(charset) + at + modifier


def plain(charset: str) -> str:
    """A charset's name as glibc compares it (``_nl_normalize_codeset``): ``ISO-8859-1`` -> ``iso88591``."""
    letters = "".join(
        character for character in charset.lower() if character.isascii() and character.isalnum()
    )
    return f"iso{letters}" if letters.isdigit() else letters


def _read_one(name: str, lines: Sequence[str], in_order: Sequence[str]) -> Yield:
    complaint: str | None = None
    categories: dict[str, dict[str, str]] = {}
    current: dict[str, str] = {}
    for line in filter(None, map(_shown, lines)):
        keyword, equals, value = line.partition("=")
        if line in CATEGORIES:
            current = categories.setdefault(line, {})
        elif re.match(r"locale: Cannot set LC_[A-Z]+ to default", line):
            complaint = complaint or line
        elif equals and categories and re.fullmatch(r"[a-z][a-z0-9_-]*", keyword, re.ASCII | re.IGNORECASE):
            current[keyword] = value
        else:
            raise UnmeasuredError(f"{name}: locale -ck: cannot read the line {line[:80]!r}")
    missing = [category for category in CATEGORIES if not categories.get(category)]
    if missing:
        raise UnmeasuredError(f"{name}: locale -ck: nothing about {', '.join(missing)}")
    words = tuple(_shown(line) for line in in_order if line)
    if sorted(words) != sorted(WORDS):
        raise UnmeasuredError(f"{name}: sort did not give back the words that it was given")
    return Yield(complaint, categories, words)


def _shown(line: str) -> str:
    return line.replace("\0", "\\0")
