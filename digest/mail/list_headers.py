"""What each mail says to mail programs and large receivers about the list it belongs to."""

from hashlib import sha256

from digest.domain.settings import MailSettings
from digest.mail.addresses import contact, domain, mailto, one_click_url, unsubscribe_url

_SENDER_ID_DIGITS = 12
"""Of Feedback-ID's last part, which has 5 to 15 characters."""


def list_headers(settings: MailSettings, token: str) -> dict[str, str]:
    """The headers of RFC 2369, RFC 2919 and RFC 8058, and Feedback-ID; `token` is the subscriber's.

    The one-click address stands first, and is announced as such: without it, no mail program posts to a
    `mailto:` address.
    """
    post = {"List-Unsubscribe-Post": "List-Unsubscribe=One-Click"} if settings.unsubscribe_url else {}
    return {
        "List-Id": f"Daily Papers <daily-papers.{domain(settings.sender)}>",
        "List-Help": f"<{mailto(contact(settings), 'help')}>",
        "List-Unsubscribe": ", ".join(f"<{link}>" for link in _ways_out(settings, token)),
        **post,
        "List-Owner": f"<{mailto(contact(settings))}>",
        "Feedback-ID": f"digest:daily-papers:{domain(settings.sender)}:{_sender_id(settings)}",
    }


def _ways_out(settings: MailSettings, token: str) -> list[str]:
    service = settings.unsubscribe_url
    return [*([one_click_url(service, token)] if service else []), unsubscribe_url(settings, token)]


def _sender_id(settings: MailSettings) -> str:
    """The same for all mails of a sender's domain, and of no other: Gmail counts complaints by it.

    https://support.google.com/mail/answer/6254652
    """
    return sha256(domain(settings.sender).encode()).hexdigest()[:_SENDER_ID_DIGITS]
