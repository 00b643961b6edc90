"""Cron, systemd's timers and local time: what is scheduled, and at which instants it really runs."""
