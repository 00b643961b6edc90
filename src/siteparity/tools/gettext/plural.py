"""Plural rules: whether a catalogue's rule is the one of its language.

Rules are compared by the forms that they choose for many numbers, not by how they are written. A rule is
right if it chooses as Babel's table of gettext rules does, as the CLDR does (its categories in their order:
zero, one, two, few, many, other) for the language or for that of no country, or as `IN_USE` says.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from gettext import c2py

from babel import Locale, UnknownLocaleError
from babel.messages.plurals import PLURALS

from siteparity.model import SiteparityError

IN_USE: Mapping[str, Sequence[str]] = {
    "ga": (
        "nplurals=3; plural=n==1 ? 0 : n==2 ? 1 : 2;",  # msginit of gettext 0.21
        "nplurals=5; plural=n==1 ? 0 : n==2 ? 1 : n<7 ? 2 : n<11 ? 3 : 4;",  # at-spi2-core
    ),
    "he": ("nplurals=4; plural=n==1 ? 0 : n==2 ? 1 : n>10 && n%10==0 ? 2 : 3;",),  # glib
    "pt_PT": ("nplurals=2; plural=n > 1;",),  # Weblate
    "sk": ("nplurals=3; plural=(n==1) ? 1 : (n>=2 && n<=4) ? 2 : 0;",),  # GTK, sed
    "sl": ("nplurals=4; plural=n%100==1 ? 1 : n%100==2 ? 2 : n%100==3 || n%100==4 ? 3 : 0;",),  # grep
    "sr": (
        (
            "nplurals=4; plural=n==1 ? 3 : n%10==1 && n%100!=11 ? 0 : "
            "n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2;"
        ),  # GTK
    ),
    "tr": ("nplurals=2; plural=(n > 1);",),  # Transifex, Django, Linux-PAM
    "uk": (
        (
            "nplurals=4; plural=n==1 ? 3 : n%10==1 && n%100!=11 ? 0 : "
            "n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2;"
        ),  # sed
    ),
}
"""Further rules that translators of a language use, each with who does: they distinguish what the language
does, or number its forms in another order, and their catalogues hold the forms to match."""

NUMBERS = tuple(range(1001))
_TAGS = ("zero", "one", "two", "few", "many", "other")


class PluralError(SiteparityError):
    """A plural rule that no program can follow. The message says why."""


@lru_cache(maxsize=512)
def forms_of(header: str) -> tuple[int, tuple[int, ...]]:
    """Read a ``Plural-Forms`` header: how many forms there are, and which one each of `NUMBERS` takes.

    Raises:
        PluralError: it is not a rule, or chooses a form that does not exist.
    """
    found = re.fullmatch(r"\s*nplurals\s*=\s*([0-9]{1,2})\s*;\s*plural\s*=\s*([^;]+?)\s*;?\s*", header)
    if found is None:
        raise PluralError(f"cannot be read: {header[:80]}")
    try:
        rule = c2py(found[2])
        chosen = tuple(int(rule(number)) for number in NUMBERS)
    except (ValueError, ArithmeticError, RecursionError, SyntaxError, MemoryError) as error:
        raise PluralError(f"cannot be followed: {header[:80]} ({type(error).__name__})") from None
    count = int(found[1])
    for number, form in zip(NUMBERS, chosen, strict=True):
        if not 0 <= form < count:
            raise PluralError(f"{number} takes form {form}, and there are {count}: {header[:80]}")
    return count, chosen


def problem(header: str, language: str) -> str | None:
    """Why a header is not the rule of a language (``de``, ``pt_BR``), or None."""
    try:
        _, chosen = forms_of(header)
    except PluralError as error:
        return str(error)
    right = _right(language)
    if not right:
        return f"no rule is known for {language}"
    if any(_dense(chosen) == rule for rule in right):
        return None
    pairs = zip(NUMBERS, _dense(chosen), right[0], strict=True)
    number = next(number for number, form, wanted in pairs if form != wanted)
    return f"{header.strip()} is not the rule of {language}: see {number}"


def summary(header: str) -> str:
    """A short text that is the same for rules that choose the same forms."""
    if not header:
        return "none"
    try:
        count, chosen = forms_of(header)
    except PluralError as error:
        return str(error)
    return f"{count} forms, choice {hashlib.sha256(bytes(chosen)).hexdigest()[:12]}"


@cache
def _right(language: str) -> tuple[tuple[int, ...], ...]:
    """What the rules in use for a language choose; empty if none is known."""
    try:
        locale = Locale.parse(language)
    except (UnknownLocaleError, ValueError):
        return ()
    rules = [_of_cldr(locale), _of_cldr(Locale(locale.language))]
    gettext = PLURALS.get(str(locale)) or PLURALS.get(locale.language)
    if gettext:
        rules.insert(0, _dense(forms_of(f"nplurals={gettext[0]}; plural={gettext[1]}")[1]))
    in_use = IN_USE.get(str(locale)) or IN_USE.get(locale.language, ())
    return (*rules, *(_dense(forms_of(header)[1]) for header in in_use))


def _of_cldr(locale: Locale) -> tuple[int, ...]:
    return _dense(tuple(_TAGS.index(locale.plural_form(number)) for number in NUMBERS))


def _dense(chosen: tuple[int, ...]) -> tuple[int, ...]:
    """The same choice, without the forms that none of the numbers takes."""
    used = {form: rank for rank, form in enumerate(sorted(set(chosen)))}
    return tuple(used[form] for form in chosen)
