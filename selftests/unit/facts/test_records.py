"""A record is there whole or not at all, and says again exactly what was measured."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteparity.collect import Measured
from siteparity.facts.records import Record, RecordError, SavedUnmeasured, load, record_of, save
from siteparity.model import Facts, Table, Unmeasured

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
DIGEST = "0" * 64
values = st.one_of(
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(codec="utf-8")),
)
tables = st.dictionaries(st.text(st.characters(codec="utf-8")), values, max_size=4)


def record(facts: Facts, at: datetime = NOON) -> Record:
    """A record of one host with one aspect."""
    measured = Measured("dallas", at, {"web1": {"packages": facts}, "web2": {"packages": facts}})
    return record_of(measured, tool_version="1", policy_digest=DIGEST, inventory_digest=DIGEST)


@given(table=tables, reason=st.text(st.characters(codec="utf-8")))
def test_what_was_saved_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, table: Table, reason: str
) -> None:
    """Values keep their type; what was unmeasured stays unmeasured, with its reason."""
    path = tmp_path_factory.mktemp("record") / "dallas.json.gz"
    save(record({"versions": table, "holds": Unmeasured(reason)}), path)
    facts = load(path).facts("web1", "packages")
    versions, holds = facts["versions"], facts["holds"]
    assert not isinstance(versions, Unmeasured)
    assert [(item, type(value), value) for item, value in versions.items()] == [
        (item, type(value), value) for item, value in table.items()
    ]
    assert isinstance(holds, Unmeasured)
    assert holds.reason == reason


def test_identical_tables_of_many_hosts_are_held_once() -> None:
    """The size of a record follows the differences, not the number of hosts."""
    assert len(record({"versions": {"nginx": "1"}}).tables) == 1


def test_the_digest_is_that_of_the_facts_and_not_of_the_time() -> None:
    """Two measurements of an untouched site have the same digest; any change has another."""
    first = record({"versions": {"nginx": "1"}})
    again = record({"versions": {"nginx": "1"}}, datetime(2026, 11, 24, tzinfo=UTC))
    changed = record({"versions": {"nginx": "2"}})
    assert first.digest() == again.digest() != changed.digest()


def _saved(tmp_path: Path) -> Path:
    path = tmp_path / "dallas.json.gz"
    save(record({"versions": {"nginx": "1"}}), path)
    return path


def test_every_cut_of_a_record_is_refused(tmp_path: Path) -> None:
    """A record that was written half-way is no record."""
    path = _saved(tmp_path)
    whole = path.read_bytes()
    for length in range(0, len(whole), 7):
        path.write_bytes(whole[:length])
        with pytest.raises(RecordError, match=r"dallas\.json\.gz"):
            load(path)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('"nginx": "1"', '"nginx": "2"', "does not match its digest"),
        ('"schema_version": 1', '"schema_version": 2', "schema_version"),
        ('"site": "dallas"', '"site": 7', "site"),
        ('"tool_version": "1"', '"tool_version": "1", "extra": 1', "extra"),
    ],
)
def test_a_record_that_was_changed_is_refused(tmp_path: Path, old: str, new: str, reason: str) -> None:
    """Other content, another schema, an unknown key: refused with the reason."""
    path = _saved(tmp_path)
    text = json.dumps(json.loads(gzip.decompress(path.read_bytes())))
    assert old in text
    path.write_bytes(gzip.compress(text.replace(old, new).encode()))
    with pytest.raises(RecordError, match=reason):
        load(path)


def test_a_missing_table_is_noticed(tmp_path: Path) -> None:
    """A digest that leads nowhere must not read as an empty table."""
    path = _saved(tmp_path)
    content = json.loads(gzip.decompress(path.read_bytes()))
    content["tables"] = {}
    path.write_bytes(gzip.compress(json.dumps(content).encode()))
    with pytest.raises(RecordError, match="refers to a table that is not there"):
        load(path)


@pytest.mark.parametrize(
    "hosts",
    [
        {},
        {"web1": {}},
        {"web1": {"names": {}}},
        {"web1": {"names": {"a": SavedUnmeasured(unmeasured="a: no answer")}}},
        {
            "web1": {"names": {"a": SavedUnmeasured(unmeasured="a: no answer")}},
            "web2": {"names": {"a": "0" * 64}},
        },
        {"web1": {"names": {"a": SavedUnmeasured(unmeasured="a: no answer")}, "more": {"b": "0" * 64}}},
        {"web1": {"more": {}, "names": {"a": SavedUnmeasured(unmeasured="a: no answer")}}},
    ],
)
def test_a_site_is_silent_if_each_of_its_hosts_is(
    hosts: dict[str, dict[str, dict[str, str | SavedUnmeasured]]],
) -> None:
    """The quick answer is that of the list of silent hosts."""
    saved: dict[str, Any] = {"site": "dallas", "tables": {}, "hosts": hosts}
    record = Record.model_construct(**saved)
    assert record.is_silent() == (record.silent().keys() == record.hosts.keys())
