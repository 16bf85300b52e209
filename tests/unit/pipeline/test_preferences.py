"""What subscribers changed themselves, from run to run."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from digest.domain.preferences import Action, Preference, receiving
from digest.errors import RecipientDeferred
from digest.pipeline.run import recorded_run
from digest.store.queries.preferences import clear_preferences, record_preference
from tests.support.builders import NOON, keyword, subscriber
from tests.support.life import Life, a_life

MODEL, REASONING = keyword("Reward Model"), keyword("Reasoning")
ADA = subscriber("ada@example.org", MODEL, REASONING, label="subscribers[0]")
DAY = timedelta(days=1)


@pytest.fixture
def life(tmp_path: Path) -> Iterator[Life]:
    """Ada has had her welcome, on a Monday; it is Tuesday."""
    with a_life(tmp_path, ADA) as life:
        life.announce("Reward Model", "2606.00001")
        life.announce("Reasoning", "2606.00002")
        life.run()
        life.tomorrow()
        yield life


def prefer(life: Life, action: Action, about: str = "", *, days: int | None = None) -> None:
    until = None if days is None else life.clock.now() + days * DAY
    with life.database.transaction() as connection:
        record_preference(connection, ADA.email, Preference(action, life.clock.now(), about, until))


def mails_of_days(life: Life, days: int) -> list[tuple[str, ...]]:
    """The papers of each day's run, where a new one is announced each day; none: no mail."""
    found = []
    for number in range(1, days + 1):
        before = len(life.transport.papers(ADA.email))
        life.announce("Reward Model", f"2606.0060{number}")
        life.run()
        found.append(tuple(id for mail in life.transport.papers(ADA.email)[before:] for id in mail))
        life.tomorrow()
    return found


def numbered(first: int, last: int) -> tuple[str, ...]:
    return tuple(f"2606.0060{number}" for number in range(first, last + 1))


def test_a_weekly_subscriber_gets_everything_on_monday(life: Life) -> None:
    prefer(life, Action.WEEKLY)
    assert mails_of_days(life, 8) == [*[()] * 6, numbered(1, 7), ()]


def test_whoever_pauses_gets_everything_with_the_first_mail_after_that(life: Life) -> None:
    prefer(life, Action.PAUSE, days=3)
    assert mails_of_days(life, 5) == [(), (), (), numbered(1, 4), numbered(5, 5)]


def test_what_a_muted_keyword_alone_finds_is_left_out(life: Life) -> None:
    prefer(life, Action.MUTE, MODEL.id, days=3)
    life.announce("Reasoning", "2606.00602", "2606.00700")
    assert mails_of_days(life, 5) == [("2606.00602", "2606.00700"), (), (), numbered(4, 4), numbered(5, 5)]
    assert [section.keyword.name for section in life.mail_builder.made[1].sections] == ["Reasoning"]


def test_a_queued_mail_of_a_weekly_subscriber_is_tried_again_on_any_day(life: Life) -> None:
    life.announce("Reward Model", "2606.00601")
    life.transport.troubles[ADA.email] = [RecipientDeferred("later")]
    life.run()
    prefer(life, Action.WEEKLY)
    life.clock.moment = NOON + 2 * DAY
    life.run()
    assert life.transport.papers(ADA.email)[1:] == [("2606.00601",)]


def test_a_mute_that_is_undone_during_a_run_loses_nothing(life: Life) -> None:
    prefer(life, Action.MUTE, MODEL.id, days=3)
    life.announce("Reward Model", "2606.00601")
    life.announce("Reasoning", "2606.00602")
    with recorded_run(life.context()) as this:
        this.fetch()
        planned = receiving([ADA], life.store.preferences.of([ADA.email]), life.clock.now())
        with life.database.transaction() as connection:
            clear_preferences(connection, ADA.email, life.clock.now(), life.clock.now())
        this.dispatch(planned)
        this.dispatch([ADA])
    assert life.transport.papers(ADA.email)[1:] == [("2606.00602",), ("2606.00601",)]
