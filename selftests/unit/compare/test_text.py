"""A comparison on the terminal, for programs and as a page: the answer last, and no word of GO."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from selftests.unit.compare import examples
from siteparity.compare import Comparison, Outcome, as_json, heading, render, summary
from siteparity.compare.comparison import Difference, Group

EVERY = (
    examples.equal(),
    examples.different(),
    examples.not_known(),
    examples.not_reached(),
    examples.hostile(),
)


@pytest.mark.parametrize(
    ("comparison", "outcome", "last"),
    [
        (
            examples.equal(),
            Outcome.EQUAL,
            "equal  web1 and ada@web9: no difference among 8,123 items of 4 aspects",
        ),
        (
            examples.different(),
            Outcome.DIFFERENT,
            "different  web1 and ada@web9: 3 differences in 2 groups; 8 tables could not be measured",
        ),
        (
            examples.not_known(),
            Outcome.UNMEASURED,
            (
                "not known  web1 and ada@web9: no difference among 100 items of 1 aspect"
                "; 1 table could not be measured"
            ),
        ),
        (
            examples.not_reached(),
            Outcome.UNMEASURED,
            "not known  web1 and ada@web9: ada@web9 could not be asked",
        ),
    ],
)
def test_the_last_line_is_the_answer(comparison: Comparison, outcome: Outcome, last: str) -> None:
    """Many people read nothing else."""
    assert comparison.outcome is outcome
    assert summary(comparison).split("\n")[-1] == last


def test_nothing_compared_is_not_equal() -> None:
    """Comparing nothing with nothing is no comparison."""
    assert replace(examples.equal(), compared=0).outcome is Outcome.UNMEASURED


def test_what_differs_is_told_by_group_with_both_values() -> None:
    """Item, where it was seen, and each host's value; then what was not measured, and what to grant."""
    assert summary(examples.different()).startswith(
        """package openssh-server:amd64: 2 differences (1 of these follows from it)
  - openssh-server:amd64 (packages: builds)
      web1      1:9.2p1-2
      ada@web9  1:9.2p1-1
  - /usr/lib/systemd/system/ssh.service (services: definitions)
      web1      a1
      ada@web9  b2

Files: 1 difference
  - /etc/x: a line (files: lines)
      web1      absent
      ada@web9  there

not measured
  - web1 and ada@web9: only root may read it (web1: sudo needs a password)
      accounts 7 tables, firewall 1 table
      log in as root

alike, and worth a look: ada@web9: /etc/x: db.dallas.shop.example: names web1
not looked at, since a policy must say what is meant: redis, waf
different  """
    )


def test_the_heading_names_both_hosts_and_the_rights() -> None:
    """It is printed before anything is measured."""
    assert heading(examples.equal()) == (
        "web1      Debian GNU/Linux 12 (bookworm), as root through sudo\n"
        "ada@web9  Debian GNU/Linux 12 (bookworm), as root"
    )


def test_a_long_group_is_cut_and_says_so() -> None:
    """The page and the output for programs have the rest."""
    rows = tuple(Difference("files", "lines", f"/etc/{number}", 1, 2) for number in range(25))
    text = summary(replace(examples.equal(), groups=(Group("Files", rows),)))
    assert "and 5 more (see --html or --json)" in text
    assert "/etc/20 " not in text


@pytest.mark.parametrize("comparison", EVERY)
def test_it_never_says_go(comparison: Comparison) -> None:
    """It is no gate, whatever the hosts say."""
    for text in (summary(comparison), as_json(comparison), render(comparison), heading(comparison)):
        assert not re.search(r"\b(?:GO|NO-GO)\b", text)


def test_a_hostile_host_writes_no_line_of_its_own() -> None:
    """No control sequence, no line that looks like the answer, no markup."""
    text = f"{heading(examples.hostile())}\n{summary(examples.hostile())}"
    assert all(character.isprintable() or character == "\n" for character in text)
    assert not [line for line in text.split("\n")[:-1] if line.startswith("equal")]
    page = render(examples.hostile())
    assert "<script" not in page
    assert "alert(1)" in page
    assert "49" not in page.partition("<main")[2]


def test_programs_get_every_difference() -> None:
    """With the outcome, and null for a host that lacks the item."""
    told = json.loads(as_json(examples.different()))
    assert told["outcome"] == "different"
    assert told["measured_at"] == "2026-11-23T08:31:00+00:00"
    assert told["groups"][1]["differences"] == [
        {"aspect": "files", "table": "lines", "item": "/etc/x: a line", "first": None, "second": "there"}
    ]
    assert told["unread"][0]["tables"] == {"accounts": 7, "firewall": 1}


def test_the_page_has_all_that_the_text_has() -> None:
    """Every group, value, gap and note."""
    page = render(examples.different())
    for words in (
        "package openssh-server:amd64", "1:9.2p1-1", "/etc/x: a line", "only root may read it",
        "log in as root",
        "names web1", "redis, waf", "2026-11-23 08:31 UTC", "as root through sudo",
    ):  # fmt: skip
        assert words in page
    assert len(re.findall("<tbody>", page)) == 2


def test_a_page_of_very_many_differences_stays_small() -> None:
    """A browser opens it; the output for programs has the rest."""
    rows = tuple(Difference("files", "lines", f"/etc/{number}", 1, 2) for number in range(20_000))
    groups = (Group("Files", rows), *(Group(f"/etc/{number}", rows[:2]) for number in range(600)))
    page = render(replace(examples.equal(), groups=groups))
    assert len(page) < 1_500_000
    assert "and 19,500 more" in page
    assert "and 201 more groups" in page
