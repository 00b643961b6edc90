"""The status codes with which a web server answers some paths, asked from the host itself.

All requests go over one connection, so one program makes all of them; where the server keeps none open, each
has its own. They are ``HEAD`` requests: an answer has no body, so no text of a page can pass for a status.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Sequence

from siteparity.model import UnmeasuredError
from siteparity.tools.program import filled, program

NO_ANSWER = "no answer"

ATTACKS = {
    "a script": "/?siteparity=%3Cscript%3Ealert(1)%3C/script%3E",
    "a database query": "/?siteparity=1%27%20UNION%20SELECT%20password%20FROM%20users--%20",
    "a path to a system file": "/?siteparity=../../../../etc/passwd",
    "a shell command": "/?siteparity=%3Bcat%20/etc/passwd",
}
"""Requests that look like attacks. They are harmless even if nothing inspects them: no shop has the
parameter."""
NORMAL = "/?siteparity=hello"
"""A request that does not look like an attack."""

# bash has /dev/tcp, and every Debian has bash; curl is often missing. Only the programs' own messages say
# whether anybody listens, so stderr is kept. Both end when the server hangs up. Loading the authorities would
# take openssl four times as long as all the rest, and nobody verifies here.
_PLAIN = """\
said=$(bash -c 'exec 3<>/dev/tcp/@ADDRESS@/@PORT@ || exit 9; printf %s "$1" >&3; cat <&3' \\
    bash "$requests" 2>&1)
"""
_TLS = """\
said=$(printf %s "$requests" | openssl s_client -quiet -no-CAfile -no-CApath \\
    -connect @TARGET@ -servername @HOST@ 2>&1)
"""
_QUESTION = program(__package__, "answers.sh")


def question(address: str, port: int, host: str, paths: Sequence[str], *, tls: bool) -> str:
    """A shell text that asks for the head of each path, in their order.

    Args:
        address: where the server listens, an IP address of the host itself.
        port: likewise.
        host: the name that customers type.
        paths: absolute paths, with every special character written as ``%XX``.
        tls: whether the port speaks TLS; the certificate is not looked at.
    """
    requests = "".join(_head(path, host, last=path is paths[-1]) for path in paths)
    target = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
    if tls:
        asking = filled(_TLS, target=shlex.quote(target), host=shlex.quote(host))
    else:
        asking = filled(_PLAIN, address=address, port=str(port))
    singles = " ".join(shlex.quote(_head(path, host, last=True)) for path in paths)
    return filled(_QUESTION, requests=shlex.quote(requests), ask=asking.rstrip("\n"), singles=singles)


def _head(path: str, host: str, *, last: bool) -> str:
    fields = {
        "Host": host,
        "User-Agent": "siteparity",
        "Accept": "text/html",
        "Connection": "close" if last else "keep-alive",
    }
    lines = [f"HEAD {path} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items()), "", ""]
    return "\r\n".join(lines)


def read(lines: Sequence[str], paths: Sequence[str]) -> dict[str, int | str]:
    """Read the answer to `question`: path -> status code, or `NO_ANSWER` where nobody listens.

    Raises:
        UnmeasuredError: there is another number of answers than requests.
    """
    first, *said = lines or [""]
    if not re.fullmatch(r"exit [0-9]{1,3}", first):
        raise UnmeasuredError("the answer does not say how asking ended")
    if first != "exit 0" and re.search(r"(?i)connection refused", "\n".join(said)):
        return dict.fromkeys(paths, NO_ANSWER)
    codes = list(_codes(line.replace("\r", "") for line in said))
    if len(codes) != len(paths):
        words = " ".join(" ".join(said).split())[:120]
        raise UnmeasuredError(f"{len(codes)} answers came to {len(paths)} requests ({first}: {words})")
    return dict(zip(paths, codes, strict=True))


def _codes(lines: Iterable[str]) -> Iterable[int]:
    return (int(found[1]) for line in lines if (found := re.match(r"HTTP/1\.[01] ([1-5][0-9]{2})\b", line)))
