"""Asks every host of both sites at once; or reads what the printed script brought back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from pathlib import Path

from siteparity.collect import NOT_MEASURED
from siteparity.compare.unread import GRANT
from siteparity.drafting import questions, seen
from siteparity.drafting.given import Given, GivenSite
from siteparity.drafting.questions import INTRODUCTION, SAME_MACHINE
from siteparity.drafting.seen import Seen
from siteparity.model import ConfigurationError, Deadline, Host, UnmeasuredError
from siteparity.probes import Answers, Probes
from siteparity.transport import Transport
from siteparity.transport.asking import Asked
from siteparity.transport.by_hand import answer_in
from siteparity.transport.script import Answer, Ask

MOST = 32
"""How many hosts are asked at the same time."""
_INTRODUCTION_SECONDS = 25.0
_SECONDS = 90.0
_WAKE_SECONDS = 0.5

Say = Callable[[Host, str], None]


@dataclass(frozen=True, slots=True)
class Heard:
    """What the hosts of a site said."""

    site: GivenSite
    seen: Mapping[str, Seen]
    """Name of a host, as given -> what it said."""
    away: Mapping[str, str]
    """Name of a host, as given -> why nothing of it is known."""


@dataclass(frozen=True, slots=True)
class Live:
    """Asking over ssh."""

    transport: Transport
    probes: Probes
    deadline: Deadline
    say: Say

    def ask(self, sites: Sequence[GivenSite]) -> tuple[Heard, ...]:
        """Ask every host. Never raises for what a host does."""
        every = [(site, one) for site in sites for one in site.hosts]
        pool = ThreadPoolExecutor(min(MOST, len(every)))
        try:
            looks = [pool.submit(self._look, one) for _, one in every]
            while wait(looks, timeout=_WAKE_SECONDS).not_done:
                pass  # a thread that sleeps can miss a signal
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
        found = [(site, one, look.result()) for (site, one), look in zip(every, looks, strict=True)]
        return tuple(
            Heard(
                site,
                {one.host.name: said for of, one, said in found if of is site and isinstance(said, Seen)},
                {one.host.name: said for of, one, said in found if of is site and isinstance(said, str)},
            )
            for site in sites
        )

    def _look(self, given: Given) -> Seen | str:
        host = given.host
        try:
            found = self._asked(host)
        except UnmeasuredError as error:
            self.say(host, f"{NOT_MEASURED} ({error})")
            return str(error)
        self.say(host, f"{len(found.units)} services")
        return found

    def _asked(self, host: Host) -> Seen:
        wanted = questions.asks(self.probes)
        first = {name: wanted[name] for name in (INTRODUCTION, SAME_MACHINE)}
        plain = replace(host, connection=replace(host.connection, become=False))
        own = seen.introduced(Answers(self._put(plain, first, _INTRODUCTION_SECONDS))).own
        if own.refusal and not own.is_root:
            raise UnmeasuredError(f"only root may see what runs ({own.refusal}); {GRANT}")
        as_root = replace(host, connection=replace(host.connection, become=not own.is_root))
        # Who the login is, the first answer tells: the second one was given as root.
        return replace(seen.read(self._put(as_root, wanted, _SECONDS)), own=own)

    def _put(self, host: Host, asks: Mapping[str, Ask], seconds: float) -> Mapping[str, Answer]:
        timeout = min(seconds, self.deadline.left_or_raise())
        given, _ = Asked(self.transport.run, host).put(asks, timeout=timeout)
        return given


def from_folder(folder: Path, sites: Sequence[GivenSite], probes: Probes) -> tuple[Heard, ...]:
    """What the printed script brought back: a file for each host, in a folder for each site, or one for both.

    Raises:
        ConfigurationError: there is no such folder, or a file could be that of two hosts.
    """
    if not folder.is_dir():
        raise ConfigurationError(
            f"--answers: expected a folder with a file for each host, found none at {folder}; correct it"
        )
    wanted = questions.asks(probes)
    heard = []
    for site in sites:
        other = {one.host.name for of in sites if of is not site for one in of.hosts}
        found: dict[str, Seen] = {}
        away: dict[str, str] = {}
        for given in site.hosts:
            name = given.host.name
            try:
                said = seen.read(questions.answers_of(wanted, _file(folder, site.name, name, other)))
                # The script ran as root, however the login is called.
                own = replace(said.own, is_root=given.host.connection.user == "root", refusal="")
                found[name] = replace(said, own=own)
            except UnmeasuredError as error:
                away[name] = str(error)
        heard.append(Heard(site, found, away))
    return tuple(heard)


def _file(folder: Path, site: str, host: str, other: set[str]) -> bytes:
    """The content of a host's file."""
    for place in (folder / site, folder):
        said = answer_in(place, host)
        if said is not None and place == folder and host in other:
            raise ConfigurationError(
                f"--answers: expected a folder for each site, since both have {host}, found it in {folder}; "
                f"move it to {folder}/{site}/{host}"
            )
        if said is not None:
            return said
    raise UnmeasuredError(f"{folder}: expected the file {site}/{host}, found none; run the script there")


def demand_different_machines(heard: Sequence[Heard]) -> None:
    """Refuse two names of one machine.

    Raises:
        ConfigurationError: two hosts are one.
    """
    first: dict[str, str] = {}
    for one in heard:
        for name, said in one.seen.items():
            label = f"{one.site.name}/{name}"
            before = first.setdefault(said.machine, label) if said.machine else label
            if before != label:
                raise ConfigurationError(
                    f"SITE: {before} and {label} are the same machine; take one out, or correct the way to it"
                )
