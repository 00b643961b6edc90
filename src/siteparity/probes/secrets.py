"""Secrets: the same at both sites, and none of them missing, empty, or a placeholder.

A password that was changed at one site only locks the application out of its own database on the night of the
failover. Secrets are compared without being seen: each host hashes its own with a key that was made for this
run (`siteparity.tools.secrets.hashes`), and nothing else leaves it. The key is kept nowhere. So a record of
another run says nothing about today's secrets (docs/decisions/0010), unless their files have not changed
since (docs/decisions/0024).

In the files that the policy names, whatever is not known to be harmless is compared as well. Other aspects
judge the passwords that PostgreSQL and Redis hold (``database``, ``redis``), those of accounts
(``accounts``), and the keys of certificates (``tls``).
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Self

from pydantic import model_validator

from siteparity.model import Table, UnmeasuredError
from siteparity.policy import AbsolutePath, RoleName, Section
from siteparity.policy.applications import Applications
from siteparity.policy.section import Strict, matching
from siteparity.probes import KEY, Answers, Probe, Reading, Target, Witnesses, by_role, once
from siteparity.tools.program import filled
from siteparity.tools.secrets import hashes
from siteparity.tools.witnesses import environments, named_files, witnessed
from siteparity.transport import words
from siteparity.transport.script import Ask

SecretName = Annotated[str, matching(r"[A-Za-z0-9_.@-]{1,64}", "the name of a secret")]


class SecretFile(Strict):
    """A file that holds secrets."""

    file: AbsolutePath
    form: hashes.Form = "settings"
    """``settings``: ``NAME=value`` or ``name value``, or as the end of the file's name says (JSON, YAML,
    TOML, PHP); of a URL only its password; below a section ``[database]`` the name is ``database.NAME``.
    ``pgpass``: PostgreSQL's password file, by user. ``whole``: the file is one secret."""
    also: tuple[AbsolutePath, ...] = ()
    """Further files, in any of which a secret that is named may stand."""
    names: tuple[SecretName, ...] = ()
    """Secrets that must be in it, and not empty."""

    @model_validator(mode="after")
    def _names_fit_the_form(self) -> Self:
        if self.form == "whole" and self.names:
            raise ValueError("expected no names for a file that is one secret as a whole; remove them")
        if self.form != "whole" and not self.names:
            raise ValueError(f"expected the names of secrets in {self.file}, found none; name at least one")
        return self

    @property
    def source(self) -> hashes.Source:
        """What a host is asked about."""
        return hashes.Source(self.form, self.file, self.names or ("the whole file",), self.also)


_CHANGED = """\
for file in @PATHS@; do
    stat -Lc '%i %.9Z %s %n' -- "$file" 2>/dev/null || { [ ! -e "$file" ] && echo "none $file"; } || exit
done; echo end
"""


class Policy(Section):
    """Where the secrets of the sites are; never the secrets themselves."""

    question: ClassVar[str] = "Which files hold secrets that both sites must share?"

    files: Mapping[RoleName, tuple[SecretFile, ...]] = {}
    """For each role: its files."""

    @classmethod
    def drawn(cls, of: Applications) -> Mapping[str, Any]:
        """Their secrets."""
        return {
            "files": of.lists(
                lambda one: (
                    [{"file": one.settings[0], "also": list(one.settings[1:]), "names": list(one.secrets)}]
                    if one.secrets and one.settings
                    else []
                )
            )
        }


def ask(target: Target[Policy]) -> Mapping[str, Ask]:
    """Two questions about the files of the host's roles: when each was changed, then what is in it.

    The order matters: a change in between the two is then seen as one.
    """
    sources = [one.source for one in target.listed(target.section.files)]
    if not sources:
        return {}
    paths = " ".join(map(shlex.quote, dict.fromkeys(file for source in sources for file in source.files)))
    return {
        "changed": Ask(filled(_CHANGED, paths=paths)),
        "secrets": Ask(hashes.question(dict.fromkeys(sources)), words=(words.KNOWN, KEY)).about(
            KNOWN=target.known()
        ),
    }


def read_changed(answers: Answers, target: Target[Policy]) -> Table:
    """Each file -> inode, time of its last change, and size. Nobody can set that time (inode(7), ctime)."""
    found = [
        re.fullmatch(r"([0-9]+ [0-9]+\.[0-9]{9} [0-9]+|none) (/.*)", line) for line in answers.rows("changed")
    ]
    files = {one[2]: one[1] for one in found if one}
    sources = {file for one in target.listed(target.section.files) for file in one.source.files}
    if files.keys() != sources or not all(found):
        raise UnmeasuredError("changed: the answer does not say when each file was changed")
    return {
        path: state if state == "none" else f"inode, change, size {state}" for path, state in files.items()
    }


@once
def _found(answers: Answers, target: Target[Policy]) -> Mapping[str, hashes.HashedSecret]:
    found = hashes.read(answers.parts("secrets", hashes.PARTS))
    sources = [one.source for one in target.listed(target.section.files)]
    for source in sources:
        for name in source.names:
            if not any(one.answers(source, name) for one in found):
                raise UnmeasuredError(f"secrets: the answer says nothing about {source.file}: {name}")
    return {one.item: one for one in found}


def read_states(answers: Answers, target: Target[Policy]) -> Table:
    """Each secret -> `hashes.SET`, or what is wrong with it."""
    return {item: secret.state for item, secret in _found(answers, target).items()}


def read_values(answers: Answers, target: Target[Policy]) -> Table:
    """Each secret -> its hash under this run's key."""
    return {
        item: f"keyed hash {secret.hash[:12]}" if secret.hash else secret.state
        for item, secret in _found(answers, target).items()
    }


def read_absence(answers: Answers, _: Target[Any]) -> Table:
    """Each witness -> what was found of it."""
    variables = environments.named(answers.rows("environments"), "variable")
    return {
        "a variable that is named like one": witnessed(variables),
        "a file that is named like one": witnessed(answers.rows("secret_files")),
    }


def _hashed(section: Policy, roles: tuple[str, ...]) -> tuple[str, ...]:
    """The files of which it compares each setting that hides something."""
    of_roles = (one for role in roles for one in section.files.get(role, ()) if one.form == "settings")
    return tuple(file for one in of_roles for file in one.source.files)


PROBE = Probe(
    section=Policy,
    ask=ask,
    hashes=_hashed,
    tables={
        "states": Reading(read_states, healthy=hashes.SET, roles=by_role("files")),
        "values": Reading(read_values, roles=by_role("files"), of_one_run=True, unless_changed="_changed"),
        "_changed": Reading(read_changed, roles=by_role("files"), moves=True),
    },
    absence=Witnesses(
        {"environments": Ask(environments.QUESTION), "secret_files": Ask(named_files.SECRETS)}, read_absence
    ),
)
