"""What a host tells of its containers, by what real engines said: Docker 26.1 and Podman 5.4 of Debian 13."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from siteparity.tools.containers import ask
from siteparity.tools.containers.ask import Container, Engine
from siteparity.tools.frame import framed, parts

RECORDED = Path(__file__).parent / "recorded_containers"
DOCKER, PODMAN = "docker-inspect.json", "podman-inspect.json"
_ENGINE = """#!/bin/sh
case $1 in
ps) cat @HERE@/@NAME@-ps;;
inspect) cat @HERE@/@NAME@-inspect;;
images) cat @HERE@/@NAME@-images;;
esac
exit @STATUS@
"""
_SYSTEMCTL = """#!/bin/sh
case $1 in
is-enabled) case "@ENABLED@" in *" $3 "*) echo enabled;; *) echo disabled; exit 1;; esac;;
show) printf '%s\\n' @SHOWN@;;
esac
"""


@dataclass
class Machine:
    """A folder with engines that say again what real ones said."""

    folder: Path
    engines: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    enabled: tuple[str, ...] = ()
    shown: Mapping[str, str] = field(default_factory=dict)
    failing: str = ""

    def asked(self) -> list[Engine]:
        """What its answer says."""
        for name, containers in self.engines.items():
            self._engine(name, containers)
        shown = " ".join(f"'{key}={value}'" for key, value in self.shown.items())
        enabled = f" {' '.join(self.enabled)} "
        self._program("systemctl", _SYSTEMCTL.replace("@ENABLED@", enabled).replace("@SHOWN@", shown))
        text = ask.QUESTION.replace("/proc/1/environ", "/proc/self/environ")
        for place in ("/run/docker.sock", "/etc/containers", "/var/lib/containers/storage", "/etc/systemd"):
            assert place in text
            text = text.replace(place, f"{self.folder}{place}")
        for tool in ("perl", "timeout", "sha256sum", "cat", "sh"):
            self._link(tool)
        made = subprocess.run(
            ["sh", "-c", f"PATH={self.folder} KNOWN='porto mail seats'; KEY={'5d' * 32}; {text}"],
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )
        assert not made.stderr, made.stderr
        return ask.read(parts(framed(made.stdout), ask.PARTS))

    def _engine(self, name: str, containers: list[dict[str, Any]]) -> None:
        (self.folder / f"{name}-ps").write_text("".join(f"{one['Id']}\t\n" for one in containers))
        (self.folder / f"{name}-inspect").write_text(json.dumps(containers))
        (self.folder / f"{name}-images").write_text((RECORDED / f"{name}-images.txt").read_text())
        text = _ENGINE.replace("@HERE@", str(self.folder)).replace("@NAME@", name)
        self._program(name, text.replace("@STATUS@", "125" if self.failing == name else "0"))
        storage = self.folder / "var/lib/containers/storage/vfs-containers"
        storage.mkdir(parents=True, exist_ok=True)
        (storage / "containers.json").write_text('[{"id": "a"}]')

    def _link(self, tool: str) -> None:
        """Nothing else of this machine is found, such as an engine of its own."""
        if not (self.folder / tool).exists():
            (self.folder / tool).symlink_to(str(shutil.which(tool)))

    def _program(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text)
        (self.folder / name).chmod(0o755)


@pytest.fixture
def docker(tmp_path: Path) -> Machine:
    """A host of Docker, whose service starts at a boot."""
    return Machine(tmp_path, {"docker": recorded(DOCKER)}, enabled=("docker.service",))


@pytest.fixture
def podman(tmp_path: Path) -> Machine:
    """A host of Podman; the other engine's name leads to nothing."""
    shown = {"Id": "seats.service", "WantedBy": "multi-user.target"}
    return Machine(tmp_path, {"podman": recorded(PODMAN)}, shown=shown)


def recorded(name: str) -> list[dict[str, Any]]:
    """Containers as their engine described them."""
    found: list[dict[str, Any]] = json.loads((RECORDED / name).read_text(encoding="utf-8"))
    return found


def only(engines: list[Engine]) -> Container:
    """The first container of the only engine."""
    (engine,) = engines
    return engine.containers[0]


def settings(one: Container) -> dict[str, str]:
    """Its settings, without hashes."""
    return {item: value for item, value, _ in one.settings}


def test_docker_tells_what_a_container_is_made_of(docker: Machine) -> None:
    """Its image, its environment, what is mounted, and when its engine starts it again."""
    one = only(docker.asked())
    assert (one.name, one.status, one.health) == ("cache", "running", "starting")
    assert (one.image, one.restarts, one.starter) == ("shop/cache:1.4", "unless-stopped", "Docker")
    assert one.runs == one.now
    told = settings(one)
    assert told["environment.REDIS_URL"] == "redis://:***@redis.dallas:6379/0"
    assert told["mount./srv/x"] == "/srv/x"
    assert told["mount./data.options"] == "writable volume z"
    assert told["command"] == "/bin/busybox sleep 9999"
    assert told["Config.Healthcheck.Test"] == "CMD-SHELL true"


def test_podman_tells_the_same_in_its_own_words(podman: Machine) -> None:
    """A quadlet: its unit starts it."""
    one = only(podman.asked())
    assert (one.name, one.status, one.starter) == ("seats", "running", "the unit seats.service")
    told = settings(one)
    assert told["environment.SHOWS"] == "/srv/seats"
    assert told["environment.SEATS_PASSWORD"] == "*" * 3
    assert told["mount./srv/seats.options"].startswith("read-only bind")


@pytest.mark.parametrize("machine", ["docker", "podman"])
def test_no_secret_leaves_the_host_and_nothing_of_one_start_is_told(
    machine: str, request: pytest.FixtureRequest
) -> None:
    """Passwords, ids, process numbers, places in the engine's own storage."""
    (engine,) = request.getfixturevalue(machine).asked()
    text = repr([one.settings for one in engine.containers])
    assert "hunter2" not in text
    assert "Xk7vQ2mPz91bTr" not in text
    for one in recorded(f"{machine}-inspect.json"):
        assert one["Id"][:12] not in text
        assert str(one["State"]["Pid"]) not in text.split()
    assert "userdata" not in text


def test_a_container_made_anew_is_told_alike(docker: Machine) -> None:
    """Another id, another process, another address, the same settings with the same hashes."""
    before = only(docker.asked())
    again = recorded(DOCKER)[0]
    old, new = again["Id"], "ab" * 32
    text = json.dumps(again).replace(old, new).replace(old[:12], new[:12])
    again = json.loads(text)
    again["Created"] = "2027-01-01T00:00:00.5Z"
    again["State"] |= {"Pid": 99, "StartedAt": "2027-01-01T00:00:00.6Z"}
    again["NetworkSettings"]["Networks"]["host"] |= {"IPAddress": "172.17.0.9", "EndpointID": "cd" * 32}
    docker.engines["docker"] = [again]
    assert only(docker.asked()).settings == before.settings


@pytest.mark.parametrize(
    ("way", "value", "item"),
    [
        (("HostConfig", "Privileged"), True, "HostConfig.Privileged"),
        (("HostConfig", "Memory"), 536870912, "HostConfig.Memory"),
        (("HostConfig", "CapAdd"), ["SYS_ADMIN"], "HostConfig.CapAdd"),
        (("HostConfig", "ExtraHosts"), ["redis:192.0.2.7"], "HostConfig.ExtraHosts"),
        (("HostConfig", "Dns"), ["192.0.2.53"], "HostConfig.Dns"),
        (("HostConfig", "Ulimits"), [{"Name": "nofile", "Soft": 64, "Hard": 64}], "HostConfig.Ulimits"),
        (
            ("HostConfig", "PortBindings"),
            {"80/tcp": [{"HostPort": "8080"}]},
            "HostConfig.PortBindings.80/tcp",
        ),
        (("HostConfig", "NeverHeardOf"), {"Deeper": "3"}, "HostConfig.NeverHeardOf.Deeper"),
        (("Config", "User"), "www-data", "Config.User"),
        (("Config", "Labels"), {"team": "shop"}, "Config.Labels.team"),
    ],
)
def test_every_setting_is_told(docker: Machine, way: tuple[str, str], value: object, item: str) -> None:
    """Also one that nobody here has heard of."""
    before = settings(only(docker.asked()))
    docker.engines["docker"][0][way[0]][way[1]] = value
    after = settings(only(docker.asked()))
    assert before.get(item) != after[item]


def test_what_an_engine_names_by_itself_goes_by_its_image(docker: Machine) -> None:
    """Each site would have another name."""
    docker.engines["docker"][0]["Name"] = "/modest_leakey"
    assert only(docker.asked()).name == "a container of shop/cache:1.4"


def test_a_policy_whose_engine_no_boot_starts_starts_nothing(docker: Machine) -> None:
    """Docker starts its containers when its own service starts."""
    (docker.folder / "run").mkdir()
    docker.enabled = ()
    assert docker.asked() == []  # neither a socket nor a service: a client alone
    docker.enabled = ("docker.service",)
    docker.engines["docker"][0]["HostConfig"]["RestartPolicy"]["Name"] = "no"
    assert only(docker.asked()).starter == ""


def test_a_unit_that_nothing_wants_starts_nothing(podman: Machine) -> None:
    """A quadlet without [Install]."""
    podman.shown = {"Id": "seats.service", "WantedBy": ""}
    assert only(podman.asked()).starter == ""


def test_podman_needs_a_service_to_start_what_is_always_restarted(podman: Machine) -> None:
    """Without podman-restart.service its policy is forgotten at a boot."""
    one = podman.engines["podman"][0]
    one["Config"]["Labels"] = {}
    one["HostConfig"]["RestartPolicy"]["Name"] = "always"
    assert only(podman.asked()).starter == ""
    podman.enabled = ("podman-restart.service",)
    assert only(podman.asked()).starter == "podman-restart.service"


def test_a_unit_of_ones_own_that_names_a_container_starts_it(podman: Machine) -> None:
    """``podman start NAME``."""
    podman.engines["podman"][0]["Config"]["Labels"] = {}
    units = podman.folder / "etc/systemd/system"
    units.mkdir(parents=True)
    (units / "plan.service").write_text("[Service]\nExecStart=/usr/bin/podman start --attach seats\n")
    assert only(podman.asked()).starter == f"{units}/plan.service"


def test_the_image_of_a_name_may_be_another_one_by_now(docker: Machine) -> None:
    """Or none at all."""
    docker.engines["docker"][0]["Image"] = "sha256:" + "ab" * 32
    one = only(docker.asked())
    assert one.runs == "ab" * 32 != one.now != ""
    docker.engines["docker"][0]["Config"]["Image"] = "shop/other:2"
    assert only(docker.asked()).now == ""


def test_images_that_quadlets_name_are_looked_for(podman: Machine) -> None:
    """By their tag if an archive brings them; not what another unit makes."""
    quadlets = podman.folder / "etc/containers/systemd"
    quadlets.mkdir(parents=True)
    (quadlets / "seats.container").write_text("[Container]\nImage=seats.image\n")
    (quadlets / "seats.image").write_text(
        "[Image]\nImage=docker-archive:/srv/seats.tar\nImageTag=localhost/seats:1.4\n"
    )
    (quadlets / "mail.container").write_text("[Container]\nImage=registry.example/mail:3\n")
    (engine,) = podman.asked()
    assert engine.images == [("localhost/seats:1.4", "there"), ("registry.example/mail:3", "missing")]


def test_files_of_compose_count_as_what_a_container_is_made_from(docker: Machine) -> None:
    """Its own ones, and the images that they name."""
    folder = docker.folder / "shop"
    folder.mkdir()
    (folder / "compose.yml").write_text("services:\n  cache:\n    image: shop/cache:1.4\n")
    docker.engines["docker"][0]["Config"]["Labels"] = {
        "com.docker.compose.project.config_files": f"{folder}/compose.yml",
        "com.docker.compose.project.working_dir": str(folder),
    }
    (engine,) = docker.asked()
    assert [path for _, path in engine.containers[0].changed] == [f"{folder}/compose.yml"]
    assert engine.images == [("shop/cache:1.4", "there")]


def test_an_engine_that_does_not_answer_is_told(podman: Machine) -> None:
    """It is never taken for one without containers."""
    podman.failing = "podman"
    (engine,) = podman.asked()
    assert engine.silent == "exit 125"


def test_containers_of_an_account_that_cannot_be_asked_are_told(podman: Machine) -> None:
    """Something watches one, and neither a list of accounts nor a runtime folder leads to it."""
    conmon = podman.folder / "conmon"
    shutil.copy(str(shutil.which("sleep")), conmon)
    for folder in (podman.folder, *podman.folder.parents[:3]):
        folder.chmod(folder.stat().st_mode | 0o111)
    nobody = 54321
    with subprocess.Popen([conmon, "30"], user=nobody) as watching:
        silent = {one.account: one.silent for one in podman.asked()}
        watching.kill()
    assert silent == {"root": "", f"account {nobody}": "it has no name"}


def test_podman_under_dockers_name_is_asked_once(podman: Machine) -> None:
    """The package podman-docker."""
    podman.enabled = ("docker.service",)
    (podman.folder / "docker").write_text("#!/bin/sh\nexec podman\n")
    (podman.folder / "docker").chmod(0o755)
    (engine,) = podman.asked()
    assert engine.name == "podman"


def test_a_host_without_an_engine_has_none(tmp_path: Path) -> None:
    """Nor does the question fail there."""
    assert Machine(tmp_path).asked() == []
