"""What lies below the application: locales, packages, time zone, certificate, packet filter."""

from lab.faults import Fault
from lab.faults.packages import EARLIER, INSTALL, REPACK, RESTORE, SOUND
from lab.handle import Lab

_ARCHIVE = "/usr/lib/locale/locale-archive"
_PEM, _KEPT_PEM = "/etc/haproxy/webmail.pem", "/root/webmail.pem"
_REPACKED = "libmemcached"
_RULES = "/etc/iptables/rules.v4"
_LOADED_ANEW = "\nsystemctl restart php8.2-fpm"
"""PHP has the library loaded."""
_ZONE = "ln -sf /usr/share/zoneinfo/{zone} /etc/localtime; echo {zone} >/etc/timezone"


def kept(path: str, change: str, after: str = "") -> tuple[str, str]:
    """Scripts that change a file, whose old self is kept beside root, and that bring it back."""
    name = "/root/kept" + path.replace("/", "-")
    return (
        f"cp -p {path} {name}.part && mv {name}.part {name}\n{change}\n{after}",
        f"rm -f {name}.part; [ ! -f {name} ] || {{ mv {name} {path}\n{after or ':'}\n}}",
    )


def _expired(lab: Lab) -> None:
    """What HAProxy serves was never made anew from what certbot renewed."""
    from lab import certificates  # noqa: PLC0415  # a fault alone needs it

    old = certificates.issue(("webmail.mail.example",), days=-2, folder=lab.plan.pair.state / "tls")
    pem = (old.chain + old.key).decode()
    lab.shell(
        "turku-lb1", f"cp -p {_PEM} {_KEPT_PEM}\ncat >{_PEM} <<'END'\n{pem}END\nsystemctl reload haproxy"
    )


_LOCALE = kept(_ARCHIVE, "localedef --delete-from-archive fi_FI.utf8", "systemctl restart php8.2-fpm")
_RULE = kept(
    _RULES,
    "sed -i '/--comment .*replication/d' /etc/iptables/rules.v4",
    "iptables-restore </etc/iptables/rules.v4",
)

FAULTS = (
    Fault(
        name="locale_missing",
        sentence="One web host of Turku cannot speak Finnish: its locale is not compiled.",
        hosts=("turku-web1",),
        break_=_LOCALE[0],
        mend=_LOCALE[1],
        healthy="locale -a | grep -qx fi_FI.utf8",
        checks=(
            "tests/parity/test_locales.py::test_every_served_locale_is_usable_on_every_host",
            "tests/parity/test_locales.py::test_the_same_locales_are_compiled",
            "tests/parity/test_locales.py::test_compiled_locales_have_the_same_content",
        ),
    ),
    Fault(
        name="another_version",
        sentence="One web host of Turku missed an upgrade: the library of memcached is one revision behind.",
        hosts=("turku-web2",),
        break_="".join((REPACK.format(name=_REPACKED, package="libmemcached11"), EARLIER, INSTALL))
        + _LOADED_ANEW,
        mend=RESTORE.format(name=_REPACKED) + _LOADED_ANEW,
        healthy=SOUND,
        checks=("tests/parity/test_packages.py::test_every_package_is_the_same_build",),
    ),
    Fault(
        name="package_missing",
        sentence="memcached's extension for PHP is missing on one web host of Turku.",
        hosts=("turku-web3",),
        break_="dpkg --purge php-memcached php8.2-memcached >/dev/null 2>&1; systemctl restart php8.2-fpm",
        undone_by_reset=True,
        checks=(
            "tests/parity/test_connections.py::test_names_in_settings_lead_to_the_same",
            "tests/parity/test_files.py::test_configuration_files_have_the_same_modes_and_owners",
            "tests/parity/test_files.py::test_configuration_files_say_the_same",
            "tests/parity/test_packages.py::test_every_package_is_the_same_build",
            "tests/parity/test_products.py::test_products_run_with_the_same_settings",
        ),
    ),
    Fault(
        name="time_zone",
        sentence="The load balancer of Turku keeps local time.",
        hosts=("turku-lb1",),
        break_=_ZONE.format(zone="Europe/Helsinki"),
        mend=_ZONE.format(zone="Etc/UTC") + "; systemctl restart cron",
        checks=(
            "tests/parity/test_clock.py::test_local_time_is_the_same",
            "tests/parity/test_schedules.py::test_cron_and_timers_go_by_the_agreed_time_zone",
            "tests/parity/test_schedules.py::test_cron_is_younger_than_its_time_zone",
            "tests/parity/test_schedules.py::test_every_job_runs_at_the_same_instants",
        ),
    ),
    Fault(
        name="certificate_expired",
        sentence="Turku's HAProxy serves a certificate that has expired, though certbot renewed it.",
        hosts=("turku-lb1",),
        break_=_expired,
        mend=f"[ ! -f {_KEPT_PEM} ] || {{ mv {_KEPT_PEM} {_PEM}; systemctl reload haproxy; }}",
        alone=True,
        checks=(
            "tests/parity/test_tls.py::test_customers_accept_what_is_served",
            "tests/parity/test_tls.py::test_certificates_last_beyond_the_horizon",
            "tests/smoke/test_storefront.py::test_every_request_through_the_edge_is_answered_in_time",
            "tests/smoke/test_storefront.py::test_customers_wait_no_longer_than_at_the_primary",
        ),
    ),
    Fault(
        name="firewall_rule_missing",
        sentence="Turku's database host does not let Porto's in, so nothing can follow it after a failover.",
        hosts=("turku-db1",),
        break_=_RULE[0],
        mend=_RULE[1],
        healthy="iptables -S INPUT | grep -q replication",
        checks=("tests/parity/test_firewall.py::test_the_same_rules_are_in_force_in_the_same_order",),
    ),
)
