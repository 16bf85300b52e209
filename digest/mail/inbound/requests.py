"""Find the wish to leave, or an action, in a message from a person, or from the button of a mail program.

What a message *says* counts: all of its subject, its own first line, the address that it is sent to. What
it quotes does not. A token is enough wherever it is said by itself. A program that answers mails also repeats
subjects, so behind a prefix such as `Re:` a token wants a person who says nothing else. So does a wish
without a token, whose reader is the one of the mail that it answers.
"""

import re
from collections.abc import Iterator
from email.message import Message

from digest.mail.addresses import AS_IT_IS
from digest.mail.inbound.answers import ActionRequest, UnsubscribeRequest
from digest.mail.inbound.automatic import BUTTON, is_automatic, is_automatic_reply
from digest.mail.inbound.mime import header, headers, latest_date, message_id, message_ids
from digest.mail.inbound.own_text import own_lines, whole_text
from digest.mail.inbound.said import Said, said, said_in_subject, tokens_in
from digest.mail.inbound.text import readable_subject
from digest.mail.inbound.wishes import is_greeting, is_thanks

_RECIPIENTS = (
    *("To", "Cc", "Resent-To", "Delivered-To", "X-Delivered-To", "X-Original-To", "X-Forwarded-To"),
    *("Envelope-To", "X-Envelope-To", "X-Rcpt-To", "Apparently-To"),
)
_MOST_RECIPIENTS = 50
_ADDRESS = re.compile(r"(?<![a-z0-9])[a-z2-7]{32}(?=@|=40)", re.IGNORECASE | re.ASCII)

# What gateways put above a text.
_BANNER = re.compile(
    r"\W*((external|caution|warning|extern|achtung|attention)\b|"
    r"this (e-?mail|message) (originated|was sent|came) from|you don.t often get e-?mail|"
    r"sie erhalten nicht häufig|do not click|don.t click)",
    re.IGNORECASE,
)


def unsubscribe_request(message: Message) -> UnsubscribeRequest | None:
    """The wish to get no more mail that the message says; None if it says none."""
    subject, answered = said_in_subject(readable_subject(message)), _answered(message)
    tokens = [*_bare_token(subject, message), *_tokens_of_address(message)]
    answers: tuple[str, ...] = ()
    if not is_automatic(message):
        first = _first_line(message)
        tokens += filter(None, [first.token, subject.token * (first.is_wish or first.is_nothing)])
        if first.is_wish and subject.asked:
            tokens.append(subject.asked.token)
        if first.is_wish or (subject.is_wish and first.is_nothing):
            answers = answered
            tokens += () if answered else tokens_in(whole_text(message))
    if not tokens and not answers:
        return None
    return UnsubscribeRequest(tuple(dict.fromkeys(tokens)), answers, _name(message), latest_date(message))


def action_request(message: Message) -> ActionRequest | None:
    """The action that the message asks for, under the same rules; None if it asks for none."""
    if is_automatic_reply(message):
        return None
    subject = said_in_subject(readable_subject(message))
    asked = None if subject.is_reply else subject.asked
    if not asked and not is_automatic(message):
        first = _first_line(message)
        asked = first.asked or (subject.asked if first.is_nothing else None)
    if not asked:
        return None
    return ActionRequest(asked.action, asked.about, asked.token, _name(message), latest_date(message))


def _name(message: Message) -> str:
    return message_id(message) or header(message, "Date").strip()


def _bare_token(subject: Said, message: Message) -> Iterator[str]:
    """No program that answers mails writes a request without a prefix: the button of a mail program does."""
    if subject.token and (not subject.is_reply or BUTTON in message):
        yield subject.token


def _tokens_of_address(message: Message) -> Iterator[str]:
    """Of `digest+TOKEN@example.org`, unless a program answers there."""
    if not is_automatic_reply(message):
        for name in _RECIPIENTS:
            for value in headers(message, name)[:_MOST_RECIPIENTS]:
                yield from (found.lower() for found in _ADDRESS.findall(value))


def _first_line(message: Message) -> Said:
    """The first line that says something."""
    lines = (line for line in own_lines(message) if not _says_nothing(line))
    return said(next(lines, ""))


def _says_nothing(line: str) -> bool:
    return is_greeting(line) or is_thanks(line) or bool(_BANNER.match(line)) or line.startswith(AS_IT_IS)


def _answered(message: Message) -> tuple[str, ...]:
    """The Message-IDs of what the message answers.

    `References` may also name mails that somebody else answered before, who passed them on: they count only
    where there is no `In-Reply-To`.
    """
    return message_ids(message, "In-Reply-To") or message_ids(message, "References")
