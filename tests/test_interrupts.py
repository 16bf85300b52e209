import os
import signal
import threading
import time
from collections.abc import Iterator

import pytest

from digest.crew import share_out
from digest.interrupts import Hangups, Interrupted, Interrupts


@pytest.fixture
def interrupts() -> Iterator[Interrupts]:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    interrupts = Interrupts()
    interrupts.install()
    yield interrupts
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_a_signal_interrupts_at_once(interrupts: Interrupts, number: signal.Signals) -> None:
    with pytest.raises(Interrupted):
        os.kill(os.getpid(), number)


def test_what_must_not_be_disturbed_is_finished_first(interrupts: Interrupts) -> None:
    steps = []
    with pytest.raises(Interrupted), interrupts.undisturbed():
        os.kill(os.getpid(), signal.SIGTERM)
        steps.append("finished")
    assert steps == ["finished"]


def test_a_signal_waits_for_what_other_threads_must_finish(interrupts: Interrupts) -> None:
    begun, told, steps = threading.Event(), threading.Event(), []

    def hand_over(_tool: None, name: str) -> None:
        with interrupts.undisturbed():
            if name == "second":
                begun.set()
                assert told.wait(timeout=10)
            steps.append(name)

    def names() -> Iterator[str]:
        yield from ("first", "second")
        assert begun.wait(timeout=10)
        os.kill(os.getpid(), signal.SIGTERM)
        told.set()

    with pytest.raises(Interrupted):
        list(share_out(hand_over, [None, None], names()))
    assert steps == ["first", "second"]


def test_a_second_signal_does_not_wait_for_other_threads_either(interrupts: Interrupts) -> None:
    begun, released = threading.Event(), threading.Event()

    def hand_over(_tool: None, name: str) -> None:
        with interrupts.undisturbed():
            if name == "slow":
                begun.set()
                released.wait(timeout=10)

    def two_signals() -> None:
        begun.wait(timeout=10)
        for _ in range(2):
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(0.05)

    sender = threading.Thread(target=two_signals)
    sender.start()
    with pytest.raises(Interrupted):
        list(share_out(hand_over, [None, None], ["first", "slow"]))
    assert not released.is_set()
    released.set()
    sender.join()


def test_a_second_signal_does_not_wait(interrupts: Interrupts) -> None:
    with pytest.raises(Interrupted), interrupts.undisturbed():
        os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGTERM)
        raise AssertionError("the second signal waited")


def test_after_a_signal_nothing_more_is_begun(interrupts: Interrupts) -> None:
    with pytest.raises(Interrupted):
        os.kill(os.getpid(), signal.SIGTERM)
    with pytest.raises(Interrupted), interrupts.undisturbed():
        raise AssertionError("a mail was begun")


def test_a_failure_inside_is_told_as_it_is(interrupts: Interrupts) -> None:
    with pytest.raises(ZeroDivisionError), interrupts.undisturbed():
        raise ZeroDivisionError


def test_a_failure_inside_does_not_swallow_the_signal(interrupts: Interrupts) -> None:
    with pytest.raises(Interrupted) as raised, interrupts.undisturbed():
        os.kill(os.getpid(), signal.SIGTERM)
        raise ZeroDivisionError
    assert isinstance(raised.value.__cause__, ZeroDivisionError)


def test_without_a_signal_nothing_happens(interrupts: Interrupts) -> None:
    with interrupts.undisturbed():
        pass


def test_the_first_signal_is_told_at_once_and_once(interrupts: Interrupts) -> None:
    told: list[str] = []
    interrupts.on_first = lambda: told.append("stopping")
    with pytest.raises(Interrupted), interrupts.undisturbed():
        os.kill(os.getpid(), signal.SIGTERM)
        assert told == ["stopping"]
        os.kill(os.getpid(), signal.SIGTERM)
    assert told == ["stopping"]


def test_a_hangup_is_a_wish_that_waits_until_it_is_taken() -> None:
    before = signal.getsignal(signal.SIGHUP)
    hangups = Hangups()
    hangups.install()
    try:
        assert not hangups.taken()
        os.kill(os.getpid(), signal.SIGHUP)
        assert hangups.taken()
        assert not hangups.taken()
    finally:
        signal.signal(signal.SIGHUP, before)
