"""Whether two names are those of one person, however they are written. Pure.

A name may hold characters that nobody sees, and letters of another alphabet that look alike. What looks alike
is from Unicode's table of confusable characters (UTS 39, section 4), as the library confusable-homoglyphs has
it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache

from siteparity.yamlfile import without_blanks


def is_one_person(name: str, other: str) -> bool:
    """Whether two names are the same, or a reader cannot tell them apart.

    Case, accents, punctuation, the order of the words and what cannot be seen do not count.
    """
    return bool(_forms(name) & _forms(other))


def _forms(name: str) -> set[tuple[str, ...]]:
    """A name in one spelling: as it is read in small letters, and as it looks in the letters of the file.

    Both are needed: "Ian" and "lan" look alike only as they are written. Each also without spaces, since some
    spaces are not seen.
    """
    seen = unicodedata.normalize("NFKC", without_blanks(name))
    read = [_words(_looks(one)) for one in (_plain(seen), seen)]
    return {form for words in read for form in (tuple(sorted(words)), ("".join(words),))}


def _plain(name: str) -> str:
    """In small letters without accents (NFKD)."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).casefold()


def _words(name: str) -> list[str]:
    """Its words: of each only letters and digits, without marks."""
    return "".join(one if one.isalnum() else " " for one in _plain(name)).split()


def _looks(name: str) -> str:
    return "".join(map(_look, name))


@cache
def _look(character: str) -> str:
    """What all characters that look like this one are written as: the skeleton of UTS 39.

    The table has, for each character with a look of its own, all that look like it, and for each of those the
    one that they look like.
    """
    alike = [str(one["c"]) for one in _table().get(character, ())]
    if len(alike) != 1:
        return character
    (target,) = alike
    if len(_table().get(target, ())) == 1:  # a pair: either may stand for both
        return max(character, target, key=lambda text: (len(text), text))
    return target


@cache
def _table() -> Mapping[str, Sequence[Mapping[str, object]]]:
    """Unicode's table, which takes a tenth of a second to read: most runs compare no two people."""
    from confusable_homoglyphs.confusables import confusables_data  # noqa: PLC0415

    found: Mapping[str, Sequence[Mapping[str, object]]] = confusables_data
    return found
