# The server's own statement names the paths: five lines with fields between unit separators, then JSON.
out=$(@PSQL@) || exit
us=$(printf '\037') newline='
'
first=${out%%"$newline"*} rest=${out#*"$newline"}
libraries=${rest%%"$newline"*} rest=${rest#*"$newline"}
files=${rest%%"$newline"*} rest=${rest#*"$newline"}
tls=${rest%%"$newline"*} rest=${rest#*"$newline"}
archives=${rest%%"$newline"*}
printf '[state]\n%s\n' "${rest#*"$newline"}"
set -f
IFS=$us
set -- $first
peer=$1 data=$2 pass=$3 user=$4 config=$5 key=$6 program=$7

echo '[peer]'
[ -z "$peer" ] || getent ahosts "$peer" || echo "unknown $peer"

# Libraries lie beside the server that runs, whatever else is installed.
read -r pid <"$data/postmaster.pid" || exit
exe=$(readlink "/proc/$pid/exe") || exit
echo '[libraries]'
set -- $libraries
for library; do
    case $library in
        '$libdir/'*) path=${exe%/bin/*}/lib/${library#*/};;
        /*) path=$library;;
        *) path=${exe%/bin/*}/lib/$library;;
    esac
    if [ -s "$path" ] || [ -s "$path.so" ]; then echo "there $library"; else echo "missing $library"; fi
done

echo '[files]'
set -- $files
unset IFS
find -L "$@" -maxdepth 0 -printf '%T@ %p\n' || exit

# libpq ignores a password file that others may read (manual, 34.16).
echo '[passfile]'
[ -e "$key" ] || key=
held=$(stat -Lc '%U %u %a %n' "$data" ${key:+"$key"}) || exit
owner=${held%% *}
case $owner in *[!A-Za-z0-9_.-]*) echo "no user: $owner" >&2; exit 1;; esac
eval "home=~$owner"
pass=${pass:-$home/.pgpass}
if [ -e "$pass" ]; then
    stat -c "%a %U $owner" "$pass" || exit
    # Host, port, database, user and password; without -r, read takes a backslash as libpq does.
    while IFS=: read other _ _ name secret || [ -n "$other" ]; do
        case $other in '#'*) continue;; esac
        case $name in "$user"|'*') [ -z "$secret" ] || { echo entry; break; };; esac
    done <"$pass"
fi

echo '[starts]'
while read -r name _ id _; do
    case $name in Uid:) uid=$id;; Gid:) gid=$id;; esac
done <"/proc/$pid/status"
printf 'account %s\ndata %s\n' "$uid" "$held"
# Debian's generator for systemd reads start.conf, so its link shows what the file said at the last reload.
folder=${config%/*} unit=${config%/*} unit=${unit#/etc/postgresql/}
case $config in /etc/postgresql/*/*/postgresql.conf)
    unit=postgresql@${unit%%/*}-${unit#*/}.service start= by=another next=unknown
    if [ -e "$folder/start.conf" ]; then
        while read -r line || [ -n "$line" ]; do
            line=${line%%#*}
            for word in $line; do start="$start $word"; done
        done <"$folder/start.conf" || exit
    else
        start=' auto'
    fi
    while read -r line; do case $line in */"$unit") by=unit;; esac; done <"/proc/$pid/cgroup"
    [ ! -L "/run/systemd/generator/postgresql.service.wants/$unit" ] || next=linked
    [ ! -L "/etc/systemd/system/multi-user.target.wants/$unit" ] || next=enabled
    echo "start $by $next$start";;
esac

# What the next start needs is tried as the account of the server that runs, in the groups that it has on file
# now.
echo '[tried]'
log=/var/log/postgresql/postgresql-${unit#postgresql@}
log=${log%.service}.log
case $config in /etc/postgresql/*) [ ! -e "$folder/log" ] || log=$folder/log;; *) log=;; esac
[ -e "$log" ] || log=
IFS=$us
set -- "$us" "$archives" "$program" "$data" "$log" $files $tls
unset IFS
setpriv --reuid="$uid" --regid="$gid" --init-groups -- sh -c @TRIES@ sh "$@" || exit
echo end
