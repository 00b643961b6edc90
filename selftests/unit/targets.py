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


def setting_answer(
    *configured: str, running: str = "", decides: str = "-", changed: str = "", main: int = 31, since: int = 0
) -> bytes:
    r"""What a host answers of a setting, without its end mark.

    Args:
        configured: ``KEY\tSHOWN`` of each.
        running: lines ``STATE\tSHOWN``.
        decides: the environment file that decides.
        changed: when the files were changed, in seconds since 1970. The host booted at 1000.
        main: the main process; 0 if the service does not run.
        since: when systemd started the unit, in seconds since the boot.
    """
    stat = "1 (cat) R " + " ".join(["0"] * 18) + " 50000 0"
    lines = [
        f"[unit]\nLoadState=loaded\nMainPID={main}\nStateChangeTimestampMonotonic={since * 1_000_000}",
        "[configured]", *configured, f"[running]\n{running}", f"[decides]\n{decides}",
        f"[changed]\n{changed}", f"[now]\n{stat}\n1500.000000000",
    ]  # fmt: skip
    return ("\n".join(lines) + "\n").encode()
