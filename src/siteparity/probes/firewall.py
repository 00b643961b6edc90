"""Firewall: the rules that decide who reaches a host, in their order, now and after a boot.

The rules in the kernel may differ from those in the file: either can be changed without the other, and the
next boot takes the file's. So both are listed and compared. Left out are counters, handles, elements that
time out, bans of fail2ban and the like, what wg-quick, Docker, Tailscale, libvirt and Podman add while they
run (services judges whether they do), and empty chains that accept everything.

Rules of iptables are listed by its own tools, since nft(8) cannot show all of them. What a boot would load is
loaded into a network namespace that ends with the question (`siteparity.tools.firewall.question`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any

from siteparity.model import Table, UnmeasuredError
from siteparity.names import OwnNames
from siteparity.policy import RoleName, Section, Text
from siteparity.policy.questions import Question
from siteparity.policy.section import ChainPattern, matching
from siteparity.probes import Answers, Probe, Reading, Target, Witnesses, by_role, once
from siteparity.tools.firewall import question
from siteparity.tools.firewall.rules import Ruleset, read
from siteparity.tools.witnesses import packet_filters, witnessed
from siteparity.transport.script import Ask

AFTER_BOOT = "the same after a boot"
NOT_JUDGED = "not judged (policy)"
DROP = "drop"


class Policy(Section):
    """The packet filters."""

    drop: Annotated[
        Mapping[RoleName, tuple[Text, ...]], Question("Which chains must drop what no rule accepts?")
    ] = {}
    """For each role: the chains that must drop what no rule accepts, such as ``inet filter input`` or
    ``iptables filter INPUT``."""
    saved: Annotated[str, matching(r"/[A-Za-z0-9._/-]+", "a plain absolute path")] = "/etc/nftables.conf"
    """The file that nftables.service loads at a boot."""
    persisted: bool = True
    """Whether a boot loads the rules from that file, or from those of netfilter-persistent. False if another
    program makes them (ufw, firewalld, Docker): then the rules after a boot are not judged."""
    leave_out: tuple[ChainPattern, ...] = ()
    """Patterns of further tables, chains and sets that come and go, such as ``DOCKER*``."""


_LOADED = Ask(question.LOADED)


def ask(target: Target[Policy]) -> Mapping[str, Ask]:
    """The rules in the kernel, and those that a boot would load."""
    asks = {"loaded": _LOADED}
    if target.section.persisted:
        asks["saved"] = Ask(question.saved(target.section.saved))
    return asks


@once
def _loaded(answers: Answers, _: Target[Policy]) -> Ruleset:
    return read(answers.parts("loaded", question.PARTS))


def read_rules(answers: Answers, target: Target[Policy]) -> Table:
    """Each chain -> its header; each rule -> the rule before it; each set and its elements; or "none"."""
    loaded = _loaded(answers, target)
    return loaded.items(OwnNames.of(target.site), target.section.leave_out) or {"rules": "none"}


def read_persisted(answers: Answers, target: Target[Policy]) -> Table:
    """Each rule that the next boot removes, adds or moves -> which of these; or all rules -> `AFTER_BOOT`."""
    if not target.section.persisted:
        return {"all rules": NOT_JUDGED}
    names = OwnNames.of(target.site)
    now = _loaded(answers, target).items(names, target.section.leave_out)
    saved = answers.parts("saved", question.SAVED_PARTS)
    outcome, *problem = saved["outcome"] or [""]
    if outcome == "problem":
        return {"all rules": _cannot_be_loaded(" ".join(problem))}
    if outcome != "loaded":
        raise UnmeasuredError("saved: the answer does not say whether the saved rules were loaded")
    then = read(saved).items(names, target.section.leave_out)
    changed = {item: _change(now.get(item), then.get(item)) for item in (*now, *then)}
    return {item: change for item, change in changed.items() if change} or {"all rules": AFTER_BOOT}


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
    """Why the saved rules cannot be loaded.

    Raises:
        UnmeasuredError: the network namespace may lack something, such as an interface; the file may be
        right.
    """
    words = " ".join(problem.split())[:200]
    if _WORLD.search(words) or not words:
        raise UnmeasuredError(
            "saved: the rules could not be loaded into a network of its own "
            f"(does one name an interface by its index, as iif does? write iifname): {words}"
        )
    return f"cannot be loaded: {words}"


def read_absence(answers: Answers, _: Target[Any]) -> Table:
    """Each witness -> what was found of it."""
    return {
        "a packet filter": witnessed(packet_filters.rules(answers.parts("counted", packet_filters.PARTS)))
    }


PROBE = Probe(
    section=Policy,
    ask=ask,
    judges=lambda _: ("/etc/nftables.conf", "/etc/iptables/rules.v*", "/etc/sysconfig/ip*tables"),
    always=(_LOADED,),
    tables={
        "rules": Reading(read_rules, names_both_sites=True),
        "persisted": Reading(read_persisted, healthy=(AFTER_BOOT, NOT_JUDGED)),
        "policies": Reading(read_policies, healthy=DROP, roles=by_role("drop")),
    },
    absence=Witnesses({"counted": Ask(packet_filters.QUESTION)}, read_absence),
)
