"""The rehearsal types what the rendered runbook says, so it must read all of it."""

from __future__ import annotations

import re

import pytest

from selftests.lab.runbook import THIS_MACHINE, Step, steps
from siteparity.configuration import find_root

PAGE = (find_root() / "docs" / "failover-plan.md").read_text()
BOOK = steps(PAGE)


def named(name: str) -> Step:
    """The first step of that name."""
    return next(step for step in BOOK if step.name == name)


def test_every_step_of_the_page_is_read() -> None:
    """Whatever has a heading, with each of its commands and places."""
    assert len(BOOK) == len(re.findall(r"^### ", PAGE, re.MULTILINE))
    code = "".join(step.commands + step.back for step in BOOK)
    assert len(code.splitlines()) == sum(
        block.count("\n") for block in re.findall(r"```sh\n([^`]*)```", PAGE)
    )
    assert all(step.where for step in BOOK if step.commands)


@pytest.mark.parametrize(
    ("name", "where"),
    [
        ("ask", (THIS_MACHINE,)),
        ("decide", ()),
        ("stop what writes", ("web1.dallas.shop.example", "web2.dallas.shop.example")),
        ("cut the old site off", ("every host of dallas",)),
        ("lead customers there", ("outside1",)),
    ],
)
def test_places_are_told_apart(name: str, where: tuple[str, ...]) -> None:
    """A step is made on hosts, at the engineer's own machine, or nowhere."""
    assert named(name).where == where


def test_a_way_back_is_no_command_of_its_step() -> None:
    """It is typed only if the step has to be undone."""
    step = named("stop what writes")
    assert step.commands.startswith("systemctl disable --now shop-mailings.service\n")
    assert step.back.startswith("systemctl start shop.service")
    assert named("promote").back == ""


def test_what_a_person_must_note_is_a_command_for_a_name() -> None:
    """As the page spells it."""
    assert named("cut the old site off").said == 'siteparity said "cut the old site off" --by NAME'
    assert named("promote").said == ""
