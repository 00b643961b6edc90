"""What the subscriptions job says of itself."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selftests.unit.targets import answered, framed, web_host
from siteparity.model import Facts, Table, Unmeasured
from siteparity.probes import Target, read_tables
from siteparity.probes.subscriptions import PROBE, Armed, Policy, ask

TARGET: Target[Policy] = web_host(
    Policy(
        owner="Shop",
        roles=("web",),
        files=("/usr/local/bin/job", "/srv"),
        status=("/usr/local/bin/job", "status"),
        user="shop",
        armed=Armed(charges="armed=yes", waits="armed=no"),
        site="site=",
        late="late_seconds=",
        last_success="last_success=",
        max_late="15m",  # type: ignore[arg-type]  # as in the policy
        max_age="15m",  # type: ignore[arg-type]
    )
)
STATUS = b"armed=yes\nsite=arizona\nlast_success=2026-11-23T04:00:00Z\nlate_seconds=0\nnow=1795406460\n"
FILES = b"ab12  /usr/local/bin/job\ncd34  /srv/a name  with spaces\n"
MODES = b"755 root:root /usr/local/bin/job\n644 root:root /srv/a name  with spaces\n"


def facts(
    files: bytes = FILES, modes: bytes = MODES, status: bytes = STATUS, there: bytes = b"there /srv\n"
) -> Facts:
    """Everything read from one host's answers."""
    answers = answered(files=files, modes=modes, status=framed(status), there=framed(there))
    return read_tables(PROBE.readings(), answers, TARGET, ("web",))


def table(facts: Facts, name: str) -> Table:
    """A table that was measured."""
    found = facts[name]
    assert not isinstance(found, Unmeasured), found.reason
    return found


def test_the_age_of_the_last_success_is_told_in_seconds() -> None:
    """By the host's own clock, which wrote both times."""
    assert table(facts(), "age") == {"seconds since the last success": 60}


def test_a_job_that_never_succeeded_has_no_age_and_is_no_zero() -> None:
    """`within` takes a text for a broken expectation."""
    never = STATUS.replace(b"2026-11-23T04:00:00Z", b"never")
    assert table(facts(status=never), "age") == {"seconds since the last success": "never"}


@pytest.mark.parametrize(
    "line", [b"last_success=yesterday", b"last_success=2026-11-23T04:00:00+02:00", b"last_success="]
)
def test_a_time_that_is_no_utc_time_is_unmeasured(line: bytes) -> None:
    """A time without its zone is a guess."""
    assert isinstance(
        facts(status=STATUS.replace(b"last_success=2026-11-23T04:00:00Z", line))["age"], Unmeasured
    )


@pytest.mark.parametrize("name", ["armed", "site", "late", "age"])
def test_what_the_job_does_not_say_is_unmeasured(name: str) -> None:
    """A silent job is not a healthy one."""
    assert isinstance(facts(status=b"hello\n")[name], Unmeasured)


def test_the_job_is_its_files_with_digest_mode_and_owner() -> None:
    """Any of them changed makes another job."""
    assert table(facts(), "job") == {
        "/usr/local/bin/job": "755 root:root sha256:ab12",
        "/srv/a name  with spaces": "644 root:root sha256:cd34",
    }


def test_digests_and_modes_of_different_files_are_unmeasured() -> None:
    """A file that vanished between two questions, or an unreadable one."""
    assert isinstance(facts(files=FILES.split(b"\n")[0] + b"\n")["job"], Unmeasured)
    assert isinstance(facts(files=b"", modes=b"")["job"], Unmeasured)


@pytest.mark.parametrize("gone", [b"/usr/local/bin/job", b"/srv/"])
def test_a_part_of_the_job_that_brings_no_file_is_unmeasured(gone: bytes) -> None:
    """Another part's files are no proof for it."""
    files, modes = (
        b"".join(line + b"\n" for line in given.splitlines() if gone not in line) for given in (FILES, MODES)
    )
    assert isinstance(facts(files=files, modes=modes)["job"], Unmeasured)


def test_files_are_found_behind_a_link(tmp_path: Path) -> None:
    """Run by a real shell: the folder of the job is a link to a release, as after most deployments."""
    (tmp_path / "release").mkdir()
    (tmp_path / "release" / "job.py").write_text("charge()\n", encoding="utf-8")
    (tmp_path / "current").symlink_to("release")
    section = TARGET.section.model_copy(update={"files": (f"{tmp_path}/current",)})
    asks = ask(web_host(section))
    said = [
        subprocess.run(["/bin/sh", "-c", asks[name].text], capture_output=True, check=True).stdout
        for name in ("files", "modes")
    ]
    read = read_tables(PROBE.readings(), answered(files=said[0], modes=said[1]), web_host(section), ("web",))
    assert list(table(read, "job")) == [f"{tmp_path}/current/job.py"]


def test_a_success_in_the_future_has_no_age() -> None:
    """A wrong clock must not keep an old success fresh; a second or two are no wrong clock."""
    assert isinstance(facts(status=STATUS.replace(b"2026-11-23T04", b"2027-11-23T04"))["age"], Unmeasured)
    soon = STATUS.replace(b"now=1795406460", b"now=1795406399")
    assert table(facts(status=soon), "age") == {"seconds since the last success": 0}


@given(given=st.lists(st.binary(max_size=60), min_size=4, max_size=4))
def test_any_bytes_are_facts_or_unmeasured(given: list[bytes]) -> None:
    """The readers raise the one declared exception only."""
    facts(*given)


@pytest.mark.parametrize(
    "status",
    [
        STATUS.replace(b"armed=yes", b"armed=perhaps"),
        STATUS.replace(b"armed=yes", b"armed=yes\narmed=no"),
        STATUS.replace(b"armed=yes", b"unarmed=yes"),
    ],
)
def test_a_job_that_says_neither_or_both_is_unmeasured(status: bytes) -> None:
    """Silence at the standby is no proof that nobody would be charged there."""
    assert isinstance(facts(status=status)["armed"], Unmeasured)


def test_a_line_that_is_said_twice_is_unmeasured() -> None:
    """Which of both would be right?"""
    assert isinstance(facts(status=b"late_seconds=0\n" + STATUS)["late"], Unmeasured)


def test_a_job_may_say_it_in_its_own_words() -> None:
    """No line need be called as in the lab."""
    words = b"mode: standby\nLast success: never\nnow=1795406460\n"
    section = TARGET.section.model_copy(
        update={
            "armed": Armed(charges="mode: active", waits="mode: standby"),
            "last_success": "Last success:",
        }
    )
    answers = answered(files=FILES, modes=MODES, status=framed(words), there=framed(b"there /srv\n"))
    found = read_tables(PROBE.readings(), answers, web_host(section), ("web",))
    assert (found["armed"], found["age"]) == ({"armed": "no"}, {"seconds since the last success": "never"})


def test_what_a_job_cannot_say_is_not_judged() -> None:
    """The policy declares it absent."""
    bare = TARGET.section.model_copy(update={"late": None})
    assert PROBE.readings()["late"].roles_in(bare, ("web",)) == ()
