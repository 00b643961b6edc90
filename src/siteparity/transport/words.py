"""The words in which questions are told what the policy names. Each has one meaning in all questions.

Where a path is a word, root decides on each host what may be read (`transport.collector`). A name of a unit
or an account may be any, since what questions tell of it is no secret.
"""

from __future__ import annotations

from siteparity.tools.given import CHARACTERS
from siteparity.transport.script import Kind, Word

_MANY = 60_000

UNIT = Word("UNIT", CHARACTERS, 300, Kind.LIST, "a systemd unit: any")
UNITS = Word("UNITS", CHARACTERS, _MANY, Kind.LIST, "systemd units: any")
JOBS = Word("JOBS", CHARACTERS, _MANY, Kind.LIST, "lines of a crontab whose programs are looked up: any")
NAMES = Word("NAMES", CHARACTERS, _MANY, Kind.LIST, "names of accounts, locales or modules: any")
TEXT = Word("TEXT", CHARACTERS, 4000, Kind.LIST, "some text to look for in the arguments of processes: any")
PATTERN = Word(
    "PATTERN",
    CHARACTERS,
    4000,
    Kind.LIST,
    "a pattern to look for in what a command says: any; perl runs none of it",
)
DATABASE = Word("DATABASE", CHARACTERS, 300, Kind.LIST, "a database of the host's own PostgreSQL: any")
DATABASE_USER = Word(
    "DATABASE_USER", CHARACTERS, 300, Kind.LIST, "a user of PostgreSQL: any that pg_hba.conf admits"
)
LOGIN = (DATABASE, DATABASE_USER)
PLACES = Word(
    "PLACES",
    CHARACTERS,
    _MANY,
    Kind.PATHS,
    "any paths: it tells whether they exist, their size, times, rights, owners and digests, and no content",
)
ENVIRONMENTS = Word("ENVIRONMENTS", CHARACTERS, _MANY, Kind.PATHS, "any folders: the same of what is in them")
ELSEWHERE = Word("ELSEWHERE", CHARACTERS, _MANY, Kind.LIST, "patterns of files that are left out: any")
NGINX = Word("NGINX", CHARACTERS, 4000, Kind.READ, "main files of nginx, with what they include, as PATHS")
OWN_SITE = Word(
    "OWN_SITE", CHARACTERS, _MANY, Kind.LIST, "names, addresses and networks of the own site: any"
)
OTHER_SITE = Word(
    "OTHER_SITE",
    CHARACTERS,
    _MANY,
    Kind.LIST,
    "those of the other site, that are looked for: where one stands is told, and nothing else of the text",
)
PUBLIC_NAMES = Word(
    "PUBLIC_NAMES",
    CHARACTERS,
    _MANY,
    Kind.LIST,
    "names of customers, which lead to either site: any",
)
KNOWN = Word("KNOWN", CHARACTERS, _MANY, Kind.LIST, "words that may be shown: any")
PATHS = Word(
    "PATHS", CHARACTERS, _MANY, Kind.READ, "files whose content is told, without secrets: those below"
)
