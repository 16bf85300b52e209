"""From a digest to the finished mail."""

from dataclasses import replace
from datetime import datetime
from threading import Lock

from digest.mail.message import compose_message
from digest.mail.render import MailRenderer
from digest.models import Digest, Mail, MailSettings
from digest.signing import Signer


class DigestMailer:
    """digest.protocols.Mailer: renders with the templates, then composes the message."""

    def __init__(self, renderer: MailRenderer, settings: MailSettings, signer: Signer) -> None:
        self._renderer = renderer
        self._settings = settings
        self._signer = signer
        self._alone = Lock()  # several threads deliver, and premailer does not say that they may share it

    def make(self, digest: Digest, now: datetime) -> Mail:
        """The same digest made again at another moment is another mail, by its Message-ID too."""
        reader, papers = digest.subscriber, tuple(entry.paper.id for entry in digest.entries)
        token = self._signer.unsubscribe_token(reader.email)
        with self._alone:
            mail = compose_message(
                self._renderer.render(digest, token),
                self._settings,
                reader,
                message_id=self._signer.message_id(reader.email, _identity(papers, now)),
                token=token,
                date=now,
            )
        return replace(mail, papers=papers)


def _identity(papers: tuple[str, ...], now: datetime) -> str:
    return " ".join((now.isoformat(), *sorted(papers)))
