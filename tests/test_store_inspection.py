"""What `status` and `explain` learn from a real state file."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from digest.errors import SourceUnavailable
from digest.models import Keyword, Mail, MailState, Settlement, Suppressed, Suppression
from digest.protocols import Finding, Sighting
from digest.store.database import Database
from digest.store.inspection import (
    History,
    KeywordStatus,
    Seen,
    SubscriberStatus,
    history,
    keyword_status,
    subscriber_status,
)
from digest.store.sql import SqlStore
from tests.builders import NOON, config, keyword, paper, subscriber

MODEL, REASONING = keyword("Reward Model"), keyword("Reasoning")
READER = subscriber("reader@example.org", MODEL, REASONING)
HOUR = timedelta(hours=1)
BASELINE = paper("2606.00500").order
SENT = Settlement(MailState.SENT)
REFUSED = Settlement(MailState.FAILED, problem="550 no such user")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A state that knows the reader, who got no welcome."""
    database = Database.open(tmp_path / "state" / "digest.sqlite3")
    SqlStore(database).enroll(config(tmp_path, READER, welcome=0), NOON)
    yield database
    database.close()


def answer(database: Database, asked: Keyword, hours: int, *ids: str, fresh: bool = True) -> None:
    found = [Sighting(paper(id), fresh) for id in ids]
    SqlStore(database).record(Finding(asked), found, BASELINE, NOON + hours * HOUR)


def failure(database: Database, asked: Keyword, hours: int, problem: str) -> None:
    finding = Finding(asked, problem=SourceUnavailable(problem))
    SqlStore(database).record(finding, [], BASELINE, NOON + hours * HOUR)


def mail(database: Database, number: int, *ids: str) -> str:
    """A finished mail for the reader; returns its Message-ID."""
    message_id = f"<{number}@example.org>"
    SqlStore(database).freeze([Mail(message_id, READER.email, "digest@example.org", b"", ids)], 0, NOON)
    return message_id


def test_a_keyword_that_was_never_asked_for_has_no_answer(database: Database) -> None:
    nothing = KeywordStatus("Alignment", None, new=0, papers=0, failing_since=None, problem="")
    assert keyword_status(database, keyword("Alignment")) == nothing
    assert keyword_status(database, MODEL) == KeywordStatus("Reward Model", None, 0, 0, None, "")


def test_a_keyword_counts_the_new_papers_of_its_last_good_answer_and_all_that_are_known(
    database: Database,
) -> None:
    answer(database, MODEL, 0, "2606.00001", "2606.00002", fresh=False)
    answer(database, REASONING, 0, "2606.00001", fresh=False)
    answer(database, MODEL, 1, "2606.00501", "2606.00502")
    answer(database, MODEL, 2, "2606.00503")
    failure(database, MODEL, 3, "503, 4 times")
    failure(database, MODEL, 4, "timed out")
    assert keyword_status(database, MODEL) == KeywordStatus(
        "Reward Model", NOON + 2 * HOUR, new=1, papers=5, failing_since=NOON + 3 * HOUR, problem="timed out"
    )


def test_a_keyword_goes_by_the_name_that_it_has_now(database: Database) -> None:
    answer(database, MODEL, 0, "2606.00001", fresh=False)
    renamed = keyword("Models of Reward", any=MODEL.any)
    assert keyword_status(database, renamed) == KeywordStatus("Models of Reward", NOON, 0, 1, None, "")


def test_a_subscriber_who_is_not_enrolled_got_nothing(database: Database) -> None:
    assert subscriber_status(database, subscriber("x@example.org")) == SubscriberStatus("x@example.org")


def test_a_subscriber_counts_what_arrived_what_waits_and_what_failed(database: Database) -> None:
    store = SqlStore(database)
    answer(database, MODEL, 0, fresh=False)
    answer(database, MODEL, 1, *(f"2606.0050{number}" for number in range(1, 8)))
    store.settle(mail(database, 1, "2606.00501", "2606.00502"), SENT, NOON + 2 * HOUR)
    store.settle(mail(database, 2, "2606.00503"), SENT, NOON + 3 * HOUR)
    store.settle(mail(database, 4, "2606.00505"), REFUSED, NOON + 4 * HOUR)
    later = NOON + 5 * HOUR
    deferred = Settlement(MailState.DEFERRED, refusals=1, retry_at=later, problem="450 4.2.1 later")
    store.settle(mail(database, 3, "2606.00504"), deferred, NOON + 4 * HOUR)
    assert subscriber_status(database, READER) == SubscriberStatus(
        READER.email,
        NOON + 3 * HOUR,
        papers=3,
        waiting=3,
        on_the_way=MailState.DEFERRED,
        retry_at=later,
        failed=1,
        problem="450 4.2.1 later",
    )
    store.settle("<3@example.org>", SENT, later)
    assert subscriber_status(database, READER) == SubscriberStatus(
        READER.email, later, papers=4, waiting=3, failed=1, problem=""
    )


def test_a_subscriber_who_gets_no_mail_shows_why(database: Database) -> None:
    for day in range(5):
        SqlStore(database).record_refusal(READER, "550 5.1.1 no such user", NOON + 24 * day * HOUR)
    assert subscriber_status(database, READER).suppressed == Suppression(
        Suppressed.REFUSED, NOON + 96 * HOUR, "550 5.1.1 no such user"
    )


def test_a_paper_that_was_never_seen_has_no_history(database: Database) -> None:
    assert history(database, "2606.00001") is None


def test_the_history_of_a_paper_tells_who_saw_it_when_and_which_mails_carried_it(
    database: Database, tmp_path: Path
) -> None:
    store = SqlStore(database)
    other, third = subscriber("other@example.org", MODEL), subscriber("third@example.org", MODEL)
    store.enroll(config(tmp_path, READER, other, third, welcome=0), NOON)
    answer(database, REASONING, 0, "2606.00501", fresh=False)
    answer(database, MODEL, 1, "2606.00501", "2606.00502")
    for number, (reader, paper_id) in enumerate(
        [(READER, "2606.00501"), (other, "2606.00501"), (third, "2606.00501"), (other, "2606.00502")]
    ):
        content = Mail(f"<{number}@example.org>", reader.email, "digest@example.org", b"", (paper_id,))
        store.freeze([content], 0, NOON)
    store.settle("<0@example.org>", SENT, NOON + 2 * HOUR)
    store.settle("<2@example.org>", SENT, NOON + 3 * HOUR)
    assert history(database, "2606.00501") == History(
        paper=paper("2606.00501"),
        seen=(
            Seen("Reasoning", NOON, fresh=False),
            Seen("Reward Model", NOON + HOUR, fresh=True),
        ),
        sent_at=(NOON + 2 * HOUR, NOON + 3 * HOUR),
        sent_before=0,
        on_the_way=1,
    )
