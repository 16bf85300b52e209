import os
import signal
import threading
import time
from collections.abc import Iterator

import pytest

from digest.pipeline.workers import run_in_workers
from digest.system.signals import Interrupted, ReloadSignal, ShutdownSignals


@pytest.fixture
def interrupts() -> Iterator[ShutdownSignals]:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    interrupts = ShutdownSignals()
    interrupts.install()
    yield interrupts
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_a_signal_interrupts_at_once(interrupts: ShutdownSignals, number: signal.Signals) -> None:
    with pytest.raises(Interrupted):
        os.kill(os.getpid(), number)


def test_what_must_not_be_disturbed_is_finished_first(interrupts: ShutdownSignals) -> None:
    steps = []
    with pytest.raises(Interrupted), interrupts.signals_deferred():
        os.kill(os.getpid(), signal.SIGTERM)
        steps.append("finished")
    assert steps == ["finished"]


def test_a_signal_waits_for_what_other_threads_must_finish(interrupts: ShutdownSignals) -> None:
    recorded_run, told, steps = threading.Event(), threading.Event(), []

    def hand_over(_tool: None, name: str) -> None:
        with interrupts.signals_deferred():
            if name == "second":
                recorded_run.set()
                assert told.wait(timeout=10)
            steps.append(name)

    def names() -> Iterator[str]:
        yield from ("first", "second")
        assert recorded_run.wait(timeout=10)
        os.kill(os.getpid(), signal.SIGTERM)
        told.set()

    with pytest.raises(Interrupted):
        list(run_in_workers(hand_over, [None, None], names()))
    assert steps == ["first", "second"]


def test_a_second_signal_does_not_wait_for_other_threads_either(interrupts: ShutdownSignals) -> None:
    recorded_run, released = threading.Event(), threading.Event()

    def hand_over(_tool: None, name: str) -> None:
        with interrupts.signals_deferred():
            if name == "slow":
                recorded_run.set()
                released.wait(timeout=10)

    def two_signals() -> None:
        recorded_run.wait(timeout=10)
        for _ in range(2):
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(0.05)

    sender = threading.Thread(target=two_signals)
    sender.start()
    with pytest.raises(Interrupted):
        list(run_in_workers(hand_over, [None, None], ["first", "slow"]))
    assert not released.is_set()
    released.set()
    sender.join()


def test_a_second_signal_does_not_wait(interrupts: ShutdownSignals) -> None:
    with pytest.raises(Interrupted), interrupts.signals_deferred():
        os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGTERM)
        raise AssertionError("the second signal waited")


def test_after_a_signal_nothing_more_is_begun(interrupts: ShutdownSignals) -> None:
    with pytest.raises(Interrupted):
        os.kill(os.getpid(), signal.SIGTERM)
    with pytest.raises(Interrupted), interrupts.signals_deferred():
        raise AssertionError("a mail was begun")


def test_a_failure_inside_is_told_as_it_is(interrupts: ShutdownSignals) -> None:
    with pytest.raises(ZeroDivisionError), interrupts.signals_deferred():
        raise ZeroDivisionError


def test_a_failure_inside_does_not_swallow_the_signal(interrupts: ShutdownSignals) -> None:
    with pytest.raises(Interrupted) as raised, interrupts.signals_deferred():
        os.kill(os.getpid(), signal.SIGTERM)
        raise ZeroDivisionError
    assert isinstance(raised.value.__cause__, ZeroDivisionError)


def test_without_a_signal_nothing_happens(interrupts: ShutdownSignals) -> None:
    with interrupts.signals_deferred():
        pass


def test_the_first_signal_is_told_at_once_and_once(interrupts: ShutdownSignals) -> None:
    told: list[str] = []
    interrupts.on_first = lambda: told.append("stopping")
    with pytest.raises(Interrupted), interrupts.signals_deferred():
        os.kill(os.getpid(), signal.SIGTERM)
        assert told == ["stopping"]
        os.kill(os.getpid(), signal.SIGTERM)
    assert told == ["stopping"]


def test_a_hangup_is_a_wish_that_waits_until_it_is_taken() -> None:
    before = signal.getsignal(signal.SIGHUP)
    hangups = ReloadSignal()
    hangups.install()
    try:
        assert not hangups.taken()
        os.kill(os.getpid(), signal.SIGHUP)
        assert hangups.taken()
        assert not hangups.taken()
    finally:
        signal.signal(signal.SIGHUP, before)
