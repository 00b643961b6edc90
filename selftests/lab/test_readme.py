"""README, "Your own sites": its commands, as they are written, from an empty folder; hosts are the lab's."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from lab import keys
from selftests.lab.conftest import Lab
from selftests.lab.drafting import lent
from siteparity.configuration import find_root

pytestmark = pytest.mark.timeout(900)

SECTION = re.search(
    r"^## Your own sites\n(.*?)^## ",
    (find_root() / "README.md").read_text(encoding="utf-8"),
    re.MULTILINE | re.DOTALL,
)
LINES = re.findall(
    r"^ *\$ (siteparity .*)$|`(siteparity [a-z]+ [^`\n]*)`", SECTION[1] if SECTION else "", re.MULTILINE
)
COMMANDS = [shlex.split(block or inline) for block, inline in LINES]


def written(verb: str, *words: str) -> list[str]:
    """The command of README with this verb and these words among its arguments."""
    (found,) = [one for one in COMMANDS if one[1] == verb and set(words) <= set(one)]
    return found


def typed(command: list[str], folder: Path, instead: dict[str, str]) -> tuple[int, str]:
    """Run a command in a folder, with what is the reader's own in its place; its exit code and its words."""
    words = [instead.get(word, word) for word in command[1:]]
    done = subprocess.run(
        [Path(sys.executable).with_name("siteparity"), *words],
        cwd=folder,
        env={**os.environ, "SITEPARITY_INVENTORIES": "inventories", "SITEPARITY_REPORTS": "reports"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        stdin=subprocess.DEVNULL,
    )
    return done.returncode, done.stdout + done.stderr


def test_the_commands_of_readme_lead_from_host_names_to_an_honest_answer(lab: Lab, tmp_path: Path) -> None:
    """A draft, what it would ask, a verdict that is not GO, and a line that a person accepts."""
    with lent(lab) as sites:
        draft = written("init", "--out", "inventories")
        own = dict(zip(draft[2:4], sites, strict=True))
        code, said = typed([*draft, "--ssh-config", str(keys.folder() / "config")], tmp_path, own)
        assert code == 0, said
        assert "what only you can answer, the most useful first" in said

        code, said = typed(["siteparity", "check"], tmp_path, {})
        assert code == 0, said
        code, said = typed(
            written("gate", "--inventories", "DIR"), tmp_path, {"DIR": str(tmp_path / "inventories")}
        )
        assert code in (2, 3), said
        assert "drafted lines wait for a person" in said

        code, said = typed(["siteparity", "confirm"], tmp_path, {})
        assert code == 3, said
        accept = written("confirm", "--by")
        code, said = typed(accept, tmp_path, {accept[2]: "roles"})
        assert code == 3, said
        assert "accepted: " in said
