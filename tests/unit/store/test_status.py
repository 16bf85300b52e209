"""What `status` learns from a real state file."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from digest.domain.fetching import FetchResult, KeywordMatch
from digest.domain.keywords import Keyword
from digest.domain.mails import DeliveryResult, Mail, MailState
from digest.domain.runs import RunProblems
from digest.domain.settings import Config
from digest.domain.status import (
    KeywordStatus,
    Mishap,
    Services,
    ServiceStatus,
    SubscriberStatus,
    Totals,
)
from digest.domain.subscribers import Subscriber, Suppression, SuppressionReason
from digest.errors import SourceUnavailable
from digest.store.database import Database
from digest.store.status import overview, totals
from digest.store.store import SqlStore
from tests.support.builders import NOON, config, keyword, paper, subscriber
from tests.support.refusals import refused

MODEL, REASONING = keyword("Reward Model"), keyword("Reasoning")
SUBSCRIBER = subscriber("reader@example.org", MODEL, REASONING)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TOMORROW_AT_SEVEN = NOON + 19 * HOUR
BASELINE = paper("2606.00500").order
SENT = DeliveryResult(MailState.SENT)
REFUSED = DeliveryResult(MailState.FAILED, problem="550 no such user")


class Life:
    """A state that knows its subscribers, who got no welcome, since noon."""

    def __init__(self, folder: Path) -> None:
        self.config = config(folder, SUBSCRIBER, welcome=0)
        self.database = Database.open(self.config.state)
        self.store = SqlStore.over(self.database)
        self.store.subscriptions.sync(self.config, NOON)

    def sync_subscriptions(self, settings: Config) -> None:
        self.config = settings
        self.store.subscriptions.sync(settings, NOON)

    def answer(self, asked: Keyword, at: datetime, *ids: str, fresh: bool = True) -> None:
        found = [KeywordMatch(paper(id), fresh) for id in ids]
        self.store.keywords.record(FetchResult(asked), found, BASELINE, at)

    def failure(self, asked: Keyword, at: datetime, problem: str) -> None:
        self.store.keywords.record(FetchResult(asked, problem=SourceUnavailable(problem)), [], BASELINE, at)

    def mail(self, number: int, *ids: str, to: Subscriber = SUBSCRIBER) -> str:
        """A finished mail; returns its Message-ID."""
        message_id = f"<{number}@example.org>"
        self.store.mails.enqueue([Mail(message_id, to.email, "digest@example.org", b"", ids)], 0, NOON)
        return message_id

    def run(self, at: datetime, trouble: RunProblems) -> None:
        self.store.runs.end(self.store.runs.begin(at), at + HOUR, trouble)

    def keyword(self, now: datetime = NOON) -> KeywordStatus:
        """The first one."""
        return overview(self.database, self.config, now).keywords[0]

    def subscriber(self, now: datetime = NOON) -> SubscriberStatus:
        """The first one."""
        return overview(self.database, self.config, now).subscribers[0]

    def services(self) -> Services:
        return overview(self.database, self.config, NOON).services

    def totals(self) -> Totals:
        return totals(self.database, self.config)


@pytest.fixture
def life(tmp_path: Path) -> Iterator[Life]:
    life = Life(tmp_path)
    yield life
    life.database.close()


def test_a_keyword_that_was_never_asked_for_has_no_answer(life: Life, tmp_path: Path) -> None:
    assert life.keyword() == KeywordStatus("Reward Model", last_good_at=None, new=0)
    life.config = config(tmp_path, subscriber("reader@example.org", keyword("Alignment")))
    assert life.keyword() == KeywordStatus("Alignment", failing_since=None, problem="", new_today=0)
    assert life.totals().keywords == (0,)


def test_a_keyword_counts_the_new_papers_of_its_last_good_answer_and_all_that_are_known(life: Life) -> None:
    life.answer(MODEL, NOON, "2606.00001", "2606.00002", fresh=False)
    life.answer(REASONING, NOON, "2606.00001", fresh=False)
    life.answer(MODEL, NOON + HOUR, "2606.00501", "2606.00502")
    life.answer(MODEL, NOON + 2 * HOUR, "2606.00503")
    life.failure(MODEL, NOON + 3 * HOUR, "503, 4 times")
    life.failure(MODEL, NOON + 4 * HOUR, "timed out")
    assert life.keyword() == KeywordStatus(
        "Reward Model",
        NOON + 2 * HOUR,
        new=1,
        failing_since=NOON + 3 * HOUR,
        problem="timed out",
        new_today=3,
        week=(0, 0, 0, 0, 0, 0, 3),
    )
    assert life.totals().keywords == (5, 1)


def test_a_keyword_that_never_had_a_paper_is_no_quiet_one(life: Life) -> None:
    life.failure(MODEL, NOON, "timed out")
    assert not life.keyword().never_had_a_paper
    life.answer(MODEL, NOON + HOUR)
    assert life.keyword().never_had_a_paper
    life.answer(MODEL, NOON + 2 * HOUR, "2606.00001", fresh=False)
    life.answer(MODEL, NOON + 3 * HOUR)
    assert not life.keyword().never_had_a_paper


def test_the_week_of_a_keyword_has_seven_days_in_utc_the_last_of_them_today(life: Life) -> None:
    midnight = NOON.replace(hour=0)
    for number, moment in enumerate(
        [midnight - 6 * DAY - HOUR, midnight - 6 * DAY, midnight - 2 * DAY, midnight - HOUR, midnight, NOON]
    ):
        life.answer(MODEL, moment, *(f"2606.00{number}{paper}0" for paper in range(number + 1)))
        life.answer(REASONING, moment, "2606.00001", fresh=False)
    assert life.keyword().week == (2, 0, 0, 0, 3, 4, 11)
    assert life.keyword().new_today == 11
    assert life.keyword(NOON + DAY).week == (0, 0, 0, 3, 4, 11, 0)
    assert life.keyword(NOON + 8 * DAY).week == (0, 0, 0, 0, 0, 0, 0)


def test_a_keyword_goes_by_the_name_that_it_has_now(life: Life, tmp_path: Path) -> None:
    life.answer(MODEL, NOON, "2606.00001", fresh=False)
    renamed = keyword("Models of Reward", any=MODEL.any)
    life.config = config(tmp_path, subscriber("reader@example.org", renamed))
    assert life.keyword() == KeywordStatus("Models of Reward", NOON)
    assert life.totals().keywords == (1,)


def test_a_subscriber_who_is_not_enrolled_got_nothing(life: Life, tmp_path: Path) -> None:
    life.config = config(tmp_path, subscriber("x@example.org"))
    assert life.subscriber() == SubscriberStatus("x@example.org", next_due=TOMORROW_AT_SEVEN)
    assert life.totals().subscribers == (0,)


def test_a_subscriber_counts_what_arrived_what_waits_and_what_failed(life: Life) -> None:
    life.answer(MODEL, NOON, fresh=False)
    life.answer(MODEL, NOON + HOUR, *(f"2606.0050{number}" for number in range(1, 8)))
    life.store.mails.record_result(life.mail(1, "2606.00501", "2606.00502"), SENT, NOON + 2 * HOUR)
    life.store.mails.record_result(life.mail(2, "2606.00503"), SENT, NOON + 3 * HOUR)
    life.store.mails.record_result(life.mail(4, "2606.00505"), REFUSED, NOON + 4 * HOUR)
    later = NOON + 5 * HOUR
    deferred = DeliveryResult(MailState.DEFERRED, refusals=1, retry_at=later, problem="450 4.2.1 later")
    life.store.mails.record_result(life.mail(3, "2606.00504"), deferred, NOON + 4 * HOUR)
    assert life.subscriber() == SubscriberStatus(
        SUBSCRIBER.email,
        NOON + 3 * HOUR,
        waiting=3,
        on_the_way=MailState.DEFERRED,
        retry_at=later,
        failed=1,
        problem="450 4.2.1 later",
        next_due=TOMORROW_AT_SEVEN,
    )
    assert life.totals().subscribers == (3,)
    life.store.mails.record_result("<3@example.org>", SENT, later)
    assert life.subscriber() == SubscriberStatus(
        SUBSCRIBER.email, later, waiting=3, failed=1, problem="", next_due=TOMORROW_AT_SEVEN
    )
    assert life.totals().subscribers == (4,)


def test_the_oldest_queued_mail_is_shown(life: Life) -> None:
    life.answer(MODEL, NOON, fresh=False)
    life.answer(MODEL, NOON + HOUR, "2606.00501", "2606.00502")
    life.store.mails.claim(life.mail(1, "2606.00501"))
    life.mail(2, "2606.00502")
    assert life.subscriber().on_the_way is MailState.SENDING


def test_what_waits_is_what_the_next_mail_would_tell_of(life: Life, tmp_path: Path) -> None:
    other = subscriber("other@example.org", REASONING, label="subscribers[1]")
    life.answer(MODEL, NOON, "2606.00001", "2606.00002", fresh=False)
    life.answer(REASONING, NOON, "2606.00001", "2606.00003", fresh=False)
    life.sync_subscriptions(config(tmp_path, SUBSCRIBER, other, welcome=1))
    life.answer(MODEL, NOON + HOUR, "2606.00501", "2606.00502")
    life.answer(REASONING, NOON + HOUR, "2606.00501", "2606.00003")
    life.mail(1, "2606.00501", to=other)
    found = overview(life.database, life.config, NOON).subscribers
    assert [status.waiting for status in found] == [2, 1]
    assert [
        len(life.store.mails.pending_papers(subscriber).papers) for subscriber in (SUBSCRIBER, other)
    ] == [
        2,
        1,
    ]


def test_a_digest_is_due_at_the_next_slot_and_late_until_it_is_done(life: Life) -> None:
    assert life.subscriber(TOMORROW_AT_SEVEN - HOUR).next_due == TOMORROW_AT_SEVEN
    assert life.subscriber(TOMORROW_AT_SEVEN + HOUR).next_due == TOMORROW_AT_SEVEN
    life.store.subscriptions.mark_served([SUBSCRIBER], TOMORROW_AT_SEVEN + HOUR)
    assert life.subscriber(TOMORROW_AT_SEVEN + HOUR).next_due == TOMORROW_AT_SEVEN + DAY


def test_a_subscriber_who_gets_no_mail_shows_why_and_is_never_due(life: Life) -> None:
    for day in range(5):
        refused(life.store, SUBSCRIBER, "550 5.1.1 no such user", NOON + day * DAY)
    assert life.subscriber() == SubscriberStatus(
        SUBSCRIBER.email,
        failed=5,
        problem="550 5.1.1 no such user",
        suppressed=Suppression(SuppressionReason.REFUSED, NOON + 4 * DAY, "550 5.1.1 no such user"),
        next_due=None,
    )


def test_arxiv_and_the_mail_server_show_their_last_trouble_and_the_last_run_without(life: Life) -> None:
    assert life.services() == Services(ServiceStatus(), ServiceStatus())
    life.run(NOON, RunProblems(arxiv="no answer", mail=""))
    life.run(NOON + DAY, RunProblems(arxiv="", mail="connection refused"))
    life.run(NOON + 2 * DAY, RunProblems(arxiv="", mail="no route"))
    life.store.runs.begin(NOON + 3 * DAY)
    assert life.services() == Services(
        arxiv=ServiceStatus(Mishap(NOON, "no answer"), NOON + 2 * DAY),
        mail=ServiceStatus(Mishap(NOON + 2 * DAY, "no route"), NOON),
    )
