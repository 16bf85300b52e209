"""Asking arXiv for all keywords, and remembering what it told."""

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime

from digest.domain.fetching import FetchRequest, FetchResult, KeywordMatch, KeywordState
from digest.domain.keywords import Keyword, distinct
from digest.domain.runs import KeywordOutcome
from digest.domain.text import counted
from digest.errors import SourceUnavailable
from digest.pipeline.context import RunContext
from digest.sources.arxiv.calendar import announcements_between, is_up_to_date
from digest.sources.arxiv.novelty import first_baseline, sightings

logger = logging.getLogger(__name__)


def fetch_keywords(
    context: RunContext, keywords: Sequence[Keyword], run_number: int
) -> Iterator[KeywordOutcome]:
    """An outcome for each keyword. That they are asked for is written down in the run's record first."""
    now, fetch_statuses = context.clock.now(), context.store.keywords.fetch_statuses()
    requests = []
    for keyword in distinct(keywords):
        answered_at = fetch_statuses[keyword.id].up_to_date_at
        if answered_at and is_up_to_date(answered_at, now):
            yield KeywordOutcome(keyword, up_to_date=True)
        else:  # only now, since it may take long to read what is known
            requests.append(FetchRequest(keyword, context.store.keywords.state_of(keyword)))
    if requests:
        logger.info("asking arXiv for %s", counted(len(requests), "keyword"))
        context.store.runs.record_fetch_started(run_number, len(requests))
    asked = {request.keyword.id: request.known for request in requests}
    context.progress.begin("asking arXiv", len(requests))
    for result in context.source.discover(requests):
        yield _record(context, result, asked[result.keyword.id], now)
        context.progress.step()
    context.progress.end()


def _record(context: RunContext, result: FetchResult, known: KeywordState, now: datetime) -> KeywordOutcome:
    """Remember what was found, whole or not, unless there is suspiciously much of it. It was asked for
    at `now`: what arXiv announces while it answers is left for the next time."""
    found = sightings(result, known)
    if too_much := flood(found, known, announcements_between(known.last_good_at or now, now)):
        context.store.keywords.record_failure(result.keyword, too_much, now)
        return KeywordOutcome(result.keyword, problem=too_much, hint="nothing is lost: it is looked at again")
    baseline = first_baseline(result, context.store.keywords.highest_order())
    context.store.keywords.record(result, found, baseline, now)
    problem = result.problem
    return KeywordOutcome(
        result.keyword,
        new=sum(sighting.is_new for sighting in found),
        past=len(found) if known.baseline is None else 0,
        problem=str(problem or ""),
        hint=problem.hint if problem else "",
        last_good_at=known.last_good_at,
        unavailable=isinstance(problem, SourceUnavailable) and not found,
    )


_FLOOD_FACTOR = 5

_NO_FLOOD = 50  # so few papers are never held back


def flood(found: Sequence[KeywordMatch], known: KeywordState, announcements: int) -> str:
    """Why so much news is not to be believed yet; empty if it is.

    `announcements` counts those since the last good answer. What is held back is looked at again with
    each run, and told meanwhile: it is let through once so many are usual for the time that has passed.
    """
    fresh = sum(sighting.is_new for sighting in found)
    usual = (known.usual or 0.0) * max(announcements, 1)
    if known.usual is None or fresh <= max(_NO_FLOOD, _FLOOD_FACTOR * usual):
        return ""
    return f"held back: {fresh} new papers at once, where about {usual:.0f} are usual"
