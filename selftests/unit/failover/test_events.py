"""The journal of drills: appended, never changed, and strict."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from selftests.unit.failover.plans import START, begun
from siteparity.failover.events import NAME, Ended, Journal, Said, append, read
from siteparity.failover.last import LastRehearsal, last_rehearsal
from siteparity.model import ConfigurationError, SiteparityError
from siteparity.redaction import remember

SAID = Said(drill="d1", at=START, step="decide", by="Ada")


def test_what_is_appended_is_read_again(tmp_path: Path) -> None:
    """In its order; the folder is made."""
    append(tmp_path / "reports", (begun(), SAID))
    append(tmp_path / "reports", (SAID,))
    assert read(tmp_path / "reports") == Journal((begun(), SAID, SAID))


def test_without_a_journal_there_was_no_drill(tmp_path: Path) -> None:
    """It is no error."""
    assert read(tmp_path) == Journal(())


@pytest.mark.parametrize(
    "line",
    [
        b'{"event": "proven"}',
        b"{",
        b'{"schema_version": 1, "drill": "d1", "at": "2026-12-01T03:00:00Z", "event": "vanished"}',
        SAID.model_dump_json().replace("}", ', "more": 1}').encode(),
        SAID.model_dump_json().replace("2026-12-01T03:00:00Z", "2026-12-01T03:00:00").encode(),
        b"\xff",
    ],
)
def test_a_damaged_line_is_told_and_proves_nothing(line: bytes, tmp_path: Path) -> None:
    """The lines around it count."""
    append(tmp_path, (begun(),))
    with (tmp_path / NAME).open("ab") as file:
        file.write(line + b"\n")
    append(tmp_path, (SAID,))
    journal = read(tmp_path)
    assert journal.events == (begun(), SAID)
    (told,) = journal.damaged
    assert f"{NAME}:2: expected a line as siteparity writes it" in told


def test_a_line_that_was_cut_off_damages_only_itself(tmp_path: Path) -> None:
    """A process died while it wrote."""
    append(tmp_path, (begun(), SAID))
    path = tmp_path / NAME
    path.write_bytes(path.read_bytes()[:-20])
    append(tmp_path, (SAID,))
    journal = read(tmp_path)
    assert journal.events == (begun(), SAID)
    assert len(journal.damaged) == 1


def test_a_full_disk_leaves_no_half_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says what to do."""
    append(tmp_path, (begun(),))
    before = (tmp_path / NAME).read_bytes()
    whole_write, written = os.write, list[int]()

    def write(file: int, data: bytes) -> int:
        if written:
            raise OSError(errno.ENOSPC, "No space left on device")
        written.append(whole_write(file, data[:10]))
        return 10

    monkeypatch.setattr(os, "write", write)
    with pytest.raises(SiteparityError, match="No space left on device; make room"):
        append(tmp_path, (SAID,))
    assert (tmp_path / NAME).read_bytes() == before


def test_no_secret_is_written(tmp_path: Path) -> None:
    """A person may paste one."""
    remember("hunter2-hunter2")
    append(tmp_path, (SAID.model_copy(update={"words": "the password is hunter2-hunter2"}),))
    assert b"hunter2" not in (tmp_path / NAME).read_bytes()
    (event,) = read(tmp_path).events
    assert isinstance(event, Said)
    assert event.words.startswith("the password is ")


def test_a_journal_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    """It is not "no drill yet"."""
    (tmp_path / NAME).mkdir()
    with pytest.raises(ConfigurationError, match="expected a file that can be read"):
        read(tmp_path)


def test_the_last_rehearsal_is_of_these_two_sites_and_ended(tmp_path: Path) -> None:
    """In whichever direction."""
    assert last_rehearsal(tmp_path, ("dallas", "arizona")) == LastRehearsal()
    append(tmp_path, (begun(),))
    assert last_rehearsal(tmp_path, ("dallas", "arizona")) == LastRehearsal()
    append(tmp_path, (Ended(drill="d1", at=START),))
    assert last_rehearsal(tmp_path, ("arizona", "dallas")) == LastRehearsal(START)
    assert last_rehearsal(tmp_path, ("arizona", "berlin")) == LastRehearsal()


def test_a_journal_that_is_not_whole_may_hold_a_later_rehearsal(tmp_path: Path) -> None:
    """So nobody can say that there was none."""
    append(tmp_path, (begun(), Ended(drill="d1", at=START)))
    with (tmp_path / NAME).open("ab") as file:
        file.write(b"{\n")
    found = last_rehearsal(tmp_path, ("dallas", "arizona"))
    assert found.ended == START
    assert f"{NAME}:3: expected a line as siteparity writes it" in found.problem
    found = last_rehearsal(tmp_path / NAME, ("dallas", "arizona"))
    assert found.ended is None
    assert "expected a file that can be read" in found.problem
