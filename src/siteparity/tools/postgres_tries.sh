# Runs as the server's account. Arguments: a separator, the folders into which WAL is archived with that
# separator between them, the program that archives, the data directory, the log, and the files to read.
PATH=/usr/local/sbin:/usr/local/bin:$PATH us=$1 folders=$2 program=$3 data=$4 log=$5
shift 5
for place in "$data" "$data/global" "$data/pg_wal"; do
    if [ -w "$place" ] && [ -x "$place" ]; then echo "open $place"; else echo "closed $place"; fi
done
[ -z "$log" ] || if [ -w "$log" ]; then echo "open $log"; else echo "closed $log"; fi
for file; do
    if [ -r "$file" ]; then echo "readable $file"; else echo "unreadable $file"; fi
done
if [ -z "$program" ]; then :
elif command -v "$program" >/dev/null; then echo "program $program"
else echo "no-program $program"; fi
set -f
IFS=$us
for folder in $folders; do
    if [ -d "$folder" ] && [ -w "$folder" ] && [ -x "$folder" ]; then echo "writable $folder"
    elif [ -d "$folder" ]; then echo "unwritable $folder"
    else echo "missing $folder"; fi
done
