"""What one host must grant is the sum of what aspects and journeys need there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from selftests.unit.sites import ARIZONA
from siteparity.commands.privileges import Privileges, page, parts, write
from siteparity.policy.grants import DatabaseAccess, Grant, RedisAccess
from siteparity.transport.collector import FRAME, collector
from siteparity.transport.script import Ask
from siteparity.transport.words import PATHS

DIGEST = "0" * 64
COMMANDS = "+ping +ttl +info +config|get +client|list +acl|list +function|list +module|list"


def granted(*grants: Grant, ways: tuple[str, ...] = ()) -> Privileges:
    """A host with these needs."""
    return Privileges(ARIZONA.hosts[0], collector({}), ways, grants)


def database(*grants: DatabaseAccess) -> Mapping[str, str]:
    """The files for its database."""
    found = granted(*grants).database
    assert found
    return found


def test_a_host_without_servers_grants_an_account_and_a_key() -> None:
    """Neither a database nor a Redis is mentioned, and the key forwards nothing."""
    host = granted()
    assert (host.database, host.redis_user(DIGEST)) == (None, None)
    assert set(parts(host, [])) == {
        "install",
        "sudoers",
        "authorized_keys",
        "questions",
        "siteparity-collect",
    }
    assert host.key_options == 'restrict,command="sudo -n /usr/local/sbin/siteparity-collect"'


def test_the_key_forwards_to_where_smoke_checks_connect() -> None:
    """The path of a socket stands for a host, with any port."""
    options = granted(ways=("127.0.0.1:80", "/run/db")).key_options
    assert options.endswith(',permitopen="127.0.0.1:80",permitopen="[/run/db]:*"')
    assert 'port-forwarding,permitlisten="localhost:1"' in options


def test_needs_of_one_role_make_one_role_with_all_queries() -> None:
    """Several aspects use the same one."""
    files = database(
        DatabaseAccess(("db",), "parity"),
        DatabaseAccess(("db",), "parity", "shop", ("SELECT max(id)\n  FROM orders",)),
        DatabaseAccess(("db",), "parity", "shop", ("SELECT count(*) FROM charges",)),
    )
    sql = files["postgresql.sql"]
    assert sql.count("CREATE ROLE parity LOGIN;\n") == sql.count("GRANT pg_monitor TO parity;\n") == 1
    assert "GRANT CONNECT ON DATABASE shop TO parity;\n\\connect shop\n" in sql
    assert sql.endswith("\n--   SELECT max(id) FROM orders\n--   SELECT count(*) FROM charges\n")
    assert files["pg_hba.conf"] == "local   all   parity   peer map=siteparity\n"
    assert files["pg_ident.conf"] == "siteparity   parity   parity\nsiteparity   root   parity\n"


def test_each_role_that_is_named_is_made_and_let_in() -> None:
    """An aspect may use another role than the journeys; a name that SQL would change is quoted."""
    files = database(DatabaseAccess(("db",), "parity"), DatabaseAccess(("db",), "Smoke", "Shop"))
    sql = files["postgresql.sql"]
    assert 'CREATE ROLE parity LOGIN;\nCREATE ROLE "Smoke" LOGIN;\n' in sql
    assert 'GRANT CONNECT ON DATABASE "Shop" TO parity, "Smoke";\n\\connect Shop\n' in sql
    assert files["pg_hba.conf"].count("\n") == 2
    assert files["pg_ident.conf"].count('   "Smoke"\n') == 2


def test_a_user_of_redis_sees_the_life_of_the_keys_that_are_declared_and_no_others() -> None:
    """An aspect alone needs no key."""
    own = RedisAccess(("sessions",), "parity", "/etc/auth")
    assert granted(own).redis_user(DIGEST) == (
        f"user parity on #{DIGEST} resetkeys resetchannels -@all {COMMANDS}\n"
    )
    smoke = RedisAccess(("sessions",), "parity", "/etc/auth", "session:*")
    assert granted(own, smoke).redis_user(DIGEST) == (
        f"user parity on #{DIGEST} resetkeys %R~session:* resetchannels -@all {COMMANDS}\n"
    )


def test_each_user_of_redis_gets_a_line_and_the_page_names_each_file_of_a_password() -> None:
    """Where the policy names two."""
    host = granted(
        RedisAccess(("sessions",), "parity", "/etc/auth"),
        RedisAccess(("sessions",), "smoke", "/etc/smoke", "session:*"),
    )
    lines = (host.redis_user(DIGEST) or "").splitlines()
    assert [line.split()[:2] for line in lines] == [["user", "parity"], ["user", "smoke"]]
    assert ["%R~session:*" in line for line in lines] == [False, True]
    assert "goes into /etc/auth, /etc/smoke\n" in page(host, [], whole=False)


def test_what_is_written_again_says_what_root_must_install(tmp_path: Path) -> None:
    """Nothing for what a word can say; the question for what it cannot; the file for what is none."""
    read = Ask(":", words=(PATHS,))

    def written(*asks: Ask, ways: tuple[str, ...] = ()) -> str:
        known = {f"a.q{number}": ask for number, ask in enumerate(asks)}
        line = write(Privileges(ARIZONA.hosts[0], collector(known), ways, ()), [], tmp_path)
        return line.removeprefix(str(tmp_path / ARIZONA.hosts[0].label))

    assert written(Ask("x"), read.about(PATHS=["/etc/a"])) == ""
    assert written(Ask("x"), read.about(PATHS=["/etc/a"])).startswith(": nothing to install")
    assert written(Ask("x")).startswith(": nothing to install")
    assert written(Ask("x"), Ask("y")) == ": install again siteparity-collect, for a.q1"
    assert written(Ask("x"), read.about(PATHS=["/etc/b"])).endswith("for a.q1")
    assert written(Ask("x"), read.about(PATHS=["/etc/c"])).startswith(": nothing to install")
    assert written(Ask("x"), read.about(PATHS=["/home/c"])) == ": install again siteparity-collect, for a.q1"
    assert written(Ask("x"), ways=("127.0.0.1:80",)) == ": install again authorized_keys"
    place = tmp_path / ARIZONA.hosts[0].label / "siteparity-collect"
    place.write_text(place.read_text().replace(FRAME, "0" * 64))
    assert written(Ask("x")) == ": install again authorized_keys; siteparity-collect, for a.q0"
