"""A real mail server on the loopback interface that keeps what it receives."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope, Session

from tests.support.ports import free_port


@dataclass(frozen=True, slots=True)
class Received:
    sender: str | None
    recipients: tuple[str, ...]
    content: bytes
    encrypted: bool


@dataclass
class Mailbox:
    received: list[Received] = field(default_factory=list)
    refuses: str = ""
    """An address that is refused for good."""

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: Any, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address == self.refuses:
            return "550 5.1.1 No such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        assert isinstance(envelope.content, bytes)
        encrypted = server.transport.get_extra_info("sslcontext") is not None
        self.received.append(
            Received(envelope.mail_from, tuple(envelope.rcpt_tos), envelope.content, encrypted)
        )
        return "250 OK"


@contextmanager
def serving(mailbox: Mailbox, **options: Any) -> Iterator[int]:
    """Run the server; yields its port on `localhost`. The options are those of aiosmtpd's Controller."""
    port = free_port()
    controller = Controller(mailbox, hostname="localhost", port=port, **options)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()
