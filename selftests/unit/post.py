"""A real mail server for tests, which keeps what it is sent."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from selftests.unit.servers import closed_port


@dataclass
class Post:
    """What a mail server got."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep a mail; aiosmtpd calls it so."""
        content = envelope.content
        assert isinstance(content, bytes)
        mail = email.message_from_bytes(content, policy=email.policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 kept"

    @property
    def address(self) -> str:
        """For apprise."""
        return f"mailto://127.0.0.1:{self.port}?from=gate@dallas.example&to=ada@dallas.example&mode=insecure"


@contextmanager
def post() -> Iterator[Post]:
    """A mail server on a free port of this machine."""
    made = Post(closed_port())
    controller = Controller(made, hostname="127.0.0.1", port=made.port)
    controller.start()
    try:
        yield made
    finally:
        controller.stop()
