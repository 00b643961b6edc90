# A kernel without md has no /proc/mdstat, and no answer must come of a /proc that cannot be read.
[ -r /proc/self/stat ] || { echo '/proc cannot be read' >&2; exit 1; }
echo '[mdstat]'
[ ! -e /proc/mdstat ] || cat /proc/mdstat || exit
printf '\n[wanted]\n'
for file in /etc/mdadm/mdadm.conf /etc/mdadm.conf; do
    [ -e "$file" ] || continue
    names=$(awk 'toupper($1) == "ARRAY" { print $2 }' "$file") || exit
    for name in $names; do
        real=$(readlink -f "$name") || real=
        if [ -b "$real" ]; then
            printf '%s %s\n' "$name" "${real##*/}"
        else
            printf '%s\n' "$name"
        fi
    done
done
echo end
