"""An account that may run anything, created for the bench and the suite it compares with, and removed again.

siteparity itself needs none: its hosts answer through their collectors.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

from lab import keys, podman
from lab.pairs import USUAL, Pair
from lab.wait import together
from siteparity.configuration import Configuration
from siteparity.model import Host, Site

NAME = "bench"

_LEND = f"""
useradd --system --create-home --shell /bin/sh --password '*' {NAME}
install -d -o {NAME} -m 0700 ~{NAME}/.ssh
cat >~{NAME}/.ssh/authorized_keys
chown {NAME} ~{NAME}/.ssh/authorized_keys
echo '{NAME} ALL=(root) NOPASSWD: ALL' >/etc/sudoers.d/{NAME}
chmod 0440 /etc/sudoers.d/{NAME}
echo 'AllowUsers {NAME}' >/etc/ssh/sshd_config.d/{NAME}.conf
systemctl reload ssh
"""
_TAKE_BACK = f"""
rm -f /etc/sudoers.d/{NAME} /etc/ssh/sshd_config.d/{NAME}.conf
systemctl reload ssh
pkill -KILL -u {NAME} || true
userdel --remove {NAME} 2>/dev/null || true
"""


@contextmanager
def lent(names: Sequence[str], pair: Pair = USUAL) -> Iterator[None]:
    """The account exists on these machines of a pair inside the block."""
    key = (keys.folder(pair) / "id_ed25519.pub").read_text(encoding="ascii")
    try:
        together([partial(podman.run_in, name, _LEND, key) for name in names])
        yield
    finally:
        together([partial(podman.run_in, name, _TAKE_BACK, "") for name in names])


def through(settings: Configuration) -> Configuration:
    """The same sites, asked by scripts through the lent account."""
    return replace(settings, primary=_site(settings.primary), standby=_site(settings.standby))


def _site(site: Site) -> Site:
    return replace(site, hosts=tuple(map(_host, site.hosts)))


def _host(host: Host) -> Host:
    return replace(host, connection=replace(host.connection, user=NAME, collector=None))
