echo '[unit]'
@LOOK_UP@
set --
for pid in $pids; do
    [ "$pid" = "$main" ] || set -- "$@" "/proc/$pid/cmdline"
done
@ITEM@
echo '[workers]'
# A process may end while it is asked, for which grep exits with 2.
[ $# -eq 0 ] || grep -lasF -e "$TEXT" -- "$@" || [ $? -le 2 ] || exit
echo end
