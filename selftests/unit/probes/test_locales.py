"""Locales: what is usable, what is not and why, and in which language the service runs."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selftests.unit.targets import LANGUAGES, answered, web_host
from siteparity.model import Table, UnmeasuredError
from siteparity.probes import Answers, Target, locales
from siteparity.tools import locale as content
from siteparity.tools.given import assigned
from siteparity.tools.systemd import environment

Policy = locales.Policy
TARGET = web_host(
    Policy.model_validate({"owner": "Shop", "service": "shop.service", "variables": {"LANG": "en_US.UTF-8"}})
)
NAMES = tuple(LANGUAGES.values())
CONFIGURED = (
    "/etc/default/locale:",
    "/etc/locale.gen:de_DE.UTF-8 UTF-8",
    "/etc/locale.gen:en_US.UTF-8 UTF-8",
    "/etc/locale.gen:fr_FR UTF-8",
)
NOT_SET = "locale: Cannot set LC_ALL to default locale: No such file or directory"


def locale_answer(name: str, *, charset: str = "UTF-8", country: str | None = None, extra: str = "") -> str:
    """What one locale says, in the form of ``locale -ck`` and of sort(1)."""
    language, _, own_country = name.partition(".")[0].partition("_")
    lines = [f"[{name}]", *extra.splitlines()]
    for category in content.CATEGORIES:
        codeset = "charmap" if category == "LC_CTYPE" else f"{category[3:].lower()}-codeset"
        lines += [category, f'{codeset}="{charset}"']
        if category == "LC_ADDRESS":
            lines += [f'lang_ab="{language}"', f'country_ab2="{country or own_country}"']
    return "\n".join([*lines, "", f"[sorted {name}]", *sorted(content.WORDS), ""])


def content_answer(
    *of_locales: str,
    compiled: tuple[str, ...] = NAMES,
    configured: tuple[str, ...] = CONFIGURED,
    names: tuple[str, ...] = NAMES,
) -> bytes:
    """The whole answer; `of_locales` stand in the place of the healthy ones."""
    listed = ["C", "POSIX", "C.utf8", *(content.alike(name) for name in compiled)]
    given = {text.split("]")[0][1:]: text for text in of_locales}
    texts = [given.get(name, locale_answer(name)) for name in names]
    head = ["[configured]", *configured, "[compiled]", *listed]
    return "\n".join([*head, *(f"\n{text}" for text in texts), "end", ""]).encode()


SERVICE = b"""\
[unit]
MainPID=29
Environment=LANG=en_US.UTF-8 TZ=UTC "A=two words" "B=it's"
EnvironmentFiles=/etc/shop/shop.env (ignore_errors=no)
PassEnvironment=
UnsetEnvironment=
LoadState=loaded

[manager]
LANG=C.UTF-8

[files]

[replaced]

[running]
LANG=en_US.UTF-8\0
end
"""
HEALTHY = {"content": content_answer(), "service": SERVICE}
READERS = {name: reading.read for name, reading in locales.PROBE.tables.items()}


def test_a_healthy_host_is_read_in_full() -> None:
    """Every table says what is expected of it."""
    answers = answered(**HEALTHY)
    assert locales.read_served(answers, TARGET) == dict.fromkeys(NAMES, content.USABLE)
    assert set(locales.read_compiled(answers, TARGET)) == {"C", "POSIX", "C.utf8", *map(content.alike, NAMES)}
    assert len(locales.read_content(answers, TARGET)) == len(NAMES) * (len(content.CATEGORIES) + 1)
    assert locales.read_kept(answers, TARGET) == dict.fromkeys(NAMES, locales.GENERATED)
    assert locales.read_default(answers, TARGET) == {"LANG": "unset", "LC_ALL": "unset"}
    assert set(locales.read_service(answers, TARGET).values()) == {locales.AS_DECLARED}
    assert locales.read_environment(answers, TARGET)["LANG, running"] == "en_US.UTF-8"
    assert locales.read_loaded(answers, TARGET) == {"shop.service": locales.ON_DISK}


SEVERAL = web_host(TARGET.section.model_copy(update={"service": {"web": ("shop.service", "jobs.service")}}))


def test_each_of_several_services_is_named() -> None:
    """One that speaks another language, or finds no locale, is not hidden by the others."""
    german = SERVICE.replace(b"\nLANG=en_US.UTF-8\0", b"\nLANG=de_DE.UTF-8\0")
    lacking = locale_answer("de_DE.UTF-8", charset="ANSI_X3.4-1968", extra=NOT_SET)
    given_ = {
        "content-shop.service": content_answer(), "content-jobs.service": content_answer(lacking),
        "service-shop.service": SERVICE, "service-jobs.service": german,
    }  # fmt: skip
    assert locales.ask(SEVERAL).keys() == given_.keys()
    answers = answered(**given_)
    said = dict(locales.read_served(answers, SEVERAL))
    assert said.pop("de_DE.UTF-8") == f"jobs.service: compiled, and cannot be set ({NOT_SET[8:]})"
    assert set(said.values()) == {content.USABLE}
    service = dict(locales.read_service(answers, SEVERAL))
    assert service.pop("jobs.service: LANG, running") == "de_DE.UTF-8, declared en_US.UTF-8"
    assert set(service.values()) == {locales.AS_DECLARED}
    assert "shop.service: LANG, running" in service
    assert locales.read_environment(answers, SEVERAL)["jobs.service: LANG, running"] == "de_DE.UTF-8"
    assert list(locales.read_loaded(answers, SEVERAL)) == ["shop.service", "jobs.service"]


def test_a_service_of_another_role_is_not_asked_about_here() -> None:
    """But its name stands in front of every item at once, so that hosts with both roles compare."""
    elsewhere = {"web": ("shop.service",), "jobs": ("jobs.service",)}
    target = web_host(TARGET.section.model_copy(update={"service": elsewhere}))
    assert set(locales.ask(target)) == {"content-shop.service", "service-shop.service"}
    assert locales.PROBE.roles(target.section, ("edge", "web", "jobs")) == ("web", "jobs")


@pytest.mark.parametrize(
    ("answer", "compiled", "state"),
    [
        (
            locale_answer("de_DE.UTF-8", charset="ANSI_X3.4-1968", extra=NOT_SET),
            ("en_US.UTF-8",),
            "not compiled",
        ),
        (
            locale_answer("de_DE.UTF-8", charset="ANSI_X3.4-1968", extra=NOT_SET),
            NAMES,
            "compiled, and cannot be set (Cannot set LC_ALL to default locale: No such file or directory)",
        ),
        (
            locale_answer("de_DE.UTF-8", charset="ISO-8859-1"),
            NAMES,
            "LC_CTYPE is compiled in the charset ISO-8859-1",
        ),
        (locale_answer("de_DE.UTF-8", country="AT"), NAMES, "compiled from another source, de_AT"),
        (
            locale_answer("de_DE.UTF-8").replace('lang_ab="de"', 'lang_ab="sv"'),
            NAMES,
            "compiled from another source, sv_DE",
        ),
    ],
)
def test_a_locale_that_cannot_serve_says_why(answer: str, compiled: tuple[str, ...], state: str) -> None:
    """locale(1) exits with 0 in all these cases."""
    answers = answered(content=content_answer(answer, compiled=("en_US.UTF-8", "fr_FR.UTF-8", *compiled)))
    assert locales.read_served(answers, TARGET)["de_DE.UTF-8"] == state
    assert locales.read_served(answers, TARGET)["fr_FR.UTF-8"] == content.USABLE


def test_the_silent_fallback_to_c_is_noticed_without_a_complaint() -> None:
    """A host whose locale(1) were as silent as other programs must not pass."""
    answers = answered(content=content_answer(locale_answer("de_DE.UTF-8", charset="ANSI_X3.4-1968")))
    assert locales.read_served(answers, TARGET)["de_DE.UTF-8"] != content.USABLE


def test_the_content_of_a_locale_that_cannot_be_set_is_unmeasured() -> None:
    """What stands there is the content of "C", and would be the same on every broken host."""
    broken = locale_answer("de_DE.UTF-8", charset="ANSI_X3.4-1968", extra=NOT_SET)
    with pytest.raises(UnmeasuredError, match=r"de_DE\.UTF-8 is not compiled"):
        locales.read_content(answered(content=content_answer(broken, compiled=("en_US.UTF-8",))), TARGET)


def test_a_keyword_or_the_order_of_words_changes_the_content_of_its_category_alone() -> None:
    """Locales that differ in one category differ in one item."""
    healthy = locales.read_content(answered(**HEALTHY), TARGET)
    money = locale_answer("de_DE.UTF-8").replace("LC_MONETARY\n", 'LC_MONETARY\nint_curr_symbol="CHF "\n')
    first, *rest = sorted(content.WORDS)
    order = locale_answer("fr_FR.UTF-8").replace("\n".join([first, *rest]), "\n".join([*rest, first]))
    changed = locales.read_content(answered(content=content_answer(money, order)), TARGET)
    assert {item for item in healthy if healthy[item] != changed[item]} == {
        "de_DE.UTF-8 LC_MONETARY",
        "fr_FR.UTF-8 order of words",
    }


@pytest.mark.parametrize(
    ("one", "other"),
    [("de_DE.UTF-8", "de_DE.utf8"), ("ca_ES.UTF-8@valencia", "ca_ES.utf8@valencia"), ("C", "C")],
)
def test_names_of_locales_are_compared_as_glibc_compares_them(one: str, other: str) -> None:
    """``locale -a`` writes them in another way than policies do."""
    assert content.alike(one) == content.alike(other)


@pytest.mark.parametrize(
    ("charset", "plain"), [("UTF-8", "utf8"), ("ISO-8859-1", "iso88591"), ("8859-15", "iso885915"), ("", "")]
)
def test_charsets_are_compared_as_glibc_compares_them(charset: str, plain: str) -> None:
    """``_nl_normalize_codeset`` of glibc: letters and digits in lower case, ``iso`` before digits alone."""
    assert content.plain(charset) == plain


@pytest.mark.parametrize(
    ("generated", "state"),
    [
        ("/etc/locale.gen:de_DE.UTF-8 UTF-8", locales.GENERATED),
        ("/etc/locale.gen:de_DE UTF-8", locales.GENERATED),
        ("/etc/locale.gen:de_DE.UTF-8", "lost when locale-gen runs next"),
        ("/etc/locale.gen:de_DE ISO-8859-1", "lost when locale-gen runs next"),
        ("/etc/default/locale:LANG=de_DE.UTF-8 UTF-8", "lost when locale-gen runs next"),
        ("", "lost when locale-gen runs next"),
    ],
)
def test_a_locale_that_the_next_upgrade_drops_is_seen(generated: str, state: str) -> None:
    """locale-gen begins with an empty archive."""
    found = locales.read_kept(answered(content=content_answer(configured=(generated,))), TARGET)
    assert found["de_DE.UTF-8"] == state


def test_a_locale_without_a_charset_in_its_name_is_kept_by_its_own_entry() -> None:
    """``de_DE`` is another locale than ``de_DE.UTF-8``."""
    target = web_host(TARGET.section, {"de": "de_DE"})
    listed = ("/etc/locale.gen:de_DE ISO-8859-1", "/etc/locale.gen:en_US.UTF-8 UTF-8")
    answer = content_answer(locale_answer("de_DE"), configured=listed, names=("de_DE", "en_US.UTF-8"))
    found = locales.read_kept(answered(content=answer), target)
    assert set(found.values()) == {locales.GENERATED}


def test_locales_of_the_package_locales_all_need_no_list() -> None:
    """The package brings them compiled."""
    found = locales.read_kept(answered(content=content_answer(configured=("locales-all",))), TARGET)
    assert set(found.values()) == {locales.PREBUILT}


def test_the_default_language_is_that_of_the_hosts_own_file() -> None:
    """Cron's jobs get it."""
    given = ("/etc/default/locale:LANG='de_DE.UTF-8'", "/etc/default/locale:OTHER=$HOME")
    found = locales.read_default(answered(content=content_answer(configured=given)), TARGET)
    assert found == {"LANG": "de_DE.UTF-8", "LC_ALL": "unset"}


@pytest.mark.parametrize(
    ("change", "item", "state"),
    [
        (
            (b"Environment=LANG=en_US.UTF-8", b"Environment=LANG=C"),
            "LANG, configured",
            "C, declared en_US.UTF-8",
        ),
        ((b"TZ=UTC", b"LC_ALL=C"), "LC_ALL, configured", "C, declared unset"),
        ((b"TZ=UTC", b"LOCPATH=/srv/x"), "LOCPATH, configured", "/srv/x, declared unset"),
        (
            (b"[files]\n", b"[files]\nLC_TIME='de_DE.UTF-8'\n"),
            "LC_TIME, configured",
            "de_DE.UTF-8, declared unset",
        ),
        ((b"UnsetEnvironment=", b"UnsetEnvironment=LANG"), "LANG, configured", "unset, declared en_US.UTF-8"),
        ((b"\nLANG=en_US.UTF-8\0", b"\nLANG=C\0"), "LANG, running", "C, declared en_US.UTF-8"),
        ((b"\nLANG=en_US.UTF-8\0", b"\n"), "LANG, running", "unset, declared en_US.UTF-8"),
        ((b"MainPID=29", b"MainPID=0"), "LANG, running", "not running, declared en_US.UTF-8"),
        (
            (b"State=loaded", b"State=not-found"),
            "LANG, running",
            "the unit is not-found, declared en_US.UTF-8",
        ),
    ],
)
def test_a_service_in_another_language_is_seen(change: tuple[bytes, bytes], item: str, state: str) -> None:
    """Configured and running are told apart; a stopped service is no service in the right language."""
    assert change[0] in SERVICE
    answers = answered(service=SERVICE.replace(*change))
    assert locales.read_service(answers, TARGET)[item] == state


def test_the_managers_language_counts_where_the_unit_sets_none() -> None:
    """The manager hands its own LANG to services."""
    answers = answered(service=SERVICE.replace(b"Environment=LANG=en_US.UTF-8 ", b"Environment="))
    assert locales.read_environment(answers, TARGET)["LANG, configured"] == "C.UTF-8"


def test_a_service_that_uses_replaced_locales_is_seen() -> None:
    """It goes on with the old ones until it is restarted."""
    answers = answered(service=SERVICE.replace(b"[replaced]\n", b"[replaced]\n/proc/34/maps\n"))
    assert locales.read_loaded(answers, TARGET) != {"shop.service": locales.ON_DISK}


ASSIGNMENTS = st.dictionaries(
    st.sampled_from(["LANG", "LANGUAGE", "LC_ALL", "LC_TIME"]),
    st.from_regex(r"[A-Za-z0-9_.@:-]{0,8}", fullmatch=True),
)


@given(ASSIGNMENTS, ASSIGNMENTS, ASSIGNMENTS, st.sets(st.sampled_from(["LANG", "LC_ALL"])))
def test_later_layers_of_the_environment_win(
    manager: dict[str, str], unit: dict[str, str], files: dict[str, str], unset: set[str]
) -> None:
    """systemd.exec(5): the manager, Environment=, EnvironmentFile=, and UnsetEnvironment= at the end."""
    properties = {
        "Environment": (shlex.join(f"{name}={value}" for name, value in unit.items()),),
        "PassEnvironment": ("",),
        "UnsetEnvironment": (" ".join(unset),),
    }
    found = environment.configured(
        properties,
        [f"{name}={value}" for name, value in manager.items()],
        [f'{name}="{value}"' for name, value in files.items()],
    )
    merged = {**manager, **unit, **files}
    assert found == {name: value for name, value in merged.items() if value and name not in unset}


@pytest.mark.parametrize("line", ["LANG=$HOME", 'LANG="a"b"', "LANG=a\\", "LANG=`id`"])
def test_an_assignment_that_is_not_understood_is_unmeasured(line: str) -> None:
    """A guess could be the right value."""
    with pytest.raises(UnmeasuredError):
        environment.assignments([line])


def test_a_language_handed_on_from_the_manager_is_unmeasured() -> None:
    """PassEnvironment= takes it from a place that is not asked."""
    with pytest.raises(UnmeasuredError, match="PassEnvironment"):
        locales.read_service(
            answered(service=SERVICE.replace(b"PassEnvironment=", b"PassEnvironment=LANG")), TARGET
        )


@pytest.mark.parametrize("table", READERS)
def test_every_reason_for_no_answer_reaches_the_reader(table: str) -> None:
    """A missing tool or a refused permission is never an empty table."""
    reasons = dict.fromkeys(HEALTHY, "exit 127: locale: not found")
    with pytest.raises(UnmeasuredError, match="exit 127: locale: not found"):
        READERS[table](answered(**reasons), TARGET)


@pytest.mark.parametrize("table", READERS)
def test_a_cut_answer_gives_the_same_facts_or_none(table: str) -> None:
    """Wherever the connection broke."""
    whole = READERS[table](answered(**HEALTHY), TARGET)
    for name, answer in HEALTHY.items():
        for at in range(0, len(answer), 7):
            cut = answered(**{**HEALTHY, name: answer[:at]})
            assert _table_or_none(READERS[table], cut) in (whole, None)


@given(st.sampled_from(sorted(HEALTHY)), st.data())
def test_any_answer_is_read_into_facts_or_is_unmeasured(name: str, data: st.DataObject) -> None:
    """Nothing else happens: no crash, no other exception."""
    healthy = HEALTHY[name]
    pieces = data.draw(
        st.lists(st.one_of(st.binary(max_size=20), st.sampled_from(healthy.split(b"\n"))), max_size=30)
    )
    at = data.draw(st.integers(0, len(healthy)))
    answers = answered(**{**HEALTHY, name: healthy[:at] + b"\n".join(pieces) + healthy[at:]})
    for read in READERS.values():
        table = _table_or_none(read, answers)
        assert table is None or all(isinstance(value, str) for value in table.values())


def _table_or_none(read: Callable[[Answers, Target[Policy]], Table], answers: Answers) -> Table | None:
    try:
        return read(answers, TARGET)
    except UnmeasuredError:
        return None


def test_what_the_policy_says_is_quoted_for_the_shell() -> None:
    """A policy is no place for commands."""
    section = Policy.model_validate(
        {"owner": "Shop", "service": "shop.service", "variables": {"LANG": "en_US.UTF-8; id"}}
    )
    told = dict(locales.ask(web_host(section))["content"].given)["NAMES"]
    assert told.split()[-1] == "en_US.UTF-8%073%040id"


@pytest.mark.parametrize(
    "wrong",
    [
        {"variables": None},
        {"variables": {"PATH": "x"}},
        {"service": "shop"},
        {"service": "-x.service; id"},
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    """Before any host is asked."""
    good = {"owner": "Shop", "service": "shop.service", "variables": {"LANG": "en_US.UTF-8"}}
    with pytest.raises(ValueError, match=r"validation error"):
        Policy.model_validate({**good, **wrong})


TITLE = "import setproctitle, sys; setproctitle.setproctitle('t' * int(sys.argv[1])); sys.stdin.read()"


@pytest.mark.parametrize("length", [3, 5000])
@pytest.mark.parametrize("is_older", [True, False])
def test_a_service_that_wrote_its_title_over_its_environment_is_judged_by_its_files(
    tmp_path: Path, length: int, is_older: bool
) -> None:
    """By the real program: its files are older than it is, or nobody knows what it was started with."""
    file = tmp_path / "env"
    file.write_text("LANG=de_DE.UTF-8\n", encoding="utf-8")
    time.sleep(2.2)
    own = {"LANG": "de_DE.UTF-8", "PATH": os.environ["PATH"], "PADDING": "x" * 300}
    command = [sys.executable, "-c", TITLE, str(length)]
    with subprocess.Popen(command, env=own, stdin=subprocess.PIPE) as process:
        try:
            until = time.monotonic() + 30
            while not Path(f"/proc/{process.pid}/cmdline").read_bytes().startswith(b"ttt"):
                assert time.monotonic() < until
                time.sleep(0.05)
            if not is_older:
                file.write_text("LANG=fr_FR.UTF-8\n", encoding="utf-8")
            ran = _asked_of(tmp_path, process.pid, file)
        finally:
            process.kill()
    if not is_older:
        assert ran.returncode != 0
        assert f"{file} was changed since it started: restart the service" in ran.stderr.decode()
        return
    service = environment.Service.read(answered(service=ran.stdout).parts("service", environment.PARTS))
    assert service.running == service.configured == {"LANG": "de_DE.UTF-8"}


def _asked_of(folder: Path, pid: int, file: Path) -> subprocess.CompletedProcess[bytes]:
    """What the question prints about a process, whose unit has one file."""
    shown = [
        "LoadState=loaded",
        f"MainPID={pid}",
        "Environment=",
        f"EnvironmentFiles={file} (ignore_errors=no)",
    ]
    shown += ["PassEnvironment=", "UnsetEnvironment=", "FragmentPath=", "DropInPaths="]
    lines = "".join(f"echo '{line}'\n" for line in shown)
    (folder / "systemctl").write_text(f'#!/bin/sh\n[ "$1" != show-environment ] || exit 0\n{lines}')
    (folder / "systemctl").chmod(0o755)
    env = {"PATH": f"{folder}:/usr/sbin:/usr/bin:/sbin:/bin"}
    asked = ["sh", "-c", assigned(UNIT=["shop.service"]) + environment.QUESTION]
    return subprocess.run(asked, capture_output=True, check=False, env=env)
