"""Store owners who are sent to the wrong place."""

from lab.faults import Fault
from lab.faults.catalogues import ASK, RESTART

WEB = ("dallas-web1", "dallas-web2", "arizona-web1", "arizona-web2")
SETTINGS = "/etc/shop/shop.env"


def _sent(name: str, sentence: str, hosts: tuple[str, ...], address: str) -> Fault:
    kept = f"/root/{name}"
    return Fault(
        name=name,
        sentence=sentence,
        hosts=hosts,
        break_=f"cp -p {SETTINGS} {kept}.unfinished\nmv {kept}.unfinished {kept}\n"
        f"echo SHOP_ADMIN_URL={address} >>{SETTINGS}\n{RESTART}",
        mend=f"rm -f {kept}.unfinished\n"
        f"[ ! -f {kept} ] || {{ mv {kept} {SETTINGS} && systemctl restart shop; }}",
        healthy=ASK.format(page="/healthz"),
    )


FAULTS = (
    _sent(
        "admin_redirect_to_the_primary",
        "One web host of the standby sends store owners to the site that has died.",
        ("arizona-web2",),
        "http://admin.dallas.shop.example/",
    ),
    _sent(
        "admin_redirect_wrong_at_both_sites",
        "Every web host sends store owners to an address that no longer exists.",
        WEB,
        "http://admin.old.example/",
    ),
)
