"""Connections that are opened anew after they broke: a watched host goes away, and may come back."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Self

from siteparity.model import Host, UnmeasuredError
from siteparity.transport import Output, Transport

CONNECT_SECONDS = 3
"""Within which a host must accept a connection: one that is away must not delay the next look for long."""


class Connections:
    """One connection for each host, until it breaks. Threads may share it."""

    def __init__(self) -> None:
        self._open: dict[str, Transport] = {}
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            every = list(self._open.values())
            self._open.clear()
        for transport in every:
            transport.close()

    def run(self, host: Host, script: bytes, *, timeout: float, opener: bytes) -> Output:
        """Run a script on a host after its opener.

        Raises:
            UnmeasuredError: it cannot be run; with the reason. The next call connects anew.
        """
        with self._lock:
            if host.label not in self._open:
                self._open[host.label] = Transport(connect_timeout=CONNECT_SECONDS)
            transport = self._open[host.label]
        try:
            return transport.run(host, script, timeout=timeout, opener=opener)
        except UnmeasuredError:
            with self._lock:
                self._open.pop(host.label, None)
            transport.close()
            raise
