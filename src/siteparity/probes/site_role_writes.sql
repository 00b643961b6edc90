-- A setting of the role in the database outweighs one of the role, that one outweighs one of the database,
-- and all of them outweigh the server's files. A setting of the suite's own role would hide the files' value
-- from this session, so the source of the value is reported as well.
SELECT json_build_object(
  'recovery', pg_is_in_recovery(),
  'writer', (SELECT count(*) FROM pg_roles WHERE rolname = @WRITER@),
  'source', (SELECT source FROM pg_settings WHERE name = 'default_transaction_read_only'),
  'files', current_setting('default_transaction_read_only'),
  'own', (SELECT json_agg(option ORDER BY s.setrole <> 0 DESC, s.setdatabase <> 0 DESC)
          FROM pg_db_role_setting s, unnest(s.setconfig) option
          WHERE option LIKE 'default\_transaction\_read\_only=%'
            AND s.setrole IN (0, (SELECT oid FROM pg_roles WHERE rolname = @WRITER@))
            AND s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))))
