"""Write mails to a folder instead of a mail server: the message as it would go out, and its HTML page."""

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from email import message_from_bytes, message_from_string, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import cast

from digest.domain.identity import mailbox_of
from digest.domain.mails import Mail
from digest.errors import TransportUnavailable
from digest.system.files import (
    PRIVATE_FILE,
    make_private_folder,
    read_file,
    remove_unfinished,
    write_atomically,
)
from digest.system.remedies import remedy, said

_STEM = r"\d{4}-\d{2}-\d{2}-\d{4}-[0-9a-f]{16}"
_MAIL_FILE = re.compile(rf"{_STEM}\.eml")
_PAGE_FILE = re.compile(rf"{_STEM}\.html")
_ANY_FILE = rf"{_STEM}\.(eml|html)"
_MOST_BYTES = 100_000_000  # of a mail; one that we wrote is a thousandth of it


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
        """Delete the files of each mail to this mailbox, however its address is spelled; and what killed runs
        left unfinished, whose owner nobody knows.

        Returns how many mails that were. Call it only while no run writes mails. Raises TransportUnavailable
        if they cannot be deleted.
        """
        try:
            erased = list(self._mails_to(recipient))
            for file in erased:
                file.with_suffix(".html").unlink(missing_ok=True)
                file.unlink()  # last: after a crash it still shows whose the page is
            remove_unfinished(self._folder, _ANY_FILE)
            for page in self._pages_without_mail():
                page.unlink()
        except OSError as exc:
            raise _not_written(self._folder, exc) from exc
        return len(erased)

    def remove_unfinished(self) -> None:
        """Delete what killed runs left unfinished. Call it only while no other run writes mails.

        A folder that cannot be written is left for `deliver` to report.
        """
        with suppress(OSError):
            remove_unfinished(self._folder, _ANY_FILE)

    def _mails_to(self, recipient: str) -> Iterator[Path]:
        for file in self._files(_MAIL_FILE):
            if mailbox_of(recipient) in _mailboxes(read_file(file, _MOST_BYTES)):
                yield file

    def _pages_without_mail(self) -> Iterator[Path]:
        return (page for page in self._files(_PAGE_FILE) if not page.with_suffix(".eml").exists())

    def _files(self, name: re.Pattern[str]) -> Iterator[Path]:
        for file in self._folder.glob("*"):
            if name.fullmatch(file.name) and file.is_file() and not file.is_symlink():
                yield file

    def close(self) -> None:
        """Nothing is open."""


def _file_name(message: EmailMessage) -> str:
    """Such as `2026-06-22-0700-1f0e9c…`: sorts by date; ends in a hash of the Message-ID."""
    moment = parsedate_to_datetime(str(message["Date"]))
    unique = hashlib.sha256(str(message["Message-ID"]).encode()).hexdigest()[:16]
    return f"{moment:%Y-%m-%d-%H%M}-{unique}"


def _mailboxes(content: bytes) -> list[str]:
    """The mailboxes in the To header, which may be in UTF-8 (RFC 6532)."""
    to = message_from_string(content.decode("utf-8", "replace"), policy=policy.default)["To"]
    return [mailbox_of(address.addr_spec) for address in to.addresses] if to else []


def _page(message: EmailMessage) -> bytes:
    """The HTML part, decoded; its `<meta charset>` says UTF-8. Empty if there is none."""
    part = message.get_body(("html",))
    return cast(bytes, part.get_payload(decode=True)) if part else b""


def _not_written(folder: Path, exc: OSError) -> TransportUnavailable:
    error = TransportUnavailable(f"the outbox {folder} cannot be written: {said(exc)}")
    error.hint = remedy(exc)
    return error
