"""What a command starts is found behind any number of wrappers."""

from __future__ import annotations

import pytest

from siteparity.tools.schedule.wrappers import started


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("/opt/job", ["/opt/job"]),
        ("flock -n /run/lock/x nice -n 10 ionice -c 3 timeout -k 5 300 /opt/job",
         ["flock", "nice", "ionice", "timeout", "/opt/job"]),
        ("flock -w 5 /run/lock/x -c '/opt/job --all'", ["flock", "/opt/job"]),
        ("flock --verbose /run/lock/x /opt/job -c 3", ["flock", "/opt/job"]),
        ("systemd-cat -t night sh -c 'chronic /opt/job --all'", ["systemd-cat", "sh", "chronic", "/opt/job"]),
        ("bash -lc 'nice job --x'", ["bash", "nice", "job"]),
        ("sh -e -o nounset -c '/opt/job'", ["sh", "/opt/job"]),
        ("sh /opt/job -c 3", ["sh", "/opt/job"]),
        ("sudo -u shop -- env -u HOME A=1 /opt/job", ["sudo", "env", "/opt/job"]),
        ("su - shop -c '/opt/job'", ["su", "/opt/job"]),
        ("A=1 B=2 nohup setsid /opt/job >/dev/null", ["nohup", "setsid", "/opt/job"]),
        ("cd /opt/app && ./bin/job", ["/opt/app/bin/job"]),
        ("cd /opt/app; umask 022; php artisan run", ["php", "/opt/app/artisan"]),
        ("cd $HOME && ./job", ["./job"]),
        ("sleep 5; /opt/job", ["/opt/job"]),
        ("[ -x /opt/job ] && /opt/job", ["["]),
        ("command -v job >/dev/null && job", ["command"]),
        ("python3 -u /opt/job.py", ["python3", "/opt/job.py"]),
        ("flock -n /run/lock/x", ["flock"]),
    ],
)  # fmt: skip
def test_programs_are_found_behind_wrappers(command: str, words: list[str]) -> None:
    """Options, their values and words of the wrapper are none of the command."""
    assert [one.place for one in started(command)] == words


@pytest.mark.parametrize("command", ["sudo -u shop job", "su shop -c job", "runuser -u shop -- nice job"])
def test_what_another_user_runs_is_not_judged_by_the_rights_of_the_jobs_user(command: str) -> None:
    """Nor is it looked for in the PATH of the job."""
    *_, last = started(command)
    assert (last.word, last.by_job_user, last.by_job_path) == ("job", False, False)


def test_a_login_shell_has_a_path_of_its_own() -> None:
    """It reads /etc/profile."""
    assert [one.by_job_path for one in started("bash -lc job")] == [True, False]


@pytest.mark.parametrize("command", ['/opt/job "$(date +', "sh -c '/opt/job \"x'"])
def test_an_open_quote_is_told_wherever_it_is(command: str) -> None:
    """Cron cuts a command at a percent sign, and the shell gives up."""
    with pytest.raises(ValueError, match="quotation"):
        list(started(command))


def test_wrappers_within_each_other_come_to_an_end() -> None:
    """Nobody writes so many."""
    assert len(list(started("nice " * 500 + "job"))) < 20
