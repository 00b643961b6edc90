"""Catalogues: which are fit for customers, what they say, and whether the service says it."""

from __future__ import annotations

import gettext
import gzip
import hashlib
import io
import struct
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.plurals import PLURALS
from babel.messages.pofile import read_po, write_po
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from selftests.unit.targets import LANGUAGES, answered, web_host
from siteparity.model import Table, UnmeasuredError
from siteparity.probes import Answers, Target, catalogues
from siteparity.tools.gettext import catalogue, host_catalogues, plural
from siteparity.tools.gettext.catalogue import DamagedError, Message
from siteparity.transport.script import MAX_LINES

Policy = catalogues.Policy
TARGET = web_host(
    Policy.model_validate(
        {
            "owner": "Shop",
            "roles": ("web",),
            "path": "/locales/{language}.mo",
            "source": "/locales/{language}.po",
            "service": "shop.service",
        }
    )
)
SHOP = Path(__file__).parents[3] / "lab" / "shop" / "locales"
READERS = {name: reading.read for name, reading in catalogues.PROBE.tables.items()}


def shop(language: str) -> bytes:
    """The source of a catalogue of the lab's shop."""
    return (SHOP / language / "LC_MESSAGES" / "shop.po").read_bytes()


def compiled(source: bytes, *, use_fuzzy: bool = False) -> bytes:
    """What a source compiles to."""
    file = io.BytesIO()
    write_mo(file, read_po(io.BytesIO(source)), use_fuzzy=use_fuzzy)
    return file.getvalue()


def files_answer(
    files: Mapping[str, bytes], changed: float = 1000.0, modified: Mapping[str, int] | None = None
) -> bytes:
    """What a host answers that has these files, by their names below ``/locales``."""
    head = [
        f"{len(data)} {changed:.9f} {(modified or {}).get(name, 900)} /locales/{name}"
        for name, data in files.items()
    ]
    content = gzip.compress(b"".join(files.values()), mtime=0) if files else b""
    return "".join(f"{line}\n" for line in head).encode() + b"[content]\n" + content


FILES = {f"{language}.mo": compiled(shop(language)) for language in LANGUAGES} | {
    f"{language}.po": shop(language) for language in LANGUAGES
}


def stat_line(pid: int, name: str, ticks: int) -> str:
    """A line of ``/proc/PID/stat``."""
    return f"{pid} ({name}) S " + " ".join(["1"] * 18) + f" {ticks} 1 1"


def service_answer(*started: int, now: float = 3000.0, ticks: int = 500_000, unreadable: str = "") -> bytes:
    """What a host answers on which processes started at these ticks."""
    lines = [stat_line(7, "cat", ticks), *(stat_line(30, "guni) corn 3", one) for one in started)]
    times = "\n".join([*lines, f"{now:.9f}"])
    unit = "[unit]\nMainPID=29\nLoadState=loaded"
    return f"{unit}\n[started]\n{times}\n[unreadable]\n{unreadable}end\n".encode()


HEALTHY = {"files": files_answer(FILES), "service": service_answer(400_000, 400_010)}


def with_files(**changed: bytes | None) -> Answers:
    """A host on which files differ (``de_mo=...``) or are missing (None)."""
    names = {name.replace("_", "."): data for name, data in changed.items()}
    files = {name: data for name, data in {**FILES, **names}.items() if data is not None}
    return answered(files=files_answer(files), service=HEALTHY["service"])


def test_a_healthy_host_is_read_in_full() -> None:
    """Every table says what is expected of it."""
    answers = answered(**HEALTHY)
    healthy = {
        "usable": host_catalogues.USABLE,
        "plural_rule": catalogues.VALID,
        "coverage": catalogues.COMPLETE,
        "source": catalogues.AS_SOURCE,
        "dates": catalogues.NOT_OLDER,
        "loaded": catalogues.LOADED,
    }
    for table, value in healthy.items():
        assert READERS[table](answers, TARGET) == dict.fromkeys(LANGUAGES, value)
    messages = READERS["messages"](answers, TARGET)
    assert messages["de: Your cart"] == "Ihr Warenkorb"
    assert messages["fr: %(count)s item"] == "%(count)s article | %(count)s articles"


@pytest.mark.parametrize(
    ("data", "state"),
    [
        (None, "missing"),
        (b"", "damaged: it is empty"),
        (b"msgid", "damaged: it does not begin as a catalogue does"),
        (FILES["de.mo"][:900], "damaged: "),
        (FILES["de.mo"][:-1], "damaged: "),
        (FILES["fr.mo"], "in the language fr, not de"),
        (compiled(shop("de").replace(b"Language: de", b"X-Other: x")), "in the language of none, not de"),
        (compiled(shop("fr").replace(b"Language: fr", b"Language: de")), "the texts are those of fr"),
        (
            compiled(shop("de").replace(b"charset=utf-8", b"charset=iso-8859-1")),
            "in the charset iso-8859-1, not UTF-8",
        ),
        (FILES["de.mo"].replace(b"charset=utf-8", b"charset=klingon"), "damaged: "),
        (compiled(shop("de").decode().encode("utf-8").decode("latin-1").encode()), "garbled, e.g. "),
        (FILES["de.mo"].replace("ü".encode(), b"\xfc\xfc"), "damaged: UnicodeDecodeError"),
        (compiled(shop("de").split(b"\n\n")[0] + b"\n"), "empty: no message is translated"),
    ],
)
def test_a_catalogue_that_customers_must_not_meet_says_why(data: bytes | None, state: str) -> None:
    """Each of these is an error page, or a page in another language."""
    found = catalogues.read_usable(with_files(de_mo=data), TARGET)
    assert str(found["de"]).startswith(state)
    assert found["en"] == host_catalogues.USABLE


def test_texts_of_a_host_with_a_damaged_catalogue_are_unmeasured() -> None:
    """An absent language is no language without texts."""
    with pytest.raises(UnmeasuredError, match=r"the catalogue of de is damaged.*, of fr is missing"):
        catalogues.read_messages(with_files(de_mo=b"x", fr_mo=None), TARGET)


def test_a_catalogue_whose_header_lies_is_compared_by_its_texts() -> None:
    """Two languages look alike then, and the other hosts show which of them is wrong."""
    liar = compiled(shop("fr").replace(b"Language: fr", b"Language: de"))
    messages = catalogues.read_messages(with_files(de_mo=liar), TARGET)
    assert messages["de: Your cart"] == messages["fr: Your cart"]


def test_a_catalogue_of_another_language_is_judged_as_nothing_else() -> None:
    """One cause, one finding."""
    answers = with_files(de_mo=FILES["fr.mo"])
    for table in ("plural_rule", "coverage", "source"):
        assert "de" not in READERS[table](answers, TARGET)


@pytest.mark.parametrize(
    ("before", "after", "table", "state"),
    [
        (b"(n != 1)", b"(n > 1)", "plural_rule", "nplurals=2; plural=(n > 1); is not the rule of de: see 0"),
        (b"(n != 1)", b"n == 1 ? 0 : 1", "plural_rule", catalogues.VALID),
        (
            b"(n != 1)",
            b"(n == 1)",
            "plural_rule",
            "nplurals=2; plural=(n == 1); is not the rule of de: see 0",
        ),
        (
            b"nplurals=2; plural=(n != 1)",
            b"nplurals=1; plural=0",
            "plural_rule",
            "nplurals=1; plural=0; is not",
        ),
        (b"(n != 1)", b"(n % 0)", "plural_rule", "cannot be followed"),
        (b"(n != 1)", b"(n != 1)*2", "plural_rule", "0 takes form 2, and there are 2"),
        (b"(n != 1)", b"exit(1)", "plural_rule", "cannot be followed"),
        (b'msgid "Your cart"', b'#, fuzzy\nmsgid "Your cart"', "coverage", "1 message (Your cart) without"),
        (b'msgstr "Ihr Warenkorb"', b'msgstr ""', "coverage", "1 message (Your cart) without a translation"),
    ],
)
def test_a_source_with_a_mistake_makes_a_catalogue_with_a_finding(
    before: bytes, after: bytes, table: str, state: str
) -> None:
    """As after a release that nobody read."""
    source = shop("de").replace(before, after)
    assert source != shop("de")
    found = READERS[table](with_files(de_po=source, de_mo=compiled(source)), TARGET)
    assert str(found["de"]).startswith(state)
    assert found["en"] == found["fr"] == (catalogues.VALID if table == "plural_rule" else catalogues.COMPLETE)


def test_a_message_that_one_language_lacks_altogether_is_not_covered() -> None:
    """Its source says nothing of it; those of the others do."""
    blocks = [block for block in shop("de").split(b"\n\n") if b'"Price"' not in block]
    source = b"\n\n".join(blocks)
    found = catalogues.read_coverage(with_files(de_po=source, de_mo=compiled(source)), TARGET)
    assert found == {"en": "complete", "fr": "complete", "de": "1 message (Price) without a translation"}


def test_without_sources_the_languages_are_held_against_each_other() -> None:
    """Releases may carry compiled catalogues alone."""
    alone = Policy.model_validate(
        {"owner": "Shop", "roles": ("web",), "path": "/locales/{language}.mo", "service": "shop.service"}
    )
    source = b"\n\n".join(block for block in shop("de").split(b"\n\n") if b'"Price"' not in block)
    found = catalogues.read_coverage(with_files(de_mo=compiled(source)), web_host(alone))
    assert found["de"] == "1 message (Price) without a translation"
    assert catalogues.PROBE.roles_of("source", alone, ("web",)) == ()
    assert catalogues.PROBE.roles_of("usable", alone, ("web",)) == ("web",)


@pytest.mark.parametrize(
    ("change", "state"),
    [
        (
            {"de_po": shop("de").replace(b"Ihr Warenkorb", b"Ihr Korb")},
            "1 message (Your cart) not as in the source",
        ),
        ({"de_po": shop("de") + b'\nmsgid "New"\nmsgstr "Neu"\n'}, "1 message (New) not as in the source"),
        ({"de_po": None}, "the source is missing"),
        ({"de_po": b'msgid "a"\nmsgstr "\xff"\n'}, "the source is damaged"),
        (
            {
                "de_po": shop("de").replace(b'msgid "Your cart"', b'#, fuzzy\nmsgid "Your cart"'),
                "de_mo": FILES["de.mo"],
            },
            "1 message (Your cart) translated by a guess (fuzzy)",
        ),
        (
            {"de_po": shop("de").replace(b"2026-10-01 08:00+0000", b"2026-11-11 11:11+0000")},
            catalogues.AS_SOURCE,
        ),
    ],
)
def test_a_catalogue_is_held_against_its_source(change: dict[str, bytes | None], state: str) -> None:
    """By what both say; dates in headers differ and mean nothing."""
    found = catalogues.read_source(with_files(**change), TARGET)
    assert str(found["de"]).startswith(state)
    assert found["en"] == catalogues.AS_SOURCE


def test_a_source_that_was_touched_after_compiling_is_seen() -> None:
    """Even when its texts are those of the catalogue."""
    answers = answered(files=files_answer(FILES, modified={"de.po": 901}))
    assert catalogues.read_dates(answers, TARGET) == {
        "en": catalogues.NOT_OLDER,
        "de": "older than its source",
        "fr": catalogues.NOT_OLDER,
    }


@pytest.mark.parametrize(
    ("service", "state"),
    [
        (service_answer(300_100, 300_001), catalogues.LOADED),
        (service_answer(400_000, 299_000), "replaced since the service started"),
        (service_answer(400_000, unreadable="/locales/de.mo\n"), "the service may not read it"),
        (b"[unit]\nMainPID=0\nLoadState=loaded\n[started]\n[unreadable]\nend\n", "not running"),
        (b"[unit]\nMainPID=0\nLoadState=not-found\n[started]\n[unreadable]\nend\n", "the unit is not-found"),
    ],
)
def test_the_oldest_process_decides_what_is_loaded(service: bytes, state: str) -> None:
    """Files changed at 1000 s; one worker that is older than that speaks from the old ones."""
    assert catalogues.read_loaded(answered(files=HEALTHY["files"], service=service), TARGET)["de"] == state


@pytest.mark.parametrize(
    "service",
    [
        b"[unit]\nLoadState=loaded\n[started]\n[unreadable]\nend\n",
        b"[unit]\nMainPID=29\nLoadState=loaded\n[started]\n[unreadable]\nend\n",
        service_answer(),
        service_answer(500_001),
        service_answer(400_000).replace(b"3000.000000000", b"soon"),
        service_answer(400_000).replace(b" 400000 ", b" x "),
    ],
)
def test_processes_that_could_not_be_looked_at_are_unmeasured(service: bytes) -> None:
    """No process is no proof that none is old."""
    with pytest.raises(UnmeasuredError):
        catalogues.read_loaded(answered(files=HEALTHY["files"], service=service), TARGET)


def test_a_further_application_has_its_name_in_front() -> None:
    """Its catalogues are judged as those of the first, and neither hides the other's."""
    also = {"admin": catalogues.Further(path="/admin/{language}.mo", service="admin.service")}
    target = web_host(TARGET.section.model_copy(update={"also": also}))
    assert set(catalogues.ask(target)) == {"files", "service", "files-admin", "service-admin"}
    mine = {name: data for name, data in FILES.items() if name in ("en.mo", "fr.mo")}
    theirs = files_answer(mine, changed=2995.0).replace(b"/locales/", b"/admin/")
    answers = answered(**HEALTHY, **{"files-admin": theirs, "service-admin": service_answer(499_000)})
    usable = READERS["usable"](answers, target)
    assert usable == {
        **dict.fromkeys((*LANGUAGES, "admin: en", "admin: fr"), host_catalogues.USABLE),
        "admin: de": "missing",
    }
    assert READERS["loaded"](answers, target)["admin: en"] == "replaced since the service started"
    assert READERS["loaded"](answers, target)["en"] == catalogues.LOADED
    assert set(READERS["source"](answers, target)) == set(LANGUAGES)
    assert any(
        item.startswith("admin: en: ")
        for item in READERS["messages"](
            answered(**HEALTHY, **{"files-admin": answers.raw("files"), "service-admin": service_answer(1)}),
            web_host(
                TARGET.section.model_copy(
                    update={
                        "also": {
                            "admin": catalogues.Further(
                                path="/locales/{language}.mo", service="admin.service"
                            )
                        }
                    }
                )
            ),
        )
    )


def test_an_application_of_other_roles_is_not_asked_about_here() -> None:
    """Nor do these roles have the tables of the first one."""
    further = catalogues.Further(path="/a/{language}.mo", service="a.service", roles=("admin",))
    section = TARGET.section.model_copy(update={"also": {"admin": further}})
    assert set(catalogues.ask(web_host(section))) == {"files", "service"}
    roles = {table: catalogues.PROBE.roles_of(table, section, ("web", "admin")) for table in READERS}
    assert roles["source"] == roles["dates"] == ("web",)
    assert roles["usable"] == ("web", "admin")


# What real sites have


def big(language: str, messages: int) -> bytes:
    """A catalogue with so many messages, as the sources of large applications are."""
    made = Catalog(locale=language)
    for number in range(messages):
        made.add(
            f"message {number}: your order and its price", f"{language} {number} Bestellung", [("a.py", 1)]
        )
    file = io.BytesIO()
    write_po(file, made)
    return file.getvalue()


TEN = ("de", "fr", "es", "it", "nl", "pl", "sv", "da", "ja", "tr")


def ten() -> Target[Policy]:
    """A host that serves ten languages, and has the sources."""
    languages = dict.fromkeys(TEN, "x.UTF-8")
    return replace(TARGET, policy=replace(TARGET.policy, languages=languages))


def shell_answer(folder: Path, section: Policy, target: Target[Policy] = TARGET) -> bytes:
    """What the real program of the question prints here, with the limits that it has on a host."""
    asked = catalogues.ask(replace(target, section=section))["files"]
    text = asked.text.replace("/locales/", f"{folder}/")
    ran = subprocess.run(["sh", "-c", text], capture_output=True, check=True)
    assert len(ran.stdout) <= asked.limit
    assert ran.stdout.count(b"\n") <= MAX_LINES
    return ran.stdout.replace(f"{folder}/".encode(), b"/locales/")


def test_ten_languages_of_a_large_application_are_read_and_compared_message_by_message(
    tmp_path: Path,
) -> None:
    """More than 100,000 lines and 16 MiB in all, within seconds."""
    comments = b"# " + b"where the text stands " * 7 + b"\n"
    files: dict[str, bytes] = {}
    for language in TEN:
        source = big(language, 300)
        files |= {f"{language}.mo": compiled(source), f"{language}.po": source + comments * 12_000}
    assert sum(data.count(b"\n") for data in files.values()) > 100_000
    assert sum(map(len, files.values())) > 16 * 1024 * 1024
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    began = time.process_time()
    answers = answered(files=shell_answer(tmp_path, TARGET.section, ten()), service=HEALTHY["service"])
    assert READERS["usable"](answers, ten()) == dict.fromkeys(TEN, host_catalogues.USABLE)
    assert READERS["coverage"](answers, ten()) == dict.fromkeys(TEN, catalogues.COMPLETE)
    assert READERS["source"](answers, ten()) == dict.fromkeys(TEN, catalogues.AS_SOURCE)
    messages = READERS["messages"](answers, ten())
    assert len(messages) == 3_010
    assert messages["ja: message 7: your order and its price"] == "ja 7 Bestellung"
    assert time.process_time() - began < 30


def test_more_texts_than_a_table_holds_are_compared_by_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Language by language: the one that differs is named, and no other."""
    monkeypatch.setattr(catalogues, "MAX_TEXTS", 15)
    shorter = shop("fr").split(b"\n\n")[:4]
    few = {"fr_mo": compiled(b"\n\n".join(shorter)), "fr_po": None}
    one = READERS["messages"](with_files(**few), TARGET)
    other = READERS["messages"](
        with_files(**few, de_mo=compiled(shop("de").replace(b"Ihr Warenkorb", b"Ihr Korb"))), TARGET
    )
    assert {item for item in one if one[item] != other[item]} == {"de: (all texts)"}
    assert str(one["de: (all texts)"]).partition(",")[0].endswith(" texts")
    assert "fr: (all texts)" not in one
    again = READERS["messages"](with_files(**few, de_mo=compiled(shop("de") + b'\n#~ msgid "x"\n')), TARGET)
    assert again["de: (all texts)"] == one["de: (all texts)"]


def test_more_bytes_than_are_copied_are_compared_by_digest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the real program. What cannot be known without the texts is unmeasured, with the reason."""
    monkeypatch.setattr(host_catalogues, "MAX_BYTES", 9_000)
    for name, data in FILES.items():
        (tmp_path / name).write_bytes(data)
    answer = shell_answer(tmp_path, TARGET.section)
    answers = answered(files=answer, service=HEALTHY["service"])
    assert READERS["messages"](answers, TARGET) == {
        f"{language}: (all texts)": f"file {hashlib.sha256(FILES[f'{language}.mo']).hexdigest()}"
        for language in LANGUAGES
    }
    for table in ("usable", "plural_rule", "coverage", "source"):
        with pytest.raises(
            UnmeasuredError, match="too much to copy; their texts are compared by digest alone"
        ):
            READERS[table](answers, TARGET)
    assert set(READERS["dates"](answers, TARGET)) == set(LANGUAGES)
    assert set(READERS["loaded"](answers, TARGET)) == set(LANGUAGES)
    (tmp_path / "de.mo").unlink()
    answers = answered(files=shell_answer(tmp_path, TARGET.section), service=HEALTHY["service"])
    with pytest.raises(UnmeasuredError, match="the catalogue of de is missing"):
        READERS["messages"](answers, TARGET)
    lines = answer.split(b"\n")
    for cut in (
        b"\n".join(lines[:-2]) + b"\n",
        answer + lines[-2] + b"\n",
        answer.replace(b"de.mo", b"xx.mo", 1),
    ):
        with pytest.raises(UnmeasuredError, match="not every file has a digest"):
            READERS["messages"](answered(files=cut, service=HEALTHY["service"]), TARGET)


def test_contents_that_grow_when_they_are_unpacked_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few kilobytes may hold gigabytes."""
    monkeypatch.setattr(host_catalogues, "MAX_BYTES", 1000)
    answer = b"2000 1000.000000000 900 /locales/de.mo\n[content]\n" + gzip.compress(b"x" * 2000)
    with pytest.raises(UnmeasuredError, match="files: more than 1000 bytes"):
        host_catalogues.read_files(answer)


OBSOLETE = b"""
#~| msgid "Old text"
#~| msgid_plural "Old texts"
#~ msgid "Older text"
#~ msgstr "Alter Text"

#, fuzzy
#~| msgctxt "a"
#~ msgctxt "b"
#~ msgid "Oldest"
#~ msgstr "Sehr alt"
"""


def test_messages_that_no_program_uses_any_more_are_not_read() -> None:
    """``#~|``: the text that a message had before, of a message that is gone (msgmerge --previous)."""
    source = shop("de") + OBSOLETE
    found = READERS["source"](with_files(de_po=source), TARGET)
    assert found["de"] == catalogues.AS_SOURCE
    between = shop("de").replace(b'msgid "Your cart"', OBSOLETE.lstrip() + b'\nmsgid "Your cart"')
    assert READERS["source"](with_files(de_po=between), TARGET)["de"] == catalogues.AS_SOURCE
    assert catalogue.source(between).texts == catalogue.source(shop("de")).texts


@pytest.mark.parametrize(
    "date", [b"2003-02-11", b"", b"Wed May 11 11:42:18 UTC 2022", b"2010-01-01 10:00+CEST"]
)
def test_a_date_that_nobody_can_read_is_no_damage(date: bytes) -> None:
    """Files of Debian's packages have each of these; no program looks at them."""
    said = shop("de").replace(b"PO-Revision-Date: 2026-10-01 08:00+0000", b"PO-Revision-Date: " + date)
    said = said.replace(b"POT-Creation-Date: 2026-10-01 08:00+0000", b"POT-Creation-Date: " + date)
    assert said != shop("de")
    mo = FILES["de.mo"].replace(b"POT-Creation-Date: 2026-10-01", b"POT-Creation-Date: 2026-99-01")
    assert mo != FILES["de.mo"]
    assert catalogue.source(said).texts == catalogue.source(shop("de")).texts
    assert READERS["usable"](with_files(de_po=said, de_mo=mo), TARGET)["de"] == host_catalogues.USABLE
    assert catalogue.compiled(mo).texts == catalogue.compiled(FILES["de.mo"]).texts


def of_english(**changes: Any) -> Target[Policy]:
    """A host whose messages are written in English."""
    said = TARGET.section.model_dump(exclude={"also", "complete"}) | {"source_language": "en"} | changes
    return replace(TARGET, section=Policy.model_validate(said))


def test_the_language_of_the_messages_needs_no_catalogue() -> None:
    """The other languages are judged as ever."""
    answers = with_files(en_mo=None, en_po=None)
    target = of_english()
    for table in ("usable", "coverage"):
        assert set(READERS[table](answers, target).values()) == {
            host_catalogues.USABLE if table == "usable" else catalogues.COMPLETE
        }
    assert READERS["usable"](with_files(en_mo=None, en_po=None), TARGET)["en"] == "missing"
    messages = READERS["messages"](answers, target)
    assert not any(item.startswith("en: ") for item in messages)
    for table in ("plural_rule", "source", "dates", "loaded"):
        assert set(READERS[table](answers, target)) == {"de", "fr"}
    assert READERS["usable"](with_files(en_mo=None, de_mo=None), target)["de"] == "missing"


def test_a_catalogue_of_the_language_of_the_messages_is_compared_where_it_is() -> None:
    """One site that has it says something else than one that does not."""
    target = of_english()
    assert any(item.startswith("en: ") for item in READERS["messages"](answered(**HEALTHY), target))
    assert (
        READERS["usable"](with_files(en_mo=b"x"), target)["en"]
        == "damaged: it does not begin as a catalogue does"
    )
    header = compiled(shop("en").split(b"\n\n")[0] + b"\n")
    assert READERS["usable"](with_files(en_mo=header), target)["en"] == host_catalogues.USABLE


@pytest.mark.parametrize(
    ("complete", "state"),
    [
        ("90%", catalogues.COMPLETE),
        ({"de": "90%"}, catalogues.COMPLETE),
        ({"fr": "90%"}, "1 message (Your cart) without a translation"),
        ("99%", "1 message (Your cart) without a translation, less than 99%"),
        ({"de": {"value": "20%", "reason": "German began last week"}}, catalogues.COMPLETE),
    ],
)
def test_a_language_is_as_complete_as_the_policy_promises(complete: Any, state: str) -> None:
    """Of a language that is still translated; the sites must say the same all the same."""
    source = shop("de").replace(b'msgstr "Ihr Warenkorb"', b'msgstr ""')
    answers = with_files(de_po=source, de_mo=compiled(source))
    target = of_english(source_language=None, complete=complete)
    assert READERS["coverage"](answers, target)["de"] == state
    assert "de: Your cart" not in READERS["messages"](answers, target)
    assert "de: Your cart" in READERS["messages"](answered(**HEALTHY), target)


@pytest.mark.parametrize(
    "complete", ["40%", {"de": "40%"}, 95, "95 percent", {"de": 95}, "0%", "101%", {"de": {"value": "4%"}}]
)
def test_a_share_that_promises_nothing_is_refused(complete: Any) -> None:
    """Without a reason."""
    with pytest.raises(ValidationError):
        of_english(complete=complete)


@pytest.mark.parametrize("table", READERS)
def test_every_reason_for_no_answer_reaches_the_reader(table: str) -> None:
    """A missing tool or a refused permission is never an empty table."""
    reasons = dict.fromkeys(HEALTHY, "exit 127: stat: not found")
    with pytest.raises(UnmeasuredError, match="exit 127: stat: not found"):
        READERS[table](answered(**reasons), TARGET)


@pytest.mark.parametrize("table", READERS)
def test_a_cut_answer_gives_the_same_facts_or_none(table: str) -> None:
    """Wherever the connection broke."""
    whole = READERS[table](answered(**HEALTHY), TARGET)
    for name, answer in HEALTHY.items():
        for at in range(0, len(answer), 97):
            cut = answered(**{**HEALTHY, name: answer[:at]})
            assert _table_or_none(READERS[table], cut) in (whole, None)


@given(st.sampled_from(sorted(HEALTHY)), st.data())
def test_any_answer_is_read_into_facts_or_is_unmeasured(name: str, data: st.DataObject) -> None:
    """Nothing else happens: no crash, no other exception."""
    healthy = HEALTHY[name]
    change = data.draw(st.binary(max_size=30))
    at = data.draw(st.integers(0, len(healthy)))
    keep = data.draw(st.integers(0, 40))
    answers = answered(**{**HEALTHY, name: healthy[:at] + change + healthy[at + keep :]})
    for read in READERS.values():
        table = _table_or_none(read, answers)
        assert table is None or all(isinstance(value, str) for value in table.values())


def _table_or_none(read: Callable[[Answers, Target[Policy]], Table], answers: Answers) -> Table | None:
    try:
        return read(answers, TARGET)
    except UnmeasuredError:
        return None


@given(st.integers(0, len(FILES["fr.mo"]) - 1))
def test_no_part_of_a_catalogue_passes_for_the_whole(at: int) -> None:
    """A copy to a full disk ends anywhere."""
    with pytest.raises(DamagedError):
        catalogue.compiled(FILES["fr.mo"][:at])


@given(st.lists(st.tuples(st.integers(0, len(FILES["fr.mo"]) - 1), st.integers(0, 255)), max_size=8))
def test_a_mutated_catalogue_is_read_or_damaged(changes: list[tuple[int, int]]) -> None:
    """The one declared exception, whatever a disk made of the file."""
    data = bytearray(FILES["fr.mo"])
    for at, value in changes:
        data[at] = value
    try:
        found = catalogue.compiled(bytes(data))
    except DamagedError:
        return
    assert all(isinstance(form, str) for forms in found.texts.values() for form in forms)


@given(st.binary(max_size=400))
def test_any_text_is_a_source_or_damaged(data: bytes) -> None:
    """As above, for sources."""
    try:
        found = catalogue.source(b'msgid ""\nmsgstr ""\n' + data)
    except DamagedError:
        return
    assert found.messages >= set(found.texts) | found.unchecked


def test_texts_that_lie_on_top_of_each_other_are_refused_before_they_are_read() -> None:
    """Else a small file would hold any amount of text."""
    count = 20_000
    body = 28 + 16 * count
    table = struct.pack("<2I", 100_000, body) * count
    data = struct.pack("<7I", 0x950412DE, 0, count, 28, 28 + 8 * count, 0, 0) + table + table + b"x" * 100_001
    with pytest.raises(DamagedError, match="do not fit"):
        catalogue.compiled(data)


TEXTS = st.text(
    st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters="\\"), min_size=1, max_size=12
)


@given(
    st.dictionaries(TEXTS, TEXTS, min_size=1, max_size=6),
    st.dictionaries(TEXTS, st.tuples(TEXTS, TEXTS), max_size=3),
    st.dictionaries(st.tuples(TEXTS, TEXTS), TEXTS, max_size=3),
)
def test_a_catalogue_says_what_gettext_says(
    singular: dict[str, str], plurals: dict[str, tuple[str, str]], contexts: dict[tuple[str, str], str]
) -> None:
    """Python's own gettext, which reads the file for real programs, is the oracle."""
    made = Catalog(locale="de")
    plurals = {text: forms for text, forms in plurals.items() if text not in singular}
    for text, translation in singular.items():
        made.add(text, translation)
    for text, forms in plurals.items():
        made.add((text, text + "s"), forms)
    for (context, text), translation in contexts.items():
        made.add(text, translation, context=context)
    file = io.BytesIO()
    write_mo(file, made)
    oracle = gettext.GNUTranslations(io.BytesIO(file.getvalue()))
    found = catalogue.compiled(file.getvalue())
    assert len(found.texts) == len(singular) + len(plurals) + len(contexts)
    for text in singular:
        assert found.texts[Message(text)] == (oracle.gettext(text),)
    for text in plurals:
        assert found.texts[Message(text)] == tuple(oracle.ngettext(text, "-", number) for number in (1, 2))
    for context, text in contexts:
        assert found.texts[Message(text, context)] == (oracle.pgettext(context, text),)


@pytest.mark.parametrize("language", sorted(PLURALS))
def test_the_rule_that_gettext_users_know_is_right_for_every_language(language: str) -> None:
    """And so is the CLDR's where it is another one; neither is wrong because of its form."""
    count, rule = PLURALS[language]
    header = f"nplurals={count}; plural={rule};"
    known = Locale.parse(language) if _is_known(language) else None
    assert (plural.problem(header, language) is None) is (known is not None)


def _is_known(language: str) -> bool:
    try:
        Locale.parse(language)
    except (LookupError, ValueError, Exception):  # noqa: BLE001  # Babel's own error for a language without data
        return False
    return True


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("nplurals=3; plural=(n == 0 || n == 1) ? 0 : n != 0 && n % 1000000 == 0 ? 1 : 2;", "fr"),
        (
            "nplurals=4; plural=n%10==1&&n%100!=11 ? 0 : n%10>=2&&n%10<=4&&(n%100<12||n%100>14) ? 1 : 2;",
            "ru",
        ),
        ("nplurals=2; plural=n != 1;", "hu"),
        ("nplurals=1; plural=0", "ja"),
        ("nplurals=2; plural=(n > 1);", "pt_BR"),
        ("nplurals=2; plural=(n > 1);", "tr"),
        ("nplurals=1; plural=0;", "tr"),
        ("nplurals=2; plural=(n != 1);", "tr"),
        ("nplurals=3; plural=n==1 ? 0 : n==2 ? 1 : 2;", "ga"),
        ("nplurals=5; plural=(n==1 ? 0 : n==2 ? 1 : n<7 ? 2 : n<11 ? 3 : 4);", "ga"),
        (
            "nplurals=3; plural=(n == 0 || n == 1) ? 0 : n != 0 && n % 1000000 == 0 ? 1 : 2;",
            "pt_PT",
        ),
        ("nplurals=2; plural=(n != 1);", "pt_PT"),
        ("nplurals=2; plural=(n > 1);", "fr_CA"),
        ("nplurals=3; plural= (n==1) ? 1 : (n>=2 && n<=4) ? 2 : 0;", "sk"),
    ],
)
def test_other_ways_to_write_a_right_rule_are_right(header: str, language: str) -> None:
    """Translation platforms write what the CLDR says, with forms that whole numbers never take."""
    assert plural.problem(header, language) is None


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("nplurals=2; plural=(n != 1);", "fr"),
        ("nplurals=2; plural=(n != 1);", "ja"),
        ("nplurals=2; plural=(n != 1);", "pl"),
        ("nplurals=1; plural=0;", "de"),
        ("", "de"),
        ("nplurals=2; plural=(n != 1);", "ga"),
        ("nplurals=2; plural=(n != 1);", "pt_BR"),
        ("nplurals=2; plural=(n == 1);", "tr"),
        ("nplurals=2; plural=(n > 2);", "tr"),
        ("nplurals=2; plural=(n > 1);", "de"),
        ("nplurals=2; plural=(n > 1);", "en_GB"),
        ("nplurals=3; plural=n==1 ? 0 : n==2 ? 1 : 2;", "pt_PT"),
        ("nplurals=3; plural= (n==1) ? 1 : (n>=2 && n<=4) ? 2 : 0;", "cs"),
    ],
)
def test_the_rule_of_another_language_is_wrong(header: str, language: str) -> None:
    """The commonest slip is to copy the English one."""
    assert plural.problem(header, language) is not None


@given(st.text(max_size=60))
def test_any_plural_header_is_judged(rule: str) -> None:
    """Whatever stands there, it is right, wrong or unreadable, and no code."""
    assert plural.problem(f"nplurals=2; plural={rule};", "de") is None or plural.summary(rule)


def test_a_catalogue_without_plurals_needs_no_rule() -> None:
    """There is nothing that it could be wrong about."""
    made = Catalog()
    made.add("a", "b")
    source = io.BytesIO()
    write_po(source, made, omit_header=True)
    header = b'msgid ""\nmsgstr ""\n"Language: de\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'
    found = catalogue.compiled(_without_rule(compiled(header + source.getvalue())))
    assert catalogues._plural_state(found, "de") == catalogues.VALID  # noqa: SLF001  # the case itself
    assert found.plural_forms == ""


def _without_rule(data: bytes) -> bytes:
    """Babel writes a rule into every header; here it gets another name of the same length."""
    return data.replace(b"Plural-Forms", b"Plural-Farms")


@pytest.mark.parametrize("language", ["de", "en", "es", "fr", "ja"])
def test_real_texts_are_not_taken_for_garbled_ones(language: str) -> None:
    """And the same texts, encoded twice, are."""
    texts = [forms[0] for forms in catalogue.source(shop(language)).texts.values()]
    assert not any(map(host_catalogues._is_garbled, texts))  # noqa: SLF001  # as above
    beyond_ascii = [text for text in texts if not text.isascii()]
    assert all(host_catalogues._is_garbled(text.encode().decode("latin-1")) for text in beyond_ascii)  # noqa: SLF001


@pytest.mark.parametrize(
    ("said", "language", "speaks"),
    [
        ("de", "de", True),
        ("de_DE", "de", True),
        ("de_AT", "de", True),
        ("pt_BR", "pt-BR", True),
        ("pt", "pt-BR", True),
        ("pt_PT", "pt-BR", False),
        ("es", "fr", False),
        ("", "fr", False),
        ("sr@latin", "sr", True),
        ("zh_TW", "zh-Hant", True),
    ],
)
def test_a_header_names_the_language_in_many_ways(said: str, language: str, speaks: bool) -> None:
    """But never another language or country."""
    assert host_catalogues._speaks(said, language) is speaks  # noqa: SLF001  # the rule itself


@given(TEXTS, st.text(max_size=300))
def test_messages_keep_apart_under_their_names(text: str, other: str) -> None:
    """However long they are: a name stands for one message, on one line."""
    one, two = Message(text), Message(text + other)
    assert (str(one) == str(two)) is (one == two)
    assert str(two).isprintable()


@pytest.mark.parametrize(
    "wrong", [{"path": "/x.mo"}, {"path": "x/{language}"}, {"path": "/{lang}/{language}"}, {"roles": ()}]
)
def test_a_policy_that_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    """Before any host is asked."""
    good = {"owner": "Shop", "roles": ("web",), "path": "/{language}.mo", "service": "shop.service"}
    with pytest.raises(ValueError, match="validation error"):
        Policy.model_validate({**good, **wrong})
