#!/bin/sh
# Installs the shop on a web host. Run as root while the image is built, from any place; can run again.
# What goes where stands in README.md beside this file.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)

getent group shop >/dev/null || groupadd --system --gid 980 shop
getent passwd shop >/dev/null ||
    useradd --system --uid 980 --gid shop --home-dir /srv/shop --no-create-home --shell /usr/sbin/nologin shop

# The code and its catalogues: a fresh copy, so that nothing of an older release stays.
rm -rf /srv/shop/shop /srv/shop/locales
install -d -o root -g root -m 0755 /srv/shop
cp -R "$here/shop" "$here/locales" /srv/shop/
find /srv/shop -name __pycache__ -prune -exec rm -r {} +
chown -R root:root /srv/shop
pybabel --quiet compile --domain shop --directory /srv/shop/locales
# Bytecode that is checked against its source, so that a changed source counts and the service's user need not write.
python3 -m compileall -q --invalidation-mode checked-hash /srv/shop/shop
find /srv/shop -type d -exec chmod 0755 {} +
find /srv/shop -type f -exec chmod 0644 {} +

# The release names itself, and lists what belongs to it.
cd /srv/shop
find shop -type f ! -name '*.pyc' -exec sha256sum {} + | sort -k 2 >SHA256SUMS
sha256sum SHA256SUMS | cut -c 1-12 >VERSION
cd /

install -o root -g root -m 0755 -t /usr/local/bin \
    "$here/bin/subscriptions" "$here/bin/shop-cleanup" "$here/bin/shop-report" "$here/bin/shop-newsletter"
install -d -o root -g root -m 0755 /etc/cron.d
install -o root -g root -m 0644 -t /etc/cron.d "$here/cron.d/subscriptions" "$here/cron.d/shop-maintenance"
install -d -o root -g shop -m 0750 /etc/shop
install -o root -g root -m 0644 -t /etc/shop "$here/shop.env.example"
install -o root -g root -m 0644 -t /etc/systemd/system \
    "$here/systemd/shop.service" "$here/systemd/shop-report.service" "$here/systemd/shop-report.timer" \
    "$here/systemd/shop-mailings.service"

# Enabling is a matter of links; no running systemd is needed. The mailings are enabled at the active site alone.
systemctl enable shop.service shop-report.timer
