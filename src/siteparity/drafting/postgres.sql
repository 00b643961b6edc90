SELECT json_build_object(
  'follows', pg_is_in_recovery(),
  'databases', (SELECT coalesce(json_agg(datname ORDER BY datname), '[]') FROM pg_database
     WHERE datallowconn AND NOT datistemplate AND datname <> 'postgres'),
  'roles', (SELECT coalesce(json_agg(json_build_object('name', rolname, 'replicates', rolreplication,
       'has_password', rolpassword IS NOT NULL, 'is_super', rolsuper) ORDER BY rolname), '[]')
     FROM pg_authid WHERE rolcanlogin),
  'monitors', (SELECT coalesce(json_agg(r.rolname ORDER BY r.rolname), '[]') FROM pg_auth_members m
     JOIN pg_roles g ON g.oid = m.roleid JOIN pg_roles r ON r.oid = m.member
     WHERE g.rolname = 'pg_monitor' AND r.rolcanlogin),
  'clients', (SELECT coalesce(json_agg(DISTINCT jsonb_build_object('database', datname, 'user', usename,
       'address', coalesce(host(client_addr), ''))), '[]') FROM pg_stat_activity
     WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND datname IS NOT NULL),
  'followers', (SELECT count(*) FROM pg_stat_replication))
