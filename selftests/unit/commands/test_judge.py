"""Two saved records are judged without a host; parts of a site are recorded; runners share a key."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from siteparity import __version__, configuration, redaction
from siteparity.collect import Measured
from siteparity.commands import judge as command
from siteparity.commands.partial import limited
from siteparity.commands.secrets_key import secrets_key
from siteparity.configuration import Configuration, find_root
from siteparity.facts import records
from siteparity.inventory import inventory_digest
from siteparity.model import ConfigurationError, Finding, FindingKind, Judgement
from siteparity.runs.journal import CheckLine
from siteparity.runs.recording import record_path

NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)
FOUND = Finding(item="nginx", kind=FindingKind.DIFFERENT, message="nginx differs")


@pytest.fixture(scope="module", name="settings")
def loaded() -> Configuration:
    """The shipped configuration."""
    return configuration.load(find_root(), find_root() / "inventories", look_up=False)


def saved(settings: Configuration, folder: Path) -> Path:
    """Records of both sites, of hosts that were asked nothing, as a run leaves them."""
    for hours, site in enumerate(settings.sites):
        measured = Measured(
            site.name, NOW - timedelta(hours=hours + 1), {host.name: {} for host in site.hosts}
        )
        digests = {
            "policy_digest": settings.policy.digest,
            "inventory_digest": inventory_digest([site]),
            "tool_version": __version__,
        }
        records.save(records.record_of(measured, **digests), record_path(folder, site.name))
    return folder


@pytest.mark.parametrize(
    ("judgement", "status", "words"),
    [
        (Judgement((), 1), 3, "0 differ, 0 could not be made"),
        (Judgement((FOUND,), 1), 2, "1 differ, 0 could not be made"),
        (None, 3, "0 differ, 1 could not be made"),
    ],
    ids=["same", "different", "not made"],
)
def test_records_are_never_a_go(  # noqa: PLR0913, PLR0917  # what is judged, and what is said of it
    settings: Configuration,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    judgement: Judgement | None,
    status: int,
    words: str,
) -> None:
    """Nobody has tried the standby out; what only that shows is counted."""
    parity = [check for check in settings.checks if check.source.kind == "parity"]
    smoke = [check for check in settings.checks if check.source.kind == "smoke"]
    last = {parity[0].id: CheckLine.of(parity[0].id, judgement, 0.1)} if judgement else {}
    rest = {check.id: CheckLine.of(check.id, Judgement((), 1), 0.1) for check in parity[1:]}
    seen: list[set[str]] = []

    def judged(_: object, __: object, place: Path) -> Mapping[str, CheckLine]:
        seen.append({records.load(path).site for path in (place / "records").iterdir()})
        return {**rest, **last}

    monkeypatch.setattr(command, "judged", judged)
    text, code = command.judge(settings, tmp_path, [saved(settings, tmp_path)], NOW)
    first, second, live, *_, end = text.splitlines()
    assert seen == [{site.name for site in settings.sites}]
    assert code == status
    assert end.startswith("PARTIAL  ")
    assert words in end
    assert "never a GO" in end
    assert re.search(r"measured .* UTC, 2 h ago, 0 of \d+ hosts answered", first + second)
    assert live == f"not run, since only a live run can: {len(smoke)} smoke checks"


def test_what_is_no_record_is_a_wrong_word(settings: Configuration, tmp_path: Path) -> None:
    """With exit code 4, as elsewhere."""
    (tmp_path / "dallas.json.gz").write_bytes(b"no record")
    for place, words in ((tmp_path, "cannot be read"), (tmp_path / "none", "cannot be read")):
        with pytest.raises(ConfigurationError, match=words):
            command.judge(settings, tmp_path, [place], NOW)
    (tmp_path / "dallas.json.gz").unlink()
    with pytest.raises(ConfigurationError, match=r"expected records \(SITE.json.gz\), found none"):
        command.judge(settings, tmp_path, [tmp_path], NOW)


def test_a_limit_names_roles_and_hosts(settings: Configuration) -> None:
    """Of each site that is recorded."""
    dallas = settings.primary
    assert limited([dallas], []) == [dallas]
    (part,) = limited([dallas], ["web"])
    assert [host.name for host in part.hosts] == [host.name for host in dallas.in_role("web")]
    (part,) = limited([dallas], ["web1", "dallas/db1"])
    assert [host.name for host in part.hosts] == ["web1", "db1"]
    with pytest.raises(
        ConfigurationError, match="--limit: expected a role or a host, found nobody; they are"
    ):
        limited([dallas], ["web", "nobody"])
    with pytest.raises(ConfigurationError, match="it leaves no host of arizona"):
        limited(settings.sites, ["dallas/web1"])


KEY = "0123456789abcdef" * 4


def test_a_key_comes_from_a_file_that_nobody_else_reads(tmp_path: Path) -> None:
    """And is hidden from then on."""
    file = tmp_path / "key"
    file.write_text(KEY + "\n")
    file.chmod(0o600)
    assert secrets_key(file) == KEY
    assert KEY not in redaction.redacted(f"the key is {KEY}")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o700, 0o400])
def test_a_key_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    """Whoever reads it can try passwords against records."""
    file = tmp_path / "key"
    file.write_text(KEY)
    file.chmod(mode)
    with pytest.raises(ConfigurationError, match="expected a file with mode 0600; chmod 600"):
        secrets_key(file)


@pytest.mark.parametrize("text", ["", KEY[1:], KEY + "0", KEY.upper(), f"{KEY}\n\n", "g" * 64])
def test_what_is_no_key_is_refused_and_not_shown(tmp_path: Path, text: str) -> None:
    """It may be a password that stands there by mistake."""
    file = tmp_path / "key"
    file.write_text(text)
    file.chmod(0o600)
    with pytest.raises(ConfigurationError, match="expected 64 hexadecimal digits on one line") as raised:
        secrets_key(file)
    assert not text or text.strip() not in str(raised.value)
