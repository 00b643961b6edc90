"""What could not be measured: a row for each reason, missing rights first, and what to do."""

from __future__ import annotations

import pytest

from siteparity.compare import places
from siteparity.compare.judging import Gap
from siteparity.compare.unread import GRANT, unreached, unread

PLACES = places(["web1", "ada@web9"])


def test_one_reason_is_one_row() -> None:
    """Whichever question had it, on one host or on both."""
    gaps = [
        Gap(host, "clock", table, f"{table}: chronyc: not found") for host in (0, 1) for table in ("a", "b")
    ]
    gaps.append(Gap(1, "packages", "unpackaged", "unpackaged: timed out after 10 s"))
    first, second = unread(gaps, PLACES, [], "")
    assert (first.reason, first.hosts) == ("chronyc: not found", ("web1", "ada@web9"))
    assert first.tables == {"clock": 2}
    assert (second.reason, second.hosts) == ("timed out after 10 s", ("ada@web9",))


@pytest.mark.parametrize(
    "reason",
    [
        "accounts: exit 2: awk: cannot open /etc/shadow (Permission denied)",
        "sockets: exit 1: the programs of other users cannot be seen",
        "deleted: exit 1: other users' processes cannot be read",
        "loaded: exit 4: iptables-nft-save v1.8.9 (nf_tables): Could not fetch rule set generation id",
        "keys: exit 1: sshd: no hostkeys available -- exiting.",
        "loaded: exit 1: Operation not permitted (you must be root)",
    ],
)
def test_missing_rights_are_one_row_with_what_to_grant(reason: str) -> None:
    """Ten programs say it in ten ways."""
    gaps = [Gap(1, "accounts", "users", reason), Gap(1, "packages", "unpackaged", "u: timed out after 10 s")]
    first, second = unread(gaps, PLACES, [1], "ada@web9: sudo needs a password")
    assert first.reason == "only root may read it (ada@web9: sudo needs a password)"
    assert (first.hosts, first.tables, first.advice) == (("ada@web9",), {"accounts": 1}, GRANT)
    assert second.reason == "timed out after 10 s"


def test_what_root_may_not_read_is_no_matter_of_rights() -> None:
    """To grant more would not help."""
    (row,) = unread([Gap(0, "accounts", "users", "a: Permission denied")], PLACES, [1], "")
    assert (row.reason, row.advice) == ("Permission denied", "")


def test_words_about_a_policy_are_left_out() -> None:
    """There is none."""
    said = "kernel: none is found; say aspects.runtime.kernel: x"
    (row,) = unread([Gap(0, "runtime", "kernel", said)], PLACES, [], "")
    assert row.reason == "none is found"


@pytest.mark.parametrize(
    ("reason", "advice"),
    [
        ("unknown host key", "ssh ada@web9"),
        ("login refused (publickey,password)", "ssh-add"),
        ("no address for the name web9", "ssh_config"),
        ("connection refused (10.0.0.1:22)", ""),
    ],
)
def test_a_host_that_was_not_reached_says_what_to_try(reason: str, advice: str) -> None:
    """Nobody is asked for a password, or whether a key is the right one."""
    row = unreached(PLACES[1], reason)
    assert (row.hosts, row.tables, row.reason) == (("ada@web9",), {}, reason)
    assert advice in row.advice
    assert bool(advice) == bool(row.advice)
