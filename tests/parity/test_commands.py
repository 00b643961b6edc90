"""The commands that the policy names end as they must, and say what they must.

Whoever runs the sites named them because their output tells whether a host is right: the modules of an
interpreter, the settings of a mail server, the state of a queue. Nothing that siteparity knows looks there.
"""

import pytest

from siteparity.pytest_plugin import Parity

pytestmark = pytest.mark.blocker


@pytest.mark.broken("A command of the policy fails on {where}", "part")
def test_each_command_ends_as_it_must(parity: Parity) -> None:
    """What the command looks at is missing or broken, or the command itself is."""
    parity.healthy("ended", fix="run {item} on the host by hand, and read what it says")


@pytest.mark.broken("A command on {where} does not say what the policy demands", "part")
def test_each_command_says_what_the_policy_demands(parity: Parity) -> None:
    """A host is not as the people who run it want it to be."""
    parity.healthy("expected", fix="correct what {item} shows, or what the policy demands of it")


@pytest.mark.broken("A command says something else at {standby} than at {primary}", "part")
def test_each_command_says_the_same_at_both_sites(parity: Parity) -> None:
    """After the failover something works in another way than before."""
    parity.same("output", fix="make the sites alike in {item}")


@pytest.mark.broken("A number at {standby} is too far from that at {primary}", "part")
def test_each_number_is_close_enough_at_both_sites(parity: Parity) -> None:
    """After the failover there is more of something, or less, than the primary has."""
    parity.near("amount", "within", fix="find out why {item} is so different at the sites")
