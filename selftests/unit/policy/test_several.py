"""Sites that have one of a thing write it as it is; those that have several write a list."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from selftests.unit.policy.edited import SHIPPED, read
from siteparity.model import ConfigurationError

RUNTIME = "aspects.runtime"
CATALOGUES = {"path": "/srv/admin/{language}.mo", "service": "admin.service"}
CLIENT = {"service": "worker.service", "file": "/etc/worker.env", "variable": "REDIS_URL"}
POOL = SHIPPED["aspects"]["capacity"]["pools"]["web"][0]
DEPLOYED = SHIPPED["aspects"]["runtime"]["deployed"]["web"][0]


def section(folder: Path, key: str, value: object) -> Any:
    """An aspect's section of the shipped policy with one key changed."""
    return read(folder, {key: value}).section(key.split(".")[1])


def test_one_thing_and_a_list_of_it_mean_the_same(tmp_path: Path) -> None:
    """So a policy that was written for one service stays valid."""
    for key, one in (
        (f"{RUNTIME}.environment.web", "shop.service"),
        (f"{RUNTIME}.deployed.web", DEPLOYED),
        ("aspects.capacity.pools.web", POOL),
        ("aspects.locales.service", "shop.service"),
    ):
        assert section(tmp_path, key, one) == section(tmp_path, key, [one]), key


def test_a_list_keeps_its_order(tmp_path: Path) -> None:
    """Questions and findings follow it."""
    units = ("shop.service", "worker.service")
    assert section(tmp_path, f"{RUNTIME}.environment.web", list(units)).environment["web"] == units
    assert section(tmp_path, "aspects.locales.service", list(units)).service == {"": units}
    by_role = section(tmp_path, "aspects.locales.service", {"web": list(units)}).service
    assert by_role == {"web": units}


@pytest.mark.parametrize(
    ("key", "value", "place", "words"),
    [
        (f"{RUNTIME}.environment.web", "shop", "environment.web", "expected a service"),
        (f"{RUNTIME}.environment.web", ["shop.service", "x"], r"environment.web\[1\]", "expected a service"),
        (f"{RUNTIME}.environment.web", 3, "environment.web", "expected text, found the number 3"),
        (f"{RUNTIME}.environment.web", None, "environment.web", "expected text, found nothing"),
        (f"{RUNTIME}.deployed.web", {**DEPLOYED, "fiel": "/x"}, "deployed.web.fiel", 'did you mean "file"'),
        (f"{RUNTIME}.deployed.web", [DEPLOYED, {}], r"deployed.web\[1\]", 'expected the key "service"'),
        (f"{RUNTIME}.deployed.web", "shop.service", "deployed.web", "expected keys and values"),
        ("aspects.locales.service", {"wep": "shop.service"}, "locales.service.wep", 'did you mean "web"'),
        ("aspects.locales.service", {"web": "shop"}, "locales.service.web", "expected a service"),
        ("aspects.locales.service", {"edge": "a.service"}, "locales", "expected in service the same roles"),
        ("aspects.locales.service", [], "locales", "expected a service in service, found none; name one"),
        ("aspects.catalogues.also", {"a b": CATALOGUES}, "catalogues.also.a b", "expected a name of letters"),
        (
            "aspects.catalogues.also",
            {"admin": {**CATALOGUES, "roles": ["wep"]}},
            r"catalogues.also.admin.roles\[0\]",
            'did you mean "web"',
        ),
        ("aspects.catalogues.also", {"admin": {"path": "/x"}}, "catalogues.also.admin", "expected the key"),
        ("aspects.sessions.also", {"a": {**CLIENT, "port": 1}}, "sessions.also.a.port", "expected one of"),
        (
            "aspects.capacity.pools.web",
            [POOL, {**POOL, "size": 3}],
            r"pools.web\[1\].size",
            "expected one of",
        ),
    ],
)
def test_bad_input_names_the_place_as_the_file_has_it(
    tmp_path: Path, key: str, value: object, place: str, words: str
) -> None:
    """No step that only the form of the value brings."""
    with pytest.raises(ConfigurationError, match=rf"policy\.yml:[0-9]+: aspects\.(\w+\.)?{place}: .*{words}"):
        read(tmp_path, {key: value})
