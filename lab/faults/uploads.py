"""Files that customers stored at the primary and that the standby lacks, or has in another form."""

from lab.faults import Fault, boot
from lab.faults.boot import SETTLED, UPLOADS
from lab.handle import Lab

PICTURES = f"{UPLOADS}/products"
AT_PRIMARY, AT_STANDBY = ("dallas-web1", "dallas-web2"), ("arizona-web1", "arizona-web2")

_KEPT = "/root/uploads.kept"


def _changed(name: str, sentence: str, host: str, change: str) -> Fault:
    """A stored file of one host is changed, and restored with owner, mode and times."""
    return Fault(
        name,
        sentence,
        (host,),
        f"cp -a {UPLOADS}/. {_KEPT}.part\nmv {_KEPT}.part {_KEPT}\ncd {PICTURES}\n{change}",
        f"rm -rf {_KEPT}.part\n[ ! -d {_KEPT} ] || {{ cp -a {_KEPT}/. {UPLOADS}\nrm -r {_KEPT}\n}}",
        f"[ ! -e {_KEPT} ]",
    )


def _stored(name: str, sentence: str) -> Fault:
    """Customers send pictures to the primary, and nothing copies them."""
    new = f"{PICTURES}/summer"
    return Fault(
        name,
        sentence,
        AT_PRIMARY,
        f"install -d -o shop -g shop {new}\ncd {new}\nhead -c 9000 /dev/zero >1.png\ncp 1.png 2.png\n"
        f"chown shop: *.png\n{SETTLED}",
        f"rm -rf {new}",
        f"[ ! -e {new} ]",
    )


def _gone(lab: Lab) -> None:
    boot.unmount(lab, "arizona-web1")
    lab.shell("arizona-web1", f"mv {UPLOADS} {UPLOADS}.kept")


def _back(lab: Lab) -> None:
    lab.shell("arizona-web1", f"[ ! -d {UPLOADS}.kept ] || mv {UPLOADS}.kept {UPLOADS}")
    boot.mount(lab, "arizona-web1")


FAULTS = (
    _stored("pictures_not_copied", "Pictures that customers sent today lie at the primary only."),
    Fault(
        "folder_left_out_of_the_copies",
        "A folder with pictures was left out when the standby's uploads were copied anew.",
        AT_STANDBY,
        f"mv {PICTURES} /root/products.kept",
        f"[ ! -d /root/products.kept ] || {{ rm -rf {PICTURES}\nmv /root/products.kept {PICTURES}\n}}",
        f"[ -d {PICTURES} ]",
    ),
    _changed(
        "picture_copied_in_part",
        "A copy broke off, and a picture on one web host of the standby has half of its bytes.",
        "arizona-web2",
        "truncate -s 160 008.svg",
    ),
    _changed(
        "picture_of_another_content",
        "A picture on one web host of the standby has other bytes than at the primary, and as many.",
        "arizona-web1",
        "printf X | dd of=004.svg bs=1 seek=20 conv=notrunc status=none",
    ),
    _changed(
        "picture_readable_by_root_alone",
        "Pictures were copied by root with a strict umask, and the shop at the standby may not read them.",
        "arizona-web2",
        "chown root: 00*.svg\nchmod 0600 00*.svg",
    ),
    Fault(
        "upload_folder_missing",
        "The folder for uploads is missing on one web host of the standby.",
        ("arizona-web1",),
        _gone,
        _back,
        f"[ -d {PICTURES} ]",
    ),
)
