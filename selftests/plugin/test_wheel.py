"""The wheel does the whole job: in an environment of its own, and in a folder without a checkout."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from selftests.plugin.project import CHECKOUT, clean_environment, is_refused

pytestmark = pytest.mark.timeout(400)  # of a machine that is busy


@dataclass(frozen=True)
class Installed:
    """The wheel in an environment of its own, and an empty folder to work in."""

    wheel: Path
    python: Path
    here: Path

    def siteparity(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """The installed command, as a person starts it in the folder."""
        return subprocess.run(
            [str(self.python.with_name("siteparity")), *arguments],
            cwd=self.here,
            env=clean_environment() | environment,
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """Built and installed without an index; what siteparity depends on is taken from the environment here."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    build = ["wheel", "--no-index", "--no-build-isolation", "--no-deps", "--wheel-dir", str(folder)]
    _run(*pip, *build, str(CHECKOUT))
    (wheel,) = folder.glob("*.whl")
    venv.create(folder / "venv", with_pip=False)
    python = folder / "venv" / "bin" / "python"
    _run(*pip, "--python", str(python), "install", "--no-index", "--no-deps", str(wheel))
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    libraries = folder / "venv" / "lib" / version / "site-packages" / "libraries.pth"
    libraries.write_text(sysconfig.get_path("purelib"))
    here = folder / "here"
    here.mkdir()
    return Installed(wheel, python, here)


def _run(*words: str) -> None:
    ran = subprocess.run(words, env=clean_environment(), capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_the_wheel_holds_the_checks_of_the_repository(installed: Installed) -> None:
    """Byte for byte, and none of what proves the product."""
    with zipfile.ZipFile(installed.wheel) as wheel:
        names = {name for name in wheel.namelist() if name.startswith("siteparity/checks/")}
        paths = ["conftest.py", *_checks()]
        assert names == {f"siteparity/checks/{path}" for path in paths}
        for path in paths:
            assert wheel.read(f"siteparity/checks/{path}") == (CHECKOUT / path).read_bytes()
        tops = {name.partition("/")[0] for name in wheel.namelist()}
        data = {name for name in wheel.namelist() if name.startswith("siteparity-0.1.0.data/")}
    assert tops == {"siteparity", "siteparity-0.1.0.dist-info", "siteparity-0.1.0.data"}
    assert {name.partition("/data/share/")[2] for name in data} == {
        "man/man1/siteparity.1", "bash-completion/completions/siteparity", "zsh/site-functions/_siteparity",
    }  # fmt: skip


def _checks() -> list[str]:
    """The paths of the files of checks, from the checkout."""
    return [path.relative_to(CHECKOUT).as_posix() for path in (CHECKOUT / "tests").rglob("*.py")]


def test_an_empty_folder_and_a_policy_are_enough(installed: Installed) -> None:
    """It explains and checks, and its gate says why it does not know: no host answers here."""
    explained = installed.siteparity("explain", "locales")
    assert explained.returncode == 0, explained.stderr
    assert "Every served locale is usable on every host" in explained.stdout
    nothing = installed.siteparity("check")
    assert nothing.returncode == 4
    assert "expected checks, found none" not in nothing.stderr
    inventories = installed.here / "inventories"
    shutil.copytree(CHECKOUT / "inventories", inventories)
    _let_nobody_answer(inventories)
    checked = installed.siteparity("check")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "altered" not in checked.stdout
    ran = installed.siteparity("gate", "--deadline", "120")
    assert ran.returncode == 3, ran.stdout + ran.stderr
    assert ran.stdout.splitlines()[-1].startswith("UNKNOWN  not known whether arizona can take over")
    latest = installed.here / "reports" / "latest"
    result = json.loads((latest / "result.json").read_text())
    shipped = result["shipped"]
    assert (shipped["altered"], shipped["missing"], shipped["own"]) == ([], [], [])
    assert result["executed"]["checks"] == result["plan"]["checks"] > 400
    assert (latest / "checks.html").is_file()
    assert {one.name for one in installed.here.iterdir()} == {"inventories", "reports"}


def _let_nobody_answer(inventories: Path) -> None:
    """Every host is a port of this machine where no sshd listens."""
    config = inventories / "ssh_config"
    config.write_text("Host *\n  HostName 127.0.0.1\n  Port 1\n")
    for path in inventories.glob("*/group_vars/all.yml"):
        variables = yaml.safe_load(path.read_text()) | {"parity_ssh_config": str(config)}
        path.write_text(yaml.safe_dump(variables))


def test_an_edited_check_of_an_installed_package_is_told(installed: Installed) -> None:
    """As in a checkout."""
    (file,) = installed.python.parents[1].rglob("checks/tests/parity/test_kernel.py")
    text = file.read_text()
    try:
        file.write_text(text.replace("parity.same", "parity.healthy", 1))
        checked = installed.siteparity("check", SITEPARITY_INVENTORIES=str(CHECKOUT / "inventories"))
        assert "1 check altered: kernel." in checked.stdout, checked.stderr
    finally:
        file.write_text(text)


@pytest.mark.parametrize("how", ["variable", "siteparity.toml", "pyproject.toml"])
def test_folders_are_named_by_a_variable_or_by_a_file(installed: Installed, tmp_path: Path, how: str) -> None:
    """A variable counts more than a file, and an option more than both."""
    shutil.copytree(CHECKOUT / "inventories", tmp_path / "mine" / "hosts")
    there = Installed(installed.wheel, installed.python, tmp_path / "mine")
    wrong = {"inventories": "/nonexistent", "reports": "/nonexistent"}
    right = {"inventories": "hosts", "reports": "../out"}
    said = wrong if how == "variable" else right
    text = "".join(f"{key} = '{value}'\n" for key, value in said.items())
    file = "siteparity.toml" if how == "variable" else how
    (there.here / file).write_text(f"[tool.siteparity]\n{text}" if file == "pyproject.toml" else text)
    variables = (
        {f"SITEPARITY_{key.upper()}": value for key, value in right.items()} if how == "variable" else {}
    )
    checked = there.siteparity("check", **variables)
    assert checked.returncode == 0, checked.stderr
    history = there.siteparity("history", **variables)
    assert history.returncode == 0
    assert Path(history.stdout.removeprefix("no run in ").removesuffix(" yet\n")).name == "out"
    assert there.siteparity("check", "--inventories", "/nonexistent", **variables).returncode == 4


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "inventory = 'a'",
            "siteparity.toml: inventory: expected inventories and reports, found another key",
        ),
        ("reports = 1", "siteparity.toml: reports: expected the path of a folder in quotes, found 1"),
        ("reports = ", "siteparity.toml: cannot be read: "),
    ],
)
def test_a_file_of_folders_with_a_mistake_is_said_so(
    installed: Installed, tmp_path: Path, text: str, words: str
) -> None:
    """Exit code 4, and what is wrong."""
    (tmp_path / "siteparity.toml").write_text(text)
    ran = Installed(installed.wheel, installed.python, tmp_path).siteparity("history")
    assert is_refused(ran)
    assert words in ran.stderr
