"""Fetch new papers for all keywords and record them, unless there are suspiciously many."""

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime

from digest.domain.fetching import (
    FetchRequest,
    FetchResult,
    KeywordMatch,
    KeywordState,
    Unavailable,
    is_due_again,
    up_to_date_keywords,
)
from digest.domain.keywords import Keyword, distinct
from digest.domain.runs import KeywordOutcome
from digest.domain.text import counted
from digest.domain.volume import BROAD, has_no_paper, is_broad
from digest.errors import SourceUnavailable
from digest.pipeline.context import RunContext

logger = logging.getLogger(__name__)

_FLOOD_FACTOR = 5
_NO_FLOOD = 50  # so few papers are never held back


def fetch_keywords(
    context: RunContext, keywords: Sequence[Keyword], run_number: int
) -> Iterator[KeywordOutcome]:
    """Fetch all of these keywords that are not up to date; yields an outcome for each keyword.

    All are fetched when it is time to ask again for a paper that the source could not show.

    Records in the run that a fetch starts before the source is asked. Raises StoreError.
    """
    now = context.clock.now()
    announced_at = context.source.calendar.latest_announcement(now)
    up_to_date = up_to_date_keywords(context.store.keywords.fetch_statuses(), announced_at, now)
    missing = any(is_due_again(paper, now) for paper in context.store.unavailable.papers())
    stale = []
    for keyword in distinct(keywords):
        if keyword.id in up_to_date and not missing:
            yield KeywordOutcome(keyword, up_to_date=True)
        else:
            stale.append(keyword)
    if stale:
        logger.info("asking arXiv for %s", counted(len(stale), "keyword"))
        context.store.runs.record_fetch_started(run_number, len(stale))
    outcomes = []
    for outcome in _fetch(context, stale, now, run_number):
        outcomes.append(outcome)
        yield outcome
    _log_volumes(outcomes)


def _fetch(
    context: RunContext, stale: Sequence[Keyword], now: datetime, run_number: int
) -> Iterator[KeywordOutcome]:
    # The state is read for stale keywords only: a keyword may have thousands of papers.
    highest_order = context.store.keywords.highest_order() if stale else 0
    known = {keyword.id: context.store.keywords.state_of(keyword) for keyword in stale}
    requests = [FetchRequest(keyword, known[keyword.id], highest_order) for keyword in stale]
    context.progress.begin("asking arXiv", len(requests))
    before = tuple(context.store.unavailable.papers()) if stale else ()
    unavailable, announced = before, None
    for result in context.source.fetch(requests, Unavailable(now, before)):
        if result.unavailable != unavailable:
            unavailable = result.unavailable
            # A paper that is shown again is forgotten at the end only: until then a kill may lose it.
            either = {paper.key: paper for paper in (*before, *unavailable)}
            context.store.unavailable.replace(tuple(either.values()))
        if result.announcement_size is not None and announced is None:
            announced = result.announcement_size
            context.store.runs.record_announced(run_number, announced)
        yield _record(context, result, known[result.keyword.id], now)
        context.progress.step()
    context.progress.end()
    if unavailable != before:
        context.store.unavailable.replace(unavailable)


def _record(context: RunContext, result: FetchResult, known: KeywordState, now: datetime) -> KeywordOutcome:
    """Record a result, also one with a problem, unless there are suspiciously many new papers.

    `now` is the start of the fetch: an announcement that comes while the source answers is left for the
    next fetch.
    """
    announcements = context.source.calendar.announcements_between(known.last_good_at or now, now)
    if too_many := flood(result.matches, known, announcements):
        context.store.keywords.record_failure(result.keyword, too_many, now)
        return KeywordOutcome(result.keyword, problem=too_many, hint="nothing is lost: it is looked at again")
    context.store.keywords.record(result, result.matches, result.baseline, now)
    return _outcome(result, known)


def _log_volumes(outcomes: Sequence[KeywordOutcome]) -> None:
    """Say once, after their first fetch, which keywords will bring nothing or very much."""
    begun = [(outcome, outcome.volume) for outcome in outcomes if outcome.volume]
    if without_papers := [one.keyword.name for one, volume in begun if has_no_paper(one.past, volume)]:
        logger.warning("no paper in all of arXiv's years: %s; check the spelling", ", ".join(without_papers))
    if broad := [one.keyword.name for one, volume in begun if is_broad(volume)]:
        logger.info("more than %d papers a day: %s; see `digest check --volume`", BROAD, ", ".join(broad))


def _outcome(result: FetchResult, known: KeywordState) -> KeywordOutcome:
    problem = result.problem
    return KeywordOutcome(
        result.keyword,
        new=_count_new(result.matches),
        past=len(result.matches) if known.baseline is None else 0,
        problem=str(problem or ""),
        hint=problem.hint if problem else "",
        last_good_at=known.last_good_at,
        unavailable=isinstance(problem, SourceUnavailable) and not result.matches,
        search_problem=result.search_problem,
        is_search_problem_new=bool(result.search_problem) and not known.search_problem,
        volume=result.volume,
    )


def flood(matches: Sequence[KeywordMatch], known: KeywordState, announcements: int) -> str:
    """Why so many new papers are held back; empty if they are not.

    `announcements` counts those since the last good fetch. What is held back is fetched and reported again
    in each run, and let through once so many papers are usual for the time that has passed.
    """
    new = _count_new(matches)
    usual = (known.usual or 0.0) * max(announcements, 1)
    if known.usual is None or new <= max(_NO_FLOOD, _FLOOD_FACTOR * usual):
        return ""
    return f"held back: {new} new papers at once, where about {usual:.0f} are usual"


def _count_new(matches: Sequence[KeywordMatch]) -> int:
    return sum(match.is_new for match in matches)
