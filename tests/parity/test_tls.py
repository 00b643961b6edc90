"""Customers are shown a certificate that they trust, at both sites, and for some time to come.

A standby's certificate is the one that nobody looks at: it was renewed at the primary, or on the disk and
never loaded. Browsers turn customers away, and shops that call the interfaces stop at once.
"""

from __future__ import annotations

import pytest

from siteparity.pytest_plugin import Parity

pytestmark = pytest.mark.blocker


@pytest.mark.drill(
    "certificate_for_another_name",
    "certificate_chain_incomplete",
    "certificate_ended_at_both_sites",
    "certificate_of_an_unknown_authority",
    "tls_not_served",
)
@pytest.mark.broken("Browsers refuse the certificate of {where}", "outage")
def test_customers_accept_what_is_served(parity: Parity) -> None:
    """Browsers warn of an attack, or find nobody; customers go away."""
    parity.healthy("served", fix="install the right certificate with its chain: {item}")


@pytest.mark.drill("certificate_ends_next_week", "certificate_ended_at_both_sites", "tls_not_served")
@pytest.mark.broken("A certificate of {where} ends soon", "later")
def test_certificates_last_beyond_the_horizon(parity: Parity) -> None:
    """In the week of the failover, with other things to do, customers are turned away."""
    parity.healthy("expiry", fix="renew the certificate and reload the server: {item}")


@pytest.mark.drill("certificate_for_another_name", "certificate_lacks_a_name", "tls_not_served")
@pytest.mark.broken("The certificates of {standby} are for other names than those of {primary}", "part")
def test_certificates_have_the_same_names(parity: Parity) -> None:
    """A name that works at one site is refused at the other."""
    parity.same("names", fix="issue the certificate for the names of the other site's: {item}")


@pytest.mark.drill(
    "certificate_chain_incomplete", "certificate_of_an_unknown_authority", "certificate_of_another_kind",
    "tls_not_served",
)  # fmt: skip
@pytest.mark.broken("The certificates of {standby} are issued otherwise than those of {primary}", "part")
def test_certificates_are_issued_alike(parity: Parity) -> None:
    """Clients that are too old for one of the two are turned away after the switch."""
    parity.same("issued", fix="issue it by the same authority, for the same kind of key: {item}")


@pytest.mark.drill("certificate_not_reloaded", "certificate_with_the_wrong_key", "tls_not_served")
@pytest.mark.broken("The front door on {where} shows another certificate than lies on its disk", "later")
def test_what_lies_on_the_disk_is_what_is_served(parity: Parity) -> None:
    """With the next restart customers see another certificate, or the front door does not open at all."""
    parity.healthy(
        "files",
        fix="put the right pair of files in place, then: systemctl reload {units}  # {item}",
    )
