"""The command line: results go to stdout, progress to stderr, and each exit code has one meaning."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

from siteparity import configuration
from siteparity.commands import check, failover_arguments, github, privileges, signing
from siteparity.commands.alone import alone
from siteparity.commands.arguments import EXIT_USAGE, help_of, parser
from siteparity.commands.at_once import encoded
from siteparity.commands.compare_runs import compare_runs
from siteparity.commands.confirm import Terminal, confirm
from siteparity.commands.confirm import Wanted as Acceptance
from siteparity.commands.endings import EXIT
from siteparity.commands.explain import explain
from siteparity.commands.heartbeat import address_of, heartbeat
from siteparity.commands.history import history
from siteparity.commands.notices import notice_of, notice_of_none
from siteparity.commands.outputs import as_json, write_metrics, write_step_summary
from siteparity.commands.page_file import demand_room, write_file
from siteparity.commands.partial import Wanted as PartWanted
from siteparity.commands.partial import chosen, partial
from siteparity.commands.progress import Progress
from siteparity.commands.sending import send
from siteparity.commands.verify import Verification
from siteparity.commands.version import version
from siteparity.commands.within import within
from siteparity.folders import FOLDERS, folders
from siteparity.gate.believed import believed
from siteparity.gate.run import Gate
from siteparity.model import ConfigurationError, Deadline, SiteparityError, Verdict
from siteparity.policy.section import person
from siteparity.redaction import redacted, remember_environment
from siteparity.report import summary, verdict_line, write_reports
from siteparity.report.pdf import demand_weasyprint, pdf
from siteparity.report.sums import SIGNATURE
from siteparity.report.text import FINDINGS_A_PROMISE
from siteparity.report.visible import shortened, visible
from siteparity.report.words import local_zone
from siteparity.result import Result
from siteparity.runs.finished import find_run, read_run
from siteparity.runs.history import read_history
from siteparity.runs.kept_records import stand_in
from siteparity.start import isolate

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_SIGNALS = 128
"""An exit code above this is 128 plus the number of a signal."""
_ANSWERING = ("gate", "verify")
"""The verbs whose last line is a verdict."""
_ALL = 1_000_000
"""More findings than a run shows."""
_PAPER_SECONDS = 60.0
NOTICES = "SITEPARITY_NOTICES"
"""The variable of the environment with the file of addresses."""
_WIDTH = 400
"""Characters of a reason on the last line."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb. Returns the exit code."""
    if arguments is None:
        isolate()
    sys.excepthook, threading.excepthook = _crashed, _thread_crashed
    remember_environment(os.environ)
    address = address_of(os.environ)
    typed = list(sys.argv[1:] if arguments is None else arguments)
    root = configuration.find_root()
    try:
        options = parser(version(root)).parse_args(typed)
    except SystemExit as ended:
        if ended.code == EXIT_USAGE and typed and typed[0] in _ANSWERING:
            _no_answer(_no_answer_line("siteparity was called with wrong options"), EXIT_USAGE)
        raise
    options.typed, options.root, options.outcome = typed, root, None
    beat = heartbeat(options.heartbeat, address, _warn) if _is_whole_gate(options) else None
    if beat:
        beat.begin()
    status = 1  # a crash of Python
    try:
        status = _run(options)
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else 1
        raise
    finally:
        if beat:
            beat.end(status)
        _notify(options, status, _on_paper(options))
    return status


def _is_whole_gate(options: argparse.Namespace) -> bool:
    """Whether this is the run that others wait for, not a look at a part."""
    return options.verb == "gate" and not (options.only or options.host)


def _on_paper(options: argparse.Namespace) -> Path | None:
    """The PDF of a gate, if one was asked for and could be made. The answer was printed before."""
    if not _is_whole_gate(options) or options.pdf is None or not isinstance(options.outcome, Result):
        return None
    path, result = Path(options.pdf), options.outcome
    try:
        demand_room(path, "--pdf")
        history = read_history(options.reports)
        write_file(path, within(_PAPER_SECONDS, lambda: pdf(result, history, local_zone())), "--pdf")
    except (SiteparityError, TimeoutError) as error:
        _warn(f"{path}: no PDF was written: {error}; the answer stands")
        return None
    return path


def _notify(options: argparse.Namespace, status: int, paper: Path | None) -> None:
    """Tell who must know. What a person ended by Ctrl-C is known to that person."""
    path = (options.notices or os.environ.get(NOTICES)) if options.verb in _ANSWERING else None
    if path is None or options.outcome is None or status == _SIGNALS + signal.SIGINT:
        return
    history = read_history(options.reports)
    if isinstance(options.outcome, Result):
        notice = notice_of(options.outcome, history, paper)
    else:
        notice = notice_of_none(options.outcome, history) if _is_whole_gate(options) else None
    if notice:
        send(notice, Path(path), _warn)


def _run(options: argparse.Namespace) -> int:
    """Run the chosen verb, and tell of each way in which it can end. Returns the exit code."""
    try:
        _use_folders(options)
        with _ended_by_signals():
            text, status = _RUNS[options.verb](options)
            return _said(text if options.to_copy else _shown(text), status)
    except ConfigurationError as error:
        return _failed(options, error, EXIT_USAGE)
    except SiteparityError as error:
        return _failed(options, error, EXIT[Verdict.UNKNOWN])
    except SystemExit as ended:
        if isinstance(ended.code, int) and ended.code > _SIGNALS:
            _unanswered(options, f"ended by {signal.Signals(ended.code - _SIGNALS).name}", ended.code)
        raise
    except Exception as error:
        _unanswered(options, f"a fault of siteparity itself: {type(error).__name__}: {error}", 1)
        raise


def _failed(options: argparse.Namespace, error: SiteparityError, status: int) -> int:
    print(redacted(str(error)), file=sys.stderr)
    return _unanswered(options, str(error), status)


def _unanswered(options: argparse.Namespace, reason: str, status: int) -> int:
    """Say that there is no answer, if the verb owes one."""
    if options.verb not in _ANSWERING:
        return status
    options.outcome = _no_answer_line(redacted(reason))
    if github.wanted(os.environ):
        print(github.no_answer(options.outcome), file=sys.stderr, flush=True)
    return _no_answer(options.outcome, status)


def _no_answer_line(reason: str) -> str:
    first = reason.partition("\n")[0]
    return _shown(f"UNKNOWN  no answer: {shortened(visible(first), _WIDTH)}")


def _no_answer(line: str, status: int) -> int:
    """Say on the last line that there is no answer: many people, and every pager, read only that."""
    said = _said(line, status)
    return status if status == EXIT_USAGE else said


def _warn(text: str) -> None:
    """Tell what went wrong beside the answer."""
    with suppress(OSError):  # nobody reads it
        print(redacted(visible(text)), file=sys.stderr, flush=True)


def _shown(text: str) -> str:
    """The text without secrets; what hosts said commands nothing where CI reads it."""
    shown = redacted(text)
    return github.harmless(shown) if github.wanted(os.environ) else shown


def _use_folders(options: argparse.Namespace) -> None:
    """Fill in the folders that the options do not name."""
    left_out = [name for name in FOLDERS if name in options and getattr(options, name) is None]
    if left_out:
        usual = folders(options.root)
        for name in left_out:
            setattr(options, name, getattr(usual, name))


def _said(text: str, status: int) -> int:
    """Print the answer. One that cannot be printed is no answer."""
    try:
        print(encoded(text), flush=True)
    except OSError as error:
        print(f"the answer could not be written: {error.strerror}", file=sys.stderr)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # else Python tries again when it ends
        return EXIT[Verdict.UNKNOWN]
    return status


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Let a signal end the run, with its connections and processes and without an answer."""

    def end(number: int, _: object) -> None:
        sys.exit(_SIGNALS + number)

    before = {number: signal.signal(number, end) for number in _ENDING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _gate(options: argparse.Namespace) -> tuple[str, int]:
    settings = configuration.load_for_an_answer(
        options.root, options.inventories, options.primary, options.standby
    )
    deadline = settings.deadline(options.deadline)
    if options.only or options.host:
        return _partial(options, settings, deadline)
    given, recorded = options.primary_record, None
    if given is not None:
        recorded = stand_in(settings, options.reports, given, datetime.now(UTC))
    measured = [site for site in settings.sites if recorded is None or site is not settings.primary]
    with Progress(measured) as progress, alone(options.reports):
        gate = Gate(
            settings,
            options.inventories,
            options.reports,
            deadline,
            progress.say,
            stand_in=recorded,
            typed=options.typed,
            connections=options.connections,
        )
        result, folder = gate.run()
    options.outcome = result
    _write_outputs(options, result)
    status = EXIT[result.verdict]
    if options.json:
        options.to_copy = True  # each text in it is redacted by itself
        return as_json(result), status
    if options.quiet:
        return verdict_line(result), status
    limit = _ALL if options.verbose else FINDINGS_A_PROMISE
    told = summary(result, colour=_colour(), limit=limit, waivers=options.waivers)
    return f"reports: {folder}\n{told}", status


def _write_outputs(options: argparse.Namespace, result: Result) -> None:
    """Write what else was asked for. The answer stands without it."""
    if github.wanted(os.environ):
        print("\n".join(github.annotated(result)), file=sys.stderr, flush=True)
    try:
        if options.metrics:
            write_metrics(result, options.metrics)
        write_step_summary(result, os.environ)
    except OSError as error:
        place = error.filename or options.metrics
        print(f"{visible(str(place))}: could not be written: {error.strerror}", file=sys.stderr)


def _partial(
    options: argparse.Namespace, settings: configuration.Configuration, deadline: Deadline
) -> tuple[str, int]:
    if options.primary_record is not None:
        raise ConfigurationError("--only and --host look at both sites live; leave out --primary-record")
    wanted = PartWanted([name for text in options.only for name in text.split(",") if name], options.host)
    part = chosen(settings, wanted)
    with Progress(part.sites) as progress:
        return partial(
            settings, part, options.inventories, deadline, progress.say, connections=options.connections
        )


def _record(options: argparse.Namespace) -> tuple[str, int]:
    from siteparity.commands.record import Wanted, record  # noqa: PLC0415  # the gate need not wait for it

    settings = configuration.load(
        options.root, options.inventories, options.primary, options.standby, look_up=options.answers is None
    )
    wanted = Wanted(
        options.site,
        options.reports,
        settings.deadline(options.deadline),
        limit=options.limit,
        secrets_key=options.secrets_key,
        other_record=options.other_record,
        sign_key=options.sign_key,
        answers=options.answers,
        connections=options.connections,
    )
    return record(settings, wanted, datetime.now(UTC))


def _judge(options: argparse.Namespace) -> tuple[str, int]:
    from siteparity.commands.judge import judge  # noqa: PLC0415  # the gate need not wait for it

    settings = configuration.load(
        options.root, options.inventories, options.primary, options.standby, look_up=False
    )
    return judge(settings, options.inventories, options.record, datetime.now(UTC), options.allowed_signers)


def _verify(options: argparse.Namespace) -> tuple[str, int]:
    folder = find_run(options.reports, options.run)
    with alone(options.reports):
        result = believed(folder, read_history(options.reports))
        _signed(options, folder)
        sites = (result.primary.site, result.standby.site)
        settings = configuration.load_for_an_answer(options.root, options.inventories, *sites)
        deadline = settings.deadline(options.deadline)
        by_record = result.primary.source == "record"
        with Progress([settings.standby] if by_record else settings.sites) as progress:
            looked = Verification(settings, options.inventories, options.reports, deadline, progress.say)
            verified = looked.run(result, folder)
        if verified.verdict is Verdict.NO_GO:
            options.outcome = read_run(folder)
    return "\n".join(verified.lines), EXIT[verified.verdict]


def _report(options: argparse.Namespace) -> tuple[str, int]:
    if options.pdf:
        demand_room(options.pdf, "--pdf")
        demand_weasyprint()
    folder = find_run(options.reports, options.run)
    with alone(options.reports):
        history = read_history(options.reports)
        result = believed(folder, history, pages=False)
        _signed(options, folder)
        signed = (folder / SIGNATURE).exists()
        write_reports(result, folder, history)
    lost = "\nthe reports differ from those that were signed: sign them again" if signed else ""
    lost = "" if (folder / SIGNATURE).exists() else lost
    written = f"written again from result.json: {folder}/report.html, {folder}/junit.xml{lost}"
    if options.pdf:
        write_file(options.pdf, pdf(result, history, local_zone()), "--pdf")
        written += f"\nwritten: {options.pdf}"
    return f"{written}\n{summary(result, colour=_colour(), waivers=options.waivers)}", 0


def _sign(options: argparse.Namespace) -> tuple[str, int]:
    folder = find_run(options.reports, options.run)
    with alone(options.reports):
        believed(folder, read_history(options.reports))
        signing.sign(folder, options.key)
    return f"signed: {folder / SIGNATURE}", 0


def _signed(options: argparse.Namespace, folder: Path) -> None:
    """Raise ConfigurationError if a signature is demanded, and there is no good one."""
    if options.allowed_signers:
        who = signing.signer(folder, options.allowed_signers)
        print(f"signed by {visible(who)}", file=sys.stderr)


def _help(options: argparse.Namespace) -> tuple[str, int]:
    return help_of(options.of), 0


def _explain(options: argparse.Namespace) -> tuple[str, int]:
    return explain(options.root, options.check), 0


def _check(options: argparse.Namespace) -> tuple[str, int]:
    options.to_copy = options.json  # each text in it has been redacted by itself
    try:
        settings = configuration.load_for_an_answer(
            options.root, options.inventories, options.primary, options.standby, look_up=False
        )
        from siteparity.commands import failover  # noqa: PLC0415  # the gate need not wait for it

        failover.demand_a_plan_to_follow(options.inventories, settings)
    except ConfigurationError as error:
        if not options.json:
            raise
        return check.errors_as_json(str(error)), EXIT_USAGE
    found = check.overview(settings, datetime.now(UTC))
    return check.as_json(found) if options.json else check.text(found), 0


def _confirm(options: argparse.Namespace) -> tuple[str, int]:
    settings = configuration.load(
        options.root, options.inventories, options.primary, options.standby, look_up=False
    )
    on_terminal = sys.stdin.isatty() and sys.stdout.isatty()
    wanted = Acceptance(options.path, options.all, _person(options.by))
    try:
        text, waits = confirm(settings, wanted, Terminal(_tell, input) if on_terminal else None)
    except OSError as error:
        place = error.filename or options.inventories
        raise ConfigurationError(f"{place}: expected a place to write, found: {error.strerror}") from None
    return text, EXIT[Verdict.UNKNOWN if waits else Verdict.GO]


def _privileges(options: argparse.Namespace) -> tuple[str, int]:
    settings = configuration.load(options.root, options.inventories, options.primary, options.standby)
    keys = privileges.public_keys(options.key)
    hosts = privileges.chosen(settings, options.host)
    if options.write:
        return "\n".join(privileges.write(one, keys, options.write) for one in hosts), 0
    if options.part:
        return "".join(_part(one, keys, options.part) for one in hosts).removesuffix("\n"), 0
    return "\n".join(privileges.page(one, keys, whole=bool(options.host)) for one in hosts), 0


def _part(one: privileges.Privileges, keys: Sequence[str], name: str) -> str:
    parts = privileges.parts(one, keys)
    if name not in parts:
        raise ConfigurationError(f"{one.host.label}: it needs no {name}, but {', '.join(parts)}")
    return parts[name]


def _failover(options: argparse.Namespace) -> tuple[str, int]:
    from siteparity.commands import failover  # noqa: PLC0415  # the gate need not wait for it

    return failover.RUNS[options.verb](options)


def _diff(options: argparse.Namespace) -> tuple[str, int]:
    from siteparity.commands.diff import Wanted, diff  # noqa: PLC0415  # the gate need not wait for it
    from siteparity.compare import places  # noqa: PLC0415  # as above

    wanted = Wanted(
        places(options.host, options.ssh_config), options.html, options.json, options.deadline, _colour()
    )
    options.to_copy = options.json  # each text in it has been redacted by itself
    return diff(options.root, wanted, _tell)


def _init(options: argparse.Namespace) -> tuple[str, int]:
    from siteparity.commands import init  # noqa: PLC0415  # the gate need not wait for it

    if options.scout:
        options.to_copy = True  # it holds no secret, and a changed letter would make it another program
        return init.scout(), 0
    if len(options.site) != 2:  # noqa: PLR2004  # two sites
        raise ConfigurationError(
            f"init: expected two sites as SITE=INVENTORY, found {len(options.site)}; name the primary first"
        )
    return init.init(
        init.Wanted(
            options.site, options.inventories, options.primary, options.again, options.answers,
            options.ssh_config, options.deadline,
        )
    )  # fmt: skip


def _tell(text: str) -> None:
    """Print a part of the answer at once. Nobody waits for the rest of one that cannot be printed."""
    if status := _said(_shown(text), 0):
        sys.exit(status)


def _crashed(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Print the traceback of a fault of the program itself, without secrets."""
    print(redacted("".join(traceback.format_exception(kind, error, trace))), end="", file=sys.stderr)


def _thread_crashed(what: threading.ExceptHookArgs) -> None:
    if what.exc_value is not None:
        _crashed(what.exc_type, what.exc_value, what.exc_traceback)


def _colour() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def _person(name: str | None) -> str | None:
    """Who accepts, if somebody does. Of ``--by=--`` argparse makes an empty list."""
    try:
        return None if name is None else person(name or "")
    except ValueError as error:
        raise ConfigurationError(f"--by: {error}") from None


_RUNS: Mapping[str, Callable[[argparse.Namespace], tuple[str, int]]] = {
    "gate": _gate,
    "diff": _diff,
    "init": _init,
    "check": _check,
    "confirm": _confirm,
    "record": _record,
    "judge": _judge,
    "verify": _verify,
    "sign": _sign,
    "report": _report,
    "history": history,
    "compare": compare_runs,
    "help": _help,
    "explain": _explain,
    **dict.fromkeys(failover_arguments.VERBS, _failover),
    "privileges": _privileges,
}
"""Verb -> what runs it, and returns the text to print and the exit code."""
