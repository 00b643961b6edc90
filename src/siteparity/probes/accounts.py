"""Accounts: users, groups and their numbers; what sudo allows; the keys that people log in with.

A service account with another number at the standby cannot read files that were copied there. A missing key
keeps out the person who is to do the failover. A key or a sudo rule that only one site has is a door that
nobody watches. Numbers are compared for people and for the accounts that the policy names: packages get
theirs in the order of their installation, and there they do no harm.

Sources: passwd(5), group(5), sudoers(5), sshd_config(5) (``AuthorizedKeysFile``). Accounts of a directory
service are asked for if the policy names them. Neither passwords nor their hashes leave a host.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from siteparity.model import Table
from siteparity.names import OwnNames, sha256
from siteparity.policy import RoleName, Section, Text
from siteparity.policy.applications import Applications
from siteparity.policy.questions import Question
from siteparity.policy.section import matching
from siteparity.probes import Answers, Probe, Reading, Target, if_named, once
from siteparity.redaction import fingerprint
from siteparity.tools.accounts import database, keys, sudo
from siteparity.tools.accounts.database import FIRST_PERSON, AccountDatabase, User
from siteparity.transport import words
from siteparity.transport.script import Ask

AS_PLANNED = "as the policy says"
PRESENT = "present"
NONE = "none"
GUARDED = "locked, or has a password"
IN_FORCE = "in force"
READ = "read"

AccountName = Annotated[str, matching(r"[A-Za-z_][A-Za-z0-9_.-]{0,31}", "the name of an account")]


class Policy(Section):
    """The accounts that services run as, and those that people log in to."""

    required: Annotated[
        Mapping[RoleName, Mapping[AccountName, int | None]],
        Question("Which service accounts must exist, whatever the other site has?"),
    ] = {}
    """For each role: service account -> the number it must have; ``null`` for any number."""
    log_in: Annotated[
        Annotated[tuple[AccountName, ...], Field(min_length=1)] | None,
        Question("Which accounts may be opened by a key, and no other?"),
    ] = None
    """The accounts that must have a key that sshd accepts. A key of any other account is a finding. None: the
    policy says nothing of who logs in; keys are compared all the same."""
    sudo: Annotated[tuple[Text, ...] | None, Question("Which rules may sudo have, and no other?")] = None
    """Every rule that sudo may have, without comments; None: any rule that both sites have."""

    @classmethod
    def drawn(cls, of: Applications) -> Mapping[str, Any]:
        """The accounts that they run as: any number will do, if it is the same at both sites."""
        return {"required": of.maps(lambda one: {one.user: None} if one.user else {})}


def _named(target: Target[Policy]) -> Mapping[str, int | None]:
    """Each service account of the host's roles -> the number it must have."""
    return {name: uid for wanted in target.named(target.section.required) for name, uid in wanted.items()}


def _logging_in(target: Target[Policy]) -> tuple[str, ...]:
    return target.section.log_in or ()


_ACCOUNTS = Ask(database.QUESTION, words=(words.NAMES,))
_SUDO = Ask(sudo.QUESTION)
_KEYS = Ask(keys.QUESTION, words=(words.NAMES,))


def ask(target: Target[Policy]) -> Mapping[str, Ask]:
    """Users and groups, the rules of sudo, and the keys that sshd accepts."""
    names = tuple(dict.fromkeys([*_named(target), *_logging_in(target)])) or ("root",)
    return {
        "accounts": _ACCOUNTS.about(NAMES=names),
        "sudo": _SUDO,
        "keys": _KEYS.about(NAMES=names),
    }


@once
def _accounts(answers: Answers, _: Target[Policy]) -> AccountDatabase:
    return database.read(answers.parts("accounts", database.PARTS))


def read_users(answers: Answers, target: Target[Policy]) -> Table:
    """Each account -> home, shell, state of its password, and its numbers where they matter."""
    found = _accounts(answers, target)
    return {
        f"user {name}": _described(found, user, numbered=_counts(user, target))
        for name, user in found.everybody().items()
    }


def _counts(user: User, target: Target[Policy]) -> bool:
    """Whether the number of an account must be the same everywhere."""
    return user.name in _named(target) or user.name in _logging_in(target) or user.uid >= FIRST_PERSON


def _described(found: AccountDatabase, user: User, *, numbered: bool) -> str:
    group = found.group_of(user)
    numbers = f"uid {user.uid}, gid {user.gid} ({group})" if numbered else f"group {group}"
    passwords = {"none": "no password", "locked": "locked", "set": "password"}
    password = passwords.get(found.passwords.get(user.name, ""), "no entry in /etc/shadow")
    return f"{numbers}, home {user.home}, shell {user.shell or '/bin/sh'}, {password}"


def read_groups(answers: Answers, target: Target[Policy]) -> Table:
    """Each group -> its members, and its number where it matters."""
    found = _accounts(answers, target)
    own = {user.gid for user in found.everybody().values() if _counts(user, target)}
    return {
        f"group {name}": (f"gid {gid}, " if gid in own or gid >= FIRST_PERSON else "")
        + f"members {', '.join(members) or 'none'}"
        for name, (gid, members) in found.groups.items()
    }


def read_required(answers: Answers, target: Target[Policy]) -> Table:
    """Each service account of the policy, and each second root -> `PRESENT`, or what is wrong."""
    found = _accounts(answers, target)
    roots = {name for name, user in found.everybody().items() if user.uid == 0} - {"root"}
    others = dict.fromkeys(sorted(roots), "has the number of root")
    named = {name: _state(found, name, uid) for name, uid in _named(target).items()}
    return {**named, **others} or {"other accounts with the number of root": NONE}


def _state(found: AccountDatabase, name: str, uid: int | None) -> str:
    user = found.named.get(name)
    if user is None:
        return "missing"
    if uid is not None and user.uid != uid:
        return f"uid {user.uid}, the policy says {uid}"
    twins = sorted(one.name for one in found.users.values() if one.uid == user.uid and one.name != name)
    return f"shares its number with {', '.join(twins)}" if twins else PRESENT


def read_passwords(answers: Answers, target: Target[Policy]) -> Table:
    """Each local account -> `GUARDED`, or that it has no password at all."""
    found = _accounts(answers, target)
    return {
        name: "anybody may log in: no password" if found.passwords.get(name) == "none" else GUARDED
        for name in found.users
    }


@once
def _sudo(answers: Answers, _: Target[Policy]) -> sudo.Sudo:
    return sudo.read(answers.rows("sudo"))


def read_sudo(answers: Answers, target: Target[Policy]) -> Table:
    """Each rule of sudo -> `IN_FORCE`; and a digest of their order."""
    found = _sudo(answers, target)
    order = sha256("\n".join(OwnNames.of(target.site).told_lines(found.rules)))
    return {**dict.fromkeys(found.rules, IN_FORCE), "the rules in their order": order}


def read_sudo_planned(answers: Answers, target: Target[Policy]) -> Table:
    """Each rule of sudo, each rule of the policy, and the files -> `AS_PLANNED`, or what is wrong."""
    found, planned = _sudo(answers, target), target.section.sudo
    files = {f"files of sudo ({len(found.files)})": AS_PLANNED} if not found.complaints else {}
    wrong = dict.fromkeys(found.complaints, sudo.REFUSED)
    if planned is None:
        return {**files, **wrong}
    wanted = {" ".join(rule.split()) for rule in planned}
    extra = {rule: AS_PLANNED if rule in wanted else "the policy does not name it" for rule in found.rules}
    lacking = dict.fromkeys(sorted(wanted - set(found.rules)), "missing, and the policy names it")
    return {**files, **wrong, **extra, **lacking}


@once
def _keys(answers: Answers, _: Target[Policy]) -> keys.Keys:
    return keys.read(answers.rows("keys"))


def read_keys(answers: Answers, target: Target[Policy]) -> Table:
    """Each key of each account -> its options; each setting of sshd about keys -> its value."""
    found = _keys(answers, target)
    settings = {f"sshd {name}": value for name, value in found.settings.items()}
    names = OwnNames.of(target.site)
    opened = {
        f"{user} {key}": _shown(options, answers.key, names) for (user, key), options in found.keys.items()
    }
    return {"authorised keys": READ, **settings, **opened}


def _shown(options: str, key: str, names: OwnNames) -> str:
    """The options of a key; those that may hold a secret as digests."""

    def digest(found: re.Match[str]) -> str:
        return f"{found[1]}={names.digest(found[2], lambda text: fingerprint(text, key))}"

    return re.sub(r'\b(command|environment)="((?:[^"\\]|\\.)*)"', digest, options)


def read_log_in(answers: Answers, target: Target[Policy]) -> Table:
    """Each account of ``log_in``, and each other one with a key -> `AS_PLANNED`, or what is wrong."""
    found = _keys(answers, target)
    holders = {user for user, _ in found.keys}
    needed = {name: _entry(found, name, holders) for name in _logging_in(target)}
    others = sorted(holders - set(_logging_in(target)))
    return {**needed, **dict.fromkeys(others, "has a key, and the policy does not say so")}


def _entry(found: keys.Keys, name: str, holders: set[str]) -> str:
    if name not in holders:
        return "has no key"
    return f"refused by sshd: {found.refused[name]}" if name in found.refused else AS_PLANNED


PROBE = Probe(
    section=Policy,
    ask=ask,
    judges=lambda _: ("/etc/sudoers*",),
    always=(_ACCOUNTS, _SUDO, _KEYS),
    tables={
        "users": Reading(read_users),
        "groups": Reading(read_groups),
        "required": Reading(read_required, healthy=(PRESENT, NONE)),
        "passwords": Reading(read_passwords, healthy=GUARDED),
        "sudo": Reading(read_sudo),
        "sudo_planned": Reading(read_sudo_planned, healthy=AS_PLANNED),
        "keys": Reading(read_keys),
        "log_in": Reading(read_log_in, healthy=AS_PLANNED, roles=if_named("log_in")),
    },
)
