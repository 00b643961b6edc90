"""What Redis runs with, and what its files would start it with."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selftests.unit.targets import answered, framed, web_host
from siteparity.model import Facts, Unmeasured, Value
from siteparity.probes import Target, read_tables
from siteparity.probes.redis import DEFAULTS, PROBE, Policy, ask

TARGET: Target[Policy] = web_host(
    Policy(owner="Platform", roles=("web",), redis_user="parity", auth_file="/etc/siteparity/redis-auth")
)
INFO = b"""# Server\r
redis_version:7.0.15\r
redis_mode:standalone\r
total_system_memory:1000\r
used_memory:500\r
maxmemory:1000\r
role:master\r
rdb_last_bgsave_status:ok\r
aof_last_write_status:ok\r
errorstat_NOAUTH:count=3\r
"""
ACL = b"user default off resetchannels -@all\nuser shop on #(password) ~session:* -@all +@write +@read\n"


def facts(  # noqa: PLR0913  # one answer each
    *,
    settings: dict[str, str] | None = None,
    file: bytes = b"",
    info: bytes = INFO,
    acl: bytes = ACL,
    aclfile: bytes = ACL,
    passwords: bytes = b"same default\nsame shop\n",
    disk: bytes = b"ok /etc/redis/redis.conf\n",
    loaded: bytes = b"m []\n",
    target: Target[Policy] = TARGET,
) -> Facts:
    """Everything read from one host's answers, given without their end marks."""
    running = json.dumps({**DEFAULTS, **(settings or {})}).encode()
    texts = {
        "settings": running,
        "info": info,
        "acl": acl,
        "file": file,
        "aclfile": aclfile,
        "passwords": passwords,
        "disk": disk,
        "loaded": loaded,
    }
    answers = answered(**{name: framed(text) for name, text in texts.items()})
    return read_tables(PROBE.readings(), answers, target, ("web",))


def value(facts: Facts, table: str, item: str) -> Value:
    """One value of a table that was measured."""
    found = facts[table]
    assert not isinstance(found, Unmeasured), found.reason
    return found[item]


def test_every_setting_that_runs_is_told_by_its_present_name() -> None:
    """Redis tells some by two names; what hides a password is no value to tell."""
    more = {"slave-priority": "90", "replica-priority": "90", "hz": "10"}
    found = facts(settings=more)["settings"]
    assert not isinstance(found, Unmeasured)
    assert found.keys() - DEFAULTS.keys() == {"replica-priority", "hz"}


@pytest.mark.parametrize(
    ("running", "line", "is_filed"),
    [
        ("10", "hz 10", True),
        ("10", "hz 11", False),
        ("1048576", "hz 1mb", True),
        ("1048576", "hz 1m", False),
        ("notice", "hz NOTICE", True),
        ("/x/log", "hz /X/log", False),
        ("***", "hz another", True),
    ],
)
def test_any_setting_of_the_file_is_compared_with_what_runs(running: str, line: str, is_filed: bool) -> None:
    """In the words of Redis, which tells sizes in bytes."""
    found = facts(settings={"hz": running}, file=line.encode())["persisted"]
    assert not isinstance(found, Unmeasured)
    assert (found.get("hz", "as in its file") == "as in its file") is is_filed


def test_what_packages_set_in_the_unit_is_no_change() -> None:
    """Debian starts it with other words than its file has."""
    found = facts(settings={"daemonize": "no"}, file=b"daemonize yes")["persisted"]
    assert not isinstance(found, Unmeasured)
    assert "daemonize" not in found


HASH = "5" * 64


def test_functions_and_modules_are_told() -> None:
    """A library by a digest of its code, a module by its version."""
    loaded = f'f carts {HASH}\nm [{{"name":"bf","ver":20612,"path":"/x/bf.so"}},{{"name":"vs","ver":1}}]\n'
    assert facts(loaded=loaded.encode())["loaded"] == {
        "functions and modules": "looked at",
        "functions carts": "code with sha256 555555555555",
        "module bf": "version 20612 from /x/bf.so",
        "module vs": "version 1",
    }


@pytest.mark.parametrize(
    "loaded", ["", "m", "m {", 'm [{"ver":1}]', 'm ["bf"]', "f carts 12\nm []", "x\nm []"]
)
def test_an_odd_answer_about_them_is_none(loaded: str) -> None:
    """And no library fewer."""
    assert isinstance(facts(loaded=f"{loaded}\n".encode())["loaded"], Unmeasured)


@pytest.mark.parametrize(
    ("running", "line", "alike"),
    [
        ("67108864", b"maxmemory 64mb", True),
        ("64000000", b"maxmemory 64m", True),
        ("67108864", b"maxmemory 64MB", True),
        ("67108864", b"maxmemory 63mb", False),
        ("0", b"", True),
        ("67108864", b"", False),
        ("67108864", b"maxmemory 1mb\nmaxmemory 64mb", True),
        ("67108864", b"maxmemory 64mb\nmaxmemory 1mb", False),
    ],
)
def test_memory_is_compared_in_bytes_and_the_last_line_counts(running: str, line: bytes, alike: bool) -> None:
    """`64mb` in the file is 67108864 at run time; nothing in the file is Redis's own default."""
    state = value(facts(settings={"maxmemory": running}, file=line), "persisted", "maxmemory")
    assert (state == "as in its file") == alike


@pytest.mark.parametrize(
    ("running", "lines", "alike"),
    [
        ("3600 1 300 100", b"save 3600 1\nsave 300 100", True),
        ("3600 1 300 100", b"save 3600 1 300 100", True),
        ("", b'save ""', True),
        ("3600 1", b'save ""\nsave 3600 1', True),
        ("3600 1 300 100", b"save 3600 1", False),
    ],
)
def test_save_lines_add_up_until_an_empty_one(running: str, lines: bytes, alike: bool) -> None:
    """As Redis reads them."""
    state = value(facts(settings={"save": running}, file=lines), "persisted", "save")
    assert (state == "as in its file") == alike


@pytest.mark.parametrize(
    ("name", "line", "alike"),
    [
        ("replicaof", b"replicaof 198.18.1.41 6379", False),
        ("replicaof", b"SlaveOf 198.18.1.41 6379", False),
        ("bind", b"bind 127.0.0.1", False),
        ("bind", b"bind * -::1", True),
        ("port", b"port 6380", False),
    ],
)
def test_what_a_restart_would_do_to_the_servers_place_and_role_is_told(
    name: str, line: bytes, alike: bool
) -> None:
    """A line that was left in the file makes another server of it, under the old name as well."""
    assert (value(facts(file=line), "persisted", name) == "as in its file") == alike


@pytest.mark.parametrize(
    ("told", "shop"),
    [(b"same shop\n", "as in its file"), (b"differs shop\n", "another than in its file")],
)
def test_a_password_that_a_restart_would_change_is_told(told: bytes, shop: str) -> None:
    """The shop would be refused."""
    assert value(facts(passwords=told), "passwords", "shop") == shop


def test_an_answer_about_passwords_that_is_not_understood_is_unmeasured() -> None:
    """Another word about a user is not "as in its file"."""
    assert isinstance(facts(passwords=b"maybe shop\n")["passwords"], Unmeasured)


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("user shop on >open-word ~session:*", "same"),
        ("user shop on >another ~session:*", "differs"),
        ("user shop on nopass ~session:*", "differs"),
    ],
)
def test_passwords_are_held_against_each_other_on_the_host(tmp_path: Path, line: str, word: str) -> None:
    """Run by a real shell, with a client that tells a hash: neither word nor hash leaves the host."""
    digest = hashlib.sha256(b"open-word").hexdigest()
    (tmp_path / "users.acl").write_text(f"user default off\n{line}\n", encoding="utf-8")
    (tmp_path / "redis.conf").write_text(f"aclfile {tmp_path}/users.acl\n", encoding="utf-8")
    (tmp_path / "word").write_text("w\n", encoding="utf-8")
    tool = tmp_path / "redis-cli"
    tool.write_text(f"#!/bin/sh\necho 'user shop on #{digest} ~session:* -@all +get'\n", encoding="utf-8")
    tool.chmod(0o755)
    section = TARGET.section.model_copy(
        update={"file": f"{tmp_path}/redis.conf", "auth_file": f"{tmp_path}/word"}
    )
    done = subprocess.run(
        ["/bin/sh", "-c", ask(web_host(section))["passwords"].text],
        capture_output=True, text=True, check=True, env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
    )  # fmt: skip
    assert done.stdout == f"{word} shop\nend\n"


SECRET = "#" + hashlib.sha256(b"secret").hexdigest()
PARITY = "user parity on >w +@all ~*"


@pytest.mark.parametrize(
    ("file", "users", "default", "word"),
    [
        pytest.param(PARITY, None, "nopass ~* &* +@all", "same", id="no line for default"),
        pytest.param(PARITY, None, f"{SECRET} ~* &* +@all", "differs", id="a password by CONFIG SET"),
        pytest.param("", None, f"{SECRET} ~* &* +@all", "differs", id="an empty file, a password by hand"),
        pytest.param(
            f"{PARITY}\nrequirepass secret", None, f"{SECRET} ~* &* +@all", "same", id="requirepass"
        ),
        pytest.param(f"{PARITY}\nrequirepass secret", None, "nopass ~* &* +@all", "differs", id="it is gone"),
        pytest.param("requirepass secret", PARITY, "nopass ~* &* +@all", "same", id="users of a file"),
        pytest.param(
            "requirepass secret", PARITY, f"{SECRET} ~* &* +@all", "differs", id="a restart opens it"
        ),
        pytest.param(
            f"requirepass other\nuser default on >secret +@all ~*\n{PARITY}",
            None,
            f"sanitize-payload {SECRET} ~* resetchannels +@all",
            "same",
            id="its line counts before requirepass",
        ),
        pytest.param(
            f"requirepass secret\nuser default on nopass +@all ~*\n{PARITY}",
            None,
            "nopass sanitize-payload ~* resetchannels +@all",
            "same",
            id="without a password before requirepass",
        ),
    ],
)
def test_the_user_without_a_name_is_as_redis_makes_it(
    tmp_path: Path, file: str, users: str | None, default: str, word: str
) -> None:
    """What Redis 7.0.15 lists with these files: ``default`` is there without a line, and open."""
    lines = [file]
    if users is not None:
        (tmp_path / "users.acl").write_text(f"{users}\n", encoding="utf-8")
        lines.append(f"aclfile {tmp_path}/users.acl")
    (tmp_path / "redis.conf").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (tmp_path / "word").write_text("w\n", encoding="utf-8")
    tool = tmp_path / "redis-cli"
    tool.write_text(f"#!/bin/sh\necho 'user default on {default}'\n", encoding="utf-8")
    tool.chmod(0o755)
    section = TARGET.section.model_copy(
        update={"file": f"{tmp_path}/redis.conf", "auth_file": f"{tmp_path}/word"}
    )
    done = subprocess.run(
        ["/bin/sh", "-c", ask(web_host(section))["passwords"].text],
        capture_output=True, text=True, check=True, env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
    )  # fmt: skip
    assert done.stdout == f"{word} default\nend\n"


def test_what_is_gone_from_disk_is_told() -> None:
    """Redis writes on to files that nobody finds again."""
    gone = b"ok /var/lib/redis\nok the files of sessions\nmissing the files of sessions\n"
    found = facts(disk=gone)["on_disk"]
    assert found == {"/var/lib/redis": "ok", "the files of sessions": "missing"}


def test_a_file_that_includes_one_that_cannot_be_opened_is_not_judged() -> None:
    """What stands in the other file is unknown."""
    assert isinstance(facts(file=b"include /etc/redis/more.conf")["persisted"], Unmeasured)


def test_all_else_of_the_file_is_told() -> None:
    """The last line of a name counts, of some names each line; settings and users are told elsewhere."""
    lines = (
        b"hz 10\nHZ 20\nslave-priority 50\nmaxmemory 1mb\nuser shop on #(password)\nrequirepass ***\n"
        b'rename-command DEL ""\nrename-command CONFIG "hidden word"\nloadmodule /x.so a\nloadmodule /y.so\n'
        b'client-output-buffer-limit normal 0 0 0\nproc-title-template "{title} {port}"\n'
    )
    others = facts(file=lines)["others"]
    assert not isinstance(others, Unmeasured)
    found = dict(others)
    assert str(found.pop("rename-command CONFIG")).startswith("***")
    assert found == {
        "hz": "20",
        "replica-priority": "50",
        "requirepass": "***",
        "rename-command DEL": "nothing",
        "loadmodule /x.so": "a",
        "loadmodule /y.so": "nothing",
        "client-output-buffer-limit normal": "0 0 0",
        "proc-title-template": "{title} {port}",
    }
    assert facts()["others"] == {"other settings": "none"}
    assert isinstance(facts(file=b'hz "10')["others"], Unmeasured)


def test_a_word_that_redis_does_not_know_is_told() -> None:
    """It does not start with it."""
    disk = b"known hz\nunknown maxmemory-polcy\nok /etc/redis/redis.conf\n"
    found = facts(disk=disk)
    assert found["directives"] == {
        "hz": "known",
        "maxmemory-polcy": "unknown to Redis, which does not start with it",
    }
    assert found["on_disk"] == {"/etc/redis/redis.conf": "ok"}
    assert isinstance(facts(disk=b"known hz\n")["on_disk"], Unmeasured)
    assert isinstance(facts(disk=b"ok /etc/redis/redis.conf\n")["directives"], Unmeasured)


def test_of_two_looks_at_one_file_the_worse_counts() -> None:
    """A module must be read, and may be executed."""
    disk = b"unreadable /x.so\nok /x.so\nok /y.so\nunexecutable /y.so\ndamaged /1.base.rdb\n"
    assert facts(disk=disk)["on_disk"] == {
        "/x.so": "unreadable",
        "/y.so": "unexecutable",
        "/1.base.rdb": "damaged",
    }


REDIS_CLI = """\
#!/bin/sh
case "$*" in
*"INFO server") printf '# Server\\r\\nprocess_id:{pid}\\r\\n' ;;
*CONFIG*) printf '%s\\n' '{json}'; echo "$@" >{folder}/asked ;;
*) echo "ERR $*" >&2; exit 1 ;;
esac
"""
SETPRIV = '#!/bin/sh\nwhile [ "$1" != -- ]; do shift; done\nshift\nexec "$@"\n'


def asked(folder: Path, name: str, lines: str) -> str:
    """What a real shell answers about a file with these lines, beside a client that knows some names."""
    keys = {
        "dir": f"{folder}/data", "appenddirname": "aof", "appendfilename": "a.aof", "appendonly": "yes",
        "aclfile": "", "hz": "yes", "logfile": "", "requirepass": "hidden-word", "tls-port": "0",
        "save": "", "two-values": "1 2",
    }  # fmt: skip
    client = REDIS_CLI.format(pid=os.getpid(), json=json.dumps(keys, separators=(",", ":")), folder=folder)
    for tool, text in (("redis-cli", client), ("setpriv", SETPRIV)):
        (folder / tool).write_text(text, encoding="utf-8")
        (folder / tool).chmod(0o755)
    (folder / "data" / "aof").mkdir(parents=True)
    (folder / "data" / "aof" / "a.aof.manifest").write_text("file one seq 1 type b\n", encoding="utf-8")
    (folder / "data" / "aof" / "one").write_text("", encoding="utf-8")
    (folder / "word").write_text("w\n", encoding="utf-8")
    (folder / "redis.conf").write_text(lines, encoding="utf-8")
    section = TARGET.section.model_copy(
        update={"file": f"{folder}/redis.conf", "auth_file": f"{folder}/word"}
    )
    done = subprocess.run(
        ["/bin/sh", "-c", ask(web_host(section))[name].text],
        capture_output=True, text=True, check=True, env={"PATH": f"{folder}:/usr/bin:/bin"},
    )  # fmt: skip
    return done.stdout


@pytest.mark.parametrize(
    ("line", "state"),
    [
        ("hz 10", "known"),
        ("hz 10 # slower", "wordy"),
        ("hz", "wordy"),
        ('logfile "/var/log/with blank.log"', "known"),
        ("logfile ''", "known"),
        ("SAVE 3600 1 300 100", "known"),
        ("two-values 1 2 3", "known"),
        ("loadmodule /x.so a b", "known"),
    ],
)
def test_a_line_has_as_many_words_as_redis_takes(line: str, state: str, tmp_path: Path) -> None:
    """Redis does not start with a comment behind a value."""
    told = asked(tmp_path, "disk", f"{line}\n").splitlines()
    assert f"{state} {line.split(maxsplit=1)[0].lower()}" in told


def test_what_a_start_needs_is_looked_at_on_the_host(tmp_path: Path) -> None:
    """Words that Redis knows, or does not; a log's folder, a module, a certificate of a server with TLS."""
    (tmp_path / "module.so").write_text("", encoding="utf-8")
    (tmp_path / "more.conf").write_text("hz 10\n", encoding="utf-8")
    told = asked(
        tmp_path,
        "disk",
        f"# a comment\n  HZ 10\nmaxmemory-polcy x\nbad*name y\nrename-command CONFIG no\n"
        f"logfile /nowhere/x/log\nloadmodule {tmp_path}/module.so arg\nloadmodule /gone.so\n"
        f"unixsocket {tmp_path}/socket\ntls-port 6380\ntls-cert-file /gone.pem\n"
        f"include {tmp_path}/*.conf.more\ninclude {tmp_path}/more.conf\ninclude /gone.conf\n",
    )
    found = facts(disk=told.removesuffix("end\n").encode())
    directives = found["directives"]
    assert not isinstance(directives, Unmeasured)
    unknown = {name for name, state in directives.items() if state != "known"}
    assert unknown == {"maxmemory-polcy", "bad*name", "unixsocket", "tls-cert-file"}
    assert {"hz", "include", "loadmodule", "rename-command", "logfile"} <= directives.keys() - unknown
    assert found["on_disk"] == {
        f"{tmp_path}/redis.conf": "ok",
        f"{tmp_path}/more.conf": "ok",
        "/gone.conf": "missing",
        f"{tmp_path}/data": "ok",
        "/nowhere/x": "missing",
        f"{tmp_path}": "ok",
        f"{tmp_path}/module.so": "unexecutable",
        "/gone.so": "missing",
        "/gone.pem": "missing",
        f"{tmp_path}/data/aof": "ok",
        f"{tmp_path}/data/aof/a.aof.manifest": "ok",
        "the files of sessions": "ok",
    }
    words = (tmp_path / "asked").read_text(encoding="utf-8")
    assert "bad*name" not in words
    assert "hidden-word" not in told


@pytest.mark.parametrize(
    ("lines", "shown"),
    [
        ("# hz 1\n\n  hz 10 \n", "hz 10\n"),
        ("requirepass short", "requirepass ***\n"),
        ("RequirePass 12345", "RequirePass ***\n"),
        ("requirpas typed-wrong", "requirpas ***\n"),
        ("masterath typed-wrong", "masterath ***\n"),
        ("tls-key-file-pass /a/b", "tls-key-file-pass ***\n"),
        ('requirepass ""', 'requirepass ""\n'),
        ("masteruser copy", "masteruser copy\n"),
        ("tls-auth-clients no", "tls-auth-clients no\n"),
        ("user a on >pw ~*", "user a on #(password) ~*\n"),
        ('user a on ">a pw" ~*', "user a on #(password) ~*\n"),
        ("loadmodule /x.so PASSWORD word", "loadmodule /x.so PASSWORD ***\n"),
        ("include /gone.conf\nhz 10", "include /gone.conf\nhz 10\n"),
        ('include "{folder}/inner/*.conf"\nhz 10', "hz 1\nhz 2\nhz 10\n"),
    ],
)
def test_lines_are_shown_without_passwords(tmp_path: Path, lines: str, shown: str) -> None:
    """Also those of a misspelt name; of included files in their place and order."""
    (tmp_path / "inner").mkdir()
    for number in (1, 2):
        (tmp_path / "inner" / f"{number}.conf").write_text(f"hz {number}\n", encoding="utf-8")
    assert asked(tmp_path, "file", lines.replace("{folder}", str(tmp_path))) == f"{shown}end\n"


def test_an_empty_file_is_known(tmp_path: Path) -> None:
    """Redis starts with its own defaults; the answer still says so."""
    told = asked(tmp_path, "disk", "# nothing\n")
    assert facts(disk=told.removesuffix("end\n").encode())["directives"] == {"(no word at all)": "known"}


def test_a_file_that_includes_itself_is_unmeasured(tmp_path: Path) -> None:
    """The question ends, with the reason."""
    with pytest.raises(subprocess.CalledProcessError) as error:
        asked(tmp_path, "file", f"include {tmp_path}/redis.conf")
    assert "it includes itself" in error.value.stderr


def test_rules_of_a_user_are_the_same_in_any_order() -> None:
    """Redis lists them in an order of its own at each start."""
    other = (
        b"user default off -@all resetchannels\nuser shop on +@read -@all +@write ~session:* #(password)\n"
    )
    assert value(facts(), "acl", "shop") == value(facts(acl=other), "acl", "shop")


@pytest.mark.parametrize(
    ("aclfile", "shop"),
    [
        (ACL, "as in its file"),
        (b"user default off\n", "on, in its file absent"),
        (ACL.replace(b"shop on", b"shop off"), "on, in its file off"),
    ],
)
def test_a_user_that_a_restart_would_change_is_told(aclfile: bytes, shop: str) -> None:
    """Users made at run time vanish."""
    assert value(facts(aclfile=aclfile), "acl_saved", "shop") == shop


OPEN = b"user default on nopass ~* &* +@all\n"
OF_PARITY = b"user parity on #(password) ~* resetchannels +@all\n"


@pytest.mark.parametrize(
    ("running", "file", "state"),
    [
        (OPEN + OF_PARITY, b"user parity on #(password) +@all ~*\n", "as in its file"),
        (OPEN + OF_PARITY, b"user parity on #(password) +@all ~*\nrequirepass ***\n", "as in its file"),
        (
            OPEN.replace(b" on", b" off") + OF_PARITY,
            b"user parity on #(password) +@all ~*\n",
            "off, in its file on",
        ),
        (OPEN + OF_PARITY, b"user default off\nuser parity on #(password)\n", "on, in its file off"),
    ],
)
@pytest.mark.parametrize("where", ["file", "aclfile"])
def test_redis_makes_the_user_without_a_name_although_no_line_names_it(
    running: bytes, file: bytes, state: str, where: str
) -> None:
    """It is on after a start, unless a line turns it off."""
    lines = b"".join(line for line in file.splitlines(keepends=True) if line.startswith(b"user"))
    found = facts(
        acl=running, aclfile=b"" if where == "file" else lines, file=file if where == "file" else b""
    )
    assert value(found, "acl_saved", "default") == state
    assert value(found, "acl_saved", "parity") == "as in its file"


@pytest.mark.parametrize(
    ("replicated", "status", "state"),
    [
        (False, b"up", "replica of 198.18.1.41, link up"),
        (True, b"up", "as it should be"),
        (True, b"down", "replica of 198.18.1.41, link down"),
    ],
)
def test_a_replica_is_right_only_where_the_policy_wants_one_and_its_link_is_up(
    replicated: bool,
    status: bytes,
    state: str,
) -> None:
    """A replica that nobody wanted refuses every login."""
    info = INFO.replace(
        b"role:master",
        b"role:slave\r\nmaster_host:198.18.1.41\r\nmaster_sync_in_progress:0\r\nmaster_link_status:" + status,
    )
    wanted = TARGET.section.model_copy(update={"replicated": replicated})
    assert value(facts(info=info, target=web_host(wanted)), "role", "role") == state


def test_memory_is_a_share_of_maxmemory_or_of_the_machine() -> None:
    """Without a limit the machine's memory is the limit."""
    assert value(facts(), "memory", "percent of memory used") == 50.0
    unlimited = INFO.replace(b"maxmemory:1000", b"maxmemory:0")
    assert value(facts(info=unlimited), "memory", "percent of memory used") == 50.0
    assert isinstance(
        facts(info=unlimited.replace(b"total_system_memory:1000", b"x:1"))["memory"], Unmeasured
    )


@given(given=st.lists(st.binary(max_size=40), min_size=8, max_size=8))
def test_any_bytes_are_facts_or_unmeasured(given: list[bytes]) -> None:
    """The readers raise the one declared exception only."""
    names = ("settings", "info", "acl", "file", "aclfile", "passwords", "disk", "loaded")
    for texts in (given, [framed(text) for text in given]):
        read_tables(PROBE.readings(), answered(**dict(zip(names, texts, strict=True))), TARGET, ("web",))
