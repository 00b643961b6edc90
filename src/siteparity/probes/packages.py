"""Packages: what is installed, in which build and state, and whether its files are still the package's.

A version says little: a package that is only half configured has one too, and two builds may share one. So
the three words of dpkg's state are read (dpkg(1)), and a version is shown with the digest of the package's
own list of checksums. Files are compared with these lists; a file is read only if its times show that
somebody touched it (`siteparity.tools.packages.files`). Conffiles are judged by ``files``.

A host of rpm gives the same tables (`siteparity.tools.packages.rpm`); there the database itself knows modes,
owners and links. A host with neither dpkg nor rpm is unmeasured.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from fnmatch import fnmatchcase
from typing import Annotated, Any, Literal

from pydantic import Field

from siteparity.model import Table, UnmeasuredError
from siteparity.policy import AbsolutePath, Duration, RoleName, Section
from siteparity.policy.applications import Applications
from siteparity.policy.bounds import at_most
from siteparity.policy.questions import Question
from siteparity.policy.section import PathPattern, matching
from siteparity.probes import PACKAGE, Answers, Probe, Reading, Target, by_role, once
from siteparity.tools.packages import apt, dpkg, python, rpm, unpackaged
from siteparity.tools.packages import files as package_files
from siteparity.transport import words
from siteparity.transport.script import Ask

IN_ORDER = "in order"
AS_PLANNED = "as the policy says"
AS_PACKAGED = "as packaged"
PRESENT = "present"
IN_FORCE = "in force"
READ = "read"

DOCUMENTATION = tuple(
    f"/usr/share/{folder}/*" for folder in ("doc", "doc-base", "info", "man", "lintian", "linda", "groff")
)

_OF_SYSTEMD = (
    "system.conf.d", "journald.conf.d", "logind.conf.d", "networkd.conf.d", "oomd.conf.d", "resolved.conf.d",
    "sleep.conf.d", "coredump.conf.d", "system-generators", "system-environment-generators",
    "system-preset", "system-shutdown", "system-sleep",
)  # fmt: skip
WATCHED = (
    "/usr/local", "/opt", "/usr/bin", "/usr/sbin", "/usr/lib/python3/dist-packages", "/usr/lib/python3.*",
    "/usr/lib/postgresql", "/usr/share/postgresql", "/usr/lib/tmpfiles.d",
    "/usr/lib/udev/rules.d", "/usr/lib/modprobe.d", "/etc/ssl/certs",
    *(f"/usr/lib/systemd/{folder}" for folder in _OF_SYSTEMD),
)  # fmt: skip
"""Folders in which a file that no package brought changes what runs, and no other aspect looks. What stands
below /etc is judged by ``files``."""
UNIT_FILES = "/usr/local/lib/systemd/system/"
"""Judged by ``services``."""
SNAKEOIL = "/etc/ssl/certs/ssl-cert-snakeoil.pem"
"""Debian's ssl-cert makes one on each host; nobody trusts it."""

MOST_NAMED = 3
"""Paths that a value names; further ones are only counted."""

PackageName = Annotated[str, matching(r"[A-Za-z0-9][A-Za-z0-9+._-]*", "the name of a package")]


PYTHON = ("/dist-packages", "/site-packages")


class Policy(Section):
    """Which packages may be held back, and how closely their files are looked at."""

    held: tuple[PackageName, ...] = ()
    """Packages that are on hold on purpose, where they are installed; any other hold is a finding."""
    verify: Literal["changed", "all"] = "changed"
    """``changed``: only files that were touched since they were laid down are read; what was wrong already
    when a whole disk was copied goes unseen. ``all``: every file is read, which takes seconds."""
    verify_timeout: Annotated[Duration, Field(ge=timedelta(seconds=1)), at_most("5m", budget=True)] = (
        timedelta(seconds=20)
    )
    """How long a host may look at its files; after that, they are unmeasured."""
    leave_out_missing: tuple[PathPattern, ...] = DOCUMENTATION
    """Patterns of package files that may be missing, e.g. because of dpkg's ``path-exclude``."""
    leave_out_changed: tuple[PathPattern, ...] = ()
    """Patterns of package files that are changed on purpose."""
    python: Annotated[
        Mapping[RoleName, tuple[AbsolutePath, ...]], Question("Which Python environments do services run in?")
    ] = Field(default_factory=dict)
    """Python environments of a role: the folder of a venv, or one that holds ``*.dist-info``."""
    watched: Annotated[tuple[AbsolutePath, ...], Field(min_length=1)] = WATCHED
    """Folders, or patterns of them, in which a file that no package brought changes what runs."""
    leave_out_added: tuple[PathPattern, ...] = (SNAKEOIL,)
    """Patterns of files in them that each host makes for itself; ``*`` matches slashes as well."""

    @classmethod
    def drawn(cls, of: Applications) -> Mapping[str, Any]:
        """The Python packages among their code."""
        return {"python": of.lists(lambda one: [path for path in one.code if path.endswith("-packages")])}


def _either(of_dpkg: str, of_rpm: str) -> Ask:
    """Dpkg if it has packages: a host of rpm may have dpkg as a tool, with an empty database."""
    return Ask(f"if [ -s /var/lib/dpkg/status ]; then\n{of_dpkg}\nelse\n{of_rpm}\nfi\n")


_DATABASE = _either(dpkg.QUESTION, rpm.QUESTION)
_EVERY_FILE, _CHANGED_FILES = (
    _either(package_files.question(everything=everything), rpm.question(everything=everything))
    for everything in (True, False)
)
_APT = _either(apt.QUESTION, rpm.SOURCES)
_UNPACKAGED = Ask(unpackaged.QUESTION, limit=8 * 1024 * 1024, words=(words.PLACES, words.ENVIRONMENTS))
_PYTHON = Ask(python.QUESTION, words=(words.ENVIRONMENTS,))


def ask(target: Target[Policy]) -> Mapping[str, Ask]:
    """The database, the files, what decides the next upgrade, and the environments."""
    policy, places = target.section, _environments(target)
    look = _EVERY_FILE if policy.verify == "all" else _CHANGED_FILES
    further = [place for place in places if place not in policy.watched]
    return {
        "database": _DATABASE,
        "files": replace(look, timeout=round(policy.verify_timeout.total_seconds())),
        "apt": _APT,
        "unpackaged": replace(
            _UNPACKAGED.about(PLACES=policy.watched, ENVIRONMENTS=further),
            timeout=round(policy.verify_timeout.total_seconds()),
        ),
        **({"python": _PYTHON.about(ENVIRONMENTS=places)} if places else {}),
    }


def _environments(target: Target[Policy]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(path.rstrip("/") for path in target.listed(target.section.python)))


@once
def _rpm(answers: Answers, _: Target[Policy]) -> rpm.RpmDatabase | None:
    """The database of a host whose packages are rpm's; None for any other host."""
    return rpm.read(answers.parts("database", rpm.PARTS)) if rpm.speaks(answers.raw("database")) else None


@once
def _dpkg(answers: Answers, _: Target[Policy]) -> dpkg.DpkgDatabase:
    return dpkg.read(answers.parts("database", dpkg.PARTS))


def _database(answers: Answers, target: Target[Policy]) -> rpm.RpmDatabase | dpkg.DpkgDatabase:
    return _rpm(answers, target) or _dpkg(answers, target)


@once
def _files_of_dpkg(answers: Answers, _: Target[Policy]) -> package_files.PackageFiles:
    return package_files.read(answers.parts("files", package_files.PARTS))


@once
def _files_of_rpm(answers: Answers, _: Target[Policy]) -> tuple[rpm.RpmFile, ...]:
    return rpm.read_files(answers.parts("files", package_files.PARTS))


@once
def _apt(answers: Answers, _: Target[Policy]) -> Mapping[str, Sequence[str]]:
    return apt.read(answers.parts("apt", apt.PARTS))


@once
def _unpackaged(answers: Answers, target: Target[Policy]) -> Mapping[str, str]:
    """Each file that no package brought, without those that differ by nature."""
    found = unpackaged.read(answers.parts("unpackaged", unpackaged.PARTS))
    return unpackaged.without(found, target.section.leave_out_added)


@once
def _python(answers: Answers, target: Target[Policy]) -> Mapping[str, Mapping[str, str] | None]:
    return python.read(answers.parts("python", python.PARTS), _environments(target))


def read_builds(answers: Answers, target: Target[Policy]) -> Table:
    """Each package -> its version, and a digest of what it holds."""
    return dict(_database(answers, target).builds())


def read_states(answers: Answers, target: Target[Policy]) -> Table:
    """Each package -> `IN_ORDER`, or what is wrong; and what else ``dpkg --audit`` says."""
    troubles = _database(answers, target).troubles()
    return {item: trouble or IN_ORDER for item, trouble in troubles.items()}


def read_holds(answers: Answers, target: Target[Policy]) -> Table:
    """Each package that is on hold, or should be -> `AS_PLANNED`, or what it is."""
    planned = set(target.section.held)
    found = {
        label: AS_PLANNED
        if held == (name in planned)
        else "held, and the policy does not say so"
        if held
        else "not held, and the policy says so"
        for label, name, held in _database(answers, target).holds()
        if held or name in planned
    }
    return {"packages that are not named here": AS_PLANNED, **found}


def read_altered(answers: Answers, target: Target[Policy]) -> Table:
    """Each package -> `AS_PACKAGED`, or which of its files differ. With rpm: each file that differs."""
    if _rpm(answers, target):
        altered = _altered_of_rpm(_files_of_rpm(answers, target), target.section)
        return {"all other files of packages": AS_PACKAGED, **altered}
    database, seen = _dpkg(answers, target), _files_of_dpkg(answers, target)
    with_lists = {package.label for package in database.present() if database.content_of(package)}
    if seen.lists != len(database.contents):
        raise UnmeasuredError(f"files: {seen.lists} of {len(database.contents)} lists of checksums were read")
    wrong: dict[str, list[package_files.WrongFile]] = {}
    for one in seen.wrong:
        if not _tolerated(one, target.section):
            wrong.setdefault(database.label_of_list(one.package), []).append(one)
    return {label: _said(wrong[label]) if label in wrong else AS_PACKAGED for label in {*with_lists, *wrong}}


def read_modes(answers: Answers, target: Target[Policy]) -> Table:
    """Each package file or folder with an unusual mode or owner -> both; one item stands for all others."""
    if _rpm(answers, target):
        wrong = [one for one in _files_of_rpm(answers, target) if one.only_mode_or_owner]
        return {"all other files": "usual", **{one.path: f"other {', '.join(one.what)}" for one in wrong}}
    return {"all other files": "usual", **_files_of_dpkg(answers, target).modes}


def read_links(answers: Answers, target: Target[Policy]) -> Table:
    """Each symbolic link of a package, and each alternative -> where it leads to."""
    if _rpm(answers, target):
        wrong = [one.path for one in _files_of_rpm(answers, target) if "link" in one.what]
        return {"all other links of packages": AS_PACKAGED, **dict.fromkeys(wrong, "elsewhere")}
    return _files_of_dpkg(answers, target).links or {"symbolic links of packages": "none"}


def _altered_of_rpm(wrong: Iterable[rpm.RpmFile], policy: Policy) -> Table:
    """Each file that differs -> how. Configuration files are judged by ``files``, as dpkg's are."""
    return {
        one.path: ", ".join(one.what)
        for one in wrong
        if not one.is_configuration
        and not any(fnmatchcase(one.path, pattern) for pattern in policy.leave_out_changed)
        and not ("missing" in one.what and any(fnmatchcase(one.path, p) for p in policy.leave_out_missing))
    }


def _tolerated(one: package_files.WrongFile, policy: Policy) -> bool:
    """Whether the policy allows it. A folder may be missing if everything in it may."""
    if any(fnmatchcase(one.path, pattern) for pattern in policy.leave_out_changed):
        return True
    return one.what == package_files.MISSING and any(
        fnmatchcase(path, pattern)
        for path in (one.path, f"{one.path}/")
        for pattern in policy.leave_out_missing
    )


def _said(wrong: list[package_files.WrongFile]) -> str:
    """``altered: /usr/bin/a, /usr/bin/b; missing: /usr/bin/c, /usr/bin/d, /usr/bin/e and 12 more``."""
    by_kind: dict[str, list[str]] = {}
    for one in sorted(wrong, key=lambda one: (one.what, one.path)):
        by_kind.setdefault(one.what, []).append(one.path)
    return "; ".join(
        f"{what}: {', '.join(paths[:MOST_NAMED])}"
        + (f" and {len(paths) - MOST_NAMED} more" if len(paths) > MOST_NAMED else "")
        for what, paths in by_kind.items()
    )


def read_pins(answers: Answers, target: Target[Policy]) -> Table:
    """Each entry of apt's preferences -> `IN_FORCE`. One item is always there, so no table is empty."""
    if of_rpm := _rpm(answers, target):
        return {"dnf.conf and versionlock": READ, **dict.fromkeys(of_rpm.held, IN_FORCE)}
    return {"/etc/apt/preferences": READ, **dict.fromkeys(apt.pins(_apt(answers, target)), IN_FORCE)}


def read_sources(answers: Answers, target: Target[Policy]) -> Table:
    """Each place where apt finds packages, without its password, and each architecture -> `IN_FORCE`."""
    if of_rpm := _rpm(answers, target):
        repositories = rpm.sources(answers.parts("apt", apt.PARTS))
        everywhere = [*repositories, f"architecture {of_rpm.architecture}"]
        return {"/etc/yum.repos.d": READ, **dict.fromkeys(everywhere, IN_FORCE)}
    architectures = [f"architecture {one}" for one in _dpkg(answers, target).architectures]
    places = apt.sources(_apt(answers, target))
    return {"/etc/apt/sources.list": READ, **dict.fromkeys([*places, *architectures], IN_FORCE)}


def read_unpackaged(answers: Answers, target: Target[Policy]) -> Table:
    """Each file that no package brought -> rights and content.

    Left out are the suite's own collector, which differs from host to host and proves itself in every run,
    and what other tables have: distributions of Python environments, and unit files.
    """
    own = (target.collector,) if target.collector else ()
    elsewhere = (UNIT_FILES, *(f"{place}/" for place in _environments(target)))
    told = unpackaged.without(_unpackaged(answers, target), own)
    here = {path: said for path, said in told.items() if not f"{path}/".startswith(elsewhere)}
    return {"files of packages": "left out", **here}


def read_environments(answers: Answers, target: Target[Policy]) -> Table:
    """Each Python environment of the host's roles -> `PRESENT`, or that there is no such folder."""
    found = _python(answers, target)
    return {path: "no such folder" if names is None else PRESENT for path, names in found.items()}


def read_distributions(answers: Answers, target: Target[Policy]) -> Table:
    """Each distribution of each Python environment, and each other name there -> version and content."""
    places = _environments(target)
    names, files = _python(answers, target), _unpackaged(answers, target)
    said = {f"{place}: {name}": what for place in places for name, what in _named(names[place], files, place)}
    return {"environments that were read": len(places), **said}


def _named(
    names: Mapping[str, str] | None, files: Mapping[str, str], place: str
) -> Iterator[tuple[str, str]]:
    """What a place holds. What packages brought has no content here, since ``altered`` judges it."""
    digests = python.contents(files, place)
    for name, version in {**dict.fromkeys(digests, python.THERE), **(names or {})}.items():
        yield name, f"{version} (content {digests[name]})" if name in digests else version


PROBE = Probe(
    section=Policy,
    ask=ask,
    judges=lambda _: ("/etc/apt/sources.list*", "/etc/apt/preferences*"),
    always=(_DATABASE, _EVERY_FILE, _CHANGED_FILES, _APT, _UNPACKAGED, _PYTHON),
    tables={
        "builds": Reading(read_builds, about=PACKAGE),
        "states": Reading(read_states, healthy=IN_ORDER, about=PACKAGE),
        "holds": Reading(read_holds, healthy=AS_PLANNED, about=PACKAGE),
        "altered": Reading(read_altered, healthy=AS_PACKAGED, about=PACKAGE),
        "modes": Reading(read_modes),
        "links": Reading(read_links),
        "pins": Reading(read_pins),
        "sources": Reading(read_sources),
        "unpackaged": Reading(read_unpackaged),
        "environments": Reading(read_environments, healthy=PRESENT, roles=by_role("python")),
        "distributions": Reading(read_distributions, roles=by_role("python")),
    },
)
