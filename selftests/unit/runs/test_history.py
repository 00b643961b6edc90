"""One line for each run; what is damaged in it costs nothing but itself."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest

from selftests.browser import examples
from siteparity.model import FindingKind, Outcome, Verdict
from siteparity.report.write import result_json
from siteparity.result import Result
from siteparity.runs import listing
from siteparity.runs.ages import INDEX
from siteparity.runs.history import append_run, first_seen, read_history
from siteparity.runs.listing import listed, newest_lines


def run(days: float, *items: str) -> Result:
    """A run that found these items, each first seen so many days before."""
    findings = [examples.finding(item, days=days) for item in items]
    outcome = Outcome.DIFFERENT if items else Outcome.SAME
    return examples.result([examples.check("packages", "web", outcome, findings)], Verdict.NO_GO)


CHECK = run(0).checks[0].id
SITES = ("dallas", "arizona")


def test_no_history_is_an_empty_one(tmp_path: Path) -> None:
    """The first run ever."""
    assert read_history(tmp_path) == ()
    assert first_seen(tmp_path, (), *SITES) == {}


def test_a_run_is_read_again_as_it_was_written(tmp_path: Path) -> None:
    """With what the report's trend and a finding's age need."""
    checks = [
        examples.check("packages", "web", Outcome.DIFFERENT, [examples.finding("nginx", days=3)]),
        examples.check("locales", "web", Outcome.UNMEASURED),
        examples.check("redis", "web", Outcome.NOT_RUN),
        examples.check("boot", "web"),
    ]
    result = examples.result(checks, Verdict.NO_GO)
    append_run(tmp_path, result, {})
    (past,) = read_history(tmp_path)
    assert (past.run, past.verdict, past.primary, past.standby) == (
        *(result.run, Verdict.NO_GO),
        *("dallas", "arizona"),
    )
    assert (past.started_at, past.finished_at) == (result.started_at, result.finished_at)
    assert (past.different, past.unmeasured, past.checks) == (1, 2, 4)
    assert first_seen(tmp_path, [past], *SITES) == {(checks[0].id, "nginx"): checks[0].findings[0].first_seen}


def seen_after(folder: Path, *results: Result) -> dict[str, datetime]:
    """Item -> since when it is known, after these runs, each of which knew what those before it had found."""
    for result in results:
        append_run(folder, result, first_seen(folder, read_history(folder), *SITES))
    return {item: since for (_, item), since in first_seen(folder, read_history(folder), *SITES).items()}


def since(days: float) -> datetime:
    """When a finding of `run` was first seen."""
    return examples.finding("", days=days).first_seen


def test_what_was_looked_for_and_not_found_is_new_when_it_comes_again(tmp_path: Path) -> None:
    """The age of a finding is that of an unbroken row of runs in which it was not measured to be gone."""
    assert seen_after(tmp_path, run(5, "a", "b"), run(4, "a")) == {"a": since(4)}


SILENT = examples.finding("packages", FindingKind.UNMEASURED)
LOST = {
    "the check was not made": (Outcome.NOT_RUN, []),
    "no host answered": (Outcome.UNMEASURED, [SILENT]),
    "nothing was compared": (Outcome.UNMEASURED, []),
    "one host was silent, and something else differs": (
        Outcome.DIFFERENT,
        [examples.finding("c"), SILENT],
    ),
    "the check ended early": (Outcome.DIFFERENT, [examples.finding("(check)", FindingKind.EXPECTATION)]),
}


@pytest.mark.parametrize("why", LOST)
def test_what_could_not_be_looked_for_keeps_its_age(tmp_path: Path, why: str) -> None:
    """Over as many runs as it takes, and under whatever else was found."""
    outcome, found = LOST[why]
    blind = examples.result([examples.check("packages", "web", outcome, found)], Verdict.UNKNOWN)
    after = seen_after(tmp_path, run(5, "a"), blind, blind)
    assert after["a"] == since(5)
    assert set(after) == {"a", *(one.item for one in found)}


@pytest.mark.parametrize("outcome", [Outcome.SAME, Outcome.BY_DESIGN, Outcome.WAIVED])
def test_what_a_whole_check_did_not_find_is_gone(tmp_path: Path, outcome: Outcome) -> None:
    """Even if another check could not be made."""
    accepted = {
        Outcome.SAME: [],
        Outcome.BY_DESIGN: [examples.finding("c", design="meant")],
        Outcome.WAIVED: [examples.finding("c", waiver="accepted")],
    }
    found = accepted[outcome]
    whole = [
        examples.check("packages", "web", outcome, found),
        examples.check("boot", "web", Outcome.NOT_RUN),
    ]
    after = seen_after(tmp_path, run(5, "a"), examples.result(whole, Verdict.UNKNOWN))
    assert set(after) == {one.item for one in found}


def test_a_finding_that_is_told_twice_is_as_old_as_the_older(tmp_path: Path) -> None:
    """Two hosts that are silent are two findings about one item."""
    checks = [
        examples.check(
            "packages",
            "web",
            Outcome.UNMEASURED,
            [examples.finding("a", FindingKind.UNMEASURED, days=days) for days in (2, 5, 3)],
        )
    ]
    assert seen_after(tmp_path, examples.result(checks, Verdict.UNKNOWN)) == {"a": since(5)}


def test_the_same_two_sites_have_one_history_whichever_serves(tmp_path: Path) -> None:
    """After a failover nothing is new that was there before; a third site's findings are its own."""
    append_run(tmp_path, run(5, "a"), {})
    past = read_history(tmp_path)
    assert first_seen(tmp_path, past, "arizona", "dallas") == {(CHECK, "a"): since(5)}
    assert first_seen(tmp_path, past, "dallas", "nevada") == {}
    elsewhere = run(0, "b")
    standby = elsewhere.standby.model_copy(update={"site": "nevada"})
    append_run(tmp_path, elsewhere.model_copy(update={"standby": standby, "run": "other"}), {})
    assert first_seen(tmp_path, read_history(tmp_path), *SITES) == {(CHECK, "a"): since(5)}
    assert first_seen(tmp_path, read_history(tmp_path), "dallas", "nevada") == {(CHECK, "b"): since(0)}


def written_by_an_older_release(folder: Path, *names: str, **more: object) -> None:
    """A history in which the last line holds findings, and no index beside it."""
    append_run(folder, run(5), {})
    (folder / INDEX).unlink()
    file = folder / "history.jsonl"
    line = json.loads(file.read_text())
    findings = [{"check": CHECK, "item": name, "first_seen": since(5).isoformat()} for name in names]
    file.write_text(json.dumps({**line, "findings": findings, **more}, separators=(",", ":")) + "\n")


def test_a_line_of_an_older_release_is_read(tmp_path: Path) -> None:
    """What it does not say was not looked for."""
    written_by_an_older_release(tmp_path, "a")
    assert first_seen(tmp_path, read_history(tmp_path), *SITES) == {(CHECK, "a"): since(5)}


def test_what_an_older_release_wrote_is_moved_with_the_next_run(tmp_path: Path) -> None:
    """Lines lose their findings, what cannot be read stays, and no finding loses its age."""
    unlooked = [{"check": CHECK, "item": "b", "first_seen": since(7).isoformat()}]
    written_by_an_older_release(tmp_path, "a", not_looked_for=unlooked)
    file = tmp_path / "history.jsonl"
    file.write_bytes(file.read_bytes() + b'{"findings":[{"no line\n')
    blind = examples.result([examples.check("packages", "web", Outcome.NOT_RUN)], Verdict.UNKNOWN)
    blind = blind.model_copy(update={"run": "later"})
    assert seen_after(tmp_path, blind) == {"a": since(5), "b": since(7)}
    old, strange, new = file.read_bytes().splitlines()
    assert b"first_seen" not in old
    assert strange == b'{"findings":[{"no line'
    assert json.loads(new)["run"] == "later"
    assert [past.run for past in read_history(tmp_path)] == [run(0).run, "later"]


def test_a_history_does_not_grow_with_what_is_found(tmp_path: Path) -> None:
    """A year of nights with 2,000 findings must not fill memory: the index holds the last night alone."""
    for number in range(3):
        result = run(5, *(f"item {one}" for one in range(2000))).model_copy(update={"run": f"run{number}"})
        append_run(tmp_path, result, first_seen(tmp_path, read_history(tmp_path), *SITES))
    assert (tmp_path / "history.jsonl").stat().st_size < 3000
    assert (tmp_path / INDEX).stat().st_size < 500_000
    assert len(first_seen(tmp_path, read_history(tmp_path), *SITES)) == 2000


def test_a_run_without_its_ages_is_asked_itself(tmp_path: Path) -> None:
    """Whoever stopped between history and index loses no age: the result in the run's folder has it."""
    append_run(tmp_path, run(9, "a", "old"), {})
    index = (tmp_path / INDEX).read_bytes()
    later = run(5, "a").model_copy(update={"run": "later"})
    append_run(tmp_path, later, {})
    (tmp_path / INDEX).write_bytes(index)
    folder = tmp_path / "runs" / "later"
    folder.mkdir(parents=True)
    (folder / "result.json").write_bytes(result_json(later))
    found = first_seen(tmp_path, read_history(tmp_path), *SITES)
    assert found == {(CHECK, "a"): since(5), (CHECK, "old"): since(9)}


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"schema_version":2}', b"\xff"])
def test_a_damaged_index_costs_ages_alone(tmp_path: Path, content: bytes) -> None:
    """Findings look new then, and the next run writes it anew."""
    append_run(tmp_path, run(5, "a"), {})
    (tmp_path / INDEX).write_bytes(content)
    assert first_seen(tmp_path, read_history(tmp_path), *SITES) == {}
    assert seen_after(tmp_path, run(4, "b")) == {"b": since(4)}


def test_a_history_that_cannot_be_read_is_an_empty_one(tmp_path: Path) -> None:
    """Findings look new then, and the verdict is what it is."""
    (tmp_path / "history.jsonl").mkdir()
    assert read_history(tmp_path) == ()


def test_a_damaged_line_is_left_out(tmp_path: Path) -> None:
    """History never decides a verdict, so it must not stop one."""
    append_run(tmp_path, run(1, "a"), {})
    file = tmp_path / "history.jsonl"
    whole = file.read_bytes()
    file.write_bytes(b"\xff{\n" + whole.replace(b'"run"', b'"ran"') + b"[]\n\n" + whole)
    assert len(read_history(tmp_path)) == 1


def test_a_run_that_died_while_it_wrote_spoils_no_other(tmp_path: Path) -> None:
    """The line after half a line is whole, wherever it was cut."""
    append_run(tmp_path, run(1, "a"), {})
    file = tmp_path / "history.jsonl"
    whole = file.read_bytes()
    for length in range(0, len(whole), 50):
        file.write_bytes(whole[:length])
        append_run(tmp_path, run(2, "b").model_copy(update={"run": "next"}), {})
        assert [past.run for past in read_history(tmp_path)] == ["next"]


def test_only_the_newest_runs_are_read(tmp_path: Path) -> None:
    """Years of nightly runs must not make a report slow."""
    append_run(tmp_path, run(0), {})
    line, count = (tmp_path / "history.jsonl").read_text(), listing.MAX_RUNS + 5
    lines = [line.replace(run(0).run, f"run{number}") for number in range(count)]
    (tmp_path / "history.jsonl").write_text("".join(lines))
    found = read_history(tmp_path)
    assert len(found) == listing.MAX_RUNS
    assert found[-1].run == f"run{count - 1}"


@pytest.mark.parametrize("block", [1, 7, 100, 1 << 18])
@pytest.mark.parametrize(
    "text", [b"", b"\n", b"one", b"one\ntwo\n", b"one\n\ntwo\nthree", b"1\n2\n3\n4\n5\n"]
)
def test_the_last_lines_are_those_of_the_whole_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: bytes, block: int
) -> None:
    """However the file is cut into blocks."""
    monkeypatch.setattr(listing, "_BLOCK", block)
    monkeypatch.setattr(listing, "MAX_RUNS", 3)
    (tmp_path / listing.HISTORY).write_bytes(text)
    assert newest_lines(tmp_path) == [line for line in text.split(b"\n")[-4:] if line]


def test_a_list_of_runs_reads_the_end_of_the_file(tmp_path: Path) -> None:
    """What is not shown is not read: here a terabyte, with nothing in it."""
    append_run(tmp_path, run(0), {})
    line, count = (tmp_path / listing.HISTORY).read_text(), listing.MAX_RUNS + 5
    with (tmp_path / listing.HISTORY).open("w") as file:
        file.seek(1 << 40)
        file.writelines(line.replace(run(0).run, f"run{number}") for number in range(count))
    shown = listed(tmp_path).splitlines()
    assert len(shown) == listing.MAX_RUNS
    assert shown[-1].endswith(f"run{count - 1}")
