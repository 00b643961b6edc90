"""Which checks a run must make, known before any host is asked and without running pytest.

The plan is made from the syntax of the test files and from the policy alone. Afterwards the gate demands that
exactly these checks were made, so a check that pytest lost, skipped or deselected is noticed.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Literal, NoReturn, TypeAlias

from siteparity.model import ConfigurationError, Harm, Severity
from siteparity.policy import Policy, Section
from siteparity.policy.decisions import Undecided
from siteparity.policy.journeys import Journey
from siteparity.probes import Probes
from siteparity.yamlfile import Problems, fail, shown_path

Kind: TypeAlias = Literal["parity", "smoke", "own"]

FIXTURES: Mapping[Kind, str] = {"parity": "parity", "smoke": "standby"}
"""The fixture that judges a check of each kind."""

_PARTS: Mapping[Kind, str] = {"parity": "aspects", "smoke": "smoke"}
"""Where the section of an aspect or a journey stands in the policy."""

RULES = frozenset(
    {"same", "healthy", "everywhere", "own_site", "within", "at_least", "only_at_primary", "near", "expect"}
)
"""The rules: methods of `siteparity.pytest_plugin.Parity` and of ``Standby``."""


@dataclass(frozen=True, slots=True)
class CheckSource:
    """One test function, as its file has it."""

    path: str
    """Relative to the project's root, such as ``tests/parity/test_locales.py``."""
    function: str
    kind: Kind
    aspect: str
    """The aspect of a parity check or the journey of a smoke check, from the file's name."""
    severity: Severity
    promise: str
    """The first line of the module's docstring."""
    why: str
    """The rest of the module's docstring."""
    effect: str
    """The test's docstring: what customers would notice."""
    drills: tuple[str, ...]
    leads_to: tuple[str, ...]
    """The checks (``aspect.name``) or whole aspects that fail if this one does."""
    tables: tuple[str, ...]
    """The tables that its rules name, in order."""
    arguments: tuple[str, ...]
    leads_to_of: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Patterns of items, each with the checks or aspects that fail if such an item does."""
    broken: str = ""
    """The sentence for a check that differs (`siteparity.result.SavedCheck.broken`)."""
    harm: Harm = Harm.PART
    judges: tuple[str, ...] = ()
    """The keys of the journey that name what a smoke check judges."""
    journey: bool = False
    """Whether customers do it: it is tried again wherever they are led while a failover is watched."""
    file: Path = Path()
    """As errors name it."""
    line: int = 0
    """Where the function begins."""

    @property
    def name(self) -> str:
        """The name of the check in `siteparity explain`: ``locales.every_served_locale_is_compiled``."""
        return f"{self.aspect}.{self.function.removeprefix('test_')}"

    @property
    def sentence(self) -> str:
        """The test's name as a sentence."""
        words = self.function.rpartition("::")[2].removeprefix("test_").replace("_", " ")
        return words[:1].upper() + words[1:]


@dataclass(frozen=True, slots=True)
class PlannedCheck:
    """One check that the run must make."""

    id: str
    """pytest's node id: ``tests/parity/test_locales.py::test_...[web]``."""
    source: CheckSource
    role: str
    parameter: str | None
    """The text in the id's brackets: a role (parity) or a language (smoke); None without brackets."""
    severity: Severity
    owner: str
    host: str = ""
    """The host that a test of one's own is run on: ``dallas/web1``; empty if it is about several."""
    part: str = ""
    """What of its section it is about, if each part has checks of its own (`Section.parts`)."""


@dataclass(frozen=True, slots=True)
class NotApplicable:
    """A check that is not planned: the policy names nothing that it could judge."""

    source: CheckSource
    keys: tuple[str, ...]
    """The keys of the policy with which it would apply: ``aspects.boot.required``."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What becomes of every check in the test files: each is planned, or does not apply.

    A check of an aspect that is absent or undecided (`siteparity.policy.decisions`) is in neither list.
    """

    checks: tuple[PlannedCheck, ...]
    not_applicable: tuple[NotApplicable, ...] = ()
    undecided: tuple[Undecided, ...] = ()
    """The aspects that are to be measured, and of which no check applies."""


def plan(root: Path, policy: Policy, probes: Probes) -> Plan:
    """Every check of ``tests/parity`` and ``tests/smoke``, once for each role (or language) it applies to.

    Raises:
        ConfigurationError: every problem at once: a test file that cannot be read as checks, a check that
            names an unknown table; or there is no check at all.
    """
    problems = Problems()
    every = _readable(root, problems)
    _demand_known_names(every, problems)
    planned: list[PlannedCheck] = []
    not_applicable: list[NotApplicable] = []
    for source in every:
        with problems.collecting():
            _demand_known_tables(source, probes)
            axis = _axis(source, policy, probes) if _is_measured(source, policy) else []
            if isinstance(axis, NotApplicable):
                not_applicable.append(axis)
            else:
                planned += axis
    _demand_names_of_their_own(planned, problems)
    _demand_own_checks(every, policy, problems)
    problems.check()
    if not planned:
        raise ConfigurationError(f"{root / 'tests'}: no check is planned; is this a checkout of siteparity?")
    return Plan(tuple(planned), *_without_checks(planned, not_applicable, policy))


def _is_measured(source: CheckSource, policy: Policy) -> bool:
    """Whether the policy wants anything of the aspect or the journey looked at."""
    parts = policy.sections if source.kind == "parity" else policy.smoke.journeys()
    return source.aspect in parts


def _without_checks(
    planned: Sequence[PlannedCheck], not_applicable: Sequence[NotApplicable], policy: Policy
) -> tuple[tuple[NotApplicable, ...], tuple[Undecided, ...]]:
    """The checks that do not apply; and the aspects and journeys of which none applies, as undecided."""
    parts: dict[tuple[Kind, str], Section] = {
        **{("parity", aspect): one for aspect, one in policy.sections.items() if not one.apart},
        **{("smoke", name): journey for name, journey in policy.smoke.journeys().items()},
    }
    idle = parts.keys() - {(check.source.kind, check.source.aspect) for check in planned}
    idle -= {at for at, part in parts.items() if part.only_named}  # nobody is asked for what they name
    used = {at for at in parts.keys() - idle if not parts[at].is_of_parts()}
    return (
        tuple(one for one in not_applicable if (one.source.kind, one.source.aspect) in used),
        tuple(
            Undecided(f"{_PARTS[kind]}.{name}", part.question, shown_path(policy.source))
            for (kind, name), part in parts.items()
            if (kind, name) in idle
            # A key's own question says more.
            if not any(one.key.startswith(f"{_PARTS[kind]}.{name}.") for one in policy.undecided)
        ),
    )


def left_out(root: Path, checks: Iterable[PlannedCheck]) -> frozenset[tuple[str, str]]:
    """Path and function of each check that is not planned, because the policy names nothing for it."""
    made = {(check.source.path, check.source.function) for check in checks}
    return frozenset((source.path, source.function) for source in sources(root)) - made


def sources(root: Path) -> Iterator[CheckSource]:
    """Every check in the test files, by kind, file name and line.

    Raises:
        ConfigurationError: a file cannot be read as checks.
    """
    problems = Problems()
    yield from _readable(root, problems)
    problems.check()


def known_checks(root: Path) -> frozenset[str]:
    """What a waiver may be about: each aspect and journey, and each check, whether or not it applies.

    Raises:
        ConfigurationError: a file cannot be read as checks.
    """
    return frozenset(word for source in sources(root) for word in (source.aspect, source.name))


def known_comparisons(root: Path) -> frozenset[str]:
    """What may differ by design: each aspect, and each check that judges the records of both sites.

    Raises:
        ConfigurationError: a file cannot be read as checks.
    """
    parity = (source for source in sources(root) if source.kind == "parity")
    return frozenset(word for source in parity for word in (source.aspect, source.name))


def _readable(root: Path, problems: Problems) -> list[CheckSource]:
    """The checks of every file that can be read."""
    kinds: tuple[Kind, Kind] = ("parity", "smoke")
    found: list[CheckSource] = []
    for kind in kinds:
        for path in sorted((root / "tests" / kind).glob("test_*.py")):
            with problems.collecting():
                found += _read_once(path, path.stat().st_mtime_ns, root, kind)
    return found


def _demand_known_names(every: Sequence[CheckSource], problems: Problems) -> None:
    """Report each check that leads to an unknown one: its findings would lose their cause."""
    known = {word for source in every for word in (source.aspect, source.name)}
    for source in every:
        named = (*source.leads_to, *(name for _, names in source.leads_to_of for name in names))
        if strangers := [name for name in named if name not in known]:
            problems.add(
                f"{source.function}: leads to {', '.join(strangers)}, which is no check; "
                "expected an aspect, or aspect.name as siteparity explain lists them",
                source.file,
                source.line,
            )


def _demand_names_of_their_own(planned: Sequence[PlannedCheck], problems: Problems) -> None:
    """Report each check of whose name there are two: pytest would make one of them."""
    first: dict[str, int] = {}
    for check in planned:
        source = check.source
        if (line := first.setdefault(check.id, source.line)) != source.line:
            problems.add(
                f"{source.function}: planned twice, since line {line} has a check of this name too; "
                "give each check a name of its own",
                source.file,
                source.line,
            )


def _demand_own_checks(every: Sequence[CheckSource], policy: Policy, problems: Problems) -> None:
    """Report each check that a section makes a warning although it is another section's."""
    parts: dict[tuple[Kind, str], Section] = {
        **{("parity", aspect): section for aspect, section in policy.sections.items()},
        **{("smoke", name): journey for name, journey in policy.smoke.journeys().items()},
    }
    for (kind, name), section in parts.items():
        own = {one.name.partition(".")[2] for one in every if (one.kind, one.aspect) == (kind, name)}
        for check in section.warnings.keys() - own:
            problems.add(
                f"{_PARTS[kind]}.{name}.warnings: expected checks of {name}, found {check}; "
                "write it where `siteparity explain` lists it",
                policy.source,
            )


@cache
def _read_once(path: Path, _changed: int, root: Path, kind: Kind) -> tuple[CheckSource, ...]:
    """The checks of a file: several stages ask for them, and reading a file's syntax takes a millisecond."""
    return tuple(_sources_of(path, root, kind))


def _sources_of(path: Path, root: Path, kind: Kind) -> Iterator[CheckSource]:
    try:
        module = ast.parse(path.read_text(encoding="utf-8"), str(path))
    except SyntaxError as error:
        fail(f"cannot be read: {error.msg}; correct it", path, error.lineno or 0)
    except (OSError, ValueError) as error:
        fail(f"cannot be read: {error}; correct it", path)
    promise, _, why = inspect.cleandoc(ast.get_docstring(module) or "").partition("\n")
    for node in module.body:
        if isinstance(node, ast.ClassDef | ast.AsyncFunctionDef):
            fail("a check is a plain function at the top of its file", path, node.lineno)
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            broken, harm = _broken(node, path)
            yield CheckSource(
                path=path.relative_to(root).as_posix(),
                function=node.name,
                kind=kind,
                aspect=path.stem.removeprefix("test_"),
                severity=_severity(node.decorator_list)
                or _severity(_module_marks(module))
                or Severity.BLOCKER,
                promise=promise,
                why=" ".join(why.split()),
                effect=" ".join((ast.get_docstring(node) or "").split()),
                drills=tuple(_arguments_of("drill", node)),
                leads_to=tuple(_arguments_of("leads_to", node)),
                leads_to_of=tuple(_leads_to_of(node)),
                tables=tuple(dict.fromkeys(_tables(node))),
                arguments=tuple(argument.arg for argument in (*node.args.args, *node.args.kwonlyargs)),
                broken=broken,
                harm=harm,
                judges=tuple(_arguments_of("judges", node)),
                journey="journey" in map(_mark_name, node.decorator_list),
                file=path,
                line=node.lineno,
            )


def _axis(source: CheckSource, policy: Policy, probes: Probes) -> list[PlannedCheck] | NotApplicable:
    """The check, once for each role or language that it applies to."""
    asked = set(source.arguments) & set(FIXTURES.values())
    if asked != {FIXTURES[source.kind]}:
        _refuse(
            source,
            f"expected the argument {FIXTURES[source.kind]}, found {' and '.join(sorted(asked)) or 'none'}; "
            "one check is judged by one of them",
        )
    section: Section
    parameters: tuple[str | None, ...]
    if source.kind == "parity":
        section, parameters = _parity_axis(source, policy, probes)
        if not parameters:
            return NotApplicable(source, _keys_of_tables(source, policy, probes))
        if section.parts():
            return _of_parts(source, section, policy, probes)
    else:
        section = journey = policy.journey(source.aspect)
        parameters = tuple(policy.languages) if "language" in source.arguments else (None,)
        if keys := _keys_of_journey(journey, policy, probes) or _keys_without_object(source, journey):
            return NotApplicable(source, keys)
    return [
        PlannedCheck(
            id=f"{source.path}::{source.function}" + (f"[{parameter}]" if parameter else ""),
            source=source,
            role=str(parameter) if source.kind == "parity" else section.roles[0],
            parameter=parameter,
            severity=_lowered(source, section) or section.severity or source.severity,
            owner=section.owner,
        )
        for parameter in parameters
    ]


def _of_parts(
    source: CheckSource, section: Section, policy: Policy, probes: Probes
) -> list[PlannedCheck] | NotApplicable:
    """The check, once for each role and each part that has all of its tables; in the words of the part."""
    every_role = tuple(policy.roles)
    planned = [
        PlannedCheck(
            id=f"{source.path}::{source.function}[{role}: {name}]",
            source=replace(
                source,
                effect=part.effect or source.effect,
                leads_to=tuple(dict.fromkeys((*source.leads_to, *part.leads_to))),
            ),
            role=role,
            parameter=f"{role}: {name}",
            severity=_lowered(source, section) or section.severity or source.severity,
            owner=part.owner or section.owner,
            part=name,
        )
        for name, part in section.parts().items()
        if part.tables() >= set(source.tables)
        for role in section.roles_of(part, every_role)
    ]
    return planned or NotApplicable(source, _keys_of_tables(source, policy, probes))


def _lowered(source: CheckSource, section: Section) -> Severity | None:
    """A warning, if the policy makes this very check one."""
    return Severity.WARNING if source.name.partition(".")[2] in section.warnings else None


def _demand_known_tables(source: CheckSource, probes: Probes) -> None:
    if source.kind != "parity":
        return
    if source.aspect not in probes:
        _refuse(source, f"there is no probe {source.aspect}; expected probes/{source.aspect}.py")
    readings = probes[source.aspect].readings()
    unknown = [table for table in source.tables if table not in readings]
    if unknown or not source.tables:
        _refuse(
            source, f"names {unknown or 'no table'}; the probe's tables are {', '.join(sorted(readings))}"
        )


def _parity_axis(
    source: CheckSource, policy: Policy, probes: Probes
) -> tuple[Section, tuple[str | None, ...]]:
    """The aspect's section, and the roles that have every table that the check names."""
    probe, section = probes[source.aspect], policy.section(source.aspect)
    every_role = tuple(policy.roles)
    of_tables = [set(probe.roles_of(table, section, every_role)) for table in source.tables]
    return section, tuple(role for role in every_role if all(role in roles for roles in of_tables))


def _keys_of_tables(source: CheckSource, policy: Policy, probes: Probes) -> tuple[str, ...]:
    """The keys that name nothing for a table of the check.

    Those of all its tables if each table has roles, but no role has all of them.
    """
    probe, section = probes[source.aspect], policy.section(source.aspect)
    lacking = [
        table for table in source.tables if not probe.roles_of(table, section, tuple(policy.roles))
    ] or source.tables
    keys = dict.fromkeys(probe.readings()[table].key or "roles" for table in lacking)
    place = "" if section.apart else f"aspects.{source.aspect}."
    return tuple(f"{place}{key}" for key in keys)


def _keys_of_journey(journey: Journey, policy: Policy, probes: Probes) -> tuple[str, ...]:
    """The keys that name nothing for the aspect that the journey needs, which is measured nowhere then."""
    needed = journey.needs or ""
    if needed not in probes:
        return ()
    if needed not in policy.sections:
        return (f"aspects.{needed}",)
    probe, section = probes[needed], policy.section(needed)
    if probe.roles(section, tuple(policy.roles)):
        return ()
    keys = dict.fromkeys(reading.key for reading in probe.readings().values())
    return tuple(f"aspects.{needed}.{key}" for key in keys if key)


def _keys_without_object(source: CheckSource, journey: Journey) -> tuple[str, ...]:
    """The keys of the journey that name nothing for the check to judge."""
    if strangers := [key for key in source.judges if key not in type(journey).model_fields]:
        _refuse(source, f"judges {', '.join(strangers)}, which is no key of smoke.{source.aspect}")
    return tuple(f"smoke.{source.aspect}.{key}" for key in source.judges if not getattr(journey, key))


def _refuse(source: CheckSource, text: str) -> NoReturn:
    """Raise ConfigurationError about one check."""
    fail(f"{source.function}: {text}", source.file, source.line)


def _tables(function: ast.FunctionDef) -> Iterator[str]:
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and is_rule(node.func) and node.args:
            of_primary = [one.value for one in node.keywords if one.arg == "of_primary"]
            for named in (node.args[0], *of_primary):
                if isinstance(named, ast.Constant) and isinstance(named.value, str):
                    yield named.value


def is_rule(function: ast.expr) -> bool:
    """Whether a called function is a rule: ``parity.same``, ``standby.expect`` ..."""
    return (
        isinstance(function, ast.Attribute)
        and function.attr in RULES
        and isinstance(function.value, ast.Name)
        and function.value.id in ("parity", "standby")
    )


def _broken(function: ast.FunctionDef, path: Path) -> tuple[str, Harm]:
    """The sentence if a check differs, and what customers would notice. A check of your own may lack it."""
    words = list(_arguments_of("broken", function))
    if not words:
        return "", Harm.PART
    try:
        sentence, harm = words
        return sentence, Harm(harm)
    except ValueError:
        fail(
            f"{function.name}: expected broken(SENTENCE, HARM) with one of {', '.join(Harm)}, found "
            f"{len(words)} words, or another",
            path,
            function.lineno,
        )


def _arguments_of(name: str, function: ast.FunctionDef) -> Iterator[str]:
    """The constant arguments of the marks of a name that have no others."""
    for mark in _marks(name, function):
        if not mark.keywords:
            yield from _constants(mark.args)


def _leads_to_of(function: ast.FunctionDef) -> Iterator[tuple[str, tuple[str, ...]]]:
    """``leads_to("redis", of="redis*")`` -> ``("redis*", ("redis",))``."""
    for mark in _marks("leads_to", function):
        for pattern in _constants(one.value for one in mark.keywords if one.arg == "of"):
            yield pattern, tuple(_constants(mark.args))


def _marks(name: str, function: ast.FunctionDef) -> Iterator[ast.Call]:
    return (
        mark
        for mark in function.decorator_list
        if isinstance(mark, ast.Call) and _mark_name(mark.func) == name
    )


def _constants(arguments: Iterable[ast.expr]) -> Iterator[str]:
    return (str(argument.value) for argument in arguments if isinstance(argument, ast.Constant))


def _severity(marks: list[ast.expr]) -> Severity | None:
    names = {_mark_name(mark) for mark in marks}
    return next((severity for severity in Severity if severity.value in names), None)


def _module_marks(module: ast.Module) -> list[ast.expr]:
    for node in module.body:
        if isinstance(node, ast.Assign) and any(_named(target, "pytestmark") for target in node.targets):
            return node.value.elts if isinstance(node.value, ast.List | ast.Tuple) else [node.value]
    return []


def _named(target: ast.expr, name: str) -> bool:
    return isinstance(target, ast.Name) and target.id == name


def _mark_name(mark: ast.expr) -> str:
    """``drill`` for ``pytest.mark.drill``, with or without arguments; empty for anything else."""
    mark = mark.func if isinstance(mark, ast.Call) else mark
    is_mark = (
        isinstance(mark, ast.Attribute)
        and isinstance(mark.value, ast.Attribute)
        and mark.value.attr == "mark"
    )
    return mark.attr if isinstance(mark, ast.Attribute) and is_mark else ""
