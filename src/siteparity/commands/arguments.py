"""The arguments of the command line: what may be typed, and how each word is explained.

It imports little, so that help and version come at once.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TypeAlias

from siteparity.commands import failover_arguments
from siteparity.commands.suggestions import better, verbs
from siteparity.commands.version import version
from siteparity.root import find_root

EXIT_USAGE = 4
"""Usage or configuration. 1 is never returned on purpose: a crash of Python returns it."""


def help_or_version(typed: Sequence[str]) -> None:
    """Print what is asked for, and end, if it is no more than how siteparity is called, or its version."""
    if typed[:1] == ["help"]:
        print(help_of(parser(version(find_root())).parse_args(typed).of))  # noqa: T201  # the answer
        sys.exit(0)
    if typed[:1] in (["--version"], ["--help"], ["-h"]) or typed[1:] in (["--help"], ["-h"]):
        parser(version(find_root())).parse_args(typed)


def help_of(name: str | None) -> str:
    """How siteparity, or one verb of it, is called."""
    whole = parser(version(find_root()))
    if name and name not in verbs(whole):
        whole.error(f"argument VERB: invalid choice: {name!r} (")
    return (verbs(whole)[name] if name else whole).format_help().rstrip()


class _FromStdin(argparse.Action):
    """An option without a value. One that is given all the same is not shown: it is a secret."""

    def __call__(
        self, parser: argparse.ArgumentParser, options: argparse.Namespace, given: object, _: object = None
    ) -> None:
        """Note that the option was given."""
        if given is not None:
            parser.error("--forget reads the value from stdin; what was typed is in the shell's history now")
        setattr(options, self.dest, True)


class _Parser(argparse.ArgumentParser):
    """Uses this program's exit code for usage errors in place of argparse's."""

    def error(self, message: str) -> None:  # type: ignore[override]  # it exits, as the original does
        self.print_usage(sys.stderr)
        self.exit(EXIT_USAGE, f"{self.prog}: {better(message, self)}\n")


def parser(about: str) -> argparse.ArgumentParser:
    """The arguments of all verbs. The name of the chosen one is ``verb``.

    Args:
        about: the version, as ``--version`` tells it.
    """
    root = _Parser("siteparity", description=sys.modules["siteparity"].__doc__)
    root.add_argument("--version", action="version", version=about)
    added = root.add_subparsers(required=True, metavar="VERB", dest="verb")
    for name, (words, add_options) in VERBS.items():
        one = added.add_parser(name, help=words, description=words)
        one.set_defaults(to_copy=False)
        add_options(one)
    return root


def _add_diff_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "host", nargs=2, metavar="HOST", help="as ssh takes it: HOST, USER@HOST, ssh://USER@HOST:PORT"
    )
    parser.add_argument("--html", metavar="FILE", type=Path, help="write one page as well")
    parser.add_argument("--json", action="store_true", help="for programs: every difference")
    parser.add_argument(
        "--ssh-config", metavar="FILE", type=Path, help="in place of ~/.ssh/config, as ssh -F"
    )
    _add_deadline(parser)


def _add_check_options(parser: argparse.ArgumentParser) -> None:
    _add_site_options(parser)
    parser.add_argument("--json", action="store_true", help="for programs")


def _add_confirm_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", nargs="*", metavar="PATH", help="accept this, and all that is below it")
    parser.add_argument("--all", action="store_true", help="accept everything that waits")
    parser.add_argument("--by", metavar="NAME", help="who accepts")
    _add_site_options(parser)


def _add_record_options(parser: argparse.ArgumentParser) -> None:
    _add_run_options(parser)
    parser.add_argument(
        "--limit",
        metavar="ROLE|HOST",
        action="append",
        default=[],
        help="measure these hosts alone; siteparity judge joins the records of all parts",
    )
    parser.add_argument(
        "--secrets-key",
        metavar="FILE",
        type=Path,
        help="hash secrets with the key in this file (mode 0600), which other runners have as well",
    )
    parser.add_argument(
        "--other-record",
        metavar="RECORD",
        type=Path,
        help="the other site's record of a moment ago, for questions that need data of both sites",
    )
    parser.add_argument(
        "--sign-key", metavar="FILE", type=Path, help="sign the records with this private key of ssh"
    )
    parser.add_argument(
        "--answers",
        metavar="DIR",
        type=Path,
        help="contact nobody: write a script for each host to DIR, and read what they printed there",
    )
    parser.add_argument("site", nargs="+", metavar="SITE", help="the sites to measure")


def _add_judge_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "record", nargs="+", metavar="RECORD", type=Path, help="SITE.json.gz, or the folder of a run"
    )
    _add_allowed_signers(parser)
    _add_site_options(parser)


def _add_verify_options(parser: argparse.ArgumentParser) -> None:
    _add_run(parser)
    _add_allowed_signers(parser)
    _add_notices(parser)
    _add_deadline(parser)
    _add_inventories(parser)
    _add_reports(parser)


def _add_sign_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--key",
        metavar="FILE",
        type=Path,
        required=True,
        help="a private key of ssh, or the public part of one that the agent holds",
    )
    _add_run(parser)
    _add_reports(parser)


def _add_report_options(parser: argparse.ArgumentParser) -> None:
    _add_run(parser)
    _add_allowed_signers(parser)
    _add_waivers(parser)
    _add_pdf(parser)
    _add_reports(parser)


def _add_history_options(parser: argparse.ArgumentParser) -> None:
    told = parser.add_mutually_exclusive_group()
    told.add_argument("--html", metavar="FILE", type=Path, help="write all runs as one page instead")
    told.add_argument(
        "--max-age",
        metavar="TIME",
        type=_age,
        help="say whether the last run ended in this time, such as 26h; if not, exit code 3",
    )
    told.add_argument(
        "--forget",
        nargs="?",
        metavar="",
        action=_FromStdin,
        help="read a value from stdin, and remove it from everything below the reports folder",
    )
    parser.add_argument("unwanted", nargs="*", help=argparse.SUPPRESS)
    _add_reports(parser)


def _add_compare_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "run", nargs=2, metavar="RUN", help="its id or its folder, or latest; siteparity history lists them"
    )
    _add_reports(parser)


def _add_help_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("of", nargs="?", metavar="VERB", help="default: all verbs")


def _add_explain_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("check", metavar="CHECK", help="an aspect, or aspect.check, or a test id")


def _add_gate_options(parser: argparse.ArgumentParser) -> None:
    _add_run_options(parser)
    parser.add_argument(
        "--primary-record",
        metavar="latest|PATH",
        help="do not contact the primary: its newest good record, or that of a file or run, stands in",
    )
    said = parser.add_mutually_exclusive_group()
    said.add_argument("--json", action="store_true", help="for programs: result.json on one line")
    said.add_argument("--quiet", action="store_true", help="say the last line alone")
    said.add_argument("--verbose", action="store_true", help="show every finding")
    parser.add_argument(
        "--metrics",
        metavar="FILE",
        type=Path,
        help="write numbers for Prometheus as well",
    )
    _add_pdf(parser)
    _add_notices(parser)
    parser.add_argument(
        "--heartbeat",
        metavar="FILE",
        type=Path,
        help="visit the address in this file when the run begins and ends, as healthchecks.io has it",
    )
    parser.add_argument(
        "--only",
        metavar="ASPECT,...",
        action="append",
        default=[],
        help="look at these aspects alone, quickly: the answer is PARTIAL, never GO",
    )
    parser.add_argument(
        "--host",
        metavar="HOST",
        action="append",
        default=[],
        help="look at the roles of this host alone: the answer is PARTIAL, never GO",
    )
    _add_waivers(parser)


def _add_privileges_options(parser: argparse.ArgumentParser) -> None:
    # It holds no secret, and a changed letter would make it another program.
    parser.set_defaults(to_copy=True)
    _add_site_options(parser)
    parser.add_argument(
        "host", nargs="*", metavar="SITE/HOST", help="with the collector; default: all, without"
    )
    parser.add_argument("--key", metavar="FILE", type=Path, action="append", default=[], help="public key")
    parser.add_argument("--part", metavar="PART", help="one file of it as it is, such as siteparity-collect")
    parser.add_argument("--write", metavar="DIR", type=Path, help="write a folder for each host")


def _add_init_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "site",
        nargs="*",
        metavar="SITE=INVENTORY",
        help="the primary, then the standby: an inventory of Ansible, or HOST,USER@HOST:PORT,...",
    )
    parser.add_argument(
        "--out", dest="inventories", metavar="DIR", type=Path, help="where to write (default: inventories)"
    )
    parser.add_argument("--primary", metavar="SITE", help="the site that serves now (default: the first)")
    only = parser.add_mutually_exclusive_group()
    only.add_argument(
        "--scout",
        action="store_true",
        help="ask nobody: print all questions as one script to read and to run",
    )
    only.add_argument(
        "--answers", metavar="DIR", type=Path, help="ask nobody: read what the script printed, a file a host"
    )
    parser.add_argument(
        "--again",
        action="store_true",
        help="print what changed since, as a patch of the policy; write nothing",
    )
    parser.add_argument(
        "--ssh-config", metavar="FILE", type=Path, help="in place of ~/.ssh/config, as ssh -F"
    )
    _add_deadline(parser)


def _add_site_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--primary", metavar="SITE", help="the site that serves now (default: the policy's)")
    parser.add_argument("--standby", metavar="SITE", help="the site that must be able to take over")
    _add_inventories(parser)


def _add_run_options(parser: argparse.ArgumentParser) -> None:
    _add_site_options(parser)
    _add_deadline(parser)
    parser.add_argument(
        "--connections",
        metavar="N",
        type=_connections,
        default=64,
        help="how many hosts are asked at the same time, 1 to 1000 (default: 64)",
    )
    _add_reports(parser)


def _add_deadline(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--deadline",
        metavar="TIME",
        type=seconds,
        help="when the answer must be there, such as 90s or 5m; a bare number counts seconds",
    )


def _add_inventories(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--inventories", metavar="DIR", type=Path, help="policy, waivers and a folder for each site"
    )


def _add_reports(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--reports", metavar="DIR", type=Path, help="where runs are kept")


def _add_notices(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--notices",
        metavar="FILE",
        type=Path,
        help="tell the addresses in this file of each NO-GO, and of each answer that is another one",
    )


def _add_pdf(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--pdf", metavar="FILE", type=Path, help="write the first screen and the findings on two pages"
    )


def _add_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", nargs="?", metavar="RUN", help="its id or its folder (default: the newest)")


def _add_waivers(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--waivers", action="store_true", help="print the waivers that would accept the findings"
    )


def _add_allowed_signers(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--allowed-signers",
        metavar="FILE",
        type=Path,
        help="demand a signature by a key of this file (ssh-keygen(1), ALLOWED SIGNERS)",
    )


def seconds(text: str) -> float:
    """A time from the command line in seconds: ``5m``, ``90s``, or a bare number of seconds."""
    from siteparity.policy.section import duration  # noqa: PLC0415  # it takes a tenth of a second

    try:
        number = float(text) if re.fullmatch(r"[0-9.]+", text) else duration(text).total_seconds()
    except ValueError:
        number = -1.0
    if not 10 <= number <= 86_400:  # noqa: PLR2004  # a day is no gate, and nothing can be measured in less than 10 s
        raise argparse.ArgumentTypeError(f"{text!r} is no time between 10s and 24h, such as 90s or 5m")
    return number


def _connections(text: str) -> int:
    """A number of connections from the command line."""
    if not re.fullmatch(r"[1-9][0-9]{0,2}|1000", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 to 1000")
    return int(text)


def _age(text: str) -> timedelta:
    """An age from the command line, with its unit."""
    from siteparity.policy.section import duration  # noqa: PLC0415  # as above

    try:
        return duration(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no time with a unit, such as 26h or 2d") from None


_Adding: TypeAlias = Callable[[argparse.ArgumentParser], None]

VERBS: Mapping[str, tuple[str, _Adding]] = {
    "gate": (
        "measure and compare both sites, try the standby out, and say GO, NO-GO or UNKNOWN",
        _add_gate_options,
    ),
    "diff": (
        "compare two hosts now, with no policy: what differs, by cause. It is no gate, and never says GO",
        _add_diff_options,
    ),
    "init": (
        "ask the hosts of two sites what runs, and draft a policy; they are not changed",
        _add_init_options,
    ),
    "check": (
        "read everything and contact nobody: what a run would ask, make and leave out",
        _add_check_options,
    ),
    "confirm": (
        "accept lines of the policy that siteparity drafted; without a path, show them",
        _add_confirm_options,
    ),
    "record": ("measure sites and save their records; judge nothing", _add_record_options),
    "judge": (
        "compare saved records of both sites, and contact nobody: the answer is PARTIAL, never GO",
        _add_judge_options,
    ),
    "verify": ("measure again: does the last GO still stand?", _add_verify_options),
    "sign": ("sign what a run left, with a key of ssh", _add_sign_options),
    "report": ("write the reports of a run again, from its result.json", _add_report_options),
    "history": ("the runs, one line each, the newest last", _add_history_options),
    "compare": ("what appeared, went and changed between two runs", _add_compare_options),
    "help": ("how siteparity is called, or one verb of it", _add_help_options),
    "explain": (
        "what a check proves, why, how to fix it, and which drill shows that it works",
        _add_explain_options,
    ),
    **failover_arguments.VERBS,
    "privileges": (
        "what hosts must grant: account, key, sudo line, collector, database, Redis",
        _add_privileges_options,
    ),
}
"""Each verb, in few words, and what adds its options."""
