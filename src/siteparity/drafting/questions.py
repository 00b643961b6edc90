"""The questions of a draft: fixed and read-only, the same for every host, whatever is known of it.

They are asked over ssh, or printed as one script to read and to run by any other means (`script`), whose
output is read back (`answers_of`). Most are questions of other stages. The nonce of the printed script is the
digest of its questions, so that the output of another version is no answer.
"""

from __future__ import annotations

import hashlib
import re
import shlex
from collections.abc import Mapping
from textwrap import wrap

from siteparity.collect.same_machine import ASK as MACHINE
from siteparity.compare import introduction
from siteparity.model import UnmeasuredError
from siteparity.probes import Probes
from siteparity.tools.postgres import psql
from siteparity.tools.program import filled, program
from siteparity.tools.settings import reader
from siteparity.transport.by_hand import UNMIXED, stdout_of
from siteparity.transport.script import Answer, Ask, join, split

INTRODUCTION, SAME_MACHINE, SERVICES, POSTGRES = "introduction", "machine", "services", "postgres"
WITNESS = "witness."
"""Before the name of a question that shows whether a host has anything of an aspect."""

_MEANINGS: Mapping[str, str] = {
    INTRODUCTION: "who the host is, and with which rights it was asked",
    SAME_MACHINE: "which machine it is, so that no host counts twice",
    SERVICES: (
        "services, sockets and connections; of settings that name a place their key, scheme, user, host and "
        "port; names, paths of certificates, catalogues, releases, mounted folders, jobs and timers; name "
        "servers of the names"
    ),
    POSTGRES: "databases, users and kinds of connections of PostgreSQL; no password, no row of a table",
}


FORMS = (reader.ENVIRONMENT + reader.FILES).rstrip("\n")
"""Perl functions that read a file with settings, in whatever form."""


def asks(probes: Probes) -> Mapping[str, Ask]:
    """Name -> question."""
    witnesses = {
        f"{WITNESS}{name}": ask
        for probe in probes.values()
        if probe.absence
        for name, ask in probe.absence.ask.items()
    }
    return {
        INTRODUCTION: introduction.ASK,
        SAME_MACHINE: MACHINE,
        SERVICES: Ask(_services(), timeout=60, limit=8 * 1024 * 1024),
        POSTGRES: Ask(_postgres(), timeout=15),
        **witnesses,
    }


def _services() -> str:
    rows = program(__package__, "rows.pl").rstrip("\n")
    text = filled(program(__package__, "services.pl"), forms=FORMS, rows=rows).rstrip("\n")
    return f"perl - <<'END_OF_PROGRAM'\n{text}\nEND_OF_PROGRAM\n"


def _postgres() -> str:
    statement = program(__package__, "postgres.sql")
    return filled(program(__package__, "postgres.sh"), psql=_as_owner(psql([statement])))


def _as_owner(text: str) -> str:
    """A shell text, run as the account of the server, whom it admits through its Unix socket."""
    return f'export DATABASE DATABASE_USER; runuser -u "$owner" -- sh -c {shlex.quote(text)}'


def script(probes: Probes) -> str:
    """All questions as one script for ``sh``. Its output is the answer."""
    wanted = asks(probes)
    head = [
        (
            "What siteparity asks a host to draft a policy. It changes nothing. Run it as root, and keep "
            "what it prints in a file named like the host, in a folder named like its site:"
        ),
        "    ansible SITE -b -m script -a scout.sh -t answers/SITE",
        "    ssh HOST sudo sh -s < scout.sh > answers/SITE/HOST",
        "Then: siteparity init SITE=INVENTORY SITE=INVENTORY --answers answers",
        "",
        "The questions, in the order of their names below:",
        *(f"  {name}: {_MEANINGS.get(name, 'whether the host has anything of the kind')}" for name in wanted),
    ]
    comment = "".join(f"# {line}\n" if line else "#\n" for one in head for line in (wrap(one, 108) or [""]))
    return comment + UNMIXED + join(wanted, nonce(wanted)).decode()


def nonce(wanted: Mapping[str, Ask]) -> str:
    """Hexadecimal digits that name exactly these questions."""
    text = "\0".join(f"{name} {ask.digest}" for name, ask in wanted.items())
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def answers_of(wanted: Mapping[str, Ask], output: bytes) -> Mapping[str, Answer]:
    """The answers in what the script printed, alone or in what ``ansible --tree`` keeps of a host.

    Raises:
        UnmeasuredError: it is the output of no such script, or of that of another version.
    """
    stdout = stdout_of(output)
    mark = nonce(wanted)
    if f"@{mark} ".encode() not in stdout:
        other = re.search(rb"(?m)^@[0-9a-f]{32} \^ ", stdout)
        what = "that of another version's script" if other else "something else"
        raise UnmeasuredError(f"expected the output of `siteparity init --scout`, found {what}; run it again")
    return split(wanted, mark, stdout, b"")
