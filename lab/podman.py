"""Run podman and podman-compose as argv lists, with a deadline and errors that say what to install."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from lab.errors import LabError
from lab.sites import Plan, variants

INSTALL = "make system"
# crun refuses hybrid cgroups; runc takes them.
RUNTIME = ("--runtime", "runc")


def require(*tools: str) -> None:
    """Make sure that the tools are there.

    Raises:
        LabError: names what is missing and the command that installs it.
    """
    missing = [tool for tool in tools if shutil.which(tool) is None]
    if missing:
        raise LabError(f"missing on this machine: {', '.join(missing)}; install with: {INSTALL}")


def run(
    argv: Sequence[str],
    *,
    timeout: float = 60,
    stdin: bytes | None = None,
    check: bool = True,
    env: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[bytes]:
    """Run a program of this machine.

    Args:
        argv: the program and its arguments; no shell.
        timeout: seconds.
        stdin: what it reads; nothing if None.
        check: a failure is an error.
        env: added to the environment.

    Raises:
        LabError: it is missing, takes too long, or fails (with `check`); the message has its last lines.
    """
    try:
        done = subprocess.run(
            list(argv),
            input=stdin if stdin is not None else b"",
            capture_output=True,
            timeout=timeout,
            check=False,
            env={**os.environ, **(env or {})},
        )
    except FileNotFoundError as error:
        raise LabError(f"missing on this machine: {argv[0]}; install with: {INSTALL}") from error
    except subprocess.TimeoutExpired as error:
        raise LabError(f"no answer within {timeout:g} s: {' '.join(argv)}") from error
    if check and done.returncode:
        raise LabError(f"exit {done.returncode}: {' '.join(argv)}\n{last_words(done)}")
    return done


def last_words(done: subprocess.CompletedProcess[bytes], lines: int = 15) -> str:
    """The last lines of a program: of stderr, else of stdout."""
    text = (done.stderr.strip() or done.stdout.strip()).decode("utf-8", "replace")
    return "\n".join(text.splitlines()[-lines:])


def podman(
    *args: str, timeout: float = 60, stdin: bytes | None = None, check: bool = True
) -> subprocess.CompletedProcess[bytes]:
    """`podman ARGS`."""
    return run(["podman", *RUNTIME, *args], timeout=timeout, stdin=stdin, check=check)


def shell(
    host: str, script: str, *, timeout: float = 60, check: bool = True
) -> subprocess.CompletedProcess[bytes]:
    """Run a shell script as root on a host; it travels on stdin, so it needs no second quoting."""
    return podman(
        "exec", "-i", host, "/bin/sh", "-eu", "-s", timeout=timeout, stdin=script.encode(), check=check
    )


def run_in(host: str, script: str, stdin: str) -> subprocess.CompletedProcess[bytes]:
    """Run a shell script as root on a host, with the given stdin."""
    return podman("exec", "-i", host, "/bin/sh", "-euc", script, stdin=stdin.encode())


def compose(plan: Plan, *args: str, instance: str, timeout: float = 120) -> None:
    """`podman-compose ARGS` for the compose.yaml of a pair; `instance` labels everything it makes.

    Raises:
        LabError: podman-compose is missing or fails.
    """
    program = _compose_program()
    # Services are named by `args`.
    profiles = [word for variant in variants(plan.pair) for word in ("--profile", variant)]
    settings = [
        f"--podman-args={' '.join(RUNTIME)}",
        "--in-pod=false",
        *profiles,
        "-f",
        str(plan.pair.compose),
    ]
    run(
        [program, *settings, *args],
        timeout=timeout,
        env={"LAB_INSTANCE": instance},
    )


def _compose_program() -> str:
    """The podman-compose of our own environment, else of the machine."""
    beside = Path(sys.executable).with_name("podman-compose")
    found = str(beside) if beside.exists() else shutil.which("podman-compose")
    if found is None:
        raise LabError("missing on this machine: podman-compose; install with: pip install podman-compose")
    return found
