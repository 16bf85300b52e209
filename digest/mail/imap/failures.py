"""Make one kind of error of whatever a server, a network or a library leads to."""

import contextlib
import ssl
from collections.abc import Iterator

from digest.domain.settings import ImapServer
from digest.errors import InboxError, InboxUnavailable, TransportUnavailable
from digest.mail.certificate_advice import certificate_advice
from digest.mail.imap.connection import BrokenOff, ServerSaidNo
from digest.system.remedies import said

HINT_PORT = "see that host, port and scheme are right: imaps:// is for port 993, imap+starttls:// for 143"

_LATER = "nothing is lost: what is still there is read the next time"
_LONGEST_WORDS = 300


@contextlib.contextmanager
def failures_of(server: ImapServer, hint: str = _LATER) -> Iterator[None]:
    """Raises InboxError, InboxUnavailable; `hint` is for trouble of the network."""
    try:
        yield
    except InboxError:
        raise
    except Exception as exc:  # IMAPClient raises a dozen types of errors for what a strange server writes
        raise _inbox_error(server, exc, hint) from exc


def words_of(error: Exception) -> str:
    """What the server said, in one line without signs that a terminal obeys."""
    # IMAPClient's LoginError has the bytes of the error before it as a text, `b'…'`.
    found = [one.args[0] for one in (error, error.__context__) if one and one.args]
    told = next((words for words in found if isinstance(words, bytes)), found[0] if found else "")
    text = told.decode("utf-8", "replace") if isinstance(told, bytes) else str(told)
    return "".join(sign if sign.isprintable() else " " for sign in text)[:_LONGEST_WORDS].strip()


def it_says(words: str) -> str:
    """The detail of an error that has the server's words."""
    return f"it says: {words}" if words else ""


def _inbox_error(server: ImapServer, error: Exception, hint: str) -> InboxError:
    match error:
        case TransportUnavailable():
            return InboxError(str(error), error.hint)
        case ssl.SSLCertVerificationError():
            problem = f"{server.name} cannot be used: its certificate is refused: {error.verify_message}"
            return InboxUnavailable(problem, certificate_advice(error, address="inbox address"))
        case ssl.SSLError():
            return InboxUnavailable(f"{server.name} cannot be used: {said(error)}", HINT_PORT)
        case OSError():
            return InboxUnavailable(f"{server.name} cannot be used: {said(error)}", hint)
        case BrokenOff():
            return InboxUnavailable(f"{server.name} ended the connection", _LATER, it_says(words_of(error)))
        case ServerSaidNo():
            return InboxUnavailable(f"{server.name} refused to go on", _LATER, it_says(words_of(error)))
        case _:
            return InboxUnavailable(f"{server.name} sent what is no IMAP", _LATER)
