"""``applications:``: what they say reaches each section, and a section's own words count beside it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from selftests.unit.policy.edited import SECTIONS, spelled_out
from siteparity.configuration import find_root
from siteparity.model import ConfigurationError
from siteparity.policy import Policy, load_policy

HEAD: dict[str, Any] = {
    "version": 2,
    "owner": "Ops",
    "roles": ["web", "db"],
    "languages": {"en": "en_US.UTF-8"},
}
SHOP: dict[str, Any] = {
    "role": "web",
    "names": ["shop.example"],
    "units": ["php8.2-fpm.service", "worker.service"],
    "user": "www-data",
    "ports": {80: "apache2"},
    "uploads": ["/srv/uploads"],
    "leads_to": [{"application": "database", "database_user": "app"}],
}
DATABASE: dict[str, Any] = {
    "role": "db",
    "units": ["postgresql.service"],
    "ports": {5432: "postgres"},
    "postgresql": {"database": "app", "database_user": "parity"},
}
BOTH = {"shop": SHOP, "database": DATABASE}


def read(folder: Path, **parts: Any) -> Policy:
    """The policy of these parts."""
    path = folder / "policy.yml"
    path.write_text(json.dumps({**HEAD, **parts}, indent=1), encoding="utf-8")
    return load_policy(path, SECTIONS)


def test_the_shipped_policy_says_the_same_with_everything_written_into_its_sections(tmp_path: Path) -> None:
    """Also to the digest: an application is only a shorter way to write it."""
    shipped = load_policy(find_root() / "inventories" / "policy.yml", SECTIONS)
    (tmp_path / "policy.yml").write_text(json.dumps(spelled_out()), encoding="utf-8")
    long = load_policy(tmp_path / "policy.yml", SECTIONS)
    assert (long.sections, long.smoke, long.digest) == (shipped.sections, shipped.smoke, shipped.digest)


def test_sections_that_an_application_describes_whole_need_not_be_written(tmp_path: Path) -> None:
    """They are promised, since the policy says what must be there."""
    policy = read(tmp_path, applications=BOTH)
    services: Any = policy.section("services")
    assert services.required == {
        "web": ("php8.2-fpm.service", "worker.service"),
        "db": ("postgresql.service",),
    }
    listeners: Any = policy.section("listeners")
    assert [(one.port, one.program) for one in listeners.expected["web"]] == [(80, "apache2")]
    path: Any = policy.section("path")
    assert [(leg.client, leg.server, leg.port) for leg in path.legs] == [("web", "db", 5432)]
    assert {"services", "listeners", "path", "replication", "collation", "boot"} <= policy.promised
    assert "waf" not in policy.sections


def test_what_a_section_says_itself_is_added_and_a_single_value_counts(tmp_path: Path) -> None:
    """A list gets longer, a map gets more keys, and its own value of a key stays."""
    aspects = {
        "services": {"required": {"web": ["cron.service"], "db": ["cron.service"]}},
        "accounts": {"required": {"web": {"www-data": 33, "deploy": None}}},
        "database": {"database": "other"},
    }
    policy = read(tmp_path, applications=BOTH, aspects=aspects)
    services: Any = policy.section("services")
    assert services.required["web"] == ("cron.service", "php8.2-fpm.service", "worker.service")
    accounts: Any = policy.section("accounts")
    assert accounts.required == {"web": {"www-data": 33, "deploy": None}}
    database: Any = policy.section("database")
    assert (database.database, database.roles) == ("other", ("db",))


def test_each_file_with_settings_is_compared_with_the_services_that_may_have_it_as_environment(
    tmp_path: Path,
) -> None:
    """None is left out: which of them are environment files, only the host knows."""
    shop = {**SHOP, "settings": ["/etc/default/shop", "/etc/shop.ini"]}
    files: Any = read(tmp_path, applications={"shop": shop, "database": DATABASE}).section("files")
    assert [(one.file, one.services) for one in files.settings["web"]] == [
        ("/etc/default/shop", ("php8.2-fpm.service", "worker.service")),
        ("/etc/shop.ini", ("php8.2-fpm.service", "worker.service")),
    ]
    assert files.leave_out == ()


@pytest.mark.parametrize(
    ("release", "file"),
    [({}, None), ({"release": {"path": "/srv/shop", "version": "VERSION"}}, "/srv/shop/VERSION")],
)
def test_each_service_of_an_application_must_have_started_after_its_code(
    tmp_path: Path, release: dict[str, Any], file: str | None
) -> None:
    """The worker as well as the pages; also where a package manager laid the code down, without a release."""
    shop = {**SHOP, "code": ["/opt/shop/site-packages"], "settings": ["/etc/shop.ini"], **release}
    runtime: Any = read(tmp_path, applications={"shop": shop, "database": DATABASE}).section("runtime")
    found = {one.service: (one.file, one.code, one.settings) for one in runtime.deployed["web"]}
    wanted = (file, ("/opt/shop/site-packages",), ("/etc/shop.ini",))
    assert found == dict.fromkeys(("php8.2-fpm.service", "worker.service"), wanted)


def test_what_only_its_own_hosts_reach_may_listen_on_loopback_and_takes_no_way(tmp_path: Path) -> None:
    """A server behind an nginx of the same host; what others reach must be open to them."""
    front = {"role": "web", "names": ["shop.example"], "ports": {443: "nginx"}}
    front["leads_to"] = [{"application": "shop"}]
    shop = {**SHOP, "names": [], "ports": {8000: "gunicorn"}}
    alone = {"role": "web", "ports": {9000: "alone"}}
    every = {"front": front, "shop": shop, "alone": alone, "database": DATABASE}
    policy = read(tmp_path, applications=every)
    listeners: Any = policy.section("listeners")
    at = {one.port: one.at for role in ("web", "db") for one in listeners.expected[role]}
    assert at == {443: "any", 8000: "host", 9000: "any", 5432: "any"}
    path: Any = policy.section("path")
    assert [(leg.client, leg.server, leg.port) for leg in path.legs] == [("web", "db", 5432)]


def test_nothing_is_taken_for_what_is_absent(tmp_path: Path) -> None:
    """Neither for an aspect nor for a promise."""
    gone = {"reason": "nobody promises it", "approved_by": "Ada"}
    policy = read(tmp_path, applications=BOTH, absent={"replication": gone, "boot.required": gone})
    assert "replication" not in policy.sections
    boot: Any = policy.section("boot")
    assert boot.required == {}


def test_a_todo_in_an_application_leaves_undecided_what_needs_it(tmp_path: Path) -> None:
    """What is described without it is still measured."""
    shop = {**SHOP, "user": "TODO"}
    job = {"files": ["/a"], "status": ["/a"], "max_late": "1h", "max_age": "1h"}
    policy = read(tmp_path, applications={**BOTH, "shop": shop}, aspects={"subscriptions": job})
    keys = {one.key for one in policy.undecided}
    assert {"applications.shop.user", "aspects.subscriptions"} <= keys
    services: Any = policy.section("services")
    assert "web" in services.required
    policy = read(tmp_path, applications={**BOTH, "shop": {**SHOP, "leads_to": [{"application": "TODO"}]}})
    assert "applications.shop.leads_to[0].application" in {one.key for one in policy.undecided}


def test_a_second_server_or_store_that_no_section_takes_is_undecided(tmp_path: Path) -> None:
    """The aspects look at the first of a kind: a GO must not rest on half of what is described."""
    again = {**BOTH, "reports": DATABASE}
    asked = {one.key: one for one in read(tmp_path, applications=again).undecided}
    one = asked["applications.reports.postgresql"]
    assert one.question == "The aspects look into one PostgreSQL, that of database. Who looks into this one?"
    line = (
        (tmp_path / "policy.yml")
        .read_text(encoding="utf-8")
        .split("\n")[int(one.place.rpartition(":")[2]) - 1]
    )
    assert "postgresql" in line
    assert "applications.database.postgresql" not in asked
    redis = {"role": "db", "redis": {"redis_user": "parity", "auth_file": "/a"}}
    lead = {"application": "cache", "setting": "REDIS", "keeps_sessions": True}
    shops = {
        "a": {**SHOP, "leads_to": [lead]},
        "b": {**SHOP, "leads_to": [lead]},
        "cache": redis,
        "more": redis,
    }
    keys = {one.key for one in read(tmp_path, applications=shops).undecided}
    assert {"applications.more.redis", "applications.b.leads_to[0].keeps_sessions"} <= keys
    assert "applications.cache.redis" not in keys


@pytest.mark.parametrize(
    ("setting", "file", "as_what"),
    [
        ("REDIS_URL", "/etc/shop.env", {"variable": "REDIS_URL"}),
        ("REDIS_URL", "/etc/shop.ini", {"key": "REDIS_URL"}),
        ("redis.location", "/etc/shop.ini", {"key": "redis.location"}),
    ],
)
def test_the_sessions_are_where_a_variable_or_a_key_of_the_settings_says(
    tmp_path: Path, setting: str, file: str, as_what: dict[str, str]
) -> None:
    """A key has a dot, or stands in a file that no service has for its environment."""
    lead = {"application": "cache", "setting": setting, "keeps_sessions": True}
    shop = {**SHOP, "settings": [file], "leads_to": [lead]}
    cache = {"role": "db", "redis": {"redis_user": "parity", "auth_file": "/a"}}
    sessions: Any = read(tmp_path, applications={"shop": shop, "cache": cache}).section("sessions")
    assert sessions.model_dump(include={"variable", "key"}, exclude_none=True) == as_what
    assert sessions.file == file


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"role": "wbe"}, 'applications.shop.role: expected a role of the policy (web, db), found "wbe"'),
        ({"rloe": "web"}, 'found "rloe" (did you mean "role"?)'),
        ({"units": "a.service"}, 'applications.shop.units: expected a list, found "a.service"'),
        ({"units": ["a"]}, 'applications.shop.units[0]: expected a service such as shop.service, found "a"'),
        ({"ports": [80]}, "applications.shop.ports: expected keys and values, found a list"),
        ({"ports": {99999: "a"}}, "applications.shop.ports"),
        ({"user": "a b"}, 'applications.shop.user: expected the name of a user, found "a b"'),
        ({"settings": ["a"]}, 'applications.shop.settings[0]: expected an absolute path, found "a"'),
        ({"release": {"path": "/a", "version": "/b"}}, "shop.release.version: expected a path below"),
        ({"leave_out": ["/*"]}, "applications.shop.leave_out[0]: expected"),
        (
            {"leads_to": [{"application": "databse"}]},
            'application: expected an application of the policy (shop, database), found "databse" (did you',
        ),
    ],
)  # fmt: skip
def test_a_mistake_in_an_application_is_refused_with_its_line(
    tmp_path: Path, change: dict[str, object], words: str
) -> None:
    """And nothing else is said that only follows from it."""
    with pytest.raises(ConfigurationError) as caught:
        read(tmp_path, applications={**BOTH, "shop": {**SHOP, **change}})
    assert words in str(caught.value)
    assert all(f"{tmp_path}/policy.yml:" in line for line in str(caught.value).split("\n"))


def test_journeys_visit_an_application_without_a_port_where_its_own_host_serves_it(tmp_path: Path) -> None:
    """PHP-FPM behind the Apache of the same host: pages and sessions are asked for at Apache's port."""
    front = {"role": "web", "names": ["shop.example"], "ports": {443: "apache2"}, "trust": "/etc/ssl/own.pem"}
    front["leads_to"] = [{"application": "shop"}]
    lead = {"application": "sessions", "keeps_sessions": True}
    shop = {**SHOP, "names": [], "ports": {}, "leads_to": [lead]}
    store = {
        "role": "db",
        "ports": {6379: "redis-server"},
        "redis": {"redis_user": "parity", "auth_file": "/etc/auth"},
    }
    session = {"path": "/cart", "cookie": "sid", "key": "session:{cookie}"}
    says = {"path": "/", "says": {"en": "Welcome"}}
    every = {"front": front, "shop": shop, "sessions": store}
    policy = read(tmp_path, applications=every, smoke={"session": session, "storefront": says})
    one: Any = policy.smoke.journeys()["session"]
    assert (one.roles, one.port, one.trust, one.host) == (("web",), 443, "/etc/ssl/own.pem", "shop.example")
    pages: Any = policy.smoke.journeys()["storefront"]
    assert (pages.web_role, pages.web_port, pages.web_trust) == ("web", 443, None)
