"""Since when findings are known: ``first_seen.json``, a small index beside the history.

It holds what the last run of each two sites knew, and nothing of earlier ones. What a run found stands in its
own folder. Lines of ``history.jsonl`` by older versions hold findings; `moved` takes them out of there.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, ValidationError

from siteparity.result import Result
from siteparity.runs.past import PastFinding, PastRun
from siteparity.waivers import looked_everywhere
from siteparity.whole_files import staged, write_atomically

INDEX = "first_seen.json"

FirstSeen: TypeAlias = Mapping[tuple[str, str], datetime]
"""(check, item) -> since when the finding is known."""

_OLD = b'"findings":[{'
"""In a line of an older version that holds findings."""
_ALSO_OLD = b'"not_looked_for":[{'


class _Known(BaseModel):
    """What the last run of two sites knew, whichever of them served."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    sites: tuple[str, str]
    """In alphabetical order."""
    run: str
    findings: tuple[PastFinding, ...]


class _Index(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    schema_version: Literal[1] = 1
    pairs: tuple[_Known, ...] = ()


def first_seen(reports: Path, history: Sequence[PastRun], primary: str, standby: str) -> FirstSeen:
    """The findings that the last run of these two sites knew, in whichever part, and since when.

    Args:
        reports: the folder of the history.
        history: its runs.
        primary: the site that serves now.
        standby: the other one.
    """
    sites = _pair(primary, standby)
    last = next((past for past in reversed(history) if _pair(past.primary, past.standby) == sites), None)
    known = {one.sites: one for one in _read(reports).pairs}.get(sites)
    if known and (last is None or known.run == last.run):
        return _oldest(known.findings)
    if last and (last.findings or last.not_looked_for):  # by an older version
        return _oldest((*last.findings, *last.not_looked_for))
    # A run that was written without its ages: those of its folder count, and before them the older ones.
    found = {**(_oldest(known.findings) if known else {}), **(_of_folder(reports, last.run) if last else {})}
    return found if last else {}


def note(reports: Path, result: Result, known: FirstSeen) -> None:
    """Note what a run knows now.

    Args:
        reports: the folder of the history.
        result: of the run.
        known: the findings of earlier runs, from `first_seen`.
    """
    sites = _pair(result.primary.site, result.standby.site)
    found = [
        PastFinding(check=check.id, item=finding.item, first_seen=finding.first_seen)
        for check in result.checks
        for finding in check.findings
    ]
    told = _oldest((*found, *_not_looked_for(result, known)))
    findings = tuple(
        PastFinding(check=check, item=item, first_seen=moment) for (check, item), moment in told.items()
    )
    _write(reports, [_Known(sites=sites, run=result.run, findings=findings)])


def moved(reports: Path, history: Sequence[PastRun]) -> None:
    """Take the findings that older versions wrote out of ``history.jsonl``, and keep the last ages.

    A line that cannot be read stays as it is.

    Raises:
        OSError: a file cannot be written; the history is unchanged.
    """
    path = reports / "history.jsonl"
    if not path.is_file() or not _is_old(path):
        return
    last = {_pair(past.primary, past.standby): past for past in history}
    of_lines = {sites: (*past.findings, *past.not_looked_for) for sites, past in last.items()}
    noted = {one.sites: one.run for one in _read(reports).pairs}
    ages = [
        _Known(sites=sites, run=last[sites].run, findings=findings)
        for sites, findings in of_lines.items()
        if noted.get(sites) != last[sites].run
    ]
    _write(reports, ages)
    temporary = staged(path, b"")
    try:
        with path.open("rb") as lines, temporary.open("wb") as new:
            new.writelines(map(_without_findings, lines))
            new.flush()
            os.fsync(new.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _is_old(path: Path) -> bool:
    with path.open("rb") as lines:
        return any(_OLD in line or _ALSO_OLD in line for line in lines)


def _without_findings(line: bytes) -> bytes:
    if _OLD not in line and _ALSO_OLD not in line:
        return line
    try:
        past = PastRun.model_validate_json(line)
    except ValidationError:
        return line
    return past.model_copy(update={"findings": (), "not_looked_for": ()}).model_dump_json().encode() + b"\n"


def _pair(*sites: str) -> tuple[str, str]:
    first, second = sorted(sites)
    return first, second


def _read(reports: Path) -> _Index:
    """The index; an empty one if there is none, or it is damaged: no verdict needs it."""
    try:
        return _Index.model_validate_json((reports / INDEX).read_bytes())
    except (OSError, ValidationError):
        return _Index()


def _write(reports: Path, known: Iterable[_Known]) -> None:
    """Write the index anew, with these in place of older ones of the same sites."""
    pairs = {one.sites: one for one in (*_read(reports).pairs, *known)}
    index = _Index(pairs=tuple(pairs.values()))
    write_atomically(reports / INDEX, index.model_dump_json().encode() + b"\n")


def index_text(value: object) -> bytes:
    """The index again, after a value was removed from it.

    Raises:
        ValidationError: it is none any more.
    """
    return _Index.model_validate_json(json.dumps(value)).model_dump_json().encode() + b"\n"


def _of_folder(reports: Path, run: str) -> FirstSeen:
    """What the result in the folder of a run says."""
    with suppress(OSError, ValidationError):
        result = Result.model_validate_json((reports / "runs" / run / "result.json").read_bytes())
        return _oldest(
            PastFinding(check=check.id, item=finding.item, first_seen=finding.first_seen)
            for check in result.checks
            for finding in check.findings
        )
    return {}


def _oldest(findings: Iterable[PastFinding]) -> FirstSeen:
    """Each finding once, with its oldest moment: silent hosts make several findings about one item."""
    oldest: dict[tuple[str, str], datetime] = {}
    for finding in findings:
        key = (finding.check, finding.item)
        oldest[key] = min(finding.first_seen, oldest.get(key, finding.first_seen))
    return oldest


def _not_looked_for(result: Result, known: FirstSeen) -> Iterator[PastFinding]:
    """The known findings that a check did not find, but could not look for everywhere."""
    of_check: dict[str, list[tuple[str, datetime]]] = {}
    for (check, item), moment in known.items():
        of_check.setdefault(check, []).append((item, moment))
    for one in result.checks:
        found = {finding.item for finding in one.findings}
        if not looked_everywhere(one.outcome, one.findings):
            for item, moment in of_check.get(one.id, ()):
                if item not in found:
                    yield PastFinding(check=one.id, item=item, first_seen=moment)
