SELECT json_build_object(
  'recovery', pg_is_in_recovery(),
  'monitor', pg_has_role(current_user, 'pg_monitor', 'usage'),
  'system', (SELECT system_identifier::text FROM pg_control_system()),
  'timeline', CASE WHEN pg_is_in_recovery() THEN (SELECT timeline_id FROM pg_control_checkpoint())
              ELSE ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int END,
  'version', current_setting('server_version_num')::int / 10000,
  'position', CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END,
  'replay', pg_last_wal_replay_lsn(),
  'replayed', extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()),
  'paused', CASE WHEN pg_is_in_recovery() THEN pg_get_wal_replay_pause_state() END,
  'delay', current_setting('recovery_min_apply_delay'),
  'targets', (SELECT coalesce(string_agg(name, ', ' ORDER BY name), 'none') FROM pg_settings
              WHERE name LIKE 'recovery\_target%' AND (setting <> boot_val OR pending_restart)),
  'archive_mode', current_setting('archive_mode'),
  'archive', (SELECT json_build_object('tries', archived_count + failed_count,
                'command', concat(current_setting('archive_command'),
                                  current_setting('archive_library', true)) <> '',
                'failing', coalesce(last_failed_time, '-infinity')
                           > coalesce(last_archived_time, '-infinity'))
              FROM pg_stat_archiver),
  'receiver', (SELECT json_build_object('status', status, 'sender', sender_host, 'timeline', received_tli,
                      'silence', extract(epoch FROM clock_timestamp() - last_msg_receipt_time),
                      'patience', extract(epoch FROM current_setting('wal_receiver_timeout')::interval))
               FROM pg_stat_wal_receiver),
  'slots', (SELECT coalesce(json_object_agg(slot_name,
                     json_build_object('active', active, 'wal', wal_status,
                                       'keeps', restart_lsn IS NOT NULL)), '{}')
            FROM pg_replication_slots WHERE NOT temporary))
