"""The command line: few verbs, exit codes that mean something, and errors that name file, line and key."""

from __future__ import annotations

import argparse
import errno
import hashlib
import re
import shutil
from collections.abc import Callable
from itertools import zip_longest
from pathlib import Path

import pytest
from filelock import FileLock

from siteparity import configuration
from siteparity.commands.arguments import seconds as seconds_of
from siteparity.commands.cli import main
from siteparity.commands.version import version
from siteparity.configuration import find_root
from siteparity.gate.run import Gate

INVENTORIES = find_root() / "inventories"


@pytest.fixture
def inventories(tmp_path: Path) -> Path:
    """A copy of the product's own inventories and policy."""
    return Path(shutil.copytree(INVENTORIES, tmp_path / "inventories"))


def gate(inventories: Path, *arguments: str) -> int:
    """The gate on these inventories, which it must refuse: no host of them is ever asked here."""
    reports = inventories.parent / "reports"
    return main(["gate", "--inventories", str(inventories), "--reports", str(reports), *arguments])


def edited(path: Path, change: Callable[[str], str]) -> int:
    """Change a file; returns the number of the first line that changed."""
    before = path.read_text()
    after = change(before)
    path.write_text(after)
    assert after != before
    lines = zip_longest(before.splitlines(), after.splitlines())
    return next(number for number, (one, other) in enumerate(lines, 1) if one != other)


def without_hosts_of(role: str) -> Callable[[str], str]:
    """An inventory whose group of that name is empty."""
    return lambda text: re.sub(rf"(?m)^    {role}:\n(      .*\n)+", f"    {role}: {{hosts: {{}}}}\n", text)


@pytest.mark.parametrize(
    ("file", "change", "expected"),
    [
        ("arizona/hosts.yml", lambda _: "", r"arizona/hosts\.yml:.*expected"),
        (
            "arizona/hosts.yml",
            lambda _: "all: {hosts: {}}\n",
            r"arizona/hosts\.yml: expected hosts, found none",
        ),
        (
            "arizona/hosts.yml",
            without_hosts_of("db"),
            r'arizona/hosts\.yml: expected hosts in the role "db" at arizona, found none',
        ),
        (
            "arizona/hosts.yml",
            lambda text: text.replace("ansible_port: 22211", "ansible_port: 22111"),
            r"arizona/hosts\.yml:\d+: edge1: ansible_host: expected one host",
        ),
        ("policy.yml", lambda _: "", r"policy\.yml.*expected"),
        (
            "policy.yml",
            lambda text: text.replace("deadline: 300s", "deadline: 300"),
            r"policy\.yml:LINE:.*deadline.*write the unit",
        ),
        ("policy.yml", lambda text: text.replace("limits:", "limit:"), r"policy\.yml:LINE:.*limit"),
        (
            "policy.yml",
            lambda text: text.replace("edge: {}, ", ""),
            r"policy\.yml:\d+:.*expected a role of the policy",
        ),
        (
            "policy.yml",
            lambda text: text.replace("  redis:", "  rediss:"),
            r"policy\.yml:LINE:.*rediss",
        ),
        (
            "waivers.yml",
            lambda text: text.replace("[]", "- check: packages"),
            r"waivers\.yml:LINE: waivers\[0\]: expected the key \"expires\", found none; add it",
        ),
    ],
    ids=[
        *("an-empty-inventory", "no-hosts", "an-empty-role", "one-address-twice"),
        *("an-empty-policy", "no-unit", "an-unknown-key", "an-unknown-role", "an-unknown-aspect", "a-waiver"),
    ],
)
def test_a_configuration_that_cannot_be_run_is_exit_code_4(
    inventories: Path,
    capsys: pytest.CaptureFixture[str],
    file: str,
    change: Callable[[str], str],
    expected: str,
) -> None:
    """Before any host is asked and anything is written; stderr names file, line and key."""
    line = edited(inventories / file, change)
    assert gate(inventories) == 4
    said = capsys.readouterr()
    assert said.out.startswith("UNKNOWN  no answer: ")
    assert said.out.count("\n") == 1
    assert re.search(expected.replace("LINE", str(line)), said.err), said.err
    assert not (inventories.parent / "reports").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--standby", "dallas"], "expected another site than the primary"),
        (["--primary", "texas"], "expected one of the sites arizona, dallas"),
    ],
)
def test_a_site_that_cannot_be_compared_is_exit_code_4(
    inventories: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    """With itself it is always the same."""
    assert gate(inventories, *arguments) == 4
    assert words in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--inventories", "nowhere"], ["--standby", "dallas"]])
def test_record_refuses_what_the_gate_refuses(arguments: list[str]) -> None:
    """The same files, the same rules."""
    assert main(["record", "dallas", *arguments]) == 4


def test_record_takes_sites_of_the_pair_alone(inventories: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It says which there are."""
    assert main(["record", "texas", "--inventories", str(inventories)]) == 4
    assert "texas: not a site of this pair; the sites are dallas, arizona" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["goat"],
        ["gate", "dallas"],
        ["gate", "--deadline", "soon"],
        ["gate", "--deadline", "0"],
        ["gate", "--deadline", "nan"],
        ["gate", "--deadline", "inf"],
        ["record"],
        ["explain"],
    ],
)
def test_a_wrong_use_is_exit_code_4(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    """Not argparse's own 2, which would read as a NO-GO."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    said = capsys.readouterr()
    assert ended.value.code == 4
    no_answer = "UNKNOWN  no answer: siteparity was called with wrong options\n"
    assert said.out == (no_answer if arguments[:1] in (["gate"], ["verify"]) else "")
    assert "usage: siteparity" in said.err


def test_reports_that_cannot_be_written_are_exit_code_4(
    inventories: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Found out before the hosts are asked."""
    (inventories.parent / "reports").write_text("a file")
    assert gate(inventories) == 4
    assert "reports: cannot be written: File exists" in capsys.readouterr().err


def test_a_check_that_is_none_is_exit_code_4(capsys: pytest.CaptureFixture[str]) -> None:
    """With the nearest names."""
    assert main(["explain", "locale"]) == 4
    assert "locale: no such check; did you mean locales" in capsys.readouterr().err


@pytest.mark.parametrize("host", ["dallas/web1", "arizona/db1", "dallas/sessions1"])
def test_what_a_host_must_grant_is_printed_letter_by_letter(
    capsys: pytest.CaptureFixture[str], host: str
) -> None:
    """A collector that was changed on its way would be refused: it hashes to the digest that is announced."""
    assert main(["privileges", host, "--part", "siteparity-collect"]) == 0
    printed = capsys.readouterr().out
    assert main(["privileges", host]) == 0
    page = capsys.readouterr().out
    announced = re.search(r"(?m)^## .*: siteparity-collect: the collector, SHA-256 ([0-9a-f]{64})$", page)
    assert announced
    assert hashlib.sha256(printed.encode()).hexdigest() == announced[1]
    assert printed in page


def test_a_run_that_another_one_keeps_out_says_unknown_on_its_last_line(
    inventories: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who reads the last line of stdout alone finds a verdict there, and no older one."""
    reports = inventories.parent / "reports"
    reports.mkdir()
    with FileLock(reports / ".lock"):
        assert gate(inventories) == 3
    said = capsys.readouterr()
    assert said.out.splitlines()[-1].startswith("UNKNOWN  no answer: ")
    assert "another run is under way there" in said.out
    assert "another run is under way there" in said.err


def test_a_full_disk_is_unknown_on_the_last_line(
    inventories: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With what to do."""

    def full(_: Gate) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "reports/runs")

    monkeypatch.setattr(Gate, "run", full)
    assert gate(inventories) == 3
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("UNKNOWN  no answer: reports/runs: No space left on device; make room")


@pytest.mark.parametrize("verb", ["report", "history"])
def test_what_reads_no_inventory_takes_none(capsys: pytest.CaptureFixture[str], verb: str) -> None:
    """An option without effect would be a promise."""
    with pytest.raises(SystemExit) as ended:
        main([verb, "--inventories", "inventories"])
    assert ended.value.code == 4
    assert "--inventories is an option of other verbs: " in capsys.readouterr().err


def test_an_explanation_goes_to_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    """Results on stdout, everything else on stderr."""
    assert main(["explain", "locales"]) == 0
    said = capsys.readouterr()
    assert "tests/parity/test_locales.py" in said.out
    assert said.err == ""


def test_a_terminal_of_few_characters_still_gets_the_answer(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What its encoding lacks is shown by its number."""
    folder = tmp_path / "tests" / "parity"
    folder.mkdir(parents=True)
    (folder / "test_things.py").write_text(
        '"""Größe."""\ndef test_it(parity):\n    parity.same("a", fix="b")\n', encoding="utf-8"
    )
    monkeypatch.setattr("siteparity.configuration.find_root", lambda: tmp_path)
    with (tmp_path / "out").open("w", encoding="ascii") as out:
        monkeypatch.setattr("sys.stdout", out)
        assert main(["explain", "things"]) == 0
    assert "Gr\\xf6\\xdfe." in (tmp_path / "out").read_text()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (["gaet"], "there is no verb gaet; did you mean gate?; siteparity help lists them"),
        (["zzzzzz"], "there is no verb zzzzzz; siteparity help lists them"),
        (["gate", "--primry", "dallas"], "there is no option or word --primry here; did you mean --primary?"),
        (["gate", "--zzzzzz"], "there is no option or word --zzzzzz here\n"),
        (["help", "gaet"], "there is no verb gaet; did you mean gate?"),
    ],
)
def test_a_mistyped_word_gets_a_suggestion(
    typed: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """At night fingers slip."""
    try:
        status = main(typed)
    except SystemExit as ended:
        status = int(str(ended.code))
    assert status == 4
    said = capsys.readouterr()
    assert words in said.err
    no_answer = "UNKNOWN  no answer: siteparity was called with wrong options\n"
    assert said.out == (no_answer if typed[0] == "gate" else "")


@pytest.mark.parametrize(("text", "seconds"), [("90", 90.0), ("90s", 90.0), ("5m", 300.0), ("1h", 3600.0)])
def test_a_deadline_is_written_as_in_the_policy(text: str, seconds: float) -> None:
    """A bare number counts seconds, as ever."""
    assert seconds_of(text) == seconds


@pytest.mark.parametrize("text", ["5", "9s", "25h", "m", "-5m", "5 minutes", "nan"])
def test_a_deadline_that_is_none_is_refused(text: str) -> None:
    """Neither shorter than a run nor longer than a day."""
    with pytest.raises(argparse.ArgumentTypeError, match="is no time between 10s and 24h"):
        seconds_of(text)


def test_help_is_a_verb_too(capsys: pytest.CaptureFixture[str]) -> None:
    """Of all verbs, or of one."""
    assert main(["help"]) == 0
    assert "what a check proves" in capsys.readouterr().out
    assert main(["help", "gate"]) == 0
    assert "--primary-record" in capsys.readouterr().out


def test_a_fault_of_siteparity_itself_is_told_on_the_last_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], inventories: Path
) -> None:
    """A pager that reads stdout has something to say."""

    def crash(*_: object) -> None:
        raise RuntimeError("out of\ncheese")

    monkeypatch.setattr(configuration, "load_for_an_answer", crash)
    with pytest.raises(RuntimeError):
        gate(inventories)
    assert capsys.readouterr().out == (
        "UNKNOWN  no answer: a fault of siteparity itself: RuntimeError: out of\n"
    )


def test_the_version_names_commit_and_checks(tmp_path: Path) -> None:
    """Of a checkout, of a work tree beside it, and of a folder without git."""
    commit = "0123456789abcdef0123456789abcdef01234567"
    git = tmp_path / "checkout" / ".git"
    (git / "refs" / "heads").mkdir(parents=True)
    (git / "HEAD").write_text("ref: refs/heads/main\n")
    (git / "refs" / "heads" / "main").write_text(f"{commit}\n")
    assert re.fullmatch(
        r"siteparity [0-9.]+ \(commit 01234567, [0-9]+ checks\)", version(tmp_path / "checkout")
    )
    beside, own = tmp_path / "beside", git / "worktrees" / "beside"
    beside.mkdir()
    own.mkdir(parents=True)
    (beside / ".git").write_text(f"gitdir: {own}\n")
    (own / "HEAD").write_text("ref: refs/heads/other\n")
    (own / "commondir").write_text("../..\n")
    (git / "packed-refs").write_text(f"# pack-refs\n{commit[::-1]} refs/heads/other\n")
    assert f"commit {commit[::-1][:8]}," in version(beside)
    assert re.fullmatch(r"siteparity [0-9.]+ \([0-9]+ checks\)", version(tmp_path))
