"""Whatever a host answers to every probe: typed facts or unmeasured, and a record that can be read again."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from selftests.hostile.lies import BROKEN, LIES, Asked
from siteparity import configuration
from siteparity.collect import Measured, Measurement
from siteparity.configuration import Configuration, find_root
from siteparity.facts import records
from siteparity.model import Deadline, Host, Unmeasured, UnmeasuredError
from siteparity.transport import Output
from siteparity.transport.transport import MAX_OUTPUT_BYTES

pytestmark = pytest.mark.timeout(300)

_HALF_TRUE = {"each answer under another name", "half a stream"}
"""Some of these answers are whole: a host may answer a question with anything."""


@cache
def settings() -> Configuration:
    """The project's own policy, probes and sites; none of the hosts is asked."""
    root = find_root()
    return configuration.load(root, root / "inventories")


class Liar:
    """Stands in for the transport: every host tells one lie."""

    def __init__(self, lie: str) -> None:
        self.lie = lie

    def run(self, host: Host, script: bytes, *, timeout: float, opener: bytes) -> Output:
        """As much as the transport would take of it."""
        assert opener
        assert timeout > 0
        asked = Asked.read(script.decode(), host.label)
        assert asked.nonce
        assert asked.names
        said = bytearray(b"\n" + asked.greeting)
        for chunk in LIES[self.lie](asked):
            said += chunk
            if len(said) > MAX_OUTPUT_BYTES:
                raise UnmeasuredError("answer exceeded 32 MiB")
        return Output(bytes(said), f"\n@{asked.nonce} {asked.names[0]}\n\x1b[2J<b>".encode() * 50, 0, 1.0)


def measured(lie: str) -> tuple[Measured, ...]:
    """Both sites, as a run measures them."""
    found = settings()
    say = lambda _host, words: said.append(words)  # noqa: E731
    said: list[str] = []
    collector = Measurement(found.policy, found.probes, Liar(lie), Deadline(120), say, found.sites)
    return collector.collect(found.sites)


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_is_read_as_facts_or_not_at_all(lie: str, tmp_path: Path) -> None:
    """No probe fails by itself, no value is more than a record can hold, and no reason is unreadable."""
    for site in measured(lie):
        tables = [
            (host, aspect, name, table)
            for host, aspects in site.hosts.items()
            for aspect, of in aspects.items()
            for name, table in of.items()
        ]
        assert tables
        for host, aspect, name, table in tables:
            if isinstance(table, Unmeasured):
                assert "the probe itself failed" not in table.reason, (host, aspect, name)
                assert table.reason.isprintable() or "\n" not in table.reason, (aspect, name, table.reason)
        if lie in BROKEN.keys() - _HALF_TRUE:
            assert not [one for one in tables if not isinstance(one[3], Unmeasured)]
        record = records.record_of(site, tool_version="1", policy_digest="0" * 64, inventory_digest="0" * 64)
        records.save(record, tmp_path / "record.json.gz")
        assert records.load(tmp_path / "record.json.gz").digest() == record.digest()


def test_every_kind_of_hostile_answer_is_told() -> None:
    """What the specification names, by name; a lie that is forgotten here is forgotten everywhere."""
    names = " / ".join(LIES)
    for wanted in (
        *("UTF-8", "NUL", "ANSI and OSC", "100 MB", "a million lines", "markup", "template", "right-to-left"),
        *("another name", "banner", "half a stream", "base64", "twice", "negative status", "huge status"),
    ):
        assert re.search(re.escape(wanted), names), wanted
