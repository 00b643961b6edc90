# PostgreSQL's processes stand in their data folder. Paths and kinds leave the host, no setting's value.
pids=$(grep -lsxE 'postgres|postmaster|edb-postgres' /proc/[0-9]*/comm)
[ $? -le 2 ] || exit
set --
for one in $pids; do set -- "$@" "${one%comm}cwd"; done
echo '[data]'
found=
[ $# -eq 0 ] || found=$(find -L "$@" -maxdepth 0 -ignore_readdir_race -printf '%D:%i %p\n' 2>/dev/null) || [ "$found" ] || exit
# The first server process is the oldest one; the others may end while they are looked at.
found=$(printf '%s\n' "$found" | sort -t/ -k3,3n)
known=' ' folders=
IFS='
'
for line in $found; do
    case $known in *" ${line%% *} "*) continue;; esac
    known="$known${line%% *} "
    # By way of the process: it may stand in a container, with folders of its own.
    folder=${line#* }
    [ -e "$folder/PG_VERSION" ] || continue
    readlink "$folder" || continue
    folders="$folders$folder
"
done
for path in @FOLDERS@
do
    [ -e "$path/PG_VERSION" ] || continue
    here=$(find -L "$path" -maxdepth 0 -printf '%D:%i') || exit
    case $known in *" $here "*) continue;; esac
    known="$known$here "
    printf '%s\n' "$path"
    folders="$folders$path
"
done
echo '[streams]'
set --
for one in $pids; do set -- "$@" "${one%comm}cmdline"; done
[ $# -eq 0 ] || grep -hosaE 'walsender|walreceiver|logical replication [a-z ]*worker' "$@" | sort -u
echo '[signals]'
set -f
for folder in $folders; do
    for name in standby.signal recovery.signal recovery.conf; do
        [ ! -e "$folder/$name" ] || echo "$name"
    done
    slots=$(ls "$folder/pg_replslot") || exit
    [ ! "$slots" ] || echo 'a replication slot'
    set -- "$folder/postgresql.conf" "$folder/postgresql.auto.conf" "$folder/conf.d"
    grep -rqsE "^[[:space:]]*primary_conninfo[[:space:]=]*'[^']" "$@" && echo primary_conninfo
done
set +f
for file in /etc/postgresql/*/*/postgresql.conf /etc/postgresql/*/*/conf.d/*.conf; do
    [ ! -e "$file" ] || ! grep -qsE "^[[:space:]]*primary_conninfo[[:space:]=]*'[^']" "$file" || echo primary_conninfo
done
for file in /var/lib/mysql/*relay-bin.index /var/lib/mysql/master.info /var/lib/mysql/*relay-log*.info; do
    [ ! -e "$file" ] || echo 'a relay log of MySQL or MariaDB'
done
for file in /etc/mongod.conf /etc/mongodb.conf; do
    [ ! -e "$file" ] || ! grep -qsE '^[[:space:]]*replSet(Name)?[[:space:]]*[:=]' "$file" || echo 'a replica set of MongoDB'
done
for file in /etc/drbd.d/*.res; do [ ! -e "$file" ] || echo 'a resource of DRBD'; done
echo end
