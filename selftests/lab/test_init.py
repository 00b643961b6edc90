"""From host names to a verdict: the lab without a policy, and what a person adds until it is GO."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lab import keys
from lab.pairs import USUAL
from selftests.lab.conftest import Lab
from selftests.lab.runs import named_by, run_gate
from selftests.peer import account
from siteparity.commands.cli import main
from siteparity.model import Verdict
from siteparity.yamlfile import load

pytestmark = pytest.mark.timeout(900)

SITES = ("dallas", "arizona")
ANSWERS = Path(__file__).with_name("init_answers.yml")
SECONDS = 120
"""In which init and the first gate must have answered, on a machine that does nothing else meanwhile."""
MOST_LINES = 60
IDENT = "/etc/postgresql/15/main/pg_ident.conf"
_ADMIT = f"""
cp -p {IDENT} /root/ident && echo 'siteparity {account.NAME} parity' >>{IDENT}
systemctl reload postgresql@15-main
"""
_AS_BEFORE = f"cp -p /root/ident {IDENT} && rm /root/ident && systemctl reload postgresql@15-main"
_STATE = """
cd /
find /etc /usr/local /srv /var/spool/cron -xdev -type f ! -path '/srv/uploads/*' -exec sha256sum {} +
systemctl list-units --plain --no-legend --type=timer | awk '{ print $1, $3 }'
"""


@contextmanager
def lent(lab: Lab) -> Iterator[list[str]]:
    """An account of one's own on each host, which may use sudo; and both sites as somebody types them."""
    hosts = {site: [host for host in lab.plan.hosts if host.site == site] for site in SITES}
    databases = [host.name for site in SITES for host in lab.plan.at(site, "db")]
    with account.lent([host.name for some in hosts.values() for host in some]):
        try:
            for name in databases:
                lab.root(name, _ADMIT)
            yield [
                f"{site}={','.join(f'{account.NAME}@127.0.0.1:{host.ssh_port}' for host in some)}"
                for site, some in hosts.items()
            ]
        finally:
            for name in databases:
                lab.root(name, _AS_BEFORE)


def init(sites: list[str], out: Path, *more: str) -> int:
    """Run the command; its exit code."""
    return main(["init", *sites, "--out", str(out), "--ssh-config", str(keys.folder() / "config"), *more])


def merged(drafted: object, answered: object) -> object:
    """What was drafted, with what a person wrote in its place or beside it."""
    if isinstance(drafted, dict) and isinstance(answered, dict):
        return {
            key: merged(drafted[key], answered[key])
            if key in drafted and key in answered
            else answered.get(key, drafted.get(key))
            for key in {**drafted, **answered}
        }
    return answered


def test_from_host_names_to_go(lab: Lab, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Never GO while something waits; GO when everything is confirmed and every question is answered."""
    out = tmp_path / "inventories"
    with lent(lab) as sites:
        began = time.monotonic()
        assert init(sites, out) == 0, capsys.readouterr()
        first = run_gate(tmp_path / "reports", out)
        busy = max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
        assert time.monotonic() - began < SECONDS * busy
        assert len((out / "policy.yml").read_text(encoding="utf-8").splitlines()) <= MOST_LINES
        assert first.result.verdict in (Verdict.NO_GO, Verdict.UNKNOWN), first.told()

        answered = merged(load(out / "policy.yml").value, load(ANSWERS).value)
        (out / "policy.yml").write_text(json.dumps(answered, indent=1, ensure_ascii=False), encoding="utf-8")
        waiting = run_gate(tmp_path / "reports", out)
        assert waiting.result.verdict is Verdict.UNKNOWN, waiting.told()
        assert not waiting.red(), waiting.told()

        assert main(["confirm", "--all", "--by", "Ada Lovelace", "--inventories", str(out)]) == 0
        last = run_gate(tmp_path / "reports", out)
        assert last.result.verdict is Verdict.GO, last.told()


def test_hosts_stay_as_they_are_and_no_password_is_told(lab: Lab, tmp_path: Path) -> None:
    """Files and units before and after; every password of the lab in every file that was written."""
    hosts = [host.name for host in lab.plan.hosts if host.site in SITES]
    with lent(lab) as sites:
        before = {name: lab.root(name, _STATE) for name in hosts}
        assert init(sites, tmp_path / "one") == 0
        assert {name: lab.root(name, _STATE) for name in hosts} == before
        assert init(sites, tmp_path / "two") == 0
        assert init(sites, tmp_path / "one", "--again") == 0
    one, two = _files(tmp_path / "one"), _files(tmp_path / "two")
    assert one == two
    for name in USUAL.software.PASSWORDS:
        assert all(keys.password(name).encode() not in content for content in one.values())


def _files(folder: Path) -> dict[Path, bytes]:
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*.yml")}


@pytest.mark.parametrize("fault", ["session_workers_connected_to_the_other_site", "catalogue_missing"])
def test_a_fault_of_the_standby_is_named_by_the_first_gate(lab: Lab, tmp_path: Path, fault: str) -> None:
    """It was there before anybody wrote a policy."""
    with lent(lab) as sites:
        assert init(sites, tmp_path / "healthy") == 0
        with lab.broken(fault):
            assert init(sites, tmp_path / "broken") == 0
            run = run_gate(tmp_path / "reports", tmp_path / "broken")
    one, two = ((tmp_path / name / "policy.yml").read_bytes() for name in ("healthy", "broken"))
    assert one == two
    assert run.red_functions() & named_by(run.settings, fault), run.told()
