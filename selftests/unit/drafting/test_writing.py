"""Whatever hosts are called, the file parses back to it, and neither file nor terminal is driven by it."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from siteparity.drafting.lines import Draft, LeftOut, Line
from siteparity.drafting.run import _that_loads
from siteparity.drafting.writing import flow, policy, scalar
from siteparity.probes import discover
from siteparity.yamlfile import can_hold, load

TEXTS = st.text(min_size=1).filter(can_hold)
VALUES = st.recursive(
    TEXTS | st.integers(0, 65_535),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
HOSTILE = (
    'a"b', "a: b", "a #b", "- x", "{x}", "[x]", "*x", "&x", "!x", "%x", "@x", "`x`", "yes", "null", "~",
    "1e3", "0x1", "2026-01-01", "a\u2028b", "\u202ex", "\U0001f600", "x\\x2dy.service", "a,b", "'",
    "TODO x", " x", "x ", "?", ": ",
)  # fmt: skip


def read(text: str) -> object:
    """What a reader of the file finds."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "policy.yml"
        path.write_text(text, encoding="utf-8")
        return load(path).value


@given(VALUES)
def test_any_value_parses_back(value: object) -> None:
    """In one line, whatever characters it has."""
    text = f"key: {flow(value)} # seen: it\n"
    assert "\n" not in text[:-1]
    assert read(text) == {"key": value}


def test_texts_that_yaml_reads_otherwise_parse_back() -> None:
    """Each of them as key and as value."""
    for text in HOSTILE:
        assert read(f"{scalar(text)}: {scalar(text)}\n") == {text: text}


def test_evidence_stays_in_its_comment_and_drives_no_terminal() -> None:
    """A file's name holds a line feed, an escape sequence and a key."""
    evil = "/etc/x\nowner: Mallory\x1b[2J\u202e.conf"
    lines = (
        Line(("applications", "shop", "role"), "web", f"in {evil}"),
        Line(("owner",), "TODO", "", f"Who owns {evil}?", waits=False),
    )
    text = policy(Draft(lines, (LeftOut(evil, evil),)), evil).text
    assert read(text) == {"applications": {"shop": {"role": "web"}}, "owner": "TODO"}
    assert all(character.isprintable() or character == "\n" for character in text)


def test_what_no_policy_can_say_is_left_out_with_the_reason() -> None:
    """A unit's name with a blank; the rest of the draft stays."""
    lines = (
        Line(("version",), 2, waits=False),
        Line(("owner",), "TODO", "", "Who?", waits=False),
        Line(("roles",), ["web"], "hosts"),
        Line(("applications", "shop", "role"), "web", "runs"),
        Line(("applications", "shop", "units"), ["sh op\n.service"], "runs"),
        Line(("applications", "shop", "user"), "shop", "runs"),
    )
    whole = _that_loads(Draft(lines), "dallas", discover())
    assert [line.at[-1] for line in whole.lines] == ["version", "owner", "roles", "role", "user"]
    (left,) = whole.left_out
    assert left.what == "applications.shop.units"
    assert "expected" in left.why
