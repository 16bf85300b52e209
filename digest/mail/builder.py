"""Build the mails of a digest: render, fit the size, compose the message."""

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from threading import Lock

from digest.domain.auditing import Audit
from digest.domain.digests import Digest
from digest.domain.mails import Mail, Rendered
from digest.domain.runs import Alert, UnreadInbox
from digest.domain.settings import DkimSettings, MailSettings
from digest.domain.subscribers import SuppressionEvent
from digest.domain.tokens import Signer
from digest.errors import RenderError
from digest.mail.addresses import domain
from digest.mail.content.fit import Detail, most_detail_that_fits, size_ratio, steps_for
from digest.mail.content.parts import beginning, split
from digest.mail.content.render import MailRenderer
from digest.mail.mime import Sign, compose_message, compose_notice, unsigned


def _sign_with(dkim: DkimSettings | None) -> Sign:
    if dkim is None:
        return unsigned
    from digest.mail.dkim import DkimSigner  # only here: its library costs 90 ms

    return DkimSigner(dkim)


class DigestMailBuilder:
    """A pipeline.ports.MailBuilder that renders with the templates, in as much detail as fits."""

    def __init__(self, renderer: MailRenderer, settings: MailSettings, signer: Signer) -> None:
        self._sign = _sign_with(settings.dkim)
        self._renderer = renderer
        self._settings = settings
        self._signer = signer
        # Workers deliver in several threads; premailer's documentation does not say that it is thread-safe.
        self._lock = Lock()

    def build(self, digest: Digest, now: datetime) -> list[Mail]:
        """As few mails as hold all papers; another `now` gives other Message-IDs. Raises RenderError."""
        token = self._signer.unsubscribe_token(digest.subscriber.email)
        mails: list[Mail] = []
        with self._lock:
            for part, rendered in self._parts(digest, token):
                mails.append(self._mail(part, rendered, token, now, after=mails[:1]))
        return mails

    def build_alert(self, alert: Alert, operator: str, now: datetime) -> Mail:
        """The mail to the operator's address about failing runs. Raises RenderError."""
        return self._notice(self._renderer.render_alert(alert), operator, f"alarm {now.isoformat()}", now)

    def build_audit_notice(self, audit: Audit, operator: str, now: datetime) -> Mail:
        """The mail to the operator's address about missed papers. Raises RenderError."""
        return self._notice(self._renderer.render_audit(audit), operator, f"audit {now.isoformat()}", now)

    def _notice(self, rendered: Rendered, operator: str, name: str, now: datetime) -> Mail:
        return compose_notice(
            rendered,
            self._settings,
            operator,
            message_id=self._message_id(operator, name),
            date=now,
            sign=self._sign,
        )

    def build_inbox_notice(self, inbox: UnreadInbox, operator: str, now: datetime) -> Mail:
        """The mail to the operator's address about answers that are not read. Raises RenderError."""
        return self._notice(self._renderer.render_inbox(inbox), operator, f"inbox {now.isoformat()}", now)

    def build_suppressed(self, events: Sequence[SuppressionEvent], operator: str, now: datetime) -> Mail:
        """The mail to the operator's address about who gets no more mail. Raises RenderError."""
        rendered = self._renderer.render_suppressions(events)
        return self._notice(rendered, operator, f"suppressed {now.isoformat()}", now)

    def _message_id(self, email: str, name: str) -> str:
        return self._signer.message_id(email, name, domain(self._settings.sender))

    def _parts(self, digest: Digest, token: str) -> list[tuple[Digest, Rendered]]:
        """The digest split into as few mails as hold it, each with its text. Raises RenderError."""
        parts = 1
        while parts <= max(len(digest.entries), 1):
            rendered = [(part, self._most_detail_that_fits(part, token)) for part in split(digest, parts)]
            largest = max(size_ratio(mail) for _, mail in rendered)
            if largest <= 1:
                return rendered
            if digest.is_catch_up and self._settings.archive_url and self._settings.archive_has_all:
                return [self._beginning(digest, token, largest)]
            # Each try renders everything, so skip numbers of mails that cannot be enough.
            parts = max(parts + 1, math.ceil(parts * largest))
        raise RenderError("one paper alone takes more room than a mail has")

    def _beginning(self, digest: Digest, token: str, ratio: float) -> tuple[Digest, Rendered]:
        """As many papers as one mail holds; the archive has the others. `ratio` is that of all of them."""
        papers = len(digest.entries)
        while papers > 1:
            papers = int(papers / max(ratio, 1.02))
            part = beginning(digest, papers)
            rendered = self._most_detail_that_fits(part, token)
            ratio = size_ratio(rendered)
            if ratio <= 1:
                return part, rendered
        raise RenderError("one paper alone takes more room than a mail has")

    def _most_detail_that_fits(self, digest: Digest, token: str) -> Rendered:
        """The digest with as much detail as fits into one mail, or the least if nothing fits."""
        rendered: dict[Detail, Rendered] = {}

        def fits(detail: Detail) -> bool:
            rendered[detail] = self._renderer.render(digest, token, detail)
            return size_ratio(rendered[detail]) <= 1

        return rendered[most_detail_that_fits(steps_for(digest), fits)]

    def _mail(
        self, digest: Digest, rendered: Rendered, token: str, now: datetime, *, after: Sequence[Mail]
    ) -> Mail:
        """`after`: the first of several mails, unless this is the first."""
        entries = digest.in_all if digest.unlisted else digest.entries
        papers = tuple(entry.paper.id for entry in entries)
        email = digest.subscriber.email
        mail = compose_message(
            rendered,
            self._settings,
            digest.subscriber,
            message_id=self._message_id(email, " ".join((now.isoformat(), *sorted(papers)))),
            token=token,
            date=now,
            references=tuple(mail.message_id for mail in after),
            sign=self._sign,
        )
        return replace(mail, papers=papers)
