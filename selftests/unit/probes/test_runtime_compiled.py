"""Compiled modules: which of them Python would load, which are compared again, and what is wrong with one."""

from __future__ import annotations

import marshal
import os
import py_compile
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from selftests.unit.sites import ARIZONA, DALLAS
from selftests.unit.targets import answered, framed, web_host
from siteparity.model import Table, Unmeasured, UnmeasuredError
from siteparity.probes import Seen, runtime
from siteparity.tools.given import assigned, decoded
from siteparity.tools.running import compiled

TARGET = web_host(
    runtime.Policy.model_validate(
        {"owner": "Shop", "deployed": {"web": ({"service": "shop.service", "code": ("/srv/shop",)},)}}
    )
)
EMPTY = "print('another program, which somebody has compiled')\n"
UNCHECKED, CHECKED = (py_compile.PycInvalidationMode[f"{name}_HASH"] for name in ("UNCHECKED", "CHECKED"))
TIMED = py_compile.PycInvalidationMode.TIMESTAMP


def asked(question: str, **words: list[str]) -> bytes:
    """What this machine answers."""
    done = subprocess.run(
        ["sh", "-c", assigned(**words) + question],
        capture_output=True,
        check=False,
        env={"PATH": os.environ["PATH"]},
    )
    assert not done.stderr, done.stderr
    return done.stdout


def digests(*folders: Path) -> dict[str, str]:
    """Name of a folder -> its digest."""
    answer = asked(compiled.DIGESTS, PLACES=list(map(str, folders)))
    found = compiled.read_digests(answered(compiled=answer).rows("compiled"))
    return {Path(path).parent.name + "/" + Path(path).name: digest for path, digest in found.items()}


def faults(folder: Path) -> dict[str, str]:
    """Name of each module that is not as its source -> why."""
    answer = asked(compiled.SOURCES, FOLDERS=[str(folder)])
    found = compiled.read_sources(answered(sources=answer).rows("sources"))
    assert found.get(str(folder)) == compiled.AS_ITS_SOURCES
    return {Path(path).name.partition(".")[0]: fault for path, fault in found.items() if path != str(folder)}


def module(
    folder: Path,
    name: str,
    text: str = "VALUE = {'a', 'b', 'c'}\n",
    mode: py_compile.PycInvalidationMode = TIMED,
) -> Path:
    """A module and its compiled copy; returns the copy."""
    folder.mkdir(parents=True, exist_ok=True)
    source = folder / f"{name}.py"
    source.write_text(text)
    copy = py_compile.compile(str(source), doraise=True, invalidation_mode=mode)
    assert copy
    return Path(copy)


def written_again(content: bytes) -> bytes:
    """The same code in another form: without references."""
    return content[:16] + marshal.dumps(marshal.loads(content[16:]), 2)  # noqa: S302  # made by the test


def put_other_code(copy: Path) -> None:
    """The header of the compiled copy stays, so that Python takes it."""
    copy.write_bytes(copy.read_bytes()[:16] + marshal.dumps(compile(EMPTY, "x.py", "exec")))


@pytest.mark.parametrize("mode", [TIMED, CHECKED, UNCHECKED])
def test_a_copy_with_other_code_is_told(tmp_path: Path, mode: py_compile.PycInvalidationMode) -> None:
    """Whatever its header names of the source, and the next to it is well."""
    module(tmp_path, "well")
    copy = module(tmp_path, "odd", mode=mode)
    before = digests(tmp_path)
    assert faults(copy.parent) == {}
    put_other_code(copy)
    assert digests(tmp_path) != before
    assert faults(copy.parent) == {"odd": "other code than its source"}


def test_the_same_code_has_one_digest_however_it_was_written(tmp_path: Path) -> None:
    """Python shares objects in what it writes, or not; the time of the source is in the header."""
    copy = module(tmp_path, "shop")
    before = digests(tmp_path)
    content = copy.read_bytes()
    copy.write_bytes(written_again(content))
    assert copy.read_bytes() != content
    assert digests(tmp_path) == before
    os.utime(tmp_path / "shop.py", (1_000_000_000,) * 2)
    py_compile.compile(str(tmp_path / "shop.py"))
    assert digests(tmp_path) == before


def test_what_python_would_not_load_does_not_count(tmp_path: Path) -> None:
    """An old copy, one of a source that is gone, and one of another program."""
    old, gone, changed = (module(tmp_path, name) for name in ("old", "gone", "changed"))
    changed_copy = module(tmp_path, "changed", mode=CHECKED)
    (tmp_path / "old.py").write_text("VALUE = 22\n")
    (tmp_path / "gone.py").unlink()
    (tmp_path / "changed.py").write_text("VALUE = 33\n")
    (changed_copy.parent / "x.cpython-311-pytest-9.2.0.pyc").write_bytes(old.read_bytes())
    (changed_copy.parent / "empty.cpython-311.pyc").write_bytes(b"")
    assert digests(tmp_path) == {}
    assert faults(gone.parent) == {}
    assert changed == changed_copy


def test_a_module_without_source_is_loaded_where_sources_are(tmp_path: Path) -> None:
    """It can be compared between hosts, and with nothing on its own."""
    copy = module(tmp_path, "bought")
    copy.rename(tmp_path / "bought.pyc")
    (tmp_path / "bought.py").unlink()
    ((name, digest),) = digests(tmp_path).items()
    assert digest.endswith(compiled.ALONE)
    assert faults(tmp_path) == {"bought": "without source, and other than on other hosts"}
    (tmp_path / "bought.py").write_text("")
    assert digests(tmp_path) == {}
    assert name.endswith(tmp_path.name)


def test_an_optimized_copy_is_compiled_the_same_way(tmp_path: Path) -> None:
    """Without its assertions."""
    module(tmp_path, "shop", "assert __debug__\nVALUE = 1\n")
    for level in (1, 2):
        py_compile.compile(str(tmp_path / "shop.py"), optimize=level)
    assert faults(tmp_path / "__pycache__") == {}


@pytest.mark.parametrize("content", [b"", b"\xe3", b"rubbish", marshal.dumps("no code")])
def test_a_copy_that_is_damaged_is_told(tmp_path: Path, content: bytes) -> None:
    """Python would refuse it, but for one without any code, which it compiles anew."""
    copy = module(tmp_path, "shop")
    copy.write_bytes(copy.read_bytes()[:16] + content)
    assert digests(tmp_path) or not content
    assert faults(copy.parent) == ({"shop": "cannot be loaded"} if content else {})


def python_that_notes_its_calls(folder: Path) -> Path:
    """The Python of a virtual environment, which writes the folders that it is told into ``called``."""
    (folder / "bin").mkdir(parents=True)
    (folder / "pyvenv.cfg").write_text("")
    python = folder / "bin" / "python3"
    python.write_text(f'#!/bin/sh\necho "$PLACES" >{folder}/called\nprintf "S\\t%s\\n" "$PLACES"\n')
    python.chmod(0o755)
    return python


def of_another_python(copy: Path) -> Path:
    """A compiled module as if another version of Python had made it."""
    content = copy.read_bytes()
    other = copy.with_name("shop.cpython-399.pyc")
    copy.rename(other)
    other.write_bytes(b"\x01\x02\r\n" + content[4:])
    return other


@pytest.fixture
def of_root() -> Iterator[Path]:
    """A folder that nobody but root can write, nor any on the way to it."""
    with tempfile.TemporaryDirectory(dir="/root") as name:
        yield Path(name)


def test_a_copy_of_another_python_is_compiled_by_that_one(of_root: Path) -> None:
    """Where it is not found, nothing is known."""
    copy = of_another_python(module(of_root / "lib" / "shop", "shop"))
    (digest,) = digests(of_root).values()
    assert digest
    with pytest.raises(UnmeasuredError, match=r"cpython-399\.pyc was made by a Python that is not found"):
        faults(copy.parent)
    python_that_notes_its_calls(of_root)
    assert faults(copy.parent) == {}
    assert (of_root / "called").read_text() == f"{copy.parent}\n"


@pytest.mark.parametrize("path", ["bin/python3", "bin", "."])
@pytest.mark.parametrize("change", ["owner", "mode"])
def test_a_python_that_others_may_have_put_there_is_not_run(of_root: Path, path: str, change: str) -> None:
    """The question names the folder, and root would run whatever lies there."""
    copy = of_another_python(module(of_root / "lib" / "shop", "shop"))
    python_that_notes_its_calls(of_root)
    if change == "owner":
        os.chown(of_root / path, 65534, 65534)
    else:
        (of_root / path).chmod(0o777)
    with pytest.raises(UnmeasuredError, match="made by a Python that is not found"):
        faults(copy.parent)
    assert not (of_root / "called").exists()


def test_a_folder_that_cannot_be_read_is_not_taken_for_an_empty_one(of_root: Path) -> None:
    """By an account without rights, for whom its modules would be the same everywhere."""
    module(of_root / "code" / "hidden", "shop")
    for path in (of_root, of_root / "code"):
        path.chmod(0o755)
    (of_root / "code" / "hidden").chmod(0o700)
    with tempfile.TemporaryDirectory() as other:
        moved = Path(shutil.move(str(of_root / "code"), other))
        moved.parent.chmod(0o755)
        question = assigned(PLACES=[str(moved)]) + compiled.DIGESTS
        done = subprocess.run(
            ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "sh", "-c", question],
            capture_output=True, check=False, env={"PATH": "/usr/bin:/bin"},
        )  # fmt: skip
    assert done.returncode != 0
    assert b"Permission denied" in done.stderr


def test_root_does_not_unpack_what_others_wrote() -> None:
    """Their copies are compared as they are, and compiled again as they would do it themselves."""
    with tempfile.TemporaryDirectory() as name:  # others may not look into the folders of pytest
        folder = Path(name)
        folder.chmod(0o755)
        copy = module(folder, "shop")
        os.chown(copy, 65534, 65534)
        before = digests(folder)
        copy.write_bytes(written_again(copy.read_bytes()))
        assert digests(folder) != before
        assert faults(copy.parent) == {}
        (folder / "shop.py").chmod(0o600)
        question = assigned(FOLDERS=[str(copy.parent)]) + compiled.SOURCES
        done = subprocess.run(["sh", "-c", question], capture_output=True, check=False)
        assert done.returncode != 0
        assert b"could not be compiled" in done.stderr


def test_a_host_without_python_has_no_modules_or_is_unmeasured(tmp_path: Path) -> None:
    """Nothing there could load one."""
    empty = tmp_path / "bin"
    empty.mkdir()
    for name in ("find", "sh"):
        (empty / name).symlink_to(f"/usr/bin/{name}")
    question = assigned(PLACES=[str(tmp_path)]) + compiled.DIGESTS
    path = {"PATH": str(empty)}
    assert (
        subprocess.run(["/bin/sh", "-c", question], capture_output=True, check=True, env=path).stdout
        == b"end\n"
    )
    module(tmp_path, "shop")
    done = subprocess.run(["/bin/sh", "-c", question], capture_output=True, check=False, env=path)
    assert done.returncode == 127
    assert b"python3: not found, and it would read" in done.stderr


def seen(**tables: Table | Unmeasured) -> Seen:
    """What hosts told in their first look: ``dallas_web1={...}``."""
    return {tuple(name.split("_")): {"_compiled": table} for name, table in tables.items()}  # type: ignore[misc]


@pytest.mark.parametrize(
    ("own", "other", "is_asked"),
    [
        ("a1", "a1", False),
        ("a1", "b2", True),
        ("a1", None, False),
        (f"a1{compiled.UNCHECKED}", f"a1{compiled.UNCHECKED}", True),
        (f"a1{compiled.ALONE}", f"a1{compiled.ALONE}", False),
        (f"a1{compiled.ALONE}", f"b2{compiled.ALONE}", True),
        (f"a1{compiled.ALONE}", None, True),
    ],
)
@pytest.mark.parametrize("host", ["dallas_web1", "arizona_web2"])
def test_what_differs_between_hosts_of_a_role_is_looked_into(
    host: str, own: str, other: str | None, *, is_asked: bool
) -> None:
    """At either site. A folder in which a host has not compiled anything yet is no difference."""
    there: Table = {} if other is None else {"/srv/x": other}
    given = runtime.folders_that_differ(TARGET, seen(arizona_web1={"/srv/x": own}, **{host: there}))
    assert given
    assert decoded(given[runtime.FOLDERS.name]) == (("/srv/x",) if is_asked else ())


def test_a_host_that_was_not_looked_at_is_unmeasured_and_no_difference() -> None:
    """Its own tables say why."""
    with pytest.raises(UnmeasuredError, match="it hangs"):
        runtime.folders_that_differ(TARGET, seen(arizona_web1=Unmeasured("it hangs")))
    given = runtime.folders_that_differ(
        TARGET, seen(arizona_web1={"/x": "a"}, dallas_web1=Unmeasured("away"))
    )
    assert given == {runtime.FOLDERS.name: ""}
    assert (ARIZONA.hosts[0].roles, DALLAS.hosts[0].roles) == (("web",), ("web",))


def test_a_host_without_deployed_code_is_not_asked() -> None:
    """It has no such table."""
    nothing = web_host(runtime.Policy(owner="Shop"))
    assert runtime.ask_sources(nothing) == {}
    assert runtime.folders_that_differ(nothing, {}) is None


def test_nothing_is_compiled_where_nothing_differs() -> None:
    """No Python is started for it."""
    assert asked(compiled.SOURCES, FOLDERS=[]) == b"end\n"
    assert runtime.read_sources(answered(sources=framed(b"")), TARGET) == {
        "compiled modules that were not compared again": runtime.COMPILED_ALIKE
    }


@pytest.mark.parametrize("line", ["D\tabc\t/x", "Z\tabcdefabcdef\t/x", "D\tabcdefabcdef\tx", "D"])
def test_a_line_that_is_not_understood_is_no_answer(line: str) -> None:
    """Of either question."""
    with pytest.raises(UnmeasuredError):
        compiled.read_digests([line])
    with pytest.raises(UnmeasuredError):
        compiled.read_sources([line])
