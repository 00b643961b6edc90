"""Schedules: every job of cron and every timer of systemd, and the instants at which they really run.

The same text does not always mean the same time: what ``0 2 * * *`` means depends on the daemon's time
zone, and America/Chicago and America/Phoenix are two hours apart in summer and one in winter. So the
instants of each job are computed in UTC over 13 months, and compared between the sites and with those in
the agreed zone.

A file in the right folder may not be a job. Cron ignores a file for its name, its owner, its mode or one
bad line, and reports that in the log at best. And not every job that cron accepts can run. All of that is
read in `siteparity.tools.schedule`.

Sources: crontab(5), cron(8), run-parts(8), systemd.timer(5), systemd.time(7); cron's source where they are
silent.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator

from siteparity.model import Table, UnmeasuredError
from siteparity.policy.questions import Question
from siteparity.policy.section import LeftoverPattern, RoleName, Section, Strict, Text, matching
from siteparity.probes import Answers, Probe, Reading, Target, Where, Witnesses, once
from siteparity.redaction import pseudonym
from siteparity.tools.schedule import cron_daemon as daemon
from siteparity.tools.schedule import cron_files, cron_lookups, local_time, locks, programs, runs, timers
from siteparity.tools.schedule.cron_daemon import SERVICE, Crond, one
from siteparity.tools.schedule.cron_files import File
from siteparity.tools.schedule.cron_syntax import Entry
from siteparity.tools.schedule.jobs import ACCEPTED, Job, Jobs, by_item, sort_out
from siteparity.tools.schedule.timetable import ON_TIME
from siteparity.tools.systemd.unit import ONLY_AT_PRIMARY, only_at_primary
from siteparity.tools.witnesses import jobs, witnessed
from siteparity.transport import words
from siteparity.transport.script import Ask

RUNNING = "running"
SCHEDULED = "scheduled"
MISSING = "missing"
READY = "in no crontab, and could be started"
FREE = "free, or held by their last run"
KEPT = "held all the time, as by a program that its job starts again when it ends"
HANGS = "held for longer than the time between two runs"
OFTEN = 300
"""Seconds between two runs, at most, of a job that may be there to keep a program running."""
STARTABLE = (programs.RUNNABLE, programs.UP_TO_THE_SHELL)
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""Where a job that is in no crontab is looked for."""
NOWHERE = "nowhere"
FOREIGN = ("CRON_TZ", "RANDOM_DELAY")
"""Settings of other crons (crontab(5) of cronie). Debian's cron only passes them to the job."""


class Required(Strict):
    """A job that must be scheduled: a command in a crontab, or a timer."""

    roles: Annotated[tuple[RoleName, ...], Field(min_length=1)]
    """The roles of the hosts that run it."""
    command: Text | None = None
    """The command in the crontab, without redirections."""
    user: Text | None = None
    """The user as whom cron runs it."""
    at: Text | None = None
    """The time as the crontab must write it, e.g. ``*/5 * * * *``."""
    timer: Annotated[str, matching(r"[A-Za-z0-9:_.@\\-]+\.timer", "a timer such as backup.timer")] | None = (
        None
    )
    """The timer that starts it, instead of the three keys above."""
    only_at_primary: bool = False
    """Whether the job must be in no crontab of the standby; the switch must bring it there. A line that does
    nothing else is not compared then. For a timer, the key of this name among the services says so."""

    @model_validator(mode="after")
    def _is_one_of_both(self) -> Self:
        if (self.command is None) == (self.timer is None) or (self.timer and (self.user or self.at)):
            raise ValueError("expected either command (with user and at), or timer; correct it")
        if self.timer and self.only_at_primary:
            raise ValueError(
                f"expected only_at_primary beside a command, found it beside {self.timer}; "
                "write the timer into aspects.services.only_at_primary"
            )
        if self.only_at_primary and not (self.user and self.at):
            raise ValueError(
                "expected user and at beside only_at_primary, since nothing else is compared of the job; "
                "add them"
            )
        return self


class Policy(Section):
    """The jobs, and the time zone in which their times are meant."""

    timezone: Annotated[str, AfterValidator(local_time.known_name)] | None = None
    """The time zone that cron and timers must use on every host of both sites. None: that of the host, which
    must be the same at both sites."""
    jobs: Annotated[Mapping[str, Required], Question("Which jobs must be scheduled?")] = {}
    """What must be scheduled, by the names that people use."""
    leave_out: tuple[LeftoverPattern, ...] = ("*.dpkg-*",)
    """Patterns of file names that cron ignores, and is meant to ignore."""


def _required(target: Target[Policy]) -> Mapping[str, Required]:
    return {
        name: job for name, job in target.section.jobs.items() if not set(job.roles).isdisjoint(target.roles)
    }


def _of_every_site(section: Policy) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(role for job in section.jobs.values() if not job.only_at_primary for role in job.roles)
    )


def _of_primary(section: Policy) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(role for job in section.jobs.values() if job.only_at_primary for role in job.roles)
    )


def _timers_of_primary(target: Target[Policy]) -> tuple[str, ...]:
    units = only_at_primary(target.needed, target.roles)
    return tuple(sorted(name for name in units if name.endswith(".timer")))


def _jobs_of_primary(target: Target[Policy]) -> Mapping[str, Required]:
    return {name: job for name, job in _required(target).items() if job.only_at_primary}


def _lines_of_primary(target: Target[Policy]) -> list[str]:
    """The crontab of the jobs that must run at the primary alone, which the standby does not have."""
    jobs = [f"{job.at} {job.user} {job.command}" for job in _jobs_of_primary(target).values()]
    return [f"PATH={PATH}", *jobs] if jobs else []


def _is_of_primary(job: Job, target: Target[Policy]) -> bool:
    """Whether a job must run at the primary alone, and its line does nothing else."""
    does = programs.commands(job.entry.command) - {""}
    return any(
        does == {wanted.command} and wanted.user == job.user for wanted in _jobs_of_primary(target).values()
    )


_CRON = Ask(daemon.QUESTION, words=(words.UNITS,))
_CRONTABS = Ask(cron_files.QUESTION)
_LOOKUPS = Ask(cron_lookups.QUESTION, words=(words.JOBS,))
_LOCKS = Ask(locks.QUESTION)


def ask(target: Target[Policy]) -> Mapping[str, Ask]:
    """Cron, timers and local time; the crontabs; and their users and programs."""
    needed = [job.timer for job in _required(target).values() if job.timer]
    units = [unit for timer in needed for unit in (timer, f"{timer.removesuffix('.timer')}.service")]
    return {
        "cron": _CRON.about(UNITS=units),
        "crontabs": _CRONTABS,
        "lookups": _LOOKUPS.about(JOBS=_lines_of_primary(target)),
        "locks": _LOCKS,
    }


@once
def _cron(answers: Answers, _: Target[Policy]) -> Crond:
    return daemon.read(answers.raw("cron"))


@once
def _jobs(answers: Answers, target: Target[Policy]) -> Jobs:
    crond = _cron(answers, target)
    if crond.another:
        raise UnmeasuredError(f"{SERVICE} runs another cron than Debian's; its rules are not known")
    files, lookups = cron_files.read(answers.raw("crontabs")), cron_lookups.read(answers.rows("lookups"))
    return sort_out(files, lookups, target.section.leave_out, lsb_names=crond.lsb_names)


def _compared(answers: Answers, target: Target[Policy]) -> Jobs:
    """The jobs without those that must run at the primary alone."""
    found = _jobs(answers, target)
    return replace(found, jobs=tuple(job for job in found.jobs if not _is_of_primary(job, target)))


def read_daemon(answers: Answers, target: Target[Policy]) -> Table:
    """The state of cron: `RUNNING`, or another word."""
    crond = _cron(answers, target)
    load, active = one(crond.unit, "LoadState"), one(crond.unit, "ActiveState")
    if load != "loaded":
        state = {"not-found": "not installed"}.get(load, load)
    elif active != "active":
        state = {"inactive": "stopped"}.get(active, active)
    elif crond.stopped or crond.unit.get("FreezerState", ("running",)) != ("running",):
        state = "frozen"
    elif crond.another:
        state = "running, but not Debian's cron"
    else:
        state = RUNNING if crond.running else "dead"
    return {"cron": state}


def _agreed(answers: Answers, target: Target[Policy]) -> str:
    return target.section.timezone or local_time.of_host(_cron(answers, target))


def read_zone(answers: Answers, target: Target[Policy]) -> Table:
    """Cron, timers and the host's two files -> the time zone that each uses or names."""
    return local_time.names(_cron(answers, target), _agreed(answers, target))


def read_agreed(answers: Answers, target: Target[Policy]) -> Table:
    """The same -> whether it is the time zone of the policy, or of the host."""
    agreed = _agreed(answers, target)
    return {
        who: local_time.AS_AGREED if zone == agreed else f"{zone} instead of {agreed}"
        for who, zone in local_time.names(_cron(answers, target), agreed).items()
    }


def read_in_force(answers: Answers, target: Target[Policy]) -> Table:
    """Each source of cron's time zone -> whether cron started after it last changed."""
    return local_time.in_force(_cron(answers, target))


def read_accepted(answers: Answers, target: Target[Policy]) -> Table:
    """Each crontab and each script -> `ACCEPTED`, or why cron or run-parts ignores it."""
    return _jobs(answers, target).files


def read_entries(answers: Answers, target: Target[Policy]) -> Table:
    """Each job -> its time and settings as written; each other file -> its digest."""
    found, known = _compared(answers, target), _known(target)
    return {
        **dict.fromkeys(cron_files.OTHERS, "absent"),
        **{file.path: file.digest for file in found.without_jobs},
        **{
            item: "; ".join(sorted(job.written(known) for job in jobs))
            for item, jobs in by_item(found.jobs).items()
        },
    }


def _known(target: Target[Policy]) -> frozenset[str]:
    return frozenset(word.lower() for word in target.known())


def read_hidden(answers: Answers, target: Target[Policy]) -> Table:
    """Each job that hides something -> what tells it from another under the key of the run."""
    known, table = _known(target), {"what jobs hide": "compared"}
    for item, some in by_item(_compared(answers, target).jobs).items():
        hidden = ["\0".join(texts) for job in some if (texts := job.hidden(known))]
        if hidden:
            table[item] = f"value hidden, {', '.join(sorted(pseudonym(one, answers.key) for one in hidden))}"
    return table


def read_foreign(answers: Answers, target: Target[Policy]) -> Table:
    """Each setting that Debian's cron does not honour -> the crontabs that use it."""
    jobs = _jobs(answers, target).jobs
    places = {name: sorted({job.file.path for job in jobs if name in job.entry.settings}) for name in FOREIGN}
    return {name: ", ".join(where) or NOWHERE for name, where in places.items()}


def read_runnable(answers: Answers, target: Target[Policy]) -> Table:
    """Each job that cron accepts -> whether its user may run the programs that it starts first."""
    found = _jobs(answers, target)
    return {job.item: programs.runnable(job, found.lookups) for job in found.jobs if job.refused is None}


def read_locks(answers: Answers, target: Target[Policy]) -> Table:
    """Each lock of a job that is held beyond the job's next run -> `KEPT`, or by whom; `FREE` if none is."""
    crond, table = _cron(answers, target), {"locks of jobs": FREE}
    for held in locks.read(answers.rows("locks")):
        gaps = list(_gaps(held, crond, answers, target))
        longest = max(gaps, default=None)
        if longest is not None and held.seconds > longest:
            table[held.path] = KEPT if longest <= OFTEN else f"{HANGS}, by {held.program}"
    return table


def _gaps(held: locks.Held, crond: Crond, answers: Answers, target: Target[Policy]) -> Iterator[float]:
    """The time between two runs of each job that names a lock, in seconds."""
    for job in _compared(answers, target).jobs:
        is_its_own = any(text in job.entry.command for text in held.crontabs)
        if is_its_own and (gap := runs.interval_of_job(crond, job)):
            yield gap
    apart = _timers_of_primary(target)
    for name, unit in timers.loaded(crond.units).items():
        if one(unit, "Unit") in held.units and name not in apart and (gap := runs.interval(crond, name)):
            yield gap


def read_timers(answers: Answers, target: Target[Policy]) -> Table:
    """Each loaded timer -> its settings. One that runs only at the primary may be loaded nowhere else."""
    apart = dict.fromkeys(_timers_of_primary(target), ONLY_AT_PRIMARY)
    return apart | {
        name: timers.described(unit)
        for name, unit in timers.loaded(_cron(answers, target).units).items()
        if name not in apart
    }


def read_armed(answers: Answers, target: Target[Policy]) -> Table:
    """Each timer that should run -> whether it does."""
    apart = _timers_of_primary(target)
    needed = {job.timer for job in _required(target).values()} - {*apart}
    crond = _cron(answers, target)
    return dict.fromkeys(apart, ONLY_AT_PRIMARY) | {
        name: _state(name, crond, answers)
        for name, unit in timers.loaded(crond.units).items()
        if name in needed or timers.ought_to_run(unit)
    }


def _state(name: str, crond: Crond, answers: Answers) -> str:
    """The state of a timer, and of the service that it starts if that was read."""
    timer = crond.units[name]
    state = timers.state(timer)
    service = crond.units.get(one(timer, "Unit")) if state == timers.ARMED else None
    if service is None:
        return state
    if one(service, "LoadState") != "loaded":
        return f"{one(service, 'Id')} is {one(service, 'LoadState')}"
    if (began := timers.began(timer, service)) is None:
        return state
    longest = runs.interval(crond, name)
    return timers.HUNG if longest and answers.moment().shown - began > longest else state


def read_instants(answers: Answers, target: Target[Policy]) -> Table:
    """Each job and timer -> the instants at which it really runs, in UTC."""
    found = runs.instants(_cron(answers, target), _compared(answers, target))
    return {**found, **dict.fromkeys(_timers_of_primary(target), ONLY_AT_PRIMARY)}


def read_punctual(answers: Answers, target: Target[Policy]) -> Table:
    """Each job and timer -> how late it runs, compared with the same in the agreed zone."""
    return runs.late(_cron(answers, target), _jobs(answers, target), _agreed(answers, target))


def read_scheduled(answers: Answers, target: Target[Policy]) -> Table:
    """Each job of the policy -> `SCHEDULED` if it is scheduled exactly once, or what is wrong."""
    crond, found, apart = _cron(answers, target), _jobs(answers, target), _timers_of_primary(target)
    return {
        name: _timer_state(job.timer, crond, answers, apart) if job.timer else _job_state(job, found)
        for name, job in _required(target).items()
        if not job.only_at_primary
    }


def read_only_at_primary(answers: Answers, target: Target[Policy]) -> Table:
    """Each job that must run at the primary alone -> `SCHEDULED`, `READY`, or another state."""
    found = _jobs(answers, target)
    return {name: _ready(job, found) for name, job in _jobs_of_primary(target).items()}


def _ready(wanted: Required, found: Jobs) -> str:
    """The state of a job; of one that is in no crontab, whether it could be started from one."""
    if (state := _job_state(wanted, found)) != MISSING:
        return state
    if wanted.user not in found.lookups.accounts:
        return f"{MISSING}, and there is no user {wanted.user}"
    entry = Entry(1, wanted.at or "", None, wanted.user, wanted.command or "", {"PATH": PATH})
    said = programs.runnable(Job(File("", "f", 0, 0, 1), entry, None), found.lookups)
    return READY if said in STARTABLE else f"{MISSING}, and could not be started: {said}"


def _timer_state(timer: str, crond: Crond, answers: Answers, apart: Collection[str]) -> str:
    state = _state(timer, crond, answers) if timer in crond.units else MISSING
    if state == timers.ARMED:
        return SCHEDULED
    is_off = timer in apart and timer in crond.units and not timers.ought_to_run(crond.units[timer])
    return ONLY_AT_PRIMARY if is_off else state


def _job_state(wanted: Required, found: Jobs) -> str:
    jobs = [job for job in found.jobs if wanted.command in programs.commands(job.entry.command)]
    taken = [job for job in jobs if job.refused is None]
    if not taken:
        return f"ignored by cron: {jobs[0].file.path}: {jobs[0].refused}" if jobs else MISSING
    for job in taken:
        if wanted.user not in (None, job.user):
            return f"run as {job.user} instead of {wanted.user}"
        if wanted.at not in (None, job.entry.when):
            return f"at {job.entry.when} instead of {wanted.at}"
    return SCHEDULED if len(taken) == 1 else f"scheduled {len(taken)} times"


def read_absence(answers: Answers, _: Target[Any]) -> Table:
    """Each witness -> what was found of it."""
    return {"a job that no distribution brought": witnessed(jobs.own(answers.rows("jobs")))}


PROBE = Probe(
    section=Policy,
    ask=ask,
    judges=lambda _: ("/etc/cron*", "/etc/anacrontab"),
    needs="services",
    always=(_CRON, _CRONTABS, _LOOKUPS, _LOCKS),
    tables={
        "daemon": Reading(read_daemon, healthy=RUNNING),
        "zone": Reading(read_zone),
        "agreed": Reading(read_agreed, healthy=local_time.AS_AGREED),
        "in_force": Reading(read_in_force, healthy=local_time.IN_FORCE),
        "accepted": Reading(read_accepted, healthy=ACCEPTED),
        "entries": Reading(read_entries),
        "hidden": Reading(read_hidden),
        "foreign": Reading(read_foreign, healthy=NOWHERE),
        "runnable": Reading(read_runnable, healthy=STARTABLE),
        "locks": Reading(read_locks, healthy=(FREE, KEPT)),
        "timers": Reading(read_timers),
        "armed": Reading(read_armed, healthy=(timers.ARMED, ONLY_AT_PRIMARY)),
        "instants": Reading(read_instants),
        "punctual": Reading(read_punctual, healthy=ON_TIME),
        "scheduled": Reading(
            read_scheduled, healthy=(SCHEDULED, ONLY_AT_PRIMARY), roles=Where("jobs", _of_every_site)
        ),
        "only_at_primary": Reading(read_only_at_primary, roles=Where("jobs", _of_primary)),
    },
    absence=Witnesses({"jobs": Ask(jobs.QUESTION)}, read_absence),
)
