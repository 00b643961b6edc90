"""What the standby still gets from the primary's site: a queue, a mail relay, a file system, a database."""

from lab.faults import Fault
from lab.handle import Lab
from lab.pairs.tickets.hosts import (
    PRIMARY_DB,
    PRIMARY_WEB,
    RESTART,
    SETTINGS,
    STANDBY_DB,
    STANDBY_WEB,
    edited,
)

_SITES = {PRIMARY_WEB: "berlin", STANDBY_WEB: "ashburn"}
_REDIS = "198.51.100.85"
"""The primary's web host, which runs its Redis."""
_HERE, _THERE = (
    f"tests/parity/test_connections.py::{name}"
    for name in (
        "test_no_setting_outside_etc_names_the_other_site",
        "test_no_process_is_connected_to_the_other_site",
    )
)
_SAME = "tests/parity/test_connections.py::test_names_in_settings_lead_to_the_same"
_NAME = "tests/parity/test_connections.py::test_no_name_in_settings_leads_to_the_other_site"
_LOOKED_UP = "tests/parity/test_path.py::test_names_are_looked_up_alike"
_CLIENTS = "tests/parity/test_sessions.py::test_each_redis_serves_its_own_site_alone"
_SERVER = "tests/parity/test_database.py::test_no_foreign_server_leads_to_the_other_site"

_QUEUE = {
    host: edited(
        "queue", SETTINGS, f"/^broker=/s/@redis.{site}.tickets.example/@queue.tickets.example/", RESTART
    )
    for host, site in _SITES.items()
}


def _forget(name: str) -> str:
    """Takes a name out of /etc/hosts, which the engine mounts, so that it cannot be replaced."""
    return f"sed '/{name}/d' /etc/hosts >/root/hosts.new\ncat /root/hosts.new >/etc/hosts\nrm /root/hosts.new"


def _queue(lab: Lab) -> None:
    for host in _SITES:
        lab.shell(host, f"echo '{_REDIS} queue.tickets.example' >>/etc/hosts\n{_QUEUE[host][0]}")
    lab.shell(
        STANDBY_WEB, f"for one in $(seq 50); do ! ss -tnH | grep -q {_REDIS}:6379 || exit 0; sleep 1; done"
    )


def _own_queue(lab: Lab) -> None:
    for host in _SITES:
        lab.shell(host, f"{_forget('queue.tickets.example')}\n{_QUEUE[host][1]}")


ARCHIVE = "archive.tickets.example"
_MAILS = "/opt/mails"
_CONNECT = "perl -MIO::Socket::INET -e '$s = IO::Socket::INET->new(\"{place}\") or die $!; sleep 36000'"


def _relay(lab: Lab) -> None:
    for host in _SITES:
        lab.shell(host, "mkdir -p /etc/mails\necho smtp_host=relay.mails.example >/etc/mails/relay.conf")
    lab.shell(PRIMARY_WEB, "echo '203.0.113.25 relay.mails.example' >>/etc/hosts")


def _no_relay(lab: Lab) -> None:
    for host in _SITES:
        lab.shell(host, f"{_forget('relay.mails.example')}\nrm -rf /etc/mails")


def _foreign_server(lab: Lab) -> None:
    lab.shell(STANDBY_DB, f"echo '198.51.100.95 {ARCHIVE}' >>/etc/hosts")
    lab.sql(
        PRIMARY_DB,
        "CREATE EXTENSION postgres_fdw; CREATE SERVER archive FOREIGN DATA WRAPPER postgres_fdw"
        f" OPTIONS (host '{ARCHIVE}')",
    )


def _no_foreign_server(lab: Lab) -> None:
    lab.sql(PRIMARY_DB, "DROP EXTENSION IF EXISTS postgres_fdw CASCADE")
    lab.shell(STANDBY_DB, _forget(ARCHIVE))


FAULTS = (
    Fault(
        name="queue_at_the_other_site_by_its_name",
        sentence="Both sites name queue.tickets.example, and at both that is the Redis of the primary.",
        hosts=(PRIMARY_WEB, STANDBY_WEB),
        seen_on=(STANDBY_WEB,),
        break_=_queue,
        mend=_own_queue,
        alone=True,
        checks=(_NAME, _SAME, _THERE, _LOOKED_UP, _CLIENTS),
    ),
    Fault(
        name="stray_connection_to_the_other_site",
        sentence="A program that somebody started by hand is connected to the Redis of the primary.",
        hosts=(STANDBY_WEB,),
        break_=f"setsid {_CONNECT.format(place=f'{_REDIS}:6379')} </dev/null >/dev/null 2>&1 &\nsleep 1",
        mend="pkill -f '[s]leep 36000' || true",
        healthy="! pgrep -f '[s]leep 36000'",
        checks=(_HERE, _THERE, _CLIENTS),
    ),
    Fault(
        name="nightly_job_mails_by_the_other_site",
        sentence="The settings of a nightly job, in /opt, were copied with the mail relay of the primary.",
        hosts=(PRIMARY_WEB, STANDBY_WEB),
        seen_on=(STANDBY_WEB,),
        break_=f"""
            mkdir -p {_MAILS}
            printf 'SMTP_HOST=web1.berlin.tickets.example\\nSMTP_PORT=25\\n' >{_MAILS}/mail.env
            printf '#!/bin/sh\\n. {_MAILS}/mail.env\\nexec /bin/true "$SMTP_HOST"\\n' >{_MAILS}/send
            chmod 755 {_MAILS}/send
            echo '15 3 * * * pretix {_MAILS}/send' >/etc/cron.d/mails
        """,
        mend=f"rm -rf {_MAILS} /etc/cron.d/mails",
        checks=(_HERE,),
    ),
    Fault(
        name="mail_relay_known_at_the_primary_only",
        sentence="Only the primary knows the name of the mail relay: it stands in its /etc/hosts.",
        hosts=(PRIMARY_WEB, STANDBY_WEB),
        break_=_relay,
        mend=_no_relay,
        checks=(_SAME, _LOOKED_UP),
    ),
    Fault(
        name="service_told_to_report_to_the_other_site",
        sentence="What systemd hands on to every service names a collector at the primary's site.",
        hosts=(STANDBY_WEB,),
        break_=f"systemctl set-environment REPORT_TO=berlin-web1:8126\n{RESTART}",
        mend=f"systemctl unset-environment REPORT_TO\nsystemctl restart cron\n{RESTART}",
        checks=(
            _HERE,
            "tests/parity/test_runtime.py::test_services_are_set_alike",
            "tests/parity/test_runtime.py::test_services_run_with_their_settings",
            "tests/parity/test_runtime.py::test_systemd_hands_the_same_variables_on_to_services",
        ),
    ),
    Fault(
        name="foreign_server_by_a_name_of_the_other_site",
        sentence="The name of a foreign server leads, at the standby, to the database host of the primary.",
        hosts=(PRIMARY_DB, STANDBY_DB),
        seen_on=(STANDBY_DB,),
        break_=_foreign_server,
        mend=_no_foreign_server,
        checks=(_SERVER, _LOOKED_UP),
    ),
)
