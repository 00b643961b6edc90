echo '[unit]'
@LOOK_UP@
echo '[workers]'
[ "$main" -gt 0 ] || { printf '%s\n' '[library]' end; exit 0; }
set --
for pid in ${pids#"$main"}; do
    title=
    { read -r title <"/proc/$pid/cmdline"; } 2>/dev/null || :
    case $title in
        *'worker process is shutting down'*) ;;
        *'worker process'*) set -- "$@" "/proc/$pid/stat";;
    esac
done
@STARTED@
echo '[library]'
grep -cF -- @MODULE@ "/proc/$main/maps" || [ $? -eq 1 ] || exit
echo end
