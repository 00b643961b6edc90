-- Roles of the cluster beside the shop's own. Passwords are set by the lab after the first boot.
CREATE ROLE parity LOGIN;
GRANT pg_monitor TO parity;
GRANT CONNECT ON DATABASE shop TO parity;
CREATE ROLE replicator LOGIN REPLICATION;

-- Enough to count rows and to know the newest one; nothing about customers.
\connect shop
GRANT SELECT (id) ON orders, charges, job_runs TO parity;

-- What the files of the server say, as the server reads them; and who has a password, without the password.
GRANT EXECUTE ON FUNCTION pg_hba_file_rules(), pg_ident_file_mappings(), pg_show_all_file_settings() TO parity;
CREATE SCHEMA siteparity;
CREATE VIEW siteparity.passwords AS SELECT rolname, rolpassword IS NOT NULL AS has_password FROM pg_authid;
GRANT USAGE ON SCHEMA siteparity TO parity;
GRANT SELECT ON siteparity.passwords TO parity;
