"""A signature shows who bound a run; without the key nobody can make one."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from selftests.unit.gate import finished
from siteparity import configuration
from siteparity.commands import signing
from siteparity.commands.cli import main
from siteparity.configuration import Configuration, find_root
from siteparity.model import ConfigurationError
from siteparity.report import bind
from siteparity.report.sums import SIGNATURE, SUMS

pytestmark = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="no ssh-keygen")


@pytest.fixture(scope="module")
def settings() -> Configuration:
    """The project's own sites and policy."""
    return configuration.load(find_root(), find_root() / "inventories", look_up=False)


def key(folder: Path, name: str) -> Path:
    """A new key of ssh."""
    path = folder / name
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(path)], check=True)
    return path


def allowed(folder: Path, *keys: Path, options: str = "") -> Path:
    """A file that allows these keys."""
    path = folder / "allowed"
    path.write_text(
        "".join(f"{one.name}@example {options}{one.with_suffix('.pub').read_text()}" for one in keys)
    )
    return path


def run_command(folder: Path, *words: str) -> int:
    """The command on the run in this folder."""
    return main([words[0], folder.name, "--reports", str(folder.parents[1]), *words[1:]])


def test_a_signed_run_is_read_and_its_signer_named(
    settings: Configuration, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By `siteparity report` as by ``ssh-keygen`` alone, which needs nothing of siteparity."""
    _, folder = finished.run(settings, tmp_path / "reports")
    anna = key(tmp_path, "anna")
    assert run_command(folder, "sign", "--key", str(anna)) == 0
    assert run_command(folder, "report", "--allowed-signers", str(allowed(tmp_path, anna))) == 0
    assert "signed by anna@example" in capsys.readouterr().err
    words = [
        "-f",
        str(tmp_path / "allowed"),
        "-I",
        "anna@example",
        "-n",
        "siteparity",
        "-s",
        str(folder / SIGNATURE),
    ]
    with (folder / SUMS).open() as signed:
        assert (
            subprocess.run(["ssh-keygen", "-Y", "verify", *words], stdin=signed, check=False).returncode == 0
        )
    assert subprocess.run(["sha256sum", "--check", "--quiet", SUMS], cwd=folder, check=False).returncode == 0


def test_a_run_that_is_not_signed_is_refused_where_that_is_demanded(
    settings: Configuration, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Else a signature could simply be removed."""
    _, folder = finished.run(settings, tmp_path / "reports")
    assert (
        run_command(folder, "report", "--allowed-signers", str(allowed(tmp_path, key(tmp_path, "anna")))) == 4
    )
    assert "expected a signature, found none; siteparity sign makes one for a gate" in capsys.readouterr().err


def _by_another(folder: Path, tmp_path: Path) -> None:
    signing.sign(folder, key(tmp_path, "mallory"))


def _bound_anew(folder: Path, _: Path) -> None:
    kept = (folder / SIGNATURE).read_bytes()
    (folder / "checks.html").write_text("all is well")
    bind(folder)
    (folder / SIGNATURE).write_bytes(kept)


def _for_something_else(folder: Path, tmp_path: Path) -> None:
    (folder / SIGNATURE).unlink()
    words = ["-Y", "sign", "-q", "-n", "git", "-f", str(tmp_path / "anna"), str(folder / SUMS)]
    subprocess.run(["ssh-keygen", *words], check=True)


def _nonsense(folder: Path, tmp_path: Path) -> None:
    (folder / SIGNATURE).write_text(f"signed, {tmp_path}")


@pytest.mark.parametrize("forge", [_by_another, _bound_anew, _for_something_else, _nonsense])
def test_a_signature_of_somebody_or_something_else_is_refused(
    settings: Configuration, tmp_path: Path, forge: Callable[[Path, Path], None]
) -> None:
    """Also where the digests were made anew and fit."""
    _, folder = finished.run(settings, tmp_path / "reports")
    anna = key(tmp_path, "anna")
    signing.sign(folder, anna)
    assert signing.signer(folder, allowed(tmp_path, anna)) == "anna@example"
    forge(folder, tmp_path)
    with pytest.raises(ConfigurationError, match=r"cannot (verify|find the signer of) "):
        signing.signer(folder, allowed(tmp_path, anna))


def test_reports_that_become_others_lose_their_signature(
    settings: Configuration, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And the command says so."""
    _, folder = finished.run(settings, tmp_path / "reports")
    signing.sign(folder, key(tmp_path, "anna"))
    (folder / "report.html").write_text("GO for ever")
    assert run_command(folder, "report") == 0
    first = capsys.readouterr().out
    assert (folder / SIGNATURE).exists() != ("sign them again" in first)


def test_a_run_that_is_not_believed_is_not_signed(settings: Configuration, tmp_path: Path) -> None:
    """A signature says that it was."""
    _, folder = finished.run(settings, tmp_path / "reports")
    (folder / "plan.json").write_text("{}")
    assert run_command(folder, "sign", "--key", str(key(tmp_path, "anna"))) == 4
    assert not (folder / SIGNATURE).exists()


@pytest.mark.parametrize("missing", ["the program", "the key", "the signers"])
def test_what_is_missing_is_said(
    settings: Configuration, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    """With what to do."""
    _, folder = finished.run(settings, tmp_path / "reports")
    anna = key(tmp_path, "anna")
    if missing == "the program":
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(
            ConfigurationError, match=r"ssh-keygen is not installed; install OpenSSH 8\.2 or newer"
        ):
            signing.sign(folder, anna)
    elif missing == "the key":
        with pytest.raises(ConfigurationError, match=r"cannot sign with .*nobody"):
            signing.sign(folder, tmp_path / "nobody")
    else:
        signing.sign(folder, anna)
        with pytest.raises(ConfigurationError, match="expected a file of allowed signers, found none"):
            signing.signer(folder, tmp_path / "nobody")
