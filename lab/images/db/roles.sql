-- Roles of the cluster beside the shop's own. Passwords are set by the lab after the first boot.
CREATE ROLE parity LOGIN;
GRANT pg_monitor TO parity;
GRANT CONNECT ON DATABASE shop TO parity;
CREATE ROLE replicator LOGIN REPLICATION;
