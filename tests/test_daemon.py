"""The daemon's ticks, with a real state and a fake world around it."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from digest.app import agenda
from digest.daemon import Daemon
from digest.errors import (
    ConfigError,
    Fault,
    LockHeld,
    RecipientDeferred,
    RecipientRefused,
    RenderError,
    TransportUnavailable,
)
from digest.models import Config
from digest.store.database import Database
from digest.store.sql import SqlStore
from digest.world import World
from tests.builders import config, paper, schedule, subscriber
from tests.fakes import FakeClock, FakeMailer, FakeSource, FakeTransport

ADA = subscriber("ada@example.org", schedule=schedule("07:00"), label="subscribers[0]")
BO = subscriber("bo@example.org", schedule=schedule("09:00"), label="subscribers[1]")
START = datetime(2026, 6, 22, 6, 30, tzinfo=UTC)


class House:
    """A daemon in a folder: its clock, its configuration, and what it sends."""

    def __init__(self, folder: Path) -> None:
        self.config = config(folder, ADA, BO)
        self.config.file.write_text("one")
        self.clock = FakeClock(START)
        self.source = FakeSource({"Reward Model": [paper("2606.00001")]})
        self.transport, self.mailer = FakeTransport(), FakeMailer()
        self.trouble: Exception | None = None
        self.store = SqlStore(Database.open(self.config.state))
        self.daemon = Daemon(self.load, agenda, self.open_world, self.clock)

    def load(self) -> Config:
        if self.config.file.read_text() == "broken":
            raise ConfigError([Fault("subscribers.yaml", 3, 5, "subscribers", "missing; list your readers")])
        return self.config

    @contextmanager
    def open_world(self, config: Config) -> Iterator[World]:
        if self.trouble:
            raise self.trouble
        yield World(
            config, self.source, self.store, self.mailer, [self.transport], None, self.clock, nullcontext
        )

    def tick_until(self, hour: int, minute: int = 0) -> None:
        """A tick a minute, up to this time of the day, included."""
        end = self.clock.moment.replace(hour=hour, minute=minute)
        while self.clock.moment < end:
            self.clock.moment += timedelta(minutes=1)
            self.daemon.tick()

    @property
    def sent_to(self) -> list[str]:
        return [mail.recipient for mail in self.transport.delivered]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path)
    house.daemon.tick()
    yield house
    house.store.close()


def test_everybody_gets_mail_at_their_own_hour(house: House) -> None:
    house.tick_until(6, 59)
    assert house.sent_to == []
    house.tick_until(7, 0)
    assert house.sent_to == ["ada@example.org"]
    house.tick_until(8, 59)
    assert house.sent_to == ["ada@example.org"]
    house.tick_until(9, 0)
    assert house.sent_to == ["ada@example.org", "bo@example.org"]


def test_after_a_sleep_there_is_one_mail_for_all_that_was_missed(house: House) -> None:
    house.tick_until(9, 0)
    house.source.answers["Reward Model"] = [paper("2606.00001"), paper("2606.00601"), paper("2606.00602")]
    house.clock.moment += timedelta(days=5)
    house.daemon.tick()
    house.daemon.tick()
    assert house.transport.papers("ada@example.org") == [("2606.00001",), ("2606.00601", "2606.00602")]


def test_a_run_that_failed_is_tried_again_after_a_pause(house: House) -> None:
    house.transport.troubles["ada@example.org"] = [TransportUnavailable("connection refused")]
    house.tick_until(7, 29)
    assert house.transport.tried == ["ada@example.org"]
    house.tick_until(7, 30)
    assert house.sent_to == ["ada@example.org"]


def test_a_deferred_mail_is_tried_again_at_its_time_without_asking_arxiv(house: House) -> None:
    house.transport.troubles["ada@example.org"] = [RecipientDeferred("450 4.2.2 mailbox full")]
    house.tick_until(7, 0)
    house.source.asked.clear()
    house.tick_until(7, 8)
    assert house.sent_to == ["ada@example.org"]
    assert house.source.asked == []


def test_a_refused_address_is_left_alone_until_its_next_hour(house: House) -> None:
    house.transport.troubles["ada@example.org"] = [RecipientRefused("550 5.1.1 no such user")]
    house.tick_until(8, 59)
    assert house.transport.tried == ["ada@example.org"]
    house.clock.moment += timedelta(days=1)
    house.daemon.tick()
    assert "ada@example.org" in house.sent_to


def test_whoever_is_suppressed_is_never_due(house: House) -> None:
    for day in range(5):
        house.store.record_refusal(ADA, "550 5.1.1 no such user", START + timedelta(days=day))
    house.tick_until(9, 0)
    assert house.sent_to == ["bo@example.org"]


def test_a_broken_edit_is_told_once_and_the_last_good_configuration_stays(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    house.config.file.write_text("broken")
    house.tick_until(7, 0)
    assert house.sent_to == ["ada@example.org"]
    told = [record.getMessage() for record in caplog.records]
    assert told == [
        "subscribers.yaml:3:5: subscribers: a fault; `digest check` tells more",
        "the configuration stays as it was before this edit",
    ]


def test_a_good_edit_is_taken_up(house: House) -> None:
    house.tick_until(6, 45)
    house.config = replace(house.config, subscribers=(replace(ADA, schedule=schedule("06:50")),))
    house.config.file.write_text("another one")
    house.tick_until(9, 0)
    assert house.sent_to == ["ada@example.org"]
    assert house.store.served() == {"ada@example.org": START.replace(hour=6, minute=50)}


def test_a_configuration_that_vanishes_changes_nothing_until_it_is_back(house: House) -> None:
    house.config.file.unlink()
    house.daemon.tick()
    house.config.file.write_text("back")
    house.tick_until(7, 0)
    assert house.sent_to == ["ada@example.org"]


@pytest.mark.parametrize(
    ("trouble", "level", "told"),
    [
        (
            LockHeld(Path("run.lock")),
            logging.INFO,
            "another run holds the lock run.lock; looking again in a minute",
        ),
        (RenderError("odd"), logging.WARNING, f"odd ({RenderError.hint})"),
        (
            ZeroDivisionError("a mistake"),
            logging.ERROR,
            "a bug: this tick is given up, the next one comes in a minute",
        ),
    ],
    ids=["another run", "an anticipated error", "a bug"],
)
def test_a_tick_that_fails_ends_nothing(
    house: House, caplog: pytest.LogCaptureFixture, trouble: Exception, level: int, told: str
) -> None:
    house.trouble = trouble
    with caplog.at_level(logging.INFO):
        house.tick_until(7, 0)
    assert (logging.getLevelName(level), told) in {(r.levelname, r.getMessage()) for r in caplog.records}
    house.trouble = None
    house.tick_until(7, 31)
    assert house.sent_to == ["ada@example.org"]


def test_a_run_is_told_in_a_few_lines_without_an_address(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    house.transport.troubles["ada@example.org"] = [RecipientRefused("550 5.1.1 no such user")]
    with caplog.at_level(logging.INFO):
        house.tick_until(7, 0)
    assert [record.getMessage() for record in caplog.records] == [
        "1 of 2 subscribers are due",
        "asking arXiv for 1 keyword",
        "asked for 1 keyword: 0 new papers",
        "sent 0 mails with 0 papers",
        "the mail to subscribers[0] was not delivered: 550 5.1.1 no such user",
    ]


class Ended(BaseException):
    """What a signal does."""


def test_the_loop_ticks_at_once_and_then_each_minute_whatever_the_wall_clock_does(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    wall = datetime(2026, 10, 25, 2, 59)  # noqa: DTZ001 - `schedule` reckons in naive local time
    ticks: list[datetime] = []
    slept = 0

    class Wall(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            return wall

    def sleep(seconds: float) -> None:
        nonlocal wall, slept
        slept += 1
        wall += timedelta(seconds=1)
        if slept == 90:
            wall -= timedelta(hours=1)
        if slept > 300:
            raise Ended

    monkeypatch.setattr("schedule.datetime.datetime", Wall)
    monkeypatch.setattr(house.clock, "sleep", sleep)
    monkeypatch.setattr(house.daemon, "tick", lambda: ticks.append(wall))
    with pytest.raises(Ended):
        house.daemon.run_forever()
    assert len(ticks) == 6
