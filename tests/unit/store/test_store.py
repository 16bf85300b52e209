"""The store's promises, on a real SQLite file."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from digest.domain.digests import ArchiveSection, PendingPaper, PendingPapers
from digest.domain.fetching import FetchResult, KeywordMatch, KeywordState
from digest.domain.keywords import Keyword
from digest.domain.mails import DeliveryResult, Mail, MailState, QueuedMail
from digest.domain.settings import Config
from digest.domain.subscribers import Subscriber
from digest.domain.subscriptions import KEPT_WHILE_ABSENT
from digest.errors import SourceUnavailable, StoreError
from digest.store.database import Database
from digest.store.store import SqlStore
from digest.system.remedies import user_name
from tests.support.builders import NOON, config, keyword, paper
from tests.support.builders import subscriber as a_subscriber

MODEL, REASONING = keyword("Reward Model"), keyword("Reasoning")
DAY = timedelta(days=1)
SENT = DeliveryResult(MailState.SENT)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    store = SqlStore.over(Database.open(tmp_path / "state" / "digest.sqlite3"))
    yield store
    store.close()


@pytest.fixture
def subscriber() -> Subscriber:
    return a_subscriber("reader@example.org", MODEL, REASONING)


@pytest.fixture
def settings(tmp_path: Path, subscriber: Subscriber) -> Config:
    return config(tmp_path, subscriber)


def answer(store: SqlStore, wanted: Keyword, *ids: str, fresh: bool, now: datetime = NOON) -> None:
    store.keywords.record(
        FetchResult(wanted), [KeywordMatch(paper(id), fresh) for id in ids], 202606_000_500, now
    )


def mail(subscriber: Subscriber, *ids: str, message_id: str = "<1@example.org>") -> Mail:
    return Mail(message_id, subscriber.email, "digest@example.org", b"the bytes", ids)


def waiting(store: SqlStore, subscriber: Subscriber) -> dict[str, bool]:
    """The papers that wait, and whether each is part of a welcome."""
    return {
        candidate.paper.id: candidate.welcome for candidate in store.mails.pending_papers(subscriber).papers
    }


def test_of_a_keyword_that_was_never_asked_for_nothing_is_known(store: SqlStore, settings: Config) -> None:
    assert store.keywords.state_of(MODEL) == KeywordState()
    store.subscriptions.sync(settings, NOON)
    assert store.keywords.state_of(MODEL) == KeywordState()
    assert store.keywords.highest_order() == 0


def test_a_good_finding_is_remembered_and_the_first_baseline_stays(store: SqlStore, settings: Config) -> None:
    store.subscriptions.sync(settings, NOON)
    newest = datetime(2026, 6, 21, tzinfo=UTC)
    found = [
        KeywordMatch(paper("2606.00001", submitted=newest - 8 * DAY), False),
        KeywordMatch(paper("2606.00002", submitted=newest), False),
    ]
    store.keywords.record(
        FetchResult(MODEL, high_water_mark=202606_000_007, up_to_date=True), found, 202606_000_002, NOON
    )
    assert store.keywords.state_of(MODEL) == KeywordState(
        baseline=202606_000_002,
        high_water_mark=202606_000_007,
        papers=frozenset({"2606.00001", "2606.00002"}),
        recent=frozenset({"2606.00002"}),
        newest_submission=newest,
        last_good_at=NOON,
        up_to_date_at=NOON,
    )
    store.keywords.record(FetchResult(MODEL, high_water_mark=202606_000_005), [], 202607_000_000, NOON + DAY)
    assert store.keywords.state_of(MODEL) == KeywordState(
        baseline=202606_000_002,
        high_water_mark=202606_000_007,
        papers=frozenset({"2606.00001", "2606.00002"}),
        recent=frozenset({"2606.00002"}),
        newest_submission=newest,
        last_good_at=NOON + DAY,
        up_to_date_at=None,
    )
    assert store.keywords.state_of(REASONING) == KeywordState()
    assert store.keywords.highest_order() == paper("2606.00002").order


def test_a_finding_with_a_problem_keeps_its_papers_and_its_reach(store: SqlStore, settings: Config) -> None:
    store.subscriptions.sync(settings, NOON)
    answer(store, MODEL, "2606.00001", fresh=False)
    partly = FetchResult(MODEL, high_water_mark=202606_000_600, problem=SourceUnavailable("503, 4 times"))
    store.keywords.record(partly, [KeywordMatch(paper("2606.00601"), True)], 0, NOON + DAY)
    known = store.keywords.state_of(MODEL)
    assert known.papers == {"2606.00001", "2606.00601"}
    assert (known.high_water_mark, known.last_good_at, known.up_to_date_at) == (202606_000_600, NOON, None)


def test_what_is_usual_is_known_after_some_good_fetches(store: SqlStore, settings: Config) -> None:
    store.subscriptions.sync(settings, NOON)
    for number in range(1, 5):
        answer(store, MODEL, f"2606.0060{number}", fresh=True)
        store.keywords.record_failure(MODEL, "arXiv did not answer", NOON)
    assert store.keywords.state_of(MODEL).usual is None
    answer(store, MODEL, fresh=True)
    assert store.keywords.state_of(MODEL).usual == 4 / 5


def test_a_newcomer_gets_the_latest_papers_of_each_keyword_once(
    store: SqlStore, settings: Config, subscriber: Subscriber
) -> None:
    store.subscriptions.sync(settings, NOON)
    answer(store, MODEL, "2606.00001", "2606.00003", "2606.00002", fresh=False)
    assert waiting(store, subscriber) == {"2606.00003": True, "2606.00002": True}
    store.mails.enqueue(
        [mail(subscriber, "2606.00002", "2606.00003")], store.mails.pending_papers(subscriber).up_to, NOON
    )
    store.mails.record_result("<1@example.org>", SENT, NOON)
    store.subscriptions.sync(settings, NOON + DAY)
    assert waiting(store, subscriber) == {}


def test_a_keyword_known_for_long_welcomes_a_newcomer_too(
    store: SqlStore, settings: Config, subscriber: Subscriber
) -> None:
    store.subscriptions.sync(settings, NOON)
    answer(store, MODEL, "2606.00001", fresh=False)
    answer(store, MODEL, "2606.00602", "2606.00603", "2606.00604", fresh=True)
    newcomer = a_subscriber("newcomer@example.org", MODEL)
    store.subscriptions.sync(replace(settings, subscribers=(subscriber, newcomer)), NOON + DAY)
    assert waiting(store, newcomer) == {"2606.00604": True, "2606.00603": True}
    answer(store, MODEL, "2606.00605", fresh=True)
    assert waiting(store, newcomer) == {"2606.00604": True, "2606.00603": True, "2606.00605": False}


def test_what_waits_names_the_papers_keywords_and_how_far_it_reaches(
    store: SqlStore, settings: Config, subscriber: Subscriber
) -> None:
    store.subscriptions.sync(replace(settings, welcome=0), NOON)
    answer(store, MODEL, "2606.00001", fresh=False)
    answer(store, REASONING, "2606.00001", "2606.00601", fresh=False)
    answer(store, MODEL, "2606.00601", fresh=True)
    both = frozenset({MODEL.id, REASONING.id})
    assert store.mails.pending_papers(subscriber) == PendingPapers(
        (PendingPaper(paper("2606.00601"), both, welcome=False),), up_to=4, is_first=True, served_at=NOON
    )


def test_who_awaits_a_paper_are_those_for_whom_it_waits(
    store: SqlStore, settings: Config, subscriber: Subscriber
) -> None:
    other, leaver = a_subscriber("other@example.org", REASONING), a_subscriber("leaver@example.org", MODEL)
    subscribers = (subscriber, other, leaver)
    store.subscriptions.sync(replace(settings, subscribers=subscribers), NOON)
    for wanted in (MODEL, REASONING):
        answer(store, wanted, "2606.00001", "2606.00002", "2606.00003", fresh=False)
    answer(store, MODEL, "2606.00601", fresh=True)
    answer(store, REASONING, "2606.00601", fresh=False)
    store.subscriptions.sync(replace(settings, subscribers=subscribers[:2]), NOON)
    store.mails.enqueue([mail(subscriber, "2606.00003")], store.mails.pending_papers(subscriber).up_to, NOON)
    awaited = {
        id: {one.email for one in subscribers if id in waiting(store, one)}
        for id in ("2606.00001", "2606.00002", "2606.00003", "2606.00601", "2606.09999")
    }
    assert awaited == {
        "2606.00001": set(),
        "2606.00002": {subscriber.email, other.email},
        "2606.00003": {other.email},
        "2606.00601": {subscriber.email},
        "2606.09999": set(),
    }
    assert {id: set(store.mails.awaiting(id)) for id in awaited} == awaited


def test_a_queued_mail_reserves_its_papers(store: SqlStore, settings: Config, subscriber: Subscriber) -> None:
    store.subscriptions.sync(settings, NOON)
    answer(store, MODEL, "2606.00001", fresh=False)
    frozen = mail(subscriber, "2606.00001")
    store.mails.enqueue([frozen], store.mails.pending_papers(subscriber).up_to, NOON)
    assert waiting(store, subscriber) == {}
    assert store.mails.next_queued(subscriber) == QueuedMail(frozen, NOON)


def test_a_failed_mail_gives_its_papers_back(
    store: SqlStore, settings: Config, subscriber: Subscriber
) -> None:
    store.subscriptions.sync(settings, NOON)
    answer(store, MODEL, "2606.00001", fresh=False)
    answer(store, MODEL, "2606.00601", fresh=True)
    store.mails.enqueue(
        [mail(subscriber, "2606.00001", "2606.00601")], store.mails.pending_papers(subscriber).up_to, NOON
    )
    store.mails.record_result(
        "<1@example.org>", DeliveryResult(MailState.FAILED, problem="550 no such user"), NOON
    )
    assert waiting(store, subscriber) == {"2606.00001": True, "2606.00601": False}
    assert store.mails.next_queued(subscriber) is None


def test_each_step_of_a_mail_is_remembered(store: SqlStore, settings: Config, subscriber: Subscriber) -> None:
    store.subscriptions.sync(settings, NOON)
    answer(store, MODEL, "2606.00001", fresh=False)
    frozen = mail(subscriber, "2606.00001")
    store.mails.enqueue([frozen], store.mails.pending_papers(subscriber).up_to, NOON)
    assert store.mails.failing() == {}
    store.mails.claim("<1@example.org>")
    assert store.mails.next_queued(subscriber) == QueuedMail(frozen, NOON, MailState.SENDING)
    store.mails.mark_unconfirmed("<1@example.org>", NOON + DAY)
    silent = "the program ended before the mail server answered"
    assert store.mails.next_queued(subscriber) == QueuedMail(
        frozen, NOON, MailState.UNKNOWN, unconfirmed=1, retry_at=NOON + DAY, problem=silent
    )
    deferred = DeliveryResult(MailState.DEFERRED, refusals=1, retry_at=NOON + 2 * DAY, problem="450 later")
    store.mails.record_result("<1@example.org>", deferred, NOON)
    assert store.mails.next_queued(subscriber) == QueuedMail(
        frozen, NOON, MailState.DEFERRED, refusals=1, retry_at=NOON + 2 * DAY, problem="450 later"
    )
    assert store.mails.failing() == {"reader@example.org": NOON + 2 * DAY}
    assert waiting(store, subscriber) == {}


def test_a_failed_mail_that_may_have_arrived_keeps_its_papers(
    store: SqlStore, settings: Config, subscriber: Subscriber
) -> None:
    store.subscriptions.sync(settings, NOON)
    answer(store, MODEL, "2606.00001", fresh=False)
    store.mails.enqueue([mail(subscriber, "2606.00001")], store.mails.pending_papers(subscriber).up_to, NOON)
    failed = DeliveryResult(MailState.FAILED, unconfirmed=1, problem="550 no such user")
    store.mails.record_result("<1@example.org>", failed, NOON)
    assert waiting(store, subscriber) == {}
    assert store.mails.next_queued(subscriber) is None


@pytest.mark.parametrize("away", [KEPT_WHILE_ABSENT - timedelta(seconds=1), timedelta()])
def test_who_comes_back_in_time_goes_on_where_they_were(
    store: SqlStore, settings: Config, subscriber: Subscriber, away: timedelta
) -> None:
    other = a_subscriber("other@example.org", MODEL)
    both, one = replace(settings, subscribers=(subscriber, other)), replace(settings, subscribers=(other,))
    assert store.subscriptions.sync(both, NOON) == 0
    answer(store, MODEL, "2606.00001", "2606.00002", "2606.00003", fresh=False)
    queued = mail(subscriber, "2606.00003")
    store.mails.enqueue([queued], store.mails.pending_papers(subscriber).up_to, NOON)
    left = dict.fromkeys(("reader@example.org", "other@example.org"), NOON)
    assert store.subscriptions.last_served_at() == left
    assert store.subscriptions.sync(one, NOON + DAY) == 1
    answer(store, MODEL, "2606.00601", fresh=True)
    assert (waiting(store, subscriber), store.mails.awaiting("2606.00002")) == ({}, {"other@example.org"})
    assert store.subscriptions.last_served_at() == {"other@example.org": NOON}
    assert store.mails.has_pending() == {"other@example.org"}
    assert store.subscriptions.sync(one, NOON + DAY + away) == 0
    assert store.subscriptions.sync(both, NOON + DAY + away) == 0
    assert store.subscriptions.last_served_at() == left
    assert store.mails.next_queued(subscriber) == QueuedMail(queued, NOON)
    assert waiting(store, subscriber) == {"2606.00002": True, "2606.00601": False}


def test_a_mail_that_arrives_leaves_what_an_absent_keyword_has_for_later(
    store: SqlStore, settings: Config, subscriber: Subscriber
) -> None:
    store.subscriptions.sync(replace(settings, welcome=0), NOON)
    for wanted in (MODEL, REASONING):
        answer(store, wanted, "2606.00001", fresh=False)
    answer(store, MODEL, "2606.00601", fresh=True)
    narrowed = replace(settings, subscribers=(replace(subscriber, keywords=(REASONING,)),))
    assert store.subscriptions.sync(narrowed, NOON + DAY) == 0
    answer(store, REASONING, "2606.00602", fresh=True)
    assert waiting(store, subscriber) == {"2606.00602": False}
    store.mails.enqueue([mail(subscriber, "2606.00602")], store.mails.pending_papers(subscriber).up_to, NOON)
    store.mails.record_result("<1@example.org>", SENT, NOON + DAY)
    store.subscriptions.sync(settings, NOON + 2 * DAY)
    assert waiting(store, subscriber) == {"2606.00601": False}


def test_a_mail_for_someone_who_wants_no_mail_is_withdrawn_at_once(
    store: SqlStore, settings: Config, subscriber: Subscriber
) -> None:
    store.subscriptions.sync(settings, NOON)
    answer(store, MODEL, "2606.00001", fresh=False)
    store.mails.enqueue([mail(subscriber, "2606.00001")], store.mails.pending_papers(subscriber).up_to, NOON)
    assert store.subscriptions.sync(settings, NOON, without={subscriber.email}) == 0
    store.subscriptions.sync(settings, NOON)
    assert store.mails.next_queued(subscriber) is None
    assert waiting(store, subscriber) == {"2606.00001": True}


def test_a_mail_for_someone_who_stays_away_is_withdrawn(
    store: SqlStore, settings: Config, subscriber: Subscriber
) -> None:
    store.subscriptions.sync(settings, NOON)
    answer(store, MODEL, "2606.00001", fresh=False)
    store.mails.enqueue([mail(subscriber, "2606.00001")], store.mails.pending_papers(subscriber).up_to, NOON)
    store.subscriptions.sync(replace(settings, subscribers=()), NOON)
    store.subscriptions.sync(settings, NOON + KEPT_WHILE_ABSENT)
    assert store.subscriptions.last_served_at() == {subscriber.email: NOON + KEPT_WHILE_ABSENT}
    assert store.mails.next_queued(subscriber) is None
    assert waiting(store, subscriber) == {"2606.00001": True}


def test_the_signing_key_is_made_once(store: SqlStore) -> None:
    assert len(store.suppressions.signing_key()) == 32
    assert store.suppressions.signing_key() == store.suppressions.signing_key()


def test_a_sent_mail_is_done_with_and_later_papers_still_come(
    store: SqlStore, settings: Config, subscriber: Subscriber
) -> None:
    store.subscriptions.sync(replace(settings, welcome=0), NOON)
    answer(store, MODEL, "2606.00001", fresh=False)
    answer(store, MODEL, "2606.00601", fresh=True)
    up_to = store.mails.pending_papers(subscriber).up_to
    store.mails.enqueue([mail(subscriber, "2606.00601")], up_to, NOON)
    answer(store, MODEL, "2606.00602", fresh=True)
    store.mails.record_result("<1@example.org>", SENT, NOON)
    assert store.mails.next_queued(subscriber) is None
    assert waiting(store, subscriber) == {"2606.00602": False}


def test_a_paper_that_a_second_keyword_finds_later_is_not_sent_again(
    store: SqlStore, settings: Config, subscriber: Subscriber
) -> None:
    store.subscriptions.sync(replace(settings, welcome=0), NOON)
    for wanted in (MODEL, REASONING):
        answer(store, wanted, "2606.00001", fresh=False)
    answer(store, MODEL, "2606.00601", fresh=True)
    store.mails.enqueue([mail(subscriber, "2606.00601")], store.mails.pending_papers(subscriber).up_to, NOON)
    store.mails.record_result("<1@example.org>", SENT, NOON)
    answer(store, REASONING, "2606.00601", fresh=True)
    assert waiting(store, subscriber) == {}


def test_the_database_itself_refuses_a_second_mail_with_the_same_paper(
    store: SqlStore, settings: Config, subscriber: Subscriber
) -> None:
    store.subscriptions.sync(settings, NOON)
    answer(store, MODEL, "2606.00001", fresh=False)
    store.mails.enqueue([mail(subscriber, "2606.00001")], 1, NOON)
    with pytest.raises(
        Exception, match=r"UNIQUE constraint failed: deliveries\.subscriber, deliveries\.paper"
    ):
        store.mails.enqueue([mail(subscriber, "2606.00001", message_id="<2@example.org>")], 1, NOON)
    assert store.mails.next_queued(subscriber) == QueuedMail(mail(subscriber, "2606.00001"), NOON)


def test_a_new_version_replaces_the_old_one_and_an_old_one_changes_nothing(
    store: SqlStore, settings: Config
) -> None:
    store.subscriptions.sync(settings, NOON)
    first, second = paper("2606.00001"), paper("2606.00001", version=2, title="A better title")
    for found, now in ((first, NOON), (second, NOON + DAY), (first, NOON + 2 * DAY)):
        store.keywords.record(FetchResult(MODEL), [KeywordMatch(found, False)], 0, now)
    assert store.keywords.archive_section(MODEL, 100) == ArchiveSection(MODEL, (second,), NOON + DAY)


def test_an_archive_section_has_the_newest_announcements_first(store: SqlStore, settings: Config) -> None:
    store.subscriptions.sync(settings, NOON)
    answer(store, MODEL, "2512.00009", "2606.00001", "hep-th/9901001", "2606.00002", fresh=False)
    section = store.keywords.archive_section(MODEL, 3)
    assert [shown.id for shown in section.papers] == ["2606.00002", "2606.00001", "2512.00009"]
    assert len(store.keywords.archive_section(MODEL, None).papers) == 4
    assert store.keywords.archive_section(REASONING, 3) == ArchiveSection(REASONING, (), None)


def test_a_failure_changes_nothing_that_is_known(store: SqlStore, settings: Config) -> None:
    store.subscriptions.sync(settings, NOON)
    answer(store, MODEL, "2606.00001", fresh=False)
    before = store.keywords.state_of(MODEL)
    store.keywords.record_failure(MODEL, "arXiv did not answer", NOON + DAY)
    assert store.keywords.state_of(MODEL) == replace(before, up_to_date_at=None)
    assert store.keywords.archive_section(MODEL, 100).stale_since == NOON
    answer(store, MODEL, fresh=True, now=NOON + 2 * DAY)
    assert store.keywords.archive_section(MODEL, 100).stale_since is None


def test_a_keyword_that_nobody_follows_starts_over(
    store: SqlStore, settings: Config, subscriber: Subscriber
) -> None:
    store.subscriptions.sync(settings, NOON)
    answer(store, MODEL, "2606.00001", fresh=False)
    narrowed = replace(subscriber, keywords=(REASONING,))
    store.subscriptions.sync(replace(settings, subscribers=(narrowed,)), NOON + DAY)
    assert store.keywords.state_of(MODEL).baseline == 202606_000_500  # the archive still shows it
    archive = replace(settings.archive, keywords=())
    without = replace(settings, subscribers=(narrowed,), archive=archive)
    store.subscriptions.sync(without, NOON + DAY)
    assert store.keywords.state_of(MODEL).baseline == 202606_000_500  # the subscriber may want it again
    store.subscriptions.sync(without, NOON + DAY + KEPT_WHILE_ABSENT)
    ids = frozenset({"2606.00001"})
    assert store.keywords.state_of(MODEL) == KeywordState(
        papers=ids, recent=ids, newest_submission=paper().submitted, last_good_at=NOON
    )


def test_a_keyword_taken_up_again_late_brings_no_backlog(
    store: SqlStore, settings: Config, subscriber: Subscriber
) -> None:
    store.subscriptions.sync(replace(settings, welcome=0), NOON)
    answer(store, MODEL, "2606.00001", fresh=False)
    store.subscriptions.sync(
        replace(settings, subscribers=(replace(subscriber, keywords=(REASONING,)),)), NOON + DAY
    )
    answer(store, MODEL, "2606.00601", "2606.00602", "2606.00603", fresh=True)
    store.subscriptions.sync(settings, NOON + DAY + KEPT_WHILE_ABSENT)
    assert waiting(store, subscriber) == {"2606.00603": True, "2606.00602": True}


def test_a_subscriber_who_leaves_and_returns_gets_nothing_twice(
    store: SqlStore, settings: Config, subscriber: Subscriber
) -> None:
    store.subscriptions.sync(settings, NOON)
    answer(store, MODEL, "2606.00001", fresh=False)
    store.mails.enqueue([mail(subscriber, "2606.00001")], store.mails.pending_papers(subscriber).up_to, NOON)
    store.mails.record_result("<1@example.org>", SENT, NOON)
    other = a_subscriber("other@example.org", MODEL)
    store.subscriptions.sync(replace(settings, subscribers=(other,)), NOON + DAY)
    assert store.subscriptions.last_served_at() == {"other@example.org": NOON + DAY}
    late = NOON + DAY + KEPT_WHILE_ABSENT
    store.subscriptions.sync(replace(settings, subscribers=(other, subscriber)), late)
    assert waiting(store, subscriber) == {}
    assert store.subscriptions.last_served_at()["reader@example.org"] == late


def test_an_address_written_otherwise_is_the_same_subscriber(
    store: SqlStore, settings: Config, subscriber: Subscriber
) -> None:
    store.subscriptions.sync(settings, NOON)
    answer(store, MODEL, "2606.00001", fresh=False)
    store.mails.enqueue([mail(subscriber, "2606.00001")], store.mails.pending_papers(subscriber).up_to, NOON)
    store.mails.record_result("<1@example.org>", SENT, NOON)
    capital = replace(subscriber, email="Reader@example.org")
    store.subscriptions.sync(replace(settings, subscribers=(capital,)), NOON + DAY)
    assert waiting(store, capital) == {}
    assert store.subscriptions.last_served_at() == {"Reader@example.org": NOON}


def test_a_subscriber_counts_as_served_from_their_enrolment_on(
    store: SqlStore, settings: Config, subscriber: Subscriber
) -> None:
    assert store.subscriptions.last_served_at() == {}
    store.subscriptions.sync(settings, NOON)
    store.subscriptions.sync(settings, NOON + DAY)
    assert store.subscriptions.last_served_at() == {"reader@example.org": NOON}
    store.subscriptions.mark_served([subscriber], NOON + DAY)
    assert store.subscriptions.last_served_at() == {"reader@example.org": NOON + DAY}


def test_a_transaction_that_fails_leaves_no_trace(
    store: SqlStore, settings: Config, subscriber: Subscriber
) -> None:
    store.subscriptions.sync(settings, NOON)
    with pytest.raises(KeyError):
        store.mails.enqueue([mail(subscriber, "2606.09999")], 0, NOON)
    assert store.mails.next_queued(subscriber) is None


def test_a_state_that_cannot_be_written_is_a_store_error(
    store: SqlStore, settings: Config, tmp_path: Path
) -> None:
    store.subscriptions.sync(settings, NOON)
    with store.database.transaction() as connection:
        connection.exec_driver_sql("PRAGMA query_only = ON")
    with pytest.raises(StoreError, match="the state cannot be used: it cannot be written") as caught:
        answer(store, MODEL, "2606.00001", fresh=False)
    assert caught.value.hint == f"let user {user_name()} use it (`ls -ld` shows who may)"
