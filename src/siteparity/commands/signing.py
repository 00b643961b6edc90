"""A detached signature of what a run left: of ``SHA256SUMS``, by ``ssh-keygen -Y sign``.

The digests show that no file was changed without them. Whoever may write the folder can write them anew, but
cannot sign them without the key. Source: ssh-keygen(1), ``-Y`` and ALLOWED SIGNERS.
"""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

from siteparity.model import ConfigurationError
from siteparity.report.sums import SIGNATURE, SUMS
from siteparity.whole_files import write_atomically
from siteparity.yamlfile import shown_path

NAMESPACE = "siteparity"
"""A signature that the key made for something else does not count."""


def sign(folder: Path, key: Path) -> None:
    """Sign the digests of a run. Asks for the passphrase of the key on the terminal.

    Raises:
        ConfigurationError: the key cannot be used, or ``ssh-keygen`` is missing.
        OSError: the signature cannot be written.
    """
    signature = _ssh_keygen(
        ["-Y", "sign", "-f", str(key), "-n", NAMESPACE], folder / SUMS, f"sign with {key}"
    )
    write_atomically(folder / SIGNATURE, signature)


def signer(folder: Path, allowed: Path) -> str:
    """The name that a file of allowed signers gives to the key by which the digests of a run are signed.

    Raises:
        ConfigurationError: they are not signed, or by nobody of that file; or ``ssh-keygen`` is missing.
    """
    path = folder / SIGNATURE
    if not path.is_file():
        raise ConfigurationError(
            f"{shown_path(path)}: expected a signature, found none; siteparity sign makes one for a gate, "
            "siteparity record --sign-key for records"
        )
    if not allowed.is_file():
        raise ConfigurationError(
            f"{allowed}: expected a file of allowed signers, found none; see --allowed-signers"
        )
    about = ["-f", str(allowed), "-s", str(path)]
    what = f"find the signer of {shown_path(path)} in {allowed}"
    who = _ssh_keygen(["-Y", "find-principals", *about], folder / SUMS, what).decode(errors="replace")
    name = who.splitlines()[0].partition(",")[0] if who.strip() else ""
    _ssh_keygen(
        ["-Y", "verify", *about, "-I", name, "-n", NAMESPACE], folder / SUMS, f"verify {shown_path(path)}"
    )
    return name


def _ssh_keygen(arguments: Sequence[str], signed: Path, what: str) -> bytes:
    """What ``ssh-keygen`` writes to stdout."""
    try:
        with signed.open("rb") as file:
            ran = subprocess.run(["ssh-keygen", *arguments], stdin=file, capture_output=True, check=False)
    except FileNotFoundError as error:
        if error.filename != "ssh-keygen":
            raise
        raise ConfigurationError(
            f"cannot {what}: ssh-keygen is not installed; install OpenSSH 8.2 or newer (openssh-client)"
        ) from None
    if ran.returncode:
        said = ran.stderr.decode(errors="replace").strip().splitlines()
        raise ConfigurationError(f"cannot {what}: {said[-1] if said else f'status {ran.returncode}'}")
    return ran.stdout
