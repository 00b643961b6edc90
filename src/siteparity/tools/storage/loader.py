"""What the next boot needs from the boot loader: a root that exists, a kernel and an initial RAM disk.

Read are the menus of GRUB, systemd-boot and extlinux, and the line that the running kernel was started with
(proc(5), /proc/cmdline), which must do for images that hold their own line (``EFI/Linux/*.efi``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from siteparity.model import UnmeasuredError

THERE = "is there"
CONTAINER = "none (a container)"

# A path in a menu may be meant from the root of /boot, or of a subvolume (/@/boot/...).
QUESTION = r"""
container=
for mark in /run/systemd/container /run/.containerenv /.dockerenv;do [ ! -e $mark ]||container=yes;done
set --
for file in /boot/grub/grub.cfg /boot/grub2/grub.cfg /boot/loader/entries/*.conf /efi/loader/entries/*.conf \
/boot/efi/loader/entries/*.conf /boot/extlinux/extlinux.conf
do [ ! -e "$file" ]||set -- "$@" "$file";done
images=
for file in /efi/EFI/Linux/*.efi /boot/EFI/Linux/*.efi /boot/efi/EFI/Linux/*.efi
do [ ! -e "$file" ]||images=yes;done
if [ $# -gt 0 ]||[ "$images" ];then printf 'menus %s\n' $#
elif [ "$container" ];then printf 'container\nend\n';exit 0;fi
tokens=$(awk '
{ running = FILENAME == "/proc/cmdline" }
running || tolower($1) ~ /^(linux|linux16|linuxefi|options|append|kernel|initrd|initrd16|initrdefi)$/ {
for (i = 1; i <= NF; i++) if ($i !~ /\$/) {
if ($i ~ /^root=/) print "root " substr($i, 6)
else if (!running && $i ~ /^\/.*(vmlinuz|linux|initrd|initramfs)/) print "file " $i
} }' "$@" /proc/cmdline)||exit
printf '%s\n' "$tokens"|sort -u|while read -r kind token;do
case $kind:$token in
root:UUID=*)set -- "/dev/disk/by-uuid/${token#*=}";;
root:LABEL=*)set -- "/dev/disk/by-label/${token#*=}";;
root:PARTUUID=*)set -- "/dev/disk/by-partuuid/${token#*=}";;
root:PARTLABEL=*)set -- "/dev/disk/by-partlabel/${token#*=}";;
root:/dev/*)set -- "$token";;
file:*)set -- "$token" "/boot$token" "/efi$token" "/boot/efi$token" "/${token#/*/}";;
*)printf 'unknown %s %s\n' "$kind" "$token";continue;;
esac
state=missing;for path in "$@";do [ ! -e "$path" ]||state=there;done
printf '%s %s %s\n' "$state" "$kind" "$token"
done
echo end
"""


def read(answer: str) -> Mapping[str, str]:
    """Each root, kernel and initial RAM disk that a menu names -> whether it exists.

    Raises:
        UnmeasuredError: it is cut or not understood; no boot loader is found that is known.
    """
    if not answer.endswith("end\n"):
        raise UnmeasuredError("loader: the answer lacks its end")
    found: dict[str, str] = {}
    menus = False
    for line in answer.split("\n")[:-2]:
        if line == "container":
            return {"boot loader": CONTAINER}
        row = re.fullmatch(r"(there|missing|unknown) (root|file) (.+)", line)
        if row and row[1] == "unknown":
            raise UnmeasuredError(f"loader: a root in a form that is not known: {row[3][:80]}")
        if row:
            found[f"root={row[3]}" if row[2] == "root" else row[3]] = (
                THERE if row[1] == "there" else "does not exist"
            )
        elif re.fullmatch(r"menus [0-9]+", line):
            menus = True
        elif line:
            raise UnmeasuredError(f"loader: a line is not understood: {line[:80]}")
    if not menus:
        raise UnmeasuredError("loader: no boot loader is found that is known (GRUB, systemd-boot, extlinux)")
    if not any(item.startswith("root=") for item in found):
        raise UnmeasuredError("loader: the menus name no root")
    return found
