"""Recorded answers of real hosts: read them from disk, and record new ones.

``python -m selftests.contract.samples ASPECT SITE HOST CASE`` asks a host of the inventories and writes one.
"""

from __future__ import annotations

import base64
import json
import secrets
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from siteparity import configuration
from siteparity.collect.questions import Questions
from siteparity.configuration import find_root
from siteparity.inventory import load_site
from siteparity.model import Facts, Unmeasured
from siteparity.policy import Absence, Declared, Policy, Section, load_policy
from siteparity.probes import KEY, Answers, Probe, Probes, Target, discover, read_tables
from siteparity.transport import Transport
from siteparity.transport.asking import Asked
from siteparity.transport.script import NO_WORDS, Answer, Ask, Moment

FOLDER = Path(__file__).parent / "samples"
OTHER = {"dallas": "arizona", "arizona": "dallas"}


@dataclass(frozen=True)
class Sample:
    """What one host answered to one probe, and what must be read from it."""

    path: Path
    aspect: str
    site: str
    host: str
    answers: Mapping[str, Answer]
    facts: Mapping[str, Any]
    moment: Moment | None

    @property
    def case(self) -> str:
        """The sample's name within its aspect."""
        return self.path.stem


def samples() -> Iterator[Sample]:
    """Every recorded sample."""
    for path in sorted(FOLDER.glob("*/*.json")):
        saved = json.loads(path.read_text(encoding="utf-8"))
        answers = {name: _answer(entry) for name, entry in saved["answers"].items()}
        target = saved["target"]
        when = Moment(*saved["moment"]) if "moment" in saved else None
        yield Sample(path, path.parent.name, target["site"], target["host"], answers, saved["facts"], when)


def target_of(aspect: str, site: str, host: str) -> Target[Any]:
    """A host of the project's own inventories, as a probe sees it; to the one of absences, all is absent."""
    root = find_root()
    probes = discover()
    policy = load_policy(
        root / "inventories" / "policy.yml", {name: probe.section for name, probe in probes.items()}
    )
    policy = _without_everything(policy, probes) if probes[aspect].section.apart else policy
    if probes[aspect].section.is_of_parts():
        policy = replace(policy, sections={**policy.sections, aspect: _named(probes[aspect])})
    roles = tuple(policy.roles)
    of_site = load_site(root / "inventories" / site, roles)
    other = load_site(root / "inventories" / OTHER[site], roles)
    return Questions(policy, probes, (of_site, other)).target(aspect, of_site, of_site.host(host))


def _named(probe: Probe[Any]) -> Section:
    """A section of an aspect of which each part has checks: some commands of a plain Debian."""
    run = {
        "system": {"argv": ["uname", "-sm"]},
        "accounts": {"argv": ["getent", "passwd", "root", "nobody"], "compare": "text", "matches": "^root:"},
        "open files": {"argv": ["sh", "-c", "ulimit -n"], "compare": "number", "at_least": 256},
        "links": {"argv": ["ip", "-json", "address", "show", "lo"], "compare": "json"},
    }
    section: Section = probe.section.model_validate_json(json.dumps({"owner": "Platform", "run": run}))
    return section


def _without_everything(policy: Policy, probes: Probes) -> Policy:
    """The policy, with everything declared absent that hosts can be asked about."""
    absence = Absence(reason="nobody needs it", approved_by="Ada Lovelace")
    declared = Declared(
        owner="Platform",
        absent={name: absence for name, probe in probes.items() if probe.absence and probe.absence.ask},
    )
    apart = {name: declared for name, probe in probes.items() if probe.section.apart}
    return replace(policy, sections={**policy.sections, **apart})


def read(
    probe: Probe[Any], answers: Mapping[str, Answer], target: Target[Any], when: Moment | None = None
) -> Facts:
    """Read every table for which the sample holds an answer."""
    return read_tables(probe.readings(), Answers(answers, when), target, tuple(target.policy.roles))


def as_saved(facts: Facts) -> dict[str, Any]:
    """Facts in the form in which a sample keeps them."""
    return {
        name: {"unmeasured": table.reason} if isinstance(table, Unmeasured) else dict(table)
        for name, table in facts.items()
    }


def _answer(entry: Mapping[str, Any]) -> Answer:
    if "problem" in entry:
        return Answer(text=b"", status=-1, problem=entry["problem"])
    data = base64.b64decode(entry["base64"]) if "base64" in entry else entry["text"].encode()
    return Answer(text=data, status=entry.get("status", 0), problem=None)


def _entry(answer: Answer) -> dict[str, Any]:
    if answer.problem is not None:
        return {"problem": answer.problem}
    status = {"status": answer.status} if answer.status else {}
    try:
        return {"text": answer.text.decode(), **status}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(answer.text).decode(), **status}


def record(aspect: str, site: str, host: str, case: str) -> Path:
    """Ask a real host, and write what it answered together with what is read from it."""
    probe, target = discover()[aspect], target_of(aspect, site, host)
    with Transport() as transport:
        first, when = _ask(transport, target, probe.ask(target))
        answers = dict(first)
        if probe.then:
            seen = {place: _first_look(transport, aspect, *place) for place in _asked(aspect)}
            words = probe.then.words(target, seen)
            answers |= _ask(transport, target, probe.then.ask(target), words)[0] if words is not None else {}
    saved = {
        "target": {"site": site, "host": host},
        "answers": {name: _entry(answer) for name, answer in answers.items()},
        "facts": as_saved(read(probe, answers, target, when)),
    } | ({"moment": [when.before, when.shown, when.after]} if when else {})
    path = FOLDER / aspect / f"{case}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(saved, indent=1, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")
    return path


def _ask(
    transport: Transport, target: Target[Any], asks: Mapping[str, Ask], words: Mapping[str, str] = NO_WORDS
) -> tuple[Mapping[str, Answer], Moment | None]:
    """A host of the lab answers only what stands in its collector: bring the lab up again after a change."""
    if not asks:
        return {}, None
    aspect = next(name for name, probe in discover().items() if target.policy.section(name) is target.section)
    full = {f"{aspect}.{name}": ask for name, ask in asks.items()}
    given = {KEY.name: secrets.token_hex(32), **words}
    answers, when = Asked(transport.run, target.host).put(full, given, timeout=60)
    return {name: answers[f"{aspect}.{name}"] for name in asks}, when


def _first_look(transport: Transport, aspect: str, site: str, host: str) -> Facts:
    probe, target = discover()[aspect], target_of(aspect, site, host)
    return read(probe, _ask(transport, target, probe.ask(target))[0], target)


def _asked(aspect: str) -> list[tuple[str, str]]:
    """Every host of both sites of the project's own inventories on which the aspect is measured."""
    root = find_root()
    settings = configuration.load(root, root / "inventories")
    roles = settings.probes[aspect].roles(settings.policy.section(aspect), tuple(settings.policy.roles))
    return [(site.name, one.name) for site in settings.sites for role in roles for one in site.in_role(role)]


if __name__ == "__main__":
    print(record(*sys.argv[1:5]))  # noqa: T201
