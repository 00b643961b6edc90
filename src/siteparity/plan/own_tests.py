"""Which tests of one's own a run owes, read from the syntax of their files: each test, on each of its hosts.

A test says on which roles it runs: by a mark at it, at its class or in its file
(``pytest.mark.role("web")``), by a pattern of files in the policy, or by ``testinfra_hosts``. Without any of
these it runs on every host. What is only known when pytest collects, such as the cases of ``parametrize``, is
part of the test's one check on a host.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

from siteparity.model import Severity, Site
from siteparity.plan.checks import CheckSource, PlannedCheck
from siteparity.policy import Policy
from siteparity.policy.own_tests import OwnTests
from siteparity.yamlfile import Problems, did_you_mean, fail, quoted

AREA = "own."
"""What the names of their checks begin with: ``own.web.nginx`` of ``test_nginx`` in ``test_web.py``."""
VALUES = "parity"
"""The fixture with which a test tells values that must be the same on all hosts."""
_PATTERNS = ("test_*.py", "*_test.py")
_NOT_LOOKED_INTO = (".*", "node_modules", "build", "dist", "venv", "__pycache__", "*.egg")
_SCHEMES = ("ansible://", "siteparity://", "ssh://")


@dataclass(frozen=True, slots=True)
class OwnTest:
    """One test function, as its file has it."""

    source: CheckSource
    names: tuple[str, ...]
    """The roles or hosts that it says; empty if it says none."""
    line: int
    """Where it says so."""


def base_of(policy: Policy) -> Path:
    """Pytest's root for these tests, to which their ids are relative.

    It is the folder to which that of the tests is relative, or its own parent if the tests are elsewhere.
    """
    folder, usual = folder_of(policy), _usual(policy)
    return usual if folder.is_relative_to(usual) else folder.parent


def folder_of(policy: Policy) -> Path:
    """The folder of the tests."""
    return (_usual(policy) / policy.own_tests.folder).resolve()


def _usual(policy: Policy) -> Path:
    return policy.source.resolve().parent.parent


def known_own(policy: Policy) -> frozenset[str]:
    """What a waiver may be about: each file of tests, and each test.

    Raises:
        ConfigurationError: a file cannot be read as tests.
    """
    return frozenset(word for test in _tests(policy) for word in (test.source.aspect, test.source.name))


def own_checks(policy: Policy, sites: Sequence[Site]) -> tuple[PlannedCheck, ...]:
    """Every test, once for each host; and once more for each role, if it tells values that are compared.

    Raises:
        ConfigurationError: every problem at once: a file that cannot be read, a role that does not exist.
    """
    section, problems = policy.own_tests, Problems()
    if not folder_of(policy).is_dir():
        if "folder" in section.model_fields_set:
            problems.add(
                f"own_tests.folder: expected a folder with tests, found none at {folder_of(policy)}; "
                "correct it",
                policy.source,
            )
            problems.check()
        return ()
    planned: list[PlannedCheck] = []
    for test in _tests(policy):
        with problems.collecting():
            planned += _of_test(test, policy, sites)
    problems.check()
    return tuple(planned)


def _of_test(test: OwnTest, policy: Policy, sites: Sequence[Site]) -> Iterator[PlannedCheck]:
    roles, section = _roles(test, policy, sites), policy.own_tests
    source = test.source
    compared: dict[str, None] = {}
    at: set[str] = set()

    def planned(role: str, parameter: str, host: str) -> PlannedCheck:
        return PlannedCheck(
            id=f"{source.path}::{source.function}[{parameter}]",
            source=source,
            role=role,
            parameter=parameter,
            severity=section.severity or source.severity,
            owner=section.owner,
            host=host,
        )

    for site in sites:
        for host in site.hosts:
            own = [role for role in roles if role in host.roles]
            if own or host.label in test.names or host.name in test.names:
                role = (own or list(host.roles))[0]
                compared[role] = None
                at.add(site.name)
                yield planned(role, host.label, host.label)
    if VALUES in source.arguments:
        for role in compared:
            yield planned(role, f"values, {role}", "")
    silent = [site.name for site in sites if site.name not in at]
    if silent and set(test.names) <= set(policy.roles):
        fail(
            f"{source.function}: expected a host in {' or '.join(roles)} at each site, found none at "
            f"{' and '.join(silent)}; name other roles, or add hosts to the group",
            source.file,
            test.line,
        )


def _roles(test: OwnTest, policy: Policy, sites: Sequence[Site]) -> tuple[str, ...]:
    """The roles whose hosts run a test. Raises ConfigurationError about a name that is none."""
    every = tuple(policy.roles)
    if not test.names:
        return policy.own_tests.roles or every
    hosts = {name for site in sites for host in site.hosts for name in (host.name, host.label)}
    for name in test.names:
        if name not in every and name not in hosts:
            fail(
                f"{test.source.function}: expected a role of the policy, or a host, found {quoted(name)}"
                f"{did_you_mean(name, every)}; correct it",
                test.source.file,
                test.line,
            )
    return tuple(role for role in every if role in test.names)


def _tests(policy: Policy) -> tuple[OwnTest, ...]:
    folder, base, problems = folder_of(policy), base_of(policy), Problems()
    found: list[OwnTest] = []
    for path in _files(folder):
        with problems.collecting():
            if not path.resolve().is_relative_to(base):
                fail(f"expected a file below {base}, found another place; move the tests there", path)
            of_file = _read_once(path, path.stat().st_mtime_ns, base)
            found += _with_roles_of_policy(of_file, path.relative_to(folder).as_posix(), policy.own_tests)
    problems.check()
    return tuple(found)


def _files(folder: Path) -> list[Path]:
    every = {path for pattern in _PATTERNS for path in folder.rglob(pattern) if path.is_file()}
    return sorted(
        path
        for path in every
        if not any(
            fnmatchcase(part, pattern)
            for part in path.relative_to(folder).parts[:-1]
            for pattern in _NOT_LOOKED_INTO
        )
    )


def _with_roles_of_policy(tests: Sequence[OwnTest], path: str, section: OwnTests) -> Iterator[OwnTest]:
    """The tests; those of a file that the policy names run where the policy says."""
    named = next((roles for pattern, roles in section.files.items() if fnmatchcase(path, pattern)), ())
    return (replace(test, names=tuple(named)) if named else test for test in tests)


@cache
def _read_once(path: Path, _changed: int, base: Path) -> tuple[OwnTest, ...]:
    try:
        module = ast.parse(path.read_text(encoding="utf-8"), str(path))
    except SyntaxError as error:
        fail(f"cannot be read: {error.msg}; correct it", path, error.lineno or 0)
    except (OSError, ValueError) as error:
        fail(f"cannot be read: {error}; correct it", path)
    except (MemoryError, RecursionError):  # of Python's parser, about brackets
        fail("cannot be read: it is nested too deeply; correct it", path)
    # pytest makes the last one of several with the same name.
    return tuple({test.source.function: test for test in _File(path, base, module).tests()}.values())


class _File:
    """One file of tests."""

    def __init__(self, path: Path, base: Path, module: ast.Module) -> None:
        self._path = path
        self._place = path.relative_to(base).as_posix()
        self._module = module
        promise, _, why = inspect.cleandoc(ast.get_docstring(module) or "").partition("\n")
        self._promise = promise or f"The tests of {path.name} pass on every host of their roles."
        self._why = " ".join(why.split())

    def tests(self) -> Iterator[OwnTest]:
        outer = [*_assigned(self._module.body, "pytestmark"), *self._testinfra_hosts()]
        yield from self._below(self._module.body, "", [outer])

    def _testinfra_hosts(self) -> Iterator[ast.expr]:
        """The hosts that testinfra's own plugin would look for, as if a mark named them."""
        for value in _assigned(self._module.body, "testinfra_hosts"):
            names = [_plain_name(one) for one in _literals([value])]
            if names:
                arguments: list[ast.expr] = [ast.Constant(name) for name in names]
                mark = ast.parse("pytest.mark.role()", mode="eval").body
                yield ast.copy_location(ast.Call(getattr(mark, "func"), arguments, []), value)  # noqa: B009

    def _below(self, body: Sequence[ast.stmt], prefix: str, outer: list[list[ast.expr]]) -> Iterator[OwnTest]:
        for node in body:
            match node:
                case ast.FunctionDef() | ast.AsyncFunctionDef() if node.name.startswith("test"):
                    yield self._test(node, prefix, [node.decorator_list, *outer])
                case ast.ClassDef() if node.name.startswith("Test"):
                    marks = [*node.decorator_list, *_assigned(node.body, "pytestmark")]
                    yield from self._below(node.body, f"{prefix}{node.name}::", [marks, *outer])
                case ast.If() | ast.Try() | ast.With():
                    for inner in _blocks(node):
                        yield from self._below(inner, prefix, outer)
                case ast.ImportFrom() if (
                    any((alias.asname or alias.name).startswith("test_") for alias in node.names)
                    and not prefix
                ):
                    self._refuse_an_import(node)

    def _refuse_an_import(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            if (alias.asname or alias.name).startswith("test_") and (node.module or "").split(".")[
                -1
            ].startswith("test"):
                fail(
                    f"expected tests of its own, found the import of {alias.asname or alias.name}; "
                    "import the module, or define the test here",
                    self._path,
                    node.lineno,
                )

    def _test(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef, prefix: str, marks: list[list[ast.expr]]
    ) -> OwnTest:
        names, line = self._names(marks)
        severity = next((one for group in marks if (one := _severity(group))), Severity.BLOCKER)
        docstring = " ".join((ast.get_docstring(node) or "").split())
        return OwnTest(
            CheckSource(
                path=self._place,
                function=f"{prefix}{node.name}",
                kind="own",
                aspect=f"{AREA}{self._path.stem.removeprefix('test_').removesuffix('_test')}",
                severity=severity,
                promise=self._promise,
                why=self._why,
                effect=docstring,
                drills=(),
                leads_to=(),
                tables=(),
                arguments=tuple(one.arg for one in (*node.args.args, *node.args.kwonlyargs)),
                file=self._path,
                line=node.lineno,
            ),
            names,
            line or node.lineno,
        )

    def _names(self, groups: list[list[ast.expr]]) -> tuple[tuple[str, ...], int]:
        """The names of roles in the nearest marks, and their line."""
        for group in groups:
            found = [mark for mark in _each(group) if _mark_name(mark) == "role"]
            if found:
                names = [name for mark in found for name in self._arguments(mark)]
                return tuple(dict.fromkeys(names)), found[0].lineno
        return (), 0

    def _arguments(self, mark: ast.expr) -> list[str]:
        arguments = mark.args if isinstance(mark, ast.Call) else []
        names = _literals(arguments)
        if not names or len(names) < len(arguments):
            fail(
                'pytest.mark.role: expected names of roles in quotes, as in pytest.mark.role("web"); '
                "write them",
                self._path,
                mark.lineno,
            )
        return names


def _blocks(node: ast.If | ast.Try | ast.With) -> Iterator[Sequence[ast.stmt]]:
    yield node.body
    if isinstance(node, ast.If | ast.Try):
        yield node.orelse
    if isinstance(node, ast.Try):
        yield from (handler.body for handler in node.handlers)
        yield node.finalbody


def _assigned(body: Sequence[ast.stmt], name: str) -> list[ast.expr]:
    """The values that are assigned to a name."""
    return [
        node.value
        for node in body
        if isinstance(node, ast.Assign)
        and any(isinstance(target, ast.Name) and target.id == name for target in node.targets)
    ]


def _each(marks: Sequence[ast.expr]) -> Iterator[ast.expr]:
    for mark in marks:
        if isinstance(mark, ast.List | ast.Tuple):
            yield from mark.elts
        else:
            yield mark


def _literals(values: Sequence[ast.expr]) -> list[str]:
    """The texts among some expressions and the lists in them."""
    return [
        one.value for one in _each(values) if isinstance(one, ast.Constant) and isinstance(one.value, str)
    ]


def _plain_name(host: str) -> str:
    for scheme in _SCHEMES:
        host = host.removeprefix(scheme)
    return host


def _severity(marks: Sequence[ast.expr]) -> Severity | None:
    names = {_mark_name(mark) for mark in _each(marks)}
    return next((severity for severity in Severity if severity.value in names), None)


def _mark_name(mark: ast.expr) -> str:
    """``role`` for ``pytest.mark.role("web")`` and for ``mark.role("web")``; empty for anything else."""
    named: Callable[[ast.expr], bool] = lambda one: (  # noqa: E731
        (isinstance(one, ast.Attribute) and one.attr == "mark")
        or (isinstance(one, ast.Name) and one.id == "mark")
    )
    mark = mark.func if isinstance(mark, ast.Call) else mark
    return mark.attr if isinstance(mark, ast.Attribute) and named(mark.value) else ""
