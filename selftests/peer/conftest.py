"""How this suite reaches its hosts: testinfra's own ssh backend, one persistent connection per host."""

from __future__ import annotations

import os
from functools import cache

import testinfra
from testinfra.host import Host

from lab import keys
from selftests.peer.account import NAME

CONTROL = "SITEPARITY_PEER_CONTROL"
"""The environment variable with the folder of ssh's control sockets."""


@cache
def reach(name: str) -> Host:
    """A machine of the lab; commands run as root, as the same facts need it."""
    folder = os.environ[CONTROL]
    config = keys.folder() / "config"
    spec = f"ssh://{NAME}@{name}?ssh_config={config}&controlpersist=30&controlpath={folder}/%C&sudo=true"
    return testinfra.get_host(spec)
