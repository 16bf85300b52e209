"""What a digest without papers knows."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from digest.domain.digests import Digest, Latest
from digest.pipeline.quiet_day import total_announced
from digest.sources.arxiv.calendar import ArxivCalendar
from tests.support.builders import keyword, paper, subscriber
from tests.support.life import Life, a_life

MODEL, GALAXY = keyword("Reward Model"), keyword("Galaxy")
ADA, BO = subscriber("ada@example.org", MODEL), subscriber("bo@example.org", GALAXY)


def june(day: int, hour: int = 12) -> datetime:
    return datetime(2026, 6, day, hour, tzinfo=UTC)


MONDAY, TUESDAY, SATURDAY = june(22), june(23), june(27)


@pytest.mark.parametrize(
    ("sizes", "since", "now", "total"),
    [
        ({TUESDAY: 1_432}, MONDAY, TUESDAY, 1_432),
        ({june(24): 900, TUESDAY: 1_432}, MONDAY, june(24), 2_332),
        ({june(24): 900}, MONDAY, june(24), None),
        ({TUESDAY: 7, june(23, 6): 1_432}, MONDAY, TUESDAY, 1_432),
        ({TUESDAY: 1_432, june(22, 13): 900}, MONDAY, TUESDAY, 1_432),
        ({june(22, 13): 900}, MONDAY, TUESDAY, None),
        ({june(26, 13): 900}, june(26), SATURDAY, None),
        ({}, MONDAY, TUESDAY, None),
        ({TUESDAY: 0}, MONDAY, TUESDAY, 0),
    ],
    ids=[
        "one announcement",
        "two announcements",
        "one of two",
        "read twice",
        "one before the last digest too",
        "one before the last digest",
        "no announcement",
        "nothing was read",
        "no paper",
    ],
)
def test_announcements_add_up_if_all_since_the_last_digest_were_read(
    sizes: Mapping[datetime, int], since: datetime, now: datetime, total: int | None
) -> None:
    assert total_announced(sizes, ArxivCalendar(), since, now) == total


@pytest.fixture
def life(tmp_path: Path) -> Iterator[Life]:
    """Ada has had her first papers, and there were none for Bo."""
    with a_life(tmp_path, ADA, BO) as life:
        life.config = replace(life.config, mail=replace(life.config.mail, when_empty="send"))
        life.announce("Reward Model", "2606.00001", "2606.00002")
        life.source.announcement_size = 1_100
        life.run()
        yield life


def last(life: Life, email: str) -> Digest:
    """The last digest of this subscriber."""
    return [digest for digest in life.mail_builder.made if digest.subscriber.email == email][-1]


def test_a_quiet_digest_knows_how_many_papers_were_announced_and_when_the_last_one_came(life: Life) -> None:
    life.clock.moment, life.source.announcement_size = TUESDAY, 1_432
    life.run()
    digest = last(life, "ada@example.org")
    assert (digest.announced, digest.latest) == (1_432, (Latest(MODEL, paper().submitted.date()),))


def test_the_number_is_known_also_in_a_later_run(life: Life) -> None:
    life.clock.moment, life.source.announcement_size = june(23, 6), 1_432
    life.run()
    life.clock.moment, life.source.announcement_size = TUESDAY, None
    life.run()
    theirs = [digest for digest in life.mail_builder.made if digest.subscriber == ADA]
    assert [digest.announced for digest in theirs] == [None, 1_432]


def test_a_newcomer_without_papers_knows_how_many_the_last_announcement_had(life: Life) -> None:
    digest = last(life, "bo@example.org")
    assert (digest.is_first, digest.announced, digest.latest) == (True, 1_100, (Latest(GALAXY, None),))


def test_where_a_keyword_found_a_paper_that_is_not_sent_there_is_no_number(life: Life) -> None:
    """A new keyword finds it, and begins without first papers."""
    more = replace(ADA, keywords=(MODEL, keyword("Comet")))
    life.config = replace(life.config, welcome=0, subscribers=(more, BO))
    life.announce("Comet", "2606.00003")
    life.clock.moment += timedelta(days=1)
    life.run()
    assert (last(life, "ada@example.org").announced, last(life, "bo@example.org").announced) == (None, 1_100)
