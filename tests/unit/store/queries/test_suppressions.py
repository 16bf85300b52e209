"""The suppression list, on a real SQLite file."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, select

from digest.domain.fetching import FetchResult, KeywordMatch
from digest.domain.mails import DeliveryResult, Mail, MailState
from digest.domain.preferences import Action, Preference
from digest.domain.subscribers import Suppression, SuppressionEvent, SuppressionReason
from digest.domain.tokens import Signer
from digest.errors import StoreError
from digest.store.database import Database
from digest.store.queries.preferences import record_preference
from digest.store.queries.read_messages import mark_read
from digest.store.queries.refusals import clear_refusals, record_refusal
from digest.store.queries.suppression_events import untold_events
from digest.store.queries.suppressions import (
    addresses,
    entry,
    erase_person,
    events_with_labels,
    lift,
    record_return,
    signing_key,
    strike_off,
    subscriber_of,
    suppress,
    suppressed,
)
from digest.store.schema import (
    deliveries,
    mails,
    metadata,
    preferences,
    refusals,
    refused_papers,
    subscribers,
    subscriptions,
    welcomes,
)
from digest.store.store import SqlStore
from tests.support.builders import NOON, config, keyword, paper, subscriber

ADA, BO = "ada@example.org", "bo@example.org"
DAY = timedelta(days=1)
UNSUBSCRIBED = Suppression(SuppressionReason.UNSUBSCRIBED, NOON)
GONE = Suppression(SuppressionReason.NO_SUCH_ADDRESS, NOON, "5.1.1")
REFUSED = Suppression(SuppressionReason.REFUSED, NOON, "550 5.2.2 full")
FORGOTTEN = Suppression(SuppressionReason.FORGOTTEN, NOON + DAY)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A state that knows Ada and Bo, and a paper that waits for both."""
    database = Database.open(tmp_path / "state" / "digest.sqlite3")
    store = SqlStore.over(database)
    store.subscriptions.sync(config(tmp_path, subscriber(ADA), subscriber(BO)), NOON)
    store.keywords.record(FetchResult(keyword()), [KeywordMatch(paper("2606.00001"), is_new=False)], 1, NOON)
    yield database
    database.close()


def mail(database: Database, number: int, recipient: str = ADA, *, days: int = 0, taken: bool = True) -> str:
    """A mail that was made so many days after NOON, and that the mail server took or not."""
    store, message_id = SqlStore.over(database), f"<{number}@daily-papers.invalid>"
    content = f"To: {recipient}\r\n\r\nno two mails are alike: {number}".encode()
    store.mails.enqueue([Mail(message_id, recipient, "digest@example.org", content)], 0, NOON + days * DAY)
    end = (
        DeliveryResult(MailState.SENT)
        if taken
        else DeliveryResult(MailState.FAILED, problem="550 5.3.4 too big")
    )
    store.mails.record_result(message_id, end, NOON + days * DAY)
    return message_id


def number_of(database: Database, email: str) -> int:
    with database.transaction() as connection:
        return number_of_in(connection, email)


def number_of_in(connection: Connection, email: str) -> int:
    return int(
        connection.execute(select(subscribers.c.number).where(subscribers.c.email == email)).scalar_one()
    )


def test_the_key_is_drawn_once(database: Database, tmp_path: Path) -> None:
    with database.transaction() as connection:
        key = signing_key(connection)
    with database.transaction() as connection:
        assert signing_key(connection) == key
    assert len(key) == 32
    with closing(Database.open(tmp_path / "other.sqlite3")) as other, other.transaction() as connection:
        assert signing_key(connection) != key


@pytest.mark.parametrize(
    ("first", "second", "left"),
    [
        (UNSUBSCRIBED, Suppression(SuppressionReason.UNSUBSCRIBED, NOON + DAY), UNSUBSCRIBED),
        (UNSUBSCRIBED, GONE, UNSUBSCRIBED),
        (UNSUBSCRIBED, FORGOTTEN, FORGOTTEN),
        (GONE, REFUSED, GONE),
        (REFUSED, GONE, REFUSED),
        (REFUSED, UNSUBSCRIBED, UNSUBSCRIBED),
        (FORGOTTEN, UNSUBSCRIBED, FORGOTTEN),
        (FORGOTTEN, GONE, FORGOTTEN),
    ],
    ids=lambda entry: entry.reason.value,
)
def test_the_first_reason_stays_unless_a_person_says_more(
    database: Database, first: Suppression, second: Suppression, left: Suppression
) -> None:
    with database.transaction() as connection:
        assert suppress(connection, "a", first)
        assert suppress(connection, "a", second) is (left is second)
        assert entry(connection, "a") == left


def test_the_list_is_asked_for_many_at_once(database: Database) -> None:
    with database.transaction() as connection:
        suppress(connection, "a", UNSUBSCRIBED)
        suppress(connection, "b", GONE)
        assert suppressed(connection, ("a", "c")) == {"a": UNSUBSCRIBED}
        assert suppressed(connection, (f"{number}" for number in range(40_000))) == {}


def test_a_lifted_suppression_restarts_the_count(database: Database) -> None:
    number = number_of(database, ADA)
    with database.transaction() as connection:
        for day in range(5):
            record_refusal(connection, number, "full", NOON + day * DAY)
        struck, _ = strike_off(connection, NOON + 4 * DAY, 5)
        assert struck == {ADA: Suppression(SuppressionReason.REFUSED, NOON + 4 * DAY, "full")}
        fingerprint = Signer(signing_key(connection)).fingerprint(ADA)
        assert lift(connection, fingerprint, ADA.upper(), NOON) == struck[ADA]
        assert lift(connection, fingerprint, ADA, NOON) is None
        record_refusal(connection, number, "full", NOON + 5 * DAY)
        assert strike_off(connection, NOON + 5 * DAY, 5) == ({}, 0)


def test_refusals_on_five_days_suppress_an_address(database: Database) -> None:
    number = number_of(database, ADA)
    with database.transaction() as connection:
        for hour in range(0, 4 * 24, 3):
            record_refusal(connection, number, "full", NOON + timedelta(hours=hour - 12))
        assert strike_off(connection, NOON + 3 * DAY, 5) == ({}, 0)
        record_refusal(connection, number, "550 5.2.2 full", NOON + 4 * DAY)
        refused = Suppression(SuppressionReason.REFUSED, NOON + 4 * DAY, "550 5.2.2 full")
        assert strike_off(connection, NOON + 4 * DAY, 5) == ({ADA: refused}, 0)
        assert strike_off(connection, NOON + 5 * DAY, 5) == ({}, 0)


def test_a_delivery_ends_the_count(database: Database) -> None:
    ada, bo = number_of(database, ADA), number_of(database, BO)
    with database.transaction() as connection:
        for day in range(4):
            record_refusal(connection, ada, "full", NOON + day * DAY)
            record_refusal(connection, bo, "full", NOON + day * DAY)
        clear_refusals(connection, ada)
        for number in (ada, bo):
            record_refusal(connection, number, "full", NOON + 4 * DAY)
        assert strike_off(connection, NOON + 4 * DAY, 5)[0].keys() == {BO}


def test_who_is_refused_for_reasons_that_nobody_knows_is_struck_off_once_others_are_served(
    database: Database,
) -> None:
    number = number_of(database, ADA)
    with database.transaction() as connection:
        for day in range(6):
            record_refusal(connection, number, "550 Hm", NOON + day * DAY, certain=False)
        assert strike_off(connection, NOON + 5 * DAY, 5) == ({}, 0)
    mail(database, 1, BO, days=5)
    with database.transaction() as connection:
        assert strike_off(connection, NOON + 5 * DAY, 5)[0].keys() == {ADA}


def lab(database: Database, folder: Path, size: int) -> None:
    """Ada, Bo, and others at the same domain."""
    others = [subscriber(f"reader{number}@example.org") for number in range(size - 2)]
    everybody = config(folder, subscriber(ADA), subscriber(BO), *others)
    SqlStore.over(database).subscriptions.sync(everybody, NOON)


@pytest.mark.parametrize(("size", "percent", "most"), [(4, 5, 3), (100, 5, 5), (100, 0, 3), (100, 9, 9)])
def test_mail_servers_stop_the_mail_of_a_few_within_a_day(
    database: Database, tmp_path: Path, size: int, percent: int, most: int
) -> None:
    lab(database, tmp_path, size)
    with database.transaction() as connection:
        made = [suppress(connection, f"{number}", GONE, percent) for number in range(size)]
        assert made == [True] * most + [False] * (size - most)
        assert suppress(connection, "wish", UNSUBSCRIBED, percent)
        tomorrow = replace(GONE, since=NOON + DAY + timedelta(seconds=1))
        assert suppress(connection, "tomorrow", tomorrow, percent)
        events = events_with_labels(connection, NOON, {})
    assert [event.made for event in events] == [True] * most + [False] * (size - most) + [True]


def test_more_than_that_refused_on_five_days_at_once_are_told_once_a_day_and_none_is_struck_off(
    database: Database, tmp_path: Path
) -> None:
    lab(database, tmp_path, 30)
    mail(database, 1, BO, days=3)
    for number in range(20):
        mail(database, 10 + number, f"reader{number}@example.org", days=3)
    with database.transaction() as connection:
        for number in range(4):
            who = number_of_in(connection, f"reader{20 + number}@example.org")
            for day in range(5):
                record_refusal(connection, who, "550 no such user", NOON + day * DAY)
        for _run in range(2):
            assert strike_off(connection, NOON + 4 * DAY, 5) == ({}, 4)
        assert [event.made for event in untold_events(connection, {})] == [False] * 4


def test_the_operator_is_told_once_of_each_suppression_but_not_of_a_wish(database: Database) -> None:
    suppressions = SqlStore.over(database).suppressions
    with database.transaction() as connection:
        ada = Signer(signing_key(connection)).fingerprint(ADA)
        suppress(connection, ada, GONE)
        suppress(connection, "gone by now", REFUSED)
        suppress(connection, "left", UNSUBSCRIBED)
        suppress(connection, "forgotten", FORGOTTEN)
    events = suppressions.untold({ADA: "subscribers[0]"})
    assert events == (
        SuppressionEvent(1, NOON, "subscribers[0]", SuppressionReason.NO_SUCH_ADDRESS, "5.1.1"),
        SuppressionEvent(2, NOON, "a former subscriber", SuppressionReason.REFUSED, "550 5.2.2 full"),
    )
    suppressions.mark_told(events, NOON)
    assert suppressions.untold({}) == ()


def first_part(message_id: str) -> str:
    """Of `<a@b>` it is `a`."""
    return message_id.strip("<>").partition("@")[0]


def come_back(database: Database, *message_ids: str) -> Suppression | None:
    """Note that these mails came back; how Ada stands then."""
    for message_id in message_ids:
        with database.transaction() as connection:
            record_return(connection, first_part(message_id), "a", "5.2.2", NOON + 9 * DAY)
    with database.transaction() as connection:
        return entry(connection, "a")


ENDED = Suppression(SuppressionReason.REFUSED, NOON + 9 * DAY, "5.2.2")


def test_five_days_of_mails_that_come_back_suppress_an_address(database: Database) -> None:
    ids = [mail(database, day, days=day) for day in range(5)]
    assert come_back(database, *ids[:4]) is None
    assert come_back(database, *ids[:4]) is None
    assert come_back(database, ids[4]) == ENDED


def test_bounces_count_in_any_order(database: Database) -> None:
    ids = [mail(database, day, days=day) for day in range(7)]  # the last two have not come back yet
    assert come_back(database, ids[4], ids[0], ids[3], ids[1]) is None
    assert come_back(database, ids[2]) == ENDED


def test_a_mail_that_stayed_away_ends_the_count(database: Database) -> None:
    ids = [mail(database, day, days=day) for day in range(6)]
    assert come_back(database, *ids[:2], *ids[3:]) is None


def test_a_lifted_suppression_after_bounces_restarts_the_count(database: Database) -> None:
    ids = [mail(database, day, days=day) for day in range(6)]
    assert come_back(database, *ids[:5]) == ENDED
    with database.transaction() as connection:
        assert lift(connection, "a", ADA, NOON) == ENDED
    assert come_back(database, ids[5]) is None


def test_several_mails_of_a_day_count_once(database: Database) -> None:
    ids = [mail(database, number, days=number // 2) for number in range(8)]
    assert come_back(database, *ids) is None


def test_mails_that_the_server_never_took_are_not_counted(database: Database) -> None:
    taken = [mail(database, day, days=day) for day in range(4)]
    refused = mail(database, 10, days=4, taken=False)
    assert come_back(database, refused, *taken) is None


def test_mails_of_others_are_not_counted(database: Database) -> None:
    theirs = [mail(database, day, days=day) for day in range(4)]
    others = mail(database, 10, BO, days=4)
    assert come_back(database, *theirs, others) is None


def test_only_a_mail_that_was_taken_can_come_back(database: Database) -> None:
    come_back(database, mail(database, 1), mail(database, 2, days=1, taken=False))
    mail(database, 3, days=2)
    with database.transaction() as connection:
        problems = connection.scalars(select(mails.c.problem).order_by(mails.c.number)).all()
    assert problems == ["5.2.2", "550 5.3.4 too big", None]


def test_the_first_part_of_a_message_id_leads_to_the_subscriber_of_that_mail(database: Database) -> None:
    ada, bo = mail(database, 1), mail(database, 12, BO)
    with database.transaction() as connection:
        found = [subscriber_of(connection, first_part(message_id)) for message_id in (ada, bo, "<3@a>")]
        assert found == [ADA, BO, None]
        assert set(addresses(connection)) == {ADA, BO}


@pytest.mark.parametrize("guess", ["", "%", "_", "1%", "1@daily", "<1", "2", "1' OR '1'='1"])
def test_what_is_no_whole_first_part_leads_to_nobody(database: Database, guess: str) -> None:
    mail(database, 1)
    mail(database, 12, BO)
    with database.transaction() as connection:
        assert subscriber_of(connection, guess) is None


def test_a_message_is_read_once_under_any_of_its_names(database: Database) -> None:
    with database.transaction() as connection:
        marks = [mark_read(connection, names, NOON) for names in ("a", "bc", "a", "cd", "d")]
    assert marks == [True, True, False, False, False]


def everything_about(database: Database, number: int) -> dict[str, int]:
    """How many rows each table has of a subscriber."""
    counts = {}
    with database.transaction() as connection:
        for table in metadata.sorted_tables:
            column = table.c.number if table is subscribers else table.c.get("subscriber")
            if column is not None:
                counts[table.name] = len(connection.execute(select(column).where(column == number)).all())
    return counts


def test_a_person_is_erased_from_all_tables_and_nobody_else_is(database: Database) -> None:
    for number, email in enumerate((ADA, BO)):
        message_id = f"<{number}@daily-papers.invalid>"
        content = Mail(message_id, email, "digest@example.org", b"bytes", ("2606.00001",))
        SqlStore.over(database).mails.enqueue([content], 0, NOON)
        subscriber_number = number_of(database, email)
        with database.transaction() as connection:
            record_refusal(connection, subscriber_number, "full", NOON)
    ada, bo = number_of(database, ADA), number_of(database, BO)
    kinds = (deliveries, mails, preferences, refusals, refused_papers, subscribers, subscriptions, welcomes)
    tables = {table.name for table in kinds}
    for number, email in ((ada, ADA), (bo, BO)):
        with database.transaction() as connection:
            record_preference(connection, email, Preference(Action.WEEKLY, NOON))
            connection.execute(insert(refused_papers).values(subscriber=number, paper=1, mail=1, among=1))
    before = everything_about(database, bo)
    assert before == dict.fromkeys(tables, 1)
    with database.transaction() as connection:
        erase_person(connection, "Ada@Example.org")
    assert everything_about(database, ada) == dict.fromkeys(tables, 0)
    assert everything_about(database, bo) == before


def traces(file: Path, *words: bytes) -> list[str]:
    """The files of the state that hold any of these words."""
    files = file.parent.glob(f"{file.name}*")
    return [found.name for found in files if any(word in found.read_bytes() for word in words)]


def test_what_was_deleted_leaves_no_bytes_behind(database: Database) -> None:
    content = SqlStore.over(database)
    mail(database, 1)
    mail(database, 2, BO)
    with closing(sqlite3.connect(database.file)) as connection:
        (compressed,) = connection.execute("SELECT content FROM mails ORDER BY number").fetchone()
    assert content.subscriptions.last_served_at().keys() == {ADA, BO}
    assert traces(database.file, ADA.encode(), compressed) != []
    with database.transaction() as connection:
        connection.exec_driver_sql("PRAGMA secure_delete = OFF")  # which some builds of SQLite have on
        erase_person(connection, ADA)
    assert traces(database.file, ADA.encode(), compressed) != []
    database.erase_traces()
    assert traces(database.file, ADA.encode(), compressed) == []
    assert traces(database.file, BO.encode()) == [database.file.name]
    assert content.subscriptions.last_served_at().keys() == {BO}


def test_while_another_program_reads_traces_cannot_be_erased(database: Database) -> None:
    with closing(sqlite3.connect(database.file, isolation_level=None)) as subscriber:
        subscriber.execute("BEGIN")
        subscriber.execute("SELECT * FROM subscribers").fetchone()
        with database.transaction() as connection:
            connection.exec_driver_sql("PRAGMA busy_timeout = 10")
        with pytest.raises(StoreError) as caught:
            database.erase_traces()
    assert str(caught.value) == f"{database.file}: deleted data could not be overwritten yet"
    assert caught.value.hint == "another program has the file open; close it and run again"
    database.erase_traces()
