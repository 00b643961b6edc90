# Names alone: no arguments, no environment.
{ :; } 2>/dev/null </proc/1/environ || { echo "other users' processes cannot be seen" >&2; exit 1; }
echo '[running]'
# A process may end while it is looked at. Its name in the kernel is cut after 15 characters, or set by itself,
# so the program's own file counts as well.
names=$(grep -hs '' /proc/[0-9]*/comm) || [ "$names" ] || exit
files=$(find /proc/[0-9]*/exe -maxdepth 0 -ignore_readdir_race -printf '%l\n' 2>/dev/null) || [ "$files" ] || exit
printf '%s\n' "$names" "$files" | sed 's| (deleted)$||; s|.*/||; s|^\[|_|' | sort -u
echo '[at boot]'
for link in /etc/systemd/system/*.wants/* /etc/systemd/system/*.requires/* \
    /run/systemd/generator*/*.wants/* /etc/runlevels/*/*
do
    # A link to a unit that is gone starts nothing.
    [ ! -e "$link" ] || printf '%s\n' "${link##*/}"
done
[ -d /run/systemd/system ] || for link in /etc/rc[2345].d/S*; do
    [ ! -e "$link" ] || { name=${link##*/S}; printf '%s\n' "${name#[0-9][0-9]}"; }
done
echo end
