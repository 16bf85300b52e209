"""Requests and bounces, from bytes in files to entries in the state."""

import io
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from digest.config.load import line_of
from digest.domain.mails import Attempt, DeliveryResult, Mail, MailState
from digest.domain.settings import Config
from digest.domain.subscribers import Suppression, SuppressionReason
from digest.domain.tokens import Signer
from digest.errors import LockHeld, StoreError
from digest.mail.file_transport import FileTransport
from digest.mail.inbound.mailboxes import is_maildir, messages_at, messages_in
from digest.mail.inbound.parser import MOST_BYTES, read
from digest.store.database import Database
from digest.store.journal import FileJournal
from digest.store.store import SqlStore
from digest.subscribers.registry import (
    Applied,
    KnownSubscriber,
    SubscriberRegistry,
    open_registry,
    suppressed_subscribers,
)
from digest.system.locks import exclusive_lock
from tests.support.builders import NOON, config, subscriber
from tests.support.fakes import FakeClock

ADA, JOERG, FORMER = "Ada@example.org", "jörg@xn--bcher-kva.example", "bo@example.org"
DAY = timedelta(days=1)


@pytest.fixture
def home(tmp_path: Path) -> Config:
    """Two subscribers and a former one, whom the state still has."""
    subscribers = subscriber(ADA), subscriber(JOERG, label="subscribers[1]")
    database = Database.open(tmp_path / "state" / "digest.sqlite3")
    SqlStore.over(database).subscriptions.sync(config(tmp_path, *subscribers, subscriber(FORMER)), NOON)
    SqlStore.over(database).subscriptions.sync(config(tmp_path, *subscribers), NOON)
    database.close()
    return config(tmp_path, *subscribers)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def registry(home: Config, clock: FakeClock) -> Iterator[SubscriberRegistry]:
    with open_registry(home, clock) as registry:
        yield registry


@pytest.fixture
def store(home: Config) -> Iterator[SqlStore]:
    store = SqlStore.over(Database.open(home.state))
    yield store
    store.close()


def token(store: SqlStore, email: str) -> str:
    return Signer(store.suppressions.signing_key()).unsubscribe_token(email)


def request(store: SqlStore, email: str = ADA, sender: str = "anybody@example.net") -> bytes:
    return f"From: {sender}\nSubject: unsubscribe {token(store, email)}\n\n".encode()


def sent_mail(store: SqlStore, email: str = ADA, day: int = 0) -> str:
    """A mail that the mail server accepted on that day; its Message-ID."""
    message_id = Signer(store.suppressions.signing_key()).message_id(email, str(day))
    content = f"To: {email}\r\n\r\n".encode()
    store.mails.enqueue([Mail(message_id, email, "digest@example.org", content)], 0, NOON + day * DAY)
    store.mails.record_result(message_id, DeliveryResult(MailState.SENT), NOON + day * DAY)
    return message_id


def report(message_id: str, recipient: str = f"rfc822; {ADA}", status: str = "5.1.1") -> bytes:
    return f"""\
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

Final-Recipient: {recipient}
Action: failed
Status: {status}

--b
Content-Type: text/rfc822-headers

Message-ID: {message_id}

--b--
""".encode()


def test_subscribers_are_found_by_address_and_token_in_any_case(
    registry: SubscriberRegistry, store: SqlStore
) -> None:
    ada, joerg, bo = (
        KnownSubscriber(ADA, "subscribers[0]"),
        KnownSubscriber(JOERG, "subscribers[1]"),
        KnownSubscriber(FORMER),
    )
    assert [registry.find(word) for word in ("ada@EXAMPLE.org", " Ada@example.org")] == [ada, ada]
    assert registry.find("JÖRG@Bücher.example") == joerg
    assert registry.find(FORMER) == bo
    assert [registry.find(token(store, email).upper()) for email in (ADA, JOERG, FORMER)] == [ada, joerg, bo]


@pytest.mark.parametrize("word", ["eve@example.org", "@", "a@b@c", "", "unsubscribe", "a" * 32])
def test_a_stranger_is_not_found(registry: SubscriberRegistry, word: str) -> None:
    assert registry.find(word) is None


def test_subscribers_are_labelled_and_their_address_is_not_shown(registry: SubscriberRegistry) -> None:
    found = [registry.find(email) for email in (ADA, FORMER)]
    assert (
        repr(found)
        == "[KnownSubscriber(label='subscribers[0]'), KnownSubscriber(label='a former subscriber')]"
    )


def test_unsubscribing_twice_changes_nothing(registry: SubscriberRegistry, clock: FakeClock) -> None:
    ada = KnownSubscriber(ADA)
    assert registry.suppression(ada) is None
    assert registry.unsubscribe(ada)
    clock.sleep(60)
    assert not registry.unsubscribe(ada)
    assert registry.suppression(ada) == Suppression(SuppressionReason.UNSUBSCRIBED, NOON)


def test_resubscribing_returns_why_there_was_no_mail(registry: SubscriberRegistry) -> None:
    ada = KnownSubscriber(ADA)
    registry.unsubscribe(ada)
    assert registry.resubscribe(ada) == Suppression(SuppressionReason.UNSUBSCRIBED, NOON)
    assert registry.resubscribe(ada) is None
    assert registry.suppression(ada) is None


def test_a_request_is_applied_once_from_any_sender(registry: SubscriberRegistry, store: SqlStore) -> None:
    message = request(store)
    assert registry.apply(message) == Applied("subscribers[0] wants no more mail")
    assert store.suppressions.of([ADA]) == {ADA: Suppression(SuppressionReason.UNSUBSCRIBED, NOON)}
    registry.resubscribe(KnownSubscriber(ADA))
    assert registry.apply(message) == Applied("subscribers[0] wants no more mail", new=False)
    assert store.suppressions.of([ADA]) == {}
    assert registry.apply(request(store, sender="again@example.net")) is not None
    assert store.suppressions.of([ADA]).keys() == {ADA}


def test_a_former_subscriber_is_not_named(registry: SubscriberRegistry, store: SqlStore) -> None:
    assert registry.apply(request(store, FORMER)) == Applied("a former subscriber wants no more mail")
    assert store.suppressions.of([FORMER]).keys() == {FORMER}


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"From: ada@example.org\nSubject: unsubscribe\n\n",
        b"Subject: unsubscribe " + b"a" * 32 + b"\n\n",
        report("<guessed@daily-papers.invalid>"),
    ],
    ids=["empty", "no token", "a guessed token", "a guessed Message-ID"],
)
def test_what_proves_nothing_changes_nothing(
    registry: SubscriberRegistry, store: SqlStore, message: bytes
) -> None:
    assert registry.apply(message) is None
    assert store.suppressions.of([ADA, JOERG, FORMER]) == {}


def test_an_address_that_does_not_exist_gets_no_more_mail(
    registry: SubscriberRegistry, store: SqlStore
) -> None:
    message = report(sent_mail(store))
    assert registry.apply(message) == Applied("the address of subscribers[0] does not exist (5.1.1)")
    gone = Suppression(SuppressionReason.NO_SUCH_ADDRESS, NOON, "5.1.1")
    assert store.suppressions.of([ADA, JOERG]) == {ADA: gone}
    registry.resubscribe(KnownSubscriber(ADA))
    again = registry.apply(message)
    assert again is not None
    assert not again.new
    assert store.suppressions.of([ADA]) == {}


@pytest.mark.parametrize("named", ["rfc822; ada@EXAMPLE.org", "x400; /S=ada/"], ids=["theirs", "none"])
def test_a_report_about_a_mail_is_about_its_subscriber(
    registry: SubscriberRegistry, store: SqlStore, named: str
) -> None:
    registry.apply(report(sent_mail(store), named))
    assert store.suppressions.of([ADA]).keys() == {ADA}


def test_another_address_in_the_report_is_never_suppressed(
    registry: SubscriberRegistry, store: SqlStore
) -> None:
    """Mail to Ada goes on to another address, which failed: hers exists."""
    applied = registry.apply(report(sent_mail(store), f"rfc822; {FORMER}"))
    assert applied == Applied("a mail to subscribers[0] came back (5.1.1)")
    assert store.suppressions.of([ADA, FORMER]) == {}


def test_mails_that_come_back_for_five_days_end_them(registry: SubscriberRegistry, store: SqlStore) -> None:
    for day in range(5):
        assert store.suppressions.of([ADA]) == {}
        applied = registry.apply(report(sent_mail(store, day=day), status="5.2.2"))
        assert applied == Applied("a mail to subscribers[0] came back (5.2.2)")
    assert store.suppressions.of([ADA]) == {ADA: Suppression(SuppressionReason.REFUSED, NOON, "5.2.2")}


def test_who_is_forgotten_leaves_nothing_and_stays_away(home: Config, registry: SubscriberRegistry) -> None:
    store = SqlStore.over(Database.open(home.state))
    known_by, message_id = token(store, ADA), sent_mail(store)
    content = f"To: {ADA}\r\nDate: Tue, 23 Jun 2026 07:00:00 +0000\r\nMessage-ID: {message_id}\r\n\r\n"
    FileTransport(home.outbox).deliver(Mail(message_id, ADA, "x@example.org", content.encode()), lambda: None)
    store.close()
    with closing(FileJournal(home.state)) as journal:
        journal.reserve()
        journal.keep([Attempt(message_id, DeliveryResult(MailState.SENT), NOON)])
    ada = registry.find(ADA)
    assert ada
    registry.forget(ada)
    left = b"".join(path.read_bytes() for path in home.state.parent.iterdir())
    assert ADA.encode() not in left
    assert message_id.encode() not in left
    assert list(home.outbox.iterdir()) == []
    assert registry.suppression(ada) == Suppression(SuppressionReason.FORGOTTEN, NOON)
    without = replace(home, subscribers=home.subscribers[1:])
    with open_registry(without, FakeClock()) as later:
        assert later.find(ADA.lower()) == KnownSubscriber(ADA.lower())
        assert later.find(known_by) is None
        assert later.find(FORMER) == KnownSubscriber(FORMER)
        assert later.resubscribe(KnownSubscriber(ADA)) == Suppression(SuppressionReason.FORGOTTEN, NOON)
        assert later.find(ADA) is None


def test_nobody_is_erased_under_a_run_but_no_mail_goes_to_them(
    home: Config, registry: SubscriberRegistry
) -> None:
    lock, ada = home.state.with_name("run.lock"), KnownSubscriber(ADA)
    with exclusive_lock(lock, wait=False), pytest.raises(LockHeld) as caught:
        registry.forget(ada)
    assert str(caught.value) == f"another run holds the lock {lock}"
    assert caught.value.hint == (
        "no more mail goes to them; repeat the command when that run has ended, to erase the rest"
    )
    assert registry.suppression(ada) == Suppression(SuppressionReason.FORGOTTEN, NOON)
    assert (
        ADA.encode() in home.state.read_bytes() + home.state.with_name(f"{home.state.name}-wal").read_bytes()
    )
    registry.forget(ada)
    assert ADA.encode() not in home.state.read_bytes()


def test_who_gets_no_mail_is_listed_in_the_order_of_the_file(
    home: Config, registry: SubscriberRegistry
) -> None:
    assert suppressed_subscribers(home) == []
    for email in (JOERG, FORMER, ADA):
        registry.unsubscribe(KnownSubscriber(email))
    entered = Suppression(SuppressionReason.UNSUBSCRIBED, NOON)
    assert suppressed_subscribers(home) == [("subscribers[0]", entered), ("subscribers[1]", entered)]


def test_looking_who_gets_no_mail_makes_no_state(tmp_path: Path) -> None:
    assert suppressed_subscribers(config(tmp_path)) == []
    assert list(tmp_path.iterdir()) == []


def test_a_state_that_cannot_be_read_is_an_error(home: Config) -> None:
    home.state.write_bytes(b"no database" * 1000)
    with pytest.raises(StoreError, match="file is not a database"):
        suppressed_subscribers(home)


def test_the_line_of_an_address_is_found_in_the_file(home: Config) -> None:
    home.file.write_text(
        "# Ada@example.org is away in July\nsubscribers:\n  - {name: Ada, email: Ada@Example.ORG}\n"
        "  - keywords: [Reasoning]\n    email: jörg@bücher.example\n",
        encoding="utf-8",
    )
    assert [line_of(home, email) for email in (ADA.lower(), JOERG, FORMER)] == [3, 5, None]


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
    ],
    ids=["nothing", "one message", "an mbox", "with CRLF", "as piped by an MTA", "one that quotes an mbox"],
)
def test_a_stream_is_a_message_or_an_mbox(content: bytes, found: list[bytes]) -> None:
    assert list(messages_in(io.BytesIO(content))) == found


@pytest.mark.parametrize("start", [b"", b"From a@b\n"], ids=["a message", "an mbox"])
def test_of_a_message_that_is_too_large_only_that_is_seen(start: bytes) -> None:
    line = b"x" * 99 + b"\n"
    (huge,) = messages_in(io.BytesIO(start + line * (MOST_BYTES // 50)))
    assert MOST_BYTES < len(huge) <= MOST_BYTES + len(line)
    assert read(huge) is None


def maildir(folder: Path, **messages: bytes) -> Path:
    for name in ("new", "cur", "tmp"):
        (folder / name).mkdir(parents=True)
    for place, content in messages.items():
        (folder / place / "1750000000.M1.host").write_bytes(content)
    return folder


def test_a_maildir_has_new_messages_and_seen_ones(tmp_path: Path) -> None:
    folder = maildir(tmp_path / "Maildir", new=FIRST, cur=SECOND, tmp=b"not written yet")
    (folder / "cur" / "folder").mkdir()
    (folder / "cur" / "lost").symlink_to(tmp_path / "nowhere")
    before = sorted(folder.rglob("*"))
    assert list(messages_at(folder)) == [FIRST, SECOND]
    assert sorted(folder.rglob("*")) == before


def test_a_message_that_is_moved_meanwhile_is_left_for_next_time(tmp_path: Path) -> None:
    folder = maildir(tmp_path / "Maildir", new=FIRST, cur=SECOND)
    found = messages_at(folder)
    assert next(found) == FIRST
    (folder / "cur" / "1750000000.M1.host").unlink()
    assert list(found) == []


def test_a_maildir_is_recognised_by_its_folders(tmp_path: Path) -> None:
    assert is_maildir(maildir(tmp_path / "Maildir"))
    assert not is_maildir(tmp_path)


@pytest.mark.parametrize("note", [b"Status: RO\n", b"X-Status: F\nX-Keywords: \nX-UID: 7\n"])
def test_what_a_mail_program_notes_does_not_make_another_message(
    registry: SubscriberRegistry, store: SqlStore, note: bytes
) -> None:
    message = request(store)
    assert registry.apply(message) is not None
    again = registry.apply(note + message + b"\n")
    assert again is not None
    assert not again.new
