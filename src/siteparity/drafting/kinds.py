"""What a service is, by its name and its program. Pure.

Only to tell what belongs to a platform from what serves customers, and servers of data from the rest. Whether
it serves anybody is told by its sockets, settings and connections.
"""

from __future__ import annotations

import re

from siteparity.drafting.seen import Seen, Unit
from siteparity.tools.witnesses.products import DATABASE, MONITORING, POSTGRES, REDIS, SESSIONS_BESIDE_REDIS

_PLATFORM = re.compile(
    r"systemd-.*|dbus.*|sshd?|cron|crond|anacron|atd|getty|serial-getty|console-getty|user|user-runtime-dir|rsyslog"
    r"|syslog.*|polkit|chrony|chronyd|ntp|ntpd|ntpsec|openntpd|networking|network-?manager|ifup.*|nftables|iptables"
    r"|netfilter-persistent|ufw|firewalld|fail2ban|unattended-upgrades|apt-.*|packagekit|rpcbind|nscd|nslcd|sssd.*"
    r"|resolvconf|keyboard-setup|console-setup|kmod.*|lvm2.*|mdadm.*|mdmonitor|multipathd|irqbalance|smartd"
    r"|qemu-guest-agent|open-vm-tools|vmtoolsd|acpid|apparmor|auditd|udisks2|haveged|rng-?tools.*|rngd|ssl-cert"
    r"|e2scrub.*|fstrim|logrotate|man-db|dpkg-.*|snapd.*|cloud-.*|accounts-daemon|avahi-daemon|bluetooth"
)
"""Services of the system itself."""
_WEB = re.compile(
    r"nginx|openresty|angie|tengine|freenginx|apache2|httpd|haproxy|caddy|traefik|envoy|lighttpd|varnish(d)?|hitch|pound|h2o"
)

_MAIL = re.compile(r"postfix|exim4?|sendmail|opensmtpd|nullmailer|msmtpd|dma")


def stem(unit: str) -> str:
    """The name of a service without its instance and its suffix: ``postgresql``."""
    return re.sub(r"(@.*)?\.service$", "", unit)


def _is(unit: Unit, kind: str | re.Pattern[str]) -> bool:
    return any(re.fullmatch(kind, name.lower()) for name in (stem(unit.name), unit.program) if name)


def is_platform(unit: Unit) -> bool:
    """Whether it belongs to the system itself."""
    return re.fullmatch(_PLATFORM, stem(unit.name)) is not None


def is_monitoring(unit: Unit) -> bool:
    """Whether it watches the host."""
    return _is(unit, MONITORING)


def is_postgres(unit: Unit) -> bool:
    """Whether it is a PostgreSQL server."""
    return _is(unit, POSTGRES)


def is_redis(unit: Unit) -> bool:
    """Whether it is a Redis, or speaks like one."""
    return _is(unit, REDIS)


def is_data(unit: Unit) -> bool:
    """Whether it keeps data for others: what its own settings name is no application that it uses."""
    return _is(unit, DATABASE) or _is(unit, REDIS) or _is(unit, SESSIONS_BESIDE_REDIS)


def is_web(unit: Unit) -> bool:
    """Whether it is a web server, or passes requests on."""
    return _is(unit, _WEB)


def is_mail(unit: Unit) -> bool:
    """Whether it passes mail on."""
    return re.fullmatch(_MAIL, stem(unit.name)) is not None


def runs(unit: Unit) -> bool:
    """Whether it has a process."""
    return unit.active == "active" and bool(unit.program)


def role(seen: Seen) -> str:
    """The role of a host that nobody gave one, by what runs on it or starts at a boot; empty if nothing does.

    A host that does several things has all their names.
    """
    asked = {one.unit for one in seen.listeners} | {one.unit for one in seen.sockets}
    busy = [
        one
        for one in seen.units
        if not is_platform(one) and not is_monitoring(one) and (one.program or one.enabled == "enabled")
    ]
    found = {
        "db": any(_is(one, DATABASE) for one in busy),
        "redis": any(is_redis(one) for one in busy),
        "cache": any(_is(one, SESSIONS_BESIDE_REDIS) for one in busy),
    }
    web = any(is_web(one) for one in busy)
    own = any(one.name in asked and not (is_data(one) or is_web(one) or is_mail(one)) for one in busy)
    found = {"web": own, "edge": web and not own, **found}
    return "-".join(name for name, there in found.items() if there)


def is_loopback(address: str) -> bool:
    """Whether only the host itself reaches an address."""
    return address.startswith("127.") or address in ("::1", "localhost")
