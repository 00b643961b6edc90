"""What the policy declares absent is absent at both sites.

Whoever declares that the sites lack something spares all its checks. If one site has it after all, customers
meet it there unchecked; if it was put in since, nobody decided what it must satisfy. So every host is asked
in each run, whatever the reason was and whoever approved it.
"""

from __future__ import annotations

import pytest

from siteparity.pytest_plugin import Parity

pytestmark = pytest.mark.blocker


@pytest.mark.broken("Something that the policy declares absent is there on {where}", "part")
def test_nothing_that_is_declared_absent_is_there(parity: Parity) -> None:
    """Something that customers depend on is checked by nobody, and may fail them after the switch."""
    parity.healthy(
        "witnesses",
        fix="take away what was found on those hosts; or, if it is meant to be there, take it out of absent "
        "in the policy and say what it must satisfy",
    )
