"""The gate's parity facts as plain testinfra would ask for them: one test per fact and pair of hosts.

A good suite of its kind: whole listings in one command where a testinfra module would ask for each name,
persistent connections, two workers. It asks for less than the gate does (no digests of package files, for
example) and judges less of it.
"""

from __future__ import annotations

import re

import pytest

from selftests.peer.conftest import reach

PAIRS = {
    "edge": ["edge1"],
    "web": ["web1", "web2"],
    "db": ["db1"],
    "sessions": ["sessions1"],
}
EVERY = [name for names in PAIRS.values() for name in names]
SERVICES = {
    "edge": ["nginx", "nftables", "cron", "ssh"],
    "web": ["shop", "shop-report.timer", "cron", "ssh"],
    "db": ["postgresql@15-main", "cron", "ssh"],
    "sessions": ["redis-server", "cron", "ssh"],
}
LANGUAGES = {"en": "en_US", "de": "de_DE", "fr": "fr_FR", "es": "es_ES", "ja": "ja_JP"}
SITES = ("dallas", "arizona")
SAME_TEXT = {
    "packages": "dpkg-query -W -f '${Package}:${Architecture} ${Version} ${Status}\\n'",
    "holds": "apt-mark showhold",
    "sources": "cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null || true",
    "kernel": "uname -r",
    "timezone": "cat /etc/timezone; readlink -f /etc/localtime",
    "tzdata": "zdump -v Etc/UTC 2>/dev/null | md5sum",
    "crontab": "cat /etc/crontab; for f in /etc/cron.d/*; do echo $f; cat $f; done",
    "cron folders": "ls -l --time-style=+ /etc/cron.*ly",
    "users' crontabs": "for f in /var/spool/cron/crontabs/*; do [ ! -f $f ] || cat $f; done",
    "timers": "systemctl list-unit-files --type timer --no-legend --plain",
    "enabled units": "systemctl list-unit-files --no-legend --plain",
    "failed units": "systemctl list-units --failed --no-legend --plain",
    "drop-ins": "systemd-delta --type extended --no-pager || true",
}
WEB_TEXT = {
    "locales": "locale -a",
    "locale.gen": "grep -v '^#' /etc/locale.gen",
    "service's environment": "systemctl show shop -p Environment",
    "python": "ls /usr/local/lib/python3.11/dist-packages",
    "program": "sha256sum /usr/local/bin/subscriptions",
    "code": "find /srv/shop/shop -name '*.py' -exec sha256sum {} + | sort",
}
SETTINGS = ["maxmemory", "maxmemory-policy", "appendonly", "appendfsync", "save", "databases", "timeout"]
REDIS = "REDISCLI_AUTH=$(cat /etc/siteparity/redis-auth) redis-cli --no-auth-warning --user parity"


@pytest.mark.parametrize("host", EVERY)
@pytest.mark.parametrize("fact", SAME_TEXT)
def test_both_sites_say_the_same(host: str, fact: str) -> None:
    """One command at each site, compared as text."""
    first, second = (reach(f"{site}-{host}").check_output(SAME_TEXT[fact]) for site in SITES)
    assert first == second


@pytest.mark.parametrize("host", PAIRS["web"])
@pytest.mark.parametrize("fact", WEB_TEXT)
def test_both_sites_web_hosts_say_the_same(host: str, fact: str) -> None:
    """One command at each site, compared as text."""
    first, second = (reach(f"{site}-{host}").check_output(WEB_TEXT[fact]) for site in SITES)
    assert first == second


@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize(
    ("host", "service"),
    [(host, unit) for role, hosts in PAIRS.items() for host in hosts for unit in SERVICES[role]],
)
def test_a_service_runs_and_is_enabled(site: str, host: str, service: str) -> None:
    """As testinfra's own module asks."""
    unit = reach(f"{site}-{host}").service(service)
    assert unit.is_running
    assert unit.is_enabled


@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize("host", PAIRS["web"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_locale_can_be_used(site: str, host: str, language: str) -> None:
    """A number is written as the language writes it."""
    locale = f"{LANGUAGES[language]}.UTF-8"
    done = reach(f"{site}-{host}").run(f"LC_ALL={locale} locale charmap")
    assert done.stdout.strip() == "UTF-8"
    assert not done.stderr


@pytest.mark.parametrize("host", PAIRS["web"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_is_the_same(host: str, language: str) -> None:
    """By the digest of the compiled file."""
    path = f"/srv/shop/locales/{language}/LC_MESSAGES/shop.mo"
    first, second = (reach(f"{site}-{host}").file(path).sha256sum for site in SITES)
    assert first == second


@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize("host", PAIRS["web"])
def test_sessions_are_kept_at_the_own_site(site: str, host: str) -> None:
    """By the setting, and by the connections that are open."""
    machine = reach(f"{site}-{host}")
    assert machine.file("/etc/shop/shop.env").contains(f"@sessions.{site}.shop.example:6379")
    peers = machine.check_output("ss -Htn state established dport = :6379")
    own = "198.18.1.41" if site == "dallas" else "198.18.2.41"
    assert set(re.findall(r"(\d+\.\d+\.\d+\.\d+):6379", peers)) == {own}


@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize("host", PAIRS["web"])
def test_subscriptions_are_armed_and_in_time(site: str, host: str) -> None:
    """As the job's own status says."""
    said = reach(f"{site}-{host}").check_output(
        "setpriv --reuid=shop --regid=shop --init-groups subscriptions status"
    )
    assert f"site={site}" in said
    late = re.search(r"late_seconds=(\d+)", said)
    assert late
    assert int(late[1]) < 900


@pytest.mark.parametrize("setting", SETTINGS)
def test_a_setting_of_redis_is_the_same(setting: str) -> None:
    """As the running servers say."""
    first, second = (
        reach(f"{site}-sessions1").check_output(f"{REDIS} CONFIG GET {setting}") for site in SITES
    )
    assert first == second


@pytest.mark.parametrize("site", SITES)
def test_redis_is_a_master(site: str) -> None:
    """As the running server says."""
    assert "role:master" in reach(f"{site}-sessions1").check_output(f"{REDIS} INFO replication")


def test_redis_has_the_same_users() -> None:
    """As the running servers say."""
    first, second = (reach(f"{site}-sessions1").check_output(f"{REDIS} ACL LIST") for site in SITES)
    assert _acl(first) == _acl(second)


@pytest.mark.parametrize(
    "question",
    [
        "SHOW server_version",
        "SELECT system_identifier FROM pg_control_system()",
        "SELECT timeline_id FROM pg_control_checkpoint()",
        "SHOW archive_mode",
    ],
)
def test_both_databases_say_the_same(question: str) -> None:
    """One question at each site."""
    first, second = (_sql(f"{site}-db1", question) for site in SITES)
    assert first == second


def test_the_standby_follows() -> None:
    """It is in recovery, its receiver streams, and it is not far behind."""
    assert _sql("dallas-db1", "SELECT pg_is_in_recovery()") == "f"
    assert _sql("arizona-db1", "SELECT pg_is_in_recovery()") == "t"
    assert _sql("arizona-db1", "SELECT status FROM pg_stat_wal_receiver") == "streaming"
    position = _sql("dallas-db1", "SELECT pg_current_wal_lsn()")
    behind = _sql("arizona-db1", f"SELECT pg_wal_lsn_diff('{position}', pg_last_wal_replay_lsn())")
    assert float(behind) < 16 * 2**20
    assert _sql("dallas-db1", "SELECT count(*) FROM pg_replication_slots WHERE NOT active") == "0"


def _acl(said: str) -> set[frozenset[str]]:
    """One user a line, whose rules come in any order."""
    return {frozenset(line.split()) for line in said.splitlines()}


def _sql(host: str, question: str) -> str:
    said: str = reach(host).check_output(f'runuser -u postgres -- psql -XAtq shop -c "{question}"')
    return said
