"""Targets of probes for tests that need no host."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar, cast

from selftests.unit.sites import ARIZONA, DALLAS
from siteparity.policy import Limits, Policy, Role, Section, Smoke
from siteparity.probes import Answers, Target
from siteparity.transport.script import Answer

S = TypeVar("S", bound=Section)

LANGUAGES = {"en": "en_US.UTF-8", "de": "de_DE.UTF-8", "fr": "fr_FR.UTF-8"}


def web_host(section: S, languages: Mapping[str, str] = LANGUAGES) -> Target[S]:
    """``arizona/web1`` under a policy with these languages."""
    policy = Policy(
        limits=Limits(),
        roles={"web": Role(owner="Shop")},
        languages=languages,
        smoke=cast("Smoke", None),  # no probe looks at the journeys
        sections={},
        primary=None,
        standby=None,
        digest="",
        source=Path("policy.yml"),
    )
    return Target(ARIZONA.hosts[0], ARIZONA, section, policy, DALLAS)


def answered(**answers: bytes | str) -> Answers:
    """Answers by the name of their question; a `str` stands for the reason why there is none."""
    return Answers(
        {
            name: Answer(b"", -1, given) if isinstance(given, str) else Answer(given, 0, None)
            for name, given in answers.items()
        }
    )


def framed(text: bytes) -> bytes:
    """An answer of our own programs with this text."""
    return (text if text.endswith(b"\n") or not text else text + b"\n") + b"end\n"
