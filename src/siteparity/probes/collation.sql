WITH used AS MATERIALIZED (
  -- The columns for ICU have other names since PostgreSQL 17, hence to_jsonb.
  SELECT DISTINCT c.oid, n.nspname || '.' || c.collname AS name, c.collprovider AS provider,
    coalesce(to_jsonb(c) ->> 'colliculocale', to_jsonb(c) ->> 'colllocale', c.collcollate) AS locale,
    c.collversion AS recorded
  FROM pg_collation AS c JOIN pg_namespace AS n ON n.oid = c.collnamespace
  WHERE c.collprovider <> 'd' AND c.oid IN (
    SELECT attcollation FROM pg_attribute AS a JOIN pg_class AS t ON t.oid = a.attrelid
    JOIN pg_namespace AS s ON s.oid = t.relnamespace
    WHERE s.nspname NOT IN ('pg_catalog', 'pg_toast', 'information_schema')
    UNION SELECT unnest(indcollation) FROM pg_index WHERE indexrelid >= 16384
    UNION SELECT typcollation FROM pg_type WHERE oid >= 16384)
)
SELECT json_build_object(
  'databases', (SELECT json_object_agg(datname, json_build_object('provider', datlocprovider,
                  'locale', coalesce(to_jsonb(d) ->> 'daticulocale', to_jsonb(d) ->> 'datlocale', datcollate),
                  'ctype', datctype,
                  'recorded', datcollversion, 'actual', pg_database_collation_actual_version(oid)))
                FROM pg_database AS d WHERE datallowconn),
  'collations', (SELECT coalesce(json_object_agg(name, json_build_object('provider', provider,
                   'locale', locale, 'recorded', recorded, 'actual', pg_collation_actual_version(oid))),
                   '{}') FROM used),
  'sorted', (SELECT string_agg(word, ' ' ORDER BY word) FROM unnest(@WORDS@) AS word))::jsonb
