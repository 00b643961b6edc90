"""The certificate that customers are shown, at each site, by each host that speaks TLS to them.

A certificate on disk is served only once the server has read it, and a key that does not belong to its
certificate keeps the server from starting. So each host asks itself as a customer would, with the site's
name, and its answer is compared with the files: names, end, chain, key.

Sources: openssl-s_client(1), openssl-verification-options(1), RFC 6125 (names), RFC 8446 4.4.2 (chain).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Any, ClassVar

from siteparity.model import Table, UnmeasuredError
from siteparity.policy import AbsolutePath, Duration, Port, Section
from siteparity.policy.bounds import at_least
from siteparity.policy.section import Strict, matching
from siteparity.probes import Answers, Probe, Reading, Target, Witnesses, if_named, once
from siteparity.tools import tls
from siteparity.tools.witnesses import ports, web_servers, witnessed
from siteparity.transport.script import Ask

LONG_ENOUGH = "long enough"
AS_SERVED = "as served"
FITS = "fits the certificate"

ServerName = Annotated[str, matching(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?", "a name without a wildcard")]


class Front(Strict):
    """One name under which customers come, and the files that the server is told to use for it."""

    certificate: AbsolutePath
    """The certificate and its chain, in PEM."""
    key: AbsolutePath
    port: Port = 443


class Policy(Section):
    """The names that customers reach by TLS."""

    question: ClassVar[str] = "Under which names do customers connect by TLS?"

    names: Mapping[ServerName, Front] = {}
    """Each name that customers type, and its files."""
    trust: AbsolutePath | None = None
    """A file with the authorities that customers trust, in PEM, on the host. Default: those of the system."""
    horizon: Annotated[Duration, at_least("7d")] = timedelta(days=21)
    """How long certificates must still last: nobody should have to renew one in the week of a failover."""


def ask(target: Target[Policy]) -> Mapping[str, Ask]:
    """One question for each name: what this host serves, and what is on its disk."""
    address = str(target.host.addresses[0]) if target.host.addresses else "127.0.0.1"
    bare = f"[{address}]" if ":" in address else address
    return {
        f"front{number}": Ask(
            tls.question(f"{bare}:{front.port}", name, target.section.trust, front.certificate, front.key)
        )
        for number, (name, front) in enumerate(target.section.names.items())
    }


@once
def _fronts(answers: Answers, target: Target[Policy]) -> Mapping[str, tls.Shown]:
    return {
        name: tls.read(answers.parts(f"front{number}", tls.PARTS))
        for number, name in enumerate(target.section.names)
    }


def read_served(answers: Answers, target: Target[Policy]) -> Table:
    """Each name -> whether a customer's client would accept what is served."""
    return {name: shown.served.state for name, shown in _fronts(answers, target).items()}


def read_expiry(answers: Answers, target: Target[Policy]) -> Table:
    """Each name -> whether everything that is served for it lasts beyond the horizon."""
    horizon = target.section.horizon
    return {name: _lasts(shown, horizon) for name, shown in _fronts(answers, target).items()}


def _lasts(shown: tls.Shown, horizon: timedelta) -> str:
    end = tls.ends(_chain(shown))
    return LONG_ENOUGH if end - tls.now(shown.now) > horizon else f"ends on {end:%Y-%m-%d}"


def read_names(answers: Answers, target: Target[Policy]) -> Table:
    """Each name -> all the names of the certificate that is served for it."""
    return {
        name: ", ".join(tls.names(_chain(shown)[0])) or "none"
        for name, shown in _fronts(answers, target).items()
    }


def read_issued(answers: Answers, target: Target[Policy]) -> Table:
    """Each name -> the authority of its certificate, and the kind of its key: old clients mind both.

    The last certificate of the chain tells the authority. Which of its intermediates signed is chance.
    """
    table: dict[str, str] = {}
    for name, shown in _fronts(answers, target).items():
        chain = _chain(shown)
        table[f"{name} authority"] = tls.authority(chain[-1])
        table[f"{name} key"] = tls.kind_of_key(chain[0])
    return table


def read_files(answers: Answers, target: Target[Policy]) -> Table:
    """Each name -> whether the certificate on the disk is what is served, and the key belongs to it."""
    table: dict[str, str] = {}
    for name, shown in _fronts(answers, target).items():
        on_disk = tls.certificates(shown.certificate)
        if not on_disk and shown.certificate != [tls.NOT_THERE]:
            raise UnmeasuredError(f"{target.section.names[name].certificate} holds no certificate")
        table[f"{name} certificate"] = _file(on_disk, shown.served.chain)
        table[f"{name} key"] = _key(shown.key, on_disk)
    return table


def _file(on_disk: tuple[object, ...], served: tuple[object, ...]) -> str:
    if not on_disk:
        return tls.NOT_THERE
    if not served:
        return "not served"
    if on_disk == served:
        return AS_SERVED
    return "another one is served" if on_disk[0] != served[0] else "is served with another chain"


def _key(lines: Sequence[str], on_disk: tuple[tls.Certificate, ...]) -> str:
    if lines == [tls.NOT_THERE]:
        return tls.NOT_THERE
    public = tls.spki("\n".join(lines) + "\n")
    if not on_disk:
        return "there is no certificate for it"
    return FITS if public == tls.spki(on_disk[0]) else "is not the key of the certificate"


def _chain(shown: tls.Shown) -> tuple[tls.Certificate, ...]:
    if not shown.served.chain:
        raise UnmeasuredError(f"no certificate was shown: {shown.served.state}")
    return shown.served.chain


_NAMES = if_named("names")


def read_absence(answers: Answers, _: Target[Any]) -> Table:
    """Each witness -> what was found of it."""
    servers = answers.parts("web_servers", web_servers.PARTS)
    return {
        "a port of TLS": witnessed(ports.reachable(answers.rows("ports"), ports.TLS)),
        "a certificate of a web server": witnessed(f"{path} names one" for path in servers["certificates"]),
    }


PROBE = Probe(
    section=Policy,
    ask=ask,
    title="Certificates (TLS)",
    tables={
        "served": Reading(read_served, healthy=tls.VERIFIED, roles=_NAMES),
        "expiry": Reading(read_expiry, healthy=LONG_ENOUGH, roles=_NAMES),
        "names": Reading(read_names, roles=_NAMES),
        "issued": Reading(read_issued, roles=_NAMES),
        "files": Reading(read_files, healthy=(AS_SERVED, FITS), roles=_NAMES),
    },
    absence=Witnesses({"ports": Ask(ports.QUESTION), "web_servers": Ask(web_servers.QUESTION)}, read_absence),
)
