"""The command line: few verbs, results on stdout, progress on stderr, exit codes that mean something."""

from __future__ import annotations

import argparse
import os
import sys
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from siteparity import __version__, configuration, records
from siteparity.explain import explain
from siteparity.gate import Gate, new_run_folder
from siteparity.model import ConfigurationError, Host, SiteparityError, Unmeasured, Verdict
from siteparity.recording import measure, record_path
from siteparity.report import summary
from siteparity.transport import Transport

EXIT = {Verdict.GO: 0, Verdict.NO_GO: 2, Verdict.UNKNOWN: 3}
EXIT_USAGE = 4
"""Usage or configuration. 1 is never returned on purpose: it is what a crash of Python returns."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb; returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.verb(options))
    except ConfigurationError as error:
        print(error, file=sys.stderr)
        return EXIT_USAGE
    except SiteparityError as error:
        print(error, file=sys.stderr)
        return EXIT[Verdict.UNKNOWN]
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT[Verdict.UNKNOWN]


def _gate(options: argparse.Namespace) -> int:
    settings = configuration.load(options.root, options.inventories, options.primary, options.standby)
    deadline = options.deadline or settings.policy.limits.deadline.total_seconds()
    with _Progress() as progress:
        gate = Gate(settings, options.inventories, options.reports, deadline, progress.say)
        try:
            result, folder = gate.run()
        except OSError as error:
            raise ConfigurationError(
                f"{options.reports}: cannot be written: {error.strerror or error}"
            ) from None
    print(f"reports: {folder}")
    print(summary(result, colour=_colour()))
    return EXIT[result.verdict]


def _record(options: argparse.Namespace) -> int:
    settings = configuration.load(options.root, options.inventories, options.primary, options.standby)
    by_name = {site.name: site for site in settings.sites}
    unknown = [name for name in options.site if name not in by_name]
    if unknown:
        raise ConfigurationError(f"{unknown[0]}: not a site of this pair; the sites are {', '.join(by_name)}")
    sites = [by_name[name] for name in options.site]
    folder = new_run_folder(options.reports, datetime.now(UTC))
    seconds = options.deadline or settings.policy.limits.deadline.total_seconds()
    whole = True
    with _Progress() as progress, Transport() as transport:
        for record in measure(settings, sites, transport, seconds=seconds, say=progress.say):
            path = record_path(folder, record.site)
            records.save(record, path)
            unmeasured = _unmeasured(record)
            whole = whole and not unmeasured
            print(f"{record.site}: {path} ({unmeasured or 'no'} tables unmeasured)")
    return EXIT[Verdict.GO] if whole else EXIT[Verdict.UNKNOWN]


def _explain(options: argparse.Namespace) -> int:
    print(explain(options.root, options.check))
    return 0


def _unmeasured(record: records.Record) -> int:
    facts = [record.facts(host, aspect) for host, aspects in record.hosts.items() for aspect in aspects]
    return sum(isinstance(table, Unmeasured) for of_aspect in facts for table in of_aspect.values())


class _Progress:
    """One plain line per host on stderr; hosts are measured by several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        sys.stderr.flush()

    def say(self, host: Host, words: str) -> None:
        """Tell how far a host is."""
        with self._lock:
            print(f"{host.label}: {words}", file=sys.stderr)


def _colour() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


class _Parser(argparse.ArgumentParser):
    """Leaves with the exit code for usage errors, which is not argparse's own."""

    def error(self, message: str) -> None:  # type: ignore[override]  # it exits, as the original does
        self.print_usage(sys.stderr)
        self.exit(EXIT_USAGE, f"{self.prog}: {message}\n")


def _parser() -> argparse.ArgumentParser:
    root = configuration.find_root()
    parser = _Parser("siteparity", description=sys.modules["siteparity"].__doc__)
    parser.add_argument("--version", action="version", version=__version__)
    verbs = parser.add_subparsers(required=True, metavar="VERB")

    def verb(name: str, run: object, words: str) -> argparse.ArgumentParser:
        added = verbs.add_parser(name, help=words, description=words)
        added.set_defaults(verb=run, root=root)
        return added

    gate = verb("gate", _gate, "measure both sites, try the standby out, and say GO, NO-GO or UNKNOWN")
    _add_run_options(gate, root)
    record = verb("record", _record, "measure sites and save what was seen; judge nothing")
    _add_run_options(record, root)
    record.add_argument("site", nargs="+", metavar="SITE")
    explained = verb(
        "explain", _explain, "what a check proves, why, how to fix it, and which drill shows that it works"
    )
    explained.add_argument("check", metavar="CHECK", help="an aspect, or aspect.check, or a test id")
    return parser


def _add_run_options(parser: argparse.ArgumentParser, root: Path) -> None:
    parser.add_argument("--primary", metavar="SITE", help="the site that serves now (default: the policy's)")
    parser.add_argument("--standby", metavar="SITE", help="the site that must be able to take over")
    parser.add_argument(
        "--deadline", metavar="SEC", type=_seconds, help="when the answer must be there, in seconds"
    )
    parser.add_argument("--inventories", metavar="DIR", type=Path, default=root / "inventories")
    parser.add_argument("--reports", metavar="DIR", type=Path, default=root / "reports")


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 10 <= seconds <= 86_400:  # noqa: PLR2004  # a day is no gate, and nothing can be measured in less than 10 s
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds between 10 and 86400")
    return seconds
