echo '[unit]'
@LOOK_UP@
found=
set --
for pid in $pids; do
    [ "$pid" = "$main" ] || set -- "$@" "/proc/$pid/cmdline"
done
@ITEM@
echo '[workers]'
# A process may end while it is asked, for which grep exits with 2. One that nginx has replaced by a reload, and
# that ends with its last request, takes no new ones.
[ $# -eq 0 ] || found=$(grep -lasF -e "$TEXT" -- "$@") || [ $? -le 2 ] || exit
for path in $found; do
    grep -qasF 'is shutting down' -- "$path"
    [ $? -ne 1 ] || printf '%s\n' "$path"
done
echo end
