"""The containers of the primary run at the standby, are configured alike, and start again.

A container is made anew at each start, from an image that a registry may have to deliver and from files that
somebody may have changed. In a failover the registry may be in the site that is lost.
"""

from __future__ import annotations

import pytest

from siteparity.pytest_plugin import Parity

pytestmark = pytest.mark.blocker


@pytest.mark.broken("A container on {where} does not run", "part")
def test_every_container_runs(parity: Parity) -> None:
    """What runs in it answers nobody."""
    parity.same("running", fix="start it as the unit or the file that makes it says: {item}")
    parity.healthy("running", fix="look at what it logged, mend it, and start it: {item}")


@pytest.mark.broken("Nothing starts a container of {where} at the next boot", "later")
def test_every_container_starts_at_a_boot(parity: Parity) -> None:
    """After the next boot of the host it is missing, until somebody notices."""
    parity.healthy(
        "starts",
        fix="enable the unit that starts it, or the service that its restart policy needs: {item}",
    )


@pytest.mark.broken("A container on {where} is older than what it is made from", "later")
def test_every_container_is_as_new_as_its_files(parity: Parity) -> None:
    """At its next start it becomes another one, which nobody has seen running."""
    parity.healthy("current", fix="make the container anew, one host after the other: {item}")


@pytest.mark.broken("An image that a container needs is missing on {where}", "later")
def test_images_are_on_the_host(parity: Parity) -> None:
    """The container cannot be started while the registry is out of reach, as it is when its site is lost."""
    parity.same("images", fix="pull the image, or remove what names it: {item}")
    parity.healthy("images", fix="pull or load the image: {item}")


@pytest.mark.broken("What is mounted into a container is missing on {where}", "later")
def test_what_is_mounted_into_containers_is_there(parity: Parity) -> None:
    """The container cannot be started again."""
    parity.healthy("mounts", fix="make it or mount it, with the owner and mode that it has elsewhere: {item}")


@pytest.mark.broken("Containers are configured otherwise at {standby} than at {primary}", "part")
def test_containers_are_configured_alike(parity: Parity) -> None:
    """What runs in them behaves in another way at one site, or another version of it runs."""
    parity.same("settings", fix="make it as at the primary, {primary}: {item}")
    parity.same("hidden", fix="compare the value on both hosts, and set it as at the primary: {item}")
