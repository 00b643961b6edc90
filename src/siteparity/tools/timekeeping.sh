[ -r /proc/1/comm ] || { echo 'processes cannot be listed' >&2; exit 1; }
for comm in /proc/[0-9]*/comm; do
    name=
    { read -r name <"$comm"; } 2>/dev/null
    case $name in
        chronyd) found="$found $name" chronyd=${comm%/comm};;
        @UNKNOWN@) found="$found $name";;
        systemd-timesyn) found="$found systemd-timesyncd";;
    esac
done
for name in $found; do
    printf 'program %s\n' $name
done
case $found in *chronyd*)
    tracking=$(chronyc -c tracking 2>&1) || { printf '%s\n' "$tracking" >&2; exit 1; }
    sources=$(chronyc -c sources 2>&1) || { printf '%s\n' "$sources" >&2; exit 1; }
    printf 'tracking %s\n' "$tracking"
    printf '%s\n' "$sources" | while IFS= read -r line; do
        [ ! "$line" ] || printf 'source %s\n' "$line"
    done;;
esac
case $found in *timesyncd*)
    file=/run/systemd/timesync/synchronized
    [ ! -e $file ] || printf 'synchronized %s\n' "$(stat -c %Y $file)";;
esac

# The lines of a file of chronyd, and of the files that it includes.
conf() {
    while read -r word rest || [ "$word" ]; do
        case $word in '' | [#%\;!]*) continue;; esac
        printf 'chrony %s %s\n' "$word" "$rest"
        case $word in
            include)
                for one in $rest; do
                    [ ! -f "$one" ] || conf "$one" || return
                done;;
            confdir)
                for one in $rest; do
                    for file in "$one"/*.conf; do
                        [ ! -f "$file" ] || conf "$file" || return
                    done
                done;;
            sourcedir)
                for one in $rest; do
                    for file in "$one"/*.sources; do
                        [ ! -f "$file" ] || conf "$file" || return
                    done
                done;;
        esac
    done <"$1"
}
given=
[ ! "$chronyd" ] || { read -r given <"$chronyd/cmdline"; } 2>/dev/null
case $given in
    *-f*) set -- "$(tr '\0' '\n' <"$chronyd/cmdline" | sed -n '/^-f/{s/^-f//;/./!n;p}')";;
    *) set -- /etc/chrony/chrony.conf /etc/chrony.conf;;
esac
for one; do
    [ ! -e "$one" ] || conf "$one" || exit
done
for file in /usr/lib/systemd/timesyncd.conf.d/*.conf /run/systemd/timesyncd.conf.d/*.conf \
    /etc/systemd/timesyncd.conf /etc/systemd/timesyncd.conf.d/*.conf
do
    [ ! -f "$file" ] || while read -r line || [ "$line" ]; do
        case $line in NTP=* | FallbackNTP=*) printf 'timesyncd %s\n' "$line";; esac
    done <"$file" || exit
done
printf 'now %s\nend\n' "$(date +%s)"
