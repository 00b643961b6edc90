"""Catalogues: what the application says in each served language, and whether the running application says it.

Compiled catalogues (``.mo``) and their sources (``.po``) are copied to the runner and read there. Two files
are the same if they hold the same texts, whatever their dates and headers say, and a strict reader finds a
damaged file before a customer does. Where they are too many to copy, or hold too many texts to list, digests
are compared: the finding names the language then, and ``msgunfmt`` on both hosts the message.

A process reads its catalogues once, when it starts, so each process of the service must be younger than the
files. Their ctime counts, since deployments keep old mtimes.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from siteparity.model import Table
from siteparity.policy import Language, Percent, RoleName, Section
from siteparity.policy.applications import Applications, said
from siteparity.policy.bounds import at_least
from siteparity.policy.questions import Question
from siteparity.policy.section import PartName, ServiceName, Strict, matching
from siteparity.policy.several import EACH, OfLanguages
from siteparity.probes import Answers, Probe, Reading, Target, Where, Witnesses, once
from siteparity.tools.gettext import host_catalogues, plural
from siteparity.tools.gettext.catalogue import Catalogue, DamagedError, Message
from siteparity.tools.gettext.host_catalogues import USABLE, Shelf
from siteparity.tools.program import filled, program
from siteparity.tools.systemd import readers
from siteparity.tools.witnesses import compiled, witnessed
from siteparity.transport.script import Ask

VALID = "the rule of its language"
COMPLETE = "complete"
AS_SOURCE = "as its source"
ALL_TEXTS = "(all texts)"
NOT_OLDER = "not older than its source"
LOADED = "loaded"

ALL_OF_THEM = 100
"""Per cent."""

MAX_TEXTS = 50_000
"""How many texts of an application are compared one by one; each language has the same part of them."""

PathOfLanguage = Annotated[
    str, matching(r"/[^{}\x00\n]*\{language\}[^{}\x00\n]*", "an absolute path with {language} in it")
]


class Catalogues(Strict):
    """Where the catalogues of the policy's ``languages`` are, and which service uses them."""

    path: PathOfLanguage
    """A compiled catalogue; ``{language}`` stands for the language as gettext writes it (``pt_BR``)."""
    source: Annotated[PathOfLanguage | None, Question("Where are the sources of the catalogues?")] = None
    """Its source, if releases contain it."""
    service: ServiceName
    """The service that uses the catalogues."""
    loaded_by: Literal["workers", "main process"] = "workers"
    """Which of its processes read them: each process that the main one started, or the main one for all."""
    charset: str = "UTF-8"
    source_language: Language | None = None
    """The language of the messages themselves; it needs no translation, and no catalogue."""
    complete: OfLanguages[Annotated[Percent, at_least("50%")]] = Field(default={EACH: 100.0})
    """The share of the messages that each language must translate: ``95%``, or ``{de: 100%, ga: 60%}``."""

    def share(self, language: str) -> float:
        """The share of the messages that a language must translate, in percent."""
        return self.complete.get(language, self.complete.get(EACH, 100.0))


class Further(Catalogues):
    """The catalogues of a further application."""

    roles: tuple[RoleName, ...] = ()
    """The roles that have it; those of the section if empty."""


class Policy(Section, Catalogues):
    """The catalogues of an application, and of further ones."""

    question: ClassVar[str] = (
        "Which application shows translated texts, and where are its compiled catalogues (.mo)?"
    )

    roles: Annotated[tuple[RoleName, ...], Field(min_length=1)]
    """The roles that have the application."""
    also: Mapping[PartName, Further] = {}
    """Further applications, or further parts of it, by the name that findings give them."""

    def every(self) -> Mapping[str, tuple[tuple[str, ...], Catalogues]]:
        """Name -> roles and catalogues; the name of the section's own is empty."""
        further = {name: (one.roles or self.roles, one) for name, one in self.also.items()}
        return {"": (self.roles, self), **further}

    @classmethod
    def drawn(cls, of: Applications) -> Mapping[str, Any]:
        """Their translations: those of the first one, and of the others by their names."""
        every = {
            name: said(roles=[one.role], path=found.path, source=found.source, service=one.service)
            for name, one in of.named.items()
            if (found := one.catalogues) and one.units
        }
        first = next(iter(every), None)
        if first is None:
            return {}
        return said(**every.pop(first), also=every)


_FILES = program(__package__, "catalogues.sh")


def ask(target: Target[Policy]) -> Mapping[str, Ask]:
    """The files with their dates, and the processes that read them."""
    asks: dict[str, Ask] = {}
    for name, one in _of_host(target).items():
        compiled = [_path(one.path, language) for language in target.policy.languages]
        sources = [_path(one.source, language) for language in target.policy.languages if one.source]
        paths = " ".join(map(shlex.quote, [*compiled, *sources]))
        alone = one.loaded_by == "main process"
        text = filled(_FILES, paths=paths, most=str(host_catalogues.MAX_BYTES))
        asks[_question("files", name)] = Ask(text, limit=16 * 1024 * 1024)
        asks[_question("service", name)] = Ask(readers.question(one.service, compiled, main_alone=alone))
    return asks


def _of_host(target: Target[Policy]) -> Mapping[str, Catalogues]:
    """What the host's roles have, by name."""
    every = target.section.every().items()
    return {name: one for name, (roles, one) in every if set(roles) & set(target.roles)}


def _question(what: str, name: str) -> str:
    return f"{what}-{name}" if name else what


def _item(name: str, item: str) -> str:
    """An item; one of a further application has its name in front."""
    return f"{name}: {item}" if name else item


def _path(template: str, language: str) -> str:
    return template.replace("{language}", host_catalogues.gettext_name(language))


@once
def _shelves(answers: Answers, target: Target[Policy]) -> Mapping[str, Shelf]:
    languages = target.policy.languages
    return {
        name: Shelf(
            files=host_catalogues.read_files(answers.raw(_question("files", name))),
            paths={language: _path(one.path, language) for language in languages},
            sources={language: _path(one.source, language) for language in languages if one.source},
            charset=one.charset,
            source_language=one.source_language,
        )
        for name, one in _of_host(target).items()
    }


def _sourced(answers: Answers, target: Target[Policy]) -> Mapping[str, Shelf]:
    """The shelves of applications whose releases contain the sources."""
    named = _of_host(target)
    return {name: one for name, one in _shelves(answers, target).items() if named[name].source}


def read_usable(answers: Answers, target: Target[Policy]) -> Table:
    """Each language -> `USABLE`, or what is wrong with its catalogue."""
    return {
        _item(name, language): state
        for name, shelf in _shelves(answers, target).items()
        for language, state in shelf.states.items()
    }


def read_messages(answers: Answers, target: Target[Policy]) -> Table:
    """Every message of every language -> its translation; and each language's plural rule.

    A language with more than its part of `MAX_TEXTS` has one item for all; a file that was not copied has its
    digest.
    """
    table: dict[str, str] = {}
    for name, shelf in _shelves(answers, target).items():
        most = MAX_TEXTS // len(shelf.paths)
        for language, digest in shelf.digests.items():
            table[f"{_item(name, language)}: {ALL_TEXTS}"] = f"file {digest}"
        for language, one in shelf.comparable().items():
            item = _item(name, language)
            table[f"{item}: (plural rule)"] = plural.summary(one.plural_forms)
            if len(one.texts) > most:
                table[f"{item}: {ALL_TEXTS}"] = f"{len(one.texts):,} texts, digest {one.digest}"
            else:
                table |= {f"{item}: {message}": " | ".join(forms) for message, forms in one.texts.items()}
    return table


def read_plural_rule(answers: Answers, target: Target[Policy]) -> Table:
    """Each language with a usable catalogue -> `VALID`, or what is wrong with its plural rule."""
    return {
        _item(name, language): _plural_state(one, host_catalogues.gettext_name(language))
        for name, shelf in _shelves(answers, target).items()
        for language, one in shelf.usable.items()
    }


def _plural_state(one: Catalogue, language: str) -> str:
    if not one.plurals and not one.plural_forms:
        return VALID
    if wrong := plural.problem(one.plural_forms, language):
        return wrong
    count, _ = plural.forms_of(one.plural_forms)
    odd = [message for message in one.plurals if len(one.texts.get(message, ())) not in (0, count)]
    return f"{_some(odd)} not in {count} forms" if odd else VALID


def read_coverage(answers: Answers, target: Target[Policy]) -> Table:
    """Each language with a usable catalogue -> `COMPLETE`, or which messages are not translated."""
    named, table = _of_host(target), {}
    for name, shelf in _shelves(answers, target).items():
        for language, one in shelf.usable.items():
            lacking = [message for message in shelf.wanted if not all(one.texts.get(message, ("",)))]
            table[_item(name, language)] = _coverage(lacking, len(shelf.wanted), named[name], language)
    return table


def _coverage(lacking: Sequence[Message], wanted: int, of: Catalogues, language: str) -> str:
    share = of.share(language)
    if language == of.source_language or 100 * (wanted - len(lacking)) >= share * wanted:
        return COMPLETE
    promised = "" if share >= ALL_OF_THEM else f", less than {share:g}%"
    return f"{_some(lacking)} without a translation{promised}"


def read_source(answers: Answers, target: Target[Policy]) -> Table:
    """Each language with a usable catalogue -> `AS_SOURCE`, or how it differs from its source."""
    return {
        _item(name, language): _source_state(one, shelf, language)
        for name, shelf in _sourced(answers, target).items()
        for language, one in shelf.usable.items()
    }


def _source_state(one: Catalogue, found: Shelf, language: str) -> str:
    try:
        source = found.source(language)
    except DamagedError as error:
        return f"the source is {error}"
    guessed = [message for message in one.texts if message in source.unchecked]
    if guessed:
        return f"{_some(guessed)} translated by a guess (fuzzy)"
    odd = [
        message
        for message in {**source.texts, **one.texts}
        if one.texts.get(message) != source.texts.get(message)
    ]
    return f"{_some(odd)} not as in the source" if odd else AS_SOURCE


def read_dates(answers: Answers, target: Target[Policy]) -> Table:
    """Each language with a catalogue and a source -> `NOT_OLDER`, or that the source is newer."""
    table: dict[str, str] = {}
    for name, shelf in _sourced(answers, target).items():
        for language in shelf.paths:
            compiled, source = shelf.file(language), shelf.source_file(language)
            if compiled and source:
                newer = compiled.modified >= source.modified
                table[_item(name, language)] = NOT_OLDER if newer else "older than its source"
    return table


def _some(messages: Iterable[Message]) -> str:
    """The number of messages and the first of them: ``2 messages (Price ...)``."""
    found = sorted(messages)
    return f"1 message ({found[0]})" if len(found) == 1 else f"{len(found)} messages ({found[0]} ...)"


def read_loaded(answers: Answers, target: Target[Policy]) -> Table:
    """Each language with a catalogue -> `LOADED`, or why the service does not use the file on disk."""
    table: dict[str, str] = {}
    for name, shelf in _shelves(answers, target).items():
        service = readers.read(answers.parts(_question("service", name), readers.PARTS))
        for language, path in shelf.paths.items():
            file = shelf.file(language)
            if file is not None:
                unread = "the service may not read it" if path in service.unreadable else None
                stale = None if file.changed < service.oldest else "replaced since the service started"
                table[_item(name, language)] = service.idle or unread or stale or LOADED
    return table


def read_absence(answers: Answers, _: Target[Any]) -> Table:
    """Each witness -> what was found of it."""
    return {"a compiled catalogue": witnessed(answers.rows("compiled"))}


def _roles(section: Policy) -> tuple[str, ...]:
    return tuple(dict.fromkeys(role for roles, _ in section.every().values() for role in roles))


def _sourced_roles(section: Policy) -> tuple[str, ...]:
    every = section.every().values()
    return tuple(dict.fromkeys(role for roles, one in every if one.source for role in roles))


_WITH_SOURCE: Where[Policy] = Where("source", _sourced_roles)

PROBE = Probe(
    section=Policy,
    ask=ask,
    tables={
        "usable": Reading(read_usable, healthy=USABLE, roles=_roles),
        "messages": Reading(read_messages, roles=_roles),
        "plural_rule": Reading(read_plural_rule, healthy=VALID, roles=_roles),
        "coverage": Reading(read_coverage, healthy=COMPLETE, roles=_roles),
        "source": Reading(read_source, healthy=AS_SOURCE, roles=_WITH_SOURCE),
        "dates": Reading(read_dates, healthy=NOT_OLDER, roles=_WITH_SOURCE),
        "loaded": Reading(read_loaded, healthy=LOADED, roles=_roles),
    },
    absence=Witnesses({"compiled": Ask(compiled.QUESTION)}, read_absence),
)
