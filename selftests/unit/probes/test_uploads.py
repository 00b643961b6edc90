"""Uploads: what is counted and named, what is looked for at the other site, and what is still on its way."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import ValidationError

from selftests.unit.sites import DALLAS
from selftests.unit.targets import answered, framed, web_host
from siteparity.model import Table, Unmeasured, UnmeasuredError
from siteparity.policy.applications import Application, Applications, Postgres
from siteparity.probes import Seen, Target, uploads
from siteparity.probes.uploads import STORED, Policy
from siteparity.tools.given import assigned, coded, decoded
from siteparity.tools.storage import stored

DIGEST = "ab" * 32
HOUR = 3600


def target_of(*folders: Path | str, within: str = "1h", leave_out: tuple[str, ...] = ()) -> Target[Policy]:
    """``arizona/web1``, whose role stores files in these folders."""
    named = {"web": tuple(map(str, folders))}
    return web_host(
        Policy.model_validate(
            {"owner": "Shop", "folders": named, "arrive_within": within, "leave_out": leave_out}
        )
    )


def asked(question: str, later: int = 0, **words: list[str]) -> bytes:
    """What this machine answers, so many seconds from now."""
    text = assigned(**words) + question.replace("$now = time", f"$now = time + {later}")
    done = subprocess.run(["sh", "-c", text], capture_output=True, check=False)
    assert not done.stderr, done.stderr
    return done.stdout


def held(folder: Path, later: int = 0, *leave_out: str) -> stored.Folder:
    """What is read of a folder of this machine."""
    answer = asked(stored.HELD, later, PLACES=[str(folder)], ELSEWHERE=list(leave_out))
    return stored.read_held(answered(held=answer).rows("held"))[str(folder)]


def seen_at_the_other_site(*tables: Table | Unmeasured) -> Seen:
    """What web1, web2 ... of Dallas named."""
    return {(DALLAS.name, f"web{number}"): {"_named": table} for number, table in enumerate(tables, 1)}


def compared(folder: Path, named: Mapping[str, str | float | bool]) -> Table:
    """What this machine answers as a host of the standby, when the primary has named these files."""
    target = target_of(folder)
    given = uploads.files_of_the_other_site(target, seen_at_the_other_site(named))
    answer = asked(stored.ARRIVED, STORED=list(decoded(given[STORED.name])))
    return uploads.read_arrived(answered(arrived=answer), target)


def named_by(folder: Path) -> dict[str, str]:
    """What a host of the primary names an hour after its files were stored."""
    answer = asked(stored.HELD, HOUR + 10, PLACES=[str(folder)], ELSEWHERE=[])
    return {
        path: str(state)
        for path, state in uploads.read_named(answered(held=answer), target_of(folder)).items()
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three stored files, one of them in a folder with an odd name."""
    made = tmp_path / "uploads"
    (made / "Größe: 5%").mkdir(parents=True)
    (made / "one.png").write_bytes(b"1" * 100)
    (made / "two.png").write_bytes(b"2" * 200)
    (made / "Größe: 5%" / "three x.png").write_bytes(b"3" * 300)
    return made


def test_files_are_counted_by_their_age(folder: Path) -> None:
    """A file is as old as the last change of its inode: one that was moved here is new, or is of tomorrow."""
    for name, moment in (("one.png", 0), ("two.png", 4_000_000_000)):
        os.utime(folder / name, (moment, moment))
    (now,) = held(folder).classes
    (later,) = held(folder, 2 * HOUR).classes
    assert (now.age, now.files, now.size) == (0, 3, 600)
    assert (later.age, later.files, later.size) == (HOUR, 3, 600)


def test_what_has_not_settled_is_not_asked_for(folder: Path) -> None:
    """It counts as stored here, and the other site need not have it."""
    target = target_of(folder)
    answers = answered(held=asked(stored.HELD, PLACES=[str(folder)], ELSEWHERE=[]))
    assert uploads.read_amount(answers, target) == {f"{folder}: files": 3, f"{folder}: bytes": 600}
    assert uploads.read_settled(answers, target) == {f"{folder}: files": 0, f"{folder}: bytes": 0}
    assert uploads.read_named(answers, target) == {}


def test_the_same_files_have_arrived(folder: Path) -> None:
    """Whatever their names are."""
    assert compared(folder, named_by(folder)) == {str(path): "there" for path in folder.rglob("*.png")}


def test_each_way_in_which_a_file_is_another_is_told(folder: Path) -> None:
    """Missing, cut, of other content, of another mode, and no file at all."""
    for number in range(5):
        (folder / f"{number}").write_text("content")
    named = named_by(folder)
    (folder / "0").unlink()
    (folder / "1").write_text("cont")
    (folder / "2").write_text("CONTENT")
    (folder / "3").chmod(0o600)
    (folder / "4").unlink()
    (folder / "4").mkdir()
    found = compared(folder, named)
    mode, owner = f"{(folder / '2').stat().st_mode & 0o7777:04o}", "root:root"
    assert {path[-1]: state for path, state in found.items() if state != "there"} == {
        "0": "missing",
        "1": "4 bytes in place of 7",
        "2": "other content",
        "3": f"0600 {owner} in place of {mode} {owner}",
        "4": "no file",
    }


def test_a_large_file_is_compared_by_its_size(tmp_path: Path) -> None:
    """Reading it on every host would take longer than a gate may."""
    with (tmp_path / "film").open("wb") as film:
        film.truncate(stored.LARGEST + 1)
    (one,) = (some for found in held(tmp_path).classes for some in found.named)
    assert (one.size, one.digest) == (stored.LARGEST + 1, "-")


def test_of_many_files_the_newest_and_the_oldest_are_named(tmp_path: Path) -> None:
    """All of them are counted."""
    for number in range(200):
        path = tmp_path / f"{number:03}"
        path.write_text("x")
        os.utime(path, (1_000_000_000 - number,) * 2)
    of_inode, of_content = "(lstat $path)[2, 4, 5, 7, 10]", "(lstat $path)[2, 4, 5, 7, 9]"
    assert of_inode in stored.HELD
    answer = asked(stored.HELD.replace(of_inode, of_content), PLACES=[str(tmp_path)], ELSEWHERE=[])
    (found,) = stored.read_held(answered(held=answer).rows("held"))[str(tmp_path)].classes
    assert found.files == 200
    assert [Path(one.path).name for one in found.named] == [
        f"{number:03}" for number in (*range(8), *range(192, 200))
    ]


def test_what_the_policy_leaves_out_is_not_counted(folder: Path) -> None:
    """An asterisk stands for slashes as well."""
    (found,) = held(folder, 0, f"{folder}/Gr*").classes
    assert found.files == 2


def test_a_folder_that_is_none_says_so(tmp_path: Path) -> None:
    """It has no files that could be counted, so that the amount is missing and not zero."""
    (tmp_path / "file").write_text("")
    places = [tmp_path / "file", tmp_path / "gone"]
    answers = answered(held=asked(stored.HELD, PLACES=list(map(str, places)), ELSEWHERE=[]))
    target = target_of(*places)
    assert list(uploads.read_folders(answers, target).values()) == ["no folder", "no such folder"]
    assert list(uploads.read_rights(answers, target).values()) == ["no folder", "no such folder"]
    assert uploads.read_amount(answers, target) == {}


def test_an_answer_that_lacks_a_folder_is_none() -> None:
    """An empty answer would otherwise be the same at both sites."""
    with pytest.raises(UnmeasuredError, match="says nothing about /srv/uploads"):
        uploads.read_amount(answered(held=framed(b"")), target_of("/srv/uploads"))


@pytest.mark.parametrize(
    "line",
    [
        "X\t/srv",
        "F\t/srv\trwx",
        "F\tsrv\t0755 root:root",
        "C\t/srv\t0\t1\tmany",
        "C\t/srv\t99\t1\t1",
        "C\t/elsewhere\t0\t1\t1",
        "S\t/srv\t0\t1\t-\t0644 a:b\t/srv/x",
        f"S\t/srv\t0\t1\t{DIGEST[1:]}\t0644 a:b\t/srv/x",
    ],
)
def test_a_line_that_is_not_understood_is_no_answer(line: str) -> None:
    """Also one of a class that no line counts."""
    with pytest.raises(UnmeasuredError):
        stored.read_held(["F\t/srv\t0755 root:root", line])
    with pytest.raises(UnmeasuredError):
        stored.read_arrived(["gone\t/srv/x"])


def test_hosts_of_the_primary_that_differ_are_each_enough() -> None:
    """The standby cannot have both contents, and the primary serves either."""
    one, other = ({coded(["/srv/x"]): f"{size}:-:0644 a:b"} for size in (1, 2))
    given = uploads.files_of_the_other_site(target_of("/srv"), seen_at_the_other_site(one, other))
    assert decoded(given[STORED.name]) == ("1:-:0644 a:b:/srv/x", "2:-:0644 a:b:/srv/x")
    assert stored.read_arrived(["there\t/srv/x", "1 bytes in place of 2\t/srv/x"]) == {"/srv/x": "there"}
    assert stored.read_arrived(["missing\t/srv/x", "there\t/srv/x"]) == {"/srv/x": "there"}


def test_nothing_is_asked_for_that_no_host_of_the_other_site_told() -> None:
    """An hour after the sites were made there may be no file; unmeasured hosts are something else."""
    target = target_of("/srv")
    with pytest.raises(UnmeasuredError, match="no host of dallas told what it has stored"):
        uploads.files_of_the_other_site(target, seen_at_the_other_site(Unmeasured("away")))
    with pytest.raises(UnmeasuredError, match="the other site is not known"):
        uploads.files_of_the_other_site(replace(target, other=None), {})
    assert uploads.files_of_the_other_site(target, seen_at_the_other_site({})) == {STORED.name: ""}
    with pytest.raises(UnmeasuredError, match="told no file of /srv that has been there long enough"):
        uploads.read_arrived(answered(arrived=framed(b"")), target)


def test_each_folder_needs_a_file_that_shows_that_files_arrive() -> None:
    """Files of one folder say nothing about another, also if its name begins in the same way."""
    target = target_of("/srv/a", "/srv/ab/")
    answer = framed(b"there\t/srv/ab/x")
    with pytest.raises(UnmeasuredError, match="told no file of /srv/a that"):
        uploads.read_arrived(answered(arrived=answer), target)
    both = framed(b"there\t/srv/ab/x\nmissing\t/srv/a/x")
    assert uploads.read_arrived(answered(arrived=both), target) == {
        "/srv/ab/x": "there",
        "/srv/a/x": "missing",
    }


@pytest.mark.parametrize("pattern", ["/srv/uploads/*", "/srv/upl*/*", "/srv/uploads/[0-9a-z]*"])
def test_a_pattern_that_leaves_everything_out_is_refused(pattern: str) -> None:
    """Then nothing would be looked at, and nothing would differ."""
    with pytest.raises(ValidationError, match="expected patterns in leave_out that leave stored files in"):
        target_of("/srv/uploads", leave_out=(pattern,))
    target_of("/srv/uploads", leave_out=("/srv/uploads/thumbnails/*", "/srv/uploads/*.tmp"))


def test_an_empty_folder_is_told() -> None:
    """Two empty folders are the same, and show nothing."""
    answers = answered(held=framed(b"F\t/srv\t0755 root:root"))
    assert uploads.read_folders(answers, target_of("/srv")) == {"/srv": uploads.EMPTY}


def test_more_files_than_fit_are_thinned_out_and_hidden_ones_left_alone() -> None:
    """The question stays within its limit; a path in which a secret was hidden is no path any more."""
    table = {coded([f"/srv/{number:04}{'é' * 50}"]): f"1:{DIGEST}:0644 a:b" for number in range(400)}
    table["/srv/***#12345678"] = "1:-:0644 a:b"
    (told,) = uploads.files_of_the_other_site(target_of("/srv"), seen_at_the_other_site(table)).values()
    assert len(told) <= STORED.longest
    numbers = [int(one.partition("/srv/")[2][:4]) for one in decoded(told)]
    assert numbers[0] == 0
    assert numbers[-1] > 390
    assert len(numbers) > 50


def test_what_servers_of_data_keep_for_themselves_is_not_compared() -> None:
    """Their files differ between a primary and its standby."""
    shop = Application(role="web", uploads=("/srv/uploads",))
    server = Application(
        role="db", uploads=("/var/lib/x",), postgresql=Postgres(database="x", database_user="y")
    )
    assert Policy.drawn(Applications({"shop": shop, "server": server})) == {
        "folders": {"web": ["/srv/uploads"]}
    }
    assert Policy.drawn(Applications({"server": server})) == {}
