"""Calls to third parties from a host of the standby, through its SSH connection.

They say the same as the questions of `siteparity.probes.egress`, but depend on no program of the host. Each
third party is called several times: a gateway may be several machines, each with its own list of addresses.
"""

from __future__ import annotations

import socket
import ssl
from collections import Counter
from collections.abc import Mapping

from siteparity.model import Host
from siteparity.probes.egress import ACCEPTS, ThirdParty, state, talk
from siteparity.pytest_plugin.standby import Standby
from siteparity.tools.greeting import Greeting, Talk

_MOST_BYTES = 4096
NONE = "none"


def refusals(standby: Standby, host: Host, party: ThirdParty, tries: int) -> str:
    """How many calls from a host were not accepted, and why; `NONE` if all were accepted.

    Raises:
        UnmeasuredError: the host is not connected, or the connection broke.
    """
    states = Counter(state(party, _call(standby, host, party)) for _ in range(tries))
    refused: Mapping[str, int] = {words: count for words, count in states.items() if words != ACCEPTS}
    what = ", ".join(f"{count} x {words}" for words, count in sorted(refused.items()))
    return f"{sum(refused.values())} of {tries} ({what})" if refused else NONE


def _call(standby: Standby, host: Host, party: ThirdParty) -> Greeting:
    local = standby.way(host, party.server, party.port)
    turn = standby.wait_budget.turn(f"{party.server} {party.port}")
    seconds = turn.seconds(standby.seconds)
    try:
        with socket.create_connection(("127.0.0.1", local), seconds) as connection:
            said = _said(connection, party, talk(party))
    except TimeoutError:
        said = Greeting("", f"no answer within {seconds:g} s")
        turn.in_vain(seconds)
    except ssl.SSLCertVerificationError as error:
        said = Greeting("", f"its certificate is not trusted ({error.verify_message})"[:160])
    except OSError:
        said = Greeting("", "no connection")
    if not said.line:
        standby.look_after(host)
    return said


def _said(connection: socket.socket, party: ThirdParty, words: Talk) -> Greeting:
    if words.tls:
        context = ssl.create_default_context()
        with context.wrap_socket(connection, server_hostname=party.server) as secured:
            return _first_line(secured, words)
    return _first_line(connection, words)


def _first_line(connection: socket.socket, words: Talk) -> Greeting:
    """The server's first line. A forward accepts connections itself: only an answer shows a server."""
    connection.sendall(words.send.encode())
    heard = b""
    if not words.waits:
        connection.settimeout(1.0)  # if nothing listens there, the forward closes the connection at once
        try:
            return Greeting("", "no connection") if not connection.recv(1) else Greeting("connected", "")
        except TimeoutError:
            return Greeting("connected", "")
    while b"\n" not in heard and len(heard) < _MOST_BYTES:
        some = connection.recv(_MOST_BYTES)
        if not some:
            break
        heard += some
    if words.leave and heard:
        connection.sendall(words.leave.encode())
    line = heard.split(b"\n")[0].decode("ascii", "replace").strip()
    return Greeting(line[:200], "") if line else Greeting("", "no connection")
