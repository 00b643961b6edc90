"""The pipelines that users copy are run line by line, with a siteparity that says what the test wants."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from selftests.unit.test_deploy import PIPELINES, ROOT, is_job, pipeline
from siteparity.commands.arguments import parser

GITHUB, GITLAB = (ROOT / "deploy" / "ci" / name for name in ("github-actions.yml", "gitlab-ci.yml"))
KEY = "-----BEGIN OPENSSH PRIVATE KEY-----"
STATUSES = {0: [], 2: ["NO-GO"], 3: ["UNKNOWN"], 4: ["no answer"], 143: ["no answer"]}


class Job:
    """A job's folder and environment; siteparity is a program that notes how it was called."""

    def __init__(self, folder: Path, status: int) -> None:
        self.folder, self.home = folder / "work", folder / "home"
        program = self.folder / ".venv" / "bin" / "siteparity"
        for one in (program.parent, self.home / ".ssh", folder / "temp"):
            one.mkdir(parents=True)
        (self.home / ".ssh" / "id_ed25519").write_text("the runner's own key")
        program.write_text(
            f'#!/bin/sh\necho "$*" >{folder}/called\nls -l "$SITEPARITY_SSH" >{folder}/seen\nexit {status}\n'
        )
        program.chmod(0o755)
        self.temp, self.called, self.seen = folder / "temp", folder / "called", folder / "seen"
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "RUNNER_TEMP": str(self.temp),
            "TMPDIR": str(self.temp),
        }

    def run(self, text: str, **more: str) -> int:
        """Run shell lines as a runner does."""
        words = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", text]
        done = subprocess.run(
            words, cwd=self.folder, env={**self.environment, **more}, capture_output=True, check=False
        )
        return done.returncode

    def untouched(self) -> bool:
        """Whether nothing was left in anybody's home, nor the key anywhere."""
        own = [path.name for path in (self.home / ".ssh").iterdir()] == ["id_ed25519"]
        kept = (self.home / ".ssh" / "id_ed25519").read_text() == "the runner's own key"
        return own and kept and not any(self.temp.rglob("key"))


def github(job: Job, record: str) -> list[str]:
    """Run the steps of the GitHub example; the names of those that failed."""
    steps: list[dict[str, Any]] = pipeline(GITHUB)["jobs"]["gate"]["steps"]
    files = {name: job.folder.parent / name for name in ("GITHUB_ENV", "GITHUB_OUTPUT")}
    for path in files.values():
        path.touch()
    given = {"KEY": KEY, "KNOWN_HOSTS": "host key", "PRIMARY_RECORD": record}
    failed = []
    for step in steps:
        read = {name: _pairs(path) for name, path in files.items()}
        if "run" not in step or step["name"] == "Install" or not _is_due(step, read["GITHUB_OUTPUT"]):
            continue
        more = {name: given[name] for name in step.get("env", {})} | read["GITHUB_ENV"]
        if job.run(step["run"], **{name: str(path) for name, path in files.items()}, **more):
            failed.append(step["name"].partition(":")[0])
    return failed


def _pairs(path: Path) -> dict[str, str]:
    return dict(line.split("=", 1) for line in path.read_text().splitlines())


def _is_due(step: Mapping[str, Any], outputs: Mapping[str, str]) -> bool:
    """What the runner makes of the conditions that the example has."""
    status, condition = outputs.get("status", ""), step.get("if", "always()")
    if "contains" in condition:
        return status not in ("0", "2", "3")
    return "==" not in condition or f"== '{status}'" in condition


def gitlab(job: Job, record: str) -> list[str]:
    """Run the jobs of the GitLab example; the names of those that failed."""
    jobs = pipeline(GITLAB)
    (job.folder / "the-key").write_text(KEY)
    (job.folder / "the-hosts").write_text("host key")
    more = {"SITEPARITY_KEY": "the-key", "SITEPARITY_KNOWN_HOSTS": "the-hosts", "PRIMARY_RECORD": record}
    failed = []
    for name, one in jobs.items():
        if name.startswith(".") or not is_job(one):
            continue
        if job.run("\n".join(one["script"]), **more):
            failed.append(name)
    for path in (job.folder / "the-key", job.folder / "the-hosts"):
        path.unlink()
    return failed


@pytest.mark.parametrize("status", STATUSES)
def test_github_tells_no_go_from_unknown_and_leaves_no_key(status: int, tmp_path: Path) -> None:
    """Each way to end that is no GO fails a step of its own; the key is gone whatever happened."""
    job = Job(tmp_path, status)
    assert [name.lower() for name in github(job, "")] == [name.lower() for name in STATUSES[status]]
    assert job.called.read_text() == "gate --inventories inventories --reports reports\n"
    assert "-rw------- " in next(line for line in job.seen.read_text().splitlines() if line.endswith(" key"))
    assert job.untouched()


@pytest.mark.parametrize("status", STATUSES)
def test_gitlab_tells_no_go_from_unknown_and_leaves_no_key(status: int, tmp_path: Path) -> None:
    """The job of the gate fails as well: a pipeline that is not GO is red."""
    job = Job(tmp_path, status)
    assert gitlab(job, "") == [*(["failover-gate"] if status else []), *STATUSES[status]]
    assert job.called.read_text() == "gate --inventories inventories --reports reports\n"
    assert "-rw------- " in next(line for line in job.seen.read_text().splitlines() if line.endswith(" key"))
    assert job.untouched()


@pytest.mark.parametrize("run", [github, gitlab])
def test_a_record_can_stand_in_for_a_dead_primary(run: Any, tmp_path: Path) -> None:
    """It is one word, whatever somebody types."""
    job = Job(tmp_path, 3)
    run(job, "latest; rm -rf /nonexistent")
    assert job.called.read_text().endswith("--primary-record latest; rm -rf /nonexistent\n")
    text = (GITHUB if run is github else GITLAB).read_text()
    assert "primary_record" in text.lower()


def _gitlab_of_two() -> tuple[str, str]:
    jobs = pipeline(ROOT / "deploy" / "ci" / "two-runners" / "gitlab-ci.yml")
    assert jobs["compare"]["needs"] == ["dallas", "arizona"]
    return "\n".join(jobs[".record"]["script"]), "\n".join(jobs["compare"]["script"])


def _github_of_two() -> tuple[str, str]:
    jobs = pipeline(ROOT / "deploy" / "ci" / "two-runners" / "github-actions.yml")["jobs"]
    assert jobs["compare"]["needs"] == "record"
    texts = {step["name"]: step["run"] for job in jobs.values() for step in job["steps"] if "run" in step}
    return texts["Record"], texts["Compare"]


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("texts", [_gitlab_of_two, _github_of_two])
def test_two_runners_record_and_a_third_job_compares(texts: Any, status: int, tmp_path: Path) -> None:
    """A site that was measured in part is compared as well; keys have the mode that is demanded, and go."""
    record, compare = texts()
    job = Job(tmp_path, status)
    for name in ("the-key", "the-hosts", "the-secrets"):
        (job.folder / name).write_text("text")
    more = {"SITEPARITY_KEY": "the-key", "SITEPARITY_KNOWN_HOSTS": "the-hosts", "SITE": "dallas"}
    more |= {
        "SITEPARITY_SECRETS_KEY": "the-secrets",
        "KEY": KEY,
        "KNOWN_HOSTS": "text",
        "SECRETS_KEY": "text",
    }
    assert bool(job.run(record, **more)) == (status not in {0, 3})
    called = job.called.read_text().split()
    assert (called[0], called[-1]) == ("record", "dallas")
    assert parser("").parse_args(called).other_record is None
    secret = [line for line in job.seen.read_text().splitlines() if line.endswith((" key", " secrets"))]
    assert [line[:11] for line in secret] == ["-rw------- "] * 2
    assert job.untouched()
    assert not any(job.temp.rglob("secrets"))
    for place in ("reports/runs/one/records", "records/records-dallas"):
        (job.folder / place).mkdir(parents=True)
        (job.folder / place / "dallas.json.gz").touch()
    ended = job.run(compare)
    assert ended == status or (texts is _github_of_two and (ended, status) == (0, 3))
    assert parser("").parse_args(job.called.read_text().split()).record


@pytest.mark.parametrize(
    ("texts", "place", "given"),
    [
        (_gitlab_of_two, "reports/runs/one/records/dallas.json.gz", "reports/runs/one/"),
        (_github_of_two, "first/records-dallas/dallas.json.gz", "first/records-dallas/dallas.json.gz"),
    ],
)
def test_the_second_runner_asks_by_what_the_first_one_found(
    texts: Any, place: str, given: str, tmp_path: Path
) -> None:
    """Whether the standby has passed the primary's position."""
    job = Job(tmp_path, 0)
    for name in ("the-key", "the-hosts", "the-secrets"):
        (job.folder / name).write_text("text")
    (job.folder / place).parent.mkdir(parents=True)
    (job.folder / place).touch()
    more = {"SITEPARITY_KEY": "the-key", "SITEPARITY_KNOWN_HOSTS": "the-hosts", "SITE": "arizona"}
    assert not job.run(texts()[0], SITEPARITY_SECRETS_KEY="the-secrets", KEY=KEY, KNOWN_HOSTS="text", **more)
    options = parser("").parse_args(job.called.read_text().split())
    assert (options.site, options.other_record) == (["arizona"], Path(given))


@pytest.mark.parametrize("path", PIPELINES, ids=lambda path: path.name)
def test_no_pipeline_writes_into_a_home(path: Path) -> None:
    """A self-hosted runner has keys of its own there."""
    assert "~/" not in path.read_text()


@pytest.mark.skipif(shutil.which("ssh") is None, reason="no ssh")
def test_ssh_takes_key_and_host_keys_from_the_folder_of_the_job(tmp_path: Path) -> None:
    """And the settings of whoever runs it by hand, where there is no such folder."""
    words = ["ssh", "-G", "-F", str(ROOT / "deploy" / "ci" / "ssh_config"), "web1"]
    clean = {name: value for name, value in os.environ.items() if name != "SITEPARITY_SSH"}
    in_job, by_hand = (
        subprocess.run(words, env=env, capture_output=True, text=True, check=True).stdout
        for env in ({**clean, "SITEPARITY_SSH": str(tmp_path)}, clean)
    )
    expanded = in_job.replace("${SITEPARITY_SSH}", str(tmp_path))
    assert f"userknownhostsfile {tmp_path}/known_hosts\n" in expanded
    assert f"identityfile {tmp_path}/key\n" in expanded
    assert "identitiesonly yes" in in_job
    assert "SITEPARITY_SSH" not in by_hand
    assert "identitiesonly no" in by_hand
