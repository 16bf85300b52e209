"""What the composition root passes on."""

from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

from digest.bootstrap import open_run
from digest.domain.mails import Mail
from digest.domain.settings import SmtpServer
from digest.pipeline.progress import NullProgress
from digest.system.clock import SystemClock
from tests.support.builders import config, subscriber
from tests.support.hostile_smtp import HostileServer


@dataclass
class Signs(NullProgress):
    """Counts the signs of life."""

    seen: int = 0

    def alive(self) -> None:
        self.seen += 1


def test_each_reply_of_the_mail_server_is_a_sign_of_life_of_the_run(tmp_path: Path) -> None:
    signs = Signs()
    with HostileServer() as server:
        settings = replace(
            config(tmp_path, subscriber()),
            smtp=SmtpServer("localhost", server.port, "plain"),
        )
        with open_run(settings, SystemClock(), nullcontext, signs) as context:
            mail = Mail("<1@example.net>", "ada@example.org", "digest@example.net", b"Subject: x\r\n\r\n")
            context.transports[0].deliver(mail, lambda: None)
    replies_and_blocks = ["greeting", "ehlo", "mail", "rcpt", "data", "content", "dot", "quit"]
    assert signs.seen == len(replies_and_blocks)
