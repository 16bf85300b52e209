"""Reads mailboxes, and applies each message. One message or file that cannot be read stops no other."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto
from pathlib import Path
from typing import BinaryIO

from digest.domain.text import one_line, shortened
from digest.mail.inbound.mailboxes import files_at, messages_in
from digest.mail.inbound.mime import TooComplex, date_in, header, parsed_headers
from digest.mail.inbound.parser import needs_nobody
from digest.mail.inbound.text import readable_subject
from digest.subscribers.registry import Effect, SubscriberRegistry
from digest.system.files import opened_file

MOST_SECONDS = 120
"""Of CPU time, for all messages: a hundred thousand ordinary ones take half of it."""


MOST_LISTED = 20
"""Of the messages that a person should read, so many are named."""


_LONGEST_SUBJECT = 100  # characters


class Unread(Enum):
    """Why a message had no effect."""

    AUTOMATIC = auto()
    """It is noise: nobody needs to read it."""
    NOT_UNDERSTOOD = auto()
    TOO_COMPLEX = auto()
    NO_TIME = auto()


FOR_A_PERSON = (Unread.NOT_UNDERSTOOD, Unread.TOO_COMPLEX)
"""What a person should read."""


@dataclass(frozen=True, slots=True)
class Puzzle:
    """A message that a person should read: where it is, and what its headers say, on one line each."""

    name: str
    date: datetime | None
    subject: str = field(repr=False)


class InboxReader:
    """Applies messages, and counts what became of them. `cpu_time` is in seconds, since any moment."""

    def __init__(
        self, registry: SubscriberRegistry, cpu_time: Callable[[], float] = time.process_time
    ) -> None:
        self.texts: list[str] = []
        self.counts: Counter[Effect | Unread] = Counter()
        self.puzzles: list[Puzzle] = []
        """The first of those that a person should read."""
        self.unreadable: list[OSError] = []
        self._registry = registry
        self._cpu_time = cpu_time
        self._end = cpu_time() + MOST_SECONDS

    def read_path(self, path: Path) -> None:
        """Read a Maildir, an mbox or a single message."""
        try:
            files = files_at(path)
        except OSError as exc:
            self.unreadable.append(exc)
            return
        for file in files:
            self._read_file(file)

    def read_stream(self, stream: BinaryIO, name: str = "standard input") -> None:
        """Read a message or an mbox; `name` says where it comes from. Raises OSError."""
        for number, message in enumerate(messages_in(stream), 1):
            self.take(message, name if number == 1 else f"{name}, message {number}")

    def take(self, message: bytes, name: str) -> Effect | Unread:
        """Apply one message. A person finds it again by its name: a file, or a number in a mailbox."""
        effect = self._apply(message)
        self.counts[effect] += 1
        if effect in FOR_A_PERSON and len(self.puzzles) < MOST_LISTED:
            self.puzzles.append(_puzzle(message, name))
        return effect

    def _read_file(self, file: Path) -> None:
        try:
            with opened_file(file) as stream:
                self.read_stream(stream, str(file))
        except FileNotFoundError:
            pass  # a mail program moved it; the next time it is read
        except OSError as exc:
            exc.filename = exc.filename or str(file)
            self.unreadable.append(exc)

    def _apply(self, message: bytes) -> Effect | Unread:
        if self._cpu_time() > self._end:
            return Unread.NO_TIME
        try:
            applied = self._registry.apply(message)
            if applied is None:
                return Unread.AUTOMATIC if needs_nobody(message) else Unread.NOT_UNDERSTOOD
        except TooComplex:
            return Unread.TOO_COMPLEX
        if applied.text:
            self.texts.append(applied.text)
        return applied.effect


def _puzzle(message: bytes, name: str) -> Puzzle:
    headers = parsed_headers(message)
    subject = shortened(one_line(readable_subject(headers)), _LONGEST_SUBJECT)
    return Puzzle(one_line(name), date_in(header(headers, "Date")), subject)
