import os
import signal
import threading
import time
from collections.abc import Iterator

import pytest

from digest.pipeline.workers import run_in_workers
from digest.system.signals import Interrupted, ReloadSignal, ShutdownSignals


@pytest.fixture
def signals() -> Iterator[ShutdownSignals]:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    signals = ShutdownSignals()
    signals.install()
    yield signals
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_a_signal_interrupts_at_once(signals: ShutdownSignals, number: signal.Signals) -> None:
    with pytest.raises(Interrupted):
        os.kill(os.getpid(), number)


def test_a_deferred_signal_interrupts_when_the_block_ends(signals: ShutdownSignals) -> None:
    steps = []
    with pytest.raises(Interrupted), signals.signals_deferred():
        os.kill(os.getpid(), signal.SIGTERM)
        steps.append("finished")
    assert steps == ["finished"]


def test_a_signal_waits_for_the_blocks_of_other_threads(signals: ShutdownSignals) -> None:
    started, signalled, steps = threading.Event(), threading.Event(), []

    def hand_over(_resource: None, name: str) -> None:
        with signals.signals_deferred():
            if name == "second":
                started.set()
                assert signalled.wait(timeout=10)
            steps.append(name)

    def names() -> Iterator[str]:
        yield from ("first", "second")
        assert started.wait(timeout=10)
        os.kill(os.getpid(), signal.SIGTERM)
        signalled.set()

    with pytest.raises(Interrupted):
        list(run_in_workers(hand_over, [None, None], names()))
    assert steps == ["first", "second"]


def test_a_second_signal_does_not_wait_for_other_threads(signals: ShutdownSignals) -> None:
    started, released = threading.Event(), threading.Event()

    def hand_over(_resource: None, name: str) -> None:
        with signals.signals_deferred():
            if name == "slow":
                started.set()
                released.wait(timeout=10)

    def two_signals() -> None:
        started.wait(timeout=10)
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


def test_a_second_signal_does_not_wait(signals: ShutdownSignals) -> None:
    with pytest.raises(Interrupted), signals.signals_deferred():
        os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGTERM)
        raise AssertionError("the second signal waited")


def test_no_block_starts_after_a_signal(signals: ShutdownSignals) -> None:
    with pytest.raises(Interrupted):
        os.kill(os.getpid(), signal.SIGTERM)
    with pytest.raises(Interrupted), signals.signals_deferred():
        raise AssertionError("a block started")


def test_an_error_inside_a_block_is_raised_unchanged(signals: ShutdownSignals) -> None:
    with pytest.raises(ZeroDivisionError), signals.signals_deferred():
        raise ZeroDivisionError


def test_an_error_inside_a_block_does_not_swallow_the_signal(signals: ShutdownSignals) -> None:
    with pytest.raises(Interrupted) as raised, signals.signals_deferred():
        os.kill(os.getpid(), signal.SIGTERM)
        raise ZeroDivisionError
    assert isinstance(raised.value.__cause__, ZeroDivisionError)


def test_a_block_without_a_signal_just_runs(signals: ShutdownSignals) -> None:
    with signals.signals_deferred():
        pass


def test_on_first_is_called_with_the_first_signal_only(signals: ShutdownSignals) -> None:
    calls: list[str] = []
    signals.on_first = lambda: calls.append("stopping")
    with pytest.raises(Interrupted), signals.signals_deferred():
        os.kill(os.getpid(), signal.SIGTERM)
        assert calls == ["stopping"]
        os.kill(os.getpid(), signal.SIGTERM)
    assert calls == ["stopping"]


def test_a_hangup_is_remembered_until_it_is_consumed() -> None:
    before = signal.getsignal(signal.SIGHUP)
    reload_signal = ReloadSignal()
    reload_signal.install()
    try:
        assert not reload_signal.consume()
        os.kill(os.getpid(), signal.SIGHUP)
        assert reload_signal.consume()
        assert not reload_signal.consume()
    finally:
        signal.signal(signal.SIGHUP, before)
