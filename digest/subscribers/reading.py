"""Read an inbox, on a server or local, in limited time. What has an effect is in the state before the message
is marked on the server: killed in between, the program reads it twice, and acts on it once.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from digest.domain.settings import Config, ImapServer
from digest.domain.subscribers import SuppressionEvent
from digest.domain.text import counted
from digest.errors import DigestError, InboxError
from digest.mail.deadline import Deadline
from digest.mail.inbound.mailboxes import files_at
from digest.mail.inbound.mime import BYTES_READ
from digest.pipeline.report import withheld_line
from digest.subscribers.inbox import FOR_A_PERSON, InboxReader, Unread
from digest.subscribers.messages import event_lines
from digest.subscribers.registry import open_registry
from digest.system.clock import Clock
from digest.system.files import opened_file
from digest.system.remedies import remedy, said

if TYPE_CHECKING:
    from digest.mail.imap.mailbox import Mailbox

MOST_SECONDS = 600.0
"""For all messages of an inbox, where nothing else waits."""

TRY_SECONDS = 60.0

MOST_MESSAGES = 20_000
"""Of a mailbox on a server; the latest. The others are read the next time."""

_BATCH = 40  # messages that are fetched at once: each has 256 kB at most
_UNMARKED = "let the user of the inbox write there; until then, messages are read again and acted on once"
_SHARE_KEPT = 0.2  # of the time: for the messages under way, and to mark them


@dataclass(slots=True)
class MailboxReader:
    """Reads inboxes one after the other, and remembers what it has read, where a server keeps no marks."""

    seconds: float = MOST_SECONDS
    again: bool = False
    """Whether messages that are marked as read are read once more."""
    on_step: Callable[[], None] = lambda: None
    known: set[object] = field(default_factory=set)

    def read_server(self, reader: InboxReader, server: ImapServer, password: str | None) -> bool:
        """Whether it was read to the end. Raises InboxError; what was read until then is in the state."""
        from digest.mail.imap.mailbox import Dialogue, opened_mailbox  # only here: it costs 30 ms

        deadline = Deadline.after(self.seconds)
        dialogue = Dialogue(deadline, BYTES_READ, _BATCH * BYTES_READ, self.on_step)
        with opened_mailbox(server, password, dialogue) as mailbox:
            complete = self._read_mailbox(reader, mailbox, deadline)
        if mailbox.refusal is not None:
            problem = f"{server.name} does not mark or move what was read"
            raise InboxError(problem, _UNMARKED, f"it says: {mailbox.refusal}")
        return complete

    def read_path(self, reader: InboxReader, path: Path) -> bool:
        """Read a Maildir or an mbox; whether it was read to the end."""
        deadline = Deadline.after(self.seconds)
        try:
            path.stat()  # one that is not there is no empty one
            files = files_at(path)
        except OSError as exc:
            reader.unreadable.append(exc)
            return True
        for file in files:
            version = _version(file)
            if version and version in self.known:
                continue
            if self._is_late(deadline):
                return False
            reader.read_path(file)
            self.known.add(version)
            self.on_step()
        return True

    def _read_mailbox(self, reader: InboxReader, mailbox: "Mailbox", deadline: Deadline) -> bool:
        left = MOST_MESSAGES
        for uids in mailbox.uids(again=self.again):
            new = [uid for uid in uids if (mailbox.validity, uid) not in self.known]
            for batch in _batches(new[:left]):
                if self._is_late(deadline) or not self._read_batch(reader, mailbox, batch):
                    return False
            left -= len(new)
            if left < 0:
                return False
        return True

    def _read_batch(self, reader: InboxReader, mailbox: "Mailbox", uids: Sequence[int]) -> bool:
        handled: list[int] = []
        left: list[int] = []
        for uid, message in mailbox.messages(uids):
            effect = reader.take(message, f"message {uid} of the inbox")
            self.on_step()
            if effect is Unread.NO_TIME:
                break
            (left if effect in FOR_A_PERSON else handled).append(uid)
        mailbox.settle(handled, left)
        if not mailbox.marks:
            self.known.update((mailbox.validity, uid) for uid in (*handled, *left))
        return not reader.counts[Unread.NO_TIME]

    def _is_late(self, deadline: Deadline) -> bool:
        return deadline.has_passed or deadline.seconds_left() < self.seconds * _SHARE_KEPT


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of reading the inbox of a configuration."""

    lines: tuple[str, ...] = ()
    """What messages said that is new, and how many a person should read."""
    problem: DigestError | None = None
    complete: bool = True


def read_configured(config: Config, clock: Clock, how: MailboxReader) -> Reading:
    """Read the inbox that the configuration names, if it names one. Raises no DigestError."""
    if config.inbox is None:
        return Reading()
    lines: list[str] = []
    try:
        with open_registry(config, clock) as registry:
            reader = InboxReader(registry)
            try:
                complete = read_any(reader, config.inbox, config.inbox_password, how)
            finally:
                lines += _news(reader, registry.events())
    except DigestError as exc:
        return Reading(tuple(lines), exc, complete=False)
    return Reading(tuple(lines), _unreadable(reader), complete)


def read_any(reader: InboxReader, inbox: ImapServer | Path, password: str | None, how: MailboxReader) -> bool:
    """Whether it was read to the end. Raises InboxError."""
    if isinstance(inbox, ImapServer):
        return how.read_server(reader, inbox, password)
    return how.read_path(reader, inbox)


def try_inbox(inbox: ImapServer | Path, password: str | None) -> None:
    """Open it, and change nothing. Raises InboxError, OSError."""
    if isinstance(inbox, Path):
        for file in files_at(inbox)[:1]:
            with opened_file(file):
                return
        return
    from digest.mail.imap.mailbox import Dialogue, opened_mailbox  # only here: it costs 30 ms

    dialogue = Dialogue(Deadline.after(TRY_SECONDS), BYTES_READ, BYTES_READ)
    with opened_mailbox(inbox, password, dialogue, read_only=True):
        pass


def _batches(uids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (uids[first : first + _BATCH] for first in range(0, len(uids), _BATCH))


def _version(file: Path) -> object | None:
    """Another one after each change; None if it cannot be found out."""
    try:
        status = file.stat()
    except OSError:
        return None
    return str(file), status.st_mtime_ns, status.st_size


def _news(reader: InboxReader, events: Sequence[SuppressionEvent]) -> Iterator[str]:
    yield from reader.texts
    yield from event_lines(event for event in events if event.made)
    if withheld := sum(not event.made for event in events):
        yield withheld_line(withheld)
    if strange := reader.counts[Unread.NOT_UNDERSTOOD] + reader.counts[Unread.TOO_COMPLEX]:
        yield f"{counted(strange, 'message')} in the inbox not understood: please read {_them(strange)}"


def _them(number: int) -> str:
    return "it" if number == 1 else "them"


def _unreadable(reader: InboxReader) -> InboxError | None:
    if not reader.unreadable:
        return None
    first = reader.unreadable[0]
    return InboxError(f"the inbox cannot be read: {first.filename}: {said(first)}", remedy(first))
