"""How many faults of the standby a drafted policy names; with the lab up.

``python -m selftests.lab.recall [SECONDS]`` sets the faults, several at a time, before there is a policy.
Then `siteparity init` drafts one, and the gate answers with nothing confirmed. A fault is named if a check is
red that must find it. The draft must be the same, byte for byte, as the one of the healthy lab.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from lab import sites
from lab.drills import checks_of_faults
from lab.errors import LabError
from lab.faults import Fault, catalogue
from selftests.lab.companies import companies
from selftests.lab.conftest import Lab
from selftests.lab.drafting import init, lent
from selftests.lab.runs import named_by, run_gate


def of_the_standby(plan: sites.Plan) -> dict[str, tuple[str, Fault]]:
    """The faults that are set on hosts of the standby alone, which stay reachable."""
    standby = {host.name for host in plan.hosts if host.site == plan.other(plan.active.name).name}
    return {
        name: (aspect, fault)
        for name, (aspect, fault) in catalogue().items()
        if aspect != "hosts" and set(fault.hosts) <= standby and not fault.undone_by_reset
    }


def main(seconds: float) -> None:
    """Print each fault that is not named, and how many are, as far as the time reaches.

    The largest companies come first.
    """
    plan, began = sites.load(), time.monotonic()
    lab = Lab(plan, _say)
    named = 0
    missed: list[str] = []
    other: list[tuple[Fault, ...]] = []
    with tempfile.TemporaryDirectory() as made, lent(lab) as typed:
        folder = Path(made)
        init(lab, typed, folder / "healthy")
        healthy = (folder / "healthy" / "policy.yml").read_bytes()
        together = sorted(companies(of_the_standby(plan), checks_of_faults()), key=len, reverse=True)
        for number, faults in enumerate(together):
            if time.monotonic() - began > seconds:
                _say(f"out of time after {number} companies")
                break
            try:
                with lab.broken(*(fault.name for fault in faults)):
                    init(lab, typed, folder / str(number))
                    run = run_gate(folder / "reports", folder / str(number))
            except LabError as error:
                _say(f"left out, could not be set or mended: {faults[0].name}: {error}")
                continue
            if (folder / str(number) / "policy.yml").read_bytes() != healthy:
                other.append(faults)
            red = run.red_functions()
            lost = [fault.name for fault in faults if not red & named_by(run.settings, fault.name)]
            named, missed = named + len(faults) - len(lost), [*missed, *lost]
            _say(f"{number}: {len(faults)} faults, not named: {', '.join(lost) or 'none'}")
    _say(f"named: {named} of {named + len(missed)}; drafts unlike the healthy one: {len(other)} {other}")


def _say(words: str) -> None:
    print(words, flush=True)  # noqa: T201  # a command


if __name__ == "__main__":
    main(float(sys.argv[1]) if sys.argv[1:] else float("inf"))
