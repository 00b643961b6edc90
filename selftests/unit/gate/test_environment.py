"""What the processes that make the checks see of the runner's environment."""

from __future__ import annotations

import pytest

from siteparity.gate.environment import clean_environment
from siteparity.redaction import redacted, remember_environment
from siteparity.start import isolated_environment


def test_a_variable_that_nobody_thought_of_is_not_handed_on() -> None:
    """Only what is needed, and what a user names for own checks."""
    kept = {"PATH": "/bin", "HOME": "/root", "TZ": "UTC", "SITEPARITY_OF_MY_OWN": "1"}
    seen = clean_environment({**kept, "NEVER_HEARD_OF": "1", "PGHOSTADDR": "1.2.3.4", "pghostaddr": "1"})
    assert kept.items() <= seen.items()
    assert seen.keys() == kept.keys() | clean_environment({}).keys()
    assert not {"NEVER_HEARD_OF", "PGHOSTADDR", "pghostaddr"} & seen.keys()


def test_no_variable_of_the_runner_takes_the_place_of_a_fixed_one() -> None:
    """Also not one that a user may name."""
    assert clean_environment({"LC_ALL": "de_DE", "PYTHONSAFEPATH": ""}) == clean_environment({})


def test_a_secret_is_hidden_where_its_own_variable_is_not_handed_on() -> None:
    """A check may print what a host told it, and the host may know the same secret."""
    secret = "kei8Ahth3ohNg0ut"  # noqa: S105  # made up
    seen = clean_environment({"PGPASSWORD": secret, "SITEPARITY_HIDDEN_X": "1"})
    assert "PGPASSWORD" not in seen
    assert secret in seen.values()
    remember_environment(seen)
    assert redacted(f"it is {secret}!") == "it is ***!"


@pytest.mark.parametrize("name", ["PYTHONPATH", "PYTHONHOME", "LD_PRELOAD", "LD_AUDIT", "OPENSSL_CONF"])
def test_the_program_itself_loads_no_code_that_a_variable_names(name: str) -> None:
    """What ssh and its configuration need stays."""
    stays = {"SSH_AUTH_SOCK": "/run/agent", "AWS_PROFILE": "prod", "PATH": "/bin"}
    assert isolated_environment({name: "/elsewhere", **stays}) == stays
