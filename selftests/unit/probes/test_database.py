"""What a database server says of itself, its files and its rules of access."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from dataclasses import replace
from ipaddress import ip_address, ip_network
from pathlib import Path
from subprocess import PIPE
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selftests.contract.samples import target_of
from selftests.unit.sites import ARIZONA
from selftests.unit.targets import answered
from siteparity.model import Table, UnmeasuredError
from siteparity.probes import Answers, Target, database
from siteparity.redaction import pseudonyms
from siteparity.tools import postgres_server
from siteparity.tools.order import chain
from siteparity.tools.postgres_rules import LET_IN, Client, Rule, decision, rules
from siteparity.tools.postgres_server import LIMITS, PARTS
from siteparity.tools.postgres_state import HbaLine

Policy = database.Policy
Read = Callable[[Answers, Target[Policy]], Table]
TARGET: Target[Policy] = target_of("database", "arizona", "db1")
READERS = [reading.read for reading in database.PROBE.tables.values()]

SAMPLE = Path(__file__).parents[2] / "contract" / "samples" / "database" / "normal.json"
ANSWER: str = json.loads(SAMPLE.read_text(encoding="utf-8"))["answers"]["server"]["text"]


def changed(answer: str = ANSWER, **state: Any) -> str:
    """A real answer, of which the server's state is changed."""
    _, old, *rest = answer.split("\n")
    return "\n".join(["[state]", json.dumps({**json.loads(old), **state}), *rest])


def read(table: Read, answer: str = ANSWER) -> Table:
    """One table of an answer."""
    return table(answered(server=answer.encode()), TARGET)


def state(key: str) -> Any:
    """A part of the real answer."""
    return json.loads(ANSWER.split("\n")[1])[key]


def rule(**changes: Any) -> dict[str, Any]:
    """A line of pg_hba.conf as the server gives it."""
    return {
        "line_number": 1,
        "type": "host",
        "database": ["shop"],
        "user_name": ["shop"],
        "address": "198.18.2.21",
        "netmask": "255.255.255.255",
        "auth_method": "scram-sha-256",
        "options": None,
        "error": None,
        **changes,
    }


CLIENT = Client("shop", "shop", ip_address("198.18.2.21"), ("web1.arizona.shop.example",), ("readers",))


def made(*lines: dict[str, Any]) -> list[Rule]:
    """Rules of such lines, read as an answer is."""
    return rules([HbaLine.model_validate_json(json.dumps(line)) for line in lines])


def judged(*lines: dict[str, Any], client: Client = CLIENT) -> str:
    """What becomes of a client under these rules."""
    return decision(client, made(*lines), ARIZONA)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"database": ["all"], "user_name": ["all"]},
        {"database": ["sameuser"]},
        {"database": ["other", "shop"]},
        {"user_name": ["+readers"]},
        {"address": "198.18.0.0", "netmask": "255.255.0.0"},
        {"address": "all", "netmask": None},
        {"address": "samenet", "netmask": None},
        {"address": "web1.arizona.shop.example", "netmask": None},
        {"address": ".shop.example", "netmask": None},
        {"type": "hostssl"},
    ],
)
def test_a_rule_for_the_client_lets_it_in(changes: dict[str, Any]) -> None:
    """Each way of pg_hba.conf to name a database, a user and an address."""
    assert judged(rule(**changes)) == LET_IN


@pytest.mark.parametrize(
    "changes",
    [
        {"type": "local", "address": None, "netmask": None},
        {"type": "hostgssenc"},
        {"database": ["replication"]},
        {"database": ["shop2"]},
        {"user_name": ["shops"]},
        {"user_name": ["+writers"]},
        {"address": "198.18.2.22"},
        {"address": "::1", "netmask": "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
        {"address": "samehost", "netmask": None},
        {"address": "web2.arizona.shop.example", "netmask": None},
        {"error": "invalid IP mask"},
    ],
)
def test_a_rule_for_others_does_not(changes: dict[str, Any]) -> None:
    """A rule that only looks like the right one lets nobody in."""
    assert judged(rule(**changes)) == "no rule lets it in"


def test_the_first_rule_that_matches_decides() -> None:
    """A rejection before the right rule wins; after it, it means nothing. ``trust`` is not being let in."""
    reject = rule(line_number=7, auth_method="reject")
    assert judged(reject, rule()) == "rejected by line 7"
    assert judged(rule(), reject) == LET_IN
    assert judged(rule(auth_method="trust"), rule()) == "let in by anybody, without a password"


def test_all_databases_are_not_replication() -> None:
    """``all`` does not match the database of that name (manual, 21.1): the classic way to lose a standby."""
    follower = Client("replicator", "replication", ip_address("198.18.1.31"))
    all_of_all = rule(database=["all"], user_name=["all"], address="all", netmask=None)
    assert judged(all_of_all, client=follower) == "no rule lets it in"
    assert judged({**all_of_all, "database": ["replication"]}, client=follower) == LET_IN


@given(st.ip_addresses(v=4), st.integers(0, 32), st.ip_addresses(v=4))
def test_masks_are_what_ipaddress_says(network: Any, prefix: int, address: Any) -> None:
    """An independent reader of networks agrees for every mask."""
    of = ip_network(f"{network}/{prefix}", strict=False)
    line = rule(address=str(network), netmask=str(of.netmask))
    client = Client("shop", "shop", address)
    assert (judged(line, client=client) == LET_IN) == (address in of)
    assert made(line)[0].text() == f"host shop shop {of} scram-sha-256"


@pytest.mark.parametrize(
    "line", [rule(address="nonsense"), rule(netmask="255.x"), rule(type=None), rule(database=None)]
)
def test_a_rule_that_cannot_be_read_is_unmeasured(line: dict[str, Any]) -> None:
    """Nobody is said to be let in, or refused, by a line that was not understood."""
    with pytest.raises(UnmeasuredError):
        judged(line)


@given(st.lists(st.text(min_size=1, max_size=3), max_size=8))
def test_an_order_can_be_read_back(things: list[str]) -> None:
    """Two lists without repetition have the same chain only if they are the same list."""
    once = list(dict.fromkeys(things))
    assert list(chain(once)) == once
    assert chain(once) == chain(things)
    if len(once) > 1:
        assert chain(once) != chain([*once[1:], once[0]])


def test_a_rule_that_is_missing_shifts_no_other_but_its_follower() -> None:
    """A finding names what is missing, not the whole file."""
    whole, short = chain(["a", "b", "c", "d"]), chain(["a", "c", "d"])
    assert {item for item in whole if whole[item] != short.get(item)} == {"b", "c"}


def test_web_hosts_of_one_role_are_one_rule() -> None:
    """Three web hosts at one site and two at the other are no difference; each is asked for by `clients`."""
    three = [rule(address=f"198.18.2.{n}", line_number=n) for n in (21, 22)]
    table = read(database.read_access, changed(hba=three))
    assert [item for item in table if item.startswith("host")] == [
        "host shop shop 198.18.2.21, 198.18.2.22/32 scram-sha-256"
    ]
    assert (
        read(database.read_clients, changed(hba=three[:1]))["shop in shop from web2"] == "no rule lets it in"
    )


def test_the_way_back_needs_a_rule_for_the_other_database() -> None:
    """Found by the name in primary_conninfo, resolved on the host itself."""
    item = "replicator from the other site's database"
    assert read(database.read_clients)[item] == "let in"
    assert read(database.read_clients, changed(hba=[rule()]))[item] == "no rule lets it in"
    unknown = ANSWER.replace(
        ANSWER.partition("[peer]\n")[2].partition("[libraries]")[0], "unknown db.other\n"
    )
    assert read(database.read_clients, unknown)[item] == "its address is not known"


@pytest.mark.parametrize(
    ("role", "passwords", "expected"),
    [
        (None, ["shop"], "no such role"),
        ({"login": False}, ["shop"], "may not log in"),
        ({}, [], "has no password"),
        ({"expired": True}, ["shop"], "its password has expired, or will within a day"),
        ({"limit": 0}, ["shop"], "may not connect at all (connection limit 0)"),
        ({}, ["shop"], "as needed"),
    ],
)
def test_a_role_that_cannot_log_in_says_why(
    role: dict[str, Any] | None, passwords: list[str], expected: str
) -> None:
    """Each way in which the shop is refused by its own database."""
    roles = {} if role is None else {"shop": {**state("roles")["shop"], **role}}
    assert read(database.read_users, changed(roles=roles, passwords=passwords))["shop"] == expected


def test_a_follower_must_be_allowed_to_replicate() -> None:
    """A role that may log in and not replicate cannot be followed with."""
    roles = state("roles")
    roles["replicator"]["replication"] = False
    assert read(database.read_users, changed(roles=roles))["replicator"] == "may not replicate"


def test_limits_are_those_in_force_and_those_of_the_files() -> None:
    """A value lowered in the file acts at the next restart, which may be the failover."""
    now = dict.fromkeys(LIMITS, "60")
    table = read(database.read_limits, changed(limits=now, after_restart={"max_connections": "50"}))
    assert table["max_connections"] == 60
    assert table["max_connections after a restart"] == 50
    assert table["max_wal_senders after a restart"] == 60


@pytest.mark.parametrize(
    "broken",
    [{"limits": {}}, {"limits": dict.fromkeys(LIMITS, "many")}, {"limits": None}, {"after_restart": []}],
)
def test_limits_that_are_no_numbers_are_unmeasured(broken: dict[str, Any]) -> None:
    """Nothing is at least nothing."""
    with pytest.raises(UnmeasuredError):
        read(database.read_limits, changed(**broken))


def test_files_edited_after_the_reload_and_lines_with_errors_are_told() -> None:
    """What pg_hba_file_rules shows is the file, not what is in force: the time of the reload tells."""
    table = read(database.read_loaded, changed(loaded=0))
    assert set(table.values()) == {"edited after the last reload"}
    wrong = [*state("hba"), rule(line_number=9, error="invalid IP mask")]
    bad = read(database.read_loaded, changed(hba=wrong, bad_settings=[["/etc/x.conf", 3, "syntax error"]]))
    assert bad["/etc/postgresql/15/main/pg_hba.conf line 9"] == "invalid IP mask"
    assert bad["/etc/x.conf line 3"] == "syntax error"


def test_a_list_of_files_without_the_rules_of_access_is_unmeasured() -> None:
    """Half a list of files would say that all of them are loaded."""
    cut = "\n".join(line for line in ANSWER.split("\n") if not line.endswith("pg_hba.conf"))
    with pytest.raises(UnmeasuredError, match="lacks"):
        read(database.read_loaded, cut)


def test_settings_that_differ_in_their_secret_alone_differ_and_show_none() -> None:
    """Commands hold passwords in the real world, and each site may have its own by mistake."""

    def shown(secret: str) -> str:
        command = f"push --password={secret} --token {secret} PGPASSWORD={secret} %p"
        settings = {**state("settings"), "archive_command": command}
        return pseudonyms(
            str(read(database.read_settings, changed(settings=settings))["archive_command"]), "k"
        )

    assert shown("hunter2") != shown("hunter3")
    assert shown("hunter2") == shown("hunter2")
    assert "hunter" not in shown("hunter2")
    assert "primary_conninfo" not in read(database.read_settings)


def test_a_lock_on_the_standby_is_named_with_its_holder() -> None:
    """Whoever holds it keeps it through a promotion."""
    assert read(database.read_locks) == {"advisory locks": "none"}
    held = {"advisory lock 0 95798750 in shop": "held by postgres psql"}
    assert read(database.read_locks, changed(locks=held)) == held


def test_pending_restarts_unlogged_tables_and_invalid_indexes_are_named() -> None:
    """One item for each, and a summary where there is none."""
    assert read(database.read_pending) == {"settings": "none"}
    assert read(database.read_pending, changed(pending=["max_connections"])) == {
        "max_connections": "waits for a restart"
    }
    assert read(database.read_usable) == {"tables and indexes": "usable"}
    table = read(database.read_usable, changed(unlogged=["carts"], invalid=["orders_once"]))
    assert set(table) == {"carts", "orders_once"}


@pytest.mark.parametrize(
    ("passfile", "expected"),
    [
        ("600 postgres postgres\nentry\n", "yes"),
        ("400 postgres postgres\nentry\n", "yes"),
        ("640 postgres postgres\nentry\n", "no"),
        ("600 root postgres\nentry\n", "no"),
        ("600 postgres postgres\n", "no"),
        ("", "no"),
    ],
)
def test_libpq_would_find_the_password_for_the_way_back(passfile: str, expected: str) -> None:
    """A library of PostgreSQL ignores a file that others may read, without a word (manual, 34.16)."""
    head, _, rest = ANSWER.partition("[passfile]\n")
    answer = f"{head}[passfile]\n{passfile}[starts]{rest.partition('[starts]')[2]}"
    assert read(database.read_ready, answer)["has the password for it"] == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"db1:5432:*:replicator:secret\n", b"entry\n"),
        (rb"fe80\:\:1:5432:*:replicator:secret", b"entry\n"),
        (b"*:*:*:*:secret:with:colons\n", b"entry\n"),
        (b"db1:5432:*:replicator:\n", b""),
        (b"db1:5432:*:shop:secret\n", b""),
        (b"*:*:replicator:shop:secret\n", b""),
        (b"# db1:5432:*:replicator:secret\n", b""),
    ],
)
def test_an_entry_is_a_line_with_a_password_of_the_user(tmp_path: Path, line: bytes, expected: bytes) -> None:
    """Host, port, database, user and password; a password may be empty, and helps nobody then."""
    (tmp_path / ".pgpass").write_bytes(b"\n" + line)
    loop = re.search(r" +while IFS=: read .*?\n +done <.*?\n", postgres_server.QUESTION, re.DOTALL)
    assert loop
    script = f"user=replicator pass={tmp_path}/.pgpass\n{loop[0]}"
    assert subprocess.run(["sh", "-euc", script], stdout=PIPE, check=True).stdout == expected


@pytest.mark.parametrize(
    ("settings", "item"),
    [
        ({"default_transaction_read_only": "on"}, "takes writes"),
        ({"wal_level": "minimal"}, "writes enough WAL for a standby"),
        ({"hot_standby": "off"}, "answers queries as a standby"),
        (
            {"data_checksums": "off", "wal_log_hints": "off"},
            "can be rewound",
        ),
    ],
)
def test_a_server_that_could_not_change_its_part_says_why(settings: dict[str, str], item: str) -> None:
    """Each need of a new primary, and of an old one that must follow."""
    table = read(database.read_ready, changed(settings={**state("settings"), **settings}))
    assert [need for need, holds in table.items() if holds != "yes"] == [item]


@pytest.mark.parametrize(("senders", "expected"), [(0, "yes"), (8, "yes"), (9, "no"), (10, "no")])
def test_a_server_must_be_able_to_be_copied_while_others_follow_it(senders: int, expected: str) -> None:
    """A base backup takes two of its ten senders: one for the files, one for what is written meanwhile."""
    limits = {**state("limits"), "max_wal_senders": "10"}
    table = read(database.read_ready, changed(limits=limits, senders=senders))
    assert table["can be copied anew (two of max_wal_senders are free)"] == expected


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, database.ALONE),
        ({"synchronous_standby_names": " "}, database.ALONE),
        ({"synchronous_standby_names": "*"}, "hang without a follower (*)"),
        ({"synchronous_standby_names": "ANY 1 (a, b)"}, "hang without a follower (ANY 1 (a, b))"),
        ({"synchronous_standby_names": "*", "synchronous_commit": "local"}, database.ALONE),
        ({"synchronous_standby_names": "*", "synchronous_commit": "off"}, database.ALONE),
        (
            {"synchronous_standby_names": "*", "synchronous_commit": "remote_write"},
            "hang without a follower (*)",
        ),
    ],
)
def test_commits_that_wait_for_a_follower_hang_without_it(settings: dict[str, str], expected: str) -> None:
    """Equal at both sites, and no order is taken once one of them is gone."""
    answer = changed(settings={**state("settings"), **settings})
    assert read(database.read_commits, answer) == {"commits": expected}


def test_a_role_may_wait_though_the_server_does_not() -> None:
    """What ALTER ROLE says wins over the server's own setting."""
    roles = {**state("roles"), "shop": {**state("roles")["shop"], "settings": ["synchronous_commit=on"]}}
    settings = {**state("settings"), "synchronous_standby_names": "*", "synchronous_commit": "local"}
    table = read(database.read_commits, changed(settings=settings, roles=roles))
    assert table == {"commits": "hang without a follower (*)"}


def test_a_runbook_may_end_the_waiting() -> None:
    """Whoever gives up no commit says so in the policy; the state is told all the same."""
    section = TARGET.section.model_copy(update={"may_wait_for_followers": True})
    waits = changed(settings={**state("settings"), "synchronous_standby_names": "*"})
    target = replace(TARGET, section=section)
    assert database.read_commits(answered(server=waits.encode()), target) == {"commits": database.AS_AGREED}
    assert database.read_commits(answered(server=ANSWER.encode()), target) == {"commits": database.ALONE}


@pytest.mark.parametrize("name", ["synchronous_standby_names", "synchronous_commit"])
def test_a_setting_that_is_not_told_is_unmeasured(name: str) -> None:
    """What the server does not tell is not empty."""
    settings = {key: value for key, value in state("settings").items() if key != name}
    with pytest.raises(UnmeasuredError, match=name):
        read(database.read_commits, changed(settings=settings))


DATA, KEY = "/var/lib/postgresql/15/main", "/etc/ssl/private/ssl-cert-snakeoil.key"


@pytest.mark.parametrize(
    ("line", "item", "expected"),
    [
        (f"data postgres 983 750 {DATA}", DATA, "as needed"),
        (f"data postgres 983 2700 {DATA}", DATA, "as needed"),
        (f"data postgres 983 755 {DATA}", DATA, "mode 0755, must be 0700 or 0750"),
        (f"data postgres 983 770 {DATA}", DATA, "mode 0770, must be 0700 or 0750"),
        (f"data root 0 700 {DATA}", DATA, "belongs to another account than the server's"),
        (f"postgres 983 600 {KEY}", KEY, "as needed"),
        (f"postgres 983 640 {KEY}", KEY, "mode 0640, must be 0600 or less"),
        (f"root 0 644 {KEY}", KEY, "mode 0644, must be 0640 as it is root's or less"),
        (f"shop 980 640 {KEY}", KEY, "belongs to another account than the server's or root"),
        ("start unit linked manual", "start.conf", "says manual, since systemd read it last"),
        ("start unit unknown manual", "start.conf", "as needed"),
        ("start unit enabled manual", "start.conf", "as needed"),
        ("start another unknown disabled", "start.conf", "as needed"),
        ("start unit unknown disabled", "start.conf", "says disabled, so its unit cannot start it"),
        ("start another linked disabled", "start.conf", "says disabled, so its unit cannot start it"),
        ("start unit linked", "start.conf", "says nothing, so its unit cannot start it"),
        ("start unit linked auto manual", "start.conf", "says auto manual, so its unit cannot start it"),
        (f"unreadable {KEY}", KEY, "the server's account cannot read it"),
    ],
)
def test_what_the_next_start_refuses_is_told(line: str, item: str, expected: str) -> None:
    """The server that runs does not look at it again."""
    after = ANSWER.partition("[starts]")[2].split("\n")
    alike = line.split(" ", maxsplit=1)[0] if line.startswith(("start ", "data ")) else ""
    old = [one for one in after if one.startswith(alike) and (alike or one.endswith(f" {item}"))]
    chosen = old[-1 if line.startswith("unreadable") else 0]
    table = read(database.read_starts, ANSWER.replace(chosen, line))
    assert table[item] == expected
    assert {value for name, value in table.items() if name != item} == {"as needed"}


def test_a_server_that_debian_did_not_set_up_has_no_start_conf() -> None:
    """Elsewhere systemd alone says what a boot starts."""
    table = read(database.read_starts, ANSWER.replace("start unit linked auto\n", ""))
    assert "start.conf" not in table
    assert set(table.values()) == {"as needed"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("account 983", "account"),
        ("account 983", "account 983\naccount 983"),
        (f"data postgres 983 700 {DATA}\n", ""),
        (f"readable {DATA}/postgresql.auto.conf\n", ""),
        (f"root 0 640 {KEY}", f"root 0 rw- {KEY}"),
        ("start unit linked auto", "start perhaps linked auto"),
        ("start unit linked auto", "start unit linked auto\nstart unit linked auto"),
        (f"readable {KEY}", f"legible {KEY}"),
        (f"readable {KEY}", "readable "),
    ],
)
def test_a_damaged_look_at_the_next_start_is_unmeasured(old: str, new: str) -> None:
    """Whatever is not understood is not in order."""
    assert old in ANSWER
    with pytest.raises(UnmeasuredError):
        read(database.read_starts, ANSWER.replace(old, new))


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("", {"archiving": "only a try would tell"}),
        ("program cp\nwritable /srv/wal\n", {"cp": "as needed", "/srv/wal": "as needed"}),
        ("no-program wal-g\n", {"wal-g": "the server's account finds no such program"}),
        ("unwritable /srv/wal\n", {"/srv/wal": "the server's account cannot write there"}),
        ("missing /srv/my wal\n", {"/srv/my wal": "the server's account finds no such folder"}),
    ],
)
def test_what_archiving_needs_is_tried_before_it_archives(lines: str, expected: dict[str, str]) -> None:
    """A standby archives nothing until it is promoted, so no failure was counted."""
    settings = {**state("settings"), "archive_mode": "on"}
    answer = changed(settings=settings).removesuffix("end\n") + f"{lines}end\n"
    assert read(database.read_archive, answer) == expected
    assert read(database.read_archive) == {"archiving": "off"}


def test_broken_pages_are_told_by_database() -> None:
    """Where checksums are off nobody looks, which is said, and is no sound database."""
    assert read(database.read_checksums) == {"broken pages": "none"}
    table = read(database.read_checksums, changed(broken={"shop": 2}))
    assert table == {"shop": "broken pages were read: 2"}
    off = {**state("settings"), "data_checksums": "off"}
    assert read(database.read_checksums, changed(settings=off)) == {
        "broken pages": "not looked for: data_checksums is off"
    }


def test_a_library_that_is_not_on_the_disk_is_told() -> None:
    """The extension is in the catalogues, which came by replication; its library did not."""
    table = read(database.read_libraries, ANSWER.replace("there $libdir/plpgsql", "missing $libdir/plpgsql"))
    assert table["$libdir/plpgsql"] == "not on disk"


@given(st.text(max_size=60))
def test_garbage_is_unmeasured_and_never_a_crash(text: str) -> None:
    """Whatever a host prints in place of an answer, or of all its parts."""
    in_parts = "".join(f"[{part}]\n{text}\n" for part in PARTS) + "end\n"
    for table in READERS:
        for answer in (text, in_parts):
            with pytest.raises(UnmeasuredError):
                read(table, answer)


@given(
    key=st.sampled_from(sorted(json.loads(ANSWER.split("\n")[1]))),
    value=st.one_of(st.none(), st.integers(), st.text(max_size=4), st.just([]), st.just({}), st.just([None])),
)
def test_a_state_of_other_types_is_a_table_or_unmeasured(key: str, value: Any) -> None:
    """JSON of another shape than that which was asked for makes no crash."""
    for table in READERS:
        try:
            found = read(table, changed(**{key: value}))
        except UnmeasuredError:
            continue
        assert isinstance(found, dict)


def test_rules_show_their_options() -> None:
    """A map or a realm is part of the rule."""
    of_socket = Rule(1, "local", ("all",), ("parity",), "", "", "peer", ("map=suite",))
    assert of_socket.text() == "local all parity peer map=suite"


@pytest.mark.parametrize(
    ("changes", "item", "state"),
    [
        (
            {"at_promotion": {"recovery_end_command": "sleep 9"}},
            "recovery_end_command",
            "runs at the promotion",
        ),
        ({"crowded": {"role shop": [3, 3]}}, "role shop", "may open 3 connections, and has 3 now"),
        ({"crowded": {"database shop": [5, 9]}}, "database shop", "may open 5 connections, and has 9 now"),
        ({"crowded": {"role shop": [3, 1]}}, "role shop", "may open 3 of the server's 60 connections"),
        ({"crowded": {"database shop": [14, 1]}}, "database shop", "may open 14 of the server's 60"),
        ({"oldest": {"shop": 1_500_000_001}}, "database shop", "writes stop at 2097152000"),
        ({"prepared": {"x": 3601.5}}, "prepared transaction x", "holds its locks"),
        ({"sequences": {"ids": 80.1}}, "sequence ids", "80.1 % of its numbers are used"),
        ({"logical": ["cdc"]}, "logical slot cdc", "its consumer loses changes"),
        ({"foreign": {"old": "host=db.dallas.shop.example"}}, "foreign server old", "leads to dallas"),
        ({"of_one_server": ["view here"]}, "view here", "asks on which server it runs"),
    ],
)
def test_what_goes_wrong_only_after_a_promotion_is_told(
    changes: dict[str, Any], item: str, state: str
) -> None:
    """Each by itself, and what is not yet so far is none of it."""
    table = read(database.read_promoted, changed(**changes))
    assert list(table) == [item]
    assert state in str(table[item])


@pytest.mark.parametrize(
    ("need", "found"), [(12, "none"), (13, "may open 12 connections, and needs 13 at the worst hour")]
)
def test_a_policy_may_say_how_many_connections_a_role_needs(need: int, found: str) -> None:
    """Then its limit counts, and not what the server could take."""
    section = TARGET.section.model_copy(update={"connections": {"shop": need}})
    answer = changed(crowded={"role shop": [12, 1]})
    table = database.read_promoted(answered(server=answer.encode()), replace(TARGET, section=section))
    assert list(table.values()) == [found]


def test_sequences_that_nobody_may_see_are_unmeasured() -> None:
    """A server where siteparity was granted less, before it looked at them, answers the rest."""
    answer = changed(sequences=None)
    with pytest.raises(UnmeasuredError, match="parity may not see how far sequences have counted"):
        read(database.read_promoted, answer)
    assert read(database.read_usable, answer)


def test_what_may_be_so_is_no_matter_after_a_promotion() -> None:
    """Room for more connections, young transactions, an own foreign server, and what the policy names."""
    answer = changed(
        at_promotion={"recovery_end_command": "/usr/local/bin/promoted"},
        crowded={"role shop": [30, 12], "role nobody": [0, 0]},
        oldest={"shop": 1_400_000_000},
        prepared={"x": 10.0},
        sequences={"ids": 80.0},
        logical=["cdc"],
        foreign={"own": "host=db.arizona.shop.example"},
    )
    section = TARGET.section.model_copy(
        update={"recovery_end_command": "/usr/local/bin/promoted", "may_lose_slots": ("cdc",)}
    )
    table = database.read_promoted(answered(server=answer.encode()), replace(TARGET, section=section))
    assert table == {"after a promotion": "none"}
