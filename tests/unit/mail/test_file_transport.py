"""A folder instead of a mail server."""

import os
import stat
from pathlib import Path

import pytest

from digest.domain.mails import Mail
from digest.errors import TransportUnavailable
from digest.mail.file_transport import FileTransport


def mail(message_id: str = "<1@example.org>", recipient: str = "rita@example.org") -> Mail:
    content = (
        f"To: Rita <{recipient}>\r\nDate: Mon, 22 Jun 2026 07:05:00 +0000\r\nMessage-ID: {message_id}\r\n"
        "Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
        "<p>=C3=BCn=C3=AF</p>\r\n"
    )
    return Mail(message_id, recipient, "papers@example.org", content.encode())


def deliver(outbox: FileTransport, delivered: Mail) -> None:
    outbox.deliver(delivered, lambda: pytest.fail("a mail that is written is never in doubt"))


def files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def test_a_mail_becomes_its_exact_bytes_and_a_page(tmp_path: Path) -> None:
    delivered = mail()
    deliver(FileTransport(tmp_path / "outbox"), delivered)
    eml, html = files(tmp_path / "outbox")
    assert (eml.read_bytes(), html.read_text()) == (delivered.content, "<p>ünï</p>\n")


def test_file_names_have_the_date_and_no_address(tmp_path: Path) -> None:
    deliver(FileTransport(tmp_path), mail("<rita@example.org/../../x>"))
    names = [file.name for file in files(tmp_path)]
    assert [name[:16] for name in names] == ["2026-06-22-0705-"] * 2
    assert [name[16:32].isalnum() for name in names] == [True, True]
    assert [name[32:] for name in names] == [".eml", ".html"]


def test_the_same_mail_again_writes_the_same_files(tmp_path: Path) -> None:
    outbox, delivered = FileTransport(tmp_path), mail()
    deliver(outbox, delivered)
    once = {file: file.read_bytes() for file in files(tmp_path)}
    deliver(outbox, delivered)
    assert {file: file.read_bytes() for file in files(tmp_path)} == once


def test_two_mails_of_one_minute_do_not_overwrite_each_other(tmp_path: Path) -> None:
    outbox = FileTransport(tmp_path)
    deliver(outbox, mail("<1@example.org>"))
    deliver(outbox, mail("<2@example.org>"))
    assert len(files(tmp_path)) == 4


def test_only_the_owner_can_read_the_outbox(tmp_path: Path) -> None:
    folder = tmp_path / "outbox"
    deliver(FileTransport(folder), mail())
    modes = [stat.S_IMODE(file.stat().st_mode) for file in (folder, *files(folder))]
    assert modes == [0o700, 0o600, 0o600]


def test_the_eml_file_is_the_delivery_and_is_written_last(tmp_path: Path) -> None:
    outbox, delivered = FileTransport(tmp_path), mail()
    deliver(outbox, delivered)
    eml, html = files(tmp_path)
    eml.unlink()
    html.unlink()
    html.mkdir()  # in the way of the page
    with pytest.raises(TransportUnavailable):
        deliver(outbox, delivered)
    assert files(tmp_path) == [html]


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "outbox"
    folder.write_text("a file in the way")
    with pytest.raises(TransportUnavailable) as caught:
        deliver(FileTransport(folder), mail())
    assert str(caught.value) == f"the outbox {folder} cannot be written: File exists"
    assert caught.value.hint == "correct the path: a file is where a folder should be, or the reverse"


def test_an_outbox_that_is_closed_can_be_used_again(tmp_path: Path) -> None:
    outbox = FileTransport(tmp_path)
    outbox.close()
    deliver(outbox, mail())
    assert len(files(tmp_path)) == 2


@pytest.mark.parametrize(
    ("recipient", "erased"),
    [
        ("rita@example.org", 2),
        ("Rita@example.org", 2),
        ("jürgen@xn--bcher-kva.example", 1),
        ("STRASSE@example.org", 1),
        ("eader@example.org", 0),
        ("nobody@example.org", 0),
    ],
    ids=["usual", "other case", "not ASCII", "case beyond ASCII", "part of one", "unknown"],
)
def test_all_mails_of_a_subscriber_are_erased_and_no_others(
    tmp_path: Path, recipient: str, erased: int
) -> None:
    outbox = FileTransport(tmp_path)
    subscribers = [
        "rita@example.org",
        "RITA@example.org",
        "jürgen@xn--bcher-kva.example",
        "straße@example.org",
    ]
    for number, subscriber in enumerate(subscribers):
        deliver(outbox, mail(f"<{number}@example.org>", subscriber))
    assert (outbox.erase(recipient), len(files(tmp_path))) == (erased, 2 * (len(subscribers) - erased))
    assert outbox.erase(recipient) == 0


def test_files_of_others_stay(tmp_path: Path) -> None:
    outbox, erased = FileTransport(tmp_path), mail()
    deliver(outbox, erased)
    theirs = [tmp_path / "letter.eml", tmp_path / "2026-06-22-0705-mine.eml", tmp_path / "page.html"]
    for file in theirs:
        file.write_bytes(erased.content)
    strange = tmp_path / "2026-06-22-0705-0123456789abcdef.eml"
    strange.write_bytes(b"Subject: to nobody\r\n\r\n")
    assert (outbox.erase("rita@example.org"), files(tmp_path)) == (1, sorted([*theirs, strange]))


def test_a_mail_without_its_page_is_erased(tmp_path: Path) -> None:
    deliver(FileTransport(tmp_path), mail())
    files(tmp_path)[1].unlink()
    assert (FileTransport(tmp_path).erase("rita@example.org"), files(tmp_path)) == (1, [])


def test_in_a_folder_that_is_not_there_nothing_is_erased(tmp_path: Path) -> None:
    assert FileTransport(tmp_path / "outbox").erase("rita@example.org") == 0


def test_the_page_goes_first_so_that_a_mail_half_erased_is_found_again(tmp_path: Path) -> None:
    deliver(FileTransport(tmp_path), mail())
    eml, html = files(tmp_path)
    html.unlink()
    html.mkdir()  # in the way
    with pytest.raises(TransportUnavailable) as caught:
        FileTransport(tmp_path).erase("rita@example.org")
    assert str(caught.value) == f"the outbox {tmp_path} cannot be written: Is a directory"
    assert eml.exists()


def left_by_a_killed_run(folder: Path, *, page_only: bool = False) -> Path:
    """What a run leaves that is killed while it writes a mail, or between the page and the mail."""
    deliver(FileTransport(folder), mail("<killed@example.org>"))
    eml, html = files(folder)
    if page_only:
        eml.unlink()
        return html
    html.unlink()
    return eml.rename(folder / f".{eml.name}.abcd1234.unfinished")


def test_what_a_killed_run_left_unfinished_is_removed_and_nothing_else(tmp_path: Path) -> None:
    left_by_a_killed_run(tmp_path)
    theirs = tmp_path / ".letter.eml.abcd1234.unfinished"
    theirs.touch()
    FileTransport(tmp_path).remove_unfinished()
    assert files(tmp_path) == [theirs]


@pytest.mark.parametrize("page_only", [False, True], ids=["half a mail", "a page without its mail"])
def test_what_a_killed_run_left_is_erased_with_any_subscriber(tmp_path: Path, page_only: bool) -> None:
    left_by_a_killed_run(tmp_path, page_only=page_only)
    assert (FileTransport(tmp_path).erase("nobody@example.org"), files(tmp_path)) == (0, [])


def test_an_outbox_that_cannot_be_written_is_reported_by_the_delivery_alone(tmp_path: Path) -> None:
    FileTransport(tmp_path / "missing").remove_unfinished()
    (tmp_path / "outbox").write_text("a file in the way")
    FileTransport(tmp_path / "outbox").remove_unfinished()


def test_what_has_a_mails_name_and_is_no_file_is_left_alone(tmp_path: Path) -> None:
    name = "2026-06-22-0705-0123456789abcde{}.eml"
    os.mkfifo(tmp_path / name.format(1))
    (tmp_path / name.format(2)).symlink_to(tmp_path / name.format(1))
    assert FileTransport(tmp_path).erase("rita@example.org") == 0
    assert len(files(tmp_path)) == 2


def test_a_link_with_a_mails_name_is_not_followed(tmp_path: Path) -> None:
    outbox, important = FileTransport(tmp_path / "outbox"), tmp_path / "important"
    important.write_text("important")
    deliver(outbox, mail())
    for file in files(tmp_path / "outbox"):
        file.unlink()
        file.symlink_to(important)
    deliver(outbox, mail())
    assert [file.is_symlink() for file in files(tmp_path / "outbox")] == [False, False]
    assert important.read_text() == "important"
