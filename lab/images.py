"""Images: a Debian base from a registry, or from this machine's own apt sources, and one per role on top.

All get their packages the same way: from apt or pip inside the build, with this machine's sources and
settings, which are mounted into the build and never become part of an image. All pairs of a release of Debian
share its base.
"""

import hashlib
import re
import socket
import ssl
import sys
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from lab import podman
from lab.errors import LabError
from lab.pairs import ROOT
from lab.sites import IMAGE_PREFIX, Plan
from lab.state import write

SHARED = ROOT / "images"
"""Sources of the base, and tools of every build."""
BASE = IMAGE_PREFIX + "base"
DEBIAN = IMAGE_PREFIX + "debian"
COMMON = "common"
"""The folder of an image that no host boots, and that the pair's own ones are built from."""
REGISTRY = ("docker.io", "registry-1.docker.io")
REGISTRY_PATIENCE = 5.0
BUILD_DEADLINE = 1800.0
AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt"
LABEL = "siteparity.lab.sources"
_APT = """Dir::Etc "/lab-build/apt/etc";
Dir::State::lists "/lab-build/apt/lists";
Dir::Cache::archives "/lab-build/archives";
APT::Sandbox::User "root";
APT::Keep-Downloaded-Packages "true";
Dpkg::Options {"--force-unsafe-io";};
"""
"""An image build need not survive a power cut, hence unsafe-io."""

Say = Callable[[str], None]


@dataclass(frozen=True)
class Image:
    """An image that is built here.

    Attributes:
        tag: its name and, for what several pairs share, the release of Debian.
        folder: its Containerfile, and what only this image copies.
        context: the folder to which the Containerfile's paths are relative.
    """

    tag: str
    folder: Path
    context: Path

    @property
    def name(self) -> str:
        """What it is called in messages, and how its cache of packages is called."""
        return self.tag.removeprefix(IMAGE_PREFIX).replace(":", "-")

    @property
    def text(self) -> str:
        """Its Containerfile."""
        return (self.folder / "Containerfile").read_text(encoding="utf-8")

    def copied(self) -> list[Path]:
        """The files and folders of the context that it copies."""
        lines = re.findall(r"^COPY (?!--from)(.+) \S+$", self.text, re.MULTILINE)
        return [self.context / word for line in lines for word in line.split()]


def base_of(plan: Plan) -> Image:
    """What every machine has, of the plan's release of Debian."""
    return Image(f"{BASE}:{plan.debian}", SHARED / "base", ROOT)


def of_roles(plan: Plan) -> list[Image]:
    """The images that the hosts of a plan boot, and `COMMON`, if there is one."""
    folder, tags = plan.pair.folder / "images", {host.role: host.image for host in plan.hosts}
    if (folder / COMMON / "Containerfile").exists():
        tags[COMMON] = f"{IMAGE_PREFIX}{plan.pair.name}-{COMMON}"
    return [Image(tag, folder / name, plan.pair.folder) for name, tag in sorted(tags.items())]


def build_missing(plan: Plan, say: Say) -> None:
    """Build each image that is missing or whose sources have changed."""
    podman.require("podman", "runc")
    base, roles = base_of(plan), of_roles(plan)
    digests = sources_digests(base, roles)
    stale = [image for image in roles if _label(image) != digests[image.tag]]
    if not stale:
        return
    _lend_apt(plan, say)
    _lend_pip(plan)
    build = partial(_build, plan, digests, say)
    if _label(base) != digests[base.tag]:
        build(base)
    with ThreadPoolExecutor(2) as pool:
        while stale:
            waiting = {image.tag for image in stale}
            ready = [image for image in stale if not waiting & set(_taken(image, roles))]
            list(pool.map(build, ready))
            stale = [image for image in stale if image not in ready]


def _taken(image: Image, others: Iterable[Image]) -> list[str]:
    """The tags of other images that an image is built from."""
    words = set(image.text.split())
    named = words | {word.removeprefix("--from=") for word in words}
    return [other.tag for other in others if other != image and other.tag in named]


def sources_digests(base: Image, roles: Collection[Image]) -> dict[str, str]:
    """Tag -> a digest of all that an image is made from, without per-host files.

    Raises:
        LabError: images are made from each other in a circle.
    """
    found = {base.tag: _digest([SHARED / "build", base.folder, *base.copied()], [])}
    left = list(roles)
    while left:
        ready = [image for image in left if set(_taken(image, roles)) <= set(found)]
        if not ready:
            raise LabError(
                f"images are made from each other in a circle: {', '.join(one.name for one in left)}"
            )
        for image in ready:
            below = [found[base.tag], *(found[tag] for tag in _taken(image, roles))]
            found[image.tag] = _digest([image.folder, *image.copied()], below)
        left = [image for image in left if image not in ready]
    return found


def _digest(places: Iterable[Path], below: Iterable[str]) -> str:
    digest = hashlib.sha256("".join(below).encode())
    for path in _files(places):
        digest.update(f"{path.relative_to(ROOT)}\0{path.stat().st_mode & 0o111}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def _files(places: Iterable[Path]) -> list[Path]:
    found = {path for place in places for path in (place, *place.rglob("*")) if path.is_file()}
    return sorted(path for path in found if not {"__pycache__", "per-host"} & set(path.parts))


def _label(image: Image) -> str | None:
    """The digest of the sources from which the present image was built."""
    shown = podman.podman(
        "image", "inspect", "--format", f'{{{{index .Labels "{LABEL}"}}}}', image.tag, check=False
    )
    return shown.stdout.decode().strip() if shown.returncode == 0 else None


def _build(plan: Plan, digests: Mapping[str, str], say: Say, image: Image) -> None:
    started, build = time.monotonic(), _lent(plan)
    archives = build / "archives" / image.name
    (archives / "partial").mkdir(parents=True, exist_ok=True)
    podman.podman(
        "build", "--quiet", "--isolation=chroot", "--network=host", "--no-cache", "--layers=false",
        f"--label={LABEL}={digests[image.tag]}",
        f"--build-arg=DEBIAN={DEBIAN}:{plan.debian}", f"--build-arg=BASE={base_of(plan).tag}",
        f"--volume={build}/apt:/lab-build/apt", f"--volume={archives}:/lab-build/archives",
        f"--volume={build}/pip:/lab-build/pip", f"--volume={SHARED}/build:/lab-build/tools:ro",
        "-t", image.tag, "-f", str(image.folder / "Containerfile"), str(image.context),
        timeout=BUILD_DEADLINE,
    )  # fmt: skip
    say(f"image {image.name} built in {time.monotonic() - started:.0f} s")


def _lent(plan: Plan) -> Path:
    """The folder whose parts are mounted into builds."""
    return plan.pair.state / "build"


def _lend_apt(plan: Plan, say: Say) -> None:
    """Prepare apt's part of what is mounted into builds, and the Debian image that they start from."""
    build, debian = _lent(plan), f"{DEBIAN}:{plan.debian}"
    for folder in ("sources.list.d", "apt.conf.d", "preferences.d", "trusted.gpg.d"):
        (build / "apt" / "etc" / folder).mkdir(parents=True, exist_ok=True)
    (build / "apt" / "lists" / "partial").mkdir(parents=True, exist_ok=True)
    sources = machine_sources(plan.debian)
    if podman.podman("image", "exists", debian, check=False).returncode:
        _debian(plan, sources, say)
    if not sources:
        sources = podman.podman(
            "run", "--rm", "--network=none", *_limits(), debian, "sh", "-c",
            "cat /etc/apt/sources.list.d/*.sources /etc/apt/sources.list 2>/dev/null || true",
        ).stdout.decode()  # fmt: skip
    name = "lent.sources" if re.search(r"^Types:", sources, re.MULTILINE) else "lent.list"
    write(build / "apt" / "etc" / "sources.list.d" / name, sources)
    write(build / "apt" / "apt.conf", _APT + machine_settings())
    podman.podman(
        "run", "--rm", "--network=host", *_limits(), f"--volume={build}/apt:/lab-build/apt",
        "--env=APT_CONFIG=/lab-build/apt/apt.conf", debian, "apt-get", "-qq", "update",
        timeout=BUILD_DEADLINE,
    )  # fmt: skip


def _lend_pip(plan: Plan) -> None:
    """Prepare pip's part: this machine's index and authorities, for images that install from an index."""
    folder = _lent(plan) / "pip"
    (folder / "cache").mkdir(parents=True, exist_ok=True)
    told = podman.run([sys.executable, "-m", "pip", "config", "list"], check=False).stdout.decode()
    write(folder / "pip.conf", pip_settings(told))
    write(folder / "authorities.pem", Path(ssl.get_default_verify_paths().cafile or AUTHORITIES).read_bytes())


def pip_settings(told: str) -> str:
    """What of `pip config list` says where packages come from, for the pip of a build.

    Files of this machine stay out: a build does not see them, but for the authorities, which are lent.
    """
    kept = {"index-url", "extra-index-url", "trusted-host", "proxy", "default-timeout", "timeout"}
    lines = ["[global]", "cert = /lab-build/pip/authorities.pem", "cache-dir = /lab-build/pip/cache"]
    for line in told.splitlines():
        key, _, value = line.partition("=")
        name, words = key.rpartition(".")[2], value.strip("'\"").split()
        seen = [word for word in words if not word.startswith("file:")]
        if name in kept and seen:
            lines.append(f"{name.removeprefix('default-')} = {' '.join(seen)}")
    return "\n".join([*dict.fromkeys(lines), ""])


def _limits() -> tuple[str, ...]:
    return ("--ulimit=nofile=1024:4096", "--ulimit=nproc=4096:8192")


def _debian(plan: Plan, sources: str, say: Say) -> None:
    """Pull Debian's image if a registry answers, else build the same set of packages with apt."""
    started, debian = time.monotonic(), f"{DEBIAN}:{plan.debian}"
    if _answers(REGISTRY[1]):
        name = f"{REGISTRY[0]}/library/debian:{plan.debian}"
        if podman.podman("pull", "--quiet", name, timeout=180, check=False).returncode == 0:
            podman.podman("tag", name, debian)
            say(f"image debian pulled in {time.monotonic() - started:.0f} s")
            return
    if not sources:
        raise LabError(
            f"no registry answers, and this machine has no apt sources of Debian {plan.debian} "
            "(apt-get update, then look at: apt-get indextargets)"
        )
    podman.require("mmdebstrap")
    tar = _lent(plan) / "debian.tar"
    podman.run(
        ["mmdebstrap", "--quiet", "--variant=minbase", plan.debian, str(tar), "-"],
        stdin=sources.encode(),
        timeout=BUILD_DEADLINE,
    )
    podman.podman("import", "--quiet", str(tar), debian, timeout=120)
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


def machine_sources(debian: str) -> str:
    """This machine's apt sources of Debian, as one-line entries for a release; empty if it has none.

    Its mirrors have every release that Debian supports, so its own codename is replaced by the wanted one.
    """
    wanted = "$(REPO_URI) $(RELEASE) $(COMPONENT) $(ORIGIN)"
    try:
        argv = ["apt-get", "indextargets", "--format", wanted, "Created-By: Packages"]
        shown = podman.run(argv, check=False)
        own = podman.run(["sh", "-c", '. /etc/os-release; echo "$VERSION_CODENAME"']).stdout.decode().strip()
    except LabError:
        return ""
    return sources_for(debian, own, shown.stdout.decode())


def sources_for(debian: str, own: str, targets: str) -> str:
    """One-line entries for a release, from the index targets of a machine that runs `own`."""
    entries = [line.split() for line in targets.splitlines()]
    found = {
        (uri, suite.replace(own, debian, 1), part)
        for uri, suite, part, *origin in entries
        if origin == ["Debian"] and suite.startswith(own)
    }
    keyring = "/usr/share/keyrings/debian-archive-keyring.gpg"
    return "".join(f"deb [signed-by={keyring}] {uri} {suite} {part}\n" for uri, suite, part in sorted(found))


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
