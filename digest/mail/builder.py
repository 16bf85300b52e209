"""From a digest to the finished mails."""

import math
from dataclasses import replace
from datetime import datetime
from threading import Lock

from digest.domain.digests import Digest
from digest.domain.mails import Mail, Rendered
from digest.domain.runs import Alert
from digest.domain.settings import MailSettings
from digest.domain.tokens import Signer
from digest.errors import RenderError
from digest.mail.content.fit import Detail, most_detail_that_fits, room, split
from digest.mail.content.render import MailRenderer
from digest.mail.mime import compose_message, compose_notice


class DigestMailBuilder:
    """digest.protocols.MailBuilder: renders with the templates, as much as fits, and composes the message."""

    def __init__(self, renderer: MailRenderer, settings: MailSettings, signer: Signer) -> None:
        self._renderer = renderer
        self._settings = settings
        self._signer = signer
        self._alone = Lock()  # several threads deliver, and premailer does not say that they may share it

    def make(self, digest: Digest, now: datetime) -> list[Mail]:
        """As few mails as hold all papers. Made again at another moment, they are others, by their
        Message-IDs too."""
        token = self._signer.unsubscribe_token(digest.subscriber.email)
        with self._alone:
            return [self._mail(part, rendered, token, now) for part, rendered in self._parts(digest, token)]

    def alert(self, alert: Alert, operator: str, now: datetime) -> Mail:
        """What the operator, an address, is told of the program itself."""
        return compose_notice(
            self._renderer.render_alert(alert),
            self._settings,
            operator,
            message_id=self._signer.message_id(operator, f"alarm {now.isoformat()}"),
            date=now,
        )

    def _parts(self, digest: Digest, token: str) -> list[tuple[Digest, Rendered]]:
        parts = 1
        while parts <= max(len(digest.entries), 1):
            rendered = [(part, self._most_detail_that_fits(part, token)) for part in split(digest, parts)]
            most = max(room(mail) for _, mail in rendered)
            if most <= 1:
                return rendered
            parts = max(parts + 1, math.ceil(parts * most))
        raise RenderError("one paper alone takes more room than a mail has")

    def _most_detail_that_fits(self, digest: Digest, token: str) -> Rendered:
        """The digest with as much detail as fits into one mail, or in the least if it does not fit."""
        made: dict[Detail, Rendered] = {}

        def fits(detail: Detail) -> bool:
            made[detail] = self._renderer.render(digest, token, detail)
            return room(made[detail]) <= 1

        return made[most_detail_that_fits(fits)]

    def _mail(self, digest: Digest, rendered: Rendered, token: str, now: datetime) -> Mail:
        papers = tuple(entry.paper.id for entry in digest.entries)
        email = digest.subscriber.email
        mail = compose_message(
            rendered,
            self._settings,
            digest.subscriber,
            message_id=self._signer.message_id(email, " ".join((now.isoformat(), *sorted(papers)))),
            token=token,
            date=now,
        )
        return replace(mail, papers=papers)
