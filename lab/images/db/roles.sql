-- Roles of the cluster beside the shop's own. Passwords are set by the lab after the first boot, and so is the
-- role of the suite, as `siteparity privileges` prints it.
CREATE ROLE replicator LOGIN REPLICATION;
