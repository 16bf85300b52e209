"""Audits with a list of changes in memory and a real state, which a keyword has for two weeks."""

import logging
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from digest.domain.auditing import (
    NOT_SHOWN,
    ChangedPaper,
    Changes,
    ChangesRequest,
    KeywordFigures,
    MissedPaper,
)
from digest.domain.fetching import FetchResult, KeywordMatch
from digest.domain.runs import ArchiveOutcome, KeywordOutcome, MailOutcome, Report
from digest.errors import AnswerRejected, SourceUnavailable, StoreError
from digest.pipeline.audit import audit, audit_if_due, leaves_room
from digest.pipeline.context import RunContext
from digest.store.database import Database
from digest.store.store import SqlStore
from tests.support.builders import NOON, config, keyword, paper, subscriber
from tests.support.fakes import FakeChangeList, FakeClock, FakeMailBuilder, FakeSource, FakeTransport

MODEL, NEWCOMER = keyword("Reward Model"), keyword("Newcomer")
DAY = timedelta(days=1)
BASELINE, TOP = 202606_000500, 202606_000900


def changed(*numbers: int) -> Changes:
    """So many papers about reward models, by their numbers."""
    papers = [paper(f"2606.{number:05}", title="A reward model") for number in numbers]
    return Changes(tuple(ChangedPaper(one, versions=1) for one in papers), requests=2)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    store = SqlStore.over(Database.open(tmp_path / "state" / "digest.sqlite3"))
    yield store
    store.close()


@pytest.fixture
def changes() -> FakeChangeList:
    return FakeChangeList(changed(501, 502))


@pytest.fixture
def context(tmp_path: Path, store: SqlStore, changes: FakeChangeList) -> RunContext:
    """A keyword that began two weeks ago and has 2606.00501; another one that has not begun."""
    settings = config(tmp_path, subscriber("ada@example.org", MODEL, NEWCOMER))
    store.subscriptions.sync(settings, NOON - 14 * DAY)
    found = [KeywordMatch(paper("2606.00501"), is_new=True)]
    store.keywords.record(FetchResult(MODEL), (), BASELINE, NOON - 14 * DAY)
    store.keywords.record(FetchResult(MODEL, high_water_mark=TOP), found, 0, NOON - DAY)
    parts = (FakeSource(), store, FakeMailBuilder(), [FakeTransport()], None, FakeClock(), nullcontext)
    return RunContext(settings, *parts, change_list=changes)


def test_an_audit_asks_for_a_week_and_names_what_must_be_there(
    context: RunContext, changes: FakeChangeList
) -> None:
    result = audit(context)
    certain = {"2606.00501": 202606_000501}
    assert changes.asked == [ChangesRequest(date(2026, 6, 15), (MODEL,), certain, highest_order=TOP)]
    assert result is not None
    assert (result.audited_at, result.since, result.requests) == (NOON, date(2026, 6, 15), 2)
    missed = (MissedPaper("2606.00502", NOT_SHOWN),)
    assert result.keywords == (KeywordFigures("Reward Model", 2, mailed=0, waiting=1, missed=missed),)
    assert context.store.audits.latest() == result


def test_what_was_missed_is_missed_once(context: RunContext) -> None:
    audit(context)
    again = audit(context)
    assert again is not None
    assert again.keywords == (KeywordFigures("Reward Model", 2, mailed=0, waiting=2),)


def test_the_state_of_the_keywords_stays_as_it_was(context: RunContext) -> None:
    before = context.store.keywords.state_of(MODEL)
    audit(context)
    after = context.store.keywords.state_of(MODEL)
    assert after == replace(before, papers=frozenset({"2606.00501", "2606.00502"}))


@pytest.mark.parametrize(
    "problem",
    [
        SourceUnavailable("oaipmh.arxiv.example gave no answer"),
        AnswerRejected("incomplete list of changes", "it leaves out 3 of 9 announced papers"),
    ],
    ids=["down", "not believed"],
)
def test_an_audit_that_fails_changes_nothing(
    context: RunContext, changes: FakeChangeList, problem: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    result = audit(context)
    before = context.store.keywords.state_of(MODEL)
    changes.answer = problem
    with pytest.raises(type(problem)):
        audit(context)
    later = replace(context, clock=FakeClock(NOON + 8 * DAY))
    assert audit_if_due(later) is None
    assert caplog.messages[-1].endswith(str(problem))
    assert context.store.audits.latest() == result
    assert context.store.keywords.state_of(MODEL) == before


def test_more_papers_than_can_be_true_are_not_recorded(context: RunContext, changes: FakeChangeList) -> None:
    for day in range(5):
        context.store.keywords.record(FetchResult(MODEL), (), 0, NOON - DAY + timedelta(hours=day))
    changes.answer = changed(*range(502, 602))
    with pytest.raises(AnswerRejected, match="held back: 100 new papers at once"):
        audit(context)
    assert context.store.audits.latest() is None
    assert context.store.keywords.state_of(MODEL).papers == {"2606.00501"}


@pytest.mark.parametrize(
    ("change_list", "now"),
    [(None, NOON), (FakeChangeList(changed()), NOON - 14 * DAY)],
    ids=["a source without a list of changes", "the first day"],
)
def test_sometimes_there_is_nothing_to_audit(
    context: RunContext, change_list: FakeChangeList | None, now: datetime
) -> None:
    assert audit(replace(context, change_list=change_list, clock=FakeClock(now))) is None


def test_nothing_is_audited_before_the_first_fetch(tmp_path: Path, context: RunContext) -> None:
    settings = config(tmp_path, subscriber("ada@example.org", NEWCOMER))
    assert audit(replace(context, config=settings)) is None


def test_an_audit_that_is_due_comes_once(
    context: RunContext, changes: FakeChangeList, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    assert audit_if_due(context) is not None
    assert caplog.messages[-1].startswith("recall 0.5 of 2: 1 paper was missed")
    assert audit_if_due(context) is None
    assert len(changes.asked) == 1


def test_an_audit_that_failed_waits_for_half_a_day(context: RunContext, changes: FakeChangeList) -> None:
    changes.answer = SourceUnavailable("down")
    clock = FakeClock()
    context = replace(context, clock=clock)
    for _ in range(3):
        audit_if_due(context)
        clock.moment += timedelta(hours=6)
    assert len(changes.asked) == 2


def test_an_audit_comes_never_if_that_is_configured(context: RunContext, changes: FakeChangeList) -> None:
    assert audit_if_due(replace(context, config=replace(context.config, audit="never"))) is None
    assert changes.asked == []


@pytest.mark.parametrize(
    "problem", [StoreError(Path("state"), "no room", "make room"), ZeroDivisionError()], ids=["state", "bug"]
)
def test_no_failure_of_an_audit_reaches_the_run(
    context: RunContext, changes: FakeChangeList, problem: Exception
) -> None:
    changes.answer = problem
    assert audit_if_due(context) is None


GOOD = KeywordOutcome(MODEL, up_to_date=True)


@pytest.mark.parametrize(
    ("keywords", "mails", "room"),
    [
        ((GOOD,), (MailOutcome("subscribers[0]", papers=3),), True),
        ((GOOD, KeywordOutcome(NEWCOMER, problem="half an answer")), (), True),
        ((GOOD, KeywordOutcome(NEWCOMER, problem="no answer", unavailable=True)), (), False),
        ((KeywordOutcome(MODEL), KeywordOutcome(NEWCOMER, problem="no answer", unavailable=True)), (), True),
        ((GOOD,), (MailOutcome("subscribers[0]", problem="refused", retry_at=NOON),), False),
        ((GOOD,), (MailOutcome("subscribers[0]", problem="no such user"),), True),
    ],
    ids=[
        "all is well",
        "a keyword failed",
        "arXiv is down",
        "one query fails for good",
        "a mail waits",
        "an address that is refused",
    ],
)
def test_an_audit_waits_until_it_delays_nothing(
    keywords: tuple[KeywordOutcome, ...], mails: tuple[MailOutcome, ...], room: bool
) -> None:
    assert leaves_room(Report(keywords, mails, ArchiveOutcome())) is room
