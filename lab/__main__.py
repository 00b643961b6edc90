"""The lab's command line: `python -m lab up|down|status|exec|reset|faults|break|mend`."""

import argparse
import json
import os
import sys
from dataclasses import asdict

from lab import drills, machines, pairs, sites, state, verbs
from lab.errors import LabError
from lab.pairs import USUAL, Pair

CHANGING = {"up", "down", "reset", "break", "mend"}


def main(argv: list[str] | None = None) -> int:
    """Run one verb and return the exit code: 0 done, 1 failed, 2 wrong usage."""
    arguments = _parser().parse_args(argv)
    try:
        pair = _pair(arguments)
        if arguments.verb in CHANGING:
            with state.only_one(say, pair):
                return _run(arguments, pair)
        return _run(arguments, pair)
    except LabError as error:
        print(f"lab: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _pair(arguments: argparse.Namespace) -> Pair:
    """The pair that is named. Without a name `up` means the usual one, other verbs the one that is up."""
    if arguments.verb == "up" and arguments.pair is None:
        return USUAL
    return pairs.chosen(arguments.pair, machines.is_up)


def _run(arguments: argparse.Namespace, pair: Pair) -> int:
    plan = sites.load(arguments.variant if arguments.verb == "up" else machines.variant(pair), pair)
    match arguments.verb:
        case "up":
            if present := drills.set_faults(pair):
                say(f"faults are set: {', '.join(present)}; to undo them: python -m lab mend{pair.option}")
            verbs.up(plan, say)
        case "down":
            verbs.down(plan, say)
        case "status":
            print("\n".join(verbs.status(plan)))
            print(f"faults set: {', '.join(drills.set_faults(pair)) or 'none'}")
        case "exec":
            command = verbs.execute(plan.host(arguments.host), arguments.command)
            sys.stdout.flush()
            os.execvp(command[0], command)  # noqa: S606 -- an argv list; exit status and streams are the command's own
        case "reset":
            drills.forget(plan, verbs.reset(plan, [plan.host(name) for name in arguments.hosts], say))
        case "faults":
            faults = drills.listing(pair)
            print(json.dumps([asdict(one) for one in faults], indent=1) if arguments.json else _table(faults))
        case "break":
            drills.break_(plan, arguments.fault, say)
        case "mend":
            drills.mend(plan, arguments.faults, say)
    return 0


def _table(faults: list[drills.Listed]) -> str:
    lines = [
        f"{'SET ' * one.is_set}{one.name} ({', '.join(one.hosts)}): {one.sentence}\n"
        f"    caught by: {', '.join(one.checks) or 'no check names it'}"
        for one in faults
    ]
    return "\n".join(lines)


def say(line: str) -> None:
    """Progress goes to stderr."""
    print(line, file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m lab", description=__doc__)
    verb = parser.add_subparsers(dest="verb", required=True)
    up = verb.add_parser("up", help="build what is missing, boot, wait until every service answers")
    up.add_argument("--variant", choices=sites.variants(), help="with additional hosts: see compose.yaml")
    verb.add_parser("down", help="remove containers and network; images and keys stay")
    verb.add_parser("status", help="one line per host")
    run = verb.add_parser("exec", help="run as root on a host: exec HOST -- CMD...")
    run.add_argument("host")
    run.add_argument("command", nargs="+")
    reset = verb.add_parser("reset", help="recreate all hosts, or these, from their images")
    reset.add_argument("hosts", nargs="*", metavar="HOST")
    faults = verb.add_parser("faults", help="the catalogue: name, what it does, which check must catch it")
    faults.add_argument("--json", action="store_true")
    verb.add_parser("break", help="set a fault").add_argument("fault", metavar="FAULT")
    mend = verb.add_parser("mend", help="undo faults; all that are set, if none is named")
    mend.add_argument("faults", nargs="*", metavar="FAULT")
    for one in verb.choices.values():
        one.add_argument(
            "--pair",
            choices=sorted(pairs.foreign()),
            help="a foreign pair of sites, instead of the usual one",
        )
    return parser


if __name__ == "__main__":
    sys.exit(main())
