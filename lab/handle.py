"""What a fault written in Python may do to the lab."""

from dataclasses import dataclass, field

from lab import evidence, keys, machines, podman
from lab.sites import Host, Plan


@dataclass(frozen=True)
class Lab:
    """A running lab. Hosts are named by container, and refused without the lab's mark."""

    plan: Plan
    _proven: set[str] = field(default_factory=set, repr=False, compare=False)
    """Hosts whose mark was seen: each is checked once, since a check takes as long as most steps."""

    def shell(self, host: str, script: str, timeout: float = 60) -> str:
        """Run a shell script as root (`sh -eu`) on a host and return its stdout. A failure is a LabError."""
        done = podman.shell(self._marked(host).name, script, timeout=timeout)
        return done.stdout.decode("utf-8", "replace")

    def sql(self, host: str, query: str) -> str:
        """Run SQL as the superuser of a database host, in the database of its application."""
        return evidence.sql(self._marked(host), query)

    def password(self, name: str) -> str:
        """The password of that name; no word of it may be printed."""
        return keys.password(name, self.plan.pair)

    def restart(self, host: str) -> None:
        """Boot a host again; its files stay."""
        machines.restart(self.plan.host(host))

    def power_off(self, host: str) -> None:
        """Stop the host at once, like a power cut; `power_on` brings it back with its files."""
        podman.podman("kill", "--signal", "KILL", self._marked(host).name)

    def power_on(self, host: str) -> None:
        """Boot a host that is off; does nothing to a running one."""
        podman.podman("start", machines.id_of(self.plan.host(host)), timeout=120)

    def freeze(self, host: str) -> None:
        """Freeze every process of the host: the kernel accepts connections, and nothing answers."""
        podman.podman("pause", self._marked(host).name)

    def thaw(self, host: str) -> None:
        """Let a frozen host continue; does nothing to a running one."""
        podman.podman("unpause", machines.id_of(self.plan.host(host)), check=False)

    def cut_off(self, host: str) -> None:
        """Drop every packet from and to the host, as when its power or its line is cut. Its console works."""
        chains = "; ".join(
            f"add chain inet cut {way} {{ type filter hook {way} priority -300; policy drop; }}; "
            f"add rule inet cut {way} {where} lo accept"
            for way, where in (("input", "iifname"), ("output", "oifname"))
        )
        self.shell(host, f"nft 'add table inet cut; {chains}'")

    def connect(self, host: str) -> None:
        """Give a host its network back; does nothing to one that has it."""
        self.shell(host, "nft delete table inet cut 2>/dev/null || true")

    def in_network_of(self, host: str, *argv: str) -> str:
        """Run a program of this machine in the host's network, e.g. `sysctl`, which the host may not run."""
        return self._enter(host, ["--net"], *argv)

    def in_files_of(self, host: str, *argv: str) -> str:
        """Run a program of the host among its files with this machine's rights, e.g. `mount`."""
        return self._enter(host, ["--mount", "--pid"], *argv)  # umount looks at /proc/self

    def resize(self, host: str, *limits: str) -> None:
        """Give the host less, or more, of this machine: `--cpus 1`, `--memory 2g` (podman-update(1))."""
        podman.podman("update", *limits, self._marked(host).name)

    def _enter(self, host: str, namespaces: list[str], *argv: str) -> str:
        asked = podman.podman("inspect", "--format", "{{.State.Pid}}", self._marked(host).name)
        pid = asked.stdout.decode().strip()
        return podman.run(["nsenter", "--target", pid, *namespaces, *argv]).stdout.decode("utf-8", "replace")

    def _marked(self, name: str) -> Host:
        host = self.plan.host(name)
        if name not in self._proven:
            machines.require_mark(host)
            self._proven.add(name)
        return host
