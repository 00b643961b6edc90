"""The commands that the policy names end as they must, and say what they must.

Whoever runs the sites named them because their output tells whether a host is right: the modules of an
interpreter, the settings of a mail server, the state of a queue. Nothing that siteparity knows looks there.
"""

import pytest

from siteparity.pytest_plugin import Parity

pytestmark = pytest.mark.blocker


def test_each_command_ends_as_it_must(parity: Parity) -> None:
    """What the command looks at is missing or broken, or the command itself is."""
    parity.healthy("ended", fix="run {item} on the host by hand, and read what it says")


def test_each_command_says_what_the_policy_demands(parity: Parity) -> None:
    """A host is not as the people who run it want it to be."""
    parity.healthy("expected", fix="correct what {item} shows, or what the policy demands of it")


def test_each_command_says_the_same_at_both_sites(parity: Parity) -> None:
    """After the failover something works in another way than before."""
    parity.same("output", fix="make the sites alike in {item}")


def test_each_number_is_close_enough_at_both_sites(parity: Parity) -> None:
    """After the failover there is more of something, or less, than the primary has."""
    parity.near("amount", "within", fix="find out why {item} is so different at the sites")
