"""A storefront that fails for some, or looks right to everybody but the customer."""

from lab.faults import Fault
from lab.faults.catalogues import ASK, RESTART, WEB
from lab.faults.waf import LOAD, SHOP, edited
from lab.handle import Lab

EDGE, BEHIND = "arizona-edge1", "arizona-web1"
EDGE_ADDRESS = "198.18.2.11"
WEB1 = "198.18.2.21"


SEAL = "(cd /srv/shop && find shop -type f ! -name '*.pyc' -exec sha256sum {} + | sort -k 2 >SHA256SUMS)"
"""Updates the list of files that a release carries (shop/install.sh)."""


def changed_release(name: str, sentence: str, file: str, change: str) -> Fault:
    """A bad release reached every web host of both sites: they are equal, and wrong.

    Args:
        name: of the fault, and of the file that keeps the good release.
        sentence: what the release does.
        file: which file of the shop, relative to its code.
        change: a sed program that changes at least one line of it.
    """
    path, kept = f"/srv/shop/shop/{file}", f"/root/{name}"
    return Fault(
        name=name,
        sentence=sentence,
        hosts=WEB,
        break_=f"""
            cp -p {path} {kept}.unfinished && mv {kept}.unfinished {kept}
            sed -i '{change}' {path}
            ! cmp -s {path} {kept}
            {SEAL}
            {RESTART}
        """,
        mend=f"""
            rm -f {kept}.unfinished
            [ ! -f {kept} ] || {{ mv {kept} {path} && {SEAL} && systemctl restart shop; }}
        """,
        healthy=ASK.format(page="/healthz"),
    )


def _lossy(rule: str) -> tuple[str, ...]:
    """iptables: most packets from the edge to the shop of a web host are lost."""
    most = ("-m", "statistic", "--mode", "random", "--probability", "0.6")
    shop = ("-p", "tcp", "-s", EDGE_ADDRESS, "--dport", "8000")
    return ("iptables", "-w", rule, "INPUT", *shop, *most, "-j", "DROP")


def _lose_packets(lab: Lab) -> None:
    lab.in_network_of(BEHIND, *_lossy("-A"))


def _keep_packets(lab: Lab) -> None:
    lab.in_network_of(BEHIND, "sh", "-c", " ".join(_lossy("-D")) + " 2>/dev/null || true")


FAULTS = (
    edited(
        "storefront_backend_lost_by_the_edge",
        "The standby's edge has a wrong port for one of its web hosts, and never tries the other; only store "
        "owners have a way of their own.",
        (EDGE,),
        SHOP,
        # Without that way, the one request of a store owner would meet the wrong port every other time.
        f"""
            sed -i -e 's/198.18.2.22:8000;/198.18.2.22:8001 max_fails=0;/' \\
                -e 's/proxy_pass .*/&\\n        proxy_next_upstream off;/' \\
                -e 's|^    location / |    location /admin {{ proxy_pass http://{WEB1}:8000; }}\\n&|' {SHOP}
            grep -q 8001 {SHOP}
            {LOAD}
        """,
    ),
    Fault(
        name="storefront_packets_lost_behind_the_edge",
        sentence="A faulty switch loses most packets between the standby's edge and one of its web hosts.",
        hosts=(BEHIND,),
        break_=_lose_packets,
        mend=_keep_packets,
        alone=True,  # the edge asks a host that failed again after ten seconds only
    ),
    Fault(
        name="storefront_slow_web_host",
        sentence="One web host of the standby asks a dead name server before the one that answers.",
        hosts=("arizona-web2",),
        break_="""
            cp /etc/resolv.conf /root/resolv.conf.unfinished
            mv /root/resolv.conf.unfinished /root/resolv.conf
            { echo options timeout:1; echo nameserver 198.18.2.99; cat /root/resolv.conf; } >/etc/resolv.conf
        """,
        mend="""
            [ ! -f /root/resolv.conf ] || cat /root/resolv.conf >/etc/resolv.conf
            rm -f /root/resolv.conf
        """,
        alone=True,  # what else is wrong with its pages hides how long they take
    ),
    changed_release(
        "storefront_prices_as_in_english",
        "A release writes every price the English way, in every language, at both sites.",
        "languages.py",
        's/format_currency(amount, currency, locale=.*)/format_currency(amount, currency, locale="en")/',
    ),
    changed_release(
        "storefront_pages_in_another_charset",
        "A release sends its pages in Latin-1 and labels them UTF-8, at both sites.",
        "web.py",
        's/flask.render_template(template, \\*\\*common, \\*\\*values)/&.encode("latin-1", "replace")/',
    ),
    changed_release(
        "storefront_says_it_speaks_english",
        "A release labels every page as English, at both sites: browsers offer to translate it.",
        "web.py",
        's/\\["Content-Language"\\] = language.code/["Content-Language"] = "en"/',
    ),
)
