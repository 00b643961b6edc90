"""Containers that do not run, are another one than at the primary, or will not start again."""

from lab.faults import Fault
from lab.pairs.tickets.hosts import PRIMARY_WEB, STANDBY_WEB

_HERE = "tests/parity/test_containers.py"
_RUNS = f"{_HERE}::test_every_container_runs"
_STARTS = f"{_HERE}::test_every_container_starts_at_a_boot"
_CURRENT = f"{_HERE}::test_every_container_is_as_new_as_its_files"
_IMAGES = f"{_HERE}::test_images_are_on_the_host"
_MOUNTS = f"{_HERE}::test_what_is_mounted_into_containers_is_there"
_ALIKE = f"{_HERE}::test_containers_are_configured_alike"

_FILE, _KEPT = "/etc/containers/systemd/seats.container", "/root/seats.container.kept"
_IMAGE, _KEPT_IMAGE = "localhost/seats:1.4", "localhost/kept:1.4"
_ANEW = "systemctl daemon-reload\nsystemctl restart seats"
_RUNNING = "systemctl is-active seats"
_KEEP = f"[ -f {_KEPT} ] || cp -p {_FILE} {_KEPT}\n"
_BACK = f"[ ! -f {_KEPT} ] || mv {_KEPT} {_FILE}\n{_ANEW}"
_OTHER_IMAGE = f"""
    podman image exists {_KEPT_IMAGE} || podman tag {_IMAGE} {_KEPT_IMAGE}
    podman commit --quiet --change ENV=BUILT=later seats {_IMAGE}
"""
_SAME_IMAGE = f"""
    ! podman image exists {_KEPT_IMAGE} || podman tag {_KEPT_IMAGE} {_IMAGE}
    podman untag {_KEPT_IMAGE} {_KEPT_IMAGE} || :
    {_ANEW}
    podman image prune --force >/dev/null
"""

FAULTS = (
    Fault(
        name="container_stopped",
        sentence="Somebody stopped the container of the standby.",
        hosts=(STANDBY_WEB,),
        break_="systemctl stop seats",
        mend="systemctl start seats",
        healthy=_RUNNING,
        checks=(
            _RUNS,
            _ALIKE,
            "tests/parity/test_kernel.py::test_services_run_with_the_limits_of_their_units",
            "tests/parity/test_kernel.py::test_services_run_with_the_same_limits",
            "tests/parity/test_listeners.py::test_the_same_programs_listen_at_the_same_ports",
            "tests/parity/test_listeners.py::test_every_expected_port_is_open_to_those_who_need_it",
            "tests/parity/test_services.py::test_a_boot_changes_nothing",
            "tests/parity/test_services.py::test_the_same_units_are_up",
            "tests/parity/test_services.py::test_every_required_unit_runs_also_after_a_boot",
        ),
    ),
    Fault(
        name="container_never_started",
        sentence="A container was made at the standby, to be started always, and nobody started it.",
        hosts=(STANDBY_WEB,),
        break_=f"podman create --quiet --name prices --restart always {_IMAGE}",
        mend="podman rm --force --ignore prices",
        checks=(_RUNS, _ALIKE),
    ),
    Fault(
        name="container_with_another_setting",
        sentence="The container of the standby was given another variable in its environment.",
        hosts=(STANDBY_WEB,),
        break_=_KEEP + f"sed -i 's|^Environment=SHOWS=.*|Environment=SHOWS=/srv/sorry|' {_FILE}\n{_ANEW}",
        mend=_BACK,
        healthy=_RUNNING,
        checks=(_ALIKE, "tests/parity/test_files.py::test_configuration_files_say_the_same"),
    ),
    Fault(
        name="container_of_another_image",
        sentence="The standby runs the container from an image that was built later.",
        hosts=(STANDBY_WEB,),
        break_=f"{_OTHER_IMAGE}\n{_ANEW}",
        mend=_SAME_IMAGE,
        healthy=_RUNNING,
        checks=(_ALIKE,),
    ),
    Fault(
        name="container_of_a_replaced_image",
        sentence="At the primary the image was built anew, and the container still runs the old one.",
        hosts=(PRIMARY_WEB,),
        break_=_OTHER_IMAGE,
        mend=_SAME_IMAGE,
        healthy=_RUNNING,
        checks=(_CURRENT,),
    ),
    Fault(
        name="container_older_than_its_file",
        sentence="The environment file of the containers was written at both sites, and none was made anew.",
        hosts=(PRIMARY_WEB, STANDBY_WEB),
        break_="touch /etc/default/seats",
        mend=_ANEW,
        healthy=_RUNNING,
        checks=(_CURRENT,),
    ),
    Fault(
        name="image_of_a_container_missing",
        sentence="Somebody took the image's name away at the standby; the next start would have to pull it.",
        hosts=(STANDBY_WEB,),
        break_=f"podman untag {_IMAGE}",
        mend=_ANEW.replace("restart seats", "restart seats-image seats"),
        healthy=_RUNNING,
        checks=(_CURRENT, _IMAGES),
    ),
    Fault(
        name="container_without_its_folder",
        sentence="The folder that is mounted into the container of the standby was moved away.",
        hosts=(STANDBY_WEB,),
        break_="mv /srv/seats /srv/seats.kept",
        mend=f"[ ! -d /srv/seats.kept ] || mv /srv/seats.kept /srv/seats\n{_ANEW}",
        healthy=_RUNNING,
        checks=(_MOUNTS,),
    ),
    Fault(
        name="container_that_nothing_starts",
        sentence="At both sites nothing wants the container's unit any more, so no boot starts it.",
        hosts=(PRIMARY_WEB, STANDBY_WEB),
        break_=_KEEP + f"sed -i '/^WantedBy=/d' {_FILE}\n{_ANEW}",
        mend=_BACK,
        healthy=_RUNNING,
        checks=(_STARTS, "tests/parity/test_services.py::test_every_required_unit_runs_also_after_a_boot"),
    ),
    Fault(
        name="engine_of_containers_broken",
        sentence="Podman's storage of the standby is configured so that Podman does not start.",
        hosts=(STANDBY_WEB,),
        break_="sed -i 's/^runroot = .*/runroot = 1/' /etc/containers/storage.conf",
        mend="sed -i 's|^runroot = .*|runroot = \"/run/containers/storage\"|' /etc/containers/storage.conf",
        healthy=_RUNNING,
        checks=(
            _RUNS, _STARTS, _CURRENT, _IMAGES, _MOUNTS, _ALIKE,
            "tests/parity/test_files.py::test_configuration_files_say_the_same",
        ),
    ),
)  # fmt: skip
