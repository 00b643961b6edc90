"""Catalogues: what the shop says in each served language, and whether the running shop says it.

Compiled catalogues (``.mo``) and their sources (``.po``) are copied to the runner and read there. Two files
are the same if they hold the same texts, whatever their dates and headers say, and a strict reader finds a
damaged file before a customer does. A process reads its catalogues once, when it starts, so each process of
the service must be younger than the files. Their ctime counts, since deployments keep old mtimes.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, StringConstraints

from siteparity.model import Table
from siteparity.policy import Language, RoleName, Section
from siteparity.policy.applications import Applications, said
from siteparity.probes import Answers, Probe, Reading, Target, if_named, once
from siteparity.tools.gettext import host_catalogues, plural
from siteparity.tools.gettext.catalogue import Catalogue, DamagedError, Message
from siteparity.tools.gettext.host_catalogues import USABLE, Shelf
from siteparity.tools.program import filled, program
from siteparity.tools.systemd import readers, unit
from siteparity.transport.script import Ask

VALID = "the rule of its language"
COMPLETE = "complete"
AS_SOURCE = "as its source"
NOT_OLDER = "not older than its source"
LOADED = "loaded"

PathOfLanguage = Annotated[str, StringConstraints(pattern=r"^/[^{}\x00\n]*\{language\}[^{}\x00\n]*$")]


class Policy(Section):
    """Where the catalogues of the policy's ``languages`` are, and which service uses them."""

    question: ClassVar[str] = (
        "Which application shows translated texts, and where are its compiled catalogues (.mo)?"
    )

    roles: Annotated[tuple[RoleName, ...], Field(min_length=1)]
    path: PathOfLanguage
    """A compiled catalogue; ``{language}`` stands for the language as gettext writes it (``pt_BR``)."""
    source: PathOfLanguage | None = None
    """Its source, if releases contain it."""
    service: unit.UnitName
    """The service that uses the catalogues."""
    loaded_by: Literal["workers", "main process"] = "workers"
    """Which of its processes read them: each process that the main one started, or the main one for all."""
    charset: str = "UTF-8"
    source_language: Language | None = None
    """The language in which the messages themselves are written; it needs no translation."""

    @classmethod
    def drawn(cls, of: Applications) -> Mapping[str, Any]:
        """The translations of the first one that has any."""
        one = next((one for one in of if one.catalogues and one.units), None)
        if one is None or one.catalogues is None:
            return {}
        found = one.catalogues
        return said(roles=[one.role], path=found.path, source=found.source, service=one.service)


_FILES = program(__package__, "catalogues.sh")


def ask(target: Target[Policy]) -> Mapping[str, Ask]:
    """The files with their dates, and the processes that read them."""
    section = target.section
    compiled = [_path(section.path, language) for language in target.policy.languages]
    sources = [_path(section.source, language) for language in target.policy.languages if section.source]
    return {
        "files": Ask(
            filled(_FILES, paths=" ".join(map(shlex.quote, [*compiled, *sources]))), limit=16 * 1024 * 1024
        ),
        "service": Ask(
            readers.question(section.service, compiled, main_alone=section.loaded_by == "main process")
        ),
    }


def _path(template: str, language: str) -> str:
    return template.replace("{language}", host_catalogues.gettext_name(language))


@once
def _shelf(answers: Answers, target: Target[Policy]) -> Shelf:
    section, languages = target.section, target.policy.languages
    return Shelf(
        files=host_catalogues.read_files(answers.raw("files")),
        paths={language: _path(section.path, language) for language in languages},
        sources={language: _path(section.source, language) for language in languages if section.source},
        charset=section.charset,
    )


def read_usable(answers: Answers, target: Target[Policy]) -> Table:
    """Each language -> `USABLE`, or what is wrong with its catalogue."""
    return _shelf(answers, target).states


def read_messages(answers: Answers, target: Target[Policy]) -> Table:
    """Every message of every language -> its translation; and each language's plural rule."""
    table: dict[str, str] = {}
    for language, one in _shelf(answers, target).comparable().items():
        table[f"{language}: (plural rule)"] = plural.summary(one.plural_forms)
        table |= {f"{language}: {message}": " | ".join(forms) for message, forms in one.texts.items()}
    return table


def read_plural_rule(answers: Answers, target: Target[Policy]) -> Table:
    """Each language with a usable catalogue -> `VALID`, or what is wrong with its plural rule."""
    return {
        language: _plural_state(one, host_catalogues.gettext_name(language))
        for language, one in _shelf(answers, target).usable.items()
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
    found = _shelf(answers, target)
    table: dict[str, str] = {}
    for language, one in found.usable.items():
        lacking = [message for message in found.wanted if not all(one.texts.get(message, ("",)))]
        untranslated = [] if language == target.section.source_language else lacking
        table[language] = f"{_some(untranslated)} without a translation" if untranslated else COMPLETE
    return table


def read_source(answers: Answers, target: Target[Policy]) -> Table:
    """Each language with a usable catalogue -> `AS_SOURCE`, or how it differs from its source."""
    found = _shelf(answers, target)
    return {language: _source_state(one, found, language) for language, one in found.usable.items()}


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
    found = _shelf(answers, target)
    pairs = {language: (found.file(language), found.source_file(language)) for language in found.paths}
    return {
        language: NOT_OLDER if compiled.modified >= source.modified else "older than its source"
        for language, (compiled, source) in pairs.items()
        if compiled and source
    }


def _some(messages: Iterable[Message]) -> str:
    """The number of messages and the first of them: ``2 messages (Price ...)``."""
    found = sorted(messages)
    return f"1 message ({found[0]})" if len(found) == 1 else f"{len(found)} messages ({found[0]} ...)"


def read_loaded(answers: Answers, target: Target[Policy]) -> Table:
    """Each language with a catalogue -> `LOADED`, or why the service does not use the file on disk."""
    found = _shelf(answers, target)
    service = readers.read(answers.parts("service", readers.PARTS))
    table: dict[str, str] = {}
    for language, path in found.paths.items():
        file = found.file(language)
        if file is not None:
            unread = "the service may not read it" if path in service.unreadable else None
            stale = None if file.changed < service.oldest else "replaced since the service started"
            table[language] = service.idle or unread or stale or LOADED
    return table


PROBE = Probe(
    section=Policy,
    ask=ask,
    tables={
        "usable": Reading(read_usable, healthy=USABLE),
        "messages": Reading(read_messages),
        "plural_rule": Reading(read_plural_rule, healthy=VALID),
        "coverage": Reading(read_coverage, healthy=COMPLETE),
        "source": Reading(read_source, healthy=AS_SOURCE, roles=if_named("source")),
        "dates": Reading(read_dates, healthy=NOT_OLDER, roles=if_named("source")),
        "loaded": Reading(read_loaded, healthy=LOADED),
    },
)
