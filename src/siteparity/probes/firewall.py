"""Firewall: the rules that decide who reaches a host, in their order, now and after a boot.

The rules that the kernel goes by are not those of the file: either may have been changed without the other,
and the one is gone, or comes, with the next boot. So both are listed, and held against each other. Left out
is what counts and what comes and goes: counters, handles, elements that time takes away, bans of fail2ban and
its like; and chains without a rule that accept everything, which do nothing.

Rules of iptables are read from its own tools, since nft(8) cannot show all of them. What a boot would load is
loaded into a network of its own, which ends with the question (`siteparity.tools.firewall.question`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from siteparity.model import Table, UnmeasuredError
from siteparity.names import OwnNames
from siteparity.policy import RoleName, Section, Text
from siteparity.policy.section import matching
from siteparity.probes import Answers, Probe, Reading, Target, once
from siteparity.tools.firewall import question
from siteparity.tools.firewall.rules import Ruleset, read
from siteparity.transport.script import Ask

AFTER_BOOT = "the same after a boot"
NOT_JUDGED = "not judged (policy)"
DROP = "drop"


class Policy(Section):
    """The packet filters."""

    drop: Annotated[Mapping[RoleName, tuple[Text, ...]], Field(min_length=1)]
    """For each role: the chains that must drop what no rule accepts, e.g. ``inet filter input``, or
    ``iptables filter INPUT``."""
    saved: Annotated[str, matching(r"/[A-Za-z0-9._/-]+", "a plain absolute path")] = "/etc/nftables.conf"
    """What nftables.service loads at a boot."""
    persisted: bool = True
    """Whether a boot loads the rules from that file, or from those of netfilter-persistent. False where
    another program makes them (ufw, firewalld, Docker): then what comes after a boot is not judged."""
    ignore: tuple[Text, ...] = ()
    """Patterns of further tables, chains and sets that come and go by themselves, e.g. ``DOCKER*``."""


def ask(target: Target[Policy]) -> Mapping[str, Ask]:
    """What the kernel goes by, and what it would go by after a boot."""
    asks = {"loaded": Ask(question.LOADED)}
    if target.section.persisted:
        asks["saved"] = Ask(question.saved(target.section.saved))
    return asks


@once
def _loaded(answers: Answers, _: Target[Policy]) -> Ruleset:
    return read(answers.parts("loaded", question.PARTS))


def read_rules(answers: Answers, target: Target[Policy]) -> Table:
    """Each chain and each rule in it -> the rule before; each set and its elements; or that there is none."""
    loaded = _loaded(answers, target)
    return loaded.items(OwnNames.of(target.site).generic, target.section.ignore) or {"rules": "none"}


def read_persisted(answers: Answers, target: Target[Policy]) -> Table:
    """Each rule that the next boot takes away, brings or moves; or `AFTER_BOOT`."""
    if not target.section.persisted:
        return {"all rules": NOT_JUDGED}
    now = _loaded(answers, target).items(str, target.section.ignore)
    saved = answers.parts("saved", question.SAVED_PARTS)
    outcome, *problem = saved["outcome"] or [""]
    if outcome == "problem":
        return {"all rules": _cannot_be_loaded(" ".join(problem))}
    if outcome != "loaded":
        raise UnmeasuredError("saved: the answer does not say whether the saved rules were loaded")
    then = read(saved).items(str, target.section.ignore)
    changed = {item: _change(now.get(item), then.get(item)) for item in (*now, *then)}
    return {item: said for item, said in changed.items() if said} or {"all rules": AFTER_BOOT}


def read_policies(answers: Answers, target: Target[Policy]) -> Table:
    """Each chain that the policy names -> `DROP`, or what it does instead."""
    loaded = _loaded(answers, target)
    return {chain: _policy(loaded, chain) for chain in target.listed(target.section.drop)}


def _policy(loaded: Ruleset, name: str) -> str:
    chain = loaded.chains.get(name) or loaded.chains.get(re.sub(r"^ip(6?) ", r"ip\1tables ", name))
    if chain is None:
        return "no such chain"
    if "dormant" in loaded.objects.get(name.rpartition(" ")[0], ""):
        return "its table is dormant"
    if chain.policy == DROP and chain.accepts_everything:
        return "a rule accepts everything"
    return chain.policy or "no policy"


def _change(now: str | None, then: str | None) -> str:
    if now == then:
        return ""
    if then is None:
        return "loaded now, gone after a boot"
    return f"another place after a boot: {then}" if now is not None else "not loaded, comes with a boot"


_WORLD = re.compile(r"Interface does not exist|Could not process rule|Operation not permitted|not supported")


def _cannot_be_loaded(problem: str) -> str:
    """Why the saved rules are no rules.

    Raises:
        UnmeasuredError: it may be the network of its own that lacks something, and not the file.
    """
    words = " ".join(problem.split())[:200]
    if _WORLD.search(words) or not words:
        raise UnmeasuredError(
            "saved: the rules could not be loaded into a network of its own "
            f"(does one name an interface by its index, as iif does? write iifname): {words}"
        )
    return f"cannot be loaded: {words}"


PROBE = Probe(
    section=Policy,
    ask=ask,
    tables={
        "rules": Reading(read_rules),
        "persisted": Reading(read_persisted, healthy=(AFTER_BOOT, NOT_JUDGED)),
        "policies": Reading(read_policies, healthy=DROP, roles=lambda section: tuple(section.drop)),
    },
)
