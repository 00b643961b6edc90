"""Settings are read by key on the host, in every form that sites use, and their values stay there."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from selftests.unit.targets import answered, framed, setting_answer
from siteparity.model import UnmeasuredError
from siteparity.tools.settings import reader
from siteparity.tools.settings.reader import Form, Found, Setting, View

INI = "; pools\n[www]\nuser = x\npm.max_children = 5 ; c\n[admin]\npm.max_children=2\n"
YAML = """\
---
# pools
database: &db   # comment
  pool: 4       # comment
  "with blank": '7'
  url: "redis://h:1/0" # comment
  empty:
  entries:
  - name: a
    size: 8
  - name: b
    size: 9
  nested:
    - - 1
      - 2
  flow: {pool: 3, places: [1, 2]}
  long: [1,
    2]
  text: |
    pool: 99
  copy: *db
  computed: !env 5
several lines: a
  5
last: 1
"""
TOML = """\
top = 1
[a.b]
pool = 4 # comment
"q.r" = 5
d.e = 7
text = \"\"\"
pool = 99
\"\"\"
inline = {x = 1, y = [2, 3]}
[[entries]]
n = 1
[[entries]]
n = 2
[entries.below]
m = 3
"""
PHP = r"""<?php
// 'pool' => 1
# 'pool' => 2
/* 'pool' => 3 */
define('POOL', 4);
const SIZE = 5;
$db['a']["b"] = 6;
$object->pool->size = 7;
$list = array('x' => array('y' => 8), 9,);
$computed['x'] = getenv('X') ?: 4;
if ($db['a'] == 3) { }
$text = <<<END
pool = 5
END;
$more = "a $db b";
if (getenv('TEST')) { $uncertain['x'] = 1; }
if (getenv('TEST')) $short = 2; else $other = 3;
function set() { $inner = 4; return ['pool' => 5]; }
class Config extends Base { public $size = 15; const LIMIT = 16; function f() { $deep = 17; } }
$twice = 18;
$twice = 19;
$same = 20;
$same = 20;
return [
    'db' => ['pool' => 10, 'quoted' => '11', 'host' => env('DB_HOST', '12'), 'last' => 13],
    'odd' => -1,
    Some::class => ['pool' => 14],
];
"""
JSON = '{"a": {"pool": 4, "list": [1, {"y": 5}]}, "text": "q\\"w", "dotted.key": 6, "null": null}'
PROPERTIES = "a.b=4\nc : 5\nd 6\ne=\\\n  7\nf\\:g=8\n! a.b=9\n#a.b=9\nh=\\u0031\n"
LINES = (
    'export A=4\nworker_connections 768;\nmaxconn 4096 # c\n  POOL = "9"\nname: 5\n#A=6\nA1=\'7\'\nodd="\n'
)
NGINX = "worker_processes 4; # 5;\nevents { worker_connections 768; }\nhttp { server { listen 80; } }\n"


def program(setting: Setting, view: View, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """What a real shell says; `folder` has a systemctl of its own."""
    there = {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"}
    text = reader.question(setting, view)
    return subprocess.run(["sh", "-c", text], capture_output=True, text=True, check=False, env=there, cwd="/")


def asked(setting: Setting, view: View = "number", folder: Path | None = None) -> Found:
    """What a host says of a setting."""
    done = program(setting, view, folder)
    assert done.returncode == 0, done.stderr
    return reader.read(answered(setting=done.stdout.encode()).parts("setting", reader.PARTS), "setting")


def in_file(
    folder: Path, name: str, text: str, *keys: str, form: Form | None = None
) -> Mapping[str, str | None]:
    """The numbers below some keys of a file."""
    (folder / name).write_text(text, encoding="utf-8")
    return asked(Setting(file=str(folder / name), keys=keys, form=form)).last()


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("a.ini", INI, {"www.pm.max_children": "5", "admin.pm.max_children": "2"}),
        (
            "a.yaml",
            YAML,
            {
                "database.pool": "4", "database.with blank": "7", "database.entries.1.size": "9",
                "database.nested.0.1": "2", "database.flow.pool": "3", "database.flow.places.1": "2",
                "database.long.1": "2", "last": "1", "database.computed": "5",
                "database.text": None, "database.copy": None, "database.url": None, "several lines": None,
            },
        ),
        (
            "a.toml",
            TOML,
            {
                "top": "1", "a.b.pool": "4", "a.b.q.r": "5", "a.b.d.e": "7", "a.b.text": None,
                "a.b.inline.x": "1", "a.b.inline.y.1": "3", "entries.0.n": "1", "entries.1.n": "2",
                "entries.1.below.m": "3",
            },
        ),
        (
            "a.php",
            PHP,
            {
                "POOL": "4", "SIZE": "5", "db.a.b": "6", "object.pool.size": "7", "list.x.y": "8",
                "list.0": "9", "computed.x": None, "db.pool": "10", "db.quoted": "11", "db.host": None,
                "db.last": "13", "odd": None, "more": None, "text": None, "uncertain.x": None, "short": None,
                "other": None, "inner": None, "pool": None, "size": "15", "LIMIT": "16", "deep": None,
                "twice": None, "same": "20",
            },
        ),
        ("a.json", JSON, {"a.pool": "4", "a.list.1.y": "5", "text": None, "dotted.key": "6", "null": None}),
        ("a.properties", PROPERTIES, {"a.b": "4", "c": "5", "d": "6", "e": "7", "f:g": "8", "h": None}),
        (
            "a.conf",
            LINES,
            {
                "A": "4", "worker_connections": "768", "maxconn": "4096", "POOL": "9", "name": "5",
                "A1": "7", "odd": None,
            },
        ),
    ],
)  # fmt: skip
def test_each_form_is_read_by_key(
    tmp_path: Path, name: str, text: str, expected: dict[str, str | None]
) -> None:
    """What is computed, named elsewhere or spread over lines is not known, and never guessed."""
    assert in_file(tmp_path, name, text, *expected) == expected
    assert in_file(tmp_path, name, text.replace("\n", "\r\n"), *expected) == expected


@pytest.mark.parametrize(
    ("name", "text", "key"),
    [
        ("a.yaml", YAML, "pool"),
        ("a.toml", TOML, "pool"),
        ("a.toml", TOML, "b.pool"),
        ("a.json", JSON, "pool"),
        ("a.php", PHP, "db"),
        ("a.php", PHP, "Some.pool"),
        ("a.properties", PROPERTIES, "b"),
        ("a.conf", LINES, "B"),
        ("a.conf", LINES, ".*"),
    ],
)
def test_a_key_that_is_not_there_is_not_found(tmp_path: Path, name: str, text: str, key: str) -> None:
    """Nor is it taken from a comment, a text, or a part of the file that was not named."""
    assert in_file(tmp_path, name, text, key) == {}


def test_blocks_of_nginx_stand_in_front_of_their_keys(tmp_path: Path) -> None:
    """They need not be named where there is one."""
    keys = ("worker_processes", "events.worker_connections", "worker_connections", "http.server.listen")
    assert in_file(tmp_path, "nginx.conf", NGINX, *keys, form="nginx") == dict(
        zip(keys, ("4", "768", "768", "80"), strict=True)
    )


def test_a_key_of_several_sections_must_name_one(tmp_path: Path) -> None:
    """Or an asterisk asks for all of them."""
    (tmp_path / "a.ini").write_text(INI, encoding="utf-8")
    done = program(Setting(file=f"{tmp_path}/a.ini", keys=("pm.max_children",)), "number")
    assert done.returncode != 0
    assert "pm.max_children stands in several parts of the file" in done.stderr
    found = in_file(tmp_path, "a.ini", INI, "*.pm.max_children")
    assert found == {"www.pm.max_children": "5", "admin.pm.max_children": "2"}


def test_an_asterisk_stands_for_any_section(tmp_path: Path) -> None:
    """Pools of PHP-FPM are often called as the site that they serve."""
    text = "[www.shop.example]\npm.max_children = 5\n"
    found = in_file(tmp_path, "a.conf", text, "*.pm.max_children")
    assert found == {"www.shop.example.pm.max_children": "5"}


def test_which_of_several_documents_counts_is_not_guessed(tmp_path: Path) -> None:
    """A profile decides, which nobody here knows."""
    documents = "pool: {pool}\nname: 3\n---\nprofile: test\nname: 3\npool: 5\n"
    found = in_file(tmp_path, "a.yml", documents.replace("{pool}", "4"), "pool", "name")
    assert found == {"pool": None, "name": "3"}
    assert in_file(tmp_path, "a.yml", documents.replace("{pool}", "5"), "pool") == {"pool": "5"}


def test_the_last_file_of_a_pattern_counts(tmp_path: Path) -> None:
    """In the order of their names, as programs read folders of files."""
    for name, size in (("20 b.conf", 7), ("10-a.conf", 6), ("30-c.ini", 8)):
        (tmp_path / name).write_text(f"[www]\npm.max_children = {size}\n", encoding="utf-8")
    found = asked(Setting(file=f"{tmp_path}/*.conf", keys=("www.pm.max_children",)))
    assert found.configured == (("www.pm.max_children", "6"), ("www.pm.max_children", "7"))
    assert found.last() == {"www.pm.max_children": "7"}
    assert program(Setting(file=f"{tmp_path}/*.cnf", keys=("a",)), "number").returncode != 0


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.json", '{"a": '),
        ("a.json", '{"a": 1} x'),
        ("a.json", "[" * 50_000),
        ("a.toml", "[a\n"),
        ("a.toml", 'a = "1" b = 2\n'),
        ("a.php", "<?php return " + "[" * 50_000),
        ("a.yaml", "a: {b: \n"),
        ("a.yaml", "\ta: 1\n"),
        ("nginx.nginx", "a { b;"),
    ],
)
def test_a_file_that_is_not_understood_is_unmeasured(tmp_path: Path, name: str, text: str) -> None:
    """Half a file is not the setting of anything."""
    (tmp_path / name).write_text(text, encoding="utf-8")
    form: Form | None = "nginx" if name.endswith("nginx") else None
    done = program(Setting(file=f"{tmp_path}/{name}", keys=("a",), form=form), "number")
    assert done.returncode != 0
    assert "is written in a way that is not understood" in done.stderr


VIEWS: tuple[View, ...] = ("number", "place", "server")
ADDRESSES = {
    "redis://shop:s3cret@a.example:6379/0": ("a.example:6379/0", "redis a.example:6379"),
    "HTTPS://u:s3cret@pay.example/hooks/s3cret": (None, "https pay.example"),
    "tcp://10.0.0.1:6379?auth=s3cret": ("10.0.0.1:6379", "tcp 10.0.0.1:6379"),
    "redis://[::1]:6379/0": ("[::1]:6379/0", "redis [::1]:6379"),
    "redis://shop:p%40ss:s3cret@a.example/0": ("a.example/0", "redis a.example"),
    "redis://u:p@s3cret@h:1/0": ("h:1/0", "redis h:1"),
    "unix:///run/redis.sock": ("/run/redis.sock", None),
    "redis:6379": ("redis:6379", " redis:6379"),
    "redis": ("redis", None),
    "redis://:p/s3cret@h:1": (None, None),
    "redis://:12/s3cret@h:6379/0": (None, None),
    "redis://:1?s3cret@h": (None, None),
    "redis://:1#s3cret@h": (None, None),
    "10.0.0.1": ("10.0.0.1", " 10.0.0.1"),
    "a.example/3": ("a.example/3", " a.example"),
    "REDIS01:6379/0": ("REDIS01:6379/0", " REDIS01:6379"),
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJzM2NyZXQifQ.s3cret": (None, None),
    "x8Jk9.abc/s3cret": (None, None),
    "abc/s3cret": (None, None),
    "s3cret": (None, None),
    "two words s3cret": (None, None),
    "mysql:host=h;password=s3cret": (None, None),
    "": (None, None),
}  # fmt: skip


@pytest.mark.parametrize("value", ADDRESSES)
def test_only_the_place_in_an_address_leaves_the_host(tmp_path: Path, value: str) -> None:
    """Neither user nor password nor key, in any of the usual spellings and some unusual ones."""
    for quoted in (value, f'"{value}"', f"'{value}'"):
        (tmp_path / "a.env").write_text(f"URL={quoted}\n", encoding="utf-8")
        setting = Setting(file=f"{tmp_path}/a.env", keys=("URL",))
        assert asked(setting, "place").last() == {"URL": ADDRESSES[value][0]}
        assert asked(setting, "server").last() == {"URL": ADDRESSES[value][1]}
        for view in VIEWS:
            done = program(setting, view)
            assert "s3cret" not in done.stdout + done.stderr


@examples(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.text("ab\n\t {}[]()<>=:;,.'\"#$/*\\-&|1é", max_size=60),
    form=st.sampled_from(["lines", "nginx", "json", "yaml", "toml", "php", "properties"]),
)
def test_any_text_is_read_or_refused(tmp_path: Path, text: str, form: Form) -> None:
    """No file makes the reader run for ever, and nothing of it is in the reason."""
    (tmp_path / "any").write_text(f"{text}\nS3CRET {text}S3CRET", encoding="utf-8")
    done = program(Setting(file=f"{tmp_path}/any", keys=("a", "*.b"), form=form), "number")
    assert "S3CRET" not in done.stdout + done.stderr
    assert done.returncode == 0 or "not understood" in done.stderr or "several parts" in done.stderr


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Path]:
    """A folder with a systemctl that knows one service, a process of this test."""
    command = [sys.executable, "-c", "import time; time.sleep(60)", "--workers", "3", "-w4", "--pool=5"]
    environment = {"PATH": "/usr/bin", "POOL": "4", "URL": "redis://u:s3cret@h:1/0"}
    process = subprocess.Popen(command, env=environment, cwd="/")
    (tmp_path / "shop.env").write_text('POOL=9\nPOOL="4"\nURL=redis://u:s3cret@h:1/0\n', encoding="utf-8")
    shows(tmp_path, process.pid)
    yield tmp_path
    process.kill()
    process.wait()


def shows(folder: Path, pid: int, *more: str, since: int = 0) -> None:
    """Make a systemctl that shows these properties."""
    argv = "/usr/bin/jobs --workers 3 -w4 --pool=${POOL} --password s3cret"
    lines = [
        "LoadState=loaded", f"MainPID={pid}", f"StateChangeTimestampMonotonic={since}",
        "Environment=POOL=1 SECRET=s3cret 'OTHER=two words'",
        f"EnvironmentFiles={folder}/shop.env (ignore_errors=no)",
        f"ExecStart={{ path=/usr/bin/jobs ; argv[]={argv} ; ignore_errors=no ; start_time=[n/a] }}", *more,
    ]  # fmt: skip
    (folder / "shown").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    (folder / "systemctl").write_text(f"#!/bin/sh\ncat '{folder}/shown'\n", encoding="utf-8")
    (folder / "systemctl").chmod(0o755)


def main_of(folder: Path) -> int:
    """The process of the service."""
    return int((folder / "shown").read_text().split("MainPID=")[1].split("\n")[0])


def test_a_variable_is_held_against_the_running_process(service: Path) -> None:
    """In a file that the policy names, or wherever the unit takes it from."""
    for file in (f"{service}/shop.env", ""):
        found = asked(Setting("shop.service", file, variable="POOL"), folder=service)
        assert found.last() == {"POOL": "4"}
        assert found.running == (("same", "4"),)
        assert found.decides == f"{service}/shop.env"
    (service / "shop.env").write_text("POOL=7\n", encoding="utf-8")
    found = asked(Setting("shop.service", f"{service}/shop.env", variable="POOL"), folder=service)
    assert (found.last(), found.running) == ({"POOL": "7"}, (("differs", "4"),))


def test_the_last_environment_file_of_a_unit_decides(service: Path) -> None:
    """As systemd reads them; patterns and missing optional ones included."""
    (service / "more.env").write_text("POOL=5\n", encoding="utf-8")
    more = (
        f"EnvironmentFiles={service}/mo*.env (ignore_errors=yes)",
        "EnvironmentFiles=/n (ignore_errors=yes)",
    )
    shows(service, main_of(service), *more)
    found = asked(Setting("shop.service", f"{service}/shop.env", variable="POOL"), folder=service)
    assert found.decides == f"{service}/more.env"
    assert asked(Setting("shop.service", variable="POOL"), folder=service).last() == {"POOL": "5"}


def test_a_password_in_an_address_is_compared_on_the_host(service: Path) -> None:
    """And told by nothing but the state."""
    setting = Setting("shop.service", f"{service}/shop.env", variable="URL")
    assert asked(setting, "place", service).running == (("same", "h:1/0"),)
    (service / "shop.env").write_text("URL=redis://u:s3cret2@h:1/0\n", encoding="utf-8")
    assert asked(setting, "place", service).running == (("differs", "h:1/0"),)
    done = program(setting, "place", service)
    assert "s3cret" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("option", "configured", "running"),
    [("--workers", "3", "3"), ("-w", "4", "4"), ("--pool", "4", "5"), ("--password", None, None)],
)
def test_an_option_is_read_from_the_command_line(
    service: Path, option: str, configured: str | None, running: str | None
) -> None:
    """As the unit has it, variables filled in, and as the process has it; secrets stay."""
    setting = Setting("shop.service", option=option)
    found = asked(setting, folder=service)
    assert found.last() == {option: configured}
    assert found.running[0][1] == running
    assert "s3cret" not in program(setting, "number", service).stdout


def test_a_file_is_younger_than_the_last_start_or_reload(service: Path) -> None:
    """Its ctime counts, and that of each link on the way to it."""
    (service / "new").mkdir()
    (service / "new" / "app.toml").write_text("pool = 4\n", encoding="utf-8")
    (service / "current").symlink_to("new")
    setting = Setting("shop.service", f"{service}/current/app.toml", ("pool",))
    up = float(Path("/proc/uptime").read_text().split()[0])
    for since, changed in ((0, True), (up - 3600, True), (up + 1, False)):
        shows(service, main_of(service), since=round(since * 1_000_000))
        assert asked(setting, folder=service).changed_since is changed
    assert asked(Setting("shop.service", variable="POOL"), folder=service).changed_since is None


def test_a_link_that_was_moved_counts_as_a_change() -> None:
    """An older release has older files, and is another one all the same."""
    parts = "[changed]\n1100.000000000\n1300.000000000\n"
    answer = setting_answer("a\t1", since=200).replace(b"[changed]\n\n", parts.encode())
    read = reader.read(answered(one=framed(answer)).parts("one", reader.PARTS), "one")
    assert read.changed_since


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        setting_answer("a"),
        setting_answer("a\t"),
        setting_answer("a\t1\t2"),
        setting_answer("a\t1", running="alike\t1"),
        setting_answer("a\t1", decides=""),
        setting_answer("a\t1", changed="now"),
        setting_answer("a\t1", changed="1.000000000", since=3).replace(b"1500.000000000", b"late"),
        setting_answer("a\t1").replace(b"LoadState=loaded\n", b""),
    ],
)
def test_an_answer_that_is_not_understood_is_unmeasured(answer: bytes) -> None:
    """The reason quotes nothing of it."""
    with pytest.raises(UnmeasuredError):
        reader.read(answered(one=framed(answer)).parts("one", reader.PARTS), "one")


@pytest.mark.parametrize(
    ("setting", "file", "keys"),
    [
        ("REDIS_URL", "/etc/shop/shop.env", {"variable": "REDIS_URL"}),
        ("REDIS_URL", "/etc/default/shop", {"variable": "REDIS_URL"}),
        ("session.save_path", "/etc/php/8.2/fpm/php.ini", {"key": "session.save_path"}),
        ("save_path", "/etc/php/8.2/fpm/php.ini", {"key": "save_path"}),
        ("redis.location", "/etc/shop.conf", {"key": "redis.location"}),
        ("WP_REDIS_HOST", "/etc/wordpress/config.php", {"key": "WP_REDIS_HOST", "reread": True}),
        ("host", "/etc/shop.yaml", {"key": "host"}),
    ],
)
def test_a_setting_is_a_variable_where_its_file_may_be_an_environment(
    setting: str, file: str, keys: Mapping[str, object]
) -> None:
    """By its name, or by how the file is called. PHP reads its own files for each request."""
    assert reader.place_of(setting, file) == {"file": file, **keys}
