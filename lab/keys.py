"""Keys and passwords of one pair: created once, kept with its state, removed with it."""

import hashlib
import secrets
from pathlib import Path

from lab import certificates, podman
from lab.pairs import USUAL, Pair
from lab.sites import Host, Plan
from lab.state import write


def make_all(plan: Plan) -> None:
    """Create what is missing: keys of suite, person and hosts, known_hosts, ssh_config, certificates."""
    podman.require("ssh-keygen")
    ssh = folder(plan.pair)
    _ssh_key(ssh / "id_ed25519", "parity@lab")
    _ssh_key(ssh / "on-call", "on-call@lab")
    for host in plan.hosts:
        _ssh_key(host_key(host), host.name)
    write(ssh / "known_hosts", "".join(map(_known_host, plan.hosts)))
    write(ssh / "config", ssh_config(plan, ssh))
    for name in plan.pair.software.PASSWORDS:
        if not (word := _word(name, plan.pair)).exists():
            write(word, secrets.token_urlsafe(18), 0o600)
    certificates.make_all(plan.pair.software.CERTIFICATE, plan.pair.state / "tls")


def folder(pair: Pair = USUAL) -> Path:
    """Where keys of ssh, known_hosts and the ssh_config of a pair are."""
    return pair.state / "ssh"


def host_key(host: Host) -> Path:
    """The file that keeps a host's private host key, so that it survives a reset."""
    return folder(host.pair) / "hosts" / host.name


def password(name: str, pair: Pair = USUAL) -> str:
    """The password of that name."""
    return _word(name, pair).read_text(encoding="ascii")


def _word(name: str, pair: Pair) -> Path:
    return pair.state / "passwords" / name


def tokens(pair: Pair = USUAL) -> dict[str, str]:
    """Passwords, and the digests that Redis needs: the values of `@NAME@` in the hosts' own files."""
    plain = {name: password(name, pair) for name in pair.software.PASSWORDS}
    digests = {f"SHA256_{name}": hashlib.sha256(word.encode()).hexdigest() for name, word in plain.items()}
    return {f"PASSWORD_{name}": word for name, word in plain.items()} | digests


def ssh_config(plan: Plan, folder: Path) -> str:
    """An ssh_config that reaches every host by name, and by 127.0.0.1 and port."""
    hosts = [f"Host {host.name}\n  HostName 127.0.0.1\n  Port {host.ssh_port}\n\n" for host in plan.hosts]
    return f"""{"".join(hosts)}Host *
  User parity
  IdentityFile {folder / "id_ed25519"}
  UserKnownHostsFile {folder / "known_hosts"}
  GlobalKnownHostsFile /dev/null
  IdentitiesOnly yes
  KexAlgorithms curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256
  HostKeyAlgorithms ssh-ed25519
  LogLevel ERROR
"""


def _known_host(host: Host) -> str:
    key = " ".join(host_key(host).with_suffix(".pub").read_text(encoding="ascii").split()[:2])
    return f"[127.0.0.1]:{host.ssh_port} {key}\n"


def _ssh_key(path: Path, comment: str) -> None:
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    podman.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", str(path)])
