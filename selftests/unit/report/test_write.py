"""The files of a run: whole, readable again, in agreement with each other."""

from __future__ import annotations

import json
import os
import re
import sys
import xml.etree.ElementTree as ET
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # it ships no types
import pytest

from selftests.browser import examples
from siteparity.model import Outcome
from siteparity.report import junit, reconcile, result_json, schema_text, write_reports
from siteparity.result import Result
from siteparity.whole_files import write_atomically

NAMES = ("go", "no_go", "unknown", "hostile", "by_design")


@pytest.fixture(scope="module")
def validator() -> Any:
    """An independent reader of the published schema."""
    schema = json.loads(files("siteparity").joinpath("result.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(
        schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )


def test_the_published_schema_is_current() -> None:
    """A change of the result changes the schema in the same step (siteparity.report.schema says how)."""
    assert files("siteparity").joinpath("result.schema.json").read_text() == schema_text()


@pytest.mark.parametrize("name", NAMES)
def test_what_is_written_fits_the_schema_and_reads_as_the_same_result(name: str, validator: Any) -> None:
    """result.json is the one source; others read it by its schema alone."""
    result = getattr(examples, name)()
    written = result_json(result)
    validator.validate(json.loads(written))
    again = Result.model_validate_json(written)
    if name != "hostile":
        assert again == result
    assert result_json(again) == written


def test_the_schema_refuses_what_is_no_result(validator: Any) -> None:
    """An unknown key, a wrong verdict, a missing digest."""
    good = json.loads(result_json(examples.go()))
    for key, value in (("verdict", "MAYBE"), ("surprise", 1), ("policy_digest", "5f"), ("schema_version", 2)):
        assert list(validator.iter_errors({**good, key: value})), key


def test_result_json_is_canonical() -> None:
    """The same result gives the same bytes: ASCII, keys sorted, a line feed at the end."""
    written = result_json(examples.hostile())
    assert written.isascii()
    assert written.endswith(b"}\n")
    assert list(json.loads(written)) == sorted(json.loads(written))


@pytest.mark.parametrize("name", NAMES)
def test_junit_counts_every_check_once(name: str) -> None:
    """Failure is different, error is unmeasured or not run, skipped is waived and nothing else."""
    result = getattr(examples, name)()
    suite = ET.fromstring(junit(result)).find("testsuite")  # noqa: S314  # made in this line
    assert suite is not None
    outcomes = [check.outcome for check in result.checks]
    expected = {
        "tests": len(outcomes),
        "failures": outcomes.count(Outcome.DIFFERENT),
        "errors": outcomes.count(Outcome.UNMEASURED) + outcomes.count(Outcome.NOT_RUN),
        "skipped": outcomes.count(Outcome.WAIVED),
    }
    assert {key: int(suite.attrib[key]) for key in expected} == expected
    assert len(suite.findall("testcase/failure")) == expected["failures"]
    assert len(suite.findall("testcase/error")) == expected["errors"]
    assert len(suite.findall("testcase/skipped")) == expected["skipped"]


def test_junit_names_checks_as_pytest_does_and_shows_the_waiver() -> None:
    """Servers keep the history of a test by its name."""
    root = ET.fromstring(junit(examples.go()))  # noqa: S314  # made in this line
    case = next(one for one in root.iter("testcase") if one.find("skipped") is not None)
    assert case.attrib["classname"] == "tests.parity.test_packages"
    assert case.attrib["name"] == "test_packages_holds_at_both_sites[web]"
    skipped = case.find("skipped")
    assert skipped is not None
    assert skipped.attrib["message"].startswith("rebuild of the XML importer is under way (M. Okafor")


def test_the_reports_are_written_together(tmp_path: Path) -> None:
    """A folder of a run holds all of them, and no leftovers."""
    write_reports(examples.no_go(), tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {
        "report.html",
        "junit.xml",
        "result.json",
        "SHA256SUMS",
    }
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o644}


def test_a_failed_write_leaves_the_old_file_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk must not turn yesterday's report into half of today's."""
    path = tmp_path / "result.json"
    write_atomically(path, b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_missing_and_broken_reports_are_disagreements(tmp_path: Path) -> None:
    """A report that is not there does not agree."""
    result = examples.go()
    assert reconcile(result, tmp_path / "junit.xml", tmp_path / "checks.html") == [
        "junit.xml cannot be read: No such file or directory",
        "checks.html cannot be read: No such file or directory",
    ]
    (tmp_path / "junit.xml").write_text("<testsuites>")
    (tmp_path / "checks.html").write_text("<html></html>")
    broken = reconcile(result, tmp_path / "junit.xml", tmp_path / "checks.html")
    assert broken[0].startswith("junit.xml is no XML")
    assert "expected pytest-html's data" in broken[1]


def page(rows: dict[str, list[str]]) -> str:
    """A page of pytest-html, as far as it is read."""
    data = {"tests": {test: [{"result": word} for word in words] for test, words in rows.items()}}
    text = json.dumps(data).replace("&", "&amp;").replace('"', "&#34;").replace("<", "&lt;")
    return f'<html><div id="data-container" data-jsonblob="{text}"></div></html>'


WORDS = {
    Outcome.SAME: "Passed",
    Outcome.BY_DESIGN: "Passed",
    Outcome.DIFFERENT: "Failed",
    Outcome.UNMEASURED: "Error",
    Outcome.WAIVED: "XFailed",
}


def test_reports_that_agree_have_nothing_to_say(tmp_path: Path) -> None:
    """A check that was not run may be missing from pytest's page."""
    result = examples.no_go()
    write_reports(result, tmp_path)
    rows = {check.id: [WORDS[check.outcome]] for check in result.checks if check.outcome in WORDS}
    (tmp_path / "checks.html").write_text(page(rows))
    assert reconcile(result, tmp_path / "junit.xml", tmp_path / "checks.html") == []


def test_every_kind_of_disagreement_is_named(tmp_path: Path) -> None:
    """Lost, doubled, unknown and contradicting rows; counts of junit.xml."""
    result = examples.go()
    write_reports(examples.no_go(), tmp_path)
    ids = [check.id for check in result.checks if check.outcome is Outcome.SAME]
    rows = {check.id: [WORDS[check.outcome]] for check in result.checks}
    rows[ids[0]], rows[ids[1]] = ["Failed"], ["Passed", "Passed"]
    del rows[ids[2]]
    rows["tests/parity/test_x.py::test_y"] = ["Passed"]
    (tmp_path / "checks.html").write_text(page(rows))
    assert reconcile(result, tmp_path / "junit.xml", tmp_path / "checks.html") == [
        "junit.xml counts 2 errors, result.json 0",
        "junit.xml counts 6 failures, result.json 1",
        "junit.xml counts 0 skipped, result.json 1",
        "checks.html shows 1 check that result.json does not hold (first: tests/parity/test_x.py::test_y)",
        f"checks.html lacks 1 check that result.json holds (first: {ids[2]})",
        f"checks.html shows more than one row for 1 check (first: {ids[1]})",
        f"checks.html shows another outcome than result.json for 1 check (first: {ids[0]})",
    ]


@pytest.mark.parametrize("outcome", [Outcome.DIFFERENT, Outcome.UNMEASURED, Outcome.NOT_RUN, Outcome.WAIVED])
def test_a_writer_that_loses_an_outcome_is_found_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, outcome: Outcome
) -> None:
    """What junit.xml counts is compared with the checks themselves, not with a second junit.xml."""
    healthy = examples.go()
    result = healthy.model_copy(
        update={"checks": tuple(one.model_copy(update={"outcome": outcome}) for one in healthy.checks[:3])}
    )
    monkeypatch.delitem(sys.modules["siteparity.report.junit"].__dict__["_ELEMENTS"], outcome)
    (tmp_path / "junit.xml").write_bytes(junit(result))
    told = reconcile(result, tmp_path / "junit.xml", tmp_path / "checks.html")
    assert re.fullmatch(r"junit\.xml counts 0 (failures|errors|skipped), result\.json 3", told[0])


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ("America/Chicago", "2026-11-23 05:05 UTC (23:05 CST)"),
        ("UTC", "2026-11-23 05:05 UTC</"),
        ("No/Such_Place", "2026-11-23 05:05 UTC"),
    ],
)
def test_the_page_tells_times_by_the_clock_of_whoever_runs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, zone: str, shown: str
) -> None:
    """A zone that nobody knows is no reason to be without a report."""
    monkeypatch.setenv("TZ", zone)
    write_reports(examples.go(), tmp_path)
    assert shown in (tmp_path / "report.html").read_text(encoding="utf-8")
