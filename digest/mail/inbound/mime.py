"""Parse a message from a stranger within limits.

A check before the parser would read a message otherwise than the parser does. So the limits lie in its own
hooks: the factory that makes each part, and the policy, which hands out each header.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import Message
from email.parser import BytesHeaderParser, BytesParser
from email.policy import Compat32
from email.utils import parsedate_to_datetime
from itertools import count
from typing import Any, cast

BYTES_READ = 256_000
"""What is looked for stands at the beginning, also in a report that returns a whole digest."""

_LINES_READ = 10_000  # the parser compares each line with the boundaries of all parts around it
_CHARACTERS_READ = 4_000  # of a header: the time for its parameters and encoded words is quadratic
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,250}>")
_WORD = re.compile(r"\s*([\w-]*)")
_MOST_PARTS = 50  # this limits their nesting too


class TooComplex(Exception):
    """The message has too many parts, or takes too much time."""


class _Bounded(Compat32):
    """Headers as they are written, cut. Policies other than compat32 parse them, in quadratic time."""

    def header_fetch_parse(self, name: str, value: str) -> str:
        return value[:_CHARACTERS_READ]


def parsed(message: bytes) -> Message:
    """The beginning of a message. Raises TooComplex."""
    numbers = count()

    def part(**options: Any) -> Message:
        if next(numbers) > _MOST_PARTS:
            raise TooComplex
        return Message(**options)

    return BytesParser(part, policy=_Bounded()).parsebytes(_beginning(message))


def parsed_headers(message: bytes) -> Message:
    """The headers alone, which cannot be too complex."""
    return BytesHeaderParser(Message, policy=_Bounded()).parsebytes(_beginning(message))


def is_report(message: Message) -> bool:
    """Whether the message says that it is a report."""
    return message.get_content_type() == "multipart/report"


def header(message: Message, name: str) -> str:
    """The first header of this name, as it is written; empty if there is none."""
    return _readable(message.get(name, ""))


def headers(message: Message, name: str) -> list[str]:
    """All headers of this name."""
    return [_readable(value) for value in message.get_all(name, [])]


def message_id(message: Message) -> str:
    """The Message-ID, with its angle brackets; empty if there is none."""
    return next(iter(message_ids(message, "Message-ID")), "")


def message_ids(message: Message, name: str) -> tuple[str, ...]:
    """The Message-IDs in the first header of this name, with their angle brackets."""
    return tuple(_MESSAGE_ID.findall(header(message, name)))


def latest_date(message: Message) -> datetime | None:
    """The latest of the times that its sender and the mail servers on its way wrote into it, if any."""
    written = [*headers(message, "Date"), *headers(message, "Received")]
    return max(filter(None, map(date_in, written)), default=None)


def date_in(text: str) -> datetime | None:
    """The date at the end of a header, behind any semicolon."""
    try:
        date = parsedate_to_datetime(text.rpartition(";")[2])
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


def word(value: str) -> str:
    """The first word of a header: `auto-replied (vacation)` → `auto-replied`."""
    found = _WORD.match(value)
    return found[1].lower() if found else ""


def subparts(part: Message) -> list[Message]:
    """The parts of a multipart, the groups of a report, the message in a message; none of other parts."""
    return cast(list[Message], part.get_payload()) if part.is_multipart() else []


def returned_mail(part: Message) -> Message:
    """The mail in a part that is a mail, whole or its headers only, also where a server encoded it, which
    RFC 2046 forbids."""
    for inner in subparts(part)[:1]:
        if inner.keys() or "Content-Transfer-Encoding" not in part:
            return inner
        return parsed(_decoded(content(inner), header(part, "Content-Transfer-Encoding")))
    return parsed(content(part))


def leaves(part: Message) -> Iterator[Message]:
    """The parts that are no multipart, in order. An attached message is one part."""
    if part.get_content_maintype() != "multipart" or not part.is_multipart():
        yield part
        return
    for subpart in subparts(part):
        yield from leaves(subpart)


def is_text(part: Message) -> bool:
    """Whether the part has text for a person: also what should be a multipart, and has no such boundary."""
    return part.get_content_maintype() in {"text", "multipart"}


def content(part: Message) -> bytes:
    """The decoded content of a part; empty for one that has parts."""
    return cast(bytes | None, part.get_payload(decode=True)) or b""


def _decoded(encoded: bytes, encoding: str) -> bytes:
    part = Message()
    part["Content-Transfer-Encoding"] = encoding
    part.set_payload(encoded.decode("ascii", "replace"))
    return content(part)


def _beginning(message: bytes) -> bytes:
    """What of a message is read, with each line ended by LF; the parser takes CRLF and CR for the same."""
    text = message[:BYTES_READ].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return b"\n".join(text.split(b"\n", _LINES_READ)[:_LINES_READ])


def _readable(value: str) -> str:
    """A header may be UTF-8 (RFC 6532); all else that is looked for is ASCII."""
    return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
