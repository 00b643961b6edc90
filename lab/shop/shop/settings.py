"""The shop's settings: read once, checked, and never shown with their passwords.

The service gets them as environment variables from systemd (`EnvironmentFile=`), so a changed file counts
only after a restart. The jobs read the file itself, since cron gives them no such environment.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

SETTINGS_FILE = Path("/etc/shop/shop.env")

_LANGUAGE = re.compile(r"[a-z]{2}")
_DEFAULT_ADMIN_URL = "http://status.shop.example/"


class SettingsError(Exception):
    """A setting is missing or wrong. The text names source and key, not the value: it may hold a password."""


@dataclass(frozen=True)
class Server:
    """One server and the login there. `database` is a name for PostgreSQL, a number for Redis."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    database: str
    pool: int = 4
    """How many connections a process may have to it at a time."""


@dataclass(frozen=True)
class Settings:
    """What the shop needs to know about its site."""

    site: str
    sessions: Server
    database: Server
    payment_url: str
    admin_url: str
    languages: tuple[str, ...]


def from_environment() -> Settings:
    """The service's settings, as systemd gave them to this process.

    Raises:
        SettingsError: A key is missing or wrong.
    """
    return _settings(os.environ, "the environment")


def from_file(path: Path = SETTINGS_FILE) -> Settings:
    """The jobs' settings, from the file that systemd gives to the service.

    Raises:
        SettingsError: The file cannot be read, or a key is missing or wrong.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = type(error).__name__
        raise SettingsError(
            f"{path}: {reason}; expected KEY=VALUE lines, readable for the group shop"
        ) from error
    return _settings(_assignments(text), str(path))


def _assignments(text: str) -> dict[str, str]:
    """KEY=VALUE lines as systemd.exec(5) reads them. Line continuations are not known here, and not used."""
    lines = (line for line in map(str.strip, text.splitlines()) if "=" in line and line[0] not in "#;")
    pairs = (line.split("=", 1) for line in lines)
    return {key.strip(): value.strip().strip("\"'") for key, value in pairs}


def _settings(values: Mapping[str, str], source: str) -> Settings:
    return Settings(
        site=_required(values, "SHOP_SITE", source),
        sessions=_server(values, "SHOP_SESSION_URL", source, scheme="redis", port=6379),
        database=replace(
            _server(values, "SHOP_DATABASE_URL", source, scheme="postgresql", port=5432),
            pool=_pool(values, source),
        ),
        payment_url=_web_address(values, "SHOP_PAYMENT_URL", source),
        admin_url=values.get("SHOP_ADMIN_URL", _DEFAULT_ADMIN_URL),
        languages=_languages(values, source),
    )


def _required(values: Mapping[str, str], key: str, source: str) -> str:
    value = values.get(key, "")
    if not value:
        raise SettingsError(f"{source}: {key} is missing or empty; see shop.env.example")
    return value


def _server(values: Mapping[str, str], key: str, source: str, *, scheme: str, port: int) -> Server:
    text = _required(values, key, source)
    wrong = SettingsError(
        f"{source}: {key} is wrong; expected {scheme}://USER:PASSWORD@HOST[:{port}]/DATABASE"
    )
    try:
        url = urlsplit(text)
        server = _parts(url, port)
    except ValueError:
        raise wrong from None  # urllib's own text repeats the value
    if url.scheme != scheme or not all((server.host, server.user, server.password, server.database)):
        raise wrong
    if scheme == "redis" and not server.database.isdecimal():
        raise wrong
    return server


def _parts(url: SplitResult, default_port: int) -> Server:
    return Server(
        host=url.hostname or "",
        port=url.port or default_port,
        user=unquote(url.username or ""),
        password=unquote(url.password or ""),
        database=url.path.strip("/"),
    )


def _pool(values: Mapping[str, str], source: str) -> int:
    value = values.get("SHOP_DATABASE_POOL", str(Server.pool))
    if not value.isdecimal() or int(value) < 1:
        raise SettingsError(f"{source}: SHOP_DATABASE_POOL is wrong; expected a number above zero")
    return int(value)


def _web_address(values: Mapping[str, str], key: str, source: str) -> str:
    value = _required(values, key, source)
    if not value.startswith(("http://", "https://")):
        raise SettingsError(f"{source}: {key} is wrong; expected http://HOST[:PORT]/PATH")
    return value


def _languages(values: Mapping[str, str], source: str) -> tuple[str, ...]:
    languages = tuple(_required(values, "SHOP_LANGUAGES", source).split(","))
    if not all(map(_LANGUAGE.fullmatch, languages)):
        raise SettingsError(f"{source}: SHOP_LANGUAGES is wrong; expected two-letter codes as in en,de,fr")
    return languages
