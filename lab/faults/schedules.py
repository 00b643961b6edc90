"""Jobs that run at another time, in another way, or never."""

import time

from lab.faults import Fault
from lab.handle import Lab
from lab.software import NEWSLETTER, NEWSLETTER_JOB

STANDBY, SIBLING = "arizona-web1", "arizona-web2"
PRIMARY, PRIMARY_SIBLING = "dallas-web1", "dallas-web2"
WEB = (PRIMARY, PRIMARY_SIBLING, STANDBY, SIBLING)

CRONTABS = "/etc/cron.d"
JOB = f"{CRONTABS}/subscriptions"
OTHER_JOB = f"{CRONTABS}/shop-maintenance"
PROGRAM = "/usr/local/bin/shop-cleanup"
TIMER = "/etc/systemd/system/shop-report.timer"
CRON_DROPIN = "/etc/systemd/system/cron.service.d"
MANAGER_SETTINGS = "/etc/systemd/system.conf.d"
TIMER_DROPIN = f"{TIMER}.d"
REPORT_DROPIN = "/etc/systemd/system/shop-report.service.d"

# The lab's healthy zone. cron is restarted after it, since a zone file younger than cron is itself a fault.
UTC = """
echo Etc/UTC >/etc/timezone
ln -sf /usr/share/zoneinfo/Etc/UTC /etc/localtime
systemctl restart cron
"""
CRON_RUNS = "systemctl is-active --quiet cron"
NAME_ZONE = "echo {} >/etc/timezone\n"
LINK_ZONE = "ln -sf /usr/share/zoneinfo/{} /etc/localtime\n"
RESTART = "systemctl restart cron\n"


def _zone(name: str, sentence: str, break_: str) -> Fault:
    # systemd reports cron's start in whole seconds, and mending the previous fault may have just started it.
    break_ = "sleep 1\n" + break_.replace("{}", "America/Phoenix")
    return Fault(name, sentence, (STANDBY,), break_, UTC, CRON_RUNS)


def _own_zones(lab: Lab) -> None:
    """What `timedatectl set-timezone` does, and a restart."""
    for site in lab.plan.sites:
        for host in lab.plan.at(site.name, "web"):
            lab.shell(host.name, (NAME_ZONE + LINK_ZONE + RESTART).replace("{}", site.zone))


def _one_zone(lab: Lab) -> None:
    for host in WEB:
        lab.shell(host, UTC)


def _changed(name: str, sentence: str, hosts: tuple[str, ...], file: str, change: str) -> Fault:
    """A file is changed, and restored."""
    kept = f"/root/{name}"
    return Fault(
        name=name,
        sentence=sentence,
        hosts=hosts,
        break_=f"cp -p {file} {kept}.unfinished\nmv {kept}.unfinished {kept}\n{change}",
        mend=f"rm -f {kept}.unfinished\n[ ! -f {kept} ] || mv {kept} {file}",
        healthy=f"[ ! -e {kept} ] && [ -s {file} ]",
    )


def _cron_dropin(name: str, sentence: str, host: str, then: str) -> Fault:
    return Fault(
        name=name,
        sentence=sentence,
        hosts=(host,),
        break_=f"""
            mkdir -p {CRON_DROPIN}
            printf '[Service]\\nEnvironment=TZ=America/Chicago\\n' >{CRON_DROPIN}/zone.conf
            systemctl daemon-reload
            {then}
        """,
        mend=f"rm -rf {CRON_DROPIN}\nsystemctl daemon-reload\nsystemctl restart cron",
        healthy=CRON_RUNS,
    )


def _hang(lab: Lab) -> None:
    for host in WEB:
        lab.shell(host, "echo '* * * * * root flock -n /run/lock/stuck.lock true' >/etc/cron.d/stuck")
    lab.shell(STANDBY, "setsid flock -n /run/lock/stuck.lock sleep 36001 </dev/null >/dev/null 2>&1 &")
    time.sleep(65)  # for longer than the minute between two runs


FAULTS = (
    Fault(
        name="job_hangs_with_its_lock",
        sentence="A run of a job hangs at one standby host, and every later run finds its lock taken.",
        hosts=WEB,
        seen_on=(STANDBY,),
        break_=_hang,
        mend="rm -f /etc/cron.d/stuck\npkill -f '[s]leep 36001' || true\nrm -f /run/lock/stuck.lock",
        healthy="! pgrep -f '[s]leep 36001'",
    ),
    Fault(
        name="program_missing_behind_wrappers_at_both_sites",
        sentence="What a job starts, under a lock and with a time limit, was never laid down anywhere.",
        hosts=WEB,
        break_="echo '15 3 * * * root flock -n /run/lock/gone.lock nice -n 10 timeout 300 /opt/jobs/gone' "
        ">/etc/cron.d/gone",
        mend="rm -f /etc/cron.d/gone",
    ),
    # The time zone.
    _zone(
        "timezone_file_changed",
        "On a web host of the standby /etc/timezone names a zone other than that of /etc/localtime.",
        NAME_ZONE,
    ),
    _zone(
        "timezone_file_changed_and_cron_restarted",
        "A web host of the standby got another zone in /etc/timezone, and cron was restarted.",
        NAME_ZONE + RESTART,
    ),
    _zone(
        "localtime_changed",
        "A web host of the standby was moved to its site's own zone by /etc/localtime alone; cron runs on.",
        LINK_ZONE,
    ),
    _zone(
        "localtime_changed_and_cron_restarted",
        "A web host of the standby was moved to its site's own zone, and cron was restarted.",
        LINK_ZONE + RESTART,
    ),
    Fault(
        name="sites_in_their_own_zones",
        sentence="All web hosts use their site's local time: the crontabs are equal, the instants are not.",
        hosts=WEB,
        break_=_own_zones,
        mend=_one_zone,
        healthy=CRON_RUNS,
    ),
    _cron_dropin(
        "cron_in_a_zone_of_its_own",
        "On a web host of the primary a drop-in gives cron another zone than the host has.",
        PRIMARY_SIBLING,
        RESTART,
    ),
    _cron_dropin(
        "zone_of_cron_set_but_not_in_force",
        "On a web host of the standby a drop-in gives cron another zone, from its next start on.",
        SIBLING,
        "",
    ),
    # The daemon.
    Fault(
        name="cron_stopped",
        sentence="cron was stopped on a web host of the standby.",
        hosts=(STANDBY,),
        break_="systemctl stop cron",
        mend="systemctl start cron",
        healthy=CRON_RUNS,
    ),
    Fault(
        name="cron_frozen",
        sentence="A signal stopped cron on a web host of the primary; systemd still reports it as running.",
        hosts=(PRIMARY_SIBLING,),
        break_="systemctl kill --signal=STOP --kill-who=main cron",
        mend="systemctl kill --signal=CONT --kill-who=main cron",
        healthy="grep -q '^State:.S' /proc/$(systemctl show --property=MainPID --value cron)/status",
    ),
    # Files that cron ignores.
    Fault(
        name="crontab_with_a_dot_in_its_name",
        sentence="The crontab of the subscriptions got a dot in its name on a web host of the standby.",
        hosts=(STANDBY,),
        break_=f"mv {JOB} {JOB}.cron",
        mend=f"[ ! -f {JOB}.cron ] || mv {JOB}.cron {JOB}",
        healthy=f"[ -s {JOB} ]",
    ),
    Fault(
        name="crontab_writable_by_group",
        sentence="The group may write the crontab of the subscriptions on a web host of the standby.",
        hosts=(SIBLING,),
        break_=f"chmod 0664 {JOB}",
        mend=f"chmod 0644 {JOB}",
    ),
    Fault(
        name="crontab_owned_by_another_at_primary",
        sentence="The crontab of the subscriptions belongs to the shop on a web host of the primary.",
        hosts=(PRIMARY,),
        break_=f"chown shop {JOB}",
        mend=f"chown root {JOB}",
    ),
    _changed(
        "crontab_without_final_line_feed",
        "The crontab of the subscriptions lost the line feed at its end on a web host of the standby.",
        (STANDBY,),
        JOB,
        f"truncate --size=-1 {JOB}",
    ),
    _changed(
        "crontab_with_a_bad_line_at_both_sites",
        "The crontab of the session cleanup has a line that cron rejects, at both sites.",
        WEB,
        OTHER_JOB,
        f"echo '61 4 * * * shop {PROGRAM} --all' >>{OTHER_JOB}",
    ),
    _changed(
        "crontab_for_an_unknown_user",
        "The session cleanup runs as a user that a web host of the standby does not know.",
        (SIBLING,),
        OTHER_JOB,
        f"sed -i 's/ shop / shopkeeper /' {OTHER_JOB}",
    ),
    Fault(
        name="daily_script_not_executable_at_primary",
        sentence="A script in /etc/cron.daily of the primary's database host is not executable.",
        hosts=("dallas-db1",),
        break_="chmod a-x /etc/cron.daily/dpkg",
        mend="chmod a+x /etc/cron.daily/dpkg",
    ),
    # Jobs.
    _changed(
        "job_commented_out",
        "The subscriptions were commented out on one of two web hosts of the standby.",
        (SIBLING,),
        JOB,
        f"sed -i '/subscriptions run/s/^/#/' {JOB}",
    ),
    Fault(
        name="job_missing_at_both_sites",
        sentence="No web host of either site has the session cleanup.",
        hosts=WEB,
        break_=f"mv {OTHER_JOB} /root/",
        mend=f"[ ! -f /root/shop-maintenance ] || mv /root/shop-maintenance {OTHER_JOB}",
        healthy=f"[ -s {OTHER_JOB} ]",
    ),
    Fault(
        name="job_on_one_sibling_only",
        sentence="One of two web hosts of the primary has a job that no other host has.",
        hosts=(PRIMARY_SIBLING,),
        break_=f"echo '40 5 * * * root /bin/true' >{CRONTABS}/forgotten",
        mend=f"rm -f {CRONTABS}/forgotten",
    ),
    Fault(
        name="job_in_a_crontab_of_its_user",
        sentence="The shop's user has a crontab of its own on a web host of the standby.",
        hosts=(STANDBY,),
        break_="echo '50 5 * * * /bin/true' | crontab -u shop -",
        mend="rm -f /var/spool/cron/crontabs/shop",
    ),
    Fault(
        name="job_scheduled_twice",
        sentence="A copy of the crontab of the subscriptions was left on a web host of the standby.",
        hosts=(SIBLING,),
        break_=f"cp -p {JOB} {JOB}-old",
        mend=f"rm -f {JOB}-old",
    ),
    _changed(
        "job_at_another_time",
        "The subscriptions run every seven minutes on a web host of the standby.",
        (STANDBY,),
        JOB,
        f"sed -i 's,^\\*/5 ,*/7 ,' {JOB}",
    ),
    _changed(
        "job_for_another_user_at_primary",
        "The session cleanup runs as root on a web host of the primary.",
        (PRIMARY,),
        OTHER_JOB,
        f"sed -i 's/ shop / root /' {OTHER_JOB}",
    ),
    _changed(
        "cron_tz_of_another_cron_at_both_sites",
        "The crontab of the session cleanup has a CRON_TZ, copied from a Red Hat host, at both sites.",
        WEB,
        OTHER_JOB,
        f"sed -i '1i CRON_TZ=America/Chicago' {OTHER_JOB}",
    ),
    # What the jobs start.
    Fault(
        name="command_not_executable",
        sentence="The program of the session cleanup is not executable on a web host of the standby.",
        hosts=(STANDBY,),
        break_=f"chmod a-x {PROGRAM}",
        mend=f"chmod a+x {PROGRAM}",
    ),
    Fault(
        name="command_missing_at_both_sites",
        sentence="The program of the session cleanup is gone from all web hosts.",
        hosts=WEB,
        break_=f"mv {PROGRAM} /root/",
        mend=f"[ ! -f /root/shop-cleanup ] || mv /root/shop-cleanup {PROGRAM}",
        healthy=f"[ -x {PROGRAM} ]",
    ),
    Fault(
        name="account_of_jobs_expired",
        sentence="The shop's account has expired on a web host of the standby, so PAM stops its jobs.",
        hosts=(SIBLING,),
        break_="cp -p /etc/shadow /root/shadow.kept\nchage --expiredate 1 shop",
        mend="[ ! -f /root/shadow.kept ] || mv /root/shadow.kept /etc/shadow",
        healthy="[ ! -e /root/shadow.kept ] && [ -s /etc/shadow ]",
    ),
    Fault(
        name="zone_assigned_by_the_manager",
        sentence="On the standby's Redis host cron would use another zone after a restart.",
        hosts=("arizona-sessions1",),
        break_="systemctl set-environment TZ=America/Phoenix",
        mend="systemctl unset-environment TZ; systemctl restart cron",
    ),
    Fault(
        name="zone_assigned_at_the_next_boot_of_both_sites",
        sentence="DefaultEnvironment=TZ: after a boot the database hosts of both sites use Arizona's zone.",
        hosts=("dallas-db1", "arizona-db1"),
        break_=f"""
            mkdir -p {MANAGER_SETTINGS}
            printf '[Manager]\\nDefaultEnvironment="A=b" "TZ=America/Phoenix"\\n' \\
                >{MANAGER_SETTINGS}/zone.conf
        """,
        mend=f"rm -rf {MANAGER_SETTINGS}",
    ),
    # A job that must run at the primary alone.
    Fault(
        name="newsletter_at_both_sites",
        sentence="A web host of the standby would send the newsletter as well.",
        hosts=(STANDBY,),
        break_=f"cat >{NEWSLETTER} <<'END'\n{NEWSLETTER_JOB}END\n",
        mend=f"rm -f {NEWSLETTER}",
    ),
    Fault(
        name="newsletter_not_executable_at_the_standby",
        sentence="A web host of the standby could not send the newsletter after the switch.",
        hosts=(SIBLING,),
        break_="chmod a-x /usr/local/bin/shop-newsletter",
        mend="chmod a+x /usr/local/bin/shop-newsletter",
    ),
    Fault(
        name="newsletter_missing_at_primary",
        sentence="A web host of the primary lost the crontab of the newsletter.",
        hosts=("dallas-web2",),
        break_=f"mv {NEWSLETTER} /root/",
        mend=f"[ ! -f /root/shop-newsletter ] || mv /root/shop-newsletter {NEWSLETTER}",
        healthy=f"[ -s {NEWSLETTER} ]",
    ),
    # Timers.
    Fault(
        name="timer_masked",
        sentence="The timer of the daily report is masked on a web host of the standby.",
        hosts=(STANDBY,),
        break_=f"""
            systemctl stop shop-report.timer
            mv {TIMER} /root/
            ln -s /dev/null {TIMER}
            systemctl daemon-reload
        """,
        mend=f"""
            [ ! -f /root/shop-report.timer ] || mv -f /root/shop-report.timer {TIMER}
            systemctl daemon-reload
            systemctl start shop-report.timer
        """,
        healthy="systemctl is-active --quiet shop-report.timer",
    ),
    Fault(
        name="timer_in_another_zone",
        sentence="A drop-in gives the daily report's time in the standby's own zone on one of its web hosts.",
        hosts=(STANDBY,),
        break_=f"""
            mkdir -p {TIMER_DROPIN}
            printf '[Timer]\\nOnCalendar=\\nOnCalendar=02:30 America/Phoenix\\n' >{TIMER_DROPIN}/zone.conf
            systemctl daemon-reload
            systemctl restart shop-report.timer
        """,
        mend=f"""
            rm -rf {TIMER_DROPIN}
            systemctl daemon-reload
            systemctl restart shop-report.timer
        """,
        healthy="systemctl is-active --quiet shop-report.timer",
    ),
    Fault(
        name="timer_waits_for_a_hung_job",
        sentence="The daily report hangs on a web host of the standby, so its timer no longer starts it.",
        hosts=(STANDBY,),
        break_=f"""
            mkdir -p {TIMER_DROPIN} {REPORT_DROPIN}
            printf '[Service]\\nExecStart=\\nExecStart=/bin/sleep infinity\\nTimeoutStartSec=infinity\\n' \\
                >{REPORT_DROPIN}/hangs.conf
            printf '[Timer]\\nOnActiveSec=1s\\nOnUnitActiveSec=1s\\nAccuracySec=1ms\\n' \\
                >{TIMER_DROPIN}/often.conf
            systemctl daemon-reload
            systemctl restart shop-report.timer
            sleep 4
        """,
        mend=f"""
            rm -rf {TIMER_DROPIN} {REPORT_DROPIN}
            systemctl daemon-reload
            systemctl stop shop-report.timer shop-report.service
            systemctl reset-failed shop-report.service 2>/dev/null || true
            systemctl start shop-report.timer
        """,
        healthy="systemctl is-active --quiet shop-report.timer && ! systemctl is-active --quiet shop-report",
    ),
)
