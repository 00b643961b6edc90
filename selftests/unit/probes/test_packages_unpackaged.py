"""Unit: files that no package has brought are told; those of packages, and compiled copies, are not."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from selftests.unit.targets import answered, web_host
from siteparity.model import UnmeasuredError
from siteparity.probes import packages
from siteparity.tools.given import assigned
from siteparity.tools.packages import unpackaged

PLAIN = web_host(packages.Policy(owner="Platform"))
DIGEST = "ab" * 32


def told(*lines: str) -> bytes:
    """An answer with these lines."""
    return "".join(f"{line}\n" for line in ("[files]", *lines, "end")).encode()


def read(answer: bytes) -> Mapping[str, str]:
    """What is read of an answer."""
    return unpackaged.read(answered(unpackaged=answer).parts("unpackaged", unpackaged.PARTS))


def look(
    root: Path, *folders: Path, packaged: tuple[Path, ...], environments: tuple[Path, ...] = ()
) -> subprocess.CompletedProcess[bytes]:
    """Ask this machine, with a list of a package's files that the test has made up."""
    (root / "info").mkdir()
    (root / "info" / "one.list").write_text("".join(f"{path}\n" for path in packaged))
    (root / "status").write_text("Package: one\n")
    further = [str(place) for place in environments if place not in folders]
    text = assigned(PLACES=map(str, folders), ENVIRONMENTS=further) + unpackaged.QUESTION
    text = text.replace("/var/lib/dpkg/status", str(root / "status"))
    text = text.replace("/var/lib/dpkg/info", str(root / "info"))
    text = text.replace("/var/lib/dpkg/diversions", str(root / "diversions"))
    return subprocess.run(["sh", "-c", text], capture_output=True, check=False)


def test_files_and_links_have_rights_content_and_target() -> None:
    """A folder that is not there says so: it would be a difference, too."""
    answer = told(
        f"F\t/usr/local/bin/job\t0755 root:root\t{DIGEST}",
        "L\t/opt/shop\t/srv/shop",
        "O\t/opt/pipe",
        "G\t/opt/none",
    )
    assert packages.read_unpackaged(answered(unpackaged=answer), PLAIN) == {
        "files of packages": "left out",
        "/usr/local/bin/job": "0755 root:root, sha256 abababababab",
        "/opt/shop": "leads to /srv/shop",
        "/opt/pipe": "neither a file nor a link",
        "/opt/none": "no such folder",
    }


def test_what_each_host_has_for_itself_is_left_out() -> None:
    """The certificate that Debian makes on each host with every link to it; and the suite's own collector."""
    collector = "/usr/local/sbin/siteparity-collect"
    connection = replace(PLAIN.host.connection, collector=collector)
    target = replace(PLAIN, host=replace(PLAIN.host, connection=connection))
    answer = told(
        "L\t/etc/ssl/certs/8d2fa213.0\tssl-cert-snakeoil.pem",
        f"F\t{packages.SNAKEOIL}\t0644 root:root\t{DIGEST}",
        f"F\t{collector}\t0755 root:root\t{DIGEST}",
        f"F\t{collector}.old\t0755 root:root\t{DIGEST}",
    )
    assert list(packages.read_unpackaged(answered(unpackaged=answer), target)) == [
        "files of packages",
        f"{collector}.old",
    ]


def test_the_policy_names_what_differs_by_nature() -> None:
    """By patterns, as everywhere in the policy."""
    target = web_host(packages.Policy(owner="Platform", leave_out_added=("/opt/state/*",)))
    answer = told(
        f"F\t/opt/state/deep/id\t0644 root:root\t{DIGEST}",
        f"F\t/opt/state.conf\t0644 root:root\t{DIGEST}",
    )
    found = packages.read_unpackaged(answered(unpackaged=answer), target)
    assert list(found) == ["files of packages", "/opt/state.conf"]


def test_what_has_a_table_of_its_own_is_told_once() -> None:
    """Python environments that the policy names for the role, and unit files."""
    venv = "/usr/local/lib/python3.11/dist-packages"
    target = web_host(packages.Policy(owner="Platform", python={"web": (venv,)}))
    answer = told(
        f"F\t{venv}/sitecustomize.py\t0644 root:root\t{DIGEST}",
        f"F\t/usr/local/lib/systemd/system/a.service\t0644 root:root\t{DIGEST}",
        f"L\t/usr/local/bin/trace\t{venv}/sitecustomize.py",
    )
    assert list(packages.read_unpackaged(answered(unpackaged=answer), target)) == [
        "files of packages",
        "/usr/local/bin/trace",
    ]


def test_a_link_of_the_same_name_is_no_link_to_what_is_left_out() -> None:
    """A relative target counts from the link's own folder."""
    target = web_host(packages.Policy(owner="Platform", leave_out_added=("/opt/state/id",)))
    answer = told(
        f"F\t/opt/state/id\t0644 root:root\t{DIGEST}", "L\t/usr/local/bin/job\tid", "L\t/opt/id\tstate/id"
    )
    found = packages.read_unpackaged(answered(unpackaged=answer), target)
    assert list(found) == ["files of packages", "/usr/local/bin/job"]


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"[files]\nend",
        told("X\t/opt/a"),
        told("F\t/opt/a\t0755 root:root"),
        told("F\t/opt/a\t0755 root:root\tabc"),
        told("L\t/opt/a\t"),
        told("O\t/opt/a")[:-4],
    ],
)
def test_an_answer_that_is_cut_or_not_understood_is_unmeasured(answer: bytes) -> None:
    """Half of the files are no files."""
    with pytest.raises(UnmeasuredError):
        read(answer)


def test_a_real_folder_is_looked_at(tmp_path: Path) -> None:
    """Below folders, with odd names; not along links, and not into compiled copies."""
    opt = tmp_path / "it's opt"
    (opt / "bin" / "__pycache__").mkdir(parents=True)
    for name in ("bin/packaged", "bin/job", "bin/__pycache__/job.pyc", "two words"):
        (opt / name).write_text(name)
    (opt / "bin" / "job").chmod(0o4750)
    (opt / "link").symlink_to("bin")
    os.mkfifo(opt / "pipe")
    missing = tmp_path / "missing"
    done = look(tmp_path, opt, missing, packaged=(opt / "bin", opt / "bin" / "packaged"))
    assert not done.stderr
    found = read(done.stdout)
    assert found.keys() == {str(opt / name) for name in ("bin/job", "two words", "link", "pipe")} | {
        str(missing)
    }
    assert found[str(opt / "bin" / "job")].startswith("4750 ")
    assert found[str(opt / "bin" / "job")].endswith(hashlib.sha256(b"bin/job").hexdigest()[:12])
    assert found[str(opt / "link")] == "leads to bin"


def test_what_somebody_put_in_the_place_of_a_packaged_file_is_told(tmp_path: Path) -> None:
    """A package's own diversion is told by its package; a pattern names several folders."""
    for name in ("lib/python3.9", "lib/python3.11"):
        (tmp_path / name).mkdir(parents=True)
    by_hand, by_package = tmp_path / "lib/python3.9/os.py", tmp_path / "lib/python3.11/os.py"
    by_hand.write_text("by hand")
    by_package.write_text("by a package")
    diverted = f"{by_hand}\n{by_hand}.away\n:\n{by_package}\n{by_package}.away\ndash\n"
    (tmp_path / "diversions").write_text(diverted)
    done = look(tmp_path, tmp_path / "lib" / "python3.*", packaged=(by_hand, by_package))
    assert read(done.stdout).keys() == {str(by_hand)}


def test_an_environment_is_looked_at_once_and_may_hold_more(tmp_path: Path) -> None:
    """Below a folder that is looked at anyway, behind a link, or the same as one."""
    opt, far = tmp_path / "opt", tmp_path / "far"
    venv = opt / "venv"
    for folder in (venv, far):
        (folder / "lib").mkdir(parents=True)
        (folder / "lib" / "a.py").write_text("a")
    behind = tmp_path / "behind"
    behind.symlink_to(far)
    for number in range(unpackaged.MOST):
        (venv / str(number)).symlink_to("x")
    done = look(tmp_path, opt, far, packaged=(tmp_path,), environments=(venv, behind, far))
    assert not done.stderr
    found = read(done.stdout)
    assert len(found) == unpackaged.MOST + 3
    assert {str(place / "lib" / "a.py") for place in (venv, behind, far)} <= found.keys()
    assert len(done.stdout.split(b"\n")) == len(found) + 3


@pytest.mark.parametrize("folder", ["/proc", "/proc/sys/kernel", "/proc/s?s/kernel", "/sys/kernel", "/dev"])
def test_what_the_kernel_makes_is_not_read(tmp_path: Path, folder: str) -> None:
    """Some of it is there for one reader alone, or does something when it is opened."""
    done = look(tmp_path, Path(folder), packaged=(tmp_path,))
    assert (done.stdout, done.stderr) == (b"[files]\nend\n", b"")


def test_more_files_than_anybody_compares_are_unmeasured(tmp_path: Path) -> None:
    """The reason says so; the folder belongs to no package, and to no list of a policy."""
    opt = tmp_path / "opt"
    opt.mkdir()
    for number in range(unpackaged.MOST + 1):
        (opt / str(number)).symlink_to("x")
    done = look(tmp_path, opt, packaged=(tmp_path,))
    assert done.returncode
    assert b"more than 5000 files that no package has brought" in done.stderr
    with pytest.raises(UnmeasuredError):
        read(done.stdout)


def test_a_host_without_a_list_of_files_is_unmeasured(tmp_path: Path) -> None:
    """Else all of its files would count as strange, or none."""
    done = look(tmp_path, tmp_path, packaged=())
    assert done.returncode
    assert b"no package has a file" in done.stderr
