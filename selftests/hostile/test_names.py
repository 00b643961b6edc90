"""Names, paths, users and values that are shell injections: nothing is executed and nothing written."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from selftests.unit.sites import ARIZONA, DALLAS
from siteparity.inventory import load_site
from siteparity.judging.rules import Cohort, Pair, same
from siteparity.model import ConfigurationError, Connection, ConnectionKind, Host, UnmeasuredError
from siteparity.names import OwnNames
from siteparity.transport import Transport

pytestmark = pytest.mark.timeout(300)

HOSTILE = (
    "-oProxyCommand=touch CANARY", "-oProxyCommand=touch${IFS}CANARY", "-F/dev/null", "-w", "--", "-",
    "$(touch CANARY)", "`touch CANARY`", "${IFS}touch${IFS}CANARY", ";touch CANARY", "|touch CANARY",
    "&touch CANARY", "&&touch CANARY", "||touch CANARY", "\ntouch CANARY\n", "\rtouch CANARY",
    "\0touch CANARY",
    ">CANARY", "<CANARY", ">>CANARY", "<(touch CANARY)", "'; touch CANARY; '", '"; touch CANARY; "',
    "' ; touch CANARY #", "\\'; touch CANARY", "!touch CANARY", "~/../CANARY", "../../CANARY", "/CANARY",
    "%h%p%r", "%(touch CANARY)", "%n", "{{ lookup('pipe','touch CANARY') }}", "{% raw %}",
    "!!python/object/apply:os.system ['touch CANARY']",
    "*", "?", "[a-z]", "{a,b}", "host name", "host\tname", "user@host", "ssh://host", "host:22", "[::1",
    "\u202ehost", "h\u00f6st", "\uff0dhost", "a" * 5000, "", ".", "..", "...", "con", "$HOME", "$0",
    "END_OF_PROGRAM", "EOF\ntouch CANARY", "@{u}", "=touch", "(touch CANARY)", "{touch,CANARY}",
    "127.0.0.1 -oProxyCommand=touch", "127.0.0.1\n  ProxyCommand touch CANARY",
    "::ffff:127.0.0.1%$(touch CANARY)",
)  # fmt: skip
"""CANARY stands for a path in a folder that is watched."""

KEYS = (
    *("ansible_host", "ansible_user", "ansible_ssh_private_key_file", "parity_ssh_config", "parity_names"),
    *("parity_address", "parity_domain", "ansible_connection", "parity_hint", "ansible_ssh_common_args"),
)


@pytest.fixture
def canary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder in which nothing may turn up; it is also the current one, and HOME."""
    folder = tmp_path / "watched"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("HOME", str(folder))
    yield folder / "canary"
    assert list(folder.iterdir()) == []


def _with(text: str, canary: Path) -> str:
    return text.replace("CANARY", str(canary))


def test_there_are_fifty_of_them() -> None:
    """All different."""
    assert len(set(HOSTILE)) == len(HOSTILE) >= 50


@pytest.mark.parametrize("key", KEYS)
def test_a_hostile_setting_is_refused_or_only_a_name(key: str, canary: Path, tmp_path: Path) -> None:
    """Whatever is let through is tried out: ssh is started with it, and touches nothing."""
    with Transport(connect_timeout=1) as transport:
        for number, text in enumerate(HOSTILE):
            folder = tmp_path / f"{key}-{number}" / "dallas"
            folder.mkdir(parents=True)
            hosts = {"web1": {"ansible_host": "127.0.0.1", "ansible_port": 1, key: _with(text, canary)}}
            (folder / "hosts.yml").write_text(json.dumps({"all": {"children": {"web": {"hosts": hosts}}}}))
            try:
                found, refused = load_site(folder, ("web",)).hosts, "hosts.yml"
            except ConfigurationError as error:
                found, refused = (), str(error)
            assert "hosts.yml" in refused
            assert refused.replace("\n", "").isprintable()
            for host in found:
                _try(transport, host)


def test_a_hostile_host_name_is_refused(canary: Path, tmp_path: Path) -> None:
    """As the name of a host, of a group, and as the address or user of a connection that was made by hand."""
    contents: list[tuple[str, dict[str, object]]] = []
    for text in HOSTILE:
        name = _with(text, canary)
        contents += [(name, {"web": {"hosts": {name: {}}}}), (name, {name: {"hosts": {"web1": {}}}})]
    for number, (name, content) in enumerate(contents):
        folder = tmp_path / str(number) / "dallas"
        folder.mkdir(parents=True)
        (folder / "hosts.yml").write_text(json.dumps({"all": {"children": content}}))
        try:
            load_site(folder, ("web",))
        except ConfigurationError:
            continue
        assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name), "what is taken is a plain name"


@pytest.mark.parametrize("kind", [kind for kind in ConnectionKind if kind is not ConnectionKind.LOCAL])
def test_a_hostile_address_or_user_is_refused_or_reaches_nothing(kind: ConnectionKind, canary: Path) -> None:
    """Also where it did not come from an inventory."""
    with Transport(connect_timeout=1) as transport:
        for text in HOSTILE:
            name = _with(text, canary)
            for connection in (Connection(kind, name, 1), Connection(kind, "127.0.0.1", 1, user=name)):
                _try(transport, Host("web1", "dallas", ("web",), connection))


def _try(transport: Transport, host: Host) -> None:
    connection = host.connection
    if connection.kind is ConnectionKind.LOCAL:
        return
    try:
        transport.run(host, b"exit 0\n", timeout=5)
    except (ConfigurationError, UnmeasuredError):
        return


def test_a_hostile_value_is_one_word_of_the_fix_that_is_pasted(canary: Path) -> None:
    """An engineer pastes the fix into a shell; hosts wrote the item and the values."""
    ran = 0
    for text in HOSTILE:
        value = _with(text, canary)
        if not value or "\0" in value:
            continue
        pair = Pair(
            Cohort(OwnNames.of(DALLAS), {"web1": {value: "1"}, "web2": {value: "1"}}),
            Cohort(OwnNames.of(ARIZONA), {"web1": {"a": value}, "web2": {"a": value}}),
            "things",
        )
        for finding in same(pair, fix="printf '%s\\n' {item} {primary} {standby}").findings:
            done = subprocess.run(["sh", "-c", finding.fix], capture_output=True, check=True)
            assert shlex.split(finding.fix)[2:]
            assert finding.item.encode() in done.stdout
            ran += 1
    assert ran >= 2 * 50


def test_the_watch_sees_what_is_written(canary: Path) -> None:
    """It would be empty for nothing otherwise."""
    subprocess.run(["sh", "-c", f"true; touch {canary}"], check=True)
    assert canary.exists()
    canary.unlink()
