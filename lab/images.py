"""Images: a Debian base from a registry, or from this machine's own apt sources, and one per role on top.

Both get their packages the same way: from apt inside the build, with this machine's sources and settings,
which are mounted into the build and never become part of an image.
"""

import hashlib
import re
import socket
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from lab import podman
from lab.errors import LabError
from lab.sites import IMAGE_PREFIX, ROOT, Plan
from lab.state import STATE, write

IMAGES = ROOT / "images"
DEBIAN = IMAGE_PREFIX + "debian:bookworm"
CODENAME = "bookworm"
REGISTRY = ("docker.io", "registry-1.docker.io")
REGISTRY_PATIENCE = 5.0
BUILD_DEADLINE = 600.0
BUILD = STATE / "build"
LABEL = "siteparity.lab.sources"
# Folders that an image copies from, besides its own.
INPUTS: dict[str, tuple[str, ...]] = {"web": ("shop",), "db": ("shop/database",)}
_APT = """Dir::Etc "/lab-build/apt/etc";
Dir::State::lists "/lab-build/apt/lists";
Dir::Cache::archives "/lab-build/archives";
APT::Sandbox::User "root";
APT::Keep-Downloaded-Packages "true";
Dpkg::Options {"--force-unsafe-io";};
"""
"""An image build need not survive a power cut, hence unsafe-io."""

Say = Callable[[str], None]


def build_missing(plan: Plan, say: Say) -> None:
    """Build each image that is missing or whose sources have changed."""
    podman.require("podman", "runc")
    roles = sorted({host.role for host in plan.hosts})
    stale = [role for role in roles if _label(role) != sources_digest(role)]
    if not stale:
        return
    _lend_apt(say)
    if _label("base") != sources_digest("base"):
        _build("base", say)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda role: _build(role, say), stale))


def sources_digest(role: str) -> str:
    """A digest of an image's sources: its folder, the base's, what it copies; without per-host files."""
    folders = [IMAGES / "build", IMAGES / "base"] + [IMAGES / role] * (role != "base")
    folders += [ROOT / name for name in INPUTS.get(role, ())]
    digest = hashlib.sha256()
    for path in _files(folders):
        digest.update(f"{path.relative_to(ROOT)}\0{path.stat().st_mode & 0o111}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def _files(folders: Iterable[Path]) -> list[Path]:
    found = {path for folder in folders for path in folder.rglob("*") if path.is_file()}
    return sorted(path for path in found if not {"__pycache__", "per-host"} & set(path.parts))


def _label(role: str) -> str | None:
    """The digest of the sources from which the present image was built."""
    shown = podman.podman(
        "image", "inspect", "--format", f'{{{{index .Labels "{LABEL}"}}}}', IMAGE_PREFIX + role, check=False
    )
    return shown.stdout.decode().strip() if shown.returncode == 0 else None


def _build(role: str, say: Say) -> None:
    started = time.monotonic()
    archives = BUILD / "archives" / role
    (archives / "partial").mkdir(parents=True, exist_ok=True)
    podman.podman(
        "build", "--quiet", "--isolation=chroot", "--network=host", "--no-cache", "--layers=false",
        f"--label={LABEL}={sources_digest(role)}",
        f"--volume={BUILD}/apt:/lab-build/apt", f"--volume={archives}:/lab-build/archives",
        f"--volume={IMAGES}/build:/lab-build/tools:ro",
        "-t", IMAGE_PREFIX + role, "-f", str(IMAGES / role / "Containerfile"), str(ROOT),
        timeout=BUILD_DEADLINE,
    )  # fmt: skip
    say(f"image {role} built in {time.monotonic() - started:.0f} s")


def _lend_apt(say: Say) -> None:
    """Prepare the folder that is mounted into builds, and the Debian image that they start from."""
    for folder in ("sources.list.d", "apt.conf.d", "preferences.d", "trusted.gpg.d"):
        (BUILD / "apt" / "etc" / folder).mkdir(parents=True, exist_ok=True)
    (BUILD / "apt" / "lists" / "partial").mkdir(parents=True, exist_ok=True)
    sources = machine_sources()
    if podman.podman("image", "exists", DEBIAN, check=False).returncode:
        _debian(sources, say)
    if not sources:
        sources = podman.podman(
            "run", "--rm", "--network=none", *_limits(), DEBIAN, "sh", "-c",
            "cat /etc/apt/sources.list.d/*.sources /etc/apt/sources.list 2>/dev/null || true",
        ).stdout.decode()  # fmt: skip
    name = "lent.sources" if re.search(r"^Types:", sources, re.MULTILINE) else "lent.list"
    write(BUILD / "apt" / "etc" / "sources.list.d" / name, sources)
    write(BUILD / "apt" / "apt.conf", _APT + machine_settings())
    podman.podman(
        "run", "--rm", "--network=host", *_limits(), f"--volume={BUILD}/apt:/lab-build/apt",
        "--env=APT_CONFIG=/lab-build/apt/apt.conf", DEBIAN, "apt-get", "-qq", "update",
        timeout=BUILD_DEADLINE,
    )  # fmt: skip


def _limits() -> tuple[str, ...]:
    return ("--ulimit=nofile=1024:4096", "--ulimit=nproc=4096:8192")


def _debian(sources: str, say: Say) -> None:
    """Pull `debian:bookworm` if a registry answers, else build the same set of packages with apt."""
    started = time.monotonic()
    if _answers(REGISTRY[1]):
        name = f"{REGISTRY[0]}/library/debian:{CODENAME}"
        if podman.podman("pull", "--quiet", name, timeout=180, check=False).returncode == 0:
            podman.podman("tag", name, DEBIAN)
            say(f"image debian pulled in {time.monotonic() - started:.0f} s")
            return
    if not sources:
        raise LabError(
            f"no registry answers, and this machine has no apt sources of Debian {CODENAME} "
            "(apt-get update, then look at: apt-get indextargets)"
        )
    podman.require("mmdebstrap")
    tar = BUILD / "debian.tar"
    podman.run(
        ["mmdebstrap", "--quiet", "--variant=minbase", CODENAME, str(tar), "-"],
        stdin=sources.encode(),
        timeout=BUILD_DEADLINE,
    )
    podman.podman("import", "--quiet", str(tar), DEBIAN, timeout=120)
    tar.unlink()
    say(f"image debian built by mmdebstrap in {time.monotonic() - started:.0f} s")


def _answers(host: str) -> bool:
    """Whether this registry accepts connections, with a few seconds each for its name and for itself."""
    try:
        # In a child process, since nothing else limits the time of the resolver.
        podman.run(["getent", "ahosts", host], timeout=REGISTRY_PATIENCE)
        with socket.create_connection((host, 443), REGISTRY_PATIENCE):
            return True
    except (OSError, LabError):
        return False


def machine_sources() -> str:
    """This machine's apt sources of Debian bookworm, as one-line entries; empty if it has none."""
    wanted = "$(REPO_URI) $(RELEASE) $(COMPONENT) $(ORIGIN)"
    try:
        argv = ["apt-get", "indextargets", "--format", wanted, "Created-By: Packages"]
        shown = podman.run(argv, check=False)
    except LabError:
        return ""
    entries = [line.split() for line in shown.stdout.decode().splitlines()]
    ours = {
        tuple(entry[:3]) for entry in entries if entry[3:] == ["Debian"] and entry[1].startswith(CODENAME)
    }
    keyring = "/usr/share/keyrings/debian-archive-keyring.gpg"
    return "".join(f"deb [signed-by={keyring}] {uri} {suite} {part}\n" for uri, suite, part in sorted(ours))


def machine_settings() -> str:
    """How this machine's apt fetches (proxy, dates, languages), for the build's apt."""
    try:
        dumped = podman.run(["apt-config", "dump"], check=False).stdout.decode().splitlines()
    except LabError:
        return ""
    kept = [
        line
        for line in dumped
        if line.startswith("Acquire::") and not re.match(r"Acquire::(IndexTargets|Changelogs|cdrom)\b", line)
    ]
    return "\n".join(kept) + "\n"
