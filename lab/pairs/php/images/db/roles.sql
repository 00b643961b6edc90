-- Passwords are set by the lab after the first boot, and so is the role of the suite.
CREATE ROLE webmail LOGIN;
CREATE ROLE replicator LOGIN REPLICATION;
