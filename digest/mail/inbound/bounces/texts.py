"""Find the failure in a report that is text for a person.

qmail, dma, Yahoo, mail.ru and older Exims write such reports, each in its own form. What they have in common
is read: a mail server is the sender; words that a mail was given up come first; the mail is quoted below.
"""

import re
from collections.abc import Sequence
from email.message import Message

from digest.mail.inbound.bounces.failure import Failure
from digest.mail.inbound.bounces.origin import quoted_mail, returns_mail
from digest.mail.inbound.bounces.phrases import ARRIVED, FAILURE, FINAL, GIVEN_UP, NOT_FINAL
from digest.mail.inbound.bounces.senders import (
    FAILED_RECIPIENTS,
    is_auto_reply,
    is_automatic,
    is_mail_server,
)
from digest.mail.inbound.mime import header, is_text
from digest.mail.inbound.text import readable, readable_subject

_MOST_CHARACTERS = 4_000
_MOST_REPLY = 500

_REPLY = re.compile(r"(?<![\d.,/-])5[0-7]\d(?:[- ]#?5\.\d{1,3}\.\d{1,3}\b|[-: ]|$)")
_CODE = re.compile(r"(?<![\d.])[45]\.\d{1,3}\.\d{1,3}(?!\.?\d)")
_EMPTY_LINE = re.compile(r"\n[>| \t]*\n")
_TAG = re.compile(r"<(?:/?[a-z][a-z0-9]{0,10}(?:\s[^<>]{0,300})?|!--[^<>]{0,300}--)/?>", re.IGNORECASE)
_ADDRESS = r"[^\s<>()\[\]:;,\"@]{1,64}@[^\s<>()\[\]:;,\"@]{1,255}"
_ON_ITS_LINE = re.compile(rf"^[ \t>*-]*<?({_ADDRESS})>?(?::|[ \t]*$)", re.MULTILINE)
_IN_BRACKETS = re.compile(rf"<({_ADDRESS})>")

# Where the returned mail begins that has no Message-ID of ours: fields that only machines write.
_TRACE = re.compile(r"^[>| \t]*(?:Return-Path|Received|DKIM-Signature|MIME-Version|Message-ID):", re.I | re.M)


def told_failure(message: Message, parts: Sequence[Message]) -> Failure | None:
    """The failure that the words of the message tell; None if they tell none, or none that is final."""
    words = f"{readable_subject(message)}\n\n{_words(parts)}"
    if not _is_final_failure(message, parts, words):
        return None
    return Failure(_recipients(message, words), "", _reply(words))


def told_reply(parts: Sequence[Message]) -> str:
    """The reply of a mail server that the words quote, or else what they say behind an address: Exim writes
    there what it found out itself. Empty if they say neither."""
    words = _words(parts)
    if _REPLY.search(words):
        return _reply(words)
    address = _ON_ITS_LINE.search(words)
    return _paragraph(words[address.end() :]) if address else ""


def is_given_up(parts: Sequence[Message]) -> bool:
    """Whether the words say that there was the last attempt, whatever the fields say."""
    return bool(GIVEN_UP.search(" ".join(_words(parts).split())))


def _is_final_failure(message: Message, parts: Sequence[Message], words: str) -> bool:
    """Automatic replies of people come without a sender too: those that are not from a mail server need more
    than words."""
    said = " ".join(words.split())
    if (ARRIVED.search(said) or NOT_FINAL.search(said)) and not FINAL.search(said):
        return False
    failed, reply = FAILURE.search(said), _REPLY.search(words)
    if is_mail_server(message):
        return bool(failed or reply)
    more = reply or FAILURE.search(readable_subject(message)) or any(map(returns_mail, parts))
    return bool(failed and more) and is_automatic(message) and not is_auto_reply(message, said)


def _words(parts: Sequence[Message]) -> str:
    """What stands before the quoted mail, in the first text that has words."""
    texts = (_without_tags(part) for part in parts if is_text(part))
    return next(filter(str.strip, map(_before_quote, texts)), "")[:_MOST_CHARACTERS]


def _without_tags(part: Message) -> str:
    text = readable(part).replace("\r\n", "\n")
    return _TAG.sub(" ", text) if part.get_content_subtype() == "html" else text


def _before_quote(text: str) -> str:
    quote = quoted_mail(text) or _TRACE.search(text)
    if not quote:
        return text
    ends = [found.start() for found in _EMPTY_LINE.finditer(text, 0, quote.start())]
    return text[: ends[-1] if ends else quote.start()]


def _reply(words: str) -> str:
    """The mail server's reply, to the end of its paragraph; or all words, if no code tells where it is."""
    found = _REPLY.search(words) or _CODE.search(words)
    if not found:
        return words
    return _paragraph(words[found.start() :])


def _paragraph(words: str) -> str:
    """The beginning, to an empty line."""
    return _EMPTY_LINE.split(words[:_MOST_REPLY], maxsplit=1)[0]


def _recipients(message: Message, words: str) -> tuple[str, ...]:
    named = re.findall(_ADDRESS, header(message, FAILED_RECIPIENTS)) or _ON_ITS_LINE.findall(words)
    named = named or _IN_BRACKETS.findall(words)[:1]
    return tuple(dict.fromkeys(named))
