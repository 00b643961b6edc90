"""What `python -m lab` does: up, down, status, exec, reset."""

import sys
import time
from collections.abc import Callable, Collection, Iterable
from functools import partial

from lab import database, evidence, grants, images, keys, machines, podman
from lab.errors import LabError
from lab.sites import Host, Plan
from lab.wait import together, until

UP_DEADLINE = 240.0
RESET_DEADLINE = 120.0

Say = Callable[[str], None]


def up(plan: Plan, say: Say) -> None:
    """Build what is missing, boot what is down, and wait for evidence that every service works."""
    podman.require("podman", "runc", "ssh", "iptables")
    machines.choose(plan)
    keys.make_all(plan)
    images.build_missing(plan, say)
    started = time.monotonic()
    fresh = machines.create(plan, plan.hosts)
    machines.start(plan, _stopped(plan))
    grants.renew(host for host in plan.hosts if host not in fresh)
    _settle(plan, plan.hosts, fresh, started + UP_DEADLINE)
    if old := machines.outdated(plan):
        say(f"their images were rebuilt; to use them: python -m lab reset{plan.pair.option} {' '.join(old)}")
    say(f"lab is up: {len(plan.hosts)} hosts, {time.monotonic() - started:.0f} s")


def down(plan: Plan, say: Say) -> None:
    """Remove containers and network. Keys and images stay, so that the next `up` is quick."""
    machines.remove_all(plan)
    say("lab is down")


def reset(plan: Plan, hosts: Iterable[Host], say: Say) -> list[Host]:
    """Recreate hosts from their images; all, if none is given.

    The standby's database goes with the primary's: it would be ahead of its new primary, on another history.

    Returns:
        The hosts that were recreated.
    """
    started = time.monotonic()
    chosen = list(hosts) or list(plan.hosts)
    primary, standby = evidence.database_pair(plan)
    if primary in chosen and standby not in chosen:
        chosen.append(standby)
    machines.remove(plan, chosen)
    fresh = machines.create(plan, chosen)
    machines.start(plan, fresh)
    _settle(plan, chosen, fresh, started + RESET_DEADLINE)
    say(f"reset in {time.monotonic() - started:.0f} s: {', '.join(host.name for host in chosen)}")
    return chosen


def status(plan: Plan) -> list[str]:
    """One line per host: the state of its container, and what its evidence says now."""
    present = machines.ours(plan.pair)
    if not present:
        raise LabError(f"the lab is not up; bring it up with: python -m lab up{plan.pair.option}")
    states = {host: present.get(host.name, ("", "missing"))[1] for host in plan.hosts}
    return together([partial(_status, host, plan, state) for host, state in states.items()])


def execute(host: Host, argv: list[str]) -> list[str]:
    """The argv that runs a command as root on a host."""
    machines.require_mark(host)
    return ["podman", *podman.RUNTIME, "exec", "-it" if sys.stdin.isatty() else "-i", host.name, *argv]


def _status(host: Host, plan: Plan, state: str) -> str:
    told = []
    if state == "running":
        for sentence, look in evidence.of_host(host, plan):
            try:
                look()
            except Exception as error:  # noqa: BLE001 -- a status line says whatever is wrong
                told.append(f"{sentence}: NO ({str(error).splitlines()[0]})")
    judged = "; ".join(told) or ("well" if state == "running" else "NOT RUNNING")
    return f"{host.name:18} {host.address:13} ssh {host.ssh_port}  {state:8} {judged}"


def _stopped(plan: Plan) -> list[Host]:
    present = machines.ours(plan.pair)
    return [host for host in plan.hosts if present[host.name][1] != "running"]


def _settle(plan: Plan, hosts: Collection[Host], fresh: Collection[Host], deadline: float) -> None:
    """Prepare databases that are new or lost, then wait for the evidence of each host."""
    primary, standby = evidence.database_pair(plan)
    if primary in fresh:
        database.prepare_primary(plan, deadline)
    if standby in fresh or (standby in hosts and database.is_lost(standby)):
        database.ensure_standby(plan, deadline)
    looks = [look for host in hosts for look in evidence.of_host(host, plan)]
    together([partial(until, sentence, look, deadline) for sentence, look in looks])
    if primary in fresh:
        plan.pair.software.begin(plan, deadline)
