"""Packages: builds, states, holds, altered files, and what decides the next upgrade."""

from __future__ import annotations

import contextlib
import hashlib
import os
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selftests.unit.targets import answered, web_host
from siteparity.model import Table, UnmeasuredError
from siteparity.probes import Answers, Target, packages
from siteparity.tools.given import assigned
from siteparity.tools.packages import apt, python
from siteparity.tools.packages import files as package_files

Policy = packages.Policy
Read = Callable[[Answers, Target[Policy]], Table]
VENV = "/srv/shop/venv"
TARGET = web_host(
    Policy(owner="Shop", held=("nginx",), leave_out_changed=("/opt/x",), python={"web": (VENV,)}),
)
PLAIN = web_host(Policy(owner="Shop"))

DPKG = "dpkg\tamd64\t1.21.22\tinstall ok installed"
DIGEST = "a" * 64
LISTED = f"{DIGEST}  dpkg.md5sums"


def database(*lines: str, audit: str = "", lists: tuple[str, ...] = (LISTED,)) -> bytes:
    """What dpkg says, in the form of the question."""
    return "\n".join(
        [
            "[packages]",
            DPKG,
            *lines,
            "[audit]",
            audit,
            "[architectures]",
            "amd64",
            "[lists]",
            *lists,
            "end",
            "",
        ]
    ).encode()


def test_a_package_is_its_version_and_its_content() -> None:
    """The same version from another build has another list of checksums, and stands out."""
    answer = database(
        "libc6\tamd64\t2.36-9\tinstall ok installed", lists=(LISTED, f"{'b' * 64}  libc6:amd64.md5sums")
    )
    assert packages.read_builds(answered(database=answer), TARGET) == {
        "dpkg:amd64": "1.21.22 (content aaaaaaaaaaaa)",
        "libc6:amd64": "2.36-9 (content bbbbbbbbbbbb)",
    }


def test_a_package_without_a_list_says_so() -> None:
    """No list of checksums is a fact, not an empty digest that equals another."""
    answer = database("meta\tall\t1\tinstall ok installed")
    assert packages.read_builds(answered(database=answer), TARGET)["meta:all"] == "1 (no list of its content)"


def test_a_removed_package_counts_as_gone() -> None:
    """Configuration files that a removed package left are no package."""
    answer = database("apache2\tamd64\t2.4\tdeinstall ok config-files")
    for read in (packages.read_builds, packages.read_states):
        assert "apache2:amd64" not in read(answered(database=answer), TARGET)


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("install ok installed", "in order"),
        ("hold ok installed", "in order"),
        ("install ok half-configured", "half-configured"),
        ("install ok triggers-pending", "triggers-pending"),
        ("install ok unpacked", "unpacked"),
        ("install reinstreq half-installed", "half-installed, must be installed again"),
        ("deinstall ok installed", "installed, and marked deinstall"),
    ],
)
def test_only_a_package_that_is_installed_to_the_end_is_in_order(state: str, expected: str) -> None:
    """A version is there in every one of these states."""
    table = packages.read_states(answered(database=database(f"web\tall\t1\t{state}")), TARGET)
    assert table["web:all"] == expected


def test_what_only_the_audit_sees_is_a_finding() -> None:
    """``dpkg --audit`` knows more than states: a list that is missing, an architecture that is unknown."""
    audit = "The following packages are missing the md5sums control file:\n dpkg     package manager\n"
    table = packages.read_states(answered(database=database(audit=audit)), TARGET)
    assert table["dpkg --audit"] == "complains about dpkg"


def test_what_a_state_says_the_audit_does_not_repeat() -> None:
    """One half-configured package is one finding."""
    audit = "The following packages are only half configured:\n web     a thing\n"
    answer = database("web\tall\t1\tinstall ok half-configured", audit=audit)
    assert "dpkg --audit" not in packages.read_states(answered(database=answer), TARGET)


def test_a_hold_must_stand_in_the_policy_and_be_there() -> None:
    """Both a hold that nobody planned and a planned one that is gone let the sites drift apart."""
    answer = database("curl\tamd64\t1\thold ok installed", "nginx\tall\t1\tinstall ok installed")
    assert packages.read_holds(answered(database=answer), TARGET) == {
        "packages that are not named here": "as the policy says",
        "curl:amd64": "held, and the policy does not say so",
        "nginx:all": "not held, and the policy says so",
    }


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"[packages]\n[audit]\n\n[architectures]\namd64\n[lists]\nend\n",
        database("web\tall\t1\tinstall ok half-baked"),
        database(DPKG),
        database(lists=("no digest",)),
        database(audit="dpkg: something went wrong"),
        database().replace(b"amd64\n[lists]", b"[lists]"),
        database().replace(b"dpkg\tamd64", b"other\tamd64"),
    ],
)
def test_a_database_that_is_not_understood_is_unmeasured(answer: bytes) -> None:
    """Cut, odd, doubled or without dpkg itself: never an empty list of packages."""
    for read in (packages.read_builds, packages.read_states, packages.read_holds):
        with pytest.raises(UnmeasuredError):
            read(answered(database=answer), TARGET)


def altered(*lines: str, lists: int = 1, target: Target[Policy] = TARGET) -> Table:
    """The table for one package with these findings."""
    files = "\n".join(["[files]", *lines, f"= {lists} 10 0", "end", ""]).encode()
    return packages.read_altered(answered(database=database(), files=files), target)


def test_files_that_nobody_touched_are_as_packaged() -> None:
    """The healthy answer names the package, so that it proves that something was looked at."""
    assert altered() == {"dpkg:amd64": "as packaged"}


def test_altered_and_missing_files_are_named() -> None:
    """An engineer sees which files, and how many more there are."""
    many = [f"M\tdpkg\t/usr/lib/{letter}" for letter in "abcde"]
    assert altered("A\tdpkg\t/usr/bin/dpkg", *many) == {
        "dpkg:amd64": "altered: /usr/bin/dpkg; missing: /usr/lib/a, /usr/lib/b, /usr/lib/c and 2 more"
    }


def test_missing_documentation_and_files_rewritten_on_purpose_are_tolerated() -> None:
    """Minimal images leave manual pages out; altered ones are findings all the same."""
    assert altered("M\tdpkg\t/usr/share/man/man1/dpkg.1.gz", "A\tdpkg\t/opt/x") == {
        "dpkg:amd64": "as packaged"
    }
    assert altered("M\tdpkg\t/usr/share/man") == {"dpkg:amd64": "as packaged"}
    assert altered("M\tdpkg\t/usr/share/manual") != {"dpkg:amd64": "as packaged"}
    assert altered("A\tdpkg\t/usr/share/man/man1/dpkg.1.gz") != {"dpkg:amd64": "as packaged"}
    assert altered("M\tdpkg\t/usr/share/locale/ja/LC_MESSAGES/dpkg.mo") != {"dpkg:amd64": "as packaged"}


@pytest.mark.parametrize("lines", [("X\tdpkg\t/x",), ("A\tdpkg",), ("A\t\t/x",), ("garbage",)])
def test_findings_that_are_not_understood_are_unmeasured(lines: tuple[str, ...]) -> None:
    """A line that nobody understands may be the altered file."""
    with pytest.raises(UnmeasuredError):
        altered(*lines)


def test_a_look_at_half_of_the_packages_is_unmeasured() -> None:
    """Both answers must speak of the same number of lists."""
    with pytest.raises(UnmeasuredError, match="0 of 1 lists"):
        altered(lists=0)


@pytest.mark.parametrize("lines", [(), ("= 1 0 0",), ("A\tdpkg\t/x",), ("= 1 10",)])
def test_a_cut_or_empty_look_at_files_is_unmeasured(lines: tuple[str, ...]) -> None:
    """No file looked at proves nothing."""
    with pytest.raises(UnmeasuredError):
        package_files.read({"files": lines})


class Root:
    """A small real tree with dpkg's lists of checksums, looked at by the real question."""

    LONG_AGO = 1_000_000_000

    def __init__(self, path: Path) -> None:
        self.path = path
        self.info = path / "info"
        self.info.mkdir()

    def lay_down(self, package: str, *names: str) -> list[Path]:
        """Files of a package, then its lists, as dpkg does it: old mtimes, new ctimes."""
        files = [self.path / name for name in names]
        for file in files:
            file.write_text(f"of {package}", encoding="utf-8")
            os.utime(file, (self.LONG_AGO, self.LONG_AGO))
        sums = [f"{hashlib.md5(file.read_bytes()).hexdigest()}  {str(file)[1:]}\n" for file in files]  # noqa: S324  # the format of dpkg's lists
        (self.info / f"{package}.list").write_text("".join(f"{file}\n" for file in files), encoding="utf-8")
        (self.info / f"{package}.md5sums").write_text("".join(sums), encoding="utf-8")
        return files

    def look(self, *, everything: bool = False, hour: str = "3600") -> package_files.PackageFiles:
        """Ask, and read."""
        text = package_files.question(everything=everything)
        text = text.replace("/var/lib/dpkg/info", str(self.info)).replace("- 3600", f"- {hour}")
        text = text.replace("/etc/alternatives", str(self.path / "alternatives"))
        done = subprocess.run(["sh", "-c", text], capture_output=True, check=True)
        return package_files.read(answered(files=done.stdout).parts("files", package_files.PARTS))

    def wrong(self, *, everything: bool = False) -> set[tuple[str, str]]:
        """What is wrong with which file."""
        return {(Path(one.path).name, one.what) for one in self.look(everything=everything).wrong}


@pytest.fixture
def root(tmp_path: Path) -> Root:
    """An empty tree."""
    return Root(tmp_path)


def test_a_healthy_host_has_no_file_to_read(root: Root) -> None:
    """Files that dpkg laid down and nobody touched cost one look at their times."""
    root.lay_down("one", "a", "b")
    root.lay_down("two", "c")
    assert root.look() == package_files.PackageFiles((), {}, {}, lists=2, files=3, read=0)
    assert root.look(everything=True) == package_files.PackageFiles((), {}, {}, lists=2, files=3, read=3)


def test_links_of_packages_and_alternatives_are_followed_by_one_step(root: Root) -> None:
    """A link has no checksum: where it leads to is all that there is to compare."""
    (file,) = root.lay_down("one", "a")
    link, chosen = root.path / "link", root.path / "alternatives" / "pager"
    link.symlink_to("a")
    chosen.parent.mkdir()
    chosen.symlink_to("/bin/more")
    with (root.info / "one.list").open("a", encoding="utf-8") as listed:
        listed.write(f"{link}\n{root.path}\n")
    assert root.look().links == {str(link): "a", str(chosen): "/bin/more"}
    assert str(file) not in root.look().links


@pytest.fixture
def listed(root: Root) -> Callable[..., None]:
    """More paths in the list of a package that has one file."""
    root.lay_down("one", "a")

    def add(*paths: object) -> None:
        with (root.info / "one.list").open("a", encoding="utf-8") as listed:
            listed.write("".join(f"{path}\n" for path in paths))

    return add


def test_folders_and_links_of_packages_that_are_gone_are_missing(
    root: Root, listed: Callable[..., None]
) -> None:
    """Without its folder of logs a server does not start; and a file can stand where a folder was."""
    (root.path / "file").touch()
    listed("/.", root.path / "log", root.path / "file" / "inside")
    assert root.wrong() == {("log", "missing"), ("inside", "missing")}


def test_folders_of_settings_that_are_gone_are_compared(root: Root, listed: Callable[..., None]) -> None:
    """An administrator may take away what lies below /etc; obsolete conffiles stay in the list."""
    (root.info / "one.conffiles").write_text("/etc/siteparity/gone.conf\n", encoding="utf-8")
    (root.path / "status").write_text(
        f"Conffiles:\n /etc/siteparity/old.conf {'0' * 32} obsolete\n", encoding="utf-8"
    )
    listed("/etc/siteparity/conf.d", "/etc/siteparity/gone.conf", "/etc/siteparity/old.conf")
    seen = root.look()
    assert seen.wrong == ()
    assert seen.modes == {"/etc/siteparity/conf.d": "gone"}


def test_what_a_removed_package_or_apt_had_may_be_gone(root: Root, listed: Callable[..., None]) -> None:
    """Of a removed package dpkg keeps the list alone; apt makes its folders by itself."""
    listed("/var/lib/apt/lists/no-such-folder")
    (root.info / "removed.list").write_text("/var/lib/siteparity-removed\n", encoding="utf-8")
    assert root.wrong() == set()


def test_diverted_links_are_looked_up_where_they_went(root: Root, listed: Callable[..., None]) -> None:
    """As files are."""
    link, away = root.path / "link", root.path / "link.distrib"
    away.symlink_to("a")
    (root.path / "diversions").write_text(f"{link}\n{away}\ntwo\n", encoding="utf-8")
    listed(link)
    assert root.look().links == {str(link): "a"}
    assert root.wrong() == set()


def test_folders_with_unusual_rights_are_listed(root: Root, listed: Callable[..., None]) -> None:
    """Such as those that one account alone may write to; 0644 is usual for no folder."""
    for name, mode in (("closed", 0o700), ("plain", 0o644)):
        (root.path / name).mkdir()
        (root.path / name).chmod(mode)
        listed(root.path / name)
    modes = {Path(path).name: said.split()[0] for path, said in root.look().modes.items()}
    assert {name: modes[name] for name in ("closed", "plain")} == {"closed": "0700", "plain": "0644"}


def test_an_altered_file_is_found_even_when_it_is_dated_back(root: Root) -> None:
    """An mtime can be set, a ctime cannot."""
    plain, dated, sound = root.lay_down("one", "plain", "dated", "sound")
    time.sleep(1.1)
    plain.write_text("other", encoding="utf-8")
    dated.write_text("other", encoding="utf-8")
    os.utime(dated, (Root.LONG_AGO, Root.LONG_AGO))
    sound.chmod(0o600)
    assert root.wrong() == {("plain", "altered"), ("dated", "altered")}
    assert root.look().read == 3


def test_a_file_altered_in_the_second_of_its_installation_is_found(root: Root) -> None:
    """A package's script may rewrite a file at once; whether that is seen must not depend on speed."""
    (file,) = root.lay_down("one", "a")
    file.write_text("other", encoding="utf-8")
    assert root.wrong() == {("a", "altered")}


def test_a_file_that_was_laid_down_long_before_its_list_is_read(root: Root) -> None:
    """One file system was rolled back, and the other not."""
    (file,) = root.lay_down("one", "a")
    file.write_text("other", encoding="utf-8")
    os.utime(file, (Root.LONG_AGO, Root.LONG_AGO))
    time.sleep(1.1)
    path = root.info / "one.md5sums"
    path.write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    assert root.look().read == 0
    assert root.look(hour="0").read == 1


def test_missing_replaced_and_unreadable_files_are_found(root: Root) -> None:
    """Whatever stands in the place of a package's file."""
    gone, link, dangling, folder = root.lay_down("one", "gone", "link", "dangling", "folder")
    for file in (gone, link, dangling, folder):
        file.unlink()
    (root.path / "elsewhere").write_text("other", encoding="utf-8")
    link.symlink_to("elsewhere")
    dangling.symlink_to("nowhere")
    folder.mkdir()
    assert root.wrong() == {
        ("gone", "missing"),
        ("link", "altered"),
        ("dangling", "cannot be read"),
        ("folder", "cannot be read"),
    }


def test_unusual_modes_are_listed(root: Root) -> None:
    """What only some may read or run is compared between hosts; a program needs its x."""
    plain, closed = root.lay_down("one", "plain", "closed")
    (root.path / "bin").mkdir()
    (program,) = root.lay_down("two", "bin/program")
    plain.chmod(0o755)
    closed.chmod(0o640)
    program.chmod(0o644)
    assert root.look().modes == {str(closed): "0640 root:root", str(program): "0644 root:root"}


def test_a_conffile_belongs_to_another_aspect(root: Root) -> None:
    """Some packages list their conffiles among the checksums."""
    (file,) = root.lay_down("one", "a.conf")
    (root.info / "one.conffiles").write_text(f"{file}\n", encoding="utf-8")
    file.unlink()
    assert root.wrong() == set()


def test_a_file_that_another_package_took_over_is_no_longer_the_packages_own(root: Root) -> None:
    """``Replaces``: the path left the first package's list, its checksum did not."""
    (file,) = root.lay_down("old", "a")
    root.lay_down("new", "a")
    (root.info / "old.list").write_text("", encoding="utf-8")
    assert root.wrong(everything=True) == set()
    file.write_text("other", encoding="utf-8")
    assert root.wrong(everything=True) == {("a", "altered")}


def test_a_diverted_file_is_looked_up_where_it_went(root: Root) -> None:
    """dpkg-divert: the path holds another package's file, and that is right."""
    (file,) = root.lay_down("one", "a")
    away = file.rename(root.path / "a.distrib")
    (root.path / "diversions").write_text(f"{file}\n{away}\ntwo\n", encoding="utf-8")
    root.lay_down("two", "a")
    assert root.wrong(everything=True) == set()
    away.unlink()
    assert root.wrong() == {("a", "missing")}


def test_a_list_that_is_none_is_a_finding(root: Root) -> None:
    """A list that cannot be read must not pass for one without files."""
    root.lay_down("one", "a")
    (root.info / "two.md5sums").write_text("garbage\n", encoding="utf-8")
    assert root.wrong() == {("two.md5sums", "not a list of checksums")}


@given(st.binary())
def test_any_text_is_facts_or_unmeasured(answer: bytes) -> None:
    """Whatever a host prints makes a table or a reason, and nothing else."""
    readers: list[Read] = [
        reading.read for name, reading in packages.PROBE.tables.items() if name not in ("builds", "states")
    ]
    headers = {"files": b"files", "apt": b"sources", "python": b"environments", "unpackaged": b"files"}
    framed = {name: b"[%s]\n%s\nend\n" % (header, answer) for name, header in headers.items()}
    for given_ in (framed, dict.fromkeys(headers, answer)):
        for read in readers:
            with contextlib.suppress(UnmeasuredError):
                assert read(answered(database=database(), **given_), TARGET)


def test_preferences_are_entries_without_comments() -> None:
    """A comment is no difference; a file that apt does not read is none either."""
    lines = [
        f"/etc/apt/preferences.d/{line}"
        for line in (
            "nginx:# why",
            "nginx:Explanation: because",
            "nginx:Package: nginx",
            "nginx:Pin:  release a=stable",
            "nginx:",
            "nginx:Package: *",
            "nginx.bak:Package: other",
            "more.pref:Package: third",
        )
    ]
    lines += ['/etc/apt/apt.conf.d/9:APT::Default-Release "stable";']
    assert apt.pins(apt.read({"sources": lines})) == (
        "Package: nginx | Pin: release a=stable",
        "Package: *",
        "Package: third",
        'APT::Default-Release "stable";',
    )


def test_an_added_architecture_is_a_source() -> None:
    """It decides which packages can be installed next."""
    answer = database().replace(b"\namd64\n", b"\namd64\namd64\ni386\n")
    table = packages.read_sources(answered(database=answer, apt=b"[sources]\nend\n"), TARGET)
    assert set(table) == {"/etc/apt/sources.list", "architecture amd64", "architecture i386"}


def test_sources_hold_no_passwords_and_nothing_that_is_switched_off() -> None:
    """What a finding shows can be mailed."""
    lines = [
        "/etc/apt/sources.list:deb  ftp://me:secret@files.shop.example/shop bookworm main # old",
        "/etc/apt/sources.list:# deb http://other.example/ x main",
        "/etc/apt/sources.list.d/a.sources:Types: deb",
        "/etc/apt/sources.list.d/a.sources:URIs: https://token@a.example/",
        "/etc/apt/sources.list.d/b.sources:Types: deb",
        "/etc/apt/sources.list.d/b.sources:Enabled: no",
        "/etc/apt/sources.list.d/c.list.save:deb http://c.example/ c main",
    ]
    assert apt.sources(apt.read({"sources": lines})) == (
        "deb ftp://files.shop.example/shop bookworm main",
        "Types: deb | URIs: https://a.example/",
    )


def test_an_environment_lists_its_distributions() -> None:
    """Names as PEP 503 compares them; two versions of one distribution are both named."""
    answer = (
        f"[environments]\nplace\t{VENV}\nfound\tFlask_Babel-4.0.0.dist-info\nfound\tPyYAML-6.0-py3.11.egg-info\n"
        "found\tredis-5.0.dist-info\nfound\tredis-4.0.dist-info\nfound\todd.egg-info\nother\tx.pth\nend\n"
    ).encode()
    assert packages.read_distributions(answered(python=answer, unpackaged=b"[files]\nend\n"), TARGET) == {
        "environments that were read": 1,
        f"{VENV}: flask-babel": "4.0.0",
        f"{VENV}: pyyaml": "6.0",
        f"{VENV}: redis": "4.0, 5.0",
        f"{VENV}: odd": "no version in its name",
        f"{VENV}: file x.pth": "there",
    }


SITE = f"{VENV}/lib/python3.11/site-packages"
INSTALLED = {
    "redis/__init__.py": "a",
    "redis/client.py": "b",
    "redis-5.0.dist-info/METADATA": "c",
    "redis-5.0.dist-info/RECORD": "d",
}


def distributions(files: Mapping[str, str], target: Target[Policy] = TARGET) -> Mapping[str, object]:
    """The table where redis 5.0 is there with these files -> a letter for their content."""
    names = f"[environments]\nplace\t{VENV}\nfound\tredis-5.0.dist-info\nother\tredis\nend\n".encode()
    lines = "".join(f"F\t{SITE}/{name}\t0644 root:root\t{letter * 64}\n" for name, letter in files.items())
    told = f"[files]\n{lines}end\n".encode()
    return packages.read_distributions(answered(python=names, unpackaged=told), target)


@pytest.mark.parametrize(
    ("change", "differs"),
    [
        ({"redis/client.py": "e"}, ["file redis"]),
        ({"redis-5.0.dist-info/METADATA": "e"}, ["redis"]),
        ({"redis/left.py": "e"}, ["file redis"]),
        ({".hidden.pth": "e"}, ["file .hidden.pth"]),
        ({"redis-5.0.dist-info/RECORD": "e"}, []),
        ({"redis-5.0.dist-info/INSTALLER": "e", "redis-5.0.dist-info/REQUESTED": "e"}, []),
        ({"redis-5.0.dist-info/direct_url.json": "e"}, []),
        ({"redis/RECORD": "e"}, ["file redis"]),
    ],
)
def test_a_file_of_an_environment_that_was_mended_is_another_content(
    change: Mapping[str, str], differs: list[str]
) -> None:
    """The version is the same; what installers note for themselves does not count."""
    before, after = distributions(INSTALLED), distributions({**INSTALLED, **change})
    assert [item for item in after if before.get(item) != after[item]] == [
        f"{VENV}: {name}" for name in differs
    ]


def test_an_installation_that_was_cut_off_is_another_content() -> None:
    """An installer writes its record when everything else is there."""
    cut = {name: letter for name, letter in INSTALLED.items() if not name.endswith("RECORD")}
    assert distributions(cut)[f"{VENV}: redis"] != distributions(INSTALLED)[f"{VENV}: redis"]
    assert str(distributions(cut)[f"{VENV}: redis"]).startswith("5.0 (content ")


def test_what_differs_by_nature_does_not_count_in_environments() -> None:
    """A library that each host has compiled for itself."""
    target = web_host(Policy(owner="Shop", python={"web": (f"{VENV}/",)}, leave_out_added=(f"{SITE}/*.so",)))
    assert distributions({**INSTALLED, "redis/fast.so": "e"}, target) == distributions(INSTALLED, target)


def test_an_environment_that_is_no_folder_is_a_finding() -> None:
    """At both sites, too: a missing environment is not the same as none."""
    answer = f"[environments]\nplace\t{VENV}\nabsent\nend\n".encode()
    assert packages.read_environments(answered(python=answer), TARGET)[VENV] == "no such folder"


def test_without_environments_nothing_is_asked() -> None:
    """A role without Python costs nothing, and has no table that could pass by saying nothing."""
    assert "python" not in packages.ask(PLAIN)
    for table in ("environments", "distributions"):
        assert packages.PROBE.roles_of(table, PLAIN.section, ("web", "db")) == ()


def test_a_real_folder_is_listed(tmp_path: Path) -> None:
    """A venv has its distributions below lib; odd names do not break the question."""
    venv = tmp_path / "it's a venv"
    for place in ("lib/python3.11/site-packages/redis-5.0.dist-info", "flask-2.2.dist-info"):
        (venv / place).mkdir(parents=True)
    (venv / "pyvenv.cfg").touch()
    (venv / "lib/python3.11/site-packages/sitecustomize.py").touch()
    missing = str(tmp_path / "missing")
    places = (str(venv), missing)
    done = subprocess.run(
        ["sh", "-c", assigned(ENVIRONMENTS=places) + python.QUESTION], capture_output=True, check=True
    )
    assert python.read(answered(python=done.stdout).parts("python", python.PARTS), places) == {
        str(venv): {"redis": "5.0", "flask": "2.2", "file sitecustomize.py": "there"},
        missing: None,
    }


@pytest.mark.parametrize(
    "lines",
    [(), ("place\t/other",), ("found\tx-1.dist-info",), ("place\t/srv/shop/venv", "place\t/other")],
)
def test_an_answer_about_other_environments_is_unmeasured(lines: tuple[str, ...]) -> None:
    """Every place that was asked about must be spoken of."""
    with pytest.raises(UnmeasuredError):
        python.read({"environments": lines}, (VENV,))
