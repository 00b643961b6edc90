# The control file says how a server ended, and where, also while it is down (manual, pg_controldata).
for folder in @FOLDERS@; do
    [ -e "$folder/global/pg_control" ] || continue
    # The server's account writes this file: what it says becomes no path but that of a version.
    read -r version <"$folder/PG_VERSION" || exit
    case $version in ''|*[!0-9]*) continue;; esac
    for program in "/usr/lib/postgresql/$version/bin/pg_controldata" "/usr/pgsql-$version/bin/pg_controldata"; do
        [ -x "$program" ] || continue
        echo "folder: $folder"
        LC_ALL=C "$program" "$folder" | grep -E "^(WARNING|Database (system identifier|cluster state)|Latest checkpoint location|Latest checkpoint's TimeLineID):" || exit
        break
    done
done
echo end
