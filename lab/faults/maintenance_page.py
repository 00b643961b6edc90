"""A maintenance page that is missing, is never shown, or leads nowhere."""

from lab.faults import Fault
from lab.faults.waf import LOAD, SHOP, edited

STANDBY = ("arizona-edge1",)
PAGE = "/srv/maintenance/maintenance.html"

FAULTS = (
    Fault(
        name="maintenance_page_missing",
        sentence="The standby's edge has no maintenance page.",
        hosts=STANDBY,
        break_=f"mv {PAGE} /root/maintenance.html",
        mend=f"[ ! -f /root/maintenance.html ] || mv /root/maintenance.html {PAGE}",
    ),
    edited(
        "maintenance_page_not_configured",
        "The standby's edge has the maintenance page, but nginx never shows it.",
        STANDBY,
        SHOP,
        f"sed -i '/error_page/d' {SHOP}\n{LOAD}",
    ),
    edited(
        "maintenance_page_without_link",
        "The standby's maintenance page does not say where to read more.",
        STANDBY,
        PAGE,
        f"sed -i '/status.shop.example/d' {PAGE}",
    ),
)
