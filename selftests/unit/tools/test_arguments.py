"""Command lines are told without what may be a secret, and jobs that differ in one are not the same."""

from __future__ import annotations

import random

import pytest

from selftests import corpus
from siteparity.tools.secrets import arguments

WORD = "monkey"
STAND = (
    "mysqldump -u backup -p{} shop",
    "mysqldump --password={} shop",
    "mysqldump --password {} shop",
    "curl -fsS -u cron:{} https://www.shop.example/cron",
    "curl --user cron:{} https://www.shop.example/cron",
    "curl -H 'X-Auth-Token: {}' https://www.shop.example/",
    'curl -H "Authorization: Bearer {}" https://www.shop.example/',
    'wget -q "https://www.shop.example/cron.php?key={}&x=1"',
    "PGPASSWORD={} pg_dump shop",
    "REDISCLI_AUTH='{}' redis-cli bgsave",
    "redis-cli -a {} -h 10.1.0.41 save",
    "sshpass -p '{}' rsync -a /srv/ backup@10.9.0.5:/srv/",
    "agent --api-key={} --quiet",
    "agent --token {} --quiet",
    "psql postgresql://shop:{}@db1/shop -c 'select 1'",
    "psql -c \"ALTER ROLE shop PASSWORD '{}'\"",
    "lftp -u shop,{} ftp.example.com",
    "smbclient //host/share -U shop%{}",
    "openssl enc -k {} -in /srv/a",
    "echo {} | sudo -S true",
    "7z a -p{} /srv/a.7z /srv/a",
)
SHOW_NONE = (
    "cd / && run-parts --report /etc/cron.hourly",
    "test -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.daily; }",
    "/usr/local/bin/subscriptions run",
    "[ -x /etc/init.d/anacron ] && if [ ! -d /run/systemd/system ]; then start >/dev/null; fi",
    "if [ $(expr `date +\\%W` \\% 2) -eq 1 ]; then /usr/share/mdadm/checkarray --cron --all; fi",
    "find /var/tmp -mtime +7 -type f -delete",
    "pg_dump --host=db1 --port 5432 shop | gzip > /var/backups/shop.sql.gz",
    "rsync -a --delete /srv/shop/ backup@10.9.0.5:/srv/shop/",
    "curl -fsS https://www.shop.example/cron.php?job=daily",
    "passwd --lock nobody",
)


@pytest.mark.parametrize("line", STAND)
@pytest.mark.parametrize("secret", [WORD, "Tr0ub4dor", "Zq7xKm29LwTrVb"])
def test_what_stands_where_a_secret_stands_is_hidden(line: str, secret: str) -> None:
    """Whatever it looks like; and the rest can be read."""
    shown, hidden = arguments.shown(line.format(secret))
    assert shown == line.format("***")
    assert hidden == (secret,)


@pytest.mark.parametrize("kind", ["random", "hex", "base", "capitals"])
def test_what_looks_like_a_key_is_hidden_wherever_it_stands(kind: str) -> None:
    """As an argument, as a part of a path of an address, or as the value of an option that says nothing."""
    for seed in range(50):
        secret = corpus.strong(kind, random.Random(seed))  # noqa: S311  # no real secret
        for line in ("notify {}", "notify --to={}", "curl https://hooks.example/services/{}"):
            shown, _ = arguments.shown(line.format(secret))
            assert secret not in shown


@pytest.mark.parametrize("line", SHOW_NONE)
def test_what_is_no_secret_can_be_read(line: str) -> None:
    """A job is known by its command."""
    assert arguments.shown(line) == (line, ())


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("SHELL", "/bin/sh", "/bin/sh"),
        ("MAILTO", "ops@shop.example", "ops@shop.example"),
        ("CRON_TZ", "Europe/Berlin", "Europe/Berlin"),
        ("LANG", "en_US.UTF-8", "en_US.UTF-8"),
        ("PGPASSWORD", "server", "***"),
        ("MODE", "hunter2", "***"),
        ("SITE", "dallas", "dallas"),
        ("DATABASE_URL", "postgresql://shop:monkey@db1/shop", "postgresql://shop:***@db1/shop"),
    ],
)
def test_a_setting_is_shown_if_each_of_its_words_is_known(name: str, value: str, shown: str) -> None:
    """What a variable may hold nobody can list, so the rule is that of files."""
    assert arguments.shown_setting(name, value, frozenset({"dallas"}))[0] == shown
