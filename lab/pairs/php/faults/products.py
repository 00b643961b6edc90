"""What a server would not start with, and what it runs with that no file says."""

from lab.faults import Fault
from lab.handle import Lab

from .machine import kept

_VHOST = "/etc/apache2/sites-available/webmail.conf"
_CLI = "/etc/php/8.2/cli/conf.d/99-jobs.ini"
_USER_INI = "/var/lib/roundcube/public_html/.user.ini"
_INI = "/etc/php/8.2/fpm/conf.d/90-webmail.ini"
_MEMCACHED = "/etc/memcached.conf"
_MAIN = "/etc/postfix/main.cf"
_SSHD = "/etc/ssh/sshd_config.d/99-hardening.conf"
_HTPASSWD = "/etc/apache2/webmail.htpasswd"
_AREA = "/etc/apache2/conf-enabled/ops.conf"
_FPM = "systemctl restart php8.2-fpm"


def _server(state: str) -> str:
    """Tell HAProxy by its socket how a server is to be."""
    return f"""python3 - <<'END'
import socket
to = socket.socket(socket.AF_UNIX)
to.connect("/run/haproxy/admin.sock")
to.sendall(b"set server web/lohi state {state}\\n")
print(to.recv(1000).decode().strip())
END"""


def _maintain(lab: Lab) -> None:
    lab.shell("turku-lb1", _server("maint"))


def _bring_back(lab: Lab) -> None:
    lab.shell("turku-lb1", _server("ready"))


_VHOST_BROKEN = kept(
    _VHOST, f"sed -i 's|^    ServerName|    RequestHeadr set X-Site turku\\n    ServerName|' {_VHOST}"
)
_MAP = kept(_MAIN, f"echo 'virtual_alias_maps = hash:/etc/postfix/virtual' >>{_MAIN}")
_SMALL = f"""
    cp -p {_MEMCACHED} /root/memcached.before
    sed -i 's/^-m .*/-m 8/' {_MEMCACHED}
    systemctl restart memcached
    # A wrapper reads the file a moment later.
    until grep -qsa -- -m.8 /proc/$(pgrep -o memcached)/cmdline; do sleep 0.1; done
    mv /root/memcached.before {_MEMCACHED}
"""

FAULTS = (
    Fault(
        name="apache_module_disabled",
        sentence="Apache of one web host of Turku no longer compresses pages: its module is disabled.",
        hosts=("turku-web1",),
        break_="a2dismod -q -f deflate; systemctl reload apache2",
        mend="cd /etc/apache2/mods-enabled\n"
        "ln -sf ../mods-available/deflate.load ../mods-available/deflate.conf .\nsystemctl reload apache2",
        checks=(
            "tests/parity/test_files.py::test_configuration_files_say_the_same",
            "tests/parity/test_files.py::test_configuration_files_have_the_same_modes_and_owners",
            "tests/parity/test_products.py::test_products_run_with_the_same_settings",
        ),
    ),
    Fault(
        name="virtual_host_not_reloaded",
        sentence="A line of Apache's virtual host is misspelt at Turku; Apache has not been reloaded since.",
        hosts=("turku-web2",),
        break_=_VHOST_BROKEN[0],
        mend=_VHOST_BROKEN[1],
        checks=(
            "tests/parity/test_files.py::test_configuration_files_say_the_same",
            "tests/parity/test_products.py::test_every_product_would_start_again",
            "tests/parity/test_products.py::test_products_run_with_the_same_settings",
        ),
    ),
    Fault(
        name="php_of_jobs_set_otherwise",
        sentence="PHP of the jobs of one web host of Turku has less memory than that of the pages.",
        hosts=("turku-web3",),
        break_=f"echo 'memory_limit = 24M' >{_CLI}",
        mend=f"rm -f {_CLI}",
        checks=(
            "tests/parity/test_files.py::test_configuration_files_say_the_same",
            "tests/parity/test_files.py::test_configuration_files_have_the_same_modes_and_owners",
            "tests/parity/test_products.py::test_products_run_with_the_same_settings",
        ),
    ),
    Fault(
        name="sessions_of_pages_at_the_other_site",
        sentence="A .user.ini beside the pages of one web host of Turku keeps sessions at Porto.",
        hosts=("turku-web1",),
        break_=f"sed -n '/^session.save_path/p' {_INI} | sed 's/turku/porto/' >{_USER_INI}; {_FPM}",
        mend=f"rm -f {_USER_INI}; {_FPM}",
        checks=(
            "tests/parity/test_connections.py::test_no_setting_outside_etc_names_the_other_site",
            "tests/parity/test_products.py::test_what_products_read_outside_etc_is_the_same",
            "tests/smoke/test_session.py::test_a_session_is_kept_by_the_standbys_own_redis",
            "tests/smoke/test_session.py::test_no_session_of_the_standby_is_kept_at_the_primary",
            "tests/smoke/test_storefront.py::test_every_web_host_speaks_the_language",
            "tests/smoke/test_storefront.py::test_every_request_through_the_edge_is_answered_in_time",
            "tests/smoke/test_storefront.py::test_customers_wait_no_longer_than_at_the_primary",
        ),
    ),
    Fault(
        name="server_in_maintenance",
        sentence="HAProxy at Turku sends nothing to one web host, since somebody said so while it runs.",
        hosts=("turku-lb1",),
        break_=_maintain,
        mend=_bring_back,
        checks=("tests/parity/test_products.py::test_nothing_is_switched_off_by_hand",),
    ),
    Fault(
        name="cache_started_smaller",
        sentence="memcached at Turku was started with a quarter of the memory that its file has now.",
        hosts=("turku-mem1",),
        break_=_SMALL,
        mend=f"[ ! -f /root/memcached.before ] || mv /root/memcached.before {_MEMCACHED}\n"
        "systemctl restart memcached",
        checks=("tests/parity/test_products.py::test_products_run_with_the_same_settings",),
    ),
    Fault(
        name="map_of_postfix_missing",
        sentence="Postfix of one web host of Turku looks addresses up in a file that nobody made.",
        hosts=("turku-web3",),
        break_=_MAP[0],
        mend=_MAP[1],
        checks=(
            "tests/parity/test_files.py::test_configuration_files_say_the_same",
            "tests/parity/test_products.py::test_files_that_configuration_names_are_there",
            "tests/parity/test_products.py::test_products_run_with_the_same_settings",
        ),
    ),
    Fault(
        name="sshd_refuses_its_configuration",
        sentence="sshd of Turku's database host runs, and would not start again: a keyword is misspelt.",
        hosts=("turku-db1",),
        break_=f"echo 'PermitRootLogn no' >{_SSHD}",
        mend=f"rm -f {_SSHD}",
        checks=(
            "tests/parity/test_accounts.py::test_the_same_keys_open_the_same_accounts",
            "tests/parity/test_accounts.py::test_only_the_planned_accounts_are_opened_by_keys",
            "tests/parity/test_files.py::test_configuration_files_say_the_same",
            "tests/parity/test_files.py::test_configuration_files_have_the_same_modes_and_owners",
            "tests/parity/test_products.py::test_every_product_would_start_again",
            "tests/parity/test_products.py::test_products_run_with_the_same_settings",
        ),
    ),
    Fault(
        name="passwords_that_workers_cannot_read",
        sentence="Apache of one web host of Turku may not read the file with the passwords of an area.",
        hosts=("turku-web2",),
        break_=f"echo 'x:y' >{_HTPASSWD}; chmod 600 {_HTPASSWD}\n"
        f"cat >{_AREA} <<'END'\n<Location /ops>\nAuthType Basic\nAuthName ops\nAuthUserFile {_HTPASSWD}\n"
        "Require valid-user\n</Location>\nEND\nsystemctl reload apache2",
        mend=f"rm -f {_HTPASSWD} {_AREA}; systemctl reload apache2",
        checks=(
            "tests/parity/test_files.py::test_configuration_files_say_the_same",
            "tests/parity/test_files.py::test_configuration_files_have_the_same_modes_and_owners",
            "tests/parity/test_products.py::test_files_that_configuration_names_are_there",
        ),
    ),
)
