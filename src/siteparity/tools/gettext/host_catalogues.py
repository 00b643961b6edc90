"""The catalogues of one host: which of them are fit for customers, and why others are not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from siteparity.model import UnmeasuredError
from siteparity.tools.gettext import catalogue
from siteparity.tools.gettext.catalogue import Catalogue, DamagedError, Message, Source

USABLE = "usable"

_LEAST_TEXTS = 5
_COPIED_SHARE = 0.9
"""Two languages are one under two names if they share this part of their translations, and each has at least
`_LEAST_TEXTS` of them."""


@dataclass(frozen=True, slots=True)
class File:
    """A file of a host."""

    data: bytes
    modified: int
    """When its content was changed (mtime), which its owner can set; seconds since 1970."""
    changed: float
    """When it was put there or changed in any way (ctime); seconds since 1970."""


@dataclass(frozen=True)
class Shelf:
    """The catalogues of one host."""

    files: Mapping[str, File]
    paths: Mapping[str, str]
    """Served language -> where its catalogue should be."""
    sources: Mapping[str, str]
    """Served language -> where its source should be; empty if releases contain none."""
    charset: str
    """The charset in which all of them should be."""

    @cached_property
    def states(self) -> Mapping[str, str]:
        """Each language -> `USABLE`, or the first thing that is wrong with its catalogue."""
        sound = {one: self.catalogue(one) for one, state in self._alone.items() if state == USABLE}
        return {**self._alone, **_copies(sound)}

    @cached_property
    def _alone(self) -> Mapping[str, str]:
        """The same, without comparing catalogues with each other."""
        return {language: self._state(language) for language in self.paths}

    @cached_property
    def usable(self) -> Mapping[str, Catalogue]:
        """The languages whose catalogue is `USABLE`."""
        return {
            language: self.catalogue(language) for language, state in self.states.items() if state == USABLE
        }

    @cached_property
    def wanted(self) -> frozenset[Message]:
        """What every language must translate: all messages of the sources, or else of the catalogues."""
        named: set[Message] = set()
        for language in self.sources:
            try:
                named |= self.source(language).messages
            except DamagedError:
                continue
        return frozenset(named or (message for one in self.usable.values() for message in one.texts))

    def file(self, language: str) -> File | None:
        """The file of a catalogue, or None."""
        return self.files.get(self.paths[language])

    def source_file(self, language: str) -> File | None:
        """The file of a source, or None."""
        return self.files.get(self.sources.get(language, ""))

    def catalogue(self, language: str) -> Catalogue:
        """The catalogue of a language.

        Raises:
            DamagedError: ``missing``, or ``damaged: ...``.
        """
        return catalogue.compiled(_there(self.file(language)))

    def source(self, language: str) -> Source:
        """The source of a language.

        Raises:
            DamagedError: as `catalogue`.
        """
        return catalogue.source(_there(self.source_file(language)))

    def comparable(self) -> Mapping[str, Catalogue]:
        """Every language's catalogue.

        Raises:
            UnmeasuredError: one of them has no texts of its language to compare.
        """
        bad = [f"{language} is {state}" for language, state in self._alone.items() if state != USABLE]
        if bad:
            raise UnmeasuredError(f"texts cannot be compared: the catalogue of {', of '.join(bad)}")
        return {language: self.catalogue(language) for language in self.paths}

    def _state(self, language: str) -> str:
        try:
            found = self.catalogue(language)
        except DamagedError as error:
            return str(error)
        if not catalogue.same_charset(found.charset, self.charset):
            return f"in the charset {found.charset or 'of none'}, not {self.charset}"
        if not found.texts:
            return "empty: no message is translated"
        if not _speaks(found.language, language):
            return f"in the language {found.language or 'of none'}, not {gettext_name(language)}"
        garbled = sorted(message for message, forms in found.texts.items() if any(map(_is_garbled, forms)))
        return f"garbled, e.g. {garbled[0]}" if garbled else USABLE


def read_files(answer: bytes) -> Mapping[str, File]:
    """Path -> file, from lines ``SIZE CTIME MTIME PATH``, a line ``[content]``, and all contents in a row.

    Raises:
        UnmeasuredError: the answer is not understood, or a file was changed while it was read.
    """
    head, mark, rest = answer.partition(b"[content]\n")
    if not mark or (head and not head.endswith(b"\n")):
        raise UnmeasuredError("files: the answer has no content")
    files: dict[str, File] = {}
    for line in head.decode("utf-8", "backslashreplace").split("\n")[:-1]:
        found = re.fullmatch(r"([0-9]{1,10}) ([0-9]{1,12}\.[0-9]{9}) (-?[0-9]{1,12}) (/.*)", line, re.ASCII)
        if found is None:
            raise UnmeasuredError(f"files: cannot read the line {line[:80]!r}")
        size = int(found[1])
        if len(rest) < size:
            raise UnmeasuredError(f"files: {found[4]} is cut; it was changed while it was read")
        files[found[4]] = File(rest[:size], int(found[3]), float(found[2]))
        rest = rest[size:]
    if rest:
        raise UnmeasuredError("files: there is more than was announced; a file was changed while it was read")
    return files


def gettext_name(language: str) -> str:
    """A language tag as gettext writes it: ``pt-BR`` -> ``pt_BR``."""
    return language.replace("-", "_")


def _there(file: File | None) -> bytes:
    if file is None:
        raise DamagedError("missing")
    return file.data


def _speaks(said: str, language: str) -> bool:
    """Whether a header names the language, and the same country if the tag and the header name one."""
    said_parts, wanted_parts = said.partition("@")[0].split("_"), language.split("-")
    countries = [{part for part in parts[1:] if len(part) == 2} for parts in (said_parts, wanted_parts)]  # noqa: PLR2004  # ISO 3166
    return said_parts[0] == wanted_parts[0] and (not all(countries) or countries[0] == countries[1])


def _is_garbled(text: str) -> bool:
    """Whether a text lost characters, or was taken for Latin-1 and encoded twice."""
    if "\N{REPLACEMENT CHARACTER}" in text:
        return True
    for charset in ("latin-1", "cp1252"):
        try:
            if text.encode(charset).decode("utf-8") != text:
                return True
        except UnicodeError:
            continue
    return False


def _copies(catalogues: Mapping[str, Catalogue]) -> Mapping[str, str]:
    """The languages with the texts of another one, although their headers name different languages."""
    said = {
        language: {(message, forms) for message, forms in one.texts.items() if message.text not in forms}
        for language, one in catalogues.items()
    }
    found: dict[str, str] = {}
    for language, texts in said.items():
        for other, others in said.items():
            related = language.partition("-")[0] == other.partition("-")[0]
            fewest = min(len(texts), len(others))
            if not related and fewest >= _LEAST_TEXTS and len(texts & others) >= _COPIED_SHARE * fewest:
                found[language] = f"the texts are those of {other}"
    return found
