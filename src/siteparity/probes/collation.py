"""Whether both sites sort alike: the standby searches indexes that another host's library ordered.

Physical replication copies indexes byte by byte, in the order of the primary's C library (or ICU). If the
standby's own library sorts in another order, rows that are there are not found, and unique keys occur twice.
The version of the library is read twice: as recorded when the database was created, and as the running server
reports it. The server also sorts a list of words, since a locale that was compiled from other sources has the
same version.

Source: PostgreSQL 15 manual, 24.2.3.1 and 9.27.7 (collation versions), getconf(1).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from siteparity.model import Table, UnmeasuredError
from siteparity.policy import Roles, Section, Text
from siteparity.policy.applications import Applications, postgres_of
from siteparity.policy.grants import DatabaseAccess
from siteparity.probes import Answers, Probe, Reading, Target, Witnesses, once
from siteparity.tools.locale import WORDS
from siteparity.tools.order import chain
from siteparity.tools.postgres import question, rows
from siteparity.tools.program import filled, program
from siteparity.tools.witnesses import postgres, products, programs, witnessed
from siteparity.transport.script import Ask
from siteparity.transport.words import LOGIN

AS_RECORDED = "as recorded"
UNVERSIONED = ("C", "POSIX", "C.UTF-8", "C.utf8")
"""Orders by code point, which no version changes; a server records none for them (pg_locale.c)."""


class Policy(Section):
    """The database whose indexes hold texts in order."""

    question: ClassVar[str] = "Which hosts run PostgreSQL, and which database do customers use?"

    roles: Roles
    """The role of the database hosts."""
    database: Text = "postgres"
    """The application's database; the collations that its columns and indexes use are compared."""
    database_user: Text = "parity"
    """The database role that the suite uses."""

    @classmethod
    def drawn(cls, of: Applications) -> Mapping[str, Any]:
        """The first PostgreSQL among them."""
        return postgres_of(of)


_STATEMENT = filled(
    program(__package__, "collation.sql"), words="ARRAY[" + ", ".join(f"'{word}'" for word in WORDS) + "]"
)


_SERVER = Ask(question([_STATEMENT]), words=LOGIN)
_LIBRARY = Ask("getconf GNU_LIBC_VERSION")


def ask(target: Target[Policy]) -> Mapping[str, Ask]:
    """What the server recorded, which library it uses, how it sorts; and the C library on disk."""
    return {
        "server": _SERVER.about(
            DATABASE=[target.section.database], DATABASE_USER=[target.section.database_user]
        ),
        "library": _LIBRARY,
    }


def read_recorded(answers: Answers, target: Target[Policy]) -> Table:
    """Each database, and each collation in use -> `AS_RECORDED`, or both versions."""
    return {name: _compared(one) for name, one in _all(answers, target).items()}


def _compared(one: Mapping[str, Any]) -> str:
    recorded, actual = one.get("recorded"), one.get("actual")
    if recorded is None and actual is None:
        if one.get("locale") in UNVERSIONED:
            return AS_RECORDED
        return "without a version: nobody can tell whether it still sorts as it did"
    if recorded == actual:
        return AS_RECORDED
    return f"recorded {recorded or 'nothing'}, actual {actual or 'nothing'}"


def read_versions(answers: Answers, target: Target[Policy]) -> Table:
    """The library that sorts for each database and each collation in use, and the C library on disk."""
    name, _space, version = answers.text("library").strip().partition(" ")
    if name != "glibc" or not version or len(version) > 20:  # noqa: PLR2004  # "2.36", and room for more
        raise UnmeasuredError("library: getconf names no version of glibc")
    actual = {
        item: f"{_provider(one)} {one.get('actual') or 'without a version'}"
        for item, one in _all(answers, target).items()
    }
    return {"C library on the disk": version, **actual}


def read_locales(answers: Answers, target: Target[Policy]) -> Table:
    """The locale of each database and of each collation in use."""
    return {
        item: f"{_provider(one)} {_text(one, 'locale')}" + (f", {one['ctype']}" if "ctype" in one else "")
        for item, one in _all(answers, target).items()
    }


def read_sorted(answers: Answers, target: Target[Policy]) -> Table:
    """Each word of a list -> the word before it, as the running server sorts them for that database."""
    words = _text(_state(answers, target), "sorted").split(" ")
    if sorted(words) != sorted(WORDS):
        raise UnmeasuredError("sorted: the server gave other words back")
    if words == sorted(WORDS, key=str.encode) and not _by_code_point(answers, target):
        raise UnmeasuredError("sorted: the server sorts by code point, which its locale does not")
    return chain(words)


def _by_code_point(answers: Answers, target: Target[Policy]) -> bool:
    own = _all(answers, target).get(f"database {target.section.database}", {})
    return own.get("locale") in UNVERSIONED


def _all(answers: Answers, target: Target[Policy]) -> dict[str, Mapping[str, Any]]:
    state = _state(answers, target)
    found = {f"database {name}": one for name, one in state["databases"].items()}
    found |= {f"collation {name}": one for name, one in state["collations"].items()}
    if not state["databases"] or not all(isinstance(one, dict) for one in found.values()):
        raise UnmeasuredError("the server named no database")
    return found


@once
def _state(answers: Answers, _: Target[Policy]) -> Mapping[str, Any]:
    state = rows(answers.rows("server"), "server")[0]
    if not (isinstance(state.get("databases"), dict) and isinstance(state.get("collations"), dict)):
        raise UnmeasuredError("the answer lacks what was asked for")
    return state


def _provider(one: Mapping[str, Any]) -> str:
    return {"c": "libc", "i": "ICU", "b": "builtin"}.get(_text(one, "provider"), "unknown")


def _text(row: Mapping[str, Any], key: str) -> str:
    value = row.get(key)
    if not isinstance(value, str) or not value:
        raise UnmeasuredError(f"{key}: the server's answer lacks it")
    return value


def read_absence(answers: Answers, _: Target[Any]) -> Table:
    """Each witness -> what was found of it."""
    seen = answers.parts("programs", programs.PARTS)
    return {
        "a server that sorts as PostgreSQL does": witnessed(programs.found(seen, products.POSTGRES)),
        "a data folder of PostgreSQL": witnessed(answers.parts("postgres", postgres.PARTS)["data"]),
    }


PROBE = Probe(
    section=Policy,
    ask=ask,
    title="Sort order (collation)",
    always=(_SERVER, _LIBRARY),
    grants=lambda section: (DatabaseAccess(section.roles, section.database_user),),
    tables={
        "recorded": Reading(read_recorded, healthy=AS_RECORDED),
        "versions": Reading(read_versions),
        "locales": Reading(read_locales),
        "sorted": Reading(read_sorted),
    },
    absence=Witnesses({"programs": Ask(programs.QUESTION), "postgres": Ask(postgres.QUESTION)}, read_absence),
)
