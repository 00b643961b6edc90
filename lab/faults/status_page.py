"""A status page that is down, says nothing, or would die with the site."""

from lab.faults import Fault
from lab.faults.site_role import zone_changed

OUTSIDE = "outside1"
PAGE = "/srv/status/index.html"

FAULTS = (
    Fault(
        name="status_page_down",
        sentence="The provider's web server with the status page is down.",
        hosts=(OUTSIDE,),
        break_="systemctl stop nginx",
        mend="systemctl start nginx",
    ),
    Fault(
        name="status_page_empty",
        sentence="The status page is the provider's placeholder: ours was never installed.",
        hosts=(OUTSIDE,),
        break_=f"cp -p {PAGE} /root/index.html\necho '<html><p>It works!</p></html>' >{PAGE}",
        mend=f"[ ! -f /root/index.html ] || mv /root/index.html {PAGE}",
    ),
    zone_changed(
        "status_page_inside_the_primary",
        "The status page was moved to the primary's own edge: it dies with the site.",
        (),
        "s/^status .*/status IN A 198.18.1.11/",
    ),
)
