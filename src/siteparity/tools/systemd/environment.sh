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
    [ -r /proc/"$main"/environ ] || { echo "the environment of process $main cannot be read" >&2; exit 1; }
    if grep -qzavE '^[^=]+=' /proc/"$main"/environ || ! grep -qzaE '^(PATH|INVOCATION_ID)=' /proc/"$main"/environ
    then
        # It wrote a title over its environment. It was started with what its files say if none of them was
        # changed since. The start of cat itself is the current time in ticks, of which a second has a hundred.
        now=$(date +%s%N) && own=$(cat /proc/self/stat) && its=$(cat /proc/"$main"/stat) || exit
        set -f
        set -- ${own##*) } && own=${20}
        set -- ${its##*) } && its=${20}
        set +f
        started=$((${now%???????} - (own - its) - 2))
        # The names of the unit's files hold no blanks.
        for file in $(printf '%s\n' "$shown" | sed -nE 's/^(FragmentPath|DropInPaths)=//p
            s/^EnvironmentFiles=(.*) \(.*/\1/p') /etc/default/locale /etc/locale.conf; do
            [ -e "$file" ] || continue
            changed=$(find -L "$file" -maxdepth 0 -newerct "@$((started / 100)).$((started % 100 / 10))") || exit
            [ ! "$changed" ] || {
                echo "the environment of process $main was written over by its title, and $file was changed" \
                    "since it started: restart the service, so that it is known what it runs with" >&2
                exit 1
            }
        done
        printf '@AS_CONFIGURED@\0'
    else
        grep -zaE '^(LANG|LANGUAGE|LOCPATH|LC_[A-Z]+)=' /proc/"$main"/environ || [ $? -eq 1 ] || exit
    fi
fi
printf '\nend\n'
