"""What readers and mail servers tell us, by mail or by command, taken into the state.

All but `Register.forget` works beside a run that is under way: each wish is one short transaction.
"""

import hashlib
import re
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from contextlib import suppress as ignored
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from digest.config.addresses import address
from digest.config.document import parse
from digest.errors import LockHeld
from digest.files import exclusive_lock
from digest.mail.incoming import MOST_BYTES, Bounce, UnsubscribeWish, read
from digest.mail.outbox import Outbox
from digest.models import Config, Suppressed, Suppression
from digest.protocols import Clock
from digest.signing import Signer
from digest.store.database import Database
from digest.store.sql import SqlStore
from digest.store.suppression import (
    addresses,
    entry,
    erase_person,
    lift,
    mark_read,
    reader_of,
    record_return,
    signing_key,
    suppress,
)

_FOLDERS = ("new", "cur")
_ENVELOPE = b"From "
# what mail programs note in an mbox about a message
_NOTES = re.compile(rb"^(?:X-)?(?:Status|Keywords|UID|Mozilla-Keys): .*\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody whom the configuration or the state knows."""

    email: str = field(repr=False)
    label: str = "a former subscriber"


@dataclass(frozen=True, slots=True)
class Effect:
    """What came of a message; it is not `new` if the message was taken before, and changed nothing now."""

    text: str
    new: bool = True


class Register:
    """The readers, by address and by token, and the list of those who get no mail."""

    def __init__(self, config: Config, database: Database, clock: Clock) -> None:
        self._config = config
        self._database = database
        self._clock = clock
        with database.transaction() as connection:
            self._signer = Signer(signing_key(connection))
            former = [Reader(email) for email in addresses(connection)]
        readers = [*former, *(Reader(reader.email, reader.label) for reader in config.subscribers)]
        self._by_address = {reader.email.casefold(): reader for reader in readers}
        self._by_token = {self._signer.unsubscribe_token(reader.email): reader for reader in readers}

    def find(self, token_or_email: str) -> Reader | None:
        """The reader with this token or address; also one who is on the list and known no more."""
        if "@" not in token_or_email:
            return self._by_token.get(token_or_email.strip().lower())
        email = _normal(token_or_email)
        stranger = Reader(email)
        known = self._by_address.get(email.casefold())
        return known or (stranger if self.suppression(stranger) else None)

    def suppression(self, reader: Reader) -> Suppression | None:
        """Why they get no mail; None if they do."""
        with self._database.transaction() as connection:
            return entry(connection, self._fingerprint(reader))

    def unsubscribe(self, reader: Reader) -> bool:
        """Send them no more. False if that was so already."""
        return self._suppress(reader, Suppressed.UNSUBSCRIBED)

    def resubscribe(self, reader: Reader) -> Suppression | None:
        """Send them mail again. Returns what stood against it, if anything did."""
        with self._database.transaction() as connection:
            return lift(connection, self._fingerprint(reader), reader.email)

    def forget(self, reader: Reader) -> None:
        """Erase them from the state and the outbox, and keep a fingerprint, so that they stay away.

        Raises LockHeld while a run is under way: it may just be writing to them. The rest is done then.
        """
        self._suppress(reader, Suppressed.FORGOTTEN)
        with _between_runs(self._config.state.with_name("run.lock")):
            with self._database.transaction() as connection:
                erase_person(connection, reader.email)
            Outbox(self._config.outbox).erase(reader.email)
            self._database.erase_traces()

    def take(self, message: bytes) -> Effect | None:
        """Do what the message asks for, once; None if it asks for nothing that could be done."""
        said = read(message)
        reader = self._concerned(said)
        if said is None or reader is None:
            return None
        reason, fingerprint, now = _reason(said, reader), self._fingerprint(reader), self._clock.now()
        with self._database.transaction() as connection:
            if not mark_read(connection, _digest(message), now):
                return Effect(_told(said, reader, reason), new=False)
            if reason:
                detail = said.status if isinstance(said, Bounce) else ""
                suppress(connection, fingerprint, Suppression(reason, now, detail))
            if isinstance(said, Bounce):
                record_return(connection, said.message_id, fingerprint, said.status, now)
        return Effect(_told(said, reader, reason))

    def _concerned(self, said: UnsubscribeWish | Bounce | None) -> Reader | None:
        if isinstance(said, UnsubscribeWish):
            return self._by_token.get(said.token)
        if said is None:
            return None
        with self._database.transaction() as connection:
            email = reader_of(connection, said.message_id)
        return self._by_address.get(email.casefold()) if email else None

    def _suppress(self, reader: Reader, reason: Suppressed) -> bool:
        entered = Suppression(reason, self._clock.now())
        with self._database.transaction() as connection:
            return suppress(connection, self._fingerprint(reader), entered)

    def _fingerprint(self, reader: Reader) -> str:
        return self._signer.fingerprint(reader.email)


@contextmanager
def open_register(config: Config, clock: Clock) -> Iterator[Register]:
    """The register of a state, which is made if there is none yet. Raises StoreError."""
    with closing(Database.open(config.state)) as database:
        yield Register(config, database, clock)


def suppressed_readers(config: Config) -> list[tuple[str, Suppression]]:
    """The labels of the configuration's readers who get no mail, and why. Raises StoreError."""
    if not config.state.exists():
        return []
    with closing(Database.open_existing(config.state)) as database:
        found = SqlStore(database).suppressions(reader.email for reader in config.subscribers)
    return [(reader.label, found[reader.email]) for reader in config.subscribers if reader.email in found]


def line_of(config: Config, reader: Reader) -> int | None:
    """The line of the configuration file on which their address stands; None if it does not."""
    emails = [subscriber.email.casefold() for subscriber in config.subscribers]
    if reader.email.casefold() not in emails:
        return None
    document, _ = parse(str(config.file), config.file.read_text(encoding="utf-8-sig"))
    return document.values["subscribers", emails.index(reader.email.casefold()), "email"].line


def is_maildir(folder: Path) -> bool:
    return all((folder / name).is_dir() for name in _FOLDERS)


def messages_at(path: Path) -> Iterator[bytes]:
    """The messages of a Maildir, an mbox or a single file. Nothing is moved or marked. Raises OSError."""
    files = [path]
    if path.is_dir():
        files = [file for name in _FOLDERS for file in sorted((path / name).iterdir()) if file.is_file()]
    for file in files:
        with ignored(FileNotFoundError), file.open("rb") as stream:
            yield from messages_in(stream)


def messages_in(stream: BinaryIO) -> Iterator[bytes]:
    """The messages of an mbox (RFC 4155), or else the one message that the stream is.

    Of one that is too large to be read (mail.incoming) only so much is given that this can be seen.
    """
    first = stream.readline(MOST_BYTES)
    if not first.startswith(_ENVELOPE):
        yield from filter(None, [first + stream.read(MOST_BYTES)])
        return
    message, after_empty = bytearray(), False
    for line in iter(lambda: stream.readline(MOST_BYTES), b""):
        if after_empty and line.startswith(_ENVELOPE):
            yield bytes(message)
            message.clear()
        elif len(message) <= MOST_BYTES:
            message += line
        after_empty = not line.strip()
    yield bytes(message)


def _reason(said: UnsubscribeWish | Bounce, reader: Reader) -> Suppressed | None:
    """Why no more mail is sent to them, if this message alone says so.

    Where a mail failed at another address than theirs, theirs exists and leads on to that one, which can
    be mended: the mail came back, no more.
    """
    if isinstance(said, UnsubscribeWish):
        return Suppressed.UNSUBSCRIBED
    theirs = said.recipient.casefold() in ("", reader.email.casefold())
    return Suppressed.NO_SUCH_ADDRESS if said.gone and theirs else None


def _told(said: UnsubscribeWish | Bounce, reader: Reader, reason: Suppressed | None) -> str:
    if isinstance(said, UnsubscribeWish):
        return f"{reader.label} wants no more mail"
    if reason:
        return f"the address of {reader.label} does not exist ({said.status})"
    return f"a mail to {reader.label} came back ({said.status})"


def _digest(message: bytes) -> str:
    """Tells messages apart, whatever a mail program noted about them since, or put between them."""
    return hashlib.sha256(_NOTES.sub(b"", message).strip()).hexdigest()


def _normal(email: str) -> str:
    """The address as the configuration would have it; what is no address is nobody's."""
    try:
        return address(email.strip())
    except ValueError:
        return email.strip()


@contextmanager
def _between_runs(lock: Path) -> Iterator[None]:
    with ExitStack() as stack:
        try:
            stack.enter_context(exclusive_lock(lock, wait=False))
        except BlockingIOError as exc:
            error = LockHeld(lock)
            error.hint = "no more mail goes to them; say it again when that run has ended, to erase the rest"
            raise error from exc
        yield
