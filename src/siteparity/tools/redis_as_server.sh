# Runs as the server's account. Arguments: the folder of the append-only files, their manifest (either may be
# empty), then a test, a path and the state of a path that fails it, for each path.
aof=$1 list=$2
shift 2
try() { if test "$1" "$2"; then echo "ok $3"; else echo "$4 $3"; fi; }
while [ $# -gt 0 ]; do
    try "$1" "$2" "$2" "$3"
    shift 3
done
[ -r "${list:-/none}" ] || { echo end; exit 0; }
while read -r _ name _; do
    try -w "$aof/$name" "the files of sessions" missing
    case $name in *.base.rdb) [ "$(head -c5 -- "$aof/$name")" = REDIS ] || echo "damaged $aof/$name";; esac
done <"$list"
echo end
