"""Requests and bounces, from bytes in files to entries in the state."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from digest.config.load import line_of
from digest.domain.fetching import FetchResult, KeywordMatch
from digest.domain.mails import Attempt, DeliveryResult, Mail, MailState
from digest.domain.preferences import Action, Preference, Preferences
from digest.domain.settings import Config
from digest.domain.subscribers import Suppression, SuppressionReason
from digest.domain.tokens import Signer
from digest.errors import LockHeld, StoreError
from digest.mail.file_transport import FileTransport
from digest.store.database import Database
from digest.store.journal import FileJournal
from digest.store.queries.read_messages import mark_read
from digest.store.store import SqlStore
from digest.subscribers.registry import (
    Applied,
    Effect,
    KnownSubscriber,
    SubscriberRegistry,
    open_registry,
    suppressed_subscribers,
)
from digest.system.locks import exclusive_lock
from tests.support.builders import NOON, config, keyword, paper, subscriber
from tests.support.fakes import FakeClock

ADA, JOERG, FORMER = "Ada@example.org", "jörg@xn--bcher-kva.example", "bo@example.org"
DAY = timedelta(days=1)
BEFORE, OUTDATED = Applied(Effect.BEFORE), Applied(Effect.OUTDATED)


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
    assert registry.apply(message) == Applied(Effect.NEW, "subscribers[0] wants no more mail")
    assert store.suppressions.of([ADA]) == {ADA: Suppression(SuppressionReason.UNSUBSCRIBED, NOON)}
    registry.resubscribe(KnownSubscriber(ADA))
    assert registry.apply(message) == BEFORE
    assert store.suppressions.of([ADA]) == {}
    assert registry.apply(request(store, sender="again@example.net")) is not None
    assert store.suppressions.of([ADA]).keys() == {ADA}


def dated(
    store: SqlStore, date: str, *, name: str = "Message-ID: <1@example.net>\n", received: str = ""
) -> bytes:
    """Ada's request, written on that date."""
    arrival = f"Received: from there by here; {received}\n" if received else ""
    return f"{arrival}Date: {date}\n{name}".encode() + request(store)


JUNE, AUGUST = "Tue, 23 Jun 2026 07:00:00 +0000", "Sun, 23 Aug 2026 07:00:00 +0000"


def resubscribed_in_july(registry: SubscriberRegistry, clock: FakeClock) -> None:
    clock.sleep(30 * DAY.total_seconds())
    registry.resubscribe(KnownSubscriber(ADA))
    clock.sleep(60 * DAY.total_seconds())


@pytest.mark.parametrize(
    "again",
    [
        lambda first: first.replace(b"\n", b"\r\n"),
        lambda first: b"Received: from a by b; " + AUGUST.encode() + b"\nDelivered-To: x\n" + first,
        lambda first: first + b"\n-- \nadded by a list\n",
    ],
    ids=["with other line ends", "by way of another server", "with a footer"],
)
@pytest.mark.parametrize("name", ["Message-ID: <1@example.net>\n", ""], ids=["", "without a Message-ID"])
def test_a_copy_of_a_request_is_the_same_request(
    registry: SubscriberRegistry,
    store: SqlStore,
    clock: FakeClock,
    again: Callable[[bytes], bytes],
    name: str,
) -> None:
    first = dated(store, JUNE, name=name)
    assert registry.apply(first) == Applied(Effect.NEW, "subscribers[0] wants no more mail")
    resubscribed_in_july(registry, clock)
    assert registry.apply(again(first)) == BEFORE
    assert store.suppressions.of([ADA]) == {}


def test_what_was_acted_on_is_remembered_for_ever_whatever_the_clock_says(
    registry: SubscriberRegistry, store: SqlStore
) -> None:
    message = request(store)
    registry.apply(message)
    registry.resubscribe(KnownSubscriber(ADA))
    for years in (3, 30, 0):
        store.retention.tidy(NOON + 365 * years * DAY, 0)
        assert registry.apply(message) == BEFORE


def test_what_an_earlier_version_acted_on_is_known_by_its_bytes(
    home: Config, registry: SubscriberRegistry, store: SqlStore
) -> None:
    message = dated(store, JUNE)
    with closing(Database.open(home.state)) as database, database.transaction() as connection:
        mark_read(connection, [hashlib.sha256(message.strip()).hexdigest()], NOON)
    assert registry.apply(message) == BEFORE


OLD = Applied(
    Effect.OUTDATED,
    "subscribers[0] wanted no more mail, but was subscribed again after that: nothing is changed; "
    "`digest unsubscribe EMAIL` if it was meant",
)


@pytest.mark.parametrize(
    ("date", "received", "is_old"),
    [(JUNE, "", True), (JUNE, JUNE, True), (AUGUST, "", False), (JUNE, AUGUST, False), (AUGUST, JUNE, False),
     ("", "", False)],
    ids=["written in June", "and arrived in June", "written in August", "arrived in August",
         "in August by its sender's clock", "at no known time"],
)  # fmt: skip
def test_a_request_that_is_older_than_the_return_changes_nothing(
    registry: SubscriberRegistry, store: SqlStore, clock: FakeClock, date: str, received: str, is_old: bool
) -> None:
    resubscribed_in_july(registry, clock)
    message = dated(store, date, received=received)
    assert (registry.apply(message) == OLD) is is_old
    assert (store.suppressions.of([ADA]) == {}) is is_old
    assert registry.apply(message) == BEFORE


def test_a_return_by_a_clock_that_was_ahead_makes_no_request_old(
    registry: SubscriberRegistry, store: SqlStore, clock: FakeClock
) -> None:
    clock.sleep(3650 * DAY.total_seconds())
    registry.resubscribe(KnownSubscriber(ADA))
    clock.sleep(-3640 * DAY.total_seconds())
    registry.apply(dated(store, AUGUST))
    assert store.suppressions.of([ADA]).keys() == {ADA}


def test_a_bounce_of_a_mail_from_before_the_return_changes_nothing(
    registry: SubscriberRegistry, store: SqlStore
) -> None:
    """By the order of events, not by the clock."""
    before = [sent_mail(store, day=day) for day in range(5)]
    registry.apply(report(before[0]))
    registry.resubscribe(KnownSubscriber(ADA))
    assert {
        registry.apply(report(mail, status=status)) for mail in before for status in ("5.1.1", "5.2.2")
    } == {OUTDATED}
    assert store.suppressions.of([ADA]) == {}
    registry.apply(report(sent_mail(store, day=-400)))
    assert store.suppressions.of([ADA]).keys() == {ADA}


def test_a_mail_that_was_queued_at_the_return_may_come_back(
    registry: SubscriberRegistry, store: SqlStore
) -> None:
    message_id = Signer(store.suppressions.signing_key()).message_id(ADA, "queued")
    store.mails.enqueue([Mail(message_id, ADA, "digest@example.org", b"x")], 0, NOON)
    registry.resubscribe(KnownSubscriber(ADA))
    store.mails.record_result(message_id, DeliveryResult(MailState.SENT), NOON)
    registry.apply(report(message_id))
    assert store.suppressions.of([ADA]).keys() == {ADA}


def test_a_bounce_of_a_mail_of_long_ago_is_out_of_date(registry: SubscriberRegistry) -> None:
    assert registry.apply(report(f"<{'z' * 32}@daily-papers.invalid>")) == OUTDATED


def test_a_former_subscriber_is_not_named(registry: SubscriberRegistry, store: SqlStore) -> None:
    assert registry.apply(request(store, FORMER)) == Applied(
        Effect.NEW, "a former subscriber wants no more mail"
    )
    assert store.suppressions.of([FORMER]).keys() == {FORMER}


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"From: ada@example.org\nSubject: unsubscribe\n\n",
        b"Subject: unsubscribe " + b"a" * 32 + b"\n\n",
        report("<theirs@example.org>"),
    ],
    ids=["empty", "no token", "a guessed token", "a mail of somebody else"],
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
    assert registry.apply(message) == Applied(
        Effect.NEW, "the address of subscribers[0] does not exist (5.1.1)"
    )
    gone = Suppression(SuppressionReason.NO_SUCH_ADDRESS, NOON, "5.1.1")
    assert store.suppressions.of([ADA, JOERG]) == {ADA: gone}
    assert registry.apply(message) == BEFORE


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
    assert applied == Applied(Effect.NEW, "a mail to subscribers[0] came back (5.1.1)")
    assert store.suppressions.of([ADA, FORMER]) == {}


def feedback(returned: str) -> bytes:
    """A complaint (RFC 5965) that returns this header."""
    return f"""\
Content-Type: multipart/report; report-type=feedback-report; boundary=b

--b
Content-Type: message/feedback-report

Feedback-Type: abuse

--b
Content-Type: text/rfc822-headers

{returned}
Date: {JUNE}

--b--
""".encode()


def answer(message_id: str, name: str = "1") -> bytes:
    return f"In-Reply-To: {message_id}\nMessage-ID: <{name}@example.org>\nSubject: unsubscribe\n\n".encode()


def test_a_complaint_ends_the_mails(registry: SubscriberRegistry, store: SqlStore) -> None:
    mail = sent_mail(store)
    applied = registry.apply(feedback(f"Message-ID: {mail}"))
    assert applied == Applied(Effect.NEW, "subscribers[0] reported a mail as spam")
    assert store.suppressions.of([ADA, JOERG]) == {ADA: Suppression(SuppressionReason.COMPLAINED, NOON)}
    assert registry.apply(feedback(f"Message-ID: {mail}\nX-Trace: 2")) == BEFORE


def test_a_complaint_about_a_mail_from_before_the_return_changes_nothing(
    registry: SubscriberRegistry, store: SqlStore, clock: FakeClock
) -> None:
    mail = sent_mail(store)
    resubscribed_in_july(registry, clock)
    assert registry.apply(feedback(f"Message-ID: {mail}")) is None
    assert registry.apply(feedback(f"List-Unsubscribe: <mailto:d+{token(store, ADA)}@example.org>")) == OLD
    assert store.suppressions.of([ADA]) == {}


def test_a_wish_without_a_token_is_of_whom_the_mail_went_to(
    registry: SubscriberRegistry, store: SqlStore
) -> None:
    mail = sent_mail(store, JOERG)
    assert registry.apply(answer(mail)) == Applied(Effect.NEW, "subscribers[1] wants no more mail")
    assert store.suppressions.of([ADA, JOERG]).keys() == {JOERG}
    registry.resubscribe(KnownSubscriber(JOERG))
    assert registry.apply(answer(mail)) == BEFORE
    assert registry.apply(answer(mail, "2")) is None


def test_a_message_that_names_two_subscribers_names_nobody(
    registry: SubscriberRegistry, store: SqlStore
) -> None:
    both = f"{sent_mail(store)} {sent_mail(store, JOERG)}"
    assert registry.apply(answer(both)) is None
    assert registry.apply(request(store) + f"unsubscribe {token(store, JOERG)}".encode()) is None
    assert store.suppressions.of([ADA, JOERG]) == {}


def test_mails_that_come_back_for_five_days_end_them(registry: SubscriberRegistry, store: SqlStore) -> None:
    for day in range(5):
        assert store.suppressions.of([ADA]) == {}
        applied = registry.apply(report(sent_mail(store, day=day), status="5.2.2"))
        assert applied == Applied(Effect.NEW, "a mail to subscribers[0] came back (5.2.2)")
    assert store.suppressions.of([ADA]) == {ADA: Suppression(SuppressionReason.REFUSED, NOON, "5.2.2")}


@pytest.mark.parametrize(
    ("status", "why"),
    [("5.7.1", "our sender, account or mail server"), ("5.3.4", "its content or size")],
)
def test_what_is_our_own_trouble_is_told_and_charged_to_nobody(
    registry: SubscriberRegistry, store: SqlStore, status: str, why: str
) -> None:
    for day in range(6):
        message = report(sent_mail(store, day=day), status=status)
        assert registry.apply(message) == Applied(
            Effect.NEW,
            f"a mail to subscribers[0] was returned because of {why} ({status}); nobody is charged for it",
        )
        assert registry.apply(message) == BEFORE
    assert store.suppressions.of([ADA]) == {}


def test_a_failure_without_a_code_counts(registry: SubscriberRegistry, store: SqlStore) -> None:
    for day in range(5):
        applied = registry.apply(report(sent_mail(store, day=day), status=""))
        assert applied == Applied(Effect.NEW, "a mail to subscribers[0] came back")
    assert store.suppressions.of([ADA]) == {ADA: Suppression(SuppressionReason.REFUSED, NOON, "no code")}


def test_a_mail_is_known_by_the_first_part_of_its_message_id(
    registry: SubscriberRegistry, store: SqlStore
) -> None:
    """The domain is that of the sender, which the configuration may change meanwhile."""
    name, _, _ = sent_mail(store).partition("@")
    registry.apply(report(f"{name}@another.example>"))
    assert store.suppressions.of([ADA]).keys() == {ADA}


def at_return_path(store: SqlStore, *lines: str) -> bytes:
    """A message to the signed return path of Ada's mail, which returns nothing of the mail."""
    name = sent_mail(store).strip("<>").partition("@")[0]
    header = (f"To: bounces+{name}@sender.example", "Auto-Submitted: auto-replied", "Return-Path: <>")
    return "\n".join((*header, *lines)).encode()


def test_a_failure_that_reaches_the_return_path_is_about_that_mail(
    registry: SubscriberRegistry, store: SqlStore
) -> None:
    failure = "From: MAILER-DAEMON", "Subject: failure notice", "", "550 5.1.1 User unknown"
    assert registry.apply(at_return_path(store, *failure)) == Applied(
        Effect.NEW, "the address of subscribers[0] does not exist (5.1.1)"
    )


@pytest.mark.parametrize(
    "lines",
    [
        (f"From: {ADA}", "Subject: Out of office", "", "I am away until Monday."),
        ("From: MAILER-DAEMON", "Subject: Delayed", "", "It will be retried. 450 4.2.1 busy"),
        ("From: postmaster@example.org", "Subject: Hello", "", "Nice to meet you."),
    ],
    ids=["an automatic reply", "a delay", "no failure"],
)
def test_what_is_no_failure_changes_nothing_at_the_return_path(
    registry: SubscriberRegistry, store: SqlStore, lines: tuple[str, ...]
) -> None:
    assert registry.apply(at_return_path(store, *lines)) is None
    assert store.suppressions.of([ADA]) == {}


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


@pytest.mark.parametrize("note", [b"Status: RO\n", b"X-Status: F\nX-Keywords: \nX-UID: 7\n"])
def test_what_a_mail_program_notes_does_not_make_another_message(
    registry: SubscriberRegistry, store: SqlStore, note: bytes
) -> None:
    message = request(store)
    assert registry.apply(message) is not None
    assert registry.apply(note + message + b"\n") == BEFORE


def test_who_is_missing_in_the_configuration_is_forgotten_at_once(
    registry: SubscriberRegistry, store: SqlStore
) -> None:
    former = registry.find(" BO@EXAMPLE.org.")
    assert former
    registry.forget(former)
    with store.database.transaction() as connection:
        left = connection.exec_driver_sql("SELECT email FROM subscribers ORDER BY email")
        assert [row.email for row in left] == [ADA, JOERG]
        assert connection.exec_driver_sql("SELECT count(*) FROM subscriptions").scalar_one() == 2


@pytest.mark.parametrize(
    "spelling", ["JÖRG@bücher.example", "jo\u0308rg@xn--bcher-kva.example.", "jörg@BÜCHER.example"]
)
def test_a_subscriber_is_found_in_any_spelling(registry: SubscriberRegistry, spelling: str) -> None:
    assert registry.find(spelling) == KnownSubscriber(JOERG, "subscribers[1]")


def test_bounces_stop_the_mail_of_a_few_within_a_day_and_all_count(
    home: Config, clock: FakeClock, store: SqlStore
) -> None:
    many = [subscriber(f"reader{n}@example.org", label=f"subscribers[{n}]") for n in range(5)]
    home = replace(home, subscribers=tuple(many))
    store.subscriptions.sync(home, NOON)
    with open_registry(home, clock) as registry:
        bounces = [report(sent_mail(store, one.email), f"rfc822; {one.email}") for one in many]
        told = [applied.text for applied in map(registry.apply, bounces) if applied]
        events = registry.events()
    gone = [f"the address of subscribers[{n}] does not exist (5.1.1)" for n in range(3)]
    assert told == [*gone, *(f"a mail to subscribers[{n}] came back (5.1.1)" for n in (3, 4))]
    assert [(event.label, event.made) for event in events] == [(f"subscribers[{n}]", n < 3) for n in range(5)]
    with open_registry(home, clock) as registry:  # at the same moment
        assert registry.events() == ()


def action(store: SqlStore, subject: str, email: str = ADA, **headers: str) -> bytes:
    lines = [f"{name}: {value}" for name, value in headers.items()]
    return "\n".join([f"Subject: {subject} {token(store, email)}", *lines, "", ""]).encode()


def preferences(store: SqlStore) -> Preferences:
    return store.preferences.of([ADA]).get(ADA, ())


def on(day: int) -> str:
    return format_datetime(NOON + day * DAY)


MODEL = keyword()
MUTE = f"mute {MODEL.id[:8]}"


@pytest.mark.parametrize(
    ("subject", "text", "preference"),
    [
        (
            MUTE,
            "gets no papers of Reward Model until 2026-06-29 12:00 UTC",
            Preference(Action.MUTE, NOON, MODEL.id, NOON + 7 * DAY),
        ),
        ("weekly", "gets one mail a week", Preference(Action.WEEKLY, NOON)),
        (
            "pause until 2026-06-25",
            "pauses until 2026-06-25 00:00 UTC",
            Preference(Action.PAUSE, NOON, until=NOON + 2.5 * DAY),
        ),
        ("reset", "gets mail as configured again", Preference(Action.RESET, NOON)),
    ],
)
def test_an_action_becomes_a_preference(
    registry: SubscriberRegistry, store: SqlStore, subject: str, text: str, preference: Preference
) -> None:
    assert registry.apply(action(store, subject)) == Applied(Effect.NEW, f"subscribers[0] {text}")
    assert preferences(store) == (preference,)


@pytest.mark.parametrize(
    "subject", ["mute 00000000", "more like 2606.99999", "pause until 2026-06-22", "pause until 2099-01-01"]
)
def test_an_action_about_what_is_not_known_changes_nothing(
    registry: SubscriberRegistry, store: SqlStore, subject: str
) -> None:
    applied = registry.apply(action(store, subject))
    assert applied
    assert applied.effect is Effect.OUTDATED
    assert preferences(store) == ()


def test_more_like_a_paper_names_one_that_is_known(registry: SubscriberRegistry, store: SqlStore) -> None:
    store.keywords.record(FetchResult(MODEL), [KeywordMatch(paper("2606.12345"), is_new=True)], 1, NOON)
    registry.apply(action(store, "more like 2606.12345"))
    assert preferences(store) == (Preference(Action.LIKE, NOON, "2606.12345"),)


def test_the_latest_action_counts_in_whatever_order_they_arrive(
    registry: SubscriberRegistry, store: SqlStore, clock: FakeClock
) -> None:
    clock.moment = NOON + 3 * DAY
    registry.apply(action(store, "pause until 2026-07-10", Date=on(2)))
    registry.apply(action(store, "pause until 2026-07-01", Date=on(1)))
    registry.apply(action(store, "reset", Date=on(0)))
    assert [one.until for one in preferences(store) if one.until] == [NOON + 17.5 * DAY]
    registry.apply(action(store, "reset", Date=on(3)))
    registry.apply(action(store, "weekly", Date=on(2)))
    assert preferences(store) == (Preference(Action.RESET, NOON + 3 * DAY),)


def test_a_week_of_silence_counts_from_the_day_it_was_asked_for(
    registry: SubscriberRegistry, store: SqlStore, clock: FakeClock
) -> None:
    clock.moment = NOON + 8 * DAY
    registry.apply(action(store, MUTE, Date=on(0)))
    assert preferences(store) == ()
    registry.apply(action(store, MUTE, Date=on(4)))
    assert [one.until for one in preferences(store)] == [NOON + 11 * DAY]


def test_who_comes_back_does_not_pause(registry: SubscriberRegistry, store: SqlStore) -> None:
    for subject in ("pause until 2026-07-10", "weekly"):
        registry.apply(action(store, subject))
    ada = KnownSubscriber(ADA)
    registry.unsubscribe(ada)
    registry.resubscribe(ada)
    assert preferences(store) == (Preference(Action.WEEKLY, NOON),)


def test_whoever_is_forgotten_has_no_preferences(registry: SubscriberRegistry, store: SqlStore) -> None:
    registry.apply(action(store, "weekly"))
    registry.forget(KnownSubscriber(ADA))
    assert preferences(store) == ()
    applied = registry.apply(action(store, "pause until 2026-06-25"))
    registry.preferences.pause(ADA, None)
    assert applied
    assert applied.effect is Effect.OUTDATED
    assert preferences(store) == ()


def test_a_reset_counts_against_what_is_older_also_where_nothing_was_to_undo(
    registry: SubscriberRegistry, store: SqlStore
) -> None:
    assert not registry.preferences.reset(ADA)
    registry.apply(action(store, "weekly", Date=on(-1)))
    assert preferences(store) == (Preference(Action.RESET, NOON),)


@pytest.mark.parametrize("day", [date(1, 1, 1), NOON.date() - DAY, NOON.date()])
def test_a_pause_ends_in_the_future(registry: SubscriberRegistry, store: SqlStore, day: date) -> None:
    assert registry.preferences.pause(ADA, day) is None
    assert preferences(store) == ()
