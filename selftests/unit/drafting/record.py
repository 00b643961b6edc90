"""Records what the lab's hosts answer: ``python -m selftests.unit.drafting.record``, with the lab up.

It records the healthy lab, and each of some faults of the standby; three minutes.
"""

from __future__ import annotations

import json
import lzma
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from lab import keys, podman, sites
from lab.errors import LabError
from lab.pairs import USUAL
from selftests.lab.conftest import Lab
from siteparity.drafting import questions
from siteparity.probes import discover

FILE = Path(__file__).with_name("recorded.json.xz")
FAULTS = (
    "session_workers_connected_to_the_other_site",
    "locale_not_compiled_at_the_standby",
    "catalogue_missing",
    "service_stopped",
    "service_masked",
    "job_commented_out",
    "listener_unexpected",
    "upload_folder_unmounted",
    "database_role_missing",
    "release_one_commit_behind",
    "exporter_disabled",
    "unit_drop_in_differs",
)
"""Of each another kind of what a draft is made of."""

Answered = Mapping[str, Mapping[str, object]]
"""Question -> its text, status and problem."""


WANTED = questions.asks(discover())
TEXT = questions.script(discover()).encode()


def _asked(plan: sites.Plan) -> dict[str, dict[str, Answered]]:
    def one(host: sites.Host) -> tuple[str, str, Answered]:
        done = podman.podman("exec", "-i", host.name, "sh", "-s", timeout=300, stdin=TEXT)
        if any(keys.password(name).encode() in done.stdout for name in USUAL.software.PASSWORDS):
            raise LabError(f"{host.name}: the answer holds a password of the lab")
        given = questions.answers_of(WANTED, done.stdout)
        said = {
            name: {"text": answer.text.decode("latin-1"), "status": answer.status, "problem": answer.problem}
            for name, answer in given.items()
        }
        return host.site, host.name, said

    found: dict[str, dict[str, Answered]] = {}
    with ThreadPoolExecutor(4) as pool:
        for site, name, said in pool.map(one, [host for host in plan.hosts if host.site != sites.OUTSIDE]):
            found.setdefault(site, {})[name] = said
    return found


def main() -> None:
    """Record everything, and write `FILE`."""
    plan = sites.load()
    lab = Lab(plan, _say)
    healthy = _asked(plan)
    faults = {}
    for name in sys.argv[1:] or FAULTS:
        try:
            with lab.broken(name):
                found = _asked(plan)
        except LabError as error:
            _say(f"left out: {name}: {error}")
            continue
        faults[name] = {
            site: {host: said for host, said in hosts.items() if said != healthy[site][host]}
            for site, hosts in found.items()
        }
        _say(name)
    FILE.write_bytes(lzma.compress(json.dumps({"healthy": healthy, "faults": faults}).encode(), preset=9))
    _say(f"{FILE.name}: {len(faults)} faults, {FILE.stat().st_size / 1024:.0f} KiB")


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)  # noqa: T201  # progress


if __name__ == "__main__":
    main()
