"""The policy: typed, strict, and its references hold; every problem is said at once."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from selftests.unit.policy import edited
from siteparity.configuration import find_root
from siteparity.model import ConfigurationError, Severity
from siteparity.policy import (
    Duration,
    Language,
    LanguageTag,
    LocaleName,
    Percent,
    Policy,
    RoleName,
    Section,
    Size,
    load_policy,
)
from siteparity.policy.journeys import Storefront
from siteparity.probes import discover
from siteparity.redaction import redacted
from siteparity.yamlfile import load

SHIPPED = Path(__file__).parents[3] / "inventories"
CORE = """\
version: 2
owner: Platform
roles: {web: {owner: Shop}, db: {owner: Database}}
languages: {en: en_US.UTF-8, de: de_DE.UTF-8}
smoke:
  storefront: {owner: Shop, roles: [web], host: www.shop.example, path: "/{language}/", \
says: {en: Welcome, de: Willkommen}}
  session: {owner: Shop, port: 8000, path: /cart, cookie: sid, key: "s:{cookie}", sessions_role: db}
  database: {owner: Database, database: shop, query: SELECT count(*) FROM products}
  subscriptions: {owner: Shop, command: [/bin/subscriptions], expect: {charged: "0"}}
  attack: {owner: Shop, roles: [web], host: shop.example}
  status_page: {owner: Shop, roles: [web], server: status.example, says: Status}
  maintenance_page: {owner: Shop, roles: [web], host: shop.example, path: /away, says: A, links: B}
  admin: {owner: Shop, roles: [web], host: shop.example, path: /admin, leads_to: http://status.example/}
  egress: {owner: Shop}
"""
ASPECTS = "aspects:\n  locales: {owner: Shop, max_age: 5m, only: [en]}\n"


class Locales(Section):
    """An aspect with keys of its own."""

    max_age: Duration
    room: Size = 1024
    only: tuple[Language, ...] = ()
    seen_from: RoleName | None = None


class Clock(Section):
    """An aspect that needs no key."""

    owner: str = "Platform"


SECTIONS: dict[str, type[Section]] = {"locales": Locales, "clock": Clock}


def read(
    folder: Path, text: str = CORE + ASPECTS, sections: dict[str, type[Section]] | None = None
) -> Policy:
    """A policy of that text."""
    path = folder / "policy.yml"
    path.write_text(text, encoding="utf-8")
    return load_policy(path, SECTIONS if sections is None else sections)


def refusal(folder: Path, text: str, sections: dict[str, type[Section]] | None = None) -> str:
    """The words with which a policy is refused, without the folder."""
    with pytest.raises(ConfigurationError) as caught:
        read(folder, text, sections)
    return str(caught.value).replace(f"{folder}/", "")


def test_the_shipped_policy_holds_but_for_the_sections_of_the_probes() -> None:
    """Each probe's own tests check its section; here any keys of an aspect will do."""

    class Anything(Section):
        model_config = ConfigDict(extra="allow")

    value: Any = load(SHIPPED / "policy.yml").value
    policy = load_policy(SHIPPED / "policy.yml", dict.fromkeys(value["aspects"], Anything))
    assert (policy.primary, policy.standby) == ("dallas", "arizona")
    assert list(policy.roles) == ["edge", "web", "db", "sessions"]
    assert policy.languages == {
        "en": "en_US.UTF-8",
        "de": "de_DE.UTF-8",
        "fr": "fr_FR.UTF-8",
        "es": "es_ES.UTF-8",
        "ja": "ja_JP.UTF-8",
    }
    assert policy.limits.deadline == timedelta(seconds=300)
    assert {
        name: policy.journey(name).role for name in ("storefront", "session", "database", "subscriptions")
    } == {
        "storefront": "edge",
        "session": "web",
        "database": "db",
        "subscriptions": "web",
    }


def test_the_shipped_waivers_are_an_empty_list() -> None:
    """A fresh clone accepts nothing."""
    assert load(SHIPPED / "waivers.yml").value == []


def test_a_policy_gives_typed_values_and_natural_defaults(tmp_path: Path) -> None:
    """Durations are durations, sizes are bytes, and what is not written has its documented default."""
    policy = read(tmp_path)
    assert policy.limits.deadline == timedelta(seconds=300)
    assert policy.limits.go_valid_for == timedelta(hours=4)
    section = policy.section("locales")
    assert isinstance(section, Locales)
    assert (section.max_age, section.room, section.only) == (timedelta(minutes=5), 1024, ("en",))
    assert (section.owner, section.severity, section.roles) == ("Shop", None, ())
    storefront = policy.journey("storefront")
    assert isinstance(storefront, Storefront)
    assert (storefront.front.port, storefront.path, storefront.role) == (80, "/{language}/", "web")
    assert (policy.primary, policy.standby, policy.source) == (None, None, tmp_path / "policy.yml")


def test_an_aspect_may_have_a_severity_of_its_own_and_choose_its_roles(tmp_path: Path) -> None:
    """Every section has these keys."""
    text = CORE + "aspects: {locales: {owner: A, max_age: 1h, severity: warning, severity_reason: in pilot, "
    text += "roles: [db]}}"
    section = read(tmp_path, text).section("locales")
    assert (section.severity, section.roles) == (Severity.WARNING, ("db",))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"aspects.dns.severity": "warning"},
            "aspects.dns.severity: expected the key severity_reason beside",
        ),
        (
            {"aspects.dns.severity": "warning", "aspects.dns.severity_reason": " "},
            "aspects.dns.severity_reason: expected a reason in words",
        ),
        (
            {"smoke.admin.severity": "warning"},
            "smoke.admin.severity: expected the key severity_reason beside",
        ),
        *(
            (
                {f"{part}.severity": "warning", f"{part}.severity_reason": "in pilot"},
                f"{part}.severity: expected no",
            )
            for part in ("aspects.sessions", "aspects.site_role", "aspects.replication", "smoke.session")
        ),
    ],
)
def test_a_severity_that_hides_a_broken_site_is_refused(
    tmp_path: Path, changes: dict[str, object], words: str
) -> None:
    """A paused replay as a warning would be a GO."""
    with pytest.raises(ConfigurationError, match=re.escape(words)):
        edited.read(tmp_path, changes)


@pytest.mark.parametrize("part", ["aspects.dns", "smoke.admin"])
def test_a_downgrade_with_its_reason_and_a_blocker_anywhere_are_taken(tmp_path: Path, part: str) -> None:
    """What is heavier than it must be needs no reason."""
    edited.read(
        tmp_path, {f"{part}.severity": "warning", f"{part}.severity_reason": "moves to a new provider"}
    )
    edited.read(tmp_path, {f"{part}.severity": "blocker", "aspects.replication.severity": "blocker"})


def test_reasons_are_demanded_in_all_sections_at_once(tmp_path: Path) -> None:
    """Beside the other mistakes of the file."""
    with pytest.raises(ConfigurationError) as caught:
        edited.read(
            tmp_path,
            {
                "aspects.dns.severity": "warning",
                "aspects.replication.severity": "warning",
                "smoke.session.severity": "warning",
                "aspects.dns.max_ttl": "soon",
            },
        )
    assert {line.split(": ")[1] for line in str(caught.value).split("\n")} == {
        "aspects.dns.severity",
        "aspects.replication.severity",
        "smoke.session.severity",
        "aspects.dns.max_ttl",
    }


def test_a_probe_that_needs_no_key_needs_no_section(tmp_path: Path) -> None:
    """Its defaults stand in, with and without an ``aspects`` key."""
    assert read(tmp_path).section("clock").owner == "Platform"
    assert read(tmp_path, CORE, {"clock": Clock}).section("clock").owner == "Platform"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            CORE.replace("version: 2", "version: 1") + ASPECTS,
            "policy.yml:1: expected version: 2, found 1; docs/policy-versions.md lists what has changed",
        ),
        (CORE.replace("owner: Platform\n", ""), 'policy.yml:1: expected the key "owner", found none; add it'),
        (CORE.replace("owner: Platform\n", "owner: 5\n"), "policy.yml:2: owner: expected text, found"),
        (
            CORE + ASPECTS + "  clokc: {owner: A}",
            'aspects.clokc: expected one of clock, locales; found "clokc" (did you mean "clock"?)',
        ),
        (
            CORE + "aspects: {locales: {owner: A, max_age: 1h, romm: 1KiB}}",
            "aspects.locales.romm: expected one of max_age, only, owner, roles, room, seen_from, severity",
        ),
        (
            CORE + "aspects: {locales: {only: [en]}}",
            'aspects.locales: expected the key "max_age", found none; add it',
        ),
        (
            CORE + "aspects: {locales: {owner: A, max_age: 1h, roles: [wbe]}}",
            'aspects.locales.roles[0]: expected a role of the policy (web, db), found "wbe" (did',
        ),
        (
            CORE + "aspects: {locales: {owner: A, max_age: 1h, seen_from: edge}}",
            'aspects.locales.seen_from: expected a role of the policy (web, db), found "edge"; correct it',
        ),
        (
            CORE + "aspects: {locales: {owner: A, max_age: 1h, only: [fr]}}",
            'aspects.locales.only[0]: expected a language of the policy (en, de), found "fr"; correct it',
        ),
        (
            CORE + "aspects: {locales: {owner: A, max_age: 1h, severity: fatal}}",
            "aspects.locales.severity: expected 'blocker' or 'warning', found \"fatal\"",
        ),
        (
            CORE + "aspects: {locales: {owner: A, max_age: 30}}",
            "the units ms, s, m, h, d, as in 30s; found the number 30; write the unit, such as 30s",
        ),
        (
            CORE + "aspects: {locales: {owner: A, max_age: 1h, room: 16}}",
            "KiB, MiB, GiB, TiB, as in 16MiB; found the number 16; write the unit, such as 16MiB",
        ),
        (
            CORE.replace("version: 2", "version: 3") + ASPECTS,
            "version: expected 2, found the number 3; change it",
        ),
        (CORE.replace("session: {", "sesion: {") + ASPECTS, 'found "sesion" (did you mean "session"?)'),
        (CORE.replace("sessions_role: db", "sessions_role: redis") + ASPECTS, 'found "redis"; correct it'),
        (
            CORE.replace('"/{language}/"', "/x") + ASPECTS,
            "expected {language} in path, headers or cookies, since there are 2 languages",
        ),
        (
            CORE.replace('"/{language}/"', "'/{a}{language}'") + ASPECTS,
            "expected a text with {language}",
        ),
        (
            CORE.replace('"/{language}/"', "'/{language'") + ASPECTS,
            "expected a text with {language}",
        ),
        (CORE.replace("roles: [web]", "roles: [web, db]") + ASPECTS, "smoke.storefront.roles: expected"),
        (CORE.replace("SELECT count(*)", "DELETE") + ASPECTS, "expected one SELECT without a semicolon"),
        (
            CORE.replace("SELECT count(*)", "SELECT 1; DELETE") + ASPECTS,
            "expected one SELECT without a semicolon",
        ),
        (CORE.replace("database: shop", "database: shop, socket: x") + ASPECTS, "expected an absolute path"),
        (
            CORE.replace('charged: "0"', "charged: 0") + ASPECTS,
            'expected text, found the number 0; write it in quotes: "0"',
        ),
        (
            CORE.replace("de: de_DE", "DE: de_DE") + ASPECTS,
            "expected a language tag such as en, pt-BR or zh-Hant",
        ),
        (
            CORE.replace("de_DE.UTF-8", "german") + ASPECTS,
            'languages.de: expected a locale such as de_DE.UTF-8, found "ger',
        ),
        (
            CORE.replace("web: {owner", "Web: {owner") + ASPECTS,
            "roles.Web: expected a role's name of a-z, 0-9, _ -",
        ),
        (
            CORE.replace("roles: {web: {owner: Shop}, db: {owner: Database}}", "roles: {}") + ASPECTS,
            "roles: expected",
        ),
        (
            CORE + ASPECTS + "primary: a\nstandby: a",
            "expected two sites as primary and standby, found a twice",
        ),
        (
            CORE + ASPECTS + "limits: {deadline: 10s}",
            "limits: expected host_deadline within deadline, found 30s and 10s",
        ),
        (CORE + ASPECTS + "limits: {window: 0s}", "limits.window: expected"),
    ],
)
def test_a_mistake_is_refused_with_its_place_and_what_to_do(tmp_path: Path, text: str, words: str) -> None:
    """Unknown and missing keys, wrong references, missing units, values out of bounds."""
    found = refusal(tmp_path, text)
    assert words in found
    assert all(line.startswith("policy.yml:") for line in found.split("\n"))


def test_problems_of_all_sections_are_said_at_once_in_the_order_of_lines(tmp_path: Path) -> None:
    """Core, journeys and aspects are judged together, references too."""
    text = (
        CORE.replace("requests", "")
        .replace("host: www.shop.example", "host: 5")
        .replace("sessions_role: db", "sessions_role: x")
        + "aspects:\n  locales: {owner: A, max_age: soon, roles: [y]}\n  other: {}\n"
    )
    found = refusal(tmp_path, text).split("\n")
    assert [line.split(": ")[:2] for line in found] == [
        ["policy.yml:6", "smoke.storefront.host"],
        ["policy.yml:7", "smoke.session.sessions_role"],
        ["policy.yml:16", "aspects.locales.max_age"],
        ["policy.yml:16", "aspects.locales.roles[0]"],
        ["policy.yml:17", "aspects.other"],
    ]


def test_a_role_is_not_checked_against_a_table_that_is_missing(tmp_path: Path) -> None:
    """The missing table is the problem; every reference to it would only repeat that."""
    found = refusal(
        tmp_path, CORE.replace("roles: {web: {owner: Shop}, db: {owner: Database}}\n", "") + ASPECTS
    )
    assert found == 'policy.yml:1: expected the key "roles", found none; add it'


def test_what_is_asked_for_and_not_there_is_a_configuration_error(tmp_path: Path) -> None:
    """A new smoke check without its section says so, with the near name."""
    policy = read(tmp_path)
    with pytest.raises(
        ConfigurationError, match=r'expected the journey "storefont", found none \(did you mean'
    ):
        policy.journey("storefont")
    with pytest.raises(ConfigurationError, match='expected the aspect "dns", found none; add it'):
        policy.section("dns")


def test_the_digest_is_of_the_meaning(tmp_path: Path) -> None:
    """Comments, order and spelled-out defaults do not count; every value does."""
    first = read(tmp_path).digest
    assert read(tmp_path, ASPECTS + "# same\n" + CORE + "limits: {deadline: 5m}").digest == first
    swapped = CORE.replace("en: en_US.UTF-8, de: de_DE.UTF-8", "de: de_DE.UTF-8, en: en_US.UTF-8")
    assert read(tmp_path, swapped + ASPECTS).digest == first
    assert read(tmp_path, CORE + ASPECTS.replace("5m", "6m")).digest != first
    assert read(tmp_path, CORE + ASPECTS + "limits: {deadline: 6m}").digest != first
    assert read(tmp_path, CORE.replace("de_DE", "de_AT") + ASPECTS).digest != first
    assert len(first) == 64


def test_a_policy_cannot_be_changed(tmp_path: Path) -> None:
    """What was judged is what was read."""
    with pytest.raises(ValidationError, match="frozen"):
        read(tmp_path).section("locales").owner = "else"  # type: ignore[misc]  # the plugin knows it too


durations: TypeAdapter[timedelta] = TypeAdapter(Duration)
sizes: TypeAdapter[int] = TypeAdapter(Size)
percentages: TypeAdapter[float] = TypeAdapter(Percent)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("500ms", 0.5),
        ("30s", 30),
        ("5m", 300),
        ("4h", 14400),
        ("2d", 172800),
        ("0s", 0),
        ("3650d", 86400 * 3650),
    ],
)
def test_a_duration_is_a_number_with_its_unit(text: str, seconds: float) -> None:
    """From milliseconds to days."""
    assert durations.validate_json(f'"{text}"') == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("text", "size"),
    [("0B", 0), ("64KiB", 65536), ("16MiB", 2**24), ("1GiB", 2**30), ("2TiB", 2**41), ("1 KiB", 1024)],
)
def test_a_size_is_a_number_with_its_unit(text: str, size: int) -> None:
    """Binary units, since that is what the programs count in."""
    assert sizes.validate_json(f'"{text}"') == size


@pytest.mark.parametrize(
    "text", ["30", '"30"', '"s"', '"-1s"', '"1.5h"', '"1w"', '"1S"', "true", "null", "[]", '"1MB"']
)
@pytest.mark.parametrize("measures", [durations, sizes])
def test_a_measure_without_a_known_unit_is_refused(measures: TypeAdapter[Any], text: str) -> None:
    """A bare number is seconds to one reader and minutes to the next."""
    with pytest.raises(ValidationError, match="expected a number with one of the units"):
        measures.validate_json(text)


@pytest.mark.parametrize(("text", "percent"), [("90%", 90), ("0.5%", 0.5), ("100 %", 100)])
def test_a_percentage_has_its_sign(text: str, percent: float) -> None:
    """A bare number could be a share."""
    assert percentages.validate_json(f'"{text}"') == percent


@pytest.mark.parametrize("text", ["90", "2.0", '"90"', '"x%"', '"-1%"', '"0%"', '"101%"', "true", "null"])
def test_what_is_no_percentage_is_refused(text: str) -> None:
    """What is written, and what is possible."""
    with pytest.raises(
        ValidationError, match=r"expected a percentage|greater than 0|less than or equal to 100"
    ):
        percentages.validate_json(text)


def test_a_default_may_be_given_as_what_it_is() -> None:
    """A probe writes its defaults as values; only files write units."""

    class Limits(BaseModel):
        age: Duration
        room: Size

    assert Limits(age=timedelta(minutes=1), room=5).model_dump() == {"age": timedelta(minutes=1), "room": 5}


@given(st.text())
def test_no_text_breaks_the_reading_of_a_measure(text: str) -> None:
    """Whatever is written, it is a measure or refused in words."""
    for measures in (durations, sizes):
        try:
            assert measures.validate_python(text) is not None
        except ValidationError as error:
            assert "expected a number" in str(error)  # noqa: PT017  # the words are the promise


@pytest.mark.parametrize("tag", ["en", "pt-BR", "zh-Hant", "zh-Hant-TW", "gsw"])
def test_language_tags_are_those_of_bcp_47(tag: str) -> None:
    """Language, script and region; the shop's own addresses use them."""
    assert TypeAdapter(LanguageTag).validate_python(tag) == tag


@pytest.mark.parametrize("tag", ["EN", "en_US", "e", "english", "en-us", "en\n", ""])
def test_what_is_no_language_tag_is_refused(tag: str) -> None:
    """A locale is not a language."""
    with pytest.raises(ValidationError, match="expected a language tag"):
        TypeAdapter(LanguageTag).validate_python(tag)


@pytest.mark.parametrize("name", ["C", "de", "de_de", "de_DE.", "../x", "de_DE.UTF-8\n"])
def test_what_is_no_locale_is_refused(name: str) -> None:
    """The C locale is what a missing locale falls back to, so it proves nothing."""
    with pytest.raises(ValidationError, match="expected a locale such as"):
        TypeAdapter(LocaleName).validate_python(name)


def test_what_a_policy_names_is_no_secret(tmp_path: Path) -> None:
    """The section `secrets` holds their places and names: a finding that hides them helps nobody."""
    own = find_root() / "inventories" / "policy.yml"
    copy = tmp_path / "policy.yml"
    copy.write_text(own.read_text().replace("SHOP_DATABASE_URL", "SHOP_PLACE_OF_ONE"))
    load_policy(copy, {name: probe.section for name, probe in discover().items()})
    told = "SHOP_PLACE_OF_ONE in /etc/shop/shop.env differs"
    assert redacted(told) == told
