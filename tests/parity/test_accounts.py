"""The same people and programs may do the same things at both sites.

An account with another number cannot read the files that were copied for it. A missing key keeps out whoever
is to bring the application back. A right that only one site grants is a door that nobody watches.
"""

from __future__ import annotations

import pytest

from siteparity.pytest_plugin import Parity

pytestmark = pytest.mark.blocker


@pytest.mark.drill(
    "account_with_another_number",
    "account_with_a_shell_at_primary",
    "account_without_a_password",
    "account_missing",
)
@pytest.mark.broken("{standby} has other user accounts than {primary}", "part")
def test_the_same_accounts_exist(parity: Parity) -> None:
    """Files copied from the primary belong to another account, and the application cannot read them."""
    parity.same("users", fix="getent passwd; usermod --uid, --gid, --shell as at the primary: {item}")


@pytest.mark.drill("account_in_another_group_at_primary", "account_missing")
@pytest.mark.broken("Groups of users have other members at {standby} than at {primary}", "part")
def test_the_same_groups_have_the_same_members(parity: Parity) -> None:
    """A program may read files at one site only, and fails at the other when it is needed."""
    parity.same("groups", fix="getent group; gpasswd --members ... as at the primary: {item}")


@pytest.mark.drill("account_with_another_number", "account_missing", "account_missing_at_both_sites")
@pytest.mark.broken("An account that a service runs as is missing or unusable on {where}", "outage")
def test_every_service_account_is_there(parity: Parity) -> None:
    """The service that runs as this account cannot start again."""
    parity.healthy("required", fix="useradd --system --uid NUMBER {item}, then chown what it owned")


@pytest.mark.drill("account_without_a_password")
@pytest.mark.broken("An account on {where} is open to anybody", "part")
def test_no_account_is_open_to_anybody(parity: Parity) -> None:
    """Strangers reach customers' data."""
    parity.healthy("passwords", fix="passwd --lock {item}")


@pytest.mark.drill("sudo_rule_added")
@pytest.mark.broken("Administrators may do other things at {standby} than at {primary} (sudo)", "later")
def test_sudo_allows_the_same(parity: Parity) -> None:
    """A step of the failover is refused at one site, or somebody has rights there that nobody granted."""
    parity.same("sudo", fix="visudo -c; grep -r . /etc/sudoers /etc/sudoers.d  # make them the same")


@pytest.mark.drill("sudo_rule_added", "sudo_rule_added_at_both_sites")
@pytest.mark.broken("Rights of administrators on {where} are not those that the policy names (sudo)", "later")
def test_sudo_allows_what_the_policy_names(parity: Parity) -> None:
    """A right that nobody decided on lets a stolen account reach customers' data."""
    parity.healthy(
        "sudo_planned",
        fix="grep -rF {item} /etc/sudoers /etc/sudoers.d; remove it, or name it in aspects.accounts.sudo",
    )


@pytest.mark.drill("authorised_key_missing", "key_for_root_on_one_host")
@pytest.mark.broken("Other keys open accounts at {standby} than at {primary}", "later")
def test_the_same_keys_open_the_same_accounts(parity: Parity) -> None:
    """Whoever is to bring the application back at night cannot log in."""
    parity.same("keys", fix="ssh-keygen -lf ~USER/.ssh/authorized_keys  # add or remove: {item}")


@pytest.mark.drill("key_for_root_on_one_host", "key_for_root_at_both_sites")
@pytest.mark.broken(
    "Keys open accounts on {where} that nobody planned, or not those that were planned", "later"
)
def test_only_the_planned_accounts_are_opened_by_keys(parity: Parity) -> None:
    """Nobody can log in to help, or a stranger can."""
    parity.healthy(
        "log_in",
        fix="ls -l ~{item}/.ssh; remove the key, or name the account in aspects.accounts.log_in",
    )
