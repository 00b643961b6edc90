"""What the policy leaves out has a name: nothing is silently hollowed out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from selftests.unit.policy.edited import read
from siteparity.model import ConfigurationError
from siteparity.policy import patterns
from siteparity.probes.database import DECISIVE

PATHS = (
    "aspects.files.leave_out",
    "aspects.packages.leave_out_missing",
    "aspects.packages.leave_out_changed",
    "aspects.packages.leave_out_added",
    "aspects.runtime.deployed.web.0.leave_out",
)
WIDE_PATHS = (
    "/*", "/", "/**", "/?*", "/etc", "/etc/", "/etc*", "/etc/*", "/etc/**", "/etc/[a-z]*", "/usr/*",
    "/usr/l*", "/usr/lib/*", "/usr/bin/*", "/usr/share/*", "/usr/local/*", "/usr/local/bin/*", "/opt/*",
    "/srv/*", "/home*", "/var/lib/*", "/*/nginx/*", "/[e]tc/nginx/*", "/usr/bin", "/etc/*.conf", "/etc/?*",
)  # fmt: skip
NARROW_PATHS = (
    "/etc/cron*", "/etc/apt/*", "/etc/systemd/system/*", "/etc/postgresql/*/conf.d/*", "/etc/locale.*",
    "/usr/share/doc/*", "/usr/bin/python3*", "/opt/agent/*", "/etc/fstab", "/var/lib/shop/*",
)  # fmt: skip


def shown(key: str) -> str:
    """A key as messages write it: the place in a list in brackets."""
    return re.sub(r"\.([0-9]+)(?=\.|$)", r"[\1]", key)


@pytest.mark.parametrize("pattern", WIDE_PATHS)
@pytest.mark.parametrize("key", PATHS)
def test_a_pattern_of_a_whole_part_of_the_system_is_refused(tmp_path: Path, key: str, pattern: str) -> None:
    """`leave_out: [/*]` would leave no file to compare, and every check of it would be green."""
    with pytest.raises(ConfigurationError, match="expected a pattern of a few files") as caught:
        read(tmp_path, {key: [pattern]})
    assert f"{shown(key)}[0]" in str(caught.value)


@pytest.mark.parametrize("pattern", NARROW_PATHS)
@pytest.mark.parametrize("key", PATHS)
def test_a_pattern_of_a_few_files_is_taken(tmp_path: Path, key: str, pattern: str) -> None:
    """Those of the shipped policy, and what people need."""
    read(tmp_path, {key: [pattern]})


WIDE = {
    "aspects.services.leave_out": (
        "*", "?*", "**", "*.service", "*.timer", "*?.service", "[a-z]*", "[!x]*", "s*", "*e*", "*d.service",
        "sys*.s*", "systemd-*",
    ),
    "aspects.runtime.leave_out_services": ("*", "*.service", "?*.service", "*@*.service"),
    "aspects.kernel.leave_out": (
        "*", "?*", "net.*", "net.ipv4.*", "*.*", "kernel.*", "vm.*", "fs.*", "net.core.*", "*net*", "*.all.*",
        "net.ipv4.conf.*",
    ),
    "aspects.firewall.leave_out": (
        "*", "?*", "inet", "ip", "filter", "input", "INPUT", "*put", "f*", "tcp", "drop", "*filter*",
    ),
    "aspects.schedules.leave_out": ("*", "?*", "*.*", "[a-z]*", "*.sh", "*backup*"),
    "aspects.files.releases.web.leave_out": (
        "*", "*.py", "?*", "*/*", "shop/*", "**/*.py", "*.p*", "VERSION", "SHA*", "[A-Z]*",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("key", "pattern"), [(key, one) for key, some in WIDE.items() for one in some])
def test_a_pattern_of_nearly_every_name_is_refused(tmp_path: Path, key: str, pattern: str) -> None:
    """The message says what to write instead."""
    with pytest.raises(ConfigurationError, match=r"policy.yml:\d+: .*(write the names|name the|begin with)"):
        read(tmp_path, {key: [pattern]})


NARROW = {
    "aspects.services.leave_out": (
        "backup-*.service", "snapd.*", "snapd.service", "docker-*.scope", "apt-daily*",
    ),
    "aspects.runtime.leave_out_services": ("dbus.service", "getty@*.service", "user@*.service"),
    "aspects.kernel.leave_out": ("net.ipv4.conf.*.forwarding", "kernel.core_pattern", "vm.nr_hugepages*"),
    "aspects.firewall.leave_out": ("DOCKER*", "fail2ban", "f2b-*", "KUBE-*"),
    "aspects.schedules.leave_out": ("*.dpkg-*", "*~", "*.bak", "*.rpmsave", "backup.sh"),
    "aspects.files.releases.web.leave_out": (
        "locales/*", "uploads/*", "*/__pycache__/*", "*.pyc", "shop/settings.py",
    ),
    "aspects.files.may_name_the_other_site": ("/etc/hosts",),
    "aspects.database.leave_out": ("shared_buffers", "effective_cache_size", "TimeZone", "pg_stat.max"),
    "aspects.waf.leave_out_rules": (
        "SecRuleRemoveById 920350", "SecRuleRemoveById 942000-942999", "SecRuleRemoveByTag attack-sqli",
        "rule 1000: ctl:ruleRemoveTargetById=942100;ARGS:password",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("key", "pattern"), [(key, one) for key, some in NARROW.items() for one in some])
def test_a_pattern_with_a_name_is_taken(tmp_path: Path, key: str, pattern: str) -> None:
    """What comes and goes on real hosts."""
    read(tmp_path, {key: [pattern]})


@pytest.mark.parametrize("setting", [*DECISIVE, "FSYNC", "recovery_min_apply_delay", "recovery_target_time"])
def test_a_setting_that_decides_about_writing_following_or_keeping_may_not_differ(
    tmp_path: Path, setting: str
) -> None:
    """With `default_transaction_read_only` left out, a standby that takes no order would be a GO."""
    with pytest.raises(ConfigurationError, match=f"found {setting}, which decides whether"):
        read(tmp_path, {"aspects.database.leave_out": [setting]})


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("aspects.database.leave_out", "*", "expected the name of one setting"),
        ("aspects.database.leave_out", "shared*", "expected the name of one setting"),
        ("aspects.files.may_name_the_other_site", "/etc/*", "expected the whole path of one file"),
        ("aspects.runtime.deployed.web.0.leave_out", "/srv/shop/*", "leave the code of shop.service in"),
        (
            "aspects.runtime.deployed.web.0.leave_out",
            "/srv/shop/VERSION",
            "leave the code of shop.service in",
        ),
        ("aspects.runtime.deployed.web.0.leave_out", "/srv/shop/*.py", "leave the code of shop.service in"),
        ("aspects.services.leave_out", "nginx*", r"leave required units in, found nginx\* \(nginx.service\)"),
        ("aspects.services.leave_out", "shop.service", "leave required units in, found shop.service"),
        ("aspects.waf.leave_out_rules", "SecRuleRemoveById 1-999999", "one rule or of one category"),
        ("aspects.waf.leave_out_rules", "SecRuleRemoveByTag .*", "one rule or of one category"),
        ("aspects.waf.leave_out_rules", 'SecRuleRemoveByMsg "."', "one rule or of one category"),
    ],
)
def test_what_would_hollow_out_a_check_is_refused(tmp_path: Path, key: str, value: str, words: str) -> None:
    """Whatever form it has."""
    with pytest.raises(ConfigurationError, match=words):
        read(tmp_path, {key: [value]})


def test_wide_patterns_of_all_sections_are_told_at_once(tmp_path: Path) -> None:
    """Each with its line and its key."""
    keys = ("aspects.services.leave_out", "aspects.kernel.leave_out", "aspects.files.leave_out")
    with pytest.raises(ConfigurationError) as caught:
        read(tmp_path, {key: ["/*"] for key in keys})
    assert {line.split(": ")[1] for line in str(caught.value).split("\n")} == {
        f"{shown(key)}[0]" for key in keys
    }


@pytest.mark.parametrize("names", [patterns.UNITS, patterns.SETTINGS, patterns.CHAINS, patterns.LEFTOVERS])
def test_the_example_of_a_message_is_itself_taken(names: patterns.Names) -> None:
    """A message must not advise what is refused."""
    assert not names.is_too_wide(names.example)
