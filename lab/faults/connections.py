"""What a site still gets from the other one: connections, settings of jobs, a foreign server."""

from lab.faults import Fault
from lab.handle import Lab

SESSIONS = {"dallas": "198.18.1.41", "arizona": "198.18.2.41"}
WEB = ("dallas-web1", "arizona-web1")
PRIMARY_DB, STANDBY_DB = "dallas-db1", "arizona-db1"
MAILS = "/opt/mails"
RELAY = "relay.mails.example"
ARCHIVE = "archive.shop.example"

_CONNECT = (
    "setsid perl -MIO::Socket::INET -e '$s = IO::Socket::INET->new(\"{place}:6379\") or die $!; sleep 36000'"
    " </dev/null >/dev/null 2>&1 &\nsleep 1\npgrep -f '[s]leep 36000'"
)
_NOT_CONNECTED = "pkill -f '[s]leep 36000' || true"


def _stray(name: str, sentence: str, host: str, place: str) -> Fault:
    return Fault(
        name=name,
        sentence=sentence,
        hosts=(host,),
        break_=_CONNECT.format(place=place),
        mend=_NOT_CONNECTED,
        healthy="! pgrep -f '[s]leep 36000'",
    )


def _forget(name: str) -> str:
    """Takes a name out of /etc/hosts, which the engine mounts, so that it cannot be replaced."""
    return f"sed '/{name}/d' /etc/hosts >/root/hosts.new\ncat /root/hosts.new >/etc/hosts\nrm /root/hosts.new"


def _relay(lab: Lab) -> None:
    for host in WEB:
        lab.shell(host, f"mkdir -p /etc/mails\necho smtp_host={RELAY} >/etc/mails/relay.conf")
    lab.shell(WEB[0], f"echo '203.0.113.25 {RELAY}' >>/etc/hosts")


def _no_relay(lab: Lab) -> None:
    for host in WEB:
        lab.shell(host, f"{_forget(RELAY)}\nrm -rf /etc/mails")


def _foreign_server(lab: Lab) -> None:
    lab.shell(STANDBY_DB, f"echo '198.18.1.31 {ARCHIVE}' >>/etc/hosts")
    lab.sql(
        PRIMARY_DB,
        "CREATE EXTENSION postgres_fdw; CREATE SERVER archive FOREIGN DATA WRAPPER postgres_fdw"
        f" OPTIONS (host '{ARCHIVE}')",
    )


def _no_foreign_server(lab: Lab) -> None:
    lab.sql(PRIMARY_DB, "DROP EXTENSION IF EXISTS postgres_fdw CASCADE")
    lab.shell(STANDBY_DB, _forget(ARCHIVE))


FAULTS = (
    _stray(
        "stray_connection_to_the_other_site",
        "A program that somebody started by hand at the standby is connected to the primary's Redis.",
        "arizona-web1",
        SESSIONS["dallas"],
    ),
    _stray(
        "stray_connection_to_the_other_site_at_the_primary",
        "A program that somebody started by hand at the primary is connected to the standby's Redis.",
        "dallas-web1",
        SESSIONS["arizona"],
    ),
    Fault(
        name="job_reads_a_file_of_the_other_site",
        sentence="The settings of a nightly job, in /opt, were copied with the mail relay of the primary.",
        hosts=("dallas-web1", "dallas-web2", "arizona-web1", "arizona-web2"),
        seen_on=("arizona-web1", "arizona-web2"),
        break_=f"""
            mkdir -p {MAILS}
            printf 'SMTP_HOST=web1.dallas.shop.example\\n' >{MAILS}/mail.env
            printf '#!/bin/sh\\n. {MAILS}/mail.env\\nexec /bin/true "$SMTP_HOST"\\n' >{MAILS}/send
            chmod 755 {MAILS}/send
            echo '15 3 * * * root {MAILS}/send' >/etc/cron.d/mails
        """,
        mend=f"rm -rf {MAILS} /etc/cron.d/mails",
    ),
    Fault(
        name="name_of_a_setting_unknown_at_the_standby",
        sentence="Only the primary knows the name of the mail relay: it stands in its /etc/hosts.",
        hosts=WEB,
        break_=_relay,
        mend=_no_relay,
    ),
    Fault(
        name="foreign_server_by_a_name_of_the_other_site",
        sentence="The name of a foreign server leads, at the standby, to the database host of the primary.",
        hosts=(PRIMARY_DB, STANDBY_DB),
        seen_on=(STANDBY_DB,),
        break_=_foreign_server,
        mend=_no_foreign_server,
    ),
)
