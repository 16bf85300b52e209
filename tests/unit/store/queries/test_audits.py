"""What audits read and record, on a real SQLite file: a subscriber who was welcomed and has had one mail."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from digest.domain.auditing import (
    Audit,
    AuditTimes,
    Finding,
    KeywordFigures,
    Missed,
    MissedPaper,
)
from digest.domain.digests import PendingPaper
from digest.domain.fetching import FetchResult, KeywordMatch
from digest.domain.keywords import Keyword
from digest.domain.mails import DeliveryResult, Mail, MailState
from digest.domain.subscriptions import KEPT_WHILE_ABSENT
from digest.store.database import Database
from digest.store.history import Seen, history
from digest.store.store import SqlStore
from tests.support.builders import NOON, config, keyword, paper, subscriber

MODEL, REASONING = keyword("Reward Model"), keyword("Reasoning")
ADA = subscriber("ada@example.org", MODEL, REASONING)
DAY = timedelta(days=1)
SENT = DeliveryResult(MailState.SENT)
LATE = paper("2606.00550", submitted=datetime(2026, 6, 19, tzinfo=UTC))
RESULT = Audit(NOON, date(2026, 6, 15), (), requests=3, unreadable=("2606.00009: no title",))


def record(store: SqlStore, wanted: Keyword, *ids: str, now: datetime = NOON) -> None:
    """A good fetch that finds these papers, all of them new."""
    found = [KeywordMatch(paper(id), is_new=True) for id in ids]
    store.keywords.record(FetchResult(wanted), found, 202606_000500, now)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    store = SqlStore.over(Database.open(tmp_path / "state" / "digest.sqlite3"))
    store.subscriptions.sync(config(tmp_path, ADA), NOON)
    record(store, MODEL, now=NOON - DAY)
    record(store, REASONING)
    record(store, MODEL, "2606.00501", "2606.00502")
    yield store
    store.close()


def mail(store: SqlStore, *ids: str, delivered: bool) -> None:
    pending = store.mails.pending_papers(ADA)
    made = Mail("<1@example.org>", ADA.email, "digest@example.org", b"the bytes", ids)
    store.mails.enqueue([made], pending.up_to, NOON)
    if delivered:
        store.mails.record_result(made.message_id, SENT, NOON)


def test_the_times_say_when_the_first_keyword_began_and_what_was_tried(store: SqlStore) -> None:
    assert store.audits.times() == AuditTimes(NOON - DAY)
    store.audits.record_try(NOON + DAY)
    store.audits.record(RESULT, (), NOON)
    assert store.audits.times() == AuditTimes(NOON - DAY, audited_at=NOON, tried_at=NOON + DAY)
    assert store.schedule_state([ADA.email]).audits == store.audits.times()


def test_a_keyword_that_left_the_configuration_began_no_more(store: SqlStore, tmp_path: Path) -> None:
    without = config(tmp_path, subscriber(ADA.email, REASONING))
    store.subscriptions.sync(without, NOON)
    store.subscriptions.sync(without, NOON + KEPT_WHILE_ABSENT)
    assert store.audits.times() == AuditTimes(NOON)


def test_certain_are_the_papers_from_the_first_one_submitted_since_the_day(store: SqlStore) -> None:
    waited = paper("2606.00503", submitted=NOON - 40 * DAY)
    found = [
        KeywordMatch(one, is_new=True) for one in (paper("2606.00499", submitted=NOON - DAY * 9), waited)
    ]
    store.keywords.record(FetchResult(REASONING), found, 0, NOON)
    both, day = (MODEL, REASONING), date(2026, 6, 20)
    assert store.audits.certain_since(day, both) == {
        "2606.00501": 202606_000501,
        "2606.00502": 202606_000502,
        "2606.00503": 202606_000503,
    }
    assert store.audits.certain_since(day, [REASONING]) == {}
    assert store.audits.certain_since(date(2026, 6, 21), both) == {}


@pytest.mark.parametrize(
    ("in_mail", "delivered", "expected"),
    [
        ((), False, KeywordFigures("Reward Model", 2, mailed=0, waiting=2)),
        (("2606.00501",), False, KeywordFigures("Reward Model", 2, mailed=0, waiting=2)),
        (("2606.00501", "2606.00502"), True, KeywordFigures("Reward Model", 2, mailed=2, waiting=0)),
    ],
    ids=["in no mail", "in a mail that is queued", "in a mail that arrived"],
)
def test_what_was_found_is_mailed_or_waits(
    store: SqlStore, in_mail: tuple[str, ...], delivered: bool, expected: KeywordFigures
) -> None:
    if in_mail:
        mail(store, *in_mail, delivered=delivered)
    finding = Finding(MODEL, ("2606.00501", "2606.00502"), ())
    assert store.audits.record(RESULT, [finding], NOON).keywords == (expected,)


def test_what_was_missed_waits_as_a_late_paper_and_is_recorded_once(store: SqlStore) -> None:
    mail(store, "2606.00501", "2606.00502", delivered=True)
    finding = Finding(MODEL, (), (Missed(LATE, "not shown"),))
    for _ in range(2):
        store.audits.record(RESULT, [finding], NOON)
    expected = PendingPaper(LATE, frozenset({MODEL.id}), welcome=False, late=True)
    assert store.mails.pending_papers(ADA).papers == (expected,)
    found = history(store.database, LATE.id)
    assert found is not None
    assert found.seen == (Seen("Reward Model", NOON, is_new=True, is_late=True),)
    mail_of_it = Mail("<2@example.org>", ADA.email, "digest@example.org", b"the bytes", (LATE.id,))
    store.mails.enqueue([mail_of_it], store.mails.pending_papers(ADA).up_to, NOON)
    store.mails.record_result(mail_of_it.message_id, SENT, NOON)
    store.audits.record(RESULT, [finding], NOON)
    assert store.mails.pending_papers(ADA).papers == ()


def test_a_paper_that_another_keyword_has_in_time_is_not_late(store: SqlStore) -> None:
    mail(store, "2606.00501", delivered=True)
    record(store, REASONING, LATE.id)
    store.audits.record(RESULT, [Finding(MODEL, (), (Missed(LATE, "not shown"),))], NOON)
    (pending,) = store.mails.pending_papers(ADA).papers
    assert pending == PendingPaper(pending.paper, frozenset({MODEL.id, REASONING.id}), welcome=False)


def test_no_answer_of_the_search_must_show_a_late_paper(store: SqlStore) -> None:
    before = store.keywords.state_of(MODEL)
    store.audits.record(RESULT, [Finding(MODEL, (), (Missed(LATE, "not shown"),))], NOON)
    after = store.keywords.state_of(MODEL)
    assert (after.papers, after.recent) == (before.papers | {LATE.id}, before.recent)


def test_a_late_paper_is_in_the_archive(store: SqlStore) -> None:
    store.audits.record(RESULT, [Finding(MODEL, (), (Missed(LATE, "not shown"),))], NOON)
    assert [one.id for one in store.keywords.archive_section(MODEL, 1).papers] == [LATE.id]


def test_the_latest_audit_is_read_as_it_was_recorded(store: SqlStore) -> None:
    assert store.audits.latest() is None
    store.audits.record(RESULT, [Finding(MODEL, (), ())], NOON)
    finding = Finding(MODEL, ("2606.00501",), (Missed(LATE, "not shown"),))
    recorded = store.audits.record(RESULT, [finding], NOON)
    missed = (MissedPaper(LATE.id, "not shown"),)
    assert recorded == Audit(
        NOON,
        date(2026, 6, 15),
        (KeywordFigures("Reward Model", 2, mailed=0, waiting=1, missed=missed),),
        requests=3,
        unreadable=("2606.00009: no title",),
    )
    assert store.audits.latest() == recorded


def test_a_report_to_the_operator_is_remembered(store: SqlStore) -> None:
    assert store.audits.reported_at() is None
    store.audits.record_report(NOON)
    assert store.audits.reported_at() == NOON
