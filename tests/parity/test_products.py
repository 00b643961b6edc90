"""What serves customers would start again, and runs with the same settings at both sites.

A server that runs proves nothing about its next start. In a failover machines and services are restarted,
and then a key that is gone, or a line that is wrong, keeps the site down. What somebody changed in a running
server stands in no file, and nobody remembers it.
"""

from __future__ import annotations

import pytest

from siteparity.pytest_plugin import Parity

pytestmark = pytest.mark.blocker


@pytest.mark.drill(
    "nginx_ticket_key_gone",
    "certificate_with_the_wrong_key",
    "waf_rule_file_missing",
    "body_folder_of_nginx_missing",
    "program_diverted_by_hand",
)
@pytest.mark.broken("A service of {where} would not start again", "later")
def test_every_product_would_start_again(parity: Parity) -> None:
    """After the next restart, or the next boot, the service is down."""
    parity.healthy("starts", fix="correct what it says of its configuration; do not restart {item} before")


@pytest.mark.drill("nginx_ticket_key_gone", "tls_not_served")
@pytest.mark.broken("A file that the configuration of {where} names is missing", "later")
def test_files_that_configuration_names_are_there(parity: Parity) -> None:
    """A service does not start again, or refuses what it looks up in such a file."""
    parity.same("named", fix="copy it from a host that has it, with its mode and owner: {item}")
    parity.healthy("needed", fix="make it, or let the service's account read it: {item}")


@pytest.mark.drill(
    "fewer_sessions_of_sshd",
    "clock_source_unreachable_at_primary",
    "clock_off_by_its_source",
    "clock_source_of_the_other_site",
)
@pytest.mark.broken("A service runs with other settings at {standby} than at {primary}", "part")
def test_products_run_with_the_same_settings(parity: Parity) -> None:
    """Pages fail, or are slow, at one site alone, although the files look the same."""
    parity.same("effective", fix="set it as at the primary, {primary}, and restart the service: {item}")


@pytest.mark.broken("A server behind {where} was switched off by hand", "part")
def test_nothing_is_switched_off_by_hand(parity: Parity) -> None:
    """A server that everybody believes in gets no request, and the others carry its load."""
    parity.healthy(
        "switched",
        fix="switch it back through the service's socket, or restart the service: {item}",
    )


@pytest.mark.broken("A service reads other settings at {standby} than at {primary}", "part")
def test_what_products_read_outside_etc_is_the_same(parity: Parity) -> None:
    """Pages keep sessions in another place, or requests are refused, at one site alone."""
    parity.same("outside", fix="write the line as at the primary, or remove it: {item}")
    parity.same("hidden", fix="compare the value on both hosts, and set it as at the primary: {item}")
