"""Sessions, rows and files that are not where they should be, and a certificate that ends."""

from lab import certificates
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
from lab.pairs.tickets.software import NAME

_OTHER_SITES = edited("sessions", SETTINGS, "s/^\\(location=.*\\)@redis.ashburn/\\1@redis.berlin/", RESTART)
_TLS, _KEPT = "/etc/ssl/tickets", "/root/tls.kept"
_MEDIA = "/var/pretix/data/media/pub/posters"


def _ends_soon(lab: Lab) -> None:
    pair = certificates.issue((NAME,), days=5, folder=lab.plan.pair.state / "tls")
    lab.shell(STANDBY_WEB, f"cp -a {_TLS} {_KEPT}.part && mv {_KEPT}.part {_KEPT}")
    for kind, text in (("pem", pair.chain), ("key", pair.key)):
        lab.shell(STANDBY_WEB, f"cat >{_TLS}/www.{kind} <<'END'\n{text.decode()}END")
    lab.shell(STANDBY_WEB, "systemctl reload nginx")


def _pause(lab: Lab) -> None:
    lab.sql(STANDBY_DB, "SELECT pg_wal_replay_pause()")
    lab.sql(PRIMARY_DB, "SELECT pg_logical_emit_message(false, 'drill', 'x')")


def _resume(lab: Lab) -> None:
    lab.sql(STANDBY_DB, "SELECT pg_wal_replay_resume()")


FAULTS = (
    Fault(
        name="sessions_in_the_other_sites_redis",
        sentence="pretix at the standby keeps its sessions in the Redis of the primary's site.",
        hosts=(STANDBY_WEB,),
        break_=_OTHER_SITES[0],
        mend=_OTHER_SITES[1],
        checks=(
            "tests/parity/test_connections.py::test_no_process_is_connected_to_the_other_site",
            "tests/parity/test_files.py::test_configuration_files_say_the_same",
            "tests/parity/test_files.py::test_no_configuration_names_the_other_site",
            "tests/parity/test_sessions.py::test_each_redis_serves_its_own_site_alone",
            "tests/parity/test_sessions.py::test_the_setting_is_the_same_apart_from_the_site",
            "tests/parity/test_sessions.py::test_the_setting_names_the_own_sites_redis",
            "tests/parity/test_sessions.py::test_the_name_leads_to_the_own_sites_redis",
            "tests/parity/test_sessions.py::test_running_workers_are_connected_to_the_own_sites_redis",
            "tests/smoke/test_session.py::test_a_session_is_kept_by_the_standbys_own_redis",
            "tests/smoke/test_session.py::test_no_session_of_the_standby_is_kept_at_the_primary",
        ),
    ),
    Fault(
        name="replay_paused_at_the_standby",
        sentence="Replay was paused at the standby for a dump, and nobody resumed it.",
        hosts=(STANDBY_DB,),
        break_=_pause,
        mend=_resume,
        checks=(
            "tests/parity/test_replication.py::test_what_arrives_is_replayed_at_once",
            "tests/parity/test_replication.py::test_the_standby_passes_the_primarys_position_in_time",
        ),
    ),
    Fault(
        name="certificate_ends_within_a_week",
        sentence="The certificate of the standby was not renewed and ends within a week.",
        hosts=(STANDBY_WEB,),
        break_=_ends_soon,
        mend=f"[ ! -d {_KEPT} ] || {{ rm -r {_TLS}\nmv {_KEPT} {_TLS}\nsystemctl reload nginx\n}}",
        healthy=f"[ ! -e {_KEPT} ]",
        checks=("tests/parity/test_tls.py::test_certificates_last_beyond_the_horizon",),
    ),
    Fault(
        name="pictures_not_copied",
        sentence="Pictures that organizers uploaded lie at the primary only.",
        hosts=(PRIMARY_WEB,),
        break_=f"install -d -o pretix -g pretix {_MEDIA}\nhead -c 2000 /dev/urandom >{_MEDIA}/poster.png\n"
        f"chown pretix: {_MEDIA}/poster.png\nsleep 6",
        mend=f"rm -rf {_MEDIA}",
        seen_on=(STANDBY_WEB,),
        checks=(
            "tests/parity/test_uploads.py::test_as_much_is_stored_as_at_the_primary",
            "tests/parity/test_uploads.py::test_stored_files_have_arrived",
        ),
    ),
)
