"""What the edge must answer to attacks, during maintenance and to store owners; and the status page."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from urllib.parse import urljoin

from siteparity.model import Host, Site, UnmeasuredError
from siteparity.names import OwnNames
from siteparity.policy.journeys import Admin, Attack, MaintenancePage, StatusPage
from siteparity.pytest_plugin.claims import Claim
from siteparity.pytest_plugin.page import Page, Visitor
from siteparity.pytest_plugin.standby import Standby

OUTSIDE = "outside both sites"
_MOST = 200
"""The longest quotation from a server's answer, in characters."""
_TRIES = 3
_ERROR = 500
_REDIRECTS = (301, 302, 303, 307, 308)
_FIREWALL = "let the firewall block, and look at its rules; then: systemctl reload {units}"
_STATUS = "start the status page; look at its name and its way: nobody else tells customers what is going on"
_MAINTENANCE = "put the maintenance page back as on the primary's hosts; then: systemctl reload {units}"
_ADMIN = "look at the setting of the application that names this address; then: systemctl restart {units}"


def attack_claims(visitor: Visitor, policy: Attack) -> Iterator[Claim]:
    """Each attack is blocked; a normal request is not."""
    for name, path in policy.attacks.items():
        status = visitor.get(*policy.request(path)).status
        found = "blocked" if status == policy.status else f"not blocked ({status})"
        yield Claim(f"{name} in a request", found, "blocked", _FIREWALL)
    status = visitor.get(*policy.request(policy.normal)).status
    found = "blocked" if status == policy.status else "let through" if isinstance(status, int) else status
    yield Claim("a normal request", found, "let through", _FIREWALL)


def status_page_claims(page: Page, place: str, policy: StatusPage) -> Iterator[Claim]:
    """The page is there, shows its text, and stands outside both sites."""
    yield Claim(f"status of {policy.server}", page.status, policy.status, _STATUS)
    if page.status == policy.status and policy.says is not None:
        yield Claim(f"{policy.says!r} on it", _shows(page, policy.says), "shown", _STATUS)
    yield Claim(f"place of {policy.server}", place, OUTSIDE, "move the status page to a provider of its own")


def place_of(standby: Standby, host: Host, server: str) -> str:
    """Where a server stands, according to the addresses of its name on a host.

    Raises:
        UnmeasuredError: the name has no address there.
    """
    answer = standby.ask(host, "addresses")
    text = answer.text.decode("ascii", "replace")
    addresses = {line.split()[0] for line in text.splitlines() if line.strip()}
    if answer.status or not addresses:
        raise UnmeasuredError(f"the name {server} has no address there")
    inside = [site.name for site in (standby.primary, standby.site) if _has_one(site, addresses)]
    return f"inside {' and '.join(inside)}" if inside else OUTSIDE


def _has_one(site: Site, addresses: set[str]) -> bool:
    own = OwnNames.of(site)
    return any(own.owns(address) for address in addresses)


def maintenance_claims(page: Page, policy: MaintenancePage) -> Iterator[Claim]:
    """The page is shown, says what is going on, and links to where customers can read more."""
    yield Claim(f"status of {policy.path}", page.status, policy.status, _MAINTENANCE)
    if isinstance(page.status, int):
        yield Claim(f"{policy.says!r} on it", _shows(page, policy.says), "shown", _MAINTENANCE)
        if policy.links is not None:
            linked = "linked" if policy.links in page.text else "not linked"
            yield Claim(f"{policy.links} on it", linked, "linked", _MAINTENANCE)


def _shows(page: Page, words: str) -> str:
    return "shown" if page.shows(words) else "not shown"


def admin_pages(visitor: Visitor, policy: Admin) -> list[Page]:
    """The application's answers out of some tries; the first answer if all are errors.

    Random errors are the concern of the journey `Storefront`.
    """
    pages = [visitor.get(*policy.request(policy.path)) for _ in range(_TRIES)]
    return [page for page in pages if isinstance(page.status, int) and page.status < _ERROR] or pages[:1]


def admin_claims(page: Page, policy: Admin) -> Iterator[Claim]:
    """The page redirects to the address that the policy names, or shows its text."""
    if policy.says is not None:
        yield Claim(f"status of {policy.path}", page.status, HTTPStatus.OK.value, _ADMIN)
        if page.status == HTTPStatus.OK:
            yield Claim(f"{policy.says!r} on it", _shows(page, policy.says), "shown", _ADMIN)
        return
    if policy.leads_to is None:  # nobody has said what it does
        return
    status = "redirect" if page.status in _REDIRECTS else page.status
    yield Claim(f"status of {policy.path}", status, "redirect", _ADMIN)
    if page.status in _REDIRECTS:
        found, wanted = page.headers.get("location", ""), policy.leads_to
        as_meant = bool(found) and _whole(found, policy) == _whole(wanted, policy)
        leads = wanted if as_meant else found[:_MOST] or "nowhere"
        yield Claim(f"where {policy.path} leads", leads, wanted, _ADMIN)


def _whole(place: str, policy: Admin) -> str:
    """The whole address: a server may leave out what a browser knows."""
    scheme = "https" if policy.front.https else "http"
    try:
        return urljoin(f"{scheme}://{policy.host}{policy.path}", place)
    except ValueError:  # no address at all, such as http://[
        return place
