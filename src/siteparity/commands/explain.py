"""Explains checks: what each proves, why it matters, how to fix what it finds, and which drills prove it."""

from __future__ import annotations

import ast
import difflib
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from siteparity.model import ConfigurationError
from siteparity.plan import CheckSource, sources
from siteparity.plan.own_tests import AREA
from siteparity.policy.journeys import JOURNEYS
from siteparity.probes import discover

WIDTH = 100
_HELPERS = "siteparity.pytest_plugin."
_PLUGIN = Path(__file__).parents[1] / "pytest_plugin"
_OF_A_CLAIM = 4
"""The number of its arguments: item, found, expected, fix."""


def explain(root: Path, wanted: str) -> str:
    """The explanation of one check, or of all checks of an aspect.

    Args:
        root: the project, whose test files are read.
        wanted: such as ``locales``, ``locales.every_served_locale_...``, or a test id of a report or pytest.

    Raises:
        ConfigurationError: there is no such check; names similar ones.
    """
    every = list(sources(root))
    name = wanted.partition("[")[0]
    found = [source for source in every if name in _known_as(source)]
    if not found and name.startswith((AREA, "tests/own/")):
        raise ConfigurationError(f"{wanted}: a test of your own, which its own file explains")
    if not found:
        known = sorted({one for source in every for one in _known_as(source) if "::" not in one})
        near = difflib.get_close_matches(name, known, n=3, cutoff=0.4) or known
        raise ConfigurationError(f"{wanted}: no such check; did you mean {', '.join(near[:8])}?")
    return "\n\n".join(_explained(root, source) for source in found)


def _known_as(source: CheckSource) -> tuple[str, ...]:
    test = f"{source.path}::{source.function}"
    return (source.aspect, source.name, source.function, test, test.rpartition("/")[2])


def _explained(root: Path, source: CheckSource) -> str:
    lines = [
        source.sentence,
        f"  check     {source.name} ({source.severity}), {source.path}",
        _paragraph("if not", source.broken),
        _paragraph("proves", source.promise),
        _paragraph("why", source.why),
        _paragraph("customers", source.effect),
        *_lines("fix", fixes_of(root, source)),
        _paragraph("leads to", "; ".join(source.leads_to)),
        _paragraph("accepted", _accepted(source)),
        *_lines("drills", [f"python -m lab break {drill}" for drill in dict.fromkeys(source.drills)]),
    ]
    return "\n".join(line for line in lines if line)


def _accepted(source: CheckSource) -> str:
    """What can accept a finding of the check."""
    parity = source.kind == "parity"
    of = discover().get(source.aspect) if parity else JOURNEYS.get(source.aspect)
    if of and of.never_waived:
        return "never"
    return "by a waiver" + (", or by design under differs in the policy" if parity else "")


def _paragraph(head: str, text: str) -> str:
    if not text:
        return ""
    return textwrap.fill(text, WIDTH, initial_indent=f"  {head:<10}", subsequent_indent=" " * 12)


def _lines(head: str, texts: Iterable[str]) -> Iterator[str]:
    """One line for each text, without wrapping: a command can be copied."""
    for number, text in enumerate(texts):
        yield f"  {'' if number else head:<10}{text}"


def fixes_of(root: Path, source: CheckSource) -> list[str]:
    """The fixes in the check's rules, with their placeholders; each once."""
    module = _Module.read(root / source.path)
    return list(dict.fromkeys(module.fixes(source.function, set())))


@dataclass(frozen=True, slots=True)
class _Module:
    """A file of checks or of their helpers, as far as fixes are concerned."""

    path: Path
    functions: Mapping[str, ast.FunctionDef]
    texts: Mapping[str, ast.expr]
    """Name -> value of each assignment at the top level."""
    helpers: Mapping[str, tuple[Path, str]]
    """Name -> file and original name of each import from the plugin."""

    @classmethod
    def read(cls, path: Path) -> Self:
        """Parse the file; nothing is imported."""
        module = ast.parse(path.read_text(encoding="utf-8"))
        helpers = {
            alias.asname or alias.name: (_PLUGIN / f"{node.module.removeprefix(_HELPERS)}.py", alias.name)
            for node in module.body
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith(_HELPERS)
            for alias in node.names
        }
        functions = {node.name: node for node in module.body if isinstance(node, ast.FunctionDef)}
        return cls(path, functions, _assigned(module.body), helpers)

    def fixes(self, name: str, seen: set[tuple[Path, str]]) -> Iterator[str]:
        """The fixes in a function and in the helpers that it calls, in the order of use."""
        function = self.functions.get(name)
        if function is None or (self.path, name) in seen:
            return
        seen.add((self.path, name))
        texts = {**self.texts, **_assigned(ast.walk(function))}
        calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
        for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
            fix = _fix_of(call)
            if fix is not None and (text := _written(fix, texts)):
                yield text
            called = call.func.id if isinstance(call.func, ast.Name) else ""
            if called in self.helpers:
                path, original = self.helpers[called]
                yield from _Module.read(path).fixes(original, seen)
            else:
                yield from self.fixes(called, seen)


def _fix_of(call: ast.Call) -> ast.expr | None:
    """The argument ``fix=`` of a rule, or the last argument of a claim."""
    if isinstance(call.func, ast.Name) and call.func.id == "Claim" and len(call.args) == _OF_A_CLAIM:
        return call.args[-1]
    return next((keyword.value for keyword in call.keywords if keyword.arg == "fix"), None)


def _assigned(nodes: Iterable[ast.AST]) -> dict[str, ast.expr]:
    return {
        target.id: node.value
        for node in nodes
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _written(text: ast.expr, texts: Mapping[str, ast.expr]) -> str:
    """The text that the file composes from literals and names; empty if it comes from elsewhere."""
    match text:
        case ast.Constant():
            return str(text.value)
        case ast.Name() if text.id in texts:
            return _written(texts[text.id], texts)
        case ast.BinOp(op=ast.Add()):
            return _written(text.left, texts) + _written(text.right, texts)
        case ast.JoinedStr():
            return "".join(_written(part, texts) for part in text.values)
        case ast.FormattedValue():
            return _written(text.value, texts) or _placeholder(text.value, texts)
    return ""


def _placeholder(value: ast.expr, texts: Mapping[str, ast.expr]) -> str:
    """A placeholder for what only the running check knows: ``{user}`` for ``shlex.quote(policy.user)``."""
    while isinstance(value, ast.Call) and value.args:
        value = value.args[0]
    if isinstance(value, ast.Name) and value.id in texts:
        return _placeholder(texts[value.id], texts)
    return f"{{{ast.unparse(value).rpartition('.')[2]}}}"
