container=
for mark in /run/systemd/container /run/.containerenv /.dockerenv; do
    [ ! -e $mark ] || container=yes
done
set --
for file in /boot/grub/grub.cfg /boot/grub2/grub.cfg \
    /boot/loader/entries/*.conf /efi/loader/entries/*.conf /boot/efi/loader/entries/*.conf \
    /boot/extlinux/extlinux.conf
do
    [ ! -e "$file" ] || set -- "$@" "$file"
done
images=
for file in /efi/EFI/Linux/*.efi /boot/EFI/Linux/*.efi /boot/efi/EFI/Linux/*.efi; do
    [ ! -e "$file" ] || images=yes
done
if [ $# -gt 0 ] || [ "$images" ]; then
    printf 'menus %s\n' $#
elif [ "$container" ]; then
    printf 'container\nend\n'
    exit 0
fi
tokens=$(awk '
    { running = FILENAME == "/proc/cmdline" }
    running || tolower($1) ~ /^(linux|linux16|linuxefi|options|append|kernel|initrd|initrd16|initrdefi)$/ {
        for (i = 1; i <= NF; i++) {
            if ($i ~ /\$/) continue
            if ($i ~ /^root=/) print "root " substr($i, 6)
            else if (!running && $i ~ /^\/.*(vmlinuz|linux|initrd|initramfs)/) print "file " $i
        }
    }' "$@" /proc/cmdline) || exit
printf '%s\n' "$tokens" | sort -u | while read -r kind token; do
    case $kind:$token in
        root:UUID=*) set -- "/dev/disk/by-uuid/${token#*=}";;
        root:LABEL=*) set -- "/dev/disk/by-label/${token#*=}";;
        root:PARTUUID=*) set -- "/dev/disk/by-partuuid/${token#*=}";;
        root:PARTLABEL=*) set -- "/dev/disk/by-partlabel/${token#*=}";;
        root:/dev/*) set -- "$token";;
        # A menu may mean a path from the root of /boot, or of a subvolume (/@/boot/...).
        file:*) set -- "$token" "/boot$token" "/efi$token" "/boot/efi$token" "/${token#/*/}";;
        *) printf 'unknown %s %s\n' "$kind" "$token"; continue;;
    esac
    state=missing
    for path in "$@"; do
        [ ! -e "$path" ] || state=there
    done
    printf '%s %s %s\n' "$state" "$kind" "$token"
done
echo end
