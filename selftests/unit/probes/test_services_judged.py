"""Services: how each unit is judged, and what runs beside them that nothing looks into."""

from __future__ import annotations

import contextlib
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selftests.unit.probes.test_services import ENABLED, ETC, FILE, TARGET, WANTS, files, shown, unit, units
from selftests.unit.targets import answered
from siteparity.model import Table, UnmeasuredError
from siteparity.probes import services
from siteparity.tools.systemd import beside

ID = "0123456789abcdef" * 4
TRANSIENT = "/run/systemd/transient"


def judged(on_disk: bytes, now: bytes, next_to: bytes = b"end\n") -> Table:
    """The table of a host."""
    return services.read_judged(answered(files=on_disk, units=now, beside=next_to), TARGET)


def test_a_unit_is_promised_compared_or_left_out() -> None:
    """By the policy's own words; one that is down counts if a boot starts it."""
    down = shown("other.service", ActiveState="inactive", SubState="dead")
    now = units(
        unit("shop.service"),
        unit("extra.service"),
        unit("backup-db.service"),
        unit("-.mount", sub="mounted"),
        show=(shown("shop.service"), shown("extra.service"), shown("backup-db.service"), down),
    )
    on_disk = files(FILE, ENABLED, f"l\t{ETC}/{WANTS}/other.service\t{ETC}/other.service")
    assert judged(on_disk, now) == {
        "shop.service": "promised",
        "extra.service": "compared",
        "other.service": "compared",
        "backup-db.service": "left out by the policy (backup-*.service)",
    }


def test_what_is_left_out_and_failed_or_waits_for_a_boot_is_listed_too() -> None:
    """Nothing else would tell."""
    down = shown("backup-b.service", ActiveState="inactive", SubState="dead")
    now = units(unit("backup-a.service", "failed", "failed"), show=(down,))
    on_disk = files(f"l\t{ETC}/{WANTS}/backup-b.service\t{ETC}/backup-b.service")
    assert judged(on_disk, now) == dict.fromkeys(
        ("backup-a.service", "backup-b.service"), "left out by the policy (backup-*.service)"
    )


def test_what_comes_and_goes_with_logins_is_not_listed() -> None:
    """It would be there in each run, since measuring logs in."""
    now = units(
        unit("user@0.service"),
        unit("session-4.scope"),
        unit("init.scope"),
        unit("systemd-fsck@dev-sda1.service", sub="exited"),
    )
    assert judged(files(), now) == {}


def test_a_timer_made_by_hand_is_listed_and_a_service_is_compared() -> None:
    """A service that systemd-run made and that runs is found by other checks."""
    now = units(
        unit("run-p1-i2.timer", sub="waiting"),
        unit("run-p3-i4.service"),
        show=(shown("run-p1-i2.timer"), shown("run-p3-i4.service")),
    )
    on_disk = files(f"f\t{TRANSIENT}/run-p1-i2.timer\t9", f"f\t{TRANSIENT}/run-p3-i4.service\t9")
    assert judged(on_disk, now) == {
        "run-p1-i2.timer": "made by hand (systemd-run)",
        "run-p3-i4.service": "compared",
    }


def test_containers_are_counted_by_engine_whatever_their_ids() -> None:
    """Ids differ on every host and after every start."""
    now = units(
        unit(f"docker-{ID}.scope"),
        unit(f"docker-{ID[::-1]}.scope"),
        unit(f"libpod-{ID}.scope"),
        unit(f"libpod-conmon-{ID}.scope"),
        unit(f"cri-containerd-{ID}.scope"),
        unit(f"future-engine-{ID}.scope"),
        unit(f"{ID}.timer", sub="waiting"),
        unit(f"{ID}-1a2b3c.timer", sub="waiting"),
        unit(f"docker-{ID[::-1]}.scope", "failed", "failed"),
        unit("machine-qemu\\x2d1\\x2dvm.scope"),
        unit("run-r12ab.scope"),
        unit("run-r12ac.scope"),
    )
    assert judged(files(), now) == {
        "containers of Docker": "compared",
        "containers of Podman": "compared",
        "containers of Kubernetes": "1 up",
        "containers of future-engine": "1 up",
        "machine-qemu\\x2d1\\x2dvm.scope": "1 up",
        "programs of systemd-run --scope": "2 up",
    }


def test_bare_control_groups_and_users_who_linger_are_listed() -> None:
    """Neither is a unit of the system's manager."""
    rows = f"user\tada\ndocker\t{ID}\nkubernetes\tpod1\nkubernetes\tpod2\nlxc\tlxc.payload.web\nend\n"
    assert judged(files(), units(), rows.encode()) == {
        "services of the user ada": "a boot starts them",
        "containers of Docker": "compared",
        "containers of Kubernetes": "2 up",
        "containers of LXC": "1 up",
    }


@pytest.mark.parametrize(
    "text", ["", "user\tada\n", "user\nend\n", "user\t\nend\n", "vm\tx\nend\n", "x\nend\n"]
)
def test_what_is_not_understood_is_unmeasured(text: str) -> None:
    """An answer that was cut is not an empty one."""
    with pytest.raises(UnmeasuredError, match="beside: "):
        judged(files(), units(), text.encode())


@given(st.text())
def test_any_text_is_a_table_or_unmeasured(text: str) -> None:
    """Whatever a host prints."""
    with contextlib.suppress(UnmeasuredError):
        beside.read(text.split("\n"), [text])


def test_the_real_question_is_answered_here() -> None:
    """This machine is asked, by the shell that hosts have."""
    done = subprocess.run(["sh", "-eu", "-c", beside.QUESTION], capture_output=True, check=True)
    beside.read(answered(beside=done.stdout).rows("beside"), ())


def test_the_question_looks_where_systemd_and_docker_keep_theirs(tmp_path: Path) -> None:
    """Its program names folders of this machine; here they are others."""
    root = tmp_path
    script = (
        f"mkdir -p {root}/linger {root}/cg/docker/{ID} {root}/cg/docker/init {root}/cg/lxc.payload.web "
        f"{root}/cg/kubepods/burstable/podab {root}/cg/kubepods/podcd && : >{root}/linger/ada\n"
    ) + beside.QUESTION.replace("/var/lib/systemd/linger", f"{root}/linger").replace(
        "/sys/fs/cgroup", f"{root}/cg"
    )
    done = subprocess.run(["sh", "-c", script], capture_output=True, check=True)
    assert beside.read(answered(beside=done.stdout).rows("beside"), ()) == {
        "services of the user ada": "a boot starts them",
        "containers of Docker": "1 up",
        "containers of Kubernetes": "2 up",
        "containers of LXC": "1 up",
    }
