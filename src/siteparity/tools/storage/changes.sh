while read -r key value _; do
    [ "$key" != btime ] || printf 'kernel %s\n' "$value"
done </proc/stat
IFS= read -r first </proc/1/stat || exit
set -- ${first##*) }
printf 'first %s %s\n' "${20}" "$(getconf CLK_TCK)"
printf 'ended %s\n' "$(systemctl show --property=FinishTimestampMonotonic --value)"
set --
for file in /etc/fstab /etc/crypttab /etc/mdadm/mdadm.conf /etc/mdadm.conf \
    /etc/default/grub /etc/default/grub.d/*.cfg \
    /boot/grub/grub.cfg /boot/grub2/grub.cfg \
    /boot/loader/entries/*.conf /efi/loader/entries/*.conf /boot/efi/loader/entries/*.conf \
    /boot/initrd.img-* /boot/initramfs-* /etc/initramfs-tools/*.conf /etc/initramfs-tools/modules
do
    [ ! -e "$file" ] || set -- "$@" "$file"
done
[ $# -eq 0 ] || stat -L -c 'file %Y %n' -- "$@" || exit
# A kernel's file bears the time of its build, so for it the change of its inode counts.
set --
for file in /boot/vmlinuz-*; do
    [ ! -e "$file" ] || set -- "$@" "$file"
done
[ $# -eq 0 ] || stat -L -c 'file %Z %n' -- "$@" || exit
echo end
