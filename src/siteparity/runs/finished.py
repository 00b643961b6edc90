"""Finds a finished run, and reads its result if that is whole and does not contradict itself."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from siteparity.judging.verdict import CheckOutcome, judge
from siteparity.model import ConfigurationError, Verdict
from siteparity.result import Result
from siteparity.yamlfile import shown_path


def find_run(reports: Path, named: str | None) -> Path:
    """The folder of a run.

    Args:
        reports: the reports folder.
        named: the id or the folder of the run; None for the newest.

    Raises:
        ConfigurationError: there is no such run.
    """
    places = [reports / "latest"] if named is None else [reports / "runs" / named, Path(named)]
    for place in places:
        if (place / "result.json").is_file():
            return place.resolve()
    what = "the newest run" if named is None else f"the run {named}"
    raise ConfigurationError(
        f"{shown_path(places[0])}: expected {what} with its result.json, found none; "
        "siteparity history lists the runs"
    )


def read_run(folder: Path) -> Result:
    """The result of a run.

    Raises:
        ConfigurationError: the result is damaged; names the file and says what to do.
    """
    path = folder / "result.json"
    try:
        result = Result.model_validate_json(path.read_bytes())
    except OSError as error:
        raise _damaged(path, error.strerror or str(error)) from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise _damaged(path, f"{where}: {first['msg']}" if where else first["msg"]) from None
    if problem := contradiction(result, folder):
        raise _damaged(path, problem)
    return result


def _damaged(path: Path, problem: str) -> ConfigurationError:
    return ConfigurationError(
        f"{shown_path(path)}: expected the whole result of a run, found it damaged ({problem}); "
        "run siteparity gate again"
    )


def contradiction(result: Result, folder: Path) -> str:
    """Why no run can have written this result; empty if one can."""
    if result.run != folder.name:
        return f"it is of the run {result.run}"
    if (result.verdict is Verdict.GO) != (result.valid_until is not None):
        return "the verdict and its validity do not agree"
    if result.verdict is not Verdict.GO:
        return "" if result.reasons else "there is no reason why it is no GO"
    checks = [CheckOutcome(check.id, check.severity, check.outcome) for check in result.checks]
    if reasons := (*judge(checks).reasons, *result.reasons):
        return f"it says GO, and {reasons[0]}"
    if result.shipped and (result.shipped.altered or result.shipped.missing):
        return "it says GO, and not every check is as siteparity ships it"
    counts = {len(result.checks), result.plan.checks, result.executed.checks}
    return "it says GO, and its checks are not as many as were planned" if len(counts) > 1 else ""
