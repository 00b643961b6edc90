"""What hosts' own tools are asked, and how their answers are read: shared by probes, and by no other stage.

A sub-package is one subject: `schedule` (cron, timers and local time), `systemd`, `packages`, `gettext`.
Everything here is a pure function of text.
"""
