"""From a digest to the finished mail."""

from dataclasses import replace
from datetime import datetime

from digest.mail.message import compose_message, new_message_id
from digest.mail.render import MailRenderer
from digest.models import Digest, Mail, MailSettings


class DigestMailer:
    """digest.protocols.Mailer: renders with the templates, then composes the message."""

    def __init__(self, renderer: MailRenderer, settings: MailSettings) -> None:
        self._renderer = renderer
        self._settings = settings

    def make(self, digest: Digest, now: datetime) -> Mail:
        mail = compose_message(
            self._renderer.render(digest),
            self._settings,
            recipient=digest.subscriber.email,
            recipient_name=digest.subscriber.name,
            message_id=new_message_id(self._settings.sender),
            date=now,
        )
        return replace(mail, papers=tuple(entry.paper.id for entry in digest.entries))
