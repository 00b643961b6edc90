"""``docs/policy.md``: every key of the policy, and what siteparity knows of each aspect and journey."""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from pydantic import BaseModel

from siteparity.configuration import load
from siteparity.plan import CheckSource, sources
from siteparity.policy import Absence, Failover, Limits, Objectives, Policy, Role, Section
from siteparity.policy.applications import Application
from siteparity.policy.decisions import needs_words
from siteparity.policy.differs import Differs
from siteparity.policy.grants import DatabaseAccess, Grant
from siteparity.policy.journeys import JOURNEYS, Journey
from siteparity.policy.own_tests import OwnTests
from siteparity.policy.section import Owned
from siteparity.probes import Probe
from siteparity.reference.models import keys_of
from siteparity.reference.schema import COMMON, said_of, whole_file
from siteparity.report.words import title

WIDTH = 120
INTRODUCTION = """\
# Keys of the policy

Made from the source by `python -m siteparity.reference`. `inventories/policy.yml` and
`inventories/small/policy.yml` are whole examples.

An editor with a YAML language server completes these keys, and shows what stands here, if the policy begins
with the line

```yaml
# yaml-language-server: $schema=../src/siteparity/policy.schema.json
```

with the way to the schema from your policy. It does not replace `siteparity check`, which also sees whether
roles and applications exist, whether a pattern is too wide, and whether one key contradicts another.

Times, sizes and percentages carry a unit: `500ms`, `30s`, `5m`, `4h`, `2d`; `64KiB`, `16MiB`, `1GiB`; `90%`.
`TODO` may stand in place of any value but `version` and `roles` at the top of the file:
what needs the value waits for it, and no answer is GO before. A key with a bound takes
`{value: ..., reason: ...}` beyond it.
"Applications say it too" means that the key is taken from `applications`; lists and maps of the section are
added to that, and a single value of the section counts in its place.
"""


def page_text(root: Path) -> str:
    """The page.

    Args:
        root: the project, whose checks and example of a policy are read.
    """
    about = load(root, root / "inventories", look_up=False)
    every = list(sources(root))
    lines = [INTRODUCTION]
    lines += _chapter("Top level", whole_file(), ())
    lines += _chapter("`limits`", Limits)
    lines += _chapter("`objectives`", Objectives)
    lines += _chapter("`failover`", Failover)
    lines += _chapter("`roles`: what a role may have", Role, ())
    lines += _chapter("`applications`: each", Application)
    lines += _chapter("`absent`: each", Absence)
    lines += _chapter("`differs`: each", Differs)
    lines += _chapter("`own_tests`", OwnTests, ())
    lines += ["", "## `aspects`", "", "### Keys of every aspect", "", *_entries(Section, ())]
    for name, probe in about.probes.items():
        if not probe.section.apart:
            lines += _aspect(name, probe, about.policy, [one for one in every if one.aspect == name])
    lines += ["", "## `smoke`", "", "### Keys of every journey", "", "Those of every aspect, and:", ""]
    lines += _entries(Journey, (Section, Owned))
    for name, journey in JOURNEYS.items():
        lines += _journey(name, journey, about.policy)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).rstrip() + "\n"


def _chapter(head: str, model: type[BaseModel], but: tuple[type, ...] = COMMON) -> Iterator[str]:
    yield from ("", f"## {head}", "", *_paragraph(inspect.getdoc(model) or ""), "", *_entries(model, but))
    if model is not whole_file():
        yield from _nested(model)


def _entries(model: type[BaseModel], but: tuple[type, ...]) -> Iterator[str]:
    """Each key of a model that the classes of `but` do not declare."""
    for key in keys_of(model):
        if key.declared_by not in but:
            asked = f' Undecided while it names nothing: "{key.question.text}"' if key.question else ""
            yield from _item(f"`{key.name}`: {said_of(key, '`')}{asked}")


def _nested(model: type[BaseModel], seen: set[type[BaseModel]] | None = None) -> Iterator[str]:
    """The keys of the models inside a model."""
    seen = set() if seen is None else seen
    for key in keys_of(model):
        for inner in key.kind.models:
            if inner not in seen:
                seen.add(inner)
                yield from (
                    "",
                    f"**{inner.__name__}.** {' '.join((inspect.getdoc(inner) or '').split())}",
                    "",
                )
                yield from _entries(inner, ())
                yield from _nested(inner, seen)


def _aspect(name: str, probe: Probe[Section], policy: Policy, checks: list[CheckSource]) -> Iterator[str]:
    section = probe.section
    yield from ("", f"### `{name}`", "", *_paragraph(f"**{title(name)}.** {checks[0].promise}"), "")
    if section.only_named:
        yield from _item("It is about nothing but what its section names. Without one nothing is looked at.")
    elif needs_words(section):
        yield from _item(f'Without a section it is undecided: "{section.question}"')
    else:
        yield from _without_a_section(probe, checks)
    if not section.only_named:
        yield from _item(
            "No site can lack it: every host has it."
            if probe.absence is None
            else "It can be declared absent; each run looks whether that is true."
        )
    yield from _facts(section, probe.never_waived, _granted(probe.grants(policy.section(name))))
    yield from _keys(section)


def _without_a_section(probe: Probe[Section], checks: list[CheckSource]) -> Iterator[str]:
    bare = probe.section.model_validate({"owner": "nobody"})
    made: list[str] = []
    with_keys: dict[str, list[str]] = {}
    for check in checks:
        lacking = [
            probe.readings()[table].key or "roles"
            for table in check.tables
            if not probe.roles_of(table, bare, ("any",))
        ]
        (with_keys.setdefault(" and ".join(dict.fromkeys(lacking)), []) if lacking else made).append(
            check.sentence
        )
    yield from _item(f"Without a section it is compared: {'; '.join(made)}.")
    for keys, sentences in with_keys.items():
        yield from _item(f"Only with `{keys}`: {'; '.join(sentences)}.")


def _journey(name: str, journey: type[Journey], policy: Policy) -> Iterator[str]:
    yield from (
        "",
        f"### `smoke.{name}`",
        "",
        *_paragraph(f"**{title(name)}.** {inspect.getdoc(journey)}"),
        "",
    )
    yield from _item(f'Without a section it is undecided: "{journey.question}"')
    shown = (
        f"each run looks at the witnesses of `{journey.shown_by}`"
        if journey.shown_by
        else "no host can show it"
    )
    yield from _item(f"It can be declared absent; {shown}.")
    if journey.needs:
        yield from _item(f"It needs the aspect `{journey.needs}`.")
    granted = _granted(policy.journey(name).grants(policy.smoke))
    yield from _facts(journey, journey.never_waived, granted)
    yield from _keys(journey)


def _keys(section: type[Section]) -> Iterator[str]:
    if entries := list(_entries(section, COMMON)):
        yield from ("", "Its own keys:", "", *entries, *_nested(section))


def _facts(section: type[Section], never_waived: bool, granted: str) -> Iterator[str]:  # noqa: FBT001
    if never_waived:
        yield from _item("No waiver is accepted, and no difference by design.")
    if granted:
        yield from _item(f"Hosts must grant {granted}; `siteparity privileges` prints it.")
    if section.never_whole and section.drawn.__func__ is not Section.drawn.__func__:  # type: ignore[attr-defined]
        yield from _item("Applications alone do not make it: the file must have the section.")


def _granted(grants: Iterable[Grant]) -> str:
    words: Mapping[str, None] = dict.fromkeys(
        (
            "SELECT in PostgreSQL on what its queries read, to `database_user`"
            if grant.queries
            else "a role of PostgreSQL in `pg_monitor`, named by `database_user`"
        )
        if isinstance(grant, DatabaseAccess)
        else "the time to live of keys in Redis, to `redis_user`"
        if grant.keys
        else "a user of Redis that sees its state, named by `redis_user`"
        for grant in grants
    )
    return " and ".join(words)


def _item(text: str) -> Iterator[str]:
    return iter(_wrapped(text, "- ", "  "))


def _paragraph(text: str) -> Iterator[str]:
    return iter(_wrapped(text, "", ""))


def _wrapped(text: str, first: str, others: str) -> list[str]:
    return textwrap.wrap(
        " ".join(text.replace("``", "`").split()),
        WIDTH,
        initial_indent=first,
        subsequent_indent=others,
        break_long_words=False,
        break_on_hyphens=False,
    )
