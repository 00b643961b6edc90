# Three parts with NUL bytes between them: units, cron and local time, files of the zone database. Of the
# environments nothing but TZ leaves the host.
@ITEMS@
shown=$(TZ=UTC systemctl show --property=@PROPERTIES@ -- @SERVICE@ "$@" '*.timer') || exit
printf '%s\n\0' "$shown"

# The first MainPID is that of cron, the first unit that is named.
pid=${shown#*MainPID=} pid=${pid%%[!0-9]*} zone=@LOCALTIME@
if [ "${pid:-0}" -gt 0 ]; then
    here=/proc/$pid
    read -r stat <"$here/stat" || exit
    echo "stat $stat"
    # One grep for the manager's TZ, cron's TZ, and cron's options.
    found=$(grep -zaHE '^(TZ=|-)' /proc/1/environ "$here/environ" "$here/cmdline") || [ $? -eq 1 ] || exit
    case $found in /proc/1/environ:*)
        tz=${found#*:TZ=}
        echo "manager ${tz%%"$here"/*}";;
    esac
    case $found in *"$here/environ:"*)
        tz=${found#*"$here/environ:TZ="} tz=${tz%%"$here"/*}
        echo "cron $tz"
        case ${tz#:} in
            /*) zone=${tz#:};;
            ?*) zone=@ZONES@${tz#:};;
            *) zone=@ZONES@Etc/UTC;;
        esac;;
    esac
    case $found in *"$here/cmdline:"*) echo "options ${found#*"$here/cmdline:"}";; esac
    if grep -q CRON_TZ "$here/exe"; then echo other; else [ $? -eq 1 ] || exit; fi
fi

assigned=$(systemctl show-environment) || exit
newline='
'
case $newline$assigned in *"${newline}TZ="*)
    tz=$newline$assigned tz=${tz#*"${newline}TZ="}
    echo "assigned ${tz%%"$newline"*}";;
esac
set --
for file in @SETTINGS@; do [ ! -e "$file" ] || set -- "$@" "$file"; done
s="[[:space:]\"']"
[ $# -eq 0 ] || sed -nE "s/^$s*DefaultEnvironment$s*=(.*$s)?TZ=([^[:space:]\"']*).*/boot \\2/p" "$@" || exit
if [ -r /etc/default/cron ]; then
    while read -r line || [ "$line" ]; do
        case $line in TZ=*) echo "default ${line#TZ=}";; esac
    done </etc/default/cron
fi
set --
for file in @LOCALTIME@ @TIMEZONE@; do [ ! -e "$file" ] && [ ! -L "$file" ] || set -- "$@" "$file"; done
[ $# -eq 0 ] || find -P "$@" -maxdepth 0 -printf 'link %p %C@ %l\n' || exit
if [ -f @TIMEZONE@ ]; then
    read -r name <@TIMEZONE@ || [ "$name" ] || exit
    echo "name $name"
fi
printf '\0'

# Path and size of each file, an empty path, then all contents in a row: find passes the files to cat when it
# has printed all headers. The last place, /, makes the empty path.
set --
for file in @LOCALTIME@ "$zone"; do
    case " $* " in *" $file "*) ;; *) [ ! -f "$file" ] || set -- "$@" "$file";; esac
done
find -L "$@" / -maxdepth 0 -path / -printf '\0' -o -printf '%p\0%s\0' -exec cat -- {} +
