# What a server is after its next start is decided by files, not by what it does now (manual, 20.5.5).
folder=$(@FOLDER@) || exit
[ -e "$folder/PG_VERSION" ] || { echo "$folder holds no database" >&2; exit 1; }
for name in standby.signal recovery.signal backup_label tablespace_map; do
    [ ! -e "$folder/$name" ] || echo "$name"
done
for path in "$folder"/pg_wal/*.history; do
    [ ! -e "$path" ] || echo "${path##*/}"
done
echo end
