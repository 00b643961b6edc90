# Sets $main to the main process of the unit, 0 if it does not run, and $pids to all of its processes.
@ITEM@
shown=$(systemctl show --property=@PROPERTIES@ -- "$UNIT") || exit
printf '%s\n' "$shown"
main=${shown#*MainPID=} main=${main%%[!0-9]*} pids=
below() {
    for task in /proc/"$1"/task/[0-9]*/children; do
        kids=
        { read -r kids <"$task"; } 2>/dev/null
        for kid in $kids; do
            pids="$pids $kid"
            below "$kid"
        done
    done
}
if [ "${main:-0}" -gt 0 ]; then
    pids=$main
    [ -r /proc/"$main"/task/"$main"/children ] ||
        { echo "the children of process $main cannot be read" >&2; exit 1; }
    below "$main"
fi
