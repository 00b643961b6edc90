"""Differences grouped by cause: a package before its files, one thing told in one place."""

from __future__ import annotations

from pathlib import Path

import pytest

from siteparity.compare import owners
from siteparity.compare.comparison import Difference
from siteparity.compare.grouping import Subject, files, grouped, leads, subject
from siteparity.configuration import find_root
from siteparity.plan import sources
from siteparity.probes import discover

PROBES = discover()
BUILD = Difference("packages", "builds", "openssh-server:amd64", "1", "2")
UNIT_FILE = Difference("services", "definitions", "/usr/lib/systemd/system/ssh.service", "a", "b")
ACTIVE = Difference("services", "active", "ssh.service", "running", None)
CONFIGURATION = Difference("files", "content", "/etc/ssh/moduli", "a", "b")
CRON = Difference("schedules", "entries", "/etc/cron.d/backup: root: /bin/backup", "*/5 * * * *", None)


@pytest.mark.parametrize(
    ("aspect", "table", "item", "kind", "name"),
    [
        ("files", "lines", "/etc/x.conf: a: b (c)", "file", "/etc/x.conf"),
        ("files", "content", "/etc/x.conf (link)", "file", "/etc/x.conf"),
        ("packages", "builds", "bash:amd64", "package", "bash:amd64"),
        ("packages", "altered", "/usr/bin/x", "file", "/usr/bin/x"),
        ("services", "definitions", "/etc/systemd/system/x.service.d/a.conf [Unit] A", "unit", "x.service"),
        ("services", "definitions", "/etc/systemd/system/a.target.wants/x.service", "unit", "x.service"),
        ("services", "active", "x@1-main.service", "unit", "x@1-main.service"),
        ("services", "definitions", "/etc/systemd/journald.conf", "file", "/etc/systemd/journald.conf"),
        ("accounts", "users", "user ada", "account", "ada"),
        ("accounts", "groups", "group ada", "account", "ada"),
        ("kernel", "settings", "vm.swappiness", "item", "vm.swappiness"),
        ("listeners", "listening", "tcp 22", "item", "tcp 22"),
    ],
)  # fmt: skip
def test_an_item_shows_what_it_is_about(aspect: str, table: str, item: str, kind: str, name: str) -> None:
    """A file, a unit, an account, a package, or the item itself."""
    found = subject(Difference(aspect, table, item, 1, 2), PROBES)
    assert (found.kind, found.name) == (kind, name)


def test_a_package_of_another_version_leads_before_its_files() -> None:
    """And before its units, whatever the file is called where /usr is merged."""
    own = owners.read(["openssh-server: /lib/systemd/system/ssh.service", "openssh-server: /etc/ssh/moduli"])
    first, second = grouped([CONFIGURATION, BUILD, UNIT_FILE, ACTIVE, CRON], own, {}, PROBES)
    assert first.title == "package openssh-server:amd64"
    assert first.differences == (BUILD, CONFIGURATION, UNIT_FILE, ACTIVE)
    assert first.note == "3 of these follow from it"
    assert (second.title, second.differences) == ("Schedules", (CRON,))


def test_a_file_of_a_package_that_is_alike_stands_for_itself() -> None:
    """Somebody edited it: the package is not to blame."""
    own = {"/etc/ssh/moduli": "another"}
    assert [one.title for one in grouped([CONFIGURATION, BUILD], own, {}, PROBES)] == ["Files", "Packages"]


def test_what_is_about_one_thing_stands_together() -> None:
    """The unit file and the state of the unit."""
    (group,) = grouped([UNIT_FILE, ACTIVE], {}, {}, PROBES)
    assert (group.title, group.differences, group.note) == ("unit ssh.service", (UNIT_FILE, ACTIVE), "")


def test_a_time_zone_leads_before_the_instants_of_jobs() -> None:
    """As the checks declare it; a job that is another one stays with its own file."""
    zone = Difference("schedules", "zone", "/etc/localtime", "Etc/UTC", "America/Phoenix")
    moved = [Difference("schedules", "instants", f"/etc/cron.d/{name}: root: x", "a", "b") for name in "pq"]
    leading = leads(tuple(sources(find_root())), PROBES)
    first, rest = grouped([zone, *moved, CRON], {}, leading, PROBES)
    assert (first.title, first.differences) == ("/etc/localtime", (zone, *moved))
    assert rest.differences == (CRON,)


def test_no_difference_is_lost_or_told_twice() -> None:
    """Each is in exactly one group."""
    every = [CONFIGURATION, BUILD, UNIT_FILE, ACTIVE, CRON]
    groups = grouped(every, {"/etc/ssh/moduli": "openssh-server"}, {}, PROBES)
    found = [one for group in groups for one in group.differences]
    assert sorted(found, key=every.index) == every


def test_files_are_asked_about_only_if_a_package_differs() -> None:
    """Their owners would explain nothing else."""
    assert files([UNIT_FILE, CONFIGURATION], PROBES) == ()
    assert "/etc/ssh/moduli" in files([BUILD, CONFIGURATION], PROBES)


def test_a_unit_of_a_template_is_found_by_the_template() -> None:
    """The package brought ``postgresql@.service``."""
    assert (
        "/usr/lib/systemd/system/postgresql@.service" in Subject("unit", "postgresql@15-main.service").files
    )


def test_what_several_packages_brought_is_of_none() -> None:
    """A folder that ten packages share follows from none of them; nor does a diversion."""
    rows = ["a, b: /etc/pam.d", "diversion by c from: /usr/bin/x", "d: relative", "e:amd64: /usr/lib/e.so"]
    assert owners.read(rows) == {"/lib/e.so": "e:amd64", "/usr/lib/e.so": "e:amd64"}


@pytest.mark.parametrize(
    ("package", "owner", "same"),
    [("bash:amd64", "bash", True), ("libc6:amd64", "libc6:amd64", True), ("bash.x86_64", "bash", True),
     ("bash-doc:all", "bash", False), ("libc6:i386", "libc6:amd64", False)],
)  # fmt: skip
def test_a_package_is_known_by_both_its_names(package: str, owner: str, *, same: bool) -> None:
    """Dpkg leaves out the architecture where there is one only."""
    assert owners.is_of(package, owner) is same


def test_hostile_paths_are_not_asked_about() -> None:
    """A pattern would match other files, and no question is longer than hosts take."""
    asked = owners.ask(["/etc/a*", "/etc/../x", "/x\\", "/etc/b", *(f"/etc/{n:0200}" for n in range(1000))])
    (places,) = (value for name, value in asked.given if name == "PLACES")
    assert places.startswith("/etc/b ")
    assert "*" not in places
    assert len(places) <= 60_000


def test_the_project_of_this_test_has_checks() -> None:
    """Else the test about time zones would prove nothing."""
    assert Path(find_root(), "tests", "parity", "test_schedules.py").exists()
