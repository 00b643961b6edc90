"""The whole draft of a policy, from what the hosts of the primary said, and they alone. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from siteparity.drafting.applications import find
from siteparity.drafting.aspects import Aspects
from siteparity.drafting.described import describe
from siteparity.drafting.lines import Draft, LeftOut, Line, listed, todo
from siteparity.drafting.sites import SiteSeen

OWNER = "Who gets the findings?"
RPO = "The orders of how long may be lost, if the primary is dead? Such as 1h."
LANGUAGES = "Are these all the languages that customers are served?"


def draft(primary: SiteSeen, standby: str) -> Draft:
    """Draft a policy.

    Args:
        primary: every host of the site that serves.
        standby: the name of the other site.
    """
    found = find(primary)
    described = describe(primary, found)
    aspects = Aspects(primary, found)
    head = [
        Line(("version",), 2, waits=False),
        todo(("owner",), OWNER),
        Line(("primary",), primary.name, waits=False),
        Line(("standby",), standby, waits=False),
        Line(("roles",), list(primary.roles()), _roles_seen(primary)),
        todo(("objectives", "rpo"), RPO),
    ]
    languages = list(_languages(primary, described.languages))
    lines = [*head, *languages, *described.lines, *aspects.lines()]
    left_out = [
        *(LeftOut(what, why) for what, why in (*primary.left_out, *found.left_out)),
        *described.left_out,
        *aspects.left_out,
        *_unread(primary),
    ]
    return Draft(tuple(lines), tuple(dict.fromkeys(left_out)))


def _roles_seen(site: SiteSeen) -> str:
    of = {role: [host.name for host in site.hosts if role in host.roles] for role in site.roles()}
    return "; ".join(f"{role}: {listed(names, 3)}" for role, names in of.items())


def _languages(site: SiteSeen, spoken: Sequence[str]) -> Iterator[Line]:
    """The languages of compiled catalogues that a compiled locale fits."""
    seen = [host.seen for host in site.hosts]
    locales = {_locale(one) for host in seen if host.catalogues for one in host.locales}
    own = {_locale(one.value) for host in seen if host.catalogues for one in host.variables}
    fitting = {language: _fitting(language, locales, own) for language in spoken}
    value = {language.replace("_", "-"): locale for language, locale in fitting.items() if locale}
    if value:
        lost = [language for language, locale in fitting.items() if not locale]
        more = f"; no one compiled locale fits {listed(lost, 6)}" if lost else ""
        yield Line(("languages",), value, f"compiled catalogues, and compiled locales{more}", LANGUAGES)


def _locale(name: str) -> str:
    """``de_DE.UTF-8`` as policies write it, of ``de_DE.utf8``."""
    base, dot, charset = name.partition(".")
    return f"{base}.UTF-8" if dot and charset.lower().replace("-", "") == "utf8" else name


def _fitting(language: str, locales: set[str], own: set[str]) -> str | None:
    """The one compiled locale of a language; of several that of a service, or of the like country."""
    some = sorted(one for one in locales if one.startswith((f"{language}_", f"{language}.")))
    chosen = [one for one in some if one in own] or [
        one for one in some if one.startswith(f"{language}_{language.upper()}")
    ]
    chosen = chosen or some
    return chosen[0] if len(chosen) == 1 or (chosen and chosen[0] in own) else None


def _unread(site: SiteSeen) -> Iterator[LeftOut]:
    files = {(one.unit, one.text or one.file) for host in site.hosts for one in host.seen.unread}
    for unit, file in sorted(files):
        yield LeftOut(f"settings of {unit} in {file}", "the file is written in a way that is not understood")
