"""From host names to a verdict: the lab without a policy, and what a person adds until it is GO."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from lab import keys
from lab.pairs import USUAL
from selftests.lab.conftest import Lab
from selftests.lab.drafting import init, is_go_once_answered, lent
from selftests.lab.runs import named_by, run_gate
from siteparity.model import Verdict

pytestmark = pytest.mark.timeout(900)

SITES = ("dallas", "arizona")
ANSWERS = Path(__file__).with_name("init_answers.yml")
SECONDS = 120
"""In which init and the first gate must have answered, on a machine that does nothing else meanwhile."""
_STATE = """
cd /
find /etc /usr/local /srv /var/spool/cron -xdev -type f ! -path '/srv/uploads/*' -exec sha256sum {} +
systemctl list-units --plain --no-legend --type=timer | awk '{ print $1, $3 }'
"""


def test_from_host_names_to_go(lab: Lab, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Never GO while something waits; GO when everything is confirmed and every question is answered."""
    out = tmp_path / "inventories"
    with lent(lab) as sites:
        began = time.monotonic()
        assert init(lab, sites, out) == 0, capsys.readouterr()
        first = run_gate(tmp_path / "reports", out)
        busy = max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
        assert time.monotonic() - began < SECONDS * busy
        assert first.result.verdict in (Verdict.NO_GO, Verdict.UNKNOWN), first.told()

        is_go_once_answered(out, ANSWERS, tmp_path / "reports")


def test_hosts_stay_as_they_are_and_no_password_is_told(lab: Lab, tmp_path: Path) -> None:
    """Files and units before and after; every password of the lab in every file that was written."""
    hosts = [host.name for host in lab.plan.hosts if host.site in SITES]
    with lent(lab) as sites:
        before = {name: lab.root(name, _STATE) for name in hosts}
        assert init(lab, sites, tmp_path / "one") == 0
        assert {name: lab.root(name, _STATE) for name in hosts} == before
        assert init(lab, sites, tmp_path / "two") == 0
        assert init(lab, sites, tmp_path / "one", "--again") == 0
    one, two = _files(tmp_path / "one"), _files(tmp_path / "two")
    assert one == two
    for name in USUAL.software.PASSWORDS:
        assert all(keys.password(name).encode() not in content for content in one.values())


def _files(folder: Path) -> dict[Path, bytes]:
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*.yml")}


@pytest.mark.cases("fault", ("session_workers_connected_to_the_other_site", "catalogue_missing"), 1)
def test_a_fault_of_the_standby_is_named_by_the_first_gate(lab: Lab, tmp_path: Path, fault: str) -> None:
    """It was there before anybody wrote a policy."""
    with lent(lab) as sites:
        assert init(lab, sites, tmp_path / "healthy") == 0
        with lab.broken(fault):
            assert init(lab, sites, tmp_path / "broken") == 0
            run = run_gate(tmp_path / "reports", tmp_path / "broken")
    one, two = ((tmp_path / name / "policy.yml").read_bytes() for name in ("healthy", "broken"))
    assert one == two
    assert run.red_functions() & named_by(run.settings, fault), run.told()
