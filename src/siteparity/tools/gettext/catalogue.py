"""Gettext catalogues: the texts of ``.mo`` and ``.po`` files, and their headers.

Babel reads them, and refuses damaged files. A ``.mo`` file whose tables do not fit into it is refused
beforehand, since Babel would take far too long. Format: gettext manual, "The Format of GNU MO Files".
"""

from __future__ import annotations

import codecs
import hashlib
import io
import json
import re
import struct
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, wraps
from threading import Lock
from typing import TypeVar

from babel.messages import catalog as babel_catalog
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from siteparity.model import SiteparityError

T = TypeVar("T")

MAX_FILE_BYTES = 16 * 1024 * 1024
"""A larger catalogue is not read."""

_BYTES_KEPT = 48 * 1024 * 1024
"""How many bytes of files of each kind are remembered. Hosts of a role carry the same files, and Babel is
slow. The bound keeps a hostile host from filling the memory."""
_MAX_NAME = 120
_PREVIOUS = re.compile(rb"(?m)^[ \t]*#~\|.*\n?")
"""What a message said before, of one that no program uses any more; Babel takes it for an error."""
_DATES = re.compile(rb"(?m)(^\"?|\\n)PO((?:T-Creation|-Revision)-Date:)")
_MAGIC = {b"\xde\x12\x04\x95": "<", b"\x95\x04\x12\xde": ">"}


class DamagedError(SiteparityError):
    """A file cannot be read as a catalogue. The message says why: ``missing``, or ``damaged: ...``."""


@dataclass(frozen=True, slots=True, order=True)
class Message:
    """A message: what the program looks up."""

    text: str
    context: str = ""

    def __str__(self) -> str:
        """The message on one line, short enough for a report, and still unique."""
        whole = f"{self.context} / {self.text}" if self.context else self.text
        line = whole.encode("unicode_escape").decode() if not whole.isprintable() else whole
        if len(line) <= _MAX_NAME:
            return line
        return f"{line[:_MAX_NAME]}... ({hashlib.sha256(line.encode()).hexdigest()[:12]})"


Texts = Mapping[Message, tuple[str, ...]]
"""Message -> its translation, or each of its plural forms."""


@dataclass(frozen=True)
class Catalogue:
    """A ``.mo`` file."""

    headers: Mapping[str, str]
    """Names in lower case, values as in the file."""
    texts: Texts
    plurals: frozenset[Message]
    """The messages that have plural forms."""

    @cached_property
    def digest(self) -> str:
        """Of all texts, whatever their order in the file."""
        told = sorted((one.text, one.context, forms) for one, forms in self.texts.items())
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:32]

    @property
    def language(self) -> str:
        """The language that the file names, e.g. ``pt_BR``; empty if it names none."""
        return self.headers.get("language", "").replace("-", "_")

    @property
    def charset(self) -> str:
        """The charset that the file names; empty if it names none."""
        found = re.search(r"charset\s*=\s*([^\s;]+)", self.headers.get("content-type", ""), re.IGNORECASE)
        return found[1] if found else ""

    @property
    def plural_forms(self) -> str:
        """The plural rule that the file contains; empty if it has none."""
        return self.headers.get("plural-forms", "")


@dataclass(frozen=True, slots=True)
class Source:
    """A ``.po`` file."""

    texts: Texts
    """The translations that are not fuzzy: what the compiled catalogue must contain (msgfmt(1))."""
    messages: frozenset[Message]
    """All messages, translated or not."""
    unchecked: frozenset[Message]
    """Fuzzy messages: a tool guessed their translation."""


def _once_a_run(read: Callable[[bytes], T]) -> Callable[[bytes], T]:
    """Parse a file once for all hosts that have the same one; those asked for last are remembered."""
    remembered: OrderedDict[bytes, tuple[T, int]] = OrderedDict()
    lock = Lock()

    @wraps(read)
    def parse(data: bytes) -> T:
        digest = hashlib.sha256(data).digest()
        with lock:
            if digest in remembered:
                remembered.move_to_end(digest)
                return remembered[digest][0]
        found = read(data)
        with lock:
            remembered[digest] = (found, len(data))
            while sum(size for _, size in remembered.values()) > _BYTES_KEPT:
                remembered.popitem(last=False)
        return found

    return parse


@_once_a_run
def compiled(data: bytes) -> Catalogue:
    """Read a ``.mo`` file.

    Raises:
        DamagedError: it is not a sound catalogue.
    """
    start, end = _header_span(data)
    header = data[start:end]
    catalogue = _babel(lambda: read_mo(io.BytesIO(data[:start] + _without_dates(header) + data[end:])))
    messages = list(_messages(catalogue))
    return Catalogue(
        headers=dict(_fields(header)),
        texts={key: forms for key, forms, _ in messages if any(forms)},
        plurals=frozenset(key for key, _, message in messages if message.pluralizable),
    )


@_once_a_run
def source(data: bytes) -> Source:
    """Read a ``.po`` file.

    Raises:
        DamagedError: it is not a sound source.
    """
    if len(data) > MAX_FILE_BYTES:
        raise DamagedError(f"damaged: larger than {MAX_FILE_BYTES} bytes")
    text = _without_dates(_PREVIOUS.sub(b"", data))
    messages = list(_messages(_babel(lambda: read_po(io.BytesIO(text), abort_invalid=True))))
    return Source(
        texts={key: forms for key, forms, message in messages if any(forms) and not message.fuzzy},
        messages=frozenset(key for key, _, _ in messages),
        unchecked=frozenset(key for key, _, message in messages if message.fuzzy),
    )


def _without_dates(text: bytes) -> bytes:
    """The text with the dates of its header under other names of the same length.

    Babel takes a date that it cannot read, such as ``2003-02-11``, for damage. No program looks at it.
    """
    return _DATES.sub(rb"\1X-\2", text, count=2)


def same_charset(one: str, other: str) -> bool:
    """Whether two names mean the same charset, such as ``utf8`` and ``UTF-8``."""
    try:
        return codecs.lookup(one).name == codecs.lookup(other).name
    except (LookupError, ValueError):
        return False


def _babel(read: Callable[[], babel_catalog.Catalog]) -> babel_catalog.Catalog:
    try:
        return read()
    except Exception as error:
        raise DamagedError(" ".join(f"damaged: {type(error).__name__}: {error}".split())[:160]) from error


def _messages(
    catalogue: babel_catalog.Catalog,
) -> Iterator[tuple[Message, tuple[str, ...], babel_catalog.Message]]:
    """Every message except the header."""
    for message in catalogue:
        text = message.id if isinstance(message.id, str) else message.id[0]
        if not text:
            continue
        context = message.context or ""
        if isinstance(context, bytes):  # read_mo does not decode it
            context = _decoded(context, catalogue.charset)
        forms = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
        yield Message(text, context), tuple(form or "" for form in forms), message


def _decoded(text: bytes, charset: str) -> str:
    try:
        return text.decode(charset)
    except (UnicodeDecodeError, LookupError) as error:
        raise DamagedError(f"damaged: a context is not {charset}: {error}") from None


def _header_span(data: bytes) -> tuple[int, int]:
    """Where the translation of the empty message begins and ends, after a check of the tables.

    Overlapping strings would let a small file contain any amount of text.
    """
    if len(data) > MAX_FILE_BYTES:
        raise DamagedError(f"damaged: larger than {MAX_FILE_BYTES} bytes")
    order = _MAGIC.get(data[:4])
    if order is None:
        raise DamagedError(
            "damaged: it does not begin as a catalogue does" if data else "damaged: it is empty"
        )
    try:
        count, ids, texts = struct.unpack_from(f"{order}8x3I", data)
        spans = list(struct.iter_unpack(f"{order}2I", _table(data, ids, count)))
        forms = list(struct.iter_unpack(f"{order}2I", _table(data, texts, count)))
    except struct.error:
        raise DamagedError("damaged: it is cut off") from None
    if sum(length + 1 for length, _ in (*spans, *forms)) > len(data):
        raise DamagedError("damaged: its texts do not fit into it: it is cut off, or its tables are wrong")
    header = next((form for span, form in zip(spans, forms, strict=True) if span[0] == 0), None)
    return (header[1], header[1] + header[0]) if header else (0, 0)


def _table(data: bytes, start: int, count: int) -> bytes:
    table = data[start : start + 8 * count]
    if len(table) != 8 * count:
        raise DamagedError("damaged: it is cut off")
    return table


def _fields(header: bytes) -> Iterator[tuple[str, str]]:
    for line in header.decode("utf-8", "backslashreplace").splitlines():
        name, colon, value = line.partition(":")
        if colon:
            yield name.strip().lower(), value.strip()
