"""What a line of configuration shows, by the file in which it stands and by the lines before it."""

from __future__ import annotations

import os
import subprocess

import pytest

from siteparity.tools.given import PERL_DECODE
from siteparity.tools.secrets import harmless

PROGRAM = (
    f"use strict;\n{PERL_DECODE}{harmless.PERL}"
    'begin($ENV{FILE}); while (<STDIN>) { chomp; print shown($_), "\\n" }'
)


def shown(path: str, *lines: str) -> list[str]:
    """The lines as a host tells them."""
    done = subprocess.run(
        ["perl", "-e", PROGRAM],
        input="".join(f"{line}\n" for line in lines),
        text=True,
        capture_output=True,
        check=True,
        env={"PATH": os.environ["PATH"], "FILE": path, "KNOWN": "dallas web1.dallas.shop.example"},
    )
    assert not done.stderr
    return done.stdout.splitlines()


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("/etc/pam.d/common-password", "password\t[success=1 default=ignore]\tpam_unix.so obscure yescrypt"),
        ("/etc/pam.d/common-auth", "auth\t[success=1 default=ignore]\tpam_unix.so nullok"),
        ("/etc/pam.d/passwd", "@include common-password"),
        ("/etc/nsswitch.conf", "passwd:         files systemd"),
        ("/etc/nginx/mime.types", "    video/mp4                             mp4 m4v;"),
        ("/etc/nginx/nginx.conf", "    worker_connections 512;"),
        ("/etc/nginx/nginx.conf", "    proxy_pass http://web1.dallas.shop.example:8000;"),
        ("/etc/nginx/nginx.conf", "    proxy_cache_bypass $http_pragma;"),
        ("/etc/gai.conf", "# Configuration for getaddrinfo(3)."),
        ("/etc/ssh/sshd_config", "PasswordAuthentication no"),
        ("/etc/postfix/main.cf", "smtp_sasl_password_maps = hash:/etc/postfix/sasl_passwd"),
        ("/etc/shop.php", "$config['password_file'] = '/etc/shop/password';"),
        ("/etc/shop.py", "PASSWORD = os.environ['PASSWORD']"),
        ("/etc/shop.yml", "password: ${SHOP_PASSWORD}"),
        ("/etc/shop.ini", "token_ttl = 3600"),
    ],
)
def test_what_is_known_is_shown(path: str, line: str) -> None:
    """A changed number or path must be seen in clear."""
    assert shown(path, line) == [line]


@pytest.mark.parametrize(
    ("path", "lines", "expected"),
    [
        ("/etc/shop.yml", ("password:", "  - master", "port: 1"), ["password:", "  - ***", "port: 1"]),
        (
            "/etc/shop.yml",
            ("key: |", "  master", "", "  admin", "port: 1"),
            ["key: |", "  ***", "", "  ***", "port: 1"],
        ),
        (
            "/etc/shop.yml",
            ("- name: DB_PASSWORD", "  value: master"),
            ["- name: DB_PASSWORD", "  value: ***"],
        ),
        ("/etc/shop.yml", ("- name: LOG", "  value: master"), ["- name: LOG", "  value: master"]),
        ("/etc/shop.xml", ("<secret>", "  master", "</secret>"), ["<secret>", "  ***", "</secret>"]),
        (
            "/etc/shop.php",
            ("$pass = 'master", "admin';", "$port = 1;"),
            ["$pass = '***", "***';", "$port = 1;"],
        ),
        ("/etc/shop.json", ('  "token":', '    "master"', "}"), ['  "token":', '    "***"', "}"]),
        ("/etc/shop/secret.key", ("master",), ["***"]),
        ("/etc/ppp/chap-secrets", ("shop pptpd master *",), ["shop ***"]),
        ("/var/lib/postgresql/.pgpass", ("db1:5432:shop:shop:a:b",), ["db1:5432:shop:shop:***"]),
        ("/etc/shop.conf", ("x" * 20_000,), ["***"]),
        (
            "/etc/php/pool.d/www.conf",
            ("php_value[save_path] = tcp://web1.dallas.shop.example:6379?auth[]=master&auth[]=tell-nobody",),
            ["php_value[save_path] = tcp://web1.dallas.shop.example:6379?auth[]=***&auth[]=***"],
        ),
    ],
)
def test_secrets_of_several_lines_and_of_whole_files_are_hidden(
    path: str, lines: tuple[str, ...], expected: list[str]
) -> None:
    """Where only the lines before, or the name of the file, tell what it is."""
    assert shown(path, *lines) == expected


@pytest.mark.parametrize("word", ["Zq7xKm29LwTrVb", "hunter2", "correct horse battery staple", "Tr0ub4dor&3"])
@pytest.mark.parametrize(
    "line",
    ["foo = {}", "foo: {}", "$foo['bar'] = '{}';", '"foo": "{}",', "<foo>{}</foo>", 'foo = "{}"', "FOO={}"],
)
def test_what_nobody_knows_is_hidden_whatever_its_name(line: str, word: str) -> None:
    """A rule that looks for secrets would miss it."""
    assert shown("/etc/shop.conf", line.format(word)) == [line.format("***")]
