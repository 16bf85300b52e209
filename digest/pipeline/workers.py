"""Sharing work out among threads that each have a tool of their own, such as a connection."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from queue import SimpleQueue
from threading import Thread
from typing import TypeVar

Result = TypeVar("Result")

Item = TypeVar("Item")

Resource = TypeVar("Resource")


def run_in_workers(
    work: Callable[[Resource, Item], Result], tools: Sequence[Resource], items: Iterable[Item]
) -> Iterator[Result]:
    """`work(tool, item)` for each item, in the order in which they are done.

    The first item is done alone, so that its result may stop the rest: an item is taken from `items` only
    when there is a tool for it. With one tool everything happens in the calling thread. What `work`
    raises ends it all, once the items in hand are done; what a signal raises meanwhile does at once.
    """
    items = iter(items)
    for item in items:
        yield work(tools[0], item)
        if len(tools) > 1:
            break
    yield from _in_threads(work, tools, items)


def _in_threads(
    work: Callable[[Resource, Item], Result], tools: Sequence[Resource], items: Iterator[Item]
) -> Iterator[Result]:
    idle, at_once = list(tools), False
    done: SimpleQueue[tuple[Resource, Future[Result]]] = SimpleQueue()

    def next_done() -> Result:
        nonlocal at_once
        at_once = True  # what a signal raises while we wait means: now
        tool, future = done.get()
        at_once = False
        idle.append(tool)
        return future.result()

    def do(tool: Resource, item: Item) -> None:
        future: Future[Result] = Future()
        try:
            future.set_result(work(tool, item))
        except BaseException as exc:  # it belongs to whoever waits for the result
            future.set_exception(exc)
        done.put((tool, future))

    try:
        for item in items:
            # A daemon thread, so that a program that must end at once does not wait for it.
            Thread(target=do, args=(idle.pop(), item), daemon=True).start()
            if not idle:
                yield next_done()
        while len(idle) < len(tools):
            yield next_done()
    finally:
        while len(idle) < len(tools) and not at_once:
            idle.append(done.get()[0])
