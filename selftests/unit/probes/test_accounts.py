"""Accounts are told apart by what matters, and never by the order of installation."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selftests.unit.targets import answered, web_host
from siteparity.model import Table, UnmeasuredError
from siteparity.probes import accounts
from siteparity.tools.accounts import database, keys, sudo
from siteparity.tools.given import assigned

RULES = ("Defaults env_reset", "%sudo ALL=(ALL:ALL) ALL")
SECTION = accounts.Policy(
    owner="Platform", required={"web": {"shop": 980, "exporter": None}}, log_in=("parity",), sudo=RULES
)
TARGET = web_host(SECTION)

USERS = "root:x:0:0:root:/root:/bin/bash\nshop:x:980:980::/srv/shop:/usr/sbin/nologin\n"
USERS += "exporter:x:102:102::/var/lib/exporter:/usr/sbin/nologin\nparity:x:990:990::/home/parity:/bin/bash\n"
GROUP = "root:x:0:\nshop:x:980:\nexporter:x:102:\nparity:x:990:\nadm:x:4:b,a\n"
SHADOW = "root:locked\nshop:locked\nexporter:locked\nparity:locked\n"
NAMED = "".join(f"{one}\n" for one in USERS.splitlines()[1:])


def said(passwd: str = USERS, group: str = GROUP, shadow: str = SHADOW, named: str | None = None) -> bytes:
    """The answer about users and groups."""
    known = named if named is not None else passwd
    return f"[passwd]\n{passwd}[group]\n{group}[shadow]\n{shadow}[named]\n{known}end\n".encode()


def read(table: str, answer: bytes, question: str = "accounts") -> Table:
    """One table of an answer."""
    return accounts.PROBE.tables[table].read(answered(**{question: answer}), TARGET)


def test_numbers_of_service_accounts_and_people_are_compared() -> None:
    """Files that were copied between the sites belong to a number."""
    users = read("users", said(USERS + "ann:x:1001:1001::/home/ann:/bin/bash\n"))
    assert users["user shop"] == "uid 980, gid 980 (shop), home /srv/shop, shell /usr/sbin/nologin, locked"
    assert (
        users["user ann"]
        == "uid 1001, gid 1001 (1001), home /home/ann, shell /bin/bash, no entry in /etc/shadow"
    )


def test_numbers_that_packages_were_given_are_not_compared() -> None:
    """They depend on the order in which packages were installed."""
    one = read("users", said(USERS + "_chrony:x:101:103::/var/lib/chrony:/usr/sbin/nologin\n"))
    other = read(
        "users", said(USERS + "_chrony:x:107:111::/var/lib/chrony:/usr/sbin/nologin\n", GROUP + "x:x:1:\n")
    )
    assert "uid" not in str(one["user _chrony"])
    assert one.keys() == other.keys()


def test_members_of_groups_are_a_set() -> None:
    """Their order means nothing."""
    one, other = said(), said(group=GROUP.replace("b,a", "a,b"))
    assert read("groups", one) == read("groups", other)
    assert read("groups", one)["group adm"] == "members a, b"
    assert read("groups", one)["group shop"] == "gid 980, members none"


@pytest.mark.parametrize(
    ("passwd", "state"),
    [
        (USERS, "present"),
        (USERS.replace("shop:x:980", "shop:x:981"), "uid 981, the policy says 980"),
        ("".join(one for one in USERS.splitlines(keepends=True) if not one.startswith("shop")), "missing"),
        (USERS + "twin:x:980:980::/:/bin/sh\n", "shares its number with twin"),
    ],
)
def test_a_service_account_is_as_the_policy_says(passwd: str, state: str) -> None:
    """Equal is not healthy: both sites can lack it."""
    assert read("required", said(passwd))["shop"] == state


def test_an_account_of_a_directory_service_counts() -> None:
    """It is not in /etc/passwd, and getent finds it."""
    local = "".join(one for one in USERS.splitlines(keepends=True) if not one.startswith("shop"))
    assert read("required", said(local, named=USERS))["shop"] == "present"


def test_a_second_root_is_told() -> None:
    """An account with the number 0 may do everything."""
    assert read("required", said(USERS + "toor:x:0:0::/root:/bin/sh\n"))["toor"] == "has the number of root"


def test_an_account_without_a_password_is_open() -> None:
    """At both sites alike, too."""
    table = read("passwords", said(shadow=SHADOW.replace("shop:locked", "shop:none")))
    assert {name for name, state in table.items() if state != accounts.GUARDED} == {"shop"}


def test_hashes_of_passwords_stay_on_the_host(tmp_path: Path) -> None:
    """The real question: only whether there is a password."""
    shadow = tmp_path / "shadow"
    shadow.write_text("a:$y$j9T$secret:1::::::\nb:*:1::::::\nc:!$y$x:1::::::\nd::1::::::\n", encoding="utf-8")
    (tmp_path / "passwd").write_text(USERS, encoding="utf-8")
    (tmp_path / "group").write_text(GROUP, encoding="utf-8")
    text = (assigned(NAMES=["root"]) + database.QUESTION).replace("/etc/", f"{tmp_path}/")
    done = subprocess.run(["sh", "-c", text], capture_output=True, check=True)
    found = database.read(answered(accounts=done.stdout).parts("accounts", database.PARTS))
    assert found.passwords == {"a": "set", "b": "locked", "c": "locked", "d": "none"}
    assert b"$y$" not in done.stdout


@pytest.mark.parametrize(
    "answer",
    [
        said("shop:x:980:980::/srv:/bin/sh\n"),
        said(USERS + "shop:x:many:980::/srv:/bin/sh\n"),
        said(USERS + "what is this\n"),
        said(group="root\n"),
        said(shadow="root:$y$abc\n"),
    ],
)
def test_accounts_that_are_not_understood_are_unmeasured(answer: bytes) -> None:
    """Half a list would make accounts look missing."""
    with pytest.raises(UnmeasuredError) as error:
        read("users", answer)
    assert "$y$" not in str(error.value)


SUDO = (
    "v\t/etc/sudoers: parsed OK\nv\t/etc/sudoers.d/x: parsed OK\nc\t/etc/sudoers\tDefaults\tenv_reset # why\n"
)
SUDO += "c\t/etc/sudoers.d/x\t%sudo ALL=(ALL:ALL) \\\nc\t/etc/sudoers.d/x\t    ALL\ns\t0\nend\n"


def test_rules_of_sudo_are_read_as_sudo_reads_them() -> None:
    """Comments, blanks and continued lines mean nothing."""
    table = read("sudo", SUDO.encode(), "sudo")
    assert set(table) == {*RULES, "the rules in their order"}
    assert set(read("sudo_planned", SUDO.encode(), "sudo").values()) == {accounts.AS_PLANNED}


def test_a_rule_that_nobody_planned_is_told_and_one_that_is_missing() -> None:
    """Alike at both sites, too."""
    answer = SUDO.replace("%sudo", "www-data").encode()
    table = read("sudo_planned", answer, "sudo")
    assert table["www-data ALL=(ALL:ALL) ALL"] == "the policy does not name it"
    assert table["%sudo ALL=(ALL:ALL) ALL"] == "missing, and the policy names it"


def test_the_order_of_rules_counts() -> None:
    """The last one that matches decides (sudoers(5))."""
    lines = SUDO.splitlines(keepends=True)
    swapped = "".join([*lines[:2], *lines[3:5], lines[2], *lines[5:]])
    assert read("sudo", swapped.encode(), "sudo") != read("sudo", SUDO.encode(), "sudo")


@pytest.mark.parametrize(
    ("line", "rules"),
    [
        ("#1000 ALL=(ALL) ALL", ["#1000 ALL=(ALL) ALL"]),
        ("#includedir /etc/sudoers.d", ["#includedir /etc/sudoers.d"]),
        ("# includes nothing", []),
        ("a ALL = /bin/x\\#y", ["a ALL = /bin/x\\#y"]),
        ("a ALL = ALL # b", ["a ALL = ALL"]),
        ("", []),
    ],
)
def test_a_number_sign_is_not_always_a_comment(line: str, rules: list[str]) -> None:
    """sudoers(5): before digits it is a user's number, and an old form of a directive."""
    found = sudo.read(["v\t/etc/sudoers: parsed OK", f"c\t/etc/sudoers\t{line}", "s\t0"])
    assert list(found.rules) == rules


def test_an_error_that_sudo_finds_is_told() -> None:
    """Sudo passes over such a file, or refuses everybody."""
    answer = b"v\t/etc/sudoers: parsed OK\nv\t/etc/sudoers.d/x:1:9: syntax error\ns\t1\nend\n"
    assert sudo.REFUSED in read("sudo_planned", answer, "sudo").values()


def test_a_host_without_sudo_has_no_rules() -> None:
    """Then a policy with rules is not satisfied."""
    table = read("sudo_planned", b"none\nend\n", "sudo")
    assert table[RULES[0]] == "missing, and the policy names it"


@pytest.mark.parametrize("rows", [(), ("s\t0",), ("s\t1",), ("v\tx",), ("x\ty", "s\t0"), ("none", "s\t0")])
def test_sudo_that_is_not_understood_is_unmeasured(rows: tuple[str, ...]) -> None:
    """No rule is not the same as none read."""
    with pytest.raises(UnmeasuredError):
        sudo.read(rows)


BLOB = base64.b64encode(b"\0\0\0\x0bssh-ed25519" + b"k" * 36).decode()
FINGERPRINT = "SHA256:" + base64.b64encode(hashlib.sha256(base64.b64decode(BLOB)).digest()).decode().rstrip(
    "="
)
WHERE = "parity\t/home/parity/.ssh/authorized_keys"
SETTINGS = "s\tauthorizedkeysfile .ssh/authorized_keys\ns\tstrictmodes yes\n"
MODES = f"m\t{WHERE}\t755 parity /home/parity\nm\t{WHERE}\t600 parity /home/parity/.ssh/authorized_keys\n"


def let_in(*lines: str, modes: str = MODES, settings: str = SETTINGS) -> bytes:
    """The answer about keys of parity."""
    return (settings + modes + "".join(f"k\t{WHERE}\t{line}\n" for line in lines) + "end\n").encode()


def test_keys_are_known_by_their_fingerprints() -> None:
    """Comments differ legitimately; options do not."""
    table = read("keys", let_in(f'command="a \\"b\\" c",no-pty ssh-ed25519 {BLOB} me@x', "# old", ""), "keys")
    digest = hashlib.sha256(b'a \\"b\\" c').hexdigest()[:16]
    assert table[f"parity ssh-ed25519 {FINGERPRINT}"] == f"command=sha256 {digest},no-pty"
    one, other = let_in(f"ssh-ed25519 {BLOB} me@x"), let_in(f"ssh-ed25519 {BLOB}")
    assert read("keys", one, "keys") == read("keys", other, "keys")


def test_a_fingerprint_is_that_of_ssh_keygen(tmp_path: Path) -> None:
    """The oracle, with a key of its own making."""
    subprocess.run(["ssh-keygen", "-qt", "ecdsa", "-N", "", "-f", str(tmp_path / "key")], check=True)
    public = tmp_path / "key.pub"
    said_by = subprocess.run(
        ["ssh-keygen", "-lf", str(public)], capture_output=True, check=True
    ).stdout.decode()
    answer = let_in(public.read_text(encoding="utf-8").strip())
    found = keys.read(answered(keys=answer).rows("keys"))
    assert [name.split()[1] for _, name in found.keys] == [said_by.split()[1]]


@pytest.mark.parametrize(
    ("modes", "settings", "state"),
    [
        (MODES, SETTINGS, accounts.AS_PLANNED),
        (MODES.replace("\t600", "\t660"), SETTINGS, "others may write"),
        (MODES.replace("755", "777"), SETTINGS, "others may write /home/parity"),
        (MODES.replace("600 parity", "600 shop"), SETTINGS, "belongs to shop"),
        (MODES.replace("\t600", "\t660"), SETTINGS.replace("yes", "no"), accounts.AS_PLANNED),
    ],
)
def test_a_file_that_sshd_passes_over_lets_nobody_in(modes: str, settings: str, state: str) -> None:
    """The key is there, at both sites, and nobody can log in."""
    answer = let_in(f"ssh-ed25519 {BLOB}", modes=modes, settings=settings)
    assert state in str(read("log_in", answer, "keys")["parity"])


def test_a_key_of_an_account_that_the_policy_does_not_name_is_told() -> None:
    """Alike at both sites, too."""
    answer = let_in().replace(b"end\n", f"k\troot\t/root/k\tssh-ed25519 {BLOB}\nend\n".encode())
    assert read("log_in", answer, "keys") == {
        "parity": "has no key",
        "root": "has a key, and the policy does not say so",
    }


def test_a_damaged_key_is_no_key_of_anybody() -> None:
    """It is shown as what it is, and differs from a good one."""
    table = read("keys", let_in("ssh-ed25519 AAAAA", "nonsense"), "keys")
    assert "parity a damaged ssh-ed25519 key" in table
    assert any("no key" in item for item in table)


@pytest.mark.parametrize("rows", [(), ("s\tx y",), (*SETTINGS.splitlines(), "k\tx")])
def test_keys_that_are_not_understood_are_unmeasured(rows: tuple[str, ...]) -> None:
    """No key is not the same as none read."""
    with pytest.raises(UnmeasuredError):
        keys.read(rows)


@given(st.binary())
def test_any_answer_is_facts_or_unmeasured(answer: bytes) -> None:
    """Whatever a host prints makes a table or a reason, and nothing else."""
    texts = (
        answer,
        said() + answer,
        SUDO.encode()[:-8] + answer + b"s\t0\nend\n",
        SETTINGS.encode() + answer + b"end\n",
    )
    for text in texts:
        for reading in accounts.PROBE.tables.values():
            with contextlib.suppress(UnmeasuredError):
                reading.read(answered(accounts=text, sudo=text, keys=text), TARGET)


def test_a_second_root_is_told_even_if_the_policy_requires_no_account() -> None:
    """What needs no promise is judged without one."""
    target = web_host(accounts.Policy(owner="Platform"))
    read_required = accounts.PROBE.tables["required"].read
    assert read_required(answered(accounts=said()), target) == {
        "other accounts with the number of root": "none"
    }
    twin = said(USERS + "toor:x:0:0::/root:/bin/sh\n")
    assert read_required(answered(accounts=twin), target) == {"toor": "has the number of root"}


def test_who_logs_in_is_judged_only_if_the_policy_says_who_may() -> None:
    """Keys are compared all the same; ``[]`` would mean something else, and is refused."""
    silent = accounts.Policy(owner="Platform")
    assert accounts.PROBE.roles_of("log_in", silent, ("web",)) == ()
    assert accounts.PROBE.roles_of("keys", silent, ("web",)) == ("web",)
    assert accounts.PROBE.roles_of("log_in", SECTION, ("web",)) == ("web",)
    assert accounts.ask(web_host(silent))["keys"].given == (("NAMES", "root"),)
    with pytest.raises(ValueError, match="log_in"):
        accounts.Policy(owner="Platform", log_in=())
