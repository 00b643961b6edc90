"""Units and pipelines that users copy are valid and call siteparity correctly; pages link to what exists."""

from __future__ import annotations

import re
import shlex
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from siteparity.commands.cli import main
from siteparity.configuration import find_root
from siteparity.report.pdf import PACKAGES

ROOT = find_root()
UNITS = sorted((ROOT / "deploy" / "systemd").iterdir())
PIPELINES = sorted((ROOT / "deploy" / "ci").glob("*.yml"))
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


def pipeline(path: Path) -> dict[str, Any]:
    """A pipeline's YAML; on its own a bare ``on`` is a boolean there, as GitHub knows."""
    read = yaml.safe_load(path.read_text())
    assert isinstance(read, dict)
    return read


def lines(path: Path) -> list[str]:
    """Each shell line that the job with the gate runs."""
    read = pipeline(path)
    jobs = [one for one in [*read.values(), *read.get("jobs", {}).values()] if is_job(one)]
    texts = [*jobs[0].get("before_script", []), *jobs[0].get("script", [])]
    texts += [step["run"] for step in jobs[0].get("steps", []) if "run" in step]
    return [line for text in texts for line in text.splitlines()]


def is_job(part: object) -> bool:
    """Whether it holds what is run."""
    return isinstance(part, dict) and bool({"script", "steps"} & set(part))


@pytest.mark.parametrize("path", PIPELINES, ids=lambda path: path.name)
def test_a_pipeline_installs_what_is_pinned_and_makes_one_run(path: Path) -> None:
    """It keeps the reports whatever the answer is."""
    assert ".venv/bin/pip install --quiet --require-hashes -r requirements/run.txt" in lines(path)
    assert sum("siteparity gate" in line for line in lines(path)) == 1
    text = path.read_text()
    for kept in (
        "reports/runs/",
        "reports/history.jsonl",
        "reports/first_seen.json",
        "reports/records",
        "junit.xml",
        "report.html",
    ):
        assert kept in text
    assert "always" in text


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_systemd_takes_every_unit(path: Path) -> None:
    """All but the programs, which are not here."""
    ran = subprocess.run(["systemd-analyze", "verify", path], capture_output=True, text=True, check=False)
    said = [line for line in ran.stderr.splitlines() if "is not executable: No such file" not in line]
    assert said == []


@pytest.mark.parametrize("unit", ["siteparity.service", "siteparity-overdue.service"])
def test_a_service_calls_siteparity_with_options_that_it_takes(
    unit: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """With folders that are not here it says so, and does not complain about its arguments."""
    text = (ROOT / "deploy" / "systemd" / unit).read_text()
    (command,) = re.findall(r"(?m)^ExecStart=\S+/siteparity (.*)$", text)
    arguments = shlex.split(re.sub(r"/(etc|var/lib)/siteparity", "/nowhere", command))
    assert main(arguments) in (3, 4)
    said = capsys.readouterr()
    assert "/nowhere" in said.err + said.out


def test_an_alert_reads_what_its_service_writes() -> None:
    """The name of its instance is that of the file."""
    services = [path.read_text() for path in UNITS if "OnFailure" in path.read_text()]
    assert len(services) == 2
    for text in services:
        (instance,) = re.findall(r"OnFailure=siteparity-alert@(\w+)\.service", text)
        assert f"StandardOutput=truncate:/var/lib/siteparity/{instance}\n" in text
    assert "/var/lib/siteparity/%i" in (ROOT / "deploy/systemd/siteparity-alert@.service").read_text()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_every_file_that_a_page_leads_to_is_there(path: Path) -> None:
    """Links, and paths of this repository in plain words."""
    text = path.read_text()
    links = re.findall(r"\]\(([^)#]+)\)", text)
    paths = re.findall(r"`((?:src|docs|deploy|lab|selftests|tests|inventories)/[\w./-]+)`", text)
    missing = [one for one in links if not (path.parent / one).exists()]
    missing += [one for one in paths if not list(ROOT.glob(f"{one}*"))]
    assert missing == []


def test_the_plan_for_the_night_types_verbs_that_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    """A word that is wrong there is found by day."""
    with pytest.raises(SystemExit):
        main(["--help"])
    known = set(re.findall(r"(?m)^    ([a-z]+) ", capsys.readouterr().out))
    typed = set(re.findall(r"siteparity ([a-z]+)", (ROOT / "docs" / "failover-plan.md").read_text()))
    assert typed <= known
    assert {"gate", "verify", "record", "explain"} <= typed


def test_the_image_copies_what_there_is_and_installs_what_is_needed() -> None:
    """Its last stage has ssh, what a PDF needs, and an account that is not root's."""
    text = (ROOT / "deploy" / "Containerfile").read_text()
    copied = [words.split()[:-1] for words in re.findall(r"(?m)^COPY (?!--from)(.*)$", text)]
    assert [one for words in copied for one in words if not (ROOT / one).exists()] == []
    built = {one for words in copied for one in words}
    shared = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"][
        "wheel"
    ]
    for path in [*shared["shared-data"], "src", "tests", "hatch_build.py", "conftest.py", "README.md"]:
        assert any(path == one or path.startswith(f"{one}/") for one in built), path
    last = text.rpartition("FROM ")[2]
    for package in ["openssh-client", *PACKAGES.split()]:
        assert f" {package} " in last.replace("\n", " ").replace("\\", " "), package
    assert "USER siteparity" in last
    assert 'ENTRYPOINT ["siteparity"]' in last
