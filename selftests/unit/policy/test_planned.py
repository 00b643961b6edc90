"""The units of the failover plan become part of what the policy wants to see on each host."""

from __future__ import annotations

from pathlib import Path

import pytest

from siteparity.model import ConfigurationError
from siteparity.policy.planned import KEY, with_planned
from siteparity.yamlfile import Document, load

POLICY = """\
version: 2
roles: {web: Pages, db: Data}
aspects:
  services: {owner: Platform}
"""

PLAN = """\
steps:
  - name: stop
    at: {site: old, role: web}
    do:
      - systemctl disable --now app-worker.service && systemctl stop nginx app@{1,2} cron.timer
      - systemctl kill --kill-whom main --signal HUP nsd.service; jq data.path file.mount
    back: /bin/systemctl start nginx
    proof: {units: {stopped: [app-mail.service], run: [cron.timer]}}
  - name: note
    at: {outside: the runner}
    do: systemctl start elsewhere.service
  - name: everywhere
    at: {site: new}
    do: systemctl start chrony
back:
  - name: follow
    at: {site: old, role: db}
    do:
      - systemctl start 'postgresql@15-main.service'
      - systemctl start app-{{old}}.service
"""


def document(folder: Path, plan: str | None = PLAN, policy: str = POLICY) -> Document:
    """A policy with a plan beside it."""
    (folder / "policy.yml").write_text(policy)
    if plan is not None:
        (folder / "failover.yml").write_text(plan)
    return with_planned(load(folder / "policy.yml"), folder, ["services"])


def planned(found: Document) -> object:
    """What the section of services says then."""
    assert isinstance(found.value, dict)
    return found.value["aspects"]["services"].get(KEY)


def test_units_of_each_role_are_taken_from_commands_and_proofs(tmp_path: Path) -> None:
    """Not words of other programs, nor units of machines outside both sites, nor what is not known yet."""
    assert planned(document(tmp_path)) == {
        "web": [
            "app-worker.service",
            "nginx.service",
            "cron.timer",
            "nsd.service",
            "app-mail.service",
            "chrony.service",
        ],
        "db": ["chrony.service", "postgresql@15-main.service"],
    }


@pytest.mark.parametrize("plan", [None, "steps: nonsense\n", "steps: [7]\nback: {a: 1}\n", "[]\n"])
def test_without_a_plan_nothing_is_planned(plan: str | None, tmp_path: Path) -> None:
    """A plan with mistakes is told of where it is read as a whole."""
    assert planned(document(tmp_path, plan)) is None


def test_what_the_policy_says_itself_stands(tmp_path: Path) -> None:
    """It may name fewer, or none."""
    own = POLICY.replace("{owner: Platform}", "{owner: Platform, planned: {}}")
    assert planned(document(tmp_path, policy=own)) == {}


def test_a_plan_that_is_no_yaml_is_an_error(tmp_path: Path) -> None:
    """With its place."""
    with pytest.raises(ConfigurationError, match=r"failover\.yml:2"):
        document(tmp_path, "steps: [\n")
