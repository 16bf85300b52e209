from datetime import timedelta

import pytest

from digest.domain.interests import Interests
from digest.domain.preferences import (
    Action,
    Preference,
    Preferences,
    gets_mail,
    preferred,
    receiving,
    slots_done_at,
)
from tests.support.builders import NOON, keyword, schedule, subscriber

DAY = timedelta(days=1)
MODEL, REASONING = keyword("Reward Model"), keyword("Reasoning")
ADA = subscriber("ada@example.org", MODEL, REASONING, interests=Interests(phrases=("plans",)))
WEEKLY = Preference(Action.WEEKLY, NOON)
MUTED = Preference(Action.MUTE, NOON, MODEL.id, NOON + 7 * DAY)
LIKED = Preference(Action.LIKE, NOON, "2606.00001")
PAUSED = Preference(Action.PAUSE, NOON, until=NOON + 3 * DAY)
UNTIL_UNDONE = Preference(Action.PAUSE, NOON)


def test_without_preferences_a_subscriber_is_as_configured() -> None:
    assert preferred(ADA, (), NOON) == ADA


def test_preferences_are_layered_over_a_subscriber() -> None:
    expected = subscriber(
        "ada@example.org",
        REASONING,
        schedule=schedule(days=frozenset({0})),
        interests=Interests(papers=("2606.00001",), phrases=("plans",)),
        has_preferences=True,
    )
    once = preferred(ADA, (WEEKLY, MUTED, LIKED), NOON)
    assert once == expected
    assert preferred(once, (WEEKLY, MUTED, LIKED), NOON) == expected


def test_a_mute_ends_by_itself() -> None:
    assert preferred(ADA, (MUTED,), NOON + 7 * DAY) == ADA


def test_one_mail_a_week_comes_on_the_first_of_the_days() -> None:
    ada = subscriber(schedule=schedule(days=frozenset({2, 4})))
    assert preferred(ada, (WEEKLY,), NOON).schedule == schedule(days=frozenset({2}))


@pytest.mark.parametrize(
    ("preferences", "days", "expected"),
    [
        ((), 0, True),
        ((PAUSED,), 2, False),
        ((PAUSED,), 3, True),
        ((UNTIL_UNDONE,), 1_000, False),
        ((MUTED,), 1, True),
        ((MUTED, Preference(Action.MUTE, NOON, REASONING.id, NOON + 5 * DAY)), 4, False),
        ((MUTED, Preference(Action.MUTE, NOON, REASONING.id, NOON + 5 * DAY)), 5, True),
    ],
)
def test_who_pauses_or_mutes_everything_gets_no_mail(
    preferences: Preferences, days: int, expected: bool
) -> None:
    assert gets_mail(ADA, preferences, NOON + days * DAY) is expected


def test_those_who_get_mail_now_are_as_they_prefer_it() -> None:
    bo, cy = subscriber("bo@example.org"), subscriber("cy@example.org")
    preferences = {ADA.email: (MUTED,), bo.email: (PAUSED,)}
    assert receiving([ADA, bo, cy], preferences, NOON) == [preferred(ADA, (MUTED,), NOON), cy]


def test_slots_of_a_pause_are_done_when_it_ends_but_not_one_at_its_very_end() -> None:
    assert slots_done_at(NOON, (PAUSED,), NOON + DAY) == NOON
    assert slots_done_at(NOON, (PAUSED,), NOON + 3 * DAY) == NOON + 3 * DAY - timedelta(microseconds=1)
    assert slots_done_at(NOON + 4 * DAY, (PAUSED, WEEKLY, UNTIL_UNDONE), NOON + 5 * DAY) == NOON + 4 * DAY
