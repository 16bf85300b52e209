"""Reading whole mailboxes: one message or file that cannot be read stops no other."""

import io
import os
from collections import Counter
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from digest.domain.tokens import Signer
from digest.store.database import Database
from digest.store.store import SqlStore
from digest.subscribers.inbox import MOST_LISTED, MOST_SECONDS, InboxReader, Puzzle, Unread
from digest.subscribers.registry import Effect, SubscriberRegistry, open_registry
from tests.support.builders import NOON, config, subscriber
from tests.support.fakes import FakeClock

ADA = "ada@example.org"
ACTED_ON = ["subscribers[0] wants no more mail"]
TOO_COMPLEX = b"Content-Type: message/rfc822\n\n" * 60


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[SubscriberRegistry]:
    with open_registry(config(tmp_path, subscriber(ADA)), FakeClock()) as registry:
        yield registry


@pytest.fixture
def request_of_ada(tmp_path: Path, registry: SubscriberRegistry) -> bytes:
    store = SqlStore.over(Database.open(config(tmp_path).state))
    token = Signer(store.suppressions.signing_key()).unsubscribe_token(ADA)
    store.close()
    return f"Subject: unsubscribe {token}\n\n".encode()


def maildir(folder: Path, *messages: bytes) -> Path:
    """A Maildir with these messages, the latest first."""
    (folder / "cur").mkdir(parents=True)
    (folder / "new").mkdir()
    for number, content in enumerate(messages):
        file = folder / "new" / str(number)
        file.write_bytes(content)
        os.utime(file, (1_750_000_000 - number, 1_750_000_000 - number))
    return folder


def test_messages_are_applied_and_counted(
    registry: SubscriberRegistry, tmp_path: Path, request_of_ada: bytes
) -> None:
    reader = InboxReader(registry)
    reader.read_path(maildir(tmp_path / "box", b"Subject: hi\n\n", TOO_COMPLEX, request_of_ada))
    reader.read_stream(io.BytesIO(b"From a@b\n" + request_of_ada))
    assert reader.texts == ACTED_ON
    assert reader.counts == Counter([Unread.NOT_UNDERSTOOD, Unread.TOO_COMPLEX, Effect.NEW, Effect.BEFORE])
    assert reader.puzzles == [
        Puzzle(str(tmp_path / "box" / "new" / "0"), None, "hi"),
        Puzzle(str(tmp_path / "box" / "new" / "1"), None, ""),
    ]
    assert reader.unreadable == []


def test_one_message_is_taken_by_its_name(registry: SubscriberRegistry, request_of_ada: bytes) -> None:
    reader = InboxReader(registry)
    away = b"Subject: Away\nAuto-Submitted: auto-replied\n\n"
    assert reader.take(request_of_ada, "UID 7") == Effect.NEW
    assert reader.take(away, "UID 8") == Unread.AUTOMATIC
    assert reader.take(b"Subject: hi\n\n", "UID 9") == Unread.NOT_UNDERSTOOD
    assert reader.puzzles == [Puzzle("UID 9", None, "hi")]


def test_a_person_reads_of_each_message_one_clean_line(registry: SubscriberRegistry) -> None:
    reader = InboxReader(registry)
    strange = (
        "Date: Mon, 22 Jun 2026 14:00:00 +0200\nSubject: =?utf-8?q?a=1B[2J=0Ab=E2=80=AE?="
        + "c" * 200
        + "\n\n"
    )
    reader.take(strange.encode(), "new/\x1b[2J\n")
    assert reader.puzzles == [Puzzle("new/[2J", NOON, "a[2J b" + "c" * 93 + "…")]


def test_the_first_messages_are_listed_and_all_are_counted(registry: SubscriberRegistry) -> None:
    reader = InboxReader(registry)
    reader.read_stream(io.BytesIO(b"From a@b\n\n\n" * (MOST_LISTED + 12)), "mbox")
    assert reader.counts[Unread.NOT_UNDERSTOOD] == MOST_LISTED + 12
    assert [puzzle.name for puzzle in reader.puzzles] == [
        "mbox",
        *(f"mbox, message {number}" for number in range(2, MOST_LISTED + 1)),
    ]


def test_what_cannot_be_opened_is_named_and_the_others_are_read(
    registry: SubscriberRegistry, tmp_path: Path, request_of_ada: bytes
) -> None:
    box = maildir(tmp_path / "box", b"", b"", request_of_ada)
    (box / "cur" / "loop").symlink_to("loop")
    (box / "cur" / "lost").symlink_to("nowhere")
    reader = InboxReader(registry)
    for path in (tmp_path / "gone" / "new", Path("/proc/self/mem"), box):
        reader.read_path(path)
    assert reader.texts == ACTED_ON
    assert [(error.filename, error.strerror) for error in reader.unreadable] == [
        ("/proc/self/mem", "Input/output error"),
        (str(box / "cur" / "loop"), "Too many levels of symbolic links"),
    ]


def test_a_folder_that_cannot_be_listed_is_named(registry: SubscriberRegistry, tmp_path: Path) -> None:
    reader = InboxReader(registry)
    reader.read_path(tmp_path)
    assert [error.filename for error in reader.unreadable] == [str(tmp_path / "new")]


def test_when_the_time_is_over_the_rest_is_counted(
    registry: SubscriberRegistry, tmp_path: Path, request_of_ada: bytes
) -> None:
    moments = count(0, MOST_SECONDS // 2)
    reader = InboxReader(registry, cpu_time=lambda: next(moments))
    reader.read_path(maildir(tmp_path / "box", b"Subject: hi\n\n", request_of_ada, request_of_ada, b"x"))
    assert reader.texts == ACTED_ON
    assert reader.counts == Counter([Unread.NOT_UNDERSTOOD, Effect.NEW, Unread.NO_TIME, Unread.NO_TIME])
