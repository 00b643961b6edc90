"""Products: what tests itself cannot change the host, and each row reads what its product really says."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from siteparity.tools.frame import framed, parts
from siteparity.tools.products import ask
from siteparity.tools.products.ask import READ_ONLY, Running
from siteparity.tools.products.table import OPTIONS, PRODUCTS, PROGRAM, VALUES, Command, Product

RECORDED = Path(__file__).parent / "recorded_products"
CAT = os.path.realpath(shutil.which("cat") or "/bin/cat")
BY_NAME = {one.name: one for one in PRODUCTS}


def run_read_only(*argv: str) -> subprocess.CompletedProcess[str]:
    """What a program does that can change nothing."""
    text = f"use strict;\n{READ_ONLY}\nread_only();\nexec @ARGV;\n"
    return subprocess.run(
        ["perl", "-", *argv], input=text, capture_output=True, text=True, check=False, timeout=20
    )


def in_shell(text: str) -> subprocess.CompletedProcess[str]:
    """The same of lines of a shell."""
    return run_read_only("sh", "-c", text)


@pytest.mark.parametrize(
    "change",
    [
        "echo x >{new}", "echo x >>{old}", ": >{old}", "mkdir {new}", "rm {old}", "mv {old} {new}",
        "ln {old} {new}", "ln -s {old} {new}", "chmod 777 {old}", "touch -t 200001010000 {old}",
        "truncate -s 0 {old}", "mkfifo {new}", "rmdir {folder}",
        "perl -e 'open my $f, q(+<), q({old}); print $f 1'",
    ],
)  # fmt: skip
def test_nothing_that_a_program_tries_changes_a_file(change: str, tmp_path: Path) -> None:
    """Its text, its mode and time, and what is in its folder are as before."""
    old, folder = tmp_path / "old", tmp_path / "folder"
    old.write_text("as it was\n")
    folder.mkdir()
    before = _seen(tmp_path)
    plain = change.format(old=old, new=tmp_path / "new", folder=folder)
    in_shell(plain)
    assert _seen(tmp_path) == before
    subprocess.run(["sh", "-c", plain], check=True)  # it would have changed something
    assert _seen(tmp_path) != before


def _seen(folder: Path) -> list[object]:
    """What is in a folder: names, modes, sizes, times and texts."""
    return [
        (one.name, one.lstat().st_mode, one.lstat().st_mtime_ns, one.read_text() if one.is_file() else "")
        for one in sorted(folder.iterdir())
    ]


def test_who_opens_a_log_is_told_that_it_is_open(tmp_path: Path) -> None:
    """Else a server that tests itself would refuse its configuration."""
    made = in_shell(f"echo lost >>{tmp_path}/log && echo said")
    assert made.stdout == "said\n"
    assert not list(tmp_path.iterdir())


def test_no_process_is_ended_and_no_port_opened() -> None:
    """Neither another one's nor its own group's; a port counts as taken, which nginx expects of its own."""
    with subprocess.Popen(["sleep", "30"]) as sleeper:
        made = in_shell(f"kill -9 {sleeper.pid}; perl -MSocket -e '{_BIND}'")
        assert sleeper.poll() is None
        sleeper.kill()
    assert made.stdout == "Address already in use\n"


_BIND = "socket my $s, AF_INET, SOCK_STREAM, 0; bind $s, sockaddr_in(0, INADDR_LOOPBACK) or print qq($!\\n)"


def test_no_message_reaches_the_log_of_the_system(tmp_path: Path) -> None:
    """It would be a line in a log of the host for each run."""
    heard = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    heard.bind(str(tmp_path / "log"))
    heard.settimeout(0)
    text = f"socket my $s, AF_UNIX, SOCK_DGRAM, 0; connect $s, sockaddr_un(q({tmp_path}/log)); send $s, 1, 0"
    subprocess.run(["perl", "-MSocket", "-e", text], check=True)
    assert heard.recv(9) == b"1"
    run_read_only("perl", "-MSocket", "-e", text)
    with pytest.raises(BlockingIOError):
        heard.recv(9)
    heard.close()


def asked(*products: Product) -> ask.Products:
    """What this machine answers to the question about these products."""
    return answered_by(ask.question(products))


def answered_by(text: str) -> ask.Products:
    """What it answers to a question."""
    text = text.replace("/proc/1/environ", "/proc/self/environ").replace("/run/systemd/system", "/nowhere")
    for folders in ("(?:run|tmp|var", "|tmp/|usr/"):  # the tests' own folder counts as any other
        assert folders in text
        text = text.replace(folders, folders.replace("|tmp", ""))
    made = subprocess.run(
        ["sh", "-c", f"KNOWN='porto mail'; KEY={'5d' * 32}; {text}"],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert not made.stderr, made.stderr
    return ask.read(parts(framed(made.stdout), ask.PARTS))


def told_by(name: str, number: int, file: str) -> Running:
    """What is read of a product's command that says what was recorded."""
    command = replace(BY_NAME[name].commands[number], argv=(CAT, str(RECORDED / file)))
    told = asked(replace(_cat(name), commands=(command,)))
    return told.running[0]


def _cat(name: str) -> Product:
    return Product(name, program=CAT, alone=(CAT,))


@pytest.mark.parametrize(
    ("product", "number", "file", "some"),
    [
        ("Apache", 0, "apache.txt", {
            "deflate_module": "shared",
            "core_module": "static",
            "*:80": "webmail.mail.example (/etc/apache2/sites-enabled/webmail.conf:1)",
            "User": 'name="www-data" id=33',
        }),
        ("PHP-FPM", 0, "php-fpm-tt.txt", {
            "www pm.max_children": "5",
            "global error_log": "/var/log/php8.2-fpm.log",
            "www listen": "/run/php/php8.2-fpm.sock",
        }),
        ("PHP-FPM", 1, "php-i.txt", {
            "allow_url_fopen": "On",
            "session.save_path": "tcp://mem.porto.mail.example:6379?auth[]=***&auth[]=***",
        }),
        ("Postfix", 0, "postconf-n.txt", {
            "relayhost": "smtp.provider.example:25", "mydestination": "", "alias_maps": "hash:/etc/aliases",
        }),
        ("Postfix", 1, "postconf-M.txt", {"smtp inet": "n - y - - smtpd", "smtp unix": "- - y - - smtp"}),
        ("OpenSSH", 0, "sshd.txt", {"maxsessions": "10", "permitrootlogin": "no"}),
        ("chrony", 0, "chronyd.txt", {"server": "198.20.0.10 iburst minpoll 2 maxpoll 4", "cmdport": "0"}),
        ("Dovecot", 0, "doveconf.txt", {"disable_plaintext_auth": "no", "protocols": "imap"}),
    ],
)  # fmt: skip
def test_what_a_product_tells_is_read_by_its_row(
    product: str, number: int, file: str, some: Mapping[str, str]
) -> None:
    """Recorded on Debian 12; the value of a password was replaced by hand."""
    told = told_by(product, number, file)
    settings = dict(told.settings)
    assert {item: settings.get(item) for item in some} == some
    assert told.tests == ["ok"]
    assert not any("tell-nobody" in value for _, value in told.settings)


def test_nothing_of_the_moment_is_a_setting() -> None:
    """Two answers of a healthy host are the same."""
    for product, number, file in (("Apache", 0, "apache.txt"), ("PHP-FPM", 1, "php-i.txt")):
        items = {item for item, _ in told_by(product, number, file).settings}
        assert not {item for item in items if "[pid" in item or "DUMP" in item or "REQUEST" in item}


def test_what_a_failed_command_says_is_told_without_time_and_secret(tmp_path: Path) -> None:
    """The message leads to the line; the host's clock and a process's number do not belong to it."""
    said = tmp_path / "said"
    said.write_text(
        "2026/12/01 12:46:17 [emerg] 13#13: cannot load /etc/nginx/tickets.key\n"
        "[ALERT]    (1234) : config : out of range\nerror_password = tell-nobody\n"
    )
    command = Command(("sh", "-c", f"cat {said}; exit 3"))
    (one,) = asked(replace(_cat("nginx"), commands=(command,))).running
    assert one.tests == ["exit 3"]
    assert one.refused == "exit 3"
    assert one.said == [
        "[emerg] cannot load /etc/nginx/tickets.key", "[ALERT] config : out of range", "error_password = ***",
    ]  # fmt: skip


def test_of_what_a_failed_command_says_the_complaints_are_told() -> None:
    """Some print all their settings beside the one line that matters."""
    command = Command(
        ("sh", "-c", "seq 40; echo '[1796131899] unbound[20:0] fatal error: gone'; seq 40; exit 1")
    )
    (one,) = asked(replace(_cat("Unbound"), commands=(command,))).running
    assert one.said == ["unbound: fatal error: gone"]


def test_a_command_gets_what_the_service_was_started_with(tmp_path: Path) -> None:
    """The options that decide about the configuration, or their values alone; without any the usual file."""
    usual = tmp_path / "usual.conf"
    usual.write_text("")
    told = Command(
        ("echo", "starts", "=", PROGRAM, OPTIONS, VALUES), takes=(r"^(?<item>starts) = (?<value>.*)$",)
    )
    row = replace(_cat("server"), commands=(told,), options="-c --file", configuration=(str(usual),))
    assert dict(asked(row).running[0].settings) == {"starts": f"{CAT} {usual}"}
    mine = Product("server", program=os.path.realpath(sys.executable), commands=(told,), options="-c --file")
    script = tmp_path / "server.py"
    script.write_text("import time; print(1, flush=True); time.sleep(30)")
    argv = [os.path.realpath(sys.executable), str(script), "--file=/etc/a", "-x"]
    with subprocess.Popen(argv, stdout=subprocess.PIPE) as started:
        assert started.stdout is not None
        started.stdout.readline()
        text = ask.question([mine]).replace('glob "/proc/[0-9]*"', f'"/proc/{started.pid}"')
        (one,) = answered_by(text).running
        started.kill()
    assert dict(one.settings)["starts"].endswith("--file=/etc/a /etc/a")


def test_what_a_service_makes_itself_need_not_be_there_yet(tmp_path: Path) -> None:
    """Logs, sockets and numbers of processes; their folder must be there."""
    main = tmp_path / "main.conf"
    main.write_text("a /run/not-there-yet.pid\nb /run/no-such-folder/x.sock\nc /var/log/not-there-yet.log\n")
    (one,) = asked(replace(_cat("server"), configuration=(str(main),))).running
    assert dict(one.named) == {
        "a /run/not-there-yet.pid": "is written",
        "b /run/no-such-folder/x.sock": "no folder for it",
        "c /var/log/not-there-yet.log": "is written",
    }


def test_a_part_that_was_not_loaded_is_a_failure_although_the_command_succeeds() -> None:
    """PHP starts without an extension, and pages fail."""
    command = Command(
        ("sh", "-c", "echo 'PHP Warning: Unable to load dynamic library pgsql'"), refused="Unable to"
    )
    (one,) = asked(replace(_cat("PHP"), commands=(command,))).running
    assert one.refused == "it starts without a part of itself"


def test_a_program_that_others_may_change_is_not_started(tmp_path: Path) -> None:
    """The collector is root: it would be the way to become root."""
    program = tmp_path / "server"
    program.write_text("#!/bin/sh\necho started\n")
    program.chmod(0o777)
    product = Product("server", str(program), (Command(("{program}",)),), alone=(str(program),))
    (one,) = asked(product).running
    assert not one.tests
    assert one.missing == [f"others than root may change {program}, so it is not started to test itself"]


def test_files_that_configuration_names_are_looked_for(tmp_path: Path) -> None:
    """With what it includes; patterns, addresses and comments are none; a log needs its folder."""
    main, more, key = tmp_path / "main.conf", tmp_path / "more.conf", tmp_path / "there.key"
    key.write_text("x")
    (tmp_path / "aliases").write_text("x")
    main.write_text(
        f"ssl_session_ticket_key {tmp_path}/gone.key;\nssl_certificate_key {key};\ninclude more.conf;\n"
        f"# ssl_dhparam {tmp_path}/commented.pem;\nlocation /etc/x* {{ }}\naccess_log {tmp_path}/no/log;\n"
        f"error_log {tmp_path}/log;\nproxy_pass http://web/srv/x;\n"
    )
    more.write_text(f"alias_maps = hash:{tmp_path}/aliases, hash:{tmp_path}/lost\n")
    product = replace(
        _cat("nginx"),
        configuration=(str(main),),
        needs="hash:/",
        writes="^(?:access|error)_log",
        databases=(("hash", ".db"),),
    )
    (one,) = asked(product).running
    assert dict(one.named) == {
        f"ssl_session_ticket_key {tmp_path}/gone.key": "missing",
        f"ssl_certificate_key {key}": "a file",
    }
    assert dict(one.needed) == {
        f"access_log {tmp_path}/no/log": "no folder for it",
        f"error_log {tmp_path}/log": "is written",
        f"alias_maps {tmp_path}/aliases": "a file, and its database is missing",
        f"alias_maps {tmp_path}/lost": "missing",
    }


@pytest.mark.parametrize(
    "line",
    [
        "include more.conf;",
        "\tinclude {folder}/more.conf;",
        "include {folder}/mo*.conf;",
        "IncludeOptional '{folder}/*e.conf'",
        "Include {folder}/more.conf",
        "include={folder}/*.conf",
        "!include_try more.conf",
        "!includedir {folder}/below/",
        "@includedir {folder}/below",
        'include: "{folder}/more.conf"',
        'include-toplevel: "{folder}/*.conf"',
        "$IncludeConfig {folder}/*.conf",
        'include(file="{folder}/*.conf" mode="optional")',
        "confdir {folder}/below",
    ],
)
def test_files_that_an_included_file_names_are_looked_for(line: str, tmp_path: Path) -> None:
    """However a product writes it: by its whole path, a pattern or a folder."""
    (tmp_path / "below").mkdir()
    for file in ("more.conf", "below/more.cnf"):
        (tmp_path / file).write_text(f"key_file {tmp_path}/gone.key\n")
    main = tmp_path / "main.conf.real"
    main.write_text(line.format(folder=tmp_path) + "\n")
    (one,) = asked(replace(_cat("server"), configuration=(str(main),))).running
    assert (f"key_file {tmp_path}/gone.key", "missing") in one.named


def test_a_word_that_begins_like_include_includes_nothing(tmp_path: Path) -> None:
    """As ``included_domains`` of a mail server."""
    (tmp_path / "more.conf").write_text(f"key_file {tmp_path}/gone.key\n")
    main = tmp_path / "main.conf.real"
    main.write_text(f"included_hosts {tmp_path}/more.conf\n# include {tmp_path}/more.conf\n")
    (one,) = asked(replace(_cat("server"), configuration=(str(main),))).running
    assert dict(one.named) == {f"included_hosts {tmp_path}/more.conf": "a file"}


def test_a_file_may_be_named_from_the_folder_of_the_configuration(tmp_path: Path) -> None:
    """As nginx and Apache understand it; where a directive takes nothing but a file, whatever its name."""
    (tmp_path / "tls").mkdir()
    (tmp_path / "tls/shop.pem").write_text("x")
    main = tmp_path / "main.conf.real"
    main.write_text(
        "ssl_certificate tls/shop.pem;\nssl_certificate_key 'tls/shop.key';\nauth_basic_user_file users;\n"
        'server_name shop.example;\nproxy_pass http://x/y.map;\nauth_basic "off";\n'
    )
    product = replace(_cat("server"), configuration=(str(main),), needs="^auth_basic_user_file")
    (one,) = asked(product).running
    assert dict(one.named) == {
        f"ssl_certificate {tmp_path}/tls/shop.pem": "a file",
        f"ssl_certificate_key {tmp_path}/tls/shop.key": "missing",
    }
    assert dict(one.needed) == {f"auth_basic_user_file {tmp_path}/users": "missing"}


@contextmanager
def answering(path: Path, answers: Mapping[str, str]) -> Iterator[None]:
    """A socket at which a service answers each command and hangs up."""
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(path))
    server.listen()

    def serve() -> None:
        while True:
            try:
                one, _ = server.accept()
            except OSError:
                return
            with one:
                one.sendall(answers.get(one.recv(1000).decode().splitlines()[0], "").encode())

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join()


def _haproxy() -> dict[str, str]:
    text = (RECORDED / "haproxy.txt").read_text()
    return {one.partition("\n")[0]: one.partition("\n")[2] for one in text.split(">>> ")[1:]}


def _python(name: str, **more: object) -> Product:
    """A row of this very program."""
    return replace(BY_NAME[name], program=os.path.realpath(sys.executable), commands=(), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("flags", "weight", "state"),
    [
        (0, 1, "as its file says"),
        (1, 1, "in maintenance, by hand"),
        (5, 1, "as its file says"),
        (4, 1, "taken out of maintenance, by hand"),
        (8, 0, "drained, by hand"),
        (0, 0, "weighs 0, its file says 1, by hand"),
        (2, 1, "as its file says"),
        (32, 1, "as its file says"),
    ],
)
def test_a_server_of_haproxy_that_was_switched_by_hand_is_told(
    flags: int, weight: int, state: str, tmp_path: Path
) -> None:
    """What its file or a check of health decided is no switch (management guide, "show servers state")."""
    answers = _haproxy()
    answers["show servers state"] = answers["show servers state"].replace(
        "198.20.1.21 2 0 1 1", f"198.20.1.21 2 {flags} {weight} 1"
    )
    (tmp_path / "haproxy.cfg").write_text(f"global\n    stats socket {tmp_path}/s mode 660 level admin\n")
    with answering(tmp_path / "s", answers):
        told = asked(_python("HAProxy", configuration=(str(tmp_path / "haproxy.cfg"),))).running[0]
    assert dict(told.parts) == {
        "backend web, server opo-web1 198.20.1.21:80": state,
        "backend web, server opo-web2 198.20.1.22:80": "as its file says",
        "frontend webmail": "as its file says",
    }
    assert ("Maxconn", "2000") in told.settings


def test_a_haproxy_that_does_not_answer_is_unmeasured(tmp_path: Path) -> None:
    """Without a socket nobody can switch anything; with one that is silent nobody knows."""
    config = tmp_path / "haproxy.cfg"
    config.write_text("global\n")
    product = _python("HAProxy", configuration=(str(config),))
    assert asked(product).running[0].parts[0][1] == "as its file says"
    config.write_text(f"global\n    stats socket {tmp_path}/s\n")
    with answering(tmp_path / "s", {}):
        told = asked(product).running[0]
    assert told.missing == [f"HAProxy does not answer at {tmp_path}/s"]
    assert not told.parts


def test_what_php_reads_beside_pages_is_told_without_its_secrets(tmp_path: Path) -> None:
    """Of each folder with pages, down to some depth; the root of an application is what a server names."""
    pages = tmp_path / "srv" / "pages"
    (pages / "admin").mkdir(parents=True)
    (pages / "admin" / ".user.ini").write_text(
        '; a comment\nsession.save_path = "tcp://mem.porto:6379?auth=hunter2"\n'
    )
    main = tmp_path / "server.conf"
    main.write_text(f'DocumentRoot "{pages}"\n')
    web = replace(_cat("Apache"), configuration=(str(main),), roots=BY_NAME["Apache"].roots)
    told = asked(web, replace(_cat("PHP")))
    ((path, line, digest),) = told.outside
    assert path == str(pages / "admin" / ".user.ini")
    assert line == 'session.save_path = "tcp://mem.porto:6379?auth=***"'
    assert len(digest) == 12
    assert list(told.states) == [path]


def test_maps_outside_etc_are_read_and_keys_are_not(tmp_path: Path) -> None:
    """Which certificate a site has is its own affair; what is large is compared by a hash."""
    names = {
        "list.map": "/shop web1\n",
        "cert.txt": "-----BEGIN CERTIFICATE-----\n",
        "large.lst": "x" * 70_000,
    }
    for name, text in names.items():
        (tmp_path / name).write_text(text)
    main = tmp_path / "main.conf"
    main.write_text("".join(f"use {tmp_path}/{name}\n" for name in names))
    told = asked(replace(_cat("HAProxy"), configuration=(str(main),)))
    assert [(Path(path).name, line, bool(digest)) for path, line, digest in told.outside] == [
        ("large.lst", "*** (70000 bytes)", True),
        ("list.map", "/shop web1", False),
    ]
