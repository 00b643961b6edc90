"""Clocks that nobody corrects, that are off, or that use other zone rules.

All hosts share the kernel's clock, so none can really be off. What can be off is what chronyd believes and
what programs are told.
"""

from lab.faults import Fault

_CONF, _KEPT = "/etc/chrony/chrony.conf", "/root/chrony.conf.kept"
_FOLLOWS = "chronyc -c sources | grep -q '^^,[*],'"
_CHICAGO = "/usr/share/zoneinfo/America/Chicago"
_DATABASE = "/usr/share/zoneinfo/tzdata.zi"


def _configured(name: str, sentence: str, hosts: tuple[str, ...], change: str, until: str) -> Fault:
    """Another configuration of chronyd, in force."""
    return Fault(
        name,
        sentence,
        hosts,
        f"""
            cp -p {_CONF} {_KEPT}
            sed -i '{change}' {_CONF}
            systemctl restart chrony
            for _ in $(seq 100); do {until} && exit 0; sleep 0.1; done
            exit 1
        """,
        f"[ ! -f {_KEPT} ] || {{ mv {_KEPT} {_CONF}; systemctl restart chrony; }}",
        _FOLLOWS,
    )


def _file(name: str, sentence: str, host: str, file: str, change: str) -> Fault:
    """Another file of the zone database."""
    kept = f"/root/{name}"
    return Fault(
        name,
        sentence,
        (host,),
        f"cp -p {file} {kept}.part && mv {kept}.part {kept}\n{change}",
        f"rm -f {kept}.part; [ ! -f {kept} ] || mv {kept} {file}",
        f"[ ! -e {kept} ]",
    )


FAULTS = (
    Fault(
        name="clock_service_stopped",
        sentence="chronyd was stopped on a web host of the standby.",
        hosts=("arizona-web1",),
        break_="systemctl stop chrony",
        mend="systemctl start chrony",
        healthy=_FOLLOWS,
    ),
    Fault(
        name="clock_without_sources_at_both_sites",
        sentence="chronyd runs on the edges of both sites, but was told not to use its sources.",
        hosts=("dallas-edge1", "arizona-edge1"),
        break_="chronyc offline",
        mend="chronyc online",
        healthy=_FOLLOWS,
    ),
    _configured(
        "clock_source_unreachable_at_primary",
        "The time server of the primary's database host has moved to another address.",
        ("dallas-db1",),
        "s/^server [^ ]*/server 198.18.0.99/",
        "chronyc -c tracking | grep -q 'Not synchronised$'",
    ),
    _configured(
        "clock_off_by_its_source",
        "The time source of a sessions host says that its clock is five seconds off; nothing corrects it.",
        ("arizona-sessions1",),
        "s/iburst/iburst offset 5/",
        _FOLLOWS,
    ),
    _configured(
        "clock_source_of_the_other_site",
        "One web host of the standby has a second time server, which is at the primary.",
        ("arizona-web2",),
        "$ a server 198.18.1.53 iburst",
        _FOLLOWS,
    ),
    _configured(
        "clock_sources_of_both_sites_everywhere",
        "The session hosts of both sites take the time from servers at both sites.",
        ("dallas-sessions1", "arizona-sessions1"),
        "$ a server 198.18.1.53 iburst\\nserver 198.18.2.53 iburst",
        _FOLLOWS,
    ),
    Fault(
        name="clock_an_hour_ahead",
        sentence="A wrapper of date, left by a test, puts the primary's edge an hour ahead.",
        hosts=("dallas-edge1",),
        break_="""
            printf '#!/bin/sh\\nexec /usr/bin/date -d "1 hour" "$@"\\n' >/usr/local/bin/date
            chmod 0755 /usr/local/bin/date
        """,
        mend="rm -f /usr/local/bin/date",
        healthy="[ ! -e /usr/local/bin/date ]",
        alone=True,  # every program that asks for the time here gets a wrong one
    ),
    _file(
        "zone_rules_changed",
        "One web host of the standby has different rules for Chicago: somebody patched them by hand.",
        "arizona-web2",
        _CHICAGO,
        f"cp /usr/share/zoneinfo/America/Havana {_CHICAGO}",
    ),
    _file(
        "zone_database_older_at_primary",
        "The primary's database host has an older zone database.",
        "dallas-db1",
        _DATABASE,
        f"sed -i '1s/.*/# version 2025a/' {_DATABASE}",
    ),
)
