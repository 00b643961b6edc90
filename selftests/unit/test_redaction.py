"""Secrets are hidden wherever they stand, told apart without being known, and nothing else is hidden."""

from __future__ import annotations

import base64
import copy
import json
import os
import pickle
from itertools import pairwise
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selftests.contract.samples import samples
from siteparity import redaction
from siteparity.gate.log_file import redacting
from siteparity.redaction import (
    Filter,
    Secret,
    fingerprint,
    holds_pseudonym,
    pseudonyms,
    redacted,
    remember,
    remember_environment,
    remember_settings,
)

WORD = "Zq7xKm29LwTrVb"
KEY, OTHER = "5e" * 32, "6f" * 32

HOLD_ONE = (
    f"postgresql://shop:{WORD}@db1/shop",
    f"postgresql://shop:{WORD}",  # cut before its end
    f"redis://:{WORD}@10.0.0.1:6379/0",
    f"could not connect to https://{WORD}{WORD}@git.example/x",
    f"password={WORD}",
    f"user=shop password='{WORD} {WORD}' host=db1",
    f'{{"password": "{WORD}"}}',
    f"{{'api_key': '{WORD}'}}",
    f"ansible_password: {WORD}",
    f"mysqldump --password {WORD} shop",
    f"Environment=PGPASSWORD={WORD}",
    f"Authorization: Bearer {WORD}",
    f"Cookie: sid={WORD}; other={WORD}",
    f"X-Api-Key: {WORD}",
    f"GET /orders?access_token={WORD}&page=2",
    f"GET /orders?q=%22password%22%3A%20%22{WORD}%22",
    f"-----BEGIN RSA PRIVATE KEY-----\n{WORD}\n-----END RSA PRIVATE KEY-----",
    f"-----BEGIN OPENSSH PRIVATE KEY----- {WORD} {WORD}",
    f"requirepass {WORD}",
    f"ALTER ROLE shop PASSWORD '{WORD}'",
    f"ghp_{WORD}{WORD}",
    f"eyJ{WORD}.{WORD}.{WORD}",
    f"root:$6${WORD}${WORD}:1::",
    f"b'SHOP_SECRET={WORD}'",
    f"$dbpass = '{WORD}';",
    f"$config['smtp_pass'] = '{WORD}';",
    f"$config['des_key'] = '{WORD}';",
    f'$wgDBpassword = "{WORD}";',
    f"'password' => '{WORD}',",
    f"define('DB_PASSWORD', '{WORD}');",
    f"define( 'SECURE_AUTH_KEY',  '{WORD}' );",
    f"tcp://10.0.0.1:6379?auth={WORD}&database=1",
    f"SetEnv DB_PASSWORD {WORD}",
    f"fastcgi_param DB_PASSWORD {WORD};",
    f"env[DB_PASSWORD] = {WORD}",
    f"stats auth admin:{WORD}",
    f"mysqldump -u root -p{WORD} shop",
    f"curl -u admin:{WORD} https://api.example",
    f"machine h login shop password {WORD}",
    f"bindpw={WORD}",
)
HOLD_NONE = (
    'password authentication failed for user "shop"',
    "SHOP_SECRET_KEY: expected set, found missing",
    "/etc/shop/shop.env: SHOP_SECRET_KEY",
    "sudo: a password is required",
    "login refused (publickey,password)",
    "password_encryption = scram-sha-256",
    "ssl_key_file = /etc/ssl/private/shop.key",
    "parity ALL=(root) NOPASSWD: ALL",
    "base-passwd:amd64",
    "http://web1:8000/health",
    "http://[::1]:8000/",
    "token_count: 7",
    "sha256 0123456789abcdef",
)


@pytest.mark.parametrize("text", HOLD_ONE)
def test_what_looks_like_a_secret_is_hidden(text: str) -> None:
    """In files, commands, addresses and headers, as in messages; what was hidden stays as it is."""
    assert WORD not in redacted(text)
    assert redacted(redacted(text)) == redacted(text)
    assert WORD not in pseudonyms(text, KEY)
    assert redacted(pseudonyms(text, KEY)) == pseudonyms(text, KEY) or "%22" in text


@pytest.mark.parametrize("text", HOLD_NONE)
def test_what_is_no_secret_can_be_read(text: str) -> None:
    """Messages that hide what is wrong help nobody."""
    assert redacted(text) == text == pseudonyms(text, KEY)


def test_no_recorded_fact_is_hidden() -> None:
    """Of all that was measured on real hosts nothing is a secret: probes leave those out on the host."""
    for sample in samples():
        for name, table in sample.facts.items():
            texts = [text for pair in table.items() for text in pair if isinstance(text, str)]
            assert [text for text in texts if pseudonyms(text, KEY) != text] == [], (sample.path, name)


def test_two_secrets_differ_and_one_is_itself_within_one_run() -> None:
    """A hidden value is compared all the same; with another run's key it says nothing."""
    one, other = f"password={WORD}", f"password={WORD}x"
    assert pseudonyms(one, KEY) == pseudonyms(one, KEY) != pseudonyms(other, KEY)
    assert pseudonyms(one, KEY) != pseudonyms(one, OTHER)
    assert pseudonyms(one, "") == "password=***"
    assert holds_pseudonym((1, "a", pseudonyms(one, KEY)))
    assert not holds_pseudonym((1, one, "***"))
    assert fingerprint(one, KEY) != fingerprint(one, OTHER)
    assert fingerprint("/bin/a --site x", KEY) == fingerprint("/bin/a --site x", OTHER)


@given(
    secret=st.text(st.characters(min_codepoint=33, max_codepoint=0x2FF), min_size=8, max_size=40),
    before=st.text(max_size=5),
    after=st.text(max_size=5),
)
def test_a_known_secret_is_hidden_however_it_is_written(secret: str, before: str, after: str) -> None:
    """Raw, percent-encoded, as JSON, as hexadecimal digits, and inside base64 at any place."""
    remember(secret)
    assert secret not in redacted(before + secret + after)
    assert quote(secret, safe="") not in redacted(f"?a={quote(secret, safe='')}")
    assert json.dumps(secret)[1:-1] not in redacted(json.dumps({"x": secret}))
    assert secret.encode().hex() not in redacted(secret.encode().hex())
    coded = base64.b64encode(f"{before}{secret}{after}".encode(errors="replace")).decode()
    assert redacted(coded) != coded


def test_variables_and_settings_whose_name_says_so_are_known() -> None:
    """Their values are hidden alone, too; others are not."""
    remember_environment({"CI_JOB_TOKEN": WORD, "HOME": "/root", "PASSWORD_FILE": "/run/secrets/x"})
    remember_settings({"all": {"vars": {"db_password": WORD[::-1]}, "hosts": ["unlucky"]}})
    assert (
        redacted(f"{WORD} {WORD[::-1]} /root /run/secrets/x unlucky")
        == "*** *** /root /run/secrets/x unlucky"
    )


def test_a_secret_shows_itself_to_nobody() -> None:
    """Not in a message, not in a traceback's locals, not on disk; who needs it says so."""
    secret = Secret(WORD)
    assert f"{secret} {secret!r} {secret:>20}" == "*** *** ***"
    assert secret.reveal() == WORD
    assert secret == Secret(WORD) != Secret("x" * 9)
    assert redacted(WORD) == "***"
    for save in (pickle.dumps, copy.deepcopy):
        with pytest.raises(TypeError, match="not saved"):
            save(secret)


@given(cuts=st.lists(st.integers(0, 400), max_size=8))
def test_a_stream_is_redacted_wherever_it_is_cut(cuts: list[int]) -> None:
    """A key of several lines, a line without its end, and bytes that are no text."""
    key = f"-----BEGIN RSA PRIVATE KEY-----\n{WORD}\n{WORD[::-1]}\n-----END RSA PRIVATE KEY-----\n"
    data = f"one\npassword={WORD}\n{key}two\n".encode() + b"\xff\xfe three\n" + f"token={WORD}".encode()
    whole = Filter()
    expected = whole.feed(data) + whole.end()
    passed, out = Filter(), b""
    places = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    for start, end in pairwise(places):
        out += passed.feed(data[start:end])
    assert out + passed.end() == expected
    assert WORD.encode() not in expected
    assert WORD[::-1].encode() not in expected
    assert expected.startswith(b"one\npassword=***\n")
    assert b"\xff\xfe three\n" in expected


def test_a_log_keeps_no_secret(tmp_path: Path) -> None:
    """Whatever a program writes to it, and however; what was there before stays."""
    path = tmp_path / "log.txt"
    path.write_text("before\n")
    with redacting(path) as log:
        os.write(log, f"password={WORD}\nhalf a li".encode())
        os.write(log, b"ne")
    assert path.read_text() == "before\npassword=***\nhalf a line"


@given(st.from_regex(redaction._WORTH_A_LOOK))  # noqa: SLF001  # two of its parts are held against each other
def test_the_quick_look_misses_nothing_that_the_slow_one_finds(text: str) -> None:
    """Most texts are spared the slow one."""
    folded = text.casefold()
    assert any(word in folded for word in redaction._WORDS)  # noqa: SLF001  # as above


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"$config['db_dsnw'] = 'pgsql://shop:{WORD}@db.dallas.example/shop';", "db.dallas.example/shop'"),
        ("db_dsn = pgsql://shop:***@db.dallas.example/shop", "db.dallas.example/shop"),
        (f"db_dsn=pgsql://shop:{WORD}@{WORD}@db/shop", "db_dsn=***"),
        (f"db_dsn=pgsql://shop:***@db/shop?key={WORD}", "db_dsn=***"),
        (f"db_dsn='pgsql://shop:{WORD[:4]}/{WORD}@db/shop'", "db_dsn=***"),
    ],
)
def test_of_an_address_without_its_password_the_host_is_left(text: str, left: str) -> None:
    """It names a host of the own site, and would else differ from that of the other one in each run."""
    told = redacted(text)
    assert left in told
    assert WORD not in told
    assert WORD not in pseudonyms(text, KEY)
    assert "db.dallas.example" in pseudonyms(text, KEY) or left == "db_dsn=***"
