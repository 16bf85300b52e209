from datetime import UTC, datetime, timedelta

from digest.system.clock import SystemClock


def test_the_time_is_in_utc() -> None:
    now = SystemClock().now()
    assert now.tzinfo is UTC
    assert abs(now - datetime.now(UTC)) < timedelta(seconds=5)


def test_a_clock_set_to_a_moment_runs_on_from_there() -> None:
    start = datetime(2026, 6, 22, 7, tzinfo=UTC)
    clock = SystemClock(start)
    first = clock.now()
    clock.sleep(0.01)
    second = clock.now()
    assert start <= first < second < start + timedelta(seconds=5)


def test_real_seconds_are_real_on_a_clock_that_is_set() -> None:
    clock = SystemClock(datetime(2001, 1, 1, tzinfo=UTC))
    assert abs(clock.epoch_seconds() - datetime.now(UTC).timestamp()) < 5


def test_a_sleep_calls_on_wait_with_the_seconds_that_are_left() -> None:
    clock, left = SystemClock(), list[float]()
    clock.on_wait = left.append
    clock.sleep(0.01)
    assert 0 < left[0] <= 0.01
    assert left[-1] == 0
