"""Programs of another version, with other settings, or that nobody starts."""

from lab.faults import Fault
from lab.handle import Lab
from lab.pairs.tickets.hosts import CODE, PRIMARY_WEB, RESTART, SETTINGS, STANDBY_WEB, edited

_ENVIRONMENT = "/etc/default/pretix"
_DROP_IN = "/etc/systemd/system/pretix-worker.service.d/override.conf"
_STATUS, _KEPT_STATUS = "/var/lib/dpkg/status", "/root/dpkg-status.kept"
_TIMER = "pretix-periodic.timer"

_OLDER = edited(
    "older", f"{CODE}/pretix/__init__.py", 's/^__version__ = .*/__version__ = "2026.7.1"/', RESTART
)
_CURRENCY = edited("currency", SETTINGS, "s/^currency=EUR$/currency=USD/", RESTART)
_ONE_WORKER = edited("one_worker", _ENVIRONMENT, "s/^WEB_CONCURRENCY=2$/WEB_CONCURRENCY=1/", RESTART)
_INFO, _OLD_INFO = f"{CODE}/pretix-2026.8.0.dist-info", f"{CODE}/pretix-2026.7.1.dist-info"


def _new_york(lab: Lab) -> None:
    lab.shell(
        STANDBY_WEB,
        "ln -sf /usr/share/zoneinfo/America/New_York /etc/localtime\n"
        "echo America/New_York >/etc/timezone\nsystemctl restart cron",
    )


FAULTS = (
    Fault(
        name="pretix_of_another_version",
        sentence="The standby runs the release of the month before.",
        hosts=(STANDBY_WEB,),
        break_=f"""
            mv {_INFO} {_OLD_INFO}
            sed -i 's/^Version: .*/Version: 2026.7.1/' {_OLD_INFO}/METADATA
            {_OLDER[0]}
        """,
        mend=f"""
            [ ! -d {_OLD_INFO} ] || {{
                sed -i 's/^Version: .*/Version: 2026.8.0/' {_OLD_INFO}/METADATA
                mv {_OLD_INFO} {_INFO}
            }}
            {_OLDER[1]}
        """,
        checks=("tests/parity/test_packages.py::test_python_environments_hold_the_same_distributions",),
    ),
    Fault(
        name="timer_stopped_at_the_primary",
        sentence="The timer of what is due was disabled at the primary: nobody is reminded to pay.",
        hosts=(PRIMARY_WEB,),
        break_=f"systemctl disable --now {_TIMER}",
        mend=f"systemctl enable --now {_TIMER}",
        healthy=f"systemctl is-active {_TIMER}",
        checks=(
            "tests/parity/test_services.py::test_units_of_the_primary_run_there_and_are_ready_and_off_at_the_standby",
        ),
    ),
    Fault(
        name="package_of_another_build",
        sentence="nginx at the standby is of the build before.",
        hosts=(STANDBY_WEB,),
        break_=f"""
            cp -p {_STATUS} {_KEPT_STATUS}
            sed -i '/^Package: nginx$/,/^$/s/^Version: .*/Version: 1.26.3-3/' {_STATUS}
            if cmp -s {_STATUS} {_KEPT_STATUS}; then exit 1; fi
        """,
        mend=f"[ ! -f {_KEPT_STATUS} ] || mv {_KEPT_STATUS} {_STATUS}",
        checks=("tests/parity/test_packages.py::test_every_package_is_the_same_build",),
    ),
    Fault(
        name="time_zone_of_the_standbys_place",
        sentence="The web host of the standby runs on the time of its place.",
        hosts=(STANDBY_WEB,),
        break_=_new_york,
        mend="""
            ln -sf /usr/share/zoneinfo/Etc/UTC /etc/localtime
            echo Etc/UTC >/etc/timezone
            systemctl restart cron
        """,
        healthy="[ $(date +%Z) = UTC ]",
        checks=(
            "tests/parity/test_clock.py::test_local_time_is_the_same",
            "tests/parity/test_schedules.py::test_cron_and_timers_go_by_the_agreed_time_zone",
            "tests/parity/test_schedules.py::test_every_job_runs_at_the_same_instants",
        ),
    ),
    Fault(
        name="worker_with_a_drop_in",
        sentence="Somebody gave the worker of the standby a tenth of a processor, in a drop-in.",
        hosts=(STANDBY_WEB,),
        break_=f"""
            mkdir -p {_DROP_IN.rpartition("/")[0]}
            printf '[Service]\\nCPUQuota=10%%\\n' >{_DROP_IN}
            systemctl daemon-reload
        """,
        mend=f"rm -rf {_DROP_IN.rpartition('/')[0]}\nsystemctl daemon-reload",
        checks=("tests/parity/test_services.py::test_units_are_defined_alike",),
    ),
    Fault(
        name="environment_with_fewer_workers",
        sentence="The environment file of the standby asks for one worker instead of two.",
        hosts=(STANDBY_WEB,),
        break_=_ONE_WORKER[0],
        mend=_ONE_WORKER[1],
        checks=(
            "tests/parity/test_capacity.py::test_the_standby_has_as_many_workers",
            "tests/parity/test_runtime.py::test_services_are_set_alike",
        ),
    ),
    Fault(
        name="currency_in_the_configuration",
        sentence="pretix.cfg of the standby says dollars instead of euros.",
        hosts=(STANDBY_WEB,),
        break_=_CURRENCY[0],
        mend=_CURRENCY[1],
        checks=(
            "tests/parity/test_files.py::test_configuration_files_say_the_same",
            "tests/parity/test_secrets.py::test_every_secret_is_the_same_at_both_sites",
        ),
    ),
)
