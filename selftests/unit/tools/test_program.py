"""Programs for hosts stand in files of their own, and each of them is a program."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

import siteparity
from siteparity.drafting.questions import FORMS
from siteparity.tools.program import PLACE, filled

PACKAGE = Path(siteparity.__file__).parent
SHELL = sorted(PACKAGE.rglob("*.sh"))
PERL = sorted(PACKAGE.rglob("*.pl"))


FILLED = {
    "tools/storage/stored.pl": {"CLASSES": "0, 5", "LIMITS": "1, 2, 3, 4"},
    "drafting/services.pl": {
        "FORMS": FORMS,
        "ROWS": (PACKAGE / "drafting/rows.pl").read_text(encoding="utf-8"),
    },
}
"""Programs with places for whole functions."""


def _name(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


HARMLESS = ("tools/secrets/harmless.pl", "tools/secrets/lines.pl")
AFTER = {
    "tools/secrets/lines.pl": HARMLESS[:1],
    "tools/secrets/hashes.pl": HARMLESS,
    "tools/configuration/files.pl": HARMLESS,
    "tools/running/settings.pl": HARMLESS,
    "tools/containers/containers.pl": (*HARMLESS, "tools/secrets/keyed.pl"),
    "tools/products/products.pl": (*HARMLESS, "tools/secrets/keyed.pl", "tools/products/read_only.pl"),
}
"""Programs that are asked together with others, which come first and declare some of their names."""


def _plain(path: Path) -> str:
    """The program with a harmless word in each place, after those that it needs."""
    whole = (*(PACKAGE / one for one in AFTER.get(_name(path), ())), path)
    words = FILLED.get(_name(path), {})
    return "".join(
        PLACE.sub(lambda place: words.get(place[1], "x"), one.read_text(encoding="utf-8")) for one in whole
    )


@pytest.mark.parametrize("path", SHELL, ids=_name)
def test_a_shell_can_read_it(path: Path) -> None:
    """Debian's own, which is the strictest of those that hosts have."""
    subprocess.run(["dash", "-n"], input=_plain(path).encode(), check=True)


@pytest.mark.parametrize("path", PERL, ids=_name)
def test_perl_can_read_it(path: Path) -> None:
    """Names are declared, and nothing is left open."""
    subprocess.run(
        ["perl", "-Mstrict", "-c", "-"], input=_plain(path).encode(), check=True, capture_output=True
    )


def test_places_are_filled_all_or_not_at_all() -> None:
    """A place without a value, or a value without a place, is a mistake of ours."""
    assert filled("a @ONE@ b @TWO_2@ @ONE@", one="1", two_2="@ONE@") == "a 1 b @ONE@ 1"
    with pytest.raises(KeyError):
        filled("@ONE@")
    with pytest.raises(ValueError, match="no place for TWO"):
        filled("@ONE@", one="1", two="2")
