"""The catalogues of one host: which of them are fit for customers, and why others are not."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from siteparity.model import UnmeasuredError
from siteparity.tools.gettext import catalogue
from siteparity.tools.gettext.catalogue import Catalogue, DamagedError, Message, Source

USABLE = "usable"

MAX_BYTES = 64 * 1024 * 1024
"""How much of the catalogues of an application is copied from a host; of more, digests are."""

_LEAST_TEXTS = 5
_COPIED_SHARE = 0.9
"""Two languages are one under two names if they share this part of their translations, and each has at least
`_LEAST_TEXTS` of them."""


@dataclass(frozen=True, slots=True)
class File:
    """A file of a host."""

    data: bytes | None
    """None if it was too much to copy."""
    modified: int
    """When its content was changed (mtime), which its owner can set; seconds since 1970."""
    changed: float
    """When it was put there or changed in any way (ctime); seconds since 1970."""
    digest: str = ""
    """Of the content, if that was not copied."""


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
    source_language: str | None = None
    """The language of the messages themselves. It may have no catalogue, or one without texts."""

    @cached_property
    def states(self) -> Mapping[str, str]:
        """Each language -> `USABLE`, or the first thing that is wrong with its catalogue."""
        usable = [one for one, state in self._alone.items() if state == USABLE and self._is_there(one)]
        sound = {one: self.catalogue(one) for one in usable}
        return {**self._alone, **_copies(sound)}

    @cached_property
    def _alone(self) -> Mapping[str, str]:
        """The same, without comparing catalogues with each other."""
        return {language: self._state(language) for language in self.paths}

    @cached_property
    def usable(self) -> Mapping[str, Catalogue]:
        """The languages whose catalogue is `USABLE`."""
        return {
            language: self.catalogue(language)
            for language, state in self.states.items()
            if state == USABLE and self._is_there(language)
        }

    @cached_property
    def digests(self) -> Mapping[str, str]:
        """The languages whose catalogue was too much to copy, with the digest of its file."""
        files = {language: self.file(language) for language in self.paths}
        return {language: file.digest for language, file in files.items() if file and file.data is None}

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
        if self.digests:
            if lacking := [one for one in self.paths if one not in self.digests and self._needs(one)]:
                raise UnmeasuredError(f"texts cannot be compared: the catalogue of {lacking[0]} is missing")
            return {}
        bad = [f"{language} is {state}" for language, state in self._alone.items() if state != USABLE]
        if bad:
            raise UnmeasuredError(f"texts cannot be compared: the catalogue of {', of '.join(bad)}")
        return {language: self.catalogue(language) for language in self.paths if self._is_there(language)}

    def _is_there(self, language: str) -> bool:
        return self.file(language) is not None

    def _needs(self, language: str) -> bool:
        return language != self.source_language or self._is_there(language)

    def _state(self, language: str) -> str:
        if not self._needs(language):
            return USABLE
        try:
            found = self.catalogue(language)
        except DamagedError as error:
            return str(error)
        if not catalogue.same_charset(found.charset, self.charset):
            return f"in the charset {found.charset or 'of none'}, not {self.charset}"
        if not found.texts and language != self.source_language:
            return "empty: no message is translated"
        if not _speaks(found.language, language):
            return f"in the language {found.language or 'of none'}, not {gettext_name(language)}"
        garbled = sorted(message for message, forms in found.texts.items() if any(map(_is_garbled, forms)))
        return f"garbled, e.g. {garbled[0]}" if garbled else USABLE


def read_files(answer: bytes) -> Mapping[str, File]:
    """Path -> file, from lines ``SIZE CTIME MTIME PATH``, and a line that says what follows.

    After ``[content]``: all contents in a row, compressed by gzip; after ``[digests]``, what sha256sum says.

    Raises:
        UnmeasuredError: the answer is not understood, or a file was changed while it was read.
    """
    found = re.match(rb"((?:/?[^\n\[][^\n]*\n)*)\[(content|digests)\]\n", answer)
    if found is None:
        raise UnmeasuredError("files: the answer has no content")
    listed, rest = list(_listed(found[1])), answer[found.end() :]
    return _with_digests(listed, rest) if found[2] == b"digests" else _with_content(listed, rest)


def _listed(head: bytes) -> Iterator[tuple[str, int, File]]:
    """Path, size and dates of each file."""
    for line in head.decode("utf-8", "backslashreplace").split("\n")[:-1]:
        found = re.fullmatch(r"([0-9]{1,10}) ([0-9]{1,12}\.[0-9]{9}) (-?[0-9]{1,12}) (/.*)", line, re.ASCII)
        if found is None:
            raise UnmeasuredError(f"files: cannot read the line {line[:80]!r}")
        yield found[4], int(found[1]), File(None, int(found[3]), float(found[2]))


def _with_digests(listed: Sequence[tuple[str, int, File]], answer: bytes) -> Mapping[str, File]:
    lines = re.findall(r"(?m)^\\?([0-9a-f]{64})  (.*)\n", answer.decode("utf-8", "backslashreplace"))
    digests = {path: digest for digest, path in lines}
    if len(lines) != len(listed) or digests.keys() != {path for path, _, _ in listed}:
        raise UnmeasuredError("files: not every file has a digest")
    return {path: replace(file, digest=digests[path]) for path, _, file in listed}


def _with_content(listed: Sequence[tuple[str, int, File]], packed: bytes) -> Mapping[str, File]:
    rest = _unpacked(packed) if listed else packed
    files: dict[str, File] = {}
    at = 0
    for path, size, file in listed:
        if len(rest) - at < size:
            raise UnmeasuredError(f"files: {path} is cut; it was changed while it was read")
        files[path] = replace(file, data=rest[at : at + size])
        at += size
    if at < len(rest):
        raise UnmeasuredError("files: there is more than was announced; a file was changed while it was read")
    return files


def _unpacked(packed: bytes) -> bytes:
    """What gzip compressed, at most `MAX_BYTES` of it."""
    reader = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    try:
        data = reader.decompress(packed, MAX_BYTES + 1)
    except zlib.error:
        raise UnmeasuredError("files: their contents are damaged") from None
    if len(data) > MAX_BYTES:
        raise UnmeasuredError(f"files: more than {MAX_BYTES} bytes")
    if not reader.eof or reader.unused_data:
        raise UnmeasuredError("files: their contents are cut")
    return data


def gettext_name(language: str) -> str:
    """A language tag as gettext writes it: ``pt-BR`` -> ``pt_BR``."""
    return language.replace("-", "_")


def _there(file: File | None) -> bytes:
    if file is None:
        raise DamagedError("missing")
    if file.data is None:
        raise UnmeasuredError(
            f"the catalogues are more than {MAX_BYTES // 2**20} MiB in all, too much to copy; their texts "
            "are compared by digest alone"
        )
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
