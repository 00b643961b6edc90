"""Subscriptions that would be charged late, twice, or not at all."""

from functools import partial

from lab.faults import Fault
from lab.handle import Lab

WEB = ("dallas-web1", "dallas-web2", "arizona-web1", "arizona-web2")
STANDBY_WEB = ("arizona-web1", "arizona-web2")
PRIMARY_WEB = ("dallas-web1", "dallas-web2")
PRIMARY_DATABASE, STANDBY_DATABASE = "dallas-db1", "arizona-db1"

JOB = "/usr/local/bin/subscriptions"
CODE = "/srv/shop/shop/subscriptions.py"
FOLDER = "/srv/shop/shop"
SETTINGS = "/etc/shop/shop.env"
HOLD = "/etc/shop/subscriptions.hold"
LOCK = 0x5B5C0DE  # shop/subscriptions.py

# Run as cron runs it. A run renews the last success; at the standby it does nothing.
RUN = f"runuser -u shop -- {JOB} run"
ANSWERS = f"{RUN} --dry-run"

HANGS = f"""
SELECT pid FROM pg_locks JOIN pg_stat_activity USING (pid)
WHERE locktype = 'advisory' AND objid = {LOCK} AND usename = 'postgres'
"""  # noqa: S608  # a constant
MOVE_RUNS = """
UPDATE job_runs SET started_at = started_at {0}, finished_at = finished_at {0} WHERE job = 'subscriptions'
"""
MOVE_DAILY = "UPDATE subscriptions SET next_due = next_due {0} WHERE every_days = 1"


def _changed(name: str, sentence: str, hosts: tuple[str, ...], file: str, change: str) -> Fault:
    """A file of the job is changed, and restored."""
    kept = f"/root/{name}"
    read_again = "systemctl restart shop" if file == CODE else ""
    return Fault(
        name=name,
        sentence=sentence,
        hosts=hosts,
        break_=f"cp -p {file} {kept}.unfinished\nmv {kept}.unfinished {kept}\n{change}",
        mend=f"rm -f {kept}.unfinished\n[ ! -f {kept} ] || mv {kept} {file}\n{read_again}",
        healthy=ANSWERS,
    )


def _held(name: str, sentence: str, hosts: tuple[str, ...]) -> Fault:
    return Fault(
        name=name,
        sentence=sentence,
        hosts=hosts,
        break_=f"touch {HOLD}",
        mend=f"rm -f {HOLD}\n{RUN}",
        healthy=ANSWERS,
    )


def _hang(lab: Lab, database: str = PRIMARY_DATABASE) -> None:
    """Hold the job's lock in an open session, as an endless run does: all other runs leave at once."""
    psql = "runuser -u postgres -- psql -XqAt -d shop"
    lab.shell(
        database,
        f"""
        setsid {psql} -c 'SELECT pg_advisory_lock({LOCK}), pg_sleep(86400)' </dev/null >/dev/null 2>&1 &
        for _ in 1 2 3 4 5 6 7 8 9 10; do
            {psql} -c "{HANGS} AND granted" | grep -q . && exit
            sleep 0.5
        done
        exit 1
        """,
    )


def _end_hanging(lab: Lab, database: str) -> None:
    lab.sql(database, f"SELECT pg_terminate_backend(pid, 5000) FROM ({HANGS}) AS hanging")  # noqa: S608  # constants


def _release(lab: Lab) -> None:
    _end_hanging(lab, PRIMARY_DATABASE)
    lab.shell(PRIMARY_WEB[0], RUN)


def _make_stale(lab: Lab) -> None:
    _hang(lab)
    lab.sql(PRIMARY_DATABASE, MOVE_RUNS.format("- interval '8 hours'"))


def _make_fresh(lab: Lab) -> None:
    """Move the runs back, if they were moved: the newest success of a healthy job is minutes old."""
    newest = "(SELECT max(finished_at) FROM job_runs WHERE job = 'subscriptions' AND ok)"
    moved = f"{newest} < now() - interval '7 hours 30 minutes'"
    move = MOVE_RUNS.format("+ interval '8 hours'")
    lab.sql(PRIMARY_DATABASE, f"{move} AND {moved}")
    _release(lab)


def _make_late(lab: Lab) -> None:
    _hang(lab)
    lab.sql(PRIMARY_DATABASE, MOVE_DAILY.format("- interval '1 day'"))


def _make_punctual(lab: Lab) -> None:
    """Move back what is due. Only moved rows are: the lock kept every run from charging."""
    move = MOVE_DAILY.format("+ interval '1 day'")
    lab.sql(PRIMARY_DATABASE, f"{move} AND next_due <= now()")
    _release(lab)


def _revoke(lab: Lab) -> None:
    lab.sql(PRIMARY_DATABASE, "REVOKE SELECT ON subscriptions FROM shop")


def _grant(lab: Lab) -> None:
    lab.sql(PRIMARY_DATABASE, "GRANT SELECT ON subscriptions TO shop")
    lab.shell(PRIMARY_WEB[0], RUN)


FAULTS = (
    Fault(
        name="subscriptions_job_missing",
        sentence="The job is not installed on one of two web hosts of the standby.",
        hosts=("arizona-web1",),
        break_=f"mv {JOB} /root/subscriptions_job_missing",
        mend=f"[ ! -f /root/subscriptions_job_missing ] || mv /root/subscriptions_job_missing {JOB}",
        healthy=ANSWERS,
    ),
    Fault(
        name="subscriptions_job_not_executable",
        sentence="The job on one of two web hosts of the standby cannot be executed.",
        hosts=("arizona-web2",),
        break_=f"chmod a-x {JOB}",
        mend=f"chmod 0755 {JOB}",
        healthy=ANSWERS,
    ),
    _changed(
        "subscriptions_job_of_another_revision",
        "The standby has an older revision of the job, which computes differently what is due.",
        STANDBY_WEB,
        CODE,
        f"sed -i 's/next_due <= now()/next_due < now()/' {CODE}",
    ),
    _changed(
        "subscriptions_job_differs_at_primary",
        "On one of two web hosts of the primary somebody edited the command that cron runs.",
        ("dallas-web2",),
        JOB,
        f"sed -i 's/^cd /ulimit -t 600; cd /' {JOB}",
    ),
    Fault(
        name="subscriptions_job_differs_behind_a_link",
        sentence="Releases are reached through a link; on one standby web host it leads to edited code.",
        hosts=WEB,
        break_=f"""
            cp -a {FOLDER} {FOLDER}.release
            [ "$(hostname)" != arizona-web1 ] || echo '# edited by hand' >>{FOLDER}.release/subscriptions.py
            mv {FOLDER} {FOLDER}.kept
            ln -s {FOLDER}.release {FOLDER}
        """,
        mend=f"""
            [ ! -d {FOLDER}.kept ] || {{ rm -f {FOLDER}; mv {FOLDER}.kept {FOLDER}; }}
            rm -rf {FOLDER}.release
            systemctl restart shop
        """,
        healthy=ANSWERS,
    ),
    _changed(
        "subscriptions_guard_broken",
        "A release took the guard out of the job at both sites: both would charge.",
        WEB,
        CODE,
        f"sed -i 's/ and not self.database.in_recovery()//' {CODE}",
    ),
    _held(
        "subscriptions_armed_at_no_site",
        "After maintenance the primary's jobs are still held back, so nobody is charged anywhere.",
        PRIMARY_WEB,
    ),
    _held(
        "subscriptions_held_on_one_host",
        "After maintenance the job is still held back on one of two web hosts of the primary.",
        ("dallas-web2",),
    ),
    _held(
        "subscriptions_held_at_standby",
        "The standby's jobs are held back by a forgotten file and would charge nobody after a failover.",
        STANDBY_WEB,
    ),
    Fault(
        name="subscriptions_last_success_stale",
        sentence="A run hangs at the primary and keeps all others away; the last success is eight hours old.",
        hosts=(PRIMARY_DATABASE,),
        seen_on=WEB,
        break_=_make_stale,
        mend=_make_fresh,
    ),
    Fault(
        name="subscriptions_late",
        sentence="A run hangs at the primary and keeps all others away; subscriptions have waited for hours.",
        hosts=(PRIMARY_DATABASE,),
        seen_on=WEB,
        break_=_make_late,
        mend=_make_punctual,
    ),
    Fault(
        name="subscriptions_not_granted",
        sentence="The shop's role may no longer read the subscriptions; the grant is missing at both sites.",
        hosts=(PRIMARY_DATABASE,),
        seen_on=WEB,
        break_=_revoke,
        mend=_grant,
    ),
    _changed(
        "subscriptions_wrong_password",
        "The settings of one standby web host have a wrong password; the shop runs with the good one.",
        ("arizona-web2",),
        SETTINGS,
        f"sed -i '/^SHOP_DATABASE_URL=/s|shop:[^@]*@|shop:changed@|' {SETTINGS}",
    ),
    _changed(
        "subscriptions_settings_of_the_other_site",
        "The settings of one standby web host name the other site; the shop was not restarted.",
        ("arizona-web2",),
        SETTINGS,
        f"sed -i 's/^SHOP_SITE=.*/SHOP_SITE=dallas/' {SETTINGS}",
    ),
    _changed(
        "subscriptions_settings_unreadable",
        "On one web host of the standby only root can read the settings: the shop runs, its jobs cannot.",
        ("arizona-web1",),
        SETTINGS,
        f"chmod 0600 {SETTINGS}",
    ),
    Fault(
        name="lock_left_on_the_standby",
        sentence="A session on the standby's database holds the job's lock, and will after a promotion.",
        hosts=(STANDBY_DATABASE,),
        break_=partial(_hang, database=STANDBY_DATABASE),
        mend=partial(_end_hanging, database=STANDBY_DATABASE),
    ),
)
