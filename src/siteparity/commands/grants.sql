-- Once, as superuser, on the server that takes writes; the others get it by replication.
@CREATE_ROLES@
GRANT pg_monitor TO @ROLES@;
GRANT CONNECT ON DATABASE @DATABASE@ TO @ROLES@;
\connect @CONNECT@
-- What the server's files say, as the server reads them; and who has a password, without the password.
GRANT EXECUTE ON FUNCTION pg_hba_file_rules(), pg_ident_file_mappings() TO @ROLES@;
GRANT EXECUTE ON FUNCTION pg_show_all_file_settings() TO @ROLES@;
CREATE SCHEMA siteparity;
CREATE VIEW siteparity.passwords AS SELECT rolname, rolpassword IS NOT NULL AS has_password FROM pg_authid;
GRANT USAGE ON SCHEMA siteparity TO @ROLES@;
GRANT SELECT ON siteparity.passwords TO @ROLES@;
-- How far sequences have counted, which only their users may read, and no content of any table.
CREATE FUNCTION siteparity.sequence_values() RETURNS TABLE (sequence oid, value bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog
    AS $$SELECT seqrelid, pg_sequence_last_value(seqrelid)
         FROM pg_sequence JOIN pg_class AS c ON c.oid = seqrelid WHERE relpersistence = 'p'$$;
REVOKE ALL ON FUNCTION siteparity.sequence_values() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION siteparity.sequence_values() TO @ROLES@;
-- Smoke checks ask the following; grant SELECT on the columns that they read, and on no other:
@QUERIES@
