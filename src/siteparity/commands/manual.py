"""The manual page and the completion of shells, made from the arguments of the command line.

After a change of the arguments, generate them again in the project's root::

    python -m siteparity.commands.manual
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path

from siteparity import __doc__ as package
from siteparity import __version__
from siteparity.commands.arguments import VERBS, parser
from siteparity.commands.suggestions import verbs
from siteparity.configuration import find_root

_EXIT = (
    ("0", "GO; or the verb did what it was asked for, and found nothing."),
    ("1", "siteparity itself failed."),
    ("2", "NO-GO; PARTIAL, and a check differs; or something is different."),
    ("3", "UNKNOWN; or something could not be measured, or the last run is too old."),
    ("4", "Wrong usage or configuration, or a run that was edited. The message names what to do."),
    ("128+n", "The run was ended by signal n."),
)
_ENVIRONMENT = (
    ("SITEPARITY_INVENTORIES", "As --inventories."),
    ("SITEPARITY_REPORTS", "As --reports."),
    ("SITEPARITY_NOTICES", "As --notices."),
    ("SITEPARITY_HEARTBEAT_URL", "The address itself, in place of the file of --heartbeat."),
    ("NO_COLOR", "No colours on a terminal."),
    ("TZ", "The local time that reports add in brackets."),
)
_FILES = (
    ("siteparity.toml", "In the current folder: inventories and reports, relative to it."),
    ("inventories/policy.yml", "What both sites must satisfy."),
    ("reports/latest", "Leads to the newest run: report.html, checks.html, junit.xml, result.json."),
    ("reports/history.jsonl", "One line for each run."),
)


def manual() -> str:
    """The manual page, in the language of man(7)."""
    every = verbs(parser(""))
    about = (package or "").rstrip(".")
    lines = [
        f'.TH SITEPARITY 1 "" "siteparity {__version__}" "User Commands"',
        ".SH NAME",
        rf"siteparity \- {_text(about)}",
        ".SH SYNOPSIS",
        ".B siteparity",
        ".I VERB",
        ".RI [ OPTION ...]",
        ".SH DESCRIPTION",
        "siteparity asks every host of two sites a fixed set of questions over ssh, compares the answers",
        "role by role, tries the standby out, and says whether it may take over now.",
        "GO is proven, never assumed.",
        "The verdict is the last line of standard output.",
        ".SH VERBS",
    ]
    for name, (words, _) in VERBS.items():
        lines += _verb(name, words, every[name])
    for heading, entries in (("EXIT STATUS", _EXIT), ("ENVIRONMENT", _ENVIRONMENT), ("FILES", _FILES)):
        lines.append(f".SH {heading}" if " " not in heading else f'.SH "{heading}"')
        for term, words in entries:
            lines += [".TP", f".B {_text(term)}", _text(words)]
    lines += [".SH SEE ALSO", ".BR ssh (1),", ".BR ssh_config (5)"]
    return "\n".join(lines) + "\n"


def _verb(name: str, words: str, one: argparse.ArgumentParser) -> Iterator[str]:
    every = one._actions  # noqa: SLF001  # argparse has no other way to list them
    shown = [action for action in every if action.dest != "help" and action.help != argparse.SUPPRESS]
    given = [action for action in shown if not action.option_strings]
    yield " ".join([f".SS siteparity {name}", *map(_usage, given)])
    yield f"{_text(_sentence(words))}"
    for action in (*given, *(action for action in shown if action.option_strings)):
        yield ".TP"
        yield f".B {_text(' '.join(action.option_strings))} {_value(action)}".rstrip().replace("  ", " ")
        yield _text(_sentence(action.help or ""))


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}{'' if words.endswith('.') else '.'}"


def _usage(action: argparse.Action) -> str:
    """``HOST HOST``, ``[RUN]``, ``SITE...``."""
    name = str(action.metavar)
    if isinstance(action.nargs, int):
        return " ".join([name] * action.nargs)
    return {"?": f"[{name}]", "*": f"[{name}...]", "+": f"{name}..."}.get(str(action.nargs), name)


def _value(action: argparse.Action) -> str:
    if not action.option_strings:
        return _text(_usage(action))
    return f"\\fI{_text(action.metavar)}\\fR" if action.metavar and isinstance(action.metavar, str) else ""


def _text(text: str) -> str:
    """A text as roff takes it."""
    safe = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{safe}" if safe.startswith((".", "'")) else safe


def completion(shell: str) -> str:
    """What completes the command line in a shell.

    Args:
        shell: ``bash`` or ``zsh``.
    """
    import shtab  # noqa: PLC0415  # of the developers; no user needs it

    root = parser("")
    for one in (root, *verbs(root).values()):
        for action in one._actions:  # noqa: SLF001
            if action.type is Path:
                action.complete = shtab.DIRECTORY if action.metavar == "DIR" else shtab.FILE  # type: ignore[attr-defined]  # as shtab has it
    text = shtab.complete(root, shell)
    return "\n".join(line.rstrip() for line in text.splitlines()) + "\n"


def files() -> Mapping[str, str]:
    """The path of each generated file, from the project's root, and what it holds."""
    return {
        "deploy/man/siteparity.1": manual(),
        "deploy/completion/siteparity.bash": completion("bash"),
        "deploy/completion/_siteparity": completion("zsh"),
    }


if __name__ == "__main__":
    for path, text in files().items():
        file = find_root() / path
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
