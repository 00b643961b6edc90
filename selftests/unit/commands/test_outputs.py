"""What a gate writes beside its answer: each is read by what others read it with."""

from __future__ import annotations

import json
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from selftests.browser import examples
from siteparity.commands.outputs import as_json, write_metrics, write_step_summary
from siteparity.redaction import remember
from siteparity.result import Result

SITES = {"primary": "dallas", "standby": "arizona"}


def numbers(result: Result, path: Path) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Name and further labels of each sample -> its value, as Prometheus reads them."""
    write_metrics(result, path)
    samples = [one for family in text_string_to_metric_families(path.read_text()) for one in family.samples]
    assert all(SITES.items() <= one.labels.items() for one in samples)
    return {
        (one.name, tuple(sorted(item for item in one.labels.items() if item[0] not in SITES))): one.value
        for one in samples
    }


def test_prometheus_reads_the_numbers_of_a_run(tmp_path: Path) -> None:
    """The verdict, its age, and what stops us by aspect; zero where nothing does."""
    found = numbers(examples.no_go(), tmp_path / "siteparity.prom")
    verdicts = {one: found["siteparity_verdict", (("verdict", one),)] for one in ("GO", "NO-GO", "UNKNOWN")}
    assert verdicts == {"GO": 0, "NO-GO": 1, "UNKNOWN": 0}
    assert found["siteparity_finished_timestamp_seconds", ()] == examples.FINISHED.timestamp()
    assert found["siteparity_run_seconds", ()] == 92
    assert found["siteparity_checks_unmeasured", ()] == 2
    blockers = {
        labels[0][1]: value for (name, labels), value in found.items() if name == "siteparity_blockers"
    }
    assert (blockers["sessions"], blockers["boot"]) == (1, 0)
    assert ("siteparity_valid_until_timestamp_seconds", ()) not in found
    go = numbers(examples.go(), tmp_path / "siteparity.prom")
    assert go["siteparity_valid_until_timestamp_seconds", ()] > examples.FINISHED.timestamp()
    assert [path.name for path in tmp_path.iterdir()] == ["siteparity.prom"]


def test_the_summary_of_a_step_is_the_answer_as_text(tmp_path: Path) -> None:
    """Added to what other steps wrote; what hosts said is no markup."""
    file = tmp_path / "summary.md"
    file.write_text("before\n")
    result = examples.no_go().model_copy(update={"reasons": ("<img src=x> **a** [b](http://c)",)})
    write_step_summary(result, {"GITHUB_STEP_SUMMARY": str(file)})
    text = file.read_text()
    assert text.startswith("before\n<h2>NO-GO  arizona cannot take over from dallas: ")
    assert "<p>Mend what stands first" in text
    assert "&lt;img src=x&gt; &#42;&#42;a&#42;&#42; &#91;b&#93;(http://c)" in text
    write_step_summary(result, {})


def test_the_answer_for_programs_is_result_json_on_one_line_without_secrets() -> None:
    """A secret of the runner's environment never leaves it."""
    remember("canary-of-the-outputs")
    result = examples.no_go().model_copy(update={"reasons": ("said canary-of-the-outputs",)})
    text = as_json(result)
    assert "\n" not in text
    assert "canary-of-the-outputs" not in text
    assert Result.model_validate_json(text).verdict is result.verdict
    assert set(json.loads(text)) == set(json.loads(result.model_dump_json()))
