"""What goes wrong in real failovers, while the rendered plan is followed: none of it is overlooked."""

from __future__ import annotations

import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

import pytest

from lab import customers
from lab.handle import Lab
from selftests.lab.conftest import Say
from selftests.lab.rehearsal import NEW, OLD, Engineer, RehearsalError, Watching, after, named, until
from selftests.lab.runbook import Step

pytestmark = pytest.mark.timeout(900)

ALARM_SECONDS = 20.0
"""A second writer is told within 10 s on an idle machine; this one runs all hosts of the lab."""
ALARM_STATUS = 2


@dataclass(frozen=True, slots=True)
class Mishap:
    """What must never be once the plan has gone so far, what undoes it, and the alarms that tell it."""

    alarms: tuple[str, ...]
    """Either, by what the first look sees: a server that only starts, or one that takes writes already."""
    host: str
    wrong: str
    undone: str


UNPROVEN_SECONDS = 15.0
"""Several looks, of which none may prove the step."""
POOL = "pool-left.service"
_HOLD = (
    'import socket, time; held = socket.create_connection(("sessions1.dallas.shop.example", 6379)); '
    "time.sleep(3600)"
)
"""A pooled connection to the old site's Redis."""
_CLUSTER = "postgresql@15-main.service"
MISHAPS = (
    Mishap(
        ("proven step no longer holds",),
        f"{OLD}-web1",
        "systemctl start cron.service",
        "systemctl stop cron.service",
    ),
    Mishap(
        ("fenced server answers", "second writer"),
        f"{OLD}-db1",
        f"rm /var/lib/postgresql/15/main/standby.signal; systemctl start {_CLUSTER}",
        f"systemctl stop {_CLUSTER}",
    ),
)


def test_what_goes_wrong_is_seen(engineer: Engineer, say: Say) -> None:
    """A killed watch, a name server left behind, a cron revived, a second writer: none is overlooked."""
    book, lab = engineer.desk.runbook("planned"), engineer.lab
    promote, lead = named(book, "promote"), named(book, "lead customers there")
    engineer.make(named(book, "ask"))
    with Watching.of(engineer.desk, "planned") as watching:
        watching.proven("ask")
        engineer.follow("planned", watching, until(book, "compare the positions")[1:])
        engineer.make(_mistyped(promote, "pg_promote()", "pg_is_in_recovery()"))
        _is_not_proven(watching, promote)
        engineer.follow("planned", watching, [promote])
        watching.process.send_signal(signal.SIGKILL)
    with Watching.of(engineer.desk, "planned") as watching:
        engineer.follow("planned", watching, [named(book, "start what runs at one site")])
        assert watching.events[0]["event"] == "resumed"
        engineer.make(_mistyped(lead, "nsd.service nsd-second.service", "nsd.service"))
        _is_not_proven(watching, lead)
        lab.shell("outside1", "systemctl kill --kill-whom main --signal HUP nsd-second.service")
        watching.proven(lead.name)
        lab.shell(f"{NEW}-web1", f"systemd-run --quiet --unit {POOL} python3 -c '{_HOLD}'")
        _is_not_proven(watching, named(book, "look as a customer"))
        lab.shell(f"{NEW}-web1", f"systemctl stop {POOL}")
        watching.proven("look as a customer")
    for mishap in MISHAPS:
        _is_told(mishap, engineer, say)


def _mistyped(step: Step, right: str, wrong: str) -> Step:
    assert right in step.commands
    return replace(step, commands=step.commands.replace(right, wrong))


def _is_not_proven(watching: Watching, step: Step) -> None:
    with pytest.raises(RehearsalError):
        watching.proven(step.name, UNPROVEN_SECONDS)
    assert watching.process.poll() is None, "the watch has ended, so nobody looked"


def _is_told(mishap: Mishap, engineer: Engineer, say: Say) -> None:
    """It ends the watch with an alarm, and the next watch goes on once it is mended."""
    with Watching.of(engineer.desk, "planned") as watching:
        watching.wait_for("it is taken up", lambda event: event["event"] == "resumed", 60)
        began = time.monotonic()
        engineer.lab.shell(mishap.host, mishap.wrong)
        event = watching.wait_for(
            " or ".join(mishap.alarms), lambda event: event.get("alarm") in mishap.alarms, ALARM_SECONDS
        )
        say(f"{event['alarm']}: {event['words']}; told within {time.monotonic() - began:.1f} s")
        assert event["event"] == "alarmed"
        assert watching.process.wait(30) == ALARM_STATUS
    engineer.lab.shell(mishap.host, mishap.undone)
    with Watching.of(engineer.desk, "planned") as watching:
        watching.wait_for("it is mended", lambda event: event["event"] == "cleared", 60)


def test_dead_there_and_back(engineer: Engineer, say: Say) -> None:
    """The copy is behind when Dallas dies: what the old WAL shows to be lost holds what the customer lost.

    That somebody says that Dallas is cut off does not count as long as it answers.
    """
    desk, lab, cut = engineer.desk, engineer.lab, "cut the old site off"
    old = [host.name for host in lab.plan.hosts if host.site == OLD]
    with customers.ordering(lab):
        desk.run("siteparity gate")
        book = desk.runbook("dead")
        with Watching.of(desk, "dead") as watching:
            engineer.follow("dead", watching, until(book, "decide"))
            watching.serves()
            lab.cut_off(f"{NEW}-db1")
            engineer.make(named(book, cut))
            _is_not_proven(watching, named(book, cut))
            for host in old:
                lab.cut_off(host)
            died = datetime.now(UTC)
            lab.connect(f"{NEW}-db1")
            watching.proven(cut)
            by_hand = {"keep the old database down": partial(_connect, lab, old)}
            engineer.follow("dead", watching, after(book, cut), by_hand)
            watching.end()
        tries = customers.ledger(lab)
    drill = desk.drills()[-1]
    lost = set(customers.missing(lab, f"{NEW}-db1", tries))
    least, most = drill["rpo_seconds"]
    say(
        f"dead {OLD}: RTO {drill['rto_seconds']} s, {len(lost)} orders lost, "
        f"of {most:.1f} s as the old WAL shows: {drill['lost']}"
    )
    assert drill["rto_seconds"] is not None, drill
    moments = [one.at for one in tries if one.order in lost]
    assert moments
    assert max(moments) <= died
    assert least == most, "it was counted"
    assert (max(moments) - min(moments)).total_seconds() <= most
    assert int(drill["lost"].split()[0]) >= len(lost)


def _connect(lab: Lab, hosts: Sequence[str]) -> None:
    for host in hosts:
        lab.connect(host)
