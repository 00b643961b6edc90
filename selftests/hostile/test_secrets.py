"""Secrets in every usual place, and thirty kinds of error: a run leaves none of the secrets behind."""

from __future__ import annotations

import base64
import gzip
import json
import secrets
import shutil
from collections.abc import Iterator, Mapping
from urllib.parse import quote

import pytest

from selftests.contract.sshd import Server
from selftests.hostile import leaks_kinds
from selftests.plugin.project import HOSTS, SITES, Project

pytestmark = pytest.mark.timeout(400)

FORMS: Mapping[str, str] = {
    "DSN": "postgresql://shop:{}@db1.dallas.shop.example:5432/shop",
    "DSN of words": "host=db1 user=shop password={} dbname=shop",
    "DSN of quoted words": "host=db1 password='{}' dbname=shop",
    "Redis URL": "redis://:{}@10.0.0.1:6379/0",
    "Redis URL with a user": "rediss://default:{}@10.0.0.1:6379/0",
    "bearer token": "Authorization: Bearer {}",
    "basic authorization": "Authorization: Basic {}",
    "cookie": "Cookie: shop_session={}; Path=/",
    "set cookie": "Set-Cookie: sid={}; HttpOnly; Secure",
    "key in a header": "X-Api-Key: {}",
    "token in a URL": "https://api.example/v1/orders?page=2&access_token={}",
    "token before a host": "https://{}{}@git.example/shop.git",
    "environment file": "SHOP_SECRET_KEY={}",
    "exported variable": "export PGPASSWORD={}; pg_dump shop",
    "quoted variable": 'SHOP_DB_PASSWORD="{}"',
    "JSON": '{{"user": "shop", "password": "{}", "port": 1}}',
    "YAML": "ansible_become_password: {}",
    "argument": "mysqldump --user shop --password {} shop",
    "private key": "-----BEGIN OPENSSH PRIVATE KEY-----\n{}\n{}\n-----END OPENSSH PRIVATE KEY-----",
    "settings of Redis": "requirepass {}",
    "SQL": "ALTER ROLE shop PASSWORD '{}'",
    "token of a maker": "ghp_{}{}",
}
"""How secrets stand in the files, commands and answers of real hosts; {} is the secret."""


@pytest.fixture(scope="module")
def planted() -> Mapping[str, str]:
    """A new secret for each form: 16 characters that stand nowhere by chance."""
    return {form: f"Can4ry{secrets.token_hex(5)}Z" for form in FORMS}


def written(secret: str) -> Iterator[bytes]:
    """The ways in which it could be found."""
    plain = secret.encode()
    yield plain
    yield quote(secret).encode()
    yield plain.hex().encode()
    for before in range(3):
        coded = base64.b64encode(b"\0" * before + plain).decode()
        yield coded[4 if before else 0 : len(coded) // 4 * 4 - 4].encode()


def texts(project: Project) -> Iterator[tuple[str, bytes]]:
    """Every file that a run left, whatever its kind."""
    for path in sorted(project.reports.rglob("*")):
        if path.is_file() and not path.is_symlink():
            data = path.read_bytes()
            yield (
                str(path.relative_to(project.reports)),
                gzip.decompress(data) if path.suffix == ".gz" else data,
            )


def found(planted: Mapping[str, str], *places: tuple[str, bytes]) -> list[tuple[str, str, bytes]]:
    """Which secret stands where."""
    return [
        (place, form, text[max(0, text.find(word) - 80) : text.find(word) + 40])
        for place, text in places
        for form, secret in planted.items()
        for word in written(secret)
        if word in text
    ]


def as_it_stands(form: str, secret: str) -> str:
    """The text that holds it."""
    return FORMS[form].replace("{}", secret).replace("{{", "{").replace("}}", "}")


CHECK = '''
def test_{kind}_{number}(parity: Parity) -> None:
    """Customers see other values."""
    parity.same("more", fix="look")
    leaks.{kind}(leaks.TEXTS["{form}"])

'''


VALUES = '''
def test_values(parity: Parity) -> None:
    """Customers see other values."""
    parity.same("values", fix="set {item} {primary}")
'''


def plant(project: Project, planted: Mapping[str, str]) -> None:
    """Each kind of error with four of the secrets, so that each secret meets several kinds."""
    package = project.root / "src" / "leaks"
    package.mkdir()
    shutil.copy(leaks_kinds.__file__, package / "__init__.py")
    told = {form: as_it_stands(form, secret) for form, secret in planted.items()}
    (package / "texts.json").write_text(json.dumps(told))
    forms = list(told)
    kinds = leaks_kinds.names()
    assert len(kinds) >= 30
    assert len(forms) >= 20
    checks = [
        CHECK.format(kind=kind, number=number, form=forms[(place * 3 + number * 7) % len(forms)])
        for place, kind in enumerate(kinds)
        for number in range(4)
    ]
    project.checks("import leaks\n\n" + "\n".join(checks) + VALUES)


def test_no_secret_stands_in_what_a_run_leaves(
    live: Project, server: Server, planted: Mapping[str, str]
) -> None:
    """Reports, records, journal, log, history, what it prints: raw, base64, percent-encoded, hexadecimal."""
    assert server.port
    live.patience = 280
    live.policy(limits={"deadline": "250s", "host_deadline": "60s"})
    plant(live, planted)
    for site in SITES:
        for host in HOSTS:
            told = {
                f"line {number}": as_it_stands(form, planted[form]).replace("\n", " ")
                for number, form in enumerate(FORMS)
            }
            other = {"a": f"password={planted['DSN']}{site}"}
            live.things(site, host, values={**told, **other}, more={"c": "3"})
    live.write("things/dallas-web2.values", "\n".join(as_it_stands(form, planted[form]) for form in FORMS))
    token = planted["basic authorization"]
    ran = live.siteparity("gate", CI_JOB_TOKEN=token, PGPASSWORD=planted["SQL"])
    said = (("stdout", ran.stdout.encode()), ("stderr", ran.stderr.encode()))
    assert ran.returncode in (2, 3), ran.stdout + ran.stderr
    left = list(texts(live))
    assert {name.rpartition("/")[2] for name, _ in left} >= {
        *(
            "result.json",
            "junit.xml",
            "report.html",
            "checks.html",
            "log.txt",
            "journal.jsonl",
            "history.jsonl",
        ),
        *("dallas.json.gz", "arizona.json.gz"),
    }
    leaks = found(planted, *said, *left)
    assert not leaks, "\n".join(f"{place}: {form}: {around!r}" for place, form, around in leaks)


def test_two_secrets_still_differ(live: Project, server: Server, planted: Mapping[str, str]) -> None:
    """What is not shown is compared all the same: equal ones are equal, others are a difference."""
    assert server.port
    for site in SITES:
        for host in HOSTS:
            same = {
                "a": as_it_stands("Redis URL", planted["Redis URL"]),
                "b": f"password={site}{planted['JSON']}",
            }
            live.things(site, host, values=same)
    assert live.siteparity("gate").returncode == 2
    findings = [one.item for check in live.latest().checks for one in check.findings]
    assert findings == ["b"]


WRONG = {
    "a value that is no mapping": "all: {secret}",
    "a secret in place of a port": "all: {{children: {{web: {{hosts: {{web1: "
    "{{ansible_port: '{secret}'}}}}}}}}}}",
    "a password": "all: {{vars: {{ansible_password: '{bare}'}}, "
    "children: {{web: {{hosts: {{web1: {{}}}}}}}}}}",
    "an alias": "all:\n  vars:\n    shop_password: *{bare}\n",
    "no YAML": "all:\n  vars:\n    shop_password: '{bare}\n",
    "a secret among hosts": "all: {{vars: {{shop_password: '{bare}'}}, "
    "children: {{web: {{hosts: '{bare}!'}}}}}}",
    "a key twice": "all:\n  vars:\n    shop_password: '{bare}'\n    shop_password: '{bare}'\n",
}


@pytest.mark.parametrize("case", WRONG)
def test_no_secret_stands_in_the_words_about_a_wrong_inventory(
    case: str, project: Project, planted: Mapping[str, str]
) -> None:
    """The line is named, and not what stands on it."""
    secret = planted["environment file"]
    text = WRONG[case].format(
        secret=json.dumps(as_it_stands("environment file", secret)).strip('"'), bare=secret
    )
    project.write("inventories/arizona/hosts.yml", text)
    ran = project.siteparity("gate")
    assert ran.returncode == 4, ran.stderr
    assert "hosts.yml" in ran.stderr
    assert found({"it": secret}, ("stderr", ran.stderr.encode()), ("stdout", ran.stdout.encode())) == []
