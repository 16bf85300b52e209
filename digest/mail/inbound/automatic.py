"""Tell what programs write from what people write, and noise from what a person should read."""

import re
from collections.abc import Iterator
from email.message import Message

from digest.mail.inbound.bounces.status_reports import recipient_groups
from digest.mail.inbound.mime import header, headers, subparts, word
from digest.mail.inbound.said import said_in_subject, tokens_in
from digest.mail.inbound.text import readable_subject

_PRECEDENCE = {"bulk", "junk", "list", "auto_reply"}
_MARKED = (
    "X-Autoreply",
    "X-Autorespond",
    "X-Autoresponder",
    "X-Mail-Autoreply",
    "X-AutoReply-From",
    "List-Id",
)

# How old mail programs begin the subject of an answer while somebody is away.
_AWAY = re.compile(
    r"\W*(automatic reply|auto(matic)?[ -]?(reply|response|responder|antwort|risposta)|out of (the )?office|"
    r"automatische antwort|abwesen|réponse automatique|respuesta automática|resposta automática|"
    r"risposta automatica|fuera de la oficina|absence du bureau|автоответ|автоматический ответ|自动回复|"
    r"自動回覆|自動回復|自動応答|自動返信|不在通知|자동 ?회신|부재중|vacation (reply|response|notice))",
    re.IGNORECASE,
)
_READ = re.compile(
    r"\W*(read|gelesen|lu|leído|lido|letto|прочитано|已读|已讀|開封済み|읽음)\s*[:：]", re.IGNORECASE
)
_DAEMON = re.compile(
    r"(?:^|[<\s\"])(mailer-?daemon|postmaster|mail-?daemon|mdaemon|microsoftexchange\w*)@",
    re.IGNORECASE,
)
_FAILED = re.compile(
    r"undeliver|returned (mail|to sender)|failure|failed|non[- ]?remis|no se pudo entregar|unzustellbar|"
    r"rejected|rückläufer",
    re.IGNORECASE,
)
_LATER = re.compile(r"delayed|warning|verzögert|retardé|retraso|still being retried", re.IGNORECASE)
_AGGREGATE = re.compile(r"report[ -]?domain:.*(submitter|report-id)", re.IGNORECASE)
_AGGREGATE_FILE = re.compile(r"[\w.-]+![\w.-]+!\d+!\d+", re.IGNORECASE)
_SPAM = {"X-Spam-Flag": "yes", "X-Spam-Status": "yes", "X-Spam": "yes", "X-Rspamd-Action": "reject"}
BUTTON = "X-Apple-Unsubscribe"
"""Of the button in Apple's mail programs, which may lose the subject: a person sees who wants to leave."""

_CHANGES_NOTHING = {"not-spam", "auth-failure", "dmarc"}
_OTHER_REPORTS = {"message/disposition-notification", "application/tlsrpt+gzip", "application/tlsrpt+json"}


def is_automatic(message: Message) -> bool:
    """Whether a program wrote the message (RFC 3834, section 2), or a list passed it on."""
    return (
        any(word(value) != "no" for value in headers(message, "Auto-Submitted"))
        or word(header(message, "Precedence")) in _PRECEDENCE
        or any(name in message for name in _MARKED)
        or header(message, "Return-Path").strip() == "<>"
        or bool(_AWAY.match(readable_subject(message)))
    )


def is_automatic_reply(message: Message) -> bool:
    """Whether a program answers a mail. The button of a mail program does not, but may be automatic too."""
    answers = "In-Reply-To" in message or "References" in message
    return is_automatic(message) and (answers or said_in_subject(readable_subject(message)).is_reply)


def is_noise(message: Message) -> bool:
    """Whether nobody needs to read the message if it was not understood.

    A report of a failure is no noise, whatever it looks like; nor is a complaint, nor a request of
    somebody who is not known.
    """
    if (feedback := feedback_type(message)) is not None:
        return feedback in _CHANGES_NOTHING
    if message.get_content_type() == "multipart/report" or _is_from_daemon(message):
        return _is_harmless_report(message)
    subject = said_in_subject(readable_subject(message))
    is_request = subject.token or subject.is_wish or subject.asked
    if (is_request and not subject.is_reply) or BUTTON in message:
        return False
    return is_automatic(message) or _is_statistics(message) or _is_unasked(message)


def parts_of(message: Message) -> Iterator[Message]:
    """All parts of a message, without those of a message in it."""
    yield message
    if message.get_content_maintype() == "multipart":
        for part in subparts(message):
            yield from parts_of(part)


def feedback_type(message: Message) -> str | None:
    """Of a feedback report (RFC 5965), such as `abuse`, or empty; None if the message is no such report."""
    for part in parts_of(message):
        if part.get_content_type() == "message/feedback-report":
            fields = next(iter(subparts(part)), part)
            return word(header(fields, "Feedback-Type"))
    return None


def _is_from_daemon(message: Message) -> bool:
    return "X-Failed-Recipients" in message or bool(_DAEMON.search(header(message, "From")))


def _is_harmless_report(message: Message) -> bool:
    """Whether it is about a mail that was read, arrived, or may still arrive."""
    types = {part.get_content_type() for part in parts_of(message)}
    if types & _OTHER_REPORTS or word(str(message.get_param("report-type", ""))) in {
        "disposition-notification",
        "tlsrpt",
    }:
        return True
    actions = {word(header(group, "Action")) for group in recipient_groups([*parts_of(message)])} - {""}
    if actions:
        return "failed" not in actions
    subject = readable_subject(message)
    return bool(_LATER.search(subject)) and not _FAILED.search(subject)


def _is_statistics(message: Message) -> bool:
    """Whether it is a DMARC (RFC 7489) or TLS (RFC 8460) report, or a receipt."""
    subject = readable_subject(message)
    return (
        bool(_AGGREGATE.search(subject) or _READ.match(subject))
        or any(part.get_content_type() in _OTHER_REPORTS for part in parts_of(message))
        or any(_AGGREGATE_FILE.match(part.get_filename() or "") for part in parts_of(message))
    )


def _is_unasked(message: Message) -> bool:
    """Whether a filter takes it for spam, and it neither answers a mail nor names a token."""
    marked = any(word(header(message, name)) == value for name, value in _SPAM.items())
    answers = "In-Reply-To" in message or "References" in message
    return marked and not answers and not tokens_in(readable_subject(message))
