"""Whether the web application firewall blocks attacks: as configured, as loaded, and as it really answers.

The firewall is an nginx with ModSecurity. Set to ``DetectionOnly`` for a day of testing, it lets everything
through and still writes its log. A configuration that was mended and never loaded looks right on disk. One
server block without ModSecurity is an open door. So the files are followed from ``nginx.conf`` on, the
running processes are compared with them, and each host sends itself harmless requests that look like attacks,
at both sites. These leave lines in the logs of nginx, as every attack does.

Sources: nginx's core documentation (include, reload), the ModSecurity 3 reference manual, proc(5).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field

from siteparity.model import Table, UnmeasuredError
from siteparity.policy import AbsolutePath, Port, Section, Text
from siteparity.policy.applications import Applications
from siteparity.policy.patterns import LETTERS
from siteparity.policy.section import RequestPath, ServiceName
from siteparity.probes import Answers, Probe, Reading, Target, Witnesses, once
from siteparity.tools.waf import answers as replies
from siteparity.tools.waf import files, workers
from siteparity.tools.waf.nginx import places
from siteparity.tools.waf.rules import BLOCKS, Told, excluded, settings, told
from siteparity.tools.witnesses import products, programs, web_servers, witnessed
from siteparity.transport.script import Ask
from siteparity.yamlfile import quoted

PLACED = "there"
BLOCKED = "blocked"
ANSWERED = "let through"
NONE = "none"
ACCEPTED = "as the policy says"

MOST_RULES = 1000
"""How many ids one exclusion may name: those of a category of the rule set."""


def _few_rules(text: str) -> str:
    """An exclusion as findings name it, of one rule or of a category."""
    what, _, rest = text.partition(" ")
    spans = [(int(one), int(other)) for one, other in re.findall(r"([0-9]{1,12})-([0-9]{1,12})", rest)]
    by_words = re.match(r"(?i)SecRule\w+By(?:Tag|Msg)", what)
    if any(last - first >= MOST_RULES for first, last in spans) or (
        by_words and sum(character.isalnum() for character in rest) < LETTERS
    ):
        raise ValueError(
            f"expected an exclusion of one rule or of one category, found {quoted(text)}, which takes out "
            "nearly all rules; name the rules, as in SecRuleRemoveById 920350"
        )
    return text


def _as_in_findings(text: str) -> str:
    """The name of one thing, which begins with a word; ``*`` would stand for itself only."""
    if sum(character.isalnum() for character in text) < LETTERS:
        raise ValueError(
            f"expected one thing as findings name it, found {quoted(text)}; copy it from a finding, as in "
            '"SecRuleRemoveById 920350" or "server status.example, 80"'
        )
    return text


Named = Annotated[Text, AfterValidator(_as_in_findings)]
Exclusion = Annotated[Named, AfterValidator(_few_rules)]


class Policy(Section):
    """The web application firewall."""

    question: ClassVar[str] = "Which hosts filter attacks out of requests, and with what?"
    never_whole: ClassVar[bool] = True

    service: ServiceName = "nginx.service"
    configuration: AbsolutePath = "/etc/nginx/nginx.conf"
    """The first file that the server reads."""
    rule_set: AbsolutePath = "/usr/share/modsecurity-crs/rules"
    """The folder of the rule set as delivered; compared file by file, by digest."""
    module: Text = "libmodsecurity"
    """Part of the path of the library that inspects requests; the running server must have loaded it."""
    leave_out_rules: tuple[Exclusion, ...] = ()
    """Rules that are disabled on purpose, as findings name them, e.g. ``SecRuleRemoveById 920350``."""
    leave_out_servers: tuple[Named, ...] = ()
    """Servers that need no protection, as findings name them, e.g. ``server status.example, 80``."""
    host: Text
    """The name that customers type."""
    ports: Annotated[Mapping[Port, Literal["http", "https"]], Field(min_length=1)] = {
        80: "http",
        443: "https",
    }
    """Where customers come in."""
    normal: RequestPath = replies.NORMAL
    """A request that a customer could make; it must not be blocked."""
    attacks: Annotated[Mapping[str, RequestPath], Field(min_length=1)] = replies.ATTACKS
    """Requests that must be blocked, and are harmless if they are not: name in reports -> path and query."""
    status: Annotated[int, Field(ge=400, le=599)] = 403
    """The HTTP status of a blocked request."""

    @classmethod
    def drawn(cls, of: Applications) -> Mapping[str, Any]:
        """The name of the front door."""
        front = of.front
        return {"roles": [front.role], "host": front.names[0]} if front else {}


ANSWER_SECONDS = 5
"""Limit for all requests to one port; the application behind the edge may hang."""


def ask(target: Target[Policy]) -> Mapping[str, Ask]:
    """The files, the processes, and the answers at each port."""
    section = target.section
    own = str(target.host.addresses[0]) if target.host.addresses else "127.0.0.1"
    return {
        "files": Ask(files.question(section.configuration, section.rule_set), limit=8 * 1024 * 1024),
        "server": Ask(workers.question(section.service, section.module)),
        **{
            f"port{port}": Ask(
                replies.question(own, port, section.host, _paths(section), tls=scheme == "https"),
                timeout=ANSWER_SECONDS,
            )
            for port, scheme in section.ports.items()
        },
    }


def _paths(section: Policy) -> tuple[str, ...]:
    return (*section.attacks.values(), section.normal)


@once
def _configured(answers: Answers, target: Target[Policy]) -> tuple[files.Files, tuple[Told, ...]]:
    found = files.read(answers.parts("files", files.PARTS), target.section.configuration)
    return found, tuple(told(place, found) for place in places(found))


def read_mode(answers: Answers, target: Target[Policy]) -> Table:
    """Each server, and each location with settings of its own -> `rules.BLOCKS`, or what it does instead."""
    _, found = _configured(answers, target)
    table = {
        one.place.name: one.mode for one in found if one.place.name not in target.section.leave_out_servers
    }
    if not table:
        raise UnmeasuredError("files: the policy leaves no server that must be protected")
    return table


def read_placed(answers: Answers, target: Target[Policy]) -> Table:
    """The rule set -> `PLACED` if its rules are loaded. Besides, each file that is named and missing."""
    seen, found = _configured(answers, target)
    loaded = any(path in seen.rule_set for one in found for path in one.loaded)
    return {
        **dict.fromkeys(seen.missing, "named in the configuration, and missing"),
        target.section.rule_set: PLACED if loaded else "no rule of it is loaded",
    }


def read_rule_set(answers: Answers, target: Target[Policy]) -> Table:
    """The version of the rule set, the digest of each of its files, and the order in which they load."""
    seen, found = _configured(answers, target)
    if not seen.rule_set:
        raise UnmeasuredError(f"files: {target.section.rule_set} holds no file")
    lines = (line for path in sorted(seen.rule_set) for line in seen.lines.get(path, ()))
    versions = {match[1] for line in lines if (match := re.match(r'SecComponentSignature\s+"?([^"]+)', line))}
    order = "\n".join(dict.fromkeys(path for one in found for path in one.loaded))
    return {
        "version": ", ".join(sorted(versions)) or "it does not say",
        "files loaded, in their order": _short(sha256(order.encode()).hexdigest()),
        **{path: _short(digest) for path, digest in seen.rule_set.items()},
    }


def _short(digest: str) -> str:
    return f"sha256:{digest[:16]}"


def read_settings(answers: Answers, target: Target[Policy]) -> Table:
    """Each setting, rule and exclusion of the site's own files -> its value.

    Items name their place only if places differ.
    """
    seen, found = _configured(answers, target)
    of_places = {
        one.place.name: settings([line for line in one.lines if line.file not in seen.rule_set])
        for one in found
        if one.lines
    }
    if not of_places:
        return {"settings of ModSecurity": NONE}
    first, *others = of_places.values()
    if all(other == first for other in others):
        return first
    return {f"{name}: {item}": value for name, of in of_places.items() for item, value in of.items()}


def read_excluded(answers: Answers, target: Target[Policy]) -> Table:
    """Each rule that is taken out -> `ACCEPTED` if the policy names it. `NONE` if there is no such rule."""
    _, found = _configured(answers, target)
    taken_out = dict.fromkeys(words for one in found for words in excluded(one.lines))
    accepted = target.section.leave_out_rules
    return {words: ACCEPTED if words in accepted else "taken out" for words in taken_out} or {
        "rules that are taken out": NONE
    }


def read_running(answers: Answers, target: Target[Policy]) -> Table:
    """Whether the running server has loaded the library, and its files as they are on disk."""
    seen, _ = _configured(answers, target)
    return workers.read(answers.parts("server", workers.PARTS)).states(seen.changed)


def read_answers(answers: Answers, target: Target[Policy]) -> Table:
    """Each attack, and the normal request, at each port -> whether it was blocked."""
    section = target.section
    names = {path: f"{name} in a request" for name, path in section.attacks.items()}
    names[section.normal] = "a normal request"
    return {
        f"{names[path]}, port {port}": _state(code, section.status, normal=path == section.normal)
        for port in section.ports
        for path, code in replies.read(answers.rows(f"port{port}"), _paths(section)).items()
    }


def _state(code: int | str, blocks: int, *, normal: bool) -> str:
    """`BLOCKED` for an attack and `ANSWERED` for a normal request are healthy; any other text is not."""
    if isinstance(code, str):
        return code
    if normal:
        return "blocked, which it must not be" if code == blocks else ANSWERED
    return BLOCKED if code == blocks else f"not blocked (HTTP {code})"


def read_absence(answers: Answers, _: Target[Any]) -> Table:
    """Each witness -> what was found of it."""
    seen = answers.parts("programs", programs.PARTS)
    servers = answers.parts("web_servers", web_servers.PARTS)
    return {
        "a firewall for web applications": witnessed(programs.found(seen, products.WAF)),
        "what a web server has loaded": witnessed(f"{one} is loaded" for one in servers["loaded"]),
        "what a web server is told": witnessed(f"{path} sets one up" for path in servers["filtered"]),
    }


PROBE = Probe(
    section=Policy,
    ask=ask,
    title="Attack filter (WAF)",
    judges=lambda _: ("/etc/nginx/modsecurity*", "/etc/modsecurity/*"),
    tables={
        "mode": Reading(read_mode, healthy=BLOCKS),
        "placed": Reading(read_placed, healthy=PLACED),
        "rule_set": Reading(read_rule_set),
        "settings": Reading(read_settings),
        "excluded": Reading(read_excluded, healthy=(NONE, ACCEPTED)),
        "running": Reading(read_running, healthy=(workers.AS_ON_DISK, workers.LOADED)),
        "answers": Reading(read_answers, healthy=(BLOCKED, ANSWERED)),
    },
    absence=Witnesses(
        {"programs": Ask(programs.QUESTION), "web_servers": Ask(web_servers.QUESTION)}, read_absence
    ),
)
