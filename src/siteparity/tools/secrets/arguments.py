"""Command lines without what may be a secret: the arguments of jobs, as crontabs have them.

The rule is that of `siteparity.tools.secrets.harmless`, for text that a host must send as it is, since it is
read here. Programs and their arguments are mostly names and paths, so whatever reads like a name is shown,
unless it stands where a secret stands: behind an option or a variable with such a name, as the password of an
address, as ``-p`` of a database's client. What looks like a key is never shown.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from siteparity.redaction import HIDDEN
from siteparity.tools.secrets import harmless

_PIECE = re.compile(r"\s+|\"(?:[^\"\\]|\\.)*\"|'[^']*'|[;|&<>()]+|[^\s\"';|&<>()]+|.", re.DOTALL)
_CLIENTS = re.compile(
    r"\b(?:mysql\w*|mariadb\w*|sshpass|redis-cli|ldap\w+|mongo\w*|smbclient|curl|wget|lftp|openssl|ssh-keygen|7za?"
    r"|zip|htpasswd|rabbitmqctl|sudo\s+-S)\b"
)
_OF_CLIENTS = re.compile(r"-[awpPkN]")
_NUMBER = re.compile(r"[+-]?\d{1,12}(?:[.:,/_-]\d{1,6}){0,7}[A-Za-z%]{0,3}")
_OPTION = re.compile(r"-{1,2}[A-Za-z][\w.-]*|[A-Za-z][\w.-]*:|(?i:password|passphrase|secret|token|pass)")
_PLAIN_NUMBER = re.compile(r"\d{2,5}")
_NUMBERED = re.compile(
    rf"(?:{'|'.join(harmless.NUMBERED)})\d{{1,5}}[a-z]{{0,3}}|\d{{1,6}}|\d{{1,4}}[a-z]?", re.IGNORECASE
)
_WITHIN = re.compile(rf"(?:{'|'.join(harmless.NUMBERED)})\d{{1,5}}([a-z]{{3,}})")
_SECRET = re.compile("|".join(harmless.SECRET_NAMES_IN_FILES), re.IGNORECASE)
_SECRET_END = re.compile(rf"(?:^|[^A-Za-z]|(?<=[a-z])(?=[A-Z]))(?i:{'|'.join(harmless.SECRET_ENDS)})$")
_ABOUT = re.compile(rf"(?:{'|'.join(harmless.ABOUT_SECRETS)})$", re.IGNORECASE)
_OPEN = re.compile(r"(?:yes|no|on|off|true|false|none|null)?|\$\{?[A-Z_]+\}?|\$\(.*", re.IGNORECASE)
_ADDRESS = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.]*://)(?:(?P<user>[^:@/\s]*)(?P<secret>:[^@\s]*)?@)?(?P<rest>.*)", re.DOTALL
)


def is_secret(name: str) -> bool:
    """Whether a setting, an option or a header has the name of a secret."""
    bare = re.sub(r"^[^A-Za-z]+|[^A-Za-z]+$", "", name)
    found = _SECRET.search(bare) or _SECRET_END.search(bare)
    return found is not None and not _ABOUT.search(bare)


def shown(command: str) -> tuple[str, tuple[str, ...]]:
    """A command line with ``***`` for what may be a secret, and what was hidden, in its order."""
    reading = _Reading(is_client=_CLIENTS.search(command) is not None)
    return "".join(map(reading.piece, _PIECE.findall(command))), tuple(reading.hidden)


def shown_setting(name: str, value: str, known: frozenset[str]) -> tuple[str, tuple[str, ...]]:
    """The same of the value of a variable, which is shown only if each of its words is known."""
    reading = _Reading(is_client=False)
    is_place = re.match(r"(?:[a-z]+:/)?/|[A-Z][a-z]+/[A-Z]|[\w.+-]+@[\w.-]+$", value)
    words = re.findall("[A-Za-z]+", "" if is_place else value)
    unknown = [one for one in words if len(one) > 2 and one.lower() not in harmless.WORDS | known]  # noqa: PLR2004  # as on hosts
    if unknown and not is_secret(name):
        return HIDDEN, (value,)
    return reading.word(value, secret=is_secret(name)), tuple(reading.hidden)


@dataclass(slots=True)
class _Reading:
    """What is known in the middle of a command line."""

    is_client: bool
    """A program of the line takes a password as the value of an option that says nothing."""
    hidden: list[str] = field(default_factory=list)
    before: str = ""
    """The word before."""
    next_is_secret: bool = False

    def piece(self, text: str) -> str:
        """A word, a text in quotes, or what stands between words."""
        if not text.strip() or re.fullmatch(r"[;|&<>()]+", text):
            return text
        joined = self.before.endswith("=") and self.next_is_secret
        secret = self.next_is_secret or self._stands_for_one(text)
        self.next_is_secret = False
        quote = text[0] if text[0] in "\"'" and len(text) > 1 else ""
        inner = text[1:-1] if quote else text
        told = self._told(inner, secret=secret, quoted=bool(quote))
        self.before = text if not joined else ""
        return f"{quote}{told}{quote}"

    def _stands_for_one(self, text: str) -> bool:
        is_value = self.is_client and (_OF_CLIENTS.fullmatch(self.before) or self.before == "echo")
        return bool(is_value) and not _PLAIN_NUMBER.fullmatch(text) and not text.startswith(("-", "/"))

    def _told(self, text: str, *, secret: bool, quoted: bool) -> str:
        if secret:
            return self.word(text, secret=True)
        if (
            quoted
            and (header := re.fullmatch(r"([\w-]+)(:\s*)(.*)", text, re.DOTALL))
            and is_secret(header[1])
        ):
            scheme, secret_text = re.fullmatch(
                r"((?:Basic|Bearer|Token)\s+)?(.*)", header[3], re.DOTALL
            ).groups("")  # type: ignore[union-attr]  # it fits any text
            return header[1] + header[2] + scheme + self._hide(secret_text)
        if quoted and re.search(r"\s", text):
            inner, hidden = shown(text)
            self.hidden += hidden
            return inner
        if (
            self.is_client
            and self.before in ("-u", "--user", "-U")
            and (login := re.fullmatch(r"([^:,%]+[:,%])(.+)", text))
        ):
            return login[1] + self._hide(login[2])
        if self.is_client and re.match(r"-p\D", text):
            return "-p" + self._hide(text[2:])
        is_option = _OPTION.fullmatch(text)
        self.next_is_secret = bool(is_option and is_secret(text)) or (
            text.endswith("=") and is_secret(text[:-1])
        )
        return self.word(text, secret=False)

    def _hide(self, text: str) -> str:
        if not text:
            return text
        self.hidden.append(text)
        return HIDDEN

    def word(self, text: str, *, secret: bool) -> str:
        """One word, or the value of a variable."""
        if secret:
            return text if _OPEN.fullmatch(text) else self._hide(text)
        if address := _ADDRESS.fullmatch(text):
            return self._address(address)
        setting = re.fullmatch(r"(-{0,2}[A-Za-z_][\w.-]*=)(.*)", text, re.DOTALL)
        if setting and _reads(setting[1]):
            return setting[1] + self.word(setting[2], secret=is_secret(setting[1][:-1]))
        return text if _NUMBER.fullmatch(text) or _reads(text) else self._hide(text)

    def _address(self, found: re.Match[str]) -> str:
        user, secret = found["user"], found["secret"]
        login = ""
        if user is not None:
            login = (
                (user if _reads(user) and secret else self._hide(user))
                + (f":{self._hide(secret[1:])}" if secret else "")
                + "@"
            )
        place, mark, query = found["rest"].partition("?")
        parts = [
            part if _reads(part) or _NUMBER.fullmatch(part) else self._hide(part) for part in place.split("/")
        ]
        settings = [self.word(one, secret=False) for one in query.split("&")]
        return f"{found['scheme']}{login}{'/'.join(parts)}{mark}{'&'.join(settings)}"


def _reads(text: str) -> bool:
    """Whether a text is made of words and short numbers, and does not look like a key."""
    ends = 0
    for part in re.split(r"[^A-Za-z0-9]+", text):
        within = _WITHIN.fullmatch(part)
        if not part or _NUMBERED.fullmatch(part) or (within and _readable(within[1])):
            continue
        letters = re.fullmatch(r"([A-Za-z]+)(\d{0,4})", part)
        if letters is None or not _readable(letters[1]):
            return False
        ends += bool(letters[2])
    return ends < 2 and len(text) <= 200  # noqa: PLR2004  # a second number is no longer a name


_PAIRS = Counter(word[at : at + 2] for word in harmless.WORDS for at in range(len(word) - 1))
"""How often letters follow each other in words."""


def _is_odd(piece: str) -> bool:
    """Whether more letters follow each other than words have it: one in six is a name of its own."""
    rare = sum(_PAIRS[piece[at : at + 2]] < 4 for at in range(len(piece) - 1))  # noqa: PLR2004  # as on hosts
    return len(piece) > 5 and rare > len(piece) / 6  # noqa: PLR2004  # as on hosts


def _readable(letters: str) -> bool:
    pieces = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", letters)
    if len(pieces) > 6 or (len(pieces) > 3 and len(letters) < 3 * len(pieces)):  # noqa: PLR2004  # as on hosts
        return False
    if len(pieces) > 2 and sum(piece.lower() not in harmless.WORDS for piece in pieces) > 1:  # noqa: PLR2004  # as on hosts
        return False
    return all(
        len(piece) < 3  # noqa: PLR2004  # as on hosts
        or piece in harmless.WORDS
        or not (re.search(r"[^aeiouy]{5}|[aeiou]{5}|(.)\1\1|^[^aeiouy]{5,}$", piece) or _is_odd(piece))
        for piece in map(str.lower, pieces)
    )
