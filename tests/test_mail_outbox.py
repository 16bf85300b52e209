"""A folder instead of a mail server."""

import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from digest.errors import TransportUnavailable
from digest.mail.message import compose_message
from digest.mail.outbox import Outbox
from digest.models import Mail, MailSettings, Rendered


def mail(message_id: str = "<1@example.org>", *, html: str = "<p>ünï</p>\n") -> Mail:
    return compose_message(
        Rendered("s", html, "t\n"),
        MailSettings("papers@example.org", None, when_empty="skip"),
        recipient="reader@example.org",
        recipient_name="Reader",
        message_id=message_id,
        date=datetime(2026, 6, 22, 7, 5, tzinfo=UTC),
    )


def files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def test_a_mail_becomes_its_exact_bytes_and_a_page(tmp_path: Path) -> None:
    delivered = mail()
    Outbox(tmp_path / "outbox").deliver(delivered)
    eml, html = files(tmp_path / "outbox")
    assert (eml.read_bytes(), html.read_text()) == (delivered.content, "<p>ünï</p>\n")


def test_file_names_tell_the_date_and_no_address(tmp_path: Path) -> None:
    Outbox(tmp_path).deliver(mail("<reader@example.org/../../x>"))
    names = [file.name for file in files(tmp_path)]
    assert [name[:16] for name in names] == ["2026-06-22-0705-"] * 2
    assert [name[16:32].isalnum() for name in names] == [True, True]
    assert [name[32:] for name in names] == [".eml", ".html"]


def test_the_same_mail_again_writes_the_same_files(tmp_path: Path) -> None:
    outbox, delivered = Outbox(tmp_path), mail()
    outbox.deliver(delivered)
    once = {file: file.read_bytes() for file in files(tmp_path)}
    outbox.deliver(delivered)
    assert {file: file.read_bytes() for file in files(tmp_path)} == once


def test_two_mails_of_one_minute_do_not_overwrite_each_other(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path)
    outbox.deliver(mail("<1@example.org>"))
    outbox.deliver(mail("<2@example.org>"))
    assert len(files(tmp_path)) == 4


def test_only_the_owner_can_read_the_outbox(tmp_path: Path) -> None:
    folder = tmp_path / "outbox"
    Outbox(folder).deliver(mail())
    modes = [stat.S_IMODE(file.stat().st_mode) for file in (folder, *files(folder))]
    assert modes == [0o700, 0o600, 0o600]


def test_the_eml_file_is_the_delivery_and_is_written_last(tmp_path: Path) -> None:
    outbox, delivered = Outbox(tmp_path), mail()
    outbox.deliver(delivered)
    eml, html = files(tmp_path)
    eml.unlink()
    html.unlink()
    html.mkdir()  # in the way of the page
    with pytest.raises(TransportUnavailable):
        outbox.deliver(delivered)
    assert files(tmp_path) == [html]


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "outbox"
    folder.write_text("a file in the way")
    with pytest.raises(TransportUnavailable) as caught:
        Outbox(folder).deliver(mail())
    assert str(caught.value) == f"the outbox {folder} cannot be written: File exists"
    assert caught.value.hint == "make the folder writable, or name another one in DIGEST_OUTBOX"


def test_an_outbox_that_is_closed_can_be_used_again(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path)
    outbox.close()
    outbox.deliver(mail())
    assert len(files(tmp_path)) == 2
