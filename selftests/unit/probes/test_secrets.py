"""Secrets are compared without being seen."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from selftests.unit.targets import answered, web_host
from siteparity.model import UnmeasuredError
from siteparity.probes import KEY as RUN_KEY
from siteparity.probes import secrets
from siteparity.redaction import redacted
from siteparity.tools.secrets import hashes, secret_patterns
from siteparity.tools.secrets.hashes import Source
from siteparity.transport import words

KEY = "5e" * 32
FILE = "/etc/shop/shop.env"
SECTION = secrets.Policy(
    owner="Platform",
    files={"web": (secrets.SecretFile(file=FILE, names=("SHOP_SESSION_URL", "SHOP_DATABASE_URL")),)},
)
TARGET = web_host(SECTION)
HASH = "ab" * 32


def run(question: str, key: str = KEY) -> subprocess.CompletedProcess[bytes]:
    """As the script on a host does: the question travels in the environment."""
    environment = {"T": f"KEY='{key}';{question}", "PATH": "/usr/bin:/bin", "LC_ALL": "C"}
    return subprocess.run(["sh", "-c", 'eval "$T"'], env=environment, capture_output=True, check=False)


def read(answer: bytes) -> Sequence[hashes.HashedSecret]:
    """What is read of an answer."""
    return hashes.read(answered(secrets=answer).parts("secrets", hashes.PARTS))


def told(*lines: bytes) -> bytes:
    """An answer with these lines."""
    return b"".join((b"[secrets]\n", *lines, b"end\n"))


def found(
    tmp_path: Path, form: hashes.Form, text: str, *names: str, mode: int = 0o600
) -> Mapping[str, hashes.HashedSecret]:
    """What is read of a file with this text, by name."""
    file = tmp_path / "file"
    file.write_text(text, encoding="utf-8")
    file.chmod(mode)
    done = run(hashes.question([Source(form, str(file), names)]))
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    return {one.name: one for one in read(done.stdout)}


def keyed(text: str) -> str:
    """The oracle: Python's own HMAC."""
    return hmac.new(bytes.fromhex(KEY), text.encode(), hashlib.sha256).hexdigest()


def test_a_secret_becomes_its_keyed_hash(tmp_path: Path) -> None:
    """The standard construction, so that a hash says nothing without the key."""
    one = found(tmp_path, "whole", "s3cret\n", "the whole file")["the whole file"]
    assert (one.state, one.hash) == (hashes.SET, keyed("s3cret"))


@settings(max_examples=25, deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_characters="\0\r\n"), min_size=1, max_size=300))
def test_the_hash_is_that_of_an_independent_implementation(text: str) -> None:
    """Any text, of any length: blocks of SHA-256 end everywhere."""
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(contextlib.nullcontext(Path("/dev/shm")))  # noqa: S108  # memory, not a folder for files
        file = folder / f"siteparity-{hashlib.sha256(text.encode()).hexdigest()[:16]}"
        stack.callback(file.unlink)
        file.write_text(text, encoding="utf-8")
        file.chmod(0o600)
        done = run(hashes.question([Source("whole", str(file), ("it",))]))
        assert read(done.stdout)[0].hash == keyed(text)


def test_of_a_url_only_the_password_counts(tmp_path: Path) -> None:
    """Its host differs by site."""
    text = 'A=redis://shop:pw%40@sessions.dallas:6379/0\nB="redis://shop:pw%40@sessions.arizona:6379/0"\n'
    seen = found(tmp_path, "settings", text, "A", "B")
    assert seen["A"].hash == seen["B"].hash == keyed("pw%40")


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("A=x", hashes.SET),
        ("export A='x y'", hashes.SET),
        ("A=", hashes.EMPTY),
        ('A=""', hashes.EMPTY),
        ("A", hashes.EMPTY),
        ("A=redis://shop:@host/0", hashes.EMPTY),
        ("A=redis://host/0", hashes.EMPTY),
        ("A=https://hooks.example/T0/abc", hashes.SET),
        ("#A=x", hashes.MISSING),
        ("B=x", hashes.MISSING),
        ("", hashes.MISSING),
        ("A=changeme", hashes.PLACEHOLDER),
        ("A=redis://shop:PASSWORD@host/0", hashes.PLACEHOLDER),
        ("A=${TOKEN}", hashes.PLACEHOLDER),
        ("A=x\nA=", hashes.EMPTY),
    ],
)
def test_a_secret_that_is_none_is_told(tmp_path: Path, text: str, state: str) -> None:
    """Equal is not healthy: an empty secret is empty at both sites."""
    assert found(tmp_path, "settings", text + "\n", "A")["A"].state == state


def test_a_setting_that_looks_like_a_secret_is_compared_unasked(tmp_path: Path) -> None:
    """The policy cannot know every name; a new token at one site is a difference."""
    text = "A=x\nPAYMENT_API_KEY=k1\nTIMEOUT=30\nPASSWORD_FILE=/etc/x\nTOKEN_REQUIRED=yes\n"
    assert set(found(tmp_path, "settings", text, "A")) == {"A", "PAYMENT_API_KEY"}


def test_secrets_of_one_name_in_several_sections_are_compared_each_by_its_own(tmp_path: Path) -> None:
    """Of two passwords neither hides behind the other; a name without a section means it in each."""
    text = "[database]\npassword=one\n[redis]\npassword=two\nlocation=redis://:three@host/0\n"
    seen = found(tmp_path, "settings", text, "database.password", "redis.location")
    hashed = {"database.password": "one", "redis.password": "two", "redis.location": "three"}
    assert {name: one.hash for name, one in seen.items()} == {
        name: keyed(word) for name, word in hashed.items()
    }
    seen = found(tmp_path, "settings", text, "password", "mail.password")
    assert {name: one.state for name, one in seen.items()} == {
        **dict.fromkeys(hashed, hashes.SET),
        "mail.password": hashes.MISSING,
    }


@pytest.mark.parametrize(
    ("name", "text", "key"),
    [
        (
            "config.inc.php",
            "<?php\n$config['des_key'] = 'eins';\n$config['skin'] = 'larry';\n",
            "config.des_key",
        ),
        ("settings.yaml", "web:\n  des_key: eins\n", "web.des_key"),
        ("settings.json", '{"web": {"des_key": "eins"}}', "web.des_key"),
        ("settings.toml", '[web]\ndes_key = "eins"\n', "web.des_key"),
    ],
)
def test_a_secret_is_read_by_its_key_in_every_form(tmp_path: Path, name: str, text: str, key: str) -> None:
    """A file in PHP is no list of names with values, so its lines would say that the secret is missing."""
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    file.chmod(0o600)
    done = run(hashes.question([Source("settings", str(file), ("des_key",))]))
    assert not done.stderr
    assert [(one.name, one.state, one.hash) for one in read(done.stdout)] == [
        (key, hashes.SET, keyed("eins"))
    ]


def test_a_secret_that_php_computes_is_unmeasured(tmp_path: Path) -> None:
    """Only PHP knows its value; that it is there says nothing."""
    file = tmp_path / "config.php"
    file.write_text("<?php\n$config['des_key'] = getenv('KEY');\n", encoding="utf-8")
    done = run(hashes.question([Source("settings", str(file), ("des_key",))]))
    assert done.returncode
    assert b"config.des_key is written in a way that is not understood" in done.stderr


def test_a_secret_may_stand_in_any_of_several_files(tmp_path: Path) -> None:
    """An application has settings of its own, and those of the program that runs it."""
    first, second = tmp_path / "php.ini", tmp_path / "config.php"
    first.write_text("[PHP]\nsession.save_path = 'tcp://h:1?auth=eins'\n", encoding="utf-8")
    second.write_text("<?php\n$config['des_key'] = 'zwei';\n", encoding="utf-8")
    names = ("session.save_path", "des_key", "smtp_pass")
    source = Source("settings", str(first), names, (str(second),))
    seen = {one.item: one.state for one in read(run(hashes.question([source])).stdout)}
    assert {item: state for item, state in seen.items() if state != hashes.OPEN} == {
        f"{first}: smtp_pass": hashes.MISSING
    }
    assert set(seen) == {
        f"{first}: PHP.session.save_path",
        f"{second}: config.des_key",
        f"{first}: smtp_pass",
    }
    second.unlink()
    seen = {one.item: one.state for one in read(run(hashes.question([source])).stdout)}
    assert seen[f"{second}: des_key"] == hashes.NO_FILE


def test_a_file_that_everybody_may_read_is_told(tmp_path: Path) -> None:
    """A secret that every program on the host knows is none."""
    assert found(tmp_path, "settings", "A=x\n", "A", mode=0o644)["A"].state == hashes.OPEN


def test_postgresqls_password_file_is_read_by_user(tmp_path: Path) -> None:
    """Colons in a password belong to it; PostgreSQL passes over a file that others may read."""
    text = "# host:port\n*:5432:*:replicator:a:b\n\\:\\::1:x:other:c\n"
    seen = found(tmp_path, "pgpass", text, "replicator", "nobody")
    assert (seen["replicator"].hash, seen["other"].hash) == (keyed("a:b"), keyed("c"))
    assert seen["nobody"].state == hashes.MISSING
    assert "ignores" in found(tmp_path, "pgpass", text, "replicator", mode=0o640)["replicator"].state


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    """It is measured: there is none."""
    done = run(hashes.question([Source("whole", f"{tmp_path}/none", ("it",))]))
    assert read(done.stdout)[0].state == hashes.NO_FILE


def test_many_secrets_are_hashed_each_by_its_own(tmp_path: Path) -> None:
    """More than one call of sha256sum takes."""
    text = "".join(f"TOKEN_{number}=secret {number}\n" for number in range(130))
    seen = found(tmp_path, "settings", text, "TOKEN_0")
    assert {name: one.hash for name, one in seen.items()} == {
        f"TOKEN_{number}": keyed(f"secret {number}") for number in range(130)
    }


def test_no_process_gets_the_key_or_a_secret_as_an_argument(tmp_path: Path) -> None:
    """Everybody on a host can read the arguments of every process."""
    log, tools = tmp_path / "log", tmp_path / "bin"
    tools.mkdir()
    for tool in ("perl", "sha256sum"):
        program = tools / tool
        program.write_text(
            f'#!/bin/sh\nprintf "%s\\n" "$0 $*" >>{log}\nexec /usr/bin/{tool} "$@"\n', encoding="utf-8"
        )
        program.chmod(0o755)
    file = tmp_path / "env"
    file.write_text("A=topsecret\n", encoding="utf-8")
    text = hashes.question([Source("settings", str(file), ("A",))])
    environment = {"T": f"KEY='{KEY}';{text}", "PATH": f"{tools}:/usr/bin:/bin"}
    done = subprocess.run(["sh", "-c", 'eval "$T"'], env=environment, capture_output=True, check=True)
    assert keyed("topsecret").encode() in done.stdout
    said = log.read_text(encoding="utf-8")
    assert said.count("\n") == 3  # perl, and both passes of the HMAC
    for word in (KEY, "topsecret", hashlib.sha256(b"topsecret").hexdigest()):
        assert word not in said
    assert b"topsecret" not in done.stdout + done.stderr


@pytest.mark.parametrize("key", ["", "5e5e", "x" * 64])
def test_without_a_key_nothing_is_hashed(tmp_path: Path, key: str) -> None:
    """A hash with a key that everybody knows would be a plain one."""
    done = run(hashes.question([Source("whole", f"{tmp_path}/none", ("it",))]), key)
    assert done.returncode
    assert done.stderr == b"this run has no key to hash secrets with\n"


def test_the_question_says_that_it_needs_the_runs_key() -> None:
    """And does not hold it: the same text stands on the host before any run."""
    ask = secrets.ask(TARGET)["secrets"]
    assert ask.words == (words.KNOWN, RUN_KEY)


def line(name: str, state: str = "set", digest: str = HASH) -> bytes:
    """A line of the answer."""
    return f"{FILE}\t{name}\t{state}\t{digest}\n".encode()


def test_the_tables_show_states_and_hashes() -> None:
    """One item for each secret; nothing else."""
    answers = answered(secrets=told(line("SHOP_SESSION_URL"), line("SHOP_DATABASE_URL", "empty", "-")))
    assert secrets.read_states(answers, TARGET) == {
        f"{FILE}: SHOP_SESSION_URL": "set",
        f"{FILE}: SHOP_DATABASE_URL": "empty",
    }
    assert secrets.read_values(answers, TARGET) == {
        f"{FILE}: SHOP_SESSION_URL": "keyed hash abababababab",
        f"{FILE}: SHOP_DATABASE_URL": "empty",
    }


@pytest.mark.parametrize(
    "answer",
    [
        told(),
        told(line("SHOP_SESSION_URL")),
        told(line("SHOP_SESSION_URL"), line("SHOP_DATABASE_URL", "set", "-")),
        told(line("SHOP_SESSION_URL"), line("SHOP_DATABASE_URL", "fine")),
        told(line("SHOP_SESSION_URL"), line("SHOP_DATABASE_URL", "empty")),
        told(line("SHOP_SESSION_URL"), line("SHOP_DATABASE_URL"), b"topsecret\n"),
    ],
)
def test_what_is_not_understood_is_unmeasured_and_not_repeated(answer: bytes) -> None:
    """A damaged answer may hold what nobody should see."""
    with pytest.raises(UnmeasuredError) as error:
        secrets.read_states(answered(secrets=answer), TARGET)
    assert "topsecret" not in str(error.value)


@given(st.binary())
def test_any_answer_is_facts_or_unmeasured(answer: bytes) -> None:
    """Whatever a host prints makes a table or a reason, and nothing else."""
    for text in (answer, told(answer)):
        for reading in secrets.PROBE.tables.values():
            with contextlib.suppress(UnmeasuredError):
                reading.read(answered(secrets=text), TARGET)


def test_a_hash_is_of_one_run_and_a_state_is_not() -> None:
    """A record of another run still tells that a secret is empty."""
    tables = secrets.PROBE.tables
    assert {name for name, reading in tables.items() if reading.of_one_run} == {"values"}
    assert tables["values"].unless_changed == "_changed"


def test_when_a_files_was_changed_is_asked_before_what_is_in_it(tmp_path: Path) -> None:
    """A change in between then looks like one, and not as if it had always been there."""
    there, odd = tmp_path / "a key", tmp_path / "it's"
    section = TARGET.section.model_copy(
        update={"files": {"web": tuple(secrets.SecretFile(file=str(f), form="whole") for f in (there, odd))}}
    )
    target = replace(TARGET, section=section)
    there.write_text("one")
    assert list(secrets.ask(target)) == ["changed", "secrets"]

    def look() -> Mapping[str, object]:
        asked = secrets.ask(target)["changed"].text
        done = subprocess.run(["sh", "-c", asked], capture_output=True, check=True)
        return secrets.read_changed(answered(changed=done.stdout), target)

    first = look()
    assert first == look()
    assert first[str(odd)] == "none"
    there.write_text("two")
    os.utime(there, ns=(1, 1))
    assert look() != first


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"1 1.000000000 3 /other\n",
        b"1 1.000000000 3 /other\nnone /etc/shop/shop.env\n",
        b"damaged /etc/shop/shop.env\n",
    ],
)
def test_a_file_of_which_nothing_is_told_may_have_been_changed(answer: bytes) -> None:
    """No proof is made of less than every file."""
    with pytest.raises(UnmeasuredError):
        secrets.read_changed(answered(changed=answer + b"end\n"), TARGET)


@pytest.mark.parametrize(
    "given", [{"form": "whole", "names": ("A",)}, {"form": "settings"}, {"form": "pgpass", "names": ()}]
)
def test_names_must_fit_the_form(given: dict[str, object]) -> None:
    """A policy that asks for nothing would be satisfied by everything."""
    with pytest.raises(ValidationError):
        secrets.SecretFile.model_validate({"file": FILE, **given})


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("requirepass hunter2", "requirepass ***"),
        ("  DB_PASSWORD: 'hunter2'", "  DB_PASSWORD: ***"),
        ('"api_key" = "hunter2"', '"api_key" = ***'),
        ("url=postgresql://u:hunter2@h/d?x=1", "url=postgresql://u:***@h/d?x=1"),
        ("proxy_set_header Authorization hunter2;", "proxy_set_header Authorization ***"),
        ("DSN=host=db password=hunter2 user=shop", "DSN=host=db password=*** user=shop"),
        ("url http://h/?a=1&token=hunter2&b=2", "url http://h/?a=1&token=***&b=2"),
        ("a://u:hunter2@h b://u:hunter2@h", "a://u:***@h b://u:***@h"),
        ("#DB_PASSWORD=hunter2", "#DB_PASSWORD=***"),
        ("password_file /etc/shadow;", "password_file /etc/shadow;"),
        ("PasswordAuthentication no", "PasswordAuthentication no"),
        ("# the password is asked for", "# the password is asked for"),
        ("worker_processes auto;", "worker_processes auto;"),
        ("  proxy_pass http://198.18.1.21:8000;", "  proxy_pass http://198.18.1.21:8000;"),
        ("proxy_pass http://u:hunter2@h;", "proxy_pass http://u:***@h;"),
        ("proxy_cache_bypass $http_pragma;", "proxy_cache_bypass $http_pragma;"),
        ("passwd:   files [!UNAVAIL=return] ldap", "passwd:   files [!UNAVAIL=return] ldap"),
        ("passwd: hunter2", "passwd: ***"),
        ("password\trequisite\tpam_deny.so", "password\trequisite\tpam_deny.so"),
        ("password [success=1] pam_unix.so", "password [success=1] pam_unix.so"),
        ("password hunter2", "password ***"),
        ("smtp_pass hunter2", "smtp_pass ***"),
    ],
)
def test_what_looks_like_a_secret_is_left_out_of_a_line(text: str, shown: str) -> None:
    """A diff is shown to people, and kept in records."""
    assert by_perl(text) == shown


def by_perl(text: str) -> str:
    """A line as a host shows it."""
    program = secret_patterns.PERL + "while (<STDIN>) { chomp; my ($shown) = secret($_); print $shown }"
    done = subprocess.run(["perl", "-e", program], input=text.encode(), capture_output=True, check=True)
    return done.stdout.decode()


@pytest.mark.parametrize(
    "name",
    ["smtp_pass", "DB_PASSWORD", "passphrase", "pwd", "client-secret", "TOKEN_2", "api-key", "api_key",
     "apikey", "private-key", "privatekey", "ACCESS_KEY", "credential", "credentials", "masterauth"],
)  # fmt: skip
def test_hosts_and_runs_know_the_same_names_of_secrets(name: str) -> None:
    """There is one list, and both of its readers match it in the same way."""
    for hide in (by_perl, redacted):
        assert hide(f"{name}=blue-Giraffe-7") == f"{name}=***"
