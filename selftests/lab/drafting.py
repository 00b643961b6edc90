"""`siteparity init` on the hosts of a pair, and what a person answers until the gate is GO."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lab import keys
from selftests.lab.conftest import Lab
from selftests.lab.runs import Run, run_gate
from selftests.peer import account
from siteparity.commands.cli import main
from siteparity.model import Verdict
from siteparity.yamlfile import load

MOST_LINES = 60
"""Of a drafted policy."""
_ADMIT = f"""
cp -p {{ident}} /root/ident && echo 'siteparity {account.NAME} parity' >>{{ident}}
systemctl reload {{unit}}
"""
_AS_BEFORE = "cp -p /root/ident {ident} && rm /root/ident && systemctl reload {unit}"


@contextmanager
def lent(lab: Lab) -> Iterator[list[str]]:
    """An account of one's own on each host, which may use sudo; and both sites as somebody types them."""
    sites = [site.name for site in lab.plan.sites]
    hosts = {site: [host for host in lab.plan.hosts if host.site == site] for site in sites}
    databases = [host.name for site in sites for host in lab.plan.at(site, "db")]
    server = lab.plan.pair.software.DATABASE
    words = {"ident": f"{server.settings}/pg_ident.conf", "unit": server.unit}
    with account.lent([host.name for some in hosts.values() for host in some], lab.plan.pair):
        try:
            for name in databases:
                lab.root(name, _ADMIT.format(**words))
            yield [
                f"{site}={','.join(f'{account.NAME}@127.0.0.1:{host.ssh_port}' for host in some)}"
                for site, some in hosts.items()
            ]
        finally:
            for name in databases:
                lab.root(name, _AS_BEFORE.format(**words))


def init(lab: Lab, sites: list[str], out: Path, *more: str) -> int:
    """Run the command; its exit code."""
    ssh = str(keys.folder(lab.plan.pair) / "config")
    return main(["init", *sites, "--out", str(out), "--ssh-config", ssh, *more])


def answer(out: Path, answers: Path) -> None:
    """Write what a person answers into a drafted policy."""
    answered = _merged(load(out / "policy.yml").value, load(answers).value)
    (out / "policy.yml").write_text(json.dumps(answered, indent=1, ensure_ascii=False), encoding="utf-8")


def _merged(drafted: object, answered: object) -> object:
    """What was drafted, with what a person wrote in its place or beside it."""
    if isinstance(drafted, dict) and isinstance(answered, dict):
        return {
            key: _merged(drafted[key], answered[key])
            if key in drafted and key in answered
            else answered.get(key, drafted.get(key))
            for key in {**drafted, **answered}
        }
    return answered


def is_go_once_answered(out: Path, answers: Path, reports: Path) -> Run:
    """A draft is not GO, nor are its answers while lines wait; confirmed, they are. Returns the last run."""
    assert len((out / "policy.yml").read_text(encoding="utf-8").splitlines()) <= MOST_LINES
    answer(out, answers)
    waiting = run_gate(reports, out)
    assert waiting.result.verdict is Verdict.UNKNOWN, waiting.told()
    assert not waiting.red(), waiting.told()
    assert main(["confirm", "--all", "--by", "Ada Lovelace", "--inventories", str(out)]) == 0
    last = run_gate(reports, out)
    assert last.result.verdict is Verdict.GO, last.told()
    return last
