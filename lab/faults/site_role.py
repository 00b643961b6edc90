"""Two active sites, or none, in one of the parts that customers meet."""

from lab.faults import Fault
from lab.handle import Lab

OUTSIDE = "outside1"
ZONE = "/etc/nsd/zones/shop.example.zone"
EDGES = ("dallas-edge1", "arizona-edge1")
PRIMARY, STANDBY = "dallas-db1", "arizona-db1"
ADDRESSES = {
    "dallas-db1": "198.18.1.31",
    "arizona-db1": "198.18.2.31",
    "dallas-web1": "198.18.1.21",
    "dallas-web2": "198.18.1.22",
    "arizona-web1": "198.18.2.21",
    "arizona-web2": "198.18.2.22",
}

_SEEN = """
    for _ in $(seq 50); do
        found=$(runuser -u postgres -- psql -XAtq -d shop -c "
            SELECT count(*) FROM pg_db_role_setting s JOIN pg_roles r ON r.oid = s.setrole
            WHERE rolname = 'shop' AND array_to_string(setconfig, ' ') LIKE '%read_only%'")
        [ "$found" != {count} ] || exit 0
        sleep 0.1
    done
    exit 1
"""


def _refuse_writes(lab: Lab) -> None:
    lab.sql(PRIMARY, "ALTER ROLE shop SET default_transaction_read_only = on")
    lab.shell(STANDBY, _SEEN.format(count=1))


def _take_writes(lab: Lab) -> None:
    """Take writes again, and run the job, which may have failed meanwhile."""
    lab.sql(PRIMARY, "ALTER ROLE shop RESET default_transaction_read_only")
    lab.shell(STANDBY, _SEEN.format(count=0))
    lab.shell("dallas-web1", "runuser -u shop -- /usr/local/bin/subscriptions run")


def _redirected(name: str, sentence: str, web: str, to: str, stands_for: str) -> Fault:
    """A redirect sends a web host's database connections to the other site's server.

    That server admits an address of its own site, as it would behind a tunnel.
    """
    own = ADDRESSES[("dallas" if web.startswith("dallas") else "arizona") + "-db1"]
    there = ADDRESSES[to]
    forward = f"-t nat {{0}} OUTPUT -p tcp -d {own} --dport 5432 -j DNAT --to-destination {there}"
    source, shown = ADDRESSES[web], ADDRESSES[stands_for]
    accept = f"-t nat {{0}} INPUT -p tcp -s {source} --dport 5432 -j SNAT --to-source {shown}"

    def break_(lab: Lab) -> None:
        lab.in_network_of(to, *f"iptables -w {accept.format('-A')}".split())
        lab.in_network_of(web, *f"iptables -w {forward.format('-A')}".split())

    def mend(lab: Lab) -> None:
        for host, rule in ((web, forward), (to, accept)):
            lab.in_network_of(host, "sh", "-c", f"iptables -w {rule.format('-D')} 2>/dev/null || true")

    return Fault(name, sentence, (web,), break_, mend)


def zone_changed(name: str, sentence: str, hosts: tuple[str, ...], change: str) -> Fault:
    """A sed program changes records of the shop's zone; mending restores them."""
    kept = f"/root/{name}"

    def break_(lab: Lab) -> None:
        lab.shell(
            OUTSIDE,
            f"cp -p {ZONE} {kept}.unfinished\nmv {kept}.unfinished {kept}\n"
            f"sed -i '{change}' {ZONE}\n! cmp -s {ZONE} {kept}\nsystemctl restart nsd",
        )

    def mend(lab: Lab) -> None:
        lab.shell(
            OUTSIDE,
            f"rm -f {kept}.unfinished\n[ ! -f {kept} ] || {{ mv {kept} {ZONE}; systemctl restart nsd; }}",
        )

    return Fault(name, sentence, (*hosts, OUTSIDE), break_, mend)


FAULTS = (
    zone_changed(
        "customers_led_to_the_standby",
        "The name that customers type leads to the standby, whose database takes no orders.",
        EDGES,
        "s/^www .*/www IN A 198.18.2.11/",
    ),
    zone_changed(
        "customers_led_to_both_sites",
        "The name that customers type leads to both sites by turns.",
        EDGES,
        "s/^www .*/www IN A 198.18.1.11\\nwww IN A 198.18.2.11/",
    ),
    zone_changed(
        "customers_led_to_neither_site",
        "The name that customers type still leads to the maintenance page of a provider.",
        EDGES,
        "s/^www .*/www IN A 198.18.0.10/",
    ),
    Fault(
        name="database_refuses_writes_at_both_sites",
        sentence="The shop's role was made read-only for maintenance and stayed so: no site takes orders.",
        hosts=(PRIMARY, STANDBY),
        break_=_refuse_writes,
        mend=_take_writes,
    ),
    Fault(
        name="standby_set_to_refuse_writes",
        sentence="The standby's server was set to read-only, and would refuse orders when promoted.",
        hosts=(STANDBY,),
        break_="""
            runuser -u postgres -- psql -Xq -c "ALTER SYSTEM SET default_transaction_read_only = on" \
                -c "SELECT pg_reload_conf()" >/dev/null
            sleep 0.5
        """,
        mend="""
            runuser -u postgres -- psql -Xq -c "ALTER SYSTEM RESET default_transaction_read_only" \
                -c "SELECT pg_reload_conf()" >/dev/null
            sleep 0.5
        """,
    ),
    _redirected(
        "shop_redirected_to_the_primarys_database",
        "A forgotten redirect sends the database connections of one standby web host to the primary.",
        "arizona-web2",
        "dallas-db1",
        "dallas-web2",
    ),
    _redirected(
        "shop_of_the_primary_on_the_standbys_database",
        "A forgotten redirect sends the database connections of one web host of the primary to the standby.",
        "dallas-web1",
        "arizona-db1",
        "arizona-web1",
    ),
)
