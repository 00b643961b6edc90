"""No secret is written, and no look is spared that would have found one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteparity import redaction
from siteparity.redaction import HIDDEN, Secret, holds_stand_in, redacted, stand_ins, without_stand_ins

KEY = "ab" * 32


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql://shop:hunter2x@db/shop", "postgresql://shop:***@db/shop"),
        ("PGPASSWORD=hunter2x psql", "PGPASSWORD=*** psql"),
        ("Authorization: Bearer abcdefghijklmnop", "Authorization: Bearer ***"),
        ("requirepass hunter2x", "requirepass ***"),
        ("-----BEGIN PRIVATE KEY-----\nAAAA", "-----BEGIN PRIVATE KEY-----***"),
        ("ghp_0123456789abcdef", "***"),
        ("the password file is /etc/redis-auth", "the password file is /etc/redis-auth"),
        ("http://web1.dallas.shop.example:8000/en", "http://web1.dallas.shop.example:8000/en"),
    ],
)
def test_a_secret_is_hidden_by_its_looks(text: str, shown: str) -> None:
    """And what only speaks of one is not."""
    assert redacted(text) == shown


@given(st.from_regex(redaction._WORTH_A_LOOK))  # noqa: SLF001  # two of its parts are held against each other
def test_the_quick_look_misses_nothing_that_the_slow_one_finds(text: str) -> None:
    """Most texts are spared the slow one."""
    folded = text.casefold()
    assert any(word in folded for word in redaction._WORDS)  # noqa: SLF001  # as above


def test_two_secrets_differ_within_a_run_and_tell_nothing_between_runs() -> None:
    """Their stand-ins depend on the key of the run."""
    one, other = stand_ins("token=hunter2x", KEY), stand_ins("token=hunter3x", KEY)
    assert one != other
    assert stand_ins("token=hunter2x", KEY) == one != stand_ins("token=hunter2x", "cd" * 32)
    assert holds_stand_in([one])
    assert without_stand_ins(one) == f"token={HIDDEN}" == without_stand_ins(other)


def test_a_secret_that_is_known_is_hidden_however_it_is_written() -> None:
    """Also as base64 and percent-encoded."""
    secret = Secret("corr ect/horse")
    assert "corr" not in f"{secret} {secret!r}"
    for written in ("a corr ect/horse b", "corr%20ect%2Fhorse", "Y29yciBlY3QvaG9yc2U="):
        assert redacted(written) != written
