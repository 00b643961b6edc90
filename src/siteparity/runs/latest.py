"""``latest``: a link in the reports folder to the newest run. An older answer must never stand there.

Something else may stand in its place: a folder, where reports were copied by a program that knows no links; a
file; a link that leads elsewhere. A run replaces it. What cannot be replaced no longer shows its answer.
"""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

from siteparity.model import ConfigurationError, SiteparityError
from siteparity.yamlfile import shown_path

LATEST = "latest"
_RUN = re.compile(r"\d{4}-\d\d-\d\dT\d{6}Z-[0-9a-f]{4}")
_ANSWERS = ("report.html", "checks.html", "junit.xml", "result.json")


def point_latest(reports: Path, folder: Path) -> None:
    """Let ``latest`` point to this run, in one step; a folder in its place gets another name before.

    Raises:
        OSError: it cannot be written.
        SiteparityError: a folder stands there that cannot be moved. It shows no older answer any more, or the
            message says that it does.
    """
    latest, temporary = reports / LATEST, reports / f".latest-{folder.name}"
    try:
        if _is_folder(latest):
            latest.rename(reports / f"latest-before-{folder.name}")
        temporary.symlink_to(folder.relative_to(reports))
        temporary.replace(latest)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink()
        if not _is_folder(latest):
            raise
        shown = withdraw_latest(reports)
        raise SiteparityError(
            f"{latest}: expected a link to the newest run, found a folder that cannot be moved "
            f"({error.strerror}){shown}; remove it, or give --reports another folder"
        ) from None


def withdraw_latest(reports: Path) -> str:
    """Let ``latest`` show no answer. Returns the words that say so where it still does."""
    latest = reports / LATEST
    if _is_folder(latest):
        for name in _ANSWERS:
            with suppress(OSError):
                (latest / name).rename(latest / f"{name}.old")
    else:
        with suppress(OSError):
            latest.unlink()
    left = [name for name in _ANSWERS if (latest / name).exists()]
    return f"; {left[0]} in it still shows an older answer, which is not the one of now" if left else ""


def newest_run(reports: Path) -> Path:
    """The folder of the newest run, to which ``latest`` leads.

    Raises:
        ConfigurationError: ``latest`` is no link to a run of this folder, or a newer run is there.
    """
    latest, runs = reports / LATEST, (reports / "runs").resolve()
    if _is_folder(latest):
        raise _not_newest(latest, "a folder: a copy of some run")
    if not (latest / "result.json").is_file():
        raise ConfigurationError(
            f"{shown_path(latest)}: expected the newest run with its result.json, found none; "
            "siteparity history lists the runs"
        )
    target = latest.resolve()
    if target.parent != runs:
        raise _not_newest(latest, f"one to {target}, outside {shown_path(reports / 'runs')}")
    newer = [path.parent.name for path in runs.glob("*/result.json") if _RUN.fullmatch(path.parent.name)]
    if newer and max(newer) > target.name:
        raise _not_newest(latest, f"one to {target.name}, and {max(newer)} is newer")
    return target


def _not_newest(latest: Path, found: str) -> ConfigurationError:
    return ConfigurationError(
        f"{shown_path(latest)}: expected a link to the newest run, found {found}; name the run that you mean "
        "(siteparity history lists them), or run siteparity gate"
    )


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()
