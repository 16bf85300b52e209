"""Take a finished message apart for the preview: headers, sizes, text, and its page in light and dark."""

import re
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import unescape

from digest.domain.text import shortened
from digest.mail.addresses import display_name
from digest.mail.content.fit import HTML_BYTES, MESSAGE_BYTES

_ALWAYS, _NEVER = "(min-width: 0px)", "(max-width: 0px)"  # `all` is not allowed after `and`

_SCHEME = re.compile(r"\(\s*prefers-color-scheme\s*:\s*(light|dark)\s*\)", re.IGNORECASE)

_SCHEMES_TAKEN = re.compile(
    r"(<meta\b[^>]*\bcolor-scheme\"[^>]*\bcontent=\"|\bcolor-scheme\s*:\s*)(?:light\s+dark|dark\s+light)",
    re.IGNORECASE,
)

PREVIEW_CHARACTERS = 140
"""About as many as a phone shows of a mail in its list."""

_HIDDEN = re.compile(r"<head\b.*?</head>|<!--.*?-->", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")

_STYLE = re.compile(r"<style\b[^>]*>.*?</style\s*>", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Size:
    """A size and its limit, in bytes."""

    bytes: int
    limit: int

    @property
    def exceeded(self) -> bool:
        return self.bytes > self.limit


@dataclass(frozen=True, slots=True)
class View:
    """A message taken apart. `headers` are decoded, in their order; `html` and `text` are the two parts."""

    subject: str
    sender: str
    """As a list of mails shows it."""
    preview: str
    """What a list of mails shows behind the subject."""
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    size: Size
    page_size: Size
    html: str = field(repr=False)
    text: str = field(repr=False)
    content: bytes = field(repr=False)


def view(content: bytes) -> View:
    """A message with a text and an HTML part, taken apart; a part that it does not have is empty."""
    message = message_from_bytes(content, policy=policy.default)
    html = _part(message, "html")
    return View(
        subject=str(message["Subject"] or ""),
        sender=display_name(str(message["From"] or "")) or str(message["From"] or ""),
        preview=first_words(html),
        headers=tuple((name, str(value)) for name, value in message.items()),
        size=Size(len(content), MESSAGE_BYTES),
        page_size=Size(len(html.encode()), HTML_BYTES),
        html=html,
        text=_part(message, "plain"),
        content=content,
    )


def in_scheme(html: str, scheme: str) -> str:
    """The page as a mail program in this colour scheme (`light` or `dark`) shows it, on any desktop.

    Media queries for `prefers-color-scheme` become ones that always or never apply, and a page that
    supports both schemes says that it supports this one.
    Source: https://drafts.csswg.org/mediaqueries-5/#prefers-color-scheme
    """
    decided = _SCHEME.sub(lambda query: _ALWAYS if query[1].lower() == scheme else _NEVER, html)
    return _SCHEMES_TAKEN.sub(rf"\g<1>{scheme}", decided)


def without_style(html: str) -> str:
    """The page without its style sheets, as some mail programs show it; style attributes stay."""
    return _STYLE.sub("", html)


def first_words(html: str) -> str:
    """What a list of mails shows of the page: the first words of its body."""
    text = _TAG.sub(" ", _HIDDEN.sub(" ", html))
    return shortened(" ".join(unescape(text).split()), PREVIEW_CHARACTERS)


def _part(message: EmailMessage, subtype: str) -> str:
    part = message.get_body((subtype,))
    return str(part.get_content()) if isinstance(part, EmailMessage) else ""
