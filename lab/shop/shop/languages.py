"""A language of the shop: its catalogue, its formats and its sort order.

Nothing falls back to English: a language whose catalogue or system locale is missing or damaged is
unavailable, and its pages say so, because a page that is half English looks healthy to everybody but the
customer.
"""

import locale
import struct
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal
from babel.support import Translations

CATALOGUES = Path(__file__).parent.parent / "locales"

_SYSTEM_LOCALES = {
    "en": "en_US.UTF-8",
    "de": "de_DE.UTF-8",
    "fr": "fr_FR.UTF-8",
    "es": "es_ES.UTF-8",
    "ja": "ja_JP.UTF-8",
}
_collation_lock = threading.Lock()  # setlocale(3) changes the whole process

T = TypeVar("T")


class LanguageUnavailableError(Exception):
    """The shop cannot speak this language now; the text says why, for the log."""


@dataclass(frozen=True)
class Language:
    """One language, ready to speak: the catalogue stays as it was when the worker started."""

    code: str
    catalogue: Translations
    own_name: str

    def text(self, message: str) -> str:
        """The translation of a message."""
        return self.catalogue.ugettext(message)

    def count(self, singular: str, plural: str, number: int) -> str:
        """The translation that the plural rule chooses, with the number as the language writes it."""
        return self.catalogue.ungettext(singular, plural, number) % {"count": self.number(number)}

    def number(self, number: Decimal | int) -> str:
        """A number as this language writes it."""
        return format_decimal(number, locale=self.code)

    def price(self, amount: Decimal, currency: str) -> str:
        """An amount of money as this language writes it."""
        return format_currency(amount, currency, locale=self.code)

    def date(self, day: date) -> str:
        """A date as this language writes it, in words."""
        return format_date(day, format="long", locale=self.code)

    def sorted(self, things: Iterable[T], name: Callable[[T], str]) -> list[T]:
        """Things in this language's order of names, as the system's locale collates them.

        Raises:
            LanguageUnavailableError: The locale is not compiled on this host.
        """
        wanted = _SYSTEM_LOCALES[self.code]
        with _collation_lock:
            before = locale.setlocale(locale.LC_COLLATE)
            try:
                locale.setlocale(locale.LC_COLLATE, wanted)
                return sorted(things, key=lambda thing: locale.strxfrm(name(thing)))
            except locale.Error as error:
                raise LanguageUnavailableError(f"{self.code}: locale {wanted}: {error}") from error
            finally:
                locale.setlocale(locale.LC_COLLATE, before)

    def usable(self) -> bool:
        """Whether the pages of this language can be made on this host now."""
        try:
            self.sorted((), str)
        except LanguageUnavailableError:
            return False
        return True


def load(code: str, catalogues: Path = CATALOGUES) -> Language:
    """Load a language's compiled catalogue.

    Raises:
        LanguageUnavailableError: There is no catalogue, it cannot be read, or no system locale is known.
    """
    path = catalogues / code / "LC_MESSAGES" / "shop.mo"
    if code not in _SYSTEM_LOCALES:
        raise LanguageUnavailableError(f"{code}: no system locale is known for this language")
    try:
        with path.open("rb") as file:
            catalogue = Translations(file, domain="shop")
    except (
        OSError,
        ValueError,
        LookupError,
        struct.error,
    ) as error:  # damaged
        raise LanguageUnavailableError(f"{code}: {path}: {error}") from error
    return Language(code=code, catalogue=catalogue, own_name=Locale(code).get_display_name() or code)
