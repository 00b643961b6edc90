"""Connections of a watch: one that broke is opened anew with the next look."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest

from selftests.unit.sites import DALLAS
from siteparity.model import Host, UnmeasuredError
from siteparity.transport import Output
from siteparity.watching import connections
from siteparity.watching.connections import Connections


class Line:
    """A transport that answers as often as a test allows."""

    made: ClassVar[list[Any]]
    works = True

    def __init__(self, *, connect_timeout: int) -> None:
        assert connect_timeout == connections.CONNECT_SECONDS
        self.closed = False
        self.made.append(self)

    def run(self, _: Host, script: bytes, **__: Any) -> Output:
        """The script itself."""
        if not self.works:
            raise UnmeasuredError("the connection broke")
        return Output(script, b"", 0)

    def close(self) -> None:
        """End it."""
        self.closed = True


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> type[Line]:
    """In place of the transport."""
    monkeypatch.setattr(Line, "made", [], raising=False)
    monkeypatch.setattr(Line, "works", True)
    monkeypatch.setattr(connections, "Transport", Line)
    return Line


def test_a_host_keeps_its_connection(line: type[Line]) -> None:
    """And every connection is ended."""
    first, second = DALLAS.hosts
    with Connections() as found:
        for host in (first, first, second):
            assert found.run(host, b"x", timeout=1, opener=b"").stdout == b"x"
    assert [one.closed for one in line.made] == [True, True]


def test_a_connection_that_broke_is_opened_anew(line: type[Line], monkeypatch: pytest.MonkeyPatch) -> None:
    """A host that comes back is seen with the next look."""
    host = DALLAS.hosts[0]
    with Connections() as found:
        monkeypatch.setattr(Line, "works", False)
        with pytest.raises(UnmeasuredError):
            found.run(host, b"x", timeout=1, opener=b"")
        assert line.made[0].closed
        monkeypatch.setattr(Line, "works", True)
        assert found.run(host, b"x", timeout=1, opener=b"").stdout == b"x"
    assert len(line.made) == 2
