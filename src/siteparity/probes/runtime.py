"""Runtime: what runs is what is installed and configured.

An upgrade, an edited unit file, an edited setting: each takes effect only after a restart, and a failover is
when things restart. Until then a site runs on what is no longer on disk, and nobody has seen it run on what
is there now. Seven comparisons (`siteparity.tools.running`):

- the running kernel and the newest one installed;
- processes and the libraries and programs on disk;
- a service and its release, with the links to it, and the files with its settings;
- systemd and its unit files;
- a service's environment and its files;
- what systemd itself hands on to every service;
- compiled modules of Python and their sources.

Whether both sites have the same versions is for ``packages``. Settings that PostgreSQL and Redis hold until a
restart belong to ``database`` and ``redis``, language variables to ``locales``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from siteparity.model import Facts, Table, Unmeasured, UnmeasuredError, Value
from siteparity.policy import AbsolutePath, RoleName, Section
from siteparity.policy.applications import Application, Applications, said
from siteparity.policy.patterns import CODE, matches_any
from siteparity.policy.questions import Question
from siteparity.policy.section import PathPattern, ServiceName, Strict, UnitPattern, matching
from siteparity.policy.several import Several
from siteparity.probes import KEY, Answers, Probe, Reading, SecondLook, Seen, Target, by_role, once
from siteparity.tools.given import CHARACTERS, coded
from siteparity.tools.running import compiled, deleted, kernel, manager_environment, reloads, settings
from siteparity.tools.running import deployed as code
from siteparity.tools.systemd.environment import VARIABLE
from siteparity.tools.systemd.unit import NOT_RUNNING, ONLY_AT_PRIMARY, only_at_primary
from siteparity.transport import words
from siteparity.transport.script import Ask, Kind, Word

NEWEST = "the newest one installed"
CONTAINER = "its host's: a container has none of its own"
BROUGHT = "brought by the hypervisor, as the policy says"

RESTARTED_BY_BOOTS = (
    "dbus.service", "dbus-broker.service", "systemd-logind.service", "getty@*.service",
    "serial-getty@*.service", "user@*.service",
)  # fmt: skip
"""No upgrade restarts them, a restart by hand ends logins, and a failover does not touch them."""

COMPILED_ALIKE = "the same on all hosts"
AFTER_DEPLOYMENT = "started after it was deployed"

VariableName = Annotated[str, matching(r"[A-Za-z_][A-Za-z0-9_]*", "the name of a variable")]


class Deployed(Strict):
    """A service, and what a deployment lays down for it."""

    service: ServiceName
    file: AbsolutePath | None = None
    """A file that every deployment writes, such as one with the version; its folder is the release."""
    code: tuple[AbsolutePath, ...] = ()
    """Further folders that it loads code from, besides its release and the libraries of packages; all of
    them, if there is no ``file``."""
    settings: tuple[PathPattern, ...] = ()
    """Files that it reads when it starts, or patterns of them. Environment files of its unit are included,
    unless ``environment`` compares them with what the service runs with."""
    leave_out: tuple[PathPattern, ...] = ()
    """Patterns of what it writes there itself, or another aspect judges; ``*`` matches slashes as well."""

    @property
    def places(self) -> tuple[str, ...]:
        """The folders with its code."""
        release = [self.file.rpartition("/")[0]] if self.file else []
        return (*release, *(folder.rstrip("/") for folder in self.code))

    @model_validator(mode="after")
    def _it_has_code(self) -> Self:
        if not self.places:
            raise ValueError(
                f"expected file or code of {self.service}, found neither; name the folders with its code"
            )
        return self

    @model_validator(mode="after")
    def _its_code_is_looked_at(self) -> Self:
        inside = [*self.settings, *(f"{place}/{name}" for place in self.places for name in CODE)]
        inside += [self.file] if self.file else []
        if wide := [one for one in self.leave_out if matches_any(one, inside)]:
            raise ValueError(
                f"expected patterns in leave_out that leave the code of {self.service} in, found "
                f"{', '.join(wide)}; name the folder that is meant"
            )
        return self


class Policy(Section):
    """What must run as it is installed and configured."""

    kernel: Literal["installed", "brought"] = "installed"
    """``brought``: the machines have no kernel on disk, since a hypervisor starts them with one."""
    services: Mapping[RoleName, tuple[ServiceName, ...]] = {}
    """For each role: services whose unit files must be as systemd read them. Others are asked about only if
    something was edited since."""
    environment: Annotated[
        Mapping[RoleName, Several[ServiceName]], Question("Which services take settings from files?")
    ] = {}
    """For each role: the services whose environment is compared with their files."""
    deployed: Annotated[
        Mapping[RoleName, Several[Deployed]],
        Question("Which services run code that is deployed, and where does it lie?"),
    ] = Field(default_factory=dict)
    """For each role: the services that must have started, or reloaded, after their code and their settings
    were laid down."""
    leave_out_services: tuple[UnitPattern, ...] = RESTARTED_BY_BOOTS
    """Patterns of services that may run replaced code, since only a boot starts them again."""
    leave_out_variables: tuple[VariableName, ...] = ()
    """Variables that another aspect judges, such as the address of the sessions."""

    @classmethod
    def drawn(cls, of: Applications) -> Mapping[str, Any]:
        """Their services, settings and code."""
        return {
            "services": of.lists(lambda one: one.units),
            "environment": of.lists(lambda one: one.units if one.settings else ()),
            "deployed": of.lists(_deployed_by),
        }


def _deployed_by(one: Application) -> list[Mapping[str, Any]]:
    """The services of an application, and what a deployment lays down for them; none if nothing says it."""
    version = one.release.version if one.release else None
    file = f"{one.release.path}/{version}" if one.release and version else None
    if file is None and not one.code:
        return []
    places = {"code": list(one.code), "settings": list(one.settings), "leave_out": list(one.leave_out)}
    return [said(service=unit, file=file, **places) for unit in one.units]


def _services(target: Target[Policy]) -> tuple[str, ...]:
    return target.listed(target.section.services)


def _with_settings(target: Target[Policy]) -> tuple[str, ...]:
    return target.listed(target.section.environment)


def _only_at_primary(target: Target[Policy]) -> frozenset[str]:
    return only_at_primary(target.needed, target.roles)


def _deployed(target: Target[Policy]) -> Mapping[str, Deployed]:
    """Question -> what it asks about. A service is named twice if it belongs to two roles of the host."""
    named = target.listed(target.section.deployed)
    return {f"started-{number}" if number else "started": one for number, one in enumerate(named)}


_KERNEL = Ask(kernel.QUESTION)
_DELETED = Ask(deleted.QUESTION)
_MANAGER = Ask(manager_environment.QUESTION)
_RELOAD = Ask(reloads.QUESTION, words=(words.UNITS,))
_COMPILED = Ask(compiled.DIGESTS, words=(words.PLACES,), timeout=30)
FOLDERS = Word(
    "FOLDERS",
    CHARACTERS,
    60_000,
    Kind.PATHS,
    "any folders: it tells whether the compiled modules of Python in them are as their sources",
)
_SOURCES = Ask(compiled.SOURCES, words=(FOLDERS,), timeout=30)


def ask(target: Target[Policy]) -> Mapping[str, Ask]:
    """Kernel, processes, systemd, and the environment of each service that the policy names."""
    return {
        "kernel": _KERNEL,
        "deleted": _DELETED,
        "reload": _RELOAD.about(UNITS=_services(target)),
        "manager": _MANAGER,
        **{
            f"settings-{unit}": Ask(settings.question(unit), words=(words.KNOWN, KEY)).about(
                KNOWN=target.known()
            )
            for unit in _with_settings(target)
        },
        **{question: Ask(_started(deployed, target)) for question, deployed in _deployed(target).items()},
        **({"compiled": _COMPILED.about(PLACES=places)} if (places := _places(target)) else {}),
    }


def _places(target: Target[Policy]) -> tuple[str, ...]:
    """The folders with code that is deployed on this host."""
    return tuple(dict.fromkeys(place for one in _deployed(target).values() for place in one.places))


@once
def _kernel(answers: Answers, _: Target[Policy]) -> kernel.Kernel:
    return kernel.read(answers.parts("kernel", kernel.PARTS))


def read_kernel(answers: Answers, target: Target[Policy]) -> Table:
    """The running kernel -> `NEWEST`, `CONTAINER` or `BROUGHT`; or what a boot would start instead."""
    return {"the running kernel": _kernel_state(_kernel(answers, target), target.section.kernel)}


def _kernel_state(found: kernel.Kernel, expected: str) -> str:
    if found.contained:
        return CONTAINER
    if not found.installed:
        if expected == "brought":
            return BROUGHT
        raise UnmeasuredError(
            "kernel: none is found on the host, so what a boot would start is not known; "
            "say aspects.runtime.kernel: brought where a hypervisor brings it"
        )
    if found.release not in found.installed:
        return f"{found.release}, which is not installed any more; a boot starts {found.newest}"
    if found.newest != found.release:
        return f"{found.release}, a boot starts {found.newest}"
    return NEWEST if found.is_newest_build() else f"an older build than the installed {found.package}"


def read_release(answers: Answers, target: Target[Policy]) -> Table:
    """Release and build of the running kernel."""
    found = _kernel(answers, target)
    return {"release": found.release, "build": found.build}


def read_deleted(answers: Answers, target: Target[Policy]) -> Table:
    """Each service that runs code which is no longer on disk -> the files; one item says if there is none."""
    spared = target.section.leave_out_services
    found = {
        unit: deleted.UNTIL_BOOT if any(fnmatchcase(unit, pattern) for pattern in spared) else files
        for unit, files in deleted.read(answers.rows("deleted")).items()
    }
    return found or {"services with replaced code": deleted.NONE}


def read_reload(answers: Answers, target: Target[Policy]) -> Table:
    """Each required unit, and each that was edited -> whether systemd has read its files as they are."""
    return {
        "units that are not named here": reloads.READ,
        **reloads.read(answers.parts("reload", reloads.PARTS), _services(target)),
    }


def read_handed_on(answers: Answers, _: Target[Policy]) -> Table:
    """Each variable that systemd hands on to every service that starts -> that it is set."""
    variables = dict.fromkeys(manager_environment.read(answers.rows("manager")), "set")
    return {"variables for every service": "looked at", **variables}


def _started(deployed: Deployed, target: Target[Policy]) -> str:
    return code.question(
        deployed.service,
        deployed.file or deployed.code[0],  # it must exist
        deployed.places,
        deployed.leave_out,
        code.SettingsFiles(deployed.settings, deployed.service not in _with_settings(target)),
    )


def read_started(answers: Answers, target: Target[Policy]) -> Table:
    """Each service -> `AFTER_DEPLOYMENT`, or what was laid down since it was started."""
    table: dict[str, str] = {}
    for question, deployed in _deployed(target).items():
        found = code.read(answers.parts(question, code.PARTS))
        if found.idle == NOT_RUNNING and deployed.service in _only_at_primary(target):
            table.setdefault(deployed.service, ONLY_AT_PRIMARY)
            continue
        said = found.idle or _older(found)
        if said or deployed.service not in table:
            table[deployed.service] = said or AFTER_DEPLOYMENT
    return table


def _older(found: code.ServiceCode) -> str | None:
    if found.newer:
        return f"is older than {found.newer}: it runs what was there before"
    if found.setting:
        return f"was started before its settings were last changed: {found.setting}"
    return f"has no file with its settings: {found.gone}" if found.gone else None


def read_settings(answers: Answers, target: Target[Policy]) -> Table:
    """Each variable of each service -> `settings.RUNNING`, or how the process differs from the files.

    A service that reads its settings from files of its own may have none, and runs without.
    """
    table: dict[str, str] = {}
    for unit, variables in _variables(answers, target).items():
        if isinstance(variables, str):
            is_apart = variables == NOT_RUNNING and unit in _only_at_primary(target)
            table[unit] = ONLY_AT_PRIMARY if is_apart else variables
        else:
            table |= {f"{unit}: {one.name}": one.state for one in variables} or {unit: settings.RUNNING}
    return table


def read_values(answers: Answers, target: Target[Policy]) -> Table:
    """Each variable of each service -> its value in the files, without secrets."""
    table: dict[str, str] = {}
    for unit, variables in _variables(answers, target).items():
        if unit in _only_at_primary(target):
            table[unit] = ONLY_AT_PRIMARY
            continue
        if isinstance(variables, str):
            raise UnmeasuredError(f"settings: {unit} is {variables}, so its environment is not known")
        table |= {f"{unit}: {one.name}": one.shown for one in variables} or {unit: "no variable"}
    return table


def read_hidden(answers: Answers, target: Target[Policy]) -> Table:
    """Each variable whose value is not shown, and that no other aspect compares -> a keyed hash of it."""
    hidden = {
        f"{unit}: {one.name}": f"value hidden, keyed hash {one.hash}"
        for unit, variables in _hidden(answers, target).items()
        for one in variables
    }
    return {"what variables hide": "compared", **hidden}


def read_changed(answers: Answers, target: Target[Policy]) -> Table:
    """Each file from which such a variable may come -> inode, time of its last change, and size."""
    found = [_environment(answers, unit) for unit in _hidden(answers, target)]
    files = {
        path: state
        for one in found
        if isinstance(one, settings.Environment)
        for path, state in one.files.items()
    }
    changed = {path: f"inode, change, size {state}" for path, state in files.items()}
    return {"files whose variables hide something": "looked at", **changed}


def _hidden(answers: Answers, target: Target[Policy]) -> Mapping[str, list[settings.Variable]]:
    """Service -> its variables of which something is not shown, and that only this aspect compares."""
    hashed, found = set(target.hashed()), dict[str, list[settings.Variable]]()
    for unit, variables in _variables(answers, target).items():
        if not isinstance(variables, str) and unit not in _only_at_primary(target):
            for one in variables:
                if one.hash and one.file not in hashed:
                    found.setdefault(unit, []).append(one)
    return found


def _environment(answers: Answers, unit: str) -> settings.Environment | str:
    return settings.read(answers.rows(f"settings-{unit}"))


@once
def _variables(answers: Answers, target: Target[Policy]) -> Mapping[str, tuple[settings.Variable, ...] | str]:
    """Service -> the variables that no other aspect judges, or why it has no process."""
    found: dict[str, tuple[settings.Variable, ...] | str] = {}
    for unit in _with_settings(target):
        said = _environment(answers, unit)
        found[unit] = (
            said
            if isinstance(said, str)
            else tuple(
                one
                for one in said.variables
                if one.name not in target.section.leave_out_variables and not re.fullmatch(VARIABLE, one.name)
            )
        )
    return found


def read_compiled(answers: Answers, _: Target[Policy]) -> Table:
    """Each folder with compiled modules -> a digest of them."""
    return dict(compiled.read_digests(answers.rows("compiled")))


def ask_sources(target: Target[Policy]) -> Mapping[str, Ask]:
    """Whether compiled modules are as their sources."""
    return {"sources": _SOURCES} if _places(target) else {}


def folders_that_differ(target: Target[Policy], seen: Seen) -> Mapping[str, str] | None:
    """The folders whose compiled modules are others on another host of a role, or are taken unchecked.

    None for a host on which no code is deployed.

    Raises:
        UnmeasuredError: what this host has is not known.
    """
    if not _places(target):
        return None
    sites = [target.site, *([target.other] if target.other else [])]
    peers = [
        (one.name, host.name) for one in sites for host in one.hosts if set(host.roles) & set(target.roles)
    ]
    own = _compiled(seen.get((target.site.name, target.host.name), {}))
    others = [_compiled(seen.get(place, {})) for place in peers]
    if isinstance(own, Unmeasured):
        raise UnmeasuredError(own.reason)
    measured = [one for one in others if not isinstance(one, Unmeasured)]
    differing = [
        folder for folder, said in own.items() if _is_odd(str(said), [one.get(folder) for one in measured])
    ]
    return {FOLDERS.name: coded(differing)}


def _is_odd(said: str, of_others: list[Value | None]) -> bool:
    """Whether a folder must be looked into. A host that has not compiled anything there will do so later."""
    if compiled.UNCHECKED in said:
        return True
    may_lack = None if compiled.ALONE in said else said
    return any((may_lack if one is None else one) != said for one in of_others)


def _compiled(facts: Facts) -> Table | Unmeasured:
    return facts.get("_compiled", Unmeasured("compiled: it was not asked"))


def read_sources(answers: Answers, _: Target[Policy]) -> Table:
    """Each folder that differed -> `compiled.AS_ITS_SOURCES`; each module of other code -> that it is so."""
    found = compiled.read_sources(answers.rows("sources"))
    return {"compiled modules that were not compared again": COMPILED_ALIKE, **found}


PROBE = Probe(
    section=Policy,
    ask=ask,
    needs="services",
    always=(_KERNEL, _DELETED, _RELOAD, _MANAGER, _COMPILED, _SOURCES),
    tables={
        "kernel": Reading(read_kernel, healthy=(NEWEST, CONTAINER, BROUGHT)),
        "release": Reading(read_release),
        "deleted": Reading(read_deleted, healthy=(deleted.NONE, deleted.UNTIL_BOOT)),
        "reload": Reading(read_reload, healthy=reloads.READ),
        "handed_on": Reading(read_handed_on),
        "started": Reading(
            read_started, healthy=(AFTER_DEPLOYMENT, ONLY_AT_PRIMARY), roles=by_role("deployed")
        ),
        "settings": Reading(
            read_settings, healthy=(settings.RUNNING, ONLY_AT_PRIMARY), roles=by_role("environment")
        ),
        "values": Reading(read_values, roles=by_role("environment")),
        "hidden": Reading(
            read_hidden, roles=by_role("environment"), of_one_run=True, unless_changed="_changed"
        ),
        "_changed": Reading(read_changed, roles=by_role("environment"), moves=True),
        "_compiled": Reading(read_compiled, roles=by_role("deployed")),
    },
    then=SecondLook(
        ask=ask_sources,
        words=folders_that_differ,
        tables={
            "sources": Reading(
                read_sources,
                healthy=(COMPILED_ALIKE, compiled.AS_ITS_SOURCES),
                roles=by_role("deployed"),
            )
        },
    ),
)
