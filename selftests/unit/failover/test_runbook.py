"""The runbook: the plan with the names of two sites in it, as Markdown and as a page."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path

import pytest

from selftests.unit.failover.plans import SMALL, loaded
from selftests.unit.sites import ARIZONA, DALLAS
from siteparity.commands.cli import main
from siteparity.configuration import find_root
from siteparity.failover.document import Mode
from siteparity.failover.head import Rehearsal, rehearsed
from siteparity.failover.html import render
from siteparity.failover.markdown import markdown
from siteparity.failover.order import Part
from siteparity.failover.runbook import Runbook, digest_of, runbook
from siteparity.model import ConfigurationError, Host, Site

ROOT = find_root()
NEVER = dict.fromkeys(Mode, "never")


def with_database(site: Site) -> Site:
    """The site with one web host and a database."""
    web = site.hosts[0]
    database = replace(
        web,
        name="db1",
        roles=("db",),
        names=(f"db1.{site.domain}",),
        addresses=(ip_address(str(web.addresses[0]).removesuffix("21") + "31"),),
    )
    return replace(site, hosts=(web, database))


OLD, NEW = with_database(DALLAS), with_database(ARIZONA)


def book(folder: Path, *modes: Mode, text: str = SMALL, old: Site = OLD, new: Site = NEW) -> Runbook:
    """The runbook of a plan."""
    return runbook(loaded(folder, text), old, new, modes or list(Mode))


def test_commands_have_the_names_and_addresses_of_the_sites(tmp_path: Path) -> None:
    """In either direction."""
    there = markdown(book(tmp_path, Mode.PLANNED), NEVER)
    again = markdown(book(tmp_path, Mode.PLANNED, old=NEW, new=OLD), NEVER)
    assert "\npoint-at 198.18.2.21\n" in there
    assert "\npoint-at 198.18.1.21\n" in again
    assert "# Failover plan: arizona to dallas" in again


def test_a_step_says_where_when_how_and_how_it_is_undone(tmp_path: Path) -> None:
    """All that a person needs at 3 a.m."""
    text = markdown(book(tmp_path, Mode.PLANNED), NEVER)
    step = text[text.index("### 2. stop") : text.index("### 3.")]
    assert step == (
        "### 2. stop\n\nOn **db1.dallas.shop.example**, within **1 min**.\n\n"
        "```sh\nsystemctl stop postgresql\n```\n\n- [ ] The database is shut down.\n\n"
        "Way back, at the same place:\n\n```sh\nsystemctl start postgresql\n```\n\n"
    )


def test_a_step_without_a_way_back_says_so(tmp_path: Path) -> None:
    """Before anybody types it."""
    text = markdown(book(tmp_path, Mode.PLANNED), NEVER)
    assert text.count("**No way back.** From here on, only the failover the other way round undoes it.") == 1


def test_one_mode_or_the_way_back_alone(tmp_path: Path) -> None:
    """With a dead site nobody stops its database."""
    dead = markdown(book(tmp_path, Mode.DEAD), NEVER)
    assert "systemctl stop postgresql\n```\n\n- [ ]" not in dead
    assert "### 2. cut" in dead
    back = markdown(runbook(loaded(tmp_path), OLD, NEW, [Mode.DEAD], [Part.BACK]), NEVER)
    assert "### 1. follow" in back
    assert "cut" not in back


def test_a_mode_that_the_plan_lacks_is_an_error(tmp_path: Path) -> None:
    """Nobody follows an empty page."""
    text = SMALL.replace("within:", "modes: [planned]\n    within:").replace(
        "modes: [planned]\n    modes: [planned]", "modes: [planned]"
    )
    text = text.replace("modes: [dead]\n    modes: [planned]", "modes: [planned]")
    with pytest.raises(ConfigurationError, match="expected steps of the mode dead, found none"):
        book(tmp_path, Mode.DEAD, text=text)


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        (
            replace(NEW, hosts=(*NEW.hosts, replace(NEW.hosts[0], name="web2"))),
            "expected one host in the role web",
        ),
        (replace(NEW, hosts=(replace(NEW.hosts[0], addresses=()), NEW.hosts[1])), "has no parity_address"),
    ],
)
def test_a_command_that_the_inventories_cannot_fill_is_an_error(
    new: Site, expected: str, tmp_path: Path
) -> None:
    """With the place of its step in the file."""
    with pytest.raises(ConfigurationError, match=rf"failover\.yml:3\d: lead: .*{expected}"):
        book(tmp_path, Mode.PLANNED, new=new)


def test_the_digest_is_the_same_in_both_directions(tmp_path: Path) -> None:
    """It changes with a command, and with a host."""
    plan = loaded(tmp_path)
    assert digest_of(plan, (OLD, NEW)) == digest_of(plan, (NEW, OLD))
    other: Host = replace(NEW.hosts[0], names=("www.example",))
    assert digest_of(plan, (OLD, NEW)) != digest_of(plan, (OLD, replace(NEW, hosts=(other, NEW.hosts[1]))))
    assert digest_of(plan, (OLD, NEW)) != digest_of(
        loaded(tmp_path, SMALL.replace("stop p", "kill p")), (OLD, NEW)
    )


def test_the_head_says_when_it_was_rehearsed_and_whether_it_changed_since() -> None:
    """A plan that was changed since counts as another one."""
    first = Rehearsal(datetime(2026, 11, 1, tzinfo=UTC), Mode.PLANNED, "dallas", "arizona", "a" * 64)
    last = replace(first, at=datetime(2026, 11, 8, tzinfo=UTC), old="arizona", new="dallas", digest="b" * 64)
    assert rehearsed([last, first], Mode.DEAD, "b" * 64) == "never"
    told = rehearsed([last, first], Mode.PLANNED, "b" * 64)
    assert told == "2026-11-08 00:00 UTC, arizona to dallas; unchanged since"
    assert rehearsed([last, first], Mode.PLANNED, "a" * 64).endswith("; CHANGED SINCE: rehearse it again")


def test_the_page_says_what_the_markdown_says(tmp_path: Path) -> None:
    """Every command, and nothing from elsewhere."""
    found = book(tmp_path)
    page = render(found, NEVER)
    for chapter in found.chapters:
        for line in chapter.lines:
            assert line.name in page
            for command in (*line.commands, *line.back):
                assert command.replace("'", "&#39;") in page
    assert not re.search(r"(?:src|href)=\"(?!#|data:)", page)
    assert "<script" not in page


def test_the_page_shows_no_markup_of_the_plan(tmp_path: Path) -> None:
    """A command may hold anything."""
    page = render(book(tmp_path, text=SMALL.replace("point-at", "<img src=x>")), NEVER)
    assert "<img" not in page
    assert "&lt;img src=x&gt;" in page


def test_the_page_of_the_documentation_is_the_labs_plan(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """`siteparity plan >docs/failover-plan.md` writes it anew."""
    assert main(["plan", "--inventories", str(ROOT / "inventories"), "--reports", str(tmp_path)]) == 0
    assert capsys.readouterr().out == (ROOT / "docs" / "failover-plan.md").read_text()
