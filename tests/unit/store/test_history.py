"""What `explain` learns from a real state file."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from digest.domain.digests import PendingPaper
from digest.domain.fetching import FetchResult, KeywordMatch
from digest.domain.keywords import Keyword
from digest.domain.mails import DeliveryResult, Mail, MailState
from digest.store.database import Database
from digest.store.history import Company, Dispute, History, Seen, company, disputes, history, waiting_for
from digest.store.store import SqlStore
from tests.support.builders import NOON, config, keyword, paper, subscriber

MODEL, REASONING = keyword("Reward Model"), keyword("Reasoning")
SUBSCRIBER = subscriber("reader@example.org", MODEL, REASONING)
HOUR = timedelta(hours=1)
BASELINE = paper("2606.00500").order
SENT = DeliveryResult(MailState.SENT)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A state that knows the subscriber, who got no welcome."""
    database = Database.open(tmp_path / "state" / "digest.sqlite3")
    SqlStore.over(database).subscriptions.sync(config(tmp_path, SUBSCRIBER, welcome=0), NOON)
    yield database
    database.close()


def answer(database: Database, asked: Keyword, hours: int, *ids: str, fresh: bool = True) -> None:
    found = [KeywordMatch(paper(id), fresh) for id in ids]
    SqlStore.over(database).keywords.record(FetchResult(asked), found, BASELINE, NOON + hours * HOUR)


def test_a_paper_that_was_never_seen_has_no_history(database: Database) -> None:
    assert history(database, "2606.00001") is None


def test_the_history_of_a_paper_has_its_matches_and_the_mails_that_carried_it(
    database: Database, tmp_path: Path
) -> None:
    store = SqlStore.over(database)
    other, third = subscriber("other@example.org", MODEL), subscriber("third@example.org", MODEL)
    store.subscriptions.sync(config(tmp_path, SUBSCRIBER, other, third, welcome=0), NOON)
    answer(database, REASONING, 0, "2606.00501", fresh=False)
    answer(database, MODEL, 1, "2606.00501", "2606.00502")
    for number, (recipient, paper_id) in enumerate(
        [(SUBSCRIBER, "2606.00501"), (other, "2606.00501"), (third, "2606.00501"), (other, "2606.00502")]
    ):
        content = Mail(f"<{number}@example.org>", recipient.email, "digest@example.org", b"", (paper_id,))
        store.mails.enqueue([content], 0, NOON)
    store.mails.record_result("<0@example.org>", SENT, NOON + 2 * HOUR)
    store.mails.record_result("<2@example.org>", SENT, NOON + 3 * HOUR)
    assert history(database, "2606.00501") == History(
        paper=paper("2606.00501"),
        seen=(
            Seen("Reasoning", NOON, is_new=False),
            Seen("Reward Model", NOON + HOUR, is_new=True),
        ),
        sent_at=(NOON + 2 * HOUR, NOON + 3 * HOUR),
        sent_before=0,
        on_the_way=1,
    )


def test_a_paper_that_arxiv_alone_gives_to_a_keyword_is_known_as_such(database: Database) -> None:
    result = FetchResult(MODEL, compared=30, differing=20, disputed=("2606.00077",))
    SqlStore.over(database).keywords.record(result, (), BASELINE, NOON)
    assert disputes(database, "2606.00077") == (Dispute("Reward Model", 30, 20),)
    assert disputes(database, "2606.00078") == ()


def pending(paper_id: str) -> PendingPaper:
    return PendingPaper(paper(paper_id), frozenset({MODEL.id}), welcome=False)


def test_a_paper_that_waits_is_in_the_company_of_all_that_wait(database: Database) -> None:
    answer(database, MODEL, 0)
    answer(database, MODEL, 1, "2606.00501", "2606.00502")
    assert company(database, SUBSCRIBER, "2606.00501") == Company(
        (pending("2606.00502"), pending("2606.00501")), waits=True
    )
    assert waiting_for(database, {SUBSCRIBER.email, "nobody@example.org"}, "2606.00501") == 1


def test_a_paper_that_was_mailed_is_in_the_company_of_that_days_mails(database: Database) -> None:
    answer(database, MODEL, 1, "2606.00501", "2606.00502", "2606.00503", "2606.00504")
    store = SqlStore.over(database)
    parts = [
        Mail(f"<{id}@example.org>", SUBSCRIBER.email, "digest@example.org", b"", (id,))
        for id in ("2606.00501", "2606.00502", "2606.00503")
    ]
    store.mails.enqueue(parts[:2], 0, NOON)
    store.mails.enqueue(parts[2:], 0, NOON + HOUR)
    assert company(database, SUBSCRIBER, "2606.00501") == Company(
        (pending("2606.00501"), pending("2606.00502")), waits=False, queued_at=NOON
    )


def test_a_paper_that_comes_to_a_subscriber_in_no_mail_has_no_company(database: Database) -> None:
    answer(database, MODEL, 1, "2606.00501", fresh=False)
    assert company(database, SUBSCRIBER, "2606.00501") is None
    assert company(database, subscriber("nobody@example.org"), "2606.00501") is None
