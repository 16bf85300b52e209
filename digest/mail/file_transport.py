"""Write mails to a folder instead of a mail server: the message as it would go out, and its HTML page."""

import hashlib
import re
from collections.abc import Callable, Iterator
from email import message_from_bytes, message_from_string, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import cast

from digest.domain.mails import Mail
from digest.errors import TransportUnavailable
from digest.system.files import PRIVATE_FILE, make_private_folder, write_atomically
from digest.system.remedies import remedy, said

_MAIL_FILE = re.compile(r"\d{4}-\d{2}-\d{2}-\d{4}-[0-9a-f]{16}\.eml")


class FileTransport:
    """A pipeline.ports.Transport. The `.eml` file is the delivery; it is written last."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def deliver(self, mail: Mail, before_end_of_data: Callable[[], None]) -> None:
        """Write the two files, or overwrite them: a mail's files always have the same names.

        So a delivery is never uncertain, and `before_end_of_data` is not called. Raises
        TransportUnavailable if the folder cannot be written.
        """
        message = message_from_bytes(mail.content, policy=policy.default)
        name = _file_name(message)
        try:
            make_private_folder(self._folder)
            if page := _page(message):
                # browsers do not open .eml files
                write_atomically(self._folder / f"{name}.html", page, PRIVATE_FILE)
            write_atomically(self._folder / f"{name}.eml", mail.content, PRIVATE_FILE)
        except OSError as exc:
            raise _not_written(self._folder, exc) from exc

    def erase(self, recipient: str) -> int:
        """Delete the files of each mail to this normalised address, ignoring case.

        Returns how many mails that were. Raises TransportUnavailable if they cannot be deleted.
        """
        try:
            erased = list(self._mails_to(recipient))
            for file in erased:
                file.with_suffix(".html").unlink(missing_ok=True)
                file.unlink()  # last: after a crash it still shows whose the page is
        except OSError as exc:
            raise _not_written(self._folder, exc) from exc
        return len(erased)

    def _mails_to(self, recipient: str) -> Iterator[Path]:
        for file in self._folder.glob("*.eml"):
            if _MAIL_FILE.fullmatch(file.name) and recipient.casefold() in _recipients(file.read_bytes()):
                yield file

    def close(self) -> None:
        """Nothing is open."""


def _file_name(message: EmailMessage) -> str:
    """Such as `2026-06-22-0700-1f0e9c…`: sorts by date; ends in a hash of the Message-ID."""
    moment = parsedate_to_datetime(str(message["Date"]))
    unique = hashlib.sha256(str(message["Message-ID"]).encode()).hexdigest()[:16]
    return f"{moment:%Y-%m-%d-%H%M}-{unique}"


def _recipients(content: bytes) -> list[str]:
    """The addresses of the To header, which may be in UTF-8 (RFC 6532)."""
    to = message_from_string(content.decode("utf-8", "replace"), policy=policy.default)["To"]
    return [address.addr_spec.casefold() for address in to.addresses] if to else []


def _page(message: EmailMessage) -> bytes:
    """The HTML part, decoded; its `<meta charset>` says UTF-8. Empty if there is none."""
    part = message.get_body(("html",))
    return cast(bytes, part.get_payload(decode=True)) if part else b""


def _not_written(folder: Path, exc: OSError) -> TransportUnavailable:
    error = TransportUnavailable(f"the outbox {folder} cannot be written: {said(exc)}")
    error.hint = remedy(exc)
    return error
