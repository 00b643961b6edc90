"""Files: configuration and release are the same at both sites, and no upgrade left a question open.

The aspect judges the files that the policy names for each role, every conffile of a package that somebody
changed (``packages`` leaves conffiles to this aspect), and every file below /etc that no package delivered
(`siteparity.tools.configuration.files`). Before files are compared, a site's own names and
addresses are replaced, and lines that differ only in the host become one (`siteparity.names`). A line that
names the other site is a finding of its own, unless the file names the own site just so.

What is not known to be harmless never leaves a host (`siteparity.tools.secrets.harmless`), and is compared by
a hash under the key of the run. Such a hash says nothing beside a record of another run: then what was hidden
is known only while inode and change time of each file that hides something are what they were
(docs/decisions/0024, docs/decisions/0046).

A file that another aspect judges on the same host is left out (`Probe.judges`): crontabs belong to
``schedules``, unit files to ``services``. So one mistake is reported once. Where that aspect is not measured,
the file is compared here.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from siteparity.model import Table, UnmeasuredError
from siteparity.names import OwnNames
from siteparity.names.tables import swapped, unmirrored
from siteparity.policy import AbsolutePath, RoleName, Section
from siteparity.policy.applications import Applications
from siteparity.policy.patterns import RELEASE_FILES, matches_any
from siteparity.policy.questions import Question
from siteparity.policy.section import PathPattern, ServiceName, Strict, WholePath, matching
from siteparity.probes import KEY, Answers, Probe, Reading, Target, by_role, once
from siteparity.tools.configuration import files, folders, release
from siteparity.transport import words
from siteparity.transport.script import Ask

NONE = "none"
THERE = "there"
AS_PLANNED = "as the policy says"
PRELOAD = "/etc/ld.so.preload"
FOLDERS = (
    "/", "/dev/shm", "/etc", "/home", "/opt", "/root", "/run", "/run/lock", "/srv",  # noqa: S108  # only looked at
    "/tmp", "/usr", "/usr/bin", "/usr/lib", "/usr/local", "/usr/local/bin", "/usr/sbin", "/var",  # noqa: S108
    "/var/cache", "/var/lib", "/var/log", "/var/spool", "/var/tmp",  # noqa: S108
    "/run/postgresql", *(f"/var/lib/nginx/{name}" for name in ("body", "fastcgi", "proxy", "scgi", "uwsgi")),
    *(f"/var/cache/nginx/{name}_temp" for name in ("client", "fastcgi", "proxy", "scgi", "uwsgi")),
)  # fmt: skip
"""Folders that every program relies on, and those that servers make for themselves and need at their next
start or their next large request. No package's list of files has their modes."""
WHERE_THERE = (
    "/etc/ssh/sshd_config", "/etc/ssh/sshd_config.d/*.conf", "/etc/pam.d/*",
    "/etc/nsswitch.conf", "/etc/host.conf", "/etc/gai.conf", "/etc/ld.so.conf", "/etc/ld.so.conf.d/*.conf",
    "/etc/rc.local", "/etc/rc.d/rc.local", "/etc/hosts.allow", "/etc/hosts.deny",
)  # fmt: skip
"""How people log in, how names are looked up, and what every program loads. The last four no package brings:
systemd runs rc.local (systemd-rc-local-generator(8)), and libwrap reads the others."""
NGINX = "/etc/nginx/nginx.conf"
MOST_FILES = 500
"""Files of a release that are compared one by one. A larger release is compared by the digest of its tree."""
LONGEST_LINE = 200
MOST_LINES = 40_000
"""Lines of a file that are told one by one; the digest of a longer file tells that it differs."""

RelativePath = Annotated[str, matching(r"[^/\n][^\n]*", "a path below the folder of the release")]


class ReleaseFolder(Strict):
    """The application on a host."""

    path: AbsolutePath
    version: RelativePath | None = None
    """The file that names the version or commit, one line."""
    git: bool = False
    """The folder is a work tree of git: the commit is its version, and git says which files differ."""
    manifest: RelativePath | None = None
    """Its list of checksums, as sha256sum(1) writes it. Without one, equal edits at both sites go unseen."""
    leave_out: tuple[Annotated[RelativePath, RELEASE_FILES], ...] = ()
    """Patterns of files that are ignored, e.g. ``uploads/*``, or that another aspect judges."""

    @model_validator(mode="after")
    def _one_source_of_the_version(self) -> Self:
        if self.git == (self.version is not None) or (self.git and self.manifest):
            raise ValueError(
                "expected a version file (and a manifest, where there is one), or git: true and neither; "
                "remove one of them"
            )
        return self

    @model_validator(mode="after")
    def _its_version_is_read(self) -> Self:
        read = [name for name in (self.version, self.manifest) if name]
        if wide := [one for one in self.leave_out if matches_any(one, read)]:
            raise ValueError(
                f"expected patterns in leave_out that leave {' and '.join(read)} in, found "
                f"{', '.join(wide)}; name the folder that is meant"
            )
        return self


class SettingsFile(Strict):
    """A file with settings of an application."""

    file: AbsolutePath
    services: tuple[ServiceName, ...] = ()
    """The services that read it. Where one has it as its environment file, ``runtime`` judges it."""


class Policy(Section):
    """Which files must be the same."""

    every_host: Annotated[
        tuple[AbsolutePath, ...], Question("Which configuration files must be there on every host?")
    ] = ()
    """Patterns of configuration files on hosts of every role."""
    files: Mapping[RoleName, tuple[AbsolutePath, ...]] = Field(default_factory=dict)
    """For each role: further patterns."""
    settings: Mapping[RoleName, tuple[SettingsFile, ...]] = Field(default_factory=dict)
    """For each role: the files with the settings of its applications, of which environment files are judged
    by ``runtime``."""
    where_there: tuple[AbsolutePath, ...] = WHERE_THERE
    """Patterns of files that may be missing; where they exist they are compared, on hosts of every role."""
    nginx: tuple[AbsolutePath, ...] = (NGINX,)
    """Main files of nginx. Where one exists, it is compared with everything that it includes."""
    leave_out: tuple[PathPattern, ...] = ()
    """Patterns of files that another aspect judges; ``*`` stands for slashes as well."""
    may_name_the_other_site: tuple[WholePath, ...] = ()
    """Files that must name both sites, such as a list of peers."""
    may_hide_differences: tuple[WholePath, ...] = ()
    """Files in which what is hidden may differ, since each site or host has keys of its own."""
    preload: tuple[AbsolutePath, ...] = ()
    """Libraries that /etc/ld.so.preload must load into every program. Empty: the file must not exist."""
    folders: Annotated[tuple[AbsolutePath, ...], Field(min_length=1)] = FOLDERS
    """Folders whose mode and owner must be the same on hosts of a role."""
    releases: Annotated[
        Mapping[RoleName, ReleaseFolder],
        Question("Where is the release of the application, and what says which one it is?"),
    ] = Field(default_factory=dict)
    """For each role: the application."""

    @classmethod
    def drawn(cls, of: Applications) -> Mapping[str, Any]:
        """Their releases and their settings."""
        return {
            "settings": of.lists(
                lambda one: [{"file": path, "services": list(one.units)} for path in one.settings]
            ),
            "releases": {one.role: one.release.model_dump(exclude_none=True) for one in of if one.release},
        }


def _release(target: Target[Policy]) -> ReleaseFolder | None:
    return next(iter(target.named(target.section.releases)), None)


def _patterns(target: Target[Policy]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*target.section.every_host, *target.listed(target.section.files)]))


_FILES = Ask(
    files.QUESTION,
    words=(words.PATHS, words.ELSEWHERE, words.UNITS, words.NGINX, words.KNOWN, KEY),
    timeout=20,
)
_FOLDERS = Ask(folders.QUESTION, words=(words.PLACES,))


def ask(target: Target[Policy]) -> Mapping[str, Ask]:
    """The configuration, and the release where the host has one."""
    section = target.section
    of_applications = target.listed(section.settings)
    patterns = [*_patterns(target), *section.where_there, *(one.file for one in of_applications)]
    asks = {
        "files": _FILES.about(
            PATHS=tuple(dict.fromkeys(patterns)),
            ELSEWHERE=(*section.leave_out, *target.judged()),
            UNITS=tuple(dict.fromkeys(unit for one in of_applications for unit in one.services)),
            NGINX=section.nginx,
            KNOWN=target.known(),
        ),
        "folders": _FOLDERS.about(PLACES=target.section.folders),
    }
    if folder := _release(target):
        asks["release"] = Ask(_question(folder), timeout=30)
    return asks


def _question(folder: ReleaseFolder) -> str:
    if folder.version is None:
        return release.question_to_git(folder.path, folder.leave_out)
    return release.question(folder.path, folder.version, folder.manifest, folder.leave_out)


@once
def _configuration(answers: Answers, _: Target[Policy]) -> files.ConfigurationFiles:
    return files.read(answers.parts("files", files.PARTS))


def read_named(answers: Answers, target: Target[Policy]) -> Table:
    """Each pattern of the policy -> `THERE`, or that it matches no file."""
    matches = _configuration(answers, target).matches
    if lacking := [pattern for pattern in _patterns(target) if pattern not in matches]:
        raise UnmeasuredError(f"files: the answer says nothing about {lacking[0]}")
    states = {pattern: THERE if matches[pattern] else "no such file" for pattern in _patterns(target)}
    return {"files of the policy": THERE, **states}


def read_content(answers: Answers, target: Target[Policy]) -> Table:
    """Each file -> a digest of its text without secrets; each link -> where it leads to.

    The digest does not tell which host of a role a line names: `read_lines` does.
    """
    seen = _configuration(answers, target)
    table: dict[str, str] = {"conffiles of packages that nobody changed": "as packaged"}
    for one in seen.files:
        if one.kind == "text":
            lines = _told(one.lines, target)
            digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()[:12]
            table[one.path] = f"{len(lines)} lines, sha256 {digest}"
        elif one.kind == "unpacked":
            table[one.path] = "gone, and its package brings it"
        elif one.kind != "packaged":
            table[f"{one.path} (link)" if one.kind.startswith("link ") else one.path] = one.kind
    return table


def _told(lines: tuple[str, ...], target: Target[Policy]) -> tuple[str, ...]:
    """The lines with names replaced. A list of the hosts of both sites is the same in either order."""
    own = OwnNames.of(target.site)
    other = OwnNames.of(target.other) if target.other else None
    if other is None or not other.may_stand_in("\n".join(lines)) or unmirrored(lines, own, other):
        return own.told_lines(lines)
    told = own.told_lines(lines, other)
    return min(told, tuple(map(swapped, told)))


def read_lines(answers: Answers, target: Target[Policy]) -> Table:
    """Each line of each file, without secrets -> how often it stands there.

    Of a file with very many lines only those that name a host of either site are told one by one.
    """
    own = OwnNames.of(target.site)
    sites = [own, *([OwnNames.of(target.other)] if target.other else [])]
    texts = [one for one in _configuration(answers, target).files if one.lines]
    most = MOST_LINES if sum(len(one.lines) for one in texts) <= 2 * MOST_LINES else MOST_LINES // 20
    counts = Counter(
        f"{one.path}: {own.shortened(' '.join(line.split()), LONGEST_LINE)}"
        for one in texts
        for line in one.lines
        if line.strip() and (len(one.lines) <= most or any(names.stands_in(line) for names in sites))
    )
    return {"lines of configuration": "read", **{item: _times(count) for item, count in counts.items()}}


def read_hidden(answers: Answers, target: Target[Policy]) -> Table:
    """Each line that hides something -> a keyed hash of what it hides, or of each such line."""
    own = OwnNames.of(target.site)
    found: dict[str, list[str]] = {}
    for one in _configuration(answers, target).files:
        if one.path not in target.section.may_hide_differences:
            for line, digest in one.hidden:
                item = f"{one.path}: {own.shortened(' '.join(line.split()), LONGEST_LINE)}"
                found.setdefault(item, []).append(digest)
    values = {item: f"value hidden, keyed hash {' '.join(sorted(some))}" for item, some in found.items()}
    return {"what configuration hides": "compared", **values}


def read_changed(answers: Answers, target: Target[Policy]) -> Table:
    """Each file that hides something -> inode, time of its last change, and size."""
    of_files = {
        one.path: f"inode, change, size {one.state}"
        for one in _configuration(answers, target).files
        if one.hidden and one.path not in target.section.may_hide_differences
    }
    return {"files that hide something": "looked at", **of_files}


def _times(count: int) -> str:
    return THERE if count == 1 else f"there {count} times"


def read_rights(answers: Answers, target: Target[Policy]) -> Table:
    """Each file of the policy, and each conffile with unusual rights -> mode, owner and group."""
    seen = _configuration(answers, target)
    rights = {one.path: one.rights for one in seen.files if one.rights != "-"}
    return {"files of the policy": "looked at", **rights}


def read_folders(answers: Answers, target: Target[Policy]) -> Table:
    """Each folder -> mode, owner and group, or that it does not exist."""
    found = folders.read(answers.rows("folders"))
    return {folder: found.get(folder, "no such folder") for folder in target.section.folders}


def read_foreign(answers: Answers, target: Target[Policy]) -> Table:
    """Each line that names the other site -> that it does; `NONE` if no line does. Comments do not count."""
    if target.other is None:
        raise UnmeasuredError("files: the other site is not known, so its names cannot be looked for")
    own, other = OwnNames.of(target.site), OwnNames.of(target.other)
    found = {
        f"{one.path}: {own.shortened(' '.join(line.split()), LONGEST_LINE)}": f"names {target.other.name}"
        for one in _configuration(answers, target).files
        if one.path not in target.section.may_name_the_other_site
        for line in _foreign(one.lines, own, other)
    }
    return found or {"lines that name the other site": NONE}


def _foreign(lines: tuple[str, ...], own: OwnNames, other: OwnNames) -> Iterator[str]:
    """The lines that name the other site, and that the file does not have for the own one as well."""
    if other.may_stand_in("\n".join(lines)):
        said = [re.sub(r"(?:^|\s)[#;].*", "", line) for line in lines]
        alone = unmirrored(said, own, other)
        yield from (line for line, text in zip(lines, said, strict=True) if text in alone)


def read_left(answers: Answers, target: Target[Policy]) -> Table:
    """Each file that an upgrade left for somebody to decide on; `NONE` if there is no such file."""
    left = _configuration(answers, target).left
    return dict.fromkeys(left, "left by an upgrade") or {"files left by upgrades": NONE}


def read_preload(answers: Answers, target: Target[Policy]) -> Table:
    """The file that loads libraries into every program -> `AS_PLANNED`, or how it differs from the policy."""
    named = _configuration(answers, target).preload
    planned = target.section.preload
    if named is None:
        return {PRELOAD: "missing, and the policy wants it" if planned else AS_PLANNED}
    wrong = [
        *(name for name in named if name not in planned),
        *(name for name in planned if name not in named),
    ]
    if not planned and not named:
        return {PRELOAD: "is there, and the policy does not say so"}
    return {PRELOAD: f"not as the policy says: {', '.join(wrong)}" if wrong else AS_PLANNED}


@once
def _released(answers: Answers, target: Target[Policy]) -> tuple[ReleaseFolder, release.Release]:
    folder = _release(target)
    if folder is None:
        raise UnmeasuredError("release: the policy names none for this host")
    parts = answers.parts("release", release.PARTS)
    if folder.git:
        return folder, release.read_from_git(parts, folder.leave_out)
    return folder, release.read(parts, has_manifest=folder.manifest is not None)


def read_release(answers: Answers, target: Target[Policy]) -> Table:
    """Version and tree of the release; each of its files -> digest, mode and owner."""
    folder, found = _released(answers, target)
    of_files = {
        f"{folder.path}/{name}": f"{found.modes[name]} sha256 {digest[:12]}"
        for name, digest in sorted(found.files.items())
    }
    tree = hashlib.sha256("\n".join(f"{path} {said}" for path, said in of_files.items()).encode()).hexdigest()
    summary = {f"{folder.path} version": found.version, f"{folder.path} tree": f"sha256 {tree[:12]}"}
    return summary if len(of_files) > MOST_FILES else {**summary, **of_files}


def read_released(answers: Answers, target: Target[Policy]) -> Table:
    """Each file that differs from its release -> what is wrong; `AS_RELEASED` if none does."""
    folder, found = _released(answers, target)
    besides = [name for name in (folder.version, folder.manifest) if name]
    wrong = {f"{folder.path}/{name}": state for name, state in found.states(besides).items()}
    return wrong or {folder.path: release.AS_RELEASED}


PROBE = Probe(
    section=Policy,
    ask=ask,
    always=(_FILES, _FOLDERS),
    tables={
        "named": Reading(read_named, healthy=THERE),
        "content": Reading(read_content),
        "lines": Reading(read_lines),
        "hidden": Reading(read_hidden, of_one_run=True, unless_changed="_changed"),
        "_changed": Reading(read_changed, moves=True),
        "rights": Reading(read_rights),
        "folders": Reading(read_folders),
        "foreign": Reading(read_foreign, healthy=NONE),
        "left": Reading(read_left, healthy=NONE),
        "preload": Reading(read_preload, healthy=AS_PLANNED),
        "release": Reading(read_release, roles=by_role("releases")),
        "released": Reading(read_released, healthy=release.AS_RELEASED, roles=by_role("releases")),
    },
)
