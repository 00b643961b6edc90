"""Which checks a run must make, known before any host is asked and without running pytest.

The plan is made from the syntax of the test files and from the policy alone. Afterwards the gate demands that
exactly these checks were made, so a check that pytest lost, skipped or deselected is noticed.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from siteparity.model import ConfigurationError, Severity
from siteparity.policy import Policy, Section
from siteparity.probes import Probes

Kind: TypeAlias = Literal["parity", "smoke"]

FIXTURES: Mapping[Kind, str] = {"parity": "parity", "smoke": "standby"}
"""The fixture that judges a check of each kind."""

RULES = frozenset(
    {"same", "healthy", "everywhere", "own_site", "within", "at_least", "only_at_primary", "expect"}
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

    @property
    def name(self) -> str:
        """The name of the check in `siteparity explain`: ``locales.every_served_locale_is_compiled``."""
        return f"{self.aspect}.{self.function.removeprefix('test_')}"

    @property
    def sentence(self) -> str:
        """The test's name as a sentence."""
        words = self.function.removeprefix("test_").replace("_", " ")
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


def plan(root: Path, policy: Policy, probes: Probes) -> tuple[PlannedCheck, ...]:
    """Every check of ``tests/parity`` and ``tests/smoke``, once for each role (or language) it applies to.

    Raises:
        ConfigurationError: a test file cannot be read as checks, or there is no check at all.
    """
    every = list(sources(root))
    _demand_known_names(every)
    planned = [check for source in every for check in _planned(source, policy, probes)]
    if not planned:
        raise ConfigurationError(f"{root / 'tests'}: no check is planned; is this a checkout of siteparity?")
    ids = [check.id for check in planned]
    if len(set(ids)) != len(ids):
        twice = sorted({one for one in ids if ids.count(one) > 1})
        raise ConfigurationError(f"planned twice: {', '.join(twice)}; give each check a name of its own")
    return tuple(planned)


def left_out(root: Path, checks: Iterable[PlannedCheck]) -> frozenset[tuple[str, str]]:
    """Path and function of each check that is not planned, because the policy names nothing for it."""
    made = {(check.source.path, check.source.function) for check in checks}
    return frozenset((source.path, source.function) for source in sources(root)) - made


def sources(root: Path) -> Iterator[CheckSource]:
    """Every check in the test files, by kind, file name and line."""
    kinds: tuple[Kind, Kind] = ("parity", "smoke")
    for kind in kinds:
        for path in sorted((root / "tests" / kind).glob("test_*.py")):
            yield from _sources_of(path, root, kind)


def _demand_known_names(every: Sequence[CheckSource]) -> None:
    """Raise ConfigurationError if a check leads to an unknown one: its findings would lose their cause."""
    known = {word for source in every for word in (source.aspect, source.name)}
    for source in every:
        if strangers := [name for name in source.leads_to if name not in known]:
            raise ConfigurationError(
                f"{source.path}: {source.function}: leads to {', '.join(strangers)}, which is no check; "
                "expected an aspect, or aspect.name as siteparity explain lists them"
            )


def _sources_of(path: Path, root: Path, kind: Kind) -> Iterator[CheckSource]:
    try:
        module = ast.parse(path.read_text(encoding="utf-8"), str(path))
    except (OSError, SyntaxError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: cannot be read: {error}") from None
    promise, _, why = inspect.cleandoc(ast.get_docstring(module) or "").partition("\n")
    for node in module.body:
        if isinstance(node, ast.ClassDef | ast.AsyncFunctionDef):
            raise ConfigurationError(
                f"{path}:{node.lineno}: a check is a plain function at the top of its file"
            )
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
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
                tables=tuple(dict.fromkeys(_tables(node))),
                arguments=tuple(argument.arg for argument in (*node.args.args, *node.args.kwonlyargs)),
            )


def _planned(source: CheckSource, policy: Policy, probes: Probes) -> Iterator[PlannedCheck]:
    asked = set(source.arguments) & set(FIXTURES.values())
    if asked != {FIXTURES[source.kind]}:
        raise ConfigurationError(
            f"{source.path}: {source.function}: expected the argument {FIXTURES[source.kind]}, "
            f"found {' and '.join(sorted(asked)) or 'none'}; one check is judged by one of them"
        )
    if source.kind == "parity":
        section, parameters = _parity_axis(source, policy, probes)
    else:
        section = policy.journey(source.aspect)
        parameters = tuple(policy.languages) if "language" in source.arguments else (None,)
    for parameter in parameters:
        yield PlannedCheck(
            id=f"{source.path}::{source.function}" + (f"[{parameter}]" if parameter else ""),
            source=source,
            role=str(parameter) if source.kind == "parity" else section.roles[0],
            parameter=parameter,
            severity=section.severity or source.severity,
            owner=section.owner,
        )


def _parity_axis(
    source: CheckSource, policy: Policy, probes: Probes
) -> tuple[Section, tuple[str | None, ...]]:
    """The aspect's section, and the roles that have every table that the check names."""
    where = f"{source.path}: {source.function}"
    if source.aspect not in probes:
        raise ConfigurationError(
            f"{where}: there is no probe {source.aspect}; expected probes/{source.aspect}.py"
        )
    probe, section = probes[source.aspect], policy.section(source.aspect)
    unknown = [table for table in source.tables if table not in probe.readings()]
    if unknown or not source.tables:
        known = ", ".join(sorted(probe.readings()))
        raise ConfigurationError(f"{where}: names {unknown or 'no table'}; the probe's tables are {known}")
    every_role = tuple(policy.roles)
    of_tables = [set(probe.roles_of(table, section, every_role)) for table in source.tables]
    roles = tuple(role for role in every_role if all(role in roles for roles in of_tables))
    if not roles and not any(probe.readings()[table].optional for table in source.tables):
        raise ConfigurationError(
            f"{where}: no role has {' and '.join(source.tables)}, so it would never be made; "
            f"correct the roles of {source.aspect} in the policy, or split the check"
        )
    return section, roles


def _tables(function: ast.FunctionDef) -> Iterator[str]:
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and is_rule(node.func) and node.args:
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value


def is_rule(function: ast.expr) -> bool:
    """Whether a called function is a rule: ``parity.same``, ``standby.expect`` ..."""
    return (
        isinstance(function, ast.Attribute)
        and function.attr in RULES
        and isinstance(function.value, ast.Name)
        and function.value.id in ("parity", "standby")
    )


def _arguments_of(name: str, function: ast.FunctionDef) -> Iterator[str]:
    """The constant arguments of a mark."""
    for mark in function.decorator_list:
        if isinstance(mark, ast.Call) and _mark_name(mark.func) == name:
            yield from (str(argument.value) for argument in mark.args if isinstance(argument, ast.Constant))


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
