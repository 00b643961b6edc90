"""What an aspect or a journey is stands in its own module, and the rest of siteparity takes it from there."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

import siteparity
from siteparity import configuration
from siteparity.collect.questions import Questions, asked
from siteparity.configuration import Configuration, find_root
from siteparity.model import UnmeasuredError
from siteparity.policy.grants import DatabaseAccess, RedisAccess
from siteparity.policy.journeys import JOURNEYS
from siteparity.probes import discover

PACKAGE = Path(siteparity.__file__).parent
NAMES = {*discover(), *JOURNEYS}
BELOW = ("tools/", "redaction.py")
"""Modules below the policy: they see no section, fact or check that could be looked up by a name."""
ORDINARY: Mapping[str, Mapping[str, str]] = {
    "probes/": {
        "database": "a question of packages, and a table of clock: the kind of thing that is looked at",
        "files": "questions and tables about files of many kinds",
        "kernel": "a question and a table of runtime; of listeners, who holds a socket without a process",
        "locales": "a table of collation",
        "path": "a kind of unit (systemd.path(5))",
        "replication": "an attribute of roles, and a keyword of pg_hba.conf",
        "services": "a key of files: those that read one",
    },
    "commands/": {"path": "a place of a file or of a value"},
    "draft/": {"path": "the place of a value in the policy"},
    "failover/proofs.py": {
        "connections": "a proof of a failover: what is connected to the old site",
        "database": "a proof of a failover: what a server does",
        "dns": "a proof of a failover: where customers are led",
    },
    "gate/file_digests.py": {"files": "a plural in a message"},
    "policy/applications.py": {
        "database": "a key of sections: the name of a database",
        "redis": "a key of an application: a kind of server",
    },
    "probes/capacity.py": {
        "connections": "a key of its section: what a server takes",
        "redis": "a key of its section: a kind of server",
    },
    "probes/path.py": {"connections": "a table: those that were tried"},
    "probes/sessions.py": {"connections": "a part of an answer: those of a service"},
    "pytest_plugin/database_rows.py": {"database": "an item: the server"},
}
"""Words that name something else there: module, or the start of its path -> word -> what it means."""


def _named() -> Iterator[tuple[str, int, str]]:
    """Module, line and name of each string that is the name of an aspect or a journey."""
    for path in sorted(PACKAGE.rglob("*.py")):
        module = path.relative_to(PACKAGE).as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and node.value in NAMES and not module.startswith(BELOW):
                yield module, node.lineno, node.value


def _is_its_own(module: str, name: str) -> bool:
    """Whether a module may name an aspect or journey: its own, one that it declares to need, or all.

    What drafts a policy names the sections that it drafts.
    """
    aspect = module.removeprefix("probes/").removesuffix(".py")
    own = module == f"probes/{aspect}.py" and aspect in discover()
    drafts = module == "policy/journeys.py" or module.startswith("drafting/")
    return drafts or (own and name in (aspect, discover()[aspect].needs))


def _meanings(module: str, name: str) -> set[tuple[str, str]]:
    """The entries of `ORDINARY` that allow a word."""
    return {(place, name) for place, words in ORDINARY.items() if module.startswith(place) and name in words}


def test_only_its_own_module_names_an_aspect_or_a_journey() -> None:
    """A second place would be forgotten when an aspect is added, renamed or taken out."""
    found = [one for one in _named() if not _is_its_own(one[0], one[2])]
    strangers = [f"{module}:{line}: {name}" for module, line, name in found if not _meanings(module, name)]
    assert not strangers
    used = set().union(*(_meanings(module, name) for module, _, name in found))
    assert used == {(place, word) for place, words in ORDINARY.items() for word in words}


@pytest.fixture(scope="module")
def settings() -> Configuration:
    """The project's own policy and inventories."""
    return configuration.load(find_root(), find_root() / "inventories")


def test_of_these_nothing_is_ever_waived(settings: Configuration) -> None:
    """To accept a difference here would be to accept the loss of October 2012; the manual lists the same."""
    assert settings.never_waived == {"absences", "replication", "sessions", "session", "site_role"}
    manual = (find_root() / "README.md").read_text(encoding="utf-8")
    (listed,) = re.findall(r"\babout ((?:`\w+`,?\s)+or `\w+`)", manual)
    assert set(re.findall(r"`(\w+)`", listed)) == settings.never_waived


def test_what_an_aspect_or_a_journey_needs_is_an_aspect() -> None:
    """It reads that aspect's section."""
    needs = {probe.needs for probe in discover().values()} | {one.needs for one in JOURNEYS.values()}
    assert needs > {None}
    assert needs - {None} <= set(discover())


def test_whoever_asks_a_server_declares_what_it_must_grant(settings: Configuration) -> None:
    """Else a host that grants what is printed does not answer."""
    questions = Questions(settings.policy, settings.probes, settings.sites)
    for site in settings.sites:
        for host in site.hosts:
            for aspect, probe, target in questions.targets(site, host):
                asks = asked(probe.ask, target)
                assert not isinstance(asks, UnmeasuredError)
                texts = " ".join(ask.text for ask in asks.values())
                granted = {type(one) for one in probe.grants(target.section) if set(one.on) & set(host.roles)}
                assert (DatabaseAccess in granted) == ("psql" in texts), (host.label, aspect)
                assert (RedisAccess in granted) == ("redis-cli" in texts), (host.label, aspect)
