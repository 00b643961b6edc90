-- Six lines: paths and names for the shell that asks, with unit separators between the fields, then JSON.
-- 1. the other server's name, the data directory, the password file and the role for that server; the main
--    file, the key for TLS and the program that archives; each may be empty
-- 2. the libraries that the database or a setting names
-- 3. the files that the server would read: included ones are there as soon as they hold a setting
-- 4. the files for TLS, the key among them
-- 5. the folders into which WAL is archived
-- 6. everything else that the server knows; recovery targets and delays are left to the aspect replication
WITH now AS MATERIALIZED (SELECT name, setting, reset_val, unit, pending_restart FROM pg_settings),
  file AS MATERIALIZED (SELECT * FROM pg_show_all_file_settings()),
  tls AS (
    SELECT name, CASE WHEN setting LIKE '/%' THEN setting
                 ELSE current_setting('data_directory') || '/' || setting END AS path
    FROM now WHERE name IN ('ssl_key_file', 'ssl_cert_file', 'ssl_ca_file', 'ssl_crl_file')
      AND setting <> '' AND current_setting('ssl') = 'on'),
  -- Where archive_command writes is known for words like /folder/%f, unless it does so on another host, as
  -- somebody else, or makes the folder itself.
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
                 WHERE name NOT IN (@LEFT_OUT@)
                   AND name NOT LIKE 'recovery\_%'),
    'limits', (SELECT json_object_agg(name, reset_val) FROM now WHERE name IN (@LIMITS@)),
    'after_restart', (SELECT coalesce(json_object_agg(name, setting), '{}') FROM (
                      SELECT DISTINCT ON (name) name, setting FROM file
                      WHERE name IN (@LIMITS@) ORDER BY name, seqno DESC) AS last),
    'pending', (SELECT coalesce(json_agg(name ORDER BY name), '[]') FROM now WHERE pending_restart),
    -- A value that waits for a restart has an error too; 'pending' lists those.
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
    'senders', (SELECT count(*) FROM pg_stat_replication),
    'conninfo', current_setting('primary_conninfo') <> '',
    'inline_password', current_setting('primary_conninfo') ~ '(^|\s)password\s*=',
    'slot_name', current_setting('primary_slot_name') <> '',
    -- Physical copies have the same catalogues, so parse trees and numbers are compared as they are. Writing
    -- them out as SQL would take milliseconds for each index.
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
                 FROM pg_class WHERE relpersistence = 'u' AND relkind IN ('r', 'm', 'S')),
    -- Whatever nobody notices before the server is the primary, on any copy.
    'at_promotion', (SELECT coalesce(json_object_agg(name, setting), '{}') FROM now
                     WHERE name = 'recovery_end_command' AND setting <> ''),
    'crowded', (SELECT coalesce(json_object_agg(item, json_build_array(most, used)), '{}') FROM (
                  SELECT 'role ' || rolname AS item, rolconnlimit AS most, count(pid) AS used
                  FROM pg_roles LEFT JOIN pg_stat_activity ON usesysid = pg_roles.oid
                  WHERE rolcanlogin AND rolconnlimit >= 0 GROUP BY rolname, rolconnlimit
                  UNION ALL
                  SELECT 'database ' || d.datname, datconnlimit, count(pid)
                  FROM pg_database AS d LEFT JOIN pg_stat_activity AS a ON a.datid = d.oid
                  WHERE datallowconn AND datconnlimit >= 0 GROUP BY d.datname, datconnlimit) AS limited),
    'oldest', (SELECT json_object_agg(datname, age(datfrozenxid)) FROM pg_database),
    'prepared', (SELECT coalesce(json_object_agg(gid, extract(epoch FROM now() - prepared)), '{}')
                 FROM pg_prepared_xacts),
    'logical', (SELECT coalesce(json_agg(slot_name ORDER BY slot_name), '[]')
                FROM pg_replication_slots AS s
                WHERE slot_type = 'logical' AND NOT temporary AND NOT pg_is_in_recovery()
                  -- Since version 17 a slot may be kept on the standby as well.
                  AND NOT coalesce((to_jsonb(s) ->> 'failover')::boolean, false)),
    -- Null where siteparity was not granted to see them. The function is called by its name alone, so that a
    -- server without it answers the rest.
    'sequences', (SELECT CASE WHEN to_regprocedure('siteparity.sequence_values()') IS NOT NULL THEN (
        SELECT coalesce(json_object_agg(sequence, used), '{}') FROM (
          SELECT seqrelid::regclass AS sequence,
            round(100 * value / CASE WHEN seqincrement > 0 THEN least(seqmax, (
              -- The columns that own the sequence, or take their default from it.
              SELECT min(CASE atttypid WHEN 'int2'::regtype THEN 32767 WHEN 'int4'::regtype THEN 2147483647 END)
              FROM pg_depend AS d
              LEFT JOIN pg_attrdef AS f ON d.classid = 'pg_attrdef'::regclass AND f.oid = d.objid
              JOIN pg_attribute AS a ON (a.attrelid, a.attnum) =
                (coalesce(f.adrelid, d.refobjid), coalesce(f.adnum, d.refobjsubid))
              WHERE d.refclassid = 'pg_class'::regclass AND CASE WHEN f.oid IS NOT NULL
                THEN d.refobjid = seqrelid
                ELSE d.classid = 'pg_class'::regclass AND d.objid = seqrelid AND d.deptype IN ('a', 'i') END
            )) ELSE least(seqmin, -1) END, 1) AS used
          FROM xmltable('//row'
            PASSING query_to_xml('SELECT sequence::bigint, value FROM siteparity.sequence_values()',
              false, false, '')
            COLUMNS sequence bigint, value numeric) AS counted
          JOIN pg_sequence ON seqrelid = counted.sequence
          WHERE NOT seqcycle) AS shares
        WHERE used >= @SEEN_FROM@) END),
    'foreign', (SELECT coalesce(json_object_agg(srvname, coalesce(array_to_string(srvoptions, ' '), '')), '{}')
                FROM pg_foreign_server),
    'of_one_server', (SELECT coalesce(json_agg(item ORDER BY item), '[]') FROM (
                        SELECT 'function ' || p.oid::regprocedure AS item
                        FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
                        WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
                          AND p.prosrc ~* @OF_ONE_SERVER@
                          AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = p.oid AND deptype = 'e')
                        UNION ALL
                        SELECT 'default of ' || adrelid::regclass || '.' || attname
                        FROM pg_attrdef JOIN pg_attribute ON (attrelid, attnum) = (adrelid, adnum)
                        WHERE pg_get_expr(adbin, adrelid) ~* @OF_ONE_SERVER@
                        UNION ALL
                        SELECT 'view ' || c.oid::regclass
                        FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
                        WHERE c.relkind IN ('v', 'm') AND n.nspname !~ '^pg_'
                          AND n.nspname <> 'information_schema'
                          AND pg_get_viewdef(c.oid) ~* @OF_ONE_SERVER@
                          AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = c.oid AND deptype = 'e')) AS found)
  )::jsonb
))
