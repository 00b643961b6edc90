"""Finds a finished run, and reads its result if that is whole and does not contradict itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from siteparity.judging.verdict import CheckOutcome, judge
from siteparity.model import ConfigurationError, Outcome, Verdict
from siteparity.result import Result, SavedDesign, SavedWaiver
from siteparity.runs.latest import newest_run
from siteparity.yamlfile import shown_path


def find_run(reports: Path, named: str | None) -> Path:
    """The folder of a run.

    Args:
        reports: the reports folder.
        named: the id or the folder of the run; None for the newest.

    Raises:
        ConfigurationError: there is no such run, or ``latest`` does not lead to the newest one.
    """
    if named is None:
        return newest_run(reports)
    places = [reports / "runs" / named, Path(named)]
    for place in places:
        if (place / "result.json").is_file():
            return place.resolve()
    raise ConfigurationError(
        f"{shown_path(places[0])}: expected the run {named} with its result.json, found none; "
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
        raise damaged(path, error.strerror or str(error)) from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise damaged(path, f"{where}: {first['msg']}" if where else first["msg"]) from None
    if problem := contradiction(result, folder):
        raise damaged(path, problem)
    return result


def damaged(path: Path, problem: str) -> ConfigurationError:
    """The error for a result that no run can have written."""
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
    if result.verdict is not Verdict.GO and not result.reasons:
        return "there is no reason why it is no GO"
    if result.go_until is None:
        return ""
    if result.verdict is Verdict.UNKNOWN:
        return "it is UNKNOWN, and only a rehearsal is missing"
    said = "GO" if result.verdict is Verdict.GO else "that only a rehearsal is missing"
    return next((f"it says {said}, and {problem}" for problem in _against_go(result)), "")


def _against_go(result: Result) -> Iterator[str]:
    """What a GO cannot have."""
    checks = [CheckOutcome(check.id, check.severity, check.outcome) for check in result.checks]
    if result.shipped and (result.shipped.altered or result.shipped.missing):
        yield "not every check is as siteparity ships it"
    others = result.reasons if result.verdict is Verdict.GO else result.reasons[1:]
    yield from (*judge(checks).reasons, *others)
    if len({len(result.checks), result.plan.checks, result.executed.checks}) > 1:
        yield "its checks are not as many as were planned"
    if result.scope.undecided:
        yield f"a question is open: {result.scope.undecided[0].key}"
    if result.scope.waiting:
        yield f"a drafted line waits for a person: {result.scope.waiting[0].path}"
    accepting: tuple[SavedWaiver | SavedDesign, ...] = (*result.waivers, *result.differs)
    yield from (f"{one.place} is a reason against it" for one in accepting if one.words)
    used = {check for one in accepting for check in one.used_by}
    for check in result.checks:
        if check.outcome in (Outcome.WAIVED, Outcome.BY_DESIGN) and check.id not in used:
            yield f"nothing accepts what {check.id} found"
