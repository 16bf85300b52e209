"""Open a folder on an IMAP server, read its messages, and mark or move those that were handled.

Reading leaves a message as unseen as it was, and nothing is ever deleted: no EXPUNGE, no CLOSE. The only
module that knows IMAPClient. No error from here contains an address or a secret.
"""

import contextlib
import ssl
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from imapclient import IMAPClient

from digest.domain.settings import ImapServer
from digest.errors import InboxError, InboxUnavailable
from digest.mail.deadline import Deadline
from digest.mail.imap.connection import BrokenOff, Connection, Limits, ReadOnly, ServerSaidNo
from digest.mail.imap.failures import HINT_PORT, failures_of, it_says, words_of
from digest.mail.imap.refusals import is_temporary, login_hint
from digest.mail.network import addresses_of, connected_socket, encrypted_socket, tls_context
from digest.system.masking import without_secrets

HANDLED = "$DailyPapersRead"
"""The keyword of a message that needs nothing any more."""
LEFT = "$DailyPapersLeft"
"""The keyword of a message that a person should read: it was not understood."""

_STEP_SECONDS = 60.0
_GOODBYE_SECONDS = 5.0
_WINDOW = 1_000  # messages that are searched at once: so no list is long, whatever the mailbox
_ROOM = 300_000  # bytes for the lines of an answer, beside what is fetched
_MOST_NAMES = 30  # of folders that an error lists

_HINT_ENCRYPTION = "use imaps://, or another network: somebody may intercept it; no password was sent"
_WHERE_TO_PUT_IT = "put it into DIGEST_INBOX_PASSWORD, or into a file that mail.inbox_password_file names"


@dataclass(frozen=True, slots=True)
class Dialogue:
    """How long it may take, and how much of each message is read."""

    deadline: Deadline
    message_bytes: int
    answer_bytes: int
    """Of all messages that are fetched at once."""
    on_step: Callable[[], None] = lambda: None
    step_seconds: float = _STEP_SECONDS


class _Client(IMAPClient):  # type: ignore[misc]
    """IMAPClient over our connection, whose limits hold for all that it does."""

    def __init__(self, connection: Connection) -> None:
        self._ours = connection
        super().__init__(connection.host, connection.port, ssl=False)
        connection.debug = 0  # it would log each line of the dialogue

    def _create_IMAP4(self) -> Connection:  # noqa: N802
        return self._ours


class Mailbox:
    """An opened folder. Its methods raise InboxUnavailable."""

    def __init__(self, client: _Client, server: ImapServer, dialogue: Dialogue, *, read_only: bool) -> None:
        """Raises InboxError."""
        self._client = client
        self._server = server
        self._dialogue = dialogue
        found, self._writable = self._selected(read_only=read_only)
        self._messages = int(found.get(b"EXISTS", 0))
        self.validity = int(found.get(b"UIDVALIDITY", 0))
        """UIDs name the same messages as long as this stays the same."""
        kept = found.get(b"PERMANENTFLAGS", ())
        names = {bytes(flag).lower() for flag in kept if isinstance(flag, bytes)}
        ours = {HANDLED.encode().lower(), LEFT.encode().lower()}
        self.marks = self._writable and (b"\\*" in names or ours <= names)
        """Whether the server keeps our keywords."""
        self.refusal: str | None = None
        """What the server said when it did not mark or move a message; then it is not asked again."""

    def uids(self, *, again: bool) -> Iterator[list[int]]:
        """The UIDs of messages without our keywords, or of all, in lists; the latest first."""
        unmarked = ["UNKEYWORD", HANDLED, "UNKEYWORD", LEFT] if self.marks and not again else ["ALL"]
        for last in range(self._messages, 0, -_WINDOW):
            first = max(last - _WINDOW + 1, 1)
            with failures_of(self._server):
                found = self._client.search([f"{first}:{last}", *unmarked])
                uids = sorted({int(uid) for uid in found[:_WINDOW]}, reverse=True)
            yield uids

    def messages(self, uids: Sequence[int]) -> list[tuple[int, bytes]]:
        """The beginnings of these messages, in this order, without those that are gone."""
        part = f"BODY.PEEK[]<0.{self._dialogue.message_bytes}>"
        with failures_of(self._server):
            fetched = self._client.fetch(list(uids), [part])
        found = {uid: _body(items) for uid, items in fetched.items()}
        return [(uid, body) for uid in uids if (body := found.get(uid)) is not None]

    def settle(self, handled: Sequence[int], left: Sequence[int]) -> None:
        """Mark both kinds, where the server keeps keywords; move what was handled, if that is wanted."""
        with failures_of(self._server):
            try:
                if left and self.marks:
                    self._client.add_flags(left, [LEFT], silent=True)
                if handled and self._writable:
                    self._put_away(handled)
            except BrokenOff:
                raise
            except ServerSaidNo as exc:
                self.marks = self._writable = False
                self.refusal = words_of(exc)

    def _put_away(self, handled: Sequence[int]) -> None:
        """Without MOVE a copy is made, but only where a keyword keeps it from being made again and again."""
        folder = self._server.handled
        if folder and self._client.has_capability("MOVE"):
            self._client.move(handled, folder)
        elif self.marks:
            if folder:
                self._client.copy(handled, folder)
            self._client.add_flags(handled, [HANDLED], silent=True)

    def _selected(self, *, read_only: bool) -> tuple[dict[bytes, Any], bool]:
        """What the server says of the folder, and whether it can be changed."""
        folder = self._server.folder
        with failures_of(self._server):
            if self._server.handled:
                self._find(self._server.handled)
            try:
                return self._client.select_folder(folder, readonly=read_only), not read_only
            except ReadOnly:
                return self._client.select_folder(folder, readonly=True), False
            except BrokenOff:
                raise
            except ServerSaidNo:
                self._find(folder)
                raise

    def _find(self, folder: str) -> None:
        if self._client.folder_exists(folder):
            return
        names = [str(name) for *_, name in self._client.list_folders()]
        listed = ", ".join(names[:_MOST_NAMES]) + ", …" * (len(names) > _MOST_NAMES)
        raise InboxError(
            f"{self._server.name} has no such folder as its address names",
            "correct the folder in the address; at a terminal, this lists those that there are",
            f"there are {listed}",
        )


@contextlib.contextmanager
def opened_mailbox(
    server: ImapServer, password: str | None, dialogue: Dialogue, *, read_only: bool = False
) -> Iterator[Mailbox]:
    """Connect, log in and open the folder. Raises InboxError, InboxUnavailable."""
    limits = Limits(
        dialogue.deadline,
        dialogue.step_seconds,
        literal_bytes=dialogue.message_bytes,
        command_bytes=dialogue.answer_bytes + _ROOM,
        on_step=dialogue.on_step,
    )
    with _secrets_hidden(server.user, password or ""), _connected(server, limits) as connection:
        with failures_of(server):
            client = _Client(connection)
        _log_in(client, server, password)
        yield Mailbox(client, server, dialogue, read_only=read_only)
        connection.say_goodbye(_GOODBYE_SECONDS)


@contextlib.contextmanager
def _secrets_hidden(*secrets: str) -> Iterator[None]:
    """Whatever the server repeats of the login, at any step."""
    try:
        yield
    except InboxError as exc:
        exc.detail = without_secrets(exc.detail, secrets)
        raise


@contextlib.contextmanager
def _connected(server: ImapServer, limits: Limits) -> Iterator[Connection]:
    with contextlib.ExitStack() as stack:
        with failures_of(server, HINT_PORT):
            context = None if server.security == "plain" else tls_context(server.ca_file)
            step = limits.deadline.within(limits.step_seconds)
            sock = connected_socket(addresses_of(server.host, server.port, step), step)
            stack.callback(sock.close)
            if context and server.security == "tls":
                sock = encrypted_socket(sock, server.host, context, step)
            connection = Connection(sock, server.host, server.port, limits)
            stack.callback(connection.shutdown)
            if context and server.security == "starttls":
                _start_tls(connection, context, server)
        yield connection


def _start_tls(connection: Connection, context: ssl.SSLContext, server: ImapServer) -> None:
    if "STARTTLS" not in connection.capabilities:
        raise InboxError(f"{server.name} offers no encryption (STARTTLS)", _HINT_ENCRYPTION)
    connection.start_tls(context)


def _log_in(client: _Client, server: ImapServer, password: str | None) -> None:
    """Never shows the dialogue: the password is in it."""
    if not password:
        raise InboxError(f"there is no password for {server.name}", _WHERE_TO_PUT_IT)
    with failures_of(server):
        has_plain = client.has_capability("AUTH=PLAIN")
        if client.has_capability("LOGINDISABLED") and not has_plain:
            problem = f"{server.name} takes no password on this connection (LOGINDISABLED)"
            raise InboxError(problem, login_hint(server.host, "[privacyrequired]"))
        try:
            if has_plain:
                client.plain_login(server.user, password)
            else:
                client.login(_quoted(server.user), password)
        except UnicodeEncodeError:
            raise InboxError(
                f"{server.name} takes user and password in ASCII only", "choose others"
            ) from None
        except BrokenOff:
            raise
        except ServerSaidNo as exc:
            raise _login_error(server, words_of(exc)) from None


def _login_error(server: ImapServer, words: str) -> InboxError:
    kind = InboxUnavailable if is_temporary(words) else InboxError
    return kind(
        f"{server.name} refused our user and password", login_hint(server.host, words), it_says(words)
    )


def _quoted(text: str) -> str:
    """A string of IMAP (RFC 3501, section 4.3)."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _body(items: dict[bytes, Any]) -> bytes | None:
    """The content in an answer to FETCH; None if it has none."""
    found = next((value for key, value in items.items() if bytes(key).startswith(b"BODY[]")), None)
    return found if isinstance(found, bytes) else None
