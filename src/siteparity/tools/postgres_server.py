"""What a PostgreSQL server says of itself: settings, files, rules of access, roles, libraries, tables.

One statement, so that a host starts one ``psql``. Its first lines are for the shell that asks: the paths
and names by which the files on the host are looked at; the last one is JSON.
"""

from __future__ import annotations

STANDBY_NEEDS = (
    "max_connections",
    "max_worker_processes",
    "max_wal_senders",
    "max_prepared_transactions",
    "max_locks_per_transaction",
)
"""A hot standby with less than its primary refuses to start, or stops to replay (manual, 27.4.3)."""

LIMITS = (*STANDBY_NEEDS, "max_replication_slots")
"""What the standby must have at least as much of."""

OF_ONE_SITE = ("primary_conninfo", "primary_slot_name")
"""What names the other site, and may hold a password: never shown."""

_MOVING = (
    "in_hot_standby", "transaction_read_only", "transaction_isolation", "transaction_deferrable",
    "shared_memory_size", "shared_memory_size_in_huge_pages",
)  # fmt: skip

SEPARATOR = "\x1f"
"""Between the fields of the first lines; a space may stand in a path."""


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"'{name}'" for name in names)


# Physical copies have the same catalogues, so trees and numbers are compared as they stand: to write them out
# as SQL takes milliseconds for each index.
# Where `archive_command` writes is known for words like /folder/%f, unless it does so on another host, as
# somebody else, or makes the folder itself.
# A value that waits for a restart is told with an error too; of these, `pending_restart` speaks.
_QUESTION = r"""
WITH now AS MATERIALIZED (SELECT name, setting, reset_val, unit, pending_restart FROM pg_settings),
  file AS MATERIALIZED (SELECT * FROM pg_show_all_file_settings()),
  tls AS (
    SELECT name, CASE WHEN setting LIKE '/%' THEN setting
                 ELSE current_setting('data_directory') || '/' || setting END AS path
    FROM now WHERE name IN ('ssl_key_file', 'ssl_cert_file', 'ssl_ca_file', 'ssl_crl_file')
      AND setting <> '' AND current_setting('ssl') = 'on'),
  archive AS (
    SELECT CASE WHEN library = '' THEN current_setting('archive_command') ELSE '' END AS command,
      CASE WHEN library = 'basic_archive' THEN current_setting('basic_archive.archive_directory', true)
      END AS directory
    FROM coalesce(current_setting('archive_library', true), '') AS library
    WHERE current_setting('archive_mode') <> 'off')
SELECT concat_ws(E'\n', (
  SELECT concat_ws(E'\x1f', coalesce(substring(conninfo FROM 'host\s*=\s*''?([^\s'',]+)'), ''),
    current_setting('data_directory'), coalesce(substring(conninfo FROM 'passfile\s*=\s*''?([^\s'']+)'), ''),
    coalesce(substring(conninfo FROM 'user\s*=\s*''?([^\s'']+)'), ''), current_setting('config_file'),
    (SELECT coalesce(string_agg(path, ''), '') FROM tls WHERE name = 'ssl_key_file'),
    coalesce((SELECT substring(command FROM '^\s*([A-Za-z0-9_./+-]+)(?:\s|$)') FROM archive), ''), '.')
  FROM current_setting('primary_conninfo') AS conninfo
), (
  SELECT coalesce(string_agg(DISTINCT library, E'\x1f'), '') FROM (
    SELECT probin FROM pg_proc WHERE probin IS NOT NULL
    UNION ALL SELECT trim(both ' "' FROM unnest(string_to_array(concat_ws(',', nullif(setting, '')), ',')))
      FROM now WHERE name IN ('shared_preload_libraries', 'session_preload_libraries', 'archive_library')
  ) AS used(library) WHERE library <> ''
), (
  SELECT string_agg(DISTINCT path, E'\x1f') FROM (
    SELECT sourcefile FROM file UNION ALL
    SELECT current_setting('data_directory') || '/postgresql.auto.conf' UNION ALL
    SELECT setting FROM now WHERE name IN ('config_file', 'hba_file', 'ident_file')
  ) AS read(path) WHERE path IS NOT NULL
), (
  SELECT coalesce(string_agg(path, E'\x1f'), '') FROM tls
), (
  SELECT coalesce(string_agg(DISTINCT folder, E'\x1f'), '') FROM (
    SELECT found[1] FROM archive, regexp_matches(command, '(?:^|[\s"''=>])(/[^\s"''%]*)/%f', 'g') AS found
      WHERE command !~ '\m(ssh|sudo|mkdir)\M'
    UNION ALL SELECT directory FROM archive
  ) AS written(folder) WHERE folder <> ''
), (
  SELECT json_build_object(
    'settings', (SELECT json_object_agg(name, reset_val || coalesce(' ' || unit, '')) FROM now
                 WHERE name NOT IN ({left_out})
                   AND name NOT LIKE 'recovery\_%'),
    'limits', (SELECT json_object_agg(name, reset_val) FROM now WHERE name IN ({limits})),
    'after_restart', (SELECT coalesce(json_object_agg(name, setting), '{}') FROM (
                      SELECT DISTINCT ON (name) name, setting FROM file
                      WHERE name IN ({limits}) ORDER BY name, seqno DESC) AS last),
    'pending', (SELECT coalesce(json_agg(name ORDER BY name), '[]') FROM now WHERE pending_restart),
    'bad_settings', (SELECT coalesce(json_agg(json_build_array(sourcefile, sourceline, error)), '[]')
                     FROM file
                     WHERE error IS NOT NULL AND NOT EXISTS (
                       SELECT FROM now WHERE now.name = file.name AND now.pending_restart)),
    'loaded', extract(epoch FROM pg_conf_load_time()),
    'hba_file', current_setting('hba_file'),
    'hba', (SELECT coalesce(json_agg(rule), '[]') FROM (
              SELECT line_number, type, database, user_name, address, netmask, auth_method, options, error
              FROM pg_hba_file_rules()) AS rule),
    'ident_file', current_setting('ident_file'),
    'ident', (SELECT coalesce(json_agg(mapping), '[]') FROM (
                SELECT line_number, map_name, sys_name, pg_username, error
                FROM pg_ident_file_mappings()) AS mapping),
    'roles', (SELECT coalesce(json_object_agg(rolname, json_build_object(
                'login', rolcanlogin, 'replication', rolreplication, 'super', rolsuper,
                'bypass', rolbypassrls, 'creates', rolcreaterole OR rolcreatedb, 'limit', rolconnlimit,
                'settings', rolconfig,
                'expired', coalesce(rolvaliduntil <= now() + interval '1 day', false),
                'member_of', (SELECT coalesce(json_agg(of.rolname ORDER BY of.rolname), '[]')
                              FROM pg_auth_members AS m JOIN pg_roles AS of ON of.oid = m.roleid
                              WHERE m.member = r.oid))), '{}')
              FROM pg_roles AS r WHERE rolname NOT LIKE 'pg\_%'),
    'passwords', (SELECT coalesce(json_agg(rolname), '[]') FROM siteparity.passwords WHERE has_password),
    'extensions', (SELECT coalesce(json_object_agg(extname, extversion), '{}') FROM pg_extension),
    'slots', (SELECT count(*) FROM pg_replication_slots WHERE slot_type = 'physical' AND NOT temporary),
    'conninfo', current_setting('primary_conninfo') <> '',
    'inline_password', current_setting('primary_conninfo') ~ '(^|\s)password\s*=',
    'slot_name', current_setting('primary_slot_name') <> '',
    'tables', (SELECT coalesce(json_object_agg(n.nspname || '.' || c.relname, md5(concat_ws(chr(10),
                 c.relkind, c.relacl, c.relrowsecurity,
                 (SELECT string_agg(concat_ws(' ', a.attname, a.atttypid::regtype, a.atttypmod, a.attnotnull,
                    a.attidentity, a.attgenerated, a.attcollation, a.attacl, d.adbin),
                    chr(10) ORDER BY a.attnum)
                  FROM pg_attribute AS a LEFT JOIN pg_attrdef AS d ON (d.adrelid, d.adnum) = (c.oid, a.attnum)
                  WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
                 (SELECT string_agg(concat_ws(' ', i.indexrelid::regclass, i.indkey, i.indclass,
                    i.indcollation, i.indoption, i.indisunique, i.indexprs, i.indpred),
                    chr(10) ORDER BY i.indexrelid)
                  FROM pg_index AS i WHERE i.indrelid = c.oid),
                 (SELECT string_agg(concat_ws(' ', k.conname, k.contype, k.convalidated, k.conkey,
                    k.confrelid, k.confkey, k.conbin), chr(10) ORDER BY k.conname)
                  FROM pg_constraint AS k WHERE k.conrelid = c.oid)))), '{}')
               FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
               WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
                 AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'),
    'invalid', (SELECT coalesce(json_agg(indexrelid::regclass::text ORDER BY indexrelid), '[]')
                FROM pg_index WHERE NOT (indisvalid AND indisready)),
    'broken', (SELECT coalesce(json_object_agg(coalesce(datname, 'shared tables'), checksum_failures), '{}')
               FROM pg_stat_database WHERE checksum_failures > 0),
    'locks', (SELECT coalesce(json_object_agg(concat_ws(' ', 'advisory lock', classid, objid, 'in', datname),
                concat_ws(' ', 'held by', usename, nullif(application_name, ''))), '{}')
              FROM pg_locks AS l JOIN pg_stat_activity AS a USING (pid)
              WHERE locktype = 'advisory' AND granted AND pg_is_in_recovery()),
    'unlogged', (SELECT coalesce(json_agg(oid::regclass::text ORDER BY oid), '[]')
                 FROM pg_class WHERE relpersistence = 'u' AND relkind IN ('r', 'm')))::jsonb
))
"""

QUESTION = _QUESTION.replace("{left_out}", _listed((*_MOVING, *OF_ONE_SITE, *LIMITS))).replace(
    "{limits}", _listed(LIMITS)
)
"""One statement, which gives six lines:

1. the other server's name, the data directory, the password file and the role for that server, or nothing;
   the main file, the key for TLS and the program that archives, or nothing;
2. the libraries that the database or a setting names;
3. the files that the server would read: included ones are there as soon as they hold a setting;
4. the files for TLS, the key among them;
5. the folders into which WAL is archived;
6. `postgres_state.State`; recovery targets and delays are left to ``replication``.
"""

# Libraries lie beside the server that runs, whatever else is installed; libpq refuses a password file that
# others may read (manual, 34.16). `read` takes the process number of postmaster.pid without a process.
# What the next start needs is tried as the account of the server that runs, in the groups that it has now on
# file. Debian's generator for systemd reads start.conf, so its link shows what was said at the last reload.
ON_DISK = rf"""
u='{SEPARATOR}' n='
'
first=${{out%%"$n"*}} rest=${{out#*"$n"}} second=${{rest%%"$n"*}}
rest=${{rest#*"$n"}} third=${{rest%%"$n"*}}
rest=${{rest#*"$n"}} tls=${{rest%%"$n"*}}
rest=${{rest#*"$n"}} folders=${{rest%%"$n"*}}
printf '[state]\n%s\n' "${{rest#*"$n"}}"
set -f; IFS=$u; set -- $first
peer=$1 data=$2 pass=$3 user=$4 config=$5 key=$6 program=$7
echo '[peer]'; [ -z "$peer" ] || getent ahosts "$peer" || echo "unknown $peer"
read -r pid <"$data/postmaster.pid" || exit
exe=$(readlink "/proc/$pid/exe") || exit
echo '[libraries]'
set -- $second
for library; do
    case $library in
        '$libdir/'*) path=${{exe%/bin/*}}/lib/${{library#*/}};;
        /*) path=$library;;
        *) path=${{exe%/bin/*}}/lib/$library;;
    esac
    if [ -s "$path" ] || [ -s "$path.so" ]; then echo "there $library"; else echo "missing $library"; fi
done
echo '[files]'
set -- $third; unset IFS
find -L "$@" -maxdepth 0 -printf '%T@ %p\n' || exit
echo '[passfile]'
[ -e "$key" ] || key=
held=$(stat -Lc '%U %u %a %n' "$data" ${{key:+"$key"}}) || exit
owner=${{held%% *}}
case $owner in *[!A-Za-z0-9_.-]*) echo "no user: $owner" >&2; exit 1;; esac
eval "home=~$owner"; pass=${{pass:-$home/.pgpass}}
if [ -e "$pass" ]; then
    stat -c "%a %U $owner" "$pass" || exit
    while IFS= read -r line; do
        case $line in '#'*) ;; *":$user:"?*|*':*:'?*) echo entry; break;; esac
    done <"$pass"
fi
echo '[starts]'
while read -r name _ id _; do case $name in Uid:) uid=$id;; Gid:) gid=$id;; esac; done <"/proc/$pid/status"
printf 'account %s\ndata %s\n' "$uid" "$held"
folder=${{config%/*}} unit=${{config%/*}} unit=${{unit#/etc/postgresql/}}
case $config in /etc/postgresql/*/*/postgresql.conf)
    unit=postgresql@${{unit%%/*}}-${{unit#*/}}.service start= by=another next=unknown
    if [ -e "$folder/start.conf" ]; then
        while read -r line || [ -n "$line" ]; do
            line=${{line%%#*}}; for word in $line; do start="$start $word"; done
        done <"$folder/start.conf" || exit
    else start=' auto'
    fi
    while read -r line; do case $line in */"$unit") by=unit;; esac; done <"/proc/$pid/cgroup"
    [ ! -L "/run/systemd/generator/postgresql.service.wants/$unit" ] || next=linked
    [ ! -L "/etc/systemd/system/multi-user.target.wants/$unit" ] || next=enabled
    echo "start $by $next$start";;
esac
echo '[tried]'
log=/var/log/postgresql/postgresql-${{unit#postgresql@}}; log=${{log%.service}}.log
case $config in /etc/postgresql/*) [ ! -e "$folder/log" ] || log=$folder/log;; *) log=;; esac
[ -e "$log" ] || log=
IFS=$u; set -- "$folders" "$program" "$data" "$log" $third $tls; unset IFS
setpriv --reuid="$uid" --regid="$gid" --init-groups -- sh -c '
PATH=/usr/local/sbin:/usr/local/bin:$PATH folders=$1 program=$2 data=$3 log=$4
shift 4
for place in "$data" "$data/global" "$data/pg_wal"; do
    if [ -w "$place" ] && [ -x "$place" ]; then echo "open $place"; else echo "closed $place"; fi
done
[ -z "$log" ] || if [ -w "$log" ]; then echo "open $log"; else echo "closed $log"; fi
for file; do if [ -r "$file" ]; then echo "readable $file"; else echo "unreadable $file"; fi; done
if [ -z "$program" ]; then :
elif command -v "$program" >/dev/null; then echo "program $program"; else echo "no-program $program"; fi
set -f; IFS={SEPARATOR}
for folder in $folders; do
    if [ -d "$folder" ] && [ -w "$folder" ] && [ -x "$folder" ]; then echo "writable $folder"
    elif [ -d "$folder" ]; then echo "unwritable $folder"; else echo "missing $folder"; fi
done
' sh "$@" || exit
echo '[end]'
"""
