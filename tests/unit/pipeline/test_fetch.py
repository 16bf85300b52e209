"""Fetching, with a fake source and a real state."""

from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from digest.domain.fetching import (
    FetchRequest,
    FetchResult,
    KeywordMatch,
    KeywordState,
    Unavailable,
    UnavailablePaper,
)
from digest.domain.runs import KeywordOutcome
from digest.domain.volume import Volume
from digest.errors import SourceError, SourceUnavailable
from digest.pipeline.context import RunContext
from digest.pipeline.fetch import fetch_keywords, flood
from digest.store.database import Database
from digest.store.store import SqlStore
from tests.support.builders import NOON, config, keyword, paper, subscriber
from tests.support.fakes import FakeClock, FakeMailBuilder, FakeSource, FakeTransport

MODEL, REASONING = keyword("Reward Model"), keyword("Reasoning")


@pytest.fixture
def context(tmp_path: Path) -> Iterator[RunContext]:
    """Two keywords of one subscriber; the source has two papers for one of them."""
    settings = config(tmp_path, subscriber("ada@example.org", MODEL, REASONING))
    store = SqlStore.over(Database.open(settings.state))
    store.subscriptions.sync(settings, NOON)
    source = FakeSource({"Reward Model": [paper("2606.00001"), paper("2606.00002")]})
    yield RunContext(
        settings, source, store, FakeMailBuilder(), [FakeTransport()], None, FakeClock(), nullcontext
    )
    store.close()


def fake(context: RunContext) -> FakeSource:
    assert isinstance(context.source, FakeSource)
    return context.source


def fetch(context: RunContext) -> list[KeywordOutcome]:
    return list(
        fetch_keywords(context, context.config.keywords, context.store.runs.begin(context.clock.now()))
    )


def test_a_first_fetch_is_the_past_and_later_papers_are_new(context: RunContext) -> None:
    first = fetch(context)
    fake(context).answers["Reward Model"] = [paper("2606.00001"), paper("2606.00003")]
    second = fetch(context)
    assert first == [KeywordOutcome(MODEL, past=2), KeywordOutcome(REASONING)]
    assert second == [
        KeywordOutcome(MODEL, new=1, last_good_at=NOON),
        KeywordOutcome(REASONING, last_good_at=NOON),
    ]


@pytest.mark.parametrize(
    ("volume", "logged"),
    [
        (Volume(0, 0, 0), [("WARNING", "no paper in all of arXiv's years: Reasoning; ")]),
        (Volume(900, None, 90), [("INFO", "more than 50 papers a day: Reasoning; ")]),
        (Volume(900, 30, 1.4), []),
        (None, []),
    ],
    ids=["nothing ever", "broad", "ordinary", "not known"],
)
def test_what_a_keyword_will_bring_is_logged_once(
    volume: Volume | None,
    logged: list[tuple[str, str]],
    context: RunContext,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO", "digest")
    if volume:
        fake(context).volumes["Reasoning"] = volume
    assert fetch(context)[1].volume == volume
    assert fetch(context)[1].volume is None
    lines = [(one.levelname, one.message) for one in caplog.records if "Reasoning" in one.message]
    assert [(level, line[: len(begin)]) for level, line in lines for _, begin in logged] == logged


def test_the_papers_of_one_keyword_are_the_past_of_the_next(context: RunContext) -> None:
    fetch(context)
    assert context.store.keywords.state_of(REASONING).baseline == paper("2606.00002").order


def test_a_keyword_that_is_up_to_date_is_not_fetched(context: RunContext) -> None:
    fake(context).up_to_date = True
    fetch(context)
    fake(context).asked.clear()
    assert fetch(context) == [
        KeywordOutcome(MODEL, up_to_date=True),
        KeywordOutcome(REASONING, up_to_date=True),
    ]
    assert fake(context).asked == []


def test_the_run_records_the_fetch_before_the_source_is_asked(context: RunContext) -> None:
    class KilledSource(FakeSource):
        def fetch(self, requests: Sequence[FetchRequest], unavailable: Unavailable) -> Iterator[FetchResult]:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(replace(context, source=KilledSource()))
    assert [record.asked for record in context.store.runs.latest(1)] == [2]


def test_what_is_found_despite_a_problem_is_recorded(context: RunContext) -> None:
    fetch(context)
    context.clock.sleep(timedelta(days=1).total_seconds())
    fake(context).answers["Reward Model"] = SourceError("the list: 503")
    fake(context).partly["Reward Model"] = [paper("2606.00003")]
    fake(context).answers["Reasoning"] = SourceUnavailable("no answer")
    hint = SourceUnavailable.hint
    assert fetch(context) == [
        KeywordOutcome(MODEL, new=1, problem="the list: 503", last_good_at=NOON),
        KeywordOutcome(REASONING, problem="no answer", hint=hint, last_good_at=NOON, unavailable=True),
    ]
    assert "2606.00003" in context.store.keywords.state_of(MODEL).papers


MISSING = UnavailablePaper("2606.00009", "", "500 Internal Server Error", NOON, NOON)
DAY = timedelta(days=1)


def test_a_paper_that_the_source_cannot_show_is_remembered_and_forgotten(context: RunContext) -> None:
    fake(context).unavailable = (MISSING,)
    fetch(context)
    assert context.store.unavailable.papers() == (MISSING,)
    fake(context).unavailable = ()
    fetch(context)
    assert context.store.unavailable.papers() == ()


def test_a_kill_does_not_forget_the_paper_before_everything_is_recorded(context: RunContext) -> None:
    context.store.unavailable.replace([MISSING])
    results = fetch_keywords(context, context.config.keywords, context.store.runs.begin(NOON))
    next(results)
    assert context.store.unavailable.papers() == (MISSING,)


def test_everything_is_fetched_when_it_is_time_to_ask_for_the_paper_again(context: RunContext) -> None:
    fake(context).up_to_date = True
    fake(context).unavailable = (MISSING,)
    fetch(context)
    assert all(outcome.up_to_date for outcome in fetch(context))
    context.store.unavailable.replace([replace(MISSING, since=NOON - DAY, asked_at=NOON - DAY)])
    assert not any(outcome.up_to_date for outcome in fetch(context))


def test_a_flood_is_not_recorded_and_the_next_fetch_finds_it_again(context: RunContext) -> None:
    for _ in range(5):
        fetch(context)
    fake(context).answers["Reward Model"] = [paper(f"2606.01{number:03}") for number in range(51)]
    held_back = KeywordOutcome(
        MODEL,
        problem="held back: 51 new papers at once, where about 0 are usual",
        hint="nothing is lost: it is looked at again",
    )
    assert fetch(context)[0] == held_back
    assert fetch(context)[0] == held_back
    assert context.store.keywords.state_of(MODEL).papers == {"2606.00001", "2606.00002"}


@pytest.mark.parametrize(
    ("new", "usual", "announcements", "reason"),
    [
        (60, 12.0, 1, ""),
        (61, 12.0, 1, "held back: 61 new papers at once, where about 12 are usual"),
        (61, 12.0, 2, ""),
        (61, 12.0, 0, "held back: 61 new papers at once, where about 12 are usual"),
        (50, 0.5, 1, ""),
        (51, 0.5, 1, "held back: 51 new papers at once, where about 0 are usual"),
        (5000, None, 1, ""),
    ],
    ids=[
        "five times the usual", "more than that", "after two announcements", "without an announcement",
        "never so few", "much for a rare keyword", "nothing is usual yet",
    ],
)  # fmt: skip
def test_a_flood_is_held_back(new: int, usual: float | None, announcements: int, reason: str) -> None:
    matches = [KeywordMatch(paper(), is_new=True)] * new + [KeywordMatch(paper(), is_new=False)] * 100
    assert flood(matches, KeywordState(usual=usual), announcements) == reason
