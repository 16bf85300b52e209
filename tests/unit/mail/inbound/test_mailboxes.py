"""Maildirs, mbox files and single messages, as mail programs and strangers leave them."""

import io
import os
from collections import deque
from itertools import chain, repeat
from pathlib import Path

import pytest

from digest.mail.inbound.mailboxes import MOST_BYTES, files_at, is_maildir, messages_in
from tests.support.cost import require_cheap

FIRST = b"Subject: one\n\nHello\nFrom here on it is text\n"
SECOND = b"Subject: two\n\n\nFromage\n"
MBOX = b"From a@b Tue Jun 23 07:00:00 2026\n" + FIRST + b"\nFrom MAILER-DAEMON\n" + SECOND


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", []),
        (FIRST, [FIRST]),
        (MBOX, [FIRST + b"\n", SECOND]),
        (MBOX.replace(b"\n", b"\r\n"), [part.replace(b"\n", b"\r\n") for part in (FIRST + b"\n", SECOND)]),
        (b"From a@b\n" + FIRST, [FIRST]),
        (b"Return-Path: <a@b>\n" + MBOX, [b"Return-Path: <a@b>\n" + MBOX]),
        (b"From a@b\n" + FIRST + b"\n>From a@b\n\n>>From a@b\n", [FIRST + b"\n>From a@b\n\n>>From a@b\n"]),
    ],
    ids=[
        "nothing",
        "one message",
        "an mbox",
        "with CRLF",
        "as piped by an MTA",
        "one that quotes an mbox",
        "a From line in the text, as an mbox has it",
    ],
)
def test_a_stream_is_a_message_or_an_mbox(content: bytes, found: list[bytes]) -> None:
    assert list(messages_in(io.BytesIO(content))) == found


@pytest.mark.parametrize("start", [b"", b"From a@b\n"], ids=["a message", "an mbox"])
def test_a_message_is_cut_behind_some_megabytes(start: bytes) -> None:
    line = b"x" * 99 + b"\n"
    (huge,) = messages_in(io.BytesIO(start + line * (3 * MOST_BYTES // len(line))))
    assert MOST_BYTES <= len(huge) <= 2 * MOST_BYTES


class Repeated(io.RawIOBase):
    """A file that is a start and so many copies of a piece, and never in memory as a whole."""

    def __init__(self, start: bytes, piece: bytes, copies: int) -> None:
        self._pieces = chain([start], repeat(piece, copies))
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        self._rest = self._rest or next(self._pieces, b"")
        taken, self._rest = self._rest[: len(buffer)], self._rest[len(buffer) :]
        buffer[: len(taken)] = taken
        return len(taken)


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("piece", "copies"),
    [(b"\nFrom a@b\n" + FIRST * 100, 25_000), (b"x" * 1_000_000, 200), (b"\n" * 1_000_000, 10)],
    ids=["many messages", "a line without end", "empty lines"],
)
def test_an_mbox_of_any_size_takes_little_memory(piece: bytes, copies: int) -> None:
    stream = io.BufferedReader(Repeated(b"From a@b\n", piece, copies), 1_000_000)
    require_cheap(lambda: deque(messages_in(stream), maxlen=1), seconds=60, megabytes=60)


def maildir(folder: Path, **messages: bytes) -> Path:
    """A Maildir with a message in each of these folders; the one in `cur` is older."""
    for name in ("new", "cur", "tmp"):
        (folder / name).mkdir(parents=True)
    for place, content in messages.items():
        file = folder / place / "1750000000.M1.host"
        file.write_bytes(content)
        os.utime(file, (1_750_000_000, 1_750_000_000 if place == "new" else 1_740_000_000))
    return folder


def test_a_maildir_has_new_messages_and_seen_ones_the_latest_first(tmp_path: Path) -> None:
    folder = maildir(tmp_path / "Maildir", new=FIRST, cur=SECOND, tmp=b"not written yet")
    assert [file.read_bytes() for file in files_at(folder)] == [FIRST, SECOND]
    os.utime(folder / "cur" / "1750000000.M1.host", (0, 0))
    assert [file.read_bytes() for file in files_at(folder)] == [FIRST, SECOND]


def test_a_file_is_what_it_is(tmp_path: Path) -> None:
    assert files_at(tmp_path / "mbox") == [tmp_path / "mbox"]


def test_what_never_ends_is_no_message(tmp_path: Path) -> None:
    folder = maildir(tmp_path / "Maildir", new=FIRST)
    (folder / "cur" / "folder").mkdir()
    (folder / "cur" / "zero").symlink_to("/dev/zero")
    os.mkfifo(folder / "cur" / "fifo")
    assert [file.read_bytes() for file in files_at(folder)] == [FIRST]


def test_what_cannot_be_looked_at_comes_last(tmp_path: Path) -> None:
    folder = maildir(tmp_path / "Maildir", new=FIRST)
    (folder / "cur" / "loop").symlink_to("loop")
    (folder / "new" / "lost").symlink_to(tmp_path / "nowhere")
    names = [file.name for file in files_at(folder)]
    assert names == ["1750000000.M1.host", "loop", "lost"]


def test_a_maildir_is_recognised_by_its_folders(tmp_path: Path) -> None:
    assert is_maildir(maildir(tmp_path / "Maildir"))
    assert not is_maildir(tmp_path)
