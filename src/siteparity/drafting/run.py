"""``siteparity init`` on one page: hear the hosts, draft from the primary, check the draft, write it."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from siteparity.draft import waiting
from siteparity.drafting import inventories, sites, writing
from siteparity.drafting.asked import Asked, questions
from siteparity.drafting.asking import Heard, demand_different_machines
from siteparity.drafting.given import GivenSite
from siteparity.drafting.lines import Draft, Line
from siteparity.drafting.policy_draft import draft
from siteparity.drafting.sites import SiteSeen
from siteparity.drafting.writing import Written
from siteparity.inventory.layout import HOSTS_FILE
from siteparity.model import ConfigurationError, SiteparityError
from siteparity.policy import Policy, load_policy
from siteparity.policy.decisions import Undecided
from siteparity.probes import Probes
from siteparity.yamlfile import Document, load, shown_path

POLICY = "policy.yml"


@dataclass(frozen=True, slots=True)
class Drafted:
    """A draft that loads, and what stands beside it."""

    draft: Draft
    written: Written
    inventories: Mapping[str, str]
    """Site -> the text of its ``hosts.yml``; only of sites that have none in the folder."""
    primary: SiteSeen
    standby: SiteSeen
    lacking: tuple[tuple[str, str], ...] = ()
    """What inventories that are there already do not say, and what to add to them."""


def drafted(heard: Sequence[Heard], primary: str, out: Path, probes: Probes) -> Drafted:
    """Draft from what was heard. Nothing is written.

    Args:
        heard: of both sites.
        primary: the name of the site that serves; all its hosts must have answered.
        out: the folder of policy and inventories.
        probes: of all aspects.

    Raises:
        ConfigurationError: two hosts are one machine, or the primary has no role.
    """
    demand_different_machines(heard)
    serving = next(one for one in heard if one.site.name == primary)
    waits = next(one for one in heard if one.site.name != primary)
    first = sites.of(serving.site, serving.seen)
    second = sites.of(waits.site, waits.seen, first)
    if not first.roles():
        raise ConfigurationError(
            f"SITE: expected a role for a host of {primary}, found none: {_why(first)}; name an inventory "
            "with groups"
        )
    whole = _that_loads(draft(first, second.name), first.name, probes)
    pairs = ((first, second, serving.site), (second, first, waits.site))
    texts = {
        one.name: inventories.text(one, other, out / one.name)
        for one, other, given in pairs
        if is_drafted(given, out)
    }
    lacking = [
        told
        for one, other, given in pairs
        if not is_drafted(given, out)
        for told in inventories.lacking(one, other)
    ]
    return Drafted(whole, writing.policy(whole, first.name), texts, first, second, tuple(lacking))


def _why(site: SiteSeen) -> str:
    return "; ".join(f"{what}: {why}" for what, why in site.left_out[:3])


def is_drafted(site: GivenSite, out: Path) -> bool:
    """Whether the inventory of a site is drafted: not if it is the very folder that a gate reads."""
    return site.source is None or site.source.resolve() not in (
        (out / site.name).resolve(),
        (out / site.name / HOSTS_FILE).resolve(),
    )


def _that_loads(whole: Draft, primary: str, probes: Probes) -> Draft:
    """The draft without the lines that no policy can hold, such as a unit's name with a line feed."""
    for _ in whole.lines:
        problem = _problem(writing.policy(whole, primary, short=False), probes)
        if problem is None:
            return whole
        lines, why = problem
        if not lines:
            raise SiteparityError(f"the draft cannot be read again: {why}; please report it")
        whole = whole.without(lines, f"a policy cannot say it: {why}")
    raise SiteparityError("no line of the draft can be read again; please report it")


def _problem(written: Written, probes: Probes) -> tuple[tuple[Line, ...], str] | None:
    """The lines of the first place that cannot be read, and why; None if all can."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / POLICY
        path.write_text(written.text, encoding="utf-8")
        try:
            _load(path, probes)
        except ConfigurationError as error:
            first = str(error).split("\n")[0]
        else:
            return None
    _, _, rest = first.partition(f"{POLICY}:")
    number, _, why = rest.partition(": ")
    lines = written.lines.get(int(number), ()) if number.isdecimal() else ()
    return tuple(one for one in lines if one.waits or one.is_todo), why or first


def _load(path: Path, probes: Probes) -> Policy:
    return load_policy(path, {aspect: probe.section for aspect, probe in probes.items()})


def demand_room(out: Path, given: Sequence[GivenSite]) -> None:
    """Refuse, before anybody is asked, to write where something is.

    Raises:
        ConfigurationError: a file is there already, or the folder cannot be written.
    """
    for name in (POLICY, waiting.NAME):
        if (out / name).exists() or (out / name).is_symlink():
            again = "siteparity init --again shows what changed since, and " if name == POLICY else ""
            raise ConfigurationError(
                f"{shown_path(out / name)}: it is there, and no file is ever overwritten; {again}"
                "--out DIR drafts into another folder"
            )
    for site in given:
        place = out / site.name
        if is_drafted(site, out) and place.exists() and any(place.iterdir() if place.is_dir() else [place]):
            raise ConfigurationError(
                f"{shown_path(place)}: it is there, and no file is ever overwritten; write {site.name}="
                f"{shown_path(place)} if that is the site, or --out DIR"
            )


def write(made: Drafted, out: Path) -> tuple[Path, ...]:
    """Write inventories, draft and policy, in this order: no policy is there without its draft.

    Returns:
        What was written.

    Raises:
        SiteparityError: a file cannot be written, or is there meanwhile.
    """
    wrote = []
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, text in made.inventories.items():
            (out / name).mkdir(exist_ok=True)
            wrote.append(_new(out / name / HOSTS_FILE, text))
        lines = waiting_lines(made)
        wrote.append(_new(waiting.draft_path(out), waiting.text(lines)))
        wrote.append(_new(out / POLICY, made.written.text))
    except OSError as error:
        raise SiteparityError(f"{error.filename}: {error.strerror}; give --out another folder") from None
    return tuple(wrote)


def _new(path: Path, text: str) -> Path:
    """Write a file that must not be there, whole or not at all."""
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, prefix=f".{path.name}-") as file:
        file.write(text)
        file.flush()
        temporary = Path(file.name)
        temporary.chmod(0o644)
        path.hardlink_to(temporary)
    return path


def document(made: Drafted) -> Document:
    """The policy as a reader of the file sees it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / POLICY
        path.write_text(made.written.text, encoding="utf-8")
        return load(path)


def waiting_lines(made: Drafted) -> tuple[waiting.Line, ...]:
    """The lines of ``draft.yml``."""
    whole = document(made)
    return tuple(
        waiting.drafted(whole, tuple(map(str, one.at)), one.seen, one.asks)
        for one in made.draft.lines
        if one.waits
    )


def asked(made: Drafted, out: Path, probes: Probes) -> tuple[Asked, ...]:
    """What only a person can answer, of a draft that was written."""
    policy = _load(out / POLICY, probes)
    assert policy.written  # noqa: S101  # of every policy that was read from a file
    half = [
        Undecided(writing.named(one.at), one.asks, policy.written.where(tuple(map(str, one.at))))
        for one in made.draft.lines
        if one.asks and not one.is_todo
    ]
    return questions(policy, half, made.primary, probes)
