"""Secrets as hashes that say nothing by themselves: HMAC-SHA-256 (RFC 2104) with a key of one run.

The key is in the shell's variable ``KEY``. perl gets it in its environment, and hides it from its own
children. So neither key nor secret is ever an argument of a process, a file, or a line of the answer. On a
host without perl (``perl-base`` is essential in Debian) secrets are unmeasured.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from siteparity.model import UnmeasuredError
from siteparity.tools.given import PERL_DECODE
from siteparity.tools.program import filled, program
from siteparity.tools.secrets import harmless, keyed
from siteparity.tools.settings import reader

Form: TypeAlias = Literal["settings", "pgpass", "whole"]

SET = "set"
EMPTY = "empty"
MISSING = "missing"
NO_FILE = "no such file"
PLACEHOLDER = "a placeholder"
OPEN = "everybody on the host may read it"
STATES = {
    "set": SET,
    "empty": EMPTY,
    "missing": MISSING,
    "no-file": NO_FILE,
    "placeholder": PLACEHOLDER,
    "open": OPEN,
    "ignored": "PostgreSQL ignores the file: group or others have rights to it",
}

_PERL = program(__package__, "hashes.pl")
PARTS = ("secrets",)


@dataclass(frozen=True, slots=True)
class Source:
    """A file with secrets."""

    form: Form
    file: str
    names: tuple[str, ...]
    """What must be in it: settings, or users of a password file. For a whole file, what to call it."""
    also: tuple[str, ...] = ()
    """Further files, in any of which a name may stand."""

    @property
    def files(self) -> tuple[str, ...]:
        """All of its files."""
        return (self.file, *self.also)


@dataclass(frozen=True, slots=True)
class HashedSecret:
    """One secret of a host."""

    file: str
    name: str
    state: str
    hash: str | None
    """None if there is nothing to hash."""

    @property
    def item(self) -> str:
        """Its name in findings."""
        return f"{self.file}: {self.name}"

    def answers(self, source: Source, name: str) -> bool:
        """Whether it is what a source names, perhaps with a section in front."""
        return self.file in source.files and (self.name == name or self.name.endswith(f".{name}"))


def question(sources: Iterable[Source]) -> str:
    """A shell text that looks at secrets; the shell's ``KEY`` must be 64 hexadecimal digits."""
    sources = tuple(sources)
    words = [(source.form, "\n".join(source.files), *source.names) for source in sources]
    in_hex = (",".join(word.encode().hex() for word in of_one) for of_one in words)
    # A file of another form than lines, by the end of its name.
    files = {file for source in sources if source.form == "settings" for file in source.files}
    forms = {file.rpartition(".")[2]: reader.form_of(file) for file in sorted(files)}
    forms = {end: form for end, form in forms.items() if form != "lines"}
    own = filled(
        _PERL,
        sources=" ".join(in_hex),
        forms=" ".join(word for pair in forms.items() for word in pair),
    )
    read_forms = reader.perl_of(forms.values())
    text = keyed.PERL + PERL_DECODE + harmless.PERL_OF_VALUES + read_forms + own
    return f"export KNOWN\nSITEPARITY_KEY=$KEY perl - <<'END_OF_PROGRAM'\n{text}END_OF_PROGRAM\n"


def read(parts: Mapping[str, Sequence[str]]) -> Sequence[HashedSecret]:
    r"""Read the answer to `question`: a line ``FILE\tNAME\tSTATE\tHASH`` for each secret.

    No reason quotes the answer, which may hold what it should not.

    Raises:
        UnmeasuredError: a line is not understood.
    """
    secrets: list[HashedSecret] = []
    for line in parts["secrets"]:
        fields = line.split("\t")
        if len(fields) != 4 or fields[2] not in STATES or not re.fullmatch(r"-|[0-9a-f]{64}", fields[3]):  # noqa: PLR2004  # file, name, state, hash
            raise UnmeasuredError("secrets: a line of the answer is not understood")
        has_value = fields[2] not in ("empty", "missing", "no-file")
        if has_value != (fields[3] != "-"):
            raise UnmeasuredError("secrets: a hash is missing, or there is one of nothing")
        secrets.append(
            HashedSecret(fields[0], fields[1], STATES[fields[2]], fields[3] if has_value else None)
        )
    return tuple(secrets)
