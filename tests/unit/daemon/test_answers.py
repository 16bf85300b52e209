"""The daemon reads the inbox between two ticks, and tells a failure once."""

import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from digest.daemon.answers import AnswerReader
from digest.domain.runs import UnreadInbox
from digest.domain.settings import Config
from digest.errors import InboxUnavailable, LockHeld
from digest.subscribers.reading import Reading
from tests.support.builders import config
from tests.support.fakes import FakeClock

NOON = datetime(2026, 6, 22, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DOWN = Reading(problem=InboxUnavailable("the inbox at HOST cannot be used", "wait", "ada@example.org"))


class Inbox:
    """What reading it comes to, one after the other; then nothing new."""

    def __init__(self, *readings: Reading) -> None:
        self.readings, self.seconds = list(readings), list[float]()

    def read(self, _config: Config, seconds: float) -> Reading:
        self.seconds.append(seconds)
        return self.readings.pop(0) if self.readings else Reading()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOON)


@pytest.fixture
def settings(tmp_path: Path) -> Config:
    return config(tmp_path, inbox=tmp_path / "Maildir")


def ticks(reader: AnswerReader, settings: Config, clock: FakeClock, minutes: int) -> None:
    for _ in range(minutes):
        reader.read_if_due(settings)
        clock.moment += MINUTE


def test_it_is_read_every_five_minutes_and_never_into_the_next_minute(
    clock: FakeClock, settings: Config
) -> None:
    inbox = Inbox()
    ticks(AnswerReader(inbox.read, clock), settings, clock, minutes=11)
    assert inbox.seconds == [55.0, 55.0, 55.0]


def test_it_is_not_read_where_none_is_named_or_the_minute_is_nearly_over(
    clock: FakeClock, settings: Config, tmp_path: Path
) -> None:
    inbox = Inbox()
    reader = AnswerReader(inbox.read, clock)
    reader.read_if_due(config(tmp_path))
    clock.moment += timedelta(seconds=41)
    reader.read_if_due(settings)
    assert inbox.seconds == []


def test_what_is_left_is_read_in_the_next_minute(clock: FakeClock, settings: Config) -> None:
    inbox = Inbox(Reading(complete=False), Reading(complete=False))
    ticks(AnswerReader(inbox.read, clock), settings, clock, minutes=6)
    assert len(inbox.seconds) == 3


def test_a_clock_that_is_set_back_does_not_stop_it(clock: FakeClock, settings: Config) -> None:
    inbox = Inbox()
    reader = AnswerReader(inbox.read, clock)
    reader.read_if_due(settings)
    clock.moment -= timedelta(days=1)
    reader.read_if_due(settings)
    assert len(inbox.seconds) == 2


def test_a_failure_is_logged_once_for_each_cause_and_so_is_its_end(
    clock: FakeClock, settings: Config, caplog: pytest.LogCaptureFixture
) -> None:
    other = Reading(problem=InboxUnavailable("refused", "see"))
    inbox = Inbox(DOWN, DOWN, other, DOWN, Reading(("subscribers[0] wants no more mail",)), Reading(), DOWN)
    with caplog.at_level(logging.INFO):
        ticks(AnswerReader(inbox.read, clock), settings, clock, minutes=35)
    assert [record.getMessage() for record in caplog.records] == [
        "the inbox at HOST cannot be used (wait)",
        "refused (see)",
        "subscribers[0] wants no more mail",
        "the inbox can be read again",
        "the inbox at HOST cannot be used (wait)",
    ]


def test_after_a_day_somebody_is_told_once_a_day_until_it_is_over(clock: FakeClock, settings: Config) -> None:
    inbox = Inbox(*[DOWN] * 700)
    reader, told = AnswerReader(inbox.read, clock), list[UnreadInbox]()
    for _ in range(699):
        ticks(reader, settings, clock, minutes=5)
        reader.alert(told.append)
    trouble = UnreadInbox(NOON, "the inbox at HOST cannot be used")
    assert told == [trouble, trouble]
    ticks(reader, settings, clock, minutes=10)
    clock.moment += timedelta(days=2)
    reader.alert(told.append)
    assert told == [trouble, trouble]


def test_an_alert_that_fails_stays_due(clock: FakeClock, settings: Config) -> None:
    reader, told = AnswerReader(Inbox(DOWN).read, clock), list[UnreadInbox]()
    reader.read_if_due(settings)
    clock.moment += timedelta(days=1)

    def refuse(_inbox: UnreadInbox) -> None:
        raise LockHeld(settings.run_lock)

    with pytest.raises(LockHeld):
        reader.alert(refuse)
    reader.alert(told.append)
    assert len(told) == 1
