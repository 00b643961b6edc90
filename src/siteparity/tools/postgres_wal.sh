# Where timelines ended, and what a database that is down has committed, from its WAL (manual, pg_waldump).
for folder in @FOLDERS@; do
    [ -e "$folder/global/pg_control" ] || continue
    # The server's account writes this file: what it says becomes no path but that of a version.
    read -r version <"$folder/PG_VERSION" || exit
    case $version in ''|*[!0-9]*) continue;; esac
    for bin in "/usr/lib/postgresql/$version/bin" "/usr/pgsql-$version/bin"; do
        [ -x "$bin/pg_waldump" ] || continue
        control=$(LC_ALL=C "$bin/pg_controldata" "$folder") || exit
        of() { printf '%s\n' "$control" | sed -n "s/^$1: *//p"; }
        echo "folder: $folder"
        echo "system: $(of 'Database system identifier')"
        newest=$(ls "$folder/pg_wal" | LC_ALL=C grep -E '^[0-9A-F]{8}\.history$' | LC_ALL=C sort | tail -n 1)
        [ -z "$newest" ] || sed -nE 's/^([0-9]+)\t([0-9A-F/]+)\t.*/ended: \1 \2/p' "$folder/pg_wal/$newest" || exit
        # A standby has only what another one wrote, and a server that runs writes on.
        case $(of 'Database cluster state') in 'in production'|'shutting down'|'shut down') ;; *) break;; esac
        pid=
        [ ! -e "$folder/postmaster.pid" ] || read -r pid <"$folder/postmaster.pid"
        case $pid in
            ''|*[!0-9]*) ;;
            *) [ "$(readlink "/proc/$pid/cwd")" != "$(readlink -f "$folder")" ] || break;;
        esac
        redo=$(of "Latest checkpoint's REDO WAL file")
        first=$(ls "$folder/pg_wal" | LC_ALL=C grep -E "^${redo%????????????????}[0-9A-F]{16}\$" | LC_ALL=C sort |
            grep -x -B @SEGMENTS@ "$redo" | head -n 1)
        [ -n "$first" ] || { echo "$folder lacks the WAL since its last checkpoint" >&2; exit 1; }
        # It ends with an error where the WAL ends.
        dumped=$(LC_ALL=C TZ=UTC timeout 6 "$bin/pg_waldump" --rmgr=Transaction --path="$folder/pg_wal" "$first" 2>/dev/null)
        [ $? -ne 124 ] || { echo "pg_waldump took more than 6 s for $folder" >&2; exit 1; }
        committed=$(printf '%s\n' "$dumped" |
            sed -nE 's/.*lsn: ([0-9A-F/]+),.*desc: COMMIT(_PREPARED [0-9]+:)? ([-0-9]+ [0-9:.]+) UTC.*/commit: \1 \3/p' |
            tail -n @MOST@)
        [ -z "$committed" ] || printf '%s\n' "$committed"
        echo "commits: $(printf '%s' "$committed" | grep -c '')"
        break
    done
done
echo end
