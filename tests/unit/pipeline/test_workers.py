"""Sharing work out among threads."""

import threading
import time
from collections.abc import Iterator

import pytest

from digest.pipeline.workers import run_in_workers


def test_with_one_tool_everything_happens_here_and_in_order() -> None:
    here = threading.get_ident()
    done = list(run_in_workers(lambda tool, item: (tool, item, threading.get_ident()), ["a"], [1, 2, 3]))
    assert done == [("a", 1, here), ("a", 2, here), ("a", 3, here)]


def test_no_two_items_share_a_tool_and_all_tools_are_used() -> None:
    in_use: set[str] = set()
    used: set[str] = set()
    all_at_once = threading.Barrier(3)

    def work(tool: str, item: int) -> int:
        assert tool not in in_use
        in_use.add(tool)
        used.add(tool)
        if item in (1, 2, 3):
            all_at_once.wait(timeout=10)
        in_use.discard(tool)
        return item

    assert sorted(run_in_workers(work, ["a", "b", "c"], range(40))) == list(range(40))
    assert used == {"a", "b", "c"}


def test_the_first_item_is_done_before_another_is_taken() -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for number in range(5):
            taken.append(number)
            yield number

    results = run_in_workers(lambda tool, item: item, ["a", "b"], items())
    assert next(results) == 0
    assert taken == [0]


def test_a_result_can_stop_the_rest() -> None:
    stopped = False

    def items() -> Iterator[int]:
        for number in range(1000):
            if stopped:
                return
            yield number

    done = 0
    for _ in run_in_workers(lambda tool, item: item, ["a", "b"], items()):
        done += 1
        stopped = done == 3
    assert done <= 4


def test_what_work_raises_comes_once_the_items_in_hand_are_done() -> None:
    done: list[int] = []
    both = threading.Barrier(2)

    def work(tool: str, item: int) -> int:
        if item == 0:
            return item
        both.wait(timeout=10)
        if item == 1:
            raise KeyboardInterrupt
        time.sleep(0.05)
        done.append(item)
        return item

    with pytest.raises(KeyboardInterrupt):
        list(run_in_workers(work, ["a", "b"], range(3)))
    assert done == [2]


def test_closing_the_results_early_waits_for_the_items_in_hand() -> None:
    done: list[int] = []
    last_may_end = threading.Event()

    def work(tool: str, item: int) -> int:
        if item == 2:
            last_may_end.wait(timeout=10)
        done.append(item)
        return item

    results = run_in_workers(work, ["a", "b"], range(3))
    assert [next(results), next(results)] == [0, 1]
    threading.Timer(0.05, last_may_end.set).start()
    results.close()  # type: ignore[attr-defined]
    assert sorted(done) == [0, 1, 2]
