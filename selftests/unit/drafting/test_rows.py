"""What of a setting, and of a job, leaves a host: by perl as hosts run it, on files with canaries."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from siteparity.drafting.questions import FORMS
from siteparity.tools.program import program

CANARY = "cAnAry7xQ9zLk42mPw"
Told = Callable[..., list[list[str]]]

_HEAD = "use strict; use Text::ParseWords; use Socket qw(:DEFAULT);\n"


def perl(text: str, *arguments: str) -> list[list[str]]:
    """The rows that a program prints, in which the functions of hosts are known."""
    rows = program("siteparity.drafting", "rows.pl")
    whole = f"{_HEAD}{FORMS}\n{rows}\n{text}"
    done = subprocess.run(["perl", "-", *arguments], input=whole, capture_output=True, text=True, check=True)
    assert CANARY not in done.stdout, done.stdout
    return [line.split("\t") for line in done.stdout.splitlines()]


@pytest.fixture
def told(tmp_path: Path) -> Told:
    """The rows of a file of some name and content."""

    def of(name: str, content: str, unit: str = "shop.service") -> list[list[str]]:
        path = tmp_path / name
        path.write_text(content, encoding="utf-8")
        found = perl("read_file(@ARGV);", unit, str(path))
        return [[kind, *[one.removeprefix(f"{tmp_path}/") for one in rest]] for kind, *rest in found]

    return of


@pytest.mark.parametrize(
    ("name", "content", "place"),
    [
        ("a.env", f"D=postgresql://shop:{CANARY}@db.site:5433/shop?x={CANARY}",
         ["postgresql", "shop", "db.site", "5433", "shop"]),
        ("a.env", f"CACHE=redis://:{CANARY}@10.0.0.1", ["redis", "", "10.0.0.1", "", ""]),
        ("a.ini", f"[db]\nhost = db.site\nport = 5432\nuser = shop\npassword = {CANARY}\nname = orders",
         ["", "shop", "db.site", "5432", "orders"]),
        ("a.yml", f"api: https://{CANARY}@api.example/{CANARY}", ["https", "", "api.example", "", ""]),
        ("a.json", f'{{"q": "amqp://u:{CANARY}@mq.site/vhost"}}', ["amqp", "u", "mq.site", "", "vhost"]),
        ("a.php", f"<?php $config['dsn'] = 'pgsql://mail:{CANARY}@db.site/mail';",
         ["pgsql", "mail", "db.site", "", "mail"]),
        ("php.ini", f'session.save_path = "tcp://red.site:6379?auth={CANARY}"',
         ["tcp", "", "red.site", "6379", ""]),
        ("a.conf", "upstream web.site:8000", ["", "", "web.site", "8000", ""]),
    ],
)  # fmt: skip
def test_of_a_setting_its_key_and_its_place_are_told(
    told: Told, name: str, content: str, place: list[str]
) -> None:
    """Never a password, a query, the user or the path of a web address."""
    rows = [row for row in told(name, content) if row[0] == "setting"]
    assert [row[-5:] for row in rows] == [place], rows


def test_a_socket_is_a_place(told: Told) -> None:
    """Of FastCGI, of a handler of Apache, and of a server behind nginx."""
    content = (
        "server { location /a { fastcgi_pass unix:/run/php/fpm.sock; }"
        " location /b { proxy_pass http://unix:/run/app.sock:/x; } }"
    )
    rows = told("site.conf", content, "nginx.service")
    assert [row[-1] for row in rows] == ["/run/php/fpm.sock", "/run/app.sock"]
    handler = told("fpm.conf", 'SetHandler "proxy:unix:/run/php/fpm.sock|fcgi://localhost"')
    assert [row[-1] for row in handler] == ["/run/php/fpm.sock"]


def test_that_something_is_secret_is_told_by_its_key(told: Told) -> None:
    """By what it is called, or by a password in an address."""
    content = f"SECRET_KEY={CANARY}\nDB_URL=redis://x:{CANARY}@a.site/0\nDEBUG=no\nDB_PASSWORD={CANARY}\n"
    assert [row[-1] for row in told("a.env", content) if row[0] == "secret"] == [
        "SECRET_KEY",
        "DB_URL",
        "DB_PASSWORD",
    ]


def test_what_is_no_place_is_not_told(told: Told) -> None:
    """A number, a word, a time, a colon, a key that looks like a name."""
    content = f"a = 17\nb = word\nc = 10:30\nd = {CANARY}:80\nname = {CANARY}\nlisten = 1.2.3.4:80\n"
    assert told("a.conf", content) == []


def test_server_names_and_certificates_are_told_by_path(told: Told) -> None:
    """As nginx, Apache and HAProxy write them."""
    files = "ssl_certificate /c.pem; ssl_certificate_key /k.pem;"
    nginx = f"server {{ server_name www.x.example localhost; {files} }}"
    assert [(row[0], row[-1]) for row in told("n.conf", nginx, "nginx.service")] == [
        ("name", "www.x.example"),
        ("certificate", "/c.pem"),
        ("key", "/k.pem"),
    ]
    rows = told("haproxy.cfg", "frontend x\n  bind *:443 ssl crt /etc/haproxy/x.pem\n")
    assert ("certificate", "/etc/haproxy/x.pem") in [(row[0], row[-1]) for row in rows]


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("/usr/local/bin/bill run >/dev/null 2>&1", ["/usr/local/bin/bill run", ""]),
        (f"/usr/bin/curl -u me:{CANARY} https://x/", ["", "/usr/bin/curl"]),
        (f"/opt/job --token={CANARY}", ["", "/opt/job"]),
        (f"PGPASSWORD={CANARY} pg_dump", ["", ""]),
        (f"/opt/job {CANARY}", ["", "/opt/job"]),
        (f"/opt/job https://user:{CANARY}@x/", ["", "/opt/job"]),
        ("/opt/job a%input for it", ["/opt/job a", ""]),
    ],
)
def test_of_a_job_its_words_are_told_unless_one_may_be_secret(command: str, words: list[str]) -> None:
    """Then only what it starts."""
    assert perl('row("job", told($ARGV[0]));', command) == [["job", *words]]


def test_odd_bytes_stay_in_their_field() -> None:
    """A tab, a line feed, an escape, a backslash, a letter that is not ASCII."""
    (row,) = perl('row("unit", "a\\tb\\nc\\e[31m\\\\ \\xc3\\xa4");')
    assert row == ["unit", r"a\x09b\x0ac\x1b[31m\x5c \xc3\xa4"]
