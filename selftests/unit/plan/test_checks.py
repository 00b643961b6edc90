"""The plan is known from files and policy alone, and a check cannot slip out of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from siteparity.model import ConfigurationError, Severity
from siteparity.plan import Plan, PlannedCheck, left_out, plan, sources
from siteparity.policy import Policy, Section
from siteparity.policy.journeys import Database
from siteparity.policy.section import Part
from siteparity.probes import Probe, Reading, Where

CHECK = "def test_it(parity):\n    parity.same('values')\n"
WEB_ONLY: tuple[str, ...] = ("web",)
DB_ONLY: tuple[str, ...] = ("db",)


def probe(**tables: tuple[str, ...] | Reading[Section] | None) -> Probe[Section]:
    """A probe with these tables: name -> the roles that have it, None for those of the policy."""

    def of(roles: tuple[str, ...] | Reading[Section] | None) -> Reading[Section]:
        if isinstance(roles, Reading):
            return roles
        return Reading(lambda *_: {}, roles=None if roles is None else lambda _: roles)

    return Probe(Section, lambda _: {}, {name: of(roles) for name, roles in tables.items()})


JOURNEY = SimpleNamespace(
    severity=None,
    owner="Shop",
    roles=("web",),
    needs=None,
    question="how?",
    warnings={},
    only_named=False,
    is_of_parts=lambda: False,
)


def policy(section: Section, languages: Mapping[str, str] | None = None, journey: object = JOURNEY) -> Policy:
    """A policy of three roles in which the aspect has this section, and the journey is web's."""
    journeys = {"front": journey}
    made = SimpleNamespace(
        roles={"edge": None, "web": None, "db": None},
        languages=languages or {"en": "en_US.UTF-8", "de": "de_DE.UTF-8"},
        sections={"things": section},
        section=lambda _: section,
        smoke=SimpleNamespace(journeys=lambda: journeys),
        journey=journeys.get,
        source=Path("policy.yml"),
        undecided=(),
    )
    return cast("Policy", made)


PLATFORM = Section(owner="Platform")


def planned(
    root: Path, text: str, section: Section = PLATFORM, file: str = "parity/test_things.py", **tables: Any
) -> list[PlannedCheck]:
    """The checks that are planned in a project with one file of checks."""
    return list(planned_whole(root, text, section, file, **tables).checks)


def planned_whole(
    root: Path, text: str, section: Section = PLATFORM, file: str = "parity/test_things.py", **tables: Any
) -> Plan:
    """The same with what does not apply."""
    path = root / "tests" / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return plan(root, policy(section), {"things": probe(values=None, **tables)})


def test_a_parity_check_is_planned_for_every_role(tmp_path: Path) -> None:
    """In the order of the policy, with pytest's own ids, whatever the number of hosts."""
    ids = [check.id for check in planned(tmp_path, CHECK)]
    assert ids == [f"tests/parity/test_things.py::test_it[{role}]" for role in ("edge", "web", "db")]


def test_the_roles_of_the_policy_and_of_every_table_count(tmp_path: Path) -> None:
    """A check is made where all of its tables exist."""
    both = CHECK + "    parity.same('more')\n"
    narrow = Section(owner="Platform", roles=("db", "web"))
    assert [check.role for check in planned(tmp_path, CHECK, narrow)] == ["web", "db"]
    assert [check.role for check in planned(tmp_path, both, narrow, more=WEB_ONLY)] == ["web"]


NOWHERE: Where[Section] = Where("wanted", lambda _: ())
NOTHING: Reading[Section] = Reading(lambda *_: {}, roles=NOWHERE)


def test_where_the_policy_names_nothing_of_the_kind_a_check_does_not_apply(tmp_path: Path) -> None:
    """A shop without Python environments needs no check of them; it is listed with the key that it lacks."""
    text = CHECK + "\n\ndef test_other(parity):\n    parity.same('values')\n    parity.same('more')\n"
    whole = planned_whole(tmp_path, text, more=NOTHING)
    assert {check.source.function for check in whole.checks} == {"test_it"}
    assert [(one.source.name, one.keys) for one in whole.not_applicable] == [
        ("things.other", ("aspects.things.wanted",))
    ]
    assert left_out(tmp_path, whole.checks) == {("tests/parity/test_things.py", "test_other")}


def test_a_check_of_tables_that_no_role_has_together_does_not_apply(tmp_path: Path) -> None:
    """It is listed with the keys of all its tables: it must not vanish without a word."""
    text = CHECK + "\n\ndef test_two(parity):\n    parity.same('more')\n    parity.same('less')\n"
    on_web: Where[Section] = Where("here", lambda _: WEB_ONLY)
    on_db: Where[Section] = Where("there", lambda _: DB_ONLY)
    web: Reading[Section] = Reading(lambda *_: {}, roles=on_web)
    db: Reading[Section] = Reading(lambda *_: {}, roles=on_db)
    (one,) = planned_whole(tmp_path, text, more=web, less=db).not_applicable
    assert one.keys == ("aspects.things.here", "aspects.things.there")


def test_all_problems_of_the_checks_come_at_once_with_file_and_line(tmp_path: Path) -> None:
    """Not one at each attempt."""
    planned(tmp_path, CHECK)
    (tmp_path / "tests" / "parity" / "test_broken.py").write_text("def test_it(parity:\n")
    text = (
        "@pytest.mark.leads_to('nothing')\ndef test_one(parity):\n    parity.same('values')\n\n\n"
        "def test_two(other):\n    pass\n\n\n"
        "def test_three(parity):\n    parity.same('others')\n\n\n"
        "def test_one(parity):\n    parity.same('values')\n"
    )
    with pytest.raises(ConfigurationError) as caught:
        planned(tmp_path, text)
    said = str(caught.value).replace(f"{tmp_path}/tests/parity/", "").split("\n")
    assert [re.sub(r"(:\d+: [\w ]+).*", r"\1", line) for line in said] == [
        "test_broken.py:1: cannot be read",
        "test_things.py:2: test_one",
        "test_things.py:6: test_two",
        "test_things.py:10: test_three",
        "test_things.py:14: test_one",
    ]


def test_a_smoke_check_is_planned_once_or_for_each_language(tmp_path: Path) -> None:
    """Its role is the journey's."""
    text = (
        "def test_all(standby):\n    pass\n\n\n"
        "def test_each(standby, language):\n    pass\n\n\n"
        "def test_named(*, standby, language):\n    pass\n"
    )
    checks = planned(tmp_path, text, file="smoke/test_front.py")
    assert [check.id.partition("::")[2] for check in checks] == [
        "test_all",
        *("test_each[en]", "test_each[de]"),
        *("test_named[en]", "test_named[de]"),
    ]
    assert {check.role for check in checks} == {"web"}


def test_a_smoke_check_without_what_it_judges_does_not_apply(tmp_path: Path) -> None:
    """It is listed with the keys of the journey; a key that the journey lacks is a mistake."""
    path = tmp_path / "tests" / "smoke" / "test_front.py"
    path.parent.mkdir(parents=True)
    text = (
        "import pytest\n\n\ndef test_all(standby):\n    pass\n\n\n"
        "@pytest.mark.judges('{}')\ndef test_page(standby):\n    pass\n"
    )
    of = policy(PLATFORM, journey=Database(owner="Shop", roles=("web",), database="a", query="SELECT 1"))
    path.write_text(text.format("path"))
    found = plan(tmp_path, of, {})
    assert [check.source.function for check in found.checks] == ["test_all"]
    assert [one.keys for one in found.not_applicable] == [("smoke.front.path",)]
    path.write_text(text.format("another"))
    with pytest.raises(
        ConfigurationError, match=r"test_page: judges another, which is no key of smoke\.front"
    ):
        plan(tmp_path, of, {})


@pytest.mark.parametrize(
    ("module", "own", "of_policy", "severity"),
    [
        ("", "", None, Severity.BLOCKER),
        ("pytestmark = pytest.mark.warning\n", "", None, Severity.WARNING),
        ("pytestmark = [pytest.mark.warning]\n", "", None, Severity.WARNING),
        ("pytestmark = pytest.mark.warning\n", "@pytest.mark.blocker\n", None, Severity.BLOCKER),
        ("", "@pytest.mark.warning\n", None, Severity.WARNING),
        ("", "@pytest.mark.warning\n@pytest.mark.blocker\n", None, Severity.BLOCKER),
        ("", "@mark.warning\n", None, Severity.BLOCKER),
        ("", "@pytest.mark.warning\n", Severity.BLOCKER, Severity.BLOCKER),
        ("", "", Severity.WARNING, Severity.WARNING),
    ],
)
def test_the_severity_is_that_of_policy_then_check_then_file(
    tmp_path: Path, module: str, own: str, of_policy: Severity | None, severity: Severity
) -> None:
    """Whatever says nothing, or is not understood, is a blocker."""
    section = Section(owner="Platform", severity_reason="in pilot", severity=of_policy)
    assert planned(tmp_path, module + own + CHECK, section)[0].severity is severity


def test_a_check_brings_its_words(tmp_path: Path) -> None:
    """Promise, reason, effect, drills and tables stand in the file, and nowhere else."""
    planned(
        tmp_path,
        '"""A promise.\n\nThe reason,\nin two lines.\n"""\n\n\n'
        '@pytest.mark.drill("one", "two")\n'
        'def test_things_are_the_same(parity):\n    """Customers\n    wait."""\n'
        '    parity.same("values")\n    parity.everywhere("values")\n    other.same("no rule")\n',
    )
    (source,) = sources(tmp_path)
    assert (source.promise, source.why) == ("A promise.", "The reason, in two lines.")
    assert (source.effect, source.drills, source.tables) == ("Customers wait.", ("one", "two"), ("values",))
    assert source.name == "things.things_are_the_same"
    assert source.sentence == "Things are the same"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no check is planned"),
        ("def helper(): pass\n", "no check is planned"),
        ("def test_it(parity:\n", "cannot be read"),
        ("class TestIt:\n    pass\n", ":1: a check is a plain function"),
        ("\nasync def test_it(parity): pass\n", ":2: a check is a plain function"),
        ("def test_it(parity): pass\n", "names no table"),
        ("def test_it(parity):\n    parity.same(NAME)\n", "names no table"),
        (
            "def test_it(parity):\n    parity.same('others')\n",
            r"names \['others'\]; the probe's tables are values",
        ),
        (CHECK + CHECK, r":3: test_it: planned twice, since line 1"),
        ("def test_it(other):\n    parity.same('values')\n", "expected the argument parity, found none"),
        ("def test_it(standby):\n    parity.same('values')\n", "the argument parity, found standby"),
        ("def test_it(parity, standby):\n    parity.same('values')\n", "found parity and standby"),
    ],
)
def test_what_cannot_be_planned_is_an_error(tmp_path: Path, text: str, reason: str) -> None:
    """It says where, what was expected, and what there is."""
    with pytest.raises(ConfigurationError, match=reason):
        planned(tmp_path, text)


def test_a_smoke_check_without_the_standby_is_an_error(tmp_path: Path) -> None:
    """Nothing would judge it."""
    with pytest.raises(ConfigurationError, match="expected the argument standby, found none"):
        planned(tmp_path, "def test_all(language):\n    pass\n", file="smoke/test_front.py")


def test_a_file_without_a_probe_is_an_error(tmp_path: Path) -> None:
    """The name of the file is the name of the aspect."""
    with pytest.raises(ConfigurationError, match=r"there is no probe others; expected probes/others.py"):
        planned(tmp_path, CHECK, file="parity/test_others.py")


def test_bytes_that_are_no_text_are_an_error(tmp_path: Path) -> None:
    """A file that cannot be read is not a file without checks."""
    (tmp_path / "tests" / "parity").mkdir(parents=True)
    (tmp_path / "tests" / "parity" / "test_things.py").write_bytes(b"# \xff\n")
    with pytest.raises(ConfigurationError, match=r"test_things.py: cannot be read"):
        list(sources(tmp_path))


class Several(Section):
    """A section that names several things."""

    named: Mapping[str, Part] = {}

    def parts(self) -> Mapping[str, Part]:
        """Each with checks of its own."""
        return self.named


class Having(Part):
    """One of them, with the tables that it is told to have."""

    having: frozenset[str] = frozenset({"values"})

    def tables(self) -> frozenset[str]:
        """As told."""
        return self.having


def test_each_part_of_a_section_has_a_check_of_its_own_in_its_own_words(tmp_path: Path) -> None:
    """Once for each of its roles, where it has all tables of the check."""
    section = Several(
        owner="Platform",
        named={
            "a b": Having(effect="Mails stay.", owner="Mail", leads_to=("things.other",)),
            "c": Having(roles=("db", "web")),
            "d": Having(having=frozenset({"more"})),
        },
    )
    made = planned(tmp_path, CHECK, section)
    assert [(one.parameter, one.role, one.part, one.owner, one.source.effect) for one in made] == [
        ("edge: a b", "edge", "a b", "Mail", "Mails stay."),
        ("web: a b", "web", "a b", "Mail", "Mails stay."),
        ("db: a b", "db", "a b", "Mail", "Mails stay."),
        ("web: c", "web", "c", "Platform", ""),
        ("db: c", "db", "c", "Platform", ""),
    ]
    assert made[0].id == "tests/parity/test_things.py::test_it[edge: a b]"
    assert [one.source.leads_to for one in made[2:4]] == [("things.other",), ()]
