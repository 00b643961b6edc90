"""rpm's database: the same tables as dpkg's, and nothing guessed. A real one is among the samples."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selftests.unit.targets import answered, web_host
from siteparity.model import Table, UnmeasuredError
from siteparity.probes import packages
from siteparity.tools.packages import rpm

TARGET = web_host(packages.Policy(owner="Platform", held=("kernel",), leave_out_changed=("/opt/known/*",)))
HEADER = "ab" * 32
LINES = (f"bash\tx86_64\t5.1.8-9.el9\t{HEADER}", f"perl\tx86_64\t4:5.32.1-481.el9\t{HEADER}")
KERNELS = (f"kernel\tx86_64\t5.14.0-1.el9\t{HEADER}", f"kernel\tx86_64\t5.14.0-2.el9\t{HEADER}")


def database(*lines: str, held: str = "") -> bytes:
    """The answer about installed packages."""
    return "\n".join(["[rpm]", *lines, f"[held]\n{held}[architectures]", "x86_64", "end", ""]).encode()


def table(name: str, *lines: str, held: str = "", files: str = "") -> Table:
    """One table of a host with these packages."""
    answers = answered(
        database=database(*(lines or LINES), held=held), files=f"[files]\n{files}end\n".encode(), apt=b""
    )
    return packages.PROBE.tables[name].read(answers, TARGET)


def test_a_host_of_rpm_gives_the_same_tables() -> None:
    """Name, architecture, epoch, version, release, and a digest of what was packed."""
    assert table("builds") == {
        "bash.x86_64": "5.1.8-9.el9 (header abababababab)",
        "perl.x86_64": "4:5.32.1-481.el9 (header abababababab)",
    }
    assert set(table("states").values()) == {"in order"}
    assert table("altered") == {"all other files of packages": "as packaged"}


def test_two_versions_of_a_package_are_an_interrupted_transaction_unless_they_are_meant() -> None:
    """Kernels stay beside each other; shells do not."""
    twice = f"bash\tx86_64\t5.1.8-6.el9\t{HEADER}"
    assert table("states", *LINES, twice)["bash.x86_64"] == rpm.TWICE
    assert table("states", *KERNELS) == {"kernel.x86_64": "in order"}


def test_locks_and_excludes_are_holds() -> None:
    """Of the package that they name, and of no other that begins alike."""
    held = table("holds", *LINES, *KERNELS, held="bash-0:5.1.8-9.el9.*\n")
    assert held["bash.x86_64"] == "held, and the policy does not say so"
    assert held["kernel.x86_64"] == "not held, and the policy says so"
    assert "perl.x86_64" not in table("holds", *LINES, held="perl-libs-4:5.32*\n")


def test_files_are_said_with_what_is_wrong_with_them() -> None:
    """Configuration files belong to another aspect, and what the policy rewrites is known."""
    said = (
        "S.5....T.    /usr/bin/a\n..5......    /usr/bin/a\n.M...UG..    /usr/bin/e\n"
        "missing   c /etc/a.conf\nmissing     /usr/lib/b (No such file)\n"
        "S.5....T.  c /etc/c.conf\nS.5....T.    /opt/known/d\n"
    )
    assert table("altered", files=said) == {
        "all other files of packages": "as packaged",
        "/usr/bin/a": "size, content, time",
        "/usr/lib/b": "missing",
        "/usr/bin/e": "mode, owner, group",
    }
    assert table("modes", files=said)["/usr/bin/e"] == "other mode, owner, group"


@pytest.mark.parametrize(
    "answer",
    [
        b"[rpm]\n", database("bash"), database("bash\tx86_64\t1"),
        database(*LINES).replace(b"x86_64\nend", b"end"),
        b"[rpm]\n[held]\n[architectures]\nx\nend\n",
    ],
)  # fmt: skip
def test_a_damaged_database_is_unmeasured(answer: bytes) -> None:
    """No package, half a package, or half an answer proves nothing."""
    with pytest.raises(UnmeasuredError):
        packages.read_builds(answered(database=answer), TARGET)


@pytest.mark.parametrize("files", ["error: rpmdb is locked\n", "S.5....T.    /usr/bin/a\n[end]\n"])
def test_a_look_at_files_that_is_not_understood_is_unmeasured(files: str) -> None:
    """An error of rpm is no file that is well."""
    with pytest.raises(UnmeasuredError):
        table("altered", files=files)


@given(st.text(alphabet="SM5DLUGTP.? \t/cmising()[]end\n"))
def test_any_text_is_findings_or_unmeasured(text: str) -> None:
    """Nothing else is ever raised."""
    with contextlib.suppress(UnmeasuredError):
        assert isinstance(rpm.read_files({"files": text.split("\n")}), tuple)
