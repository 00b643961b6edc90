echo '[unit]'
@LOOK_UP@
manager=$(systemctl show-environment) || exit
echo '[manager]'
old=$IFS IFS='
'
set -f
for line in $manager; do
    case $line in LANG=* | LANGUAGE=* | LOCPATH=* | LC_*=*) printf '%s\n' "$line";; esac
done
echo '[files]'
for line in $shown; do
    case $line in EnvironmentFiles=*) ;; *) continue;; esac
    set +f
    files=${line#*=}
    for file in ${files% (*}; do
        case $line in *ignore_errors=yes*) [ -e "$file" ] || continue;; esac
        grep -hE '^[[:space:]]*(LANG|LANGUAGE|LOCPATH|LC_[A-Z]+)[[:space:]]*=' -- "$file" ||
            [ $? -eq 1 ] || exit
    done
    set -f
done
set +f
IFS=$old
echo '[replaced]'
maps=
for pid in $pids; do
    maps="$maps /proc/$pid/maps"
done
# A process may end while it is asked; one that is still there must answer.
if [ "$maps" ]; then
    grep -lsE '/locale(-archive|/.*) \(deleted\)$' $maps || [ $? -eq 1 ] || for map in $maps; do
        [ ! -e "$map" ] || head -c1 "$map" >/dev/null || exit
    done
fi
echo '[running]'
if [ "$main" -ne 0 ]; then
    grep -qzaE '^(PATH|INVOCATION_ID)=' /proc/"$main"/environ ||
        { echo "the environment of process $main was written over (setproctitle)" >&2; exit 1; }
    grep -zaE '^(LANG|LANGUAGE|LOCPATH|LC_[A-Z]+)=' /proc/"$main"/environ || [ $? -eq 1 ] || exit
fi
printf '\nend\n'
