DO $$ BEGIN
  WHILE pg_last_wal_replay_lsn() < '@POSITION@' AND clock_timestamp() < now() + interval '@SECONDS@ s' LOOP
    PERFORM pg_sleep(0.05);
  END LOOP;
END $$
