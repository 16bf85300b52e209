"""The daemon's ticks, with a real state; source, mail server and clock are fakes."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from digest.bootstrap import schedule_state
from digest.cli import cli
from digest.daemon.answers import AnswerReader
from digest.daemon.loop import Daemon
from digest.daemon.state import ScheduleStateCache
from digest.daemon.systemd import SystemdNotifier
from digest.domain.auditing import Changes
from digest.domain.settings import ArxivSettings, Config, UsedPath
from digest.errors import (
    ConfigError,
    ConfigFault,
    InboxUnavailable,
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
from digest.subscribers.reading import Reading
from tests.support.builders import config, paper, schedule, subscriber
from tests.support.fakes import (
    FakeChangeList,
    FakeClock,
    FakeMailBuilder,
    FakeMonitor,
    FakeSource,
    FakeTransport,
)
from tests.support.refusals import refused

ADA = subscriber("ada@example.org", schedule=schedule("07:00"), label="subscribers[0]")
BO = subscriber("bo@example.org", schedule=schedule("09:00"), label="subscribers[1]")
START = datetime(2026, 6, 22, 6, 30, tzinfo=UTC)


class Scenario:
    """A daemon in a folder: its clock, its configuration, and what it sends."""

    def __init__(self, folder: Path) -> None:
        arxiv = ArxivSettings("http://127.0.0.1:9/api", "http://127.0.0.1:9/", 0.0, 0.0, "http://127.0.0.1:9")
        self.config = config(folder, ADA, BO, arxiv=arxiv, inbox=folder / "Maildir")
        self.reading = Reading()
        self.change_list = FakeChangeList(Changes(()))
        self.config.file.write_text("one")
        self.secret = folder / "smtp-url"
        self.clock = FakeClock(START)
        self.source = FakeSource({"Reward Model": [paper("2606.00001")]}, up_to_date=True)
        self.transport, self.mail_builder = FakeTransport(), FakeMailBuilder()
        self.open_run_error: Exception | None = None
        self.store = SqlStore.over(Database.open(self.config.state))
        self.monitor, self.reloads_wanted = FakeMonitor(), list[bool]()
        self.daemon = Daemon(
            self.load,
            ScheduleStateCache(schedule_state).read,
            self.open_run,
            clock=self.clock,
            calendar=self.source.calendar,
            monitor_for=lambda _config: self.monitor,
            notifier=SystemdNotifier({}),
            answers=AnswerReader(lambda *_: self.reading, self.clock),
            reload_wanted=lambda: bool(self.reloads_wanted) and self.reloads_wanted.pop(),
        )

    def load(self) -> Config:
        if not self.config.file.is_file():
            raise ConfigError([ConfigFault("subscribers.yaml", None, None, "", "cannot be read")])
        if self.config.file.read_text() == "broken by another file" and not self.secret.exists():
            raise ConfigError([ConfigFault("subscribers.yaml", 1, 1, "", "no")], [self.secret])
        if self.config.file.read_text() == "broken":
            raise ConfigError(
                [ConfigFault("subscribers.yaml", 3, 5, "subscribers", "missing; list your subscribers")]
            )
        return self.config

    @contextmanager
    def open_run(self, config: Config) -> Iterator[RunContext]:
        if self.open_run_error:
            raise self.open_run_error
        yield RunContext(
            config,
            self.source,
            self.store,
            self.mail_builder,
            [self.transport],
            None,
            self.clock,
            nullcontext,
            change_list=self.change_list,
        )

    def tick_until(self, hour: int, minute: int = 0) -> None:
        """A tick every five minutes (a daemon has one a minute), up to this time of the day, included."""
        end = self.clock.moment.replace(hour=hour, minute=minute)
        while self.clock.moment < end:
            self.clock.moment = min(self.clock.moment + timedelta(minutes=5), end)
            self.daemon.tick()

    @property
    def sent_to(self) -> list[str]:
        return [mail.recipient for mail in self.transport.delivered]


@pytest.fixture
def scenario(tmp_path: Path) -> Iterator[Scenario]:
    scenario = Scenario(tmp_path)
    scenario.daemon.tick()
    yield scenario
    scenario.store.close()


def test_each_subscriber_gets_mail_at_their_own_hour(scenario: Scenario) -> None:
    scenario.tick_until(6, 59)
    assert scenario.sent_to == []
    scenario.tick_until(7, 0)
    assert scenario.sent_to == ["ada@example.org"]
    scenario.tick_until(8, 59)
    assert scenario.sent_to == ["ada@example.org"]
    scenario.tick_until(9, 0)
    assert scenario.sent_to == ["ada@example.org", "bo@example.org"]


@pytest.mark.exhaustive
def test_an_archive_without_subscribers_is_brought_up_to_date_once_a_day(tmp_path: Path) -> None:
    scenario = Scenario(tmp_path)
    with closing(scenario.store):
        archive = replace(scenario.config.archive, schedule=schedule("07:00"))
        scenario.config = replace(scenario.config, subscribers=(), archive=archive)
        scenario.daemon._apply_config(scenario.config)
        scenario.clock.moment = START.replace(day=23, hour=5)  # after an announcement
        scenario.tick_until(6, 49)
        assert scenario.source.asked == []
        scenario.tick_until(12, 0)
        assert (scenario.source.asked, scenario.sent_to) == (["Reward Model"], [])
        assert scenario.daemon._status() == "serving the archive alone; the next hour is 2026-06-24 07:00 UTC"


@pytest.mark.exhaustive
def test_after_a_sleep_there_is_one_mail_for_all_that_was_missed(scenario: Scenario) -> None:
    scenario.tick_until(9, 0)
    scenario.source.answers["Reward Model"] = [paper("2606.00001"), paper("2606.00601"), paper("2606.00602")]
    scenario.clock.moment += timedelta(days=5)
    scenario.daemon.tick()
    scenario.daemon.tick()
    assert scenario.transport.papers("ada@example.org") == [("2606.00001",), ("2606.00601", "2606.00602")]


@pytest.mark.exhaustive
def test_arxiv_is_fetched_once_for_all_subscribers_ten_minutes_before_the_first(scenario: Scenario) -> None:
    scenario.tick_until(6, 49)
    assert scenario.source.asked == []
    scenario.tick_until(6, 50)
    assert scenario.source.asked == ["Reward Model"]
    scenario.tick_until(9, 30)
    assert scenario.source.asked == ["Reward Model"]
    assert scenario.sent_to == ["ada@example.org", "bo@example.org"]


@pytest.mark.exhaustive
def test_a_late_announcement_is_waited_for(scenario: Scenario) -> None:
    """arXiv answers, but has not announced yet, though it should have."""
    scenario.source.up_to_date = False
    scenario.tick_until(8, 0)
    assert scenario.sent_to == []
    scenario.source.up_to_date = True
    scenario.source.answers["Reward Model"] = [paper("2606.00001"), paper("2606.00601")]
    scenario.tick_until(8, 55)
    assert scenario.sent_to == ["ada@example.org"]


@pytest.mark.exhaustive
def test_after_two_hours_the_mail_goes_out_without_it(scenario: Scenario) -> None:
    scenario.source.up_to_date = False
    scenario.tick_until(8, 59)
    assert scenario.sent_to == []
    scenario.tick_until(9, 0)
    assert scenario.sent_to == ["ada@example.org"]
    scenario.tick_until(11, 0)
    assert scenario.sent_to == ["ada@example.org", "bo@example.org"]


@pytest.mark.exhaustive
def test_a_fetch_without_an_answer_is_repeated_during_the_day(scenario: Scenario) -> None:
    scenario.source.answers["Reward Model"] = SourceUnavailable("no answer")
    scenario.tick_until(11, 0)
    assert scenario.sent_to == []
    assert len(scenario.source.asked) == 18
    scenario.source.answers["Reward Model"] = [paper("2606.00001")]
    scenario.tick_until(12, 0)
    assert scenario.sent_to == ["ada@example.org", "bo@example.org"]
    scenario.tick_until(20, 0)
    assert len(scenario.source.asked) == 19


def test_a_mail_server_that_was_down_is_tried_again_after_a_pause(scenario: Scenario) -> None:
    scenario.transport.troubles["ada@example.org"] = [TransportUnavailable("connection refused")]
    scenario.tick_until(7, 9)
    assert scenario.transport.tried == ["ada@example.org"]
    scenario.tick_until(7, 10)
    assert scenario.sent_to == ["ada@example.org"]


@pytest.mark.exhaustive
def test_a_clock_that_was_years_ahead_leaves_nobody_without_mail(scenario: Scenario) -> None:
    scenario.clock.moment += timedelta(days=1000)
    scenario.daemon.tick()
    scenario.tick_until(12, 0)
    scenario.clock.moment = START + timedelta(days=1)
    scenario.source.answers["Reward Model"] = [paper("2606.00001"), paper("2606.00601")]
    scenario.tick_until(9, 0)
    assert scenario.transport.papers("ada@example.org") == [("2606.00001",), ("2606.00601",)]
    assert scenario.transport.papers("bo@example.org") == [("2606.00001",), ("2606.00601",)]


@pytest.mark.exhaustive
def test_a_second_mail_at_a_new_hour_has_only_what_is_new_since_the_first(scenario: Scenario) -> None:
    scenario.tick_until(7, 30)
    scenario.config = replace(scenario.config, subscribers=(replace(ADA, schedule=schedule("08:00")), BO))
    scenario.config.file.write_text("a later hour")
    scenario.tick_until(9, 0)
    assert scenario.sent_to == ["ada@example.org", "bo@example.org"]


@pytest.mark.exhaustive
def test_a_later_hour_brings_no_mail_at_once(scenario: Scenario) -> None:
    """The new schedule had a slot at noon yesterday, which is not made up for."""
    scenario.tick_until(9, 0)
    scenario.clock.moment = START + timedelta(days=1)
    scenario.daemon.tick()
    scenario.source.answers["Reward Model"] = [paper("2606.00001"), paper("2606.00601")]
    scenario.config = replace(scenario.config, subscribers=(replace(ADA, schedule=schedule("12:00")), BO))
    scenario.config.file.write_text("a later hour")
    scenario.tick_until(11, 59)
    assert scenario.transport.papers("ada@example.org") == [("2606.00001",)]
    scenario.tick_until(12, 0)
    assert scenario.transport.papers("ada@example.org") == [("2606.00001",), ("2606.00601",)]


@pytest.mark.exhaustive
def test_the_monitor_learns_of_success_only_when_nobody_waits_any_more(scenario: Scenario) -> None:
    scenario.source.up_to_date = False
    scenario.tick_until(6, 59)
    scenario.monitor.events.clear()
    scenario.tick_until(7, 30)
    assert set(scenario.monitor.events) == {"started", "nothing yet"}
    scenario.source.up_to_date = True
    scenario.tick_until(7, 59)
    assert scenario.monitor.events[-1] == "all is well"


def test_the_monitor_learns_why_a_run_failed(scenario: Scenario) -> None:
    scenario.transport.troubles["ada@example.org"] = [TransportUnavailable("connection refused")]
    scenario.tick_until(7, 0)
    assert scenario.monitor.events[-1] == "the mail to subscribers[0] was not delivered: connection refused"
    scenario.open_run_error = ZeroDivisionError("a mistake")
    scenario.tick_until(7, 10)
    assert scenario.monitor.events[-1] == "a bug: this tick is given up, the next one comes in a minute"


@pytest.mark.exhaustive
def test_a_deferred_mail_is_tried_again_at_its_time_without_a_fetch(scenario: Scenario) -> None:
    scenario.transport.troubles["ada@example.org"] = [RecipientDeferred("450 4.2.2 mailbox full")]
    scenario.tick_until(7, 0)
    scenario.source.asked.clear()
    scenario.tick_until(7, 16)
    assert scenario.sent_to == ["ada@example.org"]
    assert scenario.source.asked == []


@pytest.mark.exhaustive
def test_a_refused_address_is_not_tried_again_before_its_next_slot(scenario: Scenario) -> None:
    scenario.transport.troubles["ada@example.org"] = [RecipientRefused("550 5.1.1 no such user")]
    scenario.tick_until(8, 59)
    assert scenario.transport.tried == ["ada@example.org"]
    scenario.clock.moment += timedelta(days=1)
    scenario.daemon.tick()
    assert "ada@example.org" in scenario.sent_to


@pytest.mark.exhaustive
def test_a_suppressed_subscriber_is_never_due(scenario: Scenario) -> None:
    for day in range(5):
        refused(scenario.store, ADA, "550 5.1.1 no such user", START + timedelta(days=day))
    scenario.tick_until(9, 0)
    assert scenario.sent_to == ["bo@example.org"]


def test_a_broken_edit_is_logged_once_without_values_and_the_last_good_configuration_stays(
    scenario: Scenario, caplog: pytest.LogCaptureFixture
) -> None:
    scenario.config.file.write_text("broken")
    scenario.tick_until(7, 0)
    assert scenario.sent_to == ["ada@example.org"]
    assert caplog.messages == [
        "subscribers.yaml:3:5: a mistake; `digest check` explains it",
        "still using the version from 2026-06-22 06:30 UTC",
    ]


def test_a_configuration_that_cannot_be_read_is_logged_with_the_cause(
    scenario: Scenario, caplog: pytest.LogCaptureFixture
) -> None:
    scenario.config.file.unlink()
    scenario.config.file.mkdir()
    scenario.daemon.tick()
    assert caplog.messages == [
        (
            f"cannot read {scenario.config.file}: it is a folder, not a file "
            "(correct the path: a file is where a folder should be, or the reverse)"
        ),
        "still using the version from 2026-06-22 06:30 UTC",
    ]


def test_permissions_that_are_put_right_are_noticed(
    scenario: Scenario, caplog: pytest.LogCaptureFixture
) -> None:
    time.sleep(0.02)  # longer than the steps of a file's times
    scenario.config.file.chmod(0o600)
    with caplog.at_level(logging.INFO):
        scenario.daemon.tick()
    assert caplog.messages == ["configuration reloaded: 2 subscribers"]


def test_a_new_password_in_the_file_that_holds_it_is_noticed(
    scenario: Scenario, caplog: pytest.LogCaptureFixture
) -> None:
    secret = UsedPath("the secret file", scenario.secret, is_watched=True)
    scenario.config = replace(scenario.config, used_paths=(secret,))
    scenario.config.file.write_text("with a mail server")
    scenario.daemon.tick()
    with caplog.at_level(logging.INFO):
        scenario.daemon.tick()
        scenario.secret.write_text("new")
        scenario.daemon.tick()
        scenario.daemon.tick()
    assert caplog.messages == ["configuration reloaded: 2 subscribers"]


def test_a_file_that_keeps_a_new_configuration_from_being_used_is_watched_too(
    scenario: Scenario, caplog: pytest.LogCaptureFixture
) -> None:
    scenario.config.file.write_text("broken by another file")
    scenario.daemon.tick()
    scenario.config = replace(scenario.config, subscribers=(ADA,))
    with caplog.at_level(logging.INFO):
        scenario.secret.write_text("mended")
        scenario.daemon.tick()
    assert caplog.messages[-1] == "configuration reloaded: 1 subscriber"


@pytest.mark.exhaustive
def test_a_good_edit_is_applied(scenario: Scenario) -> None:
    scenario.tick_until(6, 45)
    scenario.config = replace(scenario.config, subscribers=(replace(ADA, schedule=schedule("06:50")),))
    scenario.config.file.write_text("another one")
    scenario.tick_until(6, 46)
    scenario.tick_until(6, 50)
    scenario.tick_until(9, 0)
    assert scenario.sent_to == ["ada@example.org"]
    assert scenario.store.subscriptions.last_served_at() == {
        "ada@example.org": START.replace(hour=6, minute=50)
    }


def test_an_edit_is_applied_though_the_state_cannot_be_used_at_that_moment(
    scenario: Scenario, caplog: pytest.LogCaptureFixture
) -> None:
    scenario.config = replace(scenario.config, subscribers=(replace(ADA, schedule=schedule("08:00")),))
    scenario.config.file.write_text("another hour")
    scenario.open_run_error = StoreError(Path("digest.sqlite3"), "the disk is full", "make room")
    scenario.daemon.tick()
    assert "digest.sqlite3: the disk is full (make room)" in caplog.messages
    scenario.open_run_error = None
    scenario.tick_until(8, 0)
    assert scenario.sent_to == ["ada@example.org"]


def test_a_configuration_that_vanishes_changes_nothing_until_it_is_back(scenario: Scenario) -> None:
    scenario.config.file.unlink()
    scenario.daemon.tick()
    scenario.config.file.write_text("back")
    scenario.tick_until(7, 0)
    assert scenario.sent_to == ["ada@example.org"]


@pytest.mark.parametrize(
    ("error", "level", "logged"),
    [
        (
            LockHeld(Path("run.lock")),
            logging.INFO,
            "another run holds the lock run.lock; trying again in a minute",
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
def test_an_error_ends_the_tick_and_not_the_daemon(
    scenario: Scenario, caplog: pytest.LogCaptureFixture, error: Exception, level: int, logged: str
) -> None:
    scenario.open_run_error = error
    with caplog.at_level(logging.INFO):
        scenario.tick_until(7, 0)
    assert (logging.getLevelName(level), logged) in {(r.levelname, r.getMessage()) for r in caplog.records}
    scenario.open_run_error = None
    scenario.tick_until(7, 31)
    assert scenario.sent_to == ["ada@example.org"]


def test_a_run_is_logged_in_a_few_lines_without_an_address(
    scenario: Scenario, caplog: pytest.LogCaptureFixture
) -> None:
    scenario.transport.troubles["ada@example.org"] = [RecipientRefused("550 5.1.1 no such user")]
    with caplog.at_level(logging.INFO):
        scenario.tick_until(7, 0)
    assert [record.getMessage() for record in caplog.records] == [
        "asking arXiv for 1 keyword",
        "asked for 1 keyword: 0 new papers",
        "sent 0 mails with 0 papers",
        "the mail to subscribers[0] was not delivered: 550 5.1.1 no such user",
        "hint: check the address; its papers come with the next mail",
    ]


class Ended(BaseException):
    """What a shutdown signal raises."""


@dataclass
class WallClock:
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
def ticks(scenario: Scenario, monkeypatch: pytest.MonkeyPatch) -> Callable[[WallClock, float], list[float]]:
    """The times of the ticks, in seconds of the machine's clock. `ahead`: by how many seconds the program's
    clock is ahead of it."""

    def ticked(wall: WallClock, ahead: float) -> list[float]:
        times: list[float] = []
        monkeypatch.setattr("schedule.datetime.datetime", type("Now", (datetime,), {"now": wall.now}))
        for name, method in {
            "now": lambda: datetime.fromtimestamp(wall.seconds + ahead, UTC),
            "epoch_seconds": lambda: wall.seconds,
            "sleep": wall.sleep,
        }.items():
            monkeypatch.setattr(scenario.clock, name, method)
        monkeypatch.setattr(scenario.daemon, "tick", lambda: times.append(wall.seconds))
        with pytest.raises(Ended):
            scenario.daemon.run_forever()
        return times

    return ticked


@pytest.mark.parametrize(
    "ahead", [0.0, 13.5, -40.0], ids=["same clock", "ahead of the machine's", "behind the machine's"]
)
def test_the_loop_ticks_at_once_and_then_at_each_minute_of_its_clock(
    ticks: Callable[[WallClock, float], list[float]], ahead: float
) -> None:
    first, *others = ticks(WallClock(), ahead)
    assert first == WallClock().seconds
    assert len(others) >= 4
    assert all((moment + ahead) % 60 < 1.5 for moment in others)


def test_the_loop_goes_on_when_the_wall_clock_is_set_back(
    ticks: Callable[[WallClock, float], list[float]],
) -> None:
    times = ticks(WallClock(set_back_after=90), 0.0)
    assert len(times) >= 6


def test_a_reload_signal_reloads_the_configuration_though_the_file_is_the_same(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def sleep(_seconds: float) -> None:
        if not scenario.reloads_wanted:
            raise Ended

    scenario.reloads_wanted.append(True)
    monkeypatch.setattr(scenario.clock, "sleep", sleep)
    with caplog.at_level(logging.INFO), pytest.raises(Ended):
        scenario.daemon.run_forever()
    assert "configuration reloaded: 2 subscribers" in caplog.messages


@pytest.mark.exhaustive
def test_the_daemon_audits_once_a_week_when_nothing_else_is_to_be_done(scenario: Scenario) -> None:
    scenario.tick_until(9, 5)
    scenario.clock.moment += timedelta(days=7, hours=-2, minutes=-10)
    scenario.tick_until(7, 0)
    assert scenario.change_list.asked == []
    scenario.tick_until(9, 59)
    assert len(scenario.change_list.asked) == 1
    assert "audited" in scenario.monitor.events


def _cut_off(scenario: Scenario, text: str = "o") -> Config:
    """Leave one subscriber in the configuration, and a third of its file. Returns what it was."""
    whole = scenario.config
    scenario.config = replace(whole, subscribers=(BO,))
    scenario.config.file.write_text(text)
    return whole


@pytest.mark.exhaustive
def test_a_configuration_that_is_cut_off_for_a_moment_changes_nothing(
    scenario: Scenario, caplog: pytest.LogCaptureFixture
) -> None:
    scenario.tick_until(6, 58)
    whole = _cut_off(scenario)
    scenario.tick_until(7)
    assert scenario.sent_to == ["ada@example.org"]
    assert len([message for message in caplog.messages if "has lost more than half" in message]) == 1
    scenario.config = whole
    whole.file.write_text("whole again")
    scenario.tick_until(9)
    assert scenario.sent_to == ["ada@example.org", "bo@example.org"]


def test_a_configuration_that_stays_small_is_taken_up_after_five_minutes(
    scenario: Scenario, caplog: pytest.LogCaptureFixture
) -> None:
    _cut_off(scenario)
    with caplog.at_level(logging.INFO):
        scenario.tick_until(6, 31)
        scenario.tick_until(6, 35)
        assert "configuration reloaded: 1 subscriber" not in caplog.messages
        scenario.tick_until(6, 36)
    assert caplog.messages[-1] == "configuration reloaded: 1 subscriber"
    scenario.tick_until(7)
    assert scenario.sent_to == []


def test_a_configuration_that_goes_on_changing_is_held_back_anew(
    scenario: Scenario, caplog: pytest.LogCaptureFixture
) -> None:
    _cut_off(scenario)
    scenario.tick_until(6, 34)
    scenario.config.file.write_text("t")
    time.sleep(0.02)  # longer than the steps of a file's times
    scenario.config.file.write_text("w")
    with caplog.at_level(logging.INFO):
        scenario.tick_until(6, 39)
    assert "configuration reloaded: 1 subscriber" not in caplog.messages


def test_a_small_configuration_that_breaks_is_told_once(
    scenario: Scenario, caplog: pytest.LogCaptureFixture
) -> None:
    _cut_off(scenario)
    scenario.tick_until(6, 32)
    scenario.config.file.write_text("broken")
    scenario.tick_until(6, 50)
    assert len([message for message in caplog.messages if message.startswith("still using")]) == 1


def test_a_reload_signal_takes_up_a_small_configuration_at_once(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def sleep(_seconds: float) -> None:
        if not scenario.reloads_wanted:
            raise Ended

    _cut_off(scenario)
    scenario.reloads_wanted.append(True)
    monkeypatch.setattr(scenario.clock, "sleep", sleep)
    with caplog.at_level(logging.INFO), pytest.raises(Ended):
        scenario.daemon.run_forever()
    assert "configuration reloaded: 1 subscriber" in caplog.messages


@pytest.mark.exhaustive
def test_an_audit_that_fails_does_not_come_again_at_the_next_tick(scenario: Scenario) -> None:
    scenario.tick_until(9, 5)
    scenario.change_list.answer = SourceUnavailable("down")
    scenario.clock.moment += timedelta(days=7)
    scenario.tick_until(9, 59)
    assert len(scenario.change_list.asked) == 1
    assert "audited" not in scenario.monitor.events


@pytest.mark.exhaustive
def test_an_unsubscribe_beside_the_daemon_takes_effect_at_the_next_tick(scenario: Scenario) -> None:
    scenario.tick_until(6, 55)
    scenario.config.file.write_text(
        "subscribers:\n  - {email: ada@example.org, keywords: [Reward Model]}\n"
        "  - {email: bo@example.org, keywords: [Reward Model]}\n"
    )
    done = CliRunner().invoke(
        cli,
        ["--config", str(scenario.config.file), "unsubscribe", "ada@example.org"],
        env={"DIGEST_STATE": str(scenario.config.state)},
    )
    assert done.exit_code == 0
    scenario.tick_until(9, 0)
    assert scenario.sent_to == ["bo@example.org"]


@pytest.mark.exhaustive
def test_an_inbox_that_cannot_be_read_for_a_day_stops_no_mail_and_is_told(scenario: Scenario) -> None:
    scenario.reading = Reading(problem=InboxUnavailable("the inbox cannot be used", "wait"))
    scenario.tick_until(10)
    assert scenario.sent_to == [ADA.email, BO.email]
    told = "unread: the inbox cannot be used"
    assert told not in scenario.monitor.events
    scenario.clock.moment += timedelta(days=1)
    scenario.daemon.tick()
    scenario.daemon.tick()
    assert scenario.monitor.events.count(told) == 1
