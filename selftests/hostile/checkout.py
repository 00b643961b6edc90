"""A whole checkout of the product whose ten hosts are addresses of one sshd."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from selftests.contract.sshd import ADDRESSES, Server
from selftests.hostile import lies
from selftests.plugin.project import CHECKOUT, COMMAND, PACKAGE, SITES, Project, clean_environment

HOSTS = {"edge1": "edge", "web1": "web", "web2": "web", "db1": "db", "sessions1": "sessions"}


@dataclass(frozen=True)
class Ran:
    """What a run said, and what it took."""

    status: int
    stdout: str
    stderr: str
    kilobytes: int
    """The largest resident size of the process, or of any that it started and waited for."""


class Whole(Project):
    """Every probe, every parity check, the product's own policy."""

    def __post_init__(self) -> None:
        shutil.copytree(
            PACKAGE, self.root / "src" / "siteparity", ignore=shutil.ignore_patterns("__pycache__")
        )
        shutil.copytree(CHECKOUT / "tests", self.root / "tests", ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("conftest.py", "pyproject.toml"):
            shutil.copy(CHECKOUT / name, self.root / name)
        self._make_python()
        own: dict[str, Any] = yaml.safe_load((CHECKOUT / "inventories" / "policy.yml").read_text())
        limits = {"deadline": "200s", "host_deadline": "60s"}
        self.write("inventories/policy.yml", yaml.safe_dump({**own, "limits": limits}, sort_keys=False))
        for number, site in enumerate(SITES):
            self.inventory(site, self.addresses[number * len(HOSTS) :][: len(HOSTS)])

    def inventory(
        self, site: str, addresses: Sequence[str], own: Mapping[str, Mapping[str, Any]] | None = None
    ) -> None:
        """A site of five hosts, as the lab's."""
        groups: dict[str, Any] = {role: {"hosts": {}} for role in ("edge", "web", "db", "sessions")}
        number = SITES.index(site) + 1
        for place, ((name, role), address) in enumerate(zip(HOSTS.items(), addresses, strict=True), 11):
            groups[role]["hosts"][name] = {
                "ansible_host": address,
                "parity_address": f"198.18.{number}.{place}",
                "parity_names": [f"{name}.{site}.shop.example"],
                **(own or {}).get(name, {}),
            }
        site_wide = {"parity_domain": f"{site}.shop.example", "parity_networks": [f"198.18.{number}.0/24"]}
        content = {"all": {"vars": {**self.connection, **site_wide}, "children": groups}}
        self.write(f"inventories/{site}/hosts.yml", yaml.safe_dump(content, sort_keys=False))

    def gate(self, **environment: str) -> Ran:
        """The whole command, measured."""
        out, err = self.root / "stdout", self.root / "stderr"
        with out.open("wb") as stdout, err.open("wb") as stderr:
            process = subprocess.Popen(
                [str(self.python), "-P", "-c", COMMAND, "gate"],
                cwd=self.root,
                env=clean_environment() | environment,
                stdout=stdout,
                stderr=stderr,
            )
            peak = 0
            while process.poll() is None:
                peak = max(peak, *map(_peak_kilobytes, (process.pid, *_children(process.pid))))
                time.sleep(0.02)
            return Ran(process.returncode, _text(out), _text(err), peak)


def _children(pid: int) -> list[int]:
    with suppress(OSError):
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def _peak_kilobytes(pid: int) -> int:
    """The most that a process has held (proc(5), VmHWM). getrusage(2) would count who started it as well."""
    with suppress(OSError):
        found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
        return int(found[1]) if found else 0
    return 0


def whole(folder: Path, server: Server) -> Whole:
    """A checkout whose hosts are this server's addresses."""
    connection = server.host().connection
    return Whole(
        folder,
        ADDRESSES,
        {
            "ansible_port": connection.port,
            "ansible_user": connection.user,
            "ansible_ssh_private_key_file": str(connection.private_key_file),
            "parity_ssh_config": str(connection.ssh_config),
        },
    )


def let_lie(server: Server, told: Mapping[str, str]) -> None:
    """Let each address tell a lie, whatever program is asked for."""
    folder = server.folder / "lies"
    folder.mkdir(exist_ok=True)
    for address, lie in told.items():
        (folder / address).write_text(lie)
    instead(server, f"{sys.executable} -P {lies.__file__} {folder}")


def instead(server: Server, command: str) -> None:
    """Run this for every login, in place of what was asked for (sshd(8), "command=")."""
    key = (server.folder / "client_key.pub").read_text()
    (server.folder / "authorized_keys").write_text(f'command="{command}" {key}')


def _text(path: Path) -> str:
    return path.read_bytes().decode(errors="replace")
