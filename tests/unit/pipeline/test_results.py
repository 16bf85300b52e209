"""Results of attempts, beside a state that cannot be written for a while."""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import cast

import pytest

from digest.domain.mails import Attempt, DeliveryResult, MailState
from digest.errors import StoreError
from digest.pipeline.ports import MailStore
from digest.pipeline.results import PAUSES_SECONDS, Results
from tests.support.builders import NOON
from tests.support.fakes import FakeClock

STATE = Path("/state/digest.sqlite3")
BUSY = StoreError(STATE, "the state cannot be used: database is locked", "close the other program")
FULL = StoreError(STATE.with_name("digest.sqlite3-results"), "no room", "make room")
KEPT = f"{BUSY}; what became of the mail to %s is kept beside the state until it can be recorded"
LOST = (
    f"{BUSY}; what became of the mail to %s can be kept nowhere; if it was sent, it is sent again unless "
    "this is recorded soon"
)


def attempt(number: int, state: MailState = MailState.SENT) -> Attempt:
    return Attempt(f"<{number}@example.org>", DeliveryResult(state), NOON)


@dataclass
class FakeMails:
    """Takes results, except while there are troubles left to raise."""

    troubles: list[BaseException] = field(default_factory=list)
    recorded: list[Attempt] = field(default_factory=list)

    def record_result(self, message_id: str, result: DeliveryResult, now: datetime) -> None:
        if self.troubles:
            raise self.troubles.pop(0)
        self.recorded.append(Attempt(message_id, result, now))


@dataclass
class FakeJournal:
    """Remembers each content that it was to keep."""

    refuses: bool = False
    rooms: int = 0
    contents: list[tuple[Attempt, ...]] = field(default_factory=list)

    def reserve(self) -> None:
        self.rooms += 1

    def keep(self, attempts: Sequence[Attempt]) -> None:
        if self.refuses:
            raise FULL
        self.contents.append(tuple(attempts))

    def clear(self) -> None:
        self.contents.append(())


@dataclass
class Scene:
    mails: FakeMails = field(default_factory=FakeMails)
    journal: FakeJournal = field(default_factory=FakeJournal)
    clock: FakeClock = field(default_factory=FakeClock)

    def __post_init__(self) -> None:
        self.results = Results(cast(MailStore, self.mails), self.journal, self.clock)


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_a_result_is_recorded_at_once_and_the_journal_is_not_needed(scene: Scene) -> None:
    scene.results.get_ready()
    scene.results.record("subscribers[0]", attempt(1))
    assert scene.mails.recorded == [attempt(1)]
    assert (scene.journal.rooms, scene.journal.contents, scene.clock.slept) == (1, [], [])


def test_while_the_state_is_busy_a_result_is_kept_said_and_tried_again(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    scene.mails.troubles = [BUSY, BUSY]
    scene.results.record("subscribers[0]", attempt(1))
    assert scene.mails.recorded == [attempt(1)]
    assert scene.journal.contents == [(attempt(1),), (attempt(1),), ()]
    assert scene.clock.slept == [1, 2]
    assert caplog.messages == [KEPT % "subscribers[0]"]


def test_what_the_state_takes_long_for_is_kept_before_it_is_recorded(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    kept = threading.Event()
    record, keep = scene.mails.record_result, scene.journal.keep

    def slow_record(message_id: str, result: DeliveryResult, now: datetime) -> None:
        assert kept.wait(10), "nothing is kept while the state is locked"
        record(message_id, result, now)

    def noticed_keep(attempts: Sequence[Attempt]) -> None:
        keep(attempts)
        kept.set()

    monkeypatch.setattr(scene.mails, "record_result", slow_record)
    monkeypatch.setattr(scene.journal, "keep", noticed_keep)
    scene.results.kept_after = 0.001
    scene.results.record("subscribers[0]", attempt(1))
    assert scene.mails.recorded == [attempt(1)]
    assert scene.journal.contents == [(attempt(1),), ()]
    assert caplog.messages == []


def test_after_a_minute_it_is_given_up_and_nothing_more_is_sent(scene: Scene) -> None:
    scene.mails.troubles = [BUSY] * 100
    with pytest.raises(StoreError, match="locked"):
        scene.results.record("subscribers[0]", attempt(1))
    assert scene.clock.slept == list(PAUSES_SECONDS)
    for forbidden in (
        scene.results.get_ready,
        lambda: scene.results.record("subscribers[1]", attempt(2)),
    ):
        with pytest.raises(StoreError, match="locked"):
            forbidden()
    assert scene.clock.slept == list(PAUSES_SECONDS)
    assert scene.journal.contents[-1] == (attempt(1), attempt(2))
    assert scene.mails.recorded == []


def test_what_can_be_kept_nowhere_is_said_by_name(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    scene.mails.troubles, scene.journal.refuses = [BUSY], True
    scene.results.record("subscribers[3]", attempt(1))
    assert scene.mails.recorded == [attempt(1)]
    assert caplog.messages == [LOST % "subscribers[3]"]


def test_a_signal_that_ends_the_program_at_once_leaves_the_result_in_the_journal(scene: Scene) -> None:
    scene.mails.troubles = [KeyboardInterrupt()]
    with pytest.raises(KeyboardInterrupt):
        scene.results.record("subscribers[0]", attempt(1))
    assert scene.journal.contents == [(attempt(1),)]


class Meanwhile(FakeClock):
    """Whose first pause lets something happen."""

    def __init__(self, happens: Callable[[], None]) -> None:
        super().__init__()
        self._happens = [happens]

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        while self._happens:
            self._happens.pop()()


def test_what_other_connections_hear_meanwhile_is_kept_too_and_recorded_with_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.WARNING)
    kept = threading.Event()

    def hear() -> None:
        other.start()
        assert kept.wait(5)

    class Journal(FakeJournal):
        def keep(self, attempts: Sequence[Attempt]) -> None:
            super().keep(attempts)
            if len(attempts) == 2:
                kept.set()

    scene = Scene(FakeMails([BUSY]), Journal(), Meanwhile(hear))
    other = threading.Thread(target=scene.results.record, args=("subscribers[1]", attempt(2)))
    scene.results.record("subscribers[0]", attempt(1))
    other.join(5)
    assert scene.mails.recorded == [attempt(1), attempt(2)]
    assert scene.journal.contents == [(attempt(1),), (attempt(1), attempt(2)), ()]
    assert caplog.messages == [KEPT % "subscribers[0]", KEPT % "subscribers[1]"]


def test_a_new_mail_waits_until_all_is_recorded() -> None:
    ready: list[int] = []

    def get_ready() -> None:
        waiting.results.get_ready()
        ready.append(len(waiting.mails.recorded))

    other = threading.Thread(target=get_ready)
    waiting = Scene(FakeMails([BUSY]), FakeJournal(), Meanwhile(other.start))
    waiting.results.record("subscribers[0]", attempt(1))
    other.join(5)
    assert ready == [1]
