import itertools
import os
import signal

import pytest

from tests.support.cost import require_cheap


def test_work_within_its_limits_is_done_in_a_copy_of_this_process() -> None:
    done: list[int] = []
    require_cheap(lambda: done.append(1))
    assert done == []


def test_work_that_refuses_its_input_is_cheap_too() -> None:
    require_cheap(lambda: int("x"), refused_by=(ValueError,))


@pytest.mark.parametrize(
    ("work", "complaint"),
    [
        pytest.param(lambda: int("x"), r"the work raised ValueError: invalid literal", id="another error"),
        pytest.param(lambda: bytearray(400 * 10**6), r"the work took more memory than 300 MB", id="memory"),
        pytest.param(lambda: os.kill(os.getpid(), signal.SIGXCPU), r"more CPU time than 5 s", id="time"),
        pytest.param(lambda: os.kill(os.getpid(), signal.SIGALRM), r"did not come to its end", id="waiting"),
        pytest.param(lambda: os.kill(os.getpid(), signal.SIGKILL), r"was ended by SIGKILL", id="a signal"),
    ],
)
def test_other_work_is_complained_of(work, complaint: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(AssertionError, match=complaint):
        require_cheap(work)


@pytest.mark.exhaustive
def test_the_kernel_ends_work_that_computes_for_too_long() -> None:
    with pytest.raises(AssertionError, match="the work took more CPU time than 1 s"):
        require_cheap(lambda: sum(itertools.count()), seconds=1)
