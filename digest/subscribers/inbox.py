"""Reads mailboxes, and applies each message. One message or file that cannot be read stops no other."""

import time
from collections import Counter
from collections.abc import Callable
from enum import Enum, auto
from pathlib import Path
from typing import BinaryIO

from digest.mail.inbound.mailboxes import files_at, messages_in
from digest.mail.inbound.mime import TooComplex
from digest.subscribers.registry import Effect, SubscriberRegistry
from digest.system.files import opened_file

MOST_SECONDS = 120
"""Of CPU time, for all messages: a hundred thousand ordinary ones take half of it."""


class Unread(Enum):
    """Why a message had no effect that could have one."""

    NOT_UNDERSTOOD = auto()
    TOO_COMPLEX = auto()
    NO_TIME = auto()


class InboxReader:
    """Applies messages, and counts what became of them. `cpu_time` is in seconds, since any moment."""

    def __init__(
        self, registry: SubscriberRegistry, cpu_time: Callable[[], float] = time.process_time
    ) -> None:
        self.texts: list[str] = []
        self.counts: Counter[Effect | Unread] = Counter()
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

    def read_stream(self, stream: BinaryIO) -> None:
        """Read a message or an mbox. Raises OSError."""
        for message in messages_in(stream):
            self.take(message, "")

    def take(self, message: bytes, name: str) -> Effect | Unread:
        """Apply one message; `name` says to a person where it is."""
        effect = self._apply(message)
        self.counts[effect] += 1
        return effect

    def _read_file(self, file: Path) -> None:
        try:
            with opened_file(file) as stream:
                self.read_stream(stream)
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
        except TooComplex:
            return Unread.TOO_COMPLEX
        if applied is None:
            return Unread.NOT_UNDERSTOOD
        if applied.text:
            self.texts.append(applied.text)
        return applied.effect
