"""Real servers on this machine in place of a site's hosts: whatever journeys do, they do to these."""

from __future__ import annotations

import importlib.util
import os
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import TCPServer
from types import SimpleNamespace
from typing import Any, cast

from selftests.unit.servers import shell
from selftests.unit.sites import ARIZONA, DALLAS
from siteparity.collect import live_questions
from siteparity.configuration import find_root
from siteparity.model import Host, Judgement, Site
from siteparity.policy import load_policy
from siteparity.policy.journeys import place
from siteparity.probes import discover
from siteparity.pytest_plugin.standby import Standby
from siteparity.pytest_plugin.wait_budget import WaitBudget
from siteparity.transport.script import NO_WORDS, Answer

SECTIONS = {name: probe.section for name, probe in discover().items()}


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as an application sees it."""

    method: str
    path: str
    headers: Mapping[str, str]

    @property
    def cookies(self) -> Mapping[str, str]:
        """The cookies that the browser brings."""
        return {name: one.value for name, one in SimpleCookie(self.headers.get("Cookie", "")).items()}


@dataclass(frozen=True, slots=True)
class Told:
    """What an application answers."""

    body: str = ""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


Application = Callable[[Asked], Told]


class _Server(ThreadingHTTPServer):
    def server_bind(self) -> None:
        """Take a port, and ask no name server for the machine's name."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = "localhost", self.server_address[1]

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that hang up are the point."""


@contextmanager
def served(application: Application, *, context: ssl.SSLContext | None = None) -> Iterator[int]:
    """The application's port on 127.0.0.1; it speaks TLS if a context is given."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            """Let the application answer."""
            told = application(Asked(self.command, self.path, dict(self.headers.items())))
            body = told.body.encode()
            self.send_response(told.status)
            for name, value in {"Content-Type": "text/html; charset=utf-8", **told.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815  # the name is the base class's

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # likewise
            """Say nothing."""

    with _Server(("127.0.0.1", 0), Handler) as server:
        if context:
            server.socket = context.wrap_socket(
                server.socket, server_side=True, do_handshake_on_connect=False
            )
        thread = threading.Thread(target=partial(server.serve_forever, 0.02))
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


def with_all_roles(site: Site) -> Site:
    """The site with one host that does everything."""
    host = replace(site.hosts[0], roles=("edge", "web", "db", "sessions"))
    return replace(site, hosts=(host,))


class Loopback(Standby):
    """A standby whose hosts' ports are those of servers on this machine."""

    ports: Mapping[tuple[str, int], int]
    """Site and port -> the port of 127.0.0.1."""

    def way(self, host: Host, server: str, port: int) -> int:
        """The server in its place."""
        super()._known_way(host, place(server, port))
        return self.ports[host.site, port]

    def ask(self, host: Host, name: str, words: Mapping[str, str] = NO_WORDS) -> Answer:
        """What this machine's shell says to the question that the host would be asked."""
        full = live_questions.full_name(name)
        here = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
        text, status = shell(live_questions.questions(self._policy, host)[full].text, **here, **words)
        return Answer(text, status, None)

    def look_after(self, host: Host) -> None:
        """The way to the host is well."""


def tried(
    folder: Path,
    check: str,
    policy: str,
    ports: Mapping[int, int] | Mapping[tuple[str, int], int],
    **parameters: object,
) -> Judgement:
    """What a smoke check of the product makes of some servers.

    Args:
        folder: for files.
        check: ``session.a_session_is_kept_by_the_standbys_own_redis``.
        policy: the text of the policy from ``languages`` on.
        ports: of the hosts, or of each site's, -> those of the servers on this machine.
        parameters: the check's own, such as the language.
    """
    path = folder / "policy.yml"
    head = "version: 2\nowner: Platform\nroles: [edge, web, db, sessions]\n"
    path.write_text(head + policy, encoding="utf-8")
    journey, _, function = check.partition(".")
    settings = SimpleNamespace(
        policy=load_policy(path, SECTIONS), standby=with_all_roles(ARIZONA), primary=with_all_roles(DALLAS)
    )
    source = SimpleNamespace(effect="Customers wait.", aspect=journey)
    transport = cast("Any", SimpleNamespace(directory=folder))
    with ExitStack() as stack:
        standby = Loopback(
            cast("Any", settings),
            transport,
            cast("Any", SimpleNamespace(source=source)),
            stack,
            WaitBudget(folder, {}),
        )
        standby.ports = {
            (site.name, port) if isinstance(port, int) else port: local
            for port, local in ports.items()
            for site in (settings.standby, settings.primary)
        }
        _function(journey, f"test_{function}")(standby, **parameters)
        return standby.judgement()


def _function(journey: str, name: str) -> Callable[..., None]:
    path = find_root() / "tests" / "smoke" / f"test_{journey}.py"
    spec = importlib.util.spec_from_file_location(f"smoke_{journey}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    function: Callable[..., None] = getattr(module, name)
    return function
