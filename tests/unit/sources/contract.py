"""What every source must do. A test of a source inherits SourceContract and gives it a Backend."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.domain.fetching import FetchRequest, FetchResult, KeywordState
from digest.domain.keywords import Keyword
from digest.pipeline.ports import Calendar
from tests.support.builders import keyword

FIRST, SECOND = keyword("Reward Model"), keyword("Time Series")
"""Each of them has papers in the backend from the beginning."""

NOTHING_KNOWN = KeywordState()
START = datetime(2024, 1, 1, tzinfo=UTC)
MOMENTS = st.timedeltas(timedelta(0), timedelta(days=4 * 366)).map(lambda since: START + since)
SPANS = st.timedeltas(timedelta(0), timedelta(days=20))


class Backend(Protocol):
    """A source, and what is behind it. Every fetch is that of another run."""

    @property
    def calendar(self) -> Calendar: ...

    def fetch(self, *requests: FetchRequest) -> list[FetchResult]: ...

    def announce(self) -> None:
        """The next announcement comes, with a paper for FIRST and one for SECOND."""

    def fail(self) -> None:
        """From now on the backend answers nothing."""

    def recover(self) -> None:
        """The backend answers again."""


class SourceContract:
    """The tests."""

    @pytest.fixture
    def backend(self, tmp_path: Path) -> Iterator[Backend] | Backend:
        raise NotImplementedError

    def test_each_request_has_one_result(self, backend: Backend) -> None:
        results = backend.fetch(*requests(FIRST, SECOND))
        assert sorted(result.keyword.name for result in results) == [FIRST.name, SECOND.name]

    def test_without_requests_there_is_no_result(self, backend: Backend) -> None:
        assert backend.fetch() == []

    def test_a_paper_has_an_id_an_order_and_addresses(self, backend: Backend) -> None:
        (result,) = backend.fetch(*requests(FIRST))
        papers = [match.paper for match in result.matches]
        assert papers
        assert all(paper.id and paper.title and paper.order > 0 for paper in papers)
        assert all(
            address.startswith("https://") for paper in papers for address in (paper.url, paper.pdf_url)
        )
        assert len({paper.id for paper in papers}) == len(papers)

    def test_in_a_first_fetch_nothing_is_new(self, backend: Backend) -> None:
        (result,) = backend.fetch(*requests(FIRST))
        assert result.problem is None
        assert new(result) == set()
        assert result.baseline >= max(match.paper.order for match in result.matches)

    def test_what_is_announced_later_is_new_and_higher_in_order(self, backend: Backend) -> None:
        known = fetched(backend, FIRST)
        backend.announce()
        (result,) = backend.fetch(FetchRequest(FIRST, known, known.baseline or 0))
        assert len(new(result)) == 1
        assert all(match.paper.order > (known.baseline or 0) for match in result.matches if match.is_new)

    def test_a_second_fetch_finds_nothing_new(self, backend: Backend) -> None:
        known = fetched(backend, FIRST)
        assert new(fetch_again(backend, known)) == set()
        backend.announce()
        known = recorded(known, fetch_again(backend, known))
        assert new(fetch_again(backend, known)) == set()

    def test_a_keyword_that_begins_later_has_earlier_papers_as_its_past(self, backend: Backend) -> None:
        known = fetched(backend, FIRST)
        backend.announce()
        highest = max(match.paper.order for match in fetch_again(backend, known).matches)
        (result,) = backend.fetch(FetchRequest(SECOND, NOTHING_KNOWN, highest))
        assert new(result) == set()
        assert result.baseline >= highest
        assert new(fetch_again(backend, recorded(NOTHING_KNOWN, result), SECOND)) == set()

    def test_two_keywords_do_not_share_what_is_new(self, backend: Backend) -> None:
        known = fetched(backend, FIRST)
        backend.announce()
        results = backend.fetch(FetchRequest(FIRST, known), FetchRequest(SECOND, NOTHING_KNOWN))
        count = {result.keyword.name: len(new(result)) for result in results}
        assert count == {FIRST.name: 1, SECOND.name: 0}

    def test_the_high_water_mark_does_not_fall(self, backend: Backend) -> None:
        marks = [(known := fetched(backend, FIRST)).high_water_mark]
        backend.announce()
        for _ in range(2):
            result = fetch_again(backend, known)
            known = recorded(known, result)
            marks.append(result.high_water_mark or known.high_water_mark)
        assert marks == sorted(mark for mark in marks if mark is not None)

    def test_a_failing_backend_is_a_problem_of_each_result(self, backend: Backend) -> None:
        known = fetched(backend, FIRST)
        backend.fail()
        results = backend.fetch(FetchRequest(FIRST, known), FetchRequest(SECOND, NOTHING_KNOWN))
        assert len(results) == 2
        assert all(result.problem and not result.up_to_date for result in results)

    def test_a_failure_loses_nothing(self, backend: Backend) -> None:
        known = fetched(backend, FIRST)
        backend.announce()
        backend.fail()
        known = recorded(known, fetch_again(backend, known))
        backend.recover()
        assert len(new(fetch_again(backend, known))) == 1

    def test_the_latest_announcement_is_never_in_the_future(self, backend: Backend) -> None:
        calendar = backend.calendar

        @given(MOMENTS)
        def holds(now: datetime) -> None:
            latest = calendar.latest_announcement(now)
            assert latest <= now
            assert calendar.latest_announcement(latest) == latest
            assert calendar.announcements_between(latest, now) == 0

        holds()

    def test_announcements_go_on_and_add_up(self, backend: Backend) -> None:
        calendar = backend.calendar

        @given(MOMENTS, SPANS, SPANS)
        def holds(start: datetime, first: timedelta, second: timedelta) -> None:
            middle, end = start + first, start + first + second
            assert calendar.latest_announcement(start) <= calendar.latest_announcement(middle)
            assert calendar.announcements_between(middle, start) == 0
            assert calendar.announcements_between(start, end) == (
                calendar.announcements_between(start, middle) + calendar.announcements_between(middle, end)
            )

        holds()


def requests(*keywords: Keyword) -> list[FetchRequest]:
    """Requests for keywords of which nothing is known."""
    return [FetchRequest(wanted, NOTHING_KNOWN) for wanted in keywords]


def new(result: FetchResult) -> set[str]:
    return {match.paper.id for match in result.matches if match.is_new}


def fetched(backend: Backend, wanted: Keyword) -> KeywordState:
    """What is known after the keyword's first fetch."""
    (result,) = backend.fetch(*requests(wanted))
    return recorded(NOTHING_KNOWN, result)


def fetch_again(backend: Backend, known: KeywordState, wanted: Keyword = FIRST) -> FetchResult:
    (result,) = backend.fetch(FetchRequest(wanted, known, known.baseline or 0))
    return result


def recorded(known: KeywordState, result: FetchResult) -> KeywordState:
    """What the state knows once the result is recorded."""
    papers = known.papers | {match.paper.id for match in result.matches}
    newest = max((match.paper.submitted for match in result.matches), default=known.newest_submission)
    if known.baseline is None and result.problem:
        return replace(known, papers=papers)
    baseline = result.baseline if known.baseline is None else known.baseline
    mark = max(known.high_water_mark or baseline, result.high_water_mark or 0)
    return replace(
        known, baseline=baseline, high_water_mark=mark, papers=papers, recent=papers, newest_submission=newest
    )
