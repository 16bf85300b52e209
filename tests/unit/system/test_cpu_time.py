import signal

import pytest

from digest.system.cpu_time import CpuTimeExceeded, cpu_limit


def test_work_that_takes_more_is_interrupted() -> None:
    with pytest.raises(CpuTimeExceeded), cpu_limit(0.01):
        while True:
            pass


def test_work_that_takes_less_is_left_alone_and_so_is_all_after_it() -> None:
    before = signal.getsignal(signal.SIGPROF)
    with cpu_limit(1000):
        assert signal.getitimer(signal.ITIMER_PROF)[0] > 0
    assert signal.getitimer(signal.ITIMER_PROF) == (0, 0)
    assert signal.getsignal(signal.SIGPROF) is before
