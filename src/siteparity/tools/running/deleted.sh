{ read -r first </proc/1/maps; } 2>/dev/null || { echo "other users' processes cannot be read" >&2; exit 1; }
found=$(grep -HsE '^[0-9a-f]+-[0-9a-f]+ ..x. .* /.*\(deleted\)$' /proc/[0-9]*/maps)
# A process may end while it is looked at; one that is still there must answer.
case $? in
    0|1) ;;
    *)
        for map in /proc/[0-9]*/maps; do
            { :; } 2>/dev/null <"$map" || [ ! -e "$map" ] || { echo "$map cannot be read" >&2; exit 1; }
        done;;
esac
IFS='
'
set -f
for line in $found; do
    printf 'm\t%s\n' "$line"
    pid=${line#/proc/} pid=${pid%%/*}
    case $seen in *" $pid "*) continue;; esac
    seen="$seen $pid "
    while read -r group; do printf 'u\t%s\t%s\n' "$pid" "$group"; done 2>/dev/null </proc/"$pid"/cgroup || :
done
echo end
