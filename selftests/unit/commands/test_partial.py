"""A part of the checks, for whoever mends something."""

from __future__ import annotations

from siteparity import configuration
from siteparity.collect.questions import Questions
from siteparity.commands.partial import Wanted, chosen
from siteparity.configuration import find_root


def test_hosts_are_asked_about_the_chosen_aspects_alone() -> None:
    """Whatever else the policy has a section for."""
    settings = configuration.load(find_root(), find_root() / "inventories")
    part = chosen(settings, Wanted(["connections", "redis"], []))
    questions = Questions(part.policy, part.probes, part.sites)
    measured = {
        aspect for site in part.sites for host in site.hosts for aspect, _, _ in questions.targets(site, host)
    }
    assert measured == {"connections", "redis"}
