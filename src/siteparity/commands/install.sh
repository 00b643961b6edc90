#!/bin/sh
# Lets siteparity measure @LABEL@: run as root in the folder with the files that were made for this host.
set -eu
cd "$(dirname "$0")"
/usr/sbin/visudo -cqf sudoers
! grep '^#' authorized_keys
@ACCOUNT@
install -o root -g root -m 0755 siteparity-collect @PATH@
install -o root -g root -m 0440 sudoers /etc/sudoers.d/siteparity
install -d -o root -g root -m 0755 /home/@NAME@/.ssh
install -o root -g root -m 0644 authorized_keys /home/@NAME@/.ssh/authorized_keys
