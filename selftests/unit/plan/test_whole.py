"""A checkout without a file of checks is refused: its plan would be smaller, and its GO as green as ever."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from siteparity import configuration
from siteparity.configuration import find_root
from siteparity.model import ConfigurationError
from siteparity.plan.whole import demand_whole

PARITY, SMOKE = "tests/parity/test_locales.py", "tests/smoke/test_storefront.py"
CHECK = "def test_it(parity):\n    parity.same('values', fix='')\n"


def checkout(root: Path, *files: str) -> Path:
    """A checkout with these files of checks."""
    for file in files:
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_text(CHECK)
    return root


def test_a_checkout_with_all_files_is_whole(tmp_path: Path) -> None:
    """More of them are no harm here; the plan has its own words for them."""
    demand_whole(checkout(tmp_path, PARITY, SMOKE, "tests/parity/test_more.py"), ["locales"], ["storefront"])


@pytest.mark.parametrize(("there", "missing"), [(PARITY, SMOKE), (SMOKE, PARITY)])
def test_a_missing_file_is_named(tmp_path: Path, there: str, missing: str) -> None:
    """And an empty one is no better."""
    root = checkout(tmp_path, there)
    with pytest.raises(ConfigurationError, match=f"{missing}: expected checks, found none"):
        demand_whole(root, ["locales"], ["storefront"])
    (root / missing).parent.mkdir(exist_ok=True)
    (root / missing).write_text("")
    with pytest.raises(ConfigurationError, match=missing):
        demand_whole(root, ["locales"], ["storefront"])


def test_the_configuration_asks_for_it(tmp_path: Path) -> None:
    """The product's own checkout is whole; a copy without its smoke checks is not."""
    root = find_root()
    configuration.load(root, root / "inventories")
    shutil.copytree(root / "tests" / "parity", tmp_path / "tests" / "parity")
    with pytest.raises(ConfigurationError, match="tests/smoke/test_storefront"):
        configuration.load(tmp_path, root / "inventories")
