"""The pairs of sites that the lab can build: the usual one, and a folder here for each foreign one.

A pair is a folder with `compose.yaml`, `images/`, `inventories/`, `faults/` and `software.py`, which says
what the lab must know of the software that runs there. The usual pair has these at the root of `lab/`.
"""

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

from lab.errors import LabError

if TYPE_CHECKING:
    from lab.sites import Host, Plan

ROOT = Path(__file__).resolve().parents[1]
HERE = Path(__file__).resolve().parent

Look = Callable[[], str]
"""Returns evidence that something is well, or raises `NotYetError`."""


@dataclass(frozen=True)
class Placed:
    """One file of one host; owner and group by number."""

    content: bytes
    mode: int = 0o644
    owner: int = 0
    group: int = 0
    link: str = ""
    """What it leads to, if it is a symbolic link; it has no content then."""


@dataclass(frozen=True)
class Database:
    """The PostgreSQL cluster `main` of the hosts of role `db`.

    Attributes:
        version: the major version.
        name: of the application's database.
        roles: role -> name of its password, which the lab sets after the first boot.
    """

    version: int
    name: str
    roles: Mapping[str, str]

    @property
    def unit(self) -> str:
        """The systemd unit of the cluster."""
        return f"postgresql@{self.version}-main"

    @property
    def data(self) -> str:
        """The folder of the cluster's data."""
        return f"/var/lib/postgresql/{self.version}/main"

    @property
    def settings(self) -> str:
        """The folder of the cluster's configuration."""
        return f"/etc/postgresql/{self.version}/main"


class Software(Protocol):
    """What the lab must know of the software of one pair: the module `software.py` of its folder.

    Attributes:
        PASSWORDS: names of the passwords that are made once; `@PASSWORD_NAME@` in files.
        RIGHTS: path on the host -> mode, owner, group, where they are not 0644 root root.
        CERTIFICATE: the names in the certificate that customers see.
        DATABASE: the database of the application.
        GRANTS: SQL with which its owner grants the suite what the policy's own queries read.
    """

    PASSWORDS: tuple[str, ...]
    RIGHTS: Mapping[str, tuple[int, int, int]]
    CERTIFICATE: tuple[str, ...]
    DATABASE: Database
    GRANTS: str

    def tokens(self, host: "Host", plan: "Plan") -> Mapping[str, str]:
        """The values of `@NAME@` in the files of a host, besides those that every pair has."""

    def files(self, host: "Host", plan: "Plan") -> Mapping[str, Placed]:
        """Files of a host that no template makes: path on the host, without the leading slash -> file."""

    def looks(self, host: "Host", plan: "Plan") -> list[tuple[str, Look]]:
        """What must come true on a host, besides what `lab/evidence.py` looks for on every one."""

    def begin(self, plan: "Plan", deadline: float) -> None:
        """What is done once on a fresh pair that is up; `deadline` is a time of `time.monotonic`."""


@dataclass(frozen=True)
class Pair:
    """Two sites that the lab can build, with what lies outside both.

    Attributes:
        name: of its folder below `lab/pairs/`; empty for the usual pair.
        folder: where its declaration and its images are.
        state: where the lab keeps its ledger, keys and passwords.
        inventories: its sites and their policy.
        package: the Python package of its faults and its `software`.
    """

    name: str
    folder: Path
    state: Path
    inventories: Path
    package: str

    @property
    def compose(self) -> Path:
        """The one declaration of its sites, hosts, addresses and ports."""
        return self.folder / "compose.yaml"

    @property
    def software(self) -> Software:
        """What the lab must know of what runs there."""
        return cast("Software", importlib.import_module(f"{self.package}.software"))

    @property
    def option(self) -> str:
        """What names it on the command line, with a space before it."""
        return f" --pair {self.name}" if self.name else ""

    def __str__(self) -> str:
        return f"pair {self.name}" if self.name else "usual pair"


USUAL = Pair("", ROOT, ROOT.parent / ".lab", ROOT.parent / "inventories", "lab")


def foreign() -> dict[str, Pair]:
    """Name -> pair, of those that have a folder here."""
    return {
        folder.name: Pair(
            folder.name,
            folder,
            USUAL.state / "pairs" / folder.name,
            folder / "inventories",
            f"{__name__}.{folder.name}",
        )
        for folder in sorted(HERE.iterdir())
        if (folder / "compose.yaml").exists()
    }


def chosen(name: str | None, is_up: Callable[[Pair], bool]) -> Pair:
    """The pair that a command means: the one it names, else the usual one if it is up, else whichever is.

    Raises:
        LabError: none is named, and several foreign pairs are up.
    """
    known = foreign()
    if name is not None:
        return known[name]
    up = [pair for pair in known.values() if is_up(pair)]
    if is_up(USUAL) or not up:
        return USUAL
    if len(up) > 1:
        raise LabError(f"several pairs are up; name one with --pair: {', '.join(pair.name for pair in up)}")
    return up[0]
