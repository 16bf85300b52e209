"""Asking arXiv for all keywords, and remembering what it told."""

import logging
from collections.abc import Iterator
from datetime import datetime

from digest.announcing import announcements_between, is_up_to_date
from digest.errors import SourceUnavailable
from digest.keywords import distinct, key
from digest.models import KeywordOutcome
from digest.novelty import first_baseline, flood, sightings
from digest.plaintext import counted
from digest.protocols import Finding, Known, Question
from digest.world import World

logger = logging.getLogger(__name__)


def ask_for_all(world: World, run_number: int) -> Iterator[KeywordOutcome]:
    """An outcome for each keyword. That they are asked for is written down in the run's record first."""
    now, standings = world.clock.now(), world.store.standings()
    questions = []
    for keyword in distinct(world.config.keywords):
        answered_at = standings[key(keyword)].up_to_date_at
        if answered_at and is_up_to_date(answered_at, now):
            yield KeywordOutcome(keyword, up_to_date=True)
        else:  # only now, since it may take long to read what is known
            questions.append(Question(keyword, world.store.known(keyword)))
    if questions:
        logger.info("asking arXiv for %s", counted(len(questions), "keyword"))
        world.store.note_asked(run_number, len(questions))
    asked = {key(question.keyword): question.known for question in questions}
    world.progress.begin("asking arXiv", len(questions))
    for finding in world.source.discover(questions):
        yield _record(world, finding, asked[key(finding.keyword)], now)
        world.progress.step()
    world.progress.end()


def _record(world: World, finding: Finding, known: Known, now: datetime) -> KeywordOutcome:
    """Remember what was found, whole or not, unless there is suspiciously much of it. It was asked for
    at `now`: what arXiv announces while it answers is left for the next time."""
    found = sightings(finding, known)
    if too_much := flood(found, known, announcements_between(known.last_good_at or now, now)):
        world.store.record_failure(finding.keyword, too_much, now)
        return KeywordOutcome(
            finding.keyword, problem=too_much, hint="nothing is lost: it is looked at again"
        )
    baseline = first_baseline(finding, world.store.highest_order())
    world.store.record(finding, found, baseline, now)
    problem = finding.problem
    return KeywordOutcome(
        finding.keyword,
        new=sum(sighting.fresh for sighting in found),
        past=len(found) if known.baseline is None else 0,
        problem=str(problem or ""),
        hint=problem.hint if problem else "",
        last_good_at=known.last_good_at,
        unavailable=isinstance(problem, SourceUnavailable) and not found,
    )
