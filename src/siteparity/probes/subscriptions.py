"""Whether the job that charges subscriptions is the same at both sites, armed at one, and on time there.

The job reports on itself: the policy names a command, and which of its lines tell whether the job would
charge here, for which site it works, when it last succeeded, and how late it is. The aspect ``schedules``
judges when it runs; the smoke check ``subscriptions`` tries out whether it would run.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar

from pydantic import Field

from siteparity.model import Table, UnmeasuredError
from siteparity.policy import AbsolutePath, Duration, Roles, Section, Text
from siteparity.policy.applications import Applications, said
from siteparity.policy.bounds import at_most
from siteparity.policy.questions import Question
from siteparity.policy.section import Strict
from siteparity.probes import Answers, Probe, Reading, Shown, Sight, Target, Witnesses, if_named, once
from siteparity.tools.program import filled, program
from siteparity.tools.witnesses import jobs, witnessed
from siteparity.transport.script import Ask


class Armed(Strict):
    """The whole lines by which the job tells whether it would charge; it prints one of them."""

    charges: Text
    waits: Text


class Policy(Section):
    """The subscriptions job."""

    question: ClassVar[str] = "Which job charges customers, and how late may it be?"

    roles: Roles
    """The role of the hosts that run the job."""
    files: Annotated[tuple[AbsolutePath, ...], Field(min_length=1)]
    """What the job consists of: absolute paths of files, and of folders with all that they hold."""
    status: Annotated[tuple[Text, ...], Field(min_length=1)]
    """The command, as words, that prints the state of the job. It must not change anything."""
    armed: Annotated[Armed | None, Question("Which line tells whether the job would charge here?")] = None
    """The lines by which the command tells whether the job would charge here."""
    site: Annotated[Text | None, Question("Which line names the site that the job works for?")] = None
    """How the line begins that ends with the site for which the job works, such as ``site=``."""
    late: Annotated[Text | None, Question("Which line tells how late the oldest due charge is?")] = None
    """How the line begins that ends with the seconds by which the oldest due subscription is late."""
    last_success: Annotated[Text | None, Question("Which line tells when the job last succeeded?")] = None
    """How the line begins that ends with the time of the last success: UTC, in ISO 8601 with Z, or never."""
    user: Text
    """The account under which the job runs."""
    max_late: Annotated[Duration, at_most("1d")]
    """How late the oldest due subscription may be at the active site."""
    max_age: Annotated[Duration, at_most("1d")]
    """How long ago the last successful run may be at the active site."""

    @classmethod
    def drawn(cls, of: Applications) -> Mapping[str, Any]:
        """Whose job it is: the application behind the front door."""
        one = of.behind
        return said(roles=[one.role], user=one.user) if one else {}


PRESENT = "ok"

_THERE = program(__package__, "subscriptions_there.sh")


def ask(target: Target[Policy]) -> Mapping[str, Ask]:
    """Presence, digests and modes of the job's files, and what the job reports."""
    section = target.section
    paths = " ".join(shlex.quote(path) for path in section.files)
    words = " ".join(shlex.quote(word) for word in section.status)
    user = shlex.quote(section.user)
    return {
        "there": Ask(filled(_THERE, paths=paths, command=shlex.quote(section.status[0]))),
        # -L: a release is often reached through a link, which find would not follow.
        "files": Ask(f"find -L {paths} -type f ! -name '*.pyc' -exec sha256sum -- {{}} +"),
        "modes": Ask(f"find -L {paths} -type f ! -name '*.pyc' -printf '%m %u:%g %p\\n'"),
        "status": Ask(
            f"setpriv --reset-env --reuid={user} --regid={user} --init-groups -- {words} || exit\n"
            "date +now=%s || exit\necho end\n"
        ),
    }


def read_job(answers: Answers, target: Target[Policy]) -> Table:
    """Each file of the job -> its mode, owner and digest."""
    modes = dict(_split(line, 2) for line in answers.lines("modes"))
    named = [line.partition("  ") for line in answers.lines("files")]
    digests = {path: digest for digest, _, path in named}
    if not digests or digests.keys() != modes.keys():
        raise UnmeasuredError("files: the digests and the modes are not of the same files")
    for named_path in target.section.files:
        if not any(path == named_path or path.startswith(f"{named_path}/") for path in digests):
            raise UnmeasuredError(f"files: nothing was read of {named_path}")
    return {path: f"{modes[path]} sha256:{digest[:16]}" for path, digest in digests.items()}


def read_present(answers: Answers, _: Target[Policy]) -> Table:
    """Each path of the job -> `PRESENT`, or that it is missing; and whether the command can be run."""
    states = {"there": PRESENT, "missing": "missing"}
    lines = [line.partition(" ") for line in answers.rows("there")]
    if not lines or any(state not in states for state, _, _ in lines):
        raise UnmeasuredError("there: the answer does not say which files are there")
    return {path: states[state] for state, _, path in lines}


def read_armed(answers: Answers, target: Target[Policy]) -> Table:
    """Whether the job would charge when it runs here."""
    says = target.section.armed
    lines = {line.strip() for line in _lines(answers, target)}
    told = [] if says is None else [says.charges.strip() in lines, says.waits.strip() in lines]
    if sum(told) != 1:
        raise UnmeasuredError("status: the command printed not exactly one of the lines of armed")
    return {"armed": "yes" if told[0] else "no"}


def read_site(answers: Answers, target: Target[Policy]) -> Table:
    """The site for which the job says it works."""
    return {"site": _told(answers, target, target.section.site)}


def read_late(answers: Answers, target: Target[Policy]) -> Table:
    """Seconds by which the oldest due subscription is late."""
    return {"seconds late": _number(_told(answers, target, target.section.late))}


def read_age(answers: Answers, target: Target[Policy]) -> Table:
    """Seconds since the last successful run, by the host's own clock."""
    last = _told(answers, target, target.section.last_success)
    if last == "never":
        return {"seconds since the last success": "never"}
    try:
        moment = datetime.strptime(last, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise UnmeasuredError(f"status: last_success is not a UTC time: {last!r}") from None
    age = _number(_lines(answers, target)[-1].removeprefix("now=")) - int(moment.timestamp())
    if age < -target.policy.limits.clock_offset.total_seconds():
        raise UnmeasuredError(f"status: last_success lies {-age} s in the future, so its age is not known")
    return {"seconds since the last success": max(0, age)}


@once
def _lines(answers: Answers, _: Target[Policy]) -> Sequence[str]:
    """What the command printed; the last line is the host's clock."""
    return answers.rows("status")


def _told(answers: Answers, target: Target[Policy], beginning: str | None) -> str:
    """The end of the one line that begins so."""
    lines = _lines(answers, target)[:-1]
    found = [line for line in lines if beginning is not None and line.startswith(beginning)]
    if len(found) != 1:
        number = "no line" if not found else f"{len(found)} lines"
        raise UnmeasuredError(f"status: the command printed {number} that begins with {beginning}")
    return found[0].removeprefix(beginning or "").strip()


def _number(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,12}", text):
        raise UnmeasuredError(f"status: {text[:40]!r} is not a number of seconds")
    return int(text)


def _split(line: str, words: int) -> tuple[str, str]:
    """The rest of a line, and its first words."""
    parts = line.split(" ", words)
    if len(parts) != words + 1:
        raise UnmeasuredError(f"modes: a line that was not expected: {line[:80]!r}")
    return parts[words], " ".join(parts[:words])


def read_absence(answers: Answers, _: Target[Any]) -> Table:
    """Each witness -> what was found of it."""
    return {"a job that may charge money": witnessed(jobs.charging(answers.rows("jobs")))}


PROBE = Probe(
    section=Policy,
    ask=ask,
    shows={Sight.ARMED: Shown(read_armed, ("status",))},
    tables={
        "present": Reading(read_present, healthy=PRESENT),
        "job": Reading(read_job),
        "armed": Reading(read_armed, roles=if_named("armed")),
        "site": Reading(read_site, roles=if_named("site")),
        "late": Reading(read_late, moves=True, roles=if_named("late")),
        "age": Reading(read_age, moves=True, roles=if_named("last_success")),
    },
    absence=Witnesses({"jobs": Ask(jobs.QUESTION)}, read_absence),
)
