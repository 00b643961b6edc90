"""The application and its servers: texts, settings, sessions, jobs, units, the database."""

from lab.faults import Fault
from lab.handle import Lab

from .machine import kept

_TEXTS = "/usr/share/roundcube/program/localization/fi_FI/labels.inc"
_INI = "/etc/php/8.2/fpm/conf.d/90-webmail.ini"
_POOL = "/etc/php/8.2/fpm/pool.d/www.conf"
_CRONTAB = "/var/spool/cron/crontabs/www-data"
_FOLDER = "/etc/systemd/system/php8.2-fpm.service.d"
_DROP_IN = f"{_FOLDER}/zone.conf"
_FPM = "systemctl restart php8.2-fpm"
_MAIN = "/etc/postfix/main.cf"
_WEBMAIL = "/etc/roundcube/config.inc.php"
_RENEWAL = "/etc/letsencrypt/renewal/webmail.mail.example.conf"


def _pause(lab: Lab) -> None:
    lab.sql("turku-db1", "SELECT pg_wal_replay_pause()")
    lab.sql("porto-db1", "SELECT pg_logical_emit_message(false, 'drill', 'x')")


_CATALOGUE = kept(_TEXTS, f"sed -i \"/labels\\['username'\\]/d\" {_TEXTS}", _FPM)
_SESSIONS = kept(_INI, f"sed -i 's/mem.turku/mem.porto/' {_INI}", _FPM)
_SESSIONS_OF_POOL = kept(
    _POOL,
    f"sed -n 's/^session.save_path = /php_admin_value[session.save_path] = /p' {_INI} "
    f"| sed 's/turku/porto/' >>{_POOL}",
    _FPM,
)
_RELAY = kept(
    _MAIN, f"sed -i 's/^relayhost = .*/relayhost = lb.porto.mail.example:25/' {_MAIN}", "postfix reload"
)
_MEMCACHED = kept(
    "/etc/memcached.conf", "sed -i 's/^-m .*/-m 8/' /etc/memcached.conf", "systemctl restart memcached"
)
_CACHE = kept(_WEBMAIL, f"sed -i 's/mem.turku.mail.example:11211/mem.porto.mail.example:11211/' {_WEBMAIL}")
_RENEW = kept(_RENEWAL, f"sed -i 's/^http01_port = .*/http01_port = 80/' {_RENEWAL}")

FAULTS = (
    Fault(
        name="texts_lack_a_label",
        sentence="One web host of Turku lost a Finnish text of the login form.",
        hosts=("turku-web2",),
        break_=_CATALOGUE[0],
        mend=_CATALOGUE[1],
        checks=(
            "tests/parity/test_packages.py::test_every_file_is_as_its_package_has_it",
            "tests/smoke/test_storefront.py::test_every_web_host_speaks_the_language",
            "tests/smoke/test_storefront.py::test_every_request_through_the_edge_is_answered_in_time",
        ),
    ),
    Fault(
        name="job_missing",
        sentence="The crontab of www-data is missing on one web host of Turku.",
        hosts=("turku-web3",),
        break_=f"mv {_CRONTAB} /root/crontab.kept",
        mend=f"[ ! -f /root/crontab.kept ] || mv /root/crontab.kept {_CRONTAB}",
        healthy=f"test -f {_CRONTAB}",
        checks=(
            "tests/parity/test_schedules.py::test_the_same_jobs_are_written_down_everywhere",
            "tests/parity/test_schedules.py::test_every_needed_job_is_scheduled_once",
            "tests/parity/test_schedules.py::test_every_job_runs_at_the_same_instants",
        ),
    ),
    Fault(
        name="sessions_at_the_other_site",
        sentence="One web host of Turku keeps sessions in the Redis of Porto, as its php.ini says.",
        hosts=("turku-web1",),
        break_=_SESSIONS[0],
        mend=_SESSIONS[1],
        checks=(
            "tests/parity/test_products.py::test_products_run_with_the_same_settings",
            "tests/parity/test_files.py::test_configuration_files_say_the_same",
            "tests/parity/test_files.py::test_no_configuration_names_the_other_site",
            "tests/parity/test_sessions.py::test_the_setting_is_the_same_apart_from_the_site",
            "tests/parity/test_sessions.py::test_the_setting_names_the_own_sites_redis",
            "tests/parity/test_sessions.py::test_the_name_leads_to_the_own_sites_redis",
            "tests/smoke/test_session.py::test_a_session_is_kept_by_the_standbys_own_redis",
            "tests/smoke/test_session.py::test_no_session_of_the_standby_is_kept_at_the_primary",
            "tests/smoke/test_storefront.py::test_every_web_host_speaks_the_language",
            "tests/smoke/test_storefront.py::test_every_request_through_the_edge_is_answered_in_time",
            "tests/smoke/test_storefront.py::test_customers_wait_no_longer_than_at_the_primary",
        ),
    ),
    Fault(
        name="sessions_of_a_pool_at_the_other_site",
        sentence="The pool of one web host of Turku has a place for sessions of its own: the Redis of Porto.",
        hosts=("turku-web1",),
        break_=_SESSIONS_OF_POOL[0],
        mend=_SESSIONS_OF_POOL[1],
        checks=(
            "tests/parity/test_products.py::test_products_run_with_the_same_settings",
            "tests/parity/test_files.py::test_configuration_files_say_the_same",
            "tests/parity/test_files.py::test_no_configuration_names_the_other_site",
            "tests/smoke/test_session.py::test_a_session_is_kept_by_the_standbys_own_redis",
            "tests/smoke/test_session.py::test_no_session_of_the_standby_is_kept_at_the_primary",
            "tests/smoke/test_storefront.py::test_every_web_host_speaks_the_language",
            "tests/smoke/test_storefront.py::test_every_request_through_the_edge_is_answered_in_time",
            "tests/smoke/test_storefront.py::test_customers_wait_no_longer_than_at_the_primary",
        ),
    ),
    Fault(
        name="replay_paused",
        sentence="Turku's database replays nothing any more.",
        hosts=("turku-db1",),
        break_=_pause,
        mend="runuser -u postgres -- psql -XAtqc 'SELECT pg_wal_replay_resume()' >/dev/null",
        alone=True,
        checks=(
            "tests/parity/test_replication.py::test_what_arrives_is_replayed_at_once",
            "tests/parity/test_replication.py::test_the_standby_passes_the_primarys_position_in_time",
        ),
    ),
    Fault(
        name="unit_disabled",
        sentence="memcached runs at Turku, and no boot starts it.",
        hosts=("turku-mem1",),
        break_="systemctl disable -q memcached",
        mend="systemctl enable -q memcached",
        checks=(
            "tests/parity/test_services.py::test_the_same_units_are_enabled_disabled_and_masked",
            "tests/parity/test_services.py::test_every_required_unit_runs_also_after_a_boot",
        ),
    ),
    Fault(
        name="environment_of_a_drop_in",
        sentence="PHP-FPM of one web host of Turku has a time zone of its own, by a drop-in.",
        hosts=("turku-web3",),
        break_=f"mkdir -p {_FOLDER}; printf '[Service]\\nEnvironment=TZ=Asia/Tokyo\\n' >{_DROP_IN}\n"
        f"systemctl daemon-reload; {_FPM}",
        mend=f"rm -f {_DROP_IN}; rmdir {_FOLDER} 2>/dev/null || true\nsystemctl daemon-reload; {_FPM}",
        checks=(
            "tests/parity/test_services.py::test_units_are_defined_alike",
            "tests/parity/test_runtime.py::test_services_are_set_alike",
        ),
    ),
    Fault(
        name="mail_relayed_by_the_other_site",
        sentence="Postfix of one web host of Turku hands mail to Porto.",
        hosts=("turku-web2",),
        break_=_RELAY[0],
        mend=_RELAY[1],
        checks=(
            "tests/parity/test_connections.py::test_names_in_settings_lead_to_the_same",
            "tests/parity/test_products.py::test_products_run_with_the_same_settings",
            "tests/parity/test_files.py::test_configuration_files_say_the_same",
            "tests/parity/test_files.py::test_no_configuration_names_the_other_site",
        ),
    ),
    Fault(
        name="cache_smaller",
        sentence="Turku's memcached has a quarter of the memory.",
        hosts=("turku-mem1",),
        break_=_MEMCACHED[0],
        mend=_MEMCACHED[1],
        checks=(
            "tests/parity/test_files.py::test_configuration_files_say_the_same",
            "tests/parity/test_products.py::test_products_run_with_the_same_settings",
        ),
    ),
    Fault(
        name="cache_of_the_other_site",
        sentence="Roundcube of one web host of Turku keeps its cache in the memcached of Porto.",
        hosts=("turku-web1",),
        break_=_CACHE[0],
        mend=_CACHE[1],
        checks=(
            "tests/parity/test_files.py::test_configuration_files_say_the_same",
            "tests/parity/test_files.py::test_no_configuration_names_the_other_site",
        ),
    ),
    Fault(
        name="renewal_at_another_port",
        sentence="Turku's certificate cannot be renewed: certbot listens where HAProxy does.",
        hosts=("turku-lb1",),
        break_=_RENEW[0],
        mend=_RENEW[1],
        checks=("tests/parity/test_files.py::test_configuration_files_say_the_same",),
    ),
)
