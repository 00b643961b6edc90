"""Notices reach a real mail server and a real web server; whatever fails is told without a secret."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from selftests.unit.post import post
from selftests.unit.servers import closed_port
from selftests.unit.web import web
from siteparity.commands import sending
from siteparity.commands.notices import Notice
from siteparity.commands.sending import send
from siteparity.model import Verdict

SECRET = "T0ken-of-the-service"  # noqa: S105  # made up
NOTICE = Notice("NO-GO arizona cannot take over", "NO-GO  <b>arizona</b> *cannot*\nrun x", Verdict.NO_GO)


def sent(folder: Path, *lines: str, notice: Notice = NOTICE, mode: int = 0o600) -> list[str]:
    """Send to these addresses; what is said on stderr."""
    path = folder / "notices"
    path.write_text("# who must know\n\n" + "".join(f"{line}\n" for line in lines))
    path.chmod(mode)
    said: list[str] = []
    send(notice, path, said.append, pause=0.01)
    assert SECRET not in "".join(said)
    return said


def test_a_mail_carries_the_answer_and_the_report_on_paper(tmp_path: Path) -> None:
    """The answer is its subject; what hosts said is text, no markup."""
    pdf = tmp_path / "report.pdf"
    pdf.write_bytes(b"%PDF-1.7 a report")
    notice = Notice(NOTICE.title, NOTICE.body, NOTICE.verdict, pdf)
    with post() as server:
        assert sent(tmp_path, server.address, notice=notice) == []
    (mail,) = server.mails
    assert mail["Subject"] == f"siteparity: {NOTICE.title}"
    text = mail.get_body(("plain", "html"))
    assert text is not None
    assert "arizona" in text.get_content()
    assert "<b>arizona" not in text.get_content() or text.get_content_type() == "text/plain"
    (attached,) = mail.iter_attachments()
    assert attached.get_filename() == "report.pdf"
    assert attached.get_content() == b"%PDF-1.7 a report"


def test_a_webhook_gets_the_answer(tmp_path: Path) -> None:
    """Without the report: a chat has no use for it."""
    with web() as server:
        assert sent(tmp_path, f"json://127.0.0.1:{server.port}/hook/{SECRET}") == []
    assert server.asked == [f"POST /hook/{SECRET}"]
    body = json.loads(server.bodies[0])
    assert body["title"] == f"siteparity: {NOTICE.title}"
    assert body["type"] == "failure"
    assert not body["attachments"]


def test_what_fails_once_is_sent_again(tmp_path: Path) -> None:
    """A chat that is busy takes it the second time."""
    with web([503, 200]) as server:
        assert sent(tmp_path, f"json://127.0.0.1:{server.port}/{SECRET}") == []
    assert len(server.asked) == 2


def test_what_is_not_received_is_told_by_line_and_kind_and_the_others_are(tmp_path: Path) -> None:
    """Neither address nor password; a server that leads elsewhere is not followed."""
    with web([404]) as missing, web([302]) as elsewhere, web() as good:
        said = sent(
            tmp_path,
            f"json://user:{SECRET}@127.0.0.1:{missing.port}/x",
            f"json://127.0.0.1:{elsewhere.port}/{SECRET}",
            f"mailto://user:{SECRET}@127.0.0.1:{closed_port()}?from=a@b.example&to=c@d.example",
            f"nonsense://{SECRET}",
            SECRET,
            f"json://127.0.0.1:{good.port}/{SECRET}",
        )
    path = tmp_path / "notices"
    assert [line.removeprefix(f"{path}: address ").removesuffix("; the answer stands") for line in said] == [
        "1 (json): the notice was not received: the server answered 404",
        "2 (json): the notice was not received: the server answered 302",
        "3 (mailto): the notice was not received: Connection refused",
        "4 (nonsense): the notice was not received: apprise does not understand the address",
        "5 (of an unknown kind): the notice was not received: apprise does not understand the address",
    ]
    assert elsewhere.asked == [f"POST /{SECRET}"] * 2
    assert good.asked == [f"POST /{SECRET}"]


def test_a_silent_service_takes_no_longer_than_the_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others do not wait for it either."""
    monkeypatch.setattr(sending, "SECONDS", 0.3)
    with web(slow=2) as silent:
        (said,) = sent(tmp_path, f"json://127.0.0.1:{silent.port}/{SECRET}")
    assert "the notice was not received: no answer in 0.3 s; the answer stands" in said


def test_a_file_that_others_may_read_is_used_with_a_warning(tmp_path: Path) -> None:
    """With the command that mends it."""
    with web() as server:
        said = sent(tmp_path, f"json://127.0.0.1:{server.port}/{SECRET}", mode=0o640)
    path = tmp_path / "notices"
    expected = [f"{path}: others may read it, and it holds secrets; chmod 600 {path}"]
    assert said == (expected if path.stat().st_gid else [])
    assert len(server.asked) == 1


@pytest.mark.parametrize("text", [None, "", "# nobody\n"])
def test_a_file_without_addresses_is_told(text: str | None, tmp_path: Path) -> None:
    """And one that is not there."""
    path = tmp_path / "notices"
    if text is not None:
        path.write_text(text)
        path.chmod(0o600)
    said: list[str] = []
    send(NOTICE, path, said.append)
    assert len(said) == 1
    assert said[0].startswith(f"no notice is sent: {path}: expected ")


def test_without_apprise_the_way_to_install_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is an extra."""
    monkeypatch.setitem(sys.modules, "apprise", None)
    said: list[str] = []
    send(NOTICE, tmp_path / "notices", said.append)
    assert said == ['no notice is sent: apprise is missing; install "siteparity[notices]"']
