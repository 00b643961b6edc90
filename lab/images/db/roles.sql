-- Roles of the cluster beside the shop's own. Passwords are set by the lab after the first boot.
CREATE ROLE parity LOGIN;
GRANT pg_monitor TO parity;
GRANT CONNECT ON DATABASE shop TO parity;
CREATE ROLE replicator LOGIN REPLICATION;

-- Enough to count rows and to know the newest one; nothing about customers.
\connect shop
GRANT SELECT (id) ON orders, charges, job_runs TO parity;
