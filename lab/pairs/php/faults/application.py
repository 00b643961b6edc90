"""The application and its servers: texts, settings, sessions, jobs, units, the database."""

from lab.faults import Fault
from lab.handle import Lab

from .machine import _kept

_TEXTS = "/usr/share/roundcube/program/localization/fi_FI/labels.inc"
_INI = "/etc/php/8.2/fpm/conf.d/90-webmail.ini"
_POOL = "/etc/php/8.2/fpm/pool.d/www.conf"
_CRONTAB = "/var/spool/cron/crontabs/www-data"
_DROP_IN = "/etc/systemd/system/php8.2-fpm.service.d/zone.conf"
_FPM = "systemctl restart php8.2-fpm"
_MAIN = "/etc/postfix/main.cf"
_WEBMAIL = "/etc/roundcube/config.inc.php"
_RENEWAL = "/etc/letsencrypt/renewal/webmail.mail.example.conf"


def _pause(lab: Lab) -> None:
    lab.sql("turku-db1", "SELECT pg_wal_replay_pause()")
    lab.sql("porto-db1", "SELECT pg_logical_emit_message(false, 'drill', 'x')")


_CATALOGUE = _kept(_TEXTS, f"sed -i \"/labels\\['username'\\]/d\" {_TEXTS}", _FPM)
_SESSIONS = _kept(_INI, f"sed -i 's/mem.turku/mem.porto/' {_INI}", _FPM)
_PATH = "tcp://mem.porto.mail.example:6379"
_SESSIONS_OF_POOL = _kept(
    _POOL,
    f"sed -n 's/^session.save_path = /php_admin_value[session.save_path] = /p' {_INI} | sed 's/turku/porto/' >>{_POOL}",
    _FPM,
)
_RELAY = _kept(_MAIN, f"sed -i 's/^relayhost = .*/relayhost = lb.porto.mail.example:25/' {_MAIN}", "postfix reload")
_MEMCACHED = _kept("/etc/memcached.conf", "sed -i 's/^-m .*/-m 8/' /etc/memcached.conf", "systemctl restart memcached")
_CACHE = _kept(_WEBMAIL, f"sed -i 's/mem.turku.mail.example:11211/mem.porto.mail.example:11211/' {_WEBMAIL}")
_RENEW = _kept(_RENEWAL, f"sed -i 's/^http01_port = .*/http01_port = 80/' {_RENEWAL}")

FAULTS = (
    Fault(
        name="texts_lack_a_label",
        sentence="One web host of Turku lost a Finnish text of the login form.",
        hosts=("turku-web2",),
        break_=_CATALOGUE[0],
        mend=_CATALOGUE[1],
    ),
    Fault(
        name="job_missing",
        sentence="The crontab of www-data is missing on one web host of Turku.",
        hosts=("turku-web3",),
        break_=f"mv {_CRONTAB} /root/crontab.kept",
        mend=f"[ ! -f /root/crontab.kept ] || mv /root/crontab.kept {_CRONTAB}",
        healthy=f"test -f {_CRONTAB}",
    ),
    Fault(
        name="sessions_at_the_other_site",
        sentence="One web host of Turku keeps sessions in the Redis of Porto, as its php.ini says.",
        hosts=("turku-web1",),
        break_=_SESSIONS[0],
        mend=_SESSIONS[1],
    ),
    Fault(
        name="sessions_of_a_pool_at_the_other_site",
        sentence="The pool of one web host of Turku has a place for sessions of its own: the Redis of Porto.",
        hosts=("turku-web1",),
        break_=_SESSIONS_OF_POOL[0],
        mend=_SESSIONS_OF_POOL[1],
    ),
    Fault(
        name="replay_paused",
        sentence="Turku's database replays nothing any more.",
        hosts=("turku-db1",),
        break_=_pause,
        mend="runuser -u postgres -- psql -XAtqc 'SELECT pg_wal_replay_resume()' >/dev/null",
        alone=True,
    ),
    Fault(
        name="unit_disabled",
        sentence="memcached runs at Turku, and no boot starts it.",
        hosts=("turku-mem1",),
        break_="systemctl disable -q memcached",
        mend="systemctl enable -q memcached",
    ),
    Fault(
        name="environment_of_a_drop_in",
        sentence="PHP-FPM of one web host of Turku has a time zone of its own, by a drop-in.",
        hosts=("turku-web3",),
        break_=f"mkdir -p {_DROP_IN.rpartition('/')[0]}; printf '[Service]\\nEnvironment=TZ=Asia/Tokyo\\n' >{_DROP_IN}\n"
        f"systemctl daemon-reload; {_FPM}",
        mend=f"rm -f {_DROP_IN}; rmdir {_DROP_IN.rpartition('/')[0]} 2>/dev/null || true\n"
        f"systemctl daemon-reload; {_FPM}",
    ),
    Fault(
        name="mail_relayed_by_the_other_site",
        sentence="Postfix of one web host of Turku hands mail to Porto.",
        hosts=("turku-web2",),
        break_=_RELAY[0],
        mend=_RELAY[1],
    ),
    Fault(
        name="cache_smaller",
        sentence="Turku's memcached has a quarter of the memory.",
        hosts=("turku-mem1",),
        break_=_MEMCACHED[0],
        mend=_MEMCACHED[1],
    ),
    Fault(
        name="cache_of_the_other_site",
        sentence="Roundcube of one web host of Turku keeps its cache in the memcached of Porto.",
        hosts=("turku-web1",),
        break_=_CACHE[0],
        mend=_CACHE[1],
    ),
    Fault(
        name="renewal_at_another_port",
        sentence="Turku's certificate cannot be renewed: certbot listens where HAProxy does.",
        hosts=("turku-lb1",),
        break_=_RENEW[0],
        mend=_RENEW[1],
    ),
)
