"""The daemon's ticks, with a real state and a fake world around it."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from digest.bootstrap import schedule_state
from digest.daemon.loop import Daemon
from digest.daemon.systemd import SystemdNotifier
from digest.domain.settings import Config
from digest.errors import (
    ConfigError,
    ConfigFault,
    LockHeld,
    RecipientDeferred,
    RecipientRefused,
    RenderError,
    SourceUnavailable,
    StoreError,
    TransportUnavailable,
)
from digest.pipeline.context import RunContext
from digest.store.database import Database
from digest.store.store import SqlStore
from tests.support.builders import config, paper, schedule, subscriber
from tests.support.fakes import FakeClock, FakeMailBuilder, FakeMonitor, FakeSource, FakeTransport

ADA = subscriber("ada@example.org", schedule=schedule("07:00"), label="subscribers[0]")
BO = subscriber("bo@example.org", schedule=schedule("09:00"), label="subscribers[1]")
START = datetime(2026, 6, 22, 6, 30, tzinfo=UTC)


class House:
    """A daemon in a folder: its clock, its configuration, and what it sends."""

    def __init__(self, folder: Path) -> None:
        self.config = config(folder, ADA, BO)
        self.config.file.write_text("one")
        self.clock = FakeClock(START)
        self.source = FakeSource({"Reward Model": [paper("2606.00001")]}, up_to_date=True)
        self.transport, self.mail_builder = FakeTransport(), FakeMailBuilder()
        self.trouble: Exception | None = None
        self.store = SqlStore.over(Database.open(self.config.state))
        self.monitor, self.hangups = FakeMonitor(), list[bool]()
        self.daemon = Daemon(
            self.load,
            schedule_state,
            self.open_run,
            clock=self.clock,
            calendar=self.source.calendar,
            watch=lambda _config: self.monitor,
            supervisor=SystemdNotifier({}),
            reload_wanted=lambda: bool(self.hangups) and self.hangups.pop(),
        )

    def load(self) -> Config:
        if self.config.file.read_text() == "broken":
            raise ConfigError(
                [ConfigFault("subscribers.yaml", 3, 5, "subscribers", "missing; list your subscribers")]
            )
        return self.config

    @contextmanager
    def open_run(self, config: Config) -> Iterator[RunContext]:
        if self.trouble:
            raise self.trouble
        yield RunContext(
            config,
            self.source,
            self.store,
            self.mail_builder,
            [self.transport],
            None,
            self.clock,
            nullcontext,
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


def test_arxiv_is_asked_once_for_all_subscribers_a_little_before_the_first(house: House) -> None:
    house.tick_until(6, 49)
    assert house.source.asked == []
    house.tick_until(6, 50)
    assert house.source.asked == ["Reward Model"]
    house.tick_until(9, 30)
    assert house.source.asked == ["Reward Model"]
    assert house.sent_to == ["ada@example.org", "bo@example.org"]


def test_a_late_announcement_is_waited_for(house: House) -> None:
    """Answered, but not up to date: arXiv should have announced, and has not yet."""
    house.source.up_to_date = False
    house.tick_until(8, 0)
    assert house.sent_to == []
    house.source.up_to_date = True
    house.source.answers["Reward Model"] = [paper("2606.00001"), paper("2606.00601")]
    house.tick_until(8, 55)
    assert house.sent_to == ["ada@example.org"]


@pytest.mark.exhaustive
def test_after_two_hours_the_mail_goes_out_without_it(house: House) -> None:
    house.source.up_to_date = False
    house.tick_until(8, 59)
    assert house.sent_to == []
    house.tick_until(9, 0)
    assert house.sent_to == ["ada@example.org"]
    house.tick_until(11, 0)
    assert house.sent_to == ["ada@example.org", "bo@example.org"]


@pytest.mark.exhaustive
def test_what_arxiv_did_not_answer_is_asked_again_during_the_day(house: House) -> None:
    house.source.answers["Reward Model"] = SourceUnavailable("no answer")
    house.tick_until(11, 0)
    assert house.sent_to == []
    assert len(house.source.asked) == 18
    house.source.answers["Reward Model"] = [paper("2606.00001")]
    house.tick_until(12, 0)
    assert house.sent_to == ["ada@example.org", "bo@example.org"]
    house.tick_until(20, 0)
    assert len(house.source.asked) == 19


def test_a_mail_server_that_was_down_is_tried_again_after_a_pause(house: House) -> None:
    house.transport.troubles["ada@example.org"] = [TransportUnavailable("connection refused")]
    house.tick_until(7, 9)
    assert house.transport.tried == ["ada@example.org"]
    house.tick_until(7, 10)
    assert house.sent_to == ["ada@example.org"]


@pytest.mark.exhaustive
def test_a_clock_that_was_years_ahead_leaves_nobody_without_mail(house: House) -> None:
    house.clock.moment += timedelta(days=1000)
    house.daemon.tick()
    house.tick_until(12, 0)
    house.clock.moment = START + timedelta(days=1)
    house.source.answers["Reward Model"] = [paper("2606.00001"), paper("2606.00601")]
    house.tick_until(9, 0)
    assert house.transport.papers("ada@example.org") == [("2606.00001",), ("2606.00601",)]
    assert house.transport.papers("bo@example.org") == [("2606.00001",), ("2606.00601",)]


def test_another_hour_on_the_same_day_brings_only_what_is_new_since(house: House) -> None:
    house.tick_until(7, 30)
    house.config = replace(house.config, subscribers=(replace(ADA, schedule=schedule("08:00")), BO))
    house.config.file.write_text("a later hour")
    house.tick_until(9, 0)
    assert house.sent_to == ["ada@example.org", "bo@example.org"]


@pytest.mark.exhaustive
def test_a_later_hour_brings_no_mail_at_once(house: House) -> None:
    """As if today's mail were that of a noon of yesterday which nobody had asked for."""
    house.tick_until(9, 0)
    house.clock.moment = START + timedelta(days=1)
    house.daemon.tick()
    house.source.answers["Reward Model"] = [paper("2606.00001"), paper("2606.00601")]
    house.config = replace(house.config, subscribers=(replace(ADA, schedule=schedule("12:00")), BO))
    house.config.file.write_text("a later hour")
    house.tick_until(11, 59)
    assert house.transport.papers("ada@example.org") == [("2606.00001",)]
    house.tick_until(12, 0)
    assert house.transport.papers("ada@example.org") == [("2606.00001",), ("2606.00601",)]


def test_whoever_watches_is_told_of_success_only_when_nobody_waits_any_more(house: House) -> None:
    house.source.up_to_date = False
    house.tick_until(6, 59)
    house.monitor.told.clear()
    house.tick_until(7, 30)
    assert set(house.monitor.told) == {"started", "nothing yet"}
    house.source.up_to_date = True
    house.tick_until(7, 59)
    assert house.monitor.told[-1] == "all is well"


def test_whoever_watches_is_told_why_a_run_failed(house: House) -> None:
    house.transport.troubles["ada@example.org"] = [TransportUnavailable("connection refused")]
    house.tick_until(7, 0)
    assert house.monitor.told[-1] == "the mail to subscribers[0] was not delivered: connection refused"
    house.trouble = ZeroDivisionError("a mistake")
    house.tick_until(7, 10)
    assert house.monitor.told[-1] == "a bug: this tick is given up, the next one comes in a minute"


def test_a_deferred_mail_is_tried_again_at_its_time_without_asking_arxiv(house: House) -> None:
    house.transport.troubles["ada@example.org"] = [RecipientDeferred("450 4.2.2 mailbox full")]
    house.tick_until(7, 0)
    house.source.asked.clear()
    house.tick_until(7, 16)
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
        house.store.suppressions.record_refusal(ADA, "550 5.1.1 no such user", START + timedelta(days=day))
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
    assert house.store.subscriptions.last_served_at() == {"ada@example.org": START.replace(hour=6, minute=50)}


def test_an_edit_is_taken_up_though_the_state_cannot_be_used_just_then(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    house.config = replace(house.config, subscribers=(replace(ADA, schedule=schedule("08:00")),))
    house.config.file.write_text("another hour")
    house.trouble = StoreError(Path("digest.sqlite3"), "the disk is full", "make room")
    house.daemon.tick()
    assert "digest.sqlite3: the disk is full (make room)" in caplog.messages
    house.trouble = None
    house.tick_until(8, 0)
    assert house.sent_to == ["ada@example.org"]


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
        "asking arXiv for 1 keyword",
        "asked for 1 keyword: 0 new papers",
        "sent 0 mails with 0 papers",
        "the mail to subscribers[0] was not delivered: 550 5.1.1 no such user",
    ]


class Ended(BaseException):
    """What a signal does."""


@dataclass
class Wall:
    """The machine's clock, in seconds since 1970 and as `schedule` reads it. Sleeping turns it."""

    seconds: float = datetime(2026, 10, 25, 2, 58, 50, tzinfo=UTC).timestamp()
    set_back_after: int = 10**9
    ends_after: int = 300
    slept: int = 0

    def now(self, _zone: object = None) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC).replace(tzinfo=None)

    def sleep(self, seconds: float) -> None:
        self.slept += 1
        self.seconds += min(seconds, 1) or 0.001
        if self.slept == self.set_back_after:
            self.seconds -= 3600
        if self.slept > self.ends_after:
            raise Ended


@pytest.fixture
def ticks(house: House, monkeypatch: pytest.MonkeyPatch) -> Callable[[Wall, float], list[float]]:
    """When the loop ticks, in seconds of the machine's clock; ours shows so many seconds more."""

    def ticked(wall: Wall, ahead: float) -> list[float]:
        times: list[float] = []
        monkeypatch.setattr("schedule.datetime.datetime", type("Now", (datetime,), {"now": wall.now}))
        for name, method in {
            "now": lambda: datetime.fromtimestamp(wall.seconds + ahead, UTC),
            "epoch_seconds": lambda: wall.seconds,
            "sleep": wall.sleep,
        }.items():
            monkeypatch.setattr(house.clock, name, method)
        monkeypatch.setattr(house.daemon, "tick", lambda: times.append(wall.seconds))
        with pytest.raises(Ended):
            house.daemon.run_forever()
        return times

    return ticked


@pytest.mark.parametrize(
    "ahead", [0.0, 13.5, -40.0], ids=["ours is right", "ours is ahead", "ours is behind"]
)
def test_the_loop_ticks_at_once_and_then_whenever_a_minute_of_our_clock_begins(
    ticks: Callable[[Wall, float], list[float]], ahead: float
) -> None:
    first, *others = ticks(Wall(), ahead)
    assert first == Wall().seconds
    assert len(others) >= 4
    assert all((moment + ahead) % 60 < 1.5 for moment in others)


def test_the_loop_goes_on_when_the_wall_clock_is_set_back(
    ticks: Callable[[Wall, float], list[float]],
) -> None:
    times = ticks(Wall(set_back_after=90), 0.0)
    assert len(times) >= 6


def test_a_hangup_reads_the_configuration_anew_though_the_file_is_the_same(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def sleep(_seconds: float) -> None:
        if not house.hangups:
            raise Ended

    house.hangups.append(True)
    monkeypatch.setattr(house.clock, "sleep", sleep)
    with caplog.at_level(logging.INFO), pytest.raises(Ended):
        house.daemon.run_forever()
    assert "the configuration was read anew: 2 subscribers" in caplog.messages
