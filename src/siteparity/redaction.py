"""Keeps secrets out of whatever a run writes or prints: by their looks, and by their value if it is known.

Facts pass through `pseudonyms` before they are compared: each secret becomes ``***#`` and a few digits that
depend on a key of one run. Two hosts with two passwords still differ, and the digits mean nothing later. All
other text passes through `redacted` when it leaves the process. It hides rather one word too many than one
too few (docs/decisions/0015).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from urllib.parse import quote, quote_plus, unquote

HIDDEN = "***"
"""What is shown in place of a secret."""

_STAND_IN = re.compile(re.escape(HIDDEN) + "#[0-9a-f]{8}")
_SHORTEST = 6
"""Characters. A shorter word is taken for no secret: it would be found inside innocent words."""

SECRET_NAMES = (
    "pass", "pwd", "secret", "token", "api[_-]?key", "private[_-]?key", "access[_-]?key", "credential",
    "masterauth",
)  # fmt: skip
"""Patterns, for Python and perl alike: a setting is secret if its name contains one, in any case of letters.

Hosts use the same list (`siteparity.tools.secrets.secret_patterns`, `siteparity.tools.redis_file`).
"""
_IN_OUTPUT = (
    "redis(?:cli)?_?auth", "cookie", "session[_-]?(?:id|key)", "dsn", "authtok(?!_reqd)", "bindpw", "rootpw",
    "pepper",
    "(?:app|auth|des|encryption|hash|master|nonce|secure|shared|signing)[_-]?key", "(?:auth|nonce)_salt",
    r"(?<![a-z])auth(?=[\"']?\]?\s?=)",
)  # fmt: skip
"""Further names, for what a run writes. In files on hosts they mostly name settings that must be compared,
such as nginx's ``proxy_cookie_path``."""
_NAMES = f"(?:{'|'.join((*SECRET_NAMES, *_IN_OUTPUT))})"
_ABOUT_ONE = r"(?![\w.-]*(?:encryption|file|path|dir|length|timeout|count|type|method|age|days|retries)\b)"
_NAME = rf"{_ABOUT_ONE}[\w.-]*{_NAMES}[\w.-]*"
_INNOCENT = (
    r"(?:/[\w./*-]*|\d{1,5}|yes|no|on|off|true|false|none|null|nothing|set|unset|empty|missing|absent|unmeasured|same"
    r"|required|expected|is|was|not|file|publickey|password|\(secret\)|\.\.\.)(?=[\s,;:.)\]}\"']|$)"
)
"""Stands where a secret could stand, and is none: a path, a small number, a word of our own messages."""
_SEEN = (
    rf"[\"']?[a-z][a-z0-9+.-]*://[^\s/?#:@\"'\[]*:{re.escape(HIDDEN)}(?:#[0-9a-f]{{8}})?@[\w.:,/%-]*"
    r"(?=[\"'\s;,)]|$)"
)
"""An address whose password is hidden: what is left of it names a host, by which the sites are compared."""
_WORD = r"[^\s&;,\"'`<>()\[\]{}|]+"

_FORMS: tuple[tuple[str, str], ...] = (
    # A private key's whole block; if it was cut, everything after its head.
    (r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----", r"[\s\S]*?(?=-----END [A-Z0-9 ]*PRIVATE KEY-----|\Z)"),
    # scheme://user:PASSWORD@host, also where it was cut before the @ (a port has digits alone)
    (r"\b[a-z][a-z0-9+.-]*://[^\s/?#:@\"'\[]*:", r"[^\s/@\"']+(?=@)|(?!\d{1,5}(?:\D|$))[^\s/@\"'?#]+"),
    (r"\b[a-z][a-z0-9+.-]*://", r"[\w.~%+-]{16,}(?=@)|(?=[\w~%+-]*\d)[\w~%+-]{20,}(?![\w.~%+-])"),
    # Authorization: Basic ..., Cookie: a=b; c=d, X-Api-Key: ...
    (
        r"\b(?:Proxy-)?Authorization[\"']?\s*+[:=]\s*+[\"']?(?:(?:Basic|Bearer|Digest|Token)\s++)?+",
        r"[^\s\"',]+",
    ),
    (r"\b(?:Set-)?Cookie:\s*+", r"[^\r\n\"']+"),
    (r"\bX-[\w-]*(?:Key|Token|Secret|Auth)[\"']?\s*+[:=]\s*+[\"']?", r"[^\s\"',]+"),
    (r"\b(?:Bearer|Basic)\s++", r"[A-Za-z0-9+/_=.~-]{12,}"),
    # name=value, "name": "value", name: value (one word), --password value, IDENTIFIED BY 'value'
    (
        rf"(?:(?<=[\s?&;,\"'={{(\[:/])|(?<![\w.-])){_NAME}[\"']?\]?\s?+=>?\s?+",
        r"\"[^\"\n]*\"?|'[^'\n]*'?|" + _WORD,
    ),
    (rf"[\"']{_NAME}[\"']\s*+:\s*+", r"\"(?:[^\"\\\n]|\\.)*\"?|'(?:[^'\\\n]|\\.)*'?|" + _WORD),
    (
        rf"(?<![\w./-]){_NAME}:\s++",
        rf"(?!#)(?:\"[^\"\n]+\"|'[^'\n]+'|{_WORD}(?<=\S{{6}}))(?=\s*(?:$|[\n,;)}}\]\"']))",
    ),
    # define('DB_PASSWORD', 'value'), SetEnv DB_PASSWORD value, -pvalue, -u user:value, login x password value
    (rf"[\"']{_NAME}[\"']\s*+,\s*+(?=[\"'])", r"\"[^\"\n]*\"?|'[^'\n]*'?"),
    (rf"\b(?:SetEnv|(?:fastcgi|uwsgi|scgi)_param)\s++{_NAME}\s++", rf"\"[^\"\n]*\"?|{_WORD}"),
    (r"\b(?:mysql|mariadb)[^\n|;]{0,200}?\s-p", rf"{_WORD}"),
    (r"\bauth\s++[\w.@-]+:|(?<!\S)(?:-u|--user)[\s=]++[\w.@-]+:", rf"{_WORD}"),
    (r"\blogin\s++\S++\s++password\s++", rf"{_WORD}"),
    (rf"(?<!\S)--?{_NAME}\s++", rf"(?!-)(?:\"[^\"\n]*\"|'[^'\n]*'|{_WORD})"),
    (r"(?<![\w.-])(?:requirepass|masterauth|\$ANSIBLE_VAULT;\S+)\s++", r"\S+"),
    (r"\bIDENTIFIED\s+BY\s++|\bPASSWORD\s++(?=')", r"'[^'\n]*'?|\S+"),
    # Secrets wherever they stand: tokens of well-known makers, JSON web tokens, password hashes.
    (
        r"",
        r"\b(?:gh[pousr]_|github_pat_|glpat-|xox[abeoprs]-|sk_live_|rk_live_|AKIA|ASIA|hvs\.|npm_)[\w-]{12,}",
    ),
    (r"", r"\beyJ[\w-]{8,}\.[\w-]{4,}\.[\w-]*"),
    (
        r"",
        r"\$(?:[1256]|2[aby]|y|7|gy|argon2\w+|scrypt)\$[\w./$=,+-]{8,}|SCRAM-SHA-256\$[\w+/=:$]+|\bmd5[0-9a-f]{32}\b",
    ),
)
_PATTERNS = tuple(
    re.compile(
        f"(?P<before>{before})(?P<secret>(?!{re.escape(HIDDEN)}|{_SEEN}|{_INNOCENT})(?:{secret}))",
        re.IGNORECASE,
    )
    for before, secret in _FORMS
)
_WORTH_A_LOOK = re.compile(
    rf"{_NAMES}|://|auth|mysql|mariadb|-u\s|--user|"
    r"bearer|basic|x-|PRIVATE KEY|identified|gh[pousr]_|github_pat|glpat"
    r"|xox|_live_|AKIA|ASIA|hvs\.|npm_|eyJ|\$[0-9a-z]+\$|SCRAM|md5[0-9a-f]{32}|\$ANSIBLE",
    re.IGNORECASE,
)

_WORDS = (
    "://", "$", "-u", "--user", "_live_", "_pat", "_salt", "akia", "asia", "auth", "basic", "bearer",
    "bindpw", "cookie", "cred", "dsn", "eyj", "mariadb", "mysql", "pepper", "rootpw",
    "gh", "glpat", "hvs.", "identified", "key", "md5", "npm_", "pass", "pwd", "scram", "secret",
    "session", "token", "x-", "xox",
)  # fmt: skip
"""Whatever holds a secret holds one of these words. They are found twenty times as fast as the patterns."""

_SHORT = 200
"""Characters. Longer texts are not cached, so that no host fills the memory."""

_ENCODED = re.compile(r"\S*%[0-9A-Fa-f]{2}\S*")

_known: dict[str, re.Pattern[str]] = {}
"""Secret -> a pattern that finds it in every way in which it could be written."""


class Secret:
    """A text that is never shown by accident, and is hidden wherever it turns up."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text
        remember(text)

    def reveal(self) -> str:
        """The secret itself."""
        return self._text

    def __repr__(self) -> str:
        return HIDDEN

    __str__ = __repr__

    def __format__(self, _: str) -> str:
        return HIDDEN

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(self._text.encode(), other._text.encode())

    def __hash__(self) -> int:
        return hash(self._text)

    def __reduce__(self) -> str:
        raise TypeError("a secret is not saved")


def remember(secret: str) -> None:
    """Hide this text from now on, also as base64, percent-encoded, or escaped as in JSON."""
    if len(secret) >= _SHORTEST and secret not in _known:
        _known[secret] = re.compile("|".join(re.escape(form) for form in _written(secret)))
        _short_pseudonyms.cache_clear()


def remember_environment(environment: Mapping[str, str]) -> None:
    """Hide the values of variables with names of secrets from now on."""
    for name, value in environment.items():
        if is_secret_variable(name, value):
            remember(value)


def is_secret_variable(name: str, value: str) -> bool:
    """Whether a variable of an environment holds a secret, by its name."""
    return bool(re.search(_NAMES, name, re.IGNORECASE)) and not re.fullmatch(_INNOCENT, value)


def remember_settings(value: object, *, named: bool = False) -> None:
    """Hide from now on each value below the name of a secret, anywhere in nested settings."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            remember_settings(inner, named=named or bool(re.search(_NAMES, str(name), re.IGNORECASE)))
    elif isinstance(value, list | tuple):
        for inner in value:
            remember_settings(inner, named=named)
    elif named and isinstance(value, str) and not re.fullmatch(_INNOCENT, value):
        remember(value)


def redacted(text: str) -> str:
    """The text with each secret replaced by ``***``."""
    return _replaced(text, lambda _: HIDDEN)


def redacted_within(value: object) -> object:
    """The value with each secret in its texts replaced, for JSON.

    In JSON as a whole, what looks like a secret could end with a quote that JSON needs.
    """
    if isinstance(value, str):
        return redacted(value)
    if isinstance(value, Mapping):
        return {key: redacted_within(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [redacted_within(inner) for inner in value]
    return value


def pseudonyms(text: str, key: str) -> str:
    """The text with each secret replaced by its `pseudonym` under this key."""
    return _short_pseudonyms(text, key) if len(text) <= _SHORT else _pseudonyms(text, key)


def _pseudonyms(text: str, key: str) -> str:
    return _replaced(text, lambda secret: pseudonym(secret.strip("\"'"), key))


@lru_cache(maxsize=32_768)
def _short_pseudonyms(text: str, key: str) -> str:
    """Cached: nine of ten texts come from another host as well."""
    return _pseudonyms(text, key)


def pseudonym(secret: str, key: str) -> str:
    """What tells a secret from others under this key, and under no other; ``***`` without a key."""
    if not key:
        return HIDDEN
    return (
        f"{HIDDEN}#{hmac.new(key.encode(), secret.encode(errors='replace'), hashlib.sha256).hexdigest()[:8]}"
    )


def fingerprint(text: str, key: str) -> str:
    """What stands for a text that is not shown: a digest, or a `pseudonym` if the text holds a secret.

    A short secret could be guessed from a plain digest in a record.
    """
    if _replaced(text, lambda _: HIDDEN) != text:
        return pseudonym(text, key)
    return f"sha256 {hashlib.sha256(text.encode()).hexdigest()[:16]}"


def holds_pseudonym(texts: Iterable[object]) -> bool:
    """Whether any of them holds a pseudonym, and so can be compared within one run only."""
    return any(HIDDEN in text and _STAND_IN.search(text) for text in texts if isinstance(text, str))


def without_pseudonyms(text: str) -> str:
    """The text without the digits of pseudonyms, so that it can be compared between runs."""
    return _STAND_IN.sub(HIDDEN, text) if HIDDEN in text else text


def _replaced(text: str, instead: Callable[[str], str]) -> str:
    for secret, pattern in tuple(_known.items()):
        text = pattern.sub(lambda _, secret=secret: instead(secret), text)  # type: ignore[misc]  # a default argument
    text = _by_looks(text, instead)
    return _ENCODED.sub(lambda word: _decoded(word[0], instead), text) if "%" in text else text


def _by_looks(text: str, instead: Callable[[str], str]) -> str:
    folded = text.casefold()
    if not any(word in folded for word in _WORDS) or not _WORTH_A_LOOK.search(text):
        return text
    for pattern in _PATTERNS:
        text = pattern.sub(lambda found: found["before"] + instead(found["secret"]), text)
    return text


def _decoded(word: str, instead: Callable[[str], str]) -> str:
    """A percent-encoded word: decoded and redacted if it holds a secret, else unchanged."""
    plain = unquote(word)
    hidden = _by_looks(plain, instead)
    return word if hidden == plain else hidden


def _written(secret: str) -> Iterable[str]:
    """The ways in which a known secret could be written; the longest first."""
    plain = secret.encode(errors="surrogatepass")
    forms = {
        *(
            secret,
            quote(secret, safe="", errors="replace"),
            quote_plus(secret, errors="replace"),
            quote(secret),
        ),
        *(json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1], repr(secret)[1:-1]),
        *_base64(plain),
        plain.hex(),
    }
    forms |= {line for line in secret.splitlines() if len(line) > 2 * _SHORTEST}  # a line of a key
    return sorted((form for form in forms if len(form) >= _SHORTEST), key=lambda form: (-len(form), form))


def _base64(plain: bytes) -> Iterable[str]:
    """The parts of its base64 that do not depend on its neighbours: three offsets, two alphabets."""
    for before in range(3):
        whole = base64.b64encode(b"\0" * before + plain).decode()
        start, end = -(-before * 4 // 3), len(whole) - (4 if (before + len(plain)) % 3 else 0)
        inner = whole[start:end]
        if len(inner) > _SHORTEST:
            yield inner
            yield inner.translate(str.maketrans("+/", "-_"))


class Filter:
    """Redacts a stream line by line. Between the head and the end of a private key, every line is hidden."""

    MOST = 64 * 1024
    """Bytes. A longer line is passed on in pieces."""

    def __init__(self) -> None:
        self._rest = b""
        self._in_key = False

    def feed(self, data: bytes) -> bytes:
        """What may be passed on now."""
        lines = (self._rest + data).split(b"\n")
        self._rest = lines.pop()
        out = b"".join(self._line(line) + b"\n" for line in lines)
        while len(self._rest) > self.MOST:
            piece, self._rest = self._rest[: self.MOST], self._rest[self.MOST :]
            out += self._line(piece)
        return out

    def end(self) -> bytes:
        """What is left when the stream has ended."""
        rest, self._rest = self._rest, b""
        return self._line(rest) if rest else b""

    def _line(self, line: bytes) -> bytes:
        text = line.decode("utf-8", "surrogateescape")
        if self._in_key:
            self._in_key = "-----END" not in text
            return HIDDEN.encode()
        self._in_key = "PRIVATE KEY-----" in text and "-----BEGIN" in text and "-----END" not in text
        return redacted(text).encode("utf-8", "surrogateescape")


def spellings(secret: str) -> tuple[str, ...]:
    """The ways in which a secret could be written, as `remember` hides them; the longest first."""
    return tuple(_written(secret))
