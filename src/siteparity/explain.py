"""What a check proves, why it matters, how to fix what it finds, and which drill shows that it works."""

from __future__ import annotations

import ast
import difflib
import textwrap
from collections.abc import Mapping
from pathlib import Path

from siteparity.model import ConfigurationError
from siteparity.plan import CheckSource, is_rule, sources

WIDTH = 100


def explain(root: Path, wanted: str) -> str:
    """Everything that is written about one check, or about all checks of an aspect.

    Args:
        root: the project, whose test files are read.
        wanted: ``locales``, ``locales.every_served_locale_...``, or a test id as reports and pytest show it.

    Raises:
        ConfigurationError: there is no such check; names the nearest.
    """
    every = list(sources(root))
    name = wanted.partition("[")[0]
    found = [source for source in every if name in _known_as(source)]
    if not found:
        known = sorted({one for source in every for one in _known_as(source) if "::" not in one})
        near = difflib.get_close_matches(name, known, n=3, cutoff=0.4) or known
        raise ConfigurationError(f"{wanted}: no such check; did you mean {', '.join(near[:8])}?")
    return "\n\n".join(_explained(root, source) for source in found)


def _known_as(source: CheckSource) -> tuple[str, ...]:
    test = f"{source.path}::{source.function}"
    return (source.aspect, source.name, source.function, test, test.rpartition("/")[2])


def _explained(root: Path, source: CheckSource) -> str:
    fixes = _fixes(root, source)
    lines = [
        source.sentence,
        f"  check     {source.name} ({source.severity}), {source.path}",
        _paragraph("proves", source.promise),
        _paragraph("why", source.why),
        _paragraph("customers", source.effect),
        *(_paragraph("fix" if index == 0 else "", fix) for index, fix in enumerate(fixes)),
        _paragraph("leads to", "; ".join(source.leads_to)),
        _paragraph("drills", "; ".join(f"python -m lab break {drill}" for drill in source.drills)),
    ]
    return "\n".join(line for line in lines if line)


def _paragraph(head: str, text: str) -> str:
    if not text:
        return ""
    return textwrap.fill(text, WIDTH, initial_indent=f"  {head:<10}", subsequent_indent=" " * 12)


def _fixes(root: Path, source: CheckSource) -> list[str]:
    """The fixes as they stand in the check's rules, with their placeholders."""
    module = ast.parse((root / source.path).read_text(encoding="utf-8"))
    calls = [
        node
        for function in module.body
        if isinstance(function, ast.FunctionDef) and function.name == source.function
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and is_rule(node.func)
    ]
    fixes = [keyword.value for call in calls for keyword in call.keywords if keyword.arg == "fix"]
    constants = {
        target.id: node.value
        for node in module.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    return list(dict.fromkeys(_written(fix, constants) for fix in fixes))


def _written(text: ast.expr, constants: Mapping[str, ast.expr]) -> str:
    """A text as the file composes it from literals and from names at the top of the file."""
    if isinstance(text, ast.Constant):
        return str(text.value)
    if isinstance(text, ast.Name) and text.id in constants:
        return _written(constants[text.id], constants)
    if isinstance(text, ast.BinOp) and isinstance(text.op, ast.Add):
        return _written(text.left, constants) + _written(text.right, constants)
    return ast.unparse(text)
