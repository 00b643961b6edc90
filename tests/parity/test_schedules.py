"""Every job runs at the same instants at both sites.

After the failover of October 2012 subscriptions ran about 8 hours late. The jobs were there, and their text
was right. But the same text means another time in another time zone: America/Chicago and America/Phoenix are
two hours apart in summer and one in winter. A job can also be there and never run: cron silently ignores some
files.
"""

import pytest

from siteparity.pytest_plugin import Parity

pytestmark = pytest.mark.blocker

SET_ZONE = (
    "timedatectl set-timezone ZONE, with the zone of policy.yml (schedules: timezone); systemctl restart cron"
)

IN_FORCE = (
    "systemctl unset-environment TZ; remove TZ from /etc/systemd/system.conf and system.conf.d; "
    "systemctl daemon-reexec; systemctl restart cron"
)


@pytest.mark.drill("cron_stopped", "cron_frozen")
@pytest.mark.broken("Nothing starts scheduled jobs on {where} (cron)", "outage")
def test_cron_runs_on_every_host(parity: Parity) -> None:
    """Until somebody notices, no subscription is charged and no nightly job runs."""
    parity.healthy("daemon", fix="systemctl unmask cron; systemctl restart cron")


@pytest.mark.drill(
    "timezone_file_changed",
    "timezone_file_changed_and_cron_restarted",
    "localtime_changed",
    "localtime_changed_and_cron_restarted",
    "sites_in_their_own_zones",
    "cron_in_a_zone_of_its_own",
)
@pytest.mark.leads_to(
    "schedules.cron_is_younger_than_its_time_zone",
    "schedules.every_job_runs_at_the_same_instants",
    "schedules.no_job_runs_earlier_or_later_than_meant",
)
@pytest.mark.broken("Jobs on {where} go by another time zone than agreed", "part")
def test_cron_and_timers_go_by_the_agreed_time_zone(parity: Parity) -> None:
    """Everything that is scheduled for a fixed hour happens hours too early or too late."""
    parity.healthy("agreed", fix=SET_ZONE)
    parity.same("zone", fix=SET_ZONE)


@pytest.mark.drill(
    "localtime_changed",
    "zone_of_cron_set_but_not_in_force",
    "zone_assigned_by_the_manager",
    "zone_assigned_at_the_next_boot_of_both_sites",
)
@pytest.mark.broken("Jobs on {where} move to another hour at the next restart (cron)", "later")
def test_cron_is_younger_than_its_time_zone(parity: Parity) -> None:
    """At the next restart every job moves to another hour, although nobody changed anything that day."""
    parity.healthy("in_force", fix=IN_FORCE)


@pytest.mark.drill(
    "crontab_with_a_dot_in_its_name",
    "crontab_writable_by_group",
    "crontab_owned_by_another_at_primary",
    "crontab_without_final_line_feed",
    "crontab_with_a_bad_line_at_both_sites",
    "crontab_for_an_unknown_user",
    "daily_script_not_executable_at_primary",
)
@pytest.mark.broken("A file of jobs on {where} is ignored", "part")
def test_no_job_file_is_ignored(parity: Parity) -> None:
    """A job that everybody believes to be scheduled never runs."""
    parity.healthy("accepted", fix="ls -l {item}; journalctl -u cron | tail; see cron(8)")


@pytest.mark.drill(
    "crontab_with_a_dot_in_its_name",
    "crontab_without_final_line_feed",
    "crontab_for_an_unknown_user",
    "job_commented_out",
    "job_on_one_sibling_only",
    "job_in_a_crontab_of_its_user",
    "job_scheduled_twice",
    "job_at_another_time",
    "job_for_another_user_at_primary",
)
@pytest.mark.broken("Other jobs are written down at {standby} than at {primary}", "part")
def test_the_same_jobs_are_written_down_everywhere(parity: Parity) -> None:
    """After the failover a job does not run, or runs differently."""
    parity.same("entries", fix="deploy the crontabs again; where {item} stands says its first word")
    parity.same("hidden", fix="compare the crontab on both hosts, and deploy it again: {item}")


@pytest.mark.drill("cron_tz_of_another_cron_at_both_sites")
@pytest.mark.broken("A job on {where} is written for another scheduler, and runs at other times", "part")
def test_no_crontab_relies_on_what_only_another_cron_knows(parity: Parity) -> None:
    """A job runs hours away from the time that its author wrote down."""
    parity.healthy(
        "foreign",
        fix="remove {item} from the crontab and write the time in the host's zone: Debian's cron ignores it",
    )


@pytest.mark.drill(
    "program_missing_behind_wrappers_at_both_sites",
    "command_not_executable",
    "command_missing_at_both_sites",
    "account_of_jobs_expired",
    "subscriptions_job_missing",
    "subscriptions_job_not_executable",
)
@pytest.mark.broken("A job on {where} cannot be started", "part")
def test_every_job_can_be_started_by_its_user(parity: Parity) -> None:
    """The job fails each time it is due, and neither customers nor staff are told."""
    parity.healthy(
        "runnable",
        fix="deploy the program again; chmod +x it; for an expired account: chage -E -1 USER",
    )


@pytest.mark.drill(
    "job_commented_out",
    "job_missing_at_both_sites",
    "job_scheduled_twice",
    "job_at_another_time",
    "job_for_another_user_at_primary",
    "crontab_with_a_dot_in_its_name",
    "crontab_writable_by_group",
    "crontab_owned_by_another_at_primary",
    "crontab_without_final_line_feed",
    "crontab_with_a_bad_line_at_both_sites",
    "crontab_for_an_unknown_user",
    "timer_masked",
    "timer_stopped",
    "timer_waits_for_a_hung_job",
)
@pytest.mark.broken("A job that must run once is missing, or scheduled twice, on {where}", "loss")
def test_every_needed_job_is_scheduled_once(parity: Parity) -> None:
    """Subscriptions are not charged, or are charged twice."""
    parity.healthy("scheduled", fix="deploy the schedule of {item} again")


@pytest.mark.drill("job_hangs_with_its_lock")
@pytest.mark.broken("A job of {where} waits for a lock that is never released", "part")
def test_no_job_waits_for_a_lock_that_is_never_released(parity: Parity) -> None:
    """The job seems to run: each time it ends at once, without doing its work, and reports nothing."""
    parity.same("locks", fix="fuser -v {item}  # find out why it is held at one site alone; end that process")
    parity.healthy(
        "locks", fix="fuser -v {item}  # find out where it hangs, end it, and run the job once by hand"
    )


@pytest.mark.drill("timer_masked", "timer_in_another_zone", "timer_waits_for_a_hung_job")
@pytest.mark.broken("Timers at {standby} say something else than those at {primary}", "part")
def test_timers_say_the_same_everywhere(parity: Parity) -> None:
    """After the failover a job starts at another time, or not at all."""
    parity.same(
        "timers", fix="compare with the other site: systemctl cat {item}; then: systemctl daemon-reload"
    )


@pytest.mark.drill("timer_masked", "timer_stopped", "timer_waits_for_a_hung_job")
@pytest.mark.broken("A timer on {where} is not waiting for its time", "part")
def test_every_timer_is_waiting_for_its_time(parity: Parity) -> None:
    """The timer's job does not start until the next boot, or never starts."""
    parity.healthy(
        "armed",
        fix="systemctl unmask {item}; systemctl enable {item}; systemctl start {item}; a job that hangs: "
        "systemctl status {item}, then stop what it starts",
    )


@pytest.mark.drill(
    "localtime_changed",
    "localtime_changed_and_cron_restarted",
    "sites_in_their_own_zones",
    "cron_in_a_zone_of_its_own",
    "crontab_with_a_dot_in_its_name",
    "crontab_writable_by_group",
    "crontab_owned_by_another_at_primary",
    "crontab_without_final_line_feed",
    "crontab_for_an_unknown_user",
    "job_commented_out",
    "job_on_one_sibling_only",
    "job_in_a_crontab_of_its_user",
    "job_scheduled_twice",
    "job_at_another_time",
    "job_for_another_user_at_primary",
    "timer_masked",
    "timer_in_another_zone",
)
@pytest.mark.broken("Jobs run at other times at {standby} than at {primary}", "part")
def test_every_job_runs_at_the_same_instants(parity: Parity) -> None:
    """After the failover, what customers are used to happens at another hour, or no longer happens."""
    parity.same(
        "instants", fix="compare time zone and schedule of {item} with the other site; see the other findings"
    )


@pytest.mark.drill(
    "localtime_changed",
    "localtime_changed_and_cron_restarted",
    "sites_in_their_own_zones",
    "cron_in_a_zone_of_its_own",
)
@pytest.mark.broken("A job on {where} runs earlier or later than meant", "part")
def test_no_job_runs_earlier_or_later_than_meant(parity: Parity) -> None:
    """Subscriptions are charged hours late, as in October 2012."""
    parity.healthy("punctual", fix=SET_ZONE)


@pytest.mark.drill(
    "newsletter_at_both_sites",
    "newsletter_missing_at_primary",
    "newsletter_not_executable_at_the_standby",
    "account_of_jobs_expired",
)
@pytest.mark.broken("A job of the primary is off at {primary}, or not ready and off at {standby}", "loss")
def test_jobs_of_the_primary_are_scheduled_there_and_ready_at_the_standby(parity: Parity) -> None:
    """Two sites do the same work twice, or nobody does it."""
    parity.only_at_primary(
        "only_at_primary",
        equals="scheduled",
        elsewhere="in no crontab, and could be started",
        fix="at the primary: deploy the schedule of {item} again; at the standby: take it out of the "
        "crontab, and deploy its program and user",
    )
