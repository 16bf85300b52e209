"""Read a mail server's replies (RFC 5321, section 4.2) and decide what each one means.

The three digits decide. The enhanced status code (RFC 3463) that may follow refines them, unless the two
contradict each other. Of a refusal, words that are known (digest.domain.fault) decide who is refused: us,
this recipient, or this message. Other words decide nothing: every server has its own.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase

from digest.domain.fault import Cause, Fault, Trouble, cause_of
from digest.domain.text import one_line
from digest.system.masking import without_mailbox, without_secrets
from digest.system.remedies import said

LONGEST_REPLY = 32_768
"""Bytes, also of a single line. A line has 512 (RFC 5321, section 4.5.3.1.5), an AUTH challenge 12,288 (RFC
4954, section 4); some servers send more."""

MOST_LINES = 1_000
"""Of one reply."""

NOT_A_REPLY = -1  # as smtplib has it

_LINE = re.compile(rb"(\d{3})([- ]|$)(.*)")
_ENHANCED = re.compile(rb"\s*([245])(\.\d{1,3}\.\d{1,3})(?!\S)")
_LAST_WORD = re.compile(rb"[^ \n]*\Z")
_LONGEST_WORDS = 200  # characters of a reply in errors and log lines
_READ_WORDS = 2_000
"""Bytes of a reply that are looked at for its words: masking them may make them shorter."""


class Phase(StrEnum):
    """The command or event that a reply answers."""

    GREETING = "greeting"
    EHLO = "ehlo"
    STARTTLS = "starttls"
    AUTH = "auth"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    END_OF_DATA = "end of data"
    """The line with a single dot."""
    RSET = "rset"


class Meaning(StrEnum):
    """What a reply means to us."""

    GO_ON = "go on"
    """After the end of data: the mail is delivered."""
    RECONNECT = "reconnect"
    """This connection is lost; a new one may work."""
    UNAVAILABLE = "unavailable"
    """The server does not serve us, with any mail."""
    POLICY = "policy"
    """Our sender or machine is refused, or this recipient's mail by a rule."""
    RECIPIENT_LATER = "recipient later"
    RECIPIENT_REFUSED = "recipient refused"
    MESSAGE_REFUSED = "message refused"
    CONTENT_REFUSED = "content refused"
    """For what it carries, or because of us: the reply does not say."""
    TOO_LARGE = "too large"
    UNKNOWN = "unknown"
    """The reply does not say whether the mail was accepted."""


@dataclass(frozen=True, slots=True)
class Reply:
    """Three digits (or NOT_A_REPLY) and the words after them, lines joined by LF."""

    code: int
    words: bytes = b""

    @property
    def enhanced(self) -> str:
        """Such as `5.1.1`; empty if there is none, or if it contradicts the code (RFC 2034)."""
        found = _ENHANCED.match(self.words)
        if not found or int(found[1]) != self.code // 100:
            return ""
        return (found[1] + found[2]).decode()

    @property
    def cause(self) -> Cause:
        """Whose fault it is, if this is a refusal."""
        return cause_of(self.enhanced, " ".join(self._lines()))

    @property
    def wordless(self) -> "Reply":
        """The codes alone."""
        return Reply(self.code, self.enhanced.encode())

    def redacted(self, secrets: Iterable[str] = (), local_part: str = "") -> str:
        """The codes and the beginning of the words, in one line, without these secrets and without what tells
        a mailbox; `local_part` is that of the mail's recipient."""
        code = "(not a reply)" if self.code == NOT_A_REPLY else f"{self.code:03}"
        lines = without_secrets("\n".join(self._lines()), secrets).split("\n")
        words = without_mailbox(lines, local_part)
        return " ".join(filter(None, (code, self.enhanced, words[:_LONGEST_WORDS]))).strip()

    def _lines(self) -> Iterator[str]:
        """The first of the words, each line without the enhanced code, which many servers repeat."""
        for line in _beginning(self.words).split(b"\n"):
            text = line.removeprefix(self.enhanced.encode()) if self.enhanced else line
            yield one_line(_decoded(text))


def shown(problem: Exception) -> str:
    """What the system or a library says of a connection, in one line without addresses."""
    words = said(problem) if isinstance(problem, OSError) else str(problem)
    return without_mailbox([one_line(words[:_READ_WORDS])])


def _beginning(words: bytes) -> bytes:
    """A part that is short to read, and does not end within a word: half an address may look like none."""
    if len(words) <= _READ_WORDS:
        return words
    return _LAST_WORD.sub(b"...", words[:_READ_WORDS], count=1)


def _decoded(words: bytes) -> str:
    try:
        return words.decode()
    except UnicodeDecodeError:
        return words.decode("latin-1")


_MAIL = (Phase.MAIL,)
_RCPT = (Phase.RCPT,)
_CONTENT = (Phase.DATA, Phase.END_OF_DATA)
_MAIL_TO = (*_RCPT, *_CONTENT)
_BEFORE_END_OF_DATA = (Phase.MAIL, Phase.RCPT, Phase.DATA)
_ALL_BUT_DATA = tuple(phase for phase in Phase if phase is not Phase.DATA)

# The first row that matches decides. `?` is one character, `*` any number of them; the enhanced code ""
# matches a reply that has none.
_TABLE: tuple[tuple[tuple[Phase, ...], str, str, Meaning], ...] = (
    # phases         code     enhanced   meaning
    (_ALL_BUT_DATA,  "2??",   "*",       Meaning.GO_ON),
    ((Phase.DATA,),  "3??",   "*",       Meaning.GO_ON),

    ((Phase.RSET,),  "*",     "*",       Meaning.RECONNECT),

    # The server closes the connection for its own reasons (RFC 5321, section 3.8). After the end of data
    # it is a 4yz like any other: the mail was not accepted (section 4.2.5).
    (_BEFORE_END_OF_DATA,    "421",   "*",       Meaning.RECONNECT),

    # At MAIL the server knows no recipient yet, but the size of the message (RFC 1870, section 6.1).
    (_MAIL,          "5??",   "5.3.4",   Meaning.TOO_LARGE),
    (_MAIL,          "552",   "",        Meaning.TOO_LARGE),

    # Refusals of us that come late: many servers refuse a connection or a sender only at RCPT.
    (_MAIL_TO,       "530",   "*",       Meaning.UNAVAILABLE),  # log in first (RFC 4954, section 6)
    (_RCPT,          "5??",   "5.7.*",   Meaning.POLICY),       # security or policy (RFC 3463, section 3.8)
    (_MAIL_TO,       "521",   "*",       Meaning.UNAVAILABLE),  # this host takes no mail (RFC 7504)
    (_MAIL_TO,       "4??",   "4.1.[78]", Meaning.UNAVAILABLE),  # the sender's address (section 3.2)
    (_MAIL_TO,       "5??",   "5.1.[78]", Meaning.POLICY),
    (_MAIL_TO,       "5??",   "5.4.5",   Meaning.UNAVAILABLE),  # our quota of mails is used up (section 3.5)

    # Not now: busy, greylisted (4.7.1), mailbox full (4.2.2), too many recipients (4.5.3).
    (_MAIL_TO,       "4??",   "*",       Meaning.RECIPIENT_LATER),

    # At RCPT. Too many recipients used to be a 552 (RFC 5321, section 4.5.3.1.10).
    (_RCPT,          "552",   "",        Meaning.RECIPIENT_LATER),
    (_RCPT,          "5??",   "5.5.3",   Meaning.RECIPIENT_LATER),
    (_RCPT,          "50[0234]", "*",    Meaning.MESSAGE_REFUSED),  # the command was not understood
    (_RCPT,          "501",   "5.5.*",   Meaning.MESSAGE_REFUSED),
    (_RCPT,          "555",   "*",       Meaning.MESSAGE_REFUSED),
    (_MAIL_TO,       "5??",   "5.2.3",   Meaning.TOO_LARGE),  # for this mailbox
    (_MAIL_TO,       "5??",   "5.3.4",   Meaning.TOO_LARGE),  # for this server
    (_CONTENT,       "552",   "",        Meaning.TOO_LARGE),
    (_RCPT,          "5??",   "5.6.*",   Meaning.MESSAGE_REFUSED),  # it cannot carry such a message
    (_RCPT,          "5??",   "*",       Meaning.RECIPIENT_REFUSED),

    # About the content, unless the enhanced code names the address (5.1.x) or the mailbox (5.2.x).
    (_CONTENT,       "5??",   "5.[12].*", Meaning.RECIPIENT_REFUSED),
    (_CONTENT,       "5??",   "*",       Meaning.CONTENT_REFUSED),

    # No reply at all, or an unexpected one; up to MAIL, any refusal too.
    ((Phase.END_OF_DATA,),   "*",     "*",       Meaning.UNKNOWN),
    (tuple(Phase),   "*",     "*",       Meaning.UNAVAILABLE),
)  # fmt: skip


# What words that are known make of a refusal. At the end of the data, the content may be why mails are taken
# for spam; what is refused for now is refused for now, unless it is us.
_OF_A_MAIL = (Meaning.RECIPIENT_REFUSED, Meaning.MESSAGE_REFUSED, Meaning.CONTENT_REFUSED)
_ABOUT_RECIPIENT = (Meaning.POLICY, Meaning.CONTENT_REFUSED, Meaning.TOO_LARGE)


def meaning_of(phase: Phase, reply: Reply) -> Meaning:
    """What this reply means in this phase: the first matching row of the table, unless words know more."""
    code, enhanced = f"{reply.code:03}", reply.enhanced
    meaning = next(
        meaning
        for phases, codes, enhanced_codes, meaning in _TABLE
        if phase in phases and fnmatchcase(code, codes) and fnmatchcase(enhanced, enhanced_codes)
    )
    if meaning in (*_OF_A_MAIL, *_ABOUT_RECIPIENT, Meaning.RECIPIENT_LATER):
        return _by_words(phase, reply.cause, meaning)
    return meaning


def _by_words(phase: Phase, cause: Cause, meaning: Meaning) -> Meaning:
    if not cause.by_words:
        return meaning
    if cause.trouble is Trouble.SPAM and phase in _CONTENT:
        return Meaning.CONTENT_REFUSED if meaning is Meaning.RECIPIENT_REFUSED else meaning
    if cause.fault is Fault.OURS:
        return Meaning.UNAVAILABLE if phase is Phase.MAIL else Meaning.POLICY
    if phase is Phase.MAIL:
        return meaning
    if cause.fault is Fault.MESSAGE and meaning is Meaning.RECIPIENT_REFUSED:
        return Meaning.MESSAGE_REFUSED if phase is Phase.RCPT else Meaning.CONTENT_REFUSED
    about_recipient = cause.fault in (Fault.GONE, Fault.ADDRESS, Fault.LATER)
    return Meaning.RECIPIENT_REFUSED if about_recipient and meaning in _ABOUT_RECIPIENT else meaning


class ReplyTooLong(ValueError):
    """A reply is longer than LONGEST_REPLY, or has more than MOST_LINES."""


class ReplyParser:
    """Reads replies from the bytes of a connection, in whatever pieces they arrive."""

    def __init__(self) -> None:
        self._received = bytearray()
        self._searched = 0
        """There is no end of line in so many bytes."""
        self._lines: list[bytes] = []
        self._size = 0

    @property
    def unread(self) -> bytes:
        """The bytes after the last complete reply."""
        return bytes(self._received)

    def feed(self, received: bytes) -> None:
        self._received += received

    def read(self) -> Reply | None:
        """The next reply, or None until its last line has arrived. Raises ReplyTooLong."""
        while (end := self._received.find(b"\n", self._searched)) >= 0:
            self._take_line(end)
            if reply := _complete(self._lines):
                self._lines, self._size = [], 0
                return reply
        self._searched = len(self._received)
        self._limit(self._size + len(self._received))
        return None

    def _take_line(self, end: int) -> None:
        """Move the line that ends there from what was received to the lines of the reply."""
        self._limit(self._size + end)
        self._size += end + 1
        self._lines.append(bytes(self._received[:end]).rstrip(b"\r"))
        del self._received[: end + 1]  # bytearray forgets its beginning without copying the rest
        self._searched = 0

    def _limit(self, size: int) -> None:
        if size > LONGEST_REPLY:
            raise ReplyTooLong(f"its reply is longer than {LONGEST_REPLY} bytes")
        if len(self._lines) >= MOST_LINES:
            raise ReplyTooLong(f"its reply has more than {MOST_LINES} lines")


def _complete(lines: list[bytes]) -> Reply | None:
    """The reply, if these are all its lines. An invalid one, or one with different codes, ends at once."""
    last = _LINE.fullmatch(lines[-1])
    if not last or last[1] != lines[0][:3]:
        return Reply(NOT_A_REPLY, b"\n".join(lines))
    if last[2] == b"-":
        return None
    return Reply(int(last[1]), b"\n".join(line[4:] for line in lines))
