"""The arguments of ``siteparity plan``, ``watch``, ``said`` and ``drills``. It imports little."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias

AddOptions: TypeAlias = Callable[[argparse.ArgumentParser], None]

_LONGEST = 60.0
"""Seconds between two looks, at most."""


def _interval(text: str) -> float:
    try:
        seconds = float(text.removesuffix("s"))
    except ValueError:
        seconds = -1.0
    if not 0 < seconds <= _LONGEST:
        raise argparse.ArgumentTypeError(f"{text!r} is no time between 0s and {_LONGEST:g}s, such as 2s")
    return seconds


def _add_folders(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--inventories", metavar="DIR", type=Path, help="policy, failover plan and a folder for each site"
    )
    parser.add_argument(
        "--reports", metavar="DIR", type=Path, help="where runs and the journal of drills are"
    )


def _add_sites(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--primary", metavar="SITE", help="the site that is left (default: the policy's)")
    parser.add_argument("--standby", metavar="SITE", help="the site that takes over")
    parser.add_argument("--mode", choices=("planned", "dead"), help="whether the old site answers")
    _add_folders(parser)


def _add_plan_options(parser: argparse.ArgumentParser) -> None:
    _add_sites(parser)
    parser.add_argument("--back", action="store_true", help="the way back alone, until both sites are safe")
    parser.add_argument("--html", metavar="FILE", type=Path, help="write a page to print as well")


def _add_watch_options(parser: argparse.ArgumentParser) -> None:
    _add_sites(parser)
    parser.add_argument("--by", metavar="NAME", help="who begins the drill (default: the account)")
    parser.add_argument("--new", action="store_true", help="begin another drill, although one has not ended")
    parser.add_argument("--once", action="store_true", help="look once, and say how far it is")
    parser.add_argument("--every", metavar="TIME", type=_interval, default=2.0, help="between two looks (2s)")
    parser.add_argument("--json", action="store_true", help="for programs: a line for each event")


def _add_said_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("step", metavar="STEP", help="its name in the plan")
    parser.add_argument("--by", metavar="NAME", required=True, help="who saw or decided it")
    parser.add_argument("--words", metavar="TEXT", default="", help="what was seen or decided")
    _add_folders(parser)


def _add_drills_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.add_argument("--html", metavar="FILE", type=Path, help="write a page of all drills as well")
    parser.add_argument("--pdf", metavar="FILE", type=Path, help="the same as a PDF; needs the extra pdf")
    _add_folders(parser)


VERBS: Mapping[str, tuple[str, AddOptions]] = {
    "plan": ("the failover plan of these sites: what to type, where, and what proves it", _add_plan_options),
    "watch": (
        "look on while a failover is made, and prove each step; nothing is changed",
        _add_watch_options,
    ),
    "said": ("note in the journal of the drill what a person saw or decided", _add_said_options),
    "drills": ("the drills and failovers so far, one line each, the newest last", _add_drills_options),
}
"""Verb -> what it does, and what adds its options."""
