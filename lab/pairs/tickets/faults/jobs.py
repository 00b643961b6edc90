"""Jobs that start nothing, or wait for ever, behind the wrappers that start them."""

import time

from lab.faults import Fault
from lab.handle import Lab
from lab.pairs.tickets.hosts import PRIMARY_WEB, STANDBY_WEB

_BOTH = (PRIMARY_WEB, STANDBY_WEB)
_STARTS = "tests/parity/test_schedules.py::test_every_job_can_be_started_by_its_user"
_LOCKS = "tests/parity/test_schedules.py::test_no_job_waits_for_a_lock_that_is_never_released"


def _job(name: str, line: str) -> tuple[str, str]:
    """Scripts that set a crontab with one job, and that take it away."""
    return f"echo '{line}' >/etc/cron.d/{name}", f"rm -f /etc/cron.d/{name}"


_GONE = _job("gone", "15 3 * * * root flock -n /run/lock/gone.lock nice -n 10 timeout 300 /opt/jobs/gone")
_NESTED = _job("nested", '25 3 * * * root systemd-cat -t nested bash -c "cd /opt && ./jobs/nested --all"')
_CUT = _job("cut", '35 3 * * * root sh -c "true $(date +%F)"')
_STUCK = _job("stuck", "* * * * * root flock -n /run/lock/stuck.lock true")


def _hang(lab: Lab) -> None:
    for host in _BOTH:
        lab.shell(host, _STUCK[0])
    lab.shell(STANDBY_WEB, "setsid flock -n /run/lock/stuck.lock sleep 36001 </dev/null >/dev/null 2>&1 &")
    time.sleep(65)  # for longer than the minute between two runs


FAULTS = (
    Fault(
        name="program_missing_behind_wrappers",
        sentence="What a job starts, under a lock and with a time limit, was never laid down at either site.",
        hosts=_BOTH,
        break_=_GONE[0],
        mend=_GONE[1],
        checks=(_STARTS,),
    ),
    Fault(
        name="program_missing_in_the_folder_of_a_job",
        sentence="A job changes into a folder and starts a script there, which exists at neither site.",
        hosts=_BOTH,
        break_=_NESTED[0],
        mend=_NESTED[1],
        checks=(_STARTS,),
    ),
    Fault(
        name="job_cut_at_a_percent_sign",
        sentence="Cron cuts a job at its percent sign, and the shell finds half a command.",
        hosts=_BOTH,
        break_=_CUT[0],
        mend=_CUT[1],
        checks=(_STARTS,),
    ),
    Fault(
        name="job_hangs_with_its_lock",
        sentence="A run of a job hangs at the standby, and every later run finds its lock taken.",
        hosts=_BOTH,
        seen_on=(STANDBY_WEB,),
        break_=_hang,
        mend=f"{_STUCK[1]}\npkill -f '[s]leep 36001' || true\nrm -f /run/lock/stuck.lock",
        healthy="! pgrep -f '[s]leep 36001'",
        checks=(_LOCKS,),
    ),
)
